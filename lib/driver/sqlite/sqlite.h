/* What the files of the SQLite driver share.
 *
 * A value goes from the program to SQLite as a `cell`: one of SQLite's five storage classes, chosen
 * by the field alone. The same cells are bound to parameters, returned by the key table and
 * compared with the elements of arrays, so that there is one rule for how a column stores its
 * values:
 *
 *     Bool, Int, SmallInt, BigInt   INTEGER
 *     Float, Real                   REAL (NaN is refused: SQLite would store NULL)
 *     Decimal                       INTEGER or REAL, only when the same number is read back;
 *                                   with @tenon.exact sortable TEXT
 *     String, enum, Json, other     TEXT (a Json that is a whole number: INTEGER)
 *     Bytes                         BLOB
 *     Uuid                          TEXT, lower case with hyphens
 *     DateTime                      TEXT 2024-02-29T12:34:56.789+00:00, six digits of a second
 *                                   only where three are not enough; or INTEGER, milliseconds
 *                                   since 1970
 *     Date, Time, Timetz            TEXT 2024-02-29, 12:34:56.789012, 12:34:56.789012+02
 *     arrays                        TEXT, a JSON array; see array.c
 *
 * Texts of one instant are equal and texts of two sort as the instants do, because SQL compares
 * them. */
#ifndef TENON_DRIVER_SQLITE_H
#define TENON_DRIVER_SQLITE_H

#include "driver/driver.h"

#include <sqlite3.h>
#include <stdatomic.h>

/* How the database stores DateTime: one way for all columns. */
typedef enum time_form {
    TIME_FORM_UNKNOWN = 0, /* found out when the first statement needs it */
    TIME_FORM_UNIXMS,
    TIME_FORM_ISO,
    TIME_FORM_SQL /* "2024-02-29 12:34:56", as SQLite's own functions write it */
} time_form;

/* Statements without parameters that every transaction runs. */
enum { FIXED_COUNT = 4 };

struct tenon__connection {
    sqlite3 *db;
    tenon__state state;
    time_form times;
    tenon_time moment;        /* CURRENT_TIMESTAMP of this statement; 0: nobody has asked */
    tenon__prepared *running; /* between execute and the end of fetch */
    size_t rows_most;         /* to fetch of it; 0: all */
    atomic_bool is_cancelled;
    bool is_timed_out;
    bool skip_schema_check;
    const atomic_bool *stop; /* or NULL */
    int64_t busy_timeout_us; /* 0: give up at once */
    int64_t busy_since_us;
    int64_t deadline_us;
    sqlite3_stmt *fixed[FIXED_COUNT];
};

/* ---- values ---------------------------------------------------------------------------------- */

typedef enum cell_type { CELL_INTEGER = 1, CELL_REAL, CELL_TEXT, CELL_BLOB } cell_type;

/* Room for texts that are made, not borrowed: times and UUIDs. */
enum { CELL_ROOM = TENON_INTERVAL_TEXT_SIZE };

typedef struct cell {
    cell_type type;
    union {
        int64_t integer;
        double real;
        struct {
            const void *data;
            size_t length;
        } bytes;
    } as;
    bool is_owned; /* bytes.data is from malloc and goes to whoever takes the cell */
} cell;

/* Where a value is going: what decides its form. */
typedef struct target {
    const tenon_model *model;
    const tenon_field *field;
    time_form times;
    char *room;       /* CELL_ROOM bytes, alive as long as the cell */
    bool is_compared; /* with what is there, and not written */
} target;

/* The cell of a wide value; checked, or refused with *err. */
bool tenon__sqlite_encode(const target *to, const void *wide, cell *out, tenon_error *err);
/* The text of an array ({ items, count }), always owned; each element is checked. */
bool tenon__sqlite_encode_array(const target *to, const tenon__list *array, cell *out,
                                tenon_error *err);

/* One row-form element as tenon_array_has finds it in such a text. */
bool tenon__sqlite_encode_element(const target *to, const void *element, cell *out,
                                  tenon_error *err);

