/* Types of fields: scalars, enums, models – and PostgreSQL's own types behind `@db.`. */
#include "schema/check.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- scalars --------------------------------------------------------------------------------- */

static const char *const scalars[] = {
    [SCHEMA_STRING] = "String",     [SCHEMA_BOOLEAN] = "Boolean", [SCHEMA_INT] = "Int",
    [SCHEMA_BIGINT] = "BigInt",     [SCHEMA_FLOAT] = "Float",     [SCHEMA_DECIMAL] = "Decimal",
    [SCHEMA_DATETIME] = "DateTime", [SCHEMA_JSON] = "Json",       [SCHEMA_BYTES] = "Bytes"};

const char *check_scalar_name(schema_type type)
{
    return scalars[type];
}

bool check_find_scalar(const char *name, schema_type *type)
{
    for (size_t i = 0; i < TENON__COUNT(scalars); i++) {
        if (strcmp(scalars[i], name) == 0) {
            *type = (schema_type)i;
            return true;
        }
    }
    return false;
}

/* ---- what the type of a field refers to ------------------------------------------------------ */

static const char *hint_type(check *c, const char *name)
{
    const char **names =
        tenon__arena_array(&c->s->arena, c->top_count + TENON__COUNT(scalars), sizeof *names);
    size_t count = 0;

    if (!names)
        return NULL;
    for (size_t i = 0; i < TENON__COUNT(scalars); i++)
        names[count++] = scalars[i];
    for (size_t i = 0; i < c->top_count; i++) {
        ast_block_kind kind = c->tops[i].block->kind;
        if (kind != AST_DATASOURCE && kind != AST_GENERATOR)
            names[count++] = c->tops[i].block->name.text;
    }
    return check_hint_near(c, name, names, count);
}

/* The block that a type names; NULL after a report when there is none. */
static const check_top *find_block(check *c, const ast_field *field)
{
    const char *name = field->type.text;
    const check_top *top = tenon__map_get(&c->by_name, name, strlen(name));
    if (!top)
        check_error(c, field->type.span, hint_type(c, name), "unknown type '%s'", name);
    return top;
}

static void resolve_field(check *c, check_field *f)
{
    schema_field *field = f->field;

    if (f->ast->is_unsupported) {
        field->kind = SCHEMA_UNSUPPORTED;
        field->unsupported = f->ast->type.text;
        return;
    }
    bool is_scalar = check_find_scalar(f->ast->type.text, &field->type);
    const check_top *top = is_scalar ? NULL : find_block(c, f->ast);
    f->is_unknown = !is_scalar && !top;
    if (!top)
        return;
    if (top->model) {
        field->kind = SCHEMA_RELATION;
        field->target = top->model->model;
        f->target = top->model;
    } else if (top->enumeration) {
        field->kind = SCHEMA_ENUM;
        field->enumeration = top->enumeration->enumeration;
    } else {
        field->kind = SCHEMA_UNSUPPORTED;
        f->composite = top->block;
    }
}

static void resolve_type_block(check *c, const ast_block *block)
{
    for (size_t i = 0; i < block->field_count; i++) {
        const ast_field *field = &block->fields[i];
        schema_type type;
        if (field->is_unsupported || check_find_scalar(field->type.text, &type))
            continue;
        const check_top *top = find_block(c, field);
        if (top && top->model)
            check_error(c, field->type.span, NULL,
                        "a type cannot have a relation to the model '%s'", field->type.text);
    }
}

void check_types(check *c)
{
    for (size_t i = 0; i < c->top_count; i++) {
        const check_top *top = &c->tops[i];
        const ast_block *block = top->block;
        for (size_t k = 0; top->model && k < block->field_count; k++)
            resolve_field(c, &top->model->fields[k]);
        if (block->kind == AST_TYPE)
            resolve_type_block(c, block);
        if (top->enumeration && !block->value_count)
            check_error(c, block->span, NULL, "the enum '%s' has no values", block->name.text);
    }
}

/* ---- native types ---------------------------------------------------------------------------- */

typedef struct native_row {
    const char *name;
    schema_type type;
    size_t most_arguments; /* either none or that many */
} native_row;

