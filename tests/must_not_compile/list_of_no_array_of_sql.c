/* gcc: error: '_Generic' selector of type 'int' is not compatible with any association */
/* clang: error: controlling expression type 'int' not compatible with any generic association */
#include "models.h"

tenon_sql *find(tenon_sql *q, int id);
tenon_sql *find(tenon_sql *q, int id)
{
    return tenon_sqlf(q, "AND id %p", SQL_IN(id));
}
