/* Standing still: the only place of libtenon that does. Times are of tenon__monotonic_us. */
#ifndef TENON_DB_WAIT_H
#define TENON_DB_WAIT_H

#include "db/db.h"

#include <pthread.h>

/* The deadline of what may wait for ever. */
#define TENON__NEVER INT64_MAX

/* `us` from now; TENON__NEVER when us is negative or so long that it does not matter. */
int64_t tenon__deadline_after(int64_t us);

/* Until the socket can be read (or written; then also until something arrives). False when the
 * deadline came first. A socket in error counts as ready: the driver finds out. */
bool tenon__wait_socket(int socket, bool for_write, int64_t deadline_us);

/* True when something, if only the end, can be read from the socket at once. Does not wait. */
bool tenon__socket_has_news(int socket);

/* Not longer than to the deadline. False when it has passed. */
bool tenon__wait_pause(int64_t us, int64_t deadline_us);

/* A condition that one thread waits for; made on first need, because it seldom is. */
bool tenon__signal_init(pthread_cond_t *signal);
/* Once, under the lock; wakes up without reason too. False when the deadline has passed. */
bool tenon__wait_signal(pthread_cond_t *signal, pthread_mutex_t *lock, int64_t deadline_us);

/* Until the thread has ended. */
void tenon__wait_thread(pthread_t thread);

#endif
