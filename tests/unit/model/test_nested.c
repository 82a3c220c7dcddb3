/* Nested writes on both databases: every operation on every form of relation, what they refuse, and
 * that nothing of a call that fails stays. What the tables hold afterwards is asked by plain
 * SQL. */
#include "blog.h"

#include <stdlib.h>

static int64_t number(both *b, const char *sql)
{
    return strtoll(both_value(b, sql), NULL, 10);
}

#define assert_number(b, sql, expected) assert_int_equal(number(b, sql), expected)
#define assert_text(b, sql, expected) assert_string_equal(both_value(b, sql), expected)

/* Ann with the articles One and Two, Ben with none, the tags c and sql; One has both tags. */
static void fill(both *b)
{
    if (!b->is_sqlite)
        both_sql(b, "ALTER SEQUENCE \"Author_id_seq\" RESTART WITH 1000;"
                    "ALTER SEQUENCE \"articles_id_seq\" RESTART WITH 1000;"
                    "ALTER SEQUENCE \"Tag_id_seq\" RESTART WITH 1000");
    both_sql(b, "INSERT INTO \"Author\" (id, name) VALUES (1, 'Ann'), (2, 'Ben')");
    both_sql(b, "INSERT INTO articles (id, title, author_id, \"createdAt\") VALUES "
                "(11, 'One', 1, '2024-01-01T00:00:00.000+00:00'), "
                "(12, 'Two', 1, '2024-01-01T00:00:00.000+00:00')");
    both_sql(b, "INSERT INTO \"Tag\" (id, label) VALUES (21, 'c'), (22, 'sql')");
    both_sql(b, "INSERT INTO \"_ArticleToTag\" VALUES (11, 21), (11, 22)");
}

/* ---- create ---------------------------------------------------------------------------------- */

static void a_row_is_created_with_its_children(void **state)
{
    both *b = *state;
    Author *ann =
        author_create(b->session, .name = SET("Ann"),
                      .articles = &(ArticleListWrite){
                          .create = ARTICLE_SETS({.title = SET("One")}, {.title = SET("Two")})});
    assert_sound(b->session);
    assert_string_equal(ann->name, "Ann");
    assert_false(AUTHOR_LOADED(ann, AUTHOR_ARTICLES));
    assert_null(ann->articles.items);
    assert_number(b, "SELECT count(*) FROM articles", 2);
    assert_int_equal(number(b, "SELECT author_id FROM articles WHERE title = 'Two'"), ann->id);
    assert_false(tenon_in_transaction(b->session));
}

static void a_row_is_created_with_its_parent(void **state)
{
    both *b = *state;
    Article *one =
        article_create(b->session, .title = SET("One"),
                       .author = &(AuthorWrite){.create = &(AuthorSet){.name = SET("Ann")}});
    assert_sound(b->session);
    assert_int_equal(number(b, "SELECT id FROM \"Author\" WHERE name = 'Ann'"), one->authorId);
}

static void a_row_is_created_with_its_one_child(void **state)
{
    both *b = *state;
    Author *ann =
        author_create(b->session, .name = SET("Ann"),
                      .profile = &(ProfileWrite){.create = &(ProfileSet){.bio = SET("writes")}});
    assert_sound(b->session);
    assert_int_equal(number(b, "SELECT \"authorId\" FROM \"Profile\""), ann->id);
}

static void children_of_children_of_children_are_created(void **state)
{
    both *b = *state;
    ProfileWrite profile = {.create = &(ProfileSet){.bio = SET("reads")}};
    AuthorWrite ben = {.create = &(AuthorSet){.name = SET("Ben"), .profile = &profile}};
    CommentListWrite comments = {
        .create = COMMENT_SETS({.text = SET("fine"), .author = &ben}, {.text = SET("anonymous")})};
    TagListWrite tags = {.create = TAG_SETS({.label = SET("c")}, {.label = SET("sql")})};
    ArticleListWrite articles = {
        .create = ARTICLE_SETS({.title = SET("plain")},
                               {.title = SET("deep"), .comments = &comments, .tags = &tags})};
    author_create(b->session, .name = SET("Ann"), .articles = &articles);
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM articles", 2);
    assert_number(b,
                  "SELECT count(*) FROM \"Comment\" c JOIN articles a ON a.id = c.\"articleId\" "
                  "WHERE a.title = 'deep'",
                  2);
    assert_text(b,
                "SELECT p.bio FROM \"Profile\" p JOIN \"Author\" a ON a.id = p.\"authorId\" "
                "WHERE a.name = 'Ben'",
                "reads");
    assert_number(b,
                  "SELECT count(*) FROM \"_ArticleToTag\" l JOIN articles a ON a.id = l.\"A\" "
                  "WHERE a.title = 'deep'",
                  2);
}

