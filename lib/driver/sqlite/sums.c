/* The aggregate functions that SQLite lacks; driver.h lists them.
 *
 * SQLite's sum() fails where a partial sum overflows though the whole does not, its avg() adds up
 * doubles, and both know no decimals. Integers are added in 128 bits, decimals without a limit, as
 * PostgreSQL does it. A value of another storage class than the column should have is an error of
 * the statement, never a zero. */
#include "driver/sqlite/sqlite.h"

#include <math.h>

/* A number of 128 bits, two's complement. */
typedef struct integer_sum {
    int64_t high;
    uint64_t low;
    uint64_t count;
} integer_sum;

static void *state_of(sqlite3_context *context, size_t size)
{
    void *state = sqlite3_aggregate_context(context, (int)size);
    if (!state)
        sqlite3_result_error_nomem(context);
    return state;
}

static void add_integer(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    int type = sqlite3_value_type(arguments[0]);
    if (type == SQLITE_NULL)
        return;
    integer_sum *sum = state_of(context, sizeof *sum);
    if (!sum)
        return;
    if (type != SQLITE_INTEGER) {
        sqlite3_result_error(context, "a column of integers holds another value", -1);
        return;
    }
    int64_t value = sqlite3_value_int64(arguments[0]);
    sum->low += (uint64_t)value;
    sum->high += (sum->low < (uint64_t)value) - (value < 0);
    sum->count++;
}

static bool fits_int64(const integer_sum *sum)
{
    return sum->high == (sum->low > INT64_MAX ? -1 : 0);
}

static void give_sum(sqlite3_context *context)
{
    const integer_sum *sum = sqlite3_aggregate_context(context, 0);
    if (!sum || !sum->count)
        return;
    if (fits_int64(sum))
        sqlite3_result_int64(context, (int64_t)sum->low);
    else
        sqlite3_result_error(context, "the sum does not fit in 64 bits", -1);
}

static void give_average(sqlite3_context *context)
{
    const integer_sum *sum = sqlite3_aggregate_context(context, 0);
    if (!sum || !sum->count)
        return;
    double total = fits_int64(sum) ? (double)(int64_t)sum->low
                                   : ldexp((double)sum->high, 64) + (double)sum->low;
    sqlite3_result_double(context, total / (double)sum->count);
}

/* ---- decimals -------------------------------------------------------------------------------- */

typedef struct decimal_sum {
    tenon__decimal_sum sum;
    uint64_t count;
} decimal_sum;

/* The number as text, in the room or in the buffer; NULL for what is no decimal. */
static const char *text_of(sqlite3_value *value, char room[REAL_TEXT_SIZE], tenon__buf *buf,
                           size_t *length)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        *length = tenon_decimal_from_int64(sqlite3_value_int64(value), room).len;
        return room;
    case SQLITE_FLOAT:
        *length = tenon__sqlite_real_text(sqlite3_value_double(value), room);
        return room;
    case SQLITE_TEXT:
        if (!tenon__decimal_from_sortable((const char *)sqlite3_value_text(value),
                                          (size_t)sqlite3_value_bytes(value), buf))
            return NULL;
        *length = buf->length;
        return buf->data;
    default:
        return NULL;
    }
}

static void add_decimal(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL)
        return;
    decimal_sum *sum = state_of(context, sizeof *sum);
    if (!sum)
        return;
    char room[REAL_TEXT_SIZE];
    size_t length = 0;
    TENON__CLEANUP(tenon__buf_release) tenon__buf buf = {0};
    const char *text = text_of(arguments[0], room, &buf, &length);
    if (!text)
        sqlite3_result_error(context, "a column of decimals holds another value", -1);
    else if (!tenon__decimal_sum_add(&sum->sum, text, length))
        sqlite3_result_error_nomem(context);
    sum->count++;
}

static void give_sortable(sqlite3_context *context, const tenon__buf *text)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sortable = {0};
    if (tenon__decimal_to_sortable(text->data, text->length, &sortable))
        sqlite3_result_text64(context, sortable.data, sortable.length, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
    else if (sortable.failed)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_error(context, "the sum does not fit in a decimal", -1);
}

static void give_quotient(sqlite3_context *context, const tenon__buf *text, uint64_t count)
{
    tenon_decimal sum = {text->length, text->data};
    double average = tenon_decimal_approximate(sum) / (double)count;
    if (isnan(average))
        sqlite3_result_error(context, "the average does not fit in SQLite: it is NaN", -1);
    else
        sqlite3_result_double(context, average);
}

static void give_decimal(sqlite3_context *context, bool is_average)
{
    decimal_sum *sum = sqlite3_aggregate_context(context, 0);
    if (!sum)
        return;
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (!tenon__decimal_sum_text(&sum->sum, &text))
        sqlite3_result_error_nomem(context);
    else if (is_average)
        give_quotient(context, &text, sum->count);
    else
        give_sortable(context, &text);
    tenon__decimal_sum_release(&sum->sum);
}

static void give_decimal_sum(sqlite3_context *context)
{
    give_decimal(context, false);
}

static void give_decimal_average(sqlite3_context *context)
{
    give_decimal(context, true);
}

/* ---- registering ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*add)(sqlite3_context *, int, sqlite3_value **);
    void (*give)(sqlite3_context *);
} functions[] = {
    {"tenon_sum", add_integer, give_sum},
    {"tenon_avg", add_integer, give_average},
    {"tenon_sum_decimal", add_decimal, give_decimal_sum},
    {"tenon_avg_decimal", add_decimal, give_decimal_average},
};

int tenon__sqlite_register_sums(sqlite3 *db)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = SQLITE_OK;
    for (size_t i = 0; i < TENON__COUNT(functions) && code == SQLITE_OK; i++)
        code = sqlite3_create_function_v2(db, functions[i].name, 1, flags, NULL, NULL,
                                          functions[i].add, functions[i].give, NULL);
    return code;
}
