/* What a schema has no word for goes through every change unharmed. */
#include "changed.h"

#define ID "  id Int @id @default(autoincrement())\n"

static void a_rebuilt_table_of_sqlite_keeps_all_that_hangs_on_it(void **state)
{
    changed c;
    change_begin(&c, TENON_SQLITE,
                 "model P {\n" ID "  a String\n  c C[]\n}\n"
                 "model C {\n" ID "  pId Int\n"
                 "  p P @relation(fields: [pId], references: [id], onDelete: Cascade)\n}\n");
    testdb_run(c.url,
               "INSERT INTO \"P\" (a) VALUES ('x'), ('y'), ('z'); DELETE FROM \"P\" WHERE id = 3;"
               "INSERT INTO \"C\" (\"pId\") VALUES (1), (2), (2);"
               "CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);"
               "CREATE INDEX by_upper ON \"P\" (upper(a));"
               "CREATE TRIGGER told AFTER INSERT ON \"P\" BEGIN INSERT INTO log (what) VALUES "
               "(new.a); END;"
               "CREATE VIEW names AS SELECT a FROM \"P\"");
    assert_true(change_to(&c,
                          "model P {\n" ID
                          "  a String @default(\"n\")\n  b DateTime @default(now())\n  c C[]\n}\n"
                          "model C {\n" ID "  pId Int\n"
                          "  p P @relation(fields: [pId], references: [id], onDelete: Cascade)\n}\n"
                          "model log {\n" ID "  what String?\n}\n"));
    assert_value(&c, "SELECT count(*) FROM \"C\"", "3");
    assert_value(&c, "SELECT group_concat(a) FROM names", "x,y");
    assert_value(&c, "SELECT count(*) FROM sqlite_schema WHERE name IN ('by_upper', 'told')", "2");
    testdb_run(c.url, "INSERT INTO \"P\" (a) VALUES ('w')");
    assert_value(&c, "SELECT max(id) FROM \"P\"", "4"); /* 3 was given once */
    assert_value(&c, "SELECT what FROM log", "w");
    change_end(&c);
}

static void what_stands_in_postgresql_beside_the_schema_stays(void **state)
{
    changed c;
    change_begin(&c, TENON_POSTGRESQL, "model A {\n" ID "  a String\n}\n");
    testdb_run(c.url,
               "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';"
               "CREATE TRIGGER told BEFORE INSERT ON \"A\" FOR EACH ROW EXECUTE FUNCTION f();"
               "CREATE POLICY mine ON \"A\" USING (id > 0);"
               "CREATE INDEX by_upper ON \"A\" (upper(a));"
               "CREATE INDEX partial ON \"A\" (a) WHERE a <> '';"
               "ALTER TABLE \"A\" ADD CONSTRAINT ruled CHECK (length(a) < 9);"
               "CREATE VIEW names AS SELECT id FROM \"A\"");
    assert_true(change_to(&c, "model A {\n" ID "  a String?\n  b BigInt @default(0)\n"
                              "  @@index([b])\n}\n"));
    assert_value(&c, "SELECT count(*) FROM pg_trigger WHERE tgname = 'told'", "1");
    assert_value(&c, "SELECT count(*) FROM pg_policy WHERE polname = 'mine'", "1");
    assert_value(
        &c, "SELECT count(*) FROM pg_class WHERE relname IN ('by_upper', 'partial', 'names')", "3");
    assert_value(&c, "SELECT count(*) FROM pg_constraint WHERE conname = 'ruled'", "1");
    change_end(&c);
}

static void constraints_that_go_with_a_column_are_told_and_come_back(void **state)
{
    static const char before[] = "model A {\n" ID "  a Int\n  b Int\n}\n";
    changed c;
    change_begin(&c, TENON_POSTGRESQL, before);
    testdb_run(c.url, "ALTER TABLE \"A\" ADD CONSTRAINT alone EXCLUDE USING btree (a WITH =),"
                      " ADD CONSTRAINT later UNIQUE (a, b) DEFERRABLE,"
                      " ADD CONSTRAINT ruled CHECK (a < b);"
                      "CREATE INDEX partial ON \"A\" (b) WHERE a > 0");
    assert_true(change_to(&c, "model A {\n" ID "  b Int\n}\n"));
    assert_holds(tenon__buf_string(&c.words), "- unique index \"later\" on \"A\"");
    assert_holds(tenon__buf_string(&c.words), "- check \"ruled\" of \"A\"");
    change_back(&c);
    assert_value(&c,
                 "SELECT string_agg(pg_get_constraintdef(oid), '; ' ORDER BY conname) FROM"
                 " pg_constraint WHERE conname IN ('alone', 'later', 'ruled')",
                 "EXCLUDE USING btree (a WITH =); UNIQUE (a, b) DEFERRABLE; CHECK ((a < b))");
    assert_value(&c, "SELECT count(*) FROM pg_class WHERE relname = 'partial'", "1");
    change_end(&c);
}

