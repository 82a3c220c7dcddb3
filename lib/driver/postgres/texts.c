/* Results that nobody knows the columns of: every value as the text that the server prints. */
#include "driver/postgres/pg.h"

static bool read_names(const PGresult *result, tenon__rows *rows)
{
    int count = PQnfields(result);
    const char **items = tenon__arena_array(rows->arena, (size_t)count, sizeof *items);
    for (int i = 0; items && i < count; i++) {
        items[i] = tenon__arena_text(rows->arena, PQfname(result, i));
        if (!items[i])
            return false;
    }
    *rows->names = (tenon__names){items, (size_t)count};
    return items != NULL;
}

static const char **read_row(const PGresult *result, int row, tenon__arena *arena)
{
    int count = PQnfields(result);
    const char **texts = tenon__arena_array(arena, (size_t)count, sizeof *texts);
    for (int i = 0; texts && i < count; i++) {
        if (PQgetisnull(result, row, i))
            continue;
        size_t length = (size_t)PQgetlength(result, row, i);
        texts[i] = tenon__arena_copy(arena, PQgetvalue(result, row, i), length);
        if (!texts[i])
            return NULL;
    }
    return texts;
}

bool tenon__pg_read_texts(const PGresult *result, tenon__rows *rows, tenon_error *err)
{
    int count = PQntuples(result);
    if (rows->names && !read_names(result, rows))
        return tenon__fail_no_memory(err);
    for (int i = 0; i < count; i++) {
        const char **texts = read_row(result, i, rows->arena);
        char *row = texts ? tenon__rows_reserve(rows, 1, sizeof texts) : NULL;
        if (!row)
            return tenon__fail_no_memory(err);
        memcpy(row, &texts, sizeof texts);
        rows->count++;
    }
    tenon__rows_finish(rows, sizeof(const char **));
    return true;
}
