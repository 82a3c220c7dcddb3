/* Aggregates, their filters, groups, having and facets. */
#include "both.h"

#include <stdio.h>

#define AGE(n) ((tenon_opt_int32){true, n})
#define NO_AGE ((tenon_opt_int32){0})

static void add_user(both *b, int id, const char *name, tenon_opt_int32 age, Role role,
                     const char *balance)
{
    char email[32];
    snprintf(email, sizeof email, "u%d@example.com", id);
    user_create(b->session, .id = SET(id), .email = SET(email), .name = SET_OR_NULL(name),
                .age = SET_OPT(age), .role = SET(role), .active = SET(id % 2 == 1),
                .score = SET(id / 2.0), .balance = SET(((tenon_decimal){0, balance})));
    assert_sound(b->session);
}

static void add_users(both *b)
{
    add_user(b, 1, "Ann", AGE(31), ROLE_ADMIN, "0.10");
    add_user(b, 2, "Bob", AGE(17), ROLE_USER, "0.20");
    add_user(b, 3, NULL, AGE(31), ROLE_EDITOR, "10.00");
    add_user(b, 4, "Ann", NO_AGE, ROLE_USER, "0.00");
    add_user(b, 5, NULL, NO_AGE, ROLE_ADMIN, "99999999.99");
}

/* ---- aggregates ------------------------------------------------------------------------------ */

static void every_function_gives_its_value(void **state)
{
    both *b = *state;
    add_users(b);
    UserAggregate all = user_aggregate(
        b->session, .count = true, .count_of = {USER_AGE, USER_ID, USER_TAGS},
        .distinct_of = {USER_AGE, USER_NAME, USER_ROLE},
        .sum = {USER_AGE, USER_SCORE, USER_BALANCE}, .avg = {USER_AGE, USER_BALANCE},
        .min = {USER_AGE, USER_NAME, USER_BALANCE}, .max = {USER_AGE, USER_EMAIL, USER_SCORE});
    assert_sound(b->session);
    assert_int_equal(all.count, 5);
    assert_int_equal(all.count_of.age, 3);
    assert_int_equal(all.count_of.id, 5);
    assert_int_equal(all.count_of.tags, 5);
    assert_int_equal(all.distinct_of.age, 2);
    assert_int_equal(all.distinct_of.name, 2);
    assert_int_equal(all.distinct_of.role, 3);
    assert_true(all.sum.age.has && all.sum.age.value == 79);
    assert_true(all.sum.score.has && all.sum.score.value == 7.5);
    assert_string_equal(all.sum.balance.text, "100000010.29");
    assert_true(all.avg.age.has && all.avg.age.value > 26.33 && all.avg.age.value < 26.34);
    assert_true(all.avg.balance.value > 20000002.05 && all.avg.balance.value < 20000002.06);
    assert_true(all.min.age.has && all.min.age.value == 17);
    assert_string_equal(all.min.name, "Ann");
    assert_string_equal(all.min.balance.text, "0.00");
    assert_int_equal(all.max.age.value, 31);
    assert_string_equal(all.max.email, "u5@example.com");
    assert_true(all.max.score.value == 2.5);
    assert_null(all.parts);
}

static void of_no_rows_all_but_counts_is_null(void **state)
{
    both *b = *state;
    UserAggregate none = user_aggregate(b->session, .count = true, .count_of = {USER_ID},
                                        .sum = {USER_AGE, USER_BALANCE}, .avg = {USER_SCORE},
                                        .min = {USER_NAME, USER_CREATED_AT}, .max = {USER_ID});
    assert_sound(b->session);
    assert_true(none.count == 0 && none.count_of.id == 0);
    assert_false(none.sum.age.has || none.avg.score.has || none.min.createdAt.has ||
                 none.max.id.has);
    assert_null(none.sum.balance.text);
    assert_null(none.min.name);
}

static void a_where_chooses_the_rows(void **state)
{
    both *b = *state;
    add_users(b);
    UserAggregate some = user_aggregate(b->session, .where = {.age = GE(18), .active = EQ(true)},
                                        .count = true, .sum = {USER_AGE});
    assert_sound(b->session);
    assert_true(some.count == 2 && some.sum.age.value == 62);
}

