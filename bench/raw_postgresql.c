/* The hand-written side for PostgreSQL: libpq at its best.
 *
 * Statements are prepared once, values travel as binary both ways, numbers are read where they
 * stand in the result, a result becomes one block of rows and texts, and the PGresult is dropped.
 * Measured as no faster: PQexecPrepared, which looks for results left over, and a block as large
 * as the PGresult instead of a first pass over the lengths. Of the ways to create many rows both
 * that compete are here.
 *
 * With CARE the types of a result's columns are compared when its statement is prepared, lengths
 * and NULLs before a value is read, the text of the program before it is sent, and times with what
 * their column keeps. The rest the server sees to: that texts are UTF-8 and a JSON is JSON. */
#include "raw_libpq.h"

/* ---- reads ----------------------------------------------------------------------------------- */

#define FIND "SELECT " COLUMNS " FROM \"User\" WHERE \"id\" = $1"

static void prepare_find(void)
{
    prepare("find", FIND);
}

static uint64_t find(size_t i)
{
    static BENCH_OWN values v;
    set_int32(&v, 0, bench_key(i));
    return check_and_free(read_users(execute("find", 1, &v, PGRES_TUPLES_OK)));
}

/* The first row of a program: the statement is not worth preparing. */
static uint64_t find_once(size_t i)
{
    static BENCH_OWN values v;
    set_int32(&v, 0, bench_key(i));
    PGresult *result = PQexecParams(pg, FIND, 1, NULL, v.at, v.lengths, binary, 1);
    check(result, PGRES_TUPLES_OK);
    return check_and_free(read_users(result));
}

static void prepare_list(void)
{
    prepare("list", "SELECT " COLUMNS " FROM \"User\" ORDER BY \"id\" LIMIT $1");
}

static raw_users list_users(void)
{
    static BENCH_OWN values v;
    set_int64(&v, 0, BENCH_ROWS);
    return read_users(execute("list", 1, &v, PGRES_TUPLES_OK));
}

static uint64_t list(size_t i)
{
    (void)i;
    return check_and_free(list_users());
}

/* Bytes of structs and texts of a list that stays in memory. */
static uint64_t keep(size_t i)
{
    (void)i;
    raw_users users = list_users();
    uint64_t bytes = users.count * sizeof(raw_user);
    for (size_t k = 0; k < users.count; k++) {
        const raw_user *u = &users.items[k];
        bytes += strlen(u->name) + strlen(u->email) + u->profile_length + 3;
    }
    return bytes;
}

/* ---- writes of one row ----------------------------------------------------------------------- */

static void prepare_create(void)
{
    prepare("create", "INSERT INTO \"User\" (" WRITTEN ") VALUES ($1, $2, $3, $4, $5) "
                      "RETURNING " COLUMNS);
}

static uint64_t create(size_t i)
{
    static BENCH_OWN values v;
    set_sample(&v, 0, &bench_samples()[i % BENCH_ROWS]);
    check_and_free(read_users(execute("create", WRITTEN_COUNT, &v, PGRES_TUPLES_OK)));
    return 1;
}

static void prepare_update(void)
{
    prepare("update", "UPDATE \"User\" SET \"name\" = $1, \"age\" = $2 WHERE \"id\" = $3 "
                      "RETURNING " COLUMNS);
}

static uint64_t update(size_t i)
{
    const bench_sample *s = &bench_samples()[i % BENCH_ROWS];
    static BENCH_OWN values v;
    set_checked_text(&v, 0, s->name, s->name_length);
    set_int32(&v, 1, s->age);
    set_int32(&v, 2, bench_key(i));
    return check_and_free(read_users(execute("update", 3, &v, PGRES_TUPLES_OK)));
}

/* ---- many rows by UNNEST --------------------------------------------------------------------- */

enum { ARRAY_BYTES = 20 + BENCH_ROWS * (4 + 128) };

static BENCH_OWN char arrays[WRITTEN_COUNT][ARRAY_BYTES];

static void prepare_unnest(void)
{
    prepare("unnest", "INSERT INTO \"User\" (" WRITTEN ") SELECT * FROM unnest("
                      "$1::text[], $2::text[], $3::int4[], $4::timestamp[], $5::jsonb[])");
}

static char *start_array(char *at, Oid element, bool has_nulls)
{
    at = store32(at, 1); /* dimensions */
    at = store32(at, has_nulls);
    at = store32(at, element);
    at = store32(at, BENCH_ROWS);
    return store32(at, 1); /* the first index */
}

static char *add_text(char *at, const char *bytes, size_t length)
{
    care(care_utf8(bytes, length), "text");
    at = store32(at, (uint32_t)length);
    memcpy(at, bytes, length);
    return at + length;
}

static char *add_int32(char *at, bool has, int32_t value)
{
    if (!has)
        return store32(at, UINT32_MAX);
    return store32(store32(at, 4), (uint32_t)value);
}

static char *add_time(char *at, int64_t us)
{
    care(care_time(us), "created_at");
    return store64(store32(at, 8), (uint64_t)(us - EPOCH_US));
}

static char *add_jsonb(char *at, const char *text, size_t length)
{
    at = store32(at, (uint32_t)length + 1);
    *at = JSONB_VERSION;
    memcpy(at + 1, text, length);
    return at + 1 + length;
}

