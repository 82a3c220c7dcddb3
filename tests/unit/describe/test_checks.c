/* Checks of fields become constraints of the descriptor, under the names that the DDL gives them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "describe/describe.h"

static const char text[] =
    "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n}\n"
    "/// @tenon.check(\"a < b\")\n"
    "model T {\n  id Int @id\n"
    "  /// @tenon.check(\"a > 0\")\n  /// @tenon.check(\"a <> 13\")\n"
    "  a Int @map(\"column_of_a_name_that_is_so_long_that_the_whole_is_cut_é\")\n"
    "  b Int\n}\n";

static void checks_of_fields_name_them(void **state)
{
    static const char *const names[] = {
        "T_column_of_a_name_that_is_so_long_that_the_whole_is_cut__check",
        "T_column_of_a_name_that_is_so_long_that_the_whole_is_cut_check2",
    };
    schema_source source = {"a.prisma", text, sizeof text - 1};
    schema *s = schema_read_texts(&source, 1, NULL);
    assert_non_null(s);
    assert_int_equal(schema_error_count(s), 0);
    describe_set *set = describe_schema(s, NULL);
    assert_non_null(set);
    const tenon_model *model = &set->models[0].model;
    assert_int_equal(model->constraint_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_string_equal(model->constraints[i].constraint, names[i]);
        assert_true(strlen(names[i]) <= 63);
        assert_int_equal(model->constraints[i].field_count, 1);
        assert_int_equal(model->constraints[i].fields[0], 1);
    }
    describe_free(set);
    schema_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_of_fields_name_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
