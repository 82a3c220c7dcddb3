/* Plans and statements are kept within their bounds, found by their whole key, and freed when
 * nobody uses them any more. */
#include "by_hand.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "db/session.h"
#include "testdb.h"

/* ---- plans ----------------------------------------------------------------------------------- */

static void count_down(void *owner)
{
    atomic_int *alive = owner;
    atomic_fetch_sub(alive, 1);
}

/* Adds a plan whose owner is a count of those alive. */
static tenon__shared_plan *add(tenon__plan_cache *cache, uint64_t hash, const char *key,
                               size_t bytes, atomic_int *alive)
{
    atomic_fetch_add(alive, 1);
    tenon__cached cached = {.bytes = bytes, .owner = alive, .free_owner = count_down};
    return tenon__plan_cache_take(cache, hash, (const uint8_t *)key, strlen(key), &cached);
}

static tenon__shared_plan *get(tenon__plan_cache *cache, uint64_t hash, const char *key)
{
    return tenon__plan_cache_get(cache, hash, (const uint8_t *)key, strlen(key));
}

static void keys_of_equal_hash_are_told_apart(void **state)
{
    tenon__plan_cache cache;
    atomic_int alive = 0;
    assert_true(tenon__plan_cache_init(&cache, 10, 1 << 20));
    tenon__shared_plan *a = add(&cache, 7, "a", 1, &alive), *b = add(&cache, 7, "b", 1, &alive);
    tenon__shared_plan *ab = add(&cache, 7, "ab", 1, &alive);
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(get(&cache, 7, "a"), a);
    assert_ptr_equal(get(&cache, 7, "b"), b);
    assert_ptr_equal(get(&cache, 7, "ab"), ab);
    assert_null(get(&cache, 7, "c"));
    assert_null(get(&cache, 7, ""));
    tenon__shared_plan *all[] = {a, b, ab, a, b, ab};
    for (size_t i = 0; i < 6; i++)
        tenon__shared_plan_release(all[i]);
    tenon__plan_cache_release(&cache);
    assert_int_equal(alive, 0);
}

static void who_is_late_with_a_plan_gets_the_one_that_is_there(void **state)
{
    tenon__plan_cache cache;
    atomic_int alive = 0;
    assert_true(tenon__plan_cache_init(&cache, 10, 1 << 20));
    tenon__shared_plan *first = add(&cache, 7, "a", 1, &alive);
    assert_ptr_equal(add(&cache, 7, "a", 1, &alive), first);
    assert_int_equal(alive, 1);
    tenon__shared_plan_release(first);
    tenon__shared_plan_release(first);
    tenon__plan_cache_release(&cache);
    assert_int_equal(alive, 0);
}

static void the_least_recently_used_plan_goes_first(void **state)
{
    tenon__plan_cache cache;
    atomic_int alive = 0;
    assert_true(tenon__plan_cache_init(&cache, 3, 1 << 20));
    tenon__shared_plan_release(add(&cache, 1, "a", 1, &alive));
    tenon__shared_plan_release(add(&cache, 2, "b", 1, &alive));
    tenon__shared_plan_release(add(&cache, 3, "c", 1, &alive));
    tenon__shared_plan_release(get(&cache, 1, "a"));
    tenon__shared_plan_release(add(&cache, 4, "d", 1, &alive));
    assert_int_equal(alive, 3);
    assert_null(get(&cache, 2, "b"));
    tenon__shared_plan *a = get(&cache, 1, "a");
    assert_non_null(a);
    tenon__shared_plan_release(a);
    tenon__plan_cache_release(&cache);
    assert_int_equal(alive, 0);
}

