/* Completing relations: what the language's own formatter adds to a schema.
 *
 * A relation may be written from one side only, without its attribute, or without the scalar field
 * that holds the key. Here the relations are inferred from the syntax trees – not from the checked
 * models, since such a schema is not correct yet – and what is missing is derived:
 *
 *     model User {                     model User {
 *       id   Int @id                     id     Int  @id
 *       post Post               →        post   Post @relation(fields: [postId], references: [id])
 *     }                                  postId Int
 *                                      }
 *     model Post {                     model Post {
 *       id Int @id                       id    Int    @id
 *     }                                  users User[]
 *                                      }
 *
 * `from` is the model that holds the key, `to` the one it refers to, as in schema.h. */
#include "schema/complete.h"

#include "schema/inflect.h"

#include <stdlib.h>

typedef struct model model;

typedef struct field_list {
    const ast_field **items; /* NULL: not given at all */
    size_t count;
} field_list;

typedef struct end { /* a relation field */
    model *model;
    model *target;
    const ast_field *field;
    const ast_attribute *attribute; /* @relation, or NULL */
    const char *name;               /* of the relation, or NULL */
    field_list fields, references;
} end;

struct model {
    const ast_block *block;
    field_list *uniques; /* the primary key first, then the uniques, in order of appearance */
    size_t unique_count, id_count; /* the first of the uniques are ids */
};

typedef struct relation {
    model *from, *to;
    const end *forward, *back; /* one of them may be NULL */
    bool is_one_to_one;
} relation;

typedef struct completion {
    schema *s;
    tenon__arena *arena;
    tenon__map by_name;
    model *models;
    size_t model_count;
    end *ends;
    size_t end_count;
    relation *relations;
    size_t relation_count;
    complete_list *out;
} completion;

/* ---- looking at the trees ---- */

static bool is_model(const ast_block *block)
{
    return block->kind == AST_MODEL || block->kind == AST_VIEW;
}

static model *find_model(const completion *c, const char *name)
{
    return tenon__map_get(&c->by_name, name, strlen(name));
}

static model *target_of(const completion *c, const ast_field *field)
{
    return field->is_unsupported ? NULL : find_model(c, field->type.text);
}

static const ast_attribute *find_attribute(const ast_attribute *list, size_t count,
                                           const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].name.text, name) == 0)
            return &list[i];
    }
    return NULL;
}

static const ast_attribute *field_attribute(const ast_field *field, const char *name)
{
    return find_attribute(field->attributes, field->attribute_count, name);
}

static const ast_field *find_field(const ast_block *block, const char *name)
{
    for (size_t i = 0; i < block->field_count; i++) {
        if (strcmp(block->fields[i].name.text, name) == 0)
            return &block->fields[i];
    }
    return NULL;
}

/* The value of the argument; with `is_default` also that of the one without a name. */
static const ast_expression *find_argument(const ast_attribute *attribute, const char *name,
                                           bool is_default)
{
    for (size_t i = 0; i < attribute->arguments.count; i++) {
        const ast_argument *argument = &attribute->arguments.items[i];
        bool is_unnamed = !*argument->name.text;
        if (is_unnamed ? is_default : strcmp(argument->name.text, name) == 0)
            return argument->value;
    }
    return NULL;
}

/* The fields that `value` names: a list, or one name alone. */
static field_list fields_of(completion *c, const ast_block *block, const ast_expression *value)
{
    field_list list = {0};

    if (!value)
        return list;
    bool is_list = value->kind == AST_ARRAY;
    size_t count = is_list ? value->item_count : 1;
    list.items = tenon__arena_array(c->arena, count, sizeof *list.items);
    for (size_t i = 0; i < count && list.items; i++) {
        const ast_expression *item = is_list ? value->items[i] : value;
        const ast_field *field = item->text ? find_field(block, item->text) : NULL;
        if (field)
            list.items[list.count++] = field;
    }
    return list;
}

