/* Filters over relations and orders by them, on rows picked by hand: every form of relation, with
 * NULLs and empty lists. test_relation_filter_random.c compares with an evaluation in memory. */
#include "blog.h"

#include <stdio.h>

/* ann has written and has a staff; bob has no age; cid has nothing; dan is nobody's. */
static const char rows_of_all[] =
    "INSERT INTO \"Author\" (\"id\", \"name\", \"age\", \"bossId\") VALUES "
    "(1, 'ann', 30, NULL), (2, 'bob', NULL, 1), (3, 'cid', 40, 1), (4, 'dan', 20, 2);"
    "INSERT INTO \"Profile\" (\"id\", \"bio\", \"authorId\") VALUES (1, 'writes', 1), (2, NULL, 3);"
    "INSERT INTO \"articles\" (\"id\", \"title\", \"views\", \"published\", \"createdAt\", "
    "\"author_id\", \"editor_id\") VALUES "
    "(1, 'one', 10, true, '2024-01-01T00:00:00.000+00:00', 1, 2),"
    "(2, 'two', 20, false, '2024-01-02T00:00:00.000+00:00', 2, NULL),"
    "(3, 'three', 30, true, '2024-01-03T00:00:00.000+00:00', 1, 3),"
    "(4, 'four', 20, true, '2024-01-04T00:00:00.000+00:00', 1, 1);"
    "INSERT INTO \"Tag\" (\"id\", \"label\") VALUES (1, 'c'), (2, 'sql'), (3, 'none');"
    "INSERT INTO \"_ArticleToTag\" (\"A\", \"B\") VALUES (1, 1), (1, 2), (2, 2), (4, 1);"
    "INSERT INTO \"_Follows\" (\"A\", \"B\") VALUES (1, 2), (3, 2), (2, 1);"
    "INSERT INTO \"Comment\" (\"id\", \"text\", \"likes\", \"mood\", \"articleId\", \"authorId\") "
    "VALUES ('00000000-0000-0000-0000-000000000001', 'first', 5, 'angry', 1, 2),"
    "('00000000-0000-0000-0000-000000000002', 'second', 7, NULL, 1, NULL),"
    "('00000000-0000-0000-0000-000000000003', 'third', 6, 'CALM', 3, 1);"
    "INSERT INTO \"Room\" (\"building\", \"number\", \"name\") VALUES "
    "('A', 1, 'small'), ('A', 2, 'big'), ('B', 1, NULL);"
    "INSERT INTO \"Seat\" (\"id\", \"row\", \"building\", \"number\", \"authorId\") VALUES "
    "(1, 1, 'A', 1, 1), (2, 2, 'A', 1, NULL), (3, 1, 'A', 2, 1), (4, 9, 'A', NULL, 2), "
    "(5, 9, NULL, NULL, 2), (6, 3, 'B', 1, 3);";

static tenon_session *start(void **state)
{
    both *b = *state;
    both_sql(b, rows_of_all);
    return b->session;
}

static const AuthorWhere any_author;
static const ArticleWhere any_article;
static const CommentWhere any_comment;

/* The ids that were found, as "1 3". */
static char ids[128];

static void add_id(int64_t id)
{
    size_t length = strlen(ids);
    snprintf(ids + length, sizeof ids - length, "%s%lld", length ? " " : "", (long long)id);
}

#define DEFINE_IDS(Model, model)                                                                   \
    static const char *model##_ids(tenon_session *s, Model##Query query)                           \
    {                                                                                              \
        query.session = s;                                                                         \
        Model##List found = model##_find_many_q(&query);                                           \
        assert_sound(s);                                                                           \
        ids[0] = '\0';                                                                             \
        for (size_t i = 0; i < found.count; i++)                                                   \
            add_id(found.items[i].id);                                                             \
        return ids;                                                                                \
    }
DEFINE_IDS(Author, author)
DEFINE_IDS(Article, article)
DEFINE_IDS(Profile, profile)
DEFINE_IDS(Seat, seat)
DEFINE_IDS(Tag, tag)

