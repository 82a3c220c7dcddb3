/* What PostgreSQL has and the schema language has no word for: one question, a part of it for each
 * kind, each row with the statement that makes the object again.
 *
 * The parts below answer with kind, namespace, name, table, definition. Where the server can print
 * a definition itself it does; the others are put together from its catalogues. */
#include "catalogue/postgresql.h"
#include "catalogue/read.h"

#define UNION " UNION ALL "
#define IN_NAMESPACES(column) column " = ANY ($1::oid[])"
#define ROLE(oid)                                                                                  \
    "CASE WHEN " oid " = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(" oid ")) END"

/* ---- on tables ------------------------------------------------------------------------------- */

#define ON_TABLES                                                                                  \
    " JOIN pg_class c ON c.oid = x.relation JOIN pg_namespace n ON n.oid = c.relnamespace"         \
    " WHERE " IN_NAMESPACES("c.relnamespace") NOT_OF_EXTENSION("pg_class", "c.oid")

static const char on_tables_sql[] =
    "WITH x AS MATERIALIZED (SELECT 'trigger' AS kind, t.tgrelid AS relation, t.tgname AS name, "
    "false AS setting,"
    " pg_get_triggerdef(t.oid) || coalesce(format(E';\\nALTER TABLE %s %s TRIGGER %I',"
    " t.tgrelid::regclass, CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'"
    " WHEN 'A' THEN 'ENABLE ALWAYS' END, t.tgname), '') AS definition"
    " FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled <> 'O'" UNION
    "SELECT 'trigger', t.tgrelid, t.tgname, false, pg_get_triggerdef(t.oid)"
    " FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled = 'O'" UNION
    "SELECT 'policy', p.polrelid, p.polname, false,"
    " format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s', p.polname, pn.nspname, pc.relname,"
    " CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,"
    " CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'"
    " WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,"
    " (SELECT string_agg(" ROLE(
        "r.oid") ", ', ' ORDER BY r.oid) FROM unnest(p.polroles) r(oid)))"
                 " || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')"
                 " || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', "
                 "'')"
                 " FROM pg_policy p JOIN pg_class pc ON pc.oid = p.polrelid"
                 " JOIN pg_namespace pn ON pn.oid = pc.relnamespace" UNION
                 "SELECT 'rule', w.ev_class, w.rulename, false, rtrim(pg_get_ruledef(w.oid), ';')"
                 " FROM pg_rewrite w WHERE w.rulename <> '_RETURN'" UNION
                 "SELECT 'statistics', s.stxrelid, s.stxname, false, pg_get_statisticsobjdef(s.oid)"
                 " FROM pg_statistic_ext s" UNION
                 "SELECT 'row security', k.oid, k.relname, true, 'ENABLE ROW LEVEL SECURITY'"
                 " FROM pg_class k WHERE k.relrowsecurity" UNION
                 "SELECT 'forced row security', k.oid, k.relname, true, 'FORCE ROW LEVEL SECURITY'"
                 " FROM pg_class k WHERE k.relforcerowsecurity" UNION
                 "SELECT 'storage parameters', k.oid, k.relname, true,"
                 " format('SET (%s)', (SELECT string_agg(format('%s = %L', o.option_name, "
                 "o.option_value), ', ')"
                 " FROM pg_options_to_table(k.reloptions) o))"
                 " FROM pg_class k WHERE k.reloptions IS NOT NULL AND k.relkind IN ('r', 'p', 'v', "
                 "'m')" UNION "SELECT 'inheritance', h.inhrelid, h.inhparent::regclass::text, true,"
                 " format('INHERIT %s', h.inhparent::regclass) FROM pg_inherits h JOIN pg_class k"
                 " ON k.oid = h.inhrelid WHERE NOT k.relispartition AND k.relkind IN ('r', "
                 "'f')" UNION
                 "SELECT 'replica identity', k.oid, k.relname, true, CASE k.relreplident"
                 " WHEN 'f' THEN 'REPLICA IDENTITY FULL' WHEN 'n' THEN 'REPLICA IDENTITY NOTHING' "
                 "ELSE"
                 " (SELECT format('REPLICA IDENTITY USING INDEX %I', ic.relname) FROM pg_index i"
                 " JOIN pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = k.oid AND "
                 "i.indisreplident) END"
                 " FROM pg_class k WHERE k.relkind IN ('r', 'p') AND k.relreplident IN ('f', 'n', "
                 "'i')"
                 ") SELECT x.kind, n.nspname::text, x.name::text, c.relname::text,"
                 " CASE WHEN x.setting THEN format('ALTER TABLE %I.%I %s', n.nspname, c.relname, "
                 "x.definition)"
                 " ELSE x.definition END FROM x" ON_TABLES " ORDER BY 1, 2, 3, 4";