/* For a cell that nobody took. */
void tenon__sqlite_drop_cell(cell *value);

/* How a column of a result is read, made once a statement: the kinds that most columns have go the
 * short way. From READ_BOOL on they are stored as integers, from READ_TEXT on as texts. */
typedef enum column_reader {
    READ_ANY = 0,
    READ_DOUBLE,
    READ_BOOL,
    READ_INT32,
    READ_INT64,
    READ_UNIXMS,
    READ_TEXT,
    READ_JSON,
    READ_ISO
} column_reader;

typedef struct result_column {
    column_reader reader;
    bool has_flag; /* the `has` of a tenon_opt_… stands at flag_at */
    uint32_t flag_at, value_at;
    uint32_t skip; /* columns behind it that are not there when it is NULL */
} result_column;
void tenon__sqlite_plan_columns(const tenon__layout *layout, time_form times,
                                result_column *columns);

/* How a parameter is bound, the same way. */
typedef enum parameter_binder {
    BIND_ANY = 0,
    BIND_BOOL,
    BIND_INT32,
    BIND_INT64,
    BIND_DOUBLE,
    BIND_TEXT,
    BIND_JSON,
    BIND_ISO
} parameter_binder;

typedef struct binding {
    parameter_binder binder;
    bool is_whole_ms;  /* ISO: the column keeps no microseconds */
    size_t most_bytes; /* TEXT: so many fit, whatever the characters are */
} binding;
void tenon__sqlite_plan_bindings(const tenon__statement *statement, time_form times,
                                 binding *bindings);

/* That of its only parameter where that is an integer, as most keys are; else ANY. */
parameter_binder tenon__sqlite_key_binder(const tenon__statement *statement,
                                          const binding *bindings);

/* The row that `statement` stands on, into the row struct. */
typedef struct source {
    sqlite3_stmt *statement;
    const tenon__layout *layout;
    const result_column *columns; /* one for each of the layout's */
    time_form times;
    tenon__arena *arena;
    tenon_error *err;
} source;
bool tenon__sqlite_decode_row(const source *from, char *row);
/* One value of it, whatever it is, into its place in the row, which is zeroed. */
TENON__SHARED bool tenon__sqlite_decode_value(const source *from, int index, sqlite3_value *stored,
                                              char *row);
/* The same of a layout that is open, and what its columns are called (texts.c). */
bool tenon__sqlite_read_texts(const source *from, char *row);
bool tenon__sqlite_read_names(const source *from, tenon__names *out);
/* One row-form value from a cell; texts are copied into the arena. */
bool tenon__sqlite_decode_cell(const source *from, const tenon_field *field, const cell *value,
                               void *out);
/* A decimal into the arena, with as many digits of fraction as the column has by the schema: that
 * is how PostgreSQL gives it. */
bool tenon__sqlite_put_decimal(const source *from, const tenon_field *field, const char *text,
                               size_t length, tenon_decimal *out);
/* A JSON array's text into { items, count }. */
bool tenon__sqlite_decode_array(const source *from, const tenon_field *field, const char *text,
                                size_t length, tenon__list *out);

/* ---- the usual values --------------------------------------------------------------------------
 * What most columns hold, when nothing is unusual about it, is stored as it stands: by a shorter
 * way the same cell as tenon__sqlite_encode makes. False: ask that. */

static inline bool tenon__sqlite_is_usual_text(const binding *how, const char *text, size_t *length)
{
    *length = text ? strlen(text) : 0;
    return text && *length <= how->most_bytes && tenon__utf8_is_valid(text, *length);
}

/* An object, an array or a string. */
static inline bool tenon__sqlite_is_usual_json(tenon_json json, size_t *length)
{
    *length = json.text && !json.len ? strlen(json.text) : json.len;
    bool is_plain = json.text && (*json.text == '{' || *json.text == '[' || *json.text == '"');
    return is_plain && tenon__json_is_valid(json.text, *length);
}

