/* Statements of SQL files: the descriptors that `tenon generate` makes of queries, and the calls
 * behind the functions that it writes for them.
 *
 * A query of a file becomes one const descriptor, a struct of parameters, a struct of a row, and a
 * function that names the types and passes on. Programs call that function:
 *
 *     TopAuthorsList authors = top_authors(s, 10);
 *
 * The call takes the way of the client's calls: the same pool, transaction, prepared statements,
 * hooks, limits and deadline; rows live in the session's arena, errors stick to the session. A
 * descriptor must stay as it is while a database is open that it was used with. */
#ifndef TENON_STATEMENT_H
#define TENON_STATEMENT_H

#include <tenon/model.h>
#include <tenon/query.h>
#include <tenon/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TENON_MOST_PARTS = 8,     /* optional parts of a statement */
    TENON_MOST_VARIANTS = 256 /* orders × 2^parts */
};

/* What a query gives, as its file says behind the name. */
typedef enum tenon_statement_kind {
    TENON_STATEMENT_ONE = 1, /* exactly one row: tenon_statement_one */
    TENON_STATEMENT_MAYBE,   /* one row or none: tenon_statement_one */
    TENON_STATEMENT_MANY,    /* tenon_statement_many */
    TENON_STATEMENT_EXEC,    /* nothing: tenon_statement_exec */
    TENON_STATEMENT_ROWS,    /* the number of rows written: tenon_statement_rows */
    TENON_STATEMENT_STREAM,  /* tenon_statement_stream */
    TENON_STATEMENT_BATCH,   /* tenon_statement_batch, or _batch_lists when it gives rows */
    TENON_STATEMENT_COPY     /* tenon_statement_copy */
} tenon_statement_kind;

/* What the member of the params struct is, at field.row_offset. */
typedef enum tenon_parameter_form {
    /* One value in its wide form (see model.h). With TENON_FIELD_NULLABLE, kinds that are NULL by
     * themselves have a NULL pointer inside, and the others are a tenon_opt_…: tenon_opt_int64 for
     * every integer, tenon_opt_double for every float, tenon_opt_bool, and { bool has; E value; }
     * for an enum. NULL in a parameter without the flag is MISUSE. */
    TENON_PARAMETER_VALUE = 0,
    /* The value of an array, a tenon_…_array; field.flags has TENON_FIELD_LIST. Never NULL: without
     * items it is empty. */
    TENON_PARAMETER_ARRAY,
    /* A list to look for something in, a tenon_…_array of wide values: tenon_int64_array for every
     * integer, tenon_double_array for every float; there is none of bools. PostgreSQL: `= ANY($1)`,
     * an array; SQLite: `IN (SELECT value FROM tenon_keys(?1))`. */
    TENON_PARAMETER_LIST,
    /* A bool that no text holds: whether its part is there. */
    TENON_PARAMETER_SWITCH,
    /* An int that no text holds: which order, 1 … order_count; 0 is the first. */
    TENON_PARAMETER_ORDER
} tenon_parameter_form;

typedef struct tenon_parameter {
    /* name, kind, pg_type, flags (NULLABLE, LIST, SENSITIVE), precision, scale, enumeration,
     * other_type, and row_offset: where it stands in the params struct. */
    tenon_field field;
    tenon_parameter_form form;
    /* 0: always there. n: it makes the optional part n, 1 … part_count: the part is in the text
     * when the parameter is given: a nullable value that is not NULL, a list whose items are not
     * NULL, a switch that is true. Of several with one part all or none are given: MISUSE. */
    uint8_t part;
} tenon_parameter;

/* The text of one variant. `slots[i]` is the parameter, by its index, that $i+1 stands for
 * (PostgreSQL), or ?i+1 (SQLite). A parameter that is used twice has one number. */
typedef struct tenon_statement_text {
    const char *sql;
    const uint16_t *slots;
    uint16_t slot_count;
} tenon_statement_text;

