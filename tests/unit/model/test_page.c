/* Pages by cursor and by number. */
#include "both.h"

#include <stdio.h>
#include <stdlib.h>

static void add(both *b, int id, const char *name, int age, Role role)
{
    char email[32];
    snprintf(email, sizeof email, "u%02d@example.com", id);
    tenon_opt_int32 some_age = {age >= 0, age};
    user_create(b->session, .id = SET(id), .email = SET(email), .name = SET_OR_NULL(name),
                .age = SET_OPT(some_age), .role = SET(role), .active = SET(id % 2 == 1),
                .createdAt = SET(((tenon_time){id / 4 * INT64_C(1000)})));
    assert_sound(b->session);
}

/* Twelve users, of some columns several are equal or NULL. */
static void add_users(both *b)
{
    static const char *const names[] = {"a", "b", NULL};
    for (int id = 1; id <= 12; id++)
        add(b, id, names[id % 3], id % 4 == 0 ? -1 : id % 5, (Role)(id % 3 + 1));
}

/* "1 2 3" */
static const char *ids(const User *items, size_t count)
{
    static char text[256];
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%d", i ? " " : "",
                                   items[i].id);
    return text;
}

#define IDS(page) ids((page).items, (page).count)

static void pages_follow_each_other(void **state)
{
    both *b = *state;
    add_users(b);
    UserPage first = user_page(b->session, .size = 5);
    assert_sound(b->session);
    assert_string_equal(IDS(first), "1 2 3 4 5");
    assert_true(first.has_next && !first.has_previous && first.next && !first.previous);
    UserPage second = user_page(b->session, .size = 5, .after = first.next);
    assert_sound(b->session);
    assert_string_equal(IDS(second), "6 7 8 9 10");
    assert_true(second.has_next && second.has_previous);
    UserPage third = user_page(b->session, .size = 5, .after = second.next);
    assert_string_equal(IDS(third), "11 12");
    assert_true(!third.has_next && third.has_previous && !third.next);
    UserPage back = user_page(b->session, .size = 5, .before = third.previous);
    assert_string_equal(IDS(back), "6 7 8 9 10");
    assert_true(back.has_next && back.has_previous);
    UserPage start = user_page(b->session, .size = 5, .before = back.previous);
    assert_string_equal(IDS(start), "1 2 3 4 5");
    assert_true(start.has_next && !start.has_previous && !start.previous);
    assert_sound(b->session);
}

static void a_cursor_survives_another_size_and_other_columns(void **state)
{
    both *b = *state;
    add_users(b);
    UserPage first = user_page(b->session, .size = 2, .order_by = {DESC(USER_CREATED_AT)});
    UserPage next = user_page(b->session, .size = 4, .order_by = {DESC(USER_CREATED_AT)},
                              .select = {USER_EMAIL}, .after = first.next);
    assert_sound(b->session);
    assert_string_equal(IDS(first), "12 8");
    assert_string_equal(IDS(next), "9 10 11 4");
    assert_true(USER_LOADED(&next.items[0], USER_EMAIL) && USER_LOADED(&next.items[0], USER_ID));
    assert_false(USER_LOADED(&next.items[0], USER_AGE));
}

