/* Filters into the shape, their values beside it.
 *
 * One table says of each operator what it takes, another which operators a kind of column has. A
 * boolean compared with = or <> becomes a literal, because partial indexes and plans want to see
 * it. The walk also works out whether the conditions hold for every row, which a delete must know.
 */
#include "model/walk.h"

#include <math.h>

/* What an operator takes from `.as`. */
typedef enum payload {
    TAKES_NOTHING,
    TAKES_VALUE,
    TAKES_TEXT,
    TAKES_ELEMENT,
    TAKES_LIST,
    TAKES_RANGE,
    TAKES_COLUMN,
    TAKES_PATH,
    TAKES_MATCH,
    TAKES_NEARNESS
} payload;

/* Families of operators, as bits. */
enum {
    NULLS = 1,
    EQUALITY = 2,
    ORDER = 4,
    LISTS = 8,
    MATCHES = 16,
    ARRAYS = 32,
    JSONS = 64,
    CASELESS = 128,
    NEARNESS = 256
};

static const struct {
    const char *name;
    uint16_t family, payload;
} operators[] = {
    [TENON_EQ] = {"EQ", EQUALITY, TAKES_VALUE},
    [TENON_NE] = {"NE", EQUALITY, TAKES_VALUE},
    [TENON_LT] = {"LT", ORDER, TAKES_VALUE},
    [TENON_LE] = {"LE", ORDER, TAKES_VALUE},
    [TENON_GT] = {"GT", ORDER, TAKES_VALUE},
    [TENON_GE] = {"GE", ORDER, TAKES_VALUE},
    [TENON_LIKE] = {"LIKE", MATCHES, TAKES_TEXT},
    [TENON_NOT_LIKE] = {"NOT_LIKE", MATCHES, TAKES_TEXT},
    [TENON_ILIKE] = {"ILIKE", MATCHES, TAKES_TEXT},
    [TENON_NOT_ILIKE] = {"NOT_ILIKE", MATCHES, TAKES_TEXT},
    [TENON_STARTS_WITH] = {"STARTS_WITH", MATCHES, TAKES_TEXT},
    [TENON_ENDS_WITH] = {"ENDS_WITH", MATCHES, TAKES_TEXT},
    [TENON_CONTAINS] = {"CONTAINS", MATCHES, TAKES_TEXT},
    [TENON_HAS] = {"HAS", ARRAYS, TAKES_ELEMENT},
    [TENON_JSON_CONTAINS] = {"JSON_CONTAINS", JSONS, TAKES_VALUE},
    [TENON_IN] = {"IN", LISTS, TAKES_LIST},
    [TENON_NOT_IN] = {"NOT_IN", LISTS, TAKES_LIST},
    [TENON_HAS_ANY] = {"HAS_ANY", ARRAYS, TAKES_LIST},
    [TENON_HAS_ALL] = {"HAS_ALL", ARRAYS, TAKES_LIST},
    [TENON_RANGE_GE_LE] = {"BETWEEN", ORDER, TAKES_RANGE},
    [TENON_RANGE_GE_LT] = {"RANGE", ORDER, TAKES_RANGE},
    [TENON_RANGE_GT_LE] = {"RANGE", ORDER, TAKES_RANGE},
    [TENON_RANGE_GT_LT] = {"RANGE", ORDER, TAKES_RANGE},
    [TENON_NOT_BETWEEN] = {"NOT_BETWEEN", ORDER, TAKES_RANGE},
    [TENON_JSON_PATH_EQ] = {"JSON_AT", JSONS, TAKES_PATH},
    [TENON_IS_NULL] = {"IS_NULL", NULLS, TAKES_NOTHING},
    [TENON_NOT_NULL_] = {"NOT_NULL", NULLS, TAKES_NOTHING},
    [TENON_IS_EMPTY] = {"IS_EMPTY", ARRAYS, TAKES_NOTHING},
    [TENON_NOT_EMPTY] = {"NOT_EMPTY", ARRAYS, TAKES_NOTHING},
    [TENON_IEQ] = {"IEQ", CASELESS, TAKES_VALUE},
    [TENON_INE] = {"INE", CASELESS, TAKES_VALUE},
    [TENON_ISTARTS_WITH] = {"ISTARTS_WITH", MATCHES, TAKES_TEXT},
    [TENON_IENDS_WITH] = {"IENDS_WITH", MATCHES, TAKES_TEXT},
    [TENON_ICONTAINS] = {"ICONTAINS", MATCHES, TAKES_TEXT},
    [TENON_IIN] = {"IIN", CASELESS, TAKES_LIST},
    [TENON_NOT_IIN] = {"NOT_IIN", CASELESS, TAKES_LIST},
    [TENON_EQ_COLUMN] = {"EQ_COLUMN", EQUALITY, TAKES_COLUMN},
    [TENON_NE_COLUMN] = {"NE_COLUMN", EQUALITY, TAKES_COLUMN},
    [TENON_LT_COLUMN] = {"LT_COLUMN", ORDER, TAKES_COLUMN},
    [TENON_LE_COLUMN] = {"LE_COLUMN", ORDER, TAKES_COLUMN},
    [TENON_GT_COLUMN] = {"GT_COLUMN", ORDER, TAKES_COLUMN},
    [TENON_GE_COLUMN] = {"GE_COLUMN", ORDER, TAKES_COLUMN},
    [TENON_JSON_PATH_NE] = {"JSON_AT_NE", JSONS, TAKES_PATH},
    [TENON_JSON_PATH_LT] = {"JSON_AT_LT", JSONS, TAKES_PATH},
    [TENON_JSON_PATH_LE] = {"JSON_AT_LE", JSONS, TAKES_PATH},
    [TENON_JSON_PATH_GT] = {"JSON_AT_GT", JSONS, TAKES_PATH},
    [TENON_JSON_PATH_GE] = {"JSON_AT_GE", JSONS, TAKES_PATH},
    [TENON_JSON_PATH_HAS] = {"JSON_AT_HAS", JSONS, TAKES_PATH},
    [TENON_JSON_PATH_FIRST] = {"JSON_AT_FIRST", JSONS, TAKES_PATH},
    [TENON_JSON_PATH_LAST] = {"JSON_AT_LAST", JSONS, TAKES_PATH},
    [TENON_JSON_PATH_STARTS_WITH] = {"JSON_AT_STARTS_WITH", JSONS, TAKES_MATCH},
    [TENON_JSON_PATH_ENDS_WITH] = {"JSON_AT_ENDS_WITH", JSONS, TAKES_MATCH},
    [TENON_JSON_PATH_CONTAINS] = {"JSON_AT_CONTAINS", JSONS, TAKES_MATCH},
    [TENON_JSON_PATH_ISTARTS_WITH] = {"JSON_AT_ISTARTS_WITH", JSONS, TAKES_MATCH},
    [TENON_JSON_PATH_IENDS_WITH] = {"JSON_AT_IENDS_WITH", JSONS, TAKES_MATCH},
    [TENON_JSON_PATH_ICONTAINS] = {"JSON_AT_ICONTAINS", JSONS, TAKES_MATCH},
    [TENON_WITHIN_L2] = {"WITHIN", NEARNESS, TAKES_NEARNESS},
    [TENON_WITHIN_INNER_PRODUCT] = {"WITHIN", NEARNESS, TAKES_NEARNESS},
    [TENON_WITHIN_COSINE] = {"WITHIN", NEARNESS, TAKES_NEARNESS},
};