/* An index of a class that the language takes for granted on other types only, and keys between an
 * Int and a BigInt or out of the schema. */
static void keys_and_indexes_that_no_schema_can_say_stay(void **state)
{
    (void)state;
    changed c;
    change_begin(&c, TENON_POSTGRESQL,
                 "model A {\n" ID "  bs B[]\n}\nmodel B {\n" ID "  a BigInt\n  other Int\n"
                 "  aId Int\n  of A @relation(fields: [aId], references: [id])\n}\n");
    testdb_run(c.url, "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.o (id int PRIMARY KEY);"
                      "CREATE INDEX ranges ON \"B\" USING spgist (int8range(a, a + 1));"
                      "ALTER TABLE \"B\" ADD p point, ADD CONSTRAINT wide FOREIGN KEY (a)"
                      " REFERENCES \"A\" (id), ADD CONSTRAINT far FOREIGN KEY (other)"
                      " REFERENCES elsewhere.o (id); CREATE INDEX near ON \"B\" USING gist (p)");
    assert_true(change_to(&c, "model A {\n" ID "  bs B[]\n}\nmodel B {\n" ID
                              "  a BigInt\n  other Int\n  more Int?\n  p Unsupported(\"point\")?\n"
                              "  aId Int\n  of A @relation(fields: [aId], references: [id])\n"
                              "  @@index([p], map: \"near\", type: Gist)\n}\n"));
    assert_holds(tenon__buf_string(&c.words), "foreign key of \"B\" (\"a\") to \"A\" (\"id\")");
    assert_value(&c,
                 "SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint"
                 " WHERE contype = 'f'",
                 "B_aId_fkey,far,wide");
    c.accepts_loss = true;
    assert_true(change_to(&c, "model A {\n" ID "}\nmodel B {\n" ID "  other Int\n}\n"));
    assert_value(&c, "SELECT string_agg(conname, ',') FROM pg_constraint WHERE contype = 'f'",
                 "far");
    change_end(&c);
}

static void a_rebuilt_table_keeps_the_foreign_keys_that_no_schema_can_say(void **state)
{
    (void)state;
    changed c;
    change_begin(&c, TENON_SQLITE, "model A {\n" ID "}\n");
    testdb_run(c.url, "CREATE TABLE B (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, a BIGINT"
                      " NOT NULL REFERENCES A (id), n INTEGER); INSERT INTO A VALUES (1);"
                      "INSERT INTO B VALUES (7, 1, 2)");
    assert_true(change_to(&c, "model A {\n" ID "}\nmodel B {\n" ID "  a BigInt\n  n Int?\n}\n"));
    assert_true(change_to(&c, "model A {\n" ID "}\nmodel B {\n" ID "  a BigInt\n  n Int\n}\n"));
    assert_value(&c, "SELECT \"from\" || \"table\" || \"to\" FROM pragma_foreign_key_list('B')",
                 "aAid");
    assert_value(&c, "SELECT id || a || n FROM B", "712");
    change_end(&c);
}

static const char keys_sql[] =
    "SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid) || ' '"
    " || coalesce(obj_description(oid), ''), '; ' ORDER BY conname)"
    " FROM pg_constraint WHERE contype = 'f'";

