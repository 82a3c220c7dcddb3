/* Slow statements: what is told of them, what is hidden, and when there is a plan. */
#include "../model/both.h"

#include <tenon/trace.h>

#include <stdio.h>

typedef struct told {
    int count, plans;
    char sql[512], parameters[512], plan[2048], site[256], operation[32], error[512];
    tenon_slow_query query;
} told;

static void copy(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
}

static void note(const tenon_slow_query *query, void *ctx)
{
    told *it = ctx;
    it->count++;
    it->plans += query->plan != NULL;
    it->query = *query;
    copy(it->sql, sizeof it->sql, query->sql);
    copy(it->parameters, sizeof it->parameters, query->parameters);
    copy(it->plan, sizeof it->plan, query->plan);
    copy(it->site, sizeof it->site, query->site);
    copy(it->operation, sizeof it->operation, query->operation);
    copy(it->error, sizeof it->error, query->error);
}

/* From a microsecond on all are slow. */
static tenon_trace *open_trace(both *b, told *it, tenon_trace_options options)
{
    tenon_error err;
    options.slow = note;
    options.slow_ctx = it;
    options.slow_us = options.slow_us ? options.slow_us : 1;
    tenon_trace *trace = tenon_trace_open(b->db, &options, &err);
    assert_non_null(trace);
    return trace;
}

static void a_slow_query_is_told_with_its_plan(void **state)
{
    both *b = *state;
    told it = {0};
    user_create(b->session, .email = SET("ann@example.com"), .age = SET(31));
    tenon_trace *trace = open_trace(b, &it, (tenon_trace_options){0});
    user_find_many(b->session, .where = {.age = GE(18), .email = EQ("o'x")});
    assert_sound(b->session);
    assert_int_equal(it.count, 1);
    assert_non_null(strstr(it.sql, "SELECT"));
    assert_string_equal(it.parameters, "$1 = 'o''x', $2 = 18");
    assert_string_equal(it.operation, "find");
    assert_non_null(strstr(it.site, "test_slow.c:"));
    assert_true(it.query.time_us >= 1);
    assert_true(it.query.fingerprint != 0);
    assert_non_null(strstr(it.plan, b->is_sqlite ? "S" : "cost="));
    assert_non_null(strstr(it.plan, "User"));
    tenon_trace_close(trace);
}

static void a_plan_of_a_shape_is_taken_once_in_its_interval(void **state)
{
    both *b = *state;
    told it = {0};
    tenon_trace *trace = open_trace(b, &it, (tenon_trace_options){0});
    for (int i = 0; i < 5; i++)
        user_find_many(b->session, .where = {.age = EQ(i)});
    assert_int_equal(it.count, 5);
    assert_int_equal(it.plans, 1);
    user_find_many(b->session, .where = {.age = LT(5)});
    assert_int_equal(it.plans, 2);
    tenon_trace_close(trace);
}

static void who_wants_no_plans_gets_none(void **state)
{
    both *b = *state;
    told it = {0};
    tenon_trace *trace = open_trace(b, &it, (tenon_trace_options){.plan_interval_us = -1});
    user_find_many(b->session, .where = {.age = EQ(1)});
    assert_int_equal(it.count, 1);
    assert_int_equal(it.plans, 0);
    tenon_trace_close(trace);
}

static void the_plan_of_a_write_writes_nothing(void **state)
{
    both *b = *state;
    told it = {0};
    tenon_trace *trace = open_trace(b, &it, (tenon_trace_options){0});
    user_create(b->session, .email = SET("ann@example.com"));
    assert_sound(b->session);
    assert_int_equal(it.count, 1);
    assert_string_equal(it.operation, "create");
    assert_int_equal(it.query.row_count, 1);
    if (!b->is_sqlite)
        assert_non_null(strstr(it.plan, "Insert on"));
    assert_int_equal(user_count(b->session), 1);
    user_delete_many(b->session, .where = {.age = IS_NULL()});
    user_update_many(b->session, .everything = true, .set = {.name = SET("x")});
    assert_sound(b->session);
    assert_int_equal(user_count(b->session), 0);
    tenon_trace_close(trace);
}