/* Bools and enums have no order that both databases agree on, JSON and bytes none worth having. */
static const uint16_t families_of_kind[] = {
    [TENON_KIND_BOOL] = NULLS | EQUALITY | LISTS,
    [TENON_KIND_INT16] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_INT32] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_INT64] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_FLOAT] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_DOUBLE] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_DECIMAL] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_TEXT] = NULLS | EQUALITY | ORDER | LISTS | MATCHES | CASELESS,
    [TENON_KIND_JSON] = NULLS | EQUALITY | JSONS,
    [TENON_KIND_BYTES] = NULLS | EQUALITY | LISTS,
    [TENON_KIND_UUID] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_TIME] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_DATE] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_CLOCK] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_CLOCK_TZ] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_INTERVAL] = NULLS | EQUALITY | ORDER | LISTS,
    [TENON_KIND_VECTOR] = NULLS | EQUALITY | NEARNESS,
    [TENON_KIND_PACKED] = NULLS,
    [TENON_KIND_ENUM] = NULLS | EQUALITY | LISTS,
    [TENON_KIND_OTHER] = NULLS | EQUALITY | ORDER | LISTS | MATCHES,
};

#define SAME_PLACE(filter)                                                                         \
    _Static_assert(offsetof(filter, as) == TENON__FILTER_AS, "filters differ in layout")
