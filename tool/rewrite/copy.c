/* Copying the rows, in the order of their key, a chunk a transaction.
 *
 * The note of how far the copy has come is part of the chunk's transaction, so a copy that is
 * killed goes on behind its last whole chunk. A chunk is as many rows as were copied in the wanted
 * time before: no transaction is long, and a server that is busy gets smaller ones. */
#include "rewrite/inside.h"

#include "db/db.h"

#include <stdlib.h>
#include <time.h>

enum { ROWS_FIRST = 1000, ROWS_LEAST = 100, ROWS_MOST = 200000, CHUNK_US = 100000 };

/* The key of the chunk's last row; NULL: the rest of the table. */
static bool find_upper(rewriter *r, int64_t count, const char **upper)
{
    const char *values[] = {r->last,
                            tenon__arena_format(&r->scratch, "%lld", (long long)count - 1)};
    rewrite_bound(r, r->last, NULL);
    return rewrite_ask(r,
                       "SELECT ARRAY[{key_texts}]::text FROM {table} WHERE {lower} ORDER BY {key}"
                       " OFFSET $2::bigint LIMIT 1",
                       values, 2, upper);
}

static bool copy_range(rewriter *r, const char *upper, int64_t *copied)
{
    const char *values[] = {r->last, upper};
    const char *rows_copied, *noted;
    rewrite_bound(r, r->last, upper);
    if (!tenon_begin(r->s) ||
        !rewrite_ask(r,
                     "WITH copied AS (INSERT INTO {shadow} ({columns}) OVERRIDING SYSTEM VALUE"
                     " SELECT {values} FROM {table} t WHERE {lower} AND {upper} RETURNING 1)"
                     " SELECT count(*)::text FROM copied",
                     values, 2, &rows_copied))
        return false;
    const char *state[] = {upper, rows_copied, upper ? "copy" : "index"};
    *copied = strtoll(rows_copied, NULL, 10);
    return rewrite_ask(r,
                       "WITH noted AS (UPDATE {state} SET last_key = $1, copied = copied"
                       " + $2::bigint, phase = $3, changed_at = now() WHERE old = {oid}"
                       " RETURNING 1) SELECT count(*)::text FROM noted",
                       state, 3, &noted) &&
           tenon_commit(r->s);
}

static int64_t next_count(int64_t count, int64_t took_us, int64_t wanted_us)
{
    int64_t next = took_us > 0 ? count * wanted_us / took_us : count * 2;
    next = next > count * 2 ? count * 2 : next < count / 4 ? count / 4 : next;
    return next < ROWS_LEAST ? ROWS_LEAST : next > ROWS_MOST ? ROWS_MOST : next;
}

/* No more rows a second than asked for, counted from the start. */
static void keep_rate(rewriter *r, int64_t started_us)
{
    if (!r->options->rows_per_second)
        return;
    int64_t due_us = started_us + r->result->copied * 1000000 / r->options->rows_per_second;
    int64_t wait_us = due_us - tenon__monotonic_us();
    while (wait_us > 0 && !(r->options->stop && *r->options->stop)) {
        int64_t part_us = wait_us < 100000 ? wait_us : 100000;
        nanosleep(&(struct timespec){.tv_nsec = part_us * 1000}, NULL);
        wait_us -= part_us;
    }
}

bool rewrite_copy(rewriter *r)
{
    int64_t wanted_us = r->options->chunk_us ? r->options->chunk_us : CHUNK_US;
    int64_t started_us = tenon__monotonic_us(), count = ROWS_FIRST, copied;
    const char *upper = r->last;
    for (bool is_over = false; !is_over;) {
        int64_t began_us = tenon__monotonic_us();
        tenon__arena_clear(&r->scratch);
        if (rewrite_is_stopped(r) || !find_upper(r, count, &upper) ||
            !copy_range(r, upper, &copied))
            return false;
        r->result->copied += copied;
        is_over = upper == NULL;
        r->last = upper ? tenon__arena_text(&r->arena, upper) : NULL;
        count = next_count(count, tenon__monotonic_us() - began_us, wanted_us);
        rewrite_tell(r, REWRITE_COPIES, r->result->copied, NULL);
        keep_rate(r, started_us);
    }
    r->phase = "index";
    return !r->arena.failed;
}
