/* Attributes and their arguments, by tables.
 *
 * A check_rule names an attribute, its parameters and the function that gives it its meaning. This
 * file finds the attributes of each rule, binds their arguments to the parameters, and reports
 * everything that can be wrong before the meaning matters. An attribute with an argument left empty
 * is not applied; any other fault leaves out the argument alone, so that the rest is still
 * checked. */
#include "schema/check.h"

#include <errno.h>
#include <stdlib.h>

/* ---- forms of values ------------------------------------------------------------------------- */

static bool is_integer(const char *text)
{
    char *end;

    errno = 0;
    (void)strtoll(text, &end, 10);
    return *text && !*end && !errno;
}

static bool has_form(const ast_expression *value, check_form form)
{
    switch (form) {
    case CHECK_ANY:
        return true;
    case CHECK_STRING:
    case CHECK_NAME:
        return value->kind == AST_STRING;
    case CHECK_WORD:
        return value->kind == AST_CONSTANT;
    case CHECK_INTEGER:
        return value->kind == AST_NUMBER && is_integer(value->text);
    case CHECK_BOOLEAN:
        return value->kind == AST_CONSTANT &&
               (!strcmp(value->text, "true") || !strcmp(value->text, "false"));
    }
    return false;
}

bool check_form_of(check *c, const ast_expression *value, check_form form)
{
    static const char *const names[] = {[CHECK_ANY] = "a value",
                                        [CHECK_STRING] = "a string in double quotes",
                                        [CHECK_NAME] = "a string in double quotes",
                                        [CHECK_WORD] = "a word without quotes",
                                        [CHECK_INTEGER] = "an integer",
                                        [CHECK_BOOLEAN] = "true or false"};

    if (has_form(value, form))
        return true;
    check_error(c, value->span, NULL, "expected %s, found %s", names[form],
                check_describe(c, value));
    return false;
}

/* ---- binding --------------------------------------------------------------------------------- */

static size_t parameter_count(const check_rule *rule)
{
    size_t count = 0;

    while (count < CHECK_MAX_PARAMETERS && rule->parameters[count].name)
        count++;
    return count;
}

/* The index of the parameter; the count when there is none of that name. */
static size_t find_parameter(const check_rule *rule, const char *name)
{
    size_t count = parameter_count(rule), i = 0;

    while (i < count && (*name ? strcmp(rule->parameters[i].name, name) != 0
                               : rule->parameters[i].rank == CHECK_OPTIONAL))
        i++;
    return i;
}

static void report_unknown(check *c, const check_rules *rules, const check_rule *rule,
                           const ast_argument *argument)
{
    const char *names[CHECK_MAX_PARAMETERS];
    size_t count = parameter_count(rule);

    for (size_t i = 0; i < count; i++)
        names[i] = rule->parameters[i].name;
    if (*argument->name.text)
        check_error(c, argument->span, check_hint_near(c, argument->name.text, names, count),
                    "%s%s has no argument '%s'", rules->sigil, rule->name, argument->name.text);
    else
        check_error(c, argument->span, NULL, "%s%s takes no argument without a name", rules->sigil,
                    rule->name);
}

static void report_twice(check *c, const check_rules *rules, const check_rule *rule,
                         const ast_attribute *ast, const ast_argument *argument,
                         const ast_argument *first)
{
    if (*argument->name.text && *first->name.text)
        check_error(c, argument->span, "remove one of them", "the argument '%s' is given twice",
                    argument->name.text);
    else if (!*argument->name.text && !*first->name.text)
        check_error(c, ast->span, "a list stands in brackets: [a, b]",
                    "%s%s has more than one argument without a name", rules->sigil, rule->name);
    else
        check_error(c, *argument->name.text ? argument->span : first->span, "remove one of them",
                    "the argument '%s' is also given without its name",
                    *argument->name.text ? argument->name.text : first->name.text);
}

static void bind_argument(check *c, const check_rules *rules, const check_rule *rule,
                          check_use *use, const ast_argument *argument)
{
    size_t i = find_parameter(rule, argument->name.text);

    if (i == parameter_count(rule)) {
        report_unknown(c, rules, rule, argument);
        return;
    }
    const ast_argument *first = use->arguments[i];
    bool is_mixed = first && !*first->name.text != !*argument->name.text;
    /* Where the argument may be missing, giving it in both ways counts as not giving it. */
    bool is_void = is_mixed && rule->parameters[i].rank == CHECK_UNNAMED;
    if (first && !is_void)
        report_twice(c, rules, rule, use->ast, argument, first);
    use->arguments[i] = is_void ? NULL : argument;
}

static void check_bound(check *c, const check_rules *rules, const check_rule *rule, check_use *use)
{
    for (size_t i = 0; i < parameter_count(rule); i++) {
        const check_parameter *p = &rule->parameters[i];
        const ast_argument *argument = use->arguments[i];
        if (!argument && p->rank == CHECK_MAIN) {
            check_error(c, use->ast->span, NULL, "%s%s needs the argument '%s'", rules->sigil,
                        rule->name, p->name);
        } else if (argument && !check_form_of(c, argument->value, p->form)) {
            use->arguments[i] = NULL;
        } else if (argument && p->form == CHECK_NAME && !*argument->value->text) {
            check_error(c, use->ast->span, NULL, "'%s' must not be empty", p->name);
            use->arguments[i] = NULL;
        }
    }
}

