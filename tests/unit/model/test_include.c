/* Loading relations: every form of them, what each takes, and what is refused. */
#include "blog.h"

#include <stdlib.h>

#include <tenon/test.h>

/* ---- forms ----------------------------------------------------------------------------------- */

static void one_to_many(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorList found =
        author_find_many(s, .order_by = {ASC(AUTHOR_ID)},
                         .include = {.articles = &(ArticleQuery){.order_by = {DESC(ARTICLE_ID)}}});
    assert_sound(s);
    assert_int_equal(found.count, 3);
    assert_true(AUTHOR_LOADED(&found.items[2], AUTHOR_ARTICLES));
    assert_false(AUTHOR_LOADED(&found.items[2], AUTHOR_BOSS));
    assert_int_equal(found.items[0].articles.count, 3);
    assert_string_equal(found.items[0].articles.items[0].title, "four");
    assert_string_equal(found.items[0].articles.items[2].title, "one");
    assert_int_equal(found.items[1].articles.count, 1);
    assert_int_equal(found.items[2].articles.count, 0);
}

static void many_to_one_is_shared(void **state)
{
    tenon_session *s = blog_start(state);
    ArticleList found =
        article_find_many(s, .order_by = {ASC(ARTICLE_ID)},
                          .include = {.author = &(AuthorQuery){0}, .editor = &(AuthorQuery){0}});
    assert_sound(s);
    assert_string_equal(found.items[0].author->name, "ann");
    assert_string_equal(found.items[1].author->name, "bob");
    assert_ptr_equal(found.items[0].author, found.items[2].author);
    assert_string_equal(found.items[0].editor->name, "bob");
    assert_null(found.items[1].editor);
    assert_true(ARTICLE_LOADED(&found.items[1], ARTICLE_EDITOR));
}

static void one_to_one_from_both_sides(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorList authors = author_find_many(s, .order_by = {ASC(AUTHOR_ID)},
                                          .include = {.profile = &(ProfileQuery){0}});
    assert_string_equal(authors.items[0].profile->bio, "writes");
    assert_null(authors.items[1].profile);
    assert_non_null(authors.items[2].profile);
    assert_null(authors.items[2].profile->bio);
    Profile *profile =
        profile_find_first(s, .where = {.id = EQ(2)}, .include = {.author = &(AuthorQuery){0}});
    assert_sound(s);
    assert_string_equal(profile->author->name, "cid");
}

static void many_to_many_from_both_sides(void **state)
{
    tenon_session *s = blog_start(state);
    ArticleList articles =
        article_find_many(s, .order_by = {ASC(ARTICLE_ID)},
                          .include = {.tags = &(TagQuery){.order_by = {ASC(TAG_LABEL)}}});
    assert_sound(s);
    assert_int_equal(articles.items[0].tags.count, 2);
    assert_string_equal(articles.items[0].tags.items[1].label, "sql");
    assert_int_equal(articles.items[1].tags.count, 1);
    assert_int_equal(articles.items[2].tags.count, 0);
    assert_string_equal(articles.items[3].tags.items[0].label, "c");
    TagList tags =
        tag_find_many(s, .order_by = {ASC(TAG_ID)},
                      .include = {.articles = &(ArticleQuery){.order_by = {ASC(ARTICLE_ID)}}});
    assert_sound(s);
    assert_int_equal(tags.items[0].articles.count, 2);
    assert_int_equal(tags.items[0].articles.items[1].id, 4);
    assert_int_equal(tags.items[2].articles.count, 0);
}

static void self_relations(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorList found =
        author_find_many(s, .order_by = {ASC(AUTHOR_ID)},
                         .include = {.boss = &(AuthorQuery){0},
                                     .staff = &(AuthorQuery){.order_by = {ASC(AUTHOR_ID)}},
                                     .follows = &(AuthorQuery){.order_by = {ASC(AUTHOR_ID)}},
                                     .followers = &(AuthorQuery){.order_by = {ASC(AUTHOR_ID)}}});
    assert_sound(s);
    const Author *ann = &found.items[0], *bob = &found.items[1];
    assert_null(ann->boss);
    assert_string_equal(bob->boss->name, "ann");
    assert_int_equal(ann->staff.count, 2);
    assert_string_equal(ann->staff.items[1].name, "cid");
    /* "A" holds the side whose field is first by name: followers */
    assert_int_equal(bob->follows.count, 2);
    assert_string_equal(bob->follows.items[1].name, "cid");
    assert_int_equal(bob->followers.count, 1);
    assert_string_equal(bob->followers.items[0].name, "ann");
    assert_string_equal(ann->followers.items[0].name, "bob");
}

