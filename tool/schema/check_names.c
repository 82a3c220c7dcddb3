/* Names: which declarations there are, and that nothing is declared twice.
 *
 * Models, views, enums and types share one space of names; datasources and generators have one
 * each. */
#include "schema/check.h"

#include <stdlib.h>

/* Names that a client in another language could not give to a class. */
static const char *const reserved[] = {
    "PrismaClient", "async",      "await",    "break",   "case",       "catch",     "class",
    "const",        "continue",   "debugger", "default", "delete",     "do",        "else",
    "enum",         "export",     "extends",  "false",   "finally",    "for",       "function",
    "if",           "implements", "import",   "in",      "instanceof", "interface", "let",
    "new",          "null",       "package",  "private", "protected",  "public",    "return",
    "super",        "switch",     "this",     "throw",   "true",       "try",       "typeof",
    "using",        "var",        "void",     "while",   "with",       "yield"};

static int compare_words(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

static void put(check *c, tenon__map *map, const char *name, void *value)
{
    if (!tenon__map_put(map, name, strlen(name), value))
        c->s->has_failed_memory = true;
}

static void check_identifier(check *c, const ast_identifier *name, const char *what)
{
    if (!*name->text)
        check_error(c, name->span, NULL, "the name of %s must not be empty", what);
    else if (*name->text >= '0' && *name->text <= '9')
        check_error(c, name->span, NULL, "the name of %s must not start with a digit", what);
    else if (strchr(name->text, '-'))
        check_error(c, name->span, "use '_' instead", "the name of %s must not contain '-'", what);
}

static void check_attribute_names(check *c, const ast_attribute *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_identifier(c, &list[i].name, "an attribute");
}

static void check_reserved(check *c, const ast_block *block, const char *what)
{
    if (bsearch(block->name.text, reserved, TENON__COUNT(reserved), sizeof *reserved,
                compare_words))
        check_error(c, block->span, "choose another name and keep the old one by @@map",
                    "'%s' is a reserved word and cannot be the name of %s", block->name.text, what);
}

/* ---- members --------------------------------------------------------------------------------- */

static void check_enum_values(check *c, const ast_block *block)
{
    TENON__CLEANUP(tenon__map_release) tenon__map seen = {0};

    for (size_t i = 0; i < block->value_count; i++) {
        const ast_enum_value *value = &block->values[i];
        check_identifier(c, &value->name, "an enum value");
        check_attribute_names(c, value->attributes, value->attribute_count);
        if (tenon__map_get(&seen, value->name.text, strlen(value->name.text)))
            check_error(c, value->name.span, "remove one of them",
                        "the enum '%s' already has a value '%s'", block->name.text,
                        value->name.text);
        put(c, &seen, value->name.text, c);
    }
}

static void check_fields(check *c, check_model *m)
{
    for (size_t i = 0; i < m->ast->field_count; i++) {
        const ast_field *field = &m->ast->fields[i];
        check_identifier(c, &field->name, "a field");
        check_attribute_names(c, field->attributes, field->attribute_count);
        if (check_find_field(m, field->name.text))
            check_error(c, field->name.span, "remove or rename one of them",
                        "the %s '%s' already has a field '%s'", check_kind_of(m), m->model->name,
                        field->name.text);
        put(c, &m->by_name, field->name.text, &m->fields[i]);
    }
}

static void check_type_fields(check *c, const ast_block *block)
{
    TENON__CLEANUP(tenon__map_release) tenon__map seen = {0};

    for (size_t i = 0; i < block->field_count; i++) {
        const ast_identifier *name = &block->fields[i].name;
        if (tenon__map_get(&seen, name->text, strlen(name->text)))
            check_error(c, name->span, "remove or rename one of them",
                        "the type '%s' already has a field '%s'", block->name.text, name->text);
        put(c, &seen, name->text, c);
    }
}

static void check_properties(check *c, const ast_block *block)
{
    TENON__CLEANUP(tenon__map_release) tenon__map seen = {0};

    for (size_t i = 0; i < block->property_count; i++) {
        const ast_identifier *name = &block->properties[i].name;
        if (tenon__map_get(&seen, name->text, strlen(name->text)))
            check_error(c, name->span, "remove one of them", "'%s' is already set in '%s'",
                        name->text, block->name.text);
        put(c, &seen, name->text, c);
    }
}

/* ---- declarations ---------------------------------------------------------------------------- */

static const char *const nouns[] = {[AST_MODEL] = "model",
                                    [AST_VIEW] = "view",
                                    [AST_TYPE] = "type",
                                    [AST_ENUM] = "enum",
                                    [AST_DATASOURCE] = "datasource",
                                    [AST_GENERATOR] = "generator"};

static void check_members(check *c, const check_top *top)
{
    const ast_block *block = top->block;

    switch (block->kind) {
    case AST_MODEL:
    case AST_VIEW:
        check_identifier(c, &block->name, block->kind == AST_VIEW ? "a view" : "a model");
        check_reserved(c, block, block->kind == AST_VIEW ? "a view" : "a model");
        check_attribute_names(c, block->attributes, block->attribute_count);
        check_fields(c, top->model);
        break;
    case AST_ENUM:
        check_identifier(c, &block->name, "an enum");
        check_reserved(c, block, "an enum");
        check_attribute_names(c, block->attributes, block->attribute_count);
        check_enum_values(c, block);
        break;
    case AST_TYPE:
        check_identifier(c, &block->name, "a type");
        check_type_fields(c, block);
        break;
    case AST_DATASOURCE:
    case AST_GENERATOR:
        check_properties(c, block);
        break;
    }
}

static void add_name(check *c, tenon__map *space, check_top *top)
{
    const ast_identifier *name = &top->block->name;
    const check_top *first = tenon__map_get(space, name->text, strlen(name->text));

    if (first)
        check_error(c, name->span, "rename one of them", "there is already a %s with the name '%s'",
                    nouns[first->block->kind], name->text);
    put(c, space, name->text, top);
}

void check_names(check *c)
{
    TENON__CLEANUP(tenon__map_release) tenon__map datasources = {0};
    TENON__CLEANUP(tenon__map_release) tenon__map generators = {0};

    for (size_t i = 0; i < c->top_count; i++) {
        check_top *top = &c->tops[i];
        ast_block_kind kind = top->block->kind;
        schema_type type;
        if (check_find_scalar(top->block->name.text, &type))
            check_error(c, top->block->name.span, "choose another name",
                        "'%s' is the name of a scalar type", top->block->name.text);
        check_members(c, top);
        add_name(c,
                 kind == AST_DATASOURCE  ? &datasources
                 : kind == AST_GENERATOR ? &generators
                                         : &c->by_name,
                 top);
    }
}
