/* Several statements in one round trip: their results in order, one failure for all, and a server
 * that forgets, changes or goes away in the middle. All of it by libpq, as statements go that are
 * new, and without it, as those go that have run before. */
#include "driver/postgres/pg.h"
#include "pgtest.h"
#include "proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 500 };

/* Which way they go. */
static bool is_known;

static const tenon_field fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT64, .pg_type = TENON_PG_INT8},
    {.name = "small", .column = "small", .kind = TENON_KIND_INT32, .pg_type = TENON_PG_INT4},
    {.name = "text", .column = "text", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT},
};
static const tenon_model model = {
    .name = "Item", .table = "item", .fields = fields, .field_count = 3};
static const tenon__slot slots[] = {{.field = &fields[0], .model = &model},
                                    {.field = &fields[1], .model = &model},
                                    {.field = &fields[2], .model = &model}};

typedef struct item {
    int64_t id;
    const char *text;
} item;
static const tenon__out outs[] = {{.field = &fields[0], .offset = offsetof(item, id)},
                                  {.field = &fields[2], .offset = offsetof(item, text)}};
static const tenon__layout layout = {
    .outs = outs, .out_count = 2, .row_size = sizeof(item), .model = &model};

#define SQL(literal) .sql = (literal), .sql_length = sizeof(literal) - 1

static const tenon__statement find = {SQL("SELECT id, text FROM item WHERE id = $1"),
                                      .slots = slots, .slot_count = 1, .layout = &layout};
static const tenon__statement insert = {SQL("INSERT INTO item VALUES ($1, $2, $3)"),
                                        .flags = TENON__WRITES, .slots = slots, .slot_count = 3,
                                        .about.deed = TENON__DEED_CREATE};
static const tenon__statement all = {SQL("SELECT id, text FROM item ORDER BY id"),
                                     .layout = &layout};
static const tenon__statement all_once = {SQL("SELECT id, text FROM item ORDER BY id DESC"),
                                          .flags = TENON__ONCE, .layout = &layout};
static const tenon__statement all_backwards = {SQL("SELECT id, text FROM item ORDER BY id DESC"),
                                               .layout = &layout};
static const tenon__statement end_backend = {
    SQL("SELECT 1::int8, pg_terminate_backend(pg_backend_pid())::text"), .layout = &layout};
static const tenon__statement sleep_long = {SQL("SELECT 1::int8, pg_sleep(20)::text"),
                                            .layout = &layout};

static int open_items(void **state)
{
    static pgtest t;
    is_known = false;
    pgtest_open(&t, testdb_create("pipeline"));
    assert_true(pgtest_script(&t, "CREATE TABLE item (id bigint PRIMARY KEY, small int, text text);"
                                  "INSERT INTO item VALUES (1, 1, 'one'), (2, 2, 'two')"));
    *state = &t;
    return 0;
}

static int open_items_for_known(void **state)
{
    open_items(state);
    is_known = true;
    return 0;
}

static int close_items(void **state)
{
    pgtest_close(*state);
    return 0;
}

/* ---- what the tests do ----------------------------------------------------------------------- */

/* As if it had run before. */
static tenon__prepared *prepare(pgtest *t, const tenon__statement *statement)
{
    char sql[200];
    tenon__prepared *prepared = pgtest_prepare(t, statement);
    if (!is_known)
        return prepared;
    snprintf(sql, sizeof sql, "PREPARE %s AS %s", prepared->name, statement->sql);
    assert_true(pgtest_script(t, sql));
    prepared->preparation = TENON__PG_PREPARED;
    prepared->is_checked = true;
    return prepared;
}

static tenon__progress begin(pgtest *t, const tenon__execution *pieces, size_t count,
                             bool at_one_moment, size_t *failed)
{
    tenon_error_reset(&t->err);
    tenon__progress progress =
        driver->execute_together(t->connection, pieces, count, at_one_moment, failed, &t->err);
    if (is_known && progress != TENON__FAILED)
        assert_true(t->connection->wire.is_used);
    return pgtest_wait(t->connection, progress, &t->err);
}

