/* Where checks begin and end: SQL in which a check has to find something, and SQL that is so like
 * it that a careless check would. What stands before is linted_before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linted.h"

typedef struct lint_case {
    unsigned number;
    size_t count; /* findings of this check */
    const char *text;
} lint_case;

static const lint_case postgresql_cases[] = {
    {1, 1, "DROP DATABASE shop;"},
    {1, 0, "DROP TABLE users;"},
    {2, 2, "DROP TABLE users, public.orders;"},
    {2, 0, "CREATE TABLE t (a int); DROP TABLE t;"},
    {2, 0, "DROP VIEW viewer;"},
    {3, 2, "ALTER TABLE users DROP COLUMN name, DROP IF EXISTS age;"},
    {3, 0, "CREATE TABLE t (a int, b int); ALTER TABLE t DROP COLUMN a;"},
    {3, 0, "ALTER TABLE users DROP CONSTRAINT users_pkey;"},
    {4, 2, "TRUNCATE users, orders CASCADE;"},
    {4, 0, "CREATE TABLE t (a int); TRUNCATE t;"},
    {5, 1, "ALTER TABLE users DROP COLUMN name, ADD COLUMN nick varchar(20);"},
    {5, 1,
     "ALTER TABLE users ADD COLUMN \"Name\" varchar(20), ADD COLUMN b varchar(20);"
     "ALTER TABLE users DROP COLUMN name;"},
    {5, 0, "ALTER TABLE users DROP COLUMN name, ADD COLUMN nick int;"},
    {5, 0, "ALTER TABLE users DROP COLUMN name; ALTER TABLE orders ADD COLUMN n varchar(20);"},
    {5, 1, "DROP TABLE viewed; CREATE TABLE seen (id bigint PRIMARY KEY);"},
    {5, 0, "DROP TABLE viewed; CREATE TABLE seen (number bigint PRIMARY KEY);"},
    {6, 1, "ALTER TABLE orders ALTER total TYPE numeric(10,1);"},
    {6, 1, "ALTER TABLE orders ALTER total TYPE numeric(9,2);"},
    {6, 0, "ALTER TABLE orders ALTER total TYPE numeric(12,2);"},
    {6, 1, "ALTER TABLE users ALTER age TYPE smallint;"},
    {6, 1, "ALTER TABLE users ALTER age TYPE real;"},
    {6, 0, "ALTER TABLE users ALTER age TYPE bigint;"},
    {6, 0, "ALTER TABLE users ALTER age TYPE text;"},
    {6, 0, "ALTER TABLE users ALTER name TYPE varchar;"},
    {6, 1, "ALTER TABLE unknown ALTER a TYPE varchar(20);"},
    {7, 1,
     "CREATE TYPE c2 AS ENUM ('green'); ALTER TYPE color RENAME TO c1;"
     "ALTER TYPE c2 RENAME TO color; DROP TYPE c1;"},
    {7, 0,
     "CREATE TYPE c2 AS ENUM ('red', 'green', 'blue'); ALTER TYPE color RENAME TO c1;"
     "ALTER TYPE c2 RENAME TO color; DROP TYPE c1;"},
    {7, 1,
     "CREATE TYPE s2 AS ENUM ('a'); ALTER TYPE s RENAME TO s1;"
     "ALTER TYPE s2 RENAME TO s;"},
    {8, 1, "UPDATE users SET age = 0;"},
    {8, 0, "UPDATE users SET age = 0 WHERE id = 1; DELETE FROM users WHERE id = 2;"},
    {8, 0, "UPDATE users SET age = 0 FROM orders;"},
    {8, 0, "CREATE TABLE t (a int); UPDATE t SET a = 1;"},
    {9, 1, "ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE;"},
    {9, 0, "ALTER TABLE users DROP CONSTRAINT users_pkey RESTRICT;"},
    {10, 1, "ALTER TABLE users DROP COLUMN name;"},
    {10, 0,
     "DO $$ BEGIN IF EXISTS (SELECT FROM users WHERE name IS NOT NULL) THEN"
     " RAISE EXCEPTION 'no'; END IF; END $$; ALTER TABLE users DROP COLUMN name;"},
    {13, 1, "ALTER TABLE viewed DROP COLUMN id;"},
    {13, 0, "ALTER TABLE users DROP COLUMN name; DROP TABLE orders;"},
    {13, 1,
     "CREATE VIEW v AS SELECT * FROM orders o JOIN users u ON true;"
     " ALTER TABLE users DROP age;"},
    {13, 1, "CREATE VIEW v AS SELECT u.* FROM users u; ALTER TABLE users DROP age;"},
    {13, 0,
     "CREATE VIEW v AS WITH a AS (SELECT u.id FROM users u) SELECT * FROM a;"
     " ALTER TABLE users DROP age;"},
    {13, 0,
     "CREATE VIEW v AS SELECT o.age, o.* FROM users u, orders o; ALTER TABLE users DROP age;"},
    {14, 1, "ALTER TABLE users ADD UNIQUE (name);"},
    {14, 1, "CREATE UNIQUE INDEX u ON users (lower(name)) WHERE age > 1;"},
    {14, 0, "CREATE INDEX u ON users (name);"},
    {14, 0, "CREATE TABLE t (a int); CREATE UNIQUE INDEX u ON t (a);"},
    {15, 0, "ALTER TABLE users ADD COLUMN a text NOT NULL DEFAULT '';"},
    {15, 0, "ALTER TABLE users ADD COLUMN a bigserial NOT NULL;"},
    {15, 0, "ALTER TABLE users ADD COLUMN a int NOT NULL GENERATED ALWAYS AS (1) STORED;"},
    {15, 0, "CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN b int NOT NULL;"},
    {16, 0, "ALTER TABLE notes ALTER checked SET NOT NULL;"},
    {16, 1, "ALTER TABLE notes ALTER body SET NOT NULL;"},
    {17, 1, "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);"},
    {17, 0, "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;"},
    {17, 0,
     "ALTER TABLE orders ADD COLUMN u bigint;"
     "ALTER TABLE orders ADD FOREIGN KEY (u) REFERENCES users (id);"},
    {18, 0, "ALTER TABLE users ADD PRIMARY KEY (email);"},
    {18, 1, "ALTER TABLE users ADD PRIMARY KEY (email, age);"},
    {19, 1, "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (id));"},
    {19, 0, "CREATE TABLE t (id int PRIMARY KEY);"},
    {19, 0, "CREATE TABLE t (id int DEFAULT 1, b int, PRIMARY KEY (id, b));"},
    {20, 0, "ALTER TABLE users ALTER age TYPE bigint USING age::bigint;"},
    {20, 0, "ALTER TABLE users ALTER age TYPE text USING age::text;"},
    {20, 1, "ALTER TABLE users ALTER name TYPE color USING name::color;"},
    {21, 0, "CREATE TABLE t (a int); CREATE INDEX i ON t (a);"},
    {21, 0, "CREATE TABLE t (a int); CREATE INDEX i ON public.t (a);"},
    {21, 1, "CREATE UNIQUE INDEX i ON users (age);"},
    {22, 0, "CREATE TABLE t (a int); CREATE INDEX i ON t (a); DROP INDEX i;"},
    {22, 1, "DROP INDEX IF EXISTS nobody_knows;"},
    {23, 1, "REINDEX TABLE users;"},
    {23, 0, "REINDEX TABLE CONCURRENTLY users;"},
    {25, 1, "SELECT 1; DROP INDEX CONCURRENTLY users_email;"},
    {25, 0, "DROP INDEX CONCURRENTLY users_email;"},
    {25, 0, "BEGIN; COMMIT; DROP INDEX CONCURRENTLY users_email;"},
    {26, 1, "ALTER TABLE notes ADD PRIMARY KEY (checked);"},
    {26, 0, "CREATE TABLE t (a int); ALTER TABLE t ADD PRIMARY KEY (a);"},
    {27, 0, "CREATE TABLE t (a int, EXCLUDE USING gist (a WITH =));"},
    {28, 0, "CREATE TABLE t (a int); ALTER TABLE t ADD CHECK (a > 0);"},
    {29, 0, "CREATE TABLE t (a bigint REFERENCES users (id));"},
    {29, 0,
     "CREATE TABLE t (a bigint PRIMARY KEY); ALTER TABLE orders ADD COLUMN t bigint;"
     "ALTER TABLE orders ADD FOREIGN KEY (t) REFERENCES t (a);"},
    {30, 0,
     "ALTER TABLE users ADD CONSTRAINT a CHECK (age > 0) NOT VALID; COMMIT;"
     "BEGIN; ALTER TABLE users VALIDATE CONSTRAINT a; COMMIT;"},
    {31, 0, "CREATE TABLE t (a int); ALTER TABLE t ALTER a SET NOT NULL;"},
    {31, 0,
     "ALTER TABLE notes ALTER checked SET NOT NULL; ALTER TABLE notes DROP CONSTRAINT "
     "notes_checked;"},
    {31, 1, "ALTER TABLE notes ALTER checked SET NOT NULL, DROP CONSTRAINT notes_checked;"},
    {32, 0, "ALTER TABLE users ALTER name TYPE text;"},
    {32, 0, "-- tenon:rewrite\nALTER TABLE users ALTER name TYPE varchar(10);"},
    {32, 1, "-- tenon:rewrite\nALTER TABLE users ALTER name TYPE varchar(10); SELECT 1;"},
    {32, 1, "ALTER TABLE users ALTER name TYPE varchar(10);"},
    {32, 0, "ALTER TABLE orders ALTER total TYPE numeric(20,2);"},
    {32, 1, "ALTER TABLE orders ALTER total TYPE numeric(20,3);"},
    {32, 1, "ALTER TABLE unknown ALTER a TYPE text;"},
    {33, 0, "ALTER TABLE users ADD COLUMN a timestamptz DEFAULT now();"},
    {33, 0, "ALTER TABLE users ADD COLUMN a timestamptz DEFAULT CURRENT_TIMESTAMP;"},
    {33, 0, "ALTER TABLE users ADD COLUMN a int DEFAULT 1 + 2;"},
    {33, 1, "ALTER TABLE users ADD COLUMN a timestamptz DEFAULT clock_timestamp();"},
    {34, 1, "ALTER TABLE users ADD COLUMN a int GENERATED ALWAYS AS (age + 1) STORED;"},
    {34, 0, "ALTER TABLE users ADD COLUMN a int;"},
    {35, 1, "CLUSTER users USING users_pkey;"},
    {36, 1, "ALTER TABLE users ADD a int; SELECT 1; SELECT 2;"},
    {36, 0, "ALTER TABLE users ADD a int; COMMIT;"},
    {36, 0, "ALTER TABLE users ADD a int; CREATE INDEX CONCURRENTLY i ON users (a); SELECT 1;"},
    {30, 0,
     "ALTER TABLE users ADD CONSTRAINT a CHECK (age > 0) NOT VALID;"
     "DROP INDEX CONCURRENTLY users_email; ALTER TABLE users VALIDATE CONSTRAINT a;"},
    {36, 0, "CREATE TABLE t (a int); ALTER TABLE t ADD b int; SELECT 1;"},
    {38, 0, "ALTER TABLE users ADD a int; ALTER TABLE orders ADD a int;"},
    {38, 0,
     "ALTER TABLE notes ALTER checked SET NOT NULL; ALTER TABLE notes DROP CONSTRAINT "
     "notes_checked;"},
    {39, 1, "DROP TABLE users;"},
    {39, 0, "DROP TABLE orders;"},
    {40, 0, "CREATE TABLE t (a bigint PRIMARY KEY REFERENCES users (id));"},
    {40, 1, "CREATE TABLE t (id bigint PRIMARY KEY, a bigint REFERENCES users (id));"},
    {40, 1, "CREATE TABLE t (a bigint REFERENCES users (id), b int, UNIQUE (b, a));"},
    {40, 0, "CREATE TABLE t (a bigint REFERENCES users (id), b int, UNIQUE (a, b));"},
    {41, 1, "UPDATE users SET age = 1 WHERE age IS NULL;"},
    {41, 1, "CREATE TABLE t (a int); INSERT INTO users (id) SELECT id FROM orders;"},
    {41, 0, "CREATE TABLE t (a bigint); INSERT INTO t SELECT id FROM orders;"},
    {41, 0, "INSERT INTO users (id, email) VALUES (1, 'a');"},
    {42, 1, "CREATE TABLE t (a json);"},
    {42, 0, "CREATE TABLE t (a jsonb);"},
    {43, 0, "CREATE UNIQUE INDEX i ON users (id, email, name, age);"},
    {44, 0, "CREATE TABLE t (a boolean, b bigint);"},
    {45, 1, "ALTER TABLE users ADD a int; ALTER TABLE users ADD b int;"},
    {45, 0, "CREATE TABLE t (a int); ALTER TABLE t ADD b int;"},
    {45, 0, "CREATE INDEX CONCURRENTLY i ON users (age);"},
    {46, 0, "SELECT 1;"},
    {47, 1, "SET SESSION statement_timeout = '1s';"},
    {47, 0, "SET statement_timeout = '1s'; SELECT 1; RESET statement_timeout;"},
    {47, 0, "SET search_path = sales;"},
    {48, 1, "COMMIT;"},
    {48, 0, "BEGIN; SAVEPOINT a; ROLLBACK TO a; COMMIT;"},
    {50, 0, "CREATE TABLE t (a int); CREATE TABLE u (a int);"},
    {51, 1, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (age);"},
    {51, 0, "CREATE INDEX i ON users (age);"},
    {52, 0, "SELECT pg_advisory_xact_lock(1); ALTER TABLE users ADD a int;"},
    {53, 1, "CREATE INDEX i ON users (lower(name));"},
    {53, 0, "CREATE INDEX i ON users (name);"},
    {53, 0, "CREATE INDEX i ON users (lower(name)); ANALYZE;"},
    {54, 0, "DO $$ BEGIN END $$;"},
    {54, 0, "DO $$ BEGIN DROP TABLE users; EXECUTE 'DROP TABLE orders'; PERFORM now(); END $$;"},
    {54, 1, "DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'users'); END $$;"},
    {54, 1, "DO $$ BEGIN EXECUTE 'DROP TABLE ' || current_user; END $$;"},
    {54, 1, "DO $$ BEGIN IF END $$;"},
    {2, 2,
     "DO $$ BEGIN IF now() > '1.1.2000' THEN DROP TABLE users; END IF;"
     " EXECUTE 'DROP TABLE orders'; END $$;"},
    {2, 1, "DO $$ BEGIN NULL; EXCEPTION WHEN others THEN DROP TABLE users; END $$;"},
    {2, 0, "-- tenon:ignore 2 it is empty\nDO $$ BEGIN DROP TABLE users; END $$;"},
    {10, 1, "DO $$ BEGIN DROP TABLE users; END $$;"},
    {10, 0,
     "DO $$ BEGIN IF EXISTS (SELECT FROM users) THEN RAISE EXCEPTION 'no'; END IF;"
     " DROP TABLE users; END $$;"},
    {21, 1, "DO $$ BEGIN CREATE INDEX i ON users (age); END $$;"},
    {25, 1, "DO $$ BEGIN CREATE INDEX CONCURRENTLY i ON users (age); END $$;"},
    {41, 1, "DO $$ BEGIN UPDATE users SET age = 1; END $$;"},
    {41, 0,
     "DO $$ BEGIN LOOP UPDATE users SET age = 1 WHERE age IS NULL; COMMIT; END LOOP;"
     " END $$;"},
    {3, 0,
     "ALTER TABLE users ADD COLUMN _tenon_new_age bigint; ALTER TABLE users DROP COLUMN age;"},
    {55, 0, "-- tenon:contract\nALTER TABLE users RENAME COLUMN age TO years;"},
    {2, 0, "DO $$ BEGIN CREATE TABLE made (a int); END $$; DROP TABLE made;"},
    {54, 0,
     "CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS 'DELETE FROM users'; SELECT fill();"},
    {8, 1,
     "CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS 'DELETE FROM users'; SELECT fill();"},
    {8, 0, "CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS 'DELETE FROM users';"},
    {2, 1,
     "CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE users; END $$;"
     " SELECT tidy(), now();"},
    {3, 1,
     "CREATE PROCEDURE p(n int) LANGUAGE sql AS $$ SELECT 1; ALTER TABLE users DROP age $$;"
     " CALL p(1);"},
    {36, 1,
     "CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
     " ALTER TABLE users ADD a int; UPDATE orders SET total = 1; END $$; SELECT tidy();"},
    {54, 1,
     "CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
     " EXECUTE format('DROP TABLE %I', 'users'); END $$; SELECT tidy();"},
    {2, 1,
     "CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE users; END $$;"
     " DO $$ BEGIN perform\n  tidy(); END $$;"},
    {2, 1,
     "CREATE FUNCTION tidy() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DROP TABLE users; END $$;"
     " DO $$ DECLARE n int; BEGIN SELECT tidy() INTO n; END $$;"},
    {2, 1,
     "CREATE PROCEDURE tidy() LANGUAGE sql AS 'DROP TABLE users';"
     " DO $$ BEGIN CALL tidy(); END $$;"},
    {2, 1,
     "CREATE FUNCTION a() RETURNS void LANGUAGE sql AS 'DROP TABLE users';"
     " CREATE FUNCTION b() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM a(); END $$;"
     " CREATE FUNCTION c() RETURNS void LANGUAGE sql AS 'SELECT b()'; SELECT c();"},
    {2, 1,
     "CREATE FUNCTION f(n int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
     " IF n > 0 THEN PERFORM f(n - 1); END IF; DROP TABLE users; END $$;"
     " DO $$ BEGIN PERFORM f(2); END $$;"},
    {2, 0, "DO $$ BEGIN PERFORM tidy(); END $$;"},
    {54, 0,
     "CREATE FUNCTION tidy() RETURNS int LANGUAGE sql AS 'SELECT 1';"
     " DO $$ DECLARE n int; BEGIN SELECT tidy() INTO n; PERFORM tidy(); END $$;"},
    {54, 1,
     "CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
     " EXECUTE format('DROP TABLE %I', 'users'); END $$; DO $$ BEGIN PERFORM tidy(); END $$;"},
    {41, 1,
     "CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS 'UPDATE users SET age = 1';"
     " DO $$ BEGIN PERFORM fill(); END $$;"},
    {54, 1, "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'a', 'b'; SELECT f();"},
    {54, 1, "CALL elsewhere.clean_up(7);"},
    {54, 0, "CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS 'DELETE FROM users';"},
    {54, 0, "SELECT setval('a', 1);"},
    {54, 2, "\\connect shop;\nSELECT 1; DROP TABL x;"},
    {55, 1, "ALTER TABLE users RENAME TO people;"},
    {55, 0, "CREATE TABLE t (a int); ALTER TABLE t RENAME a TO b; ALTER TABLE t RENAME TO u;"},
    {55, 0, "ALTER INDEX users_email RENAME TO users_by_email;"},
    {57, 0, "ALTER TABLE orders ALTER total TYPE numeric(20,2);"},
    {58, 0, "CREATE TABLE t (a int NOT NULL); ALTER TABLE t ALTER a DROP NOT NULL;"},
    {59, 0,
     "ALTER TABLE orders DROP CONSTRAINT orders_total;"
     "ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total > 1);"},
    {59, 1, "ALTER TABLE orders DROP CONSTRAINT orders_total;"},
    {61, 1,
     "ALTER TYPE color ADD VALUE 'blue' BEFORE 'red';"
     "ALTER TABLE users ADD COLUMN c color DEFAULT 'blue';"},
    {61, 0, "CREATE TYPE t AS ENUM ('a'); ALTER TYPE t ADD VALUE 'b';"},
    {62, 1, "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0);"},
    {62, 0, "ALTER DOMAIN d DROP NOT NULL;"},
    {68, 2, "CREATE TABLE t (\"userId\" int); CREATE INDEX \"T_idx\" ON t (\"userId\");"},
    {69, 0, "CREATE TABLE t (a_name_of_sixty_three_bytes_is_not_cut_as_it_has_room_for_this int);"},
    {70, 1, "ALTER TABLE users ADD COLUMN a char(3);"},
    {70, 0, "ALTER TABLE users ADD COLUMN a varchar;"},
    {71, 1, "ALTER TABLE users ADD COLUMN a timestamp(3);"},
    {72, 1, "ALTER TABLE users ADD COLUMN a serial;"},
    {73, 0, "ALTER TABLE public.users ADD COLUMN a int;"},
    {73, 0, "SELECT * FROM users;"},
    {74, 1, "ALTER TABLE users ADD COLUMN age int;"},
    {74, 0, "ALTER TABLE users ADD COLUMN IF NOT EXISTS age int;"},
};

static const lint_case sqlite_cases[] = {
    {2, 1, "DROP TABLE orders;"},
    {2, 0, "CREATE TABLE t (a); DROP TABLE t;"},
    {3, 1, "ALTER TABLE users DROP COLUMN [name];"},
    {3, 1,
     "PRAGMA foreign_keys=OFF; CREATE TABLE n (id INTEGER PRIMARY KEY, email, age);"
     "INSERT INTO n SELECT id, email, age FROM users; DROP TABLE users;"
     "ALTER TABLE n RENAME TO users;"},
    {5, 1, "ALTER TABLE users DROP COLUMN name; ALTER TABLE users ADD COLUMN nick TEXT;"},
    {8, 1, "DELETE FROM \"users\";"},
    {8, 1, "UPDATE users SET age = 1;"},
    {8, 0, "UPDATE users SET age = 1 WHERE id = 1; -- DELETE FROM users"},
    {11, 1,
     "BEGIN; PRAGMA foreign_keys = OFF; CREATE TABLE n (id INTEGER PRIMARY KEY);"
     "DROP TABLE users; ALTER TABLE n RENAME TO users; COMMIT;"},
    {11, 0,
     "PRAGMA foreign_keys=OFF; CREATE TABLE n (id INTEGER PRIMARY KEY);"
     "DROP TABLE users; ALTER TABLE n RENAME TO users;"},
    {12, 2,
     "PRAGMA foreign_keys=OFF; CREATE TABLE n (id INTEGER PRIMARY KEY);"
     "DROP TABLE users; ALTER TABLE n RENAME TO users;"},
    {12, 1,
     "PRAGMA foreign_keys=OFF; CREATE TABLE n (id INTEGER PRIMARY KEY);"
     "DROP TABLE orders; ALTER TABLE n RENAME TO orders; PRAGMA foreign_key_check;"},
    {12, 1,
     "DROP INDEX users_email; PRAGMA foreign_keys=OFF;"
     "CREATE TABLE n (id INTEGER PRIMARY KEY); DROP TABLE users;"
     "ALTER TABLE n RENAME TO users;"},
    {16, 0,
     "PRAGMA foreign_keys=OFF;"
     "CREATE TABLE n (id INTEGER PRIMARY KEY, email, name TEXT NOT NULL, age);"
     "INSERT INTO n (id, name) SELECT id, coalesce(\"name\", '') FROM users;"
     "DROP TABLE users; ALTER TABLE n RENAME TO users;"},
    {14, 1, "CREATE UNIQUE INDEX u ON users (name);"},
    {14, 0, "CREATE INDEX u ON users (name);"},
    {14, 0, "CREATE TABLE t (a); CREATE UNIQUE INDEX u ON t (a);"},
    {15, 1, "ALTER TABLE users ADD COLUMN a TEXT NOT NULL;"},
    {15, 0, "ALTER TABLE users ADD a TEXT NOT NULL DEFAULT '';"},
    {16, 1,
     "PRAGMA foreign_keys=OFF;"
     "CREATE TABLE n (id INTEGER PRIMARY KEY, email, name TEXT NOT NULL, age);"
     "DROP TABLE users; ALTER TABLE n RENAME TO users;"},
    {48, 1, "BEGIN; BEGIN IMMEDIATE; COMMIT;"},
    {49, 1, "BEGIN; DELETE FROM users WHERE id = 1;"},
    {55, 1, "ALTER TABLE users RENAME COLUMN name TO nick;"},
    {55, 1, "ALTER TABLE users RENAME TO people;"},
    {74, 1, "CREATE TABLE t (a, b CHECK (b IN (1, 2)), a);"},
    {74, 1, "ALTER TABLE users ADD age;"},
    {21, 0, "CREATE INDEX u ON users (name);"}, /* nobody waits for more than the file */
};

static void check_case(const lint_case *c, lint *l)
{
    size_t count = linted_count(l, c->number);
    lint_free(l);
    if (count != c->count)
        fail_msg("check %u finds %zu, not %zu, in: %s", c->number, count, c->count, c->text);
}

static void checks_of_postgresql_find_what_they_are_for_and_nothing_like_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < TENON__COUNT(postgresql_cases); i++)
        check_case(&postgresql_cases[i], linted_one(postgresql_cases[i].text));
}

