/* Values of enums: new ones in the middle, other names, another order. */
#include "changed.h"

#define ID "  id Int @id\n"

/* ---- names ----------------------------------------------------------------------------------- */

static const char old_names[] = "enum Kind {\n  OLD\n  OTHER\n}\n"
                                "model A {\n" ID "  kind Kind @default(OLD)\n  more Kind?\n"
                                "  list Kind[]\n}\n";
static void add_rows(const changed *c)
{
    testdb_run(c->url, c->dialect == TENON_SQLITE
                           ? "INSERT INTO \"A\" VALUES (1, 'OLD', NULL, '[\"OLD\",\"OTHER\"]'), "
                             "(2, 'OTHER', 'OLD', '[]')"
                           : "INSERT INTO \"A\" VALUES (1, 'OLD', NULL, '{OLD,OTHER}'), "
                             "(2, 'OTHER', 'OLD', '{}')");
}

static const char all_values[] =
    "SELECT max(CASE id WHEN 1 THEN kind || ' ' || replace(replace(CAST(list AS text), '\"', ''), "
    "'[', '{') END) || ' ' || max(CASE id WHEN 2 THEN more END) FROM ("
    "SELECT id, CAST(kind AS text) AS kind, CAST(more AS text) AS more, list FROM \"A\") AS a";

static void a_value_of_another_name_has_it_in_all_rows(void **state)
{
    ON_EACH(c, old_names)
    {
        add_rows(&c);
        assert_true(change_to(&c, "enum Kind {\n  /// @tenon.renamedFrom(\"OLD\")\n  NEW\n  "
                                  "OTHER\n}\nmodel A {\n" ID
                                  "  kind Kind @default(NEW)\n  more Kind?\n  list Kind[]\n}\n"));
        assert_holds(testdb_value(c.url, all_values), "NEW {NEW,OTHER");
        assert_holds(testdb_value(c.url, all_values), " NEW");
        assert_holds(tenon__buf_string(&c.words), "~ enum value \"Kind\".\"OLD\": renamed to");
        change_back(&c);
        assert_holds(testdb_value(c.url, all_values), "OLD {OLD,OTHER");
        check_is_as(&c, old_names);
    }
}

static void the_word_does_nothing_where_no_row_has_the_old_name(void **state)
{
    static const char after[] = "enum Kind {\n  /// @tenon.renamedFrom(\"OLD\")\n  NEW\n}\n"
                                "model A {\n" ID "  kind Kind?\n}\n";
    ON_EACH(c, "enum Kind {\n  OLD\n}\nmodel A {\n" ID "  kind Kind?\n}\n")
    {
        testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, 'OLD')");
        assert_true(change_to(&c, after));
        assert_holds(tenon__buf_string(&c.script), "-- RenameEnumValue");
        assert_value(&c, "SELECT kind FROM \"A\"", "NEW");
        assert_true(change_to(&c, after));
        assert_string_equal(tenon__buf_string(&c.script), "");
    }
}

static void two_schemas_tell_a_renamed_value_on_sqlite_too(void **state)
{
    changed c = {.dialect = TENON_SQLITE};
    change_plan(&c, "enum Kind {\n  OLD\n}\nmodel A {\n" ID "  kind Kind\n}\n",
                "enum Kind {\n  /// @tenon.renamedFrom(\"OLD\")\n  NEW\n}\n"
                "model A {\n" ID "  kind Kind\n}\n");
    assert_holds(tenon__buf_string(&c.script),
                 "UPDATE \"A\" SET \"kind\" = CASE \"kind\" WHEN 'OLD' THEN 'NEW' ELSE \"kind\" "
                 "END WHERE \"kind\" IN ('OLD')");
    assert_holds(tenon__buf_string(&c.back), "WHEN 'NEW' THEN 'OLD'");
    change_release_texts(&c);
}

