/* Connections and statements of the PostgreSQL driver: what state they go through, what rides along
 * with what, and what happens when the server's side changes or goes away. */
#include "driver/postgres/pg.h"
#include "pgtest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tenon_field user_fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT32, .pg_type = TENON_PG_INT4},
    {.name = "email", .column = "mail", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT},
    {.name = "age",
     .column = "age",
     .kind = TENON_KIND_INT32,
     .pg_type = TENON_PG_INT4,
     .flags = TENON_FIELD_NULLABLE},
};
static const tenon_model user_model = {
    .name = "User", .table = "user", .fields = user_fields, .field_count = 3};

typedef struct user {
    uint64_t loaded[1];
    int32_t id;
    const char *email;
    tenon_opt_int32 age;
} user;

static const tenon__out user_outs[] = {
    {.field = &user_fields[0], .offset = offsetof(user, id)},
    {.field = &user_fields[1], .offset = offsetof(user, email)},
    {.field = &user_fields[2], .offset = offsetof(user, age)},
};
static const uint64_t user_loaded[] = {7};
static const tenon__layout user_layout = {.outs = user_outs,
                                          .out_count = 3,
                                          .row_size = sizeof(user),
                                          .loaded = user_loaded,
                                          .loaded_words = 1,
                                          .model = &user_model};
static const tenon__slot user_slots[] = {
    {.field = &user_fields[0], .model = &user_model},
    {.field = &user_fields[1], .model = &user_model},
    {.field = &user_fields[2], .model = &user_model},
};

#define STATEMENT(text, ...)                                                                       \
    {                                                                                              \
        .sql = (text), .sql_length = sizeof(text) - 1, __VA_ARGS__                                 \
    }

static const tenon__statement find =
    STATEMENT("SELECT id, mail, age FROM \"user\" WHERE id = $1", .slots = user_slots,
              .slot_count = 1, .layout = &user_layout);
static const tenon__statement insert =
    STATEMENT("INSERT INTO \"user\" (id, mail, age) VALUES ($1, $2, $3)", .flags = TENON__WRITES,
              .slots = user_slots, .slot_count = 3);

static int open_users(void **state)
{
    static pgtest t;
    pgtest_open(&t, testdb_create("run"));
    assert_true(pgtest_script(
        &t, "CREATE TABLE \"user\" (id int PRIMARY KEY, mail text NOT NULL UNIQUE, age int);"
            "INSERT INTO \"user\" VALUES (1, 'ann', 31), (2, 'bob', NULL), (3, 'grün', -1)"));
    *state = &t;
    return 0;
}

static int close_users(void **state)
{
    pgtest_close(*state);
    return 0;
}

static bool find_user(pgtest *t, tenon__prepared *prepared, int64_t id, tenon__rows *rows)
{
    *rows = (tenon__rows){.arena = &t->arena, .expected = 1};
    return pgtest_run(t, prepared, (const void *[]){&id}, rows, NULL);
}

static void a_row_is_found_by_its_key(void **state)
{
    pgtest *t = *state;
    tenon__prepared *prepared = pgtest_prepare(t, &find);
    for (int i = 0; i < 3; i++) {
        tenon__rows rows;
        assert_true(find_user(t, prepared, 1, &rows));
        assert_int_equal(rows.count, 1);
        const user *ann = (const user *)rows.items;
        assert_int_equal(ann->loaded[0], 7);
        assert_int_equal(ann->id, 1);
        assert_string_equal(ann->email, "ann");
        assert_true(ann->age.has);
        assert_int_equal(ann->age.value, 31);
        assert_true(find_user(t, prepared, 2, &rows));
        assert_false(((const user *)rows.items)->age.has);
        assert_true(find_user(t, prepared, 4, &rows));
        assert_int_equal(rows.count, 0);
    }
    driver->forget(t->connection, prepared);
}

static void a_write_tells_how_many_rows_it_changed(void **state)
{
    pgtest *t = *state;
    tenon__prepared *prepared = pgtest_prepare(t, &insert);
    int64_t id = 4, affected = 0;
    const char *mail = "dan";
    assert_true(pgtest_run(t, prepared, (const void *[]){&id, &mail, NULL}, NULL, &affected));
    assert_int_equal(affected, 1);
    driver->forget(t->connection, prepared);
}

