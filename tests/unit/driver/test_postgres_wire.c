/* Statements that are executed without libpq: the same rows, errors and states as by way of it,
 * what the server says in between, and servers that say what they should not. */
#include "driver/postgres/pg.h"
#include "pgtest.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const tenon_field fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT32, .pg_type = TENON_PG_INT4},
    {.name = "name", .column = "name", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT},
    {.name = "age",
     .column = "age",
     .kind = TENON_KIND_INT32,
     .pg_type = TENON_PG_INT4,
     .flags = TENON_FIELD_NULLABLE},
};
static const tenon_model model = {
    .name = "User", .table = "user", .fields = fields, .field_count = 3};

typedef struct user {
    int32_t id;
    const char *name;
    tenon_opt_int32 age;
} user;

static const tenon__out outs[] = {
    {.field = &fields[0], .offset = offsetof(user, id)},
    {.field = &fields[1], .offset = offsetof(user, name)},
    {.field = &fields[2], .offset = offsetof(user, age)},
};
static const tenon__layout layout = {
    .outs = outs, .out_count = 3, .row_size = sizeof(user), .model = &model};
static const tenon__slot slots[] = {
    {.field = &fields[0], .model = &model},
    {.field = &fields[1], .model = &model},
    {.field = &fields[2], .model = &model},
};

#define STATEMENT(text, count, flag)                                                               \
    {                                                                                              \
        .sql = (text), .sql_length = sizeof(text) - 1, .slots = slots, .slot_count = (count),      \
        .layout = &layout, .flags = (flag)                                                         \
    }

static const tenon__statement find =
    STATEMENT("SELECT id, name, age FROM \"user\" WHERE id = $1", 1, 0);
static const tenon__statement insert =
    STATEMENT("INSERT INTO \"user\" (id, name, age) VALUES ($1, $2, $3) RETURNING id, name, age", 3,
              TENON__WRITES);
static const tenon__statement list = STATEMENT(
    "SELECT i, repeat('x', i % 300), nullif(i % 2, 0) FROM generate_series(1, $1) i", 1, 0);
static const tenon__statement noisy =
    STATEMENT("SELECT * FROM noisy($1) AS t(id, name, age)", 1, 0);

static int open_users(void **state)
{
    static pgtest t;
    pgtest_open(&t, testdb_create("wire"));
    assert_true(pgtest_script(
        &t,
        "CREATE TABLE \"user\" (id int PRIMARY KEY, name text NOT NULL UNIQUE, age int);"
        "INSERT INTO \"user\" VALUES (1, 'ann', 31), (2, 'bob', NULL);"
        "CREATE FUNCTION noisy(n int, OUT id int, OUT name text, OUT age int) RETURNS SETOF record"
        " LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..n LOOP RAISE NOTICE 'row %', i;"
        " PERFORM set_config('standard_conforming_strings', 'off', false), pg_notify('n', 'x');"
        " id := i; name := 'n'; RETURN NEXT; END LOOP; END $$; LISTEN n"));
    *state = &t;
    return 0;
}

static int close_users(void **state)
{
    pgtest_close(*state);
    return 0;
}

static bool run(pgtest *t, tenon__prepared *prepared, int64_t number, tenon__rows *rows,
                int64_t *affected)
{
    *rows = (tenon__rows){.arena = &t->arena};
    return pgtest_run(t, prepared, (const void *[]){&number}, rows, affected);
}

static bool insert_user(pgtest *t, tenon__prepared *prepared, int64_t id, const char *name)
{
    tenon__rows rows = {.arena = &t->arena, .expected = 1};
    return pgtest_run(t, prepared, (const void *[]){&id, &name, NULL}, &rows, NULL);
}

/* Of a statement that the driver has run once, by way of libpq. */
static tenon__prepared *prepare_and_run(pgtest *t, const tenon__statement *statement)
{
    tenon__rows rows;
    tenon__prepared *prepared = pgtest_prepare(t, statement);
    assert_true(run(t, prepared, 1, &rows, NULL));
    assert_false(t->connection->wire.is_used);
    return prepared;
}

