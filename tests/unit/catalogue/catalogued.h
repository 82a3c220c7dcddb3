/* What a database that SQL has made looks like to catalogue_read. */
#ifndef CATALOGUED_H
#define CATALOGUED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue/catalogue.h"
#include "testdb.h"

#include <tenon/tenon.h>

/* The catalogue of a database, of its default schema and those named up to NULL; fails the test
 * when it cannot be read. */
catalogue *read_catalogue(const char *url, const char *const *namespaces);
/* A new database of either kind, with this SQL run in it. */
catalogue *catalogue_after(tenon_dialect dialect, const char *sql);
/* That it prints like this. */
void assert_prints(const catalogue *c, const char *expected);
/* catalogue_after, assert_prints, catalogue_free. */
void check_prints(tenon_dialect dialect, const char *sql, const char *expected);

#endif
