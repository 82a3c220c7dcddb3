/* The side of tenon of independent calls that are sent together: a function each, as programs write
 * them. */
#include "sample.h"
#include "side.h"

#include "bench_models.h"

#include <tenon/batch.h>

enum { BATCH = 64 };

static tenon_db *db;
static tenon_session *session;
static tenon_batch *batch;

typedef struct item {
    size_t number;
    uint64_t sum;
} item;

static void take_row(tenon_session *s, const User *u, item *it)
{
    if (!u)
        bench_fail("tenon", tenon_message(s));
    it->sum = bench_check(u->id, u->age.has ? u->age.value : 0, u->created_at.us, u->name, u->email,
                          u->profile.text);
}

static void find_one(tenon_session *s, void *arg)
{
    item *it = arg;
    take_row(s, user_find(s, bench_key(it->number)), it);
}

/* Nothing that a batch could make one statement of. */
static void look_one(tenon_session *s, void *arg)
{
    item *it = arg;
    int32_t key = bench_key(it->number);
    switch (it->number % 4) {
    case 0:
        take_row(s, user_find_first(s, .where = {.id = EQ(key)}), it);
        break;
    case 1:
        take_row(s, user_find_first(s, .where = {.id = GE(key)}, .order_by = {ASC(USER_ID)}), it);
        break;
    case 2:
        take_row(s, user_find_first(s, .where = {.id = LE(key)}, .order_by = {DESC(USER_ID)}), it);
        break;
    default:
        take_row(s, user_find_first(s, .where = {.id = GT(key - 1)}, .order_by = {ASC(USER_ID)}),
                 it);
    }
}

static void create_one(tenon_session *s, void *arg)
{
    item *it = arg;
    const bench_sample *sample = &bench_samples()[it->number % BENCH_ROWS];
    take_row(s,
             user_create(s, .name = {TENON_SET, sample->name}, .email = {TENON_SET, sample->email},
                         .age = sample->has_age ? (tenon_int_set){TENON_SET, sample->age}
                                                : (tenon_int_set){TENON_SET_NULL, 0},
                         .created_at = {TENON_SET, {sample->created_at_us}},
                         .profile = {TENON_SET, {sample->profile_length, sample->profile}}),
             it);
}

static void update_one(tenon_session *s, void *arg)
{
    item *it = arg;
    const bench_sample *sample = &bench_samples()[it->number % BENCH_ROWS];
    take_row(s,
             user_update(s, bench_key(it->number), .name = {TENON_SET, sample->name},
                         .age = {TENON_SET, sample->age}),
             it);
}

static uint64_t run_all(size_t i, tenon_async_function *one)
{
    item items[BATCH];
    uint64_t sum = 0;
    for (size_t k = 0; k < BATCH; k++) {
        items[k].number = i * BATCH + k;
        tenon_batch_add(batch, one, &items[k]);
    }
    if (!tenon_batch_run(batch))
        bench_fail("tenon", tenon_batch_error(batch, 0)->message);
    for (size_t k = 0; k < BATCH; k++)
        sum += items[k].sum;
    tenon_batch_clear(batch);
    return sum;
}

static uint64_t find(size_t i)
{
    return run_all(i, find_one);
}

static uint64_t look(size_t i)
{
    return run_all(i, look_one);
}

static uint64_t create(size_t i)
{
    run_all(i, create_one);
    return BATCH;
}

static uint64_t update(size_t i)
{
    return run_all(i, update_one);
}

void bench_open(const char *url)
{
    tenon_error err;
    db = tenon_open(url, NULL, &err);
    if (!db)
        bench_fail("tenon", err.message);
    session = tenon_session_open(db, NULL);
    batch = tenon_batch_open(session);
}

void bench_close(void)
{
    tenon_batch_close(batch);
    tenon_session_close(session);
    tenon_close(db);
}

const bench_work bench_works[] = {
    {"batch_find", NULL, find},
    {"batch_look", NULL, look},
    {"batch_create", NULL, create},
    {"batch_update", NULL, update},
    {0},
};
