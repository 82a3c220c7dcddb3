/* The columns of tables and views. A table's are NOT NULL by its constraints; a view's by its
 * query, which is analysed like a subquery. Generated columns are judged by their expressions, and
 * what a CHECK says holds for every row: it may not be false. */
#include "nullability/analysis.h"

const catalogue_table *null_find_table(const analysis *a, const source *from)
{
    if (!a->is_sqlite)
        return catalogue_find_table(a->database, from->schema, from->name);
    for (size_t i = 0; i < a->database->table_count; i++)
        if (null_is_same_name(a, a->database->tables[i].name, from->name))
            return &a->database->tables[i];
    return NULL;
}

/* ---- what is NOT NULL ---- */

static bool visit_not_null(ProtobufCMessage *message, void *context)
{
    if (PGPARSE_IS(message, constraint) &&
        ((PgQuery__Constraint *)message)->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL)
        *(bool *)context = true;
    return true;
}

static const catalogue_object *find_type(const analysis *a, const char *kind,
                                         const catalogue_column *c)
{
    for (size_t i = 0; i < a->database->other_count; i++) {
        const catalogue_object *o = &a->database->others[i];
        if (!strcmp(o->kind, kind) && o->name && c->type_name && !strcmp(o->name, c->type_name))
            return o;
    }
    return NULL;
}

static bool is_domain_required(const analysis *a, const catalogue_column *c)
{
    const catalogue_object *domain = c->is_domain ? find_type(a, "domain", c) : NULL;
    if (c->is_array || !domain || !domain->definition)
        return false;
    bool has_not_null = false;
    pgparse_tree *tree = pgparse_read(domain->definition, NULL);
    for (size_t i = 0; tree && i < tree->statement_count; i++)
        pgparse_walk(tree->statements[i].node, visit_not_null, &has_not_null);
    pgparse_free(tree);
    return has_not_null;
}

/* Rows of a child are rows of its parent, and a child may have dropped the constraint. */
static bool is_dropped_in_child(const analysis *a, const catalogue_table *t, const char *column)
{
    for (size_t i = 0; i < a->database->table_count; i++) {
        const catalogue_table *child = &a->database->tables[i];
        if (!child->parent || child->kind == CATALOGUE_PARTITION || child == t)
            continue;
        const catalogue_column *c = catalogue_find_column(child, column);
        if (c && !c->is_required)
            return true;
    }
    return false;
}

static bool is_in_primary_key(const analysis *a, const catalogue_table *t, const char *column)
{
    const catalogue_index *primary = catalogue_primary_key(t);
    for (size_t i = 0; primary && i < primary->key_count; i++)
        if (null_is_same_name(a, primary->keys[i].column, column))
            return true;
    return false;
}

/* On SQLite a primary key may be NULL but where the table is modern, or the key is the rowid. */
static bool is_required(const analysis *a, const catalogue_table *t, const catalogue_column *c)
{
    if (t->kind == CATALOGUE_VIRTUAL_TABLE || t->kind == CATALOGUE_FOREIGN_TABLE)
        return false;
    if (a->is_sqlite)
        return (c->is_required && !c->is_null_in_key) || c->identity == CATALOGUE_ROWID ||
               c->identity == CATALOGUE_ROWID_FOR_EVER ||
               ((t->is_strict || t->is_without_rowid) && is_in_primary_key(a, t, c->name));
    return (c->is_required && !is_dropped_in_child(a, t, c->name)) || is_domain_required(a, c);
}

/* A composite, perhaps: a table's row, a type of fields, a domain over either. */
static bool may_be_composite(const analysis *a, const catalogue_column *c)
{
    return !a->is_sqlite && !c->is_enum && !c->is_array && !null_is_built_in_type(c->type_name);
}

static const char *spell_type(analysis *a, const catalogue_column *c)
{
    if (a->is_sqlite || !c->type_name)
        return NULL;
    return c->is_array ? tenon__arena_format(a->arena, "%s[]", c->type_name) : c->type_name;
}

static slot describe(analysis *a, const catalogue_table *t, const catalogue_column *c)
{
    bool required = is_required(a, t, c);
    return (slot){
        .name = c->name,
        .is_nullable = !required,
        .because =
            required ? NULL : tenon__arena_format(a->arena, "%s.%s may be NULL", t->name, c->name),
        .type = spell_type(a, c),
        .is_composite = may_be_composite(a, c),
        .is_required = required,
        .is_stored = true,
        .table_schema = t->namespace,
        .table = t->name,
        .column = c->name,
    };
}

slot *null_table_slots(analysis *a, const catalogue_table *table, join_side *inside)
{
    slot *slots = tenon__arena_array(a->arena, table->column_count, sizeof *slots);
    for (size_t i = 0; slots && i < table->column_count; i++) {
        slots[i] = describe(a, table, &table->columns[i]);
        slots[i].side = inside;
    }
    return slots;
}

