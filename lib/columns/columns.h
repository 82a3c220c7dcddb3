/* The face of lib/columns: rows become columns, and columns Arrow's.
 *
 * A *table* is what grows: it is told the layout of the rows, and given them one by one, by a
 * stream (chunks.c), or by a driver whose sink it is (call.c) and which puts the usual values into
 * its arrays by itself (tracks.c of both drivers). When it is finished it is the tenon_columns that
 * the program gets; from then on nothing in it changes, and it is freed with the last reference,
 * which may be that of an Arrow array.
 *
 * transport.c chooses how rows come. block.c is memory that grows, column.c one array of values,
 * decimal.c the numbers of 128 bits, table.c all of them; schema.c, array.c and stream.c are the
 * three structs of Arrow. */
#ifndef TENON_COLUMNS_INTERNAL_H
#define TENON_COLUMNS_INTERNAL_H

#include "core/core.h"
#include "db/db.h"
#include "driver/driver.h"

#include <tenon/arrow.h>
#include <tenon/columns.h>

#include <stdatomic.h>

/* ---- block.c: memory that begins at a multiple of 64 bytes ----------------------------------- */

typedef struct tenon__block {
    char *memory; /* as malloc gave it */
    char *data;   /* the aligned part of it */
    size_t size;
} tenon__block;

enum { TENON__BLOCK_ALIGNMENT = 64 };

/* Makes it `size` bytes, of which new ones are not set. False when memory is exhausted. */
bool tenon__block_resize(tenon__block *block, size_t size);
void tenon__block_release(tenon__block *block);

/* ---- column.c -------------------------------------------------------------------------------- */

typedef struct tenon__table tenon__table;

/* A column while it grows. `shown` has its counts from the beginning and its arrays at the end. */
typedef struct tenon__growing {
    tenon_column shown;
    const tenon_model *model; /* for messages; may be NULL */
    tenon_kind kind;          /* of a value; LIST: of none */
    bool is_nullable, is_optional;
    bool is_beyond_arrow; /* has an infinite time, or 24:00 */
    uint32_t offset;      /* of the value in the row, or in an optional value behind `has` */
    uint32_t has_offset;
    size_t width; /* of a value in `values`; 0: bits, or none of a fixed width */
    size_t capacity;
    tenon__track *track; /* where values go while it grows: in the blocks */
    tenon__block values, validity, offsets;
    struct tenon__growing *items; /* LIST */
} tenon__growing;

/* All-zero before, but for the track, all-zero itself; the elements of lists have none yet. False
 * with *err: UNSUPPORTED for a value that consists of several. */
bool tenon__growing_init(tenon__growing *column, const tenon__out *out, const tenon_model *model,
                         tenon_error *err);
/* Room for `more` values; the memory that this takes is counted on the table. */
bool tenon__growing_reserve(tenon__growing *column, size_t more, tenon__table *table,
                            tenon_error *err);
/* Room for so many more bytes of text, counted in the same way. */
bool tenon__growing_widen(tenon__growing *column, size_t bytes, tenon__table *table,
                          tenon_error *err);
/* Adds what the row has. There must be room. */
bool tenon__growing_add(tenon__growing *column, const char *row, tenon__table *table,
                        tenon_error *err);
/* Forgets all values but keeps the memory. */
void tenon__growing_clear(tenon__growing *column);
/* Gives back what is not used, and shows the arrays. */
void tenon__growing_finish(tenon__growing *column);
void tenon__growing_release(tenon__growing *column);

/* ---- decimal.c ------------------------------------------------------------------------------- */

enum { TENON__INT128_DIGITS = 38 };
/* The decimal times 10^scale. False: it is no number, or not a whole one, or has more digits. */
bool tenon__int128_from_decimal(tenon_decimal decimal, int32_t scale, tenon_int128 *out);

/* ---- table.c --------------------------------------------------------------------------------- */

enum { TENON__REASON_BYTES = 120 };

struct tenon_columns {
    atomic_size_t references;
    tenon_columns_transport transport;
    char reason[TENON__REASON_BYTES];
    size_t row_count;
    size_t bytes, limit_bytes; /* 0: no limit */
    size_t column_count;
    tenon__growing items[];
};

struct tenon__table {
    tenon__sink sink;       /* first; behind its tracks stand as many for elements of lists */
    tenon_columns *columns; /* NULL before the first layout */
    size_t limit_bytes;
};

/* A sink for rows of this kind of database. */
void tenon__table_open(tenon__table *table, tenon_dialect dialect);
/* For rows of this layout; what was in it is gone. False with *err. */
bool tenon__table_begin(tenon__table *table, const tenon__layout *layout, tenon_error *err);
bool tenon__table_add(tenon__table *table, const char *row, tenon_error *err);
/* Takes note of memory: LIMIT when it is too much. */
bool tenon__table_count(tenon__table *table, size_t before, size_t after, tenon_error *err);
/* Hands it over, finished. */
tenon_columns *tenon__table_take(tenon__table *table);
void tenon__table_release(tenon__table *table);

tenon_columns *tenon__columns_share(const tenon_columns *columns);

/* The most bytes that columns of this session may take; 0: no limit. */
size_t tenon__columns_limit(tenon_session *s, const tenon_columns_options *options);

/* ---- transport.c ----------------------------------------------------------------------------- */

typedef struct tenon__way {
    tenon_columns_transport wanted;
    bool is_copied; /* by COPY */
    const char *why;
    size_t rows, bytes;       /* what came the last time; bytes 0: nothing yet, or nobody asked */
    tenon__shared_plan *plan; /* of the statement as COPY runs it, which knows it; or NULL */
    tenon__call call;         /* that statement's */
} tenon__way;

/* For a call of this statement. False with the session's error. */
bool tenon__way_choose(tenon__way *way, tenon_session *s, const tenon__call *call,
                       const tenon__statement *statement);
/* Makes the call one that comes by COPY. */
void tenon__way_wrap(const tenon__way *way, tenon__call *call);
/* Says in the columns how they came; keeps in mind what came, for the next time. */
void tenon__way_tell(const tenon__way *way, tenon_columns *columns);
void tenon__way_note(const tenon__way *way, const tenon_columns *columns);
void tenon__way_release(tenon__way *way);

/* ---- chunks.c -------------------------------------------------------------------------------- */

struct tenon_column_chunks {
    tenon_stream *stream;
    tenon_session *session;
    tenon_columns *shape; /* without rows */
    tenon__table table;
    size_t chunk_rows;
};

/* ---- schema.c, array.c ----------------------------------------------------------------------- */

/* A struct of these columns. False with *err, and nothing to release. */
bool tenon__arrow_schema(const tenon_columns *columns, struct ArrowSchema *out, tenon_error *err);
bool tenon__arrow_array(const tenon_columns *columns, struct ArrowArray *out, tenon_error *err);
/* Whether Arrow has a type for the column: UNSUPPORTED. */
bool tenon__arrow_knows(const tenon__growing *column, tenon_error *err);

#endif
