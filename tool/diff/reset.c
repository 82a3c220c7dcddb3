/* Dropping everything, for databases that are made again: PostgreSQL forgets whole namespaces, on
 * SQLite views go first and then every table. */
#include "db/db.h"
#include "diff/diff.h"
#include "render/render.h"

static bool drop_namespaces(tenon_session *s, const catalogue *found)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon_error *err = tenon__session_error(s);
    for (size_t i = 0; i < found->namespace_count && !tenon_failed(s); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
        tenon__quote_identifier(&name, TENON_POSTGRESQL, found->namespaces[i], err);
        tenon__buf_format(&sql, "DROP SCHEMA %s CASCADE; CREATE SCHEMA %s; ",
                          tenon__buf_string(&name), tenon__buf_string(&name));
    }
    return !sql.length || tenon_execute(s, tenon__buf_string(&sql));
}

static bool drop_view(tenon_session *s, const catalogue_table *table)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__buf_text(&sql, table->kind == CATALOGUE_VIEW ? "DROP VIEW " : "DROP TABLE ");
    tenon__quote_identifier(&sql, TENON_SQLITE, table->name, tenon__session_error(s));
    return tenon_execute(s, tenon__buf_string(&sql));
}

/* What a catalogue does not list: the tables of tenon and of migrations. */
static const char drop_own_tables[] = "DROP TABLE IF EXISTS \"_tenon_audit\";"
                                      "DROP TABLE IF EXISTS \"_tenon_steps\";"
                                      "DROP TABLE IF EXISTS \"_prisma_migrations\"";

static bool drop_all_of_sqlite(tenon_session *s, const catalogue *found)
{
    const diff_apply_options how = {.accepts_loss = true};
    for (size_t i = 0; i < found->table_count; i++)
        if (found->tables[i].kind != CATALOGUE_TABLE && !drop_view(s, &found->tables[i]))
            return false;
    diff_plan *plan = diff_make(found, NULL, NULL, tenon__session_error(s));
    bool is_done = plan && diff_apply(s, plan, &how, NULL) && tenon_execute(s, drop_own_tables);
    diff_free(plan);
    return is_done;
}

bool diff_reset(tenon_session *s, const catalogue *found)
{
    return found->dialect == TENON_SQLITE ? drop_all_of_sqlite(s, found)
                                          : drop_namespaces(s, found);
}