/* As ISO text into `room`; its length, or 0. */
static inline size_t tenon__sqlite_usual_time(const binding *how, tenon_time time, char *room)
{
    bool is_fine = !how->is_whole_ms || time.us % 1000 == 0;
    return is_fine ? tenon__time_to_iso(time, room) : 0;
}

/* ---- forms of numbers ------------------------------------------------------------------------ */

enum { REAL_TEXT_SIZE = 400 }; /* 309 digits before or 324 behind the point, and 17 more */

/* The shortest decimal text, without an exponent, that reads as this double; "Infinity". */
size_t tenon__sqlite_real_text(double value, char text[REAL_TEXT_SIZE]);
/* Adds the number without zeros that carry no value: equal numbers are equal texts. */
void tenon__sqlite_plain_decimal(tenon_decimal value, tenon__buf *out);
/* The integer or real that reads back as the same number; false when there is none. */
bool tenon__sqlite_number_cell(tenon_decimal value, cell *out);

/* ---- connections and statements -------------------------------------------------------------- */

tenon__connection *tenon__sqlite_connect(const tenon__connect_options *options,
                                         tenon__progress *progress, tenon_error *err);
void tenon__sqlite_close(tenon__connection *connection);
/* See driver.h. */
tenon__progress tenon__sqlite_prepare(tenon__connection *connection,
                                      const tenon__statement *statement, tenon__prepared **out,
                                      tenon_error *err);
void tenon__sqlite_forget(tenon__connection *connection, tenon__prepared *prepared);
tenon__progress tenon__sqlite_execute(tenon__connection *connection, tenon__prepared *prepared,
                                      const void *const *values, tenon_error *err);
/* The values alone; false with *err. */
bool tenon__sqlite_bind(tenon__connection *connection, tenon__prepared *prepared,
                        const void *const *values, tenon_error *err);
tenon__progress tenon__sqlite_cursor_open(tenon__connection *connection,
                                          const tenon__statement *statement,
                                          const void *const *values, tenon__cursor **out,
                                          tenon_error *err);
tenon__progress tenon__sqlite_cursor_fetch(tenon__connection *connection, tenon__cursor *cursor,
                                           size_t most, tenon_error *err);
tenon__progress tenon__sqlite_cursor_close(tenon__connection *connection, tenon__cursor *cursor,
                                           tenon_error *err);
void tenon__sqlite_cursor_forget(tenon__connection *connection, tenon__cursor *cursor);

/* See driver.h. */
const char *tenon__sqlite_slot_type(const tenon__slot *slot);

static inline bool tenon__sqlite_is_stopped(const tenon__connection *connection)
{
    return atomic_load_explicit(&connection->is_cancelled, memory_order_relaxed) ||
           (connection->stop && atomic_load_explicit(connection->stop, memory_order_relaxed));
}

/* Before anything runs. */
static inline void tenon__sqlite_begin_work(tenon__connection *connection)
{
    atomic_store_explicit(&connection->is_cancelled, false, memory_order_relaxed);
    connection->is_timed_out = false;
    connection->moment.us = 0;
}

/* Functions, the key table, the table of rows. A result code of SQLite. */
int tenon__sqlite_register_functions(sqlite3 *db);
int tenon__sqlite_register_sums(sqlite3 *db);
int tenon__sqlite_register_interval(sqlite3 *db);
int tenon__sqlite_register_vector(sqlite3 *db);
/* Vectors in cells; whether a cell holds one that the field can have. False: no memory. */
bool tenon__sqlite_encode_vector(tenon_vector vector, cell *out, tenon_error *err);
bool tenon__sqlite_is_vector(const tenon_field *field, const cell *value);
bool tenon__sqlite_decode_vector(tenon__arena *arena, const cell *value, tenon_vector *out);
int tenon__sqlite_register_keys(sqlite3 *db);
int tenon__sqlite_register_rows(sqlite3 *db);

