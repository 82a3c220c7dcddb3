/* Creating, changing and deleting single rows, and many by a filter. */
#include "both.h"

#include <tenon/tenon.h>

#define DECIMAL(t) ((tenon_decimal){0, t})

static User *add_ann(both *b)
{
    User *ann = user_create(b->session, .email = SET("ann@example.com"), .name = SET("Ann"),
                            .age = SET(31));
    assert_sound(b->session);
    return ann;
}

/* ---- create ---------------------------------------------------------------------------------- */

static void a_new_row_comes_back_as_it_was_stored(void **state)
{
    both *b = *state;
    tenon_time before = tenon_time_now();
    User *ann = add_ann(b);
    assert_true(ann->id > 0);
    assert_string_equal(ann->email, "ann@example.com");
    assert_int_equal(ann->role, ROLE_USER);
    assert_true(ann->active);
    assert_string_equal(ann->balance.text, "0.00");
    assert_int_equal(ann->tags.count, 0);
    assert_true(ann->createdAt.us >= before.us - 1000);
    assert_int_equal(ann->createdAt.us % 1000, 0);
    assert_int_equal(ann->createdAt.us, ann->updatedAt.us);
    User *again = user_find(b->session, ann->id);
    assert_int_equal(again->createdAt.us, ann->createdAt.us);
    assert_string_equal(again->name, "Ann");
}

static void a_key_can_be_given_or_left_to_the_database(void **state)
{
    both *b = *state;
    User *given = user_create(b->session, .id = SET(70), .email = SET("a@b"));
    assert_int_equal(given->id, 70);
    User *left = user_create(b->session, .email = SET("c@d"), .id = SET_DEFAULT());
    assert_sound(b->session);
    assert_true(left->id > 0);
}

static void the_client_makes_ids(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    Post *one = post_create(b->session, .authorId = SET(ann->id), .title = SET("one"));
    Post *two = post_create(b->session, .authorId = SET(ann->id), .title = SET("two"));
    assert_sound(b->session);
    assert_int_equal(one->id.hi >> 12 & 15, 7);
    assert_true(one->id.hi != two->id.hi || one->id.lo != two->id.lo);
    assert_int_equal(strlen(one->slug), 24);
    assert_string_not_equal(one->slug, two->slug);
    assert_false(one->published);
    assert_int_equal(one->views, 0);
    assert_null(one->meta.text);
    assert_false(one->publishedAt.has);
    assert_string_equal(post_find(b->session, two->id)->title, "two");
}

/* Post, as it would be generated with @default(dbgenerated(…)) on its id. */
static const tenon_model *post_with_generated_id(void)
{
    static tenon_field fields[16];
    static tenon_model model;
    model = post_model;
    assert_in_range(model.field_count, 1, 16);
    memcpy(fields, model.fields, model.field_count * sizeof *fields);
    fields[0].flags |= TENON_FIELD_GENERATED;
    fields[0].default_kind = TENON_DEFAULT_NONE;
    model.fields = fields;
    return &model;
}

static void a_uuid_can_be_left_to_the_database(void **state)
{
    both *b = *state;
    const tenon_table made = {.name = "made"};
    both_sql(b, b->is_sqlite
                    ? "CREATE TABLE \"made\" (\"id\" TEXT PRIMARY KEY DEFAULT (lower("
                      "hex(randomblob(4)) || '-1111-4111-a111-' || hex(randomblob(6)))),"
                      "\"author_id\" INTEGER, \"slug\" TEXT, \"title\" TEXT, \"body\" TEXT,"
                      "\"views\" BIGINT, \"published\" BOOLEAN, \"meta\" JSONB,"
                      "\"published_at\" DATETIME)"
                    : "CREATE TABLE \"made\" (LIKE \"posts\" INCLUDING ALL);"
                      "ALTER TABLE \"made\" ALTER \"id\" SET DEFAULT gen_random_uuid()");
    const PostSet set = {
        .session = b->session, .table = made, .authorId = SET(1), .title = SET("one")};
    const Post *one = tenon_create(post_with_generated_id(), &set);
    const Post *two = tenon_create(post_with_generated_id(), &set);
    assert_sound(b->session);
    assert_int_equal(one->id.hi >> 12 & 15, 4);
    assert_true(one->id.hi != two->id.hi || one->id.lo != two->id.lo);
    assert_true(post_exists(b->session, .table = made, .where = {.id = EQ(two->id)}));
    both_sql(b, "DROP TABLE \"made\"");
}

