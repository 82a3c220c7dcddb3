/* Streams that load relations: every row comes with what it includes, a part at a time, of the
 * moment at which the stream was opened. */
#include "blog.h"

#include <stdio.h>

#include <tenon/test.h>

enum { AUTHORS = 700, ARTICLES_MOST = 4 };

/* Author n has n % 4 articles, of which each has a comment; their boss is author 1. */
static void fill(both *b)
{
    both_sql(b, b->is_sqlite
                    ? "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                      "SELECT i + 1 FROM n WHERE i < 2800) SELECT i FROM n;"
                      "INSERT INTO \"Author\" (id, name, \"bossId\") SELECT i, 'author ' || i, "
                      "CASE WHEN i > 1 THEN 1 END FROM n WHERE i <= 700;"
                      "INSERT INTO \"articles\" (id, title, author_id, \"createdAt\") "
                      "SELECT i, 'article ' || i, (i - 1) / 4 + 1, '2024-01-01T00:00:00.000+00:00' "
                      "FROM n WHERE (i - 1) % 4 < ((i - 1) / 4 + 1) % 4;"
                      "INSERT INTO \"Comment\" (id, text, \"articleId\") "
                      "SELECT '00000000-0000-0000-0000-' || substr('000000000000' || id, -12), "
                      "'to ' || title, id FROM \"articles\""
                    : "CREATE TEMP TABLE n AS SELECT i FROM generate_series(1, 2800) AS i;"
                      "INSERT INTO \"Author\" (id, name, \"bossId\") SELECT i, 'author ' || i, "
                      "CASE WHEN i > 1 THEN 1 END FROM n WHERE i <= 700;"
                      "INSERT INTO \"articles\" (id, title, author_id) "
                      "SELECT i, 'article ' || i, (i - 1) / 4 + 1 "
                      "FROM n WHERE (i - 1) % 4 < ((i - 1) / 4 + 1) % 4;"
                      "INSERT INTO \"Comment\" (id, text, \"articleId\") "
                      "SELECT ('00000000-0000-0000-0000-' || lpad(id::text, 12, '0'))::uuid, "
                      "'to ' || title, id FROM \"articles\"");
}

static unsigned leased(both *b)
{
    return tenon_db_metrics(b->db).leased;
}

static void assert_tree(const Author *author, int32_t id)
{
    assert_int_equal(author->id, id);
    assert_true(AUTHOR_LOADED(author, AUTHOR_ARTICLES));
    assert_int_equal(author->articles.count, id % 4);
    assert_int_equal(author->counts->articles, id % 4);
    for (size_t i = 0; i < author->articles.count; i++) {
        const Article *article = &author->articles.items[i];
        char text[48];
        snprintf(text, sizeof text, "to article %d", (int)article->id);
        assert_int_equal(article->authorId, id);
        assert_int_equal(article->comments.count, 1);
        assert_string_equal(article->comments.items[0].text, text);
    }
    assert_int_equal(author->boss != NULL, id > 1);
    if (author->boss)
        assert_string_equal(author->boss->name, "author 1");
}

/* All of the above of all authors, with the boss loaded like this. */
static void stream_all(tenon_session *s, tenon_strategy strategy)
{
    AuthorStream authors = author_stream_open(
        s, .order_by = {ASC(AUTHOR_ID)},
        .include = {.articles = &(ArticleQuery){.include = {.comments = &(CommentQuery){0}}},
                    .boss = &(AuthorQuery){.strategy = strategy}},
        .counts = {.articles = &(ArticleWhere){0}});
    int32_t id = 0;
    for (Author *author; (author = author_stream_next(authors));)
        assert_tree(author, ++id);
    assert_true(author_stream_close(authors));
    assert_int_equal(id, AUTHORS);
}

static void every_row_comes_with_its_relations(void **state)
{
    both *b = *state;
    fill(b);
    stream_all(b->session, TENON_LOAD_BATCH);
    stream_all(b->session, TENON_LOAD_JOIN);
    assert_int_equal(leased(b), 0);
    assert_true(tenon_begin(b->session));
    stream_all(b->session, TENON_LOAD_AUTO);
    assert_true(tenon_commit(b->session));
    assert_int_equal(leased(b), 0);
}

