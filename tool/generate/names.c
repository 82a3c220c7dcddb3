/* Names are claimed one by one in a fixed order: first the types that the schema names, so that these
 * never change, then what is derived from them. A claim that finds its name taken or reserved appends
 * underscores. Members of structs are only checked against keywords and our own member names. */
#include "generate/names.h"

#include <ctype.h>

typedef struct claims {
    tenon__arena *arena;
    tenon__map global;   /* every identifier at file scope */
    tenon__map prefixes; /* the snake names of models and enums */
    const char *type_prefix, *snake_prefix;
    bool failed;
} claims;

/* Keywords of C23 and C++20, macros and types of the standard headers that a translation unit which
 * includes ours is bound to have, and predefined macros of gcc. */
static const char *const reserved_words[] = {
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "atomic_cancel",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "errno",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "i386",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "stderr",
    "stdin",
    "stdout",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "typeof_unqual",
    "union",
    "unix",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
    "NULL",
    "EOF",
    "BUFSIZ",
    "INT_MAX",
    "INT_MIN",
    "SIZE_MAX",
    "FILE",
    "DIR",
    "offsetof",
    "size_t",
    "ssize_t",
    "ptrdiff_t",
    "max_align_t",
    "int8_t",
    "int16_t",
    "int32_t",
    "int64_t",
    "uint8_t",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "intptr_t",
    "uintptr_t",
    "intmax_t",
    "uintmax_t",
    "va_list",
    "assert",
};

/* Members that the generated structs have of their own. */
static const char *const member_words[] = {
    "session", "table", "all", "any", "none", "tenon_loaded",
};

static bool is_in(const char *name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(name, words[i]))
            return true;
    return false;
}

static bool is_reserved(const char *name)
{
    return is_in(name, reserved_words, TENON__COUNT(reserved_words));
}

static const char *keep(claims *c, const char *text)
{
    if (!text)
        c->failed = true;
    return text ? text : "";
}

/* The first of name, name_, name__, … that is free in `map`. */
static const char *claim_in(claims *c, tenon__map *map, const char *name)
{
    while (!c->failed && (is_reserved(name) || tenon__map_get(map, name, strlen(name))))
        name = keep(c, tenon__arena_format(c->arena, "%s_", name));
    static char taken;
    if (!c->failed && !tenon__map_put(map, name, strlen(name), &taken))
        c->failed = true;
    return name;
}

static const char *claim(claims *c, const char *format, ...) TENON_PRINTF(2, 3);
static const char *claim(claims *c, const char *format, ...)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    va_list args;
    va_start(args, format);
    tenon__buf_formatv(&name, format, args);
    va_end(args);
    if (name.failed)
        c->failed = true;
    return claim_in(c, &c->global, keep(c, tenon__arena_text(c->arena, tenon__buf_string(&name))));
}

static bool starts_word(const char *name, size_t i)
{
    if (i == 0 || !isupper((unsigned char)name[i]))
        return false;
    bool after_lower = !isupper((unsigned char)name[i - 1]) && name[i - 1] != '_';
    bool before_lower = islower((unsigned char)name[i + 1]) && isupper((unsigned char)name[i - 1]);
    return after_lower || before_lower;
}

char *generate_snake(tenon__arena *arena, const char *name)
{
    char *out = tenon__arena_alloc(arena, 2 * strlen(name) + 1);
    size_t length = 0;
    if (!out)
        return NULL;
    for (size_t i = 0; name[i]; i++) {
        if (starts_word(name, i))
            out[length++] = '_';
        out[length++] = (char)tolower((unsigned char)name[i]);
    }
    out[length] = '\0';
    return out;
}

static const char *snake(claims *c, const char *name)
{
    return keep(c, generate_snake(c->arena, name));
}

