/* Columns say what rows say, whichever way they come: by COPY, as a result, in chunks. */
#include "unit/model/both.h"

#include "unit/columns/same.h"

#include <tenon/sql.h>
#include <tenon/test.h>

#include <stdio.h>

enum { ROWS = 150 };

static const tenon_fake_options wild = {
    .seed = 7, .text_most = 300, .bytes_most = 5000, .list_most = 12};
static const tenon_columns_options by_copy = {.transport = TENON_COLUMNS_COPY};
static const tenon_columns_options by_result = {.transport = TENON_COLUMNS_RESULT};

static tenon_list list_of(EverythingList list)
{
    return (tenon_list){list.items, list.count};
}

/* What is made up has what all columns can hold, also 24:00. */
static void create_everything(both *b, uint64_t count)
{
    for (uint64_t n = 0; n < count; n++)
        assert_non_null(tenon_fake_create(b->session, &everything_model, &wild, n, NULL));
    assert_sound(b->session);
}

/* Every nullable column is NULL in the first row, in the last one, and in one row alone. */
static void make_nulls(both *b, int64_t first)
{
    for (uint32_t i = 0; i < everything_model.field_count; i++) {
        const char *column = everything_model.fields[i].column;
        char sql[256];
        if (!(everything_model.fields[i].flags & TENON_FIELD_NULLABLE))
            continue;
        snprintf(sql, sizeof sql,
                 "UPDATE \"Everything\" SET \"%s\" = NULL WHERE id IN (%lld, %lld, %lld)", column,
                 (long long)first, (long long)first + ROWS - 1, (long long)first + 1 + i);
        both_sql(b, sql);
    }
}

static EverythingList everything(both *b)
{
    return everything_find_many(b->session, .order_by = {ASC(EVERYTHING_ID)});
}

/* ---- values ---------------------------------------------------------------------------------- */

static void every_type_and_every_null_is_as_in_a_row(void **state)
{
    both *b = *state;
    create_everything(b, ROWS);
    make_nulls(b, everything(b).items[0].id);
    EverythingList rows = everything(b);
    tenon_columns *c = TENON_COLUMNS(b->session, everything(b));
    assert_sound(b->session);
    assert_same(&everything_model, list_of(rows), c);
    tenon_columns_free(c);
}

static void a_result_gives_what_copy_gives(void **state)
{
    both *b = *state;
    create_everything(b, ROWS);
    EverythingList rows = everything(b);
    tenon_columns *c = TENON_COLUMNS_WITH(b->session, &by_result, everything(b));
    assert_sound(b->session);
    assert_same(&everything_model, list_of(rows), c);
    tenon_columns_free(c);
    c = TENON_COLUMNS_WITH(b->session, &by_copy, everything(b));
    if (b->is_sqlite) {
        assert_null(c);
        assert_failed(b->session, TENON_UNSUPPORTED, "COPY");
    } else {
        assert_same(&everything_model, list_of(rows), c);
    }
    tenon_columns_free(c);
}

static void arrays_become_lists(void **state)
{
    both *b = *state;
    for (uint64_t n = 0; n < ROWS / 3; n++)
        assert_non_null(tenon_fake_create(b->session, &arrays_model, &wild, n, NULL));
    ArraysList rows = arrays_find_many(b->session, .order_by = {ASC(ARRAYS_ID)});
    tenon_columns *c =
        TENON_COLUMNS(b->session, arrays_find_many(b->session, .order_by = {ASC(ARRAYS_ID)}));
    assert_sound(b->session);
    assert_same(&arrays_model, (tenon_list){rows.items, rows.count}, c);
    tenon_columns_free(c);
}

/* ---- queries --------------------------------------------------------------------------------- */

static void create_users(both *b, int count)
{
    for (int i = 0; i < count; i++) {
        char email[32];
        snprintf(email, sizeof email, "user%d@example.com", i);
        user_create(b->session, .email = SET(email), .age = SET(i % 100));
    }
    assert_sound(b->session);
}

static void a_query_with_values_means_what_it_means_elsewhere(void **state)
{
    both *b = *state;
    create_users(b, 100);
    UserList rows = user_find_many(b->session, .where = {.age = GE(40), .email = LIKE("%5%")},
                                   .order_by = {DESC(USER_AGE)}, .limit = 7, .offset = 1);
    tenon_columns *c = TENON_COLUMNS(
        b->session, user_find_many(b->session, .where = {.age = GE(40), .email = LIKE("%5%")},
                                   .order_by = {DESC(USER_AGE)}, .limit = 7, .offset = 1));
    assert_sound(b->session);
    assert_int_equal(rows.count, 7);
    assert_same(&user_model, (tenon_list){rows.items, rows.count}, c);
    tenon_columns_free(c);
}