static void checks_and_indexes_made_by_hand_get_the_new_name(void **state)
{
    ON_EACH(c, "enum Kind {\n  OLD\n  OTHER\n}\nmodel A {\n" ID "  kind Kind\n}\n")
    {
        bool is_sqlite = c.dialect == TENON_SQLITE;
        testdb_run(c.url, is_sqlite
                              ? "DROP TABLE \"A\"; CREATE TABLE \"A\" (\"id\" INTEGER NOT NULL "
                                "PRIMARY KEY AUTOINCREMENT, \"kind\" TEXT NOT NULL, CONSTRAINT "
                                "either CHECK (kind IN ('OLD', 'OTHER')))"
                              : "ALTER TABLE \"A\" ADD CONSTRAINT either CHECK (kind IN ('OLD', "
                                "'OTHER'))");
        testdb_run(c.url, "CREATE INDEX olds ON \"A\" (id) WHERE kind = 'OLD'");
        testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, 'OLD')");
        assert_true(change_to(&c, "enum Kind {\n  /// @tenon.renamedFrom(\"OLD\")\n  NEW\n"
                                  "  OTHER\n}\nmodel A {\n" ID "  kind Kind\n}\n"));
        assert_value(&c, "SELECT kind FROM \"A\"", "NEW");
        testdb_run(c.url, "INSERT INTO \"A\" VALUES (2, 'NEW')");
        if (is_sqlite)
            assert_value(&c, "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%''NEW''%'", "2");
    }
}

/* ---- order ----------------------------------------------------------------------------------- */

#define OF_KIND "model A {\n" ID "  kind Kind @default(B)\n}\n"
static const char sorted[] = "SELECT string_agg(kind::text, ',' ORDER BY kind) FROM \"A\"";

static void new_values_stand_where_the_schema_has_them(void **state)
{
    changed c;
    change_begin(&c, TENON_POSTGRESQL, "enum Kind {\n  B\n  D\n}\n" OF_KIND);
    assert_true(change_to(&c, "enum Kind {\n  A\n  B\n  C\n  D\n  E\n}\n" OF_KIND));
    assert_holds(tenon__buf_string(&c.script), "ADD VALUE 'C' BEFORE 'D'");
    testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, 'E'), (2, 'D'), (3, 'C'), (4, 'B'), (5, 'A')");
    assert_value(&c, sorted, "A,B,C,D,E");
    change_end(&c);
}

static void an_order_that_is_not_meant_stays_and_is_listed(void **state)
{
    changed c;
    change_begin(&c, TENON_POSTGRESQL, "enum Kind {\n  B\n  A\n}\n" OF_KIND);
    assert_true(change_to(&c, "enum Kind {\n  A\n  B\n}\n" OF_KIND));
    assert_string_equal(tenon__buf_string(&c.script), "");
    assert_holds(tenon__buf_string(&c.words), "stays: order of values of enum \"Kind\": 'B', 'A'");
    change_end(&c);
}

static const char disordered[] = "enum Kind {\n  B\n  A\n}\n" OF_KIND;

static void an_order_that_is_meant_makes_the_type_anew(void **state)
{
    for (int is_safe = 0; is_safe < 2; is_safe++) {
        changed c;
        change_begin(&c, TENON_POSTGRESQL, disordered);
        c.has_safe_forms = is_safe;
        testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, 'A'), (2, 'B');"
                          "ALTER TABLE \"A\" ADD CONSTRAINT ruled CHECK (kind <> 'A' OR id > 0);"
                          "CREATE INDEX partial ON \"A\" (id) INCLUDE (kind) WHERE kind = 'A'");
        assert_true(change_to(&c, "/// @tenon.ordered\nenum Kind {\n  A\n  B\n}\n" OF_KIND));
        assert_holds(tenon__buf_string(&c.script), "-- ReorderEnum");
        assert_holds(tenon__buf_string(&c.words),
                     "~ enum \"Kind\": order of values is 'B', 'A', wanted 'A', 'B'; the type is "
                     "made anew");
        assert_value(&c, sorted, "A,B");
        assert_value(&c, "SELECT convalidated FROM pg_constraint WHERE conname = 'ruled'", "t");
        assert_value(&c, "SELECT count(*) FROM pg_class WHERE relname = 'partial'", "1");
        change_back(&c);
        assert_value(&c, sorted, "B,A");
        assert_value(&c, "SELECT count(*) FROM pg_class WHERE relname = 'partial'", "1");
        change_end(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_of_another_name_has_it_in_all_rows),
        cmocka_unit_test(the_word_does_nothing_where_no_row_has_the_old_name),
        cmocka_unit_test(two_schemas_tell_a_renamed_value_on_sqlite_too),
        cmocka_unit_test(checks_and_indexes_made_by_hand_get_the_new_name),
        cmocka_unit_test(new_values_stand_where_the_schema_has_them),
        cmocka_unit_test(an_order_that_is_not_meant_stays_and_is_listed),
        cmocka_unit_test(an_order_that_is_meant_makes_the_type_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
