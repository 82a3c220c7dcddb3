/* The face of lib/driver: the contract between tenon and a database client library.
 *
 * A driver is a table of functions over one connection. It knows its wire or C API, the native
 * forms of values, and its own error codes; it knows no pool, no session, no descriptor beyond what
 * slots and layouts say. Nothing here blocks: a call starts work and returns what it waits for;
 * `step` goes on once the descriptor of `socket` is ready. lib/db/wait.c is the only place that
 * waits. SQLite is synchronous: its calls finish at once and return TENON__DONE.
 *
 * States of a connection, and the calls allowed in each:
 *
 *     CONNECTING --step→ IDLE | BROKEN
 *     IDLE       --prepare, execute, execute_together, script, copy_begin→ BUSY
 *                                                               (or IDLE again when done at once)
 *     BUSY       --step→ BUSY | ROWS | IDLE | BROKEN
 *     ROWS       --fetch→ ROWS | IDLE | BROKEN    a result has arrived and waits to be decoded
 *     COPYING    --copy_data, copy_end→ COPYING | BUSY | BROKEN
 *     BROKEN     --close only
 *
 * A failing call fills *err (status, sqlstate or sqlite_code, message, hint, `applied`; and in
 * err->model, err->field, err->constraint the *database's* names of table, column(s) separated by
 * ", ", and constraint as far as the database told: lib/model turns them into the schema's for the
 * statuses UNIQUE, FOREIGN_KEY, NOT_NULL, CHECK and EXCLUSION; every other one that names a field
 * comes from tenon__fail_field, which writes the schema's names) and leaves the connection IDLE
 * when it can be used again, else BROKEN.
 *
 * What SQL text for SQLite may rely on, registered on every connection by lib/driver/sqlite:
 *
 *     tenon_keys(?1)             a table of one column `value`: the items of a WIDE_LIST,
 *                                NARROW_LIST or COLUMN slot, each as that slot's column stores it:
 *                                `"age" IN (SELECT value FROM tenon_keys(?1))`; its rowid counts
 *                                from 1
 *     tenon_rows(?1)             a table of columns c1, c2, …: the rows of a tenon__row_source, as
 *                                their slots' columns store them; at most 63 columns.
 *                                tenon_wide_rows(?1): at most 1,999
 *     tenon_like(text, pattern)  PostgreSQL's LIKE: case-sensitive, % and _, backslash escapes
 *     tenon_ilike(text, pattern) the same without regard to the case of A-Z
 *     tenon_json_contains(a, b)  PostgreSQL's a @> b for JSON texts
 *     tenon_array_has(array, x)  whether an array column holds the element x (ELEMENT slot, or a
 *                                value of tenon_keys of a NARROW_LIST slot)
 *     tenon_array_concat(a, b)   a with the elements of b behind it (FORM_ARRAY slots or columns)
 *     tenon_int(x, least, most)  x, or RANGE when it is not an integer within the bounds
 *     tenon_l2(a, b), tenon_inner_product(a, b), tenon_cosine(a, b)
 *                                tenon_vector_distance; NULL where that is NaN
 *     COLLATE tenon_interval     texts of intervals, compared as PostgreSQL compares intervals
 *
 *     tenon_sum(x)               aggregate: the sum of integers, or RANGE beyond 64 bits
 *     tenon_avg(x)               aggregate: their average, a REAL, from the exact sum
 *     tenon_sum_decimal(x)       aggregate: the exact sum of decimals, as sortable text
 *     tenon_avg_decimal(x)       aggregate: their average, a REAL, from the exact sum
 *
 * All give NULL for a NULL argument (aggregates leave it out, and give NULL when none is left), are
 * deterministic and allowed in indexes and views. */
#ifndef TENON_DRIVER_H
#define TENON_DRIVER_H

#include "core/core.h"

#include <stdatomic.h>

#include <tenon/db.h>
#include <tenon/model.h>
#include <tenon/session.h>

