/* A …Set becomes the values of a new row, or the changes to existing ones.
 *
 * A new row lists every field whose value is known here, the defaults included, so that only the
 * fields which the database generates make shapes differ. SET_NULL, and SET_OR_NULL of nothing, are
 * a SET whose value is NULL: one shape. What is left of a change that says nothing is refused, not
 * ignored. */
#include "model/walk.h"

static const char *const change_names[] = {
    [TENON_SET] = "SET",
    [TENON_SET_NULL] = "SET_NULL",
    [TENON_SET_OR_NULL] = "SET_OR_NULL",
    [TENON_SET_DEFAULT] = "SET_DEFAULT",
    [TENON_INCREASE] = "INCREASE",
    [TENON_DECREASE] = "DECREASE",
    [TENON_SCALE] = "SCALE",
    [TENON_PUSH] = "PUSH",
    [TENON_STILL] = "STILL",
};

/* Where the value stands in a …_set, by kind. */
static const uint8_t value_offsets[] = {
    [TENON_KIND_BOOL] = offsetof(tenon_bool_set, value),
    [TENON_KIND_INT16] = offsetof(tenon_int_set, value),
    [TENON_KIND_INT32] = offsetof(tenon_int_set, value),
    [TENON_KIND_INT64] = offsetof(tenon_int_set, value),
    [TENON_KIND_FLOAT] = offsetof(tenon_float_set, value),
    [TENON_KIND_DOUBLE] = offsetof(tenon_float_set, value),
    [TENON_KIND_DECIMAL] = offsetof(tenon_decimal_set, value),
    [TENON_KIND_TEXT] = offsetof(tenon_text_set, value),
    [TENON_KIND_JSON] = offsetof(tenon_json_set, value),
    [TENON_KIND_BYTES] = offsetof(tenon_bytes_set, value),
    [TENON_KIND_UUID] = offsetof(tenon_uuid_set, value),
    [TENON_KIND_TIME] = offsetof(tenon_time_set, value),
    [TENON_KIND_DATE] = offsetof(tenon_date_set, value),
    [TENON_KIND_CLOCK] = offsetof(tenon_clock_set, value),
    [TENON_KIND_CLOCK_TZ] = offsetof(tenon_clock_tz_set, value),
    [TENON_KIND_INTERVAL] = offsetof(tenon_interval_set, value),
    [TENON_KIND_VECTOR] = offsetof(tenon_vector_set, value),
    [TENON_KIND_PACKED] = offsetof(tenon_text_array_set, value),
    [TENON_KIND_ENUM] = offsetof(tenon_bool_set, value),
    [TENON_KIND_OTHER] = offsetof(tenon_text_set, value),
};

static bool is_list(const tenon_field *field)
{
    return field->flags & TENON_FIELD_LIST;
}

static int change_of(const tenon_field *field, const void *set)
{
    return tenon__read_int((const char *)set + field->set_offset);
}

static size_t value_offset(const tenon_field *field)
{
    return is_list(field) ? offsetof(tenon_text_array_set, value) : value_offsets[field->kind];
}

static const void *value_of(const tenon_field *field, const void *set)
{
    return (const char *)set + field->set_offset + value_offset(field);
}

static bool fail_change(tenon__walk *walk, const tenon_field *field, int change, const char *why)
{
    if (change < 0 || (size_t)change >= TENON__COUNT(change_names))
        return tenon__walk_fail(walk, TENON_MISUSE, field, "there is no change %d", change);
    return tenon__walk_fail(walk, TENON_MISUSE, field, "%s %s", change_names[change], why);
}

/* ---- values that are NULL by themselves ------------------------------------------------------ */

static const void *pointer_at(const void *at)
{
    const void *pointer;
    memcpy(&pointer, at, sizeof pointer);
    return pointer;
}

enum { AT_START = 1 };

/* Where in a value the pointer stands that says so, counted from 1. 0 for kinds that have a
 * tenon_opt_…, because no value of theirs is NULL. */
static const uint8_t pointer_offsets[] = {
    [TENON_KIND_TEXT] = AT_START,
    [TENON_KIND_OTHER] = AT_START,
    [TENON_KIND_DECIMAL] = AT_START + offsetof(tenon_decimal, text),
    [TENON_KIND_JSON] = AT_START + offsetof(tenon_json, text),
    [TENON_KIND_BYTES] = AT_START + offsetof(tenon_bytes, data),
    [TENON_KIND_VECTOR] = AT_START + offsetof(tenon_vector, items),
};

