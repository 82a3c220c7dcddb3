/* Sessions: the arena of results, the first error, marks.
 *
 * The session is one heap block, with the text of tenon_message and the actor behind the struct, so
 * that opening one is two allocations with the arena's first block. What it returned lives in
 * `results`. A mark is the arena's own mark with the session's generation folded in: taking the
 * results away or resetting makes older marks void, and rewinding to one then does nothing instead
 * of harm. */
#include "db/stream.h"
#include "db/transaction.h"

#include <stdio.h>
#include <stdlib.h>

enum { MESSAGE_SIZE = 768, GENERATION_SHIFT = 48 };

static const tenon__tree_limits usual_tree = {.rows = 10000000, .depth = 16};

struct tenon_results {
    tenon__arena arena;
};

static const tenon_error no_session = {
    .status = TENON_MISUSE,
    .message = "there is no session: tenon_session_open has failed or was not called",
};

/* ---- open and close -------------------------------------------------------------------------- */

static void apply_options(tenon_session *s, const tenon_session_options *options)
{
    s->budget_us = s->db->config.statement_timeout_us;
    s->results.limit_bytes = s->db->config.result_limit_bytes;
    s->tree = usual_tree;
    if (!options)
        return;
    if (options->deadline_us)
        s->budget_us = options->deadline_us < 0 ? TENON__NEVER : options->deadline_us;
    if (options->memory_limit_bytes)
        s->results.limit_bytes = options->memory_limit_bytes;
    if (options->tree_rows_most)
        s->tree.rows = options->tree_rows_most;
    if (options->tree_depth_most)
        s->tree.depth = (unsigned)options->tree_depth_most;
    s->reading.from = options->read;
    s->repeats.most = options->repeats_most;
    s->repeats.do_fail = options->repeats_fail;
    s->watched = options->repeats_most ? TENON_REPEATED : 0;
}

tenon__tree_limits tenon__session_tree_limits(const tenon_session *s)
{
    return s->tree;
}

tenon_session *tenon_session_open(tenon_db *db, const tenon_session_options *options)
{
    if (!db)
        return NULL;
    const char *actor = options ? options->actor : NULL;
    size_t actor_size = actor ? strlen(actor) + 1 : 0;
    tenon_session *s = malloc(sizeof *s + MESSAGE_SIZE + actor_size);
    if (!s)
        return NULL;
    *s = (tenon_session){.db = db, .message = (char *)(s + 1), .statement_limit = UINT64_MAX};
    s->message[0] = '\0';
    if (actor)
        s->note[0] = s->first_actor = memcpy(s->message + MESSAGE_SIZE, actor, actor_size);
    apply_options(s, options);
    return s;
}

void tenon_session_close(tenon_session *s)
{
    if (!s)
        return;
    tenon__session_settle(s);
    tenon__session_hooks_release(s);
    tenon__repeats_release(&s->repeats);
    tenon__arena_release(&s->results);
    tenon__arena_release(&s->scratch);
    tenon__session_note_release(s);
    free(s);
}

void tenon_session_reset(tenon_session *s)
{
    if (!s)
        return;
    tenon__session_settle(s);
    tenon__session_hooks_release(s);
    tenon__repeats_release(&s->repeats);
    tenon__arena_clear(&s->results);
    tenon__arena_clear(&s->scratch);
    tenon__session_note_release(s);
    s->trace_parent = (tenon__trace_parent){0};
    s->reading = (tenon__reading){.from = s->reading.from};
    s->generation++;
    s->statement_count = 0;
    s->statement_limit = UINT64_MAX;
    tenon_error_clear(s);
}

/* ---- errors ---------------------------------------------------------------------------------- */

TENON__HOT bool tenon_failed(const tenon_session *s)
{
    return tenon__session_is_failed(s);
}

/* Most messages about a field begin with its name already. */
static bool needs_name(const tenon_error *err)
{
    return err->model[0] && strncmp(err->message, err->model, strlen(err->model)) != 0;
}

