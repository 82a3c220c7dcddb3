/* Columns in the hands of a real reader of Arrow: DuckDB takes them as a table. It is asked the
 * same questions as the database that they came from, and then for each value of every type, alone
 * and in lists, which has to be the one of the columns. Its library stands where TENON_DUCKDB says;
 * `make arrow` fetches it. Of its C interface only what is used is declared here. */
#include "unit/model/both.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tenon/arrow.h>
#include <tenon/test.h>

enum { ROWS = 3000, FEW = 240, CHUNK = 70, SQL_BYTES = 1000 };

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
    void *db, *connection;
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

static duckdb_result run(const char *sql)
{
    duckdb_result result = {0};
    if (duckdb.query(duckdb.connection, sql, &result) != 0)
        fail_msg("%s: %s", sql, duckdb.error(&result));
    return result;
}

/* What one question gives, in DuckDB's own spelling; "" for NULL. */
static void ask(const char *sql, char *out, size_t size)
{
    duckdb_result result = run(sql);
    char *text = duckdb.value(&result, 0, 0);
    snprintf(out, size, "%s", text ? text : "");
    duckdb.free(text);
    duckdb.destroy(&result);
}

/* A database with the rows of the stream as table t. */
static void open_duckdb(both *b, tenon_stream *rows, size_t chunk_rows)
{
    const tenon_columns_options options = {.chunk_rows = chunk_rows};
    struct ArrowArrayStream stream;
    char unused[64];
    assert_sound(b->session);
    assert_true(tenon_columns_export_stream(tenon_columns_open(rows, &options), &stream));
    assert_int_equal(duckdb.open(NULL, &duckdb.db), 0);
    assert_int_equal(duckdb.connect(duckdb.db, &duckdb.connection), 0);
    assert_int_equal(duckdb.scan(duckdb.connection, "arrow", &stream), 0);
    ask("CREATE TABLE t AS SELECT * FROM arrow", unused, sizeof unused);
    if (stream.release)
        stream.release(&stream);
    assert_sound(b->session);
}

static void close_duckdb(void)
{
    duckdb.disconnect(&duckdb.connection);
    duckdb.close(&duckdb.db);
}

/* ---- questions ------------------------------------------------------------------------------- */

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

static void compare(both *b)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        char sql[256], found[256];
        write_question(sql, sizeof sql, i, "t");
        ask(sql, found, sizeof found);
        write_question(sql, sizeof sql, i, "\"Everything\"");
        const char *expected = both_value(b, sql);
        if (strcmp(found, expected ? expected : "") != 0)
            fail_msg("%s: DuckDB says %s, the database %s", sql, found, expected);
    }
}

static void fill(both *b, const tenon_model *model, uint64_t count)
{
    static const tenon_fake_options wild = {
        .seed = 3, .text_most = 60, .bytes_most = 90, .list_most = 7};
    for (uint64_t n = 0; n < count; n++)
        assert_non_null(tenon_fake_create(b->session, model, &wild, n, NULL));
    tenon_session_reset(b->session);
}

static void duckdb_reads_what_the_database_holds(void **state)
{
    both *b = *state;
    fill(b, &everything_model, ROWS);
    EverythingStream rows = everything_stream_open(
        b->session,
        .select = {EVERYTHING_ID, EVERYTHING_FLAG, EVERYTHING_SMALL, EVERYTHING_NUMBER,
                   EVERYTHING_BIG, EVERYTHING_REAL, EVERYTHING_PRECISE, EVERYTHING_PRICE,
                   EVERYTHING_TEXT, EVERYTHING_BLOB, EVERYTHING_UUID, EVERYTHING_STAMP,
                   EVERYTHING_DAY, EVERYTHING_SPAN, EVERYTHING_ROLE, EVERYTHING_MONEY});
    open_duckdb(b, rows.stream, 700);
    compare(b);
    close_duckdb();
}

/* ---- each value ------------------------------------------------------------------------------ */