static void each_part_has_a_filter_of_its_own(void **state)
{
    both *b = *state;
    add_users(b);
    UserAggregate all = user_aggregate(
        b->session, .where = {.id = LT(5)}, .count = true,
        .parts =
            USER_PARTS({.where = &(UserWhere){.role = EQ(ROLE_USER)},
                        .count = true,
                        .sum = {USER_BALANCE, USER_AGE}},
                       {.where = &(UserWhere){.age = IS_NULL()}, .count = true, .avg = {USER_AGE}},
                       {.distinct_of = {USER_AGE}}));
    assert_sound(b->session);
    assert_int_equal(all.count, 4);
    assert_int_equal(all.parts[0].count, 2);
    assert_string_equal(all.parts[0].sum.balance.text, "0.20");
    assert_int_equal(all.parts[0].sum.age.value, 17);
    assert_int_equal(all.parts[1].count, 1);
    assert_false(all.parts[1].avg.age.has);
    assert_int_equal(all.parts[2].distinct_of.age, 2);
}

static void with_a_limit_only_the_rows_left_count(void **state)
{
    both *b = *state;
    add_users(b);
    UserAggregate two = user_aggregate(b->session, .order_by = {DESC_NULLS_LAST(USER_AGE)},
                                       .limit = 3, .offset = 1, .count = true, .sum = {USER_ID});
    assert_sound(b->session);
    assert_true(two.count == 3 && two.sum.id.value == 3 + 2 + 4);
    UserAggregate rest = user_aggregate(b->session, .offset = 4, .count = true, .max = {USER_ID});
    assert_sound(b->session);
    assert_true(rest.count == 1 && rest.max.id.value == 5);
    UserAggregate none = user_aggregate(b->session, .limit = tenon_limit(0), .count = true);
    assert_sound(b->session);
    assert_int_equal(none.count, 0);
}