#define AUTHORS_BY(...) author_ids(s, (AuthorQuery){__VA_ARGS__})
#define ARTICLES_BY(...) article_ids(s, (ArticleQuery){__VA_ARGS__})
#define BY_ID(Query, ID, ...) ((Query){.where = {__VA_ARGS__}, .order_by = {ASC(ID)}})
#define AUTHORS(...) author_ids(s, BY_ID(AuthorQuery, AUTHOR_ID, __VA_ARGS__))
#define ARTICLES(...) article_ids(s, BY_ID(ArticleQuery, ARTICLE_ID, __VA_ARGS__))
#define PROFILES(...) profile_ids(s, BY_ID(ProfileQuery, PROFILE_ID, __VA_ARGS__))
#define SEATS(...) seat_ids(s, BY_ID(SeatQuery, SEAT_ID, __VA_ARGS__))
#define TAGS(...) tag_ids(s, BY_ID(TagQuery, TAG_ID, __VA_ARGS__))

/* ---- forms ----------------------------------------------------------------------------------- */

static void lists_by_some_every_none(void **state)
{
    tenon_session *s = start(state);
    ArticleWhere published = {.published = EQ(true)};
    assert_string_equal(AUTHORS(.articles.some = &published), "1");
    assert_string_equal(AUTHORS(.articles.every = &published), "1 3 4");
    assert_string_equal(AUTHORS(.articles.none = &published), "2 3 4");
    assert_string_equal(AUTHORS(.articles.some = &any_article), "1 2");
    assert_string_equal(AUTHORS(.articles.none = &any_article), "3 4");
    assert_string_equal(AUTHORS(.articles.every = &any_article), "1 2 3 4");
    assert_string_equal(AUTHORS(.articles = {.some = &any_article, .every = &published}), "1");
}

static void a_row_without_an_answer_neither_holds_nor_fails(void **state)
{
    tenon_session *s = start(state);
    AuthorWhere grown = {.age = GE(35)};
    /* ann's staff: bob, whose age is unknown, and cid, who is 40; bob's: dan, who is 20 */
    assert_string_equal(AUTHORS(.staff.some = &grown), "1");
    assert_string_equal(AUTHORS(.staff.every = &grown), "1 3 4");
    assert_string_equal(AUTHORS(.staff.none = &grown), "2 3 4");
    assert_string_equal(AUTHORS(.boss.is = &grown), "");
    assert_string_equal(AUTHORS(.boss.is_not = &grown), "1 2 3 4");
}

static void rows_at_a_key_by_is_and_is_not(void **state)
{
    tenon_session *s = start(state);
    AuthorWhere bob = {.name = EQ("bob")};
    assert_string_equal(ARTICLES(.author.is = &bob), "2");
    assert_string_equal(ARTICLES(.author.is_not = &bob), "1 3 4");
    assert_string_equal(ARTICLES(.editor.is = &bob), "1");
    assert_string_equal(ARTICLES(.editor.is_not = &bob), "2 3 4");
    assert_string_equal(ARTICLES(.editor.presence = TENON_PRESENT), "1 3 4");
    assert_string_equal(ARTICLES(.editor.presence = TENON_ABSENT), "2");
    assert_string_equal(ARTICLES(.editor.is = &any_author), "1 3 4");
    assert_string_equal(ARTICLES(.editor.is_not = &any_author), "2");
    assert_string_equal(
        ARTICLES(.editor = {.presence = TENON_PRESENT, .is_not = &bob}, .author.is_not = &bob),
        "3 4");
}

static void one_to_one_from_both_sides(void **state)
{
    tenon_session *s = start(state);
    ProfileWhere writes = {.bio = EQ("writes")}, silent = {.bio = IS_NULL()};
    assert_string_equal(AUTHORS(.profile.is = &writes), "1");
    assert_string_equal(AUTHORS(.profile.is_not = &writes), "2 3 4");
    assert_string_equal(AUTHORS(.profile.is = &silent), "3");
    assert_string_equal(AUTHORS(.profile.presence = TENON_PRESENT), "1 3");
    assert_string_equal(AUTHORS(.profile.presence = TENON_ABSENT), "2 4");
    AuthorWhere led = {.boss.presence = TENON_PRESENT};
    assert_string_equal(PROFILES(.author.is = &led), "2");
    assert_string_equal(PROFILES(.author.is_not = &led), "1");
}

