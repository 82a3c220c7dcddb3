/* Reading an array. The data may be anything: each length is compared with what is there before
 * memory is taken for it, and what a block holds with its checksum before it is looked at. */
#include "codec/envelope.h"

#include <stdlib.h>

enum { MOST_ELEMENTS = 1 << 26, MOST_BYTES = 1 << 30 };

static bool fail_damaged(tenon_error *err, const char *what)
{
    return tenon__fail(err, TENON_CORRUPT, "this is no whole compressed array: %s", what);
}

/* ---- header ---------------------------------------------------------------------------------- */

typedef struct block {
    const uint8_t *data;
    size_t length; /* without its checksum */
    size_t plain_length;
} block;

/* Reads everything up to the directory. */
static bool read_start(tenon__reader *in, tenon_packed_info *info, tenon_error *err)
{
    const uint8_t *magic = tenon__reader_take(in, ENVELOPE_MAGIC_LENGTH);
    if (!magic || memcmp(magic, ENVELOPE_MAGIC, ENVELOPE_MAGIC_LENGTH - 1) != 0)
        return fail_damaged(err, "it does not begin like one");
    if (magic[ENVELOPE_MAGIC_LENGTH - 1] != ENVELOPE_MAGIC[ENVELOPE_MAGIC_LENGTH - 1])
        return tenon__fail(err, TENON_UNSUPPORTED,
                           "the compressed array has version %d of the format, and 1 is known here",
                           magic[ENVELOPE_MAGIC_LENGTH - 1]);
    const uint8_t *bytes = tenon__reader_take(in, 2);
    uint64_t count;
    if (!bytes || !tenon__element_type_of(bytes[0]) || bytes[1] > (FLAG_NULLS | FLAG_LOSSY) ||
        !tenon__read_varint(in, &count) || count > SIZE_MAX - BLOCK)
        return fail_damaged(err, "its header cannot be read");
    *info = (tenon_packed_info){.type = (tenon_array_type)bytes[0],
                                .count = (size_t)count,
                                .block_count = ((size_t)count + BLOCK - 1) / BLOCK,
                                .has_nulls = bytes[1] & FLAG_NULLS,
                                .is_lossy = bytes[1] & FLAG_LOSSY};
    return true;
}

/* Passes the directory. The blocks, of which each takes a byte of it at least, may be NULL. */
static bool read_directory(tenon__reader *in, tenon_packed_info *info, block *blocks)
{
    size_t width = tenon__element_type_of(info->type)->plain_width;
    if (info->block_count > tenon__reader_left(in))
        return false;
    info->plain_length = width * info->count;
    for (size_t i = 0; i < info->block_count; i++) {
        uint64_t length, plain = 0;
        if (!tenon__read_varint(in, &length) || length < ENVELOPE_CHECKSUM ||
            (width == 0 && !tenon__read_varint(in, &plain)) || plain > SIZE_MAX / 2 ||
            info->plain_length > SIZE_MAX / 2)
            return false;
        info->plain_length += (size_t)plain;
        if (blocks)
            blocks[i] = (block){.length = (size_t)length - ENVELOPE_CHECKSUM,
                                .plain_length = (size_t)plain};
    }
    return true;
}

static bool read_header(tenon__reader *in, tenon_packed_info *info, block *blocks, tenon_error *err)
{
    const uint8_t *start = in->at;
    uint32_t checksum;
    if (!read_start(in, info, err))
        return false;
    if (!read_directory(in, info, blocks))
        return fail_damaged(err, "its directory is cut off");
    uint32_t computed = tenon__crc32c(0, start, (size_t)(in->at - start));
    if (!tenon__read_uint32(in, &checksum) || checksum != computed)
        return fail_damaged(err, "the checksum of its header is another");
    return true;
}

bool tenon_packed_read_info(const void *data, size_t length, tenon_packed_info *info,
                            tenon_error *err)
{
    tenon__reader in = {.at = data, .end = (const uint8_t *)data + length};
    return read_header(&in, info, NULL, err);
}

