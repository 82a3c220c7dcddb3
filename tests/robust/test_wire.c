/* The way to the server fails at the n-th byte, for each n of an exchange that has everything in it
 * (exchange.h), in both directions and in each manner that the proxy knows. Each time the call that
 * was under way says so by the right error, nothing hangs or stays held, the session and the pool
 * go on, nothing acknowledged is lost and nothing is there that was said not to be.
 *
 * Within the middle of a message no byte differs from the next for the client's library. So the
 * tests of every day take, of each message, the byte before it, its second one, that behind its
 * length and one in its middle, and of these every other one, or fewer where a fault takes long.
 * All bytes are taken with TENON_FAULTS=all (`make faults`); of the thousand rows of the COPY every
 * 101st. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db/wait.h"
#include "exchange.h"
#include "testdb.h"

enum {
    MOST_PLACES = 60000,
    MOST_WORKERS = 24,
    SILENCE_US = 250000,
    PATIENCE_US = 30000000,
    BULK_STRIDE = 101,
    BULK_PLACES = 24
};

static const char *url;
static bool takes_all;

/* ---- the places at which it fails ------------------------------------------------------------ */

typedef struct places {
    uint64_t *at;
    size_t count;
    uint64_t total; /* bytes that this side says */
} places;

/* What one side says, cut into messages: a letter, a length of four bytes that counts itself, and
 * the rest; the very first one, and a request to cancel, have no letter. */
typedef struct reader {
    places found;
    unsigned char head[5];
    size_t head_length, head_size;
    uint64_t left; /* of the present message */
} reader;

static void add_place(places *p, uint64_t at)
{
    if (p->count < MOST_PLACES && (p->count == 0 || at > p->at[p->count - 1]))
        p->at[p->count++] = at;
}

static void begin_message(reader *r)
{
    const unsigned char *size = r->head + r->head_size - 4;
    uint64_t length = (uint64_t)size[0] << 24 | (uint64_t)size[1] << 16 | (uint64_t)size[2] << 8 |
                      (uint64_t)size[3];
    uint64_t from = r->found.total - r->head_size;
    add_place(&r->found, from);
    add_place(&r->found, from + 1);
    add_place(&r->found, from + r->head_size);
    add_place(&r->found, from + r->head_size + (length - 4) / 2);
    r->left = length - 4;
    r->head_length = 0;
    r->head_size = 5;
}

static void read_byte(reader *r, unsigned char byte)
{
    r->found.total++;
    if (r->left > 0) {
        r->left--;
        return;
    }
    if (r->head_length == 0 && byte == 0) /* no letter */
        r->head_size = 4;
    r->head[r->head_length++] = byte;
    if (r->head_length == r->head_size)
        begin_message(r);
}

static void learn(void *context, proxy_side side, const char *data, size_t length)
{
    reader *readers = context;
    for (size_t i = 0; i < length; i++)
        read_byte(&readers[side], (unsigned char)data[i]);
}

static void take_every(places *p, uint64_t stride)
{
    p->count = 0;
    for (uint64_t at = 0; at < p->total; at += stride)
        add_place(p, at);
}

static proxy *open_way(void)
{
    const char *why;
    proxy *way = proxy_open(url, 0, &why);
    if (!way)
        fail_msg("%s", why);
    return way;
}

/* ---- runs ------------------------------------------------------------------------------------ */

typedef struct campaign {
    proxy_side side;
    proxy_fault fault;
    places places;
    exchange *runs; /* one a place */
    bool is_bulk;
    int number_from;
    atomic_size_t next, failed;
    pthread_t workers[MOST_WORKERS];
} campaign;

static int runs_so_far;

static exchange prepared(const campaign *c, size_t i, proxy *way)
{
    exchange e = {.number = c->number_from + (int)i,
                  .is_bulk = c->is_bulk,
                  .way = way,
                  .patience_us = PATIENCE_US,
                  .losses_most = 1,
                  .other = TENON_UNAVAILABLE};
    if (c->fault == PROXY_SLOW)
        e.losses_most = 0;
    if (c->fault == PROXY_SILENT) {
        e.patience_us = SILENCE_US;
        e.losses_most = 100;
        e.other = TENON_TIMEOUT;
    }
    return e;
}

static void *work(void *context)
{
    campaign *c = context;
    proxy *way = open_way();
    for (size_t i; (i = atomic_fetch_add(&c->next, 1)) < c->places.count;) {
        c->runs[i] = prepared(c, i, way);
        proxy_fail_at(way, c->side, c->places.at[i], c->fault);
        exchange_run(&c->runs[i]);
        if (c->runs[i].losses)
            atomic_fetch_add(&c->failed, 1);
    }
    proxy_close(way);
    return NULL;
}

