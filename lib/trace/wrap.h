/* A call around another: the same statement with something put before or behind its SQL.
 *
 * All that a text is made of has to stand in the key of its call, because plans are found by it: so
 * the key of the outer call is that of the inner one, a text of ours, and how the inner one is
 * made. Such a key goes the way of all others, through the caches and to the server. */
#ifndef TENON_TRACE_WRAP_H
#define TENON_TRACE_WRAP_H

#include "db/db.h"

typedef bool tenon__make_function(tenon_dialect dialect, const uint8_t *key, size_t length,
                                  tenon__cached *out, tenon_error *err);

/* A copy of `inner` in the arena that is made by `make`; NULL without memory. */
tenon__call *tenon__wrap(tenon__arena *arena, const tenon__call *inner, const void *text,
                         size_t length, tenon__make_function *make);

/* What `make` works with. */
typedef struct tenon__wrapped {
    tenon__statement statement; /* a copy of the inner one, to be changed */
    tenon__cached inner;
    tenon__arena arena; /* for what it is changed to */
    const char *text;   /* as it was given; of the key */
    size_t text_length;
} tenon__wrapped;

/* Makes the inner statement. NULL with *err. */
tenon__wrapped *tenon__unwrap(tenon_dialect dialect, const uint8_t *key, size_t length,
                              tenon_error *err);
/* The statement is changed. False, and all is freed, when the arena had no memory for that. */
bool tenon__wrapped_finish(tenon__wrapped *wrapped, tenon__cached *out, tenon_error *err);

#endif