/* ---- prepared statements --------------------------------------------------------------------- */

static int64_t count_prepared(pgtest *t)
{
    static const tenon__out out = {.kind = TENON__OUT_INT64};
    static const tenon__layout layout = {.outs = &out, .out_count = 1, .row_size = 8};
    static const tenon__statement count =
        STATEMENT("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 't%'",
                  .flags = TENON__ONCE, .layout = &layout);
    tenon__rows rows = {.arena = &t->arena, .expected = 1};
    assert_true(pgtest_once(t, &count, NULL, &rows));
    return *(int64_t *)(void *)rows.items;
}

static void what_is_forgotten_is_deallocated_with_the_next_preparation(void **state)
{
    pgtest *t = *state;
    tenon__rows rows;
    tenon__prepared *first = pgtest_prepare(t, &find), *second = pgtest_prepare(t, &find);
    assert_true(find_user(t, first, 1, &rows));
    assert_true(find_user(t, second, 1, &rows));
    assert_int_equal(count_prepared(t), 2);
    driver->forget(t->connection, first);
    driver->forget(t->connection, second);
    assert_int_equal(count_prepared(t), 2);
    tenon__prepared *third = pgtest_prepare(t, &find);
    assert_true(find_user(t, third, 1, &rows));
    assert_int_equal(count_prepared(t), 1);
}

static void inside_a_transaction_nothing_is_deallocated(void **state)
{
    pgtest *t = *state;
    tenon__rows rows;
    tenon__prepared *first = pgtest_prepare(t, &find);
    assert_true(find_user(t, first, 1, &rows));
    driver->forget(t->connection, first);
    assert_true(pgtest_script(t, "DEALLOCATE ALL; BEGIN"));
    tenon__prepared *second = pgtest_prepare(t, &find);
    assert_true(find_user(t, second, 1, &rows));
    assert_true(pgtest_script(t, "COMMIT"));
    tenon__prepared *third = pgtest_prepare(t, &find);
    assert_true(find_user(t, third, 1, &rows));
    assert_int_equal(rows.count, 1);
}

static void a_statement_that_the_server_lost_is_prepared_again(void **state)
{
    pgtest *t = *state;
    tenon__rows rows;
    tenon__prepared *prepared = pgtest_prepare(t, &find);
    assert_true(find_user(t, prepared, 1, &rows));
    assert_true(pgtest_script(t, "DEALLOCATE ALL"));
    assert_true(find_user(t, prepared, 3, &rows));
    assert_string_equal(((const user *)rows.items)->email, "grün");
    assert_int_equal(count_prepared(t), 1);
}

static void in_a_transaction_a_lost_statement_asks_for_another_try(void **state)
{
    pgtest *t = *state;
    tenon__rows rows;
    bool is_failed;
    tenon__prepared *prepared = pgtest_prepare(t, &find);
    assert_true(find_user(t, prepared, 1, &rows));
    assert_true(pgtest_script(t, "DEALLOCATE ALL; BEGIN"));
    assert_false(find_user(t, prepared, 1, &rows));
    assert_int_equal(t->err.status, TENON_SERIALIZATION);
    assert_true(tenon_error_is_retryable(&t->err));
    assert_true(driver->in_transaction(t->connection, &is_failed));
    assert_true(is_failed);
    assert_true(pgtest_script(t, "ROLLBACK; BEGIN"));
    assert_true(find_user(t, prepared, 1, &rows));
    assert_true(pgtest_script(t, "COMMIT"));
}

static void a_changed_column_is_found_after_preparing_again(void **state)
{
    pgtest *t = *state;
    tenon__rows rows;
    tenon__prepared *prepared = pgtest_prepare(t, &find);
    assert_true(find_user(t, prepared, 1, &rows));
    assert_true(pgtest_script(t, "ALTER TABLE \"user\" ALTER age TYPE bigint"));
    assert_false(find_user(t, prepared, 1, &rows));
    assert_int_equal(t->err.status, TENON_SCHEMA);
    assert_string_equal(t->err.message, "User.age is integer in the schema but bigint in the "
                                        "database (\"user\".\"age\")");
    assert_string_equal(t->err.model, "User");
    assert_string_equal(t->err.field, "age");
    assert_true(pgtest_script(t, "ALTER TABLE \"user\" ALTER age TYPE integer"));
    assert_true(find_user(t, prepared, 1, &rows));
}