/* All results, the rows of each into lists[i]; false with t->err. */
static bool run(pgtest *t, const tenon__execution *pieces, size_t count, tenon__rows *lists,
                size_t *failed)
{
    tenon__progress progress = begin(t, pieces, count, false, failed);
    for (size_t i = 0; i < count && progress == TENON__ROWS; i++) {
        tenon__rows *rows = lists ? &lists[i] : NULL;
        if (rows)
            *rows = (tenon__rows){.arena = &t->arena};
        progress = driver->fetch(t->connection, rows, NULL, &t->err);
        assert_int_equal(progress == TENON__ROWS, i + 1 < count);
    }
    return progress == TENON__DONE;
}

static const item *item_at(const tenon__rows *rows, size_t i)
{
    return (const item *)(const void *)rows->items + i;
}

static const char *count_items(pgtest *t)
{
    return testdb_value(t->url, "SELECT count(*) FROM item");
}

/* ---- well ------------------------------------------------------------------------------------ */

static void results_come_in_order(void **state)
{
    pgtest *t = *state;
    int64_t one = 1, two = 2, none = 3;
    tenon__prepared *by_key = prepare(t, &find), *list = prepare(t, &all);
    tenon__prepared *once = prepare(t, is_known ? &all_backwards : &all_once);
    const tenon__execution pieces[] = {{by_key, (const void *[]){&two}},
                                       {list, NULL},
                                       {once, NULL},
                                       {by_key, (const void *[]){&none}},
                                       {by_key, (const void *[]){&one}}};
    for (int round = 0; round < 3; round++) {
        tenon__rows rows[5];
        size_t failed;
        assert_true(run(t, pieces, 5, rows, &failed));
        assert_string_equal(item_at(&rows[0], 0)->text, "two");
        assert_int_equal(rows[1].count, 2);
        assert_int_equal(item_at(&rows[1], 0)->id, 1);
        assert_int_equal(item_at(&rows[2], 0)->id, 2);
        assert_int_equal(rows[3].count, 0);
        assert_int_equal(item_at(&rows[4], 0)->id, 1);
        assert_int_equal(driver->state(t->connection), TENON__IDLE);
    }
}

static void all_of_it_is_one_round_trip(void **state)
{
    pgtest *t = *state;
    const char *why;
    proxy *p = proxy_open(t->url, 0, &why);
    assert_non_null(p);
    tenon__connection *direct = t->connection;
    t->connection = pgtest_connect(proxy_url(p), &t->err);
    assert_non_null(t->connection);
    int64_t id = 1;
    tenon__prepared *by_key = prepare(t, &find), *list = prepare(t, &all);
    const tenon__execution pieces[] = {
        {by_key, (const void *[]){&id}}, {list, NULL}, {by_key, (const void *[]){&id}}};
    for (int round = 0; round < 3; round++) {
        tenon__rows rows[3];
        size_t failed;
        uint64_t before = proxy_round_trips(p);
        assert_true(run(t, pieces, 3, rows, &failed));
        assert_int_equal(proxy_round_trips(p) - before, 1);
    }
    driver->close(t->connection);
    t->connection = direct;
    proxy_close(p);
}

static void more_than_all_buffers_hold_goes_both_ways(void **state)
{
    pgtest *t = *state;
    enum { BYTES = 1 << 20, PIECES = 40 };
    char *text = malloc(BYTES + 1);
    tenon__execution pieces[2 * PIECES];
    int64_t ids[PIECES];
    int64_t zero = 0;
    const void *values[PIECES][3];
    tenon__prepared *write = prepare(t, &insert), *read = prepare(t, &find);
    assert_non_null(text);
    memset(text, 'x', BYTES);
    text[BYTES] = '\0';
    const char *shown = text;
    for (int i = 0; i < PIECES; i++) {
        ids[i] = 100 + i;
        values[i][0] = &ids[i];
        values[i][1] = &zero;
        values[i][2] = &shown;
        pieces[2 * i] = (tenon__execution){write, values[i]};
        pieces[2 * i + 1] = (tenon__execution){read, values[i]};
    }
    tenon__rows rows[2 * PIECES];
    size_t failed;
    assert_true(run(t, pieces, 2 * PIECES, rows, &failed));
    for (int i = 0; i < PIECES; i++)
        assert_string_equal(item_at(&rows[2 * i + 1], 0)->text, text);
    free(text);
}

