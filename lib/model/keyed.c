/* upsert_many and update_each: many rows that are told apart by a unique, in one statement.
 *
 * The items of a call all set the same fields, so that one list of columns serves every row. They
 * travel as those of create_many do: as columns (UNNEST) on PostgreSQL, up to 8,000 rows a
 * statement, and as a table (tenon_rows) on SQLite. More than one statement is one transaction.
 *
 * Columns of types that PostgreSQL knows and tenon does not cannot be named in a cast, as columns
 * of rows need one; such a model's items are written one by one, with hooks and errors of the call.
 *
 * A key that comes twice is refused before anything is sent. PostgreSQL would refuse such an upsert
 * itself but of two changes make one or the other; SQLite would make both, one after the other.
 * Keys are compared as bytes; two that only the column's collation makes equal are the database's
 * to find. */
#include "model/walk.h"

enum { STATEMENT_ROWS = 8000 };

typedef struct keyed {
    const tenon_model *model;
    tenon_keyed_head head;
    const char *call; /* its name */
    tenon__operation operation;
    const tenon_unique *unique;
    const int *update; /* upsert: columns that rows which stand there take over */
    tenon__rows *rows; /* NULL: they are only counted */
    int64_t affected;
    tenon_time now;
    tenon__column *columns;
    size_t column_count;
    size_t row; /* the one walked last */
    tenon__patterns patterns;
    tenon__arena arena;
} keyed;

static bool is_upsert(const keyed *k)
{
    return k->operation == TENON__UPSERT_MANY;
}

static const void *item_at(const keyed *k, size_t row)
{
    return (const char *)k->head.items + row * k->model->set_size;
}

static int change_at(const keyed *k, uint32_t field, size_t row)
{
    return tenon__read_int((const char *)item_at(k, row) + k->model->fields[field].set_offset);
}

static bool is_key(const keyed *k, uint32_t field)
{
    for (uint16_t i = 0; i < k->unique->field_count; i++) {
        if (k->unique->fields[i] == field)
            return true;
    }
    return false;
}

static bool blame_row(tenon__walk *walk, size_t row)
{
    if (walk->err->status != TENON_OK && !walk->err->hint[0])
        tenon__hint(walk->err, "in items[%zu]", row);
    return false;
}

static bool begin(keyed *k, tenon__walk *walk, tenon__operation operation)
{
    if (!tenon__walk_begin(walk, k->head.session, k->model, operation))
        return false;
    walk->scratch = walk->shape.arena = &k->arena;
    walk->now = k->now;
    walk->patterns = &k->patterns;
    tenon__walk_table(walk, k->head.table);
    if (k->rows)
        tenon__walk_flag(walk, TENON__SHAPE_RETURNING);
    k->unique = tenon__walk_unique(walk, k->head.on);
    return !walk->failed;
}

/* ---- columns --------------------------------------------------------------------------------- */

static void add_column(keyed *k, tenon__walk *walk, uint32_t field)
{
    tenon__column_init(&k->columns[k->column_count++], walk, &k->model->fields[field]);
}

static bool is_listed(const keyed *k, uint32_t field)
{
    for (uint32_t i = 0; i < k->model->field_count && k->update[i]; i++) {
        if (k->update[i] == (int)field + 1)
            return true;
    }
    return false;
}

/* Whether a row that stands there changes this field. */
static bool is_changed(const keyed *k, uint32_t field)
{
    if (is_key(k, field))
        return false;
    if (k->model->fields[field].flags & TENON_FIELD_UPDATED_AT)
        return true;
    return is_upsert(k) && k->update[0] ? is_listed(k, field) : change_at(k, field, 0) != 0;
}

/* left_out: an upsert's rows have every other column. */
static void walk_left_out(keyed *k, tenon__walk *walk)
{
    for (uint32_t i = 0; i < k->model->field_count; i++) {
        const tenon_field *field = &k->model->fields[i];
        bool is_left_out = tenon__is_left_out(field, item_at(k, 0));
        if (field->flags & TENON_FIELD_GENERATED)
            tenon__shape_word(&walk->shape, is_left_out);
        if (!is_left_out)
            add_column(k, walk, i);
    }
}

