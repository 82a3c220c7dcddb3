/* Statements on a real SQLite file: prepare, execute, fetch, scripts, transactions, lists,
 * cancelling. */
#include "sqlite_fixture.h"

#include <pthread.h>
#include <time.h>

typedef struct user {
    uint64_t loaded[1];
    int64_t id;
    const char *email;
    tenon_opt_int32 age;
} user;

static const tenon_field user_fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT64},
    {.name = "email", .column = "email", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT},
    {.name = "age", .column = "age", .kind = TENON_KIND_INT32, .flags = TENON_FIELD_NULLABLE},
};
static const tenon_model user_model = {
    .name = "User", .table = "users", .fields = user_fields, .field_count = 3};

static const tenon__out user_outs[] = {
    {TENON__OUT_FIELD, &user_fields[0], offsetof(user, id)},
    {TENON__OUT_FIELD, &user_fields[1], offsetof(user, email)},
    {TENON__OUT_FIELD, &user_fields[2], offsetof(user, age)},
};
static const uint64_t all_loaded[] = {7};
static const tenon__layout user_layout = {.outs = user_outs,
                                          .out_count = 3,
                                          .row_size = sizeof(user),
                                          .loaded_offset = offsetof(user, loaded),
                                          .loaded = all_loaded,
                                          .loaded_words = 1,
                                          .model = &user_model};

static const tenon__slot user_slots[] = {
    {.field = &user_fields[0], .model = &user_model},
    {.field = &user_fields[1], .model = &user_model},
    {.field = &user_fields[2], .model = &user_model},
};
static const tenon__slot id_list_slot = {
    .field = &user_fields[0], .form = TENON__FORM_WIDE_LIST, .model = &user_model};

#define CREATE_USERS                                                                               \
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, age INTEGER)"
#define SELECT_USERS "SELECT \"id\", \"email\", \"age\" FROM \"users\" "

typedef struct fixture {
    const char *url;
    tenon__connection *c;
    tenon__arena arena;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    f = (fixture){.url = testdb_sqlite_url()};
    f.c = connect_to(f.url);
    run_script(f.c, CREATE_USERS "; INSERT INTO users VALUES (1, 'ann@example.com', 31), "
                                 "(2, 'bob@example.com', NULL), (3, 'cyd@example.com', 19)");
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    DRIVER->close(f->c);
    tenon__arena_release(&f->arena);
    return 0;
}

