/* Hooks: the lists of a database and of a session, and calling what is in them.
 *
 * While a hook runs, the session lends it a scratch memory of its own: that of the call, with its
 * shape and values, must stay as it is. The floor of transactions is raised, so that the hook
 * cannot end what it did not begin. */
#include "db/hooks.h"

#include "db/transaction.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_HOOKS = 1000, MOST_DEPTH = 8 };

static const unsigned known_moments = TENON_REPEATED * 2 - 1;

/* ---- lists ----------------------------------------------------------------------------------- */

static void release_list(tenon__hook_list *list)
{
    if (list && atomic_fetch_sub_explicit(&list->references, 1, memory_order_acq_rel) == 1)
        free(list);
}

static tenon__hook_list *new_list(size_t count)
{
    tenon__hook_list *list = malloc(sizeof *list + count * sizeof list->items[0]);
    if (!list)
        return NULL;
    atomic_init(&list->references, 1);
    list->moments = 0;
    list->count = 0;
    return list;
}

static void append(tenon__hook_list *list, const tenon__added_hook *hook)
{
    list->items[list->count++] = *hook;
    list->moments |= hook->hook.moments;
}

/* A list with one more; NULL when memory is exhausted. */
static tenon__hook_list *list_with(const tenon__hook_list *old, const tenon__added_hook *added)
{
    size_t count = old ? old->count : 0, at = 0;
    tenon__hook_list *list = new_list(count + 1);
    if (!list)
        return NULL;
    while (at < count && old->items[at].hook.priority <= added->hook.priority)
        append(list, &old->items[at++]);
    append(list, added);
    while (at < count)
        append(list, &old->items[at++]);
    return list;
}

static bool has_handle(const tenon__hook_list *list, uint64_t handle)
{
    for (size_t i = 0; list && i < list->count; i++) {
        if (list->items[i].handle == handle)
            return true;
    }
    return false;
}

/* All others of `old`, which may be the same list. */
static void copy_others(tenon__hook_list *list, const tenon__hook_list *old, uint64_t handle)
{
    size_t count = old->count;
    list->count = 0;
    list->moments = 0;
    for (size_t i = 0; i < count; i++) {
        if (old->items[i].handle != handle)
            append(list, &old->items[i]);
    }
}

static bool check_hook(const tenon_hook *hook, const tenon__hook_list *list, tenon_error *err)
{
    if (!hook || !hook->function)
        return tenon__fail(err, TENON_MISUSE, "a hook was added without a function");
    if (!hook->moments || hook->moments & ~known_moments)
        return tenon__fail(err, TENON_MISUSE, "a hook was added for no moment that there is");
    if (list && list->count >= MOST_HOOKS)
        return tenon__fail(err, TENON_LIMIT, "there are %d hooks already", MOST_HOOKS);
    return true;
}

/* Handles are unique in the process, so that those of sessions and databases do not meet. */
static uint64_t next_handle(void)
{
    static atomic_uint_fast64_t last;
    return atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
}

/* Puts a list with the hook in the place of *list. The handle, or 0. */
static uint64_t add(tenon__hook_list **list, const tenon_hook *hook, tenon_error *err)
{
    if (!check_hook(hook, *list, err))
        return 0;
    tenon__added_hook added = {.hook = *hook, .handle = next_handle()};
    tenon__hook_list *longer = list_with(*list, &added);
    if (!longer) {
        tenon__fail_no_memory(err);
        return 0;
    }
    release_list(*list);
    *list = longer;
    return added.handle;
}

/* No call has the list, and under its lock none can get it. */
static bool is_unused(tenon__hook_list *list)
{
    return atomic_load_explicit(&list->references, memory_order_acquire) == 1;
}

/* Of a list in use, and without memory for a shorter one, nothing is taken. */
static bool take_out(tenon__hook_list **list, uint64_t handle)
{
    tenon__hook_list *old = *list;
    if (!has_handle(old, handle))
        return false;
    tenon__hook_list *shorter = is_unused(old) ? old : new_list(old->count);
    if (!shorter)
        return false;
    copy_others(shorter, old, handle);
    if (shorter != old)
        release_list(old);
    *list = shorter;
    return true;
}

