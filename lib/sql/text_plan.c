/* Dynamic SQL as a key, and from there to what the drivers run.
 *
 * The key says everything: the SQL with its numbered parameters, their types, what the rows look
 * like. So a text that was put together anew each time finds the plan and the prepared statement of
 * the last time. */
#include "sql/dynamic.h"

/* ---- the key --------------------------------------------------------------------------------- */

static void add_sql(tenon__buf *out, const tenon_sql *q)
{
    size_t number = 0;
    for (size_t at = 0; at < q->length;) {
        const char *start = q->text + at;
        const char *mark = memchr(start, TENON__TEXT_MARK, q->length - at);
        size_t plain = mark ? (size_t)(mark - start) : q->length - at;
        tenon__buf_add(out, start, plain);
        if (mark) {
            tenon__buf_char(out, q->dialect->mark);
            tenon__buf_int(out, (int64_t)++number);
        }
        at += plain + (mark != NULL);
    }
}

/* "" for a text that has none. */
const char *tenon_sql_text(const tenon_sql *q)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    if (!q)
        return "";
    add_sql(&sql, q);
    const char *text = sql.failed ? NULL : tenon__arena_text(q->arena, tenon__buf_string(&sql));
    if (!text)
        tenon__fail_no_memory(tenon__session_error(q->session));
    return text ? text : "";
}

static void add_key(tenon__buf *out, const tenon_sql *q, const tenon_result *result, unsigned flags)
{
    tenon__text_key key = {.mark = TENON__KEY_TEXT,
                           .flags = (uint16_t)flags,
                           .slot_count = (uint32_t)q->bound_count,
                           .rows = result};
    if (result && result->model && !result->fields) {
        key.flags |= TENON__TEXT_OF_MODEL;
        key.rows = result->model;
    }
    tenon__buf_add(out, &key, sizeof key);
    for (size_t i = 0; i < q->bound_count; i++)
        tenon__buf_char(out, (char)q->bounds[i].slot);
    for (size_t i = 0; i < q->bound_count; i++)
        if (q->bounds[i].enumeration)
            tenon__buf_add(out, &q->bounds[i].enumeration, sizeof q->bounds[i].enumeration);
    add_sql(out, q);
}

/* ---- the plan -------------------------------------------------------------------------------- */

/* Reads the codes and the enums; *at is moved behind both. */
static const tenon__slot *make_slots(tenon__arena *arena, const tenon__text_key *key,
                                     const uint8_t **at)
{
    tenon__slot *slots = tenon__arena_array(arena, key->slot_count, sizeof *slots);
    tenon_field *fields = tenon__arena_array(arena, key->slot_count, sizeof *fields);
    const uint8_t *codes = *at;
    *at += key->slot_count;
    for (uint32_t i = 0; slots && fields && i < key->slot_count; i++) {
        slots[i] = tenon__slot_of_code(codes[i], &fields[i]);
        if (fields[i].kind != TENON_KIND_ENUM)
            continue;
        memcpy(&fields[i].enumeration, *at, sizeof fields[i].enumeration);
        *at += sizeof fields[i].enumeration;
    }
    return slots;
}

static const tenon__layout *make_layout(tenon__arena *arena, tenon_dialect dialect,
                                        const tenon__text_key *key)
{
    if (key->flags & TENON__TEXT_EXPLAINS)
        return tenon__explain_layout(dialect, arena);
    if (key->flags & TENON__TEXT_CELLS)
        return &tenon__cells_layout;
    if (key->flags & TENON__TEXT_OF_MODEL)
        return tenon__result_layout(arena, &(tenon_result){.model = key->rows});
    return key->rows ? tenon__result_layout(arena, key->rows) : NULL;
}

static tenon__about about_of(const tenon__text_key *key, const tenon__layout *layout)
{
    const tenon_model *model = layout ? layout->model : NULL;
    bool is_load = model && !(key->flags & TENON__TEXT_WRITES);
    return (tenon__about){
        .model = model, .operation = "sql", .deed = is_load ? TENON__DEED_LOAD : TENON__DEED_NONE};
}

static unsigned flags_of(const tenon__text_key *key)
{
    unsigned flags = key->flags & TENON__TEXT_WRITES ? TENON__WRITES : 0;
    if (key->flags & TENON__TEXT_CUSTOM_PLAN)
        flags |= TENON__CUSTOM_PLAN;
    if (key->flags & TENON__TEXT_EXPLAINS)
        flags |= TENON__ONCE;
    return flags;
}

static bool make(tenon_dialect dialect, const uint8_t *data, size_t length, tenon__cached *out,
                 tenon_error *err)
{
    tenon__text_key key;
    memcpy(&key, data, sizeof key);
    const uint8_t *at = data + sizeof key, *end = data + length;
    tenon__sql_plan *plan = tenon__sql_plan_new(err);
    if (!plan)
        return false;
    tenon__arena *arena = &plan->arena;
    const tenon__slot *slots = make_slots(arena, &key, &at);
    const tenon__layout *layout = make_layout(arena, dialect, &key);
    const char *words = key.flags & TENON__TEXT_EXPLAINS ? tenon__explain_words(dialect) : "";
    plan->statement = (tenon__statement){
        .sql = tenon__arena_format(arena, "%s%.*s", words, (int)(end - at), (const char *)at),
        .sql_length = strlen(words) + (size_t)(end - at),
        .flags = flags_of(&key),
        .slots = slots,
        .slot_count = key.slot_count,
        .layout = layout,
        .about = about_of(&key, layout),
    };
    return tenon__sql_plan_give(plan, out, err);
}

/* ---- the call -------------------------------------------------------------------------------- */

static const void **list_values(const tenon_sql *q, tenon__arena *arena)
{
    const void **values = tenon__arena_array(arena, q->bound_count, sizeof *values);
    for (size_t i = 0; values && i < q->bound_count; i++)
        values[i] = q->bounds[i].value;
    return values;
}

bool tenon__text_call(tenon_sql *q, const tenon_result *result, unsigned flags, tenon__rows *rows,
                      tenon__call *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
    tenon__arena *scratch = tenon__session_scratch(q->session);
    flags |= tenon__text_writes(q) ? TENON__TEXT_WRITES : 0;
    flags |= q->plan == TENON_PLAN_CUSTOM ? TENON__TEXT_CUSTOM_PLAN : 0;
    add_key(&key, q, result, flags);
    *out = (tenon__call){.key = (const uint8_t *)tenon__arena_copy(scratch, key.data, key.length),
                         .key_length = key.length,
                         .make = make,
                         .writes = (flags & TENON__TEXT_WRITES) && !(flags & TENON__TEXT_EXPLAINS),
                         .may_write = !(flags & TENON__TEXT_EXPLAINS),
                         .needs_primary = q->has_lock_word && !(flags & TENON__TEXT_EXPLAINS),
                         .values = list_values(q, scratch),
                         .value_count = q->bound_count,
                         .rows = rows};
    bool is_whole = !key.failed && out->key && out->values;
    return is_whole || tenon__fail_no_memory(tenon__session_error(q->session));
}
