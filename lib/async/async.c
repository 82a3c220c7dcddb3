/* Tasks and the loop that is not ours. See <tenon/async.h>.
 *
 * A task that stands still is in one of three states: it waits for a descriptor (`by_fd` has it),
 * for its turn in the queue of a pool, or for a time; each of them with a deadline, in the heap.
 * What ends the wait takes it out of there and puts it among those that are ready; they run one
 * after the other, whoever has come in: the event loop, or the program, which starts a task. A task
 * that makes another one ready (it gives a connection back) only adds it to that list.
 *
 * Other threads give connections back too, cancel, and do SQLite's work. They put a task in the
 * list `told` and ring the bell, an eventfd that the loop watches. */
#include "async/async.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { USUAL_STACK = 256 * 1024, LEAST_STACK = 32 * 1024, USUAL_THREADS = 4 };

/* ---- the lists ------------------------------------------------------------------------------- */

static void make_ready(tenon__task *task)
{
    tenon_async *async = task->async;
    task->is_waiting = task->waits_for_turn = false;
    tenon__heap_remove(async, task);
    if (task->fd >= 0) {
        async->by_fd[task->fd] = NULL;
        async->options.watch(async->options.ctx, task->fd, 0);
        task->fd = -1;
    }
    task->next = NULL;
    *async->last_ready = task;
    async->last_ready = &task->next;
}

static tenon__task *take_ready(tenon_async *async)
{
    tenon__task *task = async->first_ready;
    if (!task)
        return NULL;
    async->first_ready = task->next;
    if (!async->first_ready)
        async->last_ready = &async->first_ready;
    return task;
}

static void enlist(tenon__task *task)
{
    tenon_async *async = task->async;
    task->before = NULL;
    task->after = async->all;
    if (async->all)
        async->all->before = task;
    async->all = task;
    async->count++;
}

static void strike(tenon__task *task)
{
    tenon_async *async = task->async;
    if (task->before)
        task->before->after = task->after;
    else
        async->all = task->after;
    if (task->after)
        task->after->before = task->before;
    async->count--;
}

/* ---- standing still -------------------------------------------------------------------------- */

static bool has_room_for(tenon_async *async, int fd)
{
    size_t count = (size_t)fd + 1;
    if (count <= async->fd_count)
        return true;
    count = count > 2 * async->fd_count ? count : 2 * async->fd_count;
    tenon__task **by_fd = realloc(async->by_fd, count * sizeof(tenon__task *));
    if (!by_fd)
        return false;
    memset(by_fd + async->fd_count, 0, (count - async->fd_count) * sizeof(tenon__task *));
    async->by_fd = by_fd;
    async->fd_count = count;
    return true;
}

/* Leaves the stack until something makes the task ready. False when that was the deadline. */
static bool stand_still(tenon__task *task, int64_t until_us)
{
    task->is_late = false;
    task->is_waiting = true;
    task->until_us = until_us;
    if (until_us != NEVER)
        tenon__heap_add(task->async, task);
    tenon__fiber_leave(&task->fiber);
    return !task->is_late;
}

/* Where nobody can watch the socket the thread waits after all. */
static bool wait_socket(tenon__host *host, int socket, bool for_write, int64_t until_us)
{
    tenon__task *task = (tenon__task *)host;
    tenon_async *async = task->async;
    if (socket >= 0) {
        if (!has_room_for(async, socket))
            return tenon__stand(NULL, socket, for_write, until_us);
        unsigned wants = TENON_WANT_READ | (for_write ? TENON_WANT_WRITE : 0);
        if (!async->options.watch(async->options.ctx, socket, wants))
            return tenon__stand(NULL, socket, for_write, until_us);
        task->fd = socket;
        async->by_fd[socket] = task;
    }
    return stand_still(task, until_us);
}

/* Who wakes may come before the task waits. */
static bool wait_turn(tenon__host *host, int64_t until_us)
{
    tenon__task *task = (tenon__task *)host;
    pthread_mutex_lock(&task->async->lock);
    bool is_woken = task->is_woken;
    task->waits_for_turn = !is_woken;
    task->is_woken = false;
    pthread_mutex_unlock(&task->async->lock);
    return is_woken || stand_still(task, until_us);
}

static void ring(tenon_async *async)
{
    uint64_t one = 1;
    ssize_t written = write(async->bell, &one, sizeof one);
    (void)written; /* it is only full when it rings already */
}

void tenon__task_wake(tenon__task *task)
{
    tenon_async *async = task->async;
    bool is_own = pthread_equal(pthread_self(), async->thread);
    pthread_mutex_lock(&async->lock);
    bool does_wait = task->waits_for_turn && is_own;
    bool is_first = !does_wait && !is_own && !async->told;
    if (!does_wait) {
        task->is_woken = true;
        if (!is_own && !task->is_told) {
            task->is_told = true;
            task->next_told = async->told;
            async->told = task;
        }
    }
    pthread_mutex_unlock(&async->lock);
    if (does_wait)
        make_ready(task);
    if (is_first)
        ring(async);
}

