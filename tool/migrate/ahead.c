/* Copies of what a migration loses, made before it takes its lock.
 *
 * A copy of a million rows takes a second or more, and under the migration's lock everybody who
 * writes would wait for it. So a table that is not small is copied while it is in use, by what the
 * text that runs has in front of the file (keep.c):
 *
 *     CALL _tenon_kept.ahead('20240131_drop_nick', '"users"', ARRAY['nick'])
 *
 * It makes kept_7, which is empty, log_7 and a trigger that notes there the key of every row that
 * is written from then on; copies page after page, each handful in a transaction of its own; and
 * renews the rows whose keys were noted until hardly any are left. The file's own call, keep(),
 * renews the last ones under the lock, and has its copy. What was copied too early is in the log
 * for that very reason: the trigger is there before the first page is read.
 *
 * Whatever the copy cannot stand on, a key whose columns are never NULL, rows in pages of the table
 * itself, leaves the work to keep() under the lock, as for a table that is small. A migrator that
 * is killed leaves trigger and log; the next one goes on with those of its migration and removes
 * those of others. The server may still be busy with the call of the dead one then: the two take
 * turns by the lock of the copy's row in "ahead", a step each. forget(), behind the file, removes
 * what is left of them whatever has become of it; until then a trigger that has done its work does
 * nothing. */
#include "migrate/migrate.h"

/* A row of "ahead" is a copy that is under way, or one whose trigger is there still. Keys are kept
 * as every value is (kept.c), so that nothing of ours hangs on types that the file drops; "casts"
 * brings them back. */
static const char table_sql[] =
    "CREATE TABLE IF NOT EXISTS _tenon_kept.ahead (id bigint PRIMARY KEY, migration text NOT NULL,"
    " origin oid NOT NULL, kind text NOT NULL, keys text[] NOT NULL, columns text[] NOT NULL,"
    " types text[] NOT NULL, expressions text NOT NULL, condition text NOT NULL,"
    " key text NOT NULL, casts text NOT NULL, page bigint NOT NULL DEFAULT 0,"
    " pages bigint NOT NULL, step bigint NOT NULL DEFAULT 16, row_count bigint NOT NULL DEFAULT 0,"
    " is_used boolean NOT NULL DEFAULT false);";

/* The columns of the primary key, or of the narrowest other one that tells rows apart. */
static const char key_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.key_of(t regclass) RETURNS text[] LANGUAGE sql AS"
    " $key$ SELECT (SELECT array_agg(a.attname::text ORDER BY k.place)"
    "  FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k (number, place)"
    "  JOIN pg_attribute a ON a.attrelid = t AND a.attnum = k.number)"
    " FROM pg_index i WHERE i.indrelid = t AND i.indisunique AND i.indisvalid AND i.indimmediate"
    " AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT EXISTS (SELECT FROM pg_attribute a"
    "  WHERE a.attrelid = t AND NOT a.attnotnull"
    "  AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))"
    " ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1 $key$;";

/* A table of a megabyte is copied in a blink. */
static const char can_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.can_copy_ahead(t regclass) RETURNS boolean"
    " LANGUAGE sql AS $can$ SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid = t"
    " AND c.relkind = 'r' AND pg_relation_size(t) >= 1048576"
    " AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = t)"
    " AND _tenon_kept.key_of(t) IS NOT NULL) $can$;";

