/* C sources: any text is looked through, and what is said of it lies within it, names its rule and
 * a way out, and can be written as JSON. */
#include "codelint/codelint.h"

#include "check.h"

static void check_report(const schema *report, size_t length)
{
    tenon__buf json = {0};
    for (size_t i = 0; i < report->diagnostic_count; i++) {
        const schema_diagnostic *told = &report->diagnostics[i];
        CHECK(told->severity == SCHEMA_WARNING);
        CHECK(told->rule && told->message[0] && told->hint[0]);
        CHECK(told->span.start < told->span.end && told->span.end <= length);
    }
    schema_write_diagnostics_json(report, &json);
    CHECK(!json.failed);
    CHECK(tenon__json_is_valid(json.data, json.length));
    tenon__buf_release(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = size < 65536 ? fuzz_text(data, size) : NULL;
    schema *report = text ? codelint_read_text("a.c", text) : NULL;
    CHECK(!text || report);
    if (report)
        check_report(report, strlen(text));
    schema_free(report);
    free(text);
    return 0;
}
