/* Operators that do not mind case, that compare two columns, and that look into JSON, on both
 * databases. test_operators.c has those that every type has. */
#include "both.h"

#include <stdio.h>

#define JSON(t) ((tenon_json){0, t})

/* The ids that a filter finds, as "1 3"; NULL says that it failed. */
static char ids[64];

static const char *found(both *b, EverythingWhere where)
{
    EverythingList list = everything_find_many(
        b->session, .where = where, .select = {EVERYTHING_ID}, .order_by = {ASC(EVERYTHING_ID)});
    size_t length = 0;
    ids[0] = '\0';
    for (size_t i = 0; i < list.count; i++)
        length += (size_t)snprintf(ids + length, sizeof ids - length, "%s%d", length ? " " : "",
                                   (int)list.items[i].id);
    return tenon_failed(b->session) ? NULL : ids;
}

#define FINDS(expected, ...)                                                                       \
    do {                                                                                           \
        const char *is_found = found(b, (EverythingWhere){__VA_ARGS__});                           \
        assert_sound(b->session);                                                                  \
        assert_string_equal(is_found, expected);                                                   \
    } while (0)
#define REFUSES(status, text, ...)                                                                 \
    do {                                                                                           \
        assert_null(found(b, (EverythingWhere){__VA_ARGS__}));                                     \
        assert_failed(b->session, status, text);                                                   \
    } while (0)
/* What is found when the condition must not hold: not that which gave NULL. */
#define LEAVES(expected, ...) FINDS(expected, .none = EVERYTHING_WHERES({__VA_ARGS__}))

/* ---- case ------------------------------------------------------------------------------------ */

static void create_texts(both *b)
{
    static const char *const texts[] = {"Anna", "anna", "ANNETTE", "50%_off", "\\Bob"};
    for (int i = 0; i < 5; i++)
        everything_create(b->session, .id = SET(i + 1), .text = SET(texts[i]),
                          .label = SET(texts[i]));
    everything_create(b->session, .id = SET(6));
    assert_sound(b->session);
}

static void case_does_not_matter(void **state)
{
    both *b = *state;
    create_texts(b);
    FINDS("1 2", .text = IEQ("ANNA"));
    FINDS("3 4 5", .text = INE("anna"));
    FINDS("1 2", .label = IEQ("aNNa"));
    FINDS("1 2 3", .text = ISTARTS_WITH("ANN"));
    FINDS("4", .text = IENDS_WITH("OFF"));
    FINDS("5", .text = IENDS_WITH("\\bOB"));
    FINDS("1 2 3", .label = ICONTAINS("NN"));
    FINDS("4", .text = ICONTAINS("%_O"));
    FINDS("", .text = ICONTAINS("a%a"));
    LEAVES("3 4 5", .text = IEQ("ANNA"));
    LEAVES("4 5", .text = ISTARTS_WITH("ann"));
}

static void case_does_not_matter_in_lists(void **state)
{
    both *b = *state;
    create_texts(b);
    static const char *const some[] = {"anNA", "50%_OFF", "nobody"};
    FINDS("1 2 4", .text = IIN(some, 3));
    FINDS("3 5", .text = NOT_IIN(some, 3));
    FINDS("1 2 4", .label = IIN(some, 3));
    LEAVES("3 5", .text = IIN(some, 3));
    FINDS("", .text = IIN(some, 0));
    everything_delete_many(b->session, .where.text = NOT_IIN(some, 0));
    assert_failed(b->session, TENON_MISUSE, "everything");
    REFUSES(TENON_MISUSE, "NULL", .text = ICONTAINS(NULL));
    REFUSES(TENON_MISUSE, "NULL", .text = IEQ(NULL));
    REFUSES(TENON_MISUSE, "IEQ", .markup = IEQ("x"));
}

/* ---- columns --------------------------------------------------------------------------------- */

