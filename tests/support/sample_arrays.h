/* A model with a list of every type. */
#ifndef SAMPLE_ARRAYS_H
#define SAMPLE_ARRAYS_H

#include "sample_user.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ArraysColumn {
    ARRAYS_ID = 1,
    ARRAYS_FLAGS,
    ARRAYS_SMALLS,
    ARRAYS_NUMBERS,
    ARRAYS_BIGS,
    ARRAYS_REALS,
    ARRAYS_PRECISES,
    ARRAYS_PRICES,
    ARRAYS_TEXTS,
    ARRAYS_LABELS,
    ARRAYS_CODES,
    ARRAYS_DATAS,
    ARRAYS_RAWS,
    ARRAYS_BLOBS,
    ARRAYS_UUIDS,
    ARRAYS_STAMPS,
    ARRAYS_INSTANTS,
    ARRAYS_DAYS,
    ARRAYS_CLOCKS,
    ARRAYS_ZONEDS,
    ARRAYS_ROLES,
    ARRAYS_MONIES,
    ARRAYS_BITSS,
    ARRAYS_ADDRESSES,
    ARRAYS_MARKUPS
} ArraysColumn;

typedef enum ArraysUnique { ARRAYS_BY_ID = 1 } ArraysUnique;

/* A list of every kind. */
typedef struct Arrays {
    int64_t id;
    tenon_bool_array flags;
    tenon_int16_array smalls;
    tenon_int32_array numbers;
    tenon_int64_array bigs;
    tenon_float_array reals;
    tenon_double_array precises;
    tenon_decimal_array prices;
    tenon_text_array texts;
    tenon_text_array labels;
    tenon_text_array codes;
    tenon_json_array datas;
    tenon_json_array raws;
    tenon_bytes_array blobs;
    tenon_uuid_array uuids;
    tenon_time_array stamps;
    tenon_time_array instants;
    tenon_date_array days;
    tenon_clock_array clocks;
    tenon_clock_tz_array zoneds;
    RoleArray roles;
    tenon_decimal_array monies;
    tenon_text_array bitss;
    tenon_text_array addresses;
    tenon_text_array markups;
    uint64_t tenon_loaded[1]; /* ask ARRAYS_LOADED */
} Arrays;

typedef struct ArraysList {
    Arrays *items;
    size_t count;
} ArraysList;

/* Whether a column was selected. */
#define ARRAYS_LOADED(row, column) TENON_LOADED(row, column)

typedef struct ArraysWhereList {
    const struct ArraysWhere *items;
    size_t count;
} ArraysWhereList;

/* All that is set must hold; `all`, `any` and `none` nest. */
typedef struct ArraysWhere {
    ArraysWhereList all, any, none;
    tenon_int_filter id;
    tenon_bool_array_filter flags;
    tenon_int16_array_filter smalls;
    tenon_int32_array_filter numbers;
    tenon_int64_array_filter bigs;
    tenon_float_array_filter reals;
    tenon_double_array_filter precises;
    tenon_decimal_array_filter prices;
    tenon_text_array_filter texts;
    tenon_text_array_filter labels;
    tenon_text_array_filter codes;
    tenon_json_array_filter datas;
    tenon_json_array_filter raws;
    tenon_bytes_array_filter blobs;
    tenon_uuid_array_filter uuids;
    tenon_time_array_filter stamps;
    tenon_time_array_filter instants;
    tenon_date_array_filter days;
    tenon_clock_array_filter clocks;
    tenon_clock_tz_array_filter zoneds;
    RoleArrayFilter roles;
    tenon_decimal_array_filter monies;
    tenon_text_array_filter bitss;
    tenon_text_array_filter addresses;
    tenon_text_array_filter markups;
} ArraysWhere;

typedef struct ArraysOrder {
    ArraysColumn column;
    tenon_direction direction;
} ArraysOrder;

typedef struct ArraysQuery {
    tenon_session *session;
    int64_t limit, offset;
    tenon_table table;
    tenon_plan_mode plan;
    ArraysWhere where;
    ArraysOrder order_by[TENON_MAX_ORDER];
    ArraysColumn select[25];
    ArraysColumn distinct[TENON_MAX_DISTINCT];
} ArraysQuery;

