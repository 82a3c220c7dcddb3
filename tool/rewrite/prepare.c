/* The shadow of a table, the log of what is written meanwhile, and the note that says how far a
 * rewrite has come.
 *
 * All of it is made in one transaction, the triggers last: their lock waits for the writers that
 * are at work and keeps others out for the blink between it and the commit. From then on every row
 * that is written has its key in the log, so whatever the copy reads too early is read again. */
#include "rewrite/inside.h"

#include "db/db.h"
#include "render/render.h"

#include <stdlib.h>

/* What keeps a table from being rewritten: one reason a row. */
static const char refusals_sql[] =
    "SELECT why FROM ("
    "SELECT 1, 'it is a ' || CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'"
    " WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'relation of kind '"
    " || c.relkind::text END AS why FROM pg_class c WHERE c.oid = {oid} AND c.relkind <> 'r'"
    " UNION ALL "
    "SELECT 2, 'it is a partition' FROM pg_class c WHERE c.oid = {oid} AND c.relispartition"
    " UNION ALL "
    "SELECT 3, 'it takes part in inheritance' FROM pg_inherits WHERE (inhparent = {oid}"
    " OR inhrelid = {oid}) AND NOT EXISTS (SELECT FROM pg_class WHERE oid = {oid}"
    " AND relispartition) UNION ALL "
    "SELECT 4, 'it is of the type ' || reloftype::regtype FROM pg_class WHERE oid = {oid}"
    " AND reloftype <> 0 UNION ALL "
    "SELECT 5, format('constraint %s is NOT VALID: validate it first', quote_ident(conname))"
    " FROM pg_constraint WHERE conrelid = {oid} AND contype = 'c' AND NOT convalidated UNION ALL "
    "SELECT 6, format('index %s is not valid: drop it or build it anew first', "
    "indexrelid::regclass)"
    " FROM pg_index WHERE indrelid = {oid} AND NOT indisvalid UNION ALL "
    "SELECT 7, format('the publication %s has it without naming it, and would publish the copy',"
    " quote_ident(t.pubname)) FROM pg_publication_tables t JOIN pg_class c ON c.oid = {oid}"
    " AND c.relname = t.tablename JOIN pg_namespace s ON s.oid = c.relnamespace"
    " AND s.nspname = t.schemaname WHERE NOT EXISTS (SELECT FROM pg_publication_rel r"
    " JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = {oid}"
    " AND p.pubname = t.pubname) UNION ALL "
    "SELECT DISTINCT 8, pg_describe_object(CASE WHEN w.oid IS NULL THEN d.classid"
    " ELSE 'pg_class'::regclass END, coalesce(w.ev_class, d.objid), 0) || ' depends on it'"
    " FROM pg_depend d LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass"
    " AND w.oid = d.objid LEFT JOIN pg_class v ON v.oid = w.ev_class WHERE d.deptype = 'n'"
    " AND (v.relkind = 'v' AND w.rulename = '_RETURN') IS NOT TRUE"
    " AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = {oid}"
    " OR d.refclassid = 'pg_type'::regclass AND d.refobjid ="
    " (SELECT reltype FROM pg_class WHERE oid = {oid}))"
    " AND d.classid NOT IN ('pg_constraint'::regclass, 'pg_trigger'::regclass,"
    " 'pg_policy'::regclass, 'pg_class'::regclass, 'pg_attrdef'::regclass,"
    " 'pg_statistic_ext'::regclass, 'pg_publication_rel'::regclass) UNION ALL "
    "SELECT 9, 'it has no primary key, and no other unique key of columns that are never NULL'"
    " WHERE {key_index} IS NULL) AS reasons (number, why) ORDER BY number LIMIT 20";

/* The index whose columns identify a row: the primary key, or the narrowest that will do. */
static const char key_sql[] =
    "SELECT i.indexrelid::text FROM pg_index i WHERE i.indrelid = {oid} AND i.indisunique"
    " AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL"
    " AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = {oid} AND NOT a.attnotnull"
    " AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))"
    " ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1";

static const char key_columns_sql[] =
    "SELECT a.attname::text, format_type(a.atttypid, NULL), a.attnum::text FROM pg_index i,"
    " unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (number, place)"
    " JOIN pg_attribute a ON a.attrelid = {oid} AND a.attnum = k.number"
    " WHERE i.indexrelid = {key_index} ORDER BY k.place";

