/* Which view reads what, as far as its text tells: a column by its name, and through a star where
 * the table stands in the FROM beside it. A name without a table may be that of another table of
 * the view; it is taken for the one that is asked about. */
#include "lint/lint_inside.h"

enum { ALIASES_MOST = 8 };

typedef struct reading {
    lint *lint;
    const char *table, *column;
    const char *aliases[ALIASES_MOST]; /* what the view calls the table */
    size_t alias_count;
    bool has_column;
} reading;

static bool is_read_from(const reading *r, const PgQuery__RangeVar *source)
{
    return !strcmp(lint_table_name(r->lint, source), r->table);
}

static bool see_table(ProtobufCMessage *message, void *context)
{
    reading *r = context;
    const PgQuery__RangeVar *source = (const PgQuery__RangeVar *)(const void *)message;
    if (!PGPARSE_IS(message, range_var) || !is_read_from(r, source))
        return true;
    r->aliases[r->alias_count++] = source->alias ? source->alias->aliasname : source->relname;
    return r->alias_count < ALIASES_MOST;
}

static bool is_alias(const reading *r, const char *name)
{
    for (size_t i = 0; i < r->alias_count; i++)
        if (!strcmp(r->aliases[i], name))
            return true;
    return r->alias_count == ALIASES_MOST;
}

/* a JOIN b, to its tables. */
static bool is_source(const reading *r, const PgQuery__Node *source)
{
    if (source->node_case == NODE(RANGE_VAR))
        return is_read_from(r, source->range_var);
    return source->node_case == NODE(JOIN_EXPR) &&
           (is_source(r, source->join_expr->larg) || is_source(r, source->join_expr->rarg));
}

static bool is_star(const PgQuery__Node *target)
{
    const PgQuery__Node *value =
        target->node_case == NODE(RES_TARGET) ? target->res_target->val : NULL;
    return value && value->node_case == NODE(COLUMN_REF) && value->column_ref->n_fields == 1 &&
           value->column_ref->fields[0]->node_case == NODE(A_STAR);
}

/* SELECT * takes what stands in its own FROM. */
static bool takes_all(const reading *r, const PgQuery__SelectStmt *select)
{
    bool has_star = false, has_source = false;
    for (size_t i = 0; i < select->n_target_list; i++)
        has_star |= is_star(select->target_list[i]);
    for (size_t i = 0; has_star && i < select->n_from_clause; i++)
        has_source |= is_source(r, select->from_clause[i]);
    return has_source;
}

/* a, m.a and m.*; of several names the last but one is that of a table. */
static bool names_column(const reading *r, const PgQuery__ColumnRef *reference)
{
    size_t count = reference->n_fields;
    const char *name = pgparse_last_name(reference->fields, count);
    const char *of = count > 1 ? pgparse_string(reference->fields[count - 2]) : NULL;
    if (of && !is_alias(r, of))
        return false;
    return name ? !strcmp(name, r->column) : count > 1;
}

static bool see_column(ProtobufCMessage *message, void *context)
{
    reading *r = context;
    if (PGPARSE_IS(message, column_ref))
        r->has_column |= names_column(r, (const PgQuery__ColumnRef *)(const void *)message);
    else if (PGPARSE_IS(message, select_stmt))
        r->has_column |= takes_all(r, (const PgQuery__SelectStmt *)(const void *)message);
    return !r->has_column;
}

bool lint_is_viewed(lint *l, const char *table, const char *column, const char **view)
{
    for (lint_table *t = l->tables; t; t = t->next) {
        if (!t->is_view || t->is_dropped)
            continue;
        reading r = {.lint = l, .table = table, .column = column};
        pgparse_walk(t->query, see_table, &r);
        if (r.alias_count && column)
            pgparse_walk(t->query, see_column, &r);
        *view = t->name;
        if (r.alias_count && (!column || r.has_column))
            return true;
    }
    return false;
}
