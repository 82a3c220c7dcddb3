/* upsert_many and update_each: rows told apart by a key, many in one statement. */
#include "both.h"

#include <tenon/hooks.h>

#include <stdio.h>
#include <stdlib.h>

#define DECIMAL(t) ((tenon_decimal){0, t})

static void make_three(both *b)
{
    const UserSet three[] = {{.email = SET("a@x"), .name = SET("Ann"), .age = SET(1)},
                             {.email = SET("b@x"), .name = SET("Bo"), .age = SET(2)},
                             {.email = SET("c@x"), .name = SET("Cid"), .age = SET(3)}};
    assert_int_equal(user_create_many(b->session, .items = three, .count = 3), 3);
    assert_sound(b->session);
}

static User *by_email(both *b, const char *email)
{
    User *user = user_find_by_email(b->session, email);
    assert_sound(b->session);
    assert_non_null(user);
    return user;
}

/* ---- upsert_many ----------------------------------------------------------------------------- */

static void rows_are_created_or_take_over_what_is_set(void **state)
{
    both *b = *state;
    make_three(b);
    int32_t id = by_email(b, "b@x")->id;
    const UserSet items[] = {{.email = SET("b@x"), .age = SET(20)},
                             {.email = SET("d@x"), .age = SET_NULL()}};
    int64_t count = user_upsert_many(b->session, .on = USER_BY_EMAIL, .items = items, .count = 2);
    assert_sound(b->session);
    assert_int_equal(count, 2);
    assert_int_equal(user_count(b->session), 4);
    User *bo = by_email(b, "b@x");
    assert_int_equal(bo->id, id);
    assert_int_equal(bo->age.value, 20);
    assert_string_equal(bo->name, "Bo");
    assert_true(bo->updatedAt.us >= bo->createdAt.us);
    assert_false(by_email(b, "d@x")->age.has);
    assert_string_equal(by_email(b, "d@x")->balance.text, "0.00");
}

static void only_the_listed_columns_are_taken_over(void **state)
{
    both *b = *state;
    make_three(b);
    const UserSet items[] = {{.email = SET("a@x"), .name = SET("Anna"), .age = SET(10)},
                             {.email = SET("e@x"), .name = SET("Eve"), .age = SET(50)}};
    UserList list = user_upsert_many_returning(b->session, .on = USER_BY_EMAIL, .items = items,
                                               .count = 2, .update = {USER_NAME});
    assert_sound(b->session);
    assert_int_equal(list.count, 2);
    User *ann = by_email(b, "a@x"), *eve = by_email(b, "e@x");
    assert_string_equal(ann->name, "Anna");
    assert_int_equal(ann->age.value, 1);
    assert_int_equal(eve->age.value, 50);
}

static void the_key_may_be_the_primary_one_of_two_columns(void **state)
{
    both *b = *state;
    make_three(b);
    int32_t id = by_email(b, "a@x")->id;
    const MembershipSet items[] = {
        {.userId = SET(id), .groupName = SET("g"), .role = SET(ROLE_USER)},
        {.userId = SET(id), .groupName = SET("h"), .role = SET(ROLE_ADMIN)}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(membership_upsert_many(b->session, .items = items, .count = 2), 2);
        assert_sound(b->session);
        assert_int_equal(membership_count(b->session), 2);
    }
}

static void thousands_are_upserted(void **state)
{
    both *b = *state;
    enum { COUNT = 9000 };
    UserSet *items = calloc(COUNT, sizeof *items);
    char(*emails)[24] = calloc(COUNT, sizeof *emails);
    assert_true(items && emails);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++) {
            snprintf(emails[i], sizeof emails[i], "u%d@x", i);
            items[i] = (UserSet){.email = SET(emails[i]), .score = SET((double)(i + round))};
        }
        int64_t count =
            user_upsert_many(b->session, .on = USER_BY_EMAIL, .items = items, .count = COUNT);
        assert_sound(b->session);
        assert_int_equal(count, COUNT);
        assert_int_equal(user_count(b->session), COUNT);
        assert_true(by_email(b, "u8999@x")->score == (double)(8999 + round));
    }
    free(items);
    free(emails);
}

/* ---- update_each ----------------------------------------------------------------------------- */

static void each_row_gets_its_own_values(void **state)
{
    both *b = *state;
    make_three(b);
    const UserSet items[] = {{.email = SET("a@x"), .name = SET_NULL(), .age = SET(10)},
                             {.email = SET("c@x"), .name = SET("Cyd"), .age = SET_NULL()},
                             {.email = SET("nobody@x"), .name = SET("No"), .age = SET(1)}};
    int64_t count = user_update_each(b->session, .on = USER_BY_EMAIL, .items = items, .count = 3);
    assert_sound(b->session);
    assert_int_equal(count, 2);
    assert_int_equal(user_count(b->session), 3);
    User *ann = by_email(b, "a@x"), *cyd = by_email(b, "c@x");
    assert_null(ann->name);
    assert_int_equal(ann->age.value, 10);
    assert_string_equal(cyd->name, "Cyd");
    assert_false(cyd->age.has);
    assert_string_equal(by_email(b, "b@x")->name, "Bo");
}

