/* One field of the schema becomes one field descriptor: its kind, its type in PostgreSQL with
 * precision and scale, its flags. What the language leaves open is filled in with what its DDL
 * makes: DateTime is timestamp(3), Decimal is numeric(65, 30). */
#include "describe/field.h"

typedef struct column_type {
    tenon_kind kind;
    tenon_pg_type pg_type;
    int32_t precision, scale; /* when the schema gives none; -1: not limited */
} column_type;

static const column_type scalar_types[] = {
    [SCHEMA_STRING] = {TENON_KIND_TEXT, TENON_PG_TEXT, -1, 0},
    [SCHEMA_BOOLEAN] = {TENON_KIND_BOOL, TENON_PG_BOOL, -1, 0},
    [SCHEMA_INT] = {TENON_KIND_INT32, TENON_PG_INT4, -1, 0},
    [SCHEMA_BIGINT] = {TENON_KIND_INT64, TENON_PG_INT8, -1, 0},
    [SCHEMA_FLOAT] = {TENON_KIND_DOUBLE, TENON_PG_FLOAT8, -1, 0},
    [SCHEMA_DECIMAL] = {TENON_KIND_DECIMAL, TENON_PG_NUMERIC, 65, 30},
    [SCHEMA_DATETIME] = {TENON_KIND_TIME, TENON_PG_TIMESTAMP, 3, 0},
    [SCHEMA_JSON] = {TENON_KIND_JSON, TENON_PG_JSONB, -1, 0},
    [SCHEMA_BYTES] = {TENON_KIND_BYTES, TENON_PG_BYTEA, -1, 0},
};

static const column_type native_types[] = {
    [SCHEMA_NATIVE_SMALLINT] = {TENON_KIND_INT16, TENON_PG_INT2, -1, 0},
    [SCHEMA_NATIVE_INTEGER] = {TENON_KIND_INT32, TENON_PG_INT4, -1, 0},
    [SCHEMA_NATIVE_BIGINT] = {TENON_KIND_INT64, TENON_PG_INT8, -1, 0},
    [SCHEMA_NATIVE_DECIMAL] = {TENON_KIND_DECIMAL, TENON_PG_NUMERIC, -1, 0},
    [SCHEMA_NATIVE_MONEY] = {TENON_KIND_DECIMAL, TENON_PG_MONEY, 19, 2},
    [SCHEMA_NATIVE_INET] = {TENON_KIND_OTHER, TENON_PG_INET, -1, 0},
    [SCHEMA_NATIVE_OID] = {TENON_KIND_INT64, TENON_PG_OID, -1, 0},
    [SCHEMA_NATIVE_CITEXT] = {TENON_KIND_TEXT, TENON_PG_CITEXT, -1, 0},
    [SCHEMA_NATIVE_REAL] = {TENON_KIND_FLOAT, TENON_PG_FLOAT4, -1, 0},
    [SCHEMA_NATIVE_DOUBLE_PRECISION] = {TENON_KIND_DOUBLE, TENON_PG_FLOAT8, -1, 0},
    [SCHEMA_NATIVE_VARCHAR] = {TENON_KIND_TEXT, TENON_PG_VARCHAR, -1, 0},
    [SCHEMA_NATIVE_CHAR] = {TENON_KIND_TEXT, TENON_PG_BPCHAR, 1, 0},
    [SCHEMA_NATIVE_TEXT] = {TENON_KIND_TEXT, TENON_PG_TEXT, -1, 0},
    [SCHEMA_NATIVE_BYTEA] = {TENON_KIND_BYTES, TENON_PG_BYTEA, -1, 0},
    [SCHEMA_NATIVE_TIMESTAMP] = {TENON_KIND_TIME, TENON_PG_TIMESTAMP, 6, 0},
    [SCHEMA_NATIVE_TIMESTAMPTZ] = {TENON_KIND_TIME, TENON_PG_TIMESTAMPTZ, 6, 0},
    [SCHEMA_NATIVE_DATE] = {TENON_KIND_DATE, TENON_PG_DATE, -1, 0},
    [SCHEMA_NATIVE_TIME] = {TENON_KIND_CLOCK, TENON_PG_TIME, 6, 0},
    [SCHEMA_NATIVE_TIMETZ] = {TENON_KIND_CLOCK_TZ, TENON_PG_TIMETZ, 6, 0},
    [SCHEMA_NATIVE_BOOLEAN] = {TENON_KIND_BOOL, TENON_PG_BOOL, -1, 0},
    [SCHEMA_NATIVE_BIT] = {TENON_KIND_OTHER, TENON_PG_BIT, 1, 0},
    [SCHEMA_NATIVE_VARBIT] = {TENON_KIND_OTHER, TENON_PG_VARBIT, -1, 0},
    [SCHEMA_NATIVE_UUID] = {TENON_KIND_UUID, TENON_PG_UUID, -1, 0},
    [SCHEMA_NATIVE_XML] = {TENON_KIND_OTHER, TENON_PG_XML, -1, 0},
    [SCHEMA_NATIVE_JSON] = {TENON_KIND_JSON, TENON_PG_JSON, -1, 0},
    [SCHEMA_NATIVE_JSONB] = {TENON_KIND_JSON, TENON_PG_JSONB, -1, 0},
};

