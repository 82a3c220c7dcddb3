/* What is nullable on both databases: one table of statements, asked of each. Where they differ,
 * the second answer is SQLite's. */
#include "described.h"

static const char schema_sql[] =
    "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, bio text, age integer,"
    " active boolean NOT NULL, checked text CHECK (checked IS NOT NULL));"
    "CREATE TABLE posts (id integer PRIMARY KEY, user_id integer NOT NULL, title text NOT NULL,"
    " body text, editor_id integer, UNIQUE (user_id, title));"
    "CREATE TABLE tags (post_id integer NOT NULL, tag text NOT NULL, weight integer,"
    " PRIMARY KEY (post_id, tag));"
    "CREATE VIEW biographies AS SELECT id, name, bio, age FROM users WHERE bio IS NOT NULL;"
    "CREATE VIEW writers (who, what) AS SELECT b.name, p.body FROM biographies b"
    " LEFT JOIN posts p ON p.user_id = b.id";

typedef struct known {
    const char *sql, *expected, *on_sqlite;
} known;

static catalogue *databases[2];

static int open_databases(void **state)
{
    (void)state;
    const char *urls[] = {testdb_create("nullability"), testdb_sqlite_url()};
    for (size_t i = 0; i < 2; i++) {
        testdb_run(urls[i], schema_sql);
        databases[i] = describe_database(urls[i]);
    }
    return 0;
}

static int close_databases(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++)
        catalogue_free(databases[i]);
    return 0;
}

static void check(const known *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_columns(databases[0], list[i].sql, list[i].expected);
        assert_columns(databases[1], list[i].sql,
                       list[i].on_sqlite ? list[i].on_sqlite : list[i].expected);
    }
}

static void columns_are_as_their_tables_have_them(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT * FROM users", "id, name, bio?, age?, active, checked", NULL},
        {"SELECT u.*, age AS years FROM users AS u",
         "id, name, bio?, age?, active, checked, years?", NULL},
        {"SELECT * FROM biographies", "id, name, bio, age?", NULL},
        {"SELECT * FROM writers", "who, what?", NULL},
        {"SELECT what FROM writers WHERE what <> ''", "what", NULL},
        {"SELECT NULL AS a, 1 AS b, 'x' AS c, 1 + 2 AS d", "a?, b, c, d", NULL},
        {"SELECT a.x FROM (SELECT bio AS x FROM users) a", "x?", NULL},
        {"SELECT a.x FROM (SELECT bio AS x FROM users WHERE bio > '') AS a", "x", NULL},
    };
    check(list, TENON__COUNT(list));
}

static void outer_joins_take_rows_away(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT u.id, p.id AS p FROM users u JOIN posts p ON p.user_id = u.id", "id, p", NULL},
        {"SELECT u.id, p.id AS p FROM users u LEFT JOIN posts p ON p.user_id = u.id", "id, p?",
         NULL},
        {"SELECT u.id, p.id AS p FROM users u RIGHT JOIN posts p ON p.user_id = u.id", "id?, p",
         NULL},
        {"SELECT u.id, p.id AS p FROM users u FULL JOIN posts p ON p.user_id = u.id", "id?, p?",
         NULL},
        {"SELECT coalesce(u.id, p.user_id) AS one FROM users u FULL JOIN posts p"
         " ON p.user_id = u.id",
         "one", NULL},
        {"SELECT id, u.name, p.title FROM users u FULL JOIN posts p USING (id)",
         "id, name?, title?", NULL},
        {"SELECT u.id, t.tag FROM users u LEFT JOIN (posts p JOIN tags t ON t.post_id = p.id)"
         " ON p.user_id = u.id",
         "id, tag?", NULL},
        {"SELECT p.title, t.tag FROM posts p LEFT JOIN users u ON u.id = p.user_id"
         " JOIN tags t ON t.post_id = p.id",
         "title, tag", NULL},
        {"SELECT t.tag FROM tags t LEFT JOIN posts p ON t.post_id = p.id RIGHT JOIN users u"
         " ON u.id = p.user_id",
         "tag?", NULL},
    };
    check(list, TENON__COUNT(list));
}

