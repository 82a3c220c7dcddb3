/* A whole tree in one round trip: when it is chosen, what it cannot load, and what becomes of it
 * when something is not as it should be. test_strategies.c compares what it loads. */
#include "blog.h"
#include "proxy.h"

#include <stdio.h>

#include <tenon/explain.h>
#include <tenon/test.h>

#define AHEAD .strategy = TENON_LOAD_SUBQUERY

/* ---- by hand --------------------------------------------------------------------------------- */

static void three_levels_are_one_tree(void **state)
{
    tenon_session *s = blog_start(state);
    AuthorList found = author_find_many(
        s, .order_by = {ASC(AUTHOR_ID)}, .limit = 2,
        .include = {
            .articles = &(ArticleQuery){
                AHEAD, .order_by = {ASC(ARTICLE_ID)}, .limit = 2,
                .include = {.comments = &(CommentQuery){AHEAD, .order_by = {ASC(COMMENT_ID)},
                                                        .where = {.likes = GE(6)}},
                            .tags = &(TagQuery){AHEAD, .order_by = {ASC(TAG_ID)}}}}});
    assert_sound(s);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.items[0].articles.count, 2);
    assert_int_equal(found.items[0].articles.items[0].tags.count, 2);
    assert_int_equal(found.items[0].articles.items[0].comments.count, 1);
    assert_string_equal(found.items[0].articles.items[1].comments.items[0].text, "third");
    assert_int_equal(found.items[1].articles.items[0].tags.count, 1);
}

static void find_first_brings_its_tree(void **state)
{
    tenon_session *s = blog_start(state);
    Article *article = article_find_first(
        s, .order_by = {ASC(ARTICLE_ID)},
        .include = {.author = &(AuthorQuery){.include = {.staff = &(AuthorQuery){AHEAD}}},
                    .comments = &(CommentQuery){AHEAD}});
    assert_sound(s);
    assert_string_equal(article->author->name, "ann");
    assert_int_equal(article->author->staff.count, 2);
    assert_int_equal(article->comments.count, 2);
}

/* ---- what cannot be -------------------------------------------------------------------------- */

static void what_cannot_be_loaded_so_is_refused(void **state)
{
    tenon_session *s = blog_start(state);
    CommentQuery comments = {AHEAD};
    ArticleQuery articles = {AHEAD};
    author_find_many(s, .limit = 5, .include = {.articles = &articles});
    assert_failed(s, TENON_MISUSE,
                  "Author.articles: TENON_LOAD_SUBQUERY cannot be: the rows that "
                  "have it are limited, and need an order_by that ends in a key");
    author_find_many(s, .limit = 5, .order_by = {ASC(AUTHOR_AGE)},
                     .include = {.articles = &articles});
    assert_failed(s, TENON_MISUSE, "order_by");
    author_find_many(s, .limit = 5, .order_by = {DESC(AUTHOR_NAME)},
                     .include = {.articles = &articles});
    assert_sound(s);
    author_find_first(s, .include = {.articles = &articles});
    assert_failed(s, TENON_MISUSE, "order_by");
    author_find_many(s, .distinct = {AUTHOR_AGE}, .include = {.articles = &articles});
    assert_failed(s, TENON_MISUSE, "distinct");
    author_find_many(s,
                     .include = {.articles = &(ArticleQuery){AHEAD, .distinct = {ARTICLE_VIEWS}}});
    assert_failed(s, TENON_MISUSE, "distinct");
    author_find_many(
        s, .include = {.articles = &(ArticleQuery){AHEAD, .table = {.name = "articles"}}});
    assert_failed(s, TENON_MISUSE, "a table chosen at run time");
    author_find_many(s, .include = {.articles = &(ArticleQuery){.strategy = TENON_LOAD_BATCH,
                                                                .include.comments = &comments}});
    assert_failed(s, TENON_MISUSE, "Author.articles.comments: ");
    AuthorList found = author_find_many(s);
    author_load(s, found.items, found.count, .include = {.articles = &articles});
    assert_failed(s, TENON_MISUSE, "Author.articles: TENON_LOAD_SUBQUERY is for find_many");
    assert_int_equal(author_find_many(s).count, 3);
}

