/* The analysis against the databases: random queries over random schemas, each on several fillings
 * of the tables. No column that is said never to be NULL has a NULL in any answer; and of those
 * said nullable few are never seen NULL, however many fillings are tried.
 *
 * TENON_ROUNDS says how many schemas of forty queries, TENON_SEED where to begin. A failure tells
 * its seed and the query; TENON_SHOW_LOOSE shows the columns of which no NULL was seen. */
#include "described.h"
#include "random_query.h"

#include <libpq-fe.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILLINGS = 6, MOST_FILLINGS = 60, QUERIES = 40, ROUNDS = 8, LEAST_UNDERSTOOD = 70 };
/* Of columns said nullable without a NULL in sight, among all columns: percent. */
enum { MOST_LOOSE = 2, DEVIATIONS = 3 };

/* What one run of a query has shown of its columns. */
typedef struct sight {
    bool has_run, has_row;
    bool has_null[MOST_COLUMNS];
    size_t column_count;
    size_t row_count;
} sight;

typedef struct bench {
    bool is_sqlite;
    PGconn *postgres;
    sqlite3 *fillings[FILLINGS];
    const char *url;
    catalogue *database;
    size_t columns, loose, queries, run;
} bench;

/* ---- PostgreSQL ---- */

static void look_at_result(const PGresult *result, sight *seen)
{
    seen->has_run = true;
    seen->column_count = (size_t)PQnfields(result);
    seen->row_count = (size_t)PQntuples(result);
    seen->has_row |= PQntuples(result) > 0;
    for (int row = 0; row < PQntuples(result); row++)
        for (int i = 0; i < PQnfields(result); i++)
            if (PQgetisnull(result, row, i))
                seen->has_null[i] = true;
}

/* Nothing that is written stays. */
static void run_postgres(bench *b, const char *sql, size_t filling, const char *rows, sight *seen)
{
    tenon__buf text = {0};
    tenon__buf_format(&text, "BEGIN; SET LOCAL search_path = d%zu; %s %s; ROLLBACK", filling, rows,
                      sql);
    assert_true(PQsendQuery(b->postgres, tenon__buf_string(&text)));
    for (PGresult *result; (result = PQgetResult(b->postgres));) {
        if (PQresultStatus(result) == PGRES_TUPLES_OK)
            look_at_result(result, seen);
        PQclear(result);
    }
    if (PQtransactionStatus(b->postgres) != PQTRANS_IDLE)
        PQclear(PQexec(b->postgres, "ROLLBACK"));
    tenon__buf_release(&text);
}

static void fill_postgres(bench *b, random_source *r)
{
    tenon__buf text = {0};
    tenon__buf_text(&text, "SET client_min_messages = warning;");
    for (unsigned i = 0; i < FILLINGS; i++)
        tenon__buf_format(&text,
                          "DROP SCHEMA IF EXISTS d%u CASCADE; CREATE SCHEMA d%u;"
                          "SET search_path = d%u;%s%s",
                          i, i, i, random_schema_sql(r), random_rows_sql(r, i));
    PGresult *result = PQexec(b->postgres, tenon__buf_string(&text));
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s", PQerrorMessage(b->postgres));
    PQclear(result);
    tenon__buf_release(&text);
}

/* ---- SQLite ---- */

static void run_sqlite(bench *b, const char *sql, size_t filling, const char *rows, sight *seen)
{
    sqlite3 *db = b->fillings[filling];
    sqlite3_stmt *statement = NULL;
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    sqlite3_exec(db, rows, NULL, NULL, NULL);
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    seen->column_count = (size_t)sqlite3_column_count(statement);
    while (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
        seen->has_row = true;
        seen->row_count++;
        for (size_t i = 0; i < seen->column_count; i++)
            if (sqlite3_column_type(statement, (int)i) == SQLITE_NULL)
                seen->has_null[i] = true;
    }
    seen->has_run |= sqlite3_finalize(statement) == SQLITE_OK && code == SQLITE_OK;
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}

static void fill_sqlite(bench *b, random_source *r)
{
    for (unsigned i = 0; i < FILLINGS; i++) {
        sqlite3_close(b->fillings[i]);
        assert_int_equal(sqlite3_open(i ? ":memory:" : b->url + strlen("sqlite:"), &b->fillings[i]),
                         SQLITE_OK);
        for (size_t t = 0; t < TABLES; t++)
            sqlite3_exec(b->fillings[i],
                         tenon__arena_format(r->arena, "DROP TABLE IF EXISTS t%zu", t), NULL, NULL,
                         NULL);
        const char *sql = tenon__arena_format(r->arena, "BEGIN;%s%sCOMMIT", random_schema_sql(r),
                                              random_rows_sql(r, i));
        char *message = NULL;
        if (sqlite3_exec(b->fillings[i], sql, NULL, NULL, &message) != SQLITE_OK)
            fail_msg("%s: %s", message, sql);
    }
}

/* ---- both ---- */