static void bytes_are_bounded_as_well(void **state)
{
    tenon__plan_cache cache;
    atomic_int alive = 0;
    char key[8];
    assert_true(tenon__plan_cache_init(&cache, 50, 10000));
    for (int i = 0; i < 50; i++) {
        snprintf(key, sizeof key, "%d", i);
        tenon__shared_plan_release(add(&cache, (uint64_t)i, key, 2000, &alive));
        assert_true(cache.shards[0].bytes <= 10000);
    }
    assert_int_equal(alive, 4);
    tenon__shared_plan *giant = add(&cache, 99, "giant", 20000, &alive);
    assert_null(get(&cache, 99, "giant"));
    assert_int_equal(alive, 5);
    tenon__shared_plan_release(giant);
    assert_int_equal(alive, 4);
    tenon__plan_cache_release(&cache);
    assert_int_equal(alive, 0);
}

static void a_plan_in_use_survives_its_eviction_and_the_cache(void **state)
{
    tenon__plan_cache cache;
    atomic_int alive = 0;
    assert_true(tenon__plan_cache_init(&cache, 1, 1 << 20));
    tenon__shared_plan *used = add(&cache, 1, "a", 1, &alive);
    tenon__shared_plan_release(add(&cache, 2, "b", 1, &alive));
    assert_null(get(&cache, 1, "a"));
    tenon__plan_cache_release(&cache);
    assert_int_equal(alive, 1);
    assert_memory_equal(used->key, "a", 1);
    tenon__shared_plan_release(used);
    assert_int_equal(alive, 0);
}

enum { THREADS = 16, ROUNDS = 3000, KEYS = 100 };

typedef struct user {
    tenon__plan_cache *cache;
    atomic_int *alive;
    unsigned number;
    int wrong;
} user;

static void *use_plans(void *context)
{
    user *u = context;
    char key[16];
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned n = (i * 7 + u->number * 13) % KEYS;
        snprintf(key, sizeof key, "key %u", n);
        tenon__shared_plan *plan = get(u->cache, n, key);
        if (!plan)
            plan = add(u->cache, n, key, n, u->alive);
        u->wrong += plan->cached.bytes != n;
        tenon__shared_plan_release(plan);
    }
    return NULL;
}

static void sixteen_threads_share_the_plans(void **state)
{
    tenon__plan_cache cache;
    atomic_int alive = 0;
    pthread_t threads[THREADS];
    user users[THREADS];
    assert_true(tenon__plan_cache_init(&cache, 80, 1 << 20));
    for (unsigned i = 0; i < THREADS; i++) {
        users[i] = (user){&cache, &alive, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, use_plans, &users[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(users[i].wrong, 0);
    }
    assert_true(alive <= 80);
    tenon__plan_cache_release(&cache);
    assert_int_equal(alive, 0);
}

/* ---- statements ------------------------------------------------------------------------------ */

/* Statements with different texts, so that the server sees different ones. */
enum { STATEMENTS = 12 };
static char texts[STATEMENTS][40];
static tenon__statement statements[STATEMENTS];

static void make_statements(void)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        int length = snprintf(texts[i], sizeof texts[i], "SELECT count(*) + %zu FROM note", i);
        statements[i] = count_notes;
        statements[i].sql = texts[i];
        statements[i].sql_length = (size_t)length;
    }
}

static void assert_counts(tenon_session *s, size_t i)
{
    int64_t count;
    tenon__rows rows = {.arena = tenon__session_arena(s), .expected = 1};
    if (!run_by_hand(s, &statements[i], NULL, &rows, NULL))
        fail_msg("%s", tenon_message(s));
    memcpy(&count, rows.items, sizeof count);
    assert_int_equal(count, i);
}

