/* `where:` of an index: the condition of a partial index, as SQL.
 *
 *     where: raw("deleted_at IS NULL")                        as it is
 *     where: { active: true, kind: "a", at: { not: null } }   "active" = true AND "kind" = 'a' AND
 *                                                             …
 *
 * The second form is checked against the fields; an enum is compared with the database's name of a
 * value. */
#include "schema/check.h"

typedef struct condition {
    check *c;
    const check_model *model;
    const ast_attribute *attribute;
    tenon__buf sql;
} condition;

static void quote(tenon__buf *out, char mark, const char *text)
{
    tenon__buf_char(out, mark);
    for (; *text; text++) {
        if (*text == mark)
            tenon__buf_char(out, mark);
        tenon__buf_char(out, *text);
    }
    tenon__buf_char(out, mark);
}

static bool is_word(const ast_expression *value, const char *word)
{
    return value->kind == AST_CONSTANT && strcmp(value->text, word) == 0;
}

static bool is_number(schema_type type)
{
    return type == SCHEMA_INT || type == SCHEMA_BIGINT || type == SCHEMA_FLOAT ||
           type == SCHEMA_DECIMAL;
}

/* Whether a field may be compared with such a value. */
static bool fits(const schema_field *field, const ast_expression *value)
{
    bool is_scalar = field->kind == SCHEMA_SCALAR;

    switch (value->kind) {
    case AST_CONSTANT:
        return is_scalar && field->type == SCHEMA_BOOLEAN &&
               (is_word(value, "true") || is_word(value, "false"));
    case AST_STRING:
        return field->kind == SCHEMA_ENUM ||
               (is_scalar && (field->type == SCHEMA_STRING || field->type == SCHEMA_DATETIME));
    case AST_NUMBER:
        return is_scalar && is_number(field->type);
    case AST_FUNCTION:
    case AST_ARRAY:
    case AST_OBJECT:
        break;
    }
    return false;
}

/* The value of `{ not: value }`, or NULL. */
static const ast_expression *negated(const ast_expression *value)
{
    bool is_not = value->kind == AST_OBJECT && value->arguments.count == 1 &&
                  strcmp(value->arguments.items[0].name.text, "not") == 0;
    return is_not ? value->arguments.items[0].value : NULL;
}

static void write_comparison(condition *w, const check_field *f, const ast_expression *value,
                             bool is_not)
{
    quote(&w->sql, '"', f->field->database_name);
    if (is_word(value, "null")) {
        tenon__buf_text(&w->sql, is_not ? " IS NOT NULL" : " IS NULL");
        return;
    }
    tenon__buf_text(&w->sql, is_not ? " <> " : " = ");
    if (value->kind == AST_STRING)
        quote(&w->sql, '\'', value->text);
    else
        tenon__buf_text(&w->sql, value->text);
}

static bool write_member(condition *w, const ast_argument *member)
{
    const check_field *f = check_find_field(w->model, member->name.text);
    const ast_expression *inner = negated(member->value);
    const ast_expression *value = inner ? inner : member->value;

    if (!f || !check_is_scalar(f)) {
        check_error(w->c, w->attribute->span,
                    f ? NULL : check_hint_field(w->c, w->model, member->name.text),
                    "the condition names '%s', which is no field with a column", member->name.text);
        return false;
    }
    if (!is_word(value, "null") && !fits(f->field, value)) {
        check_error(w->c, w->attribute->span, "use raw(\"…\") for what cannot be said so",
                    "the condition cannot compare '%s' of type %s with %s", member->name.text,
                    check_type_name(f), check_describe(w->c, value));
        return false;
    }
    write_comparison(w, f, value, inner != NULL);
    return true;
}

static const char *object_condition(check *c, const check_model *model,
                                    const ast_attribute *attribute, const ast_expression *object)
{
    condition w = {.c = c, .model = model, .attribute = attribute};
    const ast_arguments *list = &object->arguments;
    bool is_fine = list->count > 0;

    if (!is_fine)
        check_error(c, attribute->span, NULL, "the condition of an index must not be empty");
    for (size_t i = 0; is_fine && i < list->count; i++) {
        tenon__buf_text(&w.sql, i ? " AND " : "");
        is_fine = write_member(&w, &list->items[i]);
    }
    const char *sql = is_fine ? check_format(c, "%s", tenon__buf_string(&w.sql)) : NULL;
    tenon__buf_release(&w.sql);
    return sql;
}

static const char *raw_condition(check *c, const ast_attribute *attribute,
                                 const ast_expression *call)
{
    const ast_expression *text = call->arguments.items[0].value;

    if (!check_form_of(c, text, CHECK_STRING))
        return NULL;
    if (!text->text_length)
        check_error(c, attribute->span, NULL, "the condition of an index must not be empty");
    return text->text_length ? text->text : NULL;
}

void check_partial_index(check *c, const check_model *model, check_index *index)
{
    const ast_expression *value = index->where;

    if (!value)
        return;
    if (value->kind == AST_OBJECT)
        index->index->where = object_condition(c, model, index->attribute, value);
    else if (value->kind == AST_FUNCTION && !strcmp(value->text, "raw") &&
             value->arguments.count == 1)
        index->index->where = raw_condition(c, index->attribute, value);
    else
        check_error(c, index->attribute->span, NULL,
                    "the condition of an index is where: raw(\"…\") or where: { field: value }");
}