static void keys_of_two_columns(void **state)
{
    tenon_session *s = blog_start(state);
    RoomList rooms = room_find_many(s, .order_by = {ASC(ROOM_BUILDING), ASC(ROOM_NUMBER)},
                                    .include = {.seats = &(SeatQuery){.order_by = {ASC(SEAT_ID)}}});
    assert_sound(s);
    assert_int_equal(rooms.items[0].seats.count, 2);
    assert_int_equal(rooms.items[1].seats.count, 1);
    assert_int_equal(rooms.items[2].seats.count, 1);
    assert_int_equal(rooms.items[2].seats.items[0].id, 6);
    SeatList seats =
        seat_find_many(s, .order_by = {ASC(SEAT_ID)}, .include = {.room = &(RoomQuery){0}});
    assert_sound(s);
    assert_string_equal(seats.items[0].room->name, "small");
    assert_ptr_equal(seats.items[0].room, seats.items[1].room);
    assert_null(seats.items[3].room);
    assert_null(seats.items[4].room);
    assert_true(SEAT_LOADED(&seats.items[4], SEAT_ROOM));
    assert_null(seats.items[5].room->name);
}

static void deep_trees(void **state)
{
    tenon_session *s = blog_start(state);
    const AuthorQuery writers = {
        .include = {.profile = &(ProfileQuery){0}, .boss = &(AuthorQuery){0}}};
    const CommentQuery comments = {.order_by = {DESC(COMMENT_LIKES)},
                                   .include = {.author = &writers}};
    const ArticleQuery articles = {
        .order_by = {ASC(ARTICLE_ID)},
        .include = {.comments = &comments, .tags = &(TagQuery){.order_by = {ASC(TAG_ID)}}}};
    AuthorList found =
        author_find_many(s, .where = {.id = EQ(1)}, .include = {.articles = &articles});
    assert_sound(s);
    const Article *one = &found.items[0].articles.items[0];
    assert_int_equal(one->comments.count, 2);
    assert_string_equal(one->comments.items[0].text, "second");
    assert_null(one->comments.items[0].author);
    assert_string_equal(one->comments.items[1].author->name, "bob");
    assert_null(one->comments.items[1].author->profile);
    assert_string_equal(one->comments.items[1].author->boss->name, "ann");
    const Article *three = &found.items[0].articles.items[1];
    assert_string_equal(three->comments.items[0].author->profile->bio, "writes");
    assert_int_equal(three->tags.count, 0);
}

/* ---- options --------------------------------------------------------------------------------- */

static void a_where_filters_what_is_loaded(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorList found = author_find_many(
        s, .order_by = {ASC(AUTHOR_ID)},
        .include = {
            .articles = &(ArticleQuery){
                .where = {.views = GE(20),
                          .any = ARTICLE_WHERES({.published = EQ(true)}, {.title = EQ("two")})},
                .order_by = {ASC(ARTICLE_ID)}}});
    assert_sound(s);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.items[0].articles.count, 2);
    assert_int_equal(found.items[0].articles.items[0].id, 3);
    assert_int_equal(found.items[1].articles.count, 1);
}

