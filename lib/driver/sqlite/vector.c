/* Vectors: a BLOB of little-endian floats, and SQL functions for the distance between two.
 *
 * A -0 is stored as 0, so that equal vectors are equal bytes. There is no index: SQLite looks at
 * every row that the other conditions leave. */
#include "driver/sqlite/sqlite.h"

#include <math.h>
#include <stdlib.h>

enum { FLOAT_BYTES = sizeof(float) };

static void store(unsigned char *at, float value)
{
    uint32_t bits;
    value = value == 0 ? 0 : value;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < FLOAT_BYTES; i++)
        at[i] = (unsigned char)(bits >> 8 * i);
}

static float load(const unsigned char *at)
{
    uint32_t bits = 0;
    for (int i = 0; i < FLOAT_BYTES; i++)
        bits |= (uint32_t)at[i] << 8 * i;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool tenon__sqlite_encode_vector(tenon_vector vector, cell *out, tenon_error *err)
{
    unsigned char *bytes = malloc(vector.count * FLOAT_BYTES);
    if (!bytes)
        return tenon__fail_no_memory(err);
    for (size_t i = 0; i < vector.count; i++)
        store(bytes + i * FLOAT_BYTES, vector.items[i]);
    out->type = CELL_BLOB;
    out->as.bytes.data = (const char *)bytes;
    out->as.bytes.length = vector.count * FLOAT_BYTES;
    out->is_owned = true;
    return true;
}

bool tenon__sqlite_is_vector(const tenon_field *field, const cell *value)
{
    size_t length = value->as.bytes.length, count = length / FLOAT_BYTES;
    if (value->type != CELL_BLOB || count == 0 || length % FLOAT_BYTES ||
        (field->precision > 0 && count != (size_t)field->precision))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(load((const unsigned char *)value->as.bytes.data + i * FLOAT_BYTES)))
            return false;
    }
    return true;
}

bool tenon__sqlite_decode_vector(tenon__arena *arena, const cell *value, tenon_vector *out)
{
    size_t count = value->as.bytes.length / FLOAT_BYTES;
    tenon__arena_align(arena);
    float *items = tenon__arena_array(arena, count, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < count; i++)
        items[i] = load((const unsigned char *)value->as.bytes.data + i * FLOAT_BYTES);
    *out = (tenon_vector){count, items};
    return true;
}

/* ---- distances ------------------------------------------------------------------------------- */

/* False for what is no vector; `out->items` is to be freed. */
static bool take_vector(sqlite3_value *value, tenon_vector *out)
{
    int length = sqlite3_value_bytes(value);
    const unsigned char *bytes = sqlite3_value_blob(value);
    *out = (tenon_vector){0};
    if (sqlite3_value_type(value) != SQLITE_BLOB || length == 0 || length % FLOAT_BYTES)
        return false;
    float *items = sqlite3_malloc(length);
    out->count = (size_t)length / FLOAT_BYTES;
    for (size_t i = 0; items && i < out->count; i++)
        items[i] = load(bytes + i * FLOAT_BYTES);
    out->items = items;
    return true;
}

static void drop_vector(tenon_vector *vector)
{
    sqlite3_free((void *)(uintptr_t)vector->items);
}

/* Without a direction there is no angle, which here is NULL. */
static void give_distance(sqlite3_context *context, tenon_vector a, tenon_vector b)
{
    const tenon_metric *metric = sqlite3_user_data(context);
    if (!a.items || !b.items)
        sqlite3_result_error_nomem(context);
    else if (a.count != b.count)
        sqlite3_result_error(context, "vectors of different dimensions have no distance", -1);
    else
        sqlite3_result_double(context, tenon_vector_distance(*metric, a, b));
}

static void distance(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    TENON__CLEANUP(drop_vector) tenon_vector a = {0};
    TENON__CLEANUP(drop_vector) tenon_vector b = {0};
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL ||
        sqlite3_value_type(arguments[1]) == SQLITE_NULL)
        return;
    if (take_vector(arguments[0], &a) && take_vector(arguments[1], &b))
        give_distance(context, a, b);
    else
        sqlite3_result_error(context, "a stored value is no vector", -1);
}

int tenon__sqlite_register_vector(sqlite3 *db)
{
    static const struct {
        const char *name;
        tenon_metric metric;
    } functions[] = {
        {"tenon_l2", TENON_L2},
        {"tenon_inner_product", TENON_INNER_PRODUCT},
        {"tenon_cosine", TENON_COSINE},
    };
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = SQLITE_OK;
    for (size_t i = 0; i < TENON__COUNT(functions) && code == SQLITE_OK; i++)
        code = sqlite3_create_function_v2(db, functions[i].name, 2, flags,
                                          (void *)(uintptr_t)&functions[i].metric, distance, NULL,
                                          NULL, NULL);
    return code;
}
