/* What the program's watcher is told of the pool, and whom the breaker lets through. */
#ifndef TENON_DB_POOL_WATCH_H
#define TENON_DB_POOL_WATCH_H

#include "db/session.h"

/* All of these ask the watcher only of what it wants to see, and never under a lock. */
void tenon__pool_tell_closed(tenon__member *member);
void tenon__pool_tell_slow(tenon_db *db, const tenon__waiter *waiter);
void tenon__pool_tell_held(tenon_db *db, tenon_pool_lease lease);

/* Whether it has anything to see when connections change hands. */
static inline bool tenon__pool_is_watched(const tenon_db *db)
{
    return db->lanes[0].settings.is_watched;
}
/* A connection, new or not, is about to be used by a session (or NULL) that has waited for it. What
 * the watcher wants to be run on it before is appended to `sql`. False when it does not like it. */
bool tenon__pool_greet(tenon__member *member, bool is_new, const tenon_session *s,
                       int64_t waited_us, tenon__buf *sql);
/* It is about to go back. False when it is to be closed instead. */
bool tenon__pool_part(tenon__member *member);

/* Who holds its connections, as far as that is noted, and what to do about it. */
void tenon__pool_hint_holders(tenon__lane *lane, tenon_error *err);

/* Back to the pool, when nobody has used it. */
void tenon__pool_give_unused(tenon__member *member);
/* Back to the pool from a transaction's end; what has to be cleaned up on the way may wait for the
 * server. The connection is IDLE, and outside of a transaction. */
void tenon__pool_hand_back(tenon__member *member);

#endif
