/* Editing the schema that is there: each field, block attribute and block of it is compared with
 * what the database has, and only what says something else is replaced. So comments, blank lines,
 * order and spelling of everything else stay as their author made them. */
#include "pull/draft.h"

#include <stdlib.h>

static void add_edit(pull_draft *d, pull_edits *edits, schema_span span, const tenon__buf *text)
{
    if (edits->count == edits->capacity) {
        size_t capacity = edits->capacity ? 2 * edits->capacity : 16;
        pull_edit *more = pull_array(d, capacity, sizeof *more);
        if (!more)
            return;
        if (edits->count)
            memcpy(more, edits->items, edits->count * sizeof *more);
        edits->items = more;
        edits->capacity = capacity;
    }
    size_t sequence = edits->count;
    edits->items[edits->count++] =
        (pull_edit){span.file, span.start, span.end, sequence, pull_text(d, text)};
}

/* ---- places ---------------------------------------------------------------------------------- */

static uint32_t line_start(const char *text, uint32_t at)
{
    while (at && text[at - 1] != '\n')
        at--;
    return at;
}

static bool is_doc_line(const char *text, uint32_t at)
{
    while (text[at] == ' ' || text[at] == '\t')
        at++;
    return !strncmp(text + at, "///", 3);
}

static uint32_t line_end(const char *text, uint32_t at)
{
    while (text[at] && text[at] != '\n')
        at++;
    return text[at] ? at + 1 : at;
}

/* With the documentation above it, as whole lines. */
static schema_span whole(const pull_draft *d, schema_span span)
{
    const char *text = d->old->files[span.file].text;
    span.start = line_start(text, span.start);
    while (span.start && is_doc_line(text, line_start(text, span.start - 1)))
        span.start = line_start(text, span.start - 1);
    span.end = span.end && text[span.end - 1] == '\n' ? span.end : line_end(text, span.end);
    return span;
}

/* An empty place at the beginning of the line behind. */
static schema_span behind(const pull_draft *d, schema_span span)
{
    span = whole(d, span);
    span.start = span.end;
    return span;
}

/* In front of the brace that closes a block. */
static schema_span at_end(const pull_draft *d, schema_span block)
{
    const char *text = d->old->files[block.file].text;
    while (block.end > block.start && text[block.end - 1] != '}')
        block.end--;
    block.start = block.end = block.end - 1;
    return block;
}

/* ---- fields ---------------------------------------------------------------------------------- */

static const pull_column *column_of(const pull_model *m, const schema_field *old)
{
    for (size_t i = 0; i < m->column_count; i++)
        if (m->columns[i].old == old)
            return &m->columns[i];
    return NULL;
}

static void merge_column(pull_draft *d, pull_edits *edits, const pull_model *m,
                         const schema_field *old)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const pull_column *column = column_of(m, old);
    bool is_same = column && column->is_same && pull_checks_are_same(d, m, column) &&
                   pull_vector_index_is_same(d, m, column) &&
                   (m->is_view || pull_field_keys_are_same(d, m, column));
    if (is_same)
        return;
    if (column)
        pull_write_column(d, m, column, &text);
    add_edit(d, edits, whole(d, old->span), &text);
}

/* A relation that says less than the database is no contradiction: an optional field over required
 * columns, a list on the other side of a unique key. */
static bool is_same_relation(const pull_draft *d, const pull_relation *r)
{
    const schema_relation *old = r->old;
    if (!r->key)
        return true;
    bool has_name = d->c->dialect == TENON_SQLITE || !strcmp(old->constraint_name, r->key->name);
    bool is_one = old->kind == SCHEMA_ONE_TO_ONE;
    bool is_required = old->from_field->arity == SCHEMA_REQUIRED;
    for (size_t i = 0; is_required && i < r->key->column_count; i++)
        if (!pull_is_required(r->from, pull_find_column(r->from, r->key->columns[i])))
            return false;
    return has_name && old->on_delete == r->key->on_delete && old->on_update == r->key->on_update &&
           (!is_one || pull_is_unique(r->from, r->key->columns, r->key->column_count));
}

static bool is_there(const pull_draft *d, const schema_model *old)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (d->models[i].old == old)
            return true;
    return false;
}

/* Relations of views are the schema's alone. */
static bool is_of_view(const pull_draft *d, const schema_relation *old)
{
    return (old->from->is_view || old->to->is_view) && is_there(d, old->from) &&
           is_there(d, old->to);
}

static const pull_relation *relation_of(const pull_draft *d, const schema_relation *old)
{
    for (size_t i = 0; i < d->relation_count; i++)
        if (d->relations[i].old == old)
            return &d->relations[i];
    return NULL;
}

/* A field of the old relation that got no name has to get one when another joins it. */
static bool has_its_name(const pull_relation *r)
{
    return r->old->is_name_given || !r->is_named || r->link;
}

static void merge_relation(pull_draft *d, pull_edits *edits, const schema_field *old)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const pull_relation *r = relation_of(d, old->relation);
    if (r ? is_same_relation(d, r) && has_its_name(r) : is_of_view(d, old->relation))
        return;
    if (r)
        pull_write_relation(d, r, r->old->to_field == old, &text);
    add_edit(d, edits, whole(d, old->span), &text);
}

