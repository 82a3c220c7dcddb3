/* Memory that runs out while descriptors, code and DDL are made: a clear error, and nothing
 * leaked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "ddl/ddl.h"
#include "fault.h"
#include "generate/generate.h"

static const char *const cases[] = {
    "tests/golden/generate/everything/schema.prisma",
    "tests/golden/generate/keys/schema.prisma",
    "tests/golden/generate/validation/schema.prisma",
    "tests/golden/generate/none/schema.prisma",
};

/* True when it was done. */
typedef bool (*maker)(const schema *s, tenon_error *err);

static bool make_whole(const schema *s, tenon_error *err)
{
    const generate_options options = {.name = "models", .prefix = "shop"};
    generate_output output;
    bool is_done = generate_code(s, &options, &output, err);
    if (is_done)
        generate_output_release(&output);
    return is_done;
}

static bool make_split(const schema *s, tenon_error *err)
{
    const generate_options options = {.name = "models", .is_split = true};
    generate_output output;
    bool is_done = generate_code(s, &options, &output, err);
    if (is_done)
        generate_output_release(&output);
    return is_done;
}

static bool make_script(const schema *s, tenon_dialect dialect, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    ddl_script script;
    if (!ddl_create(s, dialect, &script, err))
        return false;
    ddl_script_text(&script, &text);
    ddl_script_release(&script);
    return !text.failed || tenon__fail_no_memory(err);
}

static bool make_postgresql(const schema *s, tenon_error *err)
{
    return make_script(s, TENON_POSTGRESQL, err);
}

static bool make_sqlite(const schema *s, tenon_error *err)
{
    return make_script(s, TENON_SQLITE, err);
}

static void fail_at_each_allocation(maker make, const schema *s, fault_mode mode)
{
    size_t n = 0, live = fault_live_count();
    do {
        tenon_error err = {0};
        fault_arm(++n, mode);
        bool is_done = make(s, &err);
        bool has_failed = fault_disarm();
        if (is_done == has_failed)
            fail_msg("allocation %zu: %s", n, is_done ? "not noticed" : err.message);
        assert_int_equal(err.status, has_failed ? TENON_NO_MEMORY : TENON_OK);
        assert_int_equal(fault_live_count(), live);
        if (!has_failed)
            return;
    } while (n < 100000);
}

static void check_maker(maker make)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        schema *s = schema_read_path(cases[i], NULL);
        assert_non_null(s);
        fail_at_each_allocation(make, s, FAULT_ONCE);
        fail_at_each_allocation(make, s, FAULT_FOREVER);
        schema_free(s);
    }
}

static void code_in_one_pair_of_files(void **state)
{
    check_maker(make_whole);
}

static void code_in_a_pair_a_model(void **state)
{
    check_maker(make_split);
}

static void ddl_for_postgresql(void **state)
{
    check_maker(make_postgresql);
}

static void ddl_for_sqlite(void **state)
{
    check_maker(make_sqlite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_in_one_pair_of_files),
        cmocka_unit_test(code_in_a_pair_a_model),
        cmocka_unit_test(ddl_for_postgresql),
        cmocka_unit_test(ddl_for_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
