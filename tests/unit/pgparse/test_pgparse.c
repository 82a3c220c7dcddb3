/* PostgreSQL's parser as the tool uses it: statements and their places, what is wrong, walking,
 * comparing, printing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pgparse/pgparse.h"

static pgparse_tree *read_text(const char *text)
{
    tenon_error err = {0};
    pgparse_tree *tree = pgparse_read(text, &err);
    if (!tree)
        fail_msg("%s", err.message);
    return tree;
}

static void check_statement(const pgparse_tree *tree, size_t index, const char *expected)
{
    const pgparse_statement *s = &tree->statements[index];
    assert_true(index < tree->statement_count);
    assert_int_equal(s->end - s->start, strlen(expected));
    assert_memory_equal(tree->text + s->start, expected, strlen(expected));
}

static void statements_are_found_without_the_comments_around_them(void **state)
{
    (void)state;
    pgparse_tree *tree = read_text("-- first\nSELECT 1 /* in it */ + 2 -- behind\n;\n"
                                   "/* é */ DROP TABLE a; ; VACUUM");
    assert_int_equal(tree->statement_count, 3);
    assert_int_equal(tree->error_count, 0);
    check_statement(tree, 0, "SELECT 1 /* in it */ + 2");
    check_statement(tree, 1, "DROP TABLE a");
    check_statement(tree, 2, "VACUUM");
    assert_int_equal(tree->comment_count, 4);
    assert_int_equal(tree->statements[1].before, tree->statements[0].end);
    pgparse_position at = pgparse_locate(tree->text, tree->statements[1].start);
    assert_int_equal(at.line, 4);
    assert_int_equal(at.column, 9);
    pgparse_free(tree);
}

static void a_wrong_statement_hides_no_other(void **state)
{
    (void)state;
    pgparse_tree *tree = read_text("SELECT 1;\nSELECT 'é' FRM x y;\nDROP TABLE \"Ä\";");
    assert_int_equal(tree->statement_count, 3);
    assert_int_equal(tree->error_count, 1);
    assert_null(tree->statements[1].node);
    assert_string_equal(tree->statements[1].message, "syntax error at or near \"x\"");
    pgparse_position at = pgparse_locate(tree->text, tree->statements[1].error_at);
    assert_int_equal(at.line, 2);
    assert_int_equal(at.column, 16);
    check_statement(tree, 2, "DROP TABLE \"Ä\"");
    assert_int_equal(tree->statements[2].node->node_case, PG_QUERY__NODE__NODE_DROP_STMT);
    pgparse_free(tree);
}

static void a_statement_without_any_word_of_sql_is_wrong_too(void **state)
{
    (void)state;
    pgparse_tree *tree = read_text("SELEC 1; ; f(a; b); \\connect x");
    assert_int_equal(tree->statement_count, 3);
    assert_int_equal(tree->error_count, 3);
    check_statement(tree, 1, "f(a; b)");
    pgparse_free(tree);
}

static void a_text_that_ends_within_a_quote_is_one_wrong_statement(void **state)
{
    (void)state;
    pgparse_tree *tree = read_text("SELECT 1; SELECT 'open");
    assert_int_equal(tree->statement_count, 1);
    assert_int_equal(tree->error_count, 1);
    assert_non_null(strstr(tree->statements[0].message, "unterminated quoted string"));
    pgparse_free(tree);
}

static void a_byte_order_mark_is_no_error(void **state)
{
    (void)state;
    pgparse_tree *tree = read_text("\xEF\xBB\xBFSELECT 1");
    assert_int_equal(tree->error_count, 0);
    check_statement(tree, 0, "SELECT 1");
    pgparse_free(tree);
    tree = read_text("");
    assert_int_equal(tree->statement_count, 0);
    pgparse_free(tree);
}

static void what_is_no_utf8_is_refused(void **state)
{
    (void)state;
    tenon_error err = {0};
    assert_null(pgparse_read("SELECT '\xFF'", &err));
    assert_int_equal(err.status, TENON_VALIDATION);
}

/* A text of `count` times a word. */
static char *repeat(const char *before, const char *word, size_t count)
{
    tenon__buf text = {0};
    tenon__buf_text(&text, before);
    for (size_t i = 0; i < count; i++)
        tenon__buf_text(&text, word);
    return tenon__buf_take(&text);
}

static void check_depth(const char *before, const char *word, size_t count, bool is_flat)
{
    char *text = repeat(before, word, count);
    pgparse_tree *tree = read_text(text);
    assert_int_equal(tree->error_count, !is_flat);
    if (!is_flat)
        assert_string_equal(tree->statements[0].message, "nested too deep to be parsed");
    pgparse_free(tree);
    free(text);
}

static void nesting_is_bounded_and_length_is_not(void **state)
{
    (void)state;
    check_depth("SELECT 1", " + 1", 900, true);
    check_depth("SELECT 1", " + 1", 100000, false);
    check_depth("SELECT 1", " UNION SELECT 1", 480, true);
    check_depth("SELECT 1", " UNION SELECT 1, 2", 50000, false);
    check_depth("SELECT ", "(", 100000, false);
    check_depth("SELECT ", "NOT ", 100000, false);
    check_depth("INSERT INTO t VALUES (1, -2)", ", (1, -2, f(a::text || 'x'))", 20000, true);
    check_depth("SELECT 1 = 2", " AND a = -2", 20000, true);
    check_depth("", "DROP TABLE a;", 5000, true);
}

