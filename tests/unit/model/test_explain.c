/* What a query would do: its SQL, its parameters, the database's plan. */
#include "desk.h"

static void nothing_is_run(void **state)
{
    both *b = *state;
    both_sql(b, b->is_sqlite ? "CREATE VIEW \"Fatal\" AS SELECT 1 AS id, "
                               "CAST(abs(-9223372036854775807 - 1) AS TEXT) AS label"
                             : "CREATE VIEW \"Fatal\" AS SELECT id, (1 / (id - id)) || label AS "
                               "label FROM \"Number\"");
    const tenon_explanation *it =
        number_explain(b->session, .table = {.name = "Fatal"}, .where = {.id = GT(0)});
    assert_sound(b->session);
    assert_non_null(it);
    assert_null(it->next);
    assert_null(number_find_first(b->session, .table = {.name = "Fatal"}, .where = {.id = GT(0)}));
    assert_true(tenon_failed(b->session));
}

static void the_sql_is_that_of_the_call(void **state)
{
    both *b = *state;
    const tenon_explanation *it =
        job_explain(b->session, .where = {.state = EQ("open"), .weight = BETWEEN(1, 2)},
                    .order_by = {ASC(JOB_ID)}, .limit = 10);
    assert_sound(b->session);
    assert_non_null(strstr(it->sql, b->is_sqlite ? "\"state\" = ?1" : "\"state\" = $1"));
    assert_ptr_equal(strstr(it->sql, "SELECT"), it->sql);
    assert_int_equal(it->parameter_count, 4);
    const char *const fields[] = {"state", "weight", "weight"};
    const char *const types[] = {"text", "integer", "integer", "bigint"};
    const char *const sqlite_types[] = {"TEXT", "INTEGER", "INTEGER", "INTEGER"};
    for (size_t i = 0; i < 4; i++) {
        const char *type = b->is_sqlite ? sqlite_types[i] : types[i];
        assert_string_equal(it->parameters[i].type, type);
        if (i < 3)
            assert_string_equal(it->parameters[i].field, fields[i]);
    }
    assert_null(it->parameters[3].field);
}

static void a_list_is_one_parameter(void **state)
{
    both *b = *state;
    const char *const states[] = {"open", "done"};
    const tenon_explanation *it =
        job_explain(b->session, .where = {.state = IN(states, 2)}, .select = {JOB_ID});
    assert_sound(b->session);
    assert_int_equal(it->parameter_count, 1);
    assert_string_equal(it->parameters[0].type, b->is_sqlite ? "TEXT[]" : "text[]");
}

static void the_plan_is_the_databases_own(void **state)
{
    both *b = *state;
    const tenon_explanation *by_key = job_explain(b->session, .where = {.id = EQ(7)});
    assert_non_null(strstr(by_key->plan, b->is_sqlite ? "SEARCH Job USING INTEGER PRIMARY KEY"
                                                      : "Index Cond: (id = 7)"));
    const tenon_explanation *all = job_explain(b->session, .order_by = {ASC(JOB_TITLE)});
    assert_non_null(
        strstr(all->plan, b->is_sqlite ? "SCAN Job\nUSE TEMP B-TREE" : "\n  Sort Key: title"));
    assert_sound(b->session);
}

static void steps_within_steps_are_indented(void **state)
{
    both *b = *state;
    const tenon_explanation *it = number_explain(b->session, .where = {.id = EQ(7)});
    assert_non_null(strstr(it->plan, b->is_sqlite ? "\n  SETUP\n    SCAN CONSTANT ROW" : "Scan"));
}

static void hints_show_their_effect(void **state)
{
    both *b = *state;
    tenon_setting off[] = {{"enable_seqscan", "off"}};
    tenon_hints hints = {.index = b->is_sqlite ? "job_by_state" : NULL,
                         .settings = b->is_sqlite ? NULL : off,
                         .setting_count = !b->is_sqlite};
    const tenon_explanation *it =
        job_explain(b->session, .where = {.state = EQ("open")}, .hints = &hints);
    assert_sound(b->session);
    assert_non_null(strstr(it->plan, "job_by_state"));
}

static void a_query_that_is_wrong_is_not_explained(void **state)
{
    both *b = *state;
    assert_null(job_explain(b->session, .limit = -1));
    assert_failed(b->session, TENON_MISUSE, "negative");
    assert_null(job_explain(b->session, .table = {.name = "nothing"}));
    assert_failed(b->session, TENON_SCHEMA, "nothing");
    assert_null(job_explain(b->session, .where = {.title = EQ(NULL)}));
    assert_failed(b->session, TENON_MISUSE, "IS_NULL");
    assert_null(job_explain(NULL));
}

static void an_explanation_does_not_disturb_the_call(void **state)
{
    both *b = *state;
    job_create(b->session, .title = SET("paint"));
    for (int i = 0; i < 3; i++) {
        assert_non_null(job_explain(b->session, .where = {.title = EQ("paint")}));
        assert_int_equal(job_find_many(b->session, .where = {.title = EQ("paint")}).count, 1);
    }
    assert_sound(b->session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DESK(nothing_is_run),
        ON_DESK(the_sql_is_that_of_the_call),
        ON_DESK(a_list_is_one_parameter),
        ON_DESK(the_plan_is_the_databases_own),
        ON_DESK(steps_within_steps_are_indented),
        ON_DESK(hints_show_their_effect),
        ON_DESK(a_query_that_is_wrong_is_not_explained),
        ON_DESK(an_explanation_does_not_disturb_the_call),
    };
    return desk_run(tests);
}
