/* See arrays.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arrays.h"
#include "codec/codec.h"

#include <math.h>

enum { TEXT_ROOM = 32 };

static uint64_t draw(uint64_t *state) /* xorshift64*, Vigna 2016 */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static uint64_t next_number(made kind, uint64_t before, size_t i, uint64_t *state)
{
    static const uint64_t ends[] = {0, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN, 1};
    switch (kind) {
    case MADE_EQUAL:
        return 42;
    case MADE_RISING:
        return before + 3 + draw(state) % 20;
    case MADE_STEADY:
        return before + (draw(state) % 50 ? 60 : 61);
    case MADE_SMALL:
        return draw(state) % 100 ? draw(state) % 8 : draw(state);
    case MADE_SLOW:
        return before + draw(state) % 17 - 8;
    case MADE_DECIMAL:
        return draw(state) % 100000;
    case MADE_ENDS:
        return ends[i % 5];
    default:
        return draw(state);
    }
}

static double next_double(made kind, double before, size_t i, uint64_t *state)
{
    static const double ends[] = {0.0, -0.0, 1e300, -1e-300, 5e-324, 0.1};
    uint64_t noise = draw(state);
    double any;
    switch (kind) {
    case MADE_EQUAL:
        return 1.5;
    case MADE_ENDS:
        return i % 8 == 6 ? (double)NAN : i % 8 == 7 ? (double)-INFINITY : ends[i % 6];
    case MADE_DECIMAL:
        return (double)(int64_t)(noise % 2000000 - 1000000) / 100;
    case MADE_RISING:
    case MADE_STEADY:
    case MADE_SLOW:
        return before + 0.25;
    case MADE_SMALL:
        return (double)(noise % 1000);
    default:
        memcpy(&any, &noise, sizeof any);
        return any;
    }
}

static void make_text(char *text, made kind, size_t i, uint64_t *state)
{
    static const char *const words[] = {"open", "closed", "", "waiting for the customer"};
    if (kind == MADE_NOISE)
        snprintf(text, TEXT_ROOM, "%016llx", (unsigned long long)draw(state));
    else if (kind == MADE_RISING)
        snprintf(text, TEXT_ROOM, "order-%zu", i);
    else
        snprintf(text, TEXT_ROOM, "%.*s", TEXT_ROOM - 1, words[draw(state) % 4]);
}

static void set_item(void *item, tenon_array_type type, uint64_t number, double real, char *text)
{
    float narrow = (float)real;
    switch (type) {
    case TENON_ARRAY_FLOAT:
        memcpy(item, &narrow, sizeof narrow);
        break;
    case TENON_ARRAY_DOUBLE:
        memcpy(item, &real, sizeof real);
        break;
    case TENON_ARRAY_BOOL:
        *(bool *)item = number & 1;
        break;
    case TENON_ARRAY_TEXT:
        *(const char **)item = text;
        break;
    case TENON_ARRAY_BYTES:
        *(tenon_bytes *)item = (tenon_bytes){.len = strlen(text), .data = text};
        break;
    case TENON_ARRAY_UUID:
        *(tenon_uuid *)item = (tenon_uuid){.hi = number, .lo = number * 31};
        break;
    default:
        memcpy(item, &number, tenon__array_item_size(type));
    }
}

made_array arrays_make(tenon_array_type type, made kind, size_t count, bool has_nulls,
                       unsigned seed)
{
    size_t size = tenon__array_item_size(type), text_at = count * size;
    size_t validity_at = text_at + count * TEXT_ROOM;
    char *memory = calloc(1, validity_at + count / 8 + 1);
    uint8_t *validity = (uint8_t *)memory + validity_at;
    uint64_t state = seed * 2 + 1, number = 1000;
    double real = 20.5;
    for (size_t i = 0; i < count; i++) {
        char *text = memory + text_at + i * TEXT_ROOM;
        number = next_number(kind, number, i, &state);
        real = next_double(kind, real, i, &state);
        make_text(text, kind, i, &state);
        bool has_it = !has_nulls || draw(&state) % 4;
        if (has_it)
            set_item(memory + i * size, type, number, real, text);
        validity[i / 8] |= (uint8_t)(has_it << (i % 8));
    }
    return (made_array){.array = {.type = type,
                                  .items = memory,
                                  .count = count,
                                  .validity = has_nulls ? validity : NULL},
                        .memory = memory};
}

void arrays_free(made_array *array)
{
    free(array->memory);
}

static bool is_there(const tenon_array *array, size_t i)
{
    return !array->validity || (array->validity[i / 8] >> (i % 8) & 1);
}

static bool are_equal(const tenon_array *a, size_t i, const tenon_array *b, size_t k)
{
    size_t size = tenon__array_item_size(a->type);
    const char *x = (const char *)a->items + i * size, *y = (const char *)b->items + k * size;
    if (a->type == TENON_ARRAY_TEXT)
        return strcmp(*(const char *const *)x, *(const char *const *)y) == 0;
    if (a->type != TENON_ARRAY_BYTES)
        return memcmp(x, y, size) == 0;
    const tenon_bytes *p = (const tenon_bytes *)x, *q = (const tenon_bytes *)y;
    return p->len == q->len && memcmp(p->data, q->data, p->len) == 0;
}

void arrays_assert_equal(const tenon_array *whole, size_t from, const tenon_array *part)
{
    assert_int_equal(whole->type, part->type);
    for (size_t i = 0; i < part->count; i++) {
        if (is_there(whole, from + i) != is_there(part, i))
            fail_msg("type %d: element %zu is NULL in one only", (int)whole->type, from + i);
        if (is_there(part, i) && !are_equal(whole, from + i, part, i))
            fail_msg("type %d: element %zu is another", (int)whole->type, from + i);
    }
}
