/* The table of checks: what each is called, how severe it is by itself, why it is dangerous, SQL
 * that it finds and what to write instead. Numbers and names are for good, as they stand in
 * comments of other people's migrations. docs/lint.md shows the same, and the tests run every
 * example: what `example` has must be found, and what `safe` has, where it is SQL, must not. */
#include "lint/lint.h"

#define HINT LINT_HINT
#define WARNING LINT_WARNING
#define ERROR LINT_ERROR
#define POSTGRESQL LINT_ON_POSTGRESQL
#define SQLITE LINT_ON_SQLITE
#define BOTH LINT_ON_BOTH

/* clang-format off */
const lint_check lint_checks[LINT_CHECKS] = {
    {1, "drop-schema", ERROR, LINT_DATA_LOSS, POSTGRESQL,
     "everything in it goes with it, and no statement says what that was",
     "DROP SCHEMA sales CASCADE;",
     "Drop what is in it by name, each in a migration that checks that it is empty, and the "
     "schema last."},
    {2, "drop-table", ERROR, LINT_DATA_LOSS, BOTH,
     "its rows cannot be brought back by a down migration",
     "DROP TABLE orders;",
     "Stop using the table in all programs first; rename it, wait a release, then drop it "
     "with a check that it is empty (10)."},
    {3, "drop-column", ERROR, LINT_DATA_LOSS, BOTH,
     "its values cannot be brought back by a down migration",
     "ALTER TABLE users DROP COLUMN name;",
     "Stop using the column in all programs first (it has to be nullable or have a "
     "default), then drop it with a check (10)."},
    {4, "truncate", ERROR, LINT_DATA_LOSS, POSTGRESQL,
     "all rows go at once; CASCADE also empties every table that refers to it",
     "TRUNCATE orders;",
     "DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE age IS NULL LIMIT 1000);"},
    {5, "probable-rename", WARNING, LINT_DATA_LOSS, BOTH,
     "what is dropped and added under another name loses its rows or values; a rename keeps "
     "them",
     "ALTER TABLE users DROP COLUMN name, ADD COLUMN full_name varchar(20);",
     "ALTER TABLE users RENAME COLUMN name TO full_name;"},
    {6, "narrowing-type", ERROR, LINT_DATA_LOSS, POSTGRESQL,
     "values that do not fit are cut, rounded or refused",
     "ALTER TABLE users ALTER COLUMN name TYPE varchar(10);",
     "ALTER TABLE users ADD CONSTRAINT name_short CHECK (length(name) <= 10) NOT VALID;"},
    {7, "enum-value-removed", ERROR, LINT_DATA_LOSS, POSTGRESQL,
     "rows that have the value stop the migration, and programs that know it fail",
     "ALTER TYPE color RENAME VALUE 'red' TO 'crimson';",
     "Add the new value, change the rows in batches, and leave the old one where it is."},
    {8, "change-without-where", ERROR, LINT_DATA_LOSS, BOTH,
     "every row is deleted or overwritten",
     "DELETE FROM orders;",
     "DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE age IS NULL LIMIT 1000);"},
    {9, "cascade", ERROR, LINT_DATA_LOSS, POSTGRESQL,
     "views, keys and tables that depend on it are dropped too, and no statement names them",
     "ALTER TABLE orders DROP COLUMN user_id CASCADE;",
     "Drop what depends on it by name, before it."},
    {10, "drop-without-check", HINT, LINT_DATA_LOSS, POSTGRESQL,
     "nothing stops the migration when there is still something to lose",
     "DROP TABLE orders;",
     "DO $$ BEGIN IF EXISTS (SELECT FROM orders) THEN RAISE EXCEPTION 'orders is not "
     "empty'; END IF; END $$;\n"
     "DROP TABLE orders;"},
    {11, "sqlite-rebuild-cascades", ERROR, LINT_DATA_LOSS, SQLITE,
     "dropping the old table deletes or empties the rows that refer to it, unless "
     "foreign_keys is off; within a transaction that pragma does nothing",
     "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT);\n"
     "INSERT INTO new_users (id, email) SELECT id, email FROM users;\n"
     "DROP TABLE users;\n"
     "ALTER TABLE new_users RENAME TO users;",
     "PRAGMA foreign_keys=OFF;\n"
     "BEGIN;\n"
     "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT, name TEXT, age INTEGER);\n"
     "INSERT INTO new_users (id, email, name, age) SELECT id, email, name, age FROM users;\n"
     "DROP TABLE users;\n"
     "ALTER TABLE new_users RENAME TO users;\n"
     "CREATE UNIQUE INDEX users_email ON users (email);\n"
     "PRAGMA foreign_key_check;\n"
     "COMMIT;\n"
     "PRAGMA foreign_keys=ON;"},
    {12, "sqlite-rebuild-incomplete", WARNING, LINT_DATA_LOSS, SQLITE,
     "indexes, triggers and the AUTOINCREMENT counter go with the old table, and rows that "
     "refer to nothing stay unseen",
     "PRAGMA foreign_keys=OFF;\n"
     "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT, name TEXT, age INTEGER);\n"
     "INSERT INTO new_users SELECT * FROM users;\n"
     "DROP TABLE users;\n"
     "ALTER TABLE new_users RENAME TO users;",
     "PRAGMA foreign_keys=OFF;\n"
     "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT, name TEXT, age INTEGER);\n"
     "INSERT INTO new_users SELECT * FROM users;\n"
     "DROP TABLE users;\n"
     "ALTER TABLE new_users RENAME TO users;\n"
     "CREATE UNIQUE INDEX users_email ON users (email);\n"
     "PRAGMA foreign_key_check;\n"
     "PRAGMA foreign_keys=ON;"},
    {13, "drop-used", ERROR, LINT_DATA_LOSS, POSTGRESQL,
     "the statement fails, or with CASCADE takes the view, function or policy along",
     "DROP TABLE viewed;",
     "DROP VIEW viewer;\n"
     "DROP TABLE viewed;"},
    {14, "unique-on-rows", WARNING, LINT_DATA_PRESENT, BOTH,
     "fails, after the whole table was read, where two rows have equal values",
     "CREATE UNIQUE INDEX CONCURRENTLY users_name ON users (name);",
     "Run the query of the finding first and mend what it shows."},
    {15, "required-column-without-default", ERROR, LINT_DATA_PRESENT, BOTH,
     "there is no value for the rows that are there",
     "ALTER TABLE users ADD COLUMN phone text NOT NULL;",
     "ALTER TABLE users ADD COLUMN phone text;"},
    {16, "null-to-not-null", WARNING, LINT_DATA_PRESENT, BOTH,
     "fails where a row has NULL",
     "ALTER TABLE users ALTER COLUMN name SET NOT NULL;",
     "Fill the rows that have NULL first; with a validated check (31) the statement cannot "
     "fail."},
    {17, "rule-on-rows", WARNING, LINT_DATA_PRESENT, POSTGRESQL,
     "fails where a row that is there breaks the rule",
     "ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18);",
     "ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18) NOT VALID;"},
    {18, "nullable-primary-key", WARNING, LINT_DATA_PRESENT, POSTGRESQL,
     "a primary key makes its columns NOT NULL: fails where a row has NULL, and reads all "
     "of them",
     "ALTER TABLE notes ADD PRIMARY KEY (body);",
     "Make the columns NOT NULL first, by the way of 31."},
    {19, "small-primary-key", HINT, LINT_DATA_PRESENT, POSTGRESQL,
     "after 2147483647 rows, deleted ones too, every insert fails; widening the key then "
     "takes hours",
     "CREATE TABLE things (id serial PRIMARY KEY);",
     "CREATE TABLE things (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);"},
    {20, "raising-cast", WARNING, LINT_DATA_PRESENT, POSTGRESQL,
     "one value that cannot be cast stops the migration, after the table was locked",
     "ALTER TABLE users ALTER COLUMN email TYPE integer USING email::integer;",
     "Add a column of the new type, fill it where the cast works, look at what is left."},
    {21, "index-not-concurrent", WARNING, LINT_LOCKS, POSTGRESQL,
     "writers wait until the index is built",
     "CREATE INDEX users_age ON users (age);",
     "CREATE INDEX CONCURRENTLY users_age ON users (age);"},
    {22, "drop-index-not-concurrent", WARNING, LINT_LOCKS, POSTGRESQL,
     "waits for everybody who uses the table, and everybody waits behind it",
     "DROP INDEX users_email;",
     "DROP INDEX CONCURRENTLY users_email;"},
    {23, "reindex-not-concurrent", WARNING, LINT_LOCKS, POSTGRESQL,
     "writers wait until the index is built anew, readers where they would use it",
     "REINDEX INDEX users_email;",
     "REINDEX INDEX CONCURRENTLY users_email;"},
    {24, "detach-not-concurrent", WARNING, LINT_LOCKS, POSTGRESQL,
     "waits for everybody who uses the parent, and everybody waits behind it",
     "ALTER TABLE events DETACH PARTITION events_2024;",
     "ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;"},
    {25, "concurrent-in-transaction", ERROR, LINT_LOCKS, POSTGRESQL,
     "PostgreSQL refuses it",
     "BEGIN;\n"
     "CREATE INDEX CONCURRENTLY users_age ON users (age);\n"
     "COMMIT;",
     "CREATE INDEX CONCURRENTLY users_age ON users (age);"},
    {26, "key-not-using-index", WARNING, LINT_LOCKS, POSTGRESQL,
     "everybody waits until its index is built",
     "ALTER TABLE users ADD CONSTRAINT users_name UNIQUE (name);",
     "ALTER TABLE users ADD CONSTRAINT users_name UNIQUE USING INDEX users_name_idx;"},
    {27, "exclusion-constraint", WARNING, LINT_LOCKS, POSTGRESQL,
     "everybody waits until every row was compared; there is no form that does not",
     "ALTER TABLE users ADD CONSTRAINT one_age EXCLUDE USING gist (age WITH =);",
     "Make a new table with the constraint and move the rows over, or do it when nobody "
     "works."},
    {28, "check-not-not-valid", WARNING, LINT_LOCKS, POSTGRESQL,
     "everybody waits until every row was checked",
     "ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18);",
     "ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18) NOT VALID;"},
    {29, "foreign-key-not-not-valid", WARNING, LINT_LOCKS, POSTGRESQL,
     "writers of both tables wait until every row was checked",
     "ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users "
     "(id);",
     "ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users "
     "(id) NOT VALID;"},
    {30, "validate-in-same-transaction", WARNING, LINT_LOCKS, POSTGRESQL,
     "the strong lock of adding it is held while every row is checked, as if there were no "
     "NOT VALID",
     "ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18) NOT VALID;\n"
     "ALTER TABLE users VALIDATE CONSTRAINT adult;",
     "ALTER TABLE notes VALIDATE CONSTRAINT notes_body;"},
    {31, "not-null-scan", WARNING, LINT_LOCKS, POSTGRESQL,
     "everybody waits while every row is looked at, unless a validated check says that "
     "there is no NULL",
     "ALTER TABLE users ALTER COLUMN name SET NOT NULL;",
     "ALTER TABLE notes ALTER COLUMN checked SET NOT NULL;"},
    {32, "type-rewrite", WARNING, LINT_LOCKS, POSTGRESQL,
     "everybody waits while the table and all its indexes are written anew",
     "ALTER TABLE users ALTER COLUMN age TYPE bigint;",
     "ALTER TABLE users ALTER COLUMN name TYPE varchar(40);"},
    {33, "volatile-default", WARNING, LINT_LOCKS, POSTGRESQL,
     "everybody waits while the table is written anew, with another value in each row",
     "ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();",
     "ALTER TABLE users ADD COLUMN token uuid;\n"
     "ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();"},
    {34, "computed-column", WARNING, LINT_LOCKS, POSTGRESQL,
     "everybody waits while the table is written anew",
     "ALTER TABLE users ADD COLUMN number bigserial;",
     "ALTER TABLE users ADD COLUMN number bigint;"},
    {35, "table-rewrite", ERROR, LINT_LOCKS, POSTGRESQL,
     "everybody waits while the table is written anew",
     "VACUUM FULL users;",
     "VACUUM users;"},
    {36, "work-while-locked", HINT, LINT_LOCKS, POSTGRESQL,
     "nobody can read the table until the whole transaction is done",
     "ALTER TABLE users ADD COLUMN phone text;\n"
     "UPDATE orders SET age = 1 WHERE id = 1;",
     "ALTER TABLE users ADD COLUMN phone text;"},
    {37, "rewrite-seen", ERROR, LINT_LOCKS, POSTGRESQL,
     "a table was written anew while others waited: seen by `tenon migrate trace`, not by "
     "reading",
     NULL,
     "What 32, 33 and 34 say of the statement."},
    {38, "alter-again", HINT, LINT_LOCKS, POSTGRESQL,
     "each statement waits for the table anew, and where it rewrites, rewrites anew",
     "ALTER TABLE users ADD COLUMN phone text;\n"
     "ALTER TABLE users ADD COLUMN fax text;",
     "ALTER TABLE users ADD COLUMN phone text, ADD COLUMN fax text;"},
    {39, "drop-table-with-keys", WARNING, LINT_LOCKS, POSTGRESQL,
     "the tables at both ends of each foreign key are held at once, which deadlocks with "
     "programs that take them in another order",
     "DROP TABLE referring;",
     "DROP TABLE notes;"},
    {40, "foreign-key-without-index", WARNING, LINT_LOCKS, POSTGRESQL,
     "deleting or updating a row that is referred to reads the whole referring table",
     "ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users "
     "(id) NOT VALID;",
     "CREATE INDEX orders_user_id ON orders (user_id);\n"
     "ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users "
     "(id) NOT VALID;"},
    {41, "backfill-with-ddl", WARNING, LINT_LOCKS, POSTGRESQL,
     "locks of tables and of rows are held together until every row is changed",
     "ALTER TABLE users ADD COLUMN phone text;\n"
     "UPDATE users SET phone = '';",
     "UPDATE users SET age = 0 WHERE id IN (SELECT id FROM users WHERE age IS NULL LIMIT "
     "1000);"},
    {42, "json-column", WARNING, LINT_LOCKS, POSTGRESQL,
     "json has no equality: DISTINCT, GROUP BY and UNION fail on it",
     "ALTER TABLE users ADD COLUMN data json;",
     "ALTER TABLE users ADD COLUMN data jsonb;"},
    {43, "wide-index", HINT, LINT_LOCKS, POSTGRESQL,
     "it is written at every change and few queries use the columns behind the third",
     "CREATE INDEX CONCURRENTLY wide ON users (id, email, name, age);",
     "CREATE INDEX CONCURRENTLY narrow ON users (name, age);"},
    {44, "padding", HINT, LINT_LOCKS, POSTGRESQL,
     "columns of eight bytes begin at multiples of eight: those of other sizes between them "
     "leave gaps",
     "CREATE TABLE gaps (a boolean, b bigint, c boolean, d bigint, e boolean, f bigint);",
     "CREATE TABLE gaps (b bigint, d bigint, f bigint, a boolean, c boolean, e boolean);"},
    {45, "no-lock-timeout", WARNING, LINT_SETTINGS, POSTGRESQL,
     "a statement that waits for a lock makes all who come later wait behind it (`tenon "
     "migrate deploy` sets one)",
     "ALTER TABLE users ADD COLUMN phone text;",
     "SET LOCAL lock_timeout = '2s';\n"
     "ALTER TABLE users ADD COLUMN phone text;"},
    {46, "no-statement-timeout", HINT, LINT_SETTINGS, POSTGRESQL,
     "a statement that takes longer than thought holds its locks as long",
     "ALTER TABLE users ADD COLUMN phone text;",
     "SET LOCAL statement_timeout = '1min';\n"
     "ALTER TABLE users ADD COLUMN phone text;"},
    {47, "setting-leaks", WARNING, LINT_SETTINGS, POSTGRESQL,
     "the connection goes back to a pool with it, and fails somebody else's queries",
     "SET lock_timeout = '2s';",
     "SET LOCAL lock_timeout = '2s';"},
    {48, "nested-transaction", ERROR, LINT_SETTINGS, BOTH,
     "there are none: the inner COMMIT ends the outer transaction",
     "BEGIN;\n"
     "BEGIN;\n"
     "COMMIT;",
     "BEGIN;\n"
     "COMMIT;"},
    {49, "open-transaction", ERROR, LINT_SETTINGS, BOTH,
     "the connection ends and everything is rolled back",
     "BEGIN;\n"
     "UPDATE users SET age = 1 WHERE id = 1;",
     "BEGIN;\n"
     "UPDATE users SET age = 1 WHERE id = 1;\n"
     "COMMIT;"},
    {50, "not-repeatable", WARNING, LINT_SETTINGS, POSTGRESQL,
     "when a later statement fails, the file cannot be run again",
     "BEGIN;\n"
     "COMMIT;\n"
     "CREATE TABLE things (id bigint PRIMARY KEY);",
     "BEGIN;\n"
     "COMMIT;\n"
     "CREATE TABLE IF NOT EXISTS things (id bigint PRIMARY KEY);"},
    {51, "invalid-index", HINT, LINT_SETTINGS, POSTGRESQL,
     "a concurrent build that fails leaves an index that is written but never read, and its "
     "name is taken",
     "CREATE INDEX CONCURRENTLY users_age ON users (age);",
     "DROP INDEX CONCURRENTLY IF EXISTS users_age;\n"
     "CREATE INDEX CONCURRENTLY users_age ON users (age);"},
    {52, "lock-blocks-concurrent", ERROR, LINT_SETTINGS, POSTGRESQL,
     "a concurrent statement waits for all older snapshots, and who waits for the lock has "
     "one",
     "SELECT pg_advisory_lock(1);\n"
     "CREATE INDEX CONCURRENTLY users_age ON users (age);",
     "SELECT pg_try_advisory_lock(1);"},
    {53, "not-analyzed", HINT, LINT_SETTINGS, POSTGRESQL,
     "until autovacuum comes by, plans are made without statistics or with wrong ones",
     "UPDATE users SET age = 1 WHERE id < 1000;",
     "UPDATE users SET age = 1 WHERE id < 1000;\n"
     "ANALYZE users;"},
    {54, "not-understood", ERROR, LINT_SETTINGS, POSTGRESQL,
     "what is not understood is not checked",
     "SELEC 1;",
     "-- tenon:ignore 54 read by two people\n"
     "SELEC 1;"},
    {55, "rename", ERROR, LINT_CLIENTS, BOTH,
     "programs that run ask for the old name and fail",
     "ALTER TABLE users RENAME COLUMN name TO full_name;",
     "ALTER TABLE users RENAME TO people;\n"
     "CREATE VIEW users AS SELECT * FROM people;"},
    {56, "drop-known-to-client", ERROR, LINT_CLIENTS, POSTGRESQL,
     "programs that run select the column by name and fail (told with --client)",
     NULL,
     "Release programs without the column first."},
    {57, "type-seen", WARNING, LINT_CLIENTS, POSTGRESQL,
     "programs that run send and expect the old type",
     "ALTER TABLE users ALTER COLUMN age TYPE bigint;",
     "ALTER TABLE users ALTER COLUMN name TYPE varchar(40);"},
    {58, "null-seen", WARNING, LINT_CLIENTS, POSTGRESQL,
     "programs that run take the column for one that is never NULL",
     "ALTER TABLE users ALTER COLUMN email DROP NOT NULL;",
     "Release programs that know NULL first, then say so: -- tenon:ignore 58 the programs "
     "know"},
    {59, "rule-dropped", WARNING, LINT_CLIENTS, POSTGRESQL,
     "programs that run rely on the database to refuse what breaks it",
     "ALTER TABLE orders DROP CONSTRAINT orders_pkey;",
     "ALTER TABLE notes DROP CONSTRAINT notes_checked;"},
    {60, "rename-schema", ERROR, LINT_CLIENTS, POSTGRESQL,
     "programs that run ask for the old name and fail",
     "ALTER SCHEMA sales RENAME TO shop;",
     "Create the new schema and move one table at a time, with a view left behind."},
    {61, "enum-value-order", HINT, LINT_CLIENTS, POSTGRESQL,
     "without BEFORE or AFTER it sorts last; and until the transaction ends it cannot be "
     "used",
     "ALTER TYPE color ADD VALUE 'blue';",
     "ALTER TYPE color ADD VALUE 'blue' AFTER 'red';"},
    {62, "domain-with-rule", WARNING, LINT_CLIENTS, POSTGRESQL,
     "changing the rule scans every table that uses the domain",
     "CREATE DOMAIN positive AS int CHECK (VALUE > 0);",
     "CREATE DOMAIN positive AS int;"},
    {63, "not-linear", ERROR, LINT_HISTORY, BOTH,
     "a migration that sorts before one already applied runs on a database that its author "
     "never saw",
     NULL,
     "Rename its folder so that it comes last, and look whether it still does what it "
     "should."},
    {64, "changed-after-applied", ERROR, LINT_HISTORY, BOTH,
     "the databases that ran the old text have something else than those that run the new "
     "one",
     NULL,
     "Bring the old text back and write a new migration."},
    {65, "two-children", ERROR, LINT_HISTORY, BOTH,
     "two branches each added a migration to the same parent: nobody ran them together",
     NULL,
     "tenon migrate merge"},
    {66, "schema-overwritten", ERROR, LINT_HISTORY, BOTH,
     "the schema that a migration begins with is not the one that its parent ends with",
     NULL,
     "tenon migrate merge"},
    {67, "no-way-back", HINT, LINT_HISTORY, BOTH,
     "there is no down.sql beside it, so `tenon migrate rollback` stops there",
     NULL,
     "Let `tenon migrate dev` write it, or write one that says in a comment why there is "
     "none."},
    {68, "name", HINT, LINT_STYLE, POSTGRESQL,
     "a name with capitals has to be quoted in every query",
     "CREATE TABLE \"Things\" (id bigint PRIMARY KEY);",
     "CREATE TABLE things (id bigint PRIMARY KEY);"},
    {69, "long-name", WARNING, LINT_STYLE, BOTH,
     "PostgreSQL cuts names to 63 bytes: two that begin alike become one",
     "CREATE TABLE t (this_is_a_name_that_is_longer_than_sixty_three_bytes_and_so_it_is_cut "
     "int);",
     "CREATE TABLE t (short_name int);"},
    {70, "bounded-text", HINT, LINT_STYLE, POSTGRESQL,
     "a length is hard to change later; char(n) also pads with spaces",
     "CREATE TABLE t (a varchar(20));",
     "CREATE TABLE t (a text);"},
    {71, "time-without-zone", HINT, LINT_STYLE, POSTGRESQL,
     "the same value means another moment in another zone",
     "CREATE TABLE t (a timestamp);",
     "CREATE TABLE t (a timestamptz);"},
    {72, "serial", HINT, LINT_STYLE, POSTGRESQL,
     "a sequence of its own with rights of its own, which nobody meant",
     "CREATE TABLE t (a bigserial);",
     "CREATE TABLE t (a bigint GENERATED BY DEFAULT AS IDENTITY);"},
    {73, "unqualified-name", HINT, LINT_STYLE, POSTGRESQL,
     "which schema is meant depends on the search path of whoever runs it",
     "CREATE TABLE t (a int);",
     "CREATE TABLE public.t (a int);"},
    {74, "duplicate-column", WARNING, LINT_STYLE, BOTH,
     "the statement fails",
     "CREATE TABLE t (a int, a int);",
     "CREATE TABLE t (a int);"},
};
/* clang-format on */
