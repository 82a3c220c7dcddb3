/* Rows that a nested write looks for and does not find, so that it creates them: somebody else may
 * do the same meanwhile.
 *
 * On PostgreSQL the row is therefore created behind a savepoint. When it breaks a unique, all that
 * was created for it is undone, and whoever asked looks again: the row of the other is there now.
 * An ON CONFLICT would save the savepoint, but leave behind what the row had brought with it. On
 * SQLite nobody writes beside the transaction, so what was not found is not there. */
#include "model/nested.h"

static bool can_others_write(const tenon__nest *n)
{
    return tenon__session_dialect(n->session) != TENON_SQLITE;
}

bool tenon__nest_create_anew(tenon__nest *n, tenon__nest_step *create, tenon__nest_step *use,
                             void *context)
{
    if (tenon__nest_is_failed(n) || !can_others_write(n))
        return create(n, context);
    if (!tenon_begin(n->session))
        return false;
    if (create(n, context))
        return tenon_commit(n->session);
    const tenon_error broken = *n->err;
    unsigned depth = n->depth;
    tenon_rollback(n->session);
    n->depth = depth;
    bool is_used = broken.status == TENON_UNIQUE && use(n, context);
    if (!is_used && !tenon__nest_is_failed(n))
        *n->err = broken;
    return is_used;
}