/* ---- types, functions, sequences ------------------------------------------------------------- */

#define TYPES " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
#define OF_TYPES IN_NAMESPACES("t.typnamespace") NOT_OF_EXTENSION("pg_type", "t.oid")

static const char types_sql[] =
    "SELECT 'domain', n.nspname::text, t.typname::text, NULL,"
    " format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname,"
    " format_type(t.typbasetype, t.typtypmod))"
    " || CASE WHEN t.typcollation <> b.typcollation THEN"
    " (SELECT format(' COLLATE %I.%I', ln.nspname, l.collname) FROM pg_collation l"
    " JOIN pg_namespace ln ON ln.oid = l.collnamespace WHERE l.oid = t.typcollation) ELSE '' END"
    " || coalesce(' DEFAULT ' || t.typdefault, '')"
    " || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END"
    " || coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', o.conname,"
    " pg_get_constraintdef(o.oid)), '' ORDER BY o.conname) FROM pg_constraint o"
    " WHERE o.contypid = t.oid AND o.contype = 'c'), '')" TYPES
    " JOIN pg_type b ON b.oid = t.typbasetype WHERE t.typtype = 'd' AND " OF_TYPES UNION
    "SELECT 'composite type', n.nspname::text, t.typname::text, NULL,"
    " format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,"
    " (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '"
    " ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0"
    " AND NOT a.attisdropped))" TYPES
    " JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' WHERE t.typtype = 'c' AND " OF_TYPES
        UNION "SELECT 'range type', n.nspname::text, t.typname::text, NULL,"
    " format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s', n.nspname, t.typname,"
    " format_type(r.rngsubtype, NULL))"
    " || CASE WHEN p.opcdefault THEN '' ELSE format(', SUBTYPE_OPCLASS = %I', p.opcname) END"
    " || CASE WHEN r.rngcanonical <> 0 THEN ', CANONICAL = ' || r.rngcanonical ELSE '' END"
    " || CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff ELSE '' END || "
    "')'" TYPES " JOIN pg_range r ON r.rngtypid = t.oid JOIN pg_opclass p ON p.oid = r.rngsubopc"
    " WHERE t.typtype = 'r' AND " OF_TYPES UNION
    "SELECT 'base type', n.nspname::text, t.typname::text, NULL, NULL" TYPES
    " WHERE t.typtype = 'b' AND t.typsubscript <> 'array_subscript_handler'::regproc AND " OF_TYPES
    " ORDER BY 1, 2, 3";

