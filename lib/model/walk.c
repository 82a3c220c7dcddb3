/* The walk's own memory, its errors, and the way from a walked call to lib/db. */
#include "model/walk.h"

#include <stdio.h>
#include <stdlib.h>

bool tenon__check_model(const tenon_model *model, tenon_error *err)
{
    if (TENON__LIKELY(model->abi == TENON_ABI && model->size == sizeof *model))
        return true;
    tenon__fail(err, TENON_MISUSE, "the model was generated for another version of tenon");
    tenon__hint(err, "run tenon generate again and recompile");
    return false;
}

bool tenon__check_unique(const tenon_model *model, uint32_t unique, tenon_error *err)
{
    return TENON__LIKELY(unique < model->unique_count) ||
           tenon__fail(err, TENON_MISUSE, "%s has no unique %u", model->name, unique);
}

static bool refuse_view(const tenon_model *model, tenon_error *err)
{
    tenon__error_copy(err->model, sizeof err->model, model->name);
    return tenon__fail(err, TENON_MISUSE, "%s is a view and cannot be written", model->name);
}

static inline bool check_call(const tenon_model *model, tenon__operation operation,
                              tenon_error *err)
{
    if (!tenon__check_model(model, err))
        return false;
    return TENON__LIKELY(!model->is_view) || !tenon__does_write(operation) ||
           refuse_view(model, err);
}

TENON__HOT bool tenon__walk_begin(tenon__walk *walk, tenon_session *session,
                                  const tenon_model *model, tenon__operation operation)
{
    tenon__session_parts parts;
    if (!tenon__session_parts_of(session, &parts))
        return false;
    walk->session = session;
    walk->model = model;
    walk->err = parts.err;
    walk->results = parts.results;
    walk->scratch = parts.scratch;
    walk->values = walk->first_values;
    walk->value_count = 0;
    walk->value_capacity = TENON__WALK_VALUES;
    walk->depth = 0;
    walk->has_raw = false;
    walk->now.us = 0;
    walk->table = NULL;
    walk->patterns = NULL;
    walk->expected.value = NULL;
    walk->subject = NULL;
    walk->failed = !check_call(model, operation, walk->err);
    tenon__shape_begin(&walk->shape, walk->scratch, operation, model);
    return !walk->failed;
}

TENON__HOT void tenon__walk_table(tenon__walk *walk, tenon_table table)
{
    walk->table = table.name;
    if (table.name)
        tenon__shape_table(&walk->shape, table);
    else if (table.schema)
        tenon__walk_misuse(walk, "a table was given a schema but no name");
}

const tenon__dialect_traits *tenon__walk_traits(const tenon__walk *walk)
{
    return tenon__dialect_traits_of(tenon__session_dialect(walk->session));
}

bool tenon__walk_grow_values(tenon__walk *walk)
{
    size_t size = walk->value_capacity * sizeof *walk->values;
    const void **values = tenon__walk_alloc(walk, size * 2);
    if (!values)
        return false;
    memcpy(values, walk->values, size);
    walk->values = values;
    walk->value_capacity *= 2;
    return true;
}

void *tenon__walk_alloc(tenon__walk *walk, size_t size)
{
    void *memory = tenon__arena_alloc(walk->scratch, size);
    if (!memory) {
        walk->failed = true;
        tenon__fail_no_memory(walk->err);
    }
    return memory;
}

