/* Vectors: stored, compared, and the nearest of them found.
 *
 * On SQLite always. On PostgreSQL where TENON_VECTOR_URL names a database with the extension
 * `vector`, which distributions do not have by themselves: `make vector` starts one. */
#include "both.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "generator.h"
#include "golden/shelf/shelf.h"
#include "testdb.h"

static const char *make_postgresql_url(void)
{
    return getenv("TENON_VECTOR_URL");
}

static const char empty_all[] =
    "DELETE FROM \"Book\"; DELETE FROM \"Genre\"; DELETE FROM \"Sketch\";";
static both shelf_postgresql = {.make_url = make_postgresql_url, .empty = empty_all};
static both shelf_sqlite = {.make_url = testdb_sqlite_url, .empty = empty_all, .is_sqlite = true};

static int open_sqlite(void **state)
{
    both_open_file(&shelf_sqlite, "tests/golden/shelf/sqlite.sql");
    return 0;
}

static int open_postgresql(void **state)
{
    both_open_file(&shelf_postgresql, "tests/golden/shelf/postgresql.sql");
    return 0;
}

static int close_sqlite(void **state)
{
    tenon_close(shelf_sqlite.db);
    return 0;
}

static int close_postgresql(void **state)
{
    tenon_close(shelf_postgresql.db);
    return 0;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Ids 1 … 4, and one without a vector. */
static void create_books(both *b)
{
    book_create(b->session, .id = SET(1), .title = SET("x"), .embedding = SET(VECTOR(1, 0, 0)));
    book_create(b->session, .id = SET(2), .title = SET("far x"),
                .embedding = SET(VECTOR(10, 0.5f, 0)));
    book_create(b->session, .id = SET(3), .title = SET("y"), .embedding = SET(VECTOR(0, 2, 0)));
    book_create(b->session, .id = SET(4), .title = SET("not x"),
                .embedding = SET(VECTOR(-1, 0, 0.25f)));
    book_create(b->session, .id = SET(5), .title = SET("nothing"));
    assert_sound(b->session);
}

static const char *ids_of(const BookList *list)
{
    static char text[200];
    text[0] = '\0';
    for (size_t i = 0; i < list->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", i ? " " : "",
                 list->items[i].id);
    return text;
}

#define FINDS(ids, ...)                                                                            \
    do {                                                                                           \
        BookList found = book_find_many(b->session, __VA_ARGS__);                                  \
        assert_sound(b->session);                                                                  \
        assert_string_equal(ids_of(&found), ids);                                                  \
    } while (0)
#define BY_ID .order_by = {ASC(BOOK_ID)}

/* ---- values ---------------------------------------------------------------------------------- */

static void vectors_come_back_as_they_were(void **state)
{
    both *b = *state;
    static const float edges[] = {0, 1.17549435e-38f, -3.40282347e+38f};
    static const float many[] = {0.1f, -1e-30f, 16777217.0f, 3, 1e30f};
    Book *book = book_create(b->session, .title = SET("edges"),
                             .embedding = SET(((tenon_vector){3, edges})));
    Sketch *sketch = sketch_create(b->session, .lines = SET(((tenon_vector){5, many})));
    assert_sound(b->session);
    assert_int_equal(book->embedding.count, 3);
    assert_memory_equal(book->embedding.items, edges, sizeof edges);
    assert_int_equal(sketch->lines.count, 5);
    assert_memory_equal(sketch->lines.items, many, sizeof many);
    book = book_update(b->session, book->id, .embedding = SET_NULL());
    assert_sound(b->session);
    assert_null(book->embedding.items);
    book = book_update(b->session, book->id, .embedding = SET_OR_NULL(((tenon_vector){3, NULL})));
    assert_sound(b->session);
    assert_null(book->embedding.items);
}

static void what_a_column_cannot_hold_is_refused(void **state)
{
    both *b = *state;
    const tenon_vector empty = {0, (const float[]){1}};
    book_create(b->session, .title = SET("short"), .embedding = SET(VECTOR(1, 2)));
    assert_failed(b->session, TENON_RANGE, "Book.embedding: has 2 dimensions, the column 3");
    book_create(b->session, .title = SET("nan"), .embedding = SET(VECTOR(1, NAN, 2)));
    assert_failed(b->session, TENON_RANGE, "Book.embedding: its number 2 is NaN or infinite");
    book_create(b->session, .title = SET("inf"), .embedding = SET(VECTOR(1, 2, INFINITY)));
    assert_failed(b->session, TENON_RANGE, "number 3");
    book_create(b->session, .title = SET("null"), .embedding = SET(((tenon_vector){3, NULL})));
    assert_failed(b->session, TENON_MISUSE, "SET_NULL()");
    sketch_create(b->session, .lines = SET(empty));
    assert_failed(b->session, TENON_RANGE, "a vector has 1");
    sketch_create(b->session, .lines = {0});
    assert_failed(b->session, TENON_MISUSE, "Sketch.lines: is required");
    book_count(b->session, .where = {.embedding = EQ(VECTOR(1, 2))});
    assert_failed(b->session, TENON_RANGE, "2 dimensions");
}

static void many_vectors_are_written_at_once(void **state)
{
    both *b = *state;
    enum { COUNT = 300 };
    static BookSet books[COUNT];
    static float items[COUNT][3];
    static char titles[COUNT][16];
    generator g = {35};
    for (int i = 0; i < COUNT; i++) {
        for (int k = 0; k < 3; k++)
            items[i][k] = (float)generator_between(&g, -1000000, 1000000) / 977;
        snprintf(titles[i], sizeof titles[i], "%d", i);
        books[i] = (BookSet){.id = SET(i + 1), .title = SET(titles[i])};
        if (i % 7)
            books[i].embedding = (tenon_vector_set)SET(((tenon_vector){3, items[i]}));
    }
    assert_int_equal(book_create_many(b->session, .items = books, .count = COUNT), COUNT);
    BookList found = book_find_many(b->session, BY_ID);
    assert_sound(b->session);
    assert_int_equal(found.count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(found.items[i].embedding.items != NULL, i % 7 != 0);
        if (i % 7)
            assert_memory_equal(found.items[i].embedding.items, items[i], sizeof items[i]);
    }
    static const float same[] = {1, 2, 3}; /* a VECTOR(…) of the loop's body would not outlive it */
    for (int i = 0; i < COUNT; i++)
        books[i] = (BookSet){.id = SET(i + 1), .embedding = SET(((tenon_vector){3, same}))};
    assert_int_equal(book_update_each(b->session, .items = books, .count = COUNT), COUNT);
    assert_int_equal(book_count(b->session, .where = {.embedding = EQ(VECTOR(1, 2, 3))}), COUNT);
    assert_sound(b->session);
}

/* ---- conditions and order -------------------------------------------------------------------- */

static void vectors_are_equal_or_not(void **state)
{
    both *b = *state;
    create_books(b);
    FINDS("3", .where = {.embedding = EQ(VECTOR(0, 2, 0))}, BY_ID);
    FINDS("1 2 4", .where = {.embedding = NE(VECTOR(0, 2, 0))}, BY_ID);
    FINDS("5", .where = {.embedding = IS_NULL()}, BY_ID);
    FINDS("1 2 3 4", .where = {.embedding = EQ_COLUMN(BOOK_EMBEDDING)}, BY_ID);
}

static void rows_within_a_distance_are_found(void **state)
{
    both *b = *state;
    create_books(b);
    FINDS("1 3", .where = {.embedding = WITHIN(L2, VECTOR(1, 1, 0), 1.5)}, BY_ID);
    FINDS("1", .where = {.embedding = WITHIN(L2, VECTOR(1, 0, 0), 0)}, BY_ID);
    FINDS("1 2", .where = {.embedding = WITHIN(COSINE, VECTOR(3, 0, 0), 0.01)}, BY_ID);
    FINDS("1 2 3", .where = {.embedding = WITHIN(COSINE, VECTOR(3, 0, 0), 1)}, BY_ID);
    FINDS("2 3", .where = {.embedding = WITHIN(INNER_PRODUCT, VECTOR(1, 1, 0), -1.5)}, BY_ID);
    FINDS("2", .where = {.none = BOOK_WHERES({.embedding = WITHIN(L2, VECTOR(0, 0, 0), 3)})},
          BY_ID);
    book_count(b->session, .where = {.embedding = WITHIN(L2, VECTOR(1, 1, 0), NAN)});
    assert_failed(b->session, TENON_RANGE, "NaN as the distance");
    book_count(b->session, .where = {.embedding = WITHIN(L2, VECTOR(1, 1), 1)});
    assert_failed(b->session, TENON_RANGE, "2 dimensions");
}

static void the_nearest_come_first(void **state)
{
    both *b = *state;
    create_books(b);
    FINDS("1 4 3 2 5", .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)), BY_ID);
    FINDS("2 1 3 4 5", .nearest = NEAREST(BOOK_EMBEDDING, COSINE, VECTOR(1, 0.1f, 0)), BY_ID);
    FINDS("2 3 1 4 5", .nearest = NEAREST(BOOK_EMBEDDING, INNER_PRODUCT, VECTOR(1, 1, 0)), BY_ID);
    FINDS("1 4", .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)), .limit = 2);
    FINDS("3 2", .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)), .limit = 2, .offset = 2);
    Book *found =
        book_find_first(b->session, .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 1, 1)));
    assert_sound(b->session);
    assert_int_equal(found->id, 3);
}