static void limit_and_offset_count_for_each_parent(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorList found =
        author_find_many(s, .order_by = {ASC(AUTHOR_ID)},
                         .include = {.articles = &(ArticleQuery){
                                         .order_by = {ASC(ARTICLE_ID)}, .limit = 2, .offset = 1}});
    assert_sound(s);
    assert_int_equal(found.items[0].articles.count, 2);
    assert_int_equal(found.items[0].articles.items[0].id, 3);
    assert_int_equal(found.items[0].articles.items[1].id, 4);
    assert_int_equal(found.items[1].articles.count, 0);
    found = author_find_many(
        s, .order_by = {ASC(AUTHOR_ID)},
        .include = {.articles = &(ArticleQuery){.order_by = {DESC(ARTICLE_ID)}, .limit = 1}});
    assert_int_equal(found.items[0].articles.count, 1);
    assert_int_equal(found.items[0].articles.items[0].id, 4);
    assert_int_equal(found.items[1].articles.items[0].id, 2);
    found = author_find_many(
        s, .order_by = {ASC(AUTHOR_ID)},
        .include = {.articles = &(ArticleQuery){.order_by = {ASC(ARTICLE_ID)}, .offset = 1}});
    assert_int_equal(found.items[0].articles.count, 2);
    found = author_find_many(s, .include = {.articles = &(ArticleQuery){.limit = tenon_limit(0)}});
    assert_sound(s);
    assert_int_equal(found.items[0].articles.count, 0);
    ArticleList articles =
        article_find_many(s, .order_by = {ASC(ARTICLE_ID)},
                          .include = {.tags = &(TagQuery){.order_by = {DESC(TAG_ID)}, .limit = 1}});
    assert_sound(s);
    assert_int_equal(articles.items[0].tags.count, 1);
    assert_string_equal(articles.items[0].tags.items[0].label, "sql");
    assert_string_equal(articles.items[3].tags.items[0].label, "c");
}

static void distinct_counts_for_each_parent(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorList found =
        author_find_many(s, .order_by = {ASC(AUTHOR_ID)},
                         .include = {.articles = &(ArticleQuery){.order_by = {ASC(ARTICLE_ID)},
                                                                 .distinct = {ARTICLE_PUBLISHED}}});
    assert_sound(s);
    assert_int_equal(found.items[0].articles.count, 1);
    assert_int_equal(found.items[0].articles.items[0].id, 1);
    found = author_find_many(s, .order_by = {ASC(AUTHOR_ID)},
                             .include = {.articles = &(ArticleQuery){.order_by = {DESC(ARTICLE_ID)},
                                                                     .distinct = {ARTICLE_VIEWS},
                                                                     .limit = 1,
                                                                     .offset = 1}});
    assert_sound(s);
    assert_int_equal(found.items[0].articles.count, 1);
    assert_int_equal(found.items[0].articles.items[0].id, 3);
    assert_int_equal(found.items[1].articles.count, 0);
}

static void chosen_columns_bring_the_keys(void **state)
{
    tenon_session *s = blog_start(state);
    ArticleList found = article_find_many(
        s, .select = {ARTICLE_TITLE}, .order_by = {ASC(ARTICLE_ID)},
        .include = {.author = &(AuthorQuery){
                        .select = {AUTHOR_NAME},
                        .include = {.staff = &(AuthorQuery){.select = {AUTHOR_NAME}}}}});
    assert_sound(s);
    assert_false(ARTICLE_LOADED(&found.items[0], ARTICLE_VIEWS));
    assert_true(ARTICLE_LOADED(&found.items[0], ARTICLE_AUTHOR_ID));
    assert_false(AUTHOR_LOADED(found.items[0].author, AUTHOR_AGE));
    assert_true(AUTHOR_LOADED(found.items[0].author, AUTHOR_ID));
    assert_int_equal(found.items[0].author->staff.count, 2);
}

static void related_rows_are_counted(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorList found = author_find_many(
        s, .order_by = {ASC(AUTHOR_ID)},
        .counts = {.articles = &(ArticleWhere){0}, .followers = &(AuthorWhere){0}},
        .include = {.staff = &(AuthorQuery){.counts = {.articles = &(ArticleWhere){0}}}});
    assert_sound(s);
    assert_int_equal(found.items[0].counts->articles, 3);
    assert_int_equal(found.items[1].counts->articles, 1);
    assert_int_equal(found.items[2].counts->articles, 0);
    assert_int_equal(found.items[1].counts->followers, 1);
    assert_int_equal(found.items[0].counts->seats, 0);
    assert_non_null(found.items[0].staff.items[0].counts);
    found = author_find_many(s, .order_by = {ASC(AUTHOR_ID)},
                             .counts = {.articles = &(ArticleWhere){.views = GT(10)}});
    assert_int_equal(found.items[0].counts->articles, 2);
}

