/* gcc: error: format not a string literal and no format arguments */
/* clang: error: format string is not a string literal */
#include "models.h"

tenon_sql *find(tenon_sql *q, const char *text);
tenon_sql *find(tenon_sql *q, const char *text)
{
    return tenon_sqlf(q, text);
}
