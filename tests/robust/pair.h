/* A primary and a hot standby of the test's own, and a database that reads on both. */
#ifndef PAIR_H
#define PAIR_H

#include <tenon/tenon.h>

#include "sample.h"

/* The only row at first: a User. */
enum { ANN = 1 };

/* ---- the servers ----------------------------------------------------------------------------- */

/* Their URLs. */
extern const char *primary, *standby;

/* Starts both: for cmocka. They are removed when the process exits. */
int set_up_servers(void **state);
/* Until the statement gives this. */
void wait_for_value(const char *url, const char *sql, const char *value);
/* Until it has all that was written so far. */
void wait_for_standby(void);
/* It replays nothing any more; and goes on, and has caught up. */
void halt_standby(void);
void go_on(void);

/* ---- a database with a replica --------------------------------------------------------------- */

typedef struct pair {
    tenon_db *db;
    tenon_session *s;
} pair;

/* Without a URL in the options the standby is the replica. */
pair open_with(const tenon_replica_options *options);
/* However late it is, and looks are made when the test wants one. */
pair open_pair(void);
/* The session must not have failed. */
void close_pair(pair p);

tenon_replica_metrics replica_of(tenon_db *db);
/* How often something was read there. */
uint64_t reads_of(tenon_db *db);
void wait_for_state(tenon_db *db, tenon_replica_state state);
/* A find of this session's goes to the replica, and nowhere else. */
bool reads_there(tenon_session *s);

void rename_ann(tenon_session *s, const char *name);
const char *name_of_ann(tenon_session *s);

#endif
