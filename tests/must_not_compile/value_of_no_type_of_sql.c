/* gcc: error: '_Generic' selector of type 'struct User' is not compatible with any association */
/* clang: error: controlling expression type 'User' .* not compatible with any */
#include "models.h"

tenon_sql *find(tenon_sql *q, const User *user);
tenon_sql *find(tenon_sql *q, const User *user)
{
    return tenon_sqlf(q, "AND id = %p", SQL_VALUE(*user));
}