static void a_day_is_the_day_of_now(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    Membership *m = membership_create(b->session, .userId = SET(ann->id), .groupName = SET("g"),
                                      .role = SET(ROLE_USER));
    assert_sound(b->session);
    assert_true(m->since.days >= tenon_time_now().us / INT64_C(86400000000) - 1);
    assert_true(m->since.days <= tenon_time_now().us / INT64_C(86400000000));
}

static void what_is_required_must_be_set(void **state)
{
    both *b = *state;
    assert_null(user_create(b->session, .name = SET("Bo")));
    assert_failed(b->session, TENON_MISUSE, "User.email: is required");
    assert_null(membership_create(b->session, .userId = SET(1), .role = SET(ROLE_USER)));
    assert_failed(b->session, TENON_MISUSE, "Membership.groupName: is required");
    assert_null(user_create(b->session, .email = SET_DEFAULT()));
    assert_failed(b->session, TENON_MISUSE, "there is no default");
}

static void null_is_never_a_value_by_accident(void **state)
{
    both *b = *state;
    const char *nothing = NULL;
    user_create(b->session, .email = SET(nothing));
    assert_failed(b->session, TENON_MISUSE, "SET_NULL()");
    user_create(b->session, .email = SET("a@b"), .name = SET(nothing));
    assert_failed(b->session, TENON_MISUSE, "User.name: SET was given a NULL pointer");
    user_create(b->session, .email = SET_NULL());
    assert_failed(b->session, TENON_MISUSE, "User.email: cannot be set to NULL");
    user_create(b->session, .email = SET_OR_NULL(nothing));
    assert_failed(b->session, TENON_NOT_NULL, "User.email: must not be NULL");
    user_create(b->session, .email = SET("a@b"), .age = {.op = TENON_SET_OR_NULL});
    assert_failed(b->session, TENON_MISUSE, "SET_OPT");
    User *u = user_create(b->session, .email = SET("a@b"), .name = SET_OR_NULL(nothing),
                          .age = SET_NULL());
    assert_sound(b->session);
    assert_null(u->name);
    assert_false(u->age.has);
}

static void a_calculation_is_no_value_of_a_new_row(void **state)
{
    both *b = *state;
    user_create(b->session, .email = SET("a@b"), .age = INCREASE(1));
    assert_failed(b->session, TENON_MISUSE, "INCREASE has no meaning for a new row");
}

/* ---- validation ------------------------------------------------------------------------------ */

static void values_are_validated_before_they_travel(void **state)
{
    both *b = *state;
    user_create(b->session, .email = SET("nobody"));
    assert_failed(b->session, TENON_VALIDATION, "User.email: must be an address");
    char longer[120];
    memset(longer, 'x', sizeof longer - 1);
    memcpy(longer + 50, "@", 1);
    longer[sizeof longer - 1] = '\0';
    user_create(b->session, .email = SET(longer));
    assert_failed(b->session, TENON_VALIDATION, "User.email");
    user_create(b->session, .email = SET("a@b"), .age = SET(-1));
    assert_failed(b->session, TENON_VALIDATION, "User.age: must be at least 0");
    user_create(b->session, .email = SET("a@b"), .age = SET(151));
    assert_failed(b->session, TENON_VALIDATION, "User.age: must be at most 150");
    User *u = user_create(b->session, .email = SET("a@b"), .age = SET(150));
    assert_sound(b->session);
    assert_null(user_update(b->session, u->id, .age = SET(200)));
    assert_failed(b->session, TENON_VALIDATION, "User.age");
}

static bool is_even(const void *wide_value, tenon_error *err)
{
    int64_t value;
    memcpy(&value, wide_value, sizeof value);
    if (value == 13)
        err->status = TENON_CONFLICT; /* a check may say itself what is wrong */
    return value % 2 == 0;
}

