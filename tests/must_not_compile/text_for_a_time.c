/* gcc: error: initialization of .*from .char */
/* clang: error: incompatible pointer to integer conversion */
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    return user_find_many(s, .where = {.born = LT("2000-01-01")});
}