static void checks_of_sqlite_find_what_they_are_for_and_nothing_like_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < TENON__COUNT(sqlite_cases); i++)
        check_case(&sqlite_cases[i], linted_sqlite(sqlite_cases[i].text));
}

static void check_version(unsigned version, unsigned number, const char *text, size_t expected)
{
    lint_options options = {.dialect = TENON_POSTGRESQL, .server_version = version};
    const char *texts[] = {text, NULL};
    lint *l = linted(&options, texts);
    assert_int_equal(linted_count(l, number), expected);
    lint_free(l);
}

static void what_is_safe_depends_on_the_version_of_the_server(void **state)
{
    (void)state;
    check_version(10, 33, "ALTER TABLE users ADD COLUMN a int DEFAULT 1;", 1);
    check_version(11, 33, "ALTER TABLE users ADD COLUMN a int DEFAULT 1;", 0);
    check_version(13, 24, "ALTER TABLE events DETACH PARTITION events_2024;", 0);
    check_version(14, 24, "ALTER TABLE events DETACH PARTITION events_2024;", 1);
    check_version(11, 31, "ALTER TABLE notes ALTER checked SET NOT NULL;", 1);
    check_version(12, 31, "ALTER TABLE notes ALTER checked SET NOT NULL;", 0);
    check_version(11, 61, "ALTER TYPE color ADD VALUE 'x' AFTER 'red'; SELECT 1;", 1);
    check_version(12, 61, "ALTER TYPE color ADD VALUE 'x' AFTER 'red'; SELECT 1;", 0);
    check_version(12, 32, "SET timezone = 'UTC'; ALTER TABLE later ALTER at TYPE timestamptz;", 1);
}

