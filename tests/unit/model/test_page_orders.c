/* Pages by cursor in the order of what stands at the end of relations: each is compared with the
 * part of the whole list that it must be, there and back, for every size. */
#include "blog.h"

#include <stdio.h>

/* 30 articles of 8 authors, with editors, bosses and ages that are partly NULL, and equal ones. */
static void fill(both *b)
{
    for (int i = 1; i <= 8; i++) {
        char name[16];
        snprintf(name, sizeof name, "author %d", i * 5 % 8);
        author_create(b->session, .id = SET(i), .name = SET(name),
                      .age = i % 3 ? (tenon_int_set)SET(20 + i % 2) : (tenon_int_set)SET_NULL(),
                      .bossId = i > 3 ? (tenon_int_set)SET(i % 3 + 1) : (tenon_int_set)SET_NULL());
    }
    for (int i = 1; i <= 30; i++) {
        char title[16];
        snprintf(title, sizeof title, "title %d", i % 7);
        article_create(b->session, .id = SET(i), .title = SET(title), .views = SET(i * 7 % 4),
                       .createdAt = SET(((tenon_time){i % 5 * INT64_C(1000000)})),
                       .authorId = SET(i * 3 % 8 + 1),
                       .editorId =
                           i % 4 ? (tenon_int_set)SET(i % 8 + 1) : (tenon_int_set)SET_NULL());
        const Mood moods[] = {MOOD_CALM, MOOD_HAPPY, MOOD_ANGRY};
        for (int c = 0; c < i % 4; c++)
            comment_create(b->session, .text = SET("x"), .articleId = SET(i),
                           .mood = SET(moods[(i + c) % 3]));
    }
    assert_sound(b->session);
}

static ArticlePage next_page(tenon_session *s, const ArticleOrder *order, int64_t size,
                             const char *after, const char *before)
{
    ArticlePageQuery query = {.session = s, .size = size, .after = after, .before = before};
    memcpy(query.order_by, order, sizeof query.order_by);
    query.include.author = &(AuthorQuery){.strategy = TENON_LOAD_JOIN};
    ArticlePage page = article_page_q(&query);
    assert_sound(s);
    return page;
}

static void assert_part(const ArticlePage *page, const ArticleList *all, size_t from)
{
    for (size_t i = 0; i < page->count; i++) {
        assert_true(from + i < all->count);
        assert_int_equal(page->items[i].id, all->items[from + i].id);
        assert_int_equal(page->items[i].author->id, all->items[from + i].authorId);
    }
}

/* The list has the key behind the order, as pages have. */
static ArticleList whole_list(tenon_session *s, const ArticleOrder *order, size_t terms)
{
    ArticleQuery query = {.session = s};
    memcpy(query.order_by, order, sizeof query.order_by);
    query.order_by[terms] = (ArticleOrder)ASC(ARTICLE_ID);
    ArticleList list = article_find_many_q(&query);
    assert_sound(s);
    assert_int_equal(list.count, 30);
    return list;
}

static void check_order(both *b, const ArticleOrder *order, size_t terms, int64_t size)
{
    tenon_session *s = b->session;
    ArticleList all = whole_list(s, order, terms);
    ArticlePage page = next_page(s, order, size, NULL, NULL);
    size_t from = 0;
    for (;; from += page.count, page = next_page(s, order, size, page.next, NULL)) {
        assert_part(&page, &all, from);
        if (!page.has_next)
            break;
        assert_int_equal(page.count, size);
    }
    assert_int_equal(from + page.count, all.count);
    while (page.has_previous) {
        page = next_page(s, order, size, NULL, page.previous);
        from -= page.count;
        assert_part(&page, &all, from);
    }
    assert_int_equal(from, 0);
}

/* One to three terms, the rest is empty. */
#define CHECK(...)                                                                                 \
    for (int64_t size = 1; size < 12; size += 3)                                                   \
    check_order(b, (const ArticleOrder[TENON_MAX_ORDER]){__VA_ARGS__},                             \
                sizeof((const ArticleOrder[]){__VA_ARGS__}) / sizeof(ArticleOrder), size)

static void by_the_column_of_a_relation(void **state)
{
    both *b = *state;
    fill(b);
    const AuthorOrder name = ASC(AUTHOR_NAME), name_down = DESC(AUTHOR_NAME);
    CHECK({.author = &name});
    CHECK({.author = &name_down});
    CHECK({.author = &name}, DESC(ARTICLE_VIEWS));
    CHECK(DESC(ARTICLE_VIEWS), {.author = &name_down}, ASC(ARTICLE_TITLE));
}

static void by_columns_that_are_null_and_rows_that_are_not_there(void **state)
{
    both *b = *state;
    fill(b);
    const AuthorOrder ages[] = {ASC(AUTHOR_AGE), DESC(AUTHOR_AGE), ASC_NULLS_FIRST(AUTHOR_AGE),
                                DESC_NULLS_LAST(AUTHOR_AGE)};
    for (size_t i = 0; i < 4; i++) {
        CHECK({.author = &ages[i]});
        CHECK({.editor = &ages[i]});
        CHECK({.editor = &ages[i]}, {.author = &ages[3 - i]}, DESC(ARTICLE_ID));
    }
}