/* ---- lists of arguments ---------------------------------------------------------------------- */

static bool check_list_form(check *c, const ast_arguments *list)
{
    for (size_t i = 0; i < list->empty_count; i++)
        check_error(c, list->empty[i], NULL, "the argument '%s' has no value",
                    list->empty_names[i].text);
    if (list->has_trailing_comma)
        check_error(c, list->trailing_comma, "remove the comma",
                    "a list of arguments must not end in a comma");
    return list->empty_count == 0;
}

static void check_items_form(check *c, const ast_expression *list)
{
    for (size_t i = 0; i < list->item_count; i++) {
        const ast_arguments *inner = &list->items[i]->arguments;
        for (size_t k = 0; k < inner->empty_count; k++)
            check_error(c, inner->empty[k], NULL, "the argument '%s' has no value",
                        inner->empty_names[k].text);
    }
}

/* Whether all lists of arguments inside are written as they should. */
static bool check_attribute_form(check *c, const ast_attribute *ast)
{
    bool is_fine = check_list_form(c, &ast->arguments);

    for (size_t i = 0; i < ast->arguments.count; i++) {
        const ast_expression *value = ast->arguments.items[i].value;
        if (value->kind == AST_FUNCTION)
            is_fine = check_list_form(c, &value->arguments) && is_fine;
        else if (value->kind == AST_ARRAY)
            check_items_form(c, value);
    }
    return is_fine;
}

/* ---- attributes ------------------------------------------------------------------------------ */

static void apply_rule(check *c, check_target *target, const check_rules *rules,
                       const check_rule *rule, const ast_attribute *ast)
{
    check_use use = {.ast = ast};

    if (!check_attribute_form(c, ast))
        return;
    for (size_t i = 0; !rule->takes_anything && i < ast->arguments.count; i++)
        bind_argument(c, rules, rule, &use, &ast->arguments.items[i]);
    check_bound(c, rules, rule, &use);
    rule->apply(c, target, &use);
}

static size_t count_uses(const ast_attribute *list, size_t count, const char *name)
{
    size_t uses = 0;

    for (size_t i = 0; i < count; i++)
        uses += strcmp(list[i].name.text, name) == 0;
    return uses;
}

static void apply_uses(check *c, check_target *target, const check_rules *rules,
                       const check_rule *rule, const ast_attribute *list, size_t count)
{
    size_t uses = count_uses(list, count, rule->name);

    for (size_t i = 0; uses && i < count; i++) {
        if (strcmp(list[i].name.text, rule->name) != 0)
            continue;
        if (uses == 1 || rule->is_repeatable)
            apply_rule(c, target, rules, rule, &list[i]);
        else
            check_error(c, list[i].span, "remove all but one", "%s%s is given more than once",
                        rules->sigil, rule->name);
    }
}

static bool has_rule(const check_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (strcmp(rules->items[i]->name, name) == 0)
            return true;
    }
    return false;
}

static void report_unknown_attribute(check *c, const check_rules *rules, const ast_attribute *ast)
{
    enum { MAX_RULES = 16 };
    const char *names[MAX_RULES];
    size_t count = rules->count < MAX_RULES ? rules->count : MAX_RULES;

    for (size_t i = 0; i < count; i++)
        names[i] = rules->items[i]->name;
    const char *near = schema_nearest(ast->name.text, names, count);
    check_error(c, ast->span,
                near ? check_format(c, "did you mean '%s%s'?", rules->sigil, near) : NULL,
                "unknown attribute '%s%s'", rules->sigil, ast->name.text);
}

void check_attributes(check *c, check_target *target, const ast_attribute *list, size_t count,
                      const check_rules *rules, bool skips_natives)
{
    if (!count)
        return;
    for (size_t i = 0; i < rules->count; i++)
        apply_uses(c, target, rules, rules->items[i], list, count);
    for (size_t i = 0; i < count; i++) {
        bool is_native = strchr(list[i].name.text, '.') != NULL;
        if (!has_rule(rules, list[i].name.text) && !(is_native && skips_natives))
            report_unknown_attribute(c, rules, &list[i]);
    }
}

const ast_expression *check_argument(const check_use *use, size_t parameter)
{
    return use->arguments[parameter] ? use->arguments[parameter]->value : NULL;
}

const char *check_argument_text(const check_use *use, size_t parameter)
{
    const ast_expression *value = check_argument(use, parameter);
    return value ? value->text : NULL;
}

schema_span check_span_of(const ast_attribute *attribute, const char *argument,
                          schema_span otherwise)
{
    for (size_t i = 0; attribute && i < attribute->arguments.count; i++) {
        if (strcmp(attribute->arguments.items[i].name.text, argument) == 0)
            return attribute->arguments.items[i].span;
    }
    return otherwise;
}
