/* The switch: the shadow takes the table's place, in one transaction of some milliseconds; those of
 * several tables in the same one.
 *
 * Under the lock the last entries of the log are followed, then everything that hangs on the table
 * by its oid is told to the server anew for the shadow. Its definitions are read before the names
 * change and run afterwards, so they mean the new table by the old name. Foreign keys come as NOT
 * VALID, which needs no look at the rows, and are validated when the lock is gone. */
#include "rewrite/inside.h"

#include "db/db.h"

#include <stdio.h>

/* Foreign keys of others stand in the way of nothing yet, but would go on pointing at the old
 * table. */
static const char before_sql[] =
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname)"
    " FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = {oid} AND k.conrelid <> {oid}"
    " AND k.conparentid = 0 UNION ALL "
    "SELECT format('ALTER STATISTICS %I.%I RENAME TO _tenon_o_%s', n.nspname, x.stxname, x.oid)"
    " FROM pg_statistic_ext x JOIN pg_namespace n ON n.oid = x.stxnamespace"
    " WHERE x.stxrelid = {oid}";

/* The locks that it takes, in one order for all. */
static const char lock_sql[] =
    "SELECT 'LOCK TABLE ' || string_agg(rel::regclass::text, ', ' ORDER BY rel)"
    " || ' IN ACCESS EXCLUSIVE MODE' FROM (SELECT {oid}::oid AS rel UNION"
    " SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = {oid}) l";

/* Names of indexes, with those of their constraints, and of the sequences of identities. */
static const char names_sql[] =
    "SELECT sql FROM (SELECT 1, format('ALTER INDEX %s RENAME TO _tenon_o_%s',"
    " i.indexrelid::regclass, i.indexrelid) FROM pg_index i WHERE i.indrelid = {oid} UNION ALL "
    "SELECT 2, format('ALTER INDEX %s.%I RENAME TO %I', '{space}', p.made, c.relname)"
    " FROM {parts} p JOIN pg_class c ON p.made = '_tenon_i_' || c.oid"
    " WHERE p.step IN ('key', 'index') UNION ALL "
    "SELECT 3, 'ALTER TABLE {table} RENAME TO {bare_old}' UNION ALL "
    "SELECT 4, 'ALTER TABLE {shadow} RENAME TO {bare_table}' UNION ALL "
    "SELECT 5, format('SELECT setval(%L, last_value, is_called) FROM %s',"
    " pg_get_serial_sequence('{shadow}', a.attname),"
    " pg_get_serial_sequence('{table}', a.attname)) FROM pg_attribute a JOIN pg_attribute b"
    " ON b.attrelid = '{shadow}'::regclass AND b.attname = a.attname AND b.attidentity <> ''"
    " WHERE a.attrelid = {oid} AND a.attidentity <> '' UNION ALL "
    "SELECT 6, format('ALTER SEQUENCE %s RENAME TO _tenon_o_%s',"
    " pg_get_serial_sequence('{table}', a.attname),"
    " pg_get_serial_sequence('{table}', a.attname)::regclass::oid) FROM pg_attribute a"
    " WHERE a.attrelid = {oid} AND a.attidentity <> '' UNION ALL "
    "SELECT 7, format('ALTER SEQUENCE %s RENAME TO %I',"
    " pg_get_serial_sequence('{shadow}', a.attname), c.relname) FROM pg_attribute a"
    " JOIN pg_attribute b ON b.attrelid = '{shadow}'::regclass AND b.attname = a.attname"
    " AND b.attidentity <> '' JOIN pg_class c"
    " ON c.oid = pg_get_serial_sequence('{table}', a.attname)::regclass"
    " WHERE a.attrelid = {oid} AND a.attidentity <> '') s (number, sql) ORDER BY number";

