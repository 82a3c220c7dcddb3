/* Connections and statements of the PostgreSQL driver: what state they go through, what rides along with
 * what, and what happens when the server's side changes or goes away. */
#include "pgtest.h"

#include <stdio.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_is_found_by_its_key, open_users, close_users),
        cmocka_unit_test_setup_teardown(a_write_tells_how_many_rows_it_changed, open_users,
                                        close_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
