/* The conditions of pages: as SQL, and whether an index answers them. */
#include "render/render.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "sample.h"
#include "sample_schema.h"
#include "testdb.h"

/* A place in an order: terms and which of its values are NULL. */
typedef struct place {
    int columns[4];
    tenon_direction directions[4];
    uint8_t nulls[4];
    bool is_before, is_inclusive;
} place;

static tenon__plan *render_page(tenon_dialect dialect, const place *p)
{
    tenon__arena arena = {0};
    tenon__shape shape;
    tenon_error err = {0};
    size_t count = 0;
    tenon__shape_begin(&shape, &arena, TENON__PAGE, &user_model);
    tenon__shape_head_of(&shape)->flags = TENON__SHAPE_HAS_COLUMNS;
    tenon__shape_bytes(&shape, (const uint8_t[8]){1}, 8);
    for (; p->columns[count]; count++)
        tenon__shape_field(&shape, (uint8_t)(p->directions[count] + 1),
                           (uint16_t)(p->columns[count] - 1));
    tenon__shape_word(&shape, TENON__SHAPE_END);
    tenon__shape_word(&shape, TENON__SHAPE_END);
    tenon__shape_word(&shape, p->is_before ? TENON__SHAPE_BEFORE : TENON__SHAPE_AFTER);
    tenon__shape_word(&shape, p->is_inclusive);
    tenon__shape_bytes(&shape, p->nulls, count);
    tenon__plan *plan = tenon__render(dialect, shape.data, shape.length, &err);
    assert_non_null(plan);
    return plan;
}

/* What is behind the table. */
static void assert_says(place p, size_t slots, const char *expected)
{
    static const char select[] = "SELECT \"id\" FROM \"User\" WHERE ";
    tenon__plan *plan = render_page(TENON_POSTGRESQL, &p);
    assert_memory_equal(plan->statement.sql, select, sizeof select - 1);
    assert_string_equal(plan->statement.sql + sizeof select - 1, expected);
    assert_int_equal(plan->statement.slot_count, slots);
    tenon__plan_free(plan);
}

static void columns_of_one_direction_are_compared_as_rows(void **state)
{
    assert_says((place){.columns = {USER_ID}}, 1, "\"id\" > $1 ORDER BY \"id\"");
    assert_says((place){.columns = {USER_ID}, .is_before = true}, 1,
                "\"id\" < $1 ORDER BY \"id\" DESC");
    assert_says((place){.columns = {USER_ID}, .is_before = true, .is_inclusive = true}, 1,
                "\"id\" <= $1 ORDER BY \"id\" DESC");
    assert_says((place){.columns = {USER_CREATED_AT, USER_SCORE, USER_ID},
                        .directions = {TENON_DESC, TENON_DESC_NULLS_LAST, TENON_DESC}},
                3,
                "(\"createdAt\", \"score\", \"id\") < ($1, $2, $3) "
                "ORDER BY \"createdAt\" DESC, \"score\" DESC, \"id\" DESC");
}

static void columns_of_two_directions_are_spelt_out(void **state)
{
    assert_says(
        (place){.columns = {USER_SCORE, USER_EMAIL, USER_ID}, .directions = {0, TENON_DESC, 0}}, 3,
        "\"score\" >= $1 AND (\"score\" > $1 OR (\"score\" = $1 AND (\"email\" < $2 OR "
        "(\"email\" = $2 AND (\"id\" > $3))))) ORDER BY \"score\", \"email\" DESC, \"id\"");
}