static void a_connection_keeps_the_statements_used_last(void **state)
{
    for (int which = 0; which < 2; which++) {
        tenon_options options = {.pool_max = 1, .statement_cache_count = 4};
        tenon_db *db = open_db(new_note_url(which), &options);
        tenon_session *s = tenon_session_open(db, NULL);
        for (int round = 0; round < 3; round++)
            for (size_t i = 0; i < STATEMENTS; i++)
                assert_counts(s, i);
        tenon__statement_cache *kept = &tenon__lane_for(db, false)->spare->statements;
        assert_int_equal(kept->count, 4);
        for (size_t i = STATEMENTS - 4; i < STATEMENTS; i++) {
            const tenon__statement *statement = &statements[i];
            const uint8_t *key = (const uint8_t *)&statement;
            assert_non_null(tenon__statement_cache_get(kept, key, sizeof statement));
        }
        tenon_session_close(s);
        tenon_close(db);
        assert_int_equal(plans_alive, 0);
    }
}

static void what_is_forgotten_is_forgotten_by_the_server_too(void **state)
{
    tenon_options options = {.pool_max = 1, .statement_cache_count = 2};
    tenon_db *db = open_db(new_note_url(0), &options);
    tenon_session *s = tenon_session_open(db, NULL);
    static const char sql[] = "SELECT count(*) FROM pg_prepared_statements";
    static tenon__statement prepared;
    prepared = count_notes;
    prepared.sql = sql;
    prepared.sql_length = sizeof sql - 1;
    for (size_t i = 0; i < STATEMENTS; i++)
        assert_counts(s, i);
    int64_t count;
    tenon__rows rows = {.arena = tenon__session_arena(s)};
    assert_true(run_by_hand(s, &prepared, NULL, &rows, NULL));
    memcpy(&count, rows.items, sizeof count);
    assert_true(count <= 3);
    tenon_session_close(s);
    tenon_close(db);
}

/* Fails when the server knows a statement of this connection by name. */
static const char nothing_is_prepared[] =
    "DO $$ BEGIN IF EXISTS (SELECT FROM pg_prepared_statements) THEN RAISE 'kept'; END IF; END $$";

static void without_a_statement_cache_nothing_is_kept(void **state)
{
    for (int which = 0; which < 2; which++) {
        char url[600];
        const char *plain = new_note_url(which);
        snprintf(url, sizeof url, "%s%cstatement_cache=0&pool_max=1", plain,
                 strchr(plain, '?') ? '&' : '?');
        tenon_db *db = open_db(url, NULL);
        tenon_session *s = tenon_session_open(db, NULL);
        for (size_t i = 0; i < 4; i++)
            assert_counts(s, i % 2);
        assert_int_equal(tenon__lane_for(db, false)->spare->statements.count, 0);
        assert_true(which == 1 || tenon_execute(s, nothing_is_prepared));
        tenon_session_close(s);
        tenon_close(db);
    }
}

static void a_table_that_changes_shape_is_read_again(void **state)
{
    for (int which = 0; which < 2; which++) {
        const char *url = new_note_url(which);
        tenon_db *db = open_db(url, NULL);
        tenon_session *s = tenon_session_open(db, NULL);
        assert_true(note_insert(s, 1, "one"));
        assert_non_null(note_find(s, 1));
        testdb_run(url, "ALTER TABLE note ADD COLUMN more text");
        assert_string_equal(note_find(s, 1)->text, "one");
        tenon_session_close(s);
        tenon_close(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_equal_hash_are_told_apart),
        cmocka_unit_test(who_is_late_with_a_plan_gets_the_one_that_is_there),
        cmocka_unit_test(the_least_recently_used_plan_goes_first),
        cmocka_unit_test(bytes_are_bounded_as_well),
        cmocka_unit_test(a_plan_in_use_survives_its_eviction_and_the_cache),
        cmocka_unit_test(sixteen_threads_share_the_plans),
        cmocka_unit_test(a_connection_keeps_the_statements_used_last),
        cmocka_unit_test(what_is_forgotten_is_forgotten_by_the_server_too),
        cmocka_unit_test(without_a_statement_cache_nothing_is_kept),
        cmocka_unit_test(a_table_that_changes_shape_is_read_again),
    };
    make_statements();
    return cmocka_run_group_tests_name("caches", tests, NULL, NULL);
}
