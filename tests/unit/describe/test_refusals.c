/* Defaults and keys that a checked schema may have, but no program could use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "describe/describe.h"

#define DATASOURCE "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n}\n"

/* Describes a model with these fields and compares what is said against them; NULL: nothing. */
static void check(const char *fields, tenon_status status, const char *message)
{
    char text[4096];
    tenon_error err = {0};
    snprintf(text, sizeof text, DATASOURCE "model A {\n%s\n}\n", fields);
    schema_source source = {"a.prisma", text, strlen(text)};
    schema *s = schema_read_texts(&source, 1, &err);
    assert_non_null(s);
    schema_print_diagnostics(s, stderr, false);
    assert_int_equal(schema_error_count(s), 0);
    describe_set *set = describe_schema(s, &err);
    assert_int_equal(set == NULL, message != NULL);
    assert_int_equal(err.status, status);
    if (message && !strstr(err.message, message))
        fail_msg("'%s' is not in '%s'", message, err.message);
    describe_free(set);
    schema_free(s);
}

static void a_default_must_fit_its_column(void **state)
{
    static const struct {
        const char *field, *message;
        tenon_status status;
    } cases[] = {
        {"b Int @default(40000) @db.SmallInt", "A.b: 40000 does not fit", TENON_RANGE},
        {"b Int[] @default([1, 40000]) @db.SmallInt", "A.b: 40000 does not fit", TENON_RANGE},
        {"b String @default(\"abcd\") @db.VarChar(3)", "A.b: has 4 characters", TENON_RANGE},
        {"b String @default(\"102\") @db.Bit(3)", "A.b: a bit string has only", TENON_TYPE},
        {"b Decimal @default(1.25) @db.Decimal(3, 1)", "A.b: 1.25 has more than", TENON_RANGE},
        {"b Float @default(0.123456789012) @db.Real", "A.b: 0.1234", TENON_RANGE},
        {"b DateTime @default(\"2020-01-01T00:00:00.1234Z\")", "A.b: is finer", TENON_RANGE},
        {"b String @default(\"xyz\") @db.Uuid", "A.b: the default 'xyz' does not", TENON_RANGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char fields[256];
        snprintf(fields, sizeof fields, "id Int @id\n%s", cases[i].field);
        check(fields, cases[i].status, cases[i].message);
    }
}

static void a_key_has_at_most_16_fields(void **state)
{
    check("a Int\nb Int\nc Int\nd Int\ne Int\nf Int\ng Int\nh Int\ni Int\nj Int\nk Int\nl Int\n"
          "m Int\nn Int\no Int\np Int\n@@id([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])",
          TENON_OK, NULL);
    check("a Int\nb Int\nc Int\nd Int\ne Int\nf Int\ng Int\nh Int\ni Int\nj Int\nk Int\nl Int\n"
          "m Int\nn Int\no Int\np Int\nq Int\n"
          "@@id([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q])",
          TENON_LIMIT, "A: a key of 17 fields, at most 16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_default_must_fit_its_column),
        cmocka_unit_test(a_key_has_at_most_16_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
