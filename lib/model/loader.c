/* Single look-ups that are gathered into one. See loader.h.
 *
 * Keys are told apart by their bytes. The database may find more of them equal than that (a
 * collation, 1.0 and 1.00): a row that comes back with a key which nobody asked for shows it, and
 * then the keys that are still without a row are asked one by one, as a find would. Keys of a kind
 * whose bytes do not tell are always asked so.
 *
 * Keys of several columns are a list of conditions, as many as the next power of two, the last one
 * repeated: so there are a few statements to prepare, not one for each number of keys. */
#include "model/nested.h"

#include <tenon/loader.h>

#include <stdlib.h>

enum { MOST_CONDITIONS = 512 };

typedef struct entry {
    const void **key; /* wide values of its own */
    void *row;
    bool is_loaded;
    struct entry *next; /* that waits */
} entry;

struct tenon_loader {
    tenon__nest nest;
    const tenon_model *model;
    const tenon_unique *unique;
    tenon__map by_key;
    tenon__buf bytes; /* of the key at hand */
    entry *waiting;
    size_t waiting_count;
};

static const tenon_field *field_of(const tenon_loader *loader, uint16_t i)
{
    return &loader->model->fields[loader->unique->fields[i]];
}

tenon_loader *tenon_loader_open(tenon_session *s, const tenon_model *model, uint32_t unique)
{
    if (tenon__session_is_failed(s))
        return NULL;
    tenon_error *err = tenon__session_error(s);
    if (!tenon__check_model(model, err) || !tenon__check_unique(model, unique, err))
        return NULL;
    if (model->uniques[unique].is_partial) {
        tenon__fail(err, TENON_MISUSE, "%s: %s is unique for a part of the table only", model->name,
                    model->uniques[unique].name);
        return NULL;
    }
    tenon_loader *loader = calloc(1, sizeof *loader);
    if (!loader) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    loader->nest = (tenon__nest){.session = s, .err = err};
    loader->model = model;
    loader->unique = &model->uniques[unique];
    return loader;
}

void tenon_loader_forget(tenon_loader *loader)
{
    if (!loader)
        return;
    tenon__map_release(&loader->by_key);
    loader->by_key = (tenon__map){0};
    tenon__arena_release(&loader->nest.arena);
    loader->nest.arena = (tenon__arena){0};
    loader->waiting = NULL;
    loader->waiting_count = 0;
}

