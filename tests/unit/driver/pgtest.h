/* One connection of the PostgreSQL driver, used the way lib/db uses it but for pool and deadlines:
 * calls start, this waits. */
#ifndef PGTEST_H
#define PGTEST_H

#include "driver/driver.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "testdb.h"

#define driver (&tenon__postgres_driver)

typedef struct pgtest {
    const char *url;
    tenon__connection *connection;
    tenon__arena arena;
    tenon_error err;
} pgtest;

/* Waits until the call that made this progress is through: DONE, ROWS or FAILED. */
static inline tenon__progress pgtest_wait(tenon__connection *c, tenon__progress progress,
                                          tenon_error *err)
{
    while (progress == TENON__WANT_READ || progress == TENON__WANT_WRITE) {
        struct pollfd ready = {.fd = driver->socket(c),
                               .events = progress == TENON__WANT_READ ? POLLIN : POLLIN | POLLOUT};
        assert_true(poll(&ready, 1, 20000) > 0);
        progress = driver->step(c, err);
    }
    return progress;
}

/* NULL with *err when it fails. */
static inline tenon__connection *pgtest_connect(const char *url, tenon_error *err)
{
    tenon__connect_options options = {.url = url};
    tenon__progress progress = TENON__FAILED;
    tenon__connection *c = driver->connect(&options, &progress, err);
    if (c && pgtest_wait(c, progress, err) == TENON__DONE)
        return c;
    driver->close(c);
    return NULL;
}

static inline void pgtest_open(pgtest *t, const char *url)
{
    *t = (pgtest){.url = url};
    t->connection = pgtest_connect(url, &t->err);
    if (!t->connection)
        fail_msg("%s", t->err.message);
}

static inline void pgtest_close(pgtest *t)
{
    driver->close(t->connection);
    tenon__arena_release(&t->arena);
}

static inline bool pgtest_script(pgtest *t, const char *sql)
{
    tenon_error_reset(&t->err);
    tenon__progress progress = driver->script(t->connection, sql, &t->err);
    return pgtest_wait(t->connection, progress, &t->err) == TENON__DONE;
}

static inline tenon__prepared *pgtest_prepare(pgtest *t, const tenon__statement *statement)
{
    tenon__prepared *prepared = NULL;
    tenon_error_reset(&t->err);
    tenon__progress progress = driver->prepare(t->connection, statement, &prepared, &t->err);
    if (pgtest_wait(t->connection, progress, &t->err) != TENON__DONE)
        return NULL;
    return prepared;
}

/* Executes and fetches; false with t->err. */
static inline bool pgtest_run(pgtest *t, tenon__prepared *prepared, const void *const *values,
                              tenon__rows *rows, int64_t *affected)
{
    tenon_error_reset(&t->err);
    tenon__progress progress = driver->execute(t->connection, prepared, values, &t->err);
    if (pgtest_wait(t->connection, progress, &t->err) != TENON__ROWS)
        return false;
    progress = driver->fetch(t->connection, rows, affected, &t->err);
    return pgtest_wait(t->connection, progress, &t->err) == TENON__DONE;
}

/* Prepares, runs and forgets. */
static inline bool pgtest_once(pgtest *t, const tenon__statement *statement,
                               const void *const *values, tenon__rows *rows)
{
    tenon__prepared *prepared = pgtest_prepare(t, statement);
    if (!prepared)
        return false;
    bool is_done = pgtest_run(t, prepared, values, rows, NULL);
    driver->forget(t->connection, prepared);
    return is_done;
}

#endif