static void cursors_fit_in_a_url(void **state)
{
    both *b = *state;
    add_users(b);
    UserPage page = user_page(b->session, .size = 2, .order_by = {ASC(USER_NAME)});
    assert_sound(b->session);
    for (const char *at = page.next; *at; at++)
        assert_non_null(
            strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", *at));
}

static void a_cursor_of_another_query_is_refused(void **state)
{
    both *b = *state;
    add_users(b);
    const char *cursor =
        user_page(b->session, .size = 2, .where = {.age = GE(1)}, .order_by = {ASC(USER_AGE)}).next;
    assert_sound(b->session);
    user_page(b->session, .size = 3, .where = {.age = GE(1)}, .order_by = {ASC(USER_AGE)},
              .after = cursor);
    assert_sound(b->session);
    user_page(b->session, .size = 2, .where = {.age = GE(2)}, .order_by = {ASC(USER_AGE)},
              .after = cursor);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    user_page(b->session, .size = 2, .where = {.age = GT(1)}, .order_by = {ASC(USER_AGE)},
              .after = cursor);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    user_page(b->session, .size = 2, .where = {.age = GE(1)}, .order_by = {DESC(USER_AGE)},
              .after = cursor);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    user_page(b->session, .size = 2, .where = {.age = GE(1), .active = EQ(true)},
              .order_by = {ASC(USER_AGE)}, .after = cursor);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    post_page(b->session, .size = 2, .after = cursor);
    assert_failed(b->session, TENON_VALIDATION, "Post: the cursor belongs to another query");
}

static void the_values_of_every_kind_of_filter_tell_queries_apart(void **state)
{
    both *b = *state;
    add_users(b);
    int64_t some[] = {1, 2, 3, 4}, others[] = {1, 2, 3, 5};
    const char *tags[] = {"x"};
    UserWhere where = {.id = IN(some, 4),
                       .email = CONTAINS("u"),
                       .balance = GE(((tenon_decimal){0, "0"})),
                       .createdAt = GE(((tenon_time){0})),
                       .role = NE(ROLE_ADMIN),
                       .none = USER_WHERES({.tags = HAS_ANY(tags, 1)})};
    UserPage page = user_page(b->session, .size = 1, .where = where);
    assert_sound(b->session);
    assert_non_null(page.next);
    user_page(b->session, .size = 1, .where = where, .after = page.next);
    assert_sound(b->session);
    where.id.as.list.items = others;
    user_page(b->session, .size = 1, .where = where, .after = page.next);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    where.id.as.list.items = some;
    tags[0] = "y";
    user_page(b->session, .size = 1, .where = where, .after = page.next);
    assert_failed(b->session, TENON_VALIDATION, "another query");
}

static void a_changed_cursor_is_refused(void **state)
{
    both *b = *state;
    add_users(b);
    const char *cursor = user_page(b->session, .size = 2).next;
    assert_sound(b->session);
    char changed[256];
    size_t length = strlen(cursor);
    for (size_t i = 0; i < length; i++) {
        memcpy(changed, cursor, length + 1);
        changed[i] = changed[i] == 'B' ? 'C' : 'B';
        user_page(b->session, .size = 2, .after = changed);
        assert_failed(b->session, TENON_VALIDATION, "cursor");
        memcpy(changed, cursor, i);
        changed[i] = '\0';
        user_page(b->session, .size = 2, .before = changed);
        assert_failed(b->session, TENON_VALIDATION, "cursor");
    }
    user_page(b->session, .size = 2, .after = "no cursor at all");
    assert_failed(b->session, TENON_VALIDATION, "first page");
}

static void another_key_does_not_take_the_cursor(void **state)
{
    both *b = *state;
    add_users(b);
    tenon_error err;
    const char *const keys[] = {"0123456789abcdef", "0123456789abcdef", "0123456789abcdeg"};
    char *cursor = NULL;
    for (int i = 0; i < 3; i++) {
        tenon_db *db = tenon_open(b->url, &(tenon_options){.cursor_key = keys[i]}, &err);
        assert_non_null(db);
        tenon_session *s = tenon_session_open(db, NULL);
        UserPage page = user_page(s, .size = 2, .after = cursor);
        if (i < 2)
            assert_sound(s);
        else
            assert_failed(s, TENON_VALIDATION, "another cursor_key");
        if (i == 0)
            cursor = strdup(page.next);
        tenon_session_close(s);
        tenon_close(db);
    }
    free(cursor);
    assert_null(tenon_open(b->url, &(tenon_options){.cursor_key = "short"}, &err));
    assert_int_equal(err.status, TENON_MISUSE);
}

static void what_could_only_be_ignored_is_refused(void **state)
{
    both *b = *state;
    user_page(b->session);
    assert_failed(b->session, TENON_MISUSE, "size");
    user_page(b->session, .size = 2, .limit = 3);
    assert_failed(b->session, TENON_MISUSE, "limit");
    user_page(b->session, .size = 2, .distinct = {USER_ROLE});
    assert_failed(b->session, TENON_MISUSE, "distinct");
    user_page(b->session, .size = 2, .after = "a", .before = "b");
    assert_failed(b->session, TENON_MISUSE, "not both");
    user_page(b->session, .size = 2, .order_by = {ASC(USER_TAGS)});
    assert_failed(b->session, TENON_MISUSE, "User.tags");
    user_page_of(b->session, .size = 2);
    assert_failed(b->session, TENON_MISUSE, "from 1");
    user_page_of(b->session, .page = 2);
    assert_failed(b->session, TENON_MISUSE, "size");
    user_page_of(b->session, .page = INT64_MAX, .size = INT64_MAX);
    assert_failed(b->session, TENON_MISUSE, "page");
}

static void from_an_empty_page_there_is_a_way_back(void **state)
{
    both *b = *state;
    add_users(b);
    UserPage first = user_page(b->session, .size = 6);
    user_delete_many(b->session, .where = {.id = GT(6)});
    UserPage gone = user_page(b->session, .size = 6, .after = first.next);
    assert_sound(b->session);
    assert_true(gone.count == 0 && !gone.has_next && gone.has_previous);
    UserPage back = user_page(b->session, .size = 3, .before = gone.previous);
    assert_sound(b->session);
    assert_string_equal(IDS(back), "4 5 6");
    assert_true(!back.has_next && back.has_previous);
}

static void of_no_rows_there_is_one_empty_page(void **state)
{
    both *b = *state;
    UserPage page = user_page(b->session, .size = 6);
    assert_sound(b->session);
    assert_true(page.count == 0 && !page.has_next && !page.has_previous);
    UserOffsetPage numbered = user_page_of(b->session, .page = 1, .size = 6);
    assert_sound(b->session);
    assert_true(numbered.count == 0 && numbered.total == 0 && numbered.pages == 0);
    assert_true(!numbered.has_next && !numbered.has_previous);
}

/* ---- by number ------------------------------------------------------------------------------- */

static void a_numbered_page_knows_how_many_there_are(void **state)
{
    both *b = *state;
    add_users(b);
    UserOffsetPage page = user_page_of(b->session, .where = {.id = GT(1)}, .page = 2, .size = 4,
                                       .order_by = {ASC(USER_CREATED_AT), DESC(USER_ID)});
    assert_sound(b->session);
    assert_string_equal(IDS(page), "5 4 11 10");
    assert_true(page.total == 11 && page.pages == 3 && page.page == 2);
    assert_true(page.has_next && page.has_previous);
    assert_string_equal(page.items[3].email, "u10@example.com");
    UserOffsetPage last =
        user_page_of(b->session, .where = {.id = GT(1)}, .page = 3, .size = 4, .select = {USER_ID});
    assert_sound(b->session);
    assert_true(last.count == 3 && last.total == 11 && !last.has_next);
}

static void behind_the_last_page_the_total_is_right_too(void **state)
{
    both *b = *state;
    add_users(b);
    UserOffsetPage page = user_page_of(b->session, .where = {.active = EQ(true)},
                                       .order_by = {ASC(USER_NAME)}, .page = 9, .size = 4);
    assert_sound(b->session);
    assert_true(page.count == 0 && page.total == 6 && page.pages == 2);
    assert_true(!page.has_next && page.has_previous);
}

/* ---- against an evaluation in memory --------------------------------------------------------- */

typedef struct model_row {
    int id, age, created; /* age -1: NULL */
    const char *name;
    Role role;
} model_row;

typedef struct model {
    model_row rows[60];
    size_t count;
    UserOrder order[4];
} model;

static model *sorted;

/* NULL as text or as -1 comes where the direction says. */
static int compare_nulls(bool a, bool b, tenon_direction direction)
{
    bool first = direction == TENON_DESC || direction == TENON_ASC_NULLS_FIRST;
    return (a - b) * (first ? -1 : 1);
}

static int compare_term(const model_row *a, const model_row *b, UserOrder term)
{
    int result = 0;
    switch (term.column) {
    case USER_NAME:
        if (!a->name || !b->name)
            return compare_nulls(!a->name, !b->name, term.direction);
        result = strcmp(a->name, b->name);
        break;
    case USER_AGE:
        if (a->age < 0 || b->age < 0)
            return compare_nulls(a->age < 0, b->age < 0, term.direction);
        result = (a->age > b->age) - (a->age < b->age);
        break;
    case USER_ROLE:
        result = (a->role > b->role) - (a->role < b->role);
        break;
    case USER_CREATED_AT:
        result = (a->created > b->created) - (a->created < b->created);
        break;
    default:
        result = (a->id > b->id) - (a->id < b->id);
    }
    bool is_desc = term.direction == TENON_DESC || term.direction == TENON_DESC_NULLS_LAST;
    return is_desc ? -result : result;
}

static int compare_rows(const void *a, const void *b)
{
    for (int i = 0; i < 4 && sorted->order[i].column; i++) {
        int result = compare_term(a, b, sorted->order[i]);
        if (result)
            return result;
    }
    return compare_term(a, b, (UserOrder){USER_ID, TENON_ASC});
}

static unsigned seed;

static int random_below(int n)
{
    seed = seed * 1103515245 + 12345;
    return (int)(seed >> 16 & 0x7fff) % n;
}

static void fill(both *b, model *m)
{
    static const char *const names[] = {NULL, "a", "ab", "b", "B"};
    m->count = 60;
    for (size_t i = 0; i < m->count; i++) {
        model_row *row = &m->rows[i];
        *row = (model_row){.id = (int)i + 1,
                           .age = random_below(4) - 1,
                           .created = random_below(3) * 1000,
                           .name = names[random_below(4)],
                           .role = (Role)(random_below(3) + 1)};
        char email[32];
        snprintf(email, sizeof email, "u%d@example.com", row->id);
        tenon_opt_int32 age = {row->age >= 0, row->age};
        user_create(b->session, .id = SET(row->id), .email = SET(email),
                    .name = SET_OR_NULL(row->name), .age = SET_OPT(age), .role = SET(row->role),
                    .createdAt = SET(((tenon_time){row->created})));
        assert_sound(b->session);
    }
}

static void choose_order(model *m)
{
    static const UserColumn columns[] = {USER_NAME, USER_AGE, USER_ROLE, USER_CREATED_AT, USER_ID};
    int count = random_below(4);
    memset(m->order, 0, sizeof m->order);
    for (int i = 0; i < count; i++)
        m->order[i] = (UserOrder){.column = columns[random_below(5)],
                                  .direction = (tenon_direction)random_below(4)};
    sorted = m;
    qsort(m->rows, m->count, sizeof *m->rows, compare_rows);
}

static bool passes(const model_row *row, int least_age)
{
    return least_age < 0 || row->age >= least_age;
}

static size_t expect(const model *m, int least_age, int *out)
{
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++)
        if (passes(&m->rows[i], least_age))
            out[count++] = m->rows[i].id;
    return count;
}

