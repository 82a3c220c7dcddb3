/* A schema pulled from a new database that SQL has made. */
#ifndef PULLED_H
#define PULLED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ddl/ddl.h"
#include "pull/pull.h"
#include "testdb.h"

#include <tenon/tenon.h>

typedef struct pulled {
    const char *url;
    catalogue *catalogue;
    schema *old;
    pull_result result;
} pulled;

/* `old` is the text of the schema there already, or NULL. The result has been read again and is
 * without errors. */
void pull_database(pulled *p, const char *url, const char *old);
void pull_sql(pulled *p, tenon_dialect dialect, const char *sql, const char *old);
void pulled_close(pulled *p);
/* The text behind the datasource and generators. */
const char *pulled_models(const pulled *p);
/* That one of the notices is like this. */
void assert_outside(const pulled *p, const char *kind, const char *name, const char *reason);
/* pull_sql, and that the models are these. */
void check_models(tenon_dialect dialect, const char *sql, const char *old, const char *expected);
/* The pulled schema pushed into a new database and pulled from there is the same text. */
void check_fixed_point(const pulled *p);

#endif
