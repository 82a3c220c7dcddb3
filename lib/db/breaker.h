/* The circuit breaker of a database: whether connecting is tried at all.
 *
 *     CLOSED     --so many failures, one after the other→ OPEN
 *     OPEN       --the wait is over, somebody asks→       HALF_OPEN   (and that one may try)
 *     HALF_OPEN  --it has connected→ CLOSED   --it has failed→ OPEN
 *
 * A server that is gone costs every call the time to find that out, and one that comes back is met
 * by all of them at once. The breaker lets the calls fail in no time instead, and sends one ahead.
 * It stands before new connections only: those that are there and work are used, whatever is the
 * matter with connecting; when the server is gone, they soon are too. A call that finds no free
 * connection waits for one of these, and asks here only in its turn to open another. */
#ifndef TENON_DB_BREAKER_H
#define TENON_DB_BREAKER_H

#include "core/core.h"

#include <pthread.h>

#include <tenon/pool.h>

typedef struct tenon__breaker {
    pthread_mutex_t lock;
    bool has_lock;
    tenon_breaker_state state;
    unsigned most_failures; /* 0: it never opens */
    unsigned failures;      /* since somebody has connected */
    int64_t wait_us, opened_us;
    uint64_t opened_total, refused_total, failures_total;
} tenon__breaker;

bool tenon__breaker_init(tenon__breaker *breaker, unsigned most_failures, int64_t wait_us);
void tenon__breaker_release(tenon__breaker *breaker);

/* Whether one may connect; then tenon__breaker_note tells what came of it. False with *err. */
bool tenon__breaker_admit(tenon__breaker *breaker, tenon_error *err);
/* `status` is OK, or why it could not be connected; what is no matter of the server's health, like
 * a wrong password, counts as success. TENON_CANCELLED: nothing came of it. */
void tenon__breaker_note(tenon__breaker *breaker, tenon_status status);
void tenon__breaker_measure(tenon__breaker *breaker, tenon_pool_metrics *metrics);

#endif
