/* The texts of values against a PostgreSQL server's: it reads what is written here as the same
 * value, and what it prints is read here; it sorts numbers as they are sorted here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include <libpq-fe.h>

#include "core/core.h"
#include "generator.h"
#include "testdb.h"

enum { ROUNDS = 10000, BATCH = 1000 };

#define DAY_US INT64_C(86400000000)

static PGconn *connection;

static int connect_to_server(void **state)
{
    connection = PQconnectdb(testdb_create("server_text"));
    PQclear(PQexec(connection, "SET timezone = 'Asia/Kolkata'"));
    return PQstatus(connection) == CONNECTION_OK ? 0 : -1;
}

static int disconnect(void **state)
{
    PQfinish(connection);
    return 0;
}

/* Sends `{a,b,…}` as $1 of a query and expects BATCH rows. */
static PGresult *ask(const char *sql, tenon__buf *array)
{
    tenon__buf_char(array, '}');
    const char *values[] = {tenon__buf_string(array)};
    PGresult *result = PQexecParams(connection, sql, 1, NULL, values, NULL, NULL, 0);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s", PQresultErrorMessage(result));
    assert_int_equal(PQntuples(result), BATCH);
    return result;
}

static void add_item(tenon__buf *array, const char *text)
{
    tenon__buf_format(array, "%c\"%s\"", array->length ? ',' : '{', text);
}

typedef size_t formatter(int64_t value, char *text, size_t size);
typedef bool reader(const char *text, int64_t *value);

typedef struct value_kind {
    const char
        *sql; /* row by row: the value as the server computes it in whole units, and prints it */
    formatter *format;
    reader *read;
    int64_t least, most;
} value_kind;

static void compare_batch(const value_kind *kind, generator *g)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf array = {0};
    int64_t values[BATCH], again;
    for (size_t i = 0; i < BATCH; i++) {
        char text[TENON_TIME_TEXT_SIZE];
        values[i] = generator_between(g, kind->least, kind->most);
        kind->format(values[i], text, sizeof text);
        add_item(&array, text);
    }
    PGresult *result = ask(kind->sql, &array);
    for (int i = 0; i < BATCH; i++) {
        if (strtoll(PQgetvalue(result, i, 0), NULL, 10) != values[i])
            fail_msg("%lld is %s", (long long)values[i], PQgetvalue(result, i, 0));
        if (!kind->read(PQgetvalue(result, i, 1), &again) || again != values[i])
            fail_msg("%lld is printed as %s", (long long)values[i], PQgetvalue(result, i, 1));
    }
    PQclear(result);
}

static void compare_with_server(const value_kind *kind)
{
    generator g = {17};
    for (int i = 0; i < ROUNDS / BATCH; i++)
        compare_batch(kind, &g);
}

static size_t format_time(int64_t value, char *text, size_t size)
{
    return tenon_time_format((tenon_time){value}, text, size);
}

static bool read_time(const char *text, int64_t *value)
{
    tenon_time time = {0};
    bool is_read = tenon_time_parse(text, &time, NULL);
    *value = time.us;
    return is_read;
}

static void ten_thousand_times_agree_with_the_server(void **state)
{
    const value_kind kind = {
        .sql =
            "SELECT (extract(epoch from t) * 1000000)::bigint, t FROM unnest($1::timestamptz[]) t",
        .format = format_time,
        .read = read_time,
        .least = -2440588 * DAY_US,
        .most = INT64_MAX - 1,
    };
    value_kind recent = kind;
    recent.least = -36500 * DAY_US;
    recent.most = 36500 * DAY_US;
    compare_with_server(&kind);
    compare_with_server(&recent);
}

static size_t format_date(int64_t value, char *text, size_t size)
{
    return tenon_date_format((tenon_date){(int32_t)value}, text, size);
}

static bool read_date(const char *text, int64_t *value)
{
    tenon_date date = {0};
    bool is_read = tenon_date_parse(text, &date, NULL);
    *value = date.days;
    return is_read;
}

static void ten_thousand_dates_agree_with_the_server(void **state)
{
    const value_kind kind = {
        .sql = "SELECT d - '1970-01-01'::date, d FROM unnest($1::date[]) d",
        .format = format_date,
        .read = read_date,
        .least = -2440588,
        .most = 2145042905,
    };
    compare_with_server(&kind);
}

static size_t format_clock(int64_t value, char *text, size_t size)
{
    return tenon_clock_format((tenon_clock){value}, text, size);
}

static bool read_clock(const char *text, int64_t *value)
{
    tenon_clock clock = {0};
    bool is_read = tenon_clock_parse(text, &clock, NULL);
    *value = clock.us;
    return is_read;
}

static void ten_thousand_times_of_day_agree_with_the_server(void **state)
{
    const value_kind kind = {
        .sql = "SELECT (extract(epoch from t) * 1000000)::bigint, t FROM unnest($1::time[]) t",
        .format = format_clock,
        .read = read_clock,
        .least = 0,
        .most = DAY_US,
    };
    compare_with_server(&kind);
}

