/* The collation of intervals: texts that are compared as the intervals they stand for.
 *
 * SQLite would compare P1M with P30D as texts. The renderer names this collation wherever a column
 * of intervals is compared, sorted or grouped, so that all of that means what it means in
 * PostgreSQL. The column itself does not have it: other programs could not open the database
 * then, and keys and uniques go by the texts. */
#include "driver/sqlite/sqlite.h"

static bool read_interval(const void *text, int length, tenon_interval *out)
{
    char copy[TENON_INTERVAL_TEXT_SIZE];
    if (length >= (int)sizeof copy)
        return false;
    memcpy(copy, text, (size_t)length);
    copy[length] = '\0';
    return tenon_interval_parse(copy, out, NULL);
}

/* What is no interval stands behind all that are. */
static int compare_texts(int a_length, const void *a, int b_length, const void *b)
{
    int common = a_length < b_length ? a_length : b_length;
    int order = memcmp(a, b, (size_t)common);
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

static int collate(void *context, int a_length, const void *a, int b_length, const void *b)
{
    (void)context;
    tenon_interval x, y;
    bool is_a = read_interval(a, a_length, &x), is_b = read_interval(b, b_length, &y);
    if (is_a && is_b)
        return tenon_interval_compare(x, y);
    return is_a != is_b ? is_b - is_a : compare_texts(a_length, a, b_length, b);
}

int tenon__sqlite_register_interval(sqlite3 *db)
{
    return sqlite3_create_collation_v2(db, "tenon_interval", SQLITE_UTF8, NULL, collate, NULL);
}
