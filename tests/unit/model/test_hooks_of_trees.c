/* Hooks of what an include loads: whichever way its rows come, they are told once, all of them. */
#include "blog.h"

#include <stdio.h>

enum { MOST_TOLD = 16 };

/* What hooks were told, in order: "> Author" before, "Author 2 ann" after, with the first name. */
typedef struct told {
    char lines[MOST_TOLD][64];
    size_t count;
    const char *vetoed; /* a model that must not be loaded */
} told;

static const char *first_name(const tenon_event *event)
{
    if (!event->row_count)
        return "-";
    if (event->model == &author_model)
        return ((const Author *)event->rows)->name;
    return event->model == &article_model ? ((const Article *)event->rows)->title : "?";
}

static void note(tenon_event *event, void *ctx)
{
    told *it = ctx;
    assert_true(it->count < MOST_TOLD);
    char *line = it->lines[it->count++];
    if (event->moment == TENON_AFTER_LOAD)
        snprintf(line, 64, "%s %zu %s", event->model->name, event->row_count, first_name(event));
    else
        snprintf(line, 64, "> %s", event->model->name);
    if (it->vetoed && strcmp(it->vetoed, event->model->name) == 0)
        tenon_veto(event, "not here");
}

static void watch(tenon_session *s, unsigned moments, told *it)
{
    const tenon_hook hook = {.moments = moments, .function = note, .ctx = it};
    assert_true(tenon_session_hook_add(s, &hook) != 0);
}

static void assert_told(const told *it, size_t count, const char *const *lines)
{
    for (size_t i = 0; i < count && i < it->count; i++)
        assert_string_equal(it->lines[i], lines[i]);
    assert_int_equal(it->count, count);
}
#define ASSERT_TOLD(it, ...)                                                                       \
    assert_told(it, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),                   \
                (const char *const[]){__VA_ARGS__})

static const unsigned both_moments = TENON_BEFORE_LOAD | TENON_AFTER_LOAD;

static void rows_of_a_batch_are_told(void **state)
{
    tenon_session *s = blog_start(state);
    told it = {0};
    watch(s, both_moments, &it);
    const ArticleQuery articles = {.strategy = TENON_LOAD_BATCH, .order_by = {ASC(ARTICLE_ID)}};
    author_find_many(s, .order_by = {ASC(AUTHOR_ID)}, .include = {.articles = &articles});
    assert_sound(s);
    ASSERT_TOLD(&it, "> Author", "Author 3 ann", "> Article", "Article 4 one");
}

static void rows_of_a_join_are_told(void **state)
{
    tenon_session *s = blog_start(state);
    told it = {0};
    watch(s, both_moments, &it);
    const AuthorQuery joined = {.strategy = TENON_LOAD_JOIN};
    ArticleList found =
        article_find_many(s, .order_by = {DESC(ARTICLE_ID)}, .include = {.author = &joined});
    assert_sound(s);
    assert_int_equal(found.count, 4);
    ASSERT_TOLD(&it, "> Article", "> Author", "Article 4 four", "Author 4 ann");
}

static void one_row_that_joins_by_itself_is_told_too(void **state)
{
    tenon_session *s = blog_start(state);
    told it = {0};
    watch(s, both_moments, &it);
    article_find_first(s, .where = {.id = EQ(2)},
                       .include = {.author = &(AuthorQuery){0}, .editor = &(AuthorQuery){0}});
    assert_sound(s);
    ASSERT_TOLD(&it, "> Article", "> Author", "> Author", "Article 1 two", "Author 1 bob",
                "Author 0 -");
}