SAME_PLACE(tenon_bool_filter);
SAME_PLACE(tenon_decimal_filter);
SAME_PLACE(tenon_text_filter);
SAME_PLACE(tenon_uuid_filter);
SAME_PLACE(tenon_date_filter);
SAME_PLACE(tenon_clock_tz_filter);
SAME_PLACE(tenon_interval_filter);
SAME_PLACE(tenon_bytes_filter);
SAME_PLACE(tenon_vector_filter);
SAME_PLACE(tenon_json_filter);
SAME_PLACE(tenon_bool_array_filter);

static unsigned families_of(const tenon_field *field)
{
    if (field->flags & TENON_FIELD_LIST)
        return NULLS | EQUALITY | ARRAYS;
    unsigned families = families_of_kind[field->kind];
    return field == &tenon__count_field ? families & ~(unsigned)NULLS : families;
}

static bool check_operator(tenon__walk *walk, const tenon_field *field, int operation)
{
    if (operation < 0 || (size_t)operation >= TENON__COUNT(operators))
        return tenon__walk_fail(walk, TENON_MISUSE, field, "there is no operator %d", operation);
    if (TENON__LIKELY(operators[operation].family & families_of(field)))
        return true;
    return tenon__walk_fail(walk, TENON_MISUSE, field,
                            "%s cannot be asked of a column of this type",
                            operators[operation].name);
}

const char *tenon__operator_name(int operation)
{
    return operators[operation].name;
}

bool tenon__refuse_null(tenon__walk *walk, const tenon_field *field, int operation)
{
    tenon__walk_fail(walk, TENON_MISUSE, field, "%s was given a NULL pointer",
                     operators[operation].name);
    tenon__hint(walk->err, "say IS_NULL() or NOT_NULL() where NULL is meant");
    return false;
}

/* ---- values ---------------------------------------------------------------------------------- */

static tenon__truth walk_list(tenon__walk *walk, const tenon_field *field, int operation,
                              const char *as)
{
    tenon__list *list = tenon__walk_alloc(walk, sizeof *list);
    if (!list)
        return TENON__DEPENDS;
    memcpy(list, as, sizeof *list);
    if (!list->items && list->count) {
        tenon__refuse_null(walk, field, operation);
        return TENON__DEPENDS;
    }
    tenon__walk_value(walk, list);
    if (list->count)
        return TENON__DEPENDS;
    bool is_about_none =
        operation == TENON_NOT_IN || operation == TENON_NOT_IIN || operation == TENON_HAS_ALL;
    return is_about_none ? TENON__ALWAYS : TENON__NEVER;
}

/* True for a = or <> of a boolean, which it writes. */
static bool walk_bool(tenon__walk *walk, const tenon_field *field, uint16_t index, int operation,
                      const char *as)
{
    if (field->kind != TENON_KIND_BOOL || field->flags & TENON_FIELD_LIST ||
        (operation != TENON_EQ && operation != TENON_NE))
        return false;
    int value = tenon__read_int(as);
    if (value != 0 && value != 1)
        tenon__walk_fail(walk, TENON_RANGE, field, "%d is neither true nor false", value);
    bool is_true = (value == 1) == (operation == TENON_EQ);
    tenon__shape_field(&walk->shape, is_true ? TENON__SHAPE_IS_TRUE : TENON__SHAPE_IS_FALSE, index);
    return true;
}

/* ---- columns --------------------------------------------------------------------------------- */

static bool is_integer(tenon_kind kind)
{
    return kind >= TENON_KIND_INT16 && kind <= TENON_KIND_INT64;
}

static bool is_plain_text(const tenon_field *field)
{
    return field->pg_type == TENON_PG_TEXT || field->pg_type == TENON_PG_VARCHAR;
}

static bool is_other_type_alike(const tenon_field *a, const tenon_field *b)
{
    return a->pg_type != TENON_PG_OTHER || strcmp(a->other_type, b->other_type) == 0;
}