static void by_the_relation_of_a_relation(void **state)
{
    both *b = *state;
    fill(b);
    const AuthorOrder name = DESC_NULLS_LAST(AUTHOR_NAME), boss = {.boss = &name};
    const AuthorOrder boss_of_boss = {.boss = &boss};
    CHECK({.author = &boss});
    CHECK({.editor = &boss}, ASC(ARTICLE_TITLE));
    CHECK({.editor = &boss_of_boss}, {.author = &boss});
}

static void by_the_number_of_rows(void **state)
{
    both *b = *state;
    fill(b);
    const AuthorOrder articles = {.count = AUTHOR_ARTICLES, .direction = TENON_DESC};
    const AuthorOrder staff = {.count = AUTHOR_STAFF}, of_boss = {.boss = &staff};
    CHECK({.count = ARTICLE_COMMENTS});
    CHECK({.count = ARTICLE_COMMENTS, .direction = TENON_DESC}, {.author = &articles});
    CHECK({.editor = &articles});
    CHECK({.editor = &of_boss}, {.count = ARTICLE_COMMENTS, .direction = TENON_DESC});
}

/* Times and enums: their order is not that of their texts. */
static void by_values_of_other_types(void **state)
{
    both *b = *state;
    fill(b);
    const ArticleOrder made = DESC(ARTICLE_CREATED_AT);
    CommentQuery query = {.session = b->session,
                          .order_by = {{.article = &made}, DESC(COMMENT_MOOD)}};
    query.order_by[2] = (CommentOrder)ASC(COMMENT_ID);
    CommentList all = comment_find_many_q(&query);
    CommentPage page = {.has_next = true};
    for (size_t from = 0; page.has_next; from += page.count) {
        page = comment_page(b->session, .size = 4, .after = page.next,
                            .order_by = {{.article = &made}, DESC(COMMENT_MOOD)});
        assert_sound(b->session);
        for (size_t i = 0; i < page.count; i++)
            assert_memory_equal(&page.items[i].id, &all.items[from + i].id, sizeof(tenon_uuid));
    }
}

static void chosen_columns_are_all_that_is_loaded(void **state)
{
    both *b = *state;
    fill(b);
    const AuthorOrder name = ASC(AUTHOR_NAME);
    ArticlePage page = article_page(b->session, .size = 5, .order_by = {{.author = &name}},
                                    .select = {ARTICLE_TITLE});
    page = article_page(b->session, .size = 5, .order_by = {{.author = &name}},
                        .select = {ARTICLE_TITLE}, .after = page.next);
    assert_sound(b->session);
    assert_int_equal(page.count, 5);
    assert_true(ARTICLE_LOADED(&page.items[4], ARTICLE_TITLE));
    assert_true(ARTICLE_LOADED(&page.items[4], ARTICLE_ID));
    assert_false(ARTICLE_LOADED(&page.items[4], ARTICLE_VIEWS));
    assert_false(ARTICLE_LOADED(&page.items[4], ARTICLE_AUTHOR));
}

static void a_cursor_belongs_to_its_order(void **state)
{
    both *b = *state;
    fill(b);
    const AuthorOrder name = ASC(AUTHOR_NAME), age = ASC(AUTHOR_AGE);
    const AuthorOrder articles = {.count = AUTHOR_ARTICLES}, edited = {.count = AUTHOR_EDITED};
    const char *cursor = article_page(b->session, .size = 5, .order_by = {{.author = &name}}).next;
    article_page(b->session, .size = 5, .order_by = {{.editor = &name}}, .after = cursor);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    article_page(b->session, .size = 5, .order_by = {{.author = &age}}, .after = cursor);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    cursor = article_page(b->session, .size = 5, .order_by = {{.author = &articles}}).next;
    article_page(b->session, .size = 5, .order_by = {{.author = &edited}}, .after = cursor);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    article_page(b->session, .size = 5, .order_by = {{.author = &articles}}, .after = cursor);
    assert_sound(b->session);
}

/* What stands behind a whole key decides nothing, but is no less checked. */
static void mistakes_are_told(void **state)
{
    tenon_session *s = blog_start(state);
    const AuthorOrder none = {0}, name = ASC(AUTHOR_NAME);
    article_page(s, .size = 5, .order_by = {{.author = &none}});
    assert_failed(s, TENON_MISUSE, "one column, count or relation");
    article_page(s, .size = 5, .order_by = {ASC(ARTICLE_ID), {.author = &none}});
    assert_failed(s, TENON_MISUSE, "one column, count or relation");
    article_page(s, .size = 5, .order_by = {{.author = &name, .editor = &name}});
    assert_failed(s, TENON_MISUSE, "one column, count or relation");
    article_page(s, .size = 2, .order_by = {ASC(ARTICLE_ID), {.author = &name}});
    assert_sound(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(by_the_column_of_a_relation),
        ON_BLOG(by_columns_that_are_null_and_rows_that_are_not_there),
        ON_BLOG(by_the_relation_of_a_relation),
        ON_BLOG(by_the_number_of_rows),
        ON_BLOG(by_values_of_other_types),
        ON_BLOG(chosen_columns_are_all_that_is_loaded),
        ON_BLOG(a_cursor_belongs_to_its_order),
        ON_BLOG(mistakes_are_told),
    };
    return blog_run(tests);
}
