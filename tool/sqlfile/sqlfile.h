/* The face of tool/sqlfile: files of SQL become typed queries.
 *
 *     sqlfile_set *set = sqlfile_read(paths, count, schema, &err);      files → queries, as written
 *     sqlfile_check(set, &options, &err);                         what the databases say of them
 *     if (sqlfile_error_count(set)) schema_print_diagnostics(&set->report, stderr, …);
 *
 * A set without errors is complete: every parameter and column has a type, every text was prepared
 * by a real server. Users of it never parse and never decide. Everything is owned by the set and
 * freed with it. One thread at a time.
 *
 * A query is made of *pieces* of its file. Some pieces are there only under conditions (`-- if:
 * min_views`), one may be an order that the caller chooses (`-- order: created_at, views`); a
 * *variant* is one way to put the pieces together, and every variant is a text that the database
 * has prepared. docs/sql-files.md says what a file may hold. */
#ifndef TENON_SQLFILE_SQLFILE_H
#define TENON_SQLFILE_SQLFILE_H

#include "describe/describe.h"
#include "schema/schema.h"

#include <tenon/migrate.h>
#include <tenon/session.h>

enum {
    SQLFILE_DIALECTS = 2, /* indexes are those of tenon_dialect less 1 */
    SQLFILE_CONDITIONS_MOST = 8,
    SQLFILE_VARIANTS_MOST = 256,
    /* Counts how often the same query on the same database has come to be answered otherwise:
     * types, what may be NULL, shapes, what is changed. What is kept of another number is asked
     * anew. */
    SQLFILE_ANSWERS = 8,
};

typedef enum sqlfile_kind {
    SQLFILE_NO_KIND,
    SQLFILE_ONE,    /* exactly one row */
    SQLFILE_MAYBE,  /* one row or none */
    SQLFILE_MANY,   /* a list */
    SQLFILE_EXEC,   /* nothing but success */
    SQLFILE_ROWS,   /* how many rows were written */
    SQLFILE_STREAM, /* row after row */
    SQLFILE_BATCH,  /* run once for each of a list of parameters, together */
    SQLFILE_COPY,   /* INSERT of a list of rows, by COPY where the database can */
} sqlfile_kind;

typedef struct sqlfile_piece {
    uint32_t start, end; /* in the file: its text, or the parameter or the order comment */
    bool is_parameter, is_order;
    uint16_t parameter; /* index into the query's parameters */
    /* A list that something is looked for in: where the `= ANY (` or `<> ALL (` in front of it
     * begins; else 0. SQLite, which has neither, gets IN and NOT IN. */
    uint32_t operator_start;
    /* Bits of conditions that must hold, and that must not. */
    uint8_t needs, needs_not;
} sqlfile_piece;

/* What stands in one file of a query; a query for two databases may have two. */
typedef struct sqlfile_body {
    uint32_t file; /* index into report.files */
    uint32_t start, end;
    sqlfile_piece *pieces;
    size_t piece_count, piece_capacity;
} sqlfile_body;

/* What somebody said about a type in a comment: `-- param: min_views Int?`. */
typedef struct sqlfile_stated {
    const char *name;
    const char *type; /* NULL: only about NULL */
    bool is_nullable, is_required, is_list;
    bool is_used;
    schema_span span;
} sqlfile_stated;

typedef struct sqlfile_value sqlfile_value;

/* What the value of a column consists of: its row has a struct of these members, or with is_list a
 * list of them. They are JSON, or fields of a composite of PostgreSQL. */
typedef struct sqlfile_nested {
    bool is_list;
    bool is_plain; /* a list of values: the one member is all of it */
    sqlfile_value *members;
    size_t count;
} sqlfile_nested;

/* A value that goes in or comes out. `field` is a descriptor like those of models: kind, type in
 * PostgreSQL, flags, enumeration; kind 0 while it is not known. */
struct sqlfile_value {
    const char *name;
    tenon_field field;
    const char *type;           /* as the database calls it; or NULL */
    const schema_field *origin; /* the column that it is, or NULL */
    const char *because;        /* of a nullable column: why; or NULL */
    const char *counterpart;    /* of a parameter: the column that it meets first, "posts.views" */
    bool is_certain;            /* its type is PostgreSQL's word, or the schema's */
    bool has_origin;            /* it has been looked for */
    /* Of parameters. One that stands in the text as $1 has no name of its own until it is known
     * what it is compared with. */
    bool is_nameless, is_condition, is_flag;
    bool is_list;        /* looked in: = ANY($1) */
    bool is_written;     /* to a column */
    bool is_conflicting; /* what it meets asks for more than one value can be */
    schema_span span;
    sqlfile_nested *nested; /* of columns and members; NULL: it is one value */
    bool has_shape;         /* a text has been asked whether it consists of several */
};

