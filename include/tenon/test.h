/* Tools for tests of programs: how many statements a piece of code sends and which, and rows made
 * up from a model. Not in tenon.h: only tests include it. See also tenon_begin_test in
 * session.h. */
#ifndef TENON_TEST_H
#define TENON_TEST_H

#include <tenon/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How many statements the session has sent to its database since it was opened or reset: one for
 * each of a call (a tree of relations may need several), one for each tenon_execute. Those that
 * begin and end transactions do not count, nor do tries that tenon makes on its own. 0 for NULL. */
TENON_API uint64_t tenon_statement_count(const tenon_session *s);
/* From now on the session may send `most` statements: the next is not sent and fails with LIMIT. A
 * new limit replaces the old one, a negative one is none, and reset takes it away. */
TENON_API void tenon_statement_limit(tenon_session *s, int64_t most);

/* The SQL of a session's statements, a line each, for a comparison with a text or a file. The
 * program gives the room and keeps the log alive until stop; what does not fit is counted in
 * `length` and cut, as by snprintf. Values do not stand in it. */
typedef struct tenon_statement_log {
    char *text;
    size_t size;   /* of text, with the NUL */
    size_t length; /* of the whole */
    uint64_t hook; /* tenon's own */
} tenon_statement_log;

/* False when the session has failed or memory is exhausted. */
TENON_API bool tenon_statement_log_start(tenon_session *s, tenon_statement_log *log);
/* Also done by closing and resetting the session. */
TENON_API void tenon_statement_log_stop(tenon_session *s, tenon_statement_log *log);

/* ---- rows made up: libtenon-test, beside libtenon -------------------------------------------- */

/* All-zero is the default. The same options and the same number make the same row, everywhere. */
typedef struct tenon_fake_options {
    uint64_t seed;
    unsigned null_percent; /* of what may be NULL; default 20; above 100: never NULL */
    size_t text_most;      /* characters of a text; default 40 */
    size_t bytes_most;     /* bytes of a Bytes; default 200; elements of an array share it */
    size_t list_most;      /* elements of an array; default 8 */
    uint64_t reserved[4];
} tenon_fake_options;

/* Fills every member of a …Set that is not set yet with a value that its column can hold: ends of
 * numbers and times, empty and longest texts of characters from all planes of Unicode, bytes of
 * every value, empty and longest arrays, NULL; about every fourth value is such an end. Columns
 * that are unique alone get values that differ from number to number. Texts and arrays live in the
 * session.
 *
 * Left alone: keys and times that the database or the client makes, optional ones of a relation
 * (NULL then), and what only the program knows, which it has to set: required keys of relations,
 * fields with a pattern or a check of @tenon.validate, and types that only the database knows
 * (Unsupported).
 *
 * False when the session has failed or fails for want of memory. */
TENON_API bool tenon_fake(tenon_session *s, const tenon_model *model,
                          const tenon_fake_options *options, uint64_t number, void *set);
/* A factory: creates such a row. `set` is a …Set with what is to be as given, or NULL; it is not
 * changed. The row, or NULL when the session fails. */
TENON_API void *tenon_fake_create(tenon_session *s, const tenon_model *model,
                                  const tenon_fake_options *options, uint64_t number,
                                  const void *set);

#ifdef __cplusplus
}
#endif
#endif
