/* Calls of every_call.c that compress arrays. */
#include <string.h>

#include "rare_calls.h"

enum { COUNT = 3000 };

static bool pack_and_unpack(const tenon_array *array)
{
    tenon_packed packed;
    tenon_packed_info info;
    tenon_unpacked back, part;
    tenon_error err;
    tenon_error_reset(&err);
    if (!tenon_pack(array, NULL, &packed, &err))
        return false;
    bool is_done = tenon_packed_read_info(packed.data, packed.length, &info, &err);
    is_done = tenon_unpack(packed.data, packed.length, NULL, &back, &err) && is_done;
    is_done = tenon_unpack_range(packed.data, packed.length, 7, 9, NULL, &part, &err) && is_done;
    tenon_unpacked_free(&back);
    tenon_unpacked_free(&part);
    tenon_packed_free(&packed);
    return is_done;
}

static bool pack_many(const tenon_array *array)
{
    const tenon_array twice[] = {*array, *array};
    tenon_packed packed[2];
    tenon_error err;
    tenon_error_reset(&err);
    if (!tenon_pack_many(twice, 2, NULL, packed, &err))
        return false;
    tenon_packed_free(&packed[0]);
    tenon_packed_free(&packed[1]);
    return true;
}

bool array_calls(tenon_session *s)
{
    int64_t numbers[COUNT];
    const char *texts[COUNT];
    (void)s;
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = i * 7;
        texts[i] = i % 3 ? "open" : "closed";
    }
    const tenon_array of_numbers = {.type = TENON_ARRAY_INT64, .items = numbers, .count = COUNT};
    const tenon_array of_texts = {.type = TENON_ARRAY_TEXT, .items = texts, .count = COUNT};
    return pack_and_unpack(&of_numbers) && pack_and_unpack(&of_texts) && pack_many(&of_numbers);
}
