/* Expressions that mean the same, and such that do not: for PostgreSQL the second text of a pair is
 * what the server makes of the first, asked of a server. */
#include "catalogued.h"

static void the_server_prints_what_means_the_same(void **state)
{
    (void)state;
    static const char *const checks[] = {
        "status IN ('a', 'b')",
        "status NOT IN ('a', 'b')",
        "status IN ('a')",
        "feeling IN ('so', 'well')",
        "n IN (1, 2, 3)",
        "n BETWEEN 1 AND 5",
        "n NOT BETWEEN 1 AND 5 AND price > 0",
        "n > 0 AND n BETWEEN 1 AND 5 AND (price > 1 AND price < 3)",
        "price > 0 and PRICE<10.50",
        "price >= n",
        "n * 1.5 < price",
        "n != -1",
        "status LIKE 'a%' OR label ILIKE '%b'",
        "label SIMILAR TO 'a|b'",
        "length(status) > 2 AND lower(label) = label",
        "status = label",
        "day > '2024-01-01' AND at < now()",
        "at < CURRENT_TIMESTAMP",
        "coalesce(label, status, 'x') <> ''",
        "CASE WHEN n > 0 THEN label END IS NOT NULL",
        "tags @> ARRAY['a'] AND cardinality(tags) < 5",
        "data ->> 'kind' = 'x' AND data ? 'kind'",
        "NOT (flag AND flag IS NOT TRUE)",
        "flag IS DISTINCT FROM false",
        "nullif(n, 0) IS NULL",
        "status ~ '^[a-z]+$'",
        "extract(year FROM at) > 2000",
        "\"some column\" > 3",
        "(n % 2) = 0 OR ((n) > (5))",
        "label = 'it''s'",
        "num_nonnulls(n, label) = 1",
    };
    const char *url = testdb_create("expressions");
    testdb_run(url, "CREATE TYPE mood AS ENUM ('so', 'well')");
    for (size_t i = 0; i < TENON__COUNT(checks); i++) {
        tenon__buf sql = {0};
        tenon__buf_format(&sql,
                          "DROP TABLE IF EXISTS t; CREATE TABLE t (status varchar(20), label text,"
                          " n int, price numeric(10,2), feeling mood, day date, at timestamptz,"
                          " tags text[], data jsonb, flag boolean, \"some column\" bigint,"
                          " CONSTRAINT c CHECK (%s))",
                          checks[i]);
        testdb_run(url, tenon__buf_string(&sql));
        tenon__buf_release(&sql);
        catalogue *c = read_catalogue(url, NULL);
        const char *printed = catalogue_find_table(c, NULL, "t")->checks[0].expression;
        if (!catalogue_same_expression(TENON_POSTGRESQL, checks[i], printed, NULL))
            fail_msg("%s is not %s", checks[i], printed);
        catalogue_free(c);
    }
}

static void the_server_prints_defaults_that_mean_the_same(void **state)
{
    (void)state;
    static const char *const defaults[][2] = {
        {"varchar(20)", "'x'"},
        {"text", "'it''s'"},
        {"integer", "-1"},
        {"integer", "42"},
        {"numeric(10,2)", "-1.50"},
        {"numeric(10,2)", "0.00"},
        {"double precision", "0.5"},
        {"boolean", "true"},
        {"boolean", "'t'"},
        {"timestamp(3)", "CURRENT_TIMESTAMP"},
        {"timestamptz", "now()"},
        {"timestamp(3)", "'2024-01-02T03:04:05.600Z'"},
        {"date", "'2024-01-02'"},
        {"jsonb", "'{\"a\":1, \"b\": [1,2]}'"},
        {"uuid", "gen_random_uuid()"},
        {"text[]", "ARRAY['a', 'b']::TEXT[]"},
        {"text[]", "ARRAY[]::TEXT[]"},
        {"integer[]", "ARRAY[1, 2]::INTEGER[]"},
        {"bytea", "'\\x0102'"},
        {"numeric(10,2)[]", "'{1.50,2}'"},
        {"text[]", "'{\"a b\",c}'"},
        {"bit(3)", "B'101'"},
        {"text", "lower('ABC')"},
        {"interval", "'1 day'"},
        {"bigint", "9007199254740993"},
    };
    const char *url = testdb_create("defaults");
    for (size_t i = 0; i < TENON__COUNT(defaults); i++) {
        tenon__buf sql = {0};
        tenon__buf_format(&sql, "DROP TABLE IF EXISTS t; CREATE TABLE t (c %s DEFAULT %s)",
                          defaults[i][0], defaults[i][1]);
        testdb_run(url, tenon__buf_string(&sql));
        tenon__buf_release(&sql);
        catalogue *c = read_catalogue(url, NULL);
        const catalogue_column *column = &catalogue_find_table(c, NULL, "t")->columns[0];
        if (!catalogue_same_expression(TENON_POSTGRESQL, defaults[i][1], column->default_sql,
                                       column->type))
            fail_msg("%s is not %s", defaults[i][1], column->default_sql);
        catalogue_free(c);
    }
}