static void what_has_run_before_goes_without_libpq(void **state)
{
    pgtest *t = *state;
    tenon__prepared *prepared = prepare_and_run(t, &find);
    tenon__rows rows;
    int64_t affected = -1;
    assert_true(run(t, prepared, 1, &rows, &affected));
    assert_true(t->connection->wire.is_used);
    assert_int_equal(rows.count, 1);
    assert_int_equal(affected, 1);
    const user *ann = (const user *)rows.items;
    assert_int_equal(ann->id, 1);
    assert_string_equal(ann->name, "ann");
    assert_int_equal(ann->age.value, 31);
    assert_true(run(t, prepared, 2, &rows, NULL));
    assert_false(((const user *)rows.items)->age.has);
    assert_true(run(t, prepared, 3, &rows, &affected));
    assert_int_equal(rows.count, 0);
    assert_int_equal(affected, 0);
    driver->forget(t->connection, prepared);
}

static void an_answer_larger_than_all_buffers_is_read_whole(void **state)
{
    enum { COUNT = 20000 };
    pgtest *t = *state;
    tenon__prepared *prepared = prepare_and_run(t, &list);
    tenon__rows rows;
    assert_true(run(t, prepared, COUNT, &rows, NULL));
    assert_true(t->connection->wire.is_used);
    assert_int_equal(rows.count, COUNT);
    const user *items = (const user *)(const void *)rows.items;
    for (int i = 1; i <= COUNT; i++) {
        assert_int_equal(items[i - 1].id, i);
        assert_int_equal(strlen(items[i - 1].name), i % 300);
        assert_int_equal(items[i - 1].age.has, i % 2);
    }
    assert_null(t->connection->wire.in.data); /* it is not kept */
    driver->forget(t->connection, prepared);
}

/* Many values go from where they were encoded, in as many parts as the socket takes. */
static void values_larger_than_the_socket_takes_arrive_whole(void **state)
{
    enum { COUNT = 3000, SOCKET_BYTES = 4096 };
    static const tenon__slot columns[] = {
        {.field = &fields[0], .model = &model, .form = TENON__FORM_COLUMN},
        {.field = &fields[1], .model = &model, .form = TENON__FORM_COLUMN},
    };
    static const char sql[] = "INSERT INTO copied SELECT * FROM UNNEST($1::int4[], $2::text[])";
    static const tenon__statement insert_all = {.sql = sql,
                                                .sql_length = sizeof sql - 1,
                                                .flags = TENON__WRITES,
                                                .slots = columns,
                                                .slot_count = 2,
                                                .about.deed = TENON__DEED_CREATE_MANY};
    static const char *const name = "one of the names that are longer than most";
    static int64_t numbers[COUNT];
    static const void *ids[COUNT], *names[COUNT];
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = i;
        ids[i] = &numbers[i];
        names[i] = &name;
    }
    pgtest *t = *state;
    tenon__list lists[] = {{ids, COUNT}, {names, COUNT}};
    const void *values[] = {&lists[0], &lists[1]};
    int64_t affected = 0;
    assert_true(pgtest_script(t, "CREATE TABLE copied (id int, name text)"));
    tenon__prepared *prepared = pgtest_prepare(t, &insert_all);
    assert_true(pgtest_run(t, prepared, values, NULL, &affected));
    assert_false(t->connection->wire.is_used);
    int size = SOCKET_BYTES;
    setsockopt(t->connection->wire.socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    assert_true(pgtest_run(t, prepared, values, NULL, &affected));
    assert_true(t->connection->wire.is_used && t->connection->wire.split);
    assert_int_equal(affected, COUNT);
    driver->forget(t->connection, prepared);
    static const tenon__statement check = STATEMENT(
        "SELECT count(*)::int4, max(name), sum(id)::int4 FROM copied WHERE id >= $1", 1, 0);
    prepared = prepare_and_run(t, &check);
    tenon__rows rows;
    assert_true(run(t, prepared, 0, &rows, NULL));
    assert_int_equal(((const user *)rows.items)->id, 2 * COUNT);
    assert_int_equal(((const user *)rows.items)->age.value, COUNT * (COUNT - 1));
    assert_string_equal(((const user *)rows.items)->name, name);
    driver->forget(t->connection, prepared);
}

