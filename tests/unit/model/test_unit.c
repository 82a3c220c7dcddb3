/* Units of work on both databases: what is tracked, what has changed, and what a flush makes of
 * it. */
#include "blog.h"
#include "proxy.h"

#include <stdio.h>
#include <stdlib.h>

static int64_t number(both *b, const char *sql)
{
    return strtoll(both_value(b, sql), NULL, 10);
}

static void the_same_key_gives_the_same_row(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Author *ann = author_create(s, .name = SET("Ann"));
    tenon_unit *unit = tenon_unit_open(s);
    Author *one = tenon_unit_track(unit, &author_model, author_find(s, ann->id));
    one->age = (tenon_opt_int32){true, 5};
    Author *two = tenon_unit_track(unit, &author_model, author_find(s, ann->id));
    assert_ptr_equal(one, two);
    assert_int_equal(two->age.value, 5);
    assert_null(tenon_unit_track(unit, &author_model, NULL));
    tenon_unit_close(unit);
    assert_sound(s);
}

static void changes_are_listed_and_only_they_are_written(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Author *ann = author_create(s, .name = SET("Ann"), .age = SET(30));
    tenon_unit *unit = tenon_unit_open(s);
    tenon_unit_track(unit, &author_model, ann);
    tenon_difference found[4];
    assert_int_equal(tenon_changes(unit, &author_model, ann, found, 4), 0);
    ann->name = "Anna";
    ann->age.has = false;
    assert_int_equal(tenon_changes(unit, &author_model, ann, found, 4), 2);
    assert_string_equal(found[0].field->name, "name");
    assert_string_equal(*(const char *const *)found[0].old_value, "Ann");
    assert_string_equal(*(const char *const *)found[0].new_value, "Anna");
    assert_null(found[1].new_value);
    both_sql(b, "UPDATE \"Author\" SET \"bossId\" = id"); /* another column */
    assert_true(tenon_unit_flush(unit));
    assert_string_equal(both_value(b, "SELECT name FROM \"Author\" WHERE age IS NULL"), "Anna");
    assert_int_equal(ann->bossId.value, ann->id); /* as the database has it */
    assert_int_equal(tenon_changes(unit, &author_model, ann, found, 4), 0);
    assert_true(tenon_unit_flush(unit));
    tenon_unit_close(unit);
}

static void new_rows_are_written_after_those_they_point_at(void **state)
{
    both *b = *state;
    tenon_unit *unit = tenon_unit_open(b->session);
    Author boss = {.name = "Zoe"}, ann = {.name = "Ann", .boss = &boss};
    Article one = {.title = "One", .author = &ann};
    Comment fine = {.text = "fine", .article = &one, .author = &boss};
    assert_true(tenon_unit_add(unit, &comment_model, &fine));
    assert_true(tenon_unit_add(unit, &article_model, &one));
    assert_true(tenon_unit_add(unit, &author_model, &ann));
    assert_true(tenon_unit_add(unit, &author_model, &boss));
    assert_true(tenon_unit_flush(unit));
    assert_sound(b->session);
    assert_int_equal(ann.bossId.value, boss.id);
    assert_int_equal(one.authorId, ann.id);
    assert_int_equal(fine.articleId, one.id);
    assert_true(one.createdAt.us > 0);
    assert_int_equal(number(b, "SELECT count(*) FROM \"Comment\""), 1);
    one.title = "Uno";
    assert_true(tenon_unit_remove(unit, &comment_model, &fine));
    assert_true(tenon_unit_flush(unit));
    assert_string_equal(both_value(b, "SELECT title FROM articles"), "Uno");
    assert_int_equal(number(b, "SELECT count(*) FROM \"Comment\""), 0);
    assert_true(tenon_unit_remove(unit, &author_model, &ann));
    assert_true(tenon_unit_remove(unit, &article_model, &one));
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(number(b, "SELECT count(*) FROM \"Author\""), 1);
    tenon_unit_close(unit);
}

static void a_row_that_was_changed_meanwhile_is_a_conflict(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Author *ann = author_create(s, .name = SET("Ann"), .age = SET(30));
    Author ben = {.name = "Ben"};
    tenon_unit *unit = tenon_unit_open(s);
    tenon_unit_track(unit, &author_model, ann);
    tenon_unit_add(unit, &author_model, &ben);
    ann->age.value = 31;
    both_sql(b, "UPDATE \"Author\" SET age = 40");
    assert_false(tenon_unit_flush(unit));
    assert_failed(s, TENON_CONFLICT, "changed or deleted meanwhile");
    assert_int_equal(number(b, "SELECT count(*) FROM \"Author\""), 1);
    assert_int_equal(ben.id, 0);
    assert_int_equal(ann->age.value, 31);
    both_sql(b, "UPDATE \"Author\" SET age = 30");
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(number(b, "SELECT age FROM \"Author\" WHERE name = 'Ann'"), 31);
    assert_true(ben.id > 0);
    both_sql(b, "DELETE FROM \"Author\"");
    tenon_unit_remove(unit, &author_model, ann);
    assert_false(tenon_unit_flush(unit));
    assert_failed(s, TENON_CONFLICT, "meanwhile");
    tenon_unit_close(unit);
}

