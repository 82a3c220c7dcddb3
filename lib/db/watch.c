/* A call and its moments: what comes before it, and what after.
 *
 * A meter (db.h) is told of the end only, without any look-up: what it costs are two readings of
 * the clock and what it does itself.
 *
 * Hooks see the SQL of a call before a connection is leased for it, so that they may use other
 * sessions: its plan is looked up, or made, in the cache of the database. That is a second look-up,
 * which only calls with hooks pay for. */
#include "db/transaction.h"

typedef struct moments {
    unsigned before, after;
} moments;

static moments moments_of(tenon__deed deed)
{
    switch (deed) {
    case TENON__DEED_NONE:
        break;
    case TENON__DEED_LOAD:
    case TENON__DEED_LOAD_BY_KEY:
        return (moments){TENON_BEFORE_LOAD, TENON_AFTER_LOAD};
    case TENON__DEED_CREATE:
    case TENON__DEED_CREATE_MANY:
        return (moments){TENON_BEFORE_CREATE, TENON_AFTER_CREATE};
    case TENON__DEED_UPDATE:
    case TENON__DEED_UPDATE_MANY:
    case TENON__DEED_RESTORE:
    case TENON__DEED_RESTORE_MANY:
        return (moments){TENON_BEFORE_UPDATE, TENON_AFTER_UPDATE};
    case TENON__DEED_UPSERT:
        return (moments){TENON_BEFORE_CREATE | TENON_BEFORE_UPDATE,
                         TENON_AFTER_CREATE | TENON_AFTER_UPDATE};
    case TENON__DEED_DELETE:
    case TENON__DEED_DELETE_MANY:
        return (moments){TENON_BEFORE_DELETE, TENON_AFTER_DELETE};
    }
    return (moments){0, 0};
}

static bool is_load(tenon__deed deed)
{
    return deed == TENON__DEED_LOAD || deed == TENON__DEED_LOAD_BY_KEY;
}

/* The moments of the model, where they are this call's to tell. */
static moments model_moments(const tenon__watch *watch)
{
    tenon__deed deed = watch->statement->about.deed;
    bool is_told = watch->call && (watch->call->subject || is_load(deed));
    return is_told ? moments_of(deed) : (moments){0, 0};
}

/* ---- what the call was given ----------------------------------------------------------------- */

static void tell_key(tenon_event *event, const tenon__about *about, const tenon__call *call)
{
    event->key_fields = about->equal;
    event->key = call->values + about->key_at;
    event->key_count = about->equal_count;
}

static void tell_created(tenon_event *event, const void *sets, size_t count)
{
    event->created = sets;
    event->created_count = count;
}

static void tell_subject(tenon_event *event, const tenon__about *about, const tenon__call *call)
{
    const char *subject = call->subject;
    const tenon_model *model = about->model;
    switch (about->deed) {
    case TENON__DEED_LOAD_BY_KEY:
    case TENON__DEED_DELETE:
    case TENON__DEED_RESTORE:
        tell_key(event, about, call);
        return;
    case TENON__DEED_UPDATE:
        tell_key(event, about, call);
        event->changed = subject;
        return;
    case TENON__DEED_LOAD:
        event->where = subject ? subject + model->query_where : NULL;
        return;
    case TENON__DEED_CREATE:
        tell_created(event, subject, subject != NULL);
        return;
    case TENON__DEED_UPDATE_MANY:
        event->changed = subject ? subject + model->update_set : NULL;
        event->where = subject ? subject + model->update_where : NULL;
        return;
    case TENON__DEED_UPSERT:
        tell_created(event, subject ? subject + model->upsert_create : NULL, subject != NULL);
        event->changed = subject ? subject + model->upsert_update : NULL;
        return;
    case TENON__DEED_DELETE_MANY:
    case TENON__DEED_RESTORE_MANY:
        event->where = subject ? subject + model->delete_where : NULL;
        return;
    case TENON__DEED_CREATE_MANY:
    case TENON__DEED_NONE:
        return;
    }
}

/* ---- before ---------------------------------------------------------------------------------- */

static tenon__shared_plan *make_plan(tenon_session *s, const tenon__call *call, uint64_t hash)
{
    tenon__cached cached = {0};
    if (!call->make(s->db->driver->dialect, call->key, call->key_length, &cached, &s->error))
        return NULL;
    return tenon__plan_cache_take(&s->db->plans, hash, call->key, call->key_length, &cached);
}

static bool find_plan(tenon__watch *watch, uint64_t hash)
{
    tenon_session *s = watch->session;
    const tenon__call *call = watch->call;
    watch->plan = tenon__plan_cache_get(&s->db->plans, hash, call->key, call->key_length);
    if (!watch->plan)
        watch->plan = make_plan(s, call, hash);
    if (!watch->plan)
        return tenon__fail_no_memory(&s->error);
    watch->statement = watch->plan->cached.statement;
    return true;
}

static void describe(tenon__watch *watch)
{
    const tenon__statement *statement = watch->statement;
    watch->event = (tenon_event){.session = watch->session,
                                 .site = watch->site,
                                 .model = statement->about.model,
                                 .operation = statement->about.operation,
                                 .sql = statement->sql,
                                 .internal = {statement, watch->call}};
    if (!watch->call)
        return;
    watch->event.parameter_count = watch->call->value_count;
    tell_subject(&watch->event, &statement->about, watch->call);
}

