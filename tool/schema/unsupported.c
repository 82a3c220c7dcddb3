/* The types that the language has no word for and tenon a value, by what Unsupported("…") names. */
#include "schema/schema.h"

#include <stdlib.h>
#include <strings.h>

static const struct {
    const char *name;
    schema_typed kind;
    long most; /* of the number in parentheses */
} types[] = {
    {"interval", SCHEMA_TYPED_INTERVAL, 6},
    {"vector", SCHEMA_TYPED_VECTOR, 16000},
};

/* name ["(" number ")"], in any case; *number is left alone without one. */
static bool reads_as(const char *text, const char *name, long most, int32_t *number)
{
    size_t length = strlen(name);
    if (strncasecmp(text, name, length) != 0)
        return false;
    text += length + strspn(text + length, " ");
    if (!*text)
        return true;
    char *end;
    long value = *text == '(' ? strtol(text + 1, &end, 10) : -1;
    if (value < 0 || value > most || end == text + 1 || strcmp(end, ")") != 0)
        return false;
    *number = (int32_t)value;
    return true;
}

schema_typed schema_typed_of(const schema_field *field, int32_t *number)
{
    *number = -1;
    if (field->kind != SCHEMA_UNSUPPORTED)
        return SCHEMA_TYPED_NONE;
    const char *dot = strrchr(field->unsupported, '.');
    const char *name = dot ? dot + 1 : field->unsupported;
    for (size_t i = 0; i < TENON__COUNT(types); i++) {
        bool is_listed = types[i].kind == SCHEMA_TYPED_VECTOR && field->arity == SCHEMA_LIST;
        if (!is_listed && reads_as(name, types[i].name, types[i].most, number))
            return types[i].kind;
    }
    return SCHEMA_TYPED_NONE;
}
