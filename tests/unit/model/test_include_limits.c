/* What a tree of relations may not be: too large, without end, or asked for in a way that would
 * have to be ignored. */
#include "blog.h"

#include <tenon/test.h>

static void a_tree_has_limits(void **state)
{
    both *b = *state;
    blog_start(state);
    tenon_session *s = tenon_session_open(b->db, &(tenon_session_options){.tree_rows_most = 5});
    author_find_many(s, .include = {.articles = &(ArticleQuery){0}});
    assert_failed(s, TENON_LIMIT, "Author.articles: ");
    author_find_many(s, .include = {.boss = &(AuthorQuery){0}});
    assert_sound(s);
    tenon_session_close(s);
    s = tenon_session_open(b->db, &(tenon_session_options){.tree_depth_most = 1});
    author_find_many(
        s, .include = {.articles = &(ArticleQuery){.include = {.comments = &(CommentQuery){0}}}});
    assert_failed(s, TENON_LIMIT, "Author.articles.comments: ");
    tenon_session_close(s);
}

static void a_tree_without_end_stops(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorQuery query = {.session = s};
    query.include.boss = &query;
    query.include.staff = &query;
    author_find_many_q(&query);
    assert_failed(s, TENON_LIMIT, "deeper than it may be");
}

static void mistakes_are_told(void **state)
{
    both *b = *state;
    tenon_session *s = blog_start(state), *other = tenon_session_open(b->db, NULL);
    author_find_many(s, .include = {.articles = &(ArticleQuery){.session = other}});
    assert_failed(s, TENON_MISUSE, "Author.articles: ");
    tenon_session_close(other);
    author_find_many(s, .strategy = TENON_LOAD_BATCH);
    assert_failed(s, TENON_MISUSE, "strategy");
    author_find_many(s, .include = {.articles = &(ArticleQuery){.strategy = (tenon_strategy)9}});
    assert_failed(s, TENON_MISUSE, "Author.articles: ");
    author_find_many(s, .include = {.articles = &(ArticleQuery){.limit = -1}});
    assert_failed(s, TENON_MISUSE, "negative");
    author_find_many(s, .include = {.articles = &(ArticleQuery){.lock = TENON_FOR_UPDATE}});
    assert_failed(s, TENON_MISUSE, "Author.articles: lock, hints and read");
    author_count(s, .include = {.articles = &(ArticleQuery){0}});
    assert_failed(s, TENON_MISUSE, "include");
    author_exists(s, .counts = {.articles = &(ArticleWhere){0}});
    assert_failed(s, TENON_MISUSE, "counts");
    AuthorList found = author_find_many(s, .select = {AUTHOR_NAME});
    author_load(s, found.items, found.count, .include = {.articles = &(ArticleQuery){0}});
    assert_failed(s, TENON_MISUSE, "id was not selected");
    author_load(s, found.items, found.count, .limit = 1);
    assert_failed(s, TENON_MISUSE, "include and counts only");
}

/* A test of a program on empty tables finds what would fail on full ones. */
static void mistakes_do_not_wait_for_rows(void **state)
{
    both *b = *state;
    tenon_session *s = blog_start(state), *other = tenon_session_open(b->db, NULL);
    const AuthorWhere nobody = {.name = EQ("nobody")};
    author_find_many(s, .where = nobody, .include = {.articles = &(ArticleQuery){.limit = -1}});
    assert_failed(s, TENON_MISUSE, "negative");
    author_find_many(s, .where = nobody,
                     .include = {.articles = &(ArticleQuery){
                                     .include = {.comments = &(CommentQuery){.session = other}}}});
    assert_failed(s, TENON_MISUSE, "Author.articles.comments: ");
    author_find_first(s, .where = nobody,
                      .include = {.boss = &(AuthorQuery){
                                      .include = {.articles = &(ArticleQuery){.offset = -1}}}});
    assert_failed(s, TENON_MISUSE, "negative");
    author_find_many(
        s, .where = nobody,
        .include = {.articles = &(ArticleQuery){.where = {.title = LT_COLUMN(ARTICLE_ID)}}});
    assert_failed(s, TENON_MISUSE, "LT_COLUMN");
    author_find_many(s, .where = nobody,
                     .counts = {.articles = &(ArticleWhere){.title = LT_COLUMN(ARTICLE_ID)}});
    assert_failed(s, TENON_MISUSE, "LT_COLUMN");
    author_page(s, .size = 1, .where = nobody,
                .include = {.articles = &(ArticleQuery){.lock = TENON_FOR_SHARE}});
    assert_failed(s, TENON_MISUSE, "Author.articles: lock, hints and read");
    tenon_session_close(other);
}

