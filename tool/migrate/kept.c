/* The schema _tenon_kept of a PostgreSQL database: copies of what migrations have lost.
 *
 *     list      one row a copy: what it is of, which migration lost it, until when it is kept
 *     kept_7    the copy: a whole table, or the lost columns with the primary key
 *     keep()    makes one; the migrations that lose something call it (keep.c)
 *     ahead()   makes most of it beforehand, while the table is in use (ahead.c)
 *
 * The copies outlive the types that their columns had: values of a type that is not PostgreSQL's
 * own are kept as text, or the migration could not drop the type. A table without primary key, or
 * one that loses it, is kept whole. While keep() is at work the table can be read, and who writes
 * waits. Nothing that is kept is ever dropped by itself: what is past its time is told, and a
 * person drops it. */
#include "migrate/migrate.h"

#include "db/db.h"
#include "rows/rows.h"

static const char make_sql[] =
    " PERFORM pg_advisory_xact_lock(72707370);"
    "CREATE SCHEMA IF NOT EXISTS _tenon_kept;"
    "CREATE TABLE IF NOT EXISTS _tenon_kept.list ("
    "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, migration text NOT NULL,"
    " kind text NOT NULL, origin text NOT NULL, keys text[] NOT NULL, columns text[] NOT NULL,"
    " types text[] NOT NULL, row_count bigint NOT NULL DEFAULT 0,"
    " kept_at timestamptz NOT NULL DEFAULT now(), keep_until timestamptz NOT NULL);";

/* A column as it is kept. */
static const char form_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.form(name text, type oid) RETURNS text LANGUAGE sql AS"
    " $form$ SELECT format(CASE WHEN coalesce(e.typnamespace, y.typnamespace) ="
    " 'pg_catalog'::regnamespace THEN '%1$I' ELSE '%1$I::text AS %1$I' END, name)"
    " FROM pg_type y LEFT JOIN pg_type e ON e.oid = y.typelem AND y.typlen = -1"
    " WHERE y.oid = type $form$;";

