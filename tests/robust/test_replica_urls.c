/* Replicas named in the URL of their primary: what becomes of it, and opening one, before a real
 * standby. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cluster.h"
#include "core/core.h"
#include "pair.h"
#include "replica/replica.h"

/* ---- what a URL says ------------------------------------------------------------------------- */

typedef struct url_case {
    const char *url, *primary;
    const char *replicas[3];
} url_case;

static const url_case cases[] = {
    {"postgresql://shop@a/shop", "postgresql://shop@a/shop", {NULL}},
    {"postgresql://shop:p%40s@a:5433/shop?replica=b",
     "postgresql://shop:p%40s@a:5433/shop",
     {"postgresql://shop:p%40s@/shop?host=b"}},
    {"postgresql://a,b/shop?target_session_attrs=primary&replica=b:5433&pool_max=3&replica=c",
     "postgresql://a,b/shop?target_session_attrs=primary&pool_max=3",
     {"postgresql:///shop?host=b&port=5433&pool_max=3", "postgresql:///shop?host=c&pool_max=3"}},
    {"postgresql:///shop?host=/tmp/a&port=6000&user=shop&replica=/tmp/b:6001&replica=%2Ftmp%2Fc",
     "postgresql:///shop?host=/tmp/a&port=6000&user=shop",
     {"postgresql:///shop?host=/tmp/b&port=6001&user=shop",
      "postgresql:///shop?host=%2Ftmp%2Fc&user=shop"}},
    {"postgresql://x?y@a/shop?replica=[::1]:5433&replica=[::2]",
     "postgresql://x?y@a/shop",
     {"postgresql://x?y@/shop?host=::1&port=5433", "postgresql://x?y@/shop?host=::2"}},
    {"sqlite:shop.db?mode=ro", "sqlite:shop.db?mode=ro", {NULL}},
};

static void a_replicas_url_is_the_primarys_with_another_host(void **state)
{
    tenon_error err = {0};
    replica_url found;
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        assert_true(replica_url_read(&found, cases[i].url, &err));
        assert_string_equal(found.primary, cases[i].primary);
        for (size_t k = 0; k < TENON__COUNT(cases[i].replicas); k++) {
            const char *wanted = cases[i].replicas[k], *there = found.options.urls[k];
            assert_true(wanted ? there && !strcmp(there, wanted) : !there);
        }
        replica_url_release(&found);
    }
}

static void times_and_the_choice_are_said_too(void **state)
{
    tenon_error err = {0};
    replica_url found;
    assert_true(replica_url_read(&found,
                                 "postgresql://a/x?replica_lag_limit=1500ms&replica=b"
                                 "&replica_look_every=20ms&replica_read=nearest",
                                 &err));
    assert_string_equal(found.primary, "postgresql://a/x");
    assert_int_equal(found.options.lag_limit_us, 1500000);
    assert_int_equal(found.options.look_every_us, 20000);
    assert_int_equal(found.options.read, TENON_READ_NEAREST);
    replica_url_release(&found);
    assert_true(replica_url_read(&found, "postgresql://a/x?replica_lag_limit=0", &err));
    assert_int_equal(found.options.lag_limit_us, -1);
    replica_url_release(&found);
}

static void what_is_no_replica_is_refused(void **state)
{
    static const char *const wrong[] = {
        "replica",
        "replica=",
        "replica=b,c",
        "replica=b:",
        "replica=b:x",
        "replica=::1",
        "replica=[::1",
        "replicas=b",
        "replica_lag_limit=soon",
        "replica_read=best",
        "replica_look_every",
        "replica_look_every=0",
        "replica=[]:1",
        "replica=:5433",
        "replica_lag_limit=99999999999999999999999999999999",
    };
    for (size_t i = 0; i < TENON__COUNT(wrong); i++) {
        tenon_error err;
        char url[120];
        snprintf(url, sizeof url, "postgresql://a/x?%s", wrong[i]);
        assert_null(tenon_replicas_open(url, NULL, NULL, &err));
        assert_int_equal(err.status, TENON_MISUSE);
        assert_non_null(strstr(err.message, "replica"));
    }
}

