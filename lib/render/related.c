/* Rows at the other end of a relation, for a whole set of keys in one statement.
 *
 * The keys stand in a table of their own, "tenon:keys", as parameters: 20,000 of them are one
 * array. Every row comes with the number of the key that it belongs to, so that the client need not
 * compare keys, whatever equality the database has for them. It is the first column, and stands
 * behind everything else in the struct.
 *
 * A join with keys costs PostgreSQL twice what an array of them does, which its indexes take as a
 * whole: so where the client can tell by a row's own value whose it is (BY_VALUE), the keys are an
 * array and no number comes.
 *
 * A limit counts for each key. Where there is LATERAL the limited query runs once a key and can
 * stop early; elsewhere, and with distinct, rows are numbered within their key and the rest is
 * dropped:
 *
 *     SELECT …         FROM target WHERE key = ANY(keys) AND … ORDER BY …
 *     SELECT number, … FROM keys JOIN target ON … WHERE … ORDER BY …
 *     SELECT number, … FROM keys CROSS JOIN LATERAL (SELECT … FROM target WHERE …
 *                                                    ORDER BY … LIMIT …) AS target ORDER BY …
 *     SELECT number, … FROM (SELECT target.*, number, row_number() OVER (…) AS rank
 *                            FROM keys JOIN target ON … WHERE …) AS target
 *                      WHERE rank <= … ORDER BY … */
#include "render/sql.h"

typedef struct related {
    const tenon_relation *relation;
    const tenon_model *owner;
    const tenon_field *fields[TENON_MAX_KEY]; /* of the owner, by which is looked up */
    const tenon__sql_term *order;
    size_t order_count;
    const tenon_field *const *distinct;
    size_t distinct_count;
    tenon__sql_joined joined;
} related;

static const char number_column[] = "\"tenon:number\"";
static const char rank_column[] = "\"tenon:rank\"";
static const char row_column[] = "\"tenon:row\"";
static const char link_table[] = "\"tenon:link\"";

static related read_related(tenon__sql *w)
{
    tenon__shape_related found;
    memcpy(&found, tenon__shape_next_bytes(&w->shape, sizeof found), sizeof found);
    related r = {.relation = found.relation, .owner = found.owner};
    for (uint16_t i = 0; i < r.relation->field_count; i++)
        r.fields[i] = &r.owner->fields[r.relation->fields[i]];
    w->is_qualified = true;
    return r;
}

/* ---- the pieces ------------------------------------------------------------------------------ */

static void write_target(tenon__sql *w)
{
    tenon__sql_identifier(w, w->table);
}

/* The parameters are values of the owner's fields, and errors name them so. */
static void write_keys(tenon__sql *w, const related *r)
{
    const tenon_model *target = w->model;
    w->model = r->owner;
    w->dialect->keys(w, r->fields, r->relation->field_count);
    w->model = target;
}

static void write_key_array(tenon__sql *w, const related *r)
{
    const tenon_model *target = w->model;
    w->model = r->owner;
    w->dialect->key_array(w, r->fields[0]);
    w->model = target;
}

static void write_link_column(tenon__sql *w, const char *column)
{
    tenon__sql_add(w, link_table);
    tenon__sql_add(w, ".");
    tenon__sql_identifier(w, column);
}

/* "link AS link", whose rows of a key are those where `column` is it. */
static void write_link(tenon__sql *w, const tenon_link *link)
{
    if (!w->failed)
        w->failed =
            !tenon__quote_table(&w->text, w->dialect->id, link->schema, link->table, w->err);
    tenon__sql_add(w, " AS ");
    tenon__sql_add(w, link_table);
}

static void write_pair(tenon__sql *w, const related *r)
{
    tenon__sql_qualified_column(w, &w->model->fields[r->relation->target_fields[0]]);
    tenon__sql_add(w, " = ");
    write_link_column(w, r->relation->link->target_column);
}

/* What must hold between a key and a row: of the link, or of the target. */
static void write_match(tenon__sql *w, const related *r)
{
    const tenon_relation *relation = r->relation;
    for (uint16_t i = 0; i < relation->field_count; i++) {
        tenon__sql_add(w, i ? " AND " : "");
        if (relation->link)
            write_link_column(w, relation->link->column);
        else
            tenon__sql_qualified_column(w, &w->model->fields[relation->target_fields[i]]);
        tenon__sql_add(w, " = ");
        w->dialect->key(w, r->fields[i], i);
    }
}

/* "keys JOIN link ON … JOIN target ON …" */
static void write_pairs(tenon__sql *w, const related *r)
{
    const char *join = w->dialect->key_join;
    tenon__sql_add(w, " FROM ");
    write_keys(w, r);
    tenon__sql_add(w, join);
    if (r->relation->link) {
        write_link(w, r->relation->link);
        tenon__sql_add(w, " ON ");
        write_match(w, r);
        tenon__sql_add(w, join);
    }
    tenon__sql_table(w);
    tenon__sql_add(w, " ON ");
    if (r->relation->link)
        write_pair(w, r);
    else
        write_match(w, r);
}

