/* Pages whose relations come in the same round trip: they are those that come by batch, whatever
 * the order, on the way there and back, and no row beyond the page is looked up. */
#include "blog.h"
#include "proxy.h"

/* Of the articles every fourth has too many views to be found. */
enum { ARTICLES = 12, FOUND = 9, SIZE = 3 };

static void add_rows(tenon_session *s)
{
    int32_t author = 0;
    for (int i = 0; i < ARTICLES; i++) {
        char name[] = {'a', (char)('a' + i * 7 % ARTICLES), '\0'};
        if (i % 2 == 0)
            author = author_create(s, .name = SET(name), .age = SET(i % 3))->id;
        Article *article =
            article_create(s, .title = SET(name), .views = SET(i % 4), .authorId = SET(author),
                           .tags = &(TagListWrite){.create = TAG_SETS({.label = SET(name)})});
        for (int c = 0; c < i % 3; c++)
            comment_create(s, .text = SET(name), .articleId = SET(article->id), .likes = SET(c));
    }
    assert_sound(s);
}

/* Each order that a test walks in. */
static ArticleOrder order_of(int order)
{
    static const AuthorOrder by_name = {.column = AUTHOR_NAME, .direction = TENON_DESC};
    switch (order) {
    case 1:
        return (ArticleOrder){.column = ARTICLE_VIEWS, .direction = TENON_DESC};
    case 2:
        return (ArticleOrder){.author = &by_name};
    case 3:
        return (ArticleOrder){.count = ARTICLE_COMMENTS, .direction = TENON_DESC};
    default:
        return (ArticleOrder){0};
    }
}

static void check_same(const Article *a, const Article *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(a[i].id, b[i].id);
        assert_int_equal(a[i].author->id, b[i].author->id);
        assert_int_equal(a[i].comments.count, b[i].comments.count);
        assert_int_equal(a[i].counts->comments, b[i].counts->comments);
        assert_int_equal(a[i].tags.count, 1);
        assert_string_equal(a[i].tags.items[0].label, b[i].tags.items[0].label);
        for (size_t k = 0; k < a[i].comments.count; k++)
            assert_int_equal(a[i].comments.items[k].likes, b[i].comments.items[k].likes);
    }
}

#define TREE(how)                                                                                  \
    .where = {.views = LT(3)}, .counts = {.comments = &(CommentWhere){0}},                         \
    .include = {.author = &(AuthorQuery){.strategy = (how)},                                       \
                .tags = &(TagQuery){.strategy = (how)},                                            \
                .comments = &(CommentQuery){                                                       \
                    .strategy = (how), .order_by = {DESC(COMMENT_LIKES)}, .limit = 1}}

static ArticlePage page_by(tenon_session *s, int order, tenon_strategy how, const char *after,
                           const char *before)
{
    ArticlePage page = article_page(s, .size = SIZE, .after = after, .before = before,
                                    .order_by = {order_of(order)}, TREE(how));
    assert_sound(s);
    return page;
}

static ArticlePage compared_page(tenon_session *s, int order, const char *after, const char *before)
{
    ArticlePage page = page_by(s, order, TENON_LOAD_SUBQUERY, after, before);
    ArticlePage expected = page_by(s, order, TENON_LOAD_BATCH, after, before);
    assert_int_equal(page.count, expected.count);
    assert_int_equal(page.has_next, expected.has_next);
    assert_int_equal(page.has_previous, expected.has_previous);
    check_same(page.items, expected.items, page.count);
    return page;
}

static void there_and_back_in_every_order(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    add_rows(s);
    for (int order = 0; order < 4; order++) {
        size_t there, back;
        ArticlePage page = compared_page(s, order, NULL, NULL);
        for (there = page.count; page.has_next; there += page.count)
            page = compared_page(s, order, page.next, NULL);
        for (back = page.count; page.has_previous; back += page.count)
            page = compared_page(s, order, NULL, page.previous);
        assert_int_equal(there, FOUND);
        assert_int_equal(back, FOUND);
    }
}