/* What a call that does not block has come to. */
typedef enum tenon__progress {
    TENON__DONE,       /* finished; the connection is IDLE */
    TENON__WANT_READ,  /* call step when the socket can be read */
    TENON__WANT_WRITE, /* … written (and read: what arrives must be taken) */
    TENON__ROWS,       /* a result stands ready: call fetch */
    TENON__FAILED      /* *err is filled */
} tenon__progress;

typedef enum tenon__state {
    TENON__CONNECTING,
    TENON__IDLE,
    TENON__BUSY,
    TENON__ROWS_READY,
    TENON__COPYING,
    TENON__BROKEN
} tenon__state;

/* ---- values in ------------------------------------------------------------------------------- */

typedef enum tenon__form {
    TENON__FORM_WIDE,        /* one wide value (see <tenon/model.h>) */
    TENON__FORM_ARRAY,       /* a tenon_…_array: the value of an array column */
    TENON__FORM_WIDE_LIST,   /* tenon__list of wide values: IN; PostgreSQL an array, SQLite the key
                                table */
    TENON__FORM_NARROW_LIST, /* tenon__list of row-form elements: HAS_ANY on an array column */
    TENON__FORM_ELEMENT,     /* one row-form element of an array column: HAS */
    /* PostgreSQL, for UNNEST($1::type[]): a tenon__list of pointers (const void *), one a row, each
     * to a wide value, to the tenon_…_array of an array column, or NULL for SQL NULL. Sent as an
     * array of the field's own type; as text[] where that has no fixed OID or no binary form (enum,
     * citext, bit, varbit, inet, xml, other) and for array columns, whose values then are array
     * literals, because UNNEST would flatten them; money as numeric[]. The SQL casts each row.
     * SQLite, for tenon_keys: the same list, of values that are not NULL. */
    TENON__FORM_COLUMN
} tenon__form;

typedef struct tenon__list {
    const void *items;
    size_t count;
} tenon__list;

/* Many rows of values, given one after the other, so that they need not all stand somewhere at
 * once.
 * */
typedef struct tenon__row_source {
    size_t count;
    /* The values of row i, one pointer a slot, NULL for SQL NULL. Asked in order from 0, and anew
     * from 0 when it has to begin again. They stay until the next call of it. NULL: it has put an
     * error where the running call puts its own. */
    const void *const *(*next)(void *context, size_t i);
    void *context;
} tenon__row_source;

/* A parameter of a statement. `field` gives kind, type, precision, enum; it is NULL for plain
 * integers (LIMIT, OFFSET), which are then int64. `as_text`: the value is a const char *, whatever
 * the field's kind (patterns of LIKE, keys of a path); the server is told no type, and of the
 * checks only UTF-8 applies. */
typedef struct tenon__slot {
    const tenon_field *field;
    tenon__form form;
    bool as_text;
    /* PostgreSQL finds out the type: the value must have its binary form; a list goes as text. */
    bool is_inferred;
    /* In a condition: a time may be finer than those of the column. */
    bool is_compared;
    const tenon_model
        *model; /* whose field it is, for messages and the first-use check; may be NULL */
} tenon__slot;

/* ---- values out ------------------------------------------------------------------------------ */

typedef enum tenon__out_kind {
    TENON__OUT_FIELD, /* .field's row form at .offset; a nullable one as <tenon/types.h> says */
    TENON__OUT_INT64, /* counts and flags */
    TENON__OUT_BOOL
} tenon__out_kind;

/* One column of a result. */
typedef struct tenon__out {
    tenon__out_kind kind;
    const tenon_field *field;
    uint32_t offset; /* in the row struct */
    /* BOOL: when it is NULL, so many columns behind it are passed over, and all of that memory
     * stays zero: they are those of a joined row that is not there. */
    uint32_t skip;
    const tenon_model *model;          /* whose field it is; NULL: the layout's */
    const struct tenon_result *nested; /* of a FIELD whose value consists of several; or NULL */
} tenon__out;

/* How rows become structs. The driver zeroes each row, copies `prefix` (the bitmap of loaded
 * columns) to its offset, and decodes. */
