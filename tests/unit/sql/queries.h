/* Queries of a SQL file as `tenon generate` makes functions of them, by hand, for the tables of the
 * sample models: one of every kind, with every form of parameter, for both databases. */
#ifndef QUERIES_H
#define QUERIES_H

#include "sample.h"

#include <tenon/sql.h>

typedef struct AuthorViews {
    const char *email;
    const char *name; /* or NULL */
    int64_t posts;
    tenon_opt_int64 most_views;
    Role role;
} AuthorViews;

/* -- name: top_authors :many */
typedef struct TopAuthors {
    int64_t least_posts;
    int64_t most; /* rows */
} TopAuthors;
extern const tenon_statement top_authors;

/* -- name: user_by_email :maybe, and the same as :one */
typedef struct UserByEmail {
    const char *email;
} UserByEmail;
extern const tenon_statement user_by_email, user_by_email_surely;

/* -- name: search_users :many, with two optional parts, a switch and three orders */
typedef struct SearchUsers {
    tenon_opt_int64 least_age; /* with most_age, or neither */
    tenon_opt_int64 most_age;
    tenon_text_array emails; /* items NULL: any */
    bool only_active;
    int order;
} SearchUsers;
enum { SEARCH_BY_ID = 1, SEARCH_BY_EMAIL, SEARCH_BY_ID_DOWN };
extern const tenon_statement search_users;

/* -- name: rename_user :rows */
typedef struct RenameUser {
    int64_t id;
    const char *name; /* or NULL */
} RenameUser;
extern const tenon_statement rename_user, rename_user_exec, rename_users;

/* -- name: add_post :batch, which gives the row, and without it :copy */
typedef struct AddPost {
    tenon_uuid id;
    int64_t author_id;
    const char *slug;
    int64_t views;
    tenon_opt_bool published; /* or false */
    tenon_json meta;          /* or NULL */
    tenon_opt_time at;
} AddPost;
typedef struct AddedPost {
    tenon_uuid id;
    tenon_opt_time published_at;
} AddedPost;
extern const tenon_statement add_post, load_posts;

/* -- name: everything :many, every kind of column and parameter */
typedef struct Kinds {
    int flag;
    int64_t small, number, big;
    double real, precise;
    tenon_decimal price;
    const char *text;
    tenon_json data;
    tenon_bytes blob;
    tenon_uuid uuid;
    tenon_time moment;
    tenon_date day;
    tenon_clock at;
    Role role;
} Kinds;
typedef struct KindsRow {
    bool flag;
    int16_t small;
    int32_t number;
    int64_t big;
    float real;
    double precise;
    tenon_decimal price;
    const char *text;
    tenon_json data;
    tenon_bytes blob;
    tenon_uuid uuid;
    tenon_time moment;
    tenon_date day;
    tenon_clock at;
    Role role;
} KindsRow;
extern const tenon_statement add_kinds;

#endif