/* What a row looks like: that of a model, or of a struct of its own. */
typedef struct tenon_result {
    const tenon_model *model; /* rows are this model's structs; or NULL */
    const uint16_t *fields;   /* with a model: index of the field of each column; NULL: all */
    /* Without one: the columns. name, kind, pg_type, flags (NULLABLE, LIST, SENSITIVE), precision,
     * scale, enumeration, other_type, row_offset; `column` is what the database calls it in the
     * result, which is compared at the first use. What model.h says of the row form counts here:
     * int32_t, tenon_opt_int32, const char * … PostgreSQL's types without a binary form here
     * (TENON_PG_OTHER, INET, XML, BIT, VARBIT) come as text, so the SQL casts them: `col::text`. */
    const tenon_field *columns;
    uint32_t column_count;
    uint32_t row_size; /* without a model */
    /* One a column, NULL for plain ones: what its value consists of; NULL: all are plain. Such a
     * column is JSON (an object, or with TENON_FIELD_LIST an array of objects, whose members are
     * found by `column`) or a composite of PostgreSQL (TENON_PG_OTHER; its fields are the columns,
     * in their order). The row has a pointer to a struct of that shape, NULL for NULL; of a LIST
     * a { T *items; size_t count; }, which is empty for NULL. A shape with a row_size of 0 is JSON
     * of plain values: its one column is a list, at the row_offset of the member itself. */
    const struct tenon_result *const *nested;
} tenon_result;

typedef struct tenon_statement {
    uint32_t abi;       /* TENON_ABI */
    uint32_t size;      /* sizeof(tenon_statement) */
    const char *name;   /* as in the file: "top_authors" */
    const char *origin; /* "queries/report.sql:12" */
    tenon_statement_kind kind;
    bool writes; /* SQLite: goes to the one writer. A session that only reads refuses it. */
    /* It gives rows, and may change something on the way: it locks rows, or calls a function that
     * is volatile. Never for a replica. */
    bool may_write;
    tenon_plan_mode plan;
    const tenon_parameter *parameters;
    uint32_t parameter_count;
    uint32_t params_size;       /* sizeof of the params struct; the stride of batch and copy */
    const tenon_result *result; /* NULL: gives no rows */
    uint32_t part_count;        /* at most TENON_MOST_PARTS */
    uint32_t order_count;       /* 0: there is no parameter of the form ORDER */
    /* The variants: (order_count or 1) << part_count texts, at index
     * (order - 1) << part_count | parts, bit n-1 of `parts` being part n. NULL: the statement is
     * not for this database, a call is UNSUPPORTED. Of a COPY: PostgreSQL `COPY t (a, b) FROM STDIN
     * (FORMAT binary)`, SQLite `INSERT INTO t (a, b) SELECT c1, c2 FROM tenon_rows(?1)`. */
    const tenon_statement_text *postgresql, *sqlite;
    /* It cannot give more than one row, whatever the values are (it finds by a unique, or has LIMIT
     * 1): nobody asks for a second one. */
    bool is_single;
} tenon_statement;

/* `params` points at the params struct, borrowed for the call, streams aside that borrow it for the
 * opening; NULL for a statement without parameters.
 *
 * At the first use on a connection the database's columns are compared with the descriptor: another
 * number, name or type of columns is SCHEMA, naming both sides. A NULL where the descriptor has
 * none is SCHEMA too; on SQLite it is TYPE, as every value that is stored against its column. */

/* The row. Without one: NULL for MAYBE, and CONFLICT for ONE. More than one row is CONFLICT for
 * both. */
TENON_API void *tenon_statement_one(tenon_session *s, const tenon_statement *statement,
                                    const void *params);
TENON_API tenon_list tenon_statement_many(tenon_session *s, const tenon_statement *statement,
                                          const void *params);
/* True when it was done. */
TENON_API bool tenon_statement_exec(tenon_session *s, const tenon_statement *statement,
                                    const void *params);
/* How many rows were written. */
TENON_API int64_t tenon_statement_rows(tenon_session *s, const tenon_statement *statement,
                                       const void *params);
/* The same kind of stream as the client's: tenon_stream_next, tenon_stream_close. */
TENON_API tenon_stream *tenon_statement_stream(tenon_session *s, const tenon_statement *statement,
                                               const void *params);

/* Runs it once for each of `count` params structs, sent together: PostgreSQL takes some hundred in
 * one round trip. All of them have an effect or none has, in the session's transaction or in one of
 * their own. The number of rows written, or given, in all. */
TENON_API int64_t tenon_statement_batch(tenon_session *s, const tenon_statement *statement,
                                        const void *params, size_t count);
/* The same for a statement that gives rows: `count` lists, one for each of the params; NULL on
 * failure. */
TENON_API tenon_list *tenon_statement_batch_lists(tenon_session *s,
                                                  const tenon_statement *statement,
                                                  const void *params, size_t count);
/* Loads a row for each of `count` params structs: by COPY on PostgreSQL, by one INSERT on SQLite.
 * The number of rows. All or none. */
TENON_API int64_t tenon_statement_copy(tenon_session *s, const tenon_statement *statement,
                                       const void *params, size_t count);

#ifdef __cplusplus
}
#endif
#endif
