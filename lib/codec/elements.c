/* The elements of a block, between memory and the forms of numbers and pieces.
 *
 * A block of an array with NULLs begins with which of its elements are there; only those follow.
 * What is read has to fit its type: a number that is out of range cannot have been written. */
#include "codec/elements.h"

typedef enum presence { ALL_THERE, SOME_THERE, NONE_THERE } presence;

/* clang-format off */
static const tenon__element_type types[] = {
    [TENON_ARRAY_INT8] = {TENON__ELEMENT_INT, 1, 1, .is_signed = true},
    [TENON_ARRAY_INT16] = {TENON__ELEMENT_INT, 2, 2, .is_signed = true},
    [TENON_ARRAY_INT32] = {TENON__ELEMENT_INT, 4, 4, .is_signed = true},
    [TENON_ARRAY_INT64] = {TENON__ELEMENT_INT, 8, 8, .is_signed = true},
    [TENON_ARRAY_UINT8] = {TENON__ELEMENT_INT, 1, 1, .is_signed = false},
    [TENON_ARRAY_UINT16] = {TENON__ELEMENT_INT, 2, 2, .is_signed = false},
    [TENON_ARRAY_UINT32] = {TENON__ELEMENT_INT, 4, 4, .is_signed = false},
    [TENON_ARRAY_UINT64] = {TENON__ELEMENT_INT, 8, 8, .is_signed = false},
    [TENON_ARRAY_FLOAT] = {TENON__ELEMENT_FLOAT, 4, 4, .is_signed = false},
    [TENON_ARRAY_DOUBLE] = {TENON__ELEMENT_FLOAT, 8, 8, .is_signed = false},
    [TENON_ARRAY_BOOL] = {TENON__ELEMENT_BOOL, sizeof(bool), 1, .is_signed = false},
    [TENON_ARRAY_TIME] = {TENON__ELEMENT_INT, sizeof(tenon_time), 8, .is_signed = true},
    [TENON_ARRAY_DATE] = {TENON__ELEMENT_INT, sizeof(tenon_date), 4, .is_signed = true},
    [TENON_ARRAY_CLOCK] = {TENON__ELEMENT_INT, sizeof(tenon_clock), 8, .is_signed = true},
    [TENON_ARRAY_UUID] = {TENON__ELEMENT_UUID, sizeof(tenon_uuid), 16, .is_signed = false},
    [TENON_ARRAY_TEXT] = {TENON__ELEMENT_PIECE, sizeof(char *), 0, .has_end = true},
    [TENON_ARRAY_BYTES] = {TENON__ELEMENT_PIECE, sizeof(tenon_bytes), 0, .has_end = false},
};
/* clang-format on */

const tenon__element_type *tenon__element_type_of(unsigned type)
{
    bool is_known = type >= TENON_ARRAY_INT8 && type < TENON__COUNT(types);
    return is_known ? &types[type] : NULL;
}

size_t tenon__array_item_size(tenon_array_type type)
{
    const tenon__element_type *of = tenon__element_type_of((unsigned)type);
    return of ? of->item_size : 0;
}

static tenon_bytes piece_at(const tenon_array *array, size_t i)
{
    if (array->type == TENON_ARRAY_BYTES)
        return ((const tenon_bytes *)array->items)[i];
    const char *text = ((const char *const *)array->items)[i];
    return (tenon_bytes){.len = text ? strlen(text) : 0, .data = text};
}

size_t tenon__block_plain_length(const tenon_array *array, size_t first, size_t count)
{
    const tenon__element_type *type = tenon__element_type_of(array->type);
    size_t length = 0;
    for (size_t i = first; i < first + count; i++) {
        if (tenon__is_valid(array->validity, i))
            length += type->plain_width ? type->plain_width : piece_at(array, i).len;
    }
    return length;
}

/* ---- which are there ------------------------------------------------------------------------- */

static size_t count_valid(const uint8_t *validity, size_t first, size_t count)
{
    size_t valid = 0;
    for (size_t i = first; i < first + count; i++)
        valid += tenon__is_valid(validity, i);
    return valid;
}

static void add_presence(tenon__buf *out, const uint8_t *validity, size_t first, size_t count,
                         size_t valid)
{
    uint8_t bits[BLOCK / 8] = {0};
    presence are = valid == count ? ALL_THERE : valid ? SOME_THERE : NONE_THERE;
    tenon__buf_char(out, (char)are);
    if (are != SOME_THERE)
        return;
    for (size_t i = 0; i < count; i++)
        bits[i / 8] |= (uint8_t)(tenon__is_valid(validity, first + i) << (i % 8));
    tenon__buf_add(out, bits, (count + 7) / 8);
}

