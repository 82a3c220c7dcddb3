/* ORDER BY, the columns of distinct, LIMIT and OFFSET.
 *
 * The two databases disagree about where NULLs belong, so every nullable column says it; for the
 * others the words would only keep an index from being used. LIMIT 1 is a literal: planners treat
 * it apart.
 *
 * What stands at the other end of a relation is a subquery of the row, (SELECT column FROM target
 * WHERE …), which changes nothing else in the statement and so goes together with distinct and
 * limits per parent. In a plain find or a page a relation whose key is on this side is joined:
 * ten of 50,000 rows in the order of a relation's column take PostgreSQL 28 ms so, and 87 ms by
 * the subquery. Counts stay subqueries, which look at the rows that are found and no others. */
#include "render/sql.h"

static bool is_nearest(uint8_t word)
{
    return word & TENON__SHAPE_NEAREST;
}

static bool is_collated(uint8_t word)
{
    return word != TENON__SHAPE_VIA && word & TENON__SHAPE_COLLATED;
}

/* How many (word, field) entries stand before the END. */
static size_t count_entries(const tenon__shape_reader *shape)
{
    size_t count = 0, length;
    tenon__shape_reader ahead = *shape;
    for (uint8_t word; (word = tenon__shape_next(&ahead)) != TENON__SHAPE_END; count++) {
        tenon__shape_next_field(&ahead);
        if (is_collated(word))
            tenon__shape_next_text(&ahead, &length);
        if (is_nearest(word))
            tenon__shape_next(&ahead);
    }
    return count;
}

/* Its value comes before those of the conditions, and is written behind them. */
static void read_nearest(tenon__sql *w, tenon__sql_term *term)
{
    term->metric = (tenon_metric)tenon__shape_next(&w->shape);
    term->nearest = tenon__sql_reserve_slot(
        w, (tenon__slot){.field = term->field, .form = TENON__FORM_WIDE, .model = w->model});
}

/* (VIA relation)* (direction + 1 | OF_COUNT, relation), or a field at the end, and behind it its
 * collation or the metric. */
static tenon__sql_term read_term(tenon__sql *w)
{
    tenon__sql_term term = {.path = w->shape.at};
    const tenon_model *model = w->model;
    uint8_t word;
    while ((word = tenon__shape_next(&w->shape)) == TENON__SHAPE_VIA)
        model = model->relations[tenon__shape_next_field(&w->shape)].target;
    uint16_t index = tenon__shape_next_field(&w->shape);
    bool is_count = word & TENON__SHAPE_OF_COUNT;
    term.end = is_count ? &tenon__count_field : &model->fields[index];
    if (*term.path != TENON__SHAPE_VIA && !is_count)
        term.field = term.end;
    if (is_collated(word))
        term.collate = tenon__sql_own_next_text(w);
    if (is_nearest(word))
        read_nearest(w, &term);
    unsigned marks = TENON__SHAPE_OF_COUNT | TENON__SHAPE_COLLATED | TENON__SHAPE_NEAREST;
    term.direction = (tenon_direction)((word & ~marks) - 1);
    return term;
}

tenon__sql_term *tenon__sql_read_order(tenon__sql *w, size_t *count)
{
    size_t most = count_entries(&w->shape);
    tenon__sql_term *terms = tenon__sql_alloc(w, most, sizeof *terms);
    *count = 0;
    while (*w->shape.at != TENON__SHAPE_END) {
        tenon__sql_term term = read_term(w);
        if (terms)
            terms[(*count)++] = term;
    }
    w->shape.at++;
    return terms;
}

const tenon_field *const *tenon__sql_read_distinct(tenon__sql *w, size_t *count)
{
    size_t most = count_entries(&w->shape);
    const tenon_field **fields = tenon__sql_alloc(w, most, sizeof *fields);
    *count = 0;
    while (tenon__shape_next(&w->shape) != TENON__SHAPE_END) {
        const tenon_field *field = tenon__sql_next_field(w);
        if (fields)
            fields[(*count)++] = field;
    }
    return fields;
}

static const char *words_of(tenon_direction direction, bool is_nullable)
{
    switch (direction) {
    case TENON_ASC:
        return is_nullable ? " ASC NULLS LAST" : "";
    case TENON_DESC:
        return is_nullable ? " DESC NULLS FIRST" : " DESC";
    case TENON_ASC_NULLS_FIRST:
        return is_nullable ? " ASC NULLS FIRST" : "";
    case TENON_DESC_NULLS_LAST:
        return is_nullable ? " DESC NULLS LAST" : " DESC";
    }
    return "";
}

/* How a column is written. */
typedef void column_writer(tenon__sql *w, const tenon_field *field);

static void write_path(tenon__sql *w, column_writer *column);

/* "(SELECT … FROM target AS t1 WHERE joined)" */
static void write_related_path(tenon__sql *w, column_writer *column)
{
    tenon__sql_join join = tenon__sql_join_of(w, tenon__sql_next_relation(w));
    tenon__sql_add(w, "(SELECT ");
    tenon__sql_scope before = tenon__sql_enter(w, join.target);
    write_path(w, column);
    tenon__sql_enter(w, before);
    tenon__sql_related_rows(w, &join);
    tenon__sql_add(w, ")");
}

static void write_count(tenon__sql *w)
{
    tenon__sql_join join = tenon__sql_join_of(w, tenon__sql_next_relation(w));
    tenon__sql_add(w, "(SELECT count(*)");
    tenon__sql_related_rows(w, &join);
    tenon__sql_add(w, ")");
}