static void in_a_transaction_it_needs_one_moment(void **state)
{
    tenon_session *s = blog_start(state);
    ArticleQuery articles = {AHEAD};
    assert_true(tenon_begin(s));
    author_find_many(s, .include = {.articles = &articles});
    assert_failed(s, TENON_MISUSE, "TENON_REPEATABLE_READ");
    tenon_rollback(s);
    assert_true(
        tenon_begin_with(s, &(tenon_transaction_options){.isolation = TENON_REPEATABLE_READ}));
    assert_int_equal(author_find_many(s, .include = {.articles = &articles}).count, 3);
    assert_true(tenon_commit(s));
    assert_sound(s);
}

static void sqlite_has_no_round_trips_to_save(void **state)
{
    tenon_session *s = blog_start(state);
    author_find_many(s, .include = {.articles = &(ArticleQuery){AHEAD}});
    assert_failed(s, TENON_UNSUPPORTED, "Author.articles: ");
}

/* ---- what goes wrong ------------------------------------------------------------------------- */

static void an_error_is_that_of_its_statement(void **state)
{
    tenon_session *s = blog_start(state);
    author_find_many(s, .include = {.articles = &(ArticleQuery){
                                        AHEAD, .where = {.raw = RAW("{views} / 0 > 1")}}});
    assert_int_equal(tenon_session_error(s)->status, TENON_RANGE);
    assert_string_equal(tenon_session_error(s)->model, "Article");
    assert_non_null(strstr(tenon_session_error(s)->sql, "\"articles\""));
    tenon_error_clear(s);
    assert_false(tenon_in_transaction(s));
    assert_int_equal(author_find_many(s, .include = {.articles = &(ArticleQuery){AHEAD}}).count, 3);
}

static void the_tree_has_its_limits(void **state)
{
    both *b = *state;
    blog_start(state);
    tenon_session *s = tenon_session_open(b->db, &(tenon_session_options){.tree_rows_most = 5});
    author_find_many(s, .include = {.articles = &(ArticleQuery){AHEAD}});
    assert_failed(s, TENON_LIMIT, "Author.articles: ");
    tenon_session_close(s);
    AuthorQuery query = {.session = b->session, AHEAD};
    query.include.boss = query.include.staff = &query;
    query.strategy = TENON_LOAD_AUTO;
    AuthorQuery below = query;
    below.strategy = TENON_LOAD_SUBQUERY;
    below.include.boss = below.include.staff = &below;
    query.include.boss = query.include.staff = &below;
    author_find_many_q(&query);
    assert_failed(b->session, TENON_MISUSE, "too many relations");
}

/* Keys that the database finds equal and we do not: what was loaded ahead is of no use. */
static void texts_that_only_the_database_finds_equal_are_loaded_by_batch(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    both_sql(b, "CREATE COLLATION IF NOT EXISTS nocase (provider = icu, locale = 'und-u-ks-level2',"
                "deterministic = false);"
                "ALTER TABLE \"Seat\" DROP CONSTRAINT \"Seat_building_number_fkey\";"
                "ALTER TABLE \"Room\" ALTER \"building\" TYPE text COLLATE nocase;"
                "ALTER TABLE \"Seat\" ALTER \"building\" TYPE text COLLATE nocase;"
                "INSERT INTO \"Room\" VALUES ('A', 1, 'x');"
                "INSERT INTO \"Seat\" (\"id\", \"row\", \"building\", \"number\") VALUES "
                "(1, 1, 'a', 1), (2, 2, 'A', 1)");
    SeatList seats =
        seat_find_many(s, .order_by = {ASC(SEAT_ID)},
                       .include.room = &(RoomQuery){AHEAD, .include.seats = &(SeatQuery){AHEAD}});
    assert_sound(s);
    assert_string_equal(seats.items[0].room->name, "x");
    assert_string_equal(seats.items[1].room->name, "x");
    assert_int_equal(seats.items[1].room->seats.count, 2);
    both_sql(b, "DELETE FROM \"Seat\"; DELETE FROM \"Room\";"
                "ALTER TABLE \"Room\" ALTER \"building\" TYPE text COLLATE \"default\";"
                "ALTER TABLE \"Seat\" ALTER \"building\" TYPE text COLLATE \"default\"");
}

/* ---- round trips ----------------------------------------------------------------------------- */

enum { LATENCY_US = 2000 };

typedef struct far {
    proxy *proxy;
    tenon_db *db;
    tenon_session *s;
} far;

