/* The DDL of SQLite: foreign keys stand in the table, and what PostgreSQL alone has becomes text. */
#include "ddl/write.h"

/* ---- types ------------------------------------------------------------------------------------ */

static const char *const scalar_types[] = {
    [SCHEMA_STRING] = "TEXT",       [SCHEMA_BOOLEAN] = "BOOLEAN", [SCHEMA_INT] = "INTEGER",
    [SCHEMA_BIGINT] = "BIGINT",     [SCHEMA_FLOAT] = "REAL",      [SCHEMA_DECIMAL] = "DECIMAL",
    [SCHEMA_DATETIME] = "DATETIME", [SCHEMA_JSON] = "JSONB",      [SCHEMA_BYTES] = "BLOB",
};

/* Enums, arrays and the types that have no name here are text. */
static const char *type_of(const schema_field *field)
{
    if (field->kind != SCHEMA_SCALAR || field->arity == SCHEMA_LIST)
        return field->kind == SCHEMA_UNSUPPORTED ? field->unsupported : "TEXT";
    if (schema_find_word(&field->comment, "exact"))
        return "TEXT";
    if (field->native.kind == SCHEMA_NATIVE_TIME || field->native.kind == SCHEMA_NATIVE_TIMETZ ||
        field->native.kind == SCHEMA_NATIVE_DATE)
        return "TEXT";
    return scalar_types[field->type];
}

/* ---- defaults --------------------------------------------------------------------------------- */

static void write_value(ddl_writer *w, const schema_field *field, const schema_value *value)
{
    switch (value->kind) {
    case SCHEMA_VALUE_NUMBER:
        ddl_text(w, value->text);
        return;
    case SCHEMA_VALUE_BOOLEAN:
        ddl_text(w, value->boolean ? "true" : "false");
        return;
    case SCHEMA_VALUE_ENUM: {
        const char *name = field->enumeration->values[value->enum_value].database_name;
        ddl_literal(w, name, strlen(name));
        return;
    }
    case SCHEMA_VALUE_STRING:
        if (field->type == SCHEMA_BYTES) {
            ddl_text(w, "x'");
            ddl_hexadecimal(w, value);
            ddl_text(w, "'");
        } else if (field->type == SCHEMA_DATETIME) {
            ddl_time(w, value);
        } else {
            ddl_literal(w, value->text, value->length);
        }
    }
}

/* A list is JSON text: `'["a","b"]'`. */
static void write_list(ddl_writer *w, const schema_field *field)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf json = {0};
    const schema_default *given = &field->default_value;
    tenon__buf_char(&json, '[');
    for (size_t i = 0; i < given->item_count; i++) {
        const schema_value *item = &given->items[i];
        if (i)
            tenon__buf_char(&json, ',');
        if (item->kind == SCHEMA_VALUE_ENUM) {
            const char *name = field->enumeration->values[item->enum_value].database_name;
            tenon__buf_json_text(&json, name, strlen(name));
        } else if (item->kind == SCHEMA_VALUE_STRING && field->type != SCHEMA_JSON) {
            tenon__buf_json_text(&json, item->text, item->length);
        } else {
            tenon__buf_add(&json, item->text, item->length);
        }
    }
    tenon__buf_char(&json, ']');
    if (json.failed)
        w->failed = true;
    ddl_literal(w, tenon__buf_string(&json), json.length);
}

static void write_default(ddl_writer *w, const schema_field *field)
{
    const schema_default *given = &field->default_value;
    bool is_own = w->schema->datasource && w->schema->datasource->provider == SCHEMA_SQLITE;
    if (given->kind == SCHEMA_DEFAULT_NOW) {
        ddl_text(w, " DEFAULT CURRENT_TIMESTAMP");
    } else if (given->kind == SCHEMA_DEFAULT_DBGENERATED && given->value.text && is_own) {
        tenon__buf_format(&w->text, " DEFAULT (%s)", given->value.text);
    } else if (given->kind == SCHEMA_DEFAULT_VALUE) {
        ddl_text(w, " DEFAULT ");
        if (given->is_list)
            write_list(w, field);
        else
            write_value(w, field, &given->value);
    }
}

/* ---- statements ------------------------------------------------------------------------------- */

/* A key of one column stands with its column; SQLite gives AUTOINCREMENT no other place. */
static bool is_inline_key(const schema_model *model, const schema_field *field)
{
    const schema_index *key = model->primary_key;
    return key && key->column_count == 1 && key->columns[0].field == field;
}

static void write_column(ddl_writer *w, const schema_model *model, const schema_field *field)
{
    bool is_counting =
        field->default_value.kind == SCHEMA_DEFAULT_AUTOINCREMENT && is_inline_key(model, field);
    ddl_text(w, "    ");
    ddl_identifier(w, field->database_name);
    tenon__buf_format(&w->text, " %s", is_counting ? "INTEGER" : type_of(field));
    if (field->arity == SCHEMA_REQUIRED)
        ddl_text(w, " NOT NULL");
    if (is_inline_key(model, field))
        ddl_text(w, " PRIMARY KEY");
    if (is_counting)
        ddl_text(w, " AUTOINCREMENT");
    write_default(w, field);
}

static void write_primary_key(ddl_writer *w, const schema_index *key)
{
    ddl_text(w, ",\n\n    PRIMARY KEY (");
    for (size_t i = 0; i < key->column_count; i++) {
        if (i)
            ddl_text(w, ", ");
        ddl_identifier(w, key->columns[i].field->database_name);
    }
    ddl_text(w, ")");
}

