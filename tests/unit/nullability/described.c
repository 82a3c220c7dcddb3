/* See described.h. */
#include "described.h"

catalogue *describe_database(const char *url)
{
    tenon_error err = {0};
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *session = tenon_session_open(db, NULL);
    catalogue *c = session ? catalogue_read(session, NULL, 0, &err) : NULL;
    if (!c)
        fail_msg("%s", err.message);
    tenon_session_close(session);
    tenon_close(db);
    return c;
}

nullability *analyse(const catalogue *c, const char *sql, tenon_error *err)
{
    if (c->dialect == TENON_SQLITE)
        return nullability_of_sqlite(sql, c, NULL, 0, err);
    pgparse_tree *tree = pgparse_read(sql, err);
    if (!tree || tree->statement_count != 1 || !tree->statements[0].node)
        fail_msg("cannot be parsed: %s", sql);
    nullability *n = nullability_of_postgres(tree, tree->statements[0].node, c, NULL, 0, err);
    pgparse_free(tree);
    return n;
}

static void print_columns(const nullability *n, tenon__buf *out)
{
    for (size_t i = 0; i < n->column_count; i++) {
        const nullability_column *c = &n->columns[i];
        tenon__buf_format(out, "%s%s%s", i ? ", " : "", c->name, c->is_nullable ? "?" : "");
        assert_int_equal(c->is_nullable, c->because != NULL);
    }
}

static void print_parameters(const nullability *n, tenon__buf *out)
{
    for (size_t i = 0; i < n->parameter_count; i++) {
        const nullability_parameter *p = &n->parameters[i];
        tenon__buf_format(out, "%s$%d%s", i ? ", " : "", p->number, p->is_nullable ? "?" : "");
        if (p->use_count && p->uses[0].column)
            tenon__buf_format(out, " %s.%s", p->uses[0].table, p->uses[0].column);
    }
}

static const char *describe_part(const catalogue *c, const char *sql, bool has_all)
{
    static char text[4096];
    tenon_error err = {0};
    tenon__buf out = {0};
    nullability *n = analyse(c, sql, &err);
    if (!n)
        fail_msg("%s: %s", sql, err.message);
    print_columns(n, &out);
    if (has_all) {
        tenon__buf_text(&out, " | ");
        print_parameters(n, &out);
        tenon__buf_format(&out, " | %s", n->is_at_most_one_row ? "one" : "many");
    }
    tenon__error_copy(text, sizeof text, tenon__buf_string(&out));
    tenon__buf_release(&out);
    nullability_free(n);
    return text;
}

const char *describe(const catalogue *c, const char *sql)
{
    return describe_part(c, sql, true);
}

static void compare(const char *sql, const char *found, const char *expected)
{
    if (strcmp(found, expected) != 0)
        fail_msg("%s\n  expected: %s\n  found:    %s", sql, expected, found);
}

void assert_columns(const catalogue *c, const char *sql, const char *expected)
{
    compare(sql, describe_part(c, sql, false), expected);
}

void assert_described(const catalogue *c, const char *sql, const char *expected)
{
    compare(sql, describe(c, sql), expected);
}
