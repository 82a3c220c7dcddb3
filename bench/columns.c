/* Columnar reads beside hand-written ones: rows of 8 columns, NULLs in two of them.
 *
 *     bench-columns URL fill 1 [ROWS]             makes the table, of 100,000 rows
 *     bench-columns URL WAY [COUNT [ROWS [narrow]]]
 *                                       reads it COUNT times, that is 1; prints nanoseconds a row,
 *                                       the peak of memory, and a checksum
 *
 * By hand: "copy" (COPY BINARY) and "result" (a prepared statement's binary result) for PostgreSQL,
 * "step" for SQLite, each checking lengths or types and growing plain arrays. tenon: "columns" (by
 * COPY on PostgreSQL), "columns-result", "chunks", and "rows", which is find_many; all of them
 * "narrow" too, which is two numbers. Each is a process of its own, so that its peak is its own;
 * scripts count instructions of read_measured with callgrind. */
#include "bench_models.h"

#include <endian.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <tenon/tenon.h>
#include <time.h>

enum { COLUMNS = 8 };

#define SELECT                                                                                     \
    "SELECT \"id\", \"station\", \"city\", \"temperature\", \"wind\", \"counted\", \"dry\","       \
    " \"level\" FROM \"Measure\""

/* Arrays as they are grown by hand; a column is one of them, or texts with their ends. */
typedef struct array {
    char *data;
    size_t size, used;
} array;

typedef struct column {
    array values, valid, ends;
} column;

static const char *url;
static int row_count = 100000;
static bool is_narrow; /* two numbers, where tenon reads */