static void types_are_trusted_when_asked_to(void **state)
{
    pgtest *t = *state;
    assert_true(pgtest_script(t, "ALTER TABLE \"user\" ALTER mail TYPE bytea USING mail::bytea"));
    tenon__connect_options options = {.url = t->url, .skip_schema_check = true};
    tenon__progress progress;
    driver->close(t->connection);
    t->connection = driver->connect(&options, &progress, &t->err);
    assert_int_equal(pgtest_wait(t->connection, progress, &t->err), TENON__DONE);
    tenon__rows rows;
    assert_true(find_user(t, pgtest_prepare(t, &find), 1, &rows));
    assert_string_equal(((const user *)rows.items)->email, "ann");
}

static void a_wrong_statement_fails_at_its_first_execution(void **state)
{
    static const tenon__statement wrong =
        STATEMENT("SELECT id, post, age FROM \"user\" WHERE id = $1", .slots = user_slots,
                  .slot_count = 1, .layout = &user_layout);
    pgtest *t = *state;
    tenon__rows rows;
    tenon__prepared *prepared = pgtest_prepare(t, &wrong);
    assert_non_null(prepared);
    assert_false(find_user(t, prepared, 1, &rows));
    assert_int_equal(t->err.status, TENON_SCHEMA);
    assert_string_equal(t->err.sqlstate, "42703");
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
    driver->forget(t->connection, prepared);
    assert_true(find_user(t, pgtest_prepare(t, &find), 1, &rows));
}

static void a_custom_plan_is_parsed_anew_each_time(void **state)
{
    pgtest *t = *state;
    tenon__statement statement = find;
    statement.flags = TENON__CUSTOM_PLAN;
    tenon__prepared *prepared = pgtest_prepare(t, &statement);
    tenon__rows rows;
    assert_true(find_user(t, prepared, 1, &rows));
    assert_true(find_user(t, prepared, 2, &rows));
    assert_int_equal(count_prepared(t), 0);
}

static void a_required_field_that_is_null_is_named(void **state)
{
    pgtest *t = *state;
    tenon__rows rows;
    assert_true(pgtest_script(t, "ALTER TABLE \"user\" ALTER mail DROP NOT NULL;"
                                 "INSERT INTO \"user\" VALUES (9, NULL, NULL)"));
    assert_false(find_user(t, pgtest_prepare(t, &find), 9, &rows));
    assert_int_equal(t->err.status, TENON_SCHEMA);
    assert_string_equal(t->err.message,
                        "User.email is required in the schema but NULL in the database");
}

static void a_value_that_does_not_fit_is_never_sent(void **state)
{
    pgtest *t = *state;
    tenon__rows rows;
    assert_false(find_user(t, pgtest_prepare(t, &find), INT64_MAX, &rows));
    assert_int_equal(t->err.status, TENON_RANGE);
    assert_int_equal(t->err.applied, TENON_APPLIED_NO);
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
}

static void a_value_larger_than_all_buffers_comes_through(void **state)
{
    pgtest *t = *state;
    size_t length = (size_t)20 << 20;
    char *text = malloc(length + 1);
    memset(text, 'x', length);
    text[length] = '\0';
    int64_t id = 5;
    const char *mail = text;
    assert_true(pgtest_script(t, "ALTER TABLE \"user\" DROP CONSTRAINT user_mail_key"));
    assert_true(pgtest_once(t, &insert, (const void *[]){&id, &mail, NULL}, NULL));
    tenon__rows rows;
    assert_true(find_user(t, pgtest_prepare(t, &find), 5, &rows));
    assert_string_equal(((const user *)rows.items)->email, text);
    free(text);
}

/* ---- backslashes ----------------------------------------------------------------------------- */

