/* The words of SQL that hide what is in them, and what is a parameter. */
#include "checked.h"

#include "sqlfile/lexer.h"

/* The parameters of a text, with a space behind each. */
static const char *parameters_of(const char *sql, bool is_sqlite)
{
    static char found[256];
    size_t length = strlen(sql), at = 0;
    found[0] = '\0';
    for (;;) {
        sql_token token = sql_next_token(sql, length, at, is_sqlite);
        if (token.kind == SQL_END)
            return found;
        assert_true(token.end > at);
        assert_int_equal(token.start, at);
        if (token.kind == SQL_PARAMETER) {
            strncat(found, sql + token.start, token.end - token.start);
            strcat(found, " ");
        }
        at = token.end;
    }
}

static void parameters_are_found_in_all_their_spellings(void **state)
{
    (void)state;
    assert_string_equal(parameters_of("a = :x AND b=@y AND c = $1", false), ":x @y $1 ");
    assert_string_equal(parameters_of("a>=:x", false), ":x ");
    assert_string_equal(parameters_of("a>=@x AND b<>@y", false), "@x @y ");
    assert_string_equal(parameters_of("(@x,:y_2)", false), "@x :y_2 ");
}

static void casts_operators_and_assignments_are_no_parameters(void **state)
{
    (void)state;
    assert_string_equal(parameters_of("a::int, b := 1", false), "");
    assert_string_equal(parameters_of("tags <@wanted, a @> b, c @@ d", false), "");
    assert_string_equal(parameters_of("a ? b, a ?| c", false), "");
    assert_string_equal(parameters_of("x::text = :x::text", false), ":x ");
}

static void nothing_is_found_in_strings_names_and_comments(void **state)
{
    (void)state;
    assert_string_equal(parameters_of("':a' \":b\" -- :c\n/* :d /* :e */ :f */ :g", false), ":g ");
    assert_string_equal(parameters_of("'it''s :a' :b", false), ":b ");
    assert_string_equal(parameters_of("E'it\\'s :a' :b", false), ":b ");
    assert_string_equal(parameters_of("$$ :a $$ $x$ :b $$ $x$ :c", false), ":c ");
    assert_string_equal(parameters_of("'not closed :a", false), "");
}

static void words_with_dollars_and_digits_stay_whole(void **state)
{
    (void)state;
    assert_string_equal(parameters_of("a$1 = b1:c", false), ":c ");
    assert_string_equal(parameters_of("1.5e3 + $12", false), "$12 ");
}

static void sqlite_has_words_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(parameters_of("[:a] = ?1 AND `:b` = ?", true), "?1 ? ");
    assert_string_equal(parameters_of("/* a /* b */ :c", true), ":c ");
    assert_string_equal(parameters_of("a[1] = :b", false), ":b ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_found_in_all_their_spellings),
        cmocka_unit_test(casts_operators_and_assignments_are_no_parameters),
        cmocka_unit_test(nothing_is_found_in_strings_names_and_comments),
        cmocka_unit_test(words_with_dollars_and_digits_stay_whole),
        cmocka_unit_test(sqlite_has_words_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
