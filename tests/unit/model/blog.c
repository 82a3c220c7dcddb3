/* See blog.h. */
#include "blog.h"

#include <stdio.h>
#include <stdlib.h>

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

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

static void open_one(both *b, const char *path)
{
    char *schema = read_file(path);
    b->schema = schema;
    both_open_one(b);
    b->schema = NULL;
    free(schema);
}

int blog_open(void **state)
{
    open_one(&blog_postgresql, "tests/golden/blog/postgresql.sql");
    open_one(&blog_sqlite, "tests/golden/blog/sqlite.sql");
    return 0;
}

int blog_close(void **state)
{
    tenon_close(blog_postgresql.db);
    tenon_close(blog_sqlite.db);
    return 0;
}
