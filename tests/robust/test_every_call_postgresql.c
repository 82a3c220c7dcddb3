/* Memory runs out at every place of every public function, on PostgreSQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "every_call.h"
#include "sample_schema.h"
#include "testdb.h"

static void every_call_survives_want_of_memory_on_postgresql(void **state)
{
    const char *url = testdb_create("every_call");
    testdb_run(url, sample_schema_postgresql);
    every_call_survives(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_survives_want_of_memory_on_postgresql),
    };
    return cmocka_run_group_tests_name("every call on postgresql", tests, NULL, NULL);
}
