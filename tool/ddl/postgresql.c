/* The DDL of PostgreSQL. */
#include <stdlib.h>

#include "ddl/write.h"

/* ---- types ------------------------------------------------------------------------------------
 */

static const char *const scalar_types[] = {
    [SCHEMA_STRING] = "TEXT",
    [SCHEMA_BOOLEAN] = "BOOLEAN",
    [SCHEMA_INT] = "INTEGER",
    [SCHEMA_BIGINT] = "BIGINT",
    [SCHEMA_FLOAT] = "DOUBLE PRECISION",
    [SCHEMA_DECIMAL] = "DECIMAL(65,30)",
    [SCHEMA_DATETIME] = "TIMESTAMP(3)",
    [SCHEMA_JSON] = "JSONB",
    [SCHEMA_BYTES] = "BYTEA",
};

static const char *const native_types[] = {
    [SCHEMA_NATIVE_SMALLINT] = "SMALLINT",
    [SCHEMA_NATIVE_INTEGER] = "INTEGER",
    [SCHEMA_NATIVE_BIGINT] = "BIGINT",
    [SCHEMA_NATIVE_DECIMAL] = "DECIMAL",
    [SCHEMA_NATIVE_MONEY] = "MONEY",
    [SCHEMA_NATIVE_INET] = "INET",
    [SCHEMA_NATIVE_OID] = "OID",
    [SCHEMA_NATIVE_CITEXT] = "CITEXT",
    [SCHEMA_NATIVE_REAL] = "REAL",
    [SCHEMA_NATIVE_DOUBLE_PRECISION] = "DOUBLE PRECISION",
    [SCHEMA_NATIVE_VARCHAR] = "VARCHAR",
    [SCHEMA_NATIVE_CHAR] = "CHAR",
    [SCHEMA_NATIVE_TEXT] = "TEXT",
    [SCHEMA_NATIVE_BYTEA] = "BYTEA",
    [SCHEMA_NATIVE_TIMESTAMP] = "TIMESTAMP",
    [SCHEMA_NATIVE_TIMESTAMPTZ] = "TIMESTAMPTZ",
    [SCHEMA_NATIVE_DATE] = "DATE",
    [SCHEMA_NATIVE_TIME] = "TIME",
    [SCHEMA_NATIVE_TIMETZ] = "TIMETZ",
    [SCHEMA_NATIVE_BOOLEAN] = "BOOLEAN",
    [SCHEMA_NATIVE_BIT] = "BIT",
    [SCHEMA_NATIVE_VARBIT] = "VARBIT",
    [SCHEMA_NATIVE_UUID] = "UUID",
    [SCHEMA_NATIVE_XML] = "XML",
    [SCHEMA_NATIVE_JSON] = "JSON",
    [SCHEMA_NATIVE_JSONB] = "JSONB",
};

static void write_scalar_type(ddl_writer *w, const schema_field *field)
{
    const schema_native_type *native = &field->native;
    if (native->kind == SCHEMA_NATIVE_NONE) {
        ddl_text(w, scalar_types[field->type]);
        return;
    }
    ddl_text(w, native_types[native->kind]);
    if (native->argument_count == 1)
        tenon__buf_format(&w->text, "(%d)", native->arguments[0]);
    else if (native->argument_count == 2)
        tenon__buf_format(&w->text, "(%d,%d)", native->arguments[0], native->arguments[1]);
}

void ddl_postgresql_type(ddl_writer *w, const schema_field *field)
{
    if (schema_is_packed(field)) {
        ddl_text(w, scalar_types[SCHEMA_BYTES]);
        return;
    }
    if (field->kind == SCHEMA_ENUM)
        ddl_table_name(w, field->enumeration->database_schema, field->enumeration->database_name);
    else if (field->kind == SCHEMA_UNSUPPORTED)
        ddl_text(w, field->unsupported);
    else
        write_scalar_type(w, field);
    if (field->arity == SCHEMA_LIST)
        ddl_text(w, "[]");
}

