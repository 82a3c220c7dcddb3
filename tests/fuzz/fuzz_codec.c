/* Compressed arrays: any bytes are refused or read, as a whole and as the block that a checksum
 * would keep from being looked at; and what a block holds can be packed and comes back as it
 * was. */
#include "codec/elements.h"

#include "check.h"

enum { ROOM = 1 << 16 };

static void try_whole(const uint8_t *data, size_t size)
{
    tenon_unpacked back;
    const tenon_unpack_options small = {.max_length = 1 << 20};
    tenon_error err;
    tenon_error_reset(&err);
    if (tenon_unpack(data, size, &small, &back, &err))
        tenon_unpacked_free(&back);
    else
        CHECK(err.status != TENON_OK);
}

/* By what is written: a NULL has any bytes, and a NaN is not equal to itself. */
static void check_comes_back(const tenon_array *array)
{
    tenon_packed first, second;
    tenon_unpacked back;
    tenon_error err;
    tenon_error_reset(&err);
    CHECK(tenon_pack(array, NULL, &first, &err));
    CHECK(tenon_unpack(first.data, first.length, NULL, &back, &err));
    CHECK(tenon_pack(&back.array, NULL, &second, &err));
    CHECK(first.length == second.length);
    CHECK(memcmp(first.data, second.data, first.length) == 0);
    tenon_packed_free(&first);
    tenon_packed_free(&second);
    tenon_unpacked_free(&back);
}

/* type, has NULLs, count (2 bytes), length of the pieces (2), the block */
static void try_block(const uint8_t *data, size_t size)
{
    static _Alignas(8) char items[TENON_ARRAY_BLOCK * sizeof(tenon_uuid)];
    static char room[ROOM + TENON_ARRAY_BLOCK];
    uint8_t validity[TENON_ARRAY_BLOCK / 8] = {0};
    tenon_error err;
    tenon_error_reset(&err);
    if (size < 6 || !tenon__element_type_of(data[0]))
        return;
    tenon_array array = {.type = (tenon_array_type)data[0],
                         .items = items,
                         .count = (size_t)(data[2] | data[3] << 8) % (TENON_ARRAY_BLOCK + 1),
                         .validity = data[1] & 1 ? validity : NULL};
    bool has_pieces = tenon__element_type_of(data[0])->plain_width == 0;
    size_t length = has_pieces ? (size_t)(data[4] | data[5] << 8) : 0;
    tenon__reader in = {data + 6, data + size};
    memset(items, 0, sizeof items);
    if (array.count && tenon__block_read(&in, array.type, items, data[1] & 1 ? validity : NULL, 0,
                                         array.count, room, length, &err))
        check_comes_back(&array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_whole(data, size);
    try_block(data, size);
    return 0;
}
