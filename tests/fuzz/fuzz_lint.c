/* The linter: any text is judged, as PostgreSQL's and as SQLite's, on its own and behind itself;
 * what it finds lies within the text and can be written in every format. */
#include "lint/lint.h"

#include "check.h"

static void write_all(const lint *l)
{
    for (lint_format format = LINT_FORMAT_TEXT; format <= LINT_FORMAT_GITHUB; format++) {
        tenon__buf out = {0};
        lint_write(l, format, &out);
        CHECK(!out.failed);
        if (format == LINT_FORMAT_JSON || format == LINT_FORMAT_SARIF)
            CHECK(tenon__json_is_valid(out.data, out.length));
        tenon__buf_release(&out);
    }
}

static void judge(const char *text, tenon_dialect dialect)
{
    size_t count;
    lint *l = lint_new(&(lint_options){.dialect = dialect, .has_style = true}, NULL);
    CHECK(l);
    CHECK(lint_add(l, "one.sql", text, NULL));
    CHECK(lint_add(l, "two.sql", text, NULL));
    CHECK(lint_finish(l, NULL));
    const lint_finding *const *findings = lint_findings(l, &count);
    for (size_t i = 0; i < count; i++)
        CHECK(findings[i]->line > 0 && findings[i]->column > 0 && findings[i]->message[0]);
    write_all(l);
    lint_free(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = size < 16384 ? fuzz_text(data, size) : NULL;
    if (text) {
        judge(text, TENON_POSTGRESQL);
        judge(text, TENON_SQLITE);
    }
    free(text);
    return 0;
}
