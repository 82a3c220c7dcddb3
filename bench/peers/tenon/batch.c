/* Sixty-four clients on one connection by tenon_batch: each client's call is a function that is
 * added to the batch. Finds by key become one statement; what else is asked goes pipelined, as a
 * find by a filter does, which find_piped shows.
 *
 * A call of a work here stands for one call of each client. */
#include "../../sample.h"
#include "../../side.h"

#include "bench_models.h"

#include <tenon/batch.h>

enum { CLIENTS = 64 };

static tenon_db *db;
static tenon_session *session;
static tenon_batch *batch;
static tenon_mark start;

/* A client's question and what came of it. */
typedef struct client {
    size_t i;
    uint64_t sum;
} client;

static void take_user(client *c, const User *u)
{
    if (u)
        c->sum = bench_check(u->id, u->age.has ? u->age.value : 0, u->created_at.us, u->name,
                             u->email, u->profile.text);
}

static uint64_t make_round(size_t i, tenon_async_function *work)
{
    static client clients[CLIENTS];
    uint64_t sum = 0;
    for (size_t k = 0; k < CLIENTS; k++) {
        clients[k] = (client){.i = i + k};
        if (!tenon_batch_add(batch, work, &clients[k]))
            bench_fail("batch", tenon_message(session));
    }
    if (!tenon_batch_run(batch))
        bench_fail("batch", tenon_failed(session) ? tenon_message(session)
                                                  : tenon_batch_error(batch, 0)->message);
    for (size_t k = 0; k < CLIENTS; k++)
        sum += clients[k].sum;
    tenon_batch_clear(batch);
    tenon_session_rewind(session, start);
    return sum;
}

/* ---- reads ----------------------------------------------------------------------------------- */

static void find_one(tenon_session *s, void *arg)
{
    client *c = arg;
    take_user(c, user_find(s, bench_key(c->i)));
}

static uint64_t find_merged(size_t i)
{
    return make_round(i, find_one);
}

static void find_one_piped(tenon_session *s, void *arg)
{
    client *c = arg;
    take_user(c, user_find_first(s, .where = {.id = EQ(bench_key(c->i))}));
}

static uint64_t find_piped(size_t i)
{
    return make_round(i, find_one_piped);
}

static void aggregate_one(tenon_session *s, void *arg)
{
    client *c = arg;
    UserAggregate found = user_aggregate(s, .where = {.age = GE(bench_age(c->i))}, .count = true,
                                         .sum = {USER_AGE}, .min = {USER_AGE}, .max = {USER_AGE});
    c->sum = bench_check_aggregate((uint64_t)found.count, (uint64_t)found.sum.age.value,
                                   found.min.age.value, found.max.age.value);
}

static uint64_t aggregate(size_t i)
{
    return make_round(i, aggregate_one);
}

/* ---- writes ---------------------------------------------------------------------------------- */

static tenon_int_set age_of(const bench_sample *s)
{
    return s->has_age ? (tenon_int_set){TENON_SET, s->age} : (tenon_int_set){TENON_SET_NULL, 0};
}

static UserSet set_of(const bench_sample *s)
{
    return (UserSet){.name = {TENON_SET, s->name},
                     .email = {TENON_SET, s->email},
                     .age = age_of(s),
                     .created_at = {TENON_SET, {s->created_at_us}},
                     .profile = {TENON_SET, {s->profile_length, s->profile}}};
}

static void create_one(tenon_session *s, void *arg)
{
    client *c = arg;
    UserSet set = set_of(&bench_samples()[c->i % BENCH_ROWS]);
    set.session = s;
    take_user(c, user_create_q(&set));
}

static uint64_t create(size_t i)
{
    return make_round(i, create_one);
}

static void update_one(tenon_session *s, void *arg)
{
    client *c = arg;
    const bench_sample *sample = &bench_samples()[c->i % BENCH_ROWS];
    take_user(c, user_update(s, bench_key(c->i), .name = {TENON_SET, sample->name},
                             .age = {TENON_SET, sample->age}));
}

static uint64_t update(size_t i)
{
    return make_round(i, update_one);
}

static void upsert_one(tenon_session *s, void *arg)
{
    client *c = arg;
    const bench_sample *sample = &bench_samples()[c->i % BENCH_ROWS];
    UserUpsert row = {.session = s,
                      .on = USER_BY_ID,
                      .create = set_of(sample),
                      .update = {.name = {TENON_SET, sample->name}, .age = age_of(sample)}};
    row.create.id = (tenon_int_set){TENON_SET, bench_any_key(c->i)};
    take_user(c, user_upsert_q(&row));
}

static uint64_t upsert(size_t i)
{
    return make_round(i, upsert_one);
}

void bench_open(const char *url)
{
    tenon_error err;
    db = tenon_open(url, NULL, &err);
    if (!db)
        bench_fail("tenon", err.message);
    session = tenon_session_open(db, NULL);
    batch = tenon_batch_open(session);
    start = tenon_session_mark(session);
}

void bench_close(void)
{
    tenon_batch_close(batch);
    tenon_session_close(session);
    tenon_close(db);
}

const bench_work bench_works[] = {
    {"find", NULL, find_piped, CLIENTS},
    {"find_merged", NULL, find_merged, CLIENTS},
    {"aggregate", NULL, aggregate, CLIENTS},
    {"create", NULL, create, CLIENTS},
    {"update", NULL, update, CLIENTS},
    {"upsert", NULL, upsert, CLIENTS},
    {0},
};