static void a_file_that_is_run_by_statements_has_no_transaction(void **state)
{
    (void)state;
    lint_options options = {.dialect = TENON_POSTGRESQL, .is_autocommit = true};
    const char *texts[] = {"CREATE TABLE t (a int); DROP INDEX CONCURRENTLY users_email;", NULL};
    lint *l = linted(&options, texts);
    assert_int_equal(linted_count(l, 25), 0);
    assert_int_equal(linted_count(l, 50), 2);
    lint_free(l);
}

static void what_one_file_makes_the_next_one_knows(void **state)
{
    (void)state;
    const char *texts[] = {"CREATE TABLE t (a varchar(10)); CREATE INDEX i ON t (a);",
                           "ALTER TABLE t ALTER a TYPE varchar(5); DROP INDEX i;", NULL};
    lint *l = linted(&(lint_options){.dialect = TENON_POSTGRESQL}, texts);
    assert_int_equal(linted_count(l, 21), 0);
    assert_int_equal(linted_count(l, 22), 1);
    assert_string_equal(linted_finding(l, 6)->message,
                        "changes a of t from varchar(10) to varchar(5), which holds less");
    lint_free(l);
}

static void what_programs_know_is_not_dropped_unseen(void **state)
{
    (void)state;
    static const char text[] = "datasource db {\n provider = \"postgresql\"\n url = \"\"\n}\n"
                               "model User {\n id BigInt @id\n nick String? @map(\"name\")\n"
                               " @@map(\"users\")\n}\n";
    tenon_error err = {0};
    schema_source source = {"schema.prisma", text, strlen(text)};
    schema *client = schema_read_texts(&source, 1, &err);
    lint_options options = {.dialect = TENON_POSTGRESQL, .client = client};
    const char *texts[] = {"ALTER TABLE users DROP COLUMN name, DROP COLUMN age;"
                           "DROP TABLE users; DROP TABLE orders;",
                           NULL};
    lint *l = linted(&options, texts);
    assert_int_equal(linted_count(l, 56), 2);
    assert_string_equal(linted_finding(l, 56)->message,
                        "drops name of users, which programs that run know as User.nick");
    lint_free(l);
    schema_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_of_postgresql_find_what_they_are_for_and_nothing_like_it),
        cmocka_unit_test(checks_of_sqlite_find_what_they_are_for_and_nothing_like_it),
        cmocka_unit_test(what_is_safe_depends_on_the_version_of_the_server),
        cmocka_unit_test(a_file_that_is_run_by_statements_has_no_transaction),
        cmocka_unit_test(what_one_file_makes_the_next_one_knows),
        cmocka_unit_test(what_programs_know_is_not_dropped_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
