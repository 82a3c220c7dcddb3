/* What nested writes are made of: plain sets, keys, filters, and the messages of what goes wrong.
 *
 * Structs of generated types are made here by their descriptor: zeroed memory of the right size, in
 * which single members are set. */
#include "model/nested.h"

#include <inttypes.h>
#include <stdio.h>

bool tenon__nest_is_failed(const tenon__nest *n)
{
    return tenon__session_is_failed(n->session);
}

void *tenon__nest_alloc(tenon__nest *n, size_t size)
{
    void *memory = tenon__arena_zalloc(&n->arena, size);
    if (!memory)
        tenon__fail_no_memory(n->err);
    return memory;
}

/* ---- errors ---------------------------------------------------------------------------------- */

bool tenon__nest_fail(tenon__nest *n, const tenon__nest_place *place, tenon_status status,
                      const char *format, ...)
{
    if (n->err->status != TENON_OK)
        return false;
    char text[sizeof n->err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tenon__error_copy(n->err->model, sizeof n->err->model, place->model->name);
    tenon__error_copy(n->err->field, sizeof n->err->field, place->relation->name);
    return tenon__fail(n->err, status, "%s.%s: %s", place->model->name, place->relation->name,
                       text);
}

/* "id = 7", "name = 'Ann'": what a message may show of a value. */
static void show_value(tenon__buf *out, const tenon_field *field, const void *value)
{
    enum { MOST_TEXT = 60 };
    char uuid[TENON_UUID_TEXT_SIZE];
    tenon__buf_format(out, "%s = ", field->name);
    switch (field->flags & TENON_FIELD_SENSITIVE ? TENON_KIND_BYTES : field->kind) {
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        tenon__buf_int(out, *(const int64_t *)value);
        return;
    case TENON_KIND_TEXT:
        tenon__buf_format(out, "'%.*s'", MOST_TEXT, *(const char *const *)value);
        return;
    case TENON_KIND_UUID:
        tenon_uuid_format(*(const tenon_uuid *)value, uuid, sizeof uuid);
        tenon__buf_text(out, uuid);
        return;
    default:
        tenon__buf_text(out, "…");
    }
}

bool tenon__nest_fail_missing(tenon__nest *n, const tenon__nest_place *place, const void *where,
                              const char *verb)
{
    const tenon_model *target = place->relation->target;
    tenon__nest_name name;
    if (tenon__nest_is_failed(n) || !tenon__nest_name_row(n, place, where, verb, &name))
        return false;
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const tenon_unique *unique = &target->uniques[name.unique];
    for (uint16_t i = 0; i < unique->field_count; i++) {
        tenon__buf_text(&text, i ? ", " : "");
        show_value(&text, &target->fields[unique->fields[i]], name.key[i]);
    }
    return tenon__nest_fail(n, place, TENON_FOREIGN_KEY, "there is no %s with %s to %s",
                            target->name, tenon__buf_string(&text), verb);
}

/* ---- sets ------------------------------------------------------------------------------------ */

bool tenon__nest_strip(tenon__nest *n, const tenon_model *model, const void *set, void *into)
{
    static const void *const nothing;
    tenon_set_head head;
    memcpy(into, set, model->set_size);
    for (uint32_t i = 0; i < model->relation_count; i++) {
        uint32_t offset = model->relations[i].set_offset;
        if (offset)
            memcpy((char *)into + offset, &nothing, sizeof nothing);
    }
    memcpy(&head, set, sizeof head);
    if (!head.session && !head.table.name && !head.table.schema)
        return true;
    tenon__error_copy(n->err->model, sizeof n->err->model, model->name);
    return tenon__fail(n->err, TENON_MISUSE,
                       "%s: session and table belong to the call, not to a set inside of it",
                       model->name);
}

void *tenon__nest_plain(tenon__nest *n, const tenon_model *model, const void *set)
{
    void *plain = tenon__nest_alloc(n, model->set_size);
    return plain && tenon__nest_strip(n, model, set, plain) ? plain : NULL;
}

void tenon__nest_give(const tenon_model *model, void *set, const uint16_t *fields, uint16_t count,
                      const void *const *values)
{
    for (uint16_t i = 0; i < count; i++)
        tenon__set_write(&model->fields[fields[i]], set, values[i]);
}

bool tenon__nest_give_key(tenon__nest *n, const tenon__nest_place *place, const tenon_model *model,
                          const void *set, void *given, const uint16_t *fields,
                          const void *const *values)
{
    uint16_t count = place->relation->field_count;
    for (uint16_t i = 0; i < count; i++) {
        const tenon_field *field = &model->fields[fields[i]];
        if (tenon__read_int((const char *)set + field->set_offset) != 0)
            return tenon__nest_fail(n, place, TENON_MISUSE, "%s.%s is set by the relation already",
                                    model->name, field->name);
    }
    tenon__nest_give(model, given, fields, count, values);
    return true;
}

/* ---- keys ------------------------------------------------------------------------------------ */

const void *const *tenon__nest_key_of(tenon__nest *n, const tenon_model *model, const void *row,
                                      const uint16_t *fields, uint16_t count)
{
    const void **key = tenon__nest_alloc(n, count * sizeof *key);
    tenon__wide *room = key ? tenon__nest_alloc(n, count * sizeof *room) : NULL;
    for (uint16_t i = 0; room && i < count; i++)
        key[i] = tenon__row_wide(&model->fields[fields[i]], row, &room[i]);
    return room ? key : NULL;
}

bool tenon__nest_has_key(const void *const *key, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        if (!key[i])
            return false;
    }
    return true;
}

