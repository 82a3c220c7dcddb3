/* A change in two halves: what is refused, and random pairs of schemas that go there with rows,
 * stop in between, and come back. */
#include "drawn.h"

#include <stdio.h>
#include <stdlib.h>

#define ID "  id Int @id\n"

/* ---- what is refused ------------------------------------------------------------------------- */

typedef struct refusal {
    const char *before, *after, *words, *hint;
} refusal;

static const refusal refusals[] = {
    {"model A {\n" ID "}\n", "model A {\n" ID "  b String\n}\n",
     "column \"A\".\"b\" is required, and the old version writes none",
     "--value A.b=EXPRESSION says what it gets"},
    {"model A {\n" ID "  b String\n}\n", "model A {\n" ID "}\n",
     "column \"A\".\"b\" is required, and the new version writes none",
     "--old-value A.b=EXPRESSION says what it gets"},
    {"model A {\n" ID "  b String?\n}\n", "model A {\n" ID "  b String\n}\n",
     "has no value for what the old version writes", "--value A.b=EXPRESSION"},
    {"model A {\n" ID "  b String\n}\n", "model A {\n" ID "  b String?\n}\n",
     "has no value for what the new version writes", "--old-value A.b=EXPRESSION"},
    {"model A {\n" ID "}\n", "model A {\n  id BigInt @id\n}\n", "is part of a key",
     "rewritten online"},
    {"model A {\n" ID "  b Int?\n}\n", "model A {\n" ID "  b Bytes?\n}\n",
     "has no value for what the old version writes", "--value A.b=EXPRESSION"},
    {"enum E {\n  X\n  Y\n}\nmodel A {\n" ID "  b E?\n}\n",
     "enum E {\n  X\n}\nmodel A {\n" ID "  b E?\n}\n",
     "has no value for what the old version writes", "--value A.b=EXPRESSION"},
};

static void what_one_version_would_see_wrong_is_refused(void **state)
{
    const diff_expand version = {.version = "v2"};
    (void)state;
    for (size_t i = 0; i < TENON__COUNT(refusals); i++) {
        const refusal *r = &refusals[i];
        changed c = {.dialect = TENON_POSTGRESQL, .expand = &version};
        change_plan(&c, r->before, r->after);
        assert_int_equal(c.error.status, TENON_UNSUPPORTED);
        assert_holds(c.error.message, r->words);
        assert_holds(c.error.hint, r->hint);
        change_release_texts(&c);
    }
}

static void sqlite_serves_one_version(void **state)
{
    const diff_expand version = {.version = "v2"};
    changed c = {.dialect = TENON_SQLITE, .expand = &version};
    (void)state;
    change_plan(&c, "model A {\n" ID "}\n", "model A {\n" ID "  b Int?\n}\n");
    assert_int_equal(c.error.status, TENON_UNSUPPORTED);
    assert_holds(c.error.message, "SQLite cannot serve two versions");
    change_release_texts(&c);
}

static void a_value_for_a_column_that_does_not_change_is_refused(void **state)
{
    const diff_value value = {"A", "c", "1"};
    const diff_expand version = {.version = "v2", .values = &value, .value_count = 1};
    changed c = {.dialect = TENON_POSTGRESQL, .expand = &version};
    (void)state;
    change_plan(&c, "model A {\n" ID "}\n", "model A {\n" ID "  b Int?\n}\n");
    assert_holds(c.error.message, "a value is given for A.c, which is not changed");
    change_release_texts(&c);
}

static void what_only_adds_and_drops_needs_no_views(void **state)
{
    const diff_expand version = {.version = "v2"};
    changed c = {.dialect = TENON_POSTGRESQL, .expand = &version, .accepts_loss = true};
    (void)state;
    change_plan(&c, "model A {\n" ID "  b Int?\n}\nmodel B {\n" ID "}\n",
                "model A {\n" ID "  c Int?\n}\nmodel C {\n" ID "}\n");
    assert_null(strstr(tenon__buf_string(&c.script), "CREATE VIEW"));
    assert_int_equal(c.part_count, 2);
    assert_holds(c.parts[0].data, "ADD COLUMN \"c\"");
    assert_holds(c.parts[0].data, "CREATE TABLE \"C\"");
    assert_holds(c.parts[1].data, "DROP COLUMN \"b\"");
    assert_holds(c.parts[1].data, "DROP TABLE \"B\"");
    change_release_texts(&c);
}

/* ---- random pairs ---------------------------------------------------------------------------- */

static void begin_round(changed *c, const char *models)
{
    change_begin(c, TENON_POSTGRESQL, "model Empty {\n  id Int @id\n}\n");
    testdb_run(c->url, "SET client_min_messages = error; DROP SCHEMA IF EXISTS s0 CASCADE;"
                       "DROP SCHEMA IF EXISTS s1 CASCADE; DROP SCHEMA IF EXISTS v2 CASCADE");
    change_empty(c);
    c->accepts_loss = true;
    if (!change_to(c, models))
        fail_msg("%s [%s]\n%s", c->error.message, c->error.sql, models);
}

/* False when it is refused. */
static bool go_there_and_back(uint64_t seed, bool stops_between)
{
    static const diff_expand version = {.version = "v2"};
    TENON__CLEANUP(tenon__buf_release) tenon__buf before = {0}, after = {0};
    const draw from = {seed, seed, TENON_POSTGRESQL};
    const draw to = {seed, seed + 1000000, TENON_POSTGRESQL};
    changed c;
    draw_models(&from, &before);
    draw_models(&to, &after);
    begin_round(&c, tenon__buf_string(&before));
    c.expand = &version;
    c.stops_between = stops_between;
    bool is_done = change_to(&c, tenon__buf_string(&after));
    if (!is_done && c.error.status != TENON_UNSUPPORTED)
        fail_msg("seed %llu: %s [%s]\n%s", (unsigned long long)seed, c.error.message, c.error.sql,
                 tenon__buf_string(&c.script));
    if (is_done)
        change_back(&c);
    check_is_as(&c, tenon__buf_string(&before));
    change_end(&c);
    return is_done;
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void pairs_of_schemas_go_in_two_halves_and_come_back(void **state)
{
    uint64_t rounds = number_of("TENON_ROUNDS", 12), seed = number_of("TENON_SEED", 1);
    size_t done = 0;
    (void)state;
    for (uint64_t i = seed; i < seed + rounds; i++)
        done += go_there_and_back(i, i % 2);
    print_message("%zu of %llu were not refused\n", done, (unsigned long long)rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_version_would_see_wrong_is_refused),
        cmocka_unit_test(sqlite_serves_one_version),
        cmocka_unit_test(a_value_for_a_column_that_does_not_change_is_refused),
        cmocka_unit_test(what_only_adds_and_drops_needs_no_views),
        cmocka_unit_test(pairs_of_schemas_go_in_two_halves_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
