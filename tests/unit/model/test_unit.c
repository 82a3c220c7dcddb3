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

static void a_pointer_that_is_set_changes_the_key(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Author *ann = author_create(s, .name = SET("Ann")), *bob = author_create(s, .name = SET("Bob"));
    int32_t id = article_create(s, .title = SET("One"), .authorId = SET(ann->id))->id;
    tenon_unit *unit = tenon_unit_open(s);
    Article *one = tenon_unit_track(
        unit, &article_model,
        article_find_first(s, .where = {.id = EQ(id)}, .include = {.author = &(AuthorQuery){0}}));
    tenon_difference found[4];
    one->author = ann; /* another struct, the same row */
    assert_int_equal(tenon_changes(unit, &article_model, one, found, 4), 0);
    one->author = bob;
    assert_int_equal(tenon_changes(unit, &article_model, one, found, 4), 1);
    assert_string_equal(found[0].field->name, "authorId");
    assert_int_equal(*(const int32_t *)found[0].old_value, ann->id);
    assert_int_equal(*(const int32_t *)found[0].new_value, bob->id);
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(one->authorId, bob->id);
    assert_int_equal(tenon_changes(unit, &article_model, one, found, 4), 0);
    Author zoe = {.name = "Zoe"};
    tenon_unit_add(unit, &author_model, &zoe);
    one->editor = &zoe;
    assert_int_equal(tenon_changes(unit, &article_model, one, found, 4), 1);
    assert_null(found[0].new_value); /* not known yet */
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(article_find(s, id)->editorId.value, zoe.id);
    tenon_unit_close(unit);
}

/* A program that sets both means what it wrote into the column. NULL is not loaded, no row. */
static void the_column_counts_more_than_the_pointer(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Author *ann = author_create(s, .name = SET("Ann")), *bob = author_create(s, .name = SET("Bob"));
    Article *one = article_create(s, .title = SET("One"), .authorId = SET(ann->id));
    tenon_unit *unit = tenon_unit_open(s);
    one->author = ann;
    tenon_unit_track(unit, &article_model, one);
    one->authorId = bob->id;
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(article_find(s, one->id)->authorId, bob->id);
    one->author = NULL;
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(article_find(s, one->id)->authorId, bob->id);
    one->author = author_create(s, .name = SET("Zoe"));
    both_sql(b, "UPDATE articles SET author_id = (SELECT min(id) FROM \"Author\")");
    assert_false(tenon_unit_flush(unit));
    assert_failed(s, TENON_CONFLICT, "meanwhile");
    tenon_unit_close(unit);
}

/* The database refuses to delete who still is somebody's boss. */
static void refuse_to_delete_bosses(both *b)
{
    if (b->is_sqlite)
        both_sql(b, "CREATE TRIGGER bosses BEFORE DELETE ON \"Author\" WHEN EXISTS (SELECT 1 FROM "
                    "\"Author\" WHERE \"bossId\" = OLD.id) BEGIN SELECT RAISE(ABORT, 'boss'); END");
    else
        both_sql(b,
                 "CREATE FUNCTION bosses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS "
                 "(SELECT 1 FROM \"Author\" WHERE \"bossId\" = OLD.id) THEN RAISE 'boss'; END "
                 "IF; RETURN OLD; END $$; CREATE TRIGGER bosses BEFORE DELETE ON \"Author\" FOR "
                 "EACH ROW EXECUTE FUNCTION bosses()");
}

static void rows_that_refer_go_first(void **state)
{
    both *b = *state;
    enum { AUTHORS = 20 };
    Author *authors[AUTHORS] = {0};
    for (int i = 0; i < AUTHORS; i++) {
        char name[16];
        snprintf(name, sizeof name, "name %d", i);
        int32_t boss = i ? authors[i * 7 % i]->id : 0;
        authors[i] = author_create(b->session, .name = SET(name),
                                   .bossId = SET_OPT(((tenon_opt_int32){i > 0, boss})));
    }
    assert_sound(b->session);
    refuse_to_delete_bosses(b);
    tenon_unit *unit = tenon_unit_open(b->session);
    for (int i = 0; i < AUTHORS; i++) {
        tenon_unit_track(unit, &author_model, authors[i]);
        tenon_unit_remove(unit, &author_model, authors[i]);
    }
    bool is_done = tenon_unit_flush(unit);
    both_sql(b, b->is_sqlite ? "DROP TRIGGER bosses" : "DROP FUNCTION bosses CASCADE");
    assert_sound(b->session);
    assert_true(is_done);
    assert_int_equal(number(b, "SELECT count(*) FROM \"Author\""), 0);
    tenon_unit_close(unit);
}

/* Who refer to each other have no first: the database decides. */
static void a_circle_is_removed_too(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Author *ann = author_create(s, .name = SET("Ann"));
    Author *bob = author_create(s, .name = SET("Bob"), .bossId = SET(ann->id));
    ann = author_update(s, ann->id, .bossId = SET(bob->id));
    tenon_unit *unit = tenon_unit_open(s);
    tenon_unit_remove(unit, &author_model, tenon_unit_track(unit, &author_model, ann));
    tenon_unit_remove(unit, &author_model, tenon_unit_track(unit, &author_model, bob));
    assert_true(tenon_unit_flush(unit));
    assert_int_equal(number(b, "SELECT count(*) FROM \"Author\""), 0);
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
        ON_BLOG(a_pointer_that_is_set_changes_the_key),
        ON_BLOG(the_column_counts_more_than_the_pointer),
        ON_BLOG(rows_that_refer_go_first),
        ON_BLOG(a_circle_is_removed_too),
        ON_BLOG(a_row_that_was_changed_meanwhile_is_a_conflict),
        ON_BLOG(what_makes_no_sense_is_refused),
        ON_BLOG(many_rows_are_written_in_any_order),
        ON_BLOG(a_failure_among_many_is_named_and_undoes_all),
        ON_BLOG_OF(postgresql, a_flush_is_begin_one_round_trip_and_commit),
    };
    return blog_run(tests);
}