void tenon_loader_close(tenon_loader *loader)
{
    tenon_loader_forget(loader);
    if (loader)
        tenon__buf_release(&loader->bytes);
    free(loader);
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* A pointer that must not be NULL and is: finding says so. */
static bool lacks_pointer(const tenon_field *field, const void *value)
{
    if (field->kind == TENON_KIND_TEXT)
        return tenon__is_null_pointer(value);
    bool has_length = field->kind == TENON_KIND_DECIMAL || field->kind == TENON_KIND_BYTES;
    return has_length && tenon__is_null_pointer((const char *)value + offsetof(tenon_bytes, data));
}

/* Into loader->bytes; false where bytes do not tell. */
static bool write_key(tenon_loader *loader, const void *const *key)
{
    tenon__buf_clear(&loader->bytes);
    for (uint16_t i = 0; i < loader->unique->field_count; i++) {
        const tenon_field *field = field_of(loader, i);
        if (!key[i] || lacks_pointer(field, key[i]) ||
            !tenon__key_add(&loader->bytes, field, key[i]))
            return false;
    }
    return !loader->bytes.failed;
}

static bool write_key_of_row(tenon_loader *loader, const char *row)
{
    const void *key[TENON_MAX_KEY];
    tenon__wide room[TENON_MAX_KEY];
    for (uint16_t i = 0; i < loader->unique->field_count; i++)
        key[i] = tenon__row_wide(field_of(loader, i), row, &room[i]);
    return write_key(loader, key);
}

static entry *find_entry(const tenon_loader *loader)
{
    return tenon__map_get(&loader->by_key, loader->bytes.data, loader->bytes.length);
}

/* What a value points at is copied too. */
static const void *copy_value(tenon__arena *arena, const tenon_field *field, const void *value)
{
    void *copy = tenon__arena_copy(arena, value, tenon__wide_size(field->kind));
    tenon_bytes bytes;
    if (!copy)
        return NULL;
    if (field->kind == TENON_KIND_TEXT)
        return (*(const char **)copy = tenon__arena_text(arena, *(const char **)copy)) ? copy
                                                                                       : NULL;
    if (field->kind != TENON_KIND_DECIMAL && field->kind != TENON_KIND_BYTES)
        return copy;
    memcpy(&bytes, value, sizeof bytes);
    if (field->kind == TENON_KIND_DECIMAL && !bytes.len)
        bytes.len = strlen(bytes.data);
    bytes.data = tenon__arena_copy(arena, bytes.data, bytes.len);
    memcpy(copy, &bytes, sizeof bytes);
    return bytes.data ? copy : NULL;
}

static bool copy_key(tenon_loader *loader, const void *const *key, entry *out)
{
    tenon__arena *arena = &loader->nest.arena;
    out->key = tenon__nest_alloc(&loader->nest, loader->unique->field_count * sizeof *out->key);
    for (uint16_t i = 0; out->key && i < loader->unique->field_count; i++) {
        tenon__arena_align(arena);
        out->key[i] = copy_value(arena, field_of(loader, i), key[i]);
        if (!out->key[i])
            return false;
    }
    tenon__arena_align(arena);
    return out->key != NULL;
}

/* The entry of the key whose bytes are at hand; a new one waits. */
static entry *note(tenon_loader *loader, const void *const *key)
{
    entry *known = find_entry(loader);
    if (known)
        return known;
    tenon__arena *arena = &loader->nest.arena;
    entry *added = tenon__nest_alloc(&loader->nest, sizeof *added);
    char *bytes = tenon__arena_copy(arena, loader->bytes.data, loader->bytes.length);
    tenon__arena_align(arena);
    if (!added || !bytes || !copy_key(loader, key, added) ||
        !tenon__map_put(&loader->by_key, bytes, loader->bytes.length, added)) {
        tenon__fail_no_memory(loader->nest.err);
        return NULL;
    }
    added->next = loader->waiting;
    loader->waiting = added;
    loader->waiting_count++;
    return added;
}

/* ---- loading --------------------------------------------------------------------------------- */

static const void *one_of_values(tenon_loader *loader, const entry *first, size_t count)
{
    const tenon_field *field = field_of(loader, 0);
    size_t size = tenon__wide_size(field->kind);
    void *where = tenon__nest_where(&loader->nest, loader->model);
    char *values = tenon__nest_alloc(&loader->nest, count * size);
    for (size_t i = 0; values && i < count; i++, first = first->next)
        memcpy(values + i * size, first->key[0], size);
    tenon__list list = {.items = values, .count = count};
    if (where && values)
        tenon__nest_in(loader->model, where, loader->unique->fields[0], TENON_IN, list);
    return values ? where : NULL;
}

static const void *one_of_keys(tenon_loader *loader, const entry *first, size_t count)
{
    size_t size = loader->model->where_size, total = 1;
    while (total < count)
        total *= 2;
    void *where = tenon__nest_where(&loader->nest, loader->model);
    char *items = tenon__nest_alloc(&loader->nest, total * size);
    for (size_t i = 0; items && i < total; i++) {
        tenon__nest_equal(loader->model, items + i * size, loader->unique->fields,
                          loader->unique->field_count, first->key);
        first = i + 1 < count ? first->next : first;
    }
    if (where && items)
        tenon__nest_any(where, items, total);
    return items ? where : NULL;
}

static bool is_single(const tenon_loader *loader)
{
    return loader->unique->field_count == 1;
}

/* Whether the type of a column makes more of its values equal than their bytes. */
static bool ignores_case(const tenon_loader *loader)
{
    for (uint16_t i = 0; i < loader->unique->field_count; i++) {
        if (field_of(loader, i)->pg_type == TENON_PG_CITEXT)
            return true;
    }
    return false;
}

/* Gives rows to their entries; false when there may be rows for others. */
static bool give_rows(tenon_loader *loader, tenon_list rows)
{
    bool is_known = !ignores_case(loader);
    for (size_t i = 0; i < rows.count; i++) {
        char *row = (char *)rows.items + i * loader->model->row_size;
        entry *of_row = write_key_of_row(loader, row) ? find_entry(loader) : NULL;
        if (of_row)
            of_row->row = row;
        is_known = is_known && of_row;
    }
    return is_known;
}

static void *find_alone(tenon_loader *loader, const void *const *key)
{
    uint32_t unique = (uint32_t)(loader->unique - loader->model->uniques);
    return tenon_find_by(loader->nest.session, loader->model, unique, key);
}

/* The first `count` of those that wait. */
static void load(tenon_loader *loader, size_t count)
{
    entry *at = loader->waiting;
    tenon__arena_mark mark = tenon__arena_mark_here(&loader->nest.arena);
    const void *where =
        is_single(loader) ? one_of_values(loader, at, count) : one_of_keys(loader, at, count);
    if (!where)
        return;
    tenon_list rows = tenon__nest_find_many(&loader->nest, loader->model, where);
    tenon__arena_rewind(&loader->nest.arena, mark);
    bool is_known = give_rows(loader, rows);
    for (size_t i = 0; i < count && !tenon__nest_is_failed(&loader->nest); i++, at = at->next) {
        if (!at->row && !is_known)
            at->row = find_alone(loader, at->key);
        at->is_loaded = true;
        loader->waiting = at->next;
        loader->waiting_count--;
    }
}

static void load_waiting(tenon_loader *loader)
{
    while (loader->waiting_count && !tenon__nest_is_failed(&loader->nest)) {
        size_t most = is_single(loader) ? loader->waiting_count : MOST_CONDITIONS;
        load(loader, loader->waiting_count < most ? loader->waiting_count : most);
    }
}

/* ---- the calls ------------------------------------------------------------------------------- */

static bool check(tenon_loader *loader, const tenon_model *model, uint32_t unique)
{
    if (!loader || tenon__nest_is_failed(&loader->nest))
        return false;
    if (model == loader->model && loader->unique == &model->uniques[unique])
        return true;
    return tenon__fail(loader->nest.err, TENON_MISUSE, "the loader is for %s by %s",
                       loader->model->name, loader->unique->name);
}

void tenon_loader_want(tenon_loader *loader, const tenon_model *model, uint32_t unique,
                       const void *const *key)
{
    if (check(loader, model, unique) && write_key(loader, key))
        note(loader, key);
}

void *tenon_loader_get(tenon_loader *loader, const tenon_model *model, uint32_t unique,
                       const void *const *key)
{
    if (!check(loader, model, unique))
        return NULL;
    if (!write_key(loader, key))
        return find_alone(loader, key);
    entry *wanted = note(loader, key);
    if (wanted && !wanted->is_loaded)
        load_waiting(loader);
    return wanted && !tenon__nest_is_failed(&loader->nest) ? wanted->row : NULL;
}