static size_t find_users(fixture *f, const char *sql, const tenon__slot *slots, size_t count,
                         const void *const *values, const user **out)
{
    tenon__statement statement = statement_of(sql, slots, count, &user_layout);
    tenon__rows rows = {.arena = &f->arena};
    tenon_error err;
    int64_t affected = -1;
    try_statement(f->c, &statement, values, &rows, &affected, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(affected, (int64_t)rows.count);
    *out = (const user *)(void *)rows.items;
    return rows.count;
}

static void rows_become_structs(void **state)
{
    const user *users;
    size_t count = find_users(*state, SELECT_USERS "ORDER BY id", NULL, 0, NULL, &users);
    assert_int_equal(count, 3);
    assert_int_equal(users[0].id, 1);
    assert_string_equal(users[0].email, "ann@example.com");
    assert_true(users[0].age.has);
    assert_int_equal(users[0].age.value, 31);
    assert_int_equal(users[0].loaded[0], 7);
    assert_false(users[1].age.has);
}

static void a_prepared_statement_runs_again_with_other_values(void **state)
{
    fixture *f = *state;
    tenon__statement statement =
        statement_of(SELECT_USERS "WHERE \"id\" = ?1", user_slots, 1, &user_layout);
    tenon__prepared *prepared;
    tenon_error err = {0};
    assert_int_equal(DRIVER->prepare(f->c, &statement, &prepared, &err), TENON__DONE);
    for (int64_t id = 1; id <= 4; id++) {
        tenon__rows rows = {.arena = &f->arena, .expected = 1};
        const void *values[] = {&id};
        assert_int_equal(DRIVER->execute(f->c, prepared, values, &err), TENON__ROWS);
        assert_int_equal(DRIVER->fetch(f->c, &rows, NULL, &err), TENON__DONE);
        assert_int_equal(rows.count, id <= 3);
        if (rows.count)
            assert_int_equal(((user *)(void *)rows.items)->id, id);
    }
    DRIVER->forget(f->c, prepared);
}

static void writes_tell_how_many_rows_they_touched(void **state)
{
    fixture *f = *state;
    int64_t id = 4, age = 50;
    const char *email = "dan@example.com";
    const void *values[] = {&id, &email, &age};
    assert_int_equal(
        run_write(f->c, "INSERT INTO users VALUES (?1, ?2, ?3)", user_slots, 3, values), 1);
    assert_int_equal(run_write(f->c, "UPDATE users SET age = 1", NULL, 0, NULL), 4);
    assert_int_equal(run_write(f->c, "UPDATE users SET age = 1 WHERE id = 99", NULL, 0, NULL), 0);
    assert_int_equal(run_write(f->c, "CREATE TABLE other (x)", NULL, 0, NULL), 0);
    assert_string_equal(testdb_value(f->url, "SELECT email FROM users WHERE id = 4"), email);
}

static void returning_gives_the_rows_written(void **state)
{
    const user *users;
    const void *values[] = {NULL, &(const char *){"eve@example.com"}, NULL};
    size_t count =
        find_users(*state, "INSERT INTO users VALUES (?1, ?2, ?3) RETURNING id, email, age",
                   user_slots, 3, values, &users);
    assert_int_equal(count, 1);
    assert_int_equal(users[0].id, 4);
    assert_false(users[0].age.has);
}

static void a_value_out_of_range_is_refused_before_the_statement_runs(void **state)
{
    fixture *f = *state;
    tenon__statement statement = statement_of("UPDATE users SET age = ?1", &user_slots[2], 1, NULL);
    const void *values[] = {&(int64_t){3000000000}};
    tenon_error err;
    assert_int_equal(try_statement(f->c, &statement, values, NULL, NULL, &err), TENON_RANGE);
    assert_string_equal(err.message,
                        "User.age: 3000000000 does not fit in an int (-2147483648 … 2147483647)");
}

static void a_list_parameter_is_a_table(void **state)
{
    const user *users;
    const int64_t ids[] = {3, 1, 77, 3};
    const void *values[] = {&(tenon__list){ids, 4}};
    size_t count = find_users(
        *state, SELECT_USERS "WHERE \"id\" IN (SELECT value FROM tenon_keys(?1)) ORDER BY id",
        &id_list_slot, 1, values, &users);
    assert_int_equal(count, 2);
    assert_int_equal(users[1].id, 3);
    const void *nothing[] = {&(tenon__list){NULL, 0}};
    assert_int_equal(find_users(*state,
                                SELECT_USERS "WHERE \"id\" IN (SELECT value FROM tenon_keys(?1))",
                                &id_list_slot, 1, nothing, &users),
                     0);
}

static void transactions_are_known(void **state)
{
    fixture *f = *state;
    bool is_failed = true;
    assert_false(DRIVER->in_transaction(f->c, &is_failed));
    run_script(f->c, "BEGIN IMMEDIATE");
    assert_true(DRIVER->in_transaction(f->c, &is_failed));
    assert_false(is_failed);
    run_script(f->c, "DELETE FROM users");
    run_script(f->c, "ROLLBACK");
    assert_false(DRIVER->in_transaction(f->c, NULL));
    assert_string_equal(testdb_value(f->url, "SELECT count(*) FROM users"), "3");
    run_script(f->c, "BEGIN IMMEDIATE");
    run_script(f->c, "DELETE FROM users");
    run_script(f->c, "COMMIT");
    assert_string_equal(testdb_value(f->url, "SELECT count(*) FROM users"), "0");
}

static void no_read_stays_open_after_a_fetch(void **state)
{
    fixture *f = *state;
    const user *users;
    find_users(f, SELECT_USERS, NULL, 0, NULL, &users);
    testdb_run(f->url, "PRAGMA wal_checkpoint(TRUNCATE)");
    assert_string_equal(testdb_value(f->url, "PRAGMA wal_checkpoint(TRUNCATE)"), "0");
}

static void misspelt_columns_are_never_taken_for_texts(void **state)
{
    fixture *f = *state;
    tenon_error err;
    tenon__statement statement = statement_of("SELECT \"agee\" FROM users", NULL, 0, NULL);
    assert_int_equal(try_statement(f->c, &statement, NULL, NULL, NULL, &err), TENON_SCHEMA);
    assert_string_equal(err.message, "no such column: agee");
    assert_string_equal(err.sql, "SELECT \"agee\" FROM users");
}

static void readers_cannot_write(void **state)
{
    fixture *f = *state;
    tenon_error err = {0};
    tenon__connection *reader =
        connect_with((tenon__connect_options){.url = f->url, .is_reader = true}, &err);
    assert_non_null(reader);
    assert_int_equal(try_script(reader, "DELETE FROM users", &err), TENON_READ_ONLY);
    assert_int_equal(try_script(reader, "SELECT * FROM users", &err), TENON_OK);
    DRIVER->close(reader);
}

static void readers_see_the_last_commit_while_a_write_is_open(void **state)
{
    fixture *f = *state;
    tenon_error err = {0};
    tenon__connection *reader =
        connect_with((tenon__connect_options){.url = f->url, .is_reader = true}, &err);
    run_script(f->c, "BEGIN IMMEDIATE");
    run_script(f->c, "DELETE FROM users");
    fixture reading = {.url = f->url, .c = reader};
    const user *users;
    assert_int_equal(find_users(&reading, SELECT_USERS, NULL, 0, NULL, &users), 3);
    tenon__arena_release(&reading.arena);
    run_script(f->c, "ROLLBACK");
    DRIVER->close(reader);
}

static void a_memory_database_is_shared_by_its_connections_only(void **state)
{
    tenon_error err = {0};
    tenon__connect_options options = {.url = "sqlite::memory:", .database_id = 41};
    tenon__connection *writer = connect_with(options, &err);
    options.is_reader = true;
    tenon__connection *reader = connect_with(options, &err);
    tenon__connection *other =
        connect_with((tenon__connect_options){.url = "sqlite::memory:", .database_id = 42}, &err);
    run_script(writer, CREATE_USERS);
    assert_int_equal(try_script(reader, "SELECT * FROM users", &err), TENON_OK);
    assert_int_equal(try_script(other, "SELECT * FROM users", &err), TENON_SCHEMA);
    DRIVER->close(reader);
    DRIVER->close(other);
    DRIVER->close(writer);
}

#define ENDLESS                                                                                    \
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

static void a_deadline_stops_a_statement(void **state)
{
    fixture *f = *state;
    tenon_error err;
    DRIVER->set_deadline(f->c, tenon__monotonic_us() + 20000);
    assert_int_equal(try_script(f->c, ENDLESS, &err), TENON_TIMEOUT);
    DRIVER->set_deadline(f->c, 0);
    assert_int_equal(try_script(f->c, "SELECT 1", &err), TENON_OK);
}

static void *cancel_soon(void *argument)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    nanosleep(&pause, NULL);
    DRIVER->cancel(argument);
    return NULL;
}

