/* Whole trees in one round trip: the statements of relations that find their keys by themselves are
 * sent along with the query whose rows have these relations.
 *
 * What such a statement has for keys is the query above it once more (render/within.c), so both
 * must find the same rows. Therefore all of them see the database at one moment, which a
 * transaction that reads committed does not; and where a limit cuts rows off, the order must be one
 * that leaves no two rows equal, as that of a page does, or the database might keep others the
 * second time. What it is that
 * the program's own SQL in a condition does nobody knows, so that is loaded ahead only when asked
 * for.
 *
 * How many rows relations have is asked for in the same way, wherever something else of the tree
 * is, and without a word when it cannot be: a count has no strategy of its own.
 *
 * AUTO chooses it where waiting for the server is dear: finding the rows above once more costs the
 * server little, but not nothing, and a batch costs a round trip a level. Never below a query that
 * includes itself: such a tree ends where its rows do, which only the rows tell. */
#include "model/include.h"

/* Queries that include themselves are trees without end. So many relations, and as many counts. */
enum { MOST_AHEAD = 64 };

typedef struct planning {
    tenon_session *session;
    tenon__arena *memory;
    tenon__walk *walk; /* of the query itself */
    unsigned depth_most;
    size_t count, counted; /* statements for relations, and for their numbers */
    bool is_far;
} planning;

static tenon_query_head head_of(const void *query)
{
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    return head;
}

static const char *at_offset(const void *query, uint32_t offset)
{
    return (const char *)query + offset;
}

static const void *included(const tenon_relation *relation, const void *query)
{
    const void *pointer;
    memcpy(&pointer, at_offset(query, relation->include_offset), sizeof pointer);
    return pointer;
}

static bool is_zero(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i])
            return false;
    return true;
}

static bool is_cut(const tenon__ahead *ahead)
{
    tenon_query_head head = head_of(ahead->query);
    return head.limit || head.offset || ahead->is_one || ahead->paged;
}

static bool has_distinct(const tenon_model *model, const void *query)
{
    return tenon__read_int(at_offset(query, model->query_distinct)) != 0;
}

/* ---- what cannot be loaded ahead ------------------------------------------------------------- */

/* Why the rows above cannot be found a second time; NULL: they can. */
static const char *obstacle_above(const tenon__ahead *above)
{
    tenon_query_head head = head_of(above->query);
    if (has_distinct(above->model, above->query))
        return "the rows that have it are asked for with distinct";
    if (tenon__has_nearest(above->model, above->query))
        return "the rows that have it are asked for by nearness";
    if (head.table.name)
        return "the rows that have it are in a table chosen at run time";
    if (head.lock || head.hints)
        return "the rows that have it are asked for with a lock or hints";
    if (head.limit == TENON_NO_ROWS)
        return "no rows are asked for";
    if (is_cut(above) && !above->paged && !tenon__has_total_order(above->model, above->query))
        return "the rows that have it are limited, and need an order_by that ends in a key";
    return NULL;
}

static const char *obstacle(const planning *p, const tenon__ahead *above,
                            const tenon_relation *relation, const void *query)
{
    tenon_query_head head = head_of(query);
    if (!tenon__session_sees_one_moment(p->session))
        return "its transaction must have been begun with TENON_REPEATABLE_READ";
    if (!tenon__has_exact_key(relation, above->model))
        return "its key is of a type that only the database can compare";
    if (p->count >= MOST_AHEAD)
        return "the tree has too many relations to be loaded at once";
    if (has_distinct(relation->target, query))
        return "it is asked for with distinct";
    if (head.table.name)
        return "it is in a table chosen at run time";
    if (head.lock || head.hints || head.read)
        return "lock, hints and read belong to the call, not to a relation";
    return obstacle_above(above);
}

/* Texts that are foreign keys must all lead to a row, or it is not known whether they were looked
 * up right. */
static bool is_doubtful(const tenon__ahead *above, const tenon_relation *relation,
                        const void *query)
{
    const tenon_model *target = relation->target;
    bool may_miss = target->deleted_column ||
                    !is_zero(at_offset(query, target->query_where), target->where_size);
    return above->has_raw ||
           (relation->holds_key && may_miss && tenon__has_text_key(relation, above->model));
}

/* Whether the query is one of those that it stands below. */
static bool is_within_itself(const tenon__ahead *above, const void *query)
{
    while (above && above->query != query)
        above = above->above;
    return above != NULL;
}

