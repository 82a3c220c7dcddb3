/* The names of keys, indexes and foreign keys in the database, made where none is given, and
 * collisions between them.
 *
 *     Post_pkey                  primary key
 *     Post_authorId_title_key    unique
 *     Post_authorId_title_idx    index
 *     Post_authorId_fkey         foreign key
 *
 * They are made of the database's names. What would be too long is cut in front of the suffix, at
 * the border of a character. */
#include "schema/check.h"

/* ---- making ---------------------------------------------------------------------------------- */

static const char *cut_name(check *c, const tenon__buf *stem, const char *suffix)
{
    size_t limit = c->connector->name_limit_bytes, room = limit - strlen(suffix);
    size_t length = stem->length;

    if (limit && length >= room)
        length = tenon__utf8_cut(tenon__buf_string(stem), length, room);
    return check_format(c, "%.*s%s", (int)length, tenon__buf_string(stem), suffix);
}

const char *check_index_name(check *c, const check_model *m, const check_index *index)
{
    static const char *const suffixes[] = {[SCHEMA_PRIMARY_KEY] = "_pkey",
                                           [SCHEMA_UNIQUE] = "_key",
                                           [SCHEMA_INDEX] = "_idx",
                                           [SCHEMA_FULLTEXT] = "_idx"};
    TENON__CLEANUP(tenon__buf_release) tenon__buf stem = {0};
    bool has_columns = index->index->kind != SCHEMA_PRIMARY_KEY;

    tenon__buf_text(&stem, m->model->database_name);
    for (size_t i = 0; has_columns && i < index->index->column_count; i++)
        tenon__buf_format(&stem, "_%s", index->index->columns[i].field->database_name);
    if (has_columns && !index->index->column_count)
        tenon__buf_char(&stem, '_');
    return cut_name(c, &stem, suffixes[index->index->kind]);
}

static const char *foreign_key_name(check *c, const check_relation *r)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf stem = {0};
    const check_list *list = r->forward ? &r->forward->fields : &(check_list){0};

    tenon__buf_text(&stem, r->from->model->database_name);
    for (size_t i = 0; i < list->count; i++)
        tenon__buf_format(&stem, "_%s", list->items[i]->field->database_name);
    if (!list->count)
        tenon__buf_char(&stem, '_');
    return cut_name(c, &stem, "_fkey");
}

bool check_is_name_too_long(check *c, const char *name)
{
    size_t limit = c->connector->name_limit_bytes;
    return limit && strlen(name) > limit;
}

/* ---- counting -------------------------------------------------------------------------------- */

/* Names live in a space: one of each database schema for indexes, one of each table for its
 * keys. */
static const char *in_schema(check *c, const check_model *m, const char *name)
{
    const char *space = m->model->database_schema;
    return check_format(c, "s%s\n%s", space ? space : "", name);
}

static const char *in_table(check *c, const check_model *m, const char *name)
{
    return check_format(c, "t%zu\n%s", (size_t)(m - c->models), name);
}

static void count_name(check *c, const char *key)
{
    size_t *count = tenon__map_get(&c->name_counts, key, strlen(key));

    if (count) {
        (*count)++;
        return;
    }
    count = tenon__arena_alloc(&c->s->arena, sizeof *count);
    if (count && tenon__map_put(&c->name_counts, key, strlen(key), count))
        *count = 1;
    else
        c->s->has_failed_memory = true;
}

static bool is_taken(const check *c, const char *key)
{
    const size_t *count = tenon__map_get(&c->name_counts, key, strlen(key));
    return count && *count > 1;
}

/* Whether the names of primary keys count: where they have none in the database they do not. */
static bool has_name(const check *c, const check_index *index)
{
    return index->index->kind != SCHEMA_PRIMARY_KEY || c->connector->has_named_keys;
}

static void name_indexes(check *c, check_model *m)
{
    for (size_t i = 0; i < m->index_count; i++) {
        check_index *index = &m->indexes[i];
        if (!index->index->database_name)
            index->index->database_name = check_index_name(c, m, index);
        const char *name = index->index->database_name;
        if (!has_name(c, index))
            continue;
        if (c->s->datasource)
            count_name(c, in_schema(c, m, name));
        if (c->connector->has_named_keys)
            count_name(c, in_table(c, m, name));
    }
}

static void name_relation(check *c, check_relation *r)
{
    if (r->kind == SCHEMA_MANY_TO_MANY)
        return;
    r->constraint_name = r->forward && r->forward->constraint_name ? r->forward->constraint_name
                                                                   : foreign_key_name(c, r);
    const check_field *side = r->forward ? r->forward : r->back;
    if (c->connector->has_named_keys && !side->model->model->is_view)
        count_name(c, in_table(c, side->model, r->constraint_name));
}

void check_make_names(check *c)
{
    for (size_t i = 0; i < c->model_count; i++)
        name_indexes(c, &c->models[i]);
    for (size_t i = 0; i < c->relation_count; i++)
        name_relation(c, &c->relations[i]);
}

/* ---- collisions ------------------------------------------------------------------------------ */

void check_index_name_clash(check *c, const check_model *m, const check_index *index)
{
    const char *name = index->index->database_name;
    bool is_key = index->index->kind == SCHEMA_PRIMARY_KEY;
    schema_span span = index->attribute->span;

    if (!has_name(c, index))
        return;
    span = is_key ? span : check_span_of(index->attribute, "name", span);
    span = check_span_of(index->attribute, "map", span);
    if (is_taken(c, in_schema(c, m, name)))
        check_error(c, span, "give another name by map:",
                    "there is another key or index with the name '%s' in the database", name);
    else if (is_key && is_taken(c, in_table(c, m, name)))
        check_error(c, span, "give another name by map:",
                    "'%s' has another key or index with the name '%s' in the database",
                    m->model->name, name);
}

void check_relation_name_clash(check *c, const check_relation *r)
{
    const check_field *f = r->forward;

    if (!c->connector->has_named_keys || !is_taken(c, in_table(c, r->from, r->constraint_name)))
        return;
    check_error(c, f ? check_span_of(f->relation, "map", f->ast->span) : r->to->ast->span,
                "give another name by map:",
                "'%s' has another key or index with the name '%s' in the database",
                r->from->model->name, r->constraint_name);
}
