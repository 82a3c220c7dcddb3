/* URLs: what is understood, what passes through, what is refused and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "db/url.h"
#include "db/wait.h"

static tenon__config read_config(const char *url, const tenon_options *options)
{
    tenon__config config;
    tenon_error err = {0};
    if (!tenon__config_read(&config, url, options, &err))
        fail_msg("%s: %s", url, err.message);
    return config;
}

static const struct {
    const char *url, *for_driver;
} passed_on[] = {
    {"postgresql://host/db", "postgresql://host/db"},
    {"postgres://u:p%40w@host:1/db", "postgres://u:p%40w@host:1/db"},
    {"postgresql://u:p?w@host/db?pool_max=3", "postgresql://u:p?w@host/db"},
    {"postgresql:///db?host=/tmp&user=me", "postgresql:///db?host=/tmp&user=me"},
    {"postgresql:///db?host=/tmp&pool_max=3&user=me", "postgresql:///db?host=/tmp&user=me"},
    {"postgresql://h/db?connection_limit=3&sslmode=require", "postgresql://h/db?sslmode=require"},
    {"postgresql://h/db?&&sslmode=require&", "postgresql://h/db?sslmode=require"},
    {"postgresql://h/db?pgbouncer=false", "postgresql://h/db"},
    {"postgresql://h/db?pooler=transaction&lifetime=1min", "postgresql://h/db"},
    {"postgresql://h/db?lock_timeout=1500us&schema=s",
     "postgresql://h/db?options=-csearch_path%3D%22s%22%20-clock_timeout%3D2"},
    {"postgresql://h/db?idle_in_transaction_timeout=0",
     "postgresql://h/db?options=%20-cidle_in_transaction_session_timeout%3D0"},
    {"postgresql://h/db?schema=app", "postgresql://h/db?options=-csearch_path%3D%22app%22"},
    {"postgresql://h/db?schema=my%20app",
     "postgresql://h/db?options=-csearch_path%3D%22my%5C%20app%22"},
    {"postgresql://h/db?schema=a%22b%5Cc,d",
     "postgresql://h/db?options=-csearch_path%3D%22a%22%22b%5C%5Cc%2Cd%22"},
    {"postgresql://h/db?sslmode=require&schema=x",
     "postgresql://h/db?sslmode=require&options=-csearch_path%3D%22x%22"},
    {"postgresql://h/db?options=-cjit%3Doff&schema=x",
     "postgresql://h/db?options=%2D%63%6A%69%74%3D%6F%66%66%20-csearch_path%3D%22x%22"},
    {"sqlite:a.db", "sqlite:a.db"},
    {"file:./dev.db?connection_limit=1", "sqlite:./dev.db"},
    {"sqlite:my%20notes%3F.db?synchronous=full", "sqlite:my notes?.db"},
    {"sqlite::memory:", "sqlite::memory:"},
    {"sqlite::memory:?pool_max=2", "sqlite::memory:"},
    {"sqlite:/a@b/c.db?datetime=iso", "sqlite:/a@b/c.db"},
};

static void the_drivers_url_has_only_the_drivers_parameters(void **state)
{
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        tenon__config config = read_config(passed_on[i].url, NULL);
        assert_string_equal(config.url, passed_on[i].for_driver);
        tenon__config_release(&config);
    }
}

static const struct {
    const char *url, *message, *hint;
} refused[] = {
    {"", "the database URL is empty", "set DATABASE_URL"},
    {"postgresql://h/db?pool_maxx=3", "unknown parameter 'pool_maxx'", "did you mean 'pool_max'?"},
    {"postgresql://h/db?ssl_mode=x", "unknown parameter 'ssl_mode'", "did you mean 'sslmode'?"},
    {"postgresql://h/db?wholly_unknown=1", "unknown parameter 'wholly_unknown'", ""},
    {"sqlite:a.db?sslmode=require", "unknown parameter 'sslmode'", ""},
    {"sqlite:a.db?datetime=iso8601", "datetime must be iso sql unixms", ""},
    {"sqlite:a.db?synchronous=of", "synchronous must be off normal full extra", ""},
    {"postgresql://h/db?pool_max=0", "pool_max must be a number from 1 to 10000", ""},
    {"postgresql://h/db?pool_max=-1", "pool_max must be a number", ""},
    {"postgresql://h/db?pool_max=3x", "pool_max must be a number", ""},
    {"postgresql://h/db?pool_max=99999999999999999999", "pool_max must be a number", ""},
    {"postgresql://h/db?pool_max", "pool_max must be given a value", ""},
    {"postgresql://h/db?schema=", "schema must be given a value", ""},
    {"postgresql://h/db?pool_timeout=soon", "pool_timeout must be a number of seconds", ""},
    {"postgresql://h/db?pool_timeout=5h", "pool_timeout must be a number of seconds", ""},
    {"postgresql://h/db?pool_min=5&pool_max=3", "pool_min (5) not more than pool_max (3)", ""},
    {"postgresql://h/db?pgbouncer=yes", "pgbouncer must be false true", ""},
    {"postgresql://h/db?pooler=statement", "pooler must be none transaction", ""},
    {"postgresql://h/db?pooler=", "pooler must be none transaction", ""},
    {"postgresql://h/db?pool_check=never", "pool_check must be news always", ""},
    {"postgresql://h/db?pgbouncer=true&schema=s", "schema cannot be set behind a pooler",
     "ALTER ROLE"},
    {"postgresql://h/db?pooler=transaction&options=-cjit%3Doff", "options cannot be set", ""},
    {"postgresql://h/db?pooler=transaction&lock_timeout=1", "lock_timeout and", "tenon_begin_with"},
    {"postgresql://h/db?pooler=transaction&pool_reset=state", "pool_reset cannot be set", ""},
    {"sqlite:a.db?pool_reset=all", "unknown parameter 'pool_reset'", ""},
    {"sqlite:a.db?lock_timeout=1", "unknown parameter 'lock_timeout'", ""},
    {"postgresql://h/db?schema=%zz", "'%' without two hexadecimal digits", "as %25"},
    {"postgresql://h/db?schema=a%", "'%' without two hexadecimal digits", "as %25"},
    {"postgresql://h/db?schema=a%00b", "'%' without two hexadecimal digits", "as %25"},
    {"sqlite:100%.db", "'%' without two hexadecimal digits", "as %25"},
};

static void what_is_wrong_is_refused_by_name(void **state)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        tenon__config config;
        tenon_error err = {0};
        assert_false(tenon__config_read(&config, refused[i].url, NULL, &err));
        assert_int_equal(err.status, TENON_MISUSE);
        if (!strstr(err.message, refused[i].message) || !strstr(err.hint, refused[i].hint))
            fail_msg("%s: %s (%s)", refused[i].url, err.message, err.hint);
    }
}

static void every_parameter_sets_its_setting(void **state)
{
    tenon__config c = read_config("postgresql://h/db?pool_min=1&pool_max=2&acquire_timeout=3"
                                  "&connect_timeout=4s&statement_timeout=500ms&statement_cache=6"
                                  "&plan_cache=7&application_name=my%20app&schema=s",
                                  NULL);
    assert_int_equal(c.pool_min, 1);
    assert_int_equal(c.pool_max, 2);
    assert_int_equal(c.acquire_timeout_us, 3000000);
    assert_int_equal(c.connect_timeout_us, 4000000);
    assert_int_equal(c.statement_timeout_us, 500000);
    assert_int_equal(c.statement_cache_count, 6);
    assert_int_equal(c.plan_cache_count, 7);
    assert_string_equal(c.application_name, "my app");
    assert_string_equal(c.schema, "s");
    tenon__config_release(&c);
}

static void the_pool_is_said_in_the_url(void **state)
{
    tenon__config c = read_config("sqlite:a.db?idle_timeout=10min&lifetime=30min&slow_acquire=5ms"
                                  "&leak_after=1min&pool_check=always&pool_order=fifo"
                                  "&pool_thread=off&breaker_failures=7&breaker_wait=3",
                                  NULL);
    assert_int_equal(c.idle_timeout_us, 600000000);
    assert_int_equal(c.lifetime_us, 1800000000);
    assert_int_equal(c.slow_acquire_us, 5000);
    assert_int_equal(c.leak_after_us, 60000000);
    assert_int_equal(c.pool_check, TENON_CHECK_ALWAYS);
    assert_true(c.is_fifo && c.without_thread);
    assert_int_equal(c.breaker_failures, 7);
    assert_int_equal(c.breaker_wait_us, 3000000);
    tenon__config_release(&c);
}

static void the_programs_pool_rules_over_that_of_the_url(void **state)
{
    const tenon_options options = {.idle_timeout_us = -1,
                                   .lifetime_us = 1000,
                                   .pool_reset = TENON_RESET_STATE,
                                   .breaker_failures = -1,
                                   .pool_fifo = true};
    tenon__config c = read_config(
        "postgresql://h/db?idle_timeout=1&lifetime=1&pool_reset=all&breaker_failures=9", &options);
    assert_int_equal(c.idle_timeout_us, TENON__NEVER);
    assert_int_equal(c.lifetime_us, 1000);
    assert_int_equal(c.pool_reset, TENON_RESET_STATE);
    assert_int_equal(c.breaker_failures, 0);
    assert_true(c.is_fifo);
    tenon__config_release(&c);
}

static void behind_a_pooler_statements_have_no_names_unless_it_is_said_how_many(void **state)
{
    static const struct {
        const char *url;
        uint64_t statements;
    } cases[] = {{"postgresql://h/db", 256},
                 {"postgresql://h/db?pool_reset=state", 256},
                 {"postgresql://h/db?pool_reset=all", 0},
                 {"postgresql://h/db?pooler=transaction", 0},
                 {"postgresql://h/db?pgbouncer=true", 0},
                 {"postgresql://h/db?pgbouncer=true&statement_cache=100", 100}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tenon__config c = read_config(cases[i].url, NULL);
        assert_int_equal(c.statement_cache_count, cases[i].statements);
        tenon__config_release(&c);
    }
}

static void prismas_names_mean_the_same(void **state)
{
    tenon__config c = read_config("postgresql://h/db?connection_limit=2&pool_timeout=0"
                                  "&socket_timeout=1min&statement_cache_size=0",
                                  NULL);
    assert_int_equal(c.pool_max, 2);
    assert_true(c.acquire_timeout_us == TENON__NEVER);
    assert_int_equal(c.statement_timeout_us, 60000000);
    assert_int_equal(c.statement_cache_count, 0);
    tenon__config_release(&c);
}

static void what_nobody_says_has_a_default(void **state)
{
    tenon__config c = read_config("sqlite:a.db", NULL);
    assert_int_equal(c.pool_max, 10);
    assert_int_equal(c.acquire_timeout_us, 5000000);
    assert_true(c.statement_timeout_us == TENON__NEVER);
    assert_null(c.datetime);
    assert_null(c.application_name);
    tenon__config_release(&c);
}

static void options_rule_over_the_url(void **state)
{
    tenon_options options = {.pool_max = 7, .acquire_timeout_us = -1, .application_name = "mine"};
    tenon__config c =
        read_config("postgresql://h/db?pool_max=2&pool_min=3&application_name=its", &options);
    assert_int_equal(c.pool_max, 7);
    assert_int_equal(c.pool_min, 3);
    assert_true(c.acquire_timeout_us == TENON__NEVER);
    assert_string_equal(c.application_name, "mine");
    tenon__config_release(&c);
}

static void a_password_never_stands_in_a_message(void **state)
{
    static const char *const urls[] = {
        "postgresql://u:hunter2@h/db?pool_max=x", "postgresql://u:hunter2@h/db?bad=1",
        "postgresql://u@h/db?passwort=hunter2",   "postgresql://u@h/db?password=hunter%2",
        "postgresql://u:/?hunter@h/db",           "mysql://u:hunter2@h/db",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        tenon__config config;
        tenon_error err = {0};
        assert_false(tenon__config_read(&config, urls[i], NULL, &err));
        assert_null(strstr(err.message, "hunter"));
        assert_null(strstr(err.hint, "hunter"));
    }
}

static void an_endless_url_is_refused(void **state)
{
    char *url = malloc(100000);
    memset(url, 'a', 99999);
    url[99999] = '\0';
    memcpy(url, "sqlite:", 7);
    tenon__config config;
    tenon_error err = {0};
    assert_false(tenon__config_read(&config, url, NULL, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    free(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_drivers_url_has_only_the_drivers_parameters),
        cmocka_unit_test(what_is_wrong_is_refused_by_name),
        cmocka_unit_test(every_parameter_sets_its_setting),
        cmocka_unit_test(the_pool_is_said_in_the_url),
        cmocka_unit_test(the_programs_pool_rules_over_that_of_the_url),
        cmocka_unit_test(behind_a_pooler_statements_have_no_names_unless_it_is_said_how_many),
        cmocka_unit_test(prismas_names_mean_the_same),
        cmocka_unit_test(what_nobody_says_has_a_default),
        cmocka_unit_test(options_rule_over_the_url),
        cmocka_unit_test(a_password_never_stands_in_a_message),
        cmocka_unit_test(an_endless_url_is_refused),
    };
    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
