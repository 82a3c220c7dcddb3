/* The types: one row for each tenon_pg_type.
 *
 * Built-in types have OIDs that are the same in every database, so parameters carry them and
 * results are compared with them. Enums, citext and extension types get theirs when they are
 * created: a parameter of such a type is sent with OID 0, in text form, and the server takes the
 * type from the context. The same holds for bit, inet and xml, whose text form is the one that
 * people know; they are selected as ::text. Money depends on the server's locale, so it goes out
 * and comes in as numeric and the server casts. */
#include "driver/postgres/pg.h"

#include <stdio.h>

enum { OID_TEXT = 25, OID_TEXT_ARRAY = 1009, OID_NUMERIC = 1700, OID_NUMERIC_ARRAY = 1231 };

/* A type that travels in binary form under its own OID. */
#define BUILT_IN(type, codec_name, type_oid, type_array_oid)                                       \
    {                                                                                              \
        .name = type, .codec = TENON__PG_CODEC_##codec_name, .oid = type_oid,                      \
        .array_oid = type_array_oid, .result_oid = type_oid, .result_array_oid = type_array_oid    \
    }
/* A built-in type that travels as text. */
#define AS_TEXT(type)                                                                              \
    {                                                                                              \
        .name = type, .codec = TENON__PG_CODEC_TEXT, .result_oid = OID_TEXT,                       \
        .result_array_oid = OID_TEXT_ARRAY                                                         \
    }

static const tenon__pg_type types[] = {
    [TENON_PG_BOOL] = BUILT_IN("boolean", BOOL, 16, 1000),
    [TENON_PG_INT2] = BUILT_IN("smallint", INT2, 21, 1005),
    [TENON_PG_INT4] = BUILT_IN("integer", INT4, 23, 1007),
    [TENON_PG_INT8] = BUILT_IN("bigint", INT8, 20, 1016),
    [TENON_PG_OID] = BUILT_IN("oid", OID, 26, 1028),
    [TENON_PG_FLOAT4] = BUILT_IN("real", FLOAT4, 700, 1021),
    [TENON_PG_FLOAT8] = BUILT_IN("double precision", FLOAT8, 701, 1022),
    [TENON_PG_NUMERIC] = BUILT_IN("numeric", NUMERIC, OID_NUMERIC, OID_NUMERIC_ARRAY),
    [TENON_PG_MONEY] = BUILT_IN("money", NUMERIC, OID_NUMERIC, OID_NUMERIC_ARRAY),
    [TENON_PG_TEXT] = BUILT_IN("text", TEXT, OID_TEXT, OID_TEXT_ARRAY),
    [TENON_PG_VARCHAR] = BUILT_IN("character varying", TEXT, 1043, 1015),
    [TENON_PG_BPCHAR] = BUILT_IN("character", TEXT, 1042, 1014),
    [TENON_PG_CITEXT] = {.name = "citext", .codec = TENON__PG_CODEC_TEXT},
    [TENON_PG_JSON] = BUILT_IN("json", JSON, 114, 199),
    [TENON_PG_JSONB] = BUILT_IN("jsonb", JSONB, 3802, 3807),
    [TENON_PG_BYTEA] = BUILT_IN("bytea", BYTEA, 17, 1001),
    [TENON_PG_UUID] = BUILT_IN("uuid", UUID, 2950, 2951),
    [TENON_PG_TIMESTAMP] = BUILT_IN("timestamp without time zone", TIMESTAMP, 1114, 1115),
    [TENON_PG_TIMESTAMPTZ] = BUILT_IN("timestamp with time zone", TIMESTAMP, 1184, 1185),
    [TENON_PG_DATE] = BUILT_IN("date", DATE, 1082, 1182),
    [TENON_PG_TIME] = BUILT_IN("time without time zone", TIME, 1083, 1183),
    [TENON_PG_TIMETZ] = BUILT_IN("time with time zone", TIMETZ, 1266, 1270),
    [TENON_PG_INTERVAL] = BUILT_IN("interval", INTERVAL, 1186, 1187),
    [TENON_PG_BIT] = AS_TEXT("bit"),
    [TENON_PG_VARBIT] = AS_TEXT("bit varying"),
    [TENON_PG_INET] = AS_TEXT("inet"),
    [TENON_PG_XML] = AS_TEXT("xml"),
    [TENON_PG_VECTOR] = {.name = "vector", .codec = TENON__PG_CODEC_VECTOR},
    [TENON_PG_ENUM] = {.name = "an enum", .codec = TENON__PG_CODEC_ENUM},
    [TENON_PG_OTHER] = AS_TEXT("another type"),
};

/* Names of built-in types that no field can have, but a column found instead of it may. */
static const struct {
    uint32_t oid;
    const char *name;
} other_names[] = {
    {18, "\"char\""},   {19, "name"},          {142, "xml"},
    {143, "xml[]"},     {600, "point"},        {790, "money"},
    {791, "money[]"},   {829, "macaddr"},      {650, "cidr"},
    {869, "inet"},      {1041, "inet[]"},      {1560, "bit"},
    {1561, "bit[]"},    {1562, "bit varying"}, {1563, "bit varying[]"},
    {3614, "tsvector"}, {3904, "int4range"},   {705, "unknown"},
};