static void new_rows_connect_what_is_there(void **state)
{
    both *b = *state;
    fill(b);
    Article *three = article_create(
        b->session, .title = SET("Three"),
        .author = &(AuthorWrite){.connect = &(AuthorWhere){.name = EQ("Ben")}},
        .editor = &(AuthorWrite){.connect = &(AuthorWhere){.id = EQ(1)}},
        .tags = &(TagListWrite){.connect = TAG_WHERES({.label = EQ("c")}, {.label = EQ("sql")})});
    assert_sound(b->session);
    assert_int_equal(three->authorId, 2);
    assert_true(three->editorId.has);
    assert_int_equal(three->editorId.value, 1);
    assert_number(b, "SELECT count(*) FROM \"_ArticleToTag\" WHERE \"A\" NOT IN (11, 12)", 2);
}

static void connect_or_create_finds_or_makes(void **state)
{
    both *b = *state;
    fill(b);
    article_create(
        b->session, .title = SET("Three"),
        .author = &(AuthorWrite){.connect_or_create =
                                     &(AuthorConnectOrCreate){.where = {.name = EQ("Cid")},
                                                              .create = {.name = SET("Cid")}}},
        .tags =
            &(TagListWrite){.connect_or_create = TAG_CONNECT_OR_CREATES(
                                {.where = {.label = EQ("c")}, .create = {.label = SET("c")}},
                                {.where = {.label = EQ("new")}, .create = {.label = SET("new")}})});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Author\"", 3);
    assert_number(b, "SELECT count(*) FROM \"Tag\"", 3);
    assert_text(b, "SELECT count(*) FROM \"_ArticleToTag\" WHERE \"A\" NOT IN (11, 12)", "2");
}

static void children_leave_their_parents_when_they_are_connected(void **state)
{
    both *b = *state;
    fill(b);
    Author *cid = author_create(
        b->session, .name = SET("Cid"),
        .articles = &(ArticleListWrite){.connect = ARTICLE_WHERES({.id = EQ(11)}, {.id = EQ(12)})});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM articles WHERE author_id = 1", 0);
    assert_int_equal(number(b, "SELECT author_id FROM articles WHERE id = 11"), cid->id);
}

static void keys_of_two_columns_are_given(void **state)
{
    both *b = *state;
    Seat *seat = seat_create(
        b->session, .row = SET(1),
        .room = &(RoomWrite){.create = &(RoomSet){.building = SET("north"), .number = SET(7)}});
    assert_sound(b->session);
    assert_string_equal(seat->building, "north");
    assert_int_equal(seat->number.value, 7);
    room_update(b->session, "north", 7,
                .seats = &(SeatListWrite){.create = SEAT_SETS({.row = SET(2)}, {.row = SET(3)}),
                                          .disconnect = SEAT_WHERES({.id = EQ(seat->id)})});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Seat\" WHERE building = 'north' AND number = 7", 2);
    assert_number(b, "SELECT count(*) FROM \"Seat\" WHERE building IS NULL AND number IS NULL", 1);
}

static void self_relations_are_written(void **state)
{
    both *b = *state;
    author_create(b->session, .name = SET("Ann"),
                  .boss = &(AuthorWrite){.create = &(AuthorSet){.name = SET("Zoe")}},
                  .staff = &(AuthorListWrite){.create = AUTHOR_SETS({.name = SET("Ben")})},
                  .follows = &(AuthorListWrite){.create = AUTHOR_SETS({.name = SET("Cid")})},
                  .followers = &(AuthorListWrite){.create = AUTHOR_SETS({.name = SET("Dee")})});
    assert_sound(b->session);
    assert_text(b,
                "SELECT boss.name FROM \"Author\" a JOIN \"Author\" boss ON boss.id = a.\"bossId\" "
                "WHERE a.name = 'Ben'",
                "Ann");
    assert_text(b,
                "SELECT boss.name FROM \"Author\" a JOIN \"Author\" boss ON boss.id = a.\"bossId\" "
                "WHERE a.name = 'Ann'",
                "Zoe");
    assert_number(b, "SELECT count(*) FROM \"_Follows\"", 2);
    Author *ann = author_find_by_name(b->session, "Ann");
    assert_int_equal(author_count(b->session, .where = {.bossId = EQ(ann->id)}), 1);
}

