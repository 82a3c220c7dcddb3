/* Reading databases that SQL has made, on both. What is expected is the printed catalogue. */
#include "catalogued.h"

static void an_empty_database_has_nothing(void **state)
{
    (void)state;
    check_prints(TENON_POSTGRESQL, "SELECT 1", "");
    check_prints(TENON_SQLITE, "SELECT 1", "");
}

static void columns_have_types_defaults_and_keys_on_sqlite(void **state)
{
    (void)state;
    check_prints(TENON_SQLITE,
                 "CREATE TABLE author (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(20)"
                 " COLLATE NOCASE NOT NULL DEFAULT 'x', price DECIMAL(10, 2),"
                 " twice INT GENERATED ALWAYS AS (id * 2) STORED,"
                 " CONSTRAINT \"named so\" UNIQUE (name), CHECK (length(name) > (1 + 1)));"
                 "CREATE TABLE book (id INTEGER PRIMARY KEY, author INT CONSTRAINT writer"
                 " REFERENCES author ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,"
                 " \"other author\" INT REFERENCES Author(ID) ON UPDATE SET NULL) STRICT;"
                 "CREATE INDEX by_name ON author (lower(name) DESC, price) WHERE price > 0;",
                 "table author\n"
                 "    column id INTEGER not null autoincrement\n"
                 "    column name VARCHAR(20) not null default 'x' collate NOCASE\n"
                 "    column price DECIMAL(10, 2)\n"
                 "    column twice INT stored id * 2\n"
                 "    primary key  (id)\n"
                 "    index by_name (lower(name) desc, price) where price > 0\n"
                 "    unique constraint sqlite_autoindex_author_1 (name)\n"
                 "    check (without a name) length(name) > (1 + 1)\n"
                 "table book strict\n"
                 "    column id INTEGER not null rowid\n"
                 "    column author INT\n"
                 "    column other author INT\n"
                 "    primary key  (id)\n"
                 "    foreign key (without a name) (other author) to author (id) on delete nothing"
                 " on update set null\n"
                 "    foreign key writer (author) to author (id) on delete cascade on update"
                 " nothing deferred\n");
}

static void columns_have_types_defaults_and_keys_on_postgresql(void **state)
{
    (void)state;
    check_prints(TENON_POSTGRESQL,
                 "CREATE TYPE mood AS ENUM ('so', 'so so', 'o''k');"
                 "CREATE TABLE author (id serial PRIMARY KEY, big bigint GENERATED ALWAYS AS"
                 " IDENTITY, name varchar(20) COLLATE \"C\" NOT NULL DEFAULT 'x',"
                 " price numeric(10, 2), tags text[] DEFAULT '{}', feeling mood DEFAULT 'so',"
                 " twice int GENERATED ALWAYS AS (id * 2) STORED,"
                 " CONSTRAINT \"named so\" UNIQUE (name) INCLUDE (price) DEFERRABLE,"
                 " CONSTRAINT long CHECK (length(name) > 2) NO INHERIT);"
                 "CREATE TABLE book (id int PRIMARY KEY, author int CONSTRAINT writer REFERENCES"
                 " author ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);"
                 "CREATE INDEX by_name ON author (lower(name) DESC, price NULLS FIRST,"
                 " name text_pattern_ops) WHERE price > 0;"
                 "COMMENT ON TABLE author IS 'writes'; COMMENT ON COLUMN author.name IS 'in full';",
                 "enum mood (so, so so, o'k)\n"
                 "table author -- writes\n"
                 "    column id integer not null serial\n"
                 "    column big bigint not null always\n"
                 "    column name character varying(20) not null default 'x'::character varying"
                 " collate C -- in full\n"
                 "    column price numeric(10,2)\n"
                 "    column tags text[] default '{}'::text[]\n"
                 "    column feeling mood default 'so'::mood\n"
                 "    column twice integer stored (id * 2)\n"
                 "    primary key author_pkey (id)\n"
                 "    index by_name (lower((name)::text) desc, price nulls first,"
                 " name class text_pattern_ops) where (price > (0)::numeric)\n"
                 "    unique constraint named so (name) include (price) deferrable\n"
                 "    check long (length((name)::text) > 2) no inherit\n"
                 "table book\n"
                 "    column id integer not null\n"
                 "    column author integer\n"
                 "    primary key book_pkey (id)\n"
                 "    foreign key writer (author) to author (id) on delete cascade on update"
                 " nothing deferred\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_database_has_nothing),
        cmocka_unit_test(columns_have_types_defaults_and_keys_on_sqlite),
        cmocka_unit_test(columns_have_types_defaults_and_keys_on_postgresql),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