static void two_columns_are_compared(void **state)
{
    both *b = *state;
    everything_create(b->session, .id = SET(1), .small = SET(1), .number = SET(1), .big = SET(2));
    everything_create(b->session, .id = SET(2), .small = SET(3), .number = SET(2), .big = SET(2));
    everything_create(b->session, .id = SET(3), .small = SET(3), .number = SET(4));
    everything_create(b->session, .id = SET(4), .text = SET("a"), .label = SET("a"));
    everything_create(b->session, .id = SET(5), .text = SET("a"), .label = SET("A"));
    FINDS("1", .small = EQ_COLUMN(EVERYTHING_NUMBER));
    FINDS("2 3", .small = NE_COLUMN(EVERYTHING_NUMBER));
    FINDS("3", .small = LT_COLUMN(EVERYTHING_NUMBER));
    FINDS("1 3", .small = LE_COLUMN(EVERYTHING_NUMBER));
    FINDS("2", .small = GT_COLUMN(EVERYTHING_BIG));
    FINDS("1 2 3", .small = GE_COLUMN(EVERYTHING_ID));
    FINDS("4", .text = EQ_COLUMN(EVERYTHING_LABEL));
    FINDS("5", .text = NE_COLUMN(EVERYTHING_LABEL));
    LEAVES("1", .small = GT_COLUMN(EVERYTHING_BIG));
    FINDS("1 2 3 4 5", .id = EQ_COLUMN(EVERYTHING_ID));
}

static void columns_of_other_types_are_not(void **state)
{
    both *b = *state;
    REFUSES(TENON_MISUSE, "another type", .text = EQ_COLUMN(EVERYTHING_NUMBER));
    REFUSES(TENON_MISUSE, "another type", .text = EQ_COLUMN(EVERYTHING_CODE));
    REFUSES(TENON_MISUSE, "another type", .stamp = LT_COLUMN(EVERYTHING_INSTANT));
    REFUSES(TENON_MISUSE, "another type", .real = LT_COLUMN(EVERYTHING_PRECISE));
    REFUSES(TENON_MISUSE, "another type", .price = LT_COLUMN(EVERYTHING_MONEY));
    REFUSES(TENON_MISUSE, "there is not", .text = EQ_COLUMN(99));
    REFUSES(TENON_MISUSE, "GT_COLUMN", .role = GT_COLUMN(EVERYTHING_ROLE));
    FINDS("", .data = EQ_COLUMN(EVERYTHING_DATA), .blob = EQ_COLUMN(EVERYTHING_BLOB),
          .stamp = GE_COLUMN(EVERYTHING_STAMP), .role = EQ_COLUMN(EVERYTHING_ROLE),
          .uuid = LE_COLUMN(EVERYTHING_UUID), .day = EQ_COLUMN(EVERYTHING_DAY),
          .money = EQ_COLUMN(EVERYTHING_MONEY), .address = EQ_COLUMN(EVERYTHING_ADDRESS),
          .bits = EQ_COLUMN(EVERYTHING_BITS), .markup = EQ_COLUMN(EVERYTHING_MARKUP),
          .flag = EQ_COLUMN(EVERYTHING_FLAG), .raw_ = EQ_COLUMN(EVERYTHING_RAW));
    arrays_create(b->session, .id = SET(1));
    assert_int_equal(arrays_count(b->session, .where = {.numbers = EQ_COLUMN(ARRAYS_NUMBERS)}), 1);
    arrays_count(b->session, .where = {.numbers = EQ_COLUMN(ARRAYS_BIGS)});
    assert_failed(b->session, TENON_MISUSE, "another type");
}

