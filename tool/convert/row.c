/* Rows: their arrays are read in the one form, written in the other, and read back.
 *
 * The drivers know both forms, so a statement says by its fields which one a column has: a list,
 * or a packed value. Statements are made where the plan cache asks for them; the key is the SQL
 * behind what decides the fields. */
#include "convert/inside.h"

#include "codec/codec.h"
#include "db/db.h"

#include <math.h>
#include <stdlib.h>

typedef struct row_key {
    const convert_element *element;
    double max_error;
    uint32_t is_packed; /* the form of the array that goes in, or comes out */
    uint32_t without_general, writes, precision;
} row_key;

typedef struct row_statement {
    tenon__statement statement;
    tenon__layout layout;
    tenon__out outs[2];
    tenon__slot slots[2];
    tenon_packing packing;
    tenon_field array;
    char sql[];
} row_statement;

static const tenon_field id_field = {
    .name = "id", .column = "id", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT};

static void fill_field(row_statement *made, const row_key *key)
{
    const convert_element *element = key->element;
    made->packing = (tenon_packing){
        .element = element->kind,
        .type = element->type,
        .options = {.max_error = key->max_error, .without_general = key->without_general},
        .pack = tenon_pack,
        .unpack = tenon_unpack};
    made->array = (tenon_field){.name = "array",
                                .column = "array",
                                .kind = element->kind,
                                .pg_type = element->pg_type,
                                .flags = TENON_FIELD_LIST,
                                .precision = (int32_t)key->precision - 1};
    if (!key->is_packed)
        return;
    made->array.kind = TENON_KIND_PACKED;
    made->array.pg_type = TENON_PG_BYTEA;
    made->array.flags = TENON_FIELD_NULLABLE;
    made->array.precision = -1;
    made->array.packing = &made->packing;
}

/* (id, array) of $2 rows behind $1; or the array at $1 into the row $2, which returns it. */
static void fill_statement(row_statement *made, const row_key *key, size_t sql_length)
{
    const tenon__slot id = {.field = &id_field, .as_text = true};
    tenon__out array = {.kind = TENON__OUT_FIELD, .field = &made->array};
    fill_field(made, key);
    made->slots[0] = made->slots[1] = id;
    made->outs[0] = array;
    if (key->writes) {
        made->slots[0] = (tenon__slot){
            .field = &made->array, .form = key->is_packed ? TENON__FORM_WIDE : TENON__FORM_ARRAY};
    } else {
        array.offset = offsetof(convert_row, array);
        made->outs[0] = (tenon__out){.kind = TENON__OUT_FIELD, .field = &id_field};
        made->outs[1] = array;
    }
    made->layout =
        (tenon__layout){.outs = made->outs,
                        .out_count = key->writes ? 1 : 2,
                        .row_size = key->writes ? sizeof(tenon__list) : sizeof(convert_row)};
    made->statement = (tenon__statement){.sql = made->sql,
                                         .sql_length = sql_length,
                                         .flags = key->writes ? TENON__WRITES : 0,
                                         .slots = made->slots,
                                         .slot_count = 2,
                                         .layout = &made->layout};
}

static bool make_statement(tenon_dialect dialect, const uint8_t *bytes, size_t length,
                           tenon__cached *out, tenon_error *err)
{
    (void)dialect;
    row_key key;
    size_t sql_length = length - sizeof key;
    row_statement *made = calloc(1, sizeof *made + sql_length + 1);
    if (!made)
        return tenon__fail_no_memory(err);
    memcpy(&key, bytes, sizeof key);
    memcpy(made->sql, bytes + sizeof key, sql_length);
    fill_statement(made, &key, sql_length);
    *out = (tenon__cached){.statement = &made->statement,
                           .bytes = sizeof *made + sql_length,
                           .owner = made,
                           .free_owner = free};
    return true;
}

/* Digits of a second: "timestamp(3)"; -1 where none are given. */
static int precision_of(const char *elements)
{
    const char *argument = strchr(elements, '(');
    return argument ? (int)strtol(argument + 1, NULL, 10) : -1;
}

