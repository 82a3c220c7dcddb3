/* Memory that runs out while a database is read and its schema written: a clear error, the session
 * still usable, and nothing leaked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "pull/pull.h"
#include "testdb.h"

#include <tenon/tenon.h>

static const char sql[] =
    "CREATE TABLE a (id INTEGER PRIMARY KEY, \"b c\" VARCHAR(20) DEFAULT 'x' CHECK (\"b c\" > ''),"
    " d INT REFERENCES a(id) ON DELETE CASCADE, e GEOMETRY, UNIQUE (d, \"b c\"));"
    "CREATE INDEX i ON a (lower(\"b c\")) WHERE d > 3; CREATE VIEW v AS SELECT 1 AS one;"
    "CREATE TRIGGER t AFTER DELETE ON a BEGIN SELECT 1; END;"
    "CREATE TABLE \"_aToa\" (\"A\" INT REFERENCES a(id), \"B\" INT REFERENCES a(id));"
    "CREATE UNIQUE INDEX ab ON \"_aToa\" (\"A\", \"B\"); CREATE INDEX b ON \"_aToa\" (\"B\")";

static const char old_text[] =
    "datasource db {\n  provider = \"sqlite\"\n  url = \"x\"\n}\n"
    "model Old {\n  id Int @id\n  name String? @map(\"b c\") @default(\"y\")\n  @@map(\"a\")\n}\n"
    "model Gone {\n  id Int @id\n}\n";

static bool pull(tenon_session *session, const schema *old, tenon_error *err)
{
    pull_result result;
    catalogue *c = catalogue_read(session, NULL, 0, err);
    bool is_done = c && pull_schema(c, old, NULL, &result, err);
    if (is_done)
        pull_release(&result);
    catalogue_free(c);
    return is_done;
}

static void check_faults(tenon_session *session, const schema *old, fault_mode mode)
{
    size_t n = 0;
    bool has_failed;
    do {
        tenon_error err = {0};
        fault_arm(++n, mode);
        bool is_done = pull(session, old, &err);
        has_failed = fault_disarm();
        if (!is_done) {
            assert_int_equal(err.status, TENON_NO_MEMORY);
            assert_true(has_failed);
        }
        tenon_session_reset(session);
        assert_true(n < 100000);
    } while (has_failed);
    assert_true(pull(session, old, &(tenon_error){0}));
}

static void pulling_without_memory_fails_and_leaks_nothing(void **state)
{
    (void)state;
    const char *url = testdb_sqlite_url();
    testdb_run(url, sql);
    size_t before = fault_live_count();
    schema_source source = {"s.prisma", old_text, strlen(old_text)};
    schema *old = schema_read_texts(&source, 1, NULL);
    tenon_db *db = tenon_open(url, NULL, NULL);
    tenon_session *session = tenon_session_open(db, NULL);
    assert_true(pull(session, old, &(tenon_error){0}));
    tenon_session_reset(session);
    for (fault_mode mode = FAULT_ONCE; mode <= FAULT_FOREVER; mode++) {
        check_faults(session, NULL, mode);
        check_faults(session, old, mode);
    }
    tenon_session_close(session);
    tenon_close(db);
    schema_free(old);
    assert_int_equal(fault_live_count(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pulling_without_memory_fails_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