static void bytes_are_looked_for_in_lists(void **state)
{
    both *b = *state;
    static const tenon_bytes some[] = {{2, "a\0"}, {1, "b"}, {0, ""}};
    for (int i = 0; i < 3; i++)
        everything_create(b->session, .id = SET(i + 1), .blob = SET(some[i]));
    everything_create(b->session, .id = SET(4), .blob = SET(((tenon_bytes){1, "a"})));
    everything_create(b->session, .id = SET(5));
    FINDS("1 2 3", .blob = IN(some, 3));
    FINDS("3 4", .blob = NOT_IN(some, 2));
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void create_documents(both *b)
{
    static const char *const documents[] = {
        "{\"a\": {\"n\": 2}, \"t\": \"Green\", \"l\": [1, \"x\", true, null]}",
        "{\"a\": {\"n\": 10.5}, \"t\": \"gr%een\", \"l\": [\"x\", 2]}",
        "{\"a\": {\"n\": \"7\"}, \"t\": 5, \"l\": []}",
        "{\"a\": 1, \"t\": null, \"l\": {\"0\": 1}}",
        "\"plain\"",
        "[3, 1]",
    };
    for (int i = 0; i < 6; i++)
        everything_create(b->session, .id = SET(i + 1), .data = SET(JSON(documents[i])),
                          .raw_ = SET(JSON(documents[i])));
    everything_create(b->session, .id = SET(7));
    assert_sound(b->session);
}

static void numbers_and_texts_in_json_have_an_order(void **state)
{
    both *b = *state;
    create_documents(b);
    FINDS("1", .data = JSON_AT_LT("a.n", JSON("10")));
    FINDS("1", .raw_ = JSON_AT_LE("a.n", JSON("2.0")));
    FINDS("2", .data = JSON_AT_GT("a.n", JSON("2")));
    FINDS("1 2", .raw_ = JSON_AT_GE("a.n", JSON("-1")));
    FINDS("3", .data = JSON_AT_GT("a.n", JSON("\"5\"")));
    FINDS("2", .data = JSON_AT_GT("t", JSON("\"a\"")), .raw_ = JSON_AT_LT("t", JSON("\"z\"")),
          .id = EQ(2));
    FINDS("6", .data = JSON_AT_GT("0", JSON("2")));
    FINDS("5", .data = JSON_AT_GE("", JSON("\"plain\"")));
    LEAVES("2 3", .data = JSON_AT_LT("a.n", JSON("10")));
    FINDS("2 3", .data = JSON_AT_NE("a.n", JSON("2")));
    REFUSES(TENON_MISUSE, "number or a text", .data = JSON_AT_LT("a", JSON("[1]")));
    REFUSES(TENON_MISUSE, "number or a text", .data = JSON_AT_LT("a", JSON("true")));
}

static void texts_in_json_have_parts(void **state)
{
    both *b = *state;
    create_documents(b);
    FINDS("1", .data = JSON_AT_STARTS_WITH("t", "Gr"));
    FINDS("1", .raw_ = JSON_AT_ENDS_WITH("t", "reen"));
    FINDS("1 2", .data = JSON_AT_CONTAINS("t", "een"));
    FINDS("2", .raw_ = JSON_AT_CONTAINS("t", "r%e"));
    FINDS("1 2", .data = JSON_AT_ISTARTS_WITH("t", "gR"));
    FINDS("1 2", .data = JSON_AT_IENDS_WITH("t", "EN"));
    FINDS("2", .raw_ = JSON_AT_ICONTAINS("t", "R%E"));
    FINDS("5", .data = JSON_AT_CONTAINS("", "lai"));
    LEAVES("2 3 4", .data = JSON_AT_STARTS_WITH("t", "Gr"));
    REFUSES(TENON_MISUSE, "NULL", .data = JSON_AT_CONTAINS("t", NULL));
    REFUSES(TENON_MISUSE, "NULL", .data = JSON_AT_CONTAINS(NULL, "t"));
}

static void arrays_in_json_have_elements(void **state)
{
    both *b = *state;
    create_documents(b);
    FINDS("1 2", .data = JSON_AT_HAS("l", JSON("\"x\"")));
    FINDS("1", .raw_ = JSON_AT_HAS("l", JSON("1")));
    FINDS("1", .data = JSON_AT_HAS("l", JSON(" true")));
    FINDS("1", .data = JSON_AT_HAS("l", JSON("null")));
    FINDS("6", .data = JSON_AT_HAS("", JSON("1")));
    LEAVES("2 3 4", .data = JSON_AT_HAS("l", JSON("1")));
    FINDS("1", .data = JSON_AT_FIRST("l", JSON("1")));
    FINDS("2", .raw_ = JSON_AT_FIRST("l", JSON("\"x\"")));
    FINDS("1", .data = JSON_AT_LAST("l", JSON("null")));
    FINDS("6", .raw_ = JSON_AT_LAST("", JSON("1")));
    LEAVES("2 4", .data = JSON_AT_FIRST("l", JSON("1")));
    if (b->is_sqlite)
        REFUSES(TENON_UNSUPPORTED, "single values", .data = JSON_AT_HAS("l", JSON("[1]")));
    else
        FINDS("", .data = JSON_AT_HAS("l", JSON("{\"a\": 1}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(case_does_not_matter),          ON_BOTH(case_does_not_matter_in_lists),
        ON_BOTH(two_columns_are_compared),      ON_BOTH(columns_of_other_types_are_not),
        ON_BOTH(bytes_are_looked_for_in_lists), ON_BOTH(numbers_and_texts_in_json_have_an_order),
        ON_BOTH(texts_in_json_have_parts),      ON_BOTH(arrays_in_json_have_elements),
    };
    return both_run(tests);
}