static bool add_articles(Author *author, void *ctx)
{
    size_t *count = ctx;
    *count += author->articles.count;
    return true;
}

static void a_relation_takes_its_own_conditions(void **state)
{
    both *b = *state;
    size_t count = 0;
    fill(b);
    ArticleQuery first = {.limit = 1, .order_by = {DESC(ARTICLE_ID)}};
    assert_true(author_each(b->session, add_articles, &count, .include = {.articles = &first}));
    assert_int_equal(count, AUTHORS / 4 * 3);
    count = 0;
    ArticleQuery none = {.where = {.title = EQ("another")}};
    assert_true(author_each(b->session, add_articles, &count, .include = {.articles = &none}));
    assert_int_equal(count, 0);
}

static void a_level_is_one_statement_a_part(void **state)
{
    both *b = *state;
    fill(b);
    size_t count = 0;
    uint64_t before = tenon_statement_count(b->session);
    ArticleQuery articles = {.include = {.comments = &(CommentQuery){0}}};
    assert_true(author_each(b->session, add_articles, &count, .limit = 16,
                            .include = {.articles = &articles}));
    assert_int_equal(tenon_statement_count(b->session) - before, 3);
    before = tenon_statement_count(b->session);
    assert_true(author_each(b->session, add_articles, &count, .include = {.articles = &articles}));
    uint64_t statements = tenon_statement_count(b->session) - before;
    assert_true(statements > 3 && statements < AUTHORS / 8);
}

/* A part of 700 authors with 1,050 articles of 2,000 characters each would be 2 MB. */
static void memory_stays_that_of_a_part(void **state)
{
    both *b = *state;
    fill(b);
    both_sql(b, b->is_sqlite ? "UPDATE \"articles\" SET title = hex(zeroblob(1000)) || id"
                             : "UPDATE \"articles\" SET title = repeat('x', 2000) || id");
    tenon_session *s =
        tenon_session_open(b->db, &(tenon_session_options){.memory_limit_bytes = 1 << 20});
    size_t count = 0;
    assert_true(author_each(s, add_articles, &count, .include = {.articles = &(ArticleQuery){0}}));
    assert_int_equal(count, AUTHORS / 4 * 6);
    author_find_many(s, .include = {.articles = &(ArticleQuery){0}});
    assert_failed(s, TENON_LIMIT, NULL);
    tenon_session_close(s);
}

/* ---- what it sees ---------------------------------------------------------------------------- */

static void relations_are_of_the_moment_of_the_opening(void **state)
{
    both *b = *state;
    fill(b);
    AuthorStream authors = author_stream_open(b->session, .order_by = {ASC(AUTHOR_ID)},
                                              .include = {.articles = &(ArticleQuery){0}});
    size_t count = author_stream_next(authors)->articles.count;
    assert_int_equal(article_delete_many(b->session, .everything = true), AUTHORS / 4 * 6);
    for (Author *author; (author = author_stream_next(authors));)
        count += author->articles.count;
    assert_true(author_stream_close(authors));
    assert_int_equal(count, AUTHORS / 4 * 6);
    assert_int_equal(article_count(b->session), 0);
}

static void inside_of_a_transaction_its_writes_are_seen(void **state)
{
    both *b = *state;
    fill(b);
    assert_true(tenon_begin(b->session));
    article_delete_many(b->session, .where = {.authorId = NE(3)});
    size_t count = 0;
    assert_true(
        author_each(b->session, add_articles, &count, .include = {.articles = &(ArticleQuery){0}}));
    assert_int_equal(count, 3);
    tenon_rollback(b->session);
}

