/* gcc: error: .* has no member named .as. */
/* clang: error: field designator 'as' does not refer to any field in type 'tenon_packed_filter' */
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    return user_find_many(s, .where = {.trail = HAS(0.5)});
}
