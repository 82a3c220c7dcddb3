/* Finding rows by a key and by a query: columns, order, distinct, limits, trees, tables. */
#include "both.h"

#include <stdio.h>

static const tenon_text_array no_tags;

static void add_user(both *b, int id, const char *email, const char *name, tenon_opt_int32 age,
                     Role role)
{
    user_create(b->session, .id = SET(id), .email = SET(email), .name = SET_OR_NULL(name),
                .age = SET_OPT(age), .role = SET(role), .active = SET(id % 2 == 1));
    assert_sound(b->session);
}

#define AGE(n) ((tenon_opt_int32){true, n})
#define NO_AGE ((tenon_opt_int32){0})

static void add_users(both *b)
{
    add_user(b, 1, "ann@example.com", "Ann", AGE(31), ROLE_ADMIN);
    add_user(b, 2, "bob@example.com", "Bob", AGE(17), ROLE_USER);
    add_user(b, 3, "cid@example.org", NULL, AGE(31), ROLE_EDITOR);
    add_user(b, 4, "dan@example.org", "Dan", NO_AGE, ROLE_USER);
    add_user(b, 5, "eve@example.org", NULL, NO_AGE, ROLE_ADMIN);
}

/* "1 2 3": the ids in the order in which they came. */
static const char *ids(both *b, UserList list)
{
    static char text[64];
    size_t length = 0;
    text[0] = '\0';
    assert_sound(b->session);
    for (size_t i = 0; i < list.count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%d", i ? " " : "",
                                   list.items[i].id);
    return text;
}

#define IDS(...) ids(b, user_find_many(b->session, __VA_ARGS__))

/* ---- by a key -------------------------------------------------------------------------------- */

static void a_row_is_found_by_its_key(void **state)
{
    both *b = *state;
    add_users(b);
    User *ann = user_find(b->session, 1);
    assert_sound(b->session);
    assert_int_equal(ann->id, 1);
    assert_string_equal(ann->email, "ann@example.com");
    assert_string_equal(ann->name, "Ann");
    assert_true(ann->age.has && ann->age.value == 31);
    assert_int_equal(ann->role, ROLE_ADMIN);
    assert_true(ann->active);
    assert_string_equal(ann->balance.text, "0.00");
    assert_int_equal(ann->tags.count, 0);
    assert_true(USER_LOADED(ann, USER_ID) && USER_LOADED(ann, USER_UPDATED_AT));
}

static void nulls_come_back_as_null(void **state)
{
    both *b = *state;
    add_users(b);
    User *eve = user_find_by_email(b->session, "eve@example.org");
    assert_sound(b->session);
    assert_int_equal(eve->id, 5);
    assert_null(eve->name);
    assert_false(eve->age.has);
}

static void no_such_row_is_no_error(void **state)
{
    both *b = *state;
    assert_null(user_find(b->session, 99));
    assert_null(user_find_by_email(b->session, "nobody"));
    assert_null(user_find_first(b->session, .where = {.id = EQ(99)}));
    assert_int_equal(user_find_many(b->session).count, 0);
    assert_sound(b->session);
}

static void a_key_of_two_columns_finds_one(void **state)
{
    both *b = *state;
    add_users(b);
    membership_create(b->session, .userId = SET(1), .groupName = SET("a"), .role = SET(ROLE_USER));
    membership_create(b->session, .userId = SET(1), .groupName = SET("b"), .role = SET(ROLE_ADMIN));
    Membership *m = membership_find(b->session, 1, "b");
    assert_sound(b->session);
    assert_int_equal(m->role, ROLE_ADMIN);
    assert_null(membership_find(b->session, 2, "b"));
}

static void a_key_that_the_column_cannot_hold_is_refused(void **state)
{
    both *b = *state;
    assert_null(user_find(b->session, INT64_C(5000000000)));
    assert_failed(b->session, TENON_RANGE, "User.id");
    assert_null(user_find_by_email(b->session, NULL));
    assert_failed(b->session, TENON_MISUSE, "IS_NULL()");
    assert_null(user_find_by_email(b->session, "\xff"));
    assert_failed(b->session, TENON_TYPE, "User.email");
}

/* ---- columns --------------------------------------------------------------------------------- */

static void only_the_chosen_columns_are_loaded(void **state)
{
    both *b = *state;
    add_users(b);
    UserList list = user_find_many(b->session, .select = {USER_NAME, USER_ID, USER_NAME},
                                   .order_by = {ASC(USER_ID)});
    assert_sound(b->session);
    assert_int_equal(list.count, 5);
    User *ann = &list.items[0];
    assert_int_equal(ann->id, 1);
    assert_string_equal(ann->name, "Ann");
    assert_null(ann->email);
    assert_true(USER_LOADED(ann, USER_ID) && USER_LOADED(ann, USER_NAME));
    assert_false(USER_LOADED(ann, USER_EMAIL) || USER_LOADED(ann, USER_AGE));
}

