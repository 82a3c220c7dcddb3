/* The attributes of fields, models and enums, each on its own: which there are, and the meaning of
 * the small ones. Keys and indexes are in check_index.c, @default in check_default.c, @relation in
 * check_relation.c. */
#include "schema/check.h"

/* ---- names in the database ------------------------------------------------------------------- */

static void report_mapped(check *c, const check_field *f)
{
    check_error(c, f->ast->span, "give it another name by @map",
                "the %s '%s' already has a field of that name in the database",
                check_kind_of(f->model), f->model->model->name);
}

/* Another scalar field of which the column has that name, as far as the fields have been seen. */
static bool is_taken_by_name(const check_field *f, const char *name)
{
    const check_field *other = check_find_field(f->model, name);

    if (!other || other == f || !check_is_scalar(other))
        return false;
    return !other->is_mapped || strcmp(other->field->database_name, name) == 0;
}

static void apply_field_map(check *c, check_target *t, const check_use *use)
{
    const char *name = check_argument_text(use, 0);
    check_field *f = t->field;

    if (!name)
        return;
    f->field->database_name = name;
    f->is_mapped = true;
    if (tenon__map_get(&f->model->mapped, name, strlen(name)))
        report_mapped(c, f);
    if (!tenon__map_put(&f->model->mapped, name, strlen(name), f))
        c->s->has_failed_memory = true;
    if (is_taken_by_name(f, name))
        report_mapped(c, f);
}

static void apply_model_map(check *c, check_target *t, const check_use *use)
{
    const char *name = check_argument_text(use, 0);

    (void)c;
    t->model->map = use->ast;
    if (name)
        t->model->model->database_name = name;
}

static void apply_enum_map(check *c, check_target *t, const check_use *use)
{
    const char *name = check_argument_text(use, 0);

    (void)c;
    if (name)
        t->enumeration->enumeration->database_name = name;
}

static void apply_value_map(check *c, check_target *t, const check_use *use)
{
    const char *name = check_argument_text(use, 0);

    (void)c;
    if (name)
        t->value->database_name = name;
}

static void apply_model_schema(check *c, check_target *t, const check_use *use)
{
    (void)c;
    t->model->schema = check_argument(use, 0);
    t->model->model->database_schema = check_argument_text(use, 0);
}

static void apply_enum_schema(check *c, check_target *t, const check_use *use)
{
    (void)c;
    t->enumeration->schema = check_argument(use, 0);
    t->enumeration->enumeration->database_schema = check_argument_text(use, 0);
}

/* ---- @ignore, @updatedAt --------------------------------------------------------------------- */

static void apply_ignore(check *c, check_target *t, const check_use *use)
{
    if (t->field->field->kind == SCHEMA_UNSUPPORTED && !t->field->composite)
        check_error(c, use->ast->span, "remove @ignore",
                    "an Unsupported field is ignored by the client already");
    else
        t->field->field->is_ignored = true;
}

static void apply_block_ignore(check *c, check_target *t, const check_use *use)
{
    (void)use;
    for (size_t i = 0; i < t->model->ast->field_count; i++) {
        const check_field *f = &t->model->fields[i];
        if (f->field->is_ignored && check_is_scalar(f))
            check_error(c, f->ast->span, "remove @ignore",
                        "a field of an ignored %s need not be ignored itself",
                        check_kind_of(t->model));
    }
    t->model->model->is_ignored = true;
}

static void apply_updated_at(check *c, check_target *t, const check_use *use)
{
    schema_field *field = t->field->field;

    if (field->kind != SCHEMA_SCALAR || field->type != SCHEMA_DATETIME)
        check_error(c, use->ast->span, NULL, "a field with @updatedAt must be of type DateTime");
    if (field->arity == SCHEMA_LIST)
        check_error(c, use->ast->span, NULL, "a field with @updatedAt must not be a list");
    field->is_updated_at = true;
}

/* ---- what does not belong on a field --------------------------------------------------------- */

