/* Dynamic SQL: values are bound wherever they come from, texts compose, and what is no place for a
 * value is refused. */
#include "unit/model/both.h"

#include <inttypes.h>
#include <stdio.h>

#include <tenon/sql.h>
#include <tenon/test.h>

static tenon_session *start(void **state)
{
    both *b = *state;
    const UserSet made[] = {
        {.id = SET(1), .email = SET("ann@example.com"), .age = SET(31), .name = SET("Ann")},
        {.id = SET(2), .email = SET("bob@example.com"), .age = SET(17), .role = SET(ROLE_ADMIN)},
        {.id = SET(3), .email = SET("cid@example.com"), .active = SET(false)},
    };
    assert_int_equal(user_create_many(b->session, .items = made, .count = 3), 3);
    post_create(b->session, .authorId = SET(1), .slug = SET("a"), .title = SET("50% off_"),
                .views = SET(7));
    post_create(b->session, .authorId = SET(1), .slug = SET("b"), .title = SET("50 cents"),
                .views = SET(1));
    post_create(b->session, .authorId = SET(2), .slug = SET("c"), .title = SET("[Fifty]*"),
                .views = SET(INT64_C(1) << 40), .published = SET(true));
    assert_sound(b->session);
    return b->session;
}

static tenon_sql *users(tenon_session *s)
{
    return tenon_sqlf(tenon_sql_new(s), "SELECT %p FROM %p AS u WHERE true",
                      SQL_COLUMNS(&user_model, "u"), SQL_TABLE(&user_model));
}

static tenon_sql *posts(tenon_session *s)
{
    return tenon_sqlf(tenon_sql_new(s), "SELECT %p FROM %p WHERE true",
                      SQL_COLUMNS(&post_model, NULL), SQL_TABLE(&post_model));
}

/* How many rows; ends the text. */
static size_t count_users(tenon_sql *q, tenon_session *s)
{
    tenon_list found = tenon_sql_many(q, SQL_MODEL(&user_model));
    assert_sound(s);
    return found.count;
}

static size_t count_posts(tenon_sql *q, tenon_session *s)
{
    tenon_list found = tenon_sql_many(q, SQL_MODEL(&post_model));
    assert_sound(s);
    return found.count;
}

/* ---- values ---------------------------------------------------------------------------------- */

static void every_conversion_is_a_bound_value(void **state)
{
    tenon_session *s = start(state);
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.age >= %d", 18), s), 1);
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.email = %s", "bob@example.com"), s),
                     1);
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.score < %f", 0.5), s), 3);
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.id <= %u", 2u), s), 2);
    assert_int_equal(count_users(tenon_sqlf(users(s), "ORDER BY id LIMIT %zu", (size_t)2), s), 2);
    assert_int_equal(count_posts(tenon_sqlf(posts(s), "AND views = %" PRId64, INT64_C(1) << 40), s),
                     1);
    assert_int_equal(
        count_posts(tenon_sqlf(posts(s), "AND views > %lld AND views < %ld", 1LL, 9L), s), 1);
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.age %% %d = %d", 2, 1), s), 2);
}

static void hostile_texts_are_texts(void **state)
{
    tenon_session *s = start(state);
    const char *const texts[] = {"x' OR '1'='1",
                                 "'; DROP TABLE \"User\"; --",
                                 "\\' OR 1=1 --",
                                 "$1",
                                 "%s%n",
                                 "\"",
                                 "$$",
                                 "?1",
                                 "/*"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.email = %s", texts[i]), s), 0);
        tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "UPDATE %p SET name = %s WHERE id = %d",
                                  SQL_TABLE(&user_model), texts[i], 1);
        assert_int_equal(tenon_sql_exec(q), 1);
        const User *ann = user_find(s, 1);
        assert_string_equal(ann->name, texts[i]);
    }
    assert_int_equal(user_count(s), 3);
}

