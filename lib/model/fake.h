/* Private to the made-up rows: numbers from a seed, and values from numbers.
 *
 * The numbers of a value depend on the seed, the row's number and the field, and on nothing else:
 * so a row does not change when other fields or rows come or go. */
#ifndef TENON_MODEL_FAKE_H
#define TENON_MODEL_FAKE_H

#include "model/walk.h"

#include <tenon/test.h>

typedef struct tenon__fake {
    tenon_fake_options options;
    tenon__arena *arena;
    bool is_sqlite;
    bool is_end; /* an end of what the column holds is wanted */
    uint64_t state;
    uint64_t number; /* of the row */
    bool is_unique;  /* the field's values must differ from row to row */
    bool failed;     /* memory is exhausted */
} tenon__fake;

/* fake.c */
uint64_t tenon__fake_next(tenon__fake *f);
/* 0 … most */
uint64_t tenon__fake_below(tenon__fake *f, uint64_t most);
int64_t tenon__fake_between(tenon__fake *f, int64_t least, int64_t most);
void *tenon__fake_room(tenon__fake *f, size_t size);

/* fake_text.c */
const char *tenon__fake_text(tenon__fake *f, const tenon_field *field);
tenon_decimal tenon__fake_decimal(tenon__fake *f, const tenon_field *field);
tenon_json tenon__fake_json(tenon__fake *f);

/* fake_value.c: the wide value, or the row-form element of a list. */
void tenon__fake_wide(tenon__fake *f, const tenon_field *field, void *out);
void tenon__fake_element(tenon__fake *f, const tenon_field *field, void *out);
/* False: only the program knows what such a field may hold. */
bool tenon__fake_knows(const tenon_field *field);

#endif
