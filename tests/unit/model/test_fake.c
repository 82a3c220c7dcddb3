/* Rows made up: they fit their columns on both databases, reach the ends of what columns hold, and
 * are the same for the same seed. */
#include "both.h"

#include <stdlib.h>

#include <tenon/test.h>

#include "blog.h"

enum { ROWS = 150 };

static const tenon_fake_options wild = {
    .seed = 42, .text_most = 300, .bytes_most = 20000, .list_most = 12};

static EverythingSet make(both *b, uint64_t number)
{
    EverythingSet set = {.session = b->session};
    assert_true(tenon_fake(b->session, &everything_model, &wild, number, &set));
    return set;
}

static bool is_same_text(tenon_text_set given, const char *stored)
{
    return given.op == TENON_SET_NULL ? !stored : stored && !strcmp(given.value, stored);
}

static bool is_same_bytes(tenon_bytes_set given, tenon_bytes stored)
{
    if (given.op == TENON_SET_NULL)
        return !stored.data;
    return stored.data && stored.len == given.value.len &&
           !memcmp(stored.data, given.value.data, stored.len);
}

static void every_column_takes_what_is_made_for_it(void **state)
{
    both *b = *state;
    for (uint64_t n = 0; n < ROWS; n++) {
        EverythingSet set = make(b, n);
        Everything *row = everything_create_q(&set);
        assert_sound(b->session);
        row = everything_find(b->session, row->id);
        assert_true(is_same_text(set.text, row->text) && is_same_text(set.label, row->label));
        assert_true(is_same_bytes(set.blob, row->blob));
        assert_int_equal(row->big.has, set.big.op == TENON_SET);
        assert_true(!row->big.has || row->big.value == set.big.value);
        assert_true(!row->stamp.has || row->stamp.value.us == set.stamp.value.us);
        assert_true(!row->precise.has || row->precise.value == set.precise.value);
        assert_true(!row->price.text || !tenon_decimal_compare(row->price, set.price.value));
        tenon_session_reset(b->session);
    }
    assert_int_equal(everything_count(b->session), ROWS);
}

static void lists_of_every_type_are_made_too(void **state)
{
    both *b = *state;
    for (uint64_t n = 0; n < ROWS / 3; n++) {
        ArraysSet set = {.session = b->session};
        assert_true(tenon_fake(b->session, &arrays_model, &wild, n, &set));
        Arrays *row = arrays_create_q(&set);
        assert_sound(b->session);
        assert_int_equal(row->texts.count, set.texts.value.count);
        for (size_t i = 0; i < row->texts.count; i++)
            assert_string_equal(row->texts.items[i], set.texts.value.items[i]);
        tenon_session_reset(b->session);
    }
}

static void large_values_come_through(void **state)
{
    const tenon_fake_options large = {
        .seed = 7, .null_percent = 101, .bytes_most = 1 << 20, .list_most = 3000};
    both *b = *state;
    size_t longest = 0, largest = 0;
    for (uint64_t n = 0; n < 12; n++) {
        ArraysSet lists = {.session = b->session};
        assert_true(tenon_fake(b->session, &arrays_model, &large, n, &lists));
        Arrays *row = arrays_create_q(&lists);
        assert_sound(b->session);
        longest = row->numbers.count > longest ? row->numbers.count : longest;
        Everything *one = tenon_fake_create(b->session, &everything_model, &large, n, NULL);
        assert_sound(b->session);
        largest = one->blob.len > largest ? one->blob.len : largest;
        tenon_session_reset(b->session);
    }
    assert_true(longest >= 1000);
    assert_true(largest >= 100000);
}

/* ---- what is made ---------------------------------------------------------------------------- */

static unsigned planes_of(const char *text)
{
    unsigned planes = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at < 0xC0)
            planes |= 1u;
        else if (*at >= 0xF0)
            planes |= 1u << ((*at & 7) << 2 | (at[1] >> 4 & 3));
    }
    return planes;
}

static void ends_nulls_and_all_planes_of_unicode_are_reached(void **state)
{
    both *b = *state;
    unsigned planes = 0, nulls = 0, empty = 0, least = 0, most = 0;
    for (uint64_t n = 0; n < ROWS; n++) {
        EverythingSet set = make(b, n);
        nulls += set.text.op == TENON_SET_NULL;
        empty += set.text.op == TENON_SET && !set.text.value[0];
        planes |= set.text.op == TENON_SET ? planes_of(set.text.value) : 0;
        least += set.small.op == TENON_SET && set.small.value == INT16_MIN;
        most += set.big.op == TENON_SET && set.big.value == INT64_MAX;
    }
    assert_true(nulls > 5 && nulls < ROWS / 2 && empty && least && most);
    assert_int_equal(planes & 0x1C00F,
                     0x1C00F); /* planes 0 to 3 and 14 to 16: all with characters */
}

static void the_same_seed_makes_the_same_rows(void **state)
{
    both *b = *state;
    UserSet one = {.email = SET("x")}, same = one, other = one;
    assert_true(tenon_fake(b->session, &user_model, &wild, 3, &one));
    assert_true(tenon_fake(b->session, &user_model, &wild, 3, &same));
    assert_true(tenon_fake(b->session, &user_model, &wild, 4, &other));
    assert_true(one.score.value == same.score.value && one.name.op == same.name.op);
    assert_true(one.score.value != other.score.value || one.age.value != other.age.value);
}

static void unique_columns_differ_from_row_to_row(void **state)
{
    both *b = *state;
    const char *labels[ROWS];
    for (uint64_t n = 0; n < ROWS; n++) {
        TagSet set = {.id = {0}};
        assert_true(tenon_fake(b->session, &tag_model, NULL, n, &set));
        labels[n] = set.label.value;
        for (uint64_t before = 0; before < n; before++)
            assert_string_not_equal(labels[before], labels[n]);
    }
}

static void what_is_set_stays_and_the_programs_own_is_left_alone(void **state)
{
    both *b = *state;
    const UserSet given = {
        .email = SET("ann@example.com"), .age = SET(31), .balance = SET_DEFAULT()};
    User *ann = tenon_fake_create(b->session, &user_model, NULL, 1, &given);
    assert_sound(b->session);
    assert_string_equal(ann->email, "ann@example.com");
    assert_int_equal(ann->age.value, 31);
    assert_string_equal(ann->balance.text, "0.00");
    assert_null(tenon_fake_create(b->session, &user_model, NULL, 2, NULL));
    assert_failed(b->session, TENON_MISUSE, "email"); /* it has a pattern */
    assert_null(tenon_fake_create(b->session, &post_model, NULL, 3, NULL));
    assert_failed(b->session, TENON_MISUSE, "authorId"); /* whose post? */
    PostSet post = {.authorId = SET(ann->id)};
    assert_non_null(tenon_fake_create(b->session, &post_model, NULL, 3, &post));
    assert_null(tenon_fake_create(NULL, &post_model, NULL, 3, NULL));
    assert_false(tenon_fake(NULL, &post_model, NULL, 3, &post));
    assert_sound(b->session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(every_column_takes_what_is_made_for_it),
        ON_BOTH(lists_of_every_type_are_made_too),
        ON_BOTH(large_values_come_through),
        ON_BOTH(ends_nulls_and_all_planes_of_unicode_are_reached),
        ON_BOTH(the_same_seed_makes_the_same_rows),
        ON_BOTH(unique_columns_differ_from_row_to_row),
        ON_BOTH(what_is_set_stays_and_the_programs_own_is_left_alone),
    };
    return both_run(tests);
}
