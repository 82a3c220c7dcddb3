/* Types: a column's as the language has it, and an old field's in the same form. */
#include "pull/draft.h"

#include <stdlib.h>
#include <strings.h>

static const char *const scalar_words[] = {
    [SCHEMA_STRING] = "String",     [SCHEMA_BOOLEAN] = "Boolean", [SCHEMA_INT] = "Int",
    [SCHEMA_BIGINT] = "BigInt",     [SCHEMA_FLOAT] = "Float",     [SCHEMA_DECIMAL] = "Decimal",
    [SCHEMA_DATETIME] = "DateTime", [SCHEMA_JSON] = "Json",       [SCHEMA_BYTES] = "Bytes",
};

static const char *const native_words[] = {
    [SCHEMA_NATIVE_NONE] = NULL,
    [SCHEMA_NATIVE_SMALLINT] = "SmallInt",
    [SCHEMA_NATIVE_INTEGER] = "Integer",
    [SCHEMA_NATIVE_BIGINT] = "BigInt",
    [SCHEMA_NATIVE_DECIMAL] = "Decimal",
    [SCHEMA_NATIVE_MONEY] = "Money",
    [SCHEMA_NATIVE_INET] = "Inet",
    [SCHEMA_NATIVE_OID] = "Oid",
    [SCHEMA_NATIVE_CITEXT] = "Citext",
    [SCHEMA_NATIVE_REAL] = "Real",
    [SCHEMA_NATIVE_DOUBLE_PRECISION] = "DoublePrecision",
    [SCHEMA_NATIVE_VARCHAR] = "VarChar",
    [SCHEMA_NATIVE_CHAR] = "Char",
    [SCHEMA_NATIVE_TEXT] = "Text",
    [SCHEMA_NATIVE_BYTEA] = "ByteA",
    [SCHEMA_NATIVE_TIMESTAMP] = "Timestamp",
    [SCHEMA_NATIVE_TIMESTAMPTZ] = "Timestamptz",
    [SCHEMA_NATIVE_DATE] = "Date",
    [SCHEMA_NATIVE_TIME] = "Time",
    [SCHEMA_NATIVE_TIMETZ] = "Timetz",
    [SCHEMA_NATIVE_BOOLEAN] = "Boolean",
    [SCHEMA_NATIVE_BIT] = "Bit",
    [SCHEMA_NATIVE_VARBIT] = "VarBit",
    [SCHEMA_NATIVE_UUID] = "Uuid",
    [SCHEMA_NATIVE_XML] = "Xml",
    [SCHEMA_NATIVE_JSON] = "Json",
    [SCHEMA_NATIVE_JSONB] = "JsonB",
};

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

typedef struct known_type {
    const char *name;
    schema_type scalar;
    schema_native native; /* NONE: what the scalar type is anyway */
    int implied;          /* precision of a time where none is given; -1: it has none */
} known_type;

static const known_type known_types[] = {
    {"int2", SCHEMA_INT, SCHEMA_NATIVE_SMALLINT, -1},
    {"int4", SCHEMA_INT, SCHEMA_NATIVE_NONE, -1},
    {"int8", SCHEMA_BIGINT, SCHEMA_NATIVE_NONE, -1},
    {"oid", SCHEMA_INT, SCHEMA_NATIVE_OID, -1},
    {"float4", SCHEMA_FLOAT, SCHEMA_NATIVE_REAL, -1},
    {"float8", SCHEMA_FLOAT, SCHEMA_NATIVE_NONE, -1},
    {"numeric", SCHEMA_DECIMAL, SCHEMA_NATIVE_DECIMAL, -1},
    {"money", SCHEMA_DECIMAL, SCHEMA_NATIVE_MONEY, -1},
    {"bool", SCHEMA_BOOLEAN, SCHEMA_NATIVE_NONE, -1},
    {"text", SCHEMA_STRING, SCHEMA_NATIVE_NONE, -1},
    {"varchar", SCHEMA_STRING, SCHEMA_NATIVE_VARCHAR, -1},
    {"bpchar", SCHEMA_STRING, SCHEMA_NATIVE_CHAR, -1},
    {"citext", SCHEMA_STRING, SCHEMA_NATIVE_CITEXT, -1},
    {"uuid", SCHEMA_STRING, SCHEMA_NATIVE_UUID, -1},
    {"xml", SCHEMA_STRING, SCHEMA_NATIVE_XML, -1},
    {"inet", SCHEMA_STRING, SCHEMA_NATIVE_INET, -1},
    {"bit", SCHEMA_STRING, SCHEMA_NATIVE_BIT, -1},
    {"varbit", SCHEMA_STRING, SCHEMA_NATIVE_VARBIT, -1},
    {"timestamp", SCHEMA_DATETIME, SCHEMA_NATIVE_TIMESTAMP, 6},
    {"timestamptz", SCHEMA_DATETIME, SCHEMA_NATIVE_TIMESTAMPTZ, 6},
    {"date", SCHEMA_DATETIME, SCHEMA_NATIVE_DATE, -1},
    {"time", SCHEMA_DATETIME, SCHEMA_NATIVE_TIME, 6},
    {"timetz", SCHEMA_DATETIME, SCHEMA_NATIVE_TIMETZ, 6},
    {"json", SCHEMA_JSON, SCHEMA_NATIVE_JSON, -1},
    {"jsonb", SCHEMA_JSON, SCHEMA_NATIVE_NONE, -1},
    {"bytea", SCHEMA_BYTES, SCHEMA_NATIVE_NONE, -1},
};

/* A domain is more than its type, and an extension may call a type as it likes; but citext is the
 * language's own. Char without a length is one character long, bpchar as long as one likes. */
