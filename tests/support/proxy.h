/* A way to a PostgreSQL server that is longer than the one there is.
 *
 * The proxy listens on a port of the loopback and passes everything on, what the client says a
 * given time later. So a test, or a benchmark, has the latency of a network without one, and can
 * ask how often somebody had to wait for it: a round trip begins with the first bytes that a client
 * sends after the server has said something.
 *
 * It runs in a thread of its own. The calls may be made from any one thread. */
#ifndef PROXY_H
#define PROXY_H

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

#endif
