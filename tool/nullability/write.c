/* INSERT, UPDATE and DELETE: what RETURNING gives of the row as it is afterwards.
 *
 * A column with NOT NULL is never NULL there; any other one is as nullable as what was written to
 * it, or as it was before where nothing was. A trigger may write what it likes, and a view's
 * condition is not one on what is written through it: of both only the constraints are believed. */
#include "nullability/analysis.h"

static const shape not_understood = {.is_open = true};

static bool has_trigger(const analysis *a, const catalogue_table *t)
{
    for (size_t i = 0; i < a->database->other_count; i++) {
        const catalogue_object *o = &a->database->others[i];
        if (!strcmp(o->kind, "trigger") && o->table && null_is_same_name(a, o->table, t->name))
            return true;
    }
    return t->kind == CATALOGUE_VIEW;
}

static void allow_null(slot *column, const char *because)
{
    column->is_nullable = true;
    column->because = because ? because : "what is written to it may be NULL";
}

/* A verdict on what is written to a column, where nothing but that decides. */
static void write_column(slot *column, verdict written)
{
    if (column->is_required)
        return;
    column->is_nullable = written.can & CAN_BE_NULL;
    column->because = written.because;
}

static const expr *find_assigned(const analysis *a, const query *q, const char *name, bool *is_set)
{
    for (size_t i = 0; i < q->assignment_count; i++)
        if (null_is_same_name(a, q->assignments[i].column, name)) {
            *is_set = true;
            return q->assignments[i].value;
        }
    *is_set = false;
    return NULL;
}

static verdict judge_default(analysis *a, const catalogue_column *c)
{
    const verdict value = {.can = CAN_BE_VALUE};
    const verdict unknown = {.can = CAN_BE_NULL | CAN_BE_VALUE, .because = "it has no default"};
    scope nothing = {0};
    if (c->identity != CATALOGUE_NO_IDENTITY)
        return value;
    if (!c->default_sql || c->is_domain)
        return unknown;
    if (a->is_sqlite)
        return null_evaluate(a, &nothing, NULL,
                             null_form_of_sqlite_expression(&a->form, c->default_sql));
    PgQuery__Node *node;
    pgparse_tree *tree = pgparse_read_expression(c->default_sql, &node, NULL);
    verdict found = unknown;
    if (tree)
        found = null_evaluate(a, &nothing, NULL, null_form_of_postgres_expression(&a->form, node));
    pgparse_free(tree);
    return found;
}

static verdict judge_written(analysis *a, const scope *s, const fact *known, const expr *e,
                             const catalogue_column *c)
{
    return e && e->kind == EXPR_DEFAULT ? judge_default(a, c) : null_evaluate(a, s, known, e);
}

/* ---- the table ---- */

/* The columns as the constraints have them, under the name that RETURNING uses. */
static scope *open_target(analysis *a, const scope *base, const query *q, slot **slots)
{
    const catalogue_table *t = null_find_table(a, q->table);
    *slots = t ? null_table_slots(a, t, NULL) : NULL;
    if (!*slots)
        return NULL;
    scope *s = null_open_range(a, base, q->table, *slots, t->column_count, false, NULL);
    if (s) {
        s->ranges[0].is_table = true;
        s->ranges[0].table = t;
    }
    return s;
}

static slot *copy_slots(analysis *a, const slot *from, size_t count)
{
    slot *copy = tenon__arena_array(a->arena, count, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++)
        copy[i] = from[i];
    return copy;
}

static slot *null_row(analysis *a, const slot *from, size_t count)
{
    slot *copy = copy_slots(a, from, count);
    for (size_t i = 0; copy && i < count; i++)
        allow_null(&copy[i], "there is no such row");
    return copy;
}

/* Adds a row under another name: excluded, old, new. */
static scope *add_row(analysis *a, scope *s, const scope *base, const char *name, slot *slots,
                      size_t count)
{
    source named = {.kind = SOURCE_TABLE, .alias = name};
    scope *other = s && slots ? null_open_range(a, base, &named, slots, count, false, NULL) : NULL;
    scope *all = other ? null_join_names(a, s, other) : NULL;
    if (all)
        all->slot_count = s->slot_count; /* only with its name */
    return all;
}

/* ---- looking ---- */

static const slot *find_column(const analysis *a, const slot *slots, const catalogue_table *t,
                               const char *name)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (null_is_same_name(a, t->columns[i].name, name))
            return &slots[i];
    return NULL;
}

static void look_at_assignments(analysis *a, const scope *s, const query *q, const slot *slots,
                                const catalogue_table *t)
{
    for (size_t i = 0; i < q->assignment_count; i++) {
        const slot *column = find_column(a, slots, t, q->assignments[i].column);
        null_look_written(a, s, q->assignments[i].value, column);
    }
}

