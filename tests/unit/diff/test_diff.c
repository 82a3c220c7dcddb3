/* Changes of every kind on both databases: the catalogue is afterwards what the schema asks for,
 * and the rows are there. */
#include "changed.h"

#include "ddl/ddl.h"

#define ID "  id Int @id\n"

/* Two versions of models; rows of the first; a query that answers the same before and after. */
typedef struct change_case {
    const char *name, *before, *after, *rows, *query;
} change_case;

static const change_case cases[] = {
    {"nothing changes", "model A {\n" ID "}\n", "model A {\n" ID "}\n",
     "INSERT INTO \"A\" VALUES (1)", "SELECT id FROM \"A\""},
    {"columns in another order", "model A {\n" ID "  a Int\n  b Int\n}\n",
     "model A {\n" ID "  b Int\n  a Int\n}\n", "INSERT INTO \"A\" VALUES (1, 2, 3)",
     "SELECT a FROM \"A\""},
    {"a table more", "model A {\n" ID "}\n", "model A {\n" ID "}\nmodel B {\n  id String @id\n}\n",
     "INSERT INTO \"A\" VALUES (7)", "SELECT id FROM \"A\""},
    {"an optional column more", "model A {\n" ID "}\n", "model A {\n" ID "  b String?\n}\n",
     "INSERT INTO \"A\" VALUES (7)", "SELECT id FROM \"A\" WHERE id = 7"},
    {"a required column with a default", "model A {\n" ID "}\n",
     "model A {\n" ID "  b String @default(\"it's\")\n  t DateTime @default(now())\n}\n",
     "INSERT INTO \"A\" VALUES (7)", "SELECT id FROM \"A\""},
    {"required to optional and another default", "model A {\n" ID "  b String @default(\"x\")\n}\n",
     "model A {\n" ID "  b String? @default(\"y\")\n}\n", "INSERT INTO \"A\" VALUES (7, 'z')",
     "SELECT b FROM \"A\""},
    {"optional to required, and all have a value", "model A {\n" ID "  b String?\n}\n",
     "model A {\n" ID "  b String\n}\n", "INSERT INTO \"A\" VALUES (7, 'z')",
     "SELECT b FROM \"A\""},
    {"a wider number", "model A {\n" ID "  b Int\n}\n", "model A {\n" ID "  b BigInt\n}\n",
     "INSERT INTO \"A\" VALUES (7, 2147483647)", "SELECT b FROM \"A\""},
    {"a number becomes a text", "model A {\n" ID "  b Int\n}\n", "model A {\n" ID "  b String\n}\n",
     "INSERT INTO \"A\" VALUES (7, 42)", "SELECT b FROM \"A\""},
    {"a text becomes a number, and all are", "model A {\n" ID "  b String @default(\"1\")\n}\n",
     "model A {\n" ID "  b Int @default(2)\n}\n", "INSERT INTO \"A\" VALUES (7, '42')",
     "SELECT b FROM \"A\""},
    {"an index, a unique and a sorted one",
     "model A {\n" ID "  a Int\n  b Int\n  @@index([a])\n}\n",
     "model A {\n" ID "  a Int\n  b Int @unique\n  @@index([a, b(sort: Desc)])\n}\n",
     "INSERT INTO \"A\" VALUES (7, 1, 2)", "SELECT a FROM \"A\""},
    {"an index of another name", "model A {\n" ID "  a Int\n  @@index([a], map: \"x\")\n}\n",
     "model A {\n" ID "  a Int\n  @@index([a], map: \"y\")\n}\n", "INSERT INTO \"A\" VALUES (7, 1)",
     "SELECT a FROM \"A\""},
    {"another primary key", "model A {\n" ID "  a Int\n}\n",
     "model A {\n  id Int\n  a Int @id\n}\n", "INSERT INTO \"A\" VALUES (7, 1)",
     "SELECT a FROM \"A\""},
    {"a key of two columns", "model A {\n" ID "  a Int\n}\n",
     "model A {\n  id Int\n  a Int\n  @@id([id, a])\n}\n", "INSERT INTO \"A\" VALUES (7, 1)",
     "SELECT a FROM \"A\""},
    {"a relation more", "model A {\n" ID "}\nmodel B {\n" ID "}\n",
     "model A {\n" ID "  bs B[]\n}\n"
     "model B {\n" ID "  aId Int?\n  a A? @relation(fields: [aId], references: [id])\n}\n",
     "INSERT INTO \"A\" VALUES (7)", "SELECT id FROM \"A\""},
    {"a relation with another action",
     "model A {\n" ID "  bs B[]\n}\n"
     "model B {\n" ID "  aId Int\n  a A @relation(fields: [aId], references: [id])\n}\n",
     "model A {\n" ID "  bs B[]\n}\n"
     "model B {\n" ID
     "  aId Int\n  a A @relation(fields: [aId], references: [id], onDelete: Cascade)\n}\n",
     "INSERT INTO \"A\" VALUES (7); INSERT INTO \"B\" VALUES (1, 7)", "SELECT \"aId\" FROM \"B\""},
    {"a many-to-many relation more", "model A {\n" ID "}\nmodel B {\n" ID "}\n",
     "model A {\n" ID "  bs B[]\n}\nmodel B {\n" ID "  as A[]\n}\n", "INSERT INTO \"A\" VALUES (7)",
     "SELECT id FROM \"A\""},
    {"keys and what refers to them change their type",
     "model A {\n" ID "  bs B[]\n}\n"
     "model B {\n" ID "  aId Int\n  a A @relation(fields: [aId], references: [id])\n}\n",
     "model A {\n  id String @id\n  bs B[]\n}\n"
     "model B {\n" ID "  aId String\n  a A @relation(fields: [aId], references: [id])\n}\n",
     "INSERT INTO \"A\" VALUES (7); INSERT INTO \"B\" VALUES (1, 7)", "SELECT \"aId\" FROM \"B\""},
    {"a check more", "model A {\n" ID "  a Int\n}\n",
     "model A {\n" ID "  /// @tenon.check(\"a > 0\")\n  a Int\n}\n",
     "INSERT INTO \"A\" VALUES (7, 1)", "SELECT a FROM \"A\""},
    {"an enum value more, in the middle and as a default",
     "enum E {\n  X\n  Z\n}\nmodel A {\n" ID "  e E @default(X)\n}\n",
     "enum E {\n  X\n  Y\n  Z\n}\nmodel A {\n" ID "  e E @default(Y)\n}\n",
     "INSERT INTO \"A\" VALUES (7, 'Z')", "SELECT e FROM \"A\""},
    {"an enum value less, which was the default",
     "enum E {\n  X\n  Y\n}\nmodel A {\n" ID "  e E @default(X)\n  l E[] @default([X])\n}\n",
     "enum E {\n  Y\n}\nmodel A {\n" ID "  e E @default(Y)\n  l E[] @default([Y])\n}\n",
     "INSERT INTO \"A\" (id, e, l) VALUES (7, 'Y', NULL)", "SELECT e FROM \"A\""},
    {"an enum becomes a text", "enum E {\n  X\n}\nmodel A {\n" ID "  e E @default(X)\n}\n",
     "model A {\n" ID "  e String @default(\"n\")\n}\n", "INSERT INTO \"A\" VALUES (7, 'X')",
     "SELECT e FROM \"A\""},
    {"counting begins", "model A {\n" ID "}\n",
     "model A {\n  id Int @id @default(autoincrement())\n}\n", "INSERT INTO \"A\" VALUES (7)",
     "SELECT id FROM \"A\" WHERE id = 7"},
    {"counting ends", "model A {\n  id Int @id @default(autoincrement())\n}\n",
     "model A {\n" ID "}\n", "INSERT INTO \"A\" VALUES (7)", "SELECT id FROM \"A\" WHERE id = 7"},
    {"an empty table and an empty column go",
     "model A {\n" ID "  b String?\n}\nmodel B {\n  x String @id\n}\n", "model A {\n" ID "}\n",
     "INSERT INTO \"A\" VALUES (7, NULL)", "SELECT id FROM \"A\""},
};

