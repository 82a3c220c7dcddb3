/* gcc: expected '\}' before 'condition' */
/* clang: expected '\}' */
#include "models.h"

UserList find(tenon_session *s, const char *condition);
UserList find(tenon_session *s, const char *condition)
{
    return user_find_many(s, .where = {.raw = RAW(condition)});
}
