/* The two sides of a relation: both there, the key on one of them only, its fields of the right
 * number and types, referring to something unique. */
#include "schema/check.h"

#include <assert.h>

static const char *name_of(const check_field *f)
{
    return f->field->name;
}

static const char *model_of(const check_field *f)
{
    return f->model->model->name;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool is_unique(const check_index *index)
{
    return index->index->kind == SCHEMA_UNIQUE || index->index->kind == SCHEMA_PRIMARY_KEY;
}

static bool has_fields_in_order(const check_index *index, const check_list *list)
{
    if (index->index->column_count != list->count)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        if (index->columns[i].field != list->items[i])
            return false;
    }
    return true;
}

static bool has_field(const check_index *index, const check_field *f)
{
    for (size_t i = 0; i < index->index->column_count; i++) {
        if (index->columns[i].field == f)
            return true;
    }
    return false;
}

/* Neither has a field twice, so that the same number and inclusion are enough. */
static bool has_fields(const check_index *index, const check_list *list)
{
    if (index->index->column_count != list->count)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        if (!has_field(index, list->items[i]))
            return false;
    }
    return true;
}

typedef bool (*comparison)(const check_index *index, const check_list *list);

static bool is_unique_in(const check_model *m, const check_list *list, comparison compare)
{
    for (size_t i = 0; i < m->index_count; i++) {
        if (is_unique(&m->indexes[i]) && compare(&m->indexes[i], list))
            return true;
    }
    return false;
}

static void check_references(check *c, const check_relation *r)
{
    const check_field *f = r->forward;
    const check_list *list = &f->references;

    if (!list->count)
        return;
    const char *names = check_join_fields(c, list, ", ");
    if (!is_unique_in(r->to, list, has_fields))
        check_error(c, f->ast->span,
                    list->count == 1
                        ? check_format(c, "add @unique to '%s' of '%s'", names, r->to->model->name)
                        : check_format(c, "add @@unique([%s]) to '%s'", names, r->to->model->name),
                    "the fields that '%s' refers to are not unique in '%s'", name_of(f),
                    r->to->model->name);
    else if (list->count > 1 && !c->connector->has_free_key_order &&
             !is_unique_in(r->to, list, has_fields_in_order))
        check_error(c, f->ast->span, NULL,
                    "the fields that '%s' refers to must have the order of the key in '%s'",
                    name_of(f), r->to->model->name);
}

/* ---- fields against references --------------------------------------------------------------- */

static void check_count(check *c, const check_field *f)
{
    if (f->fields.is_given && f->references.is_given && f->fields.count != f->references.count)
        check_error(c, f->relation->span, NULL,
                    "'fields' and 'references' must have the same number of fields");
}

static void check_arity(check *c, const check_field *f)
{
    if (f->field->arity != SCHEMA_REQUIRED)
        return;
    for (size_t i = 0; i < f->fields.count; i++) {
        if (f->fields.items[i]->field->arity == SCHEMA_OPTIONAL) {
            check_error(c, f->ast->span,
                        check_format(c, "write %s?, or make '%s' required", f->ast->type.text,
                                     name_of(f->fields.items[i])),
                        "the relation '%s' must be optional, because its field '%s' is", name_of(f),
                        name_of(f->fields.items[i]));
            return;
        }
    }
}

static bool is_same_type(const check_field *a, const check_field *b)
{
    if (a->composite || b->composite)
        return a->composite == b->composite;
    if (a->field->kind != b->field->kind)
        return false;
    if (a->field->kind == SCHEMA_UNSUPPORTED)
        return strcmp(a->field->unsupported, b->field->unsupported) == 0;
    return a->field->kind == SCHEMA_ENUM ? a->field->enumeration == b->field->enumeration
                                         : a->field->type == b->field->type;
}

/* The first key of a model of required fields: what a relation refers to that does not say it. */
static const check_index *first_key(const check_model *m)
{
    if (m->primary_key)
        return m->primary_key;
    for (size_t i = 0; i < m->index_count; i++) {
        const check_index *index = &m->indexes[i];
        bool is_strict = is_unique(index);
        for (size_t k = 0; is_strict && k < index->index->column_count; k++)
            is_strict = index->columns[k].field->field->arity != SCHEMA_OPTIONAL &&
                        index->columns[k].field->field->kind != SCHEMA_UNSUPPORTED;
        if (is_strict)
            return index;
    }
    return NULL;
}