typedef struct tenon__layout {
    const tenon__out *outs;
    size_t out_count;
    uint32_t row_size;
    uint32_t loaded_offset;
    const uint64_t *loaded; /* NULL: none */
    size_t loaded_words;
    const tenon_model *model; /* for error messages; may be NULL */
    /* The program's own SQL: names of columns are compared as well as types. */
    bool compares_names;
    /* Whatever columns come: a row is a pointer to their texts, in the form of the database. There
     * are no outs then. */
    bool is_open;
} tenon__layout;

/* What the columns of a layout that is open are called. */
typedef struct tenon__names {
    const char **items;
    size_t count;
} tenon__names;

/* The model of a field among the columns: for messages. In driver.c. */
const tenon_model *tenon__layout_model(const tenon__layout *layout, const tenon_field *field);

/* Where a driver puts the values of one column that no row holds: each at the end of an array. */
typedef struct tenon__track {
    tenon_kind kind;   /* what they are; 0: all go by way of the row */
    uint8_t way;       /* how the driver puts them, its own matter; 0: by way of the row */
    char *values;      /* room for one a row, as rows have them, but bits for Boolean, 16 bytes for
                        * Uuid, an int16_t counted from 0 for enums; of texts all their bytes */
    int32_t *ends;     /* of texts and lists: where that of row i ends is ends[i + 1] */
    size_t used, size; /* bytes of texts, and room for them */
    uint8_t width;     /* of a value; 0: a bit, or none of a fixed width */
    uint8_t *validity; /* a bit a row, all set from the first NULL on; NULL before */
    size_t null_count;
} tenon__track;

/* False: it is the first one, and sink->add adds it. */
static inline bool tenon__track_put_null(tenon__track *track, size_t row)
{
    if (!track->validity || !track->kind)
        return false;
    track->validity[row / 8] &= (uint8_t) ~(1u << row % 8);
    track->null_count++;
    if (track->ends)
        track->ends[row + 1] = (int32_t)track->used;
    else if (track->width == sizeof(uint64_t))
        ((uint64_t *)(void *)track->values)[row] = 0;
    else if (track->width)
        memset(track->values + row * track->width, 0, track->width);
    return true;
}

/* Who takes rows one after another, in the place of a list that keeps them all. Its functions
 * return false with *err, and no row comes after that. */
typedef struct tenon__sink tenon__sink;
struct tenon__sink {
    /* Before the first row. Again when the statement is run again: what came is forgotten then. */
    bool (*begin)(tenon__sink *sink, const tenon__layout *layout, tenon_error *err);
    /* The next row as its driver has it: tenon__pg_take, tenon__sqlite_take. Values that tracks are
     * made for go there; all others into `row`, and are added from it. */
    bool (*take)(tenon__sink *sink, void *given, tenon_error *err);
    /* What take asks for: room for one more row, for bytes of texts in a track; and that what was
     * put into `row` is added to a track, which is NULL when nothing was. */
    bool (*reserve)(tenon__sink *sink, tenon_error *err);
    bool (*widen)(tenon__sink *sink, size_t track, size_t bytes, tenon_error *err);
    bool (*add)(tenon__sink *sink, size_t track, const char *row, tenon_error *err);
    tenon__track *tracks;   /* one for each of the layout's outs, from begin on */
    size_t count, capacity; /* rows */
    size_t expected;        /* as far as the driver knows; 0: it does not */
    char *row;              /* zeroed */
    size_t row_size;
    tenon__arena *arena; /* for what the row points at; the driver's, cleared behind each use */
};

/* In libtenon-columns: `take` of a sink for rows of this driver (tracks.c). */
bool tenon__pg_take(tenon__sink *sink, void *given, tenon_error *err);
bool tenon__sqlite_take(tenon__sink *sink, void *given, tenon_error *err);

/* Where decoded rows go: a contiguous list in the arena (tenon__arena_resize), texts beside it.
 * Only complete rows count. */