/* What is to be copied; "types" are those of keys and columns, in this order. */
static const char plan_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.plan(t regclass, wanted text[], OUT kind text,"
    " OUT keys text[], OUT lost text[], OUT types text[], OUT expressions text,"
    " OUT condition text) LANGUAGE plpgsql AS $plan$"
    " BEGIN"
    " kind := CASE WHEN wanted IS NULL THEN 'table' ELSE 'columns' END;"
    " keys := '{}'; condition := 'true';"
    " lost := ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t"
    "  AND a.attnum > 0 AND NOT a.attisdropped AND (wanted IS NULL OR a.attname = ANY (wanted))"
    "  ORDER BY a.attnum);"
    " IF lost = '{}' THEN RETURN; END IF;"
    " IF kind = 'columns' THEN"
    "  keys := ARRAY(SELECT a.attname::text FROM pg_index i JOIN pg_attribute a"
    "   ON a.attrelid = t AND a.attnum = ANY (i.indkey) WHERE i.indrelid = t AND i.indisprimary);"
    "  condition := (SELECT format('num_nonnulls(%s) > 0', string_agg(quote_ident(c), ', '))"
    "   FROM unnest(lost) c);"
    "  IF keys = '{}' OR keys && lost THEN"
    "   kind := 'rows'; keys := '{}'; condition := 'true';"
    "   lost := ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t"
    "    AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum);"
    "  END IF;"
    " END IF;"
    " SELECT array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY w.at),"
    "  string_agg(_tenon_kept.form(w.name, a.atttypid), ', ' ORDER BY w.at)"
    "  INTO types, expressions FROM unnest(keys || lost) WITH ORDINALITY w (name, at)"
    "  JOIN pg_attribute a ON a.attrelid = t AND a.attname = w.name;"
    " END $plan$;";

/* What was copied ahead (ahead.c) only has its last rows renewed. */
static const char keep_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.keep(of_migration text, named text, wanted text[])"
    " RETURNS void LANGUAGE plpgsql SET row_security = off AS $keep$"
    " DECLARE t regclass := to_regclass(named); p record; new_id bigint; n bigint;"
    " BEGIN"
    " IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t AND c.relkind IN ('r', 'p')) THEN"
    "  RETURN;"
    " END IF;"
    " EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', t);"
    " SELECT * INTO p FROM _tenon_kept.plan(t, wanted);"
    " IF p.lost = '{}' THEN RETURN; END IF;"
    " SELECT a.id INTO new_id FROM _tenon_kept.under_way a WHERE a.migration = of_migration"
    "  AND a.origin = t AND a.kind = p.kind AND a.columns = p.lost AND a.types = p.types"
    "  AND a.part > cardinality(a.parts) AND NOT a.is_used AND _tenon_kept.is_current(a);"
    " IF new_id IS NOT NULL THEN"
    "  n := _tenon_kept.take(new_id);"
    " ELSE"
    "  new_id := nextval(pg_get_serial_sequence('_tenon_kept.list', 'id'));"
    "  EXECUTE format('CREATE TABLE _tenon_kept.%I AS SELECT %s FROM %s WHERE %s',"
    "   'kept_' || new_id, p.expressions, t, p.condition);"
    "  GET DIAGNOSTICS n = ROW_COUNT;"
    " END IF;"
    " IF n = 0 THEN"
    "  EXECUTE format('DROP TABLE _tenon_kept.%I', 'kept_' || new_id);"
    "  RETURN;"
    " END IF;"
    " INSERT INTO _tenon_kept.list (id, migration, kind, origin, keys, columns, types, row_count,"
    "  keep_until) OVERRIDING SYSTEM VALUE SELECT new_id, of_migration, p.kind,"
    "  format('%I.%I', s.nspname, c.relname), p.keys, p.lost, p.types, n,"
    "  now() + make_interval(days => _tenon_kept.days())"
    "  FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = t;"
    " END $keep$;";

/* One statement, so that it is all there or not at all, whoever else does the same. */
void migrate_kept_sql(unsigned days, tenon__buf *out)
{
    tenon__buf_format(out, "DO /* " MIGRATE_BEFORE " */ $set_up$ BEGIN%s%s%s", make_sql, form_sql,
                      plan_sql);
    for (const char *const *part = migrate_ahead_sql; *part; part++)
        tenon__buf_text(out, *part);
    tenon__buf_format(out,
                      "%s CREATE OR REPLACE FUNCTION _tenon_kept.days() RETURNS integer"
                      " LANGUAGE sql AS 'SELECT %u'; END $set_up$; ",
                      keep_sql, days);
}

static bool make_all(tenon_session *s, unsigned days)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    migrate_kept_sql(days, &sql);
    if (sql.failed)
        return tenon__fail_no_memory(tenon__session_error(s));
    return tenon_execute(s, sql.data);
}

bool migrate_kept_prepare(tenon_db *db, unsigned days, tenon_error *err)
{
    tenon_session *s = tenon_session_open(db, NULL);
    bool is_done = s ? make_all(s, days) : tenon__fail_no_memory(err);
    if (!is_done && s) {
        *err = *tenon_session_error(s);
        tenon__hint(err, "what is lost is kept in the schema _tenon_kept; --keep-lost 0 keeps "
                         "nothing");
    }
    tenon_session_close(s);
    return is_done;
}

/* ---- what is kept ---------------------------------------------------------------------------- */

static const char list_sql[] =
    "SELECT id::text, migration, kind, origin, array_to_string(columns, ', '), row_count::text,"
    " pg_size_pretty(pg_total_relation_size(to_regclass('_tenon_kept.kept_' || id))),"
    " kept_at::date::text, keep_until::date::text, (keep_until < now())::text"
    " FROM _tenon_kept.list ORDER BY id";
enum { ID, MIGRATION, KIND, ORIGIN, COLUMNS, ROW_COUNT, SIZE, KEPT_AT, KEEP_UNTIL, IS_OVER, CELLS };

static migrate_kept kept_of(const rows *found, size_t row)
{
    const char *const *cells = found->cells + row * CELLS;
    return (migrate_kept){.id = cells[ID],
                          .migration = cells[MIGRATION],
                          .origin = cells[ORIGIN],
                          .columns = strcmp(cells[KIND], "table") != 0 ? cells[COLUMNS] : NULL,
                          .row_count = cells[ROW_COUNT],
                          .size = cells[SIZE] ? cells[SIZE] : "nothing",
                          .kept_at = cells[KEPT_AT],
                          .keep_until = cells[KEEP_UNTIL],
                          .is_over = rows_truth(found, row, IS_OVER)};
}

