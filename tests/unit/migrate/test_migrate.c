/* Migrations run in order, once, on both databases; what fails is told and can be resolved. */
#include "target.h"

#define INIT                                                                                       \
    {                                                                                              \
        .name = "20240101_init",                                                                   \
        .sql = "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);\n"                             \
               "INSERT INTO a VALUES (1, 1);",                                                     \
        .down_sql = "DROP TABLE a;"                                                                \
    }
#define MORE                                                                                       \
    {                                                                                              \
        .name = "20240102_more", .sql = "-- more\nCREATE TABLE b (id INTEGER);",                   \
        .down_sql = "DROP TABLE b"                                                                 \
    }
#define BAD                                                                                        \
    {                                                                                              \
        .name = "20240102_bad",                                                                    \
        .sql = "INSERT INTO a VALUES (2, 2);\n\nINSERT INTO nowhere VALUES (1);"                   \
    }
/* What it does before line 3 is committed by itself. */
#define HALF(third)                                                                                \
    {                                                                                              \
        .name = "20240102_half", .sql = "BEGIN;\nINSERT INTO a VALUES (2, 2); COMMIT;\n" third     \
    }

static const tenon_migration init_only[] = {INIT};
static const tenon_migration both_files[] = {INIT, MORE};
static const tenon_migration with_bad[] = {INIT, BAD};
static const tenon_migration with_half[] = {INIT, HALF("INSERT INTO nowhere VALUES (1)")};

static void migrations_run_in_order_and_once(void **state)
{
    target *t = *state;
    migrate_all(t, init_only, 1);
    migrate_all(t, both_files, 2);
    migrate_all(t, both_files, 2);
    assert_string_equal(ask(t, "SELECT count(*) FROM a"), "1");
    assert_true(has_table(t, "b"));
    assert_string_equal(ask(t, "SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT "
                               "NULL AND applied_steps_count = 1 AND logs IS NULL"),
                        "2");
    assert_string_equal(ask(t, "SELECT count(*) FROM _tenon_steps"), "0");
}

/* printf '%s' 'SELECT 1' | sha256sum */
static void the_checksum_is_that_of_the_file(void **state)
{
    target *t = *state;
    migrate_all(t, &(tenon_migration){.name = "1", .sql = "SELECT 1"}, 1);
    assert_string_equal(ask(t, "SELECT checksum FROM _prisma_migrations"),
                        "e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5");
}

static void what_failed_as_a_whole_is_tried_again(void **state)
{
    target *t = *state;
    refuse_all(t, with_bad, 2, TENON_SCHEMA, "20240102_bad, line 3");
    assert_string_equal(ask(t, "SELECT count(*) FROM a"), "1");
    assert_int_equal(status_of(t, with_bad, 2, "20240102_bad").state, TENON_MIGRATION_PENDING);
    migrate_all(t, both_files, 2);
    assert_string_equal(
        ask(t, "SELECT count(*) FROM _prisma_migrations WHERE rolled_back_at IS NOT NULL"), "1");
}

static void what_failed_in_its_middle_is_resolved_as_going_on(void **state)
{
    target *t = *state;
    const tenon_migration mended[] = {INIT, HALF("INSERT INTO a VALUES (3, 3)")};
    refuse_all(t, with_half, 2, TENON_SCHEMA, "3 of its statements are done");
    refuse_all(t, with_half, 2, TENON_CONFLICT, "failed earlier");
    tenon_migration_status status = status_of(t, with_half, 2, "20240102_half");
    assert_int_equal(status.state, TENON_MIGRATION_FAILED);
    assert_int_equal(status.statements_done, 3);
    assert_int_equal(status.statement_count, 4);
    assert_non_null(status.log);
    assert_true(tenon_migrate_resolve(t->db, &(tenon_migrations){mended, 2}, "20240102_half",
                                      TENON_MIGRATION_GOES_ON, &in_a_hurry, &t->error));
    migrate_all(t, mended, 2);
    assert_string_equal(ask(t, "SELECT count(*) FROM a"), "3");
}

