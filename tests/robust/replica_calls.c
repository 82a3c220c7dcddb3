/* The calls about replicas, for every_call.c. See rare_calls.h. */
#include "rare_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <tenon/tenon.h>

/* A server that is no replica gets no reads, but is looked at as one. */
static bool read_beside(tenon_db *db)
{
    tenon_replica_metrics metrics;
    tenon_replicas_look(db);
    tenon_session *s = tenon_session_open(db, NULL);
    tenon_read_from(s, TENON_READ_REPLICA);
    bool is_done = tenon_execute(s, "SELECT 1") && tenon_begin(s) && tenon_commit(s);
    const char *position = tenon_read_position(s);
    is_done = is_done && position && tenon_read_after(s, position);
    tenon_session_close(s);
    return is_done && tenon_replicas_metrics(db, &metrics, 1) == 1 &&
           tenon_replicas_misses(db).lag_total == 0;
}

bool rare_replicas(tenon_session *s)
{
    tenon_error err = {0};
    const tenon_replica_options options = {.urls = {url}, .without_threads = true};
    (void)s;
    tenon_db *db = tenon_open(url, NULL, &err);
    bool is_added = db && tenon_replicas_add(db, &options, &err);
    bool is_done = is_added ? read_beside(db) : err.status == TENON_UNSUPPORTED;
    tenon_close(db);
    db = is_done ? tenon_replicas_open(url, NULL, &options, &err) : NULL;
    is_done = db ? read_beside(db) : err.status == TENON_UNSUPPORTED;
    tenon_close(db);
    return is_done;
}
