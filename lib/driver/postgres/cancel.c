/* Asking the server to stop a statement, without waiting for its answer.
 *
 * libpq 15 knows only PQcancel, which opens a connection of its own and stands still until the
 * server has closed it: a server that hangs never does, and the deadline that was the reason to
 * ask would pass unheard. So a thread of its own asks. When the statement is over while the
 * request is still on its way, step waits for the end of the request, by a pipe that the thread
 * closes, because a late one would stop the connection's next statement. Nobody waits for longer
 * than the machine's deadline: the connection can be closed, and the thread, which holds the
 * request too, frees it when it ends. */
#include "driver/postgres/pg.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { READ_END, WRITE_END };

struct tenon__pg_request {
    PGcancel *cancel;
    int ends[2];
    atomic_bool is_over;
    atomic_int holders; /* the connection and the thread */
};

static void release(tenon__pg_request *request)
{
    if (atomic_fetch_sub(&request->holders, 1) > 1)
        return;
    close(request->ends[READ_END]);
    PQfreeCancel(request->cancel);
    free(request);
}

static void *ask(void *context)
{
    tenon__pg_request *request = context;
    char message[256];
    PQcancel(request->cancel, message, sizeof message);
    atomic_store(&request->is_over, true);
    close(request->ends[WRITE_END]);
    release(request);
    return NULL;
}

/* The program's signals are not for this thread. */
static bool start_thread(tenon__pg_request *request)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    bool is_started = pthread_create(&thread, NULL, ask, request) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started && pthread_detach(thread) == 0;
}

static tenon__pg_request *request_new(const tenon__connection *c)
{
    tenon__pg_request *request = malloc(sizeof *request);
    if (!request)
        return NULL;
    *request = (tenon__pg_request){.cancel = PQgetCancel(c->pg), .holders = 1};
    if (request->cancel && pipe2(request->ends, O_CLOEXEC) == 0)
        return request;
    PQfreeCancel(request->cancel);
    free(request);
    return NULL;
}

void tenon__pg_cancel(tenon__connection *c)
{
    tenon__pg_request *request = request_new(c), *none = NULL;
    if (!request)
        return;
    atomic_store(&request->holders, 2);
    if (!atomic_compare_exchange_strong(&c->request, &none, request)) { /* asked already */
        atomic_store(&request->holders, 1);
        close(request->ends[WRITE_END]);
        release(request);
    } else if (!start_thread(request)) {
        atomic_store(&request->is_over, true);
        close(request->ends[WRITE_END]);
        release(request);
    }
}

bool tenon__pg_is_cancelling(const tenon__connection *c)
{
    const tenon__pg_request *request = atomic_load(&c->request);
    return request && !atomic_load(&request->is_over);
}

int tenon__pg_request_socket(const tenon__connection *c)
{
    const tenon__pg_request *request = atomic_load(&c->request);
    return request ? request->ends[READ_END] : -1;
}

void tenon__pg_drop_request(tenon__connection *c)
{
    tenon__pg_request *request = atomic_exchange(&c->request, NULL);
    if (request)
        release(request);
}
