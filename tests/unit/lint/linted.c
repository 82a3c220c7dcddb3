/* The file before, and shortcuts. */
#include "linted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

const char linted_before[] =
    "CREATE SCHEMA sales;"
    "CREATE TYPE color AS ENUM ('red', 'green');"
    "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name varchar(20), age int);"
    "CREATE UNIQUE INDEX users_email ON users (email);"
    "CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, age int, total numeric(10,2));"
    "ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total > 0);"
    "CREATE TABLE notes (body text, checked text, CONSTRAINT notes_checked CHECK (checked IS NOT "
    "NULL));"
    "ALTER TABLE notes ADD CONSTRAINT notes_body CHECK (body <> '') NOT VALID;"
    "CREATE TABLE viewed (id bigint PRIMARY KEY);"
    "CREATE VIEW viewer AS SELECT id FROM viewed;"
    "CREATE TABLE referring (user_id bigint REFERENCES users (id));"
    "CREATE TABLE events (id bigint, year int) PARTITION BY LIST (year);";

const char linted_before_sqlite[] =
    "CREATE TABLE \"users\" (\"id\" INTEGER PRIMARY KEY, email TEXT, `name` TEXT, [age] INTEGER);"
    "CREATE UNIQUE INDEX users_email ON users (email);"
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id), age "
    "INTEGER);"
    "CREATE TRIGGER told AFTER INSERT ON orders BEGIN SELECT 1; SELECT 2; END;";

lint *linted(const lint_options *options, const char *const *texts)
{
    tenon_error err = {0};
    lint_options all = *options;
    all.has_style = true;
    lint *l = lint_new(&all, &err);
    bool is_sqlite = options->dialect == TENON_SQLITE;
    bool is_done =
        l && lint_add(l, "before.sql", is_sqlite ? linted_before_sqlite : linted_before, &err);
    for (; is_done && *texts; texts++)
        is_done = lint_add(l, "it.sql", *texts, &err);
    if (!is_done || !lint_finish(l, &err))
        fail_msg("%s", err.message);
    return l;
}

lint *linted_one(const char *text)
{
    const char *texts[] = {text, NULL};
    return linted(&(lint_options){.dialect = TENON_POSTGRESQL}, texts);
}

lint *linted_sqlite(const char *text)
{
    const char *texts[] = {text, NULL};
    return linted(&(lint_options){.dialect = TENON_SQLITE}, texts);
}

static bool is_of(const lint_finding *finding, unsigned number)
{
    return strcmp(finding->path, "it.sql") == 0 &&
           (finding->check ? finding->check->number == number : number == 0);
}

size_t linted_count(const lint *l, unsigned number)
{
    size_t count, found = 0;
    const lint_finding *const *findings = lint_findings(l, &count);
    for (size_t i = 0; i < count; i++)
        found += is_of(findings[i], number);
    return found;
}

const lint_finding *linted_finding(const lint *l, unsigned number)
{
    size_t count;
    const lint_finding *const *findings = lint_findings(l, &count);
    for (size_t i = 0; i < count; i++)
        if (is_of(findings[i], number))
            return findings[i];
    fail_msg("check %u found nothing", number);
    return NULL;
}