static void wake(tenon__host *host)
{
    tenon__task_wake((tenon__task *)host);
}

/* ---- what others have told ------------------------------------------------------------------- */

/* The list is taken as a whole; a task in it that does not wait finds `is_woken` when it does. */
static void hear(tenon_async *async)
{
    uint64_t rung;
    ssize_t got = read(async->bell, &rung, sizeof rung);
    (void)got;
    pthread_mutex_lock(&async->lock);
    tenon__task *told = async->told;
    async->told = NULL;
    for (tenon__task *task = told, *next; task; task = next) {
        next = task->next_told;
        task->is_told = false;
        bool is_over = async->crew && task->fiber.is_over;
        if (!is_over && !task->waits_for_turn)
            continue;
        task->is_woken = false;
        make_ready(task);
    }
    pthread_mutex_unlock(&async->lock);
}

/* One that is over has nothing to hear any more. */
static void forget_told(tenon__task *task)
{
    tenon_async *async = task->async;
    pthread_mutex_lock(&async->lock);
    tenon__task **at = &async->told;
    while (*at && *at != task)
        at = &(*at)->next_told;
    if (*at)
        *at = task->next_told;
    task->is_told = false;
    pthread_mutex_unlock(&async->lock);
}

/* ---- running --------------------------------------------------------------------------------- */

static void run_work(void *arg)
{
    tenon__task *task = arg;
    task->work(task->session, task->arg);
    tenon__session_settle(task->session);
}

static void free_task(tenon__task *task)
{
    tenon__stack_free(task->fiber.stack);
    free(task);
}

static void keep_for_later(tenon_async *async, tenon__task *task)
{
    task->next = async->unused;
    async->unused = task;
}

/* The bell is watched while there are tasks, so that an idle tenon keeps no loop running. */
static bool heed_bell(tenon_async *async)
{
    return async->count || async->options.watch(async->options.ctx, async->bell, TENON_WANT_READ);
}

static void rest_bell(tenon_async *async)
{
    if (!async->count)
        async->options.watch(async->options.ctx, async->bell, 0);
}

static void finish(tenon__task *task)
{
    tenon_async *async = task->async;
    tenon__session_set_host(task->session, NULL);
    forget_told(task);
    if (task->done)
        task->done(task->session, task->arg);
    tenon_session_close(task->session);
    tenon__fiber_release(&task->fiber);
    strike(task);
    keep_for_later(async, task);
    rest_bell(async);
}

static void go_on(tenon__task *task)
{
    if (!task->async->crew)
        tenon__fiber_enter(&task->fiber);
    if (task->fiber.is_over)
        finish(task);
}

static void set_timer(tenon_async *async)
{
    int64_t next_us = async->heap_count ? async->heap[0]->until_us : NEVER;
    if (next_us == async->timer_us)
        return;
    async->timer_us = next_us;
    int64_t after_us = -1;
    if (next_us != NEVER) {
        after_us = next_us - tenon__monotonic_us();
        after_us = after_us > 0 ? after_us : 0;
    }
    async->options.set_timer(async->options.ctx, after_us);
}

/* Who is in it already goes on with what is added. */
static void run_ready(tenon_async *async)
{
    if (async->is_running)
        return;
    async->is_running = true;
    tenon__task *task;
    while ((task = take_ready(async)) != NULL)
        go_on(task);
    async->is_running = false;
    set_timer(async);
}

/* ---- starting -------------------------------------------------------------------------------- */

static tenon__task *new_task(tenon_async *async, tenon_error *err)
{
    tenon__task *task = async->unused;
    if (task) {
        async->unused = task->next;
        return task;
    }
    task = calloc(1, sizeof *task);
    if (!task) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    if (async->crew)
        return task;
    task->fiber.stack = tenon__stack_make(async->options.stack_bytes, err);
    if (task->fiber.stack.base)
        return task;
    free(task);
    return NULL;
}

static bool open_session(tenon__task *task, tenon_error *err)
{
    tenon_async *async = task->async;
    task->session = tenon_session_open(async->db, &async->session_options);
    if (!task->session)
        return tenon__fail_no_memory(err);
    if (!async->crew)
        tenon__session_set_host(task->session, &task->host);
    return true;
}

static bool begin(tenon__task *task, tenon_error *err)
{
    tenon_async *async = task->async;
    if (!heed_bell(async))
        return tenon__fail_no_memory(err);
    if (!async->crew)
        return tenon__fiber_init(&task->fiber, task->fiber.stack, run_work, task, err);
    task->fiber.is_over = false;
    return tenon__crew_give(async->crew, task, err);
}

