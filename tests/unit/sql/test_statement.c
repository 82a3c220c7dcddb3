/* Calls of statements of SQL files: rows of every kind, what is given and what is not, many at
 * once, and what a database says that is not as the descriptor has it. */
#include "unit/model/both.h"

#include "queries.h"

#include <pthread.h>
#include <stdio.h>

#include <tenon/test.h>

#define JSON(t) ((tenon_json){0, t})

static void add_users(both *b)
{
    const UserSet rows[] = {
        {.id = SET(1), .email = SET("ann@example.com"), .age = SET(31), .name = SET("Ann")},
        {.id = SET(2), .email = SET("bob@example.com"), .age = SET(17), .role = SET(ROLE_ADMIN)},
        {.id = SET(3), .email = SET("cid@example.com"), .active = SET(false)},
    };
    assert_int_equal(user_create_many(b->session, .items = rows, .count = 3), 3);
}

static void add_post_of(both *b, int64_t author, const char *slug, int64_t views)
{
    post_create(b->session, .authorId = SET(author), .slug = SET(slug), .title = SET(slug),
                .views = SET(views));
    assert_sound(b->session);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void rows_are_structs_of_the_query(void **state)
{
    both *b = *state;
    add_users(b);
    add_post_of(b, 2, "first", 5);
    add_post_of(b, 2, "second", 7);
    add_post_of(b, 1, "third", 1);
    const TopAuthors params = {.least_posts = 0, .most = 10};
    tenon_list found = tenon_statement_many(b->session, &top_authors, &params);
    assert_sound(b->session);
    assert_int_equal(found.count, 3);
    const AuthorViews *rows = found.items;
    assert_string_equal(rows[0].email, "bob@example.com");
    assert_null(rows[0].name);
    assert_int_equal(rows[0].posts, 2);
    assert_true(rows[0].most_views.has);
    assert_int_equal(rows[0].most_views.value, 7);
    assert_int_equal(rows[0].role, ROLE_ADMIN);
    assert_string_equal(rows[1].name, "Ann");
    assert_false(rows[2].most_views.has);
    assert_int_equal(
        tenon_statement_many(b->session, &top_authors, &(TopAuthors){.least_posts = 1, .most = 1})
            .count,
        1);
}

static void rows_can_be_those_of_a_model(void **state)
{
    both *b = *state;
    add_users(b);
    const User *ann = tenon_statement_one(b->session, &user_by_email, &(UserByEmail){"ann@%"});
    assert_sound(b->session);
    assert_int_equal(ann->id, 1);
    assert_int_equal(ann->age.value, 31);
    assert_true(USER_LOADED(ann, USER_EMAIL));
    assert_false(USER_LOADED(ann, USER_NAME));
}

static void one_row_is_one_row(void **state)
{
    both *b = *state;
    add_users(b);
    assert_null(tenon_statement_one(b->session, &user_by_email, &(UserByEmail){"dan@%"}));
    assert_sound(b->session);
    assert_null(tenon_statement_one(b->session, &user_by_email, &(UserByEmail){"%example%"}));
    assert_failed(b->session, TENON_CONFLICT, "user_by_email gave 3 rows instead of one");
    assert_null(tenon_statement_one(b->session, &user_by_email_surely, &(UserByEmail){"dan@%"}));
    assert_failed(b->session, TENON_CONFLICT, "user_by_email_surely gave no row");
    assert_non_null(
        tenon_statement_one(b->session, &user_by_email_surely, &(UserByEmail){"cid@%"}));
}

static void values_of_every_kind_go_there_and_back(void **state)
{
    both *b = *state;
    const Kinds in = {
        .flag = true,
        .small = -7,
        .number = 70000,
        .big = INT64_C(1) << 40,
        .real = 0.5,
        .precise = 0.1,
        .price = {.text = "12.5000"},
        .text = "it's",
        .data = JSON("{\"a\": 1}"),
        .blob = {.len = 3, .data = "a\0b"},
        .uuid = {.hi = 1, .lo = 2},
        .moment = {INT64_C(1700000000123456)},
        .day = {19000},
        .at = {INT64_C(3600000001)},
        .role = ROLE_EDITOR,
    };
    const KindsRow *out = tenon_statement_one(b->session, &add_kinds, &in);
    assert_sound(b->session);
    assert_true(out->flag);
    assert_int_equal(out->small, -7);
    assert_int_equal(out->number, 70000);
    assert_true(out->big == INT64_C(1) << 40);
    assert_true(out->real == 0.5f);
    assert_true(out->precise == 0.1);
    assert_int_equal(tenon_decimal_compare(out->price, in.price), 0);
    assert_string_equal(out->text, "it's");
    assert_string_equal(out->data.text, "{\"a\": 1}");
    assert_int_equal(out->blob.len, 3);
    assert_memory_equal(out->blob.data, "a\0b", 3);
    assert_true(out->uuid.hi == 1 && out->uuid.lo == 2);
    assert_true(out->moment.us == in.moment.us);
    assert_int_equal(out->day.days, 19000);
    assert_true(out->at.us == in.at.us);
    assert_int_equal(out->role, ROLE_EDITOR);
}

static void what_a_column_cannot_hold_is_refused(void **state)
{
    both *b = *state;
    const Kinds in = {.small = 40000,
                      .price = {.text = "1"},
                      .text = "",
                      .data = JSON("1"),
                      .blob = {.data = ""},
                      .role = ROLE_USER};
    assert_null(tenon_statement_one(b->session, &add_kinds, &in));
    assert_failed(b->session, TENON_RANGE, "add_kinds (users.sql:1): small: ");
}

static void writing_tells_how_many_rows(void **state)
{
    both *b = *state;
    add_users(b);
    assert_int_equal(tenon_statement_rows(b->session, &rename_user, &(RenameUser){2, "x"}), 2);
    assert_int_equal(tenon_statement_rows(b->session, &rename_user, &(RenameUser){9, "x"}), 0);
    assert_true(tenon_statement_exec(b->session, &rename_user_exec, &(RenameUser){3, NULL}));
    assert_string_equal(both_value(b, "SELECT name FROM \"User\" WHERE id = 2"), "x");
    assert_int_equal(user_count(b->session, .where = {.name = IS_NULL()}), 1);
    assert_sound(b->session);
}

static void a_null_where_a_value_is_meant_is_refused(void **state)
{
    both *b = *state;
    assert_null(tenon_statement_one(b->session, &user_by_email, &(UserByEmail){NULL}));
    assert_failed(b->session, TENON_MISUSE, "email: a NULL pointer is no value");
    assert_null(tenon_statement_one(b->session, &user_by_email, NULL));
    assert_failed(b->session, TENON_MISUSE, "there are no parameters");
}

/* ---- variants -------------------------------------------------------------------------------- */

static size_t search(both *b, SearchUsers params, int32_t first)
{
    tenon_list found = tenon_statement_many(b->session, &search_users, &params);
    assert_sound(b->session);
    if (found.count)
        assert_int_equal(((const User *)found.items)[0].id, first);
    return found.count;
}

static void what_is_not_given_is_not_in_the_text(void **state)
{
    both *b = *state;
    add_users(b);
    const char *const both_of[] = {"ann@example.com", "cid@example.com"};
    const tenon_text_array list = {both_of, 2};
    const tenon_opt_int64 none = {0}, least = {true, 18}, most = {true, 99};
    assert_int_equal(search(b, (SearchUsers){.order = 0}, 1), 3);
    assert_int_equal(search(b, (SearchUsers){least, most, .order = SEARCH_BY_ID}, 1), 1);
    assert_int_equal(search(b, (SearchUsers){.emails = list, .order = SEARCH_BY_ID_DOWN}, 3), 2);
    assert_int_equal(search(b, (SearchUsers){.only_active = true, .order = SEARCH_BY_EMAIL}, 1), 2);
    assert_int_equal(search(b, (SearchUsers){none, none, list, true, SEARCH_BY_ID_DOWN}, 1), 1);
    assert_int_equal(search(b, (SearchUsers){least, most, list, true, SEARCH_BY_ID_DOWN}, 1), 1);
    const tenon_text_array empty = {both_of, 0};
    assert_int_equal(search(b, (SearchUsers){.emails = empty}, 0), 0);
}

static void a_part_is_given_whole_or_not_at_all(void **state)
{
    both *b = *state;
    const SearchUsers half = {.least_age = {true, 18}};
    assert_int_equal(tenon_statement_many(b->session, &search_users, &half).count, 0);
    assert_failed(b->session, TENON_MISUSE, "search_users: 'most_age' belongs to an optional part");
    const SearchUsers no_such = {.order = 4};
    assert_int_equal(tenon_statement_many(b->session, &search_users, &no_such).count, 0);
    assert_failed(b->session, TENON_MISUSE, "4 is none of the 3 orders of 'order'");
}

/* ---- many at once ---------------------------------------------------------------------------- */

enum { MANY = 1300 };

static AddPost *many_posts(void)
{
    static AddPost posts[MANY];
    static char slugs[MANY][16];
    for (int i = 0; i < MANY; i++) {
        snprintf(slugs[i], sizeof slugs[i], "post %d", i);
        posts[i] = (AddPost){.id = {1, (uint64_t)i + 1},
                             .author_id = 1,
                             .slug = slugs[i],
                             .views = i,
                             .published = {true, i % 2 == 0},
                             .at = {i % 3 == 0, {INT64_C(1700000000000000) + i}}};
    }
    return posts;
}

static void a_batch_gives_the_rows_of_each(void **state)
{
    both *b = *state;
    add_users(b);
    AddPost *posts = many_posts();
    posts[1].published = (tenon_opt_bool){0};
    uint64_t before = tenon_statement_count(b->session);
    tenon_list *lists = tenon_statement_batch_lists(b->session, &add_post, posts, MANY);
    assert_sound(b->session);
    assert_true(tenon_statement_count(b->session) - before == MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(lists[i].count, 1);
        const AddedPost *row = lists[i].items;
        assert_true(row->id.lo == (uint64_t)i + 1);
        assert_int_equal(row->published_at.has, i % 3 == 0);
    }
    assert_string_equal(both_value(b, "SELECT count(*) FROM posts WHERE published"), "650");
    assert_int_equal(tenon_statement_batch(b->session, &add_post, posts, 0), 0);
    assert_sound(b->session);
}

static void a_batch_happens_whole_or_not_at_all(void **state)
{
    both *b = *state;
    add_users(b);
    AddPost *posts = many_posts();
    posts[MANY - 1].id = posts[0].id;
    assert_int_equal(tenon_statement_batch(b->session, &add_post, posts, MANY), 0);
    assert_failed(b->session, TENON_UNIQUE, NULL);
    assert_string_equal(both_value(b, "SELECT count(*) FROM posts"), "0");
    assert_int_equal(tenon_statement_batch(b->session, &add_post, posts, MANY - 1), MANY - 1);
    const RenameUser names[] = {{3, "c"}, {2, "b"}, {1, "a"}};
    assert_int_equal(tenon_statement_batch(b->session, &rename_users, names, 3), 6);
    assert_string_equal(both_value(b, "SELECT name FROM \"User\" WHERE id = 3"), "a");
}

static void many_rows_are_loaded_in_bulk(void **state)
{
    both *b = *state;
    add_users(b);
    AddPost *posts = many_posts();
    uint64_t before = tenon_statement_count(b->session);
    assert_int_equal(tenon_statement_copy(b->session, &load_posts, posts, MANY), MANY);
    assert_sound(b->session);
    assert_true(tenon_statement_count(b->session) - before == 1);
    assert_string_equal(both_value(b, "SELECT count(*) FROM posts WHERE published"), "650");
    assert_int_equal(tenon_statement_copy(b->session, &load_posts, posts, 0), 0);
    assert_int_equal(tenon_statement_copy(b->session, &load_posts, posts, 2), 0);
    assert_failed(b->session, TENON_UNIQUE, NULL);
}

static void a_row_that_cannot_be_loaded_leaves_none(void **state)
{
    both *b = *state;
    add_users(b);
    AddPost *posts = many_posts();
    posts[700].slug = NULL;
    assert_int_equal(tenon_statement_copy(b->session, &load_posts, posts, MANY), 0);
    assert_failed(b->session, TENON_MISUSE, "slug: a NULL pointer is no value");
    assert_string_equal(both_value(b, "SELECT count(*) FROM posts"), "0");
}

static void a_stream_is_that_of_the_client(void **state)
{
    both *b = *state;
    add_users(b);
    assert_int_equal(tenon_statement_copy(b->session, &load_posts, many_posts(), MANY), MANY);
    tenon_stream *stream = tenon_statement_stream(b->session, &top_authors,
                                                  &(TopAuthors){.least_posts = 0, .most = 10});
    size_t count = 0;
    for (const AuthorViews *row; (row = tenon_stream_next(stream)); count++)
        assert_int_equal(row->posts, count == 0 ? MANY : 0);
    assert_true(tenon_stream_close(stream));
    assert_int_equal(count, 3);
}

/* ---- around the calls ------------------------------------------------------------------------ */

static void count_events(tenon_event *event, void *ctx)
{
    int *count = ctx;
    char text[64];
    (*count)++;
    assert_string_equal(event->operation, "top_authors");
    assert_int_equal(event->parameter_count, 2);
    tenon_event_parameter(event, 1, text, sizeof text);
    assert_string_equal(text, "10");
}

static void hooks_and_statistics_see_it(void **state)
{
    both *b = *state;
    int events = 0;
    const tenon_hook hook = {.moments = TENON_BEFORE_QUERY | TENON_AFTER_QUERY,
                             .function = count_events,
                             .ctx = &events};
    uint64_t handle = tenon_session_hook_add(b->session, &hook);
    const TopAuthors params = {.least_posts = 0, .most = 10};
    tenon_statement_many(b->session, &top_authors, &params);
    assert_sound(b->session);
    assert_int_equal(events, 2);
    assert_true(tenon_session_hook_remove(b->session, handle));
}

static void a_loop_that_asks_row_by_row_is_found(void **state)
{
    both *b = *state;
    const tenon_session_options options = {.repeats_most = 5, .repeats_fail = true};
    tenon_session *s = tenon_session_open(b->db, &options);
    for (int i = 0; i < 6; i++)
        tenon_statement_one(s, &user_by_email, &(UserByEmail){"nobody"});
    assert_failed(s, TENON_LIMIT, "the session runs the same query for the 6th time");
    tenon_session_close(s);
}

static void it_is_part_of_the_transaction(void **state)
{
    both *b = *state;
    add_users(b);
    assert_true(tenon_begin(b->session));
    assert_int_equal(tenon_statement_rows(b->session, &rename_user, &(RenameUser){1, "x"}), 3);
    tenon_rollback(b->session);
    assert_int_equal(user_count(b->session, .where = {.name = EQ("x")}), 0);
    const tenon_transaction_options reading = {.read_only = true};
    assert_true(tenon_begin_with(b->session, &reading));
    assert_int_equal(tenon_statement_rows(b->session, &rename_user, &(RenameUser){1, "x"}), 0);
    assert_failed(b->session, TENON_MISUSE, "rename_user");
    tenon_rollback(b->session);
}

static void a_failed_session_does_nothing(void **state)
{
    both *b = *state;
    assert_null(tenon_statement_one(b->session, &user_by_email, NULL));
    const TopAuthors params = {.most = 1};
    assert_int_equal(tenon_statement_many(b->session, &top_authors, &params).count, 0);
    assert_false(tenon_statement_exec(b->session, &rename_user_exec, &(RenameUser){1, "x"}));
    assert_null(tenon_statement_stream(b->session, &top_authors, &params));
    assert_int_equal(tenon_statement_batch(b->session, &rename_users, &params, 1), 0);
    assert_int_equal(tenon_statement_copy(b->session, &load_posts, &params, 1), 0);
    assert_failed(b->session, TENON_MISUSE, "there are no parameters");
    assert_null(tenon_statement_one(NULL, &user_by_email, NULL));
    assert_null(tenon_statement_batch_lists(NULL, &add_post, NULL, 1));
    assert_int_equal(tenon_statement_many(NULL, &top_authors, &params).count, 0);
}

static void *ask_often(void *arg)
{
    tenon_session *s = tenon_session_open(((both *)arg)->db, NULL);
    const TopAuthors params = {.least_posts = 0, .most = 10};
    size_t rows = 0;
    for (int i = 0; i < 50; i++) {
        tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT %p FROM %p WHERE id > %d",
                                  SQL_COLUMNS(&user_model, NULL), SQL_TABLE(&user_model), 0);
        rows += tenon_sql_many(q, SQL_MODEL(&user_model)).count;
        rows += tenon_statement_many(s, &top_authors, &params).count;
    }
    bool is_sound = !tenon_failed(s);
    tenon_session_close(s);
    return is_sound && rows == 300 ? arg : NULL;
}

