/* One relation of many rows: its statement, and the rows that it gives put into their parents.
 *
 * Each row has the number of its key behind the struct: it came so, or is looked up by the row's
 * own value, which is the faster way where the two compare as the database does. Rows of a key that
 * stand side by side already only have to move together; otherwise they are counted, and each goes
 * to its place by way of a copy. */
#include "model/include.h"
#include "model/row.h"

/* The statement of one relation; its keys are the first values. */
static bool begin(tenon__walk *walk, tenon__tree *tree, const tenon__branch *branch,
                  tenon__operation operation, tenon_table table)
{
    const tenon_relation *relation = branch->relation;
    if (!tenon__walk_begin(walk, tree->session, relation->target, operation))
        return false;
    tenon__walk_table(walk, table);
    tenon__shape_related related = {.relation = relation, .owner = branch->model};
    tenon__shape_bytes(&walk->shape, &related, sizeof related);
    return true;
}

static void walk_keys(tenon__walk *walk, const tenon__keys *keys)
{
    for (uint16_t i = 0; i < keys->relation->field_count; i++)
        tenon__walk_value(walk, &keys->columns[i]);
}

static bool has_exact_field(const tenon_relation *relation, const tenon_model *owner, uint16_t i)
{
    const tenon_field *own = &owner->fields[relation->fields[i]];
    const tenon_field *other = &relation->target->fields[relation->target_fields[i]];
    bool has_exact_equality = own->kind == TENON_KIND_INT16 || own->kind == TENON_KIND_INT32 ||
                              own->kind == TENON_KIND_INT64 || own->kind == TENON_KIND_UUID ||
                              own->pg_type == TENON_PG_TEXT || own->pg_type == TENON_PG_VARCHAR;
    bool is_same_type = relation->link ? !(own->flags & TENON_FIELD_NULLABLE)
                                       : own->kind == other->kind && own->pg_type == other->pg_type;
    return has_exact_equality && is_same_type;
}

bool tenon__has_exact_key(const tenon_relation *relation, const tenon_model *owner)
{
    for (uint16_t i = 0; i < relation->field_count; i++)
        if (!has_exact_field(relation, owner, i))
            return false;
    return true;
}

/* … and there is no limit that the database must count by the key. */
static bool is_by_value(const tenon__walk *walk, const tenon__branch *branch, const void *query)
{
    const tenon_relation *relation = branch->relation;
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    return tenon__walk_traits(walk)->has_key_arrays && relation->field_count == 1 &&
           tenon__has_exact_key(relation, branch->model) && !head.limit && !head.offset &&
           !tenon__read_int((const char *)query + relation->target->query_distinct);
}

bool tenon__tell_branch(tenon_session *s, const tenon__branch *branch, const void *query,
                        const tenon__joined *joined)
{
    return tenon__tell_load(s, branch->relation->target, "include", query, NULL) &&
           tenon__tell_joined(s, joined);
}

bool tenon__walk_related(tenon__walk *walk, tenon__tree *tree, const tenon__branch *branch,
                         const tenon__keys *keys, const void *query, bool *by_value,
                         tenon__joined *joined)
{
    const tenon_model *target = branch->relation->target;
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    if (!begin(walk, tree, branch, TENON__FIND_RELATED, head.table))
        return false;
    *by_value = *by_value && is_by_value(walk, branch, query);
    if (*by_value) {
        tenon__walk_flag(walk, TENON__SHAPE_BY_VALUE);
        tenon__walk_value(walk, tenon__keys_in_order(keys, &tree->memory));
    } else {
        walk_keys(walk, keys);
    }
    tenon__walk_plan(walk, head.plan);
    tenon__refuse_hints(walk, &head, "an included relation");
    tenon__walk_deleted(walk, head.with_deleted, head.only_deleted);
    tenon__walk_columns_and(walk, query, branch->relation);
    tenon__walk_joined(walk, query, false, joined);
    tenon__walk_order(walk, query);
    tenon__walk_distinct(walk, query);
    tenon__walk_where(walk, (const char *)query + target->query_where);
    tenon__walk_limit(walk, head.limit, head.offset);
    return true;
}