static far go_far(both *b, int64_t latency_us)
{
    const char *why;
    tenon_error err;
    far f = {.proxy = proxy_open(b->url, latency_us, &why)};
    if (!f.proxy)
        fail_msg("%s", why);
    f.db = tenon_open(proxy_url(f.proxy), NULL, &err);
    if (!f.db)
        fail_msg("%s", err.message);
    f.s = tenon_session_open(f.db, NULL);
    return f;
}

static void come_back(far f)
{
    tenon_session_close(f.s);
    tenon_close(f.db);
    proxy_close(f.proxy);
}

static AuthorList find_tree(tenon_session *s, tenon_strategy strategy)
{
    return author_find_many(
        s, .order_by = {ASC(AUTHOR_ID)}, .limit = 10,
        .include = {
            .articles = &(ArticleQuery){
                .strategy = strategy,
                .order_by = {ASC(ARTICLE_ID)},
                .include = {.comments = &(CommentQuery){
                                .strategy = strategy,
                                .include = {.author = &(AuthorQuery){.strategy = strategy}}}}}});
}

/* How often the call waits for the server. */
static uint64_t trips_of(far f, tenon_strategy strategy)
{
    uint64_t before = proxy_round_trips(f.proxy);
    AuthorList found = find_tree(f.s, strategy);
    assert_sound(f.s);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.items[0].articles.count, 3);
    return proxy_round_trips(f.proxy) - before;
}

static void a_tree_is_one_round_trip(void **state)
{
    far f = go_far(*state, LATENCY_US);
    blog_start(state);
    assert_int_equal(author_count(f.s), 3);
    for (int round = 0; round < 3; round++) { /* also the first time */
        assert_int_equal(trips_of(f, TENON_LOAD_SUBQUERY), 1);
        assert_int_equal(trips_of(f, TENON_LOAD_BATCH), 4);
    }
    come_back(f);
}

static AuthorList find_counted(tenon_session *s, tenon_strategy strategy)
{
    return author_find_many(
        s, .order_by = {ASC(AUTHOR_ID)}, .limit = 10,
        .counts = {.articles = &(ArticleWhere){.views = GT(10)}, .followers = &(AuthorWhere){0}},
        .include = {.articles = &(ArticleQuery){
                        .strategy = strategy,
                        .order_by = {ASC(ARTICLE_ID)},
                        .counts = {.comments = &(CommentWhere){0}, .tags = &(TagWhere){0}}}});
}

static void counts_come_in_the_same_round_trip(void **state)
{
    far f = go_far(*state, LATENCY_US);
    blog_start(state);
    assert_int_equal(author_count(f.s), 3);
    uint64_t before = proxy_round_trips(f.proxy);
    AuthorList found = find_counted(f.s, TENON_LOAD_SUBQUERY);
    assert_sound(f.s);
    assert_int_equal(proxy_round_trips(f.proxy) - before, 1);
    AuthorList expected = find_counted(f.s, TENON_LOAD_BATCH);
    assert_sound(f.s);
    assert_int_equal(proxy_round_trips(f.proxy) - before, 1 + 6);
    assert_int_equal(found.items[0].counts->articles, 2);
    for (size_t i = 0; i < 3; i++) {
        assert_memory_equal(found.items[i].counts, expected.items[i].counts, sizeof(AuthorCounts));
        const Article *own = found.items[i].articles.items;
        for (size_t k = 0; k < found.items[i].articles.count; k++)
            assert_memory_equal(own[k].counts, expected.items[i].articles.items[k].counts,
                                sizeof(ArticleCounts));
    }
    come_back(f);
}

static int64_t shown_round_trip(tenon_session *s, tenon_strategy *of_articles)
{
    const tenon_explanation *it = author_explain(s, .include = {.articles = &(ArticleQuery){0}});
    assert_sound(s);
    assert_null(it->relation);
    assert_string_equal(it->next->relation, "Author.articles");
    *of_articles = it->next->strategy;
    return it->next->round_trip_us;
}

static void auto_changes_its_mind_after_twenty_measurements(void **state)
{
    far f = go_far(*state, LATENCY_US);
    blog_start(state);
    tenon_strategy strategy;
    assert_int_equal(trips_of(f, TENON_LOAD_AUTO), 4);
    assert_int_equal(shown_round_trip(f.s, &strategy), -1);
    assert_int_equal(strategy, TENON_LOAD_BATCH);
    for (int i = 0; i < 14; i++)
        author_count(f.s);
    assert_int_equal(shown_round_trip(f.s, &strategy), -1); /* itself the twentieth */
    assert_int_equal(trips_of(f, TENON_LOAD_AUTO), 1);
    int64_t shown = shown_round_trip(f.s, &strategy);
    assert_int_equal(strategy, TENON_LOAD_SUBQUERY);
    assert_true(shown >= LATENCY_US && shown < 100 * LATENCY_US);
    come_back(f);
}