static void many_to_many_by_a_link(void **state)
{
    tenon_session *s = start(state);
    TagWhere sql = {.label = EQ("sql")};
    assert_string_equal(ARTICLES(.tags.some = &sql), "1 2");
    assert_string_equal(ARTICLES(.tags.every = &sql), "2 3");
    assert_string_equal(ARTICLES(.tags.none = &sql), "3 4");
    ArticleWhere of_ann = {.author.is = &(AuthorWhere){.name = EQ("ann")}};
    assert_string_equal(TAGS(.articles.some = &of_ann), "1 2");
    assert_string_equal(TAGS(.articles.every = &of_ann), "1 3");
    assert_string_equal(TAGS(.articles.none = &of_ann), "3");
}

static void self_relations(void **state)
{
    tenon_session *s = start(state);
    AuthorWhere ann = {.name = EQ("ann")};
    assert_string_equal(AUTHORS(.boss.is = &ann), "2 3");
    AuthorWhere led_by_ann = {.boss.is = &ann};
    assert_string_equal(AUTHORS(.boss.is = &led_by_ann), "4");
    assert_string_equal(AUTHORS(.staff.some = &(AuthorWhere){.staff.some = &any_author}), "1");
    assert_string_equal(AUTHORS(.follows.some = &ann), "2");
    assert_string_equal(AUTHORS(.followers.some = &ann), "2");
    assert_string_equal(AUTHORS(.follows.count = EQ(2)), "2");
    assert_string_equal(AUTHORS(.followers.none = &any_author), "4");
}

static void keys_of_two_columns_that_may_be_null(void **state)
{
    tenon_session *s = start(state);
    RoomWhere in_a = {.building = EQ("A")}, unnamed = {.name = IS_NULL()};
    assert_string_equal(SEATS(.room.is = &in_a), "1 2 3");
    assert_string_equal(SEATS(.room.is_not = &in_a), "4 5 6");
    assert_string_equal(SEATS(.room.is = &unnamed), "6");
    assert_string_equal(SEATS(.room.presence = TENON_PRESENT), "1 2 3 6");
    assert_string_equal(SEATS(.room.presence = TENON_ABSENT), "4 5");
    RoomList found = room_find_many(s, .where.seats.some = &(SeatWhere){.row = EQ(1)},
                                    .order_by = {ASC(ROOM_NUMBER)});
    assert_int_equal(found.count, 2);
    assert_int_equal(room_count(s, .where.seats.count = EQ(2)), 1);
}

static void counts(void **state)
{
    tenon_session *s = start(state);
    const int64_t some[] = {0, 3};
    assert_string_equal(AUTHORS(.articles.count = GE(1)), "1 2");
    assert_string_equal(AUTHORS(.articles.count = EQ(0)), "3 4");
    assert_string_equal(AUTHORS(.articles.count = BETWEEN(1, 2)), "2");
    assert_string_equal(AUTHORS(.articles.count = NOT_BETWEEN(1, 2)), "1 3 4");
    assert_string_equal(AUTHORS(.articles.count = IN(some, 2)), "1 3 4");
    assert_string_equal(AUTHORS(.articles.count = NOT_IN(some, 2)), "2");
    assert_string_equal(ARTICLES(.tags.count = GT(1)), "1");
    assert_string_equal(ARTICLES(.tags.count = RANGE(GT, 0, LT, 2), .comments.count = NE(1)),
                        "2 4");
    AuthorWhere busy = {.articles.count = GE(3)};
    assert_string_equal(AUTHORS(.boss.is = &busy), "2 3");
    assert_int_equal(author_count(s, .where.articles.count = IS_NULL()), 0);
    assert_failed(s, TENON_MISUSE, "count");
}

