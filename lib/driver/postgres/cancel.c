/* Asking the server to stop a statement, without waiting for its answer.
 *
 * libpq 15 knows only PQcancel, which opens a connection of its own and stands still until the
 * server has closed it: a server that hangs never does, and the deadline that was the reason to
 * ask would pass unheard. So a thread of its own asks. It asks again, less and less often, until
 * the statement is over: a server that has not yet begun to read the statement finds nothing to
 * stop, and forgets that it was asked.
 *
 * When the statement is over while a request is still on its way, step waits for the end of the
 * request, because a late one would stop the connection's next statement. The two hold the ends of
 * a pair of sockets, and either one learns by it that the other has let go. Nobody waits for longer
 * than the machine's deadline: the connection can be closed, and the thread, which holds the
 * request too, frees it when it ends. */
#include "driver/postgres/pg.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_PAUSE_MS = 50, LONGEST_PAUSE_MS = 1000 };

struct tenon__pg_request {
    PGcancel *cancel;
    int ours, theirs; /* of the connection and of the thread */
    atomic_bool is_asking, is_answered;
    atomic_int holders; /* the connection and the thread */
};

static void discard(tenon__pg_request *request)
{
    PQfreeCancel(request->cancel);
    free(request);
}

static void release(tenon__pg_request *request)
{
    if (atomic_fetch_sub(&request->holders, 1) == 1)
        discard(request);
}

static void release_theirs(tenon__pg_request *request)
{
    close(request->theirs);
    release(request);
}

static void release_ours(tenon__pg_request *request)
{
    close(request->ours);
    release(request);
}

/* False when nobody wants to have it asked any more. Either the connection sees that the request is
 * on its way, or the request, that the statement is over. */
static bool ask_once(tenon__pg_request *request)
{
    char message[256];
    atomic_store(&request->is_asking, true);
    if (!atomic_load(&request->is_answered))
        PQcancel(request->cancel, message, sizeof message);
    atomic_store(&request->is_asking, false);
    return !atomic_load(&request->is_answered);
}

/* False when the connection lets go of the request meanwhile. */
static bool rest(const tenon__pg_request *request, int pause_ms)
{
    struct pollfd watched = {.fd = request->theirs, .events = POLLIN};
    return poll(&watched, 1, pause_ms) == 0;
}

static void *ask(void *context)
{
    tenon__pg_request *request = context;
    int pause_ms = FIRST_PAUSE_MS;
    while (ask_once(request) && rest(request, pause_ms))
        pause_ms = pause_ms < LONGEST_PAUSE_MS / 2 ? pause_ms * 2 : LONGEST_PAUSE_MS;
    release_theirs(request);
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
    int ends[2];
    tenon__pg_request *request = malloc(sizeof *request);
    if (!request)
        return NULL;
    *request = (tenon__pg_request){.cancel = PQgetCancel(c->pg), .is_asking = true, .holders = 2};
    if (request->cancel && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
        request->ours = ends[0];
        request->theirs = ends[1];
        return request;
    }
    discard(request);
    return NULL;
}

void tenon__pg_cancel(tenon__connection *c)
{
    tenon__pg_request *request = request_new(c), *none = NULL;
    if (!request)
        return;
    if (!atomic_compare_exchange_strong(&c->request, &none, request)) { /* asked already */
        close(request->ours);
        close(request->theirs);
        discard(request);
    } else if (!start_thread(request)) {
        atomic_store(&request->is_asking, false);
        release_theirs(request);
    }
}

bool tenon__pg_answer_request(tenon__connection *c)
{
    tenon__pg_request *request = atomic_load(&c->request);
    if (!request)
        return false;
    atomic_store(&request->is_answered, true);
    return atomic_load(&request->is_asking);
}

int tenon__pg_request_socket(const tenon__connection *c)
{
    const tenon__pg_request *request = atomic_load(&c->request);
    return request ? request->ours : -1;
}

void tenon__pg_drop_request(tenon__connection *c)
{
    tenon__pg_request *request = atomic_exchange(&c->request, NULL);
    if (request)
        release_ours(request);
}
