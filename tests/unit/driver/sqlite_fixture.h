/* A SQLite connection of the driver for tests, and shortcuts for statements on it. */
#ifndef SQLITE_FIXTURE_H
#define SQLITE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver/driver.h"
#include "testdb.h"

#define DRIVER (&tenon__sqlite_driver)

static inline tenon__connection *connect_with(tenon__connect_options options, tenon_error *err)
{
    tenon__progress progress;
    return DRIVER->connect(&options, &progress, err);
}

static inline tenon__connection *connect_to(const char *url)
{
    tenon_error err = {0};
    tenon__connection *opened = connect_with((tenon__connect_options){.url = url}, &err);
    assert_string_equal(err.message, "");
    assert_non_null(opened);
    return opened;
}

static inline void run_script(tenon__connection *connection, const char *sql)
{
    tenon_error err = {0};
    DRIVER->script(connection, sql, &err);
    assert_string_equal(err.message, "");
}

static inline tenon_status try_script(tenon__connection *connection, const char *sql,
                                      tenon_error *err)
{
    *err = (tenon_error){0};
    DRIVER->script(connection, sql, err);
    return err->status;
}

/* Prepares, executes, fetches and forgets; the status, and all of it in *err. */
static inline tenon_status try_statement(tenon__connection *connection,
                                         const tenon__statement *statement,
                                         const void *const *values, tenon__rows *rows,
                                         int64_t *affected, tenon_error *err)
{
    tenon__prepared *prepared = NULL;
    *err = (tenon_error){0};
    if (DRIVER->prepare(connection, statement, &prepared, err) == TENON__DONE) {
        if (DRIVER->execute(connection, prepared, values, err) == TENON__ROWS)
            DRIVER->fetch(connection, rows, affected, err);
        DRIVER->forget(connection, prepared);
    }
    assert_int_equal(DRIVER->state(connection), TENON__IDLE);
    return err->status;
}

static inline tenon__statement statement_of(const char *sql, const tenon__slot *slots,
                                            size_t slot_count, const tenon__layout *layout)
{
    return (tenon__statement){.sql = sql,
                              .sql_length = strlen(sql),
                              .slots = slots,
                              .slot_count = slot_count,
                              .layout = layout};
}

/* Runs a statement without rows that has to succeed; the rows it wrote. */
static inline int64_t run_write(tenon__connection *connection, const char *sql,
                                const tenon__slot *slots, size_t slot_count,
                                const void *const *values)
{
    tenon_error err;
    int64_t affected = -1;
    tenon__statement statement = statement_of(sql, slots, slot_count, NULL);
    statement.flags = TENON__WRITES;
    try_statement(connection, &statement, values, NULL, &affected, &err);
    assert_string_equal(err.message, "");
    return affected;
}

#endif