static void what_the_server_says_in_between_is_no_row(void **state)
{
    pgtest *t = *state;
    tenon__prepared *prepared = prepare_and_run(t, &noisy);
    tenon__rows rows;
    assert_true(pgtest_script(t, "SET standard_conforming_strings = on"));
    assert_true(run(t, prepared, 3, &rows, NULL));
    assert_int_equal(rows.count, 3);
    assert_true(tenon__pg_has_backslashes(t->connection));
    static const tenon__statement text =
        STATEMENT("SELECT $1::int4, 'a\\b'::text, NULL::int4", 1, 0);
    tenon__prepared *literal = prepare_and_run(t, &text);
    assert_false(t->connection->wire.has_backslashes);
    assert_true(run(t, literal, 1, &rows, NULL));
    assert_string_equal(((const user *)rows.items)->name, "a\\b");
    driver->forget(t->connection, literal);
    driver->forget(t->connection, prepared);
}

static void an_error_names_what_the_server_named(void **state)
{
    pgtest *t = *state;
    tenon__prepared *prepared = pgtest_prepare(t, &insert);
    assert_true(insert_user(t, prepared, 10, "dan"));
    assert_false(insert_user(t, prepared, 11, "dan"));
    assert_true(t->connection->wire.is_used);
    assert_int_equal(t->err.status, TENON_UNIQUE);
    assert_string_equal(t->err.sqlstate, "23505");
    assert_string_equal(t->err.model, "user");
    assert_string_equal(t->err.constraint, "user_name_key");
    assert_string_equal(t->err.sql, insert.sql);
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
    assert_true(insert_user(t, prepared, 11, "eve"));
    driver->forget(t->connection, prepared);
}

static void the_state_of_the_transaction_is_known(void **state)
{
    pgtest *t = *state;
    tenon__prepared *prepared = pgtest_prepare(t, &insert);
    bool is_failed;
    assert_true(insert_user(t, prepared, 20, "fay"));
    assert_true(pgtest_script(t, "BEGIN"));
    assert_true(insert_user(t, prepared, 21, "gil"));
    assert_true(driver->in_transaction(t->connection, &is_failed));
    assert_false(is_failed);
    assert_false(insert_user(t, prepared, 21, "hal"));
    assert_true(driver->in_transaction(t->connection, &is_failed));
    assert_true(is_failed);
    assert_true(pgtest_script(t, "ROLLBACK"));
    assert_false(driver->in_transaction(t->connection, &is_failed));
    assert_true(insert_user(t, prepared, 21, "hal"));
    assert_false(driver->in_transaction(t->connection, &is_failed));
    driver->forget(t->connection, prepared);
}

/* ---- servers that are none ------------------------------------------------------------------- */

#define BOUND "2\0\0\0\4"
#define DONE "C\0\0\0\rSELECT 1\0"
#define READY "Z\0\0\0\5I"
#define ROW_HEAD "D\0\0\0\x17\0\3"
#define VALUES "\0\0\0\4\0\0\0\7\0\0\0\1n\xff\xff\xff\xff"
#define ROW ROW_HEAD VALUES

typedef struct forged {
    const char *bytes;
    size_t length;
    tenon_status status; /* OK: a row */
} forged;
#define FORGED(text, status)                                                                       \
    {                                                                                              \
        (text), sizeof(text) - 1, (status)                                                         \
    }

