/* The draft: which enums and models there are, and what they and their fields are called. What an
 * old schema calls them comes first; names made here keep out of its way. */
#include "pull/draft.h"

#include <stdlib.h>

void *pull_array(pull_draft *d, size_t count, size_t size)
{
    void *made = tenon__arena_array(&d->out->arena, count ? count : 1, size);
    d->failed |= !made;
    return made;
}

const char *pull_text(pull_draft *d, const tenon__buf *text)
{
    const char *copy =
        text->failed ? NULL
                     : tenon__arena_copy(&d->out->arena, tenon__buf_string(text), text->length);
    d->failed |= !copy;
    return copy ? copy : "";
}

void pull_notice_add(pull_draft *d, const char *kind, const char *table, const char *name,
                     const char *reason)
{
    pull_result *out = d->out;
    if (out->notice_count == out->notice_capacity) {
        size_t capacity = out->notice_capacity ? 2 * out->notice_capacity : 16;
        pull_notice *more = pull_array(d, capacity, sizeof *more);
        if (!more)
            return;
        if (out->notice_count)
            memcpy(more, out->notices, out->notice_count * sizeof *more);
        out->notices = more;
        out->notice_capacity = capacity;
    }
    const char *full = table ? tenon__arena_format(&out->arena, "\"%s\" of \"%s\"", name, table)
                             : tenon__arena_format(&out->arena, "\"%s\"", name);
    d->failed |= !full;
    out->notices[out->notice_count++] = (pull_notice){kind, full ? full : "", reason};
}

/* ---- finding --------------------------------------------------------------------------------- */

/* A schema leaves the default namespace away, or names it. */
static bool is_in(const pull_draft *d, const char *namespace, const char *given)
{
    const char *standard = d->c->default_namespace ? d->c->default_namespace : "";
    return !strcmp(namespace ? namespace : standard, given ? given : standard);
}

const pull_column *pull_find_column(const pull_model *m, const char *column)
{
    for (size_t i = 0; i < m->column_count; i++)
        if (!strcmp(m->columns[i].source->name, column))
            return &m->columns[i];
    return NULL;
}

pull_model *pull_find_model(const pull_draft *d, const char *namespace, const char *table)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (!strcmp(d->models[i].table->name, table) &&
            is_in(d, d->models[i].table->namespace, namespace))
            return &d->models[i];
    return NULL;
}

const pull_enum *pull_find_enum(const pull_draft *d, const char *namespace, const char *name)
{
    for (size_t i = 0; i < d->enum_count; i++)
        if (d->enums[i].source && !strcmp(d->enums[i].source->name, name) &&
            is_in(d, d->enums[i].source->namespace, namespace))
            return &d->enums[i];
    return NULL;
}

static const schema_enum *old_enum(const pull_draft *d, const catalogue_enum *e)
{
    for (size_t i = 0; d->old && i < d->old->enum_count; i++)
        if (!strcmp(d->old->enums[i]->database_name, e->name) &&
            is_in(d, e->namespace, d->old->enums[i]->database_schema))
            return d->old->enums[i];
    return NULL;
}

static const schema_model *old_model(const pull_draft *d, const catalogue_table *t)
{
    for (size_t i = 0; d->old && i < d->old->model_count; i++)
        if (!strcmp(d->old->models[i]->database_name, t->name) &&
            is_in(d, t->namespace, d->old->models[i]->database_schema))
            return d->old->models[i];
    return NULL;
}

static const schema_field *old_field(const schema_model *model, const char *column)
{
    for (size_t i = 0; model && i < model->field_count; i++)
        if (model->fields[i]->kind != SCHEMA_RELATION &&
            !strcmp(model->fields[i]->database_name, column))
            return model->fields[i];
    return NULL;
}

/* ---- enums ----------------------------------------------------------------------------------- */

static const char *old_value(const schema_enum *old, const char *value)
{
    for (size_t i = 0; old && i < old->value_count; i++)
        if (!strcmp(old->values[i].database_name, value))
            return old->values[i].name;
    return NULL;
}

static const char *fresh_value(pull_draft *d, const char *value, size_t at)
{
    const char *name = pull_clean_name(d, value);
    if (!*value)
        return "EMPTY_ENUM_VALUE";
    return *name ? name : tenon__arena_format(&d->out->arena, "value_%zu", at + 1);
}

static void draft_values(pull_draft *d, pull_enum *e)
{
    TENON__CLEANUP(tenon__map_release) tenon__map taken = {0};
    e->values = pull_array(d, e->source->value_count, sizeof *e->values);
    for (size_t i = 0; e->values && i < e->source->value_count; i++) {
        e->values[i] = old_value(e->old, e->source->values[i]);
        if (e->values[i])
            pull_take_name(d, &taken, e->values[i]);
    }
    for (size_t i = 0; e->values && i < e->source->value_count; i++) {
        const char *name = fresh_value(d, e->source->values[i], i);
        d->failed |= !name;
        if (!e->values[i] && name)
            e->values[i] = pull_free_name(d, &taken, name);
    }
}

