/* PostgreSQL's access methods and operator classes: which index types take which fields.
 *
 * An operator class belongs to index types and to column types. A column type is a native type, or,
 * where the field has none, the scalar type: `@@index([title(ops: TextOps)], type: SpGist)` is for
 * String and for String @db.Text, @db.VarChar and @db.Char. */
#include "schema/check.h"

/* Index types as bits. */
#define ON(algorithm) (1u << (algorithm))

enum { NO_SCALAR = -1, MAX_NATIVES = 2 };

struct check_operator {
    const char *name, *database_name;
    unsigned algorithms;
    int scalar;                         /* fits fields of this type that have no native one */
    schema_native natives[MAX_NATIVES]; /* or of these native types */
};

#define BRIN_ROWS(prefix, database, scalar, ...)                                                   \
    {prefix "BloomOps", database "_bloom_ops", ON(SCHEMA_BRIN), scalar, {__VA_ARGS__}},            \
    {                                                                                              \
        prefix "MinMaxOps", database "_minmax_ops", ON(SCHEMA_BRIN), scalar,                       \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define BRIN_MULTI(prefix, database, scalar, ...)                                                  \
    BRIN_ROWS(prefix, database, scalar, __VA_ARGS__),                                              \
    {                                                                                              \
        prefix "MinMaxMultiOps", database "_minmax_multi_ops", ON(SCHEMA_BRIN), scalar,            \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

static const check_operator operators[] = {
    {"InetOps", "inet_ops", ON(SCHEMA_GIST) | ON(SCHEMA_SPGIST), NO_SCALAR, {SCHEMA_NATIVE_INET}},
    {"JsonbOps", "jsonb_ops", ON(SCHEMA_GIN), SCHEMA_JSON, {SCHEMA_NATIVE_JSONB}},
    {"JsonbPathOps", "jsonb_path_ops", ON(SCHEMA_GIN), SCHEMA_JSON, {SCHEMA_NATIVE_JSONB}},
    {"ArrayOps", "array_ops", ON(SCHEMA_GIN), NO_SCALAR, {SCHEMA_NATIVE_NONE}},
    {"TextOps",
     "text_ops",
     ON(SCHEMA_SPGIST),
     SCHEMA_STRING,
     {SCHEMA_NATIVE_TEXT, SCHEMA_NATIVE_VARCHAR}},
    {"BitMinMaxOps", "bit_minmax_ops", ON(SCHEMA_BRIN), NO_SCALAR, {SCHEMA_NATIVE_BIT}},
    {"VarBitMinMaxOps", "varbit_minmax_ops", ON(SCHEMA_BRIN), NO_SCALAR, {SCHEMA_NATIVE_VARBIT}},
    {"InetInclusionOps", "inet_inclusion_ops", ON(SCHEMA_BRIN), NO_SCALAR, {SCHEMA_NATIVE_INET}},
    BRIN_ROWS("Bpchar", "bpchar", NO_SCALAR, SCHEMA_NATIVE_CHAR),
    BRIN_ROWS("Bytea", "bytea", SCHEMA_BYTES, SCHEMA_NATIVE_BYTEA),
    BRIN_ROWS("Text", "text", SCHEMA_STRING, SCHEMA_NATIVE_TEXT, SCHEMA_NATIVE_VARCHAR),
    BRIN_MULTI("Date", "date", NO_SCALAR, SCHEMA_NATIVE_DATE),
    BRIN_MULTI("Float4", "float4", NO_SCALAR, SCHEMA_NATIVE_REAL),
    BRIN_MULTI("Float8", "float8", SCHEMA_FLOAT, SCHEMA_NATIVE_DOUBLE_PRECISION),
    BRIN_MULTI("Inet", "inet", NO_SCALAR, SCHEMA_NATIVE_INET),
    BRIN_MULTI("Int2", "int2", NO_SCALAR, SCHEMA_NATIVE_SMALLINT),
    BRIN_MULTI("Int4", "int4", SCHEMA_INT, SCHEMA_NATIVE_INTEGER),
    BRIN_MULTI("Int8", "int8", SCHEMA_BIGINT, SCHEMA_NATIVE_BIGINT),
    BRIN_MULTI("Numeric", "numeric", SCHEMA_DECIMAL, SCHEMA_NATIVE_DECIMAL),
    BRIN_MULTI("Oid", "oid", NO_SCALAR, SCHEMA_NATIVE_OID),
    BRIN_MULTI("Timestamp", "timestamp", SCHEMA_DATETIME, SCHEMA_NATIVE_TIMESTAMP),
    BRIN_MULTI("TimestampTz", "timestamptz", NO_SCALAR, SCHEMA_NATIVE_TIMESTAMPTZ),
    BRIN_MULTI("Time", "time", NO_SCALAR, SCHEMA_NATIVE_TIME),
    BRIN_MULTI("TimeTz", "timetz", NO_SCALAR, SCHEMA_NATIVE_TIMETZ),
    BRIN_MULTI("Uuid", "uuid", NO_SCALAR, SCHEMA_NATIVE_UUID),
};

const check_operator *check_find_operator(const char *name)
{
    for (size_t i = 0; i < TENON__COUNT(operators); i++) {
        if (strcmp(operators[i].name, name) == 0)
            return &operators[i];
    }
    return NULL;
}

const char *check_operator_name(const check_operator *operator)
{
    return operator->database_name;
}

const char *schema_operator_word(const char *database_name, schema_algorithm algorithm)
{
    for (size_t i = 0; i < TENON__COUNT(operators); i++) {
        if ((operators[i].algorithms & ON(algorithm)) &&
            strcmp(operators[i].database_name, database_name) == 0)
            return operators[i].name;
    }
    return NULL;
}

const char *check_hint_operator(check *c, const char *name)
{
    const char *names[TENON__COUNT(operators)];

    for (size_t i = 0; i < TENON__COUNT(operators); i++)
        names[i] = operators[i].name;
    return check_hint_near(c, name, names, TENON__COUNT(operators));
}

/* ---- which fields fit ------------------------------------------------------------------------ */

static bool is_of(const schema_field *field, schema_type type)
{
    return field->kind == SCHEMA_SCALAR && field->type == type;
}

static bool fits_operator(const check_operator *op, const schema_field *field,
                          schema_algorithm algorithm)
{
    bool is_array = strcmp(op->name, "ArrayOps") == 0;
    bool is_spgist_char = algorithm == SCHEMA_SPGIST && op->scalar == SCHEMA_STRING &&
                          field->native.kind == SCHEMA_NATIVE_CHAR;

    if (is_array || is_spgist_char)
        return !is_array || field->arity == SCHEMA_LIST;
    if (!field->native.kind)
        return op->scalar != NO_SCALAR && is_of(field, (schema_type)op->scalar);
    for (size_t i = 0; i < MAX_NATIVES; i++) {
        if (op->natives[i] == field->native.kind)
            return true;
    }
    return false;
}

/* Whether an index of that type has an operator class that it takes without being told. */
static bool has_default_operator(const schema_field *field, schema_algorithm algorithm)
{
    schema_native native = field->native.kind;

    switch (algorithm) {
    case SCHEMA_BTREE:
    case SCHEMA_HASH:
        return true;
    case SCHEMA_GIST:
        return !native && is_of(field, SCHEMA_STRING);
    case SCHEMA_GIN:
        return field->arity == SCHEMA_LIST || native == SCHEMA_NATIVE_JSONB ||
               (!native && is_of(field, SCHEMA_JSON));
    case SCHEMA_SPGIST:
        return native ? native == SCHEMA_NATIVE_INET || native == SCHEMA_NATIVE_TEXT ||
                            native == SCHEMA_NATIVE_VARCHAR || native == SCHEMA_NATIVE_CHAR
                      : is_of(field, SCHEMA_STRING);
    case SCHEMA_BRIN:
        return native ? native != SCHEMA_NATIVE_MONEY && native != SCHEMA_NATIVE_CITEXT &&
                            native != SCHEMA_NATIVE_BOOLEAN && native != SCHEMA_NATIVE_XML &&
                            native != SCHEMA_NATIVE_JSON && native != SCHEMA_NATIVE_JSONB
                      : field->kind == SCHEMA_SCALAR && field->type != SCHEMA_JSON &&
                            field->type != SCHEMA_BOOLEAN;
    case SCHEMA_HNSW:
    case SCHEMA_IVFFLAT:
        break;
    }
    return false;
}

static const char *algorithm_name(schema_algorithm algorithm)
{
    static const char *const names[] = {
        [SCHEMA_BTREE] = "BTree", [SCHEMA_HASH] = "Hash",      [SCHEMA_GIST] = "Gist",
        [SCHEMA_GIN] = "Gin",     [SCHEMA_SPGIST] = "SpGist",  [SCHEMA_BRIN] = "Brin",
        [SCHEMA_HNSW] = "Hnsw",   [SCHEMA_IVFFLAT] = "IvfFlat"};
    return names[algorithm];
}

static const char *column_type(check *c, const check_field *f)
{
    schema_native native = f->field->native.kind;

    if (native)
        return check_format(c, "@%s.%s", c->s->datasource->name, check_native_name(native));
    return check_format(c, "%s%s", check_type_name(f), f->field->arity == SCHEMA_LIST ? "[]" : "");
}

static void check_column_operator(check *c, const check_index *index, const check_column *column)
{
    const check_operator *op = column->operator;
    schema_algorithm algorithm = index->index->algorithm;

    if (!(op->algorithms & ON(algorithm)))
        check_error(c, index->attribute->span, NULL,
                    "the operator class %s does not belong to indexes of type %s", op->name,
                    algorithm_name(algorithm));
    else if (!fits_operator(op, column->field->field, algorithm))
        check_error(c, index->attribute->span, NULL,
                    "the operator class %s does not fit the field '%s' of type %s", op->name,
                    column->field->field->name, column_type(c, column->field));
}

static void check_column_type(check *c, const check_index *index, const check_column *column)
{
    const schema_field *field = column->field->field;
    bool is_unsupported = field->kind == SCHEMA_UNSUPPORTED;

    if (!is_unsupported && !has_default_operator(field, index->index->algorithm))
        check_error(c, index->attribute->span, "give it an operator class by ops:",
                    "an index of type %s cannot hold the field '%s' of type %s",
                    algorithm_name(index->index->algorithm), field->name,
                    column_type(c, column->field));
}

static void check_xml(check *c, const check_index *index)
{
    for (size_t i = 0; i < index->index->column_count; i++) {
        const check_field *f = index->columns[i].field;
        if (f->field->native.kind == SCHEMA_NATIVE_XML) {
            check_error(c, f->ast->span, NULL, "a field of type Xml cannot be %s",
                        index->index->kind == SCHEMA_UNIQUE ? "unique" : "indexed");
            return;
        }
    }
}

void check_operator_rules(check *c, check_index *index)
{
    check_xml(c, index);
    for (size_t i = 0; i < index->index->column_count; i++) {
        const check_column *column = &index->columns[i];
        if (column->operator)
            check_column_operator(c, index, column);
        else if (!column->is_raw_operator)
            check_column_type(c, index, column);
    }
    if (index->index->algorithm == SCHEMA_SPGIST && index->index->column_count != 1)
        check_error(c, index->attribute->span, "make an index for each of them",
                    "an index of type SpGist holds one field only");
}
