/* Private to lib/model: the values of a row that the program holds. */
#ifndef TENON_MODEL_ROW_H
#define TENON_MODEL_ROW_H

#include "core/core.h"
#include "db/db.h"

/* The value of a field in its row form (for an array column its tenon_…_array); NULL for SQL
 * NULL. */
const void *tenon__row_value(const tenon_field *field, const void *row);

/* The same in its wide form: in `room`, or in the row itself. */
const void *tenon__row_wide(const tenon_field *field, const void *row, tenon__wide *room);
/* The bytes that a field takes in a row. */
size_t tenon__row_field_size(const tenon_field *field);
/* Whether two rows have the same value in a field; NULL equals NULL (equal.c). */
bool tenon__row_is_equal(const tenon_field *field, const void *a, const void *b);

/* `at`: a field's index, or field_count plus a relation's. */
static inline bool tenon__row_is_loaded(const tenon_model *model, const void *row, uint32_t at)
{
    uint64_t word;
    memcpy(&word, (const char *)row + model->loaded_offset + at / 64 * sizeof word, sizeof word);
    return word >> at % 64 & 1;
}

static inline void tenon__row_set_loaded(const tenon_model *model, void *row, uint32_t at)
{
    uint64_t *words = (uint64_t *)(void *)((char *)row + model->loaded_offset);
    words[at / 64] |= UINT64_C(1) << at % 64;
}

/* Moves rows of `stride` bytes together, of which the first `row_size` count, and gives the rest
 * back. */
void tenon__close_up(tenon__rows *rows, size_t row_size, size_t stride);
void tenon__shrink(tenon__rows *rows, size_t row_size);

#endif
