/* Reading: one snapshot around all the questions, and what both databases share. */
#include "catalogue/read.h"

#include "db/db.h"

#include <stdlib.h>

/* ---- for the readers ------------------------------------------------------------------------- */

bool catalogue_ask(catalogue_reader *r, const char *sql, size_t columns, rows *out)
{
    bool has_value = strstr(sql, "$1") != NULL;
    rows_query query = {
        .sql = sql, .columns = columns, .values = &r->namespaces, .value_count = has_value};
    return rows_read(r->session, &query, &r->c->arena, out);
}

catalogue_table *catalogue_table_at(const catalogue_reader *r, const rows *found, size_t row)
{
    const char *key = rows_cell(found, row, 0);
    return tenon__map_get(&r->tables, key, strlen(key));
}

void *catalogue_array(catalogue_reader *r, size_t count, size_t size)
{
    void *made = tenon__arena_array(&r->c->arena, count ? count : 1, size);
    r->has_failed_memory |= !made;
    return made;
}

void catalogue_read_arguments(catalogue_column *column)
{
    const char *at = strchr(column->type, '(');
    int32_t found[2];
    size_t count = 0;
    if (!at)
        return;
    while (*at != ')') {
        char *end;
        long value = strtol(at + 1, &end, 10);
        while (*end == ' ')
            end++;
        if (count == 2 || end == at + 1 || (*end != ',' && *end != ')'))
            return;
        found[count++] = (int32_t)value;
        at = end;
    }
    column->argument_count = count;
    for (size_t i = 0; i < count; i++)
        column->arguments[i] = found[i];
}

static int compare_names(const char *a, const char *b)
{
    if (a && b)
        return strcmp(a, b);
    return (a != NULL) - (b != NULL);
}

static int compare_foreign_keys(const void *left, const void *right)
{
    const catalogue_foreign_key *a = left, *b = right;
    int order = compare_names(a->name, b->name);
    for (size_t i = 0; !order && i < a->column_count && i < b->column_count; i++)
        order = strcmp(a->columns[i], b->columns[i]);
    return order ? order : compare_names(a->target, b->target);
}

void catalogue_sort_foreign_keys(catalogue_table *t)
{
    if (t->foreign_key_count > 1)
        qsort(t->foreign_keys, t->foreign_key_count, sizeof *t->foreign_keys, compare_foreign_keys);
}

static int compare_checks(const void *left, const void *right)
{
    const catalogue_check *a = left, *b = right;
    int order = compare_names(a->name, b->name);
    return order ? order : strcmp(a->expression, b->expression);
}

void catalogue_sort_checks(catalogue_table *t)
{
    if (t->check_count > 1)
        qsort(t->checks, t->check_count, sizeof *t->checks, compare_checks);
}

/* ---- what is tenon's own --------------------------------------------------------------------- */

static int compare_logs(const void *left, const void *right)
{
    const catalogue_object *a = left, *b = right;
    int order = strcmp(a->table, b->table);
    return order ? order : strcmp(a->name, b->name);
}

bool catalogue_take_logs(catalogue_reader *r)
{
    catalogue *c = r->c;
    size_t kept = 0;
    c->logs = catalogue_array(r, c->other_count, sizeof *c->logs);
    for (size_t i = 0; c->logs && i < c->other_count; i++) {
        if (!catalogue_is_history(c->others[i].name))
            c->others[kept++] = c->others[i];
        else if (!strcmp(c->others[i].kind, "trigger"))
            c->logs[c->log_count++] = c->others[i];
    }
    c->other_count = kept;
    if (c->log_count)
        qsort(c->logs, c->log_count, sizeof *c->logs, compare_logs);
    return c->logs != NULL;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool (*const readers[])(catalogue_reader *) = {
    [TENON_POSTGRESQL] = catalogue_read_postgresql,
    [TENON_SQLITE] = catalogue_read_sqlite,
};

/* {"a","b"} */
static bool write_names(catalogue_reader *r, const char *const *names, size_t count)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_char(&text, '{');
    for (size_t i = 0; i < count; i++) {
        tenon__buf_text(&text, i ? ",\"" : "\"");
        for (const char *c = names[i]; *c; c++) {
            if (*c == '"' || *c == '\\')
                tenon__buf_char(&text, '\\');
            tenon__buf_char(&text, *c);
        }
        tenon__buf_char(&text, '"');
    }
    tenon__buf_char(&text, '}');
    r->namespaces = text.failed ? NULL : tenon__arena_copy(&r->c->arena, text.data, text.length);
    return r->namespaces != NULL;
}

/* Inside of a transaction its own snapshot has to do; otherwise there is one for all questions. */
static bool read_in_snapshot(catalogue_reader *r, tenon_error *err)
{
    const tenon_transaction_options options = {.isolation = TENON_REPEATABLE_READ,
                                               .read_only = true};
    bool has_transaction = tenon_in_transaction(r->session);
    bool is_read = (has_transaction || tenon_begin_with(r->session, &options)) &&
                   readers[r->c->dialect](r) && catalogue_take_logs(r) && !r->has_failed_memory;
    if (!is_read && tenon_failed(r->session) && err)
        *err = *tenon_session_error(r->session);
    else if (!is_read)
        tenon__fail_no_memory(err);
    if (!has_transaction && tenon_in_transaction(r->session))
        tenon_rollback(r->session);
    return is_read;
}

catalogue *catalogue_read(tenon_session *s, const char *const *namespaces, size_t namespace_count,
                          tenon_error *err)
{
    if (tenon_failed(s)) {
        tenon__fail(err, tenon_session_error(s)->status, "%s", tenon_message(s));
        return NULL;
    }
    catalogue *c = calloc(1, sizeof *c);
    catalogue_reader r = {.c = c, .session = s};
    if (!c) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    c->dialect = tenon__session_dialect(s);
    bool is_read = write_names(&r, namespaces, namespace_count) ? read_in_snapshot(&r, err)
                                                                : tenon__fail_no_memory(err);
    tenon__map_release(&r.tables);
    if (is_read)
        return c;
    catalogue_free(c);
    return NULL;
}