static column_type type_of_scalar(const schema_field *source)
{
    const schema_native_type *native = &source->native;
    if (native->kind == SCHEMA_NATIVE_NONE)
        return scalar_types[source->type];
    column_type type = native_types[native->kind];
    if (native->argument_count > 0) {
        type.precision = native->arguments[0];
        type.scale = native->argument_count > 1 ? native->arguments[1] : 0;
    }
    return type;
}

static column_type type_of_unsupported(const schema_field *source)
{
    int32_t number;
    switch (schema_typed_of(source, &number)) {
    case SCHEMA_TYPED_INTERVAL:
        return (column_type){TENON_KIND_INTERVAL, TENON_PG_INTERVAL, number < 0 ? 6 : number, 0};
    case SCHEMA_TYPED_VECTOR:
        return (column_type){TENON_KIND_VECTOR, TENON_PG_VECTOR, number, 0};
    case SCHEMA_TYPED_NONE:
        break;
    }
    return (column_type){TENON_KIND_OTHER, TENON_PG_OTHER, -1, 0};
}

static column_type type_of_field(const schema_field *source)
{
    if (source->kind == SCHEMA_ENUM)
        return (column_type){TENON_KIND_ENUM, TENON_PG_ENUM, -1, 0};
    if (source->kind == SCHEMA_UNSUPPORTED)
        return type_of_unsupported(source);
    return type_of_scalar(source);
}

static uint32_t flags_of_field(const schema_field *source)
{
    schema_default_kind made = source->default_value.kind;
    uint32_t flags = 0;
    if (source->arity == SCHEMA_OPTIONAL)
        flags |= TENON_FIELD_NULLABLE;
    if (source->arity == SCHEMA_LIST)
        flags |= TENON_FIELD_LIST;
    if (source->is_id)
        flags |= TENON_FIELD_KEY;
    if (made == SCHEMA_DEFAULT_AUTOINCREMENT || made == SCHEMA_DEFAULT_DBGENERATED)
        flags |= TENON_FIELD_GENERATED;
    if (source->is_updated_at)
        flags |= TENON_FIELD_UPDATED_AT;
    if (schema_find_word(&source->comment, "sensitive"))
        flags |= TENON_FIELD_SENSITIVE;
    if (schema_find_word(&source->comment, "exact"))
        flags |= TENON_FIELD_EXACT;
    if (schema_find_word(&source->comment, "version"))
        flags |= TENON_FIELD_VERSION;
    if (schema_find_word(&source->comment, "createdBy"))
        flags |= TENON_FIELD_CREATED_BY;
    if (schema_find_word(&source->comment, "updatedBy"))
        flags |= TENON_FIELD_UPDATED_BY;
    return flags;
}

/* strtod for the arguments of @tenon.validate, which the checker has found to be numbers. */
static double number_of(const schema_word_argument *argument)
{
    tenon_decimal decimal = {strlen(argument->value), argument->value};
    return tenon_decimal_approximate(decimal);
}

