/* Bulk load. One COPY is one statement: it happens whole or not at all, also outside a
 * transaction. */
#include "db/operation.h"

static bool run_copy(tenon_session *s, tenon__copy *copy)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, true))
        return false;
    if (!s->db->driver->can_copy)
        return tenon__fail(&s->error, TENON_UNSUPPORTED, "%s has no bulk load of its own",
                           s->db->driver->name);
    op.copy = copy;
    return tenon__operation_run(&op);
}

bool tenon__run_copy(tenon_session *s, const tenon__statement *statement, size_t count,
                     const void *const *(*next)(void *ctx, size_t i), void *ctx, int64_t *affected)
{
    tenon__copy copy = {
        .statement = statement, .count = count, .next = next, .ctx = ctx, .affected = affected};
    bool is_done = run_copy(s, &copy);
    if (s)
        tenon__arena_clear(&s->scratch);
    return is_done;
}