static const check_field *referenced(const check_relation *r, size_t i)
{
    const check_list *list = &r->forward->references;
    const check_index *key = list->is_given ? NULL : first_key(r->to);

    if (list->is_given)
        return i < list->count ? list->items[i] : NULL;
    return key && i < key->index->column_count ? key->columns[i].field : NULL;
}

static void check_field_types(check *c, const check_relation *r)
{
    const check_list *list = &r->forward->fields;

    for (size_t i = 0; i < list->count; i++) {
        const check_field *from = list->items[i], *to = referenced(r, i);
        if (to && !is_same_type(from, to))
            check_error(c, r->forward->ast->span, NULL,
                        "'%s.%s' is %s, but '%s.%s', which it refers to, is %s", model_of(from),
                        name_of(from), check_type_name(from), model_of(to), name_of(to),
                        check_type_name(to));
    }
}

/* ---- one to many ----------------------------------------------------------------------------- */

static void report_missing_side(check *c, const check_field *f, const char *arity)
{
    check_error(c, f->ast->span,
                check_format(c, "add a field of type %s%s to '%s', or run tenon format",
                             model_of(f), arity, f->target->model->name),
                "the relation '%s' has no opposite field in '%s'", name_of(f),
                f->target->model->name);
}

static bool has_own_action(const check_field *f)
{
    return f->on_delete.is_given || f->on_update.is_given;
}

static void report_actions(check *c, const check_field *f, const check_field *other)
{
    check_error(c, f->ast->span,
                check_format(c, "move them to '%s.%s'", model_of(other), name_of(other)),
                "the side of a relation without the key cannot have onDelete or onUpdate");
}

static void report_no_list(check *c, const check_field *f, const char *argument)
{
    check_error(c, f->ast->span, "run tenon format to add it",
                "the relation '%s' needs the argument '%s' of @relation", name_of(f), argument);
}

static void check_one_to_many(check *c, const check_relation *r)
{
    const check_field *forward = r->forward, *back = r->back;

    assert(forward || back);
    if (!forward || !back) {
        report_missing_side(c, forward ? forward : back, forward ? "[]" : "");
        return;
    }
    if (!forward->fields.count)
        report_no_list(c, forward, "fields");
    if (!forward->references.count)
        report_no_list(c, forward, "references");
    if (back->fields.count || back->references.count)
        check_error(c, back->ast->span,
                    check_format(c, "move them to '%s.%s'", model_of(forward), name_of(forward)),
                    "the list side of a relation cannot have 'fields' or 'references'");
    if (has_own_action(back))
        report_actions(c, back, forward);
}

/* ---- one to one ------------------------------------------------------------------------------ */

/* Which of the two sides give a list: none is a fault of both, and so is each. */
static void check_one_side(check *c, const check_relation *r, size_t on_forward, size_t on_back,
                           const char *argument)
{
    const check_field *sides[] = {r->forward, r->back};

    for (size_t i = 0; i < 2; i++) {
        if (!on_forward && !on_back)
            check_error(c, sides[i]->ast->span, "give it on one of the two sides",
                        "neither '%s.%s' nor '%s.%s' has the argument '%s'", model_of(sides[i]),
                        name_of(sides[i]), model_of(sides[1 - i]), name_of(sides[1 - i]), argument);
        else if (on_forward && on_back)
            check_error(c, sides[i]->ast->span, "give it on one of the two sides",
                        "both '%s.%s' and '%s.%s' have the argument '%s'", model_of(sides[i]),
                        name_of(sides[i]), model_of(sides[1 - i]), name_of(sides[1 - i]), argument);
    }
}

static void check_one_actions(check *c, const check_relation *r)
{
    if (!has_own_action(r->back))
        return;
    report_actions(c, r->back, r->forward);
    if (has_own_action(r->forward))
        check_error(c, r->forward->ast->span, NULL,
                    "both sides of the relation have onDelete or onUpdate");
}

static void check_one_unique(check *c, const check_relation *r)
{
    const check_field *f = r->forward;
    const char *names = check_join_fields(c, &f->fields, ", ");
    bool has_key = false;

    for (size_t i = 0; i < r->from->index_count; i++)
        has_key = has_key || is_unique(&r->from->indexes[i]);
    if (!f->fields.is_given || (has_key && is_unique_in(r->from, &f->fields, has_fields_in_order)))
        return;
    check_error(c, f->ast->span,
                f->fields.count == 1
                    ? check_format(c, "add @unique to '%s', or make the other side a list", names)
                    : check_format(c, "add @@unique([%s]), or make the other side a list", names),
                "the fields of the one-to-one relation '%s' must be unique", name_of(f));
}

