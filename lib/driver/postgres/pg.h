/* What the files of this folder share.
 *
 * libpq.h is the library below. connect.c opens and closes, begin.c writes how a transaction
 * begins, run.c drives the protocol, preparation.c makes statements known to the server, collect.c
 * takes what libpq answers, script.c runs SQL text, wire.c speaks where libpq would be slower,
 * pipeline.c sends several statements at once, cursor.c reads in parts, cancel.c stops a statement,
 * slots.c, params.c and encode.c write values, result.c, rows.c, pass.c and decode.c read them,
 * tracks.c too for columns, fields.c writes values of many rows, lists.c and text.c write arrays,
 * numeric.c does numeric both ways, copy.c loads in bulk, copy_out.c reads so, types.c knows the
 * types and errors.c what went wrong. Values travel in PostgreSQL's binary formats in both
 * directions; types whose binary format is not documented, or whose OID differs from database to
 * database, travel as text.
 *
 * Everything that depends only on the statement is worked out once, when it is prepared: a *param*
 * says how a slot is written, a *column* how a column of the result is read. */
#ifndef TENON_POSTGRES_PG_H
#define TENON_POSTGRES_PG_H

#include "driver/driver.h"
#include "driver/postgres/libpq.h"

#include <endian.h>
#include <stdatomic.h>

/* ---- types (types.c) ------------------------------------------------------------------------- */

/* A wire format together with its C value. */
typedef enum tenon__pg_codec {
    TENON__PG_CODEC_NONE,
    TENON__PG_CODEC_BOOL,
    TENON__PG_CODEC_INT2,
    TENON__PG_CODEC_INT4,
    TENON__PG_CODEC_INT8,
    TENON__PG_CODEC_OID, /* unsigned on the wire; int32_t or int64_t here */
    TENON__PG_CODEC_FLOAT4,
    TENON__PG_CODEC_FLOAT8,
    TENON__PG_CODEC_NUMERIC,
    TENON__PG_CODEC_TEXT,
    TENON__PG_CODEC_JSON, /* as text, into a tenon_json */
    TENON__PG_CODEC_JSONB,
    TENON__PG_CODEC_BYTEA,
    TENON__PG_CODEC_UUID,
    TENON__PG_CODEC_TIMESTAMP,
    TENON__PG_CODEC_DATE,
    TENON__PG_CODEC_TIME,
    TENON__PG_CODEC_TIMETZ,
    TENON__PG_CODEC_INTERVAL,
    TENON__PG_CODEC_PACKED, /* an array in a bytea */
    TENON__PG_CODEC_VECTOR, /* of an extension, so without an OID, and binary */
    TENON__PG_CODEC_ENUM,   /* the label as text */
    TENON__PG_CODEC_ARRAY,  /* of one dimension */
    TENON__PG_CODEC_NESTED  /* a column whose value consists of several: see record.c */
} tenon__pg_codec;

typedef struct tenon__pg_type {
    const char *name; /* as PostgreSQL spells it */
    tenon__pg_codec codec;
    /* Of parameters. 0: the server finds the type out, and the value goes as text. */
    uint32_t oid, array_oid;
    /* Of result columns, as the renderer selects them. 0: a type that is not built in. */
    uint32_t result_oid, result_array_oid;
} tenon__pg_type;

/* Never NULL for a member of tenon_pg_type. */
const tenon__pg_type *tenon__pg_type_of(tenon_pg_type type);
/* The codec of one value (of one element) of the field; NONE when its kind and type do not go
 * together. */
tenon__pg_codec tenon__pg_codec_of(const tenon_field *field);
/* What the schema says the column is, as PostgreSQL spells it; the same of a parameter. */
const char *tenon__pg_field_type(const tenon_field *field);
const char *tenon__pg_slot_type(const tenon__slot *slot);
/* Whether a result column of this OID is what the field says. */
bool tenon__pg_type_matches(const tenon_field *field, uint32_t oid);
/* "integer", "text[]"; written into `text` when the OID has no name here. */
const char *tenon__pg_type_name(uint32_t oid, char *text, size_t size);