/* In this order, each query a kind of thing. */
static const char *const after_sql[] = {
    /* sequences of serial columns, which would go with the old table */
    "SELECT format('ALTER SEQUENCE %s OWNED BY {table%}.%I', d.objid::regclass, a.attname)"
    " FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'"
    " JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
    " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
    " AND d.refobjid = {oid} AND d.deptype = 'a' AND {has_column}",
    "SELECT format('ALTER SEQUENCE %s AS bigint', d.objid::regclass)"
    " FROM pg_depend d JOIN pg_sequence q ON q.seqrelid = d.objid AND q.seqtypid <> 'int8'::regtype"
    " JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
    " JOIN pg_attribute b ON b.attrelid = '{shadow}'::regclass AND b.attname = a.attname"
    " AND b.atttypid = 'int8'::regtype"
    " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
    " AND d.refobjid = {oid} AND d.deptype = 'a'",
    /* foreign keys, its own (those of dropped columns go with them) and those of others */
    "SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s%s', CASE WHEN k.conrelid = {oid}"
    " THEN '{table}' ELSE k.conrelid::regclass::text END, k.conname, pg_get_constraintdef(k.oid),"
    " CASE WHEN k.convalidated THEN ' NOT VALID' ELSE '' END)"
    " FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0"
    " AND (k.conrelid = {oid} OR k.confrelid = {oid}) AND (k.conrelid <> {oid} OR NOT EXISTS"
    " (SELECT FROM pg_attribute a WHERE a.attrelid = {oid} AND a.attnum = ANY (k.conkey)"
    " AND NOT {has_column}))",
    "SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgrelid = {oid}"
    " AND NOT t.tgisinternal AND t.tgfoid <> '{capture}'::regproc",
    "SELECT format('ALTER TABLE {table%} %s TRIGGER %I', CASE t.tgenabled WHEN 'D' THEN "
    "'DISABLE'"
    " WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, t.tgname) FROM pg_trigger t"
    " WHERE t.tgrelid = {oid} AND NOT t.tgisinternal AND t.tgenabled <> 'O'"
    " AND t.tgfoid <> '{capture}'::regproc",
    "SELECT format('CREATE POLICY %I ON {table%} AS %s FOR %s TO %s%s%s', p.polname,"
    " CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,"
    " CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'"
    " WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC'"
    " ELSE quote_ident(pg_get_userbyid(r)) END, ', ') FROM unnest(p.polroles) r),"
    " coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ''),"
    " coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''))"
    " FROM pg_policy p WHERE p.polrelid = {oid}",
    "SELECT 'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY' FROM pg_class WHERE oid = {oid}"
    " AND relrowsecurity",
    "SELECT 'ALTER TABLE {table} FORCE ROW LEVEL SECURITY' FROM pg_class WHERE oid = {oid}"
    " AND relforcerowsecurity",
    /* grants: what default privileges gave to the shadow is taken back first */
    "SELECT DISTINCT format('REVOKE ALL ON {table%} FROM %s', CASE WHEN g.grantee = 0"
    " THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END) FROM pg_class c,"
    " aclexplode(c.relacl) g WHERE c.oid = '{shadow}'::regclass AND (g.grantee <> c.relowner OR "
    "EXISTS"
    " (SELECT FROM pg_class t WHERE t.oid = {oid} AND t.relacl IS NOT NULL))",
    "SELECT format('GRANT %s ON {table%} TO %s%s', string_agg(g.privilege_type, ', '),"
    " CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,"
    " CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) FROM pg_class c,"
    " aclexplode(c.relacl) g WHERE c.oid = {oid}"
    " GROUP BY g.grantee, g.is_grantable",
    "SELECT format('GRANT %s (%I) ON {table%} TO %s%s', g.privilege_type, a.attname,"
    " CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,"
    " CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) FROM pg_attribute a,"
    " aclexplode(a.attacl) g WHERE a.attrelid = {oid} AND {has_column}",
    "SELECT 'ALTER TABLE {table} REPLICA IDENTITY ' || CASE c.relreplident WHEN 'f' THEN 'FULL'"
    " WHEN 'n' THEN 'NOTHING' ELSE format('USING INDEX %I', (SELECT x.relname FROM pg_index i"
    " JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = {oid} AND i.indisreplident)) END"
    " FROM pg_class c WHERE c.oid = {oid} AND c.relreplident <> 'd'",
    "SELECT format('CREATE STATISTICS %I.%I%s', n.nspname, x.stxname,"
    " substr(pg_get_statisticsobjdef(x.oid), length(format('CREATE STATISTICS %I.%I', n.nspname,"
    " x.stxname)) + 1)) FROM pg_statistic_ext x JOIN pg_namespace n ON n.oid = x.stxnamespace"
    " WHERE x.stxrelid = {oid}",
    "SELECT format('COMMENT ON TABLE {table%} IS %L', obj_description({oid}, 'pg_class'))"
    " WHERE obj_description({oid}, 'pg_class') IS NOT NULL",
    "SELECT format('COMMENT ON INDEX %s IS %L', i.indexrelid::regclass,"
    " obj_description(i.indexrelid, 'pg_class')) FROM pg_index i JOIN {parts} p"
    " ON p.made = '_tenon_i_' || i.indexrelid WHERE i.indrelid = {oid}"
    " AND obj_description(i.indexrelid, 'pg_class') IS NOT NULL",
    "SELECT format('COMMENT ON %s %I ON {table%} IS %L', o.kind, o.name, o.text) FROM ("
    "SELECT 'CONSTRAINT', k.conname, obj_description(k.oid, 'pg_constraint') FROM pg_constraint k"
    " WHERE k.conrelid = {oid} AND k.contype IN ('p', 'u', 'x') AND EXISTS (SELECT FROM {parts} p"
    " WHERE p.made = '_tenon_i_' || k.conindid) UNION ALL SELECT 'TRIGGER', t.tgname,"
    " obj_description(t.oid, 'pg_trigger') FROM pg_trigger t WHERE t.tgrelid = {oid}"
    " AND NOT t.tgisinternal) o (kind, name, text) WHERE o.text IS NOT NULL",
};

