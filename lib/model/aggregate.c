/* The calls that calculate: aggregates, groups, facets.
 *
 * They differ in what stands around the same middle: parts, each a list of measures and perhaps a
 * filter of its own. The filter is walked once for each measure, because SQL wants it there; so
 * shape and values agree without further ado. A …Having is a …Where of the model of measures.
 *
 * Without further parts the rows of the result are the program's structs. With them a row is longer
 * by an …Aggregate each, and is taken apart afterwards. */
#include "model/walk.h"

/* What one call is about. */
typedef struct task {
    tenon__walk *walk;
    const tenon_model *model;
    const tenon_aggregates *of;
    uint32_t result_count; /* columns of the result so far */
    size_t part_count;     /* with the first, which the query itself is */
    tenon_read read;
} task;

static bool check_aggregates(const tenon_aggregates *of, tenon_error *err)
{
    if (TENON__LIKELY(of->abi == TENON_ABI && of->size == sizeof *of))
        return true;
    tenon__fail(err, TENON_MISUSE, "the model was generated for another version of tenon");
    tenon__hint(err, "run tenon generate again and recompile");
    return false;
}

static bool begin(task *t, const tenon_aggregate_head *head, tenon__operation operation)
{
    if (!tenon__walk_begin(t->walk, head->session, t->model, operation) ||
        !check_aggregates(t->of, t->walk->err))
        return false;
    tenon__walk_table(t->walk, head->table);
    tenon__walk_plan(t->walk, head->plan);
    t->read = head->read;
    tenon__shape_bytes(&t->walk->shape, &t->of, sizeof t->of);
    return true;
}

static tenon_aggregate_head head_of(const void *query)
{
    tenon_aggregate_head head;
    memcpy(&head, query, sizeof head);
    return head;
}

static const char *member(const void *query, uint32_t offset)
{
    return (const char *)query + offset;
}

/* ---- measures -------------------------------------------------------------------------------- */

static const char *const function_names[] = {
    [TENON_COUNT_ALL] = "count", [TENON_COUNT_OF] = "count_of", [TENON_DISTINCT_OF] = "distinct_of",
    [TENON_SUM] = "sum",         [TENON_AVG] = "avg",           [TENON_MIN] = "min",
    [TENON_MAX] = "max",
};

/* The measure, or the number of measures when the model has no such one. */
static uint32_t find_measure(const tenon_aggregates *of, tenon_function function, uint32_t field)
{
    for (uint32_t i = 0; i < of->measure_count; i++) {
        const tenon_measure *measure = &of->measures[i];
        if (measure->function == function &&
            (function == TENON_COUNT_ALL || measure->field == field))
            return i;
    }
    return of->measure_count;
}

/* The measure of a function and a column enum; false when there is none. */
static bool choose_measure(task *t, tenon_function function, int column, uint32_t *measure)
{
    if (function != TENON_COUNT_ALL &&
        !tenon__check_column(t->walk, column, function_names[function]))
        return false;
    uint32_t field = function == TENON_COUNT_ALL ? 0 : (uint32_t)column - 1;
    *measure = find_measure(t->of, function, field);
    if (*measure == t->of->measure_count)
        return tenon__walk_fail(t->walk, TENON_MISUSE, &t->model->fields[field],
                                "%s does not exist for columns of this type",
                                function_names[function]);
    return true;
}

/* measure (END | ITEM where) */
static void walk_measure(task *t, tenon_function function, int column, const void *where)
{
    uint32_t measure;
    if (!choose_measure(t, function, column, &measure))
        return;
    t->result_count++;
    tenon__shape_field(&t->walk->shape, TENON__SHAPE_ITEM, (uint16_t)measure);
    tenon__shape_word(&t->walk->shape, where ? TENON__SHAPE_ITEM : TENON__SHAPE_END);
    if (where)
        tenon__walk_where(t->walk, where);
}

static uint32_t count_measures(const tenon_aggregates *of, tenon_function function)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < of->measure_count; i++)
        count += of->measures[i].function == function;
    return count;
}