const tenon_unique *tenon__nest_identity(const tenon_model *model)
{
    for (uint32_t i = 0; i < model->unique_count; i++) {
        if (!model->uniques[i].is_partial)
            return &model->uniques[i];
    }
    return NULL;
}

/* ---- filters --------------------------------------------------------------------------------- */

void *tenon__nest_where(tenon__nest *n, const tenon_model *model)
{
    return tenon__nest_alloc(n, model->where_size);
}

static void *filter_at(const tenon_model *model, void *where, uint16_t field,
                       tenon_operator operation)
{
    char *filter = (char *)where + model->fields[field].where_offset;
    memcpy(filter, &operation, sizeof operation);
    return filter + TENON__FILTER_AS;
}

void tenon__nest_equal(const tenon_model *model, void *where, const uint16_t *fields,
                       uint16_t count, const void *const *values)
{
    for (uint16_t i = 0; i < count; i++)
        memcpy(filter_at(model, where, fields[i], TENON_EQ), values[i],
               tenon__wide_size(model->fields[fields[i]].kind));
}

void tenon__nest_in(const tenon_model *model, void *where, uint16_t field, tenon_operator operation,
                    tenon__list values)
{
    memcpy(filter_at(model, where, field, operation), &values, sizeof values);
}

void tenon__nest_all(void *where, const void *items, size_t count)
{
    tenon_where_head *head = where;
    head->all = (tenon_where_list){.items = items, .count = count};
}

void tenon__nest_any(void *where, const void *items, size_t count)
{
    tenon_where_head *head = where;
    head->any = (tenon_where_list){.items = items, .count = count};
}

/* ---- naming a row ---------------------------------------------------------------------------- */

static bool is_equal(const tenon_field *field, const void *where)
{
    return tenon__read_int((const char *)where + field->where_offset) == TENON_EQ;
}

static bool names_all(const tenon_model *model, const tenon_unique *unique, const void *where)
{
    for (uint16_t i = 0; i < unique->field_count; i++) {
        if (!is_equal(&model->fields[unique->fields[i]], where))
            return false;
    }
    return !unique->is_partial;
}

static bool is_zero(const void *at, size_t size)
{
    const char *bytes = at;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

/* Whether the where says something beside `count` fields. */
static bool has_more(const tenon_model *model, const void *where, uint16_t count)
{
    const char *at = where;
    if (!is_zero(at, sizeof(tenon_where_head)))
        return true;
    uint32_t conditions = 0;
    for (uint32_t i = 0; i < model->field_count; i++)
        conditions += tenon__read_int(at + model->fields[i].where_offset) != 0;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        size_t size =
            relation->is_list ? sizeof(tenon_list_relation_filter) : sizeof(tenon_relation_filter);
        conditions += !is_zero(at + relation->where_offset, size);
    }
    return conditions > count;
}

