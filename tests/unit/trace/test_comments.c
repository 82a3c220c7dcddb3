/* Comments: what stands behind the SQL, that nothing ends them, and what they cost the caches. */
#include "../model/both.h"

#include <tenon/sql.h>
#include <tenon/trace.h>

#include <stdio.h>

static void note_sql(tenon_event *event, void *ctx)
{
    snprintf(ctx, 1024, "%s", event->sql);
}

static tenon_trace *open_trace(both *b, const char *name, unsigned comments)
{
    tenon_error err;
    const tenon_trace_options options = {.application_name = name, .comments = comments};
    tenon_trace *trace = tenon_trace_open(b->db, &options, &err);
    assert_non_null(trace);
    return trace;
}

static void assert_ends(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    if (length < end_length || strcmp(text + length - end_length, end) != 0)
        fail_msg("%s does not end in %s", text, end);
}

static void watch(both *b, char *sql)
{
    const tenon_hook hook = {.moments = TENON_BEFORE_QUERY, .function = note_sql, .ctx = sql};
    assert_true(tenon_session_hook_add(b->session, &hook) != 0);
}

static void who_asks_stands_behind_the_sql(void **state)
{
    both *b = *state;
    char sql[1024];
    tenon_trace *trace =
        open_trace(b, "a */ 'shop'", TENON_COMMENT_APPLICATION | TENON_COMMENT_ACTION);
    watch(b, sql);
    user_find_many(b->session, .where = {.age = EQ(3)});
    assert_sound(b->session);
    assert_ends(sql, " /*action='User.find',application='a%20%2A%2F%20%27shop%27',"
                     "db_driver='tenon'*/");
    tenon_trace_close(trace);
}

static void where_it_is_asked_stands_there_too(void **state)
{
    both *b = *state;
    char sql[1024], wanted[256];
    tenon_trace *trace = open_trace(b, "shop", TENON_COMMENT_SITE);
    watch(b, sql);
    user_create(b->session, .email = SET("ann@example.com")); /* on line */
    snprintf(wanted, sizeof wanted, "test_comments.c%%3A%d'*/", __LINE__ - 1);
    assert_sound(b->session);
    assert_ends(sql, wanted);
    const UserQuery plain = {.session = b->session};
    tenon_find_many(&user_model, &plain);
    assert_sound(b->session);
    assert_null(strstr(sql, "/*"));
    tenon_trace_close(trace);
}

static void calls_work_as_without_comments(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(
        b, "shop", TENON_COMMENT_APPLICATION | TENON_COMMENT_ACTION | TENON_COMMENT_SITE);
    User *ann = user_create(b->session, .email = SET("ann@example.com"), .age = SET(31));
    assert_non_null(ann);
    post_create(b->session, .authorId = SET(ann->id), .title = SET("x"));
    UserList users = user_find_many(b->session, .include = {.posts = &(PostQuery){0}});
    assert_sound(b->session);
    assert_int_equal(users.count, 1);
    assert_int_equal(users.items[0].posts.count, 1);
    UserSet many[3] = {
        {.email = SET("a@x.org")}, {.email = SET("b@x.org")}, {.email = SET("c@x.org")}};
    user_create_many(b->session, .items = many, .count = 3);
    assert_sound(b->session);
    assert_int_equal(user_count(b->session), 4);
    int seen = 0;
    UserStream stream = user_stream_open(b->session, .where = {.age = IS_NULL()});
    while (user_stream_next(stream))
        seen++;
    user_stream_close(stream);
    assert_sound(b->session);
    assert_int_equal(seen, 3);
    tenon_trace_close(trace);
}

static void statistics_know_no_comments(void **state)
{
    both *b = *state;
    tenon_error err;
    tenon_trace *trace = open_trace(b, "shop", TENON_COMMENT_SITE);
    user_find_many(b->session, .where = {.age = EQ(3)});
    user_find_many(b->session, .where = {.age = EQ(3)});
    tenon_statistics *it = tenon_trace_statistics(trace, &err);
    assert_int_equal(it->count, 1);
    assert_int_equal(it->items[0].calls, 2);
    assert_null(strstr(it->items[0].sql, "/*"));
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

/* One for each place: this is what docs say. */
static void the_server_prepares_a_statement_for_each_place(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, "shop", TENON_COMMENT_SITE);
    assert_true(tenon_begin(b->session));
    for (int i = 0; i < 3; i++)
        user_find_many(b->session, .where = {.score = LT(7)});
    user_find_many(b->session, .where = {.score = LT(7)});
    tenon_sql *q = tenon_sql_new(b->session);
    tenon_sqlf(q,
               "SELECT count(*) FROM pg_prepared_statements "
               "WHERE statement LIKE %s AND statement LIKE %s",
               "%\"score\" <%", "%test_comments.c%");
    const tenon_cells *cells = tenon_sql_cells(q);
    assert_sound(b->session);
    assert_string_equal(tenon_cell(cells, 0, 0), "2");
    assert_true(tenon_commit(b->session));
    tenon_trace_close(trace);
}

static void comments_that_there_are_not_are_refused(void **state)
{
    both *b = *state;
    tenon_error err;
    const tenon_trace_options options = {.comments = 64};
    assert_null(tenon_trace_open(b->db, &options, &err));
    assert_int_equal(err.status, TENON_MISUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(who_asks_stands_behind_the_sql),
        ON_BOTH(where_it_is_asked_stands_there_too),
        ON_BOTH(calls_work_as_without_comments),
        ON_BOTH(statistics_know_no_comments),
        ON(postgresql, the_server_prepares_a_statement_for_each_place),
        ON_BOTH(comments_that_there_are_not_are_refused),
    };
    return both_run(tests);
}
