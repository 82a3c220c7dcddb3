/* Tools for tests of programs: how many statements a piece of code sends. Not in tenon.h: only
 * tests include it. See also tenon_begin_test in session.h. */
#ifndef TENON_TEST_H
#define TENON_TEST_H

#include <tenon/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How many statements the session has sent to its database since it was opened or reset: one for
 * each of a call (a tree of relations may need several), one for each tenon_execute. Those that
 * begin and end transactions do not count, nor do tries that tenon makes on its own. 0 for NULL. */
TENON_API uint64_t tenon_statement_count(const tenon_session *s);
/* From now on the session may send `most` statements: the next is not sent and fails with LIMIT. A
 * new limit replaces the old one, a negative one is none, and reset takes it away. */
TENON_API void tenon_statement_limit(tenon_session *s, int64_t most);

#ifdef __cplusplus
}
#endif
#endif
