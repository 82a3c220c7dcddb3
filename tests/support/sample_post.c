/* See sample_post.h. */
#include "sample_post.h"

static const int64_t post_default_views = 0;
static const int post_default_published = 0;
static const tenon_field post_fields[] = {
    {
        .name = "id",
        .column = "id",
        .kind = TENON_KIND_UUID,
        .pg_type = TENON_PG_UUID,
        .flags = TENON_FIELD_KEY,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Post, id),
        .where_offset = offsetof(PostWhere, id),
        .set_offset = offsetof(PostSet, id),
        .default_kind = TENON_DEFAULT_UUID7,
    },
    {
        .name = "authorId",
        .column = "author_id",
        .kind = TENON_KIND_INT32,
        .pg_type = TENON_PG_INT4,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Post, authorId),
        .where_offset = offsetof(PostWhere, authorId),
        .set_offset = offsetof(PostSet, authorId),
    },
    {
        .name = "slug",
        .column = "slug",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_TEXT,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Post, slug),
        .where_offset = offsetof(PostWhere, slug),
        .set_offset = offsetof(PostSet, slug),
        .default_kind = TENON_DEFAULT_CUID2,
    },
    {
        .name = "title",
        .column = "title",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_VARCHAR,
        .flags = 0,
        .precision = 100,
        .scale = 0,
        .row_offset = offsetof(Post, title),
        .where_offset = offsetof(PostWhere, title),
        .set_offset = offsetof(PostSet, title),
    },
    {
        .name = "body",
        .column = "body",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_TEXT,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Post, body),
        .where_offset = offsetof(PostWhere, body),
        .set_offset = offsetof(PostSet, body),
    },
    {
        .name = "views",
        .column = "views",
        .kind = TENON_KIND_INT64,
        .pg_type = TENON_PG_INT8,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Post, views),
        .where_offset = offsetof(PostWhere, views),
        .set_offset = offsetof(PostSet, views),
        .default_kind = TENON_DEFAULT_VALUE,
        .default_value = &post_default_views,
    },
    {
        .name = "published",
        .column = "published",
        .kind = TENON_KIND_BOOL,
        .pg_type = TENON_PG_BOOL,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Post, published),
        .where_offset = offsetof(PostWhere, published),
        .set_offset = offsetof(PostSet, published),
        .default_kind = TENON_DEFAULT_VALUE,
        .default_value = &post_default_published,
    },
    {
        .name = "meta",
        .column = "meta",
        .kind = TENON_KIND_JSON,
        .pg_type = TENON_PG_JSONB,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Post, meta),
        .where_offset = offsetof(PostWhere, meta),
        .set_offset = offsetof(PostSet, meta),
    },
    {
        .name = "publishedAt",
        .column = "published_at",
        .kind = TENON_KIND_TIME,
        .pg_type = TENON_PG_TIMESTAMPTZ,
        .flags = TENON_FIELD_NULLABLE,
        .precision = 6,
        .scale = 0,
        .row_offset = offsetof(Post, publishedAt),
        .where_offset = offsetof(PostWhere, publishedAt),
        .set_offset = offsetof(PostSet, publishedAt),
    },
};

static const uint16_t post_key_0[] = {0};
static const uint16_t post_key_1[] = {1, 2};
static const tenon_unique post_uniques[] = {
    {
        .name = "id",
        .constraint = "posts_pkey",
        .fields = post_key_0,
        .field_count = 1,
        .is_primary = true,
    },
    {
        .name = "authorId_slug",
        .constraint = "posts_author_id_slug_key",
        .fields = post_key_1,
        .field_count = 2,
    },
};

static const uint16_t post_constraint_0[] = {1};
static const tenon_constraint post_constraints[] = {
    {.constraint = "posts_author_id_fkey", .fields = post_constraint_0, .field_count = 1},
};

