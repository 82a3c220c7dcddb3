/* Rows at the other end of a relation of the rows that another query finds: the keys are not
 * parameters but a subquery, the *source*. So this statement can be sent before that query has
 * answered, and a tree of any depth is one round trip.
 *
 *     SELECT … FROM target WHERE key = ANY(ARRAY(source)) AND … ORDER BY …
 *     SELECT … FROM (SELECT DISTINCT * FROM (source) AS found) AS keys
 *              CROSS JOIN LATERAL (SELECT … FROM target WHERE key = keys.c1 AND …
 *                                  ORDER BY … LIMIT …) AS target ORDER BY …
 *
 * Counted are the rows of each key that there is:
 *
 *     SELECT key, count(*) FROM target WHERE key = ANY(ARRAY(source)) AND … GROUP BY key
 *
 * The source is that query once more with nothing but the key for columns; it may be a page (see
 * keyset.c), and of a relation of a relation it has a source in turn:
 *
 *     SELECT t1.key AS c1 FROM table AS t1 WHERE … ORDER BY … LIMIT …
 *     SELECT t1.key AS c1 FROM target AS t1 WHERE t1.key = ANY(ARRAY(source)) AND …
 *
 * Of one column the keys become an array, as they are in a batch: indexes take it as a whole. With
 * IN (source) PostgreSQL joins, and where a tenth of a table is wanted it reads all of it, once a
 * level: four levels took three times as long.
 *
 * A client tells by a row's own values whose it is, as with BY_VALUE. What both must agree on, so
 * that the rows of a source are those that the other query gives, is for lib/model to see. */
#include "render/sql.h"

static const char link_table[] = "\"tenon:link\"";
static const char key_table[] = "\"tenon:keys\"";

/* The query itself, or one of its relations. */
typedef struct level {
    const tenon_relation *relation; /* NULL: the query itself */
    const tenon_model *owner;       /* of the relation */
    bool is_paged;                  /* the query itself is a page */
    tenon__sql_term *order;
    size_t order_count;
} level;

static void write_source(tenon__sql *w, const uint16_t *fields, uint16_t count);

static bool is_cut(const tenon__sql *w)
{
    return w->head.flags & (TENON__SHAPE_LIMIT | TENON__SHAPE_LIMIT_ONE | TENON__SHAPE_OFFSET);
}

/* ---- tables and keys ------------------------------------------------------------------------- */

static void write_name(tenon__sql *w)
{
    tenon__sql_identifier(w, w->alias ? w->alias : w->table);
}

static void write_table(tenon__sql *w)
{
    if (w->alias)
        tenon__sql_table_as(w, w->model->schema, w->model->table, w->alias);
    else
        tenon__sql_table(w);
}

static void write_link_column(tenon__sql *w, const char *column)
{
    tenon__sql_add(w, link_table);
    tenon__sql_add(w, ".");
    tenon__sql_identifier(w, column);
}

/* "link AS link JOIN target ON …", or just the target. */
static void write_tables(tenon__sql *w, const level *l)
{
    const tenon_link *link = l->relation ? l->relation->link : NULL;
    tenon__sql_add(w, " FROM ");
    if (link) {
        tenon__sql_table_as(w, link->schema, link->table, "tenon:link");
        tenon__sql_add(w, " JOIN ");
    }
    write_table(w);
    if (!link)
        return;
    tenon__sql_add(w, " ON ");
    tenon__sql_qualified_column(w, &w->model->fields[l->relation->target_fields[0]]);
    tenon__sql_add(w, " = ");
    write_link_column(w, link->target_column);
}

/* One column of the key, on the side of the target. */
static void write_key_column(tenon__sql *w, const level *l, uint16_t i)
{
    if (l->relation->link)
        write_link_column(w, l->relation->link->column);
    else
        tenon__sql_qualified_column(w, &w->model->fields[l->relation->target_fields[i]]);
}

/* Whether the source that comes next is at the end of a link, which may lead to a row twice. */
static bool is_next_by_link(const tenon__sql *w)
{
    tenon__shape_reader ahead = w->shape;
    tenon__shape_related found;
    if (tenon__shape_next(&ahead) != TENON__SHAPE_RELATED)
        return false;
    memcpy(&found, tenon__shape_next_bytes(&ahead, sizeof found), sizeof found);
    return found.relation->link != NULL;
}

