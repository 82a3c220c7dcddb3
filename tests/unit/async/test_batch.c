/* Functions side by side: as few round trips as their calls allow, and each with its own
 * outcome. */
#include "unit/model/both.h"

#include <stdio.h>

#include <tenon/batch.h>
#include <tenon/test.h>

enum { MANY = 120 };

typedef struct job {
    int64_t id;
    const char *email;
    const User *user;
    int64_t count;
    size_t posts;
} job;

static const char *email_of(int64_t id)
{
    static char text[32];
    snprintf(text, sizeof text, "u%d@example.com", (int)id);
    return text;
}

static void add_people(both *b, int count)
{
    for (int i = 1; i <= count; i++)
        user_create(b->session, .id = SET(i), .email = SET(email_of(i)), .age = SET(i % 90));
    assert_sound(b->session);
}

static tenon_batch *start(both *b, tenon_async_function *work, job *jobs, size_t count)
{
    tenon_batch *batch = tenon_batch_open(b->session);
    for (size_t i = 0; i < count; i++)
        assert_true(tenon_batch_add(batch, work, &jobs[i]));
    return batch;
}

/* ---- finding --------------------------------------------------------------------------------- */

static void find_one(tenon_session *s, void *arg)
{
    job *j = arg;
    j->user = user_find(s, j->id);
}

/* Finds MANY, of which the last 10 are not there. */
static void find_many_in(both *b, uint64_t expected_statements)
{
    static job jobs[MANY];
    add_people(b, MANY - 10);
    for (int i = 0; i < MANY; i++)
        jobs[i] = (job){.id = i + 1};
    tenon_batch *batch = start(b, find_one, jobs, MANY);
    uint64_t before = tenon_statement_count(b->session);
    assert_true(tenon_batch_run(batch));
    assert_int_equal(tenon_statement_count(b->session), before + expected_statements);
    for (int i = 0; i < MANY - 10; i++) {
        assert_int_equal(jobs[i].user->id, i + 1);
        assert_string_equal(jobs[i].user->email, email_of(i + 1));
    }
    assert_null(jobs[MANY - 1].user);
    tenon_batch_close(batch);
}

static void finds_are_one_statement(void **state)
{
    find_many_in(*state, 1);
}

static void without_a_server_finds_stay_as_they_are(void **state)
{
    both *b = *state;
    find_many_in(b, MANY);
    assert_false(tenon_in_transaction(b->session));
}

static void a_row_that_cannot_be_read_is_its_function_s(void **state)
{
    both *b = *state;
    job jobs[3] = {{.id = 1}, {.id = 2}, {.id = 3}};
    add_people(b, 3);
    tenon_execute(b->session, "UPDATE \"User\" SET \"age\" = 'old' WHERE \"id\" = 2");
    assert_sound(b->session);
    tenon_batch *batch = start(b, find_one, jobs, 3);
    assert_false(tenon_batch_run(batch));
    assert_int_equal(tenon_batch_error(batch, 1)->status, TENON_TYPE);
    assert_string_equal(tenon_batch_error(batch, 1)->field, "age");
    assert_null(jobs[1].user);
    assert_string_equal(jobs[0].user->email, email_of(1));
    assert_string_equal(jobs[2].user->email, email_of(3));
    assert_sound(b->session);
    tenon_batch_close(batch);
}

static void equal_finds_get_a_row_each(void **state)
{
    both *b = *state;
    job jobs[3] = {{.id = 1}, {.id = 1}, {.id = 1}};
    add_people(b, 1);
    tenon_batch *batch = start(b, find_one, jobs, 3);
    assert_true(tenon_batch_run(batch));
    assert_ptr_not_equal(jobs[0].user, jobs[1].user);
    assert_string_equal(jobs[2].user->email, email_of(1));
    tenon_batch_close(batch);
}

/* ---- several rounds -------------------------------------------------------------------------- */

static void count_and_find(tenon_session *s, void *arg)
{
    job *j = arg;
    j->count = user_count(s, .where = {.age = LT(j->id)});
    UserList users =
        user_find_many(s, .where = {.id = EQ(j->id)}, .include = {.posts = &(PostQuery){0}});
    j->user = users.count ? users.items : NULL;
    j->posts = users.count ? users.items[0].posts.count : 0;
}

static void functions_make_several_calls(void **state)
{
    both *b = *state;
    job jobs[20];
    add_people(b, 20);
    for (int i = 0; i < 20; i++) {
        jobs[i] = (job){.id = i + 1};
        for (int k = 0; k < i % 3; k++)
            post_create(b->session, .title = SET("a"), .authorId = SET(i + 1));
    }
    tenon_batch *batch = start(b, count_and_find, jobs, 20);
    assert_true(tenon_batch_run(batch));
    for (int i = 0; i < 20; i++) {
        assert_int_equal(jobs[i].count, i);
        assert_int_equal(jobs[i].user->id, i + 1);
        assert_int_equal(jobs[i].posts, i % 3);
    }
    tenon_batch_close(batch);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void create_one(tenon_session *s, void *arg)
{
    job *j = arg;
    j->user = user_create(s, .id = SET(j->id), .email = SET(j->email));
}

static void writes_go_together(void **state)
{
    both *b = *state;
    static job jobs[MANY];
    static char emails[MANY][32];
    for (int i = 0; i < MANY; i++) {
        snprintf(emails[i], sizeof emails[i], "w%d@example.com", i);
        jobs[i] = (job){.id = i + 1, .email = emails[i]};
    }
    tenon_batch *batch = start(b, create_one, jobs, MANY);
    assert_true(tenon_batch_run(batch));
    assert_int_equal(tenon_batch_count(batch), MANY);
    for (int i = 0; i < MANY; i++)
        assert_string_equal(jobs[i].user->email, emails[i]);
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"User\""), "120");
    tenon_batch_close(batch);
}