static bool refuse(planning *p, const tenon__branch *branch, const char *why)
{
    const tenon__tree tree = {.session = p->session};
    p->walk->failed = true;
    if (!tenon__walk_traits(p->walk)->has_sources)
        return tenon__branch_fail(&tree, branch, TENON_UNSUPPORTED,
                                  "TENON_LOAD_SUBQUERY saves round trips, which this database "
                                  "does not have");
    return tenon__branch_fail(&tree, branch, TENON_MISUSE, "TENON_LOAD_SUBQUERY cannot be: %s",
                              why);
}

/* Whether it is loaded ahead; the session fails when that was asked for and cannot be. */
static bool is_ahead(planning *p, const tenon__ahead *above, const tenon__branch *branch,
                     const void *query)
{
    tenon_strategy strategy = head_of(query).strategy;
    bool is_wanted = strategy == TENON_LOAD_SUBQUERY;
    if (!is_wanted && strategy != TENON_LOAD_AUTO)
        return false;
    if (!is_wanted && (!p->is_far || is_doubtful(above, branch->relation, query) ||
                       is_within_itself(above, query)))
        return false;
    const char *why =
        tenon__walk_traits(p->walk)->has_sources ? obstacle(p, above, branch->relation, query) : "";
    return why ? is_wanted && refuse(p, branch, why) : true;
}

/* ---- the statement --------------------------------------------------------------------------- */

static void walk_relation(tenon__walk *walk, const tenon__branch *branch)
{
    tenon__shape_related related = {.relation = branch->relation, .owner = branch->model};
    tenon__shape_bytes(&walk->shape, &related, sizeof related);
}

static void walk_source_limit(tenon__walk *walk, const tenon__ahead *ahead)
{
    const tenon_query_head *head = ahead->query;
    const int64_t *limit = ahead->paged ? &ahead->paged->limit : &head->limit;
    const int64_t *offset = ahead->paged ? &ahead->paged->offset : &head->offset;
    if (ahead->is_one || *limit == 1) {
        tenon__walk_flag(walk, TENON__SHAPE_LIMIT_ONE);
    } else if (*limit) {
        tenon__walk_flag(walk, TENON__SHAPE_LIMIT);
        tenon__walk_value(walk, limit);
    }
    if (*offset) {
        tenon__walk_flag(walk, TENON__SHAPE_OFFSET);
        tenon__walk_value(walk, offset);
    }
}

/* The order of a page has a key at its end; how many terms, for its keyset. */
static size_t walk_source_order(tenon__walk *walk, const tenon__ahead *ahead)
{
    const char *order_by = at_offset(ahead->query, ahead->model->query_order_by);
    tenon__places places = {.count = 0};
    if (ahead->paged && ahead->paged->is_by_cursor)
        tenon__walk_places(walk, order_by, "a page", ahead->model->row_size, &places);
    else if (ahead->paged)
        tenon__walk_order_and_key(walk, ahead->query, "a page");
    else if (is_cut(ahead))
        tenon__walk_order(walk, ahead->query);
    else
        tenon__shape_word(&walk->shape, TENON__SHAPE_END);
    return places.count;
}

static void walk_source(tenon__walk *walk, const tenon__ahead *ahead);

static void walk_source_body(tenon__walk *walk, const tenon__ahead *ahead)
{
    tenon_query_head head = head_of(ahead->query);
    size_t terms = walk_source_order(walk, ahead);
    if (ahead->above)
        walk_source(walk, ahead->above);
    tenon__walk_deleted(walk, head.with_deleted, head.only_deleted);
    tenon__walk_where(walk, at_offset(ahead->query, ahead->model->query_where));
    if (terms)
        tenon__walk_place(walk, ahead->paged, terms);
    walk_source_limit(walk, ahead);
}

static uint8_t word_of_source(const tenon__ahead *ahead)
{
    if (ahead->above)
        return TENON__SHAPE_RELATED;
    return ahead->paged && ahead->paged->is_by_cursor ? TENON__SHAPE_PAGED : TENON__SHAPE_FOUND;
}

/* The rows that another query finds, as source. What its walk notes in the head of the shape are
 * the flags of the source. */
static void walk_source(tenon__walk *walk, const tenon__ahead *ahead)
{
    const tenon_model *model = walk->model;
    uint16_t flags = tenon__shape_head_of(&walk->shape)->flags, none = 0;
    tenon__shape_word(&walk->shape, word_of_source(ahead));
    if (ahead->above)
        walk_relation(walk, &ahead->branch);
    else
        tenon__shape_bytes(&walk->shape, &ahead->model, sizeof(const tenon_model *));
    size_t at = walk->shape.length;
    tenon__shape_bytes(&walk->shape, &none, sizeof none);
    walk->model = ahead->model;
    tenon__shape_head_of(&walk->shape)->flags = 0;
    walk_source_body(walk, ahead);
    tenon__shape_head *head = tenon__shape_head_of(&walk->shape);
    if (!walk->shape.failed)
        memcpy(walk->shape.data + at, &head->flags, sizeof head->flags);
    head->flags = flags;
    walk->model = model;
}

