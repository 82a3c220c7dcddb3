/* Writers of SQLite take turns: it lets one write at a time, and has the others sleep; a lock of
 * the program's own wakes the next one at once. */
#ifndef BENCH_TURN_H
#define BENCH_TURN_H

#include "side.h"

#include <pthread.h>

static pthread_mutex_t bench_writing = PTHREAD_MUTEX_INITIALIZER;

static inline void begin_write(void)
{
    if (bench_clients > 1)
        pthread_mutex_lock(&bench_writing);
}

static inline void end_write(void)
{
    if (bench_clients > 1)
        pthread_mutex_unlock(&bench_writing);
}

#endif
