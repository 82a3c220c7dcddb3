/* Statements of PostgreSQL's parser in the form of the analysis. */
#include "nullability/postgres.h"

/* ---- targets and WITH ---- */

static void set_targets(form *f, query *q, PgQuery__Node *const *nodes, size_t count)
{
    q->targets = tenon__arena_array(f->arena, count, sizeof *q->targets);
    q->target_count = q->targets ? count : 0;
    for (size_t i = 0; i < q->target_count; i++) {
        const PgQuery__ResTarget *t = nodes[i]->res_target;
        const char *name = null_keep(f, t->name);
        q->targets[i].value = null_postgres_expr(f, t->val);
        q->targets[i].name = name ? name : null_postgres_column_name(f, t->val);
    }
}

static void add_name(form *f, cte *c, const char *name)
{
    if (!c->added)
        c->added = tenon__arena_array(f->arena, 3, sizeof *c->added);
    if (c->added && name && *name)
        c->added[c->added_count++] = null_keep(f, name);
}

static cte read_cte(form *f, const PgQuery__CommonTableExpr *e)
{
    cte c = {.name = null_keep(f, e->ctename), .body = null_postgres_query(f, e->ctequery)};
    c.columns = null_postgres_names(f, e->aliascolnames, e->n_aliascolnames);
    c.column_count = c.columns ? e->n_aliascolnames : 0;
    if (e->search_clause)
        add_name(f, &c, e->search_clause->search_seq_column);
    if (e->cycle_clause) {
        add_name(f, &c, e->cycle_clause->cycle_mark_column);
        add_name(f, &c, e->cycle_clause->cycle_path_column);
    }
    return c;
}

static void set_with(form *f, query *q, const PgQuery__WithClause *with)
{
    if (!with)
        return;
    q->is_recursive = with->recursive;
    q->ctes = tenon__arena_array(f->arena, with->n_ctes, sizeof *q->ctes);
    q->cte_count = q->ctes ? with->n_ctes : 0;
    for (size_t i = 0; i < q->cte_count; i++)
        q->ctes[i] = read_cte(f, with->ctes[i]->common_table_expr);
}

/* ---- GROUP BY ---- */

static bool holds_key(const PgQuery__Node *set, const PgQuery__Node *key)
{
    if (set->node_case == PG_QUERY__NODE__NODE_ROW_EXPR) {
        for (size_t i = 0; i < set->row_expr->n_args; i++)
            if (pgparse_same(set->row_expr->args[i], key))
                return true;
        return false;
    }
    if (set->node_case != PG_QUERY__NODE__NODE_GROUPING_SET)
        return pgparse_same(set, key);
    return false;
}

/* Whether every set of GROUPING SETS (…) has the key. */
static bool is_in_all_sets(const PgQuery__GroupingSet *sets, const PgQuery__Node *key)
{
    if (sets->kind != PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_SETS)
        return false;
    for (size_t i = 0; i < sets->n_content; i++)
        if (!holds_key(sets->content[i], key))
            return false;
    return true;
}

typedef struct key_list {
    form *form;
    query *query;
    const PgQuery__SelectStmt *select;
} key_list;

/* GROUP BY 2, GROUP BY name: the result's column. */
static const PgQuery__Node *find_target(const PgQuery__SelectStmt *s, const PgQuery__Node *key)
{
    bool is_number = key->node_case == PG_QUERY__NODE__NODE_A_CONST &&
                     key->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL;
    size_t number = is_number ? (size_t)key->a_const->ival->ival : 0;
    if (is_number)
        return number && number <= s->n_target_list ? s->target_list[number - 1]->res_target->val
                                                    : NULL;
    bool is_name =
        key->node_case == PG_QUERY__NODE__NODE_COLUMN_REF && key->column_ref->n_fields == 1;
    const char *name = is_name ? pgparse_string(key->column_ref->fields[0]) : NULL;
    for (size_t i = 0; name && i < s->n_target_list; i++) {
        const PgQuery__ResTarget *t = s->target_list[i]->res_target;
        if (t->name && !strcmp(t->name, name))
            return t->val;
    }
    return NULL;
}

