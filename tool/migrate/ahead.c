/* Copies of what a migration loses, made before it takes its lock.
 *
 * A copy of a million rows takes a second or more, and under the migration's lock everybody who
 * writes would wait for it. So a table that is not small is copied while it is in use, by what the
 * text that runs has in front of the file (keep.c):
 *
 *     CALL _tenon_kept.ahead('20240131_drop_nick', '"users"', ARRAY['nick'])
 *
 * It makes kept_7, which is empty, log_7 and a trigger that notes there the place of every row that
 * is written from then on; copies page after page, each handful in a transaction of its own; and
 * renews the rows whose places were noted until hardly any are left. The file's own call, keep(),
 * renews the last ones under the lock, and has its copy. What was copied too early is in the log
 * for that very reason: the trigger is there before the first page is read.
 *
 * A place is a row's table and its ctid, which a row keeps until it is written: so a table needs no
 * key for it, and one that is partitioned, or has children, is its parts, each with a trigger. (A
 * key in the log, as rewrites have it, was the first form of this.) Only what gives a table another
 * file moves rows unseen, TRUNCATE, VACUUM FULL or a statement that writes it anew, and only
 * another part brings rows unseen: parts and files are compared before a copy is used, and when
 * they are others keep() copies under the lock, as it does with a table that is small and with
 * parts whose rows are on another server.
 *
 * A migrator that is killed leaves trigger and log; the next one goes on with those of its
 * migration and removes those of others. The server may still be busy with the call of the dead one
 * then: the two take turns by the lock of the copy's row in "under_way", a step each. forget(),
 * behind the file, removes what is left of them whatever has become of it; until then a trigger
 * that has done its work does nothing. */
#include "migrate/migrate.h"

/* A row is a copy that is under way, or one whose trigger is there still; "part" is the one that is
 * being copied, counted from 1. */
static const char table_sql[] =
    "CREATE TABLE IF NOT EXISTS _tenon_kept.under_way (id bigint PRIMARY KEY,"
    " migration text NOT NULL, origin oid NOT NULL, kind text NOT NULL, keys text[] NOT NULL,"
    " columns text[] NOT NULL, types text[] NOT NULL, expressions text NOT NULL,"
    " condition text NOT NULL, parts oid[] NOT NULL, files oid[] NOT NULL, pages bigint[] NOT NULL,"
    " part integer NOT NULL DEFAULT 1, page bigint NOT NULL DEFAULT 0,"
    " step bigint NOT NULL DEFAULT 16, row_count bigint NOT NULL DEFAULT 0,"
    " is_used boolean NOT NULL DEFAULT false);";

/* Where the rows of a table are: its partitions or children, and itself. No file: not where their
 * places mean something. */
