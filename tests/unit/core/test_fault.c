/* Every allocation of lib/core fails once, and then all from the n-th on: the failure is
 * reported, what stood before still stands, and all can be freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/core.h"
#include "fault.h"

typedef bool attempt(void);

/* Tries with the first allocation failing, then the second …; an attempt says whether it
 * succeeded, and must do so exactly when no allocation failed. */
static void assert_survives(attempt *try, size_t least_allocations)
{
    for (int mode = FAULT_ONCE; mode <= FAULT_FOREVER; mode++) {
        size_t n = 0, live = fault_live_count();
        bool has_failed;
        do {
            fault_arm(++n, (fault_mode)mode);
            bool is_done = try();
            has_failed = fault_disarm();
            assert_int_equal(is_done, !has_failed);
            assert_int_equal(fault_live_count(), live);
        } while (has_failed);
        assert_true(n > least_allocations);
    }
}

static bool fill_arena(void)
{
    tenon__arena arena = {0};
    char *kept = tenon__arena_text(&arena, "kept");
    for (int i = 0; i < 300; i++) {
        tenon__arena_alloc(&arena, 100);
        tenon__arena_array(&arena, 50, (size_t)i);
        tenon__arena_format(&arena, "%0300d", i);
    }
    assert_true(!kept || strcmp(kept, "kept") == 0);
    bool is_done = !arena.failed;
    tenon__arena_release(&arena);
    return is_done;
}

static bool grow_lists(void)
{
    tenon__arena arena = {0};
    size_t *lists[3] = {NULL, NULL, NULL}, lengths[3] = {0, 0, 0};
    for (size_t i = 0; i < 90; i++) {
        size_t **list = &lists[i % 3], *length = &lengths[i % 3];
        size_t *longer = tenon__arena_resize(&arena, *list, (*length + 1) * sizeof *longer);
        if (!longer)
            continue;
        *list = longer;
        longer[*length] = *length;
        ++*length;
    }
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < lengths[k]; i++)
            assert_int_equal(lists[k][i], i);
    }
    bool is_done = !arena.failed;
    tenon__arena_release(&arena);
    return is_done;
}

static bool rewind_and_go_on(void)
{
    tenon__arena arena = {0};
    bool is_done = true;
    for (int round = 0; round < 3; round++) {
        tenon__arena_mark mark = tenon__arena_mark_here(&arena);
        for (int i = 0; i < 100; i++)
            tenon__arena_alloc(&arena, (size_t)i * 100);
        tenon__arena_rewind(&arena, mark);
        is_done = is_done && !arena.failed;
        tenon__arena_clear(&arena);
    }
    tenon__arena_release(&arena);
    return is_done;
}

static bool fill_buffer(void)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
    for (int i = 0; i < 500; i++) {
        tenon__buf_text(&buf, "text ");
        tenon__buf_int(&buf, i);
        tenon__buf_format(&buf, "%s", "formatted");
        tenon__buf_json_text(&buf, "\x01\xff\"", 3);
    }
    char *text = tenon__buf_take(&buf);
    bool is_done = text != NULL;
    free(text);
    return is_done;
}

static bool fill_map(void)
{
    static const char keys[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    TENON__CLEANUP(tenon__map_release) tenon__map map = {0};
    bool is_done = true;
    for (size_t i = 0; i < 1000; i++) {
        size_t at = i % 50, length = 1 + i / 100;
        void *before = tenon__map_get(&map, keys + at, length);
        bool is_put = tenon__map_put(&map, keys + at, length, &map);
        assert_ptr_equal(tenon__map_get(&map, keys + at, length), is_put ? &map : before);
        is_done = is_done && is_put;
    }
    return is_done;
}

static bool make_sortable(void)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    static const char number[] =
        "-123456789012345678901234567890123456789012345678901234567890.123450";
    return tenon__decimal_to_sortable(number, sizeof number - 1, &key) &&
           tenon__decimal_from_sortable(key.data, key.length, &text);
}

static void an_arena_survives_any_failure(void **state)
{
    assert_survives(fill_arena, 10);
    assert_survives(grow_lists, 90);
    assert_survives(rewind_and_go_on, 10);
}

static void a_buffer_survives_any_failure(void **state)
{
    assert_survives(fill_buffer, 5);
}

static void a_map_survives_any_failure(void **state)
{
    assert_survives(fill_map, 3);
}

static void sortable_decimals_survive_any_failure(void **state)
{
    assert_survives(make_sortable, 3);
}

static void errors_and_values_allocate_nothing(void **state)
{
    tenon_error err = {0};
    char text[TENON__ID_TEXT_SIZE];
    tenon_time time;
    tenon__entropy pool = {0};
    double value;
    fault_arm(1, FAULT_FOREVER);
    tenon__fail(&err, TENON_RANGE, "%s %d", "message", 1);
    tenon_time_parse("2024-02-29T12:34:56Z", &time, &err);
    tenon_time_format(time, text, sizeof text);
    tenon_decimal_to_double((tenon_decimal){0, "0.1"}, &value, &err);
    tenon__cuid2(&pool, text);
    assert_false(fault_disarm());
}

static void a_hundred_small_allocations_cost_the_system_a_few(void **state)
{
    tenon__arena arena = {0};
    fault_count_from_here();
    for (int i = 0; i < 100; i++)
        tenon__arena_alloc(&arena, 40);
    assert_true(fault_count() <= 2);
    tenon__arena_clear(&arena);
    fault_count_from_here();
    for (int i = 0; i < 50; i++)
        tenon__arena_alloc(&arena, 40);
    assert_int_equal(fault_count(), 0);
    tenon__arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_survives_any_failure),
        cmocka_unit_test(a_buffer_survives_any_failure),
        cmocka_unit_test(a_map_survives_any_failure),
        cmocka_unit_test(sortable_decimals_survive_any_failure),
        cmocka_unit_test(errors_and_values_allocate_nothing),
        cmocka_unit_test(a_hundred_small_allocations_cost_the_system_a_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