static void a_first_row_has_its_relations(void **state)
{
    tenon_session *s = blog_start(state);
    Author *ann = author_find_first(s, .where = {.name = EQ("ann")},
                                    .include = {.articles = &(ArticleQuery){0}});
    assert_int_equal(ann->articles.count, 3);
    assert_null(author_find_first(s, .where = {.name = EQ("nobody")},
                                  .include = {.articles = &(ArticleQuery){0}}));
    assert_sound(s);
}

static void relations_of_rows_in_hand_are_loaded(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorList found = author_find_many(s, .order_by = {ASC(AUTHOR_ID)});
    author_load(s, found.items, found.count, .include = {.articles = &(ArticleQuery){0}},
                .counts = {.staff = &(AuthorWhere){0}});
    assert_sound(s);
    assert_int_equal(found.items[0].articles.count, 3);
    assert_int_equal(found.items[0].counts->staff, 2);
    author_load(s, NULL, 0, .include = {.articles = &(ArticleQuery){0}});
    assert_sound(s);
    Author *one = author_create(s, .id = SET(50), .name = SET("dan"));
    author_load(s, one, 1, .include = {.articles = &(ArticleQuery){0}});
    assert_true(AUTHOR_LOADED(one, AUTHOR_ARTICLES));
}

/* ---- joined rows ----------------------------------------------------------------------------- */

static void a_row_can_come_by_join(void **state)
{
    tenon_session *s = blog_start(state);
    const AuthorQuery joined = {.strategy = TENON_LOAD_JOIN, .select = {AUTHOR_NAME}};
    uint64_t before = tenon_statement_count(s);
    ArticleList found = article_find_many(
        s, .order_by = {DESC(ARTICLE_ID)},
        .include = {.author = &joined, .editor = &(AuthorQuery){.strategy = TENON_LOAD_JOIN}});
    assert_sound(s);
    assert_int_equal(tenon_statement_count(s) - before, 1);
    assert_int_equal(found.count, 4);
    assert_string_equal(found.items[3].author->name, "ann");
    assert_true(AUTHOR_LOADED(found.items[3].author, AUTHOR_NAME));
    assert_false(AUTHOR_LOADED(found.items[3].author, AUTHOR_AGE));
    assert_int_equal(found.items[3].editor->age.value, 40);
    assert_string_equal(found.items[2].title, "two");
    assert_string_equal(found.items[2].author->name, "bob");
    assert_null(found.items[2].editor);
    assert_true(ARTICLE_LOADED(&found.items[2], ARTICLE_EDITOR));
    assert_false(found.items[0].editor->age.has);
}

static void joined_rows_include_in_turn(void **state)
{
    tenon_session *s = blog_start(state);
    const AuthorQuery authors = {
        .strategy = TENON_LOAD_JOIN,
        .include = {.profile = &(ProfileQuery){.strategy = TENON_LOAD_BATCH},
                    .articles = &(ArticleQuery){.order_by = {ASC(ARTICLE_ID)}}},
        .counts = {.staff = &(AuthorWhere){0}}};
    CommentList found =
        comment_find_many(s, .order_by = {ASC(COMMENT_LIKES)}, .include = {.author = &authors});
    assert_sound(s);
    assert_string_equal(found.items[0].author->name, "bob");
    assert_null(found.items[0].author->profile);
    assert_int_equal(found.items[0].author->articles.count, 1);
    assert_string_equal(found.items[1].author->profile->bio, "writes");
    assert_int_equal(found.items[1].author->articles.count, 3);
    assert_int_equal(found.items[1].author->counts->staff, 2);
    assert_null(found.items[2].author);
}