/* On SQLite enums are the schema's alone. */
static void draft_enums(pull_draft *d)
{
    bool has_own = d->c->dialect == TENON_SQLITE && d->old;
    size_t count = has_own ? d->old->enum_count : d->c->enum_count;
    d->enums = pull_array(d, count, sizeof *d->enums);
    d->enum_count = d->enums ? count : 0;
    for (size_t i = 0; i < d->enum_count; i++)
        if (has_own)
            d->enums[i] = (pull_enum){.old = d->old->enums[i]};
        else
            d->enums[i] =
                (pull_enum){.source = &d->c->enums[i], .old = old_enum(d, &d->c->enums[i])};
}

/* ---- models ---------------------------------------------------------------------------------- */

static bool is_view(const catalogue_table *t)
{
    return t->kind == CATALOGUE_VIEW || t->kind == CATALOGUE_MATERIALIZED_VIEW;
}

static bool has_model(const pull_draft *d, const catalogue_table *t)
{
    if (is_view(t))
        return d->has_views && t->column_count > 0;
    return (t->kind == CATALOGUE_TABLE || t->kind == CATALOGUE_PARTITIONED) &&
           t->column_count > 0 && !pull_is_link(d, t);
}

static void draft_models(pull_draft *d)
{
    d->models = pull_array(d, d->c->table_count, sizeof *d->models);
    for (size_t i = 0; d->models && i < d->c->table_count; i++) {
        const catalogue_table *t = &d->c->tables[i];
        if (has_model(d, t))
            d->models[d->model_count++] =
                (pull_model){.table = t, .old = old_model(d, t), .is_view = is_view(t)};
    }
}

/* ---- their names ----------------------------------------------------------------------------- */

static void take_old_names(pull_draft *d, tenon__map *taken)
{
    for (size_t i = 0; i < d->enum_count; i++)
        if (d->enums[i].old)
            pull_take_name(d, taken, d->enums[i].name = d->enums[i].old->name);
    for (size_t i = 0; i < d->model_count; i++)
        if (d->models[i].old)
            pull_take_name(d, taken, d->models[i].name = d->models[i].old->name);
}

/* Two of the same name in two namespaces get those in front. */
static bool is_elsewhere(const pull_draft *d, const char *namespace, const char *name)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (!strcmp(d->models[i].table->name, name) && namespace &&
            strcmp(d->models[i].table->namespace, namespace) != 0)
            return true;
    for (size_t i = 0; i < d->enum_count; i++)
        if (d->enums[i].source && !strcmp(d->enums[i].source->name, name) && namespace &&
            strcmp(d->enums[i].source->namespace, namespace) != 0)
            return true;
    return false;
}

static const char *fresh_name(pull_draft *d, const char *namespace, const char *name,
                              bool *is_renamed)
{
    const char *clean = pull_clean_name(d, name);
    if (is_elsewhere(d, namespace, name)) {
        const char *space = pull_clean_name(d, namespace);
        clean = tenon__arena_format(&d->out->arena, "%s_%s", space, clean);
    } else if (pull_is_reserved(clean)) {
        clean = tenon__arena_format(&d->out->arena, "Renamed%s", clean);
        *is_renamed = true;
    }
    d->failed |= !clean;
    return clean && *clean ? clean : "Unnamed";
}

static void give_names(pull_draft *d)
{
    TENON__CLEANUP(tenon__map_release) tenon__map taken = {0};
    take_old_names(d, &taken);
    for (size_t i = 0; i < d->model_count; i++) {
        pull_model *m = &d->models[i];
        if (!m->old)
            m->name = pull_free_name(
                d, &taken, fresh_name(d, m->table->namespace, m->table->name, &m->is_renamed));
    }
    for (size_t i = 0; i < d->enum_count; i++) {
        pull_enum *e = &d->enums[i];
        bool is_renamed;
        if (!e->old)
            e->name = pull_free_name(
                d, &taken, fresh_name(d, e->source->namespace, e->source->name, &is_renamed));
        if (e->source)
            draft_values(d, e);
    }
}

