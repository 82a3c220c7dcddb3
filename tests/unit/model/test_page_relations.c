/* Pages of models with relations: what is included, and conditions and orders that go through
 * relations. */
#include "blog.h"

#include <tenon/test.h>

static void add_articles(both *b)
{
    static const char *const names[] = {"cid", "ann", "bob"};
    int32_t ids[3];
    for (int i = 0; i < 3; i++) {
        Author *author = author_create(b->session, .name = SET(names[i]), .age = SET(20 + i));
        assert_sound(b->session);
        ids[i] = author->id;
    }
    for (int i = 0; i < 9; i++) {
        char title[] = {(char)('a' + i), '\0'};
        Article *article =
            article_create(b->session, .title = SET(title), .authorId = SET(ids[i % 3]));
        assert_sound(b->session);
        for (int c = 0; c < i % 4; c++)
            comment_create(b->session, .text = SET(title), .articleId = SET(article->id));
    }
    assert_sound(b->session);
}

static void relations_of_a_page_are_included(void **state)
{
    both *b = *state;
    add_articles(b);
    ArticlePage page =
        article_page(b->session, .size = 4, .order_by = {ASC(ARTICLE_TITLE)},
                     .include = {.author = &(AuthorQuery){0}, .comments = &(CommentQuery){0}});
    assert_sound(b->session);
    assert_int_equal(page.count, 4);
    for (size_t i = 0; i < page.count; i++) {
        assert_non_null(page.items[i].author);
        assert_int_equal(page.items[i].comments.count, i % 4);
    }
    ArticlePage next =
        article_page(b->session, .size = 4, .order_by = {ASC(ARTICLE_TITLE)}, .after = page.next,
                     .select = {ARTICLE_TITLE}, .include = {.author = &(AuthorQuery){0}});
    assert_sound(b->session);
    assert_string_equal(next.items[0].title, "e");
    assert_string_equal(next.items[0].author->name, "ann");
    ArticleOffsetPage numbered =
        article_page_of(b->session, .page = 3, .size = 4, .order_by = {ASC(ARTICLE_TITLE)},
                        .include = {.author = &(AuthorQuery){0}});
    assert_sound(b->session);
    assert_true(numbered.count == 1 && numbered.total == 9);
    assert_string_equal(numbered.items[0].title, "i");
    assert_string_equal(numbered.items[0].author->name, "bob");
}

static void conditions_through_relations_belong_to_the_cursor(void **state)
{
    both *b = *state;
    add_articles(b);
    AuthorWhere old = {.age = GE(21)}, young = {.age = GE(20)};
    ArticlePage page = article_page(b->session, .size = 4, .where = {.author.is = &old});
    assert_sound(b->session);
    assert_int_equal(page.count, 4);
    ArticlePage rest =
        article_page(b->session, .size = 4, .where = {.author.is = &old}, .after = page.next);
    assert_sound(b->session);
    assert_true(rest.count == 2 && !rest.has_next);
    article_page(b->session, .size = 4, .where = {.author.is = &young}, .after = page.next);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    ArticleOffsetPage numbered =
        article_page_of(b->session, .page = 1, .size = 4, .where = {.author.is = &old});
    assert_sound(b->session);
    assert_true(numbered.count == 4 && numbered.total == 6);
}

static void numbered_pages_can_be_ordered_by_a_relation(void **state)
{
    both *b = *state;
    add_articles(b);
    ArticleOffsetPage page = article_page_of(
        b->session, .page = 2, .size = 3, .order_by = {{.author = &(AuthorOrder)ASC(AUTHOR_NAME)}},
        .include = {.author = &(AuthorQuery){0}});
    assert_sound(b->session);
    assert_true(page.count == 3 && page.total == 9);
    for (int i = 0; i < 3; i++)
        assert_string_equal(page.items[i].author->name, "bob");
}

/* Joined rows and a relation without a row, in both kinds of pages, there and back. */
static void relations_of_a_page_can_be_joined(void **state)
{
    both *b = *state;
    add_articles(b);
    const AuthorQuery joined = {.strategy = TENON_LOAD_JOIN, .select = {AUTHOR_NAME}};
    uint64_t before = tenon_statement_count(b->session);
    ArticlePage page = article_page(b->session, .size = 4, .order_by = {ASC(ARTICLE_TITLE)},
                                    .include = {.author = &joined, .editor = &joined});
    page = article_page(b->session, .size = 4, .order_by = {ASC(ARTICLE_TITLE)}, .after = page.next,
                        .include = {.author = &joined, .editor = &joined});
    assert_sound(b->session);
    assert_int_equal(tenon_statement_count(b->session) - before, 2);
    assert_string_equal(page.items[3].title, "h");
    assert_string_equal(page.items[3].author->name, "ann");
    assert_true(ARTICLE_LOADED(&page.items[3], ARTICLE_EDITOR) && !page.items[3].editor);
    page = article_page(b->session, .size = 4, .order_by = {ASC(ARTICLE_TITLE)},
                        .before = page.previous, .include = {.author = &joined});
    assert_sound(b->session);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(page.items[i].author->name, i % 3 == 0   ? "cid"
                                                        : i % 3 == 1 ? "ann"
                                                                     : "bob");
    ArticleOffsetPage numbered = article_page_of(
        b->session, .page = 2, .size = 5, .order_by = {{.author = &(AuthorOrder)DESC(AUTHOR_NAME)}},
        .include = {.author = &joined});
    assert_sound(b->session);
    assert_true(numbered.count == 4 && numbered.total == 9);
    assert_string_equal(numbered.items[0].author->name, "bob");
    assert_string_equal(numbered.items[3].author->name, "ann");
    article_page(b->session, .size = 1,
                 .include = {.comments = &(CommentQuery){.strategy = TENON_LOAD_JOIN}});
    assert_failed(b->session, TENON_MISUSE, "comments has many rows and cannot be joined");
}

static void aggregates_take_conditions_through_relations(void **state)
{
    both *b = *state;
    add_articles(b);
    AuthorWhere old = {.age = GE(21)};
    ArticleAggregate all = article_aggregate(
        b->session, .where = {.comments.some = &(CommentWhere){0}}, .count = true,
        .parts = ARTICLE_PARTS({.where = &(ArticleWhere){.author.is = &old}, .count = true}));
    assert_sound(b->session);
    assert_int_equal(all.count, 6);
    assert_int_equal(all.parts[0].count, 4);
    ArticleGroupList groups =
        article_group(b->session, .by = {ARTICLE_AUTHOR_ID}, .where = {.author.is = &old},
                      .count = true, .max = {ARTICLE_TITLE}, .order_by = {ASC(ARTICLE_AUTHOR_ID)});
    assert_sound(b->session);
    assert_int_equal(groups.count, 2);
    assert_string_equal(groups.items[1].max.title, "i");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(relations_of_a_page_are_included),
        ON_BLOG(conditions_through_relations_belong_to_the_cursor),
        ON_BLOG(numbered_pages_can_be_ordered_by_a_relation),
        ON_BLOG(relations_of_a_page_can_be_joined),
        ON_BLOG(aggregates_take_conditions_through_relations),
    };
    return blog_run(tests);
}
