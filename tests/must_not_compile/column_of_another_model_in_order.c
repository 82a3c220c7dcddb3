/* gcc: error: implicit conversion from .enum PostColumn. to .enum UserColumn. */
/* clang: error: implicit conversion from enumeration type 'enum PostColumn' */
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    return user_find_many(s, .order_by = {DESC(POST_TITLE)});
}