static void conditions_make_outer_joins_inner_ones(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT p.id, p.body FROM users u LEFT JOIN posts p ON p.user_id = u.id"
         " WHERE p.title LIKE 'x%'",
         "id, body?", NULL},
        {"SELECT u.bio FROM users u LEFT JOIN posts p ON p.body = u.bio WHERE p.id > 1", "bio",
         NULL},
        {"SELECT p.id, t.tag FROM users u LEFT JOIN posts p ON p.user_id = u.id"
         " LEFT JOIN tags t ON t.post_id = p.id WHERE t.tag = 'x'",
         "id, tag", NULL},
        {"SELECT p.id, t.tag FROM users u LEFT JOIN posts p ON p.user_id = u.id"
         " JOIN tags t ON t.post_id = p.id",
         "id, tag", NULL},
        {"SELECT p.id FROM users u LEFT JOIN posts p ON p.user_id = u.id"
         " WHERE p.body IS NULL",
         "id?", NULL},
        {"SELECT u.id, u.bio, p.id AS p FROM users u FULL JOIN posts p ON p.body = u.bio"
         " WHERE u.name = 'x' AND p.title = 'y'",
         "id, bio, p", NULL},
        {"SELECT CASE WHEN p.id IS NULL THEN '' ELSE p.title END AS title FROM users u"
         " LEFT JOIN posts p ON p.user_id = u.id",
         "title", NULL},
    };
    check(list, TENON__COUNT(list));
}

static void conditions_leave_no_null(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT bio FROM users WHERE bio IS NOT NULL", "bio", NULL},
        {"SELECT bio FROM users WHERE NOT (bio IS NULL)", "bio", NULL},
        {"SELECT bio, age FROM users WHERE bio = 'x' OR age = 1", "bio?, age?", NULL},
        {"SELECT bio FROM users WHERE bio = 'x' OR bio LIKE 'y%'", "bio", NULL},
        {"SELECT bio, age FROM users WHERE (bio = 'x' AND age = 1) OR (bio = 'y' AND age > 2)",
         "bio, age", NULL},
        {"SELECT age FROM users WHERE age IN (1, 2)", "age", NULL},
        {"SELECT age FROM users WHERE age NOT IN (1, 2)", "age", NULL},
        {"SELECT age FROM users WHERE age NOT IN (SELECT id FROM posts)", "age?", NULL},
        {"SELECT age FROM users WHERE age IN (SELECT id FROM posts)", "age", NULL},
        {"SELECT age FROM users WHERE age BETWEEN 1 AND 2", "age", NULL},
        {"SELECT age FROM users WHERE age NOT BETWEEN 1 AND 2", "age", NULL},
        {"SELECT age FROM users WHERE coalesce(age, 0) > 0", "age?", NULL},
        {"SELECT age FROM users WHERE (age > 1) IS TRUE", "age", NULL},
        {"SELECT age FROM users WHERE (age > 1) IS NOT TRUE", "age?", NULL},
        {"SELECT bio FROM users u WHERE EXISTS (SELECT 1 FROM posts p WHERE p.body = u.bio)", "bio",
         NULL},
        {"SELECT bio FROM users u WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.body = u.bio)",
         "bio?", NULL},
        {"SELECT name, sum(age) AS s FROM users GROUP BY name HAVING sum(age) > 1", "name, s",
         NULL},
        {"SELECT age FROM users WHERE age + 1 > 2", "age", NULL},
    };
    check(list, TENON__COUNT(list));
}

