/* What operations know of tenon_cancel; see cancel.c. */
#ifndef TENON_DB_CANCEL_H
#define TENON_DB_CANCEL_H

#include "db/operation.h"

/* Whether the operation is the program's own, and not the end of a transaction or what comes behind
 * the work. */
static inline bool tenon__is_cancellable(const tenon__operation *op)
{
    return op->session && op->err == &op->session->error && !op->is_commit && !op->is_resetting;
}

/* Whether it is one that has been cancelled. */
static inline bool tenon__is_cancelled(const tenon__operation *op)
{
    return tenon__is_cancellable(op) &&
           TENON__UNLIKELY(atomic_load_explicit(&op->session->is_cancelled, memory_order_relaxed));
}

/* Returns false. */
TENON__COLD bool tenon__fail_cancelled(tenon_error *err);

/* The two below where somebody cancels at this moment. */
TENON__COLD void tenon__wait_begin_cancelled(tenon_session *s, tenon__connection *connection);
TENON__COLD void tenon__wait_for_request(tenon_session *s);

/* Around a wait for what a server does for a session, that may be cancelled. */
TENON__INLINE void tenon__wait_begin(tenon_session *s, tenon__connection *connection)
{
    atomic_store(&s->at_work, connection);
    if (TENON__UNLIKELY(atomic_load(&s->is_cancelled)))
        tenon__wait_begin_cancelled(s, connection);
}

TENON__INLINE void tenon__wait_end(tenon_session *s, tenon__connection *connection)
{
    if (TENON__UNLIKELY(!atomic_compare_exchange_strong(&s->at_work, &connection, NULL)))
        tenon__wait_for_request(s);
}

#endif
