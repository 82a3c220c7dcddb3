/* From the params struct of a statement to the values of one execution.
 *
 * Nothing is copied: a value is where the struct has it, in the wide form that drivers take, but
 * for an optional bool, which is narrow there. What is given and what is not also decides the
 * variant: which of the optional parts are in the text, and in which order rows come. */
#include "sql/statement.h"

/* ---- what is given --------------------------------------------------------------------------- */

static bool is_int(tenon_kind kind)
{
    return kind == TENON_KIND_INT16 || kind == TENON_KIND_INT32 || kind == TENON_KIND_INT64;
}

/* Where the value stands in the optional struct of a kind; 0 where there is none. */
static size_t value_offset(tenon_kind kind)
{
    if (is_int(kind))
        return tenon__optional_offset(TENON_KIND_INT64);
    if (kind == TENON_KIND_FLOAT)
        return tenon__optional_offset(TENON_KIND_DOUBLE);
    return tenon__optional_offset(kind);
}

/* Of the kinds that are NULL by themselves. */
static const void *text_of(tenon_kind kind, const char *at)
{
    switch ((int)kind) {
    case TENON_KIND_DECIMAL:
        return ((const tenon_decimal *)(const void *)at)->text;
    case TENON_KIND_JSON:
        return ((const tenon_json *)(const void *)at)->text;
    case TENON_KIND_VECTOR:
        return ((const tenon_vector *)(const void *)at)->items;
    case TENON_KIND_BYTES:
        return ((const tenon_bytes *)(const void *)at)->data;
    default:
        return *(const char *const *)(const void *)at;
    }
}

static const void *optional_value(tenon_kind kind, const char *at)
{
    static const int truths[] = {0, 1};
    size_t offset = value_offset(kind);
    if (offset == 0)
        return text_of(kind, at) ? at : NULL;
    if (!*(const bool *)at)
        return NULL;
    if (kind == TENON_KIND_BOOL)
        return &truths[((const tenon_opt_bool *)(const void *)at)->value];
    return at + offset;
}

static const void *value_of(const tenon_parameter *parameter, const void *params)
{
    const char *at = (const char *)params + parameter->field.row_offset;
    bool is_optional =
        parameter->form == TENON_PARAMETER_VALUE && (parameter->field.flags & TENON_FIELD_NULLABLE);
    return TENON__UNLIKELY(is_optional) ? optional_value(parameter->field.kind, at) : at;
}

static bool is_given(const tenon_parameter *parameter, const void *params)
{
    const char *at = (const char *)params + parameter->field.row_offset;
    switch (parameter->form) {
    case TENON_PARAMETER_VALUE:
        return value_of(parameter, params) != NULL;
    case TENON_PARAMETER_ARRAY:
    case TENON_PARAMETER_LIST:
        return ((const tenon__list *)(const void *)at)->items != NULL;
    case TENON_PARAMETER_SWITCH:
        return *(const bool *)at;
    case TENON_PARAMETER_ORDER:
        break;
    }
    return false;
}

/* ---- the variant ----------------------------------------------------------------------------- */

static bool fail_half_given(tenon_session *s, const tenon_statement *statement,
                            const tenon_parameter *parameter)
{
    tenon__fail(tenon__session_error(s), TENON_MISUSE,
                "%s: '%s' belongs to an optional part of which something else is given, or not",
                statement->name, parameter->field.name);
    tenon__hint(tenon__session_error(s), "give all parameters of the part, or none");
    return false;
}

/* Which parts are there, a bit each. */
static bool read_parts(tenon_session *s, const tenon_statement *statement, const void *params,
                       unsigned *parts)
{
    unsigned given = 0, left_out = 0;
    for (uint32_t i = 0; i < statement->parameter_count; i++) {
        const tenon_parameter *parameter = &statement->parameters[i];
        if (!parameter->part)
            continue;
        unsigned bit = 1u << (parameter->part - 1);
        *(is_given(parameter, params) ? &given : &left_out) |= bit;
        if (given & left_out)
            return fail_half_given(s, statement, parameter);
    }
    *parts = given;
    return true;
}

static bool read_order(tenon_session *s, const tenon_statement *statement, const void *params,
                       unsigned *order)
{
    for (uint32_t i = 0; i < statement->parameter_count; i++) {
        const tenon_parameter *parameter = &statement->parameters[i];
        if (parameter->form != TENON_PARAMETER_ORDER)
            continue;
        int chosen;
        memcpy(&chosen, (const char *)params + parameter->field.row_offset, sizeof chosen);
        if (chosen < 0 || (uint32_t)chosen > statement->order_count)
            return tenon__fail(tenon__session_error(s), TENON_MISUSE,
                               "%s: %d is none of the %u orders of '%s'", statement->name, chosen,
                               statement->order_count, parameter->field.name);
        *order = chosen ? (unsigned)chosen - 1 : 0;
    }
    return true;
}

static bool choose_variant(tenon_session *s, const tenon_statement *statement, const void *params,
                           uint16_t *variant)
{
    unsigned parts = 0, order = 0;
    if ((statement->part_count && !read_parts(s, statement, params, &parts)) ||
        (statement->order_count && !read_order(s, statement, params, &order)))
        return false;
    *variant = (uint16_t)(order << statement->part_count | parts);
    return true;
}

/* ---- the call -------------------------------------------------------------------------------- */

bool tenon__statement_read(tenon_session *s, const tenon_statement *statement, const void *params,
                           tenon__ready *out)
{
    out->key = (tenon__statement_key){.mark = TENON__KEY_STATEMENT, .statement = statement};
    if (statement->parameter_count && !params)
        return tenon__fail(tenon__session_error(s), TENON_MISUSE, "%s: there are no parameters",
                           statement->name);
    if (!choose_variant(s, statement, params, &out->key.variant))
        return false;
    const tenon_statement_text *text =
        &tenon__statement_texts(statement, tenon__session_dialect(s))[out->key.variant];
    for (uint16_t i = 0; i < text->slot_count; i++)
        out->values[i] = value_of(&statement->parameters[text->slots[i]], params);
    out->value_count = text->slot_count;
    return true;
}
