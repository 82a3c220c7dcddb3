/* Where reads go, and what a session may rely on: before a primary and a hot standby.
 *
 * The standby is halted where a test wants it to be late. Which server has read shows in the
 * figures of its pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cluster.h"
#include "core/core.h"
#include "db/wait.h"
#include "pair.h"
#include "replica/replicas.h"
#include "testdb.h"

enum { LONGEST_US = 60000000 };

/* ---- where calls go -------------------------------------------------------------------------- */

static void read_in_many_ways(tenon_session *s)
{
    assert_non_null(user_find(s, ANN));
    assert_non_null(user_find_first(s, .where = {.id = EQ(ANN)}));
    UserList users =
        user_find_many(s, .where = {.id = EQ(ANN)}, .include = {.posts = &(PostQuery){0}});
    assert_int_equal(users.count, 1);
    assert_true(user_count(s, .limit = 1) == 1);
    assert_true(user_exists(s, .where = {.id = EQ(ANN)}));
    UserStream stream = user_stream_open(s, .where = {.id = EQ(ANN)});
    assert_non_null(user_stream_next(stream));
    assert_null(user_stream_next(stream));
    assert_true(user_stream_close(stream));
    assert_true(tenon_begin_with(s, &(tenon_transaction_options){.read_only = true}));
    assert_non_null(user_find(s, ANN));
    assert_non_null(user_find(s, ANN));
    assert_true(tenon_commit(s));
}

static void reads_go_to_the_replica(void **state)
{
    pair p = open_pair();
    uint64_t on_primary = tenon_db_metrics(p.db).acquired_total;
    read_in_many_ways(p.s);
    assert_int_equal(tenon_db_metrics(p.db).acquired_total, on_primary);
    assert_in_range(reads_of(p.db), 7, 9);
    assert_int_equal(replica_of(p.db).failed_total, 0);
    close_pair(p);
}

static void writes_and_transactions_go_to_the_primary(void **state)
{
    pair p = open_pair();
    assert_true(tenon_begin(p.s));
    assert_non_null(user_find(p.s, ANN));
    rename_ann(p.s, "Ann");
    assert_string_equal(name_of_ann(p.s), "Ann");
    assert_true(tenon_commit(p.s));
    rename_ann(p.s, "Anna");
    assert_true(tenon_execute(p.s, "SELECT 1"));
    assert_int_equal(reads_of(p.db), 0);
    assert_string_equal(testdb_value(primary, "SELECT name FROM \"User\" WHERE id = 1"), "Anna");
    close_pair(p);
}

static const char *current_server(tenon_session *s)
{
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT pg_is_in_recovery()::text");
    const tenon_cells *cells = tenon_sql_cells(q);
    assert_string_equal(tenon_message(s), "");
    return !strcmp(tenon_cell(cells, 0, 0), "true") ? "standby" : "primary";
}

static void sql_of_the_program_goes_there_when_it_says_so(void **state)
{
    pair p = open_pair();
    assert_string_equal(current_server(p.s), "primary");
    assert_int_equal(tenon_read_from(p.s, TENON_READ_REPLICA), TENON_READ_DEFAULT);
    tenon_replicas_look(p.db);
    assert_string_equal(current_server(p.s), "standby");
    assert_int_equal(tenon_read_from(p.s, TENON_READ_PRIMARY), TENON_READ_REPLICA);
    assert_string_equal(current_server(p.s), "primary");
    assert_false(reads_there(p.s));
    tenon_read_from(p.s, (tenon_read)77);
    assert_int_equal(tenon_session_error(p.s)->status, TENON_MISUSE);
    tenon_error_clear(p.s);
    close_pair(p);
}

/* ---- calls that say it themselves ------------------------------------------------------------ */

