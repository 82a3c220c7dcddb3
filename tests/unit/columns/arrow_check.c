/* See arrow_check.h. Formats, buffers and children as the specification lists them; only formats
 * that tenon may write are known. */
#include "unit/columns/arrow_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct layout {
    const char *format; /* or how it begins */
    int buffers, children;
    int width; /* bits of a value; 0: it varies */
} layout;

static const layout layouts[] = {
    {"b", 2, 0, 1},    {"s", 2, 0, 16},     {"i", 2, 0, 32},   {"l", 2, 0, 64},
    {"f", 2, 0, 32},   {"g", 2, 0, 64},     {"d:", 2, 0, 128}, {"u", 3, 0, 0},
    {"z", 3, 0, 0},    {"w:16", 2, 0, 128}, {"tdD", 2, 0, 32}, {"tsu:UTC", 2, 0, 64},
    {"ttu", 2, 0, 64}, {"tin", 2, 0, 128},  {"+l", 2, 1, 0},   {"+s", 1, -1, 0},
};

static const layout *layout_of(const char *format)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        bool is_open = strcmp(layouts[i].format, "d:") == 0;
        if (is_open ? strncmp(format, "d:", 2) == 0 : strcmp(format, layouts[i].format) == 0)
            return &layouts[i];
    }
    fail_msg("format '%s'", format);
    return NULL;
}

static bool is_there(const struct ArrowArray *array, int64_t i)
{
    const uint8_t *bits = array->buffers[0];
    return !bits || bits[i / 8] >> (i % 8) & 1;
}

static void assert_nulls(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
    int64_t null_count = 0;
    for (int64_t i = 0; i < array->length; i++)
        null_count += !is_there(array, i);
    assert_int_equal(array->null_count, null_count);
    assert_true(!null_count || schema->flags & ARROW_FLAG_NULLABLE);
}

static void assert_offsets(const struct ArrowArray *array, int64_t most)
{
    const int32_t *offsets = array->buffers[1];
    assert_non_null(offsets);
    assert_int_equal(offsets[0], 0);
    for (int64_t i = 0; i < array->length; i++) {
        assert_true(offsets[i] <= offsets[i + 1]);
        assert_true(is_there(array, i) || offsets[i] == offsets[i + 1]);
    }
    assert_true(most < 0 || offsets[array->length] <= most);
}

static void assert_dictionary(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
    const int16_t *indexes = array->buffers[1];
    assert_true(!schema->dictionary == !array->dictionary);
    if (!schema->dictionary)
        return;
    assert_string_equal(schema->format, "s");
    assert_arrow(schema->dictionary, array->dictionary);
    for (int64_t i = 0; i < array->length; i++)
        assert_in_range(indexes[i], 0, array->dictionary->length - 1);
}

/* The number of pairs, and each key and value behind its length. */
static void assert_metadata(const char *metadata)
{
    int32_t count, length;
    if (!metadata)
        return;
    memcpy(&count, metadata, sizeof count);
    assert_int_equal(count, 2);
    memcpy(&length, metadata + 4, sizeof length);
    assert_int_equal(length, strlen("ARROW:extension:name"));
    assert_memory_equal(metadata + 8, "ARROW:extension:name", (size_t)length);
}

void assert_arrow(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
    const layout *expected = layout_of(schema->format);
    assert_non_null(schema->release);
    assert_non_null(array->release);
    assert_non_null(schema->name);
    assert_metadata(schema->metadata);
    assert_int_equal(array->offset, 0);
    assert_int_equal(array->n_buffers, expected->buffers);
    assert_int_equal(array->n_children, schema->n_children);
    assert_true(expected->children < 0 || array->n_children == expected->children);
    assert_nulls(schema, array);
    assert_dictionary(schema, array);
    for (int64_t i = 0; i < array->n_buffers; i++)
        assert_int_equal((uintptr_t)array->buffers[i] % 64, 0);
    if (expected->width && array->length)
        assert_non_null(array->buffers[1]);
    if (expected->buffers == 3)
        assert_offsets(array, -1);
    if (strcmp(schema->format, "+l") == 0)
        assert_offsets(array, array->children[0]->length);
    for (int64_t i = 0; i < array->n_children; i++) {
        assert_true(schema->format[1] != 's' || array->children[i]->length == array->length);
        assert_arrow(schema->children[i], array->children[i]);
    }
}
