/* The calls that read.
 *
 * A find by a key is the call that programs make most, and it walks nothing: its shape is the head
 * alone and its values are the key. All others walk their query: columns, order, distinct, where,
 * limit. */
#include "model/include.h"
#include "model/row.h"

TENON__HOT void *tenon_find_by(tenon_session *s, const tenon_model *model, uint32_t unique,
                               const void *const *key)
{
    return tenon__run_by_key(s, model, TENON__FIND_BY, unique, key);
}

TENON__HOT void *tenon_find_by_with(const tenon_key_options *options, const tenon_model *model,
                                    uint32_t unique, const void *const *key)
{
    return tenon__run_by_key_with(options, model, TENON__FIND_BY, unique, key);
}

static tenon_query_head head_of(const void *query)
{
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    return head;
}

/* What all queries begin with. */
static bool begin(tenon__walk *walk, const tenon_model *model, const tenon_query_head *head,
                  tenon__operation operation)
{
    if (!tenon__walk_begin(walk, head->session, model, operation))
        return false;
    tenon__walk_table(walk, head->table);
    tenon__walk_index(walk, head->hints);
    tenon__walk_plan(walk, head->plan);
    tenon__walk_deleted(walk, head->with_deleted, head->only_deleted);
    if (head->strategy != TENON_LOAD_AUTO)
        tenon__walk_misuse(walk, "a strategy belongs to an included relation");
    return true;
}

static const void *where_of(const tenon_model *model, const void *query)
{
    return (const char *)query + model->query_where;
}

/* ---- rows ------------------------------------------------------------------------------------ */

bool tenon__walk_find(tenon__walk *walk, const tenon_model *model, const void *query,
                      const tenon_query_head *head, int64_t limit, tenon__joined *joined)
{
    if (!begin(walk, model, head, TENON__FIND))
        return false;
    tenon__walk_columns(walk, query);
    if (joined)
        tenon__walk_joined(walk, query, limit == 1, joined);
    tenon__walk_order(walk, query);
    tenon__walk_distinct(walk, query);
    tenon__walk_where(walk, where_of(model, query));
    tenon__walk_limit(walk, limit, head->offset);
    tenon__walk_lock(walk, head, tenon__read_int((const char *)query + model->query_distinct));
    return true;
}

/* The rows without those that came with them. */
static bool take_rows(const tenon_model *model, const void *query, tenon__joined *joined,
                      tenon__rows *rows)
{
    tenon_session *s = head_of(query).session;
    if (!joined->count)
        return true;
    if (!tenon__part_joined(s, joined, model, rows))
        return false;
    tenon__parents found = {.model = model, .items = rows->items, .count = rows->count};
    return tenon__tell_load(s, model, "find", query, &found);
}

/* The query and all that it includes, as far as possible in one round trip. */
static bool find_tree(tenon__walk *walk, const void *query, const tenon_query_head *head,
                      bool is_one, tenon__joined *joined, tenon__rows *rows)
{
    tenon_session *s = walk->session;
    const tenon_model *model = walk->model;
    TENON__CLEANUP(tenon__arena_release) tenon__arena memory = {0};
    tenon__ahead *ahead = tenon__plan_ahead(&memory, walk, query, is_one, joined, NULL);
    if (!tenon__tell_query(walk, "find", query, joined))
        return false;
    bool is_found = ahead ? tenon__run_ahead(ahead, &memory, walk, rows)
                          : tenon__run_hinted(walk, head->hints, rows);
    return is_found && take_rows(model, query, joined, rows) &&
           tenon__include(s, model, query, rows->items, rows->count, joined, ahead);
}

static bool find_there(const tenon_model *model, const void *query, const tenon_query_head *head,
                       int64_t limit, tenon__rows *rows)
{
    tenon__walk walk;
    tenon__joined joined;
    if (!tenon__walk_find(&walk, model, query, head, limit, &joined))
        return false;
    walk.subject = query;
    if (limit != head->limit && head->limit)
        tenon__walk_misuse(&walk, "limit has no meaning for find_first");
    rows->arena = tenon__session_arena(head->session);
    if (TENON__UNLIKELY(tenon__has_includes(model, query)))
        return find_tree(&walk, query, head, limit == 1 && !head->limit, &joined, rows);
    return tenon__run_hinted(&walk, head->hints, rows);
}