/* The value of the order stands before those of the conditions, and behind them in the SQL. */
static void nearness_goes_with_conditions_and_distinct(void **state)
{
    both *b = *state;
    create_books(b);
    Genre *genre = genre_create(b->session, .name = SET("poems"));
    book_update_many(b->session, .where = {.id = IN(((int64_t[]){2, 3, 4}), 3)},
                     .set = {.genreId = SET(genre->id)});
    FINDS("4 3", .where = {.title = NE("far x"), .genreId = EQ(genre->id)},
          .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)));
    FINDS("3 4", .where = {.embedding = WITHIN(L2, VECTOR(0, 0, 0), 3), .genreId = EQ(genre->id)},
          .nearest = NEAREST(BOOK_EMBEDDING, COSINE, VECTOR(0, 1, 0)), .limit = 9);
    FINDS("1 4", .distinct = {BOOK_GENRE_ID}, .where = {.id = LT(5)},
          .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)));
    BookList found = book_find_many(b->session, .where = {.title = NE("x")}, .limit = 2,
                                    .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)),
                                    .include = {.genre = &(GenreQuery){0}});
    assert_sound(b->session);
    assert_string_equal(ids_of(&found), "4 3");
    assert_string_equal(found.items[0].genre->name, "poems");
}

typedef struct seen {
    int ids[8], count;
} seen;

