/* What a query would do. The statement is rendered twice: once as it would run, to be shown, and
 * once as the one that explains it, which goes the way of all calls.
 *
 * One explanation a statement: those of a query's relations follow by `next`. Of these only the SQL
 * is told: the keys that it is run for come from rows that are not there. */
#include "model/include.h"

#include <tenon/explain.h>

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

static bool show_plan(tenon__walk *walk, const tenon_hints *hints, tenon_explanation *out)
{
    tenon__arena *arena = tenon__session_arena(walk->session);
    tenon__rows rows = {.arena = arena};
    tenon__walk_flag(walk, TENON__SHAPE_EXPLAIN);
    if (!tenon__run_hinted(walk, hints, &rows))
        return false;
    out->plan = tenon__plan_steps_text(arena, (const tenon__plan_step *)(const void *)rows.items,
                                       rows.count);
    return out->plan || tenon__fail_no_memory(walk->err);
}

/* ---- relations ------------------------------------------------------------------------------- */

/* What the explanations of one call share. */
typedef struct explaining {
    tenon__tree tree;
    int64_t round_trip_us;
    tenon_explanation *last;
} explaining;

static tenon_explanation *add_explanation(explaining *e)
{
    tenon_explanation *out =
        tenon__arena_zalloc(tenon__session_arena(e->tree.session), sizeof *out);
    if (!out) {
        tenon__fail_no_memory(tenon__session_error(e->tree.session));
        return NULL;
    }
    out->round_trip_us = e->round_trip_us;
    if (e->last)
        e->last->next = out;
    return e->last = out;
}

static bool name_relation(explaining *e, const tenon__branch *branch, tenon_explanation *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    tenon__branch_path(&path, branch);
    if (!path.failed)
        out->relation =
            tenon__arena_text(tenon__session_arena(e->tree.session), tenon__buf_string(&path));
    return out->relation || tenon__fail_no_memory(tenon__session_error(e->tree.session));
}

static bool explain_level(explaining *e, const tenon__branch *parent, const tenon_model *model,
                          const void *query, const tenon__joined *joined, tenon__ahead *ahead);

/* By batch: for which keys is not known before there are rows. */
static bool explain_batch(explaining *e, const tenon__branch *branch, const void *query,
                          tenon_explanation *out)
{
    const tenon__keys none = {.relation = branch->relation};
    tenon__joined joined;
    tenon__walk walk;
    bool by_value = true;
    out->strategy = TENON_LOAD_BATCH;
    return tenon__walk_related(&walk, &e->tree, branch, &none, query, &by_value, &joined) &&
           tenon__walk_is_sound(&walk) && show_statement(&walk, out) &&
           explain_level(e, branch, branch->relation->target, query, &joined, NULL);
}

static bool explain_relation(explaining *e, const tenon__branch *branch, const void *query,
                             bool is_joined, tenon__ahead *ahead)
{
    const tenon_model *target = branch->relation->target;
    tenon_explanation *out = add_explanation(e);
    if (!out || !name_relation(e, branch, out))
        return false;
    if (is_joined) {
        out->strategy = TENON_LOAD_JOIN;
        return explain_level(e, branch, target, query, NULL, ahead);
    }
    if (!ahead)
        return explain_batch(e, branch, query, out);
    out->strategy = TENON_LOAD_SUBQUERY;
    return tenon__walk_is_sound(ahead->walk) && show_statement(ahead->walk, out) &&
           explain_level(e, branch, target, query, &ahead->joined, ahead);
}

static bool explain_level(explaining *e, const tenon__branch *parent, const tenon_model *model,
                          const void *query, const tenon__joined *joined, tenon__ahead *ahead)
{
    bool is_good = true;
    for (uint32_t i = 0; i < model->relation_count && is_good; i++) {
        const tenon_relation *relation = &model->relations[i];
        const tenon__branch branch = {parent, model, relation};
        const void *inner;
        memcpy(&inner, (const char *)query + relation->include_offset, sizeof inner);
        if (!inner)
            continue;
        bool is_joined = tenon__joined_rows(joined, relation) != NULL;
        tenon__ahead *below = tenon__ahead_of(ahead, relation);
        is_good = tenon__check_branch(&e->tree, &branch, inner, below != NULL);
        e->tree.depth_left--;
        is_good = is_good && explain_relation(e, &branch, inner, is_joined, below);
        e->tree.depth_left++;
    }
    return is_good;
}

/* ---- the call -------------------------------------------------------------------------------- */

/* All statements are shown before one is run, which would empty the memory that they stand in. */
static tenon_explanation *explain_tree(tenon__walk *walk, const void *query,
                                       const tenon__joined *joined, tenon__arena *memory)
{
    tenon_session *s = walk->session;
    explaining e = {.tree = {.session = s, .depth_left = tenon__session_tree_limits(s).depth},
                    .round_trip_us = tenon__session_round_trip_us(s)};
    tenon__ahead *ahead = tenon__plan_ahead(memory, walk, query, false, joined, NULL);
    tenon_explanation *first = tenon__walk_is_sound(walk) ? add_explanation(&e) : NULL;
    if (!first || !show_statement(walk, first) ||
        !explain_level(&e, NULL, walk->model, query, joined, ahead))
        return NULL;
    return first;
}

const tenon_explanation *tenon_explain(const tenon_model *model, const void *query)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena memory = {0};
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    tenon__walk walk;
    tenon__joined joined;
    if (!tenon__walk_find(&walk, model, query, &head, head.limit, &joined) ||
        !tenon__walk_is_sound(&walk))
        return NULL;
    tenon_explanation *out = explain_tree(&walk, query, &joined, &memory);
    return out && show_plan(&walk, head.hints, out) ? out : NULL;
}
