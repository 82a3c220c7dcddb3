/* The disk of a PostgreSQL server is full: the call that needed room says so, nothing of it is
 * there, what needs no room goes on, and when room has been made so does the rest. The tables are
 * on a disk of 12 MB of their own (cluster.sh). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cluster.h"
#include "core/core.h"
#include "sample.h"
#include "sample_schema.h"
#include "testdb.h"

enum { BIG = 200000, MOST_ROWS = 400, MANY = 200000, NOTE = 200 };

static const char *url;
static tenon_db *db;
static tenon_session *s;

/* A text that cannot be made shorter by the server. */
static char *random_text(size_t length)
{
    char *text = malloc(length + 1);
    uint64_t state = 1;
    assert_non_null(text);
    for (size_t i = 0; i < length; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        text[i] = (char)('0' + (state >> 33) % 75);
    }
    text[length] = '\0';
    return text;
}

static void assert_full(void)
{
    const tenon_error *err = tenon_session_error(s);
    bool is_too_large = strstr(err->message, "File too large") != NULL; /* where none may mount */
    if (err->status != (is_too_large ? TENON_IO : TENON_DISK_FULL))
        fail_msg("%s: %s", tenon_status_name(err->status), err->message);
    assert_int_equal(err->applied, TENON_APPLIED_NO);
}

static bool create_big(int number, const char *text)
{
    char email[40];
    snprintf(email, sizeof email, "big%d@example.com", number);
    return user_create(s, .email = SET(email), .name = SET(text));
}

/* How many rows fit. */
static int fill(const char *text)
{
    int count = 0;
    while (count < MOST_ROWS && create_big(count, text))
        count++;
    return count;
}

static int set_up(void **state)
{
    tenon_error err;
    char sql[256];
    url = cluster_open_small();
    snprintf(sql, sizeof sql, "CREATE TABLESPACE small LOCATION '%s/small'", cluster_folder());
    testdb_run(url, sql);
    testdb_run(url, "ALTER DATABASE postgres SET default_tablespace = small");
    testdb_run(url, sample_schema_postgresql);
    db = tenon_open(url, NULL, &err);
    if (!db)
        fail_msg("%s", err.message);
    return 0;
}

static int tear_down(void **state)
{
    tenon_close(db);
    return 0;
}

/* What an administrator finds to throw away: nothing can be cleaned up without any room. */
static void make_room(void)
{
    testdb_run(url, "DROP TABLE reserve");
}

static int start_case(void **state)
{
    testdb_run(url, "CREATE TABLE reserve AS SELECT i, repeat('x', 1000) FROM "
                    "generate_series(1, 1000) i");
    s = tenon_session_open(db, NULL);
    return !user_create(s, .id = SET(1000000), .email = SET("ann@example.com"));
}

static int end_case(void **state)
{
    tenon_session_close(s);
    testdb_run(url, "DROP TABLE IF EXISTS reserve");
    testdb_run(url, "TRUNCATE \"User\", \"Membership\", \"posts\"");
    return 0;
}

static void a_full_disk_fails_the_call_alone(void **state)
{
    char *text = random_text(BIG);
    int count = fill(text);
    assert_in_range(count, 1, MOST_ROWS - 1);
    assert_full();
    tenon_error_clear(s);
    assert_int_equal(user_count(s), count + 1);
    assert_true(tenon_begin(s) && user_find(s, 1000000) && tenon_commit(s));
    assert_int_equal(user_delete_many(s, .where = {.id = NE(1000000)}), count);
    make_room();
    if (!tenon_execute(s, "VACUUM \"User\""))
        fail_msg("%s", tenon_message(s));
    assert_true(create_big(0, text));
    assert_int_equal(tenon_db_metrics(db).lost_total, 0);
    free(text);
}

static void a_full_disk_undoes_the_transaction(void **state)
{
    char *text = random_text(BIG);
    assert_true(tenon_begin(s));
    assert_in_range(fill(text), 1, MOST_ROWS - 1);
    assert_full();
    assert_false(tenon_commit(s));
    tenon_rollback(s);
    assert_int_equal(user_count(s), 1);
    assert_false(tenon_failed(s));
    free(text);
}

static void a_bulk_load_that_does_not_fit_leaves_nothing(void **state)
{
    char *text = random_text(NOTE);
    MembershipSet *items = calloc(MANY, sizeof *items);
    char(*names)[12] = calloc(MANY, sizeof *names);
    assert_true(items && names);
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "%d", i);
        items[i] = (MembershipSet){.userId = SET(1000000),
                                   .groupName = SET(names[i]),
                                   .role = SET(ROLE_USER),
                                   .note = SET(text)};
    }
    assert_int_equal(membership_create_many(s, .items = items, .count = MANY), 0);
    assert_full();
    tenon_error_clear(s);
    assert_int_equal(membership_count(s), 0);
    free(items);
    free(names);
    free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start_case, end_case)
    const struct CMUnitTest tests[] = {
        TEST(a_full_disk_fails_the_call_alone),
        TEST(a_full_disk_undoes_the_transaction),
        TEST(a_bulk_load_that_does_not_fit_leaves_nothing),
    };
    return cmocka_run_group_tests_name("full server", tests, set_up, tear_down);
}