static void values_of_every_type_are_taken(void **state)
{
    both *b = *state;
    tenon_session *s = start(state);
    const User *ann = user_find(s, 1);
    const tenon_opt_int32 none = {0}, age = {true, 31};
    const tenon_decimal half = {.text = "0.50"};
    Everything *row = everything_create(
        s, .flag = SET(true), .price = SET(half), .real = SET(0.5), .small = SET(7),
        .data = SET(((tenon_json){0, "{\"a\": 1}"})), .blob = SET(((tenon_bytes){3, "a\0b"})),
        .uuid = SET(((tenon_uuid){1, 2})), .day = SET(((tenon_date){19000})),
        .clock = SET(((tenon_clock){3600000000})), .instant = SET(((tenon_time){1700000000000000})),
        .role = SET(ROLE_EDITOR));
    assert_sound(s);
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT %p FROM %p AS e WHERE e.flag = %p",
                              SQL_COLUMNS(&everything_model, "e"), SQL_TABLE(&everything_model),
                              SQL_VALUE((bool)true));
    tenon_sqlf(q, "AND price = %p AND \"real\" = %p AND small = %p", SQL_VALUE(half),
               SQL_VALUE(0.5f), SQL_VALUE((int16_t)7));
    tenon_sqlf(q, "AND blob = %p AND uuid = %p AND day = %p", SQL_VALUE(row->blob),
               SQL_VALUE(row->uuid.value), SQL_VALUE(row->day));
    tenon_sqlf(q, "AND clock = %p AND instant = %p AND role = %p", SQL_VALUE(row->clock.value),
               SQL_VALUE(row->instant), SQL_ENUM(&role_enum, ROLE_EDITOR));
    tenon_sqlf(q, "AND (%p IS NULL) AND (%p = 31) AND (CAST(%p AS TEXT) IS NULL)", SQL_VALUE(none),
               SQL_VALUE(age), SQL_VALUE((const char *)NULL));
    const Everything *found = tenon_sql_one(q, SQL_MODEL(&everything_model));
    assert_sound(s);
    assert_non_null(found);
    assert_string_equal(found->data.text, row->data.text);
    assert_int_equal(found->role.value, ROLE_EDITOR);
    tenon_sql *set = tenon_sqlf(tenon_sql_new(s), "UPDATE %p SET data = %p, text = %p",
                                SQL_TABLE(&everything_model), SQL_VALUE(((tenon_json){0, "[1]"})),
                                SQL_VALUE((char *)NULL));
    assert_int_equal(tenon_sql_exec(set), 1);
    assert_string_equal(both_value(b, "SELECT data FROM \"Everything\""), "[1]");
    q = tenon_sqlf(users(s), "AND u.\"createdAt\" <= %p", SQL_VALUE(ann->createdAt));
    assert_int_equal(count_users(q, s), 3);
}

static void lists_are_one_value(void **state)
{
    tenon_session *s = start(state);
    const int32_t ids[] = {1, 3, 9};
    const tenon_int32_array some = {ids, 3}, none = {ids, 0};
    const char *const emails[] = {"ann@example.com", "x"};
    const tenon_text_array texts = {emails, 2};
    const int64_t views[] = {7, INT64_C(1) << 40};
    tenon_uuid keys[] = {post_find_first(s, .order_by = {ASC(POST_SLUG)})->id, {1, 1}};
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.id %p", SQL_IN(some)), s), 2);
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.id %p", SQL_NOT_IN(some)), s), 1);
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.id %p", SQL_IN(none)), s), 0);
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.id %p", SQL_NOT_IN(none)), s), 3);
    assert_int_equal(count_users(tenon_sqlf(users(s), "AND u.email %p", SQL_IN(texts)), s), 1);
    tenon_sql *q =
        tenon_sqlf(posts(s), "AND views %p AND id %p", SQL_IN(((tenon_int64_array){views, 2})),
                   SQL_IN(((tenon_uuid_array){keys, 2})));
    assert_int_equal(count_posts(q, s), 1);
    const char *const with_null[] = {"a", NULL};
    tenon_sqlf(users(s), "AND u.name %p", SQL_IN(((tenon_text_array){with_null, 2})));
    assert_failed(s, TENON_MISUSE, "item 1 of a list is NULL");
}