/* A TRUNCATE waits until no page is being copied, and then nothing is left of what was. */
static const char capture_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.capture(of_id bigint, t regclass, key text[])"
    " RETURNS void LANGUAGE plpgsql AS $capture$"
    " DECLARE log text := format('_tenon_kept.log_%s', of_id);"
    " olds text; news text;"
    " BEGIN"
    " SELECT string_agg(format('OLD.%I', k), ', '), string_agg(format('NEW.%I', k), ', ')"
    "  INTO olds, news FROM unnest(key) k;"
    " EXECUTE format('CREATE FUNCTION _tenon_kept.capture_%s() RETURNS trigger LANGUAGE plpgsql"
    "  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS %L', of_id, format('BEGIN"
    "  IF TG_OP = ''TRUNCATE'' THEN DELETE FROM _tenon_kept.kept_%1$s; DELETE FROM %2$s;"
    "   UPDATE _tenon_kept.ahead SET row_count = 0 WHERE id = %1$s; RETURN NULL; END IF;"
    "  IF TG_OP <> ''INSERT'' THEN INSERT INTO %2$s VALUES (%3$s); END IF;"
    "  IF TG_OP = ''INSERT'' THEN INSERT INTO %2$s VALUES (%4$s);"
    "  ELSIF TG_OP = ''UPDATE'' THEN IF ROW(%4$s) IS DISTINCT FROM ROW(%3$s) THEN"
    "   INSERT INTO %2$s VALUES (%4$s); END IF; END IF;"
    "  RETURN NULL; END', of_id, log, olds, news));"
    " EXECUTE format('CREATE TRIGGER _tenon_kept_%1$s AFTER INSERT OR UPDATE OR DELETE ON %2$s"
    "  FOR EACH ROW EXECUTE FUNCTION _tenon_kept.capture_%1$s();"
    "  ALTER TABLE %2$s ENABLE ALWAYS TRIGGER _tenon_kept_%1$s;"
    "  CREATE TRIGGER _tenon_kept_%1$s_all AFTER TRUNCATE ON %2$s"
    "  FOR EACH STATEMENT EXECUTE FUNCTION _tenon_kept.capture_%1$s();"
    "  ALTER TABLE %2$s ENABLE ALWAYS TRIGGER _tenon_kept_%1$s_all', of_id, t);"
    " END $capture$;";

/* The pages are counted when the triggers are there, whose lock keeps writers out for the blink
 * until the commit. NULL: nothing is to be copied ahead. */
