/* Schemas: any text is parsed, checked, shown and formatted; what is formatted without errors stays
 * as it is when it is formatted again. */
#include "schema/schema.h"

#include <stdlib.h>

#include "check.h"

static schema *read_text(const char *text, size_t length)
{
    schema_source source = {"fuzz.prisma", text, length};
    return schema_read_texts(&source, 1, NULL);
}

static char *format(schema *s)
{
    char **texts = schema_format(s, NULL);
    CHECK(texts);
    char *text = texts[0];
    free(texts);
    return text;
}

static void show(const schema *s)
{
    tenon__buf json = {0};
    schema_write_diagnostics_json(s, &json);
    CHECK(tenon__json_is_valid(json.data, json.length));
    tenon__buf_release(&json);
}

static void check_formatted(const char *text)
{
    schema *s = read_text(text, strlen(text));
    CHECK(s);
    if (!schema_error_count(s)) {
        char *again = format(s);
        CHECK(strcmp(again, text) == 0);
        free(again);
    }
    schema_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    schema *s = size < 65536 ? read_text((const char *)data, size) : NULL;
    if (!s)
        return 0;
    show(s);
    char *text = format(s);
    if (!schema_error_count(s))
        check_formatted(text);
    free(text);
    schema_free(s);
    return 0;
}
