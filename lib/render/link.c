/* Statements on the table of a many-to-many relation, whose rows are pairs of keys.
 *
 * The head's number is the relation. New pairs are two columns of keys; otherwise the key of this
 * side is the first value, the keys of the other side a list, when there is one. What is read back
 * are rows of the target that have their key and nothing else. */
#include "render/sql.h"

static const tenon_relation *relation_of(const tenon__sql *w)
{
    return &w->model->relations[w->head.number];
}

/* A key field under the name that its column has in the link. */
static const tenon_field *field_as(tenon__sql *w, const tenon_field *field, const char *column)
{
    tenon_field *copy = tenon__sql_alloc(w, 1, sizeof *copy);
    if (!copy)
        return field;
    *copy = *field;
    copy->column = column;
    return copy;
}

static const tenon_field *own_field(tenon__sql *w)
{
    const tenon_relation *relation = relation_of(w);
    return field_as(w, &w->model->fields[relation->fields[0]], relation->link->column);
}

static const tenon_field *target_field(tenon__sql *w)
{
    const tenon_relation *relation = relation_of(w);
    return field_as(w, &relation->target->fields[relation->target_fields[0]],
                    relation->link->target_column);
}

static void begin(tenon__sql *w)
{
    const tenon_link *link = relation_of(w)->link;
    w->schema = link->schema;
    w->table = link->table;
}

/* " WHERE "A" = $1", then what the shape says of the other side. */
static void write_where(tenon__sql *w)
{
    const tenon_field *own = own_field(w);
    tenon__sql_add(w, " WHERE ");
    w->dialect->compared(w, own);
    tenon__sql_add(w, " = ");
    w->dialect->comparand(w, own);
    uint8_t operation = tenon__shape_next(&w->shape);
    if (operation == TENON__SHAPE_END)
        return;
    tenon__sql_add(w, " AND ");
    w->dialect->list(w, (tenon_operator)operation, target_field(w));
}

/* SQLite takes the ON of ON CONFLICT for a join's, unless a WHERE stands before it. */
void tenon__sql_link(tenon__sql *w)
{
    begin(w);
    const tenon_field *const pair[] = {own_field(w), target_field(w)};
    tenon__sql_add(w, "INSERT INTO ");
    tenon__sql_table(w);
    for (size_t i = 0; i < TENON__COUNT(pair); i++) {
        tenon__sql_add(w, i ? ", " : " (");
        tenon__sql_identifier(w, pair[i]->column);
    }
    for (size_t i = 0; i < TENON__COUNT(pair); i++) {
        tenon__sql_add(w, i ? ", " : ") SELECT ");
        w->dialect->key(w, pair[i], i);
    }
    tenon__sql_add(w, " FROM ");
    w->dialect->keys(w, pair, TENON__COUNT(pair));
    tenon__sql_add(w, " WHERE true ON CONFLICT DO NOTHING");
}

void tenon__sql_unlink(tenon__sql *w)
{
    begin(w);
    tenon__sql_add(w, "DELETE FROM ");
    tenon__sql_table(w);
    write_where(w);
}

void tenon__sql_linked(tenon__sql *w)
{
    begin(w);
    const tenon_relation *relation = relation_of(w);
    tenon__sql_add(w, "SELECT ");
    w->dialect->selected(w, target_field(w));
    tenon__sql_add(w, " FROM ");
    tenon__sql_table(w);
    write_where(w);
    tenon__sql_key_layout(w, relation->target, relation->target_fields[0]);
}