static void add_key(key_list *l, const PgQuery__Node *node, bool is_sometimes)
{
    query *q = l->query;
    size_t count = q->key_count;
    group_key *keys = tenon__arena_array(l->form->arena, count + 2, sizeof *keys);
    if (!keys)
        return;
    for (size_t i = 0; i < count; i++)
        keys[i] = q->keys[i];
    const PgQuery__Node *result = find_target(l->select, node);
    keys[count++] =
        (group_key){.value = null_postgres_expr(l->form, node), .is_sometimes = is_sometimes};
    if (result)
        keys[count++] =
            (group_key){.value = null_postgres_expr(l->form, result), .is_sometimes = is_sometimes};
    q->keys = keys;
    q->key_count = count;
}

static void add_set(key_list *l, const PgQuery__GroupingSet *top, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_GROUPING_SET) {
        for (size_t i = 0; i < node->grouping_set->n_content; i++)
            add_set(l, top, node->grouping_set->content[i]);
        return;
    }
    if (node->node_case == PG_QUERY__NODE__NODE_ROW_EXPR) {
        for (size_t i = 0; i < node->row_expr->n_args; i++)
            add_set(l, top, node->row_expr->args[i]);
        return;
    }
    bool is_always = is_in_all_sets(top, node);
    for (size_t i = 0; i < l->select->n_group_clause; i++)
        is_always |= pgparse_same(l->select->group_clause[i], node);
    if (!is_always)
        add_key(l, node, true);
}

/* Whether an item of GROUP BY has a set without a key. */
static bool may_be_empty(const PgQuery__Node *node)
{
    if (node->node_case != PG_QUERY__NODE__NODE_GROUPING_SET)
        return false;
    const PgQuery__GroupingSet *set = node->grouping_set;
    if (set->kind != PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_SETS)
        return true;
    for (size_t i = 0; i < set->n_content; i++)
        if (may_be_empty(set->content[i]))
            return true;
    return false;
}

static void set_keys(form *f, const PgQuery__SelectStmt *s, query *q)
{
    key_list l = {.form = f, .query = q, .select = s};
    q->is_grouped = s->n_group_clause > 0;
    q->has_empty_set = q->is_grouped;
    for (size_t i = 0; i < s->n_group_clause; i++) {
        const PgQuery__Node *node = s->group_clause[i];
        q->has_empty_set &= may_be_empty(node);
        if (node->node_case == PG_QUERY__NODE__NODE_GROUPING_SET)
            add_set(&l, node->grouping_set, node);
        else
            add_key(&l, node, false);
    }
}

/* ---- SELECT ---- */

static query_kind set_operation(const PgQuery__SelectStmt *s)
{
    switch (s->op) {
    case PG_QUERY__SET_OPERATION__SETOP_UNION:
        return QUERY_UNION;
    case PG_QUERY__SET_OPERATION__SETOP_INTERSECT:
        return QUERY_INTERSECT;
    case PG_QUERY__SET_OPERATION__SETOP_EXCEPT:
        return QUERY_EXCEPT;
    default:
        return QUERY_SELECT;
    }
}

/* DISTINCT ON, ORDER BY and windows: they decide nothing, but may have parameters. */
static void set_others(form *f, const PgQuery__SelectStmt *s, query *q)
{
    size_t distinct = s->n_distinct_clause, sorts = s->n_sort_clause;
    if (distinct == 1 && s->distinct_clause[0]->node_case == PG_QUERY__NODE__NODE__NOT_SET)
        distinct = 0;
    expr **all = tenon__arena_array(f->arena, distinct + sorts, sizeof *all);
    expr **order = null_postgres_order(f, s->sort_clause, sorts);
    if (!all || !order)
        return;
    for (size_t i = 0; i < distinct; i++)
        all[i] = null_postgres_expr(f, s->distinct_clause[i]);
    for (size_t i = 0; i < sorts; i++)
        all[distinct + i] = order[i];
    q->others = all;
    q->other_count = distinct + sorts;
}

