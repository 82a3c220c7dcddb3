/* A model with a nullable column of every type. */
#ifndef SAMPLE_EVERYTHING_H
#define SAMPLE_EVERYTHING_H

#include "sample_user.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum EverythingColumn {
    EVERYTHING_ID = 1,
    EVERYTHING_FLAG,
    EVERYTHING_SMALL,
    EVERYTHING_NUMBER,
    EVERYTHING_BIG,
    EVERYTHING_REAL,
    EVERYTHING_PRECISE,
    EVERYTHING_PRICE,
    EVERYTHING_TEXT,
    EVERYTHING_LABEL,
    EVERYTHING_CODE,
    EVERYTHING_DATA,
    EVERYTHING_RAW,
    EVERYTHING_BLOB,
    EVERYTHING_UUID,
    EVERYTHING_STAMP,
    EVERYTHING_INSTANT,
    EVERYTHING_DAY,
    EVERYTHING_CLOCK,
    EVERYTHING_ZONED,
    EVERYTHING_ROLE,
    EVERYTHING_MONEY,
    EVERYTHING_BITS,
    EVERYTHING_ADDRESS,
    EVERYTHING_MARKUP
} EverythingColumn;

typedef enum EverythingUnique { EVERYTHING_BY_ID = 1 } EverythingUnique;

/* A nullable column of every kind. */
typedef struct Everything {
    int64_t id;
    tenon_opt_bool flag;
    tenon_opt_int16 small;
    tenon_opt_int32 number;
    tenon_opt_int64 big;
    tenon_opt_float real;
    tenon_opt_double precise;
    tenon_decimal price;
    const char *text;
    const char *label;
    const char *code;
    tenon_json data;
    tenon_json raw;
    tenon_bytes blob;
    tenon_opt_uuid uuid;
    tenon_opt_time stamp;
    tenon_opt_time instant;
    tenon_opt_date day;
    tenon_opt_clock clock;
    tenon_opt_clock_tz zoned;
    RoleOpt role;
    tenon_decimal money;
    const char *bits;
    const char *address;
    const char *markup;
    uint64_t tenon_loaded[1]; /* ask EVERYTHING_LOADED */
} Everything;

typedef struct EverythingList {
    Everything *items;
    size_t count;
} EverythingList;

/* Whether a column was selected. */
#define EVERYTHING_LOADED(row, column) TENON_LOADED(row, column)

typedef struct EverythingWhereList {
    const struct EverythingWhere *items;
    size_t count;
} EverythingWhereList;

/* All that is set must hold; `all`, `any` and `none` nest. */
typedef struct EverythingWhere {
    EverythingWhereList all, any, none;
    tenon_int_filter id;
    tenon_bool_filter flag;
    tenon_int_filter small;
    tenon_int_filter number;
    tenon_int_filter big;
    tenon_float_filter real;
    tenon_float_filter precise;
    tenon_decimal_filter price;
    tenon_text_filter text;
    tenon_text_filter label;
    tenon_text_filter code;
    tenon_json_filter data;
    tenon_json_filter raw;
    tenon_bytes_filter blob;
    tenon_uuid_filter uuid;
    tenon_time_filter stamp;
    tenon_time_filter instant;
    tenon_date_filter day;
    tenon_clock_filter clock;
    tenon_clock_tz_filter zoned;
    RoleFilter role;
    tenon_decimal_filter money;
    tenon_text_filter bits;
    tenon_text_filter address;
    tenon_text_filter markup;
} EverythingWhere;

typedef struct EverythingOrder {
    EverythingColumn column;
    tenon_direction direction;
} EverythingOrder;

typedef struct EverythingQuery {
    tenon_session *session;
    int64_t limit, offset;
    tenon_table table;
    tenon_plan_mode plan;
    EverythingWhere where;
    EverythingOrder order_by[TENON_MAX_ORDER];
    EverythingColumn select[25];
    EverythingColumn distinct[TENON_MAX_DISTINCT];
} EverythingQuery;

