/* How many statements a session sends, for tests that count them. What the counter costs a call is
 * an addition and a comparison; see tenon__count_statement. */
#include "db/session.h"

#include <tenon/test.h>

uint64_t tenon_statement_count(const tenon_session *s)
{
    return s ? s->statement_count : 0;
}

void tenon_statement_limit(tenon_session *s, int64_t most)
{
    if (s)
        s->statement_limit = most < 0 ? UINT64_MAX : s->statement_count + (uint64_t)most;
}

bool tenon__refuse_statement(tenon_session *s)
{
    tenon__fail(&s->error, TENON_LIMIT, "statement %llu of the session is more than are allowed",
                (unsigned long long)s->statement_count + 1);
    tenon__hint(&s->error, "load relations with .include, and many rows with one call");
    return false;
}
