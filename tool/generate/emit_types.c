/* The C spelling of types, strings and comments. */
#include "generate/emit.h"

/* How the types of one kind are spelt. */
typedef struct kind_types {
    const char *row, *optional, *array, *wide;
    const char *filter, *set, *array_filter, *array_set;
} kind_types;

#define KIND(row_, optional_, wide_, name, array_name)                                             \
    {                                                                                              \
        row_, optional_, "tenon_" array_name "_array", wide_, "tenon_" name "_filter",             \
            "tenon_" name "_set", "tenon_" array_name "_array_filter",                             \
            "tenon_" array_name "_array_set"                                                       \
    }

static const kind_types types[] = {
    [TENON_KIND_BOOL] = KIND("bool", "tenon_opt_bool", "int", "bool", "bool"),
    [TENON_KIND_INT16] = KIND("int16_t", "tenon_opt_int16", "int64_t", "int", "int16"),
    [TENON_KIND_INT32] = KIND("int32_t", "tenon_opt_int32", "int64_t", "int", "int32"),
    [TENON_KIND_INT64] = KIND("int64_t", "tenon_opt_int64", "int64_t", "int", "int64"),
    [TENON_KIND_FLOAT] = KIND("float", "tenon_opt_float", "double", "float", "float"),
    [TENON_KIND_DOUBLE] = KIND("double", "tenon_opt_double", "double", "float", "double"),
    [TENON_KIND_DECIMAL] =
        KIND("tenon_decimal", "tenon_decimal", "tenon_decimal", "decimal", "decimal"),
    [TENON_KIND_TEXT] = KIND("const char *", "const char *", "const char *", "text", "text"),
    [TENON_KIND_JSON] = KIND("tenon_json", "tenon_json", "tenon_json", "json", "json"),
    [TENON_KIND_BYTES] = KIND("tenon_bytes", "tenon_bytes", "tenon_bytes", "bytes", "bytes"),
    [TENON_KIND_UUID] = KIND("tenon_uuid", "tenon_opt_uuid", "tenon_uuid", "uuid", "uuid"),
    [TENON_KIND_TIME] = KIND("tenon_time", "tenon_opt_time", "tenon_time", "time", "time"),
    [TENON_KIND_DATE] = KIND("tenon_date", "tenon_opt_date", "tenon_date", "date", "date"),
    [TENON_KIND_CLOCK] = KIND("tenon_clock", "tenon_opt_clock", "tenon_clock", "clock", "clock"),
    [TENON_KIND_CLOCK_TZ] =
        KIND("tenon_clock_tz", "tenon_opt_clock_tz", "tenon_clock_tz", "clock_tz", "clock_tz"),
    [TENON_KIND_INTERVAL] =
        KIND("tenon_interval", "tenon_opt_interval", "tenon_interval", "interval", "interval"),
    [TENON_KIND_VECTOR] = {.row = "tenon_vector",
                           .optional = "tenon_vector",
                           .wide = "tenon_vector",
                           .filter = "tenon_vector_filter",
                           .set = "tenon_vector_set"},
    [TENON_KIND_OTHER] = KIND("const char *", "const char *", "const char *", "text", "text"),
};

const enum_names *emit_names_of_enum(const emitter *e, const tenon_enum *enumeration)
{
    return &e->names->enums[enumeration - e->set->enums];
}

/* A packed array is a value like any other, whose type is that of the array. */
static kind_types types_of_packed(const tenon_field *field)
{
    kind_types type = types[field->packing->element];
    return (kind_types){.row = type.array,
                        .optional = type.array,
                        .wide = type.array,
                        .filter = "tenon_packed_filter",
                        .set = type.array_set};
}

static kind_types types_of(const emitter *e, const tenon_field *field)
{
    if (field->kind == TENON_KIND_PACKED)
        return types_of_packed(field);
    if (field->kind != TENON_KIND_ENUM)
        return types[field->kind];
    const enum_names *names = emit_names_of_enum(e, field->enumeration);
    return (kind_types){.row = names->type,
                        .optional = names->optional,
                        .array = names->array,
                        .wide = names->type,
                        .filter = names->filter,
                        .set = names->set,
                        .array_filter = names->array_filter,
                        .array_set = names->array_set};
}

