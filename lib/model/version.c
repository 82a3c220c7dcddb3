/* Optimistic locks: a field with @tenon.version counts the changes of its row.
 *
 * A new row begins with 1 (or the schema's default), and every change made through a …Set adds one:
 * update, update_many, and upsert where it meets a row. An update that says STILL(n) changes the
 * row only while it has version n: the condition stands in the UPDATE itself, so nothing comes
 * between the look and the change, and the good case costs no statement more. Only when no row was
 * changed is the row looked for by its key, to tell one that has another version (CONFLICT) from
 * one that is gone (no row, which is no error here as elsewhere).
 *
 * The number belongs to the count: SET, INCREASE and the like of it would let two changes that know
 * nothing of each other agree, and are refused. */
#include "model/walk.h"

#include <inttypes.h>
#include <stdio.h>

static const int64_t one = 1;

const void *tenon__first_version(void)
{
    return &one;
}

void tenon__walk_version(tenon__walk *walk, uint16_t index, int change, const void *value)
{
    const tenon_field *field = &walk->model->fields[index];
    if (change != 0 && change != TENON_STILL) {
        tenon__walk_fail(walk, TENON_MISUSE, field, "a version is counted, not set");
        tenon__hint(walk->err, "say STILL(n) to change the row only while it has version n");
        return;
    }
    tenon__shape_field(&walk->shape, TENON_INCREASE, index);
    tenon__walk_value(walk, &one);
    if (change == TENON_STILL)
        walk->expected = (tenon__expected){.value = value, .field = field};
}

void tenon__refuse_expected(tenon__walk *walk, const char *call)
{
    if (walk->expected.value)
        tenon__walk_fail(walk, TENON_MISUSE, walk->expected.field, "STILL has no meaning for %s",
                         call);
}

void tenon__walk_expected(tenon__walk *walk)
{
    if (!walk->expected.value)
        return;
    uint16_t index = (uint16_t)(walk->expected.field - walk->model->fields);
    tenon__shape_field(&walk->shape, TENON_STILL, index);
    tenon__walk_value(walk, walk->expected.value);
}

/* ---- what to say ----------------------------------------------------------------------------- */

/* "id 7", "email ann@example.com": what of the key may be shown. */
static void write_key(tenon__buf *text, const tenon_field *field, const void *value)
{
    char uuid[37];
    tenon__buf_text(text, field->name);
    if (field->flags & TENON_FIELD_SENSITIVE)
        return;
    switch (field->kind) {
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        tenon__buf_format(text, " %" PRId64, *(const int64_t *)value);
        return;
    case TENON_KIND_TEXT:
        tenon__buf_format(text, " %.80s", *(const char *const *)value);
        return;
    case TENON_KIND_UUID:
        tenon_uuid_format(*(const tenon_uuid *)value, uuid, sizeof uuid);
        tenon__buf_format(text, " %s", uuid);
        return;
    default:
        return;
    }
}

static void write_keys(tenon__buf *text, const tenon_model *model, uint32_t unique,
                       const void *const *key)
{
    const tenon_unique *by = &model->uniques[unique];
    for (uint16_t i = 0; i < by->field_count; i++) {
        if (i)
            tenon__buf_text(text, ", ");
        write_key(text, &model->fields[by->fields[i]], key[i]);
    }
}

static int64_t version_of(const tenon_field *field, const char *row)
{
    row += field->row_offset;
    if (field->kind == TENON_KIND_INT64)
        return *(const int64_t *)(const void *)row;
    if (field->kind == TENON_KIND_INT32)
        return *(const int32_t *)(const void *)row;
    return *(const int16_t *)(const void *)row;
}

void tenon__fail_expected(const tenon__walk *walk, uint32_t unique, const void *const *key,
                          const void *row)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const tenon__expected *expected = &walk->expected;
    write_keys(&text, walk->model, unique, key);
    tenon__fail_field(walk->err, TENON_CONFLICT, walk->model, expected->field,
                      "the row with %s has %" PRId64 " instead of %" PRId64
                      ": it was changed since it was read",
                      tenon__buf_string(&text), version_of(expected->field, row),
                      *(const int64_t *)expected->value);
    tenon__hint(walk->err, "read the row again and decide anew");
}
