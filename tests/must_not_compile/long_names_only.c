/* Without the short names a program keeps its own macros, and the long names do the same. */
#define TENON_NO_SHORT_NAMES
#define SET 1
#define EQ 2
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    user_update(s, SET + EQ, .age = TENON_OP_SET(31), .email = TENON_OP_SET_NULL());
    return user_find_many(
        s, .where = {.age = TENON_OP_RANGE(GE, 18, LT, 65), .email = TENON_OP_IS_NULL()},
        .order_by = {TENON_OP_DESC(USER_AGE)});
}