static void every_level_of_a_tree_is_told_once(void **state)
{
    tenon_session *s = blog_start(state);
    told it = {0};
    watch(s, TENON_AFTER_LOAD, &it);
    const AuthorQuery joined = {.strategy = TENON_LOAD_JOIN,
                                .include = {.boss = &(AuthorQuery){0}}};
    const ArticleQuery articles = {.order_by = {ASC(ARTICLE_ID)}, .include = {.editor = &joined}};
    author_find_many(s, .order_by = {ASC(AUTHOR_ID)}, .include = {.articles = &articles});
    assert_sound(s);
    ASSERT_TOLD(&it, "Author 3 ann", "Article 4 one", "Author 3 bob", "Author 1 ann");
}

static void rows_through_a_link_are_told(void **state)
{
    tenon_session *s = blog_start(state);
    told it = {0};
    watch(s, both_moments, &it);
    tag_find_many(s, .include = {.articles = &(ArticleQuery){.strategy = TENON_LOAD_BATCH,
                                                             .order_by = {ASC(ARTICLE_ID)},
                                                             .limit = 1}});
    assert_sound(s);
    ASSERT_TOLD(&it, "> Tag", "Tag 3 ?", "> Article", "Article 2 one");
}

static void rows_of_load_and_of_pages_are_told(void **state)
{
    tenon_session *s = blog_start(state);
    told it = {0};
    AuthorList authors = author_find_many(s, .limit = 2, .order_by = {ASC(AUTHOR_ID)});
    watch(s, both_moments, &it);
    author_load(s, authors.items, authors.count,
                .include = {.articles = &(ArticleQuery){.order_by = {ASC(ARTICLE_ID)}}});
    AuthorPage page =
        author_page(s, .size = 1, .order_by = {DESC(AUTHOR_ID)},
                    .include = {.boss = &(AuthorQuery){.strategy = TENON_LOAD_BATCH}});
    assert_sound(s);
    assert_string_equal(page.items[0].boss->name, "ann");
    ASSERT_TOLD(&it, "> Article", "Article 4 one", "> Author", "Author 1 cid", "> Author",
                "Author 1 ann");
}

static void relations_of_nobody_are_not_told(void **state)
{
    tenon_session *s = blog_start(state);
    told it = {0};
    watch(s, both_moments, &it);
    author_find_many(s, .where = {.id = EQ(1)},
                     .include = {.boss = &(AuthorQuery){.strategy = TENON_LOAD_BATCH}});
    assert_sound(s);
    ASSERT_TOLD(&it, "> Author", "Author 1 ann");
}

static void a_hook_can_forbid_to_load_a_relation(void **state)
{
    tenon_session *s = blog_start(state);
    told it = {.vetoed = "Article"};
    watch(s, TENON_BEFORE_LOAD, &it);
    AuthorList found = author_find_many(s, .include = {.articles = &(ArticleQuery){0}});
    assert_int_equal(found.count, 0);
    assert_failed(s, TENON_VETO, NULL);
}

static void a_hook_can_forbid_to_join_a_relation(void **state)
{
    tenon_session *s = blog_start(state);
    told it = {.vetoed = "Author"}, sent = {0};
    watch(s, TENON_BEFORE_LOAD, &it);
    watch(s, TENON_BEFORE_QUERY, &sent);
    const AuthorQuery joined = {.strategy = TENON_LOAD_JOIN};
    assert_int_equal(article_find_many(s, .include = {.author = &joined}).count, 0);
    assert_failed(s, TENON_VETO, NULL);
    assert_int_equal(sent.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(rows_of_a_batch_are_told),
        ON_BLOG(rows_of_a_join_are_told),
        ON_BLOG(one_row_that_joins_by_itself_is_told_too),
        ON_BLOG(every_level_of_a_tree_is_told_once),
        ON_BLOG(rows_through_a_link_are_told),
        ON_BLOG(rows_of_load_and_of_pages_are_told),
        ON_BLOG(relations_of_nobody_are_not_told),
        ON_BLOG(a_hook_can_forbid_to_load_a_relation),
        ON_BLOG(a_hook_can_forbid_to_join_a_relation),
    };
    return blog_run(tests);
}
