/* Reading databases that SQL has made, on both. What is expected is the printed catalogue. */
#include "catalogued.h"

#include <stdlib.h>

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

static void assert_has(const catalogue *c, const char *kind, const char *name, const char *part)
{
    for (size_t i = 0; i < c->other_count; i++) {
        const catalogue_object *o = &c->others[i];
        if (!strcmp(o->kind, kind) && !strcmp(o->name, name)) {
            assert_true(part ? strstr(o->definition, part) != NULL : !o->definition);
            return;
        }
    }
    fail_msg("no %s %s", kind, name);
}

static const char beyond_sql[] =
    "CREATE DOMAIN percent AS int DEFAULT 0 NOT NULL CONSTRAINT sane CHECK (VALUE BETWEEN 0 AND "
    "100);"
    "CREATE TYPE pair AS (a int, \"B\" text);"
    "CREATE TYPE span AS RANGE (SUBTYPE = float8);"
    "CREATE TABLE t (id int PRIMARY KEY, name text, n percent) WITH (fillfactor = 70);"
    "CREATE TABLE child () INHERITS (t);"
    "CREATE SEQUENCE free START 7 INCREMENT 3;"
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE PROCEDURE work(n int) LANGUAGE sql AS 'SELECT 1';"
    "CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');"
    "CREATE TRIGGER on_t BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();"
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY mine ON t FOR SELECT TO PUBLIC USING (id > 0);"
    "CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING;"
    "CREATE STATISTICS linked ON id, name FROM t;"
    "ALTER TABLE t REPLICA IDENTITY FULL;"
    "CREATE COLLATION mine (PROVIDER = icu, LOCALE = 'und', DETERMINISTIC = false);"
    "CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);"
    "CREATE PUBLICATION news FOR TABLE t;"
    "GRANT SELECT, INSERT ON t TO PUBLIC;";

static void what_the_language_cannot_say_is_listed_with_its_sql(void **state)
{
    (void)state;
    catalogue *c = catalogue_after(TENON_POSTGRESQL, beyond_sql);
    assert_has(c, "domain", "percent",
               "AS integer DEFAULT 0 NOT NULL CONSTRAINT sane CHECK (((VALUE >= 0)");
    assert_has(c, "composite type", "pair", "CREATE TYPE public.pair AS (a integer, \"B\" text)");
    assert_has(c, "range type", "span", "SUBTYPE = double precision");
    assert_has(c, "storage parameters", "t", "ALTER TABLE public.t SET (fillfactor = '70')");
    assert_has(c, "inheritance", "t", "ALTER TABLE public.child INHERIT t");
    assert_has(c, "sequence", "free", "INCREMENT BY 3 MINVALUE 1");
    assert_has(c, "function", "touch()", "CREATE OR REPLACE FUNCTION public.touch()");
    assert_has(c, "procedure", "work(IN n integer)", "CREATE OR REPLACE PROCEDURE");
    assert_has(c, "aggregate", "total(integer)", "SFUNC = int4pl, STYPE = integer");
    assert_has(c, "trigger", "on_t", "CREATE TRIGGER on_t BEFORE UPDATE ON public.t");
    assert_has(c, "row security", "t", "ALTER TABLE public.t ENABLE ROW LEVEL SECURITY");
    assert_has(c, "policy", "mine", "FOR SELECT TO PUBLIC USING ((id > 0))");
    assert_has(c, "rule", "quiet", "DO INSTEAD NOTHING");
    assert_has(c, "statistics", "linked", "CREATE STATISTICS public.linked");
    assert_has(c, "replica identity", "t", "REPLICA IDENTITY FULL");
    assert_has(c, "collation", "mine", "PROVIDER = icu, LOCALE = 'und', DETERMINISTIC = false");
    assert_has(c, "text search configuration", "plain", NULL);
    assert_has(c, "publication", "news", "FOR TABLE t");
    assert_has(c, "grant", "PUBLIC", "GRANT INSERT, SELECT ON TABLE public.t TO PUBLIC");
    catalogue_free(c);
}

