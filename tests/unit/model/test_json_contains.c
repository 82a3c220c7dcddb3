/* JSON_CONTAINS: PostgreSQL's @> decides what it means, and SQLite must say the same. */
#include "both.h"

#include <stdio.h>
#include <stdlib.h>

#define JSON(t) ((tenon_json){0, t})

typedef struct verdict {
    const char *outer, *inner;
    bool is_contained;
} verdict;

static const verdict verdicts[] = {
    {"{\"a\": 1, \"b\": 2}", "{\"b\": 2}", true},
    {"{\"a\": 1}", "{\"a\": 1, \"b\": 2}", false},
    {"{\"a\": {\"b\": [1, 2]}}", "{\"a\": {\"b\": [2]}}", true},
    {"{\"a\": {\"b\": 1}}", "{\"b\": 1}", false},
    {"{\"a\": null}", "{\"a\": null}", true},
    {"{}", "{\"a\": null}", false},
    {"{\"a\": 1}", "{}", true},
    {"[]", "{}", false},
    {"[1, 2, 3]", "[3, 1, 1]", true},
    {"[1, 2]", "[4]", false},
    {"[[1, 2], [3]]", "[[2]]", true},
    {"[[1], [2]]", "[[1, 2]]", false},
    {"[1, [2]]", "[2]", false},
    {"[{\"a\": 1, \"b\": 2}]", "[{\"b\": 2}]", true},
    {"[\"x\", 7]", "7", true},
    {"[[7]]", "7", false},
    {"7", "[7]", false},
    {"7", "7", true},
    {"7", "[]", false},
    {"[7]", "[]", true},
    {"{\"a\": [7]}", "{\"a\": 7}", false},
    {"[1.0]", "[1]", true},
    {"[10e-1]", "[1.000]", true},
    {"[0.1]", "[0.10000000000000000000001]", false},
    {"[12345678901234567890123]", "[1.2345678901234567890123e22]", true},
    {"[-0]", "[0.0]", true},
    {"[-1]", "[1]", false},
    {"[1205]", "[1250]", false},
    {"[100]", "[1]", false},
    {"[\"A\\u00e9\"]", "[\"A\u00e9\"]", true},
    {"{\"\\u0061\": 1}", "{\"a\": 1}", true},
    {"{\"a\": 1, \"a\": 2}", "{\"a\": 2}", true},
    {"{\"a\": 1, \"a\": 2}", "{\"a\": 1}", false},
    {"{\"a\": 2}", "{\"a\": 1, \"a\": 2}", true},
    {" [ 1 , { \"a\" : [ ] } ] ", "[{\"a\":[]}]", true},
    {"true", "true", true},
    {"[true]", "[false]", false},
    {"\"x\"", "\"x\"", true},
    {"[\"1\"]", "[1]", false},
};

static void containment_means_the_same(void **state)
{
    both *b = *state;
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        tenon_session_reset(b->session);
        assert_true(tenon_execute(b->session, b->empty));
        everything_create(b->session, .data = SET(JSON(verdicts[i].outer)));
        bool is_contained = everything_exists(
            b->session, .where = {.data = JSON_CONTAINS(JSON(verdicts[i].inner))});
        assert_sound(b->session);
        if (is_contained != verdicts[i].is_contained)
            fail_msg("%s @> %s", verdicts[i].outer, verdicts[i].inner);
    }
}

static void null_contains_nothing(void **state)
{
    both *b = *state;
    everything_create(b->session, .data = SET_NULL());
    everything_create(b->session, .data = SET(JSON("null")), .raw_ = SET(JSON("{\"a\": 1}")));
    assert_int_equal(everything_count(b->session, .where = {.data = JSON_CONTAINS(JSON("null"))}),
                     1);
    assert_int_equal(
        everything_count(b->session,
                         .where = {.none = EVERYTHING_WHERES({.data = JSON_CONTAINS(JSON("1"))})}),
        1);
    assert_int_equal(
        everything_count(b->session, .where = {.raw_ = JSON_CONTAINS(JSON("{\"a\": 1.0}"))}), 1);
    assert_sound(b->session);
}

