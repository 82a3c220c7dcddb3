/* What the databases say about queries. */
#include "../../support/testdb.h"
#include "checked.h"

typedef struct wrong_query {
    const char *sql, *complaints;
} wrong_query;

static const wrong_query wrong_queries[] = {
    {"-- name: a :many\nSELECT id,\n       viewz\n  FROM posts;\n",
     "queries/q.sql:3:8: column \"viewz\" does not exist; did you mean \"views\"?\n"},
    {"-- name: a :many\nSELECT p.viewz FROM posts p WHERE id = :id;\n",
     "queries/q.sql:2:8: column p.viewz does not exist; did you mean \"views\"?\n"},
    {"-- name: a :many\nSELECT id FROM post;\n",
     "queries/q.sql:2:16: relation \"post\" does not exist; did you mean \"posts\"?\n"},
    {"-- name: a :many\nSELECT id FROM posts WHERE id = :id AND tittle = :t;\n",
     "queries/q.sql:2:41: column \"tittle\" does not exist; did you mean \"title\"?\n"},
    {"-- name: a :many\n-- on: sqlite\nSELECT id,\n       viewz FROM posts;\n",
     "queries/q.sql:4:8: no such column: viewz; did you mean \"views\"?\n"},
    {"-- name: a :many\n-- on: sqlite\nSELECT id FROM post;\n",
     "queries/q.sql:1:10: no such table: post; did you mean \"posts\"?\n"},
    {"-- name: a :many\nSELECT id FROM posts WHERE;\n",
     "queries/q.sql:2:27: syntax error at end of input\n"},
    {"-- name: a :mny\nSELECT id FROM posts;\n",
     "queries/q.sql:1:12: the name of a query is followed by what it gives; one of :one :maybe "
     ":many :exec :rows :stream :batch :copy\n"},
    {"-- name: a\nSELECT id FROM posts;\n",
     "queries/q.sql:1:10: a query needs a name of letters, digits and _, and what it gives; such "
     "as: -- name: top_authors :many\n"},
    {"-- name: a :many\n", "queries/q.sql:1:1: query \"a\" has no statement\n"},
    {"-- name: a :many\n-- on: sqlite\nSELECT id FROM posts WHERE id = :id -- if: id\n;\n",
     "queries/q.sql:1:10: without its optional parts the query has no statement\n"},
    {"-- name: a :exec\nSELECT id FROM posts;\n",
     "queries/q.sql:1:10: the statement gives columns, which nobody gets; use :one, :maybe, :many "
     "or :stream\n"},
    {"-- name: a :many\nDELETE FROM posts WHERE id = :id;\n",
     "queries/q.sql:1:10: the statement gives no columns; use :exec or :rows\n"},
    {"-- name: a :many\nSELECT id, id FROM posts;\n",
     "queries/q.sql:1:10: two columns are called \"id\"; give one of them another name with AS\n"},
    {"-- name: a :many\nSELECT id + 1 FROM posts;\n",
     "queries/q.sql:1:10: column 1 has no name that a member could have: \"?column?\"; give it "
     "one: "
     "… AS total\n"},
    {"-- name: a :many\n-- column: total BigInt\nSELECT id FROM posts;\n",
     "queries/q.sql:2:12: there is no column \"total\"\n"},
    {"-- name: a :many\n-- column: id BigInt\nSELECT id FROM posts;\n",
     "queries/q.sql:2:12: \"id\" is Int in the database; cast it in the statement\n"},
    {"-- name: a :many\n-- column: id Strng\nSELECT id FROM posts;\n",
     "queries/q.sql:2:12: unknown type \"Strng\"; a scalar type of the schema language, an enum or "
     "Model.field\n"},
    {"-- name: a :many\nSELECT '10.0.0.1'::inet AS address FROM posts;\n",
     "queries/q.sql:1:10: column \"address\" has the type inet, which is read as text; write "
     "address::text\n"},
    {"-- name: a :batch\nDELETE FROM posts WHERE id = 1;\n",
     "queries/q.sql:1:10: it runs for each of a list of parameters, and has none; use :exec or "
     ":rows\n"},
    {"-- name: a :copy\nINSERT INTO posts (title, author_id) VALUES (:title, 1);\n",
     "queries/q.sql:1:10: what :copy loads is written as an INSERT of parameters; INSERT INTO t "
     "(a, "
     "b) VALUES (:a, :b)\n"},
    {"-- name: a :many\nSELECT viewz FROM posts;\n-- name: b :many\nSELECT titel FROM posts;\n",
     "queries/q.sql:2:8: column \"viewz\" does not exist; did you mean \"views\"?\n"
     "queries/q.sql:4:8: column \"titel\" does not exist; did you mean \"title\"?\n"},
};