static void values_of_many_types_are_updated(void **state)
{
    both *b = *state;
    make_three(b);
    int32_t a = by_email(b, "a@x")->id, c = by_email(b, "c@x")->id;
    static const char *const tags[] = {"x", "y,\"z"};
    const UserSet items[] = {{.id = SET(a),
                              .role = SET(ROLE_ADMIN),
                              .active = SET(false),
                              .balance = SET(DECIMAL("12.5")),
                              .tags = {TENON_SET, {tags, 2}}},
                             {.id = SET(c),
                              .role = SET(ROLE_USER),
                              .active = SET(true),
                              .balance = SET(DECIMAL("0.25")),
                              .tags = {TENON_SET, {tags, 0}}}};
    assert_int_equal(user_update_each(b->session, .items = items, .count = 2), 2);
    assert_sound(b->session);
    User *ann = by_email(b, "a@x");
    assert_int_equal(ann->role, ROLE_ADMIN);
    assert_false(ann->active);
    assert_string_equal(ann->balance.text, "12.50");
    assert_int_equal(ann->tags.count, 2);
    assert_string_equal(ann->tags.items[1], "y,\"z");
    assert_int_equal(by_email(b, "c@x")->tags.count, 0);
}

/* ---- mistakes -------------------------------------------------------------------------------- */

static void a_key_that_comes_twice_is_refused(void **state)
{
    both *b = *state;
    make_three(b);
    const UserSet items[] = {{.email = SET("a@x"), .age = SET(10)},
                             {.email = SET("b@x"), .age = SET(11)},
                             {.email = SET("a@x"), .age = SET(12)}};
    user_upsert_many(b->session, .on = USER_BY_EMAIL, .items = items, .count = 3);
    assert_failed(b->session, TENON_MISUSE, "items[0] and items[2]");
    user_update_each(b->session, .on = USER_BY_EMAIL, .items = items, .count = 3);
    assert_failed(b->session, TENON_MISUSE, "two items with the same email");
    assert_int_equal(by_email(b, "b@x")->age.value, 2);
}

static void items_must_set_the_same_fields(void **state)
{
    both *b = *state;
    const UserSet items[] = {{.email = SET("a@x"), .age = SET(10)}, {.email = SET("b@x")}};
    user_upsert_many(b->session, .on = USER_BY_EMAIL, .items = items, .count = 2);
    assert_failed(b->session, TENON_MISUSE, "the same fields");
    const UserSet without_key = {.name = SET("x")};
    user_update_each(b->session, .on = USER_BY_EMAIL, .items = &without_key, .count = 1);
    assert_failed(b->session, TENON_MISUSE, "every item must set it");
    const UserSet calculated = {.email = SET("a@x"), .age = INCREASE(1)};
    user_update_each(b->session, .on = USER_BY_EMAIL, .items = &calculated, .count = 1);
    assert_failed(b->session, TENON_MISUSE, "no calculations");
    const UserSet only_key = {.email = SET("a@x")};
    user_update_each(b->session, .on = USER_BY_EMAIL, .items = &only_key, .count = 1);
    assert_failed(b->session, TENON_MISUSE, "no change");
    user_update_each(b->session, .count = 1);
    assert_failed(b->session, TENON_MISUSE, "no items");
    assert_int_equal(user_update_each(b->session), 0);
    assert_int_equal(user_upsert_many_returning(b->session).count, 0);
    assert_sound(b->session);
}

static void a_value_that_does_not_fit_leaves_all_as_it_was(void **state)
{
    both *b = *state;
    make_three(b);
    UserSet items[] = {{.email = SET("a@x"), .balance = SET(DECIMAL("1"))},
                       {.email = SET("b@x"), .balance = SET(DECIMAL("0.001"))}};
    user_update_each(b->session, .on = USER_BY_EMAIL, .items = items, .count = 2);
    assert_failed(b->session, TENON_RANGE, "User.balance");
    assert_string_equal(by_email(b, "a@x")->balance.text, "0.00");
    items[1].balance.value = DECIMAL("-1");
    user_upsert_many(b->session, .on = USER_BY_EMAIL, .items = items, .count = 2);
    assert_failed(b->session, TENON_CHECK, NULL);
    assert_string_equal(by_email(b, "a@x")->balance.text, "0.00");
}

static void upsert_is_forbidden(tenon_event *event, void *ctx)
{
    *(size_t *)ctx += event->created_count;
    tenon_veto(event, "not today");
}

static void hooks_are_asked(void **state)
{
    both *b = *state;
    size_t seen = 0;
    const tenon_hook hook = {
        .moments = TENON_BEFORE_UPDATE, .function = upsert_is_forbidden, .ctx = &seen};
    assert_true(tenon_session_hook_add(b->session, &hook) != 0);
    const UserSet items[] = {{.email = SET("a@x"), .age = SET(10)},
                             {.email = SET("b@x"), .age = SET(11)}};
    user_upsert_many(b->session, .on = USER_BY_EMAIL, .items = items, .count = 2);
    assert_failed(b->session, TENON_VETO, "not today");
    user_update_each(b->session, .on = USER_BY_EMAIL, .items = items, .count = 2);
    assert_failed(b->session, TENON_VETO, "not today");
    assert_int_equal(seen, 4);
    assert_int_equal(user_count(b->session), 0);
}

