/* tenon_async inside of a loop of libevent.
 *
 *     tenon_libevent tenon;
 *     if (!tenon_libevent_open(&tenon, base, db, NULL, &err)) …
 *     tenon_async_start(tenon.async, work, done, arg, &err);
 *     event_base_dispatch(base);
 *
 * The loop runs while there are tasks; an idle tenon does not keep it running. Header only: it
 * links tenon-async and libevent_core (2.0 or later). */
#ifndef TENON_LIBEVENT_H
#define TENON_LIBEVENT_H

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include <tenon/async.h>

typedef struct tenon_libevent {
    tenon_async *async;
    struct event_base *base;
    struct event *timer;
    struct event **events; /* one a descriptor that is watched */
    size_t event_count;
} tenon_libevent;

static inline void tenon_libevent_on_event(evutil_socket_t fd, short what, void *ctx)
{
    (void)what;
    tenon_async_ready(((tenon_libevent *)ctx)->async, (int)fd);
}

static inline void tenon_libevent_on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    tenon_async_expire(((tenon_libevent *)ctx)->async);
}

static inline bool tenon_libevent_reserve(tenon_libevent *tenon, size_t count)
{
    struct event **events;
    if (count <= tenon->event_count)
        return true;
    count += 16;
    events = (struct event **)realloc(tenon->events, count * sizeof *events);
    if (!events)
        return false;
    memset(events + tenon->event_count, 0, (count - tenon->event_count) * sizeof *events);
    tenon->events = events;
    tenon->event_count = count;
    return true;
}

static inline bool tenon_libevent_watch(void *ctx, int fd, unsigned wants)
{
    tenon_libevent *tenon = (tenon_libevent *)ctx;
    short what = (short)(EV_PERSIST | (wants & TENON_WANT_READ ? EV_READ : 0) |
                         (wants & TENON_WANT_WRITE ? EV_WRITE : 0));
    struct event **event;
    if (!tenon_libevent_reserve(tenon, (size_t)fd + 1))
        return false;
    event = &tenon->events[fd];
    if (*event)
        event_free(*event);
    *event = wants ? event_new(tenon->base, fd, what, tenon_libevent_on_event, tenon) : NULL;
    return !wants || (*event && event_add(*event, NULL) == 0);
}

static inline void tenon_libevent_set_timer(void *ctx, int64_t after_us)
{
    tenon_libevent *tenon = (tenon_libevent *)ctx;
    struct timeval after;
    if (after_us < 0) {
        event_del(tenon->timer);
        return;
    }
    after.tv_sec = (time_t)(after_us / 1000000);
    after.tv_usec = (suseconds_t)(after_us % 1000000);
    event_add(tenon->timer, &after);
}

static inline void tenon_libevent_close(tenon_libevent *tenon)
{
    size_t i;
    tenon_async_close(tenon->async);
    for (i = 0; i < tenon->event_count; i++)
        if (tenon->events[i])
            event_free(tenon->events[i]);
    free(tenon->events);
    if (tenon->timer)
        event_free(tenon->timer);
    memset(tenon, 0, sizeof *tenon);
}

/* `options`: watch, set_timer and ctx are filled in; NULL is accepted. */
static inline bool tenon_libevent_open(tenon_libevent *tenon, struct event_base *base, tenon_db *db,
                                       const tenon_async_options *options, tenon_error *err)
{
    tenon_async_options own;
    memset(&own, 0, sizeof own);
    if (options)
        own = *options;
    own.watch = tenon_libevent_watch;
    own.set_timer = tenon_libevent_set_timer;
    own.ctx = tenon;
    memset(tenon, 0, sizeof *tenon);
    tenon->base = base;
    tenon->timer = event_new(base, -1, 0, tenon_libevent_on_timer, tenon);
    if (tenon->timer)
        tenon->async = tenon_async_open(db, &own, err);
    else if (err && err->status == TENON_OK) {
        err->status = TENON_NO_MEMORY;
        strcpy(err->message, "out of memory");
    }
    if (!tenon->async)
        tenon_libevent_close(tenon);
    return tenon->async != NULL;
}

#endif
