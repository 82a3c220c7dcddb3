/* Functions side by side, call by call. See <tenon/batch.h>.
 *
 * Each function runs on a stack of its own until it makes a call; then the next one runs. When all
 * of them stand before a call, or are over, the calls are made: finds by one unique through a
 * loader, the others together. Then all go on, with the outcome of their calls, to the next one.
 *
 * SQLite has no round trips, and what it would save by making one statement of many finds is less
 * than a loader costs: there finds are made like others, in one read transaction, which is what a
 * loop of them would begin and end anew each time.
 *
 * The calls of a round are all done or none is (tenon__run_together). When none is, each is made by
 * itself, so that the error meets the one that made it. That is not so where nobody knows whether
 * they were done, and in a transaction, which has ended with them. */
#include "async/fiber.h"
#include "db/db.h"
#include "render/render.h"

#include <tenon/batch.h>
#include <tenon/loader.h>

#include <stdlib.h>

enum { STACK = 64 * 1024, MOST_TOGETHER = 500 };

typedef struct member {
    tenon__host host; /* first: the session knows the member by it */
    tenon_batch *batch;
    tenon_session *session;
    tenon_async_function *work;
    void *arg;
    tenon__fiber fiber;
    const tenon__call *call; /* that it stands before; NULL: it is over, or has its outcome */
    bool is_done;            /* the call */
    bool is_begun;
} member;

struct tenon_batch {
    tenon_session *session;
    member **members; /* with the memory of earlier ones behind `count` */
    size_t count, size, run_count;
    member **standing; /* before a call, in the present round */
    size_t standing_count;
    tenon__call *calls;
};

/* ---- members --------------------------------------------------------------------------------- */

/* Leaves the stack until the call has its outcome. */
static bool run(tenon__host *host, tenon_session *s, const tenon__call *call)
{
    member *m = (member *)host;
    (void)s;
    m->call = call;
    tenon__fiber_leave(&m->fiber);
    return m->is_done;
}

static bool wait_socket(tenon__host *host, int socket, bool for_write, int64_t until_us)
{
    (void)host;
    return tenon__stand(NULL, socket, for_write, until_us);
}

static void work_of(void *arg)
{
    member *m = arg;
    m->work(m->session, m->arg);
    tenon__session_settle(m->session);
}

static void free_member(member *m)
{
    tenon_session_close(m->session);
    tenon__stack_free(m->fiber.stack);
    free(m);
}

static member *new_member(tenon_batch *batch)
{
    tenon_error *err = tenon__session_error(batch->session);
    member *m = calloc(1, sizeof *m);
    if (!m) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    m->batch = batch;
    m->host = (tenon__host){.wait_socket = wait_socket, .run = run};
    m->session = tenon_session_open(tenon__session_db(batch->session), NULL);
    m->fiber.stack = tenon__stack_make(STACK, err);
    if (m->session && m->fiber.stack.base)
        return m;
    tenon__fail_no_memory(err);
    free_member(m);
    return NULL;
}

static bool has_room(tenon_batch *batch)
{
    if (batch->count < batch->size)
        return true;
    size_t size = batch->size ? batch->size * 2 : 64;
    member **members = realloc(batch->members, size * sizeof(member *));
    if (members)
        batch->members = members;
    member **standing = realloc(batch->standing, size * sizeof(member *));
    if (standing)
        batch->standing = standing;
    tenon__call *calls = realloc(batch->calls, size * sizeof *calls);
    if (calls)
        batch->calls = calls;
    if (!members || !standing || !calls)
        return tenon__fail_no_memory(tenon__session_error(batch->session));
    memset(members + batch->size, 0, (size - batch->size) * sizeof(member *));
    batch->size = size;
    return true;
}

/* ---- the calls of a round -------------------------------------------------------------------- */

/* A find by a unique and nothing else: its shape is the head alone. */
static const tenon__shape_head *plain_find(const tenon__call *call)
{
    const tenon__shape_head *head = (const tenon__shape_head *)(const void *)call->key;
    bool is_plain = call->key_length == sizeof *head && head->operation == TENON__FIND_BY &&
                    !head->flags && call->rows;
    return is_plain && !head->model->uniques[head->number].is_partial ? head : NULL;
}

