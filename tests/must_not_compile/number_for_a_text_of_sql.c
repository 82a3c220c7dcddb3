/* gcc: error: format '%s' expects argument of type 'char \*', but argument 3 has type 'int' */
/* clang: error: format specifies type 'char \*' but the argument has type 'int' */
#include "models.h"

tenon_sql *find(tenon_sql *q, int age);
tenon_sql *find(tenon_sql *q, int age)
{
    return tenon_sqlf(q, "AND email = %s", age);
}