static void a_part_that_has_run_may_not_be_edited(void **state)
{
    target *t = *state;
    const tenon_migration edited[] = {
        INIT, {.name = "20240102_half", .sql = "BEGIN; SELECT 1; COMMIT; SELECT 2"}};
    refuse_all(t, with_half, 2, TENON_SCHEMA, "line 3");
    assert_true(tenon_migrate_resolve(t->db, &(tenon_migrations){edited, 2}, "20240102_half",
                                      TENON_MIGRATION_GOES_ON, &in_a_hurry, &t->error));
    refuse_all(t, edited, 2, TENON_CONFLICT, "edited");
}

static void a_failed_migration_is_resolved_as_applied_or_rolled_back(void **state)
{
    target *t = *state;
    tenon_migrations half = {with_half, 2};
    refuse_all(t, with_half, 2, TENON_SCHEMA, "line 3");
    assert_true(tenon_migrate_resolve(t->db, &half, "20240102_half", TENON_MIGRATION_IS_ROLLED_BACK,
                                      &in_a_hurry, &t->error));
    assert_int_equal(status_of(t, with_half, 2, "20240102_half").state, TENON_MIGRATION_PENDING);
    testdb_run(t->url, "DELETE FROM a WHERE id = 2");
    refuse_all(t, with_half, 2, TENON_SCHEMA, "line 3");
    assert_true(tenon_migrate_resolve(t->db, &half, "20240102_half", TENON_MIGRATION_IS_APPLIED,
                                      &in_a_hurry, &t->error));
    migrate_all(t, with_half, 2);
    assert_false(tenon_migrate_resolve(t->db, &half, "20240102_half", TENON_MIGRATION_IS_APPLIED,
                                       &in_a_hurry, &t->error));
    assert_int_equal(t->error.status, TENON_CONFLICT);
}

static void a_row_that_prisma_left_unfinished_stops_everything(void **state)
{
    target *t = *state;
    migrate_all(t, init_only, 1);
    testdb_run(t->url, "INSERT INTO _prisma_migrations (id, checksum, migration_name) "
                       "VALUES ('x', 'y', '20240102_more')");
    refuse_all(t, both_files, 2, TENON_CONFLICT, "'20240102_more' failed");
}

static void a_history_that_prisma_wrote_is_gone_on_with(void **state)
{
    target *t = *state;
    testdb_run(t->url, "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);"
                       "CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL,"
                       " checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMP,"
                       " migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMP,"
                       " started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,"
                       " applied_steps_count INTEGER NOT NULL DEFAULT 0);"
                       "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name)"
                       " VALUES ('1', 'other', CURRENT_TIMESTAMP, '20240101_init')");
    tenon_migration_status status = status_of(t, both_files, 2, "20240101_init");
    assert_int_equal(status.state, TENON_MIGRATION_APPLIED);
    assert_true(status.is_edited);
    migrate_all(t, both_files, 2);
    assert_string_equal(ask(t, "SELECT count(*) FROM a"), "0");
    assert_true(has_table(t, "b"));
}

static void a_database_with_tables_and_no_history_is_refused(void **state)
{
    target *t = *state;
    testdb_run(t->url, "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER)");
    refuse_all(t, both_files, 2, TENON_CONFLICT, "it has 'a'");
    assert_true(tenon_migrate_resolve(t->db, &(tenon_migrations){both_files, 2}, "20240101_init",
                                      TENON_MIGRATION_IS_APPLIED, &in_a_hurry, &t->error));
    migrate_all(t, both_files, 2);
    assert_string_equal(ask(t, "SELECT count(*) FROM a"), "0");
}

static void status_tells_what_is_edited_late_and_missing(void **state)
{
    target *t = *state;
    const tenon_migration later[] = {
        {.name = "20240100_late", .sql = "SELECT 1"},
        {.name = "20240101_init", .sql = "SELECT 'edited'"},
        {.name = "20240103_new", .sql = "SELECT 1"},
    };
    migrate_all(t, both_files, 2);
    assert_true(status_of(t, later, 3, "20240100_late").is_late);
    assert_true(status_of(t, later, 3, "20240101_init").is_edited);
    assert_true(status_of(t, later, 3, "20240102_more").is_missing);
    assert_false(status_of(t, later, 3, "20240103_new").is_late);
    assert_int_equal(status_of(t, later, 3, "20240103_new").state, TENON_MIGRATION_PENDING);
}