/* Whose own transaction the session is in is not the stream's concern. */
static void a_transaction_may_begin_meanwhile(void **state)
{
    both *b = *state;
    fill(b);
    AuthorStream authors = author_stream_open(b->session, .order_by = {ASC(AUTHOR_ID)},
                                              .include = {.articles = &(ArticleQuery){0}});
    assert_int_equal(author_stream_next(authors)->id, 1);
    assert_true(tenon_begin(b->session));
    for (Author *author; (author = author_stream_next(authors));) {
        assert_int_equal(author->articles.count, author->id % 4);
        if (author->articles.count)
            article_update(b->session, author->articles.items[0].id, .views = INCREASE(1));
    }
    assert_true(author_stream_close(authors));
    assert_true(tenon_commit(b->session));
    assert_int_equal(article_count(b->session, .where = {.views = EQ(1)}), AUTHORS / 4 * 3 - 1);
}

static void one_connection_is_enough(void **state)
{
    both *b = *state;
    tenon_error err;
    fill(b);
    tenon_db *db =
        tenon_open(b->url, &(tenon_options){.pool_max = 1, .acquire_timeout_us = 200000}, &err);
    assert_non_null(db);
    tenon_session *s = tenon_session_open(db, NULL);
    stream_all(s, TENON_LOAD_BATCH);
    assert_sound(s);
    tenon_session_close(s);
    tenon_close(db);
}

/* ---- lifetimes ------------------------------------------------------------------------------- */

static AuthorStream open_elsewhere(tenon_session *s, const ArticleQuery *articles)
{
    AuthorQuery query = {.session = s, .order_by = {ASC(AUTHOR_ID)}, .limit = 100};
    query.include.articles = articles;
    AuthorStream authors = author_stream_open_q(&query);
    memset(&query, 0xff, sizeof query);
    return authors;
}

static void the_query_may_go_but_not_those_of_its_relations(void **state)
{
    both *b = *state;
    fill(b);
    const ArticleQuery articles = {.select = {ARTICLE_ID, ARTICLE_AUTHOR_ID}};
    AuthorStream authors = open_elsewhere(b->session, &articles);
    size_t count = 0;
    for (Author *author; (author = author_stream_next(authors));)
        count += author->articles.count;
    assert_true(author_stream_close(authors));
    assert_int_equal(count, 150);
}

static bool stop(Author *author, void *ctx)
{
    return author->id < *(int32_t *)ctx;
}

static void leaving_early_leaves_nothing(void **state)
{
    both *b = *state;
    fill(b);
    for (int32_t last = 1; last < 300; last += 99) {
        assert_true(author_each(b->session, stop, &last, .order_by = {ASC(AUTHOR_ID)},
                                .include = {.articles = &(ArticleQuery){0}}));
        assert_int_equal(leased(b), 0);
    }
    author_stream_next(author_stream_open(b->session, .include = {.boss = &(AuthorQuery){0}}));
    tenon_session_reset(b->session);
    assert_int_equal(leased(b), 0);
}

/* ---- errors ---------------------------------------------------------------------------------- */

static void make_broken_view(both *b)
{
    both_sql(b, b->is_sqlite
                    ? "CREATE VIEW IF NOT EXISTS \"Broken\" AS SELECT id, CASE WHEN id < 1000 THEN "
                      "title ELSE abs(-9223372036854775807 - 1) END AS title, views, published, "
                      "\"createdAt\", author_id, editor_id FROM \"articles\""
                    : "CREATE OR REPLACE VIEW \"Broken\" AS SELECT id, (1 / CASE WHEN id < 1000 "
                      "THEN 1 ELSE 0 END) || title AS title, views, published, \"createdAt\", "
                      "author_id, editor_id FROM \"articles\"");
}

static bool count_rows(Author *author, void *ctx)
{
    (void)author;
    ++*(int *)ctx;
    return true;
}

static void an_error_below_ends_the_stream(void **state)
{
    both *b = *state;
    fill(b);
    make_broken_view(b);
    for (int in_transaction = 0; in_transaction < 2; in_transaction++) {
        int count = 0;
        if (in_transaction)
            assert_true(tenon_begin(b->session));
        const ArticleQuery articles = {.table = {.name = "Broken"}};
        assert_false(author_each(b->session, count_rows, &count, .order_by = {ASC(AUTHOR_ID)},
                                 .include = {.articles = &articles}));
        assert_true(count >= 16 && count < 250);
        assert_true(tenon_failed(b->session));
        assert_non_null(strstr(tenon_session_error(b->session)->sql, "Broken"));
        tenon_rollback(b->session);
        tenon_error_clear(b->session);
        assert_int_equal(leased(b), 0);
        assert_int_equal(author_count(b->session), AUTHORS);
    }
}