static void write_serial(ddl_writer *w, const schema_field *field)
{
    if (field->native.kind == SCHEMA_NATIVE_SMALLINT)
        ddl_text(w, "SMALLSERIAL");
    else if (field->type == SCHEMA_BIGINT)
        ddl_text(w, "BIGSERIAL");
    else
        ddl_text(w, "SERIAL");
}

/* ---- defaults ---------------------------------------------------------------------------------
 */

static void write_time(ddl_writer *w, const schema_field *field, const schema_value *value)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    char instant[TENON_TIME_TEXT_SIZE];
    tenon_time time;
    if (!ddl_day_or_clock(w, field, value, &text, &time)) {
        tenon_time_format(time, instant, sizeof instant);
        tenon__buf_text(&text, instant);
    }
    w->failed |= text.failed;
    ddl_literal(w, tenon__buf_string(&text), text.length);
}

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
            ddl_text(w, "'\\x");
            ddl_hexadecimal(w, value, &w->text);
            ddl_text(w, "'");
        } else if (field->type == SCHEMA_DATETIME) {
            write_time(w, field, value);
        } else {
            ddl_literal(w, value->text, value->length);
        }
    }
}

static void write_list(ddl_writer *w, const schema_field *field)
{
    const schema_default *given = &field->default_value;
    ddl_text(w, "ARRAY[");
    for (size_t i = 0; i < given->item_count; i++) {
        if (i)
            ddl_text(w, ", ");
        write_value(w, field, &given->items[i]);
    }
    ddl_text(w, "]::");
    ddl_postgresql_type(w, field);
}

void ddl_postgresql_default(ddl_writer *w, const schema_field *field)
{
    const schema_default *given = &field->default_value;
    if (given->kind == SCHEMA_DEFAULT_NOW) {
        ddl_text(w, "CURRENT_TIMESTAMP");
    } else if (given->kind == SCHEMA_DEFAULT_DBGENERATED && given->value.text) {
        ddl_text(w, given->value.text);
    } else if (given->kind == SCHEMA_DEFAULT_VALUE) {
        if (given->is_list)
            write_list(w, field);
        else
            write_value(w, field, &given->value);
    }
}

/* ---- statements -------------------------------------------------------------------------------
 */

static bool is_schema_seen(const char **seen, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(seen[i], name))
            return true;
    return false;
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The schemas that something lives in, by name; without @@schema that is the search path's own. */
static size_t list_schemas(const schema *s, const char **out)
{
    size_t count = 0;
    for (size_t i = 0; i < s->model_count + s->enum_count; i++) {
        const char *name = i < s->model_count ? s->models[i]->database_schema
                                              : s->enums[i - s->model_count]->database_schema;
        if (name && !is_schema_seen(out, count, name))
            out[count++] = name;
    }
    qsort(out, count, sizeof *out, compare_text);
    return count;
}

static void write_schemas(ddl_writer *w)
{
    const schema *s = w->schema;
    size_t most = s->model_count + s->enum_count;
    const char **names = tenon__arena_array(&w->script->arena, most + 1, sizeof *names);
    if (!names) {
        w->failed = true;
        return;
    }
    size_t count = list_schemas(s, names);
    for (size_t i = 0; i < count; i++) {
        ddl_text(w, "CREATE SCHEMA IF NOT EXISTS ");
        ddl_identifier(w, names[i]);
        ddl_finish(w, "CreateSchema");
    }
}

static void write_extensions(ddl_writer *w)
{
    const schema_datasource *source = w->schema->datasource;
    for (size_t i = 0; source && i < source->extension_count; i++) {
        const schema_extension *extension = &source->extensions[i];
        ddl_text(w, "CREATE EXTENSION IF NOT EXISTS ");
        ddl_identifier(w, extension->database_name ? extension->database_name : extension->name);
        if (extension->schema || extension->version)
            ddl_text(w, " WITH");
        if (extension->schema) {
            ddl_text(w, " SCHEMA ");
            ddl_identifier(w, extension->schema);
        }
        if (extension->version) {
            ddl_text(w, " VERSION ");
            ddl_identifier(w, extension->version);
        }
        ddl_finish(w, "CreateExtension");
    }
}

