/* See breaker.h. Asked only when a connection is to be made, which takes thousands of times as
 * long as the lock. */
#include "db/breaker.h"

bool tenon__breaker_init(tenon__breaker *breaker, unsigned most_failures, int64_t wait_us)
{
    *breaker = (tenon__breaker){.most_failures = most_failures, .wait_us = wait_us};
    breaker->has_lock = pthread_mutex_init(&breaker->lock, NULL) == 0;
    return breaker->has_lock;
}

void tenon__breaker_release(tenon__breaker *breaker)
{
    if (breaker->has_lock)
        pthread_mutex_destroy(&breaker->lock);
    breaker->has_lock = false;
}

static bool may_try(tenon__breaker *breaker, int64_t now_us)
{
    switch (breaker->state) {
    case TENON_BREAKER_CLOSED:
        return true;
    case TENON_BREAKER_OPEN:
        if (now_us - breaker->opened_us < breaker->wait_us)
            return false;
        breaker->state = TENON_BREAKER_HALF_OPEN;
        return true;
    case TENON_BREAKER_HALF_OPEN:
        break;
    }
    return false;
}

bool tenon__breaker_admit(tenon__breaker *breaker, tenon_error *err)
{
    int64_t now_us = tenon__monotonic_us();
    pthread_mutex_lock(&breaker->lock);
    bool is_admitted = may_try(breaker, now_us);
    breaker->refused_total += !is_admitted;
    int64_t left_us = breaker->opened_us + breaker->wait_us - now_us;
    unsigned failures = breaker->failures;
    pthread_mutex_unlock(&breaker->lock);
    if (is_admitted)
        return true;
    tenon__fail(err, TENON_UNAVAILABLE,
                "the database could not be reached %u times in a row: it is not tried again yet",
                failures);
    tenon__hint(err,
                "the next call to try will be one in %lld ms; breaker_failures and "
                "breaker_wait say when",
                (long long)(left_us > 0 ? left_us / 1000 + 1 : 0));
    return false;
}

static bool is_failure(tenon_status status)
{
    return status == TENON_UNAVAILABLE || status == TENON_TIMEOUT || status == TENON_IO;
}

static void open_breaker(tenon__breaker *breaker)
{
    breaker->state = TENON_BREAKER_OPEN;
    breaker->opened_us = tenon__monotonic_us();
    breaker->opened_total++;
}

static void note_failure(tenon__breaker *breaker)
{
    breaker->failures++;
    breaker->failures_total++;
    bool is_due = breaker->most_failures && breaker->failures >= breaker->most_failures;
    if (is_due && breaker->state != TENON_BREAKER_OPEN)
        open_breaker(breaker);
}

void tenon__breaker_note(tenon__breaker *breaker, tenon_status status)
{
    pthread_mutex_lock(&breaker->lock);
    if (is_failure(status)) {
        note_failure(breaker);
    } else if (status != TENON_CANCELLED) {
        breaker->state = TENON_BREAKER_CLOSED;
        breaker->failures = 0;
    } else if (breaker->state == TENON_BREAKER_HALF_OPEN) {
        breaker->state = TENON_BREAKER_OPEN; /* whose wait is over: the next one tries */
    }
    pthread_mutex_unlock(&breaker->lock);
}

void tenon__breaker_measure(tenon__breaker *breaker, tenon_pool_metrics *metrics)
{
    pthread_mutex_lock(&breaker->lock);
    metrics->breaker = breaker->state;
    metrics->breaker_opened_total = breaker->opened_total;
    metrics->breaker_refused_total = breaker->refused_total;
    metrics->connect_failures_total = breaker->failures_total;
    pthread_mutex_unlock(&breaker->lock);
}