/* The statements that were listed, run in an empty database. */
static void what_is_listed_can_be_made_again(void **state)
{
    (void)state;
    static const char *const first[] = {"domain",    "composite type", "range type", "sequence",
                                        "collation", "aggregate",      "function",   "procedure"};
    catalogue *c = catalogue_after(TENON_POSTGRESQL, beyond_sql);
    const char *url = testdb_create("again");
    tenon__buf sql = {0};
    for (size_t k = 0; k < TENON__COUNT(first); k++)
        for (size_t i = 0; i < c->other_count; i++)
            if (!strcmp(c->others[i].kind, first[k]))
                tenon__buf_format(&sql, "%s;", c->others[i].definition);
    tenon__buf_text(&sql, "CREATE TABLE t (id int PRIMARY KEY, name text, n percent);"
                          "CREATE TABLE child (id int NOT NULL, name text, n percent);");
    for (size_t i = 0; i < c->other_count; i++) {
        bool is_made = !c->others[i].definition;
        for (size_t k = 0; k < TENON__COUNT(first); k++)
            is_made |= !strcmp(c->others[i].kind, first[k]);
        if (!is_made)
            tenon__buf_format(&sql, "%s;", c->others[i].definition);
    }
    testdb_run(url, tenon__buf_string(&sql));
    catalogue *again = read_catalogue(url, NULL);
    assert_int_equal(again->other_count + 1, c->other_count); /* but for the text search */
    tenon__buf_release(&sql);
    catalogue_free(again);
    catalogue_free(c);
}

static void views_partitions_and_their_kind_are_told(void **state)
{
    (void)state;
    check_prints(TENON_POSTGRESQL,
                 "CREATE TABLE event (at date NOT NULL, kind int) PARTITION BY RANGE (at);"
                 "CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO"
                 " ('2025-01-01'); CREATE INDEX by_kind ON event (kind);"
                 "CREATE VIEW seen AS SELECT count(*) AS n FROM event;"
                 "CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one;",
                 "partitioned table event by RANGE (at)\n"
                 "    column at date not null\n"
                 "    column kind integer\n"
                 "    index by_kind (kind)\n"
                 "partition event_2024 of event by FOR VALUES FROM ('2024-01-01') TO"
                 " ('2025-01-01')\n"
                 "    column at date not null\n"
                 "    column kind integer\n"
                 "materialized view kept as  SELECT 1 AS one;\n"
                 "    column one integer\n"
                 "view seen as  SELECT count(*) AS n\n   FROM event;\n"
                 "    column n bigint\n");
}

static void views_triggers_and_virtual_tables_are_told_on_sqlite(void **state)
{
    (void)state;
    check_prints(
        TENON_SQLITE,
        "CREATE TABLE t (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;"
        "CREATE VIEW v AS SELECT a FROM t;"
        "CREATE VIRTUAL TABLE words USING fts5(body);"
        "CREATE TRIGGER gone AFTER DELETE ON t BEGIN SELECT 1; END;",
        "table t without rowid\n"
        "    column a TEXT not null\n"
        "    column b TEXT not null\n"
        "    primary key sqlite_autoindex_t_1 (a, b)\n"
        "view v as CREATE VIEW v AS SELECT a FROM t\n"
        "    column a TEXT\n"
        "virtual table words as CREATE VIRTUAL TABLE words USING fts5(body)\n"
        "    column body \n"
        "trigger gone on t as CREATE TRIGGER gone AFTER DELETE ON t BEGIN SELECT 1; END\n");
}

static void names_may_be_hostile(void **state)
{
    (void)state;
    static const char *const dialects[] = {
        [TENON_POSTGRESQL] = "CREATE TABLE \"it's \"\"so\"\"\" (\"a,b\" int PRIMARY KEY,"
                             " \"été\" text CHECK (\"été\" <> 'it''s'));",
        [TENON_SQLITE] = "CREATE TABLE \"it's \"\"so\"\"\" ([a,b] int PRIMARY KEY /* (, */,"
                         " `été` text -- a ), comment\n CHECK (\"été\" <> 'it''s'));",
    };
    for (tenon_dialect d = TENON_POSTGRESQL; d <= TENON_SQLITE; d++) {
        catalogue *c = catalogue_after(d, dialects[d]);
        const catalogue_table *t = catalogue_find_table(c, NULL, "it's \"so\"");
        assert_non_null(t);
        assert_string_equal(t->columns[0].name, "a,b");
        assert_string_equal(t->columns[1].name, "été");
        assert_string_equal(catalogue_primary_key(t)->keys[0].column, "a,b");
        assert_int_equal(t->check_count, 1);
        assert_true(
            catalogue_same_expression(d, t->checks[0].expression, "\"été\" <> 'it''s'", NULL));
        catalogue_free(c);
    }
}

