/* How columns come, and that they are a call like any other: by COPY or as a result, with hooks, in
 * transactions, in batches and tasks. */
#include "unit/model/both.h"

#include "unit/columns/same.h"

#include <tenon/batch.h>
#include <tenon/epoll.h>
#include <tenon/test.h>

#include <stdio.h>

enum { FEW = 20, MANY = 30000 };

static const tenon_columns_options by_copy = {.transport = TENON_COLUMNS_COPY};
static const tenon_columns_options by_result = {.transport = TENON_COLUMNS_RESULT};
static const tenon_columns_options only_explain = {.only_explain = true};

static void create_users(both *b, int count)
{
    static UserSet sets[MANY];
    static char emails[MANY][32];
    for (int i = 0; i < count; i++) {
        snprintf(emails[i], sizeof emails[i], "user%d@example.com", i);
        sets[i] = (UserSet){.email = SET(emails[i]), .age = SET(i % 100)};
    }
    user_create_many(b->session, .items = sets, .count = (size_t)count);
    assert_sound(b->session);
}

static void expect_way(both *b, const tenon_columns *c, tenon_columns_transport way,
                       const char *reason)
{
    assert_sound(b->session);
    assert_int_equal(tenon_columns_came_by(c), b->is_sqlite ? TENON_COLUMNS_RESULT : way);
    const char *expected = b->is_sqlite ? "result: SQLite steps through the statement" : reason;
    if (!strstr(tenon_columns_reason(c), expected))
        fail_msg("%s", tenon_columns_reason(c));
}

/* ---- which way ------------------------------------------------------------------------------- */

static void the_first_read_comes_by_copy_and_little_as_a_result(void **state)
{
    both *b = *state;
    create_users(b, FEW);
    tenon_columns *c =
        TENON_COLUMNS(b->session, user_find_many(b->session, .order_by = {ASC(USER_ID)}));
    expect_way(b, c, TENON_COLUMNS_COPY, "it is not known");
    tenon_columns_free(c);
    for (int i = 0; i < 3; i++) {
        c = TENON_COLUMNS(b->session, user_find_many(b->session, .order_by = {ASC(USER_ID)}));
        expect_way(b, c, TENON_COLUMNS_RESULT, "it was little the last time (20 rows of");
        assert_int_equal(tenon_columns_count(c), FEW);
        tenon_columns_free(c);
    }
}

static void what_was_much_comes_by_copy(void **state)
{
    both *b = *state;
    create_users(b, MANY);
    for (int i = 0; i < 3; i++) {
        tenon_columns *c =
            TENON_COLUMNS(b->session, user_find_many(b->session, .order_by = {DESC(USER_ID)}));
        expect_way(b, c, TENON_COLUMNS_COPY,
                   i ? "it was much the last time (30000 rows of" : "it is not known");
        assert_int_equal(tenon_columns_count(c), MANY);
        tenon_columns_free(c);
    }
}

/* The same rows, but one column of four bytes. */
static void the_width_counts(void **state)
{
    both *b = *state;
    create_users(b, MANY);
    for (int i = 0; i < 2; i++) {
        tenon_columns *c =
            TENON_COLUMNS(b->session, user_find_many(b->session, .select = {USER_AGE}));
        expect_way(b, c, i ? TENON_COLUMNS_RESULT : TENON_COLUMNS_COPY,
                   i ? "it was little the last time (30000 rows of 4 bytes)" : "it is not known");
        tenon_columns_free(c);
    }
}

static void values_rule_copy_out(void **state)
{
    both *b = *state;
    create_users(b, FEW);
    tenon_columns *c =
        TENON_COLUMNS(b->session, user_find_many(b->session, .where = {.age = LT(5)}));
    expect_way(b, c, TENON_COLUMNS_RESULT, "COPY takes none");
    assert_int_equal(tenon_columns_count(c), 5);
    tenon_columns_free(c);
}

static void either_way_can_be_insisted_on(void **state)
{
    both *b = *state;
    create_users(b, FEW);
    UserList rows = user_find_many(b->session);
    for (int i = 0; i < 3; i++) { /* as prepared by libpq, and over its socket */
        tenon_columns *c = TENON_COLUMNS_WITH(b->session, &by_result, user_find_many(b->session));
        expect_way(b, c, TENON_COLUMNS_RESULT, "asked for");
        assert_same(&user_model, (tenon_list){rows.items, rows.count}, c);
        tenon_columns_free(c);
    }
    tenon_columns *c = TENON_COLUMNS_WITH(b->session, &by_copy, user_find_many(b->session));
    if (b->is_sqlite) {
        assert_null(c);
        assert_failed(b->session, TENON_UNSUPPORTED, "COPY");
        return;
    }
    expect_way(b, c, TENON_COLUMNS_COPY, "asked for");
    assert_same(&user_model, (tenon_list){rows.items, rows.count}, c);
    tenon_columns_free(c);
}

static void it_can_be_explained_without_reading(void **state)
{
    both *b = *state;
    create_users(b, FEW);
    uint64_t before = tenon_statement_count(b->session);
    tenon_columns *c = TENON_COLUMNS_WITH(
        b->session, &only_explain, user_find_many(b->session, .order_by = {ASC(USER_EMAIL)}));
    expect_way(b, c, TENON_COLUMNS_COPY, "it is not known");
    assert_int_equal(tenon_statement_count(b->session), before);
    assert_int_equal(tenon_columns_count(c), 0);
    assert_int_equal(tenon_columns_width(c), user_model.field_count);
    tenon_columns_free(c);
    assert_int_equal(tenon_columns_came_by(NULL), TENON_COLUMNS_AUTO);
    assert_string_equal(tenon_columns_reason(NULL), "");
}

