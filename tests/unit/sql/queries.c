/* See queries.h. */
#include "queries.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(struct_, member, kind_, type)                                                        \
    .name = #member, .kind = TENON_KIND_##kind_, .pg_type = TENON_PG_##type, .precision = -1,      \
    .row_offset = offsetof(struct_, member)
#define COLUMN(struct_, member, kind_, type, ...)                                                  \
    {                                                                                              \
        FIELD(struct_, member, kind_, type), .column = #member, __VA_ARGS__                        \
    }
#define VALUE(struct_, member, kind_, type, ...)                                                   \
    {                                                                                              \
        .field = { FIELD(struct_, member, kind_, type), __VA_ARGS__ }                              \
    }
#define ROWS(struct_, columns_)                                                                    \
    {                                                                                              \
        .columns = columns_, .column_count = COUNT(columns_), .row_size = sizeof(struct_)          \
    }
#define TEXT(text, slots_)                                                                         \
    {                                                                                              \
        .sql = text, .slots = slots_, .slot_count = COUNT(slots_)                                  \
    }
#define STATEMENT(name_, kind_, struct_, parameters_)                                              \
    .abi = TENON_ABI, .size = sizeof(tenon_statement), .name = name_, .origin = "users.sql:1",     \
    .kind = TENON_STATEMENT_##kind_, .parameters = parameters_,                                    \
    .parameter_count = COUNT(parameters_), .params_size = sizeof(struct_)

/* ---- top_authors ----------------------------------------------------------------------------- */

#define AUTHOR_VIEWS(sql_type, least, most)                                                        \
    "SELECT u.email, u.name, count(p.id) AS posts, max(p.views) AS most_views, u.role "            \
    "FROM \"User\" u LEFT JOIN posts p ON p.author_id = u.id "                                     \
    "GROUP BY u.id, u.email, u.name, u.role "                                                      \
    "HAVING count(p.id) >= " least " ORDER BY posts DESC, u.email LIMIT " most

static const tenon_parameter top_authors_parameters[] = {
    VALUE(TopAuthors, least_posts, INT64, INT8, .flags = 0),
    VALUE(TopAuthors, most, INT64, INT8, .flags = 0),
};
static const tenon_field author_views_columns[] = {
    COLUMN(AuthorViews, email, TEXT, TEXT, .flags = 0),
    COLUMN(AuthorViews, name, TEXT, TEXT, .flags = TENON_FIELD_NULLABLE),
    COLUMN(AuthorViews, posts, INT64, INT8, .flags = 0),
    COLUMN(AuthorViews, most_views, INT64, INT8, .flags = TENON_FIELD_NULLABLE),
    COLUMN(AuthorViews, role, ENUM, ENUM, .enumeration = &role_enum),
};
static const tenon_result author_views = ROWS(AuthorViews, author_views_columns);
static const uint16_t top_authors_slots[] = {0, 1};
static const tenon_statement_text top_authors_postgresql[] = {
    TEXT(AUTHOR_VIEWS("", "$1", "$2"), top_authors_slots)};
static const tenon_statement_text top_authors_sqlite[] = {
    TEXT(AUTHOR_VIEWS("", "?1", "?2"), top_authors_slots)};
const tenon_statement top_authors = {
    STATEMENT("top_authors", MANY, TopAuthors, top_authors_parameters),
    .result = &author_views,
    .postgresql = top_authors_postgresql,
    .sqlite = top_authors_sqlite,
};

/* ---- user_by_email --------------------------------------------------------------------------- */

static const tenon_parameter user_by_email_parameters[] = {
    VALUE(UserByEmail, email, TEXT, TEXT, .flags = 0)};
static const uint16_t user_by_email_fields[] = {USER_ID - 1, USER_EMAIL - 1, USER_AGE - 1};
static const tenon_result users_by_email = {
    .model = &user_model, .fields = user_by_email_fields, .column_count = 3};
static const uint16_t first_slot[] = {0};
static const tenon_statement_text user_by_email_postgresql[] = {
    TEXT("SELECT id, email, age FROM \"User\" WHERE email LIKE $1", first_slot)};
static const tenon_statement_text user_by_email_sqlite[] = {
    TEXT("SELECT id, email, age FROM \"User\" WHERE tenon_like(email, ?1)", first_slot)};
const tenon_statement user_by_email = {
    STATEMENT("user_by_email", MAYBE, UserByEmail, user_by_email_parameters),
    .result = &users_by_email,
    .postgresql = user_by_email_postgresql,
    .sqlite = user_by_email_sqlite,
};
const tenon_statement user_by_email_surely = {
    STATEMENT("user_by_email_surely", ONE, UserByEmail, user_by_email_parameters),
    .result = &users_by_email,
    .postgresql = user_by_email_postgresql,
    .sqlite = user_by_email_sqlite,
};

/* ---- search_users: three parts, three orders ------------------------------------------------- */