static void write_enums(ddl_writer *w)
{
    for (size_t i = 0; i < w->schema->enum_count; i++) {
        const schema_enum *source = w->schema->enums[i];
        ddl_text(w, "CREATE TYPE ");
        ddl_table_name(w, source->database_schema, source->database_name);
        ddl_text(w, " AS ENUM (");
        for (size_t v = 0; v < source->value_count; v++) {
            const char *name = source->values[v].database_name;
            if (v)
                ddl_text(w, ", ");
            ddl_literal(w, name, strlen(name));
        }
        ddl_text(w, ")");
        ddl_finish(w, "CreateEnum");
    }
}

static void write_column(ddl_writer *w, const schema_field *field)
{
    ddl_text(w, "    ");
    ddl_identifier(w, field->database_name);
    ddl_text(w, " ");
    if (field->default_value.kind == SCHEMA_DEFAULT_AUTOINCREMENT)
        write_serial(w, field);
    else
        ddl_postgresql_type(w, field);
    if (field->arity == SCHEMA_REQUIRED)
        ddl_text(w, " NOT NULL");
    ddl_default(w, field);
}

static void write_primary_key(ddl_writer *w, const schema_index *key)
{
    ddl_text(w, ",\n\n    CONSTRAINT ");
    ddl_identifier(w, key->database_name);
    ddl_text(w, " PRIMARY KEY (");
    for (size_t i = 0; i < key->column_count; i++) {
        if (i)
            ddl_text(w, ", ");
        ddl_identifier(w, key->columns[i].field->database_name);
    }
    ddl_text(w, ")");
}

static void write_table(ddl_writer *w, const schema_model *model)
{
    ddl_text(w, "CREATE TABLE ");
    ddl_table_name(w, model->database_schema, model->database_name);
    ddl_text(w, " (\n");
    const char *separator = "";
    for (size_t i = 0; i < model->field_count; i++) {
        if (model->fields[i]->kind == SCHEMA_RELATION)
            continue;
        ddl_text(w, separator);
        write_column(w, model->fields[i]);
        separator = ",\n";
    }
    if (model->primary_key)
        write_primary_key(w, model->primary_key);
    ddl_checks(w, model, ",\n");
    ddl_text(w, "\n)");
    ddl_finish(w, "CreateTable");
}

static void write_join_table(ddl_writer *w, const schema_relation *relation)
{
    ddl_text(w, "CREATE TABLE ");
    ddl_table_name(w, relation->join_schema, relation->join_table);
    ddl_text(w, " (\n    \"A\" ");
    ddl_postgresql_type(w, ddl_identity(relation->from));
    ddl_text(w, " NOT NULL,\n    \"B\" ");
    ddl_postgresql_type(w, ddl_identity(relation->to));
    ddl_text(w, " NOT NULL,\n\n    CONSTRAINT ");
    ddl_join_identifier(w, relation, "_AB_pkey");
    ddl_text(w, " PRIMARY KEY (\"A\", \"B\")\n)");
    ddl_finish(w, "CreateTable");
}

static const char *const algorithm_names[] = {
    [SCHEMA_BTREE] = "",
    [SCHEMA_HASH] = " USING HASH ",
    [SCHEMA_GIST] = " USING GIST ",
    [SCHEMA_GIN] = " USING GIN ",
    [SCHEMA_SPGIST] = " USING SPGIST ",
    [SCHEMA_BRIN] = " USING BRIN ",
    [SCHEMA_HNSW] = " USING HNSW ",
    [SCHEMA_IVFFLAT] = " USING IVFFLAT ",
};

