/* A field of a schema as a column: its type as the server would print it.
 *
 * PostgreSQL prints other names of types than the DDL has ("character varying(20)" for
 * VARCHAR(20)); the table below has both. The type of an Unsupported field is the schema's own
 * text, of which the name and the numbers are taken. SQLite keeps a type as it was declared. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalogue/of_schema.h"
#include "catalogue/read.h"
#include "ddl/ddl.h"

typedef struct printed_type {
    const char *name;          /* pg_type.typname */
    const char *before, *then; /* printed around the arguments */
    int implied;               /* the only argument where none is given, or -1 */
} printed_type;

static const printed_type native_types[] = {
    [SCHEMA_NATIVE_SMALLINT] = {"int2", "smallint", "", -1},
    [SCHEMA_NATIVE_INTEGER] = {"int4", "integer", "", -1},
    [SCHEMA_NATIVE_BIGINT] = {"int8", "bigint", "", -1},
    [SCHEMA_NATIVE_DECIMAL] = {"numeric", "numeric", "", -1},
    [SCHEMA_NATIVE_MONEY] = {"money", "money", "", -1},
    [SCHEMA_NATIVE_INET] = {"inet", "inet", "", -1},
    [SCHEMA_NATIVE_OID] = {"oid", "oid", "", -1},
    [SCHEMA_NATIVE_CITEXT] = {"citext", "citext", "", -1},
    [SCHEMA_NATIVE_REAL] = {"float4", "real", "", -1},
    [SCHEMA_NATIVE_DOUBLE_PRECISION] = {"float8", "double precision", "", -1},
    [SCHEMA_NATIVE_VARCHAR] = {"varchar", "character varying", "", -1},
    [SCHEMA_NATIVE_CHAR] = {"bpchar", "character", "", 1},
    [SCHEMA_NATIVE_TEXT] = {"text", "text", "", -1},
    [SCHEMA_NATIVE_BYTEA] = {"bytea", "bytea", "", -1},
    [SCHEMA_NATIVE_TIMESTAMP] = {"timestamp", "timestamp", " without time zone", -1},
    [SCHEMA_NATIVE_TIMESTAMPTZ] = {"timestamptz", "timestamp", " with time zone", -1},
    [SCHEMA_NATIVE_DATE] = {"date", "date", "", -1},
    [SCHEMA_NATIVE_TIME] = {"time", "time", " without time zone", -1},
    [SCHEMA_NATIVE_TIMETZ] = {"timetz", "time", " with time zone", -1},
    [SCHEMA_NATIVE_BOOLEAN] = {"bool", "boolean", "", -1},
    [SCHEMA_NATIVE_BIT] = {"bit", "bit", "", 1},
    [SCHEMA_NATIVE_VARBIT] = {"varbit", "bit varying", "", -1},
    [SCHEMA_NATIVE_UUID] = {"uuid", "uuid", "", -1},
    [SCHEMA_NATIVE_XML] = {"xml", "xml", "", -1},
    [SCHEMA_NATIVE_JSON] = {"json", "json", "", -1},
    [SCHEMA_NATIVE_JSONB] = {"jsonb", "jsonb", "", -1},
};

/* What a scalar type is where the schema names no native one. */
static const schema_native_type implied_types[] = {
    [SCHEMA_STRING] = {.kind = SCHEMA_NATIVE_TEXT},
    [SCHEMA_BOOLEAN] = {.kind = SCHEMA_NATIVE_BOOLEAN},
    [SCHEMA_INT] = {.kind = SCHEMA_NATIVE_INTEGER},
    [SCHEMA_BIGINT] = {.kind = SCHEMA_NATIVE_BIGINT},
    [SCHEMA_FLOAT] = {.kind = SCHEMA_NATIVE_DOUBLE_PRECISION},
    [SCHEMA_DECIMAL] = {SCHEMA_NATIVE_DECIMAL, {65, 30}, 2},
    [SCHEMA_DATETIME] = {SCHEMA_NATIVE_TIMESTAMP, {3, 0}, 1},
    [SCHEMA_JSON] = {.kind = SCHEMA_NATIVE_JSONB},
    [SCHEMA_BYTES] = {.kind = SCHEMA_NATIVE_BYTEA},
};

static const char *take_text(of_schema *o, tenon__buf *text)
{
    o->failed |= text->failed;
    return of_schema_text(o, tenon__buf_string(text));
}