/* No server process is still at work on what a client has given up. */
static void wait_until_all_have_left(void)
{
    for (int us = 0; us < PATIENCE_US; us += 10000) {
        const char *count = testdb_value(
            url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'exchange'");
        if (strcmp(count, "0") == 0)
            return;
        tenon__wait_pause(10000, TENON__NEVER);
    }
    fail_msg("connections stay open");
}

static void verify(campaign *c)
{
    tenon_error err;
    wait_until_all_have_left();
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    size_t wrong = 0;
    for (size_t i = 0; i < c->places.count; i++) {
        exchange *e = &c->runs[i];
        exchange_verify(e, s);
        if (e->complaint[0] && wrong++ < 20)
            print_error("byte %llu of %s: %s\n", (unsigned long long)c->places.at[i],
                        c->side == PROXY_CLIENT ? "the client" : "the server", e->complaint);
    }
    tenon_session_close(s);
    tenon_close(db);
    assert_int_equal(wrong, 0);
}

static void run_campaign(campaign *c, size_t workers)
{
    c->runs = calloc(c->places.count, sizeof *c->runs);
    assert_non_null(c->runs);
    c->number_from = runs_so_far;
    runs_so_far += (int)c->places.count;
    for (size_t i = 0; i < workers; i++)
        assert_int_equal(pthread_create(&c->workers[i], NULL, work, c), 0);
    for (size_t i = 0; i < workers; i++)
        pthread_join(c->workers[i], NULL);
    verify(c);
    print_message("%zu places, %zu of them cost a call\n", c->places.count, (size_t)c->failed);
    if (c->fault != PROXY_SLOW)
        assert_true(c->failed > c->places.count / 4);
    free(c->runs);
    testdb_run(url, "DELETE FROM \"Membership\"; DELETE FROM \"User\" WHERE id > 40");
}

/* ---- the exchange itself --------------------------------------------------------------------- */

/* As it goes when nothing is wrong, and what it consists of. */
static void learn_places(bool is_bulk, reader readers[2])
{
    static uint64_t of_client[MOST_PLACES], of_server[MOST_PLACES];
    readers[PROXY_CLIENT] = (reader){.found.at = of_client, .head_size = 4};
    readers[PROXY_SERVER] = (reader){.found.at = of_server, .head_size = 5};
    proxy *way = open_way();
    exchange e = {.number = runs_so_far++,
                  .is_bulk = is_bulk,
                  .way = way,
                  .patience_us = PATIENCE_US,
                  .listener = learn,
                  .context = readers};
    exchange_run(&e);
    proxy_close(way);
    if (e.complaint[0])
        fail_msg("%s", e.complaint);
    assert_true(is_bulk || e.was_cancelled);
}

/* One of so many places is enough every day. */
static void thin_out(places *p, size_t stride)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i += stride)
        p->at[count++] = p->at[i];
    p->count = count;
}

static void try_places(proxy_fault fault, bool is_bulk, size_t stride, size_t workers)
{
    reader readers[2];
    learn_places(is_bulk, readers);
    for (int side = 0; side < 2; side++) {
        campaign c = {.side = (proxy_side)side,
                      .fault = fault,
                      .is_bulk = is_bulk,
                      .places = readers[side].found};
        if (is_bulk)
            take_every(&c.places, takes_all ? BULK_STRIDE : c.places.total / BULK_PLACES + 1);
        else if (takes_all)
            take_every(&c.places, 1);
        else
            thin_out(&c.places, stride);
        run_campaign(&c, workers);
    }
}

static void a_connection_may_end_at_any_byte(void **state)
{
    try_places(PROXY_CUT, false, 2, 4);
}

static void a_connection_may_be_reset_at_any_byte(void **state)
{
    try_places(PROXY_RESET, false, 5, 4);
}

static void what_is_said_may_stop_at_any_byte(void **state)
{
    try_places(PROXY_SILENT, false, 11, MOST_WORKERS);
}

static void what_is_said_may_come_late_at_any_byte(void **state)
{
    try_places(PROXY_SLOW, false, 7, 8);
}

static void a_copy_may_lose_its_connection_at_any_byte(void **state)
{
    try_places(PROXY_CUT, true, 0, 4);
    try_places(PROXY_RESET, true, 0, 4);
    try_places(PROXY_SILENT, true, 0, 8);
}

static int set_up(void **state)
{
    const char *word = getenv("TENON_FAULTS");
    takes_all = word && strcmp(word, "all") == 0;
    url = testdb_create("wire");
    exchange_prepare(url);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_may_end_at_any_byte),
        cmocka_unit_test(a_connection_may_be_reset_at_any_byte),
        cmocka_unit_test(what_is_said_may_stop_at_any_byte),
        cmocka_unit_test(what_is_said_may_come_late_at_any_byte),
        cmocka_unit_test(a_copy_may_lose_its_connection_at_any_byte),
    };
    return cmocka_run_group_tests_name("wire", tests, set_up, NULL);
}