bool tenon__walk_fail(tenon__walk *walk, tenon_status status, const tenon_field *field,
                      const char *format, ...)
{
    char text[sizeof walk->err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    walk->failed = true;
    return tenon__fail_field(walk->err, status, walk->model, field, "%s", text);
}

bool tenon__walk_misuse(tenon__walk *walk, const char *format, ...)
{
    char text[sizeof walk->err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    walk->failed = true;
    if (walk->err->status == TENON_OK)
        tenon__error_copy(walk->err->model, sizeof walk->err->model, walk->model->name);
    return tenon__fail(walk->err, TENON_MISUSE, "%s: %s", walk->model->name, text);
}

/* ---- running --------------------------------------------------------------------------------- */

static void free_plan(void *plan)
{
    tenon__plan_free(plan);
}

bool tenon__make_plan(tenon_dialect dialect, const uint8_t *key, size_t length, tenon__cached *out,
                      tenon_error *err)
{
    tenon__plan *plan = tenon__render(dialect, key, length, err);
    if (!plan)
        return false;
    *out = (tenon__cached){.statement = &plan->statement,
                           .bytes = plan->bytes,
                           .owner = plan,
                           .free_owner = free_plan};
    return true;
}

tenon__shared_plan *tenon__walk_plan_of(tenon__walk *walk, const tenon__shape *shape)
{
    tenon__call call = {.key = shape->data, .key_length = shape->length, .make = tenon__make_plan};
    return tenon__plan_acquire(walk->session, &call);
}

TENON__HOT static bool check_shape(tenon__walk *walk)
{
    if (TENON__LIKELY(!walk->shape.failed))
        return !walk->failed;
    if (walk->scratch->failed)
        return tenon__fail_no_memory(walk->err);
    return tenon__fail(walk->err, TENON_LIMIT,
                       "%s: the query has more conditions than fit in %d KB", walk->model->name,
                       TENON__SHAPE_LIMIT_BYTES / 1024);
}

TENON__HOT bool tenon__walk_is_sound(tenon__walk *walk)
{
    bool is_sound = check_shape(walk);
    if (!is_sound)
        tenon__arena_clear(tenon__session_scratch(walk->session));
    return is_sound;
}

bool tenon__walk_call(tenon__walk *walk, tenon__rows *rows, tenon__call *out)
{
    if (!tenon__walk_is_sound(walk))
        return false;
    *out = tenon__call_of(walk, tenon__shape_head_of(&walk->shape)->operation);
    out->rows = rows;
    return true;
}

bool tenon__walk_run(tenon__walk *walk, tenon__rows *rows, int64_t *affected)
{
    return tenon__walk_run_here(walk, rows, affected);
}

tenon_stream *tenon__walk_stream(tenon__walk *walk, const tenon_transaction_options *options,
                                 tenon__arrival arrival)
{
    tenon__call call = tenon__call_of(walk, TENON__FIND);
    if (tenon__walk_is_sound(walk))
        return tenon__stream_open(walk->session, &call, options, arrival);
    free(arrival.ctx);
    return NULL;
}

bool tenon__walk_run_in(tenon__walk *walk, tenon_stream *stream, tenon__rows *rows)
{
    tenon__call call;
    if (!tenon__walk_call(walk, rows, &call))
        return false;
    if (tenon__stream_run(stream, &call))
        return true;
    tenon__name_error(walk->model, walk->table, TENON__FIND_RELATED, walk->err);
    return false;
}

TENON__HOT void tenon__walk_key(tenon__walk *walk, uint32_t unique, const void *const *key)
{
    if (!tenon__check_unique(walk->model, unique, walk->err)) {
        walk->failed = true;
        return;
    }
    tenon__shape_head_of(&walk->shape)->number = unique;
    for (uint16_t i = 0; i < walk->model->uniques[unique].field_count; i++)
        tenon__walk_value(walk, key[i]);
}

void *tenon__walk_run_for_row(tenon__walk *walk)
{
    return tenon__walk_row_here(walk);
}

TENON__HOT void *tenon__run_by_key(tenon_session *session, const tenon_model *model,
                                   tenon__operation operation, uint32_t unique,
                                   const void *const *key)
{
    tenon__session_parts parts;
    if (!tenon__session_parts_of(session, &parts))
        return NULL;
    tenon_error *err = parts.err;
    if (!check_call(model, operation, err) || !tenon__check_unique(model, unique, err))
        return NULL;
    tenon__shape_head head = {.operation = (uint16_t)operation, .number = unique, .model = model};
    tenon__rows rows = {.arena = parts.results, .expected = 1};
    tenon__call call = {.key = (const uint8_t *)&head,
                        .key_length = sizeof head,
                        .make = tenon__make_plan,
                        .writes = tenon__does_write(operation),
                        .values = key,
                        .value_count = model->uniques[unique].field_count,
                        .rows = &rows,
                        .subject = key};
    if (TENON__LIKELY(tenon__run_noted(session, model, &call)))
        return rows.count ? rows.items : NULL;
    tenon__name_error(model, NULL, operation, err);
    return NULL;
}

__attribute__((noinline)) static void *walk_by_key(const tenon_key_options *options,
                                                   const tenon_model *model,
                                                   tenon__operation operation, uint32_t unique,
                                                   const void *const *key)
{
    tenon__walk walk;
    if (!tenon__walk_begin(&walk, options->session, model, operation))
        return NULL;
    walk.subject = key;
    tenon__walk_table(&walk, options->table);
    tenon__walk_deleted(&walk, options->with_deleted, options->only_deleted);
    tenon__walk_key(&walk, unique, key);
    tenon_read before = tenon__read_begin(options->session, options->read);
    void *row = tenon__walk_run_for_row(&walk);
    tenon__read_end(options->session, options->read, before);
    return row;
}

TENON__HOT void *tenon__run_by_key_with(const tenon_key_options *options, const tenon_model *model,
                                        tenon__operation operation, uint32_t unique,
                                        const void *const *key)
{
    if (!options)
        return NULL;
    bool has_choice = options->with_deleted || options->only_deleted || options->read;
    if (TENON__LIKELY(!options->table.name && !options->table.schema && !has_choice))
        return tenon__run_by_key(options->session, model, operation, unique, key);
    return walk_by_key(options, model, operation, unique, key);
}
