/* Lists of values: array columns, IN, and the columns of UNNEST.
 *
 * A binary array is five numbers (dimensions, whether NULLs are inside, OID of the elements,
 * length, lower bound) and each element with its length in front; an empty one has no dimension and
 * only three. Where the elements' type has no OID that is known here, the list is one array
 * literal, {"a","b\"c"}, and the server takes the type from the context.
 *
 * UNNEST takes arrays of arrays apart to the last element, so an array column travels there as
 * text[], one literal a row, which the SQL casts. */
#include "driver/postgres/pg.h"

/* All array types are laid out like tenon__list. */
_Static_assert(sizeof(tenon__list) == sizeof(tenon_text_array), "arrays and lists are alike");

static void add_head(tenon__buf *out, const tenon__pg_param *param, size_t count)
{
    tenon__pg_add32(out, count ? 1 : 0);
    tenon__pg_add32(out, param->shape == TENON__PG_ROWS || param->shape == TENON__PG_LITERALS);
    tenon__pg_add32(out, param->element_oid);
    if (count == 0)
        return;
    tenon__pg_add32(out, (uint32_t)count);
    tenon__pg_add32(out, 1);
}

/* Leaves room for the length of an element; where the element begins. */
static size_t open_element(tenon__buf *out)
{
    tenon__pg_add32(out, 0);
    return out->length;
}

static void close_element(tenon__buf *out, size_t start)
{
    if (!out->failed)
        tenon__pg_store32(out->data + start - 4, (uint32_t)(out->length - start));
}

static bool add_array(tenon__buf *out, const tenon__pg_param *param, const tenon__list *list,
                      tenon_error *err)
{
    const char *item = list->items;
    add_head(out, param, list->count);
    for (size_t i = 0; i < list->count; i++, item += param->stride) {
        size_t start = open_element(out);
        if (!tenon__pg_add_checked(out, param, item, err))
            return false;
        close_element(out, start);
    }
    return true;
}

/* Puts quotes around what was appended since `start`, and a backslash before each quote and
 * backslash in it, from the end, so that nothing is moved twice. */
static void quote_element(tenon__buf *out, size_t start)
{
    size_t length = out->failed ? 0 : out->length - start, marks = 0;
    for (size_t i = 0; i < length; i++)
        marks += out->data[start + i] == '"' || out->data[start + i] == '\\';
    if (!tenon__pg_room(out, marks + 2))
        return;
    char *from = out->data + start + length, *to = from + marks + 1;
    *to = '"';
    while (from > out->data + start) {
        *--to = *--from;
        if (*to == '"' || *to == '\\')
            *--to = '\\';
    }
    out->data[start] = '"';
}

bool tenon__pg_add_literal(tenon__buf *out, const tenon__pg_param *param, const tenon__list *list,
                           tenon_error *err)
{
    const char *item = list->items;
    tenon__buf_char(out, '{');
    for (size_t i = 0; i < list->count; i++, item += param->stride) {
        if (!tenon__pg_check(param, item, err))
            return false;
        if (i)
            tenon__buf_char(out, ',');
        size_t start = out->length;
        tenon__pg_add_text_form(out, param, item);
        quote_element(out, start);
    }
    tenon__buf_char(out, '}');
    return true;
}

static bool add_rows(tenon__buf *out, const tenon__pg_param *param, const tenon__list *list,
                     tenon_error *err)
{
    add_head(out, param, list->count);
    return tenon__pg_add_fields(out, param, list->items, list->count, err);
}

bool tenon__pg_add_list(tenon__buf *out, const tenon__pg_param *param, const tenon__list *list,
                        tenon_error *err)
{
    if (list->count > INT32_MAX)
        return tenon__fail(err, TENON_LIMIT, "a list of %zu values is too long", list->count);
    switch (param->shape) {
    case TENON__PG_ARRAY:
        return add_array(out, param, list, err);
    case TENON__PG_LITERAL:
        return tenon__pg_add_literal(out, param, list, err);
    case TENON__PG_ROWS:
    case TENON__PG_LITERALS:
        return add_rows(out, param, list, err);
    case TENON__PG_VALUE:
    case TENON__PG_UNTYPED:
        break;
    }
    return tenon__fail(err, TENON_MISUSE, "a parameter that is no list");
}