static bool see(Book *book, void *context)
{
    seen *all = context;
    all->ids[all->count++] = book->id;
    return true;
}

static void streams_are_sorted_by_nearness_too(void **state)
{
    both *b = *state;
    create_books(b);
    seen all = {{0}, 0};
    book_each_q(&(BookQuery){.session = b->session,
                             .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0))},
                see, &all);
    assert_sound(b->session);
    assert_int_equal(all.count, 5);
    assert_true(all.ids[0] == 1 && all.ids[1] == 4 && all.ids[2] == 3 && all.ids[3] == 2);
}

static void what_nearness_does_not_go_with_is_refused(void **state)
{
    both *b = *state;
    const tenon_nearest zero = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0));
    book_page(b->session, .size = 2, .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)));
    assert_failed(b->session, TENON_MISUSE, "nearest has no meaning for a page");
    book_page_of(b->session, .page = 1, .size = 2,
                 .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)));
    assert_failed(b->session, TENON_MISUSE, "nearest has no meaning for a page");
    genre_create(b->session, .name = SET("poems"));
    genre_find_many(b->session, .include = {.books = &(BookQuery){.nearest = zero}});
    assert_failed(b->session, TENON_MISUSE, "nearest has no meaning for an included relation");
    book_count(b->session, .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)));
    assert_failed(b->session, TENON_MISUSE, "nearest has no meaning for count");
    book_find_many(b->session, .nearest = NEAREST(BOOK_TITLE, L2, VECTOR(0, 0, 0)));
    assert_failed(b->session, TENON_MISUSE, "nearest is for vectors");
    book_find_many(b->session, .nearest = {BOOK_EMBEDDING, (tenon_metric)9, VECTOR(0, 0, 0)});
    assert_failed(b->session, TENON_MISUSE, "no metric 9");
    book_find_many(b->session, .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0)));
    assert_failed(b->session, TENON_RANGE, "2 dimensions");
    book_find_many(b->session, .order_by = {ASC(BOOK_EMBEDDING)});
    assert_failed(b->session, TENON_MISUSE, "order_by cannot compare");
    book_find_many(b->session, .where = {.embedding = {TENON_LT, .as.value = VECTOR(1, 2, 3)}});
    assert_failed(b->session, TENON_MISUSE, "LT cannot be asked");
}

