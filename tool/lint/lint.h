/* The face of tool/lint: what is dangerous in the SQL of migrations, and what to write instead.
 *
 *     lint *l = lint_new(&(lint_options){.dialect = TENON_POSTGRESQL}, &err);
 *     lint_read_path(l, "prisma/migrations", &err);       or lint_add for a text at hand
 *     lint_finish(l);
 *     lint_write(l, LINT_FORMAT_TEXT, &out);
 *     lint_free(l);
 *
 * Files are given in the order in which they run. The linter remembers what each statement makes,
 * so that a later one is judged by what is known: the index of a table that the same file creates
 * blocks nobody. With a session it also asks the database: whether the rows that are there break a
 * new constraint, and how large the table is.
 *
 * A check is a row of lint_checks. `-- tenon:ignore 21 reason` before a statement, or behind it on
 * its last line, silences a check there; `-- tenon:ignore-file 45 reason` does so for the file. */
#ifndef TENON_LINT_LINT_H
#define TENON_LINT_LINT_H

#include "core/core.h"
#include "schema/schema.h"

#include <tenon/session.h>

typedef enum lint_severity { LINT_HINT, LINT_WARNING, LINT_ERROR } lint_severity;

typedef enum lint_group {
    LINT_DATA_LOSS,
    LINT_DATA_PRESENT, /* may fail on the rows that are there */
    LINT_LOCKS,
    LINT_SETTINGS,
    LINT_CLIENTS, /* programs that run break */
    LINT_HISTORY,
    LINT_STYLE, /* off unless asked for */
} lint_group;

enum { LINT_ON_POSTGRESQL = 1, LINT_ON_SQLITE = 2, LINT_ON_BOTH = 3 };

typedef struct lint_check {
    unsigned number;  /* for good */
    const char *name; /* for good: "index-not-concurrent" */
    lint_severity severity;
    lint_group group;
    unsigned databases;
    const char *reason;  /* why it is dangerous */
    const char *example; /* SQL that it finds */
    const char *safe;    /* what to write instead; NULL where that depends on what is meant */
} lint_check;

enum { LINT_CHECKS = 74 };
/* In the order of their numbers. */
extern const lint_check lint_checks[LINT_CHECKS];

/* By number or name: NULL when there is none. */
const lint_check *lint_find_check(const char *name_or_number, size_t length);
const char *lint_severity_name(lint_severity severity);
const char *lint_group_name(lint_group group);

typedef struct lint_options {
    tenon_dialect dialect;
    bool is_dialect_given;   /* no migration_lock.toml decides otherwise */
    unsigned server_version; /* of PostgreSQL: 16; 0: the session's, else the parser's, 15 */
    bool has_style;          /* the checks of style too */
    bool is_autocommit;      /* a file runs statement by statement, not in a transaction */
    bool only[LINT_CHECKS + 1], skip[LINT_CHECKS + 1]; /* by number; only: none set is all */
    tenon_session *session;                            /* to prove things with, or NULL */
    const schema *client;                              /* of the programs that run, or NULL */
    size_t latest; /* only the last so many files are judged; 0: all */
} lint_options;

typedef struct lint_finding {
    const lint_check *check; /* NULL: of a comment to the linter that is wrong */
    lint_severity severity;  /* by the size of the table and what was proved */
    const char *path;
    size_t order;                  /* of the file */
    size_t line, column, end_line; /* from 1; columns in characters */
    const char *message;
    const char *evidence; /* what the database said, or NULL */
    const char *rewrite;  /* statements to copy, or NULL */
} lint_finding;

typedef struct lint lint;

/* The options are copied; session and client are borrowed. NULL with *err. */
lint *lint_new(const lint_options *options, tenon_error *err);
void lint_free(lint *l);
/* The next file. Text and path are copied. False only for want of memory; wrong SQL is a
 * finding. */
bool lint_add(lint *l, const char *path, const char *text, tenon_error *err);
/* A file, a folder of one migration, or of many (Prisma's and tenon's, Flyway's, plain files in the
 * order of their names). migration_lock.toml decides on the dialect unless it was given. */
bool lint_read_path(lint *l, const char *path, tenon_error *err);
/* What only the last file shows. Then the findings are complete, in the order of the files. False
 * with *err for want of memory. */
bool lint_finish(lint *l, tenon_error *err);

/* Sorted by file and line. */
const lint_finding *const *lint_findings(const lint *l, size_t *count);
size_t lint_file_count(const lint *l);
size_t lint_statement_count(const lint *l);
/* How many findings are at least this severe. */
size_t lint_count(const lint *l, lint_severity at_least);

typedef enum lint_format {
    LINT_FORMAT_TEXT,
    LINT_FORMAT_JSON,
    LINT_FORMAT_SARIF,  /* 2.1.0 */
    LINT_FORMAT_GITHUB, /* workflow commands */
} lint_format;
void lint_write(const lint *l, lint_format format, tenon__buf *out);
/* All checks, with examples, as Markdown. */
void lint_write_checks(tenon__buf *out);

#endif
