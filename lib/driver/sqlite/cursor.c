/* Cursors: a statement of its own that is stepped so far and then left where it stands.
 *
 * Its own, because one from the cache would be run again by the next call of the same shape. SQLite
 * reads parameters for as long as it steps, so the values are copied: the program has its own back
 * when the cursor is open. While it is open its connection keeps a snapshot, and the log cannot
 * shrink behind it. */
#include "driver/sqlite/sqlite.h"

#include <stdlib.h>

struct tenon__cursor {
    tenon__prepared *prepared;
    tenon__arena values;
};

static const void *const *copy_values(tenon__cursor *cursor, const tenon__statement *statement,
                                      const void *const *values)
{
    const void **copies =
        tenon__arena_array(&cursor->values, statement->slot_count, sizeof *copies);
    for (size_t i = 0; copies && i < statement->slot_count; i++) {
        if (!values[i])
            continue;
        copies[i] = tenon__copy_value(&cursor->values, &statement->slots[i], values[i]);
        if (!copies[i])
            return NULL;
    }
    return copies;
}

static tenon__progress fail_no_memory(tenon_error *err)
{
    tenon__fail_no_memory(err);
    return TENON__FAILED;
}

tenon__progress tenon__sqlite_cursor_open(tenon__connection *connection,
                                          const tenon__statement *statement,
                                          const void *const *values, tenon__cursor **out,
                                          tenon_error *err)
{
    tenon__cursor *cursor = *out = calloc(1, sizeof *cursor);
    if (!cursor)
        return fail_no_memory(err);
    const void *const *copies = copy_values(cursor, statement, values);
    if (!copies)
        return fail_no_memory(err);
    if (tenon__sqlite_prepare(connection, statement, &cursor->prepared, err) != TENON__DONE ||
        tenon__sqlite_execute(connection, cursor->prepared, copies, err) != TENON__ROWS)
        return TENON__FAILED;
    connection->state = TENON__IDLE; /* it waits for cursor_fetch */
    return TENON__DONE;
}

tenon__progress tenon__sqlite_cursor_fetch(tenon__connection *connection, tenon__cursor *cursor,
                                           size_t most, tenon_error *err)
{
    (void)err;
    tenon__sqlite_begin_work(connection);
    connection->running = cursor->prepared;
    connection->rows_most = most;
    connection->state = TENON__ROWS_READY;
    return TENON__ROWS;
}

/* Forgetting it is all. */
tenon__progress tenon__sqlite_cursor_close(tenon__connection *connection, tenon__cursor *cursor,
                                           tenon_error *err)
{
    (void)connection, (void)cursor, (void)err;
    return TENON__DONE;
}

void tenon__sqlite_cursor_forget(tenon__connection *connection, tenon__cursor *cursor)
{
    if (!cursor)
        return;
    tenon__sqlite_forget(connection, cursor->prepared);
    tenon__arena_release(&cursor->values);
    free(cursor);
}