/* " CROSS JOIN LATERAL (SELECT target.* FROM target WHERE … ORDER BY … LIMIT …) AS target" */
static void write_lateral(tenon__sql *w, const related *r)
{
    tenon__sql_add(w, " FROM ");
    write_keys(w, r);
    tenon__sql_add(w, " CROSS JOIN LATERAL (SELECT ");
    write_target(w);
    tenon__sql_add(w, ".* FROM ");
    if (r->relation->link) {
        write_link(w, r->relation->link);
        tenon__sql_add(w, " JOIN ");
    }
    tenon__sql_table(w);
    if (r->relation->link) {
        tenon__sql_add(w, " ON ");
        write_pair(w, r);
    }
    tenon__sql_add(w, " WHERE ");
    write_match(w, r);
    tenon__sql_add(w, " AND ");
    tenon__sql_conditions(w);
    tenon__sql_asked_for(w, " AND ");
    tenon__sql_order(w, r->order, r->order_count);
    tenon__sql_limit(w);
    tenon__sql_add(w, ") AS ");
    write_target(w);
}

/* ---- numbered rows --------------------------------------------------------------------------- */

/* ", row_number() OVER (PARTITION BY number, … ORDER BY …) AS name" */
static void write_numbering(tenon__sql *w, const related *r, const char *number, size_t columns,
                            const char *name)
{
    tenon__sql_add(w, ", row_number() OVER (PARTITION BY ");
    tenon__sql_add(w, number);
    for (size_t i = 0; i < columns; i++) {
        tenon__sql_add(w, ", ");
        w->dialect->grouped(w, r->distinct[i]);
    }
    tenon__sql_order(w, r->order, r->order_count);
    tenon__sql_add(w, ") AS ");
    tenon__sql_add(w, name);
}

/* The first row of each key and combination of the distinct columns; or, without these, every row
 * with its place among those of its key. */
static void write_ranked(tenon__sql *w, const related *r, const char *name)
{
    tenon__sql_add(w, "(SELECT ");
    write_target(w);
    tenon__sql_add(w, ".*, ");
    tenon__sql_add(w, w->dialect->key_number);
    tenon__sql_add(w, " AS ");
    tenon__sql_add(w, number_column);
    write_numbering(w, r, w->dialect->key_number, r->distinct_count, name);
    write_pairs(w, r);
    tenon__sql_where(w);
    tenon__sql_add(w, ") AS ");
    write_target(w);
}

/* Numbers once more what distinct has left. */
static void write_ranked_twice(tenon__sql *w, const related *r)
{
    tenon__sql_add(w, "(SELECT ");
    write_target(w);
    tenon__sql_add(w, ".*");
    write_numbering(w, r, number_column, 0, row_column);
    tenon__sql_add(w, " FROM ");
    write_ranked(w, r, rank_column);
    tenon__sql_add(w, " WHERE ");
    tenon__sql_add(w, rank_column);
    tenon__sql_add(w, " = 1) AS ");
    write_target(w);
}

/* "row <= $2 + $3 AND row > $3": the values come in the order limit, offset. */
static void write_row_range(tenon__sql *w)
{
    unsigned flags = w->head.flags;
    bool has_limit = flags & (TENON__SHAPE_LIMIT | TENON__SHAPE_LIMIT_ONE);
    tenon__sql_add(w, row_column);
    tenon__sql_add(w, has_limit ? " <= " : " > ");
    if (flags & TENON__SHAPE_LIMIT)
        tenon__sql_slot(w, NULL, TENON__FORM_WIDE);
    else if (has_limit)
        tenon__sql_add(w, "1");
    if (!(flags & TENON__SHAPE_OFFSET))
        return;
    tenon__sql_add(w, has_limit ? " + " : "");
    tenon__sql_slot(w, NULL, TENON__FORM_WIDE);
    if (has_limit)
        tenon__buf_format(&w->text, " AND %s > %c%zu", row_column, w->dialect->parameter_mark,
                          w->slot_count);
}

/* ---- the statements -------------------------------------------------------------------------- */

/* The number becomes the first column, and stands behind everything else. */
static void add_number(tenon__sql *w)
{
    size_t count = w->layout ? w->layout->out_count : 0;
    tenon__out *outs = tenon__sql_alloc(w, count + 1, sizeof *outs);
    if (!outs)
        return;
    outs[0] = (tenon__out){.kind = TENON__OUT_INT64, .offset = w->layout->row_size};
    memcpy(outs + 1, w->layout->outs, count * sizeof *outs);
    w->layout->outs = outs;
    w->layout->out_count = count + 1;
    w->layout->row_size += (uint32_t)sizeof(int64_t);
}