static void every_change_arrives_and_keeps_the_rows(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        ON_EACH(c, cases[i].before)
        {
            testdb_run(c.url, cases[i].rows);
            char before[64];
            snprintf(before, sizeof before, "%s", testdb_value(c.url, cases[i].query));
            if (!change_to(&c, cases[i].after))
                fail_msg("%s: %s [%s] in %s", cases[i].name, c.error.message, c.error.hint,
                         c.error.sql);
            assert_value(&c, cases[i].query, before);
        }
    }
}

static void every_change_has_a_way_back(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        ON_EACH(c, cases[i].before)
        {
            testdb_run(c.url, cases[i].rows);
            if (!change_to(&c, cases[i].after))
                fail_msg("%s: %s", cases[i].name, c.error.message);
            change_back(&c);
            check_is_as(&c, cases[i].before);
        }
    }
}

static void safe_forms_arrive_at_the_same(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        changed c;
        change_begin(&c, TENON_POSTGRESQL, cases[i].before);
        c.has_safe_forms = true;
        testdb_run(c.url, cases[i].rows);
        if (!change_to(&c, cases[i].after))
            fail_msg("%s: %s", cases[i].name, c.error.message);
        change_end(&c);
    }
}

/* ---- what a schema asks for is what its DDL makes -------------------------------------------- */

