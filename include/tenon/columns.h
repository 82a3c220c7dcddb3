/* Columnar reads: the rows of a query as one array a column, for whoever goes over all of them.
 *
 *     tenon_columns *c = TENON_COLUMNS(s, post_find_many(s, .where = {.published = EQ(true)}));
 *     const tenon_column *views = tenon_columns_named(c, "views");
 *     int64_t sum = 0;
 *     for (size_t i = 0; i < tenon_columns_count(c); i++)
 *         sum += views->as.int32[i];
 *     tenon_columns_free(c);
 *
 * The call inside is any that reads a list of rows: find_many with its typed filters, a :many of a
 * SQL file, tenon_sql_many. It gives an empty list; what it found stands in the columns. No row is
 * ever made of it: a value goes from the database's buffer to the end of its array. For more rows
 * than memory has room for, a stream is read in chunks (tenon_columns_open). Columns can be handed
 * to anything that knows Arrow's C data interface (arrow.h).
 *
 * Arrays begin at multiples of 64 bytes, so that they can be worked on with vectors. Values of NULL
 * are zero. What a column holds is what a row would hold, checked in the same way; nothing is
 * rounded or cut.
 *
 * Columns belong to nobody but the program: they outlive session and database, and are freed by
 * tenon_columns_free. They never change, so any thread may read them. What their `name`, `field`
 * and `enumeration` point at are the descriptors of the call. These functions are in a library of
 * their own: `pkg-config --libs tenon-columns`. */
#ifndef TENON_COLUMNS_H
#define TENON_COLUMNS_H

#include <tenon/model.h>
#include <tenon/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- a column -------------------------------------------------------------------------------- */

typedef enum tenon_column_form {
    TENON_COLUMN_BOOL = 1, /* as.bits, see tenon_column_bool */
    TENON_COLUMN_INT16,
    TENON_COLUMN_INT32,
    TENON_COLUMN_INT64,
    TENON_COLUMN_FLOAT,
    TENON_COLUMN_DOUBLE,
    /* numeric(precision, scale) up to 38 digits: the number times 10^scale in 128 bits. NaN and
     * infinity are RANGE. Any other decimal is a TEXT, which holds it exactly. */
    TENON_COLUMN_DECIMAL,
    TENON_COLUMN_TEXT, /* UTF-8 in as.text: that of value i begins at offsets[i]; also JSON */
    TENON_COLUMN_BYTES,
    TENON_COLUMN_UUID,     /* 16 bytes, most significant first */
    TENON_COLUMN_TIME,     /* microseconds since 1970-01-01 00:00 UTC */
    TENON_COLUMN_DATE,     /* days since 1970-01-01 */
    TENON_COLUMN_CLOCK,    /* microseconds since midnight */
    TENON_COLUMN_CLOCK_TZ, /* … with their offset */
    TENON_COLUMN_INTERVAL,
    TENON_COLUMN_ENUM, /* as.int16: index into enumeration->values, the C enum's value minus 1 */
    /* Arrays, packed columns and vectors: the elements of value i are those of `items` from
     * offsets[i] on. None of them is NULL. */
    TENON_COLUMN_LIST
} tenon_column_form;

/* A signed number of 128 bits in two's complement, in the order of the machine's bytes. */
typedef struct tenon_int128 {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    int64_t high;
    uint64_t low;
#else
    uint64_t low;
    int64_t high;
#endif
} tenon_int128;

typedef struct tenon_column tenon_column;
struct tenon_column {
    const char *name; /* as in the schema, or as the query calls it */
    const tenon_field *field;
    tenon_column_form form;
    size_t count, null_count;
    /* Bit i % 8 of byte i / 8 says whether value i is there; NULL: all are. See
     * tenon_column_is_null. */
    const uint8_t *validity;
    union {
        const void *any;
        const uint8_t *bits;
        const int16_t *int16;
        const int32_t *int32;
        const int64_t *int64;
        const float *float32;
        const double *float64;
        const tenon_int128 *decimals;
        const char *text;
        const uint8_t *bytes;
        const uint8_t (*uuids)[16];
        const tenon_time *times;
        const tenon_date *dates;
        const tenon_clock *clocks;
        const tenon_clock_tz *clocks_tz;
        const tenon_interval *intervals;
    } as;
    const int32_t *offsets;        /* TEXT, BYTES, LIST: count + 1 of them; the last is the end */
    const tenon_column *items;     /* LIST */
    const tenon_enum *enumeration; /* ENUM */
    int32_t precision, scale;      /* DECIMAL */
};

static inline bool tenon_column_is_null(const tenon_column *column, size_t i)
{
    return column->validity && !(column->validity[i / 8] >> (i % 8) & 1u);
}

static inline bool tenon_column_bool(const tenon_column *column, size_t i)
{
    return (column->as.bits[i / 8] >> (i % 8) & 1u) != 0;
}

