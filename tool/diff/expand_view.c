/* The views by which a program of the new version sees tables that are not yet as it knows them.
 *
 * A view has nothing but columns under other names, so that PostgreSQL itself writes through it:
 * INSERT … ON CONFLICT, RETURNING and locks work as on the table. It has the rights of its table;
 * from PostgreSQL 15 on whoever uses it is asked for those of the table too, row security included.
 * Before, a view would pass by row security, and is refused then. */
#include "diff/expand.h"

static void write_columns(expand *e, const expand_table *t)
{
    const char *separator = "";
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (!c->new)
            continue;
        diff_write(e->m, strcmp(c->place, c->new->name) != 0 ? "%s%I AS %I" : "%s%I", separator,
                   c->place, c->new->name);
        separator = ", ";
    }
    if (t->is_in_step)
        diff_write(e->m, ", %I", EXPAND_MARK);
}

/* Those that the table itself does not have, or has otherwise. */
static void write_defaults(expand *e, const expand_table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        bool is_other = c->new && c->new->default_sql && * c->new->default_sql &&
                        (c->up || (c->old && !diff_same_default(e->m, c->renamed, c->new)));
        if (is_other && !diff_counts(c->new))
            diff_write(e->m, ";\nALTER VIEW %I.%I ALTER COLUMN %I SET DEFAULT %s",
                       e->given->version, t->new->name, c->new->name, c->new->default_sql);
    }
    if (t->is_in_step)
        diff_write(e->m, ";\nALTER VIEW %I.%I ALTER COLUMN %I SET DEFAULT true", e->given->version,
                   t->new->name, EXPAND_MARK);
}

/* Rights are those of the moment in which this runs. */
static void write_rights(expand *e, const expand_table *t)
{
    diff_maker *m = e->m;
    const char *view = diff_say(m, "%I.%I", e->given->version, t->new->name);
    diff_write(
        m,
        ";\nDO $tenon$\n"
        "DECLARE\n"
        "    held record;\n"
        "BEGIN\n"
        "    IF current_setting('server_version_num')::integer >= 150000 THEN\n"
        "        ALTER VIEW %s SET (security_invoker = true);\n"
        "    ELSIF (SELECT relrowsecurity FROM pg_class WHERE oid = %L::regclass) THEN\n"
        "        RAISE EXCEPTION USING MESSAGE = %L;\n"
        "    END IF;\n"
        "    FOR held IN SELECT acl.privilege_type AS what, CASE acl.grantee WHEN 0 THEN"
        " 'PUBLIC'\n"
        "            ELSE quote_ident(pg_get_userbyid(acl.grantee)) END AS who\n"
        "        FROM pg_class AS c, aclexplode(c.relacl) AS acl\n"
        "        WHERE c.oid = %L::regclass\n"
        "            AND acl.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')\n"
        "    LOOP\n"
        "        EXECUTE format('GRANT %%s ON %%s TO %%s', held.what, %L, held.who);\n"
        "    END LOOP;\n"
        "END $tenon$",
        view, diff_say(m, "%T", t->old),
        diff_say(m, "%T has row security, which a view passes by before PostgreSQL 15", t->old),
        diff_say(m, "%T", t->old), view);
}

static void write_view(diff_maker *m, const diff_change *change)
{
    const expand_part *part = expand_part_of(change);
    const expand_table *t = part->table;
    if (!change->to) {
        diff_write(m, "DROP VIEW %I.%I", part->e->given->version, t->new->name);
        return;
    }
    diff_write(m, "CREATE VIEW %I.%I AS\n    SELECT ", part->e->given->version, t->new->name);
    write_columns(part->e, t);
    diff_write(m, "\n    FROM %T", t->old);
    write_defaults(part->e, t);
    write_rights(part->e, t);
}

static void write_no_view(diff_maker *m, const diff_change *change)
{
    diff_change turned = diff_turned(change);
    write_view(m, &turned);
}

static void plan_each(expand *e, const char *title, diff_writer *write)
{
    for (size_t i = 0; i < e->table_count && !e->m->failed; i++)
        if (e->tables[i].has_view)
            expand_add_step(e, title, write, &e->tables[i]);
}

void expand_plan_views(expand *e)
{
    plan_each(e, "CreateView", write_view);
}

void expand_plan_view_drops(expand *e)
{
    plan_each(e, "DropView", write_no_view);
}
