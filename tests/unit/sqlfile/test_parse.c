/* Blocks of files: names, comments, and what is wrong with them. */
#include "checked.h"

static void a_block_has_a_name_a_kind_and_documentation(void **state)
{
    (void)state;
    sqlfile_set *set = checked_read("-- Some file.\n\n"
                                    "-- name: top_authors :many\n"
                                    "-- The authors with most views.\n"
                                    "--\n"
                                    "-- param: least Int\n"
                                    "/* And more. */\n"
                                    "SELECT 1;\n\n"
                                    "-- name: touch :exec\nUPDATE posts SET views = 1\n");
    assert_string_equal(checked_complaints(set), "");
    assert_int_equal(set->query_count, 2);
    const sqlfile_query *query = checked_query(set, "top_authors");
    assert_int_equal(query->kind, SQLFILE_MANY);
    assert_string_equal(query->documentation, "The authors with most views.\n\nAnd more.");
    assert_string_equal(query->place, "queries/q.sql:3");
    assert_int_equal(query->param_count, 1);
    assert_int_equal(checked_query(set, "touch")->kind, SQLFILE_EXEC);
    sqlfile_free(set);
}

static void parameters_are_listed_once_in_order_of_use(void **state)
{
    (void)state;
    sqlfile_set *set = checked_read("-- name: a :many\nSELECT @b, :a, @b, ':c'\n");
    const sqlfile_query *query = checked_query(set, "a");
    assert_int_equal(query->parameter_count, 2);
    assert_string_equal(query->parameters[0].name, "b");
    assert_string_equal(query->parameters[1].name, "a");
    sqlfile_free(set);
    set = checked_read("-- name: a :many\nSELECT $2, $1\n");
    assert_string_equal(checked_query(set, "a")->parameters[0].name, "$1");
    sqlfile_free(set);
}

static void the_name_of_a_file_says_the_database(void **state)
{
    (void)state;
    sqlfile_set *set = checked_read_as("q.sqlite.sql", "-- name: a :many\nSELECT ?\n");
    assert_null(checked_query(set, "a")->bodies[TENON_POSTGRESQL - 1]);
    assert_non_null(checked_query(set, "a")->bodies[TENON_SQLITE - 1]);
    assert_int_equal(checked_query(set, "a")->parameter_count, 1);
    sqlfile_free(set);
    set = checked_read("-- on: sqlite, postgresql\n-- name: a :many\nSELECT 1\n"
                       "-- name: b :many\n-- on: sqlite\nSELECT 1\n");
    assert_non_null(checked_query(set, "a")->bodies[TENON_POSTGRESQL - 1]);
    assert_non_null(checked_query(set, "a")->bodies[TENON_SQLITE - 1]);
    assert_null(checked_query(set, "b")->bodies[TENON_POSTGRESQL - 1]);
    sqlfile_free(set);
}

static void two_files_make_one_query_for_two_databases(void **state)
{
    (void)state;
    static const char one[] = "-- name: a :many\nSELECT :x::int\n";
    static const char two[] = "-- name: a :many\nSELECT CAST(:x AS int)\n";
    const schema_source sources[] = {{"a.postgresql.sql", one, sizeof one - 1},
                                     {"a.sqlite.sql", two, sizeof two - 1}};
    sqlfile_set *set = sqlfile_read_texts(sources, 2, checked_schema(), NULL);
    assert_string_equal(checked_complaints(set), "");
    assert_int_equal(set->query_count, 1);
    assert_int_equal(set->queries[0].parameter_count, 1);
    assert_ptr_not_equal(set->queries[0].bodies[0], set->queries[0].bodies[1]);
    sqlfile_free(set);
}

typedef struct wrong_file {
    const char *sql, *complaints;
} wrong_file;

static const wrong_file wrong_files[] = {
    {"SELECT 1;\n", "queries/q.sql:1:1: this statement belongs to no query; write a line such as: "
                    "-- name: top_authors :many\n"},
    {"-- name: a :many\nSELECT 1; SELECT 2\n",
     "queries/q.sql:2:11: this statement belongs to no query; write a line such as: "
     "-- name: top_authors :many\n"},
    {"-- name: a :many\n-- name: b :many\nSELECT 1\n",
     "queries/q.sql:1:1: query \"a\" has no statement\n"},
    {"-- name: a\nSELECT 1\n",
     "queries/q.sql:1:10: a query needs a name of letters, digits and _, and what it gives; such "
     "as: -- name: top_authors :many\n"},
    {"-- name: a :lots\nSELECT 1\n",
     "queries/q.sql:1:12: the name of a query is followed by what it gives; one of :one :maybe "
     ":many :exec :rows :stream :batch :copy\n"},
    {"-- name: a :many\nSELECT 1;\n-- name: a :many\nSELECT 2\n",
     "queries/q.sql:3:1: there is a query \"a\" for this database already; give it another name\n"},
    {"-- name: a :many\nSELECT 1;\n-- name: a :one\nSELECT 2\n",
     "queries/q.sql:3:1: there is a query \"a\" for this database already; give it another name\n"},
    {"-- name: a :many\n-- on: sqlite\nSELECT 1;\n-- name: a :one\n-- on: postgresql\nSELECT 2\n",
     "queries/q.sql:4:12: query \"a\" gives something else elsewhere\n"},
    {"-- name: a :many\n-- parm: x Int\nSELECT 1\n",
     "queries/q.sql:2:4: unknown word \"parm:\"; did you mean \"param:\"?\n"},
    {"-- name: a :many\n-- param: x\nSELECT 1\n",
     "queries/q.sql:2:11: a name and what is known about it; such as: total BigInt, or total?, or "
     "total!\n"},
    {"-- name: a :many\n-- on: mysql\nSELECT 1\n",
     "queries/q.sql:2:8: this is no database that a query can be for; postgresql, sqlite, or both "
     "of them\n"},
    {"-- name: a :many\nSELECT 1\n-- if: x\nWHERE true\n",
     "queries/q.sql:3:4: this optional part has no end; \"-- end\" ends it\n"},
    {"-- name: a :many\nSELECT 1\nWHERE id = :x AND views = :x -- if: x\n-- end\n",
     "queries/q.sql:4:4: there is no optional part to end\n"},
    {"-- name: a :many\nSELECT :x\nWHERE id = :x -- if: x\n",
     "queries/q.sql:2:8: \"x\" is used outside of the part that is there when it is given; give "
     "the condition a name of its own\n"},
    {"-- name: a :many\n-- tenon:ignore offset\nSELECT 1\n",
     "queries/q.sql:2:10: say why the rule is ignored\n"},
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_files / sizeof *wrong_files; i++) {
        sqlfile_set *set = checked_read(wrong_files[i].sql);
        assert_string_equal(checked_complaints(set), wrong_files[i].complaints);
        sqlfile_free(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_has_a_name_a_kind_and_documentation),
        cmocka_unit_test(parameters_are_listed_once_in_order_of_use),
        cmocka_unit_test(the_name_of_a_file_says_the_database),
        cmocka_unit_test(two_files_make_one_query_for_two_databases),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