static bool is_same_list(field_list a, field_list b)
{
    return a.count == b.count && !memcmp(a.items, b.items, a.count * sizeof *a.items);
}

/* ---- models and their keys ---- */

static void add_unique(model *m, field_list fields)
{
    if (fields.items)
        m->uniques[m->unique_count++] = fields;
}

static void add_field_uniques(completion *c, model *m, const char *attribute)
{
    for (size_t i = 0; i < m->block->field_count; i++) {
        const ast_field *field = &m->block->fields[i];
        field_list alone = {tenon__arena_array(c->arena, 1, sizeof *alone.items), 1};
        if (!field_attribute(field, attribute) || !alone.items)
            continue;
        alone.items[0] = field;
        add_unique(m, alone);
    }
}

static void add_block_uniques(completion *c, model *m, const char *attribute)
{
    for (size_t i = 0; i < m->block->attribute_count; i++) {
        const ast_attribute *a = &m->block->attributes[i];
        if (strcmp(a->name.text, attribute) == 0)
            add_unique(m, fields_of(c, m->block, find_argument(a, "fields", true)));
    }
}

static bool add_model(completion *c, const ast_block *block)
{
    model *m = &c->models[c->model_count++];

    m->block = block;
    m->uniques = tenon__arena_array(c->arena, 2 * block->field_count + block->attribute_count,
                                    sizeof *m->uniques);
    if (!m->uniques)
        return false;
    add_field_uniques(c, m, "id");
    add_block_uniques(c, m, "id");
    m->id_count = m->unique_count;
    add_field_uniques(c, m, "unique");
    add_block_uniques(c, m, "unique");
    return tenon__map_put(&c->by_name, block->name.text, strlen(block->name.text), m);
}

static bool add_models(completion *c)
{
    size_t count = 0;

    for (size_t i = 0; i < c->s->file_count; i++)
        count += c->s->trees[i]->block_count;
    if (!(c->models = tenon__arena_array(c->arena, count, sizeof *c->models)))
        return false;
    for (size_t i = 0; i < c->s->file_count; i++) {
        const ast_file *file = c->s->trees[i];
        for (size_t k = 0; k < file->block_count; k++) {
            if (is_model(&file->blocks[k]) && !add_model(c, &file->blocks[k]))
                return false;
        }
    }
    return true;
}

static bool is_strict(field_list unique)
{
    for (size_t i = 0; i < unique.count; i++) {
        if (unique.items[i]->arity == SCHEMA_OPTIONAL || unique.items[i]->is_unsupported)
            return false;
    }
    return true;
}

/* ---- relation fields ---- */

static void add_end(completion *c, model *m, const ast_field *field, model *target)
{
    const ast_attribute *attribute = field_attribute(field, "relation");
    end *e = &c->ends[c->end_count++];

    *e = (end){.model = m, .target = target, .field = field, .attribute = attribute};
    if (!attribute)
        return;
    const ast_expression *name = find_argument(attribute, "name", true);
    e->name = name ? name->text : NULL;
    e->fields = fields_of(c, m->block, find_argument(attribute, "fields", false));
    e->references = fields_of(c, target->block, find_argument(attribute, "references", false));
}

static bool add_ends(completion *c)
{
    size_t count = 0;

    for (size_t i = 0; i < c->model_count; i++)
        count += c->models[i].block->field_count;
    c->ends = tenon__arena_array(c->arena, count, sizeof *c->ends);
    c->relations = tenon__arena_array(c->arena, count, sizeof *c->relations);
    if (!c->ends || !c->relations)
        return false;
    for (size_t i = 0; i < c->model_count; i++) {
        model *m = &c->models[i];
        for (size_t k = 0; k < m->block->field_count; k++) {
            model *target = target_of(c, &m->block->fields[k]);
            if (target)
                add_end(c, m, &m->block->fields[k], target);
        }
    }
    return !c->arena->failed;
}