static bool make_key(tenon_session *s, const convert_column *column, bool writes, const char *sql,
                     tenon__buf *out)
{
    row_key key;
    memset(&key, 0, sizeof key);
    key.element = convert_find_element(column->elements);
    key.max_error = column->options.max_error;
    key.without_general = column->options.without_general;
    key.is_packed = writes != column->is_unpacking;
    key.writes = writes;
    key.precision = (uint32_t)(precision_of(column->elements) + 1);
    tenon__buf_add(out, &key, sizeof key);
    tenon__buf_text(out, sql);
    return !out->failed || tenon__fail_no_memory(tenon__session_error(s));
}

static tenon__call call_of(const tenon__buf *key, const void *const *values, tenon__rows *out)
{
    return (tenon__call){.key = (const uint8_t *)key->data,
                         .key_length = key->length,
                         .make = make_statement,
                         .writes = true,
                         .values = values,
                         .value_count = 2,
                         .rows = out};
}

bool convert_read_rows(tenon_session *s, const convert_column *column, const char *sql,
                       const char *after, const char *most, tenon__arena *arena, tenon__rows *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
    *out = (tenon__rows){.arena = arena};
    if (!make_key(s, column, false, sql, &key))
        return false;
    const tenon__call call = call_of(&key, (const void *const[]){&after, &most}, out);
    return tenon__run(s, &call);
}

/* ---- comparing ------------------------------------------------------------------------------- */

static bool is_near(tenon_array_type type, const void *a, const void *b, double bound)
{
    double x = type == TENON_ARRAY_FLOAT ? (double)*(const float *)a : *(const double *)a;
    double y = type == TENON_ARRAY_FLOAT ? (double)*(const float *)b : *(const double *)b;
    return fabs(x - y) <= bound;
}

static bool is_same_item(tenon_array_type type, const void *a, const void *b, double bound)
{
    size_t size = tenon__array_item_size(type);
    if (type == TENON_ARRAY_TEXT)
        return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
    if (type == TENON_ARRAY_BYTES) {
        const tenon_bytes *x = a, *y = b;
        return x->len == y->len && (x->len == 0 || memcmp(x->data, y->data, x->len) == 0);
    }
    return memcmp(a, b, size) == 0 || (bound > 0 && is_near(type, a, b, bound));
}

static bool is_same_array(const convert_column *column, const tenon__list *a, const tenon__list *b)
{
    tenon_array_type type = convert_find_element(column->elements)->type;
    size_t size = tenon__array_item_size(type);
    bool is_same = a->count == b->count;
    for (size_t i = 0; is_same && i < a->count; i++)
        is_same = is_same_item(type, (const char *)a->items + i * size,
                               (const char *)b->items + i * size, column->options.max_error);
    return is_same;
}

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct writing {
    const void *values[2];
    tenon__rows back;
} writing;

static bool judge(tenon_session *s, const convert_column *column, const convert_row *row,
                  const tenon__rows *back)
{
    const tenon__list *array = (const tenon__list *)(const void *)back->items;
    return (back->count == 1 && is_same_array(column, &row->array, array)) ||
           tenon__fail(tenon__session_error(s), TENON_CORRUPT,
                       "a value of %s.%s is not what it was in its new form; nothing was changed",
                       column->table, column->column);
}

bool convert_write_rows(tenon_session *s, const convert_column *column, const char *sql,
                        const convert_row *list, size_t count, tenon__arena *arena)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
    tenon__call *calls = tenon__arena_array(arena, count, sizeof *calls);
    writing *all = tenon__arena_array(arena, count, sizeof *all);
    if (!calls || !all)
        return tenon__fail_no_memory(tenon__session_error(s));
    bool is_done = make_key(s, column, true, sql, &key);
    for (size_t i = 0; is_done && i < count; i++) {
        all[i] = (writing){{&list[i].array, &list[i].id}, {.arena = arena, .expected = 1}};
        calls[i] = call_of(&key, all[i].values, &all[i].back);
    }
    is_done = is_done && tenon__run_together(s, calls, count, false, NULL);
    for (size_t i = 0; is_done && i < count; i++)
        is_done = judge(s, column, &list[i], &all[i].back);
    return is_done;
}