/* One list of columns; offset 0: this struct has none for the function. */
static void walk_list(task *t, tenon_function function, const void *from, uint32_t offset,
                      const void *where)
{
    uint32_t most = offset ? count_measures(t->of, function) : 0;
    for (uint32_t i = 0; i < most && !t->walk->failed; i++) {
        int column = tenon__read_int(member(from, offset) + i * sizeof(int));
        if (column == 0)
            break;
        walk_measure(t, function, column, where);
    }
}

/* ITEM (ITEM measure)* END */
static void walk_part(task *t, const void *from, const tenon_chosen *chosen, const void *where)
{
    bool wants_count;
    memcpy(&wants_count, member(from, chosen->count), sizeof wants_count);
    tenon__shape_word(&t->walk->shape, TENON__SHAPE_ITEM);
    if (wants_count)
        walk_measure(t, TENON_COUNT_ALL, 0, where);
    walk_list(t, TENON_COUNT_OF, from, chosen->count_of, where);
    walk_list(t, TENON_DISTINCT_OF, from, chosen->distinct_of, where);
    walk_list(t, TENON_SUM, from, chosen->sum, where);
    walk_list(t, TENON_AVG, from, chosen->avg, where);
    walk_list(t, TENON_MIN, from, chosen->min, where);
    walk_list(t, TENON_MAX, from, chosen->max, where);
    tenon__shape_word(&t->walk->shape, TENON__SHAPE_END);
    t->part_count++;
}

static void walk_further_part(task *t, const char *part)
{
    const void *where;
    uint32_t before = t->result_count;
    memcpy(&where, part, sizeof where);
    walk_part(t, part, &t->of->part_chosen, where);
    if (t->result_count == before)
        tenon__walk_misuse(t->walk, "a part asks for nothing");
}

static void walk_parts(task *t, const void *query, const tenon_chosen *chosen, uint32_t parts)
{
    tenon_where_list list;
    memcpy(&list, member(query, parts), sizeof list);
    walk_part(t, query, chosen, NULL);
    if (!list.items && list.count)
        tenon__walk_misuse(t->walk, "parts have a count but no items");
    for (size_t i = 0; list.items && i < list.count && !t->walk->failed; i++)
        walk_further_part(t, (const char *)list.items + i * t->of->part_size);
    tenon__shape_word(&t->walk->shape, TENON__SHAPE_END);
}

/* ---- running --------------------------------------------------------------------------------- */

/* Row by row into structs of the program, the further parts beside them. */
static bool take_apart(task *t, tenon__rows *rows, uint32_t size, uint32_t parts_offset)
{
    size_t further = (t->part_count - 1) * t->of->aggregate_size, row_size = size + further;
    char *parts = tenon__arena_alloc(rows->arena, rows->count * further);
    if (!parts)
        return tenon__fail_no_memory(t->walk->err);
    for (size_t i = 0; i < rows->count; i++, parts += further) {
        const char *from = rows->items + i * row_size;
        char *to = rows->items + i * size;
        memcpy(parts, from + size, further);
        memmove(to, from, size);
        memcpy(to + parts_offset, &parts, sizeof parts);
    }
    return true;
}

static bool run(task *t, tenon__rows *rows, uint32_t size, uint32_t parts_offset)
{
    tenon__shape_head_of(&t->walk->shape)->number = t->result_count;
    rows->arena = tenon__session_arena(t->walk->session);
    tenon_read before = tenon__read_begin(t->walk->session, t->read);
    bool is_done = tenon__walk_run(t->walk, rows, NULL);
    tenon__read_end(t->walk->session, t->read, before);
    if (!is_done)
        return false;
    return t->part_count == 1 || take_apart(t, rows, size, parts_offset);
}

