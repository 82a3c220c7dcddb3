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
#include "care.h"
#include "raw_user.h"
#include "sample.h"
#include "side.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS "\"id\", \"name\", \"email\", \"age\", \"created_at\", \"profile\""
#define WRITTEN "\"name\", \"email\", \"age\", \"created_at\", \"profile\""

enum { WRITTEN_COUNT = 5, MOST_VALUES = WRITTEN_COUNT, JSONB_VERSION = 1 };

/* From 1970 to 2000, where the server begins to count. */
#define EPOCH_US INT64_C(946684800000000)

static PGconn *pg;

/* ---- numbers --------------------------------------------------------------------------------- */

static uint32_t load32(const char *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return __builtin_bswap32(value);
}

static uint64_t load64(const char *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return __builtin_bswap64(value);
}

static char *store32(char *to, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

static char *store64(char *to, uint64_t value)
{
    value = __builtin_bswap64(value);
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

/* ---- statements ------------------------------------------------------------------------------ */

/* What PQsendQueryPrepared wants, with room for the numbers. */
typedef struct values {
    const char *at[MOST_VALUES];
    int lengths[MOST_VALUES];
    char numbers[MOST_VALUES][8];
    char profile[128];
} values;

static const int binary[MOST_VALUES] = {1, 1, 1, 1, 1};

static void set_text(values *v, int i, const char *text, size_t length)
{
    v->at[i] = text;
    v->lengths[i] = (int)length;
}

/* One that is kept: the server would refuse what is no UTF-8 too, but not say which. */
static void set_checked_text(values *v, int i, const char *text, size_t length)
{
    care(care_utf8(text, length), "text");
    set_text(v, i, text, length);
}

static void set_int32(values *v, int i, int32_t value)
{
    uint32_t swapped = __builtin_bswap32((uint32_t)value);
    memcpy(v->numbers[i], &swapped, sizeof swapped);
    set_text(v, i, v->numbers[i], 4);
}

static void set_int64(values *v, int i, int64_t value)
{
    uint64_t swapped = __builtin_bswap64((uint64_t)value);
    memcpy(v->numbers[i], &swapped, sizeof swapped);
    set_text(v, i, v->numbers[i], 8);
}

static void check(const PGresult *result, ExecStatusType expected)
{
    if (PQresultStatus(result) != expected)
        bench_fail("PostgreSQL", PQerrorMessage(pg));
}

static PGresult *take_result(ExecStatusType expected)
{
    PGresult *result = PQgetResult(pg), *more;
    check(result, expected);
    while ((more = PQgetResult(pg)))
        PQclear(more);
    return result;
}

static PGresult *execute(const char *name, int count, const values *v, ExecStatusType expected)
{
    if (!PQsendQueryPrepared(pg, name, count, v->at, v->lengths, binary, 1))
        bench_fail(name, PQerrorMessage(pg));
    return take_result(expected);
}

/* The server guarantees them from then on. */
static void check_types(const char *name)
{
    static const Oid expected[] = {23, 25, 25, 23, 1114, 3802};
    PGresult *result = PQdescribePrepared(pg, name);
    check(result, PGRES_COMMAND_OK);
    int count = PQnfields(result);
    for (int i = 0; i < count; i++)
        care(count == sizeof expected / sizeof *expected && PQftype(result, i) == expected[i],
             name);
    PQclear(result);
}

static void prepare(const char *name, const char *sql)
{
    PGresult *result = PQprepare(pg, name, sql, 0, NULL);
    check(result, PGRES_COMMAND_OK);
    PQclear(result);
    if (CARE)
        check_types(name);
}

static void script(const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    if (PQresultStatus(result) == PGRES_FATAL_ERROR)
        bench_fail(sql, PQerrorMessage(pg));
    PQclear(result);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const char *copy_text(char **to, const char *from, size_t length)
{
    char *text = *to;
    memcpy(text, from, length);
    text[length] = '\0';
    *to = text + length + 1;
    return text;
}

/* The text of a column, which is UTF-8 because the connection says so. */
static const char *read_text(const PGresult *result, int row, int column, char **texts)
{
    int length = PQgetlength(result, row, column);
    care(length > 0 || !PQgetisnull(result, row, column), "text");
    return copy_text(texts, PQgetvalue(result, row, column), (size_t)length);
}

static int32_t read_int32(const PGresult *result, int row, int column)
{
    care(PQgetlength(result, row, column) == 4, "int4");
    return (int32_t)load32(PQgetvalue(result, row, column));
}

static int64_t read_time(const PGresult *result, int row, int column)
{
    care(PQgetlength(result, row, column) == 8, "timestamp");
    int64_t us = (int64_t)load64(PQgetvalue(result, row, column));
    care(us != INT64_MIN && us < INT64_MAX - EPOCH_US, "timestamp");
    return us + EPOCH_US;
}

static const char *read_json(const PGresult *result, int row, int column, size_t *length,
                             char **texts)
{
    int bytes = PQgetlength(result, row, column);
    const char *json = PQgetvalue(result, row, column);
    care(bytes > 1 && json[0] == JSONB_VERSION, "jsonb");
    *length = (size_t)bytes - 1;
    return copy_text(texts, json + 1, *length);
}

static char *read_user(const PGresult *result, int row, raw_user *user, char *texts)
{
    user->id = read_int32(result, row, 0);
    user->name = read_text(result, row, 1, &texts);
    user->email = read_text(result, row, 2, &texts);
    user->has_age = !PQgetisnull(result, row, 3);
    user->age = user->has_age ? read_int32(result, row, 3) : 0;
    user->created_at_us = read_time(result, row, 4);
    user->profile = read_json(result, row, 5, &user->profile_length, &texts);
    return texts;
}

static size_t text_bytes(const PGresult *result, int row)
{
    return (size_t)PQgetlength(result, row, 1) + 1 + (size_t)PQgetlength(result, row, 2) + 1 +
           (size_t)PQgetlength(result, row, 5);
}

static raw_users read_users(PGresult *result)
{
    int count = PQntuples(result);
    size_t bytes = (size_t)count * sizeof(raw_user);
    for (int i = 0; i < count; i++)
        bytes += text_bytes(result, i);
    raw_user *items = bench_alloc(bytes);
    char *texts = (char *)(items + count);
    for (int i = 0; i < count; i++)
        texts = read_user(result, i, &items[i], texts);
    PQclear(result);
    return (raw_users){items, (size_t)count};
}

static uint64_t check_and_free(raw_users users)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < users.count; i++) {
        const raw_user *u = &users.items[i];
        sum += bench_check(u->id, u->age, u->created_at_us, u->name, u->email, u->profile);
    }
    free(users.items);
    return sum;
}

/* ---- reads ----------------------------------------------------------------------------------- */

#define FIND "SELECT " COLUMNS " FROM \"User\" WHERE \"id\" = $1"

static void prepare_find(void)
{
    prepare("find", FIND);
}

static uint64_t find(size_t i)
{
    static values v;
    set_int32(&v, 0, bench_key(i));
    return check_and_free(read_users(execute("find", 1, &v, PGRES_TUPLES_OK)));
}

/* The first row of a program: the statement is not worth preparing. */
static uint64_t find_once(size_t i)
{
    static values v;
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
    static values v;
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
    const bench_sample *s = &bench_samples()[i % BENCH_ROWS];
    static values v;
    set_checked_text(&v, 0, s->name, s->name_length);
    set_checked_text(&v, 1, s->email, s->email_length);
    set_int32(&v, 2, s->age);
    if (!s->has_age)
        v.at[2] = NULL;
    care(care_time(s->created_at_us), "created_at");
    set_int64(&v, 3, s->created_at_us - EPOCH_US);
    v.profile[0] = JSONB_VERSION;
    memcpy(v.profile + 1, s->profile, s->profile_length);
    set_text(&v, 4, v.profile, s->profile_length + 1);
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
    static values v;
    set_checked_text(&v, 0, s->name, s->name_length);
    set_int32(&v, 1, s->age);
    set_int32(&v, 2, bench_key(i));
    return check_and_free(read_users(execute("update", 3, &v, PGRES_TUPLES_OK)));
}

/* ---- many rows by UNNEST --------------------------------------------------------------------- */

enum { ARRAY_BYTES = 20 + BENCH_ROWS * (4 + 128) };

static char arrays[WRITTEN_COUNT][ARRAY_BYTES];

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
    static values v;
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
    static char buffer[WRITTEN_COUNT * ARRAY_BYTES];
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
    {"create_many_unnest", prepare_unnest, create_many_unnest},
    {"create_many_copy", NULL, create_many_copy},
    {"make_table", NULL, make_table},
    {"empty_table", NULL, empty_table},
    {"fill_table", prepare_unnest, fill_table},
    {0},
};
