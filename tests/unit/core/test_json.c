/* JSON: what the grammar of RFC 8259 accepts and refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/core.h"

#include <stdlib.h>

static bool is_json(const char *text)
{
    return tenon__json_is_valid(text, strlen(text));
}

static const char *const accepted[] = {
    "0",
    "-0",
    "-0.0e+00",
    "1234567890123456789012345678901234567890",
    "1.5",
    "1E5",
    "1e-5",
    "2.25E+10",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u00e9\\uD83D\\uDE00\"",
    "\"\\ud800\"",
    "\"é€😀\x7f\"",
    "[]",
    "[ ]",
    "{}",
    " \t\r\n{ } \n",
    "[1,2,[3,[4]],{}]",
    "{\"a\":1}",
    "{\"a\" : [ true , null ] , \"a\" : { \"\" : \"b\" } }",
};

static void json_is_accepted(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(accepted); i++) {
        if (!is_json(accepted[i]))
            fail_msg("refused: %s", accepted[i]);
    }
}

static const char *const refused[] = {
    "",          " ",
    "01",        "-",
    "+1",        "1.",
    ".5",        "1e",
    "1e+",       "-a",
    "0x10",      "NaN",
    "Infinity",  "True",
    "nul",       "nulll",
    "'a'",       "\"",
    "\"\\\"",    "\"a\nb\"",
    "\"\t\"",    "\"\\x41\"",
    "\"\\u12\"", "\"\\u12g4\"",
    "\"\\",      "\"\\u",
    "\"\xff\"",  "\"\xed\xa0\x80\"",
    "\"\xc3",    "[",
    "]",         "[1",
    "[1,",       "[1,]",
    "[,1]",      "[1 2]",
    "[1}",       "{",
    "{\"a\"",    "{\"a\":",
    "{\"a\":1",  "{\"a\":1,}",
    "{\"a\" 1}", "{a:1}",
    "{1:1}",     "{,}",
    "1 2",       "{} x",
    "[] []",     "\xef\xbb\xbf{}",
    "// c\n1",   "\f1",
    "{\"a\":}",  "{\"a\":1,\"b\":}",
    "[[],]",     "{\"a\":[}",
    "[{]",       "{\"a\":{]}",
    "[{}}",      "[[]",
};

static void what_is_no_json_is_refused(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(refused); i++) {
        if (is_json(refused[i]))
            fail_msg("accepted: %s", refused[i]);
    }
}

/* Strings are taken eight bytes at a time. */
static void what_ends_or_spoils_a_string_is_found_wherever_it_stands(void **state)
{
    enum { MOST = 24 };
    static const struct {
        const char *inserted;
        bool is_valid;
    } cases[] = {{"\"", false}, {"\n", false}, {"\x1f", false}, {"\\", false}, {"\xff", false},
                 {"\\n", true}, {"é", true},   {"\x7f", true},  {" ", true},   {"\xa2", false}};
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        for (size_t at = 1; at <= MOST; at++) {
            char text[MOST + 8];
            size_t size = strlen(cases[i].inserted);
            memset(text, 'a', sizeof text);
            text[0] = '"';
            memcpy(text + at, cases[i].inserted, size);
            text[MOST + size] = '"';
            assert_int_equal(tenon__json_is_valid(text, MOST + size + 1), cases[i].is_valid);
        }
    }
}

static void a_nul_is_refused_everywhere(void **state)
{
    assert_false(tenon__json_is_valid("1\0", 2));
    assert_false(tenon__json_is_valid("\0", 1));
    assert_false(tenon__json_is_valid("\"a\0b\"", 5));
    assert_false(tenon__json_is_valid("\"\\\0\"", 4));
}

static void the_end_is_where_the_length_says(void **state)
{
    assert_true(tenon__json_is_valid("[1]]", 3));
    assert_true(tenon__json_is_valid("123abc", 3));
    assert_false(tenon__json_is_valid("true", 3));
    assert_false(tenon__json_is_valid(NULL, 0));
}

static bool is_nest_accepted(int depth, const char *open, const char *close)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
    for (int i = 0; i < depth; i++)
        tenon__buf_text(&buf, open);
    tenon__buf_text(&buf, "0");
    for (int i = 0; i < depth; i++)
        tenon__buf_text(&buf, close);
    return tenon__json_is_valid(buf.data, buf.length);
}

static void values_nest_512_deep_and_no_deeper(void **state)
{
    assert_true(is_nest_accepted(512, "[", "]"));
    assert_false(is_nest_accepted(513, "[", "]"));
    assert_true(is_nest_accepted(512, "{\"a\":", "}"));
    assert_false(is_nest_accepted(513, "{\"a\":", "}"));
    assert_false(is_nest_accepted(1000000, "[", "]"));
}

static void many_values_side_by_side_do_not_count_as_depth(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
    tenon__buf_text(&buf, "[[]");
    for (int i = 0; i < 2000; i++)
        tenon__buf_text(&buf, ",[]");
    tenon__buf_text(&buf, "]");
    assert_true(tenon__json_is_valid(buf.data, buf.length));
}

/* In a block of its own size, so that a look behind its end is seen. */
static bool is_json_behind(size_t spaces, const char *opening, const char *text, char closing)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
    tenon__buf_text(&buf, opening);
    for (size_t i = 0; i < spaces; i++)
        tenon__buf_char(&buf, ' ');
    tenon__buf_text(&buf, text);
    tenon__buf_char(&buf, closing);
    char *exact = malloc(buf.length);
    memcpy(exact, buf.data, buf.length);
    bool is_valid = tenon__json_is_valid(exact, buf.length);
    free(exact);
    return is_valid;
}

/* Strings are read by words, whose ends may stand anywhere in a value. */
static void a_value_is_judged_the_same_wherever_it_stands(void **state)
{
    for (size_t spaces = 0; spaces < 130; spaces++) {
        for (size_t i = 0; i < TENON__COUNT(accepted); i++) {
            assert_true(is_json_behind(spaces, "[", accepted[i], ']'));
            assert_true(is_json_behind(spaces, "{\"a\":", accepted[i], '}'));
        }
        for (size_t i = 0; i < TENON__COUNT(refused); i++) {
            bool is_blank = refused[i][strspn(refused[i], " ")] == '\0';
            assert_int_equal(is_json_behind(spaces, "[", refused[i], ']'), is_blank);
            assert_false(is_json_behind(spaces, "{\"a\":", refused[i], '}'));
            assert_false(is_json_behind(spaces, "[0,", refused[i], ']'));
        }
    }
}

static void scalars_are_not_read_behind_their_end(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(accepted); i++) {
        for (size_t length = 1; length <= strlen(accepted[i]); length++) {
            char *exact = malloc(length);
            memcpy(exact, accepted[i], length);
            tenon__json_is_valid(exact, length);
            free(exact);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_accepted),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(what_ends_or_spoils_a_string_is_found_wherever_it_stands),
        cmocka_unit_test(a_nul_is_refused_everywhere),
        cmocka_unit_test(the_end_is_where_the_length_says),
        cmocka_unit_test(a_value_is_judged_the_same_wherever_it_stands),
        cmocka_unit_test(scalars_are_not_read_behind_their_end),
        cmocka_unit_test(values_nest_512_deep_and_no_deeper),
        cmocka_unit_test(many_values_side_by_side_do_not_count_as_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
