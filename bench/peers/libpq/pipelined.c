/* Sixty-four clients on one connection, by hand: the calls of all are sent one behind the other and
 * answered in that order (libpq's pipeline mode, as the fastest entries of web benchmarks use it),
 * or, for finds by key, made one statement.
 *
 * A call of a work here stands for one call of each client. */
#include "../../raw_libpq.h"

enum { CLIENTS = 64 };

static void send_prepared(const char *name, int count, const values *v)
{
    if (!PQsendQueryPrepared(pg, name, count, v->at, v->lengths, binary, 1))
        bench_fail(name, PQerrorMessage(pg));
}

static void send_all(void)
{
    if (PQpipelineSync(pg) != 1)
        bench_fail("pipeline", PQerrorMessage(pg));
}

/* The next call's result, and the NULL behind it. */
static PGresult *next_result(void)
{
    PGresult *result = PQgetResult(pg);
    check(result, PGRES_TUPLES_OK);
    PQclear(PQgetResult(pg));
    return result;
}

static void end_round(void)
{
    PGresult *result = PQgetResult(pg);
    check(result, PGRES_PIPELINE_SYNC);
    PQclear(result);
}

typedef int set_function(values *v, size_t i);
typedef uint64_t take_function(PGresult *result);

/* The calls i … i + CLIENTS - 1: `set` gives each its values and says how many they are. */
static uint64_t make_round(const char *name, size_t i, set_function *set, take_function *take)
{
    static values v;
    uint64_t sum = 0;
    for (size_t k = 0; k < CLIENTS; k++)
        send_prepared(name, set(&v, i + k), &v);
    send_all();
    for (size_t k = 0; k < CLIENTS; k++)
        sum += take(next_result());
    end_round();
    return sum;
}

static void prepare_piped(const char *name, const char *sql)
{
    prepare(name, sql);
    if (PQenterPipelineMode(pg) != 1)
        bench_fail(name, PQerrorMessage(pg));
}

/* ---- reads ----------------------------------------------------------------------------------- */

static int set_key(values *v, size_t i)
{
    set_int32(v, 0, bench_key(i));
    return 1;
}

static uint64_t take_users(PGresult *result)
{
    return check_and_free(read_users(result));
}

static void prepare_find(void)
{
    prepare_piped("find", "SELECT " COLUMNS " FROM \"User\" WHERE \"id\" = $1");
}

static uint64_t find(size_t i)
{
    return make_round("find", i, set_key, take_users);
}

static void prepare_merged(void)
{
    prepare("merged", "SELECT " COLUMNS " FROM \"User\" WHERE \"id\" = ANY ($1::int4[])");
}

/* Each client's row is one of the result; whose it is, its key says. */
static uint64_t find_merged(size_t i)
{
    enum { INT4 = 23 };
    static char keys[20 + CLIENTS * 8];
    static values v;
    char *at = store32(store32(store32(store32(store32(keys, 1), 0), INT4), CLIENTS), 1);
    for (size_t k = 0; k < CLIENTS; k++)
        at = store32(store32(at, 4), (uint32_t)bench_key(i + k));
    set_text(&v, 0, keys, (size_t)(at - keys));
    return check_and_free(read_users(execute("merged", 1, &v, PGRES_TUPLES_OK)));
}

static int set_age(values *v, size_t i)
{
    set_int32(v, 0, bench_age(i));
    return 1;
}

static void prepare_aggregate(void)
{
    prepare_piped("aggregate", AGGREGATE);
}

static uint64_t aggregate(size_t i)
{
    return make_round("aggregate", i, set_age, check_aggregate);
}

/* ---- writes ---------------------------------------------------------------------------------- */

static uint64_t take_written(PGresult *result)
{
    return check_id_and_free(read_users(result));
}

static int set_created(values *v, size_t i)
{
    set_sample(v, 0, &bench_samples()[i % BENCH_ROWS]);
    return WRITTEN_COUNT;
}

static void prepare_create(void)
{
    prepare_piped("create", "INSERT INTO \"User\" (" WRITTEN ") VALUES ($1, $2, $3, $4, $5) "
                            "RETURNING " COLUMNS);
}

static uint64_t create(size_t i)
{
    make_round("create", i, set_created, take_written);
    return CLIENTS;
}

static int set_updated(values *v, size_t i)
{
    const bench_sample *s = &bench_samples()[i % BENCH_ROWS];
    set_checked_text(v, 0, s->name, s->name_length);
    set_int32(v, 1, s->age);
    set_int32(v, 2, bench_key(i));
    return 3;
}

static void prepare_update(void)
{
    prepare_piped("update", "UPDATE \"User\" SET \"name\" = $1, \"age\" = $2 WHERE \"id\" = $3 "
                            "RETURNING " COLUMNS);
}

static uint64_t update(size_t i)
{
    return make_round("update", i, set_updated, take_written);
}

static int set_upserted(values *v, size_t i)
{
    set_int32(v, 0, bench_any_key(i));
    set_sample(v, 1, &bench_samples()[i % BENCH_ROWS]);
    return 1 + WRITTEN_COUNT;
}

static void prepare_upsert(void)
{
    prepare_piped("upsert", UPSERT);
}

static uint64_t upsert(size_t i)
{
    return make_round("upsert", i, set_upserted, take_written);
}

void bench_open(const char *url)
{
    pg = PQconnectdb(url);
    if (PQstatus(pg) != CONNECTION_OK)
        bench_fail("connect", PQerrorMessage(pg));
}

void bench_close(void)
{
    PQfinish(pg);
}

const bench_work bench_works[] = {
    {"find", prepare_find, find, CLIENTS},
    {"find_merged", prepare_merged, find_merged, CLIENTS},
    {"aggregate", prepare_aggregate, aggregate, CLIENTS},
    {"create", prepare_create, create, CLIENTS},
    {"update", prepare_update, update, CLIENTS},
    {"upsert", prepare_upsert, upsert, CLIENTS},
    {0},
};