static bool count_repeats(tenon__watch *watch, uint64_t hash)
{
    tenon_session *s = watch->session;
    const tenon__call *call = watch->call;
    bool is_counted = call && !call->writes && s->repeats.most;
    if (!is_counted || !tenon__repeats_add(&s->repeats, hash, &watch->event.count))
        return true;
    return tenon__repeats_tell(s, &watch->lists, &watch->statement->about, &watch->event);
}

static bool call_before(tenon__watch *watch, uint64_t hash)
{
    unsigned before = model_moments(watch).before;
    return count_repeats(watch, hash) &&
           tenon__hook_lists_call(&watch->lists, before, &watch->event) &&
           tenon__hook_lists_call(&watch->lists, TENON_BEFORE_QUERY, &watch->event);
}

static void release(tenon__watch *watch)
{
    tenon__hook_lists_release(&watch->lists);
    tenon__shared_plan_release(watch->plan);
}

static bool begin_hooks(tenon__watch *watch)
{
    const tenon__call *call = watch->call;
    uint64_t hash = call ? tenon__hash(call->key, call->key_length) : 0;
    watch->plan = NULL;
    if (call && !find_plan(watch, hash))
        return false;
    watch->lists = tenon__hook_lists_take(watch->session);
    describe(watch);
    if (call_before(watch, hash))
        return true;
    release(watch);
    return false;
}

/* The site is that of one call: the next one may not tell its own. */
static const char *take_site(tenon_session *s)
{
    const char *site = s->head.site;
    s->head.site = NULL;
    return site;
}

/* As the meter wants it. False without memory. */
static bool dress(tenon__watch *watch)
{
    const tenon__meter *meter = watch->meter;
    if (!meter || !meter->dress || !watch->given)
        return true;
    watch->call = meter->dress(meter->ctx, watch->session, watch->given, watch->site);
    return watch->call || tenon__fail_no_memory(&watch->session->error);
}

bool tenon__watch_begin(tenon__watch *watch, tenon_session *s, const tenon__call *call,
                        const tenon__statement *statement)
{
    if (tenon__session_is_failed(s))
        return false;
    watch->session = s;
    watch->call = watch->given = call;
    watch->statement = statement;
    watch->site = take_site(s);
    watch->meter = atomic_load_explicit(&s->db->watchers.meter, memory_order_acquire);
    watch->has_hooks = tenon__session_is_watched(s);
    if (!dress(watch) || (watch->has_hooks && !begin_hooks(watch)))
        return false;
    watch->rows_before = call && call->rows ? call->rows->count : 0;
    if (call && call->rows)
        watch->mark = tenon__arena_mark_here(call->rows->arena);
    watch->since_ns = tenon__monotonic_ns();
    return true;
}

/* ---- after ----------------------------------------------------------------------------------- */

static size_t rows_read(const tenon__watch *watch)
{
    const tenon__rows *rows = watch->given ? watch->given->rows : NULL;
    return rows ? rows->count - watch->rows_before : 0;
}

static void measure(const tenon__watch *watch, int64_t time_ns, bool is_done,
                    const int64_t *affected)
{
    const tenon__call *call = watch->given;
    tenon__measured measured = {.session = watch->session,
                                .call = call,
                                .statement = call ? NULL : watch->statement,
                                .site = watch->site,
                                .time_ns = time_ns,
                                .error = is_done ? NULL : &watch->session->error};
    if (is_done)
        measured.row_count = affected ? (uint64_t)*affected : rows_read(watch);
    if (is_done && call && call->rows)
        measured.bytes = tenon__arena_used_since(call->rows->arena, watch->mark);
    watch->meter->tell(watch->meter->ctx, &measured);
}

static void tell_outcome(tenon__watch *watch, int64_t time_ns, bool is_done,
                         const int64_t *affected)
{
    tenon_event *event = &watch->event;
    const tenon__layout *layout = watch->statement->layout;
    event->time_us = time_ns / 1000;
    event->error = is_done ? NULL : &watch->session->error;
    if (!is_done)
        return;
    if (affected)
        event->affected = *affected;
    if (!watch->call || !watch->call->rows || !layout)
        return;
    size_t count = rows_read(watch);
    if (!affected)
        event->affected = (int64_t)count;
    if (watch->statement->about.deed == TENON__DEED_NONE || !count || watch->call->rows->sink)
        return;
    event->rows = watch->call->rows->items + watch->rows_before * layout->row_size;
    event->row_count = count;
}

/* What a hook that fails now cannot undo. */
static bool fail_after(tenon__watch *watch)
{
    if (watch->call && watch->call->writes)
        watch->session->error.applied = TENON_APPLIED_YES;
    return false;
}

static bool end_hooks(tenon__watch *watch, bool is_done)
{
    bool is_well = tenon__hook_lists_call(&watch->lists, TENON_AFTER_QUERY, &watch->event);
    if (is_done && is_well)
        is_well = tenon__hook_lists_call(&watch->lists, model_moments(watch).after, &watch->event);
    release(watch);
    return is_well ? is_done : is_done && fail_after(watch);
}

bool tenon__watch_end(tenon__watch *watch, bool is_done, const int64_t *affected)
{
    int64_t time_ns = tenon__monotonic_ns() - watch->since_ns;
    if (watch->meter)
        measure(watch, time_ns, is_done, affected);
    if (!watch->has_hooks)
        return is_done;
    tell_outcome(watch, time_ns, is_done, affected);
    return end_hooks(watch, is_done);
}