/* It waits for nothing that its own transaction holds. */
static void a_plan_is_taken_in_a_transaction_too(void **state)
{
    both *b = *state;
    told it = {0};
    tenon_trace *trace = open_trace(b, &it, (tenon_trace_options){0});
    assert_true(tenon_begin(b->session));
    user_create(b->session, .email = SET("ann@example.com"));
    user_find_many(b->session, .where = {.age = GE(18)});
    assert_true(tenon_commit(b->session));
    assert_int_equal(it.count, 2);
    assert_int_equal(it.plans, 2);
    tenon_trace_close(trace);
}

/* User, as it would be with @tenon.sensitive on its name. */
static const tenon_model *user_with_secret_name(void)
{
    static tenon_field fields[32];
    static tenon_model model;
    model = user_model;
    memcpy(fields, model.fields, model.field_count * sizeof *fields);
    fields[USER_NAME - 1].flags |= TENON_FIELD_SENSITIVE;
    model.fields = fields;
    return &model;
}

static void sensitive_values_are_not_told(void **state)
{
    both *b = *state;
    told it = {0};
    tenon_trace *trace = open_trace(b, &it, (tenon_trace_options){0});
    const UserQuery query = {.session = b->session, .where = {.name = EQ("secret"), .age = EQ(3)}};
    tenon_find_many(user_with_secret_name(), &query);
    assert_sound(b->session);
    assert_string_equal(it.parameters, "$1 = [sensitive], $2 = 3");
    assert_null(strstr(it.plan, "secret"));
    tenon_trace_close(trace);
}

static void all_values_can_be_hidden(void **state)
{
    both *b = *state;
    told it = {0};
    tenon_trace *trace = open_trace(b, &it, (tenon_trace_options){.hides_parameters = true});
    user_find_many(b->session, .where = {.name = EQ("secret"), .age = EQ(345)});
    assert_string_equal(it.parameters, "$1 = [hidden], $2 = [hidden]");
    assert_null(strstr(it.plan, "secret"));
    assert_null(strstr(it.plan, "345"));
    tenon_trace_close(trace);
}

static void failures_are_told_with_their_message(void **state)
{
    both *b = *state;
    told it = {0};
    user_create(b->session, .email = SET("ann@example.com"));
    tenon_trace *trace = open_trace(b, &it, (tenon_trace_options){0});
    user_create(b->session, .email = SET("ann@example.com"));
    assert_failed(b->session, TENON_UNIQUE, NULL);
    assert_int_equal(it.count, 1);
    assert_true(it.error[0] != '\0');
    assert_int_equal(it.plans, 0);
    tenon_trace_close(trace);
}

static void what_is_fast_is_not_told(void **state)
{
    both *b = *state;
    told it = {0};
    tenon_error err;
    tenon_trace *trace = open_trace(b, &it, (tenon_trace_options){.slow_us = 60000000});
    user_find(b->session, 1);
    tenon_statistics *statistics = tenon_trace_statistics(trace, &err);
    assert_int_equal(it.count, 0);
    assert_int_equal(statistics->slow_count, 0);
    tenon_statistics_free(statistics);
    tenon_trace_close(trace);
    trace = open_trace(b, &it, (tenon_trace_options){.slow_us = -1});
    user_find(b->session, 1);
    assert_int_equal(it.count, 0);
    tenon_trace_close(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_slow_query_is_told_with_its_plan),
        ON_BOTH(a_plan_of_a_shape_is_taken_once_in_its_interval),
        ON_BOTH(who_wants_no_plans_gets_none),
        ON_BOTH(the_plan_of_a_write_writes_nothing),
        ON_BOTH(a_plan_is_taken_in_a_transaction_too),
        ON_BOTH(sensitive_values_are_not_told),
        ON_BOTH(all_values_can_be_hidden),
        ON_BOTH(failures_are_told_with_their_message),
        ON_BOTH(what_is_fast_is_not_told),
    };
    return both_run(tests);
}
