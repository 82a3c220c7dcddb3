/* Types: a column's as the language has it, and an old field's in the same form. */
#include "pull/draft.h"

#include <stdlib.h>

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

/* DECIMAL(65,30) and TIMESTAMP(3) are what Decimal and DateTime are by themselves. */
static bool is_scalars_own(const catalogue_scalar *known, const catalogue_column *column)
{
    if (known->native == SCHEMA_NATIVE_DECIMAL)
        return column->argument_count == 2 && column->arguments[0] == 65 &&
               column->arguments[1] == 30;
    return known->native == SCHEMA_NATIVE_TIMESTAMP && column->argument_count == 1 &&
           column->arguments[0] == 3;
}

static pull_type scalar_type(const catalogue_scalar *known, const catalogue_column *column)
{
    pull_type type = {.word = scalar_words[known->type], .scalar = known->type};
    if (is_scalars_own(known, column))
        return type;
    type.native = native_words[known->native];
    memcpy(type.arguments, column->arguments, sizeof type.arguments);
    type.argument_count = column->argument_count;
    if (!type.argument_count && known->precision >= 0)
        type.arguments[type.argument_count++] = known->precision;
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
    const catalogue_scalar *known = catalogue_scalar_of(TENON_POSTGRESQL, column);
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

static pull_type sqlite_type(const catalogue_column *column)
{
    const catalogue_scalar *known = catalogue_scalar_of(TENON_SQLITE, column);
    if (!known)
        return (pull_type){.unsupported = column->type};
    return (pull_type){.word = scalar_words[known->type], .scalar = known->type};
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
