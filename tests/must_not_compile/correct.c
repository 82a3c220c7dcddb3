/* Every macro with values of the right kinds: this one must compile without a warning. */
#include "models.h"

UserList find(tenon_session *s, const int64_t *ids, size_t count, tenon_uuid token, tenon_time born,
              tenon_opt_int32 age, const char *maybe);

UserList find(tenon_session *s, const int64_t *ids, size_t count, tenon_uuid token, tenon_time born,
              tenon_opt_int32 age, const char *maybe)
{
    static const Role staff[] = {ROLE_ADMIN};
    static const char *const words[] = {"red", "green"};
    tenon_text_array tags = {words, 2};
    tenon_decimal price = {0, "12.50"};
    tenon_json extra = {0, "{}"};
    user_create(s, .email = SET("ann@example.com"), .age = SET_OPT(age), .role = SET(ROLE_ADMIN),
                .token = SET(token), .price = SET(price), .extra = SET(extra), .tags = SET(tags));
    user_update(s, 1, .age = INCREASE(1), .email = SET_OR_NULL(maybe), .born = SET_NULL(),
                .tags = PUSH(tags));
    user_update_many(s, .everything = true, .set = {.price = SET_DEFAULT()});
    user_upsert(s, .on = USER_BY_EMAIL, .create = {.email = SET("a")}, .update = {.age = SET(1)});
    user_delete_many(s, .where = {.id = IN(ids, count)});
    user_delete(s, 1);
    user_find(s, 1);
    user_find_by_email(s, "ann@example.com");
    user_find_by_token(s, token);
    return user_find_many(s,
                          .where = {.age = RANGE(GE, 18, LT, 65),
                                    .email = LIKE("%@example.com"),
                                    .role = IN(staff, 1),
                                    .token = EQ(token),
                                    .born = BETWEEN(born, born),
                                    .tags = HAS("red"),
                                    .extra = JSON_AT("a.b", extra),
                                    .trail = NOT_NULL(),
                                    .any = USER_WHERES({.age = IS_NULL()}, {.avatar = NOT_NULL()})},
                          .order_by = {ASC(USER_EMAIL), DESC_NULLS_LAST(USER_AGE)},
                          .distinct = {USER_EMAIL}, .select = {USER_ID, USER_EMAIL}, .limit = 10,
                          .offset = 5);
}

tenon_list search(tenon_session *s, tenon_uuid token, tenon_time born, tenon_opt_int32 age,
                  tenon_text_array words, const char *maybe);

tenon_list search(tenon_session *s, tenon_uuid token, tenon_time born, tenon_opt_int32 age,
                  tenon_text_array words, const char *maybe)
{
    tenon_decimal price = {0, "12.50"};
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT %p FROM %p AS u",
                              SQL_COLUMNS(&user_model, "u"), SQL_TABLE(&user_model));
    tenon_sqlf(q, "WHERE u.age > %d AND u.id > %ld AND u.email <> %s", 18, 1L, "x");
    tenon_sqlf(q, "AND u.token = %p AND u.born > %p AND u.price < %p", SQL_VALUE(token),
               SQL_VALUE(born), SQL_VALUE(price));
    tenon_sqlf(q, "AND u.age = %p AND u.email = %p AND u.email %p AND u.email %p", SQL_VALUE(age),
               SQL_VALUE(maybe), SQL_IN(words), SQL_STARTS_WITH("a"));
    tenon_sqlf(q, "AND u.role = %p AND %p", SQL_ENUM(&role_enum, ROLE_ADMIN),
               SQL_PART(tenon_sqlf(tenon_sql_new(s), "u.age %% 2 = %zu", (size_t)1)));
    return tenon_sql_many(q, SQL_MODEL(&user_model));
}