enum { AGES = 1, EMAILS, ACTIVE };
static const tenon_parameter search_users_parameters[] = {
    {.field = {FIELD(SearchUsers, least_age, INT32, INT4), .flags = TENON_FIELD_NULLABLE},
     .part = AGES},
    {.field = {FIELD(SearchUsers, most_age, INT32, INT4), .flags = TENON_FIELD_NULLABLE},
     .part = AGES},
    {.field = {FIELD(SearchUsers, emails, TEXT, TEXT)},
     .form = TENON_PARAMETER_LIST,
     .part = EMAILS},
    {.field = {FIELD(SearchUsers, only_active, BOOL, BOOL)},
     .form = TENON_PARAMETER_SWITCH,
     .part = ACTIVE},
    {.field = {FIELD(SearchUsers, order, INT32, INT4)}, .form = TENON_PARAMETER_ORDER},
};
static const uint16_t ages[] = {0, 1}, emails[] = {2}, ages_and_emails[] = {0, 1, 2};

#define SELECTED "SELECT id, email, age FROM \"User\" WHERE true"
#define PG_AGES " AND age BETWEEN $1 AND $2"
#define PG_EMAILS(n) " AND email = ANY(" n ")"
#define IS_ACTIVE " AND active"
#define LITE_AGES " AND age BETWEEN ?1 AND ?2"
#define LITE_EMAILS(n) " AND email IN (SELECT value FROM tenon_keys(" n "))"
/* No parts, ages, emails, both; then the same of those who are active. */
#define VARIANTS(ages_, emails_1, emails_3, order)                                                 \
    {.sql = SELECTED order}, TEXT(SELECTED ages_ order, ages),                                     \
        TEXT(SELECTED emails_1 order, emails),                                                     \
        TEXT(SELECTED ages_ emails_3 order, ages_and_emails), {.sql = SELECTED IS_ACTIVE order},   \
        TEXT(SELECTED ages_ IS_ACTIVE order, ages),                                                \
        TEXT(SELECTED emails_1 IS_ACTIVE order, emails),                                           \
        TEXT(SELECTED ages_ emails_3 IS_ACTIVE order, ages_and_emails)
#define ALL_VARIANTS(ages_, emails_1, emails_3)                                                    \
    VARIANTS(ages_, emails_1, emails_3, " ORDER BY id"),                                           \
        VARIANTS(ages_, emails_1, emails_3, " ORDER BY email"),                                    \
        VARIANTS(ages_, emails_1, emails_3, " ORDER BY id DESC")

static const tenon_statement_text search_users_postgresql[] = {
    ALL_VARIANTS(PG_AGES, PG_EMAILS("$1"), PG_EMAILS("$3"))};
static const tenon_statement_text search_users_sqlite[] = {
    ALL_VARIANTS(LITE_AGES, LITE_EMAILS("?1"), LITE_EMAILS("?3"))};
const tenon_statement search_users = {
    STATEMENT("search_users", MANY, SearchUsers, search_users_parameters),
    .result = &users_by_email,
    .part_count = 3,
    .order_count = 3,
    .postgresql = search_users_postgresql,
    .sqlite = search_users_sqlite,
};

/* ---- rename_user ----------------------------------------------------------------------------- */

static const tenon_parameter rename_user_parameters[] = {
    VALUE(RenameUser, id, INT32, INT4, .flags = 0),
    VALUE(RenameUser, name, TEXT, TEXT, .flags = TENON_FIELD_NULLABLE),
};
static const uint16_t name_and_id[] = {1, 0};
static const tenon_statement_text rename_user_postgresql[] = {
    TEXT("UPDATE \"User\" SET name = $1 WHERE id >= $2", name_and_id)};
static const tenon_statement_text rename_user_sqlite[] = {
    TEXT("UPDATE \"User\" SET name = ?1 WHERE id >= ?2", name_and_id)};
#define RENAME(name, kind)                                                                         \
    {                                                                                              \
        STATEMENT(name, kind, RenameUser, rename_user_parameters),                                 \
            .writes = true, .postgresql = rename_user_postgresql, .sqlite = rename_user_sqlite     \
    }
const tenon_statement rename_user = RENAME("rename_user", ROWS);
const tenon_statement rename_user_exec = RENAME("rename_user_exec", EXEC);
const tenon_statement rename_users = RENAME("rename_users", BATCH);

/* ---- add_post -------------------------------------------------------------------------------- */

