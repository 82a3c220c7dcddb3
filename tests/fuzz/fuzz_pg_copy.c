/* What a hostile server may send as COPY BINARY: the first byte says after how many of the rest a
 * message ends; the messages are blocks of exactly their length, so that the sanitizer sees every
 * read beyond them. What is accepted goes to columns, as it would in a program. */
#include "check.h"
#include "columns/columns.h"
#include "driver/postgres/pg.h"

#include <stdlib.h>

static const char *const labels[] = {"red", "green", ""};
static const tenon_enum colour = {.name = "Colour", .names = labels, .values = labels, .count = 3};

typedef struct row {
    tenon_opt_int64 number;
    const char *text;
    tenon_opt_int32 colour;
    tenon_decimal price;
    tenon_text_array tags;
    bool flag;
} row;

#define FIELD(member, kind_, type, ...)                                                            \
    {                                                                                              \
        .name = #member, .column = #member, .kind = TENON_KIND_##kind_,                            \
        .pg_type = TENON_PG_##type, .row_offset = offsetof(row, member), __VA_ARGS__               \
    }

static const tenon_field fields[] = {
    FIELD(number, INT64, INT8, .flags = TENON_FIELD_NULLABLE),
    FIELD(text, TEXT, TEXT, .flags = TENON_FIELD_NULLABLE),
    FIELD(colour, ENUM, ENUM, .flags = TENON_FIELD_NULLABLE, .enumeration = &colour),
    FIELD(price, DECIMAL, NUMERIC, .flags = TENON_FIELD_NULLABLE, .precision = 12, .scale = 4),
    FIELD(tags, TEXT, TEXT, .flags = TENON_FIELD_LIST),
    FIELD(flag, BOOL, BOOL, .flags = 0),
};

static void check_columns(tenon_columns *columns, size_t rows)
{
    CHECK(tenon_columns_count(columns) == rows);
    for (size_t i = 0; i < tenon_columns_width(columns); i++) {
        const tenon_column *column = tenon_columns_at(columns, i);
        CHECK(column->count == rows && column->null_count <= rows);
        CHECK(!column->offsets || column->offsets[0] == 0);
        for (size_t k = 0; column->offsets && k < rows; k++)
            CHECK(column->offsets[k] <= column->offsets[k + 1]);
    }
    tenon_columns_free(columns);
}

/* A message at a time, until one is refused. */
static void read_messages(tenon__pg_copied *copied, tenon__prepared *prepared, const uint8_t *data,
                          size_t size, size_t step)
{
    tenon_error err = {0};
    bool is_read = true;
    while (is_read && size) {
        size_t length = size < step ? size : step;
        char *copy = malloc(length);
        if (!copy)
            return;
        memcpy(copy, data, length);
        is_read = tenon__pg_read_copied(copied, prepared, copy, length, &err);
        CHECK(is_read == (err.status == TENON_OK));
        free(copy);
        data += length;
        size -= length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const tenon_model model = {.name = "Model", .table = "table"};
    tenon__out outs[TENON__COUNT(fields)] = {0};
    if (size < 1 || size > 65536)
        return 0;
    for (size_t i = 0; i < TENON__COUNT(fields); i++)
        outs[i] = (tenon__out){.field = &fields[i], .offset = fields[i].row_offset};
    const tenon__layout layout = {
        .outs = outs, .out_count = TENON__COUNT(outs), .row_size = sizeof(row), .model = &model};
    const tenon__statement statement = {.sql = "", .layout = &layout};
    tenon__table table = {.limit_bytes = 1 << 24};
    tenon__arena arena = {.limit_bytes = 1 << 24};
    tenon__rows rows = {.arena = &arena, .sink = &table.sink};
    tenon__pg_copied copied = {.rows = &rows};
    tenon_error err = {0};
    tenon__prepared *prepared = tenon__pg_prepared_new(&statement, &err);
    tenon__table_open(&table, TENON_POSTGRESQL);
    if (prepared && tenon__sink_begin(&rows, &layout, &err)) {
        read_messages(&copied, prepared, data + 1, size - 1, data[0] ? data[0] * 8u : SIZE_MAX);
        if (table.sink.count == rows.count && copied.has_ended)
            check_columns(tenon__table_take(&table), rows.count);
    }
    tenon__table_release(&table);
    tenon__arena_release(&arena);
    free(prepared);
    return 0;
}
