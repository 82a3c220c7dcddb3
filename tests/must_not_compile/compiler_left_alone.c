/* TENON_NO_STRICT leaves a program's own settings alone: what it silences stays silent. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
#define TENON_NO_STRICT
#include "models.h"

UserList find(tenon_session *s);
UserList find(tenon_session *s)
{
    return user_find_many(s, .limit = 1, .limit = 2);
}