static ArticleOffsetPage number_by(tenon_session *s, int64_t number, tenon_strategy how)
{
    ArticleOffsetPage page =
        article_page_of(s, .page = number, .size = SIZE, .order_by = {order_of(2)}, TREE(how));
    assert_sound(s);
    return page;
}

static void by_number_too(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    add_rows(s);
    for (int64_t number = 1; number <= 5; number++) {
        ArticleOffsetPage page = number_by(s, number, TENON_LOAD_SUBQUERY);
        ArticleOffsetPage expected = number_by(s, number, TENON_LOAD_BATCH);
        assert_int_equal(page.total, FOUND);
        assert_int_equal(page.count, expected.count);
        check_same(page.items, expected.items, page.count);
    }
}

/* ---- round trips ----------------------------------------------------------------------------- */

/* By AUTO, once it knows that the way is long. */
static void a_page_and_its_tree_are_one_round_trip(void **state)
{
    both *b = *state;
    const char *why;
    tenon_error err;
    proxy *p = proxy_open(b->url, 2000, &why);
    if (!p)
        fail_msg("%s", why);
    tenon_db *db = tenon_open(proxy_url(p), NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    add_rows(b->session);
    for (int i = 0; i < 25; i++)
        article_count(s);
    for (int order = 0; order < 4; order++) {
        ArticlePage page = page_by(s, order, TENON_LOAD_AUTO, NULL, NULL);
        uint64_t before = proxy_round_trips(p);
        page = page_by(s, order, TENON_LOAD_AUTO, page.next, NULL);
        page_by(s, order, TENON_LOAD_AUTO, NULL, page.previous);
        assert_int_equal(proxy_round_trips(p) - before, 2);
        number_by(s, 2, TENON_LOAD_AUTO);
        number_by(s, 5, TENON_LOAD_AUTO); /* empty: one more for the total */
    }
    uint64_t before = proxy_round_trips(p);
    number_by(s, 2, TENON_LOAD_AUTO);
    assert_int_equal(proxy_round_trips(p) - before, 1);
    page_by(s, 1, TENON_LOAD_BATCH, NULL, NULL);
    assert_int_equal(proxy_round_trips(p) - before, 1 + 4); /* the counts with the page */
    tenon_session_close(s);
    tenon_close(db);
    proxy_close(p);
}

static void what_cannot_be_is_refused(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    assert_true(tenon_begin(s));
    article_page(s, .size = SIZE, TREE(TENON_LOAD_SUBQUERY));
    assert_failed(s, TENON_MISUSE, "TENON_REPEATABLE_READ");
    tenon_rollback(s);
    article_page(s, .size = SIZE, .table = {.name = "articles"}, TREE(TENON_LOAD_SUBQUERY));
    assert_failed(s, TENON_MISUSE, "a table chosen at run time");
    article_page(s, .size = SIZE, .after = "nonsense", TREE(TENON_LOAD_SUBQUERY));
    assert_failed(s, TENON_VALIDATION, "cursor");
}

static void sqlite_has_no_round_trips_to_save(void **state)
{
    tenon_session *s = ((both *)*state)->session;
    article_page(s, .size = SIZE, TREE(TENON_LOAD_SUBQUERY));
    assert_failed(s, TENON_UNSUPPORTED, "Article.author: ");
    article_page_of(s, .page = 1, .size = SIZE, TREE(TENON_LOAD_SUBQUERY));
    assert_failed(s, TENON_UNSUPPORTED, "Article.author: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG_OF(postgresql, there_and_back_in_every_order),
        ON_BLOG_OF(postgresql, by_number_too),
        ON_BLOG_OF(postgresql, a_page_and_its_tree_are_one_round_trip),
        ON_BLOG_OF(postgresql, what_cannot_be_is_refused),
        ON_BLOG_OF(sqlite, sqlite_has_no_round_trips_to_save),
    };
    return blog_run(tests);
}