static UserPageQuery query_of(both *b, const model *m, int least_age)
{
    UserPageQuery query = {.session = b->session};
    memcpy(query.order_by, m->order, sizeof m->order);
    if (least_age >= 0)
        query.where.age = (tenon_int_filter)GE(least_age);
    return query;
}

/* Forward over all pages, each of another size, and backward again: every row once, in order. */
static void walk(both *b, const model *m, int least_age)
{
    int expected[60];
    size_t count = expect(m, least_age, expected), at = 0;
    UserPageQuery query = query_of(b, m, least_age);
    UserPage page;
    do {
        query.size = random_below(7) + 1;
        page = user_page_q(&query);
        assert_sound(b->session);
        assert_true(page.has_previous == (at > 0));
        for (size_t i = 0; i < page.count; i++, at++)
            assert_int_equal(page.items[i].id, expected[at]);
        assert_true(page.has_next == (at < count));
        query.after = page.next;
    } while (query.after);
    assert_int_equal(at, count);
    at -= page.count;
    query.after = NULL;
    for (query.before = page.previous; query.before; query.before = page.previous) {
        query.size = random_below(7) + 1;
        page = user_page_q(&query);
        assert_sound(b->session);
        assert_true(page.has_next);
        for (size_t i = page.count; i-- > 0;)
            assert_int_equal(page.items[i].id, expected[--at]);
        assert_true(page.has_previous == (at > 0));
    }
    assert_int_equal(at, 0);
}