static void a_thousand_children_are_created_at_once(void **state)
{
    both *b = *state;
    enum { COUNT = 1000 };
    static ThingSet sets[COUNT];
    memset(sets, 0, sizeof sets);
    for (int i = 0; i < COUNT; i++)
        sets[i].number = (tenon_int_set)SET(i);
    Box *box = box_create(b->session, .name = SET("big"),
                          .things = &(ThingListWrite){.create = {.items = sets, .count = COUNT}});
    assert_sound(b->session);
    assert_int_equal(thing_count(b->session, .where = {.boxId = EQ(box->id)}), COUNT);
}

static void duplicates_among_new_children_can_be_skipped(void **state)
{
    both *b = *state;
    fill(b);
    author_update(b->session, 1,
                  .staff = &(AuthorListWrite){
                      .create = AUTHOR_SETS({.name = SET("Ben")}, {.name = SET("Cid")}),
                      .skip_duplicates = true});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Author\" WHERE \"bossId\" = 1", 1);
}

/* ---- update: lists --------------------------------------------------------------------------- */

static void lists_connect_and_disconnect(void **state)
{
    both *b = *state;
    fill(b);
    author_update(b->session, 2,
                  .staff = &(AuthorListWrite){.connect = AUTHOR_WHERES({.name = EQ("Ann")})});
    assert_sound(b->session);
    assert_number(b, "SELECT \"bossId\" FROM \"Author\" WHERE id = 1", 2);
    author_update(
        b->session, 2,
        .staff = &(AuthorListWrite){.disconnect = AUTHOR_WHERES({.id = EQ(1)}, {.id = EQ(99)})});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Author\" WHERE \"bossId\" IS NOT NULL", 0);
}

static void links_connect_and_disconnect(void **state)
{
    both *b = *state;
    fill(b);
    article_update(b->session, 12,
                   .tags = &(TagListWrite){
                       .connect = TAG_WHERES({.id = EQ(21)}, {.id = EQ(22)}, {.id = EQ(21)})});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"_ArticleToTag\" WHERE \"A\" = 12", 2);
    article_update(b->session, 12,
                   .tags = &(TagListWrite){.connect = TAG_WHERES({.id = EQ(21)}),
                                           .disconnect = TAG_WHERES({.label = EQ("sql")})});
    assert_sound(b->session);
    assert_number(b, "SELECT \"B\" FROM \"_ArticleToTag\" WHERE \"A\" = 12", 21);
    tag_update(b->session, 22, .articles = &(ArticleListWrite){.clear = true});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"_ArticleToTag\" WHERE \"B\" = 22", 0);
    assert_number(b, "SELECT count(*) FROM \"_ArticleToTag\" WHERE \"B\" = 21", 2);
}

static void set_leaves_exactly_these(void **state)
{
    both *b = *state;
    fill(b);
    both_sql(b,
             "INSERT INTO \"Author\" (id, name, \"bossId\") VALUES (3, 'Cid', 1), (4, 'Dee', 1)");
    author_update(b->session, 1,
                  .staff = &(AuthorListWrite){.set = AUTHOR_WHERES({.id = EQ(2)}, {.id = EQ(3)})});
    assert_sound(b->session);
    assert_number(b, "SELECT sum(id) FROM \"Author\" WHERE \"bossId\" = 1", 5);
    article_update(b->session, 11, .tags = &(TagListWrite){.set = TAG_WHERES({.id = EQ(22)})});
    assert_sound(b->session);
    assert_number(b, "SELECT \"B\" FROM \"_ArticleToTag\" WHERE \"A\" = 11", 22);
    author_update(b->session, 1, .staff = &(AuthorListWrite){.clear = true});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Author\" WHERE \"bossId\" IS NOT NULL", 0);
}