static const tenon__statement backslash =
    STATEMENT("SELECT id, '\\', age FROM \"user\" WHERE id = $1", .slots = user_slots,
              .slot_count = 1, .layout = &user_layout);

static void check_backslash(pgtest *t, unsigned flags)
{
    tenon__statement statement = backslash;
    statement.flags = flags;
    tenon__prepared *prepared = pgtest_prepare(t, &statement);
    tenon__rows rows;
    if (!find_user(t, prepared, 1, &rows))
        fail_msg("%s", t->err.message);
    assert_string_equal(((const user *)rows.items)->email, "\\");
    driver->forget(t->connection, prepared);
}

static void switch_escapes_on(pgtest *t)
{
    assert_true(pgtest_script(t, "SET standard_conforming_strings = off"));
    assert_true(tenon__pg_has_backslashes(t->connection));
}

static void a_server_that_reads_escapes_is_told_not_to_when_connecting(void **state)
{
    pgtest *t = *state;
    testdb_run(t->url, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET "
                       "standard_conforming_strings = off', current_database()); END $$");
    driver->close(t->connection);
    t->connection = pgtest_connect(t->url, &t->err);
    assert_non_null(t->connection);
    assert_false(tenon__pg_has_backslashes(t->connection));
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
    check_backslash(t, 0);
}

static void text_that_switches_escapes_on_does_not_reach_statements(void **state)
{
    static const unsigned flags[] = {0, TENON__CUSTOM_PLAN, TENON__ONCE};
    pgtest *t = *state;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        switch_escapes_on(t);
        check_backslash(t, flags[i]);
        assert_false(tenon__pg_has_backslashes(t->connection));
    }
}

static void in_a_transaction_escapes_are_switched_off_each_time(void **state)
{
    pgtest *t = *state;
    switch_escapes_on(t);
    for (int i = 0; i < 2; i++) {
        assert_true(pgtest_script(t, "BEGIN"));
        check_backslash(t, 0);
        assert_true(pgtest_script(t, "ROLLBACK"));
        assert_true(tenon__pg_has_backslashes(t->connection));
    }
}

/* ---- transactions and scripts ---------------------------------------------------------------- */

static void a_script_runs_statement_after_statement_up_to_the_first_failure(void **state)
{
    pgtest *t = *state;
    assert_false(pgtest_script(t, "DELETE FROM \"user\" WHERE id = 1; SELECT 1 / 0; SELECT 2"));
    assert_string_equal(t->err.sqlstate, "22012");
    assert_string_equal(testdb_value(t->url, "SELECT count(*) FROM \"user\""), "3");
    assert_true(pgtest_script(t, ""));
}

static void copy_has_no_place_in_a_script(void **state)
{
    pgtest *t = *state;
    assert_false(pgtest_script(t, "COPY \"user\" FROM STDIN"));
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
    assert_true(pgtest_script(t, "SELECT 1"));
}

static void a_commit_that_the_server_turned_into_a_rollback_fails(void **state)
{
    pgtest *t = *state;
    bool is_failed;
    assert_true(pgtest_script(t, "BEGIN"));
    assert_true(driver->in_transaction(t->connection, &is_failed));
    assert_false(is_failed);
    assert_false(pgtest_script(t, "SELECT 1 / 0"));
    assert_true(driver->in_transaction(t->connection, &is_failed));
    assert_true(is_failed);
    assert_false(pgtest_script(t, "COMMIT"));
    assert_int_equal(t->err.status, TENON_MISUSE);
    assert_int_equal(t->err.applied, TENON_APPLIED_NO);
    assert_false(driver->in_transaction(t->connection, &is_failed));
}

static const char *backend_of(pgtest *t)
{
    return testdb_value(t->url, "SELECT pid FROM pg_stat_activity WHERE application_name = 'tenon' "
                                "AND datname = current_database()");
}

/* A statement that was sent is not yet one that runs. */
static void wait_until_asleep(pgtest *t)
{
    const char *is_asleep = "f";
    while (strcmp(is_asleep, "f") == 0)
        is_asleep = testdb_value(t->url, "SELECT bool_or(wait_event = 'PgSleep') IS TRUE "
                                         "FROM pg_stat_activity");
}