static void count_ann(tenon_session *s, tenon_read read)
{
    UserPage page = user_page(s, .size = 5, .order_by = {ASC(USER_ID)}, .read = read);
    UserOffsetPage numbered = user_page_of(s, .page = 1, .size = 5, .read = read);
    UserAggregate all = user_aggregate(s, .count = true, .read = read);
    UserStream stream = user_stream_open(s, .read = read, .include = {.posts = &(PostQuery){0}});
    assert_non_null(user_stream_next(stream));
    assert_true(user_stream_close(stream));
    assert_non_null(user_find(s, ANN, .read = read));
    assert_non_null(user_find_first(s, .read = read));
    UserList users = user_find_many(s, .read = read, .include = {.posts = &(PostQuery){0}});
    assert_true(users.count == 1 && page.count == 1 && numbered.count == 1 && all.count == 1);
    assert_true(user_exists(s, .read = read) && user_count(s, .read = read) == 1);
}

static void calls_have_a_choice_for_themselves(void **state)
{
    pair p = open_pair();
    count_ann(p.s, TENON_READ_PRIMARY);
    assert_int_equal(reads_of(p.db), 0);
    assert_true(reads_there(p.s));
    tenon_read_from(p.s, TENON_READ_PRIMARY);
    uint64_t on_primary = tenon_db_metrics(p.db).acquired_total;
    count_ann(p.s, TENON_READ_REPLICA);
    assert_int_equal(tenon_db_metrics(p.db).acquired_total, on_primary);
    assert_false(reads_there(p.s));
    close_pair(p);
}

static void a_choice_that_is_none_is_refused(void **state)
{
    pair p = open_pair();
    const UserQuery posts_there = {.include = {.posts = &(PostQuery){.read = TENON_READ_REPLICA}}};
    assert_int_equal(user_count(p.s, .read = (tenon_read)9), 0);
    assert_int_equal(tenon_session_error(p.s)->status, TENON_MISUSE);
    tenon_error_clear(p.s);
    assert_null(user_find_first(p.s, .include = posts_there.include));
    assert_non_null(strstr(tenon_message(p.s), "belong to the call"));
    tenon_error_clear(p.s);
    assert_true(reads_there(p.s));
    close_pair(p);
}

/* ---- SQL that reads, and more ---------------------------------------------------------------- */

static const tenon_field number_column[] = {
    {.name = "number", .column = "number", .kind = TENON_KIND_INT64, .pg_type = TENON_PG_INT8}};
static const tenon_result number_row = {
    .columns = number_column, .column_count = 1, .row_size = sizeof(int64_t)};

/* As of a SQL file. */
static int64_t run_statement(tenon_session *s, const char *sql, bool may_write)
{
    const tenon_statement_text text = {.sql = sql};
    const tenon_statement statement = {.abi = TENON_ABI,
                                       .size = sizeof(tenon_statement),
                                       .name = "number",
                                       .origin = "a test",
                                       .kind = TENON_STATEMENT_ONE,
                                       .may_write = may_write,
                                       .result = &number_row,
                                       .postgresql = &text};
    const int64_t *number = tenon_statement_one(s, &statement, NULL);
    assert_string_equal(tenon_message(s), "");
    return *number;
}

static void queries_that_may_write_never_go_there(void **state)
{
    pair p = open_pair();
    assert_int_equal(run_statement(p.s, "SELECT 7::int8 AS number", false), 7);
    assert_int_equal(reads_of(p.db), 1);
    tenon_read_from(p.s, TENON_READ_REPLICA);
    int64_t first = run_statement(p.s, "SELECT nextval('number') AS number", true);
    assert_int_equal(run_statement(p.s, "SELECT nextval('number') AS number ", true), first + 1);
    assert_int_equal(reads_of(p.db), 1);
    assert_int_equal(replica_of(p.db).failed_total, 0);
    assert_false(reads_there(p.s)); /* it sees what that has changed */
    close_pair(p);
}

