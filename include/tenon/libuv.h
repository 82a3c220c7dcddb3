/* tenon_async inside of a loop of libuv.
 *
 *     tenon_libuv tenon;
 *     if (!tenon_libuv_open(&tenon, uv_default_loop(), db, NULL, &err)) …
 *     tenon_async_start(tenon.async, work, done, arg, &err);
 *     uv_run(uv_default_loop(), UV_RUN_DEFAULT);
 *
 * The loop runs while there are tasks; an idle tenon does not keep it running. tenon_libuv_close
 * ends it; the loop must run once more after it, as libuv wants it, and the struct stays until
 * then. Header only: it links tenon-async and libuv (1.9 or later). */
#ifndef TENON_LIBUV_H
#define TENON_LIBUV_H

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <tenon/async.h>

typedef struct tenon_libuv {
    tenon_async *async;
    uv_loop_t *loop;
    uv_timer_t timer;
    uv_poll_t **polls; /* one a descriptor, made when it is first watched */
    size_t poll_count;
} tenon_libuv;

static inline void tenon_libuv_free(uv_handle_t *handle)
{
    free(handle);
}

static inline void tenon_libuv_on_poll(uv_poll_t *poll, int status, int events)
{
    uv_os_fd_t fd;
    tenon_libuv *tenon = (tenon_libuv *)poll->data;
    (void)status;
    (void)events;
    if (uv_fileno((const uv_handle_t *)poll, &fd) == 0)
        tenon_async_ready(tenon->async, fd);
}

static inline void tenon_libuv_on_timer(uv_timer_t *timer)
{
    tenon_async_expire(((tenon_libuv *)timer->data)->async);
}

/* The handle of a descriptor; NULL when memory is exhausted. */
static inline uv_poll_t *tenon_libuv_poll(tenon_libuv *tenon, int fd)
{
    size_t i = (size_t)fd, count = i + 16;
    if (i >= tenon->poll_count) {
        uv_poll_t **polls = (uv_poll_t **)realloc(tenon->polls, count * sizeof *polls);
        if (!polls)
            return NULL;
        memset(polls + tenon->poll_count, 0, (count - tenon->poll_count) * sizeof *polls);
        tenon->polls = polls;
        tenon->poll_count = count;
    }
    if (!tenon->polls[i]) {
        uv_poll_t *poll = (uv_poll_t *)calloc(1, sizeof *poll);
        if (!poll || uv_poll_init(tenon->loop, poll, fd) != 0) {
            free(poll);
            return NULL;
        }
        poll->data = tenon;
        tenon->polls[i] = poll;
    }
    return tenon->polls[i];
}

static inline bool tenon_libuv_watch(void *ctx, int fd, unsigned wants)
{
    tenon_libuv *tenon = (tenon_libuv *)ctx;
    int events =
        (wants & TENON_WANT_READ ? UV_READABLE : 0) | (wants & TENON_WANT_WRITE ? UV_WRITABLE : 0);
    uv_poll_t *poll = tenon_libuv_poll(tenon, fd);
    if (!poll)
        return false;
    if (!wants)
        return uv_poll_stop(poll) == 0;
    return uv_poll_start(poll, events, tenon_libuv_on_poll) == 0;
}

/* In milliseconds, rounded up: not before the time. */
static inline void tenon_libuv_set_timer(void *ctx, int64_t after_us)
{
    tenon_libuv *tenon = (tenon_libuv *)ctx;
    if (after_us < 0) {
        uv_timer_stop(&tenon->timer);
        return;
    }
    uv_update_time(tenon->loop);
    uv_timer_start(&tenon->timer, tenon_libuv_on_timer, (uint64_t)(after_us + 999) / 1000, 0);
}

static inline void tenon_libuv_close(tenon_libuv *tenon)
{
    size_t i;
    tenon_async_close(tenon->async);
    for (i = 0; i < tenon->poll_count; i++)
        if (tenon->polls[i])
            uv_close((uv_handle_t *)tenon->polls[i], tenon_libuv_free);
    free(tenon->polls);
    uv_close((uv_handle_t *)&tenon->timer, NULL);
    tenon->async = NULL;
    tenon->polls = NULL;
    tenon->poll_count = 0;
}

/* `options`: watch, set_timer and ctx are filled in; NULL is accepted. */
static inline bool tenon_libuv_open(tenon_libuv *tenon, uv_loop_t *loop, tenon_db *db,
                                    const tenon_async_options *options, tenon_error *err)
{
    tenon_async_options own;
    memset(&own, 0, sizeof own);
    if (options)
        own = *options;
    own.watch = tenon_libuv_watch;
    own.set_timer = tenon_libuv_set_timer;
    own.ctx = tenon;
    memset(tenon, 0, sizeof *tenon);
    tenon->loop = loop;
    uv_timer_init(loop, &tenon->timer);
    tenon->timer.data = tenon;
    tenon->async = tenon_async_open(db, &own, err);
    if (!tenon->async)
        tenon_libuv_close(tenon);
    return tenon->async != NULL;
}

#endif
