/* Threads that run tasks where calls work in themselves: SQLite.
 *
 * They are made when there is work for them, up to their number, and stay. */
#include "async/async.h"

#include <stdlib.h>

struct tenon__crew {
    pthread_mutex_t lock;
    pthread_cond_t work;
    tenon__task *first, **last;
    size_t waiting; /* tasks */
    unsigned idle, count, most;
    bool is_over;
    pthread_t threads[];
};

tenon__crew *tenon__crew_make(tenon_async *async, unsigned most, tenon_error *err)
{
    (void)async;
    tenon__crew *crew = calloc(1, sizeof *crew + most * sizeof crew->threads[0]);
    if (!crew || pthread_mutex_init(&crew->lock, NULL) != 0) {
        free(crew);
        tenon__fail_no_memory(err);
        return NULL;
    }
    if (pthread_cond_init(&crew->work, NULL) != 0) {
        pthread_mutex_destroy(&crew->lock);
        free(crew);
        tenon__fail_no_memory(err);
        return NULL;
    }
    crew->most = most;
    crew->last = &crew->first;
    return crew;
}

void tenon__crew_free(tenon__crew *crew)
{
    if (!crew)
        return;
    pthread_mutex_lock(&crew->lock);
    crew->is_over = true;
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->lock);
    for (unsigned i = 0; i < crew->count; i++)
        pthread_join(crew->threads[i], NULL);
    pthread_cond_destroy(&crew->work);
    pthread_mutex_destroy(&crew->lock);
    free(crew);
}

/* Under the lock. NULL: it is over. */
static tenon__task *next_task(tenon__crew *crew)
{
    crew->idle++;
    while (!crew->first && !crew->is_over)
        pthread_cond_wait(&crew->work, &crew->lock);
    crew->idle--;
    tenon__task *task = crew->first;
    if (!task)
        return NULL;
    crew->first = task->next;
    if (!crew->first)
        crew->last = &crew->first;
    crew->waiting--;
    return task;
}

static void *work(void *context)
{
    tenon__crew *crew = context;
    tenon__task *task;
    pthread_mutex_lock(&crew->lock);
    while ((task = next_task(crew)) != NULL) {
        pthread_mutex_unlock(&crew->lock);
        task->work(task->session, task->arg);
        tenon__session_settle(task->session);
        task->fiber.is_over = true;
        tenon__task_wake(task);
        pthread_mutex_lock(&crew->lock);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* Under the lock. False when there is nobody at all. */
static bool call_somebody(tenon__crew *crew)
{
    if (crew->idle > crew->waiting)
        pthread_cond_signal(&crew->work);
    else if (crew->count < crew->most &&
             pthread_create(&crew->threads[crew->count], NULL, work, crew) == 0)
        crew->count++;
    return crew->count > 0;
}

bool tenon__crew_give(tenon__crew *crew, tenon__task *task, tenon_error *err)
{
    pthread_mutex_lock(&crew->lock);
    bool is_given = call_somebody(crew);
    if (is_given) {
        task->next = NULL;
        *crew->last = task;
        crew->last = &task->next;
        crew->waiting++;
    }
    pthread_mutex_unlock(&crew->lock);
    return is_given || tenon__fail(err, TENON_NO_MEMORY, "no thread can be started");
}
