/* What only one of the databases has: PostgreSQL's LATERAL, sets of rows, grouping sets,
 * composites, domains and foreign keys; SQLite's rowid, keys that may be NULL, and division. And of
 * both the parameters, views upon views, and that the order of joins does not matter. */
#include "described.h"

#include <stdio.h>

static const char postgres_sql[] =
    "CREATE DOMAIN label AS text NOT NULL; CREATE TYPE pair AS (a integer, b text);"
    "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, bio text, age integer,"
    " tag label, both_parts pair NOT NULL, at timestamptz NOT NULL, span int4range NOT NULL,"
    " data jsonb NOT NULL, list integer[] NOT NULL, twice integer GENERATED ALWAYS AS (id * 2)"
    " STORED);"
    "CREATE TABLE posts (id integer PRIMARY KEY, user_id integer NOT NULL REFERENCES users,"
    " editor_id integer REFERENCES users, title text NOT NULL);"
    "CREATE VIEW first AS SELECT id, bio FROM users WHERE bio IS NOT NULL;"
    "CREATE VIEW second AS SELECT f.bio, p.title FROM first f LEFT JOIN posts p ON p.user_id = "
    "f.id;"
    "CREATE FUNCTION initcap(a integer) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';";

static const char sqlite_sql[] =
    "CREATE TABLE loose (id INTEGER PRIMARY KEY, name text NOT NULL, bio text);"
    "CREATE TABLE keyed (k text PRIMARY KEY, v integer);"
    "CREATE TABLE packed (k text PRIMARY KEY, v integer) WITHOUT ROWID;"
    "CREATE TABLE strict_one (k text PRIMARY KEY, v integer) STRICT;"
    "CREATE VIEW first AS SELECT id, bio FROM loose WHERE bio IS NOT NULL;"
    "CREATE VIRTUAL TABLE search USING fts5 (body);";

typedef struct known {
    const char *sql, *expected;
} known;

static catalogue *postgres, *sqlite;

static int open_databases(void **state)
{
    (void)state;
    const char *url = testdb_create("nullability_each"), *path = testdb_sqlite_url();
    testdb_run(url, postgres_sql);
    testdb_run(path, sqlite_sql);
    postgres = describe_database(url);
    sqlite = describe_database(path);
    return 0;
}

static int close_databases(void **state)
{
    (void)state;
    catalogue_free(postgres);
    catalogue_free(sqlite);
    return 0;
}

