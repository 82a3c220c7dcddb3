/* The detector of loops that query row by row. */
#include "both.h"

#include <stdio.h>

typedef struct told {
    int count;
    uint64_t times;
    char instead[128], site[256], model[64];
} told;

static void note(tenon_event *event, void *ctx)
{
    told *it = ctx;
    it->count++;
    it->times = event->count;
    snprintf(it->instead, sizeof it->instead, "%s", event->instead ? event->instead : "");
    snprintf(it->site, sizeof it->site, "%s", event->site ? event->site : "");
    snprintf(it->model, sizeof it->model, "%s", event->model ? event->model->name : "");
}

/* A session that tells when a query is run more than three times. */
static tenon_session *open_counting(both *b, bool does_fail, told *it)
{
    const tenon_session_options options = {.repeats_most = 3, .repeats_fail = does_fail};
    const tenon_hook hook = {.moments = TENON_REPEATED, .function = note, .ctx = it};
    tenon_session *s = tenon_session_open(b->db, &options);
    assert_true(tenon_session_hook_add(s, &hook) != 0);
    return s;
}

static void a_loop_over_a_relation_is_told_with_the_include(void **state)
{
    told it = {0};
    tenon_session *s = open_counting(*state, false, &it);
    for (int64_t id = 0; id < 10; id++)
        post_find_many(s, .where = {.authorId = EQ(id)});
    assert_sound(s);
    assert_int_equal(it.count, 1);
    assert_int_equal(it.times, 4);
    assert_string_equal(it.instead, "User.posts");
    assert_string_equal(it.model, "Post");
    assert_non_null(strstr(it.site, "test_repeats.c:"));
    tenon_session_close(s);
}

static void a_loop_over_keys_is_told_with_the_relations_that_lead_there(void **state)
{
    told it = {0};
    tenon_session *s = open_counting(*state, false, &it);
    for (int64_t id = 0; id < 5; id++)
        user_find(s, id);
    assert_int_equal(it.count, 1);
    assert_non_null(strstr(it.instead, "Post.author"));
    tenon_session_close(s);
}

static void strict_sessions_fail(void **state)
{
    told it = {0};
    tenon_session *s = open_counting(*state, true, &it);
    for (int64_t id = 0; id < 4; id++)
        post_find_many(s, .where = {.authorId = EQ(id)});
    assert_failed(s, TENON_LIMIT, "load User.posts with .include");
    post_find_many(s, .where = {.authorId = EQ(9)});
    assert_failed(s, TENON_LIMIT, "for the 5th time");
    tenon_session_close(s);
}

static void other_queries_and_writes_are_not_counted_together(void **state)
{
    told it = {0};
    tenon_session *s = open_counting(*state, true, &it);
    for (int i = 0; i < 3; i++) {
        post_find_many(s, .where = {.authorId = EQ(i)});
        post_find_many(s, .where = {.authorId = EQ(i)}, .limit = 1);
    }
    for (int i = 0; i < 6; i++)
        post_delete_many(s, .where = {.authorId = EQ(-i)});
    assert_sound(s);
    assert_int_equal(it.count, 0);
    tenon_session_close(s);
}

static void counting_can_begin_anew(void **state)
{
    told it = {0};
    tenon_session *s = open_counting(*state, true, &it);
    for (int i = 0; i < 9; i++) {
        user_find(s, i);
        if (i % 3 == 2)
            tenon_repeats_reset(s);
    }
    assert_sound(s);
    tenon_session_close(s);
}

static void nobody_counts_unless_told_to(void **state)
{
    both *b = *state;
    told it = {0};
    const tenon_hook hook = {.moments = TENON_REPEATED, .function = note, .ctx = &it};
    tenon_session_hook_add(b->session, &hook);
    for (int i = 0; i < 100; i++)
        user_find(b->session, i);
    assert_int_equal(it.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_loop_over_a_relation_is_told_with_the_include),
        ON_BOTH(a_loop_over_keys_is_told_with_the_relations_that_lead_there),
        ON_BOTH(strict_sessions_fail),
        ON_BOTH(other_queries_and_writes_are_not_counted_together),
        ON_BOTH(counting_can_begin_anew),
        ON_BOTH(nobody_counts_unless_told_to),
    };
    return both_run(tests);
}