static const char parts_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.parts_of(t oid, OUT parts oid[], OUT files oid[],"
    " OUT pages bigint[]) LANGUAGE sql AS $parts$"
    " WITH RECURSIVE tree (part) AS (SELECT t UNION"
    "  SELECT h.inhrelid FROM tree JOIN pg_inherits h ON h.inhparent = tree.part)"
    " SELECT array_agg(c.oid ORDER BY c.oid), array_agg(CASE WHEN m.amname = 'heap'"
    "   THEN pg_relation_filenode(c.oid) END ORDER BY c.oid),"
    "  array_agg(pg_relation_size(c.oid) / current_setting('block_size')::bigint ORDER BY c.oid)"
    "  FROM tree JOIN pg_class c ON c.oid = tree.part LEFT JOIN pg_am m ON m.oid = c.relam"
    "  WHERE c.relkind <> 'p' $parts$;"
    "CREATE OR REPLACE FUNCTION _tenon_kept.is_current(a _tenon_kept.under_way) RETURNS boolean"
    " LANGUAGE sql AS $current$ SELECT p.parts IS NOT DISTINCT FROM a.parts"
    "  AND p.files IS NOT DISTINCT FROM a.files FROM _tenon_kept.parts_of(a.origin) p $current$;";

/* A table of a megabyte is copied in a blink. */
static const char can_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.can_copy_ahead(t oid) RETURNS boolean"
    " LANGUAGE sql AS $can$ SELECT array_position(p.files, NULL) IS NULL"
    "  AND (SELECT sum(n) FROM unnest(p.pages) n) * current_setting('block_size')::bigint"
    "  >= 1048576 FROM _tenon_kept.parts_of(t) p $can$;";

static const char capture_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.capture(of_id bigint, parts oid[])"
    " RETURNS void LANGUAGE plpgsql AS $capture$"
    " DECLARE part oid;"
    " BEGIN"
    " EXECUTE format('CREATE FUNCTION _tenon_kept.capture_%1$s() RETURNS trigger LANGUAGE plpgsql"
    "  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ''BEGIN"
    "  IF TG_OP <> ''''INSERT'''' THEN"
    "   INSERT INTO _tenon_kept.log_%1$s VALUES (TG_RELID, OLD.ctid); END IF;"
    "  IF TG_OP <> ''''DELETE'''' THEN"
    "   INSERT INTO _tenon_kept.log_%1$s VALUES (TG_RELID, NEW.ctid); END IF;"
    "  RETURN NULL; END''', of_id);"
    " FOREACH part IN ARRAY parts LOOP"
    "  EXECUTE format('CREATE TRIGGER _tenon_kept_%1$s AFTER INSERT OR UPDATE OR DELETE ON %2$s"
    "   FOR EACH ROW EXECUTE FUNCTION _tenon_kept.capture_%1$s();"
    "   ALTER TABLE %2$s ENABLE ALWAYS TRIGGER _tenon_kept_%1$s', of_id, part::regclass);"
    " END LOOP;"
    " END $capture$;";

/* The lock keeps writers out of all parts for the blink until the commit. NULL: nothing is to be
 * copied ahead. */
static const char begin_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.begin_ahead(of_migration text, named text,"
    " wanted text[]) RETURNS bigint LANGUAGE plpgsql AS $begin$"
    " DECLARE t regclass := to_regclass(named); p record; made _tenon_kept.under_way;"
    " new_id bigint; tree record;"
    " BEGIN"
    " IF t IS NULL THEN RETURN NULL; END IF;"
    " LOCK TABLE _tenon_kept.under_way IN SHARE ROW EXCLUSIVE MODE;"
    " SELECT * INTO p FROM _tenon_kept.plan(t, wanted);"
    " SELECT a.* INTO made FROM _tenon_kept.under_way a WHERE a.migration = of_migration"
    "  AND a.origin = t AND a.kind = p.kind AND a.columns = p.lost AND a.types = p.types;"
    " IF FOUND THEN"
    "  IF made.is_used THEN RETURN NULL; END IF;"
    "  IF _tenon_kept.is_current(made) THEN RETURN made.id; END IF;"
    "  PERFORM _tenon_kept.drop_ahead(made);"
    " END IF;"
    " IF p.lost = '{}' OR NOT _tenon_kept.can_copy_ahead(t) THEN RETURN NULL; END IF;"
    " new_id := nextval(pg_get_serial_sequence('_tenon_kept.list', 'id'));"
    " EXECUTE format('LOCK TABLE %3$s IN SHARE ROW EXCLUSIVE MODE;"
    "  CREATE TABLE _tenon_kept.kept_%1$s AS SELECT tableoid AS _tenon_part, ctid AS _tenon_row,"
    "   %2$s FROM %3$s LIMIT 0;"
    "  CREATE INDEX kept_%1$s_row ON _tenon_kept.kept_%1$s (_tenon_part, _tenon_row);"
    "  CREATE TABLE _tenon_kept.log_%1$s (part oid NOT NULL, place tid NOT NULL)',"
    "  new_id, p.expressions, t);"
    " SELECT * INTO tree FROM _tenon_kept.parts_of(t);"
    " PERFORM _tenon_kept.capture(new_id, tree.parts);"
    " INSERT INTO _tenon_kept.under_way (id, migration, origin, kind, keys, columns, types,"
    "  expressions, condition, parts, files, pages) VALUES (new_id, of_migration, t, p.kind,"
    "  p.keys, p.lost, p.types, p.expressions, p.condition, tree.parts, tree.files, tree.pages);"
    " RETURN new_id;"
    " END $begin$;";

/* Some more pages, which shall take 50 ms or so; false when there are none. */
static const char copy_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.copy_pages(of_id bigint) RETURNS boolean"
    " LANGUAGE plpgsql SET row_security = off AS $copy$"
    " DECLARE a _tenon_kept.under_way; n bigint; is_over boolean;"
    "  begun timestamptz := clock_timestamp();"
    " BEGIN"
    " SELECT * INTO a FROM _tenon_kept.under_way WHERE id = of_id FOR UPDATE;"
    " IF NOT FOUND OR a.is_used OR a.part > cardinality(a.parts)"
    "  OR NOT _tenon_kept.is_current(a) THEN RETURN false; END IF;"
    " EXECUTE format('INSERT INTO _tenon_kept.kept_%s SELECT tableoid, ctid, %s FROM ONLY %s"
    "  WHERE ctid >= %L::tid AND ctid < %L::tid AND %s', of_id, a.expressions,"
    "  a.parts[a.part]::regclass, format('(%s,0)', a.page), format('(%s,0)', a.page + a.step),"
    "  a.condition);"
    " GET DIAGNOSTICS n = ROW_COUNT;"
    " is_over := a.page + a.step >= a.pages[a.part];"
    " UPDATE _tenon_kept.under_way SET row_count = row_count + n,"
    "  part = CASE WHEN is_over THEN part + 1 ELSE part END,"
    "  page = CASE WHEN is_over THEN 0 ELSE page + step END,"
    "  step = CASE WHEN clock_timestamp() - begun > interval '50 ms'"
    "   THEN greatest(step / 2, 1) ELSE least(step * 2, 1024) END WHERE id = of_id;"
    " RETURN true;"
    " END $copy$;";

/* One statement a part, so that what it reads of log and table belongs together. Rows are looked up
 * by their places, whatever the planner guesses of tables that were filled a moment ago. How many
 * notes there were. */
static const char follow_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.follow_part(a _tenon_kept.under_way, part oid,"
    " OUT noted bigint, OUT more bigint)"
    " LANGUAGE plpgsql SET row_security = off SET enable_seqscan = off AS $part$"
    " BEGIN"
    " EXECUTE format('WITH taken AS (DELETE FROM _tenon_kept.log_%1$s WHERE part = %2$s"
    "   RETURNING place),"
    "  noted AS (SELECT array_agg(DISTINCT place) AS places, count(*) AS n FROM taken),"
    "  gone AS (DELETE FROM _tenon_kept.kept_%1$s WHERE _tenon_part = %2$s"
    "   AND _tenon_row = ANY ((SELECT places FROM noted)::tid[]) RETURNING 1),"
    "  here AS (INSERT INTO _tenon_kept.kept_%1$s SELECT tableoid, ctid, %3$s FROM ONLY %4$s"
    "   WHERE ctid = ANY ((SELECT places FROM noted)::tid[]) AND %5$s RETURNING 1)"
    "  SELECT n, (SELECT count(*) FROM here) - (SELECT count(*) FROM gone) FROM noted',"
    "  a.id, part, a.expressions, part::regclass, a.condition) INTO noted, more;"
    " END $part$;"
    "CREATE OR REPLACE FUNCTION _tenon_kept.follow(of_id bigint) RETURNS bigint"
    " LANGUAGE plpgsql AS $follow$"
    " DECLARE a _tenon_kept.under_way; touched oid[]; n bigint; more bigint;"
    " BEGIN"
    " SELECT * INTO a FROM _tenon_kept.under_way WHERE id = of_id FOR UPDATE;"
    " IF NOT FOUND OR a.is_used OR NOT _tenon_kept.is_current(a) THEN RETURN 0; END IF;"
    " EXECUTE format('SELECT array_agg(DISTINCT part) FROM _tenon_kept.log_%s', of_id)"
    "  INTO touched;"
    " SELECT coalesce(sum(f.noted), 0), coalesce(sum(f.more), 0) INTO n, more"
    "  FROM unnest(touched) part, _tenon_kept.follow_part(a, part) f;"
    " UPDATE _tenon_kept.under_way SET row_count = row_count + more WHERE id = of_id;"
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
    "  ALTER TABLE _tenon_kept.kept_%1$s DROP COLUMN _tenon_part, DROP COLUMN _tenon_row', of_id);"
    " UPDATE _tenon_kept.under_way a SET is_used = true WHERE a.id = of_id"
    "  RETURNING a.row_count INTO n;"
    " RETURN n;"
    " END $take$;";

static const char drop_sql[] =
    "CREATE OR REPLACE FUNCTION _tenon_kept.drop_ahead(a _tenon_kept.under_way) RETURNS void"
    " LANGUAGE plpgsql AS $drop$"
    " DECLARE part regclass;"
    " BEGIN"
    " FOR part IN SELECT g.tgrelid FROM pg_trigger g WHERE g.tgname = '_tenon_kept_' || a.id LOOP"
    "  EXECUTE format('DROP TRIGGER _tenon_kept_%s ON %s', a.id, part);"
    " END LOOP;"
    " EXECUTE format('DROP FUNCTION IF EXISTS _tenon_kept.capture_%1$s();"
    "  DROP TABLE IF EXISTS _tenon_kept.log_%1$s', a.id);"
    " IF NOT a.is_used THEN"
    "  EXECUTE format('DROP TABLE IF EXISTS _tenon_kept.kept_%1$s', a.id);"
    " END IF;"
    " DELETE FROM _tenon_kept.under_way WHERE id = a.id;"
    " END $drop$;";

/* What is left of copies of this migration, or of those of all others. Where somebody is in the way
 * for long the next migration does it. */
static const char forget_sql[] =
    "CREATE OR REPLACE PROCEDURE _tenon_kept.forget(of_migration text, is_of boolean)"
    " LANGUAGE plpgsql AS $forget$"
    " DECLARE a _tenon_kept.under_way; is_gone boolean;"
    " BEGIN"
    " FOR a IN SELECT * FROM _tenon_kept.under_way WHERE (migration = of_migration) = is_of LOOP"
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

const char *const migrate_ahead_sql[] = {table_sql, parts_sql, can_sql,    capture_sql,
                                         drop_sql,  begin_sql, copy_sql,   follow_sql,
                                         ahead_sql, take_sql,  forget_sql, NULL};
