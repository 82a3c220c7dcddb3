/* What a query would do. The statement is rendered twice: once as it would run, to be shown, and
 * once as the one that explains it, which goes the way of all calls.
 *
 * One explanation a statement: those of a query's relations would follow by `next`. */
#include "model/include.h"

#include <tenon/explain.h>

enum { INDENT = 2 };

/* ---- the statement --------------------------------------------------------------------------- */

static const char *type_of(tenon__arena *arena, const tenon__driver *driver,
                           const tenon__slot *slot)
{
    bool is_list = slot->form != TENON__FORM_WIDE && slot->form != TENON__FORM_ELEMENT;
    return tenon__arena_format(arena, "%s%s", driver->type_name(slot), is_list ? "[]" : "");
}

static bool show_parameters(tenon__arena *arena, const tenon__driver *driver,
                            const tenon__statement *statement, tenon_explanation *out)
{
    tenon_explained_parameter *parameters =
        tenon__arena_array(arena, statement->slot_count, sizeof *parameters);
    for (size_t i = 0; parameters && i < statement->slot_count; i++) {
        const tenon__slot *slot = &statement->slots[i];
        parameters[i].field = slot->field ? slot->field->name : NULL;
        parameters[i].type = type_of(arena, driver, slot);
    }
    out->parameters = parameters;
    out->parameter_count = statement->slot_count;
    return parameters != NULL;
}

static bool show_statement(tenon__walk *walk, tenon_explanation *out)
{
    tenon__arena *arena = tenon__session_arena(walk->session);
    const tenon__driver *driver = tenon__session_driver(walk->session);
    tenon__plan *plan =
        tenon__render(driver->dialect, walk->shape.data, walk->shape.length, walk->err);
    if (!plan)
        return false;
    out->sql = tenon__arena_copy(arena, plan->statement.sql, plan->statement.sql_length);
    bool is_shown = out->sql && show_parameters(arena, driver, &plan->statement, out);
    tenon__plan_free(plan);
    return is_shown || tenon__fail_no_memory(walk->err);
}

/* ---- the plan -------------------------------------------------------------------------------- */

/* How many steps this one is a part of: of those before it. */
static unsigned depth_of(const tenon__plan_step *steps, size_t at)
{
    unsigned depth = 0;
    for (size_t i = at; i-- > 0;) {
        if (steps[i].id != steps[at].parent || !steps[at].parent)
            continue;
        depth++;
        at = i;
    }
    return depth;
}

static const char *show_steps(tenon__arena *arena, const tenon__plan_step *steps, size_t count)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(&text, "%s%*s%s", i ? "\n" : "", (int)depth_of(steps, i) * INDENT, "",
                          steps[i].text);
    return text.failed ? NULL : tenon__arena_text(arena, tenon__buf_string(&text));
}

static bool show_plan(tenon__walk *walk, const tenon_hints *hints, tenon_explanation *out)
{
    tenon__arena *arena = tenon__session_arena(walk->session);
    tenon__rows rows = {.arena = arena};
    tenon__walk_flag(walk, TENON__SHAPE_EXPLAIN);
    if (!tenon__run_hinted(walk, hints, &rows))
        return false;
    out->plan = show_steps(arena, (const tenon__plan_step *)(const void *)rows.items, rows.count);
    return out->plan || tenon__fail_no_memory(walk->err);
}

const tenon_explanation *tenon_explain(const tenon_model *model, const void *query)
{
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    tenon__walk walk;
    if (!tenon__walk_find(&walk, model, query, &head, head.limit, NULL))
        return NULL;
    tenon__refuse_includes(&walk, query, "explain");
    if (!tenon__walk_is_sound(&walk))
        return NULL;
    tenon_explanation *out = tenon__arena_zalloc(tenon__session_arena(walk.session), sizeof *out);
    if (!out)
        tenon__fail_no_memory(walk.err);
    return out && show_statement(&walk, out) && show_plan(&walk, head.hints, out) ? out : NULL;
}
