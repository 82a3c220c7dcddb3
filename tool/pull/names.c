/* Names: the database allows any, the language letters, digits and _, a letter first. */
#include "pull/draft.h"

#include <stdlib.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_inside(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

const char *pull_clean_name(pull_draft *d, const char *name)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    while (*name && !is_letter(*name))
        name++;
    while (*name) {
        size_t length = tenon__utf8_sequence(name, strlen(name));
        tenon__buf_char(&text, is_inside(*name) ? *name : '_');
        name += length ? length : 1;
    }
    return pull_text(d, &text);
}

static int compare_words(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

/* Those that the language reserves, and its own types. */
bool pull_is_reserved(const char *name)
{
    static const char *const reserved[] = {
        "BigInt",    "Boolean",  "Bytes",        "DateTime", "Decimal",     "Float",
        "Int",       "Json",     "PrismaClient", "String",   "Unsupported", "async",
        "await",     "break",    "case",         "catch",    "class",       "const",
        "continue",  "debugger", "default",      "delete",   "do",          "else",
        "enum",      "export",   "extends",      "false",    "finally",     "for",
        "function",  "if",       "implements",   "import",   "in",          "instanceof",
        "interface", "let",      "new",          "null",     "package",     "private",
        "protected", "public",   "return",       "super",    "switch",      "this",
        "throw",     "true",     "try",          "typeof",   "using",       "var",
        "void",      "while",    "with",         "yield"};
    return bsearch(name, reserved, TENON__COUNT(reserved), sizeof *reserved, compare_words);
}

void pull_take_name(pull_draft *d, tenon__map *taken, const char *name)
{
    d->failed |= !tenon__map_put(taken, name, strlen(name), d);
}

const char *pull_free_name(pull_draft *d, tenon__map *taken, const char *name)
{
    const char *free = name;
    for (unsigned n = 2; free && tenon__map_get(taken, free, strlen(free)); n++)
        free = tenon__arena_format(&d->out->arena, "%s_%u", name, n);
    if (!free) {
        d->failed = true;
        return name;
    }
    pull_take_name(d, taken, free);
    return free;
}

enum { POSTGRESQL_NAME_BYTES = 63 };

const char *pull_default_name(pull_draft *d, const char *table, const char *const *columns,
                              size_t count, const char *suffix)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    size_t room = POSTGRESQL_NAME_BYTES - strlen(suffix);
    tenon__buf_text(&name, table);
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(&name, "_%s", columns[i]);
    if (d->c->dialect == TENON_POSTGRESQL && name.length >= room) {
        name.length = tenon__utf8_cut(tenon__buf_string(&name), name.length, room);
        name.data[name.length] = '\0';
    }
    tenon__buf_text(&name, suffix);
    return pull_text(d, &name);
}