typedef struct tenon__rows {
    tenon__arena *arena;
    char *items;
    size_t count, capacity;
    /* 0 when unknown. 1: the statement gives at most one row, which is then allocated plainly, and
     * a driver need not ask for a second one. Any other number is a hint. */
    size_t expected;
    /* With expected 1: the program says so, not the statement; a second row is asked for, and comes
     * too when there is one. */
    bool asks_second;
    tenon__names *names; /* where to put them; of a layout that is open */
    tenon__sink *sink;   /* or NULL. With one there are no items, and the arena is its own */
} tenon__rows;

/* Makes room for `more` further rows of `row_size`; the first free row, or NULL. In driver.c. */
char *tenon__rows_grow(tenon__rows *rows, size_t more, size_t row_size);
static inline char *tenon__rows_reserve(tenon__rows *list, size_t more, size_t row_size)
{
    if (more <= list->capacity - list->count)
        return list->items + list->count * row_size;
    if (list->expected != 1 || list->capacity || more != 1)
        return tenon__rows_grow(list, more, row_size);
    list->items = (char *)tenon__arena_alloc(list->arena, row_size);
    list->capacity = list->items != NULL;
    return list->items;
}
/* Gives back the room that was not used. */
void tenon__rows_finish(tenon__rows *rows, size_t row_size);

/* Begins the sink of these rows. */
bool tenon__sink_begin(tenon__rows *rows, const tenon__layout *layout, tenon_error *err);

/* The distance of two vectors as a value that a statement is given. In driver.c. */
extern const tenon_field tenon__distance_field;

/* ---- statements ------------------------------------------------------------------------------ */

typedef enum tenon__statement_flag {
    TENON__WRITES = 1 << 0,
    TENON__CUSTOM_PLAN = 1 << 1, /* PostgreSQL: parsed anew each time, planned with the values */
    TENON__ONCE = 1 << 2,        /* not worth preparing */
    /* SQLite: the statement reads tenon_rows(?1). Its slots, wide values and arrays, are the
     * columns c1, c2, … of that table, and it is executed with one value, a tenon__row_source *. */
    TENON__ROWS_GIVEN = 1 << 3,
    /* PostgreSQL: its rows come by COPY, for a sink only. It has no slots and no semicolon, and
     * only reads. A failure may cost the transaction, whoever was the reason. */
    TENON__COPIED_OUT = 1 << 4
} tenon__statement_flag;

/* What a statement does to rows of a model, as hooks are told. */
typedef enum tenon__deed {
    TENON__DEED_NONE = 0, /* anything else: counting, SQL text */
    TENON__DEED_LOAD,
    TENON__DEED_LOAD_BY_KEY,
    TENON__DEED_CREATE,
    TENON__DEED_CREATE_MANY,
    TENON__DEED_UPDATE,
    TENON__DEED_UPDATE_MANY,
    TENON__DEED_UPSERT,
    TENON__DEED_DELETE,
    TENON__DEED_DELETE_MANY,
    TENON__DEED_RESTORE,
    TENON__DEED_RESTORE_MANY
} tenon__deed;

/* All-zero for SQL text. */
typedef struct tenon__about {
    const tenon_model *model;
    const char *operation; /* "find_by" */
    tenon__deed deed;
    const uint16_t *equal; /* fields that equal a value, or one of a list, in every row concerned */
    size_t equal_count;
    size_t key_at; /* by a key: `equal` are its fields, and here its values begin */
} tenon__about;

typedef struct tenon__statement {
    const char *sql;
    size_t sql_length;
    unsigned flags;
    const tenon__slot *slots;
    size_t slot_count;
    const tenon__layout *layout; /* NULL: returns no rows */
    tenon__about about;
} tenon__statement;

/* A statement prepared on one connection; the driver's own. */
typedef struct tenon__prepared tenon__prepared;
/* The rows of one statement, some at a time; other statements may run on the connection meanwhile.
 */
typedef struct tenon__cursor tenon__cursor;
typedef struct tenon__connection tenon__connection;

/* One of several statements that are sent together. */
typedef struct tenon__execution {
    tenon__prepared *prepared;
    const void *const *values;
} tenon__execution;