bool tenon_async_start(tenon_async *async, tenon_async_function *work, tenon_async_function *done,
                       void *arg, tenon_error *err)
{
    if (!async || !work)
        return tenon__fail(err, TENON_MISUSE, "tenon_async_start was given no %s",
                           async ? "function" : "tenon_async");
    if (!tenon__heap_reserve(async, async->count + 1))
        return tenon__fail_no_memory(err);
    tenon__task *task = new_task(async, err);
    if (!task)
        return false;
    *task = (tenon__task){.host = {wait_socket, wait_turn, wake},
                          .async = async,
                          .work = work,
                          .done = done,
                          .arg = arg,
                          .fiber.stack = task->fiber.stack,
                          .fd = -1};
    if (!open_session(task, err) || !begin(task, err)) {
        tenon_session_close(task->session);
        keep_for_later(async, task);
        rest_bell(async);
        return false;
    }
    enlist(task);
    if (!async->crew)
        make_ready(task);
    run_ready(async);
    return true;
}

/* ---- the loop's part ------------------------------------------------------------------------- */

void tenon_async_ready(tenon_async *async, int fd)
{
    if (!async || fd < 0)
        return;
    bool is_known = (size_t)fd < async->fd_count && async->by_fd[fd];
    if (fd == async->bell)
        hear(async);
    else if (is_known)
        make_ready(async->by_fd[fd]);
    else
        async->options.watch(async->options.ctx, fd, 0);
    run_ready(async);
}

void tenon_async_expire(tenon_async *async)
{
    if (!async)
        return;
    int64_t now_us = tenon__monotonic_us();
    async->timer_us = NEVER;
    while (async->heap_count && async->heap[0]->until_us <= now_us) {
        tenon__task *task = async->heap[0];
        task->is_late = true;
        make_ready(task);
    }
    run_ready(async);
    set_timer(async);
}

void tenon_async_cancel(tenon_async *async, const void *arg)
{
    if (!async)
        return;
    for (tenon__task *task = async->all, *next; task; task = next) {
        next = task->after;
        if (task->arg == arg)
            tenon_cancel(task->session);
    }
    run_ready(async);
}

size_t tenon_async_count(const tenon_async *async)
{
    return async ? async->count : 0;
}

/* ---- open and close -------------------------------------------------------------------------- */

static bool read_options(const tenon_async_options *given, tenon_async_options *out,
                         tenon_error *err)
{
    if (!given || !given->watch || !given->set_timer)
        return tenon__fail(err, TENON_MISUSE, "tenon_async_open needs `watch` and `set_timer`");
    *out = *given;
    out->threads = out->threads ? out->threads : USUAL_THREADS;
    out->stack_bytes = out->stack_bytes ? out->stack_bytes : USUAL_STACK;
    if (out->stack_bytes >= LEAST_STACK)
        return true;
    return tenon__fail(err, TENON_MISUSE, "a stack of %zu bytes is too small: %d are the least",
                       out->stack_bytes, LEAST_STACK);
}

static bool fill(tenon_async *async, tenon_db *db, tenon_error *err)
{
    async->db = db;
    async->thread = pthread_self();
    async->last_ready = &async->first_ready;
    async->timer_us = NEVER;
    if (async->options.session)
        async->session_options = *async->options.session;
    async->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (async->bell < 0)
        return tenon__fail(err, TENON_IO, "no descriptor for the bell of a tenon_async is left");
    if (!tenon__db_works_in_calls(db))
        return true;
    async->crew = tenon__crew_make(async, async->options.threads, err);
    return async->crew != NULL;
}

static void release(tenon_async *async)
{
    tenon__crew_free(async->crew);
    while (async->unused) {
        tenon__task *task = async->unused;
        async->unused = task->next;
        free_task(task);
    }
    if (async->bell >= 0)
        close(async->bell);
    pthread_mutex_destroy(&async->lock);
    free(async->by_fd);
    free(async->heap);
    free(async);
}

tenon_async *tenon_async_open(tenon_db *db, const tenon_async_options *options, tenon_error *err)
{
    tenon_async_options own;
    if (!db) {
        tenon__fail(err, TENON_MISUSE, "tenon_async_open was given no database");
        return NULL;
    }
    if (!read_options(options, &own, err))
        return NULL;
    tenon_async *async = calloc(1, sizeof *async);
    if (!async || pthread_mutex_init(&async->lock, NULL) != 0) {
        free(async);
        tenon__fail_no_memory(err);
        return NULL;
    }
    async->options = own;
    if (!fill(async, db, err)) {
        release(async);
        return NULL;
    }
    return async;
}

/* What the loop would do, for the one task that may have something to wait for. */
static void wait_for_one(tenon_async *async)
{
    tenon__task *task = async->all;
    while (task && task->fd < 0)
        task = task->after;
    int fd = task ? task->fd : async->crew ? async->bell : -1;
    int64_t until_us = async->heap_count ? async->heap[0]->until_us : NEVER;
    if (tenon__stand(NULL, fd, false, until_us))
        tenon_async_ready(async, fd);
    tenon_async_expire(async);
}

void tenon_async_close(tenon_async *async)
{
    if (!async)
        return;
    for (tenon__task *task = async->all; task; task = task->after)
        tenon_cancel(task->session);
    run_ready(async);
    while (async->count)
        wait_for_one(async);
    release(async);
}
