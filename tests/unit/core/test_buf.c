/* The text buffer: what is added stands there, failure sticks, JSON texts are escaped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/core.h"
#include "generator.h"

static void an_empty_buffer_reads_as_the_empty_text(void **state)
{
    tenon__buf buf = {0};
    assert_string_equal(tenon__buf_string(&buf), "");
    tenon__buf_clear(&buf);
    tenon__buf_release(&buf);
    tenon__buf_add(&buf, NULL, 0);
    assert_string_equal(tenon__buf_string(&buf), "");
    tenon__buf_release(&buf);
}

static void pieces_are_put_one_behind_the_other(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
    tenon__buf_text(&buf, "SELECT ");
    tenon__buf_char(&buf, '$');
    tenon__buf_int(&buf, 12);
    tenon__buf_format(&buf, "::%s(%d)", "numeric", 7);
    tenon__buf_add(&buf, "; --", 1);
    assert_string_equal(tenon__buf_string(&buf), "SELECT $12::numeric(7);");
    assert_int_equal(buf.length, strlen(buf.data));
}

static void whole_numbers_are_written_at_their_ends(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
    tenon__buf_int(&buf, INT64_MIN);
    tenon__buf_char(&buf, ' ');
    tenon__buf_int(&buf, INT64_MAX);
    tenon__buf_char(&buf, ' ');
    tenon__buf_int(&buf, 0);
    assert_string_equal(buf.data, "-9223372036854775808 9223372036854775807 0");
}

static void formats_longer_than_the_room_are_whole(void **state)
{
    for (int width = 50; width < 80; width++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
        tenon__buf_format(&buf, "%0*d", width, 7);
        assert_int_equal(buf.length, width);
        assert_int_equal(buf.data[width - 1], '7');
        assert_int_equal(buf.data[width], '\0');
    }
}

static void the_limit_holds_to_the_byte_and_the_failure_sticks(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {.limit_bytes = 10};
    tenon__buf_text(&buf, "0123456789");
    assert_false(buf.failed);
    tenon__buf_char(&buf, 'x');
    assert_true(buf.failed);
    tenon__buf_add(&buf, "", 0);
    tenon__buf_format(&buf, "%d", 1);
    assert_int_equal(buf.length, 10);
    assert_false(tenon__buf_reserve(&buf, 0));
    assert_null(tenon__buf_take(&buf));
    assert_false(buf.failed);
    assert_int_equal(buf.limit_bytes, 10);
}

static void requests_that_overflow_fail(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
    tenon__buf_text(&buf, "x");
    assert_false(tenon__buf_reserve(&buf, SIZE_MAX));
    assert_true(buf.failed);
    tenon__buf_clear(&buf);
    assert_false(tenon__buf_reserve(&buf, (size_t)TENON__BUF_LIMIT + 1));
    tenon__buf_clear(&buf);
    assert_true(tenon__buf_reserve(&buf, 100));
}

static void a_format_beyond_the_limit_fails(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {.limit_bytes = 100};
    tenon__buf_format(&buf, "%0101d", 1);
    assert_true(buf.failed);
}

static void taking_hands_over_the_block_and_leaves_an_empty_buffer(void **state)
{
    tenon__buf buf = {0};
    tenon__buf_text(&buf, "mine");
    char *text = tenon__buf_take(&buf);
    assert_string_equal(text, "mine");
    assert_null(buf.data);
    free(text);
    text = tenon__buf_take(&buf);
    assert_string_equal(text, "");
    free(text);
}

static void json_texts_are_escaped(void **state)
{
    static const struct {
        const char *text, *json;
        size_t length;
    } cases[] = {
        {"", "\"\"", 0},
        {"plain", "\"plain\"", 5},
        {"\"\\", "\"\\\"\\\\\"", 2},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"", 5},
        {"a\0b\x1f\x7f", "\"a\\u0000b\\u001f\x7f\"", 5},
        {"é€😀", "\"é€😀\"", 9},
        {"a\xffz", "\"a\xEF\xBF\xBDz\"", 3},
        {"\xe2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", 2},
        {"</script>", "\"</script>\"", 9},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
        tenon__buf_json_text(&buf, cases[i].text, cases[i].length);
        assert_string_equal(tenon__buf_string(&buf), cases[i].json);
    }
}

static void any_bytes_become_valid_json(void **state)
{
    generator g = {2};
    for (int round = 0; round < 2000; round++) {
        char bytes[40];
        size_t length = generator_below(&g, sizeof bytes);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)generator_next(&g);
        TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
        tenon__buf_json_text(&buf, bytes, length);
        assert_true(tenon__json_is_valid(buf.data, buf.length));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_reads_as_the_empty_text),
        cmocka_unit_test(pieces_are_put_one_behind_the_other),
        cmocka_unit_test(whole_numbers_are_written_at_their_ends),
        cmocka_unit_test(formats_longer_than_the_room_are_whole),
        cmocka_unit_test(the_limit_holds_to_the_byte_and_the_failure_sticks),
        cmocka_unit_test(requests_that_overflow_fail),
        cmocka_unit_test(a_format_beyond_the_limit_fails),
        cmocka_unit_test(taking_hands_over_the_block_and_leaves_an_empty_buffer),
        cmocka_unit_test(json_texts_are_escaped),
        cmocka_unit_test(any_bytes_become_valid_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
