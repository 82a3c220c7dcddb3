/* Loading libpq: not before a PostgreSQL database is opened, and what is said where it is missing.
 * The program's own dlopen comes before that of the C library. */
#include "pgtest.h"

#include <dlfcn.h>
#include <string.h>

#include <tenon/db.h>

static const char *instead; /* what is loaded in place of libpq; NULL: libpq */
static int load_count;

void *dlopen(const char *file, int mode)
{
    static void *(*next)(const char *, int);
    void *symbol = dlsym(RTLD_NEXT, "dlopen");
    memcpy(&next, &symbol, sizeof next);
    load_count++;
    return next(instead ? instead : file, mode);
}

static void sqlite_needs_no_libpq(void **state)
{
    tenon_error err;
    tenon_db *db = tenon_open("sqlite::memory:", NULL, &err);
    assert_non_null(db);
    tenon_close(db);
    assert_int_equal(load_count, 0);
}

static void refuse(const char *library, const char *message)
{
    tenon_error err;
    instead = library;
    assert_null(tenon_open("postgresql:///any", NULL, &err));
    instead = NULL;
    assert_int_equal(err.status, TENON_UNSUPPORTED);
    assert_non_null(strstr(err.message, message));
    assert_non_null(strstr(err.hint, "libpq5"));
}

static void a_missing_libpq_is_named_with_its_package(void **state)
{
    refuse("libpq-of-another-world.so.5", "libpq-of-another-world.so.5");
}

static void a_libpq_that_is_none_is_refused(void **state)
{
    refuse("libc.so.6", "PQcancel");
}

static void what_could_not_be_loaded_is_tried_again(void **state)
{
    pgtest t;
    pgtest_open(&t, testdb_create("libpq"));
    int count = load_count;
    tenon__connection *second = pgtest_connect(t.url, &t.err);
    assert_non_null(second);
    assert_int_equal(load_count, count);
    driver->close(second);
    pgtest_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlite_needs_no_libpq),
        cmocka_unit_test(a_missing_libpq_is_named_with_its_package),
        cmocka_unit_test(a_libpq_that_is_none_is_refused),
        cmocka_unit_test(what_could_not_be_loaded_is_tried_again),
    };
#ifdef TENON_LIBPQ_LINKED
    (void)tests;
    return 77; /* skipped: there is nothing to load */
#else
    return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}
