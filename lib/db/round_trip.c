/* How long the way to the server and back is.
 *
 * Nothing is sent to find it out. What an operation takes, from the moment before its statement is
 * sent to the moment at which something has come back, is never less than one round trip, and for
 * the quickest of some dozen statements hardly more: the estimate is the least of the last two
 * rounds of measurements. Of several statements sent together only the BEGIN in front of them is
 * waited for: else a tree that is loaded so would take its own time for the way's, and never find
 * out that the way is short. The first ones of a database are all taken, later ones now and then,
 * so that a way which changes is noticed and a call does not pay for two looks at the clock.
 *
 * A server behind a socket of the file system is on this machine. What takes long there is waiting
 * for a processor, and saving round trips at the price of more work would make that longer: with 64
 * threads on two processors by a third.
 *
 * Members are written by whoever comes along; what two threads do at once is at worst one
 * measurement less. */
#include "db/session.h"

#include <sys/socket.h>

enum {
    FAR_US = 250
}; /* from here on round trips are saved: paired measurements on a local socket */

void tenon__round_trip_way(tenon__round_trips *trips, int socket)
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof own;
    bool is_known = socket >= 0 && getsockname(socket, (struct sockaddr *)&own, &size) == 0;
    atomic_store(&trips->is_local, is_known && own.ss_family == AF_UNIX);
}

void tenon__round_trip_note(tenon__round_trips *trips, int64_t us)
{
    unsigned count = atomic_fetch_add_explicit(&trips->count, 1, memory_order_relaxed);
    int64_t least = atomic_load_explicit(&trips->least, memory_order_relaxed);
    if (count % TENON__ROUND_TRIP_SAMPLES == 0) {
        atomic_store_explicit(&trips->least_before, count ? least : INT64_MAX,
                              memory_order_relaxed);
        least = INT64_MAX;
    }
    atomic_store_explicit(&trips->least, us < least ? us : least, memory_order_relaxed);
}

int64_t tenon__round_trip_us(const tenon__round_trips *trips)
{
    if (atomic_load_explicit(&trips->count, memory_order_relaxed) < TENON__ROUND_TRIP_SAMPLES)
        return -1;
    int64_t least = atomic_load_explicit(&trips->least, memory_order_relaxed);
    int64_t before = atomic_load_explicit(&trips->least_before, memory_order_relaxed);
    return before < least ? before : least;
}

int64_t tenon__session_round_trip_us(const tenon_session *s)
{
    return tenon__round_trip_us(&s->db->round_trips);
}

bool tenon__session_is_far(const tenon_session *s)
{
    const tenon__round_trips *trips = &s->db->round_trips;
    return !atomic_load_explicit(&trips->is_local, memory_order_relaxed) &&
           tenon__round_trip_us(trips) >= FAR_US;
}
