/* What only SQL can say: joins of every kind, aggregates with filters, full-text search; and forms
 * that put a query together from what somebody has filled in. */
#include "unit/model/both.h"

#include <tenon/sql.h>
#include <tenon/test.h>

static tenon_session *start(void **state)
{
    both *b = *state;
    const UserSet users[] = {
        {.id = SET(1), .email = SET("ann@example.com"), .age = SET(31)},
        {.id = SET(2), .email = SET("bob@example.com"), .age = SET(17)},
        {.id = SET(3), .email = SET("cid@example.com"), .age = SET(60)},
    };
    assert_int_equal(user_create_many(b->session, .items = users, .count = 3), 3);
    const PostSet posts[] = {
        {.authorId = SET(1), .slug = SET("a"), .title = SET("Joints of wood"), .views = SET(3)},
        {.authorId = SET(1), .slug = SET("b"), .title = SET("Wooden joints"), .views = SET(4)},
        {.authorId = SET(2), .slug = SET("c"), .title = SET("Stones"), .views = SET(5)},
    };
    assert_int_equal(post_create_many(b->session, .items = posts, .count = 3), 3);
    return b->session;
}

/* The first column of all rows, with a space behind each. */
static const char *first_column(tenon_session *s, tenon_sql *q)
{
    static char text[256];
    text[0] = '\0';
    const tenon_cells *cells = tenon_sql_cells(q);
    assert_sound(s);
    for (size_t i = 0; i < cells->row_count; i++) {
        const char *cell = tenon_cell(cells, i, 0);
        strncat(text, cell ? cell : "-", 100);
        strncat(text, " ", 2);
    }
    return text;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security" /* the texts are those of the table */
static void joins_of_every_kind(void **state)
{
    both *b = *state;
    tenon_session *s = start(state);
    static const struct {
        const char *sql, *rows;
        bool is_of_postgresql; /* SQLite has no LATERAL: the case behind it says the same */
    } cases[] = {
        {"SELECT p.slug FROM \"User\" u JOIN posts p ON p.author_id = u.id ORDER BY 1", "a b c ",
         false},
        {"SELECT p.slug FROM \"User\" u LEFT JOIN posts p ON p.author_id = u.id ORDER BY 1 "
         "NULLS LAST",
         "a b c - ", false},
        {"SELECT u.id FROM posts p RIGHT JOIN \"User\" u ON p.author_id = u.id ORDER BY 1",
         "1 1 2 3 ", false},
        {"SELECT n.i FROM \"User\" u FULL JOIN (SELECT 1 AS i UNION SELECT 9) n ON n.i = u.id "
         "ORDER BY 1 NULLS LAST",
         "1 9 - - ", false},
        {"SELECT b.id FROM \"User\" a JOIN \"User\" b ON b.age > a.age ORDER BY 1", "1 3 3 ",
         false},
        {"SELECT p.slug FROM \"User\" u, LATERAL (SELECT slug FROM posts WHERE author_id = u.id "
         "ORDER BY views DESC LIMIT 1) p ORDER BY 1",
         "b c ", true},
        {"SELECT p.slug FROM \"User\" u JOIN posts p ON p.slug = (SELECT slug FROM posts WHERE "
         "author_id = u.id ORDER BY views DESC LIMIT 1) ORDER BY 1",
         "b c ", false},
        {"SELECT id FROM \"User\" u WHERE EXISTS (SELECT 1 FROM posts WHERE author_id = u.id) "
         "EXCEPT SELECT 2 ORDER BY 1",
         "1 ", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (!cases[i].is_of_postgresql || !b->is_sqlite)
            assert_string_equal(first_column(s, tenon_sqlf(tenon_sql_new(s), cases[i].sql)),
                                cases[i].rows);
}

#pragma GCC diagnostic pop

static void aggregates_have_filters_and_parameters(void **state)
{
    tenon_session *s = start(state);
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s),
                              "SELECT count(*) FILTER (WHERE views > %d) AS many "
                              "FROM posts GROUP BY author_id HAVING sum(views) >= %d ORDER BY 1",
                              3, 5);
    assert_string_equal(first_column(s, q), "1 1 ");
}

/* ---- a form ---------------------------------------------------------------------------------- */

typedef struct form {
    const char *title; /* NULL: any */
    int least_views;   /* 0: any */
    tenon_int32_array authors;
    bool newest_first;
} form;

/* Conditions that the page of results and their number share. */
static tenon_sql *conditions(tenon_session *s, const form *f)
{
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "WHERE NOT p.published");
    if (f->title)
        tenon_sqlf(q, "AND p.title %p", SQL_ICONTAINS(f->title));
    if (f->least_views)
        tenon_sqlf(q, "AND p.views >= %d", f->least_views);
    if (f->authors.count)
        tenon_sqlf(q, "AND p.author_id %p", SQL_IN(f->authors));
    return q;
}