static void there_is_a_most_of_them(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf url = {0};
    tenon_error err = {0};
    replica_url found;
    tenon__buf_text(&url, "postgresql://a/x?");
    for (int i = 0; i < TENON_REPLICAS_MOST; i++)
        tenon__buf_text(&url, "replica=b&");
    assert_true(replica_url_read(&found, tenon__buf_string(&url), &err));
    assert_int_equal(found.count, TENON_REPLICAS_MOST);
    replica_url_release(&found);
    tenon__buf_text(&url, "replica=b&");
    assert_false(replica_url_read(&found, tenon__buf_string(&url), &err));
    assert_int_equal(err.status, TENON_MISUSE);
    replica_url_release(&found);
}

/* ---- opening --------------------------------------------------------------------------------- */

/* The primary's, with the standby and more behind it. */
static const char *url_with(const char *more)
{
    static char url[600];
    snprintf(url, sizeof url, "%s&replica=%s%s", primary, standby_folder(), more);
    return url;
}

static void a_url_opens_all_of_them(void **state)
{
    tenon_error err;
    wait_for_standby();
    tenon_db *db = tenon_replicas_open(url_with("&replica_lag_limit=0"), NULL,
                                       &(tenon_replica_options){.without_threads = true}, &err);
    if (!db)
        fail_msg("%s", err.message);
    assert_string_equal(replica_of(db).host, standby_folder());
    pair p = {.db = db, .s = tenon_session_open(db, NULL)};
    assert_true(reads_there(p.s));
    rename_ann(p.s, "By URL");
    assert_false(reads_there(p.s));
    close_pair(p);
}

static void what_the_program_says_counts_before_the_url(void **state)
{
    tenon_error err;
    const tenon_options small = {.pool_max = 2};
    const tenon_replica_options own = {.read = TENON_READ_REPLICA, .without_threads = true};
    tenon_db *db = tenon_replicas_open(url_with("&replica_lag_limit=0&replica_read=primary"),
                                       &small, &own, &err);
    assert_non_null(db);
    assert_int_equal(replica_of(db).pool.most, 2);
    pair p = {.db = db, .s = tenon_session_open(db, NULL)};
    assert_true(reads_there(p.s));
    close_pair(p);
    db = tenon_replicas_open(url_with("&replica=/nowhere"), NULL,
                             &(tenon_replica_options){.urls = {standby}, .without_threads = true},
                             &err);
    assert_int_equal(tenon_replicas_metrics(db, NULL, 0), 1);
    tenon_close(db);
}

static void without_replicas_it_is_a_database_as_others(void **state)
{
    tenon_error err;
    const char *const urls[] = {primary, "sqlite::memory:"};
    for (size_t i = 0; i < 2; i++) {
        tenon_db *db = tenon_replicas_open(urls[i], NULL, NULL, &err);
        assert_non_null(db);
        assert_int_equal(tenon_replicas_metrics(db, NULL, 0), 0);
        tenon_close(db);
    }
    assert_null(tenon_replicas_open("sqlite::memory:?replica=b", NULL, NULL, &err));
    assert_int_equal(err.status, TENON_UNSUPPORTED);
    assert_null(tenon_replicas_open(NULL, NULL, NULL, &err));
    assert_int_equal(err.status, TENON_MISUSE);
}

static void others_are_told_who_knows_them(void **state)
{
    tenon_error err;
    assert_null(tenon_open(url_with(""), NULL, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    assert_non_null(strstr(err.hint, "tenon_replicas_open"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replicas_url_is_the_primarys_with_another_host),
        cmocka_unit_test(times_and_the_choice_are_said_too),
        cmocka_unit_test(what_is_no_replica_is_refused),
        cmocka_unit_test(there_is_a_most_of_them),
        cmocka_unit_test(a_url_opens_all_of_them),
        cmocka_unit_test(what_the_program_says_counts_before_the_url),
        cmocka_unit_test(without_replicas_it_is_a_database_as_others),
        cmocka_unit_test(others_are_told_who_knows_them),
    };
    return cmocka_run_group_tests_name("URLs of replicas", tests, set_up_servers, NULL);
}