static void look_at_returning(analysis *a, const scope *s, const query *q)
{
    for (size_t i = 0; i < q->target_count; i++)
        null_look(a, s, q->targets[i].value);
}

/* ---- INSERT ---- */

static bool is_named(const analysis *a, const query *q, const catalogue_table *t, size_t column,
                     size_t *at)
{
    *at = column;
    if (!q->column_count)
        return q->body != NULL;
    for (size_t i = 0; i < q->column_count; i++)
        if (null_is_same_name(a, q->columns[i], t->columns[column].name)) {
            *at = i;
            return true;
        }
    return false;
}

static verdict judge_rows(analysis *a, const scope *s, const query *values, size_t at,
                          const catalogue_column *c)
{
    verdict all = {.can = CAN_BE_VALUE};
    for (size_t i = 0; i < values->row_count; i++) {
        const expr *row = values->rows[i];
        verdict one = row && at < row->count ? judge_written(a, s, s->known, row->args[at], c)
                                             : judge_default(a, c);
        if (one.can & CAN_BE_NULL)
            all = one;
    }
    return all;
}

static verdict judge_inserted(analysis *a, const scope *base, const query *q, const shape *body,
                              const catalogue_table *t, size_t column)
{
    size_t at;
    const catalogue_column *c = &t->columns[column];
    if (!q->body || !is_named(a, q, t, column, &at))
        return judge_default(a, c);
    if (q->body->kind == QUERY_VALUES)
        return judge_rows(a, base, q->body, at, c);
    if (body->is_open)
        return (verdict){.can = CAN_BE_NULL, .because = "what is inserted is not understood"};
    if (at >= body->count)
        return judge_default(a, c);
    return (verdict){.can = body->columns[at].is_nullable ? CAN_BE_NULL : CAN_BE_VALUE,
                     .because = body->columns[at].because};
}

static void look_at_rows(analysis *a, const scope *base, const query *q, const slot *slots,
                         const catalogue_table *t)
{
    const query *values = q->body;
    for (size_t row = 0; row < values->row_count; row++)
        for (size_t i = 0; i < t->column_count; i++) {
            size_t at;
            const expr *r = values->rows[row];
            if (r && is_named(a, q, t, i, &at) && at < r->count)
                null_look_written(a, base, r->args[at], &slots[i]);
        }
}

static const query *innermost_select(const query *q)
{
    return q && q->kind == QUERY_SELECT ? q : NULL;
}

/* Parameters among the targets of INSERT … SELECT are written as well. */
static void look_at_selected(analysis *a, const scope *base, const query *q, const slot *slots,
                             const catalogue_table *t)
{
    const query *body = innermost_select(q->body);
    for (size_t i = 0; body && i < t->column_count; i++) {
        size_t at;
        if (is_named(a, q, t, i, &at) && at < body->target_count)
            null_look_written(a, base, body->targets[at].value, &slots[i]);
    }
}

/* Where a row was there already, it is updated: what either way may leave is possible. */
static void judge_conflict(analysis *a, const scope *base, scope *existing, const query *q,
                           slot *after, slot *excluded, const catalogue_table *t)
{
    scope *s = add_row(a, existing, base, "excluded", excluded, t->column_count);
    if (!s)
        return;
    look_at_assignments(a, s, q, after, t);
    null_look(a, s, q->conflict_where);
    const fact *known = q->conflict_where
                            ? null_assume(a, s, base->known, q->conflict_where, IS_TRUE)
                            : base->known;
    for (size_t i = 0; i < t->column_count; i++) {
        bool is_set;
        const expr *e = find_assigned(a, q, t->columns[i].name, &is_set);
        verdict one = is_set ? judge_written(a, s, known, e, &t->columns[i])
                             : null_judge_slot(a, known, existing->ranges[0].slots[i]);
        if ((one.can & CAN_BE_NULL) && !after[i].is_required)
            allow_null(&after[i], one.because);
    }
}

static shape return_rows(analysis *a, scope *s, const fact *known, const query *q)
{
    if (!s)
        return not_understood;
    look_at_returning(a, s, q);
    s->known = known;
    shape found = null_shape_of_targets(a, s, known, q);
    for (size_t i = 0; i < found.count; i++)
        found.columns[i].is_stored = false;
    found.known = NULL;
    return found;
}