static void check_golden(tenon_dialect dialect, const char *path)
{
    changed c;
    ddl_script script;
    change_begin(&c, dialect, "model A {\n" ID "}\n");
    change_empty(&c);
    schema *s = schema_read_path(path, NULL);
    assert_true(ddl_create(s, dialect, &script, &c.error));
    assert_true(ddl_apply(c.session, &script));
    ddl_script_release(&script);
    catalogue *wanted = catalogue_of_schema(s, dialect, NULL);
    catalogue *found =
        catalogue_read(c.session, wanted->namespaces, wanted->namespace_count, &c.error);
    diff_plan *there = diff_make(found, wanted, NULL, NULL);
    diff_plan *back = diff_make(wanted, found, NULL, NULL);
    TENON__CLEANUP(tenon__buf_release) tenon__buf words = {0};
    diff_print(there, &words);
    diff_print(back, &words);
    assert_string_equal(tenon__buf_string(&words), "");
    assert_int_equal(there->count + back->count, 0);
    diff_free(there);
    diff_free(back);
    catalogue_free(found);
    catalogue_free(wanted);
    schema_free(s);
    change_end(&c);
}

static void the_catalogue_of_a_schema_is_that_of_its_database(void **state)
{
    static const char *const paths[] = {
        "tests/golden/generate/everything/schema.prisma",
        "tests/golden/blog/schema.prisma",
        "tests/golden/desk/schema.prisma",
        "tests/golden/ledger/schema.prisma",
        "tests/golden/office/schema.prisma",
        "tests/golden/sample/schema.prisma",
    };
    for (size_t i = 0; i < TENON__COUNT(paths); i++) {
        check_golden(TENON_POSTGRESQL, paths[i]);
        check_golden(TENON_SQLITE, paths[i]);
    }
}

/* ---- what is refused ------------------------------------------------------------------------- */

typedef struct refusal {
    const char *before, *after, *rows, *message;
    tenon_status status;
} refusal;