static void a_wrong_query_is_told_where_it_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_queries / sizeof *wrong_queries; i++) {
        sqlfile_set *set = checked(wrong_queries[i].sql);
        assert_string_equal(checked_complaints(set), wrong_queries[i].complaints);
        sqlfile_free(set);
    }
}

static void types_come_from_the_database(void **state)
{
    (void)state;
    sqlfile_set *set = checked(
        "-- on: postgresql, sqlite\n-- name: a :many\n"
        "SELECT p.id, p.title, p.views, p.rating, p.price, p.meta, p.is_public, p.created_at,"
        " u.role, count(*) AS times\n"
        "FROM posts p JOIN \"User\" u ON u.id = p.author_id\n"
        "WHERE p.views > :views AND p.price < :price AND u.role = :role AND p.created_at > :since\n"
        "GROUP BY p.id, u.id;\n");
    assert_string_equal(checked_complaints(set), "");
    assert_string_equal(checked_columns(checked_query(set, "a")),
                        "id Int, title String, views BigInt, rating Float?, price Decimal, "
                        "meta Json?, is_public Boolean, created_at DateTime, role Role, "
                        "times BigInt");
    assert_string_equal(checked_parameters(checked_query(set, "a")),
                        "views BigInt, price Decimal, role Role, since DateTime");
    sqlfile_free(set);
}

static void sqlite_takes_types_from_the_schema(void **state)
{
    (void)state;
    sqlfile_set *set =
        checked("-- on: sqlite\n-- name: a :many\n"
                "SELECT p.id, p.views, p.price, p.is_public, p.created_at, u.role\n"
                "FROM posts p JOIN \"User\" u ON u.id = p.author_id\n"
                "WHERE p.views > :views AND p.created_at > :since AND u.role = ?1;\n");
    assert_string_equal(checked_complaints(set), "");
    assert_string_equal(checked_columns(checked_query(set, "a")),
                        "id Int, views BigInt, price Decimal?, is_public Boolean, "
                        "created_at DateTime, role Role");
    assert_string_equal(checked_parameters(checked_query(set, "a")),
                        "views BigInt, since DateTime, role Role");
    sqlfile_free(set);
}

static void what_sqlite_cannot_know_has_to_be_said(void **state)
{
    (void)state;
    sqlfile_set *set = checked("-- on: sqlite\n-- name: a :many\nSELECT :x AS x FROM posts;\n");
    assert_string_equal(checked_complaints(set),
                        "queries/q.sql:2:10: nothing tells the type of column \"x\"; say it: "
                        "-- column: x BigInt\n"
                        "queries/q.sql:3:8: nothing tells the type of parameter \"x\"; say it: "
                        "-- param: x Int\n");
    sqlfile_free(set);
    set = checked("-- on: sqlite\n-- name: a :many\n-- param: x Int\n-- column: x BigInt?\n"
                  "SELECT :x AS x FROM posts;\n");
    assert_string_equal(checked_complaints(set), "");
    assert_string_equal(checked_columns(checked_query(set, "a")), "x BigInt?");
    assert_string_equal(checked_parameters(checked_query(set, "a")), "x Int");
    sqlfile_free(set);
}