typedef struct sqlfile_condition {
    const char *name;
    uint16_t parameter;
} sqlfile_condition;

typedef struct sqlfile_order_term {
    const char *name; /* what the enum's value is called */
    const char *sql;
} sqlfile_order_term;

/* A text as it is sent, and which parameter each $n of it is. */
typedef struct sqlfile_text {
    const char *sql;
    uint16_t *parameters;
    size_t parameter_count;
} sqlfile_text;

typedef struct sqlfile_ignore {
    const char *rule, *reason;
} sqlfile_ignore;

typedef struct sqlfile_query {
    const char *name;
    sqlfile_kind kind;
    const char *documentation;                    /* or NULL */
    schema_span span;                             /* of its name */
    const char *place;                            /* "queries/report.sql:12" */
    const sqlfile_body *bodies[SQLFILE_DIALECTS]; /* NULL: not for this database */
    sqlfile_stated *params, *columns_stated;
    size_t param_count, column_stated_count;
    sqlfile_condition conditions[SQLFILE_CONDITIONS_MOST];
    size_t condition_count;
    sqlfile_order_term *orders;
    size_t order_count;
    sqlfile_ignore *ignores;
    size_t ignore_count;

    sqlfile_value *parameters;
    size_t parameter_count, parameter_capacity;
    sqlfile_value *columns;
    size_t column_count;
    bool has_columns;                      /* they have been described */
    const describe_model *model;           /* whose rows the columns are exactly; or NULL */
    sqlfile_text *texts[SQLFILE_DIALECTS]; /* one a variant */
    size_t variant_count;
    bool is_writing;
    bool may_write;    /* it reads, and locks rows or calls a function that is volatile */
    bool is_read_only; /* its author says that it changes nothing: `-- tenon:reads` */
    /* Of a `:copy`: COPY does not take what it writes, or where; it is sent as a batch. */
    bool is_by_insert;
    bool is_repeated; /* it may give more than one row */
    bool is_broken;   /* a database refuses it */
    bool is_known;    /* from the file that keeps what was said */
} sqlfile_query;

typedef struct sqlfile_set {
    /* The files, the diagnostics and the arena of everything: what schema_print_diagnostics
     * wants. */
    schema report;
    const schema *schema;
    describe_set *described; /* of the schema: enums and models that the queries refer to */
    sqlfile_query *queries;  /* in order of the files */
    size_t query_count, query_capacity;
} sqlfile_set;

/* Reads files, and the *.sql of folders and of their sub-folders in order of path. A file called
 * x.postgresql.sql or x.sqlite.sql is for that database; any other for that of the schema's
 * datasource, or for those that it names itself. The schema, which must be without errors, has to
 * outlive the set. NULL with *err when something cannot be read; a set full of errors is still a
 * set. */
sqlfile_set *sqlfile_read(const char *const *paths, size_t count, const schema *s,
                          tenon_error *err);
/* The same from texts in memory, which are copied. */
sqlfile_set *sqlfile_read_texts(const schema_source *sources, size_t count, const schema *s,
                                tenon_error *err);
void sqlfile_free(sqlfile_set *set);

/* By database, at its tenon_dialect less 1. */
typedef struct sqlfile_options {
    /* Databases that are asked as they are; NULL: throwaway ones with the tables of the schema. */
    const char *urls[SQLFILE_DIALECTS];
    /* Run on the throwaway ones before the schema changes what is different; NULL: none. */
    const tenon_migrations *migrations[SQLFILE_DIALECTS];
    /* A file that keeps what the databases have said, so that they are only asked about what has
     * changed; NULL: none. */
    const char *cache;
    bool keeps_cache; /* it is not written */
    bool lints;       /* warns of what is right and yet a mistake; see docs/sql-files.md */
    /* A server of PostgreSQL on which the throwaway one is made; NULL: one of our own. */
    const char *server;
} sqlfile_options;

/* Asks the databases about every query. What is wrong with the queries is a diagnostic; false with
 * *err when a database could not be asked. */
bool sqlfile_check(sqlfile_set *set, const sqlfile_options *options, tenon_error *err);
size_t sqlfile_error_count(const sqlfile_set *set);
/* Queries with their types, and the diagnostics; docs/commands.md has the shape. */
void sqlfile_write_json(const sqlfile_set *set, tenon__buf *out);

#endif