static const refusal refusals[] = {
    {"model A {\n" ID "  b Int?\n}\n", "model A {\n" ID "}\n", "INSERT INTO \"A\" VALUES (7, 1)",
     "column \"A\".\"b\" would be dropped with its values (rows: 1)", TENON_CONFLICT},
    {"model A {\n" ID "}\nmodel B {\n  x String @id\n}\n", "model A {\n" ID "}\n",
     "INSERT INTO \"B\" VALUES ('x')", "table \"B\" would be dropped with its rows (rows: 1)",
     TENON_CONFLICT},
    {"model A {\n" ID "  b Int?\n}\n", "model A {\n" ID "  b Int\n}\n",
     "INSERT INTO \"A\" VALUES (7, NULL)", "rows have no value in it (rows: 1)", TENON_VALIDATION},
    {"model A {\n" ID "}\n", "model A {\n" ID "  b Int\n}\n", "INSERT INTO \"A\" VALUES (7)",
     "rows that are there have no value for it (rows: 1)", TENON_VALIDATION},
    {"model A {\n" ID "  b Int\n}\n", "model A {\n" ID "  b Int @unique\n}\n",
     "INSERT INTO \"A\" VALUES (7, 1), (8, 1)", "share values of (\"b\")", TENON_VALIDATION},
    {"model A {\n" ID "  b Int\n}\n",
     "model A {\n" ID "  /// @tenon.check(\"b > 1\")\n  b Int\n}\n",
     "INSERT INTO \"A\" VALUES (7, 1)", "do not fulfil b > 1", TENON_VALIDATION},
    {"model A {\n" ID "  aId Int\n}\n",
     "model A {\n" ID "  aId Int\n  a A @relation(\"x\", fields: [aId], references: [id])\n"
     "  as A[] @relation(\"x\")\n}\n",
     "INSERT INTO \"A\" VALUES (7, 9)", "to rows that are not in \"A\"", TENON_VALIDATION},
};

static void what_rows_are_in_the_way_of_is_refused_and_changes_nothing(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(refusals); i++) {
        ON_EACH(c, refusals[i].before)
        {
            testdb_run(c.url, refusals[i].rows);
            assert_false(change_to(&c, refusals[i].after));
            assert_int_equal(c.error.status, refusals[i].status);
            if (!strstr(refusals[i].message, "to rows that") || c.dialect == TENON_POSTGRESQL)
                assert_holds(c.error.message, refusals[i].message);
            assert_holds(c.error.hint, "nothing was changed");
            check_is_as(&c, refusals[i].before);
        }
    }
}

static void a_conversion_that_would_lose_is_refused_unless_it_is_accepted(void **state)
{
    static const char before[] = "model A {\n" ID "  b String\n}\n";
    static const char after[] = "model A {\n" ID "  b String @db.VarChar(3)\n}\n";
    changed c;
    change_begin(&c, TENON_POSTGRESQL, before);
    testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, 'abc'), (2, 'abcd')");
    assert_false(change_to(&c, after));
    assert_int_equal(c.error.status, TENON_CONFLICT);
    assert_holds(c.error.message, "values of column \"A\".\"b\" would change from text to "
                                  "character varying(3) (rows: 1)");
    assert_holds(tenon__buf_string(&c.script), "DO $tenon$ BEGIN");
    c.accepts_loss = true;
    assert_true(change_to(&c, after));
    assert_value(&c, "SELECT b FROM \"A\" WHERE id = 2", "abc");
    change_end(&c);
}

/* No SQL can pack them: the plan is run with what does it. */
static void arrays_are_not_lost_by_packing_their_column(void **state)
{
    static const char plain[] = "model A {\n" ID "  b Int[]\n}\n";
    static const char packed[] = "model A {\n" ID "  /// @tenon.compress\n  b Int[]\n}\n";
    ON_EACH(c, plain)
    {
        bool is_sqlite = c.dialect == TENON_SQLITE;
        assert_true(change_to(&c, packed));
        assert_true(change_to(&c, plain));
        testdb_run(c.url, is_sqlite ? "INSERT INTO \"A\" VALUES (1, '[1,2]'), (2, NULL)"
                                    : "INSERT INTO \"A\" VALUES (1, '{1,2}'), (2, NULL)");
        assert_true(change_to(&c, packed));
        assert_value(&c,
                     is_sqlite ? "SELECT substr(hex(b), 1, 8) FROM \"A\" WHERE id = 1"
                               : "SELECT left(encode(b, 'hex'), 8) FROM \"A\" WHERE id = 1",
                     is_sqlite ? "544E4101" : "544e4101");
        assert_true(change_to(&c, plain));
        assert_value(&c, "SELECT b FROM \"A\" WHERE id = 1", is_sqlite ? "[1,2]" : "{1,2}");
    }
}

