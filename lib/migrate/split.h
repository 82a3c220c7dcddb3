/* A file of SQL as the statements it is made of: private to lib/migrate, and used by its tests. */
#ifndef TENON_MIGRATE_SPLIT_H
#define TENON_MIGRATE_SPLIT_H

#include "core/core.h"

#include <tenon/db.h>

typedef enum tenon__piece_kind {
    TENON__PIECE_PLAIN,    /* runs in a transaction */
    TENON__PIECE_OUTSIDE,  /* cannot */
    TENON__PIECE_BEGIN,    /* the file's own transaction: begins, */
    TENON__PIECE_COMMIT,   /* ends */
    TENON__PIECE_ROLLBACK, /* or is undone */
} tenon__piece_kind;

typedef struct tenon__piece {
    tenon__piece_kind kind;
    bool is_setting;  /* of the connection: said again when the file goes on on another one */
    const char *text; /* NUL-terminated, without the semicolon and what stands before it */
    unsigned line;    /* where it begins, from 1 */
} tenon__piece;

typedef struct tenon__pieces {
    tenon__piece *items;
    size_t count;
    tenon__piece *asides; /* at the beginning: what is no part of the file */
    size_t aside_count;
} tenon__pieces;

/* What asides say of themselves: they run before steps of the file, or when it is over. */
#define TENON__BEFORE "tenon:before"
#define TENON__AFTER "tenon:after"

/* The statements of a file, in the arena. False with *err: MISUSE when a quote or comment is not
 * closed, or a transaction that the file begins is not ended. */
bool tenon__split(tenon_dialect dialect, const char *sql, tenon__arena *arena, tenon__pieces *out,
                  tenon_error *err);

#endif
