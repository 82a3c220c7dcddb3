/* gcc: error: initialization of .const UserWhere \*. from incompatible pointer type */
/* clang: error: incompatible pointer types */
#include "models.h"

UserList find(tenon_session *s, const PostWhere *where);
UserList find(tenon_session *s, const PostWhere *where)
{
    return user_find_many(s, .where = {.any = {.items = where, .count = 1}});
}
