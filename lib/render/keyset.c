/* Pages: by the place of a row in the order, and by number.
 *
 * A keyset condition says "behind this row". Where all terms have one direction and none can be
 * NULL it is a comparison of rows, (a, b) > ($1, $2), which an index over (a, b) answers. Otherwise
 * it is spelt out, term by term,
 *
 *     a >= $1 AND (a > $1 OR (a = $1 AND (b < $2 OR b IS NULL OR (b = $2 AND c > $3))))
 *
 * where the bound in front is what an index can use. Each value is one parameter, however often it
 * is written. A page before a row is read in the opposite order; who reads turns its rows round.
 *
 * The last term belongs to a key, so it is never NULL and no two rows are at the same place.
 *
 * What stands at the end of a relation is selected too, behind the row and what is joined to it: a
 * cursor is made of it, and the row itself does not have it. */
#include "render/sql.h"

typedef struct keyset {
    const tenon__sql_term *terms; /* in the order of reading */
    size_t count;
    const uint8_t *nulls; /* a byte a term, 1: its value is NULL */
    size_t *numbers;      /* of the parameters; 0: not written yet */
    bool is_inclusive;    /* the row itself too */
} keyset;

static tenon_direction opposite(tenon_direction direction)
{
    switch (direction) {
    case TENON_ASC:
        return TENON_DESC;
    case TENON_DESC:
        return TENON_ASC;
    case TENON_ASC_NULLS_FIRST:
        return TENON_DESC_NULLS_LAST;
    case TENON_DESC_NULLS_LAST:
        return TENON_ASC_NULLS_FIRST;
    }
    return direction;
}

static bool is_descending(tenon_direction direction)
{
    return direction == TENON_DESC || direction == TENON_DESC_NULLS_LAST;
}

static bool has_nulls_first(tenon_direction direction)
{
    return direction == TENON_DESC || direction == TENON_ASC_NULLS_FIRST;
}

/* By way of relations there may be no row. */
static bool is_nullable(const keyset *k, size_t i)
{
    const tenon_field *field = k->terms[i].field;
    return !field || field->flags & TENON_FIELD_NULLABLE;
}

static bool is_last(const keyset *k, size_t i)
{
    return i + 1 == k->count;
}

/* ---- comparisons ----------------------------------------------------------------------------- */

static void write_value(tenon__sql *w, const keyset *k, size_t i)
{
    w->repeated = k->numbers[i];
    w->dialect->rank_value(w, k->terms[i].end);
    if (!w->repeated)
        k->numbers[i] = w->slot_count;
    w->repeated = 0;
}

static void write_ranked(tenon__sql *w, const keyset *k, size_t i)
{
    tenon__sql_term_as(w, &k->terms[i], w->dialect->ranked);
    tenon__sql_collation(w, &k->terms[i]);
}

static void write_comparison(tenon__sql *w, const keyset *k, size_t i, const char *sign)
{
    write_ranked(w, k, i);
    tenon__sql_add(w, sign);
    write_value(w, k, i);
}

static void write_null_test(tenon__sql *w, const keyset *k, size_t i, const char *test)
{
    tenon__sql_term_as(w, &k->terms[i], tenon__sql_column);
    tenon__sql_add(w, test);
}

/* " > ", or what it is in the term's direction, with or without the equal sign. */
static const char *sign_of(const keyset *k, size_t i, bool is_inclusive)
{
    if (is_descending(k->terms[i].direction))
        return is_inclusive ? " <= " : " < ";
    return is_inclusive ? " >= " : " > ";
}

/* Whether anything lies behind the value: not behind NULLs that come last. */
static bool has_beyond(const keyset *k, size_t i)
{
    return !k->nulls[i] || has_nulls_first(k->terms[i].direction);
}

