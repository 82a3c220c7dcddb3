/* Linting texts in tests: a file that stands before them makes tables that "are there". */
#ifndef LINTED_H
#define LINTED_H

#include <stdbool.h>

#include "lint/lint.h"

/* What the migrations before have made; in either dialect. */
extern const char linted_before[], linted_before_sqlite[];

/* Options, all checks on; the texts in order, ended by NULL, behind the file before. Fails the test
 * where the linter fails. Released by lint_free. */
lint *linted(const lint_options *options, const char *const *texts);
lint *linted_one(const char *text);
lint *linted_sqlite(const char *text);

/* How many findings a check has. */
size_t linted_count(const lint *l, unsigned number);
/* The first finding of a check; fails the test when there is none. */
const lint_finding *linted_finding(const lint *l, unsigned number);

#endif