/* See driver.h. */
bool tenon__sqlite_write_begin(const tenon_transaction_options *options, const char *savepoint,
                               tenon__buf *sql, tenon_error *err);

/* The list behind one parameter of tenon_keys, bound as a pointer of this type's name. */
typedef struct key_list {
    const tenon__slot *slot;
    const tenon__list *list;
    time_form times;
} key_list;
#define KEY_LIST_TYPE "tenon_keys"
/* One item of it. */
bool tenon__sqlite_encode_key(const target *to, const key_list *keys, size_t index, cell *out,
                              tenon_error *err);

/* The rows behind the parameter of tenon_rows, bound as a pointer of this type's name. */
typedef struct row_feed {
    const tenon__row_source *rows;
    const tenon__statement *statement; /* its slots are the columns */
    const binding *bindings;           /* one a slot */
    char (*rooms)[CELL_ROOM];          /* one a slot */
    time_form times;
    tenon_error *err; /* where a value that does not fit is told; of the present fetch */
} row_feed;
#define ROW_FEED_TYPE "tenon_rows"

/* What one parameter needs while its statement runs. */
typedef union parameter {
    char room[CELL_ROOM];
    key_list keys;
} parameter;
_Static_assert(sizeof(parameter) == CELL_ROOM, "rooms stand one behind the other");

struct tenon__prepared {
    sqlite3_stmt *sqlite;
    const tenon__statement *statement;
    binding *bindings;      /* behind the parameters; as many as there are */
    result_column *columns; /* behind these; as many as the layout has */
    parameter_binder key;   /* see tenon__sqlite_key_binder */
    bool is_readonly;
    bool has_rows; /* of structs: with a layout that is not open */
    source from;   /* its rows; arena and err are those of the call under way */
    row_feed feed; /* of a statement with TENON__ROWS_GIVEN */
    parameter parameters[];
};

/* What both tables are made of (table.c). `declaration` is CREATE TABLE …. */
int tenon__sqlite_table_connect(sqlite3 *db, const char *declaration, sqlite3_vtab **out);
int tenon__sqlite_table_disconnect(sqlite3_vtab *table);
/* The cursor is the first member of a struct of this size, which is zeroed. */
int tenon__sqlite_table_open(size_t cursor_size, sqlite3_vtab_cursor **out);
int tenon__sqlite_table_close(sqlite3_vtab_cursor *cursor);
/* `borrowed`: SQLITE_STATIC where the text stays while the statement is at its row. */
void tenon__sqlite_table_give(sqlite3_context *context, const cell *value,
                              sqlite3_destructor_type borrowed);

/* Finds out how the database stores times, from this model's columns first. */
bool tenon__sqlite_detect_times(tenon__connection *connection, const tenon_model *model,
                                tenon_error *err);
/* CURRENT_TIMESTAMP in that form. A result code of SQLite. */
int tenon__sqlite_register_time(tenon__connection *connection);
/* As TIME_FORM_SQL has it, into CELL_ROOM bytes; the length, 0 outside of the years 1 … 9999. */
size_t tenon__sqlite_time_to_sql(tenon_time time, char *room);
/* The statement that gives the texts, or the integers, of a column the form of the database. */
void tenon__sqlite_hint_time(const source *from, const char *table, const char *column,
                             bool is_integer);
/* Accepts only what tenon__sqlite_time_to_sql writes. */
bool tenon__sqlite_time_from_sql(const char *text, size_t length, tenon_time *out);
/* Compares a prepared statement's columns and the columns its slots are for with the database. */
bool tenon__sqlite_check_schema(tenon__connection *connection, sqlite3_stmt *prepared,
                                const tenon__statement *statement, tenon_error *err);

/* Fills *err from what the connection says of its last failure. `statement` may be NULL. */
TENON__COLD tenon__progress tenon__sqlite_fail(tenon__connection *connection, int code,
                                               const tenon__statement *statement, tenon_error *err);
/* The same before there is a connection to speak of. */
tenon_status tenon__sqlite_status(int code);

#endif