/* ---- columns of unknown types ---------------------------------------------------------------- */

/* User, as if tenon did not know the type of its name. */
static const tenon_model *user_with_unknown_type(void)
{
    static tenon_field fields[32];
    static tenon_model model;
    model = user_model;
    assert_in_range(model.field_count, 1, 32);
    memcpy(fields, model.fields, model.field_count * sizeof *fields);
    fields[USER_NAME - 1].kind = TENON_KIND_OTHER;
    fields[USER_NAME - 1].pg_type = TENON_PG_OTHER;
    fields[USER_NAME - 1].other_type = "text";
    model.fields = fields;
    return &model;
}

static void unknown_types_are_upserted(void **state)
{
    both *b = *state;
    make_three(b);
    int32_t id = by_email(b, "b@x")->id;
    const UserSet items[] = {{.email = SET("b@x"), .name = SET("Bob"), .age = SET(20)},
                             {.email = SET("d@x"), .name = SET_NULL(), .age = SET(4)}};
    const UserUpsertMany call = {
        .session = b->session, .on = USER_BY_EMAIL, .items = items, .count = 2};
    assert_int_equal(tenon_upsert_many(user_with_unknown_type(), &call), 2);
    assert_sound(b->session);
    assert_int_equal(by_email(b, "b@x")->id, id);
    assert_string_equal(by_email(b, "b@x")->name, "Bob");
    assert_int_equal(by_email(b, "b@x")->age.value, 20);
    assert_null(by_email(b, "d@x")->name);
    UserUpsertMany listed = call;
    const UserSet again[] = {{.email = SET("b@x"), .name = SET("Robert"), .age = SET(99)},
                             {.email = SET("e@x"), .name = SET("Eve"), .age = SET(5)}};
    listed.items = again;
    listed.update[0] = USER_NAME;
    tenon_list list = tenon_upsert_many_returning(user_with_unknown_type(), &listed);
    assert_sound(b->session);
    assert_int_equal(list.count, 2);
    assert_string_equal(((const User *)list.items)[0].name, "Robert");
    assert_int_equal(((const User *)list.items)[0].age.value, 20);
    assert_int_equal(by_email(b, "e@x")->age.value, 5);
    assert_int_equal(user_count(b->session), 5);
}

static void unknown_types_are_updated(void **state)
{
    both *b = *state;
    make_three(b);
    const UserSet items[] = {{.email = SET("a@x"), .name = SET("Anna")},
                             {.email = SET("nobody@x"), .name = SET("No")},
                             {.email = SET("c@x"), .name = SET("Cyd")}};
    const UserUpdateEach call = {
        .session = b->session, .on = USER_BY_EMAIL, .items = items, .count = 3};
    assert_int_equal(tenon_update_each(user_with_unknown_type(), &call), 2);
    assert_sound(b->session);
    assert_string_equal(by_email(b, "a@x")->name, "Anna");
    assert_string_equal(by_email(b, "c@x")->name, "Cyd");
    assert_int_equal(by_email(b, "c@x")->age.value, 3);
}

/* What one item breaks undoes the items before it. */
static void unknown_types_are_written_all_or_none(void **state)
{
    both *b = *state;
    make_three(b);
    const UserSet items[] = {
        {.email = SET("a@x"), .name = SET("Anna"), .balance = SET(DECIMAL("1"))},
        {.email = SET("b@x"), .name = SET("Bob"), .balance = SET(DECIMAL("-1"))}};
    const UserUpdateEach call = {
        .session = b->session, .on = USER_BY_EMAIL, .items = items, .count = 2};
    assert_int_equal(tenon_update_each(user_with_unknown_type(), &call), 0);
    assert_failed(b->session, TENON_CHECK, NULL);
    assert_string_equal(by_email(b, "a@x")->name, "Ann");
    assert_false(tenon_in_transaction(b->session));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(rows_are_created_or_take_over_what_is_set),
        ON_BOTH(only_the_listed_columns_are_taken_over),
        ON_BOTH(the_key_may_be_the_primary_one_of_two_columns),
        ON_BOTH(thousands_are_upserted),
        ON_BOTH(each_row_gets_its_own_values),
        ON_BOTH(values_of_many_types_are_updated),
        ON_BOTH(a_key_that_comes_twice_is_refused),
        ON_BOTH(items_must_set_the_same_fields),
        ON_BOTH(a_value_that_does_not_fit_leaves_all_as_it_was),
        ON_BOTH(hooks_are_asked),
        ON_BOTH(unknown_types_are_upserted),
        ON_BOTH(unknown_types_are_updated),
        ON_BOTH(unknown_types_are_written_all_or_none),
    };
    return both_run(tests);
}