static bool count_tables(ProtobufCMessage *message, void *context)
{
    *(int *)context += PGPARSE_IS(message, range_var);
    return true;
}

static void a_walk_sees_every_message_of_a_statement(void **state)
{
    (void)state;
    int count = 0;
    pgparse_tree *tree = read_text("WITH w AS (SELECT * FROM a) UPDATE b SET x = (SELECT y FROM c)"
                                   " FROM w JOIN d ON true WHERE EXISTS (SELECT FROM e)");
    pgparse_walk(tree->statements[0].node, count_tables, &count);
    assert_int_equal(count, 6);
    pgparse_walk(NULL, count_tables, &count);
    assert_int_equal(count, 6);
    pgparse_free(tree);
}

static bool are_same(const char *a, const char *b)
{
    tenon_error err = {0};
    PgQuery__Node *left, *right;
    pgparse_tree *left_tree = pgparse_read_expression(a, &left, &err);
    pgparse_tree *right_tree = pgparse_read_expression(b, &right, &err);
    if (!left_tree || !right_tree)
        fail_msg("%s", err.message);
    bool is_same = pgparse_same(left, right);
    pgparse_free(left_tree);
    pgparse_free(right_tree);
    return is_same;
}

static void expressions_are_compared_by_their_trees(void **state)
{
    (void)state;
    assert_true(are_same("a >= 1 and B = 'x'", " ( a>=1 )\nAND b='x' -- said otherwise"));
    assert_true(are_same("a IN (1, 2)", "a in (1,2)"));
    assert_true(are_same("x::int", "CAST(x AS integer)"));
    assert_false(are_same("a IN (1, 2)", "a in (2, 1)"));
    assert_false(are_same("a = 1", "a = 2"));
    assert_false(are_same("a", "'a'"));
    assert_false(are_same("a = ''", "a = NULL"));
    assert_false(are_same("x::int[]", "x::int[][]"));
    assert_true(pgparse_same(NULL, NULL));
}

static void check_no_expression(const char *text)
{
    tenon_error err = {0};
    PgQuery__Node *expression;
    assert_null(pgparse_read_expression(text, &expression, &err));
    assert_int_equal(err.status, TENON_VALIDATION);
}

static void what_is_more_than_an_expression_is_refused(void **state)
{
    (void)state;
    check_no_expression("");
    check_no_expression("1; DROP TABLE a");
    check_no_expression("1 FROM a");
    check_no_expression("1, 2");
    check_no_expression("1 AS b");
    check_no_expression("1 UNION SELECT 2");
    check_no_expression("1 LIMIT 1");
    check_no_expression("DISTINCT 1");
    check_no_expression("1 +");
}

static void check_printed(const char *text, const char *expected)
{
    tenon_error err = {0};
    tenon__buf out = {0};
    PgQuery__Node *expression;
    pgparse_tree *tree = pgparse_read_expression(text, &expression, &err);
    assert_non_null(tree);
    assert_true(pgparse_print_expression(expression, &out, &err));
    assert_string_equal(tenon__buf_string(&out), expected);
    tenon__buf_release(&out);
    pgparse_free(tree);
}

static void an_expression_is_printed_in_one_layout(void **state)
{
    (void)state;
    check_printed("( a>=1 )\nAND \"B\"='x'", "a >= 1 AND \"B\" = 'x'");
    check_printed("coalesce( x , now( ) )", "COALESCE(x, now())");
}

static void fingerprints_look_through_constants(void **state)
{
    (void)state;
    tenon_error err = {0};
    char one[PGPARSE_FINGERPRINT_SIZE], two[PGPARSE_FINGERPRINT_SIZE];
    assert_true(pgparse_fingerprint("SELECT * FROM a WHERE b = 1", one, &err));
    assert_true(pgparse_fingerprint("select * from a\n where b = 22", two, &err));
    assert_string_equal(one, two);
    assert_true(pgparse_fingerprint("SELECT * FROM a WHERE c = 1", two, &err));
    assert_string_not_equal(one, two);
    assert_false(pgparse_fingerprint("SELECT\n FROM FROM", two, &err));
    assert_string_equal(err.message, "2:7: syntax error at or near \"FROM\"");
}

static void constants_become_parameters(void **state)
{
    (void)state;
    tenon_error err = {0};
    tenon__buf out = {0};
    assert_true(pgparse_normalize("SELECT * FROM a WHERE b = 1 AND c = 'x'", &out, &err));
    assert_string_equal(tenon__buf_string(&out), "SELECT * FROM a WHERE b = $1 AND c = $2");
    tenon__buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_are_found_without_the_comments_around_them),
        cmocka_unit_test(a_wrong_statement_hides_no_other),
        cmocka_unit_test(a_statement_without_any_word_of_sql_is_wrong_too),
        cmocka_unit_test(a_text_that_ends_within_a_quote_is_one_wrong_statement),
        cmocka_unit_test(a_byte_order_mark_is_no_error),
        cmocka_unit_test(what_is_no_utf8_is_refused),
        cmocka_unit_test(nesting_is_bounded_and_length_is_not),
        cmocka_unit_test(a_walk_sees_every_message_of_a_statement),
        cmocka_unit_test(expressions_are_compared_by_their_trees),
        cmocka_unit_test(what_is_more_than_an_expression_is_refused),
        cmocka_unit_test(an_expression_is_printed_in_one_layout),
        cmocka_unit_test(fingerprints_look_through_constants),
        cmocka_unit_test(constants_become_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
