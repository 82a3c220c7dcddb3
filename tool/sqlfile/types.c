/* Types by their names: those of the schema language, and those that SQLite's tables declare.
 *
 * A field made here has the type in PostgreSQL that the schema language's own scalar has, so that
 * the same word means the same column everywhere. */
#include "sqlfile/server.h"

#include <ctype.h>

typedef struct type_word {
    const char *word;
    tenon_kind kind;
    tenon_pg_type pg_type;
} type_word;

/* The first of several with the same PostgreSQL type is what messages call it. */
static const type_word words[] = {
    {"Boolean", TENON_KIND_BOOL, TENON_PG_BOOL},
    {"SmallInt", TENON_KIND_INT16, TENON_PG_INT2},
    {"Int", TENON_KIND_INT32, TENON_PG_INT4},
    {"BigInt", TENON_KIND_INT64, TENON_PG_INT8},
    {"Oid", TENON_KIND_INT64, TENON_PG_OID},
    {"Real", TENON_KIND_FLOAT, TENON_PG_FLOAT4},
    {"Float", TENON_KIND_DOUBLE, TENON_PG_FLOAT8},
    {"Decimal", TENON_KIND_DECIMAL, TENON_PG_NUMERIC},
    {"String", TENON_KIND_TEXT, TENON_PG_TEXT},
    {"VarChar", TENON_KIND_TEXT, TENON_PG_VARCHAR},
    {"Char", TENON_KIND_TEXT, TENON_PG_BPCHAR},
    {"Citext", TENON_KIND_TEXT, TENON_PG_CITEXT},
    {"Json", TENON_KIND_JSON, TENON_PG_JSONB},
    {"JsonText", TENON_KIND_JSON, TENON_PG_JSON},
    {"Bytes", TENON_KIND_BYTES, TENON_PG_BYTEA},
    {"Uuid", TENON_KIND_UUID, TENON_PG_UUID},
    {"DateTime", TENON_KIND_TIME, TENON_PG_TIMESTAMP},
    {"Timestamptz", TENON_KIND_TIME, TENON_PG_TIMESTAMPTZ},
    {"Date", TENON_KIND_DATE, TENON_PG_DATE},
    {"Time", TENON_KIND_CLOCK, TENON_PG_TIME},
    {"Timetz", TENON_KIND_CLOCK_TZ, TENON_PG_TIMETZ},
    {"Interval", TENON_KIND_INTERVAL, TENON_PG_INTERVAL},
    {"Vector", TENON_KIND_VECTOR, TENON_PG_VECTOR},
    {"Bit", TENON_KIND_OTHER, TENON_PG_BIT},
    {"VarBit", TENON_KIND_OTHER, TENON_PG_VARBIT},
    {"Inet", TENON_KIND_OTHER, TENON_PG_INET},
    {"Xml", TENON_KIND_OTHER, TENON_PG_XML},
};

static tenon_field field_of(const type_word *type)
{
    return (tenon_field){.kind = type->kind, .pg_type = type->pg_type, .precision = -1};
}

tenon_field sql_type_of_word(const char *word)
{
    for (size_t i = 0; i < TENON__COUNT(words); i++)
        if (!strcmp(words[i].word, word))
            return field_of(&words[i]);
    return (tenon_field){.precision = -1};
}

const char *sql_word_of_type(const tenon_field *field)
{
    if (field->enumeration)
        return field->enumeration->name;
    for (size_t i = 0; field->packing && i < TENON__COUNT(words); i++)
        if (words[i].kind == field->packing->element)
            return words[i].word;
    for (size_t i = 0; i < TENON__COUNT(words); i++)
        if (words[i].pg_type == field->pg_type)
            return words[i].word;
    return field->other_type ? field->other_type : "text";
}

/* ---- SQLite ---------------------------------------------------------------------------------- */

/* Whole names first; then what SQLite's own rules of affinity look for in a name. Integers are
 * of 64 bits there whatever they are called, but booleans. */
static const struct {
    const char *part;
    bool is_whole;
    const char *word;
} declarations[] = {
    {"BOOLEAN", true, "Boolean"},    {"BOOL", true, "Boolean"},    {"DATETIME", true, "DateTime"},
    {"TIMESTAMP", true, "DateTime"}, {"DATE", true, "Date"},       {"TIME", true, "Time"},
    {"DECIMAL", true, "Decimal"},    {"NUMERIC", true, "Decimal"}, {"JSON", true, "Json"},
    {"JSONB", true, "Json"},         {"UUID", true, "Uuid"},       {"INT", false, "BigInt"},
    {"CHAR", false, "String"},       {"CLOB", false, "String"},    {"TEXT", false, "String"},
    {"BLOB", false, "Bytes"},        {"REAL", false, "Float"},     {"FLOA", false, "Float"},
    {"DOUB", false, "Float"},
};

/* "varchar(20)" → "VARCHAR" */
static void fold_declaration(const char *declared, char *out, size_t size)
{
    size_t length = 0;
    for (; declared[length] && declared[length] != '(' && length + 1 < size; length++)
        out[length] = (char)toupper((unsigned char)declared[length]);
    while (length && out[length - 1] == ' ')
        length--;
    out[length] = '\0';
}

tenon_field sql_type_of_declaration(const char *declared)
{
    char name[64] = "";
    if (declared)
        fold_declaration(declared, name, sizeof name);
    for (size_t i = 0; i < TENON__COUNT(declarations); i++)
        if (declarations[i].is_whole ? !strcmp(declarations[i].part, name)
                                     : strstr(name, declarations[i].part) != NULL)
            return sql_type_of_word(declarations[i].word);
    return (tenon_field){.precision = -1};
}