static void refuse_relation(check *c, check_target *t, const check_use *use)
{
    check_error(c, use->ast->span, NULL,
                "@relation is for fields of which the type is a model, not %s",
                check_type_name(t->field));
}

static void refuse_on_relation(check *c, check_target *t, const check_use *use)
{
    const char *fields = check_join_fields(c, &t->field->fields, ", ");

    check_error(c, use->ast->span,
                !*fields ? NULL
                : t->field->fields.count == 1
                    ? check_format(c, "put it on '%s'", fields)
                    : check_format(c, "write @@%s([%s])", use->ast->name.text, fields),
                "the relation field '%s' cannot have @%s", t->field->field->name,
                use->ast->name.text);
}

static void check_shard_field(check *c, const check_field *f, const ast_attribute *ast)
{
    if (f->field->arity != SCHEMA_REQUIRED)
        check_error(c, ast->span, NULL, "a field of a shard key must be required, but '%s' is not",
                    f->field->name);
}

static void apply_shard_key(check *c, check_target *t, const check_use *use)
{
    t->field->shard_key = use->ast;
    check_shard_field(c, t->field, use->ast);
}

static void apply_block_shard_key(check *c, check_target *t, const check_use *use)
{
    check_list fields = {0};

    t->model->shard_key = use->ast;
    if (check_argument(use, 0))
        check_field_list(c, t->model, check_argument(use, 0), use->ast, "the shard key", &fields);
    for (size_t i = 0; i < fields.count; i++)
        check_shard_field(c, fields.items[i], use->ast);
}

/* ---- the rules --------------------------------------------------------------------------------
 * In each table the larger attributes come last, since their meaning looks at the smaller ones. */

#define ONE_NAME(parameter)                                                                        \
    {                                                                                              \
        {                                                                                          \
            parameter, CHECK_STRING, CHECK_MAIN                                                    \
        }                                                                                          \
    }

static const check_rule field_map = {"map", apply_field_map, .parameters = ONE_NAME("name")};
static const check_rule ignore = {"ignore", apply_ignore};
static const check_rule no_relation = {"relation", refuse_relation, .takes_anything = true};
static const check_rule updated_at = {"updatedAt", apply_updated_at};
static const check_rule shard_key = {"shardKey", apply_shard_key};
static const check_rule *const scalar_rules[] = {
    &field_map,         &ignore,   &no_relation, &check_id_rule, &updated_at, &check_default_rule,
    &check_unique_rule, &shard_key};

static const check_rule no_id = {"id", refuse_on_relation, .takes_anything = true};
static const check_rule no_unique = {"unique", refuse_on_relation, .takes_anything = true};
static const check_rule no_default = {"default", refuse_on_relation, .takes_anything = true};
static const check_rule no_map = {"map", refuse_on_relation, .takes_anything = true};
static const check_rule *const relation_rules[] = {&check_relation_rule, &no_id,  &ignore,
                                                   &no_default,          &no_map, &no_unique};

static const check_rule block_ignore = {"ignore", apply_block_ignore};
static const check_rule block_map = {"map", apply_model_map, .parameters = ONE_NAME("name")};
static const check_rule block_schema = {"schema", apply_model_schema,
                                        .parameters = ONE_NAME("map")};
static const check_rule block_shard_key = {"shardKey", apply_block_shard_key,
                                           .parameters = {{"fields", CHECK_ANY, CHECK_MAIN}}};
static const check_rule *const model_rules[] = {&block_ignore,
                                                &check_block_id_rule,
                                                &block_map,
                                                &block_schema,
                                                &check_block_index_rule,
                                                &check_block_unique_rule,
                                                &check_block_fulltext_rule,
                                                &block_shard_key};

static const check_rule enum_map = {"map", apply_enum_map, .parameters = ONE_NAME("name")};
static const check_rule enum_schema = {"schema", apply_enum_schema, .parameters = ONE_NAME("map")};
static const check_rule *const enum_rules[] = {&enum_map, &enum_schema};

