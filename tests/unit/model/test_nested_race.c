/* Nested writes that create what they do not find, while others create the same. On PostgreSQL a
 * hook is the other: it runs between the look and the insert. */
#include "blog.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct other {
    both *b;
    const char *sql; /* NULL: done */
} other;

static void be_quicker(tenon_event *event, void *ctx)
{
    other *o = ctx;
    (void)event;
    if (o->sql)
        both_sql(o->b, o->sql);
    o->sql = NULL;
}

/* Before the first row of the model is created, somebody else runs the SQL. */
static void let_others(both *b, other *o, const tenon_model *model, const char *sql)
{
    *o = (other){.b = b, .sql = sql};
    const tenon_hook hook = {
        .moments = TENON_BEFORE_CREATE, .model = model, .function = be_quicker, .ctx = o};
    assert_true(tenon_session_hook_add(b->session, &hook) != 0);
}

#define assert_value(b, expected, sql) assert_string_equal(both_value(b, sql), expected)

static void a_parent_of_others_is_connected(void **state)
{
    both *b = *state;
    other o;
    let_others(b, &o, &author_model, "INSERT INTO \"Author\" (id, name) VALUES (500, 'Cid')");
    Article *one =
        article_create(b->session, .title = SET("One"),
                       .author = &(AuthorWrite){
                           .connect_or_create = &(AuthorConnectOrCreate){
                               .where = {.name = EQ("Cid")}, .create = {.name = SET("Cid")}}});
    assert_sound(b->session);
    assert_null(o.sql);
    assert_int_equal(one->authorId, 500);
    assert_value(b, "1", "SELECT count(*) FROM \"Author\"");
}

static void what_the_row_has_brought_is_undone(void **state)
{
    both *b = *state;
    other o;
    let_others(b, &o, &author_model, "INSERT INTO \"Author\" (id, name) VALUES (500, 'Cid')");
    const AuthorConnectOrCreate cid = {
        .where = {.name = EQ("Cid")},
        .create = {.name = SET("Cid"),
                   .boss = &(AuthorWrite){.create = &(AuthorSet){.name = SET("Boss")}}}};
    Article *one = article_create(b->session, .title = SET("One"),
                                  .author = &(AuthorWrite){.connect_or_create = &cid});
    assert_sound(b->session);
    assert_int_equal(one->authorId, 500);
    assert_value(b, "1", "SELECT count(*) FROM \"Author\"");
}

static void a_linked_row_of_others_is_connected(void **state)
{
    both *b = *state;
    other o;
    author_create(b->session, .id = SET(1), .name = SET("Ann"));
    let_others(b, &o, &tag_model, "INSERT INTO \"Tag\" (id, label) VALUES (500, 'c')");
    article_create(
        b->session, .title = SET("One"), .authorId = SET(1),
        .tags = &(TagListWrite){.connect_or_create = TAG_CONNECT_OR_CREATES(
                                    {.where = {.label = EQ("c")}, .create = {.label = SET("c")}},
                                    {.where = {.label = EQ("d")}, .create = {.label = SET("d")}})});
    assert_sound(b->session);
    assert_value(b, "2", "SELECT count(*) FROM \"Tag\"");
    assert_value(b, "2", "SELECT count(*) FROM \"_ArticleToTag\"");
}

static void the_one_child_of_others_is_updated(void **state)
{
    both *b = *state;
    other o;
    author_create(b->session, .id = SET(1), .name = SET("Ann"));
    let_others(b, &o, &profile_model,
               "INSERT INTO \"Profile\" (id, bio, \"authorId\") VALUES (7, 'theirs', 1)");
    author_update(b->session, 1,
                  .profile = &(ProfileWrite){
                      .upsert = &(ProfileNestedUpsert){.create = {.bio = SET("new")},
                                                       .update = {.bio = SET("changed")}}});
    assert_sound(b->session);
    assert_value(b, "changed", "SELECT bio FROM \"Profile\"");
    assert_value(b, "1", "SELECT count(*) FROM \"Profile\"");
}

static void the_row_of_others_is_updated_by_an_upsert(void **state)
{
    both *b = *state;
    other o;
    let_others(b, &o, &author_model, "INSERT INTO \"Author\" (id, name) VALUES (500, 'Cid')");
    const ArticleListWrite articles = {.create = ARTICLE_SETS({.title = SET("One")})};
    Author *cid = author_upsert(b->session, .on = AUTHOR_BY_NAME,
                                .create = {.name = SET("Cid"), .articles = &articles},
                                .update = {.age = SET(5), .articles = &articles});
    assert_sound(b->session);
    assert_int_equal(cid->id, 500);
    assert_int_equal(cid->age.value, 5);
    assert_value(b, "1", "SELECT count(*) FROM articles");
}

static void another_unique_stays_an_error(void **state)
{
    both *b = *state;
    author_create(b->session, .id = SET(1), .name = SET("Ann"));
    article_create(b->session, .title = SET("One"),
                   .author = &(AuthorWrite){
                       .connect_or_create = &(AuthorConnectOrCreate){
                           .where = {.name = EQ("Cid")}, .create = {.name = SET("Ann")}}});
    assert_failed(b->session, TENON_UNIQUE, "Author.name must be unique");
    assert_value(b, "0", "SELECT count(*) FROM articles");
}

/* ---- at the same time ------------------------------------------------------------------------ */

enum { WORKERS = 4, ROUNDS = 15 };

typedef struct worker {
    both *b;
    pthread_barrier_t *barrier;
    bool is_sound;
} worker;

static void *work(void *ctx)
{
    static const char *const labels[] = {"a", "b", "c"};
    worker *w = ctx;
    tenon_session *s = tenon_session_open(w->b->db, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        const char *label = labels[i % 3];
        pthread_barrier_wait(w->barrier);
        article_create(s, .title = SET("One"), .authorId = SET(1),
                       .tags = &(TagListWrite){
                           .connect_or_create = TAG_CONNECT_OR_CREATES(
                               {.where = {.label = EQ(label)}, .create = {.label = SET(label)}})});
    }
    w->is_sound = !tenon_failed(s);
    if (!w->is_sound)
        print_error("%s\n", tenon_message(s));
    tenon_session_close(s);
    return NULL;
}

static void many_connect_the_same_new_row(void **state)
{
    both *b = *state;
    pthread_barrier_t barrier;
    pthread_t threads[WORKERS];
    worker workers[WORKERS];
    author_create(b->session, .id = SET(1), .name = SET("Ann"));
    assert_sound(b->session);
    pthread_barrier_init(&barrier, NULL, WORKERS);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (worker){.b = b, .barrier = &barrier};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(workers[i].is_sound);
    }
    pthread_barrier_destroy(&barrier);
    assert_value(b, "3", "SELECT count(*) FROM \"Tag\"");
    assert_int_equal(article_count(b->session), WORKERS * ROUNDS);
    assert_int_equal(
        article_count(b->session, .where = {.tags.some = &(TagWhere){.label = NOT_NULL()}}),
        WORKERS * ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG_OF(postgresql, a_parent_of_others_is_connected),
        ON_BLOG_OF(postgresql, what_the_row_has_brought_is_undone),
        ON_BLOG_OF(postgresql, a_linked_row_of_others_is_connected),
        ON_BLOG_OF(postgresql, the_one_child_of_others_is_updated),
        ON_BLOG_OF(postgresql, the_row_of_others_is_updated_by_an_upsert),
        ON_BLOG(another_unique_stays_an_error),
        ON_BLOG(many_connect_the_same_new_row),
    };
    return blog_run(tests);
}
