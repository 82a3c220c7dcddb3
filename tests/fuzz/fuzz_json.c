/* JSON: what is valid is valid inside an array too (unless that makes it too deep) and is valid
 * UTF-8; no proper beginning of a valid object, array or string is valid; any bytes become a
 * valid string. */
#include "core/core.h"

#include "check.h"

static bool is_wrapped_valid(const char *text, size_t length)
{
    tenon__buf wrapped = {0};
    tenon__buf_char(&wrapped, '[');
    tenon__buf_add(&wrapped, text, length);
    tenon__buf_text(&wrapped, ",[]]");
    bool is_valid = tenon__json_is_valid(wrapped.data, wrapped.length);
    tenon__buf_release(&wrapped);
    return is_valid;
}

static void check_valid(const char *text, size_t length)
{
    CHECK(tenon__utf8_is_valid(text, length));
    size_t depth = 0;
    for (size_t i = 0; i < length; i++)
        depth += text[i] == '[' || text[i] == '{';
    CHECK(depth >= 512 || is_wrapped_valid(text, length));
    char last = text[length - 1];
    if (last == '}' || last == ']' || last == '"')
        CHECK(!tenon__json_is_valid(text, length - 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    if (tenon__json_is_valid(text, size))
        check_valid(text, size);
    tenon__buf string = {0};
    tenon__buf_json_text(&string, text, size);
    CHECK(tenon__json_is_valid(string.data, string.length));
    tenon__buf_release(&string);
    return 0;
}
