/* Conditions in the program's own SQL: values are bound, columns are named by their fields, and a
 * text that is not one condition is refused. */
#include "both.h"

#define DECIMAL(t) ((tenon_decimal){0, t})
#define JSON(t) ((tenon_json){0, t})
#define BYTES(data_, size) ((tenon_bytes){size, data_})

static void add_users(both *b)
{
    const UserSet rows[] = {
        {.id = SET(1), .email = SET("Ann@example.com"), .age = SET(31), .score = SET(0.5)},
        {.id = SET(2), .email = SET("bob@example.com"), .age = SET(17), .name = SET("it's ?")},
        {.id = SET(3), .email = SET("cid@example.com"), .active = SET(false)},
    };
    assert_int_equal(user_create_many(b->session, .items = rows, .count = 3), 3);
}

static int64_t count(both *b, UserWhere where)
{
    int64_t found = user_count(b->session, .where = where);
    assert_sound(b->session);
    return found;
}
#define COUNT(b, ...) count(b, (UserWhere){__VA_ARGS__})

static void each_question_mark_takes_the_next_value(void **state)
{
    both *b = *state;
    add_users(b);
    assert_int_equal(COUNT(b, .raw = RAW("lower({email}) = ?", RAW_TEXT("ann@example.com"))), 1);
    assert_int_equal(COUNT(b, .raw = RAW("{age} > ? AND {age} < ?", RAW_INT(16), RAW_INT(18))), 1);
    assert_int_equal(COUNT(b, .raw = RAW("{age} + 1 > 0")), 2);
    const char hostile[] = "x') OR 1 = 1; DROP TABLE \"User\"; --";
    assert_int_equal(COUNT(b, .raw = RAW("{name} = ?", RAW_TEXT(hostile))), 0);
    assert_int_equal(user_count(b->session), 3);
}

static void it_stands_anywhere_in_a_tree(void **state)
{
    both *b = *state;
    add_users(b);
    assert_int_equal(COUNT(b, .age = GE(18), .raw = RAW("length({email}) > ?", RAW_INT(3))), 1);
    assert_int_equal(
        COUNT(b, .any = USER_WHERES({.raw = RAW("{age} = ?", RAW_INT(17))}, {.active = EQ(false)})),
        2);
    assert_int_equal(COUNT(b, .none = USER_WHERES({.raw = RAW("{age} = 17 OR {age} = 31")})), 0);
    assert_int_equal(COUNT(b, .raw = RAW("{age} = 17 OR {age} = 31"), .active = EQ(false)), 0);
    assert_int_equal(user_update_many(b->session, .where = {.raw = RAW("{age} < ?", RAW_INT(18))},
                                      .set = {.name = SET("young")}),
                     1);
    assert_int_equal(user_delete_many(b->session, .where = {.raw = RAW("{name} IS NULL")}), 2);
    assert_sound(b->session);
}

static void what_stands_in_quotes_is_text(void **state)
{
    both *b = *state;
    add_users(b);
    assert_int_equal(COUNT(b, .raw = RAW("{name} = 'it''s ?'")), 1);
    assert_int_equal(
        COUNT(b, .raw = RAW("{name} <> '; -- /* $1 {nothing} ( \\' AND \"age\" = ?", RAW_INT(17))),
        1);
}

static void values_of_every_kind_are_bound(void **state)
{
    both *b = *state;
    add_users(b);
    user_update(b->session, 1, .balance = SET(DECIMAL("12.50")));
    tenon_time yesterday = {tenon_time_now().us - INT64_C(86400000000)};
    assert_int_equal(COUNT(b, .raw = RAW("{score} = ?", RAW_FLOAT(0.5))), 1);
    assert_int_equal(COUNT(b, .raw = RAW("{active} = ?", RAW_BOOL(false))), 1);
    assert_int_equal(COUNT(b, .raw = RAW("{balance} = ?", RAW_DECIMAL(DECIMAL("12.5")))), 1);
    assert_int_equal(COUNT(b, .raw = RAW("{createdAt} > ?", RAW_TIME(yesterday))), 3);
    assert_int_equal(COUNT(b, .raw = RAW("{createdAt} < ?", RAW_TIME(yesterday))), 0);
    assert_int_equal(COUNT(b, .raw = RAW("{role} = ?", RAW_TEXT("USER"))), 3);
    Post *post = post_create(b->session, .authorId = SET(1), .title = SET("t"),
                             .publishedAt = SET(yesterday));
    assert_sound(b->session);
    assert_int_equal(post_count(b->session, .where = {.raw = RAW("{id} = ?", RAW_UUID(post->id))}),
                     1);
    assert_int_equal(
        post_count(b->session, .where = {.raw = RAW("{publishedAt} = ?", RAW_TIME(yesterday))}), 1);
    everything_create(b->session, .blob = SET(BYTES("\0\1", 2)));
    assert_int_equal(
        everything_count(b->session,
                         .where = {.raw = RAW("{blob} = ?", RAW_BYTES(BYTES("\0\1", 2)))}),
        1);
    assert_sound(b->session);
}

