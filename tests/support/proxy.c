/* One loop over all connections. What a client says waits in a queue of pieces, each with the time
 * at which it goes on; what the server says goes on at once, so that the latency is that of a whole
 * round trip. A piece in which a fault is due is shortened to what comes before; the fault happens
 * when that has been passed on. See proxy.h. */
#include "proxy.h"

#include <libpq-fe.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MOST_LINES = 256, PIECE_BYTES = 65536, URL_SIZE = 512, SLOW_NS = 20000000 };

typedef struct piece {
    struct piece *next;
    int64_t due_us;
    size_t length, sent;
    char data[];
} piece;

/* A client and its way to the server. */
typedef struct line {
    int client, server;
    piece *first, **last;
    bool is_answering; /* the server spoke last */
    bool is_silent[2]; /* what this side says is lost */
} line;

/* The fault that is ordered, and how much was said since. */
typedef struct order {
    pthread_mutex_t lock;
    bool is_given, has_failed;
    proxy_side side;
    proxy_fault fault;
    uint64_t byte, said[2];
} order;

struct proxy {
    struct sockaddr_un server;
    int listening, stopping[2];
    pthread_t thread;
    atomic_int_fast64_t latency_us;
    atomic_uint_fast64_t round_trips;
    _Atomic(proxy_watcher *) watcher;
    void *watcher_context;
    order order;
    proxy_listener *listener;
    void *context;
    char *buffer;
    line lines[MOST_LINES];
    size_t line_count;
    char url[URL_SIZE];
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- one line -------------------------------------------------------------------------------- */

static bool send_all(int to, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(to, data, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        data += sent;
        length -= (size_t)sent;
    }
    return true;
}

static void begin_round_trip(proxy *p)
{
    uint64_t number = atomic_fetch_add(&p->round_trips, 1) + 1;
    proxy_watcher *watcher = atomic_load(&p->watcher);
    if (watcher)
        watcher(p->watcher_context, number);
}

static void sleep_slowly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = SLOW_NS}, NULL);
}

