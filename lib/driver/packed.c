/* Arrays in one packed value, as @tenon.compress stores them: in and out of both databases.
 *
 * The descriptor brings the functions of libtenon-codec with it, so that this library does without
 * that one. What a database holds may be anything: only an array of the column's own type, whose
 * texts are UTF-8 and whose elements are all there, becomes one of C. */
#include "driver/driver.h"

static const char *name_of(tenon_kind kind)
{
    static const char *const names[] = {
        [TENON_KIND_BOOL] = "Boolean", [TENON_KIND_INT16] = "SmallInt",
        [TENON_KIND_INT32] = "Int",    [TENON_KIND_INT64] = "BigInt",
        [TENON_KIND_FLOAT] = "Real",   [TENON_KIND_DOUBLE] = "Float",
        [TENON_KIND_TEXT] = "String",  [TENON_KIND_BYTES] = "Bytes",
        [TENON_KIND_UUID] = "Uuid",    [TENON_KIND_TIME] = "DateTime",
        [TENON_KIND_DATE] = "Date",    [TENON_KIND_CLOCK] = "Time",
    };
    return (size_t)kind < TENON__COUNT(names) && names[kind] ? names[kind] : "something else";
}

static bool pass_on(const tenon_model *model, const tenon_field *field, const tenon_error *why,
                    tenon_error *err)
{
    return tenon__fail_field(err, why->status, model, field, "%s", why->message);
}

bool tenon__pack_value(const tenon_model *model, const tenon_field *field, const tenon__list *array,
                       tenon_packed *out, tenon_error *err)
{
    const tenon_packing *packing = field->packing;
    tenon_error why = {.status = TENON_OK};
    tenon_array given = {.type = packing->type, .items = array->items, .count = array->count};
    return packing->pack(&given, &packing->options, out, &why) || pass_on(model, field, &why, err);
}

static void *take_room(void *context, size_t size)
{
    tenon__arena *arena = context;
    tenon__arena_align(arena);
    return tenon__arena_alloc(arena, size);
}

static bool are_texts_valid(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!tenon__utf8_is_valid(texts[i], strlen(texts[i])))
            return false;
    }
    return true;
}

static bool check_unpacked(const tenon_model *model, const tenon_field *field,
                           const tenon_array *array, tenon_error *err)
{
    const tenon_packing *packing = field->packing;
    if (array->type != packing->type)
        return tenon__fail_field(err, TENON_SCHEMA, model, field,
                                 "the database has a packed array of another type than %s",
                                 name_of(packing->element));
    if (array->validity)
        return tenon__fail_field(err, TENON_TYPE, model, field,
                                 "an element of the packed array in the database is NULL");
    return packing->element != TENON_KIND_TEXT || are_texts_valid(array->items, array->count) ||
           tenon__fail_field(err, TENON_TYPE, model, field,
                             "a text of the packed array in the database is not valid UTF-8");
}

bool tenon__unpack_value(const tenon_model *model, const tenon_field *field, const void *data,
                         size_t length, tenon__arena *arena, tenon__list *out, tenon_error *err)
{
    const tenon_unpack_options options = {.take = take_room, .context = arena};
    tenon_unpacked unpacked;
    tenon_error why = {.status = TENON_OK};
    if (!field->packing->unpack(data, length, &options, &unpacked, &why))
        return pass_on(model, field, &why, err);
    if (!check_unpacked(model, field, &unpacked.array, err))
        return false;
    *out = (tenon__list){.items = unpacked.array.items, .count = unpacked.array.count};
    return true;
}
