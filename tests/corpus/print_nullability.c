/* What the analysis of nullability says of statements, for scripts to compare:
 *
 *     print-nullability URL < statements
 *
 * Statements are separated by form feeds. Each gives one line, of fields with tabs between them: a
 * column is "c", its name, "?" or "!", and why it may be NULL; a parameter is "p", its number, "?"
 * or "!", and its counterpart. Or the line is "error" and a message. */
#include "nullability/nullability.h"
#include "rows/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <tenon/tenon.h>

/* The names of all schemas but the server's own. */
static size_t read_namespaces(tenon_session *s, tenon__arena *arena, const char **names,
                              size_t most)
{
    rows found = {0};
    rows_query q = {.sql = "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_'"
                           " AND nspname <> 'information_schema'",
                    .columns = 1};
    if (!rows_read(s, &q, arena, &found))
        return 0;
    for (size_t i = 0; i < found.count && i < most; i++)
        names[i] = rows_cell(&found, i, 0);
    return found.count < most ? found.count : most;
}

static catalogue *read_database(const char *url, tenon_error *err)
{
    tenon_db *db = tenon_open(url, NULL, err);
    tenon_session *session = tenon_session_open(db, NULL);
    tenon__arena arena = {0};
    const char *names[64];
    bool is_postgres = strncmp(url, "postgres", strlen("postgres")) == 0;
    size_t count = session && is_postgres ? read_namespaces(session, &arena, names, 64) : 0;
    catalogue *c = session ? catalogue_read(session, names, count, err) : NULL;
    tenon__arena_release(&arena);
    tenon_session_close(session);
    tenon_close(db);
    return c;
}

static void print_columns(const nullability *n)
{
    for (size_t i = 0; i < n->column_count; i++) {
        const nullability_column *c = &n->columns[i];
        printf("c\t%s\t%s\t%s\t", c->name, c->is_nullable ? "?" : "!",
               c->because ? c->because : "");
    }
}

static void print_parameters(const nullability *n)
{
    for (size_t i = 0; i < n->parameter_count; i++) {
        const nullability_parameter *p = &n->parameters[i];
        printf("p\t%d\t%s\t%s\t", p->number, p->is_nullable ? "?" : "!",
               p->use_count && p->uses[0].column ? p->uses[0].column : "");
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

static void print_statement(const catalogue *c, const char *sql)
{
    tenon_error err = {0};
    nullability *n = analyse(c, sql, &err);
    if (!n) {
        printf("error\t%s\n", err.message);
        return;
    }
    print_columns(n);
    print_parameters(n);
    printf("\n");
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
    if (argc != 2) {
        fputs("usage: print-nullability URL < statements\n", stderr);
        return 2;
    }
    catalogue *c = read_database(argv[1], &err);
    char *text = c ? read_all(stdin) : NULL;
    if (!text) {
        fprintf(stderr, "print-nullability: %s\n", err.message);
        catalogue_free(c);
        return 1;
    }
    for (char *rest = text, *sql; (sql = strsep(&rest, "\f"));)
        print_statement(c, sql);
    free(text);
    catalogue_free(c);
    return 0;
}
