/* A way to a PostgreSQL server that is longer than the one there is, and worse.
 *
 * The proxy listens on a port of the loopback and passes everything on, what the client says a
 * given time later. So a test, or a benchmark, has the latency of a network without one, and can
 * ask how often somebody had to wait for it: a round trip begins with the first bytes that a client
 * sends after the server has said something.
 *
 * And it can be told to fail at the n-th byte that one side says: what stands before that byte
 * arrives, and nothing behind it. This happens once, to the connection whose byte it is; the others
 * and those to come are passed on as before.
 *
 * It runs in a thread of its own. The calls may be made from any one thread. */
#ifndef PROXY_H
#define PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct proxy proxy;

/* To the server of this URL, which is one of libpq's. NULL with a message in errno's place:
 * *why. */
proxy *proxy_open(const char *url, int64_t latency_us, const char **why);
/* NULL is accepted. Whoever is connected is cut off. */
void proxy_close(proxy *p);
/* The same database by way of the proxy; stays as long as it does. */
const char *proxy_url(const proxy *p);
/* Holds for what is said from now on. */
void proxy_set_latency(proxy *p, int64_t latency_us);
/* So far, of all connections. */
uint64_t proxy_round_trips(const proxy *p);
/* Called at the beginning of each round trip, with its number, before the server hears of it: who
 * kills the client here kills it exactly between two of its statements. From the proxy's thread. */
typedef void proxy_watcher(void *context, uint64_t number);
/* Before anybody is connected. */
void proxy_watch(proxy *p, proxy_watcher *watcher, void *context);

typedef enum proxy_side { PROXY_CLIENT, PROXY_SERVER } proxy_side;

typedef enum proxy_fault {
    PROXY_CUT,    /* both sides see the end of the connection */
    PROXY_RESET,  /* … the client as a reset (RST) */
    PROXY_SILENT, /* the rest of what this side says is lost, and nobody is told */
    PROXY_SLOW    /* a pause of 20 ms; then all goes on */
} proxy_fault;

/* Before the byte with this number, from 0 on, of what that side says from now on, over all
 * connections. Instead of the fault that was ordered before. */
void proxy_fail_at(proxy *p, proxy_side side, uint64_t byte, proxy_fault fault);
/* Whether it has happened. What has not is called off. */
bool proxy_has_failed(proxy *p);

/* Called by the proxy's thread with all that is said, before it is passed on. NULL: nobody listens
 * any more. The listener must not call the proxy. */
typedef void proxy_listener(void *context, proxy_side side, const char *data, size_t length);
void proxy_listen(proxy *p, proxy_listener *listener, void *context);

#endif