static bool run(const tenon__tree *tree, tenon__walk *walk, tenon__rows *rows)
{
    return tree->stream ? tenon__walk_run_in(walk, tree->stream, rows)
                        : tenon__walk_run(walk, rows, NULL);
}

static bool find(tenon__tree *tree, const tenon__branch *branch, const tenon__keys *keys,
                 const void *query, bool is_told, bool *by_value, tenon__joined *joined,
                 tenon__rows *rows)
{
    tenon__walk walk;
    return tenon__walk_related(&walk, tree, branch, keys, query, by_value, joined) &&
           tenon__walk_is_sound(&walk) &&
           (is_told || tenon__tell_branch(tree->session, branch, query, joined)) &&
           run(tree, &walk, rows);
}

bool tenon__has_text_key(const tenon_relation *relation, const tenon_model *owner)
{
    for (uint16_t i = 0; i < relation->field_count; i++)
        if (owner->fields[relation->fields[i]].kind == TENON_KIND_TEXT)
            return true;
    return false;
}

/* ---- order ----------------------------------------------------------------------------------- */

/* The rows that came, still with their numbers. */
typedef struct numbered {
    tenon__rows *rows;
    size_t row_size, stride; /* the number stands at the end of the stride */
    size_t key_count;
    size_t *starts; /* of each key: where its rows begin; one more at the end */
} numbered;

static size_t number_at(const numbered *n, const char *items, size_t i)
{
    int64_t number;
    memcpy(&number, items + (i + 1) * n->stride - sizeof number, sizeof number);
    return (size_t)number - 1;
}

/* The number of a row's key; 0: there is none. */
static uint32_t number_of(const tenon__keys *keys, const char *row, const char *end)
{
    const tenon_relation *relation = keys->relation;
    const void *values[TENON_MAX_KEY] = {end - TENON__LINKED_KEY};
    for (uint16_t i = 0; !relation->link && i < relation->field_count; i++) {
        values[i] = tenon__row_value(&relation->target->fields[relation->target_fields[i]], row);
        if (!values[i])
            return 0;
    }
    return tenon__keys_find(keys, values);
}

/* Where the rows have their key, if it is an integer. */
static tenon__integer_at key_in_rows(const numbered *n, const tenon__keys *keys)
{
    const tenon_relation *relation = keys->relation;
    if (!keys->integer.kind)
        return (tenon__integer_at){0};
    if (!relation->link)
        return tenon__integer_of(&relation->target->fields[relation->target_fields[0]]);
    return (tenon__integer_at){.kind = keys->integer.kind,
                               .value_at = (uint32_t)(n->stride - TENON__LINKED_KEY)};
}

static int64_t number_of_integer(const tenon__keys *keys, const tenon__integer_at *at,
                                 const char *row)
{
    int64_t value;
    return tenon__read_integer(at, row, &value) ? tenon__keys_find_integer(keys, value) : 0;
}

static void put_number(char *end, int64_t number)
{
    memcpy(end - sizeof number, &number, sizeof number);
}

/* Looks up the number of each row by its value. False when one has a key that was not asked for:
 * the database finds more keys equal than we do. */
static bool number_integers(numbered *n, const tenon__keys *keys, const tenon__integer_at *at)
{
    char *row = n->rows->items;
    for (size_t i = 0; i < n->rows->count; i++, row += n->stride) {
        int64_t number = number_of_integer(keys, at, row);
        if (!number)
            return false;
        put_number(row + n->stride, number);
    }
    return true;
}