/* Noted for after the commit. */
static const char validations_sql[] =
    "WITH noted AS (INSERT INTO {parts} (step, made, sql) SELECT 'validate', k.conname,"
    " format('ALTER TABLE %s VALIDATE CONSTRAINT %I', CASE WHEN k.conrelid = {oid} THEN '{table}'"
    " ELSE k.conrelid::regclass::text END, k.conname) FROM pg_constraint k WHERE k.contype = 'f'"
    " AND k.conparentid = 0 AND k.convalidated AND (k.conrelid = {oid} OR k.confrelid = {oid})"
    " AND (k.conrelid <> {oid} OR NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = {oid}"
    " AND a.attnum = ANY (k.conkey) AND NOT {has_column})) RETURNING 1)"
    " SELECT count(*)::text FROM noted";

static const char capture_sql[] = "DROP TRIGGER IF EXISTS {bare_capture} ON {table};\n"
                                  "DROP TRIGGER IF EXISTS {bare_lost} ON {table};\n";

/* What is going to be run, read before anybody has to wait. */
typedef struct switch_plan {
    rows view_locks, locks, before, names, after[TENON__COUNT(after_sql)], views, publications;
} switch_plan;

static bool read_plan(rewriter *r, switch_plan *p)
{
    for (size_t i = 0; i < TENON__COUNT(after_sql); i++)
        if (!rewrite_read(r, after_sql[i], 1, NULL, 0, &p->after[i]))
            return false;
    return rewrite_read(r, rewrite_view_locks_sql, 1, NULL, 0, &p->view_locks) &&
           rewrite_read(r, rewrite_views_sql, 1, NULL, 0, &p->views) &&
           rewrite_read(r, rewrite_publications_sql, 1, NULL, 0, &p->publications) &&
           rewrite_read(r, lock_sql, 1, NULL, 0, &p->locks) &&
           rewrite_read(r, before_sql, 1, NULL, 0, &p->before) &&
           rewrite_read(r, names_sql, 1, NULL, 0, &p->names);
}

/* What the caller does with it means names as the caller's sessions do. */
static bool run_given(rewriter *r)
{
    const char *sql = r->options->with_switch;
    return !sql ||
           (tenon_execute(r->s, "SET LOCAL search_path TO DEFAULT") && tenon_execute(r->s, sql) &&
            tenon_execute(r->s, "SET LOCAL search_path = pg_catalog"));
}

static void add_statements(tenon__buf *sql, const rows *statements)
{
    for (size_t i = 0; i < statements->count; i++)
        tenon__buf_format(sql, "%s;\n", rows_cell(statements, i, 0));
}

