/* SQL text with parameters, read as text.
 *
 * A migrator asks few questions, and all about texts and small numbers: so every value travels as
 * text, and one layout for each number of columns does for all of them. The key of a plan is the
 * numbers of columns and values, and the SQL. */
#include "migrate/query.h"

#include <stdlib.h>

enum { MOST = 16, KEY_HEADER = 2 };

static const tenon_field text_field = {.name = "text",
                                       .column = "text",
                                       .kind = TENON_KIND_TEXT,
                                       .pg_type = TENON_PG_TEXT,
                                       .flags = TENON_FIELD_NULLABLE,
                                       .precision = -1};

/* A plan of its own, with all it points to. */
typedef struct text_plan {
    tenon__statement statement;
    tenon__layout layout;
    tenon__slot slots[MOST];
    tenon__out outs[MOST];
    char sql[];
} text_plan;

static void fill_plan(text_plan *plan, const uint8_t *key, size_t sql_length)
{
    size_t columns = key[0], values = key[1];
    memcpy(plan->sql, key + KEY_HEADER, sql_length);
    for (size_t i = 0; i < values; i++)
        plan->slots[i] = (tenon__slot){.field = &text_field, .as_text = true};
    for (size_t i = 0; i < columns; i++)
        plan->outs[i] = (tenon__out){.kind = TENON__OUT_FIELD,
                                     .field = &text_field,
                                     .offset = (uint32_t)(i * sizeof(const char *))};
    plan->layout = (tenon__layout){.outs = plan->outs,
                                   .out_count = columns,
                                   .row_size = (uint32_t)(columns * sizeof(const char *))};
    plan->statement =
        (tenon__statement){.sql = plan->sql,
                           .sql_length = sql_length,
                           .flags = columns ? TENON__ONCE : TENON__WRITES | TENON__ONCE,
                           .slots = plan->slots,
                           .slot_count = values,
                           .layout = columns ? &plan->layout : NULL};
}

static bool make_plan(tenon_dialect dialect, const uint8_t *key, size_t length, tenon__cached *out,
                      tenon_error *err)
{
    (void)dialect;
    size_t sql_length = length - KEY_HEADER;
    text_plan *plan = calloc(1, sizeof *plan + sql_length + 1);
    if (!plan)
        return tenon__fail_no_memory(err);
    fill_plan(plan, key, sql_length);
    *out = (tenon__cached){.statement = &plan->statement,
                           .bytes = sizeof *plan + sql_length,
                           .owner = plan,
                           .free_owner = free};
    return true;
}

static bool run(tenon_session *s, const char *sql, size_t columns, const char *const *values,
                size_t value_count, tenon__rows *rows, int64_t *affected)
{
    if (tenon__session_is_failed(s))
        return false;
    size_t length = strlen(sql);
    uint8_t *key = tenon__arena_alloc(tenon__session_scratch(s), KEY_HEADER + length + 1);
    if (!key)
        return tenon__fail_no_memory(tenon__session_error(s));
    key[0] = (uint8_t)columns;
    key[1] = (uint8_t)value_count;
    memcpy(key + KEY_HEADER, sql, length + 1);
    const void *pointers[MOST];
    for (size_t i = 0; i < value_count; i++)
        pointers[i] = values[i] ? &values[i] : NULL;
    return tenon__run(s, &(tenon__call){.key = key,
                                        .key_length = KEY_HEADER + length,
                                        .make = make_plan,
                                        .writes = columns == 0,
                                        .values = pointers,
                                        .value_count = value_count,
                                        .rows = rows,
                                        .affected = affected});
}

bool tenon__query(tenon_session *s, const char *sql, size_t columns, const char *const *values,
                  size_t value_count, tenon__texts *out)
{
    tenon__rows rows = {.arena = tenon__session_arena(s)};
    *out = (tenon__texts){.columns = columns};
    if (!run(s, sql, columns, values, value_count, &rows, NULL))
        return false;
    out->items = (const char **)(void *)rows.items;
    out->count = rows.count;
    return true;
}

bool tenon__change(tenon_session *s, const char *sql, const char *const *values, size_t value_count,
                   int64_t *affected)
{
    return run(s, sql, 0, values, value_count, NULL, affected);
}

bool tenon__query_one(tenon_session *s, const char *sql, const char *const *values,
                      size_t value_count, const char **out)
{
    tenon__texts rows;
    *out = NULL;
    if (!tenon__query(s, sql, 1, values, value_count, &rows))
        return false;
    if (rows.count)
        *out = rows.items[0];
    return true;
}
