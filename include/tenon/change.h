/* Changes: what a field of a …Set holds. 0 = leave alone. `op` says what is done with `value`,
 * which has the wide form (see model.h). */
#ifndef TENON_CHANGE_H
#define TENON_CHANGE_H

#include <tenon/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tenon_change {
    TENON_SET = 1,
    TENON_SET_NULL,
    TENON_SET_OR_NULL, /* a value that says itself that it is NULL: NULL pointer, .text == NULL … */
    TENON_SET_DEFAULT,
    TENON_INCREASE, /* numbers; not for create */
    TENON_DECREASE,
    TENON_SCALE,
    TENON_PUSH, /* array columns: appends the given array */
    TENON_STILL /* a version: the row is changed only when it still has this one */
} tenon_change;

#define TENON_DECLARE_SET(name, type)                                                              \
    typedef struct name {                                                                          \
        tenon_change op;                                                                           \
        type value;                                                                                \
    } name

TENON_DECLARE_SET(tenon_bool_set, int);
TENON_DECLARE_SET(tenon_int_set, int64_t);
TENON_DECLARE_SET(tenon_float_set, double);
TENON_DECLARE_SET(tenon_decimal_set, tenon_decimal);
TENON_DECLARE_SET(tenon_text_set, const char *);
TENON_DECLARE_SET(tenon_json_set, tenon_json);
TENON_DECLARE_SET(tenon_bytes_set, tenon_bytes);
TENON_DECLARE_SET(tenon_uuid_set, tenon_uuid);
TENON_DECLARE_SET(tenon_time_set, tenon_time);
TENON_DECLARE_SET(tenon_date_set, tenon_date);
TENON_DECLARE_SET(tenon_clock_set, tenon_clock);
TENON_DECLARE_SET(tenon_clock_tz_set, tenon_clock_tz);
TENON_DECLARE_SET(tenon_interval_set, tenon_interval);
TENON_DECLARE_SET(tenon_vector_set, tenon_vector);
TENON_DECLARE_SET(tenon_bool_array_set, tenon_bool_array);
TENON_DECLARE_SET(tenon_int16_array_set, tenon_int16_array);
TENON_DECLARE_SET(tenon_int32_array_set, tenon_int32_array);
TENON_DECLARE_SET(tenon_int64_array_set, tenon_int64_array);
TENON_DECLARE_SET(tenon_float_array_set, tenon_float_array);
TENON_DECLARE_SET(tenon_double_array_set, tenon_double_array);
TENON_DECLARE_SET(tenon_decimal_array_set, tenon_decimal_array);
TENON_DECLARE_SET(tenon_text_array_set, tenon_text_array);
TENON_DECLARE_SET(tenon_json_array_set, tenon_json_array);
TENON_DECLARE_SET(tenon_bytes_array_set, tenon_bytes_array);
TENON_DECLARE_SET(tenon_uuid_array_set, tenon_uuid_array);
TENON_DECLARE_SET(tenon_time_array_set, tenon_time_array);
TENON_DECLARE_SET(tenon_date_array_set, tenon_date_array);
TENON_DECLARE_SET(tenon_clock_array_set, tenon_clock_array);
TENON_DECLARE_SET(tenon_clock_tz_array_set, tenon_clock_tz_array);
TENON_DECLARE_SET(tenon_interval_array_set, tenon_interval_array);

#ifdef __cplusplus
}
#endif
#endif