static const char *join_refusals(rewriter *r, const rows *found)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf list = {0};
    for (size_t i = 0; i < found->count; i++)
        tenon__buf_format(&list, "%s%s", i ? "; " : "", rows_cell(found, i, 0));
    return tenon__arena_text(&r->scratch, tenon__buf_string(&list));
}

static bool refuse(rewriter *r)
{
    rows found;
    if (!rewrite_read(r, refusals_sql, 1, NULL, 0, &found))
        return false;
    if (!found.count)
        return true;
    tenon_error *err = tenon__session_error(r->s);
    tenon__fail(err, TENON_UNSUPPORTED, "table %s cannot be rewritten online: %s", r->name,
                join_refusals(r, &found));
    tenon__hint(err, "nothing was changed");
    return false;
}

static bool read_key(rewriter *r)
{
    rows found;
    const char *index;
    if (!rewrite_ask(r, key_sql, NULL, 0, &index))
        return false;
    rewrite_define(r, "key_index", index ? index : "NULL::oid");
    if (!refuse(r) || !rewrite_read(r, key_columns_sql, 3, NULL, 0, &found))
        return false;
    if (found.count > REWRITE_KEY_MOST)
        return tenon__fail(tenon__session_error(r->s), TENON_UNSUPPORTED,
                           "the key of table %s has more than %d columns", r->name,
                           REWRITE_KEY_MOST);
    r->key_count = found.count;
    for (size_t i = 0; i < found.count; i++) {
        r->key_names[i] = tenon__arena_text(&r->arena, rows_cell(&found, i, 0));
        r->key_types[i] = tenon__arena_text(&r->arena, rows_cell(&found, i, 1));
    }
    rewrite_define(r, "key", rewrite_list(r, "", r->key_names, r->key_count, "", NULL));
    rewrite_define(r, "old_key", rewrite_list(r, "OLD.", r->key_names, r->key_count, "", NULL));
    rewrite_define(r, "new_key", rewrite_list(r, "NEW.", r->key_names, r->key_count, "", NULL));
    rewrite_define(r, "t_key", rewrite_list(r, "t.", r->key_names, r->key_count, "", NULL));
    rewrite_define(r, "l_key", rewrite_list(r, "l.", r->key_names, r->key_count, "", NULL));
    rewrite_define(r, "n_key", rewrite_list(r, "n.", r->key_names, r->key_count, "", NULL));
    rewrite_define(r, "key_texts", rewrite_list(r, "", r->key_names, r->key_count, "::text", NULL));
    return true;
}

/* {shadow} is "schema"."_tenon_new_16384", and so on: long names of tables leave room for all. */
static void define_name(rewriter *r, const char *space, const char *word, const char *prefix)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf quoted = {0};
    const char *bare = tenon__arena_format(&r->arena, "%s%s", prefix, r->oid);
    tenon__quote_table(&quoted, TENON_POSTGRESQL, space, bare, tenon__session_error(r->s));
    rewrite_define(r, word, tenon__buf_string(&quoted));
    tenon__buf_clear(&quoted);
    tenon__quote_identifier(&quoted, TENON_POSTGRESQL, bare, tenon__session_error(r->s));
    rewrite_define(r, tenon__arena_format(&r->arena, "bare_%s", word), tenon__buf_string(&quoted));
}

/* For the first argument of format(). */
static const char *double_percents(rewriter *r, const char *text)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf doubled = {0};
    for (; *text; text++)
        tenon__buf_text(&doubled, (char[]){*text, *text == '%' ? '%' : '\0', '\0'});
    return tenon__arena_text(&r->scratch, tenon__buf_string(&doubled));
}

static bool define_names(rewriter *r, const char *space)
{
    static const char *const names[][2] = {
        {"shadow", "_tenon_new_"},  {"log", "_tenon_log_"},         {"old", "_tenon_old_"},
        {"parts", "_tenon_parts_"}, {"capture", "_tenon_capture_"}, {"lost", "_tenon_lost_"}};
    TENON__CLEANUP(tenon__buf_release) tenon__buf quoted = {0};
    tenon_error *err = tenon__session_error(r->s);
    for (size_t i = 0; i < TENON__COUNT(names); i++)
        define_name(r, space, names[i][0], names[i][1]);
    tenon__quote_table(&quoted, TENON_POSTGRESQL, space, r->name, err);
    rewrite_define(r, "table", tenon__buf_string(&quoted));
    rewrite_define(r, "table%", double_percents(r, tenon__buf_string(&quoted)));
    tenon__buf_clear(&quoted);
    tenon__quote_table(&quoted, TENON_POSTGRESQL, space, "_tenon_rewrites", err);
    rewrite_define(r, "state", tenon__buf_string(&quoted));
    tenon__buf_clear(&quoted);
    tenon__quote_identifier(&quoted, TENON_POSTGRESQL, r->name, err);
    rewrite_define(r, "bare_table", tenon__buf_string(&quoted));
    tenon__buf_clear(&quoted);
    tenon__quote_identifier(&quoted, TENON_POSTGRESQL, space, err);
    rewrite_define(r, "space", tenon__buf_string(&quoted));
    return !quoted.failed && err->status == TENON_OK;
}