/* Sets the bits of those that are there, in zeroed memory; the number of them in *valid. */
static bool read_presence(tenon__reader *in, uint8_t *validity, size_t first, size_t count,
                          size_t *valid)
{
    const uint8_t *are = tenon__reader_take(in, 1), *bits = NULL;
    if (!are || *are > NONE_THERE)
        return false;
    if (*are == SOME_THERE && !(bits = tenon__reader_take(in, (count + 7) / 8)))
        return false;
    for (size_t i = 0; i < count && *are != NONE_THERE; i++) {
        if (!bits || (bits[i / 8] >> (i % 8) & 1))
            validity[(first + i) / 8] |= (uint8_t)(1u << ((first + i) % 8));
    }
    *valid = count_valid(validity, first, count);
    return true;
}

/* ---- numbers in memory ----------------------------------------------------------------------- */

static uint64_t load(const void *item, const tenon__element_type *type)
{
    uint64_t bits = 0;
    memcpy(&bits, item, type->item_size); /* the low bytes: see the assertion */
    unsigned unused = 64 - type->item_size * 8u;
    return type->is_signed ? (uint64_t)((int64_t)(bits << unused) >> unused) : bits;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "numbers are copied by their low bytes, which come first");

/* False for what the type cannot hold. */
static bool store(void *item, uint64_t value, const tenon__element_type *type)
{
    memcpy(item, &value, type->item_size);
    return type->class == TENON__ELEMENT_FLOAT || load(item, type) == value;
}

static size_t gather(const tenon_array *array, size_t first, size_t count, uint64_t *values)
{
    const tenon__element_type *type = tenon__element_type_of(array->type);
    const char *items = array->items;
    size_t valid = 0;
    for (size_t i = first; i < first + count; i++) {
        if (tenon__is_valid(array->validity, i))
            values[valid++] = load(items + i * type->item_size, type);
    }
    return valid;
}