static void a_selection_has_its_columns_only(void **state)
{
    both *b = *state;
    create_users(b, 3);
    tenon_columns *c =
        TENON_COLUMNS(b->session, user_find_many(b->session, .select = {USER_AGE, USER_EMAIL},
                                                 .order_by = {ASC(USER_AGE)}));
    assert_sound(b->session);
    assert_int_equal(tenon_columns_width(c), 2);
    const tenon_column *ages = tenon_columns_named(c, "age");
    assert_int_equal(ages->form, TENON_COLUMN_INT32);
    assert_int_equal(ages->as.int32[2], 2);
    assert_non_null(tenon_columns_named(c, "email"));
    assert_null(tenon_columns_named(c, "name"));
    assert_null(tenon_columns_named(c, NULL));
    assert_null(tenon_columns_at(c, 2));
    tenon_columns_free(c);
}

static void no_rows_are_columns_too(void **state)
{
    both *b = *state;
    tenon_columns *c = TENON_COLUMNS(b->session, everything_find_many(b->session));
    assert_sound(b->session);
    assert_non_null(c);
    assert_int_equal(tenon_columns_count(c), 0);
    assert_same(&everything_model, (tenon_list){0}, c);
    assert_int_equal(tenon_columns_named(c, "text")->offsets[0], 0);
    tenon_columns_free(c);
}

typedef struct age_row {
    int64_t total;
    const char *initial;
    tenon_opt_int32 oldest;
} age_row;

static void dynamic_sql_gives_columns(void **state)
{
    static const tenon_field fields[] = {
        TENON_RESULT_COLUMN(age_row, total, INT64, 0),
        TENON_RESULT_COLUMN(age_row, initial, TEXT, 0),
        TENON_RESULT_COLUMN(age_row, oldest, INT32, TENON_FIELD_NULLABLE)};
    static const tenon_result result = TENON_RESULT_OF(age_row, fields);
    both *b = *state;
    create_users(b, 10);
    tenon_sql *q = tenon_sql_new(b->session);
    tenon_sqlf(q, "SELECT count(*) AS total, substr(email, 1, 1) AS initial,"
                  " max(age) AS oldest FROM \"User\" GROUP BY substr(email, 1, 1)");
    tenon_columns *c = TENON_COLUMNS(b->session, tenon_sql_many(q, &result));
    assert_sound(b->session);
    assert_int_equal(tenon_columns_count(c), 1);
    assert_int_equal(tenon_columns_named(c, "total")->as.int64[0], 10);
    assert_int_equal(tenon_columns_named(c, "oldest")->as.int32[0], 9);
    size_t length;
    assert_memory_equal(tenon_column_text(tenon_columns_at(c, 1), 0, &length), "u", 1);
    assert_int_equal(length, 1);
    tenon_columns_free(c);
    tenon_sqlf(q, "HAVING count(*) > %d", 10);
    c = TENON_COLUMNS(b->session, tenon_sql_many(q, &result));
    assert_non_null(c);
    assert_int_equal(tenon_columns_count(c), 0);
    tenon_columns_free(c);
}

static void a_transaction_sees_its_own_rows(void **state)
{
    both *b = *state;
    assert_true(tenon_begin(b->session));
    create_users(b, 5);
    tenon_columns *c = TENON_COLUMNS(b->session, user_find_many(b->session));
    assert_int_equal(tenon_columns_count(c), 5);
    tenon_columns_free(c);
    create_users(b, 0);
    assert_int_equal(user_count(b->session), 5);
    tenon_rollback(b->session);
    assert_int_equal(user_count(b->session), 0);
}