/* The same of other keys; and which of them have rows. */
static bool number_others(numbered *n, const tenon__keys *keys, bool *is_found)
{
    char *row = n->rows->items;
    for (size_t i = 0; i < n->rows->count; i++, row += n->stride) {
        char *end = row + n->stride;
        uint32_t number = number_of(keys, row, end);
        if (!number)
            return false;
        is_found[number - 1] = true;
        put_number(end, number);
    }
    return true;
}

/* False when the numbers must come from the database. Two texts that differ may be equal there, and
 * then point at the same row, which comes once and has the key of one of them only: so texts that
 * are foreign keys must all have found a row. */
static bool number_by_value(numbered *n, const tenon__keys *keys, tenon__arena *memory)
{
    const tenon_relation *relation = keys->relation;
    const tenon__integer_at integer = key_in_rows(n, keys);
    if (integer.kind)
        return number_integers(n, keys, &integer);
    bool *is_found = tenon__arena_array(memory, keys->count, sizeof *is_found);
    if (!is_found || !number_others(n, keys, is_found))
        return false;
    size_t found = 0;
    while (found < keys->count && is_found[found])
        found++;
    return !tenon__has_text_key(relation, keys->parents.model) || !relation->holds_key ||
           found == keys->count;
}

/* Counts the rows of each key; *is_sorted: they stand in the order of their keys. */
static void count_rows(numbered *n, bool *is_sorted)
{
    size_t last = 0;
    *is_sorted = true;
    for (size_t i = 0; i < n->rows->count; i++) {
        size_t key = number_at(n, n->rows->items, i);
        *is_sorted &= key >= last;
        last = key;
        n->starts[key + 1]++;
    }
    for (size_t key = 0; key < n->key_count; key++)
        n->starts[key + 1] += n->starts[key];
}

/* Rows whose order says nothing yet, from `copy` to where they belong. Not inlined: to the compiler
 * whatever follows a large allocation seldom runs. */
__attribute__((noinline)) static void place_rows(numbered *n, const char *copy, size_t *next)
{
    for (size_t i = 0; i < n->rows->count; i++) {
        size_t place = next[number_at(n, copy, i)]++;
        memcpy(n->rows->items + place * n->row_size, copy + i * n->stride, n->row_size);
    }
    tenon__shrink(n->rows, n->row_size);
}

static bool sort(numbered *n, tenon__arena *memory)
{
    char *copy = tenon__arena_alloc(memory, n->rows->count * n->stride);
    size_t *next = tenon__arena_alloc(memory, n->key_count * sizeof *next);
    if (!copy || !next)
        return false;
    memcpy(copy, n->rows->items, n->rows->count * n->stride);
    memcpy(next, n->starts, n->key_count * sizeof *next);
    place_rows(n, copy, next);
    return true;
}

/* Puts the rows of each key side by side. */
static bool group(numbered *n, tenon__arena *memory)
{
    n->starts = tenon__arena_array(memory, n->key_count + 1, sizeof *n->starts);
    if (!n->starts)
        return false;
    bool is_sorted;
    count_rows(n, &is_sorted);
    if (!is_sorted)
        return sort(n, memory);
    tenon__close_up(n->rows, n->row_size, n->stride);
    return true;
}

/* ---- parents --------------------------------------------------------------------------------- */

static bool give_one(const tenon__tree *tree, const tenon__branch *branch, char *place,
                     const numbered *n, size_t first, size_t count)
{
    if (count > 1)
        return tenon__branch_fail(tree, branch, TENON_SCHEMA,
                                  "there are %zu rows where the schema has one", count);
    char *row = count ? n->rows->items + first * n->row_size : NULL;
    memcpy(place, &row, sizeof row);
    return true;
}

static void give_list(char *place, const numbered *n, size_t first, size_t count)
{
    tenon_list list = {.items = count ? n->rows->items + first * n->row_size : NULL,
                       .count = count};
    memcpy(place, &list, sizeof list);
}