/* The first fillings stand; the later ones are of this run only. */
static void run(bench *b, random_source *r, const char *sql, unsigned filling, sight *seen)
{
    const char *rows = "";
    size_t at = filling < FILLINGS ? filling : 0;
    if (filling >= FILLINGS)
        rows = tenon__arena_format(r->arena, "DELETE FROM t0; DELETE FROM t1; DELETE FROM t2; %s",
                                   random_rows_sql(r, filling));
    seen->row_count = 0;
    if (b->is_sqlite)
        run_sqlite(b, sql, at, rows, seen);
    else
        run_postgres(b, sql, at, rows, seen);
}

static bool is_in_doubt(const nullability *n, const sight *seen)
{
    for (size_t i = 0; i < n->column_count; i++)
        if (n->columns[i].is_nullable && !seen->has_null[i])
            return true;
    return false;
}

static void check_filling(const nullability *n, const sight *seen, const char *sql, uint64_t seed)
{
    if (!seen->has_run)
        return;
    if (n->column_count != seen->column_count)
        fail_msg("seed %llu: %zu columns of %zu: %s", (unsigned long long)seed, n->column_count,
                 seen->column_count, sql);
    for (size_t i = 0; i < n->column_count; i++)
        if (seen->has_null[i] && !n->columns[i].is_nullable)
            fail_msg("seed %llu: column %zu is NULL: %s", (unsigned long long)seed, i, sql);
    if (n->is_at_most_one_row && seen->row_count > 1)
        fail_msg("seed %llu: %zu rows: %s", (unsigned long long)seed, seen->row_count, sql);
}

static void count_loose(bench *b, const nullability *n, const sight *seen, const char *sql)
{
    b->columns += n->column_count;
    for (size_t i = 0; i < n->column_count; i++) {
        if (!n->columns[i].is_nullable || seen->has_null[i])
            continue;
        b->loose++;
        if (getenv("TENON_SHOW_LOOSE"))
            printf("loose: column %zu, %s: %s\n", i, n->columns[i].because, sql);
    }
}

static void check_query(bench *b, random_source *r, const char *sql, uint64_t seed)
{
    tenon_error err = {0};
    sight seen = {0};
    nullability *n = analyse(b->database, sql, &err);
    if (!n)
        fail_msg("seed %llu: %s: %s", (unsigned long long)seed, err.message, sql);
    for (unsigned i = 0; i < MOST_FILLINGS; i++) {
        if (i >= FILLINGS && (!seen.has_run || !is_in_doubt(n, &seen)))
            break;
        run(b, r, sql, i, &seen);
        check_filling(n, &seen, sql, seed);
    }
    b->queries++;
    b->run += seen.has_run;
    if (seen.has_row)
        count_loose(b, n, &seen, sql);
    nullability_free(n);
}

static void check_schema(bench *b, uint64_t seed)
{
    tenon__arena arena = {0};
    random_source r = {.random = {seed}, .arena = &arena, .is_sqlite = b->is_sqlite};
    random_schema(&r);
    if (b->is_sqlite)
        fill_sqlite(b, &r);
    else
        fill_postgres(b, &r);
    catalogue_free(b->database);
    b->database = describe_database(b->url);
    for (unsigned i = 0; i < QUERIES; i++) {
        const char *sql = generator_below(&r.random, 8) ? random_query(&r) : random_write(&r);
        assert_non_null(sql);
        check_query(b, &r, sql, seed);
    }
    tenon__arena_release(&arena);
}

static unsigned long number_of(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : otherwise;
}

/* Of few columns a share above the limit may be chance: up to three standard deviations of a count
 * that has the limit for its mean. Of the many of `make heavy` that is a tenth of a percent. */
static bool is_tight(const bench *b)
{
    double most = (double)b->columns * MOST_LOOSE / 100;
    return (double)b->loose <= most + DEVIATIONS * sqrt(most);
}

static void check_schemas(bench *b)
{
    unsigned long first = number_of("TENON_SEED", 1), rounds = number_of("TENON_ROUNDS", ROUNDS);
    for (unsigned long i = 0; i < rounds; i++)
        check_schema(b, first + i);
    printf("%zu queries, %zu ran; of %zu columns %zu are nullable and never NULL: %.2f %%\n",
           b->queries, b->run, b->columns, b->loose,
           100.0 * (double)b->loose / (double)(b->columns ? b->columns : 1));
    assert_true(b->run * 100 >= b->queries * LEAST_UNDERSTOOD);
    assert_true(is_tight(b));
    catalogue_free(b->database);
}

static void random_queries_on_postgres_keep_the_promise(void **state)
{
    (void)state;
    bench b = {.url = testdb_create("random_nullability")};
    b.postgres = PQconnectdb(b.url);
    assert_int_equal(PQstatus(b.postgres), CONNECTION_OK);
    PGresult *result = PQexec(b.postgres, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET"
                                          " search_path = d0', current_database()); END $$");
    assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    check_schemas(&b);
    PQfinish(b.postgres);
}

static void random_queries_on_sqlite_keep_the_promise(void **state)
{
    (void)state;
    bench b = {.is_sqlite = true, .url = testdb_sqlite_url()};
    check_schemas(&b);
    for (size_t i = 0; i < FILLINGS; i++)
        sqlite3_close(b.fillings[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_queries_on_sqlite_keep_the_promise),
        cmocka_unit_test(random_queries_on_postgres_keep_the_promise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
