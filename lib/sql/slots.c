/* The types of values in dynamic SQL, as fields that no schema has.
 *
 * A text travels untyped, so that PostgreSQL takes it for whatever stands beside it: an enum, an
 * inet, a date. So does a list of texts. A time is in UTC for both of PostgreSQL's types; which one
 * it is the server infers. */
#include "sql/text.h"

static const uint8_t types[] = {
    [TENON_KIND_BOOL] = TENON_PG_BOOL,       [TENON_KIND_INT16] = TENON_PG_INT2,
    [TENON_KIND_INT32] = TENON_PG_INT4,      [TENON_KIND_INT64] = TENON_PG_INT8,
    [TENON_KIND_FLOAT] = TENON_PG_FLOAT4,    [TENON_KIND_DOUBLE] = TENON_PG_FLOAT8,
    [TENON_KIND_DECIMAL] = TENON_PG_NUMERIC, [TENON_KIND_TEXT] = TENON_PG_TEXT,
    [TENON_KIND_JSON] = TENON_PG_JSONB,      [TENON_KIND_BYTES] = TENON_PG_BYTEA,
    [TENON_KIND_UUID] = TENON_PG_UUID,       [TENON_KIND_TIME] = TENON_PG_TIMESTAMP,
    [TENON_KIND_DATE] = TENON_PG_DATE,       [TENON_KIND_CLOCK] = TENON_PG_TIME,
    [TENON_KIND_CLOCK_TZ] = TENON_PG_TIMETZ, [TENON_KIND_ENUM] = TENON_PG_ENUM,
    [TENON_KIND_OTHER] = TENON_PG_OTHER,
};

static const tenon__form forms[] = {[TENON__SLOT_VALUE] = TENON__FORM_WIDE,
                                    [TENON__SLOT_ARRAY] = TENON__FORM_ARRAY,
                                    [TENON__SLOT_LIST] = TENON__FORM_WIDE_LIST};

tenon__slot tenon__slot_of_code(uint8_t code, tenon_field *room)
{
    tenon_kind kind = tenon__slot_kind(code);
    tenon__slot_form form = (tenon__slot_form)(code >> 5);
    if (form == TENON__SLOT_LIST && kind == TENON_KIND_TEXT)
        kind = TENON_KIND_OTHER;
    *room = (tenon_field){.name = "a value",
                          .column = "value",
                          .kind = kind,
                          .pg_type = (tenon_pg_type)types[kind],
                          .flags = form == TENON__SLOT_ARRAY ? TENON_FIELD_LIST : 0,
                          .precision = -1};
    bool is_single = form == TENON__SLOT_VALUE;
    return (tenon__slot){.field = room,
                         .form = forms[form],
                         .as_text = is_single && kind == TENON_KIND_TEXT,
                         .is_inferred = kind == TENON_KIND_TIME};
}