static const native_row natives[] = {
    [SCHEMA_NATIVE_SMALLINT] = {"SmallInt", SCHEMA_INT, 0},
    [SCHEMA_NATIVE_INTEGER] = {"Integer", SCHEMA_INT, 0},
    [SCHEMA_NATIVE_BIGINT] = {"BigInt", SCHEMA_BIGINT, 0},
    [SCHEMA_NATIVE_DECIMAL] = {"Decimal", SCHEMA_DECIMAL, 2},
    [SCHEMA_NATIVE_MONEY] = {"Money", SCHEMA_DECIMAL, 0},
    [SCHEMA_NATIVE_INET] = {"Inet", SCHEMA_STRING, 0},
    [SCHEMA_NATIVE_OID] = {"Oid", SCHEMA_INT, 0},
    [SCHEMA_NATIVE_CITEXT] = {"Citext", SCHEMA_STRING, 0},
    [SCHEMA_NATIVE_REAL] = {"Real", SCHEMA_FLOAT, 0},
    [SCHEMA_NATIVE_DOUBLE_PRECISION] = {"DoublePrecision", SCHEMA_FLOAT, 0},
    [SCHEMA_NATIVE_VARCHAR] = {"VarChar", SCHEMA_STRING, 1},
    [SCHEMA_NATIVE_CHAR] = {"Char", SCHEMA_STRING, 1},
    [SCHEMA_NATIVE_TEXT] = {"Text", SCHEMA_STRING, 0},
    [SCHEMA_NATIVE_BYTEA] = {"ByteA", SCHEMA_BYTES, 0},
    [SCHEMA_NATIVE_TIMESTAMP] = {"Timestamp", SCHEMA_DATETIME, 1},
    [SCHEMA_NATIVE_TIMESTAMPTZ] = {"Timestamptz", SCHEMA_DATETIME, 1},
    [SCHEMA_NATIVE_DATE] = {"Date", SCHEMA_DATETIME, 0},
    [SCHEMA_NATIVE_TIME] = {"Time", SCHEMA_DATETIME, 1},
    [SCHEMA_NATIVE_TIMETZ] = {"Timetz", SCHEMA_DATETIME, 1},
    [SCHEMA_NATIVE_BOOLEAN] = {"Boolean", SCHEMA_BOOLEAN, 0},
    [SCHEMA_NATIVE_BIT] = {"Bit", SCHEMA_STRING, 1},
    [SCHEMA_NATIVE_VARBIT] = {"VarBit", SCHEMA_STRING, 1},
    [SCHEMA_NATIVE_UUID] = {"Uuid", SCHEMA_STRING, 0},
    [SCHEMA_NATIVE_XML] = {"Xml", SCHEMA_STRING, 0},
    [SCHEMA_NATIVE_JSON] = {"Json", SCHEMA_JSON, 0},
    [SCHEMA_NATIVE_JSONB] = {"JsonB", SCHEMA_JSON, 0},
};

const char *check_native_name(schema_native native)
{
    return natives[native].name;
}

static schema_native find_native(const char *name, size_t length)
{
    for (size_t i = 1; i < TENON__COUNT(natives); i++) {
        if (strlen(natives[i].name) == length && memcmp(natives[i].name, name, length) == 0)
            return (schema_native)i;
    }
    return SCHEMA_NATIVE_NONE;
}

static const char *hint_native(check *c, const check_field *f, const char *name)
{
    const char *fitting[TENON__COUNT(natives)];
    size_t count = 0;

    for (size_t i = 1; i < TENON__COUNT(natives); i++) {
        if (natives[i].type == f->field->type)
            fitting[count++] = natives[i].name;
    }
    return check_hint_near(c, name, fitting, count);
}

/* The digits of an unsigned number of 32 bits, which int32_t must hold: what is larger than that
 * never fits a column anyway, and is kept as the largest there is. */