/* ---- order ----------------------------------------------------------------------------------- */

static void order_puts_nulls_last_going_up_and_first_going_down(void **state)
{
    both *b = *state;
    add_users(b);
    assert_string_equal(IDS(.order_by = {ASC(USER_AGE), ASC(USER_ID)}), "2 1 3 4 5");
    assert_string_equal(IDS(.order_by = {DESC(USER_AGE), ASC(USER_ID)}), "4 5 1 3 2");
    assert_string_equal(IDS(.order_by = {ASC_NULLS_FIRST(USER_AGE), DESC(USER_ID)}), "5 4 2 3 1");
    assert_string_equal(IDS(.order_by = {DESC_NULLS_LAST(USER_AGE), DESC(USER_ID)}), "3 1 2 5 4");
}

static void enums_sort_as_they_are_declared(void **state)
{
    both *b = *state;
    add_users(b);
    assert_string_equal(IDS(.order_by = {ASC(USER_ROLE), ASC(USER_ID)}), "2 4 3 1 5");
    assert_string_equal(IDS(.order_by = {DESC(USER_ROLE), ASC(USER_ID)}), "1 5 3 2 4");
}

static void limits_and_offsets_cut(void **state)
{
    both *b = *state;
    add_users(b);
    assert_string_equal(IDS(.order_by = {ASC(USER_ID)}, .limit = 2), "1 2");
    assert_string_equal(IDS(.order_by = {ASC(USER_ID)}, .limit = 1), "1");
    assert_string_equal(IDS(.order_by = {ASC(USER_ID)}, .limit = 2, .offset = 3), "4 5");
    assert_string_equal(IDS(.order_by = {ASC(USER_ID)}, .offset = 3), "4 5");
    assert_string_equal(IDS(.order_by = {ASC(USER_ID)}, .limit = 10, .offset = 5), "");
    assert_string_equal(IDS(.limit = tenon_limit(0)), "");
    assert_string_equal(IDS(.order_by = {ASC(USER_ID)}, .limit = tenon_limit(3)), "1 2 3");
}

/* In the order that the query says, not in that of the ids; those that are not there are left
 * out. */
static void rows_are_found_by_their_ids(void **state)
{
    static const int64_t wanted[] = {5, 2, 99, 2};
    both *b = *state;
    add_users(b);
    UserList found =
        user_find_many(b->session, .where = {.id = IN(wanted, 4), .role = EQ(ROLE_USER)});
    assert_string_equal(ids(b, found), "2");
    found = user_find_many(b->session, .where = {.id = IN(wanted, 4)}, .order_by = {ASC(USER_ID)});
    assert_string_equal(ids(b, found), "2 5");
    membership_create(b->session, .userId = SET(1), .groupName = SET("a"), .role = SET(ROLE_USER));
    membership_create(b->session, .userId = SET(2), .groupName = SET("a"), .role = SET(ROLE_USER));
    membership_create(b->session, .userId = SET(2), .groupName = SET("b"), .role = SET(ROLE_USER));
    MembershipList keys = membership_find_many(
        b->session, .where = {.any = MEMBERSHIP_WHERES({.userId = EQ(1), .groupName = EQ("a")},
                                                       {.userId = EQ(2), .groupName = EQ("b")})});
    assert_sound(b->session);
    assert_int_equal(keys.count, 2);
}

static void the_latest_is_the_first_by_time(void **state)
{
    both *b = *state;
    for (int64_t i = 1; i <= 3; i++)
        user_create(b->session, .id = SET(i),
                    .email = SET(i == 1   ? "a@b"
                                 : i == 2 ? "c@d"
                                          : "e@f"),
                    .active = SET(i < 3), .createdAt = SET(((tenon_time){i * 1000})));
    assert_sound(b->session);
    User *latest = user_find_first(b->session, .order_by = {DESC(USER_CREATED_AT)});
    assert_int_equal(latest->id, 3);
    latest = user_find_first(b->session, .where = {.active = EQ(true)},
                             .order_by = {DESC(USER_CREATED_AT)});
    assert_int_equal(latest->id, 2);
    assert_sound(b->session);
}

