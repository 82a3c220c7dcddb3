/* Databases for tests: real ones, each test its own.
 *
 * On PostgreSQL all tests share the cluster that scripts/with-postgres.sh started (its URL stands
 * in TENON_TEST_PG) and get a database each; on SQLite a test gets a file in a temporary folder.
 * All of it is removed when the process exits. Nothing is skipped: without a cluster the calls fail
 * the test and say how to get one. The role "tenon_password", once a test has created it, has to
 * give its password.
 *
 * Where something goes wrong these calls fail the running cmocka test, so they return no errors.
 * The texts they return stay until the process exits. One thread at a time. */
#ifndef TESTDB_H
#define TESTDB_H

#include <stddef.h>

/* A new, empty PostgreSQL database, as "postgresql:///name_123?host=/socket/folder&user=tenon". The
 * process id keeps equal names of parallel test programs apart. */
const char *testdb_create(const char *name);

/* Drops it before the end, though somebody may still be connected. */
void testdb_drop(const char *url);

/* The path of an SQLite file that does not exist yet, and the same as "sqlite:/path". */
const char *testdb_sqlite_path(void);
const char *testdb_sqlite_url(void);

/* Runs SQL text, which may be several statements, with the plain client library of the URL's
 * database, so that a test can prepare and inspect a database without the code it tests. */
void testdb_run(const char *url, const char *sql);

/* The first column of the first row as the database itself prints it; NULL for NULL and for no row.
 * A copy, valid until the eighth call after this one. */
const char *testdb_value(const char *url, const char *sql);

#endif