static void a_program_may_check_values_itself(void **state)
{
    both *b = *state;
    static const tenon_validation rule = {
        .has_min_length = true, .min_length = 3, .check = is_even};
    static tenon_field fields[32];
    static tenon_model model;
    memcpy(fields, user_model.fields, user_model.field_count * sizeof *fields);
    fields[USER_AGE - 1].validation = &rule;
    fields[USER_NAME - 1].validation = &(const tenon_validation){
        .has_min_length = true, .min_length = 3, .has_max_length = true, .max_length = 4};
    model = user_model;
    model.fields = fields;
    const int64_t id = add_ann(b)->id;
    const void *const key[] = {&id};
    UserSet set = {.session = b->session, .age = SET(7)};
    assert_null(tenon_update(&model, 0, key, &set));
    assert_failed(b->session, TENON_VALIDATION, "User.age: is not valid");
    set.age.value = 13;
    assert_null(tenon_update(&model, 0, key, &set));
    assert_failed(b->session, TENON_CONFLICT, NULL);
    set.age.value = 8;
    set.name = (tenon_text_set)SET("\xc3\xa4\xc3\xb6");
    assert_null(tenon_update(&model, 0, key, &set));
    assert_failed(b->session, TENON_VALIDATION, "User.name: must have at least 3 characters");
    set.name.value = "\xc3\xa4\xc3\xb6\xc3\xbc";
    assert_non_null(tenon_update(&model, 0, key, &set));
    assert_sound(b->session);
}

static void what_the_column_cannot_hold_is_refused(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    user_update(b->session, ann->id, .id = SET(INT64_C(3000000000)));
    assert_failed(b->session, TENON_RANGE, "User.id");
    user_update(b->session, ann->id, .balance = SET(DECIMAL("1.005")));
    assert_failed(b->session, TENON_RANGE, "User.balance");
    user_update(b->session, ann->id, .createdAt = SET(((tenon_time){1})));
    assert_failed(b->session, TENON_RANGE, "User.createdAt");
    user_update(b->session, ann->id, .role = SET((Role)9));
    assert_failed(b->session, TENON_RANGE, "User.role");
    user_update(b->session, ann->id, .active = SET(2));
    assert_failed(b->session, TENON_RANGE, "User.active");
    assert_string_equal(user_find(b->session, ann->id)->name, "Ann");
}

/* ---- update ---------------------------------------------------------------------------------- */

static void only_what_is_set_changes(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    User *changed = user_update(b->session, ann->id, .name = SET_NULL(), .role = SET(ROLE_ADMIN));
    assert_sound(b->session);
    assert_null(changed->name);
    assert_int_equal(changed->role, ROLE_ADMIN);
    assert_string_equal(changed->email, "ann@example.com");
    assert_true(changed->age.has && changed->age.value == 31);
    assert_int_equal(changed->createdAt.us, ann->createdAt.us);
    assert_true(changed->updatedAt.us >= ann->updatedAt.us);
}

static void numbers_are_calculated_by_the_database(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    ann = user_update(b->session, ann->id, .age = INCREASE(2), .score = SET(1.5));
    assert_int_equal(ann->age.value, 33);
    ann = user_update(b->session, ann->id, .age = DECREASE(3), .score = SCALE(2));
    assert_int_equal(ann->age.value, 30);
    assert_true(ann->score == 3);
    ann = user_update(b->session, ann->id, .age = SCALE(2));
    assert_sound(b->session);
    assert_int_equal(ann->age.value, 60);
}

static void a_result_that_does_not_fit_changes_nothing(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    assert_null(user_update(b->session, ann->id, .age = INCREASE(2147483647)));
    assert_failed(b->session, TENON_RANGE, NULL);
    Post *post = post_create(b->session, .authorId = SET(ann->id), .title = SET("t"),
                             .views = SET(INT64_MAX));
    assert_sound(b->session);
    assert_null(post_update(b->session, post->id, .views = INCREASE(1)));
    assert_failed(b->session, TENON_RANGE, NULL);
    assert_int_equal(user_find(b->session, ann->id)->age.value, 31);
    assert_true(post_find(b->session, post->id)->views == INT64_MAX);
}

static void decimals_are_calculated_exactly_or_not_at_all(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    user_update(b->session, ann->id, .balance = SET(DECIMAL("0.10")));
    User *more = user_update(b->session, ann->id, .balance = INCREASE(DECIMAL("0.2")));
    if (b->is_sqlite) {
        assert_failed(b->session, TENON_UNSUPPORTED, "User.balance");
        return;
    }
    assert_sound(b->session);
    assert_string_equal(more->balance.text, "0.30");
    more = user_update(b->session, ann->id, .balance = SCALE(DECIMAL("1.005")));
    assert_sound(b->session);
    assert_string_equal(more->balance.text, "0.30");
}