/* From a unique to a primary key, which takes over its columns, and back. */
static void check_moved_keys(bool has_safe_forms)
{
    static const char keys[] =
        "far FOREIGN KEY (b, a) REFERENCES \"A\"(v, u) MATCH FULL ON DELETE CASCADE"
        " DEFERRABLE INITIALLY DEFERRED far; near FOREIGN KEY (a) REFERENCES \"A\"(u) NOT VALID ";
    changed c;
    change_begin(&c, TENON_POSTGRESQL,
                 "model A {\n  id Int @id\n  u BigInt @unique\n  v Int\n  @@unique([u, v])\n}\n"
                 "model B {\n  id Int @id\n  a Int\n  b Int\n}\n");
    testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, 2, 3); INSERT INTO \"B\" VALUES (1, 2, 3);"
                      "ALTER TABLE \"B\" ADD CONSTRAINT near FOREIGN KEY (a) REFERENCES \"A\" (u)"
                      " NOT VALID, ADD CONSTRAINT far FOREIGN KEY (b, a) REFERENCES \"A\" (v, u)"
                      " MATCH FULL ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;"
                      "COMMENT ON CONSTRAINT far ON \"B\" IS 'far'");
    c.has_safe_forms = has_safe_forms;
    assert_true(change_to(&c, "model A {\n  id Int\n  u BigInt @id\n  v Int\n  @@unique([v, u])\n"
                              "}\nmodel B {\n  id Int @id\n  a Int\n  b Int\n}\n"));
    assert_holds(tenon__buf_string(&c.words), "stays: foreign key of \"B\" (\"a\")");
    assert_holds(tenon__buf_string(&c.script), "DROP CONSTRAINT \"near\"");
    assert_value(&c, keys_sql, keys);
    change_back(&c);
    testdb_run(c.url, "ALTER TABLE \"B\" VALIDATE CONSTRAINT far");
    assert_value(&c, keys_sql, keys);
    change_end(&c);
}

static void a_key_that_no_schema_can_say_goes_from_a_unique_to_another(void **state)
{
    (void)state;
    check_moved_keys(false);
    check_moved_keys(true);
}

/* Another unique of its target is none of its business. */
static void a_key_that_no_schema_can_say_is_left_alone_by_other_uniques(void **state)
{
    (void)state;
    changed c;
    change_begin(&c, TENON_POSTGRESQL,
                 "model A {\n" ID "  u Int @unique\n}\n"
                 "model B {\n" ID "  a BigInt\n}\n");
    testdb_run(c.url, "ALTER TABLE \"B\" ADD CONSTRAINT wide FOREIGN KEY (a)"
                      " REFERENCES \"A\" (id)");
    assert_true(change_to(&c, "model A {\n" ID "  u Int\n}\nmodel B {\n" ID "  a BigInt\n}\n"));
    assert_null(strstr(tenon__buf_string(&c.script), "wide"));
    assert_value(&c, "SELECT count(*) FROM pg_constraint WHERE conname = 'wide'", "1");
    change_end(&c);
}

/* Nor is one that no schema can say a reason to make keys anew that it does say. */
static void a_partial_unique_of_its_target_leaves_a_key_alone(void **state)
{
    (void)state;
    static const char models[] = "model A {\n" ID "  u Int\n  v Int @unique\n  bs B[]\n}\n"
                                 "model B {\n" ID "  aId Int\n"
                                 "  a A @relation(fields: [aId], references: [id])\n}\n";
    changed c;
    change_begin(&c, TENON_POSTGRESQL, models);
    testdb_run(c.url, "CREATE UNIQUE INDEX partial ON \"A\" (u) WHERE u > 0");
    assert_true(change_to(&c, models));
    assert_string_equal(tenon__buf_string(&c.script), "");
    assert_true(change_to(&c, "model A {\n" ID "  u Int\n  v Int\n  bs B[]\n}\n"
                              "model B {\n" ID "  aId Int\n"
                              "  a A @relation(fields: [aId], references: [id])\n}\n"));
    assert_null(strstr(tenon__buf_string(&c.script), "B_aId_fkey"));
    assert_value(&c, "SELECT count(*) FROM pg_class WHERE relname = 'partial'", "1");
    change_end(&c);
}

static void assert_key_count(changed *c, const char *count)
{
    assert_value(c,
                 c->dialect == TENON_SQLITE
                     ? "SELECT count(*) FROM pragma_foreign_key_list('B')"
                     : "SELECT count(*) FROM pg_constraint WHERE contype = 'f'",
                 count);
}

