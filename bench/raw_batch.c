/* The hand-written side of independent calls that are sent together: libpq's pipeline mode, one
 * sync point behind all of them, so that writes are one transaction. libpq stays in that mode; the
 * statements were prepared before. */
#include "raw_libpq.h"

enum { BATCH = 64 };

static void begin(const char *name, const char *sql)
{
    prepare(name, sql);
    if (!PQenterPipelineMode(pg))
        bench_fail("pipeline", PQerrorMessage(pg));
}

static void send_call(const char *name, int count, const values *v)
{
    if (!PQsendQueryPrepared(pg, name, count, v->at, v->lengths, binary, 1))
        bench_fail(name, PQerrorMessage(pg));
}

/* Of one call: its result, and what separates it from the next. */
static uint64_t take_call(void)
{
    PGresult *result = PQgetResult(pg);
    check(result, PGRES_TUPLES_OK);
    if (PQgetResult(pg))
        bench_fail("pipeline", "more than one result");
    return check_and_free(read_users(result));
}

static uint64_t take_calls(void)
{
    uint64_t sum = 0;
    for (int k = 0; k < BATCH; k++)
        sum += take_call();
    PGresult *sync = PQgetResult(pg);
    check(sync, PGRES_PIPELINE_SYNC);
    PQclear(sync);
    return sum;
}

static void send_sync(void)
{
    if (!PQpipelineSync(pg))
        bench_fail("sync", PQerrorMessage(pg));
}

static void prepare_find(void)
{
    begin("find", "SELECT " COLUMNS " FROM \"User\" WHERE \"id\" = $1");
}

static uint64_t find(size_t i)
{
    static BENCH_OWN values v;
    for (size_t k = 0; k < BATCH; k++) {
        set_int32(&v, 0, bench_key(i * BATCH + k));
        send_call("find", 1, &v);
    }
    send_sync();
    return take_calls();
}

/* Of one row each, by four statements in turn. */
#define LOOK(condition) "SELECT " COLUMNS " FROM \"User\" WHERE \"id\" " condition " LIMIT 1"
static const struct {
    const char *name, *sql;
} looks[] = {
    {"equal", LOOK("= $1")},
    {"after", LOOK(">= $1 ORDER BY \"id\"")},
    {"before", LOOK("<= $1 ORDER BY \"id\" DESC")},
    {"beyond", LOOK("> $1 ORDER BY \"id\"")},
};
enum { LOOKS = sizeof looks / sizeof *looks };

static void prepare_look(void)
{
    for (size_t k = 1; k < LOOKS; k++)
        prepare(looks[k].name, looks[k].sql);
    begin(looks[0].name, looks[0].sql);
}

static uint64_t look(size_t i)
{
    static BENCH_OWN values v;
    for (size_t k = 0; k < BATCH; k++) {
        const char *name = looks[k % LOOKS].name;
        set_int32(&v, 0, bench_key(i * BATCH + k) - (k % LOOKS == LOOKS - 1));
        send_call(name, 1, &v);
    }
    send_sync();
    return take_calls();
}

static void prepare_create(void)
{
    begin("create", "INSERT INTO \"User\" (" WRITTEN ") VALUES ($1, $2, $3, $4, $5) "
                    "RETURNING " COLUMNS);
}

static uint64_t create(size_t i)
{
    static BENCH_OWN values v;
    for (size_t k = 0; k < BATCH; k++) {
        set_sample(&v, 0, &bench_samples()[(i * BATCH + k) % BENCH_ROWS]);
        send_call("create", WRITTEN_COUNT, &v);
    }
    send_sync();
    take_calls();
    return BATCH;
}

static void prepare_update(void)
{
    begin("update", "UPDATE \"User\" SET \"name\" = $1, \"age\" = $2 WHERE \"id\" = $3 "
                    "RETURNING " COLUMNS);
}

static uint64_t update(size_t i)
{
    static BENCH_OWN values v;
    for (size_t k = 0; k < BATCH; k++) {
        const bench_sample *s = &bench_samples()[(i * BATCH + k) % BENCH_ROWS];
        set_checked_text(&v, 0, s->name, s->name_length);
        set_int32(&v, 1, s->age);
        set_int32(&v, 2, bench_key(i * BATCH + k));
        send_call("update", 3, &v);
    }
    send_sync();
    return take_calls();
}

void bench_open(const char *url)
{
    pg = PQconnectdb(url);
    if (PQstatus(pg) != CONNECTION_OK)
        bench_fail("connect", PQerrorMessage(pg));
    care(PQsetClientEncoding(pg, "UTF8") == 0, "the encoding");
}

void bench_close(void)
{
    PQfinish(pg);
}

const bench_work bench_works[] = {
    {"batch_find", prepare_find, find},
    {"batch_look", prepare_look, look},
    {"batch_create", prepare_create, create},
    {"batch_update", prepare_update, update},
    {0},
};