static void connected_rows_are_updated(void **state)
{
    both *b = *state;
    fill(b);
    author_update(b->session, 1, .age = SET(40),
                  .articles = &(ArticleListWrite){
                      .update = ARTICLE_UPDATES(
                          {.where = {.id = EQ(11)},
                           .set = {.title = SET("First"),
                                   .tags = &(TagListWrite){.update = TAG_UPDATES(
                                                               {.where = {.label = EQ("c")},
                                                                .set = {.label = SET("C99")}})}}}),
                      .update_many = ARTICLE_UPDATES(
                          {.where = {.title = EQ("Two")}, .set = {.views = INCREASE(5)}})});
    assert_sound(b->session);
    assert_text(b, "SELECT title FROM articles WHERE id = 11", "First");
    assert_text(b, "SELECT label FROM \"Tag\" WHERE id = 21", "C99");
    assert_number(b, "SELECT views FROM articles WHERE id = 12", 5);
    article_update(
        b->session, 12,
        .tags = &(TagListWrite){.update_many = TAG_UPDATES({.set = {.label = SET("none")}})});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Tag\" WHERE label = 'none'", 0);
}

static void connected_rows_are_upserted(void **state)
{
    both *b = *state;
    fill(b);
    author_update(b->session, 1,
                  .articles = &(ArticleListWrite){
                      .upsert = ARTICLE_UPSERTS({.where = {.id = EQ(11)},
                                                 .create = {.title = SET("never")},
                                                 .update = {.title = SET("Uno")}},
                                                {.where = {.id = EQ(99)},
                                                 .create = {.title = SET("Nine")},
                                                 .update = {.title = SET("never")}})});
    article_update(b->session, 12,
                   .tags = &(TagListWrite){.upsert = TAG_UPSERTS({.where = {.label = EQ("asm")},
                                                                  .create = {.label = SET("asm")},
                                                                  .update = {0}})});
    assert_sound(b->session);
    assert_text(b, "SELECT title FROM articles WHERE id = 11", "Uno");
    assert_number(b, "SELECT author_id FROM articles WHERE title = 'Nine'", 1);
    assert_number(b, "SELECT count(*) FROM articles WHERE title = 'never'", 0);
    assert_number(b, "SELECT count(*) FROM \"_ArticleToTag\" WHERE \"A\" = 12", 1);
}

static void connected_rows_are_deleted(void **state)
{
    static const ArticleWhere every;
    both *b = *state;
    fill(b);
    article_update(b->session, 11, .tags = &(TagListWrite){.delete_ = TAG_WHERES({.id = EQ(21)})});
    author_update(b->session, 1,
                  .articles = &(ArticleListWrite){.delete_ = ARTICLE_WHERES({.id = EQ(11)})});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Tag\"", 1);
    assert_number(b, "SELECT count(*) FROM articles", 1);
    author_update(b->session, 1,
                  .articles = &(ArticleListWrite){
                      .delete_many = ARTICLE_WHERES({.title = EQ("x")}, {.title = EQ("Two")})});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM articles", 0);
    article_create(b->session, .title = SET("Three"), .authorId = SET(2));
    author_update(b->session, 1,
                  .articles = &(ArticleListWrite){.delete_many = {.items = &every, .count = 1}});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM articles", 1);
}

/* ---- update: one row ------------------------------------------------------------------------- */

static void a_parent_is_exchanged_updated_and_left(void **state)
{
    both *b = *state;
    fill(b);
    article_update(b->session, 11, .editor = &(AuthorWrite){.connect = &(AuthorWhere){.id = EQ(2)}},
                   .author = &(AuthorWrite){.update = &(AuthorSet){.age = SET(50)}});
    assert_sound(b->session);
    assert_number(b, "SELECT editor_id FROM articles WHERE id = 11", 2);
    assert_number(b, "SELECT age FROM \"Author\" WHERE id = 1", 50);
    AuthorWhere young = {.age = LT(10)};
    article_update(b->session, 11, .editor = &(AuthorWrite){.disconnect = true, .only_if = &young});
    assert_number(b, "SELECT editor_id FROM articles WHERE id = 11", 2);
    article_update(b->session, 11, .editor = &(AuthorWrite){.disconnect = true});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM articles WHERE editor_id IS NOT NULL", 0);
    for (int i = 0; i < 2; i++)
        article_update(
            b->session, 11,
            .editor = &(AuthorWrite){.upsert = &(AuthorNestedUpsert){.create = {.name = SET("Eve")},
                                                                     .update = {.age = SET(i)}}});
    assert_sound(b->session);
    assert_number(b, "SELECT age FROM \"Author\" WHERE name = 'Eve'", 1);
    article_update(b->session, 11, .editor = &(AuthorWrite){.delete_ = true});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Author\" WHERE name = 'Eve'", 0);
    assert_number(b, "SELECT count(*) FROM articles WHERE id = 11 AND editor_id IS NULL", 1);
}

