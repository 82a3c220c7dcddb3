/* Relations: each foreign key is one, a join table of the language's own form is one of many to
 * many. Names are those of an old schema, else made as the language's engine makes them:
 *
 *     one between two models          User, Post
 *     one of a model with itself      Employee, other_Employee
 *     several between two             User_Post_authorToUser, Post_Post_authorToUser */
#include "pull/draft.h"

#include <stdlib.h>

/* ---- many to many ---------------------------------------------------------------------------- */

static bool has_index_on(const catalogue_table *t, const char *first, const char *second,
                         bool is_unique)
{
    for (size_t i = 0; i < t->index_count; i++) {
        const catalogue_index *index = &t->indexes[i];
        size_t count = second ? 2 : 1;
        if (index->key_count != count || (is_unique && !index->is_unique) || index->predicate)
            continue;
        bool is_first = index->keys[0].column && !strcmp(index->keys[0].column, first);
        bool is_second =
            !second || (index->keys[1].column && !strcmp(index->keys[1].column, second));
        if (is_first && is_second)
            return true;
    }
    return false;
}

static const catalogue_foreign_key *key_on(const catalogue_table *t, const char *column)
{
    for (size_t i = 0; i < t->foreign_key_count; i++)
        if (t->foreign_keys[i].column_count == 1 && !strcmp(t->foreign_keys[i].columns[0], column))
            return &t->foreign_keys[i];
    return NULL;
}

static bool is_whole_key(const pull_draft *d, const catalogue_foreign_key *key)
{
    const catalogue_table *target = catalogue_find_table(d->c, key->target_namespace, key->target);
    const catalogue_index *primary = target ? catalogue_primary_key(target) : NULL;
    return primary && primary->key_count == 1 &&
           !strcmp(primary->keys[0].column, key->target_columns[0]);
}

/* "_Name" with the columns A and B and nothing else, which together are unique. */
bool pull_is_link(const pull_draft *d, const catalogue_table *t)
{
    const catalogue_foreign_key *a = key_on(t, "A"), *b = key_on(t, "B");
    if (t->name[0] != '_' || !t->name[1] || t->column_count != 2 || t->foreign_key_count != 2 ||
        !a || !b)
        return false;
    return has_index_on(t, "A", "B", true) && has_index_on(t, "B", NULL, false) &&
           is_whole_key(d, a) && is_whole_key(d, b);
}

static const schema_relation *old_link(const pull_draft *d, const catalogue_table *t)
{
    for (size_t i = 0; d->old && i < d->old->relation_count; i++)
        if (d->old->relations[i]->kind == SCHEMA_MANY_TO_MANY &&
            !strcmp(d->old->relations[i]->join_table, t->name))
            return d->old->relations[i];
    return NULL;
}

static void add_link(pull_draft *d, const catalogue_table *t)
{
    const catalogue_foreign_key *a = key_on(t, "A"), *b = key_on(t, "B");
    pull_model *from = pull_find_model(d, a->target_namespace, a->target);
    pull_model *to = pull_find_model(d, b->target_namespace, b->target);
    if (from && to && strcmp(from->name, to->name) <= 0)
        d->relations[d->relation_count++] =
            (pull_relation){.from = from, .to = to, .link = t, .old = old_link(d, t)};
    else
        pull_notice_add(d, "table", NULL, t->name,
                        "its A and B are not in the order of the models' names");
}

/* ---- foreign keys ---------------------------------------------------------------------------- */

static bool are_fields(schema_field *const *fields, const char *const *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i]->database_name, columns[i]) != 0)
            return false;
    return true;
}

static bool is_of_key(const schema_relation *old, const pull_model *from, const pull_model *to,
                      const catalogue_foreign_key *key)
{
    return old->kind != SCHEMA_MANY_TO_MANY && old->from == from->old && old->to == to->old &&
           old->field_count == key->column_count &&
           are_fields(old->fields, key->columns, key->column_count) &&
           are_fields(old->references, key->target_columns, key->column_count);
}

static bool is_taken(const pull_draft *d, const schema_relation *old)
{
    for (size_t i = 0; i < d->relation_count; i++)
        if (d->relations[i].old == old)
            return true;
    return false;
}

/* That of the same name first: two may have the same columns. */
static const schema_relation *old_relation(const pull_draft *d, const pull_model *from,
                                           const pull_model *to, const catalogue_foreign_key *key)
{
    const schema_relation *found = NULL;
    for (size_t i = 0; d->old && from->old && to->old && i < d->old->relation_count; i++) {
        const schema_relation *old = d->old->relations[i];
        if (!is_of_key(old, from, to, key) || is_taken(d, old))
            continue;
        if (!found || (key->name && !strcmp(old->constraint_name, key->name)))
            found = old;
    }
    return found;
}