static const tenon_parameter add_post_parameters[] = {
    VALUE(AddPost, id, UUID, UUID, .flags = 0),
    VALUE(AddPost, author_id, INT32, INT4, .flags = 0),
    VALUE(AddPost, slug, TEXT, TEXT, .flags = 0),
    VALUE(AddPost, views, INT64, INT8, .flags = 0),
    VALUE(AddPost, published, BOOL, BOOL, .flags = TENON_FIELD_NULLABLE),
    VALUE(AddPost, meta, JSON, JSONB, .flags = TENON_FIELD_NULLABLE),
    VALUE(AddPost, at, TIME, TIMESTAMPTZ, .flags = TENON_FIELD_NULLABLE),
};
static const tenon_field added_post_columns[] = {
    COLUMN(AddedPost, id, UUID, UUID, .flags = 0),
    COLUMN(AddedPost, published_at, TIME, TIMESTAMPTZ, .flags = TENON_FIELD_NULLABLE),
};
static const tenon_result added_posts = ROWS(AddedPost, added_post_columns);
static const uint16_t all_of_post[] = {0, 1, 2, 3, 4, 5, 6};
#define POST_COLUMNS "id, author_id, slug, title, views, published, meta, published_at"
static const tenon_statement_text add_post_postgresql[] = {
    TEXT("INSERT INTO posts (" POST_COLUMNS ") VALUES ($1, $2, $3, $3, $4, COALESCE($5, false), "
         "$6, $7) RETURNING id, published_at",
         all_of_post)};
static const tenon_statement_text add_post_sqlite[] = {
    TEXT("INSERT INTO posts (" POST_COLUMNS ") VALUES (?1, ?2, ?3, ?3, ?4, COALESCE(?5, false), "
         "?6, ?7) RETURNING id, published_at",
         all_of_post)};
const tenon_statement add_post = {
    STATEMENT("add_post", BATCH, AddPost, add_post_parameters),
    .writes = true,
    .result = &added_posts,
    .postgresql = add_post_postgresql,
    .sqlite = add_post_sqlite,
};

static const uint16_t loaded_of_post[] = {0, 1, 2, 2, 3, 4, 5, 6};
static const tenon_statement_text load_posts_postgresql[] = {
    TEXT("COPY posts (" POST_COLUMNS ") FROM STDIN (FORMAT binary)", loaded_of_post)};
static const tenon_statement_text load_posts_sqlite[] = {
    TEXT("INSERT INTO posts (" POST_COLUMNS
         ") SELECT c1, c2, c3, c4, c5, c6, c7, c8 FROM tenon_rows(?1)",
         loaded_of_post)};
const tenon_statement load_posts = {
    STATEMENT("load_posts", COPY, AddPost, add_post_parameters),
    .writes = true,
    .postgresql = load_posts_postgresql,
    .sqlite = load_posts_sqlite,
};

/* ---- add_kinds ------------------------------------------------------------------------------- */

#define EACH_KIND(X, struct_)                                                                      \
    X(struct_, flag, BOOL, BOOL, .flags = 0), X(struct_, small, INT16, INT2, .flags = 0),          \
        X(struct_, number, INT32, INT4, .flags = 0), X(struct_, big, INT64, INT8, .flags = 0),     \
        X(struct_, real, FLOAT, FLOAT4, .flags = 0),                                               \
        X(struct_, precise, DOUBLE, FLOAT8, .flags = 0),                                           \
        X(struct_, price, DECIMAL, NUMERIC, .flags = 0), X(struct_, text, TEXT, TEXT, .flags = 0), \
        X(struct_, data, JSON, JSONB, .flags = 0), X(struct_, blob, BYTES, BYTEA, .flags = 0),     \
        X(struct_, uuid, UUID, UUID, .flags = 0),                                                  \
        X(struct_, moment, TIME, TIMESTAMPTZ, .flags = 0),                                         \
        X(struct_, day, DATE, DATE, .flags = 0), X(struct_, at, CLOCK, TIME, .flags = 0),          \
        X(struct_, role, ENUM, ENUM, .enumeration = &role_enum)

static const tenon_parameter kinds_parameters[] = {EACH_KIND(VALUE, Kinds)};
static const tenon_field kinds_columns[] = {EACH_KIND(COLUMN, KindsRow)};
static const tenon_result kinds_rows = ROWS(KindsRow, kinds_columns);
static const uint16_t all_kinds[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
#define INSERT_KINDS                                                                               \
    "INSERT INTO \"Everything\" (flag, small, number, big, \"real\", precise, price, text, data, " \
    "blob, uuid, instant, day, clock, role) VALUES "
#define RETURNING_KINDS                                                                            \
    " RETURNING flag, small, number, big, \"real\" AS \"real\", precise, price, text, data, "      \
    "blob, "                                                                                       \
    "uuid, instant AS moment, day, clock AS at, role"
static const tenon_statement_text add_kinds_postgresql[] = {
    TEXT(INSERT_KINDS "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                      "$15)" RETURNING_KINDS,
         all_kinds)};
static const tenon_statement_text add_kinds_sqlite[] = {
    TEXT(INSERT_KINDS "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                      "?15)" RETURNING_KINDS,
         all_kinds)};
const tenon_statement add_kinds = {
    STATEMENT("add_kinds", ONE, Kinds, kinds_parameters),
    .writes = true,
    .result = &kinds_rows,
    .postgresql = add_kinds_postgresql,
    .sqlite = add_kinds_sqlite,
};
