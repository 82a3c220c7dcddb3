/* The DDL of SQLite: foreign keys stand in the table, and what PostgreSQL alone has becomes text.
 */
#include "ddl/write.h"

/* ---- types ------------------------------------------------------------------------------------
 */

static const char *const scalar_types[] = {
    [SCHEMA_STRING] = "TEXT",       [SCHEMA_BOOLEAN] = "BOOLEAN", [SCHEMA_INT] = "INTEGER",
    [SCHEMA_BIGINT] = "BIGINT",     [SCHEMA_FLOAT] = "REAL",      [SCHEMA_DECIMAL] = "DECIMAL",
    [SCHEMA_DATETIME] = "DATETIME", [SCHEMA_JSON] = "JSONB",      [SCHEMA_BYTES] = "BLOB",
};

/* Enums, arrays and the types that have no name here are text; SQLite's own names of types are
 * kept. */
const char *ddl_sqlite_type(const ddl_writer *w, const schema_field *field)
{
    const schema_datasource *source = w->schema->datasource;
    if (field->kind == SCHEMA_UNSUPPORTED && source && source->provider == SCHEMA_SQLITE)
        return field->unsupported;
    int32_t dimensions;
    if (schema_typed_of(field, &dimensions) == SCHEMA_TYPED_VECTOR || schema_is_packed(field))
        return "BLOB";
    if (field->kind != SCHEMA_SCALAR || field->arity == SCHEMA_LIST)
        return "TEXT";
    if (schema_find_word(&field->comment, "exact"))
        return "TEXT";
    if (field->native.kind == SCHEMA_NATIVE_TIME || field->native.kind == SCHEMA_NATIVE_TIMETZ ||
        field->native.kind == SCHEMA_NATIVE_DATE)
        return "TEXT";
    return scalar_types[field->type];
}

/* ---- statements -------------------------------------------------------------------------------
 */

/* A key of one column stands with its column; SQLite gives AUTOINCREMENT no other place. */
static bool is_inline_key(const schema_model *model, const schema_field *field)
{
    const schema_index *key = model->primary_key;
    return key && key->column_count == 1 && key->columns[0].field == field;
}

bool ddl_sqlite_counts(const schema_field *field)
{
    return field->default_value.kind == SCHEMA_DEFAULT_AUTOINCREMENT ||
           (field->kind == SCHEMA_SCALAR && field->type == SCHEMA_INT);
}

static void write_column(ddl_writer *w, const schema_model *model, const schema_field *field)
{
    bool is_counting = is_inline_key(model, field) && ddl_sqlite_counts(field);
    ddl_text(w, "    ");
    ddl_identifier(w, field->database_name);
    tenon__buf_format(&w->text, " %s", is_counting ? "INTEGER" : ddl_sqlite_type(w, field));
    if (field->arity == SCHEMA_REQUIRED)
        ddl_text(w, " NOT NULL");
    if (is_inline_key(model, field))
        ddl_text(w, " PRIMARY KEY");
    if (is_counting)
        ddl_text(w, " AUTOINCREMENT");
    ddl_default(w, field);
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
    ddl_text(w, ",\n    CONSTRAINT ");
    ddl_join_identifier(w, relation, *column == 'A' ? "_A_fkey" : "_B_fkey");
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
                      ddl_sqlite_type(w, ddl_identity(relation->from)),
                      ddl_sqlite_type(w, ddl_identity(relation->to)));
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
    tenon__buf_format(&w->text, "CREATE %sINDEX ", unique);
    ddl_join_identifier(w, relation, ending);
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
    ddl_audit(w);
}