static void cancel_stops_a_statement_from_another_thread(void **state)
{
    fixture *f = *state;
    tenon_error err;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, f->c), 0);
    assert_int_equal(try_script(f->c, ENDLESS, &err), TENON_CANCELLED);
    pthread_join(thread, NULL);
    assert_int_equal(try_script(f->c, "SELECT 1", &err), TENON_OK);
}

static void a_wrong_number_of_parameters_or_columns_is_refused(void **state)
{
    fixture *f = *state;
    tenon_error err;
    tenon__statement parameters = statement_of("SELECT ?1, ?2", user_slots, 1, NULL);
    assert_int_equal(try_statement(f->c, &parameters, NULL, NULL, NULL, &err), TENON_MISUSE);
    tenon__statement columns = statement_of("SELECT 1", NULL, 0, &user_layout);
    assert_int_equal(try_statement(f->c, &columns, NULL, NULL, NULL, &err), TENON_SCHEMA);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(rows_become_structs),
        TEST(a_prepared_statement_runs_again_with_other_values),
        TEST(writes_tell_how_many_rows_they_touched),
        TEST(returning_gives_the_rows_written),
        TEST(a_value_out_of_range_is_refused_before_the_statement_runs),
        TEST(a_list_parameter_is_a_table),
        TEST(transactions_are_known),
        TEST(no_read_stays_open_after_a_fetch),
        TEST(misspelt_columns_are_never_taken_for_texts),
        TEST(readers_cannot_write),
        TEST(readers_see_the_last_commit_while_a_write_is_open),
        TEST(a_memory_database_is_shared_by_its_connections_only),
        TEST(a_deadline_stops_a_statement),
        TEST(cancel_stops_a_statement_from_another_thread),
        TEST(a_wrong_number_of_parameters_or_columns_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
