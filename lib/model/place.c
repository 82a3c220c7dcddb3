/* Orders in which every row has a place of its own.
 *
 * What is cut into pages must come in one order and no other: rows that the query's order leaves
 * equal would otherwise change places from one page to the next, and be seen twice or never. So the
 * columns of a key are added: the primary key, or else a unique without NULLs. What stands behind a
 * whole key decides nothing and is left out; so the last term is always one of a key.
 *
 * A column that is compared by another collation than its own is no part of a key: there may be
 * rows that this collation holds equal. The column itself tells them apart. */
#include "model/walk.h"

static bool is_whole(const tenon_model *model, const tenon_unique *unique)
{
    if (unique->is_partial)
        return false;
    for (uint16_t i = 0; i < unique->field_count; i++) {
        if (model->fields[unique->fields[i]].flags & TENON_FIELD_NULLABLE)
            return false;
    }
    return true;
}

/* NULL, with MISUSE, when the model has none. */
static const tenon_unique *key_of(tenon__walk *walk, const char *call)
{
    const tenon_model *model = walk->model;
    for (uint32_t i = 0; i < model->unique_count; i++) {
        if (is_whole(model, &model->uniques[i]))
            return &model->uniques[i];
    }
    tenon__walk_misuse(walk,
                       "%s needs a primary key, or a unique whose columns are never NULL, for an "
                       "order that is always the same",
                       call);
    return NULL;
}

static bool has_term(const tenon__places *places, uint16_t field)
{
    for (size_t i = 0; i < places->count; i++) {
        const tenon__term *term = &places->terms[i];
        if (term->field == field && !term->path && !term->collate)
            return true;
    }
    return false;
}

static bool has_key(const tenon__places *places, const tenon_unique *key)
{
    for (uint16_t i = 0; i < key->field_count; i++) {
        if (!has_term(places, key->fields[i]))
            return false;
    }
    return true;
}

/* A column that stands there already orders nothing. */
static void add_term(tenon__walk *walk, tenon__places *places, tenon__term term)
{
    if (!term.collate && has_term(places, term.field))
        return;
    places->terms[places->count++] = term;
    tenon__walk_term(walk, term.field, (int)term.direction, term.collate);
}

static bool check_term(tenon__walk *walk, tenon_order term)
{
    if (!tenon__check_column(walk, term.column, "order_by"))
        return false;
    const tenon_field *field = &walk->model->fields[term.column - 1];
    if (term.direction < TENON_ASC || term.direction > TENON_DESC_NULLS_LAST)
        return tenon__walk_fail(walk, TENON_MISUSE, field, "there is no direction %d",
                                term.direction);
    tenon__check_comparable(walk, field, "order_by");
    return tenon__check_collation(walk, field, term.collate) && !walk->failed;
}

/* What its values need is room behind the row. */
static bool add_related(tenon__walk *walk, const char *at, const char *call, uint32_t behind,
                        tenon__places *out)
{
    if (!behind)
        return tenon__walk_misuse(walk, "%s cannot be ordered by a relation", call);
    tenon__term *term = &out->terms[out->count];
    if (!tenon__walk_term_of_relation(walk, at, term))
        return false;
    term->value.row_offset = behind + tenon__places_bytes(out);
    out->count++;
    return true;
}

static bool add_own(tenon__walk *walk, const char *at, tenon__places *out)
{
    tenon_order term;
    memcpy(&term, at, sizeof term);
    if (!check_term(walk, term))
        return false;
    add_term(walk, out,
             (tenon__term){.field = (uint16_t)(term.column - 1),
                           .direction = (tenon_direction)term.direction,
                           .collate = term.collate});
    return true;
}

/* What stands behind a whole key is checked, like all else, and left out. */
static void add_terms_of_query(tenon__walk *walk, const char *at, const tenon_unique *key,
                               const char *call, uint32_t behind, tenon__places *out)
{
    const tenon_model *model = walk->model;
    const char *end = at + TENON_MAX_ORDER * model->order_size;
    bool is_sound = true;
    for (; is_sound && at < end && tenon__is_term(model, at); at += model->order_size) {
        size_t length = walk->shape.length, count = out->count;
        bool is_decided = has_key(out, key);
        is_sound = tenon__is_term_of_relation(model, at) ? add_related(walk, at, call, behind, out)
                                                         : add_own(walk, at, out);
        if (!is_decided)
            continue;
        walk->shape.length = length;
        out->count = count;
    }
}

bool tenon__walk_places(tenon__walk *walk, const void *order_by, const char *call, uint32_t behind,
                        tenon__places *out)
{
    const tenon_unique *key = key_of(walk, call);
    out->count = 0;
    if (!key)
        return false;
    add_terms_of_query(walk, order_by, key, call, behind, out);
    for (uint16_t i = 0; i < key->field_count; i++)
        add_term(walk, out, (tenon__term){.field = key->fields[i], .direction = TENON_ASC});
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
    return !walk->failed;
}

uint32_t tenon__places_bytes(const tenon__places *places)
{
    uint32_t bytes = 0;
    for (size_t i = 0; i < places->count; i++)
        bytes += places->terms[i].path ? TENON__ORDER_VALUE_BYTES : 0;
    return bytes;
}

/* ---- without places -------------------------------------------------------------------------- */

static bool is_ordered_by(const tenon_model *model, const char *at, uint16_t field)
{
    for (int i = 0; i < TENON_MAX_ORDER; i++, at += model->order_size) {
        tenon_order term;
        memcpy(&term, at, sizeof term);
        if (term.column == field + 1 && !term.collate)
            return true;
    }
    return false;
}

bool tenon__has_total_order(const tenon_model *model, const void *query)
{
    const char *order_by = (const char *)query + model->query_order_by;
    for (uint32_t i = 0; i < model->unique_count; i++) {
        const tenon_unique *key = &model->uniques[i];
        uint16_t found = 0;
        while (found < key->field_count && is_ordered_by(model, order_by, key->fields[found]))
            found++;
        if (found == key->field_count && is_whole(model, key))
            return true;
    }
    return false;
}

void tenon__walk_order_and_key(tenon__walk *walk, const void *query, const char *call)
{
    const char *order_by = (const char *)query + walk->model->query_order_by;
    const tenon_unique *key = key_of(walk, call);
    tenon__walk_order(walk, query);
    if (!key || walk->shape.failed)
        return;
    walk->shape.length--; /* the end of the order comes behind the key */
    for (uint16_t i = 0; i < key->field_count; i++) {
        if (!is_ordered_by(walk->model, order_by, key->fields[i]))
            tenon__shape_field(&walk->shape, TENON_ASC + 1, key->fields[i]);
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
}
