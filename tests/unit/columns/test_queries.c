/* Functions of SQL files read as columns: what was generated of tests/golden/generate/queries, on
 * both databases. Each gives the columns that its rows would have; those that give no list of rows
 * are refused. */
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

#include <tenon/columns.h>
#include <tenon/tenon.h>

enum { USERS = 90, POSTS_EACH = 3 };

static const tenon_columns_options by_copy = {.transport = TENON_COLUMNS_COPY};
static const tenon_columns_options by_result = {.transport = TENON_COLUMNS_RESULT};

typedef struct database {
    tenon_db *db;
    tenon_session *s;
    bool is_sqlite;
} database;

static void assert_sound(const database *d)
{
    if (tenon_failed(d->s))
        fail_msg("%s", tenon_message(d->s));
}

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

/* Every third has no name, every fourth is an administrator, every second post has a rating. */
static void add_rows(tenon_session *s)
{
    for (int i = 0; i < USERS; i++) {
        char email[32];
        snprintf(email, sizeof email, "user%d@x", i);
        User *user = user_create(s, .email = SET(email), .name = SET_OR_NULL(i % 3 ? email : NULL),
                                 .role = SET(i % 4 ? ROLE_USER : ROLE_ADMIN));
        for (int k = 0; user && k < POSTS_EACH; k++)
            post_create(s, .authorId = SET(user->id), .title = SET(k ? email : ""),
                        .views = SET(i * INT64_C(5000000000) + k),
                        .rating = SET_OPT(((tenon_opt_double){k % 2 == 0, i / 8.0})));
    }
}

static database open_database(tenon_dialect dialect)
{
    tenon_error err = {0};
    database d = {.is_sqlite = dialect == TENON_SQLITE};
    d.db = tenon_open(d.is_sqlite ? testdb_sqlite_url() : testdb_create("queries"), NULL, &err);
    assert_non_null(d.db);
    d.s = tenon_session_open(d.db, NULL);
    make_tables(d.s, dialect);
    add_rows(d.s);
    assert_sound(&d);
    return d;
}

static void on_both(void (*test)(database *d))
{
    for (int dialect = TENON_POSTGRESQL; dialect <= TENON_SQLITE; dialect++) {
        database d = open_database((tenon_dialect)dialect);
        test(&d);
        assert_sound(&d);
        tenon_session_close(d.s);
        tenon_close(d.db);
    }
}

static void assert_text(const tenon_column *c, size_t i, const char *expected)
{
    size_t length = 0;
    const char *text = expected ? tenon_column_text(c, i, &length) : NULL;
    assert_int_equal(tenon_column_is_null(c, i), !expected);
    assert_int_equal(length, expected ? strlen(expected) : 0);
    assert_true(!expected || memcmp(text, expected, length) == 0);
}

static void assert_refused(database *d, const tenon_columns *c)
{
    assert_null(c);
    assert_int_equal(tenon_session_error(d->s)->status, TENON_MISUSE);
    tenon_error_clear(d->s);
}

/* ---- what they give -------------------------------------------------------------------------- */

static void read_top_authors(database *d)
{
    TopAuthorsList rows = top_authors(d->s, .least = 1, .most = 80);
    tenon_columns *c = TENON_COLUMNS(d->s, top_authors(d->s, .least = 1, .most = 80));
    assert_sound(d);
    assert_int_equal(rows.count, 80);
    assert_int_equal(tenon_columns_count(c), rows.count);
    assert_int_equal(tenon_columns_width(c), 5);
    for (size_t i = 0; i < rows.count; i++) {
        assert_int_equal(tenon_columns_named(c, "id")->as.int32[i], rows.items[i].id);
        assert_text(tenon_columns_named(c, "name"), i, rows.items[i].name);
        assert_int_equal(tenon_columns_named(c, "role")->as.int16[i] + 1, rows.items[i].role);
        assert_int_equal(tenon_columns_named(c, "posts")->as.int64[i], rows.items[i].posts);
        assert_true(tenon_columns_named(c, "latest")->as.times[i].us == rows.items[i].latest.us);
    }
    assert_int_equal(tenon_columns_came_by(c), TENON_COLUMNS_RESULT);
    tenon_columns_free(c);
}

static void a_function_with_parameters_gives_columns(void **state)
{
    (void)state;
    on_both(read_top_authors);
}

static void read_days(database *d)
{
    const tenon_columns_options *const ways[] = {&by_copy, &by_result, NULL};
    AuthorsADayList rows = authors_a_day(d->s);
    assert_true(rows.count > 0);
    for (size_t i = d->is_sqlite; i < 3; i++) {
        tenon_columns *c = TENON_COLUMNS_WITH(d->s, ways[i], authors_a_day(d->s));
        assert_sound(d);
        assert_int_equal(tenon_columns_count(c), rows.count);
        assert_true(tenon_columns_named(c, "day")->as.times[0].us == rows.items[0].day.value.us);
        assert_int_equal(tenon_columns_named(c, "authors")->as.int64[0], rows.items[0].authors);
        tenon_columns_free(c);
    }
}

