/* Memory that runs out while queries are read, described by SQLite and analysed, and while what was
 * said of them is kept and read again: NO_MEMORY, and nothing leaked. The analysis of PostgreSQL's
 * statements is the same from its form on, and libpg_query's memory is not reached. */
#include "checked.h"

#include "catalogue/catalogue.h"
#include "fault.h"
#include "nullability/nullability.h"
#include "testdb.h"

#include <tenon/tenon.h>
#include <unistd.h>

static const char schema_text[] = "datasource db {\n  provider = \"sqlite\"\n  url = \"x\"\n}\n"
                                  "model User {\n  id Int @id\n  name String?\n  posts Post[]\n}\n"
                                  "model Post {\n  id Int @id\n  title String\n  userId Int\n"
                                  "  /// @tenon.compress\n  marks Float[]\n"
                                  "  user User @relation(fields: [userId], references: [id])\n}\n";

static const char sql[] =
    "-- name: find :many\n-- What a form asks for.\n-- column: n BigInt\n"
    "SELECT u.id, count(p.id) AS n, json_group_array(json_object('id', p.id, 'title', p.title)) AS "
    "posts\n"
    "FROM \"User\" u JOIN \"Post\" p ON p.\"userId\" = u.id\n"
    "WHERE u.id = ANY(:ids)\n  AND u.name LIKE :name -- if: name\nGROUP BY u.id\n"
    "-- order: u.id, most = n DESC\n;\n"
    "-- name: rename :rows\nUPDATE \"User\" SET name = :name WHERE id = :id;\n"
    "-- name: load :copy\nINSERT INTO \"Post\" (id, title, \"userId\") VALUES (:id, :title, "
    ":user);\n"
    "-- name: mark :rows\nUPDATE \"Post\" SET marks = :marks, title = :title WHERE title GLOB "
    ":title;\n"
    "-- name: titles :many\nWITH x (n) AS (SELECT count(*) FROM \"User\") SELECT n,\n"
    " (SELECT json_group_array(p.title) FROM \"Post\" p) AS titles FROM x;\n";

/* Fails for want of memory only. */
static bool check(const schema *s, const char *cache, tenon_error *err)
{
    const schema_source source = {"queries/q.sql", sql, strlen(sql)};
    const sqlfile_options options = {.cache = cache, .lints = true};
    sqlfile_set *set = sqlfile_read_texts(&source, 1, s, err);
    bool is_done = set && sqlfile_check(set, &options, err);
    if (is_done && sqlfile_error_count(set))
        is_done = tenon__fail(err, TENON_VALIDATION, "%s", set->report.diagnostics[0].message);
    sqlfile_free(set);
    return is_done;
}

static void check_faults(const schema *s, const char *cache, fault_mode mode, bool is_kept)
{
    bool has_failed = true;
    for (size_t n = 1; has_failed; n += 1 + n / 8) {
        tenon_error err = {0};
        if (!is_kept)
            unlink(cache);
        fault_arm(n, mode);
        bool is_done = check(s, cache, &err);
        has_failed = fault_disarm();
        if (!is_done && (err.status != TENON_NO_MEMORY || !has_failed))
            fail_msg("allocation %zu: %d %s", n, err.status, err.message);
    }
}

static void checking_without_memory_fails_and_leaks_nothing(void **state)
{
    (void)state;
    char cache[] = "/tmp/tenon-faults.XXXXXX";
    tenon_error err = {0};
    const schema_source source = {"s.prisma", schema_text, strlen(schema_text)};
    assert_true(close(mkstemp(cache)) == 0);
    schema *s = schema_read_texts(&source, 1, NULL);
    if (!check(s, cache, &err))
        fail_msg("%s", err.message);
    size_t before = fault_live_count();
    for (fault_mode mode = FAULT_ONCE; mode <= FAULT_FOREVER; mode++) {
        check_faults(s, cache, mode, false);
        assert_true(check(s, cache, &err));
        check_faults(s, cache, mode, true);
    }
    assert_int_equal(fault_live_count(), before);
    schema_free(s);
    unlink(cache);
}

/* ---- the analysis alone ---------------------------------------------------------------------- */

static const char *const statements[] = {
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ?1)"
    " SELECT r.n, a.b, (SELECT max(b) FROM a) FROM r LEFT JOIN a ON a.id = r.n WHERE a.b IS NOT "
    "NULL",
    "SELECT a.id, sum(c.b) FILTER (WHERE c.b > 1), lag(a.b) OVER (ORDER BY a.id), json_group_array("
    "json_object('x', c.b)) FROM a FULL JOIN a AS c USING (id) GROUP BY a.id HAVING count(*) > 1"
    " UNION SELECT id, b, NULL, '' FROM a",
    "INSERT INTO a (id, b) VALUES (:x, coalesce(:y, 1)) ON CONFLICT (id) DO UPDATE SET b = "
    "excluded.b"
    " RETURNING id, b, CASE WHEN b THEN id END",
};

static void analyse_with_faults(const char *statement, const catalogue *c, fault_mode mode)
{
    size_t n = 0;
    bool has_failed;
    do {
        tenon_error err = {0};
        fault_arm(++n, mode);
        nullability *found = nullability_of_sqlite(statement, c, NULL, 0, &err);
        has_failed = fault_disarm();
        if (!found && (!has_failed || err.status != TENON_NO_MEMORY))
            fail_msg("allocation %zu of %s: %d %s", n, statement, err.status, err.message);
        nullability_free(found);
    } while (has_failed);
}

static void analysing_without_memory_fails_and_leaks_nothing(void **state)
{
    (void)state;
    const char *url = testdb_sqlite_url();
    testdb_run(url, "CREATE TABLE a (id INTEGER PRIMARY KEY, b INT)");
    tenon_db *db = tenon_open(url, NULL, NULL);
    tenon_session *session = tenon_session_open(db, NULL);
    catalogue *c = catalogue_read(session, NULL, 0, &(tenon_error){0});
    assert_non_null(c);
    size_t before = fault_live_count();
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        for (fault_mode mode = FAULT_ONCE; mode <= FAULT_FOREVER; mode++)
            analyse_with_faults(statements[i], c, mode);
    assert_int_equal(fault_live_count(), before);
    catalogue_free(c);
    tenon_session_close(session);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checking_without_memory_fails_and_leaks_nothing),
        cmocka_unit_test(analysing_without_memory_fails_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