/* Gives every parent what belongs to its key, which may be nothing. */
static bool give(const tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                 const tenon__keys *keys, const numbered *n)
{
    const tenon_relation *relation = branch->relation;
    const tenon_model *model = parents.model;
    uint32_t bit = model->field_count + (uint32_t)(relation - model->relations);
    char *row = parents.items;
    for (size_t i = 0; i < parents.count; i++, row += model->row_size) {
        uint32_t number = keys->numbers[i];
        size_t first = number ? n->starts[number - 1] : 0;
        size_t count = number ? n->starts[number] - first : 0;
        char *place = row + relation->row_offset;
        if (relation->is_list)
            give_list(place, n, first, count);
        else if (!give_one(tree, branch, place, n, first, count))
            return false;
        tenon__row_set_loaded(model, row, bit);
    }
    return true;
}

static bool spend_rows(tenon__tree *tree, const tenon__branch *branch, size_t count)
{
    tree->rows_left -= (int64_t)count;
    if (tree->rows_left >= 0)
        return true;
    return tenon__branch_fail(tree, branch, TENON_LIMIT,
                              "with these the tree has more rows than it may");
}

static void set_stride(numbered *n, const tenon_relation *relation, const tenon__joined *joined,
                       bool by_value)
{
    bool has_key = by_value && relation->link;
    n->stride = n->row_size + joined->bytes + (has_key ? TENON__LINKED_KEY : sizeof(int64_t));
}

/* The rows that are there already, if their parents are those of now. */
static bool take_ahead(tenon__tree *tree, const tenon__keys *keys, tenon__ahead **ahead,
                       tenon__joined *joined, numbered *n)
{
    if (!*ahead)
        return false;
    *n->rows = (*ahead)->rows;
    *joined = (*ahead)->joined;
    set_stride(n, keys->relation, joined, true);
    if (number_by_value(n, keys, &tree->memory))
        return true;
    *n->rows = (tenon__rows){.arena = n->rows->arena};
    *ahead = NULL;
    tree->is_ahead_void = true;
    return false;
}

/* The rows with their numbers. */
static bool find_numbered(tenon__tree *tree, const tenon__branch *branch, const tenon__keys *keys,
                          const void *query, bool is_told, tenon__joined *joined, numbered *n)
{
    tenon__arena_mark mark = tenon__arena_mark_here(n->rows->arena);
    bool by_value = true;
    for (;;) {
        if (!find(tree, branch, keys, query, is_told, &by_value, joined, n->rows))
            return false;
        set_stride(n, branch->relation, joined, by_value);
        if (!by_value || number_by_value(n, keys, &tree->memory))
            return true;
        tenon__arena_rewind(n->rows->arena, mark);
        *n->rows = (tenon__rows){.arena = n->rows->arena};
        by_value = false;
        is_told = true;
    }
}

/* Without a key nothing is asked for. What could not be is told all the same, so that a mistake in
 * a query does not wait for the first row. */
static bool check_unasked(tenon__tree *tree, const tenon__branch *branch, const void *query,
                          tenon__joined *joined)
{
    const tenon__keys none = {.relation = branch->relation};
    bool by_value = true;
    tenon__walk walk;
    return tenon__walk_related(&walk, tree, branch, &none, query, &by_value, joined) &&
           tenon__walk_is_sound(&walk);
}

/* The rows of all keys, with their numbers. */
static bool find_all(tenon__tree *tree, const tenon__branch *branch, const tenon__keys *keys,
                     const void *query, tenon__ahead **ahead, tenon__joined *joined, numbered *n)
{
    bool is_told = *ahead != NULL;
    if (!keys->count)
        return check_unasked(tree, branch, query, joined);
    return take_ahead(tree, keys, ahead, joined, n) ||
           find_numbered(tree, branch, keys, query, is_told, joined, n);
}

