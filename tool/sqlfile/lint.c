/* What is right and yet a mistake, sooner or later. A warning each, with the place, unless the
 * query says `-- tenon:ignore RULE REASON`.
 *
 *     missing_where      UPDATE or DELETE of every row
 *     select_star        the columns of a committed query change with the table
 *     offset             skips rows by reading them
 *     leading_wildcard   LIKE '%…' can use no index
 *     not_in_null        NOT IN of a list with a NULL in it is never true
 *
 * Both databases' texts are read by PostgreSQL's parser; what it cannot read is not judged. */
#include "sqlfile/check.h"

typedef struct linter {
    sql_check *check;
    const pgparse_statement *statement;
} linter;

static bool is_ignored(const sqlfile_query *query, const char *rule)
{
    for (size_t i = 0; i < query->ignore_count; i++)
        if (!strcmp(query->ignores[i].rule, rule))
            return true;
    return false;
}

static void warn(const linter *l, const char *rule, int location, const char *message)
{
    sql_check *c = l->check;
    const sqlfile_body *body = c->query->bodies[c->dialect];
    const schema_source *source = &c->set->report.files[body->file];
    if (is_ignored(c->query, rule))
        return;
    size_t at = sql_map_back(&c->map, pgparse_offset(l->statement, location));
    if (at > source->length)
        at = source->length;
    size_t end = sql_next_token(source->text, source->length, at, false).end;
    schema_report(&c->set->report, SCHEMA_WARNING,
                  (schema_span){body->file, (uint32_t)at, (uint32_t)end},
                  tenon__arena_format(&c->set->report.arena, "or say -- tenon:ignore %s WHY", rule),
                  "%s", message);
}

/* ---- rules ----------------------------------------------------------------------------------- */

static void lint_where(const linter *l, const PgQuery__Node *where, const PgQuery__RangeVar *table)
{
    if (!where && table)
        warn(l, "missing_where", table->location, "every row is written: there is no WHERE");
}

static void lint_targets(const linter *l, PgQuery__Node *const *targets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const PgQuery__Node *value = targets[i]->node_case == PG_QUERY__NODE__NODE_RES_TARGET
                                         ? targets[i]->res_target->val
                                         : NULL;
        if (!value || value->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
            continue;
        const PgQuery__ColumnRef *ref = value->column_ref;
        if (ref->fields[ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR)
            warn(l, "select_star", ref->location,
                 "* has other columns when the table changes, and then the program fails; name the "
                 "columns");
    }
}

static int location_of(const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_PARAM_REF)
        return node->param_ref->location;
    return node->node_case == PG_QUERY__NODE__NODE_A_CONST ? node->a_const->location : -1;
}

static void lint_offset(const linter *l, const PgQuery__SelectStmt *select)
{
    if (select->limit_offset)
        warn(l, "offset", location_of(select->limit_offset),
             "OFFSET reads all rows that it skips; begin behind the last key that was seen");
}

static void lint_like(const linter *l, const PgQuery__AExpr *expr)
{
    bool is_like = expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_LIKE ||
                   expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE;
    const PgQuery__Node *pattern = expr->rexpr;
    if (!is_like || !pattern || pattern->node_case != PG_QUERY__NODE__NODE_A_CONST ||
        pattern->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL)
        return;
    const char *text = pattern->a_const->sval->sval;
    if (*text == '%' || *text == '_')
        warn(l, "leading_wildcard", pattern->a_const->location,
             "a pattern that begins with a wildcard reads every row; full-text or trigram indexes "
             "do not");
}

/* The column of a table that a sub-select gives, when it is one and can be NULL. */
static bool gives_null(const linter *l, const PgQuery__SelectStmt *select)
{
    const catalogue *database = l->check->database->catalogue;
    if (select->n_target_list != 1 || select->n_from_clause != 1 || select->where_clause ||
        select->from_clause[0]->node_case != PG_QUERY__NODE__NODE_RANGE_VAR)
        return false;
    const PgQuery__Node *value = select->target_list[0]->res_target->val;
    if (!value || value->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
        return false;
    const char *name = pgparse_last_name(value->column_ref->fields, value->column_ref->n_fields);
    const catalogue_table *table =
        catalogue_find_table(database, NULL, select->from_clause[0]->range_var->relname);
    const catalogue_column *column = table && name ? catalogue_find_column(table, name) : NULL;
    return column && !column->is_required && column->identity == CATALOGUE_NO_IDENTITY;
}

/* NOT (x IN (SELECT …)) */
static void lint_not_in(const linter *l, const PgQuery__BoolExpr *expr)
{
    if (expr->boolop != PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR || expr->n_args != 1 ||
        expr->args[0]->node_case != PG_QUERY__NODE__NODE_SUB_LINK)
        return;
    const PgQuery__SubLink *link = expr->args[0]->sub_link;
    bool is_in = link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK && link->subselect &&
                 link->subselect->node_case == PG_QUERY__NODE__NODE_SELECT_STMT;
    if (is_in && gives_null(l, link->subselect->select_stmt))
        warn(l, "not_in_null", expr->location,
             "NOT IN is never true when the list has a NULL, and this column can be NULL; use NOT "
             "EXISTS");
}

/* ---- the statement --------------------------------------------------------------------------- */

static bool lint_message(ProtobufCMessage *message, void *context)
{
    const linter *l = context;
    if (PGPARSE_IS(message, update_stmt)) {
        const PgQuery__UpdateStmt *update = (const PgQuery__UpdateStmt *)message;
        lint_where(l, update->where_clause, update->relation);
        lint_targets(l, update->returning_list, update->n_returning_list);
    } else if (PGPARSE_IS(message, delete_stmt)) {
        const PgQuery__DeleteStmt *delete = (const PgQuery__DeleteStmt *)message;
        lint_where(l, delete->where_clause, delete->relation);
        lint_targets(l, delete->returning_list, delete->n_returning_list);
    } else if (PGPARSE_IS(message, select_stmt)) {
        lint_offset(l, (const PgQuery__SelectStmt *)message);
    } else if (PGPARSE_IS(message, a__expr)) {
        lint_like(l, (const PgQuery__AExpr *)message);
    } else if (PGPARSE_IS(message, bool_expr)) {
        lint_not_in(l, (const PgQuery__BoolExpr *)message);
    }
    return true;
}

void sql_lint(sql_check *c, const char *sql)
{
    pgparse_tree *tree = pgparse_read(sql, NULL);
    if (tree && tree->statement_count == 1 && tree->statements[0].node) {
        linter l = {c, &tree->statements[0]};
        PgQuery__Node *node = tree->statements[0].node;
        if (node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
            lint_targets(&l, node->select_stmt->target_list, node->select_stmt->n_target_list);
        pgparse_walk(node, lint_message, &l);
    }
    pgparse_free(tree);
}