static void one_that_fails_leaves_the_others(void **state)
{
    both *b = *state;
    job jobs[4] = {{.id = 1, .email = "a@b"},
                   {.id = 2, .email = "c@d"},
                   {.id = 3, .email = "a@b"},
                   {.id = 4, .email = "e@f"}};
    tenon_batch *batch = start(b, create_one, jobs, 4);
    assert_false(tenon_batch_run(batch));
    assert_sound(b->session);
    assert_int_equal(tenon_batch_error(batch, 0)->status, TENON_OK);
    assert_int_equal(tenon_batch_error(batch, 2)->status, TENON_UNIQUE);
    assert_string_equal(tenon_batch_error(batch, 2)->field, "email");
    assert_int_equal(tenon_batch_error(batch, 3)->status, TENON_OK);
    assert_int_equal(jobs[3].user->id, 4);
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"User\""), "3");
    tenon_batch_close(batch);
}

static void a_value_that_does_not_fit_is_its_function_s(void **state)
{
    both *b = *state;
    job jobs[3] = {
        {.id = 1, .email = "a@b"}, {.id = 2, .email = "\xff"}, {.id = 3, .email = "c@d"}};
    tenon_batch *batch = start(b, create_one, jobs, 3);
    assert_false(tenon_batch_run(batch));
    assert_int_equal(tenon_batch_error(batch, 0)->status, TENON_OK);
    assert_true(tenon_batch_error(batch, 1)->status != TENON_OK);
    assert_int_equal(tenon_batch_error(batch, 2)->status, TENON_OK);
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"User\""), "2");
    tenon_batch_close(batch);
}

/* ---- in a transaction ------------------------------------------------------------------------ */

static void in_a_transaction_they_are_part_of_it(void **state)
{
    both *b = *state;
    job jobs[2] = {{.id = 1, .email = "a@b"}, {.id = 2, .email = "c@d"}};
    assert_true(tenon_begin(b->session));
    tenon_batch *batch = start(b, create_one, jobs, 2);
    assert_true(tenon_batch_run(batch));
    assert_int_equal(user_count(b->session), 2);
    tenon_rollback(b->session);
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"User\""), "0");
    tenon_batch_close(batch);
}

static void an_error_in_a_transaction_is_the_end_of_it(void **state)
{
    both *b = *state;
    job jobs[2] = {{.id = 1, .email = "a@b"}, {.id = 1, .email = "c@d"}};
    assert_true(tenon_begin(b->session));
    tenon_batch *batch = start(b, create_one, jobs, 2);
    assert_false(tenon_batch_run(batch));
    assert_int_equal(tenon_batch_error(batch, 0)->status, TENON_UNIQUE);
    assert_failed(b->session, TENON_UNIQUE, NULL);
    tenon_rollback(b->session);
    tenon_batch_close(batch);
}

/* ---- again ----------------------------------------------------------------------------------- */

static void a_batch_is_used_again(void **state)
{
    both *b = *state;
    job jobs[30];
    add_people(b, 30);
    tenon_batch *batch = tenon_batch_open(b->session);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 30; i++) {
            jobs[i] = (job){.id = (i + round) % 30 + 1};
            assert_true(tenon_batch_add(batch, find_one, &jobs[i]));
        }
        assert_true(tenon_batch_run(batch));
        assert_true(tenon_batch_run(batch)); /* nothing is left to do */
        for (int i = 0; i < 30; i++)
            assert_int_equal(jobs[i].user->id, (i + round) % 30 + 1);
        tenon_batch_clear(batch);
    }
    tenon_batch_close(batch);
}

static void what_is_missing_is_said(void **state)
{
    both *b = *state;
    assert_null(tenon_batch_open(NULL));
    assert_false(tenon_batch_add(NULL, find_one, NULL));
    assert_false(tenon_batch_run(NULL));
    tenon_batch_close(NULL);
    tenon_batch *batch = tenon_batch_open(b->session);
    assert_false(tenon_batch_add(batch, NULL, NULL));
    assert_failed(b->session, TENON_MISUSE, "no function");
    tenon_batch_close(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(postgresql, finds_are_one_statement),
        ON(sqlite, without_a_server_finds_stay_as_they_are),
        ON(sqlite, a_row_that_cannot_be_read_is_its_function_s),
        ON_BOTH(equal_finds_get_a_row_each),
        ON_BOTH(functions_make_several_calls),
        ON_BOTH(writes_go_together),
        ON_BOTH(one_that_fails_leaves_the_others),
        ON_BOTH(a_value_that_does_not_fit_is_its_function_s),
        ON_BOTH(in_a_transaction_they_are_part_of_it),
        ON_BOTH(an_error_in_a_transaction_is_the_end_of_it),
        ON_BOTH(a_batch_is_used_again),
        ON_BOTH(what_is_missing_is_said),
    };
    return both_run(tests);
}
