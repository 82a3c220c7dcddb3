/* Which scalar type of the language a column is of.
 *
 * A pull writes it, and decides by it what else can be said of the column; a diff asks the same, so
 * that what was not pulled is not dropped. */
#include "catalogue/catalogue.h"

#include <strings.h>

static const catalogue_scalar postgresql_scalars[] = {
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
static const catalogue_scalar *postgresql_scalar(const catalogue_column *column)
{
    bool is_foreign = column->is_domain ||
                      (column->type_namespace && strcmp(column->type_name, "citext") != 0) ||
                      (!strcmp(column->type_name, "bpchar") && !column->argument_count);
    for (size_t i = 0; !is_foreign && i < TENON__COUNT(postgresql_scalars); i++)
        if (!strcmp(postgresql_scalars[i].name, column->type_name))
            return &postgresql_scalars[i];
    return NULL;
}

/* SQLite takes any word for a type; these are the usual ones. */
static const struct {
    bool is_part;
    catalogue_scalar scalar;
} sqlite_scalars[] = {
    {false, {"int", SCHEMA_INT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"integer", SCHEMA_INT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"tinyint", SCHEMA_INT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"smallint", SCHEMA_INT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"mediumint", SCHEMA_INT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"int2", SCHEMA_INT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"bigint", SCHEMA_BIGINT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"int8", SCHEMA_BIGINT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"unsigned big int", SCHEMA_BIGINT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"real", SCHEMA_FLOAT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"float", SCHEMA_FLOAT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"double", SCHEMA_FLOAT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"double precision", SCHEMA_FLOAT, SCHEMA_NATIVE_NONE, -1}},
    {false, {"boolean", SCHEMA_BOOLEAN, SCHEMA_NATIVE_NONE, -1}},
    {false, {"bool", SCHEMA_BOOLEAN, SCHEMA_NATIVE_NONE, -1}},
    {false, {"text", SCHEMA_STRING, SCHEMA_NATIVE_NONE, -1}},
    {false, {"clob", SCHEMA_STRING, SCHEMA_NATIVE_NONE, -1}},
    {false, {"date", SCHEMA_DATETIME, SCHEMA_NATIVE_NONE, -1}},
    {false, {"datetime", SCHEMA_DATETIME, SCHEMA_NATIVE_NONE, -1}},
    {false, {"timestamp", SCHEMA_DATETIME, SCHEMA_NATIVE_NONE, -1}},
    {false, {"binary", SCHEMA_BYTES, SCHEMA_NATIVE_NONE, -1}},
    {false, {"blob", SCHEMA_BYTES, SCHEMA_NATIVE_NONE, -1}},
    {false, {"jsonb", SCHEMA_JSON, SCHEMA_NATIVE_NONE, -1}},
    {false, {"json", SCHEMA_JSON, SCHEMA_NATIVE_NONE, -1}},
    {true, {"char", SCHEMA_STRING, SCHEMA_NATIVE_NONE, -1}},
    {true, {"numeric", SCHEMA_DECIMAL, SCHEMA_NATIVE_NONE, -1}},
    {true, {"decimal", SCHEMA_DECIMAL, SCHEMA_NATIVE_NONE, -1}},
};

static const catalogue_scalar *sqlite_scalar(const catalogue_column *column)
{
    for (size_t i = 0; i < TENON__COUNT(sqlite_scalars); i++) {
        const char *name = sqlite_scalars[i].scalar.name;
        if (sqlite_scalars[i].is_part ? strcasestr(column->type_name, name) != NULL
                                      : !strcasecmp(column->type_name, name))
            return &sqlite_scalars[i].scalar;
    }
    return NULL;
}

const catalogue_scalar *catalogue_scalar_of(tenon_dialect dialect, const catalogue_column *column)
{
    return dialect == TENON_SQLITE ? sqlite_scalar(column) : postgresql_scalar(column);
}

bool catalogue_is_unsupported(tenon_dialect dialect, const catalogue_column *column)
{
    return !column->is_enum && !catalogue_scalar_of(dialect, column);
}
