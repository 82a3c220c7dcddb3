/* gcc: error: format '%s' expects a matching 'char \*' argument */
/* clang: error: more '%' conversions than data arguments */
#include "models.h"

tenon_sql *find(tenon_sql *q, int age);
tenon_sql *find(tenon_sql *q, int age)
{
    return tenon_sqlf(q, "AND age = %d AND email = %s", age);
}
