/* Queries in texts, checked on real databases: for the tests of tool/sqlfile. */
#ifndef TESTS_SQLFILE_CHECKED_H
#define TESTS_SQLFILE_CHECKED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sqlfile/sqlfile.h"

/* A model Post (table posts) with a column of many types, a model User, an enum Role. */
const schema *checked_schema(void);

/* The file "queries/q.sql", or that of this name; read only. */
sqlfile_set *checked_read(const char *sql);
sqlfile_set *checked_read_as(const char *path, const char *sql);
/* Read and checked on the databases that it names, else on PostgreSQL. */
sqlfile_set *checked(const char *sql);
/* In a database that is there. */
sqlfile_set *checked_in(const char *url, const char *sql);
sqlfile_set *checked_strictly(const char *sql);
/* The first line of each diagnostic as `tenon sql check` prints them: "q.sql:1:2: …\n". */
const char *checked_complaints(const sqlfile_set *set);
const sqlfile_query *checked_query(const sqlfile_set *set, const char *name);
/* "BigInt?", "String[]" */
const char *checked_type(const sqlfile_value *value);
/* "id Int, name String?, posts JsonText[]{id Int}?" */
const char *checked_columns(const sqlfile_query *query);
const char *checked_parameters(const sqlfile_query *query);

#endif