static const char functions_sql[] =
    "SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,"
    " n.nspname::text, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),"
    " NULL, CASE WHEN p.prokind <> 'a' THEN rtrim(pg_get_functiondef(p.oid), E'\\n') ELSE"
    " format('CREATE AGGREGATE %I.%I(%s) (SFUNC = %s, STYPE = %s', n.nspname, p.proname,"
    " CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END, a.aggtransfn,"
    " format_type(a.aggtranstype, NULL))"
    " || CASE WHEN a.aggtransspace <> 0 THEN ', SSPACE = ' || a.aggtransspace ELSE '' END"
    " || CASE WHEN a.aggfinalfn <> 0 THEN ', FINALFUNC = ' || a.aggfinalfn ELSE '' END"
    " || CASE WHEN a.aggfinalextra THEN ', FINALFUNC_EXTRA' ELSE '' END"
    " || CASE WHEN a.aggcombinefn <> 0 THEN ', COMBINEFUNC = ' || a.aggcombinefn ELSE '' END"
    " || coalesce(format(', INITCOND = %L', a.agginitval), '')"
    " || CASE WHEN a.aggsortop <> 0 THEN ', SORTOP = OPERATOR(' || a.aggsortop::regoperator::text"
    " || ')' ELSE '' END"
    " || CASE p.proparallel WHEN 's' THEN ', PARALLEL = SAFE' WHEN 'r' THEN"
    " ', PARALLEL = RESTRICTED' ELSE '' END || ')' END"
    " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid WHERE " IN_NAMESPACES(
        "p.pronamespace") " AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = "
                          "'pg_proc'::regclass"
                          " AND e.objid = p.oid AND e.deptype IN ('e', 'i')) ORDER BY 1, 2, 3";

/* Sequences of nobody, and those of columns that do not count one by one from one. */
#define OPTIONS                                                                                    \
    "format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s', s.seqincrement,"   \
    " s.seqmin, s.seqmax, s.seqstart, s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)"
#define OWNERS                                                                                     \
    "pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid"                       \
    " AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')"

static const char sequences_sql[] =
    "SELECT 'sequence', n.nspname::text, c.relname::text, NULL,"
    " format('CREATE SEQUENCE %I.%I AS %s %s', n.nspname, c.relname,"
    " format_type(s.seqtypid, NULL), " OPTIONS ") FROM pg_sequence s"
    " JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE " IN_NAMESPACES("c.relnamespace") NOT_OF_EXTENSION(
        "pg_class", "c.oid") " AND NOT EXISTS (SELECT FROM " OWNERS ")" UNION
                             "SELECT 'sequence options', n.nspname::text, c.relname::text,"
                             " (SELECT t.relname::text FROM pg_class t WHERE t.oid ="
                             " (SELECT o.refobjid FROM " OWNERS " LIMIT 1)),"
                             " format('ALTER SEQUENCE %I.%I %s', n.nspname, c.relname, " OPTIONS
                             ") FROM pg_sequence s"
                             " JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid "
                             "= c.relnamespace"
                             " WHERE " IN_NAMESPACES(
                                 "c.relnamespace") " AND EXISTS (SELECT FROM " OWNERS ")"
                                                   " AND (s.seqincrement <> 1 OR s.seqmin <> 1 OR "
                                                   "s.seqstart <> 1 OR s.seqcache <> 1"
                                                   " OR s.seqcycle) ORDER BY 1, 2, 3";

/* ---- of the whole database, and rare --------------------------------------------------------- */

