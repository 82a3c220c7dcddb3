/* Values of rows compared with each other.
 *
 * Equal means that writing one over the other would change nothing that tenon can see: texts, bytes
 * and JSON by their bytes, numbers by their value, NaN like itself. */
#include "model/row.h"

static const void *pointer_at(const char *at)
{
    const void *pointer;
    memcpy(&pointer, at, sizeof pointer);
    return pointer;
}

static size_t length_of(size_t length, const char *text)
{
    return length ? length : strlen(text);
}

static bool texts_are_equal(size_t a_length, const char *a, size_t b_length, const char *b)
{
    a_length = length_of(a_length, a);
    return a_length == length_of(b_length, b) && memcmp(a, b, a_length) == 0;
}

/* Neither is NULL; both in row form. */
static bool are_equal(tenon_kind kind, const char *a, const char *b)
{
    switch ((int)kind) {
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        return strcmp(pointer_at(a), pointer_at(b)) == 0;
    case TENON_KIND_DECIMAL: {
        tenon_decimal x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return texts_are_equal(x.len, x.text, y.len, y.text);
    }
    case TENON_KIND_JSON: {
        tenon_json x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return texts_are_equal(x.len, x.text, y.len, y.text);
    }
    case TENON_KIND_BYTES: {
        tenon_bytes x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return x.len == y.len && (x.len == 0 || memcmp(x.data, y.data, x.len) == 0);
    }
    case TENON_KIND_VECTOR: {
        tenon_vector x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return x.count == y.count && memcmp(x.items, y.items, x.count * sizeof *x.items) == 0;
    }
    case TENON_KIND_CLOCK_TZ: {
        tenon_clock_tz x, y; /* which has padding */
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return x.us == y.us && x.offset_seconds == y.offset_seconds;
    }
    default:
        return memcmp(a, b, tenon__element_size(kind)) == 0;
    }
}

static bool lists_are_equal(tenon_kind kind, const char *a, const char *b)
{
    tenon__list x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    size_t size = tenon__element_size(kind);
    if (x.count != y.count)
        return false;
    for (size_t i = 0; i < x.count; i++) {
        if (!are_equal(kind, (const char *)x.items + i * size, (const char *)y.items + i * size))
            return false;
    }
    return true;
}

bool tenon__row_is_equal(const tenon_field *field, const void *a, const void *b)
{
    const void *x = tenon__row_value(field, a), *y = tenon__row_value(field, b);
    if (!x || !y)
        return x == y;
    if (field->kind == TENON_KIND_PACKED)
        return lists_are_equal(field->packing->element, x, y);
    return field->flags & TENON_FIELD_LIST ? lists_are_equal(field->kind, x, y)
                                           : are_equal(field->kind, x, y);
}
