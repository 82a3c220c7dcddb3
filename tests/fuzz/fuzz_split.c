/* Files of SQL as statements: each is a part of the file, in order, and splitting the statements
 * again gives the same ones. */
#include "migrate/split.h"

#include "check.h"

#include <stdlib.h>

static void check_places(const char *sql, const tenon__pieces *pieces)
{
    const char *at = sql;
    for (size_t i = 0; i < pieces->count; i++) {
        at = strstr(at, pieces->items[i].text);
        CHECK(at && pieces->items[i].text[0]);
        at += strlen(pieces->items[i].text);
    }
}

/* But for the last one, which may not have come to its end. */
static void check_again(tenon_dialect dialect, const tenon__pieces *pieces)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__pieces again;
    tenon_error unheeded = {0};
    for (size_t i = 0; i + 1 < pieces->count; i++)
        tenon__buf_format(&sql, "%s;\n", pieces->items[i].text);
    tenon__split(dialect, tenon__buf_string(&sql), &arena, &again, &unheeded);
    CHECK(again.count + 1 == pieces->count || (!again.count && !pieces->count));
    for (size_t i = 0; i < again.count; i++)
        CHECK(!strcmp(again.items[i].text, pieces->items[i].text));
}

static void split_as(tenon_dialect dialect, const char *sql)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    tenon__pieces pieces;
    tenon_error err = {0};
    bool is_done = tenon__split(dialect, sql, &arena, &pieces, &err);
    CHECK(is_done == (err.status == TENON_OK));
    check_places(sql, &pieces);
    if (is_done)
        check_again(dialect, &pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_add(&text, data, size);
    split_as(TENON_POSTGRESQL, tenon__buf_string(&text));
    split_as(TENON_SQLITE, tenon__buf_string(&text));
    return 0;
}
