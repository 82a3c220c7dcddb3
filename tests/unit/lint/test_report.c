/* How findings are told: their places, the comments that silence them, what is printed to copy, and
 * the four formats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linted.h"

static void check_count(const char *text, unsigned number, size_t expected)
{
    lint *l = linted_one(text);
    size_t count = linted_count(l, number);
    lint_free(l);
    if (count != expected)
        fail_msg("check %u finds %zu, not %zu, in: %s", number, count, expected, text);
}

static void a_comment_with_a_reason_silences_a_check_at_its_statement(void **state)
{
    (void)state;
    check_count("-- tenon:ignore 21 small\nCREATE INDEX i ON users (age);", 21, 0);
    check_count("CREATE INDEX i ON users (age); -- tenon:ignore 21 small", 21, 0);
    check_count("/* tenon:ignore 21,45 small */ CREATE INDEX i ON users (age);", 21, 0);
    check_count("CREATE INDEX i -- tenon:ignore index-not-concurrent small\n ON users (age);", 21,
                0);
    check_count("-- tenon:ignore 21,45 small\nCREATE INDEX i ON users (age);", 45, 0);
    check_count("-- tenon:ignore 22 small\nCREATE INDEX i ON users (age);", 21, 1);
    check_count("-- tenon:ignore 21 small\nCREATE INDEX i ON users (age);\n"
                "CREATE INDEX j ON users (age);",
                21, 1);
    check_count("CREATE INDEX i ON users (age); -- tenon:ignore 21 small\n"
                "CREATE INDEX j ON users (age);",
                21, 1);
    check_count("CREATE INDEX i ON users (age);\n-- tenon:ignore 21 small\n"
                "CREATE INDEX j ON users (age);",
                21, 1);
}

static void a_comment_for_the_file_silences_all_of_it(void **state)
{
    (void)state;
    check_count("CREATE INDEX i ON users (age);\nCREATE INDEX j ON users (age);\n"
                "-- tenon:ignore-file 21 both are small",
                21, 0);
}

static void check_complaint(const char *text, const char *expected)
{
    lint *l = linted_one(text);
    const lint_finding *finding = linted_finding(l, 0);
    assert_string_equal(finding->message, expected);
    assert_int_equal(finding->severity, LINT_ERROR);
    lint_free(l);
}

static void a_comment_without_a_reason_silences_nothing_and_is_told(void **state)
{
    (void)state;
    check_count("-- tenon:ignore 21\nCREATE INDEX i ON users (age);", 21, 1);
    check_complaint("-- tenon:ignore 21\nSELECT 1;",
                    "say why: tenon:ignore 21 <reason>; without it nothing is ignored");
    check_complaint("-- tenon:ignore\nSELECT 1;",
                    "say which checks to ignore, and why: tenon:ignore 21 the table is empty");
    check_complaint("-- tenon:ignore-file 45\nSELECT 1;",
                    "say why: tenon:ignore-file 45 <reason>; without it nothing is ignored");
    check_complaint("/* tenon:ignore 99 because */ SELECT 1;", "there is no check '99' to ignore");
    check_count("-- tenon:ignored 21 no word of ours\nSELECT 1;", 0, 0);
    check_count("-- see tenon:ignore 21\nSELECT 1;", 0, 0);
}

static void findings_have_lines_and_columns_of_characters(void **state)
{
    (void)state;
    lint *l = linted_one("SELECT 1;\n/* é */ ALTER TABLE users\n  DROP COLUMN name;");
    const lint_finding *finding = linted_finding(l, 3);
    assert_int_equal(finding->line, 2);
    assert_int_equal(finding->column, 9);
    assert_int_equal(finding->end_line, 3);
    lint_free(l);
    l = linted_one("SELECT 1;\nCREATE TABL x;");
    assert_int_equal(linted_finding(l, 54)->line, 2);
    assert_int_equal(linted_finding(l, 54)->column, 8);
    lint_free(l);
}

static void check_rewrite(unsigned number, const char *text, const char *expected)
{
    lint *l = linted_one(text);
    const lint_finding *finding = linted_finding(l, number);
    assert_non_null(finding->rewrite);
    assert_string_equal(finding->rewrite, expected);
    lint_free(l);
}