static void threads_share_the_plans(void **state)
{
    both *b = *state;
    pthread_t threads[4];
    add_users(b);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, b), 0);
    for (int i = 0; i < 4; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, b);
    }
}

/* ---- what the database says differently ------------------------------------------------------ */

/* top_authors with one column as the program might have it. A database of its own: its plans point
 * at descriptors that do not outlive this. */
static void expect(both *b, size_t at, tenon_field column, uint32_t count, tenon_status status,
                   const char *message)
{
    tenon_error err;
    both own = {.db = tenon_open(b->url, NULL, &err)};
    own.session = tenon_session_open(own.db, NULL);
    tenon_field columns[5];
    memcpy(columns, top_authors.result->columns, sizeof columns);
    columns[at] = column;
    tenon_result result = *top_authors.result;
    result.columns = columns;
    result.column_count = count;
    tenon_statement changed = top_authors;
    changed.result = &result;
    const TopAuthors params = {.least_posts = 0, .most = 10};
    assert_int_equal(tenon_statement_many(own.session, &changed, &params).count, 0);
    assert_failed(own.session, status, message);
    tenon_session_close(own.session);
    tenon_close(own.db);
}

static void columns_that_differ_are_named(void **state)
{
    both *b = *state;
    add_users(b);
    const tenon_field *columns = top_authors.result->columns;
    tenon_field renamed = columns[1], retyped = columns[0], required = columns[1];
    renamed.column = "nick";
    retyped.kind = TENON_KIND_INT32;
    retyped.pg_type = TENON_PG_INT4;
    required.flags = 0;
    expect(b, 1, renamed, 5, TENON_SCHEMA,
           "a column is \"nick\" in the program but \"name\" in the database");
    expect(b, 1, columns[1], 4, TENON_SCHEMA, "5 columns instead of 4");
    expect(b, 0, retyped, 5, TENON_SCHEMA,
           b->is_sqlite ? "email: the schema needs a column of type"
                        : "email is integer in the program but text in the database");
    expect(b, 1, required, 5, b->is_sqlite ? TENON_TYPE : TENON_SCHEMA, "name");
}