/* A reset is what a socket with unsent words does when it must not linger. */
static void reset_at_close(int client)
{
    struct linger none = {.l_onoff = 1};
    setsockopt(client, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

/* Of these bytes, how many come before the fault that is due in them. True when one is. */
static bool is_due(proxy *p, proxy_side side, size_t length, size_t *before, proxy_fault *fault)
{
    order *o = &p->order;
    pthread_mutex_lock(&o->lock);
    uint64_t from = o->said[side];
    o->said[side] += length;
    bool is_it =
        o->is_given && o->side == side && o->byte >= from && o->byte - from < (uint64_t)length;
    if (is_it) {
        *before = (size_t)(o->byte - from);
        *fault = o->fault;
        o->is_given = false;
        o->has_failed = true;
    }
    pthread_mutex_unlock(&o->lock);
    return is_it;
}

static void tell(proxy *p, proxy_side side, size_t length)
{
    pthread_mutex_lock(&p->order.lock);
    if (p->listener)
        p->listener(p->context, side, p->buffer, length);
    pthread_mutex_unlock(&p->order.lock);
}

/* Reads what a side says. False at its end. */
static bool hear(proxy *p, line *l, proxy_side side, size_t *length)
{
    ssize_t got = recv(side == PROXY_CLIENT ? l->client : l->server, p->buffer, PIECE_BYTES, 0);
    *length = got > 0 ? (size_t)got : 0;
    if (got <= 0)
        return false;
    if (side == PROXY_CLIENT && l->is_answering)
        begin_round_trip(p);
    l->is_answering = side == PROXY_SERVER;
    tell(p, side, *length);
    if (l->is_silent[side])
        *length = 0;
    return true;
}

static bool queue(proxy *p, line *l, const char *data, size_t length)
{
    piece *taken = malloc(sizeof *taken + length);
    if (!taken)
        return false;
    *taken = (piece){.due_us = now_us() + atomic_load(&p->latency_us), .length = length};
    memcpy(taken->data, data, length);
    *l->last = taken;
    l->last = &taken->next;
    return true;
}

static bool pass_on(proxy *p, line *l, proxy_side side, const char *data, size_t length)
{
    if (length == 0)
        return true;
    return side == PROXY_CLIENT ? queue(p, l, data, length) : send_all(l->client, data, length);
}

static void drop_first(line *l)
{
    piece *first = l->first;
    l->first = first->next;
    if (!l->first)
        l->last = &l->first;
    free(first);
}

/* All that the client has said, at once. */
static void flush_to_server(line *l)
{
    for (; l->first; drop_first(l))
        send_all(l->server, l->first->data + l->first->sent, l->first->length - l->first->sent);
}

/* False: the line is to be cut. */
static bool fail(line *l, proxy_side side, proxy_fault fault)
{
    flush_to_server(l);
    switch (fault) {
    case PROXY_RESET:
        reset_at_close(l->client);
        return false;
    case PROXY_CUT:
        shutdown(l->client, SHUT_WR);
        return false;
    case PROXY_SILENT:
        l->is_silent[side] = true;
        return true;
    case PROXY_SLOW:
        sleep_slowly();
        return true;
    }
    return false;
}

static bool pass(proxy *p, line *l, proxy_side side)
{
    size_t length, before = 0;
    proxy_fault fault = PROXY_CUT;
    if (!hear(p, l, side, &length))
        return false;
    if (!is_due(p, side, length, &before, &fault))
        return pass_on(p, l, side, p->buffer, length);
    bool goes_on = pass_on(p, l, side, p->buffer, before) && fail(l, side, fault);
    return goes_on &&
           (l->is_silent[side] || pass_on(p, l, side, p->buffer + before, length - before));
}

/* As much of what is due as the server takes now; it may be waiting for the client to read. */
static bool pass_to_server(line *l, int64_t now)
{
    while (l->first && l->first->due_us <= now) {
        piece *first = l->first;
        ssize_t sent = send(l->server, first->data + first->sent, first->length - first->sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        first->sent += (size_t)sent;
        if (first->sent < first->length)
            return true;
        drop_first(l);
    }
    return true;
}

static void cut(proxy *p, size_t at)
{
    line *l = &p->lines[at];
    close(l->client);
    close(l->server);
    while (l->first)
        drop_first(l);
    *l = p->lines[--p->line_count];
    if (!l->first)
        l->last = &l->first;
}

static void add_line(proxy *p)
{
    int client = accept4(p->listening, NULL, NULL, SOCK_CLOEXEC), on = 1;
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || server < 0 || p->line_count == MOST_LINES ||
        connect(server, (const struct sockaddr *)&p->server, sizeof p->server) != 0) {
        if (client >= 0)
            close(client);
        if (server >= 0)
            close(server);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    line *l = &p->lines[p->line_count++];
    *l = (line){.client = client, .server = server, .is_answering = true};
    l->last = &l->first;
}

/* ---- the loop -------------------------------------------------------------------------------- */

/* Until the first piece is due; none: endless. */
static struct timespec *time_left(const proxy *p, struct timespec *out)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < p->line_count; i++)
        if (p->lines[i].first && p->lines[i].first->due_us < due)
            due = p->lines[i].first->due_us;
    if (due == INT64_MAX)
        return NULL;
    int64_t left = due - now_us();
    left = left > 0 ? left : 0;
    *out = (struct timespec){.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
    return out;
}

static bool serve(proxy *p, size_t at, const struct pollfd *watched)
{
    line *l = &p->lines[at];
    return (!watched[0].revents || pass(p, l, PROXY_CLIENT)) &&
           (!(watched[1].revents & ~POLLOUT) || pass(p, l, PROXY_SERVER)) &&
           pass_to_server(l, now_us());
}

static bool turn(proxy *p)
{
    struct pollfd watched[2 + 2 * MOST_LINES] = {{.fd = p->stopping[0], .events = POLLIN},
                                                 {.fd = p->listening, .events = POLLIN}};
    struct timespec left;
    size_t count = p->line_count;
    for (size_t i = 0; i < count; i++) {
        line *l = &p->lines[i];
        bool is_late = l->first && l->first->sent > 0;
        watched[2 + 2 * i] = (struct pollfd){.fd = l->client, .events = POLLIN};
        watched[3 + 2 * i] = (struct pollfd){
            .fd = l->server, .events = (short)(is_late ? POLLIN | POLLOUT : POLLIN)};
    }
    if (ppoll(watched, 2 + 2 * count, time_left(p, &left), NULL) < 0 && errno != EINTR)
        return false;
    if (watched[0].revents)
        return false;
    for (size_t i = count; i-- > 0;)
        if (!serve(p, i, &watched[2 + 2 * i]))
            cut(p, i);
    if (watched[1].revents)
        add_line(p);
    return true;
}

static void *run(void *context)
{
    proxy *p = context;
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    while (turn(p))
        ;
    while (p->line_count)
        cut(p, 0);
    return NULL;
}

/* ---- opening --------------------------------------------------------------------------------- */

static const char *option_of(const PQconninfoOption *options, const char *name)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val;
    return NULL;
}

static bool take_url(proxy *p, const char *url, int port)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    if (!options)
        return false;
    const char *host = option_of(options, "host"), *own_port = option_of(options, "port");
    const char *user = option_of(options, "user"), *name = option_of(options, "dbname");
    bool is_good = host && host[0] == '/' && user && name;
    p->server.sun_family = AF_UNIX;
    if (is_good) {
        int length = snprintf(p->server.sun_path, sizeof p->server.sun_path, "%s/.s.PGSQL.%s", host,
                              own_port ? own_port : "5432");
        is_good = length > 0 && (size_t)length < sizeof p->server.sun_path;
        snprintf(p->url, sizeof p->url,
                 "postgresql://%s@127.0.0.1:%d/%s?sslmode=disable&gssencmode=disable", user, port,
                 name);
    }
    PQconninfoFree(options);
    return is_good;
}