static void auto_notices_that_the_way_became_short(void **state)
{
    far f = go_far(*state, LATENCY_US);
    blog_start(state);
    for (int i = 0; i < 25; i++)
        author_count(f.s);
    assert_int_equal(trips_of(f, TENON_LOAD_AUTO), 1);
    proxy_set_latency(f.proxy, 0);
    tenon_strategy strategy = TENON_LOAD_SUBQUERY;
    for (int i = 0; i < 2000 && strategy == TENON_LOAD_SUBQUERY; i++) {
        author_count(f.s);
        if (i % 100 == 99)
            shown_round_trip(f.s, &strategy);
    }
    assert_int_equal(strategy, TENON_LOAD_BATCH);
    come_back(f);
}

/* Sleeping statements take it long, and yet the way to a socket in a folder is none. */
static void a_server_on_this_machine_is_never_far(void **state)
{
    const both *b = *state;
    blog_start(state);
    tenon_error err;
    tenon_db *db = tenon_open(b->url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    tenon_strategy strategy;
    for (int i = 0; i < 25; i++)
        author_count(s, .where = {.raw = RAW("pg_sleep(0.001) IS NOT NULL")});
    assert_true(shown_round_trip(s, &strategy) >= 1000);
    assert_int_equal(strategy, TENON_LOAD_BATCH);
    tenon_session_close(s);
    tenon_close(db);
}

/* A tree that takes the server long says nothing of the way there. */
static void the_time_of_a_tree_is_not_that_of_the_way(void **state)
{
    enum { SLEEP_US = 2000 };
    far f = go_far(*state, 3 * SLEEP_US);
    blog_start(state);
    for (int i = 0; i < 25; i++)
        author_count(f.s);
    proxy_set_latency(f.proxy, 0);
    ArticleQuery articles = {.strategy = TENON_LOAD_SUBQUERY};
    for (int i = 0; i < 40; i++)
        author_find_many(f.s, .where = {.raw = RAW("pg_sleep(0.002) IS NOT NULL")}, .limit = 1,
                         .order_by = {ASC(AUTHOR_ID)}, .include = {.articles = &articles});
    assert_sound(f.s);
    tenon_strategy strategy;
    assert_true(shown_round_trip(f.s, &strategy) < SLEEP_US);
    come_back(f);
}

static void auto_leaves_alone_what_it_cannot_know(void **state)
{
    far f = go_far(*state, LATENCY_US);
    blog_start(state);
    for (int i = 0; i < 25; i++)
        author_count(f.s);
    ArticleQuery articles = {0};
    uint64_t before = proxy_round_trips(f.proxy);
    author_find_many(f.s, .where = {.raw = RAW("random() < 2")},
                     .include = {.articles = &articles});
    author_find_many(f.s, .limit = 2, .include = {.articles = &articles});
    author_find_many(f.s, .distinct = {AUTHOR_AGE}, .include = {.articles = &articles});
    assert_sound(f.s);
    assert_int_equal(proxy_round_trips(f.proxy) - before, 6);
    come_back(f);
}

/* A tree without end, of which only the rows say where it ends. */
static void auto_follows_the_rows_of_a_query_within_itself(void **state)
{
    far f = go_far(*state, LATENCY_US);
    blog_start(state);
    for (int i = 0; i < 25; i++)
        author_count(f.s);
    AuthorQuery staff = {.session = f.s, .order_by = {ASC(AUTHOR_ID)}};
    staff.include.staff = &staff;
    staff.include.articles = &(ArticleQuery){.include = {.author = &staff}, .limit = 1};
    staff.counts.articles = &(ArticleWhere){0};
    staff.where = (AuthorWhere){.name = EQ("nobody")};
    uint64_t before = tenon_statement_count(f.s);
    assert_int_equal(author_find_many_q(&staff).count, 0);
    assert_sound(f.s);
    assert_int_equal(tenon_statement_count(f.s) - before, 3); /* articles and counts go along */
    come_back(f);
}

/* The rows of each key are ranked by a join with the keys: their number is what comes back. */
static void a_relation_with_distinct_is_loaded_by_batch(void **state)
{
    far f = go_far(*state, LATENCY_US);
    blog_start(state);
    for (int i = 0; i < 25; i++)
        author_count(f.s);
    const tenon_explanation *it =
        author_explain(f.s, .include = {.articles = &(ArticleQuery){.distinct = {ARTICLE_VIEWS}},
                                        .comments = &(CommentQuery){0}});
    assert_sound(f.s);
    assert_string_equal(it->next->relation, "Author.articles");
    assert_int_equal(it->next->strategy, TENON_LOAD_BATCH);
    assert_int_equal(it->next->next->strategy, TENON_LOAD_SUBQUERY);
    uint64_t before = proxy_round_trips(f.proxy);
    AuthorList found =
        author_find_many(f.s, .order_by = {ASC(AUTHOR_ID)},
                         .include = {.articles = &(ArticleQuery){.distinct = {ARTICLE_PUBLISHED}}});
    assert_sound(f.s);
    assert_int_equal(proxy_round_trips(f.proxy) - before, 2);
    assert_int_equal(found.items[0].articles.count, 1);
    come_back(f);
}

/* ---- what is told ---------------------------------------------------------------------------- */

static void the_explanation_tells_of_each_relation(void **state)
{
    both *b = *state;
    tenon_session *s = blog_start(state);
    TagQuery tags = {.strategy = TENON_LOAD_BATCH};
    const tenon_explanation *it = comment_explain(
        s,
        .include = {.article = &(ArticleQuery){.strategy = TENON_LOAD_JOIN, .include.tags = &tags},
                    .author = &(AuthorQuery){.strategy = TENON_LOAD_BATCH}});
    assert_sound(s);
    assert_non_null(it->plan);
    assert_non_null(strstr(it->sql, "LEFT JOIN"));
    it = it->next;
    assert_string_equal(it->relation, "Comment.article");
    assert_int_equal(it->strategy, TENON_LOAD_JOIN);
    assert_null(it->sql);
    it = it->next;
    assert_string_equal(it->relation, "Comment.article.tags");
    assert_int_equal(it->strategy, TENON_LOAD_BATCH);
    assert_non_null(strstr(it->sql, "\"Tag\""));
    it = it->next;
    assert_string_equal(it->relation, "Comment.author");
    assert_null(it->plan);
    assert_null(it->next);
    if (b->is_sqlite)
        return;
    it = author_explain(s, .include = {.articles = &(ArticleQuery){AHEAD}});
    assert_int_equal(it->next->strategy, TENON_LOAD_SUBQUERY);
    assert_non_null(strstr(it->next->sql, "= ANY(ARRAY(SELECT"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG_OF(postgresql, three_levels_are_one_tree),
        ON_BLOG_OF(postgresql, find_first_brings_its_tree),
        ON_BLOG_OF(postgresql, what_cannot_be_loaded_so_is_refused),
        ON_BLOG_OF(postgresql, in_a_transaction_it_needs_one_moment),
        ON_BLOG_OF(sqlite, sqlite_has_no_round_trips_to_save),
        ON_BLOG_OF(postgresql, an_error_is_that_of_its_statement),
        ON_BLOG_OF(postgresql, the_tree_has_its_limits),
        ON_BLOG_OF(postgresql, a_tree_is_one_round_trip),
        ON_BLOG_OF(postgresql, counts_come_in_the_same_round_trip),
        ON_BLOG_OF(postgresql, auto_changes_its_mind_after_twenty_measurements),
        ON_BLOG_OF(postgresql, auto_notices_that_the_way_became_short),
        ON_BLOG_OF(postgresql, a_server_on_this_machine_is_never_far),
        ON_BLOG_OF(postgresql, the_time_of_a_tree_is_not_that_of_the_way),
        ON_BLOG_OF(postgresql, auto_leaves_alone_what_it_cannot_know),
        ON_BLOG_OF(postgresql, auto_follows_the_rows_of_a_query_within_itself),
        ON_BLOG_OF(postgresql, a_relation_with_distinct_is_loaded_by_batch),
        ON_BLOG(the_explanation_tells_of_each_relation),
        ON_BLOG_OF(postgresql, texts_that_only_the_database_finds_equal_are_loaded_by_batch),
    };
    return blog_run(tests);
}
