/* WHERE: the conditions of a shape as SQL.
 *
 * A condition is written so that it can stand in an AND chain; whatever has an OR inside brings its
 * own parentheses. A tree item without a condition is true, as is `all` or `none` of nothing; `any`
 * of nothing is false. NOT keeps SQL's meaning: where comparing gives NULL, neither a condition nor
 * its negation holds. */
#include "render/sql.h"

static void write_where(tenon__sql *w);

/* From EQ to GE, with a value and with a column. */
static const char *const signs[] = {" = ", " <> ", " < ", " <= ", " > ", " >= "};

static void write_comparison(tenon__sql *w, const tenon_field *field, const char *sign)
{
    w->dialect->compared(w, field);
    tenon__sql_add(w, sign);
    w->dialect->comparand(w, field);
}

static void write_pair(tenon__sql *w, const tenon_field *field, const char *low_sign,
                       const char *word, const char *high_sign)
{
    write_comparison(w, field, low_sign);
    tenon__sql_add(w, word);
    write_comparison(w, field, high_sign);
}

static void write_test(tenon__sql *w, const tenon_field *field, const char *test)
{
    tenon__sql_column(w, field);
    tenon__sql_add(w, test);
}

static void write_column_pair(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    w->dialect->compared(w, field);
    tenon__sql_add(w, signs[operation - TENON_EQ_COLUMN]);
    w->dialect->compared(w, tenon__sql_next_field(w));
}

static void write_within(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    tenon_metric metric = (tenon_metric)(operation - TENON_WITHIN_L2 + TENON_L2);
    w->dialect->distance(w, metric, field);
    tenon__sql_add(w, " <= ");
    tenon__sql_any_slot(w, (tenon__slot){.field = &tenon__distance_field});
}

void tenon__sql_field_condition(tenon__sql *w, tenon_operator operation, const tenon_field *field)
{
    if (operation <= TENON_GE) {
        write_comparison(w, field, signs[operation - TENON_EQ]);
        return;
    }
    switch ((int)operation) {
    case TENON_RANGE_GE_LE:
        write_pair(w, field, " >= ", " AND ", " <= ");
        return;
    case TENON_RANGE_GE_LT:
        write_pair(w, field, " >= ", " AND ", " < ");
        return;
    case TENON_RANGE_GT_LE:
        write_pair(w, field, " > ", " AND ", " <= ");
        return;
    case TENON_RANGE_GT_LT:
        write_pair(w, field, " > ", " AND ", " < ");
        return;
    case TENON_NOT_BETWEEN:
        tenon__sql_add(w, "(");
        write_pair(w, field, " < ", " OR ", " > ");
        tenon__sql_add(w, ")");
        return;
    case TENON_IS_NULL:
        write_test(w, field, " IS NULL");
        return;
    case TENON_NOT_NULL_:
        write_test(w, field, " IS NOT NULL");
        return;
    case TENON_IN:
    case TENON_NOT_IN:
        w->dialect->list(w, operation, field);
        return;
    case TENON_LIKE:
    case TENON_NOT_LIKE:
    case TENON_ILIKE:
    case TENON_NOT_ILIKE:
    case TENON_STARTS_WITH:
    case TENON_ENDS_WITH:
    case TENON_CONTAINS:
    case TENON_ISTARTS_WITH:
    case TENON_IENDS_WITH:
    case TENON_ICONTAINS:
        w->dialect->match(w, operation, field);
        return;
    case TENON_HAS:
    case TENON_HAS_ANY:
    case TENON_HAS_ALL:
    case TENON_IS_EMPTY:
    case TENON_NOT_EMPTY:
        w->dialect->array(w, operation, field);
        return;
    case TENON_IEQ:
    case TENON_INE:
    case TENON_IIN:
    case TENON_NOT_IIN:
        w->dialect->caseless(w, operation, field);
        return;
    case TENON_WITHIN_L2:
    case TENON_WITHIN_INNER_PRODUCT:
    case TENON_WITHIN_COSINE:
        write_within(w, operation, field);
        return;
    case TENON_EQ_COLUMN:
    case TENON_NE_COLUMN:
    case TENON_LT_COLUMN:
    case TENON_LE_COLUMN:
    case TENON_GT_COLUMN:
    case TENON_GE_COLUMN:
        write_column_pair(w, operation, field);
        return;
    default:
        w->dialect->json(w, operation, field);
    }
}

