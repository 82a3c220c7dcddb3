/* Lists that become packed (@tenon.compress) and lists again: by `migrate dev`, `deploy`,
 * `rollback` and `db push`, on both databases, with rows. */
#include "in_folder.h"

#include "testdb.h"

#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tenon/migrate.h>
#include <tenon/session.h>

static const char *url;
static bool is_sqlite;

static int open_postgresql(void **state)
{
    url = testdb_create("pack");
    is_sqlite = false;
    return setenv("url", url, 1) || make_folder(state);
}

static int open_sqlite(void **state)
{
    url = testdb_sqlite_url();
    is_sqlite = true;
    return setenv("url", url, 1) || make_folder(state);
}

static void do_well(const char *line)
{
    if (run(line) != 0)
        fail_msg("%s: %s", line, output);
}

static void check_value(const char *sql, const char *expected)
{
    const char *value = testdb_value(url, sql);
    assert_string_equal(value ? value : "", expected);
}

/* A schema of SQLite has no lists: one of PostgreSQL is used for both. */
static void write_schema(const char *word)
{
    static const char *const fields[] = {
        "flags Boolean[]",  "small Int[] @db.SmallInt", "numbers Int[]",
        "large BigInt[]",   "singles Float[] @db.Real", "values Float[]",
        "times DateTime[]", "names String[]",           "data Bytes[]"};
    char text[2048];
    int length = snprintf(text, sizeof text,
                          "datasource db {\n  provider = \"postgresql\"\n  url = env(\"url\")\n}\n"
                          "model Series {\n  id Int @id\n  note String?\n");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        length +=
            snprintf(text + length, sizeof text - (size_t)length, "  %s\n  %s\n", word, fields[i]);
    snprintf(text + length, sizeof text - (size_t)length, "}\n");
    write_file("schema.prisma", text);
}

static const char fill_postgresql[] =
    "INSERT INTO \"Series\" SELECT i, 'n', ARRAY[true, false], ARRAY[i, -i], ARRAY[i, 2147483647],"
    " ARRAY[9223372036854775807, -i], ARRAY[1.5, 'NaN'], ARRAY[i / 3.0::float8, 'Infinity', '-0'],"
    " ARRAY['2020-01-02 03:04:05.678'::timestamp, 'epoch'], ARRAY['a,\"b', 'grün', ''],"
    " ARRAY['\\x00ff'::bytea, '\\x'] FROM generate_series(1, 150) i;"
    "INSERT INTO \"Series\" (id) VALUES (1000);"
    "INSERT INTO \"Series\" VALUES (1001, 'e', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', "
    "'{}')";
static const char fill_sqlite[] =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)"
    " INSERT INTO Series SELECT i, 'n', '[true,false]', '[1,-1]', '[' || i || ',2147483647]',"
    " '[9223372036854775807]', '[1.5]', '[0.1,' || i || '.25]', '[1577934245678,0]',"
    " '[\"a,b\",\"grün\",\"\"]', '[\"00ff\",\"\"]' FROM n;"
    "INSERT INTO Series (id) VALUES (1000);"
    "INSERT INTO Series VALUES (1001, 'e', '[]', '[]', '[]', '[]', '[]', '[]', '[]', '[]', '[]')";

/* All that stands in the table; the order of columns does not count. */
static char *contents(void)
{
    const char *value = testdb_value(
        url,
        is_sqlite
            ? "SELECT group_concat(id || coalesce(flags || small || numbers || large || singles ||"
              " [values] || times || names || data, '-'), char(10)) FROM Series"
            : "SELECT string_agg((to_jsonb(s) || jsonb_build_object('v', values::text, 's',"
              " singles::text))::text, chr(10) ORDER BY id) FROM \"Series\" s");
    return strdup(value ? value : "");
}

static void begin_with_rows(void)
{
    write_schema("");
    do_well("$tenon migrate dev --name init schema.prisma");
    testdb_run(url, is_sqlite ? fill_sqlite : fill_postgresql);
}

static void check_packed(void)
{
    check_value(is_sqlite ? "SELECT count(*) FROM Series WHERE hex(substr([values], 1, 4)) = "
                            "'544E4101' AND typeof(names) = 'blob'"
                          : "SELECT count(*) FROM \"Series\" WHERE substr(\"values\", 1, 4) = "
                            "'\\x544e4101' AND pg_typeof(names) = 'bytea'::regtype",
                "151");
    do_well("$tenon unpack --url \"$url\" --table Series --column large");
    check_said("9223372036854775807");
}

static void values_are_packed_and_come_back(void **state)
{
    (void)state;
    begin_with_rows();
    char *before = contents();
    write_schema("/// @tenon.compress");
    do_well("$tenon migrate dev --name pack schema.prisma");
    check_said("packed Series.values: 151 rows");
    check_packed();
    do_well("$tenon migrate status schema.prisma");
    do_well("$tenon migrate diff --from-url \"$url\" --to-schema schema.prisma --exit-code");
    do_well("$tenon migrate rollback --accept-data-loss schema.prisma");
    check_said("unpacked Series.values: 151 rows");
    char *after = contents();
    assert_string_equal(after, before);
    do_well("$tenon migrate deploy schema.prisma");
    check_packed();
    free(before);
    free(after);
}

/* The word goes: the same the other way round, and the way back of that. */
static void a_packed_column_becomes_a_list(void **state)
{
    (void)state;
    begin_with_rows();
    char *before = contents();
    write_schema("/// @tenon.compress");
    do_well("$tenon db push schema.prisma");
    check_packed();
    write_schema("");
    do_well("$tenon db push schema.prisma");
    char *after = contents();
    assert_string_equal(after, before);
    do_well("$tenon migrate status schema.prisma");
    free(before);
    free(after);
}

