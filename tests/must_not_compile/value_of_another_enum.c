/* gcc: error: implicit conversion from .enum Colour. to .enum Role. */
/* clang: error: implicit conversion from enumeration type */
#include "models.h"

User *make(tenon_session *s);
User *make(tenon_session *s)
{
    return user_create(s, .role = SET(COLOUR_RED));
}