static void write_numbered(tenon__sql *w, const related *r, bool is_cut)
{
    tenon__sql_add(w, " FROM ");
    if (is_cut && r->distinct_count)
        write_ranked_twice(w, r);
    else
        write_ranked(w, r, is_cut ? row_column : rank_column);
    tenon__sql_write_joined(w, &r->joined);
    tenon__sql_add(w, " WHERE ");
    if (is_cut) {
        write_row_range(w);
        return;
    }
    tenon__sql_add(w, rank_column);
    tenon__sql_add(w, " = 1");
}

/* "FROM target WHERE key = ANY(…) AND …"; of a link its key comes along. */
static void write_by_value(tenon__sql *w, const related *r)
{
    const tenon_relation *relation = r->relation;
    tenon__sql_add(w, " FROM ");
    if (relation->link) {
        write_link(w, relation->link);
        tenon__sql_add(w, " JOIN ");
    }
    tenon__sql_table(w);
    if (relation->link) {
        tenon__sql_add(w, " ON ");
        write_pair(w, r);
    }
    tenon__sql_write_joined(w, &r->joined);
    tenon__sql_add(w, " WHERE ");
    if (relation->link)
        write_link_column(w, relation->link->column);
    else
        tenon__sql_qualified_column(w, &w->model->fields[relation->target_fields[0]]);
    write_key_array(w, r);
    tenon__sql_add(w, " AND ");
    tenon__sql_conditions(w);
    tenon__sql_asked_for(w, " AND ");
}

void tenon__sql_linked_key(tenon__sql *w, const tenon_relation *relation, const tenon_model *owner)
{
    size_t count = w->layout ? w->layout->out_count : 0;
    tenon__out *outs = tenon__sql_alloc(w, count + 1, sizeof *outs);
    if (!outs)
        return;
    memcpy(outs, w->layout->outs, count * sizeof *outs);
    outs[count] = (tenon__out){.field = &owner->fields[relation->fields[0]],
                               .model = owner,
                               .offset = w->layout->row_size};
    w->layout->outs = outs;
    w->layout->out_count = count + 1;
    w->layout->row_size += TENON__LINKED_KEY;
}

/* The key of a link is the last column. */
static void add_linked_key(tenon__sql *w, const related *r)
{
    tenon__sql_linked_key(w, r->relation, r->owner);
    tenon__sql_add(w, ", ");
    write_link_column(w, r->relation->link->column);
}

static void find_by_value(tenon__sql *w, const related *r)
{
    tenon__sql_add(w, "SELECT ");
    tenon__sql_write_columns(w);
    tenon__sql_write_joined_columns(w, &r->joined);
    if (r->relation->link)
        add_linked_key(w, r);
    else if (w->layout)
        w->layout->row_size += (uint32_t)sizeof(int64_t);
    write_by_value(w, r);
    tenon__sql_order(w, r->order, r->order_count);
}

void tenon__sql_find_related(tenon__sql *w)
{
    related r = read_related(w);
    tenon__sql_read_columns(w);
    r.joined = tenon__sql_read_joined(w);
    r.order = tenon__sql_read_order(w, &r.order_count);
    r.distinct = tenon__sql_read_distinct(w, &r.distinct_count);
    if (w->head.flags & TENON__SHAPE_BY_VALUE) {
        find_by_value(w, &r);
        return;
    }
    bool is_cut =
        w->head.flags & (TENON__SHAPE_LIMIT | TENON__SHAPE_LIMIT_ONE | TENON__SHAPE_OFFSET);
    bool is_lateral = is_cut && !r.distinct_count && w->dialect->has_lateral;
    bool is_numbered = (is_cut && !is_lateral) || r.distinct_count;
    tenon__sql_add(w, "SELECT ");
    tenon__sql_add(w, is_numbered ? number_column : w->dialect->key_number);
    tenon__sql_add(w, ", ");
    tenon__sql_write_columns(w);
    tenon__sql_write_joined_columns(w, &r.joined);
    if (is_numbered) {
        write_numbered(w, &r, is_cut);
    } else if (is_lateral) {
        write_lateral(w, &r);
        tenon__sql_write_joined(w, &r.joined);
    } else {
        write_pairs(w, &r);
        tenon__sql_write_joined(w, &r.joined);
        tenon__sql_where(w);
    }
    tenon__sql_order(w, r.order, r.order_count);
    add_number(w);
}

void tenon__sql_count_related(tenon__sql *w)
{
    static const tenon__out outs[] = {
        {.kind = TENON__OUT_INT64, .offset = offsetof(tenon__related_count, number)},
        {.kind = TENON__OUT_INT64, .offset = offsetof(tenon__related_count, count)},
    };
    related r = read_related(w);
    tenon__sql_add(w, "SELECT ");
    tenon__sql_add(w, w->dialect->key_number);
    tenon__sql_add(w, ", count(*)");
    write_pairs(w, &r);
    tenon__sql_where(w);
    tenon__sql_add(w, " GROUP BY ");
    tenon__sql_add(w, w->dialect->key_number);
    tenon__sql_plain_layout(w, outs, TENON__COUNT(outs), sizeof(tenon__related_count));
}