/* ---- of a database --------------------------------------------------------------------------- */

bool tenon__hook_table_init(tenon__hook_table *table)
{
    atomic_init(&table->moments, 0);
    return pthread_mutex_init(&table->lock, NULL) == 0;
}

void tenon__hook_table_release(tenon__hook_table *table)
{
    release_list(table->list);
    table->list = NULL;
}

static void tell_moments(tenon__hook_table *table)
{
    unsigned moments = table->list ? table->list->moments : 0;
    if (atomic_load_explicit(&table->meter, memory_order_relaxed))
        moments |= TENON__METERED;
    atomic_store_explicit(&table->moments, moments, memory_order_relaxed);
}

uint64_t tenon_hook_add(tenon_db *db, const tenon_hook *hook, tenon_error *err)
{
    tenon_error unheeded;
    if (!err)
        err = &unheeded;
    tenon_error_reset(err);
    if (!db) {
        tenon__fail(err, TENON_MISUSE, "a hook was added to no database");
        return 0;
    }
    pthread_mutex_lock(&db->watchers.lock);
    uint64_t handle = add(&db->watchers.list, hook, err);
    tell_moments(&db->watchers);
    pthread_mutex_unlock(&db->watchers.lock);
    return handle;
}

bool tenon_hook_remove(tenon_db *db, uint64_t handle)
{
    if (!db)
        return false;
    pthread_mutex_lock(&db->watchers.lock);
    bool is_removed = take_out(&db->watchers.list, handle);
    tell_moments(&db->watchers);
    pthread_mutex_unlock(&db->watchers.lock);
    return is_removed;
}

bool tenon__db_set_meter(tenon_db *db, const tenon__meter *meter)
{
    tenon__hook_table *table = &db->watchers;
    pthread_mutex_lock(&table->lock);
    bool is_free = !meter || !atomic_load_explicit(&table->meter, memory_order_relaxed);
    if (is_free)
        atomic_store_explicit(&table->meter, meter, memory_order_release);
    tell_moments(table);
    pthread_mutex_unlock(&table->lock);
    return is_free;
}

/* ---- of a session ---------------------------------------------------------------------------- */

static void tell_own_moments(tenon_session *s)
{
    s->watched = (s->watched & TENON__HOSTED) | (s->own_hooks ? s->own_hooks->moments : 0) |
                 (s->repeats.most ? TENON_REPEATED : 0);
}

uint64_t tenon_session_hook_add(tenon_session *s, const tenon_hook *hook)
{
    if (tenon__session_is_failed(s))
        return 0;
    uint64_t handle = add(&s->own_hooks, hook, &s->error);
    tell_own_moments(s);
    return handle;
}

bool tenon_session_hook_remove(tenon_session *s, uint64_t handle)
{
    if (!s || !take_out(&s->own_hooks, handle))
        return false;
    tell_own_moments(s);
    return true;
}

void tenon__session_hooks_release(tenon_session *s)
{
    release_list(s->own_hooks);
    s->own_hooks = NULL;
    tell_own_moments(s);
}

bool tenon__session_is_watched(const tenon_session *s)
{
    return (tenon__watched_moments(s) & ~(unsigned)TENON__METERED) != 0;
}

/* ---- calling --------------------------------------------------------------------------------- */

static tenon__hook_list *hold(tenon__hook_list *list)
{
    if (list)
        atomic_fetch_add_explicit(&list->references, 1, memory_order_relaxed);
    return list;
}

tenon__hook_lists tenon__hook_lists_take(tenon_session *s)
{
    tenon__hook_table *table = &s->db->watchers;
    tenon__hook_lists lists = {.of_session = hold(s->own_hooks)};
    pthread_mutex_lock(&table->lock);
    lists.of_database = hold(table->list);
    pthread_mutex_unlock(&table->lock);
    return lists;
}

void tenon__hook_lists_release(tenon__hook_lists *lists)
{
    release_list(lists->of_database);
    release_list(lists->of_session);
}

