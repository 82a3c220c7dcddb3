/* Posts of users (a UUID as key, mapped names) and memberships (a key of two columns). */
#ifndef SAMPLE_POST_H
#define SAMPLE_POST_H

#include "sample_user.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum PostColumn {
    POST_ID = 1,
    POST_AUTHOR_ID,
    POST_SLUG,
    POST_TITLE,
    POST_BODY,
    POST_VIEWS,
    POST_PUBLISHED,
    POST_META,
    POST_PUBLISHED_AT
} PostColumn;

typedef enum PostUnique { POST_BY_ID = 1, POST_BY_AUTHOR_ID_SLUG } PostUnique;

typedef struct Post {
    tenon_uuid id;
    int32_t authorId;
    const char *slug;
    const char *title;
    const char *body;
    int64_t views;
    bool published;
    tenon_json meta;
    tenon_opt_time publishedAt;
    uint64_t tenon_loaded[1]; /* ask POST_LOADED */
} Post;

typedef struct PostList {
    Post *items;
    size_t count;
} PostList;

/* Whether a column was selected. */
#define POST_LOADED(row, column) TENON_LOADED(row, column)

typedef struct PostWhereList {
    const struct PostWhere *items;
    size_t count;
} PostWhereList;

/* All that is set must hold; `all`, `any` and `none` nest. */
typedef struct PostWhere {
    PostWhereList all, any, none;
    tenon_uuid_filter id;
    tenon_int_filter authorId;
    tenon_text_filter slug;
    tenon_text_filter title;
    tenon_text_filter body;
    tenon_int_filter views;
    tenon_bool_filter published;
    tenon_json_filter meta;
    tenon_time_filter publishedAt;
} PostWhere;

typedef struct PostOrder {
    PostColumn column;
    tenon_direction direction;
} PostOrder;

typedef struct PostQuery {
    tenon_session *session;
    int64_t limit, offset;
    tenon_table table;
    tenon_plan_mode plan;
    PostWhere where;
    PostOrder order_by[TENON_MAX_ORDER];
    PostColumn select[9];
    PostColumn distinct[TENON_MAX_DISTINCT];
} PostQuery;

typedef struct PostSet {
    tenon_session *session;
    tenon_table table;
    tenon_uuid_set id;
    tenon_int_set authorId;
    tenon_text_set slug;
    tenon_text_set title;
    tenon_text_set body;
    tenon_int_set views;
    tenon_bool_set published;
    tenon_json_set meta;
    tenon_time_set publishedAt;
} PostSet;

typedef struct PostCreateMany {
    tenon_session *session;
    tenon_table table;
    const PostSet *items;
    size_t count;
    bool skip_duplicates;
} PostCreateMany;

typedef struct PostUpdateMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    PostWhere where;
    PostSet set;
} PostUpdateMany;

typedef struct PostDeleteMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    PostWhere where;
} PostDeleteMany;

/* on 0: the primary key. */
typedef struct PostUpsert {
    tenon_session *session;
    tenon_table table;
    PostUnique on;
    PostSet create;
    PostSet update;
} PostUpsert;

extern const tenon_model post_model;

Post *post_find(tenon_session *session, tenon_uuid id);
Post *post_find_by_author_id_slug(tenon_session *session, int64_t authorId, const char *slug);
Post *post_find_first_q(const PostQuery *query);
PostList post_find_many_q(const PostQuery *query);
int64_t post_count_q(const PostQuery *query);
bool post_exists_q(const PostQuery *query);
Post *post_create_q(const PostSet *set);
int64_t post_create_many_q(const PostCreateMany *rows);
PostList post_create_many_returning_q(const PostCreateMany *rows);
Post *post_update_q(const PostSet *set, tenon_uuid id);
Post *post_delete(tenon_session *session, tenon_uuid id);
int64_t post_update_many_q(const PostUpdateMany *change);
int64_t post_delete_many_q(const PostDeleteMany *which);
Post *post_upsert_q(const PostUpsert *row);

#ifndef __cplusplus
/* `.any = POST_WHERES({ .a = … }, { .b = … })` */
#define POST_WHERES(...) TENON_LIST_OF(PostWhere, __VA_ARGS__)
#define post_find_first(...) post_find_first_q(&(PostQuery){.session = __VA_ARGS__})
#define post_find_many(...) post_find_many_q(&(PostQuery){.session = __VA_ARGS__})
#define post_count(...) post_count_q(&(PostQuery){.session = __VA_ARGS__})
#define post_exists(...) post_exists_q(&(PostQuery){.session = __VA_ARGS__})
#define post_create(...) post_create_q(&(PostSet){.session = __VA_ARGS__})
#define post_create_many(...) post_create_many_q(&(PostCreateMany){.session = __VA_ARGS__})
#define post_create_many_returning(...)                                                            \
    post_create_many_returning_q(&(PostCreateMany){.session = __VA_ARGS__})
#define post_update(session_, key0_, ...)                                                          \
    post_update_q(&(PostSet){.session = (session_), __VA_ARGS__}, (key0_))
#define post_update_many(...) post_update_many_q(&(PostUpdateMany){.session = __VA_ARGS__})
#define post_delete_many(...) post_delete_many_q(&(PostDeleteMany){.session = __VA_ARGS__})
#define post_upsert(...) post_upsert_q(&(PostUpsert){.session = __VA_ARGS__})
#endif