static void draft_column_names(pull_draft *d, pull_model *m)
{
    TENON__CLEANUP(tenon__map_release) tenon__map taken = {0};
    m->columns = pull_array(d, m->table->column_count, sizeof *m->columns);
    m->column_count = m->columns ? m->table->column_count : 0;
    for (size_t i = 0; i < m->column_count; i++) {
        pull_column *column = &m->columns[i];
        column->source = &m->table->columns[i];
        column->old = old_field(m->old, column->source->name);
        if (column->old)
            pull_take_name(d, &taken, column->name = column->old->name);
    }
    for (size_t i = 0; i < m->column_count; i++) {
        if (m->columns[i].old)
            continue;
        const char *clean = pull_clean_name(d, m->columns[i].source->name);
        if (!*clean)
            clean = tenon__arena_format(&d->out->arena, "column_%zu", i + 1);
        d->failed |= !clean;
        m->columns[i].name = pull_free_name(d, &taken, clean ? clean : "");
    }
}

void pull_draft_names(pull_draft *d)
{
    draft_enums(d);
    draft_models(d);
    give_names(d);
    for (size_t i = 0; i < d->model_count && !d->failed; i++)
        draft_column_names(d, &d->models[i]);
}

/* ---- types, defaults, keys ------------------------------------------------------------------- */

/* The column that the old field asks for, when the database has one of the same type. */
static const catalogue_column *wanted_column(const pull_draft *d, const pull_model *m,
                                             const pull_column *column)
{
    const catalogue_table *t =
        d->wanted && m->old && column->old
            ? catalogue_find_table(d->wanted, m->old->database_schema, m->old->database_name)
            : NULL;
    return t ? catalogue_find_column(t, column->source->name) : NULL;
}

static bool is_same_type(const catalogue_column *a, const catalogue_column *b)
{
    return !strcmp(a->type, b->type) || (a->is_enum && b->is_enum && a->is_array == b->is_array &&
                                         !strcmp(a->type_name, b->type_name));
}

static bool takes_numbers(const catalogue_column *column)
{
    static const char next[] = "nextval(";
    return column->identity ||
           (column->default_sql && !strncmp(column->default_sql, next, sizeof next - 1));
}

/* dbgenerated() without an expression is whatever the database has. */
static bool is_same_default(const pull_draft *d, const pull_column *column,
                            const catalogue_column *wanted)
{
    const catalogue_column *source = column->source;
    const schema_default *given = &column->old->default_value;
    if (given->kind == SCHEMA_DEFAULT_DBGENERATED && !given->value.text)
        return source->default_sql || source->generated || source->identity;
    if (wanted->identity || source->identity)
        return wanted->is_numbered_unasked || (takes_numbers(wanted) && takes_numbers(source));
    return !source->generated && catalogue_same_expression(d->c->dialect, wanted->default_sql,
                                                           source->default_sql, source->type);
}

static bool has_same_arity(const pull_model *m, const pull_column *column)
{
    if (column->type.is_list || m->is_view)
        return column->type.is_list == (column->old->arity == SCHEMA_LIST);
    return pull_is_required(m, column) == (column->old->arity == SCHEMA_REQUIRED);
}

static void draft_column(pull_draft *d, const pull_model *m, pull_column *column)
{
    const catalogue_column *wanted = wanted_column(d, m, column);
    bool keeps_type = wanted && is_same_type(wanted, column->source);
    bool keeps_default = keeps_type && is_same_default(d, column, wanted);
    if (m->is_view && column->old)
        keeps_type = keeps_default = true;
    column->type =
        keeps_type ? pull_type_of_field(d, column->old) : pull_type_of(d, column->source);
    column->default_text =
        keeps_default ? pull_default_of_field(d, column) : pull_default_of(d, column);
    column->is_same = keeps_type && keeps_default && has_same_arity(m, column);
}

static bool is_usable_key(const pull_draft *d, const pull_model *m, const catalogue_index *index)
{
    if (!index->is_unique || index->predicate || pull_index_obstacle(d, m, index))
        return false;
    for (size_t i = 0; i < index->key_count; i++) {
        const pull_column *column =
            index->keys[i].column ? pull_find_column(m, index->keys[i].column) : NULL;
        bool is_usable = column && !column->type.unsupported && !column->type.is_list &&
                         (column->source->is_required || index->is_primary);
        if (!is_usable)
            return false;
    }
    return true;
}

static void draft_ignored(const pull_draft *d, pull_model *m)
{
    m->has_no_key = !m->is_view;
    for (size_t i = 0; i < m->table->index_count; i++)
        if (is_usable_key(d, m, &m->table->indexes[i]))
            m->has_no_key = false;
    m->is_ignored = m->has_no_key || (m->old && m->old->is_ignored);
}

void pull_draft_columns(pull_draft *d)
{
    for (size_t i = 0; i < d->model_count && !d->failed; i++) {
        pull_model *m = &d->models[i];
        for (size_t n = 0; n < m->column_count; n++)
            draft_column(d, m, &m->columns[n]);
        draft_ignored(d, m);
    }
}
