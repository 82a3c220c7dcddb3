/* What the careful hand-written sides check, each check as fast as its author could make it.
 *
 * raw_postgresql.c and raw_sqlite.c are compiled twice, once with BENCH_CARE: then nothing that
 * tenon refuses passes through them either. CARE is a constant, so that the bare sides carry
 * nothing of it. */
#ifndef BENCH_CARE_H
#define BENCH_CARE_H

#include "side.h"

#include <stdbool.h>

#ifdef BENCH_CARE
enum { CARE = 1 };
#else
enum { CARE = 0 };
#endif

/* Ends the program when this does not hold of a column. The bare sides do not even ask. */
#define care(is_fine, column)                                                                      \
    do {                                                                                           \
        if (CARE && __builtin_expect(!(is_fine), 0))                                               \
            bench_fail(column, "what is there does not belong there");                             \
    } while (0)

/* Well-formed UTF-8 without NUL. */
bool care_utf8(const char *text, size_t length);
/* Copies as well, with a NUL behind. */
bool care_copy(char *to, const char *from, size_t length);
/* RFC 8259, nesting up to 512; then it is UTF-8 too. */
bool care_json(const char *text, size_t length);
/* Microseconds since 1970 as a column of three digits has them, in the years 1 … 9999. */
static inline bool care_time(int64_t us)
{
    return us >= -62135596800000000 && us < 253402300800000000 && us % 1000 == 0;
}

#endif
