/* The tree of an include, from its root to its leaves. See include.h. */
#include "model/include.h"
#include "model/row.h"

#include <stdio.h>

enum { MOST_CHECKS = 64 };

/* ---- messages -------------------------------------------------------------------------------- */

void tenon__branch_path(tenon__buf *out, const tenon__branch *branch)
{
    if (branch->parent)
        tenon__branch_path(out, branch->parent);
    else
        tenon__buf_text(out, branch->model->name);
    tenon__buf_char(out, '.');
    tenon__buf_text(out, branch->relation->name);
}

bool tenon__branch_fail(const tenon__tree *tree, const tenon__branch *branch, tenon_status status,
                        const char *format, ...)
{
    tenon_error *err = tenon__session_error(tree->session);
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__branch_path(&text, branch);
    tenon__buf_text(&text, ": ");
    va_list args;
    va_start(args, format);
    tenon__buf_formatv(&text, format, args);
    va_end(args);
    if (text.failed)
        return tenon__fail_no_memory(err);
    tenon__error_copy(err->model, sizeof err->model, branch->model->name);
    tenon__error_copy(err->field, sizeof err->field, branch->relation->name);
    return tenon__fail(err, status, "%s", tenon__buf_string(&text));
}

/* ---- what is asked for ----------------------------------------------------------------------- */

static const void *pointer_at(const void *query, uint32_t offset)
{
    const void *pointer;
    memcpy(&pointer, (const char *)query + offset, sizeof pointer);
    return pointer;
}

static const void *included(const tenon_relation *relation, const void *query)
{
    return pointer_at(query, relation->include_offset);
}

static const void *counted(const tenon_relation *relation, const void *query)
{
    return relation->is_list ? pointer_at(query, relation->count_where_offset) : NULL;
}

bool tenon__is_included(const tenon_relation *relation, const void *query)
{
    return included(relation, query) || counted(relation, query);
}

bool tenon__has_includes(const tenon_model *model, const void *query)
{
    for (uint32_t i = 0; i < model->relation_count; i++)
        if (tenon__is_included(&model->relations[i], query))
            return true;
    return false;
}

bool tenon__check_branch(const tenon__tree *tree, const tenon__branch *branch, const void *query,
                         bool is_ahead)
{
    if (tree->depth_left == 0)
        return tenon__branch_fail(tree, branch, TENON_LIMIT, "the tree is deeper than it may be");
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    if (head.session && head.session != tree->session)
        return tenon__branch_fail(tree, branch, TENON_MISUSE,
                                  "an included relation has no session of its own");
    if (head.lock || head.wait || head.hints || head.read)
        return tenon__branch_fail(tree, branch, TENON_MISUSE,
                                  "lock, hints and read belong to the call, not to a relation");
    if ((unsigned)head.strategy > TENON_LOAD_SUBQUERY)
        return tenon__branch_fail(tree, branch, TENON_MISUSE, "there is no strategy %d",
                                  (int)head.strategy);
    if (head.strategy != TENON_LOAD_SUBQUERY || is_ahead || tree->is_ahead_void)
        return true;
    return tenon__branch_fail(tree, branch, TENON_MISUSE,
                              "TENON_LOAD_SUBQUERY is for find_many, find_first and pages, below "
                              "rows that are loaded so themselves");
}

/* The first of the fields by which a relation is looked up that not all rows have; NULL: none. */
static const tenon_field *find_unloaded(const tenon_relation *relation, tenon__parents parents)
{
    for (uint16_t i = 0; i < relation->field_count; i++) {
        const char *row = parents.items;
        for (size_t k = 0; k < parents.count; k++, row += parents.model->row_size)
            if (!tenon__row_is_loaded(parents.model, row, relation->fields[i]))
                return &parents.model->fields[relation->fields[i]];
    }
    return NULL;
}

/* A row may be given again, to tenon_load, after some of its columns were left out. */
static bool check_loaded(const tenon__tree *tree, const tenon__branch *branch,
                         tenon__parents parents)
{
    const tenon_field *unloaded = find_unloaded(branch->relation, parents);
    return !unloaded ||
           tenon__branch_fail(tree, branch, TENON_MISUSE,
                              "%s was not selected, by which it is looked up", unloaded->name);
}

/* ---- hooks ----------------------------------------------------------------------------------- */

bool tenon__tell_load(tenon_session *s, const tenon_model *model, const char *operation,
                      const void *query, const tenon__parents *found)
{
    tenon_event event = {.moment = found ? TENON_AFTER_LOAD : TENON_BEFORE_LOAD,
                         .session = s,
                         .model = model,
                         .operation = operation,
                         .where = (const char *)query + model->query_where};
    if (!tenon__session_is_watched(s))
        return true;
    if (found) {
        event.rows = found->count ? found->items : NULL;
        event.row_count = found->count;
        event.affected = (int64_t)found->count;
    }
    return tenon__call_hooks(&event);
}

bool tenon__tell_joined(tenon_session *s, const tenon__joined *joined)
{
    bool is_well = true;
    for (size_t i = 0; is_well && i < joined->count; i++)
        is_well = tenon__tell_load(s, joined->items[i].relation->target, "include",
                                   joined->items[i].query, NULL);
    return is_well;
}

bool tenon__tell_query(tenon__walk *walk, const char *operation, const void *query,
                       const tenon__joined *joined)
{
    return !joined->count ||
           (tenon__walk_is_sound(walk) &&
            tenon__tell_load(walk->session, walk->model, operation, query, NULL) &&
            tenon__tell_joined(walk->session, joined));
}

/* ---- levels ---------------------------------------------------------------------------------- */

