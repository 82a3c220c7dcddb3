/* The terminals of the schema language: where each of them ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "schema/lexer.h"

typedef size_t matcher(const lexer *in, size_t at);

/* The number of bytes that the matcher takes from the beginning of the text. */
static size_t taken(matcher *matches, const char *text)
{
    lexer in = {text, strlen(text)};
    return matches(&in, 0);
}

typedef struct lexer_case {
    const char *text;
    size_t taken;
} lexer_case;

static void check(matcher *matches, const lexer_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (taken(matches, cases[i].text) != cases[i].taken)
            fail_msg("'%s': %zu bytes taken, %zu expected", cases[i].text,
                     taken(matches, cases[i].text), cases[i].taken);
    }
}

static void spaces_are_tabs_and_all_of_unicodes_but_no_line_breaks(void **state)
{
    static const lexer_case cases[] = {
        {"", 0},        {"a", 0},      {" \t a", 3},   {"\n", 0},           {"\v", 0},
        {"\u00a0a", 2}, {"\u1680", 3}, {"\u2000", 3},  {"\u200a\u2009", 6}, {"\u200b", 0},
        {"\u202f", 3},  {"\u205f", 3}, {"\u3000x", 3}, {"\xE2\x80", 0},     {"\u00e9", 0},
    };
    check(lexer_spaces, cases, TENON__COUNT(cases));
}

static void a_line_ends_in_one_of_three_ways(void **state)
{
    static const lexer_case cases[] = {
        {"\n\n", 1}, {"\r\n", 2}, {"\r", 1}, {"\ra", 1}, {"a\n", 0}, {"", 0}, {"\u2028", 0},
    };
    check(lexer_newline, cases, TENON__COUNT(cases));
}

static void identifiers_begin_with_any_letter_or_an_ascii_digit(void **state)
{
    static const lexer_case cases[] = {
        {"User", 4}, {"a-b_c9 ", 6}, {"9lives", 6}, {"_a", 0}, {"-a", 0}, {"a.b", 1},
        {"été?", 5}, {"日本語", 9},  {"a€", 1},     {"٣", 0},  {"𐐀a", 5}, {"a\xC3", 1},
    };
    check(lexer_identifier, cases, TENON__COUNT(cases));
}

static void paths_may_end_in_dots(void **state)
{
    static const lexer_case cases[] = {
        {"db.VarChar(", 10}, {"a.", 2}, {"a..b", 4}, {".a", 0}, {"a . b", 1}, {"a.b.c", 5},
    };
    check(lexer_path, cases, TENON__COUNT(cases));
}

static void numbers_have_a_sign_and_a_fraction(void **state)
{
    static const lexer_case cases[] = {
        {"0", 1}, {"-12", 3}, {"1.50", 4}, {"1.", 1},  {".5", 0},
        {"-", 0}, {"--1", 0}, {"+1", 0},   {"1e5", 1}, {"1.2.3", 3},
    };
    check(lexer_number, cases, TENON__COUNT(cases));
}

static void strings_end_at_the_first_bare_quote(void **state)
{
    static const lexer_case cases[] = {
        {"\"\"", 2},          {"\"a b\"c", 5}, {"\"\\\"\"", 4}, {"\"\\\\\"\"", 4}, {"\"open", 0},
        {"\"tab\there\"", 0}, {"\"a\nb\"", 0}, {"\"\\\n\"", 4}, {"\"\\", 0},       {"'a'", 0},
    };
    check(lexer_string, cases, TENON__COUNT(cases));
}

static void three_kinds_of_comments_are_told_apart(void **state)
{
    static const lexer_case docs[] = {{"/// a\nb", 5}, {"//// a", 6}, {"// a", 0}, {"///", 3}};
    static const lexer_case lines[] = {{"// a \r\n", 5}, {"//", 2}, {"/// a", 0}, {"/ a", 0}};
    static const lexer_case blocks[] = {
        {"/* a\n b */ c", 10}, {"/**/", 4}, {"/*/", 0}, {"/* open", 0}, {"/* /* */ */", 8},
    };
    check(lexer_doc_comment, docs, TENON__COUNT(docs));
    check(lexer_line_comment, lines, TENON__COUNT(lines));
    check(lexer_block_comment, blocks, TENON__COUNT(blocks));
}

static void nothing_is_read_behind_the_end(void **state)
{
    lexer in = {"abc", 2};
    assert_int_equal(lexer_identifier(&in, 0), 2);
    assert_int_equal(lexer_literal(&in, 0, "abc"), 0);
    assert_int_equal(lexer_identifier(&in, 2), 2);
    assert_int_equal(lexer_newline(&in, 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spaces_are_tabs_and_all_of_unicodes_but_no_line_breaks),
        cmocka_unit_test(a_line_ends_in_one_of_three_ways),
        cmocka_unit_test(identifiers_begin_with_any_letter_or_an_ascii_digit),
        cmocka_unit_test(paths_may_end_in_dots),
        cmocka_unit_test(numbers_have_a_sign_and_a_fraction),
        cmocka_unit_test(strings_end_at_the_first_bare_quote),
        cmocka_unit_test(three_kinds_of_comments_are_told_apart),
        cmocka_unit_test(nothing_is_read_behind_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