/* A rewrite that was killed after its switch has given the table's name to another table. */
static bool find_table(rewriter *r)
{
    rows found;
    const char *values[] = {r->options->namespace, r->options->table};
    if (!rewrite_read(r,
                      "SELECT c.oid::text, n.nspname::text, greatest(c.reltuples, 0)::bigint::text"
                      " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                      " WHERE n.nspname = coalesce($1::name, current_schema())"
                      " AND c.relname = $2::name",
                      3, values, 2, &found))
        return false;
    if (!found.count) {
        tenon_error *err = tenon__session_error(r->s);
        tenon__fail(err, TENON_MISUSE, "there is no table %s", r->options->table);
        return false;
    }
    const char *space = tenon__arena_text(&r->arena, rows_cell(&found, 0, 1));
    const char *state;
    r->oid = tenon__arena_text(&r->arena, rows_cell(&found, 0, 0));
    r->name = r->options->table;
    r->expected = strtoll(rows_cell(&found, 0, 2), NULL, 10);
    rewrite_define(r, "oid", r->oid);
    if (!define_names(r, space) ||
        !rewrite_ask(r, "SELECT to_regclass('{state}')::text", NULL, 0, &state))
        return false;
    if (!state)
        return true;
    if (!rewrite_ask(r, "SELECT old::text FROM {state} WHERE new = {oid}", NULL, 0, &state))
        return false;
    if (!state)
        return true;
    r->oid = tenon__arena_text(&r->arena, state);
    rewrite_define(r, "oid", r->oid);
    return define_names(r, space);
}

static bool open_guard(rewriter *r, tenon_db *db, tenon_error *err)
{
    const tenon_transaction_options options = {.idle_timeout_us = -1};
    r->guard = tenon_session_open(db, NULL);
    if (!r->guard)
        return tenon__fail_no_memory(err);
    if (tenon_begin_with(r->guard, &options))
        return true;
    *err = *tenon_session_error(r->guard);
    return false;
}

static bool take_guard(rewriter *r, tenon_error *err)
{
    static const char held[] = "another rewrite of the table is under way";
    rows_query query = {"SELECT pg_try_advisory_xact_lock(hashtextextended('tenon.rewrite.' || $1,"
                        " 0))::text",
                        1, &r->oid, 1};
    rows found = {0};
    if (!rows_read(r->guard, &query, &r->scratch, &found)) {
        *err = *tenon_session_error(r->guard);
        return false;
    }
    const char *taken = rows_first(&found);
    return (taken && taken[0] == 't') || tenon__fail(err, TENON_CONFLICT, "%s", held);
}

static bool open_session(rewriter *r, tenon_db *db, tenon_error *err)
{
    const tenon_session_options forever = {.deadline_us = -1};
    r->s = tenon_session_open(db, &forever);
    if (!r->s)
        return tenon__fail_no_memory(err);
    return tenon__session_dialect(r->s) == TENON_POSTGRESQL ||
           tenon__fail(err, TENON_UNSUPPORTED,
                       "only PostgreSQL needs a rewrite online; SQLite's tables are rebuilt in "
                       "the transaction of their migration");
}

bool rewrite_open(rewriter *first, tenon_db *db, tenon_error *err)
{
    if (!open_session(first, db, err) || !open_guard(first, db, err))
        return false;
    for (rewriter *r = first; r; r = r->next) {
        r->s = first->s;
        r->guard = first->guard;
        if (!find_table(r)) {
            *err = *tenon_session_error(r->s);
            return false;
        }
        if (!take_guard(r, err))
            return false;
    }
    return true;
}

void rewrite_close(rewriter *first)
{
    tenon_session_close(first->guard);
    tenon_session_close(first->s);
    for (rewriter *r = first; r; r = r->next) {
        tenon__arena_release(&r->scratch);
        tenon__arena_release(&r->arena);
    }
}

