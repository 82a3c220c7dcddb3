/* Following the log: the rows whose keys stand in it are taken off the shadow and copied anew.
 *
 * A transaction of it sees one moment of the database (repeatable read): the keys that it reads,
 * the rows that it copies and the entries that it deletes belong together, and an entry that is
 * committed meanwhile is left for the next one. When it has taken all entries that it sees, the
 * shadow is the table at that moment. */
#include "rewrite/inside.h"

#include "db/db.h"

#include <stdlib.h>

/* Entries of one transaction while the shadow has no index but its key; how short the last one has
 * to be, since the switch does the like under its lock; and how many may be longer in a row. */
enum { ENTRIES_MOST = 20000, SHORT_US = 50000, LONGER_MOST = 200 };

static const char *const renew_sql[] = {
    "DELETE FROM {shadow} n WHERE ({n_key}) IN (SELECT {log_key_values} FROM {log} l"
    " WHERE l.seq <= {seq} AND NOT l.is_truncate)",
    "INSERT INTO {shadow} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {table} t"
    " WHERE ({t_key}) IN (SELECT {l_key} FROM {log} l WHERE l.seq <= {seq} AND NOT l.is_truncate)",
    "DELETE FROM {log} l WHERE l.seq <= {seq}",
    NULL,
};
/* After a TRUNCATE nothing is known by its key. */
static const char *const renew_all_sql[] = {
    "DELETE FROM {shadow}",
    "INSERT INTO {shadow} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {table} t",
    "DELETE FROM {log}",
    NULL,
};

/* *count entries, 0: there are none. `most` 0: all. */
static bool renew(rewriter *r, int64_t most, int64_t *count)
{
    const char *values[] = {most ? tenon__arena_format(&r->scratch, "%lld", (long long)most)
                                 : NULL};
    rows found;
    if (!rewrite_read(r,
                      "SELECT count(*)::text, coalesce(max(seq), 0)::text,"
                      " coalesce((SELECT bool_or(is_truncate) FROM {log}), false)::text"
                      " FROM (SELECT seq FROM {log} ORDER BY seq LIMIT $1::bigint) l",
                      3, values, 1, &found))
        return false;
    *count = strtoll(rows_cell(&found, 0, 0), NULL, 10);
    rewrite_define(r, "seq", rows_cell(&found, 0, 1));
    const char *const *statements = rows_truth(&found, 0, 2) ? renew_all_sql : renew_sql;
    for (; *count && *statements; statements++)
        if (!rewrite_execute(r, *statements))
            return false;
    return true;
}

static bool renew_once(rewriter *r, int64_t most, int64_t *count)
{
    const tenon_transaction_options options = {.isolation = TENON_REPEATABLE_READ};
    tenon__arena_clear(&r->scratch);
    if (!tenon_begin_with(r->s, &options) || !rewrite_plan_by_key(r, true) ||
        !renew(r, most, count) || !tenon_commit(r->s))
        return false;
    r->result->followed += *count;
    if (*count)
        rewrite_tell(r, REWRITE_FOLLOWS, r->result->followed, NULL);
    return true;
}

bool rewrite_follow(rewriter *r, bool is_whole)
{
    int64_t took_us = SHORT_US, count;
    for (int round = 0; took_us >= SHORT_US; round++) {
        int64_t began_us = tenon__monotonic_us();
        if (rewrite_is_stopped(r) || !renew_once(r, is_whole ? 0 : ENTRIES_MOST, &count))
            return false;
        took_us = count ? tenon__monotonic_us() - began_us : 0;
        if (is_whole && round == LONGER_MOST) {
            tenon_error *err = tenon__session_error(r->s);
            tenon__fail(err, TENON_LIMIT, "table %s is written faster than it can be followed",
                        r->name);
            tenon__hint(err, "run the same again when less is written; it goes on from here");
            return false;
        }
    }
    return is_whole || rewrite_follow(r, true);
}

/* Expressions of values mean what they mean to the caller's sessions. */
bool rewrite_follow_under_lock(rewriter *r)
{
    int64_t count;
    if (!rewrite_execute(r, "SET LOCAL search_path TO DEFAULT") || !rewrite_plan_by_key(r, true) ||
        !renew(r, 0, &count))
        return false;
    r->result->followed += count;
    return rewrite_plan_by_key(r, false) &&
           rewrite_execute(r, "SET LOCAL search_path = pg_catalog");
}
