/* Intervals in queries: compared by PostgreSQL's estimate on both databases, a month as 30 days,
 * and yet read back as they were written. */
#include "both.h"

#include <stdio.h>

#define SPAN(months, days, us) ((tenon_interval){months, days, us})
#define DAY_US INT64_C(86400000000)

/* Ids 1 … 5; of equal estimate: 1 and 2, and 3 and 4 within a microsecond. */
static void create_rows(both *b)
{
    static const tenon_interval spans[] = {{1, 0, 0}, {0, 30, 0}, {0, 1, -1}, {0, 0, DAY_US}};
    for (int i = 0; i < 4; i++)
        everything_create(b->session, .id = SET(i + 1), .span = SET(spans[i]));
    everything_create(b->session, .id = SET(5));
    assert_sound(b->session);
}

/* "3 4 1 2": the rows that are found, in their order. */
static const char *ids_of(const EverythingList *list)
{
    static char text[64];
    text[0] = '\0';
    for (size_t i = 0; i < list->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", i ? " " : "",
                 (int)list->items[i].id);
    return text;
}

#define FINDS(ids, ...)                                                                            \
    do {                                                                                           \
        EverythingList found = everything_find_many(b->session, .where = {__VA_ARGS__},            \
                                                    .order_by = {ASC(EVERYTHING_ID)});             \
        assert_sound(b->session);                                                                  \
        assert_string_equal(ids_of(&found), ids);                                                  \
    } while (0)

static void equality_is_that_of_the_estimate(void **state)
{
    both *b = *state;
    static const tenon_interval month[] = {{0, 29, DAY_US}};
    create_rows(b);
    FINDS("1 2", .span = EQ(SPAN(1, 0, 0)));
    FINDS("1 2", .span = IN(month, 1));
    FINDS("3 4", .span = NOT_IN(month, 1));
    FINDS("3", .span = LT(SPAN(0, 1, 0)));
    FINDS("1 2 4", .span = GE(SPAN(0, 0, DAY_US)));
    FINDS("3 4", .span = BETWEEN(SPAN(0, 0, 0), SPAN(1, -29, 0)));
    FINDS("5", .span = IS_NULL());
}

static void a_value_keeps_its_parts(void **state)
{
    both *b = *state;
    create_rows(b);
    Everything *row = everything_update(b->session, 3, .span = SET(SPAN(-14, 2, -1)));
    assert_sound(b->session);
    assert_true(row->span.has && row->span.value.months == -14);
    assert_true(row->span.value.days == 2 && row->span.value.us == -1);
    const char *text = both_value(b, "SELECT span FROM \"Everything\" WHERE id = 3");
    assert_string_equal(text, b->is_sqlite ? "P-1Y-2M2DT-0.000001S"
                                           : "-1 years -2 mons +2 days -00:00:00.000001");
    row = everything_update(b->session, 3, .span = SET_NULL());
    assert_sound(b->session);
    assert_false(row->span.has);
}

static void rows_are_sorted_and_folded_by_the_estimate(void **state)
{
    both *b = *state;
    create_rows(b);
    EverythingList sorted = everything_find_many(
        b->session, .order_by = {DESC_NULLS_LAST(EVERYTHING_SPAN), ASC(EVERYTHING_ID)});
    assert_string_equal(ids_of(&sorted), "1 2 4 3 5");
    EverythingList folded =
        everything_find_many(b->session, .distinct = {EVERYTHING_SPAN},
                             .order_by = {ASC(EVERYTHING_SPAN), ASC(EVERYTHING_ID)});
    assert_string_equal(ids_of(&folded), "3 4 1 5");
    EverythingGroupList groups = everything_group(
        b->session, .by = {EVERYTHING_SPAN}, .count = true, .order_by = {ASC(EVERYTHING_SPAN)});
    assert_sound(b->session);
    assert_int_equal(groups.count, 4);
    assert_int_equal(groups.items[2].count, 2);
    EverythingAggregate all =
        everything_aggregate(b->session, .min = {EVERYTHING_SPAN}, .max = {EVERYTHING_SPAN},
                             .distinct_of = {EVERYTHING_SPAN});
    assert_sound(b->session);
    assert_int_equal(all.distinct_of.span, 3);
    assert_true(all.min.span.value.us == -1 && all.min.span.value.days == 1);
    assert_int_equal(tenon_interval_compare(all.max.span.value, SPAN(1, 0, 0)), 0);
}

static void lists_hold_intervals(void **state)
{
    both *b = *state;
    static const tenon_interval spans[] = {{1, -2, 3}, {0, 0, 0}, {INT32_MIN, 5, INT64_MIN}};
    Arrays *row = arrays_create(b->session, .spans = SET(((tenon_interval_array){spans, 3})));
    assert_sound(b->session);
    assert_int_equal(row->spans.count, 3);
    assert_memory_equal(row->spans.items, spans, sizeof spans);
    assert_int_equal(arrays_count(b->session, .where = {.spans = HAS(SPAN(1, -2, 3))}), 1);
    assert_int_equal(arrays_count(b->session, .where = {.spans = HAS(SPAN(0, 0, 1))}), 0);
    assert_sound(b->session);
}

static void infinite_intervals_are_postgresqls(void **state)
{
    both *b = *state;
    everything_create(b->session, .span = SET(SPAN(INT32_MAX, INT32_MAX, INT64_MAX)));
    if (b->is_sqlite)
        assert_failed(b->session, TENON_RANGE, "Everything.span: SQLite has no infinite intervals");
    else
        assert_sound(b->session);
}

/* What another program wrote. */
static void a_stored_text_that_is_no_interval_is_an_error(void **state)
{
    both *b = *state;
    if (!b->is_sqlite)
        return;
    both_sql(b, "INSERT INTO \"Everything\" (id, span) VALUES (1, '1 day')");
    everything_find(b->session, 1);
    assert_failed(b->session, TENON_TYPE, "Everything.span");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(equality_is_that_of_the_estimate),
        ON_BOTH(a_value_keeps_its_parts),
        ON_BOTH(rows_are_sorted_and_folded_by_the_estimate),
        ON_BOTH(lists_hold_intervals),
        ON_BOTH(infinite_intervals_are_postgresqls),
        ON_BOTH(a_stored_text_that_is_no_interval_is_an_error),
    };
    return both_run(tests);
}