static void one_moment_is_a_transaction_that_leaves_nothing_behind(void **state)
{
    pgtest *t = *state;
    tenon__prepared *list = prepare(t, &all);
    const tenon__execution pieces[] = {{list, NULL}, {list, NULL}};
    size_t failed;
    bool is_failed;
    assert_int_equal(begin(t, pieces, 2, true, &failed), TENON__ROWS);
    tenon__rows rows[2] = {{.arena = &t->arena}, {.arena = &t->arena}};
    assert_int_equal(driver->fetch(t->connection, &rows[0], NULL, &t->err), TENON__ROWS);
    assert_int_equal(driver->fetch(t->connection, &rows[1], NULL, &t->err), TENON__DONE);
    assert_int_equal(rows[0].count, 2);
    assert_int_equal(rows[1].count, 2);
    assert_false(driver->in_transaction(t->connection, &is_failed));
}

/* ---- failures -------------------------------------------------------------------------------- */

static void one_failure_undoes_all_and_is_told_of_its_statement(void **state)
{
    pgtest *t = *state;
    int64_t three = 3, one = 1, small = 0;
    const char *text = "new";
    tenon__prepared *write = prepare(t, &insert), *list = prepare(t, &all);
    const tenon__execution pieces[] = {{write, (const void *[]){&three, &small, &text}},
                                       {list, NULL},
                                       {write, (const void *[]){&one, &small, &text}},
                                       {list, NULL}};
    for (int round = 0; round < 2; round++) {
        size_t failed;
        assert_false(run(t, pieces, 4, NULL, &failed));
        assert_int_equal(t->err.status, TENON_UNIQUE);
        assert_int_equal(t->err.applied, TENON_APPLIED_NO);
        assert_int_equal(failed, 2);
        assert_string_equal(t->err.sql, insert.sql);
        assert_string_equal(count_items(t), "2");
        assert_int_equal(driver->state(t->connection), TENON__IDLE);
    }
    tenon__rows rows;
    assert_true(pgtest_run(t, list, NULL, &(tenon__rows){.arena = &t->arena}, NULL));
    assert_true(run(t, &pieces[1], 1, &rows, &(size_t){0}));
}

static void a_value_that_does_not_fit_stops_all_before_anything_is_sent(void **state)
{
    pgtest *t = *state;
    int64_t three = 3, four = 4, small = 0, wide = INT64_MAX;
    const char *text = "new";
    tenon__prepared *write = prepare(t, &insert);
    const tenon__execution pieces[] = {{write, (const void *[]){&three, &small, &text}},
                                       {write, (const void *[]){&four, &wide, &text}}};
    size_t failed;
    assert_true(pgtest_script(t, "BEGIN"));
    assert_false(run(t, pieces, 2, NULL, &failed));
    assert_int_equal(t->err.status, TENON_RANGE);
    assert_int_equal(failed, 1);
    assert_true(run(t, pieces, 1, NULL, &failed)); /* the transaction has not failed */
    assert_true(pgtest_script(t, "COMMIT"));
    assert_string_equal(count_items(t), "3");
}

