/* Names of enum values, for generated code. */
#include <tenon/model.h>

#include <string.h>

const char *tenon_enum_name(const tenon_enum *enumeration, int value)
{
    bool is_value = value >= 1 && (uint32_t)value <= enumeration->count;
    return is_value ? enumeration->names[value - 1] : NULL;
}

int tenon_enum_value(const tenon_enum *enumeration, const char *name)
{
    for (uint32_t i = 0; name && i < enumeration->count; i++) {
        if (!strcmp(enumeration->names[i], name))
            return (int)i + 1;
    }
    return 0;
}