const tenon_model post_model = {
    .abi = TENON_ABI,
    .size = sizeof(tenon_model),
    .name = "Post",
    .table = "posts",
    .schema = NULL,
    .is_view = false,
    .fields = post_fields,
    .field_count = 9,
    .uniques = post_uniques,
    .unique_count = 2,
    .constraints = post_constraints,
    .constraint_count = 1,
    .row_size = sizeof(Post),
    .loaded_offset = offsetof(Post, tenon_loaded),
    .where_size = sizeof(PostWhere),
    .set_size = sizeof(PostSet),
    .query_where = offsetof(PostQuery, where),
    .query_order_by = offsetof(PostQuery, order_by),
    .query_select = offsetof(PostQuery, select),
    .query_distinct = offsetof(PostQuery, distinct),
    .update_where = offsetof(PostUpdateMany, where),
    .update_set = offsetof(PostUpdateMany, set),
    .delete_where = offsetof(PostDeleteMany, where),
    .upsert_create = offsetof(PostUpsert, create),
    .upsert_update = offsetof(PostUpsert, update),
};

Post *post_find(tenon_session *session, tenon_uuid id)
{
    const void *const key[] = {&id};
    return TENON_AS(Post *, tenon_find_by(session, &post_model, 0, key));
}

Post *post_find_by_author_id_slug(tenon_session *session, int64_t authorId, const char *slug)
{
    const void *const key[] = {&authorId, &slug};
    return TENON_AS(Post *, tenon_find_by(session, &post_model, 1, key));
}

Post *post_find_first_q(const PostQuery *query)
{
    return TENON_AS(Post *, tenon_find_first(&post_model, query));
}

PostList post_find_many_q(const PostQuery *query)
{
    tenon_list found = tenon_find_many(&post_model, query);
    PostList list = {TENON_AS(Post *, found.items), found.count};
    return list;
}

int64_t post_count_q(const PostQuery *query)
{
    return tenon_count(&post_model, query);
}

bool post_exists_q(const PostQuery *query)
{
    return tenon_exists(&post_model, query);
}

Post *post_create_q(const PostSet *query)
{
    return TENON_AS(Post *, tenon_create(&post_model, query));
}

int64_t post_create_many_q(const PostCreateMany *query)
{
    return tenon_create_many(&post_model, query);
}

PostList post_create_many_returning_q(const PostCreateMany *query)
{
    tenon_list found = tenon_create_many_returning(&post_model, query);
    PostList list = {TENON_AS(Post *, found.items), found.count};
    return list;
}

Post *post_update_q(const PostSet *set, tenon_uuid id)
{
    const void *const key[] = {&id};
    return TENON_AS(Post *, tenon_update(&post_model, 0, key, set));
}

Post *post_delete(tenon_session *session, tenon_uuid id)
{
    const void *const key[] = {&id};
    return TENON_AS(Post *, tenon_delete(session, &post_model, 0, key));
}

int64_t post_update_many_q(const PostUpdateMany *query)
{
    return tenon_update_many(&post_model, query);
}

int64_t post_delete_many_q(const PostDeleteMany *query)
{
    return tenon_delete_many(&post_model, query);
}

Post *post_upsert_q(const PostUpsert *query)
{
    return TENON_AS(Post *, tenon_upsert(&post_model, query));
}

static const tenon_field membership_fields[] = {
    {
        .name = "userId",
        .column = "userId",
        .kind = TENON_KIND_INT32,
        .pg_type = TENON_PG_INT4,
        .flags = TENON_FIELD_KEY,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Membership, userId),
        .where_offset = offsetof(MembershipWhere, userId),
        .set_offset = offsetof(MembershipSet, userId),
    },
    {
        .name = "groupName",
        .column = "groupName",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_TEXT,
        .flags = TENON_FIELD_KEY,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Membership, groupName),
        .where_offset = offsetof(MembershipWhere, groupName),
        .set_offset = offsetof(MembershipSet, groupName),
    },
    {
        .name = "role",
        .column = "role",
        .kind = TENON_KIND_ENUM,
        .pg_type = TENON_PG_ENUM,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Membership, role),
        .where_offset = offsetof(MembershipWhere, role),
        .set_offset = offsetof(MembershipSet, role),
        .enumeration = &role_enum,
    },
    {
        .name = "since",
        .column = "since",
        .kind = TENON_KIND_DATE,
        .pg_type = TENON_PG_DATE,
        .flags = 0,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Membership, since),
        .where_offset = offsetof(MembershipWhere, since),
        .set_offset = offsetof(MembershipSet, since),
        .default_kind = TENON_DEFAULT_NOW,
    },
    {
        .name = "note",
        .column = "note",
        .kind = TENON_KIND_TEXT,
        .pg_type = TENON_PG_TEXT,
        .flags = TENON_FIELD_NULLABLE,
        .precision = -1,
        .scale = 0,
        .row_offset = offsetof(Membership, note),
        .where_offset = offsetof(MembershipWhere, note),
        .set_offset = offsetof(MembershipSet, note),
    },
};

