/* Creating a whole schema in an empty database, in one transaction. */
#include "ddl/ddl.h"

#include "db/db.h"

bool ddl_apply(tenon_session *s, const ddl_script *script)
{
    tenon_begin(s);
    tenon__session_make_schema(s);
    for (size_t i = 0; i < script->count; i++)
        tenon_execute(s, script->items[i].sql);
    return tenon_commit(s);
}