static const char database_sql[] =
    "SELECT 'event trigger', NULL::text, t.evtname::text, NULL::text,"
    " format('CREATE EVENT TRIGGER %I ON %I', t.evtname, t.evtevent)"
    " || coalesce(format(' WHEN TAG IN (%s)',"
    " (SELECT string_agg(quote_literal(g), ', ') FROM unnest(t.evttags) g)), '')"
    " || format(' EXECUTE FUNCTION %s()', t.evtfoid::regproc)"
    " FROM pg_event_trigger t WHERE true" NOT_OF_EXTENSION("pg_event_trigger", "t.oid") UNION
    "SELECT 'publication', NULL, p.pubname::text, NULL,"
    " format('CREATE PUBLICATION %I', p.pubname) || CASE WHEN p.puballtables THEN ' FOR ALL TABLES'"
    " ELSE coalesce(' FOR TABLE ' || (SELECT string_agg(r.prrelid::regclass::text, ', '"
    " ORDER BY r.prrelid) FROM pg_publication_rel r WHERE r.prpubid = p.oid), '') END"
    " FROM pg_publication p" UNION "SELECT 'server', NULL, s.srvname::text, NULL,"
    " format('CREATE SERVER %I FOREIGN DATA WRAPPER %I', s.srvname, w.fdwname)"
    " || coalesce(' OPTIONS (' || (SELECT string_agg(format('%I %L', o.option_name,"
    " o.option_value), ', ') FROM pg_options_to_table(s.srvoptions) o) || ')', '')"
    " FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw"
    " WHERE true" NOT_OF_EXTENSION("pg_foreign_server", "s.oid") UNION
    "SELECT 'cast', NULL, format('%s to %s', format_type(t.castsource, NULL),"
    " format_type(t.casttarget, NULL)), NULL, NULL FROM pg_cast t WHERE t.oid >= "
    "16384" NOT_OF_EXTENSION("pg_cast", "t.oid") UNION
    "SELECT 'collation', n.nspname::text, l.collname::text, NULL,"
    " format('CREATE COLLATION %I.%I (PROVIDER = %s, LOCALE = %L, DETERMINISTIC = %s)', n.nspname,"
    " l.collname, CASE l.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,"
    " coalesce(to_jsonb(l) ->> 'colllocale', to_jsonb(l) ->> 'colliculocale', l.collcollate),"
    " l.collisdeterministic::text) FROM pg_collation l JOIN pg_namespace n ON n.oid = "
    "l.collnamespace"
    " WHERE " IN_NAMESPACES("l.collnamespace") NOT_OF_EXTENSION("pg_collation", "l.oid") UNION
    "SELECT 'operator', n.nspname::text, format('%s(%s, %s)', o.oprname,"
    " format_type(o.oprleft, NULL), format_type(o.oprright, NULL)), NULL,"
    " format('CREATE OPERATOR %I.%s (FUNCTION = %s', n.nspname, o.oprname, o.oprcode)"
    " || CASE WHEN o.oprleft <> 0 THEN ', LEFTARG = ' || format_type(o.oprleft, NULL) ELSE '' END"
    " || ', RIGHTARG = ' || format_type(o.oprright, NULL)"
    " || CASE WHEN o.oprrest <> 0 THEN ', RESTRICT = ' || o.oprrest ELSE '' END"
    " || CASE WHEN o.oprjoin <> 0 THEN ', JOIN = ' || o.oprjoin ELSE '' END"
    " || CASE WHEN o.oprcanhash THEN ', HASHES' ELSE '' END"
    " || CASE WHEN o.oprcanmerge THEN ', MERGES' ELSE '' END || ')'"
    " FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace"
    " WHERE " IN_NAMESPACES("o.oprnamespace") NOT_OF_EXTENSION("pg_operator", "o.oid") UNION
    "SELECT 'operator class', n.nspname::text, o.opcname::text, NULL, NULL"
    " FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace"
    " WHERE " IN_NAMESPACES("o.opcnamespace") NOT_OF_EXTENSION("pg_opclass", "o.oid") UNION
    "SELECT 'text search configuration', n.nspname::text, t.cfgname::text, NULL, NULL"
    " FROM pg_ts_config t JOIN pg_namespace n ON n.oid = t.cfgnamespace"
    " WHERE " IN_NAMESPACES("t.cfgnamespace") NOT_OF_EXTENSION("pg_ts_config", "t.oid") UNION
    "SELECT 'text search dictionary', n.nspname::text, t.dictname::text, NULL, NULL"
    " FROM pg_ts_dict t JOIN pg_namespace n ON n.oid = t.dictnamespace"
    " WHERE " IN_NAMESPACES("t.dictnamespace")
        NOT_OF_EXTENSION("pg_ts_dict", "t.oid") " ORDER BY 1, 2, 3";

/* Rights that were given to others than the owner; one row a grantee. */
#define RIGHTS "string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)"
#define TO_WHOM                                                                                    \
    " || ' TO ' || " ROLE("a.grantee") " || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION'"    \
                                       " ELSE '' END"

