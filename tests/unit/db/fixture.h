/* A database of either kind with the table of by_hand.h, and a session: what tests of transactions
 * stand on. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "by_hand.h"

enum { ON_POSTGRESQL, ON_SQLITE, DATABASES };

typedef struct fixture {
    const char *url;
    tenon_db *db;
    tenon_session *s;
} fixture;

fixture set_up(int which);
fixture set_up_with(int which, const tenon_options *options);
/* The lane that has the limits has so many connections: of SQLite the writer is one more. */
unsigned pool_size(fixture f);
/* Holds a connection that others may have one beside, on SQLite too. */
void begin_reading(tenon_session *s);
/* Closes all, and sees that no connection is held. */
void tear_down(fixture f);

/* What another connection sees. */
void assert_notes(fixture f, const char *count);
void assert_status_of(tenon_session *s, tenon_status status);
void assert_status(fixture f, tenon_status status);
/* The error is this one, and is over. */
void assert_failed_with(tenon_session *s, tenon_status status);

/* The text of the one row (int8, text) that a statement of the session's gives. */
const char *text_of(tenon_session *s, const tenon__statement *statement);
#define TEXT_OF(s, text)                                                                           \
    text_of(s, &(const tenon__statement){.sql = (text),                                            \
                                         .sql_length = sizeof(text) - 1,                           \
                                         .flags = TENON__ONCE,                                     \
                                         .layout = all_notes.layout})

/* Ends the session's server process, and waits until it is gone. */
void kill_backend(fixture f);

#endif
