/* The calls of test_sql.c that write. */
#include "sql_cases.h"

#include "both.h"

#include <stdlib.h>

#include "db/db.h"

static const ArraysSet no_arrays[2];
static const EverythingSet no_everything[2];
static const char *const names[] = {"Ann", "Bo"};
static const tenon_bytes letter = {1, "x"};

static void create_many_users(tenon_session *s, size_t count, bool skip_duplicates)
{
    UserSet *items = calloc(count, sizeof *items);
    assert_non_null(items);
    for (size_t i = 0; i < count; i++)
        items[i] = (UserSet){.email = SET("a@b")};
    user_create_many(s, .items = items, .count = count, .skip_duplicates = skip_duplicates);
    free(items);
}

static void create_memberships(tenon_session *s, size_t count)
{
    MembershipSet items[20];
    assert_true(count <= 20);
    for (size_t i = 0; i < count; i++)
        items[i] = (MembershipSet){.userId = SET(1), .groupName = SET("g"), .role = SET(ROLE_USER)};
    membership_create_many(s, .items = items, .count = count);
}

CASE(create, user_create(s, .email = SET("a@b"), .age = SET(1)))
CASE(create_with_id, user_create(s, .email = SET("a@b"), .id = SET(7)))
CASE(create_bytes, everything_create(s, .blob = SET(letter)))
CASE(create_skipping, create_many_users(s, 1, true))
CASE(create_in_other_table, membership_create(s, .table = {.name = "m2"}, .userId = SET(1),
                                              .groupName = SET("g"), .role = SET(ROLE_USER)))
CASE(create_many, create_memberships(s, 9))
CASE(create_many_thousands,
     if (tenon__session_dialect(s) == TENON_POSTGRESQL) create_many_users(s, 4000, false))
CASE(create_many_arrays, arrays_create_many_returning(s, .items = no_arrays, .count = 2))
CASE(create_many_everything, everything_create_many(s, .items = no_everything, .count = 2))
CASE(update, user_update(s, 1, .name = SET("Bo"), .age = SET_NULL()))
CASE(update_calculated, user_update(s, 1, .age = INCREASE(1), .score = SCALE(2)))
CASE(update_decreased, post_update(s, (tenon_uuid){0}, .views = DECREASE(1)))
CASE(update_decimal, user_update(s, 1, .balance = INCREASE(((tenon_decimal){0, "1"}))))
CASE(update_money, everything_update(s, 1, .money = SCALE(((tenon_decimal){0, "1.1"}))))
CASE(update_pushed, user_update(s, 1, .tags = PUSH(((tenon_text_array){names, 2}))))
CASE(update_default, user_update(s, 1, .id = SET_DEFAULT()))
CASE(update_nothing, membership_update_q(&(MembershipSet){.session = s}, 1, "g"))
CASE(update_many,
     membership_update_many(s, .where = {.role = EQ(ROLE_USER)}, .set = {.note = SET("x")}))
CASE(update_every, membership_update_many(s, .everything = true, .set = {.note = SET("x")}))
CASE(upsert,
     membership_upsert(s,
                       .create = {.userId = SET(1), .groupName = SET("g"), .role = SET(ROLE_USER)},
                       .update = {.role = SET(ROLE_ADMIN)}))
CASE(upsert_calculated,
     post_upsert(s, .on = POST_BY_AUTHOR_ID_SLUG,
                 .create = {.authorId = SET(1), .slug = SET("s"), .title = SET("t")},
                 .update = {.views = INCREASE(1)}))
CASE(upsert_without_change,
     membership_upsert(s,
                       .create = {.userId = SET(1), .groupName = SET("g"), .role = SET(ROLE_USER)}))
static const MembershipSet noted[] = {
    {.userId = SET(1), .groupName = SET("g"), .role = SET(ROLE_USER), .note = SET("x")},
    {.userId = SET(2), .groupName = SET("g"), .role = SET(ROLE_ADMIN), .note = SET_NULL()}};
CASE(upsert_many, membership_upsert_many(s, .items = noted, .count = 2))
CASE(upsert_many_columns,
     membership_upsert_many_returning(s, .items = noted, .count = 2, .update = {MEMBERSHIP_NOTE}))
CASE(update_each, membership_update_each(s, .items = noted, .count = 2))
CASE(get_or_create, membership_get_or_create(s, .create = {.userId = SET(1),
                                                           .groupName = SET("g"),
                                                           .role = SET(ROLE_USER)}))
CASE(create_or_ignore, user_create_or_ignore(s, .email = SET("a@b")))
CASE(update_many_returning, membership_update_many_returning(s, .where = {.role = EQ(ROLE_USER)},
                                                             .set = {.note = SET("x")}))
CASE(delete_many_returning, membership_delete_many_returning(s, .where = {.note = IS_NULL()}))
CASE(delete_one, membership_delete(s, 1, "g"))
CASE(delete_one_of_other_table, membership_delete(s, 1, "g", .table = {.name = "m2"}))
CASE(delete_many, membership_delete_many(s, .where = {.note = IS_NULL()}))
CASE(delete_every, membership_delete_many(s, .everything = true))

const sql_case sql_of_writing[] = {
    {"create", create},
    {"create with a generated column given", create_with_id},
    {"create with columns of every type", create_bytes},
    {"create_many of one row, skipping duplicates", create_skipping},
    {"create in a table chosen at run time", create_in_other_table},
    {"create_many", create_many},
    {"create_many of thousands", create_many_thousands},
    {"create_many of arrays, returning", create_many_arrays},
    {"create_many of every type", create_many_everything},
    {"update", update},
    {"update by calculation", update_calculated},
    {"DECREASE", update_decreased},
    {"INCREASE of a decimal", update_decimal},
    {"SCALE of money", update_money},
    {"PUSH", update_pushed},
    {"SET_DEFAULT of a generated column", update_default},
    {"update without a change", update_nothing},
    {"update_many", update_many},
    {"update_many of everything", update_every},
    {"upsert", upsert},
    {"upsert by calculation", upsert_calculated},
    {"upsert without a change", upsert_without_change},
    {"upsert_many", upsert_many},
    {"upsert_many of chosen columns, returning", upsert_many_columns},
    {"update_each", update_each},
    {"get_or_create", get_or_create},
    {"create_or_ignore", create_or_ignore},
    {"update_many, returning", update_many_returning},
    {"delete_many, returning", delete_many_returning},
    {"delete", delete_one},
    {"delete in a table chosen at run time", delete_one_of_other_table},
    {"delete_many", delete_many},
    {"delete_many of everything", delete_every},
};
const size_t sql_of_writing_count = TENON__COUNT(sql_of_writing);
