/* Errors are values.
 *
 * An error is a fixed-size struct that the caller provides (or that a session holds): filling it
 * in allocates nothing, so it works when memory is gone. `status` says what the caller can do
 * about it; `code` carries the database's own code for those who need it. Texts that do not fit
 * are cut at a UTF-8 boundary and end in "…". Every text is NUL-terminated. */
#ifndef TENON_ERROR_H
#define TENON_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include <tenon/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the caller can do. The groups are in the comments; docs/errors.md has the table that maps
 * every SQLSTATE class and SQLite code to one of these. */
typedef enum tenon_status {
    TENON_OK = 0,
    /* retry the unit of work (the last two only when `applied` is TENON_APPLIED_NO) */
    TENON_BUSY,
    TENON_SERIALIZATION,
    TENON_DEADLOCK,
    TENON_POOL_EXHAUSTED,
    TENON_TIMEOUT,
    TENON_UNAVAILABLE,
    /* look first: the connection was lost while a commit was under way */
    TENON_OUTCOME_UNKNOWN,
    /* fix the data */
    TENON_UNIQUE,
    TENON_FOREIGN_KEY,
    TENON_NOT_NULL,
    TENON_CHECK,
    TENON_EXCLUSION,
    TENON_RANGE,
    TENON_VALIDATION,
    TENON_CONFLICT,
    /* fix the code */
    TENON_MISUSE,
    TENON_TYPE,
    TENON_LIMIT,
    TENON_SCHEMA, /* the database differs from the schema that the program was generated from */
    /* fix the system */
    TENON_NO_MEMORY,
    TENON_IO,
    TENON_DISK_FULL,
    TENON_CORRUPT,
    TENON_AUTH,
    TENON_PERMISSION,
    TENON_READ_ONLY,
    TENON_LOCKED,
    TENON_UNSUPPORTED,
    /* other */
    TENON_CANCELLED,
    TENON_VETO
} tenon_status;

/* Whether the statement that failed may have changed the database. */
typedef enum tenon_applied {
    TENON_APPLIED_NO = 0,
    TENON_APPLIED_YES,
    TENON_APPLIED_UNKNOWN
} tenon_applied;

typedef struct tenon_error {
    tenon_status status;
    tenon_applied applied;
    int32_t sqlite_code;  /* extended result code, 0 on PostgreSQL */
    char sqlstate[6];     /* "23505"; empty on SQLite */
    char model[64];       /* as in the schema; empty when unknown */
    char field[128];      /* one field, or several separated by ", " */
    char constraint[128]; /* the constraint's name in the database */
    char message[512];    /* what was wrong, for a person; one line */
    char hint[256];       /* what to do about it; may be empty */
    char sql[512];        /* the statement's beginning, without its values */
    uint64_t reserved[8];
} tenon_error;

/* The name of a status as in this header without its prefix, for example "UNIQUE". Never NULL. */
TENON_API const char *tenon_status_name(tenon_status status);

/* True for the statuses that say "run the same unit of work again", taking `applied` into
 * account. */
TENON_API bool tenon_error_is_retryable(const tenon_error *err);

/* Sets *err to no error. NULL is accepted. */
TENON_API void tenon_error_reset(tenon_error *err);

#ifdef __cplusplus
}
#endif
#endif