typedef struct tenon__connect_options {
    /* already known to be this driver's, with tenon's own parameters removed; SQLite: "sqlite:" and
     * the path as the system takes it (percent-decoded, no parameters), or "sqlite::memory:" */
    const char *url;
    const char *application_name; /* may be NULL */
    bool is_reader;               /* SQLite: a read-only member of the pool */
    int64_t busy_timeout_us; /* SQLite: how long to wait for another process's lock; 0: 5 s; -1: not
                                at all */
    uint64_t
        database_id; /* SQLite: equal for all connections of one tenon_db, unlike for others: names
                      * the memory database they share, which lives while one of them is open */
    const char *datetime; /* SQLite: "iso", "sql", "unixms", or NULL: detected */
    const char
        *synchronous; /* SQLite: "off", "normal", "full", "extra", or NULL: the driver's choice */
    const char
        *mode; /* SQLite: "ro", "rw" (must exist), "rwc" (created when missing) or NULL: rwc */
    bool skip_schema_check;
    bool has_loose_quotes; /* SQLite: "x" that names nothing is a text, as others let it be */
    bool is_nameless; /* PostgreSQL: no statement gets a name on the server, which a pooler could
                         give to somebody else */
    /* PostgreSQL, of several hosts: which is tried first, in their order or by chance; and whether
     * a password may go to another machine in clear text. */
    unsigned first_host;
    bool shuffles_hosts, allows_clear_text;
} tenon__connect_options;

