/* Exports: what Prometheus' own tool and a checker of OTLP's messages say of them. */
#include "../model/both.h"

#include <tenon/trace.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static tenon_trace *open_trace(both *b, tenon_trace_options options)
{
    tenon_error err;
    options.application_name = "a \"shop\"\\";
    tenon_trace *trace = tenon_trace_open(b->db, &options, &err);
    assert_non_null(trace);
    return trace;
}

/* Something of everything: also texts that have to be escaped, and a failure. */
static void work(both *b)
{
    user_create(b->session, .email = SET("ann@example.com"), .age = SET(31));
    for (int i = 0; i < 20; i++)
        user_find_many(b->session, .where = {.age = GE(i)}, .include = {.posts = &(PostQuery){0}});
    tenon_execute(b->session, "UPDATE \"User\"\n SET \"age\" = 5 -- no comment");
    assert_sound(b->session);
    user_create(b->session, .email = SET("ann@example.com"));
    assert_failed(b->session, TENON_UNIQUE, NULL);
}

static char *text_of(tenon_trace *trace, tenon_trace_format format)
{
    tenon_error err;
    char *text = tenon_trace_text(trace, format, &err);
    if (!text)
        fail_msg("%s", err.message);
    return text;
}

/* The command gets the text in a file, whose name is put behind it. */
static void assert_accepted(const char *command, const char *text)
{
    char path[] = "/tmp/tenon-export-XXXXXX", line[256];
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    snprintf(line, sizeof line, "%s %s", command, path);
    int status = system(line);
    unlink(path);
    assert_int_equal(status, 0);
}

static void prometheus_accepts_the_text(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    work(b);
    char *text = text_of(trace, TENON_TRACE_PROMETHEUS);
    assert_accepted("promtool check metrics <", text);
    assert_non_null(strstr(text, "tenon_statement_duration_seconds_bucket{dialect="));
    assert_non_null(strstr(text, "tenon_statement_errors_total{dialect="));
    assert_non_null(strstr(text, "model=\"User\",operation=\"find\",quantile=\"0.95\"}"));
    assert_non_null(strstr(text, "tenon_pool_connections{dialect="));
    assert_null(strstr(text, "ann@example.com"));
    free(text);
    tenon_trace_close(trace);
}

static void an_empty_trace_is_accepted_too(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){.spans_every = 1});
    char *prometheus = text_of(trace, TENON_TRACE_PROMETHEUS);
    char *metrics = text_of(trace, TENON_TRACE_OTLP_METRICS);
    char *spans = text_of(trace, TENON_TRACE_OTLP_SPANS);
    assert_accepted("promtool check metrics <", prometheus);
    assert_accepted("python3 tests/unit/trace/otlp.py metrics", metrics);
    assert_accepted("python3 tests/unit/trace/otlp.py traces", spans);
    free(prometheus);
    free(metrics);
    free(spans);
    tenon_trace_close(trace);
}

static void metrics_are_messages_of_otlp(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    work(b);
    char *text = text_of(trace, TENON_TRACE_OTLP_METRICS);
    assert_accepted("python3 tests/unit/trace/otlp.py metrics", text);
    assert_non_null(strstr(text, "\"db.client.operation.duration\""));
    assert_non_null(strstr(text, "{\"stringValue\":\"a \\\"shop\\\"\\\\\"}"));
    free(text);
    tenon_trace_close(trace);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

static void spans_are_messages_of_otlp(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){.spans_every = 1});
    work(b);
    char *text = text_of(trace, TENON_TRACE_OTLP_SPANS);
    assert_accepted("python3 tests/unit/trace/otlp.py traces", text);
    assert_int_equal(count_of(text, "\"spanId\""), 1 + 2 * 20 + 1 + 1);
    assert_int_equal(count_of(text, "\"parentSpanId\""), 0);
    assert_int_equal(count_of(text, "\"code\":2"), 1);
    assert_non_null(strstr(text, "\"name\":\"find User\""));
    assert_non_null(strstr(text, "test_exports.c:"));
    free(text);
    text = text_of(trace, TENON_TRACE_OTLP_SPANS);
    assert_int_equal(count_of(text, "\"spanId\""), 0);
    free(text);
    tenon_trace_close(trace);
}

static void spans_belong_to_the_trace_of_their_session(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){.spans_every = 1000000});
    user_find(b->session, 1); /* the first of a million */
    const char *sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const char *unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    assert_true(tenon_trace_parent(b->session, sampled));
    user_find(b->session, 2);
    assert_true(tenon_trace_parent(b->session, unsampled));
    user_find(b->session, 3);
    assert_true(tenon_trace_parent(b->session, NULL));
    user_find(b->session, 4);
    assert_sound(b->session);
    char *text = text_of(trace, TENON_TRACE_OTLP_SPANS);
    assert_int_equal(count_of(text, "\"spanId\""), 2);
    assert_int_equal(count_of(text, "\"traceId\":\"0af7651916cd43dd8448eb211c80319c\""), 1);
    assert_int_equal(count_of(text, "\"parentSpanId\":\"b7ad6b7169203331\""), 1);
    free(text);
    tenon_trace_close(trace);
}

static void only_a_trace_context_is_taken(void **state)
{
    both *b = *state;
    static const char *const wrong[] = {
        "",
        "00",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(tenon_trace_parent(b->session, wrong[i]));
    assert_false(tenon_trace_parent(NULL, NULL));
    assert_sound(b->session);
}

static void the_oldest_span_makes_room(void **state)
{
    both *b = *state;
    tenon_error err;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){.spans_every = 1, .spans_most = 3});
    for (int i = 0; i < 5; i++)
        user_find(b->session, i);
    tenon_statistics *it = tenon_trace_statistics(trace, &err);
    assert_int_equal(it->spans_dropped, 2);
    tenon_statistics_free(it);
    char *text = text_of(trace, TENON_TRACE_OTLP_SPANS);
    assert_int_equal(count_of(text, "\"spanId\""), 3);
    free(text);
    tenon_trace_close(trace);
}

static void formats_that_there_are_not_are_refused(void **state)
{
    both *b = *state;
    tenon_error err;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    assert_null(tenon_trace_text(trace, (tenon_trace_format)9, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    assert_null(tenon_trace_text(NULL, TENON_TRACE_JSON, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_trace_close(trace);
}

static void json_has_all_shapes(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    work(b);
    char *text = text_of(trace, TENON_TRACE_JSON);
    assert_accepted("python3 -m json.tool > /dev/null", text);
    assert_int_equal(count_of(text, "\"fingerprint\""), 2 + 4);
    free(text);
    tenon_trace_close(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(prometheus_accepts_the_text),
        ON_BOTH(an_empty_trace_is_accepted_too),
        ON_BOTH(metrics_are_messages_of_otlp),
        ON_BOTH(spans_are_messages_of_otlp),
        ON_BOTH(spans_belong_to_the_trace_of_their_session),
        ON_BOTH(only_a_trace_context_is_taken),
        ON_BOTH(the_oldest_span_makes_room),
        ON_BOTH(formats_that_there_are_not_are_refused),
        ON_BOTH(json_has_all_shapes),
    };
    return both_run(tests);
}