_Noreturn static void stop(const char *what, const char *why)
{
    fprintf(stderr, "bench-columns: %s: %s\n", what, why);
    exit(1);
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static char *room(array *a, size_t bytes)
{
    if (a->size - a->used < bytes) {
        a->size = (a->used + bytes) * 2;
        a->data = realloc(a->data, a->size);
        if (!a->data)
            stop("realloc", "out of memory");
    }
    a->used += bytes;
    return a->data + a->used - bytes;
}

static void add(array *a, const void *data, size_t bytes)
{
    if (bytes)
        memcpy(room(a, bytes), data, bytes);
}

static void add_text(column *c, const char *text, size_t length)
{
    add(&c->values, text, length);
    int32_t end = (int32_t)c->values.used;
    add(&c->ends, &end, sizeof end);
}

static void set_valid(column *c, size_t row, bool is_there)
{
    if (row % 8 == 0)
        *room(&c->valid, 1) = 0;
    if (is_there)
        c->valid.data[row / 8] |= (char)(1 << (row % 8));
}

static uint64_t checksum(const column *columns)
{
    uint64_t sum = 0;
    int64_t id;
    for (size_t at = 0; at < columns[0].values.used; at += sizeof id) {
        memcpy(&id, columns[0].values.data + at, sizeof id);
        sum += (uint64_t)id;
    }
    return sum + columns[1].values.used + columns[2].values.used;
}

static void release(column *columns)
{
    for (int i = 0; i < COLUMNS; i++) {
        free(columns[i].values.data);
        free(columns[i].valid.data);
        free(columns[i].ends.data);
    }
}

/* ---- PostgreSQL by hand ---------------------------------------------------------------------- */

static const int widths[COLUMNS] = {8, 0, 0, 8, 4, 8, 1, 8};

static void add_number(column *c, const char *data, int width)
{
    uint32_t four;
    uint64_t eight;
    switch (width) {
    case 4:
        memcpy(&four, data, sizeof four);
        four = be32toh(four);
        add(&c->values, &four, sizeof four);
        return;
    case 8:
        memcpy(&eight, data, sizeof eight);
        eight = be64toh(eight);
        add(&c->values, &eight, sizeof eight);
        return;
    default:
        add(&c->values, data, 1);
    }
}

static void add_value(column *c, int i, size_t row, const char *data, int length)
{
    static const char zeros[8];
    set_valid(c, row, length >= 0);
    if (!widths[i])
        add_text(c, data, length > 0 ? (size_t)length : 0);
    else if (length < 0)
        add(&c->values, zeros, (size_t)widths[i]);
    else if (length == widths[i])
        add_number(c, data, length);
    else
        stop("PostgreSQL", "a length");
}

static PGconn *connect_postgresql(void)
{
    static PGconn *pg;
    if (!pg)
        pg = PQconnectdb(url);
    if (PQstatus(pg) != CONNECTION_OK)
        stop("PostgreSQL", PQerrorMessage(pg));
    return pg;
}

static void take_row(column *columns, size_t row, const char *at)
{
    for (int i = 0; i < COLUMNS; i++) {
        uint32_t length;
        memcpy(&length, at, sizeof length);
        int size = (int)be32toh(length);
        at += sizeof length;
        add_value(&columns[i], i, row, at, size);
        at += size > 0 ? size : 0;
    }
}

static uint64_t by_copy(void)
{
    enum { HEAD = 19, COUNT = 2 };
    PGconn *pg = connect_postgresql();
    column columns[COLUMNS] = {0};
    PGresult *result = PQexec(pg, "COPY (" SELECT ") TO STDOUT (FORMAT binary)");
    if (PQresultStatus(result) != PGRES_COPY_OUT)
        stop("PostgreSQL", PQerrorMessage(pg));
    PQclear(result);
    char *data;
    int length;
    size_t row = 0, head = HEAD;
    while ((length = PQgetCopyData(pg, &data, 0)) > 0) {
        if ((size_t)length > head + COUNT)
            take_row(columns, row++, data + head + COUNT);
        head = 0;
        PQfreemem(data);
    }
    while ((result = PQgetResult(pg)))
        PQclear(result);
    uint64_t sum = checksum(columns);
    release(columns);
    return sum;
}

static uint64_t by_result(void)
{
    static bool is_prepared;
    PGconn *pg = connect_postgresql();
    column columns[COLUMNS] = {0};
    if (!is_prepared)
        PQclear(PQprepare(pg, "all", SELECT, 0, NULL));
    is_prepared = true;
    PGresult *result = PQexecPrepared(pg, "all", 0, NULL, NULL, NULL, 1);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        stop("PostgreSQL", PQerrorMessage(pg));
    for (int row = 0; row < PQntuples(result); row++)
        for (int i = 0; i < COLUMNS; i++) {
            int length = PQgetisnull(result, row, i) ? -1 : PQgetlength(result, row, i);
            add_value(&columns[i], i, (size_t)row, PQgetvalue(result, row, i), length);
        }
    PQclear(result);
    uint64_t sum = checksum(columns);
    release(columns);
    return sum;
}

/* ---- SQLite by hand -------------------------------------------------------------------------- */

static const int types[COLUMNS] = {SQLITE_INTEGER, SQLITE_TEXT,    SQLITE_TEXT,    SQLITE_FLOAT,
                                   SQLITE_INTEGER, SQLITE_INTEGER, SQLITE_INTEGER, SQLITE_FLOAT};

static void step_number(column *c, sqlite3_stmt *statement, int i)
{
    int64_t whole = types[i] == SQLITE_INTEGER ? sqlite3_column_int64(statement, i) : 0;
    double real = types[i] == SQLITE_FLOAT ? sqlite3_column_double(statement, i) : 0;
    int32_t four = (int32_t)whole;
    char one = (char)whole;
    if (widths[i] == 8)
        add(&c->values, types[i] == SQLITE_FLOAT ? (const void *)&real : &whole, 8);
    else
        add(&c->values, widths[i] == 4 ? (const void *)&four : &one, (size_t)widths[i]);
}

static void step_row(column *columns, sqlite3_stmt *statement, size_t row)
{
    for (int i = 0; i < COLUMNS; i++) {
        int type = sqlite3_column_type(statement, i);
        if (type != types[i] && type != SQLITE_NULL)
            stop("SQLite", "a type");
        set_valid(&columns[i], row, type != SQLITE_NULL);
        if (widths[i]) {
            step_number(&columns[i], statement, i);
            continue;
        }
        const char *text = (const char *)sqlite3_column_text(statement, i);
        add_text(&columns[i], text, (size_t)sqlite3_column_bytes(statement, i));
    }
}

static uint64_t by_step(void)
{
    static sqlite3 *db;
    static sqlite3_stmt *statement;
    column columns[COLUMNS] = {0};
    if (!db && sqlite3_open(url + strlen("sqlite:"), &db) != SQLITE_OK)
        stop("SQLite", sqlite3_errmsg(db));
    if (!statement && sqlite3_prepare_v2(db, SELECT, -1, &statement, NULL) != SQLITE_OK)
        stop("SQLite", sqlite3_errmsg(db));
    for (size_t row = 0; sqlite3_step(statement) == SQLITE_ROW; row++)
        step_row(columns, statement, row);
    sqlite3_reset(statement);
    uint64_t sum = checksum(columns);
    release(columns);
    return sum;
}

/* ---- tenon ----------------------------------------------------------------------------------- */

static tenon_session *open_session(void)
{
    static tenon_session *s;
    tenon_error err;
    if (!s)
        s = tenon_session_open(tenon_open(url, NULL, &err), NULL);
    if (!s)
        stop("tenon", err.message);
    return s;
}

static uint64_t take(tenon_session *s, tenon_columns *c)
{
    uint64_t sum = 0;
    if (tenon_failed(s))
        stop("tenon", tenon_message(s));
    size_t count = tenon_columns_count(c);
    const int64_t *ids = tenon_columns_at(c, 0)->as.int64;
    for (size_t i = 0; i < count; i++)
        sum += (uint64_t)ids[i];
    for (size_t i = 1; i < tenon_columns_width(c) && i < 3; i++)
        if (tenon_columns_at(c, i)->offsets)
            sum += (uint64_t)tenon_columns_at(c, i)->offsets[count];
    tenon_columns_free(c);
    return sum;
}

#define NARROW .select = {MEASURE_ID, MEASURE_LEVEL}

static MeasureList find(tenon_session *s)
{
    return is_narrow ? measure_find_many(s, NARROW) : measure_find_many(s);
}

static uint64_t by_columns(void)
{
    static const tenon_columns_options options = {.transport = TENON_COLUMNS_COPY};
    bool is_sqlite = strncmp(url, "sqlite:", 7) == 0;
    tenon_session *s = open_session();
    return take(s, TENON_COLUMNS_WITH(s, is_sqlite ? NULL : &options, find(s)));
}

static uint64_t by_columns_of_result(void)
{
    static const tenon_columns_options options = {.transport = TENON_COLUMNS_RESULT};
    tenon_session *s = open_session();
    return take(s, TENON_COLUMNS_WITH(s, &options, find(s)));
}

static uint64_t by_chunks(void)
{
    tenon_session *s = open_session();
    uint64_t sum = 0;
    MeasureStream stream = is_narrow ? measure_stream_open(s, NARROW) : measure_stream_open(s);
    tenon_column_chunks *chunks = tenon_columns_open(stream.stream, NULL);
    for (tenon_columns *c; (c = tenon_columns_next(chunks));)
        sum += take(s, c);
    tenon_columns_close(chunks);
    return sum;
}

static uint64_t by_rows(void)
{
    tenon_session *s = open_session();
    uint64_t sum = 0;
    MeasureList rows = find(s);
    for (size_t i = 0; i < rows.count; i++)
        sum += (uint64_t)rows.items[i].id +
               (rows.items[i].station ? strlen(rows.items[i].station) : 0) +
               (rows.items[i].city ? strlen(rows.items[i].city) : 0);
    tenon_session_reset(s);
    return sum;
}

enum { PART = 100000 };

static uint64_t fill_part(tenon_session *s, int first, int count)
{
    MeasureSet *sets = calloc((size_t)count, sizeof *sets);
    char(*texts)[32] = calloc((size_t)count, sizeof *texts);
    for (int k = 0, i = first; sets && texts && k < count; k++, i++) {
        snprintf(texts[k], sizeof texts[k], "station %d of many", i % 700);
        sets[k] = (MeasureSet){.id = SET(i + 1),
                               .station = SET(texts[k]),
                               .city = SET_OR_NULL(i % 5 ? texts[k] + 8 : NULL),
                               .temperature =
                                   SET_OPT(((tenon_opt_double){i % 7 != 0, i % 400 / 8.0 + 0.5})),
                               .wind = SET(i % 40),
                               .counted = SET(i * INT64_C(7919)),
                               .dry = SET(i % 2),
                               .level = SET(i / 3.0 + 0.25)};
    }
    int64_t made = measure_create_many(s, .items = sets, .count = (size_t)count);
    if (tenon_failed(s))
        stop("fill", tenon_message(s));
    free(sets);
    free(texts);
    return (uint64_t)made;
}

static uint64_t fill(void)
{
    tenon_session *s = open_session();
    bool is_sqlite = strncmp(url, "sqlite:", 7) == 0;
    tenon_execute(s, "DROP TABLE IF EXISTS \"Measure\"");
    tenon_execute(s, is_sqlite
                         ? "CREATE TABLE \"Measure\" (\"id\" INTEGER PRIMARY KEY, \"station\" TEXT"
                           " NOT NULL, \"city\" TEXT, \"temperature\" REAL, \"wind\" INTEGER NOT"
                           " NULL, \"counted\" INTEGER NOT NULL, \"dry\" BOOLEAN NOT NULL,"
                           " \"level\" REAL NOT NULL)"
                         : "CREATE TABLE \"Measure\" (\"id\" bigint PRIMARY KEY, \"station\" text"
                           " NOT NULL, \"city\" text, \"temperature\" float8, \"wind\" int NOT"
                           " NULL, \"counted\" bigint NOT NULL, \"dry\" bool NOT NULL, \"level\""
                           " float8 NOT NULL)");
    uint64_t count = 0;
    for (int first = 0; first < row_count; first += PART)
        count += fill_part(s, first, row_count - first < PART ? row_count - first : PART);
    return count;
}

/* ---- measuring ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    uint64_t (*read)(void);
} ways[] = {
    {"copy", by_copy},
    {"result", by_result},
    {"step", by_step},
    {"columns", by_columns},
    {"columns-result", by_columns_of_result},
    {"chunks", by_chunks},
    {"rows", by_rows},
    {"fill", fill},
};

__attribute__((noinline)) static uint64_t read_measured(uint64_t (*read)(void))
{
    return read();
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void measure(uint64_t (*read)(void), int count)
{
    uint64_t sum = 0;
    int64_t least = INT64_MAX;
    struct rusage usage;
    for (int i = 0; i < count; i++) {
        int64_t start = now_ns();
        sum = read_measured(read);
        int64_t time = now_ns() - start;
        least = time < least ? time : least;
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("%.0f ns a row, %ld KB, %" PRIu64 "\n", (double)least / row_count, usage.ru_maxrss, sum);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        stop("usage", "bench-columns URL WAY [COUNT [ROWS [narrow]]]");
    url = argv[1];
    if (argc > 4)
        row_count = (int)strtol(argv[4], NULL, 10);
    is_narrow = argc > 5;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(ways[i].name, argv[2]) == 0) {
            measure(ways[i].read, argc > 3 ? (int)strtol(argv[3], NULL, 10) : 1);
            return 0;
        }
    }
    stop(argv[2], "no such way");
}