/* Looking for mistakes sends nothing, tells no hook, and comes to an end. */
static void where_no_rows_are_nothing_is_asked(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorQuery query = {.session = s, .where = {.name = EQ("nobody")}};
    query.include.boss = &query;
    query.include.staff = &query;
    query.include.articles =
        &(ArticleQuery){.strategy = TENON_LOAD_BATCH, .include = {.author = &query}};
    uint64_t before = tenon_statement_count(s);
    assert_int_equal(author_find_many_q(&query).count, 0);
    assert_null(author_find_first_q(&query));
    assert_sound(s);
    assert_int_equal(tenon_statement_count(s) - before, 2);
    query.counts.articles = &(ArticleWhere){0};
    assert_int_equal(author_find_many_q(&query).count, 0);
    assert_sound(s);
    assert_in_range(tenon_statement_count(s) - before, 3, 4); /* far away, numbers go along */
}

/* A query may include itself: then the tree ends where the rows do. */
static void a_tree_is_loaded_to_its_leaves(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorQuery staff = {.order_by = {ASC(AUTHOR_ID)}};
    staff.include.staff = &staff;
    AuthorQuery query = {.session = s, .where = {.boss.presence = TENON_ABSENT}};
    query.include.staff = &staff;
    AuthorList top = author_find_many_q(&query);
    assert_sound(s);
    size_t depth = 0;
    for (const Author *at = top.items; at; at = at->staff.items)
        if (++depth > 1)
            assert_true(AUTHOR_LOADED(at, AUTHOR_STAFF));
    assert_true(depth > 1);
}

static void a_relation_that_is_not_one_is_told(void **state)
{
    both *b = *state;
    tenon_session *s = blog_start(state);
    both_sql(b, "DROP INDEX \"Profile_authorId_key\"");
    both_sql(b, "INSERT INTO \"Profile\" (\"id\", \"authorId\") VALUES (9, 1)");
    author_find_many(s, .include = {.profile = &(ProfileQuery){0}});
    assert_failed(s, TENON_SCHEMA, "Author.profile: there are 2 rows");
    both_sql(b, "DELETE FROM \"Profile\"");
    both_sql(b, "CREATE UNIQUE INDEX \"Profile_authorId_key\" ON \"Profile\" (\"authorId\")");
}

static void relations_are_of_the_table_that_is_named(void **state)
{
    both *b = *state;
    tenon_session *s = blog_start(state);
    both_sql(b, "CREATE TABLE \"old articles\" AS SELECT * FROM \"articles\" WHERE \"id\" = 1");
    AuthorList found =
        author_find_many(s, .order_by = {ASC(AUTHOR_ID)},
                         .include = {.articles = &(ArticleQuery){.table = {.name = "old articles"},
                                                                 .order_by = {ASC(ARTICLE_ID)},
                                                                 .limit = 5}});
    assert_sound(s);
    assert_int_equal(found.items[0].articles.count, 1);
    assert_int_equal(found.items[1].articles.count, 0);
    both_sql(b, "DROP TABLE \"old articles\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(a_tree_has_limits),
        ON_BLOG(a_tree_without_end_stops),
        ON_BLOG(mistakes_are_told),
        ON_BLOG(mistakes_do_not_wait_for_rows),
        ON_BLOG(where_no_rows_are_nothing_is_asked),
        ON_BLOG(a_tree_is_loaded_to_its_leaves),
        ON_BLOG(a_relation_that_is_not_one_is_told),
        ON_BLOG(relations_are_of_the_table_that_is_named),
    };
    return blog_run(tests);
}