const char *emit_row_type(const emitter *e, const tenon_field *field)
{
    kind_types type = types_of(e, field);
    if (field->flags & TENON_FIELD_LIST)
        return type.array;
    return field->flags & TENON_FIELD_NULLABLE ? type.optional : type.row;
}

const char *emit_filter_type(const emitter *e, const tenon_field *field)
{
    kind_types type = types_of(e, field);
    return field->flags & TENON_FIELD_LIST ? type.array_filter : type.filter;
}

const char *emit_set_type(const emitter *e, const tenon_field *field)
{
    kind_types type = types_of(e, field);
    return field->flags & TENON_FIELD_LIST ? type.array_set : type.set;
}

const char *emit_wide_type(const emitter *e, const tenon_field *field)
{
    kind_types type = types_of(e, field);
    return field->flags & TENON_FIELD_LIST ? type.array : type.wide;
}

/* U+200E, U+200F, U+202A … U+202E, U+2066 … U+2069 change the order in which text is shown, also
 * that of the code behind them; compilers warn. All have three bytes. */
static bool is_direction_mark(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    if (byte[0] != 0xe2)
        return false;
    bool is_mark = byte[1] == 0x80 &&
                   (byte[2] == 0x8e || byte[2] == 0x8f || (byte[2] >= 0xaa && byte[2] <= 0xae));
    return is_mark || (byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9);
}

/* Whether a comment must not have these two characters side by side. */
static bool ends_comment(const char *at)
{
    return (at[0] == '*' && at[1] == '/') || (at[0] == '/' && at[1] == '*') ||
           (at[0] == '?' && at[1] == '?');
}

void emit_documentation(emitter *e, const char *documentation, const char *indent)
{
    if (!documentation || !*documentation)
        return;
    tenon__buf_format(e->out, "%s/* ", indent);
    for (const char *at = documentation; *at; at++) {
        if (is_direction_mark(at)) {
            at += 2;
            continue;
        }
        tenon__buf_char(e->out, *at);
        if (*at == '\n')
            tenon__buf_format(e->out, "%s * ", indent);
        else if (ends_comment(at))
            tenon__buf_char(e->out, ' ');
    }
    tenon__buf_text(e->out, " */\n");
}

/* The character at `at` of a text for a string literal; how many bytes of the text it was. */
static size_t emit_character(emitter *e, const char *text, const char *at)
{
    unsigned char byte = (unsigned char)*at;
    if (byte == '"' || byte == '\\')
        tenon__buf_format(e->out, "\\%c", byte);
    else if (byte == '?' && at > text && at[-1] == '?') /* no trigraphs */
        tenon__buf_text(e->out, "\\?");
    else if (byte == '\n')
        tenon__buf_text(e->out, "\\n");
    else if (byte < 0x20 || byte == 0x7f)
        tenon__buf_format(e->out, "\\%03o", byte);
    else if (is_direction_mark(at))
        tenon__buf_format(e->out, "\\%03o\\%03o\\%03o", byte, (unsigned char)at[1],
                          (unsigned char)at[2]);
    else
        tenon__buf_char(e->out, *at);
    return is_direction_mark(at) ? 3 : 1;
}

void emit_string(emitter *e, const char *text)
{
    if (!text) {
        tenon__buf_text(e->out, "NULL");
        return;
    }
    tenon__buf_char(e->out, '"');
    for (const char *at = text; *at;)
        at += emit_character(e, text, at);
    tenon__buf_char(e->out, '"');
}

void emit_lines(emitter *e, const char *text, const char *indent)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf line = {0};
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, "\n");
        length += at[length] == '\n';
        tenon__buf_clear(&line);
        tenon__buf_add(&line, at, length);
        if (at != text)
            tenon__buf_format(e->out, "\n%s", indent);
        emit_string(e, tenon__buf_string(&line));
        at += length;
    }
    e->out->failed |= line.failed;
}