/* (ITEM where)* END: each item in parentheses, joined by the word; `empty` when there is none. */
static void write_items(tenon__sql *w, const char *word, const char *empty)
{
    bool is_first = true;
    while (tenon__shape_next(&w->shape) == TENON__SHAPE_ITEM) {
        tenon__sql_add(w, is_first ? "(" : word);
        write_where(w);
        is_first = false;
    }
    tenon__sql_add(w, is_first ? empty : ")");
}

static void write_condition(tenon__sql *w, uint8_t word)
{
    const tenon__sql_dialect *dialect = w->dialect;
    switch (word) {
    case TENON__SHAPE_ALL:
        write_items(w, ") AND (", dialect->true_text);
        return;
    case TENON__SHAPE_ANY:
        tenon__sql_add(w, "(");
        write_items(w, ") OR (", dialect->false_text);
        tenon__sql_add(w, ")");
        return;
    case TENON__SHAPE_NONE:
        tenon__sql_add(w, "NOT (");
        write_items(w, ") OR (", dialect->false_text);
        tenon__sql_add(w, ")");
        return;
    case TENON__SHAPE_IS_TRUE:
    case TENON__SHAPE_IS_FALSE:
        tenon__sql_column(w, tenon__sql_next_field(w));
        tenon__sql_add(w, " = ");
        tenon__sql_add(w, word == TENON__SHAPE_IS_TRUE ? dialect->true_text : dialect->false_text);
        return;
    case TENON__SHAPE_SOME:
    case TENON__SHAPE_EVERY:
    case TENON__SHAPE_NO_ROW:
        tenon__sql_relation_condition(w, word);
        return;
    case TENON__SHAPE_COUNT:
        tenon__sql_count_condition(w);
        return;
    case TENON__SHAPE_RAW:
        tenon__sql_raw(w);
        return;
    default:
        tenon__sql_field_condition(w, (tenon_operator)word, tenon__sql_next_field(w));
    }
}

/* condition* END */
static void write_where(tenon__sql *w)
{
    bool was_condition = w->is_condition;
    uint8_t word = tenon__shape_next(&w->shape);
    w->is_condition = true;
    if (word == TENON__SHAPE_END)
        tenon__sql_add(w, w->dialect->true_text);
    for (bool is_first = true; word != TENON__SHAPE_END; is_first = false) {
        if (!is_first)
            tenon__sql_add(w, " AND ");
        write_condition(w, word);
        word = tenon__shape_next(&w->shape);
    }
    w->is_condition = was_condition;
}

void tenon__sql_conditions(tenon__sql *w)
{
    write_where(w);
}

bool tenon__sql_clause(tenon__sql *w, const char *word)
{
    assert(w->shape.at < w->shape.end);
    if (*w->shape.at == TENON__SHAPE_END) {
        w->shape.at++;
        return false;
    }
    tenon__sql_add(w, word);
    write_where(w);
    return true;
}

bool tenon__sql_where(tenon__sql *w)
{
    if (*w->shape.at != TENON__SHAPE_END)
        tenon__sql_tell_where(w);
    bool has_where = tenon__sql_clause(w, " WHERE ");
    return tenon__sql_asked_for(w, has_where ? " AND " : " WHERE ") || has_where;
}

void tenon__sql_equals(tenon__sql *w, const tenon_field *field)
{
    write_comparison(w, field, " = ");
}

void tenon__sql_where_key(tenon__sql *w)
{
    const tenon_unique *unique = &w->model->uniques[w->head.number];
    tenon__sql_tell_key(w, unique);
    for (uint16_t i = 0; i < unique->field_count; i++) {
        tenon__sql_add(w, i ? " AND " : " WHERE ");
        write_comparison(w, &w->model->fields[unique->fields[i]], " = ");
    }
    tenon__sql_asked_for(w, " AND ");
}
