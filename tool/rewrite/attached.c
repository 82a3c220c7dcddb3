/* What looks at the table from outside by its oid: views, and publications that name it.
 *
 * A view is told to mean the new table by CREATE OR REPLACE VIEW with its own definition, which the
 * server prints with names. So its owner, grants, comments, triggers, and the views on top of it
 * stay as they are. That needs columns of the same names and types: a view that uses a column which
 * the change alters, or a whole row, is refused, as ALTER TABLE itself would refuse it. Its lock is
 * taken before the table's, as those who read it take theirs.
 *
 * A publication gets the new table for the old one in the same transaction: subscribers know it by
 * its name, and see every change once. One that publishes tables without naming them (of all
 * tables, or of a schema) would publish the shadow while it is filled, and is refused. */
#include "rewrite/inside.h"

#include "db/db.h"

/* Views that depend on the table, once each. */
#define VIEWS                                                                                      \
    "(SELECT DISTINCT w.ev_class AS view FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid"    \
    " JOIN pg_class v ON v.oid = w.ev_class AND v.relkind = 'v' WHERE d.refobjid = {oid}"          \
    " AND d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass"              \
    " AND w.rulename = '_RETURN')"

static const char refusals_sql[] =
    "SELECT DISTINCT format('view %s uses the column %s, which the change alters',"
    " w.ev_class::regclass, quote_ident(a.attname)) FROM pg_depend d"
    " JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class"
    " AND v.relkind = 'v' JOIN pg_attribute a ON a.attrelid = {oid} AND a.attnum = d.refobjsubid"
    " LEFT JOIN pg_attribute b ON b.attrelid = '{shadow}'::regclass AND b.attname = a.attname"
    " AND NOT b.attisdropped WHERE d.classid = 'pg_rewrite'::regclass"
    " AND d.refclassid = 'pg_class'::regclass AND d.refobjid = {oid} AND d.refobjsubid > 0"
    " AND (a.atttypid, a.atttypmod, a.attcollation)"
    " IS DISTINCT FROM (b.atttypid, b.atttypmod, b.attcollation) UNION ALL "
    "SELECT format('view %s has whole rows of it', u.view::regclass) FROM " VIEWS " u"
    " JOIN pg_attribute a ON a.attrelid = u.view JOIN pg_type y ON y.oid = a.atttypid"
    " WHERE coalesce(nullif(y.typelem, 0), y.oid) = (SELECT reltype FROM pg_class"
    " WHERE oid = {oid}) LIMIT 20";

bool rewrite_check_views(rewriter *r)
{
    const char *why;
    if (!rewrite_ask(r, refusals_sql, NULL, 0, &why))
        return false;
    if (!why)
        return true;
    tenon_error *err = tenon__session_error(r->s);
    tenon__fail(err, TENON_UNSUPPORTED, "table %s cannot be rewritten online: %s", r->name, why);
    tenon__hint(err, "nothing was changed");
    return false;
}

/* It changes nothing, under the lock that is wanted. */
const char rewrite_view_locks_sql[] =
    "SELECT format('ALTER VIEW %s OWNER TO %I', u.view::regclass, pg_get_userbyid(v.relowner))"
    " FROM " VIEWS " u JOIN pg_class v ON v.oid = u.view ORDER BY u.view";

const char rewrite_views_sql[] =
    "SELECT format('CREATE OR REPLACE VIEW %s%s AS %s', u.view::regclass,"
    " ' WITH (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(u.view))"
    " FROM " VIEWS " u JOIN pg_class v ON v.oid = u.view ORDER BY u.view";

/* Servers before 15 know neither columns nor conditions of a publication's tables. */
const char rewrite_publications_sql[] =
    "SELECT format('ALTER PUBLICATION %1$I DROP TABLE %2$s; ALTER PUBLICATION %1$I ADD TABLE"
    " %3$s%4$s%5$s', p.pubname, '{old}', '{table}',"
    " (SELECT ' (' || string_agg(quote_ident(n), ', ') || ')'"
    " FROM jsonb_array_elements_text(to_jsonb(t) -> 'attnames') n"
    " WHERE to_jsonb(m) ->> 'prattrs' IS NOT NULL), ' WHERE (' || (to_jsonb(t) ->> 'rowfilter')"
    " || ')') FROM pg_publication_rel m JOIN pg_publication p ON p.oid = m.prpubid"
    " JOIN pg_class c ON c.oid = m.prrelid JOIN pg_namespace s ON s.oid = c.relnamespace"
    " JOIN pg_publication_tables t ON t.pubname = p.pubname AND t.schemaname = s.nspname"
    " AND t.tablename = c.relname WHERE m.prrelid = {oid}";
