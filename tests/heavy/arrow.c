/* Columns in the hands of a real reader of Arrow: DuckDB takes them as a table and is asked the
 * same questions as the database that they came from. Its library stands where TENON_DUCKDB says;
 * `make arrow` fetches it. Of its C interface only what is used is declared here. */
#include "unit/model/both.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include <tenon/arrow.h>
#include <tenon/test.h>

enum { ROWS = 3000 };

typedef struct duckdb_result {
    uint64_t opaque[16]; /* more than it needs */
} duckdb_result;

static struct duckdb {
    int (*open)(const char *path, void **out);
    int (*connect)(void *db, void **out);
    int (*query)(void *connection, const char *sql, duckdb_result *out);
    int (*scan)(void *connection, const char *table, struct ArrowArrayStream *stream);
    char *(*value)(duckdb_result *result, uint64_t column, uint64_t row);
    const char *(*error)(duckdb_result *result);
    void (*destroy)(duckdb_result *result);
    void (*free)(void *block);
    void (*disconnect)(void **connection);
    void (*close)(void **db);
} duckdb;

static void find(void *library, const char *name, void *function)
{
    void *symbol = dlsym(library, name);
    if (!symbol)
        fail_msg("DuckDB has no %s", name);
    memcpy(function, &symbol, sizeof symbol); /* C has no conversion between the two */
}

static void load_duckdb(void)
{
    const char *path = getenv("TENON_DUCKDB");
    void *library = path ? dlopen(path, RTLD_NOW) : NULL;
    if (!library)
        fail_msg("no DuckDB: run it by way of make arrow (%s)", path ? dlerror() : "");
    find(library, "duckdb_open", &duckdb.open);
    find(library, "duckdb_connect", &duckdb.connect);
    find(library, "duckdb_query", &duckdb.query);
    find(library, "duckdb_arrow_scan", &duckdb.scan);
    find(library, "duckdb_value_varchar", &duckdb.value);
    find(library, "duckdb_result_error", &duckdb.error);
    find(library, "duckdb_destroy_result", &duckdb.destroy);
    find(library, "duckdb_free", &duckdb.free);
    find(library, "duckdb_disconnect", &duckdb.disconnect);
    find(library, "duckdb_close", &duckdb.close);
}

/* What one question gives, in DuckDB's own spelling; "" for NULL. */
static void ask(void *connection, const char *sql, char *out, size_t size)
{
    duckdb_result result = {0};
    if (duckdb.query(connection, sql, &result) != 0)
        fail_msg("%s: %s", sql, duckdb.error(&result));
    char *text = duckdb.value(&result, 0, 0);
    snprintf(out, size, "%s", text ? text : "");
    duckdb.free(text);
    duckdb.destroy(&result);
}

/* Each is asked of both: SQL that all three databases understand. The table is called "t" there. */
static const struct {
    const char *select, *where;
} questions[] = {
    {"SELECT count(*)", ""},
    {"SELECT count(number)", ""},
    {"SELECT CAST(sum(CAST(number AS bigint)) AS bigint)", ""},
    {"SELECT min(small)", ""},
    {"SELECT max(big)", ""},
    {"SELECT count(price)", ""},
    {"SELECT count(*)", "WHERE price > 0"},
    {"SELECT sum(length(text))", ""},
    {"SELECT count(DISTINCT text)", ""},
    {"SELECT count(*)", "WHERE flag"},
    {"SELECT count(*)", "WHERE role = 'ADMIN'"},
    {"SELECT count(role)", ""},
    {"SELECT count(uuid)", ""},
    {"SELECT count(stamp)", ""},
    {"SELECT count(day)", ""},
    {"SELECT count(*)", "WHERE day < '2000-01-01'"},
    {"SELECT count(blob)", ""},
    {"SELECT count(*)", "WHERE \"precise\" > 0"},
};

static void write_question(char *out, size_t size, size_t i, const char *table)
{
    snprintf(out, size, "%s FROM %s %s", questions[i].select, table, questions[i].where);
}

static void compare(both *b, void *connection)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        char sql[256], found[256];
        write_question(sql, sizeof sql, i, "t");
        ask(connection, sql, found, sizeof found);
        write_question(sql, sizeof sql, i, "\"Everything\"");
        const char *expected = both_value(b, sql);
        if (strcmp(found, expected ? expected : "") != 0)
            fail_msg("%s: DuckDB says %s, the database %s", sql, found, expected);
    }
}

static void fill(both *b)
{
    static const tenon_fake_options wild = {.seed = 3, .text_most = 60};
    for (uint64_t n = 0; n < ROWS; n++)
        assert_non_null(tenon_fake_create(b->session, &everything_model, &wild, n, NULL));
    tenon_session_reset(b->session);
}

static void duckdb_reads_what_the_database_holds(void **state)
{
    both *b = *state;
    const tenon_columns_options options = {.chunk_rows = 700};
    struct ArrowArrayStream stream;
    void *db, *connection;
    fill(b);
    EverythingStream rows = everything_stream_open(
        b->session,
        .select = {EVERYTHING_ID, EVERYTHING_FLAG, EVERYTHING_SMALL, EVERYTHING_NUMBER,
                   EVERYTHING_BIG, EVERYTHING_REAL, EVERYTHING_PRECISE, EVERYTHING_PRICE,
                   EVERYTHING_TEXT, EVERYTHING_BLOB, EVERYTHING_UUID, EVERYTHING_STAMP,
                   EVERYTHING_DAY, EVERYTHING_SPAN, EVERYTHING_ROLE, EVERYTHING_MONEY});
    assert_true(tenon_columns_export_stream(tenon_columns_open(rows.stream, &options), &stream));
    assert_int_equal(duckdb.open(NULL, &db), 0);
    assert_int_equal(duckdb.connect(db, &connection), 0);
    assert_int_equal(duckdb.scan(connection, "arrow", &stream), 0);
    char unused[64];
    ask(connection, "CREATE TABLE t AS SELECT * FROM arrow", unused, sizeof unused);
    assert_sound(b->session);
    compare(b, connection);
    duckdb.disconnect(&connection);
    duckdb.close(&db);
    if (stream.release)
        stream.release(&stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {ON_BOTH(duckdb_reads_what_the_database_holds)};
    load_duckdb();
    return both_run(tests);
}