static void fill_arrays(char *end[WRITTEN_COUNT])
{
    enum { TEXT = 25, INT4 = 23, TIMESTAMP = 1114, JSONB = 3802 };
    const bench_sample *s = bench_samples();
    end[0] = start_array(arrays[0], TEXT, false);
    end[1] = start_array(arrays[1], TEXT, false);
    end[2] = start_array(arrays[2], INT4, true);
    end[3] = start_array(arrays[3], TIMESTAMP, false);
    end[4] = start_array(arrays[4], JSONB, false);
    for (size_t i = 0; i < BENCH_ROWS; i++, s++) {
        end[0] = add_text(end[0], s->name, s->name_length);
        end[1] = add_text(end[1], s->email, s->email_length);
        end[2] = add_int32(end[2], s->has_age, s->age);
        end[3] = add_time(end[3], s->created_at_us);
        end[4] = add_jsonb(end[4], s->profile, s->profile_length);
    }
}

static uint64_t create_many_unnest(size_t i)
{
    (void)i;
    char *end[WRITTEN_COUNT];
    static BENCH_OWN values v;
    fill_arrays(end);
    for (int k = 0; k < WRITTEN_COUNT; k++)
        set_text(&v, k, arrays[k], (size_t)(end[k] - arrays[k]));
    PGresult *result = execute("unnest", WRITTEN_COUNT, &v, PGRES_COMMAND_OK);
    uint64_t count = strtoull(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return count;
}

/* ---- many rows by COPY ----------------------------------------------------------------------- */

static const char copy_head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";

static char *add_copy_row(char *at, const bench_sample *s)
{
    *at++ = 0;
    *at++ = WRITTEN_COUNT;
    at = add_text(at, s->name, s->name_length);
    at = add_text(at, s->email, s->email_length);
    at = add_int32(at, s->has_age, s->age);
    at = add_time(at, s->created_at_us);
    return add_jsonb(at, s->profile, s->profile_length);
}

/* All rows in one buffer: libpq would copy each of a thousand calls into its own anyway. */
static uint64_t create_many_copy(size_t i)
{
    (void)i;
    static BENCH_OWN char buffer[WRITTEN_COUNT * ARRAY_BYTES];
    const bench_sample *s = bench_samples();
    PQclear(PQexec(pg, "COPY \"User\" (" WRITTEN ") FROM STDIN (FORMAT binary)"));
    char *at = buffer;
    memcpy(at, copy_head, sizeof copy_head);
    at += sizeof copy_head;
    for (size_t k = 0; k < BENCH_ROWS; k++)
        at = add_copy_row(at, &s[k]);
    *at++ = '\377';
    *at++ = '\377';
    if (PQputCopyData(pg, buffer, (int)(at - buffer)) != 1 || PQputCopyEnd(pg, NULL) != 1)
        bench_fail("COPY", PQerrorMessage(pg));
    PGresult *result = take_result(PGRES_COMMAND_OK);
    uint64_t count = strtoull(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return count;
}

/* ---- what only the comparison with others asks for ------------------------------------------- */

static void prepare_upsert(void)
{
    prepare("upsert", UPSERT);
}

static uint64_t upsert(size_t i)
{
    static BENCH_OWN values v;
    set_int32(&v, 0, bench_any_key(i));
    set_sample(&v, 1, &bench_samples()[i % BENCH_ROWS]);
    return check_id_and_free(read_users(execute("upsert", 1 + WRITTEN_COUNT, &v, PGRES_TUPLES_OK)));
}

static void prepare_aggregate(void)
{
    prepare("aggregate", AGGREGATE);
}

static uint64_t aggregate(size_t i)
{
    static BENCH_OWN values v;
    set_int32(&v, 0, bench_age(i));
    return check_aggregate(execute("aggregate", 1, &v, PGRES_TUPLES_OK));
}

/* ---- the table ------------------------------------------------------------------------------- */

/* As `tenon db push` makes it. */
static uint64_t make_table(size_t i)
{
    (void)i;
    script("SET client_min_messages = warning; DROP TABLE IF EXISTS \"User\";"
           "CREATE TABLE \"User\" (\"id\" SERIAL NOT NULL, \"name\" TEXT NOT NULL,"
           " \"email\" TEXT NOT NULL, \"age\" INTEGER,"
           " \"created_at\" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,"
           " \"profile\" JSONB NOT NULL, CONSTRAINT \"User_pkey\" PRIMARY KEY (\"id\"))");
    return 0;
}

static uint64_t empty_table(size_t i)
{
    (void)i;
    script("TRUNCATE \"User\" RESTART IDENTITY");
    return 0;
}

static uint64_t fill_table(size_t i)
{
    empty_table(i);
    create_many_unnest(i);
    script("VACUUM ANALYZE \"User\"");
    return 0;
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
    {"find", prepare_find, find},
    {"find_once", NULL, find_once},
    {"list", prepare_list, list},
    {"keep", prepare_list, keep},
    {"create", prepare_create, create},
    {"update", prepare_update, update},
    {"upsert", prepare_upsert, upsert},
    {"aggregate", prepare_aggregate, aggregate},
    {"create_many_unnest", prepare_unnest, create_many_unnest},
    {"create_many_copy", NULL, create_many_copy},
    {"make_table", NULL, make_table},
    {"empty_table", NULL, empty_table},
    {"fill_table", prepare_unnest, fill_table},
    {0},
};
