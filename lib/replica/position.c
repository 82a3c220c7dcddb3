/* Positions of the log, as sessions say and hear them: written as PostgreSQL does it, two halves in
 * hexadecimal digits. */
#include "replica/replicas.h"

enum { POSITION_SIZE = 24, HALF_BITS = 32, MOST_DIGITS = 8 };

/* ---- texts ----------------------------------------------------------------------------------- */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Up to eight digits, and what follows them. NULL: there are none, or more. */
static const char *read_half(const char *at, uint64_t *out)
{
    int count = 0;
    for (*out = 0; digit_of(*at) >= 0; at++, count++)
        *out = *out << 4 | (uint64_t)digit_of(*at);
    return count > 0 && count <= MOST_DIGITS ? at : NULL;
}

static bool read_position(const char *text, uint64_t *out)
{
    uint64_t high, low;
    const char *at = read_half(text, &high);
    if (!at || *at != '/')
        return false;
    at = read_half(at + 1, &low);
    *out = high << HALF_BITS | low;
    return at && !*at;
}

static const char *write_position(tenon_session *s, uint64_t position)
{
    const char *text =
        position ? tenon__arena_format(tenon__session_arena(s), "%X/%X",
                                       (unsigned)(position >> HALF_BITS), (unsigned)position)
                 : "";
    if (!text)
        tenon__fail_no_memory(tenon__session_error(s));
    return text;
}

/* ---- sessions -------------------------------------------------------------------------------- */

/* Of the primary, behind what was written; from there on the position says it all. */
static bool ask_primary(tenon_session *s, tenon__reading *reading)
{
    uint64_t position;
    bool is_standby;
    tenon_read from = tenon_read_from(s, TENON_READ_PRIMARY);
    bool is_answered = replica_ask(s, &position, &is_standby);
    tenon_read_from(s, from);
    if (!is_answered)
        return false;
    if (position > reading->after)
        reading->after = position;
    reading->wrote_us = 0;
    return true;
}

const char *tenon_read_position(tenon_session *s)
{
    if (tenon__session_is_failed(s))
        return NULL;
    tenon__reading *reading = tenon__session_reading(s);
    bool may_have_written = reading->wrote_us || !tenon__db_router(tenon__session_db(s));
    if (tenon__session_dialect(s) != TENON_POSTGRESQL)
        return "";
    if (tenon_in_transaction(s)) {
        tenon__fail(tenon__session_error(s), TENON_MISUSE,
                    "what a transaction writes has no position before its commit");
        return NULL;
    }
    if (may_have_written && !ask_primary(s, reading))
        return NULL;
    return write_position(s, reading->after);
}

bool tenon_read_after(tenon_session *s, const char *position)
{
    uint64_t after = 0;
    if (tenon__session_is_failed(s))
        return false;
    if (position && *position && !read_position(position, &after)) {
        tenon__fail(tenon__session_error(s), TENON_MISUSE, "this is no position of a log");
        tenon__hint(tenon__session_error(s), "tenon_read_position gives one: \"0/3000148\"");
        return false;
    }
    tenon__reading *reading = tenon__session_reading(s);
    if (after > reading->after)
        reading->after = after;
    return true;
}