bool tenon__load_related(tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                         const void *query, tenon__ahead **ahead, tenon__joined *joined,
                         tenon__parents *found)
{
    const tenon_model *target = branch->relation->target;
    tenon__keys keys;
    tenon__rows rows = {.arena = tree->results};
    if (!tenon__keys_of(&tree->memory, branch->relation, parents, &keys))
        return tenon__fail_no_memory(tenon__session_error(tree->session));
    joined->count = joined->bytes = 0;
    numbered n = {.rows = &rows, .row_size = target->row_size, .key_count = keys.count};
    if (!find_all(tree, branch, &keys, query, ahead, joined, &n))
        return false;
    if (!tenon__take_joined(rows.arena, joined, target, rows.items, rows.count, n.stride) ||
        !group(&n, &tree->memory))
        return tenon__fail_no_memory(tenon__session_error(tree->session));
    *found = (tenon__parents){.model = target, .items = rows.items, .count = rows.count};
    return spend_rows(tree, branch, rows.count) && give(tree, branch, parents, &keys, &n) &&
           (!keys.count || tenon__tell_load(tree->session, target, "include", query, found));
}

/* ---- counts ---------------------------------------------------------------------------------- */

/* The …Counts of a row. */
static char *counts_of(tenon__parents parents, size_t row)
{
    char *counts;
    memcpy(&counts, parents.items + row * parents.model->row_size + parents.model->counts_offset,
           sizeof counts);
    return counts;
}

/* Gives every parent the count of its key; `counts` begins with that of no key. */
static void give_counts(const tenon__branch *branch, tenon__parents parents,
                        const tenon__keys *keys, const int64_t *counts)
{
    for (size_t i = 0; i < parents.count; i++)
        memcpy(counts_of(parents, i) + branch->relation->count_offset, &counts[keys->numbers[i]],
               sizeof *counts);
}

/* The counts that are there already, if their keys are those of now. */
static bool take_counted(tenon__tree *tree, const tenon__keys *keys, tenon__counted *counted,
                         int64_t *counts)
{
    const tenon_relation *relation = keys->relation;
    const tenon__joined count = {.bytes = sizeof(int64_t)};
    numbered n = {.rows = counted ? &counted->rows : NULL, .row_size = relation->target->row_size};
    set_stride(&n, relation, &count, true);
    if (!counted || !number_by_value(&n, keys, &tree->memory))
        return false;
    for (size_t i = 0; i < n.rows->count; i++)
        memcpy(&counts[number_at(&n, n.rows->items, i) + 1],
               n.rows->items + i * n.stride + n.row_size, sizeof *counts);
    return true;
}

static bool find_counts(tenon__tree *tree, const tenon__branch *branch, const tenon__keys *keys,
                        const void *where, int64_t *counts)
{
    tenon__walk walk;
    tenon__rows rows = {.arena = &tree->memory};
    if (!begin(&walk, tree, branch, TENON__COUNT_RELATED, (tenon_table){0}))
        return false;
    walk_keys(&walk, keys);
    tenon__walk_where(&walk, where);
    if (!keys->count)
        return tenon__walk_is_sound(&walk);
    if (!run(tree, &walk, &rows))
        return false;
    const tenon__related_count *row = (const tenon__related_count *)(const void *)rows.items;
    for (size_t i = 0; i < rows.count; i++, row++)
        counts[row->number] = row->count;
    return true;
}

bool tenon__count_related(tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                          const void *where, tenon__counted *counted)
{
    tenon__keys keys;
    bool has_keys = tenon__keys_of(&tree->memory, branch->relation, parents, &keys);
    int64_t *counts =
        has_keys ? tenon__arena_array(&tree->memory, keys.count + 1, sizeof *counts) : NULL;
    if (!counts)
        return tenon__fail_no_memory(tenon__session_error(tree->session));
    bool is_counted = keys.count && take_counted(tree, &keys, counted, counts);
    if (!is_counted && !find_counts(tree, branch, &keys, where, counts))
        return false;
    give_counts(branch, parents, &keys, counts);
    return true;
}