static void lists_of_times_and_of_enums_are_one_value(void **state)
{
    tenon_session *s = start(state);
    const User *ann = user_find_first(s, .order_by = {ASC(USER_ID)});
    tenon_time times[] = {ann->createdAt, {0}};
    const Role roles[] = {ann->role, ann->role};
    const RoleArray some = {roles, 2}, none = {roles, 0};
    tenon_sql *q = tenon_sqlf(users(s), "AND u.\"createdAt\" %p AND u.id = %d",
                              SQL_IN(((tenon_time_array){times, 2})), (int)ann->id);
    assert_int_equal(count_users(q, s), 1);
    q = tenon_sqlf(users(s), "AND u.\"createdAt\" %p AND u.id = %d",
                   SQL_NOT_IN(((tenon_time_array){times, 2})), (int)ann->id);
    assert_int_equal(count_users(q, s), 0);
    q = tenon_sqlf(users(s), "AND u.role %p AND u.id = %d", SQL_ENUM_IN(&role_enum, some),
                   (int)ann->id);
    assert_int_equal(count_users(q, s), 1);
    assert_int_equal(
        count_users(tenon_sqlf(users(s), "AND u.role %p", SQL_ENUM_IN(&role_enum, none)), s), 0);
    assert_int_equal(
        count_users(tenon_sqlf(users(s), "AND u.role %p", SQL_ENUM_NOT_IN(&role_enum, none)), s),
        3);
    const int strange[] = {99};
    const struct {
        const int *items;
        size_t count;
    } wrong = {strange, 1};
    tenon_sql_many(tenon_sqlf(users(s), "AND u.role %p", SQL_ENUM_IN(&role_enum, wrong)),
                   SQL_MODEL(&user_model));
    assert_failed(s, TENON_RANGE, "no value of the enum");
}

static void arrays_are_values_of_array_columns(void **state)
{
    tenon_session *s = start(state);
    const char *const tags[] = {"a", "b\"c"};
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "UPDATE %p SET tags = %p WHERE id = %d",
                              SQL_TABLE(&user_model), SQL_VALUE(((tenon_text_array){tags, 2})), 1);
    assert_int_equal(tenon_sql_exec(q), 1);
    const User *ann = user_find(s, 1);
    assert_int_equal(ann->tags.count, 2);
    assert_string_equal(ann->tags.items[1], "b\"c");
}

static void what_is_looked_for_in_a_text_stands_for_itself(void **state)
{
    tenon_session *s = start(state);
    tenon_sql *const of[] = {
        tenon_sqlf(posts(s), "AND title %p", SQL_STARTS_WITH("50%")),
        tenon_sqlf(posts(s), "AND title %p", SQL_ENDS_WITH("f_")),
        tenon_sqlf(posts(s), "AND title %p", SQL_CONTAINS("y]*")),
        tenon_sqlf(posts(s), "AND title %p", SQL_STARTS_WITH("[F")),
        tenon_sqlf(posts(s), "AND title %p", SQL_ICONTAINS("FIFTY")),
        tenon_sqlf(posts(s), "AND title %p", SQL_ISTARTS_WITH("50 C")),
        tenon_sqlf(posts(s), "AND title %p", SQL_IENDS_WITH("OFF_")),
    };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        assert_int_equal(count_posts(of[i], s), 1);
    assert_int_equal(count_posts(tenon_sqlf(posts(s), "AND title %p", SQL_CONTAINS("fifty")), s),
                     0);
    assert_int_equal(count_posts(tenon_sqlf(posts(s), "AND title %p", SQL_CONTAINS("")), s), 3);
    assert_int_equal(count_posts(tenon_sqlf(posts(s), "AND title %p", SQL_CONTAINS("\\")), s), 0);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void parts_are_put_together(void **state)
{
    tenon_session *s = start(state);
    tenon_sql *adults = tenon_sqlf(tenon_sql_new(s), "u.age >= %d AND u.active", 18);
    tenon_sql *q =
        tenon_sqlf(users(s), "AND u.id > %d AND (%p) AND u.email <> %s", 0, SQL_PART(adults), "x");
    assert_int_equal(count_users(q, s), 1);
    assert_string_equal(strstr(tenon_sql_text(q), "AND u.id"),
                        ((both *)*state)->is_sqlite
                            ? "AND u.id > ?1 AND (u.age >= ?2 AND u.active) AND u.email <> ?3"
                            : "AND u.id > $1 AND (u.age >= $2 AND u.active) AND u.email <> $3");
    tenon_sql *of_posts =
        tenon_sqlf(tenon_sql_new(s), "SELECT author_id FROM posts WHERE views > %d", 5);
    q = tenon_sqlf(users(s), "AND u.id IN (%p) AND (%p)", SQL_PART(of_posts), SQL_PART(adults));
    assert_int_equal(count_users(q, s), 1);
    assert_int_equal(count_users(q, s), 1);
    tenon_sqlf(q, "AND false");
    assert_int_equal(count_users(q, s), 0);
}

typedef struct Report {
    const char *author;
    int64_t posts;
    tenon_opt_int64 before;
    int64_t place;
} Report;
static const tenon_field report_columns[] = {
    TENON_RESULT_COLUMN(Report, author, TEXT, 0),
    TENON_RESULT_COLUMN(Report, posts, INT64, 0),
    TENON_RESULT_COLUMN(Report, before, INT64, TENON_FIELD_NULLABLE),
    TENON_RESULT_COLUMN(Report, place, INT64, 0),
};
static const tenon_result report = TENON_RESULT_OF(Report, report_columns);

static void ctes_joins_and_windows_keep_their_values(void **state)
{
    tenon_session *s = start(state);
    tenon_sql *q =
        tenon_sqlf(tenon_sql_new(s),
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d), "
                   "busy AS (SELECT author_id, count(*) AS posts FROM posts WHERE views < %" PRId64
                   " GROUP BY author_id HAVING count(*) >= %d) "
                   "SELECT u.email AS author, COALESCE(busy.posts, 0) AS posts, "
                   "lag(busy.posts) OVER (ORDER BY u.id) AS \"before\", "
                   "row_number() OVER (ORDER BY u.id) AS place "
                   "FROM %p AS u LEFT JOIN busy ON busy.author_id = u.id "
                   "JOIN n ON n.i = u.id WHERE u.id IN (SELECT id FROM \"User\" WHERE id < %d) "
                   "UNION ALL SELECT %s, %d, NULL, %d ORDER BY 4",
                   5, INT64_C(1) << 40, 1, SQL_TABLE(&user_model), 3, "nobody", 0, 9);
    if (!((both *)*state)->is_sqlite)
        assert_null(strstr(tenon_sql_text(q), "nobody"));
    tenon_list rows = tenon_sql_many(q, &report);
    assert_sound(s);
    assert_int_equal(rows.count, 3);
    const Report *row = rows.items;
    assert_string_equal(row[0].author, "ann@example.com");
    assert_int_equal(row[0].posts, 2);
    assert_false(row[0].before.has);
    assert_int_equal(row[1].before.value, 2);
    assert_string_equal(row[2].author, "nobody");
    assert_int_equal(row[2].place, 9);
}