static bool is_like(const member *m, const tenon__shape_head *head)
{
    const tenon__shape_head *own = m->call ? plain_find(m->call) : NULL;
    return own && own->model == head->model && own->number == head->number;
}

static void settle(member *m, bool is_done)
{
    m->call = NULL;
    m->is_done = is_done;
}

/* What one of two sessions has to see, both have: where there are replicas. */
static void share_reading(tenon_session *a, tenon_session *b)
{
    tenon__reading *one = tenon__session_reading(a), *other = tenon__session_reading(b);
    one->wrote_us = one->wrote_us > other->wrote_us ? one->wrote_us : other->wrote_us;
    one->after = one->after > other->after ? one->after : other->after;
    *other = *one;
}

/* By itself, as without a batch. */
static void run_alone(member *m)
{
    const tenon__call *call = m->call;
    tenon__session_set_host(m->session, NULL);
    bool is_done = tenon__run(m->session, call);
    tenon__session_set_host(m->session, &m->host);
    share_reading(m->batch->session, m->session);
    settle(m, is_done);
}

/* What is nobody's fault is everybody's error. */
static void fail_all(const tenon_batch *batch, member *const *members, size_t count)
{
    const tenon_error *err = tenon_session_error(batch->session);
    for (size_t i = 0; i < count; i++) {
        *tenon__session_error(members[i]->session) = *err;
        settle(members[i], false);
    }
}

/* Whether the calls have not been made, and may be made again. */
static bool can_repeat(const tenon_batch *batch)
{
    const tenon_error *err = tenon_session_error(batch->session);
    return !tenon_in_transaction(batch->session) && err->applied == TENON_APPLIED_NO &&
           err->status != TENON_UNAVAILABLE && err->status != TENON_POOL_EXHAUSTED;
}

/* Where calls are made one after the other some have theirs. */
static void forget_rows(tenon__rows *rows)
{
    rows->items = NULL;
    rows->count = rows->capacity = 0;
}

static void repeat_or_fail(tenon_batch *batch, member *const *members, size_t count)
{
    if (!can_repeat(batch)) {
        fail_all(batch, members, count);
        return;
    }
    tenon_error_clear(batch->session);
    for (size_t i = 0; i < count; i++) {
        if (members[i]->call->rows)
            forget_rows(members[i]->call->rows);
        run_alone(members[i]);
    }
}

/* A copy of the loader's row, for this session. */
static void give_row(member *m, const tenon_model *model, const void *row)
{
    tenon__rows *rows = m->call->rows;
    if (row) {
        rows->items = tenon__arena_copy(rows->arena, row, model->row_size);
        rows->count = rows->capacity = rows->items != NULL;
    }
    bool is_given = !row || rows->items;
    if (!is_given)
        tenon__fail_no_memory(tenon__session_error(m->session));
    settle(m, is_given);
}

/* All finds like this one, of those that stand from `from` on. */
static void find_together(tenon_batch *batch, size_t from, const tenon__shape_head *head)
{
    const tenon_model *model = head->model;
    uint32_t unique = head->number;
    tenon_loader *loader = tenon_loader_open(batch->session, model, unique);
    for (size_t i = from; i < batch->standing_count; i++)
        if (is_like(batch->standing[i], head))
            tenon_loader_want(loader, model, unique, batch->standing[i]->call->values);
    for (size_t i = from; i < batch->standing_count; i++) {
        member *m = batch->standing[i];
        if (!is_like(m, head))
            continue;
        const void *row = tenon_loader_get(loader, model, unique, m->call->values);
        if (tenon_failed(batch->session))
            repeat_or_fail(batch, &m, 1);
        else
            give_row(m, model, row);
    }
    tenon_loader_close(loader);
}

static size_t count_like(const tenon_batch *batch, size_t from, const tenon__shape_head *head)
{
    size_t count = 0;
    for (size_t i = from; i < batch->standing_count; i++)
        count += is_like(batch->standing[i], head);
    return count;
}

static void make_finds(tenon_batch *batch)
{
    if (tenon__db_works_in_calls(tenon__session_db(batch->session)))
        return;
    for (size_t i = 0; i < batch->standing_count; i++) {
        const tenon__call *call = batch->standing[i]->call;
        const tenon__shape_head *head = call ? plain_find(call) : NULL;
        if (!head || count_like(batch, i, head) < 2)
            continue;
        tenon__shape_head copy = *head; /* it stands on the stack of who asks */
        find_together(batch, i, &copy);
    }
}