static void an_only_child_is_written(void **state)
{
    both *b = *state;
    fill(b);
    for (int i = 0; i < 2; i++)
        author_update(b->session, 1,
                      .profile = &(ProfileWrite){
                          .upsert = &(ProfileNestedUpsert){.create = {.bio = SET("new")},
                                                           .update = {.bio = SET("changed")}}});
    assert_sound(b->session);
    assert_text(b, "SELECT bio FROM \"Profile\" WHERE \"authorId\" = 1", "changed");
    author_update(b->session, 2,
                  .profile = &(ProfileWrite){.connect = &(ProfileWhere){.authorId = EQ(1)}});
    assert_sound(b->session);
    assert_number(b, "SELECT \"authorId\" FROM \"Profile\"", 2);
    author_update(b->session, 2,
                  .profile = &(ProfileWrite){.update = &(ProfileSet){.bio = SET("Ben's")}});
    assert_text(b, "SELECT bio FROM \"Profile\"", "Ben's");
    author_update(b->session, 2, .profile = &(ProfileWrite){.delete_ = true});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Profile\"", 0);
}

static void an_update_of_no_row_leaves_nothing(void **state)
{
    both *b = *state;
    assert_null(article_update(
        b->session, 99, .author = &(AuthorWrite){.create = &(AuthorSet){.name = SET("Ann")}}));
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM \"Author\"", 0);
}

static void an_upsert_writes_relations_of_either_set(void **state)
{
    both *b = *state;
    for (int i = 0; i < 2; i++)
        author_upsert(
            b->session, .on = AUTHOR_BY_NAME,
            .create = {.name = SET("Ann"),
                       .articles =
                           &(ArticleListWrite){.create = ARTICLE_SETS({.title = SET("created")})}},
            .update = {.age = SET(3),
                       .articles =
                           &(ArticleListWrite){.create = ARTICLE_SETS({.title = SET("updated")})}});
    assert_sound(b->session);
    assert_number(b, "SELECT count(*) FROM articles WHERE title = 'created'", 1);
    assert_number(b, "SELECT count(*) FROM articles WHERE title = 'updated'", 1);
    assert_number(b, "SELECT age FROM \"Author\"", 3);
}

/* ---- what fails ------------------------------------------------------------------------------ */

static void what_is_not_there_is_named(void **state)
{
    both *b = *state;
    fill(b);
    tenon_session *s = b->session;
    article_create(s, .title = SET("x"),
                   .author = &(AuthorWrite){.connect = &(AuthorWhere){.name = EQ("Zed")}});
    assert_failed(s, TENON_FOREIGN_KEY,
                  "Article.author: there is no Author with name = 'Zed' to connect");
    article_update(s, 11,
                   .tags = &(TagListWrite){.connect = TAG_WHERES({.id = EQ(21)}, {.id = EQ(99)})});
    assert_failed(s, TENON_FOREIGN_KEY, "there is no Tag with id = 99 to connect");
    author_update(
        s, 2,
        .articles = &(ArticleListWrite){
            .update = ARTICLE_UPDATES({.where = {.id = EQ(11)}, .set = {.title = SET("stolen")}})});
    assert_failed(s, TENON_FOREIGN_KEY, "there is no Article with id = 11 to update");
    author_update(s, 2, .articles = &(ArticleListWrite){.delete_ = ARTICLE_WHERES({.id = EQ(11)})});
    assert_failed(s, TENON_FOREIGN_KEY, "there is no Article with id = 11 to delete");
    article_update(s, 12, .tags = &(TagListWrite){.delete_ = TAG_WHERES({.id = EQ(21)})});
    assert_failed(s, TENON_FOREIGN_KEY, "there is no Tag with id = 21 to delete");
    author_update(s, 1, .profile = &(ProfileWrite){.delete_ = true});
    assert_failed(s, TENON_FOREIGN_KEY, "there is no Profile to delete");
    article_update(s, 11, .editor = &(AuthorWrite){.update = &(AuthorSet){.age = SET(1)}});
    assert_failed(s, TENON_FOREIGN_KEY, "there is no Author to update");
    assert_number(b, "SELECT count(*) FROM articles WHERE title IN ('One', 'Two')", 2);
}