/* `fields` on one side and `references` on the other. */
static void check_mixture(check *c, const check_relation *r)
{
    const check_field *forward = r->forward, *back = r->back;

    if (forward->fields.count && back->references.count) {
        check_error(c, forward->ast->span, NULL,
                    "'fields' and 'references' must be on the same side of a relation");
        check_error(c, back->ast->span, NULL,
                    "'fields' and 'references' must be on the same side of a relation");
    }
    if (forward->references.count && back->fields.count)
        check_error(c, forward->ast->span, NULL,
                    "'fields' and 'references' must be on the same side of a relation");
}

static bool has_errors(const check *c)
{
    return schema_error_count(c->s) > 0;
}

/* What is only looked at in a schema that is right so far. */
static void check_one_shape(check *c, const check_relation *r)
{
    const check_field *forward = r->forward, *back = r->back;

    if (!has_errors(c))
        check_mixture(c, r);
    if (!has_errors(c) && back->field->arity == SCHEMA_REQUIRED)
        check_error(c, back->ast->span, check_format(c, "write %s?", back->ast->type.text),
                    "the side of a one-to-one relation without the key must be optional");
    if (!has_errors(c) && forward->field->arity == SCHEMA_REQUIRED &&
        (back->fields.is_given || back->references.is_given))
        check_error(c, back->ast->span,
                    check_format(c, "move them to '%s.%s'", model_of(forward), name_of(forward)),
                    "'fields' and 'references' must be on the required side of a relation");
}

static void check_one_to_one(check *c, const check_relation *r)
{
    assert(r->forward);
    if (!r->back)
        report_missing_side(c, r->forward, "?");
    if (r->back) {
        check_one_side(c, r, r->forward->fields.count, r->back->fields.count, "fields");
        check_one_side(c, r, r->forward->references.count, r->back->references.count, "references");
        check_one_actions(c, r);
    }
    check_one_unique(c, r);
    if (r->back)
        check_one_shape(c, r);
}

/* ---- many to many ---------------------------------------------------------------------------- */

static bool has_single_key(const check_model *m)
{
    return m->primary_key && m->primary_key->index->column_count == 1;
}

static void check_many_side(check *c, const check_field *f)
{
    const check_list *list = &f->references;

    if (!has_single_key(f->target))
        check_error(c, f->ast->span, "write the join table as a model",
                    "a many-to-many relation needs a model with one @id field, which '%s' is not",
                    f->target->model->name);
    else if (list->is_given &&
             (list->count != 1 || f->target->primary_key->columns[0].field != list->items[0]))
        check_error(c, f->ast->span, NULL,
                    "a many-to-many relation can only refer to the @id of '%s'",
                    f->target->model->name);
    if (f->on_delete.is_given)
        check_error(c, f->on_delete.span, NULL, "a many-to-many relation has no onDelete");
    if (f->on_update.is_given)
        check_error(c, f->on_update.span, NULL, "a many-to-many relation has no onUpdate");
    if (list->is_given)
        check_error(c, f->ast->span, "remove it", "a many-to-many relation has no 'references'");
}

static void check_many_to_many(check *c, const check_relation *r)
{
    const check_field *sides[] = {r->forward, r->back};
    bool has_view = r->from->model->is_view || r->to->model->is_view;

    for (size_t i = 0; i < 2; i++) {
        if (r->is_embedded)
            check_error(c, sides[i]->ast->span, "remove 'fields' and 'references'",
                        "%s cannot keep a many-to-many relation in fields", c->connector->name);
        else if (has_view)
            check_error(c, sides[i]->ast->span, NULL, "a view cannot have a many-to-many relation");
        if (!r->is_embedded)
            check_many_side(c, sides[i]);
    }
}

void check_relation_rules(check *c, const check_relation *r)
{
    if (r->kind == SCHEMA_MANY_TO_MANY) {
        check_many_to_many(c, r);
        return;
    }
    if (r->forward) {
        check_references(c, r);
        check_count(c, r->forward);
        check_arity(c, r->forward);
        check_field_types(c, r);
    }
    check_relation_name_clash(c, r);
    check_relation_actions(c, r);
    if (r->kind == SCHEMA_ONE_TO_ONE)
        check_one_to_one(c, r);
    else
        check_one_to_many(c, r);
}