static bool walk_ahead(planning *p, tenon__ahead *ahead)
{
    const tenon_relation *relation = ahead->branch.relation;
    tenon_query_head head = head_of(ahead->query);
    tenon__walk *walk = ahead->walk = tenon__arena_alloc(p->memory, sizeof *walk);
    if (!walk)
        return tenon__fail_no_memory(p->walk->err);
    if (!tenon__walk_begin(walk, p->session, relation->target, TENON__FIND_WITHIN))
        return false;
    walk_relation(walk, &ahead->branch);
    tenon__walk_plan(walk, head.plan);
    tenon__refuse_hints(walk, &head, "an included relation");
    tenon__walk_deleted(walk, head.with_deleted, head.only_deleted);
    tenon__walk_columns_and(walk, ahead->query, relation);
    tenon__walk_joined(walk, ahead->query, false, &ahead->joined);
    tenon__walk_order(walk, ahead->query);
    walk_source(walk, ahead->above);
    tenon__walk_where(walk, at_offset(ahead->query, relation->target->query_where));
    tenon__walk_limit(walk, head.limit, head.offset);
    ahead->has_raw = ahead->above->has_raw || walk->has_raw;
    ahead->rows = (tenon__rows){.arena = tenon__session_arena(p->session)};
    p->count++;
    return !walk->failed;
}

/* ---- counts ---------------------------------------------------------------------------------- */

static const void *where_counted(const tenon_relation *relation, const void *query)
{
    const void *where = NULL;
    if (relation->is_list)
        memcpy(&where, at_offset(query, relation->count_where_offset), sizeof where);
    return where;
}

/* Whether waiting is saved by it, and the same rows are certain to be counted. */
static bool is_counted_ahead(const planning *p, const tenon__ahead *above,
                             const tenon_relation *relation)
{
    bool is_wanted = p->count > 0 || p->is_far;
    return is_wanted && !above->has_raw && tenon__walk_traits(p->walk)->has_sources &&
           tenon__session_sees_one_moment(p->session) && p->counted < MOST_AHEAD &&
           tenon__has_exact_key(relation, above->model) && !obstacle_above(above);
}

static bool count_ahead(planning *p, tenon__ahead *above, const tenon_relation *relation,
                        const void *where)
{
    const tenon__branch branch = {above->above ? &above->branch : NULL, above->model, relation};
    tenon__counted *counted = tenon__arena_zalloc(p->memory, sizeof *counted);
    tenon__walk *walk = tenon__arena_alloc(p->memory, sizeof *walk);
    if (!counted || !walk)
        return tenon__fail_no_memory(p->walk->err);
    if (!tenon__walk_begin(walk, p->session, relation->target, TENON__COUNT_WITHIN))
        return false;
    walk_relation(walk, &branch);
    walk_source(walk, above);
    tenon__walk_where(walk, where);
    *counted = (tenon__counted){
        .relation = relation, .rows = {.arena = p->memory}, .walk = walk, .next = above->counted};
    above->counted = counted;
    p->counted++;
    return !walk->failed;
}

static bool plan_counts(planning *p, tenon__ahead *above)
{
    const tenon_model *model = above->model;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        const void *where = where_counted(relation, above->query);
        if (where && is_counted_ahead(p, above, relation) &&
            !count_ahead(p, above, relation, where))
            return false;
    }
    return true;
}

tenon__counted *tenon__counted_of(const tenon__ahead *ahead, const tenon_relation *relation)
{
    tenon__counted *found = ahead ? ahead->counted : NULL;
    while (found && found->relation != relation)
        found = found->next;
    return found;
}

/* ---- the tree -------------------------------------------------------------------------------- */

static bool plan_level(planning *p, tenon__ahead *above);

static tenon__ahead *add(planning *p, tenon__ahead *above, const tenon__branch *branch,
                         const void *query)
{
    tenon__ahead *ahead = tenon__arena_zalloc(p->memory, sizeof *ahead);
    if (!ahead) {
        tenon__fail_no_memory(p->walk->err);
        return NULL;
    }
    ahead->branch = *branch;
    ahead->model = branch->relation->target;
    ahead->query = query;
    ahead->above = above;
    ahead->has_raw = above->has_raw;
    ahead->depth = above->depth + 1;
    ahead->next = above->first;
    above->first = ahead;
    return ahead;
}