static void expressions_give_null_or_never(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT coalesce(bio, name) AS a, coalesce(bio, NULL) AS b FROM users", "a, b?", NULL},
        {"SELECT nullif(name, '') AS a FROM users", "a?", NULL},
        {"SELECT CASE WHEN active THEN 1 END AS a, CASE WHEN active THEN 1 ELSE 2 END AS b"
         " FROM users",
         "a?, b", NULL},
        {"SELECT CASE WHEN bio IS NOT NULL THEN bio ELSE '' END AS a FROM users", "a", NULL},
        {"SELECT bio IS NULL AS a, bio = 'x' AS b, name = 'x' AS c FROM users", "a, b?, c", NULL},
        {"SELECT name || bio AS a, name || '!' AS b, upper(name) AS c, length(bio) AS d FROM users",
         "a?, b, c, d?", NULL},
        {"SELECT (SELECT p.title FROM posts p WHERE p.id = u.id) AS a,"
         " (SELECT count(*) FROM posts) AS b, EXISTS (SELECT 1 FROM tags) AS c FROM users u",
         "a?, b, c", NULL},
        {"SELECT 1 IN (SELECT age FROM users) AS a, 1 IN (SELECT id FROM users) AS b,"
         " age IN (1, 2) AS c FROM users",
         "a?, b, c?", NULL},
        {"SELECT age / 2 AS a, id / 2 AS b, 2 / id AS c FROM users", "a?, b, c", "a?, b, c?"},
        {"SELECT CAST(age AS text) AS a, CAST(id AS text) AS b FROM users", "a?, b", NULL},
        {"SELECT id FROM users UNION SELECT age FROM users", "id?", NULL},
        {"SELECT age FROM users INTERSECT SELECT id FROM users", "age", NULL},
        {"SELECT id FROM users EXCEPT SELECT age FROM users", "id", NULL},
    };
    check(list, TENON__COUNT(list));
}

static void aggregates_of_no_rows_are_null(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT count(*) AS a, count(age) AS b, sum(id) AS c, max(id) AS d FROM users",
         "a, b, c?, d?", NULL},
        {"SELECT name, count(*) AS a, sum(id) AS b, sum(age) AS c FROM users GROUP BY name",
         "name, a, b, c?", NULL},
        {"SELECT sum(id) FILTER (WHERE active) AS a FROM users GROUP BY name", "a?", NULL},
        {"SELECT max(age) AS a FROM users WHERE age > 1 GROUP BY name", "a", NULL},
        {"SELECT coalesce(sum(age), 0) AS a FROM users", "a", NULL},
        {"SELECT max(x) AS a FROM (SELECT 1 AS x UNION ALL SELECT 2) AS v", "a", NULL},
        {"SELECT a.n FROM (SELECT max(id) AS n FROM users) a", "n?", NULL},
    };
    check(list, TENON__COUNT(list));
}

static void windows_look_at_other_rows(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT row_number() OVER (ORDER BY id) AS a, lag(id) OVER (ORDER BY id) AS b,"
         " lag(id, 1, 0) OVER (ORDER BY id) AS c FROM users",
         "a, b?, c", NULL},
        {"SELECT first_value(name) OVER w AS a, first_value(bio) OVER w AS b,"
         " sum(id) OVER w AS c FROM users WINDOW w AS (ORDER BY id)",
         "a, b?, c", NULL},
        {"SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS a,"
         " sum(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS b FROM users",
         "a?, b", NULL},
    };
    check(list, TENON__COUNT(list));
}

static void queries_with_names_are_followed(void **state)
{
    (void)state;
    static const known list[] = {
        {"WITH a AS (SELECT id, bio FROM users) SELECT * FROM a WHERE bio > ''", "id, bio", NULL},
        {"WITH a (x, y) AS (SELECT id, bio FROM users) SELECT x, y FROM a", "x, y?", NULL},
        {"WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 9)"
         " SELECT n FROM t",
         "n", NULL},
        {"WITH RECURSIVE t (n, m) AS (SELECT 1, 1 UNION ALL SELECT n + 1, nullif(n, 3) FROM t"
         " WHERE n < 9) SELECT n, m FROM t",
         "n, m?", NULL},
        {"WITH RECURSIVE t (n, m) AS (SELECT 1, 1 UNION ALL SELECT m, nullif(n, 3) FROM t"
         " WHERE n < 9) SELECT n, m FROM t",
         "n?, m?", NULL},
    };
    check(list, TENON__COUNT(list));
}