static void other_namespaces_are_read_when_named(void **state)
{
    (void)state;
    static const char *const namespaces[] = {"sa\"les", "missing", NULL};
    const char *url = testdb_create("namespaces");
    testdb_run(url, "CREATE SCHEMA \"sa\"\"les\"; CREATE TABLE \"sa\"\"les\".t (id int);"
                    "CREATE SCHEMA hidden; CREATE TABLE hidden.u (id int); CREATE TABLE t (n int)");
    catalogue *c = read_catalogue(url, namespaces);
    assert_int_equal(c->namespace_count, 2);
    assert_string_equal(c->default_namespace, "public");
    assert_int_equal(c->table_count, 2);
    assert_string_equal(catalogue_find_table(c, "sa\"les", "t")->columns[0].name, "id");
    assert_string_equal(catalogue_find_table(c, NULL, "t")->columns[0].name, "n");
    assert_ptr_equal(catalogue_find_table(c, NULL, "t"), catalogue_find_table(c, "public", "t"));
    assert_null(catalogue_find_table(c, "hidden", "u"));
    catalogue_free(c);
}

static void histories_are_left_out(void **state)
{
    (void)state;
    static const char sql[] = "CREATE TABLE _prisma_migrations (id int PRIMARY KEY);"
                              "CREATE TABLE _tenon_steps (id int); CREATE TABLE _other (id int)";
    for (tenon_dialect d = TENON_POSTGRESQL; d <= TENON_SQLITE; d++) {
        catalogue *c = catalogue_after(d, sql);
        assert_int_equal(c->table_count, 1);
        assert_string_equal(c->tables[0].name, "_other");
        catalogue_free(c);
    }
}

/* How long that takes is printed, not tested: a machine that has other work would decide. */
static void three_hundred_tables_are_read_in_a_moment(void **state)
{
    (void)state;
    const char *url = testdb_create("many");
    testdb_run(url, "DO $$ BEGIN FOR i IN 1..300 LOOP EXECUTE format('CREATE TABLE t%s (id serial"
                    " PRIMARY KEY, a text NOT NULL DEFAULT ''x'', b varchar(20), c numeric(10,2),"
                    " d timestamptz DEFAULT now(), e jsonb, f text[], g int REFERENCES t%s,"
                    " h boolean CHECK (h), j int); CREATE INDEX ON t%s (a, b);"
                    " CREATE UNIQUE INDEX ON t%s (c) WHERE c > 0', i, greatest(i - 1, 1), i, i);"
                    " END LOOP; END $$");
    int64_t best = INT64_MAX;
    for (int i = 0; i < 10; i++) {
        int64_t start = tenon__monotonic_us();
        catalogue *c = read_catalogue(url, NULL);
        int64_t took = tenon__monotonic_us() - start;
        best = took < best ? took : best;
        assert_int_equal(c->table_count, 300);
        catalogue_free(c);
    }
    print_message("300 tables in %lld us\n", (long long)best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_database_has_nothing),
        cmocka_unit_test(columns_have_types_defaults_and_keys_on_sqlite),
        cmocka_unit_test(columns_have_types_defaults_and_keys_on_postgresql),
        cmocka_unit_test(what_the_language_cannot_say_is_listed_with_its_sql),
        cmocka_unit_test(what_is_listed_can_be_made_again),
        cmocka_unit_test(views_partitions_and_their_kind_are_told),
        cmocka_unit_test(views_triggers_and_virtual_tables_are_told_on_sqlite),
        cmocka_unit_test(names_may_be_hostile),
        cmocka_unit_test(other_namespaces_are_read_when_named),
        cmocka_unit_test(histories_are_left_out),
        cmocka_unit_test(three_hundred_tables_are_read_in_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