static void an_array_is_written_in_two_ways(void **state)
{
    (void)state;
    static const char *const same[][3] = {
        {"'{1,2}'::integer[]", "ARRAY[1, 2]::INTEGER[]", "integer[]"},
        {"'{\"a b\",c}'::text[]", "ARRAY['a b', 'c']", "text[]"},
        {"'{}'::text[]", "ARRAY[]::TEXT[]", "text[]"},
        {"'{ok}'::mood[]", "ARRAY['ok']::\"mood\"[]", "mood[]"},
        {"'{1.50}'::numeric[]", "ARRAY[1.5]", "numeric[]"},
    };
    for (size_t i = 0; i < TENON__COUNT(same); i++)
        if (!catalogue_same_expression(TENON_POSTGRESQL, same[i][0], same[i][1], same[i][2]))
            fail_msg("%s is not %s", same[i][0], same[i][1]);
    assert_false(catalogue_same_expression(TENON_POSTGRESQL, "'{1,2}'::integer[]",
                                           "ARRAY[1, 3]::INTEGER[]", "integer[]"));
    assert_false(catalogue_same_expression(TENON_POSTGRESQL, "'{1,2}'::integer[]",
                                           "ARRAY[1]::INTEGER[]", "integer[]"));
    assert_false(
        catalogue_same_expression(TENON_POSTGRESQL, "'{1,2}'", "ARRAY[1, 2]::text", "text"));
}

static void other_meanings_are_told_apart(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"n > 0", "n >= 0"},
        {"n > 0", "n > 1"},
        {"n > 0", "m > 0"},
        {"n > 0 AND m > 0", "n > 0 OR m > 0"},
        {"n IN (1, 2)", "n IN (1, 3)"},
        {"n IN (1, 2)", "n NOT IN (1, 2)"},
        {"n BETWEEN 1 AND 2", "n NOT BETWEEN 1 AND 2"},
        {"label LIKE 'a'", "label ILIKE 'a'"},
        {"label = 'a'", "label = 'A'"},
        {"label = 'a b'", "label = 'ab'"},
        {"qty / 3 > 1", "qty::numeric / 3 > 1"},
        {"n IS NULL", "n IS NOT NULL"},
        {"flag IS TRUE", "flag IS FALSE"},
        {"\"N\" > 0", "n > 0"},
        {"lower(label)", "upper(label)"},
        {"a OR b AND c", "(a OR b) AND c"},
        {"now()", "now("},
    };
    for (size_t i = 0; i < TENON__COUNT(pairs); i++)
        if (catalogue_same_expression(TENON_POSTGRESQL, pairs[i][0], pairs[i][1], NULL))
            fail_msg("%s is the same as %s", pairs[i][0], pairs[i][1]);
    assert_false(catalogue_same_expression(TENON_POSTGRESQL, "'1.50'", "'1.5'", "text"));
    assert_false(catalogue_same_expression(TENON_POSTGRESQL, "1", NULL, NULL));
    assert_true(catalogue_same_expression(TENON_POSTGRESQL, NULL, NULL, NULL));
}

static void words_are_compared_on_sqlite(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"price >= 0", "\"PRICE\">=0"},
        {"(price >= 0)", "price >= 0"},
        {"a == 1 AND b != 'X'", "A = 1 and b <> 'X'"},
        {"true", "1"},
        {"CURRENT_TIMESTAMP", "current_timestamp"},
        {"(lower(a) || 'x')", "lower( [a] )||'x'"},
        {"1.50", "1.5"},
    };
    static const char *const different[][2] = {
        {"a = 'X'", "a = 'x'"}, {"a > 1", "a > 2"}, {"(a) + (b)", "a + c"}, {"'1'", "1"}};
    for (size_t i = 0; i < TENON__COUNT(same); i++)
        if (!catalogue_same_expression(TENON_SQLITE, same[i][0], same[i][1], NULL))
            fail_msg("%s is not %s", same[i][0], same[i][1]);
    for (size_t i = 0; i < TENON__COUNT(different); i++)
        if (catalogue_same_expression(TENON_SQLITE, different[i][0], different[i][1], NULL))
            fail_msg("%s is the same as %s", different[i][0], different[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_prints_what_means_the_same),
        cmocka_unit_test(the_server_prints_defaults_that_mean_the_same),
        cmocka_unit_test(an_array_is_written_in_two_ways),
        cmocka_unit_test(other_meanings_are_told_apart),
        cmocka_unit_test(words_are_compared_on_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
