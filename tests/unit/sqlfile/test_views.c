/* Views of SQLite: what their columns are, where the view itself declares nothing. */
#include "../../support/testdb.h"
#include "checked.h"

static const char tables[] =
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id INT NOT NULL, title TEXT NOT NULL,"
    " views BIGINT NOT NULL, rating REAL, price DECIMAL(10, 2), is_public BOOLEAN NOT NULL,"
    " created_at DATETIME NOT NULL, meta JSONB, loose);"
    "CREATE TABLE labels (post_id INTEGER NOT NULL, text VARCHAR(20));"
    "CREATE VIEW plain AS SELECT id, title AS name, rating FROM posts;"
    "CREATE VIEW Sums (author, times, total, best, longest, label) AS"
    " SELECT author_id, count(*), sum(views), max(rating), max(length(title)),"
    " 'a' || min(title) FROM posts GROUP BY author_id;"
    "CREATE VIEW [upon] AS SELECT s.*, `total` * 2 AS twice, total > 10 AS is_many FROM sums s;"
    "CREATE VIEW casts AS SELECT CAST(loose AS INTEGER) AS a, CAST(loose AS TEXT) AS b,"
    " CAST(loose AS REAL) AS c, CAST(loose AS BLOB) AS d, CAST(price AS NUMERIC) AS e FROM posts;"
    "CREATE VIEW united AS SELECT id AS n, title AS t FROM posts"
    " UNION ALL SELECT post_id, text FROM labels;"
    "CREATE VIEW halves AS SELECT id AS n FROM posts UNION ALL SELECT rating FROM posts;"
    "CREATE VIEW mixed AS SELECT id AS n FROM posts UNION ALL SELECT title FROM posts;"
    "CREATE VIEW counted AS WITH RECURSIVE up (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up"
    " WHERE i < 9) SELECT i, i / 2.0 AS half FROM up;"
    "CREATE VIEW windows AS SELECT id, row_number() OVER (ORDER BY id) AS place,"
    " lag(title) OVER (ORDER BY id) AS before FROM posts;"
    "CREATE VIEW cases AS SELECT CASE WHEN p.is_public THEN p.title END AS shown,"
    " coalesce(l.text, '') AS text, p.title IS l.text AS is_same, iif(p.views, 1, 0) AS flag,"
    " time(p.created_at) AS hour, char(65) AS letter, p.created_at AS at"
    " FROM posts p LEFT JOIN labels l ON l.post_id = p.id;"
    "CREATE VIEW unsure AS SELECT loose, json_extract(meta, '$.a') AS inside, sum(price) AS money"
    " FROM posts GROUP BY id;"
    "CREATE VIEW rows_of AS SELECT rowid AS place FROM labels";

typedef struct described_view {
    const char *sql, *columns;
} described_view;

static const described_view views[] = {
    {"SELECT * FROM plain", "id Int, name String, rating Float?"},
    {"SELECT * FROM sums",
     "author Int, times BigInt, total BigInt, best Float?, longest BigInt, label String"},
    {"SELECT * FROM upon", "author Int, times BigInt, total BigInt, best Float?, longest BigInt, "
                           "label String, twice BigInt, is_many Boolean"},
    {"SELECT times, TOTAL AS t FROM SUMS", "times BigInt, t BigInt"},
    {"SELECT u.twice + 1 AS more, max(u.best) AS best FROM upon u", "more BigInt?, best Float?"},
    {"SELECT * FROM casts", "a BigInt?, b String?, c Float?, d Bytes?, e Decimal?"},
    {"SELECT * FROM united", "n BigInt, t String?"},
    {"SELECT * FROM halves", "n Float?"},
    {"SELECT * FROM counted", "i BigInt, half Float?"},
    {"SELECT * FROM windows", "id Int, place BigInt, before String?"},
    {"SELECT * FROM cases", "shown String?, text String, is_same Boolean, flag BigInt, "
                            "hour String?, letter String, at DateTime"},
    {"SELECT place FROM rows_of", "place BigInt"},
    {"SELECT s.total FROM posts p LEFT JOIN sums s ON s.author = p.author_id", "total BigInt?"},
    {"WITH w AS (SELECT total FROM sums) SELECT total AS t FROM w", "t BigInt"},
    {"SELECT total FROM (SELECT * FROM sums) AS s", "total BigInt"},
    {"SELECT times FROM sums WHERE total > :least AND label LIKE :label", "times BigInt"},
};

static const char *database(void)
{
    const char *url = testdb_sqlite_url();
    testdb_run(url, tables);
    return url;
}

static sqlfile_set *check_view(const char *url, const char *words, const char *select)
{
    char sql[300];
    snprintf(sql, sizeof sql, "-- name: a :many\n-- on: sqlite\n%s%s;\n", words, select);
    return checked_in(url, sql);
}

static void calculated_columns_have_the_types_of_their_expressions(void **state)
{
    (void)state;
    const char *url = database();
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        sqlfile_set *set = check_view(url, "", views[i].sql);
        assert_string_equal(checked_complaints(set), "");
        assert_string_equal(checked_columns(checked_query(set, "a")), views[i].columns);
        sqlfile_free(set);
    }
}

static void parameters_have_the_types_of_what_they_are_compared_with(void **state)
{
    (void)state;
    sqlfile_set *set = check_view(
        database(), "",
        "SELECT times FROM sums WHERE total > :least AND best = :best AND label = :label");
    assert_string_equal(checked_complaints(set), "");
    assert_string_equal(checked_parameters(checked_query(set, "a")),
                        "least BigInt, best Float, label String");
    sqlfile_free(set);
}

static void what_nobody_knows_of_a_view_has_to_be_said(void **state)
{
    static const described_view unknown[] = {
        {"SELECT loose FROM unsure", "loose"},
        {"SELECT inside FROM unsure", "inside"},
        {"SELECT money FROM unsure", "money"},
        {"SELECT n FROM mixed", "n"},
    };
    (void)state;
    const char *url = database();
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        char expected[200], words[60];
        const char *name = unknown[i].columns;
        snprintf(expected, sizeof expected,
                 "queries/q.sql:1:10: nothing tells the type of column \"%s\"; say it: -- column: "
                 "%s BigInt\n",
                 name, name);
        sqlfile_set *set = check_view(url, "", unknown[i].sql);
        assert_string_equal(checked_complaints(set), expected);
        sqlfile_free(set);
        snprintf(words, sizeof words, "-- column: %s String\n", name);
        set = check_view(url, words, unknown[i].sql);
        assert_string_equal(checked_complaints(set), "");
        sqlfile_free(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calculated_columns_have_the_types_of_their_expressions),
        cmocka_unit_test(parameters_have_the_types_of_what_they_are_compared_with),
        cmocka_unit_test(what_nobody_knows_of_a_view_has_to_be_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