static void postgres_has_its_own(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT tag, twice FROM users", "tag, twice"},
        {"SELECT bio, title FROM second", "bio, title?"},
        {"SELECT u.name, x.title FROM users u LEFT JOIN LATERAL (SELECT p.title FROM posts p"
         " WHERE p.user_id = u.id LIMIT 1) x ON true",
         "name, title?"},
        {"SELECT x.bio FROM users u, LATERAL (SELECT u.bio) x WHERE u.bio > ''", "bio?"},
        {"SELECT name, age, count(*) FROM users GROUP BY ROLLUP (name, age)", "name?, age?, count"},
        {"SELECT name, age, count(*) FROM users WHERE age > 1 GROUP BY name, GROUPING SETS"
         " ((age), ())",
         "name, age?, count"},
        {"SELECT g, h.n FROM generate_series(1, 3) AS g, generate_series(1, 2) WITH ORDINALITY"
         " AS h (m, n)",
         "g, n"},
        {"SELECT unnest(list) AS a, id FROM users", "a?, id"},
        {"SELECT x FROM unnest(ARRAY[1, 2]) AS x", "x"},
        {"SELECT key, value FROM users, jsonb_each(data)", "key, value"},
        {"SELECT key, value FROM users, jsonb_each_text(data)", "key, value?"},
        {"SELECT data ->> 'a' AS a, data -> 'b' AS b, jsonb_build_object('a', bio) AS c"
         " FROM users WHERE data ->> 'a' IS NOT NULL",
         "a, b?, c"},
        {"SELECT (both_parts).b, both_parts, list[1], list[1:2] FROM users",
         "b?, both_parts, list?, list?"},
        {"SELECT both_parts IS NULL AS a, CASE WHEN both_parts IS NULL THEN NULL ELSE 1 END AS b"
         " FROM users",
         "a, b?"},
        {"SELECT lower(span) AS a, lower(name) AS b FROM users", "a?, b"},
        {"SELECT extract(hour FROM at) AS a, extract(year FROM at) AS b, to_char(at, 'YYYY') AS c"
         " FROM users",
         "a?, b, c?"},
        {"SELECT substring(name, 1, 2) AS a, substring(name FROM 'x') AS b FROM users", "a, b?"},
        {"SELECT initcap(name) AS a, upper(name) AS b FROM users", "a?, b"},
        {"SELECT array_agg(bio) AS a, string_agg(name, ',') AS b, bool_or(true) AS c,"
         " stddev(id) AS d, percentile_cont(0.5) WITHIN GROUP (ORDER BY id) AS e"
         " FROM users GROUP BY age",
         "a, b, c, d?, e"},
        {"SELECT u, u.ctid, row_to_json(u) AS r FROM users u", "u, ctid, r"},
        {"SELECT u FROM posts p LEFT JOIN users u ON u.id = p.editor_id", "u?"},
        {"SELECT id FROM users WHERE (bio, age) = ('a', 1)", "id"},
        {"SELECT bio, age FROM users WHERE (bio, age) = ('a', 1)", "bio, age"},
        {"SELECT bio, age FROM users WHERE (bio, age) < ('a', 1)", "bio, age?"},
        {"SELECT bio, age FROM users WHERE (bio, age) IN (('a', 1))", "bio, age"},
        {"SELECT bio, age FROM users WHERE ROW (bio, age) IS NOT NULL", "bio, age"},
        {"SELECT CASE WHEN num_nulls(bio) = 0 THEN 1 END AS a, current_user AS b,"
         " current_schema AS c FROM users",
         "a?, b, c?"},
        {"SELECT bio = ANY (ARRAY['a', 'b']) AS a, name = ANY (ARRAY['a', 'b']) AS b,"
         " id = ANY (list) AS c, ARRAY(SELECT bio FROM users) AS d FROM users",
         "a?, b, c?, d"},
        {"WITH moved AS (DELETE FROM posts WHERE editor_id > 1 RETURNING *) SELECT editor_id"
         " FROM moved",
         "editor_id"},
        {"MERGE INTO posts USING users u ON u.id = 1 WHEN MATCHED THEN DELETE", ""},
    };
    for (size_t i = 0; i < TENON__COUNT(list); i++)
        assert_columns(postgres, list[i].sql, list[i].expected);
}

static void foreign_keys_find_their_row(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT u.name FROM posts p LEFT JOIN users u ON u.id = p.user_id", "name"},
        {"SELECT u.name FROM posts p LEFT JOIN users u ON u.id = p.editor_id", "name?"},
        {"SELECT u.name FROM posts p LEFT JOIN users u ON u.id = p.editor_id"
         " WHERE p.editor_id IS NOT NULL",
         "name?"},
        {"SELECT u.name FROM posts p LEFT JOIN users u ON u.id = p.user_id AND u.age > 1", "name?"},
        {"SELECT u.name FROM posts p LEFT JOIN users u ON u.id = p.user_id FOR UPDATE OF p",
         "name?"},
        {"SELECT u.name FROM posts p LEFT JOIN users u TABLESAMPLE system (1) ON u.id = p.user_id",
         "name?"},
        {"WITH i AS (INSERT INTO posts (id, user_id, title) VALUES (1, 1, 'a') RETURNING *)"
         " SELECT u.name FROM i LEFT JOIN users u ON u.id = i.user_id",
         "name?"},
        {"SELECT (SELECT u.name FROM users u WHERE u.id = p.user_id) AS name FROM posts p", "name"},
        {"SELECT (SELECT u.name FROM users u WHERE u.id = p.editor_id) AS name FROM posts p",
         "name?"},
    };
    for (size_t i = 0; i < TENON__COUNT(list); i++)
        assert_columns(postgres, list[i].sql, list[i].expected);
}