static shape shape_of_insert(analysis *a, scope *base, const query *q)
{
    slot *slots, *before;
    scope *existing = open_target(a, base, q, &before), *s = open_target(a, base, q, &slots);
    if (!s || !existing)
        return not_understood;
    const catalogue_table *t = s->ranges[0].table;
    bool is_values = q->body && q->body->kind == QUERY_VALUES;
    if (is_values)
        look_at_rows(a, base, q, slots, t);
    look_at_selected(a, base, q, slots, t);
    shape body = q->body && !is_values ? null_shape(a, base, base->known, q->body) : (shape){0};
    bool is_believed = !has_trigger(a, t);
    for (size_t i = 0; is_believed && i < t->column_count; i++)
        if (!t->columns[i].generated)
            write_column(&slots[i], judge_inserted(a, base, q, &body, t, i));
    slot *excluded = copy_slots(a, slots, t->column_count);
    if (q->has_conflict_update && excluded)
        judge_conflict(a, base, existing, q, slots, excluded, t);
    s = add_row(a, s, base, "old", null_row(a, slots, t->column_count), t->column_count);
    s = add_row(a, s, base, "new", copy_slots(a, slots, t->column_count), t->column_count);
    shape found = return_rows(a, s, base->known, q);
    found.is_single = !q->body || (is_values ? q->body->row_count == 1 : body.is_single);
    return found;
}

/* ---- UPDATE and DELETE ---- */

static slot *updated_slots(analysis *a, const scope *s, const fact *known, const query *q,
                           const slot *before, const catalogue_table *t)
{
    slot *after = copy_slots(a, before, t->column_count);
    bool is_believed = !has_trigger(a, t);
    for (size_t i = 0; after && is_believed && i < t->column_count; i++) {
        bool is_set;
        const expr *e = find_assigned(a, q, t->columns[i].name, &is_set);
        if (is_set)
            write_column(&after[i], judge_written(a, s, known, e, &t->columns[i]));
        else if (!t->columns[i].generated)
            write_column(&after[i], null_judge_slot(a, known, &before[i]));
    }
    return after;
}

/* What a column with NOT NULL has taken was not NULL. */
static const fact *know_written(analysis *a, const scope *s, const fact *known, const query *q,
                                const slot *slots, const catalogue_table *t)
{
    for (size_t i = 0; !has_trigger(a, t) && i < q->assignment_count; i++) {
        const slot *column = find_column(a, slots, t, q->assignments[i].column);
        const expr *e = q->assignments[i].value;
        if (column && column->is_required && e && e->kind != EXPR_DEFAULT)
            known = null_assume(a, s, known, e, IS_NOT_NULL);
    }
    return known;
}

/* The names of RETURNING: the row afterwards, and what else the statement has in FROM. */
static scope *open_returning(analysis *a, scope *base, const query *q, const scope *joined,
                             slot *before, slot *after, const catalogue_table *t)
{
    scope *s =
        after ? null_open_range(a, base, q->table, after, t->column_count, false, NULL) : NULL;
    if (!s)
        return NULL;
    s->ranges[0].is_table = true;
    scope rest = *joined;
    rest.ranges++;
    rest.range_count--;
    rest.slots += t->column_count;
    rest.slot_count -= t->column_count;
    s = null_join_names(a, s, &rest);
    bool is_delete = q->kind == QUERY_DELETE;
    s = add_row(a, s, base, "old", copy_slots(a, before, t->column_count), t->column_count);
    slot *left =
        is_delete ? null_row(a, after, t->column_count) : copy_slots(a, after, t->column_count);
    return add_row(a, s, base, "new", left, t->column_count);
}

static shape shape_of_change(analysis *a, scope *base, const fact *known, const query *q)
{
    slot *before;
    condition *conditions = NULL;
    scope *written = open_target(a, base, q, &before);
    scope *from =
        written ? null_open_source(a, base, written, q->from, NULL, &conditions, known) : NULL;
    scope *s = from ? null_join_names(a, written, from) : NULL;
    if (!s)
        return not_understood;
    const catalogue_table *t = written->ranges[0].table;
    null_look(a, s, q->where);
    look_at_assignments(a, s, q, before, t);
    null_add_condition(a, &conditions, (condition){.value = q->where, .scope = s});
    known = null_know_conditions(a, known, conditions);
    known = know_written(a, s, known, q, before, t);
    bool is_delete = q->kind == QUERY_DELETE;
    slot *after = is_delete ? before : updated_slots(a, s, known, q, before, t);
    scope *seen = open_returning(a, base, q, s, before, after, t);
    shape found = return_rows(a, seen, known, q);
    found.is_single = null_is_single(a, s, conditions);
    return found;
}

shape null_shape_of_write(analysis *a, const scope *outer, const fact *known, query *q)
{
    scope *base = null_new_scope(a, *outer);
    if (!base || !q->table)
        return not_understood;
    base->query = q;
    base->known = known;
    return q->kind == QUERY_INSERT ? shape_of_insert(a, base, q)
                                   : shape_of_change(a, base, known, q);
}
