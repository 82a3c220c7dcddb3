/* The face of tool/querylint: what is right in a query, and yet a mistake sooner or later.
 *
 *     querylint *found = querylint_run(&input, &err);
 *     for (size_t i = 0; i < found->count; i++)
 *         … found->findings[i].rule, .at, .message, .remedy …
 *     querylint_free(found);
 *
 * What the text alone shows (no WHERE, OFFSET, `LIKE '%x'`, …) is told at once. What costs time is
 * only suspected from the text: whoever calls lends a database without rows that says how it would
 * run the query, and a finding is what its plans prove. "An index is missing" means that a table is
 * read from end to end, and that with the index, which is really made there and rolled back, it no
 * longer is. So the remedy that is told has been tried. docs/query-lint.md has the rules.
 *
 * Queries of both databases are read by PostgreSQL's parser; what it cannot read is not judged. */
#ifndef TENON_QUERYLINT_QUERYLINT_H
#define TENON_QUERYLINT_QUERYLINT_H

#include "catalogue/catalogue.h"
#include "schema/schema.h"

/* How the database would run the query, in its own words, if it had this index besides (an SQL
 * statement; NULL: none). The text lives in the arena. NULL when it cannot tell: an index may be
 * impossible. PostgreSQL plans as if nothing cost but reading rows. */
typedef const char *querylint_explain(void *context, const char *index, tenon__arena *arena);

typedef struct querylint_input {
    const char *sql; /* one statement; its parameters are $1, $2, … on both databases */
    const catalogue *database;
    const schema *schema;       /* for remedies in its own words; NULL: none */
    querylint_explain *explain; /* NULL: nothing is told that needs a plan */
    void *context;
} querylint_input;

typedef struct querylint_finding {
    const char *rule;
    size_t at; /* byte of the text */
    const char *message;
    const char *remedy; /* NULL: the message says it */
} querylint_finding;

typedef struct querylint {
    tenon__arena arena;
    querylint_finding *findings;
    size_t count, capacity;
} querylint;

/* NULL with *err for want of memory. */
querylint *querylint_run(const querylint_input *input, tenon_error *err);
void querylint_free(querylint *found);

#endif