static tenon_list page(tenon_session *s, const form *f, int limit)
{
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT %p FROM %p AS p %p ORDER BY %p",
                              SQL_COLUMNS(&post_model, "p"), SQL_TABLE(&post_model),
                              SQL_PART(conditions(s, f)), SQL_COLUMN(&post_model, POST_VIEWS, "p"));
    tenon_sqlf(q, f->newest_first ? "DESC LIMIT %d" : "LIMIT %d", limit);
    return tenon_sql_many(q, SQL_MODEL(&post_model));
}

static const char *total(tenon_session *s, const form *f)
{
    return first_column(s, tenon_sqlf(tenon_sql_new(s), "SELECT count(*) FROM %p AS p %p",
                                      SQL_TABLE(&post_model), SQL_PART(conditions(s, f))));
}

static void a_form_is_put_together(void **state)
{
    tenon_session *s = start(state);
    const int32_t ann[] = {1};
    const form empty = {0}, wood = {.title = "wood", .newest_first = true};
    const form all = {.title = "WOOD", .least_views = 4, .authors = {ann, 1}};
    assert_int_equal(page(s, &empty, 2).count, 2);
    assert_string_equal(total(s, &empty), "3 ");
    assert_string_equal(((const Post *)page(s, &wood, 1).items)->slug, "b");
    assert_string_equal(total(s, &wood), "2 ");
    assert_int_equal(page(s, &all, 9).count, 1);
    assert_sound(s);
}

/* ---- full text ------------------------------------------------------------------------------- */

static void words_are_found_by_their_stems_on_postgresql(void **state)
{
    tenon_session *s = start(state);
    assert_true(tenon_execute(s, "CREATE INDEX IF NOT EXISTS posts_words ON posts "
                                 "USING gin (to_tsvector('english', title))"));
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s),
                              "SELECT slug FROM posts, websearch_to_tsquery('english', %s) words "
                              "WHERE to_tsvector('english', title) @@ words "
                              "ORDER BY ts_rank(to_tsvector('english', title), words) DESC, slug",
                              "joint -wooden");
    assert_string_equal(first_column(s, q), "a ");
    q = tenon_sqlf(tenon_sql_new(s),
                   "SELECT slug FROM posts WHERE to_tsvector('english', title) @@ "
                   "websearch_to_tsquery('english', %s) ORDER BY slug",
                   "wood joint'); DROP TABLE posts; --");
    assert_string_equal(first_column(s, q), "");
    q = tenon_sqlf(tenon_sql_new(s),
                   "SELECT slug FROM posts WHERE to_tsvector('english', title) @@ "
                   "websearch_to_tsquery('english', %s) ORDER BY slug",
                   "\"joint of wood\" or stone");
    assert_string_equal(first_column(s, q), "a c ");
}

static void words_are_found_by_fts5_on_sqlite(void **state)
{
    tenon_session *s = start(state);
    assert_true(tenon_execute(s, "CREATE VIRTUAL TABLE IF NOT EXISTS posts_words USING "
                                 "fts5(title, slug UNINDEXED, tokenize = 'porter unicode61');"
                                 "DELETE FROM posts_words;"
                                 "INSERT INTO posts_words SELECT title, slug FROM posts"));
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s),
                              "SELECT slug FROM posts_words WHERE posts_words MATCH %s "
                              "ORDER BY bm25(posts_words), slug",
                              "joint NOT stone");
    assert_string_equal(first_column(s, q), "b a ");
    q = tenon_sqlf(tenon_sql_new(s),
                   "SELECT highlight(posts_words, 0, '<', '>') FROM posts_words(%s)", "stone*");
    assert_string_equal(first_column(s, q), "<Stones> ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(joins_of_every_kind),
        ON_BOTH(aggregates_have_filters_and_parameters),
        ON_BOTH(a_form_is_put_together),
        ON(postgresql, words_are_found_by_their_stems_on_postgresql),
        ON(sqlite, words_are_found_by_fts5_on_sqlite),
    };
    return both_run(tests);
}
