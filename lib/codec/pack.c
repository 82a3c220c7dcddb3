/* Writing an array: header, directory of the blocks, blocks.
 *
 *     "TNA" 1                              the format and its version
 *     type (1)  flags (1)                  flags: has NULLs, is lossy
 *     count (varint)
 *     for each block: its bytes (varint); of texts and bytes also its plain length (varint)
 *     CRC-32C of all of this (4)
 *     the blocks, each with its own CRC-32C behind it (4), which is counted in its bytes
 *
 * Blocks are independent, so several threads may make them; what comes out is the same. */
#include "codec/envelope.h"

#include <stdlib.h>

typedef struct packing {
    const tenon_array *array;
    tenon__block_options options;
    tenon__buf *blocks;
    size_t block_count;
} packing;

static bool pack_block(void *context, size_t index, tenon_error *err)
{
    const packing *p = context;
    tenon__buf *out = &p->blocks[index];
    size_t first = index * BLOCK, left = p->array->count - first;
    if (!tenon__block_add(out, p->array, first, left < BLOCK ? left : BLOCK, &p->options, err))
        return false;
    tenon__add_uint32(out, tenon__crc32c(0, out->data, out->length));
    return !out->failed || tenon__fail_no_memory(err);
}

static void add_header(tenon__buf *out, const packing *p)
{
    const tenon_array *array = p->array;
    unsigned flags =
        (array->validity ? FLAG_NULLS : 0) | (p->options.max_error > 0 ? FLAG_LOSSY : 0);
    size_t start = out->length;
    tenon__buf_add(out, ENVELOPE_MAGIC, ENVELOPE_MAGIC_LENGTH);
    tenon__buf_char(out, (char)array->type);
    tenon__buf_char(out, (char)flags);
    tenon__add_varint(out, array->count);
    for (size_t i = 0; i < p->block_count; i++) {
        size_t first = i * BLOCK, left = array->count - first;
        tenon__add_varint(out, p->blocks[i].length);
        if (tenon__has_pieces(array->type))
            tenon__add_varint(out,
                              tenon__block_plain_length(array, first, left < BLOCK ? left : BLOCK));
    }
    if (!out->failed)
        tenon__add_uint32(out, tenon__crc32c(0, out->data + start, out->length - start));
}

static bool join(const packing *p, tenon__buf *out, tenon_error *err)
{
    add_header(out, p);
    for (size_t i = 0; i < p->block_count; i++)
        tenon__buf_add(out, p->blocks[i].data, p->blocks[i].length);
    return !out->failed || tenon__fail_no_memory(err);
}

static bool check_array(const tenon_array *array, const tenon_pack_options *options,
                        tenon_error *err)
{
    const tenon__element_type *type = tenon__element_type_of((unsigned)array->type);
    if (!type)
        return tenon__fail(err, TENON_MISUSE, "%d is no type of an array", (int)array->type);
    if (array->count && !array->items)
        return tenon__fail(err, TENON_MISUSE, "the array has %zu elements and no items",
                           array->count);
    if (options->max_error == 0)
        return true;
    if (type->class != TENON__ELEMENT_FLOAT)
        return tenon__fail(err, TENON_MISUSE, "max_error is for arrays of float and double");
    bool is_bound = options->max_error > 0 && options->max_error <= MOST_ERROR;
    return is_bound || tenon__fail(err, TENON_MISUSE, "max_error must be a number above zero");
}

bool tenon__pack_into(const tenon_array *array, const tenon_pack_options *options, tenon__buf *out,
                      tenon_error *err)
{
    static const tenon_pack_options none;
    options = options ? options : &none;
    if (!check_array(array, options, err))
        return false;
    packing p = {.array = array,
                 .options = {.max_error = options->max_error,
                             .has_general = !options->without_general && tenon__general_is_there()},
                 .block_count = array->count / BLOCK + (array->count % BLOCK != 0)};
    p.blocks = calloc(p.block_count ? p.block_count : 1, sizeof *p.blocks);
    if (!p.blocks)
        return tenon__fail_no_memory(err);
    bool is_done = tenon__share_jobs(options->threads, p.block_count, pack_block, &p, err) &&
                   join(&p, out, err);
    for (size_t i = 0; i < p.block_count; i++)
        tenon__buf_release(&p.blocks[i]);
    free(p.blocks);
    return is_done;
}

bool tenon_pack(const tenon_array *array, const tenon_pack_options *options, tenon_packed *out,
                tenon_error *err)
{
    tenon__buf packed = {0};
    *out = (tenon_packed){0};
    if (!tenon__pack_into(array, options, &packed, err)) {
        tenon__buf_release(&packed);
        return false;
    }
    out->length = packed.length;
    out->data = tenon__buf_take(&packed);
    return true;
}

void tenon_packed_free(tenon_packed *packed)
{
    free(packed->data);
    *packed = (tenon_packed){0};
}

/* ---- several arrays -------------------------------------------------------------------------- */

typedef struct many {
    const tenon_array *arrays;
    tenon_pack_options options; /* for each */
    tenon_packed *out;
} many;

static bool pack_one(void *context, size_t index, tenon_error *err)
{
    const many *m = context;
    return tenon_pack(&m->arrays[index], &m->options, &m->out[index], err);
}

bool tenon_pack_many(const tenon_array *arrays, size_t count, const tenon_pack_options *options,
                     tenon_packed *out, tenon_error *err)
{
    many m = {.arrays = arrays, .out = out};
    unsigned threads = options ? options->threads : 0;
    if (options)
        m.options = *options;
    m.options.threads = 0;
    memset(out, 0, count * sizeof *out);
    if (tenon__share_jobs(threads, count, pack_one, &m, err))
        return true;
    for (size_t i = 0; i < count; i++)
        tenon_packed_free(&out[i]);
    return false;
}
