/* gcc: error: initialization of .*int.* from .char */
/* clang: error: incompatible pointer to integer conversion */
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    return user_find_many(s, .where = {.age = GE("18")});
}