static const known_type *find_known(const catalogue_column *column)
{
    bool is_foreign = column->is_domain ||
                      (column->type_namespace && strcmp(column->type_name, "citext") != 0) ||
                      (!strcmp(column->type_name, "bpchar") && !column->argument_count);
    for (size_t i = 0; !is_foreign && i < TENON__COUNT(known_types); i++)
        if (!strcmp(known_types[i].name, column->type_name))
            return &known_types[i];
    return NULL;
}

/* DECIMAL(65,30) and TIMESTAMP(3) are what Decimal and DateTime are by themselves. */
static bool is_scalars_own(const known_type *known, const catalogue_column *column)
{
    if (known->native == SCHEMA_NATIVE_DECIMAL)
        return column->argument_count == 2 && column->arguments[0] == 65 &&
               column->arguments[1] == 30;
    return known->native == SCHEMA_NATIVE_TIMESTAMP && column->argument_count == 1 &&
           column->arguments[0] == 3;
}

static pull_type scalar_type(const known_type *known, const catalogue_column *column)
{
    pull_type type = {.word = scalar_words[known->scalar], .scalar = known->scalar};
    if (is_scalars_own(known, column))
        return type;
    type.native = native_words[known->native];
    memcpy(type.arguments, column->arguments, sizeof type.arguments);
    type.argument_count = column->argument_count;
    if (!type.argument_count && known->implied >= 0)
        type.arguments[type.argument_count++] = known->implied;
    return type;
}

/* The spelling of an array's elements. */
static const char *element_type(pull_draft *d, const catalogue_column *column)
{
    size_t length = strlen(column->type);
    while (column->is_array && length > 2 && !strcmp(column->type + length - 2, "[]") && length)
        return tenon__arena_copy(&d->out->arena, column->type, length - 2);
    return column->type;
}

static pull_type postgresql_type(pull_draft *d, const catalogue_column *column)
{
    const known_type *known = find_known(column);
    const pull_enum *e =
        column->is_enum ? pull_find_enum(d, column->type_namespace, column->type_name) : NULL;
    pull_type type = {0};
    if (e)
        type = (pull_type){.word = e->name, .enumeration = e};
    else if (known)
        type = scalar_type(known, column);
    else
        type.unsupported = element_type(d, column);
    d->failed |= !type.word && !type.unsupported;
    type.is_list = column->is_array;
    return type;
}

/* ---- SQLite ---------------------------------------------------------------------------------- */

/* SQLite takes any word for a type; these are the usual ones. */
static const struct {
    const char *part;
    bool is_whole;
    schema_type scalar;
} sqlite_types[] = {
    {"int", true, SCHEMA_INT},
    {"integer", true, SCHEMA_INT},
    {"tinyint", true, SCHEMA_INT},
    {"smallint", true, SCHEMA_INT},
    {"mediumint", true, SCHEMA_INT},
    {"int2", true, SCHEMA_INT},
    {"bigint", true, SCHEMA_BIGINT},
    {"int8", true, SCHEMA_BIGINT},
    {"unsigned big int", true, SCHEMA_BIGINT},
    {"real", true, SCHEMA_FLOAT},
    {"float", true, SCHEMA_FLOAT},
    {"double", true, SCHEMA_FLOAT},
    {"double precision", true, SCHEMA_FLOAT},
    {"boolean", true, SCHEMA_BOOLEAN},
    {"bool", true, SCHEMA_BOOLEAN},
    {"text", true, SCHEMA_STRING},
    {"clob", true, SCHEMA_STRING},
    {"date", true, SCHEMA_DATETIME},
    {"datetime", true, SCHEMA_DATETIME},
    {"timestamp", true, SCHEMA_DATETIME},
    {"binary", true, SCHEMA_BYTES},
    {"blob", true, SCHEMA_BYTES},
    {"jsonb", true, SCHEMA_JSON},
    {"json", true, SCHEMA_JSON},
    {"char", false, SCHEMA_STRING},
    {"numeric", false, SCHEMA_DECIMAL},
    {"decimal", false, SCHEMA_DECIMAL},
};

static pull_type sqlite_type(const catalogue_column *column)
{
    for (size_t i = 0; i < TENON__COUNT(sqlite_types); i++) {
        const char *part = sqlite_types[i].part;
        if (sqlite_types[i].is_whole ? !strcasecmp(column->type_name, part)
                                     : strcasestr(column->type_name, part) != NULL)
            return (pull_type){.word = scalar_words[sqlite_types[i].scalar],
                               .scalar = sqlite_types[i].scalar};
    }
    return (pull_type){.unsupported = column->type};
}

pull_type pull_type_of(pull_draft *d, const catalogue_column *column)
{
    return d->c->dialect == TENON_SQLITE ? sqlite_type(column) : postgresql_type(d, column);
}

/* ---- of an old field ------------------------------------------------------------------------- */

static const pull_enum *enum_of(const pull_draft *d, const schema_enum *old)
{
    for (size_t i = 0; i < d->enum_count; i++)
        if (d->enums[i].old == old)
            return &d->enums[i];
    return NULL;
}

pull_type pull_type_of_field(const pull_draft *d, const schema_field *field)
{
    pull_type type = {.is_list = field->arity == SCHEMA_LIST};
    if (field->kind == SCHEMA_UNSUPPORTED) {
        type.unsupported = field->unsupported;
        return type;
    }
    if (field->kind == SCHEMA_ENUM) {
        type.word = field->enumeration->name;
        type.enumeration = enum_of(d, field->enumeration);
        return type;
    }
    type.word = scalar_words[field->type];
    type.scalar = field->type;
    type.native = native_words[field->native.kind];
    memcpy(type.arguments, field->native.arguments, sizeof type.arguments);
    type.argument_count = field->native.argument_count;
    return type;
}