typedef enum MembershipColumn {
    MEMBERSHIP_USER_ID = 1,
    MEMBERSHIP_GROUP_NAME,
    MEMBERSHIP_ROLE,
    MEMBERSHIP_SINCE,
    MEMBERSHIP_NOTE
} MembershipColumn;

typedef enum MembershipUnique { MEMBERSHIP_BY_USER_ID_GROUP_NAME = 1 } MembershipUnique;

typedef struct Membership {
    int32_t userId;
    const char *groupName;
    Role role;
    tenon_date since;
    const char *note;
    uint64_t tenon_loaded[1]; /* ask MEMBERSHIP_LOADED */
} Membership;

typedef struct MembershipList {
    Membership *items;
    size_t count;
} MembershipList;

/* Whether a column was selected. */
#define MEMBERSHIP_LOADED(row, column) TENON_LOADED(row, column)

typedef struct MembershipWhereList {
    const struct MembershipWhere *items;
    size_t count;
} MembershipWhereList;

/* All that is set must hold; `all`, `any` and `none` nest. */
typedef struct MembershipWhere {
    MembershipWhereList all, any, none;
    tenon_int_filter userId;
    tenon_text_filter groupName;
    RoleFilter role;
    tenon_date_filter since;
    tenon_text_filter note;
} MembershipWhere;

typedef struct MembershipOrder {
    MembershipColumn column;
    tenon_direction direction;
} MembershipOrder;

typedef struct MembershipQuery {
    tenon_session *session;
    int64_t limit, offset;
    tenon_table table;
    tenon_plan_mode plan;
    MembershipWhere where;
    MembershipOrder order_by[TENON_MAX_ORDER];
    MembershipColumn select[5];
    MembershipColumn distinct[TENON_MAX_DISTINCT];
} MembershipQuery;

typedef struct MembershipSet {
    tenon_session *session;
    tenon_table table;
    tenon_int_set userId;
    tenon_text_set groupName;
    RoleSet role;
    tenon_date_set since;
    tenon_text_set note;
} MembershipSet;

typedef struct MembershipCreateMany {
    tenon_session *session;
    tenon_table table;
    const MembershipSet *items;
    size_t count;
    bool skip_duplicates;
} MembershipCreateMany;

typedef struct MembershipUpdateMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    MembershipWhere where;
    MembershipSet set;
} MembershipUpdateMany;

typedef struct MembershipDeleteMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    MembershipWhere where;
} MembershipDeleteMany;

/* on 0: the primary key. */
typedef struct MembershipUpsert {
    tenon_session *session;
    tenon_table table;
    MembershipUnique on;
    MembershipSet create;
    MembershipSet update;
} MembershipUpsert;

extern const tenon_model membership_model;

Membership *membership_find(tenon_session *session, int64_t userId, const char *groupName);
Membership *membership_find_first_q(const MembershipQuery *query);
MembershipList membership_find_many_q(const MembershipQuery *query);
int64_t membership_count_q(const MembershipQuery *query);
bool membership_exists_q(const MembershipQuery *query);
Membership *membership_create_q(const MembershipSet *set);
int64_t membership_create_many_q(const MembershipCreateMany *rows);
MembershipList membership_create_many_returning_q(const MembershipCreateMany *rows);
Membership *membership_update_q(const MembershipSet *set, int64_t userId, const char *groupName);
Membership *membership_delete(tenon_session *session, int64_t userId, const char *groupName);
int64_t membership_update_many_q(const MembershipUpdateMany *change);
int64_t membership_delete_many_q(const MembershipDeleteMany *which);
Membership *membership_upsert_q(const MembershipUpsert *row);

#ifndef __cplusplus
/* `.any = MEMBERSHIP_WHERES({ .a = … }, { .b = … })` */
#define MEMBERSHIP_WHERES(...) TENON_LIST_OF(MembershipWhere, __VA_ARGS__)
#define membership_find_first(...)                                                                 \
    membership_find_first_q(&(MembershipQuery){.session = __VA_ARGS__})
#define membership_find_many(...) membership_find_many_q(&(MembershipQuery){.session = __VA_ARGS__})
#define membership_count(...) membership_count_q(&(MembershipQuery){.session = __VA_ARGS__})
#define membership_exists(...) membership_exists_q(&(MembershipQuery){.session = __VA_ARGS__})
#define membership_create(...) membership_create_q(&(MembershipSet){.session = __VA_ARGS__})
#define membership_create_many(...)                                                                \
    membership_create_many_q(&(MembershipCreateMany){.session = __VA_ARGS__})
#define membership_create_many_returning(...)                                                      \
    membership_create_many_returning_q(&(MembershipCreateMany){.session = __VA_ARGS__})
#define membership_update(session_, key0_, key1_, ...)                                             \
    membership_update_q(&(MembershipSet){.session = (session_), __VA_ARGS__}, (key0_), (key1_))
#define membership_update_many(...)                                                                \
    membership_update_many_q(&(MembershipUpdateMany){.session = __VA_ARGS__})
#define membership_delete_many(...)                                                                \
    membership_delete_many_q(&(MembershipDeleteMany){.session = __VA_ARGS__})
#define membership_upsert(...) membership_upsert_q(&(MembershipUpsert){.session = __VA_ARGS__})
#endif

#ifdef __cplusplus
}
#endif
#endif