static void deep_nesting_in_trees(void **state)
{
    tenon_session *s = start(state);
    CommentWhere liked = {.likes = GE(6), .author.presence = TENON_PRESENT};
    ArticleWhere with_liked = {.comments.some = &liked};
    AuthorWhere of_liked = {.articles.some = &with_liked};
    assert_string_equal(AUTHORS(.boss.is = &of_liked), "2 3");
    assert_string_equal(
        AUTHORS(.any = AUTHOR_WHERES({.boss.is = &of_liked}, {.profile.presence = TENON_PRESENT})),
        "1 2 3");
    assert_string_equal(AUTHORS(.none = AUTHOR_WHERES({.boss.is = &of_liked}, {.age = LT(25)})),
                        "1");
    ArticleWhere angry = {.comments.some = &(CommentWhere){.mood = EQ(MOOD_ANGRY)}};
    assert_string_equal(TAGS(.articles.some = &angry), "1 2");
    assert_string_equal(TAGS(.articles.every = &(ArticleWhere){.none = ARTICLE_WHERES(angry)}),
                        "3");
}

/* ---- calls ----------------------------------------------------------------------------------- */

static void all_calls_take_them(void **state)
{
    tenon_session *s = start(state);
    AuthorWhere author = {.articles.some = &any_article};
    assert_int_equal(author_count(s, .where = author), 2);
    assert_true(author_exists(s, .where = author));
    assert_int_equal(author_find_first(s, .where = author, .order_by = {DESC(AUTHOR_ID)})->id, 2);
    AuthorList found =
        author_find_many(s, .order_by = {ASC(AUTHOR_ID)},
                         .include.articles = &(ArticleQuery){.where.comments.some = &any_comment});
    assert_sound(s);
    assert_int_equal(found.items[0].articles.count, 2);
    assert_int_equal(found.items[1].articles.count, 0);
    assert_int_equal(article_count(s, .distinct = {ARTICLE_VIEWS}, .where.author.is = &author), 3);
}

static void writes_take_them(void **state)
{
    both *b = *state;
    tenon_session *s = start(state);
    int64_t count = author_update_many(s, .where.articles.none = &any_article, .set.age = SET(1));
    assert_sound(s);
    assert_int_equal(count, 2);
    assert_string_equal(AUTHORS(.age = EQ(1)), "3 4");
    AuthorWhere ann = {.name = EQ("ann")};
    assert_int_equal(author_update_many(s, .where.boss.is = &ann, .set.age = INCREASE(1)), 2);
    assert_int_equal(article_delete_many(s, .where.tags.count = EQ(0)), 1);
    assert_int_equal(article_delete_many(s, .where.author.is = &ann), 2);
    assert_int_equal(
        author_delete_many(s, .where.boss = {.presence = TENON_ABSENT, .is_not = &ann}), 1);
    assert_sound(s);
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"Author\""), "3");
}

static void everything_is_refused_however_it_is_said(void **state)
{
    tenon_session *s = start(state);
    static const int64_t no_ids[1];
    AuthorWhere nobody = {.id = IN(no_ids, 0)};
    ArticleWhere nothing = {.id = IN(no_ids, 0)};
    article_delete_many(s, .where.author.is = &any_author);
    assert_failed(s, TENON_MISUSE, "everything");
    article_delete_many(s, .where.author.presence = TENON_PRESENT);
    assert_failed(s, TENON_MISUSE, "everything");
    article_delete_many(s, .where.editor.is_not = &nobody);
    assert_failed(s, TENON_MISUSE, "everything");
    author_delete_many(s, .where.articles.every = &any_article);
    assert_failed(s, TENON_MISUSE, "everything");
    author_delete_many(s, .where.articles.none = &nothing);
    assert_failed(s, TENON_MISUSE, "everything");
    author_delete_many(s, .where.articles.count = GE(0));
    assert_failed(s, TENON_MISUSE, "everything");
    assert_int_equal(author_delete_many(s, .where.articles.some = &nothing), 0);
    assert_int_equal(article_delete_many(s, .where.editor.is = &any_author), 3);
    assert_sound(s);
}