/* What a column is to DuckDB, and a question that tells a value x of it exactly. */
static const struct {
    const char *type, *question;
} forms[] = {
    [TENON_COLUMN_BOOL] = {"BOOLEAN", "CAST(x AS tinyint)"},
    [TENON_COLUMN_INT16] = {"SMALLINT", "x"},
    [TENON_COLUMN_INT32] = {"INTEGER", "x"},
    [TENON_COLUMN_INT64] = {"BIGINT", "x"},
    [TENON_COLUMN_FLOAT] = {"FLOAT", "x"},
    [TENON_COLUMN_DOUBLE] = {"DOUBLE", "x"},
    [TENON_COLUMN_DECIMAL] = {"DECIMAL(", "CAST(replace(CAST(x AS varchar), '.', '') AS bigint)"},
    [TENON_COLUMN_TEXT] = {"VARCHAR", "hex(encode(CAST(x AS varchar)))"},
    [TENON_COLUMN_BYTES] = {"BLOB", "hex(x)"},
    [TENON_COLUMN_UUID] = {"UUID", "upper(replace(CAST(x AS varchar), '-', ''))"},
    [TENON_COLUMN_TIME] = {"TIMESTAMP WITH TIME ZONE", "epoch_us(x)"},
    [TENON_COLUMN_DATE] = {"DATE", "x - DATE '1970-01-01'"},
    [TENON_COLUMN_CLOCK] = {"TIME", "date_diff('microseconds', TIME '00:00:00', x)"},
    [TENON_COLUMN_INTERVAL] = {"INTERVAL",
                               "(datepart('year', x) * 12 + datepart('month', x)) || ' ' || "
                               "datepart('day', x) || ' ' || (datepart('hour', x) * 3600000000 + "
                               "datepart('minute', x) * 60000000 + datepart('microsecond', x))"},
    [TENON_COLUMN_ENUM] = {"VARCHAR", "x"},
};

static void write_hex(char *out, const uint8_t *data, size_t length)
{
    *out = '\0';
    for (size_t i = 0; i < length; i++)
        out += sprintf(out, "%02X", data[i]);
}

/* What DuckDB should say. */
static void write_value(const tenon_column *c, size_t i, char *out, size_t size)
{
    tenon_bytes bytes;
    switch (c->form) {
    case TENON_COLUMN_BOOL:
        snprintf(out, size, "%d", tenon_column_bool(c, i));
        return;
    case TENON_COLUMN_INT16:
        snprintf(out, size, "%d", c->as.int16[i]);
        return;
    case TENON_COLUMN_INT32:
        snprintf(out, size, "%d", c->as.int32[i]);
        return;
    case TENON_COLUMN_INT64:
    case TENON_COLUMN_TIME:
    case TENON_COLUMN_CLOCK:
        snprintf(out, size, "%lld", (long long)c->as.int64[i]);
        return;
    case TENON_COLUMN_DATE:
        snprintf(out, size, "%d", c->as.dates[i].days);
        return;
    case TENON_COLUMN_DECIMAL:
        snprintf(out, size, "%lld", (long long)c->as.decimals[i].low);
        return;
    case TENON_COLUMN_TEXT:
    case TENON_COLUMN_BYTES:
        bytes = tenon_column_bytes(c, i);
        assert_true(bytes.len < size / 2);
        write_hex(out, bytes.data, bytes.len);
        return;
    case TENON_COLUMN_UUID:
        write_hex(out, c->as.uuids[i], sizeof *c->as.uuids);
        return;
    case TENON_COLUMN_INTERVAL:
        snprintf(out, size, "%d %d %lld", c->as.intervals[i].months, c->as.intervals[i].days,
                 (long long)c->as.intervals[i].us);
        return;
    case TENON_COLUMN_ENUM:
        snprintf(out, size, "%s", c->enumeration->values[c->as.int16[i]]);
        return;
    default:
        fail_msg("%s: no such form", c->name);
    }
}

static bool is_number(double number, const char *found)
{
    double other = strtod(found, NULL);
    return isnan(number) ? isnan(other) : number == other;
}

/* Numbers with a fraction have many spellings. */
static bool is_same(const tenon_column *c, size_t i, const char *found)
{
    char expected[SQL_BYTES];
    if (c->form == TENON_COLUMN_FLOAT)
        return (double)c->as.float32[i] == (double)strtof(found, NULL) ||
               is_number((double)c->as.float32[i], found);
    if (c->form == TENON_COLUMN_DOUBLE)
        return is_number(c->as.float64[i], found);
    write_value(c, i, expected, sizeof expected);
    return strcmp(found, expected) == 0;
}

