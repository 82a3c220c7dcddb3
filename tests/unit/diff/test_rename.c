/* Renames: said by a word, asked when they are likely, and what was named after the old name. */
#include "changed.h"

#define ID "  id Int @id @default(autoincrement())\n"

static const char before[] =
    "model User {\n" ID "  nick String @unique\n  kind Kind @default(OLD)\n"
    "  posts Post[]\n  @@index([nick, kind])\n}\n"
    "model Post {\n" ID "  userId Int\n"
    "  user User @relation(fields: [userId], references: [id])\n}\n"
    "enum Kind {\n  OLD\n  OTHER\n}\n";
static const char after[] =
    "/// @tenon.renamedFrom(\"User\")\nmodel Person {\n" ID
    "  /// @tenon.renamedFrom(\"nick\")\n  alias String @unique\n"
    "  /// @tenon.renamedFrom(\"kind\")\n  sort Sort @default(NEW)\n"
    "  posts Post[]\n  @@index([alias, sort])\n}\n"
    "model Post {\n" ID "  /// @tenon.renamedFrom(\"userId\")\n  personId Int\n"
    "  person Person @relation(fields: [personId], references: [id])\n}\n"
    "/// @tenon.renamedFrom(\"Kind\")\nenum Sort {\n"
    "  /// @tenon.renamedFrom(\"OLD\")\n  NEW\n  OTHER\n}\n";

static void renames_that_are_said_keep_everything(void **state)
{
    changed c;
    change_begin(&c, TENON_POSTGRESQL, before);
    testdb_run(c.url, "INSERT INTO \"User\" (nick) VALUES ('a');"
                      "INSERT INTO \"Post\" (\"userId\") VALUES (1)");
    assert_true(change_to(&c, after));
    assert_value(&c, "SELECT alias || sort FROM \"Person\"", "aNEW");
    assert_value(&c, "SELECT \"personId\" FROM \"Post\"", "1");
    assert_null(strstr(tenon__buf_string(&c.script), "DROP"));
    assert_holds(tenon__buf_string(&c.script), "RENAME TO \"Person_alias_sort_idx\"");
    assert_holds(tenon__buf_string(&c.script),
                 "RENAME CONSTRAINT \"Post_userId_fkey\" TO \"Post_personId_fkey\"");
    assert_holds(tenon__buf_string(&c.words), "~ table \"User\": renamed to \"Person\"");
    change_back(&c);
    check_is_as(&c, before);
    assert_value(&c, "SELECT nick || kind FROM \"User\"", "aOLD");
    change_end(&c);
}

static void renames_of_tables_and_columns_keep_the_rows_of_both(void **state)
{
    ON_EACH(c, "model User {\n" ID "  nick String @unique\n  posts Post[]\n}\n"
               "model Post {\n" ID "  userId Int\n"
               "  user User @relation(fields: [userId], references: [id])\n}\n")
    {
        testdb_run(c.url, "INSERT INTO \"User\" (nick) VALUES ('a');"
                          "INSERT INTO \"Post\" (\"userId\") VALUES (1)");
        assert_true(change_to(
            &c, "/// @tenon.renamedFrom(\"User\")\nmodel Person {\n" ID
                "  /// @tenon.renamedFrom(\"nick\")\n  alias String @unique\n  posts Post[]\n}\n"
                "model Post {\n" ID "  userId Int\n"
                "  user Person @relation(fields: [userId], references: [id])\n}\n"));
        assert_value(&c, "SELECT alias FROM \"Person\"", "a");
        assert_value(&c, "SELECT \"userId\" FROM \"Post\"", "1");
    }
}

static void a_likely_rename_is_a_question(void **state)
{
    static const struct {
        const char *from, *to, *words;
    } likely[] = {
        {"model A {\n" ID "  b String?\n}\n", "model A {\n" ID "  c String?\n}\n",
         "was column \"A\".\"b\" renamed to \"c\"?"},
        {"model A {\n" ID "  b String\n  c Int\n}\n", "model B {\n" ID "  b String\n  c Int\n}\n",
         "was table \"A\" renamed to \"B\"?"},
    };
    for (size_t i = 0; i < TENON__COUNT(likely); i++) {
        ON_EACH(c, likely[i].from)
        {
            assert_false(change_to(&c, likely[i].to));
            assert_int_equal(c.error.status, TENON_CONFLICT);
            assert_string_equal(c.error.message, likely[i].words);
            assert_holds(c.error.hint, "/// @tenon.renamedFrom(");
            c.accepts_loss = true;
            assert_true(change_to(&c, likely[i].to));
        }
    }
}

