/* gcc: error: initialization of .const char \*. from .int. */
/* clang: error: incompatible integer to pointer conversion */
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    return user_find_many(s, .where = {.email = EQ(18)});
}