static void columns_have_to_be_those_that_are_said(void **state)
{
    tenon_session *s = start(state);
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT id, email FROM %p", SQL_TABLE(&user_model));
    assert_int_equal(tenon_sql_many(q, SQL_MODEL(&user_model)).count, 0);
    assert_failed(s, TENON_SCHEMA, "2 columns instead of 11");
    q = tenon_sqlf(tenon_sql_new(s), "SELECT %s AS writer, 1, 2, 3", "x");
    assert_null(tenon_sql_one(q, &report));
    assert_failed(s, TENON_SCHEMA, "a column is \"author\" in the program but \"writer\"");
    q = tenon_sqlf(users(s), "ORDER BY id");
    assert_null(tenon_sql_one(q, SQL_MODEL(&user_model)));
    assert_failed(s, TENON_CONFLICT, "3 rows instead of one");
    assert_null(tenon_sql_one(tenon_sqlf(users(s), "AND false"), SQL_MODEL(&user_model)));
    assert_sound(s);
}

static void names_are_quoted(void **state)
{
    tenon_session *s = start(state);
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT count(*) AS %p FROM %p AS u WHERE %p > %d",
                              SQL_NAME("a\"b"), SQL_TABLE(&user_model),
                              SQL_COLUMN(&user_model, USER_AGE, "u"), 18);
    const tenon_cells *cells = tenon_sql_cells(q);
    assert_sound(s);
    assert_string_equal(cells->names[0], "a\"b");
    assert_string_equal(tenon_cell(cells, 0, 0), "1");
    tenon_sqlf(tenon_sql_new(s), "SELECT %p", SQL_COLUMN(&user_model, 99, NULL));
    assert_failed(s, TENON_MISUSE, "99 is no column of User");
    tenon_sqlf(tenon_sql_new(s), "SELECT %p", SQL_NAME(""));
    assert_failed(s, TENON_MISUSE, "an empty name");
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void expect_refused(tenon_session *s, tenon_sql *q, const char *message)
{
    tenon_sqlf(q, "AND 1 = 1");
    assert_int_equal(tenon_sql_exec(q), 0);
    assert_failed(s, TENON_MISUSE, message);
}
#define REFUSED(message, ...) expect_refused(s, tenon_sqlf(users(s), __VA_ARGS__), message)

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

