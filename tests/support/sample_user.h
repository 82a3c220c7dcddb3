/* Users: a key that the database makes, a unique, an enum, validation, defaults of many sorts. */
#ifndef SAMPLE_USER_H
#define SAMPLE_USER_H

#include <stdint.h>

#include <tenon/query.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum Role { ROLE_USER = 1, ROLE_EDITOR, ROLE_ADMIN } Role;
TENON_DECLARE_OPTIONAL(RoleOpt, Role);
TENON_DECLARE_FILTER(RoleFilter, Role);
TENON_DECLARE_SET(RoleSet, Role);
TENON_DECLARE_ARRAY(RoleArray, Role);
TENON_DECLARE_ARRAY_FILTER(RoleArrayFilter, RoleArray, Role);
TENON_DECLARE_SET(RoleArraySet, RoleArray);
/* The value's name as in the schema; NULL for a number that is none. */
const char *role_name(Role value);
/* False when no value has this name. */
bool role_from_name(const char *name, Role *out);
extern const tenon_enum role_enum;

typedef enum UserColumn {
    USER_ID = 1,
    USER_EMAIL,
    USER_NAME,
    USER_AGE,
    USER_ROLE,
    USER_ACTIVE,
    USER_SCORE,
    USER_BALANCE,
    USER_TAGS,
    USER_CREATED_AT,
    USER_UPDATED_AT
} UserColumn;

typedef enum UserUnique { USER_BY_ID = 1, USER_BY_EMAIL } UserUnique;

/* Somebody who can sign in. */
typedef struct User {
    int32_t id;
    /* How to reach them. */
    const char *email;
    const char *name;
    tenon_opt_int32 age;
    Role role;
    bool active;
    double score;
    tenon_decimal balance;
    tenon_text_array tags;
    tenon_time createdAt;
    tenon_time updatedAt;
    uint64_t tenon_loaded[1]; /* ask USER_LOADED */
} User;

typedef struct UserList {
    User *items;
    size_t count;
} UserList;

/* Whether a column was selected. */
#define USER_LOADED(row, column) TENON_LOADED(row, column)

typedef struct UserWhereList {
    const struct UserWhere *items;
    size_t count;
} UserWhereList;

/* All that is set must hold; `all`, `any` and `none` nest. */
typedef struct UserWhere {
    UserWhereList all, any, none;
    tenon_int_filter id;
    tenon_text_filter email;
    tenon_text_filter name;
    tenon_int_filter age;
    RoleFilter role;
    tenon_bool_filter active;
    tenon_float_filter score;
    tenon_decimal_filter balance;
    tenon_text_array_filter tags;
    tenon_time_filter createdAt;
    tenon_time_filter updatedAt;
} UserWhere;

typedef struct UserOrder {
    UserColumn column;
    tenon_direction direction;
} UserOrder;

typedef struct UserQuery {
    tenon_session *session;
    int64_t limit, offset;
    tenon_table table;
    tenon_plan_mode plan;
    UserWhere where;
    UserOrder order_by[TENON_MAX_ORDER];
    UserColumn select[11];
    UserColumn distinct[TENON_MAX_DISTINCT];
} UserQuery;

typedef struct UserSet {
    tenon_session *session;
    tenon_table table;
    tenon_int_set id;
    tenon_text_set email;
    tenon_text_set name;
    tenon_int_set age;
    RoleSet role;
    tenon_bool_set active;
    tenon_float_set score;
    tenon_decimal_set balance;
    tenon_text_array_set tags;
    tenon_time_set createdAt;
    tenon_time_set updatedAt;
} UserSet;

typedef struct UserCreateMany {
    tenon_session *session;
    tenon_table table;
    const UserSet *items;
    size_t count;
    bool skip_duplicates;
} UserCreateMany;

typedef struct UserUpdateMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    UserWhere where;
    UserSet set;
} UserUpdateMany;

typedef struct UserDeleteMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    UserWhere where;
} UserDeleteMany;

/* on 0: the primary key. */
typedef struct UserUpsert {
    tenon_session *session;
    tenon_table table;
    UserUnique on;
    UserSet create;
    UserSet update;
} UserUpsert;

extern const tenon_model user_model;

User *user_find(tenon_session *session, int64_t id);
User *user_find_by_email(tenon_session *session, const char *email);
User *user_find_first_q(const UserQuery *query);
UserList user_find_many_q(const UserQuery *query);
int64_t user_count_q(const UserQuery *query);
bool user_exists_q(const UserQuery *query);
User *user_create_q(const UserSet *set);
int64_t user_create_many_q(const UserCreateMany *rows);
UserList user_create_many_returning_q(const UserCreateMany *rows);
User *user_update_q(const UserSet *set, int64_t id);
User *user_delete(tenon_session *session, int64_t id);
int64_t user_update_many_q(const UserUpdateMany *change);
int64_t user_delete_many_q(const UserDeleteMany *which);
User *user_upsert_q(const UserUpsert *row);

#ifndef __cplusplus
/* `.any = USER_WHERES({ .a = … }, { .b = … })` */
#define USER_WHERES(...) TENON_LIST_OF(UserWhere, __VA_ARGS__)
#define user_find_first(...) user_find_first_q(&(UserQuery){.session = __VA_ARGS__})
#define user_find_many(...) user_find_many_q(&(UserQuery){.session = __VA_ARGS__})
#define user_count(...) user_count_q(&(UserQuery){.session = __VA_ARGS__})
#define user_exists(...) user_exists_q(&(UserQuery){.session = __VA_ARGS__})
#define user_create(...) user_create_q(&(UserSet){.session = __VA_ARGS__})
#define user_create_many(...) user_create_many_q(&(UserCreateMany){.session = __VA_ARGS__})
#define user_create_many_returning(...)                                                            \
    user_create_many_returning_q(&(UserCreateMany){.session = __VA_ARGS__})
#define user_update(session_, key0_, ...)                                                          \
    user_update_q(&(UserSet){.session = (session_), __VA_ARGS__}, (key0_))
#define user_update_many(...) user_update_many_q(&(UserUpdateMany){.session = __VA_ARGS__})
#define user_delete_many(...) user_delete_many_q(&(UserDeleteMany){.session = __VA_ARGS__})
#define user_upsert(...) user_upsert_q(&(UserUpsert){.session = __VA_ARGS__})
#endif

#ifdef __cplusplus
}
#endif
#endif
