/* Type blocks: no database here has composite types, but what is wrong inside is said too. */
#include "schema/check.h"

static const check_top *type_of(const check *c, const ast_field *field)
{
    const char *name = field->type.text;
    const check_top *top = field->is_unsupported || field->arity != SCHEMA_REQUIRED
                               ? NULL
                               : tenon__map_get(&c->by_name, name, strlen(name));
    return top && top->block->kind == AST_TYPE ? top : NULL;
}

/* Whether a value of the type `first` must hold one of `wanted`. `seen` has a mark for each block
 * that was looked at, `stack` room for all. */
static bool must_hold(const check *c, const check_top *first, const check_top *wanted, bool *seen,
                      const check_top **stack)
{
    size_t depth = 0;

    stack[depth++] = first;
    while (depth) {
        const check_top *type = stack[--depth];
        if (type == wanted)
            return true;
        for (size_t i = 0; i < type->block->field_count; i++) {
            const check_top *inner = type_of(c, &type->block->fields[i]);
            if (inner && !seen[inner - c->tops])
                stack[depth++] = inner;
            if (inner)
                seen[inner - c->tops] = true;
        }
    }
    return false;
}

static bool is_endless(check *c, const check_top *type, const check_top *inner)
{
    tenon__arena_mark mark = tenon__arena_mark_here(&c->s->arena);
    bool *seen = tenon__arena_array(&c->s->arena, c->top_count, sizeof *seen);
    const check_top **stack = tenon__arena_array(&c->s->arena, c->top_count + 1, sizeof *stack);
    bool is = seen && stack && must_hold(c, inner, type, seen, stack);

    tenon__arena_rewind(&c->s->arena, mark);
    return is;
}

static void check_endless(check *c, const check_top *type)
{
    for (size_t i = 0; i < type->block->field_count; i++) {
        const ast_field *field = &type->block->fields[i];
        const check_top *inner = type_of(c, field);
        if (inner && is_endless(c, type, inner))
            check_error(c, field->span, "make the field optional or a list",
                        "a value of the type '%s' would have no end", type->block->name.text);
    }
}

/* ---- attributes of their fields -------------------------------------------------------------- */

static void apply_nothing(check *c, check_target *t, const check_use *use)
{
    (void)c;
    (void)t;
    (void)use;
}

static const check_rule map = {"map", apply_nothing,
                               .parameters = {{"name", CHECK_STRING, CHECK_MAIN}}};
static const check_rule default_value = {"default", apply_nothing,
                                         .parameters = {{"value", CHECK_ANY, CHECK_MAIN}}};
static const check_rule *const rules[] = {&map, &default_value};
static const check_rules for_composites = {"@", rules, TENON__COUNT(rules)};

void check_composite_attributes(check *c, const ast_block *block)
{
    for (size_t i = 0; i < block->field_count; i++) {
        const ast_field *field = &block->fields[i];
        check_target target = {0};
        schema_type type;
        check_attributes(c, &target, field->attributes, field->attribute_count, &for_composites,
                         check_find_scalar(field->type.text, &type));
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

void check_composites(check *c)
{
    for (size_t i = 0; i < c->top_count; i++) {
        const ast_block *block = c->tops[i].block;
        if (block->kind != AST_TYPE)
            continue;
        check_error(c, block->span, "make it a model, or use Json", "%s has no composite types",
                    c->connector->name);
        check_endless(c, &c->tops[i]);
    }
}