bool tenon__nest_name_row(tenon__nest *n, const tenon__nest_place *place, const void *where,
                          const char *verb, tenon__nest_name *out)
{
    const tenon_model *model = place->relation->target;
    for (uint32_t u = 0; u < model->unique_count; u++) {
        const tenon_unique *unique = &model->uniques[u];
        if (!names_all(model, unique, where))
            continue;
        const void **key = tenon__nest_alloc(n, unique->field_count * sizeof *key);
        if (!key)
            return false;
        for (uint16_t i = 0; i < unique->field_count; i++)
            key[i] = (const char *)where + model->fields[unique->fields[i]].where_offset +
                     TENON__FILTER_AS;
        *out = (tenon__nest_name){
            .unique = u, .key = key, .has_more = has_more(model, where, unique->field_count)};
        return true;
    }
    tenon__nest_fail(n, place, TENON_MISUSE, "the where of a %s to %s does not name one row",
                     model->name, verb);
    tenon__hint(n->err, "say EQ for every field of a unique");
    return false;
}

/* ---- the calls of programs ------------------------------------------------------------------- */

/* Room for a …Query: its end is not in the descriptor, but what follows `distinct` is known. */
static void *make_query(tenon__nest *n, const tenon_model *model, const void *where)
{
    size_t size = model->query_distinct + TENON_MAX_DISTINCT * sizeof(int) +
                  (2 * (size_t)model->relation_count + 2) * sizeof(void *) + sizeof(tenon_nearest);
    char *query = tenon__nest_alloc(n, size);
    if (!query)
        return NULL;
    memcpy(query, &n->session, sizeof n->session);
    memcpy(query + model->query_where, where, model->where_size);
    return query;
}

void *tenon__nest_find_first(tenon__nest *n, const tenon_model *model, const void *where)
{
    const void *query = make_query(n, model, where);
    return query ? tenon_find_first(model, query) : NULL;
}

tenon_list tenon__nest_find_many(tenon__nest *n, const tenon_model *model, const void *where)
{
    const void *query = make_query(n, model, where);
    return query ? tenon_find_many(model, query) : (tenon_list){0};
}

const void *tenon__nest_update_call(tenon__nest *n, const tenon_model *model, const void *where,
                                    const void *set)
{
    char *call = tenon__nest_alloc(n, model->update_set + model->set_size);
    if (!call)
        return NULL;
    memcpy(call, &n->session, sizeof n->session);
    memcpy(call + model->update_where, where, model->where_size);
    memcpy(call + model->update_set, set, model->set_size);
    return call;
}

const void *tenon__nest_delete_call(tenon__nest *n, const tenon_model *model, const void *where)
{
    char *call = tenon__nest_alloc(n, model->delete_where + model->where_size);
    if (!call)
        return NULL;
    memcpy(call, &n->session, sizeof n->session);
    memcpy(call + model->delete_where, where, model->where_size);
    return call;
}

int64_t tenon__nest_update_many(tenon__nest *n, const tenon_model *model, const void *where,
                                const void *set)
{
    const void *call = tenon__nest_update_call(n, model, where, set);
    return call ? tenon_update_many(model, call) : 0;
}

int64_t tenon__nest_delete_many(tenon__nest *n, const tenon_model *model, const void *where)
{
    const void *call = tenon__nest_delete_call(n, model, where);
    return call ? tenon_delete_many(model, call) : 0;
}

void *tenon__nest_find(tenon__nest *n, const tenon__nest_place *place, const void *where,
                       const char *verb)
{
    const tenon_model *target = place->relation->target;
    tenon__nest_name name;
    if (!tenon__nest_name_row(n, place, where, verb, &name))
        return NULL;
    return name.has_more ? tenon__nest_find_first(n, target, where)
                         : tenon_find_by(n->session, target, name.unique, name.key);
}

void *tenon__nest_need(tenon__nest *n, const tenon__nest_place *place, const void *where,
                       const char *verb)
{
    void *row = tenon__nest_find(n, place, where, verb);
    if (!row)
        tenon__nest_fail_missing(n, place, where, verb);
    return row;
}
