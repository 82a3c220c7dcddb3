/* Dynamic SQL as others see it: hooks, the server's prepared statements, counted statements. */
#include "unit/model/both.h"

#include <stdio.h>

#include <tenon/sql.h>
#include <tenon/test.h>

static tenon_session *start(void **state)
{
    both *b = *state;
    const UserSet made[] = {
        {.id = SET(1), .email = SET("ann@example.com"), .age = SET(31), .name = SET("Ann")},
        {.id = SET(2), .email = SET("bob@example.com"), .age = SET(17), .role = SET(ROLE_ADMIN)},
        {.id = SET(3), .email = SET("cid@example.com"), .active = SET(false)},
    };
    assert_int_equal(user_create_many(b->session, .items = made, .count = 3), 3);
    post_create(b->session, .authorId = SET(1), .slug = SET("a"), .title = SET("50% off_"),
                .views = SET(7));
    post_create(b->session, .authorId = SET(1), .slug = SET("b"), .title = SET("50 cents"),
                .views = SET(1));
    post_create(b->session, .authorId = SET(2), .slug = SET("c"), .title = SET("[Fifty]*"),
                .views = SET(INT64_C(1) << 40), .published = SET(true));
    assert_sound(b->session);
    return b->session;
}

static tenon_sql *users(tenon_session *s)
{
    return tenon_sqlf(tenon_sql_new(s), "SELECT %p FROM %p AS u WHERE true",
                      SQL_COLUMNS(&user_model, "u"), SQL_TABLE(&user_model));
}

/* How many rows; ends the text. */
static size_t count_users(tenon_sql *q, tenon_session *s)
{
    tenon_list found = tenon_sql_many(q, SQL_MODEL(&user_model));
    assert_sound(s);
    return found.count;
}

typedef struct told {
    int count;
    char sql[256], parameters[64];
} told;

static void note(tenon_event *event, void *ctx)
{
    told *it = ctx;
    it->count++;
    snprintf(it->sql, sizeof it->sql, "%s", event->sql);
    tenon_event_parameter(event, 0, it->parameters, sizeof it->parameters);
}

static void hooks_see_text_and_values(void **state)
{
    tenon_session *s = start(state);
    told it = {0};
    const tenon_hook hook = {.moments = TENON_BEFORE_QUERY, .function = note, .ctx = &it};
    tenon_session_hook_add(s, &hook);
    tenon_sql_exec(tenon_sqlf(tenon_sql_new(s), "DELETE FROM posts WHERE title = %s", "x"));
    assert_int_equal(it.count, 1);
    assert_non_null(strstr(it.sql, "DELETE FROM posts WHERE title = "));
    assert_string_equal(it.parameters, "'x'");
}

static void equal_texts_share_a_prepared_statement(void **state)
{
    both *b = *state;
    tenon_session *s = start(state);
    if (b->is_sqlite)
        return;
    assert_true(tenon_begin(s));
    for (int i = 0; i < 5; i++) {
        tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT /* same */ %p FROM %p",
                                  SQL_COLUMNS(&user_model, NULL), SQL_TABLE(&user_model));
        tenon_sqlf(q, "WHERE id = %d", i);
        tenon_sql_many(q, SQL_MODEL(&user_model));
    }
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT count(*) FROM pg_prepared_statements "
                                                "WHERE statement LIKE 'SELECT /* same *%%'");
    assert_string_equal(tenon_cell(tenon_sql_cells(q), 0, 0), "1");
    tenon_rollback(s);
    assert_sound(s);
}

static void one_call_is_one_statement(void **state)
{
    tenon_session *s = start(state);
    uint64_t before = tenon_statement_count(s);
    count_users(tenon_sqlf(users(s), "AND u.id %p", SQL_IN(((tenon_int32_array){0}))), s);
    assert_true(tenon_statement_count(s) == before + 1);
    tenon_sql_plan(users(s), TENON_PLAN_CUSTOM);
    count_users(tenon_sql_plan(users(s), TENON_PLAN_CUSTOM), s);
    assert_true(tenon_statement_count(s) == before + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(hooks_see_text_and_values),
        ON_BOTH(equal_texts_share_a_prepared_statement),
        ON_BOTH(one_call_is_one_statement),
    };
    return both_run(tests);
}
