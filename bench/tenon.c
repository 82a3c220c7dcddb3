/* The side of tenon: both databases, by the URL. One session for all calls, as in a loop of a
 * program; what a call returned is freed before the next. */
#include "sample.h"
#include "side.h"

#include "bench_models.h"

#include <assert.h>
#include <string.h>

static tenon_db *db;
static size_t session_count;
static BENCH_OWN tenon_session *session;
static BENCH_OWN tenon_mark start;

static void check_session(void)
{
    if (tenon_failed(session))
        bench_fail("tenon", tenon_message(session));
}

static uint64_t check_user(const User *u)
{
    return bench_check(u->id, u->age.has ? u->age.value : 0, u->created_at.us, u->name, u->email,
                       u->profile.text);
}

static uint64_t take_row(const User *user)
{
    check_session();
    assert(user);
    uint64_t sum = check_user(user);
    tenon_session_rewind(session, start);
    return sum;
}

/* ---- reads ----------------------------------------------------------------------------------- */

static uint64_t find(size_t i)
{
    return take_row(user_find(session, bench_key(i)));
}

/* The same by a statement of a SQL file, as it is generated, … */
typedef struct user_by_id {
    int64_t id;
} user_by_id;
static const tenon_parameter by_id_parameters[] = {
    {.field = {.name = "id", .kind = TENON_KIND_INT32, .pg_type = TENON_PG_INT4, .precision = -1}}};
static const tenon_result by_id_rows = {.model = &user_model};
static const uint16_t by_id_slots[] = {0};
#define BY_ID(mark)                                                                                \
    {                                                                                              \
        "SELECT id, name, email, age, created_at, profile FROM \"User\" WHERE id = " mark,         \
            by_id_slots, 1                                                                         \
    }
static const tenon_statement_text by_id_postgresql[] = {BY_ID("$1")},
                                  by_id_sqlite[] = {BY_ID("?1")};
static const tenon_statement by_id = {
    .abi = TENON_ABI,
    .size = sizeof(tenon_statement),
    .name = "user_by_id",
    .origin = "users.sql:1",
    .kind = TENON_STATEMENT_ONE,
    .parameters = by_id_parameters,
    .parameter_count = 1,
    .params_size = sizeof(user_by_id),
    .result = &by_id_rows,
    .postgresql = by_id_postgresql,
    .sqlite = by_id_sqlite,
    .is_single = true,
};

static uint64_t sql_find(size_t i)
{
    const user_by_id params = {bench_key(i)};
    return take_row(tenon_statement_one(session, &by_id, &params));
}

/* … and by a text that is put together for each call. */
static uint64_t dynamic_find(size_t i)
{
    tenon_sql *q = tenon_sqlf(tenon_sql_new(session),
                              "SELECT id, name, email, age, created_at, profile FROM \"User\" "
                              "WHERE id = %d",
                              (int)bench_key(i));
    return take_row(tenon_sql_one(q, SQL_MODEL(&user_model)));
}

static UserList list_users(void)
{
    UserList users =
        user_find_many(session, .order_by = {{USER_ID, TENON_ASC}}, .limit = BENCH_ROWS);
    check_session();
    return users;
}

static uint64_t list(size_t i)
{
    (void)i;
    uint64_t sum = 0;
    UserList users = list_users();
    for (size_t k = 0; k < users.count; k++)
        sum += check_user(&users.items[k]);
    tenon_session_rewind(session, start);
    return sum;
}

/* Bytes of structs and texts of a list that stays in memory, in a session of its own. */
static uint64_t keep(size_t i)
{
    (void)i;
    session = tenon_session_open(db, NULL);
    UserList users = list_users();
    uint64_t bytes = users.count * sizeof(User);
    for (size_t k = 0; k < users.count; k++) {
        const User *u = &users.items[k];
        bytes += strlen(u->name) + strlen(u->email) + u->profile.len + 3;
    }
    return bytes;
}

/* ---- writes ---------------------------------------------------------------------------------- */

static tenon_int_set age_of(const bench_sample *s)
{
    return s->has_age ? (tenon_int_set){TENON_SET, s->age} : (tenon_int_set){TENON_SET_NULL, 0};
}

static uint64_t create(size_t i)
{
    const bench_sample *s = &bench_samples()[i % BENCH_ROWS];
    take_row(user_create(session, .name = {TENON_SET, s->name}, .email = {TENON_SET, s->email},
                         .age = age_of(s), .created_at = {TENON_SET, {s->created_at_us}},
                         .profile = {TENON_SET, {s->profile_length, s->profile}}));
    return 1;
}

static uint64_t update(size_t i)
{
    const bench_sample *s = &bench_samples()[i % BENCH_ROWS];
    return take_row(user_update(session, bench_key(i), .name = {TENON_SET, s->name},
                                .age = {TENON_SET, s->age}));
}

static uint64_t upsert(size_t i)
{
    const bench_sample *s = &bench_samples()[i % BENCH_ROWS];
    take_row(user_upsert(session,
                         .create = {.id = {TENON_SET, bench_any_key(i)},
                                    .name = {TENON_SET, s->name},
                                    .email = {TENON_SET, s->email},
                                    .age = age_of(s),
                                    .created_at = {TENON_SET, {s->created_at_us}},
                                    .profile = {TENON_SET, {s->profile_length, s->profile}}},
                         .update = {.name = {TENON_SET, s->name}, .age = age_of(s)}));
    return (uint64_t)bench_any_key(i);
}

static uint64_t aggregate(size_t i)
{
    UserAggregate found = user_aggregate(session, .where = {.age = GE(bench_age(i))}, .count = true,
                                         .sum = {USER_AGE}, .min = {USER_AGE}, .max = {USER_AGE});
    check_session();
    uint64_t sum = bench_check_aggregate((uint64_t)found.count, (uint64_t)found.sum.age.value,
                                         found.min.age.value, found.max.age.value);
    tenon_session_rewind(session, start);
    return sum;
}

static uint64_t create_many(size_t i)
{
    (void)i;
    static BENCH_OWN UserSet rows[BENCH_ROWS];
    const bench_sample *s = bench_samples();
    for (size_t k = 0; k < BENCH_ROWS; k++, s++)
        rows[k] = (UserSet){.name = {TENON_SET, s->name},
                            .email = {TENON_SET, s->email},
                            .age = age_of(s),
                            .created_at = {TENON_SET, {s->created_at_us}},
                            .profile = {TENON_SET, {s->profile_length, s->profile}}};
    int64_t count = user_create_many(session, .items = rows, .count = BENCH_ROWS);
    check_session();
    return (uint64_t)count;
}

void bench_open(const char *url)
{
    tenon_error err;
    if (!db)
        db = tenon_open(url, NULL, &err);
    if (!db)
        bench_fail("tenon", err.message);
    session_count++;
    session = tenon_session_open(db, NULL);
    start = tenon_session_mark(session);
}

void bench_close(void)
{
    tenon_session_close(session);
    if (--session_count == 0)
        tenon_close(db);
}

const bench_work bench_works[] = {
    {"find", NULL, find},
    {"sql_find", NULL, sql_find},
    {"dynamic_find", NULL, dynamic_find},
    {"list", NULL, list},
    {"keep", NULL, keep},
    {"create", NULL, create},
    {"update", NULL, update},
    {"upsert", NULL, upsert},
    {"aggregate", NULL, aggregate},
    {"create_many", NULL, create_many},
    {0},
};