static void a_value_in_the_wrong_place_is_refused(void **state)
{
    tenon_session *s = start(state);
    both *b = *state;
    REFUSED("inside of quotes or of a comment: \"%s'\"", "AND u.email = '%s'", "x");
    REFUSED("inside of quotes", "AND \"%s\" = 1", "x");
    REFUSED("inside of quotes", "AND u.email LIKE '%%%s'", "x");
    REFUSED("inside of quotes", "/* %d */ AND true", 1);
    REFUSED("inside of quotes", "-- %d\n AND true", 1);
    REFUSED("right behind a letter", "AND u.age%d > 1", 1);
    REFUSED("right behind a letter", "AND u.email = E%s", "x");
    REFUSED("right behind a letter", "AND u.age = 1%d", 1);
    REFUSED("right behind a letter", "AND u.age IN (%d%d)", 1, 2);
    REFUSED("right in front of a letter", "AND u.age = %d5", 1);
    REFUSED("right in front of a letter", "AND u.email = %s'x'", "x");
    REFUSED("quotes or a comment do not end", "AND u.email = 'x");
    REFUSED("quotes or a comment do not end", "AND true -- why");
    REFUSED("quotes or a comment do not end", "AND true /* why");
    if (b->is_sqlite) {
        REFUSED("inside of quotes", "AND [%d] = 1", 1);
        REFUSED("inside of quotes", "AND `%d` = 1", 1);
        REFUSED("a parameter of the database's own", "AND u.age = ?1");
        REFUSED("a parameter of the database's own", "AND u.age = :age");
        REFUSED("a parameter of the database's own", "AND u.age = @age");
    } else {
        REFUSED("inside of quotes", "AND u.email = $x$%s$x$", "x");
        REFUSED("inside of quotes", "AND u.email = E'\\'%s'", "x");
        REFUSED("inside of quotes", "AND u.email = E'a'\n'\\'%s'", "x");
        REFUSED("inside of quotes", "/* /* */ %d */", 1);
        REFUSED("a parameter of the database's own", "AND u.age = $1");
        REFUSED("there is a $ in a number", "AND u.age = 1$a$ AND $a$");
    }
}

static void only_plain_conversions_are_taken(void **state)
{
    tenon_session *s = start(state);
    int written = 0;
    REFUSED("none of the conversions for values: \"%.2f", "AND u.score = %.2f", 1.0);
    REFUSED("none of the conversions", "AND u.age = %5d", 1);
    REFUSED("none of the conversions", "AND u.age = %-d", 1);
    REFUSED("none of the conversions", "AND u.age = %*d", 1, 1);
    REFUSED("none of the conversions", "AND u.age = %hd", 1);
    REFUSED("none of the conversions", "AND u.age = %x", 1u);
    REFUSED("none of the conversions", "AND u.age = %c", 'a');
    REFUSED("none of the conversions", "AND u.age = %n", &written);
    REFUSED("none of the conversions", "AND u.age = %ls", L"x");
    REFUSED("none of the conversions", "AND u.age = %");
    const char *volatile none = NULL; /* which the compiler must not see */
    REFUSED("a text for %s is NULL", "AND u.email = %s", none);
    REFUSED("%p takes what SQL_VALUE", "AND u.age = %p", (void *)NULL);
    REFUSED("%p takes what SQL_VALUE", "AND u.age = %p", (const void *)"t");
    REFUSED("%p takes what SQL_VALUE", "AND u.age = %p", (const void *)"tenon ");
    REFUSED("control character", "AND u.age = \1");
    REFUSED("not valid UTF-8", "AND u.email = '\xff'");
    assert_int_equal(written, 0);
    tenon_sqlf(users(s), "AND u.age = %lu", ~0ul);
    assert_failed(s, TENON_RANGE, "18446744073709551615 is more than");
}