static bool has_list(tenon_session *s, tenon__arena *arena)
{
    const rows_query look = {.sql = "SELECT to_regclass('_tenon_kept.list')::text", .columns = 1};
    rows found;
    return rows_read(s, &look, arena, &found) && rows_first(&found);
}

bool migrate_kept_read(tenon_session *s, tenon__arena *arena, migrate_kept_list *out)
{
    const rows_query all = {.sql = list_sql, .columns = CELLS};
    rows found;
    *out = (migrate_kept_list){0};
    if (tenon__session_dialect(s) != TENON_POSTGRESQL || !has_list(s, arena))
        return !tenon_failed(s);
    if (!rows_read(s, &all, arena, &found))
        return false;
    out->items = tenon__arena_array(arena, found.count + 1, sizeof *out->items);
    if (!out->items)
        return tenon__fail_no_memory(tenon__session_error(s));
    for (size_t i = 0; i < found.count; i++)
        out->items[out->count++] = kept_of(&found, i);
    return true;
}

bool migrate_kept_drop(tenon_session *s, const migrate_kept *kept)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__buf_format(&sql,
                      "DROP TABLE IF EXISTS _tenon_kept.kept_%s;"
                      "DELETE FROM _tenon_kept.list WHERE id = %s",
                      kept->id, kept->id);
    if (sql.failed)
        return tenon__fail_no_memory(tenon__session_error(s));
    return tenon_begin(s) && tenon_execute(s, sql.data) && tenon_commit(s);
}

/* ---- bringing it back ------------------------------------------------------------------------ */

static const char restore_sql[] =
    "SELECT CASE l.kind WHEN 'columns' THEN"
    " format(E'ALTER TABLE %1$s\n    %2$s;\nUPDATE %1$s AS t\nSET %3$s\n"
    "FROM _tenon_kept.kept_%4$s AS k\nWHERE %5$s;\n',"
    "  l.origin, x.additions, x.changes, l.id, x.matches)"
    " WHEN 'table' THEN"
    " format(E'CREATE TABLE IF NOT EXISTS %1$s (\n    %2$s\n);\n"
    "INSERT INTO %1$s (%3$s) OVERRIDING SYSTEM VALUE\n"
    "SELECT %4$s\nFROM _tenon_kept.kept_%5$s AS k;\n',"
    "  l.origin, x.definitions, x.names, x.values, l.id)"
    " ELSE format(E'-- %s had no key by which the values could find their rows;\n"
    "-- all of its rows, as they were, are in _tenon_kept.kept_%s.\n', l.origin, l.id) END"
    " FROM _tenon_kept.list l, LATERAL (SELECT"
    "  string_agg(format('ADD COLUMN IF NOT EXISTS %I %s', w.name, w.type), E',\n    ')"
    "   FILTER (WHERE w.at > cardinality(l.keys)) AS additions,"
    "  string_agg(format('%1$I = k.%1$I::%2$s', w.name, w.type), ', ')"
    "   FILTER (WHERE w.at > cardinality(l.keys)) AS changes,"
    "  string_agg(format('t.%1$I = k.%1$I::%2$s', w.name, w.type), ' AND ')"
    "   FILTER (WHERE w.at <= cardinality(l.keys)) AS matches,"
    "  string_agg(format('%I %s', w.name, w.type), E',\n    ') AS definitions,"
    "  string_agg(quote_ident(w.name), ', ') AS names,"
    "  string_agg(format('k.%I::%s', w.name, w.type), ', ') AS values"
    "  FROM unnest(l.keys || l.columns, l.types) WITH ORDINALITY w (name, type, at)) x"
    " WHERE l.id = $1::bigint";

const char *migrate_kept_restore(tenon_session *s, const char *id, tenon__arena *arena)
{
    const rows_query one = {.sql = restore_sql, .columns = 1, .values = &id, .value_count = 1};
    rows found;
    return rows_read(s, &one, arena, &found) ? rows_first(&found) : NULL;
}