bool rewrite_set_phase(rewriter *r, const char *phase)
{
    r->phase = phase;
    const char *values[] = {phase};
    const char *done;
    return rewrite_ask(r,
                       "WITH done AS (UPDATE {state} SET phase = $1, changed_at = now()"
                       " WHERE old = {oid} RETURNING 1) SELECT count(*)::text FROM done",
                       values, 1, &done);
}

/* ---- making -------------------------------------------------------------------------------- */

static const char state_table_sql[] =
    "CREATE TABLE IF NOT EXISTS {state} (old oid PRIMARY KEY, new oid NOT NULL, name text NOT NULL,"
    " request text NOT NULL, phase text NOT NULL, last_key text, copied bigint NOT NULL DEFAULT 0,"
    " started_at timestamptz NOT NULL DEFAULT now(),"
    " changed_at timestamptz NOT NULL DEFAULT now())";

/* Everything but indexes, whose names are the table's until the switch, and statistics. */
static const char *const shadow_sql[] = {
    "CREATE TABLE {shadow} (LIKE {table} INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)",
    "CREATE TABLE {log} AS SELECT {key} FROM {table} LIMIT 0",
    "ALTER TABLE {log} ADD COLUMN is_truncate boolean NOT NULL DEFAULT false,"
    " ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "CREATE TABLE {parts} (number bigint GENERATED ALWAYS AS IDENTITY, step text NOT NULL,"
    " made text NOT NULL, sql text NOT NULL)",
    "CREATE FUNCTION {capture}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
    " SET search_path = pg_catalog, pg_temp AS $tenon$ BEGIN"
    " IF TG_OP = 'TRUNCATE' THEN INSERT INTO {log} (is_truncate) VALUES (true); RETURN NULL; END "
    "IF;"
    " IF TG_OP <> 'INSERT' THEN INSERT INTO {log} ({key}) VALUES ({old_key}); END IF;"
    " IF TG_OP = 'INSERT' THEN INSERT INTO {log} ({key}) VALUES ({new_key});"
    " ELSIF TG_OP = 'UPDATE' THEN IF ROW({new_key}) IS DISTINCT FROM ROW({old_key}) THEN"
    " INSERT INTO {log} ({key}) VALUES ({new_key}); END IF; END IF;"
    " RETURN NULL; END $tenon$",
    "CREATE FUNCTION {lost}(name text, value text) RETURNS text LANGUAGE plpgsql"
    " AS $tenon$ BEGIN RAISE EXCEPTION 'the value % of column % would change', value, name"
    " USING ERRCODE = 'data_exception'; END $tenon$",
};

/* What LIKE leaves out: owner, tablespace, storage parameters, how much is known of columns. */
static const char like_rest_sql[] =
    "SELECT format('ALTER TABLE %s OWNER TO %I', '{shadow}', pg_get_userbyid(c.relowner))"
    " FROM pg_class c WHERE c.oid = {oid} UNION ALL "
    "SELECT format('ALTER TABLE %s SET TABLESPACE %I', '{shadow}', t.spcname) FROM pg_class c"
    " JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE c.oid = {oid} UNION ALL "
    "SELECT format('ALTER TABLE %s SET UNLOGGED', '{shadow}') FROM pg_class c WHERE c.oid = {oid}"
    " AND c.relpersistence = 'u' UNION ALL "
    "SELECT format('ALTER TABLE %s SET (%s)', '{shadow}', o) FROM pg_class c, unnest(c.reloptions)"
    " o WHERE c.oid = {oid} UNION ALL "
    "SELECT format('ALTER TABLE %s SET (toast.%s)', '{shadow}', o) FROM pg_class c JOIN pg_class t"
    " ON t.oid = c.reltoastrelid, unnest(t.reloptions) o WHERE c.oid = {oid} UNION ALL "
    "SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', '{shadow}', a.attname,"
    " a.attstattarget) FROM pg_attribute a WHERE a.attrelid = {oid} AND a.attnum > 0"
    " AND a.attstattarget >= 0 AND NOT a.attisdropped UNION ALL "
    "SELECT format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', '{shadow}', a.attname, o)"
    " FROM pg_attribute a, unnest(a.attoptions) o WHERE a.attrelid = {oid} AND a.attnum > 0"
    " AND NOT a.attisdropped";

static const char *const triggers_sql[] = {
    "CREATE TRIGGER {bare_capture} AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
    " EXECUTE FUNCTION {capture}()",
    "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {bare_capture}",
    "CREATE TRIGGER {bare_lost} AFTER TRUNCATE ON {table} FOR EACH STATEMENT"
    " EXECUTE FUNCTION {capture}()",
    "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {bare_lost}",
};

static const char *request_text(rewriter *r)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    for (size_t i = 0; i < r->options->change_count; i++)
        tenon__buf_format(&text, "%s%s", i ? ", " : "", r->options->changes[i]);
    for (size_t i = 0; i < r->options->value_count; i++)
        tenon__buf_format(&text, "; %s = %s", r->options->values[i].column,
                          r->options->values[i].expression);
    return tenon__arena_text(&r->arena, tenon__buf_string(&text));
}