static void money_is_calculated(void **state)
{
    both *b = *state;
    Everything *row = everything_create(b->session, .money = SET(DECIMAL("10.50")));
    assert_sound(b->session);
    if (b->is_sqlite)
        return;
    row = everything_update(b->session, row->id, .money = INCREASE(DECIMAL("0.25")));
    assert_string_equal(row->money.text, "10.75");
    row = everything_update(b->session, row->id, .money = SCALE(DECIMAL("2")));
    assert_sound(b->session);
    assert_string_equal(row->money.text, "21.50");
}

static void arrays_grow_at_their_end(void **state)
{
    both *b = *state;
    static const char *const tags[] = {"a", "b,\"c"};
    User *ann = add_ann(b);
    ann = user_update(b->session, ann->id, .tags = PUSH(((tenon_text_array){tags, 2})));
    ann = user_update(b->session, ann->id, .tags = PUSH(((tenon_text_array){tags, 1})));
    ann = user_update(b->session, ann->id, .tags = PUSH(((tenon_text_array){NULL, 0})));
    assert_sound(b->session);
    assert_int_equal(ann->tags.count, 3);
    assert_string_equal(ann->tags.items[1], "b,\"c");
    assert_string_equal(ann->tags.items[2], "a");
    ann = user_update(b->session, ann->id, .tags = SET(((tenon_text_array){NULL, 0})));
    assert_sound(b->session);
    assert_int_equal(ann->tags.count, 0);
}

static void elements_of_every_type_can_be_pushed(void **state)
{
    both *b = *state;
    static const Role roles[] = {ROLE_ADMIN};
    static const bool flags[] = {true};
    static const tenon_time times[] = {{1700000000001000}};
    static const char *const bits[] = {"00000001"};
    Arrays *a = arrays_create(b->session, .id = SET(1));
    a = arrays_update(b->session, a->id, .roles = PUSH(((RoleArray){roles, 1})),
                      .flags = PUSH(((tenon_bool_array){flags, 1})),
                      .instants = PUSH(((tenon_time_array){times, 1})),
                      .bitss = PUSH(((tenon_text_array){bits, 1})));
    assert_sound(b->session);
    assert_int_equal(a->roles.items[0], ROLE_ADMIN);
    assert_true(a->flags.items[0]);
    assert_true(a->instants.items[0].us == times[0].us);
    assert_string_equal(a->bitss.items[0], "00000001");
}

static void a_default_can_be_asked_for_again(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    ann = user_update(b->session, ann->id, .role = SET(ROLE_ADMIN), .active = SET(false));
    ann = user_update(b->session, ann->id, .role = SET_DEFAULT(), .active = SET_DEFAULT(),
                      .createdAt = SET_DEFAULT(), .updatedAt = SET_DEFAULT());
    assert_sound(b->session);
    assert_int_equal(ann->role, ROLE_USER);
    assert_true(ann->active);
    ann = user_update(b->session, ann->id, .name = SET_DEFAULT(), .tags = SET_DEFAULT());
    assert_sound(b->session);
    assert_null(ann->name);
    assert_int_equal(ann->tags.count, 0);
    user_update(b->session, ann->id, .email = SET_DEFAULT());
    assert_failed(b->session, TENON_MISUSE, "User.email: SET_DEFAULT was asked for");
}

static void an_update_without_a_change_gives_the_row_as_it_is(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    User *same = user_update_q(&(UserSet){.session = b->session}, ann->id);
    assert_sound(b->session);
    assert_string_equal(same->name, "Ann");
    assert_int_equal(same->updatedAt.us, ann->updatedAt.us);
    assert_null(user_update_q(&(UserSet){.session = b->session}, 99));
    assert_sound(b->session);
}

static void changing_no_row_is_no_error(void **state)
{
    both *b = *state;
    assert_null(user_update(b->session, 99, .name = SET("x")));
    assert_null(user_delete(b->session, 99));
    assert_sound(b->session);
}

static void changes_of_the_wrong_type_are_refused(void **state)
{
    both *b = *state;
    user_update(b->session, 1, .name = {.op = TENON_INCREASE, .value = "x"});
    assert_failed(b->session, TENON_MISUSE, "INCREASE does not go with");
    user_update(b->session, 1, .age = {.op = TENON_PUSH});
    assert_failed(b->session, TENON_MISUSE, "PUSH does not go with");
    user_update(b->session, 1, .age = {.op = (tenon_change)99});
    assert_failed(b->session, TENON_MISUSE, "no change 99");
    user_update(b->session, 1, .tags = {.op = TENON_SET, .value = {NULL, 3}});
    assert_failed(b->session, TENON_MISUSE, "User.tags");
}

