/* See sample_user.h. */
#include "sample_user.h"

static const char *const role_enum_names[] = {
    "USER",
    "EDITOR",
    "ADMIN",
};
static const char *const role_enum_values[] = {
    "USER",
    "editor",
    "ADMIN",
};
const tenon_enum role_enum = {
    .name = "Role",
    .type = "Role",
    .type_schema = NULL,
    .names = role_enum_names,
    .values = role_enum_values,
    .count = 3,
};

const char *role_name(Role value)
{
    return tenon_enum_name(&role_enum, value);
}

bool role_from_name(const char *name, Role *out)
{
    unsigned value = tenon_enum_value(&role_enum, name);
    if (value)
        *out = TENON_AS(Role, (unsigned)value);
    return value != 0;
}

static const tenon_validation user_validation_email = {.has_max_length = true,
                                                       .max_length = 100,
                                                       .pattern = "^[^@]+@[^@]+$",
                                                       .message = "must be an address"};
static const tenon_validation user_validation_age = {
    .has_min = true, .min = 0, .has_max = true, .max = 150};
static const Role user_default_role = 1;
static const int user_default_active = 1;
static const double user_default_score = 0;
static const tenon_decimal user_default_balance = {4, "0.00"};
static const tenon_field user_fields[] = {
    {
        .name = "id",
        .column = "id",
        .kind = TENON_KIND_INT32,
        .pg_type = TENON_PG_INT4,
        .flags = TENON_FIELD_KEY | TENON_FIELD_GENERATED,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(User, id),
        .where_offset = offsetof(UserWhere, id),
        .set_offset = offsetof(UserSet, id),
    },
    {
        .name = "email",
        .column = "email",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_TEXT,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(User, email),
        .where_offset = offsetof(UserWhere, email),
        .set_offset = offsetof(UserSet, email),
        .validation = &user_validation_email,
    },
    {
        .name = "name",
        .column = "name",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_TEXT,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(User, name),
        .where_offset = offsetof(UserWhere, name),
        .set_offset = offsetof(UserSet, name),
    },
    {
        .name = "age",
        .column = "age",
        .kind = TENON_KIND_INT32,
        .pg_type = TENON_PG_INT4,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(User, age),
        .where_offset = offsetof(UserWhere, age),
        .set_offset = offsetof(UserSet, age),
        .validation = &user_validation_age,
    },
    {
        .name = "role",
        .column = "role",
        .kind = TENON_KIND_ENUM,
        .pg_type = TENON_PG_ENUM,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(User, role),
        .where_offset = offsetof(UserWhere, role),
        .set_offset = offsetof(UserSet, role),
        .default_kind = TENON_DEFAULT_VALUE,
        .default_value = &user_default_role,
        .enumeration = &role_enum,
    },
    {
        .name = "active",
        .column = "active",
        .kind = TENON_KIND_BOOL,
        .pg_type = TENON_PG_BOOL,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(User, active),
        .where_offset = offsetof(UserWhere, active),
        .set_offset = offsetof(UserSet, active),
        .default_kind = TENON_DEFAULT_VALUE,
        .default_value = &user_default_active,
    },
    {
        .name = "score",
        .column = "score",
        .kind = TENON_KIND_DOUBLE,
        .pg_type = TENON_PG_FLOAT8,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(User, score),
        .where_offset = offsetof(UserWhere, score),
        .set_offset = offsetof(UserSet, score),
        .default_kind = TENON_DEFAULT_VALUE,
        .default_value = &user_default_score,
    },
    {
        .name = "balance",
        .column = "balance",
        .kind = TENON_KIND_DECIMAL,
        .pg_type = TENON_PG_NUMERIC,
        .flags = 0,
        .precision = 10,
        .scale = 2,
        .row_offset = offsetof(User, balance),
        .where_offset = offsetof(UserWhere, balance),
        .set_offset = offsetof(UserSet, balance),
        .default_kind = TENON_DEFAULT_VALUE,
        .default_value = &user_default_balance,
    },
    {
        .name = "tags",
        .column = "tags",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_TEXT,
        .flags = TENON_FIELD_LIST,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(User, tags),
        .where_offset = offsetof(UserWhere, tags),
        .set_offset = offsetof(UserSet, tags),
    },
    {
        .name = "createdAt",
        .column = "createdAt",
        .kind = TENON_KIND_TIME,
        .pg_type = TENON_PG_TIMESTAMP,
        .flags = 0,
        .precision = 3,
        .scale = 0,
        .row_offset = offsetof(User, createdAt),
        .where_offset = offsetof(UserWhere, createdAt),
        .set_offset = offsetof(UserSet, createdAt),
        .default_kind = TENON_DEFAULT_NOW,
    },
    {
        .name = "updatedAt",
        .column = "updatedAt",
        .kind = TENON_KIND_TIME,
        .pg_type = TENON_PG_TIMESTAMP,
        .flags = TENON_FIELD_UPDATED_AT,
        .precision = 3,
        .scale = 0,
        .row_offset = offsetof(User, updatedAt),
        .where_offset = offsetof(UserWhere, updatedAt),
        .set_offset = offsetof(UserSet, updatedAt),
    },
};