static void errors_name_the_field_at_the_end(void **state)
{
    tenon_session *s = start(state);
    author_count(s, .where.articles.some = &(ArticleWhere){.title = EQ(NULL)});
    assert_failed(s, TENON_MISUSE, "Article.title");
    author_count(s, .where.boss.presence = (tenon_presence)7);
    assert_failed(s, TENON_MISUSE, "presence 7");
    AuthorWhere chain[40] = {0};
    for (int i = 1; i < 40; i++)
        chain[i].boss.is = &chain[i - 1];
    author_count(s, .where = chain[39]);
    assert_failed(s, TENON_LIMIT, "deep");
}

/* The statement's own table keeps its name, which may be that of an alias. */
static void tables_chosen_at_run_time(void **state)
{
    both *b = *state;
    tenon_session *s = start(state);
    both_sql(b, "CREATE TABLE \"t1\" AS SELECT * FROM \"Author\" WHERE \"id\" < 3");
    AuthorWhere wrote = {.articles.some = &(ArticleWhere){.views = EQ(20)}};
    assert_int_equal(author_count(s, .table.name = "t1", .where = wrote), 2);
    assert_int_equal(author_count(s, .table.name = "t1", .where.staff.count = EQ(1)), 1);
    assert_sound(s);
    both_sql(b, "DROP TABLE \"t1\"");
}

/* ---- order ----------------------------------------------------------------------------------- */

static void ordered_by_a_relation(void **state)
{
    tenon_session *s = start(state);
    AuthorOrder by_name = DESC(AUTHOR_NAME), by_age = ASC(AUTHOR_AGE);
    AuthorOrder young = DESC_NULLS_LAST(AUTHOR_AGE);
    assert_string_equal(ARTICLES_BY(.order_by = {{.author = &by_name}, ASC(ARTICLE_ID)}),
                        "2 1 3 4");
    /* editors: bob without an age, none, cid 40, ann 30; NULLs last */
    assert_string_equal(ARTICLES_BY(.order_by = {{.editor = &by_age}, ASC(ARTICLE_ID)}), "4 3 1 2");
    assert_string_equal(ARTICLES_BY(.order_by = {{.editor = &young}, DESC(ARTICLE_ID)}), "3 4 2 1");
    AuthorOrder by_boss = {.boss = &by_name};
    assert_string_equal(AUTHORS_BY(.order_by = {{.boss = &by_boss}, ASC(AUTHOR_ID)}), "1 2 3 4");
    ProfileOrder by_bio = ASC_NULLS_FIRST(PROFILE_BIO);
    assert_string_equal(AUTHORS_BY(.order_by = {{.profile = &by_bio}, DESC(AUTHOR_ID)}), "4 3 2 1");
}

static void ordered_by_a_count(void **state)
{
    tenon_session *s = start(state);
    assert_string_equal(AUTHORS_BY(.order_by = {{.count = AUTHOR_ARTICLES, .direction = TENON_DESC},
                                                DESC(AUTHOR_ID)}),
                        "1 2 4 3");
    assert_string_equal(AUTHORS_BY(.order_by = {{.count = AUTHOR_FOLLOWS}, ASC(AUTHOR_ID)}),
                        "3 4 1 2");
    AuthorOrder by_articles = {.count = AUTHOR_ARTICLES, .direction = TENON_DESC};
    assert_string_equal(ARTICLES_BY(.order_by = {{.editor = &by_articles}, ASC(ARTICLE_ID)},
                                    .where.editor.presence = TENON_PRESENT),
                        "4 1 3");
}

