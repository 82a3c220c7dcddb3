/* onDelete and onUpdate: what each database and relation mode allows, what they are when not given,
 * and chains of actions that come back to where they began. */
#include "schema/check.h"

static bool is_emulated(const check *c)
{
    return c->s->datasource && c->s->datasource->is_relation_mode_prisma;
}

/* ---- defaults -------------------------------------------------------------------------------- */

/* The key counts as required when any of its fields is. */
static bool is_key_required(const check_field *f)
{
    for (size_t i = 0; i < f->fields.count; i++) {
        if (f->fields.items[i]->field->arity == SCHEMA_REQUIRED)
            return true;
    }
    return f->field->arity == SCHEMA_REQUIRED;
}

void check_default_actions(const check *c, const check_relation *r, schema_action *on_delete,
                           schema_action *on_update)
{
    const check_field *f = r->forward;

    (void)c;
    *on_delete = f->on_delete.is_given ? f->on_delete.action
                 : is_key_required(f)  ? SCHEMA_RESTRICT
                                       : SCHEMA_SET_NULL;
    *on_update = f->on_update.is_given ? f->on_update.action : SCHEMA_CASCADE;
}

/* ---- what is allowed ------------------------------------------------------------------------- */

static void check_emulated(check *c, const check_field *f, const check_action *action,
                           const char *argument)
{
    bool is_no_action = action->action == SCHEMA_NO_ACTION;

    if (action->is_given && (is_no_action || action->action == SCHEMA_SET_DEFAULT))
        check_error(c, check_span_of(f->relation, argument, f->ast->span),
                    is_no_action ? "use Restrict" : "use Cascade, Restrict or SetNull",
                    "relationMode = \"prisma\" has no %s",
                    is_no_action ? "NoAction" : "SetDefault");
}

static void check_set_null(check *c, const check_field *f, const check_action *action,
                           const char *argument)
{
    bool is_warning = c->connector->allows_required_set_null && !is_emulated(c);

    if (action->is_given && action->action == SCHEMA_SET_NULL)
        schema_report(c->s, is_warning ? SCHEMA_WARNING : SCHEMA_ERROR, f->ast->span,
                      "choose another action or make the fields optional",
                      "%s: SetNull cannot work, because a field of the relation is required",
                      argument);
}

/* ---- cycles ---------------------------------------------------------------------------------- */

static bool triggers(schema_action action)
{
    return action != SCHEMA_NO_ACTION && action != SCHEMA_RESTRICT;
}

static bool cascades(const check *c, const check_relation *r)
{
    schema_action on_delete, on_update;

    check_default_actions(c, r, &on_delete, &on_update);
    return triggers(on_delete) || triggers(on_update);
}

static bool is_complete(const check_relation *r)
{
    return r->kind != SCHEMA_MANY_TO_MANY && r->forward && r->back;
}

/* Walks from relation to relation; `seen` has a mark for each that was walked. */
static bool leads_back(const check *c, const check_relation *first, bool *seen,
                       const check_relation **stack)
{
    size_t depth = 0;

    stack[depth++] = first;
    while (depth) {
        const check_relation *r = stack[--depth];
        seen[r - c->relations] = true;
        if (!cascades(c, r))
            continue;
        if (r->from == r->to || r->to == first->from)
            return true;
        for (const check_relation *next = r->to->first_relation; next; next = next->next) {
            if (!seen[next - c->relations])
                stack[depth++] = next;
            seen[next - c->relations] = true;
        }
    }
    return false;
}

static void check_cycle(check *c, const check_relation *r)
{
    if (!is_emulated(c) || !is_complete(r))
        return;
    tenon__arena_mark mark = tenon__arena_mark_here(&c->s->arena);
    bool *seen = tenon__arena_array(&c->s->arena, c->relation_count, sizeof *seen);
    const check_relation **stack =
        tenon__arena_array(&c->s->arena, c->relation_count + 1, sizeof *stack);
    bool is_cycle = seen && stack && leads_back(c, r, seen, stack);

    tenon__arena_rewind(&c->s->arena, mark);
    if (is_cycle)
        check_error(c, r->forward->ast->span,
                    "set onDelete and onUpdate to Restrict in one of its relations",
                    "the actions of this relation come back to the model '%s'",
                    r->from->model->name);
}

/* ---- all ------------------------------------------------------------------------------------- */

void check_field_actions(check *c, const check_field *f)
{
    if (!is_emulated(c))
        return;
    check_emulated(c, f, &f->on_delete, "onDelete");
    check_emulated(c, f, &f->on_update, "onUpdate");
}

static bool has_required_field(const check_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->field->arity == SCHEMA_REQUIRED)
            return true;
    }
    return !list->is_given;
}

void check_relation_actions(check *c, const check_relation *r)
{
    check_cycle(c, r);
    if (!r->forward || !has_required_field(&r->forward->fields))
        return;
    check_set_null(c, r->forward, &r->forward->on_delete, "onDelete");
    check_set_null(c, r->forward, &r->forward->on_update, "onUpdate");
}