static void one_without_parameters_comes_by_copy_or_as_a_result(void **state)
{
    (void)state;
    on_both(read_days);
}

static void read_parts(database *d)
{
    int64_t author = user_by_email(d->s, .email = "user7@x")->id;
    tenon_columns *c = TENON_COLUMNS(d->s, search_posts(d->s, .author = author));
    assert_int_equal(tenon_columns_count(c), POSTS_EACH);
    assert_int_equal(tenon_columns_named(c, "rating")->null_count, 1);
    assert_true(tenon_column_is_null(tenon_columns_named(c, "rating"), 1));
    assert_text(tenon_columns_named(c, "title"), 0, "");
    tenon_columns_free(c);
    c = TENON_COLUMNS(d->s, search_posts(d->s, .author = author, .only_rated = true,
                                         .title = "user%", .order_by = SEARCH_POSTS_VIEWS_DESC));
    assert_sound(d);
    assert_int_equal(tenon_columns_count(c), 1);
    assert_true(tenon_columns_named(c, "views")->as.int64[0] == INT64_C(35000000002));
    tenon_columns_free(c);
}

static void parts_that_are_not_given_are_not_there(void **state)
{
    (void)state;
    on_both(read_parts);
}

/* Four columns of the five that the model has. */
static void read_rows_of_model(database *d)
{
    int64_t ids[USERS];
    for (int i = 0; i < USERS; i++)
        ids[i] = i + 1;
    UserList rows = users_of(d->s, .role = ROLE_ADMIN, .ids = {ids, USERS});
    tenon_columns *c = TENON_COLUMNS(d->s, users_of(d->s, .role = ROLE_ADMIN, .ids = {ids, USERS}));
    assert_sound(d);
    assert_int_equal(rows.count, (USERS + 3) / 4);
    assert_int_equal(tenon_columns_count(c), rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        assert_text(tenon_columns_named(c, "name"), i, rows.items[i].name);
        assert_text(tenon_columns_named(c, "email"), i, rows.items[i].email);
    }
    tenon_columns_free(c);
    c = TENON_COLUMNS(d->s, users_of(d->s, .role = ROLE_ADMIN));
    assert_sound(d);
    assert_int_equal(tenon_columns_count(c), 0);
    tenon_columns_free(c);
}

static void lists_go_in_and_rows_of_a_model_come_out(void **state)
{
    (void)state;
    on_both(read_rows_of_model);
}

static void read_stream(database *d)
{
    const tenon_columns_options options = {.chunk_rows = 40};
    tenon_column_chunks *chunks = tenon_columns_open(every_user(d->s).stream, &options);
    size_t count = 0;
    for (tenon_columns *c; (c = tenon_columns_next(chunks)); tenon_columns_free(c)) {
        char email[32];
        snprintf(email, sizeof email, "user%zu@x", count);
        assert_text(tenon_columns_named(c, "email"), 0, email);
        count += tenon_columns_count(c);
    }
    assert_true(tenon_columns_close(chunks));
    assert_int_equal(count, USERS);
}

static void a_stream_comes_in_chunks(void **state)
{
    (void)state;
    on_both(read_stream);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void refuse_others(database *d)
{
    assert_refused(d, TENON_COLUMNS(d->s, count_users(d->s)));
    assert_refused(d, TENON_COLUMNS(d->s, user_by_email(d->s, .email = "user1@x")));
    assert_refused(d, TENON_COLUMNS(d->s, rename_user(d->s, .name = "x", .id = 1)));
    assert_refused(d, TENON_COLUMNS(d->s, forget_users(d->s)));
    assert_int_equal(count_users(d->s)->total, USERS);
    assert_null(user_find(d->s, 1)->name);
}

static void what_writes_or_gives_one_row_is_refused_and_not_run(void **state)
{
    (void)state;
    on_both(refuse_others);
}

/* Whether it is done depends on how many statements it is; the session goes on. */
static void say_misuse(database *d)
{
    const SetViewsParams views = {.views = 7, .id = 1};
    const LoadPostsParams post = {.author = 1, .title = "x", .views = 7};
    assert_refused(d, TENON_COLUMNS(d->s, set_views(d->s, &views, 1)));
    assert_refused(d, TENON_COLUMNS(d->s, load_posts(d->s, &post, 1)));
    tenon_columns *c = TENON_COLUMNS(d->s, authors_a_day(d->s));
    assert_sound(d);
    tenon_columns_free(c);
}

static void a_batch_or_copy_of_a_file_is_misuse(void **state)
{
    (void)state;
    on_both(say_misuse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_with_parameters_gives_columns),
        cmocka_unit_test(one_without_parameters_comes_by_copy_or_as_a_result),
        cmocka_unit_test(parts_that_are_not_given_are_not_there),
        cmocka_unit_test(lists_go_in_and_rows_of_a_model_come_out),
        cmocka_unit_test(a_stream_comes_in_chunks),
        cmocka_unit_test(what_writes_or_gives_one_row_is_refused_and_not_run),
        cmocka_unit_test(a_batch_or_copy_of_a_file_is_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
