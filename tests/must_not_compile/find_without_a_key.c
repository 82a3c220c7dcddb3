/* gcc: expected expression before '\.' token */
/* clang: expected expression */
#include "models.h"

User *find(tenon_session *s);
User *find(tenon_session *s)
{
    return user_find(s);
}
