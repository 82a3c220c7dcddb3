/* Bulk load. One COPY is one statement: it happens whole or not at all, also outside a
 * transaction. */
#include "db/transaction.h"

static bool run_copy(tenon_session *s, tenon__copy *copy)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, true))
        return false;
    if (s->limits.is_read_only)
        return tenon__transaction_refuse_write(s);
    if (!s->db->driver->can_copy)
        return tenon__fail(&s->error, TENON_UNSUPPORTED, "%s has no bulk load of its own",
                           s->db->driver->name);
    if (!tenon__count_statement(s))
        return false;
    op.copy = copy;
    return tenon__operation_run(&op);
}

static bool run_statement(tenon_session *s, tenon__copy *copy)
{
    bool is_done = tenon__statement_begin(s) && run_copy(s, copy);
    return tenon__statement_end(s, is_done);
}

static bool run_watched(tenon_session *s, tenon__copy *copy)
{
    tenon__watch watch;
    return tenon__watch_begin(&watch, s, NULL, copy->statement) &&
           tenon__watch_end(&watch, run_statement(s, copy), copy->affected);
}

bool tenon__run_copy(tenon_session *s, const tenon__statement *statement, size_t count,
                     const void *const *(*next)(void *ctx, size_t i), void *ctx, int64_t *affected)
{
    tenon__copy copy = {
        .statement = statement, .count = count, .next = next, .ctx = ctx, .affected = affected};
    if (!s)
        return false;
    bool is_done = tenon__is_watched(s) ? run_watched(s, &copy) : run_statement(s, &copy);
    tenon__arena_clear(&s->scratch);
    return is_done;
}