/* ---- against distances that are calculated here ---------------------------------------------- */

static void random_vectors_are_sorted_by_their_distances(void **state)
{
    both *b = *state;
    enum { COUNT = 200 };
    static BookSet books[COUNT];
    static float items[COUNT][3];
    static char titles[COUNT][16];
    static const tenon_setting no_index[] = {{"enable_indexscan", "off"}}; /* it estimates */
    const tenon_hints exact = {.settings = no_index, .setting_count = 1};
    generator g = {7};
    for (int i = 0; i < COUNT; i++) {
        for (int k = 0; k < 3; k++)
            items[i][k] = (float)generator_between(&g, -1000, 1000) / 16;
        snprintf(titles[i], sizeof titles[i], "%d", i);
        books[i] =
            (BookSet){.title = SET(titles[i]), .embedding = SET(((tenon_vector){3, items[i]}))};
    }
    book_create_many(b->session, .items = books, .count = COUNT);
    for (int metric = TENON_L2; metric <= TENON_COSINE; metric++) {
        const tenon_vector to = {3, items[metric]};
        BookList found =
            book_find_many(b->session, .nearest = {BOOK_EMBEDDING, (tenon_metric)metric, to},
                           .hints = b->is_sqlite ? NULL : &exact);
        assert_sound(b->session);
        assert_int_equal(found.count, COUNT);
        for (size_t i = 1; i < found.count; i++) {
            double before =
                tenon_vector_distance((tenon_metric)metric, found.items[i - 1].embedding, to);
            double after =
                tenon_vector_distance((tenon_metric)metric, found.items[i].embedding, to);
            assert_true(before <= after + 1e-4 * (1 + fabs(after)));
        }
    }
}

/* ---- SQLite only ----------------------------------------------------------------------------- */

/* What another program may have stored. */
static void blobs_that_are_no_vectors_are_errors(void **state)
{
    static const char *const stored[] = {"'[1,2,3]'", "x''", "x'0000803f'",
                                         "x'0000803f0000803f0000c07f'", "x'000000000000000000'"};
    both *b = *state;
    for (size_t i = 0; i < sizeof stored / sizeof *stored; i++) {
        char sql[200];
        snprintf(sql, sizeof sql,
                 "INSERT OR REPLACE INTO \"Book\" (id, title, embedding) VALUES (1, 'odd', %s)",
                 stored[i]);
        both_sql(b, sql);
        book_find(b->session, 1);
        assert_failed(b->session, TENON_TYPE, "Book.embedding");
        book_find_many(b->session, .select = {BOOK_ID},
                       .nearest = NEAREST(BOOK_EMBEDDING, L2, VECTOR(0, 0, 0)));
        if (i != 3) /* of the right length, with a NaN in it */
            assert_failed(b->session, TENON_MISUSE, i == 2 ? "different dimensions" : "no vector");
        tenon_error_clear(b->session);
    }
}

/* ---- PostgreSQL only ------------------------------------------------------------------------- */

