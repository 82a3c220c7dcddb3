/* An empty database of either kind for each case of the migrator's tests. */
#ifndef TARGET_H
#define TARGET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testdb.h"

#include <tenon/tenon.h>

typedef struct target {
    bool is_sqlite;
    const char *url;
    tenon_db *db;
    tenon_error error; /* of the last call */
} target;

extern target target_postgresql, target_sqlite;

int target_open(void **state);
int target_close(void **state);

#define ON_ONE(kind, test)                                                                         \
    {                                                                                              \
#test " (" #kind ")", test, target_open, target_close, &target_##kind                      \
    }
#define ON_EACH(test) ON_ONE(postgresql, test), ON_ONE(sqlite, test)

/* Short pauses and waits, so that a test need not wait. */
extern const tenon_migrate_options in_a_hurry;

/* Runs them all; fails the test when they fail. */
void migrate_all(target *t, const tenon_migration *items, size_t count);
/* It must fail like this, with these words in message and hint. */
void refuse_all(target *t, const tenon_migration *items, size_t count, tenon_status status,
                const char *text);
/* The state of one of them by its name; 0 when it is not in the list. */
tenon_migration_status status_of(target *t, const tenon_migration *items, size_t count,
                                 const char *name);
/* What the database itself says, as text; "" for NULL. */
const char *ask(target *t, const char *sql);
bool has_table(target *t, const char *name);

#endif