static const uint16_t membership_key_0[] = {0, 1};
static const tenon_unique membership_uniques[] = {
    {
        .name = "userId_groupName",
        .constraint = "Membership_pkey",
        .fields = membership_key_0,
        .field_count = 2,
        .is_primary = true,
    },
};

static const uint16_t membership_constraint_0[] = {0};
static const tenon_constraint membership_constraints[] = {
    {.constraint = "Membership_userId_fkey", .fields = membership_constraint_0, .field_count = 1},
};

const tenon_model membership_model = {
    .abi = TENON_ABI,
    .size = sizeof(tenon_model),
    .name = "Membership",
    .table = "Membership",
    .schema = NULL,
    .is_view = false,
    .fields = membership_fields,
    .field_count = 5,
    .uniques = membership_uniques,
    .unique_count = 1,
    .constraints = membership_constraints,
    .constraint_count = 1,
    .row_size = sizeof(Membership),
    .loaded_offset = offsetof(Membership, tenon_loaded),
    .where_size = sizeof(MembershipWhere),
    .set_size = sizeof(MembershipSet),
    .query_where = offsetof(MembershipQuery, where),
    .query_order_by = offsetof(MembershipQuery, order_by),
    .query_select = offsetof(MembershipQuery, select),
    .query_distinct = offsetof(MembershipQuery, distinct),
    .update_where = offsetof(MembershipUpdateMany, where),
    .update_set = offsetof(MembershipUpdateMany, set),
    .delete_where = offsetof(MembershipDeleteMany, where),
    .upsert_create = offsetof(MembershipUpsert, create),
    .upsert_update = offsetof(MembershipUpsert, update),
};

Membership *membership_find(tenon_session *session, int64_t userId, const char *groupName)
{
    const void *const key[] = {&userId, &groupName};
    return TENON_AS(Membership *, tenon_find_by(session, &membership_model, 0, key));
}

Membership *membership_find_first_q(const MembershipQuery *query)
{
    return TENON_AS(Membership *, tenon_find_first(&membership_model, query));
}

MembershipList membership_find_many_q(const MembershipQuery *query)
{
    tenon_list found = tenon_find_many(&membership_model, query);
    MembershipList list = {TENON_AS(Membership *, found.items), found.count};
    return list;
}

int64_t membership_count_q(const MembershipQuery *query)
{
    return tenon_count(&membership_model, query);
}

bool membership_exists_q(const MembershipQuery *query)
{
    return tenon_exists(&membership_model, query);
}

Membership *membership_create_q(const MembershipSet *query)
{
    return TENON_AS(Membership *, tenon_create(&membership_model, query));
}

int64_t membership_create_many_q(const MembershipCreateMany *query)
{
    return tenon_create_many(&membership_model, query);
}

MembershipList membership_create_many_returning_q(const MembershipCreateMany *query)
{
    tenon_list found = tenon_create_many_returning(&membership_model, query);
    MembershipList list = {TENON_AS(Membership *, found.items), found.count};
    return list;
}

Membership *membership_update_q(const MembershipSet *set, int64_t userId, const char *groupName)
{
    const void *const key[] = {&userId, &groupName};
    return TENON_AS(Membership *, tenon_update(&membership_model, 0, key, set));
}

Membership *membership_delete(tenon_session *session, int64_t userId, const char *groupName)
{
    const void *const key[] = {&userId, &groupName};
    return TENON_AS(Membership *, tenon_delete(session, &membership_model, 0, key));
}

int64_t membership_update_many_q(const MembershipUpdateMany *query)
{
    return tenon_update_many(&membership_model, query);
}

int64_t membership_delete_many_q(const MembershipDeleteMany *query)
{
    return tenon_delete_many(&membership_model, query);
}

Membership *membership_upsert_q(const MembershipUpsert *query)
{
    return TENON_AS(Membership *, tenon_upsert(&membership_model, query));
}