static void columns_outlive_their_session(void **state)
{
    both *b = *state;
    create_users(b, 2000);
    tenon_session *s = tenon_session_open(b->db, NULL);
    tenon_columns *c =
        TENON_COLUMNS(s, user_find_many(s, .order_by = {ASC(USER_ID)}, .select = {USER_AGE}));
    tenon_session_close(s);
    assert_int_equal(tenon_columns_count(c), 2000);
    assert_int_equal(tenon_columns_at(c, 0)->as.int32[1999], 99);
    assert_in_range(tenon_columns_bytes(c), 2000 * sizeof(int32_t), 2000 * sizeof(int32_t) + 256);
    tenon_columns_free(c);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void other_calls_are_refused(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    create_users(b, 2);
    assert_null(TENON_COLUMNS(s, user_find_first(s)));
    assert_failed(s, TENON_MISUSE, "list of rows");
    assert_null(TENON_COLUMNS(s, user_count(s)));
    assert_failed(s, TENON_MISUSE, "list of rows");
    assert_null(TENON_COLUMNS(s, user_delete_many(s, .everything = true)));
    assert_failed(s, TENON_MISUSE, "list of rows");
    assert_int_equal(user_count(s), 2);
    assert_null(TENON_COLUMNS(s, user_find_many(s, .include = {.posts = &(PostQuery){0}})));
    assert_true(tenon_failed(s));
    assert_int_equal(tenon_session_error(s)->status, TENON_MISUSE);
    tenon_error_clear(s);
    assert_null(TENON_COLUMNS(s, post_find_many(s, .include = {.author = &(UserQuery){0}})));
    assert_int_equal(tenon_session_error(s)->status, TENON_MISUSE);
    tenon_error_clear(s);
    assert_null(TENON_COLUMNS(s, (void)0));
    assert_failed(s, TENON_MISUSE, "none came");
    assert_int_equal(user_find_many(s).count, 2);
}

static void a_failed_session_gives_nothing(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    assert_null(TENON_COLUMNS(NULL, user_find_many(NULL)));
    assert_null(TENON_COLUMNS(s, user_find_many(s, .limit = -5)));
    assert_int_equal(tenon_session_error(s)->status, TENON_MISUSE);
    assert_null(TENON_COLUMNS(s, user_find_many(s)));
    tenon_error_clear(s);
    tenon_columns *c = TENON_COLUMNS(s, user_find_many(s));
    assert_sound(s);
    tenon_columns_free(c);
}

static void a_limit_of_memory_holds(void **state)
{
    static const tenon_columns_options little = {.limit_bytes = 20000};
    both *b = *state;
    create_users(b, 1000);
    assert_null(TENON_COLUMNS_WITH(b->session, &little, user_find_many(b->session)));
    assert_failed(b->session, TENON_LIMIT, "20000 bytes");
    tenon_columns *c =
        TENON_COLUMNS_WITH(b->session, &little, user_find_many(b->session, .select = {USER_ID}));
    assert_sound(b->session);
    assert_int_equal(tenon_columns_count(c), 1000);
    tenon_columns_free(c);
}

static void a_value_that_does_not_fit_names_its_column(void **state)
{
    both *b = *state;
    create_everything(b, 3);
    if (b->is_sqlite)
        both_sql(b, "UPDATE \"Everything\" SET number = 'many'");
    else
        both_sql(b, "UPDATE \"Everything\" SET price = 'NaN'");
    assert_null(TENON_COLUMNS(b->session, everything_find_many(b->session)));
    assert_failed(b->session, b->is_sqlite ? TENON_TYPE : TENON_RANGE,
                  b->is_sqlite ? "number" : "price");
    assert_int_equal(everything_count(b->session), 3); /* the connection is as good as before */
}

/* ---- chunks ---------------------------------------------------------------------------------- */

static void chunks_are_all_rows_in_order(void **state)
{
    both *b = *state;
    create_everything(b, ROWS);
    EverythingList rows = everything(b);
    size_t sizes[] = {1, 40, ROWS, 1000};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const tenon_columns_options options = {.chunk_rows = sizes[k]};
        EverythingStream stream =
            everything_stream_open(b->session, .order_by = {ASC(EVERYTHING_ID)});
        tenon_column_chunks *chunks = tenon_columns_open(stream.stream, &options);
        size_t first = 0;
        for (tenon_columns *c; (c = tenon_columns_next(chunks)); tenon_columns_free(c)) {
            assert_same_from(&everything_model, list_of(rows), first, c);
            first += tenon_columns_count(c);
            assert_true(tenon_columns_count(c) == sizes[k] || first == rows.count);
        }
        assert_int_equal(first, rows.count);
        assert_null(tenon_columns_next(chunks));
        assert_true(tenon_columns_close(chunks));
        assert_sound(b->session);
    }
}

static void chunks_without_rows_are_none(void **state)
{
    both *b = *state;
    tenon_column_chunks *chunks =
        tenon_columns_open(everything_stream_open(b->session).stream, NULL);
    assert_non_null(chunks);
    assert_null(tenon_columns_next(chunks));
    assert_true(tenon_columns_close(chunks));
    assert_null(tenon_columns_open(NULL, NULL));
    assert_false(tenon_columns_close(NULL));
}

static void chunks_with_relations_are_refused(void **state)
{
    both *b = *state;
    UserStream users = user_stream_open(b->session, .include = {.posts = &(PostQuery){.limit = 1}});
    assert_null(tenon_columns_open(users.stream, NULL));
    assert_failed(b->session, TENON_MISUSE, "relations");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(every_type_and_every_null_is_as_in_a_row),
        ON_BOTH(a_result_gives_what_copy_gives),
        ON_BOTH(arrays_become_lists),
        ON_BOTH(a_query_with_values_means_what_it_means_elsewhere),
        ON_BOTH(a_selection_has_its_columns_only),
        ON_BOTH(no_rows_are_columns_too),
        ON_BOTH(dynamic_sql_gives_columns),
        ON_BOTH(a_transaction_sees_its_own_rows),
        ON_BOTH(columns_outlive_their_session),
        ON_BOTH(other_calls_are_refused),
        ON_BOTH(a_failed_session_gives_nothing),
        ON_BOTH(a_limit_of_memory_holds),
        ON_BOTH(a_value_that_does_not_fit_names_its_column),
        ON_BOTH(chunks_are_all_rows_in_order),
        ON_BOTH(chunks_without_rows_are_none),
        ON_BOTH(chunks_with_relations_are_refused),
    };
    return both_run(tests);
}