static const char *upper(claims *c, const char *name)
{
    char *out = tenon__arena_text(c->arena, name);
    for (char *at = out; at && *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return keep(c, out);
}

/* The snake name of a model or enum with the prefix, unlike that of every other. */
static const char *claim_snake(claims *c, const char *name)
{
    const char *full =
        keep(c, tenon__arena_format(c->arena, "%s%s", c->snake_prefix, snake(c, name)));
    return claim_in(c, &c->prefixes, full);
}

static const char **text_array(claims *c, size_t count)
{
    const char **out = tenon__arena_array(c->arena, count + 1, sizeof *out);
    if (!out)
        c->failed = true;
    return out;
}

static void name_enum(claims *c, const tenon_enum *source, enum_names *out)
{
    const char *lower = claim_snake(c, source->name);
    const char *shout = upper(c, lower);
    out->optional = claim(c, "%sOpt", out->type);
    out->array = claim(c, "%sArray", out->type);
    out->filter = claim(c, "%sFilter", out->type);
    out->set = claim(c, "%sSet", out->type);
    out->array_filter = claim(c, "%sArrayFilter", out->type);
    out->array_set = claim(c, "%sArraySet", out->type);
    out->to_name = claim(c, "%s_name", lower);
    out->from_name = claim(c, "%s_from_name", lower);
    out->descriptor = claim(c, "%s_enum", lower);
    out->values = text_array(c, source->count);
    for (uint32_t i = 0; !c->failed && i < source->count; i++)
        out->values[i] = claim(c, "%s_%s", shout, upper(c, source->names[i]));
}

static void name_fields(claims *c, const tenon_model *source, model_names *out)
{
    out->members = text_array(c, source->field_count);
    out->columns = text_array(c, source->field_count);
    for (uint32_t i = 0; !c->failed && i < source->field_count; i++) {
        const char *name = source->fields[i].name;
        bool is_taken = is_reserved(name) || is_in(name, member_words, TENON__COUNT(member_words));
        out->members[i] = is_taken ? keep(c, tenon__arena_format(c->arena, "%s_", name)) : name;
        out->columns[i] = claim(c, "%s_%s", out->upper, upper(c, snake(c, name)));
    }
}

/* "user_id_group_id": the fields, or the name that the schema gives. */
static const char *unique_snake(claims *c, const tenon_model *model, const tenon_unique *unique)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    for (uint16_t i = 0; i < unique->field_count; i++)
        tenon__buf_format(&name, i ? "_%s" : "%s", snake(c, model->fields[unique->fields[i]].name));
    if (name.failed)
        c->failed = true;
    return keep(c, tenon__arena_text(c->arena, tenon__buf_string(&name)));
}

static void name_uniques(claims *c, const tenon_model *source, model_names *out)
{
    out->uniques = text_array(c, source->unique_count);
    out->unique_snake = text_array(c, source->unique_count);
    for (uint32_t i = 0; !c->failed && i < source->unique_count; i++) {
        out->unique_snake[i] = unique_snake(c, source, &source->uniques[i]);
        out->uniques[i] = claim(c, "%s_BY_%s", out->upper, upper(c, out->unique_snake[i]));
    }
}

static void name_model(claims *c, const tenon_model *source, model_names *out)
{
    out->snake = claim_snake(c, source->name);
    out->upper = upper(c, out->snake);
    out->list = claim(c, "%sList", out->type);
    out->column = claim(c, "%sColumn", out->type);
    out->unique = claim(c, "%sUnique", out->type);
    out->where = claim(c, "%sWhere", out->type);
    out->where_list = claim(c, "%sWhereList", out->type);
    out->order = claim(c, "%sOrder", out->type);
    out->query = claim(c, "%sQuery", out->type);
    out->set = claim(c, "%sSet", out->type);
    out->create_many = claim(c, "%sCreateMany", out->type);
    out->update_many = claim(c, "%sUpdateMany", out->type);
    out->delete_many = claim(c, "%sDeleteMany", out->type);
    out->upsert = claim(c, "%sUpsert", out->type);
    out->descriptor = claim(c, "%s_model", out->snake);
    name_fields(c, source, out);
    name_uniques(c, source, out);
}

static void name_schema_types(claims *c, const describe_set *set, generate_names *out)
{
    for (size_t i = 0; i < set->enum_count; i++)
        out->enums[i].type = claim(c, "%s%s", c->type_prefix, set->enums[i].name);
    for (size_t i = 0; i < set->model_count; i++)
        out->models[i].type = claim(c, "%s%s", c->type_prefix, set->models[i].model.name);
}

/* "shop" gives Shop, shop_ and SHOP_. */
static void make_prefixes(claims *c, const char *prefix)
{
    c->type_prefix = c->snake_prefix = "";
    if (!prefix || !*prefix)
        return;
    char *type = tenon__arena_text(c->arena, prefix);
    if (type)
        type[0] = (char)toupper((unsigned char)type[0]);
    c->type_prefix = keep(c, type);
    c->snake_prefix = keep(c, tenon__arena_format(c->arena, "%s_", snake(c, prefix)));
}

bool generate_name_all(tenon__arena *arena, const describe_set *set,
                       const generate_options *options, generate_names *out, tenon_error *err)
{
    claims c = {.arena = arena};
    make_prefixes(&c, options->prefix);
    out->enums = tenon__arena_array(arena, set->enum_count + 1, sizeof *out->enums);
    out->models = tenon__arena_array(arena, set->model_count + 1, sizeof *out->models);
    c.failed |= !out->enums || !out->models;
    if (!c.failed)
        name_schema_types(&c, set, out);
    for (size_t i = 0; !c.failed && i < set->enum_count; i++)
        name_enum(&c, &set->enums[i], &out->enums[i]);
    for (size_t i = 0; !c.failed && i < set->model_count; i++)
        name_model(&c, &set->models[i].model, &out->models[i]);
    tenon__map_release(&c.global);
    tenon__map_release(&c.prefixes);
    return !c.failed || tenon__fail_no_memory(err);
}