static void orders_go_with_distinct_limit_and_include(void **state)
{
    tenon_session *s = start(state);
    AuthorOrder by_name = DESC(AUTHOR_NAME);
    assert_string_equal(ARTICLES_BY(.order_by = {{.author = &by_name}, DESC(ARTICLE_ID)},
                                    .distinct = {ARTICLE_VIEWS}),
                        "2 3 1");
    assert_string_equal(
        ARTICLES_BY(.order_by = {{.author = &by_name}, DESC(ARTICLE_ID)}, .limit = 2, .offset = 1),
        "4 3");
    ArticleQuery by_editor = {.order_by = {{.editor = &by_name}, ASC(ARTICLE_ID)}, .limit = 2};
    AuthorList found =
        author_find_many(s, .order_by = {ASC(AUTHOR_ID)}, .include.articles = &by_editor);
    assert_sound(s);
    assert_int_equal(found.items[0].articles.count, 2);
    assert_int_equal(found.items[0].articles.items[0].id, 3);
    assert_int_equal(found.items[0].articles.items[1].id, 1);
    by_editor.distinct[0] = ARTICLE_PUBLISHED;
    found = author_find_many(s, .order_by = {ASC(AUTHOR_ID)}, .include.articles = &by_editor);
    assert_sound(s);
    assert_int_equal(found.items[0].articles.count, 1);
    assert_int_equal(found.items[0].articles.items[0].id, 3);
}

static void orders_go_with_joined_rows_and_locks(void **state)
{
    both *b = *state;
    tenon_session *s = start(state);
    AuthorOrder by_name = DESC(AUTHOR_NAME);
    ArticleQuery query = {.session = s,
                          .where.title = NE("four"),
                          .order_by = {{.author = &by_name}, ASC(ARTICLE_ID)},
                          .include.author = &(AuthorQuery){.strategy = TENON_LOAD_JOIN}};
    ArticleList found = article_find_many_q(&query);
    assert_sound(s);
    assert_int_equal(found.count, 3);
    assert_string_equal(found.items[0].author->name, "bob");
    assert_int_equal(found.items[1].id, 1);
    if (b->is_sqlite)
        return;
    query.include.author = NULL;
    query.lock = TENON_FOR_UPDATE;
    assert_true(tenon_begin(s));
    found = article_find_many_q(&query);
    assert_sound(s);
    assert_int_equal(found.count, 3);
    tenon_rollback(s);
}

static void what_an_order_cannot_say(void **state)
{
    tenon_session *s = start(state);
    AuthorOrder by_name = ASC(AUTHOR_NAME), nothing = {0};
    article_find_many(s, .order_by = {{.author = &nothing}});
    assert_failed(s, TENON_MISUSE, "one column, count or relation");
    article_find_many(s, .order_by = {{.author = &by_name, .column = ARTICLE_ID}});
    assert_failed(s, TENON_MISUSE, "one column, count or relation");
    article_find_many(s, .order_by = {{.author = &by_name, .direction = TENON_DESC}});
    assert_failed(s, TENON_MISUSE, "'author'");
    article_find_many(s, .order_by = {{.count = ARTICLE_AUTHOR}});
    assert_failed(s, TENON_MISUSE, "no list");
    article_count(s, .order_by = {{.author = &by_name}});
    assert_failed(s, TENON_MISUSE, "order_by");
    article_find_many(s, .order_by = {{.count = ARTICLE_TAGS, .direction = (tenon_direction)9}});
    assert_failed(s, TENON_MISUSE, "direction 9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(lists_by_some_every_none),
        ON_BLOG(a_row_without_an_answer_neither_holds_nor_fails),
        ON_BLOG(rows_at_a_key_by_is_and_is_not),
        ON_BLOG(one_to_one_from_both_sides),
        ON_BLOG(many_to_many_by_a_link),
        ON_BLOG(self_relations),
        ON_BLOG(keys_of_two_columns_that_may_be_null),
        ON_BLOG(counts),
        ON_BLOG(deep_nesting_in_trees),
        ON_BLOG(all_calls_take_them),
        ON_BLOG(writes_take_them),
        ON_BLOG(everything_is_refused_however_it_is_said),
        ON_BLOG(errors_name_the_field_at_the_end),
        ON_BLOG(tables_chosen_at_run_time),
        ON_BLOG(ordered_by_a_relation),
        ON_BLOG(ordered_by_a_count),
        ON_BLOG(orders_go_with_distinct_limit_and_include),
        ON_BLOG(orders_go_with_joined_rows_and_locks),
        ON_BLOG(what_an_order_cannot_say),
    };
    return blog_run(tests);
}