static void write_new_fields(pull_draft *d, const pull_model *m, tenon__buf *text)
{
    for (size_t i = 0; i < m->column_count; i++)
        if (!m->columns[i].old)
            pull_write_column(d, m, &m->columns[i], text);
    for (size_t i = 0; i < d->relation_count; i++) {
        const pull_relation *r = &d->relations[i];
        if (!r->old && r->from == m)
            pull_write_relation(d, r, false, text);
        if (!r->old && r->to == m)
            pull_write_relation(d, r, true, text);
    }
}

/* ---- models ---------------------------------------------------------------------------------- */

/* One of @tenon.vectorIndex is the field's, with its comment. */
static void merge_index(pull_draft *d, pull_edits *edits, const pull_model *m,
                        const schema_index *old)
{
    const tenon__buf nothing = {0};
    bool is_word = old && (old->algorithm == SCHEMA_HNSW || old->algorithm == SCHEMA_IVFFLAT);
    if (old && !is_word && !old->is_field_attribute && !pull_index_is_same(d, m, old))
        add_edit(d, edits, whole(d, old->span), &nothing);
}

static void merge_indexes(pull_draft *d, pull_edits *edits, const pull_model *m)
{
    merge_index(d, edits, m, m->old->primary_key);
    for (size_t i = 0; i < m->old->unique_count; i++)
        merge_index(d, edits, m, m->old->uniques[i]);
    for (size_t i = 0; i < m->old->index_count; i++)
        merge_index(d, edits, m, m->old->indexes[i]);
}

static void add_text(pull_draft *d, pull_edits *edits, schema_span span, const tenon__buf *text)
{
    if (text->length || text->failed)
        add_edit(d, edits, span, text);
}

static void merge_comment(pull_draft *d, pull_edits *edits, const pull_model *m)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (pull_checks_are_same(d, m, NULL) && (!m->has_no_key || m->old->is_ignored))
        return;
    schema_span span = whole(d, m->old->span);
    span.end = line_start(d->old->files[span.file].text, m->old->span.start);
    pull_write_comment(d, m, &text);
    add_edit(d, edits, span, &text);
}

static void merge_model(pull_draft *d, pull_edits *edits, const pull_model *m)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf fields = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf keys = {0};
    const schema_model *old = m->old;
    for (size_t i = 0; i < old->field_count; i++)
        if (old->fields[i]->kind == SCHEMA_RELATION)
            merge_relation(d, edits, old->fields[i]);
        else
            merge_column(d, edits, m, old->fields[i]);
    write_new_fields(d, m, &fields);
    if (old->field_count)
        add_text(d, edits, behind(d, old->fields[old->field_count - 1]->span), &fields);
    merge_comment(d, edits, m);
    if (m->is_view)
        return;
    merge_indexes(d, edits, m);
    pull_write_keys(d, m, &keys);
    if (m->has_no_key && !old->is_ignored)
        tenon__buf_text(&keys, "@@ignore\n");
    add_text(d, edits, at_end(d, old->span), &keys);
}

static void remove_block(pull_draft *d, pull_edits *edits, schema_span span)
{
    const tenon__buf nothing = {0};
    add_edit(d, edits, whole(d, span), &nothing);
}

/* ---- enums ----------------------------------------------------------------------------------- */

static bool has_value(const schema_enum *old, const char *value)
{
    for (size_t i = 0; i < old->value_count; i++)
        if (!strcmp(old->values[i].database_name, value))
            return true;
    return false;
}

/* The order of the values is the database's own, unless the set has changed. */
static bool has_same_values(const pull_enum *e)
{
    if (!e->source)
        return true;
    for (size_t i = 0; i < e->source->value_count; i++)
        if (!has_value(e->old, e->source->values[i]))
            return false;
    return e->source->value_count == e->old->value_count;
}

static const pull_enum *enum_of(const pull_draft *d, const schema_enum *old)
{
    for (size_t i = 0; i < d->enum_count; i++)
        if (d->enums[i].old == old)
            return &d->enums[i];
    return NULL;
}

static void merge_enum(pull_draft *d, pull_edits *edits, const schema_enum *old)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const pull_enum *e = enum_of(d, old);
    if (!e) {
        remove_block(d, edits, old->span);
    } else if (!has_same_values(e)) {
        pull_write_enum(d, e, &text);
        add_edit(d, edits, whole(d, old->span), &text);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

void pull_merge(pull_draft *d, pull_edits *edits)
{
    for (size_t i = 0; i < d->old->model_count && !d->failed; i++)
        if (!is_there(d, d->old->models[i]))
            remove_block(d, edits, d->old->models[i]->span);
    for (size_t i = 0; i < d->model_count && !d->failed; i++)
        if (d->models[i].old)
            merge_model(d, edits, &d->models[i]);
    for (size_t i = 0; i < d->old->enum_count && !d->failed; i++)
        merge_enum(d, edits, d->old->enums[i]);
}