static void other_line_ends_are_no_edit(void **state)
{
    target *t = *state;
    migrate_all(t, &(tenon_migration){.name = "1", .sql = "SELECT 1;\nSELECT 2;\n"}, 1);
    const tenon_migration other = {.name = "1", .sql = "SELECT 1;\r\nSELECT 2;\r\n"};
    assert_false(status_of(t, &other, 1, "1").is_edited);
}

static void migrations_are_undone_from_the_last_one(void **state)
{
    target *t = *state;
    tenon_migrations files = {both_files, 2};
    migrate_all(t, both_files, 2);
    assert_true(tenon_migrate_undo(t->db, &files, 1, &in_a_hurry, &t->error));
    assert_false(has_table(t, "b"));
    assert_true(has_table(t, "a"));
    assert_int_equal(status_of(t, both_files, 2, "20240102_more").state, TENON_MIGRATION_PENDING);
    migrate_all(t, both_files, 2);
    assert_true(tenon_migrate_undo(t->db, &files, 9, &in_a_hurry, &t->error));
    assert_false(has_table(t, "a"));
    migrate_all(t, both_files, 2);
}

static void nothing_is_undone_when_one_of_them_cannot_be(void **state)
{
    target *t = *state;
    const tenon_migration files[] = {{.name = "1", .sql = "SELECT 1"}, MORE};
    migrate_all(t, files, 2);
    assert_false(
        tenon_migrate_undo(t->db, &(tenon_migrations){files, 2}, 2, &in_a_hurry, &t->error));
    assert_int_equal(t->error.status, TENON_CONFLICT);
    assert_true(has_table(t, "b"));
}

static void only_so_many_run(void **state)
{
    target *t = *state;
    tenon_migrate_options one = in_a_hurry;
    one.count_most = 1;
    assert_true(tenon_migrate(t->db, &(tenon_migrations){both_files, 2}, &one, &t->error));
    assert_true(has_table(t, "a"));
    assert_false(has_table(t, "b"));
}

static void a_list_out_of_order_is_refused(void **state)
{
    target *t = *state;
    const tenon_migration wrong[] = {MORE, INIT};
    refuse_all(t, wrong, 2, TENON_MISUSE, "is not later");
    assert_false(tenon_migrate(NULL, NULL, NULL, NULL));
    assert_false(tenon_migrate(t->db, NULL, NULL, NULL));
}

static void a_transaction_that_is_not_ended_is_refused_before_anything_runs(void **state)
{
    target *t = *state;
    const tenon_migration open = {.name = "1", .sql = "CREATE TABLE x (id INTEGER);\nBEGIN;"};
    refuse_all(t, &open, 1, TENON_MISUSE, "line 2 begins a transaction");
    assert_false(has_table(t, "x"));
}

static void what_a_file_rolls_back_is_gone(void **state)
{
    target *t = *state;
    const tenon_migration file = {.name = "1",
                                  .sql = "CREATE TABLE x (id INTEGER);\nROLLBACK;\n"
                                         "CREATE TABLE y (id INTEGER)"};
    migrate_all(t, &file, 1);
    assert_false(has_table(t, "x"));
    assert_true(has_table(t, "y"));
}

static void a_file_of_nothing_but_comments_is_applied(void **state)
{
    target *t = *state;
    const tenon_migration file = {.name = "1", .sql = "-- This is an empty migration.\n"};
    migrate_all(t, &file, 1);
    assert_int_equal(status_of(t, &file, 1, "1").state, TENON_MIGRATION_APPLIED);
}

/* Prepared before it, cleaned up behind it, also when it fails; and no part of it. */
static void what_stands_aside_runs_around_the_file(void **state)
{
    target *t = *state;
    const tenon_migration items[] = {
        {.name = "1_a",
         .sql = "CREATE TABLE a (n INTEGER)",
         .run_sql = "CREATE /* tenon:before */ TABLE aside (n INTEGER); "
                    "DROP /* tenon:after */ TABLE aside; CREATE TABLE a (n INTEGER);\n"
                    "INSERT INTO a SELECT count(*) FROM aside;"},
        {.name = "2_b",
         .sql = "SELECT 1",
         .run_sql = "CREATE /* tenon:before */ TABLE aside (n INTEGER); "
                    "DROP /* tenon:after */ TABLE aside; INSERT INTO a VALUES (7);\n"
                    "INSERT INTO nowhere VALUES (1)"}};
    migrate_all(t, items, 1);
    assert_string_equal(ask(t, "SELECT n FROM a"), "0");
    assert_false(has_table(t, "aside"));
    refuse_all(t, items, 2, TENON_SCHEMA, "2_b, line 2");
    refuse_all(t, items, 2, TENON_SCHEMA, "nothing of it was applied");
    assert_string_equal(ask(t, "SELECT count(*) FROM a"), "1");
    assert_false(has_table(t, "aside"));
    assert_int_equal(status_of(t, items, 2, "2_b").state, TENON_MIGRATION_PENDING);
}

