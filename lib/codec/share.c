/* Jobs of equal kind, shared among threads that take the next one until there is none. A thread
 * that cannot be had is done without. */
#include "codec/block.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MOST_THREADS = 64 };

typedef struct shared {
    tenon__job *job;
    void *context;
    size_t count;
    atomic_size_t next;
    pthread_mutex_t lock;
    bool has_failed;
    tenon_error *err; /* of the first that failed */
} shared;

static void *work(void *context)
{
    shared *all = context;
    size_t index;
    while ((index = atomic_fetch_add(&all->next, 1)) < all->count) {
        tenon_error err = {.status = TENON_OK};
        if (all->job(all->context, index, &err))
            continue;
        atomic_store(&all->next, all->count);
        pthread_mutex_lock(&all->lock);
        if (!all->has_failed && all->err)
            *all->err = err;
        all->has_failed = true;
        pthread_mutex_unlock(&all->lock);
    }
    return NULL;
}

bool tenon__share_jobs(unsigned threads, size_t count, tenon__job *job, void *context,
                       tenon_error *err)
{
    shared all = {.job = job,
                  .context = context,
                  .count = count,
                  .lock = PTHREAD_MUTEX_INITIALIZER,
                  .err = err};
    pthread_t others[MOST_THREADS] = {0};
    size_t wanted = threads > 1 ? threads - 1 : 0, started = 0;
    wanted = wanted < MOST_THREADS ? wanted : MOST_THREADS;
    while (started < wanted && started + 1 < count &&
           pthread_create(&others[started], NULL, work, &all) == 0)
        started++;
    work(&all);
    while (started)
        pthread_join(others[--started], NULL);
    return !all.has_failed;
}
