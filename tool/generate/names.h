/* Private to tool/generate: the C names of everything that is printed.
 *
 * Types, members and enum values keep the schema's spelling; functions are in snake_case, column
 * enums in upper case. A name that C or C++ or tenon itself has taken gets a trailing underscore,
 * and so does the later of two that collide; the order of the schema decides, so the result is
 * deterministic. */
#ifndef TENON_GENERATE_NAMES_H
#define TENON_GENERATE_NAMES_H

#include "generate/generate.h"

typedef struct enum_names {
    const char *type, *optional, *array; /* Role, RoleOpt, RoleArray */
    const char *filter, *set, *array_filter, *array_set;
    const char **values;             /* ROLE_ADMIN */
    const char *to_name, *from_name; /* role_name, role_from_name */
    const char *descriptor;          /* role_enum */
} enum_names;

/* Of a model's aggregates and groups: UserAggregate, UserGroupQuery, USER_PARTS … */
typedef struct aggregate_names {
    const char *column_counts, *distinct_counts, *sums, *averages, *extremes;
    const char *column_count_filters, *distinct_count_filters;
    const char *sum_filters, *average_filters, *extreme_filters;
    const char *aggregate, *group, *group_list, *group_order, *having, *having_list;
    const char *part, *part_list, *aggregate_query, *group_query, *facets_query;
    const char *parts, *havings;
} aggregate_names;

/* Of its pages: UserPage … */
typedef struct page_names {
    const char *page, *page_query, *offset_page, *offset_page_query;
} page_names;

/* Of a table of calls: UserCalls, user_calls, and what the functions in it begin with: "user_". */
typedef struct call_names {
    const char *type, *variable, *beginning;
    bool keeps_end; /* the _q */
} call_names;

typedef struct model_names {
    const char *snake, *upper; /* user, USER: what its functions and macros start with */
    const char *type, *list, *column, *unique;
    const char *where, *where_list, *order, *query, *set;
    const char *create_many, *update_many, *delete_many, *upsert, *upsert_many, *update_each;
    const char *get_or_create;
    const char *stream, *each;
    const char *relation, *include, *count_query, *counts;
    const char *relation_filter, *list_relation_filter; /* of relations with this model */
    const char *write, *list_write, *set_list; /* what is written with another model's row */
    const char *connect_or_create, *nested_update, *nested_upsert;
    const char *sets, *connects, *updates, *upserts; /* macros: USER_SETS … */
    const char *descriptor;        /* user_model; with more behind it, of the constants beside it */
    const char *loaded, *wheres;   /* USER_LOADED, USER_WHERES */
    const char **members;          /* one a field: createdAt */
    const char **parameters;       /* of functions that take the field */
    const char **columns;          /* USER_CREATED_AT */
    const char **uniques;          /* one a unique: USER_BY_EMAIL */
    const char **finds;            /* user_find_by_email; NULL for a partial one */
    const char *erase;             /* user_delete */
    const char **relation_members; /* one a relation: posts */
    const char **relations;        /* USER_POSTS */
    const char *counts_member;     /* of the row */
    aggregate_names aggregate;
    page_names page;
    call_names calls; /* when they are asked for */
} model_names;

/* Of a column that becomes a struct. */
typedef struct nested_names {
    const char *type, *list;      /* TopAuthorsPosts, TopAuthorsPostsList; none of plain values */
    const char *descriptor;       /* top_authors_statement_posts */
    const char **members;         /* one a member */
    struct nested_names **nested; /* one a member, or NULL */
} nested_names;

/* Of a query of a file. */
typedef struct query_names {
    const char *snake; /* top_authors: its function */
    const char *upper;
    const char *params, *row, *list, *stream, *order; /* TopAuthorsParams … */
    const char *descriptor;                           /* top_authors_statement */
    const char **parameters, **columns;               /* members, one a parameter and a column */
    const char **orders;                              /* SEARCH_POSTS_CREATED_AT */
    const char *order_member;
    nested_names **nested; /* one a column, or NULL */
} query_names;

typedef struct generate_names {
    enum_names *enums;   /* as describe_set.enums */
    model_names *models; /* as describe_set.models */
    const char *last_migration;
    query_names *queries; /* as the queries of the options; NULL when there are none */
    call_names query_calls;
} generate_names;

/* False with *err when memory is exhausted. */
bool generate_name_all(tenon__arena *arena, const describe_set *set,
                       const generate_options *options, generate_names *out, tenon_error *err);

/* Whether a name is not to be used: at all, for a type, for a member, for a parameter. */
bool generate_is_reserved(const char *name);
bool generate_is_reserved_type(const char *name);
bool generate_is_reserved_member(const char *name);
bool generate_is_reserved_parameter(const char *name);

/* "createdAt" → "created_at", "HTTPServer" → "http_server". NULL when memory is exhausted. */
char *generate_snake(tenon__arena *arena, const char *name);

#endif