static void what_the_server_lost_is_prepared_again_and_all_is_run_again(void **state)
{
    pgtest *t = *state;
    int64_t three = 3, small = 0;
    const char *text = "new";
    tenon__prepared *write = prepare(t, &insert), *list = prepare(t, &all);
    const tenon__execution reading[] = {{list, NULL}, {list, NULL}};
    tenon__rows rows[2];
    size_t failed;
    assert_true(run(t, reading, 2, rows, &failed));
    assert_true(pgtest_script(t, "DEALLOCATE ALL"));
    const tenon__execution pieces[] = {{write, (const void *[]){&three, &small, &text}},
                                       {list, NULL}};
    tenon__rows written[2];
    assert_true(run(t, pieces, 2, written, &failed));
    assert_int_equal(written[1].count, 3);
    assert_string_equal(count_items(t), "3");
    assert_true(pgtest_script(t, "ALTER TABLE item ADD more int; ALTER TABLE item DROP more;"
                                 "DEALLOCATE ALL"));
    assert_int_equal(begin(t, reading, 2, true, &failed), TENON__ROWS);
    assert_int_equal(
        driver->fetch(t->connection, &(tenon__rows){.arena = &t->arena}, NULL, &t->err),
        TENON__ROWS);
    assert_int_equal(
        driver->fetch(t->connection, &(tenon__rows){.arena = &t->arena}, NULL, &t->err),
        TENON__DONE);
}

static void a_failure_at_one_moment_leaves_a_transaction_to_roll_back(void **state)
{
    static const tenon__statement wrong = {SQL("SELECT id, nothing FROM item"), .layout = &layout};
    static const tenon__statement wrong_later = {SQL("SELECT id / (id - 2), text FROM item"),
                                                 .layout = &layout};
    pgtest *t = *state;
    tenon__prepared *list = prepare(t, &all), *bad = prepare(t, is_known ? &wrong_later : &wrong);
    const tenon__execution pieces[] = {{list, NULL}, {bad, NULL}, {list, NULL}};
    size_t failed;
    bool is_failed;
    assert_int_equal(begin(t, pieces, 3, true, &failed), TENON__FAILED);
    assert_int_equal(t->err.status, is_known ? TENON_RANGE : TENON_SCHEMA);
    assert_int_equal(failed, 1);
    assert_true(driver->in_transaction(t->connection, &is_failed));
    assert_true(is_failed);
    assert_true(pgtest_script(t, "ROLLBACK"));
    assert_true(run(t, pieces, 1, &(tenon__rows){0}, &failed));
}

static void a_connection_may_be_lost_in_the_middle(void **state)
{
    pgtest *t = *state;
    int64_t three = 3, small = 0;
    const char *text = "new";
    tenon__prepared *write = prepare(t, &insert), *list = prepare(t, &all);
    tenon__prepared *end = prepare(t, &end_backend);
    const tenon__execution pieces[] = {
        {write, (const void *[]){&three, &small, &text}}, {list, NULL}, {end, NULL}, {list, NULL}};
    size_t failed;
    assert_false(run(t, pieces, 4, NULL, &failed));
    assert_int_equal(t->err.status, TENON_UNAVAILABLE);
    assert_int_equal(t->err.applied, TENON_APPLIED_UNKNOWN);
    assert_int_equal(driver->state(t->connection), TENON__BROKEN);
    assert_string_equal(count_items(t), "2");
    driver->forget(t->connection, write);
}

static void all_of_it_can_be_cancelled(void **state)
{
    pgtest *t = *state;
    tenon__prepared *list = prepare(t, &all), *wait = prepare(t, &sleep_long);
    const tenon__execution pieces[] = {{list, NULL}, {wait, NULL}, {list, NULL}};
    size_t failed;
    tenon_error_reset(&t->err);
    tenon__progress progress =
        driver->execute_together(t->connection, pieces, 3, false, &failed, &t->err);
    struct pollfd ready = {.fd = driver->socket(t->connection), .events = POLLIN};
    poll(&ready, 1, 100);
    driver->cancel(t->connection);
    assert_int_equal(pgtest_wait(t->connection, progress, &t->err), TENON__FAILED);
    assert_int_equal(t->err.status, TENON_CANCELLED);
    assert_int_equal(failed, 1);
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
    tenon__rows rows;
    assert_true(run(t, pieces, 1, &rows, &failed));
}