static void give_up_on_retries(const tenon_migrate_event *event)
{
    if (event->moment == TENON_MIGRATE_RETRIES)
        fail_msg("no other try helps: %s", event->text);
}

static void a_value_of_an_enum_that_is_used_too_early_is_not_tried_again(void **state)
{
    static const tenon_migration items[] = {
        {.name = "1", .sql = "CREATE TYPE e AS ENUM ('A'); CREATE TABLE a (e e)"},
        {.name = "2", .sql = "ALTER TYPE e ADD VALUE 'B';\nINSERT INTO a VALUES ('B')"}};
    target *t = *state;
    tenon_migrate_options how = in_a_hurry;
    how.tries_most = 9;
    how.report = give_up_on_retries;
    assert_false(tenon_migrate(t->db, &(tenon_migrations){items, 2}, &how, &t->error));
    assert_int_equal(t->error.status, TENON_MISUSE);
    assert_non_null(strstr(t->error.message, "2, line 2"));
    assert_non_null(strstr(t->error.hint, "nothing of it was applied"));
}

/* It is not the program that does not fit the database, but the file. */
static void what_is_not_there_is_no_reason_to_generate_again(void **state)
{
    target *t = *state;
    refuse_all(t, with_bad, 2, TENON_SCHEMA, "nothing of it was applied");
    assert_null(strstr(t->error.hint, "generate"));
}

/* As SQLite lets it be, unless it is asked not to. */
static void a_text_in_double_quotes_is_one_in_a_migration_of_sqlite(void **state)
{
    static const tenon_migration items[] = {
        {.name = "1",
         .sql = "CREATE TABLE a (t TEXT DEFAULT \"none\"); INSERT INTO a VALUES (\"some-text\");\n"
                "INSERT INTO a DEFAULT VALUES; UPDATE a SET t = \"other\" WHERE t = \"none\""}};
    target *t = *state;
    migrate_all(t, items, 1);
    assert_string_equal(ask(t, "SELECT group_concat(t) FROM a"), "some-text,other");
    tenon_session *s = tenon_session_open(t->db, NULL);
    assert_false(tenon_execute(s, "UPDATE a SET t = \"nothing\""));
    tenon_session_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(migrations_run_in_order_and_once),
        ON_EACH(the_checksum_is_that_of_the_file),
        ON_EACH(what_failed_as_a_whole_is_tried_again),
        ON_EACH(what_failed_in_its_middle_is_resolved_as_going_on),
        ON_EACH(a_part_that_has_run_may_not_be_edited),
        ON_EACH(a_failed_migration_is_resolved_as_applied_or_rolled_back),
        ON_EACH(a_row_that_prisma_left_unfinished_stops_everything),
        ON_EACH(a_history_that_prisma_wrote_is_gone_on_with),
        ON_EACH(a_database_with_tables_and_no_history_is_refused),
        ON_EACH(status_tells_what_is_edited_late_and_missing),
        ON_EACH(other_line_ends_are_no_edit),
        ON_EACH(migrations_are_undone_from_the_last_one),
        ON_EACH(nothing_is_undone_when_one_of_them_cannot_be),
        ON_EACH(only_so_many_run),
        ON_EACH(a_list_out_of_order_is_refused),
        ON_EACH(a_transaction_that_is_not_ended_is_refused_before_anything_runs),
        ON_EACH(what_a_file_rolls_back_is_gone),
        ON_EACH(a_file_of_nothing_but_comments_is_applied),
        ON_EACH(what_stands_aside_runs_around_the_file),
        ON_ONE(postgresql, a_value_of_an_enum_that_is_used_too_early_is_not_tried_again),
        ON_ONE(sqlite, a_text_in_double_quotes_is_one_in_a_migration_of_sqlite),
        ON_EACH(what_is_not_there_is_no_reason_to_generate_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
