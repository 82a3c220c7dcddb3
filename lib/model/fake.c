/* Rows made up from a descriptor, for tests. See tenon/test.h and fake.h. */
#include "model/fake.h"

enum { DEFAULT_NULLS = 20, DEFAULT_TEXT = 40, DEFAULT_BYTES = 200, DEFAULT_LIST = 8, END_IN = 4 };

/* ---- numbers --------------------------------------------------------------------------------- */

/* splitmix64: every state gives good numbers, also neighbours. */
uint64_t tenon__fake_next(tenon__fake *f)
{
    uint64_t z = f->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint64_t tenon__fake_below(tenon__fake *f, uint64_t most)
{
    uint64_t value = tenon__fake_next(f);
    return most == UINT64_MAX ? value : value % (most + 1);
}

int64_t tenon__fake_between(tenon__fake *f, int64_t least, int64_t most)
{
    uint64_t span = (uint64_t)most - (uint64_t)least;
    if (f->is_end)
        return tenon__fake_next(f) & 1 ? least : most;
    return (int64_t)((uint64_t)least + tenon__fake_below(f, span));
}

void *tenon__fake_room(tenon__fake *f, size_t size)
{
    void *memory = tenon__arena_alloc(f->arena, size ? size : 1);
    f->failed |= !memory;
    return memory;
}

static void aim_at(tenon__fake *f, uint32_t field)
{
    f->state = f->options.seed;
    f->state = tenon__fake_next(f) ^ f->number;
    f->state = tenon__fake_next(f) ^ field;
    f->is_end = tenon__fake_below(f, END_IN - 1) == 0;
}

/* ---- fields ---------------------------------------------------------------------------------- */

static bool is_made_elsewhere(const tenon_field *field)
{
    unsigned own = TENON_FIELD_GENERATED | TENON_FIELD_UPDATED_AT | TENON_FIELD_VERSION;
    return (field->flags & own) || field->default_kind > TENON_DEFAULT_VALUE;
}

static bool is_of_relation(const tenon_model *model, uint32_t field)
{
    for (uint32_t r = 0; r < model->relation_count; r++) {
        const tenon_relation *relation = &model->relations[r];
        for (uint16_t i = 0; relation->holds_key && i < relation->field_count; i++) {
            if (relation->fields[i] == field)
                return true;
        }
    }
    return false;
}

static bool is_unique_alone(const tenon_model *model, uint32_t field)
{
    for (uint32_t u = 0; u < model->unique_count; u++) {
        const tenon_unique *unique = &model->uniques[u];
        if (unique->field_count == 1 && unique->fields[0] == field)
            return true;
    }
    return false;
}

static bool is_ours(const tenon_model *model, uint32_t at, const void *set)
{
    const tenon_field *field = &model->fields[at];
    return tenon__read_int((const char *)set + field->set_offset) == 0 &&
           !is_made_elsewhere(field) && !is_of_relation(model, at) && tenon__fake_knows(field);
}

/* Texts and bytes of a list share what one alone may have, but each may have some. */
static size_t share(size_t most, size_t count)
{
    enum { SOME = 16 };
    return most <= SOME || count == 0 ? most : SOME + (most - SOME) / count;
}

static void fill_list(tenon__fake *f, const tenon_field *field, tenon__list *out)
{
    size_t most = f->options.list_most, size = tenon__element_size(field->kind);
    size_t count = (size_t)tenon__fake_between(f, 0, (int64_t)most);
    char *items = tenon__fake_room(f, count * size);
    tenon_fake_options options = f->options;
    f->options.text_most = share(options.text_most, count);
    f->options.bytes_most = share(options.bytes_most, count);
    for (size_t i = 0; items && i < count; i++) {
        f->is_end = tenon__fake_below(f, END_IN - 1) == 0;
        tenon__fake_element(f, field, items + i * size);
    }
    f->options = options;
    *out = (tenon__list){.items = items, .count = count};
}

/* The elements are those of a field that is what an element is. */
static void fill_packed(tenon__fake *f, const tenon_field *field, tenon__list *out)
{
    tenon_field element = *field;
    element.kind = field->packing->element;
    fill_list(f, &element, out);
}

static bool is_null(tenon__fake *f, const tenon_field *field)
{
    bool may_be = field->flags & TENON_FIELD_NULLABLE && f->options.null_percent <= 100;
    return tenon__fake_below(f, 99) < f->options.null_percent && may_be && !f->is_unique;
}

static void fill(tenon__fake *f, const tenon_model *model, uint32_t at, void *set)
{
    const tenon_field *field = &model->fields[at];
    union {
        tenon__list list;
        tenon_clock_tz largest;
        uint64_t words[2];
    } value;
    aim_at(f, at);
    f->is_unique = is_unique_alone(model, at);
    bool has_value = !is_null(f, field);
    if (has_value && field->kind == TENON_KIND_PACKED)
        fill_packed(f, field, &value.list);
    else if (has_value && field->flags & TENON_FIELD_LIST)
        fill_list(f, field, &value.list);
    else if (has_value)
        tenon__fake_wide(f, field, &value);
    tenon__set_write(field, set, has_value ? &value : NULL);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static size_t or_default(size_t value, size_t instead)
{
    return value ? value : instead;
}

static tenon_fake_options complete(const tenon_fake_options *options)
{
    tenon_fake_options all = options ? *options : (tenon_fake_options){0};
    all.null_percent = (unsigned)or_default(all.null_percent, DEFAULT_NULLS);
    all.text_most = or_default(all.text_most, DEFAULT_TEXT);
    all.bytes_most = or_default(all.bytes_most, DEFAULT_BYTES);
    all.list_most = or_default(all.list_most, DEFAULT_LIST);
    return all;
}

bool tenon_fake(tenon_session *s, const tenon_model *model, const tenon_fake_options *options,
                uint64_t number, void *set)
{
    if (tenon__session_is_failed(s) || !tenon__check_model(model, tenon__session_error(s)))
        return false;
    tenon__fake f = {.options = complete(options),
                     .arena = tenon__session_arena(s),
                     .is_sqlite = tenon__session_dialect(s) == TENON_SQLITE,
                     .number = number};
    for (uint32_t i = 0; i < model->field_count && !f.failed; i++) {
        if (is_ours(model, i, set))
            fill(&f, model, i, set);
    }
    tenon__arena_align(f.arena);
    return !f.failed || tenon__fail_no_memory(tenon__session_error(s));
}

void *tenon_fake_create(tenon_session *s, const tenon_model *model,
                        const tenon_fake_options *options, uint64_t number, const void *set)
{
    if (tenon__session_is_failed(s) || !tenon__check_model(model, tenon__session_error(s)))
        return NULL;
    char *own = tenon_session_alloc(s, model->set_size);
    if (!own)
        return NULL;
    memset(own, 0, model->set_size);
    if (set)
        memcpy(own, set, model->set_size);
    tenon_set_head head;
    memcpy(&head, own, sizeof head);
    head.session = s;
    memcpy(own, &head, sizeof head);
    return tenon_fake(s, model, options, number, own) ? tenon_create(model, own) : NULL;
}