bool tenon_aggregate(const tenon_model *model, const tenon_aggregates *aggregates,
                     const void *query, void *out)
{
    tenon_aggregate_head head = head_of(query);
    tenon__walk walk;
    tenon__rows rows = {.expected = 1};
    task t = {.walk = &walk, .model = model, .of = aggregates};
    memset(out, 0, aggregates->aggregate_size);
    if (!begin(&t, &head, TENON__AGGREGATE))
        return false;
    walk_parts(&t, query, &aggregates->query_chosen, aggregates->query_parts);
    if (!t.result_count)
        tenon__walk_misuse(t.walk, "the aggregate asks for nothing");
    tenon__walk_where(t.walk, member(query, aggregates->query_where));
    const char *order_by = member(query, aggregates->query_order_by);
    tenon__places places;
    if (head.limit || head.offset)
        tenon__walk_places(t.walk, order_by, "an aggregate with a limit", 0, &places);
    else if (tenon__is_term(model, order_by))
        tenon__walk_misuse(t.walk, "order_by has no meaning for an aggregate without a limit");
    else
        tenon__shape_word(&t.walk->shape, TENON__SHAPE_END);
    tenon__walk_limit(t.walk, head.limit, head.offset);
    if (!run(&t, &rows, aggregates->aggregate_size, aggregates->aggregate_parts) || !rows.count)
        return false;
    memcpy(out, rows.items, aggregates->aggregate_size);
    return true;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void walk_key(task *t, int column, const char *option)
{
    if (!tenon__check_column(t->walk, column, option))
        return;
    tenon__check_comparable(t->walk, &t->model->fields[column - 1], option);
    tenon__shape_field(&t->walk->shape, TENON__SHAPE_ITEM, (uint16_t)(column - 1));
    t->result_count++;
}

static bool is_key(const int *by, size_t count, int column)
{
    for (size_t i = 0; i < count; i++) {
        if (by[i] == column)
            return true;
    }
    return false;
}

/* The columns of `by`, each once; how many. */
static size_t walk_keys(task *t, const char *from, int by[TENON_MAX_BY])
{
    size_t count = 0;
    for (size_t i = 0; i < TENON_MAX_BY && !t->walk->failed; i++) {
        int column = tenon__read_int(from + i * sizeof(int));
        if (column == 0)
            break;
        if (is_key(by, count, column))
            continue;
        by[count++] = column;
        walk_key(t, column, "by");
    }
    tenon__shape_word(&t->walk->shape, TENON__SHAPE_END);
    if (!count)
        tenon__walk_misuse(t->walk, "a group needs columns in .by");
    return count;
}

static void walk_having(task *t, const char *having)
{
    tenon__walk *walk = t->walk;
    const tenon_model *measures = tenon__measure_model(walk->scratch, t->model, t->of);
    if (!measures) {
        walk->failed = true;
        tenon__fail_no_memory(walk->err);
        return;
    }
    walk->model = measures;
    tenon__walk_where(walk, having);
    walk->model = t->model;
}

/* Trees, raw SQL and filters. */
static bool asks_anything(const task *t, const char *having)
{
    static const tenon_where_head nothing;
    bool is_set = memcmp(having, &nothing, sizeof nothing) != 0;
    for (uint32_t i = 0; i < t->of->measure_count && !is_set; i++)
        is_set = tenon__read_int(having + t->of->measures[i].having_offset) != 0;
    return is_set;
}

static void walk_direction(task *t, tenon_group_order term, uint8_t mark, uint16_t index)
{
    if (term.direction < TENON_ASC || term.direction > TENON_DESC_NULLS_LAST)
        tenon__walk_misuse(t->walk, "there is no direction %d", term.direction);
    tenon__shape_field(&t->walk->shape, (uint8_t)((term.direction + 1) | mark), index);
}

static void walk_group_term(task *t, tenon_group_order term, const int *by, size_t by_count)
{
    uint32_t measure;
    if (term.of < 0 || term.of > TENON_MAX)
        tenon__walk_misuse(t->walk, "there is no aggregate function %d", term.of);
    else if (term.of == 0 && !is_key(by, by_count, term.column))
        tenon__walk_misuse(t->walk, "order_by names a column that is not in .by");
    else if (term.of == 0)
        walk_direction(t, term, 0, (uint16_t)(term.column - 1));
    else if (choose_measure(t, (tenon_function)term.of, term.column, &measure))
        walk_direction(t, term, TENON__SHAPE_OF_MEASURE, (uint16_t)measure);
}

/* The query's terms; with a cut the columns of `by` behind them, which make it one order. */
static void walk_group_order(task *t, const char *from, const int *by, size_t by_count, bool is_cut)
{
    for (int i = 0; i < TENON_MAX_ORDER && from; i++) {
        tenon_group_order term;
        memcpy(&term, from + (size_t)i * sizeof term, sizeof term);
        if (term.column == 0 && term.of == 0)
            break;
        walk_group_term(t, term, by, by_count);
    }
    for (size_t i = 0; i < by_count && is_cut; i++)
        walk_direction(t, (tenon_group_order){.direction = TENON_ASC}, 0, (uint16_t)(by[i] - 1));
    tenon__shape_word(&t->walk->shape, TENON__SHAPE_END);
}

static tenon_list run_groups(task *t)
{
    tenon__rows rows = {0};
    if (!run(t, &rows, t->of->group_size, t->of->group_parts))
        return (tenon_list){0};
    return (tenon_list){.items = rows.items, .count = rows.count};
}

tenon_list tenon_group(const tenon_model *model, const tenon_aggregates *aggregates,
                       const void *query)
{
    tenon_aggregate_head head = head_of(query);
    tenon__walk walk;
    task t = {.walk = &walk, .model = model, .of = aggregates};
    int by[TENON_MAX_BY];
    if (!begin(&t, &head, TENON__GROUP))
        return (tenon_list){0};
    size_t by_count = walk_keys(&t, member(query, aggregates->grouped_by), by);
    walk_parts(&t, query, &aggregates->grouped_chosen, aggregates->grouped_parts);
    tenon__walk_where(t.walk, member(query, aggregates->grouped_where));
    const char *having = member(query, aggregates->grouped_having);
    if (asks_anything(&t, having))
        walk_having(&t, having);
    else
        tenon__shape_word(&t.walk->shape, TENON__SHAPE_END);
    bool is_cut = head.limit || head.offset;
    walk_group_order(&t, member(query, aggregates->grouped_order_by), by, by_count, is_cut);
    tenon__walk_limit(t.walk, head.limit, head.offset);
    return run_groups(&t);
}

/* ---- facets ---------------------------------------------------------------------------------- */

tenon_list tenon_facets(const tenon_model *model, const tenon_aggregates *aggregates,
                        const void *query)
{
    tenon_aggregate_head head = head_of(query);
    tenon__walk walk;
    task t = {.walk = &walk, .model = model, .of = aggregates, .part_count = 1};
    const tenon_group_order often = {.direction = TENON_DESC, .of = TENON_COUNT_ALL};
    if (!begin(&t, &head, TENON__GROUP))
        return (tenon_list){0};
    int column = tenon__read_int(member(query, aggregates->facets_column));
    walk_key(&t, column, "facets");
    tenon__shape_word(&t.walk->shape, TENON__SHAPE_END);
    tenon__shape_word(&t.walk->shape, TENON__SHAPE_ITEM);
    walk_measure(&t, TENON_COUNT_ALL, 0, NULL);
    tenon__shape_word(&t.walk->shape, TENON__SHAPE_END);
    tenon__shape_word(&t.walk->shape, TENON__SHAPE_END);
    tenon__walk_where(t.walk, member(query, aggregates->facets_where));
    tenon__shape_word(&t.walk->shape, TENON__SHAPE_END);
    walk_group_term(&t, often, NULL, 0);
    walk_group_order(&t, NULL, &column, 1, true);
    tenon__walk_limit(t.walk, head.limit, head.offset);
    return run_groups(&t);
}
