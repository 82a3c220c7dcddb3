/* Conditions on the rows at the other end of a relation.
 *
 *     some      EXISTS (SELECT 1 FROM target AS t1 WHERE joined AND …)
 *     no row    NOT EXISTS (the same)
 *     every     NOT EXISTS (SELECT 1 FROM target AS t1 WHERE joined AND NOT (…))
 *     count     (SELECT count(*) >= $1 FROM target AS t1 WHERE joined)
 *
 * The first three are true or false, never NULL; a row of the target for which the conditions give
 * NULL neither holds (some) nor fails to (every). A test whether there is a row at all needs no
 * subquery where this side has the key: its columns are NULL or not. Rows that
 * are marked as deleted are none, so that the target must be asked where there may be such. */
#include "render/sql.h"

static bool is_next_where_empty(const tenon__sql *w)
{
    assert(w->shape.at < w->shape.end);
    return *w->shape.at == TENON__SHAPE_END;
}

static void write_conditions_in(tenon__sql *w, tenon__sql_scope scope)
{
    tenon__sql_scope before = tenon__sql_enter(w, scope);
    tenon__sql_conditions(w);
    tenon__sql_enter(w, before);
}

static void write_exists(tenon__sql *w, uint8_t word, const tenon_relation *relation)
{
    tenon__sql_join join = tenon__sql_join_of(w, relation);
    tenon__sql_add(w, word == TENON__SHAPE_SOME ? "EXISTS (SELECT 1" : "NOT EXISTS (SELECT 1");
    tenon__sql_related_rows(w, &join);
    if (word == TENON__SHAPE_EVERY) {
        tenon__sql_add(w, " AND NOT (");
        write_conditions_in(w, join.target);
        tenon__sql_add(w, ")");
    } else if (is_next_where_empty(w)) {
        tenon__shape_next(&w->shape);
    } else {
        tenon__sql_add(w, " AND ");
        write_conditions_in(w, join.target);
    }
    tenon__sql_add(w, ")");
}

/* "a IS NOT NULL AND b IS NOT NULL", or "(a IS NULL OR b IS NULL)" */
static void write_key_test(tenon__sql *w, uint8_t word, const tenon_relation *relation)
{
    bool is_present = word == TENON__SHAPE_SOME;
    bool is_or = !is_present && relation->field_count > 1;
    tenon__sql_add(w, is_or ? "(" : "");
    for (uint16_t i = 0; i < relation->field_count; i++) {
        if (i)
            tenon__sql_add(w, is_present ? " AND " : " OR ");
        tenon__sql_column(w, &w->model->fields[relation->fields[i]]);
        tenon__sql_add(w, is_present ? " IS NOT NULL" : " IS NULL");
    }
    tenon__sql_add(w, is_or ? ")" : "");
}

void tenon__sql_relation_condition(tenon__sql *w, uint8_t word)
{
    const tenon_relation *relation = tenon__sql_next_relation(w);
    bool is_about_key = relation->holds_key && word != TENON__SHAPE_EVERY &&
                        is_next_where_empty(w) && !relation->target->deleted_column;
    if (!is_about_key) {
        write_exists(w, word, relation);
        return;
    }
    tenon__shape_next(&w->shape);
    write_key_test(w, word, relation);
}

void tenon__sql_count_condition(tenon__sql *w)
{
    tenon__sql_join join = tenon__sql_join_of(w, tenon__sql_next_relation(w));
    tenon__sql_add(w, "(SELECT ");
    tenon__sql_field_condition(w, (tenon_operator)tenon__shape_next(&w->shape),
                               &tenon__count_field);
    tenon__sql_related_rows(w, &join);
    tenon__sql_add(w, ")");
}