static void sqlite_has_its_own(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT rowid, id, name FROM loose", "rowid, id, name"},
        {"SELECT k, v FROM keyed", "k?, v?"},
        {"SELECT k, v FROM packed", "k, v?"},
        {"SELECT k, v FROM strict_one", "k, v?"},
        {"SELECT id / 2 AS a, id / 0 AS b, id % 3 AS c, id / id AS d FROM loose", "a, b?, c, d?"},
        {"SELECT name, max(id) AS m FROM loose", "name?, m?"},
        {"SELECT max(id, 1) AS a, max(bio, 'a') AS b, ifnull(bio, '') AS c, iif(id > 1, 'x') AS d"
         " FROM loose",
         "a, b?, c, d?"},
        {"SELECT body FROM search WHERE search MATCH 'x'", "body?"},
        {"SELECT date('now') AS a, date(name) AS b, strftime('%s', 'now') AS c,"
         " strftime('%Q', 'now') AS d FROM loose",
         "a, b?, c, d?"},
        {"SELECT value, key, type, id FROM json_each('[]')", "value?, key?, type, id"},
        {"SELECT bio FROM loose WHERE bio NOT LIKE 'a%'", "bio"},
        {"SELECT bio FROM loose WHERE bio NOT LIKE x'00'", "bio?"},
        {"SELECT bio AS b FROM loose WHERE b <> ''", "b"},
        {"SELECT total(id) AS a, group_concat(name) AS b, json_group_array(bio) AS c FROM loose",
         "a, b?, c"},
        {"VALUES (1, NULL), (2, 'x')", "column1, column2?"},
        {"INSERT INTO loose (id, name) VALUES (NULL, 'a') RETURNING id, rowid, bio",
         "id, rowid, bio?"},
        {"REPLACE INTO loose (name, bio) VALUES ('a', 'b') RETURNING bio", "bio"},
    };
    for (size_t i = 0; i < TENON__COUNT(list); i++)
        assert_columns(sqlite, list[i].sql, list[i].expected);
}

static void parameters_may_be_null_where_that_means_something(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT id FROM users WHERE id = $1", "id | $1 users.id | one"},
        {"SELECT id FROM users WHERE bio = $1", "id | $1 users.bio | many"},
        {"SELECT id FROM users WHERE bio IS NOT DISTINCT FROM $1", "id | $1? users.bio | many"},
        {"SELECT id FROM users WHERE $1::text IS NULL OR bio = $1", "id | $1? users.bio | many"},
        {"SELECT id FROM users WHERE id = ANY ($1::int[])", "id | $1 users.id | many"},
        {"SELECT id FROM users WHERE id IN ($1, $2)", "id | $1 users.id, $2 users.id | many"},
        {"SELECT id FROM users WHERE age BETWEEN $1 AND $2",
         "id | $1 users.age, $2 users.age | many"},
        {"SELECT id FROM users LIMIT $2 OFFSET $1", "id | $1, $2 | many"},
        {"SELECT coalesce($1, $2)::text AS a", "a | $1?, $2 | one"},
        {"INSERT INTO posts (id, user_id, editor_id, title) VALUES ($1, $2, $3, $4)",
         " | $1 posts.id, $2 posts.user_id, $3? posts.editor_id, $4 posts.title | one"},
        {"UPDATE posts SET title = coalesce($1, title), editor_id = $2 WHERE id = $3",
         " | $1? posts.title, $2? posts.editor_id, $3 posts.id | one"},
        {"UPDATE posts SET editor_id = $1, title = $1::text", " | $1 posts.editor_id | many"},
        {"SELECT id FROM users WHERE (id, bio) = ($1, $2)", "id | $1 users.id, $2 users.bio | one"},
        {"SELECT id FROM users WHERE name LIKE $1", "id | $1 users.name | many"},
        {"DELETE FROM posts WHERE user_id IN (SELECT id FROM users WHERE name = $1)",
         " | $1 users.name | many"},
    };
    for (size_t i = 0; i < TENON__COUNT(list); i++)
        assert_described(postgres, list[i].sql, list[i].expected);
    assert_described(sqlite, "SELECT id FROM loose WHERE id = ? AND name = :name AND bio IS ?5",
                     "id | $1 loose.id, $2 loose.name, $5? loose.bio | one");
    assert_described(sqlite, "UPDATE loose SET bio = @b, name = $n WHERE id = @b RETURNING bio",
                     "bio | $1? loose.id, $2 loose.name | one");
}

static void what_the_author_states_goes_first(void **state)
{
    (void)state;
    tenon_error err = {0};
    const nullability_stated stated[] = {{.number = 1, .is_nullable = true},
                                         {.number = 2, .is_nullable = false},
                                         {.number = 9, .is_nullable = true}};
    nullability *n =
        nullability_of_sqlite("SELECT ?1 AS a, ifnull(?2, ?2) AS b", sqlite, stated, 3, &err);
    assert_non_null(n);
    assert_int_equal(n->parameter_count, 2);
    assert_true(n->parameters[0].is_nullable && n->columns[0].is_nullable);
    assert_false(n->parameters[1].is_nullable || n->columns[1].is_nullable);
    nullability_free(n);
}

