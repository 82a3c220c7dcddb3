/* A table named at run time: every call of a model takes one, and its name is data, whatever it
 * holds. */
#include "both.h"

#include <stdio.h>

/* Names that would end a name, a text or a statement if they were pasted. */
static const char *const names[] = {
    "archive 2024", "it's", "\"; DROP TABLE \"Membership\"; --", "schema.table", "$1", "Ünïcödé 表",
};

/* An empty table like Membership's, with its key. */
static tenon_table make_table(both *b, const char *name)
{
    char sql[512], quoted[128] = "";
    for (const char *at = name; *at; at++)
        strncat(quoted, *at == '"' ? "\"\"" : (char[]){*at, 0}, sizeof quoted - strlen(quoted) - 1);
    snprintf(sql, sizeof sql,
             "DROP TABLE IF EXISTS \"%s\"; CREATE TABLE \"%s\" (\"userId\" integer, \"groupName\" "
             "text, \"role\" %s, \"since\" %s, \"note\" text, PRIMARY KEY (\"userId\", "
             "\"groupName\"))",
             quoted, quoted, b->is_sqlite ? "TEXT" : "\"Role\"", b->is_sqlite ? "TEXT" : "date");
    both_sql(b, sql);
    return (tenon_table){.schema = b->is_sqlite ? "main" : "public", .name = name};
}

static void every_call_about_one_row_takes_a_table(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        tenon_table table = make_table(b, names[i]);
        assert_non_null(membership_create(s, .table = table, .userId = SET(1),
                                          .groupName = SET("a"), .role = SET(ROLE_USER)));
        assert_string_equal(membership_find(s, 1, "a", .table = table)->groupName, "a");
        assert_null(membership_find(s, 1, "a"));
        assert_int_equal(
            membership_update(s, 1, "a", .table = table, .role = SET(ROLE_ADMIN))->role,
            ROLE_ADMIN);
        assert_non_null(membership_update(s, 1, "a", .table = table)); /* without a change */
        assert_string_equal(
            membership_upsert(
                s, .table = table,
                .create = {.userId = SET(1), .groupName = SET("a"), .role = SET(ROLE_USER)},
                .update = {.note = SET("twice")})
                ->note,
            "twice");
        assert_null(membership_delete(s, 1, "a"));
        assert_int_equal(membership_delete(s, 1, "a", .table = table)->role, ROLE_ADMIN);
        assert_null(membership_delete(s, 1, "a", .table = table));
        assert_sound(s);
    }
}

static void every_call_about_many_rows_takes_a_table(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    const MembershipSet rows[] = {
        {.userId = SET(1), .groupName = SET("a"), .role = SET(ROLE_USER)},
        {.userId = SET(2), .groupName = SET("b"), .role = SET(ROLE_USER)},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        tenon_table table = make_table(b, names[i]);
        assert_int_equal(membership_create_many(s, .table = table, .items = rows, .count = 1), 1);
        MembershipList made =
            membership_create_many_returning(s, .table = table, .items = rows + 1, .count = 1);
        assert_int_equal(made.count, 1);
        assert_int_equal(membership_find_many(s, .table = table).count, 2);
        assert_int_equal(
            membership_find_first(s, .table = table, .order_by = {DESC(MEMBERSHIP_USER_ID)})
                ->userId,
            2);
        assert_int_equal(membership_count(s, .table = table), 2);
        assert_true(membership_exists(s, .table = table, .where = {.userId = EQ(2)}));
        assert_int_equal(membership_update_many(s, .table = table, .everything = true,
                                                .set = {.note = SET("all")}),
                         2);
        assert_int_equal(membership_delete_many(s, .table = table, .where = {.userId = EQ(1)}), 1);
        assert_int_equal(membership_count(s, .table = table), 1);
        assert_int_equal(membership_count(s), 0);
        assert_sound(s);
    }
}

static void a_row_is_found_by_a_unique_of_another_table(void **state)
{
    both *b = *state;
    tenon_table table = {.name = "people"};
    both_sql(b,
             "DROP TABLE IF EXISTS \"people\"; CREATE TABLE \"people\" AS SELECT * FROM \"User\"");
    user_create(b->session, .table = table, .id = SET(7), .email = SET("ann@example.com"));
    User *ann = user_find_by_email(b->session, "ann@example.com", .table = table);
    assert_sound(b->session);
    assert_int_equal(ann->id, 7);
    assert_null(user_find_by_email(b->session, "ann@example.com"));
    assert_int_equal(
        (user_find_by_email_q)(&(tenon_key_options){.session = b->session, .table = table},
                               "ann@example.com")
            ->id,
        7);
}

static void the_functions_without_options_are_there_too(void **state)
{
    both *b = *state;
    User *(*find)(tenon_session *, int64_t) = user_find;
    User *made = user_create(b->session, .email = SET("ann@example.com"));
    assert_string_equal(find(b->session, made->id)->email, "ann@example.com");
    assert_non_null((user_delete)(b->session, made->id));
    assert_sound(b->session);
}

static void a_table_that_cannot_be_is_an_error_of_the_call(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    assert_null(user_find(s, 1, .table = {.schema = "public"}));
    assert_failed(s, TENON_MISUSE, "a schema but no name");
    assert_null(user_delete(s, 1, .table = {.name = ""}));
    assert_failed(s, TENON_MISUSE, "an empty name");
    assert_null(user_find(s, 1, .table = {.name = "nowhere"}));
    assert_failed(s, TENON_SCHEMA, "nowhere");
    assert_null(user_find_q(NULL, 1));
    assert_null(user_delete_q(NULL, 1));
    assert_null(user_find(NULL, 1, .table = {.name = "User"}));
    assert_sound(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(every_call_about_one_row_takes_a_table),
        ON_BOTH(every_call_about_many_rows_takes_a_table),
        ON_BOTH(a_row_is_found_by_a_unique_of_another_table),
        ON_BOTH(the_functions_without_options_are_there_too),
        ON_BOTH(a_table_that_cannot_be_is_an_error_of_the_call),
    };
    return both_run(tests);
}