const tenon__pg_type *tenon__pg_type_of(tenon_pg_type type)
{
    return &types[type];
}

static tenon__pg_codec codec_of_kind(tenon_kind kind)
{
    static const tenon__pg_codec codecs[] = {
        [TENON_KIND_BOOL] = TENON__PG_CODEC_BOOL,
        [TENON_KIND_INT16] = TENON__PG_CODEC_INT2,
        [TENON_KIND_INT32] = TENON__PG_CODEC_INT4,
        [TENON_KIND_INT64] = TENON__PG_CODEC_INT8,
        [TENON_KIND_FLOAT] = TENON__PG_CODEC_FLOAT4,
        [TENON_KIND_DOUBLE] = TENON__PG_CODEC_FLOAT8,
        [TENON_KIND_DECIMAL] = TENON__PG_CODEC_NUMERIC,
        [TENON_KIND_TEXT] = TENON__PG_CODEC_TEXT,
        [TENON_KIND_JSON] = TENON__PG_CODEC_JSON,
        [TENON_KIND_BYTES] = TENON__PG_CODEC_BYTEA,
        [TENON_KIND_UUID] = TENON__PG_CODEC_UUID,
        [TENON_KIND_TIME] = TENON__PG_CODEC_TIMESTAMP,
        [TENON_KIND_DATE] = TENON__PG_CODEC_DATE,
        [TENON_KIND_CLOCK] = TENON__PG_CODEC_TIME,
        [TENON_KIND_CLOCK_TZ] = TENON__PG_CODEC_TIMETZ,
        [TENON_KIND_INTERVAL] = TENON__PG_CODEC_INTERVAL,
        [TENON_KIND_VECTOR] = TENON__PG_CODEC_VECTOR,
        [TENON_KIND_ENUM] = TENON__PG_CODEC_ENUM,
        [TENON_KIND_OTHER] = TENON__PG_CODEC_TEXT,
    };
    return (size_t)kind < TENON__COUNT(codecs) ? codecs[kind] : TENON__PG_CODEC_NONE;
}

tenon__pg_codec tenon__pg_codec_of(const tenon_field *field)
{
    if (field->pg_type < TENON_PG_BOOL || (size_t)field->pg_type >= TENON__COUNT(types))
        return TENON__PG_CODEC_NONE;
    tenon__pg_codec codec = types[field->pg_type].codec;
    tenon__pg_codec of_kind = codec_of_kind(field->kind);
    if (codec == of_kind)
        return codec;
    if (field->kind == TENON_KIND_PACKED && codec == TENON__PG_CODEC_BYTEA && field->packing)
        return TENON__PG_CODEC_PACKED;
    if (codec == TENON__PG_CODEC_JSONB && of_kind == TENON__PG_CODEC_JSON)
        return codec;
    if (codec == TENON__PG_CODEC_OID &&
        (of_kind == TENON__PG_CODEC_INT4 || of_kind == TENON__PG_CODEC_INT8))
        return codec;
    return TENON__PG_CODEC_NONE;
}

const char *tenon__pg_field_type(const tenon_field *field)
{
    if (field->pg_type == TENON_PG_ENUM && field->enumeration)
        return field->enumeration->type;
    if (field->pg_type == TENON_PG_OTHER && field->other_type)
        return field->other_type;
    return types[field->pg_type].name;
}

const char *tenon__pg_slot_type(const tenon__slot *slot)
{
    if (slot->as_text)
        return types[TENON_PG_TEXT].name;
    return slot->field ? tenon__pg_field_type(slot->field) : types[TENON_PG_INT8].name;
}

/* The server's own functions make text of varchar (max, coalesce), and both mean the same. */
static uint32_t without_length(uint32_t oid)
{
    const tenon__pg_type *varchar = &types[TENON_PG_VARCHAR];
    if (oid == varchar->oid)
        return OID_TEXT;
    return oid == varchar->array_oid ? OID_TEXT_ARRAY : oid;
}

bool tenon__pg_type_matches(const tenon_field *field, uint32_t oid)
{
    const tenon__pg_type *type = &types[field->pg_type];
    uint32_t expected = field->flags & TENON_FIELD_LIST ? type->result_array_oid : type->result_oid;
    if (!expected)
        return oid >= TENON__PG_FIRST_USER_OID;
    return without_length(oid) == without_length(expected);
}

const char *tenon__pg_type_name(uint32_t oid, char *text, size_t size)
{
    for (size_t i = TENON_PG_BOOL; i < TENON__COUNT(types); i++) {
        if (types[i].oid == oid && oid)
            return types[i].name;
        if (types[i].array_oid == oid && oid) {
            snprintf(text, size, "%s[]", types[i].name);
            return text;
        }
    }
    for (size_t i = 0; i < TENON__COUNT(other_names); i++) {
        if (other_names[i].oid == oid)
            return other_names[i].name;
    }
    snprintf(text, size, "the type with OID %u", oid);
    return text;
}
