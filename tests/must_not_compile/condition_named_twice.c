/* gcc: error: initialized field overwritten */
/* clang: error: initializer overrides prior initialization */
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    return user_find_many(s, .where = {.age = GE(18), .age = LT(65)});
}
