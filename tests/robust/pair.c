/* See pair.h. */
#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cluster.h"
#include "core/core.h"
#include "db/wait.h"
#include "sample_schema.h"
#include "testdb.h"

enum { PAUSE_US = 2000, LONGEST_US = 60000000 };

const char *primary, *standby;

/* ---- the servers ----------------------------------------------------------------------------- */

void wait_for_value(const char *url, const char *sql, const char *value)
{
    int64_t until_us = tenon__monotonic_us() + LONGEST_US;
    for (;;) {
        const char *found = testdb_value(url, sql);
        if (found && !strcmp(found, value))
            return;
        assert_true(tenon__monotonic_us() < until_us);
        tenon__wait_pause(PAUSE_US, TENON__NEVER);
    }
}

void wait_for_standby(void)
{
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT pg_last_wal_replay_lsn() >= '%s'",
             testdb_value(primary, "SELECT pg_current_wal_insert_lsn()"));
    wait_for_value(standby, sql, "t");
}

void halt_standby(void)
{
    wait_for_standby();
    testdb_run(standby, "SELECT pg_wal_replay_pause()");
    wait_for_value(standby, "SELECT pg_get_wal_replay_pause_state()", "paused");
}

void go_on(void)
{
    testdb_run(standby, "SELECT pg_wal_replay_resume()");
    wait_for_standby();
}

int set_up_servers(void **state)
{
    primary = cluster_open();
    testdb_run(primary, sample_schema_postgresql);
    testdb_run(primary, "CREATE SEQUENCE number; "
                        "SELECT setval(pg_get_serial_sequence('\"User\"', 'id'), 100);");
    tenon_db *db = tenon_open(primary, NULL, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    assert_non_null(user_create(s, .id = SET(ANN), .email = SET("ann@example.com")));
    tenon_session_close(s);
    tenon_close(db);
    standby = standby_open();
    return 0;
}

/* ---- a database with a replica --------------------------------------------------------------- */

pair open_with(const tenon_replica_options *options)
{
    tenon_error err;
    tenon_replica_options own = *options;
    own.urls[0] = own.urls[0] ? own.urls[0] : standby;
    pair p = {.db = tenon_open(primary, NULL, &err)};
    if (!p.db || !tenon_replicas_add(p.db, &own, &err))
        fail_msg("%s", err.message);
    p.s = tenon_session_open(p.db, NULL);
    return p;
}

pair open_pair(void)
{
    wait_for_standby();
    return open_with(&(tenon_replica_options){.lag_limit_us = -1, .without_threads = true});
}

void close_pair(pair p)
{
    assert_string_equal(tenon_message(p.s), "");
    tenon_session_close(p.s);
    tenon_close(p.db);
}

tenon_replica_metrics replica_of(tenon_db *db)
{
    tenon_replica_metrics metrics[2];
    assert_int_equal(tenon_replicas_metrics(db, metrics, 2), 1);
    return metrics[0];
}

uint64_t reads_of(tenon_db *db)
{
    return replica_of(db).pool.acquired_total;
}

void wait_for_state(tenon_db *db, tenon_replica_state state)
{
    int64_t until_us = tenon__monotonic_us() + LONGEST_US;
    while (replica_of(db).state != state) {
        assert_true(tenon__monotonic_us() < until_us);
        tenon__wait_pause(PAUSE_US, TENON__NEVER);
    }
}

bool reads_there(tenon_session *s)
{
    tenon_db *db = tenon__session_db(s);
    uint64_t there = reads_of(db), elsewhere = tenon_db_metrics(db).acquired_total;
    assert_non_null(user_find(s, ANN));
    assert_true(reads_of(db) > there || tenon_db_metrics(db).acquired_total > elsewhere);
    return tenon_db_metrics(db).acquired_total == elsewhere;
}

void rename_ann(tenon_session *s, const char *name)
{
    assert_non_null(user_update(s, ANN, .name = SET(name)));
}

const char *name_of_ann(tenon_session *s)
{
    const User *ann = user_find(s, ANN);
    assert_non_null(ann);
    return ann->name ? ann->name : "";
}