static void the_first_is_the_first_in_order(void **state)
{
    both *b = *state;
    add_users(b);
    User *u = user_find_first(b->session, .order_by = {DESC(USER_ID)});
    assert_int_equal(u->id, 5);
    u = user_find_first(b->session, .order_by = {DESC(USER_ID)}, .offset = 1);
    assert_int_equal(u->id, 4);
    u = user_find_first(b->session, .where = {.age = GE(18)}, .order_by = {ASC(USER_ID)},
                        .select = {USER_EMAIL});
    assert_sound(b->session);
    assert_string_equal(u->email, "ann@example.com");
    assert_false(USER_LOADED(u, USER_ID));
}

/* ---- distinct -------------------------------------------------------------------------------- */

static void distinct_keeps_the_first_in_order_of_each_combination(void **state)
{
    both *b = *state;
    add_users(b);
    assert_string_equal(IDS(.distinct = {USER_ROLE}, .order_by = {ASC(USER_ID)}), "1 2 3");
    assert_string_equal(IDS(.distinct = {USER_ROLE}, .order_by = {DESC(USER_ID)}), "5 4 3");
    assert_string_equal(IDS(.distinct = {USER_AGE}, .order_by = {ASC(USER_ID)}), "1 2 4");
    assert_string_equal(
        IDS(.distinct = {USER_AGE, USER_ROLE}, .order_by = {ASC(USER_ID)}, .offset = 1), "2 3 4 5");
    assert_string_equal(IDS(.distinct = {USER_ROLE}, .where = {.id = NE(1)},
                            .order_by = {ASC(USER_ID)}, .limit = 2),
                        "2 3");
    assert_int_equal(user_find_many(b->session, .distinct = {USER_ROLE}).count, 3);
    assert_sound(b->session);
}

/* ---- trees ----------------------------------------------------------------------------------- */

static void all_that_is_set_must_hold(void **state)
{
    both *b = *state;
    add_users(b);
    assert_string_equal(IDS(.where = {.age = EQ(31), .active = EQ(true), .role = EQ(ROLE_ADMIN)}),
                        "1");
}

static void trees_nest(void **state)
{
    both *b = *state;
    add_users(b);
    assert_string_equal(IDS(.where = {.any = USER_WHERES({.id = EQ(2)}, {.name = IS_NULL()})},
                            .order_by = {ASC(USER_ID)}),
                        "2 3 5");
    assert_string_equal(IDS(.where = {.none = USER_WHERES({.id = LE(2)}, {.name = IS_NULL()})}),
                        "4");
    assert_string_equal(IDS(.where = {.all = USER_WHERES({.id = GT(1)}, {.id = LT(4)})},
                            .order_by = {ASC(USER_ID)}),
                        "2 3");
    assert_string_equal(
        IDS(.where = {.id = NE(5),
                      .any = USER_WHERES(
                          {.none = USER_WHERES({.id = LE(3)})},
                          {.all = USER_WHERES({.age = EQ(31)}, {.role = EQ(ROLE_EDITOR)})})},
            .order_by = {ASC(USER_ID)}),
        "3 4");
}

static void trees_of_nothing_are_conditions_too(void **state)
{
    both *b = *state;
    static const UserWhere nothing;
    add_users(b);
    assert_int_equal(user_count(b->session, .where = {.any = {&nothing, 0}}), 0);
    assert_int_equal(user_count(b->session, .where = {.all = {&nothing, 0}}), 5);
    assert_int_equal(user_count(b->session, .where = {.none = {&nothing, 0}}), 5);
    assert_int_equal(user_count(b->session, .where = {.any = {&nothing, 1}}), 5);
    assert_int_equal(user_count(b->session, .where = {.none = {&nothing, 1}}), 0);
    assert_sound(b->session);
}

/* Where a comparison gives NULL, neither it nor its negation holds. */
static void null_is_neither_equal_nor_unequal(void **state)
{
    both *b = *state;
    add_users(b);
    assert_string_equal(IDS(.where = {.age = NE(31)}), "2");
    assert_string_equal(IDS(.where = {.none = USER_WHERES({.age = EQ(31)})}), "2");
}

static void the_same_condition_with_other_values_finds_other_rows(void **state)
{
    both *b = *state;
    add_users(b);
    for (int id = 1; id <= 5; id++) {
        User *u = user_find_first(b->session, .where = {.id = EQ(id)});
        assert_sound(b->session);
        assert_int_equal(u->id, id);
    }
}

/* ---- count and exists ------------------------------------------------------------------------ */

