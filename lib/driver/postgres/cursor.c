/* Cursors: DECLARE with the statement's own parameters, then FETCH so many at a time.
 *
 * libpq's single-row mode would need no transaction, but it occupies the connection until the last
 * row has come, makes a PGresult of every row, and is left early only by a cancellation. A cursor
 * costs a round trip for some hundred rows, lets other statements run in between, and is left by
 * forgetting it.
 *
 * Both statements are parsed anew each time: one is used once, and the other costs little beside
 * the rows it brings. */
#include "driver/postgres/pg.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct tenon__cursor {
    tenon__statement declare, fetch;
    tenon__prepared *declaring, *fetching;
    char name[24];
    char fetch_sql[64];
    char declare_sql[];
};

static const char declare_format[] = "DECLARE %s NO SCROLL CURSOR FOR ";

static tenon__cursor *cursor_new(tenon__connection *c, const tenon__statement *statement)
{
    size_t room = sizeof declare_format + sizeof((tenon__cursor *)0)->name;
    tenon__cursor *cursor = calloc(1, sizeof *cursor + room + statement->sql_length);
    if (!cursor)
        return NULL;
    snprintf(cursor->name, sizeof cursor->name, "tenon_c%u", ++c->last_name);
    int head = snprintf(cursor->declare_sql, room, declare_format, cursor->name);
    memcpy(cursor->declare_sql + head, statement->sql, statement->sql_length);
    cursor->declare = (tenon__statement){.sql = cursor->declare_sql,
                                         .sql_length = (size_t)head + statement->sql_length,
                                         .flags = TENON__ONCE,
                                         .slots = statement->slots,
                                         .slot_count = statement->slot_count};
    cursor->fetch = (tenon__statement){
        .sql = cursor->fetch_sql, .flags = TENON__ONCE, .layout = statement->layout};
    return cursor;
}

tenon__progress tenon__pg_cursor_open(tenon__connection *c, const tenon__statement *statement,
                                      const void *const *values, tenon__cursor **out,
                                      tenon_error *err)
{
    tenon__cursor *cursor = *out = cursor_new(c, statement);
    if (!cursor) {
        tenon__fail_no_memory(err);
        return TENON__FAILED;
    }
    if (tenon__pg_prepare(c, &cursor->declare, &cursor->declaring, err) != TENON__DONE ||
        tenon__pg_prepare(c, &cursor->fetch, &cursor->fetching, err) != TENON__DONE)
        return TENON__FAILED;
    return tenon__pg_execute(c, cursor->declaring, values, err);
}

tenon__progress tenon__pg_cursor_fetch(tenon__connection *c, tenon__cursor *cursor, size_t most,
                                       tenon_error *err)
{
    int length = snprintf(cursor->fetch_sql, sizeof cursor->fetch_sql, "FETCH FORWARD %zu FROM %s",
                          most, cursor->name);
    cursor->fetch.sql_length = (size_t)length;
    return tenon__pg_execute(c, cursor->fetching, NULL, err);
}

tenon__progress tenon__pg_cursor_close(tenon__connection *c, tenon__cursor *cursor,
                                       tenon_error *err)
{
    char sql[sizeof cursor->name + 8];
    snprintf(sql, sizeof sql, "CLOSE %s", cursor->name);
    return tenon__pg_script(c, sql, err);
}

void tenon__pg_cursor_forget(tenon__connection *c, tenon__cursor *cursor)
{
    if (!cursor)
        return;
    if (cursor->declaring)
        tenon__pg_forget(c, cursor->declaring);
    if (cursor->fetching)
        tenon__pg_forget(c, cursor->fetching);
    free(cursor);
}