static void a_key_that_no_schema_can_say_goes_with_the_last_unique_and_is_told(void **state)
{
    ON_EACH(c, "model A {\n" ID "  u BigInt @unique\n}\n")
    {
        testdb_run(c.url, "CREATE TABLE \"B\" (id INTEGER NOT NULL PRIMARY KEY, a INTEGER NOT NULL,"
                          " CONSTRAINT wide FOREIGN KEY (a) REFERENCES \"A\" (u));"
                          "INSERT INTO \"A\" (u) VALUES (5); INSERT INTO \"B\" VALUES (7, 5)");
        assert_true(change_to(&c, "model A {\n" ID "  u BigInt\n}\n"
                                  "model B {\n  id Int @id\n  a Int\n}\n"));
        assert_holds(tenon__buf_string(&c.words), "- foreign key of \"B\" (\"a\")");
        assert_null(strstr(tenon__buf_string(&c.words), "stays: foreign key"));
        assert_key_count(&c, "0");
        testdb_run(c.url, "INSERT INTO \"B\" VALUES (8, 5)");
        change_back(&c);
        assert_key_count(&c, "1");
        assert_value(&c, "SELECT count(*) FROM \"B\" WHERE a = 5", "2");
    }
}

static void a_rebuilt_table_keeps_what_can_be_deferred(void **state)
{
    (void)state;
    static const char table[] = "SELECT sql LIKE '%DEFERRABLE INITIALLY DEFERRED%'"
                                " FROM sqlite_schema WHERE name = 'B'";
    changed c;
    change_begin(&c, TENON_SQLITE,
                 "model A {\n" ID "  bs B[]\n}\nmodel B {\n" ID "  aId Int\n"
                 "  a A @relation(fields: [aId], references: [id])\n}\n");
    testdb_run(c.url,
               "DROP TABLE B; CREATE TABLE B (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
               " aId INTEGER NOT NULL, CONSTRAINT B_aId_fkey FOREIGN KEY (aId) REFERENCES"
               " A (id) ON DELETE RESTRICT ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED)");
    assert_true(change_to(&c, "model A {\n" ID "  bs B[]\n}\nmodel B {\n" ID "  aId Int\n"
                              "  more Int @default(dbgenerated(\"(1 + 1)\"))\n"
                              "  a A @relation(fields: [aId], references: [id])\n}\n"));
    assert_value(&c, table, "1");
    change_back(&c);
    assert_value(&c, table, "1");
    change_end(&c);
}

/* Nothing of it is a difference: no default, a key that may be NULL, a key without numbers. */
static void what_sqlite_allows_beyond_the_schema_is_no_difference(void **state)
{
    (void)state;
    changed c;
    change_begin(&c, TENON_SQLITE, "model Z {\n" ID "}\n");
    testdb_run(c.url, "CREATE TABLE A (k TEXT PRIMARY KEY, t TEXT DEFAULT NULL);"
                      "CREATE TABLE B (id INT NOT NULL PRIMARY KEY)");
    check_is_as(&c, "model Z {\n" ID "}\nmodel A {\n  k String @id\n  t String?\n}\n"
                    "model B {\n  id Int @id\n}\n");
    change_end(&c);
}

static const char comments[] =
    "SELECT concat_ws(',', obj_description('\"A\"'::regclass),"
    " col_description('\"A\"'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid ="
    " '\"A\"'::regclass AND attname = 'a')), obj_description('\"E\"'::regtype),"
    " (SELECT obj_description(oid) FROM pg_constraint WHERE conname = 'ruled'),"
    " (SELECT obj_description(oid) FROM pg_constraint WHERE conname = 'B_aId_fkey'),"
    " obj_description('partial'::regclass))";

