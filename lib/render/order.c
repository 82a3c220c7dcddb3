/* ORDER BY, the columns of distinct, LIMIT and OFFSET.
 *
 * The two databases disagree about where NULLs belong, so every nullable column says it; for the
 * others the words would only keep an index from being used. LIMIT 1 is a literal: planners treat
 * it apart. */
#include "render/sql.h"

/* How many (word, field) entries stand before the END. */
static size_t count_entries(const tenon__shape_reader *shape)
{
    size_t count = 0;
    for (const uint8_t *at = shape->at; *at != TENON__SHAPE_END; at += 3)
        count++;
    return count;
}

const tenon__sql_term *tenon__sql_read_order(tenon__sql *w, size_t *count)
{
    size_t most = count_entries(&w->shape);
    tenon__sql_term *terms = tenon__sql_alloc(w, most, sizeof *terms);
    *count = 0;
    for (uint8_t word; (word = tenon__shape_next(&w->shape)) != TENON__SHAPE_END;) {
        tenon__sql_term term = {.direction = (tenon_direction)(word - 1)};
        term.field = tenon__sql_next_field(w);
        if (terms)
            terms[(*count)++] = term;
    }
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

void tenon__sql_order(tenon__sql *w, const tenon__sql_term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tenon__sql_add(w, i ? ", " : " ORDER BY ");
        w->dialect->ordered(w, terms[i].field);
        bool is_nullable = terms[i].field->flags & TENON_FIELD_NULLABLE;
        tenon__sql_add(w, words_of(terms[i].direction, is_nullable));
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