enum {
    TENON__PG_OID_BOOL = 16,
    TENON__PG_OID_INT8 = 20,
    TENON__PG_FIRST_USER_OID = 16384,
    TENON__PG_JSONB_VERSION = 1, /* in front of the text */
    TENON__PG_LENGTH_BYTES = 4,  /* in front of a field */
    TENON__PG_FIXED_BYTES = 16,  /* most of a value whose type gives its size */
    /* from 1970-01-01 to 2000-01-01, from which PostgreSQL counts */
    TENON__PG_EPOCH_DAYS = 10957
};
#define TENON__PG_EPOCH_US (INT64_C(946684800) * 1000000)

/* ---- values ---------------------------------------------------------------------------------- */

static inline uint16_t tenon__pg_load16(const char *data)
{
    uint16_t v;
    memcpy(&v, data, sizeof v);
    return be16toh(v);
}

static inline uint32_t tenon__pg_load32(const char *data)
{
    uint32_t v;
    memcpy(&v, data, sizeof v);
    return be32toh(v);
}

static inline uint64_t tenon__pg_load64(const char *data)
{
    uint64_t v;
    memcpy(&v, data, sizeof v);
    return be64toh(v);
}

static inline void tenon__pg_store16(char *data, uint16_t v)
{
    v = htobe16(v);
    memcpy(data, &v, sizeof v);
}

static inline void tenon__pg_store32(char *data, uint32_t v)
{
    v = htobe32(v);
    memcpy(data, &v, sizeof v);
}

static inline void tenon__pg_store64(char *data, uint64_t v)
{
    v = htobe64(v);
    memcpy(data, &v, sizeof v);
}

/* Room for `size` bytes at the end of the buffer; NULL when it failed. */
static inline char *tenon__pg_room(tenon__buf *out, size_t size)
{
    if (out->capacity - out->length <= size && !tenon__buf_reserve(out, size))
        return NULL;
    char *at = out->data + out->length;
    out->length += size;
    return at;
}

static inline void tenon__pg_add16(tenon__buf *out, uint16_t value)
{
    char *at = tenon__pg_room(out, sizeof value);
    if (at)
        tenon__pg_store16(at, value);
}

static inline void tenon__pg_add32(tenon__buf *out, uint32_t value)
{
    char *at = tenon__pg_room(out, sizeof value);
    if (at)
        tenon__pg_store32(at, value);
}

static inline void tenon__pg_add64(tenon__buf *out, uint64_t value)
{
    char *at = tenon__pg_room(out, sizeof value);
    if (at)
        tenon__pg_store64(at, value);
}

typedef enum tenon__pg_shape {
    TENON__PG_VALUE,
    TENON__PG_UNTYPED, /* a const char *, whatever the field */
    TENON__PG_ARRAY,   /* a list as binary array */
    TENON__PG_LITERAL, /* a list as array literal: {"a","b"} */
    TENON__PG_ROWS,    /* a list of pointers to values, one a row, as binary array */
    TENON__PG_LITERALS /* a list of pointers to arrays, as binary array of array literals */
} tenon__pg_shape;

/* How a slot is written. */
typedef struct tenon__pg_param {
    const tenon_field *field; /* NULL: a plain int64_t */
    const tenon_model *model; /* for messages */
    tenon__pg_shape shape;
    tenon__pg_codec codec; /* of the value, or of one element */
    bool is_wide;          /* value or elements; else in row form */
    bool is_text;          /* goes in text format */
    uint32_t oid;          /* 0: the server's choice */
    uint32_t element_oid;
    uint32_t stride;       /* from one element to the next */
    bool is_quick;         /* a value, or one a row, that fields.c may write the short way */
    bool is_placed;        /* … without the buffer, in a statement by itself */
    bool is_compared;      /* in a condition, not with what is written */
    bool leaves_json;      /* the server is left to say that a JSON is none */
    uint32_t time_unit_us; /* what a time has to be a multiple of */
    size_t most_bytes;     /* a text of so many surely fits */
} tenon__pg_param;