typedef struct tenon__driver {
    const char *name;
    tenon_dialect dialect;
    /* one connection writes, the others read (SQLite) */
    bool has_single_writer;
    bool can_copy;
    size_t parameter_limit; /* most parameters of one statement */

    /* Starts connecting. NULL with *err when it cannot even start. *progress: what to wait for. */
    tenon__connection *(*connect)(const tenon__connect_options *options, tenon__progress *progress,
                                  tenon_error *err);
    /* Closes in any state without waiting. NULL is accepted. */
    void (*close)(tenon__connection *connection);
    tenon__state (*state)(const tenon__connection *connection);
    /* The descriptor to wait on; -1 when there is none. May change while CONNECTING. */
    int (*socket)(const tenon__connection *connection);
    tenon__progress (*step)(tenon__connection *connection, tenon_error *err);
    /* Asks for the statement under way to be stopped, without blocking. It then fails with
     * CANCELLED (or finishes). From any thread. */
    void (*cancel)(tenon__connection *connection);
    /* For drivers whose calls do the work themselves (SQLite; NULL elsewhere): what runs from now
     * on is stopped with TIMEOUT at this time of tenon__monotonic_us, also while it waits for a
     * lock. 0: never. */
    void (*set_deadline)(tenon__connection *connection, int64_t deadline_us);

    /* For the same: what runs from now on is stopped with CANCELLED as soon as *stop is true. NULL:
     * never. It is not looked at while nothing runs. */
    void (*set_stop)(tenon__connection *connection, const atomic_bool *stop);

    /* Makes a prepared statement. It may be sent together with its first execution, so that a wrong
     * statement is told there. *out is owned by the connection until `forget`. */
    tenon__progress (*prepare)(tenon__connection *connection, const tenon__statement *statement,
                               tenon__prepared **out, tenon_error *err);
    /* Releases it, on the server too (at the next chance, without a round trip of its own). */
    void (*forget)(tenon__connection *connection, tenon__prepared *prepared);
    /* Runs it with one pointer a slot; NULL is SQL NULL. The values must stay as they are until
     * fetch has returned: SQLite reads them in both, and PostgreSQL may be sent them twice. Values
     * that the column cannot hold are refused here: RANGE, TYPE, with model and field
     * named. Success always comes by way of ROWS, also for a statement without columns: fetch gives
     * its *affected. */
    tenon__progress (*execute)(tenon__connection *connection, tenon__prepared *prepared,
                               const void *const *values, tenon_error *err);
    /* Decodes the result that stands ready into rows (NULL: there must be none), checks the column
     * types against the layout at the first result of a prepared statement (SCHEMA, naming both
     * sides). *affected gets the count of rows written or returned. */
    tenon__progress (*fetch)(tenon__connection *connection, tenon__rows *rows, int64_t *affected,
                             tenon_error *err);
    /* Both at once, of drivers whose calls do the work themselves (SQLite; NULL elsewhere): DONE or
     * FAILED. */
    tenon__progress (*run)(tenon__connection *connection, tenon__prepared *prepared,
                           const void *const *values, tenon__rows *rows, int64_t *affected,
                           tenon_error *err);
    /* Runs several, sent together: one round trip. Outside of a transaction all have an effect or
     * none has; within one a failure is the end of it, as always. Results come once all have
     * succeeded, by way of ROWS: fetch gives that of the next one, and ends in ROWS again until it
     * was the last. An error is about statement *failed. `at_one_moment`, which must not be inside
     * of a transaction and only read: all see the database as it was at one moment; a failure may
     * leave a transaction open then. `prepare` ends at once on a driver that has this; NULL: they
     * can only be run one after the other. */
    tenon__progress (*execute_together)(tenon__connection *connection,
                                        const tenon__execution *pieces, size_t count,
                                        bool at_one_moment, size_t *failed, tenon_error *err);
    /* What the database calls the type of a slot's value, or of the items of a list. */
    const char *(*type_name)(const tenon__slot *slot);
    /* Runs SQL text without parameters or rows: BEGIN, COMMIT, DDL; may hold several statements. */
    tenon__progress (*script)(tenon__connection *connection, const char *sql, tenon_error *err);
    /* Adds the SQL text that begins a transaction with these options, which make sense by
     * themselves: UNSUPPORTED for what this database cannot do. `savepoint` not NULL: such a one
     * instead of the BEGIN, with the options that are left to it. */
    bool (*write_begin)(const tenon_transaction_options *options, const char *savepoint,
                        tenon__buf *sql, tenon_error *err);
    /* True between a BEGIN and its end, as far as the client knows; *is_failed when PostgreSQL
     * refuses everything until ROLLBACK. */
    bool (*in_transaction)(const tenon__connection *connection, bool *is_failed);

    /* Cursors, which live inside of a transaction and end with it. Making one ends in DONE or in
     * ROWS (fetch without rows). *out is there whatever becomes of it, unless it is NULL, and the
     * caller's until cursor_forget; the values need to stay until this has ended. */
    tenon__progress (*cursor_open)(tenon__connection *connection, const tenon__statement *statement,
                                   const void *const *values, tenon__cursor **out,
                                   tenon_error *err);
    /* The next `most` rows, by way of ROWS; fewer are the last ones. */
    tenon__progress (*cursor_fetch)(tenon__connection *connection, tenon__cursor *cursor,
                                    size_t most, tenon_error *err);
    /* Ends it before its transaction does. */
    tenon__progress (*cursor_close)(tenon__connection *connection, tenon__cursor *cursor,
                                    tenon_error *err);
    /* Frees it in any state, without waiting. NULL is accepted. */
    void (*cursor_forget)(tenon__connection *connection, tenon__cursor *cursor);
    /* What is added to the BEGIN of a transaction that is made for a cursor to be read to its end;
     * may be empty. */
    const char *cursor_settings;

    /* Bulk load, where can_copy: `sql` is COPY … FROM STDIN (FORMAT binary). Rows are given as one
     * pointer a slot, like execute. */
    tenon__progress (*copy_begin)(tenon__connection *connection, const tenon__statement *statement,
                                  tenon_error *err);
    tenon__progress (*copy_row)(tenon__connection *connection, const tenon__statement *statement,
                                const void *const *values, tenon_error *err);
    /* Ends it by way of ROWS, fetch(NULL) giving *affected, or at once with *affected.
     * `abort_message` not NULL gives the copy up, which ends in DONE. After a failed copy_row or
     * copy_end only this is left to do. */
    tenon__progress (*copy_end)(tenon__connection *connection, const char *abort_message,
                                int64_t *affected, tenon_error *err);
} tenon__driver;

extern const tenon__driver tenon__postgres_driver;
extern const tenon__driver tenon__sqlite_driver;

