/* A table that is in use meanwhile.
 *
 * PostgreSQL: readers and writers of the table wait while the column beside is made, and at the end
 * for what little is left. In between a trigger empties it wherever a program changes the array, so
 * what is empty is what is left, and what is filled is right. Each piece is a transaction that
 * locks its own rows. */
#include "convert/steps.h"

#include "db/db.h"
#include "rows/rows.h"

#include <time.h>

enum { LOCK_TIMEOUT_US = 50000, TRIES = 200, PAUSE_MS = 250, FEW = 64, WALKS = 20 };

/* ---- what is there --------------------------------------------------------------------------- */

/* Whether the column has its old form still; and whether an earlier run has prepared the table. */
static const char look_postgresql[] =
    "SELECT (CASE WHEN $3 = '' THEN t.typelem <> 0 AND t.typlen = -1"
    " ELSE t.oid = 'bytea'::regtype END)::text, EXISTS (SELECT FROM pg_trigger g"
    " WHERE g.tgrelid = a.attrelid AND g.tgname = $4)::text FROM pg_attribute a"
    " JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = to_regclass($1) AND a.attname = $2"
    " AND NOT a.attisdropped";
static const char look_sqlite[] = "SELECT CAST(count(*) > 0 AS TEXT), '' FROM pragma_table_info(?1)"
                                  " WHERE name = ?2 AND ?3 IS NOT NULL AND ?4 IS NOT NULL";

typedef struct state {
    bool is_left, is_prepared;
} state;

static bool look(tenon_session *s, const convert_column *column, state *out)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf table = {0};
    bool is_sqlite = tenon__session_dialect(s) == TENON_SQLITE;
    char beside[CONVERT_NAME_SIZE];
    rows found;
    convert_name_beside(column, beside);
    if (!convert_expand(s, column, "{table}", &table))
        return false;
    const char *const values[] = {is_sqlite ? column->table : table.data, column->column,
                                  column->is_unpacking ? "unpack" : "", beside};
    const rows_query query = {.sql = is_sqlite ? look_sqlite : look_postgresql,
                              .columns = 2,
                              .values = values,
                              .value_count = TENON__COUNT(values)};
    if (!rows_read(s, &query, &arena, &found))
        return false;
    out->is_left = found.count && rows_truth(&found, 0, 0);
    out->is_prepared = found.count && rows_truth(&found, 0, 1);
    return true;
}

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

/* Rolls back without losing the error. */
static bool give_up(tenon_session *s)
{
    tenon_error kept = *tenon_session_error(s);
    tenon_rollback(s);
    *tenon__session_error(s) = kept;
    return false;
}

static bool prepare(tenon_session *s, const convert_column *column, int64_t *count)
{
    static const char statements[] =
        "ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {new} {form};"
        "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS"
        " $tenon$ BEGIN NEW.{new} := NULL; RETURN NEW; END $tenon$;"
        "CREATE TRIGGER {new} BEFORE UPDATE ON {table} FOR EACH ROW"
        " WHEN (NEW.{old} IS DISTINCT FROM OLD.{old}) EXECUTE FUNCTION {function}()";
    const tenon_transaction_options options = {.lock_timeout_us = LOCK_TIMEOUT_US};
    *count = 0;
    return (tenon_begin_with(s, &options) && convert_execute(s, column, statements) &&
            tenon_commit(s)) ||
           give_up(s);
}

static bool convert_next(tenon_session *s, const convert_column *column, convert_walk *walk,
                         int64_t *count)
{
    return (tenon_begin(s) && convert_piece(s, column, walk, count) && tenon_commit(s)) ||
           give_up(s);
}

/* Rows that have come or changed behind the place where it was are found by the next walk, until
 * there are few. */
static bool convert_in_use(tenon_session *s, const convert_column *column, int64_t *count)
{
    TENON__CLEANUP(convert_release_walk) convert_walk walk = {0};
    int64_t found = FEW, piece;
    for (unsigned round = 0; found >= FEW && round < WALKS; round++) {
        found = 0;
        convert_begin(s, &walk);
        do {
            if (!convert_next(s, column, &walk, &piece))
                return false;
            found += piece;
        } while (piece > 0);
        *count += found;
    }
    return true;
}

/* What is left is found by an index that holds nothing else, without a look at the whole table. */
static bool index_rest(tenon_session *s, const convert_column *column)
{
    return convert_execute(s, column, "DROP INDEX CONCURRENTLY IF EXISTS {function}") &&
           convert_execute(s, column,
                           "CREATE INDEX CONCURRENTLY {new} ON {table} ((1))"
                           " WHERE {old} IS NOT NULL AND {new} IS NULL");
}

static const char by_index[] = "SET LOCAL enable_seqscan = off; SET LOCAL enable_tidscan = off";

/* The rows that no walk has met, so that next to none are left for the lock. */
static bool convert_met_by_none(tenon_session *s, const convert_column *column, int64_t *count)
{
    TENON__CLEANUP(convert_release_walk) convert_walk walk = {0};
    int64_t piece = 1;
    for (unsigned round = 0; piece > 0 && round < WALKS; round++) {
        convert_begin(s, &walk);
        if (!tenon_begin(s) || !tenon_execute(s, by_index) ||
            !convert_piece(s, column, &walk, &piece) || !tenon_commit(s))
            return give_up(s);
        *count += piece;
    }
    return true;
}

static bool finish(tenon_session *s, const convert_column *column, int64_t *count)
{
    const tenon_transaction_options options = {.lock_timeout_us = LOCK_TIMEOUT_US};
    return (tenon_begin_with(s, &options) && tenon_execute(s, by_index) &&
            convert_all(s, column, count) && tenon_commit(s)) ||
           give_up(s);
}

/* ---- both ------------------------------------------------------------------------------------ */

typedef bool attempt(tenon_session *s, const convert_column *column, int64_t *count);

/* Again after a pause, while somebody holds the lock. */
static bool try_often(tenon_session *s, const convert_column *column, attempt *work, int64_t *count)
{
    for (unsigned tries = 1; !work(s, column, count); tries++) {
        if (tenon_session_error(s)->status != TENON_LOCKED || tries == TRIES)
            return false;
        tenon_error_clear(s);
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
    }
    return true;
}

bool convert_online(tenon_session *s, const convert_column *column, int64_t *count)
{
    state now;
    int64_t rest = 0;
    *count = 0;
    if (!look(s, column, &now))
        return false;
    if (!now.is_left)
        return true;
    if (tenon__session_dialect(s) == TENON_SQLITE)
        return (tenon_begin(s) && convert_all(s, column, count) && tenon_commit(s)) || give_up(s);
    bool is_done = (now.is_prepared || try_often(s, column, prepare, &rest)) &&
                   convert_in_use(s, column, count) && index_rest(s, column) &&
                   convert_met_by_none(s, column, count) && try_often(s, column, finish, &rest);
    *count += rest;
    return is_done;
}