const char *tenon_message(const tenon_session *s)
{
    const tenon_error *err = tenon_session_error(s);
    if (!s || !needs_name(err))
        return err->message;
    snprintf(s->message, MESSAGE_SIZE, "%s%s%s: %s", err->model, err->field[0] ? "." : "",
             err->field, err->message);
    return s->message;
}

const tenon_error *tenon_session_error(const tenon_session *s)
{
    return s ? &s->error : &no_session;
}

void tenon__error_forget(tenon_session *s)
{
    s->results.failed = s->scratch.failed = false;
    if (s->error.status != TENON_OK)
        tenon_error_reset(&s->error);
}

void tenon_error_clear(tenon_session *s)
{
    if (!s)
        return;
    atomic_store_explicit(&s->is_cancelled, false, memory_order_relaxed);
    tenon__error_forget(s);
}

/* ---- results --------------------------------------------------------------------------------- */

tenon_mark tenon_session_mark(const tenon_session *s)
{
    if (!s)
        return (tenon_mark){0};
    tenon__arena_mark mark = tenon__arena_mark_here(&s->results);
    uintptr_t generation = (uintptr_t)s->generation << GENERATION_SHIFT;
    return (tenon_mark){{mark.block, mark.at, (void *)(generation | mark.large_sequence)}};
}

TENON__HOT void tenon_session_rewind(tenon_session *s, tenon_mark mark)
{
    uintptr_t packed = (uintptr_t)mark.opaque[2];
    if (!s || packed >> GENERATION_SHIFT != s->generation)
        return;
    uintptr_t sequence = packed & (((uintptr_t)1 << GENERATION_SHIFT) - 1);
    const tenon__arena_mark begin = {
        .block = mark.opaque[0], .at = mark.opaque[1], .large_sequence = sequence};
    if (TENON__UNLIKELY(!tenon__arena_rewind_in_place(&s->results, begin)))
        tenon__arena_rewind(&s->results, begin);
}

tenon_results *tenon_session_take(tenon_session *s)
{
    tenon_results *results = s ? malloc(sizeof *results) : NULL;
    if (!results)
        return NULL;
    results->arena = s->results;
    s->results = (tenon__arena){.limit_bytes = results->arena.limit_bytes};
    s->generation++;
    return results;
}

void tenon_results_free(tenon_results *results)
{
    if (!results)
        return;
    tenon__arena_release(&results->arena);
    free(results);
}

void *tenon_session_alloc(tenon_session *s, size_t size)
{
    if (tenon__session_is_failed(s))
        return NULL;
    void *memory = tenon__arena_alloc(&s->results, size);
    if (!memory)
        tenon__fail_no_memory(&s->error);
    return memory;
}

/* ---- for the folders above ------------------------------------------------------------------- */

tenon__trace_parent *tenon__session_trace_parent(tenon_session *s)
{
    return &s->trace_parent;
}

tenon__arena *tenon__session_arena(tenon_session *s)
{
    return &s->results;
}

tenon__arena *tenon__session_scratch(tenon_session *s)
{
    return &s->scratch;
}

tenon__entropy *tenon__session_entropy(tenon_session *s)
{
    return &s->entropy;
}

tenon_error *tenon__session_error(tenon_session *s)
{
    return s ? &s->error : NULL;
}

TENON__HOT bool tenon__session_parts_of(tenon_session *s, tenon__session_parts *out)
{
    if (TENON__UNLIKELY(!s || s->error.status != TENON_OK))
        return false;
    *out = (tenon__session_parts){&s->error, &s->results, &s->scratch};
    return true;
}

TENON__HOT bool tenon__session_is_failed(const tenon_session *s)
{
    return !s || s->error.status != TENON_OK;
}

const char *const *tenon__session_actor(const tenon_session *s)
{
    return &s->note[0];
}

tenon_dialect tenon__session_dialect(const tenon_session *s)
{
    return s->db->driver->dialect;
}

const tenon__driver *tenon__session_driver(const tenon_session *s)
{
    return s->db->driver;
}