static bool load_level(tenon__tree *tree, const tenon__branch *parent, tenon__parents parents,
                       const void *query, const tenon__joined *joined, tenon__ahead *ahead);

/* The rows of one relation, and what they include in turn. */
static bool load_branch(tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                        const void *query, tenon__ahead *ahead)
{
    tenon__parents found;
    tenon__joined joined;
    return check_loaded(tree, branch, parents) &&
           tenon__load_related(tree, branch, parents, query, &ahead, &joined, &found) &&
           load_level(tree, branch, found, query, &joined, ahead);
}

/* The same for rows that came by a join, if anything came. */
static bool enter_joined(tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                         tenon__parents rows, const void *query, tenon__ahead *ahead)
{
    bool is_told =
        !parents.count || tenon__tell_load(tree->session, rows.model, "include", query, &rows);
    return is_told && load_level(tree, branch, rows, query, NULL, ahead);
}

/* Where no rows are the tree ends, and is only looked at for mistakes: not for ever, as queries may
 * include themselves. */
static bool is_over(tenon__tree *tree, tenon__parents parents)
{
    if (parents.count)
        return false;
    if (!tree->depth_left || !tree->checks_left)
        return true;
    tree->checks_left--;
    return false;
}

static bool enter_branch(tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                         const void *query, const tenon__joined *joined, tenon__ahead *ahead)
{
    const tenon__parents *rows = tenon__joined_rows(joined, branch->relation);
    if (is_over(tree, parents))
        return true;
    if (!tenon__check_branch(tree, branch, query, ahead != NULL))
        return false;
    tree->depth_left--;
    bool is_loaded = rows ? enter_joined(tree, branch, parents, *rows, query, ahead)
                          : load_branch(tree, branch, parents, query, ahead);
    tree->depth_left++;
    return is_loaded;
}

static bool has_counts(const tenon_model *model, const void *query)
{
    for (uint32_t i = 0; i < model->relation_count; i++)
        if (counted(&model->relations[i], query))
            return true;
    return false;
}

/* One …Counts a row, which is new even where the row has one: it may be shared. */
static bool add_counts(tenon__tree *tree, tenon__parents parents)
{
    const tenon_model *model = parents.model;
    char *counts = tenon__arena_array(tree->results, parents.count, model->counts_size);
    if (!counts)
        return tenon__fail_no_memory(tenon__session_error(tree->session));
    char *row = parents.items;
    for (size_t i = 0; i < parents.count; i++, row += model->row_size, counts += model->counts_size)
        memcpy(row + model->counts_offset, &counts, sizeof counts);
    return true;
}

static bool load_counts(tenon__tree *tree, const tenon__branch *parent, tenon__parents parents,
                        const void *query, const tenon__ahead *ahead)
{
    const tenon_model *model = parents.model;
    if (!has_counts(model, query))
        return true;
    if (!add_counts(tree, parents))
        return false;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const void *where = counted(&model->relations[i], query);
        tenon__branch branch = {parent, model, &model->relations[i]};
        if (where && (!check_loaded(tree, &branch, parents) ||
                      !tenon__count_related(tree, &branch, parents, where,
                                            tenon__counted_of(ahead, branch.relation))))
            return false;
    }
    return true;
}

static bool load_level(tenon__tree *tree, const tenon__branch *parent, tenon__parents parents,
                       const void *query, const tenon__joined *joined, tenon__ahead *ahead)
{
    const tenon_model *model = parents.model;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const void *inner = included(&model->relations[i], query);
        tenon__branch branch = {parent, model, &model->relations[i]};
        if (inner && !enter_branch(tree, &branch, parents, inner, joined,
                                   tenon__ahead_of(ahead, branch.relation)))
            return false;
    }
    return load_counts(tree, parent, parents, query, ahead);
}

static bool load_tree(tenon__tree *tree, const tenon_model *model, const void *query,
                      tenon__rows *rows, const tenon__joined *joined, tenon__ahead *ahead)
{
    tenon__parents parents = {.model = model, .items = rows->items, .count = rows->count};
    tree->rows_left -= (int64_t)rows->count;
    bool is_loaded = load_level(tree, NULL, parents, query, joined, ahead);
    tenon__arena_release(&tree->memory);
    return is_loaded;
}

bool tenon__include(tenon_session *s, const tenon_model *model, const void *query, void *rows,
                    size_t count, const tenon__joined *joined, tenon__ahead *ahead)
{
    tenon__tree_limits limits = tenon__session_tree_limits(s);
    tenon__rows roots = {.items = rows, .count = count};
    tenon__tree tree = {.session = s,
                        .results = tenon__session_arena(s),
                        .rows_left = limits.rows,
                        .depth_left = limits.depth,
                        .checks_left = MOST_CHECKS};
    return load_tree(&tree, model, query, &roots, joined, ahead);
}

/* As many rows as all of the trees may have. */
static int64_t rows_of_trees(int64_t most, size_t count)
{
    int64_t rows;
    return __builtin_mul_overflow(most, (int64_t)count, &rows) ? INT64_MAX : rows;
}

bool tenon__include_in_stream(tenon_stream *stream, tenon_session *s, const tenon_model *model,
                              const void *query, tenon__rows *rows, const tenon__joined *joined)
{
    tenon__tree_limits limits = tenon__session_tree_limits(s);
    tenon__tree tree = {.session = s,
                        .stream = stream,
                        .results = rows->arena,
                        .rows_left = rows_of_trees(limits.rows, rows->count),
                        .depth_left = limits.depth,
                        .checks_left = MOST_CHECKS};
    return load_tree(&tree, model, query, rows, joined, NULL);
}
