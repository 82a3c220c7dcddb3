/* Every check of the linter finds what it is for and leaves alone what is safe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "linted.h"

/* ---- the table's own examples ---- */

static lint *lint_example(const lint_check *check, const char *text)
{
    return check->databases == LINT_ON_SQLITE ? linted_sqlite(text) : linted_one(text);
}

static void every_check_has_its_number_a_name_and_a_reason(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LINT_CHECKS; i++) {
        const lint_check *check = &lint_checks[i];
        assert_int_equal(check->number, i + 1);
        assert_non_null(check->reason);
        assert_ptr_equal(lint_find_check(check->name, strlen(check->name)), check);
        char number[16];
        snprintf(number, sizeof number, "%u", check->number);
        assert_ptr_equal(lint_find_check(number, strlen(number)), check);
    }
    assert_null(lint_find_check("0", 1));
    assert_null(lint_find_check("75", 2));
    assert_null(lint_find_check("4711", 4));
    assert_null(lint_find_check("", 0));
}

static void every_example_is_found(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LINT_CHECKS; i++) {
        const lint_check *check = &lint_checks[i];
        if (!check->example)
            continue;
        lint *l = lint_example(check, check->example);
        if (!linted_count(l, check->number))
            fail_msg("%u is not found in: %s", check->number, check->example);
        lint_free(l);
    }
}

/* What ends like a statement is one; the others are sentences. */
static bool is_sql(const char *text)
{
    return text[strlen(text) - 1] == ';';
}

static void no_safe_form_is_found(void **state)
{
    (void)state;
    size_t count = 0;
    for (unsigned i = 0; i < LINT_CHECKS; i++) {
        const lint_check *check = &lint_checks[i];
        if (!check->safe || !is_sql(check->safe))
            continue;
        lint *l = lint_example(check, check->safe);
        if (linted_count(l, check->number))
            fail_msg("%u is found in its safe form: %s", check->number, check->safe);
        lint_free(l);
        count++;
    }
    assert_true(count >= 45);
}

static void the_document_has_the_table_as_it_is(void **state)
{
    (void)state;
    tenon__buf table = {0}, document = {0};
    char part[4096];
    size_t length;
    FILE *file = fopen("docs/lint.md", "r");
    assert_non_null(file);
    while ((length = fread(part, 1, sizeof part, file)) > 0)
        tenon__buf_add(&document, part, length);
    fclose(file);
    lint_write_checks(&table);
    if (!strstr(tenon__buf_string(&document), tenon__buf_string(&table)))
        fail_msg("docs/lint.md does not end like `tenon migrate lint --list`");
    tenon__buf_release(&table);
    tenon__buf_release(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_check_has_its_number_a_name_and_a_reason),
        cmocka_unit_test(every_example_is_found),
        cmocka_unit_test(no_safe_form_is_found),
        cmocka_unit_test(the_document_has_the_table_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