bool tenon__pg_param_init(tenon__pg_param *param, const tenon__slot *slot, tenon_error *err);
/* Appends the value, without a length in front; checks it first. False with *err. */
bool tenon__pg_encode(tenon__buf *out, const tenon__pg_param *param, const void *value,
                      tenon_error *err);
/* Whether the column can hold a value, or an element. */
bool tenon__pg_check(const tenon__pg_param *param, const void *value, tenon_error *err);
/* Appends one value, or element, in binary form after checking it. */
bool tenon__pg_add_checked(tenon__buf *out, const tenon__pg_param *param, const void *value,
                           tenon_error *err);
/* Appends one value, with its length in front: a parameter, a value of a row of COPY or of a column
 * of UNNEST. NULL is SQL NULL. */
bool tenon__pg_add_field(tenon__buf *out, const tenon__pg_param *param, const void *value,
                         tenon_error *err);
/* As many of one column. */
bool tenon__pg_add_fields(tenon__buf *out, const tenon__pg_param *param, const void *const *values,
                          size_t count, tenon_error *err);
/* A usual value of a type that gives its size; how large, at most FIXED_BYTES. 0: it is none, or
 * has something unusual about it. */
size_t tenon__pg_store_fixed(char *at, const tenon__pg_param *param, const void *value);
/* {"a","b"}: a list as array literal. */
bool tenon__pg_add_literal(tenon__buf *out, const tenon__pg_param *param, const tenon__list *list,
                           tenon_error *err);
/* The text that PostgreSQL reads as this row-form element. */
void tenon__pg_add_text_form(tenon__buf *out, const tenon__pg_param *param, const void *element);
/* The shapes that are lists; `list` may be a tenon_…_array, which is laid out alike. */
bool tenon__pg_add_list(tenon__buf *out, const tenon__pg_param *param, const tenon__list *list,
                        tenon_error *err);
/* A decimal as binary numeric. False when the text is no decimal number or beyond what numeric
 * holds. */
bool tenon__pg_encode_numeric(tenon__buf *out, const char *text, size_t length);

/* How a column is read. */
typedef struct tenon__pg_column {
    const tenon_field *field; /* NULL: a count or flag */
    const tenon_model *model; /* for messages */
    tenon__pg_codec codec;    /* ARRAY: of element_codec */
    tenon__pg_codec element_codec;
    bool is_nullable;
    bool is_optional;    /* a tenon_opt_…: has_offset counts */
    uint32_t has_offset; /* in the row struct */
    uint32_t offset;
    uint32_t skip;                     /* columns behind it that are not there when it is NULL */
    int last_enum;                     /* what the row before had; 0 nothing yet */
    const struct tenon_result *nested; /* of the codec NESTED */
} tenon__pg_column;

bool tenon__pg_column_init(tenon__pg_column *column, const tenon__out *out,
                           const tenon_model *model, tenon_error *err);
/* Reads one value that is not NULL. Texts are packed in the arena: tenon__arena_align when the
 * result is through. Never reads beyond `length` bytes, whatever they are. False with *err (TYPE,
 * RANGE). */
TENON__SHARED bool tenon__pg_decode(tenon__pg_column *column, const char *data, int length,
                                    void *out, tenon__arena *arena, tenon_error *err);
/* The same of the codec NESTED (record.c), and whether a column found instead of it is one. */
bool tenon__pg_decode_nested(const tenon__pg_column *column, const char *data, int length,
                             char *out, tenon__arena *arena, tenon_error *err);