static void rows_of_a_batch_bring_joined_rows(void **state)
{
    tenon_session *s = blog_start(state);
    const AuthorQuery joined = {.strategy = TENON_LOAD_JOIN};
    const CommentQuery forms[] = {
        {.order_by = {DESC(COMMENT_LIKES)}, .include = {.author = &joined}},
        {.order_by = {DESC(COMMENT_LIKES)}, .include = {.author = &joined}, .limit = 2},
        {.order_by = {DESC(COMMENT_LIKES)},
         .include = {.author = &joined},
         .distinct = {COMMENT_ID},
         .limit = 5},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        ArticleList found =
            article_find_many(s, .order_by = {ASC(ARTICLE_ID)}, .include = {.comments = &forms[i]});
        assert_sound(s);
        const CommentList *comments = &found.items[0].comments;
        assert_int_equal(comments->count, 2);
        assert_null(comments->items[0].author);
        assert_string_equal(comments->items[1].author->name, "bob");
        assert_string_equal(found.items[2].comments.items[0].author->name, "ann");
    }
}

static void one_row_brings_its_relations_by_join(void **state)
{
    tenon_session *s = blog_start(state);
    uint64_t before = tenon_statement_count(s);
    Article *one =
        article_find_first(s, .where = {.id = EQ(1)},
                           .include = {.author = &(AuthorQuery){0}, .editor = &(AuthorQuery){0}});
    assert_sound(s);
    assert_int_equal(tenon_statement_count(s) - before, 1);
    assert_string_equal(one->author->name, "ann");
    assert_string_equal(one->editor->name, "bob");
    before = tenon_statement_count(s);
    one = article_find_first(s, .where = {.id = EQ(1)},
                             .include = {.author = &(AuthorQuery){.where = {.age = GT(99)}}});
    assert_int_equal(tenon_statement_count(s) - before, 2);
    assert_null(one->author);
    Author *bob =
        author_find_first(s, .where = {.name = EQ("bob")}, .distinct = {AUTHOR_NAME},
                          .include = {.boss = &(AuthorQuery){0}, .profile = &(ProfileQuery){0}});
    assert_sound(s);
    assert_string_equal(bob->boss->name, "ann");
    assert_null(bob->profile);
}

static void what_cannot_be_joined_is_told(void **state)
{
    both *b = *state;
    tenon_session *s = blog_start(state);
    author_find_many(s, .include = {.articles = &(ArticleQuery){.strategy = TENON_LOAD_JOIN}});
    assert_failed(s, TENON_MISUSE, "articles has many rows");
    author_find_many(s, .include = {.boss = &(AuthorQuery){.strategy = TENON_LOAD_JOIN,
                                                           .where = {.age = GT(1)}}});
    assert_failed(s, TENON_MISUSE, "boss is joined");
    if (b->is_sqlite)
        return;
    tenon_begin(s);
    author_find_many(s, .lock = TENON_FOR_UPDATE,
                     .include = {.boss = &(AuthorQuery){.strategy = TENON_LOAD_JOIN}});
    assert_failed(s, TENON_MISUSE, "locked");
    author_find_first(s, .lock = TENON_FOR_UPDATE, .include = {.boss = &(AuthorQuery){0}});
    assert_sound(s);
    tenon_rollback(s);
}

/* ---- many ------------------------------------------------------------------------------------ */

static void many_parents_are_one_statement(void **state)
{
    enum { COUNT = 20000 };
    both *b = *state;
    both_sql(b, "INSERT INTO \"Author\" (\"id\", \"name\") VALUES (1, 'a'), (2, 'b')");
    both_sql(b, "INSERT INTO \"articles\" (\"id\", \"title\", \"createdAt\", \"author_id\") "
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                "SELECT i, 't', '2024-01-01T00:00:00.000+00:00', 1 + i % 2 FROM n");
    CommentSet *comments = calloc(COUNT / 2, sizeof *comments);
    assert_non_null(comments);
    for (int i = 0; i < COUNT / 2; i++)
        comments[i] =
            (CommentSet){.text = SET("c"), .articleId = SET(2 * (i + 1)), .likes = SET(i)};
    comment_create_many(b->session, .items = comments, .count = COUNT / 2);
    free(comments);
    ArticleList found =
        article_find_many(b->session, .order_by = {ASC(ARTICLE_ID)},
                          .include = {.comments = &(CommentQuery){0}, .author = &(AuthorQuery){0}});
    assert_sound(b->session);
    assert_int_equal(found.count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(found.items[i].comments.count, i % 2);
        assert_int_equal(found.items[i].author->id, 1 + (i + 1) % 2);
        if (i % 2)
            assert_int_equal(found.items[i].comments.items[0].articleId, found.items[i].id);
    }
}

