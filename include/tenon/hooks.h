/* Hooks: functions of the program that see its calls, and can forbid them.
 *
 * A hook is added to a database, for the calls of all of its sessions, or to one session. It names
 * the moments that it wants:
 *
 *     query                  around every statement, whatever it does; COPY and SQL text too
 *     create, update, delete around the writes of models, bulk writes once a call
 *     load                   around everything that reads rows of a model, relations too
 *     repeated               a session runs the same query again and again: see `repeats_most`
 *
 * At a `before` moment nothing has been sent yet, and tenon_veto forbids the call: it fails with
 * VETO. Moments of a model lie around those of its statements. An upsert calls the hooks for
 * creating and those for updating, each hook once, because only the database knows which it will
 * be. A get_or_create that finds no row, and a create_or_ignore, call those for creating;
 * `affected` says whether they did. What begins, commits or rolls back a transaction calls no
 * hooks.
 *
 * Hooks are called in the order of their priority, the lowest first, and then in that in which they
 * were added. An `after` moment of a query comes also when it failed, `error` says so; that of a
 * model only when it is done.
 *
 * A hook may use the session of the event, also to write; it takes part in the session's
 * transaction, calls hooks itself, and when it fails, the call fails. It must leave the transaction
 * as it is, and must not close or reset the session. It may use other sessions: outside of a
 * transaction the call holds no connection yet.
 *
 * Threads: hooks may be added and removed at any time, by any thread. Calls under way keep the
 * hooks that they began with, so a removed hook may still be called by them; its ctx must live
 * until they are over, at the latest until tenon_close. A hook of a database is called by every
 * thread that uses it, at the same time. Hooks of a session are the business of its thread.
 *
 * Where there is no hook, a call pays for one comparison. */
#ifndef TENON_HOOKS_H
#define TENON_HOOKS_H

#include <tenon/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tenon_moment {
    TENON_BEFORE_QUERY = 1 << 0,
    TENON_AFTER_QUERY = 1 << 1,
    TENON_BEFORE_CREATE = 1 << 2,
    TENON_AFTER_CREATE = 1 << 3,
    TENON_BEFORE_UPDATE = 1 << 4,
    TENON_AFTER_UPDATE = 1 << 5,
    TENON_BEFORE_DELETE = 1 << 6,
    TENON_AFTER_DELETE = 1 << 7,
    TENON_BEFORE_LOAD = 1 << 8,
    TENON_AFTER_LOAD = 1 << 9,
    TENON_REPEATED = 1 << 10
} tenon_moment;

/* What a hook is told. Everything lives until it returns. Members that say nothing about the event
 * are NULL or 0. */
typedef struct tenon_event {
    tenon_moment moment;
    tenon_session *session;
    const char *site;         /* "file.c:12", where a generated macro made the call */
    const tenon_model *model; /* NULL: SQL text */
    const char *operation;    /* "find", "find_by", "create_many", "execute" … */

    /* query, repeated */
    const char *sql;          /* with parameters in place of values */
    size_t parameter_count;   /* ask tenon_event_parameter; 0 for COPY */
    int64_t time_us;          /* after */
    const tenon_error *error; /* after: NULL when the statement is done */

    /* create, update, delete, load: what the call was given */
    const void *created; /* …Set[created_count] */
    size_t created_count;
    const void *changed;        /* …Set */
    const void *where;          /* …Where */
    const uint16_t *key_fields; /* by a key: indexes of its fields */
    const void *const *key;     /* and its wide values */
    size_t key_count;

    /* after */
    const void *rows; /* of the model, model->row_size bytes each; NULL when they were not read */
    size_t row_count;
    int64_t affected; /* rows written, or read */

    /* repeated */
    uint64_t count;      /* how often it was run */
    const char *instead; /* "User.posts": the relation to `.include`; NULL when none fits */

    const void *internal[2];
} tenon_event;

typedef void tenon_hook_function(tenon_event *event, void *ctx);

typedef struct tenon_hook {
    unsigned moments;         /* tenon_moment values, joined by | */
    int priority;             /* lower ones first */
    const tenon_model *model; /* only calls of this model; NULL: all */
    tenon_hook_function *function;
    void *ctx;
} tenon_hook;

/* Adds a hook. A handle to remove it by, or 0 with *err: MISUSE without a function or moments,
 * NO_MEMORY. */
TENON_API uint64_t tenon_hook_add(tenon_db *db, const tenon_hook *hook, tenon_error *err);
/* False when there is none with this handle, or no memory while calls are under way. */
TENON_API bool tenon_hook_remove(tenon_db *db, uint64_t handle);
/* The same for one session, until it is closed or reset; errors go to the session. */
TENON_API uint64_t tenon_session_hook_add(tenon_session *s, const tenon_hook *hook);
TENON_API bool tenon_session_hook_remove(tenon_session *s, uint64_t handle);

/* Forbids what a `before` moment is about: the call fails with VETO and this message, and no
 * further hook is asked. At any other moment it is MISUSE: what is done cannot be forbidden. */
TENON_API void tenon_veto(tenon_event *event, const char *format, ...) TENON_PRINTF(2, 3);

/* Writes a parameter of the statement for a person to read: 31, 'ann@example.com', NULL, [3
 * values]; [sensitive] for @tenon.sensitive fields. At most `size` bytes with the NUL, cut between
 * characters with "…"; the text's length, 0 when there is no such parameter. */
TENON_API size_t tenon_event_parameter(const tenon_event *event, size_t index, char *text,
                                       size_t size);

/* Forgets how often the session has run which query: for a session that does several units of
 * work. */
TENON_API void tenon_repeats_reset(tenon_session *s);

#ifdef __cplusplus
}
#endif
#endif