static void what_to_write_instead_is_made_of_the_statement(void **state)
{
    (void)state;
    check_rewrite(21, "CREATE UNIQUE INDEX \"I\" ON users (age DESC) WHERE age > 1;",
                  "CREATE UNIQUE INDEX CONCURRENTLY \"I\" ON users (age DESC) WHERE age > 1;");
    check_rewrite(22, "DROP INDEX \"users_email\";", "DROP INDEX CONCURRENTLY \"users_email\";");
    check_rewrite(5, "ALTER TABLE users DROP COLUMN name, ADD COLUMN nick varchar(20);",
                  "ALTER TABLE \"users\" RENAME COLUMN \"name\" TO \"nick\";");
    check_rewrite(
        29,
        "ALTER TABLE public.orders ADD COLUMN y numeric(1,2), ADD CONSTRAINT \"F\" FOREIGN KEY "
        "(user_id) REFERENCES users (id)"
        " ON DELETE CASCADE, ADD COLUMN x int;",
        "ALTER TABLE \"orders\" ADD CONSTRAINT \"F\" FOREIGN KEY (user_id) REFERENCES users (id)"
        " ON DELETE CASCADE NOT VALID;\n-- in a later migration:\n"
        "ALTER TABLE \"orders\" VALIDATE CONSTRAINT \"F\";");
    check_rewrite(28, "ALTER TABLE users ADD CHECK (age IN (1, 2));",
                  "ALTER TABLE \"users\" ADD CHECK (age IN (1, 2)) NOT VALID;\n"
                  "-- in a later migration:\n"
                  "ALTER TABLE \"users\" VALIDATE CONSTRAINT <its name>;");
    check_rewrite(24, "ALTER TABLE events DETACH PARTITION e;",
                  "ALTER TABLE events DETACH PARTITION e CONCURRENTLY;");
    check_rewrite(38, "ALTER TABLE users ADD a int; ALTER TABLE users ADD b int;",
                  "ALTER TABLE users ADD a int, ADD b int;");
    check_rewrite(14, "ALTER TABLE users ADD UNIQUE (name, age);",
                  "-- has to find nothing:\n"
                  "SELECT count(*)::text, left(string_agg(k, '; '), 200) FROM (SELECT "
                  "concat_ws(', ', \"name\", \"age\") || ' (' || count(*) || ' times)' AS k FROM "
                  "\"users\" WHERE true AND \"name\" IS NOT NULL AND \"age\" IS NOT NULL GROUP BY "
                  "\"name\", \"age\" HAVING count(*) > 1) AS duplicates;");
}

/* ---- options ---- */

static size_t count_with(const lint_options *options, size_t number)
{
    const char *texts[] = {"CREATE INDEX i ON users (age); DROP TABLE orders;", NULL};
    lint *l = linted(options, texts);
    size_t count = linted_count(l, (unsigned)number);
    lint_free(l);
    return count;
}

static void checks_can_be_chosen_and_left_out(void **state)
{
    (void)state;
    lint_options only = {.dialect = TENON_POSTGRESQL, .only = {[2] = true}};
    lint_options skip = {.dialect = TENON_POSTGRESQL, .skip = {[2] = true}};
    assert_int_equal(count_with(&only, 2), 1);
    assert_int_equal(count_with(&only, 21), 0);
    assert_int_equal(count_with(&skip, 2), 0);
    assert_int_equal(count_with(&skip, 21), 1);
}

static void checks_of_style_are_off_unless_asked_for(void **state)
{
    (void)state;
    tenon_error err = {0};
    lint_options options = {.dialect = TENON_POSTGRESQL};
    for (int i = 0; i < 3; i++) {
        options.has_style = i == 1;
        options.only[71] = i == 2;
        lint *l = lint_new(&options, &err);
        assert_true(lint_add(l, "it.sql", "CREATE TABLE t (a timestamp);", &err));
        assert_true(lint_finish(l, &err));
        assert_int_equal(linted_count(l, 71), i > 0);
        lint_free(l);
    }
}

