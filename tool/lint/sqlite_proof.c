/* What an SQLite database itself says: rows that are in the way.
 *
 * As with PostgreSQL every question is a SELECT of its own, and one that fails answers nothing: the
 * finding then stands as the text alone shows it. Rows are named by their primary key, or by where
 * they stand. */
#include "db/db.h"
#include "lint/sqlite_words.h"

enum { KEYS_SHOWN = 5 };

static bool is_asking(const lint *l)
{
    tenon_session *s = l->options.session;
    return s && tenon__session_dialect(s) == TENON_SQLITE && !l->file->is_applied &&
           !l->file->is_quiet;
}

static bool ask(lint *l, const char *sql, const char *value, size_t columns, rows *out)
{
    rows_query query = {.sql = sql, .columns = columns, .values = &value};
    query.value_count = value ? 1 : 0;
    bool is_answered = rows_read(l->options.session, &query, &l->arena, out) && out->count;
    tenon_error_clear(l->options.session);
    return is_answered;
}

/* The columns of the primary key as one text, or the row's number. */
static const char *key_expression(lint *l, const char *table)
{
    rows found;
    bool has_key = ask(l,
                       "SELECT group_concat('coalesce(CAST(\"' || replace(name, '\"', '\"\"') ||"
                       " '\" AS TEXT), '''')', ' || '', '' || ') FROM"
                       " (SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk)",
                       table, 1, &found);
    return has_key && rows_first(&found) ? rows_first(&found) : "CAST(rowid AS TEXT)";
}

static bool is_there(lint *l, const char *table)
{
    rows found;
    return ask(l, "SELECT name FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(?1)",
               table, 1, &found);
}

static void prove_query(lint *l, lint_finding *finding, const char *table, const char *query)
{
    rows found;
    if (finding && is_asking(l) && is_there(l, table) && ask(l, query, NULL, 2, &found))
        lint_settle(l, &finding, rows_cell(&found, 0, 0), rows_cell(&found, 0, 1));
}

void sqlite_prove_rows(lint *l, lint_finding *finding, const char *table, const char *condition)
{
    if (!finding || !is_asking(l))
        return;
    const char *name = lint_quote(l, table);
    prove_query(l, finding, table,
                lint_format_text(l,
                                 "SELECT (SELECT CAST(count(*) AS TEXT) FROM %s WHERE %s),"
                                 " (SELECT group_concat(k, '; ') FROM (SELECT %s AS k FROM"
                                 " %s WHERE %s LIMIT %d))",
                                 name, condition, key_expression(l, table), name, condition,
                                 KEYS_SHOWN));
}

/* With the table's name in front, for else SQLite takes a column that is not there for a text. */
static const char *column_text(lint *l, const char *table, const char *column)
{
    return lint_format_text(l, "%s.%s", lint_quote(l, table), lint_quote(l, column));
}

void sqlite_prove_column(lint *l, lint_finding *finding, const char *table, const char *column,
                         const char *test)
{
    const char *text = column_text(l, table, column);
    sqlite_prove_rows(l, finding, table, lint_format_text(l, "%s %s", text, test));
}

/* ---- equal values ---- */

/* What is asked of the keys of an index. */
typedef struct keys {
    const char *list, *shown, *conditions;
} keys;

/* A column, perhaps with a collation; its order cannot be grouped by. False for an expression. */
static bool add_key(lint *l, keys *k, const char *table, const sqlite_word *words, size_t count)
{
    while (count > 1 &&
           (sqlite_is(&words[count - 1], "ASC") || sqlite_is(&words[count - 1], "DESC")))
        count--;
    bool is_collated = count == 3 && sqlite_is(&words[1], "COLLATE");
    if (words[0].kind == SQLITE_SIGN || (count != 1 && !is_collated))
        return false;
    const char *column = column_text(l, table, words[0].text);
    const char *key =
        is_collated ? lint_format_text(l, "%s COLLATE %s", column, words[2].text) : column;
    k->list = lint_format_text(l, "%s%s%s", k->list, *k->list ? ", " : "", key);
    k->shown = lint_format_text(l, "%s%sCAST(%s AS TEXT)", k->shown,
                                *k->shown ? " || ', ' || " : "", column);
    k->conditions = lint_format_text(l, "%s AND %s IS NOT NULL", k->conditions, column);
    return true;
}

/* ( key, key ); *at is the parenthesis, and then what stands behind its end. */
static bool read_keys(lint *l, keys *k, const char *table, const sqlite_statement *s, size_t *at)
{
    if (*at >= s->count || !sqlite_is(&s->words[*at], "("))
        return false;
    unsigned depth = s->words[*at].depth + 1;
    for (++*at; *at < s->count && s->words[*at].depth >= depth;) {
        size_t end = *at;
        while (end < s->count && s->words[end].depth >= depth &&
               !(s->words[end].depth == depth && sqlite_is(&s->words[end], ",")))
            end++;
        if (end == *at || !add_key(l, k, table, s->words + *at, end - *at))
            return false;
        *at = end + (end < s->count && s->words[end].depth == depth);
    }
    return true;
}

static const char *duplicates_query(lint *l, const sqlite_statement *s, const char *table,
                                    size_t at)
{
    keys k = {"", "", "1"};
    if (!read_keys(l, &k, table, s, &at))
        return NULL;
    size_t where = sqlite_find(s, at, "WHERE") + 1;
    if (where < s->count)
        k.conditions = lint_format_text(l, "%s AND (%.*s)", k.conditions,
                                        (int)(s->words[s->count - 1].end - s->words[where].start),
                                        l->file->text + s->words[where].start);
    return lint_format_text(l,
                            "SELECT CAST(count(*) AS TEXT), substr(group_concat(k, '; '), 1, 200)"
                            " FROM (SELECT %s || ' (' || count(*) || ' times)' AS k FROM %s"
                            " WHERE %s GROUP BY %s HAVING count(*) > 1)",
                            k.shown, lint_quote(l, table), k.conditions, k.list);
}

void sqlite_prove_unique(lint *l, lint_finding *finding, const sqlite_statement *s,
                         const char *table, size_t at)
{
    const char *query = duplicates_query(l, s, table, at);
    if (!query)
        return;
    lint_set_rewrite(l, finding, "-- has to find nothing:\n%s;", query);
    prove_query(l, finding, table, query);
}
