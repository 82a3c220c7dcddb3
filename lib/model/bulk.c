/* create_many: many new rows, the fastest way that the database has.
 *
 * PostgreSQL takes them as columns, one array a parameter (UNNEST), and by COPY from 1,200 on
 * when nothing has to come back. SQLite reads them as a table (tenon_rows), which needs a quarter
 * less work than rows of VALUES. In both of the latter the rows are walked, checked and sent one by
 * one, in one pass. Models with a column whose type cannot be named take several rows of VALUES:
 * 64, 8 or 1, so that there are only three statements to keep. Whatever takes more than one
 * statement happens in one transaction, or in a savepoint of the session's.
 *
 * A statement lists the same columns for all of its rows, so rows are grouped by which of their
 * generated fields they leave to the database: nearly always one group. What each column needs is
 * worked out once for a group. Defaults and pointers to values live in an arena of the call,
 * because the session's scratch memory ends with each statement. */
#include "model/walk.h"

enum {
    COPY_ROWS = 1200,      /* from here on COPY is faster than UNNEST */
    STATEMENT_ROWS = 8000, /* most of one UNNEST */
    MANY_VALUES = 64,      /* rows of VALUES */
    SOME_VALUES = 8,
    MOST_GENERATED = 63
};

/* The mask of a row that is in the database already. */
static const uint64_t done = UINT64_MAX;

typedef struct bulk {
    const tenon_model *model;
    tenon_create_many_head head;
    tenon__rows *rows; /* NULL: they are only counted */
    int64_t created;
    tenon_time now;
    uint64_t *masks; /* of each row, a bit for each GENERATED field: left out */
    uint32_t generated_at[MOST_GENERATED]; /* where these fields have their changes in an item */
    size_t generated_count;
    tenon__patterns patterns;
    tenon__arena arena;
} bulk;

static void bulk_release(bulk *b)
{
    tenon__patterns_release(&b->patterns);
    tenon__arena_release(&b->arena);
}

static const void *item_at(const bulk *b, size_t row)
{
    return (const char *)b->head.items + row * b->model->set_size;
}

static bool begin(bulk *b, tenon__walk *walk, tenon__operation operation)
{
    if (!tenon__walk_begin(walk, b->head.session, b->model, operation))
        return false;
    tenon__walk_table(walk, b->head.table);
    if (b->head.skip_duplicates)
        tenon__walk_flag(walk, TENON__SHAPE_SKIP_DUPLICATES);
    if (b->rows)
        tenon__walk_flag(walk, TENON__SHAPE_RETURNING);
    walk->now = b->now;
    walk->patterns = &b->patterns;
    return true;
}

/* Tells which row a failing value belongs to. */
static bool blame_row(tenon__walk *walk, size_t row)
{
    if (walk->err->status != TENON_OK && !walk->err->hint[0])
        tenon__hint(walk->err, "in items[%zu]", row);
    return false;
}