static void write_beyond(tenon__sql *w, const keyset *k, size_t i)
{
    if (k->nulls[i]) {
        write_null_test(w, k, i, " IS NOT NULL");
        return;
    }
    write_comparison(w, k, i, sign_of(k, i, is_last(k, i) && k->is_inclusive));
    if (is_nullable(k, i) && !has_nulls_first(k->terms[i].direction)) {
        tenon__sql_add(w, " OR ");
        write_null_test(w, k, i, " IS NULL");
    }
}

static void write_equal(tenon__sql *w, const keyset *k, size_t i)
{
    if (k->nulls[i])
        write_null_test(w, k, i, " IS NULL");
    else
        write_comparison(w, k, i, " = ");
}

/* ---- conditions ------------------------------------------------------------------------------ */

/* beyond OR (equal AND (the same of the next term)) */
static void write_chain(tenon__sql *w, const keyset *k)
{
    for (size_t i = 0; i < k->count; i++) {
        if (has_beyond(k, i))
            write_beyond(w, k, i);
        if (is_last(k, i))
            break;
        tenon__sql_add(w, has_beyond(k, i) ? " OR (" : "(");
        write_equal(w, k, i);
        tenon__sql_add(w, " AND (");
    }
    for (size_t i = 1; i < k->count; i++)
        tenon__sql_add(w, "))");
}

static void write_spelt_out(tenon__sql *w, const keyset *k)
{
    bool excludes_nulls = !is_nullable(k, 0) || has_nulls_first(k->terms[0].direction);
    if (!k->nulls[0] && excludes_nulls) {
        write_comparison(w, k, 0, sign_of(k, 0, true));
        tenon__sql_add(w, " AND ");
    }
    tenon__sql_add(w, "(");
    write_chain(w, k);
    tenon__sql_add(w, ")");
}

static bool is_comparable_as_row(const keyset *k)
{
    for (size_t i = 0; i < k->count; i++) {
        bool is_turned =
            is_descending(k->terms[i].direction) != is_descending(k->terms[0].direction);
        if (is_turned || is_nullable(k, i))
            return false;
    }
    return true;
}

static void write_row_comparison(tenon__sql *w, const keyset *k)
{
    const char *open = k->count > 1 ? "(" : "", *close = k->count > 1 ? ")" : "";
    tenon__sql_add(w, open);
    for (size_t i = 0; i < k->count; i++) {
        tenon__sql_add(w, i ? ", " : "");
        write_ranked(w, k, i);
    }
    tenon__sql_add(w, close);
    tenon__sql_add(w, sign_of(k, 0, k->is_inclusive));
    tenon__sql_add(w, open);
    for (size_t i = 0; i < k->count; i++) {
        tenon__sql_add(w, i ? ", " : "");
        write_value(w, k, i);
    }
    tenon__sql_add(w, close);
}

/* The rest of a keyset's shape behind its first word. */
static void write_keyset(tenon__sql *w, const tenon__sql_term *terms, size_t count)
{
    keyset k = {.terms = terms, .count = count};
    k.is_inclusive = tenon__shape_next(&w->shape);
    k.nulls = tenon__shape_next_bytes(&w->shape, count);
    assert(count > 0);
    k.numbers = tenon__sql_alloc(w, count, sizeof *k.numbers);
    if (!k.numbers || !terms)
        return;
    if (is_comparable_as_row(&k))
        write_row_comparison(w, &k);
    else
        write_spelt_out(w, &k);
}

/* ---- statements ------------------------------------------------------------------------------ */

static void turn_round(tenon__sql_term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++)
        terms[i].direction = opposite(terms[i].direction);
}

void tenon__sql_keyset(tenon__sql *w, tenon__sql_term *terms, size_t count, bool has_where)
{
    uint8_t word = tenon__shape_next(&w->shape);
    if (word == TENON__SHAPE_BEFORE)
        turn_round(terms, count);
    if (w->failed || word == TENON__SHAPE_END)
        return;
    tenon__sql_add(w, has_where ? " AND " : " WHERE ");
    write_keyset(w, terms, count);
}

