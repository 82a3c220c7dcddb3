/* What columns consist of, as the check finds it; what else it says of values and rows. */
#include "checked.h"

static void is_shape(const char *select, const char *expected)
{
    tenon__buf text = {0};
    tenon__buf_format(&text, "-- name: q :many\n%s;\n", select);
    sqlfile_set *set = checked(tenon__buf_string(&text));
    assert_string_equal(checked_complaints(set), "");
    assert_string_equal(checked_columns(checked_query(set, "q")), expected);
    sqlfile_free(set);
    tenon__buf_release(&text);
}

static void objects_are_structs(void **state)
{
    (void)state;
    is_shape("SELECT json_build_object('id', p.id, 'views', p.views, 'rating', p.rating) AS j FROM "
             "posts p",
             "j JsonText{id Int, views BigInt, rating Float?}");
    is_shape("SELECT jsonb_build_object('a', jsonb_build_object('b', u.role)) AS j FROM \"User\" u",
             "j Json{a JsonText{b Role}}");
    is_shape("SELECT row_to_json(p)::jsonb -> 'a' AS a, to_jsonb(u) AS u FROM posts p, \"User\" u",
             "a Json?, u Json{id Int, email String, name String?, role Role}");
    is_shape("SELECT row_to_json(x) AS j FROM (SELECT id AS n, title || '!' AS t FROM posts) x",
             "j JsonText{n Int, t String}");
}

static void arrays_of_objects_are_lists(void **state)
{
    (void)state;
    is_shape("SELECT u.id, (SELECT json_agg(json_build_object('id', p.id)) FROM posts p"
             " WHERE p.author_id = u.id) AS p FROM \"User\" u",
             "id Int, p JsonText[]{id Int}?");
    is_shape(
        "SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id)), '[]'::jsonb) AS p FROM posts p",
        "p Json[]{id Int}");
    is_shape(
        "SELECT u.id, l.p FROM \"User\" u LEFT JOIN LATERAL (SELECT json_agg(json_build_object("
        "'id', p.id)) AS p FROM posts p WHERE p.author_id = u.id) l ON true",
        "id Int, p JsonText[]{id Int}?");
    is_shape(
        "WITH x AS (SELECT json_agg(json_build_object('id', id)) AS p FROM posts) SELECT p FROM x",
        "p JsonText[]{id Int}?");
}

static void what_an_outer_join_takes_away_is_null_within(void **state)
{
    (void)state;
    is_shape("SELECT json_build_object('id', p.id, 'u', u.id) AS j FROM \"User\" u"
             " LEFT JOIN posts p ON p.author_id = u.id",
             "j JsonText{id Int?, u Int}");
    is_shape("SELECT json_build_object('id', p.id) AS j FROM \"User\" u"
             " LEFT JOIN posts p ON p.author_id = u.id WHERE p.id IS NOT NULL",
             "j JsonText{id Int}");
    is_shape("SELECT u.id, json_agg(p) AS p FROM \"User\" u LEFT JOIN posts p ON p.author_id = u.id"
             " GROUP BY u.id",
             "id Int, p JsonText");
    is_shape(
        "SELECT u.id, json_agg(json_build_object('r', p.rating)) FILTER (WHERE p.rating > 1) AS p"
        " FROM \"User\" u LEFT JOIN posts p ON p.author_id = u.id GROUP BY u.id",
        "id Int, p JsonText[]{r Float}?");
}

static void rows_of_tables_are_composites(void **state)
{
    (void)state;
    is_shape("SELECT u FROM \"User\" u", "u User{id Int, email String, name String?, role Role}");
    is_shape("SELECT array_agg(u) AS u FROM \"User\" u",
             "u User[]{id Int, email String, name String?, role Role}?");
    is_shape("SELECT ARRAY(SELECT u FROM \"User\" u WHERE u.name IS NOT NULL) AS u",
             "u User[]{id Int, email String, name String, role Role}");
    is_shape("SELECT CAST(NULL AS \"User\") AS u",
             "u User{id Int?, email String?, name String?, role Role?}?");
}

static void arrays_of_values_are_lists(void **state)
{
    (void)state;
    is_shape("SELECT json_agg(id) AS i, jsonb_agg(title ORDER BY id) AS t, json_agg(price) AS p,"
             " json_agg(price) FILTER (WHERE price > 0) AS q, json_agg(meta) AS m,"
             " json_agg(ARRAY[id]) AS a FROM posts",
             "i JsonText[]{value Int[]}?, t Json[]{value String[]}?, p JsonText?,"
             " q JsonText[]{value Decimal[]}?, m JsonText?, a JsonText?");
    is_shape("-- on: sqlite\nSELECT json_group_array(views) AS v, json_group_array(rating) AS r,"
             " json_group_array(length(title)) AS n FROM posts",
             "v Json[]{value BigInt[]}, r Json, n Json[]{value BigInt[]}");
}

static void what_is_not_certain_stays_json(void **state)
{
    (void)state;
    is_shape("SELECT json_build_object(title, 1) AS j, json_build_object('a b', 1) AS k,"
             " json_build_object('a', 1, 'a', 2) AS l, meta FROM posts",
             "j JsonText, k JsonText, l JsonText, meta Json?");
    is_shape("SELECT json_build_object('a', 1) AS j UNION ALL SELECT json_build_object('b', 1)",
             "j JsonText");
    is_shape(
        "SELECT json_build_object('i', interval '1 day', 'm', 1::money, 'j', meta) AS j FROM posts",
        "j JsonText{i JsonText, m JsonText, j Json?}");
    is_shape("SELECT CASE WHEN views > 1 THEN json_build_object('a', 1) END AS j FROM posts",
             "j JsonText?");
}