bool tenon__pg_nested_matches(const tenon__pg_column *column, uint32_t oid);
/* Number of elements of an array, and *data, *length moved to the first; -1 with *err. */
int64_t tenon__pg_array_head(const tenon__pg_column *column, const char **data, int *length,
                             tenon_error *err);
/* That bytes are no value of the column's type. False. */
TENON__SHARED TENON__COLD bool tenon__pg_fail_bytes(const tenon__pg_column *column, int length,
                                                    tenon_error *err);
/* Puts the schema's names of model and field into an error just made. False. */
bool tenon__pg_name_column(const tenon__pg_column *column, tenon_error *err);
/* How many bytes, NUL included, the text of a binary numeric may need; 0 when the bytes are
 * none. */
size_t tenon__pg_numeric_room(const char *data, int length);
/* Writes that text, which prints as the server prints it; its length. The room must have been
 * asked. */
size_t tenon__pg_decode_numeric(const char *data, char *text);

/* ---- statements and results ------------------------------------------------------------------ */

/* What came for one statement that was executed without libpq (wire.c). Places are in the wire's
 * `in`. */
typedef struct tenon__pg_answer {
    size_t start;
    size_t row_count;
    size_t tag; /* what it calls itself; 0: it is not complete */
} tenon__pg_answer;

/* Statements that are executed without libpq, and their answers. */
typedef struct tenon__pg_wire {
    tenon__buf out, in;
    bool is_open;         /* statements may go this way */
    bool is_used;         /* those that run, or the last ones, do */
    bool has_backslashes; /* what the server said that libpq did not hear; see run.c */
    bool has_frame;       /* SQL text in front of the statements and behind */
    bool takes_rows;      /* an answer has begun, but is not complete */
    bool is_ready;        /* the last one has ended */
    char status;          /* of the transaction, as it said; 0: libpq knows better */
    int socket;
    size_t split; /* of out: where the values come that are sent from their own buffer; 0: none */
    size_t sent;
    size_t at;                   /* where the next message begins */
    tenon__pg_answer *answer;    /* that comes; later, that is read */
    tenon__pg_answer own;        /* of a statement by itself */
    size_t awaited;              /* answers that are not complete */
    size_t refusal, refusal_end; /* the error; 0: none */
} tenon__pg_wire;

typedef enum tenon__pg_preparation {
    TENON__PG_NEW,      /* the server does not know it */
    TENON__PG_PREPARED, /* it does */
    TENON__PG_STALE,    /* it does, but has to forget it before it can be used */
    TENON__PG_UNNAMED   /* parsed anew each time */
} tenon__pg_preparation;

struct tenon__prepared {
    tenon__prepared *next,
        *previous; /* in the connection's list; the list of forgotten uses next */
    const tenon__statement *statement;
    tenon__pg_preparation preparation;
    bool is_checked;        /* the types of its result were compared */
    bool is_being_prepared; /* by an earlier piece of the same pipeline */
    bool is_binary;         /* all values are */
    char name[24];
    size_t name_length;
    int result_format; /* 1: binary */
    int param_count, column_count;
    tenon__pg_param *params;
    tenon__pg_column *columns;
    Oid *oids;
    int *formats;
    char (*rooms)[TENON__PG_FIXED_BYTES]; /* where numbers stand that are sent, one a parameter */
};

/* Appends a row of COPY: the number of its values, and these. One that does not fit leaves nothing
 * behind. */
bool tenon__pg_add_row(tenon__buf *out, const tenon__prepared *p, const void *const *values,
                       tenon_error *err);
