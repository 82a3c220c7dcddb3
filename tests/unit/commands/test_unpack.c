/* `tenon unpack`: packed arrays as people and other programs read them. */
#include "in_folder.h"

#include <math.h>

#include <tenon/codec.h>

#include "testdb.h"

/* In hexadecimal digits, until the next call. */
static const char *pack(tenon_array_type type, const void *items, size_t count,
                        const uint8_t *validity)
{
    static char text[4096];
    const tenon_array array = {type, items, count, validity};
    tenon_packed packed;
    assert_true(tenon_pack(&array, NULL, &packed, NULL));
    assert_true(2 * packed.length < sizeof text);
    for (size_t i = 0; i < packed.length; i++)
        sprintf(text + 2 * i, "%02x", ((const unsigned char *)packed.data)[i]);
    tenon_packed_free(&packed);
    return text;
}

static void check_unpacks(const char *options, const char *hexadecimal, const char *expected)
{
    char line[8192];
    snprintf(line, sizeof line, "echo '%s' | $tenon unpack %s", hexadecimal, options);
    assert_int_equal(run(line), 0);
    assert_string_equal(output, expected);
}

static void every_type_is_printed(void **state)
{
    const int8_t tiny[] = {-128, 127};
    const uint64_t large[] = {0, UINT64_MAX};
    const int64_t times[] = {0, 1700000000123456};
    const double reals[] = {0.1, NAN, -INFINITY, 1e300};
    const float floats[] = {0.1f, 3};
    const bool truths[] = {true, false};
    const char *const texts[] = {"a\"b", "grüße, ja"};
    const tenon_uuid ids[] = {{1, 2}};
    const tenon_bytes bytes[] = {{2, "\x01\xff"}, {0, ""}};
    const tenon_date days[] = {{0}};
    const uint8_t validity[] = {2};
    check_unpacks("", pack(TENON_ARRAY_INT8, tiny, 2, NULL), "[-128,127]\n");
    check_unpacks("", pack(TENON_ARRAY_INT8, tiny, 0, NULL), "[]\n");
    check_unpacks("", pack(TENON_ARRAY_UINT64, large, 2, NULL), "[0,18446744073709551615]\n");
    check_unpacks("", pack(TENON_ARRAY_DOUBLE, reals, 4, NULL),
                  "[0.1,\"NaN\",\"-Infinity\",1e+300]\n");
    check_unpacks("", pack(TENON_ARRAY_FLOAT, floats, 2, NULL), "[0.1,3]\n");
    check_unpacks("", pack(TENON_ARRAY_BOOL, truths, 2, NULL), "[true,false]\n");
    check_unpacks("", pack(TENON_ARRAY_TEXT, texts, 2, NULL), "[\"a\\\"b\",\"grüße, ja\"]\n");
    check_unpacks("--csv", pack(TENON_ARRAY_TEXT, texts, 2, NULL), "\"a\"\"b\",\"grüße, ja\"\n");
    check_unpacks("", pack(TENON_ARRAY_BYTES, bytes, 2, NULL), "[\"01ff\",\"\"]\n");
    check_unpacks("", pack(TENON_ARRAY_UUID, ids, 1, NULL),
                  "[\"00000000-0000-0001-0000-000000000002\"]\n");
    check_unpacks("", pack(TENON_ARRAY_DATE, days, 1, NULL), "[\"1970-01-01\"]\n");
    check_unpacks("", pack(TENON_ARRAY_TIME, times, 2, NULL),
                  "[\"1970-01-01T00:00:00.000000Z\",\"2023-11-14T22:13:20.123456Z\"]\n");
    check_unpacks("", pack(TENON_ARRAY_INT8, tiny, 2, validity), "[null,127]\n");
    check_unpacks("--csv", pack(TENON_ARRAY_INT8, tiny, 2, validity), ",127\n");
}

static void arrays_come_from_files_and_in_base64(void **state)
{
    const int32_t numbers[] = {1, 2, 3};
    const tenon_array array = {TENON_ARRAY_INT32, numbers, 3, NULL};
    char line[8192];
    tenon_packed as_it_is;
    assert_true(tenon_pack(&array, NULL, &as_it_is, NULL));
    FILE *file = fopen(path_of("one"), "wb");
    assert_int_equal(fwrite(as_it_is.data, 1, as_it_is.length, file), as_it_is.length);
    fclose(file);
    tenon_packed_free(&as_it_is);
    assert_int_equal(run("$tenon unpack one"), 0);
    assert_string_equal(output, "[1,2,3]\n");
    assert_int_equal(run("base64 -w0 one | $tenon unpack --base64"), 0);
    assert_string_equal(output, "[1,2,3]\n");
    snprintf(line, sizeof line, "printf '\\\\x%s\\n\\n' | $tenon unpack -",
             pack(TENON_ARRAY_INT32, numbers, 3, NULL));
    assert_int_equal(run(line), 0);
    assert_string_equal(output, "[1,2,3]\nnull\n");
}

static void what_is_wrong_is_said(void **state)
{
    assert_int_equal(run("echo zz | $tenon unpack"), 1);
    check_said("not a packed array in hexadecimal digits");
    assert_int_equal(run("echo 544e4101ff | $tenon unpack"), 1);
    check_said("tenon: ");
    assert_int_equal(run("$tenon unpack nowhere"), 1);
    check_said("cannot read nowhere: No such file or directory");
    assert_int_equal(run("$tenon unpack --url sqlite:x"), 2);
    check_said("belong together");
}

/* Without a schema. */
static void check_column(const char *url, bool is_sqlite)
{
    const int32_t numbers[] = {1, 2, 3};
    char sql[8192], line[1024];
    snprintf(sql, sizeof sql,
             is_sqlite ? "CREATE TABLE \"A b\" (\"x y\" BLOB); "
                         "INSERT INTO \"A b\" VALUES (x'%s'), (NULL)"
                       : "CREATE TABLE \"A b\" (\"x y\" BYTEA); "
                         "INSERT INTO \"A b\" VALUES ('\\x%s'), (NULL)",
             pack(TENON_ARRAY_INT32, numbers, 3, NULL));
    testdb_run(url, sql);
    snprintf(line, sizeof line, "$tenon unpack --url '%s' --table 'A b' --column 'x y'", url);
    assert_int_equal(run(line), 0);
    assert_string_equal(output, "[1,2,3]\nnull\n");
}

static void a_column_is_read_on_postgresql(void **state)
{
    check_column(testdb_create("unpack"), false);
}

static void a_column_is_read_on_sqlite(void **state)
{
    check_column(testdb_sqlite_url(), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(every_type_is_printed),
        TEST_IN_FOLDER(arrays_come_from_files_and_in_base64),
        TEST_IN_FOLDER(what_is_wrong_is_said),
        TEST_IN_FOLDER(a_column_is_read_on_postgresql),
        TEST_IN_FOLDER(a_column_is_read_on_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