/* Whether two columns mean the same by the same values, on both databases. */
static bool is_alike(const tenon_field *a, const tenon_field *b)
{
    unsigned forms = TENON_FIELD_LIST | TENON_FIELD_EXACT;
    if ((a->flags & forms) != (b->flags & forms) || a->enumeration != b->enumeration)
        return false;
    if (a->kind == b->kind && a->pg_type == b->pg_type)
        return is_other_type_alike(a, b);
    if (a->flags & TENON_FIELD_LIST)
        return false;
    return (is_integer(a->kind) && is_integer(b->kind)) || (is_plain_text(a) && is_plain_text(b));
}

static void walk_column(tenon__walk *walk, const tenon_field *field, int operation, const char *as)
{
    int column = tenon__read_int(as);
    if (field == &tenon__count_field)
        tenon__walk_misuse(walk, "a count cannot be compared with a column");
    if (walk->failed || !tenon__check_column(walk, column, operators[operation].name))
        return;
    const tenon_field *other = &walk->model->fields[column - 1];
    if (!is_alike(field, other))
        tenon__walk_fail(walk, TENON_MISUSE, field, "%s cannot compare it with '%s', another type",
                         operators[operation].name, other->name);
    uint16_t index = (uint16_t)(column - 1);
    tenon__shape_bytes(&walk->shape, &index, sizeof index);
}

/* The server sorts NaN behind all numbers, so that every distance would be within it. */
static void walk_nearness(tenon__walk *walk, const tenon_field *field, const char *as)
{
    const char *distance = as + sizeof(tenon_vector);
    double value;
    memcpy(&value, distance, sizeof value);
    if (isnan(value))
        tenon__walk_fail(walk, TENON_RANGE, field, "WITHIN was given NaN as the distance");
    tenon__walk_value(walk, as);
    tenon__walk_value(walk, distance);
}

/* What the operator takes, behind it in the shape. */
static tenon__truth walk_payload(tenon__walk *walk, const tenon_field *field, int operation,
                                 const char *as)
{
    switch ((payload)operators[operation].payload) {
    case TAKES_NOTHING:
        break;
    case TAKES_VALUE:
    case TAKES_ELEMENT:
        tenon__walk_value(walk, as);
        break;
    case TAKES_RANGE:
        tenon__walk_value(walk, as);
        tenon__walk_value(walk, as + tenon__wide_size(field->kind));
        break;
    case TAKES_TEXT:
        tenon__walk_text(walk, field, operation, as);
        break;
    case TAKES_LIST:
        return walk_list(walk, field, operation, as);
    case TAKES_COLUMN:
        walk_column(walk, field, operation, as);
        break;
    case TAKES_PATH:
        tenon__walk_path(walk, field, operation, as);
        break;
    case TAKES_MATCH:
        tenon__walk_match(walk, field, operation, as);
        break;
    case TAKES_NEARNESS:
        walk_nearness(walk, field, as);
        break;
    }
    return TENON__DEPENDS;
}

static tenon__truth walk_filter(tenon__walk *walk, uint16_t index, const char *filter)
{
    const tenon_field *field = &walk->model->fields[index];
    const char *as = filter + TENON__FILTER_AS;
    int operation = tenon__read_int(filter);
    if (!check_operator(walk, field, operation) || walk_bool(walk, field, index, operation, as))
        return TENON__DEPENDS;
    tenon__shape_field(&walk->shape, (uint8_t)operation, index);
    return walk_payload(walk, field, operation, as);
}

tenon__truth tenon__walk_count_filter(tenon__walk *walk, const tenon_int_filter *filter)
{
    int operation = (int)filter->op;
    if (!check_operator(walk, &tenon__count_field, operation))
        return TENON__DEPENDS;
    tenon__shape_word(&walk->shape, (uint8_t)operation);
    return walk_payload(walk, &tenon__count_field, operation, (const char *)&filter->as);
}

/* ---- trees ----------------------------------------------------------------------------------- */

tenon__truth tenon__and_of(tenon__truth a, tenon__truth b)
{
    if (a == TENON__NEVER || b == TENON__NEVER)
        return TENON__NEVER;
    return a == TENON__ALWAYS ? b : a;
}

tenon__truth tenon__not_of(tenon__truth a)
{
    if (a == TENON__DEPENDS)
        return a;
    return a == TENON__ALWAYS ? TENON__NEVER : TENON__ALWAYS;
}