static void nulls_are_where_the_order_has_them(void **state)
{
    assert_says((place){.columns = {USER_AGE, USER_ID}}, 2,
                "(\"age\" > $1 OR \"age\" IS NULL OR (\"age\" = $1 AND (\"id\" > $2))) "
                "ORDER BY \"age\" ASC NULLS LAST, \"id\"");
    assert_says((place){.columns = {USER_AGE, USER_ID}, .nulls = {1}}, 1,
                "((\"age\" IS NULL AND (\"id\" > $1))) ORDER BY \"age\" ASC NULLS LAST, \"id\"");
    assert_says((place){.columns = {USER_AGE, USER_ID}, .directions = {TENON_ASC_NULLS_FIRST}}, 2,
                "\"age\" >= $1 AND (\"age\" > $1 OR (\"age\" = $1 AND (\"id\" > $2))) "
                "ORDER BY \"age\" ASC NULLS FIRST, \"id\"");
    assert_says((place){.columns = {USER_AGE, USER_ID},
                        .directions = {TENON_ASC_NULLS_FIRST},
                        .nulls = {1}},
                1,
                "(\"age\" IS NOT NULL OR (\"age\" IS NULL AND (\"id\" > $1))) "
                "ORDER BY \"age\" ASC NULLS FIRST, \"id\"");
    assert_says((place){.columns = {USER_AGE, USER_ID}, .is_before = true}, 2,
                "\"age\" <= $1 AND (\"age\" < $1 OR (\"age\" = $1 AND (\"id\" < $2))) "
                "ORDER BY \"age\" DESC NULLS FIRST, \"id\" DESC");
}

static void enums_are_compared_by_their_rank_on_sqlite(void **state)
{
    tenon__plan *plan = render_page(TENON_SQLITE, &(place){.columns = {USER_ROLE, USER_ID}});
    assert_non_null(strstr(plan->statement.sql,
                           "WHERE (CASE \"role\" WHEN 'USER' THEN 1 WHEN 'editor' THEN 2 WHEN "
                           "'ADMIN' THEN 3 END, \"id\") > (CASE ?1 WHEN 'USER' THEN 1 WHEN "
                           "'editor' THEN 2 WHEN 'ADMIN' THEN 3 END, ?2)"));
    tenon__plan_free(plan);
}

/* ---- indexes --------------------------------------------------------------------------------- */

static void explain(PGconn *connection, const char *sql, tenon__buf *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_format(&text, "PREPARE page AS %s; SET enable_seqscan = off; SET enable_sort = off",
                      sql);
    PQclear(PQexec(connection, tenon__buf_string(&text)));
    PGresult *result = PQexec(connection, "EXPLAIN (COSTS OFF) EXECUTE page('2020-01-01', 7)");
    for (int i = 0; i < PQntuples(result); i++)
        tenon__buf_format(out, "%s\n", PQgetvalue(result, i, 0));
    PQclear(result);
    PQclear(PQexec(connection, "DEALLOCATE page"));
}

/* Both the comparison of rows and the bound in front of what is spelt out. */
static void an_index_finds_the_place(void **state)
{
    const char *url = testdb_create("keyset");
    testdb_run(url, sample_schema_postgresql);
    testdb_run(url, "CREATE INDEX ON \"User\" (\"createdAt\", \"id\");"
                    "CREATE INDEX ON \"User\" (\"createdAt\", \"id\" DESC)");
    PGconn *connection = PQconnectdb(url);
    static const tenon_direction second[] = {TENON_ASC, TENON_DESC};
    for (size_t i = 0; i < TENON__COUNT(second); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf said = {0};
        place p = {.columns = {USER_CREATED_AT, USER_ID}, .directions = {0, second[i]}};
        tenon__plan *plan = render_page(TENON_POSTGRESQL, &p);
        explain(connection, plan->statement.sql, &said);
        if (!strstr(tenon__buf_string(&said), "Index Cond: ") ||
            strstr(tenon__buf_string(&said), "Sort"))
            fail_msg("%s", tenon__buf_string(&said));
        tenon__plan_free(plan);
    }
    PQfinish(connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_of_one_direction_are_compared_as_rows),
        cmocka_unit_test(columns_of_two_directions_are_spelt_out),
        cmocka_unit_test(nulls_are_where_the_order_has_them),
        cmocka_unit_test(enums_are_compared_by_their_rank_on_sqlite),
        cmocka_unit_test(an_index_finds_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
