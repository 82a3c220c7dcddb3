/* Loaders: single look-ups come in one statement, and find what finding would. */
#include "both.h"

#include <stdio.h>
#include <stdlib.h>

#include <tenon/loader.h>
#include <tenon/test.h>

enum { PEOPLE = 60 };

static const char *email_of(int i)
{
    static char text[32];
    snprintf(text, sizeof text, "u%d@example.com", i);
    return text;
}

static void add_people(both *b)
{
    for (int i = 1; i <= PEOPLE; i++)
        user_create(b->session, .id = SET(i), .email = SET(email_of(i)), .age = SET(i));
    assert_sound(b->session);
}

static void many_rows_come_in_one_statement(void **state)
{
    both *b = *state;
    add_people(b);
    tenon_loader *users = user_find_loader(b->session);
    for (int i = 1; i <= PEOPLE + 5; i++)
        user_find_want(users, i % (PEOPLE + 3) + 1);
    uint64_t before = tenon_statement_count(b->session);
    for (int i = 1; i <= PEOPLE; i++)
        assert_int_equal(user_find_get(users, i)->age.value, i);
    assert_null(user_find_get(users, PEOPLE + 2));
    assert_sound(b->session);
    assert_int_equal(tenon_statement_count(b->session), before + 1);
    assert_ptr_equal(user_find_get(users, 7), user_find_get(users, 7));
    tenon_loader_close(users);
}

static void a_key_that_was_not_wanted_is_asked_with_those_that_were(void **state)
{
    both *b = *state;
    add_people(b);
    tenon_loader *users = user_find_by_email_loader(b->session);
    uint64_t before = tenon_statement_count(b->session);
    char *email = strdup(email_of(3));
    user_find_by_email_want(users, email);
    memset(email, 'x', strlen(email)); /* keys are copied */
    free(email);
    assert_int_equal(user_find_by_email_get(users, email_of(9))->id, 9);
    assert_int_equal(user_find_by_email_get(users, email_of(3))->id, 3);
    assert_int_equal(tenon_statement_count(b->session), before + 1);
    assert_int_equal(user_find_by_email_get(users, email_of(5))->id, 5);
    assert_int_equal(tenon_statement_count(b->session), before + 2);
    assert_sound(b->session);
    tenon_loader_close(users);
}

static void keys_of_two_columns_are_gathered_too(void **state)
{
    both *b = *state;
    add_people(b);
    for (int i = 1; i <= PEOPLE; i++)
        membership_create(b->session, .userId = SET(i), .groupName = SET(i % 2 ? "odd" : "even"),
                          .role = SET(ROLE_USER));
    tenon_loader *members = membership_find_loader(b->session);
    for (int i = 1; i <= 11; i++) {
        membership_find_want(members, i, "odd");
        membership_find_want(members, i, "even");
    }
    uint64_t before = tenon_statement_count(b->session);
    for (int i = 1; i <= 11; i++) {
        Membership *odd = membership_find_get(members, i, "odd");
        Membership *even = membership_find_get(members, i, "even");
        assert_sound(b->session);
        assert_true((odd == NULL) != (even == NULL));
        assert_int_equal((odd ? odd : even)->userId, i);
        assert_int_equal(odd != NULL, i % 2);
    }
    assert_int_equal(tenon_statement_count(b->session), before + 1);
    tenon_loader_close(members);
}

static void thousands_of_keys_of_two_columns(void **state)
{
    both *b = *state;
    add_people(b);
    membership_create(b->session, .userId = SET(1), .groupName = SET("g"), .role = SET(ROLE_USER));
    tenon_loader *members = membership_find_loader(b->session);
    for (int i = 1; i <= 1300; i++)
        membership_find_want(members, i, "g");
    assert_non_null(membership_find_get(members, 1, "g"));
    assert_null(membership_find_get(members, 1300, "g"));
    assert_sound(b->session);
    tenon_loader_close(members);
}

static void what_is_forgotten_is_asked_again(void **state)
{
    both *b = *state;
    add_people(b);
    tenon_loader *users = user_find_loader(b->session);
    assert_int_equal(user_find_get(users, 1)->age.value, 1);
    user_update(b->session, 1, .age = SET(99));
    assert_int_equal(user_find_get(users, 1)->age.value, 1);
    tenon_loader_forget(users);
    assert_int_equal(user_find_get(users, 1)->age.value, 99);
    assert_sound(b->session);
    tenon_loader_close(users);
}

static void what_finding_refuses_is_refused(void **state)
{
    both *b = *state;
    tenon_loader *users = user_find_by_email_loader(b->session);
    user_find_by_email_want(users, NULL);
    assert_null(user_find_by_email_get(users, NULL));
    assert_failed(b->session, TENON_MISUSE, NULL);
    user_find_want(users, 1);
    assert_failed(b->session, TENON_MISUSE, "the loader is for User by email");
    assert_null(user_find_by_email_get(users, "\xff"));
    assert_true(tenon_failed(b->session));
    assert_null(user_find_by_email_get(users, "a@b")); /* the session has failed */
    tenon_error_clear(b->session);
    tenon_loader_close(users);
    assert_null(tenon_loader_open(b->session, &user_model, 9));
    assert_failed(b->session, TENON_MISUSE, "no unique 9");
    assert_null(user_find_get(NULL, 1));
    user_find_want(NULL, 1);
    tenon_loader_forget(NULL);
    tenon_loader_close(NULL);
}

/* User, as if its name were unique. */
static const tenon_model *user_by_name(void)
{
    static const uint16_t fields[] = {USER_NAME - 1};
    static const tenon_unique unique = {.name = "name", .fields = fields, .field_count = 1};
    static tenon_model model;
    model = user_model;
    model.uniques = &unique;
    model.unique_count = 1;
    return &model;
}

/* The column's collation finds more than the bytes say. */
static void keys_are_equal_as_the_database_says(void **state)
{
    both *b = *state;
    both_sql(b, "SET client_min_messages = warning;"
                "CREATE COLLATION IF NOT EXISTS \"NOCASE\" "
                "(provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
                "ALTER TABLE \"User\" ALTER \"name\" TYPE text COLLATE \"NOCASE\"");
    user_create(b->session, .id = SET(1), .email = SET("a@b"), .name = SET("Ann"));
    user_create(b->session, .id = SET(2), .email = SET("c@d"), .name = SET("bo"));
    const tenon_model *model = user_by_name();
    tenon_loader *users = tenon_loader_open(b->session, model, 0);
    const char *names[] = {"ANN", "ann", "bo", "cid"};
    const int64_t ids[] = {1, 1, 2, 0};
    for (int i = 0; i < 4; i++)
        tenon_loader_want(users, model, 0, (const void *const[]){&names[i]});
    for (int i = 0; i < 4; i++) {
        const User *user = tenon_loader_get(users, model, 0, (const void *const[]){&names[i]});
        assert_int_equal(user ? user->id : 0, ids[i]);
    }
    assert_sound(b->session);
    tenon_loader_close(users);
    both_sql(b, "ALTER TABLE \"User\" ALTER \"name\" TYPE text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(many_rows_come_in_one_statement),
        ON_BOTH(a_key_that_was_not_wanted_is_asked_with_those_that_were),
        ON_BOTH(keys_of_two_columns_are_gathered_too),
        ON_BOTH(thousands_of_keys_of_two_columns),
        ON_BOTH(what_is_forgotten_is_asked_again),
        ON_BOTH(what_finding_refuses_is_refused),
        ON(postgresql, keys_are_equal_as_the_database_says),
    };
    return both_run(tests);
}
