/* gcc: error: format '%d' expects argument of type 'int', but argument 3 has type 'int64_t */
/* clang: error: format specifies type 'int' but the argument has type 'int64_t */
#include "models.h"

tenon_sql *find(tenon_sql *q, int64_t id);
tenon_sql *find(tenon_sql *q, int64_t id)
{
    return tenon_sqlf(q, "AND id = %d", id);
}