static void kill_backend(pgtest *t)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%s, 5000)", backend_of(t));
    assert_string_equal(testdb_value(t->url, sql), "t");
}

static void a_statement_under_way_can_be_cancelled(void **state)
{
    pgtest *t = *state;
    tenon_error_reset(&t->err);
    tenon__progress progress = driver->script(t->connection, "SELECT pg_sleep(30)", &t->err);
    assert_int_equal(driver->state(t->connection), TENON__BUSY);
    wait_until_asleep(t);
    driver->cancel(t->connection);
    assert_int_equal(pgtest_wait(t->connection, progress, &t->err), TENON__FAILED);
    assert_int_equal(t->err.status, TENON_CANCELLED);
    assert_true(pgtest_script(t, "SELECT 1"));
}

/* ---- lost connections ------------------------------------------------------------------------ */

static void a_read_on_a_killed_connection_changed_nothing(void **state)
{
    pgtest *t = *state;
    tenon__rows rows;
    tenon__prepared *prepared = pgtest_prepare(t, &find);
    assert_true(find_user(t, prepared, 1, &rows));
    kill_backend(t);
    assert_false(find_user(t, prepared, 1, &rows));
    assert_int_equal(t->err.status, TENON_UNAVAILABLE);
    assert_int_equal(t->err.applied, TENON_APPLIED_NO);
    assert_string_equal(t->err.sqlstate, "57P01");
    assert_int_equal(driver->state(t->connection), TENON__BROKEN);
    driver->forget(t->connection, prepared);
}

static void a_write_on_a_killed_connection_may_have_happened(void **state)
{
    pgtest *t = *state;
    kill_backend(t);
    int64_t id = 6;
    const char *mail = "eve";
    assert_false(pgtest_once(t, &insert, (const void *[]){&id, &mail, NULL}, NULL));
    assert_int_equal(t->err.status, TENON_UNAVAILABLE);
    assert_int_equal(t->err.applied, TENON_APPLIED_UNKNOWN);
}

static void a_write_in_a_transaction_goes_with_it(void **state)
{
    pgtest *t = *state;
    assert_true(pgtest_script(t, "BEGIN"));
    kill_backend(t);
    int64_t id = 6;
    const char *mail = "eve";
    assert_false(pgtest_once(t, &insert, (const void *[]){&id, &mail, NULL}, NULL));
    assert_int_equal(t->err.status, TENON_UNAVAILABLE);
    assert_int_equal(t->err.applied, TENON_APPLIED_NO);
}

static void a_commit_on_a_killed_connection_has_an_unknown_outcome(void **state)
{
    pgtest *t = *state;
    assert_true(pgtest_script(t, "BEGIN; DELETE FROM \"user\""));
    kill_backend(t);
    assert_false(pgtest_script(t, "COMMIT"));
    assert_int_equal(t->err.status, TENON_OUTCOME_UNKNOWN);
    assert_int_equal(t->err.applied, TENON_APPLIED_UNKNOWN);
    assert_int_equal(driver->state(t->connection), TENON__BROKEN);
}

static void a_connection_killed_in_the_middle_of_a_statement_fails(void **state)
{
    pgtest *t = *state;
    tenon_error_reset(&t->err);
    tenon__progress progress = driver->script(t->connection, "SELECT pg_sleep(30)", &t->err);
    kill_backend(t);
    assert_int_equal(pgtest_wait(t->connection, progress, &t->err), TENON__FAILED);
    assert_int_equal(t->err.status, TENON_UNAVAILABLE);
    assert_int_equal(driver->state(t->connection), TENON__BROKEN);
}

/* ---- connections that never come about ------------------------------------------------------- */

static void refuse(const char *url, tenon_status status, const char *sqlstate)
{
    tenon_error err = {0};
    assert_null(pgtest_connect(url, &err));
    assert_int_equal(err.status, status);
    assert_string_equal(err.sqlstate, sqlstate);
    assert_int_equal(err.applied, TENON_APPLIED_NO);
    assert_true(err.message[0] && err.hint[0]);
    assert_null(strstr(err.message, "s3cret"));
}

