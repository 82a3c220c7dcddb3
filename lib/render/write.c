/* Statements that write.
 *
 * Creating lists every column but those that the shape leaves to the database. An upsert without a
 * change still has to give its row back, which DO NOTHING does not: it sets a key column to what it
 * is. */
#include "render/sql.h"

typedef struct listed {
    const tenon_field **fields;
    size_t count;
} listed;

/* left_out: the fields that are not left out. */
static listed read_listed(tenon__sql *w)
{
    const tenon_model *model = w->model;
    listed list = {.fields = tenon__sql_alloc(w, model->field_count, sizeof *list.fields)};
    for (uint32_t i = 0; i < model->field_count; i++) {
        const tenon_field *field = &model->fields[i];
        bool is_left_out =
            field->flags & TENON_FIELD_GENERATED && tenon__shape_next(&w->shape) != 0;
        if (!is_left_out && list.fields)
            list.fields[list.count++] = field;
    }
    return list;
}

/* " (a, b, c)" */
static void write_names(tenon__sql *w, listed list)
{
    for (size_t i = 0; i < list.count; i++) {
        tenon__sql_add(w, i ? ", " : " (");
        tenon__sql_identifier(w, list.fields[i]->column);
    }
    tenon__sql_add(w, ")");
}

/* "(…), (…)": as many rows as the shape says. */
static void write_rows(tenon__sql *w, listed list)
{
    uint32_t count = w->head.operation == TENON__CREATE && w->head.number ? w->head.number : 1;
    for (uint32_t row = 0; row < count; row++) {
        tenon__sql_add(w, row ? ", " : " VALUES ");
        for (size_t i = 0; i < list.count; i++) {
            tenon__sql_add(w, i ? ", " : "(");
            w->dialect->stored(w, list.fields[i]);
        }
        tenon__sql_add(w, ")");
    }
}

static void write_values(tenon__sql *w, listed list)
{
    if (list.count == 0) {
        tenon__sql_add(w, " DEFAULT VALUES");
        return;
    }
    write_names(w, list);
    write_rows(w, list);
}

static void write_returning(tenon__sql *w)
{
    if (w->head.flags & TENON__SHAPE_RETURNING)
        tenon__sql_returning(w);
}

static void write_insert_end(tenon__sql *w)
{
    if (w->head.flags & TENON__SHAPE_SKIP_DUPLICATES)
        tenon__sql_add(w, " ON CONFLICT DO NOTHING");
    write_returning(w);
}

void tenon__sql_create(tenon__sql *w)
{
    tenon__sql_add(w, "INSERT INTO ");
    tenon__sql_table(w);
    write_values(w, read_listed(w));
    write_insert_end(w);
}

static void write_copy(tenon__sql *w, listed list)
{
    tenon__sql_add(w, "COPY ");
    tenon__sql_table(w);
    write_names(w, list);
    tenon__sql_add(w, " FROM STDIN (FORMAT binary)");
    tenon__sql_row_slots(w, list.fields, list.count);
}

void tenon__sql_create_many(tenon__sql *w)
{
    listed list = read_listed(w);
    if (w->head.flags & TENON__SHAPE_COPY) {
        write_copy(w, list);
        return;
    }
    tenon__sql_add(w, "INSERT INTO ");
    tenon__sql_table(w);
    write_names(w, list);
    tenon__sql_add(w, " ");
    w->dialect->bulk_source(w, list.fields, list.count);
    write_insert_end(w);
}

static void write_change(tenon__sql *w, tenon_change change, const tenon_field *field)
{
    tenon__sql_identifier(w, field->column);
    tenon__sql_add(w, " = ");
    if (change == TENON_SET)
        w->dialect->stored(w, field);
    else
        w->dialect->calculated(w, change, field);
}

/* changes; the number of them. */
static size_t write_changes(tenon__sql *w)
{
    size_t count = 0;
    for (uint8_t word; (word = tenon__shape_next(&w->shape)) != TENON__SHAPE_END; count++) {
        if (count)
            tenon__sql_add(w, ", ");
        write_change(w, (tenon_change)word, tenon__sql_next_field(w));
    }
    return count;
}

static void write_update(tenon__sql *w)
{
    tenon__sql_add(w, "UPDATE ");
    tenon__sql_table(w);
    tenon__sql_add(w, " SET ");
    write_changes(w);
}

/* [STILL field] */
static void write_expected(tenon__sql *w)
{
    if (w->shape.at == w->shape.end)
        return;
    tenon__shape_next(&w->shape);
    tenon__sql_add(w, " AND ");
    tenon__sql_equals(w, tenon__sql_next_field(w));
}

void tenon__sql_update(tenon__sql *w)
{
    write_update(w);
    tenon__sql_where_key(w);
    write_expected(w);
    tenon__sql_returning(w);
}

void tenon__sql_update_many(tenon__sql *w)
{
    write_update(w);
    tenon__sql_where(w);
    write_returning(w);
}

static void write_conflict_target(tenon__sql *w, const tenon_unique *unique)
{
    tenon__sql_add(w, " ON CONFLICT (");
    for (uint16_t i = 0; i < unique->field_count; i++) {
        if (i)
            tenon__sql_add(w, ", ");
        tenon__sql_identifier(w, w->model->fields[unique->fields[i]].column);
    }
    tenon__sql_add(w, ")");
}

