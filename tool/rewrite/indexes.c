/* The indexes of the shadow: made on it while it is empty, so that the change is told to the server
 * with all that hangs on it; noted in the server's own words; taken off; and made again once the
 * rows are there, which is many times faster than to keep them up while rows arrive.
 *
 * First the key, by which the log is followed. The others, unique ones among them, come when the
 * shadow has been brought to one moment of the table: before that it can hold a row twice, under
 * the key that it had and the one that it was given. Their names belong to the table until the
 * switch. */
#include "rewrite/inside.h"

#include "db/db.h"

/* Run one by one: the table's indexes on the shadow, named by the oids of the originals. */
static const char imitate_sql[] =
    "SELECT CASE WHEN k.oid IS NOT NULL THEN format('ALTER TABLE %s ADD CONSTRAINT _tenon_i_%s %s',"
    " '{shadow}', i.indexrelid, pg_get_constraintdef(k.oid))"
    " ELSE format('CREATE %sINDEX _tenon_i_%s ON %s %s', CASE WHEN i.indisunique THEN 'UNIQUE '"
    " ELSE '' END, i.indexrelid, '{shadow}', substr(d.definition, length(format("
    "'CREATE %sINDEX %I ON %s ', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END, c.relname,"
    " i.indrelid::regclass)) + 1)) END"
    " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " CROSS JOIN LATERAL (SELECT pg_get_indexdef(i.indexrelid) AS definition) d"
    " LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid"
    " AND k.contype IN ('p', 'u', 'x')"
    " WHERE i.indrelid = {oid} ORDER BY i.indexrelid = {key_index} DESC, i.indexrelid";

/* What is on the shadow after the change. Steps: 'key', 'index'; what the change has added itself
 * is among them, under the name that it gave. */
static const char note_sql[] =
    "WITH noted AS (INSERT INTO {parts} (step, made, sql) SELECT CASE WHEN c.relname ="
    " '_tenon_i_' || {key_index} THEN 'key' ELSE 'index' END, c.relname, CASE WHEN k.oid IS NOT "
    "NULL"
    " THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', '{shadow}', k.conname,"
    " pg_get_constraintdef(k.oid)) ELSE pg_get_indexdef(i.indexrelid) END"
    " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_constraint k"
    " ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')"
    " WHERE i.indrelid = '{shadow}'::regclass ORDER BY i.indexrelid RETURNING step)"
    " SELECT count(*)::text FROM noted WHERE step = 'key'";

static const char take_off_sql[] =
    "SELECT CASE WHEN k.oid IS NOT NULL THEN format('ALTER TABLE %s DROP CONSTRAINT %I',"
    " '{shadow}', k.conname) ELSE format('DROP INDEX %s', i.indexrelid::regclass) END"
    " FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid"
    " AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')"
    " WHERE i.indrelid = '{shadow}'::regclass";

static const char missing_sql[] =
    "SELECT sql FROM {parts} WHERE step = $1 AND to_regclass('{space}.' || quote_ident(made))"
    " IS NULL ORDER BY number";

static bool run_each_of(rewriter *r, const char *template)
{
    rows statements;
    return rewrite_read(r, template, 1, NULL, 0, &statements) &&
           rewrite_execute_each(r, &statements);
}

bool rewrite_note_indexes(rewriter *r)
{
    const char *keys;
    if (!rewrite_execute(r, "SET LOCAL search_path = pg_catalog") || !run_each_of(r, imitate_sql) ||
        !rewrite_change_shadow(r) || !rewrite_ask(r, note_sql, NULL, 0, &keys))
        return false;
    if (strcmp(keys, "1") != 0)
        return tenon__fail(tenon__session_error(r->s), TENON_UNSUPPORTED,
                           "the change takes away what identifies the rows of table %s", r->name);
    return run_each_of(r, take_off_sql);
}

/* Each in a transaction of its own, so that what is made stays made. */
static bool make_missing(rewriter *r, const char *step)
{
    rows statements;
    if (!rewrite_read(r, missing_sql, 1, &step, 1, &statements))
        return false;
    for (size_t i = 0; i < statements.count; i++) {
        rewrite_tell(r, REWRITE_INDEXES, (int64_t)i, NULL);
        if (rewrite_is_stopped(r) || !tenon_execute(r->s, rows_cell(&statements, i, 0)))
            return false;
    }
    return true;
}

bool rewrite_index_key(rewriter *r)
{
    return make_missing(r, "key") && rewrite_execute(r, "ANALYZE {shadow}") &&
           rewrite_set_phase(r, "follow");
}

bool rewrite_index_rest(rewriter *r)
{
    return make_missing(r, "index");
}
