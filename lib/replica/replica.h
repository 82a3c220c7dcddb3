/* The face of lib/replica: what a URL says of replicas.
 *
 *     postgresql://shop@a/shop?pool_max=20&replica=b:5433&replica=c&replica_lag_limit=2s
 *
 * names three servers. The parameters that begin with "replica" are taken out. What is left is the
 * primary's URL; a replica's is the same with another host. */
#ifndef TENON_REPLICA_REPLICA_H
#define TENON_REPLICA_REPLICA_H

#include "core/core.h"

#include <tenon/replica.h>

typedef struct replica_url {
    const char *primary;
    tenon_replica_options options; /* urls, and the rest that was said; zero: was not */
    size_t count;                  /* of urls */
    tenon__arena arena;            /* of all texts */
} replica_url;

/* False with *err: MISUSE, NO_MEMORY. To be released in any case. */
bool replica_url_read(replica_url *out, const char *url, tenon_error *err);
void replica_url_release(replica_url *url);

#endif
