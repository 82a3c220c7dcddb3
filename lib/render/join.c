/* Relations in SQL: the tables at their other end, under names of their own, and what joins them.
 *
 * The statement's own table keeps its name. Every other one gets an alias, "t1", "t2", … in the
 * order in which they are written, so that a table may stand in its own subquery (self relations)
 * and that equal shapes give equal texts. An alias that the statement's own table has for a name,
 * which may be chosen at run time, is left out.
 *
 * A scope is whose columns are meant. Subqueries enter the scope of their table and leave it again;
 * inside of it every column is written with the alias in front.
 *
 * tenon__sql_join_condition is the one place that says which rows of a target belong to a row:
 * whatever hides rows of a table from relations belongs there. */
#include "render/sql.h"

#include <stdio.h>
#include <strings.h>

static const char *next_alias(tenon__sql *w)
{
    enum { ALIAS_BYTES = 16 };
    char *alias = tenon__sql_alloc(w, ALIAS_BYTES, 1);
    do
        w->alias_count++;
    while (alias && snprintf(alias, ALIAS_BYTES, "t%u", w->alias_count) > 0 &&
           strcasecmp(alias, w->table) == 0);
    return alias;
}

tenon__sql_scope tenon__sql_scope_of(const tenon__sql *w)
{
    return (tenon__sql_scope){.model = w->model,
                              .alias = w->alias ? w->alias : w->table,
                              .is_qualified = w->is_qualified};
}

tenon__sql_scope tenon__sql_scope_for(tenon__sql *w, const tenon_model *model)
{
    return (tenon__sql_scope){.model = model, .alias = next_alias(w), .is_qualified = true};
}

tenon__sql_scope tenon__sql_enter(tenon__sql *w, tenon__sql_scope scope)
{
    tenon__sql_scope before = {
        .model = w->model, .alias = w->alias, .is_qualified = w->is_qualified};
    w->model = scope.model;
    w->alias = scope.alias;
    w->is_qualified = scope.is_qualified;
    return before;
}

tenon__sql_join tenon__sql_join_of(tenon__sql *w, const tenon_relation *relation)
{
    tenon__sql_join join = {.relation = relation, .owner = tenon__sql_scope_of(w)};
    join.target = tenon__sql_scope_for(w, relation->target);
    join.link_alias = relation->link ? next_alias(w) : NULL;
    return join;
}

/* ---- FROM ------------------------------------------------------------------------------------ */

void tenon__sql_table_as(tenon__sql *w, const char *schema, const char *table, const char *alias)
{
    if (w->failed)
        return;
    w->failed = !tenon__quote_table(&w->text, w->dialect->id, schema, table, w->err);
    tenon__sql_add(w, " AS ");
    tenon__sql_identifier(w, alias);
}

static void write_column_of(tenon__sql *w, const char *alias, const char *column)
{
    tenon__sql_identifier(w, alias);
    tenon__sql_add(w, ".");
    tenon__sql_identifier(w, column);
}

static const char *column_at(const tenon_model *model, const uint16_t *fields, uint16_t i)
{
    return model->fields[fields[i]].column;
}

/* " JOIN link AS t2 ON t2.B = t1.id" */
static void write_link(tenon__sql *w, const tenon__sql_join *join)
{
    const tenon_relation *relation = join->relation;
    const tenon_model *target = join->target.model;
    tenon__sql_add(w, " JOIN ");
    tenon__sql_table_as(w, relation->link->schema, relation->link->table, join->link_alias);
    tenon__sql_add(w, " ON ");
    write_column_of(w, join->link_alias, relation->link->target_column);
    tenon__sql_add(w, " = ");
    write_column_of(w, join->target.alias, column_at(target, relation->target_fields, 0));
}

void tenon__sql_join_tables(tenon__sql *w, const tenon__sql_join *join)
{
    const tenon_model *target = join->target.model;
    tenon__sql_table_as(w, target->schema, target->table, join->target.alias);
    if (join->link_alias)
        write_link(w, join);
}

/* ---- ON -------------------------------------------------------------------------------------- */

static void write_end_of_pair(tenon__sql *w, const tenon__sql_join *join, uint16_t i)
{
    const tenon_relation *relation = join->relation;
    if (join->link_alias)
        write_column_of(w, join->link_alias, relation->link->column);
    else
        write_column_of(w, join->target.alias,
                        column_at(join->target.model, relation->target_fields, i));
}

void tenon__sql_join_condition(tenon__sql *w, const tenon__sql_join *join)
{
    for (uint16_t i = 0; i < join->relation->field_count; i++) {
        tenon__sql_add(w, i ? " AND " : "");
        write_end_of_pair(w, join, i);
        tenon__sql_add(w, " = ");
        write_column_of(w, join->owner.alias,
                        column_at(join->owner.model, join->relation->fields, i));
    }
    tenon__sql_scope before = tenon__sql_enter(w, join->target);
    tenon__sql_alive(w, " AND ");
    tenon__sql_enter(w, before);
}

void tenon__sql_related_rows(tenon__sql *w, const tenon__sql_join *join)
{
    tenon__sql_add(w, " FROM ");
    tenon__sql_join_tables(w, join);
    tenon__sql_add(w, " WHERE ");
    tenon__sql_join_condition(w, join);
}

const tenon_relation *tenon__sql_next_relation(tenon__sql *w)
{
    uint16_t index = tenon__shape_next_field(&w->shape);
    assert(index < w->model->relation_count);
    return &w->model->relations[index];
}