static void write_path(tenon__sql *w, column_writer *column)
{
    uint8_t word = tenon__shape_next(&w->shape);
    if (word == TENON__SHAPE_VIA)
        write_related_path(w, column);
    else if (word & TENON__SHAPE_OF_COUNT)
        write_count(w);
    else
        column(w, tenon__sql_next_field(w));
}

static void write_path_of(tenon__sql *w, const tenon__sql_term *term, column_writer *column)
{
    tenon__shape_reader rest = w->shape;
    w->shape.at = term->path;
    if (term->joined.model) {
        tenon__sql_scope before = tenon__sql_enter(w, term->joined);
        write_path(w, column);
        tenon__sql_enter(w, before);
    } else {
        write_path(w, column);
    }
    w->shape = rest;
}

void tenon__sql_term_as(tenon__sql *w, const tenon__sql_term *term, column_writer *column)
{
    if (term->field)
        column(w, term->field);
    else
        write_path_of(w, term, column);
}

void tenon__sql_collation(tenon__sql *w, const tenon__sql_term *term)
{
    if (!term->collate)
        return;
    tenon__sql_add(w, " COLLATE ");
    tenon__sql_identifier(w, term->collate);
}

static void write_distance(tenon__sql *w, const tenon__sql_term *term)
{
    w->repeated = term->nearest;
    w->dialect->distance(w, term->metric, term->field);
    w->repeated = 0;
}

/* By way of relations there may be no row, whatever the column at the end. */
static void write_term(tenon__sql *w, const tenon__sql_term *term)
{
    bool is_nullable = !term->field || term->field->flags & TENON_FIELD_NULLABLE;
    if (term->metric)
        write_distance(w, term);
    else
        tenon__sql_term_as(w, term, w->dialect->ordered);
    tenon__sql_collation(w, term);
    tenon__sql_add(w, words_of(term->direction, is_nullable));
}

/* ---- joins ----------------------------------------------------------------------------------- */

/* Whether the next step of a path goes to the one row that a key names. Where there is no row, a
 * join would count 0 and not nothing. */
static bool is_joinable(const tenon__sql *w, const uint8_t *path)
{
    tenon__shape_reader ahead = {.at = path, .end = w->shape.end};
    if (tenon__shape_next(&ahead) != TENON__SHAPE_VIA)
        return false;
    bool holds_key = w->model->relations[tenon__shape_next_field(&ahead)].holds_key;
    return holds_key && !(tenon__shape_next(&ahead) & TENON__SHAPE_OF_COUNT);
}

/* How many steps of a path there can be. */
static size_t count_steps(const tenon__sql *w, const uint8_t *path)
{
    tenon__shape_reader ahead = {.at = path, .end = w->shape.end};
    size_t count = 0;
    while (tenon__shape_next(&ahead) == TENON__SHAPE_VIA) {
        tenon__shape_next_field(&ahead);
        count++;
    }
    return count;
}

static void name_next(tenon__sql *w, tenon__sql_term *term)
{
    tenon__shape_next(&w->shape);
    tenon__sql_join *join = &term->joins[term->join_count++];
    *join = tenon__sql_join_of(w, tenon__sql_next_relation(w));
    tenon__sql_enter(w, join->target);
    term->joined = join->target;
    term->path = w->shape.at;
}

static void name_path(tenon__sql *w, tenon__sql_term *term)
{
    tenon__shape_reader rest = w->shape;
    w->is_qualified = true;
    tenon__sql_scope own = tenon__sql_enter(w, tenon__sql_scope_of(w));
    term->joins = tenon__sql_alloc(w, count_steps(w, term->path), sizeof *term->joins);
    w->shape.at = term->path;
    while (term->joins && is_joinable(w, w->shape.at))
        name_next(w, term);
    tenon__sql_enter(w, own);
    w->shape = rest;
}

void tenon__sql_name_order(tenon__sql *w, tenon__sql_term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_joinable(w, terms[i].path))
            name_path(w, &terms[i]);
    }
}

void tenon__sql_join_order(tenon__sql *w, const tenon__sql_term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < terms[i].join_count; j++) {
            tenon__sql_add(w, " LEFT JOIN ");
            tenon__sql_join_tables(w, &terms[i].joins[j]);
            tenon__sql_add(w, " ON ");
            tenon__sql_join_condition(w, &terms[i].joins[j]);
        }
    }
}

void tenon__sql_order(tenon__sql *w, const tenon__sql_term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tenon__sql_add(w, i ? ", " : " ORDER BY ");
        write_term(w, &terms[i]);
    }
}

void tenon__sql_limit(tenon__sql *w)
{
    unsigned flags = w->head.flags;
    if (flags & TENON__SHAPE_LIMIT_ONE)
        tenon__sql_add(w, " LIMIT 1");
    if (flags & TENON__SHAPE_LIMIT) {
        tenon__sql_add(w, " LIMIT ");
        tenon__sql_slot(w, NULL, TENON__FORM_WIDE);
    }
    if (!(flags & TENON__SHAPE_OFFSET))
        return;
    if (!(flags & (TENON__SHAPE_LIMIT | TENON__SHAPE_LIMIT_ONE)))
        tenon__sql_add(w, w->dialect->unlimited);
    tenon__sql_add(w, " OFFSET ");
    tenon__sql_slot(w, NULL, TENON__FORM_WIDE);
}
