/* Rows that a write of many gives back: update_many_returning and delete_many_returning. */
#include "both.h"

static void add_people(both *b)
{
    static const char *const tags[] = {"a", "b"};
    const UserSet people[] = {{.email = SET("ann@example.com"),
                               .age = SET(31),
                               .tags = SET(((tenon_text_array){tags, 2}))},
                              {.email = SET("bo@example.com"), .age = SET(17)},
                              {.email = SET("cid@example.com"), .age = SET(52)}};
    assert_int_equal(user_create_many(b->session, .items = people, .count = 3), 3);
    assert_sound(b->session);
}

static const User *row_of(UserList list, const char *email)
{
    for (size_t i = 0; i < list.count; i++) {
        if (!strcmp(list.items[i].email, email))
            return &list.items[i];
    }
    fail_msg("%s did not come back", email);
    return NULL;
}

static void changed_rows_come_back_as_they_are_now(void **state)
{
    both *b = *state;
    add_people(b);
    UserList changed = user_update_many_returning(b->session, .where = {.age = GE(18)},
                                                  .set = {.age = INCREASE(1), .name = SET("Old")});
    assert_sound(b->session);
    assert_int_equal(changed.count, 2);
    assert_int_equal(row_of(changed, "ann@example.com")->age.value, 32);
    assert_int_equal(row_of(changed, "ann@example.com")->tags.count, 2);
    assert_int_equal(row_of(changed, "cid@example.com")->age.value, 53);
    assert_string_equal(row_of(changed, "cid@example.com")->name, "Old");
    assert_true(USER_LOADED(&changed.items[0], USER_BALANCE));
}

static void deleted_rows_come_back_as_they_were(void **state)
{
    both *b = *state;
    add_people(b);
    UserList gone = user_delete_many_returning(b->session, .where = {.age = GE(18)});
    assert_sound(b->session);
    assert_int_equal(gone.count, 2);
    assert_int_equal(row_of(gone, "cid@example.com")->age.value, 52);
    assert_int_equal(user_count(b->session), 1);
}

static void none_is_an_empty_list(void **state)
{
    both *b = *state;
    const UserWhere nobody = {.age = GT(99)};
    UserList changed =
        user_update_many_returning(b->session, .where = nobody, .set = {.name = SET("x")});
    assert_int_equal(changed.count, 0);
    assert_int_equal(user_delete_many_returning(b->session, .where = nobody).count, 0);
    assert_sound(b->session);
}

static void filters_through_relations_work_too(void **state)
{
    both *b = *state;
    add_people(b);
    int32_t ann = user_find_by_email(b->session, "ann@example.com")->id;
    membership_create(b->session, .userId = SET(ann), .groupName = SET("g"),
                      .role = SET(ROLE_USER));
    UserList changed = user_update_many_returning(
        b->session, .where = {.memberships.some = &(MembershipWhere){.groupName = EQ("g")}},
        .set = {.active = SET(false)});
    assert_sound(b->session);
    assert_int_equal(changed.count, 1);
    assert_int_equal(changed.items[0].id, ann);
    assert_false(changed.items[0].active);
    MembershipList gone = membership_delete_many_returning(
        b->session, .where = {.user.is = &(UserWhere){.active = EQ(false)}});
    assert_sound(b->session);
    assert_int_equal(gone.count, 1);
    assert_string_equal(gone.items[0].groupName, "g");
}

static void what_the_counting_calls_refuse_is_refused(void **state)
{
    both *b = *state;
    add_people(b);
    user_update_many_returning(b->session, .set = {.name = SET("x")});
    assert_failed(b->session, TENON_MISUSE, "change every row");
    user_update_many_returning(b->session, .everything = true);
    assert_failed(b->session, TENON_MISUSE, "no change");
    user_delete_many_returning(b->session);
    assert_failed(b->session, TENON_MISUSE, "delete every row");
    assert_int_equal(user_delete_many_returning(b->session, .everything = true).count, 3);
    assert_sound(b->session);
}

static void count_rows(tenon_event *event, void *ctx)
{
    *(size_t *)ctx += event->row_count;
}

static void hooks_see_the_rows(void **state)
{
    both *b = *state;
    add_people(b);
    size_t seen = 0;
    const tenon_hook hook = {
        .moments = TENON_AFTER_UPDATE | TENON_AFTER_DELETE, .function = count_rows, .ctx = &seen};
    assert_true(tenon_session_hook_add(b->session, &hook) != 0);
    user_update_many_returning(b->session, .everything = true, .set = {.name = SET("x")});
    assert_int_equal(seen, 3);
    user_delete_many_returning(b->session, .everything = true);
    assert_int_equal(seen, 6);
    assert_sound(b->session);
}

static void the_memory_of_the_rows_is_limited(void **state)
{
    both *b = *state;
    add_people(b);
    const tenon_session_options options = {.memory_limit_bytes = 65536};
    tenon_session *s = tenon_session_open(b->db, &options);
    for (int i = 0; i < 1000 && !tenon_failed(s); i++)
        user_update_many_returning(s, .everything = true, .set = {.name = SET("somebody")});
    assert_failed(s, TENON_LIMIT, NULL);
    tenon_session_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(changed_rows_come_back_as_they_are_now),
        ON_BOTH(deleted_rows_come_back_as_they_were),
        ON_BOTH(none_is_an_empty_list),
        ON_BOTH(filters_through_relations_work_too),
        ON_BOTH(what_the_counting_calls_refuse_is_refused),
        ON_BOTH(hooks_see_the_rows),
        ON_BOTH(the_memory_of_the_rows_is_limited),
    };
    return both_run(tests);
}