/* What the server prints, and what its functions say of the distances that are calculated here. */
static void the_server_agrees_about_ten_thousand_vectors(void **state)
{
    both *b = *state;
    enum { COUNT = 10000 };
    generator g = {11};
    static const char *const functions[] = {"", "l2_distance", "vector_negative_inner_product",
                                            "cosine_distance"};
    for (int i = 0; i < COUNT; i++) {
        float a[3], c[3];
        for (int k = 0; k < 3; k++) {
            a[k] = (float)generator_between(&g, -1000000, 1000000) / 7919;
            c[k] = (float)generator_between(&g, -1000, 1000) / 31;
        }
        Book *book =
            book_create(b->session, .title = SET("one"), .embedding = SET(((tenon_vector){3, a})));
        assert_sound(b->session);
        assert_memory_equal(book->embedding.items, a, sizeof a);
        if (i % 50 == 0) {
            for (int m = TENON_L2; m <= TENON_COSINE; m++) {
                char sql[300];
                snprintf(sql, sizeof sql,
                         "SELECT %s(embedding, '[%.9g,%.9g,%.9g]') FROM \"Book\" WHERE id = %d",
                         functions[m], (double)c[0], (double)c[1], (double)c[2], book->id);
                double theirs = strtod(both_value(b, sql), NULL);
                double ours = tenon_vector_distance((tenon_metric)m, (tenon_vector){3, a},
                                                    (tenon_vector){3, c});
                assert_true(fabs(theirs - ours) <= 1e-4 * (1 + fabs(ours)));
            }
            char text[100];
            snprintf(text, sizeof text, "SELECT embedding = '[%.9g,%.9g,%.9g]' FROM \"Book\"",
                     (double)a[0], (double)a[1], (double)a[2]);
            assert_string_equal(both_value(b, text), "t");
        }
        book_delete(b->session, book->id);
        tenon_session_reset(b->session);
    }
}

static void the_index_is_one_of_pgvector_and_serves_the_order(void **state)
{
    both *b = *state;
    assert_non_null(strstr(both_value(b, "SELECT indexdef FROM pg_indexes WHERE indexname = "
                                         "'Book_embedding_idx'"),
                           "USING hnsw (embedding vector_cosine_ops)"));
    create_books(b);
    assert_true(tenon_execute(b->session, "SET enable_seqscan = off; SET enable_sort = off"));
    const tenon_explanation *plan = book_explain(
        b->session, .limit = 2, .nearest = NEAREST(BOOK_EMBEDDING, COSINE, VECTOR(1, 0, 0)));
    assert_sound(b->session);
    if (!strstr(plan->plan, "Book_embedding_idx"))
        fail_msg("%s", plan->plan);
}

#define ON_SHELF(target, test)                                                                     \
    {                                                                                              \
#test " (" #target ")", test, both_start_case, both_end_case, &shelf_##target              \
    }
#define EVERYWHERE(target)                                                                         \
    ON_SHELF(target, vectors_come_back_as_they_were),                                              \
        ON_SHELF(target, what_a_column_cannot_hold_is_refused),                                    \
        ON_SHELF(target, many_vectors_are_written_at_once),                                        \
        ON_SHELF(target, vectors_are_equal_or_not),                                                \
        ON_SHELF(target, rows_within_a_distance_are_found),                                        \
        ON_SHELF(target, the_nearest_come_first),                                                  \
        ON_SHELF(target, nearness_goes_with_conditions_and_distinct),                              \
        ON_SHELF(target, streams_are_sorted_by_nearness_too),                                      \
        ON_SHELF(target, what_nearness_does_not_go_with_is_refused),                               \
        ON_SHELF(target, random_vectors_are_sorted_by_their_distances)

int main(void)
{
    const struct CMUnitTest on_sqlite[] = {
        EVERYWHERE(sqlite),
        ON_SHELF(sqlite, blobs_that_are_no_vectors_are_errors),
    };
    const struct CMUnitTest on_postgresql[] = {
        EVERYWHERE(postgresql),
        ON_SHELF(postgresql, the_server_agrees_about_ten_thousand_vectors),
        ON_SHELF(postgresql, the_index_is_one_of_pgvector_and_serves_the_order),
    };
    int failed = cmocka_run_group_tests(on_sqlite, open_sqlite, close_sqlite);
    if (getenv("TENON_VECTOR_URL"))
        failed += cmocka_run_group_tests(on_postgresql, open_postgresql, close_postgresql);
    return failed;
}