static void required_relations_stay(void **state)
{
    both *b = *state;
    fill(b);
    tenon_session *s = b->session;
    article_update(s, 11, .author = &(AuthorWrite){.disconnect = true});
    assert_failed(s, TENON_MISUSE, "Article.author: is required");
    author_update(s, 1,
                  .articles = &(ArticleListWrite){.disconnect = ARTICLE_WHERES({.id = EQ(11)})});
    assert_failed(s, TENON_MISUSE, "cannot be disconnected");
    author_update(s, 1, .articles = &(ArticleListWrite){.clear = true});
    assert_failed(s, TENON_MISUSE, "every Article must have its Author");
    author_update(s, 1, .profile = &(ProfileWrite){.create = &(ProfileSet){.bio = SET("1")}});
    author_update(s, 1, .profile = &(ProfileWrite){.create = &(ProfileSet){.bio = SET("2")}});
    assert_failed(s, TENON_FOREIGN_KEY, "cannot be replaced");
    author_update(s, 1, .profile = &(ProfileWrite){.disconnect = true});
    assert_failed(s, TENON_MISUSE, "cannot be disconnected");
    author_update(s, 1, .profile = &(ProfileWrite){.connect = &(ProfileWhere){.authorId = EQ(1)}});
    assert_sound(s);
    assert_text(b, "SELECT bio FROM \"Profile\"", "1");
}

static void what_makes_no_sense_is_refused(void **state)
{
    both *b = *state;
    fill(b);
    tenon_session *s = b->session;
    author_create(s, .name = SET("x"), .articles = &(ArticleListWrite){.clear = true});
    assert_failed(s, TENON_MISUSE, "clear");
    author_create(s, .name = SET("x"),
                  .articles = &(ArticleListWrite){.delete_ = ARTICLE_WHERES({.id = EQ(1)})});
    assert_failed(s, TENON_MISUSE, "a new row can only");
    author_create(s, .name = SET("x"), .profile = &(ProfileWrite){.delete_ = true});
    assert_failed(s, TENON_MISUSE, "a new row can only");
    article_create(s, .title = SET("x"), .authorId = SET(1),
                   .author = &(AuthorWrite){.connect = &(AuthorWhere){.id = EQ(2)}});
    assert_failed(s, TENON_MISUSE, "Article.authorId is set by the relation already");
    author_create(s, .name = SET("x"),
                  .articles = &(ArticleListWrite){
                      .create = ARTICLE_SETS({.title = SET("x"), .authorId = SET(1)})});
    assert_failed(s, TENON_MISUSE, "Article.authorId is set by the relation already");
    author_create(s, .name = SET("x"),
                  .articles = &(ArticleListWrite){
                      .create = ARTICLE_SETS(
                          {.title = SET("x"), .author = &(AuthorWrite){.connect = NULL}})});
    assert_failed(s, TENON_MISUSE, "Article.author is this relation");
    article_create(s, .title = SET("x"),
                   .author = &(AuthorWrite){.connect = &(AuthorWhere){.age = EQ(2)}});
    assert_failed(s, TENON_MISUSE, "does not name one row");
    article_create(s, .title = SET("x"),
                   .author = &(AuthorWrite){.connect = &(AuthorWhere){.id = EQ(2)},
                                            .create = &(AuthorSet){.name = SET("x")}});
    assert_failed(s, TENON_MISUSE, "one action at a time");
    article_create(s, .title = SET("x"),
                   .author = &(AuthorWrite){.create = &(AuthorSet){.session = s}});
    assert_failed(s, TENON_MISUSE, "session and table belong to the call");
    author_create_many(s, .items = &(AuthorSet){.profile = &(ProfileWrite){.delete_ = true}},
                       .count = 1);
    assert_failed(s, TENON_MISUSE, "create_many cannot write relations");
    author_update_many(s, .everything = true, .set = {.profile = &(ProfileWrite){.delete_ = true}});
    assert_failed(s, TENON_MISUSE, "update_many cannot write relations");
    author_create(s, .name = SET("x"), .table = {.name = "other"},
                  .profile = &(ProfileWrite){.create = &(ProfileSet){.bio = SET("x")}});
    assert_failed(s, TENON_MISUSE, "run time");
    assert_number(b, "SELECT count(*) FROM \"Author\"", 2);
    assert_number(b, "SELECT count(*) FROM articles", 2);
}