/* What an upsert does to the row that stands there. */
static void write_taking_over(tenon__sql *w, const tenon_unique *unique)
{
    tenon__sql_add(w, " DO UPDATE SET ");
    w->is_qualified = true; /* the row that stands there, not the one that was refused */
    if (tenon__sql_revive(w) && *w->shape.at != TENON__SHAPE_END)
        tenon__sql_add(w, ", ");
    bool is_revived = w->model->deleted_column != 0;
    if (write_changes(w) == 0 && !is_revived) {
        const tenon_field *key = &w->model->fields[unique->fields[0]];
        tenon__sql_identifier(w, key->column);
        tenon__sql_add(w, " = ");
        tenon__sql_column(w, key);
    }
    w->is_qualified = false;
}

void tenon__sql_upsert(tenon__sql *w)
{
    const tenon_unique *unique = &w->model->uniques[w->head.number];
    tenon__sql_add(w, "INSERT INTO ");
    tenon__sql_table(w);
    write_values(w, read_listed(w));
    write_conflict_target(w, unique);
    if (w->head.flags & TENON__SHAPE_SKIP_DUPLICATES) {
        tenon__shape_next(&w->shape); /* the end of no changes */
        tenon__sql_add(w, " DO NOTHING");
    } else {
        write_taking_over(w, unique);
    }
    tenon__sql_returning(w);
}

/* A field's next version, or what the row that came takes to the one that stands there. */
static void write_taken(tenon__sql *w, uint8_t word, const tenon_field *field)
{
    tenon__sql_identifier(w, field->column);
    tenon__sql_add(w, " = ");
    if (word == TENON_INCREASE) {
        tenon__sql_qualified_column(w, field);
        tenon__sql_add(w, " + 1");
        return;
    }
    tenon__sql_add(w, "EXCLUDED.");
    tenon__sql_identifier(w, field->column);
}

void tenon__sql_upsert_many(tenon__sql *w)
{
    const tenon_unique *unique = &w->model->uniques[w->head.number];
    listed list = read_listed(w);
    tenon__sql_add(w, "INSERT INTO ");
    tenon__sql_table(w);
    write_names(w, list);
    tenon__sql_add(w, " ");
    w->dialect->bulk_source(w, list.fields, list.count);
    write_conflict_target(w, unique);
    tenon__sql_add(w, " DO UPDATE SET ");
    size_t count = tenon__sql_revive(w);
    for (uint8_t word; (word = tenon__shape_next(&w->shape)) != TENON__SHAPE_END; count++) {
        tenon__sql_add(w, count ? ", " : "");
        write_taken(w, word, tenon__sql_next_field(w));
    }
    if (count == 0)
        write_taken(w, TENON_SET, &w->model->fields[unique->fields[0]]);
    write_returning(w);
}

static const char given_rows[] = "\"tenon:rows\"";

/* "a" = "tenon:rows".c2, "version" = "User"."version" + 1; the fields that have a column of the
 * given rows, from the key's on, into the list. */
static void write_each_change(tenon__sql *w, listed *list)
{
    size_t count = 0;
    for (uint8_t word; (word = tenon__shape_next(&w->shape)) != TENON__SHAPE_END; count++) {
        const tenon_field *field = tenon__sql_next_field(w);
        tenon__sql_add(w, count ? ", " : "");
        if (word == TENON_INCREASE) {
            write_taken(w, word, field);
            continue;
        }
        if (list->fields)
            list->fields[list->count++] = field;
        tenon__sql_identifier(w, field->column);
        tenon__buf_format(&w->text, " = %s.c%zu", given_rows, list->count);
    }
}

void tenon__sql_update_each(tenon__sql *w)
{
    const tenon_unique *unique = &w->model->uniques[w->head.number];
    size_t most = (size_t)w->model->field_count + unique->field_count;
    listed list = {.fields = tenon__sql_alloc(w, most, sizeof *list.fields)};
    for (uint16_t i = 0; list.fields && i < unique->field_count; i++)
        list.fields[list.count++] = &w->model->fields[unique->fields[i]];
    tenon__sql_add(w, "UPDATE ");
    tenon__sql_table(w);
    tenon__sql_add(w, " SET ");
    write_each_change(w, &list);
    tenon__sql_add(w, " FROM (");
    w->dialect->bulk_source(w, list.fields, list.count);
    tenon__buf_format(&w->text, ") AS %s", given_rows);
    for (uint16_t i = 0; i < unique->field_count; i++) {
        tenon__sql_add(w, i ? " AND " : " WHERE ");
        tenon__sql_qualified_column(w, &w->model->fields[unique->fields[i]]);
        tenon__buf_format(&w->text, " = %s.c%u", given_rows, i + 1u);
    }
    w->is_qualified = true;
    tenon__sql_asked_for(w, " AND ");
    w->is_qualified = false;
}

static void write_delete(tenon__sql *w)
{
    tenon__sql_add(w, "DELETE FROM ");
    tenon__sql_table(w);
}

void tenon__sql_delete(tenon__sql *w)
{
    write_delete(w);
    tenon__sql_where_key(w);
    tenon__sql_returning(w);
}

void tenon__sql_delete_many(tenon__sql *w)
{
    write_delete(w);
    tenon__sql_where(w);
    write_returning(w);
}
