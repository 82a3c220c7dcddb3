/* @default: literals, the functions, and whether they fit the field.
 *
 * What was written is judged in two steps, as the stages of check.c have it: first its form (a
 * number for an Int, a known value of the enum, the arguments of a function), later its content
 * (valid JSON, a time that exists). */
#include "schema/check.h"

#include <stdlib.h>

/* ---- functions ------------------------------------------------------------------------------- */

typedef struct function_row {
    const char *name;
    schema_default_kind kind;
    unsigned types;      /* bits of schema_type */
    int usual;           /* without an argument */
    int choices[2];      /* what the argument may be, or */
    int least, most;     /* between which it must lie; all 0: it takes none */
    const char *meaning; /* of the argument */
} function_row;

#define BIT(type) (1u << (type))

static const function_row functions[] = {
    {"autoincrement", SCHEMA_DEFAULT_AUTOINCREMENT, .types = BIT(SCHEMA_INT) | BIT(SCHEMA_BIGINT)},
    {"now", SCHEMA_DEFAULT_NOW, .types = BIT(SCHEMA_DATETIME)},
    {"ulid", SCHEMA_DEFAULT_ULID, .types = BIT(SCHEMA_STRING)},
    {"uuid", SCHEMA_DEFAULT_UUID, .types = BIT(SCHEMA_STRING), .usual = 4, .choices = {4, 7},
     .meaning = "the version 4 or 7"},
    {"cuid", SCHEMA_DEFAULT_CUID, .types = BIT(SCHEMA_STRING), .usual = 1, .choices = {1, 2},
     .meaning = "the version 1 or 2"},
    {"nanoid", SCHEMA_DEFAULT_NANOID, .types = BIT(SCHEMA_STRING), .usual = 21, .least = 2,
     .most = 255, .meaning = "a length from 2 to 255"},
};

static const function_row *find_function(const char *name)
{
    for (size_t i = 0; i < TENON__COUNT(functions); i++) {
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    }
    return NULL;
}

static bool fits_choice(const function_row *row, const ast_expression *value)
{
    char *end;

    if (value->kind != AST_NUMBER)
        return false;
    long number = strtol(value->text, &end, 10);
    return !*end && (row->most ? number >= row->least && number <= row->most
                               : number == row->choices[0] || number == row->choices[1]);
}

static void set_argument(schema_default *d, int value)
{
    if (d->kind == SCHEMA_DEFAULT_NANOID)
        d->length = value;
    else
        d->version = value;
}

static bool take_function(check *c, check_field *f, const function_row *row,
                          const ast_expression *value)
{
    const ast_arguments *list = &value->arguments;
    schema_default *d = &f->field->default_value;
    bool takes_argument = row->meaning != NULL;

    d->kind = row->kind;
    set_argument(d, row->usual);
    if (!list->count)
        return true;
    if (takes_argument && list->count == 1 && fits_choice(row, list->items[0].value)) {
        set_argument(d, (int)strtol(list->items[0].value->text, NULL, 10));
        return true;
    }
    if (takes_argument)
        check_error(c, f->default_attribute->span, NULL, "%s() takes nothing or %s", row->name,
                    row->meaning);
    else
        check_error(c, f->default_attribute->span,
                    check_format(c, "write @default(%s())", row->name), "%s() takes no argument",
                    row->name);
    return false;
}

static bool take_dbgenerated(check *c, check_field *f, const ast_expression *value)
{
    const ast_arguments *list = &value->arguments;
    const ast_expression *first = list->count ? list->items[0].value : NULL;
    schema_default *d = &f->field->default_value;

    if (list->count > 1 || (first && (first->kind != AST_STRING || !first->text_length))) {
        check_error(c, f->default_attribute->span, NULL,
                    "dbgenerated() takes nothing or one string that is not empty");
        return false;
    }
    d->kind = SCHEMA_DEFAULT_DBGENERATED;
    if (first)
        d->value = (schema_value){
            .kind = SCHEMA_VALUE_STRING, .text = first->text, .length = first->text_length};
    return true;
}

static bool take_auto(check *c, check_field *f, const ast_expression *value)
{
    if (value->arguments.count)
        check_error(c, f->default_attribute->span, NULL, "auto() takes no argument");
    return !value->arguments.count;
}

static bool take_any_function(check *c, check_field *f, const ast_expression *value)
{
    const function_row *row = find_function(value->text);
    bool is_autoincrement = row && row->kind == SCHEMA_DEFAULT_AUTOINCREMENT;

    if (is_autoincrement && f->is_default_named) {
        check_error(c, f->default_attribute->span, "remove 'map'",
                    "the default autoincrement() cannot have a name");
        return false;
    }
    if (row && row->types & BIT(f->field->type))
        return take_function(c, f, row, value);
    if (strcmp(value->text, "auto") == 0)
        return take_auto(c, f, value);
    f->is_function_unknown = !row;
    if (row)
        check_error(c, f->default_attribute->span, NULL,
                    "the function %s() cannot be the default of a field of type %s", row->name,
                    check_type_name(f));
    return !row;
}

/* ---- literals -------------------------------------------------------------------------------- */