static void a_text_is_one_statement(void **state)
{
    tenon_session *s = start(state);
    REFUSED("this is a second statement: \"DROP", "; DROP TABLE \"User\"");
    tenon_sql *q = tenon_sqlf(users(s), "AND true;");
    assert_int_equal(count_users(q, s), 3);
    tenon_sqlf(q, "SELECT 1");
    assert_failed(s, TENON_MISUSE, "this is a second statement");
    tenon_sqlf(tenon_sql_new(s), "SELECT * FROM (%p)", SQL_PART(q));
    assert_failed(s, TENON_MISUSE, "a part must not end in a semicolon");
    q = users(s);
    tenon_sqlf(q, "AND u.id IN (%p)", SQL_PART(q));
    assert_failed(s, TENON_MISUSE, "a part has to be another SQL of the same session");
    const char *const words[] = {
        "BEGIN",      "commit", "ROLLBACK", "SET x = 1", "Pragma user_version", "COPY x TO STDOUT",
        "SAVEPOINT a"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        tenon_sqlf(tenon_sql_new(s), words[i]);
        assert_failed(s, TENON_MISUSE, "is no statement for this");
    }
    assert_int_equal(tenon_sql_exec(tenon_sql_new(s)), 0);
    assert_failed(s, TENON_MISUSE, "there is no statement in the text");
    assert_null(tenon_sql_one(users(s), NULL));
    assert_failed(s, TENON_MISUSE, "rows need SQL_MODEL");
}

static void a_failed_session_does_nothing(void **state)
{
    tenon_session *s = start(state);
    tenon_sql *q = users(s);
    tenon_sqlf(tenon_sql_new(s), "'");
    assert_true(tenon_failed(s));
    assert_null(tenon_sql_new(s));
    assert_null(tenon_sql_new(NULL));
    assert_null(tenon_sqlf(NULL, "SELECT 1"));
    assert_null(tenon_sql_plan(NULL, TENON_PLAN_CUSTOM));
    assert_ptr_equal(tenon_sqlf(q, "AND false"), q);
    assert_int_equal(tenon_sql_many(q, SQL_MODEL(&user_model)).count, 0);
    assert_null(tenon_sql_cells(q));
    assert_null(tenon_sql_stream(q, SQL_MODEL(&user_model)));
    assert_null(tenon_sql_explain(q));
    assert_int_equal(tenon_sql_exec(NULL), 0);
    assert_string_equal(tenon_sql_text(NULL), "");
    tenon_error_clear(s);
    assert_int_equal(count_users(q, s), 3);
}

/* ---- running --------------------------------------------------------------------------------- */

static void writing_tells_how_many(void **state)
{
    tenon_session *s = start(state);
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "DELETE FROM posts WHERE views > %d", 5);
    assert_int_equal(tenon_sql_exec(q), 2);
    q = tenon_sqlf(tenon_sql_new(s), "UPDATE %p SET age = %d WHERE id = %d RETURNING %p",
                   SQL_TABLE(&user_model), 40, 1, SQL_COLUMNS(&user_model, NULL));
    const User *ann = tenon_sql_one(q, SQL_MODEL(&user_model));
    assert_sound(s);
    assert_int_equal(ann->age.value, 40);
    assert_null(tenon_sql_stream(q, SQL_MODEL(&user_model)));
    assert_failed(s, TENON_MISUSE, "a stream only reads");
}

static void it_is_part_of_the_transaction(void **state)
{
    tenon_session *s = start(state);
    assert_true(tenon_begin(s));
    assert_int_equal(tenon_sql_exec(tenon_sqlf(tenon_sql_new(s), "DELETE FROM posts")), 3);
    tenon_rollback(s);
    assert_int_equal(post_count(s), 3);
    assert_true(tenon_begin_with(s, &(tenon_transaction_options){.read_only = true}));
    tenon_sql_exec(tenon_sqlf(tenon_sql_new(s), "WITH x AS (SELECT 1) DELETE FROM posts"));
    assert_failed(s, TENON_MISUSE, NULL);
    tenon_rollback(s);
}

static void streams_give_row_after_row(void **state)
{
    tenon_session *s = start(state);
    tenon_sql *q =
        tenon_sqlf(users(s), "AND replace(email, %s, %s) <> %s ORDER BY id", "a", "", "");
    tenon_stream *stream = tenon_sql_stream(q, SQL_MODEL(&user_model));
    int32_t id = 0;
    for (const User *user; (user = tenon_stream_next(stream));)
        assert_int_equal(user->id, ++id);
    assert_true(tenon_stream_close(stream));
    assert_int_equal(id, 3);
}