static void sqlite_s_expressions_are_understood_as_far_as_they_are_certain(void **state)
{
    (void)state;
    sqlfile_set *set = checked(
        "-- on: sqlite\n-- name: a :many\n"
        "SELECT count(*), sum(views) AS total, avg(rating) AS rated, max(created_at) AS latest,\n"
        "  upper(title) || 'x' AS shout, views + 1 AS more, rating * 2 AS twice, id > 3 AS "
        "is_late,\n"
        "  coalesce(rating, 0.5) AS sure, CASE WHEN id = 1 THEN 'a' ELSE title END AS word,\n"
        "  CAST(id AS text) AS id_text, (SELECT max(u.role) FROM \"User\" u) AS role\n"
        "FROM posts WHERE lower(title) = :title GROUP BY id LIMIT :most OFFSET :from;\n");
    assert_string_equal(checked_complaints(set), "");
    assert_string_equal(checked_columns(checked_query(set, "a")),
                        "count BigInt, total BigInt, rated Float?, latest DateTime, shout String, "
                        "more BigInt, twice Float?, is_late Boolean, sure Float, word String, "
                        "id_text String, role Role?");
    assert_string_equal(checked_query(set, "a")->columns[0].field.column, "count(*)");
    assert_string_equal(checked_parameters(checked_query(set, "a")),
                        "title String, most BigInt, from BigInt");
    sqlfile_free(set);
}

static void a_row_of_a_model_is_that_of_the_model(void **state)
{
    (void)state;
    sqlfile_set *set = checked("-- on: postgresql, sqlite\n"
                               "-- name: a :many\nSELECT * FROM \"User\";\n"
                               "-- name: b :many\nSELECT name, email, role, id FROM \"User\";\n"
                               "-- name: c :many\nSELECT u.* FROM posts p LEFT JOIN \"User\" u"
                               " ON u.id = p.author_id AND u.name = 'x';\n"
                               "-- name: d :many\nSELECT id, name FROM \"User\";\n");
    assert_string_equal(checked_complaints(set), "");
    assert_string_equal(checked_query(set, "a")->model->model.name, "User");
    assert_string_equal(checked_query(set, "b")->model->model.name, "User");
    assert_null(checked_query(set, "c")->model);
    assert_null(checked_query(set, "d")->model);
    sqlfile_free(set);
}

static void optional_parts_and_orders_make_variants(void **state)
{
    (void)state;
    sqlfile_set *set = checked("-- on: postgresql, sqlite\n-- name: a :many\n"
                               "SELECT id FROM posts\n"
                               "WHERE title LIKE :title\n"
                               "  AND views >= :least -- if: least\n"
                               "  -- if: not hidden\n"
                               "  AND is_public\n"
                               "  -- end\n"
                               "-- order: views, newest = created_at DESC\n"
                               "LIMIT 5;\n");
    assert_string_equal(checked_complaints(set), "");
    const sqlfile_query *query = checked_query(set, "a");
    assert_int_equal(query->variant_count, 12);
    assert_string_equal(query->texts[0][0].sql, "SELECT id FROM posts\n"
                                                "WHERE title LIKE $1\n"
                                                "  AND is_public\n"
                                                "ORDER BY views ASC NULLS LAST\n"
                                                "LIMIT 5");
    assert_string_equal(query->texts[1][3 + 8].sql, "SELECT id FROM posts\n"
                                                    "WHERE title LIKE ?1\n"
                                                    "  AND views >= ?2\n"
                                                    "ORDER BY created_at DESC\n"
                                                    "LIMIT 5");
    assert_int_equal(query->texts[0][0].parameter_count, 1);
    assert_int_equal(query->texts[0][1].parameter_count, 2);
    assert_string_equal(checked_parameters(query), "title String, least BigInt, hidden Boolean");
    sqlfile_free(set);
}

static void too_many_variants_are_refused(void **state)
{
    (void)state;
    sqlfile_set *set = checked("-- name: a :many\nSELECT id FROM posts WHERE true\n"
                               "AND id > 1 -- if: a\nAND id > 2 -- if: b\nAND id > 3 -- if: c\n"
                               "AND id > 4 -- if: d\nAND id > 5 -- if: e\nAND id > 6 -- if: f\n"
                               "AND id > 7 -- if: g\n-- order: id, views\n");
    assert_string_equal(checked_complaints(set),
                        "queries/q.sql:1:10: 7 optional parts and 4 orders make 512 variants; 256 "
                        "are the most; make two queries of it\n");
    sqlfile_free(set);
}