/* The native type, of the elements where it is a list. */
static const schema_native_type *native_of(const schema_field *field)
{
    return field->native.kind == SCHEMA_NATIVE_NONE ? &implied_types[field->type] : &field->native;
}

static void set_elements(of_schema *o, const schema_field *field, catalogue_column *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const schema_word *word = schema_find_word(&field->comment, "compress");
    const schema_native_type *native = native_of(field);
    if (field->arity != SCHEMA_LIST || field->kind != SCHEMA_SCALAR)
        return;
    tenon__buf_text(&text, native_types[native->kind].name);
    for (size_t i = 0; i < native->argument_count; i++)
        tenon__buf_format(&text, "%c%d", i ? ',' : '(', native->arguments[i]);
    tenon__buf_text(&text, native->argument_count ? ")" : "");
    out->elements = take_text(o, &text);
    out->is_packed = schema_is_packed(field);
    for (size_t i = 0; word && i < word->argument_count; i++) {
        const schema_word_argument *argument = &word->arguments[i];
        if (!strcmp(argument->name, "maxError"))
            out->packed_error = strtod(argument->value, NULL);
        else
            out->is_packed_without_general = !strcmp(argument->value, "false");
    }
}

static void set_scalar_type(of_schema *o, const schema_field *field, catalogue_column *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    bool is_implied = field->native.kind == SCHEMA_NATIVE_NONE || schema_is_packed(field);
    schema_type scalar = schema_is_packed(field) ? SCHEMA_BYTES : field->type;
    const schema_native_type *native = is_implied ? &implied_types[scalar] : &field->native;
    const printed_type *printed = &native_types[native->kind];
    memcpy(out->arguments, native->arguments, sizeof out->arguments);
    out->argument_count = native->argument_count;
    if (!out->argument_count && printed->implied >= 0)
        out->arguments[out->argument_count++] = printed->implied;
    if (native->kind == SCHEMA_NATIVE_DECIMAL && out->argument_count == 1)
        out->arguments[out->argument_count++] = 0;
    tenon__buf_text(&text, printed->before);
    for (size_t i = 0; i < out->argument_count; i++)
        tenon__buf_format(&text, "%c%d", i ? ',' : '(', out->arguments[i]);
    tenon__buf_format(&text, "%s%s%s", out->argument_count ? ")" : "", printed->then,
                      out->is_array ? "[]" : "");
    out->type_name = printed->name;
    out->type = take_text(o, &text);
}

/* `"a b"` or `plain` */
static void add_name(tenon__buf *text, const char *name)
{
    bool is_plain = islower((unsigned char)*name) || *name == '_';
    for (const char *c = name; *c && is_plain; c++)
        is_plain = islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_';
    tenon__buf_format(text, is_plain ? "%s" : "\"%s\"", name);
}

static void set_enum_type(of_schema *o, const schema_field *field, catalogue_column *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const schema_enum *source = field->enumeration;
    if (source->database_schema) {
        add_name(&text, source->database_schema);
        tenon__buf_char(&text, '.');
    }
    add_name(&text, source->database_name);
    tenon__buf_text(&text, out->is_array ? "[]" : "");
    out->is_enum = true;
    out->type_name = of_schema_text(o, source->database_name);
    if (source->database_schema)
        out->type_namespace = of_schema_text(o, source->database_schema);
    out->type = take_text(o, &text);
}

static void set_unsupported_type(of_schema *o, const schema_field *field, catalogue_column *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0}, type = {0};
    const char *text = field->unsupported, *dot = strrchr(text, '.');
    size_t length = strcspn(dot ? dot + 1 : text, "([");
    tenon__buf_add(&name, dot ? dot + 1 : text, length);
    while (name.length && name.data[name.length - 1] == ' ')
        name.data[--name.length] = '\0';
    tenon__buf_format(&type, "%s%s", text, field->arity == SCHEMA_LIST ? "[]" : "");
    out->is_array |= strstr(text, "[]") != NULL;
    out->type_name = take_text(o, &name);
    out->type = take_text(o, &type);
    if (out->type)
        catalogue_read_arguments(out);
}

