/* The PostgreSQL driver while memory runs out: at every allocation of every call, once and for
 * good. The call says NO_MEMORY, nothing leaks, and the connection goes on. The last test is the
 * other side: what runs again and again allocates nothing. */
#include "fault.h"
#include "pgtest.h"

#include <string.h>

static const tenon_field fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT32, .pg_type = TENON_PG_INT4},
    {.name = "name", .column = "name", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT},
    {.name = "price",
     .column = "price",
     .kind = TENON_KIND_DECIMAL,
     .pg_type = TENON_PG_NUMERIC,
     .precision = -1},
    {.name = "tags",
     .column = "tags",
     .kind = TENON_KIND_TEXT,
     .pg_type = TENON_PG_TEXT,
     .flags = TENON_FIELD_LIST},
};
static const tenon_model model = {.name = "Thing", .table = "thing"};

typedef struct thing {
    int32_t id;
    const char *name;
    tenon_decimal price;
    tenon_text_array tags;
} thing;

static const tenon__out outs[] = {{.field = &fields[0], .offset = offsetof(thing, id)},
                                  {.field = &fields[1], .offset = offsetof(thing, name)},
                                  {.field = &fields[2], .offset = offsetof(thing, price)},
                                  {.field = &fields[3], .offset = offsetof(thing, tags)}};
static const tenon__layout layout = {
    .outs = outs, .out_count = 4, .row_size = sizeof(thing), .model = &model};
static const tenon__slot slots[] = {
    {.field = &fields[0], .model = &model},
    {.field = &fields[1], .model = &model},
    {.field = &fields[2], .model = &model},
    {.field = &fields[3], .model = &model, .form = TENON__FORM_ARRAY},
};
static const tenon__statement insert = {
    .sql = "INSERT INTO thing VALUES ($1, $2, $3, $4) RETURNING id, name, price, tags",
    .flags = TENON__WRITES,
    .slots = slots,
    .slot_count = 4,
    .layout = &layout};
static const tenon__statement load = {.sql = "COPY thing FROM STDIN (FORMAT binary)",
                                      .flags = TENON__WRITES,
                                      .slots = slots,
                                      .slot_count = 4};

static char long_text[9000];
static const int64_t id = 1;
static const char *const name = long_text;
static const tenon_decimal price = {.text = "12345678901234567890.123"};
static const char *const tag_texts[] = {"a", "b"};
static const tenon_text_array tags = {.items = tag_texts, .count = 2};
static const void *const values[] = {&id, &name, &price, &tags};

static int open_things(void **state)
{
    static pgtest t;
    memset(long_text, 'x', sizeof long_text - 1);
    pgtest_open(&t, testdb_create("fault"));
    assert_true(
        pgtest_script(&t, "CREATE TABLE thing (id int, name text, price numeric, tags text[])"));
    *state = &t;
    return 0;
}

static int close_things(void **state)
{
    pgtest_close(*state);
    return 0;
}

static bool insert_once(pgtest *t)
{
    tenon__rows rows = {.arena = &t->arena, .expected = 1};
    bool is_done = pgtest_once(t, &insert, values, &rows);
    if (is_done)
        assert_string_equal(((const thing *)(const void *)rows.items)->name, long_text);
    tenon__arena_release(&t->arena);
    return is_done;
}

static bool end_copy(pgtest *t, const char *abort_message)
{
    tenon__progress progress = driver->copy_end(t->connection, abort_message, NULL, &t->err);
    progress = pgtest_wait(t->connection, progress, &t->err);
    if (progress == TENON__ROWS)
        progress = driver->fetch(t->connection, NULL, NULL, &t->err);
    return progress == TENON__DONE;
}

static bool copy_rows(pgtest *t)
{
    tenon__connection *c = t->connection;
    tenon_error_reset(&t->err);
    if (pgtest_wait(c, driver->copy_begin(c, &load, &t->err), &t->err) != TENON__DONE)
        return false;
    bool is_done = true;
    for (int i = 0; i < 20 && is_done; i++) {
        tenon__progress progress = driver->copy_row(c, &load, values, &t->err);
        is_done = pgtest_wait(c, progress, &t->err) == TENON__DONE;
    }
    is_done = is_done && end_copy(t, NULL);
    if (driver->state(c) == TENON__COPYING)
        assert_true(end_copy(t, "no memory"));
    return is_done;
}

/* A fresh connection, so that no buffer has grown yet. */
static bool connect_and(pgtest *t, bool (*work)(pgtest *t))
{
    pgtest fresh = {.url = t->url};
    fresh.connection = pgtest_connect(t->url, &fresh.err);
    bool is_done = fresh.connection && work(&fresh);
    bool was_armed = fault_disarm();
    t->err = fresh.err;
    if (fresh.connection)
        assert_true(work(&fresh));
    driver->close(fresh.connection);
    tenon__arena_release(&fresh.arena);
    assert_int_equal(is_done, !was_armed);
    return was_armed;
}

static void run_out_of_memory(pgtest *t, bool (*work)(pgtest *t), fault_mode mode)
{
    bool was_armed = true;
    for (size_t n = 1; was_armed; n++) {
        fault_arm(n, mode);
        was_armed = connect_and(t, work);
        assert_int_equal(t->err.status, was_armed ? TENON_NO_MEMORY : TENON_OK);
    }
}

static void a_statement_says_when_memory_is_gone(void **state)
{
    run_out_of_memory(*state, insert_once, FAULT_ONCE);
    run_out_of_memory(*state, insert_once, FAULT_FOREVER);
}

static void a_copy_says_when_memory_is_gone(void **state)
{
    run_out_of_memory(*state, copy_rows, FAULT_ONCE);
    run_out_of_memory(*state, copy_rows, FAULT_FOREVER);
}

static void a_statement_run_again_allocates_nothing(void **state)
{
    pgtest *t = *state;
    tenon__prepared *prepared = pgtest_prepare(t, &insert);
    for (int i = 0; i < 3; i++) {
        tenon__rows rows = {.arena = &t->arena, .expected = 1};
        fault_count_from_here();
        assert_true(pgtest_run(t, prepared, values, &rows, NULL));
        if (i > 1)
            assert_int_equal(fault_count(), 1); /* the long text's own block in the arena */
        tenon__arena_clear(&t->arena);
    }
    driver->forget(t->connection, prepared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_says_when_memory_is_gone),
        cmocka_unit_test(a_copy_says_when_memory_is_gone),
        cmocka_unit_test(a_statement_run_again_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, open_things, close_things);
}