static void a_statement_is_for_the_databases_that_it_has_texts_for(void **state)
{
    both *b = *state;
    tenon_statement none = top_authors, other = top_authors;
    none.postgresql = none.sqlite = NULL;
    const TopAuthors params = {.least_posts = 0, .most = 10};
    assert_int_equal(tenon_statement_many(b->session, &none, &params).count, 0);
    assert_failed(b->session, TENON_UNSUPPORTED, "top_authors has no text for");
    other.abi++;
    assert_int_equal(tenon_statement_many(b->session, &other, &params).count, 0);
    assert_failed(b->session, TENON_MISUSE, "generated for another version");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(rows_are_structs_of_the_query),
        ON_BOTH(rows_can_be_those_of_a_model),
        ON_BOTH(one_row_is_one_row),
        ON_BOTH(values_of_every_kind_go_there_and_back),
        ON_BOTH(what_a_column_cannot_hold_is_refused),
        ON_BOTH(writing_tells_how_many_rows),
        ON_BOTH(a_null_where_a_value_is_meant_is_refused),
        ON_BOTH(what_is_not_given_is_not_in_the_text),
        ON_BOTH(a_part_is_given_whole_or_not_at_all),
        ON_BOTH(a_batch_gives_the_rows_of_each),
        ON_BOTH(a_batch_happens_whole_or_not_at_all),
        ON_BOTH(many_rows_are_loaded_in_bulk),
        ON_BOTH(a_row_that_cannot_be_loaded_leaves_none),
        ON_BOTH(a_stream_is_that_of_the_client),
        ON_BOTH(hooks_and_statistics_see_it),
        ON_BOTH(a_loop_that_asks_row_by_row_is_found),
        ON_BOTH(it_is_part_of_the_transaction),
        ON_BOTH(a_failed_session_does_nothing),
        ON_BOTH(threads_share_the_plans),
        ON_BOTH(columns_that_differ_are_named),
        ON_BOTH(a_statement_is_for_the_databases_that_it_has_texts_for),
    };
    return both_run(tests);
}