static bool find_pointer_offset(const tenon_field *field, uint32_t *offset)
{
    unsigned from_one = pointer_offsets[field->kind];
    *offset = from_one ? from_one - AT_START : 0;
    return from_one;
}

static bool find_pointer(const tenon_field *field, const void *value, const void **pointer)
{
    uint32_t offset;
    if (!find_pointer_offset(field, &offset))
        return false;
    *pointer = pointer_at((const char *)value + offset);
    return true;
}

static const void *or_null(tenon__walk *walk, const tenon_field *field, const void *value)
{
    const void *pointer;
    if (is_list(field) || !find_pointer(field, value, &pointer)) {
        fail_change(walk, field, TENON_SET_OR_NULL, "needs a value that can be NULL; use SET_OPT");
        return NULL;
    }
    if (pointer)
        return value;
    if (!(field->flags & TENON_FIELD_NULLABLE))
        tenon__walk_fail(walk, TENON_NOT_NULL, field, "must not be NULL");
    return NULL;
}

static const void *refuse_pointer(tenon__walk *walk, const tenon_field *field)
{
    tenon__walk_fail(walk, TENON_MISUSE, field, "SET was given a NULL pointer");
    tenon__hint(walk->err, "say SET_NULL(), or SET_OR_NULL(p) where p may be NULL");
    return NULL;
}

TENON__HOT static const void *checked(tenon__walk *walk, const tenon_field *field,
                                      const void *value)
{
    const void *pointer;
    if (is_list(field)) {
        tenon__list list;
        memcpy(&list, value, sizeof list);
        if (!list.items && list.count)
            return refuse_pointer(walk, field);
    } else if (find_pointer(field, value, &pointer) && !pointer) {
        return refuse_pointer(walk, field);
    }
    return !field->validation || tenon__validate(walk, field, value) ? value : NULL;
}

/* The value that SET, SET_NULL or SET_OR_NULL give. */
TENON__HOT static const void *given_value(tenon__walk *walk, const tenon_field *field, int change,
                                          const void *set)
{
    const void *value = value_of(field, set);
    if (change == TENON_SET_NULL) {
        if (!(field->flags & TENON_FIELD_NULLABLE))
            tenon__walk_fail(walk, TENON_MISUSE, field, "cannot be set to NULL");
        return tenon__validate_null(walk, field);
    }
    if (change == TENON_SET_OR_NULL)
        value = or_null(walk, field, value);
    return value ? checked(walk, field, value) : tenon__validate_null(walk, field);
}

void tenon__set_write(const tenon_field *field, void *set, const void *value)
{
    tenon_change change = value ? TENON_SET : TENON_SET_NULL;
    memcpy((char *)set + field->set_offset, &change, sizeof change);
    if (value)
        memcpy((char *)set + field->set_offset + value_offset(field), value,
               is_list(field) ? sizeof(tenon__list) : tenon__wide_size(field->kind));
}

const void *tenon__set_value(const tenon_field *field, const void *set)
{
    int change = change_of(field, set);
    const void *value = value_of(field, set), *pointer;
    if (change != TENON_SET && change != TENON_SET_OR_NULL)
        return NULL;
    return find_pointer(field, value, &pointer) && !pointer ? NULL : value;
}

/* ---- new rows -------------------------------------------------------------------------------- */

TENON__HOT bool tenon__is_left_out(const tenon_field *field, const void *set)
{
    return field->flags & TENON_FIELD_GENERATED && tenon__is_unset(change_of(field, set));
}

/* What a field has that was not set and is not left out: NULL, or an empty array, is a default. */
TENON__HOT static const void *unset_value(tenon__walk *walk, const tenon_field *field, int change)
{
    static const tenon__list empty;
    if (field->flags & (TENON_FIELD_CREATED_BY | TENON_FIELD_UPDATED_BY))
        return tenon__make_actor(walk, field);
    if (field->default_kind != TENON_DEFAULT_NONE)
        return tenon__make_default(walk, field);
    if (field->flags & TENON_FIELD_UPDATED_AT)
        return tenon__make_now(walk, field);
    if (field->flags & TENON_FIELD_VERSION)
        return tenon__first_version();
    if (is_list(field))
        return &empty;
    if (field->flags & TENON_FIELD_NULLABLE)
        return tenon__validate_null(walk, field);
    if (change == TENON_SET_DEFAULT)
        fail_change(walk, field, change, "was asked for, but there is no default");
    else
        tenon__walk_fail(walk, TENON_MISUSE, field, "is required");
    return NULL;
}

