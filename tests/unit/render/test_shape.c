/* Shapes: what is written is read back, keys are equal exactly when the SQL is, and every failure
 * sticks. */
#include "render/render.h"

#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void words_and_fields_are_read_as_written(void **state)
{
    tenon__arena arena = {0};
    tenon__shape shape;
    tenon__shape_reader reader;
    size_t length;
    tenon__shape_begin(&shape, &arena, TENON__COUNT_ROWS, &user_model);
    tenon__shape_table(&shape, (tenon_table){.name = "t"});
    tenon__shape_field(&shape, TENON_EQ, 300);
    tenon__shape_word(&shape, TENON__SHAPE_END);
    tenon__shape_text(&shape, "a.b", 3);
    tenon__shape_head head = tenon__shape_open(&reader, shape.data, shape.length);
    assert_int_equal(head.operation, TENON__COUNT_ROWS);
    assert_int_equal(head.flags, TENON__SHAPE_HAS_TABLE);
    assert_ptr_equal(head.model, &user_model);
    tenon__shape_next_text(&reader, &length);
    assert_int_equal(length, 0);
    assert_memory_equal(tenon__shape_next_text(&reader, &length), "t", 1);
    assert_int_equal(tenon__shape_next(&reader), TENON_EQ);
    assert_int_equal(tenon__shape_next_field(&reader), 300);
    assert_int_equal(tenon__shape_next(&reader), TENON__SHAPE_END);
    assert_memory_equal(tenon__shape_next_text(&reader, &length), "a.b", 3);
    assert_ptr_equal(reader.at, reader.end);
    tenon__arena_release(&arena);
}

static void a_short_shape_takes_no_memory(void **state)
{
    tenon__arena arena = {0};
    tenon__shape shape;
    tenon__shape_begin(&shape, &arena, TENON__FIND, &user_model);
    for (int i = 0; i < 100; i++)
        tenon__shape_field(&shape, TENON_GE, 1);
    assert_int_equal(arena.total_bytes, 0);
    assert_ptr_equal(shape.data, shape.stack);
}

static void a_long_shape_moves_and_stays_whole(void **state)
{
    tenon__arena arena = {0};
    tenon__shape shape;
    tenon__shape_reader reader;
    tenon__shape_begin(&shape, &arena, TENON__FIND, &user_model);
    for (uint16_t i = 0; i < 10000; i++)
        tenon__shape_field(&shape, TENON_GE, i);
    assert_false(shape.failed);
    tenon__shape_open(&reader, shape.data, shape.length);
    for (uint16_t i = 0; i < 10000; i++) {
        assert_int_equal(tenon__shape_next(&reader), TENON_GE);
        assert_int_equal(tenon__shape_next_field(&reader), i);
    }
    assert_ptr_equal(reader.at, reader.end);
    tenon__arena_release(&arena);
}

static void a_shape_has_a_limit(void **state)
{
    tenon__arena arena = {0};
    tenon__shape shape;
    tenon__shape_begin(&shape, &arena, TENON__FIND, &user_model);
    for (int i = 0; i < TENON__SHAPE_LIMIT_BYTES; i++)
        tenon__shape_field(&shape, TENON_GE, 1);
    assert_true(shape.failed);
    assert_in_range(shape.length, 1, TENON__SHAPE_LIMIT_BYTES);
    tenon__arena_release(&arena);
}

static void a_shape_fails_with_its_arena(void **state)
{
    tenon__arena arena = {.limit_bytes = 1};
    tenon__shape shape;
    tenon__shape_begin(&shape, &arena, TENON__FIND, &user_model);
    for (int i = 0; i < 1000; i++)
        tenon__shape_field(&shape, TENON_GE, 1);
    assert_true(shape.failed);
    tenon__arena_release(&arena);
}

/* ---- plans ----------------------------------------------------------------------------------- */

static tenon__plan *plan_of(tenon_dialect dialect, uint32_t unique)
{
    tenon_error err = {0};
    tenon__shape_head head = {.operation = TENON__FIND_BY, .number = unique, .model = &user_model};
    tenon__plan *plan = tenon__render(dialect, (const uint8_t *)&head, sizeof head, &err);
    assert_non_null(plan);
    return plan;
}

static void a_plan_says_what_goes_in_and_what_comes_out(void **state)
{
    tenon__plan *plan = plan_of(TENON_POSTGRESQL, 1);
    const tenon__statement *statement = &plan->statement;
    assert_int_equal(statement->sql_length, strlen(statement->sql));
    assert_int_equal(statement->flags, 0);
    assert_int_equal(statement->slot_count, 1);
    assert_ptr_equal(statement->slots[0].field, &user_model.fields[1]);
    assert_ptr_equal(statement->slots[0].model, &user_model);
    const tenon__layout *layout = statement->layout;
    assert_int_equal(layout->out_count, user_model.field_count);
    assert_int_equal(layout->row_size, sizeof(User));
    assert_int_equal(layout->outs[1].offset, offsetof(User, email));
    assert_int_equal(layout->loaded_words, 1);
    assert_int_equal(layout->loaded[0], (1u << user_model.field_count) - 1);
    assert_in_range(plan->bytes, sizeof *plan, 16384);
    tenon__plan_free(plan);
    tenon__plan_free(NULL);
}

static void both_dialects_number_their_parameters(void **state)
{
    tenon__plan *postgresql = plan_of(TENON_POSTGRESQL, 0), *sqlite = plan_of(TENON_SQLITE, 0);
    assert_non_null(strstr(postgresql->statement.sql, "\"id\" = $1"));
    assert_non_null(strstr(sqlite->statement.sql, "\"id\" = ?1"));
    tenon__plan_free(postgresql);
    tenon__plan_free(sqlite);
}

static void the_way_of_many_rows_follows_from_the_columns(void **state)
{
    static const tenon_field other = {
        .name = "o", .column = "o", .kind = TENON_KIND_OTHER, .pg_type = TENON_PG_OTHER};
    const tenon_model with_other = {.fields = &other, .field_count = 1};
    assert_int_equal(tenon__bulk_of(TENON_POSTGRESQL, &user_model), TENON__BULK_COPY);
    assert_int_equal(tenon__bulk_of(TENON_POSTGRESQL, &everything_model), TENON__BULK_COLUMNS);
    assert_int_equal(tenon__bulk_of(TENON_POSTGRESQL, &with_other), TENON__BULK_VALUES);
    assert_int_equal(tenon__bulk_of(TENON_SQLITE, &user_model), TENON__BULK_ROWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_fields_are_read_as_written),
        cmocka_unit_test(a_short_shape_takes_no_memory),
        cmocka_unit_test(a_long_shape_moves_and_stays_whole),
        cmocka_unit_test(a_shape_has_a_limit),
        cmocka_unit_test(a_shape_fails_with_its_arena),
        cmocka_unit_test(a_plan_says_what_goes_in_and_what_comes_out),
        cmocka_unit_test(both_dialects_number_their_parameters),
        cmocka_unit_test(the_way_of_many_rows_follows_from_the_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