typedef struct ArraysSet {
    tenon_session *session;
    tenon_table table;
    tenon_int_set id;
    tenon_bool_array_set flags;
    tenon_int16_array_set smalls;
    tenon_int32_array_set numbers;
    tenon_int64_array_set bigs;
    tenon_float_array_set reals;
    tenon_double_array_set precises;
    tenon_decimal_array_set prices;
    tenon_text_array_set texts;
    tenon_text_array_set labels;
    tenon_text_array_set codes;
    tenon_json_array_set datas;
    tenon_json_array_set raws;
    tenon_bytes_array_set blobs;
    tenon_uuid_array_set uuids;
    tenon_time_array_set stamps;
    tenon_time_array_set instants;
    tenon_date_array_set days;
    tenon_clock_array_set clocks;
    tenon_clock_tz_array_set zoneds;
    RoleArraySet roles;
    tenon_decimal_array_set monies;
    tenon_text_array_set bitss;
    tenon_text_array_set addresses;
    tenon_text_array_set markups;
} ArraysSet;

typedef struct ArraysCreateMany {
    tenon_session *session;
    tenon_table table;
    const ArraysSet *items;
    size_t count;
    bool skip_duplicates;
} ArraysCreateMany;

typedef struct ArraysUpdateMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    ArraysWhere where;
    ArraysSet set;
} ArraysUpdateMany;

typedef struct ArraysDeleteMany {
    tenon_session *session;
    tenon_table table;
    bool everything;
    ArraysWhere where;
} ArraysDeleteMany;

/* on 0: the primary key. */
typedef struct ArraysUpsert {
    tenon_session *session;
    tenon_table table;
    ArraysUnique on;
    ArraysSet create;
    ArraysSet update;
} ArraysUpsert;

extern const tenon_model arrays_model;

Arrays *arrays_find(tenon_session *session, int64_t id);
Arrays *arrays_find_first_q(const ArraysQuery *query);
ArraysList arrays_find_many_q(const ArraysQuery *query);
int64_t arrays_count_q(const ArraysQuery *query);
bool arrays_exists_q(const ArraysQuery *query);
Arrays *arrays_create_q(const ArraysSet *set);
int64_t arrays_create_many_q(const ArraysCreateMany *rows);
ArraysList arrays_create_many_returning_q(const ArraysCreateMany *rows);
Arrays *arrays_update_q(const ArraysSet *set, int64_t id);
Arrays *arrays_delete(tenon_session *session, int64_t id);
int64_t arrays_update_many_q(const ArraysUpdateMany *change);
int64_t arrays_delete_many_q(const ArraysDeleteMany *which);
Arrays *arrays_upsert_q(const ArraysUpsert *row);

#ifndef __cplusplus
/* `.any = ARRAYS_WHERES({ .a = … }, { .b = … })` */
#define ARRAYS_WHERES(...) TENON_LIST_OF(ArraysWhere, __VA_ARGS__)
#define arrays_find_first(...) arrays_find_first_q(&(ArraysQuery){.session = __VA_ARGS__})
#define arrays_find_many(...) arrays_find_many_q(&(ArraysQuery){.session = __VA_ARGS__})
#define arrays_count(...) arrays_count_q(&(ArraysQuery){.session = __VA_ARGS__})
#define arrays_exists(...) arrays_exists_q(&(ArraysQuery){.session = __VA_ARGS__})
#define arrays_create(...) arrays_create_q(&(ArraysSet){.session = __VA_ARGS__})
#define arrays_create_many(...) arrays_create_many_q(&(ArraysCreateMany){.session = __VA_ARGS__})
#define arrays_create_many_returning(...)                                                          \
    arrays_create_many_returning_q(&(ArraysCreateMany){.session = __VA_ARGS__})
#define arrays_update(session_, key0_, ...)                                                        \
    arrays_update_q(&(ArraysSet){.session = (session_), __VA_ARGS__}, (key0_))
#define arrays_update_many(...) arrays_update_many_q(&(ArraysUpdateMany){.session = __VA_ARGS__})
#define arrays_delete_many(...) arrays_delete_many_q(&(ArraysDeleteMany){.session = __VA_ARGS__})
#define arrays_upsert(...) arrays_upsert_q(&(ArraysUpsert){.session = __VA_ARGS__})
#endif

#ifdef __cplusplus
}
#endif
#endif