static const char begin_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.begin_ahead(of_migration text, named text,"
    " wanted text[]) RETURNS bigint LANGUAGE plpgsql AS $begin$"
    " DECLARE t regclass := to_regclass(named); p record; made _tenon_kept.ahead;"
    " new_id bigint; key text[]; names text; casts text; forms text;"
    " BEGIN"
    " IF t IS NULL THEN RETURN NULL; END IF;"
    " LOCK TABLE _tenon_kept.ahead IN SHARE ROW EXCLUSIVE MODE;"
    " SELECT * INTO p FROM _tenon_kept.plan(t, wanted);"
    " SELECT a.* INTO made FROM _tenon_kept.ahead a WHERE a.migration = of_migration"
    "  AND a.origin = t AND a.kind = p.kind AND a.columns = p.lost AND a.types = p.types;"
    " IF FOUND THEN RETURN CASE WHEN NOT made.is_used THEN made.id END; END IF;"
    " IF p.lost = '{}' OR NOT _tenon_kept.can_copy_ahead(t) THEN RETURN NULL; END IF;"
    " key := _tenon_kept.key_of(t);"
    " new_id := nextval(pg_get_serial_sequence('_tenon_kept.list', 'id'));"
    " SELECT string_agg(quote_ident(k.name), ', ' ORDER BY k.at),"
    "  string_agg(format('%I::%s', k.name, format_type(a.atttypid, a.atttypmod)), ', '"
    "   ORDER BY k.at),"
    "  string_agg(_tenon_kept.form(k.name, a.atttypid), ', ' ORDER BY k.at)"
    "  INTO names, casts, forms FROM unnest(key) WITH ORDINALITY k (name, at)"
    "  JOIN pg_attribute a ON a.attrelid = t AND a.attname = k.name;"
    " EXECUTE format('LOCK TABLE %5$s IN SHARE ROW EXCLUSIVE MODE;"
    "  CREATE TABLE _tenon_kept.kept_%1$s AS SELECT %2$s FROM %5$s LIMIT 0;"
    "  CREATE INDEX kept_%1$s_key ON _tenon_kept.kept_%1$s (%3$s);"
    "  CREATE TABLE _tenon_kept.log_%1$s AS SELECT %4$s FROM %5$s LIMIT 0',"
    "  new_id, p.expressions, names, forms, t);"
    " PERFORM _tenon_kept.capture(new_id, t, key);"
    " INSERT INTO _tenon_kept.ahead (id, migration, origin, kind, keys, columns, types,"
    "  expressions, condition, key, casts, pages) VALUES (new_id, of_migration, t, p.kind,"
    "  p.keys, p.lost, p.types, p.expressions, p.condition, names, casts,"
    "  pg_relation_size(t) / current_setting('block_size')::bigint);"
    " RETURN new_id;"
    " END $begin$;";

/* Some more pages, which shall take 50 ms or so; false when there are none. */
static const char copy_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.copy_pages(of_id bigint) RETURNS boolean"
    " LANGUAGE plpgsql SET row_security = off AS $copy$"
    " DECLARE a _tenon_kept.ahead; n bigint; begun timestamptz := clock_timestamp();"
    " BEGIN"
    " SELECT * INTO a FROM _tenon_kept.ahead WHERE id = of_id FOR UPDATE;"
    " IF NOT FOUND OR a.is_used OR a.page > a.pages THEN RETURN false; END IF;"
    " EXECUTE format('INSERT INTO _tenon_kept.kept_%s SELECT %s FROM %s WHERE ctid >= %L::tid"
    "  AND ctid < %L::tid AND %s', of_id, a.expressions, a.origin::regclass,"
    "  format('(%s,0)', a.page), format('(%s,0)', a.page + a.step), a.condition);"
    " GET DIAGNOSTICS n = ROW_COUNT;"
    " UPDATE _tenon_kept.ahead SET page = page + step, row_count = row_count + n,"
    "  step = CASE WHEN clock_timestamp() - begun > interval '50 ms'"
    "   THEN greatest(step / 2, 1) ELSE least(step * 2, 1024) END WHERE id = of_id;"
    " RETURN true;"
    " END $copy$;";

/* One statement, so that what it reads of log and table belongs together. Rows are looked up by
 * their keys, whatever the planner guesses of tables that were filled a moment ago. How many keys
 * there were. */
static const char follow_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.follow(of_id bigint) RETURNS bigint"
    " LANGUAGE plpgsql SET row_security = off SET enable_seqscan = off SET enable_hashjoin = off"
    " SET enable_mergejoin = off AS $follow$"
    " DECLARE a _tenon_kept.ahead; n bigint; more bigint;"
    " BEGIN"
    " SELECT * INTO a FROM _tenon_kept.ahead WHERE id = of_id FOR UPDATE;"
    " IF NOT FOUND OR a.is_used THEN RETURN 0; END IF;"
    " EXECUTE format('WITH taken AS (DELETE FROM _tenon_kept.log_%1$s RETURNING %2$s),"
    "  noted AS (SELECT DISTINCT %2$s FROM taken),"
    "  gone AS (DELETE FROM _tenon_kept.kept_%1$s WHERE (%2$s) IN (SELECT %2$s FROM noted)"
    "   RETURNING 1),"
    "  here AS (INSERT INTO _tenon_kept.kept_%1$s SELECT %3$s FROM %4$s"
    "   WHERE (%2$s) IN (SELECT %5$s FROM noted) AND %6$s RETURNING 1)"
    "  SELECT (SELECT count(*) FROM taken),"
    "  (SELECT count(*) FROM here) - (SELECT count(*) FROM gone)',"
    "  of_id, a.key, a.expressions, a.origin::regclass, a.casts, a.condition) INTO n, more;"
    " UPDATE _tenon_kept.ahead SET row_count = row_count + more WHERE id = of_id;"
    " RETURN n;"
    " END $follow$;";

/* The whole copy, in as many transactions as it takes. Who is in the way of the trigger is waited
 * for in short steps, so that nobody queues up behind. */
static const char ahead_sql[] =
    "CREATE OR REPLACE PROCEDURE _tenon_kept.ahead(of_migration text, named text, wanted text[])"
    " LANGUAGE plpgsql AS $ahead$"
    " DECLARE made bigint; is_begun boolean := false; begun timestamptz;"
    " BEGIN"
    " CALL _tenon_kept.forget(of_migration, false);"
    " FOR tries IN 1..20 LOOP"
    "  BEGIN"
    "   PERFORM set_config('lock_timeout', '100', true);"
    "   made := _tenon_kept.begin_ahead(of_migration, named, wanted);"
    "   is_begun := true;"
    "  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN"
    "   IF tries = 20 THEN RAISE; END IF;"
    "  END;"
    "  COMMIT;"
    "  EXIT WHEN is_begun;"
    "  PERFORM pg_sleep(least(0.05 * tries, 0.5));"
    " END LOOP;"
    " IF made IS NULL THEN RETURN; END IF;"
    " WHILE _tenon_kept.copy_pages(made) LOOP COMMIT; END LOOP;"
    " FOR round IN 1..200 LOOP"
    "  begun := clock_timestamp();"
    "  PERFORM _tenon_kept.follow(made);"
    "  COMMIT;"
    "  EXIT WHEN clock_timestamp() - begun < interval '20 ms';"
    " END LOOP;"
    " END $ahead$;";

/* Under the lock of keep(): the rest. From here on the trigger does nothing. How many rows. */
static const char take_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.take(of_id bigint) RETURNS bigint"
    " LANGUAGE plpgsql AS $take$"
    " DECLARE n bigint;"
    " BEGIN"
    " PERFORM _tenon_kept.follow(of_id);"
    " EXECUTE format('CREATE OR REPLACE FUNCTION _tenon_kept.capture_%1$s() RETURNS trigger"
    "  LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''; DROP TABLE _tenon_kept.log_%1$s;"
    "  DROP INDEX _tenon_kept.kept_%1$s_key', of_id);"
    " UPDATE _tenon_kept.ahead a SET is_used = true WHERE a.id = of_id"
    "  RETURNING a.row_count INTO n;"
    " RETURN n;"
    " END $take$;";

static const char drop_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.drop_ahead(a _tenon_kept.ahead) RETURNS void"
    " LANGUAGE plpgsql AS $drop$"
    " BEGIN"
    " IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = a.origin"
    "  AND tgname = '_tenon_kept_' || a.id) THEN"
    "  EXECUTE format('DROP TRIGGER _tenon_kept_%1$s ON %2$s;"
    "   DROP TRIGGER _tenon_kept_%1$s_all ON %2$s', a.id, a.origin::regclass);"
    " END IF;"
    " EXECUTE format('DROP FUNCTION IF EXISTS _tenon_kept.capture_%1$s();"
    "  DROP TABLE IF EXISTS _tenon_kept.log_%1$s', a.id);"
    " IF NOT a.is_used THEN"
    "  EXECUTE format('DROP TABLE IF EXISTS _tenon_kept.kept_%1$s', a.id);"
    " END IF;"
    " DELETE FROM _tenon_kept.ahead WHERE id = a.id;"
    " END $drop$;";

/* What is left of copies of this migration, or of those of all others. Where somebody is in the way
 * for long the next migration does it. */
static const char forget_sql[] =
    "CREATE OR REPLACE PROCEDURE _tenon_kept.forget(of_migration text, is_of boolean)"
    " LANGUAGE plpgsql AS $forget$"
    " DECLARE a _tenon_kept.ahead; is_gone boolean;"
    " BEGIN"
    " FOR a IN SELECT * FROM _tenon_kept.ahead WHERE (migration = of_migration) = is_of LOOP"
    "  FOR tries IN 1..20 LOOP"
    "   BEGIN"
    "    PERFORM set_config('lock_timeout', '100', true);"
    "    PERFORM _tenon_kept.drop_ahead(a);"
    "    is_gone := true;"
    "   EXCEPTION WHEN lock_not_available OR deadlock_detected THEN is_gone := false;"
    "   END;"
    "   COMMIT;"
    "   EXIT WHEN is_gone;"
    "   PERFORM pg_sleep(least(0.05 * tries, 0.5));"
    "  END LOOP;"
    " END LOOP;"
    " END $forget$;";

const char *const migrate_ahead_sql[] = {table_sql, key_sql,  can_sql,    capture_sql,
                                         begin_sql, copy_sql, follow_sql, ahead_sql,
                                         take_sql,  drop_sql, forget_sql, NULL};