/* One block of memory for the whole; free() releases it. */
tenon__prepared *tenon__pg_prepared_new(const tenon__statement *statement, tenon_error *err);
/* Compares the columns of the first result with the layout: SCHEMA. */
bool tenon__pg_check_result(tenon__prepared *prepared, const PGresult *result, tenon_error *err);
/* Appends all rows of a result that came as texts, and tells the names of its columns. */
bool tenon__pg_read_texts(const PGresult *result, tenon__rows *rows, tenon_error *err);
/* Tells in the row which of its columns are loaded. */
static inline void tenon__pg_mark_loaded(const tenon__layout *layout, char *row)
{
    uint64_t *words = (uint64_t *)(void *)(row + layout->loaded_offset);
    for (size_t i = 0; layout->loaded && i < layout->loaded_words; i++)
        words[i] = layout->loaded[i];
}

/* Appends all rows of the result, if it has any; of the answer that came by wire.c. */
bool tenon__pg_read_result(tenon__prepared *prepared, const PGresult *result, tenon__rows *rows,
                           tenon_error *err);
bool tenon__pg_read_wire(tenon__prepared *prepared, const tenon__pg_wire *wire, tenon__rows *rows,
                         tenon_error *err);
int64_t tenon__pg_affected(PGresult *result);
/* Gives all rows of the result, or of the answer, to the sink (pass.c). */
bool tenon__pg_pass_rows(tenon__connection *c, tenon__rows *rows, tenon_error *err);
/* That a column is NULL which must not be. False. */
TENON__SHARED TENON__COLD bool tenon__pg_fail_null(const tenon__pg_column *column,
                                                   tenon_error *err);
/* What a sink is given (tracks.c): a row's values, each behind its length, data being moved behind
 * them; or messages as they came. Nothing is read beyond end. */
typedef struct tenon__pg_sent {
    tenon__prepared *prepared;
    const char *data, *end;
    bool are_messages;
} tenon__pg_sent;
/* A message of COPY BINARY: its head if it is the first, then rows, or its end. False with *err. */
typedef struct tenon__pg_copied {
    tenon__rows *rows;
    bool has_begun; /* the head has come */
    bool has_ended; /* so has the end */
    bool is_given_up;
    size_t passed_over; /* bytes, since then */
} tenon__pg_copied;
bool tenon__pg_read_copied(tenon__pg_copied *copied, tenon__prepared *prepared, const char *data,
                           size_t length, tenon_error *err);

/* ---- the connection -------------------------------------------------------------------------- */

typedef enum tenon__pg_task {
    TENON__PG_EXECUTE,
    TENON__PG_SCRIPT,
    TENON__PG_COPY_BEGIN,
    TENON__PG_COPY_END,
    TENON__PG_COPY_ABORT,
    TENON__PG_COPY_OUT
} tenon__pg_task;

/* One of several statements that are sent together (pipeline.c). */
typedef struct tenon__pg_piece {
    bool is_prepared_here; /* its preparation goes in front of it, and is awaited */
    PGresult *result;      /* waits to be fetched */
} tenon__pg_piece;

typedef struct tenon__pg_pieces {
    const tenon__execution *given; /* the caller's: those between the frame */
    tenon__pg_piece *items;
    tenon__pg_answer *answers; /* instead of them, where libpq is not used */
    size_t count;              /* of either; 0: one statement by itself */
    size_t capacity;
    size_t at;      /* the one whose result comes next */
    size_t fetched; /* of those between the frame */
    bool has_frame; /* the first and the last are SQL text: a transaction of their own */
    bool may_write;
    bool leaves_json; /* to the server to check: no transaction is open that could fail */
    size_t *failed;   /* where to put which of the caller's statements an error is about */
} tenon__pg_pieces;

/* A request to stop a statement, on its way in a thread of its own (cancel.c). */
typedef struct tenon__pg_request tenon__pg_request;