static void sql_that_takes_locks_never_goes_there(void **state)
{
    pair p = open_pair();
    tenon_session *s = p.s;
    tenon_read_from(s, TENON_READ_REPLICA);
    assert_string_equal(current_server(s), "standby");
    uint64_t there = reads_of(p.db);
    tenon_sql *const texts[] = {
        tenon_sqlf(tenon_sql_new(s), "SELECT id FROM \"User\" FOR SHARE"),
        tenon_sqlf(tenon_sql_new(s), "SELECT id FROM \"User\" FOR NO KEY UPDATE"),
        tenon_sqlf(tenon_sql_new(s), "SELECT pg_catalog.nextval('number')"),
        tenon_sqlf(tenon_sql_new(s), "SELECT pg_try_advisory_xact_lock_shared(%d)", 7),
        tenon_sqlf(tenon_sql_new(s), "SELECT pg_advisory_xact_lock(%d)", 7),
    };
    for (size_t i = 0; i < TENON__COUNT(texts); i++)
        assert_non_null(tenon_sql_cells(texts[i]));
    assert_int_equal(reads_of(p.db), there);
    assert_int_equal(replica_of(p.db).failed_total, 0);
    close_pair(p);
}

static void streams_of_sql_go_where_its_other_calls_go(void **state)
{
    pair p = open_pair();
    for (int is_asked_for = 0; is_asked_for < 2; is_asked_for++) {
        tenon_read_from(p.s, is_asked_for ? TENON_READ_REPLICA : TENON_READ_DEFAULT);
        uint64_t there = reads_of(p.db);
        tenon_sql *q = tenon_sqlf(tenon_sql_new(p.s), "SELECT 7::int8 AS number");
        tenon_stream *stream = tenon_sql_stream(q, &number_row);
        assert_non_null(tenon_stream_next(stream));
        assert_true(tenon_stream_close(stream));
        assert_int_equal(reads_of(p.db) > there, is_asked_for);
    }
    close_pair(p);
}

static void sessions_and_replicas_have_a_choice(void **state)
{
    tenon_replica_options options = {
        .lag_limit_us = -1, .without_threads = true, .read = TENON_READ_PRIMARY};
    pair p = open_with(&options);
    assert_false(reads_there(p.s));
    tenon_session *other =
        tenon_session_open(p.db, &(tenon_session_options){.read = TENON_READ_REPLICA});
    assert_true(reads_there(other));
    tenon_session_reset(other);
    assert_true(reads_there(other));
    tenon_session_close(other);
    close_pair(p);
}

/* What the looks have found of the way is put right, as only one machine is at hand. */
static void the_nearest_is_the_one_that_answers_soonest(void **state)
{
    for (int is_far = 0; is_far < 2; is_far++) {
        pair p = open_pair();
        replica_set *set = (replica_set *)tenon__db_router(p.db);
        atomic_store(&set->hosts[1].round_trip_us, is_far ? 900 : 50);
        atomic_store(&set->hosts[0].round_trip_us, 300);
        tenon_read_from(p.s, TENON_READ_NEAREST);
        assert_int_equal(reads_there(p.s), !is_far);
        atomic_store(&set->hosts[0].round_trip_us, is_far ? 1000 : 10);
        assert_int_equal(reads_there(p.s), !is_far); /* it stays */
        close_pair(p);
    }
}

static void several_replicas_take_turns(void **state)
{
    tenon_replica_options options = {
        .urls = {standby, standby}, .lag_limit_us = -1, .without_threads = true};
    pair p = open_with(&options);
    tenon_replica_metrics metrics[2];
    for (int i = 0; i < 10; i++) {
        tenon_session *s = tenon_session_open(p.db, NULL);
        for (int k = 0; k < 3; k++)
            assert_non_null(user_find(s, ANN));
        tenon_session_close(s);
    }
    assert_int_equal(tenon_replicas_metrics(p.db, metrics, 2), 2);
    assert_int_equal(metrics[0].pool.acquired_total, 15);
    assert_int_equal(metrics[1].pool.acquired_total, 15);
    assert_string_equal(metrics[0].host, standby_folder());
    close_pair(p);
}