static const char simple[] =
    "datasource db {\n  provider = \"postgresql\"\n  url = env(\"url\")\n}\n"
    "model Series {\n  id Int @id\n  %s\n  values %s[]\n}\n";

static void write_simple(const char *word, const char *type)
{
    char text[512];
    snprintf(text, sizeof text, simple, word, type);
    write_file("schema.prisma", text);
}

static void fill_simple(void)
{
    testdb_run(url, is_sqlite ? "INSERT INTO Series VALUES (1, '[0.125,3.0]')"
                              : "INSERT INTO \"Series\" VALUES (1, '{0.125,3}')");
}

static void a_bound_and_no_zstd_travel_with_the_file(void **state)
{
    (void)state;
    write_simple("", "Float");
    do_well("$tenon migrate dev --name init schema.prisma");
    fill_simple();
    write_simple("/// @tenon.compress(maxError: 0.25, zstd: false)", "Float");
    do_well("$tenon migrate dev --name pack schema.prisma && cat migrations/*_pack/migration.sql");
    check_said("\"Series\".\"values\" float8 maxError=0.25 zstd=false\n");
    do_well("$tenon unpack --url \"$url\" --table Series --column values");
}

static void other_elements_of_a_packed_column_are_seen_and_refused(void **state)
{
    (void)state;
    write_simple("/// @tenon.compress", "Float");
    do_well("$tenon db push schema.prisma");
    write_simple("", "Float");
    do_well("$tenon db push schema.prisma");
    fill_simple();
    write_simple("/// @tenon.compress", "Float");
    do_well("$tenon db push schema.prisma");
    write_simple("/// @tenon.compress", "BigInt");
    assert_int_equal(run("$tenon migrate diff --from-url \"$url\" --to-schema schema.prisma "
                         "--exit-code"),
                     2);
    check_said("elements are float8, wanted int8");
    assert_int_equal(run("$tenon db push schema.prisma"), 1);
    check_value(is_sqlite ? "SELECT hex(substr([values], 1, 5)) FROM Series"
                          : "SELECT encode(substr(\"values\", 1, 5), 'hex') FROM \"Series\"",
                is_sqlite ? "544E41010A" : "544e41010a");
}

/* A program, or another tool, runs the file as it stands. */
static void who_cannot_pack_is_refused_and_told_how(void **state)
{
    (void)state;
    static char sql[8192];
    tenon_error err = {.status = TENON_OK};
    write_simple("", "Float");
    do_well("$tenon migrate dev --name init schema.prisma");
    fill_simple();
    write_simple("/// @tenon.compress", "Float");
    do_well("$tenon migrate dev --create-only --name pack schema.prisma && "
            "cat migrations/*_pack/migration.sql");
    strncpy(sql, strstr(output, "-- "), sizeof sql - 1);
    if (is_sqlite)
        strncpy(sql, strstr(output, "PRAGMA"), sizeof sql - 1);
    const tenon_migration item = {.name = "2_pack", .sql = sql};
    const tenon_migrations list = {&item, 1};
    const tenon_migrate_options how = {.accept_existing = true};
    tenon_db *db = tenon_open(url, NULL, NULL);
    assert_false(tenon_migrate(db, &list, &how, &err));
    assert_non_null(strstr(err.message, "are not packed yet; `tenon migrate` does it"));
    tenon_close(db);
    check_value(is_sqlite ? "SELECT [values] FROM Series" : "SELECT \"values\" FROM \"Series\"",
                is_sqlite ? "[0.125,3.0]" : "{0.125,3}");
}

/* ---- in use ---------------------------------------------------------------------------------- */

static pid_t begin_writing(void)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    tenon_db *db = tenon_open(url, NULL, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    while (tenon_execute(s, "UPDATE \"Series\" SET note = note || 'x', \"values\" = ARRAY[id,"
                            " length(note) + 1] WHERE id = 1 + (random() * 149)::int"))
        ;
    _exit(0);
}

/* Until the old column is gone, programs change it; what they have written last is what counts. */
static void what_is_written_meanwhile_is_packed_too(void **state)
{
    (void)state;
    int status;
    begin_with_rows();
    write_schema("/// @tenon.compress");
    do_well("$tenon migrate dev --create-only --name pack schema.prisma");
    pid_t writer = begin_writing();
    int result = run("$tenon migrate deploy schema.prisma");
    assert_int_equal(waitpid(writer, &status, 0), writer);
    if (result != 0)
        fail_msg("%s", output);
    do_well("$tenon migrate rollback --accept-data-loss schema.prisma");
    check_value("SELECT count(*) FROM \"Series\" WHERE note LIKE 'nx%'"
                " AND \"values\" IS DISTINCT FROM ARRAY[id, length(note)]::float8[]",
                "0");
    check_value("SELECT (count(*) > 0)::text FROM \"Series\" WHERE note LIKE 'nx%'", "true");
    check_value("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal", "0");
}

#define ON_POSTGRESQL(test) cmocka_unit_test_setup_teardown(test, open_postgresql, remove_folder)
#define ON_EACH(test)                                                                              \
    ON_POSTGRESQL(test), cmocka_unit_test_setup_teardown(test, open_sqlite, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(values_are_packed_and_come_back),
        ON_EACH(a_packed_column_becomes_a_list),
        ON_EACH(a_bound_and_no_zstd_travel_with_the_file),
        ON_EACH(other_elements_of_a_packed_column_are_seen_and_refused),
        ON_EACH(who_cannot_pack_is_refused_and_told_how),
        ON_POSTGRESQL(what_is_written_meanwhile_is_packed_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
