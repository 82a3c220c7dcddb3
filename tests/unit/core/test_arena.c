/* The arena: what it gives out is apart and stays, marks take back, limits hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/core.h"
#include "generator.h"

static void an_empty_arena_gives_memory_even_of_size_zero(void **state)
{
    tenon__arena arena = {0};
    assert_non_null(tenon__arena_alloc(&arena, 0));
    assert_non_null(tenon__arena_array(&arena, 0, 100));
    assert_false(arena.failed);
    tenon__arena_release(&arena);
}

static void nothing_takes_next_to_nothing(void **state)
{
    tenon__arena arena = {0};
    for (size_t i = 0; i < 100; i++)
        assert_non_null(tenon__arena_array(&arena, 0, 100));
    assert_true(arena.total_bytes <= 4096);
    tenon__arena_release(&arena);
}

static void blocks_are_aligned_apart_and_keep_their_content(void **state)
{
    enum { COUNT = 2000 };
    tenon__arena arena = {0};
    generator g = {1};
    unsigned char *blocks[COUNT];
    size_t sizes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        sizes[i] = generator_below(&g, i % 100 == 0 ? 100000 : 200);
        blocks[i] = tenon__arena_alloc(&arena, sizes[i]);
        assert_int_equal((uintptr_t)blocks[i] % 8, 0);
        memset(blocks[i], (int)(i & 255), sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(blocks[i][k], i & 255);
    }
    tenon__arena_release(&arena);
    assert_int_equal(arena.total_bytes, 0);
}

static void zeroed_memory_is_zero_also_when_reused(void **state)
{
    tenon__arena arena = {0};
    memset(tenon__arena_alloc(&arena, 1000), 0xAA, 1000);
    tenon__arena_clear(&arena);
    const char *bytes = tenon__arena_array(&arena, 100, 10);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(bytes[i], 0);
    tenon__arena_release(&arena);
}

static void texts_are_copied_and_formatted(void **state)
{
    tenon__arena arena = {0};
    assert_string_equal(tenon__arena_text(&arena, "tenon"), "tenon");
    assert_string_equal(tenon__arena_copy(&arena, "mortise", 4), "mort");
    assert_string_equal(tenon__arena_copy(&arena, NULL, 0), "");
    assert_string_equal(tenon__arena_format(&arena, "%s has %d", "one", 2), "one has 2");
    const char *padded = tenon__arena_format(&arena, "%09999d", 1);
    assert_int_equal(strlen(padded), 9999);
    tenon__arena_release(&arena);
}

static void packed_texts_lie_side_by_side_and_the_next_value_is_aligned(void **state)
{
    tenon__arena arena = {0};
    const char *texts[3000];
    for (size_t i = 0; i < TENON__COUNT(texts); i++) {
        texts[i] = tenon__arena_pack(&arena, "0123456789", i % 11);
        assert_non_null(texts[i]);
        if (i % 7 == 0) {
            tenon__arena_align(&arena);
            uint64_t *number = tenon__arena_alloc(&arena, sizeof *number);
            assert_int_equal((uintptr_t)number % 8, 0);
            *number = UINT64_MAX;
        }
    }
    for (size_t i = 0; i < TENON__COUNT(texts); i++)
        assert_true(strlen(texts[i]) == i % 11 && strncmp(texts[i], "0123456789", i % 11) == 0);
    assert_true(arena.total_bytes < 3000 * 6 + 430 * 15 + 20000);
    tenon__arena_release(&arena);
}

static void sizes_that_overflow_fail(void **state)
{
    const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 6, SIZE_MAX - 7, PTRDIFF_MAX};
    for (size_t i = 0; i < TENON__COUNT(sizes); i++) {
        tenon__arena arena = {0};
        assert_null(tenon__arena_alloc(&arena, sizes[i]));
        assert_true(arena.failed);
        tenon__arena_clear(&arena);
        assert_null(tenon__arena_resize(&arena, NULL, sizes[i]));
        tenon__arena_release(&arena);
    }
    tenon__arena arena = {0};
    assert_null(tenon__arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(tenon__arena_copy(&arena, "x", SIZE_MAX));
    assert_true(arena.failed);
    tenon__arena_release(&arena);
}

static void the_limit_holds_and_clearing_lifts_the_failure(void **state)
{
    tenon__arena arena = {.limit_bytes = 10000};
    while (tenon__arena_alloc(&arena, 100))
        assert_true(arena.total_bytes <= 10000);
    assert_true(arena.failed);
    assert_null(tenon__arena_alloc(&arena, 5000));
    tenon__arena_clear(&arena);
    assert_false(arena.failed);
    assert_non_null(tenon__arena_alloc(&arena, 100));
    tenon__arena_release(&arena);
    assert_int_equal(arena.limit_bytes, 10000);
}

static void a_failed_arena_does_nothing_that_needs_the_system(void **state)
{
    tenon__arena arena = {.limit_bytes = 10000};
    assert_null(tenon__arena_alloc(&arena, 20000));
    assert_null(tenon__arena_alloc(&arena, 10));
    assert_null(tenon__arena_resize(&arena, NULL, 10));
    assert_int_equal(arena.total_bytes, 0);
    arena.failed = false;
    assert_non_null(tenon__arena_alloc(&arena, 10));
    tenon__arena_release(&arena);
}

static void rewinding_frees_what_came_after_the_mark(void **state)
{
    tenon__arena arena = {0};
    char *kept = tenon__arena_text(&arena, "kept");
    tenon__arena_mark mark = tenon__arena_mark_here(&arena);
    size_t before = arena.total_bytes;
    char *next = tenon__arena_alloc(&arena, 16);
    for (int i = 0; i < 1000; i++)
        tenon__arena_alloc(&arena, (size_t)i * 10);
    tenon__arena_rewind(&arena, mark);
    assert_int_equal(arena.total_bytes, before);
    assert_string_equal(kept, "kept");
    assert_ptr_equal(tenon__arena_alloc(&arena, 16), next);
    tenon__arena_release(&arena);
}

static void a_mark_of_an_empty_arena_takes_everything_back_but_keeps_a_block(void **state)
{
    tenon__arena arena = {0};
    tenon__arena_mark mark = tenon__arena_mark_here(&arena);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++)
            assert_non_null(tenon__arena_alloc(&arena, 100));
        tenon__arena_rewind(&arena, mark);
        assert_in_range(arena.total_bytes, 1, 65536);
    }
    tenon__arena_release(&arena);
}

static void marks_nest(void **state)
{
    tenon__arena arena = {0};
    tenon__arena_mark marks[50];
    size_t totals[50];
    for (int i = 0; i < 50; i++) {
        tenon__arena_alloc(&arena, 3000);
        tenon__arena_alloc(&arena, 30000);
        marks[i] = tenon__arena_mark_here(&arena);
        totals[i] = arena.total_bytes;
    }
    for (int i = 50; i-- > 0;) {
        tenon__arena_rewind(&arena, marks[i]);
        assert_int_equal(arena.total_bytes, totals[i]);
    }
    tenon__arena_release(&arena);
}

static void a_list_grows_and_shrinks_with_its_content(void **state)
{
    tenon__arena arena = {0};
    int *list = NULL;
    for (int i = 0; i < 5000; i++) {
        list = tenon__arena_resize(&arena, list, ((size_t)i + 1) * sizeof *list);
        assert_non_null(list);
        list[i] = i;
        tenon__arena_alloc(&arena, 50);
    }
    list = tenon__arena_resize(&arena, list, 100 * sizeof *list);
    for (int i = 0; i < 100; i++)
        assert_int_equal(list[i], i);
    tenon__arena_release(&arena);
}

static void a_list_older_than_the_mark_may_move_and_survives_the_rewind(void **state)
{
    tenon__arena arena = {0};
    char *older = tenon__arena_resize(&arena, NULL, 10);
    char *list = tenon__arena_resize(&arena, NULL, 10);
    tenon__arena_mark mark = tenon__arena_mark_here(&arena);
    char *newer = tenon__arena_resize(&arena, NULL, 10);
    list = tenon__arena_resize(&arena, list, 500000);
    assert_non_null(tenon__arena_resize(&arena, newer, 500000));
    older = tenon__arena_resize(&arena, older, 500000);
    memset(list, 'l', 500000);
    memset(older, 'o', 500000);
    tenon__arena_rewind(&arena, mark);
    assert_int_equal(list[499999], 'l');
    assert_int_equal(older[499999], 'o');
    assert_true(arena.total_bytes < 1100000);
    assert_non_null(tenon__arena_resize(&arena, list, 10));
    tenon__arena_release(&arena);
}

static void a_resize_beyond_the_limit_leaves_the_old_block(void **state)
{
    tenon__arena arena = {.limit_bytes = 1000};
    char *list = tenon__arena_resize(&arena, NULL, 100);
    memcpy(list, "still here", 11);
    assert_null(tenon__arena_resize(&arena, list, 2000));
    assert_true(arena.failed);
    assert_string_equal(list, "still here");
    tenon__arena_release(&arena);
}

static void a_thousand_rows_waste_little(void **state)
{
    tenon__arena arena = {0};
    size_t used = 0;
    for (size_t i = 0; i < 10000; i++) {
        size_t size = 8 + i % 97;
        tenon__arena_alloc(&arena, size);
        used += (size + 7) / 8 * 8;
    }
    assert_true(arena.total_bytes - used < 80000);
    tenon__arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_arena_gives_memory_even_of_size_zero),
        cmocka_unit_test(nothing_takes_next_to_nothing),
        cmocka_unit_test(blocks_are_aligned_apart_and_keep_their_content),
        cmocka_unit_test(zeroed_memory_is_zero_also_when_reused),
        cmocka_unit_test(texts_are_copied_and_formatted),
        cmocka_unit_test(packed_texts_lie_side_by_side_and_the_next_value_is_aligned),
        cmocka_unit_test(sizes_that_overflow_fail),
        cmocka_unit_test(the_limit_holds_and_clearing_lifts_the_failure),
        cmocka_unit_test(a_failed_arena_does_nothing_that_needs_the_system),
        cmocka_unit_test(rewinding_frees_what_came_after_the_mark),
        cmocka_unit_test(a_mark_of_an_empty_arena_takes_everything_back_but_keeps_a_block),
        cmocka_unit_test(marks_nest),
        cmocka_unit_test(a_list_grows_and_shrinks_with_its_content),
        cmocka_unit_test(a_list_older_than_the_mark_may_move_and_survives_the_rewind),
        cmocka_unit_test(a_resize_beyond_the_limit_leaves_the_old_block),
        cmocka_unit_test(a_thousand_rows_waste_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
