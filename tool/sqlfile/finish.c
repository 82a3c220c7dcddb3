/* The last look at a query, when all databases have spoken: what its comments say, names of members
 * for everything, and whether a row is simply that of a model. What is still unknown then is an
 * error that says which words to add. */
#include "sqlfile/check.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- what comments say ----------------------------------------------------------------------- */

static void report_stated(sqlfile_set *set, const sqlfile_stated *stated, const char *hint,
                          const char *message)
{
    schema_report(&set->report, SCHEMA_ERROR, stated->span, hint, "%s", message);
}

bool sql_find_model_field(const sqlfile_set *set, const char *word, tenon_field *out)
{
    const char *dot = strchr(word, '.');
    for (size_t m = 0; dot && set->described && m < set->described->model_count; m++) {
        const tenon_model *model = &set->described->models[m].model;
        if (strlen(model->name) != (size_t)(dot - word) ||
            strncmp(model->name, word, (size_t)(dot - word)) != 0)
            continue;
        for (uint32_t i = 0; i < model->field_count; i++)
            if (!strcmp(model->fields[i].name, dot + 1)) {
                *out = model->fields[i];
                out->flags &= TENON_FIELD_LIST | TENON_FIELD_EXACT | TENON_FIELD_SENSITIVE;
                out->precision = -1;
                return true;
            }
    }
    return false;
}

static bool find_type(const sqlfile_set *set, const char *word, tenon_field *out)
{
    *out = sql_type_of_word(word);
    if (out->kind || sql_find_model_field(set, word, out))
        return true;
    for (size_t i = 0; set->described && i < set->described->enum_count; i++)
        if (!strcmp(set->described->enums[i].name, word)) {
            *out = (tenon_field){.kind = TENON_KIND_ENUM,
                                 .pg_type = TENON_PG_ENUM,
                                 .precision = -1,
                                 .enumeration = &set->described->enums[i]};
            return true;
        }
    return false;
}

static void apply_type(sqlfile_set *set, const sqlfile_stated *stated, sqlfile_value *value)
{
    tenon_field field;
    uint32_t kept = value->field.flags & (uint32_t)~TENON_FIELD_LIST;
    if (!find_type(set, stated->type, &field)) {
        report_stated(set, stated, "a scalar type of the schema language, an enum or Model.field",
                      tenon__arena_format(&set->report.arena, "unknown type \"%s\"", stated->type));
        return;
    }
    if (stated->is_list)
        field.flags |= TENON_FIELD_LIST;
    bool is_packed = field.packing || value->field.packing;
    bool is_same = (field.kind == value->field.kind || is_packed) &&
                   field.pg_type == value->field.pg_type &&
                   field.enumeration == value->field.enumeration &&
                   !((field.flags ^ value->field.flags) & TENON_FIELD_LIST);
    if (value->is_certain && !is_same) {
        report_stated(set, stated, "cast it in the statement",
                      tenon__arena_format(&set->report.arena, "\"%s\" is %s%s in the database",
                                          value->name, sql_word_of_type(&value->field),
                                          value->field.flags & TENON_FIELD_LIST ? "[]" : ""));
        return;
    }
    field.flags |= kept;
    field.name = value->field.name;
    field.column = value->field.column;
    value->field = field;
    value->nested = NULL; /* `posts Json` is said of what shall stay JSON */
}

/* "total", and of a nested column "posts.id" */
static sqlfile_value *find_value(sqlfile_value *values, size_t count, const char *name)
{
    size_t length = strcspn(name, ".");
    for (size_t i = 0; i < count; i++) {
        const sqlfile_nested *nested = values[i].nested;
        if (strlen(values[i].name) != length || strncmp(values[i].name, name, length) != 0)
            continue;
        if (!name[length])
            return &values[i];
        return nested ? find_value(nested->members, nested->count, name + length + 1) : NULL;
    }
    return NULL;
}

