/* gcc: error: initialization of .*from .char */
/* clang: error: incompatible pointer to integer conversion */
#include "models.h"

User *make(tenon_session *s);
User *make(tenon_session *s)
{
    return user_create(s, .token = SET("6f9619ff-8b86-d011-b42d-00cf4fc964ff"));
}
