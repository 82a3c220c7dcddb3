/* gcc: error: initialization of .*from incompatible pointer type */
/* clang: error: incompatible pointer types */
#include "models.h"

User *make(tenon_session *s);
User *make(tenon_session *s)
{
    return user_create(s, .tags = SET("red"));
}