static void walking_gives_every_row_once_in_every_order(void **state)
{
    both *b = *state;
    static model m;
    seed = 42;
    fill(b, &m);
    for (int round = 0; round < 60; round++) {
        tenon_mark mark = tenon_session_mark(b->session);
        choose_order(&m);
        walk(b, &m, random_below(4) - 1);
        tenon_session_rewind(b->session, mark);
    }
}

/* Cursors of all kinds of values, and of a key of two columns. */
static void every_type_can_be_the_order(void **state)
{
    both *b = *state;
    static const EverythingColumn columns[] = {
        EVERYTHING_FLAG,    EVERYTHING_SMALL,   EVERYTHING_NUMBER, EVERYTHING_BIG,
        EVERYTHING_REAL,    EVERYTHING_PRECISE, EVERYTHING_PRICE,  EVERYTHING_TEXT,
        EVERYTHING_LABEL,   EVERYTHING_CODE,    EVERYTHING_BLOB,   EVERYTHING_UUID,
        EVERYTHING_STAMP,   EVERYTHING_INSTANT, EVERYTHING_DAY,    EVERYTHING_CLOCK,
        EVERYTHING_ZONED,   EVERYTHING_ROLE,    EVERYTHING_MONEY,  EVERYTHING_BITS,
        EVERYTHING_ADDRESS, EVERYTHING_SPAN};
    for (int i = 0; i < 6; i++) {
        int half = i / 2;
        char digit[] = {(char)('0' + i / 2), '\0'}, bits[] = "00000000";
        bits[7] = (char)('0' + i / 2 % 2);
        everything_create(
            b->session, .flag = SET(i / 2 % 2), .small = SET(i / 2), .number = SET(-i / 2),
            .big = SET(INT64_MAX - i / 2), .real = SET(half * 0.5), .precise = SET(half * 0.1),
            .price = SET(((tenon_decimal){0, digit})), .text = SET(digit), .label = SET(digit),
            .code = SET(digit), .blob = SET(((tenon_bytes){1, digit})),
            .uuid = SET(((tenon_uuid){(uint64_t)i / 2, UINT64_MAX})),
            .stamp = SET(((tenon_time){i / 2 * 1000})), .instant = SET(((tenon_time){-i / 2})),
            .day = SET(((tenon_date){i / 2})), .clock = SET(((tenon_clock){i / 2})),
            .zoned = SET(((tenon_clock_tz){i / 2, 3600})),
            .span = SET(((tenon_interval){i % 2, i / 2 - i % 2 * 30, 0})),
            .role = SET((Role)(i / 2 % 3 + 1)), .money = SET(((tenon_decimal){0, digit})),
            .bits = SET(bits), .address = SET("10.0.0.1"));
        everything_create(b->session);
        assert_sound(b->session);
    }
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        for (int d = TENON_ASC; d <= TENON_DESC_NULLS_LAST; d++) {
            EverythingList all = everything_find_many(
                b->session, .order_by = {{columns[c], (tenon_direction)d}, ASC(EVERYTHING_ID)});
            EverythingPage page = {0};
            size_t at = 0;
            do {
                page = everything_page(b->session, .size = 5, .after = page.next,
                                       .order_by = {{columns[c], (tenon_direction)d}});
                assert_sound(b->session);
                for (size_t i = 0; i < page.count; i++, at++)
                    assert_int_equal(page.items[i].id, all.items[at].id);
            } while (page.next);
            assert_int_equal(at, 12);
        }
    }
}