/* ---- delete ---------------------------------------------------------------------------------- */

static void the_deleted_row_comes_back(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    User *gone = user_delete(b->session, ann->id);
    assert_sound(b->session);
    assert_string_equal(gone->name, "Ann");
    assert_null(user_find(b->session, ann->id));
}

/* ---- upsert ---------------------------------------------------------------------------------- */

static void upsert_creates_and_then_updates(void **state)
{
    both *b = *state;
    for (int i = 0; i < 3; i++) {
        User *u = user_upsert(b->session, .on = USER_BY_EMAIL,
                              .create = {.email = SET("a@b"), .age = SET(10)},
                              .update = {.age = INCREASE(1), .name = SET("again")});
        assert_sound(b->session);
        assert_int_equal(u->age.value, 10 + i);
        assert_true(i ? u->name && !strcmp(u->name, "again") : !u->name);
    }
    assert_int_equal(user_count(b->session), 1);
}

static void upsert_goes_by_every_unique(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    Membership *m = NULL;
    for (int i = 0; i < 2; i++)
        m = membership_upsert(
            b->session,
            .create = {.userId = SET(ann->id), .groupName = SET("g"), .role = SET(ROLE_USER)},
            .update = {.role = SET(ROLE_ADMIN)});
    assert_int_equal(m->role, ROLE_ADMIN);
    User *u = user_upsert(b->session, .create = {.id = SET(ann->id), .email = SET("x@y")},
                          .update = {.name = SET("by id")});
    assert_string_equal(u->name, "by id");
    Post *p = NULL;
    for (int i = 0; i < 2; i++)
        p = post_upsert(b->session, .on = POST_BY_AUTHOR_ID_SLUG,
                        .create = {.authorId = SET(ann->id), .slug = SET("s"), .title = SET("t")},
                        .update = {.views = INCREASE(5)});
    assert_sound(b->session);
    assert_int_equal(p->views, 5);
    assert_int_equal(post_count(b->session), 1);
}

static void upsert_without_a_change_gives_the_row(void **state)
{
    both *b = *state;
    User *ann = add_ann(b);
    User *same =
        user_upsert(b->session, .on = USER_BY_EMAIL, .create = {.email = SET("ann@example.com")});
    assert_sound(b->session);
    assert_int_equal(same->id, ann->id);
    assert_string_equal(same->name, "Ann");
    assert_int_equal(same->updatedAt.us, ann->updatedAt.us);
}

static void upsert_needs_the_values_that_it_looks_for(void **state)
{
    both *b = *state;
    user_upsert(b->session, .create = {.email = SET("a@b")}, .update = {.name = SET("x")});
    assert_failed(b->session, TENON_MISUSE, "User.id: must have a value");
    user_upsert(b->session, .on = (UserUnique)7, .create = {.email = SET("a@b")});
    assert_failed(b->session, TENON_MISUSE, "no unique 7");
    user_upsert(b->session, .on = USER_BY_EMAIL,
                .create = {.session = b->session, .email = SET("a@b")});
    assert_failed(b->session, TENON_MISUSE, "session and table belong to the call");
}

/* ---- many by a filter ------------------------------------------------------------------------ */

static void add_members(both *b)
{
    User *ann = add_ann(b);
    static const char *const names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++)
        membership_create(b->session, .userId = SET(ann->id), .groupName = SET(names[i]),
                          .role = SET(i ? ROLE_USER : ROLE_ADMIN));
    assert_sound(b->session);
}

static void many_rows_change_at_once(void **state)
{
    both *b = *state;
    add_members(b);
    assert_int_equal(membership_update_many(b->session, .where = {.role = EQ(ROLE_USER)},
                                            .set = {.note = SET("x")}),
                     2);
    assert_int_equal(membership_count(b->session, .where = {.note = EQ("x")}), 2);
    assert_int_equal(membership_update_many(b->session, .where = {.note = EQ("nothing")},
                                            .set = {.note = SET("y")}),
                     0);
    assert_int_equal(
        membership_update_many(b->session, .everything = true, .set = {.note = SET_NULL()}), 3);
    assert_int_equal(membership_delete_many(b->session, .where = {.role = EQ(ROLE_USER)}), 2);
    assert_int_equal(membership_delete_many(b->session, .everything = true), 1);
    assert_sound(b->session);
}