static bool refuse_field(const keyed *k, tenon__walk *walk, uint32_t field, size_t row,
                         const char *why)
{
    tenon__walk_fail(walk, TENON_MISUSE, &k->model->fields[field], "%s %s", k->call, why);
    return blame_row(walk, row);
}

/* changes: those of an update bring their columns. */
static void walk_changes(keyed *k, tenon__walk *walk)
{
    bool has_change = is_upsert(k);
    for (uint32_t i = 0; i < k->model->field_count; i++) {
        bool is_version = k->model->fields[i].flags & TENON_FIELD_VERSION;
        if (!is_version && !is_changed(k, i))
            continue;
        if (k->model->has_emulated && tenon__is_referred_to(k->model, (uint16_t)i))
            refuse_field(k, walk, i, 0, "cannot change what others refer to; use update");
        tenon__shape_field(&walk->shape, is_version ? TENON_INCREASE : TENON_SET, (uint16_t)i);
        has_change = has_change || change_at(k, i, 0) != 0;
        if (!is_version && !is_upsert(k))
            add_column(k, walk, i);
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
    if (!has_change)
        tenon__walk_misuse(walk, "%s was given no change", k->call);
}

static bool list_columns(keyed *k, tenon__walk *walk)
{
    size_t most = (size_t)k->model->field_count + k->unique->field_count;
    k->column_count = 0;
    k->columns = tenon__walk_alloc(walk, most * sizeof *k->columns);
    if (!k->columns)
        return false;
    for (uint16_t i = 0; i < k->unique->field_count && !is_upsert(k); i++)
        add_column(k, walk, k->unique->fields[i]);
    if (is_upsert(k))
        walk_left_out(k, walk);
    walk_changes(k, walk);
    return !walk->failed;
}

static bool walk_row(keyed *k, tenon__walk *walk, size_t row, const void **values, size_t stride)
{
    const void *item = item_at(k, row);
    k->row = row;
    for (size_t i = 0; i < k->column_count; i++)
        values[i * stride] = tenon__column_value(&k->columns[i], walk, item);
    return !walk->failed || blame_row(walk, row);
}

/* ---- what items may be ----------------------------------------------------------------------- */

static bool check_field(const keyed *k, tenon__walk *walk, uint32_t field, size_t row)
{
    int change = change_at(k, field, row);
    if ((change != 0) != (change_at(k, field, 0) != 0))
        return refuse_field(k, walk, field, row, "takes items that all set the same fields");
    if (change == 0 && is_key(k, field))
        return refuse_field(k, walk, field, row, "looks for it, so every item must set it");
    if (change > TENON_SET_DEFAULT)
        return refuse_field(k, walk, field, row, "takes values, no calculations");
    if (change && !is_upsert(k) && k->model->fields[field].flags & TENON_FIELD_VERSION)
        return refuse_field(k, walk, field, row, "counts a version, it does not set it");
    return true;
}

static bool check_item(const keyed *k, tenon__walk *walk, size_t row)
{
    tenon_set_head head;
    memcpy(&head, item_at(k, row), sizeof head);
    if (head.session || head.table.name || head.table.schema)
        return tenon__walk_misuse(walk, "session and table belong to the call, not to its items");
    tenon__refuse_nested(walk, item_at(k, row), k->call);
    for (uint32_t i = 0; i < k->model->field_count && !walk->failed; i++)
        check_field(k, walk, i, row);
    return !walk->failed;
}

/* ---- keys that come twice -------------------------------------------------------------------- */

static bool add_decimal(tenon__buf *key, tenon_decimal value)
{
    size_t length = value.len ? value.len : strlen(value.text);
    bool is_number = tenon__decimal_to_sortable(value.text, length, key);
    tenon__buf_char(key, '\0');
    return is_number;
}

static void add_bytes(tenon__buf *key, tenon_bytes value)
{
    tenon__buf_add(key, &value.len, sizeof value.len);
    tenon__buf_add(key, value.data, value.len);
}

bool tenon__key_add(tenon__buf *key, const tenon_field *field, const void *value)
{
    if (!value || field->flags & TENON_FIELD_LIST)
        return false;
    switch (field->kind) {
    case TENON_KIND_TEXT:
        tenon__buf_add(key, *(const char *const *)value, strlen(*(const char *const *)value) + 1);
        return true;
    case TENON_KIND_DECIMAL:
        return add_decimal(key, *(const tenon_decimal *)value);
    case TENON_KIND_BYTES:
        add_bytes(key, *(const tenon_bytes *)value);
        return true;
    case TENON_KIND_BOOL:
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
    case TENON_KIND_UUID:
    case TENON_KIND_TIME:
    case TENON_KIND_DATE:
    case TENON_KIND_CLOCK:
    case TENON_KIND_ENUM:
        tenon__buf_add(key, value, tenon__wide_size(field->kind));
        return true;
    default:
        return false;
    }
}

/* What the items' keys are kept in while they are compared. */
typedef struct key_set {
    tenon__map rows; /* from a key's bytes to its row, counted from 1 */
    tenon__buf key;
    tenon__column *columns;
} key_set;

static void key_set_release(key_set *set)
{
    tenon__map_release(&set->rows);
    tenon__buf_release(&set->key);
}

/* False: the walk has failed. *is_known: the bytes of the whole key stand in set->key. */
static bool read_key(const keyed *k, tenon__walk *walk, key_set *set, size_t row, bool *is_known)
{
    tenon__buf_clear(&set->key);
    *is_known = true;
    for (uint16_t i = 0; i < k->unique->field_count; i++) {
        const tenon_field *field = set->columns[i].field;
        const void *value = tenon__column_value(&set->columns[i], walk, item_at(k, row));
        if (walk->failed)
            return blame_row(walk, row);
        if (!value)
            return refuse_field(k, walk, k->unique->fields[i], row,
                                "looks for it; it needs a value");
        *is_known = *is_known && tenon__key_add(&set->key, field, value);
    }
    return true;
}

static bool refuse_twin(const keyed *k, tenon__walk *walk, size_t first, size_t row)
{
    tenon__walk_misuse(walk, "%s was given two items with the same %s", k->call, k->unique->name);
    tenon__hint(walk->err, "items[%zu] and items[%zu]", first, row);
    return false;
}

static bool check_key(const keyed *k, tenon__walk *walk, key_set *set, size_t row)
{
    bool is_known;
    if (!read_key(k, walk, set, row, &is_known))
        return false;
    if (!is_known)
        return true;
    const char *key = tenon__arena_copy(walk->scratch, set->key.data, set->key.length);
    const uintptr_t twin = (uintptr_t)tenon__map_get(&set->rows, set->key.data, set->key.length);
    if (twin)
        return refuse_twin(k, walk, twin - 1, row);
    bool is_kept = key && !set->key.failed &&
                   tenon__map_put(&set->rows, key, set->key.length, (void *)(row + 1));
    return is_kept || tenon__fail_no_memory(walk->err);
}

static bool check_keys(const keyed *k, tenon__walk *walk)
{
    TENON__CLEANUP(key_set_release) key_set set = {0};
    set.columns = tenon__walk_alloc(walk, k->unique->field_count * sizeof *set.columns);
    for (uint16_t i = 0; set.columns && i < k->unique->field_count; i++)
        tenon__column_init(&set.columns[i], walk, &k->model->fields[k->unique->fields[i]]);
    bool is_good = set.columns && !walk->failed;
    for (size_t row = 0; is_good && row < k->head.count; row++)
        is_good = check_key(k, walk, &set, row);
    return is_good;
}

/* Whether there is anything to do, and it can be done. */
static bool check_call(keyed *k)
{
    tenon__walk walk;
    if (!begin(k, &walk, k->operation))
        return false;
    if (!k->head.items && k->head.count)
        return tenon__walk_misuse(&walk, "%s was given a count but no items", k->call);
    for (size_t row = 0; row < k->head.count; row++) {
        if (!check_item(k, &walk, row))
            return false;
    }
    return k->head.count > 0 && check_keys(k, &walk);
}

/* ---- one statement --------------------------------------------------------------------------- */

static bool run(keyed *k, tenon__walk *walk)
{
    int64_t affected = 0;
    bool is_done = tenon__walk_run(walk, k->rows, &affected);
    k->affected += affected;
    return is_done;
}

/* As columns, rows [first, end). */
static bool run_columns(keyed *k, tenon__walk *walk, size_t first, size_t end)
{
    size_t count = end - first;
    const void **values = tenon__walk_alloc(walk, k->column_count * count * sizeof *values);
    tenon__list *lists = tenon__walk_alloc(walk, k->column_count * sizeof *lists);
    for (size_t row = first; values && lists && row < end; row++) {
        if (!walk_row(k, walk, row, values + row - first, count))
            return false;
    }
    for (size_t i = 0; values && lists && i < k->column_count; i++) {
        lists[i] = (tenon__list){.items = values + i * count, .count = count};
        tenon__walk_value(walk, &lists[i]);
    }
    return run(k, walk);
}

/* All rows one after the other: tenon__row_source. */
typedef struct feed {
    keyed *keyed;
    tenon__walk *walk;
    const void **values;
} feed;

static const void *const *next_row(void *context, size_t i)
{
    feed *f = context;
    return walk_row(f->keyed, f->walk, i, f->values, 1) ? f->values : NULL;
}

static bool run_rows(keyed *k, tenon__walk *walk)
{
    feed f = {.keyed = k, .walk = walk};
    f.values = tenon__walk_alloc(walk, k->column_count * sizeof *f.values);
    tenon__row_source source = {.count = k->head.count, .next = next_row, .context = &f};
    tenon__walk_value(walk, &source);
    if (run(k, walk))
        return true;
    bool is_of_value = walk->err->field[0] && !walk->err->sqlite_code;
    return is_of_value && blame_row(walk, k->row);
}

static bool run_statement(keyed *k, bool has_rows, size_t first, size_t end)
{
    tenon__walk walk;
    tenon__arena_mark mark = tenon__arena_mark_here(&k->arena);
    bool is_done = begin(k, &walk, k->operation) && list_columns(k, &walk) &&
                   (has_rows ? run_rows(k, &walk) : run_columns(k, &walk, first, end));
    tenon__arena_rewind(&k->arena, mark);
    return is_done;
}

static bool run_statements(keyed *k)
{
    bool is_good = true;
    for (size_t first = 0; is_good && first < k->head.count; first += STATEMENT_ROWS) {
        size_t rest = k->head.count - first;
        is_good =
            run_statement(k, false, first, first + (rest < STATEMENT_ROWS ? rest : STATEMENT_ROWS));
    }
    return is_good;
}

/* ---- one by one ------------------------------------------------------------------------------ */

static void walk_own_changes(const keyed *k, tenon__walk *walk, const void *item)
{
    for (uint16_t i = 0; i < k->model->field_count && !walk->failed; i++) {
        const tenon_field *field = &k->model->fields[i];
        if (field->flags & TENON_FIELD_VERSION) {
            tenon__walk_version(walk, i, 0, NULL);
        } else if (is_changed(k, i)) {
            tenon__shape_field(&walk->shape, TENON_SET, i);
            tenon__walk_value(walk, tenon__create_value(walk, field, item));
        }
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
}

static void walk_own_key(const keyed *k, tenon__walk *walk, const void *item)
{
    const void *key[TENON_MAX_KEY];
    for (uint16_t i = 0; i < k->unique->field_count; i++)
        key[i] = tenon__set_value(&k->model->fields[k->unique->fields[i]], item);
    tenon__walk_key(walk, (uint32_t)(k->unique - k->model->uniques), key);
}

static bool write_item(keyed *k, size_t row)
{
    tenon__walk walk;
    const void *item = item_at(k, row);
    tenon__rows unwanted = {.arena = &k->arena}, *rows = k->rows ? k->rows : &unwanted;
    size_t count = rows->count;
    if (!begin(k, &walk, is_upsert(k) ? TENON__UPSERT : TENON__UPDATE))
        return false;
    if (is_upsert(k))
        tenon__walk_create(&walk, item, k->unique);
    walk_own_changes(k, &walk, item);
    if (!is_upsert(k))
        walk_own_key(k, &walk, item);
    bool is_done = tenon__walk_run(&walk, rows, NULL);
    k->affected += is_done ? (int64_t)(rows->count - count) : 0;
    return is_done || blame_row(&walk, row);
}

static bool write_items(keyed *k)
{
    bool is_good = true;
    for (size_t row = 0; is_good && row < k->head.count; row++) {
        tenon__arena_mark mark = tenon__arena_mark_here(&k->arena);
        is_good = write_item(k, row);
        tenon__arena_rewind(&k->arena, mark);
    }
    return is_good;
}

/* ---- the calls ------------------------------------------------------------------------------- */

/* A value that SQLite's driver refuses does not undo the rows before it: hence a transaction. */
static bool write_all(keyed *k)
{
    tenon_session *session = k->head.session;
    tenon__bulk bulk = tenon__bulk_of(tenon__session_dialect(session), k->model);
    if (bulk != TENON__BULK_ROWS && bulk != TENON__BULK_VALUES && k->head.count <= STATEMENT_ROWS)
        return run_statements(k);
    if (!tenon_begin(session))
        return false;
    if (bulk == TENON__BULK_ROWS)
        run_statement(k, true, 0, k->head.count);
    else if (bulk == TENON__BULK_VALUES)
        write_items(k);
    else
        run_statements(k);
    return tenon_commit(session); /* which rolls back when one of them failed */
}

/* Hooks see the rows of the call at once. Nobody knows before which of an upsert will be created,
 * so both moments are told, as for a single one. */
static bool call_hooks(const keyed *k, tenon_moment created, tenon_moment updated)
{
    tenon_event event = {.moment = (tenon_moment)(is_upsert(k) ? created | updated : updated),
                         .session = k->head.session,
                         .model = k->model,
                         .operation = k->call,
                         .created = k->head.items,
                         .created_count = k->head.count};
    if (!tenon__session_is_watched(k->head.session))
        return true;
    if (updated == TENON_AFTER_UPDATE) {
        event.affected = k->affected;
        event.rows = k->rows ? k->rows->items : NULL;
        event.row_count = k->rows ? k->rows->count : 0;
    }
    return tenon__call_hooks(&event);
}

static bool write(keyed *k)
{
    k->now = tenon_time_now();
    bool is_done = check_call(k) && call_hooks(k, TENON_BEFORE_CREATE, TENON_BEFORE_UPDATE) &&
                   write_all(k) && call_hooks(k, TENON_AFTER_CREATE, TENON_AFTER_UPDATE);
    tenon__patterns_release(&k->patterns);
    tenon__arena_release(&k->arena);
    return is_done;
}

static bool upsert_many(const tenon_model *model, const void *upsert_many, keyed *k)
{
    *k = (keyed){.model = model,
                 .call = "upsert_many",
                 .operation = TENON__UPSERT_MANY,
                 .rows = k->rows,
                 .update = (const int *)(const void *)((const char *)upsert_many +
                                                       sizeof(tenon_keyed_head))};
    memcpy(&k->head, upsert_many, sizeof k->head);
    if (k->rows && !tenon__session_is_failed(k->head.session))
        k->rows->arena = tenon__session_arena(k->head.session);
    return write(k);
}

int64_t tenon_upsert_many(const tenon_model *model, const void *rows)
{
    keyed k = {0};
    return upsert_many(model, rows, &k) ? k.affected : 0;
}

tenon_list tenon_upsert_many_returning(const tenon_model *model, const void *rows)
{
    tenon__rows written = {0};
    keyed k = {.rows = &written};
    if (!upsert_many(model, rows, &k))
        return (tenon_list){0};
    return (tenon_list){.items = written.items, .count = written.count};
}

int64_t tenon_update_each(const tenon_model *model, const void *update_each)
{
    keyed k = {.model = model, .call = "update_each", .operation = TENON__UPDATE_EACH};
    memcpy(&k.head, update_each, sizeof k.head);
    return write(&k) ? k.affected : 0;
}
