/* gcc: has no member named .emial. */
/* clang: field designator 'emial' does not refer to any field */
#include "models.h"

User *make(tenon_session *s);
User *make(tenon_session *s)
{
    return user_create(s, .emial = SET("ann@example.com"));
}
