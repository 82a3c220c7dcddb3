/* What the database itself says: rows that are in the way, sizes, types.
 *
 * Every question is a SELECT that reads and changes nothing, run on its own. A question that fails
 * (a column that the migrations are only going to make, no right to look) answers nothing: then the
 * finding stands as the text alone shows it. */
#include "lint/lint_inside.h"

#include <stdlib.h>

enum { KEYS_SHOWN = 5 };

static bool is_asking(const lint *l)
{
    return l->options.session && l->options.dialect == TENON_POSTGRESQL && !l->file->is_applied &&
           !l->file->is_quiet;
}

static bool ask(lint *l, const char *sql, const char *const *values, size_t value_count,
                size_t columns, rows *out)
{
    rows_query query = {sql, columns, values, value_count};
    if (!is_asking(l))
        return false;
    bool is_answered = rows_read(l->options.session, &query, &l->arena, out);
    tenon_error_clear(l->options.session);
    return is_answered;
}

const char *lint_ask_pair(lint *l, const char *sql, const char *one, const char *two)
{
    const char *values[] = {one, two};
    rows found;
    return ask(l, sql, values, two ? 2 : 1, 1, &found) ? rows_first(&found) : NULL;
}

const char *lint_ask(lint *l, const char *sql, const char *value)
{
    return lint_ask_pair(l, sql, value, NULL);
}

bool lint_is_there(lint *l, const char *table)
{
    return lint_ask(l, "SELECT to_regclass($1)::text", lint_quote_table(l, table)) != NULL;
}

/* ---- types ---- */

lint_type lint_known_type(lint *l, const char *table, const char *column)
{
    lint_type type = {0};
    const lint_column *found = lint_find_column(l, table, column);
    if (found)
        return found->type;
    const char *text = lint_ask_pair(l,
                                     "SELECT format_type(atttypid, atttypmod) FROM pg_attribute "
                                     "WHERE attrelid = to_regclass($1) AND attname = $2 "
                                     "AND NOT attisdropped",
                                     lint_quote_table(l, table), column);
    if (text)
        lint_type_parse(l, text, &type);
    return type;
}

/* ---- proofs ---- */

static void take_back(lint *l, lint_finding **finding)
{
    if (l->finding_count && l->findings[l->finding_count - 1] == *finding)
        l->finding_count--;
    *finding = NULL;
}

void lint_settle(lint *l, lint_finding **finding, const char *count, const char *keys)
{
    if (strcmp(count, "0") == 0) {
        take_back(l, finding);
        return;
    }
    (*finding)->severity = LINT_ERROR;
    bool is_one = strcmp(count, "1") == 0;
    (*finding)->evidence =
        lint_format_text(l, "%s %s: %s%s", count, is_one ? "row" : "rows", keys ? keys : "",
                         strtol(count, NULL, 10) > KEYS_SHOWN ? ", …" : "");
}

void lint_prove_query(lint *l, lint_finding **finding, const char *table, const char *query)
{
    rows found;
    if (!*finding || !is_asking(l) || !lint_is_there(l, table))
        return;
    if (ask(l, query, NULL, 0, 2, &found) && found.count)
        lint_settle(l, finding, rows_cell(&found, 0, 0), rows_cell(&found, 0, 1));
}

/* The columns of the primary key as one text, or where the row lies. */
static const char *key_expression(lint *l, const char *table)
{
    const char *list = lint_ask(l,
                                "SELECT string_agg(quote_ident(attname) || '::text', ', ' "
                                "ORDER BY array_position(i.indkey::int2[], a.attnum)) "
                                "FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
                                "AND a.attnum = ANY (i.indkey) "
                                "WHERE i.indrelid = to_regclass($1) AND i.indisprimary",
                                lint_quote_table(l, table));
    return lint_format_text(l, "concat_ws(', ', %s)", list ? list : "ctid::text");
}

static const char *rows_sql(lint *l, const char *table, const char *condition)
{
    const char *name = lint_quote_table(l, table);
    return lint_format_text(l,
                            "SELECT (SELECT count(*)::text FROM %s WHERE %s), "
                            "(SELECT string_agg(k, '; ') FROM (SELECT %s AS k FROM %s WHERE %s "
                            "LIMIT %d) AS shown)",
                            name, condition, key_expression(l, table), name, condition, KEYS_SHOWN);
}

void lint_prove_rows(lint *l, lint_finding **finding, const char *table, const char *condition)
{
    if (*finding && is_asking(l))
        lint_prove_query(l, finding, table, rows_sql(l, table, condition));
}

/* A function of the session's own that catches what the expression raises; the transaction in which
 * it is made is rolled back. */
static bool make_tester(lint *l, const char *table, const char *expression)
{
    const char *name = lint_quote_table(l, table);
    const char *sql = lint_format_text(
        l,
        "CREATE FUNCTION pg_temp.tenon_raises(r %s) RETURNS bool LANGUAGE plpgsql AS $tenon$ "
        "BEGIN PERFORM %s FROM (SELECT r.*) AS t; RETURN false; "
        "EXCEPTION WHEN others THEN RETURN true; END $tenon$",
        name, expression);
    return tenon_execute(l->options.session, sql);
}

void lint_prove_cast(lint *l, lint_finding **finding, const char *table, const char *expression)
{
    tenon_session *s = l->options.session;
    if (!*finding || !is_asking(l) || !lint_is_there(l, table))
        return;
    const char *condition =
        lint_format_text(l, "pg_temp.tenon_raises(%s.*)", lint_quote_table(l, table));
    const char *sql = rows_sql(l, table, condition);
    if (!tenon_begin(s)) {
        tenon_error_clear(s);
        return;
    }
    rows found = {0};
    rows_query query = {sql, 2, NULL, 0};
    bool is_answered = make_tester(l, table, expression) && rows_read(s, &query, &l->arena, &found);
    tenon_rollback(s);
    tenon_error_clear(s);
    if (is_answered && found.count)
        lint_settle(l, finding, rows_cell(&found, 0, 0), rows_cell(&found, 0, 1));
}

/* ---- sizes ---- */

/* What is read and written in a second on modest disks: the estimate is for people to compare. */
enum { SMALL_ROWS = 10000, LARGE_ROWS = 1000000, MEGABYTES_A_SECOND = 100 };

void lint_scale(lint *l, lint_finding *finding, const char *table)
{
    const char *name = lint_quote_table(l, table);
    rows found;
    if (!finding ||
        !ask(l,
             "SELECT greatest(reltuples, 0)::int8::text, "
             "(pg_total_relation_size(oid) / 1048576)::text, "
             "pg_size_pretty(pg_total_relation_size(oid)) "
             "FROM pg_class WHERE oid = to_regclass($1)",
             &name, 1, 3, &found) ||
        !found.count)
        return;
    long long count = strtoll(rows_cell(&found, 0, 0), NULL, 10);
    long long megabytes = strtoll(rows_cell(&found, 0, 1), NULL, 10);
    if (count < SMALL_ROWS && megabytes < 16)
        finding->severity = LINT_HINT;
    else if (count >= LARGE_ROWS || megabytes >= 1024)
        finding->severity = LINT_ERROR;
    finding->evidence =
        lint_format_text(l, "%s has about %lld rows in %s: some %lld s", table, count,
                         rows_cell(&found, 0, 2), 1 + megabytes / MEGABYTES_A_SECOND);
}