/* The failure comes with the sync point, when all of them have been answered. */
static void what_is_found_wrong_at_the_end_is_told_of_the_last(void **state)
{
    pgtest *t = *state;
    int64_t three = 3, one = 1, small = 0;
    const char *text = "new";
    assert_true(pgtest_script(t, "ALTER TABLE item DROP CONSTRAINT item_pkey;"
                                 "ALTER TABLE item ADD UNIQUE (id) DEFERRABLE INITIALLY DEFERRED"));
    tenon__prepared *write = prepare(t, &insert);
    const tenon__execution pieces[] = {{write, (const void *[]){&one, &small, &text}},
                                       {write, (const void *[]){&three, &small, &text}}};
    size_t failed;
    assert_false(run(t, pieces, 2, NULL, &failed));
    assert_int_equal(t->err.status, TENON_UNIQUE);
    assert_int_equal(failed, 1);
    assert_string_equal(count_items(t), "2");
    assert_true(run(t, pieces + 1, 1, NULL, &failed));
    assert_string_equal(count_items(t), "3");
}

/* Notices, notifications and a setting, in front of each row and of each answer. */
static void what_the_server_says_in_between_is_no_result(void **state)
{
    static const tenon__statement noisy = {SQL("SELECT id, noisy(text) FROM item ORDER BY id"),
                                           .layout = &layout};
    pgtest *t = *state;
    assert_true(
        pgtest_script(t, "CREATE FUNCTION noisy(t text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN"
                         " RAISE NOTICE 'row %', t; PERFORM pg_notify('n', t),"
                         " set_config('application_name', t, false); RETURN t; END $$; LISTEN n"));
    tenon__prepared *loud = prepare(t, &noisy), *list = prepare(t, &all);
    const tenon__execution pieces[] = {{loud, NULL}, {list, NULL}, {loud, NULL}};
    for (int round = 0; round < 2; round++) {
        tenon__rows rows[3];
        size_t failed;
        assert_true(run(t, pieces, 3, rows, &failed));
        for (int i = 0; i < 3; i++) {
            assert_int_equal(rows[i].count, 2);
            assert_string_equal(item_at(&rows[i], 1)->text, "two");
        }
    }
}

static void many_statements_go_as_well_as_few(void **state)
{
    pgtest *t = *state;
    static tenon__execution pieces[MANY];
    static int64_t ids[MANY];
    static const void *values[MANY][3];
    int64_t small = 0;
    const char *text = "many";
    tenon__prepared *write = prepare(t, &insert);
    for (int i = 0; i < MANY; i++) {
        ids[i] = 10 + i;
        values[i][0] = &ids[i];
        values[i][1] = &small;
        values[i][2] = &text;
        pieces[i] = (tenon__execution){write, values[i]};
    }
    size_t failed;
    assert_true(run(t, pieces, MANY, NULL, &failed));
    assert_string_equal(count_items(t), "502");
}

#define CASE(test)                                                                                 \
    {#test, test, open_items, close_items, NULL},                                                  \
    {                                                                                              \
#test " without libpq", test, open_items_for_known, close_items, NULL                      \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(results_come_in_order),
        CASE(all_of_it_is_one_round_trip),
        CASE(more_than_all_buffers_hold_goes_both_ways),
        CASE(one_moment_is_a_transaction_that_leaves_nothing_behind),
        CASE(one_failure_undoes_all_and_is_told_of_its_statement),
        CASE(a_value_that_does_not_fit_stops_all_before_anything_is_sent),
        CASE(what_the_server_lost_is_prepared_again_and_all_is_run_again),
        CASE(a_failure_at_one_moment_leaves_a_transaction_to_roll_back),
        CASE(a_connection_may_be_lost_in_the_middle),
        CASE(all_of_it_can_be_cancelled),
        CASE(what_is_found_wrong_at_the_end_is_told_of_the_last),
        CASE(what_the_server_says_in_between_is_no_result),
        CASE(many_statements_go_as_well_as_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