/* ---- random documents ------------------------------------------------------------------------ */

static const char *const scalars[] = {"1",     "1.0",     "10e-1",       "2",           "0",
                                      "-0.0",  "2.50",    "25e-1",       "true",        "false",
                                      "null",  "\"a\"",   "\"b\"",       "\"\\u0061\"", "\"\"",
                                      "\"1\"", "\"\\n\"", "\"\\u000a\"", "1e2",         "100"};
static const char *const keys[] = {"\"a\"", "\"b\"", "\"\\u0061\"", "\"\""};

static unsigned pick(unsigned *seed, unsigned count)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 16) % count;
}

#define PICK(seed, list) list[pick(seed, sizeof list / sizeof list[0])]

static char *write_document(char *at, unsigned *seed, int depth)
{
    unsigned kind = pick(seed, depth > 0 ? 4 : 2);
    if (kind < 2)
        return at + sprintf(at, "%s", PICK(seed, scalars));
    unsigned count = pick(seed, 4);
    *at++ = kind == 2 ? '[' : '{';
    for (unsigned i = 0; i < count; i++) {
        if (i)
            at += sprintf(at, pick(seed, 2) ? "," : " , ");
        if (kind == 3)
            at += sprintf(at, "%s: ", PICK(seed, keys));
        at = write_document(at, seed, depth - 1);
    }
    *at++ = kind == 2 ? ']' : '}';
    *at = '\0';
    return at;
}

/* Mostly a container, which has something to find in it; never a number by itself, which a JSON
 * column of SQLite makes one of its own numbers. */
static const char *make_document(char text[4096], unsigned *seed, int depth)
{
    bool is_container, is_number;
    do {
        write_document(text, seed, depth);
        is_container = text[0] == '[' || text[0] == '{';
        is_number = text[0] == '-' || (text[0] >= '0' && text[0] <= '9');
    } while (is_number || (!is_container && pick(seed, 4)));
    return text;
}

enum { DOCUMENTS = 150, QUESTIONS = 300 };

static size_t ids_that_contain(tenon_session *s, const char *inner, int64_t ids[DOCUMENTS])
{
    tenon_mark mark = tenon_session_mark(s);
    EverythingList list =
        everything_find_many(s, .where = {.data = JSON_CONTAINS(((tenon_json){0, inner}))},
                             .select = {EVERYTHING_ID}, .order_by = {ASC(EVERYTHING_ID)});
    assert_sound(s);
    for (size_t i = 0; i < list.count; i++)
        ids[i] = list.items[i].id;
    size_t count = list.count;
    tenon_session_rewind(s, mark);
    return count;
}

static void fill(tenon_session *s, unsigned seed)
{
    char text[4096];
    for (int i = 1; i <= DOCUMENTS; i++) {
        make_document(text, &seed, 3);
        everything_create(s, .id = SET(i), .data = SET(((tenon_json){0, text})));
    }
    assert_sound(s);
}

static void random_documents_get_the_same_answer(void **state)
{
    unsigned seed = 20;
    size_t found = 0;
    char text[4096];
    int64_t ours[DOCUMENTS], theirs[DOCUMENTS];
    tenon_session *postgresql = tenon_session_open(both_postgresql.db, NULL);
    tenon_session *sqlite = tenon_session_open(both_sqlite.db, NULL);
    tenon_execute(postgresql, both_postgresql.empty);
    tenon_execute(sqlite, both_sqlite.empty);
    fill(postgresql, 7);
    fill(sqlite, 7);
    for (int i = 0; i < QUESTIONS; i++) {
        make_document(text, &seed, 2);
        size_t count = ids_that_contain(postgresql, text, theirs);
        if (ids_that_contain(sqlite, text, ours) != count ||
            memcmp(ours, theirs, count * sizeof *ours) != 0)
            fail_msg("the databases do not agree about %s", text);
        found += count;
    }
    assert_true(found > QUESTIONS);
    tenon_session_close(postgresql);
    tenon_session_close(sqlite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(containment_means_the_same),
        ON_BOTH(null_contains_nothing),
        cmocka_unit_test(random_documents_get_the_same_answer),
    };
    return both_run(tests);
}
