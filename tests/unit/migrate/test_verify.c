/* A program asks at its start whether the database has the migration that it was made for. */
#include "target.h"

#include "core/core.h"

static const tenon_migration files[] = {
    {.name = "1", .sql = "CREATE TABLE a (n INTEGER);\n", .down_sql = "DROP TABLE a"},
    {.name = "2", .sql = "ALTER TABLE a ADD COLUMN m INTEGER", .down_sql = "SELECT 1"},
};

/* With the checksum of a text. */
static tenon_last_migration made_for(const char *name, const char *sql, char sum[65])
{
    uint8_t bytes[TENON__SHA256_BYTES];
    tenon__sha256(sql, strlen(sql), bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(sum + 2 * i, 3, "%02x", bytes[i]);
    return (tenon_last_migration){name, {sum, NULL}};
}

static bool verify(target *t, const char *name, const char *sql)
{
    char sum[65];
    tenon_last_migration last = made_for(name, sql, sum);
    return tenon_verify(t->db, &last, &t->error);
}

static void refuse(target *t, const char *name, const char *sql, const char *words)
{
    assert_false(verify(t, name, sql));
    if (t->error.status != TENON_SCHEMA || !strstr(t->error.message, words))
        fail_msg("%s: %s", tenon_status_name(t->error.status), t->error.message);
}

static void a_database_that_has_the_migration_is_right(void **state)
{
    target *t = *state;
    migrate_all(t, files, 2);
    assert_true(verify(t, "2", files[1].sql));
}

static void a_database_that_is_ahead_is_right_too(void **state)
{
    target *t = *state;
    migrate_all(t, files, 2);
    assert_true(verify(t, "1", files[0].sql));
}

static void a_database_that_is_behind_is_named_with_its_last_one(void **state)
{
    target *t = *state;
    migrate_all(t, files, 1);
    refuse(t, "2", files[1].sql, "has not run; its last one is '1'");
    assert_non_null(strstr(t->error.hint, "migrate deploy"));
}

static void a_migration_that_was_undone_is_not_there(void **state)
{
    target *t = *state;
    migrate_all(t, files, 2);
    assert_true(
        tenon_migrate_undo(t->db, &(tenon_migrations){files, 2}, 1, &in_a_hurry, &t->error));
    refuse(t, "2", files[1].sql, "its last one is '1'");
}

static void another_text_of_the_migration_is_told_with_both_checksums(void **state)
{
    target *t = *state;
    migrate_all(t, files, 1);
    refuse(t, "1", "CREATE TABLE b (n INTEGER)", "has run another text of the migration '1'");
    char there[65], here[65];
    made_for("1", files[0].sql, there);
    made_for("1", "CREATE TABLE b (n INTEGER)", here);
    there[12] = here[12] = '\0';
    assert_non_null(strstr(t->error.message, there));
    assert_non_null(strstr(t->error.message, here));
}

static void the_other_kind_of_line_ends_is_the_same_text(void **state)
{
    target *t = *state;
    char sum[65], other[65];
    migrate_all(t, files, 1);
    tenon_last_migration last = made_for("1", "CREATE TABLE a (n INTEGER);\r\n", sum);
    assert_false(tenon_verify(t->db, &last, &t->error));
    made_for("1", files[0].sql, other);
    last.checksums[1] = other;
    assert_true(tenon_verify(t->db, &last, &t->error));
}

static void a_migration_that_failed_is_not_there(void **state)
{
    target *t = *state;
    const tenon_migration halves[] = {
        files[0],
        {.name = "2", .sql = "INSERT INTO a VALUES (1);\nCOMMIT;\nINSERT INTO nowhere VALUES (1)"}};
    migrate_all(t, halves, 1);
    assert_false(tenon_migrate(t->db, &(tenon_migrations){halves, 2}, &in_a_hurry, &t->error));
    refuse(t, "2", halves[1].sql, "only in part");
}

static void a_database_without_a_history_is_told(void **state)
{
    target *t = *state;
    refuse(t, "1", files[0].sql, "no history of migrations");
    assert_non_null(strstr(t->error.hint, "schema_check=off"));
}

static void who_wants_no_check_has_none(void **state)
{
    target *t = *state;
    char sum[65], url[512];
    tenon_last_migration last = made_for("1", files[0].sql, sum);
    tenon_db *trusting = tenon_open(t->url, &(tenon_options){.skip_schema_check = true}, &t->error);
    assert_true(tenon_verify(trusting, &last, &t->error));
    tenon_close(trusting);
    snprintf(url, sizeof url, "%s%cschema_check=off", t->url, strchr(t->url, '?') ? '&' : '?');
    trusting = tenon_open(url, NULL, &t->error);
    assert_true(tenon_verify(trusting, &last, &t->error));
    tenon_close(trusting);
}

static void it_is_one_statement(void **state)
{
    target *t = *state;
    migrate_all(t, files, 1);
    assert_true(verify(t, "1", files[0].sql));
    tenon_pool_metrics before = tenon_db_metrics(t->db);
    assert_true(verify(t, "1", files[0].sql));
    tenon_pool_metrics after = tenon_db_metrics(t->db);
    assert_int_equal(after.acquired_total - before.acquired_total, 1);
    assert_int_equal(after.opened_total, before.opened_total);
}

static void nothing_given_is_misuse(void **state)
{
    target *t = *state;
    tenon_last_migration none = {0};
    assert_false(tenon_verify(t->db, NULL, &t->error));
    assert_int_equal(t->error.status, TENON_MISUSE);
    assert_false(tenon_verify(t->db, &none, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(a_database_that_has_the_migration_is_right),
        ON_EACH(a_database_that_is_ahead_is_right_too),
        ON_EACH(a_database_that_is_behind_is_named_with_its_last_one),
        ON_EACH(a_migration_that_was_undone_is_not_there),
        ON_EACH(another_text_of_the_migration_is_told_with_both_checksums),
        ON_EACH(the_other_kind_of_line_ends_is_the_same_text),
        ON_EACH(a_migration_that_failed_is_not_there),
        ON_EACH(a_database_without_a_history_is_told),
        ON_EACH(who_wants_no_check_has_none),
        ON_EACH(it_is_one_statement),
        ON_EACH(nothing_given_is_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