static void a_column_of_another_type_is_no_rename(void **state)
{
    ON_EACH(c, "model A {\n" ID "  b String?\n}\n")
    {
        assert_true(change_to(&c, "model A {\n" ID "  c Int?\n}\n"));
    }
}

static void conditions_follow_a_renamed_column(void **state)
{
    ON_EACH(c, "model A {\n" ID "  /// @tenon.check(\"b > 0\", name: \"positive\")\n  b Int\n}\n")
    {
        assert_true(change_to(&c,
                              "model A {\n" ID "  /// @tenon.check(\"c > 0\", name: \"positive\")\n"
                              "  /// @tenon.renamedFrom(\"b\")\n  c Int\n}\n"));
    }
}

/* ---- into another schema of PostgreSQL ------------------------------------------------------- */

static const char *moved_models(tenon__buf *out, const char *schemas, const char *words,
                                const char *namespace)
{
    tenon__buf_clear(out);
    tenon__buf_format(out,
                      "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n"
                      "  schemas = [%s]\n}\n"
                      "%smodel User {\n" ID "  nick String @unique\n  kind Kind @default(OLD)\n"
                      "  kinds Kind[] @default([OLD])\n  posts Post[]\n  tags Tag[]\n"
                      "  @@index([nick, kind])\n  @@schema(\"%s\")\n}\n"
                      "model Post {\n" ID "  userId Int\n"
                      "  user User @relation(fields: [userId], references: [id])\n"
                      "  @@schema(\"main\")\n}\n"
                      "model Tag {\n" ID "  users User[]\n  @@schema(\"main\")\n}\n"
                      "%senum Kind {\n  OLD\n  OTHER\n  @@schema(\"%s\")\n}\n",
                      schemas, *words ? "/// @tenon.renamedFrom(\"main.User\")\n" : "", namespace,
                      *words ? "/// @tenon.renamedFrom(\"main.Kind\")\n" : "", namespace);
    return tenon__buf_string(out);
}

static void a_model_and_an_enum_move_to_another_schema(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf there = {0}, then = {0};
    changed c;
    static const char schemas[] = "\"main\", \"people\"";
    moved_models(&there, schemas, "", "main");
    moved_models(&then, schemas, "said", "people");
    change_begin(&c, TENON_POSTGRESQL, tenon__buf_string(&there));
    testdb_run(c.url, "INSERT INTO main.\"User\" (nick) VALUES ('a');"
                      "INSERT INTO main.\"Post\" (\"userId\") VALUES (1);"
                      "INSERT INTO main.\"Tag\" DEFAULT VALUES;"
                      "INSERT INTO main.\"_TagToUser\" VALUES (1, 1)");
    assert_true(change_to(&c, tenon__buf_string(&then)));
    assert_null(strstr(tenon__buf_string(&c.script), "DROP"));
    assert_null(strstr(tenon__buf_string(&c.script), "CREATE TABLE"));
    assert_holds(tenon__buf_string(&c.words), "~ table \"main\".\"User\": moved to");
    testdb_run(c.url, "INSERT INTO people.\"User\" (nick, kind) VALUES ('b', 'OTHER')");
    assert_value(&c, "SELECT string_agg(nick || kind, ',' ORDER BY id) FROM people.\"User\"",
                 "aOLD,bOTHER");
    change_back(&c);
    check_is_as(&c, tenon__buf_string(&there));
    assert_value(&c, "SELECT nick FROM main.\"User\" WHERE id = 1", "a");
    testdb_run(c.url, "DROP SCHEMA IF EXISTS main, people CASCADE");
    change_end(&c);
}

static void a_likely_move_is_a_question(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf there = {0}, then = {0};
    changed c;
    static const char schemas[] = "\"main\", \"people\"";
    moved_models(&there, schemas, "", "main");
    moved_models(&then, schemas, "", "people");
    change_begin(&c, TENON_POSTGRESQL, tenon__buf_string(&there));
    assert_false(change_to(&c, tenon__buf_string(&then)));
    assert_string_equal(c.error.message,
                        "was enum \"main\".\"Kind\" moved to \"people\".\"Kind\"?");
    assert_holds(c.error.hint, "/// @tenon.renamedFrom(\"main.Kind\")` on the enum");
    testdb_run(c.url, "DROP SCHEMA IF EXISTS main, people CASCADE");
    change_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renames_that_are_said_keep_everything),
        cmocka_unit_test(renames_of_tables_and_columns_keep_the_rows_of_both),
        cmocka_unit_test(a_likely_rename_is_a_question),
        cmocka_unit_test(a_column_of_another_type_is_no_rename),
        cmocka_unit_test(conditions_follow_a_renamed_column),
        cmocka_unit_test(a_model_and_an_enum_move_to_another_schema),
        cmocka_unit_test(a_likely_move_is_a_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