/* The columns of a page, and what it is read from. */
typedef struct page {
    tenon__sql_joined joined;
    tenon__sql_term *terms;
    size_t count;
} page;

static page read_page(tenon__sql *w)
{
    page p;
    tenon__sql_read_columns(w);
    p.joined = tenon__sql_read_joined(w);
    p.terms = tenon__sql_read_order(w, &p.count);
    tenon__sql_name_order(w, p.terms, p.count);
    return p;
}

static void write_table(tenon__sql *w)
{
    tenon__sql_add(w, " FROM ");
    tenon__sql_table(w);
    if (w->head.flags & TENON__SHAPE_HAS_INDEX)
        w->dialect->hinted(w);
}

static void write_from(tenon__sql *w, const page *p)
{
    write_table(w);
    tenon__sql_write_joined(w, &p->joined);
    tenon__sql_join_order(w, p->terms, p->count);
}

/* Room for more columns in the layout; NULL when there is none. */
static tenon__out *widen_layout(tenon__sql *w, size_t more)
{
    if (w->failed)
        return NULL;
    tenon__layout *layout = w->layout;
    tenon__out *outs = tenon__sql_alloc(w, layout->out_count + more, sizeof *outs);
    if (!outs)
        return NULL;
    memcpy(outs, layout->outs, layout->out_count * sizeof *outs);
    layout->outs = outs;
    return outs;
}

static void select_value(tenon__sql *w, const tenon__sql_term *term, tenon__out *out)
{
    tenon_field *value = tenon__sql_alloc(w, 1, sizeof *value);
    if (!value)
        return;
    *value = tenon__order_value_of(term->end);
    *out = (tenon__out){.field = value, .offset = w->layout->row_size};
    w->layout->row_size += TENON__ORDER_VALUE_BYTES;
    w->layout->out_count++;
}

/* ", …": what the rows are ordered by at the end of relations. */
static void write_values(tenon__sql *w, const page *p)
{
    tenon__out *outs = widen_layout(w, p->count);
    for (size_t i = 0; outs && i < p->count; i++) {
        if (p->terms[i].field)
            continue;
        select_value(w, &p->terms[i], outs + w->layout->out_count);
        tenon__sql_add(w, ", ");
        tenon__sql_term_as(w, &p->terms[i], w->dialect->selected);
    }
}

static void write_columns(tenon__sql *w, const page *p)
{
    tenon__sql_add(w, "SELECT ");
    tenon__sql_write_columns(w);
    tenon__sql_write_joined_columns(w, &p->joined);
}

void tenon__sql_page(tenon__sql *w)
{
    page p = read_page(w);
    write_columns(w, &p);
    write_values(w, &p);
    write_from(w, &p);
    bool has_where = tenon__sql_where(w);
    tenon__sql_keyset(w, p.terms, p.count, has_where);
    tenon__sql_order(w, p.terms, p.count);
    tenon__sql_limit(w);
}

/* Behind the row of the model, and what is joined to it, stands how many rows there are on all
 * pages. */
static void add_total(tenon__sql *w)
{
    tenon__out *outs = widen_layout(w, 1);
    if (!outs)
        return;
    outs[w->layout->out_count++] =
        (tenon__out){.kind = TENON__OUT_INT64, .offset = w->layout->row_size};
    w->layout->row_size += (uint32_t)sizeof(int64_t);
}

void tenon__sql_page_of(tenon__sql *w)
{
    page p = read_page(w);
    write_columns(w, &p);
    tenon__sql_add(w, ", (SELECT count(*)");
    write_table(w);
    tenon__sql_where(w);
    tenon__sql_add(w, ")");
    add_total(w);
    write_from(w, &p);
    tenon__sql_where(w);
    tenon__sql_order(w, p.terms, p.count);
    tenon__sql_limit(w);
}