/* Registers what SQL text for SQLite may rely on, on a connection that is not of this driver: the
 * tool prepares statements to see what they are. A result code of SQLite. */
struct sqlite3;
int tenon__sqlite_register(struct sqlite3 *db);

/* The driver of a URL by its scheme; NULL with *err (MISUSE, the schemes that exist) otherwise. */
const tenon__driver *tenon__driver_of_url(const char *url, tenon_error *err);

/* ---- checks that both drivers share ---------------------------------------------------------- */

/* "User.email: …": fails with the model's and field's names (the schema's) filled in. `model` may
 * be NULL, then only the field is named. The value of a sensitive field must not stand in the
 * message. Returns false. */
TENON__SHARED TENON__COLD bool tenon__fail_field(tenon_error *err, tenon_status status,
                                                 const tenon_model *model, const tenon_field *field,
                                                 const char *format, ...) TENON_PRINTF(5, 6);
/* The rules of "nothing lossy" on one wide value for its column: integer range, text length and
 * UTF-8, decimal precision and scale, time precision, NaN and infinities, enum range. True when it
 * fits. */
bool tenon__check_wide(const tenon_model *model, const tenon_field *field, const void *value,
                       tenon_error *err);
/* The same for what the column is compared with: a time may be finer than those of the column. */
bool tenon__check_compared(const tenon_model *model, const tenon_field *field, const void *value,
                           tenon_error *err);
/* Values out of the JSON that the databases make (json_value.c). All-zero but for the arena to
 * begin with; the buffer is the caller's to release. */
typedef struct tenon__json_reading {
    tenon__arena *arena;
    const tenon_field *field;
    tenon__buf text; /* of a string, or of a number, with a NUL behind */
    bool is_string;
} tenon__json_reading;
/* Puts a value where the field stands in the row, which is zeroed. False: it cannot be read, or
 * memory is exhausted; what stands there then is nothing to use. */
bool tenon__json_read(tenon__json_reading *r, const tenon_field *field, tenon_json value,
                      char *row);
/* The value of a field, or a column, that consists of several (nested_row.c): an object, or an
 * array of objects when the field is a LIST, as a pointer to a struct of this shape, or as a list
 * of them, at `place`. The text need not be valid. False with *err. */
bool tenon__nested_from_json(const struct tenon_result *shape, const tenon_field *field,
                             tenon_json value, char *place, tenon__arena *arena, tenon_error *err);
/* Size of one wide value, of one row-form element. */
TENON__SHARED size_t tenon__wide_size(tenon_kind kind);
TENON__SHARED size_t tenon__element_size(tenon_kind kind);
/* Where the value stands in the tenon_opt_… of a nullable column: 0 for kinds that are NULL by
 * themselves (a NULL pointer inside), else behind `has`. */
TENON__SHARED size_t tenon__optional_offset(tenon_kind kind);
/* Room for a wide value that is not the row form itself. */
typedef union tenon__wide {
    int truth;
    int64_t integer;
    double real;
} tenon__wide;
/* The wide form of a row-form element: in `room`, or the element itself where both are the same. */
const void *tenon__widen(tenon_kind kind, const void *element, tenon__wide *room);
/* A copy of a slot's value, and of all it points at, in the arena; NULL when memory is exhausted.
 */
const void *tenon__copy_value(tenon__arena *arena, const tenon__slot *slot, const void *value);
/* PACKED: the array of a program, packed, and freed with free; bytes of a database, which may be
 * any, as an array in the arena. False with *err, which names the field. In packed.c. */
bool tenon__pack_value(const tenon_model *model, const tenon_field *field, const tenon__list *array,
                       tenon_packed *out, tenon_error *err);
bool tenon__unpack_value(const tenon_model *model, const tenon_field *field, const void *data,
                         size_t length, tenon__arena *arena, tenon__list *out, tenon_error *err);
/* Index + 1 of a database enum text, 0 when unknown. */
TENON__SHARED int tenon__enum_from_text(const tenon_enum *enumeration, const char *text,
                                        size_t length);

#endif