static bool plan_relation(planning *p, tenon__ahead *above, const tenon_relation *relation,
                          const void *query)
{
    const tenon__branch branch = {above->above ? &above->branch : NULL, above->model, relation};
    bool is_joined = tenon__joined_rows(&above->joined, relation) != NULL;
    if (!is_joined && !is_ahead(p, above, &branch, query))
        return !p->walk->failed;
    tenon__ahead *ahead = add(p, above, &branch, query);
    if (!ahead)
        return false;
    ahead->is_joined = is_joined;
    return (is_joined || walk_ahead(p, ahead)) && plan_level(p, ahead);
}

static bool plan_level(planning *p, tenon__ahead *above)
{
    const tenon_model *model = above->model;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const void *query = included(&model->relations[i], above->query);
        if (query && above->depth < p->depth_most &&
            !plan_relation(p, above, &model->relations[i], query))
            return false;
    }
    return plan_counts(p, above);
}

tenon__ahead *tenon__plan_ahead(tenon__arena *memory, tenon__walk *walk, const void *query,
                                bool is_one, const tenon__joined *joined, const tenon__paged *paged)
{
    planning p = {.session = walk->session,
                  .memory = memory,
                  .walk = walk,
                  .depth_most = tenon__session_tree_limits(walk->session).depth,
                  .is_far = tenon__session_is_far(walk->session)};
    tenon__ahead *ahead = tenon__arena_zalloc(memory, sizeof *ahead);
    if (!ahead) {
        tenon__fail_no_memory(walk->err);
        walk->failed = true;
        return NULL;
    }
    ahead->model = walk->model;
    ahead->query = query;
    ahead->is_one = is_one;
    ahead->paged = paged;
    ahead->has_raw = walk->has_raw;
    ahead->joined = *joined;
    walk->failed |= !plan_level(&p, ahead);
    return p.count + p.counted && !walk->failed ? ahead : NULL;
}

tenon__ahead *tenon__ahead_of(tenon__ahead *ahead, const tenon_relation *relation)
{
    tenon__ahead *below = ahead ? ahead->first : NULL;
    while (below && below->branch.relation != relation)
        below = below->next;
    return below;
}

/* ---- running --------------------------------------------------------------------------------- */

/* What is sent together. */
typedef struct calls {
    tenon__call *items;
    tenon__walk **walks;
    size_t count;
} calls;

static size_t count_calls(const tenon__ahead *ahead)
{
    size_t count = !ahead->is_joined;
    for (const tenon__counted *counted = ahead->counted; counted; counted = counted->next)
        count++;
    for (const tenon__ahead *below = ahead->first; below; below = below->next)
        count += count_calls(below);
    return count;
}

static bool add_call(calls *c, tenon__walk *walk, tenon__rows *rows)
{
    c->walks[c->count] = walk;
    return tenon__walk_call(walk, rows, &c->items[c->count++]);
}

static bool add_below(calls *c, tenon__ahead *ahead)
{
    for (tenon__counted *counted = ahead->counted; counted; counted = counted->next)
        if (!add_call(c, counted->walk, &counted->rows))
            return false;
    for (tenon__ahead *below = ahead->first; below; below = below->next) {
        if (!below->is_joined && !add_call(c, below->walk, &below->rows))
            return false;
        if (!add_below(c, below))
            return false;
    }
    return true;
}

/* Hooks are told of all that will be loaded before any of it is. */
static bool tell_below(tenon_session *s, const tenon__ahead *ahead)
{
    for (const tenon__ahead *below = ahead->first; below; below = below->next) {
        if (!below->is_joined &&
            !tenon__tell_branch(s, &below->branch, below->query, &below->joined))
            return false;
        if (!tell_below(s, below))
            return false;
    }
    return true;
}

bool tenon__run_ahead(tenon__ahead *ahead, tenon__arena *memory, tenon__walk *walk,
                      tenon__rows *rows)
{
    size_t count = count_calls(ahead), failed;
    calls c = {.items = tenon__arena_array(memory, count, sizeof *c.items),
               .walks = tenon__arena_array(memory, count, sizeof(tenon__walk *))};
    if (!c.items || !c.walks)
        return tenon__fail_no_memory(walk->err);
    if (!add_call(&c, walk, rows) || !add_below(&c, ahead) || !tell_below(walk->session, ahead))
        return false;
    if (tenon__run_together(walk->session, c.items, c.count, true, &failed))
        return true;
    tenon__name_error(c.walks[failed]->model, NULL, TENON__FIND, walk->err);
    return false;
}
