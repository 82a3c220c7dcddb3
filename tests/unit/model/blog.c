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
