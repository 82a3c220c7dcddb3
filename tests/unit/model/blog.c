/* See blog.h. */
#include "blog.h"

#include "testdb.h"

static const char *make_postgresql_url(void)
{
    return testdb_create("blog");
}

static const char empty_all[] =
    "DELETE FROM \"_ArticleToTag\"; DELETE FROM \"_Follows\"; DELETE FROM \"Seat\";"
    "DELETE FROM \"Room\"; DELETE FROM \"Comment\"; DELETE FROM \"articles\"; DELETE FROM \"Tag\";"
    "DELETE FROM \"Profile\"; DELETE FROM \"Author\"; DELETE FROM \"Thing\"; DELETE FROM \"Box\";";

both blog_postgresql = {.make_url = make_postgresql_url, .empty = empty_all};
both blog_sqlite = {.make_url = testdb_sqlite_url, .empty = empty_all, .is_sqlite = true};

int blog_open(void **state)
{
    both_open_file(&blog_postgresql, "tests/golden/blog/postgresql.sql");
    both_open_file(&blog_sqlite, "tests/golden/blog/sqlite.sql");
    return 0;
}

int blog_close(void **state)
{
    tenon_close(blog_postgresql.db);
    tenon_close(blog_sqlite.db);
    return 0;
}

/* Three authors, articles of two of them, tags, comments, a boss, followers, seats. */
static const char rows_of_all[] =
    "INSERT INTO \"Author\" (\"id\", \"name\", \"age\", \"bossId\") VALUES "
    "(1, 'ann', 30, NULL), (2, 'bob', 40, 1), (3, 'cid', NULL, 1);"
    "INSERT INTO \"Profile\" (\"id\", \"bio\", \"authorId\") VALUES (1, 'writes', 1), (2, NULL, 3);"
    "INSERT INTO \"articles\" (\"id\", \"title\", \"views\", \"published\", \"createdAt\", "
    "\"author_id\", \"editor_id\") VALUES "
    "(1, 'one', 10, true, '2024-01-01T00:00:00.000+00:00', 1, 2),"
    "(2, 'two', 20, false, '2024-01-02T00:00:00.000+00:00', 2, NULL),"
    "(3, 'three', 30, true, '2024-01-03T00:00:00.000+00:00', 1, 2),"
    "(4, 'four', 20, true, '2024-01-04T00:00:00.000+00:00', 1, 3);"
    "INSERT INTO \"Tag\" (\"id\", \"label\") VALUES (1, 'c'), (2, 'sql'), (3, 'none');"
    "INSERT INTO \"_ArticleToTag\" (\"A\", \"B\") VALUES (1, 1), (1, 2), (2, 2), (4, 1);"
    "INSERT INTO \"_Follows\" (\"A\", \"B\") VALUES (1, 2), (3, 2), (2, 1);"
    "INSERT INTO \"Comment\" (\"id\", \"text\", \"likes\", \"articleId\", \"authorId\") VALUES "
    "('00000000-0000-0000-0000-000000000001', 'first', 5, 1, 2),"
    "('00000000-0000-0000-0000-000000000002', 'second', 7, 1, NULL),"
    "('00000000-0000-0000-0000-000000000003', 'third', 6, 3, 1);"
    "INSERT INTO \"Room\" (\"building\", \"number\", \"name\") VALUES "
    "('A', 1, 'small'), ('A', 2, 'big'), ('B', 1, NULL);"
    "INSERT INTO \"Seat\" (\"id\", \"row\", \"building\", \"number\", \"authorId\") VALUES "
    "(1, 1, 'A', 1, 1), (2, 2, 'A', 1, NULL), (3, 1, 'A', 2, 1), (4, 9, 'A', NULL, 2), "
    "(5, 9, NULL, NULL, 2), (6, 3, 'B', 1, 3);";

tenon_session *blog_start(void **state)
{
    both *b = *state;
    both_sql(b, rows_of_all);
    return b->session;
}