static void rows_of_any_columns_come_as_texts(void **state)
{
    both *b = *state;
    tenon_session *s = start(state);
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s),
                              "SELECT id, name, age * 1.5 AS much, %p AS bytes, active "
                              "FROM \"User\" ORDER BY id",
                              SQL_VALUE(((tenon_bytes){2, "\0\xff"})));
    const tenon_cells *cells = tenon_sql_cells(q);
    assert_sound(s);
    assert_int_equal(cells->column_count, 5);
    assert_int_equal(cells->row_count, 3);
    assert_string_equal(cells->names[2], "much");
    assert_string_equal(tenon_cell(cells, 0, 1), "Ann");
    assert_null(tenon_cell(cells, 1, 1));
    assert_string_equal(tenon_cell(cells, 0, 2), "46.5");
    assert_string_equal(tenon_cell(cells, 0, 3), "\\x00ff");
    assert_null(tenon_cell(cells, 3, 0));
    assert_null(tenon_cell(cells, 0, 5));
    int64_t id = 0;
    double much = 0;
    bool is_active = false;
    tenon_error err;
    assert_true(tenon_cell_int64(tenon_cell(cells, 2, 0), &id, &err) && id == 3);
    assert_true(tenon_cell_double(tenon_cell(cells, 1, 2), &much, &err) && much == 25.5);
    assert_true(tenon_cell_bool(tenon_cell(cells, 0, 4), &is_active, &err) && is_active);
    assert_false(tenon_cell_int64("1.5", &id, &err));
    assert_int_equal(err.status, TENON_TYPE);
    assert_false(tenon_cell_double("", &much, &err));
    assert_false(tenon_cell_double("-", &much, &err));
    assert_false(tenon_cell_double("1e", &much, &err));
    assert_false(tenon_cell_double("0x10", &much, &err));
    assert_true(tenon_cell_double("-1.25e-02", &much, &err) && much == -0.0125);
    assert_true(tenon_cell_double("-Infinity", &much, &err) && much < -1e308);
    assert_false(tenon_cell_bool(NULL, &is_active, &err));
    assert_string_equal(err.message, "NULL is no truth value");
    cells = tenon_sql_cells(tenon_sqlf(tenon_sql_new(s), "SELECT * FROM posts WHERE false"));
    assert_int_equal(cells->row_count, 0);
    assert_int_equal(cells->column_count, 9);
    cells = tenon_sql_cells(tenon_sqlf(tenon_sql_new(s), "DELETE FROM posts"));
    assert_sound(s);
    assert_int_equal(cells->row_count, 0);
    (void)b;
}

static void a_plan_is_explained(void **state)
{
    both *b = *state;
    tenon_session *s = start(state);
    const tenon_explanation *it = tenon_sql_explain(tenon_sqlf(users(s), "AND u.id = %d", 1));
    assert_sound(s);
    assert_non_null(strstr(it->sql, "AND u.id = "));
    assert_non_null(strstr(it->plan, b->is_sqlite ? "SEARCH" : "User"));
    it = tenon_sql_explain(tenon_sqlf(tenon_sql_new(s), "DELETE FROM posts WHERE views > %d", 0));
    assert_sound(s);
    assert_non_null(it);
    assert_int_equal(post_count(s), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(every_conversion_is_a_bound_value),
        ON_BOTH(hostile_texts_are_texts),
        ON_BOTH(values_of_every_type_are_taken),
        ON_BOTH(lists_are_one_value),
        ON_BOTH(lists_of_times_and_of_enums_are_one_value),
        ON_BOTH(arrays_are_values_of_array_columns),
        ON_BOTH(what_is_looked_for_in_a_text_stands_for_itself),
        ON_BOTH(parts_are_put_together),
        ON_BOTH(ctes_joins_and_windows_keep_their_values),
        ON_BOTH(columns_have_to_be_those_that_are_said),
        ON_BOTH(names_are_quoted),
        ON_BOTH(a_value_in_the_wrong_place_is_refused),
        ON_BOTH(only_plain_conversions_are_taken),
        ON_BOTH(a_text_is_one_statement),
        ON_BOTH(a_failed_session_does_nothing),
        ON_BOTH(writing_tells_how_many),
        ON_BOTH(it_is_part_of_the_transaction),
        ON_BOTH(streams_give_row_after_row),
        ON_BOTH(rows_of_any_columns_come_as_texts),
        ON_BOTH(a_plan_is_explained),
    };
    return both_run(tests);
}