static void apply_stated(sqlfile_set *set, const sqlfile_stated *list, size_t list_count,
                         sqlfile_value *values, size_t count, const char *what)
{
    for (size_t i = 0; i < list_count; i++) {
        sqlfile_value *value = find_value(values, count, list[i].name);
        if (!value) {
            report_stated(set, &list[i], NULL,
                          tenon__arena_format(&set->report.arena, "there is no %s \"%s\"", what,
                                              list[i].name));
            continue;
        }
        if (list[i].type)
            apply_type(set, &list[i], value);
        if (list[i].is_nullable)
            value->field.flags |= TENON_FIELD_NULLABLE;
        if (list[i].is_required)
            value->field.flags &= (uint32_t)~TENON_FIELD_NULLABLE;
    }
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool is_name_taken(const sqlfile_query *query, const sqlfile_value *except, const char *name)
{
    for (size_t i = 0; i < query->parameter_count; i++)
        if (&query->parameters[i] != except && !strcmp(query->parameters[i].name, name))
            return true;
    return false;
}

/* "posts.views" → "views" */
static const char *column_of(const char *counterpart)
{
    const char *dot = counterpart ? strrchr(counterpart, '.') : NULL;
    return dot ? dot + 1 : counterpart;
}

/* $1 is called after the column that it is compared with, or p1. */
static void name_parameters(sqlfile_set *set, sqlfile_query *query)
{
    tenon__arena *arena = &set->report.arena;
    for (size_t i = 0; i < query->parameter_count; i++) {
        sqlfile_value *value = &query->parameters[i];
        if (!value->is_nameless)
            continue;
        const char *name = column_of(value->counterpart);
        if (!name || is_name_taken(query, value, name))
            name = tenon__arena_format(arena, "p%s", value->name + 1);
        if (name)
            value->name = name;
    }
}

static bool is_identifier(const char *name)
{
    if (isdigit((unsigned char)*name) || !*name)
        return false;
    for (const char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '_')
            return false;
    return true;
}

/* SQLite calls a column `count(*)` when nobody gives it a name; the member is then called after the
 * function, as PostgreSQL would do it. */
static void name_column(sqlfile_set *set, sqlfile_value *column)
{
    const char *name = column->name, *open = strchr(name, '(');
    column->field.column = name;
    if (open && open > name && !is_identifier(name))
        name = tenon__arena_copy(&set->report.arena, name, (size_t)(open - name));
    column->name = column->field.name = name ? name : column->name;
}

static void check_column_names(sqlfile_set *set, const sqlfile_query *query)
{
    for (size_t i = 0; i < query->column_count; i++) {
        const char *name = query->columns[i].name;
        if (!is_identifier(query->columns[i].field.name))
            sql_query_error(set, query, "give it one: … AS total",
                            "column %zu has no name that a member could have: \"%s\"", i + 1, name);
        for (size_t k = 0; k < i; k++)
            if (!strcmp(query->columns[k].name, name))
                sql_query_error(set, query, "give one of them another name with AS",
                                "two columns are called \"%s\"", name);
    }
}

/* ---- what is unknown ------------------------------------------------------------------------- */

static void check_types(sqlfile_set *set, sqlfile_query *query)
{
    tenon__arena *arena = &set->report.arena;
    for (size_t i = 0; i < query->parameter_count; i++) {
        sqlfile_value *value = &query->parameters[i];
        if (value->is_flag)
            value->field = (tenon_field){.name = value->name,
                                         .column = value->name,
                                         .kind = TENON_KIND_BOOL,
                                         .pg_type = TENON_PG_BOOL,
                                         .precision = -1};
        if (!value->field.kind)
            sql_value_error(set, value,
                            tenon__arena_format(arena, "say it: -- param: %s Int", value->name),
                            "nothing tells the type of parameter \"%s\"", value->name);
        if (value->is_list && value->field.kind == TENON_KIND_BOOL)
            sql_value_error(set, value, NULL, "a list of booleans cannot be looked in");
    }
    for (size_t i = 0; i < query->column_count; i++) {
        const sqlfile_value *value = &query->columns[i];
        if (!value->field.kind && !query->is_broken)
            sql_query_error(set, query,
                            tenon__arena_format(arena, "say it: -- column: %s BigInt", value->name),
                            "nothing tells the type of column \"%s\"", value->name);
    }
}

/* Columns that need a cast have been told already; they have no kind. */
static void check_kind(sqlfile_set *set, const sqlfile_query *query)
{
    bool has_columns = query->column_count > 0;
    switch (query->kind) {
    case SQLFILE_ONE:
    case SQLFILE_MAYBE:
    case SQLFILE_MANY:
    case SQLFILE_STREAM:
        if (!has_columns)
            sql_query_error(set, query, "use :exec or :rows", "the statement gives no columns");
        break;
    case SQLFILE_EXEC:
    case SQLFILE_ROWS:
    case SQLFILE_COPY:
        if (has_columns)
            sql_query_error(set, query, "use :one, :maybe, :many or :stream",
                            "the statement gives columns, which nobody gets");
        break;
    case SQLFILE_BATCH:
    case SQLFILE_NO_KIND:
        break;
    }
    if (query->is_read_only && (query->is_writing || query->may_write))
        sql_query_error(set, query, "take -- tenon:reads away",
                        "the statement %s, and says that it only reads",
                        query->is_writing ? "writes" : "locks rows");
    bool takes_list = query->kind == SQLFILE_BATCH || query->kind == SQLFILE_COPY;
    if (takes_list && !query->parameter_count)
        sql_query_error(set, query, "use :exec or :rows",
                        "it runs for each of a list of parameters, and has none");
}

/* ---- rows of models -------------------------------------------------------------------------- */

static bool is_field_of(const sqlfile_value *column, const describe_model *model, uint32_t at)
{
    const tenon_field *field = &model->model.fields[at];
    const uint32_t compared = TENON_FIELD_NULLABLE | TENON_FIELD_LIST;
    return !column->nested && column->origin == model->sources[at] &&
           column->field.kind == field->kind && !((column->field.flags ^ field->flags) & compared);
}

/* Each field of the model is exactly one of the columns. */
static bool is_row_of(const sqlfile_query *query, const describe_model *model)
{
    if (!query->column_count || query->column_count != model->model.field_count)
        return false;
    for (uint32_t i = 0; i < model->model.field_count; i++) {
        size_t count = 0;
        for (size_t k = 0; k < query->column_count; k++)
            count += is_field_of(&query->columns[k], model, i);
        if (count != 1)
            return false;
    }
    return true;
}

void sql_find_model(const sqlfile_set *set, sqlfile_query *query)
{
    for (size_t m = 0; set->described && m < set->described->model_count; m++)
        if (is_row_of(query, &set->described->models[m]))
            query->model = &set->described->models[m];
}

void sql_finish(sqlfile_set *set, sqlfile_query *query)
{
    apply_stated(set, query->params, query->param_count, query->parameters, query->parameter_count,
                 "parameter");
    name_parameters(set, query);
    for (size_t i = 0; i < query->parameter_count; i++)
        query->parameters[i].field.name = query->parameters[i].field.column =
            query->parameters[i].name;
    for (size_t i = 0; i < query->column_count; i++)
        name_column(set, &query->columns[i]);
    apply_stated(set, query->columns_stated, query->column_stated_count, query->columns,
                 query->column_count, "column");
    check_types(set, query);
    check_kind(set, query);
    check_column_names(set, query);
    sql_find_model(set, query);
    if (query->kind == SQLFILE_COPY)
        sql_make_copy(set, query);
}