static void counting_counts_what_finding_finds(void **state)
{
    both *b = *state;
    add_users(b);
    assert_int_equal(user_count(b->session), 5);
    assert_int_equal(user_count(b->session, .where = {.age = EQ(31)}), 2);
    assert_int_equal(user_count(b->session, .limit = 3), 3);
    assert_int_equal(user_count(b->session, .limit = 3, .offset = 4), 1);
    assert_int_equal(user_count(b->session, .limit = tenon_limit(0)), 0);
    assert_int_equal(user_count(b->session, .distinct = {USER_ROLE}), 3);
    assert_int_equal(user_count(b->session, .distinct = {USER_ROLE}, .limit = 2), 2);
    assert_true(user_exists(b->session, .where = {.age = EQ(17)}));
    assert_false(user_exists(b->session, .where = {.age = EQ(18)}));
    assert_sound(b->session);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void a_table_can_be_chosen_when_the_program_runs(void **state)
{
    both *b = *state;
    static const char *const names[] = {
        "select",
        "two words",
        "it's",
        "qu\"ote",
        "x\"; DROP TABLE \"User\"; --",
        "\xc3\xa4\xe2\x82\xac",
        "%s %n",
        "a.b",
        "tab\tnewline\n",
        "12345678901234567890123456789012345678901234567890123456789012"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char sql[512];
        char quoted[160] = "";
        for (const char *at = names[i]; *at; at++)
            strncat(quoted, *at == '"' ? "\"\"" : (char[]){*at, 0},
                    sizeof quoted - strlen(quoted) - 1);
        snprintf(sql, sizeof sql,
                 "CREATE TABLE \"%s\" (\"userId\" integer, \"groupName\" text, \"role\" %s, "
                 "\"since\" %s, \"note\" text)",
                 quoted, b->is_sqlite ? "TEXT" : "\"Role\"", b->is_sqlite ? "TEXT" : "date");
        both_sql(b, sql);
        tenon_table table = {.name = names[i]};
        membership_create(b->session, .table = table, .userId = SET(1), .groupName = SET(names[i]),
                          .role = SET(ROLE_USER));
        Membership *m = membership_find_first(b->session, .table = table);
        assert_sound(b->session);
        assert_string_equal(m->groupName, names[i]);
        assert_int_equal(membership_count(b->session), 0);
        snprintf(sql, sizeof sql, "DROP TABLE \"%s\"", quoted);
        both_sql(b, sql);
    }
}

static void a_schema_can_be_named_too(void **state)
{
    both *b = *state;
    tenon_table table = {.schema = b->is_sqlite ? "main" : "public", .name = "User"};
    add_users(b);
    assert_int_equal(user_count(b->session, .table = table, .where = {.tags = EQ(no_tags)}), 5);
    assert_int_equal(user_count(b->session, .table = table,
                                .where = {.tags = HAS_ANY(((const char *[]){"x"}), 1)}),
                     0);
    assert_sound(b->session);
}

static void a_name_that_is_none_is_refused(void **state)
{
    both *b = *state;
    user_count(b->session, .table = {.name = ""});
    assert_failed(b->session, TENON_MISUSE, "empty name");
    user_count(b->session, .table = {.schema = "public"});
    assert_failed(b->session, TENON_MISUSE, "no name");
    user_count(b->session, .table = {.name = "\xff"});
    assert_failed(b->session, TENON_MISUSE, "UTF-8");
    user_count(b->session, .table = {.name = "no such table"});
    assert_true(tenon_failed(b->session));
    tenon_error_clear(b->session);
    if (b->is_sqlite)
        return;
    user_count(b->session, .table = {.name = "1234567890123456789012345678901234567890"
                                             "123456789012345678901234"});
    assert_failed(b->session, TENON_MISUSE, "63 bytes");
}

/* ---- values ---------------------------------------------------------------------------------- */

static void values_are_never_sql(void **state)
{
    both *b = *state;
    static const char *const texts[] = {
        "'; DROP TABLE \"User\"; --", "\" OR 1=1 --", "\\'; --", "$1", "?1", "%s%n",
        "\xe2\x80\x99 OR ''='"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        everything_create(b->session, .text = SET(texts[i]));
        Everything *row = everything_find_first(b->session, .where = {.text = EQ(texts[i])});
        assert_sound(b->session);
        assert_string_equal(row->text, texts[i]);
        assert_int_equal(everything_count(b->session, .where = {.text = IN(&texts[i], 1)}), 1);
        assert_int_equal(everything_count(b->session, .where = {.text = CONTAINS(texts[i])}), 1);
    }
    assert_int_equal(user_count(b->session), 0);
    assert_sound(b->session);
}

static void a_custom_plan_finds_the_same(void **state)
{
    both *b = *state;
    add_users(b);
    for (int i = 0; i < 3; i++)
        assert_string_equal(IDS(.where = {.email = STARTS_WITH("ann")}, .plan = TENON_PLAN_CUSTOM),
                            "1");
}

static void thousands_of_rows_come_back(void **state)
{
    both *b = *state;
    both_sql(b,
             b->is_sqlite
                 ? "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                   " INSERT INTO \"Everything\" (\"number\", \"text\") SELECT i, 'row ' || i FROM n"
                 : "INSERT INTO \"Everything\" (\"number\", \"text\") SELECT i, 'row ' || i"
                   " FROM generate_series(1, 5000) AS i");
    EverythingList list = everything_find_many(b->session, .order_by = {ASC(EVERYTHING_NUMBER)});
    assert_sound(b->session);
    assert_int_equal(list.count, 5000);
    assert_int_equal(list.items[4999].number.value, 5000);
    assert_string_equal(list.items[4999].text, "row 5000");
}

/* ---- moments --------------------------------------------------------------------------------- */

/* The column keeps milliseconds, and a clock tells microseconds. */
static void compare_moments(both *b, tenon_session *s)
{
    const tenon_time stored = {.us = 1700000000250000};
    const tenon_time before = {.us = stored.us - 1}, after = {.us = stored.us + 1};
    user_create(s, .id = SET(1), .email = SET("ann@example.com"), .createdAt = SET(stored));
    assert_sound(s);
    assert_int_equal(user_count(s, .where = {.createdAt = EQ(stored)}), 1);
    assert_int_equal(user_count(s, .where = {.createdAt = GT(before)}), 1);
    assert_int_equal(user_count(s, .where = {.createdAt = LE(before)}), 0);
    assert_int_equal(user_count(s, .where = {.createdAt = LT(after)}), 1);
    assert_int_equal(user_count(s, .where = {.createdAt = GE(after)}), 0);
    assert_int_equal(user_count(s, .where = {.createdAt = EQ(after)}), 0);
    assert_int_equal(user_count(s, .where = {.createdAt = NE(after)}), 1);
    const tenon_time all[] = {before, after, stored};
    assert_int_equal(user_count(s, .where = {.createdAt = IN(all, 3)}), 1);
    assert_int_equal(user_count(s, .where = {.createdAt = IN(all, 2)}), 0);
    assert_int_equal(user_count(s, .where = {.createdAt = LE(tenon_time_now())}), 1);
    assert_sound(s);
    user_update(s, 1, .createdAt = SET(after));
    assert_failed(s, TENON_RANGE, "User.createdAt");
    user_delete(s, 1);
}

static void a_moment_is_compared_as_fine_as_it_is(void **state)
{
    both *b = *state;
    compare_moments(b, b->session);
    if (!b->is_sqlite)
        return;
    char url[512];
    tenon_error err;
    snprintf(url, sizeof url, "%s%cdatetime=unixms", b->url, strchr(b->url, '?') ? '&' : '?');
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    compare_moments(b, s);
    tenon_session_close(s);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_row_is_found_by_its_key),
        ON_BOTH(nulls_come_back_as_null),
        ON_BOTH(no_such_row_is_no_error),
        ON_BOTH(a_key_of_two_columns_finds_one),
        ON_BOTH(a_key_that_the_column_cannot_hold_is_refused),
        ON_BOTH(only_the_chosen_columns_are_loaded),
        ON_BOTH(order_puts_nulls_last_going_up_and_first_going_down),
        ON_BOTH(enums_sort_as_they_are_declared),
        ON_BOTH(limits_and_offsets_cut),
        ON_BOTH(rows_are_found_by_their_ids),
        ON_BOTH(the_latest_is_the_first_by_time),
        ON_BOTH(the_first_is_the_first_in_order),
        ON_BOTH(distinct_keeps_the_first_in_order_of_each_combination),
        ON_BOTH(all_that_is_set_must_hold),
        ON_BOTH(trees_nest),
        ON_BOTH(trees_of_nothing_are_conditions_too),
        ON_BOTH(null_is_neither_equal_nor_unequal),
        ON_BOTH(the_same_condition_with_other_values_finds_other_rows),
        ON_BOTH(counting_counts_what_finding_finds),
        ON_BOTH(a_table_can_be_chosen_when_the_program_runs),
        ON_BOTH(a_schema_can_be_named_too),
        ON_BOTH(a_name_that_is_none_is_refused),
        ON_BOTH(values_are_never_sql),
        ON_BOTH(a_custom_plan_finds_the_same),
        ON_BOTH(thousands_of_rows_come_back),
        ON_BOTH(a_moment_is_compared_as_fine_as_it_is),
    };
    return both_run(tests);
}