/* Every offset from -15:59:59 to +15:59:59 in turn, as one number: seconds east of UTC. */
static size_t format_offset(int64_t value, char *text, size_t size)
{
    return tenon_clock_tz_format((tenon_clock_tz){1, (int32_t)value}, text, size);
}

static bool read_offset(const char *text, int64_t *value)
{
    tenon_clock_tz clock = {0, 0};
    bool is_read = tenon_clock_tz_parse(text, &clock, NULL);
    *value = clock.offset_seconds;
    return is_read && clock.us == 1;
}

static void ten_thousand_offsets_agree_with_the_server(void **state)
{
    const value_kind kind = {
        .sql = "SELECT extract(timezone from t)::bigint, t FROM unnest($1::timetz[]) t",
        .format = format_offset,
        .read = read_offset,
        .least = -57599,
        .most = 57599,
    };
    compare_with_server(&kind);
}

static void add_number(tenon__buf *array, generator *g)
{
    static const char *const special[] = {"NaN", "Infinity", "-Infinity", "0", "-0.00"};
    char text[120];
    if (generator_below(g, 50) == 0) {
        add_item(array, special[generator_below(g, TENON__COUNT(special))]);
        return;
    }
    int whole = (int)generator_below(g, 30), fraction = (int)generator_below(g, 30);
    snprintf(text, sizeof text, "%s%0*llu.%0*llu", generator_below(g, 2) ? "-" : "", whole + 1,
             (unsigned long long)generator_next(g) >> generator_below(g, 64), fraction + 1,
             (unsigned long long)generator_next(g) >> generator_below(g, 64));
    add_item(array, text);
}

/* Neighbours in the server's order are in the same order here, by comparison and as sortable
 * texts. */
static void check_neighbours(const char *a, const char *b, bool are_equal)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf a_key = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf b_key = {0};
    int order = tenon_decimal_compare((tenon_decimal){0, a}, (tenon_decimal){0, b});
    assert_int_equal(order, are_equal ? 0 : -1);
    assert_true(tenon__decimal_to_sortable(a, strlen(a), &a_key));
    assert_true(tenon__decimal_to_sortable(b, strlen(b), &b_key));
    if (!are_equal && strcmp(a_key.data, b_key.data) >= 0)
        fail_msg("%s and %s sort as %s and %s", a, b, a_key.data, b_key.data);
}

static void ten_thousand_numbers_are_sorted_as_the_server_sorts_them(void **state)
{
    generator g = {18};
    for (int round = 0; round < ROUNDS / BATCH; round++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf array = {0};
        for (int i = 0; i < BATCH; i++)
            add_number(&array, &g);
        PGresult *result =
            ask("SELECT n, n = lag(n) OVER (ORDER BY n) FROM unnest($1::numeric[]) n "
                "ORDER BY n",
                &array);
        for (int i = 1; i < BATCH; i++)
            check_neighbours(PQgetvalue(result, i - 1, 0), PQgetvalue(result, i, 0),
                             PQgetvalue(result, i, 1)[0] == 't');
        PQclear(result);
    }
}

static tenon_interval any_interval(generator *g)
{
    return (tenon_interval){(int32_t)generator_between(g, -20, 20),
                            (int32_t)generator_between(g, -600, 600),
                            generator_between(g, -40, 40) * (DAY_US / 2)};
}

/* Small ones, of which many are equal without being the same. */
static void ten_thousand_intervals_are_sorted_as_the_server_sorts_them(void **state)
{
    generator g = {19};
    PQclear(PQexec(connection, "SET intervalstyle = iso_8601"));
    for (int round = 0; round < ROUNDS / BATCH; round++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf array = {0};
        char text[TENON_INTERVAL_TEXT_SIZE];
        for (int i = 0; i < BATCH; i++) {
            tenon_interval_format(any_interval(&g), text, sizeof text);
            add_item(&array, text);
        }
        PGresult *result = ask("SELECT i, i = lag(i) OVER (ORDER BY i) "
                               "FROM unnest($1::interval[]) i ORDER BY i",
                               &array);
        for (int i = 1; i < BATCH; i++) {
            tenon_interval a, b;
            assert_true(tenon_interval_parse(PQgetvalue(result, i - 1, 0), &a, NULL));
            assert_true(tenon_interval_parse(PQgetvalue(result, i, 0), &b, NULL));
            bool are_equal = PQgetvalue(result, i, 1)[0] == 't';
            assert_int_equal(tenon_interval_compare(a, b), are_equal ? 0 : -1);
        }
        PQclear(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_times_agree_with_the_server),
        cmocka_unit_test(ten_thousand_dates_agree_with_the_server),
        cmocka_unit_test(ten_thousand_times_of_day_agree_with_the_server),
        cmocka_unit_test(ten_thousand_offsets_agree_with_the_server),
        cmocka_unit_test(ten_thousand_numbers_are_sorted_as_the_server_sorts_them),
        cmocka_unit_test(ten_thousand_intervals_are_sorted_as_the_server_sorts_them),
    };
    return cmocka_run_group_tests(tests, connect_to_server, disconnect);
}
