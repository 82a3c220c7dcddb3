/* Nested writes of many rows: what goes together, and in how many round trips. */
#include "blog.h"
#include "proxy.h"

#include <stdio.h>

/* Each has rows of its own, and so a statement of its own; more than go together at once. */
static void many_new_rows_have_rows_of_their_own(void **state)
{
    enum { ROWS = 600 };
    both *b = *state;
    static ArticleSet articles[ROWS];
    static char titles[ROWS][16];
    CommentSet comments[] = {{.text = SET("first")}, {.text = SET("second")}};
    CommentListWrite two = {.create = {comments, 2}};
    for (int i = 0; i < ROWS; i++) {
        snprintf(titles[i], sizeof titles[i], "title %d", i);
        articles[i] = (ArticleSet){.title = SET(titles[i])};
        articles[i].comments = i % 3 ? &two : NULL;
    }
    author_create(b->session, .name = SET("Ann"),
                  .articles = &(ArticleListWrite){.create = {articles, ROWS}});
    assert_sound(b->session);
    assert_int_equal(article_count(b->session), ROWS);
    assert_int_equal(comment_count(b->session), 2 * (ROWS - ROWS / 3));
    ArticleQuery query = {.order_by = {ASC(ARTICLE_ID)}, .counts.comments = &(CommentWhere){0}};
    query.session = b->session;
    ArticleList list = article_find_many_q(&query);
    for (int i = 0; i < ROWS; i++) {
        assert_string_equal(list.items[i].title, titles[i]);
        assert_int_equal(list.items[i].counts->comments, i % 3 ? 2 : 0);
    }
}

static void new_rows_with_rows_of_their_own_go_together(void **state)
{
    enum { ROWS = 20 };
    both *b = *state;
    const char *why;
    tenon_error err;
    proxy *p = proxy_open(b->url, 0, &why);
    assert_non_null(p);
    tenon_db *db = tenon_open(proxy_url(p), NULL, &err);
    assert_non_null(db);
    tenon_session *s = tenon_session_open(db, NULL);
    Author *ann = author_create(s, .name = SET("Ann"));
    CommentListWrite none = {.create = {NULL, 0}};
    ArticleSet articles[ROWS];
    for (int i = 0; i < ROWS; i++)
        articles[i] = (ArticleSet){.title = SET("title"), .comments = &none};
    uint64_t before = proxy_round_trips(p);
    author_update(s, ann->id, .age = SET(4),
                  .articles = &(ArticleListWrite){.create = {articles, ROWS}});
    assert_sound(s);
    assert_int_equal(proxy_round_trips(p) - before, 4); /* begin, update, create, commit */
    tenon_session_close(s);
    tenon_close(db);
    proxy_close(p);
    assert_int_equal(article_count(b->session), ROWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(many_new_rows_have_rows_of_their_own),
        ON_BLOG_OF(postgresql, new_rows_with_rows_of_their_own_go_together),
    };
    return blog_run(tests);
}
