/* Names of enum values, for generated code. */
#include <tenon/model.h>

#include <string.h>

const char *tenon_enum_name(const tenon_enum *enumeration, unsigned value)
{
    bool is_value = value >= 1 && value <= enumeration->count;
    return is_value ? enumeration->names[value - 1] : NULL;
}

unsigned tenon_enum_value(const tenon_enum *enumeration, const char *name)
{
    for (uint32_t i = 0; name && i < enumeration->count; i++) {
        if (!strcmp(enumeration->names[i], name))
            return i + 1;
    }
    return 0;
}