static void assert_value(const tenon_column *c, size_t i, const char *found)
{
    char expected[SQL_BYTES] = "a number";
    if (tenon_column_is_null(c, i) ? !found : found && is_same(c, i, found))
        return;
    if (c->form != TENON_COLUMN_FLOAT && c->form != TENON_COLUMN_DOUBLE)
        write_value(c, i, expected, sizeof expected);
    fail_msg("%s, value %zu: DuckDB says %s instead of %s", c->name, i, found ? found : "NULL",
             tenon_column_is_null(c, i) ? "NULL" : expected);
}

static void compare_values(const tenon_column *c, const char *sql)
{
    duckdb_result result = run(sql);
    for (size_t i = 0; i < c->count; i++) {
        char *found = duckdb.value(&result, 0, i);
        assert_value(c, i, found);
        duckdb.free(found);
    }
    duckdb.destroy(&result);
}

static void compare_lengths(const tenon_column *c)
{
    char sql[SQL_BYTES];
    snprintf(sql, sizeof sql, "SELECT len(\"%s\") FROM t ORDER BY id", c->name);
    duckdb_result result = run(sql);
    for (size_t i = 0; i < c->count; i++) {
        char *found = duckdb.value(&result, 0, i);
        assert_non_null(found);
        assert_int_equal(strtol(found, NULL, 10), c->offsets[i + 1] - c->offsets[i]);
        duckdb.free(found);
    }
    duckdb.destroy(&result);
}

static const char *type_of(const tenon_column *c)
{
    return c->form == TENON_COLUMN_TEXT && c->field->kind == TENON_KIND_JSON ? "JSON"
                                                                             : forms[c->form].type;
}

static void compare_type(const tenon_column *c)
{
    const tenon_column *of_value = c->items ? c->items : c;
    char sql[SQL_BYTES], found[256];
    snprintf(sql, sizeof sql,
             "SELECT data_type FROM duckdb_columns() WHERE table_name = 't' AND column_name = '%s'",
             c->name);
    ask(sql, found, sizeof found);
    const char *expected = type_of(of_value);
    if (strncmp(found, expected, strlen(expected)) != 0 || !strstr(found, "[]") != !c->items)
        fail_msg("%s is %s, not %s", c->name, found, expected);
}

static void compare_column(const tenon_column *c)
{
    char sql[SQL_BYTES];
    compare_type(c);
    if (!c->items) {
        snprintf(sql, sizeof sql, "SELECT %s FROM (SELECT id, \"%s\" AS x FROM t) ORDER BY id",
                 forms[c->form].question, c->name);
        compare_values(c, sql);
        return;
    }
    compare_lengths(c);
    snprintf(sql, sizeof sql,
             "SELECT %s FROM (SELECT id, unnest(\"%s\") AS x, generate_subscripts(\"%s\", 1) AS "
             "i FROM t) ORDER BY id, i",
             forms[c->items->form].question, c->name, c->name);
    compare_values(c->items, sql);
}

static void compare_columns(const tenon_columns *c)
{
    char found[32], expected[32];
    ask("SELECT count(*) FROM t", found, sizeof found);
    snprintf(expected, sizeof expected, "%zu", tenon_columns_count(c));
    assert_string_equal(found, expected);
    for (size_t i = 0; i < tenon_columns_width(c); i++)
        compare_column(tenon_columns_at(c, i));
}

/* ---- of every type --------------------------------------------------------------------------- */