static void set_rows(form *f, const PgQuery__SelectStmt *s, query *q)
{
    q->kind = QUERY_VALUES;
    q->rows = tenon__arena_array(f->arena, s->n_values_lists, sizeof *q->rows);
    q->row_count = q->rows ? s->n_values_lists : 0;
    for (size_t i = 0; i < q->row_count; i++) {
        const PgQuery__List *row = s->values_lists[i]->list;
        expr **args = null_postgres_list(f, row->items, row->n_items);
        q->rows[i] =
            null_expr(f, (expr){.kind = EXPR_ROW, .args = args, .count = args ? row->n_items : 0});
    }
}

static query *read_select(form *f, const PgQuery__SelectStmt *s);

static void set_body(form *f, const PgQuery__SelectStmt *s, query *q)
{
    PgQuery__Node *const *windows = f->windows;
    size_t window_count = f->window_count;
    f->windows = s->window_clause;
    f->window_count = s->n_window_clause;
    q->from = null_postgres_from(f, s->from_clause, s->n_from_clause);
    q->where = null_postgres_expr(f, s->where_clause);
    q->having = null_postgres_expr(f, s->having_clause);
    set_targets(f, q, s->target_list, s->n_target_list);
    set_keys(f, s, q);
    set_others(f, s, q);
    f->windows = windows;
    f->window_count = window_count;
}

static query *read_select(form *f, const PgQuery__SelectStmt *s)
{
    query q = {.kind = set_operation(s)};
    set_with(f, &q, s->with_clause);
    q.limit = null_postgres_expr(f, s->limit_count);
    q.offset = null_postgres_expr(f, s->limit_offset);
    f->has_locks |= s->n_locking_clause > 0;
    if (s->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES)
        q.limit = null_unary(f, EXPR_UNKNOWN, q.limit);
    if (q.kind != QUERY_SELECT) {
        q.left = read_select(f, s->larg);
        q.right = read_select(f, s->rarg);
        set_others(f, s, &q);
    } else if (s->n_values_lists) {
        set_rows(f, s, &q);
    } else {
        set_body(f, s, &q);
    }
    return null_query(f, q);
}

/* ---- writes ---- */

static source *write_table(form *f, const PgQuery__RangeVar *v)
{
    source s = {.kind = SOURCE_TABLE,
                .schema = null_keep(f, v->schemaname),
                .name = null_keep(f, v->relname),
                .alias = v->alias ? null_keep(f, v->alias->aliasname) : NULL};
    return null_source(f, s);
}

/* (a, b) = (1, 2) and (a, b) = (SELECT …): the n-th of the values. */
static expr *assigned(form *f, const PgQuery__ResTarget *t)
{
    if (!t->val || t->val->node_case != PG_QUERY__NODE__NODE_MULTI_ASSIGN_REF)
        return null_postgres_expr(f, t->val);
    const PgQuery__MultiAssignRef *ref = t->val->multi_assign_ref;
    size_t at = (size_t)ref->colno - 1;
    if (ref->source->node_case == PG_QUERY__NODE__NODE_ROW_EXPR &&
        at < ref->source->row_expr->n_args)
        return null_postgres_expr(f, ref->source->row_expr->args[at]);
    return null_unary(f, EXPR_UNKNOWN, null_postgres_expr(f, ref->source));
}

static void set_assignments(form *f, query *q, PgQuery__Node *const *nodes, size_t count)
{
    q->assignments = tenon__arena_array(f->arena, count, sizeof *q->assignments);
    q->assignment_count = q->assignments ? count : 0;
    for (size_t i = 0; i < q->assignment_count; i++) {
        const PgQuery__ResTarget *t = nodes[i]->res_target;
        expr *value = assigned(f, t);
        q->assignments[i].column = null_keep(f, t->name);
        q->assignments[i].value = t->n_indirection ? null_unary(f, EXPR_UNKNOWN, value) : value;
    }
}