/* ---- what a session has written -------------------------------------------------------------- */

static void a_session_reads_what_it_has_written(void **state)
{
    pair p = open_pair();
    rename_ann(p.s, "Before");
    wait_for_standby();
    tenon_session *other = tenon_session_open(p.db, NULL);
    halt_standby();
    rename_ann(p.s, "After");
    assert_string_equal(name_of_ann(p.s), "After");
    assert_string_equal(name_of_ann(other), "Before");
    tenon_replicas_look(p.db);
    assert_false(reads_there(p.s));
    assert_true(reads_there(other));
    assert_true(tenon_replicas_misses(p.db).own_writes_total >= 2);
    go_on();
    assert_false(reads_there(p.s)); /* nobody has looked */
    tenon_replicas_look(p.db);
    assert_true(reads_there(p.s));
    assert_string_equal(name_of_ann(p.s), "After");
    tenon_session_close(other);
    close_pair(p);
}

static void so_it_does_after_each_kind_of_write(void **state)
{
    pair p = open_pair();
    const UserSet one = {.email = SET("many@example.com")};
    for (int kind = 0; kind < 5; kind++) {
        tenon_replicas_look(p.db);
        assert_true(reads_there(p.s));
        if (kind == 0)
            assert_true(tenon_execute(p.s, "UPDATE \"User\" SET age = 1"));
        if (kind == 1)
            assert_int_equal(user_create_many(p.s, .items = &one, .count = 1), 1);
        if (kind == 2)
            user_delete_many(p.s, .where = {.email = EQ("many@example.com")});
        if (kind == 3 || kind == 4)
            assert_true(tenon_begin(p.s));
        if (kind == 3) {
            rename_ann(p.s, "Ann");
            assert_true(tenon_commit(p.s));
        }
        if (kind == 4)
            tenon_rollback(p.s);
        assert_false(reads_there(p.s));
        wait_for_standby();
    }
    close_pair(p);
}

static void a_position_is_passed_on(void **state)
{
    pair p = open_pair();
    assert_string_equal(tenon_read_position(p.s), "");
    tenon_session *other = tenon_session_open(p.db, NULL);
    halt_standby();
    rename_ann(p.s, "Passed on");
    const char *position = tenon_read_position(p.s);
    assert_non_null(strchr(position, '/'));
    assert_true(tenon_read_after(other, position));
    assert_string_equal(tenon_read_position(other), position);
    tenon_replicas_look(p.db);
    assert_string_equal(name_of_ann(other), "Passed on");
    assert_false(reads_there(other));
    go_on();
    tenon_replicas_look(p.db);
    assert_true(reads_there(other));
    assert_true(reads_there(p.s));
    assert_string_equal(name_of_ann(other), "Passed on");
    tenon_session_close(other);
    close_pair(p);
}

static void what_is_no_position_is_refused(void **state)
{
    static const char *const wrong[] = {"/",    "1",     "1/",          "/1",          "x/1", "1/x",
                                        "1/1 ", "1/1/1", "123456789/0", "0/123456789", "-1/0"};
    pair p = open_pair();
    for (size_t i = 0; i < TENON__COUNT(wrong); i++) {
        assert_false(tenon_read_after(p.s, wrong[i]));
        assert_int_equal(tenon_session_error(p.s)->status, TENON_MISUSE);
        tenon_error_clear(p.s);
    }
    assert_true(tenon_read_after(p.s, ""));
    assert_true(tenon_read_after(p.s, NULL));
    assert_true(tenon_read_after(p.s, "FFFFFFFF/abcdef"));
    assert_string_equal(tenon_read_position(p.s), "FFFFFFFF/ABCDEF");
    assert_false(reads_there(p.s));
    assert_true(tenon_begin(p.s));
    assert_null(tenon_read_position(p.s));
    tenon_rollback(p.s);
    close_pair(p);
}