static void set_sqlite_type(of_schema *o, const schema_field *field, catalogue_column *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    o->failed |= !ddl_column_type(o->schema, o->dialect, field, &text, o->err);
    out->type = take_text(o, &text);
    out->type_name = out->type;
    if (field->kind == SCHEMA_ENUM) {
        out->enumeration = of_schema_text(o, field->enumeration->database_name);
        out->is_enumeration_list = field->arity == SCHEMA_LIST;
    }
}

static void set_type(of_schema *o, const schema_field *field, catalogue_column *out)
{
    set_elements(o, field, out);
    if (o->dialect == TENON_SQLITE) {
        set_sqlite_type(o, field, out);
        return;
    }
    out->is_array = field->arity == SCHEMA_LIST && !schema_is_packed(field);
    if (field->kind == SCHEMA_ENUM)
        set_enum_type(o, field, out);
    else if (field->kind == SCHEMA_UNSUPPORTED)
        set_unsupported_type(o, field, out);
    else
        set_scalar_type(o, field, out);
}

/* `dbgenerated()` without an expression: whatever the database has. */
static bool has_any_default(const schema_field *field)
{
    const schema_default *given = &field->default_value;
    return given->kind == SCHEMA_DEFAULT_DBGENERATED && !given->value.text;
}

static void set_default(of_schema *o, const schema_field *field, catalogue_column *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    o->failed |= !ddl_column_default(o->schema, o->dialect, field, &text, o->err);
    if (text.length || has_any_default(field))
        out->default_sql = take_text(o, &text);
}

static bool is_whole_key(const schema_field *field)
{
    const schema_index *key = field->model->primary_key;
    return key && key->column_count == 1 && key->columns[0].field == field;
}

static void set_identity(of_schema *o, const schema_field *field, catalogue_column *out)
{
    bool is_counting = field->default_value.kind == SCHEMA_DEFAULT_AUTOINCREMENT;
    if (o->dialect == TENON_POSTGRESQL) {
        out->identity = is_counting ? CATALOGUE_SERIAL : CATALOGUE_NO_IDENTITY;
    } else if (is_whole_key(field) && ddl_sqlite_counts(field)) {
        out->identity = CATALOGUE_ROWID_FOR_EVER;
        out->is_numbered_unasked = !is_counting;
        out->type = out->type_name = "INTEGER";
    }
}

void of_schema_column(of_schema *o, const schema_field *field, catalogue_column *out)
{
    out->name = of_schema_text(o, field->database_name);
    set_type(o, field, out);
    out->is_required = field->arity == SCHEMA_REQUIRED;
    set_default(o, field, out);
    set_identity(o, field, out);
}

void of_schema_join_column(of_schema *o, const schema_field *field, const char *name,
                           catalogue_column *out)
{
    out->name = name;
    set_type(o, field, out);
    out->is_required = true;
}

/* ---- checks ---------------------------------------------------------------------------------- */

static size_t count_checks(const schema_comment *comment)
{
    size_t count = 0;
    for (size_t i = 0; i < comment->word_count; i++)
        count += !strcmp(comment->words[i].name, "check");
    return count;
}

static void add_checks(of_schema *o, const schema_model *model, const schema_field *field,
                       catalogue_table *out)
{
    const schema_comment *comment = field ? &field->comment : &model->comment;
    size_t number = 0;
    for (size_t i = 0; i < comment->word_count && !o->failed; i++) {
        if (strcmp(comment->words[i].name, "check") != 0)
            continue;
        TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
        schema_check_name(model, field, ++number, &name);
        out->checks[out->check_count++] = (catalogue_check){
            .name = take_text(o, &name),
            .expression = of_schema_text(o, comment->words[i].arguments[0].value),
            .is_valid = true,
        };
    }
}

static int compare_checks(const void *a, const void *b)
{
    return strcmp(((const catalogue_check *)a)->name, ((const catalogue_check *)b)->name);
}

void of_schema_checks(of_schema *o, const schema_model *model, catalogue_table *out)
{
    size_t most = count_checks(&model->comment);
    for (size_t i = 0; i < model->field_count; i++)
        most += count_checks(&model->fields[i]->comment);
    out->checks = of_schema_array(o, most, sizeof *out->checks);
    for (size_t i = 0; i < model->field_count; i++)
        add_checks(o, model, model->fields[i], out);
    add_checks(o, model, NULL, out);
    if (!o->failed && out->check_count)
        qsort(out->checks, out->check_count, sizeof *out->checks, compare_checks);
}
