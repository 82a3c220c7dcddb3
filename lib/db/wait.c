/* The only file of libtenon in which a thread stands still.
 *
 * Drivers start work and say what they wait for; the pool says that nobody is free. Whoever called
 * synchronously then comes here. So there is one place to see that every wait has a deadline, that
 * a signal (EINTR) does not prolong it, and that the clock is the monotonic one. An asynchronous
 * caller never gets here: it waits in its own loop. */
#include "db/wait.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

enum { US_PER_MS = 1000, US_PER_S = 1000000, NS_PER_US = 1000 };

/* Longer than any process lives: 100 years. */
static const int64_t longest_us = (int64_t)100 * 365 * 24 * 3600 * US_PER_S;

int64_t tenon__deadline_after(int64_t us)
{
    if (us < 0 || us > longest_us)
        return TENON__NEVER;
    return tenon__monotonic_us() + us;
}

/* What poll takes: rounded up, so that it does not wake a moment too early and spin. */
TENON__HOT static int milliseconds_until(int64_t deadline_us)
{
    if (deadline_us == TENON__NEVER)
        return -1;
    int64_t left = deadline_us - tenon__monotonic_us();
    if (left <= 0)
        return 0;
    int64_t ms = (left + US_PER_MS - 1) / US_PER_MS;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

TENON__HOT bool tenon__wait_socket(int socket, bool for_write, int64_t deadline_us)
{
    struct pollfd watched = {.fd = socket, .events = POLLIN};
    if (for_write)
        watched.events |= POLLOUT;
    for (;;) {
        int timeout_ms = milliseconds_until(deadline_us);
        int ready = poll(&watched, 1, timeout_ms);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return true;
        if (ready == 0 && timeout_ms >= 0 && tenon__monotonic_us() >= deadline_us)
            return false;
    }
}

bool tenon__socket_has_news(int socket)
{
    struct pollfd watched = {.fd = socket, .events = POLLIN};
    return poll(&watched, 1, 0) > 0;
}

static struct timespec timespec_of(int64_t us)
{
    return (struct timespec){.tv_sec = (time_t)(us / US_PER_S),
                             .tv_nsec = (long)(us % US_PER_S) * NS_PER_US};
}

bool tenon__wait_pause(int64_t us, int64_t deadline_us)
{
    int64_t now = tenon__monotonic_us();
    if (now >= deadline_us)
        return false;
    struct timespec until = timespec_of(us < deadline_us - now ? now + us : deadline_us);
    int result;
    do
        result = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    while (result == EINTR);
    return true;
}

bool tenon__signal_init(pthread_cond_t *signal)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool is_done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                   pthread_cond_init(signal, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return is_done;
}

bool tenon__wait_signal(pthread_cond_t *signal, pthread_mutex_t *lock, int64_t deadline_us)
{
    if (deadline_us == TENON__NEVER)
        return pthread_cond_wait(signal, lock) == 0;
    struct timespec until = timespec_of(deadline_us);
    return pthread_cond_timedwait(signal, lock, &until) == 0;
}

void tenon__wait_thread(pthread_t thread)
{
    pthread_join(thread, NULL);
}
