/* The quoters: the only place where a name or a text becomes part of SQL.
 *
 * Both databases read "a""b" and 'it''s' alike (PostgreSQL with standard_conforming_strings, which
 * the driver sees to), so there is one rule. What could not come back as the same name is refused:
 * an empty one, one that is no UTF-8, and on PostgreSQL one of more than 63 bytes, which the server
 * would cut in silence. */
#include "render/render.h"

enum { POSTGRESQL_NAME_BYTES = 63 };

static bool check_name(tenon_dialect dialect, const char *name, tenon_error *err)
{
    size_t length = name ? strlen(name) : 0;
    if (length == 0)
        return tenon__fail(err, TENON_MISUSE, "an empty name cannot be used in SQL");
    if (!tenon__utf8_is_valid(name, length))
        return tenon__fail(err, TENON_MISUSE, "a name is not valid UTF-8");
    if (dialect == TENON_POSTGRESQL && length > POSTGRESQL_NAME_BYTES)
        return tenon__fail(err, TENON_MISUSE,
                           "the name '%s' has more than the %d bytes that PostgreSQL keeps", name,
                           POSTGRESQL_NAME_BYTES);
    return true;
}

/* Text between two marks, each mark inside it doubled. */
static bool add_quoted(tenon__buf *out, char mark, const char *text, size_t length,
                       tenon_error *err)
{
    tenon__buf_char(out, mark);
    while (length) {
        const char *stop = memchr(text, mark, length);
        size_t run = stop ? (size_t)(stop - text) + 1 : length;
        tenon__buf_add(out, text, run);
        if (stop)
            tenon__buf_char(out, mark);
        text += run;
        length -= run;
    }
    tenon__buf_char(out, mark);
    return out->failed ? tenon__fail_no_memory(err) : true;
}

bool tenon__quote_identifier(tenon__buf *out, tenon_dialect dialect, const char *name,
                             tenon_error *err)
{
    if (!check_name(dialect, name, err)) {
        out->failed = true;
        return false;
    }
    return add_quoted(out, '"', name, strlen(name), err);
}

bool tenon__quote_literal(tenon__buf *out, tenon_dialect dialect, const char *text, size_t length,
                          tenon_error *err)
{
    (void)dialect;
    if (!tenon__utf8_is_valid(text, length)) {
        out->failed = true;
        return tenon__fail(err, TENON_MISUSE, "a text for SQL has a NUL or is not valid UTF-8");
    }
    return add_quoted(out, '\'', text, length, err);
}

bool tenon__quote_table(tenon__buf *out, tenon_dialect dialect, const char *schema,
                        const char *table, tenon_error *err)
{
    if (schema) {
        if (!tenon__quote_identifier(out, dialect, schema, err))
            return false;
        tenon__buf_char(out, '.');
    }
    return tenon__quote_identifier(out, dialect, table, err);
}
