/* What was measured, as a statement and as the key of its shape.
 *
 * A call has a key already. Of SQL text, which holds its values, the key is the text without its
 * literals: so texts that differ only in these are one shape, and no value is kept. */
#include "trace/shapes.h"

enum { MOST_TEXT = 4096 };

bool tenon__rendered_make(tenon__rendered *out, tenon_dialect dialect,
                          const tenon__measured *measured)
{
    const tenon__call *call = measured->call;
    tenon_error unheeded;
    tenon_error_reset(&unheeded);
    *out = (tenon__rendered){.statement = measured->statement};
    if (!call)
        return true;
    if (!call->make(dialect, call->key, call->key_length, &out->cached, &unheeded))
        return false;
    out->statement = out->cached.statement;
    return true;
}

void tenon__rendered_release(tenon__rendered *rendered)
{
    if (rendered->cached.free_owner)
        rendered->cached.free_owner(rendered->cached.owner);
}

static bool is_literal(const tenon__token *token)
{
    bool is_number = token->kind == TENON__TOKEN_WORD && *token->text >= '0' && *token->text <= '9';
    return is_number || token->kind == TENON__TOKEN_TEXT;
}

/* A space where there was any, or a comment. */
static void add_text(tenon__buf *out, tenon_dialect dialect, const char *sql, size_t length)
{
    size_t most = length < MOST_TEXT ? length : tenon__utf8_cut(sql, length, MOST_TEXT);
    tenon__scanner scanner = {.dialect = dialect, .at = sql, .end = sql + most};
    const char *end = NULL;
    for (tenon__token token; (token = tenon__scan(&scanner)).kind != TENON__TOKEN_END;) {
        if (end && token.text > end)
            tenon__buf_char(out, ' ');
        if (is_literal(&token))
            tenon__buf_char(out, '?');
        else
            tenon__buf_add(out, token.text, token.length);
        end = token.text + token.length;
    }
    if (most < length)
        tenon__buf_text(out, "…");
}

void tenon__identity_of(tenon__identity *out, tenon_dialect dialect,
                        const tenon__measured *measured)
{
    const tenon__call *call = measured->call;
    out->text = (tenon__buf){0};
    if (call) {
        out->key = call->key;
        out->length = call->key_length;
    } else {
        tenon__buf_text(&out->text, "");
        add_text(&out->text, dialect, measured->statement->sql, measured->statement->sql_length);
        out->key = out->text.failed ? "" : tenon__buf_string(&out->text);
        out->length = out->text.failed ? 0 : out->text.length;
    }
    out->hash = tenon__hash(out->key, out->length);
}

void tenon__identity_release(tenon__identity *identity)
{
    tenon__buf_release(&identity->text);
}

uint64_t tenon__fingerprint(const char *sql)
{
    return tenon__hash(sql, strlen(sql));
}