static const uint16_t user_key_0[] = {0};
static const uint16_t user_key_1[] = {1};
static const tenon_unique user_uniques[] = {
    {
        .name = "id",
        .constraint = "User_pkey",
        .fields = user_key_0,
        .field_count = 1,
        .is_primary = true,
    },
    {
        .name = "email",
        .constraint = "User_email_key",
        .fields = user_key_1,
        .field_count = 1,
    },
};

static const uint16_t user_constraint_0[] = {7};
static const tenon_constraint user_constraints[] = {
    {.constraint = "User_balance_check", .fields = user_constraint_0, .field_count = 1},
};

const tenon_model user_model = {
    .abi = TENON_ABI,
    .size = sizeof(tenon_model),
    .name = "User",
    .table = "User",
    .schema = NULL,
    .is_view = false,
    .fields = user_fields,
    .field_count = 11,
    .uniques = user_uniques,
    .unique_count = 2,
    .constraints = user_constraints,
    .constraint_count = 1,
    .row_size = sizeof(User),
    .loaded_offset = offsetof(User, tenon_loaded),
    .where_size = sizeof(UserWhere),
    .set_size = sizeof(UserSet),
    .query_where = offsetof(UserQuery, where),
    .query_order_by = offsetof(UserQuery, order_by),
    .query_select = offsetof(UserQuery, select),
    .query_distinct = offsetof(UserQuery, distinct),
    .update_where = offsetof(UserUpdateMany, where),
    .update_set = offsetof(UserUpdateMany, set),
    .delete_where = offsetof(UserDeleteMany, where),
    .upsert_create = offsetof(UserUpsert, create),
    .upsert_update = offsetof(UserUpsert, update),
};

User *user_find(tenon_session *session, int64_t id)
{
    const void *const key[] = {&id};
    return TENON_AS(User *, tenon_find_by(session, &user_model, 0, key));
}

User *user_find_by_email(tenon_session *session, const char *email)
{
    const void *const key[] = {&email};
    return TENON_AS(User *, tenon_find_by(session, &user_model, 1, key));
}

User *user_find_first_q(const UserQuery *query)
{
    return TENON_AS(User *, tenon_find_first(&user_model, query));
}

UserList user_find_many_q(const UserQuery *query)
{
    tenon_list found = tenon_find_many(&user_model, query);
    UserList list = {TENON_AS(User *, found.items), found.count};
    return list;
}

int64_t user_count_q(const UserQuery *query)
{
    return tenon_count(&user_model, query);
}

bool user_exists_q(const UserQuery *query)
{
    return tenon_exists(&user_model, query);
}

User *user_create_q(const UserSet *query)
{
    return TENON_AS(User *, tenon_create(&user_model, query));
}

int64_t user_create_many_q(const UserCreateMany *query)
{
    return tenon_create_many(&user_model, query);
}

UserList user_create_many_returning_q(const UserCreateMany *query)
{
    tenon_list found = tenon_create_many_returning(&user_model, query);
    UserList list = {TENON_AS(User *, found.items), found.count};
    return list;
}

User *user_update_q(const UserSet *set, int64_t id)
{
    const void *const key[] = {&id};
    return TENON_AS(User *, tenon_update(&user_model, 0, key, set));
}

User *user_delete(tenon_session *session, int64_t id)
{
    const void *const key[] = {&id};
    return TENON_AS(User *, tenon_delete(session, &user_model, 0, key));
}

int64_t user_update_many_q(const UserUpdateMany *query)
{
    return tenon_update_many(&user_model, query);
}

int64_t user_delete_many_q(const UserDeleteMany *query)
{
    return tenon_delete_many(&user_model, query);
}

User *user_upsert_q(const UserUpsert *query)
{
    return TENON_AS(User *, tenon_upsert(&user_model, query));
}
