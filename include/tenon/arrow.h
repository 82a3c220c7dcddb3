/* Columns for Arrow: its C data interface, by which libraries of one process hand arrays to each
 * other without a copy, whatever language they are written in.
 *
 *     struct ArrowSchema schema;
 *     struct ArrowArray array;
 *     if (tenon_columns_export(c, &schema, &array, &err))
 *         … hand both to DuckDB, pyarrow, Polars, nanoarrow, DataFusion …
 *
 * | column           | Arrow                              |
 * | ---------------- | ---------------------------------- |
 * | BOOL             | bool                               |
 * | INT16 … DOUBLE   | int16, int32, int64, float, double |
 * | DECIMAL          | decimal128(precision, scale)       |
 * | TEXT             | utf8; of JSON an arrow.json        |
 * | BYTES            | binary                             |
 * | UUID             | 16 bytes, an arrow.uuid            |
 * | TIME             | timestamp[us, UTC]                 |
 * | DATE, CLOCK      | date32, time64[us]                 |
 * | INTERVAL         | month_day_nano_interval            |
 * | ENUM             | dictionary of int16 and utf8       |
 * | LIST             | list                               |
 *
 * What Arrow cannot say is an error that names the column: UNSUPPORTED for a CLOCK_TZ; RANGE for an
 * infinite time or date, for 24:00, and for an interval of more nanoseconds than 64 bits hold. */
#ifndef TENON_ARROW_H
#define TENON_ARROW_H

#include <tenon/columns.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The structs as Arrow's specification spells them, so that any header that has them too goes with
 * this one. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};
#endif

/* The columns as one struct array, a record batch, with a child a column. Nothing is copied but
 * intervals, whose unit differs: the arrays keep the columns' memory until their `release` is
 * called, and the caller still frees the columns, before or after. Either output may be NULL. False
 * with *err, and nothing to release. */
TENON_API bool tenon_columns_export(const tenon_columns *columns, struct ArrowSchema *schema,
                                    struct ArrowArray *array, tenon_error *err);

/* The chunks as a stream of such batches. They are taken: `release` closes them, and must be called
 * before the session is closed; also when this fails, which gives false with the session's error.
 * What fails later is an errno with a text from get_last_error, and stands on the session too. */
TENON_API bool tenon_columns_export_stream(tenon_column_chunks *chunks,
                                           struct ArrowArrayStream *out);

#ifdef __cplusplus
}
#endif
#endif