static bool is_same_name(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The field on the other side, or NULL: the first of the target that leads back under the same
 * name. */
static const end *opposite_of(const completion *c, const end *e)
{
    for (size_t i = 0; i < c->end_count; i++) {
        const end *other = &c->ends[i];
        if (other != e && other->model == e->target && other->target == e->model &&
            is_same_name(other->name, e->name))
            return other;
    }
    return NULL;
}

/* ---- relations ---- */

static void add_relation(completion *c, relation r)
{
    c->relations[c->relation_count++] = r;
}

/* The order that breaks a tie between two sides alike. */
static bool is_after(const end *a, const end *b)
{
    int order = strcmp(a->model->block->name.text, b->model->block->name.text);
    return (order ? order : strcmp(a->field->name.text, b->field->name.text)) > 0;
}

/* Whether `e`, one of two sides that are not lists, holds the key. */
static bool holds_key(const end *e, const end *other)
{
    bool is_optional = e->field->arity == SCHEMA_OPTIONAL;
    bool is_other_optional = other->field->arity == SCHEMA_OPTIONAL;

    if (is_optional != is_other_optional)
        return is_other_optional;
    if (is_optional && (e->fields.items || other->fields.items))
        return e->fields.items != NULL;
    return !is_after(e, other);
}

/* By @unique or @@unique; an id makes no relation one-to-one. */
static bool are_fields_unique(const end *e)
{
    if (!e->fields.items)
        return false;
    for (size_t i = e->model->id_count; i < e->model->unique_count; i++) {
        if (is_same_list(e->model->uniques[i], e->fields))
            return true;
    }
    return false;
}

/* Adds the relation of a field once: from the side that holds the key where both are there. */
static void infer_relation(completion *c, const end *e)
{
    const end *other = opposite_of(c, e);
    bool is_list = e->field->arity == SCHEMA_LIST;

    if (!other && is_list)
        add_relation(c, (relation){.from = e->target, .to = e->model, .back = e});
    else if (!other)
        add_relation(c, (relation){.from = e->model,
                                   .to = e->target,
                                   .forward = e,
                                   .is_one_to_one = are_fields_unique(e)});
    else if (!is_list && other->field->arity == SCHEMA_LIST)
        add_relation(c, (relation){.from = e->model, .to = e->target, .forward = e, .back = other});
    else if (!is_list && holds_key(e, other))
        add_relation(c, (relation){.from = e->model,
                                   .to = e->target,
                                   .forward = e,
                                   .back = other,
                                   .is_one_to_one = true});
}

/* ---- the scalar fields that hold a key ---- */

/* Without memory the text does not matter: the arena has kept the failure. */
static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static const char *with_first(completion *c, const char *name, bool is_upper)
{
    char *copy = tenon__arena_text(c->arena, name);

    if (copy && is_upper && *copy >= 'a' && *copy <= 'z')
        *copy = (char)(*copy - 'a' + 'A');
    else if (copy && !is_upper && *copy >= 'A' && *copy <= 'Z')
        *copy = (char)(*copy - 'A' + 'a');
    return or_empty(copy);
}

/* "postId": the field that refers to `id` of Post. */
static const char *key_name(completion *c, const relation *r, const ast_field *referenced)
{
    const char *name =
        tenon__arena_format(c->arena, "%s%s", with_first(c, r->to->block->name.text, false),
                            with_first(c, referenced->name.text, true));
    return or_empty(name);
}

static field_list referenced_key(const relation *r)
{
    return r->to->unique_count ? r->to->uniques[0] : (field_list){0};
}

static const ast_field *existing_key(const completion *c, const relation *r, const char *name)
{
    const ast_field *field = find_field(r->from->block, name);
    return field && !target_of(c, field) ? field : NULL;
}

static schema_arity key_arity(const completion *c, const relation *r, const char *name)
{
    const ast_field *existing = existing_key(c, r, name);

    if (existing)
        return existing->arity;
    return r->forward ? r->forward->field->arity : SCHEMA_OPTIONAL;
}

static const char *arity_mark(schema_arity arity)
{
    return arity == SCHEMA_LIST ? "[]" : arity == SCHEMA_OPTIONAL ? "?" : "";
}

static bool is_builtin(const char *type)
{
    static const char *const types[] = {"String",  "Boolean",  "Int",  "BigInt", "Float",
                                        "Decimal", "DateTime", "Json", "Bytes"};

    for (size_t i = 0; i < TENON__COUNT(types); i++) {
        if (strcmp(type, types[i]) == 0)
            return true;
    }
    return false;
}

/* ---- parts ---- */

static void add_part(completion *c, uint32_t file, size_t position, const char *text)
{
    complete_list *out = c->out;

    if (out->count == out->capacity) {
        size_t capacity = out->capacity ? out->capacity * 2 : 16;
        void *items = tenon__arena_resize(c->arena, out->items, capacity * sizeof *out->items);
        if (!items)
            return;
        out->items = items;
        out->capacity = capacity;
    }
    out->items[out->count++] = (complete_part){file, (uint32_t)position, or_empty(text)};
}

/* A line before the closing brace of a model. */
static void add_line(completion *c, const model *m, const char *line)
{
    add_part(c, m->block->span.file, m->block->span.end - 1, line);
}

/* `fields: [postId]` as it will be. */
static const char *fields_argument(completion *c, const relation *r)
{
    const char *list = "";
    field_list key = referenced_key(r);

    for (size_t i = 0; i < key.count && list; i++)
        list = tenon__arena_format(c->arena, "%s%s%s", list, i ? ", " : "",
                                   key_name(c, r, key.items[i]));
    return or_empty(tenon__arena_format(c->arena, "fields: [%s]", or_empty(list)));
}

/* `references: [id]`: as given, or the first key of the other model that has neither optional nor
 * unsupported fields. */
static const char *references_argument(completion *c, const relation *r)
{
    field_list key = r->forward ? r->forward->references : (field_list){0};
    const char *list = "";

    for (size_t i = 0; i < r->to->unique_count && !key.items; i++) {
        if (is_strict(r->to->uniques[i]))
            key = r->to->uniques[i];
    }
    for (size_t i = 0; key.items && i < key.count && list; i++)
        list =
            tenon__arena_format(c->arena, "%s%s%s", list, i ? ", " : "", key.items[i]->name.text);
    return or_empty(tenon__arena_format(c->arena, "references: [%s]", or_empty(list)));
}

static void add_back_field(completion *c, const relation *r)
{
    const char *type = r->from->block->name.text;
    const char *name = inflect_camel_case(c->arena, type);
    bool is_ignored =
        find_attribute(r->from->block->attributes, r->from->block->attribute_count, "ignore");

    if (name && !r->is_one_to_one)
        name = inflect_plural(c->arena, name);
    add_line(c, r->to,
             tenon__arena_format(c->arena, "%s %s%s %s\n", or_empty(name), type,
                                 r->is_one_to_one ? "?" : "[]", is_ignored ? "@ignore" : ""));
}

static void add_forward_field(completion *c, const relation *r)
{
    const char *type = r->to->block->name.text;
    const char *name = inflect_camel_case(c->arena, type);
    field_list key = referenced_key(r);
    bool is_optional = false;

    for (size_t i = 0; i < key.count; i++)
        is_optional |= key_arity(c, r, key_name(c, r, key.items[i])) == SCHEMA_OPTIONAL;
    add_line(c, r->from,
             tenon__arena_format(c->arena, "%s %s%s @relation(%s, %s)\n", or_empty(name), type,
                                 is_optional ? "?" : "", fields_argument(c, r),
                                 references_argument(c, r)));
}

/* The native type of a field as it is written, or "". */
static const char *native_type(completion *c, const ast_field *field)
{
    for (size_t i = 0; i < field->attribute_count; i++) {
        const ast_attribute *a = &field->attributes[i];
        const char *text = c->s->files[a->span.file].text;
        if (strchr(a->name.text, '.')) {
            text = tenon__arena_copy(c->arena, text + a->span.start, a->span.end - a->span.start);
            return or_empty(text);
        }
    }
    return "";
}

static void add_key_fields(completion *c, const relation *r)
{
    field_list key = referenced_key(r);

    for (size_t i = 0; i < key.count; i++) {
        const char *name = key_name(c, r, key.items[i]);
        if (existing_key(c, r, name))
            continue;
        if (key.items[i]->is_unsupported || !is_builtin(key.items[i]->type.text))
            return;
        add_line(c, r->from,
                 tenon__arena_format(c->arena, "%s %s%s %s\n", name, key.items[i]->type.text,
                                     arity_mark(key_arity(c, r, name)),
                                     native_type(c, key.items[i])));
    }
}

static void complete_fields(completion *c, const relation *r)
{
    if (!r->back)
        add_back_field(c, r);
    if (!r->forward)
        add_forward_field(c, r);
    if (!r->forward || !r->forward->fields.items)
        add_key_fields(c, r);
}

static void complete_attribute(completion *c, const relation *r)
{
    if (!r->forward || r->forward->attribute)
        return;
    schema_span type = r->forward->field->type.span;
    const char *text = c->s->files[type.file].text;
    size_t position = type.end + strspn(text + type.end, "[]?!");
    add_part(c, type.file, position,
             tenon__arena_format(c->arena, " @relation(%s, %s)", fields_argument(c, r),
                                 references_argument(c, r)));
}

static void complete_arguments(completion *c, const relation *r)
{
    const ast_attribute *a = r->forward ? r->forward->attribute : NULL;

    if (!a || (r->forward->fields.items && r->forward->references.items))
        return;
    const char *fields = r->forward->fields.items ? "" : fields_argument(c, r);
    const char *references = r->forward->references.items ? "" : references_argument(c, r);
    const char *text = tenon__arena_format(
        c->arena, "%s%s%s%s%s", a->arguments.has_parentheses ? "" : "(",
        a->arguments.count ? ", " : "", fields, *fields && *references ? ", " : "", references);
    if (text && !a->arguments.has_parentheses)
        text = tenon__arena_format(c->arena, "%s)", text);
    add_part(c, a->span.file, a->span.end - (a->arguments.has_parentheses ? 1 : 0), text);
}

/* ---- all of it ---- */

/* By place; parts for one place stay in the order in which they were found. */
static void sort_parts(complete_list *list)
{
    for (size_t i = 1; i < list->count; i++) {
        complete_part part = list->items[i];
        size_t k = i;
        for (; k && (list->items[k - 1].file > part.file ||
                     (list->items[k - 1].file == part.file &&
                      list->items[k - 1].position > part.position));
             k--)
            list->items[k] = list->items[k - 1];
        list->items[k] = part;
    }
}

bool complete_relations(schema *s, tenon__arena *arena, complete_list *out)
{
    completion c = {.s = s, .arena = arena, .out = out};
    bool is_done = add_models(&c) && add_ends(&c);

    for (size_t i = 0; i < c.end_count && is_done; i++)
        infer_relation(&c, &c.ends[i]);
    for (size_t i = 0; i < c.relation_count; i++)
        complete_fields(&c, &c.relations[i]);
    for (size_t i = 0; i < c.relation_count; i++)
        complete_attribute(&c, &c.relations[i]);
    for (size_t i = 0; i < c.relation_count; i++)
        complete_arguments(&c, &c.relations[i]);
    tenon__map_release(&c.by_name);
    sort_parts(out);
    return is_done && !arena->failed;
}
