/* To-one relations by join: chosen before the statement runs, taken out of its rows afterwards.
 *
 * A join brings the other row again with every row that points at it, so it is the better way when
 * there is one row, and saves its round trip; for many rows a batch sends less. A joined relation
 * has no conditions of its own: they would have to stand in the ON, which the batch says better. */
#include "model/include.h"
#include "model/row.h"

static const char *at_offset(const void *query, uint32_t offset)
{
    return (const char *)query + offset;
}

static tenon_query_head head_of(const void *query)
{
    tenon_query_head head;
    memcpy(&head, query, sizeof head);
    return head;
}

static bool is_zero(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i])
            return false;
    return true;
}

/* Whether the query says nothing but which columns, and what is included in turn. */
static bool can_join(const tenon_model *target, const void *query, const tenon_query_head *head)
{
    return !head->limit && !head->offset && !head->table.name && !head->table.schema &&
           !head->plan && !head->lock && !head->wait && !head->hints && !head->with_deleted &&
           !head->only_deleted && !head->read &&
           is_zero(at_offset(query, target->query_where), target->where_size) &&
           !tenon__is_term(target, at_offset(query, target->query_order_by)) &&
           !tenon__read_int(at_offset(query, target->query_distinct)) &&
           !tenon__has_nearest(target, query);
}

static const void *included(const tenon_relation *relation, const void *query)
{
    const void *pointer;
    memcpy(&pointer, at_offset(query, relation->include_offset), sizeof pointer);
    return pointer;
}

/* Whether the relation is joined; fails when that was asked for and cannot be. */
static bool is_joined(tenon__walk *walk, const tenon_relation *relation, const void *query,
                      bool is_one, bool is_locking)
{
    tenon_query_head head = head_of(query);
    bool is_wanted = head.strategy == TENON_LOAD_JOIN;
    if (!is_wanted && (!is_one || head.strategy != TENON_LOAD_AUTO))
        return false;
    bool is_possible = !relation->is_list && !relation->link && !is_locking &&
                       can_join(relation->target, query, &head);
    if (is_wanted && relation->is_list)
        tenon__walk_misuse(walk, "%s has many rows and cannot be joined; use TENON_LOAD_BATCH",
                           relation->name);
    else if (is_wanted && is_locking)
        tenon__walk_misuse(walk, "%s cannot be joined to rows that are locked", relation->name);
    else if (is_wanted && !is_possible)
        tenon__walk_misuse(walk,
                           "%s is joined and takes select, include and counts only; use "
                           "TENON_LOAD_BATCH for the others",
                           relation->name);
    return is_possible;
}

static void join(tenon__walk *walk, uint32_t index, const void *query, tenon__joined *out)
{
    const tenon_relation *relation = &walk->model->relations[index];
    tenon__walk_flag(walk, TENON__SHAPE_HAS_JOINED);
    tenon__shape_field(&walk->shape, TENON__SHAPE_ITEM, (uint16_t)index);
    tenon__walk_target_columns(walk, relation->target, query);
    out->items[out->count].relation = relation;
    out->items[out->count].query = query;
    out->items[out->count].offset = out->bytes;
    out->items[out->count].found = (tenon__parents){.model = relation->target};
    out->count++;
    out->bytes += relation->target->row_size + 8;
}

void tenon__walk_joined(tenon__walk *walk, const void *query, bool is_one, tenon__joined *out)
{
    const tenon_model *model = walk->model;
    bool is_locking = head_of(query).lock;
    out->count = out->bytes = 0;
    for (uint32_t i = 0; i < model->relation_count && out->count < TENON__MOST_JOINED; i++) {
        const void *inner = included(&model->relations[i], query);
        if (inner && is_joined(walk, &model->relations[i], inner, is_one, is_locking))
            join(walk, i, inner, out);
    }
    if (out->count)
        tenon__shape_word(&walk->shape, TENON__SHAPE_END);
}

/* ---- taking the rows out --------------------------------------------------------------------- */

static bool is_there(const char *row, uint32_t base, const tenon_model *target)
{
    return row[base + target->row_size];
}

static size_t count_there(const char *items, size_t count, size_t stride, uint32_t base,
                          const tenon_model *target)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += is_there(items + i * stride, base, target);
    return found;
}

/* Moves one row out; the columns that were loaded are the same in all, so only the first is asked
 * for them. */
static char *take_row(const tenon__joined *joined, size_t at, char *to, const char *from)
{
    const tenon_model *target = joined->items[at].relation->target;
    const char *first = joined->items[at].found.items;
    memcpy(to, from, target->row_size);
    if (to == first)
        tenon__mark_selected(target, joined->items[at].query, to);
    else
        memcpy(to + target->loaded_offset, first + target->loaded_offset,
               tenon_loaded_words(target) * sizeof(uint64_t));
    return to;
}

static void take_rows(const tenon__joined *joined, size_t at, const tenon_model *model, char *items,
                      size_t count, size_t stride)
{
    const tenon_relation *relation = joined->items[at].relation;
    uint32_t base = model->row_size + joined->items[at].offset;
    uint32_t bit = model->field_count + (uint32_t)(relation - model->relations);
    char *to = joined->items[at].found.items;
    char *row = items;
    for (size_t i = 0; i < count; i++, row += stride) {
        char *taken = NULL;
        if (is_there(row, base, relation->target)) {
            taken = take_row(joined, at, to, row + base);
            to += relation->target->row_size;
        }
        memcpy(row + relation->row_offset, &taken, sizeof taken);
        tenon__row_set_loaded(model, row, bit);
    }
}

bool tenon__take_joined(tenon__arena *results, tenon__joined *joined, const tenon_model *model,
                        char *items, size_t count, size_t stride)
{
    for (size_t j = 0; j < joined->count; j++) {
        const tenon_model *target = joined->items[j].relation->target;
        uint32_t base = model->row_size + joined->items[j].offset;
        size_t found = count_there(items, count, stride, base, target);
        char *room = tenon__arena_alloc(results, found * target->row_size);
        if (!room)
            return false;
        joined->items[j].found = (tenon__parents){.model = target, .items = room, .count = found};
        take_rows(joined, j, model, items, count, stride);
    }
    return true;
}

bool tenon__part_joined(tenon_session *s, tenon__joined *joined, const tenon_model *model,
                        tenon__rows *rows)
{
    size_t stride = model->row_size + joined->bytes;
    if (!tenon__take_joined(rows->arena, joined, model, rows->items, rows->count, stride))
        return tenon__fail_no_memory(tenon__session_error(s));
    tenon__close_up(rows, model->row_size, stride);
    return true;
}

const tenon__parents *tenon__joined_rows(const tenon__joined *joined,
                                         const tenon_relation *relation)
{
    for (size_t j = 0; joined && j < joined->count; j++)
        if (joined->items[j].relation == relation)
            return &joined->items[j].found;
    return NULL;
}