static bool has_constraints(const ddl_writer *w)
{
    return !w->schema->datasource || !w->schema->datasource->is_relation_mode_prisma;
}

static void write_constraints(ddl_writer *w, const schema_model *model)
{
    if (!has_constraints(w))
        return;
    for (size_t i = 0; i < w->schema->relation_count; i++) {
        const schema_relation *relation = w->schema->relations[i];
        if (relation->from != model || relation->kind == SCHEMA_MANY_TO_MANY ||
            relation->to->is_view)
            continue;
        ddl_text(w, ",\n    CONSTRAINT ");
        ddl_identifier(w, relation->constraint_name);
        ddl_text(w, " ");
        ddl_foreign_key(w, relation, " ");
    }
}

static void write_table(ddl_writer *w, const schema_model *model)
{
    ddl_text(w, "CREATE TABLE ");
    ddl_table_name(w, NULL, model->database_name);
    ddl_text(w, " (\n");
    const char *separator = "";
    for (size_t i = 0; i < model->field_count; i++) {
        if (model->fields[i]->kind == SCHEMA_RELATION)
            continue;
        ddl_text(w, separator);
        write_column(w, model, model->fields[i]);
        separator = ",\n";
    }
    if (model->primary_key && model->primary_key->column_count > 1)
        write_primary_key(w, model->primary_key);
    write_constraints(w, model);
    ddl_checks(w, model, ",\n");
    ddl_text(w, "\n)");
    ddl_finish(w, "CreateTable");
}

static void write_join_constraint(ddl_writer *w, const schema_relation *relation,
                                  const schema_model *side, const char *column)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__buf_format(&name, "%s_%s_fkey", relation->join_table, column);
    ddl_text(w, ",\n    CONSTRAINT ");
    ddl_identifier(w, tenon__buf_string(&name));
    tenon__buf_format(&w->text, " FOREIGN KEY (\"%s\") REFERENCES ", column);
    ddl_table_name(w, NULL, side->database_name);
    ddl_text(w, " (");
    ddl_identifier(w, ddl_identity(side)->database_name);
    ddl_text(w, ") ON DELETE CASCADE ON UPDATE CASCADE");
}

static void write_join_table(ddl_writer *w, const schema_relation *relation)
{
    ddl_text(w, "CREATE TABLE ");
    ddl_table_name(w, NULL, relation->join_table);
    tenon__buf_format(&w->text, " (\n    \"A\" %s NOT NULL,\n    \"B\" %s NOT NULL",
                      type_of(ddl_identity(relation->from)), type_of(ddl_identity(relation->to)));
    if (has_constraints(w)) {
        write_join_constraint(w, relation, relation->from, "A");
        write_join_constraint(w, relation, relation->to, "B");
    }
    ddl_text(w, "\n)");
    ddl_finish(w, "CreateTable");
}

static void write_index(ddl_writer *w, const schema_model *model, const schema_index *index)
{
    ddl_text(w, index->kind == SCHEMA_UNIQUE ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    ddl_identifier(w, index->database_name);
    ddl_text(w, " ON ");
    ddl_table_name(w, NULL, model->database_name);
    ddl_text(w, "(");
    ddl_index_columns(w, index, false);
    ddl_text(w, ")");
    if (index->where)
        tenon__buf_format(&w->text, " WHERE %s", index->where);
    ddl_finish(w, "CreateIndex");
}

static void write_indexes(ddl_writer *w, const schema_model *model)
{
    for (size_t i = 0; i < model->unique_count; i++)
        write_index(w, model, model->uniques[i]);
    /* Inverted and block-range indexes are made for operators that SQLite does not have. */
    for (size_t i = 0; i < model->index_count; i++) {
        schema_algorithm algorithm = model->indexes[i]->algorithm;
        if (algorithm == SCHEMA_BTREE || algorithm == SCHEMA_HASH)
            write_index(w, model, model->indexes[i]);
    }
}

static void write_join_index(ddl_writer *w, const schema_relation *relation, const char *unique,
                             const char *ending, const char *columns)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__buf_format(&name, "%s%s", relation->join_table, ending);
    tenon__buf_format(&w->text, "CREATE %sINDEX ", unique);
    ddl_identifier(w, tenon__buf_string(&name));
    ddl_text(w, " ON ");
    ddl_table_name(w, NULL, relation->join_table);
    tenon__buf_format(&w->text, "(%s)", columns);
    ddl_finish(w, "CreateIndex");
}

void ddl_write_sqlite(ddl_writer *w)
{
    const schema *s = w->schema;
    for (size_t i = 0; i < s->model_count; i++)
        if (!s->models[i]->is_view)
            write_table(w, s->models[i]);
    for (size_t i = 0; i < s->relation_count; i++)
        if (s->relations[i]->kind == SCHEMA_MANY_TO_MANY)
            write_join_table(w, s->relations[i]);
    for (size_t i = 0; i < s->model_count; i++)
        if (!s->models[i]->is_view)
            write_indexes(w, s->models[i]);
    for (size_t i = 0; i < s->relation_count; i++) {
        if (s->relations[i]->kind != SCHEMA_MANY_TO_MANY)
            continue;
        write_join_index(w, s->relations[i], "UNIQUE ", "_AB_unique", "\"A\", \"B\"");
        write_join_index(w, s->relations[i], "", "_B_index", "\"B\"");
    }
}