static void a_text_that_is_no_number_is_named_when_it_should_become_one(void **state)
{
    ON_EACH(c, "model A {\n" ID "  b String\n}\n")
    {
        testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, '5'), (2, 'five')");
        assert_false(change_to(&c, "model A {\n" ID "  b Int\n}\n"));
        assert_int_equal(c.error.status, TENON_VALIDATION);
        if (c.dialect == TENON_POSTGRESQL)
            assert_holds(c.error.message, "invalid input syntax for type integer: \"five\"");
        assert_value(&c, "SELECT count(*) FROM \"A\"", "2");
    }
}

static void a_value_of_an_enum_that_rows_have_is_not_taken_away(void **state)
{
    changed c;
    change_begin(&c, TENON_POSTGRESQL, "enum E {\n  X\n  Y\n}\nmodel A {\n" ID "  e E\n}\n");
    testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, 'X')");
    assert_false(change_to(&c, "enum E {\n  Y\n}\nmodel A {\n" ID "  e E\n}\n"));
    assert_int_equal(c.error.status, TENON_VALIDATION);
    assert_holds(c.error.message, "rows have the value 'X', which enum \"E\" would lose (rows: 1)");
    change_end(&c);
}

static void a_moment_in_another_zone_is_no_difference(void **state)
{
    changed c;
    (void)state;
    change_begin(&c, TENON_POSTGRESQL,
                 "model A {\n  id Int @id\n"
                 "  at DateTime @default(\"1970-01-01T00:00:00-07:00\") @db.Timestamptz(6)\n}\n");
    change_end(&c);
}

static void values_that_would_collide_in_a_narrower_type_are_told(void **state)
{
    changed c;
    (void)state;
    change_begin(&c, TENON_POSTGRESQL,
                 "model A {\n  id Int @id\n  at DateTime @unique @db.Timestamp(6)\n}\n");
    c.accepts_loss = true;
    testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, '2024-01-01 01:00'), (2, '2024-01-01 02:00')");
    assert_false(change_to(&c, "model A {\n  id Int @id\n  at DateTime @unique @db.Date\n}\n"));
    assert_int_equal(c.error.status, TENON_VALIDATION);
    assert_holds(c.error.message, "(\"at\"), which are unique, would be the same (rows: 1)");
    testdb_run(c.url, "DELETE FROM \"A\" WHERE id = 2");
    assert_true(change_to(&c, "model A {\n  id Int @id\n  at DateTime @unique @db.Date\n}\n"));
    change_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_in_another_zone_is_no_difference),
        cmocka_unit_test(values_that_would_collide_in_a_narrower_type_are_told),
        cmocka_unit_test(every_change_arrives_and_keeps_the_rows),
        cmocka_unit_test(every_change_has_a_way_back),
        cmocka_unit_test(safe_forms_arrive_at_the_same),
        cmocka_unit_test(the_catalogue_of_a_schema_is_that_of_its_database),
        cmocka_unit_test(what_rows_are_in_the_way_of_is_refused_and_changes_nothing),
        cmocka_unit_test(a_conversion_that_would_lose_is_refused_unless_it_is_accepted),
        cmocka_unit_test(arrays_are_not_lost_by_packing_their_column),
        cmocka_unit_test(a_text_that_is_no_number_is_named_when_it_should_become_one),
        cmocka_unit_test(a_value_of_an_enum_that_rows_have_is_not_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
