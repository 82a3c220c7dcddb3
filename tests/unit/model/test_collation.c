/* Texts in the order of a collation that the query names: NOCASE, which SQLite has and the case
 * makes on PostgreSQL; it holds texts equal that differ in case only. */
#include "both.h"

#include <stdio.h>

static void make_nocase(both *b)
{
    if (!b->is_sqlite)
        both_sql(b, "SET client_min_messages = warning;"
                    "CREATE COLLATION IF NOT EXISTS \"NOCASE\" "
                    "(provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
}

static void add_people(both *b, const char *const *names, int count)
{
    make_nocase(b);
    for (int i = 0; i < count; i++) {
        char email[32];
        snprintf(email, sizeof email, "%d@example.com", i);
        user_create(b->session, .id = SET(i + 1), .email = SET(email),
                    .name = SET_OR_NULL(names[i]));
    }
    assert_sound(b->session);
}

/* "Ann bo Cid" */
static const char *names_of(UserList list)
{
    static char text[256];
    text[0] = '\0';
    for (size_t i = 0; i < list.count; i++) {
        strcat(text, i ? " " : "");
        strcat(text, list.items[i].name ? list.items[i].name : "-");
    }
    return text;
}

static const char *const four[] = {"bo", "Cid", "Ann", NULL};

static void the_collation_decides(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    const char *bytes = b->is_sqlite ? "BINARY" : "C";
    add_people(b, four, 4);
    assert_string_equal(names_of(user_find_many(s, .order_by = {ASC_COLLATE(USER_NAME, "NOCASE")})),
                        "Ann bo Cid -");
    assert_string_equal(
        names_of(user_find_many(s, .order_by = {DESC_COLLATE(USER_NAME, "NOCASE")})),
        "- Cid bo Ann");
    assert_string_equal(names_of(user_find_many(s, .order_by = {ASC_COLLATE(USER_NAME, bytes)})),
                        "Ann Cid bo -");
    assert_string_equal(names_of(user_find_many(s, .order_by = {{.column = USER_NAME,
                                                                 .direction = TENON_ASC_NULLS_FIRST,
                                                                 .collate = "NOCASE"}})),
                        "- Ann bo Cid");
    assert_string_equal(names_of(user_find_many(s, .distinct = {USER_NAME},
                                                .order_by = {ASC_COLLATE(USER_NAME, "NOCASE")})),
                        "Ann bo Cid -");
    assert_sound(s);
}

static void it_reaches_through_relations(void **state)
{
    both *b = *state;
    add_people(b, four, 4);
    for (int i = 1; i <= 3; i++)
        post_create(b->session, .authorId = SET(i), .title = SET(four[i - 1]));
    PostList posts = post_find_many(
        b->session, .order_by = {{.author = &(UserOrder)ASC_COLLATE(USER_NAME, "NOCASE")}});
    assert_sound(b->session);
    assert_string_equal(posts.items[0].title, "Ann");
    assert_string_equal(posts.items[1].title, "bo");
    const PostQuery by_title = {.order_by = {DESC_COLLATE(POST_TITLE, "NOCASE")}};
    UserList users =
        user_find_many(b->session, .order_by = {ASC(USER_ID)}, .include = {.posts = &by_title});
    assert_sound(b->session);
    assert_int_equal(users.items[0].posts.count, 1);
}

static void a_name_is_quoted(void **state)
{
    both *b = *state;
    add_people(b, four, 4);
    user_find_many(b->session, .order_by = {ASC_COLLATE(USER_NAME, "C\" DESC; DROP TABLE x --")});
    assert_failed(b->session, TENON_SCHEMA, NULL);
    assert_int_equal(user_count(b->session), 4);
    if (b->is_sqlite)
        return;
    both_sql(b, "CREATE COLLATION IF NOT EXISTS \"we\"\"ird\" FROM \"C\"");
    assert_string_equal(
        names_of(user_find_many(b->session, .order_by = {ASC_COLLATE(USER_NAME, "we\"ird")})),
        "Ann Cid bo -");
    assert_sound(b->session);
}

static void what_has_no_collation_is_refused(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    user_find_many(s, .order_by = {ASC_COLLATE(USER_AGE, "C")});
    assert_failed(s, TENON_MISUSE, "User.age: only texts have a collation");
    user_find_many(s, .order_by = {ASC_COLLATE(USER_ROLE, "C")});
    assert_failed(s, TENON_MISUSE, "User.role: only texts");
    user_find_many(s, .order_by = {ASC_COLLATE(USER_NAME, "")});
    assert_failed(s, TENON_MISUSE, "name is empty");
    user_find_many(s, .order_by = {{.count = USER_POSTS, .collate = "C"}});
    assert_failed(s, TENON_MISUSE, "belongs beside the column");
    post_find_many(s, .order_by = {{.author = &(UserOrder){.column = USER_NAME}, .collate = "C"}});
    assert_failed(s, TENON_MISUSE, "belongs beside the column");
    user_find_many(s, .order_by = {{.collate = "C"}});
    assert_failed(s, TENON_MISUSE, "names one column");
    user_page(s, .size = 2, .order_by = {ASC_COLLATE(USER_AGE, "C")});
    assert_failed(s, TENON_MISUSE, "User.age: only texts");
}

/* ---- pages ----------------------------------------------------------------------------------- */

/* Many of which NOCASE cannot tell apart. */
static const char *const alike[] = {"bo", "Bo", "BO", "ann", NULL, "Ann", "bO", "Cid", NULL};
enum { ALIKE = sizeof alike / sizeof alike[0] };

/* Every row once, forwards and back. */
static void walk_pages(both *b, const UserOrder *order)
{
    int32_t seen[ALIKE] = {0};
    size_t count = 0;
    UserPageQuery query = {.session = b->session, .size = 2};
    query.order_by[0] = *order;
    UserPage page = user_page_q(&query);
    for (;; page = user_page_q(&query)) {
        assert_sound(b->session);
        for (size_t i = 0; i < page.count; i++)
            seen[count++] = page.items[i].id;
        if (!page.has_next)
            break;
        query.after = page.next;
    }
    assert_int_equal(count, ALIKE);
    query.after = NULL;
    for (count -= page.count; page.has_previous; count -= page.count) {
        query.before = page.previous;
        page = user_page_q(&query);
        assert_sound(b->session);
        for (size_t i = 0; i < page.count; i++)
            assert_int_equal(page.items[i].id, seen[count - page.count + i]);
    }
    assert_int_equal(count, 0);
}

static void pages_have_every_row_once_also_those_held_equal(void **state)
{
    both *b = *state;
    add_people(b, alike, ALIKE);
    walk_pages(b, &(UserOrder)ASC_COLLATE(USER_NAME, "NOCASE"));
    walk_pages(b, &(UserOrder)DESC_COLLATE(USER_NAME, "NOCASE"));
    walk_pages(
        b,
        &(UserOrder){.column = USER_NAME, .direction = TENON_DESC_NULLS_LAST, .collate = "NOCASE"});
}

/* Group names that the key tells apart and the collation does not. */
static void a_collated_key_is_no_key(void **state)
{
    both *b = *state;
    static const char *const groups[] = {"x", "X", "y", "Y", "Z"};
    add_people(b, four, 1);
    for (int i = 0; i < 5; i++)
        membership_create(b->session, .userId = SET(1), .groupName = SET(groups[i]),
                          .role = SET(ROLE_USER));
    MembershipPageQuery query = {
        .session = b->session,
        .size = 1,
        .order_by = {ASC(MEMBERSHIP_USER_ID), ASC_COLLATE(MEMBERSHIP_GROUP_NAME, "NOCASE")}};
    unsigned seen = 0;
    for (int i = 0; i < 5; i++) {
        MembershipPage page = membership_page_q(&query);
        assert_sound(b->session);
        assert_int_equal(page.count, 1);
        for (unsigned g = 0; g < 5; g++)
            seen |= (unsigned)!strcmp(page.items[0].groupName, groups[g]) << g;
        query.after = page.next;
    }
    assert_int_equal(seen, 31);
    MembershipOffsetPage numbered =
        membership_page_of(b->session, .page = 2, .size = 2,
                           .order_by = {ASC_COLLATE(MEMBERSHIP_GROUP_NAME, "NOCASE")});
    assert_sound(b->session);
    assert_int_equal(numbered.total, 5);
    assert_int_equal(numbered.count, 2);
}

static void a_cursor_belongs_to_its_collation(void **state)
{
    both *b = *state;
    add_people(b, alike, ALIKE);
    UserPage page =
        user_page(b->session, .size = 2, .order_by = {ASC_COLLATE(USER_NAME, "NOCASE")});
    user_page(b->session, .size = 2, .order_by = {ASC(USER_NAME)}, .after = page.next);
    assert_failed(b->session, TENON_VALIDATION, "another query");
    user_page(b->session, .size = 3, .order_by = {ASC_COLLATE(USER_NAME, "NOCASE")},
              .after = page.next);
    assert_sound(b->session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(the_collation_decides),
        ON_BOTH(it_reaches_through_relations),
        ON_BOTH(a_name_is_quoted),
        ON_BOTH(what_has_no_collation_is_refused),
        ON_BOTH(pages_have_every_row_once_also_those_held_equal),
        ON_BOTH(a_collated_key_is_no_key),
        ON_BOTH(a_cursor_belongs_to_its_collation),
    };
    return both_run(tests);
}