static bool read_size(const char *text, size_t length, int32_t *out)
{
    uint64_t value = 0;
    size_t i = length && *text == '+';

    if (i == length)
        return false;
    for (; i < length; i++) {
        if (!isdigit((unsigned char)text[i]) || value > UINT32_MAX)
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    *out = value > INT32_MAX ? INT32_MAX : (int32_t)value;
    return value <= UINT32_MAX;
}

static bool read_native_arguments(check *c, const check_field *f, const native_row *row,
                                  schema_native_type *out)
{
    const ast_arguments *list = &f->native->arguments;

    if (list->count > row->most_arguments) {
        check_error(c, f->native->span, NULL, "%s takes %s, not %zu", row->name,
                    row->most_arguments == 2   ? "precision and scale"
                    : row->most_arguments == 1 ? "one argument"
                                               : "no arguments",
                    list->count);
        return false;
    }
    if (row->type != f->field->type)
        check_error(c, f->native->span, NULL, "%s is a type for %s fields, not for %s", row->name,
                    check_scalar_name(row->type), check_type_name(f));
    bool is_right = list->count == 0 || list->count == row->most_arguments;
    for (size_t i = 0; i < list->count; i++) {
        const ast_expression *value = list->items[i].value;
        is_right = is_right && value->kind == AST_NUMBER &&
                   read_size(value->text, value->text_length, &out->arguments[i]);
    }
    out->argument_count = list->count;
    if (!is_right && row->type == f->field->type)
        check_error(c, f->native->span, NULL, "%s takes %s that %s not negative", row->name,
                    row->most_arguments == 2 ? "two integers" : "an integer",
                    row->most_arguments == 2 ? "are" : "is");
    return is_right;
}

static const char *native_fault(const schema_native_type *type)
{
    int32_t first = type->arguments[0];

    if (!type->argument_count)
        return NULL;
    switch ((int)type->kind) {
    case SCHEMA_NATIVE_DECIMAL:
        if (type->arguments[1] > first)
            return "the scale must not be larger than the precision";
        return first < 1 || first > 1000 ? "the precision must be from 1 to 1000" : NULL;
    case SCHEMA_NATIVE_BIT:
    case SCHEMA_NATIVE_VARBIT:
        return first < 1 ? "the length must be at least 1" : NULL;
    case SCHEMA_NATIVE_TIMESTAMP:
    case SCHEMA_NATIVE_TIMESTAMPTZ:
    case SCHEMA_NATIVE_TIME:
    case SCHEMA_NATIVE_TIMETZ:
        return first > 6 ? "the precision must be from 0 to 6" : NULL;
    default:
        return NULL;
    }
}

static void check_prefix(check *c, const check_field *f, size_t length, const char *name)
{
    const schema_datasource *source = c->s->datasource;
    const char *text = f->native->name.text;

    if (!source || (strlen(source->name) == length && !memcmp(source->name, text, length)))
        return;
    check_error(c, f->native->span, check_format(c, "did you mean '@%s.%s'?", source->name, name),
                "'%.*s' is not the name of the datasource", (int)length, text);
}

void check_native_type(check *c, check_field *f)
{
    if (!f->native)
        return;
    const char *text = f->native->name.text, *dot = strchr(text, '.'), *name = dot + 1;
    schema_native kind =
        c->connector->has_native_types ? find_native(name, strlen(name)) : SCHEMA_NATIVE_NONE;
    schema_native_type type = {.kind = kind};

    check_prefix(c, f, (size_t)(dot - text), name);
    if (!kind) {
        check_error(c, f->native->span,
                    c->connector->has_native_types ? hint_native(c, f, name) : NULL,
                    "'%s' is no native type of %s", name, c->connector->name);
        return;
    }
    if (!read_native_arguments(c, f, &natives[kind], &type))
        return;
    const char *fault = natives[kind].type == f->field->type ? native_fault(&type) : NULL;
    if (fault)
        check_error(c, f->native->span, NULL, "%s: %s", name, fault);
    f->field->native = type;
}

/* ---- types without a word -------------------------------------------------------------------- */

static size_t trimmed(const char **text, size_t length)
{
    while (length && isspace((unsigned char)**text))
        (*text)++, length--;
    while (length && isspace((unsigned char)(*text)[length - 1]))
        length--;
    return length;
}

/* Whether `text`, between parentheses, holds arguments that the type takes. */
static bool fits_arguments(const native_row *row, const char *text, size_t length)
{
    size_t count = 0;
    int32_t ignored;

    if (!row->most_arguments)
        return true;
    for (;;) {
        const char *comma = memchr(text, ',', length);
        const char *part = text;
        size_t part_length = trimmed(&part, comma ? (size_t)(comma - text) : length);
        if (!read_size(part, part_length, &ignored))
            return false;
        count++;
        if (!comma)
            return count == row->most_arguments;
        length -= (size_t)(comma + 1 - text);
        text = comma + 1;
    }
}

void check_unsupported(check *c, const check_field *f)
{
    const char *text = f->field->unsupported;

    if (f->field->kind != SCHEMA_UNSUPPORTED || !text || !c->s->datasource ||
        !c->connector->has_native_types)
        return;
    size_t prefix = strcspn(text, "(");
    const char *name = text, *open = text + prefix, *close = strchr(open, ')');
    schema_native kind = find_native(name, trimmed(&name, prefix));
    if (!kind || (close && !fits_arguments(&natives[kind], open + 1, (size_t)(close - open - 1))))
        return;
    check_error(c, f->ast->span,
                check_format(c, "write '%s @%s.%s' instead", scalars[natives[kind].type],
                             c->s->datasource->name, natives[kind].name),
                "the type of the field '%s' is supported, so it need not be Unsupported",
                f->field->name);
}
