/* What the hand-written programs on libpq have in common: one connection a thread, values to the
 * server and rows from it, both as binary. See raw_postgresql.c for how it was chosen. */
#ifndef BENCH_RAW_LIBPQ_H
#define BENCH_RAW_LIBPQ_H

#include "care.h"
#include "raw_user.h"
#include "sample.h"
#include "side.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS "\"id\", \"name\", \"email\", \"age\", \"created_at\", \"profile\""
#define WRITTEN "\"name\", \"email\", \"age\", \"created_at\", \"profile\""

enum { WRITTEN_COUNT = 5, MOST_VALUES = 1 + WRITTEN_COUNT, JSONB_VERSION = 1 };

/* From 1970 to 2000, where the server begins to count. */
#define EPOCH_US INT64_C(946684800000000)

static BENCH_OWN PGconn *pg;

#define UPSERT                                                                                     \
    "INSERT INTO \"User\" (\"id\", " WRITTEN ") VALUES ($1, $2, $3, $4, $5, $6) "                  \
    "ON CONFLICT (\"id\") DO UPDATE SET \"name\" = $2, \"age\" = $4 RETURNING " COLUMNS

/* ---- numbers --------------------------------------------------------------------------------- */

static inline uint32_t load32(const char *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return __builtin_bswap32(value);
}

static inline uint64_t load64(const char *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return __builtin_bswap64(value);
}

static inline char *store32(char *to, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

static inline char *store64(char *to, uint64_t value)
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

static const int binary[MOST_VALUES] = {1, 1, 1, 1, 1, 1};

static inline void set_text(values *v, int i, const char *text, size_t length)
{
    v->at[i] = text;
    v->lengths[i] = (int)length;
}

/* One that is kept: the server would refuse what is no UTF-8 too, but not say which. */
static inline void set_checked_text(values *v, int i, const char *text, size_t length)
{
    care(care_utf8(text, length), "text");
    set_text(v, i, text, length);
}

static inline void set_int32(values *v, int i, int32_t value)
{
    uint32_t swapped = __builtin_bswap32((uint32_t)value);
    memcpy(v->numbers[i], &swapped, sizeof swapped);
    set_text(v, i, v->numbers[i], 4);
}

static inline void set_int64(values *v, int i, int64_t value)
{
    uint64_t swapped = __builtin_bswap64((uint64_t)value);
    memcpy(v->numbers[i], &swapped, sizeof swapped);
    set_text(v, i, v->numbers[i], 8);
}

/* What is written of a row, from value `first` on. */
static inline void set_sample(values *v, int first, const bench_sample *s)
{
    set_checked_text(v, first, s->name, s->name_length);
    set_checked_text(v, first + 1, s->email, s->email_length);
    set_int32(v, first + 2, s->age);
    if (!s->has_age)
        v->at[first + 2] = NULL;
    care(care_time(s->created_at_us), "created_at");
    set_int64(v, first + 3, s->created_at_us - EPOCH_US);
    v->profile[0] = JSONB_VERSION;
    memcpy(v->profile + 1, s->profile, s->profile_length);
    set_text(v, first + 4, v->profile, s->profile_length + 1);
}

static inline void check(const PGresult *result, ExecStatusType expected)
{
    if (PQresultStatus(result) != expected)
        bench_fail("PostgreSQL", PQerrorMessage(pg));
}

static inline PGresult *take_result(ExecStatusType expected)
{
    PGresult *result = PQgetResult(pg), *more;
    check(result, expected);
    while ((more = PQgetResult(pg)))
        PQclear(more);
    return result;
}

static inline PGresult *execute(const char *name, int count, const values *v,
                                ExecStatusType expected)
{
    if (!PQsendQueryPrepared(pg, name, count, v->at, v->lengths, binary, 1))
        bench_fail(name, PQerrorMessage(pg));
    return take_result(expected);
}

/* The server guarantees them from then on. */
static inline void check_types(const char *name)
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

static inline void prepare(const char *name, const char *sql)
{
    PGresult *result = PQprepare(pg, name, sql, 0, NULL);
    check(result, PGRES_COMMAND_OK);
    PQclear(result);
    if (CARE)
        check_types(name);
}

static inline void script(const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    if (PQresultStatus(result) == PGRES_FATAL_ERROR)
        bench_fail(sql, PQerrorMessage(pg));
    PQclear(result);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static inline const char *copy_text(char **to, const char *from, size_t length)
{
    char *text = *to;
    memcpy(text, from, length);
    text[length] = '\0';
    *to = text + length + 1;
    return text;
}

/* The text of a column, which is UTF-8 because the connection says so. */
static inline const char *read_text(const PGresult *result, int row, int column, char **texts)
{
    int length = PQgetlength(result, row, column);
    care(length > 0 || !PQgetisnull(result, row, column), "text");
    return copy_text(texts, PQgetvalue(result, row, column), (size_t)length);
}

static inline int32_t read_int32(const PGresult *result, int row, int column)
{
    care(PQgetlength(result, row, column) == 4, "int4");
    return (int32_t)load32(PQgetvalue(result, row, column));
}

static inline int64_t read_time(const PGresult *result, int row, int column)
{
    care(PQgetlength(result, row, column) == 8, "timestamp");
    int64_t us = (int64_t)load64(PQgetvalue(result, row, column));
    care(us != INT64_MIN && us < INT64_MAX - EPOCH_US, "timestamp");
    return us + EPOCH_US;
}

static inline const char *read_json(const PGresult *result, int row, int column, size_t *length,
                                    char **texts)
{
    int bytes = PQgetlength(result, row, column);
    const char *json = PQgetvalue(result, row, column);
    care(bytes > 1 && json[0] == JSONB_VERSION, "jsonb");
    *length = (size_t)bytes - 1;
    return copy_text(texts, json + 1, *length);
}

static inline char *read_user(const PGresult *result, int row, raw_user *user, char *texts)
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

static inline size_t text_bytes(const PGresult *result, int row)
{
    return (size_t)PQgetlength(result, row, 1) + 1 + (size_t)PQgetlength(result, row, 2) + 1 +
           (size_t)PQgetlength(result, row, 5);
}

static inline raw_users read_users(PGresult *result)
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

static inline uint64_t check_and_free(raw_users users)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < users.count; i++) {
        const raw_user *u = &users.items[i];
        sum += bench_check(u->id, u->age, u->created_at_us, u->name, u->email, u->profile);
    }
    free(users.items);
    return sum;
}

/* Of one row, which was written. */
static inline uint64_t check_id_and_free(raw_users users)
{
    uint64_t id = users.count == 1 ? (uint64_t)users.items[0].id : 0;
    free(users.items);
    return id;
}

/* ---- an aggregate ---------------------------------------------------------------------------- */

#define AGGREGATE                                                                                  \
    "SELECT count(*), sum(\"age\"), min(\"age\"), max(\"age\") FROM \"User\" WHERE \"age\" >= $1"

/* Of no rows all but the count is NULL. */
static inline uint64_t check_aggregate(PGresult *result)
{
    bool has_rows = !PQgetisnull(result, 0, 1);
    uint64_t count = load64(PQgetvalue(result, 0, 0));
    uint64_t total = has_rows ? load64(PQgetvalue(result, 0, 1)) : 0;
    int32_t least = has_rows ? read_int32(result, 0, 2) : 0;
    int32_t greatest = has_rows ? read_int32(result, 0, 3) : 0;
    uint64_t sum = bench_check_aggregate(count, total, least, greatest);
    PQclear(result);
    return sum;
}

#endif
