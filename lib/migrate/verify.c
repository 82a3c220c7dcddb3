/* Whether a database has what a program was made for.
 *
 * The history is asked for one migration, not whether it is the last: a database that is ahead of
 * its programs is the ordinary state while a new version is brought out, and a program that refused
 * to start then would be an outage. The last one is read for the message only. */
#include "migrate/migrator.h"

#include <stdio.h>

enum { NAME, CHECKSUM, IS_FINISHED, LOG, COLUMNS };

static const char verify_sql[] =
    "SELECT CAST(migration_name AS TEXT), CAST(checksum AS TEXT),"
    " CASE WHEN finished_at IS NOT NULL THEN 't' END, logs FROM _prisma_migrations"
    " WHERE rolled_back_at IS NULL AND (migration_name = $1 OR migration_name ="
    " (SELECT max(migration_name) FROM _prisma_migrations"
    " WHERE rolled_back_at IS NULL AND finished_at IS NOT NULL))"
    " ORDER BY CASE WHEN migration_name = $1 THEN 0 ELSE 1 END, started_at DESC LIMIT 1";

static bool fail_missing(const char *name, const char *const *found, tenon_error *err)
{
    tenon__fail(
        err, TENON_SCHEMA,
        "this program was made for the migration '%s', which the database has not run%s%s%s", name,
        found ? "; its last one is '" : ": it has run none", found ? found[NAME] : "",
        found ? "'" : "");
    tenon__hint(err, "run `tenon migrate deploy`, or start the version that fits the database");
    return false;
}

static bool fail_unfinished(const char *const *found, tenon_error *err)
{
    tenon__fail(err, TENON_SCHEMA,
                "this program was made for the migration '%s', which the database has run only in "
                "part%s%s",
                found[NAME], found[LOG] ? ": " : "", found[LOG] ? found[LOG] : "");
    tenon__hint(err, "see `tenon migrate status`");
    return false;
}

static bool fail_edited(const tenon_last_migration *last, const char *checksum, tenon_error *err)
{
    tenon__fail(err, TENON_SCHEMA,
                "the database has run another text of the migration '%s' (checksum %.12s) than the "
                "one that this program was made for (%.12s)",
                last->name, checksum, last->checksums[0]);
    tenon__hint(err, "one of the two was edited: see `tenon migrate status`");
    return false;
}

static bool compare(const tenon_last_migration *last, const tenon__texts *rows, tenon_error *err)
{
    const char *const *found = rows->count ? rows->items : NULL;
    if (!found || strcmp(found[NAME], last->name) != 0)
        return fail_missing(last->name, found, err);
    if (!found[IS_FINISHED])
        return fail_unfinished(found, err);
    for (size_t i = 0; i < TENON__COUNT(last->checksums); i++)
        if (last->checksums[i] && !strcmp(last->checksums[i], found[CHECKSUM]))
            return true;
    return fail_edited(last, found[CHECKSUM], err);
}

/* A table that is not there is the schema's error on both databases. */
static bool explain(const tenon_error *error, tenon_error *err)
{
    *err = *error;
    if (err->status != TENON_SCHEMA)
        return false;
    tenon_error_reset(err);
    tenon__fail(err, TENON_SCHEMA, "the database has no history of migrations to compare with");
    tenon__hint(err, "one made by `tenon db push` has none: open it with schema_check=off");
    return false;
}

static bool verify(tenon_session *s, const tenon_last_migration *last, tenon_error *err)
{
    tenon__texts rows;
    if (!tenon__query(s, verify_sql, COLUMNS, &last->name, 1, &rows))
        return explain(tenon_session_error(s), err);
    return compare(last, &rows, err);
}

bool tenon_verify(tenon_db *db, const tenon_last_migration *last, tenon_error *err)
{
    tenon_error unheeded = {0};
    err = err ? err : &unheeded;
    tenon_error_reset(err);
    if (!db || !last || !last->name || !last->checksums[0])
        return tenon__fail(err, TENON_MISUSE, "no database or no migration was given");
    if (tenon__db_trusts_schema(db))
        return true;
    tenon_session *s = tenon_session_open(db, NULL);
    bool is_there = s ? verify(s, last, err) : tenon__fail_no_memory(err);
    tenon_session_close(s);
    return is_there;
}