static void what_comes_after_an_error_is_not_taken_for_the_end(void **state)
{
    both *b = *state;
    fill(b);
    make_broken_view(b);
    const ArticleQuery articles = {.table = {.name = "Broken"}};
    AuthorStream authors = author_stream_open(b->session, .order_by = {ASC(AUTHOR_ID)},
                                              .include = {.articles = &articles});
    while (author_stream_next(authors))
        ;
    tenon_error_clear(b->session);
    assert_null(author_stream_next(authors));
    assert_failed(b->session, TENON_MISUSE, "ended before its last row");
    author_stream_close(authors);
}

static void a_lost_connection_is_told(void **state)
{
    both *b = *state;
    fill(b);
    AuthorStream authors = author_stream_open(b->session, .order_by = {ASC(AUTHOR_ID)},
                                              .include = {.articles = &(ArticleQuery){0}});
    assert_non_null(author_stream_next(authors));
    both_sql(b, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    while (author_stream_next(authors))
        ;
    assert_failed(b->session, TENON_UNAVAILABLE, NULL);
    author_stream_close(authors);
    assert_int_equal(leased(b), 0);
}

static void mistakes_are_told_at_once(void **state)
{
    tenon_session *s = blog_start(state);
    const ArticleQuery ahead = {.strategy = TENON_LOAD_SUBQUERY};
    assert_null(author_stream_open(s, .include = {.articles = &ahead}).stream);
    assert_failed(s, TENON_MISUSE, "Author.articles: TENON_LOAD_SUBQUERY is for find_many");
    const ArticleQuery locking = {.lock = TENON_FOR_UPDATE};
    assert_null(author_stream_open(s, .include = {.articles = &locking}).stream);
    assert_failed(s, TENON_MISUSE, "Author.articles: lock, hints and read");
    const ArticleQuery joined = {.strategy = TENON_LOAD_JOIN};
    assert_null(author_stream_open(s, .include = {.articles = &joined}).stream);
    assert_failed(s, TENON_MISUSE, "many rows and cannot be joined");
}

static void each_row_is_a_tree_with_limits(void **state)
{
    both *b = *state;
    fill(b);
    tenon_session *s = tenon_session_open(
        b->db, &(tenon_session_options){.tree_rows_most = 4, .tree_depth_most = 1});
    size_t count = 0;
    assert_true(author_each(s, add_articles, &count, .include = {.articles = &(ArticleQuery){0}}));
    assert_int_equal(count, AUTHORS / 4 * 6);
    const ArticleQuery deep = {.include = {.comments = &(CommentQuery){0}}};
    assert_false(author_each(s, add_articles, &count, .include = {.articles = &deep}));
    assert_failed(s, TENON_LIMIT, "Author.articles.comments: ");
    const ArticleQuery all = {.table = {.name = "all articles"}};
    both_sql(b, "CREATE VIEW \"all articles\" AS SELECT * FROM \"articles\" UNION ALL SELECT * "
                "FROM \"articles\" UNION ALL SELECT * FROM \"articles\"");
    assert_false(author_each(s, add_articles, &count, .include = {.articles = &all}));
    assert_failed(s, TENON_LIMIT, "Author.articles: with these");
    both_sql(b, "DROP VIEW \"all articles\"");
    tenon_session_close(s);
}

/* ---- hooks ----------------------------------------------------------------------------------- */

typedef struct told {
    size_t parts, rows, authors;
    const char *vetoed;
} told;

static void forbid(told *it, const char *model)
{
    *it = (told){.vetoed = model};
}

static void note(tenon_event *event, void *ctx)
{
    told *it = ctx;
    if (event->moment == TENON_AFTER_LOAD && event->model == &article_model) {
        assert_string_equal(event->operation, "include");
        it->parts++;
        it->rows += event->row_count;
    }
    it->authors += event->model == &author_model;
    bool is_before = event->moment == TENON_BEFORE_LOAD;
    if (is_before && it->vetoed && strcmp(event->model->name, it->vetoed) == 0 && it->parts == 2)
        tenon_veto(event, "enough");
}

static void watch(tenon_session *s, told *it)
{
    const tenon_hook hook = {
        .moments = TENON_BEFORE_LOAD | TENON_AFTER_LOAD, .function = note, .ctx = it};
    assert_true(tenon_session_hook_add(s, &hook) != 0);
}

static void hooks_see_each_part_of_a_relation(void **state)
{
    both *b = *state;
    fill(b);
    told it = {0};
    size_t count = 0;
    watch(b->session, &it);
    assert_true(
        author_each(b->session, add_articles, &count, .include = {.articles = &(ArticleQuery){0}}));
    assert_true(it.parts > 3 && it.parts < 20);
    assert_int_equal(it.rows, count);
    assert_int_equal(it.authors, 2);
    forbid(&it, "Article");
    count = 0;
    assert_false(
        author_each(b->session, add_articles, &count, .include = {.articles = &(ArticleQuery){0}}));
    assert_failed(b->session, TENON_VETO, "enough");
    assert_true(count > 0 && count < 1000);
    assert_int_equal(leased(b), 0);
}

static void joined_rows_are_told_too(void **state)
{
    both *b = *state;
    fill(b);
    told it = {0};
    size_t count = 0;
    watch(b->session, &it);
    const AuthorQuery joined = {.strategy = TENON_LOAD_JOIN};
    assert_true(
        author_each(b->session, add_articles, &count, .limit = 16, .include = {.boss = &joined}));
    assert_int_equal(it.authors, 4); /* both sides, before and after */
}

static void parts_are_no_loop_of_the_program(void **state)
{
    both *b = *state;
    fill(b);
    tenon_session *s = tenon_session_open(
        b->db, &(tenon_session_options){.repeats_most = 2, .repeats_fail = true});
    size_t count = 0;
    assert_true(author_each(s, add_articles, &count, .include = {.articles = &(ArticleQuery){0}}));
    assert_sound(s);
    for (int i = 0; i < 3; i++)
        author_find_first(s, .where = {.id = EQ(i)});
    assert_failed(s, TENON_LIMIT, "same query");
    tenon_session_close(s);
}

static void inside_of_a_test_it_works_the_same(void **state)
{
    both *b = *state;
    fill(b);
    tenon_session *s = tenon_session_open(b->db, NULL);
    assert_true(tenon_begin_test(s));
    stream_all(s, TENON_LOAD_BATCH);
    tenon_session_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(every_row_comes_with_its_relations),
        ON_BLOG(a_relation_takes_its_own_conditions),
        ON_BLOG(a_level_is_one_statement_a_part),
        ON_BLOG(memory_stays_that_of_a_part),
        ON_BLOG(relations_are_of_the_moment_of_the_opening),
        ON_BLOG(inside_of_a_transaction_its_writes_are_seen),
        ON_BLOG(a_transaction_may_begin_meanwhile),
        ON_BLOG(one_connection_is_enough),
        ON_BLOG(the_query_may_go_but_not_those_of_its_relations),
        ON_BLOG(leaving_early_leaves_nothing),
        ON_BLOG(an_error_below_ends_the_stream),
        ON_BLOG(what_comes_after_an_error_is_not_taken_for_the_end),
        ON_BLOG_OF(postgresql, a_lost_connection_is_told),
        ON_BLOG(mistakes_are_told_at_once),
        ON_BLOG(each_row_is_a_tree_with_limits),
        ON_BLOG(hooks_see_each_part_of_a_relation),
        ON_BLOG(joined_rows_are_told_too),
        ON_BLOG(parts_are_no_loop_of_the_program),
        ON_BLOG(inside_of_a_test_it_works_the_same),
    };
    return blog_run(tests);
}