/* The URL with another database and user. */
static const char *other_url(const char *url, const char *database, const char *role)
{
    static char other[300];
    const char *host = strstr(url, "host=");
    snprintf(other, sizeof other, "postgresql:///%s?user=%s&password=s3cret&%.*s", database, role,
             (int)strcspn(host, "&"), host);
    return other;
}

static void a_connection_that_is_refused_says_why(void **state)
{
    pgtest *t = *state;
    refuse("postgresql:///x?host=/nonexistent", TENON_UNAVAILABLE, "");
    refuse("postgresql://u:s3cret@127.0.0.1:1/x", TENON_UNAVAILABLE, "");
    refuse(other_url(t->url, "no_such_database", "tenon"), TENON_SCHEMA, "3D000");
    testdb_run(t->url, "DO $$ BEGIN CREATE ROLE tenon_password LOGIN PASSWORD 'right'; "
                       "EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    refuse(other_url(t->url, "postgres", "tenon_password"), TENON_AUTH, "28P01");
}

static void a_url_that_is_none_is_not_repeated(void **state)
{
    (void)state;
    tenon_error err = {0};
    assert_null(pgtest_connect("postgresql://u:s3cret@[::1/x", &err));
    assert_int_equal(err.status, TENON_MISUSE);
    assert_null(strstr(err.message, "s3cret"));
    tenon_error_reset(&err);
    assert_null(pgtest_connect("postgresql:///x?colour=s3cret", &err));
    assert_int_equal(err.status, TENON_MISUSE);
}

static void text_in_no_encoding_is_refused(void **state)
{
    pgtest *t = *state;
    testdb_run(t->url, "CREATE DATABASE ascii_only TEMPLATE template0 ENCODING 'SQL_ASCII' "
                       "LOCALE 'C'");
    tenon_error err = {0};
    assert_null(pgtest_connect(other_url(t->url, "ascii_only", "tenon"), &err));
    assert_int_equal(err.status, TENON_UNSUPPORTED);
    testdb_run(t->url, "DROP DATABASE ascii_only");
}

#define USERS(test) cmocka_unit_test_setup_teardown(test, open_users, close_users)

int main(void)
{
    const struct CMUnitTest tests[] = {
        USERS(a_row_is_found_by_its_key),
        USERS(a_write_tells_how_many_rows_it_changed),
        USERS(what_is_forgotten_is_deallocated_with_the_next_preparation),
        USERS(inside_a_transaction_nothing_is_deallocated),
        USERS(a_statement_that_the_server_lost_is_prepared_again),
        USERS(in_a_transaction_a_lost_statement_asks_for_another_try),
        USERS(a_changed_column_is_found_after_preparing_again),
        USERS(types_are_trusted_when_asked_to),
        USERS(a_wrong_statement_fails_at_its_first_execution),
        USERS(a_custom_plan_is_parsed_anew_each_time),
        USERS(a_required_field_that_is_null_is_named),
        USERS(a_value_that_does_not_fit_is_never_sent),
        USERS(a_value_larger_than_all_buffers_comes_through),
        USERS(a_server_that_reads_escapes_is_told_not_to_when_connecting),
        USERS(text_that_switches_escapes_on_does_not_reach_statements),
        USERS(in_a_transaction_escapes_are_switched_off_each_time),
        USERS(a_script_runs_statement_after_statement_up_to_the_first_failure),
        USERS(copy_has_no_place_in_a_script),
        USERS(a_commit_that_the_server_turned_into_a_rollback_fails),
        USERS(a_statement_under_way_can_be_cancelled),
        USERS(a_read_on_a_killed_connection_changed_nothing),
        USERS(a_write_on_a_killed_connection_may_have_happened),
        USERS(a_write_in_a_transaction_goes_with_it),
        USERS(a_commit_on_a_killed_connection_has_an_unknown_outcome),
        USERS(a_connection_killed_in_the_middle_of_a_statement_fails),
        USERS(a_connection_that_is_refused_says_why),
        USERS(a_url_that_is_none_is_not_repeated),
        USERS(text_in_no_encoding_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