static tenon__truth or_of(tenon__truth a, tenon__truth b)
{
    return tenon__not_of(tenon__and_of(tenon__not_of(a), tenon__not_of(b)));
}

static tenon__truth walk_items(tenon__walk *walk, uint8_t word, tenon_where_list list)
{
    bool is_all = word == TENON__SHAPE_ALL;
    tenon__truth truth = is_all ? TENON__ALWAYS : TENON__NEVER;
    tenon__shape_word(&walk->shape, word);
    for (size_t i = 0; i < list.count && !walk->failed; i++) {
        tenon__shape_word(&walk->shape, TENON__SHAPE_ITEM);
        const char *item = (const char *)list.items + i * walk->model->where_size;
        tenon__truth of_item = tenon__walk_where(walk, item);
        truth = is_all ? tenon__and_of(truth, of_item) : or_of(truth, of_item);
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
    return word == TENON__SHAPE_NONE ? tenon__not_of(truth) : truth;
}

static tenon__truth walk_tree(tenon__walk *walk, uint8_t word, tenon_where_list list)
{
    if (list.items)
        return walk_items(walk, word, list);
    if (list.count)
        tenon__walk_misuse(walk, "a tree of conditions has a count but no items");
    return TENON__ALWAYS;
}

/* ---- SQL of the program's own ---------------------------------------------------------------- */

static bool is_null(const tenon_raw_value *value)
{
    return (value->kind == TENON_RAW_TEXT && !value->as.text) ||
           (value->kind == TENON_RAW_DECIMAL && !value->as.decimal.text);
}

/* The text is checked by who writes it, once a plan. */
static void walk_raw(tenon__walk *walk, const tenon_raw *raw)
{
    walk->has_raw = true;
    tenon__shape_word(&walk->shape, TENON__SHAPE_RAW);
    tenon__shape_text(&walk->shape, raw->sql, strlen(raw->sql));
    for (const tenon_raw_value *value = raw->values; value && value->kind; value++) {
        if ((unsigned)value->kind > TENON_RAW_BYTES)
            tenon__walk_misuse(walk, "there is no kind %d of value for .raw", (int)value->kind);
        if (is_null(value))
            tenon__walk_misuse(walk, "a value of .raw is NULL: say IS NULL in its text");
        tenon__shape_word(&walk->shape, (uint8_t)value->kind);
        tenon__walk_value(walk, &value->as);
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
}

static tenon__truth walk_trees(tenon__walk *walk, const void *where)
{
    tenon_where_head head;
    memcpy(&head, where, sizeof head);
    tenon_where_list except = {.items = head.except, .count = head.except != NULL};
    if (head.raw.sql)
        walk_raw(walk, &head.raw);
    tenon__truth truth = head.raw.sql ? TENON__DEPENDS : TENON__ALWAYS;
    truth = tenon__and_of(truth, walk_tree(walk, TENON__SHAPE_NONE, except));
    truth = tenon__and_of(truth, walk_tree(walk, TENON__SHAPE_ALL, head.all));
    truth = tenon__and_of(truth, walk_tree(walk, TENON__SHAPE_ANY, head.any));
    return tenon__and_of(truth, walk_tree(walk, TENON__SHAPE_NONE, head.none));
}

tenon__truth tenon__walk_where(tenon__walk *walk, const void *where)
{
    if (++walk->depth > TENON__WALK_DEPTH) {
        walk->failed = true;
        tenon__fail(walk->err, TENON_LIMIT, "conditions are nested more than %d deep",
                    TENON__WALK_DEPTH);
        return TENON__DEPENDS;
    }
    const tenon_model *model = walk->model;
    tenon__truth truth = walk_trees(walk, where);
    for (uint32_t i = 0; i < model->field_count; i++) {
        const char *filter = (const char *)where + model->fields[i].where_offset;
        if (tenon__read_int(filter) != 0)
            truth = tenon__and_of(truth, walk_filter(walk, (uint16_t)i, filter));
    }
    for (uint32_t i = 0; i < model->relation_count; i++)
        truth = tenon__and_of(truth, tenon__walk_relation_filter(walk, (uint16_t)i, where));
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
    walk->depth--;
    return truth;
}