static void write_source_of(tenon__sql *w, const level *l)
{
    tenon__sql_add(w, "(");
    write_source(w, l->relation->fields, l->relation->field_count);
    tenon__sql_add(w, ")");
}

/* "key = ANY(ARRAY(source))": a key that many rows refer to is looked for once. */
static void write_array(tenon__sql *w, const level *l)
{
    bool has_doubles = l->relation->holds_key || is_next_by_link(w);
    write_key_column(w, l, 0);
    tenon__sql_add(w, " = ANY(ARRAY");
    tenon__sql_add(w, has_doubles ? "(SELECT DISTINCT c1 FROM " : "");
    write_source_of(w, l);
    tenon__sql_add(w, has_doubles ? " AS \"tenon:found\"))" : ")");
}

/* The same for keys of several columns: "(key, key) IN (source)". */
static void write_membership(tenon__sql *w, const level *l)
{
    uint16_t count = l->relation->field_count;
    if (count == 1) {
        write_array(w, l);
        return;
    }
    for (uint16_t i = 0; i < count; i++) {
        tenon__sql_add(w, i ? ", " : "(");
        write_key_column(w, l, i);
    }
    tenon__sql_add(w, ") IN ");
    write_source_of(w, l);
}

/* "key = keys.c1 AND …" */
static void write_match(tenon__sql *w, const level *l)
{
    for (uint16_t i = 0; i < l->relation->field_count; i++) {
        tenon__sql_add(w, i ? " AND " : "");
        write_key_column(w, l, i);
        tenon__buf_format(&w->text, " = %s.c%u", key_table, i + 1u);
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void write_conditions(tenon__sql *w)
{
    tenon__sql_clause(w, " AND ");
    tenon__sql_asked_for(w, " AND ");
}

/* " FROM … WHERE …" of a relation without a limit. */
static void write_whole(tenon__sql *w, const level *l, const tenon__sql_joined *joined)
{
    write_tables(w, l);
    if (joined)
        tenon__sql_write_joined(w, joined);
    tenon__sql_add(w, " WHERE ");
    write_membership(w, l);
    write_conditions(w);
}

/* The same with one, which counts for each key. */
static void write_cut(tenon__sql *w, const level *l, const tenon__sql_joined *joined)
{
    tenon__sql_add(w, " FROM (SELECT DISTINCT * FROM ");
    write_source_of(w, l);
    tenon__sql_add(w, " AS \"tenon:found\") AS ");
    tenon__sql_add(w, key_table);
    tenon__sql_add(w, " CROSS JOIN LATERAL (SELECT ");
    write_name(w);
    tenon__sql_add(w, ".*");
    write_tables(w, l);
    tenon__sql_add(w, " WHERE ");
    write_match(w, l);
    write_conditions(w);
    tenon__sql_order(w, l->order, l->order_count);
    tenon__sql_limit(w);
    tenon__sql_add(w, ") AS ");
    write_name(w);
    if (joined)
        tenon__sql_write_joined(w, joined);
}

static void write_found(tenon__sql *w, const level *l)
{
    write_tables(w, l);
    bool has_where = tenon__sql_clause(w, " WHERE ");
    has_where |= tenon__sql_asked_for(w, has_where ? " AND " : " WHERE ");
    if (l->is_paged)
        tenon__sql_keyset(w, l->order, l->order_count, has_where);
    tenon__sql_order(w, l->order, l->order_count);
    tenon__sql_limit(w);
}

/* ---- sources --------------------------------------------------------------------------------- */

static level read_relation(tenon__sql *w)
{
    tenon__shape_related found;
    memcpy(&found, tenon__shape_next_bytes(&w->shape, sizeof found), sizeof found);
    return (level){.relation = found.relation, .owner = found.owner};
}

static const tenon_model *read_model(tenon__sql *w)
{
    const tenon_model *model;
    memcpy(&model, tenon__shape_next_bytes(&w->shape, sizeof(const tenon_model *)), sizeof model);
    return model;
}

static void write_keys(tenon__sql *w, const uint16_t *fields, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        tenon__sql_add(w, i ? ", " : "SELECT ");
        tenon__sql_qualified_column(w, &w->model->fields[fields[i]]);
        tenon__buf_format(&w->text, " AS c%u", i + 1u);
    }
}

/* source, of which these fields are wanted */
static void write_source(tenon__sql *w, const uint16_t *fields, uint16_t count)
{
    uint16_t flags = w->head.flags;
    uint8_t kind = tenon__shape_next(&w->shape);
    bool is_related = kind == TENON__SHAPE_RELATED;
    level l = is_related ? read_relation(w) : (level){.is_paged = kind == TENON__SHAPE_PAGED};
    const tenon_model *model = is_related ? l.relation->target : read_model(w);
    memcpy(&w->head.flags, tenon__shape_next_bytes(&w->shape, sizeof w->head.flags),
           sizeof w->head.flags);
    tenon__sql_scope before = tenon__sql_enter(w, tenon__sql_scope_for(w, model));
    l.order = tenon__sql_read_order(w, &l.order_count);
    write_keys(w, fields, count);
    if (!is_related)
        write_found(w, &l);
    else if (is_cut(w))
        write_cut(w, &l, NULL);
    else
        write_whole(w, &l, NULL);
    tenon__sql_enter(w, before);
    w->head.flags = flags;
}

/* ---- the statement --------------------------------------------------------------------------- */

/* Behind everything else: the key of a link, or room for its number. */
static void add_key(tenon__sql *w, const level *l)
{
    if (!l->relation->link) {
        if (w->layout)
            w->layout->row_size += (uint32_t)sizeof(int64_t);
        return;
    }
    tenon__sql_linked_key(w, l->relation, l->owner);
    tenon__sql_add(w, ", ");
    if (is_cut(w))
        tenon__buf_format(&w->text, "%s.c1", key_table);
    else
        write_link_column(w, l->relation->link->column);
}

void tenon__sql_find_within(tenon__sql *w)
{
    level l = read_relation(w);
    w->is_qualified = true;
    tenon__sql_read_columns(w);
    tenon__sql_joined joined = tenon__sql_read_joined(w);
    l.order = tenon__sql_read_order(w, &l.order_count);
    tenon__sql_add(w, "SELECT ");
    tenon__sql_write_columns(w);
    tenon__sql_write_joined_columns(w, &joined);
    add_key(w, &l);
    if (is_cut(w))
        write_cut(w, &l, &joined);
    else
        write_whole(w, &l, &joined);
    tenon__sql_order(w, l.order, l.order_count);
}

/* ---- counts ---------------------------------------------------------------------------------- */

/* A row is one of the target's, of which only the key is there, or the key of a link behind it. */
static void lay_counts_out(tenon__sql *w, const level *l)
{
    const tenon_relation *relation = l->relation;
    const tenon_model *target = w->model;
    tenon__out outs[TENON_MAX_KEY + 1] = {{.kind = TENON__OUT_INT64, .offset = target->row_size}};
    for (uint16_t i = 0; i < relation->field_count; i++) {
        const tenon_field *field = &target->fields[relation->target_fields[i]];
        outs[i + 1u] = (tenon__out){.field = field, .model = target, .offset = field->row_offset};
    }
    if (relation->link)
        outs[1] = (tenon__out){.field = &l->owner->fields[relation->fields[0]],
                               .model = l->owner,
                               .offset = target->row_size + (uint32_t)sizeof(int64_t)};
    size_t key = relation->link ? TENON__LINKED_KEY : sizeof(int64_t);
    tenon__sql_plain_layout(w, outs, relation->field_count + 1u,
                            (uint32_t)(target->row_size + sizeof(int64_t) + key));
}

static void write_key(tenon__sql *w, const level *l)
{
    for (uint16_t i = 0; i < l->relation->field_count; i++) {
        tenon__sql_add(w, i ? ", " : "");
        write_key_column(w, l, i);
    }
}

void tenon__sql_count_within(tenon__sql *w)
{
    level l = read_relation(w);
    w->is_qualified = true;
    tenon__sql_add(w, "SELECT count(*), ");
    write_key(w, &l);
    write_whole(w, &l, NULL);
    tenon__sql_add(w, " GROUP BY ");
    write_key(w, &l);
    lay_counts_out(w, &l);
}