/* Both ends of a foreign key have to be comparable to the language: of the same type. */
bool pull_is_unique(const pull_model *m, const char *const *columns, size_t count)
{
    for (size_t i = 0; i < m->table->index_count; i++) {
        const catalogue_index *index = &m->table->indexes[i];
        size_t same = 0;
        if (!index->is_unique || index->predicate || index->key_count != count)
            continue;
        for (size_t k = 0; k < count; k++)
            for (size_t n = 0; n < count; n++)
                same += index->keys[k].column && !strcmp(index->keys[k].column, columns[n]);
        if (same == count)
            return true;
    }
    return false;
}

static const char *key_label(const catalogue_foreign_key *key)
{
    return key->name ? key->name : key->columns[0];
}

static const char *key_obstacle(const pull_draft *d, const pull_model *from, const pull_model *to,
                                const catalogue_foreign_key *key)
{
    const char *obstacle = catalogue_foreign_key_obstacle(d->c, from->table, key);
    if (obstacle)
        return obstacle;
    if (!to)
        return "its target is not in the schema";
    if (!pull_is_unique(to, key->target_columns, key->column_count) && !to->has_no_key)
        return "the columns that it refers to are not unique by themselves";
    return NULL;
}

static void add_key(pull_draft *d, pull_model *from, const catalogue_foreign_key *key)
{
    pull_model *to = pull_find_model(d, key->target_namespace, key->target);
    const char *obstacle = key_obstacle(d, from, to, key);
    if (obstacle)
        pull_notice_add(d, "foreign key", from->table->name, key_label(key), obstacle);
    else
        d->relations[d->relation_count++] = (pull_relation){
            .from = from, .to = to, .key = key, .old = old_relation(d, from, to, key)};
}

/* With relationMode = "prisma" relations live in the schema alone. */
static pull_model *model_of_old(const pull_draft *d, const schema_model *old)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (d->models[i].old == old)
            return &d->models[i];
    return NULL;
}

static bool has_old_fields(const pull_model *m, schema_field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const pull_column *column = pull_find_column(m, fields[i]->database_name);
        if (!column || column->old != fields[i])
            return false;
    }
    return true;
}

static void add_old(pull_draft *d, const schema_relation *old)
{
    pull_model *from = model_of_old(d, old->from), *to = model_of_old(d, old->to);
    if (!is_taken(d, old) && from && to && old->kind != SCHEMA_MANY_TO_MANY &&
        has_old_fields(from, old->fields, old->field_count) &&
        has_old_fields(to, old->references, old->field_count))
        d->relations[d->relation_count++] = (pull_relation){.from = from, .to = to, .old = old};
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool is_between(const pull_relation *r, const pull_model *a, const pull_model *b)
{
    return (r->from == a && r->to == b) || (r->from == b && r->to == a);
}

static bool is_ambiguous(const pull_draft *d, const pull_relation *r)
{
    size_t count = 0;
    for (size_t i = 0; i < d->relation_count; i++)
        count += is_between(&d->relations[i], r->from, r->to);
    return count > 1;
}

static const char *join(pull_draft *d, const char *a, const char *between, const char *b)
{
    const char *name = tenon__arena_format(&d->out->arena, "%s%s%s", a, between, b);
    d->failed |= !name;
    return name ? name : "";
}

/* Post_authorToUser */
static const char *relation_name(pull_draft *d, const pull_relation *r, bool is_long)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    if (r->link)
        return pull_clean_name(d, r->link->name);
    tenon__buf_text(&name, r->from->name);
    for (size_t i = 0; is_long && r->key && i < r->key->column_count; i++)
        tenon__buf_format(&name, "_%s", pull_clean_name(d, r->key->columns[i]));
    tenon__buf_format(&name, "To%s", r->to->name);
    return pull_text(d, &name);
}

static void name_link(pull_draft *d, pull_relation *r, bool is_ambiguous)
{
    bool is_self = r->from == r->to;
    const char *usual = join(d, r->from->name, "To", r->to->name);
    r->is_named = is_self || is_ambiguous || strcmp(r->name, usual) != 0;
    const char *to = r->to->name, *from = r->from->name;
    if (is_ambiguous) {
        to = join(d, to, "_", r->name);
        from = join(d, from, "_", r->name);
    }
    /* A model of itself: the field of A lists those of B. */
    r->forward = is_self ? join(d, to, "_", "A") : to;
    r->back = is_self ? join(d, from, "_", "B") : from;
}