static const char grants_sql[] = "SELECT 'grant', n.nspname::text, " ROLE(
    "a.grantee") ", c.relname::text,"
                 " format('GRANT %s ON %s %I.%I', " RIGHTS
                 ", CASE WHEN c.relkind = 'S' THEN 'SEQUENCE'"
                 " ELSE 'TABLE' END, n.nspname, c.relname)" TO_WHOM
                 " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                 " CROSS JOIN LATERAL aclexplode(c.relacl) a"
                 " WHERE c.relacl IS NOT NULL AND a.grantee <> c.relowner AND " IN_NAMESPACES(
                     "c.relnamespace")
                     NOT_OF_EXTENSION(
                         "pg_class",
                         "c.oid") " GROUP BY c.relname, c.relkind, n.nspname, a.grantee, "
                                  "a.is_grantable" UNION "SELECT 'grant', n.nspname::text, " ROLE(
                                      "a.grantee") ", c.relname::text,"
                                                   " format('GRANT %s (%I) ON TABLE %I.%I', "
                                                   "a.privilege_type, t.attname, n.nspname, "
                                                   "c.relname)" TO_WHOM
                                                   " FROM pg_attribute t JOIN pg_class c ON c.oid "
                                                   "= t.attrelid"
                                                   " JOIN pg_namespace n ON n.oid = c.relnamespace "
                                                   "CROSS JOIN LATERAL aclexplode(t.attacl) a"
                                                   " WHERE t.attacl IS NOT NULL AND a.grantee <> "
                                                   "c.relowner AND " IN_NAMESPACES("c.relnamespace")
                                                       NOT_OF_EXTENSION("pg_class", "c.oid") UNION
    "SELECT 'grant', n.nspname::text, " ROLE(
        "a.grantee") ", NULL,"
                     " format('GRANT EXECUTE ON ROUTINE %s', p.oid::regprocedure)" TO_WHOM
                     " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                     " CROSS JOIN LATERAL aclexplode(p.proacl) a WHERE a.grantee NOT IN "
                     "(p.proowner, 0)"
                     " AND " IN_NAMESPACES("p.pronamespace") NOT_OF_EXTENSION("pg_proc", "p.oid")
                         UNION
    "SELECT 'grant', n.nspname::text, " ROLE(
        "a.grantee") ", NULL,"
                     " format('GRANT %s ON SCHEMA %I', " RIGHTS ", n.nspname)" TO_WHOM
                     " FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a"
                     " WHERE a.grantee NOT IN (n.nspowner, 0) AND " IN_NAMESPACES(
                         "n.oid") " GROUP BY n.nspname, a.grantee, a.is_grantable ORDER BY 1, 2, "
                                  "4, 3, 5";

/* ---- the whole ------------------------------------------------------------------------------- */

bool catalogue_read_postgresql_others(catalogue_reader *r)
{
    static const char *const questions[] = {types_sql,     functions_sql, sequences_sql,
                                            on_tables_sql, grants_sql,    database_sql};
    enum { QUESTIONS = TENON__COUNT(questions) };
    rows found[QUESTIONS];
    size_t total = 0;
    for (size_t i = 0; i < QUESTIONS; i++) {
        if (!catalogue_ask(r, questions[i], 5, &found[i]))
            return false;
        total += found[i].count;
    }
    catalogue *c = r->c;
    c->others = catalogue_array(r, total, sizeof *c->others);
    for (size_t i = 0; c->others && i < QUESTIONS; i++)
        for (size_t row = 0; row < found[i].count; row++)
            c->others[c->other_count++] =
                (catalogue_object){.kind = rows_cell(&found[i], row, 0),
                                   .namespace = rows_cell(&found[i], row, 1),
                                   .name = rows_cell(&found[i], row, 2),
                                   .table = rows_cell(&found[i], row, 3),
                                   .definition = rows_cell(&found[i], row, 4)};
    return c->others != NULL;
}
