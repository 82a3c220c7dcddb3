/* What the analysis of nullability says of statements, for scripts to compare:
 *
 *     print-nullability URL < statements
 *
 * Statements are separated by a line with a form feed. Each gives one line: its columns and its
 * parameters with "?" behind what may be NULL, and with -v why; or "error:" and a message. */
#include "nullability/nullability.h"

#include <stdio.h>
#include <stdlib.h>
#include <tenon/tenon.h>

static catalogue *read_database(const char *url, tenon_error *err)
{
    tenon_db *db = tenon_open(url, NULL, err);
    tenon_session *session = tenon_session_open(db, NULL);
    catalogue *c = session ? catalogue_read(session, NULL, 0, err) : NULL;
    tenon_session_close(session);
    tenon_close(db);
    return c;
}

static void print_columns(const nullability *n, bool is_wordy)
{
    for (size_t i = 0; i < n->column_count; i++) {
        const nullability_column *c = &n->columns[i];
        printf("%s%s%s", i ? ", " : "", c->name, c->is_nullable ? "?" : "");
        if (is_wordy && c->because)
            printf(" (%s)", c->because);
    }
}

static void print_parameters(const nullability *n)
{
    for (size_t i = 0; i < n->parameter_count; i++) {
        const nullability_parameter *p = &n->parameters[i];
        printf("%s$%d%s", i ? ", " : "", p->number, p->is_nullable ? "?" : "");
        if (p->column)
            printf(" %s.%s", p->table, p->column);
    }
}

static nullability *analyse(const catalogue *c, const char *sql, tenon_error *err)
{
    if (c->dialect == TENON_SQLITE)
        return nullability_of_sqlite(sql, c, NULL, 0, err);
    pgparse_tree *tree = pgparse_read(sql, err);
    nullability *n = NULL;
    if (tree && tree->statement_count == 1 && tree->statements[0].node)
        n = nullability_of_postgres(tree, tree->statements[0].node, c, NULL, 0, err);
    else
        tenon__fail(err, TENON_VALIDATION, "%s",
                    tree && tree->statement_count ? tree->statements[0].message : "no statement");
    pgparse_free(tree);
    return n;
}

static void print_statement(const catalogue *c, const char *sql, bool is_wordy)
{
    tenon_error err = {0};
    nullability *n = analyse(c, sql, &err);
    if (!n) {
        printf("error: %s\n", err.message);
        return;
    }
    print_columns(n, is_wordy);
    printf(" | ");
    print_parameters(n);
    printf(" | %s\n", n->is_at_most_one_row ? "one" : "many");
    nullability_free(n);
}

static char *read_all(FILE *in)
{
    tenon__buf text = {0};
    char part[4096];
    for (size_t length; (length = fread(part, 1, sizeof part, in)) > 0;)
        tenon__buf_add(&text, part, length);
    return tenon__buf_take(&text);
}

int main(int argc, char **argv)
{
    tenon_error err = {0};
    bool is_wordy = argc == 3 && !strcmp(argv[1], "-v");
    if (argc != 2 && !is_wordy) {
        fputs("usage: print-nullability [-v] URL < statements\n", stderr);
        return 2;
    }
    catalogue *c = read_database(argv[argc - 1], &err);
    char *text = c ? read_all(stdin) : NULL;
    if (!text) {
        fprintf(stderr, "print-nullability: %s\n", err.message);
        catalogue_free(c);
        return 1;
    }
    for (char *rest = text, *sql; (sql = strsep(&rest, "\f"));)
        print_statement(c, sql, is_wordy);
    free(text);
    catalogue_free(c);
    return 0;
}
