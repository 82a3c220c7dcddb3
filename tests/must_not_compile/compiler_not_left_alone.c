/* gcc: error: initialized field overwritten */
/* clang: error: initializer overrides prior initialization */
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    return user_find_many(s, .limit = 1, .limit = 2);
}