/* But a time with an offset, which Arrow does not know. */
#define OF_EVERYTHING                                                                              \
    .select = {EVERYTHING_ID,    EVERYTHING_FLAG,    EVERYTHING_SMALL,   EVERYTHING_NUMBER,        \
               EVERYTHING_BIG,   EVERYTHING_REAL,    EVERYTHING_PRECISE, EVERYTHING_PRICE,         \
               EVERYTHING_TEXT,  EVERYTHING_LABEL,   EVERYTHING_CODE,    EVERYTHING_DATA,          \
               EVERYTHING_RAW,   EVERYTHING_BLOB,    EVERYTHING_UUID,    EVERYTHING_STAMP,         \
               EVERYTHING_DAY,   EVERYTHING_INSTANT, EVERYTHING_CLOCK,   EVERYTHING_SPAN,          \
               EVERYTHING_ROLE,  EVERYTHING_MONEY,   EVERYTHING_BITS,    EVERYTHING_ADDRESS,       \
               EVERYTHING_MARKUP},                                                                 \
    .order_by = {ASC(EVERYTHING_ID)}

#define OF_ARRAYS                                                                                  \
    .select = {ARRAYS_ID,     ARRAYS_FLAGS,    ARRAYS_SMALLS, ARRAYS_NUMBERS,   ARRAYS_BIGS,       \
               ARRAYS_REALS,  ARRAYS_PRECISES, ARRAYS_PRICES, ARRAYS_TEXTS,     ARRAYS_LABELS,     \
               ARRAYS_CODES,  ARRAYS_DATAS,    ARRAYS_RAWS,   ARRAYS_BLOBS,     ARRAYS_UUIDS,      \
               ARRAYS_STAMPS, ARRAYS_INSTANTS, ARRAYS_DAYS,   ARRAYS_CLOCKS,    ARRAYS_SPANS,      \
               ARRAYS_ROLES,  ARRAYS_MONIES,   ARRAYS_BITSS,  ARRAYS_ADDRESSES, ARRAYS_MARKUPS},   \
    .order_by = {ASC(ARRAYS_ID)}

static void compare_everything(both *b)
{
    tenon_columns *c = TENON_COLUMNS(b->session, everything_find_many(b->session, OF_EVERYTHING));
    assert_sound(b->session);
    open_duckdb(b, everything_stream_open(b->session, OF_EVERYTHING).stream, CHUNK);
    compare_columns(c);
    close_duckdb();
    tenon_columns_free(c);
}

/* The first row has no value but its id, and each column is NULL in one row besides. */
static void make_nulls(both *b)
{
    for (uint32_t i = 0; i < everything_model.field_count; i++) {
        const tenon_field *field = &everything_model.fields[i];
        char sql[256];
        if (!(field->flags & TENON_FIELD_NULLABLE))
            continue;
        snprintf(sql, sizeof sql,
                 "UPDATE \"Everything\" SET \"%s\" = NULL WHERE id IN (SELECT min(id) FROM "
                 "\"Everything\" UNION ALL SELECT min(id) + %u FROM \"Everything\")",
                 field->column, i + 1);
        both_sql(b, sql);
    }
}

static void each_value_of_every_type_is_the_same(void **state)
{
    both *b = *state;
    fill(b, &everything_model, FEW);
    make_nulls(b);
    both_sql(b, "UPDATE \"Everything\" SET clock = '23:59:59.999999' WHERE clock >= '24:00'");
    compare_everything(b);
}

static void each_element_of_a_list_of_every_type_is_the_same(void **state)
{
    both *b = *state;
    fill(b, &arrays_model, FEW);
    both_sql(b, b->is_sqlite ? "UPDATE \"Arrays\" SET clocks = replace(clocks, '24:00:00.000000',"
                               " '23:59:59.999999')"
                             : "UPDATE \"Arrays\" SET clocks = array_replace(clocks, '24:00',"
                               " '23:59:59.999999')");
    tenon_columns *c = TENON_COLUMNS(b->session, arrays_find_many(b->session, OF_ARRAYS));
    assert_sound(b->session);
    open_duckdb(b, arrays_stream_open(b->session, OF_ARRAYS).stream, CHUNK);
    compare_columns(c);
    close_duckdb();
    tenon_columns_free(c);
}

static void no_rows_have_their_types(void **state)
{
    compare_everything(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(duckdb_reads_what_the_database_holds),
        ON_BOTH(each_value_of_every_type_is_the_same),
        ON_BOTH(each_element_of_a_list_of_every_type_is_the_same),
        ON_BOTH(no_rows_have_their_types),
    };
    load_duckdb();
    return both_run(tests);
}