/* Names in it mean what they mean to the caller's sessions. */
static bool run_changes(rewriter *r)
{
    bool is_done = rewrite_execute(r, "SET LOCAL search_path TO DEFAULT");
    for (size_t i = 0; is_done && i < r->options->change_count; i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
        const char *head = rewrite_expand(r, "ALTER TABLE {shadow} ");
        tenon__buf_text(&sql, head ? head : "");
        tenon__buf_text(&sql, r->options->changes[i]);
        is_done = head && tenon_execute(r->s, tenon__buf_string(&sql));
    }
    return is_done && rewrite_execute(r, "SET LOCAL search_path = pg_catalog");
}

bool rewrite_change_shadow(rewriter *r)
{
    if (!run_changes(r))
        return false;
    const char *shadow;
    if (!rewrite_ask(r, "SELECT to_regclass('{shadow}')::oid::text", NULL, 0, &shadow))
        return false;
    if (!shadow)
        return tenon__fail(tenon__session_error(r->s), TENON_UNSUPPORTED,
                           "a rewrite cannot give the table another name or schema");
    return rewrite_check_views(r);
}

static bool note_state(rewriter *r)
{
    const char *values[] = {r->name, request_text(r)};
    const char *done;
    return rewrite_ask(r,
                       "WITH made AS (INSERT INTO {state} (old, new, name, request, phase) VALUES"
                       " ({oid}, to_regclass('{shadow}'), $1, $2, 'copy') RETURNING 1)"
                       " SELECT count(*)::text FROM made",
                       values, 2, &done);
}

static bool make_all(rewriter *r)
{
    rows statements;
    if (!rewrite_execute(r, state_table_sql))
        return false;
    for (size_t i = 0; i < TENON__COUNT(shadow_sql); i++)
        if (!rewrite_execute(r, shadow_sql[i]))
            return false;
    if (!rewrite_read(r, like_rest_sql, 1, NULL, 0, &statements) ||
        !rewrite_execute_each(r, &statements) || !rewrite_note_indexes(r) || !note_state(r))
        return false;
    for (size_t i = 0; i < TENON__COUNT(triggers_sql); i++)
        if (!rewrite_execute(r, triggers_sql[i]))
            return false;
    r->phase = "copy";
    return true;
}

static bool check_request(rewriter *r, const char *noted)
{
    const char *wanted = request_text(r);
    if (!strcmp(noted, wanted))
        return true;
    tenon_error *err = tenon__session_error(r->s);
    tenon__fail(err, TENON_CONFLICT, "table %s is being rewritten for another change: %s", r->name,
                noted);
    tenon__hint(err, "run that again to finish it, or cancel it first");
    return false;
}

bool rewrite_prepare(rewriter *r)
{
    rows found = {0};
    const char *state;
    if (!rewrite_ask(r, "SELECT to_regclass('{state}')::text", NULL, 0, &state) ||
        (state && !rewrite_read(r, "SELECT request, phase, last_key FROM {state} WHERE old = {oid}",
                                3, NULL, 0, &found)))
        return false;
    if (!found.count) {
        rewrite_tell(r, REWRITE_PREPARES, 0, NULL);
        return read_key(r) && rewrite_with_lock(r, REWRITE_PREPARES, make_all);
    }
    r->result->has_resumed = true;
    r->phase = tenon__arena_text(&r->arena, rows_cell(&found, 0, 1));
    const char *last = rows_cell(&found, 0, 2);
    r->last = last ? tenon__arena_text(&r->arena, last) : NULL;
    bool is_switched = !strcmp(r->phase, "validate");
    return check_request(r, rows_cell(&found, 0, 0)) && (is_switched || read_key(r));
}