static void returning_gives_what_was_written(void **state)
{
    (void)state;
    static const known list[] = {
        {"INSERT INTO posts (user_id, title, body) VALUES (1, 'a', 'b') RETURNING *",
         "id, user_id, title, body, editor_id?", NULL},
        {"INSERT INTO posts (user_id, title, body) SELECT id, name, bio FROM users RETURNING body",
         "body?", NULL},
        {"UPDATE users SET bio = 'x', age = NULL WHERE id = 1 RETURNING bio, age, name",
         "bio, age?, name", NULL},
        {"UPDATE users SET name = 'x' WHERE bio = 'y' RETURNING bio, age", "bio, age?", NULL},
        {"DELETE FROM users WHERE age > 1 RETURNING age, bio", "age, bio?", NULL},
        {"INSERT INTO users (id, name, active, bio) VALUES (1, 'a', true, 'x')"
         " ON CONFLICT (id) DO UPDATE SET name = 'b' RETURNING bio",
         "bio?", NULL},
        {"INSERT INTO users (id, name, active, bio) VALUES (1, 'a', true, 'x')"
         " ON CONFLICT (id) DO UPDATE SET bio = excluded.bio RETURNING bio",
         "bio", NULL},
    };
    check(list, TENON__COUNT(list));
}

static void keys_bind_to_one_row(void **state)
{
    (void)state;
    static const known list[] = {
        {"SELECT id FROM users WHERE id = 1", "id |  | one", NULL},
        {"SELECT id FROM users WHERE id > 1", "id |  | many", NULL},
        {"SELECT id FROM users LIMIT 1", "id |  | one", NULL},
        {"SELECT count(*) AS n FROM users", "n |  | one", NULL},
        {"SELECT p.id FROM posts p JOIN users u ON u.id = p.user_id WHERE p.id = 1", "id |  | one",
         NULL},
        {"SELECT u.id FROM posts p JOIN users u ON u.id = p.user_id WHERE u.id = 1", "id |  | many",
         NULL},
        {"SELECT p.id FROM posts p LEFT JOIN users u ON u.id = p.editor_id WHERE p.user_id = 1"
         " AND p.title = 'x'",
         "id |  | one", NULL},
        {"SELECT p.id FROM posts p LEFT JOIN tags t ON t.post_id = p.id WHERE p.id = 1",
         "id |  | many", NULL},
        {"SELECT id FROM users WHERE id = 1 OR id = 2", "id |  | many", NULL},
        {"DELETE FROM tags WHERE post_id = 1 AND tag = 'x' RETURNING tag", "tag |  | one", NULL},
    };
    for (size_t i = 0; i < TENON__COUNT(list); i++)
        for (size_t d = 0; d < 2; d++)
            assert_described(databases[d], list[i].sql, list[i].expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_their_tables_have_them),
        cmocka_unit_test(outer_joins_take_rows_away),
        cmocka_unit_test(conditions_make_outer_joins_inner_ones),
        cmocka_unit_test(conditions_leave_no_null),
        cmocka_unit_test(expressions_give_null_or_never),
        cmocka_unit_test(aggregates_of_no_rows_are_null),
        cmocka_unit_test(windows_look_at_other_rows),
        cmocka_unit_test(queries_with_names_are_followed),
        cmocka_unit_test(returning_gives_what_was_written),
        cmocka_unit_test(keys_bind_to_one_row),
    };
    return cmocka_run_group_tests(tests, open_databases, close_databases);
}