/* Where each block stands; they fill what is left. */
static bool place_blocks(tenon__reader *in, block *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t left = tenon__reader_left(in);
        if (left < ENVELOPE_CHECKSUM || blocks[i].length > left - ENVELOPE_CHECKSUM)
            return false;
        blocks[i].data = tenon__reader_take(in, blocks[i].length + ENVELOPE_CHECKSUM);
    }
    return in->at == in->end;
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* The blocks that are wanted and where they go: items, validity, pieces, one behind the other. */
typedef struct unpacking {
    tenon_packed_info info;
    block *blocks;
    size_t first_block, block_count; /* that are wanted */
    size_t count;                    /* elements of these */
    char *items;
    uint8_t *validity;
    char *room;                        /* for pieces */
    size_t *room_starts;               /* in it, of each wanted block */
    size_t validity_at, room_at, size; /* in bytes from the items */
} unpacking;

static size_t elements_of(const unpacking *u, size_t block_index)
{
    size_t left = u->info.count - block_index * BLOCK;
    return left < BLOCK ? left : BLOCK;
}

/* How much memory that takes. False when it is more than a limit. */
static bool measure(unpacking *u, const tenon_unpack_options *options, tenon_error *err)
{
    size_t most_count = options && options->max_count ? options->max_count : MOST_ELEMENTS;
    size_t most_bytes = options && options->max_length ? options->max_length : MOST_BYTES;
    for (size_t i = 0; i < u->block_count; i++)
        u->count += elements_of(u, u->first_block + i);
    if (u->count > most_count)
        return tenon__fail(err, TENON_LIMIT,
                           "the compressed array has %zu elements; the limit is %zu", u->count,
                           most_count);
    u->validity_at = u->count * tenon__array_item_size(u->info.type);
    u->room_at = u->validity_at + (u->info.has_nulls ? (u->count + 7) / 8 : 0);
    u->size = u->room_at;
    for (size_t i = 0; i < u->block_count && tenon__has_pieces(u->info.type); i++) {
        const block *b = &u->blocks[u->first_block + i];
        u->room_starts[i] = u->size - u->room_at;
        if (b->plain_length > most_bytes)
            return tenon__fail(err, TENON_LIMIT, "the compressed array needs more than %zu bytes",
                               most_bytes);
        u->size += b->plain_length + elements_of(u, u->first_block + i);
    }
    return u->size <= most_bytes ||
           tenon__fail(err, TENON_LIMIT, "the compressed array needs %zu bytes; the limit is %zu",
                       u->size, most_bytes);
}

