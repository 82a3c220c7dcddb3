/* Memory that runs out, in tenon and inside SQLite: every allocation of every call fails once, and
 * for good. The call says NO_MEMORY, nothing leaks, and the connection works afterwards. */
#include "sqlite_fixture.h"

#include "fault.h"

typedef struct thing {
    int64_t id;
    const char *name;
    tenon_decimal price;
    tenon_text_array tags;
    tenon_time made;
    tenon_json meta;
} thing;

static const tenon_field fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT64},
    {.name = "name", .column = "name", .kind = TENON_KIND_TEXT},
    {.name = "price",
     .column = "price",
     .kind = TENON_KIND_DECIMAL,
     .flags = TENON_FIELD_EXACT | TENON_FIELD_NULLABLE},
    {.name = "tags", .column = "tags", .kind = TENON_KIND_TEXT, .flags = TENON_FIELD_LIST},
    {.name = "made", .column = "made", .kind = TENON_KIND_TIME, .precision = 3},
    {.name = "meta", .column = "meta", .kind = TENON_KIND_JSON},
};
enum { FIELD_COUNT = TENON__COUNT(fields) };
static const tenon_model model = {
    .name = "Thing", .table = "thing", .fields = fields, .field_count = FIELD_COUNT};
static const tenon__out outs[] = {
    {TENON__OUT_FIELD, &fields[0], offsetof(thing, id)},
    {TENON__OUT_FIELD, &fields[1], offsetof(thing, name)},
    {TENON__OUT_FIELD, &fields[2], offsetof(thing, price)},
    {TENON__OUT_FIELD, &fields[3], offsetof(thing, tags)},
    {TENON__OUT_FIELD, &fields[4], offsetof(thing, made)},
    {TENON__OUT_FIELD, &fields[5], offsetof(thing, meta)},
};
static const tenon__layout layout = {
    .outs = outs, .out_count = FIELD_COUNT, .row_size = sizeof(thing), .model = &model};
static const tenon__slot slots[] = {
    {.field = &fields[0], .model = &model},
    {.field = &fields[1], .model = &model},
    {.field = &fields[2], .model = &model},
    {.field = &fields[3], .form = TENON__FORM_ARRAY, .model = &model},
    {.field = &fields[4], .model = &model},
    {.field = &fields[5], .model = &model},
};
static const tenon__slot list_slots[] = {
    {.field = &fields[1], .form = TENON__FORM_WIDE_LIST, .model = &model},
    {.field = &fields[2], .form = TENON__FORM_WIDE_LIST, .model = &model},
    {.field = &fields[3], .form = TENON__FORM_NARROW_LIST, .model = &model},
};

#define CREATE                                                                                     \
    "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, price TEXT, tags TEXT, made "          \
    "DATETIME, "                                                                                   \
    "meta JSONB)"
#define COLUMNS "id, name, price, tags, made, meta"
#define FIND                                                                                       \
    "SELECT " COLUMNS " FROM thing WHERE name IN (SELECT value FROM tenon_keys(?1)) AND price IN " \
    "(SELECT value FROM tenon_keys(?2)) AND EXISTS (SELECT 1 FROM tenon_keys(?3) AS k WHERE "      \
    "tenon_array_has(tags, k.value)) AND tenon_like(name, 'a%') ORDER BY name"

static const char *const tags[] = {"red \"one\"", "blue"};
static const char *const names[] = {"ann's first thing, with a long name", "b"};
static const tenon_decimal prices[] = {{0, "12345678901234567890.5"}, {0, "1"}};

/* One write and one read of all kinds of values that need memory. */
static tenon_status write_and_read(tenon__connection *c, int64_t id, tenon__arena *arena,
                                   tenon_error *err)
{
    const tenon_text_array array = {tags, 2};
    const void *row[] = {&id,
                         &names[0],
                         &prices[0],
                         &array,
                         &(tenon_time){1700000000123000},
                         &(tenon_json){0, "{\"a\": [1, 2, 3]}"}};
    const void *lists[] = {&(tenon__list){names, 2}, &(tenon__list){prices, 2},
                           &(tenon__list){tags, 1}};
    tenon__statement insert =
        statement_of("INSERT INTO thing VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING " COLUMNS, slots,
                     FIELD_COUNT, &layout);
    insert.flags = TENON__WRITES;
    tenon__statement find = statement_of(FIND, list_slots, 3, &layout);
    tenon__rows written = {.arena = arena, .expected = 1}, found = {.arena = arena};
    if (try_statement(c, &insert, row, &written, NULL, err) == TENON_OK)
        try_statement(c, &find, lists, &found, NULL, err);
    if (err->status == TENON_OK) {
        assert_int_equal(written.count, 1);
        assert_true(found.count >= 1);
    }
    return err->status;
}

static void fail_each_allocation(fault_mode mode)
{
    tenon__connection *c = connect_to(testdb_sqlite_url());
    run_script(c, CREATE);
    size_t n = 0;
    bool has_failed;
    do {
        tenon__arena arena = {0};
        tenon_error err;
        fault_arm(++n, mode);
        tenon_status status = write_and_read(c, (int64_t)n, &arena, &err);
        has_failed = fault_disarm();
        if (status != TENON_OK && status != TENON_NO_MEMORY)
            fail_msg("allocation %zu: %s", n, err.message);
        assert_int_equal(DRIVER->state(c), TENON__IDLE);
        assert_false(DRIVER->in_transaction(c, NULL));
        tenon__arena_release(&arena);
        run_script(c, "DELETE FROM thing");
    } while (has_failed);
    assert_true(n > 20);
    DRIVER->close(c);
}

static void statements_survive_one_failing_allocation(void **state)
{
    fail_each_allocation(FAULT_ONCE);
}

static void statements_survive_the_end_of_all_memory(void **state)
{
    fail_each_allocation(FAULT_FOREVER);
}

static void connecting_survives_failing_allocations(void **state)
{
    const char *url = testdb_sqlite_url();
    size_t n = 0;
    bool has_failed;
    do {
        tenon_error err = {0};
        fault_arm(++n, FAULT_ONCE);
        tenon__connection *c = connect_with((tenon__connect_options){.url = url}, &err);
        has_failed = fault_disarm();
        if (!c)
            assert_int_equal(err.status, TENON_NO_MEMORY);
        DRIVER->close(c);
    } while (has_failed);
    assert_true(n > 20);
}

static int set_up(void **state)
{
    fault_include_sqlite();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_survive_one_failing_allocation),
        cmocka_unit_test(statements_survive_the_end_of_all_memory),
        cmocka_unit_test(connecting_survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