static void run_part(tenon_batch *batch, member *const *members, size_t count)
{
    if (count == 1 && !tenon_in_transaction(batch->session)) {
        run_alone(members[0]);
        return;
    }
    for (size_t i = 0; i < count; i++)
        batch->calls[i] = *members[i]->call;
    bool has_no_server = tenon__db_works_in_calls(tenon__session_db(batch->session));
    if (!tenon__run_together(batch->session, batch->calls, count, has_no_server, NULL)) {
        repeat_or_fail(batch, members, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        settle(members[i], true);
}

static void make_others(tenon_batch *batch)
{
    size_t count = 0;
    for (size_t i = 0; i < batch->standing_count; i++)
        if (batch->standing[i]->call)
            batch->standing[count++] = batch->standing[i];
    for (size_t at = 0; at < count; at += MOST_TOGETHER) {
        size_t left = count - at;
        run_part(batch, batch->standing + at, left < MOST_TOGETHER ? left : MOST_TOGETHER);
    }
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static bool begin(member *m)
{
    if (m->is_begun)
        return true;
    m->is_begun = true;
    tenon__session_set_host(m->session, &m->host);
    return tenon__fiber_init(&m->fiber, m->fiber.stack, work_of, m,
                             tenon__session_error(m->session));
}

/* Everybody up to the next call. How many stand before one. */
static size_t go_on(tenon_batch *batch)
{
    batch->standing_count = 0;
    for (size_t i = batch->run_count; i < batch->count; i++) {
        member *m = batch->members[i];
        if (m->fiber.is_over || !begin(m))
            continue;
        share_reading(batch->session, m->session);
        tenon__fiber_enter(&m->fiber);
        share_reading(batch->session, m->session);
        if (!m->fiber.is_over)
            batch->standing[batch->standing_count++] = m;
    }
    return batch->standing_count;
}

bool tenon_batch_run(tenon_batch *batch)
{
    if (!batch || tenon_failed(batch->session))
        return false;
    while (go_on(batch)) {
        make_finds(batch);
        make_others(batch);
    }
    bool is_well = true;
    for (size_t i = batch->run_count; i < batch->count; i++) {
        member *m = batch->members[i];
        tenon__session_set_host(m->session, NULL);
        tenon__fiber_release(&m->fiber);
        is_well &= !tenon_failed(m->session);
    }
    batch->run_count = batch->count;
    return is_well;
}

/* ---- the calls ------------------------------------------------------------------------------- */

tenon_batch *tenon_batch_open(tenon_session *s)
{
    if (tenon__session_is_failed(s))
        return NULL;
    tenon_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        tenon__fail_no_memory(tenon__session_error(s));
    else
        batch->session = s;
    return batch;
}

bool tenon_batch_add(tenon_batch *batch, tenon_async_function *work, void *arg)
{
    if (!batch || tenon_failed(batch->session))
        return false;
    tenon_error *err = tenon__session_error(batch->session);
    if (!work)
        return tenon__fail(err, TENON_MISUSE, "tenon_batch_add was given no function");
    if (!has_room(batch))
        return false;
    member *m = batch->members[batch->count];
    if (!m)
        m = batch->members[batch->count] = new_member(batch);
    if (!m)
        return false;
    m->work = work;
    m->arg = arg;
    m->is_begun = m->fiber.is_over = false;
    m->call = NULL;
    batch->count++;
    return true;
}

size_t tenon_batch_count(const tenon_batch *batch)
{
    return batch ? batch->count : 0;
}

const tenon_error *tenon_batch_error(const tenon_batch *batch, size_t i)
{
    bool is_there = batch && i < batch->count;
    return tenon_session_error(is_there ? batch->members[i]->session : NULL);
}

void tenon_batch_clear(tenon_batch *batch)
{
    for (size_t i = 0; batch && i < batch->count; i++)
        tenon_session_reset(batch->members[i]->session);
    if (batch)
        batch->count = batch->run_count = 0;
}

void tenon_batch_close(tenon_batch *batch)
{
    for (size_t i = 0; batch && i < batch->size && batch->members[i]; i++)
        free_member(batch->members[i]);
    if (!batch)
        return;
    free(batch->members);
    free(batch->standing);
    free(batch->calls);
    free(batch);
}
