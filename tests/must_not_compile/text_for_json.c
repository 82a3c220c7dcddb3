/* gcc: error: initialization of .*from .char */
/* clang: error: incompatible pointer to integer conversion */
#include "models.h"

User *make(tenon_session *s);
User *make(tenon_session *s)
{
    return user_create(s, .extra = SET("{}"));
}