static bool scatter(const uint64_t *values, void *items, const uint8_t *validity, size_t first,
                    size_t count, const tenon__element_type *type)
{
    char *item = (char *)items + first * type->item_size;
    bool fits = true;
    for (size_t i = first; i < first + count; i++, item += type->item_size) {
        if (tenon__is_valid(validity, i))
            fits = store(item, *values++, type) && fits;
    }
    return fits;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void add_bools(tenon__buf *out, const tenon_array *array, size_t first, size_t count)
{
    uint8_t bits[BLOCK / 8] = {0};
    const bool *items = array->items;
    size_t valid = 0;
    for (size_t i = first; i < first + count; i++) {
        if (!tenon__is_valid(array->validity, i))
            continue;
        bits[valid / 8] |= (uint8_t)(items[i] << (valid % 8));
        valid++;
    }
    tenon__buf_add(out, bits, (valid + 7) / 8);
}

/* Those of version 7 begin with their time, so the halves are two columns of numbers. */
static void add_uuids(tenon__buf *out, const tenon_array *array, size_t first, size_t count,
                      const tenon__block_options *options)
{
    uint64_t halves[2][BLOCK];
    const tenon_uuid *items = array->items;
    size_t valid = 0;
    for (size_t i = first; i < first + count; i++) {
        if (!tenon__is_valid(array->validity, i))
            continue;
        halves[0][valid] = items[i].hi;
        halves[1][valid++] = items[i].lo;
    }
    for (size_t half = 0; half < 2; half++)
        tenon__ints_add(out, halves[half], valid, sizeof(uint64_t), false, options);
}

static bool add_pieces(tenon__buf *out, const tenon_array *array, size_t first, size_t count,
                       const tenon__block_options *options, tenon_error *err)
{
    tenon_bytes pieces[BLOCK];
    size_t valid = 0;
    for (size_t i = first; i < first + count; i++) {
        if (!tenon__is_valid(array->validity, i))
            continue;
        pieces[valid] = piece_at(array, i);
        if (!pieces[valid].data && (pieces[valid].len || array->type == TENON_ARRAY_TEXT))
            return tenon__fail(err, TENON_VALIDATION, "element %zu of the array is NULL", i);
        valid++;
    }
    tenon__pieces_add(out, pieces, valid, options);
    return true;
}

static void add_numbers(tenon__buf *out, const tenon_array *array, size_t first, size_t count,
                        const tenon__block_options *options)
{
    const tenon__element_type *type = tenon__element_type_of(array->type);
    uint64_t values[BLOCK];
    size_t valid = gather(array, first, count, values);
    if (type->class == TENON__ELEMENT_FLOAT)
        tenon__floats_add(out, values, valid, type->item_size, options);
    else
        tenon__ints_add(out, values, valid, type->item_size, type->is_signed, options);
}

bool tenon__block_add(tenon__buf *out, const tenon_array *array, size_t first, size_t count,
                      const tenon__block_options *options, tenon_error *err)
{
    size_t valid = count_valid(array->validity, first, count);
    if (array->validity)
        add_presence(out, array->validity, first, count, valid);
    if (valid == 0)
        return true;
    switch (tenon__element_type_of(array->type)->class) {
    case TENON__ELEMENT_BOOL:
        add_bools(out, array, first, count);
        return true;
    case TENON__ELEMENT_UUID:
        add_uuids(out, array, first, count, options);
        return true;
    case TENON__ELEMENT_PIECE:
        return add_pieces(out, array, first, count, options, err);
    default:
        add_numbers(out, array, first, count, options);
        return true;
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct target {
    const tenon__element_type *type;
    void *items;
    const uint8_t *validity;
    size_t first, count;
} target;

static bool read_bools(tenon__reader *in, const target *to, size_t valid)
{
    bool *items = to->items;
    const uint8_t *bits = tenon__reader_take(in, (valid + 7) / 8);
    size_t next = 0;
    for (size_t i = to->first; bits && i < to->first + to->count; i++) {
        if (!tenon__is_valid(to->validity, i))
            continue;
        items[i] = bits[next / 8] >> (next % 8) & 1;
        next++;
    }
    return bits != NULL;
}

static bool read_uuids(tenon__reader *in, const target *to, size_t valid, tenon_error *err)
{
    uint64_t halves[2][BLOCK];
    tenon_uuid *items = to->items;
    size_t next = 0;
    if (!tenon__ints_read(in, halves[0], valid, sizeof(uint64_t), false, err) ||
        !tenon__ints_read(in, halves[1], valid, sizeof(uint64_t), false, err))
        return false;
    for (size_t i = to->first; i < to->first + to->count; i++) {
        if (!tenon__is_valid(to->validity, i))
            continue;
        items[i] = (tenon_uuid){.hi = halves[0][next], .lo = halves[1][next]};
        next++;
    }
    return true;
}

static bool read_pieces(tenon__reader *in, const target *to, size_t valid, char *room,
                        size_t length, tenon_error *err)
{
    tenon_bytes pieces[BLOCK];
    bool has_ends = to->type->has_end;
    size_t next = 0;
    if (!tenon__pieces_read(in, pieces, valid, room, length, has_ends, err))
        return false;
    for (size_t i = to->first; i < to->first + to->count; i++) {
        if (!tenon__is_valid(to->validity, i))
            continue;
        if (has_ends)
            ((const char **)to->items)[i] = pieces[next].data;
        else
            ((tenon_bytes *)to->items)[i] = pieces[next];
        next++;
    }
    return true;
}

static bool read_numbers(tenon__reader *in, const target *to, size_t valid, tenon_error *err)
{
    uint64_t values[BLOCK];
    unsigned width = to->type->item_size;
    if (to->type->class == TENON__ELEMENT_FLOAT) {
        if (!tenon__floats_read(in, values, valid, width, err))
            return false;
    } else if (!tenon__ints_read(in, values, valid, width, to->type->is_signed, err)) {
        return false;
    }
    return scatter(values, to->items, to->validity, to->first, to->count, to->type);
}

bool tenon__block_read(tenon__reader *in, tenon_array_type type, void *items, uint8_t *validity,
                       size_t first, size_t count, char *room, size_t length, tenon_error *err)
{
    const target to = {tenon__element_type_of(type), items, validity, first, count};
    size_t valid = count;
    if (!to.type)
        return false;
    if (validity && !read_presence(in, validity, first, count, &valid))
        return false;
    if (valid == 0)
        return length == 0;
    switch (to.type->class) {
    case TENON__ELEMENT_BOOL:
        return read_bools(in, &to, valid);
    case TENON__ELEMENT_UUID:
        return read_uuids(in, &to, valid, err);
    case TENON__ELEMENT_PIECE:
        return read_pieces(in, &to, valid, room, length, err);
    default:
        return read_numbers(in, &to, valid, err);
    }
}