static void a_key_of_two_columns_ends_the_order(void **state)
{
    both *b = *state;
    add_users(b);
    for (int i = 0; i < 9; i++)
        membership_create(b->session, .userId = SET(i % 3 + 1),
                          .groupName = SET(i < 3   ? "a"
                                           : i < 6 ? "b"
                                                   : "c"),
                          .role = SET(ROLE_USER));
    assert_sound(b->session);
    MembershipPage page = {0};
    size_t count = 0;
    do {
        page = membership_page(b->session, .size = 2, .after = page.next,
                               .order_by = {DESC(MEMBERSHIP_GROUP_NAME)});
        assert_sound(b->session);
        for (size_t i = 0; i < page.count; i++, count++) {
            assert_int_equal(page.items[i].userId, count % 3 + 1);
            assert_int_equal(page.items[i].groupName[0], 'c' - (int)count / 3);
        }
    } while (page.next);
    assert_int_equal(count, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(pages_follow_each_other),
        ON_BOTH(a_cursor_survives_another_size_and_other_columns),
        ON_BOTH(cursors_fit_in_a_url),
        ON_BOTH(a_cursor_of_another_query_is_refused),
        ON_BOTH(the_values_of_every_kind_of_filter_tell_queries_apart),
        ON_BOTH(a_changed_cursor_is_refused),
        ON_BOTH(another_key_does_not_take_the_cursor),
        ON_BOTH(what_could_only_be_ignored_is_refused),
        ON_BOTH(from_an_empty_page_there_is_a_way_back),
        ON_BOTH(of_no_rows_there_is_one_empty_page),
        ON_BOTH(a_numbered_page_knows_how_many_there_are),
        ON_BOTH(behind_the_last_page_the_total_is_right_too),
        ON_BOTH(walking_gives_every_row_once_in_every_order),
        ON_BOTH(every_type_can_be_the_order),
        ON_BOTH(a_key_of_two_columns_ends_the_order),
    };
    return both_run(tests);
}