/* In one round trip: each would be time that everybody waits. */
static bool take_over(rewriter *r, const switch_plan *p)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    const char *without_capture = rewrite_expand(r, capture_sql);
    tenon__buf_text(&sql, without_capture ? without_capture : "");
    add_statements(&sql, &p->before);
    add_statements(&sql, &p->names);
    for (size_t i = 0; i < TENON__COUNT(after_sql); i++)
        add_statements(&sql, &p->after[i]);
    add_statements(&sql, &p->views);
    add_statements(&sql, &p->publications);
    if (sql.failed)
        return tenon__fail_no_memory(tenon__session_error(r->s));
    return without_capture && tenon_execute(r->s, sql.data) && run_given(r) &&
           rewrite_set_phase(r, "validate");
}

/* The first lock keeps away only who would change the table's definition. */
static bool read_switch(rewriter *r)
{
    const char *noted;
    tenon__arena_clear(&r->scratch);
    r->plan = tenon__arena_array(&r->scratch, 1, sizeof *r->plan);
    if (!r->plan)
        return tenon__fail_no_memory(tenon__session_error(r->s));
    return rewrite_execute(r, "SET LOCAL search_path = pg_catalog;"
                              " LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE") &&
           read_plan(r, r->plan) && rewrite_ask(r, validations_sql, NULL, 0, &noted);
}

static bool take_locks(rewriter *r)
{
    return rewrite_execute_each(r, &r->plan->view_locks) &&
           rewrite_execute_each(r, &r->plan->locks);
}

static bool take_place(rewriter *r)
{
    return rewrite_follow_under_lock(r) && take_over(r, r->plan);
}

static bool do_each(rewriter *first, bool (*step)(rewriter *r))
{
    bool is_done = true;
    for (rewriter *r = first; is_done && r; r = r->next)
        is_done = step(r);
    return is_done;
}

static bool switch_tables(rewriter *first)
{
    if (!do_each(first, read_switch) || !take_locks(first))
        return false;
    int64_t locked_us = tenon__monotonic_us();
    bool is_done = do_each(first->next, take_locks) && do_each(first, take_place);
    for (rewriter *r = first; r; r = r->next)
        r->result->locked_us = tenon__monotonic_us() - locked_us;
    return is_done;
}

bool rewrite_switch(rewriter *first)
{
    for (rewriter *r = first; r; r = r->next)
        rewrite_define(r, "has_column",
                       rewrite_expand(r, "EXISTS (SELECT FROM pg_attribute h WHERE h.attrelid ="
                                         " '{shadow}'::regclass AND h.attname = a.attname"
                                         " AND h.attnum > 0 AND NOT h.attisdropped)"));
    rewrite_tell(first, REWRITE_SWITCHES, 0, NULL);
    return rewrite_with_lock(first, REWRITE_SWITCHES, switch_tables);
}

/* ---- afterwards ---------------------------------------------------------------------------- */

static bool drop_old(rewriter *r)
{
    static const char *const drops[] = {
        "DROP TABLE IF EXISTS {log}",
        "DROP TABLE IF EXISTS {parts}",
        "DROP FUNCTION IF EXISTS {capture}()",
        "DROP FUNCTION IF EXISTS {lost}(text, text)",
    };
    if (!r->options->keeps_old && !rewrite_execute(r, "DROP TABLE IF EXISTS {old}"))
        return false;
    for (size_t i = 0; i < TENON__COUNT(drops); i++)
        if (!rewrite_execute(r, drops[i]))
            return false;
    return rewrite_forget(r);
}

static bool validate(rewriter *r)
{
    rows found;
    if (!rewrite_read(r, "SELECT sql FROM {parts} WHERE step = 'validate' ORDER BY number", 1, NULL,
                      0, &found))
        return false;
    rewrite_tell(r, REWRITE_VALIDATES, 0, NULL);
    return rewrite_execute_each(r, &found);
}

bool rewrite_finish(rewriter *r)
{
    if (!validate(r) || !rewrite_execute(r, "ANALYZE {table}") ||
        !rewrite_with_lock(r, REWRITE_VALIDATES, drop_old))
        return false;
    if (r->options->keeps_old)
        snprintf(r->result->old_table, sizeof r->result->old_table, "_tenon_old_%s", r->oid);
    return true;
}
