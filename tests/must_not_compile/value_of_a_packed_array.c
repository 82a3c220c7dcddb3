/* gcc: error: .* has no member named .as. */
/* clang: error: field designator 'as' does not refer to any field in type 'tenon_packed_filter' */
#include "models.h"

UserList find(tenon_session *s, tenon_double_array trail);
UserList find(tenon_session *s, tenon_double_array trail)
{
    return user_find_many(s, .where = {.trail = EQ(trail)});
}