static bool find(const tenon_model *model, const void *query, const tenon_query_head *head,
                 int64_t limit, tenon__rows *rows)
{
    tenon_read before = tenon__read_begin(head->session, head->read);
    bool is_found = find_there(model, query, head, limit, rows);
    tenon__read_end(head->session, head->read, before);
    return is_found;
}

void *tenon_find_first(const tenon_model *model, const void *query)
{
    tenon_query_head head = head_of(query);
    tenon__rows rows = {.expected = 1};
    return find(model, query, &head, 1, &rows) && rows.count ? rows.items : NULL;
}

tenon_list tenon_find_many(const tenon_model *model, const void *query)
{
    enum { MOST_EXPECTED = 1000 };
    tenon_query_head head = head_of(query);
    tenon__rows rows = {0};
    if (head.limit > 0 && head.limit <= MOST_EXPECTED)
        rows.expected = (size_t)head.limit;
    if (!find(model, query, &head, head.limit, &rows))
        return (tenon_list){0};
    return (tenon_list){.items = rows.items, .count = rows.count};
}

void tenon_load(const tenon_model *model, void *rows, size_t count, const void *query)
{
    tenon_query_head head = head_of(query);
    tenon__walk walk;
    if (!begin(&walk, model, &head, TENON__FIND))
        return;
    tenon__refuse_columns(&walk, query, "load");
    tenon__refuse_order(&walk, query, "load");
    tenon__refuse_distinct(&walk, query, "load");
    tenon__refuse_hints(&walk, &head, "load");
    if (head.limit || head.offset || head.table.name || head.plan || head.read)
        tenon__walk_misuse(&walk, "load takes an include and counts only");
    if (tenon__walk_where(&walk, where_of(model, query)) != TENON__ALWAYS && !walk.failed)
        tenon__walk_misuse(&walk, "where has no meaning for load");
    if (!walk.failed && rows)
        tenon__include(head.session, model, query, rows, count, NULL, NULL);
}

/* ---- counts and flags ------------------------------------------------------------------------ */

/* Runs a query whose one row is `size` bytes, which go to *out and leave nothing in the session. */
static bool run_plain(tenon__walk *walk, const tenon_query_head *head, void *out, size_t size)
{
    tenon__arena *arena = tenon__session_arena(walk->session);
    tenon__arena_mark mark = tenon__arena_mark_here(arena);
    tenon__rows rows = {.arena = arena, .expected = 1};
    tenon_read before = tenon__read_begin(head->session, head->read);
    bool is_done = tenon__run_hinted(walk, head->hints, &rows) && rows.count;
    tenon__read_end(head->session, head->read, before);
    if (is_done)
        memcpy(out, rows.items, size);
    tenon__arena_rewind(arena, mark);
    return is_done;
}

int64_t tenon_count(const tenon_model *model, const void *query)
{
    tenon_query_head head = head_of(query);
    tenon__walk walk;
    int64_t count = 0;
    if (!begin(&walk, model, &head, TENON__COUNT_ROWS))
        return 0;
    tenon__refuse_columns(&walk, query, "count");
    tenon__refuse_order(&walk, query, "count");
    tenon__refuse_lock(&walk, &head, "count");
    tenon__walk_distinct(&walk, query);
    tenon__refuse_includes(&walk, query, "count");
    tenon__walk_where(&walk, where_of(model, query));
    tenon__walk_limit(&walk, head.limit, head.offset);
    return run_plain(&walk, &head, &count, sizeof count) ? count : 0;
}

bool tenon_exists(const tenon_model *model, const void *query)
{
    tenon_query_head head = head_of(query);
    tenon__walk walk;
    bool exists = false;
    if (!begin(&walk, model, &head, TENON__EXISTS))
        return false;
    tenon__refuse_columns(&walk, query, "exists");
    tenon__refuse_order(&walk, query, "exists");
    tenon__refuse_lock(&walk, &head, "exists");
    tenon__refuse_distinct(&walk, query, "exists");
    tenon__refuse_includes(&walk, query, "exists");
    if (head.limit || head.offset)
        tenon__walk_misuse(&walk, "limit and offset have no meaning for exists");
    tenon__walk_where(&walk, where_of(model, query));
    return run_plain(&walk, &head, &exists, sizeof exists) && exists;
}
