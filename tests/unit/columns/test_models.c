/* Columns of models with something of their own: rows that are marked as deleted, packed arrays,
 * vectors, decimals that have to be exact. */
#include "unit/model/archive.h"
#include "unit/model/office.h"

#include "generator.h"
#include "golden/shelf/shelf.h"
#include "testdb.h"
#include "unit/columns/same.h"

#include <stdio.h>
#include <stdlib.h>

#include <tenon/test.h>

enum { ROWS = 40 };

static const tenon_columns_options by_copy = {.transport = TENON_COLUMNS_COPY};
static const tenon_columns_options by_result = {.transport = TENON_COLUMNS_RESULT};
static const tenon_columns_options *const ways[] = {&by_copy, &by_result};

/* ---- soft delete ----------------------------------------------------------------------------- */

static void rows_that_are_marked_as_deleted_are_left_out(void **state)
{
    both *b = *state;
    client_create(b->session, .name = SET("Ann"));
    Client *ben = client_create(b->session, .name = SET("Ben"));
    client_delete(b->session, ben->id);
    assert_sound(b->session);
    for (int i = b->is_sqlite; i < 2; i++) {
        tenon_columns *c = TENON_COLUMNS_WITH(b->session, ways[i], client_find_many(b->session));
        assert_sound(b->session);
        assert_int_equal(tenon_columns_count(c), 1);
        size_t length;
        const char *name = tenon_column_text(tenon_columns_named(c, "name"), 0, &length);
        assert_int_equal(length, 3);
        assert_memory_equal(name, "Ann", 3);
        tenon_columns_free(c);
    }
    tenon_columns *c =
        TENON_COLUMNS(b->session, client_find_many(b->session, .with_deleted = true));
    assert_sound(b->session);
    assert_int_equal(tenon_columns_count(c), 2);
    assert_int_equal(tenon_columns_named(c, "deletedAt")->null_count, 1);
    tenon_columns_free(c);
}

/* ---- packed arrays --------------------------------------------------------------------------- */

static void packed_arrays_are_lists(void **state)
{
    both *b = *state;
    static const tenon_fake_options wild = {.seed = 5, .text_most = 40, .list_most = 9};
    for (uint64_t n = 0; n < ROWS; n++)
        assert_non_null(tenon_fake_create(b->session, &reading_model, &wild, n, NULL));
    ReadingList rows = reading_find_many(b->session, .order_by = {ASC(READING_ID)});
    for (int i = b->is_sqlite; i < 2; i++) {
        tenon_columns *c = TENON_COLUMNS_WITH(
            b->session, ways[i], reading_find_many(b->session, .order_by = {ASC(READING_ID)}));
        assert_sound(b->session);
        assert_same(&reading_model, (tenon_list){rows.items, rows.count}, c);
        tenon_columns_free(c);
    }
}

/* ---- decimals -------------------------------------------------------------------------------- */

static void decimals_are_exact_to_the_last_of_38_digits(void **state)
{
    static const char *const texts[] = {"99999999.9999", "-99999999.9999", "0.0001", "-0.0001", "0",
                                        "12345678.1"};
    static const int64_t wholes[] = {999999999999, -999999999999, 1, -1, 0, 123456781000};
    both *b = *state;
    tenon_session *s = b->session;
    enum { COUNT = sizeof texts / sizeof *texts };
    for (size_t i = 0; i < COUNT; i++)
        everything_create(s, .price = SET(((tenon_decimal){strlen(texts[i]), texts[i]})));
    assert_sound(s);
    for (int i = b->is_sqlite; i < 2; i++) {
        tenon_columns *c =
            TENON_COLUMNS_WITH(s, ways[i],
                               everything_find_many(s, .select = {EVERYTHING_PRICE},
                                                    .order_by = {ASC(EVERYTHING_ID)}));
        assert_sound(s);
        const tenon_column *price = tenon_columns_at(c, 0);
        assert_int_equal(price->form, TENON_COLUMN_DECIMAL);
        assert_int_equal(price->scale, 4);
        for (size_t k = 0; k < COUNT; k++) {
            assert_true((int64_t)price->as.decimals[k].low == wholes[k]);
            assert_int_equal(price->as.decimals[k].high, wholes[k] < 0 ? -1 : 0);
        }
        tenon_columns_free(c);
    }
}

/* ---- vectors --------------------------------------------------------------------------------- */

static const char empty_shelf[] =
    "DELETE FROM \"Book\"; DELETE FROM \"Genre\"; DELETE FROM \"Sketch\";";
static both shelf_sqlite = {.make_url = testdb_sqlite_url, .empty = empty_shelf, .is_sqlite = true};

static int open_shelf(void **state)
{
    (void)state;
    both_open_file(&shelf_sqlite, "tests/golden/shelf/sqlite.sql");
    return 0;
}

static int close_shelf(void **state)
{
    (void)state;
    tenon_close(shelf_sqlite.db);
    return 0;
}

static void vectors_are_lists_of_floats(void **state)
{
    both *b = *state;
    book_create(b->session, .title = SET("x"), .embedding = SET(VECTOR(1, 0.5f, -2)));
    book_create(b->session, .title = SET("none"));
    book_create(b->session, .title = SET("y"), .embedding = SET(VECTOR(0, 4, 8)));
    tenon_columns *c =
        TENON_COLUMNS(b->session, book_find_many(b->session, .order_by = {ASC(BOOK_ID)},
                                                 .select = {BOOK_EMBEDDING}));
    assert_sound(b->session);
    const tenon_column *embedding = tenon_columns_at(c, 0);
    static const float expected[] = {1, 0.5f, -2, 0, 4, 8};
    assert_int_equal(embedding->null_count, 1);
    assert_true(tenon_column_is_null(embedding, 1));
    assert_int_equal(embedding->offsets[1], 3);
    assert_int_equal(embedding->offsets[2], 3);
    assert_int_equal(embedding->offsets[3], 6);
    assert_int_equal(embedding->items->form, TENON_COLUMN_FLOAT);
    assert_memory_equal(embedding->items->as.float32, expected, sizeof expected);
    tenon_columns_free(c);
}

int main(void)
{
    const struct CMUnitTest of_office[] = {ON_OFFICE(rows_that_are_marked_as_deleted_are_left_out)};
    const struct CMUnitTest of_archive[] = {ON_ARCHIVE(packed_arrays_are_lists)};
    const struct CMUnitTest of_sample[] = {ON_BOTH(decimals_are_exact_to_the_last_of_38_digits)};
    const struct CMUnitTest of_shelf[] = {{"vectors_are_lists_of_floats (sqlite)",
                                           vectors_are_lists_of_floats, both_start_case,
                                           both_end_case, &shelf_sqlite}};
    return office_run(of_office) + archive_run(of_archive) + both_run(of_sample) +
           cmocka_run_group_tests(of_shelf, open_shelf, close_shelf);
}