static void what_makes_no_sense_is_refused(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Author a = {.name = "a"}, c = {.name = "c"};
    author_create(s, .name = SET("Ann"));
    tenon_unit *unit = tenon_unit_open(s);
    assert_null(
        tenon_unit_track(unit, &author_model, author_find_first(s, .select = {AUTHOR_NAME})));
    assert_failed(s, TENON_MISUSE, "not selected");
    assert_false(tenon_unit_remove(unit, &author_model, &a));
    assert_failed(s, TENON_MISUSE, "not tracked");
    a.boss = &c;
    c.boss = &a;
    assert_true(tenon_unit_add(unit, &author_model, &a));
    assert_true(tenon_unit_add(unit, &author_model, &c));
    assert_false(tenon_unit_flush(unit));
    assert_failed(s, TENON_MISUSE, "in a circle");
    assert_false(tenon_unit_add(unit, &author_model, &a));
    assert_failed(s, TENON_MISUSE, "already");
    assert_true(tenon_unit_remove(unit, &author_model, &a));
    assert_true(tenon_unit_remove(unit, &author_model, &c));
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(number(b, "SELECT count(*) FROM \"Author\""), 1);
    tenon_unit_close(unit);
    tenon_unit_close(NULL);
}

/* More rows than go together at once, each pointing at the one before or at none. */
static void many_rows_are_written_in_any_order(void **state)
{
    enum { ROWS = 700, CHAIN = 5 };
    both *b = *state;
    static Author authors[ROWS];
    static char names[ROWS][16];
    tenon_unit *unit = tenon_unit_open(b->session);
    memset(authors, 0, sizeof authors);
    for (int i = ROWS - 1; i >= 0; i--) {
        snprintf(names[i], sizeof names[i], "name %d", i);
        authors[i].name = names[i];
        authors[i].boss = i % CHAIN ? &authors[i - 1] : NULL;
        assert_true(tenon_unit_add(unit, &author_model, &authors[i]));
    }
    assert_true(tenon_unit_flush(unit));
    assert_sound(b->session);
    assert_int_equal(number(b, "SELECT count(*) FROM \"Author\" a JOIN \"Author\" b "
                               "ON a.\"bossId\" = b.id"),
                     ROWS - ROWS / CHAIN);
    for (int i = 0; i < ROWS; i++)
        authors[i].age = (tenon_opt_int32){true, i};
    for (int i = CHAIN - 1; i < ROWS; i += CHAIN)
        assert_true(tenon_unit_remove(unit, &author_model, &authors[i]));
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(number(b, "SELECT count(*) FROM \"Author\" WHERE age IS NOT NULL"),
                     ROWS - ROWS / CHAIN);
    assert_int_equal(authors[1].age.value, 1);
    tenon_unit_close(unit);
}

static void a_failure_among_many_is_named_and_undoes_all(void **state)
{
    both *b = *state;
    tenon_unit *unit = tenon_unit_open(b->session);
    Author rows[3] = {{.name = "a"}, {.name = "b"}, {.name = "a"}};
    for (int i = 0; i < 3; i++)
        assert_true(tenon_unit_add(unit, &author_model, &rows[i]));
    assert_false(tenon_unit_flush(unit));
    assert_failed(b->session, TENON_UNIQUE, "Author.name must be unique");
    assert_int_equal(number(b, "SELECT count(*) FROM \"Author\""), 0);
    assert_int_equal(rows[0].id, 0);
    rows[2].name = "c"; /* cppcheck-suppress unreadVariable */
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(number(b, "SELECT count(*) FROM \"Author\""), 3);
    tenon_unit_close(unit);
}

static void a_flush_is_begin_one_round_trip_and_commit(void **state)
{
    enum { ROWS = 50 };
    both *b = *state;
    const char *why;
    tenon_error err;
    proxy *p = proxy_open(b->url, 0, &why);
    assert_non_null(p);
    tenon_db *db = tenon_open(proxy_url(p), NULL, &err);
    assert_non_null(db);
    tenon_session *s = tenon_session_open(db, NULL);
    Author *ann = author_create(s, .name = SET("Ann"));
    tenon_unit *unit = tenon_unit_open(s);
    tenon_unit_track(unit, &author_model, ann);
    ann->age = (tenon_opt_int32){true, 40};
    Article articles[ROWS];
    memset(articles, 0, sizeof articles);
    for (int i = 0; i < ROWS; i++) {
        articles[i].title = "title";
        articles[i].author = ann;
        assert_true(tenon_unit_add(unit, &article_model, &articles[i]));
    }
    uint64_t before = proxy_round_trips(p);
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(proxy_round_trips(p) - before, 3);
    tenon_unit_close(unit);
    tenon_session_close(s);
    tenon_close(db);
    proxy_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(the_same_key_gives_the_same_row),
        ON_BLOG(changes_are_listed_and_only_they_are_written),
        ON_BLOG(new_rows_are_written_after_those_they_point_at),
        ON_BLOG(a_row_that_was_changed_meanwhile_is_a_conflict),
        ON_BLOG(what_makes_no_sense_is_refused),
        ON_BLOG(many_rows_are_written_in_any_order),
        ON_BLOG(a_failure_among_many_is_named_and_undoes_all),
        ON_BLOG_OF(postgresql, a_flush_is_begin_one_round_trip_and_commit),
    };
    return blog_run(tests);
}
