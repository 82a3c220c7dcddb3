/* A schema pushed into a new database of either kind, for one test on both.
 *
 *     pushed p;
 *     push_file(&p, PUSH_SQLITE, "tests/golden/generate/everything/schema.prisma");
 *     … p.session, p.url …
 *     pushed_close(&p); */
#ifndef PUSHED_H
#define PUSHED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ddl/ddl.h"
#include "testdb.h"

#include <tenon/tenon.h>

typedef enum push_target { PUSH_POSTGRESQL, PUSH_SQLITE, PUSH_TARGETS } push_target;

typedef struct pushed {
    push_target target;
    const char *url;
    schema *schema;
    tenon_db *db;
    tenon_session *session;
} pushed;

void push_file(pushed *p, push_target target, const char *path);
/* A datasource for PostgreSQL and these models. */
void push_models(pushed *p, push_target target, const char *models);
/* The same with a whole schema. */
void push_text(pushed *p, push_target target, const char *text);
void pushed_close(pushed *p);

/* Only the SQL; NULL when it cannot be made, with *err. The text stays until the next call. */
const char *script_of(const char *text, push_target target, tenon_error *err);

/* Fails the test when the session has failed, saying why. */
#define assert_sound(s) check_sound(s, __FILE__, __LINE__)
void check_sound(const tenon_session *s, const char *file, int line);
/* It has failed like this, with this text in its message or hint; clears the error. */
#define assert_failed(s, status, text) check_failed(s, status, text, __FILE__, __LINE__)
void check_failed(tenon_session *s, tenon_status status, const char *text, const char *file,
                  int line);

#endif
