/* A statement whose columns are all text, made where the plan cache asks for it. See rows.h.
 *
 * The key of a call is the SQL text behind the number of its columns and values, so that the cache
 * holds a plan for each text like for any other call. */
#include "rows/rows.h"

#include "db/db.h"

#include <stdlib.h>

typedef struct rows_key {
    uint32_t columns, values;
} rows_key;

static const tenon_field text_field = {.name = "text",
                                       .column = "text",
                                       .kind = TENON_KIND_TEXT,
                                       .pg_type = TENON_PG_TEXT,
                                       .flags = TENON_FIELD_NULLABLE,
                                       .precision = -1};

typedef struct text_statement {
    tenon__statement statement;
    tenon__layout layout;
    tenon__out outs[ROWS_COLUMNS_MOST];
    tenon__slot slots[ROWS_VALUES_MOST];
    char sql[];
} text_statement;

static void fill_statement(text_statement *made, const rows_key *shape, size_t sql_length)
{
    for (uint32_t i = 0; i < shape->columns; i++)
        made->outs[i] = (tenon__out){.kind = TENON__OUT_FIELD,
                                     .field = &text_field,
                                     .offset = i * (uint32_t)sizeof(const char *)};
    for (uint32_t i = 0; i < shape->values; i++)
        made->slots[i] = (tenon__slot){.field = &text_field, .as_text = true};
    made->layout = (tenon__layout){.outs = made->outs,
                                   .out_count = shape->columns,
                                   .row_size = shape->columns * (uint32_t)sizeof(const char *)};
    made->statement = (tenon__statement){.sql = made->sql,
                                         .sql_length = sql_length,
                                         .flags = TENON__ONCE,
                                         .slots = made->slots,
                                         .slot_count = shape->values,
                                         .layout = &made->layout};
}

static bool make_statement(tenon_dialect dialect, const uint8_t *key, size_t length,
                           tenon__cached *out, tenon_error *err)
{
    (void)dialect;
    rows_key shape;
    size_t sql_length = length - sizeof shape;
    text_statement *made = calloc(1, sizeof *made + sql_length + 1);
    if (!made)
        return tenon__fail_no_memory(err);
    memcpy(&shape, key, sizeof shape);
    memcpy(made->sql, key + sizeof shape, sql_length);
    fill_statement(made, &shape, sql_length);
    *out = (tenon__cached){.statement = &made->statement,
                           .bytes = sizeof *made + sql_length,
                           .owner = made,
                           .free_owner = free};
    return true;
}

bool rows_read(tenon_session *s, const rows_query *query, tenon__arena *arena, rows *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
    rows_key shape = {(uint32_t)query->columns, (uint32_t)query->value_count};
    const void *values[ROWS_VALUES_MOST];
    tenon__rows found = {.arena = arena};
    *out = (rows){.columns = query->columns};
    tenon__buf_add(&key, &shape, sizeof shape);
    tenon__buf_text(&key, query->sql);
    if (key.failed)
        return tenon__fail_no_memory(tenon__session_error(s));
    for (size_t i = 0; i < query->value_count; i++)
        values[i] = query->values[i] ? (const void *)&query->values[i] : NULL;
    tenon__call call = {.key = (const uint8_t *)key.data,
                        .key_length = key.length,
                        .make = make_statement,
                        .values = values,
                        .value_count = query->value_count,
                        .rows = &found};
    if (!tenon__run(s, &call))
        return false;
    tenon__arena_align(arena);
    out->cells = (const char *const *)(void *)found.items;
    out->count = found.count;
    return true;
}

size_t rows_run(const rows *found, size_t row, size_t column)
{
    const char *first = rows_cell(found, row, column);
    size_t count = 1;
    while (row + count < found->count && !strcmp(rows_cell(found, row + count, column), first))
        count++;
    return count;
}
