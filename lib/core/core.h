/* The face of lib/core: memory, text, maps, values; it knows no database.
 *
 * Nothing here prints, exits or keeps global state. All memory comes from malloc, realloc and
 * free, so that a test can make the n-th allocation fail by wrapping those three at link time.
 * Functions that can fail for want of memory return NULL or false; buffers and arenas are sticky:
 * the first failure is kept, later calls do nothing, and the end asks once. */
#ifndef TENON_CORE_H
#define TENON_CORE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <tenon/db.h>
#include <tenon/error.h>
#include <tenon/types.h>

#define TENON__COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TENON__LIKELY(x) __builtin_expect(!!(x), 1)
#define TENON__UNLIKELY(x) __builtin_expect(!!(x), 0)
/* Of functions that are called where something fails: the compiler takes what leads to them out of
 * the way, so that the usual path stands together and fills fewer lines of the cache. On SQLite
 * that cache, and not the number of instructions, is what a call of one row costs most. */
#define TENON__COLD __attribute__((cold))
/* Of functions on the way of a single row: the linker puts them together, so that they lie in few
 * pages. Between two calls a server has the processor, which forgets what it was not asked for. */
#define TENON__HOT __attribute__((hot))
/* Of functions that the libraries beside libtenon (libtenon-migrate, …) call too. They leave
 * libtenon, but no public header has them, and they fit a library of the same version only.
 * Protected: calls from within stay calls from within. Seen from those libraries it is empty. */
#ifndef TENON__SHARED
#define TENON__SHARED __attribute__((visibility("protected")))
#endif
/* Of the parts of a call of one row. A system call makes the processor forget where its callers
 * return to: each frame between it and the program costs a wrong guess, 7 ns and more. */
#define TENON__INLINE static inline __attribute__((always_inline))
/* `TENON__CLEANUP(tenon__buf_release) tenon__buf b;` releases b when its block ends. */
#define TENON__CLEANUP(function) __attribute__((cleanup(function)))

/* ---- errors ---------------------------------------------------------------------------------- */

/* Fills *err (NULL is accepted) unless it already holds an error: the first one stays. Returns
 * false always, so that a failing function can end with `return tenon__fail(err, …)`. */
TENON__SHARED TENON__COLD bool tenon__fail(tenon_error *err, tenon_status status,
                                           const char *format, ...) TENON_PRINTF(3, 4);
TENON__SHARED TENON__COLD bool tenon__fail_no_memory(tenon_error *err);
/* Sets the hint of an error just made. */
TENON__SHARED TENON__COLD void tenon__hint(tenon_error *err, const char *format, ...)
    TENON_PRINTF(2, 3);
/* Copies text into a field of `size` bytes, cut between characters with "…" when too long. */
TENON__SHARED void tenon__error_copy(char *field, size_t size, const char *text);

/* ---- arena ------------------------------------------------------------------------------------
 * Blocks that grow, freed together. The fast path is a pointer bump. All-zero is a valid empty
 * arena. Memory is not zeroed unless the function says so. Aligned to 8 bytes… enough for every
 * type here. */

typedef struct tenon__arena_block tenon__arena_block;
struct tenon__arena_block {
    tenon__arena_block *older;
    tenon__arena_block *newer; /* large blocks only */
    size_t size;               /* with this header */
    size_t sequence;           /* large blocks only, from 1 */
};

typedef struct tenon__arena {
    char *at, *end;            /* free part of the newest block */
    tenon__arena_block *block; /* newest first */
    tenon__arena_block *large; /* each of one allocation; newest first */
    size_t total_bytes;        /* allocated from the system */
    size_t limit_bytes;        /* 0: none */
    bool failed;               /* an allocation failed since the last clear; false again to go on */
} tenon__arena;

typedef struct tenon__arena_mark {
    tenon__arena_block *block;
    char *at;
    size_t large_sequence;
} tenon__arena_mark;

TENON__SHARED TENON__COLD void *tenon__arena_alloc_slow(tenon__arena *arena, size_t size);

/* NULL when memory or the arena's limit is exhausted. Size 0 gives a non-NULL pointer. */
static inline void *tenon__arena_alloc(tenon__arena *arena, size_t size)
{
    size_t rounded = (size + 7u) & ~(size_t)7u;
    /* Minus one: 0, also when adding 7 wrapped round, becomes huge and goes the slow way. */
    if (TENON__LIKELY(rounded - 1 < (size_t)(arena->end - arena->at))) {
        void *p = arena->at;
        arena->at += rounded;
        return p;
    }
    return tenon__arena_alloc_slow(arena, size);
}