/* Where the database finds more texts equal than their bytes say, it has the last word. The
 * relation of authors and tags by name and label does not exist in the schema: its sides take the
 * places of two that do. */
static void equality_is_the_databases(void **state)
{
    static const uint16_t second[] = {1};
    static tenon_relation one, many;
    static tenon_model author, tag;
    both *b = *state;
    if (b->is_sqlite)
        return;
    author = author_model, tag = tag_model;
    one = author_model.relations[0], many = tag_model.relations[0];
    author.relations = &one, tag.relations = &many;
    author.relation_count = tag.relation_count = 1;
    one.target = &tag, many.target = &author;
    many.link = NULL;
    one.fields = one.target_fields = many.fields = many.target_fields = second;
    both_sql(b, "CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', "
                "deterministic = false);"
                "ALTER TABLE \"Tag\" ALTER \"label\" TYPE text COLLATE folding;"
                "INSERT INTO \"Tag\" (\"id\", \"label\") VALUES (1, 'one'), (2, 'two');"
                "INSERT INTO \"Author\" (\"id\", \"name\") VALUES (1, 'one'), (2, 'ONE'), "
                "(3, 'two')");
    const TagQuery tags = {0};
    const AuthorQuery authors = {.order_by = {ASC(AUTHOR_ID)}};
    AuthorQuery with_one = {.session = b->session, .order_by = {ASC(AUTHOR_ID)}};
    TagQuery with_many = {.session = b->session, .order_by = {ASC(TAG_ID)}};
    memcpy((char *)&with_one + one.include_offset, &(const TagQuery *){&tags}, sizeof(void *));
    memcpy((char *)&with_many + many.include_offset, &(const AuthorQuery *){&authors},
           sizeof(void *));
    tenon_list found = tenon_find_many(&author, &with_one);
    assert_sound(b->session);
    const Author *rows = found.items;
    assert_non_null(rows[0].boss);
    assert_ptr_not_equal(rows[1].boss, NULL);
    assert_string_equal(((const Tag *)(const void *)rows[1].boss)->label, "one");
    both_sql(b, "DELETE FROM \"Author\" WHERE \"id\" = 1;"
                "ALTER TABLE \"Author\" ALTER \"name\" TYPE text COLLATE folding");
    found = tenon_find_many(&tag, &with_many);
    assert_sound(b->session);
    const Tag *owners = found.items;
    assert_int_equal(owners[0].articles.count, 1);
    assert_int_equal(owners[1].articles.count, 1);
    both_sql(b, "ALTER TABLE \"Tag\" ALTER \"label\" TYPE text COLLATE \"default\";"
                "ALTER TABLE \"Author\" ALTER \"name\" TYPE text COLLATE \"default\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(one_to_many),
        ON_BLOG(many_to_one_is_shared),
        ON_BLOG(one_to_one_from_both_sides),
        ON_BLOG(many_to_many_from_both_sides),
        ON_BLOG(self_relations),
        ON_BLOG(keys_of_two_columns),
        ON_BLOG(deep_trees),
        ON_BLOG(a_where_filters_what_is_loaded),
        ON_BLOG(limit_and_offset_count_for_each_parent),
        ON_BLOG(distinct_counts_for_each_parent),
        ON_BLOG(chosen_columns_bring_the_keys),
        ON_BLOG(related_rows_are_counted),
        ON_BLOG(a_first_row_has_its_relations),
        ON_BLOG(relations_of_rows_in_hand_are_loaded),
        ON_BLOG(a_row_can_come_by_join),
        ON_BLOG(joined_rows_include_in_turn),
        ON_BLOG(rows_of_a_batch_bring_joined_rows),
        ON_BLOG(one_row_brings_its_relations_by_join),
        ON_BLOG(what_cannot_be_joined_is_told),
        ON_BLOG(many_parents_are_one_statement),
        ON_BLOG(equality_is_the_databases),
    };
    return blog_run(tests);
}