static void chunks_come_by_a_cursor(void **state)
{
    both *b = *state;
    create_users(b, FEW);
    tenon_column_chunks *chunks = tenon_columns_open(user_stream_open(b->session).stream, NULL);
    tenon_columns *c = tenon_columns_next(chunks);
    assert_int_equal(tenon_columns_came_by(c), TENON_COLUMNS_RESULT);
    assert_string_equal(tenon_columns_reason(c), "result: a stream reads a cursor");
    tenon_columns_free(c);
    assert_true(tenon_columns_close(chunks));
}

/* ---- a call like any other ------------------------------------------------------------------- */

typedef struct seen {
    int before, after;
    int64_t rows;
} seen;

static void see(tenon_event *event, void *ctx)
{
    seen *it = ctx;
    it->before += event->moment == TENON_BEFORE_QUERY;
    it->after += event->moment == TENON_AFTER_QUERY;
    if (event->moment == TENON_AFTER_QUERY)
        it->rows = event->affected;
}

static void refuse(tenon_event *event, void *ctx)
{
    (void)ctx;
    tenon_veto(event, "not now");
}

static void hooks_see_the_query_and_may_forbid_it(void **state)
{
    both *b = *state;
    const tenon_columns_options *ways[] = {&by_copy, &by_result};
    create_users(b, FEW);
    for (int i = b->is_sqlite; i < 2; i++) {
        seen it = {0};
        const tenon_hook hook = {
            .moments = TENON_BEFORE_QUERY | TENON_AFTER_QUERY, .function = see, .ctx = &it};
        uint64_t handle = tenon_session_hook_add(b->session, &hook);
        tenon_columns_free(TENON_COLUMNS_WITH(b->session, ways[i], user_find_many(b->session)));
        assert_sound(b->session);
        assert_int_equal(it.before, 1);
        assert_int_equal(it.after, 1);
        assert_int_equal(it.rows, FEW);
        tenon_session_hook_remove(b->session, handle);
    }
    const tenon_hook veto = {.moments = TENON_BEFORE_QUERY, .function = refuse};
    uint64_t handle = tenon_session_hook_add(b->session, &veto);
    assert_null(TENON_COLUMNS(b->session, user_find_many(b->session)));
    assert_failed(b->session, TENON_VETO, "not now");
    tenon_session_hook_remove(b->session, handle);
}

static void a_transaction_goes_on_behind_columns(void **state)
{
    both *b = *state;
    const tenon_columns_options *ways[] = {&by_copy, &by_result};
    assert_true(tenon_begin(b->session));
    create_users(b, FEW);
    for (int i = b->is_sqlite; i < 2; i++) {
        tenon_columns *c = TENON_COLUMNS_WITH(b->session, ways[i], user_find_many(b->session));
        assert_sound(b->session);
        assert_int_equal(tenon_columns_count(c), FEW);
        tenon_columns_free(c);
        assert_true(tenon_in_transaction(b->session));
    }
    assert_int_equal(user_count(b->session), FEW);
    assert_true(tenon_commit(b->session));
    assert_int_equal(user_count(b->session), FEW);
}

/* ---- side by side ---------------------------------------------------------------------------- */

typedef struct job {
    int least;
    size_t columns, all;
    int64_t rows;
} job;

static void read_all(tenon_session *s, void *arg)
{
    job *j = arg;
    tenon_columns *c = TENON_COLUMNS(s, user_find_many(s, .where = {.age = GE(j->least)}));
    j->columns = tenon_columns_count(c);
    tenon_columns_free(c);
    c = TENON_COLUMNS(s, user_find_many(s));
    j->all = tenon_columns_count(c);
    tenon_columns_free(c);
    j->rows = user_count(s, .where = {.age = GE(j->least)});
}

static void assert_read(const job *jobs, int count)
{
    for (int i = 0; i < count; i++) {
        assert_int_equal(jobs[i].columns, FEW - i);
        assert_int_equal(jobs[i].rows, FEW - i);
        assert_int_equal(jobs[i].all, FEW);
    }
}

static void functions_of_a_batch_read_columns(void **state)
{
    both *b = *state;
    job jobs[FEW];
    create_users(b, FEW);
    tenon_batch *batch = tenon_batch_open(b->session);
    for (int i = 0; i < FEW; i++) {
        jobs[i] = (job){.least = i};
        assert_true(tenon_batch_add(batch, read_all, &jobs[i]));
    }
    assert_true(tenon_batch_run(batch));
    assert_read(jobs, FEW);
    tenon_batch_close(batch);
}

static void tasks_read_columns(void **state)
{
    both *b = *state;
    tenon_error err = {0};
    tenon_epoll loop;
    job jobs[FEW];
    create_users(b, FEW);
    if (!tenon_epoll_open(&loop, b->db, NULL, &err))
        fail_msg("%s", err.message);
    for (int i = 0; i < FEW; i++) {
        jobs[i] = (job){.least = i};
        assert_true(tenon_async_start(loop.async, read_all, NULL, &jobs[i], &err));
    }
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_read(jobs, FEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(the_first_read_comes_by_copy_and_little_as_a_result),
        ON_BOTH(what_was_much_comes_by_copy),
        ON_BOTH(the_width_counts),
        ON_BOTH(values_rule_copy_out),
        ON_BOTH(either_way_can_be_insisted_on),
        ON_BOTH(it_can_be_explained_without_reading),
        ON_BOTH(chunks_come_by_a_cursor),
        ON_BOTH(hooks_see_the_query_and_may_forbid_it),
        ON_BOTH(a_transaction_goes_on_behind_columns),
        ON_BOTH(functions_of_a_batch_read_columns),
        ON_BOTH(tasks_read_columns),
    };
    return both_run(tests);
}
