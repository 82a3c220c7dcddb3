/* Rows of any columns, as texts, and a text as a value. */
#include "sql/dynamic.h"

const tenon__layout tenon__cells_layout = {.is_open = true, .row_size = sizeof(const char **)};

const tenon_cells *tenon_sql_cells(tenon_sql *q)
{
    if (!tenon__text_can_run(q))
        return NULL;
    tenon__names names = {0};
    tenon__rows rows = {.arena = q->arena, .names = &names};
    if (!tenon__text_run(q, NULL, TENON__TEXT_CELLS, &rows, NULL))
        return NULL;
    tenon_cells *cells = tenon__arena_zalloc(q->arena, sizeof *cells);
    if (!cells) {
        tenon__fail_no_memory(tenon__session_error(q->session));
        return NULL;
    }
    cells->rows = (const char *const *const *)(void *)rows.items;
    cells->row_count = rows.count;
    cells->names = names.items;
    cells->column_count = names.count;
    return cells;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool fail_type(const char *text, const char *wanted, tenon_error *err)
{
    if (err)
        tenon_error_reset(err);
    return tenon__fail(err, TENON_TYPE, "%s%.40s%s is no %s", text ? "'" : "", text ? text : "NULL",
                       text ? "'" : "", wanted);
}

bool tenon_cell_int64(const char *text, int64_t *out, tenon_error *err)
{
    tenon_decimal decimal;
    if (!text || strspn(text, "-0123456789") != strlen(text) ||
        !tenon_decimal_parse(text, &decimal, NULL))
        return fail_type(text, "integer", err);
    return tenon_decimal_to_int64(decimal, out, err);
}

bool tenon_cell_double(const char *text, double *out, tenon_error *err)
{
    double value;
    if (!text || !tenon__double_read(text, strlen(text), &value))
        return fail_type(text, "number", err);
    *out = value;
    return true;
}

/* PostgreSQL prints t and f, SQLite 1 and 0. */
bool tenon_cell_bool(const char *text, bool *out, tenon_error *err)
{
    bool is_true = text && (!strcmp(text, "t") || !strcmp(text, "true") || !strcmp(text, "1"));
    bool is_false = text && (!strcmp(text, "f") || !strcmp(text, "false") || !strcmp(text, "0"));
    if (!is_true && !is_false)
        return fail_type(text, "truth value", err);
    *out = is_true;
    return true;
}