/* The port, or 0. */
static int start_listening(proxy *p)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    p->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->listening < 0 || bind(p->listening, (const struct sockaddr *)&at, sizeof at) != 0 ||
        listen(p->listening, MOST_LINES) != 0 ||
        getsockname(p->listening, (struct sockaddr *)&at, &size) != 0)
        return 0;
    return ntohs(at.sin_port);
}

static void release(proxy *p)
{
    close(p->listening);
    close(p->stopping[0]);
    close(p->stopping[1]);
    pthread_mutex_destroy(&p->order.lock);
    free(p->buffer);
    free(p);
}

proxy *proxy_open(const char *url, int64_t latency_us, const char **why)
{
    proxy *p = calloc(1, sizeof *p);
    *why = "out of memory";
    if (!p)
        return NULL;
    p->listening = p->stopping[0] = p->stopping[1] = -1;
    atomic_init(&p->latency_us, latency_us);
    pthread_mutex_init(&p->order.lock, NULL);
    p->buffer = malloc(PIECE_BYTES);
    int port = p->buffer && pipe2(p->stopping, O_CLOEXEC) == 0 ? start_listening(p) : 0;
    if (port)
        *why = "the URL names no unix socket, user and database";
    if (!port || !take_url(p, url, port) || pthread_create(&p->thread, NULL, run, p) != 0) {
        release(p);
        return NULL;
    }
    return p;
}

void proxy_close(proxy *p)
{
    if (!p)
        return;
    close(p->stopping[1]);
    p->stopping[1] = -1;
    pthread_join(p->thread, NULL);
    release(p);
}

const char *proxy_url(const proxy *p)
{
    return p->url;
}

void proxy_set_latency(proxy *p, int64_t latency_us)
{
    atomic_store(&p->latency_us, latency_us);
}

uint64_t proxy_round_trips(const proxy *p)
{
    return atomic_load(&p->round_trips);
}

void proxy_watch(proxy *p, proxy_watcher *watcher, void *context)
{
    p->watcher_context = context;
    atomic_store(&p->watcher, watcher);
}

void proxy_fail_at(proxy *p, proxy_side side, uint64_t byte, proxy_fault fault)
{
    order *o = &p->order;
    pthread_mutex_lock(&o->lock);
    o->is_given = true;
    o->has_failed = false;
    o->side = side;
    o->fault = fault;
    o->byte = byte;
    o->said[PROXY_CLIENT] = o->said[PROXY_SERVER] = 0;
    pthread_mutex_unlock(&o->lock);
}

bool proxy_has_failed(proxy *p)
{
    pthread_mutex_lock(&p->order.lock);
    p->order.is_given = false;
    bool has_failed = p->order.has_failed;
    pthread_mutex_unlock(&p->order.lock);
    return has_failed;
}

void proxy_listen(proxy *p, proxy_listener *listener, void *context)
{
    pthread_mutex_lock(&p->order.lock);
    p->listener = listener;
    p->context = context;
    pthread_mutex_unlock(&p->order.lock);
}