static void apply_argument(tenon_validation *validation, const schema_word_argument *argument)
{
    const char *name = argument->name ? argument->name : "";
    if (!strcmp(name, "min")) {
        validation->has_min = true;
        validation->min = number_of(argument);
    } else if (!strcmp(name, "max")) {
        validation->has_max = true;
        validation->max = number_of(argument);
    } else if (!strcmp(name, "minLength")) {
        validation->has_min_length = true;
        validation->min_length = (uint32_t)number_of(argument);
    } else if (!strcmp(name, "maxLength")) {
        validation->has_max_length = true;
        validation->max_length = (uint32_t)number_of(argument);
    } else if (!strcmp(name, "pattern")) {
        validation->pattern = argument->value;
    } else if (!strcmp(name, "message")) {
        validation->message = argument->value;
    } else if (!strcmp(name, "required")) {
        validation->is_required = !strcmp(argument->value, "true");
    }
}

static bool describe_validation(tenon__arena *arena, const schema_field *source, tenon_field *out)
{
    const schema_word *word = schema_find_word(&source->comment, "validate");
    if (!word)
        return true;
    tenon_validation *validation = tenon__arena_zalloc(arena, sizeof *validation);
    if (!validation)
        return false;
    for (size_t i = 0; i < word->argument_count; i++)
        apply_argument(validation, &word->arguments[i]);
    out->validation = validation;
    return true;
}

/* What an array is packed as, by the kind of its elements; the checker lets no other one
 * through. */
static const tenon_array_type array_types[] = {
    [TENON_KIND_BOOL] = TENON_ARRAY_BOOL,   [TENON_KIND_INT16] = TENON_ARRAY_INT16,
    [TENON_KIND_INT32] = TENON_ARRAY_INT32, [TENON_KIND_INT64] = TENON_ARRAY_INT64,
    [TENON_KIND_FLOAT] = TENON_ARRAY_FLOAT, [TENON_KIND_DOUBLE] = TENON_ARRAY_DOUBLE,
    [TENON_KIND_TEXT] = TENON_ARRAY_TEXT,   [TENON_KIND_BYTES] = TENON_ARRAY_BYTES,
    [TENON_KIND_UUID] = TENON_ARRAY_UUID,   [TENON_KIND_TIME] = TENON_ARRAY_TIME,
    [TENON_KIND_DATE] = TENON_ARRAY_DATE,   [TENON_KIND_CLOCK] = TENON_ARRAY_CLOCK,
};

static tenon_pack_options options_of(const schema_word *word)
{
    tenon_pack_options options = {0};
    for (size_t i = 0; i < word->argument_count; i++) {
        const schema_word_argument *argument = &word->arguments[i];
        if (!strcmp(argument->name, "maxError"))
            options.max_error = number_of(argument);
        else
            options.without_general = !strcmp(argument->value, "false");
    }
    return options;
}

/* The array becomes one value, which may be NULL: an empty one. */
static bool describe_packing(tenon__arena *arena, const schema_field *source, tenon_field *out)
{
    tenon_packing *packing = tenon__arena_zalloc(arena, sizeof *packing);
    if (!packing)
        return false;
    *packing =
        (tenon_packing){.element = out->kind,
                        .type = array_types[out->kind],
                        .options = options_of(schema_find_word(&source->comment, "compress")),
                        .pack = tenon_pack,
                        .unpack = tenon_unpack};
    out->packing = packing;
    out->kind = TENON_KIND_PACKED;
    out->pg_type = TENON_PG_BYTEA;
    out->precision = -1;
    out->flags = (out->flags & ~(uint32_t)TENON_FIELD_LIST) | TENON_FIELD_NULLABLE;
    return true;
}

static const tenon_enum *enum_of(const schema *s, const tenon_enum *enums,
                                 const schema_enum *source)
{
    for (size_t i = 0; i < s->enum_count; i++)
        if (s->enums[i] == source)
            return &enums[i];
    return NULL;
}

bool describe_field(tenon__arena *arena, const schema *s, const tenon_enum *enums,
                    const tenon_model *model, const schema_field *source, tenon_field *out,
                    tenon_error *err)
{
    column_type type = type_of_field(source);
    *out = (tenon_field){.name = source->name,
                         .column = source->database_name,
                         .kind = type.kind,
                         .pg_type = type.pg_type,
                         .flags = flags_of_field(source),
                         .precision = type.precision,
                         .scale = type.scale,
                         .enumeration = enum_of(s, enums, source->enumeration),
                         .other_type = source->unsupported};
    if (!describe_validation(arena, source, out) ||
        (schema_is_packed(source) && !describe_packing(arena, source, out)))
        return tenon__fail_no_memory(err);
    return describe_default(arena, model, source, out, err);
}