static void sqlite_s_objects_are_structs_too(void **state)
{
    (void)state;
    is_shape("-- on: sqlite\nSELECT u.id, (SELECT json_group_array(json_object('id', p.id, "
             "'price', p.price,"
             " 'n', length(p.title))) FROM posts p WHERE p.author_id = u.id) AS p FROM \"User\" u",
             "id Int, p Json[]{id Int, price Decimal?, n BigInt}");
    is_shape("-- on: sqlite\nWITH x AS (SELECT id, json_object('t', title) AS o FROM posts)"
             " SELECT o, json_group_array(json_object('o', o)) OVER () AS w FROM x",
             "o Json{t String}, w Json");
}

static void sqlite_s_expressions_have_types(void **state)
{
    (void)state;
    is_shape(
        "-- on: sqlite\nSELECT coalesce(views, 0) AS a, coalesce(id, 0) AS b, coalesce(id, "
        "3000000) AS c,"
        " coalesce(avg(id), 0) AS d, ifnull(rating, 1) AS e, coalesce(1, 2) AS f, 5000000000 AS g,"
        " CASE WHEN id > 1 THEN rating ELSE 0 END AS h, coalesce(price, 0) AS i FROM posts",
        "a BigInt, b Int, c Int, d Float, e Float, f BigInt, g BigInt, h Float?, i Decimal");
    /* Behind a `*` by name, and a name that two tables have by its table. */
    is_shape("-- on: sqlite\nWITH RECURSIVE n (at, depth) AS (SELECT id, 0 FROM posts UNION ALL"
             " SELECT at, depth + 1 FROM n WHERE depth < 3) SELECT * FROM n",
             "at Int, depth BigInt");
}

static void comments_say_more_of_members(void **state)
{
    (void)state;
    sqlfile_set *set = checked("-- name: q :many\n-- column: j.rating!\n-- column: k JsonText\n"
                               "SELECT json_build_object('rating', rating) AS j,"
                               " json_build_object('a', 1) AS k FROM posts;\n"
                               "-- name: r :many\n-- column: j.rate!\n"
                               "SELECT json_build_object('rating', rating) AS j FROM posts;\n");
    assert_string_equal(checked_complaints(set),
                        "queries/q.sql:6:12: there is no column \"j.rate\"\n");
    assert_string_equal(checked_columns(checked_query(set, "q")),
                        "j JsonText{rating Float}, k JsonText");
    sqlfile_free(set);
}

static void what_is_written_has_to_fit(void **state)
{
    (void)state;
    sqlfile_set *set = checked(
        "-- name: a :exec\nINSERT INTO posts (author_id, title, price) VALUES (1, :t, :p);\n"
        "-- name: b :many\nSELECT id FROM posts WHERE price > :p;\n"
        "-- name: c :exec\nUPDATE posts SET price = :p WHERE price < :p AND id = :id;\n");
    assert_string_equal(checked_complaints(set), "");
    const sqlfile_query *a = checked_query(set, "a"), *b = checked_query(set, "b");
    assert_int_equal(a->parameters[1].field.precision, 10);
    assert_int_equal(a->parameters[1].field.scale, 2);
    assert_int_equal(a->parameters[0].field.precision, -1);
    assert_int_equal(b->parameters[0].field.precision, -1);
    assert_int_equal(checked_query(set, "c")->parameters[0].field.precision, 10);
    sqlfile_free(set);
}

static void what_gives_one_row_is_known(void **state)
{
    (void)state;
    sqlfile_set *set = checked(
        "-- on: postgresql, sqlite\n-- name: a :maybe\nSELECT id FROM \"User\" WHERE id = :id;\n"
        "-- name: b :maybe\nSELECT id FROM \"User\" WHERE name = :name;\n"
        "-- name: c :one\nSELECT count(*) AS n FROM \"User\";\n"
        "-- name: d :maybe\nSELECT id FROM \"User\" WHERE true\n  AND id = :id -- if: id\n;\n");
    assert_string_equal(checked_complaints(set), "");
    assert_false(checked_query(set, "a")->is_repeated);
    assert_true(checked_query(set, "b")->is_repeated);
    assert_false(checked_query(set, "c")->is_repeated);
    assert_true(checked_query(set, "d")->is_repeated);
    sqlfile_free(set);
}

static void members_are_in_the_json_for_editors(void **state)
{
    (void)state;
    tenon__buf out = {0};
    sqlfile_set *set =
        checked("-- name: q :many\nSELECT json_agg(json_build_object('a', 1)) AS j FROM posts;\n");
    sqlfile_write_json(set, &out);
    assert_non_null(strstr(out.data, "\"name\": \"j\", \"type\": \"JsonText\", \"list\": true"));
    assert_non_null(strstr(out.data, "\"members\": [\n     {\"name\": \"a\", \"type\": \"Int\""));
    tenon__buf_release(&out);
    sqlfile_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_structs),
        cmocka_unit_test(arrays_of_objects_are_lists),
        cmocka_unit_test(what_an_outer_join_takes_away_is_null_within),
        cmocka_unit_test(rows_of_tables_are_composites),
        cmocka_unit_test(arrays_of_values_are_lists),
        cmocka_unit_test(what_is_not_certain_stays_json),
        cmocka_unit_test(sqlite_s_objects_are_structs_too),
        cmocka_unit_test(sqlite_s_expressions_have_types),
        cmocka_unit_test(comments_say_more_of_members),
        cmocka_unit_test(what_is_written_has_to_fit),
        cmocka_unit_test(what_gives_one_row_is_known),
        cmocka_unit_test(members_are_in_the_json_for_editors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
