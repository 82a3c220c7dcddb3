/* A PostgreSQL server of the test's own, to be killed and frozen, and one that follows it. See
 * cluster.sh. */
#ifndef CLUSTER_H
#define CLUSTER_H

/* Starts it; the URL of its database `postgres`. It is removed when the process exits. */
const char *cluster_open(void);
/* The same, with a disk of 12 MB in its folder `small`. */
const char *cluster_open_small(void);
/* Where its socket and its data are. */
const char *cluster_folder(void);
/* SIGKILL, as by the system when memory has run out; and up again. */
void cluster_kill(void);
void cluster_start(void);
/* All processes of it stand still until the thaw. */
void cluster_freeze(void);
void cluster_thaw(void);

/* The same of a hot standby that follows it, by streaming replication; a query in the way of what
 * it has to replay is cancelled at once. */
const char *standby_open(void);
const char *standby_folder(void);
void standby_kill(void);
void standby_start(void);
/* It is a primary when this returns. */
void standby_promote(void);

#endif
