/* Asks the databases about queries: every variant of every query on every database it is for.
 *
 * PostgreSQL is asked first, because it knows the types of everything; what SQLite cannot say is
 * then known already in queries that are for both. */
#include "sqlfile/check.h"

void sql_query_error(sqlfile_set *set, const sqlfile_query *query, const char *hint,
                     const char *format, ...)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    va_list arguments;
    va_start(arguments, format);
    tenon__buf_formatv(&text, format, arguments);
    va_end(arguments);
    schema_report(&set->report, SCHEMA_ERROR, query->span, hint, "%s", tenon__buf_string(&text));
}

void sql_value_error(sqlfile_set *set, const sqlfile_value *value, const char *hint,
                     const char *format, ...)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    va_list arguments;
    va_start(arguments, format);
    tenon__buf_formatv(&text, format, arguments);
    va_end(arguments);
    schema_report(&set->report, SCHEMA_ERROR, value->span, hint, "%s", tenon__buf_string(&text));
}

const tenon_field *sql_field_of(const sqlfile_set *set, const schema_field *source)
{
    const describe_set *described = set->described;
    for (size_t m = 0; source && described && m < described->model_count; m++) {
        const describe_model *model = &described->models[m];
        for (uint32_t i = 0; model->source == source->model && i < model->model.field_count; i++)
            if (model->sources[i] == source)
                return &model->fields[i];
    }
    return NULL;
}

static bool is_table(const schema_model *model, const char *table_schema, const char *table)
{
    if (strcmp(model->database_name, table) != 0)
        return false;
    return !table_schema || !model->database_schema ||
           !strcmp(model->database_schema, table_schema);
}

const schema_field *sql_find_field(const schema *s, const char *table_schema, const char *table,
                                   const char *column)
{
    for (size_t m = 0; s && table && column && m < s->model_count; m++) {
        const schema_model *model = s->models[m];
        if (!is_table(model, table_schema, table))
            continue;
        for (size_t i = 0; i < model->field_count; i++)
            if (model->fields[i]->kind != SCHEMA_RELATION &&
                !strcmp(model->fields[i]->database_name, column))
                return model->fields[i];
    }
    return NULL;
}

/* ---- one query ------------------------------------------------------------------------------- */

/* False when the database refuses the text, or *err is filled. */
static bool check_variant(sql_check *c, tenon_error *err)
{
    sql_complaint complaint;
    if (!sql_assemble(c->set, c->query, c->dialect, c->variant, &c->text, &c->map))
        return tenon__fail_no_memory(err);
    if (!c->database->kind->describe(c->database->server, c->text.sql, &c->set->report.arena,
                                     &c->described, &complaint)) {
        sql_complain(c, &complaint);
        return false;
    }
    sql_merge(c);
    c->query->texts[c->dialect][c->variant] = c->text;
    return sql_find_nulls(c, err) && (!c->is_linted || sql_lint(c, err));
}

static bool check_query(sql_check *c, tenon_error *err)
{
    sqlfile_query *query = c->query;
    sqlfile_text *texts =
        tenon__arena_array(&c->set->report.arena, query->variant_count, sizeof *texts);
    if (!texts)
        return tenon__fail_no_memory(err);
    query->texts[c->dialect] = texts;
    for (c->variant = 0; c->variant < query->variant_count; c->variant++)
        if (!check_variant(c, err)) {
            query->is_broken = true;
            break;
        }
    return err->status == TENON_OK;
}

static bool count_variants(sqlfile_set *set, sqlfile_query *query)
{
    query->variant_count = sql_variant_count(query);
    if (query->variant_count <= SQLFILE_VARIANTS_MOST)
        return true;
    sql_query_error(set, query, "make two queries of it",
                    "%zu optional parts and %zu orders make %zu variants; %d are the most",
                    query->condition_count, query->order_count, query->variant_count,
                    SQLFILE_VARIANTS_MOST);
    query->is_broken = true;
    return false;
}

/* ---- one database ---------------------------------------------------------------------------- */

static bool is_settled(const sqlfile_query *query)
{
    return query->is_broken || query->is_known;
}

static bool is_wanted(const sqlfile_set *set, unsigned dialect)
{
    for (size_t i = 0; i < set->query_count; i++)
        if (set->queries[i].bodies[dialect] && !is_settled(&set->queries[i]))
            return true;
    return false;
}

static bool check_on(sqlfile_set *set, sql_database *database, unsigned dialect, bool is_linted,
                     tenon_error *err)
{
    for (size_t i = 0; i < set->query_count; i++) {
        sql_check c = {.set = set,
                       .query = &set->queries[i],
                       .database = database,
                       .dialect = dialect,
                       .is_linted = is_linted};
        bool is_here = c.query->bodies[dialect] && !is_settled(c.query);
        if (is_here && !check_query(&c, err))
            return false;
    }
    return true;
}

static bool ask(sqlfile_set *set, unsigned dialect, const sqlfile_options *options,
                tenon_error *err)
{
    sql_database database = {0};
    bool is_done = sql_database_open(&database, (tenon_dialect)(dialect + 1), set->schema,
                                     set->described, options, err);
    if (!is_done && options->cache)
        tenon__hint(err,
                    "queries have changed since they were checked, and a database is needed to "
                    "check them");
    is_done = is_done && check_on(set, &database, dialect, options->lints, err);
    sql_database_close(&database);
    return is_done;
}

bool sqlfile_check(sqlfile_set *set, const sqlfile_options *options, tenon_error *err)
{
    for (size_t i = 0; i < set->query_count; i++)
        count_variants(set, &set->queries[i]);
    if (options->cache && !sql_read_cache(set, options, err))
        return false;
    for (unsigned d = 0; d < SQLFILE_DIALECTS; d++)
        if (is_wanted(set, d) && !ask(set, d, options, err))
            return false;
    for (size_t i = 0; i < set->query_count; i++)
        if (!is_settled(&set->queries[i]))
            sql_finish(set, &set->queries[i]);
    sql_sort_diagnostics(set);
    bool is_kept = !options->cache || options->keeps_cache || sqlfile_error_count(set);
    if (!is_kept && !sql_write_cache(set, options, err))
        return false;
    return !set->report.arena.failed || tenon__fail_no_memory(err);
}