static bool is_literal_of(schema_type type, ast_expression_kind kind)
{
    switch (type) {
    case SCHEMA_STRING:
    case SCHEMA_JSON:
    case SCHEMA_BYTES:
    case SCHEMA_DATETIME:
        return kind == AST_STRING;
    case SCHEMA_INT:
    case SCHEMA_BIGINT:
    case SCHEMA_FLOAT:
        return kind == AST_NUMBER;
    case SCHEMA_DECIMAL:
        return kind == AST_NUMBER || kind == AST_STRING;
    case SCHEMA_BOOLEAN:
        return kind == AST_CONSTANT;
    }
    return false;
}

static bool take_boolean(check *c, const ast_expression *value, schema_value *out)
{
    *out = (schema_value){.kind = SCHEMA_VALUE_BOOLEAN, .boolean = !strcmp(value->text, "true")};
    if (out->boolean || !strcmp(value->text, "false"))
        return true;
    check_error(c, value->span, NULL, "a Boolean is true or false, not '%s'", value->text);
    return false;
}

static bool take_scalar(check *c, const check_field *f, const ast_expression *value,
                        schema_value *out)
{
    schema_type type = f->field->type;
    bool is_number = value->kind == AST_NUMBER || type == SCHEMA_DECIMAL;

    if (!is_literal_of(type, value->kind)) {
        check_error(c, f->default_attribute->span, NULL,
                    "the default of a field of type %s cannot be %s", check_type_name(f),
                    check_describe(c, value));
        return false;
    }
    if (type == SCHEMA_BOOLEAN)
        return take_boolean(c, value, out);
    *out = (schema_value){.kind = is_number ? SCHEMA_VALUE_NUMBER : SCHEMA_VALUE_STRING,
                          .text = value->text,
                          .length = value->text_length};
    return true;
}

static const char *hint_value(check *c, const schema_enum *e, const char *text)
{
    const char **names = tenon__arena_array(&c->s->arena, e->value_count, sizeof *names);

    for (size_t i = 0; names && i < e->value_count; i++)
        names[i] = e->values[i].name;
    return names ? check_hint_near(c, text, names, e->value_count) : NULL;
}

static bool take_enum(check *c, const check_field *f, const ast_expression *value,
                      schema_value *out)
{
    const schema_enum *e = f->field->enumeration;

    if (value->kind != AST_CONSTANT) {
        check_error(c, f->default_attribute->span, NULL,
                    "expected a value of the enum '%s', found %s", e->name,
                    check_describe(c, value));
        return false;
    }
    for (size_t i = 0; i < e->value_count; i++) {
        if (strcmp(e->values[i].name, value->text) == 0) {
            *out = (schema_value){.kind = SCHEMA_VALUE_ENUM, .enum_value = i};
            return true;
        }
    }
    check_error(c, f->default_attribute->span, hint_value(c, e, value->text),
                "the enum '%s' has no value '%s'", e->name, value->text);
    return false;
}

static bool take_item(check *c, const check_field *f, const ast_expression *value,
                      schema_value *out)
{
    return f->field->kind == SCHEMA_ENUM ? take_enum(c, f, value, out)
                                         : take_scalar(c, f, value, out);
}

static bool take_list(check *c, check_field *f, const ast_expression *value)
{
    schema_default *d = &f->field->default_value;

    if (value->kind != AST_ARRAY) {
        check_error(c, f->default_attribute->span, "write it in brackets: @default([…])",
                    "the default of a list must be a list");
        return false;
    }
    d->is_list = true;
    d->items = tenon__arena_array(&c->s->arena, value->item_count, sizeof *d->items);
    for (size_t i = 0; d->items && i < value->item_count; i++) {
        if (!take_item(c, f, value->items[i], &d->items[i]))
            return false;
        d->item_count++;
    }
    return d->items != NULL;
}

static bool take_literal(check *c, check_field *f, const ast_expression *value)
{
    schema_default *d = &f->field->default_value;

    d->kind = SCHEMA_DEFAULT_VALUE;
    if (f->field->arity == SCHEMA_LIST)
        return take_list(c, f, value);
    if (value->kind == AST_ARRAY && f->field->kind == SCHEMA_SCALAR) {
        check_error(c, f->default_attribute->span, NULL,
                    "the default of a field that is no list cannot be a list");
        return false;
    }
    return take_item(c, f, value, &d->value);
}

static bool take_value(check *c, check_field *f, const ast_expression *value)
{
    bool is_function = value->kind == AST_FUNCTION;

    if (is_function && strcmp(value->text, "dbgenerated") == 0)
        return take_dbgenerated(c, f, value);
    if (f->composite || f->field->kind == SCHEMA_UNSUPPORTED) {
        check_error(c, f->default_attribute->span, NULL,
                    "only dbgenerated(\"…\") can be the default of a field of type %s",
                    check_type_name(f));
        return false;
    }
    if (is_function && f->field->kind == SCHEMA_SCALAR)
        return take_any_function(c, f, value);
    return take_literal(c, f, value);
}

static void apply_default(check *c, check_target *t, const check_use *use)
{
    const ast_expression *value = check_argument(use, 0);

    t->field->default_attribute = use->ast;
    t->field->is_default_named = check_argument(use, 1) != NULL;
    if (value && take_value(c, t->field, value))
        t->field->default_value = value;
}

const check_rule check_default_rule = {
    "default", apply_default,
    .parameters = {{"value", CHECK_ANY, CHECK_MAIN}, {"map", CHECK_NAME, CHECK_OPTIONAL}}};