static const forged answers[] = {
    FORGED(BOUND ROW DONE READY, TENON_OK),
    FORGED("N\0\0\0\4" BOUND "N\0\0\0\5\0" ROW DONE READY "S\0\0\0\5x", TENON_OK),
    FORGED(ROW DONE READY, TENON_IO),                           /* not bound */
    FORGED(BOUND BOUND ROW DONE READY, TENON_IO),               /* bound twice */
    FORGED(BOUND ROW READY, TENON_IO),                          /* not completed */
    FORGED(BOUND ROW DONE "Z\0\0\0\6II", TENON_IO),             /* too long */
    FORGED(BOUND "D\0\0\0\3", TENON_IO),                        /* shorter than its length */
    FORGED(BOUND "D\0\0\0\5\0" DONE READY, TENON_IO),           /* no room for a count */
    FORGED(BOUND "C\0\0\0\6no" READY, TENON_IO),                /* a text without an end */
    FORGED(BOUND "E\0\0\0\5C" READY, TENON_IO),                 /* the same of an error */
    FORGED("ction: x\0", TENON_IO),                             /* the rest of something else */
    FORGED(BOUND "D\0\0\0\6\0\3" DONE READY, TENON_IO),         /* a row without its values */
    FORGED(BOUND "D\0\0\0\n\0\3\0\0\0\4" DONE READY, TENON_IO), /* a value without its bytes */
    FORGED(BOUND "D\0\0\0\n\0\3\x7f\xff\xff\xff" DONE READY, TENON_IO),     /* far beyond */
    FORGED(BOUND "D\0\0\0\n\0\3\xff\xff\xff\xff" DONE READY, TENON_SCHEMA), /* a required NULL */
    FORGED("E\0\0\0\x10SERROR\0Mno\0\0" READY, TENON_IO), /* an error without a code */
    FORGED(BOUND DONE ROW READY, TENON_IO),               /* a row behind the end */
    FORGED(BOUND ROW DONE DONE READY, TENON_IO),          /* completed twice */
    FORGED(BOUND DONE BOUND ROW READY, TENON_IO),         /* begun again */
    FORGED(BOUND ROW DONE "Z\0\0\0\5x", TENON_IO),        /* no state there is */
    FORGED(BOUND "D\0\0\0\x1b\0\3" VALUES "rest" DONE READY, TENON_IO), /* more than its values */
    FORGED(BOUND "D\0\0\0\x17\0\3\0\0\0\4\0\0\0\7\0\0\0\1n\xff\xff\xff\xfe" DONE READY,
           TENON_IO), /* a length below that of NULL */
};

#define ERROR                                                                                      \
    "E\0\0\0\x0c"                                                                                  \
    "C22012\0\0"
#define PARSED "1\0\0\0\4"
#define BEGUN PARSED BOUND "C\0\0\0\nBEGIN\0"
#define ENDED                                                                                      \
    PARSED BOUND "C\0\0\0\x0b"                                                                     \
                 "COMMIT\0"
#define ANSWER BOUND ROW DONE

static const forged answers_to_two[] = {
    FORGED(ANSWER ANSWER READY, TENON_OK),
    FORGED(ANSWER "N\0\0\0\5\0" BOUND "S\0\0\0\5x" ROW DONE "A\0\0\0\4" READY, TENON_OK),
    FORGED(ANSWER READY, TENON_IO),               /* one is missing */
    FORGED(ANSWER ANSWER ANSWER READY, TENON_IO), /* one too many */
    FORGED(BOUND ROW BOUND ROW DONE DONE READY, TENON_IO),
    FORGED(ANSWER ROW DONE READY, TENON_IO),           /* not bound */
    FORGED(ANSWER DONE READY, TENON_IO),               /* completed twice */
    FORGED(BEGUN ANSWER ANSWER ENDED READY, TENON_IO), /* nobody asked for a frame */
    FORGED(ANSWER ERROR READY, TENON_RANGE),
    FORGED(ANSWER BOUND ROW ERROR READY, TENON_RANGE),
    FORGED(ANSWER ANSWER ERROR READY, TENON_RANGE),
    FORGED(ERROR ANSWER READY, TENON_IO), /* it goes on behind an error */
    FORGED(ANSWER ERROR ERROR READY, TENON_IO),
};

static const forged framed_answers[] = {
    FORGED(BEGUN ANSWER ANSWER ENDED READY, TENON_OK),
    FORGED(ANSWER ANSWER READY, TENON_IO),
    FORGED(BEGUN BOUND PARSED ROW DONE ANSWER ENDED READY, TENON_IO),
    FORGED(BEGUN ANSWER ERROR "Z\0\0\0\5E", TENON_RANGE),
};

typedef enum asked { ONE, TWO, TWO_AT_ONE_MOMENT } asked;

static tenon__progress ask(pgtest *t, tenon__prepared *prepared, asked how)
{
    static const int64_t id = 1;
    static const void *const values[] = {&id};
    static size_t failed;
    static tenon__execution pieces[2];
    tenon_error_reset(&t->err);
    if (how == ONE)
        return driver->execute(t->connection, prepared, values, &t->err);
    pieces[0] = pieces[1] = (tenon__execution){prepared, values};
    return driver->execute_together(t->connection, pieces, 2, how == TWO_AT_ONE_MOMENT, &failed,
                                    &t->err);
}