static void comments_stay_where_they_are_and_on_what_is_made_anew(void **state)
{
    static const char before[] =
        "enum E {\n  X\n  Y\n}\nmodel A {\n" ID "  a Json\n  e E\n  bs B[]\n}\n"
        "model B {\n" ID "  aId Int\n  a A @relation(fields: [aId], references: [id])\n}\n";
    changed c;
    change_begin(&c, TENON_POSTGRESQL, before);
    testdb_run(c.url, "COMMENT ON TABLE \"A\" IS 'table'; COMMENT ON COLUMN \"A\".a IS 'column';"
                      "COMMENT ON TYPE \"E\" IS 'it''s a type';"
                      "ALTER TABLE \"A\" ADD CONSTRAINT ruled CHECK (e <> 'Y' OR id > 0);"
                      "COMMENT ON CONSTRAINT ruled ON \"A\" IS 'check';"
                      "COMMENT ON CONSTRAINT \"B_aId_fkey\" ON \"B\" IS 'key';"
                      "CREATE INDEX partial ON \"A\" (id) WHERE e = 'Y';"
                      "COMMENT ON INDEX partial IS 'index'");
    c.accepts_loss = true;
    assert_true(change_to(&c,
                          "enum E {\n  Y\n}\nmodel A {\n  id BigInt @id @default(autoincrement())\n"
                          "  a Bytes\n  e E\n  bs B[]\n}\nmodel B {\n" ID
                          "  aId BigInt\n  a A @relation(fields: [aId], references: [id])\n}\n"));
    assert_value(&c, comments, "table,column,it's a type,check,key,index");
    change_back(&c);
    assert_value(&c, comments, "table,column,it's a type,check,key,index");
    assert_true(change_to(&c, "model Other {\n" ID "}\n"));
    change_back(&c);
    assert_value(&c,
                 "SELECT concat_ws(',', obj_description('\"A\"'::regclass),"
                 " obj_description('\"E\"'::regtype))",
                 "table,it's a type");
    change_end(&c);
}

static void checks_and_partial_indexes_go_where_the_schema_says_some(void **state)
{
    ON_EACH(c, "model A {\n" ID "  /// @tenon.check(\"a > 0\")\n  a Int\n"
               "  /// @tenon.check(\"b > 0\")\n  b Int\n}\n")
    {
        assert_true(
            change_to(&c, "model A {\n" ID "  /// @tenon.check(\"a > 0\")\n  a Int\n  b Int\n}\n"));
    }
}

static void safe_forms_stand_in_parts_of_their_own(void **state)
{
    changed c = {.dialect = TENON_POSTGRESQL, .has_safe_forms = true};
    change_plan(&c, "model A {\n" ID "  a Int?\n}\n",
                "model A {\n" ID "  a Int @unique\n  as B[]\n}\n"
                "model B {\n" ID
                "  aId Int\n  a A @relation(fields: [aId], references: [id])\n}\n");
    assert_holds(tenon__buf_string(&c.script), "CREATE UNIQUE INDEX CONCURRENTLY \"A_a_key\"");
    assert_holds(tenon__buf_string(&c.script), "CHECK (\"a\" IS NOT NULL) NOT VALID");
    assert_holds(tenon__buf_string(&c.script), "VALIDATE CONSTRAINT \"A_a_not_null\"");
    assert_holds(
        tenon__buf_string(&c.script),
        "SET NOT NULL;\n\n-- AlterTable\nALTER TABLE \"A\" DROP CONSTRAINT \"A_a_not_null\";");
    assert_holds(tenon__buf_string(&c.back), "DROP INDEX CONCURRENTLY \"A_a_key\"");
    assert_holds(tenon__buf_string(&c.back), "DROP NOT NULL");
    change_release_texts(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rebuilt_table_of_sqlite_keeps_all_that_hangs_on_it),
        cmocka_unit_test(what_stands_in_postgresql_beside_the_schema_stays),
        cmocka_unit_test(constraints_that_go_with_a_column_are_told_and_come_back),
        cmocka_unit_test(keys_and_indexes_that_no_schema_can_say_stay),
        cmocka_unit_test(a_rebuilt_table_keeps_the_foreign_keys_that_no_schema_can_say),
        cmocka_unit_test(a_key_that_no_schema_can_say_goes_from_a_unique_to_another),
        cmocka_unit_test(a_key_that_no_schema_can_say_is_left_alone_by_other_uniques),
        cmocka_unit_test(a_partial_unique_of_its_target_leaves_a_key_alone),
        cmocka_unit_test(a_key_that_no_schema_can_say_goes_with_the_last_unique_and_is_told),
        cmocka_unit_test(a_rebuilt_table_keeps_what_can_be_deferred),
        cmocka_unit_test(what_sqlite_allows_beyond_the_schema_is_no_difference),
        cmocka_unit_test(comments_stay_where_they_are_and_on_what_is_made_anew),
        cmocka_unit_test(checks_and_partial_indexes_go_where_the_schema_says_some),
        cmocka_unit_test(safe_forms_stand_in_parts_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