static void columns_know_their_tables(void **state)
{
    (void)state;
    tenon_error err = {0};
    nullability *n = analyse(postgres,
                             "SELECT x.bio AS a, x.bio || '' AS b FROM (SELECT bio"
                             " FROM users) x UNION SELECT bio, bio FROM users",
                             &err);
    assert_non_null(n);
    assert_string_equal(n->columns[0].table_schema, "public");
    assert_string_equal(n->columns[0].table, "users");
    assert_string_equal(n->columns[0].column, "bio");
    assert_null(n->columns[1].table);
    assert_string_equal(n->columns[0].because, "users.bio may be NULL");
    nullability_free(n);
}

/* Four tables in a chain, the second joined to the first, and so on, as inner and left joins. */
static void inner_joins_may_stand_in_any_order(void **state)
{
    (void)state;
    static const char *const orders[][2] = {
        {"users u JOIN posts p ON p.user_id = u.id LEFT JOIN users e ON e.id = p.editor_id", ""},
        {"posts p JOIN users u ON p.user_id = u.id LEFT JOIN users e ON e.id = p.editor_id", ""},
        {"posts p LEFT JOIN users e ON e.id = p.editor_id JOIN users u ON p.user_id = u.id", ""},
        {"users e RIGHT JOIN posts p ON e.id = p.editor_id JOIN users u ON p.user_id = u.id", ""},
        {"users u JOIN (posts p LEFT JOIN users e ON e.id = p.editor_id) ON p.user_id = u.id", ""},
        {"(users e RIGHT JOIN posts p ON e.id = p.editor_id) CROSS JOIN users u",
         " WHERE p.user_id = u.id"},
        {"users u, posts p LEFT JOIN users e ON e.id = p.editor_id", " WHERE u.id = p.user_id"},
        {"users u LEFT JOIN posts p ON p.user_id = u.id LEFT JOIN users e ON e.id = p.editor_id",
         " WHERE p.id IS NOT NULL"},
        {"users e FULL JOIN posts p ON e.id = p.editor_id FULL JOIN users u ON p.user_id = u.id",
         " WHERE p.id > 0 AND u.id > 0"},
    };
    for (size_t i = 0; i < TENON__COUNT(orders); i++) {
        char sql[512];
        snprintf(sql, sizeof sql, "SELECT u.id, u.bio, p.title, p.editor_id, e.name FROM %s%s",
                 orders[i][0], orders[i][1]);
        assert_columns(postgres, sql, "id, bio?, title, editor_id?, name?");
    }
}

static void what_is_no_statement_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "SELECT",      "SELECT 1 FROM",     "SELECT (1", "SELECT 'a", "SELECT 1 SELECT 2",
        "INSERT INTO", "WITH a AS SELECT 1"};
    for (size_t i = 0; i < TENON__COUNT(wrong); i++) {
        tenon_error err = {0};
        assert_null(nullability_of_sqlite(wrong[i], sqlite, NULL, 0, &err));
        assert_int_equal(err.status, TENON_VALIDATION);
    }
}

static void long_and_deep_statements_come_to_an_end(void **state)
{
    (void)state;
    tenon_error err = {0};
    tenon__buf sql = {0};
    tenon__buf_text(&sql, "SELECT ");
    for (int i = 0; i < 190; i++)
        tenon__buf_text(&sql, "CASE WHEN bio IS NULL OR id > (SELECT 1) THEN ");
    tenon__buf_text(&sql, "1");
    for (int i = 0; i < 190; i++)
        tenon__buf_text(&sql, " ELSE id END");
    tenon__buf_text(&sql, " AS n FROM loose");
    nullability *n = nullability_of_sqlite(tenon__buf_string(&sql), sqlite, NULL, 0, &err);
    assert_non_null(n);
    nullability_free(n);
    tenon__buf_clear(&sql);
    tenon__buf_text(&sql, "SELECT ");
    for (int i = 0; i < 5000; i++)
        tenon__buf_text(&sql, "(");
    assert_null(nullability_of_sqlite(tenon__buf_string(&sql), sqlite, NULL, 0, &err));
    tenon__buf_release(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(postgres_has_its_own),
        cmocka_unit_test(foreign_keys_find_their_row),
        cmocka_unit_test(sqlite_has_its_own),
        cmocka_unit_test(parameters_may_be_null_where_that_means_something),
        cmocka_unit_test(what_the_author_states_goes_first),
        cmocka_unit_test(columns_know_their_tables),
        cmocka_unit_test(inner_joins_may_stand_in_any_order),
        cmocka_unit_test(what_is_no_statement_is_refused),
        cmocka_unit_test(long_and_deep_statements_come_to_an_end),
    };
    return cmocka_run_group_tests(tests, open_databases, close_databases);
}
