/* The quoters: what they write is one quoted token and nothing behind it, and reading it as a
 * database does gives the text back; what they refuse leaves a failed buffer. */
#include "render/render.h"

#include "check.h"

/* Reads one token in these marks; the rest must be empty. */
static void check_token(const tenon__buf *token, char mark, const char *text, size_t length)
{
    const char *at = token->data, *end = at + token->length;
    size_t read = 0;
    CHECK(token->length >= 2 && *at == mark && end[-1] == mark);
    for (at++; at < end - 1; at++, read++) {
        CHECK(read < length && *at == text[read]);
        if (*at == mark)
            CHECK(++at < end - 1 && *at == mark);
    }
    CHECK(read == length);
}

static void check_identifier(tenon_dialect dialect, const char *name)
{
    tenon__buf token = {0};
    tenon_error err = {0};
    if (tenon__quote_identifier(&token, dialect, name, &err))
        check_token(&token, '"', name, strlen(name));
    else
        CHECK(token.failed && err.status == TENON_MISUSE);
    tenon__buf_release(&token);
}

static void check_literal(const char *text, size_t length)
{
    tenon__buf token = {0};
    tenon_error err = {0};
    if (tenon__quote_literal(&token, TENON_POSTGRESQL, text, length, &err))
        check_token(&token, '\'', text, length);
    else
        CHECK(token.failed && err.status == TENON_MISUSE);
    tenon__buf_release(&token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    check_identifier(TENON_POSTGRESQL, text);
    check_identifier(TENON_SQLITE, text);
    check_literal(text, size);
    free(text);
    return 0;
}