struct tenon__connection {
    PGconn *pg;
    tenon__state state;
    tenon__pg_task task;
    tenon__pg_wire wire;
    bool is_flushing;    /* not everything is sent */
    bool is_sent;        /* something of the statement may have reached the server */
    bool is_commit;      /* the script ends a transaction for good */
    bool may_write;      /* the script may change the database */
    bool in_transaction; /* since the last script; one begun by a statement is seen when it fails */
    bool has_retried;
    bool is_copy_broken;      /* a block did not get through; the end will tell why */
    bool is_pipelining;       /* libpq is in pipeline mode */
    bool skips_check;         /* trusts the types of columns */
    bool is_nameless;         /* prepares nothing that outlives its execution */
    int awaited_syncs;        /* of the pipeline */
    int value_capacity;       /* of values and lengths */
    tenon__pg_pieces pieces;  /* what runs, when it is several */
    tenon__pg_copied copied;  /* of COPY_OUT */
    tenon__prepared *running; /* NULL while a script or a copy runs */
    PGresult *result;         /* the first failure, else the last that came */
    tenon__buf out;           /* encoded values; the block of rows while COPYING */
    const char **values;      /* of one statement; as many as the largest has */
    int *lengths;
    tenon__prepared *prepared;            /* all that live */
    tenon__prepared *forgotten;           /* to be deallocated on the server */
    tenon__prepared *copy;                /* the statement being copied */
    _Atomic(tenon__pg_request *) request; /* the last one; NULL: none */
    bool awaits_request;                  /* all has come, but a request is still on its way */
    unsigned last_name;                   /* names count up */
    uint32_t nonce;          /* and have this, so that behind a pooler nobody meets another's */
    bool refuses_clear_text; /* passwords, without TLS */
    bool requires_tls;       /* by our own default */
    char sql[sizeof((tenon_error *)0)->sql]; /* beginning of the script */
};

/* Fills values and lengths for a statement, as far as needed by way of out. The caller's values
 * stay in use until it has been sent, or, by itself, until its result has been fetched. */
bool tenon__pg_bind(tenon__connection *c, const tenon__prepared *prepared,
                    const void *const *values, tenon_error *err);
/* After a failure of what was bound: whether that was a JSON which is none; then *err names it. */
TENON__COLD bool tenon__pg_refuse_json(tenon__connection *c, tenon_error *err);
/* Makes room in values and lengths. */
bool tenon__pg_reserve_values(tenon__connection *c, int count, tenon_error *err);

/* The part of a step while it connects. */
tenon__progress tenon__pg_step_connect(tenon__connection *c, tenon_error *err);
tenon__progress tenon__pg_step(tenon__connection *c, tenon_error *err);
tenon__progress tenon__pg_prepare(tenon__connection *c, const tenon__statement *statement,
                                  tenon__prepared **out, tenon_error *err);
void tenon__pg_forget(tenon__connection *c, tenon__prepared *prepared);
tenon__progress tenon__pg_execute(tenon__connection *c, tenon__prepared *prepared,
                                  const void *const *values, tenon_error *err);
tenon__progress tenon__pg_fetch(tenon__connection *c, tenon__rows *rows, int64_t *affected,
                                tenon_error *err);

/* wire.c. Open, once it stands; whether a statement may go this way; sends the one that runs, which
 * is bound; a step. */
void tenon__pg_wire_open(tenon__connection *c);
bool tenon__pg_wire_takes(const tenon__connection *c, const tenon__prepared *prepared);
tenon__progress tenon__pg_wire_send(tenon__connection *c, tenon_error *err);
tenon__progress tenon__pg_wire_step(tenon__connection *c, tenon_error *err);
/* The same for several, in parts: nothing stands in its `out`; appends one that is bound, false
 * without memory; sends what stands there, to which so many answers will come. */
bool tenon__pg_wire_begin(tenon__connection *c, tenon_error *err);
bool tenon__pg_wire_add(tenon__connection *c, const tenon__prepared *prepared);
tenon__progress tenon__pg_wire_send_all(tenon__connection *c, tenon__pg_answer *answers,
                                        size_t count);
/* libpq is about to be used. */
void tenon__pg_wire_leave(tenon__connection *c);
int64_t tenon__pg_wire_affected(const tenon__connection *c);
/* Of the answer to the last statement, whichever way it went: a field of the error (PG_DIAG_…), or
 * NULL; the state of the transaction. */
