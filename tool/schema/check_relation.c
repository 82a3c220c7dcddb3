/* @relation as it is written, and which two fields make a relation.
 *
 * A relation has a side that holds the key, `from`, and a side that it refers to, `to`. Two fields
 * belong together when each has the other's model as its type and both give the same name or none.
 * Which side is `from` follows from what the fields are:
 *
 *     list – list          many-to-many; `from` is the model first by name, or the field
 *     one – list           the one
 *     required – optional  the required one
 *     alike                the one that gives `fields`, else the first by name */
#include "schema/check.h"

/* ---- the attribute --------------------------------------------------------------------------- */

enum {
    RELATION_NAME,
    RELATION_FIELDS,
    RELATION_REFERENCES,
    RELATION_ON_DELETE,
    RELATION_ON_UPDATE,
    RELATION_MAP
};

static void read_list(check *c, check_model *m, const check_use *use, size_t parameter,
                      const char *what, check_list *out)
{
    const ast_expression *value = check_argument(use, parameter);

    if (!value)
        return;
    out->is_given = true;
    (void)check_field_list(c, m, value, use->ast, what, out);
}

static void read_action(check *c, const ast_expression *value, check_action *out)
{
    static const char *const names[] = {[SCHEMA_CASCADE] = "Cascade",
                                        [SCHEMA_RESTRICT] = "Restrict",
                                        [SCHEMA_NO_ACTION] = "NoAction",
                                        [SCHEMA_SET_NULL] = "SetNull",
                                        [SCHEMA_SET_DEFAULT] = "SetDefault"};

    for (size_t i = 0; value && i < TENON__COUNT(names); i++) {
        if (strcmp(names[i], value->text) == 0) {
            *out = (check_action){(schema_action)i, value->span, true};
            return;
        }
    }
    if (value)
        check_error(c, value->span, check_hint_near(c, value->text, names, TENON__COUNT(names)),
                    "unknown action '%s'", value->text);
}

static void apply_relation(check *c, check_target *t, const check_use *use)
{
    check_field *f = t->field;
    const char *name = check_argument_text(use, RELATION_NAME);

    f->relation = use->ast;
    f->constraint_name = check_argument_text(use, RELATION_MAP);
    read_list(c, f->model, use, RELATION_FIELDS, "the argument 'fields'", &f->fields);
    read_list(c, f->target, use, RELATION_REFERENCES, "the argument 'references'", &f->references);
    read_action(c, check_argument(use, RELATION_ON_DELETE), &f->on_delete);
    read_action(c, check_argument(use, RELATION_ON_UPDATE), &f->on_update);
    if (name && !*name)
        check_error(c, use->ast->span, NULL, "the name of a relation must not be empty");
    else
        f->relation_name = name;
}

const check_rule check_relation_rule = {
    "relation", apply_relation,
    .parameters = {[RELATION_NAME] = {"name", CHECK_STRING, CHECK_UNNAMED},
                   [RELATION_FIELDS] = {"fields", CHECK_ANY, CHECK_OPTIONAL},
                   [RELATION_REFERENCES] = {"references", CHECK_ANY, CHECK_OPTIONAL},
                   [RELATION_ON_DELETE] = {"onDelete", CHECK_WORD, CHECK_OPTIONAL},
                   [RELATION_ON_UPDATE] = {"onUpdate", CHECK_WORD, CHECK_OPTIONAL},
                   [RELATION_MAP] = {"map", CHECK_NAME, CHECK_OPTIONAL}}};

/* ---- which fields belong together ------------------------------------------------------------ */

/* "PostToUser": the two models by name. */
static const char *made_name(check *c, const check_field *f)
{
    const char *a = f->model->model->name, *b = f->target->model->name;
    bool is_swapped = strcmp(a, b) > 0;

    return check_format(c, "%sTo%s", is_swapped ? b : a, is_swapped ? a : b);
}

