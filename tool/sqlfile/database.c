/* A throwaway database with everything that queries may speak of.
 *
 * The schema makes the tables. Where there are migrations they come first, because they may make
 * what the language has no word for (functions, views, triggers, domains); then the schema changes
 * what is different, so that queries can be written before their migration is. */
#include "sqlfile/database.h"

#include "db/db.h"
#include "ddl/ddl.h"
#include "diff/diff.h"

#include <stdlib.h>
#include <tenon/tenon.h>

static bool fail_as_session(sql_database *d, tenon_error *err)
{
    *err = *tenon_session_error(d->session);
    return false;
}

static bool push_schema(sql_database *d, const schema *s, tenon_error *err)
{
    ddl_script script;
    if (!ddl_create(s, d->dialect, &script, err))
        return false;
    bool is_done = ddl_apply(d->session, &script);
    ddl_script_release(&script);
    return is_done || fail_as_session(d, err);
}

/* Nothing can be lost: there are no rows. */
static bool apply_difference(sql_database *d, const catalogue *found, const catalogue *wanted,
                             tenon_error *err)
{
    const diff_apply_options how = {.accepts_loss = true};
    diff_findings findings;
    diff_plan *plan = diff_make(found, wanted, &(diff_options){.accepts_loss = true}, err);
    if (!plan)
        return false;
    bool is_done = diff_apply(d->session, plan, &how, &findings);
    diff_free(plan);
    return is_done || fail_as_session(d, err);
}

static bool migrate_to_schema(sql_database *d, const schema *s, const tenon_migrations *migrations,
                              tenon_error *err)
{
    const tenon_migrate_options whole = {.run_contracts = true};
    if (!tenon_migrate(d->db, migrations, &whole, err))
        return false;
    catalogue *wanted = catalogue_of_schema(s, d->dialect, err);
    catalogue *found =
        wanted ? catalogue_read(d->session, wanted->namespaces, wanted->namespace_count, err)
               : NULL;
    bool is_done = found && apply_difference(d, found, wanted, err);
    catalogue_free(wanted);
    catalogue_free(found);
    return is_done;
}

static const char *new_database(sql_database *d, const sqlfile_options *options, tenon_error *err)
{
    const scratch_options how = {.dialect = d->dialect, .url = options->server};
    d->scratch = scratch_open(&how, err);
    return d->scratch ? scratch_database(d->scratch, err) : NULL;
}

static bool connect(sql_database *d, const char *url, tenon_error *err)
{
    d->db = url ? tenon_open(url, NULL, err) : NULL;
    d->session = d->db ? tenon_session_open(d->db, NULL) : NULL;
    if (d->db && !d->session)
        return tenon__fail_no_memory(err);
    return d->session != NULL;
}

static bool fill(sql_database *d, const schema *s, const sqlfile_options *options, tenon_error *err)
{
    const tenon_migrations *migrations = options->migrations[d->dialect - 1];
    if (!s || options->urls[d->dialect - 1])
        return true;
    return migrations && migrations->count ? migrate_to_schema(d, s, migrations, err)
                                           : push_schema(d, s, err);
}

/* Queries may speak of every schema of the database, and not only of those of the models. */
static bool read_catalogue(sql_database *d, tenon_error *err)
{
    const tenon_cells *names = NULL;
    if (d->dialect == TENON_POSTGRESQL)
        names = tenon_sql_cells(tenon_sqlf(tenon_sql_new(d->session),
                                           "SELECT nspname FROM pg_catalog.pg_namespace"
                                           " WHERE nspname <> 'information_schema'"
                                           " AND nspname NOT LIKE 'pg!_%%' ESCAPE '!'"));
    if (tenon_failed(d->session))
        return fail_as_session(d, err);
    size_t count = names ? names->row_count : 0;
    const char **list = calloc(count + 1, sizeof *list);
    if (!list)
        return tenon__fail_no_memory(err);
    for (size_t i = 0; i < count; i++)
        list[i] = tenon_cell(names, i, 0);
    d->catalogue = catalogue_read(d->session, list, count, err);
    free(list);
    return d->catalogue != NULL;
}

/* In a database that is there, indexes that are only asked about would lock its tables. */
static bool open_planner(sql_database *d, const sqlfile_options *options, tenon_error *err)
{
    d->planner_kind = d->dialect == TENON_SQLITE ? &sql_sqlite_planner : &sql_postgresql_planner;
    if (!options->lints || !d->scratch)
        return true;
    d->planner = d->planner_kind->open(tenon__db_url(d->db), err);
    return d->planner != NULL;
}

bool sql_database_open(sql_database *d, tenon_dialect dialect, const schema *s,
                       const describe_set *described, const sqlfile_options *options,
                       tenon_error *err)
{
    *d = (sql_database){.dialect = dialect,
                        .kind =
                            dialect == TENON_SQLITE ? &sql_sqlite_server : &sql_postgresql_server};
    const char *url = options->urls[dialect - 1];
    if (!url)
        url = new_database(d, options, err);
    if (!connect(d, url, err) || !fill(d, s, options, err) || !read_catalogue(d, err))
        return false;
    d->server = d->kind->open(tenon__db_url(d->db), described, err);
    return d->server && open_planner(d, options, err);
}

void sql_database_close(sql_database *d)
{
    if (d->kind)
        d->kind->close(d->server);
    if (d->planner_kind)
        d->planner_kind->close(d->planner);
    catalogue_free(d->catalogue);
    tenon_session_close(d->session);
    tenon_close(d->db);
    scratch_close(d->scratch);
    *d = (sql_database){0};
}