const char *tenon__pg_error_field(const tenon__connection *c, int code);
PGTransactionStatusType tenon__pg_transaction_status(const tenon__connection *c);

/* pipeline.c. */
tenon__progress tenon__pg_execute_together(tenon__connection *c, const tenon__execution *pieces,
                                           size_t count, bool at_one_moment, size_t *failed,
                                           tenon_error *err);
/* Binds and sends all of them; also again. */
tenon__progress tenon__pg_send_pieces(tenon__connection *c, tenon_error *err);
/* An answer before the last sync point; the first failure becomes the connection's result. */
void tenon__pg_take_piece(tenon__connection *c, PGresult *result);
/* All has come: makes the next one what is fetched, or the failed one what failed. False when there
 * is none. */
bool tenon__pg_offer_piece(tenon__connection *c);
/* It is over: nothing is kept of it. */
void tenon__pg_end_pieces(tenon__connection *c);

/* All has come: what became of it (run.c). */
tenon__progress tenon__pg_end_statement(tenon__connection *c, tenon_error *err);
/* collect.c: reads all that libpq has; true when the statement is through. */
bool tenon__pg_collect(tenon__connection *c);
bool tenon__pg_is_failure(const PGresult *result);
/* preparation.c: what is sent by libpq, whose values are bound; false when it refused. */
bool tenon__pg_send_statement(tenon__connection *c, tenon__prepared *prepared);
bool tenon__pg_send_prepared(tenon__connection *c, const tenon__prepared *prepared);
bool tenon__pg_send_unnamed(tenon__connection *c, const tenon__prepared *prepared);
bool tenon__pg_start_pipeline(tenon__connection *c);
bool tenon__pg_send_aside(tenon__connection *c, const char *sql);
bool tenon__pg_send_forgotten(tenon__connection *c);
/* What the server has of a stale statement goes; then it is prepared (anew). */
bool tenon__pg_send_stale(tenon__connection *c, const tenon__prepared *prepared);
bool tenon__pg_send_preparation(tenon__connection *c, tenon__prepared *prepared);
/* All has been given to libpq, or not all of it: goes on from there. */
tenon__progress tenon__pg_end_sending(tenon__connection *c, bool is_sent, tenon_error *err);

bool tenon__pg_write_begin(const tenon_transaction_options *options, const char *savepoint,
                           tenon__buf *sql, tenon_error *err);
tenon__progress tenon__pg_script(tenon__connection *c, const char *sql, tenon_error *err);
/* Its end, when all of it has succeeded. */
tenon__progress tenon__pg_finish_script(tenon__connection *c, tenon_error *err);
/* What ran is over, and nothing is to be fetched: DONE or FAILED (run.c). */
tenon__progress tenon__pg_finish_idle(tenon__connection *c, bool is_done);
/* Whether the server reads a backslash in 'text' as an escape, as the quoter must not have it, and
 * the SQL text that ends it. */
bool tenon__pg_has_backslashes(const tenon__connection *c);
#define TENON__PG_NO_BACKSLASHES "SET standard_conforming_strings = on"
/* Frees all statements of a connection that ends. */
void tenon__pg_free_statements(tenon__connection *c);
/* Begins a task that is not an execution. */
void tenon__pg_begin(tenon__connection *c, tenon__pg_task task, const char *sql);
/* Goes on sending; tells what to wait for. */
tenon__progress tenon__pg_flush(tenon__connection *c, tenon_error *err);
/* Fails a call whose PQsend… refused. */
TENON__COLD tenon__progress tenon__pg_fail_send(tenon__connection *c, tenon_error *err);
tenon__progress tenon__pg_copy_begin(tenon__connection *c, const tenon__statement *statement,
                                     tenon_error *err);
