/* The @tenon words: where each may stand, and its arguments. */
#include "schema/check_words.h"

#include <stdlib.h>

/* Places as bits. */
enum { ON_MODEL = 1, ON_FIELD = 2, ON_RELATION = 4, ON_ENUM = 8, ON_VALUE = 16 };

typedef enum word_form {
    FORM_NUMBER,
    FORM_COUNT,
    FORM_TEXT,
    FORM_BOOLEAN,
    FORM_FIELD,
    FORM_NAME
} word_form;

typedef struct word_parameter {
    const char *name;
    word_form form;
    bool is_unnamed; /* given without its name */
    bool is_needed;
} word_parameter;

enum { MAX_PARAMETERS = 8, ANY_TYPE = -1 };

typedef struct word_rule {
    const char *name;
    unsigned places;
    const char *where; /* the places in words */
    bool is_repeatable;
    bool needs_one;                         /* of its arguments */
    bool (*fits)(const check_field *field); /* NULL: any field */
    const char *types;                      /* that it fits, in words */
    word_parameter parameters[MAX_PARAMETERS];
} word_rule;

static bool is_scalar(const check_field *f, schema_type type)
{
    return f->field->kind == SCHEMA_SCALAR && f->field->type == type;
}

static bool fits_soft_delete(const check_field *f)
{
    bool is_time = is_scalar(f, SCHEMA_DATETIME) && f->field->arity == SCHEMA_OPTIONAL;
    return is_time || (is_scalar(f, SCHEMA_BOOLEAN) && f->field->arity == SCHEMA_REQUIRED);
}

static bool fits_version(const check_field *f)
{
    return f->field->arity == SCHEMA_REQUIRED &&
           (is_scalar(f, SCHEMA_INT) || is_scalar(f, SCHEMA_BIGINT));
}

/* Holds the name of an actor, which is text of any form. */
static bool fits_actor(const check_field *f)
{
    return is_scalar(f, SCHEMA_STRING) && f->field->arity != SCHEMA_LIST &&
           f->field->native.kind != SCHEMA_NATIVE_UUID;
}

static bool fits_exact(const check_field *f)
{
    return is_scalar(f, SCHEMA_DECIMAL) && f->field->arity != SCHEMA_LIST;
}

static const word_rule rules[] = {
    {.name = "compress",
     .places = ON_FIELD,
     .where = "a field",
     .parameters = {{"maxError", FORM_NUMBER}, {"zstd", FORM_BOOLEAN}}},
    {.name = "validate",
     .places = ON_FIELD,
     .where = "a field",
     .needs_one = true,
     .parameters = {{"min", FORM_NUMBER},
                    {"max", FORM_NUMBER},
                    {"minLength", FORM_COUNT},
                    {"maxLength", FORM_COUNT},
                    {"pattern", FORM_TEXT},
                    {"required", FORM_BOOLEAN},
                    {"message", FORM_TEXT},
                    {"custom", FORM_NAME}}},
    {.name = "softDelete",
     .places = ON_MODEL | ON_FIELD,
     .where = "a model or the field that marks deleted rows",
     .fits = fits_soft_delete,
     .types = "DateTime? or Boolean",
     .parameters = {{"by", FORM_FIELD}}},
    {.name = "audit", .places = ON_MODEL, .where = "a model"},
    {.name = "version",
     .places = ON_FIELD,
     .where = "a field",
     .fits = fits_version,
     .types = "Int or BigInt, required"},
    {.name = "createdBy",
     .places = ON_FIELD,
     .where = "a field",
     .fits = fits_actor,
     .types = "String"},
    {.name = "updatedBy",
     .places = ON_FIELD,
     .where = "a field",
     .fits = fits_actor,
     .types = "String"},
    {.name = "check",
     .places = ON_MODEL | ON_FIELD,
     .where = "a model or a field",
     .is_repeatable = true,
     .parameters = {{"sql", FORM_TEXT, .is_unnamed = true, .is_needed = true},
                    {"name", FORM_TEXT}}},
    {.name = "renamedFrom",
     .places = ON_MODEL | ON_FIELD | ON_ENUM | ON_VALUE,
     .where = "a model, a field, an enum or an enum value",
     .parameters = {{"name", FORM_TEXT, .is_unnamed = true, .is_needed = true}}},
    {.name = "ordered", .places = ON_ENUM, .where = "an enum"},
    {.name = "sensitive", .places = ON_FIELD, .where = "a field"},
    {.name = "exact",
     .places = ON_FIELD,
     .where = "a field",
     .fits = fits_exact,
     .types = "Decimal"},
    {.name = "vectorIndex",
     .places = ON_FIELD,
     .where = "a field",
     .parameters = {{"method", FORM_NAME, .is_unnamed = true, .is_needed = true},
                    {"metric", FORM_NAME, .is_needed = true}}},
    {.name = "shard",
     .places = ON_MODEL,
     .where = "a model",
     .parameters = {{"by", FORM_FIELD, .is_needed = true}}},
};

