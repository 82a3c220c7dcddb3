/* What the analysis of nullability says of a statement, as one line of text. */
#ifndef DESCRIBED_H
#define DESCRIBED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nullability/nullability.h"
#include "testdb.h"

#include <tenon/tenon.h>

/* The catalogue of the database of this URL; fails the test when it cannot be read. */
catalogue *describe_database(const char *url);
/* NULL with *err; takes a statement of either database. */
nullability *analyse(const catalogue *c, const char *sql, tenon_error *err);
/* "id, bio? | $1 users.id, $2? | one": columns and parameters, with "?" where they may be NULL,
 * a parameter's counterpart, and how many rows there are at most. Valid until the next call. */
const char *describe(const catalogue *c, const char *sql);
/* Of the columns alone. */
void assert_columns(const catalogue *c, const char *sql, const char *expected);
void assert_described(const catalogue *c, const char *sql, const char *expected);

#endif
