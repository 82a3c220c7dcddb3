/* tenon_async inside of epoll, and with it of any loop that can watch a descriptor.
 *
 * It has an epoll of its own, with a timer in it, which is itself a descriptor that can be read
 * when there is something to do. So a program watches one descriptor, whatever tenon waits for:
 *
 *     tenon_epoll loop;
 *     if (!tenon_epoll_open(&loop, db, NULL, &err)) …
 *     tenon_async_start(loop.async, work, done, arg, &err);
 *     …  loop.fd can be read: tenon_epoll_dispatch(&loop);
 *
 * or, without a loop of its own, calls tenon_epoll_run, which returns when nothing is left to do.
 * Header only; it links tenon-async and nothing else. Linux. */
#ifndef TENON_EPOLL_H
#define TENON_EPOLL_H

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <tenon/async.h>

/* CLOCK_MONOTONIC of Linux, which strict C99 hides. */
enum { TENON_EPOLL_CLOCK = 1 };

typedef struct tenon_epoll {
    int fd; /* to be watched for reading */
    int timer;
    tenon_async *async;
} tenon_epoll;

static inline bool tenon_epoll_watch(void *ctx, int fd, unsigned wants)
{
    const tenon_epoll *loop = (const tenon_epoll *)ctx;
    struct epoll_event event;
    memset(&event, 0, sizeof event);
    event.data.fd = fd;
    if (wants & TENON_WANT_READ)
        event.events |= EPOLLIN;
    if (wants & TENON_WANT_WRITE)
        event.events |= EPOLLOUT;
    if (!wants)
        return epoll_ctl(loop->fd, EPOLL_CTL_DEL, fd, &event) == 0;
    if (epoll_ctl(loop->fd, EPOLL_CTL_ADD, fd, &event) == 0)
        return true;
    return errno == EEXIST && epoll_ctl(loop->fd, EPOLL_CTL_MOD, fd, &event) == 0;
}

static inline void tenon_epoll_set_timer(void *ctx, int64_t after_us)
{
    const tenon_epoll *loop = (const tenon_epoll *)ctx;
    struct itimerspec when;
    memset(&when, 0, sizeof when);
    if (after_us >= 0) {
        when.it_value.tv_sec = (time_t)(after_us / 1000000);
        when.it_value.tv_nsec = (long)(after_us % 1000000) * 1000;
        if (after_us == 0)
            when.it_value.tv_nsec = 1;
    }
    timerfd_settime(loop->timer, 0, &when, NULL);
}

static inline void tenon_epoll_close(tenon_epoll *loop)
{
    tenon_async_close(loop->async);
    if (loop->timer >= 0)
        close(loop->timer);
    if (loop->fd >= 0)
        close(loop->fd);
    loop->async = NULL;
    loop->fd = loop->timer = -1;
}

/* `options`: watch, set_timer and ctx are filled in; NULL is accepted. */
static inline bool tenon_epoll_open(tenon_epoll *loop, tenon_db *db,
                                    const tenon_async_options *options, tenon_error *err)
{
    tenon_async_options own;
    memset(&own, 0, sizeof own);
    if (options)
        own = *options;
    own.watch = tenon_epoll_watch;
    own.set_timer = tenon_epoll_set_timer;
    own.ctx = loop;
    loop->async = NULL;
    loop->fd = epoll_create1(EPOLL_CLOEXEC);
    loop->timer = timerfd_create(TENON_EPOLL_CLOCK, TFD_NONBLOCK | TFD_CLOEXEC);
    if (loop->fd >= 0 && loop->timer >= 0 && tenon_epoll_watch(loop, loop->timer, TENON_WANT_READ))
        loop->async = tenon_async_open(db, &own, err);
    else if (err && err->status == TENON_OK) {
        err->status = TENON_IO;
        strcpy(err->message, "no descriptors for epoll are left");
    }
    if (!loop->async)
        tenon_epoll_close(loop);
    return loop->async != NULL;
}

/* What is ready after at most timeout_ms (0: now, -1: when there is something). */
static inline void tenon_epoll_step(tenon_epoll *loop, int timeout_ms)
{
    struct epoll_event events[64];
    int count = epoll_wait(loop->fd, events, 64, timeout_ms), i;
    for (i = 0; i < count; i++) {
        if (events[i].data.fd == loop->timer) {
            uint64_t expirations;
            if (read(loop->timer, &expirations, sizeof expirations) > 0)
                tenon_async_expire(loop->async);
        } else {
            tenon_async_ready(loop->async, events[i].data.fd);
        }
    }
}

static inline void tenon_epoll_dispatch(tenon_epoll *loop)
{
    tenon_epoll_step(loop, 0);
}

/* Until no task is left. */
static inline void tenon_epoll_run(tenon_epoll *loop)
{
    while (tenon_async_count(loop->async))
        tenon_epoll_step(loop, -1);
}

#endif