static const word_rule *find_rule(const char *name)
{
    for (size_t i = 0; i < TENON__COUNT(rules); i++) {
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    }
    return NULL;
}

static void report_unknown(check *c, const schema_word *word)
{
    const char *names[TENON__COUNT(rules)];

    for (size_t i = 0; i < TENON__COUNT(rules); i++)
        names[i] = rules[i].name;
    const char *near = schema_nearest(word->name, names, TENON__COUNT(rules));
    check_error(c, word->span, near ? check_format(c, "did you mean '@tenon.%s'?", near) : NULL,
                "unknown word '@tenon.%s'", word->name);
}

/* ---- arguments ------------------------------------------------------------------------------- */

static bool is_number(const char *text)
{
    char *end;
    (void)strtod(text, &end);
    return *text && !*end;
}

static bool is_count(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* A name that C can call. */
static bool is_name(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    return length && !text[length] && !(*text >= '0' && *text <= '9');
}

static const check_field *scalar_field(const check_model *m, const char *name)
{
    const check_field *f = m ? check_find_field(m, name) : NULL;
    return f && !check_is_relation(f) ? f : NULL;
}

/* What the value should be; NULL when it is. */
static const char *fault_of(const schema_word_argument *argument, word_form form)
{
    bool is_bare = !argument->is_string;
    const char *value = argument->value;

    switch (form) {
    case FORM_NUMBER:
        return is_bare && is_number(value) ? NULL : "a number";
    case FORM_COUNT:
        return is_bare && is_count(value) ? NULL : "a whole number";
    case FORM_TEXT:
        return !is_bare && *value ? NULL : "a string in double quotes that is not empty";
    case FORM_BOOLEAN:
        return is_bare && (!strcmp(value, "true") || !strcmp(value, "false")) ? NULL
                                                                              : "true or false";
    case FORM_NAME:
        return is_name(value) ? NULL : "the name of a C function";
    case FORM_FIELD:
        return is_bare && is_name(value) ? NULL : "the name of a field";
    }
    return NULL;
}

static const word_parameter *find_parameter(const word_rule *rule,
                                            const schema_word_argument *argument)
{
    for (size_t i = 0; i < MAX_PARAMETERS && rule->parameters[i].name; i++) {
        const word_parameter *p = &rule->parameters[i];
        if (argument->name ? strcmp(p->name, argument->name) == 0 : p->is_unnamed)
            return p;
    }
    return NULL;
}

static void report_argument(check *c, const word_rule *rule, const schema_word *word,
                            const schema_word_argument *argument)
{
    const char *names[MAX_PARAMETERS];
    size_t count = 0;

    while (count < MAX_PARAMETERS && rule->parameters[count].name) {
        names[count] = rule->parameters[count].name;
        count++;
    }
    if (!count)
        check_error(c, word->span, NULL, "@tenon.%s takes no arguments", rule->name);
    else if (argument->name)
        check_error(c, word->span, check_hint_near(c, argument->name, names, count),
                    "@tenon.%s has no argument '%s'", rule->name, argument->name);
    else
        check_error(c, word->span, NULL, "an argument of @tenon.%s needs its name", rule->name);
}

static void check_word_field(check *c, const schema_word *word, const check_word_target *target,
                             const char *name)
{
    if (!scalar_field(target->model, name))
        check_error(c, word->span, target->model ? check_hint_field(c, target->model, name) : NULL,
                    "@tenon.%s: '%s' is no field with a column", word->name, name);
}

static void check_word_argument(check *c, const word_rule *rule, const schema_word *word,
                                const check_word_target *target,
                                const schema_word_argument *argument)
{
    const word_parameter *p = find_parameter(rule, argument);

    if (!p) {
        report_argument(c, rule, word, argument);
        return;
    }
    const char *fault = fault_of(argument, p->form);
    if (fault)
        check_error(c, word->span, NULL, "@tenon.%s: '%s' must be %s", rule->name, p->name, fault);
    else if (p->form == FORM_FIELD && c->s->is_resolved)
        check_word_field(c, word, target, argument->value);
}

static size_t count_given(const word_rule *rule, const schema_word *word, const word_parameter *p)
{
    size_t count = 0;

    for (size_t i = 0; i < word->argument_count; i++)
        count += find_parameter(rule, &word->arguments[i]) == p;
    return count;
}

static void check_word_arguments(check *c, const word_rule *rule, const schema_word *word,
                                 const check_word_target *target)
{
    for (size_t i = 0; i < word->argument_count; i++)
        check_word_argument(c, rule, word, target, &word->arguments[i]);
    for (size_t i = 0; i < MAX_PARAMETERS && rule->parameters[i].name; i++) {
        const word_parameter *p = &rule->parameters[i];
        size_t given = count_given(rule, word, p);
        if (!given && p->is_needed)
            check_error(c, word->span, NULL, "@tenon.%s needs the argument '%s'", rule->name,
                        p->name);
        if (given > 1)
            check_error(c, word->span, "remove one of them",
                        "@tenon.%s: '%s' is given more than once", rule->name, p->name);
    }
    if (rule->needs_one && !word->argument_count)
        check_error(c, word->span, NULL, "@tenon.%s needs at least one argument", rule->name);
}

/* ---- validate -------------------------------------------------------------------------------- */

static bool has_order(const check_field *f)
{
    return is_scalar(f, SCHEMA_INT) || is_scalar(f, SCHEMA_BIGINT) || is_scalar(f, SCHEMA_FLOAT) ||
           is_scalar(f, SCHEMA_DECIMAL);
}

static bool has_length(const check_field *f)
{
    return f->field->arity == SCHEMA_LIST || is_scalar(f, SCHEMA_STRING) ||
           is_scalar(f, SCHEMA_BYTES);
}

static void check_validation(check *c, const schema_word *word, const check_field *f)
{
    static const struct {
        const char *name, *types;
        bool (*fits)(const check_field *f);
    } needs[] = {{"min", "a number", has_order},
                 {"max", "a number", has_order},
                 {"minLength", "String, Bytes or a list", has_length},
                 {"maxLength", "String, Bytes or a list", has_length}};

    for (size_t i = 0; i < word->argument_count; i++) {
        const char *name = word->arguments[i].name;
        for (size_t k = 0; name && k < TENON__COUNT(needs); k++) {
            if (strcmp(needs[k].name, name) == 0 && !needs[k].fits(f))
                check_error(c, word->span, NULL,
                            "@tenon.validate: '%s' is for a field of type %s, not %s", name,
                            needs[k].types, check_type_name(f));
        }
        if (name && strcmp(name, "pattern") == 0 && !is_scalar(f, SCHEMA_STRING))
            check_error(c, word->span, NULL,
                        "@tenon.validate: 'pattern' is for a field of type String, not %s",
                        check_type_name(f));
    }
}

/* ---- softDelete ------------------------------------------------------------------------------ */

/* Whether something before this field in the model has the word already. */
static bool has_mark_before(const check_model *m, const check_field *f)
{
    if (schema_find_word(&m->model->comment, "softDelete"))
        return true;
    for (const check_field *other = m->fields; other < f; other++) {
        if (schema_find_word(&other->field->comment, "softDelete"))
            return true;
    }
    return false;
}

static void check_soft_delete(check *c, const schema_word *word, const check_word_target *target)
{
    static const char hint[] = "write it above the field, or say (by: field)";
    const char *by = word->argument_count ? word->arguments[0].value : NULL;

    if (target->field) {
        if (by)
            check_error(c, word->span, NULL, "@tenon.softDelete of a field takes no arguments");
        if (has_mark_before(target->model, target->field))
            check_error(c, word->span, "remove one of them",
                        "model '%s' has @tenon.softDelete twice", target->model->model->name);
        return;
    }
    const check_field *f = by ? scalar_field(target->model, by) : NULL;
    if (!by)
        check_error(c, word->span, hint,
                    "@tenon.softDelete must name the field that marks deleted rows");
    else if (f && !fits_soft_delete(f))
        check_error(c, word->span, NULL, "@tenon.softDelete is for a field of type %s",
                    "DateTime? or Boolean");
}

/* ---- places ---------------------------------------------------------------------------------- */

static unsigned place_of(const check_word_target *target)
{
    if (target->field)
        return check_is_relation(target->field) ? ON_RELATION : ON_FIELD;
    if (target->model)
        return ON_MODEL;
    return target->enumeration ? ON_ENUM : target->is_enum_value ? ON_VALUE : 0;
}

static void check_field_type(check *c, const word_rule *rule, const schema_word *word,
                             const check_field *f)
{
    if (rule->fits && !rule->fits(f))
        check_error(c, word->span, NULL, "@tenon.%s is for a field of type %s", rule->name,
                    rule->types);
    if (strcmp(rule->name, "validate") == 0)
        check_validation(c, word, f);
    if (strcmp(rule->name, "compress") == 0)
        check_compression(c, word, f);
}

static void check_word(check *c, const schema_word *word, const check_word_target *target)
{
    const word_rule *rule = find_rule(word->name);

    if (!rule) {
        report_unknown(c, word);
        return;
    }
    if (!(rule->places & place_of(target))) {
        check_error(c, word->span, NULL, "@tenon.%s belongs to the comment of %s", rule->name,
                    rule->where);
        return;
    }
    if (target->model && !target->field && target->model->model->is_view &&
        strcmp(rule->name, "audit") == 0)
        check_error(c, word->span, NULL, "@tenon.audit is for models; nobody writes a view");
    check_word_arguments(c, rule, word, target);
    if (c->s->is_resolved && strcmp(rule->name, "softDelete") == 0)
        check_soft_delete(c, word, target);
    if (target->field && c->s->is_resolved)
        check_field_type(c, rule, word, target->field);
}

static bool is_repeated(const schema_comment *comment, size_t i)
{
    const word_rule *rule = find_rule(comment->words[i].name);

    for (size_t k = 0; rule && !rule->is_repeatable && k < i; k++) {
        if (strcmp(comment->words[k].name, rule->name) == 0)
            return true;
    }
    return false;
}

void check_word_rules(check *c, const schema_comment *comment, const check_word_target *target)
{
    for (size_t i = 0; i < comment->word_count; i++) {
        if (is_repeated(comment, i))
            check_error(c, comment->words[i].span, "remove one of them", "@tenon.%s is given twice",
                        comment->words[i].name);
        check_word(c, &comment->words[i], target);
    }
}