static void a_time_means_the_same_in_every_time_zone(void **state)
{
    both *b = *state;
    add_users(b);
    tenon_time made = user_find(b->session, 1)->createdAt;
    if (!b->is_sqlite)
        assert_true(tenon_begin(b->session) &&
                    tenon_execute(b->session, "SET LOCAL TimeZone = 'Asia/Tokyo'"));
    assert_int_equal(COUNT(b, .id = EQ(1), .raw = RAW("{createdAt} = ?", RAW_TIME(made))), 1);
}

static void equal_texts_share_one_plan_whatever_the_values(void **state)
{
    both *b = *state;
    add_users(b);
    for (int64_t age = 0; age < 40; age++)
        assert_int_equal(COUNT(b, .raw = RAW("{age} = ?", RAW_INT(age))), age == 17 || age == 31);
}

static void what_is_not_one_condition_is_refused(void **state)
{
    const struct {
        tenon_raw raw;
        const char *why;
    } cases[] = {
        {RAW(""), "is empty"},
        {RAW(" \n"), "is empty"},
        {RAW("\xff"), "not UTF-8"},
        {RAW("{age} = ?"), "more ? than values: there are 0"},
        {RAW("{age} = 1", RAW_INT(1)), "fewer ? than values: there are 1"},
        {RAW("{age} = ?1", RAW_INT(1)), "numbers a parameter"},
        {RAW("{age} = $1"), "holds $"},
        {RAW("{agee} = 1"), "the field 'agee', which there is not"},
        {RAW("{age = 1"), "does not end its {"},
        {RAW("age} = 1"), "holds }"},
        {RAW("{age} = 1; DROP TABLE \"User\""), "holds ;"},
        {RAW("{age} = 1 -- and no more"), "starts a comment"},
        {RAW("{age} = 1 /* and no more"), "starts a comment"},
        {RAW("{name} = 'x"), "does not end its quotes"},
        {RAW("\"name = 1"), "does not end its quotes"},
        {RAW("{name} = E'\\' OR true OR name = '"), "a quote right behind a letter"},
        {RAW("`name` = 1"), "holds `"},
        {RAW("({age} = 1"), "does not end its parentheses"},
        {RAW("{age} = 1) OR (true"), "a parenthesis that it has not begun"},
        {RAW("{name} = ?", RAW_TEXT(NULL)), "a value of .raw is NULL"},
        {{"{age} = ?", (const tenon_raw_value[]){{.kind = (tenon_raw_kind)99}, {0}}}, "no kind 99"},
    };
    both *b = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(user_count(b->session, .where = {.raw = cases[i].raw}), 0);
        assert_failed(b->session, TENON_MISUSE, cases[i].why);
    }
}

static void values_are_checked_like_any_others(void **state)
{
    both *b = *state;
    user_count(b->session, .where = {.raw = RAW("{name} = ?", RAW_TEXT("\xff"))});
    assert_failed(b->session, TENON_TYPE, "raw");
    user_count(b->session, .where = {.raw = RAW("{balance} = ?", RAW_DECIMAL(DECIMAL("x")))});
    assert_failed(b->session, TENON_TYPE, "raw");
    user_count(b->session, .where = {.raw = RAW("{active} = ?", RAW_BOOL(2))});
    assert_failed(b->session, TENON_RANGE, "raw");
}

static void parameters_that_sqlite_would_number_itself_are_refused(void **state)
{
    both *b = *state;
    assert_int_equal(user_count(b->session, .where = {.raw = RAW("{age} = :age")}), 0);
    assert_failed(b->session, TENON_MISUSE, b->is_sqlite ? "parameters" : NULL);
}

static void a_doubled_question_mark_is_an_operator(void **state)
{
    both *b = *state;
    post_create(b->session, .authorId = SET((add_users(b), 1)), .title = SET("t"),
                .meta = SET(JSON("{\"a\": 1}")));
    assert_sound(b->session);
    if (!b->is_sqlite)
        assert_int_equal(
            post_count(b->session, .where = {.raw = RAW("{meta} ?? ?", RAW_TEXT("a"))}), 1);
    assert_sound(b->session);
}

static void a_condition_counts_whatever_it_says(void **state)
{
    both *b = *state;
    user_create(b->session, .email = SET("ann@example.com"));
    assert_int_equal(
        user_update_many(b->session, .where = {.raw = RAW("1 = 1")}, .set = {.name = SET("N")}), 1);
    assert_int_equal(user_delete_many(b->session, .where = {.raw = RAW("1 = 1")}), 1);
    assert_sound(b->session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(each_question_mark_takes_the_next_value),
        ON_BOTH(it_stands_anywhere_in_a_tree),
        ON_BOTH(what_stands_in_quotes_is_text),
        ON_BOTH(values_of_every_kind_are_bound),
        ON_BOTH(a_time_means_the_same_in_every_time_zone),
        ON_BOTH(equal_texts_share_one_plan_whatever_the_values),
        ON_BOTH(what_is_not_one_condition_is_refused),
        ON_BOTH(values_are_checked_like_any_others),
        ON_BOTH(parameters_that_sqlite_would_number_itself_are_refused),
        ON_BOTH(a_doubled_question_mark_is_an_operator),
        ON_BOTH(a_condition_counts_whatever_it_says),
    };
    return both_run(tests);
}