/* Gives it to a connection that awaits an answer, so many bytes at a time. */
static tenon__progress answer(pgtest *t, tenon__prepared *prepared, asked how, const forged *given,
                              size_t step)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    t->connection->wire.socket = ends[0];
    tenon__progress progress = ask(t, prepared, how);
    assert_true(t->connection->wire.is_used);
    for (size_t at = 0; at < given->length && progress == TENON__WANT_READ; at += step) {
        size_t left = given->length - at, count = left < step ? left : step;
        assert_int_equal(write(ends[1], given->bytes + at, count), count);
        progress = driver->step(t->connection, &t->err);
    }
    close(ends[1]);
    if (progress == TENON__WANT_READ)
        progress = driver->step(t->connection, &t->err);
    close(ends[0]);
    return progress;
}

static void check_answer(const char *url, asked how, const forged *given, size_t step)
{
    pgtest t;
    pgtest_open(&t, url);
    tenon__prepared *prepared = prepare_and_run(&t, &find);
    tenon__progress progress = answer(&t, prepared, how, given, step);
    tenon__rows rows = {0};
    for (int i = 0; progress == TENON__ROWS; i++) {
        assert_true(i < (how == ONE ? 1 : 2));
        rows = (tenon__rows){.arena = &t.arena, .expected = 1};
        progress = driver->fetch(t.connection, &rows, NULL, &t.err);
    }
    assert_int_equal(progress, given->status ? TENON__FAILED : TENON__DONE);
    if (!given->status)
        assert_int_equal(((const user *)rows.items)->id, 7);
    else if (t.err.status != TENON_UNAVAILABLE) /* the end came before what is wrong */
        assert_int_equal(t.err.status, given->status);
    pgtest_close(&t);
}

static void check_answers(const pgtest *t, asked how, const forged *given, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_answer(t->url, how, &given[i], SIZE_MAX);
        check_answer(t->url, how, &given[i], 1);
    }
}

static void an_answer_that_is_none_breaks_the_connection_and_nothing_else(void **state)
{
    check_answers(*state, ONE, answers, TENON__COUNT(answers));
}

static void so_do_answers_that_do_not_follow_each_other(void **state)
{
    check_answers(*state, TWO, answers_to_two, TENON__COUNT(answers_to_two));
    check_answers(*state, TWO_AT_ONE_MOMENT, framed_answers, TENON__COUNT(framed_answers));
}

/* Else the connection would read until the end of it. */
static void what_begins_no_message_is_not_waited_for(void **state)
{
    static const forged beginnings[] = {
        FORGED("ction: x\0", TENON_IO),
        FORGED(BOUND "D\xff\xff\xff\xff\0\3", TENON_IO),
        FORGED(BOUND "C\0\1\0\0SELECT", TENON_IO),
    };
    for (size_t i = 0; i < TENON__COUNT(beginnings); i++) {
        pgtest t;
        pgtest_open(&t, ((const pgtest *)*state)->url);
        tenon__prepared *prepared = prepare_and_run(&t, &find);
        assert_int_equal(answer(&t, prepared, ONE, &beginnings[i], SIZE_MAX), TENON__FAILED);
        assert_int_equal(t.err.status, TENON_IO); /* and not that the end came */
        assert_int_equal(driver->state(t.connection), TENON__BROKEN);
        pgtest_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_run_before_goes_without_libpq),
        cmocka_unit_test(an_answer_larger_than_all_buffers_is_read_whole),
        cmocka_unit_test(values_larger_than_the_socket_takes_arrive_whole),
        cmocka_unit_test(what_the_server_says_in_between_is_no_row),
        cmocka_unit_test(an_error_names_what_the_server_named),
        cmocka_unit_test(the_state_of_the_transaction_is_known),
        cmocka_unit_test(an_answer_that_is_none_breaks_the_connection_and_nothing_else),
        cmocka_unit_test(so_do_answers_that_do_not_follow_each_other),
        cmocka_unit_test(what_begins_no_message_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, open_users, close_users);
}