static const check_rule value_map = {"map", apply_value_map, .parameters = ONE_NAME("name")};
static const check_rule *const value_rules[] = {&value_map};

static const check_rules for_scalars = {"@", scalar_rules, TENON__COUNT(scalar_rules)};
static const check_rules for_relations = {"@", relation_rules, TENON__COUNT(relation_rules)};
static const check_rules for_models = {"@@", model_rules, TENON__COUNT(model_rules)};
static const check_rules for_enums = {"@@", enum_rules, TENON__COUNT(enum_rules)};
static const check_rules for_values = {"@", value_rules, TENON__COUNT(value_rules)};

/* ---- native types ---------------------------------------------------------------------------- */

/* Finds `@db.…`; the last one counts when there are more. */
static void find_native(check *c, check_field *f)
{
    for (size_t i = 0; i < f->ast->attribute_count; i++) {
        const ast_attribute *attribute = &f->ast->attributes[i];
        if (!strchr(attribute->name.text, '.'))
            continue;
        if (f->native)
            check_error(c, attribute->span, "remove one of them",
                        "the field '%s' has two native types", f->field->name);
        f->native = attribute;
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

static void check_relation_field(check *c, check_field *f)
{
    check_target target = {.model = f->model, .field = f};
    check_attributes(c, &target, f->ast->attributes, f->ast->attribute_count, &for_relations,
                     false);
}

static void check_scalar_field(check *c, check_field *f)
{
    check_target target = {.model = f->model, .field = f};
    bool is_builtin = f->field->kind == SCHEMA_SCALAR;

    check_attributes(c, &target, f->ast->attributes, f->ast->attribute_count, &for_scalars,
                     is_builtin);
    if (is_builtin)
        find_native(c, f);
}

static void check_id_arity(check *c, const check_model *m)
{
    const check_index *key = m->primary_key;

    if (key && !m->model->is_ignored && key->index->is_field_attribute &&
        key->index->columns[0].field->arity != SCHEMA_REQUIRED)
        check_error(c, key->attribute->span, NULL, "a field with @id must be required");
}

static void check_model_attributes(check *c, check_model *m)
{
    check_target target = {.model = m};

    for (size_t i = 0; i < m->ast->field_count; i++) {
        if (check_is_scalar(&m->fields[i]))
            check_scalar_field(c, &m->fields[i]);
    }
    check_attributes(c, &target, m->ast->attributes, m->ast->attribute_count, &for_models, false);
    check_id_arity(c, m);
    for (size_t i = 0; i < m->index_count; i++)
        check_partial_index(c, m, &m->indexes[i]);
}

static void check_enum_attributes(check *c, check_enum *e)
{
    for (size_t i = 0; i < e->ast->value_count; i++) {
        const ast_enum_value *value = &e->ast->values[i];
        check_target target = {.enumeration = e, .value = &e->enumeration->values[i]};
        check_attributes(c, &target, value->attributes, value->attribute_count, &for_values, false);
    }
    check_target target = {.enumeration = e};
    check_attributes(c, &target, e->ast->attributes, e->ast->attribute_count, &for_enums, false);
}

/* Relation fields first: an index that names one suggests the fields behind it. */
void check_all_attributes(check *c)
{
    for (size_t i = 0; i < c->model_count; i++) {
        check_model *m = &c->models[i];
        for (size_t k = 0; k < m->ast->field_count; k++) {
            if (check_is_relation(&m->fields[k]))
                check_relation_field(c, &m->fields[k]);
        }
    }
    for (size_t i = 0; i < c->model_count; i++)
        check_model_attributes(c, &c->models[i]);
    for (size_t i = 0; i < c->enum_count; i++)
        check_enum_attributes(c, &c->enums[i]);
    for (size_t i = 0; i < c->top_count; i++) {
        if (c->tops[i].block->kind == AST_TYPE)
            check_composite_attributes(c, c->tops[i].block);
    }
}
