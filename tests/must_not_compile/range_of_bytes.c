/* gcc: error: .union <anonymous>. has no member named .range. */
/* clang: error: field designator 'range' does not refer to any field */
#include "models.h"

UserList find(tenon_session *s, tenon_bytes a, tenon_bytes b);
UserList find(tenon_session *s, tenon_bytes a, tenon_bytes b)
{
    return user_find_many(s, .where = {.avatar = BETWEEN(a, b)});
}
