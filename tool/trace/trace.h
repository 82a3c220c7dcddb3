/* The face of tool/trace: a migration run on a database that is thrown away, to see what it does to
 * those who use its tables meanwhile. Reading SQL tells what a statement should lock; this tells
 * what it did: the locks that pg_locks shows after each statement, and the tables and indexes that
 * were given a new file, which is what a rewrite is. Whatever is made by the migration itself is
 * left out, as nobody else knows it. PostgreSQL only: SQLite has one lock, on everything. */
#ifndef TENON_TRACE_TRACE_H
#define TENON_TRACE_TRACE_H

#include "core/core.h"

#include <tenon/migrate.h>

typedef struct trace_input {
    const char *url;         /* of an empty database that nobody else uses */
    tenon_migrations before; /* run first */
    const char *path;        /* shown */
    const char *sql;
    const char *down_sql; /* NULL: none; else it is run too, and has to bring everything back */
} trace_input;

typedef struct trace_lock {
    const char *relation;
    const char *mode;  /* "ACCESS EXCLUSIVE" */
    const char *waits; /* who waits for it: "readers and writers"; NULL: nobody to speak of */
} trace_lock;

typedef struct trace_statement {
    const char *sql;
    size_t line, column;
    int64_t took_us;
    unsigned transaction; /* 0: it ran outside of one, and its locks were gone when it ended */
    trace_lock *locks;    /* taken by this statement, strongest first */
    size_t lock_count;
    const char **rewritten; /* tables and indexes with a new file */
    size_t rewritten_count;
    bool is_rewrite; /* of a table, while readers waited for it: check 37 */
} trace_statement;

typedef struct trace {
    tenon__arena arena;
    const char *path;
    trace_statement *statements; /* those that ran */
    size_t statement_count;
    const char *failure; /* of the statement behind them, NULL: none */
    size_t failure_line;
    bool has_down;
    const char *down_failure; /* NULL: it ran */
    const char **differences; /* "- …" missing and "+ …" left after down.sql */
    size_t difference_count;
} trace;

/* NULL with *err where it could not be tried: no connection, the migrations before fail. */
trace *trace_run(const trace_input *input, tenon_error *err);
void trace_free(trace *t);
size_t trace_rewrite_count(const trace *t);
void trace_write_text(const trace *t, tenon__buf *out);
void trace_write_json(const trace *t, tenon__buf *out);

#endif
