/* gcc: has no member named .agee.; did you mean .age. */
/* clang: did you mean 'age' */
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    return user_find_many(s, .where = {.agee = GE(18)});
}
