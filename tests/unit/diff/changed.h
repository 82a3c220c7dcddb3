/* A database that goes from one schema to another, for one test on both kinds.
 *
 *     changed c;
 *     change_begin(&c, target, "model A {\n … }\n");      a new database as these models say
 *     testdb_run(c.url, "INSERT …");
 *     assert_true(change_to(&c, "model A {\n … }\n"));    and it is as they say now
 *     change_end(&c); */
#ifndef CHANGED_H
#define CHANGED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "diff/diff.h"
#include "testdb.h"

#include <tenon/tenon.h>

enum { CHANGED_PARTS = 16 };

typedef struct changed {
    tenon_dialect dialect;
    const char *url;
    tenon_db *db;
    tenon_session *session;
    bool accepts_loss; /* and takes no drop for a rename */
    bool has_safe_forms;
    const diff_expand *expand;       /* in two halves; what is refused then gives no plan */
    bool stops_between;              /* and then runs the first half only */
    tenon_error error;               /* of the last change_to that failed */
    tenon__buf script;               /* of the last plan */
    tenon__buf words;                /* its differences, and what stays */
    tenon__buf back;                 /* its reverse */
    tenon__buf parts[CHANGED_PARTS]; /* of the last change_plan: the file of each part */
    size_t part_count;
} changed;

void change_begin(changed *c, tenon_dialect dialect, const char *models);
void change_empty(changed *c);
/* False with .error, and then nothing has changed. After a success the catalogue is compared with
 * the schema: there must be no difference. */
bool change_to(changed *c, const char *models);
/* Runs the reverse of the last plan as a script. */
void change_back(changed *c);
/* Only the plan, written to .script, .words and .parts; NULL is an empty database. Then the texts
 * are all there is to release. */
void change_plan(changed *c, const char *from, const char *to);
void change_release_texts(changed *c);
/* The database is as these models say. */
void check_is_as(changed *c, const char *models);
void change_end(changed *c);
/* These models, checked, with a datasource. */
schema *change_schema(const char *models);

/* Runs the rest of a test's body on both databases. */
#define ON_EACH(c, models)                                                                         \
    for (changed c = {.dialect = TENON_POSTGRESQL}; change_start(&c, models); change_next(&c))
bool change_start(changed *c, const char *models);
void change_next(changed *c);

#define assert_value(c, sql, expected) assert_string_equal(testdb_value((c)->url, sql), expected)
#define assert_holds(text, part) check_holds(text, part, __FILE__, __LINE__)
void check_holds(const char *text, const char *part, const char *file, int line);

#endif