tenon__progress tenon__pg_copy_row(tenon__connection *c, const tenon__statement *statement,
                                   const void *const *values, tenon_error *err);
tenon__progress tenon__pg_copy_end(tenon__connection *c, const char *abort_message,
                                   int64_t *affected, tenon_error *err);

/* A statement that is COPIED_OUT: execute and fetch (copy_out.c). */
tenon__progress tenon__pg_copy_out(tenon__connection *c, tenon__prepared *prepared,
                                   tenon_error *err);
tenon__progress tenon__pg_fetch_copied(tenon__connection *c, tenon__rows *rows, int64_t *affected,
                                       tenon_error *err);

/* Cursors: see driver.h. */
tenon__progress tenon__pg_cursor_open(tenon__connection *c, const tenon__statement *statement,
                                      const void *const *values, tenon__cursor **out,
                                      tenon_error *err);
tenon__progress tenon__pg_cursor_fetch(tenon__connection *c, tenon__cursor *cursor, size_t most,
                                       tenon_error *err);
tenon__progress tenon__pg_cursor_close(tenon__connection *c, tenon__cursor *cursor,
                                       tenon_error *err);
void tenon__pg_cursor_forget(tenon__connection *c, tenon__cursor *cursor);

/* ---- where to connect to (target.c) ---------------------------------------------------------- */

enum { TENON__PG_TARGET_MOST = 12 };
typedef struct tenon__pg_target {
    const char *names[TENON__PG_TARGET_MOST], *values[TENON__PG_TARGET_MOST];
    size_t count;
    PQconninfoOption *options;
    tenon__buf lists[3];
    bool is_here; /* the way to the server does not leave the machine */
    bool requires_tls;
} tenon__pg_target;
/* `of_url`, what the URL says, is taken. To be released even if it fails. */
bool tenon__pg_target_init(tenon__pg_target *target, const tenon__connect_options *options,
                           PQconninfoOption *of_url, tenon_error *err);
void tenon__pg_target_release(tenon__pg_target *target);
/* True, with *err, when the server asks for a password that it must not get like this. */
bool tenon__pg_refuse_clear_text(const tenon__connection *c, tenon_error *err);
/* Adds what may be the reason to an error of connecting. */
void tenon__pg_explain_tls(const tenon__connection *c, tenon_error *err);

/* Starts a request to stop what runs, which is repeated until that is over. */
void tenon__pg_cancel(tenon__connection *c);
/* What runs is over. Whether a request is on its way still, and the descriptor that becomes
 * readable at its end. */
bool tenon__pg_answer_request(tenon__connection *c);
int tenon__pg_request_socket(const tenon__connection *c);
/* Forgets it; when it is still on its way, the connection must be closed. */
void tenon__pg_drop_request(tenon__connection *c);

/* ---- errors (errors.c) ----------------------------------------------------------------------- */

tenon_status tenon__pg_status_of(const char *sqlstate);
/* From what the server answered. */
TENON__COLD bool tenon__pg_fail_result(tenon_error *err, const tenon__connection *c);
/* What may have become of a statement that nobody answered for. */
tenon_applied tenon__pg_applied_when_lost(const tenon__connection *c);
/* The connection is gone; makes it BROKEN. */
TENON__COLD bool tenon__pg_fail_lost(tenon_error *err, tenon__connection *c);
/* It never came about. */
TENON__COLD bool tenon__pg_fail_connect(tenon_error *err, const PGconn *pg);
/* libpq refused and the connection stands: it had no memory. */
TENON__COLD bool tenon__pg_fail_client(tenon_error *err, tenon__connection *c);

/* The committed table, for the test that compares docs/errors.md with it. A code of two characters
 * is a class. */
typedef struct tenon__pg_code {
    char sqlstate[6];
    tenon_status status;
} tenon__pg_code;
extern const tenon__pg_code tenon__pg_codes[];
extern const size_t tenon__pg_code_count;

#endif