static void a_circle_of_sets_ends(void **state)
{
    both *b = *state;
    AuthorWrite boss;
    AuthorSet set = {.name = SET("x"), .boss = &boss};
    boss = (AuthorWrite){.create = &set};
    author_create(b->session, .name = SET("y"), .boss = &boss);
    assert_failed(b->session, TENON_LIMIT, "more than 32 deep");
    assert_number(b, "SELECT count(*) FROM \"Author\"", 0);
}

static void a_failure_leaves_nothing(void **state)
{
    both *b = *state;
    fill(b);
    author_create(b->session, .name = SET("Cid"),
                  .articles = &(ArticleListWrite){
                      .create = ARTICLE_SETS(
                          {.title = SET("x"),
                           .tags = &(TagListWrite){.create = TAG_SETS({.label = SET("c")})}})});
    assert_failed(b->session, TENON_UNIQUE, "Tag.label");
    assert_false(tenon_in_transaction(b->session));
    assert_number(b, "SELECT count(*) FROM \"Author\"", 2);
    assert_number(b, "SELECT count(*) FROM articles", 2);
}

static void inside_a_transaction_a_failure_undoes_the_call_alone(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    assert_true(tenon_begin(s));
    author_create(s, .name = SET("Ann"));
    author_create(s, .name = SET("Ben"),
                  .staff = &(AuthorListWrite){.create = AUTHOR_SETS({.name = SET("Ann")})});
    assert_failed(s, TENON_UNIQUE, "Author.name");
    author_create(s, .name = SET("Cid"),
                  .staff = &(AuthorListWrite){.create = AUTHOR_SETS({.name = SET("Dee")})});
    assert_true(tenon_commit(s));
    assert_number(b, "SELECT count(*) FROM \"Author\"", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(a_row_is_created_with_its_children),
        ON_BLOG(a_row_is_created_with_its_parent),
        ON_BLOG(a_row_is_created_with_its_one_child),
        ON_BLOG(children_of_children_of_children_are_created),
        ON_BLOG(new_rows_connect_what_is_there),
        ON_BLOG(connect_or_create_finds_or_makes),
        ON_BLOG(children_leave_their_parents_when_they_are_connected),
        ON_BLOG(keys_of_two_columns_are_given),
        ON_BLOG(self_relations_are_written),
        ON_BLOG(a_thousand_children_are_created_at_once),
        ON_BLOG(duplicates_among_new_children_can_be_skipped),
        ON_BLOG(lists_connect_and_disconnect),
        ON_BLOG(links_connect_and_disconnect),
        ON_BLOG(set_leaves_exactly_these),
        ON_BLOG(connected_rows_are_updated),
        ON_BLOG(connected_rows_are_upserted),
        ON_BLOG(connected_rows_are_deleted),
        ON_BLOG(a_parent_is_exchanged_updated_and_left),
        ON_BLOG(an_only_child_is_written),
        ON_BLOG(an_update_of_no_row_leaves_nothing),
        ON_BLOG(an_upsert_writes_relations_of_either_set),
        ON_BLOG(what_is_not_there_is_named),
        ON_BLOG(required_relations_stay),
        ON_BLOG(what_makes_no_sense_is_refused),
        ON_BLOG(a_circle_of_sets_ends),
        ON_BLOG(a_failure_leaves_nothing),
        ON_BLOG(inside_a_transaction_a_failure_undoes_the_call_alone),
    };
    return blog_run(tests);
}