static void name_key(pull_draft *d, pull_relation *r, bool is_ambiguous)
{
    bool is_self = r->from == r->to;
    r->is_named = is_self || is_ambiguous;
    r->forward = is_ambiguous ? join(d, r->to->name, "_", r->name) : r->to->name;
    r->back = is_ambiguous ? join(d, r->from->name, "_", r->name) : r->from->name;
    if (is_self)
        r->back = join(d, "other", "_", r->back);
}

/* The old schema could tell its relations apart; a new one between the same models may need names
 * for all. */
static bool has_new_beside(const pull_draft *d, const pull_relation *r)
{
    for (size_t i = 0; i < d->relation_count; i++)
        if (!d->relations[i].old && is_between(&d->relations[i], r->from, r->to))
            return true;
    return false;
}

static void name_relation(pull_draft *d, pull_relation *r)
{
    bool several = is_ambiguous(d, r);
    r->name = relation_name(d, r, several);
    if (r->link)
        name_link(d, r, several);
    else
        name_key(d, r, several);
    if (!r->old)
        return;
    r->forward = r->old->from_field->name;
    r->back = r->old->to_field->name;
    r->name = r->old->is_name_given || r->link ? r->old->name : r->name;
    r->is_named = r->old->is_name_given || (several && has_new_beside(d, r));
}

/* ---- no name twice in a model ---------------------------------------------------------------- */

static const char *free_field(pull_draft *d, tenon__map *taken, const char *name,
                              const pull_relation *r)
{
    if (tenon__map_get(taken, name, strlen(name)))
        name = join(d, name, "_", r->name);
    return pull_free_name(d, taken, name);
}

static void separate_names(pull_draft *d, pull_model *m)
{
    TENON__CLEANUP(tenon__map_release) tenon__map taken = {0};
    for (size_t i = 0; i < m->column_count; i++)
        pull_take_name(d, &taken, m->columns[i].name);
    for (size_t i = 0; i < d->relation_count; i++) {
        const pull_relation *r = &d->relations[i];
        if (r->old && r->from == m)
            pull_take_name(d, &taken, r->forward);
        if (r->old && r->to == m)
            pull_take_name(d, &taken, r->back);
    }
    for (size_t i = 0; i < d->relation_count; i++) {
        pull_relation *r = &d->relations[i];
        if (!r->old && r->from == m)
            r->forward = free_field(d, &taken, r->forward, r);
        if (!r->old && r->to == m)
            r->back = free_field(d, &taken, r->back, r);
    }
}

/* Two foreign keys of the same columns would be one relation. */
static void separate_relations(pull_draft *d)
{
    TENON__CLEANUP(tenon__map_release) tenon__map taken = {0};
    for (size_t i = 0; i < d->relation_count; i++)
        if (d->relations[i].is_named && d->relations[i].old)
            pull_take_name(d, &taken, d->relations[i].name);
    for (size_t i = 0; i < d->relation_count; i++)
        if (d->relations[i].is_named && !d->relations[i].old)
            d->relations[i].name = pull_free_name(d, &taken, d->relations[i].name);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static size_t count_relations(const pull_draft *d)
{
    size_t count = d->c->table_count + (d->old ? d->old->relation_count : 0);
    for (size_t i = 0; i < d->c->table_count; i++)
        count += d->c->tables[i].foreign_key_count;
    return count;
}

void pull_draft_relations(pull_draft *d)
{
    d->relations = pull_array(d, count_relations(d), sizeof *d->relations);
    for (size_t i = 0; i < d->model_count && !d->failed; i++)
        for (size_t k = 0; k < d->models[i].table->foreign_key_count; k++)
            add_key(d, &d->models[i], &d->models[i].table->foreign_keys[k]);
    for (size_t i = 0; i < d->c->table_count && !d->failed; i++)
        if (pull_is_link(d, &d->c->tables[i]))
            add_link(d, &d->c->tables[i]);
    for (size_t i = 0; d->has_relation_mode_prisma && i < d->old->relation_count && !d->failed; i++)
        add_old(d, d->old->relations[i]);
    for (size_t i = 0; i < d->relation_count && !d->failed; i++)
        name_relation(d, &d->relations[i]);
    separate_relations(d);
    for (size_t i = 0; i < d->model_count && !d->failed; i++)
        separate_names(d, &d->models[i]);
}