/* Whether a driver has refused a value: what the database refuses comes with a code. */
static bool is_of_value(const tenon_error *err)
{
    return err->field[0] && !err->sqlstate[0] && !err->sqlite_code;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static uint64_t mask_of(const bulk *b, size_t row)
{
    const char *item = item_at(b, row);
    uint64_t mask = 0;
    for (size_t i = 0; i < b->generated_count; i++)
        mask |= (uint64_t)tenon__is_unset(tenon__read_int(item + b->generated_at[i])) << i;
    return mask;
}

static bool make_masks(bulk *b)
{
    b->masks = tenon__arena_array(&b->arena, b->head.count, sizeof *b->masks);
    for (size_t row = 0; b->masks && row < b->head.count; row++)
        b->masks[row] = mask_of(b, row);
    return b->masks || tenon__fail_no_memory(tenon__session_error(b->head.session));
}

/* Rows [first, end) with this mask. */
typedef struct group {
    size_t first, end, count;
    uint64_t mask;
} group;

/* The group of the first row that is not done. */
static group next_group(const bulk *b, size_t first, size_t end)
{
    while (first < end && b->masks[first] == done)
        first++;
    group g = {.first = first, .end = end, .mask = first < end ? b->masks[first] : 0};
    for (size_t row = first; row < end; row++)
        g.count += b->masks[row] == g.mask;
    return g;
}

static bool is_one_group(const bulk *b)
{
    return next_group(b, 0, b->head.count).count == b->head.count;
}

static void mark_done(bulk *b, const group *g)
{
    for (size_t row = g->first; row < g->end; row++) {
        if (b->masks[row] == g->mask)
            b->masks[row] = done;
    }
}

/* The columns that a group's statement lists. */
typedef struct columns {
    tenon__column *items;
    size_t count;
} columns;

/* left_out into the shape, and the fields that are not. False: the walk has failed. */
static bool list_columns(tenon__walk *walk, uint64_t mask, columns *list)
{
    *list = (columns){tenon__walk_alloc(walk, walk->model->field_count * sizeof *list->items), 0};
    if (!list->items)
        return false;
    for (uint32_t i = 0; i < walk->model->field_count; i++) {
        const tenon_field *field = &walk->model->fields[i];
        bool is_left_out = false;
        if (field->flags & TENON_FIELD_GENERATED) {
            is_left_out = mask & 1;
            mask >>= 1;
            tenon__shape_word(&walk->shape, is_left_out);
        }
        if (!is_left_out)
            tenon__column_init(&list->items[list->count++], walk, field);
    }
    return !walk->failed;
}

static bool walk_row(const bulk *b, tenon__walk *walk, size_t row, columns list,
                     const void **values, size_t stride)
{
    const void *item = item_at(b, row);
    for (size_t i = 0; i < list.count; i++)
        values[i * stride] = tenon__column_value(&list.items[i], walk, item);
    return !walk->failed || blame_row(walk, row);
}

/* ---- as values ------------------------------------------------------------------------------- */

/* Rows that have nothing but what the database generates give no column to list. */
static bool is_bare(const bulk *b, uint64_t mask)
{
    return (uint32_t)__builtin_popcountll(mask) == b->model->field_count;
}

static bool walk_values(const bulk *b, tenon__walk *walk, size_t first, size_t rows)
{
    columns list;
    if (!list_columns(walk, b->masks[first], &list))
        return false;
    const void **values = tenon__walk_alloc(walk, rows * list.count * sizeof *values);
    if (!values)
        return false;
    for (size_t i = 0; i < rows; i++) {
        if (!walk_row(b, walk, first + i, list, values + i * list.count, 1))
            return false;
    }
    walk->values = values;
    walk->value_count = rows * list.count;
    return true;
}

/* One statement for rows that leave out the same fields. */
static bool insert_values(bulk *b, size_t first, size_t rows)
{
    tenon__walk walk;
    int64_t created = 0;
    if (!begin(b, &walk, TENON__CREATE))
        return false;
    tenon__shape_head_of(&walk.shape)->number = (uint32_t)rows;
    if (b->head.skip_duplicates && is_bare(b, b->masks[first]))
        tenon__walk_misuse(&walk, "a row of nothing but defaults cannot be a duplicate");
    walk_values(b, &walk, first, rows);
    if (!tenon__walk_run(&walk, b->rows, &created))
        return rows == 1 ? blame_row(&walk, first) : false;
    b->created += created;
    return true;
}

/* How many rows from here on go into one statement. */
static size_t next_values(const bulk *b, size_t first)
{
    size_t most = tenon__session_driver(b->head.session)->parameter_limit / b->model->field_count;
    size_t alike = 1;
    while (alike < MANY_VALUES && first + alike < b->head.count &&
           b->masks[first + alike] == b->masks[first])
        alike++;
    if (is_bare(b, b->masks[first]) || alike < SOME_VALUES || most < SOME_VALUES)
        return 1;
    return alike < MANY_VALUES || most < MANY_VALUES ? SOME_VALUES : MANY_VALUES;
}

static bool insert_all_values(bulk *b)
{
    bool is_good = true;
    for (size_t first = 0, rows; first < b->head.count && is_good; first += rows) {
        rows = next_values(b, first);
        is_good = insert_values(b, first, rows);
    }
    return is_good;
}

/* ---- as columns ------------------------------------------------------------------------------ */

/* A list for each field, of pointers to the group's values. */
static bool walk_columns(const bulk *b, tenon__walk *walk, const group *g, columns list)
{
    tenon__list *lists = tenon__walk_alloc(walk, list.count * sizeof *lists);
    size_t size = list.count * g->count * sizeof(void *);
    const void **values = lists ? tenon__walk_alloc(walk, size) : NULL;
    if (!values)
        return false;
    size_t at = 0;
    for (size_t row = g->first; row < g->end; row++) {
        if (b->masks[row] == g->mask && !walk_row(b, walk, row, list, values + at++, g->count))
            return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        lists[i] = (tenon__list){.items = values + i * g->count, .count = g->count};
        tenon__walk_value(walk, &lists[i]);
    }
    return true;
}

/* The row whose value of the named field does not pass; arrays are not looked into. */
static bool blame_group(const bulk *b, tenon__walk *walk, const group *g, columns list)
{
    const tenon_field *field = NULL;
    size_t column = 0;
    for (size_t i = 0; i < list.count && is_of_value(walk->err); i++) {
        if (strcmp(list.items[i].field->name, walk->err->field) == 0)
            field = list.items[column = i].field;
    }
    if (!field || field->flags & TENON_FIELD_LIST)
        return false;
    const void *const *value = ((const tenon__list *)walk->values[column])->items;
    for (size_t row = g->first; row < g->end; row++) {
        if (b->masks[row] != g->mask)
            continue;
        if (*value && !tenon__check_wide(b->model, field, *value, NULL))
            return blame_row(walk, row);
        value++;
    }
    return false;
}

static bool insert_group(bulk *b, const group *g)
{
    tenon__walk walk;
    if (!begin(b, &walk, TENON__CREATE_MANY))
        return false;
    walk.scratch = walk.shape.arena = &b->arena;
    columns list;
    int64_t created = 0;
    if (!list_columns(&walk, g->mask, &list) || !walk_columns(b, &walk, g, list))
        return false;
    if (!tenon__walk_run(&walk, b->rows, &created))
        return blame_group(b, &walk, g, list);
    b->created += created;
    return true;
}

static bool insert_bare_group(bulk *b, const group *g)
{
    bool is_good = true;
    for (size_t row = g->first; row < g->end && is_good; row++)
        is_good = b->masks[row] != g->mask || insert_values(b, row, 1);
    return is_good;
}

static bool insert_groups(bulk *b, size_t first, size_t end)
{
    tenon__arena_mark mark = tenon__arena_mark_here(&b->arena);
    bool is_good = true;
    for (group g; is_good && (g = next_group(b, first, end)).count; mark_done(b, &g)) {
        is_good = is_bare(b, g.mask) ? insert_bare_group(b, &g) : insert_group(b, &g);
        tenon__arena_rewind(&b->arena, mark);
    }
    return is_good;
}

static bool insert_chunks(bulk *b)
{
    bool is_good = true;
    for (size_t first = 0; is_good && first < b->head.count; first += STATEMENT_ROWS) {
        size_t rest = b->head.count - first;
        is_good = insert_groups(b, first, first + (rest < STATEMENT_ROWS ? rest : STATEMENT_ROWS));
    }
    return is_good;
}

/* ---- row by row ------------------------------------------------------------------------------ */

/* The rows of a group while the statement asks for them: tenon__row_source. */
typedef struct feed {
    bulk *bulk;
    tenon__walk walk;
    group group;
    size_t row;
    columns columns;
    const void **values;
    tenon__arena_mark mark;
} feed;

enum { ROWS_BETWEEN_REWINDS = 64 };

static const void *const *next_row(void *context, size_t i)
{
    feed *f = context;
    const bulk *b = f->bulk;
    f->row = i ? f->row + 1 : f->group.first;
    while (b->masks[f->row] != f->group.mask)
        f->row++;
    if (i % ROWS_BETWEEN_REWINDS == 0)
        tenon__arena_rewind(f->walk.scratch, f->mark);
    return walk_row(b, &f->walk, f->row, f->columns, f->values, 1) ? f->values : NULL;
}

static bool open_feed(feed *f, bulk *b, const group *g)
{
    f->bulk = b;
    f->group = *g;
    if (!begin(b, &f->walk, TENON__CREATE_MANY))
        return false;
    f->walk.scratch = f->walk.shape.arena = &b->arena;
    f->values = tenon__walk_alloc(&f->walk, b->model->field_count * sizeof *f->values);
    if (!f->values || !list_columns(&f->walk, g->mask, &f->columns))
        return false;
    f->mark = tenon__arena_mark_here(&b->arena);
    return true;
}

static bool is_one_json(const tenon_field *field)
{
    return field->kind == TENON_KIND_JSON && !(field->flags & TENON_FIELD_LIST);
}

/* The first value of a row that is no JSON where one should be: *err then says so. */
static bool has_bad_json(const feed *f, const void *const *values, tenon_error *err)
{
    for (size_t i = 0; i < f->columns.count; i++) {
        const tenon_field *field = f->columns.items[i].field;
        if (is_one_json(field) && values[i] &&
            !tenon__check_wide(f->bulk->model, field, values[i], err))
            return true;
    }
    return false;
}

/* What the server refuses as data may be a JSON, which is left to it: it does not know whose. */
static bool blame_json(feed *f)
{
    enum { CLASS_LENGTH = 2 };
    tenon_error found = {0}, *err = f->walk.err;
    bool is_data = strncmp(err->sqlstate, "22", CLASS_LENGTH) == 0;
    for (size_t i = 0; is_data && i < f->group.count; i++) {
        const void *const *values = next_row(f, i);
        if (!values || !has_bad_json(f, values, &found))
            continue;
        *err = found;
        return true;
    }
    return false;
}

/* A value that a driver refuses is in the row it was given last. */
static bool blame_feed(feed *f)
{
    return is_of_value(f->walk.err) && blame_row(&f->walk, f->row);
}

static bool run_feed(feed *f)
{
    tenon__row_source source = {.count = f->group.count, .next = next_row, .context = f};
    int64_t created = 0;
    tenon__walk_value(&f->walk, &source);
    if (!tenon__walk_run(&f->walk, f->bulk->rows, &created))
        return blame_feed(f);
    f->bulk->created += created;
    return true;
}

static bool run_copy(feed *f)
{
    tenon_session *session = f->bulk->head.session;
    int64_t created = 0;
    tenon__walk_flag(&f->walk, TENON__SHAPE_COPY);
    tenon__plan *plan = tenon__render(tenon__session_dialect(session), f->walk.shape.data,
                                      f->walk.shape.length, f->walk.err);
    bool is_done =
        plan && tenon__run_copy(session, &plan->statement, f->group.count, next_row, f, &created);
    tenon__plan_free(plan);
    f->bulk->created += created;
    if (is_done)
        return true;
    if (!blame_json(f))
        tenon__name_error(f->bulk->model, f->walk.table, TENON__CREATE_MANY, f->walk.err);
    return blame_feed(f);
}

static bool feed_groups(bulk *b, bool (*run)(feed *f))
{
    feed f;
    tenon__arena_mark mark = tenon__arena_mark_here(&b->arena);
    bool is_good = true;
    for (group g; is_good && (g = next_group(b, 0, b->head.count)).count; mark_done(b, &g)) {
        if (is_bare(b, g.mask))
            is_good = insert_bare_group(b, &g);
        else
            is_good = open_feed(&f, b, &g) && run(&f);
        tenon__arena_rewind(&b->arena, mark);
    }
    return is_good;
}

/* ---- the calls ------------------------------------------------------------------------------- */

static tenon__bulk choose_way(const bulk *b)
{
    tenon__bulk best = tenon__bulk_of(tenon__session_dialect(b->head.session), b->model);
    bool saves_savepoint = b->head.count <= STATEMENT_ROWS && tenon_in_transaction(b->head.session);
    bool is_copy = !saves_savepoint && b->head.count >= COPY_ROWS && !b->rows &&
                   !b->head.skip_duplicates && !tenon__is_noted(b->head.session, b->model);
    if (b->head.count == 1)
        return TENON__BULK_VALUES;
    return best == TENON__BULK_COPY && !is_copy ? TENON__BULK_COLUMNS : best;
}

static bool needs_transaction(const bulk *b, tenon__bulk way)
{
    switch (way) {
    case TENON__BULK_VALUES:
    case TENON__BULK_ROWS: /* where a value that is refused does not undo the rows before it */
        return b->head.count > 1;
    case TENON__BULK_COLUMNS:
        return b->head.count > STATEMENT_ROWS || !is_one_group(b);
    case TENON__BULK_COPY: /* in one of the program's, a savepoint: two round trips */
        return !is_one_group(b) || tenon_in_transaction(b->head.session);
    }
    return true;
}

static bool create_by(bulk *b, tenon__bulk way)
{
    switch (way) {
    case TENON__BULK_VALUES:
        return insert_all_values(b);
    case TENON__BULK_COLUMNS:
        return insert_chunks(b);
    case TENON__BULK_COPY:
        return feed_groups(b, run_copy);
    case TENON__BULK_ROWS:
        return feed_groups(b, run_feed);
    }
    return false;
}

static bool create_in_one(bulk *b, tenon__bulk way)
{
    if (!make_masks(b))
        return false;
    if (!needs_transaction(b, way))
        return create_by(b, way);
    if (!tenon_begin(b->head.session))
        return false;
    create_by(b, way);
    return tenon_commit(b->head.session); /* which rolls back when one of them failed */
}

/* PostgreSQL writes rows through a view, but does not COPY to one. */
static bool is_view(const bulk *b)
{
    return !strcmp(tenon_session_error(b->head.session)->sqlstate, "42809"); /* wrong_object_type */
}

/* All of the rows, or none. */
static bool create_all(bulk *b)
{
    tenon__bulk way = choose_way(b);
    if (create_in_one(b, way))
        return true;
    if (way != TENON__BULK_COPY || !is_view(b))
        return false;
    tenon_error_clear(b->head.session);
    b->created = 0;
    return create_in_one(b, TENON__BULK_COLUMNS);
}

static bool list_generated(bulk *b, tenon__walk *walk)
{
    for (uint32_t i = 0; i < b->model->field_count; i++) {
        const tenon_field *field = &b->model->fields[i];
        if (!(field->flags & TENON_FIELD_GENERATED))
            continue;
        if (b->generated_count == MOST_GENERATED)
            return tenon__walk_misuse(walk, "create_many tells only %d generated fields apart",
                                      MOST_GENERATED);
        b->generated_at[b->generated_count++] = field->set_offset;
    }
    return true;
}

static bool check_item(const bulk *b, tenon__walk *walk, size_t row)
{
    tenon_set_head head;
    memcpy(&head, item_at(b, row), sizeof head);
    if (head.session || head.table.name || head.table.schema)
        tenon__walk_misuse(walk, "session and table belong to the call, not to its items");
    tenon__refuse_nested(walk, item_at(b, row), "create_many");
    return !walk->failed;
}

/* A call that is worth starting: the session is sound, and there are rows. */
static bool check_call(bulk *b)
{
    tenon__walk walk;
    if (!begin(b, &walk, TENON__CREATE_MANY) || !list_generated(b, &walk))
        return false;
    if (!b->head.items && b->head.count)
        return tenon__walk_misuse(&walk, "create_many was given a count but no items");
    size_t row = 0;
    while (row < b->head.count && check_item(b, &walk, row))
        row++;
    return row > 0 && row == b->head.count;
}

/* Hooks see the rows of the call at once, however many statements they take. */
static bool call_hooks(const bulk *b, tenon_moment moment)
{
    tenon_event event = {.moment = moment,
                         .session = b->head.session,
                         .model = b->model,
                         .operation = "create_many",
                         .created = b->head.items,
                         .created_count = b->head.count};
    if (!tenon__session_is_watched(b->head.session))
        return true;
    if (moment == TENON_AFTER_CREATE) {
        event.affected = b->created;
        event.rows = b->rows ? b->rows->items : NULL;
        event.row_count = b->rows ? b->rows->count : 0;
    }
    return tenon__call_hooks(&event);
}

static bool create_many(const tenon_model *model, const void *create_many, tenon__rows *rows,
                        int64_t *created)
{
    bulk b = {.model = model, .rows = rows};
    memcpy(&b.head, create_many, sizeof b.head);
    b.now = tenon_time_now();
    bool is_worth = check_call(&b) && call_hooks(&b, TENON_BEFORE_CREATE);
    if (is_worth && rows)
        rows->arena = tenon__session_arena(b.head.session);
    bool is_done = is_worth && create_all(&b) && call_hooks(&b, TENON_AFTER_CREATE);
    bulk_release(&b);
    *created = is_done ? b.created : 0;
    return is_done;
}

int64_t tenon_create_many(const tenon_model *model, const void *rows)
{
    int64_t created;
    create_many(model, rows, NULL, &created);
    return created;
}

tenon_list tenon_create_many_returning(const tenon_model *model, const void *rows)
{
    tenon__rows created_rows = {0};
    int64_t created;
    if (!create_many(model, rows, &created_rows, &created))
        return (tenon_list){0};
    return (tenon_list){.items = created_rows.items, .count = created_rows.count};
}
