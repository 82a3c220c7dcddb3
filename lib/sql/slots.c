/* The types of values in dynamic SQL, as fields that no schema has.
 *
 * A text travels untyped, so that PostgreSQL takes it for whatever stands beside it: an enum, an
 * inet, a date. So does a list of texts. A time is in UTC for both of PostgreSQL's types; which one
 * it is the server infers. */
#include "sql/text.h"

#define FIELD(kind_, type, flags_)                                                                 \
    [TENON_KIND_##kind_] = {.name = "a value",                                                     \
                            .column = "value",                                                     \
                            .kind = TENON_KIND_##kind_,                                            \
                            .pg_type = TENON_PG_##type,                                            \
                            .flags = (flags_),                                                     \
                            .precision = -1}
#define FIELDS(flags_)                                                                             \
    FIELD(BOOL, BOOL, flags_), FIELD(INT16, INT2, flags_), FIELD(INT32, INT4, flags_),             \
        FIELD(INT64, INT8, flags_), FIELD(FLOAT, FLOAT4, flags_), FIELD(DOUBLE, FLOAT8, flags_),   \
        FIELD(DECIMAL, NUMERIC, flags_), FIELD(TEXT, TEXT, flags_), FIELD(JSON, JSONB, flags_),    \
        FIELD(BYTES, BYTEA, flags_), FIELD(UUID, UUID, flags_), FIELD(TIME, TIMESTAMP, flags_),    \
        FIELD(DATE, DATE, flags_), FIELD(CLOCK, TIME, flags_), FIELD(CLOCK_TZ, TIMETZ, flags_),    \
        FIELD(OTHER, OTHER, flags_)

static const tenon_field single[] = {FIELDS(0)};
static const tenon_field arrays[] = {FIELDS(TENON_FIELD_LIST)};

tenon__slot tenon__slot_of_code(uint8_t code)
{
    tenon_kind kind = tenon__slot_kind(code);
    switch ((tenon__slot_form)(code >> 5)) {
    case TENON__SLOT_ARRAY:
        return (tenon__slot){.field = &arrays[kind], .form = TENON__FORM_ARRAY};
    case TENON__SLOT_LIST:
        kind = kind == TENON_KIND_TEXT ? TENON_KIND_OTHER : kind;
        return (tenon__slot){.field = &single[kind], .form = TENON__FORM_WIDE_LIST};
    case TENON__SLOT_VALUE:
        break;
    }
    return (tenon__slot){.field = kind == TENON_KIND_ENUM ? NULL : &single[kind],
                         .as_text = kind == TENON_KIND_TEXT,
                         .is_inferred = kind == TENON_KIND_TIME};
}