typedef struct EverythingSet {
    tenon_session *session;
    tenon_table table;
    tenon_int_set id;
    tenon_bool_set flag;
    tenon_int_set small;
    tenon_int_set number;
    tenon_int_set big;
    tenon_float_set real;
    tenon_float_set precise;
    tenon_decimal_set price;
    tenon_text_set text;
    tenon_text_set label;
    tenon_text_set code;
    tenon_json_set data;
    tenon_json_set raw;
    tenon_bytes_set blob;
    tenon_uuid_set uuid;
    tenon_time_set stamp;
    tenon_time_set instant;
    tenon_date_set day;
    tenon_clock_set clock;
    tenon_clock_tz_set zoned;
    RoleSet role;
    tenon_decimal_set money;
    tenon_text_set bits;
    tenon_text_set address;
    tenon_text_set markup;
} EverythingSet;

typedef struct EverythingCreateMany {
    tenon_session *session;
    tenon_table table;
    const EverythingSet *items;
    size_t count;
    bool skip_duplicates;
} EverythingCreateMany;

typedef struct EverythingUpdateMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    EverythingWhere where;
    EverythingSet set;
} EverythingUpdateMany;

typedef struct EverythingDeleteMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    EverythingWhere where;
} EverythingDeleteMany;

/* on 0: the primary key. */
typedef struct EverythingUpsert {
    tenon_session *session;
    tenon_table table;
    EverythingUnique on;
    EverythingSet create;
    EverythingSet update;
} EverythingUpsert;

extern const tenon_model everything_model;

Everything *everything_find(tenon_session *session, int64_t id);
Everything *everything_find_first_q(const EverythingQuery *query);
EverythingList everything_find_many_q(const EverythingQuery *query);
int64_t everything_count_q(const EverythingQuery *query);
bool everything_exists_q(const EverythingQuery *query);
Everything *everything_create_q(const EverythingSet *set);
int64_t everything_create_many_q(const EverythingCreateMany *rows);
EverythingList everything_create_many_returning_q(const EverythingCreateMany *rows);
Everything *everything_update_q(const EverythingSet *set, int64_t id);
Everything *everything_delete(tenon_session *session, int64_t id);
int64_t everything_update_many_q(const EverythingUpdateMany *change);
int64_t everything_delete_many_q(const EverythingDeleteMany *which);
Everything *everything_upsert_q(const EverythingUpsert *row);

#ifndef __cplusplus
/* `.any = EVERYTHING_WHERES({ .a = … }, { .b = … })` */
#define EVERYTHING_WHERES(...) TENON_LIST_OF(EverythingWhere, __VA_ARGS__)
#define everything_find_first(...)                                                                 \
    everything_find_first_q(&(EverythingQuery){.session = __VA_ARGS__})
#define everything_find_many(...) everything_find_many_q(&(EverythingQuery){.session = __VA_ARGS__})
#define everything_count(...) everything_count_q(&(EverythingQuery){.session = __VA_ARGS__})
#define everything_exists(...) everything_exists_q(&(EverythingQuery){.session = __VA_ARGS__})
#define everything_create(...) everything_create_q(&(EverythingSet){.session = __VA_ARGS__})
#define everything_create_many(...)                                                                \
    everything_create_many_q(&(EverythingCreateMany){.session = __VA_ARGS__})
#define everything_create_many_returning(...)                                                      \
    everything_create_many_returning_q(&(EverythingCreateMany){.session = __VA_ARGS__})
#define everything_update(session_, key0_, ...)                                                    \
    everything_update_q(&(EverythingSet){.session = (session_), __VA_ARGS__}, (key0_))
#define everything_update_many(...)                                                                \
    everything_update_many_q(&(EverythingUpdateMany){.session = __VA_ARGS__})
#define everything_delete_many(...)                                                                \
    everything_delete_many_q(&(EverythingDeleteMany){.session = __VA_ARGS__})
#define everything_upsert(...) everything_upsert_q(&(EverythingUpsert){.session = __VA_ARGS__})
#endif

#ifdef __cplusplus
}
#endif
#endif
