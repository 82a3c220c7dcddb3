/* An index that is not there: the statement that makes it, and how to say it in the schema. */
#include "querylint/querylint_inside.h"

#include "render/render.h"

#include <strings.h>

/* ---- as SQL ---------------------------------------------------------------------------------- */

static void add_index(const query_linter *l, tenon__buf *out, const char *name,
                      const query_suggestion *s, tenon_error *err)
{
    const catalogue_table *table = s->from->table;
    tenon_dialect dialect = l->input->database->dialect;
    tenon__buf_text(out, "CREATE INDEX ");
    tenon__quote_identifier(out, dialect, name, err);
    tenon__buf_text(out, " ON ");
    tenon__quote_table(out, dialect, table->namespace, table->name, err);
    for (size_t i = 0; i < s->count; i++) {
        tenon__buf_text(out, i ? ", " : " (");
        tenon__quote_identifier(out, dialect, s->columns[i]->name, err);
        tenon__buf_text(out, s->is_descending[i] ? " DESC" : "");
    }
    tenon__buf_char(out, ')');
}

static const char *index_sql(const query_linter *l, const char *name, const query_suggestion *s)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    tenon_error err = {0};
    add_index(l, &out, name, s, &err);
    return out.failed || err.status ? NULL
                                    : tenon__arena_text(&l->found->arena, tenon__buf_string(&out));
}

const char *query_suggestion_sql(const query_linter *l, const query_suggestion *s)
{
    return index_sql(l, s->name, s);
}

const char *query_suggestion_columns(const query_linter *l, const query_suggestion *s)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    for (size_t i = 0; i < s->count; i++)
        tenon__buf_format(&out, "%s%s", i ? ", " : "", s->columns[i]->name);
    return tenon__arena_text(&l->found->arena, tenon__buf_string(&out));
}

/* ---- in the schema --------------------------------------------------------------------------- */

static const schema_model *find_model(const schema *read, const catalogue_table *table)
{
    for (size_t i = 0; read && i < read->model_count; i++) {
        const schema_model *model = read->models[i];
        bool is_there = !model->database_schema || !table->namespace ||
                        !strcmp(model->database_schema, table->namespace);
        if (is_there && !strcmp(model->database_name, table->name))
            return model;
    }
    return NULL;
}

static const schema_field *find_field(const schema_model *model, const catalogue_column *column)
{
    for (size_t i = 0; model && i < model->field_count; i++)
        if (model->fields[i]->kind != SCHEMA_RELATION &&
            !strcmp(model->fields[i]->database_name, column->name))
            return model->fields[i];
    return NULL;
}

static const schema_field *field_of(const query_linter *l, const query_column *column)
{
    return find_field(find_model(l->input->schema, column->from->table), column->column);
}

bool query_is_packed(const query_linter *l, const query_column *column)
{
    const schema_field *field = field_of(l, column);
    return column->column->is_packed || (field && schema_find_word(&field->comment, "compress"));
}

bool query_is_selective(const query_linter *l, const query_column *column)
{
    const char *type = column->column->type_name;
    const schema_field *field = field_of(l, column);
    bool is_truth = type && (!strcasecmp(type, "bool") || !strcasecmp(type, "boolean"));
    bool is_enum = column->column->is_enum || (field && field->kind == SCHEMA_ENUM);
    return !is_truth && !is_enum && !column->column->is_array && !query_is_packed(l, column);
}

/* False when a column is no field. */
static bool add_words(tenon__buf *out, const schema_model *model, const query_suggestion *s)
{
    tenon__buf_text(out, "add @@index([");
    for (size_t i = 0; i < s->count; i++) {
        const schema_field *field = find_field(model, s->columns[i]);
        if (!field)
            return false;
        tenon__buf_format(out, "%s%s%s", i ? ", " : "", field->name,
                          s->is_descending[i] ? "(sort: Desc)" : "");
    }
    tenon__buf_format(out, "]) to model %s", model->name);
    return true;
}

/* The name that the schema language would give it. */
static const char *add_statement(const query_linter *l, const query_suggestion *s)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__buf_text(&name, s->from->table->name);
    for (size_t i = 0; i < s->count; i++)
        tenon__buf_format(&name, "_%s", s->columns[i]->name);
    tenon__buf_text(&name, "_idx");
    return index_sql(l, tenon__buf_string(&name), s);
}

const char *query_suggestion_remedy(const query_linter *l, const query_suggestion *s)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    const schema_model *model = find_model(l->input->schema, s->from->table);
    if (!model || !add_words(&out, model, s))
        return add_statement(l, s);
    return tenon__arena_text(&l->found->arena, tenon__buf_string(&out));
}