/* ---- formats ---- */

static const char *written(lint_format format, tenon__buf *out)
{
    tenon_error err = {0};
    lint *l = lint_new(&(lint_options){.dialect = TENON_POSTGRESQL, .only = {[2] = true}}, &err);
    assert_true(lint_add(l, "a,b/it.sql", "SELECT 1;\nDROP TABLE \"x%y\";", &err));
    assert_true(lint_finish(l, &err));
    assert_int_equal(lint_file_count(l), 1);
    assert_int_equal(lint_statement_count(l), 2);
    assert_int_equal(lint_count(l, LINT_ERROR), 1);
    lint_write(l, format, out);
    lint_free(l);
    return tenon__buf_string(out);
}

static void a_text_tells_why_and_what_to_do(void **state)
{
    (void)state;
    tenon__buf out = {0};
    assert_string_equal(written(LINT_FORMAT_TEXT, &out),
                        "a,b/it.sql:2:1: error 2 drop-table: drops the table x%y with its rows\n"
                        "    why : its rows cannot be brought back by a down migration\n"
                        "    safe: Stop using the table in all programs first; rename it, wait a "
                        "release, then drop "
                        "it with a check that it is empty (10).\n"
                        "1 file, 2 statements: 1 error, 0 warnings, 0 hints\n");
    tenon__buf_release(&out);
}

static void json_is_valid_and_complete(void **state)
{
    (void)state;
    tenon__buf out = {0};
    const char *json = written(LINT_FORMAT_JSON, &out);
    assert_true(tenon__json_is_valid(json, strlen(json)));
    assert_non_null(strstr(json,
                           "\"number\": 2, \"name\": \"drop-table\", \"severity\": \"error\", "
                           "\"group\": \"data loss\", \"path\": \"a,b/it.sql\", \"line\": 2"));
    tenon__buf_release(&out);
}

static void sarif_names_its_rules_and_the_place(void **state)
{
    (void)state;
    tenon__buf out = {0};
    const char *json = written(LINT_FORMAT_SARIF, &out);
    assert_true(tenon__json_is_valid(json, strlen(json)));
    assert_non_null(strstr(json, "\"version\": \"2.1.0\""));
    assert_non_null(strstr(json, "{\"id\": \"74\", \"name\": \"duplicate-column\""));
    assert_non_null(strstr(json, "\"ruleId\": \"2\", \"level\": \"error\""));
    assert_non_null(strstr(json, "\"startLine\": 2, \"startColumn\": 1"));
    tenon__buf_release(&out);
}

static void commands_of_github_are_escaped(void **state)
{
    (void)state;
    tenon__buf out = {0};
    const char *text = written(LINT_FORMAT_GITHUB, &out);
    const char *expected = "::error file=a%2Cb/it.sql,line=2,col=1,endLine=2,title=2 drop-table::"
                           "drops the table x%25y with its rows%0Aits rows";
    assert_int_equal(strncmp(text, expected, strlen(expected)), 0);
    tenon__buf_release(&out);
}

static void a_text_that_is_none_is_a_finding(void **state)
{
    (void)state;
    check_count("SELECT '\xFF';", 54, 1);
    check_count("SELECT 'open", 54, 1);
    check_count("", 54, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_with_a_reason_silences_a_check_at_its_statement),
        cmocka_unit_test(a_comment_for_the_file_silences_all_of_it),
        cmocka_unit_test(a_comment_without_a_reason_silences_nothing_and_is_told),
        cmocka_unit_test(findings_have_lines_and_columns_of_characters),
        cmocka_unit_test(what_to_write_instead_is_made_of_the_statement),
        cmocka_unit_test(checks_can_be_chosen_and_left_out),
        cmocka_unit_test(checks_of_style_are_off_unless_asked_for),
        cmocka_unit_test(a_text_tells_why_and_what_to_do),
        cmocka_unit_test(json_is_valid_and_complete),
        cmocka_unit_test(sarif_names_its_rules_and_the_place),
        cmocka_unit_test(commands_of_github_are_escaped),
        cmocka_unit_test(a_text_that_is_none_is_a_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