/* ---- the limit of the lag -------------------------------------------------------------------- */

/* Looks until reads go there, or do not. */
static void wait_for_reads(pair p, bool there)
{
    int64_t until_us = tenon__monotonic_us() + LONGEST_US;
    for (;;) {
        tenon_replicas_look(p.db);
        if (reads_there(p.s) == there)
            return;
        assert_true(tenon__monotonic_us() < until_us);
    }
}

static void one_that_is_late_gets_no_reads(void **state)
{
    enum { LIMIT_US = 3000000 };
    tenon_replica_options options = {.lag_limit_us = LIMIT_US, .without_threads = true};
    pair p = open_with(&options);
    wait_for_reads(p, true);
    halt_standby();
    testdb_run(primary, "SELECT pg_logical_emit_message(true, '', 'something new')");
    wait_for_reads(p, false);
    tenon_replica_metrics late = replica_of(p.db);
    assert_int_equal(late.state, TENON_REPLICA_FOLLOWING);
    assert_true(late.lag_us > LIMIT_US && late.lag_bytes > 0);
    assert_true(tenon_replicas_misses(p.db).lag_total > 0);
    go_on();
    wait_for_reads(p, true);
    assert_true(replica_of(p.db).lag_us < LIMIT_US);
    close_pair(p);
}

/* Where nothing is written the age of the last transaction says nothing. */
static void an_idle_primary_makes_nobody_late(void **state)
{
    enum { LIMIT_US = 1500000 };
    tenon_replica_options options = {.lag_limit_us = LIMIT_US, .without_threads = true};
    testdb_run(primary, "CHECKPOINT");
    wait_for_standby();
    pair p = open_with(&options);
    tenon__wait_pause(LIMIT_US, TENON__NEVER);
    assert_false(reads_there(p.s)); /* nobody has looked for so long */
    wait_for_reads(p, true);
    close_pair(p);
}

static void threads_look(void **state)
{
    tenon_replica_options options = {.lag_limit_us = 10000000, .look_every_us = 5000};
    pair p = open_with(&options);
    rename_ann(p.s, "Threads");
    assert_string_equal(name_of_ann(p.s), "Threads");
    int64_t until_us = tenon__monotonic_us() + LONGEST_US;
    while (!reads_there(p.s))
        assert_true(tenon__monotonic_us() < until_us);
    assert_string_equal(name_of_ann(p.s), "Threads");
    close_pair(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_go_to_the_replica),
        cmocka_unit_test(writes_and_transactions_go_to_the_primary),
        cmocka_unit_test(sql_of_the_program_goes_there_when_it_says_so),
        cmocka_unit_test(calls_have_a_choice_for_themselves),
        cmocka_unit_test(a_choice_that_is_none_is_refused),
        cmocka_unit_test(queries_that_may_write_never_go_there),
        cmocka_unit_test(sql_that_takes_locks_never_goes_there),
        cmocka_unit_test(streams_of_sql_go_where_its_other_calls_go),
        cmocka_unit_test(sessions_and_replicas_have_a_choice),
        cmocka_unit_test(the_nearest_is_the_one_that_answers_soonest),
        cmocka_unit_test(several_replicas_take_turns),
        cmocka_unit_test(a_session_reads_what_it_has_written),
        cmocka_unit_test(so_it_does_after_each_kind_of_write),
        cmocka_unit_test(a_position_is_passed_on),
        cmocka_unit_test(what_is_no_position_is_refused),
        cmocka_unit_test(one_that_is_late_gets_no_reads),
        cmocka_unit_test(an_idle_primary_makes_nobody_late),
        cmocka_unit_test(threads_look),
    };
    return cmocka_run_group_tests_name("replicas", tests, set_up_servers, NULL);
}
