/* gcc: error: format '%d' expects argument of type 'int', but argument 3 has type 'const char */
/* clang: error: format specifies type 'int' but the argument has type 'const char */
#include "models.h"

tenon_sql *find(tenon_sql *q, const char *text);
tenon_sql *find(tenon_sql *q, const char *text)
{
    return tenon_sqlf(q, "AND age = %d", text);
}
