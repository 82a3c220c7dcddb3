/* Memory runs out at every place of every public function, on SQLite, whose own allocations are
 * among those that fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "every_call.h"
#include "fault.h"
#include "sample_schema.h"
#include "testdb.h"

static void every_call_survives_want_of_memory_on_sqlite(void **state)
{
    char hasty[160]; /* thousands of rounds: nothing has to survive a power failure */
    const char *file = testdb_sqlite_url();
    testdb_run(file, sample_schema_sqlite);
    snprintf(hasty, sizeof hasty, "%s?synchronous=off", file);
    every_call_survives(hasty);
}

/* What begins with tenon__ is for the libraries beside libtenon only. */
static void no_exported_function_is_left_out(void **state)
{
    char symbol[80];
    FILE *list = fopen("tests/house/exported-symbols.txt", "r");
    assert_non_null(list);
    while (fgets(symbol, sizeof symbol, list)) {
        symbol[strcspn(symbol, "\n")] = '\0';
        bool is_public = strncmp(symbol, "tenon__", 7) != 0;
        if (is_public && !every_call_has(symbol))
            fail_msg("%s has no row in the table", symbol);
    }
    fclose(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_survives_want_of_memory_on_sqlite),
        cmocka_unit_test(no_exported_function_is_left_out),
    };
    fault_include_sqlite();
    return cmocka_run_group_tests_name("every call on sqlite", tests, NULL, NULL);
}