static bool is_same_name(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The first field of the other model that leads back under the same name. */
static check_field *find_opposite(const check_field *f)
{
    check_model *m = f->target;

    for (size_t i = 0; i < m->ast->field_count; i++) {
        check_field *other = &m->fields[i];
        if (other != f && other->target == f->model &&
            is_same_name(other->relation_name, f->relation_name))
            return other;
    }
    return NULL;
}

static int compare_fields(const check_field *a, const check_field *b)
{
    int order = strcmp(a->model->model->name, b->model->model->name);
    return order ? order : strcmp(a->field->name, b->field->name);
}

static bool are_unique(const check_field *f)
{
    for (size_t i = 0; i < f->model->index_count; i++) {
        const check_index *index = &f->model->indexes[i];
        bool is_same =
            index->index->kind == SCHEMA_UNIQUE && index->index->column_count == f->fields.count;
        for (size_t k = 0; is_same && k < f->fields.count; k++)
            is_same = index->columns[k].field == f->fields.items[k];
        if (is_same)
            return true;
    }
    return false;
}

static void add_relation(check *c, check_relation relation)
{
    check_relation *r = &c->relations[c->relation_count++];

    *r = relation;
    if (r->kind == SCHEMA_MANY_TO_MANY || !r->forward || !r->back)
        return;
    r->next = r->from->first_relation;
    r->from->first_relation = r;
}

static void add_many_to_many(check *c, check_field *f, check_field *other)
{
    int order = strcmp(f->model->model->name, f->target->model->name);

    if (order > 0 || (f->model == f->target && strcmp(f->field->name, other->field->name) > 0))
        return;
    add_relation(c, (check_relation){.kind = SCHEMA_MANY_TO_MANY,
                                     .from = f->model,
                                     .to = f->target,
                                     .forward = f,
                                     .back = other,
                                     .is_embedded = f->fields.is_given || other->fields.is_given});
}

/* Of two fields that are no lists: whether `f` is the side with the key. */
static bool holds_key(const check_field *f, const check_field *other)
{
    schema_arity arity = f->field->arity;

    if (arity != other->field->arity)
        return arity == SCHEMA_REQUIRED;
    if (arity == SCHEMA_OPTIONAL && f->fields.is_given)
        return true;
    if (arity == SCHEMA_OPTIONAL && other->fields.is_given)
        return false;
    return compare_fields(f, other) <= 0;
}

/* Adds the relation of a field, once: when the field is the one that stands for it. */
static void infer_relation(check *c, check_field *f)
{
    check_field *other = find_opposite(f);
    bool is_list = f->field->arity == SCHEMA_LIST;
    bool is_other_list = other && other->field->arity == SCHEMA_LIST;
    schema_relation_kind kind = SCHEMA_ONE_TO_MANY;

    if (is_list && is_other_list) {
        add_many_to_many(c, f, other);
    } else if (is_list && !other) {
        add_relation(c,
                     (check_relation){.kind = kind, .from = f->target, .to = f->model, .back = f});
    } else if (!is_list && (!other || is_other_list || holds_key(f, other))) {
        bool is_one = other ? !is_other_list : f->fields.is_given && are_unique(f);
        add_relation(c, (check_relation){.kind = is_one ? SCHEMA_ONE_TO_ONE : kind,
                                         .from = f->model,
                                         .to = f->target,
                                         .forward = f,
                                         .back = other});
    }
}

void check_infer_relations(check *c)
{
    size_t count = 0;

    for (size_t i = 0; i < c->model_count; i++)
        count += c->models[i].ast->field_count;
    if (!(c->relations = tenon__arena_array(&c->s->arena, count, sizeof *c->relations)))
        return;
    for (size_t i = 0; i < c->model_count; i++) {
        check_model *m = &c->models[i];
        for (size_t k = 0; k < m->ast->field_count; k++) {
            check_field *f = &m->fields[k];
            if (!check_is_relation(f))
                continue;
            f->made_name = f->relation_name ? f->relation_name : made_name(c, f);
            infer_relation(c, f);
        }
    }
}

/* ---- the relations of the schema ------------------------------------------------------------- */

static schema_field **fields_of(check *c, const check_list *list)
{
    schema_field **fields = tenon__arena_array(&c->s->arena, list->count, sizeof *fields);

    for (size_t i = 0; fields && i < list->count; i++)
        fields[i] = list->items[i]->field;
    return fields;
}

static void make_relation(check *c, const check_relation *r)
{
    schema_relation *relation = tenon__arena_zalloc(&c->s->arena, sizeof *relation);
    const check_field *forward = r->forward;

    if (!relation)
        return;
    *relation = (schema_relation){.kind = r->kind,
                                  .name = forward->made_name,
                                  .is_name_given = forward->relation_name != NULL,
                                  .from = r->from->model,
                                  .to = r->to->model,
                                  .from_field = forward->field,
                                  .to_field = r->back->field,
                                  .span = forward->ast->span};
    if (r->kind == SCHEMA_MANY_TO_MANY) {
        relation->join_table = check_format(c, "_%s", forward->made_name);
        relation->join_schema = r->from->model->database_schema;
    } else {
        relation->fields = fields_of(c, &forward->fields);
        relation->references = fields_of(c, &forward->references);
        relation->field_count = forward->fields.count;
        relation->constraint_name = r->constraint_name;
        check_default_actions(c, r, &relation->on_delete, &relation->on_update);
    }
    relation->from_field->relation = relation->to_field->relation = relation;
    relation->from_field->opposite = relation->to_field;
    relation->to_field->opposite = relation->from_field;
    c->s->relations[c->s->relation_count++] = relation;
}

void check_make_relations(check *c)
{
    c->s->relations = tenon__arena_array(&c->s->arena, c->relation_count, sizeof *c->s->relations);
    for (size_t i = 0; c->s->relations && i < c->relation_count; i++)
        make_relation(c, &c->relations[i]);
}