/* ---- expressions of the table ---- */

/* A text of the catalogue. The form holds copies of what it takes from a tree. */
static expr *read_expression(analysis *a, const char *text)
{
    if (a->is_sqlite)
        return null_form_of_sqlite_expression(&a->form, text);
    PgQuery__Node *node;
    pgparse_tree *tree = pgparse_read_expression(text, &node, NULL);
    expr *e = tree ? null_form_of_postgres_expression(&a->form, node) : NULL;
    pgparse_free(tree);
    return e;
}

static void add_checks(analysis *a, const scope *s, const catalogue_table *t,
                       condition **conditions)
{
    for (size_t i = 0; i < t->check_count; i++) {
        const catalogue_check *check = &t->checks[i];
        if (!check->expression || (!a->is_sqlite && (!check->is_valid || check->is_not_inherited)))
            continue;
        expr *e = read_expression(a, check->expression);
        null_add_condition(a, conditions,
                           (condition){.value = e, .scope = s, .truth = IS_NOT_FALSE});
    }
}

static void judge_generated(analysis *a, const scope *s, const catalogue_table *t, slot *slots,
                            const join_side *inside)
{
    const fact *known = NULL;
    for (; inside; inside = inside->outer)
        known = null_know(a, known, FACT_MATCHED, inside, NULL);
    for (size_t i = 0; i < t->column_count; i++) {
        if (!slots[i].is_nullable || !t->columns[i].generated)
            continue;
        verdict found = null_evaluate(a, s, known, read_expression(a, t->columns[i].generated));
        slots[i].is_nullable = found.can & CAN_BE_NULL;
        slots[i].because = found.because;
    }
}

/* ---- views ---- */

static bool is_view(const catalogue_table *t)
{
    return t->kind == CATALOGUE_VIEW || t->kind == CATALOGUE_MATERIALIZED_VIEW;
}

static query *parse_view(analysis *a, const catalogue_table *t)
{
    if (!t->definition)
        return NULL;
    if (a->is_sqlite)
        return null_form_of_sqlite_view(&a->form, t->definition);
    pgparse_tree *tree = pgparse_read(t->definition, NULL);
    query *q = tree && tree->statement_count == 1 && tree->statements[0].node
                   ? null_form_of_postgres(&a->form, tree->statements[0].node)
                   : NULL;
    pgparse_free(tree);
    return q;
}

static query *read_view(analysis *a, const catalogue_table *t)
{
    for (const view_form *v = a->views; v; v = v->next)
        if (v->view == t)
            return v->query;
    view_form *v = tenon__arena_alloc(a->arena, sizeof *v);
    if (!v)
        return NULL;
    *v = (view_form){.view = t, .query = parse_view(a, t), .next = a->views};
    a->views = v;
    return v->query;
}

/* A view knows nothing of the statement it is used in: not its WITH, not its names. */
static slot *view_slots(analysis *a, const catalogue_table *t)
{
    slot *slots = null_table_slots(a, t, NULL);
    query *q = slots ? read_view(a, t) : NULL;
    scope nothing = {0};
    shape found = {.is_open = true};
    if (q)
        found = null_shape(a, &nothing, NULL, q);
    for (size_t i = 0; slots && i < t->column_count; i++) {
        if (found.is_open || found.count != t->column_count)
            continue;
        const char *name = slots[i].name;
        slots[i] = found.columns[i];
        slots[i].name = name;
        slots[i].is_required = false;
        slots[i].nested = NULL; /* it is made in another text */
    }
    return slots;
}

/* ---- opening ---- */

static scope *name_table(analysis *a, const scope *base, const source *from,
                         const catalogue_table *t, slot *slots, join_side *inside)
{
    source named = *from;
    named.schema = t->namespace;
    scope *s = null_open_range(a, base, &named, slots, t->column_count, false, inside);
    if (s) {
        s->ranges[0].is_table = !is_view(t) && !t->is_without_rowid;
        s->ranges[0].table = t;
        s->ranges[0].is_partial = from->is_partial;
        s->ranges[0].is_open = t->kind == CATALOGUE_VIRTUAL_TABLE;
    }
    return s;
}

scope *null_open_table(analysis *a, const scope *base, const source *from, join_side *inside,
                       condition **conditions)
{
    const catalogue_table *t = null_find_table(a, from);
    if (!t)
        return NULL;
    slot *slots = is_view(t) ? view_slots(a, t) : null_table_slots(a, t, inside);
    scope *s = slots ? name_table(a, base, from, t, slots, inside) : NULL;
    if (s && !is_view(t) && !from->column_count) {
        add_checks(a, s, t, conditions);
        judge_generated(a, s, t, slots, inside);
    }
    return s;
}
