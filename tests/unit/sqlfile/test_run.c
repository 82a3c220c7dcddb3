/* What was generated of tests/golden/generate/queries, run on both databases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../golden/generate/queries/models.h"
#include "../../support/testdb.h"
#include "ddl/ddl.h"

#include <tenon/tenon.h>

typedef struct database {
    tenon_db *db;
    tenon_session *s;
} database;

static void make_tables(tenon_session *s, tenon_dialect dialect)
{
    tenon_error err = {0};
    ddl_script script;
    schema *read = schema_read_path("tests/golden/generate/queries/schema.prisma", &err);
    assert_non_null(read);
    assert_true(ddl_create(read, dialect, &script, &err));
    assert_true(ddl_apply(s, &script));
    ddl_script_release(&script);
    schema_free(read);
}

static void add_rows(tenon_session *s)
{
    User *ann = user_create(s, .email = SET("ann@x"), .role = SET(ROLE_ADMIN));
    User *ben = user_create(s, .email = SET("ben@x"), .name = SET("Ben"));
    assert_non_null(ann);
    assert_non_null(ben);
    post_create(s, .authorId = SET(ann->id), .title = SET("one"), .views = SET(10));
    post_create(s, .authorId = SET(ann->id), .title = SET("two"), .views = SET(20),
                .rating = SET(0.5));
    post_create(s, .authorId = SET(ben->id), .title = SET("three"), .views = SET(30));
    assert_string_equal(tenon_message(s), "");
}

static database open_database(tenon_dialect dialect)
{
    tenon_error err = {0};
    database d;
    const char *url = dialect == TENON_POSTGRESQL ? testdb_create("run") : testdb_sqlite_url();
    d.db = tenon_open(url, NULL, &err);
    assert_non_null(d.db);
    d.s = tenon_session_open(d.db, NULL);
    make_tables(d.s, dialect);
    add_rows(d.s);
    return d;
}

static void close_database(database *d)
{
    if (tenon_failed(d->s))
        fail_msg("%s", tenon_message(d->s));
    tenon_session_close(d->s);
    tenon_close(d->db);
}

static void on_both(void (*test)(tenon_session *s))
{
    for (int dialect = TENON_POSTGRESQL; dialect <= TENON_SQLITE; dialect++) {
        database d = open_database((tenon_dialect)dialect);
        test(d.s);
        close_database(&d);
    }
}

static void find_many(tenon_session *s)
{
    TopAuthorsList authors = top_authors(s, .least = 5, .most = 10);
    assert_int_equal(authors.count, 2);
    assert_null(authors.items[0].name);
    assert_int_equal(authors.items[0].posts, 2);
    assert_int_equal(authors.items[0].role, ROLE_ADMIN);
    assert_string_equal(authors.items[1].name, "Ben");
    assert_int_equal(top_authors(s, .least = 5, .most = 1).count, 1);
    assert_int_equal(top_authors(s, .least = 31, .most = 1).count, 0);
}

static void a_list_comes_back_with_named_parameters(void **state)
{
    (void)state;
    on_both(find_many);
}

static void find_users(tenon_session *s)
{
    User *ben = user_by_email(s, .email = "ben@x");
    assert_non_null(ben);
    assert_string_equal(ben->name, "Ben");
    assert_null(user_by_email(s, .email = "nobody"));
    const int64_t ids[] = {ben->id, ben->id + 100};
    UserList users = users_of(s, .role = ROLE_USER, .ids = {ids, 2});
    assert_string_equal(tenon_message(s), "");
    assert_int_equal(users.count, 1);
    assert_int_equal(users.items[0].id, ben->id);
    assert_int_equal(users_of(s, .role = ROLE_ADMIN, .ids = {ids, 2}).count, 0);
    assert_int_equal(count_users(s)->total, 2);
}

static void rows_of_a_model_are_its_structs(void **state)
{
    (void)state;
    on_both(find_users);
}

static void write_users(tenon_session *s)
{
    User *ben = user_by_email(s, .email = "ben@x");
    assert_int_equal(rename_user(s, .id = ben->id, .name = NULL), 1);
    assert_null(user_by_email(s, .email = "ben@x")->name);
    assert_int_equal(rename_user(s, .id = -1, .name = "x"), 0);
    post_delete_many(s, .everything = true);
    assert_true(forget_users(s));
    assert_int_equal(count_users(s)->total, 0);
}

static void writes_tell_how_many(void **state)
{
    (void)state;
    on_both(write_users);
}

static void stream_users(tenon_session *s)
{
    size_t count = 0;
    EveryUserStream users = every_user(s);
    for (EveryUserRow *user; (user = every_user_next(users)); count++)
        assert_non_null(strchr(user->email, '@'));
    assert_true(every_user_close(users));
    assert_int_equal(count, 2);
}

static void rows_are_streamed(void **state)
{
    (void)state;
    on_both(stream_users);
}

static void search(tenon_session *s)
{
    int64_t ann = user_by_email(s, .email = "ann@x")->id;
    SearchPostsList found = search_posts(s, .author = ann);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.items[0].title, "one");
    assert_false(found.items[0].rating.has);
    found = search_posts(s, .author = ann, .order_by = SEARCH_POSTS_VIEWS_DESC);
    assert_string_equal(found.items[0].title, "two");
    found = search_posts(s, .author = ann, .min_views = {true, 15});
    assert_int_equal(found.count, 1);
    assert_int_equal(search_posts(s, .author = ann, .title = "o%").count, 1);
    assert_int_equal(search_posts(s, .author = ann, .title = "o%", .only_rated = true).count, 0);
    assert_int_equal(search_posts(s, .author = ann, .only_rated = true).items[0].views, 20);
}

static void parts_that_are_not_given_are_not_there(void **state)
{
    (void)state;
    on_both(search);
}

static void write_posts(tenon_session *s)
{
    int64_t ann = user_by_email(s, .email = "ann@x")->id;
    SearchPostsList found = search_posts(s, .author = ann);
    const SetViewsParams views[] = {{.views = 7, .id = found.items[0].id},
                                    {.views = 8, .id = found.items[1].id}};
    assert_int_equal(set_views(s, views, 2), 2);
    assert_int_equal(search_posts(s, .author = ann).items[1].views, 8);
    const LoadPostsParams posts[] = {{.author = ann, .title = "a", .views = 1},
                                     {.author = ann, .title = "b", .price = {4, "1.25"}}};
    assert_int_equal(load_posts(s, posts, 2), 2);
    assert_int_equal(search_posts(s, .author = ann).count, 4);
    assert_int_equal(authors_a_day(s).items[0].authors, 2);
}

static void batches_and_copies_take_lists(void **state)
{
    (void)state;
    on_both(write_posts);
}

static void load_too_fine(tenon_session *s)
{
    int64_t ann = user_by_email(s, .email = "ann@x")->id;
    const LoadPostsParams post = {.author = ann, .title = "c", .price = {5, "1.255"}};
    assert_int_equal(load_posts(s, &post, 1), 0);
    assert_int_equal(tenon_session_error(s)->status, TENON_RANGE);
    assert_string_equal(tenon_session_error(s)->field, "price");
    tenon_error_clear(s);
    assert_int_equal(search_posts(s, .author = ann).count, 2);
}

static void what_does_not_fit_into_its_column_is_refused(void **state)
{
    (void)state;
    on_both(load_too_fine);
}

static bool is_title(const Post *post, const char *title)
{
    return post && strcmp(post->title, title) == 0;
}

/* Its time is left to the database, and stands among those that the client has written. */
static void load_without_time(tenon_session *s)
{
    const int64_t second = 1000000;
    const LoadPostsParams post = {.author = user_by_email(s, .email = "ann@x")->id,
                                  .title = "left"};
    int64_t now = tenon_time_now().us / 1000 * 1000;
    tenon_time before = {now - 2 * second}, after;
    post_update_many(s, .everything = true, .set = {.createdAt = SET(before)});
    assert_int_equal(load_posts(s, &post, 1), 1);
    after.us = tenon_time_now().us / 1000 * 1000 + second;
    post_create(s, .authorId = SET(post.author), .title = SET("after"), .createdAt = SET(after));
    PostList posts = post_find_many(s, .order_by = {ASC(POST_CREATED_AT)});
    assert_int_equal(posts.count, 5);
    assert_true(is_title(&posts.items[3], "left"));
    assert_true(posts.items[3].createdAt.us > before.us && posts.items[3].createdAt.us < after.us);
    posts = post_find_many(s, .where = {.createdAt = RANGE(GT, before, LT, after)});
    assert_int_equal(posts.count, 1);
    assert_true(
        is_title(post_find_first(s, .where = {.createdAt = EQ(posts.items[0].createdAt)}), "left"));
}

static void a_time_that_is_left_out_is_one_like_others(void **state)
{
    (void)state;
    on_both(load_without_time);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_comes_back_with_named_parameters),
        cmocka_unit_test(rows_of_a_model_are_its_structs),
        cmocka_unit_test(writes_tell_how_many),
        cmocka_unit_test(rows_are_streamed),
        cmocka_unit_test(parts_that_are_not_given_are_not_there),
        cmocka_unit_test(batches_and_copies_take_lists),
        cmocka_unit_test(what_does_not_fit_into_its_column_is_refused),
        cmocka_unit_test(a_time_that_is_left_out_is_one_like_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