/* Where the text of value i stands, which has no NUL behind it. */
static inline const char *tenon_column_text(const tenon_column *column, size_t i, size_t *length)
{
    *length = (size_t)(column->offsets[i + 1] - column->offsets[i]);
    return column->as.text + column->offsets[i];
}

static inline tenon_bytes tenon_column_bytes(const tenon_column *column, size_t i)
{
    tenon_bytes bytes;
    bytes.len = (size_t)(column->offsets[i + 1] - column->offsets[i]);
    bytes.data = column->as.bytes + column->offsets[i];
    return bytes;
}

/* ---- columns --------------------------------------------------------------------------------- */

typedef struct tenon_columns tenon_columns;

/* How rows come. */
typedef enum tenon_columns_transport {
    /* On PostgreSQL by COPY, unless the statement has values, which COPY takes none of, or gave no
     * more than 1 MB the last time: so much is quicker as the result of the prepared statement. */
    TENON_COLUMNS_AUTO = 0,
    TENON_COLUMNS_COPY,  /* UNSUPPORTED where there are values, and on SQLite */
    TENON_COLUMNS_RESULT /* of the statement; on SQLite row by row */
} tenon_columns_transport;

/* All of these accept NULL: there are no rows and no columns then. */
TENON_API size_t tenon_columns_count(const tenon_columns *columns);
TENON_API size_t tenon_columns_width(const tenon_columns *columns);
/* NULL beyond the last one; NULL when there is none of this name. */
TENON_API const tenon_column *tenon_columns_at(const tenon_columns *columns, size_t index);
TENON_API const tenon_column *tenon_columns_named(const tenon_columns *columns, const char *name);
/* How their rows came, COPY or RESULT (AUTO for NULL), and why so: "COPY: it is not known how many
 * rows come". The text is the columns'. */
TENON_API tenon_columns_transport tenon_columns_came_by(const tenon_columns *columns);
TENON_API const char *tenon_columns_reason(const tenon_columns *columns);
/* How much memory their arrays take. */
TENON_API size_t tenon_columns_bytes(const tenon_columns *columns);
TENON_API void tenon_columns_free(tenon_columns *columns);

/* ---- of a call ------------------------------------------------------------------------------- */

typedef struct tenon_columns_options {
    size_t limit_bytes; /* most memory the arrays may take: LIMIT; 0: as the session's results */
    tenon_columns_transport transport; /* of a call; streams read a cursor */
    size_t chunk_rows;                 /* of a stream: most rows of a chunk; 0: 65,536 */
    bool only_explain; /* of a call: reads nothing; the columns say how they would come, and why */
} tenon_columns_options;

/* The columns that the call reads, or NULL when the session has failed. The call must be one of the
 * session's, and one statement: MISUSE for a query that includes relations, counts them or pages,
 * for a call that gives one row or writes, and for no call at all. Nothing is sent then; but what
 * is no single statement (transactions, SQL text, COPY, lists of calls) is not held back, and is
 * done when the MISUSE is told. */
#define TENON_COLUMNS(session, ...) TENON_COLUMNS_WITH(session, NULL, __VA_ARGS__)
#define TENON_COLUMNS_WITH(session, options, ...)                                                  \
    (tenon_columns_expect(session, options), (void)(__VA_ARGS__), tenon_columns_take(session))

/* The halves of the macro: the session's next call gives its rows to columns. The one must be
 * followed by the other. `options` may be NULL. */
TENON_API void tenon_columns_expect(tenon_session *s, const tenon_columns_options *options);
TENON_API tenon_columns *tenon_columns_take(tenon_session *s);

/* ---- of a stream ----------------------------------------------------------------------------- */

/* The rows of a stream, some at a time, so that memory does not grow with them:
 *
 *     tenon_column_chunks *chunks = tenon_columns_open(post_stream_open(s).stream, NULL);
 *     for (tenon_columns *c; (c = tenon_columns_next(chunks)); tenon_columns_free(c))
 *         …
 *     tenon_columns_close(chunks);
 *
 * `stream` is taken, also when this fails: NULL with the session's error. MISUSE when the stream
 * brings relations. It belongs to its session as every stream does. */
typedef struct tenon_column_chunks tenon_column_chunks;
TENON_API tenon_column_chunks *tenon_columns_open(tenon_stream *stream,
                                                  const tenon_columns_options *options);
/* The next chunk, which is the caller's to free; NULL at the end, and when the session has failed.
 * Each is full but for the last one. */
TENON_API tenon_columns *tenon_columns_next(tenon_column_chunks *chunks);
/* As tenon_stream_close. NULL is accepted and gives false. */
TENON_API bool tenon_columns_close(tenon_column_chunks *chunks);

#ifdef __cplusplus
}
#endif
#endif
