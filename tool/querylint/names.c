/* Which column of which table a name means.
 *
 * The database has accepted the statement, so a name is never ambiguous: the first table that has
 * the column is the one. */
#include "querylint/querylint_inside.h"

#include <strings.h>

/* SQLite's names are the same in capitals, which the parser takes away. */
bool query_same_name(const query_linter *l, const char *a, const char *b)
{
    bool is_sqlite = l->input->database->dialect == TENON_SQLITE;
    return is_sqlite ? !strcasecmp(a, b) : !strcmp(a, b);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static bool is_cte(const query_linter *l, const char *name)
{
    for (size_t i = 0; i < l->cte_count; i++)
        if (query_same_name(l, l->ctes[i], name))
            return true;
    return false;
}

const catalogue_table *query_find_table(const query_linter *l, const PgQuery__RangeVar *named)
{
    const catalogue *database = l->input->database;
    bool is_qualified = named->schemaname && *named->schemaname;
    if (!is_qualified && is_cte(l, named->relname))
        return NULL;
    for (size_t i = 0; i < database->table_count; i++) {
        const catalogue_table *table = &database->tables[i];
        const char *namespace = is_qualified ? named->schemaname : database->default_namespace;
        bool is_there = !namespace || !table->namespace || !strcmp(namespace, table->namespace);
        if (table->kind == CATALOGUE_TABLE && is_there &&
            query_same_name(l, table->name, named->relname))
            return table;
    }
    return NULL;
}

static bool collect_cte(ProtobufCMessage *message, void *context)
{
    query_linter *l = context;
    if (PGPARSE_IS(message, common_table_expr) && l->cte_count < QUERY_CTES_MOST)
        l->ctes[l->cte_count++] = ((const PgQuery__CommonTableExpr *)message)->ctename;
    return true;
}

void query_collect_ctes(query_linter *l, PgQuery__Node *statement)
{
    pgparse_walk(statement, collect_cte, l);
}

/* ---- columns --------------------------------------------------------------------------------- */

query_column query_column_in(const query_linter *l, const query_table *from, const char *name)
{
    for (size_t i = 0; from->table && i < from->table->column_count; i++)
        if (query_same_name(l, from->table->columns[i].name, name))
            return (query_column){from, &from->table->columns[i]};
    return (query_column){0};
}

static bool find_in_block(const query_linter *l, const query_block *block, const char *alias,
                          const char *name, query_column *out)
{
    for (size_t i = 0; i < block->table_count; i++) {
        const query_table *from = &block->tables[i];
        bool is_meant = alias && query_same_name(l, from->alias, alias);
        if (!alias || is_meant)
            *out = query_column_in(l, from, name);
        if (is_meant)
            out->from = from;
        if (out->from)
            return true;
    }
    return false;
}

query_column query_resolve(const query_linter *l, const query_block *block,
                           const PgQuery__ColumnRef *ref)
{
    query_column found = {0};
    const char *name = pgparse_last_name(ref->fields, ref->n_fields);
    const char *alias = ref->n_fields > 1 ? pgparse_first_name(ref->fields, ref->n_fields) : NULL;
    for (; name && block; block = block->outer)
        if (find_in_block(l, block, alias, name, &found))
            break;
    return found;
}

bool query_is_own(const query_block *block, const query_table *table)
{
    return table && table >= block->tables && table < block->tables + block->table_count;
}