static void place(unpacking *u, char *memory)
{
    memset(memory, 0, u->room_at);
    u->items = memory;
    u->validity = u->info.has_nulls ? (uint8_t *)memory + u->validity_at : NULL;
    u->room = memory + u->room_at;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static bool unpack_block(void *context, size_t index, tenon_error *err)
{
    const unpacking *u = context;
    const block *b = &u->blocks[u->first_block + index];
    tenon__reader in = {.at = b->data, .end = b->data + b->length};
    tenon__reader sum = {.at = in.end, .end = in.end + ENVELOPE_CHECKSUM};
    uint32_t checksum;
    tenon_error why = {.status = TENON_OK};
    if (!tenon__read_uint32(&sum, &checksum) || checksum != tenon__crc32c(0, b->data, b->length))
        return fail_damaged(err, "the checksum of a block is another");
    size_t elements = elements_of(u, u->first_block + index);
    bool is_read =
        tenon__block_read(&in, u->info.type, u->items, u->validity, index * BLOCK, elements,
                          u->room + u->room_starts[index], b->plain_length, &why);
    if (is_read && in.at == in.end)
        return true;
    if (why.status == TENON_OK)
        return fail_damaged(err, "a block holds what no array can have");
    *err = why;
    return false;
}

/* Everything up to the memory, which the caller gives: `u->size` bytes. */
static bool prepare(unpacking *u, const void *data, size_t length, size_t first, size_t count,
                    const tenon_unpack_options *options, tenon_error *err)
{
    tenon__reader in = {.at = data, .end = (const uint8_t *)data + length};
    if (!tenon_packed_read_info(data, length, &u->info, err))
        return false;
    if (count == SIZE_MAX)
        count = u->info.count;
    if (first > u->info.count || count > u->info.count - first)
        return tenon__fail(err, TENON_MISUSE, "the array has %zu elements", u->info.count);
    u->first_block = first / BLOCK;
    u->block_count = count ? (first + count - 1) / BLOCK - u->first_block + 1 : 0;
    u->blocks = calloc(u->info.block_count + 1, sizeof *u->blocks);
    u->room_starts = calloc(u->block_count + 1, sizeof *u->room_starts);
    if (!u->blocks || !u->room_starts)
        return tenon__fail_no_memory(err);
    if (!read_header(&in, &u->info, u->blocks, err))
        return false;
    if (!place_blocks(&in, u->blocks, u->info.block_count))
        return fail_damaged(err, "its blocks are not as long as its directory says");
    return measure(u, options, err);
}

static void release(unpacking *u)
{
    free(u->blocks);
    free(u->room_starts);
}

/* ---- the calls ------------------------------------------------------------------------------- */

bool tenon__unpack_into(const void *data, size_t length, const tenon_unpack_options *options,
                        tenon__arena *arena, tenon_array *out, tenon_error *err)
{
    unpacking u = {.blocks = NULL};
    char *memory = NULL;
    bool is_done = prepare(&u, data, length, 0, SIZE_MAX, options, err);
    if (is_done) {
        memory = tenon__arena_alloc(arena, u.size);
        if (!memory)
            tenon__fail_no_memory(err);
    }
    is_done = memory != NULL;
    if (is_done) {
        place(&u, memory);
        is_done =
            tenon__share_jobs(options ? options->threads : 0, u.block_count, unpack_block, &u, err);
    }
    *out = (tenon_array){
        .type = u.info.type, .items = u.items, .count = u.count, .validity = u.validity};
    release(&u);
    return is_done;
}

/* Moves the bits of the elements from `first` on to the front. */
static void shift_validity(uint8_t *validity, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool is_there = tenon__is_valid(validity, first + i);
        uint8_t bit = (uint8_t)(1u << (i % 8));
        validity[i / 8] = (uint8_t)(is_there ? validity[i / 8] | bit : validity[i / 8] & ~bit);
    }
}

/* From where the options say; *out has it when it is to be freed. */
static char *take_memory(const unpacking *u, const tenon_unpack_options *options,
                         tenon_unpacked *out, tenon_error *err)
{
    size_t size = u->size ? u->size : 1;
    bool is_given = options && options->take;
    char *memory = is_given ? options->take(options->context, size) : malloc(size);
    if (!memory)
        tenon__fail_no_memory(err);
    out->memory = is_given ? NULL : memory;
    return memory;
}

bool tenon_unpack_range(const void *data, size_t length, size_t first, size_t count,
                        const tenon_unpack_options *options, tenon_unpacked *out, tenon_error *err)
{
    unpacking u = {.blocks = NULL};
    *out = (tenon_unpacked){.memory = NULL};
    char *memory = NULL;
    if (prepare(&u, data, length, first, count, options, err))
        memory = take_memory(&u, options, out, err);
    bool is_done = memory != NULL;
    if (is_done) {
        place(&u, memory);
        is_done =
            tenon__share_jobs(options ? options->threads : 0, u.block_count, unpack_block, &u, err);
    }
    if (is_done) {
        size_t skipped = first - u.first_block * BLOCK;
        size_t wanted = count == SIZE_MAX ? u.count : count;
        if (u.validity && skipped)
            shift_validity(u.validity, skipped, wanted);
        out->array = (tenon_array){.type = u.info.type,
                                   .items = u.items + skipped * tenon__array_item_size(u.info.type),
                                   .count = wanted,
                                   .validity = u.validity};
    } else {
        tenon_unpacked_free(out);
    }
    release(&u);
    return is_done;
}

bool tenon_unpack(const void *data, size_t length, const tenon_unpack_options *options,
                  tenon_unpacked *out, tenon_error *err)
{
    return tenon_unpack_range(data, length, 0, SIZE_MAX, options, out, err);
}

void tenon_unpacked_free(tenon_unpacked *unpacked)
{
    free(unpacked->memory);
    *unpacked = (tenon_unpacked){.memory = NULL};
}