/* A copy of text with a NUL behind it (or room for one), packed right behind the one before: of
 * many short texts nothing is lost to alignment. Between the first and the next other allocation
 * stands tenon__arena_align. */
static inline char *tenon__arena_pack_room(tenon__arena *arena, size_t length)
{
    char *room = arena->at;
    if (TENON__UNLIKELY(length >= (size_t)(arena->end - room)))
        return (char *)tenon__arena_alloc_slow(arena, length + 1);
    arena->at += length + 1;
    return room;
}

static inline char *tenon__arena_pack(tenon__arena *arena, const char *text, size_t length)
{
    char *copy = tenon__arena_pack_room(arena, length);
    if (TENON__UNLIKELY(!copy))
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

static inline void tenon__arena_align(tenon__arena *arena)
{
    uintptr_t gap = -(uintptr_t)arena->at & 7u;
    if (gap) /* never of an empty arena: NULL + 0 is undefined in C */
        arena->at += gap;
}

void *tenon__arena_zalloc(tenon__arena *arena, size_t size);
/* count × size, zeroed; NULL also when the product overflows. */
TENON__SHARED void *tenon__arena_array(tenon__arena *arena, size_t count, size_t size);
/* A copy with a NUL behind it. */
TENON__SHARED char *tenon__arena_copy(tenon__arena *arena, const char *text, size_t length);
TENON__SHARED char *tenon__arena_text(tenon__arena *arena, const char *text);
TENON__SHARED char *tenon__arena_format(tenon__arena *arena, const char *format, ...)
    TENON_PRINTF(2, 3);
/* A block of its own that can grow and shrink in place: for lists whose length is not known ahead.
 * `old` NULL makes one. The old pointer is void afterwards; on failure NULL, and `old` still
 * stands. */
TENON__SHARED void *tenon__arena_resize(tenon__arena *arena, void *old, size_t size);
static inline tenon__arena_mark tenon__arena_mark_here(const tenon__arena *arena)
{
    return (tenon__arena_mark){.block = arena->block,
                               .at = arena->at,
                               .large_sequence = arena->large ? arena->large->sequence : 0};
}
/* Frees what was allocated since the mark. `failed` stays. A block of tenon__arena_resize that is
 * older than the mark stays as it is now. */
void tenon__arena_rewind(tenon__arena *arena, tenon__arena_mark mark);
/* The same where nothing was begun since but the first block, or not even that; else false. */
static inline bool tenon__arena_rewind_in_place(tenon__arena *arena, tenon__arena_mark mark)
{
    tenon__arena_block *last = arena->block;
    if (arena->large || !last || (mark.block ? mark.block != last : last->older != NULL))
        return false;
    arena->at = mark.block ? mark.at : (char *)(last + 1);
    return true;
}
/* Bytes given out since the mark, with what was lost at the ends of blocks. */
size_t tenon__arena_used_since(const tenon__arena *arena, tenon__arena_mark mark);
/* Empties it but keeps one block for reuse. */
TENON__SHARED void tenon__arena_clear(tenon__arena *arena);
TENON__SHARED void tenon__arena_release(tenon__arena *arena);

/* ---- text buffer ------------------------------------------------------------------------------
 * All-zero is a valid empty buffer. Always NUL-terminated once something was added. */

typedef struct tenon__buf {
    char *data; /* NULL while empty */
    size_t length;
    size_t capacity;
    size_t limit_bytes; /* 0: TENON__BUF_LIMIT */
    bool failed;        /* no memory or limit reached; the content is then useless */
} tenon__buf;

enum { TENON__BUF_LIMIT = 1 << 30 };

bool tenon__buf_reserve(tenon__buf *buf, size_t more);
TENON__SHARED void tenon__buf_add(tenon__buf *buf, const void *data, size_t length);
TENON__SHARED void tenon__buf_text(tenon__buf *buf, const char *text);
TENON__SHARED void tenon__buf_char(tenon__buf *buf, char c);
void tenon__buf_int(tenon__buf *buf, int64_t value);
TENON__SHARED void tenon__buf_format(tenon__buf *buf, const char *format, ...) TENON_PRINTF(2, 3);
void tenon__buf_formatv(tenon__buf *buf, const char *format, va_list args) TENON_PRINTF(2, 0);
/* Text as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD. */
TENON__SHARED void tenon__buf_json_text(tenon__buf *buf, const char *text, size_t length);
void tenon__buf_clear(tenon__buf *buf);
TENON__SHARED void tenon__buf_release(tenon__buf *buf);
/* The text so far, never NULL. */
static inline const char *tenon__buf_string(const tenon__buf *buf)
{
    return buf->data ? buf->data : "";
}
/* Hands the heap block to the caller (free); NULL when failed. The buffer is empty afterwards. */
TENON__SHARED char *tenon__buf_take(tenon__buf *buf);

/* ---- map from text to pointer -----------------------------------------------------------------
 * Open addressing; keys are borrowed. All-zero is a valid empty map. */

typedef struct tenon__map_entry {
    const char *key;
    size_t length;
    uint64_t hash;
    void *value;
} tenon__map_entry;

typedef struct tenon__map {
    tenon__map_entry *entries;
    size_t capacity, count;
} tenon__map;

/* NULL when absent. */
void *tenon__map_get(const tenon__map *map, const char *key, size_t length);
/* Adds or replaces. False when memory is exhausted; the map is unchanged then. */
bool tenon__map_put(tenon__map *map, const char *key, size_t length, void *value);
void tenon__map_release(tenon__map *map);
/* wyhash-like 64-bit hash of bytes; not for hostile input where the table is shared by users. */
TENON__SHARED uint64_t tenon__hash(const void *data, size_t length);

/* ---- UTF-8 ----------------------------------------------------------------------------------- */

/* Well-formed per Unicode 15 table 3-7 (no surrogates, no overlong forms), and without NUL. */
bool tenon__utf8_is_valid(const char *text, size_t length);
/* Copies text, with a NUL behind it, and checks it, both in one pass. False when it is not valid;
 * what stands at `to` then is of no use. The two may not overlap. */
TENON__SHARED bool tenon__utf8_copy(char *to, const char *from, size_t length);
/* Number of code points of valid UTF-8. */
size_t tenon__utf8_length(const char *text, size_t length);
/* Bytes of the well-formed character that text begins with; 0 when there is none. */
size_t tenon__utf8_sequence(const char *text, size_t length);
/* The largest length <= `most` that does not cut a character. */
TENON__SHARED size_t tenon__utf8_cut(const char *text, size_t length, size_t most);

/* ---- clock, random, ids ---------------------------------------------------------------------- */

TENON__SHARED int64_t tenon__monotonic_us(void);
TENON__SHARED int64_t tenon__monotonic_ns(void); /* of the same clock */
/* The same, some milliseconds late, for a fraction of the price. */
int64_t tenon__monotonic_coarse_us(void);
TENON__SHARED int64_t tenon__now_us(void); /* since 1970-01-01 UTC */
/* From the operating system; false when it has none to give. */
TENON__SHARED bool tenon__random(void *data, size_t length);

/* Randomness in stock, because asking the system costs more than everything else about an id.
 * All-zero is an empty one. What is drawn is erased. Of one thread, and not for a forked child,
 * which would draw what its parent does. */
typedef struct tenon__entropy {
    unsigned char bytes[256];
    size_t left;
} tenon__entropy;

enum { TENON__ID_TEXT_SIZE = 64 };
TENON__SHARED bool tenon__uuid4(tenon__entropy *pool, tenon_uuid *out);
/* RFC 9562; monotonic within a call site is not promised. */
bool tenon__uuid7(tenon__entropy *pool, tenon_uuid *out);
/* Text ids, NUL-terminated into TENON__ID_TEXT_SIZE bytes; false when there is no randomness. */
bool tenon__cuid(tenon__entropy *pool, char *out);  /* 25 characters, "c" first */
bool tenon__cuid2(tenon__entropy *pool, char *out); /* 24 characters, a letter first */
bool tenon__ulid(tenon__entropy *pool, char *out);  /* 26 characters, Crockford base 32 */
bool tenon__nanoid(tenon__entropy *pool, char *out,
                   unsigned length); /* 2 … 63 characters of A-Za-z0-9_- ; 21 is usual */

/* ---- times in one form ----------------------------------------------------------------------- */

enum { TENON__ISO_TIME_SIZE = 33 };

/* "2024-02-29T12:34:56.789+00:00", with six digits of the second where three are not enough, so
 * that equal times are equal texts and later ones sort behind. Gives the length; 0 outside of the
 * years 1 … 9999. */
size_t tenon__time_to_iso(tenon_time time, char text[TENON__ISO_TIME_SIZE]);
/* Accepts only what tenon__time_to_iso writes. */
TENON__SHARED bool tenon__time_from_iso(const char *text, size_t length, tenon_time *out);

/* One of the two values that stand for infinity and -infinity. */
bool tenon__interval_is_infinite(tenon_interval value);

/* A double as a database writes it, whatever the locale: "-1.5e-06", "NaN", "-Infinity", "Inf".
 * False for any other text, and for want of memory. */
TENON__SHARED bool tenon__double_read(const char *text, size_t length, double *out);

/* ---- decimal ----------------------------------------------------------------------------------
 * `digits` text as in tenon_decimal. The checks that the drivers and the model layer share. */

typedef struct tenon__decimal_form {
    bool is_special; /* NaN or an infinity; then without digits */
    bool is_nan;
    bool is_negative;  /* below zero: false for "-0" */
    const char *whole; /* digits before the point, without leading zeros */
    size_t whole_digits;
    const char *fraction; /* digits behind the point as written */
    size_t fraction_digits;
    size_t significant_fraction_digits; /* without trailing zeros */
} tenon__decimal_form;

/* False when the text is no decimal number. An exponent is refused. */
bool tenon__decimal_scan(const char *text, size_t length, tenon__decimal_form *out);

/* A sortable canonical text: comparing two by memcmp compares the numbers (docs/types.md). Exact
 * both ways but for trailing zeros of the fraction, which it keeps by a suffix behind the sort
 * key. */
bool tenon__decimal_to_sortable(const char *text, size_t length, tenon__buf *out);
bool tenon__decimal_from_sortable(const char *text, size_t length, tenon__buf *out);

/* An exact sum. All-zero is a valid sum of nothing. */
typedef struct tenon__decimal_sum {
    int64_t *limbs;         /* of nine digits, lowest first; more than nine until the end */
    size_t whole, fraction; /* limbs before and behind the point */
    bool is_nan, has_infinity, has_minus_infinity;
} tenon__decimal_sum;
/* False when the text is no decimal number or memory is exhausted; the sum is unchanged then. */
bool tenon__decimal_sum_add(tenon__decimal_sum *sum, const char *text, size_t length);
/* Appends the sum, without zeros that carry no value. Nothing may be added afterwards. */
bool tenon__decimal_sum_text(tenon__decimal_sum *sum, tenon__buf *out);
void tenon__decimal_sum_release(tenon__decimal_sum *sum);

/* ---- base 64 --------------------------------------------------------------------------------- */

/* RFC 4648, with or without its padding; appends the bytes. False for anything else, bits that
 * belong to no byte too. */
bool tenon__base64_decode(const char *text, size_t length, tenon__buf *out);

/* The alphabet for URLs and file names, without padding (section 5): both append. Decoding refuses
 * what the encoder does not write. */
void tenon__base64url_encode(tenon__buf *out, const void *data, size_t length);
bool tenon__base64url_decode(const char *text, size_t length, tenon__buf *out);

/* ---- tokens of SQL --------------------------------------------------------------------------- */

typedef enum tenon__token_kind {
    TENON__TOKEN_END,
    TENON__TOKEN_WORD,  /* a name or key word without quotes, or a number */
    TENON__TOKEN_NAME,  /* a quoted name, quotes included */
    TENON__TOKEN_TEXT,  /* a string, quotes included */
    TENON__TOKEN_SYMBOL /* one character */
} tenon__token_kind;

typedef struct tenon__token {
    tenon__token_kind kind;
    const char *text;
    size_t length;
} tenon__token;

typedef struct tenon__scanner {
    tenon_dialect dialect;
    const char *at;  /* what is left, NUL-terminated … */
    const char *end; /* … or up to here */
    bool is_open;    /* a comment, string or quoted name was never closed */
    bool is_comment; /* the text ends in a comment that goes on behind it */
    /* The last token was a string with backslashes: one right behind it has them too. */
    bool is_after_escapes;
} tenon__scanner;

/* The next token; comments and space are passed over. */
TENON__SHARED tenon__token tenon__scan(tenon__scanner *scanner);
/* Whether it is this word, without quotes and in any case, or this symbol. */
TENON__SHARED bool tenon__token_is(const tenon__token *token, const char *word);

/* ---- signatures ------------------------------------------------------------------------------ */

enum { TENON__SHA256_BYTES = 32 };
TENON__SHARED void tenon__sha256(const void *data, size_t length, uint8_t out[TENON__SHA256_BYTES]);
void tenon__hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                        uint8_t out[TENON__SHA256_BYTES]);

/* ---- JSON ------------------------------------------------------------------------------------ */

/* RFC 8259, any value at the top, nesting up to 512; no duplicates check. Valid JSON is valid
 * UTF-8. */
bool tenon__json_is_valid(const char *text, size_t length);
/* The value of an object's member, as it stands in the text; nothing when there is none. `name` is
 * a JSON string with its quotes, which is compared byte by byte. */
tenon_json tenon__json_member(tenon_json object, const char *name, size_t length);
/* The next element of an array; `rest`, which is the array at first, becomes what comes behind it.
 * False behind the last. */
bool tenon__json_next(tenon_json *rest, tenon_json *out);
/* Adds the characters of a string, which stands in its quotes. */
void tenon__json_unescape(tenon_json string, tenon__buf *out);

#endif