/* What a SET gives that needs nothing but its pointer; NULL: there is more to it. */
static inline const void *plain_value(const tenon_field *field, int change, const void *set)
{
    if (change != TENON_SET || is_list(field) || field->validation)
        return NULL;
    const void *value = (const char *)set + field->set_offset + value_offsets[field->kind],
               *pointer;
    return find_pointer(field, value, &pointer) && !pointer ? NULL : value;
}

TENON__HOT const void *tenon__create_value(tenon__walk *walk, const tenon_field *field,
                                           const void *set)
{
    int change = change_of(field, set);
    const void *plain = plain_value(field, change, set);
    if (plain)
        return plain;
    if (tenon__is_unset(change))
        return unset_value(walk, field, change);
    if (change > 0 && change <= TENON_SET_OR_NULL)
        return given_value(walk, field, change, set);
    fail_change(walk, field, change, "has no meaning for a new row");
    return NULL;
}

static void check_key(tenon__walk *walk, const tenon_unique *key, uint32_t field, const void *value)
{
    for (uint16_t i = 0; i < key->field_count; i++) {
        if (key->fields[i] == field && !value)
            tenon__walk_fail(walk, TENON_MISUSE, &walk->model->fields[field],
                             "must have a value, because the row is looked for by it");
    }
}

/* Not inlined: what most fields are needs nothing of it. */
TENON__HOT __attribute__((noinline)) static void walk_new(tenon__walk *walk, uint32_t index,
                                                          const void *set, const tenon_unique *key)
{
    const tenon_field *field = &walk->model->fields[index];
    bool is_left_out = tenon__is_left_out(field, set);
    const void *value = is_left_out ? NULL : tenon__create_value(walk, field, set);
    if (field->flags & TENON_FIELD_GENERATED)
        tenon__shape_word(&walk->shape, is_left_out);
    if (key && !walk->failed)
        check_key(walk, key, index, value);
    if (!is_left_out)
        tenon__walk_value(walk, value);
}

TENON__HOT void tenon__walk_create(tenon__walk *walk, const void *set, const tenon_unique *key)
{
    const tenon_field *field = walk->model->fields;
    for (uint32_t i = 0, count = walk->model->field_count; i < count && !walk->failed;
         i++, field++) {
        bool is_generated = field->flags & TENON_FIELD_GENERATED;
        const void *plain = is_generated ? NULL : plain_value(field, change_of(field, set), set);
        if (TENON__LIKELY(plain && !key))
            tenon__walk_value(walk, plain);
        else
            walk_new(walk, i, set, key);
    }
}

/* ---- many new rows --------------------------------------------------------------------------- */

/* What an unset field gets in every row of the call; false: it is made, or refused, row by row. */
static bool find_default(tenon__walk *walk, const tenon_field *field, const void **value)
{
    bool is_now =
        field->default_kind == TENON_DEFAULT_NOW ||
        (field->default_kind == TENON_DEFAULT_NONE && field->flags & TENON_FIELD_UPDATED_AT);
    bool is_null = field->default_kind == TENON_DEFAULT_NONE && !is_now && !is_list(field) &&
                   field->flags & TENON_FIELD_NULLABLE && !field->validation;
    if (field->flags & (TENON_FIELD_GENERATED | TENON_FIELD_CREATED_BY | TENON_FIELD_UPDATED_BY))
        return false;
    *value = is_now ? tenon__make_now(walk, field) : NULL;
    if (field->default_kind == TENON_DEFAULT_VALUE)
        *value = field->default_value;
    return is_now || is_null || field->default_kind == TENON_DEFAULT_VALUE;
}

enum { NO_CHANGE = -1 };

void tenon__column_init(tenon__column *column, tenon__walk *walk, const tenon_field *field)
{
    *column = (tenon__column){.field = field, .change_at = field->set_offset};
    column->plain_change = is_list(field) || field->validation ? NO_CHANGE : TENON_SET;
    column->value_at = field->set_offset + value_offsets[field->kind];
    column->has_pointer = find_pointer_offset(field, &column->pointer_at);
    column->pointer_at += column->value_at;
    column->has_default = find_default(walk, field, &column->default_value);
}

const void *tenon__column_value_slow(const tenon__column *column, tenon__walk *walk,
                                     const void *set)
{
    if (column->has_default && tenon__is_unset(change_of(column->field, set)))
        return column->default_value;
    return tenon__create_value(walk, column->field, set);
}

/* ---- changes --------------------------------------------------------------------------------- */

TENON__HOT bool tenon__set_has_changes(const tenon_model *model, const void *set)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        if (change_of(&model->fields[i], set) != 0)
            return true;
    }
    return false;
}