/* How a session is before a hook, to be so again. */
typedef struct stance {
    unsigned depth, floor;
    uint16_t generation;
    tenon__arena scratch;
} stance;

static stance step_aside(tenon_session *s)
{
    stance before = {s->depth, s->floor, s->generation, s->scratch};
    s->scratch = (tenon__arena){0};
    s->floor = s->depth;
    s->hook_depth++;
    return before;
}

static void step_back(tenon_session *s, const stance *before)
{
    bool is_same = s->generation == before->generation && s->depth >= before->depth;
    if (!is_same)
        tenon__fail(&s->error, TENON_MISUSE, "a hook reset its session or took its results");
    else if (s->depth > before->depth) {
        tenon__transaction_undo(s, before->depth);
        tenon__fail(&s->error, TENON_MISUSE, "a hook began a transaction and did not end it");
    }
    tenon__arena_release(&s->scratch);
    s->scratch = before->scratch;
    s->floor = is_same ? before->floor : s->base;
    s->hook_depth--;
}

static void call_hook(const tenon_hook *hook, unsigned wanted, tenon_event *event)
{
    stance before = step_aside(event->session);
    event->moment = (tenon_moment)(wanted & -wanted);
    hook->function(event, hook->ctx);
    step_back(event->session, &before);
}

static unsigned wants(const tenon_hook *hook, unsigned moments, const tenon_event *event)
{
    return !hook->model || hook->model == event->model ? hook->moments & moments : 0;
}

/* The next of both lists, by priority and by age. */
static const tenon_hook *next_hook(const tenon__hook_lists *lists, size_t *of_database,
                                   size_t *of_session)
{
    const tenon__hook_list *a = lists->of_database, *b = lists->of_session;
    const tenon__added_hook *first = a && *of_database < a->count ? &a->items[*of_database] : NULL;
    const tenon__added_hook *second = b && *of_session < b->count ? &b->items[*of_session] : NULL;
    bool is_second =
        second &&
        (!first || second->hook.priority < first->hook.priority ||
         (second->hook.priority == first->hook.priority && second->handle < first->handle));
    if (!is_second && !first)
        return NULL;
    ++*(is_second ? of_session : of_database);
    return is_second ? &second->hook : &first->hook;
}

bool tenon__hook_lists_call(const tenon__hook_lists *lists, unsigned moments, tenon_event *event)
{
    tenon_session *s = event->session;
    bool was_failed = tenon__session_is_failed(s);
    if (s->hook_depth >= MOST_DEPTH)
        return tenon__fail(&s->error, TENON_LIMIT, "hooks call each other, %d deep", MOST_DEPTH);
    size_t of_database = 0, of_session = 0;
    for (const tenon_hook *hook; (hook = next_hook(lists, &of_database, &of_session));) {
        unsigned wanted = wants(hook, moments, event);
        if (wanted)
            call_hook(hook, wanted, event);
        if (!was_failed && tenon__session_is_failed(s))
            return false;
    }
    return !was_failed;
}

bool tenon__call_hooks(tenon_event *event)
{
    if (tenon__session_is_failed(event->session))
        return false;
    tenon__hook_lists lists = tenon__hook_lists_take(event->session);
    bool is_well = tenon__hook_lists_call(&lists, event->moment, event);
    tenon__hook_lists_release(&lists);
    return is_well;
}

/* ---- what hooks call ------------------------------------------------------------------------- */

static bool is_before(tenon_moment moment)
{
    return (moment & (TENON_BEFORE_QUERY | TENON_BEFORE_CREATE | TENON_BEFORE_UPDATE |
                      TENON_BEFORE_DELETE | TENON_BEFORE_LOAD)) != 0;
}

void tenon_veto(tenon_event *event, const char *format, ...)
{
    tenon_error *err = &event->session->error;
    char text[sizeof err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (err->status != TENON_OK)
        return;
    if (!is_before(event->moment))
        tenon__fail(err, TENON_MISUSE, "tenon_veto came after the call: %s", text);
    else
        tenon__fail(err, TENON_VETO, "%s", text);
    if (event->model)
        tenon__error_copy(err->model, sizeof err->model, event->model->name);
}
