/* What a query that reads may change on the way: no replica must get it. */
#include "../../support/testdb.h"
#include "checked.h"

static const char made[] =
    "CREATE TABLE posts (id serial PRIMARY KEY, views bigint NOT NULL);"
    "CREATE TABLE seen (id integer);"
    "CREATE FUNCTION note(id integer) RETURNS integer LANGUAGE sql AS"
    " 'INSERT INTO public.seen VALUES ($1) RETURNING id';"
    "CREATE FUNCTION twice(id integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 * 2';"
    "CREATE FUNCTION half(id integer) RETURNS integer STABLE LANGUAGE sql AS 'SELECT $1 / 2';"
    "CREATE VIEW noted AS SELECT note(id) AS id FROM posts;"
    "CREATE VIEW above AS SELECT n.id FROM noted n JOIN posts p ON p.id = n.id;"
    "CREATE VIEW halved AS SELECT half(id) AS id, now() AS at FROM posts;"
    "CREATE VIEW locked AS SELECT id FROM posts FOR UPDATE;"
    "CREATE VIEW numbered AS SELECT nextval('posts_id_seq') AS id;"
    "CREATE MATERIALIZED VIEW kept AS SELECT note(id) AS id FROM posts;"
    "CREATE SCHEMA other; CREATE VIEW other.noted AS SELECT note(id) AS id FROM posts;"
    "CREATE VIEW other.plain AS SELECT id FROM posts";

typedef struct effect {
    const char *sql;
    bool is_writing, may_write;
} effect;

static const effect effects[] = {
    {"SELECT id FROM posts", false, false},
    {"SELECT id, random() AS r, now() AS t, gen_random_uuid() AS u FROM posts", false, false},
    {"SELECT id FROM posts FOR UPDATE", false, true},
    {"SELECT id FROM (SELECT id FROM posts FOR KEY SHARE) AS locked", false, true},
    {"SELECT nextval('posts_id_seq') AS id", false, true},
    {"SELECT id FROM posts WHERE pg_catalog.setval('posts_id_seq', 7) > 1", false, true},
    {"SELECT pg_try_advisory_lock(id) AS got FROM posts", false, true},
    {"WITH gone AS (DELETE FROM posts RETURNING id) SELECT id FROM gone", true, false},
    /* Functions by what they say of themselves; without a word they are volatile. */
    {"SELECT note(id) AS id FROM posts", false, true},
    {"SELECT twice(id) AS id FROM posts", false, true},
    {"SELECT half(id) AS id FROM posts", false, false},
    {"SELECT p.id FROM posts p, LATERAL note(p.id) AS n", false, true},
    {"SELECT id FROM posts ORDER BY note(id)", false, true},
    /* Views, and views upon views. */
    {"SELECT id FROM noted", false, true},
    {"SELECT id FROM above", false, true},
    {"SELECT id FROM halved", false, false},
    {"SELECT id FROM locked", false, true},
    {"SELECT id FROM numbered", false, true},
    {"SELECT id FROM kept", false, false},
    {"SELECT id FROM other.noted", false, true},
    {"SELECT id FROM other.plain", false, false},
    {"SELECT id FROM posts WHERE id IN (SELECT id FROM above)", false, true},
    {"WITH a AS (SELECT id FROM noted) SELECT id FROM a", false, true},
    /* Of what is said about it. */
    {"-- tenon:reads it only multiplies\nSELECT twice(id) AS id FROM posts", false, false},
    {"-- tenon:reads the log may lack some\nSELECT id FROM above", false, false},
};

static void check_effect(const char *url, const effect *e)
{
    char sql[300];
    snprintf(sql, sizeof sql, "-- name: a :many\n%s;\n", e->sql);
    sqlfile_set *set = checked_in(url, sql);
    assert_string_equal(checked_complaints(set), "");
    if (checked_query(set, "a")->is_writing != e->is_writing ||
        checked_query(set, "a")->may_write != e->may_write)
        fail_msg("%s: writes %d, may write %d", e->sql, checked_query(set, "a")->is_writing,
                 checked_query(set, "a")->may_write);
    sqlfile_free(set);
}

static void what_may_change_something_on_the_way_is_known(void **state)
{
    (void)state;
    const char *url = testdb_create("effects");
    testdb_run(url, made);
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        check_effect(url, &effects[i]);
}

/* More views than are looked into, each of which reads the one below it twice. */
static void what_is_too_deep_may_write(void **state)
{
    (void)state;
    const char *url = testdb_create("deep");
    testdb_run(url, "CREATE VIEW v0 AS SELECT 1 AS id");
    for (int i = 1; i <= 8; i++) {
        char sql[120];
        snprintf(sql, sizeof sql, "CREATE VIEW v%d AS SELECT a.id FROM v%d a JOIN v%d b USING (id)",
                 i, i - 1, i - 1);
        testdb_run(url, sql);
    }
    check_effect(url, &(effect){"SELECT id FROM v4", false, false});
    check_effect(url, &(effect){"SELECT id FROM v8", false, true});
}

static void what_is_said_has_to_be_possible(void **state)
{
    static const struct {
        const char *sql, *complaints;
    } cases[] = {
        {"-- name: a :exec\n-- tenon:reads really\nDELETE FROM posts WHERE id = 1;\n",
         "queries/q.sql:1:10: the statement writes, and says that it only reads; take "
         "-- tenon:reads away\n"},
        {"-- name: a :many\n-- tenon:reads really\nSELECT id FROM posts FOR SHARE;\n",
         "queries/q.sql:1:10: the statement locks rows, and says that it only reads; take "
         "-- tenon:reads away\n"},
        {"-- name: a :many\n-- tenon:reads\nSELECT id FROM posts;\n",
         "queries/q.sql:2:10: say why it changes nothing\n"},
        {"-- name: a :many\n-- tenon:read it\nSELECT id FROM posts;\n",
         "queries/q.sql:2:10: unknown word; -- tenon:ignore RULE REASON, or -- tenon:reads "
         "REASON\n"},
        {"-- name: a :many\n-- tenon:ignore\nSELECT id FROM posts;\n",
         "queries/q.sql:2:10: unknown word; -- tenon:ignore RULE REASON, or -- tenon:reads "
         "REASON\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sqlfile_set *set = checked(cases[i].sql);
        assert_string_equal(checked_complaints(set), cases[i].complaints);
        sqlfile_free(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_change_something_on_the_way_is_known),
        cmocka_unit_test(what_is_too_deep_may_write),
        cmocka_unit_test(what_is_said_has_to_be_possible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