#define DELETES_ALL(...)                                                                           \
    do {                                                                                           \
        assert_int_equal(membership_delete_many(b->session, .where = {__VA_ARGS__}), 0);           \
        assert_failed(b->session, TENON_MISUSE, "everything = true");                              \
    } while (0)

static void deleting_everything_must_be_meant(void **state)
{
    both *b = *state;
    static const MembershipWhere nothing;
    add_members(b);
    assert_int_equal(membership_delete_many(b->session), 0);
    assert_failed(b->session, TENON_MISUSE, "everything = true");
    DELETES_ALL(.note = NOT_IN(NULL, 0));
    DELETES_ALL(.all = {&nothing, 1});
    DELETES_ALL(.all = {&nothing, 0});
    DELETES_ALL(.none = {&nothing, 0});
    DELETES_ALL(.any = {&nothing, 1});
    DELETES_ALL(.any = MEMBERSHIP_WHERES({.note = EQ("x")}, {.note = NOT_IN(NULL, 0)}));
    DELETES_ALL(.none = MEMBERSHIP_WHERES({.note = IN(NULL, 0)}));
    DELETES_ALL(.none = MEMBERSHIP_WHERES({.any = {&nothing, 0}}, {.none = {&nothing, 1}}));
    assert_int_equal(membership_update_many(b->session, .set = {.note = SET("x")}), 0);
    assert_failed(b->session, TENON_MISUSE, "change every row");
    assert_int_equal(membership_count(b->session, .where = {.note = IS_NULL()}), 3);
}

static void a_filter_that_finds_nothing_is_no_danger(void **state)
{
    both *b = *state;
    static const MembershipWhere nothing;
    add_members(b);
    assert_int_equal(membership_delete_many(b->session, .where = {.note = IN(NULL, 0)}), 0);
    assert_int_equal(membership_delete_many(b->session, .where = {.any = {&nothing, 0}}), 0);
    assert_int_equal(membership_delete_many(b->session, .where = {.none = {&nothing, 1}}), 0);
    assert_sound(b->session);
    assert_int_equal(membership_count(b->session), 3);
}

static void update_many_needs_a_change(void **state)
{
    both *b = *state;
    membership_update_many(b->session, .everything = true);
    assert_failed(b->session, TENON_MISUSE, "no change");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_new_row_comes_back_as_it_was_stored),
        ON_BOTH(a_key_can_be_given_or_left_to_the_database),
        ON_BOTH(the_client_makes_ids),
        ON_BOTH(a_uuid_can_be_left_to_the_database),
        ON_BOTH(a_day_is_the_day_of_now),
        ON_BOTH(what_is_required_must_be_set),
        ON_BOTH(null_is_never_a_value_by_accident),
        ON_BOTH(a_calculation_is_no_value_of_a_new_row),
        ON_BOTH(values_are_validated_before_they_travel),
        ON_BOTH(a_program_may_check_values_itself),
        ON_BOTH(what_the_column_cannot_hold_is_refused),
        ON_BOTH(only_what_is_set_changes),
        ON_BOTH(numbers_are_calculated_by_the_database),
        ON_BOTH(a_result_that_does_not_fit_changes_nothing),
        ON_BOTH(decimals_are_calculated_exactly_or_not_at_all),
        ON_BOTH(money_is_calculated),
        ON_BOTH(arrays_grow_at_their_end),
        ON_BOTH(elements_of_every_type_can_be_pushed),
        ON_BOTH(a_default_can_be_asked_for_again),
        ON_BOTH(an_update_without_a_change_gives_the_row_as_it_is),
        ON_BOTH(changing_no_row_is_no_error),
        ON_BOTH(changes_of_the_wrong_type_are_refused),
        ON_BOTH(the_deleted_row_comes_back),
        ON_BOTH(upsert_creates_and_then_updates),
        ON_BOTH(upsert_goes_by_every_unique),
        ON_BOTH(upsert_without_a_change_gives_the_row),
        ON_BOTH(upsert_needs_the_values_that_it_looks_for),
        ON_BOTH(many_rows_change_at_once),
        ON_BOTH(deleting_everything_must_be_meant),
        ON_BOTH(a_filter_that_finds_nothing_is_no_danger),
        ON_BOTH(update_many_needs_a_change),
    };
    return both_run(tests);
}
