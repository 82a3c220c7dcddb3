/* Safe forms: keys and constraints by an index that is made CONCURRENTLY, there and back, on a
 * database with rows; and our own linter has nothing to say against them. */
#include "changed.h"

#include "lint/lint.h"

#define ID "  id Int @id\n"

/* Two versions of models; rows of the first; a part of the SQL that takes it to the second. */
typedef struct safe_case {
    const char *name, *before, *after, *rows, *part;
} safe_case;

static const safe_case cases[] = {
    {"a key over another column", "model A {\n" ID "  a Int\n}\n",
     "model A {\n  id Int\n  a Int @id\n}\n", "INSERT INTO \"A\" VALUES (7, 1)",
     "DROP CONSTRAINT \"A_pkey\",\n    ADD CONSTRAINT \"A_pkey\" PRIMARY KEY USING INDEX "
     "\"A_pkey_new\""},
    {"a key of two columns, one of which was optional", "model A {\n" ID "  a Int?\n}\n",
     "model A {\n  id Int\n  a Int\n  @@id([id, a])\n}\n", "INSERT INTO \"A\" VALUES (7, 1)",
     "CREATE UNIQUE INDEX CONCURRENTLY \"A_pkey_new\" ON \"A\"(\"id\", \"a\")"},
    {"a key where there was none", "model A {\n  id Int @unique\n}\n", "model A {\n" ID "}\n",
     "INSERT INTO \"A\" VALUES (7)",
     "ADD CONSTRAINT \"A_pkey\" PRIMARY KEY USING INDEX \"A_pkey\""},
    {"a key that goes", "model A {\n" ID "}\n", "model A {\n  id Int @unique\n}\n",
     "INSERT INTO \"A\" VALUES (7)", "DROP CONSTRAINT \"A_pkey\""},
    {"a key of another name", "model A {\n" ID "}\n", "model A {\n  id Int @id(map: \"mine\")\n}\n",
     "INSERT INTO \"A\" VALUES (7)", "RENAME CONSTRAINT \"A_pkey\" TO \"mine\""},
    {"a key that others refer to",
     "model A {\n" ID "  a Int @unique\n  bs B[]\n}\n"
     "model B {\n" ID
     "  aId Int\n  a A @relation(fields: [aId], references: [id])\n  @@index([aId])\n}\n",
     "model A {\n  id Int @unique\n  a Int @id\n  bs B[]\n}\n"
     "model B {\n" ID
     "  aId Int\n  a A @relation(fields: [aId], references: [a])\n  @@index([aId])\n}\n",
     "INSERT INTO \"A\" VALUES (7, 7); INSERT INTO \"B\" VALUES (1, 7)",
     "REFERENCES \"A\"(\"a\") ON DELETE RESTRICT ON UPDATE CASCADE NOT VALID"},
    {"an index, a check, a relation and a column that becomes required",
     "model A {\n" ID "  a Int?\n  bs B[]\n}\nmodel B {\n" ID
     "  aId Int\n  a A @relation(fields: [aId], references: [id])\n}\n",
     "model A {\n" ID "  /// @tenon.check(\"a > 0\")\n  a Int\n  bs B[]\n  @@index([a])\n}\n"
     "model B {\n" ID "  aId Int\n  a A @relation(fields: [aId], references: [id], onDelete: "
     "Cascade)\n  @@index([aId])\n}\n",
     "INSERT INTO \"A\" VALUES (7, 7); INSERT INTO \"B\" VALUES (1, 7)", "NOT VALID"},
    {"a key whose column goes", "model A {\n" ID "  a Int\n}\n", "model A {\n  a Int @id\n}\n", "",
     "ADD CONSTRAINT \"A_pkey\" PRIMARY KEY USING INDEX \"A_pkey_new\""},
};

static void keys_are_swapped_by_an_index_there_and_back(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        changed c;
        change_begin(&c, TENON_POSTGRESQL, cases[i].before);
        c.has_safe_forms = c.accepts_loss = true;
        testdb_run(c.url, cases[i].rows);
        if (!change_to(&c, cases[i].after))
            fail_msg("%s: %s", cases[i].name, c.error.message);
        assert_holds(tenon__buf_string(&c.script), cases[i].part);
        change_back(&c);
        check_is_as(&c, cases[i].before);
        change_end(&c);
    }
}

static void a_key_over_what_rows_share_is_refused_and_leaves_the_old_one(void **state)
{
    changed c;
    change_begin(&c, TENON_POSTGRESQL, "model A {\n" ID "  a Int\n}\n");
    c.has_safe_forms = true;
    testdb_run(c.url, "INSERT INTO \"A\" VALUES (1, 5), (2, 5)");
    assert_false(change_to(&c, "model A {\n  id Int\n  a Int @id\n}\n"));
    assert_int_equal(c.error.status, TENON_VALIDATION);
    assert_holds(c.error.message, "rows of \"A\" share values of (\"a\")");
    check_is_as(&c, "model A {\n" ID "  a Int\n}\n");
    change_end(&c);
}

/* A unique constraint that somebody has made by hand. */
static void a_unique_constraint_that_went_comes_back_as_one(void **state)
{
    for (int is_safe = 0; is_safe < 2; is_safe++) {
        changed c;
        change_begin(&c, TENON_POSTGRESQL, "model A {\n" ID "  a Int\n}\n");
        c.has_safe_forms = is_safe;
        testdb_run(c.url, "ALTER TABLE \"A\" ADD CONSTRAINT alone UNIQUE (a)");
        assert_true(change_to(&c, "model A {\n" ID "  a Int\n}\n"));
        change_back(&c);
        assert_value(&c, "SELECT contype FROM pg_constraint WHERE conname = 'alone'", "u");
        change_end(&c);
    }
}

/* ---- lint ------------------------------------------------------------------------------------ */

/* What the rows decide, what programs notice and what the migrator does itself (timeouts) it may
 * say; that others are held up it may not. */
static void check_holds_nobody_up(const lint *l, const char *name)
{
    size_t count;
    const lint_finding *const *findings = lint_findings(l, &count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(findings[i]->path, "part.sql") && findings[i]->check->group == LINT_LOCKS &&
            findings[i]->severity >= LINT_WARNING)
            fail_msg("%s: %u %s", name, findings[i]->check->number, findings[i]->message);
}

static void judge(const safe_case *pair)
{
    const lint_options options = {.dialect = TENON_POSTGRESQL};
    changed c = {.dialect = TENON_POSTGRESQL, .has_safe_forms = true, .accepts_loss = true};
    lint *l = lint_new(&options, &c.error);
    change_plan(&c, NULL, pair->before);
    assert_true(lint_add(l, "before.sql", tenon__buf_string(&c.script), &c.error));
    change_plan(&c, pair->before, pair->after);
    for (size_t i = 0; i < c.part_count; i++)
        assert_true(lint_add(l, "part.sql", tenon__buf_string(&c.parts[i]), &c.error));
    assert_true(lint_finish(l, &c.error));
    check_holds_nobody_up(l, pair->name);
    lint_free(l);
    change_release_texts(&c);
}

static void our_linter_finds_that_what_is_written_holds_nobody_up(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(cases); i++)
        judge(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_swapped_by_an_index_there_and_back),
        cmocka_unit_test(a_key_over_what_rows_share_is_refused_and_leaves_the_old_one),
        cmocka_unit_test(a_unique_constraint_that_went_comes_back_as_one),
        cmocka_unit_test(our_linter_finds_that_what_is_written_holds_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
