/* The log of changes of models with @tenon.audit.
 *
 * The database writes it, by triggers that `tenon db push` makes: a row for each row that is
 * created, changed or deleted, in the same transaction, by whatever call, by SQL text, or by a
 * foreign key. Who acts it learns from the session: its actor, and what tenon_audit_note says. What
 * was written by others than tenon, by SQL text on SQLite, or by a session without an actor, has no
 * actor.
 *
 * Values are JSON objects by column, without columns that are @tenon.sensitive: a change of these
 * alone leaves an entry that lists no column. Numbers have all their digits; NaN and infinities,
 * times, UUIDs and enums are texts, bytes are "\x" and hexadecimal digits. */
#ifndef TENON_AUDIT_H
#define TENON_AUDIT_H

#include <tenon/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tenon_audit_operation {
    TENON_AUDIT_CREATE = 1,
    TENON_AUDIT_UPDATE,
    TENON_AUDIT_DELETE,  /* with @tenon.softDelete: the row was marked … */
    TENON_AUDIT_RESTORE, /* … is not marked any more … */
    TENON_AUDIT_PURGE    /* … was really deleted */
} tenon_audit_operation;

typedef struct tenon_audit_entry {
    int64_t id; /* rises with each change of a row */
    tenon_time at;
    tenon_audit_operation operation;
    const char *actor, *reason; /* or NULL */
    tenon_json context;         /* or NULL, as the two below: */
    tenon_json before, after;   /* the row; none before a create, none after a delete */
    tenon_json key;             /* of the row, before the change */
    const int *changed;         /* columns of which before and after differ, as column enums */
    size_t changed_count;
} tenon_audit_entry;

typedef struct tenon_audit_list {
    const tenon_audit_entry *items;
    size_t count;
} tenon_audit_list;

/* Which changes; all-zero is all of them. */
typedef struct tenon_audit_query {
    tenon_session *session;
    const char *actor;       /* NULL: of anybody */
    tenon_time since, until; /* both inclusive; {0}: without a bound */
    int64_t before;          /* older than the entry with this id: the page after that entry */
    int64_t limit;           /* 0: none */
    int end_of_options;      /* ends the list that the macros make; no meaning */
} tenon_audit_query;

/* The changes of the row with this key, or, where key is NULL, of all rows of the model; the newest
 * first. The key is that of the primary key, or else of the first unique. A row whose key has
 * changed has two histories. With `until` and a limit of 1: the row as it was at a time, in
 * `after`. MISUSE for a model without @tenon.audit; SCHEMA when the database has no log. */
TENON_API tenon_audit_list tenon_history(const tenon_audit_query *query, const tenon_model *model,
                                         const void *const *key);

/* An entry's `before` or `after` as a row of the model, in the session's arena; NULL where there is
 * none, and with the session's error when memory is exhausted. Generated for each audited model:
 * `account_logged(s, entry->after)`. What the log does not have is not loaded: @tenon.sensitive
 * columns, those that the table did not have then, and values that PostgreSQL writes in a form that
 * cannot be read exactly (money; interval, unless intervalstyle is iso_8601). JSON null reads as
 * NULL, and -0.0 as 0. */
TENON_API void *tenon_logged(tenon_session *s, const tenon_model *model, tenon_json row);

/* Why the session writes what it writes from now on, and in what context (JSON): for the log. Both
 * may be NULL. They are copied, and stay until the next call or until the session is reset. False
 * when the session has failed, or fails: VALIDATION for what is no JSON, NO_MEMORY. */
TENON_API bool tenon_audit_note(tenon_session *s, const char *reason, const char *context);

/* "create" … of an operation, or NULL. */
TENON_API const char *tenon_audit_operation_name(tenon_audit_operation operation);

#ifdef __cplusplus
}
#endif
#endif
