/* Streams of rows: the query is walked as find_many walks it, the rest is lib/db's.
 *
 * Relations are loaded for the rows of each part as they are for all rows of a find_many. What the
 * query says of them must outlive the call that opens the stream: of the query itself a copy is
 * kept; the queries that it points at stay the program's. */
#include "model/include.h"

#include <stdlib.h>

typedef struct rooted {
    tenon_session *session;
    const tenon_model *model;
    tenon__joined joined;
    _Alignas(8) char query[]; /* up to what it says of relations */
} rooted;

static bool load_part(tenon_stream *stream, void *ctx, tenon__rows *rows)
{
    rooted *t = ctx;
    return tenon__part_joined(t->session, &t->joined, t->model, rows) &&
           tenon__include_in_stream(stream, t->session, t->model, t->query, rows, &t->joined);
}

static size_t end_of(uint32_t offset)
{
    return offset + sizeof(const void *);
}

/* The bytes of a query that a stream needs of it. */
static size_t kept_bytes(const tenon_model *model)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        size_t include = end_of(relation->include_offset);
        size_t count = relation->is_list ? end_of(relation->count_where_offset) : 0;
        bytes = include > bytes ? include : bytes;
        bytes = count > bytes ? count : bytes;
    }
    return bytes;
}

/* No part has to come before it is told that something cannot be. */
static bool check_branches(tenon__walk *walk, const void *query)
{
    const tenon_model *model = walk->model;
    const tenon__tree tree = {
        .session = walk->session,
        .depth_left = tenon__session_tree_limits(walk->session).depth,
    };
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon__branch branch = {NULL, model, &model->relations[i]};
        const void *inner;
        memcpy(&inner, (const char *)query + branch.relation->include_offset, sizeof inner);
        if (inner && !tenon__check_branch(&tree, &branch, inner, false))
            return false;
    }
    return true;
}

static rooted *rooted_new(tenon__walk *walk, const void *query, const tenon__joined *joined)
{
    size_t bytes = kept_bytes(walk->model);
    rooted *t = malloc(sizeof *t + bytes);
    if (!t) {
        tenon__fail_no_memory(walk->err);
        return NULL;
    }
    t->session = walk->session;
    t->model = walk->model;
    t->joined = *joined;
    memcpy(t->query, query, bytes);
    return t;
}

/* Hooks see the opening; what comes is the program's, part by part. */
static tenon_stream *open_tree(tenon__walk *walk, const void *query, const tenon_hints *hints,
                               const tenon__joined *joined)
{
    const tenon__parents none = {.model = walk->model};
    walk->failed |= !check_branches(walk, query);
    if (!tenon__walk_is_sound(walk) || !tenon__tell_query(walk, "find", query, joined))
        return NULL;
    tenon__arrival arrival = {.function = load_part,
                              .ctx = rooted_new(walk, query, joined),
                              .row_size = walk->model->row_size};
    tenon_stream *stream = arrival.ctx ? tenon__stream_hinted(walk, hints, arrival) : NULL;
    if (!stream || !joined->count ||
        tenon__tell_load(walk->session, walk->model, "find", query, &none))
        return stream;
    tenon_stream_close(stream);
    return NULL;
}

tenon_stream *tenon_stream_open(const tenon_model *model, const void *query)
{
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    tenon__walk walk;
    tenon__joined joined;
    if (!tenon__walk_find(&walk, model, query, &head, head.limit, &joined))
        return NULL;
    walk.subject = query;
    tenon_read before = tenon__read_begin(head.session, head.read);
    tenon_stream *stream = tenon__has_includes(model, query)
                               ? open_tree(&walk, query, head.hints, &joined)
                               : tenon__stream_hinted(&walk, head.hints, (tenon__arrival){0});
    tenon__read_end(head.session, head.read, before);
    return stream;
}
