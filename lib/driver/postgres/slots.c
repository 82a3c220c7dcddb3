/* How the values of a slot are written: worked out once, when its statement is prepared. */
#include "driver/postgres/pg.h"

static bool is_wide_form(tenon__form form)
{
    return form == TENON__FORM_WIDE || form == TENON__FORM_WIDE_LIST;
}

static tenon__pg_shape shape_of(const tenon__slot *slot, bool is_typed)
{
    bool is_list = slot->field->flags & TENON_FIELD_LIST;
    switch (slot->form) {
    case TENON__FORM_WIDE:
    case TENON__FORM_ELEMENT:
        return TENON__PG_VALUE;
    case TENON__FORM_ARRAY:
    case TENON__FORM_WIDE_LIST:
    case TENON__FORM_NARROW_LIST:
        return is_typed ? TENON__PG_ARRAY : TENON__PG_LITERAL;
    case TENON__FORM_COLUMN:
        break;
    }
    return is_list ? TENON__PG_LITERALS : TENON__PG_ROWS;
}

/* Columns of UNNEST are text[] where the type has no OID here. */
static void choose_column_oids(tenon__pg_param *param)
{
    tenon_pg_type type = param->field->pg_type;
    bool is_text = param->shape == TENON__PG_LITERALS || !tenon__pg_type_of(type)->oid;
    const tenon__pg_type *chosen = tenon__pg_type_of(is_text ? TENON_PG_TEXT : type);
    param->element_oid = chosen->oid;
    param->oid = chosen->array_oid;
    param->is_wide = param->shape == TENON__PG_ROWS;
}

static void choose_oids(tenon__pg_param *param)
{
    const tenon__pg_type *type = tenon__pg_type_of(param->field->pg_type);
    param->element_oid = type->oid;
    param->oid = param->shape == TENON__PG_ARRAY ? type->array_oid : type->oid;
    param->is_text = type->oid == 0 && param->codec != TENON__PG_CODEC_VECTOR;
}

/* The column takes the value's binary form, and no more has to be known of it than its codec. */
static bool is_quick(const tenon__pg_param *param)
{
    bool is_value = param->shape == TENON__PG_VALUE || param->shape == TENON__PG_ROWS;
    return is_value && param->is_wide && !param->is_text;
}

static uint32_t time_unit_us(const tenon_field *field)
{
    static const uint32_t units[] = {1000000, 100000, 10000, 1000, 100, 10};
    bool is_cut = field->precision >= 0 && (size_t)field->precision < TENON__COUNT(units);
    return is_cut ? units[field->precision] : 1;
}

/* Of a text, whatever its characters are. */
static size_t most_bytes(const tenon_field *field)
{
    bool is_bits = field->pg_type == TENON_PG_BIT || field->pg_type == TENON_PG_VARBIT;
    if (is_bits)
        return 0;
    return field->precision > 0 ? (size_t)field->precision : TENON__BUF_LIMIT - 1;
}

static bool init_field(tenon__pg_param *param, const tenon__slot *slot, tenon_error *err)
{
    param->codec = tenon__pg_codec_of(slot->field);
    if (param->codec == TENON__PG_CODEC_NONE)
        return tenon__fail_field(err, TENON_MISUSE, slot->model, slot->field,
                                 "the descriptor's kind and type do not go together");
    param->is_wide = is_wide_form(slot->form);
    param->shape =
        shape_of(slot, tenon__pg_type_of(slot->field->pg_type)->oid != 0 && !slot->is_inferred);
    if (slot->form == TENON__FORM_COLUMN)
        choose_column_oids(param);
    else
        choose_oids(param);
    if (slot->is_inferred)
        param->oid = 0;
    param->is_text |= param->shape == TENON__PG_LITERAL;
    param->is_quick = is_quick(param);
    param->is_placed =
        param->is_quick && param->shape == TENON__PG_VALUE && param->codec != TENON__PG_CODEC_JSONB;
    param->is_compared = slot->is_compared;
    param->time_unit_us = slot->is_compared ? 1 : time_unit_us(slot->field);
    param->most_bytes = most_bytes(slot->field);
    param->stride = (uint32_t)(param->is_wide ? tenon__wide_size(slot->field->kind)
                                              : tenon__element_size(slot->field->kind));
    return true;
}

bool tenon__pg_param_init(tenon__pg_param *param, const tenon__slot *slot, tenon_error *err)
{
    *param = (tenon__pg_param){.field = slot->field,
                               .model = slot->model,
                               .codec = TENON__PG_CODEC_INT8,
                               .is_wide = true,
                               .oid = TENON__PG_OID_INT8};
    if (!slot->as_text)
        return !slot->field || init_field(param, slot, err);
    param->shape = TENON__PG_UNTYPED;
    param->is_text = true;
    param->oid = 0;
    return true;
}