static void every_variant_is_prepared(void **state)
{
    (void)state;
    sqlfile_set *set = checked("-- name: a :many\nSELECT id FROM posts WHERE true\n"
                               "AND viewz > :least -- if: least\n-- order: id, titel\n");
    assert_string_equal(checked_complaints(set),
                        "queries/q.sql:3:5: column \"viewz\" does not exist; did you mean "
                        "\"views\"?\n");
    sqlfile_free(set);
}

static void a_copy_has_a_text_for_each_database(void **state)
{
    (void)state;
    sqlfile_set *set = checked("-- on: postgresql, sqlite\n-- name: a :copy\n"
                               "INSERT INTO posts (title, author_id) VALUES (:title, :author);\n");
    assert_string_equal(checked_complaints(set), "");
    const sqlfile_query *query = checked_query(set, "a");
    assert_string_equal(query->texts[0][0].sql,
                        "COPY \"posts\" (\"title\", \"author_id\") FROM STDIN (FORMAT binary)");
    assert_string_equal(query->texts[1][0].sql, "INSERT INTO \"posts\" (\"title\", \"author_id\") "
                                                "SELECT c1, c2 FROM tenon_rows(?1)");
    assert_string_equal(checked_parameters(query), "title String, author Int");
    sqlfile_free(set);
}

static void a_list_is_an_array_or_a_table_of_keys(void **state)
{
    (void)state;
    sqlfile_set *set = checked("-- on: postgresql, sqlite\n-- name: a :many\n"
                               "SELECT id FROM posts WHERE id = ANY(:ids) AND title <> ALL (:not)\n"
                               "-- name: b :many\n-- on: sqlite\n"
                               "SELECT id FROM posts WHERE id=any( :ids );\n");
    assert_string_equal(checked_complaints(set), "");
    assert_string_equal(checked_query(set, "a")->texts[1][0].sql,
                        "SELECT id FROM posts WHERE id IN (SELECT value FROM tenon_keys(?1)) AND "
                        "title NOT IN (SELECT value FROM tenon_keys(?2))");
    assert_string_equal(checked_parameters(checked_query(set, "a")), "ids Int[], not String[]");
    assert_string_equal(checked_parameters(checked_query(set, "b")), "ids Int[]");
    sqlfile_free(set);
}

static const wrong_query mistakes[] = {
    {"-- name: a :exec\nDELETE FROM posts;\n",
     "queries/q.sql:2:13: every row is written: there is no WHERE; or say -- tenon:ignore "
     "missing_where WHY\n"},
    {"-- name: a :exec\n-- tenon:ignore missing_where it is a test\nUPDATE posts SET views = 1;\n",
     ""},
    {"-- on: sqlite\n-- name: a :many\nSELECT p.* FROM posts p WHERE p.id = :id;\n",
     "queries/q.sql:3:8: * has other columns when the table changes, and then the program fails; "
     "name the columns, or say -- tenon:ignore select_star WHY\n"},
    {"-- name: a :many\nSELECT id FROM posts ORDER BY id LIMIT 10 OFFSET :from;\n",
     "queries/q.sql:2:50: OFFSET reads all rows that it skips; begin behind the last key that was "
     "seen, or say -- tenon:ignore offset WHY\n"},
    {"-- name: a :many\nSELECT id FROM posts WHERE title LIKE '%x' OR title LIKE 'x%';\n",
     "queries/q.sql:2:39: a pattern that begins with a wildcard reads every row; use a "
     "full-text or trigram index, or say -- tenon:ignore leading_wildcard WHY\n"},
    {"-- on: postgresql, sqlite\n-- name: a :many\nSELECT id FROM posts\n"
     "WHERE title NOT IN (SELECT name FROM \"User\") AND title NOT IN (SELECT email FROM "
     "\"User\");\n",
     "queries/q.sql:4:13: NOT IN is never true when the list has a NULL, and this column can be "
     "NULL; use NOT EXISTS, or say -- tenon:ignore not_in_null WHY\n"},
};

