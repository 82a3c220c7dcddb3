/* Values as a hostile PostgreSQL server may send them. The first byte chooses the type of the
 * column, the second whether it is an array, the rest are the value's bytes, in a block of exactly
 * their length, so that the sanitizer sees every read beyond it. What is accepted must be whole:
 * terminated texts, decimals that are decimals, enum values that exist. */
#include "check.h"
#include "driver/postgres/pg.h"

#include <stdlib.h>

static const char *const labels[] = {"red", "green", ""};
static const tenon_enum colour = {.name = "Colour", .names = labels, .values = labels, .count = 3};

static const struct {
    tenon_kind kind;
    tenon_pg_type type;
} types[] = {
    {TENON_KIND_BOOL, TENON_PG_BOOL},         {TENON_KIND_INT16, TENON_PG_INT2},
    {TENON_KIND_INT32, TENON_PG_INT4},        {TENON_KIND_INT64, TENON_PG_INT8},
    {TENON_KIND_INT32, TENON_PG_OID},         {TENON_KIND_INT64, TENON_PG_OID},
    {TENON_KIND_FLOAT, TENON_PG_FLOAT4},      {TENON_KIND_DOUBLE, TENON_PG_FLOAT8},
    {TENON_KIND_DECIMAL, TENON_PG_NUMERIC},   {TENON_KIND_TEXT, TENON_PG_TEXT},
    {TENON_KIND_JSON, TENON_PG_JSON},         {TENON_KIND_JSON, TENON_PG_JSONB},
    {TENON_KIND_BYTES, TENON_PG_BYTEA},       {TENON_KIND_UUID, TENON_PG_UUID},
    {TENON_KIND_TIME, TENON_PG_TIMESTAMP},    {TENON_KIND_DATE, TENON_PG_DATE},
    {TENON_KIND_CLOCK, TENON_PG_TIME},        {TENON_KIND_CLOCK_TZ, TENON_PG_TIMETZ},
    {TENON_KIND_ENUM, TENON_PG_ENUM},         {TENON_KIND_OTHER, TENON_PG_OTHER},
    {TENON_KIND_INTERVAL, TENON_PG_INTERVAL}, {TENON_KIND_VECTOR, TENON_PG_VECTOR},
};

static void check_value(const tenon_field *field, const void *value)
{
    tenon__decimal_form form;
    const tenon_decimal *decimal = value;
    switch (field->kind) {
    case TENON_KIND_DECIMAL:
        CHECK(strlen(decimal->text) == decimal->len);
        CHECK(tenon__decimal_scan(decimal->text, decimal->len, &form));
        break;
    case TENON_KIND_JSON:
        CHECK(((const tenon_json *)value)->text[((const tenon_json *)value)->len] == '\0');
        break;
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        CHECK(*(const char *const *)value != NULL);
        break;
    case TENON_KIND_ENUM:
        CHECK(*(const int *)value >= 1 && *(const int *)value <= 3);
        break;
    default:
        break;
    }
}

static void check_result(const tenon_field *field, const void *value)
{
    if (!(field->flags & TENON_FIELD_LIST)) {
        check_value(field, value);
        return;
    }
    const tenon_text_array *array = value; /* all arrays are alike */
    for (size_t i = 0; i < array->count; i++)
        check_value(field, (const char *)array->items + i * tenon__element_size(field->kind));
}

static void decode(const tenon_field *field, const char *data, int length)
{
    static const tenon_model model = {.name = "Model", .table = "table"};
    const tenon__out out = {.field = field};
    tenon__pg_column column;
    tenon__arena arena = {.limit_bytes = 1 << 24};
    tenon_error err = {0};
    uint64_t value[4] = {0};
    CHECK(tenon__pg_column_init(&column, &out, &model, &err));
    if (tenon__pg_decode(&column, data, length, value, &arena, &err))
        check_result(field, value);
    else
        CHECK(err.status == TENON_TYPE || err.status == TENON_RANGE ||
              err.status == TENON_NO_MEMORY);
    tenon__arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 65536)
        return 0;
    size_t chosen = data[0] % TENON__COUNT(types);
    const tenon_field field = {.name = "field",
                               .column = "column",
                               .kind = types[chosen].kind,
                               .pg_type = types[chosen].type,
                               .flags = data[1] & 1 ? TENON_FIELD_LIST : 0,
                               .enumeration = &colour};
    size_t length = size - 2;
    char *copy = malloc(length ? length : 1);
    if (!copy)
        return 0;
    memcpy(copy, data + 2, length);
    decode(&field, copy, (int)length);
    free(copy);
    return 0;
}