static void what_could_only_be_ignored_is_refused(void **state)
{
    both *b = *state;
    user_aggregate(b->session, .where = {.id = EQ(1)});
    assert_failed(b->session, TENON_MISUSE, "asks for nothing");
    user_aggregate(b->session, .count = true, .order_by = {ASC(USER_ID)});
    assert_failed(b->session, TENON_MISUSE, "order_by");
    user_aggregate(b->session, .sum = {USER_NAME});
    assert_failed(b->session, TENON_MISUSE, "User.name: sum does not exist");
    user_aggregate(b->session, .min = {USER_ACTIVE});
    assert_failed(b->session, TENON_MISUSE, "User.active: min");
    user_aggregate(b->session, .distinct_of = {USER_TAGS});
    assert_failed(b->session, TENON_MISUSE, "User.tags: distinct_of does not exist");
    user_aggregate(b->session, .count = true, .parts = USER_PARTS({.count = false}));
    assert_failed(b->session, TENON_MISUSE, "part asks for nothing");
    user_aggregate(b->session, .count = true, .limit = -2);
    assert_failed(b->session, TENON_MISUSE, "negative");
    user_group(b->session, .count = true);
    assert_failed(b->session, TENON_MISUSE, ".by");
    user_group(b->session, .by = {USER_TAGS});
    assert_failed(b->session, TENON_MISUSE, "User.tags");
    user_group(b->session, .by = {USER_ROLE}, .order_by = {ASC(USER_AGE)});
    assert_failed(b->session, TENON_MISUSE, "not in .by");
    user_group(b->session, .by = {USER_ROLE}, .having = {.count = IN(NULL, 3)});
    assert_failed(b->session, TENON_MISUSE, "User.count");
    user_facets(b->session, .limit = 3);
    assert_failed(b->session, TENON_MISUSE, "facets");
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void add_post(both *b, const char *slug, int64_t views)
{
    post_create(b->session, .authorId = SET(1), .slug = SET(slug), .title = SET(slug),
                .views = SET(views));
    assert_sound(b->session);
}

static void sums_of_integers_are_exact_or_refused(void **state)
{
    both *b = *state;
    add_users(b);
    add_post(b, "a", INT64_MAX);
    add_post(b, "b", 1);
    add_post(b, "c", -1);
    PostAggregate all = post_aggregate(b->session, .sum = {POST_VIEWS}, .avg = {POST_VIEWS});
    assert_sound(b->session);
    assert_true(all.sum.views.value == INT64_MAX);
    assert_true(all.avg.views.value > 3.07e18 && all.avg.views.value < 3.08e18);
    post_aggregate(b->session, .where = {.views = GT(0)}, .sum = {POST_VIEWS});
    assert_failed(b->session, TENON_RANGE, NULL);
    PostAggregate high = post_aggregate(b->session, .where = {.views = GT(0)}, .avg = {POST_VIEWS});
    assert_sound(b->session);
    assert_true(high.avg.views.value > 4.61e18 && high.avg.views.value < 4.62e18);
}

static void sums_of_small_integers_have_64_bits(void **state)
{
    both *b = *state;
    for (int i = 0; i < 3; i++)
        everything_create(b->session, .number = SET(INT32_MAX), .small = SET(INT16_MIN));
    EverythingAggregate all = everything_aggregate(
        b->session, .sum = {EVERYTHING_NUMBER, EVERYTHING_SMALL}, .avg = {EVERYTHING_SMALL});
    assert_sound(b->session);
    assert_true(all.sum.number.value == INT64_C(3) * INT32_MAX);
    assert_true(all.sum.small.value == INT64_C(3) * INT16_MIN);
    assert_true(all.avg.small.value == INT16_MIN);
}

static void sums_of_decimals_are_exact(void **state)
{
    both *b = *state;
    tenon_decimal price = {0, "0.1000"}, money = {0, "-0.10"};
    for (int i = 0; i < 30; i++)
        everything_create(b->session, .price = SET(price), .money = SET(money));
    everything_create(b->session, .price = SET(((tenon_decimal){0, "99999999.9999"})));
    EverythingAggregate all = everything_aggregate(
        b->session, .sum = {EVERYTHING_PRICE, EVERYTHING_MONEY}, .min = {EVERYTHING_MONEY},
        .max = {EVERYTHING_PRICE}, .avg = {EVERYTHING_MONEY});
    assert_sound(b->session);
    assert_string_equal(all.sum.price.text, "100000002.9999");
    assert_string_equal(all.sum.money.text, "-3.00");
    assert_string_equal(all.min.money.text, "-0.10");
    assert_string_equal(all.max.price.text, "99999999.9999");
    assert_true(all.avg.money.value < -0.0999999 && all.avg.money.value > -0.1000001);
}

static void least_and_greatest_have_the_type_of_their_column(void **state)
{
    both *b = *state;
    tenon_uuid low = {1, 2}, high = {UINT64_MAX, 0};
    for (int i = 0; i < 2; i++)
        everything_create(
            b->session, .big = SET(i ? INT64_MAX : INT64_MIN), .real = SET(i ? 1.5 : -1.5),
            .text = SET(i ? "b" : "a"), .label = SET(i ? "y" : "x"),
            .code = SET(i ? "zzzz" : "aaaa"), .uuid = SET(i ? high : low),
            .stamp = SET(((tenon_time){i ? 1000 : -1000})),
            .instant = SET(((tenon_time){i ? 1 : -1})), .day = SET(((tenon_date){i ? 1 : -1})),
            .clock = SET(((tenon_clock){i + 1})), .zoned = SET(((tenon_clock_tz){i + 1, 0})),
            .span = SET(((tenon_interval){0, i + 9, 0})));
    everything_create(b->session);
    EverythingAggregate all = everything_aggregate(
        b->session,
        .min = {EVERYTHING_BIG, EVERYTHING_REAL, EVERYTHING_TEXT, EVERYTHING_LABEL, EVERYTHING_CODE,
                EVERYTHING_UUID, EVERYTHING_STAMP, EVERYTHING_INSTANT, EVERYTHING_DAY,
                EVERYTHING_CLOCK, EVERYTHING_ZONED, EVERYTHING_SPAN},
        .max = {EVERYTHING_BIG, EVERYTHING_REAL, EVERYTHING_TEXT, EVERYTHING_LABEL, EVERYTHING_CODE,
                EVERYTHING_UUID, EVERYTHING_STAMP, EVERYTHING_INSTANT, EVERYTHING_DAY,
                EVERYTHING_CLOCK, EVERYTHING_ZONED, EVERYTHING_SPAN},
        .sum = {EVERYTHING_REAL}, .avg = {EVERYTHING_REAL});
    assert_sound(b->session);
    assert_true(all.min.big.value == INT64_MIN && all.max.big.value == INT64_MAX);
    assert_true(all.min.real.value == -1.5f && all.max.real.value == 1.5f);
    assert_true(all.sum.real.value == 0 && all.avg.real.value == 0);
    assert_string_equal(all.min.text, "a");
    assert_string_equal(all.max.label, "y");
    assert_string_equal(all.max.code, "zzzz");
    assert_true(all.min.uuid.value.hi == 1 && all.min.uuid.value.lo == 2);
    assert_true(all.max.uuid.value.hi == UINT64_MAX);
    assert_true(all.min.stamp.value.us == -1000 && all.max.stamp.value.us == 1000);
    assert_true(all.min.instant.value.us == -1 && all.max.instant.value.us == 1);
    assert_true(all.min.day.value.days == -1 && all.max.day.value.days == 1);
    assert_true(all.min.clock.value.us == 1 && all.max.clock.value.us == 2);
    assert_true(all.min.zoned.value.us == 1 && all.max.zoned.value.us == 2);
    assert_true(all.min.span.value.days == 9 && all.max.span.value.days == 10);
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void a_group_has_its_key_and_its_values(void **state)
{
    both *b = *state;
    add_users(b);
    UserGroupList groups = user_group(b->session, .by = {USER_ROLE}, .order_by = {ASC(USER_ROLE)},
                                      .count = true, .sum = {USER_AGE}, .max = {USER_NAME});
    assert_sound(b->session);
    assert_int_equal(groups.count, 3);
    assert_int_equal(groups.items[0].key.role, ROLE_USER);
    assert_true(USER_LOADED(&groups.items[0].key, USER_ROLE));
    assert_false(USER_LOADED(&groups.items[0].key, USER_AGE));
    assert_true(groups.items[0].count == 2 && groups.items[0].sum.age.value == 17);
    assert_string_equal(groups.items[0].max.name, "Bob");
    assert_true(groups.items[1].key.role == ROLE_EDITOR && groups.items[1].count == 1);
    assert_null(groups.items[1].max.name);
    assert_true(groups.items[2].key.role == ROLE_ADMIN && groups.items[2].sum.age.value == 31);
}

static void null_is_a_group(void **state)
{
    both *b = *state;
    add_users(b);
    UserGroupList groups = user_group(b->session, .by = {USER_AGE, USER_NAME, USER_AGE},
                                      .order_by = {DESC_NULLS_LAST(USER_AGE), ASC(USER_NAME)});
    assert_sound(b->session);
    assert_int_equal(groups.count, 5);
    assert_true(groups.items[0].key.age.value == 31 && groups.items[0].key.name);
    assert_true(groups.items[1].key.age.value == 31 && !groups.items[1].key.name);
    assert_int_equal(groups.items[2].key.age.value, 17);
    assert_false(groups.items[3].key.age.has || groups.items[4].key.age.has);
}

static void having_filters_groups_by_their_aggregates(void **state)
{
    both *b = *state;
    add_users(b);
    UserGroupList two = user_group(b->session, .by = {USER_ROLE}, .having = {.count = GE(2)},
                                   .order_by = {ASC(USER_ROLE)});
    assert_sound(b->session);
    assert_int_equal(two.count, 2);
    UserGroupList one = user_group(b->session, .by = {USER_ROLE}, .where = {.id = NE(3)},
                                   .having = {.count = EQ(2),
                                              .avg.age = BETWEEN(16.5, 17.5),
                                              .min.name = LIKE("A%"),
                                              .sum.balance = EQ(((tenon_decimal){0, "0.2"}))});
    assert_sound(b->session);
    assert_int_equal(one.count, 1);
    assert_int_equal(one.items[0].key.role, ROLE_USER);
    UserGroupList trees =
        user_group(b->session, .by = {USER_ROLE}, .order_by = {ASC(USER_ROLE)},
                   .having = {.any = USER_HAVINGS({.sum.age = IS_NULL()}, {.max.age = GT(30)}),
                              .none = USER_HAVINGS({.count_of.name = EQ(0)})});
    assert_sound(b->session);
    assert_int_equal(trees.count, 1);
    assert_int_equal(trees.items[0].key.role, ROLE_ADMIN);
    UserGroupList raw = user_group(b->session, .by = {USER_ROLE},
                                   .having = {.count = GT(0),
                                              .raw = RAW("{sum.age} < ? * {count}", RAW_INT(10)),
                                              .except = &(UserHaving){.count = EQ(1)}});
    assert_sound(b->session);
    assert_int_equal(raw.count, 1);
    assert_int_equal(raw.items[0].key.role, ROLE_USER);
}

static void groups_are_ordered_by_aggregates_and_limited(void **state)
{
    both *b = *state;
    add_users(b);
    UserGroupList groups = user_group(b->session, .by = {USER_ROLE}, .count = true, .limit = 2,
                                      .order_by = {DESC_COUNT(), DESC_BY(SUM, USER_BALANCE)});
    assert_sound(b->session);
    assert_int_equal(groups.count, 2);
    assert_int_equal(groups.items[0].key.role, ROLE_ADMIN);
    assert_int_equal(groups.items[1].key.role, ROLE_USER);
    UserGroupList rest = user_group(b->session, .by = {USER_ROLE}, .offset = 2,
                                    .order_by = {ASC_BY(AVG, USER_SCORE)});
    assert_sound(b->session);
    assert_int_equal(rest.count, 1);
    assert_int_equal(rest.items[0].key.role, ROLE_ADMIN);
}

static void groups_have_parts_too(void **state)
{
    both *b = *state;
    add_users(b);
    UserGroupList groups = user_group(
        b->session, .by = {USER_ROLE}, .order_by = {ASC(USER_ROLE)}, .count = true,
        .parts = USER_PARTS({.where = &(UserWhere){.active = EQ(true)}, .count = true},
                            {.where = &(UserWhere){.name = STARTS_WITH("A")}, .max = {USER_ID}}));
    assert_sound(b->session);
    assert_int_equal(groups.count, 3);
    int64_t actives[] = {0, 1, 2};
    for (int i = 0; i < 3; i++)
        assert_int_equal(groups.items[i].parts[0].count, actives[i]);
    assert_int_equal(groups.items[0].parts[1].max.id.value, 4);
    assert_false(groups.items[1].parts[1].max.id.has);
    assert_int_equal(groups.items[2].parts[1].max.id.value, 1);
}

/* ---- facets ---------------------------------------------------------------------------------- */

static void facets_count_the_values_of_a_column(void **state)
{
    both *b = *state;
    add_users(b);
    UserGroupList ages = user_facets(b->session, .column = USER_AGE);
    assert_sound(b->session);
    assert_int_equal(ages.count, 3);
    assert_true(ages.items[0].key.age.value == 31 && ages.items[0].count == 2);
    assert_true(!ages.items[1].key.age.has && ages.items[1].count == 2);
    assert_true(ages.items[2].key.age.value == 17 && ages.items[2].count == 1);
    UserGroupList roles = user_facets(b->session, .column = USER_ROLE, .limit = 1, .offset = 1,
                                      .where = {.active = EQ(true)});
    assert_sound(b->session);
    assert_int_equal(roles.count, 1);
    assert_true(roles.items[0].key.role == ROLE_EDITOR && roles.items[0].count == 1);
}

static void after_a_failure_there_are_only_zeros(void **state)
{
    both *b = *state;
    user_aggregate(b->session, .count = true, .where = {.email = EQ(NULL)});
    assert_true(tenon_failed(b->session));
    UserAggregate all = user_aggregate(b->session, .count = true);
    assert_true(all.count == 0 && !all.parts);
    assert_int_equal(user_group(b->session, .by = {USER_ROLE}).count, 0);
    assert_int_equal(user_facets(b->session, .column = USER_ROLE).count, 0);
    assert_failed(b->session, TENON_MISUSE, "IS_NULL()");
}

/* ---- against an evaluation in memory --------------------------------------------------------- */

enum { ROWS = 50 };

typedef struct model_row {
    int age; /* -1: NULL */
    Role role;
    bool active;
    int cents;
} model_row;

typedef struct model_sum {
    int64_t count, ages, age_sum, cents;
    int least, most;
    unsigned seen; /* a bit an age */
} model_sum;

static unsigned seed;

static int random_below(int n)
{
    seed = seed * 1103515245 + 12345;
    return (int)(seed >> 16 & 0x7fff) % n;
}

static void fill(both *b, model_row *rows)
{
    for (int i = 0; i < ROWS; i++) {
        rows[i] = (model_row){random_below(5) - 1, (Role)(random_below(3) + 1), random_below(2),
                              random_below(100000)};
        char email[32], balance[32];
        snprintf(email, sizeof email, "u%d@example.com", i);
        snprintf(balance, sizeof balance, "%d.%02d", rows[i].cents / 100, rows[i].cents % 100);
        tenon_opt_int32 age = {rows[i].age >= 0, rows[i].age};
        user_create(b->session, .email = SET(email), .age = SET_OPT(age), .role = SET(rows[i].role),
                    .active = SET(rows[i].active), .balance = SET(((tenon_decimal){0, balance})));
        assert_sound(b->session);
    }
}

static model_sum sum_up(const model_row *rows, Role role, int least_age, int active)
{
    model_sum sum = {.least = 99, .most = -1};
    for (int i = 0; i < ROWS; i++) {
        const model_row *row = &rows[i];
        if (row->role != role || (least_age >= 0 && row->age < least_age) ||
            (active >= 0 && row->active != active))
            continue;
        sum.count++;
        sum.cents += row->cents;
        if (row->age < 0)
            continue;
        sum.ages++;
        sum.age_sum += row->age;
        sum.seen |= 1u << row->age;
        sum.least = row->age < sum.least ? row->age : sum.least;
        sum.most = row->age > sum.most ? row->age : sum.most;
    }
    return sum;
}

static void assert_group(const UserGroup *group, const model_sum *sum)
{
    char cents[32];
    snprintf(cents, sizeof cents, "%d.%02d", (int)(sum->cents / 100), (int)(sum->cents % 100));
    assert_int_equal(group->count, sum->count);
    assert_int_equal(group->count_of.age, sum->ages);
    assert_int_equal(group->distinct_of.age, __builtin_popcount(sum->seen));
    assert_string_equal(group->sum.balance.text, cents);
    assert_int_equal(group->sum.age.has, sum->ages > 0);
    assert_int_equal(group->avg.age.has, sum->ages > 0);
    if (!sum->ages)
        return;
    double off = group->avg.age.value - (double)sum->age_sum / (double)sum->ages;
    assert_true(off > -1e-12 && off < 1e-12);
    assert_int_equal(group->sum.age.value, sum->age_sum);
    assert_int_equal(group->min.age.value, sum->least);
    assert_int_equal(group->max.age.value, sum->most);
}

/* Groups of rows chosen at random, with a having and a part chosen at random. */
static void try_groups(both *b, const model_row *rows)
{
    int least_age = random_below(5) - 1, active = random_below(3) - 1, least = random_below(6);
    UserWhere of_part = {.active = EQ(true)};
    UserPart part = {.where = &of_part, .count = true};
    UserGroupQuery query = {.session = b->session,
                            .by = {USER_ROLE},
                            .order_by = {ASC(USER_ROLE)},
                            .having = {.count = GT(least)},
                            .count = true,
                            .count_of = {USER_AGE},
                            .distinct_of = {USER_AGE},
                            .sum = {USER_AGE, USER_BALANCE},
                            .avg = {USER_AGE},
                            .min = {USER_AGE},
                            .max = {USER_AGE},
                            .parts = {&part, 1}};
    if (least_age >= 0)
        query.where.age = (tenon_int_filter)GE(least_age);
    if (active >= 0)
        query.where.active = (tenon_bool_filter)EQ(active);
    UserGroupList groups = user_group_q(&query);
    assert_sound(b->session);
    size_t at = 0;
    for (int role = ROLE_USER; role <= ROLE_ADMIN; role++) {
        model_sum sum = sum_up(rows, (Role)role, least_age, active);
        model_sum actives = sum_up(rows, (Role)role, least_age, 1);
        if (sum.count <= least)
            continue;
        assert_true(at < groups.count && (int)groups.items[at].key.role == role);
        assert_group(&groups.items[at], &sum);
        assert_int_equal(groups.items[at++].parts[0].count, active == 0 ? 0 : actives.count);
    }
    assert_int_equal(at, groups.count);
}

static void groups_are_what_adding_up_by_hand_gives(void **state)
{
    both *b = *state;
    model_row rows[ROWS];
    seed = 7;
    fill(b, rows);
    for (int round = 0; round < 100; round++) {
        tenon_mark mark = tenon_session_mark(b->session);
        try_groups(b, rows);
        tenon_session_rewind(b->session, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(every_function_gives_its_value),
        ON_BOTH(of_no_rows_all_but_counts_is_null),
        ON_BOTH(a_where_chooses_the_rows),
        ON_BOTH(each_part_has_a_filter_of_its_own),
        ON_BOTH(with_a_limit_only_the_rows_left_count),
        ON_BOTH(what_could_only_be_ignored_is_refused),
        ON_BOTH(sums_of_integers_are_exact_or_refused),
        ON_BOTH(sums_of_small_integers_have_64_bits),
        ON_BOTH(sums_of_decimals_are_exact),
        ON_BOTH(least_and_greatest_have_the_type_of_their_column),
        ON_BOTH(a_group_has_its_key_and_its_values),
        ON_BOTH(null_is_a_group),
        ON_BOTH(having_filters_groups_by_their_aggregates),
        ON_BOTH(groups_are_ordered_by_aggregates_and_limited),
        ON_BOTH(groups_have_parts_too),
        ON_BOTH(facets_count_the_values_of_a_column),
        ON_BOTH(groups_are_what_adding_up_by_hand_gives),
        ON_BOTH(after_a_failure_there_are_only_zeros),
    };
    return both_run(tests);
}