static void what_is_a_mistake_sooner_or_later_is_warned_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        sqlfile_set *set = checked_strictly(mistakes[i].sql);
        assert_string_equal(checked_complaints(set), mistakes[i].complaints);
        assert_int_equal(sqlfile_error_count(set), 0);
        sqlfile_free(set);
    }
}

/* COPY casts nothing, and writes to tables alone. */
static void a_copy_that_copy_cannot_do_stays_an_insert(void **state)
{
    static const struct {
        const char *sql;
        bool is_by_insert;
    } cases[] = {
        {"INSERT INTO kinds (a, b) VALUES (:a, :b)", false},
        {"INSERT INTO kinds (small) VALUES (:small)", false},
        {"INSERT INTO kinds (bits) VALUES (:bits)", true},
        {"INSERT INTO kinds (smalls) VALUES (:smalls)", true},
        {"INSERT INTO seen (a) VALUES (:a)", true},
        {"INSERT INTO guarded (a) VALUES (:a)", true},
    };
    (void)state;
    const char *url = testdb_create("copies");
    testdb_run(url, "CREATE DOMAIN small AS integer CHECK (VALUE < 10);"
                    "CREATE TABLE kinds (a integer, b text, bits bit(3), small small,"
                    " smalls small[]);"
                    "CREATE VIEW seen AS SELECT a FROM kinds;"
                    "CREATE TABLE guarded (a integer);"
                    "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "-- name: a :copy\n%s;\n", cases[i].sql);
        sqlfile_set *set = checked_in(url, sql);
        const sqlfile_query *query = checked_query(set, "a");
        assert_string_equal(checked_complaints(set), "");
        assert_int_equal(query->is_by_insert, cases[i].is_by_insert);
        assert_int_equal(!strncmp(query->texts[0][0].sql, "COPY", 4), !cases[i].is_by_insert);
        sqlfile_free(set);
    }
}

/* A value of a domain travels as one of its base, an array of them does not. */
static void an_array_of_a_domain_is_read_as_text(void **state)
{
    (void)state;
    const char *url = testdb_create("domains");
    testdb_run(url, "CREATE DOMAIN small AS integer; CREATE DOMAIN few AS integer[];"
                    "CREATE TABLE kinds (one small NOT NULL, a_few few NOT NULL,"
                    " many small[] NOT NULL)");
    sqlfile_set *set =
        checked_in(url, "-- name: a :many\nSELECT one, a_few, many::int[] AS many FROM kinds"
                        " WHERE many = :many;\n-- name: b :many\nSELECT many FROM kinds;\n");
    assert_string_equal(checked_complaints(set),
                        "queries/q.sql:3:10: column \"many\" has the type _small, which is read as "
                        "text; write many::text\n");
    assert_string_equal(checked_columns(checked_query(set, "a")),
                        "one Int, a_few Int[], many Int[]");
    assert_string_equal(checked_parameters(checked_query(set, "a")), "many _small");
    sqlfile_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_query_is_told_where_it_is_wrong),
        cmocka_unit_test(types_come_from_the_database),
        cmocka_unit_test(sqlite_takes_types_from_the_schema),
        cmocka_unit_test(what_sqlite_cannot_know_has_to_be_said),
        cmocka_unit_test(sqlite_s_expressions_are_understood_as_far_as_they_are_certain),
        cmocka_unit_test(a_row_of_a_model_is_that_of_the_model),
        cmocka_unit_test(optional_parts_and_orders_make_variants),
        cmocka_unit_test(too_many_variants_are_refused),
        cmocka_unit_test(every_variant_is_prepared),
        cmocka_unit_test(a_list_is_an_array_or_a_table_of_keys),
        cmocka_unit_test(what_is_a_mistake_sooner_or_later_is_warned_of),
        cmocka_unit_test(a_copy_has_a_text_for_each_database),
        cmocka_unit_test(a_copy_that_copy_cannot_do_stays_an_insert),
        cmocka_unit_test(an_array_of_a_domain_is_read_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
