/* Tables of calls: a part of a program that is given its calls, with the real ones on both
 * databases, with one that a layer has put in front, and with a test's own, which need none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../golden/generate/nested/models.h"
#include "../../support/testdb.h"
#include "ddl/ddl.h"

#include <tenon/tenon.h>

/* The part under test: it does not know whose calls these are. */
typedef struct workshop {
    const MakerCalls *makers;
    const QueryCalls *queries;
} workshop;

static int64_t count_things(const workshop *w, tenon_session *s)
{
    int64_t count = 0;
    MakersWithThingsList makers = w->queries->makers_with_things_q(s);
    for (size_t i = 0; i < makers.count; i++)
        count += (int64_t)makers.items[i].things.count;
    return count;
}

static const char *name_of(const workshop *w, tenon_session *s, int64_t id)
{
    const Maker *maker = w->makers->find(&(tenon_key_options){.session = s}, id);
    return maker && maker->name ? maker->name : "nobody";
}

/* ---- a test's own ---------------------------------------------------------------------------- */

static Maker *find_ann(const tenon_key_options *options, int64_t id)
{
    static Maker ann = {.id = 7, .name = "Ann"};
    (void)options;
    return id == 7 ? &ann : NULL;
}

static MakersWithThingsList give_two(tenon_session *session)
{
    static MakersWithThingsRow rows[2] = {{.things = {NULL, 2}}, {.things = {NULL, 3}}};
    (void)session;
    return (MakersWithThingsList){rows, 2};
}

static void a_test_puts_its_own_calls_in(void **state)
{
    (void)state;
    MakerCalls makers = {.find = find_ann};
    QueryCalls queries = {.makers_with_things_q = give_two};
    const workshop w = {&makers, &queries};
    assert_int_equal(count_things(&w, NULL), 5);
    assert_string_equal(name_of(&w, NULL, 7), "Ann");
    assert_string_equal(name_of(&w, NULL, 8), "nobody");
}

/* ---- the real ones --------------------------------------------------------------------------- */

static size_t asked;

static Maker *find_and_count(const tenon_key_options *options, int64_t id)
{
    asked++;
    return maker_calls.find(options, id);
}

static void make_tables(tenon_session *s, tenon_dialect dialect)
{
    tenon_error err = {0};
    ddl_script script;
    schema *read = schema_read_path("tests/golden/generate/nested/schema.prisma", &err);
    assert_non_null(read);
    assert_true(ddl_create(read, dialect, &script, &err));
    assert_true(ddl_apply(s, &script));
    ddl_script_release(&script);
    schema_free(read);
}

static void use_database(tenon_dialect dialect)
{
    const char *url = dialect == TENON_POSTGRESQL ? testdb_create("calls") : testdb_sqlite_url();
    tenon_db *db = tenon_open(url, NULL, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    MakerCalls counted = maker_calls;
    counted.find = find_and_count;
    const workshop w = {&maker_calls, &query_calls}, other = {&counted, &query_calls};
    make_tables(s, dialect);
    Maker *ben = w.makers->create(&(MakerSet){.session = s, .name = SET("Ben")});
    assert_non_null(ben);
    thing_create(s, .makerId = SET(ben->id), .title = SET("chair"));
    assert_int_equal(count_things(&w, s), 1);
    assert_string_equal(name_of(&w, s, ben->id), "Ben");
    assert_int_equal(asked, 0);
    assert_string_equal(name_of(&other, s, ben->id), "Ben");
    assert_int_equal(asked, 1);
    assert_string_equal(tenon_message(s), "");
    tenon_session_close(s);
    tenon_close(db);
    asked = 0;
}

static void the_real_calls_are_there_and_one_can_be_put_in_front(void **state)
{
    (void)state;
    use_database(TENON_POSTGRESQL);
    use_database(TENON_SQLITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_test_puts_its_own_calls_in),
        cmocka_unit_test(the_real_calls_are_there_and_one_can_be_put_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