static query *read_insert(form *f, const PgQuery__InsertStmt *s)
{
    query q = {.kind = QUERY_INSERT, .table = write_table(f, s->relation)};
    set_with(f, &q, s->with_clause);
    q.columns = tenon__arena_array(f->arena, s->n_cols, sizeof *q.columns);
    q.column_count = q.columns ? s->n_cols : 0;
    for (size_t i = 0; i < q.column_count; i++)
        q.columns[i] = null_keep(f, s->cols[i]->res_target->name);
    q.body = s->select_stmt ? null_postgres_query(f, s->select_stmt) : NULL;
    const PgQuery__OnConflictClause *c = s->on_conflict_clause;
    if (c && c->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE) {
        q.has_conflict_update = true;
        set_assignments(f, &q, c->target_list, c->n_target_list);
        q.conflict_where = null_postgres_expr(f, c->where_clause);
    }
    set_targets(f, &q, s->returning_list, s->n_returning_list);
    return null_query(f, q);
}

static query *read_update(form *f, const PgQuery__UpdateStmt *s)
{
    f->has_locks = true;
    query q = {.kind = QUERY_UPDATE, .table = write_table(f, s->relation)};
    set_with(f, &q, s->with_clause);
    q.from = null_postgres_from(f, s->from_clause, s->n_from_clause);
    q.where = null_postgres_expr(f, s->where_clause);
    set_assignments(f, &q, s->target_list, s->n_target_list);
    set_targets(f, &q, s->returning_list, s->n_returning_list);
    return null_query(f, q);
}

static query *read_delete(form *f, const PgQuery__DeleteStmt *s)
{
    f->has_locks = true;
    query q = {.kind = QUERY_DELETE, .table = write_table(f, s->relation)};
    set_with(f, &q, s->with_clause);
    q.from = null_postgres_from(f, s->using_clause, s->n_using_clause);
    q.where = null_postgres_expr(f, s->where_clause);
    set_targets(f, &q, s->returning_list, s->n_returning_list);
    return null_query(f, q);
}

/* ---- any statement ---- */

static bool add_parameter(ProtobufCMessage *message, void *context)
{
    query *q = context;
    if (PGPARSE_IS(message, param_ref))
        q->others[q->other_count++] = (expr *)(void *)message;
    return true;
}

static bool count_parameter(ProtobufCMessage *message, void *context)
{
    *(size_t *)context += PGPARSE_IS(message, param_ref);
    return true;
}

/* A statement that is not analysed still has parameters. */
static query *read_other(form *f, const PgQuery__Node *node)
{
    size_t count = 0;
    query q = {.kind = QUERY_VALUES};
    pgparse_walk(pgparse_inner(node), count_parameter, &count);
    q.others = tenon__arena_array(f->arena, count, sizeof *q.others);
    if (!q.others)
        return NULL;
    pgparse_walk(pgparse_inner(node), add_parameter, &q);
    for (size_t i = 0; i < count; i++) {
        const PgQuery__ParamRef *p = (const void *)q.others[i];
        q.others[i] = null_expr(f, (expr){.kind = EXPR_PARAMETER, .number = p->number});
    }
    q.kind = QUERY_UNKNOWN;
    return null_query(f, q);
}

query *null_postgres_query(form *f, const PgQuery__Node *node)
{
    if (!node)
        return NULL;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        return read_select(f, node->select_stmt);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
        return read_insert(f, node->insert_stmt);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
        return read_update(f, node->update_stmt);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
        return read_delete(f, node->delete_stmt);
    default:
        return read_other(f, node);
    }
}

query *null_form_of_postgres(form *f, const PgQuery__Node *statement)
{
    return null_postgres_query(f, statement);
}