static void write_index(ddl_writer *w, const schema_model *model, const schema_index *index)
{
    ddl_text(w, index->kind == SCHEMA_UNIQUE ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    ddl_identifier(w, index->database_name);
    ddl_text(w, " ON ");
    ddl_table_name(w, model->database_schema, model->database_name);
    tenon__buf_format(&w->text, "%s(", algorithm_names[index->algorithm]);
    ddl_index_columns(w, index, true);
    ddl_text(w, ")");
    if (index->where)
        tenon__buf_format(&w->text, " WHERE %s", index->where);
    ddl_finish(w, "CreateIndex");
}

static void write_indexes(ddl_writer *w, const schema_model *model)
{
    for (size_t i = 0; i < model->unique_count; i++)
        write_index(w, model, model->uniques[i]);
    for (size_t i = 0; i < model->index_count; i++)
        write_index(w, model, model->indexes[i]);
}

static void write_join_index(ddl_writer *w, const schema_relation *relation)
{
    ddl_text(w, "CREATE INDEX ");
    ddl_join_identifier(w, relation, "_B_index");
    ddl_text(w, " ON ");
    ddl_table_name(w, relation->join_schema, relation->join_table);
    ddl_text(w, "(\"B\")");
    ddl_finish(w, "CreateIndex");
}

static void write_constraint(ddl_writer *w, const schema_relation *relation)
{
    ddl_text(w, "ALTER TABLE ");
    ddl_table_name(w, relation->from->database_schema, relation->from->database_name);
    ddl_text(w, " ADD CONSTRAINT ");
    ddl_identifier(w, relation->constraint_name);
    ddl_text(w, " ");
    ddl_foreign_key(w, relation, "");
    ddl_finish(w, "AddForeignKey");
}

static void write_join_constraint(ddl_writer *w, const schema_relation *relation,
                                  const schema_model *side, const char *column)
{
    ddl_text(w, "ALTER TABLE ");
    ddl_table_name(w, relation->join_schema, relation->join_table);
    ddl_text(w, " ADD CONSTRAINT ");
    ddl_join_identifier(w, relation, *column == 'A' ? "_A_fkey" : "_B_fkey");
    tenon__buf_format(&w->text, " FOREIGN KEY (\"%s\") REFERENCES ", column);
    ddl_table_name(w, side->database_schema, side->database_name);
    ddl_text(w, "(");
    ddl_identifier(w, ddl_identity(side)->database_name);
    ddl_text(w, ") ON DELETE CASCADE ON UPDATE CASCADE");
    ddl_finish(w, "AddForeignKey");
}

static void write_constraints(ddl_writer *w)
{
    const schema *s = w->schema;
    if (s->datasource && s->datasource->is_relation_mode_prisma)
        return;
    for (size_t i = 0; i < s->relation_count; i++) {
        const schema_relation *relation = s->relations[i];
        if (relation->from->is_view || relation->to->is_view)
            continue;
        if (relation->kind != SCHEMA_MANY_TO_MANY) {
            write_constraint(w, relation);
            continue;
        }
        write_join_constraint(w, relation, relation->from, "A");
        write_join_constraint(w, relation, relation->to, "B");
    }
}

void ddl_write_postgresql(ddl_writer *w)
{
    const schema *s = w->schema;
    write_schemas(w);
    write_extensions(w);
    write_enums(w);
    for (size_t i = 0; i < s->model_count; i++)
        if (!s->models[i]->is_view)
            write_table(w, s->models[i]);
    for (size_t i = 0; i < s->relation_count; i++)
        if (s->relations[i]->kind == SCHEMA_MANY_TO_MANY)
            write_join_table(w, s->relations[i]);
    for (size_t i = 0; i < s->model_count; i++)
        if (!s->models[i]->is_view)
            write_indexes(w, s->models[i]);
    for (size_t i = 0; i < s->relation_count; i++)
        if (s->relations[i]->kind == SCHEMA_MANY_TO_MANY)
            write_join_index(w, s->relations[i]);
    write_constraints(w);
    ddl_audit(w);
}