TENON__HOT bool tenon__set_has_nested(const tenon_model *model, const void *set)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        if (tenon__nested_at(&model->relations[i], set))
            return true;
    }
    return false;
}

void tenon__refuse_nested(tenon__walk *walk, const void *set, const char *call)
{
    if (tenon__set_has_nested(walk->model, set))
        tenon__walk_misuse(walk, "%s cannot write relations", call);
}

TENON__HOT static void walk_set(tenon__walk *walk, uint16_t index, const void *value)
{
    tenon__shape_field(&walk->shape, TENON_SET, index);
    tenon__walk_value(walk, value);
}

static void walk_default(tenon__walk *walk, uint16_t index)
{
    const tenon_field *field = &walk->model->fields[index];
    if (field->flags & TENON_FIELD_GENERATED)
        tenon__shape_field(&walk->shape, TENON_SET_DEFAULT, index);
    else
        walk_set(walk, index, unset_value(walk, field, TENON_SET_DEFAULT));
}

static bool is_number(const tenon_field *field)
{
    return !is_list(field) &&
           ((field->kind >= TENON_KIND_INT16 && field->kind <= TENON_KIND_DECIMAL));
}

static void walk_calculation(tenon__walk *walk, uint16_t index, int change, const void *value)
{
    const tenon_field *field = &walk->model->fields[index];
    if (change == TENON_PUSH ? !is_list(field) : !is_number(field)) {
        fail_change(walk, field, change, "does not go with a column of this type");
        return;
    }
    if (is_list(field) && !checked(walk, field, value))
        return;
    tenon__shape_field(&walk->shape, (uint8_t)change, index);
    tenon__walk_value(walk, value);
}

static void walk_change(tenon__walk *walk, uint16_t index, int change, const void *set)
{
    const tenon_field *field = &walk->model->fields[index];
    switch (change) {
    case TENON_SET:
    case TENON_SET_NULL:
    case TENON_SET_OR_NULL:
        walk_set(walk, index, given_value(walk, field, change, set));
        return;
    case TENON_SET_DEFAULT:
        walk_default(walk, index);
        return;
    case TENON_INCREASE:
    case TENON_DECREASE:
    case TENON_SCALE:
    case TENON_PUSH:
        walk_calculation(walk, index, change, value_of(field, set));
        return;
    default:
        fail_change(walk, field, change, "");
    }
}

/* What a field has that was not set but changes with its row. */
static void walk_own_change(tenon__walk *walk, uint16_t index)
{
    const tenon_field *field = &walk->model->fields[index];
    if (field->flags & TENON_FIELD_UPDATED_AT)
        walk_set(walk, index, tenon__make_now(walk, field));
    else if (field->flags & TENON_FIELD_UPDATED_BY)
        walk_set(walk, index, tenon__make_actor(walk, field));
}

/* One that is set, or changes by itself. */
TENON__HOT static void walk_any_change(tenon__walk *walk, uint16_t index, int change,
                                       const void *set)
{
    const tenon_field *field = &walk->model->fields[index];
    if (field->flags & TENON_FIELD_VERSION)
        tenon__walk_version(walk, index, change, value_of(field, set));
    else if (change != 0)
        walk_change(walk, index, change, set);
    else
        walk_own_change(walk, index);
}

TENON__HOT void tenon__walk_changes(tenon__walk *walk, const void *set)
{
    const uint32_t own = TENON_FIELD_VERSION | TENON_FIELD_UPDATED_AT | TENON_FIELD_UPDATED_BY;
    const tenon_model *model = walk->model;
    const tenon_field *field = model->fields;
    uint32_t count = tenon__set_has_changes(model, set) ? model->field_count : 0;
    for (uint32_t i = 0; i < count; i++, field++) {
        int change = change_of(field, set);
        bool is_own = field->flags & own;
        if (change == 0 && !is_own)
            continue;
        const void *plain = is_own ? NULL : plain_value(field, change, set);
        if (TENON__LIKELY(plain != NULL))
            walk_set(walk, (uint16_t)i, plain);
        else
            walk_any_change(walk, (uint16_t)i, change, set);
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
}

void tenon__walk_marked(tenon__walk *walk, uint16_t mark, const void *value)
{
    const tenon_model *model = walk->model;
    for (uint16_t i = 0; i < model->field_count && !walk->failed; i++) {
        const tenon_field *field = &model->fields[i];
        if (i == mark)
            walk_set(walk, i, value);
        else if (field->flags & TENON_FIELD_VERSION)
            tenon__walk_version(walk, i, 0, NULL);
        else
            walk_own_change(walk, i);
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
}
