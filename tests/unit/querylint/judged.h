/* Queries in texts, judged on a real database: for the tests of tool/querylint. */
#ifndef TESTS_QUERYLINT_JUDGED_H
#define TESTS_QUERYLINT_JUDGED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sqlfile/sqlfile.h"

enum { JUDGED_MOST = 128 };

typedef struct judged {
    schema *schema;
    sqlfile_set *set;
    tenon__buf text; /* the file */
    size_t lines[JUDGED_MOST + 1];
    size_t count;
} judged;

/* Statements that are judged together: begin with the text of a schema, add, run. */
void judged_begin(judged *j, const char *schema_text);
void judged_add(judged *j, const char *sql);
void judged_run(judged *j, tenon_dialect dialect);
/* The rules that were found in a statement, by place: "offset select_star", or "". Valid until the
 * next call. */
const char *judged_rules(const judged *j, size_t number);
/* Message and hint of the first finding in it. */
const char *judged_message(const judged *j, size_t number);
void judged_end(judged *j);

#endif
