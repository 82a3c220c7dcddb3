/* What all stages use: texts for messages, hints, finding by name. */
#include "schema/check.h"

#include <stdarg.h>

const char *check_format(check *c, const char *format, ...)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    va_list arguments;

    va_start(arguments, format);
    tenon__buf_formatv(&text, format, arguments);
    va_end(arguments);
    const char *kept =
        text.failed ? NULL : tenon__arena_text(&c->s->arena, tenon__buf_string(&text));
    if (kept)
        return kept;
    c->s->has_failed_memory = true;
    return "";
}

const char *check_hint_near(check *c, const char *text, const char *const *candidates, size_t count)
{
    const char *near = schema_nearest(text, candidates, count);
    return near ? check_format(c, "did you mean '%s'?", near) : NULL;
}

const char *check_hint_field(check *c, const check_model *model, const char *text)
{
    const char **names = tenon__arena_array(&c->s->arena, model->ast->field_count, sizeof *names);

    for (size_t i = 0; names && i < model->ast->field_count; i++)
        names[i] = model->ast->fields[i].name.text;
    return names ? check_hint_near(c, text, names, model->ast->field_count) : NULL;
}

/* ---- expressions ----------------------------------------------------------------------------- */

static void spell(tenon__buf *out, const ast_expression *value);

static void spell_items(tenon__buf *out, const ast_expression *value)
{
    for (size_t i = 0; i < value->item_count; i++) {
        tenon__buf_text(out, i ? ", " : "");
        spell(out, value->items[i]);
    }
}

static void spell_arguments(tenon__buf *out, const ast_arguments *list)
{
    for (size_t i = 0; i < list->count; i++) {
        tenon__buf_text(out, i ? ", " : "");
        if (*list->items[i].name.text)
            tenon__buf_format(out, "%s: ", list->items[i].name.text);
        spell(out, list->items[i].value);
    }
}

static void spell(tenon__buf *out, const ast_expression *value)
{
    switch (value->kind) {
    case AST_STRING:
        tenon__buf_json_text(out, value->text, value->text_length);
        break;
    case AST_NUMBER:
    case AST_CONSTANT:
        tenon__buf_text(out, value->text);
        break;
    case AST_FUNCTION:
        tenon__buf_format(out, "%s(", value->text);
        spell_arguments(out, &value->arguments);
        tenon__buf_char(out, ')');
        break;
    case AST_ARRAY:
        tenon__buf_char(out, '[');
        spell_items(out, value);
        tenon__buf_char(out, ']');
        break;
    case AST_OBJECT:
        tenon__buf_char(out, '{');
        spell_arguments(out, &value->arguments);
        tenon__buf_char(out, '}');
        break;
    }
}

const char *check_spell(check *c, const ast_expression *value)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};

    spell(&text, value);
    return check_format(c, "%s", tenon__buf_string(&text));
}

const char *check_describe(check *c, const ast_expression *value)
{
    static const char *const kinds[] = {
        [AST_NUMBER] = "the number",     [AST_STRING] = "the string", [AST_CONSTANT] = "the word",
        [AST_FUNCTION] = "the function", [AST_ARRAY] = "the list",    [AST_OBJECT] = "the object"};

    return check_format(c, "%s %s", kinds[value->kind], check_spell(c, value));
}

/* ---- fields and models ----------------------------------------------------------------------- */

check_field *check_find_field(const check_model *model, const char *name)
{
    return tenon__map_get(&model->by_name, name, strlen(name));
}

const char *check_join_fields(check *c, const check_list *list, const char *separator)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};

    for (size_t i = 0; i < list->count; i++) {
        tenon__buf_text(&text, i ? separator : "");
        tenon__buf_text(&text, list->items[i]->field->name);
    }
    return check_format(c, "%s", tenon__buf_string(&text));
}

const char *check_kind_of(const check_model *model)
{
    return model->model->is_view ? "view" : "model";
}

bool check_is_relation(const check_field *field)
{
    return field->target != NULL;
}

bool check_is_scalar(const check_field *field)
{
    return !field->target && !field->is_unknown;
}

const char *check_type_name(const check_field *field)
{
    if (field->composite)
        return field->composite->name.text;
    switch (field->field->kind) {
    case SCHEMA_SCALAR:
        return check_scalar_name(field->field->type);
    case SCHEMA_ENUM:
        return field->field->enumeration->name;
    case SCHEMA_UNSUPPORTED:
        return "Unsupported";
    case SCHEMA_RELATION:
        break;
    }
    return field->ast->type.text;
}
