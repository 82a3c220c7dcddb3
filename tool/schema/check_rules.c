/* The rules of the database: what a schema that is right in itself must keep for PostgreSQL or
 * SQLite.
 *
 * Models come before views, and each is gone through from keys over fields to indexes. An ambiguous
 * relation ends it all, since nothing behind it could be said with certainty. */
#include "schema/check.h"

/* ---- databases ------------------------------------------------------------------------------- */

const check_connector check_no_connector = {.name = "a schema without datasource"};

static const check_connector postgresql = {.name = "postgresql",
                                           .provider = SCHEMA_POSTGRESQL,
                                           .name_limit_bytes = 63,
                                           .has_native_types = true,
                                           .has_scalar_lists = true,
                                           .has_decimal = true,
                                           .has_schemas = true,
                                           .has_named_keys = true,
                                           .has_free_autoincrement = true,
                                           .has_free_key_order = true,
                                           .allows_required_set_null = true};

static const check_connector sqlite = {.name = "sqlite",
                                       .provider = SCHEMA_SQLITE,
                                       .name_limit_bytes = 10000,
                                       .has_decimal = true,
                                       .has_free_key_order = true};

const check_connector *check_find_connector(const char *provider)
{
    if (strcmp(provider, "postgresql") == 0 || strcmp(provider, "postgres") == 0)
        return &postgresql;
    return strcmp(provider, "sqlite") == 0 ? &sqlite : NULL;
}

/* ---- @@schema -------------------------------------------------------------------------------- */

static bool has_schema(const check *c, const char *name)
{
    const schema_datasource *source = c->s->datasource;

    for (size_t i = 0; i < source->schema_count; i++) {
        if (strcmp(source->schemas[i], name) == 0)
            return true;
    }
    return false;
}

static const char *hint_schema(check *c, const char *name)
{
    const schema_datasource *source = c->s->datasource;

    if (!source->schema_count)
        return "list it in the datasource: schemas = [\"…\"]";
    return check_hint_near(c, name, source->schemas, source->schema_count);
}

/* `given` is the argument of @@schema, or NULL. */
static void check_database_schema(check *c, const ast_expression *given, const ast_block *block,
                                  const char *kind)
{
    if (given && !c->connector->has_schemas)
        check_error(c, given->span, "remove @@schema", "%s has no schemas", c->connector->name);
    else if (given && c->s->datasource && !has_schema(c, given->text))
        check_error(c, given->span, hint_schema(c, given->text),
                    "the datasource does not list the schema '%s'", given->text);
    else if (!given && c->connector->has_schemas && c->schemas)
        check_error(c, block->span, "the datasource lists schemas, so each needs one",
                    "the %s '%s' has no @@schema", kind, block->name.text);
}

/* ---- names of tables and enums --------------------------------------------------------------- */

static const char *table_key(check *c, const char *space, const char *name)
{
    return check_format(c, "%s\n%s", space ? space : "", name);
}

static void check_table_name(check *c, tenon__map *seen, check_model *m)
{
    const char *key = table_key(c, m->model->database_schema, m->model->database_name);
    check_model *other = tenon__map_get(seen, key, strlen(key));
    const check_model *named = m->map ? m : other;

    if (other)
        check_error(c, named->map ? named->map->span : m->ast->span,
                    "give it another name by @@map", "'%s' and '%s' have the same table '%s'",
                    other->model->name, m->model->name, m->model->database_name);
    if (!tenon__map_put(seen, key, strlen(key), m))
        c->s->has_failed_memory = true;
}

static void check_table_names(check *c)
{
    TENON__CLEANUP(tenon__map_release) tenon__map seen = {0};

    for (int is_view = 0; is_view < 2; is_view++) {
        for (size_t i = 0; i < c->model_count; i++) {
            if (c->models[i].model->is_view == (is_view == 1))
                check_table_name(c, &seen, &c->models[i]);
        }
    }
}

static void check_enums(check *c)
{
    TENON__CLEANUP(tenon__map_release) tenon__map seen = {0};

    for (size_t i = 0; i < c->enum_count; i++) {
        const check_enum *e = &c->enums[i];
        const char *key =
            table_key(c, e->enumeration->database_schema, e->enumeration->database_name);
        if (tenon__map_get(&seen, key, strlen(key)))
            check_error(c, e->ast->span, "give it another name by @@map",
                        "there is another enum with the name '%s' in the database",
                        e->enumeration->database_name);
        if (!tenon__map_put(&seen, key, strlen(key), e->enumeration))
            c->s->has_failed_memory = true;
        check_database_schema(c, e->schema, e->ast, "enum");
    }
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* Whether a row can be told by it: unique, and no field may be missing. */
static bool is_strict(const check_index *index)
{
    if (index->index->kind != SCHEMA_PRIMARY_KEY && index->index->kind != SCHEMA_UNIQUE)
        return false;
    for (size_t i = 0; i < index->index->column_count; i++) {
        const schema_field *field = index->columns[i].field->field;
        if (field->arity == SCHEMA_OPTIONAL || field->kind == SCHEMA_UNSUPPORTED)
            return false;
    }
    return true;
}

static void check_has_key(check *c, const check_model *m)
{
    for (size_t i = 0; i < m->index_count; i++) {
        if (is_strict(&m->indexes[i]))
            return;
    }
    if (!m->model->is_ignored && !m->model->is_view)
        check_error(c, m->ast->span,
                    "add @id or @unique to a field, or @@id or @@unique to the model",
                    "the model '%s' needs a key of required fields", m->model->name);
}

static const char *joined_name(check *c, const check_index *index)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};

    for (size_t i = 0; i < index->index->column_count; i++)
        tenon__buf_format(&text, "%s%s", i ? "_" : "", index->columns[i].field->field->name);
    return check_format(c, "%s", tenon__buf_string(&text));
}

/* A key of several fields is called by all of them: a_b. */
static void check_joined_name(check *c, const check_model *m, const check_index *index)
{
    if (index->index->column_count < 2)
        return;
    const check_field *f = check_find_field(m, joined_name(c, index));
    if (f && !check_is_relation(f))
        check_error(c, index->attribute->span, "give it another name by name:",
                    "the name of this key is that of the field '%s'", f->field->name);
}

/* Names that the client gives to keys, each once in a model. */
static void check_client_names(check *c, const check_model *m)
{
    TENON__CLEANUP(tenon__map_release) tenon__map counts = {0};

    for (size_t i = 0; i < m->index_count; i++) {
        const char *name = m->indexes[i].index->name;
        if (!name)
            continue;
        const check_index *other = tenon__map_get(&counts, name, strlen(name));
        const check_index *both[] = {other, &m->indexes[i]};
        for (size_t k = 0; other && k < 2; k++)
            check_error(c, check_span_of(both[k]->attribute, "name", both[k]->attribute->span),
                        "give it another name", "'%s' has two keys with the name '%s'",
                        m->model->name, name);
        if (!tenon__map_put(&counts, name, strlen(name), &m->indexes[i]))
            c->s->has_failed_memory = true;
        if (check_find_field(m, name))
            check_error(c, m->ast->span, "give the key another name",
                        "'%s' has a field and a key with the name '%s'", m->model->name, name);
    }
}

static bool has_part(const check_index *index, bool is_length)
{
    for (size_t i = 0; i < index->index->column_count; i++) {
        if (is_length ? index->columns[i].has_length : index->columns[i].has_sort)
            return true;
    }
    return false;
}

static void check_long_name(check *c, const check_index *index)
{
    if (index->index->is_database_name_given &&
        check_is_name_too_long(c, index->index->database_name))
        check_error(c, index->attribute->span, NULL, "the name in 'map' is longer than %zu bytes",
                    c->connector->name_limit_bytes);
}

/* What both keys and indexes may not have. */
static void check_common(check *c, const check_index *index)
{
    if (!index->index->column_count)
        check_error(c, index->attribute->span, NULL, "name at least one field");
    if (has_part(index, true))
        check_error(c, index->attribute->span, "remove 'length'",
                    "%s has no index of the beginning "
                    "of a value",
                    c->connector->name);
    if (index->has_clustering)
        check_error(c, index->attribute->span, "remove 'clustered'", "%s has no clustered keys",
                    c->connector->name);
    check_long_name(c, index);
}

static void check_primary_key(check *c, const check_model *m, const check_index *key)
{
    if (m->model->is_view) {
        check_error(c, key->attribute->span, "use @unique", "a view cannot have a primary key");
        return;
    }
    check_common(c, key);
    check_index_name_clash(c, m, key);
    check_joined_name(c, m, key);
    if (key->index->is_database_name_given && !c->connector->has_named_keys)
        check_error(c, m->ast->span, "remove 'map'", "%s has no names for primary keys",
                    c->connector->name);
    if (has_part(key, false))
        check_error(c, key->attribute->span, "remove 'sort'",
                    "the fields of a primary key cannot be sorted");
}

/* ---- indexes --------------------------------------------------------------------------------- */

static bool has_operator(const check_index *index)
{
    for (size_t i = 0; i < index->index->column_count; i++) {
        if (index->columns[i].operator|| index->columns[i].is_raw_operator)
            return true;
    }
    return false;
}

static void check_view_index(check *c, const check_index *index)
{
    if (index->index->kind != SCHEMA_UNIQUE)
        check_error(c, index->attribute->span, NULL, "a view cannot have an index");
    else if (index->index->is_database_name_given)
        check_error(c, index->attribute->span, "remove 'map'",
                    "a unique key of a view is none of the database and cannot have a name there");
    if (has_part(index, true) || has_part(index, false) || has_operator(index))
        check_error(c, index->attribute->span, NULL,
                    "the fields of a key of a view cannot have arguments");
}

static void check_algorithm(check *c, const check_index *index)
{
    if (!index->has_algorithm || c->connector->has_native_types)
        return;
    if (index->index->algorithm != SCHEMA_BTREE)
        check_error(c, check_span_of(index->attribute, "type", index->attribute->span),
                    "remove 'type'", "%s has no indexes of this type", c->connector->name);
}

static void check_one_index(check *c, check_model *m, check_index *index)
{
    if (m->model->is_view) {
        check_view_index(c, index);
        return;
    }
    check_common(c, index);
    check_index_name_clash(c, m, index);
    check_algorithm(c, index);
    if (index->index->kind == SCHEMA_UNIQUE)
        check_joined_name(c, m, index);
    if (index->index->algorithm == SCHEMA_HASH && c->connector->has_native_types &&
        has_part(index, false))
        check_error(c, index->attribute->span, "remove 'sort'",
                    "an index of type Hash has no order");
    if (index->index->kind == SCHEMA_FULLTEXT)
        check_error(c, index->attribute->span, NULL, "%s has no @@fulltext", c->connector->name);
    if (index->index->kind != SCHEMA_INDEX && has_operator(index))
        check_error(c, index->attribute->span, "remove 'ops'",
                    "only @@index takes operator classes");
    if (c->connector->has_native_types)
        check_operator_rules(c, index);
}

/* ---- scalar fields --------------------------------------------------------------------------- */

static void check_unknown_functions(check *c, const check_model *m)
{
    for (size_t i = 0; i < m->ast->field_count; i++) {
        const check_field *f = &m->fields[i];
        if (f->is_function_unknown && f->default_value)
            check_error(c, f->default_value->span,
                        "there are autoincrement, cuid, dbgenerated, nanoid, now, ulid and uuid",
                        "unknown function %s()", f->default_value->text);
    }
}

static void check_type_support(check *c, const check_field *f)
{
    const schema_field *field = f->field;

    if (field->kind == SCHEMA_SCALAR && field->type == SCHEMA_DECIMAL && !c->connector->has_decimal)
        check_error(c, f->ast->span, NULL, "%s has no Decimal", c->connector->name);
}

static void check_scalar_field(check *c, check_field *f)
{
    check_type_support(c, f);
    check_native_type(c, f);
    check_default_value(c, f);
    check_unsupported(c, f);
}

/* ---- autoincrement --------------------------------------------------------------------------- */

static bool is_autoincrement(const check_field *f)
{
    return f->default_value && f->field->default_value.kind == SCHEMA_DEFAULT_AUTOINCREMENT;
}

static bool is_whole_key(const check_model *m, const check_field *f)
{
    const check_index *key = m->primary_key;
    return key && key->index->column_count == 1 && key->columns[0].field == f;
}

static void check_autoincrement(check *c, const check_model *m)
{
    size_t count = 0;

    if (c->connector->has_free_autoincrement)
        return;
    for (size_t i = 0; i < m->ast->field_count; i++) {
        const check_field *f = &m->fields[i];
        if (!is_autoincrement(f))
            continue;
        count++;
        if (!is_whole_key(m, f))
            check_error(c, f->ast->span, NULL, "%s allows autoincrement() only on the @id field",
                        c->connector->name);
    }
    if (count > 1)
        check_error(c, m->ast->span, NULL, "%s allows only one autoincrement() in a model",
                    c->connector->name);
}

/* ---- relation fields ------------------------------------------------------------------------- */

/* How many fields of the model lead to the same model under the same name. */
static size_t count_alike(const check_field *f)
{
    size_t count = 0;

    for (size_t i = 0; i < f->model->ast->field_count; i++) {
        const check_field *other = &f->model->fields[i];
        count += other->target == f->target && strcmp(other->made_name, f->made_name) == 0;
    }
    return count;
}

static bool is_ambiguous(check *c, const check_field *f)
{
    size_t count = count_alike(f);
    bool is_self = f->target == f->model;

    if (count < 2 || (is_self && count == 2 && f->relation_name))
        return false;
    check_error(c, f->ast->span,
                f->relation_name ? "give them different names: @relation(\"…\")"
                : is_self ? "if it is one relation, give both the same name: @relation(\"…\")"
                          : "give them names: @relation(\"…\")",
                "the relation '%s' is ambiguous: %zu fields of '%s' refer to '%s'%s",
                f->field->name, count, f->model->model->name, f->target->model->name,
                f->relation_name ? " under the same name" : "");
    return true;
}

static bool is_covered(const check_field *f)
{
    for (size_t i = 0; i < f->model->index_count; i++) {
        const check_index *index = &f->model->indexes[i];
        bool is_prefix = index->index->column_count >= f->fields.count;
        for (size_t k = 0; is_prefix && k < f->fields.count; k++)
            is_prefix = index->columns[k].field == f->fields.items[k];
        if (is_prefix)
            return true;
    }
    return false;
}

static void warn_of_missing_index(check *c, const check_field *f)
{
    const schema_datasource *source = c->s->datasource;

    if (source && source->is_relation_mode_prisma && f->fields.is_given && !is_covered(f))
        check_warning(c, f->relation ? f->relation->span : f->ast->span,
                      check_format(c, "add @@index([%s])", check_join_fields(c, &f->fields, ", ")),
                      "without a foreign key the fields of '%s' have no index", f->field->name);
}

static void check_relation_field(check *c, check_field *f)
{
    if (f->target->model->is_ignored && !f->field->is_ignored && !f->model->model->is_ignored)
        check_error(c, f->ast->span, "add @ignore",
                    "the relation '%s' must be ignored, because '%s' is", f->field->name,
                    f->target->model->name);
    check_field_actions(c, f);
    if (f->constraint_name && !c->connector->has_named_keys)
        check_error(c, f->relation->span, "remove 'map'", "%s has no names for foreign keys",
                    c->connector->name);
    else if (f->constraint_name && check_is_name_too_long(c, f->constraint_name))
        check_error(c, f->relation->span, NULL, "the name in 'map' is longer than %zu bytes",
                    c->connector->name_limit_bytes);
    warn_of_missing_index(c, f);
}

/* ---- models ---------------------------------------------------------------------------------- */

static void check_shard_key(check *c, const check_model *m, const ast_attribute *attribute)
{
    if (!attribute || m->model->is_view)
        return;
    if (!(c->features & CHECK_FEATURE_SHARD_KEYS))
        check_error(c, attribute->span, NULL, "shard keys need the preview feature shardKeys");
    check_error(c, attribute->span, "remove it", "%s has no shard keys", c->connector->name);
}

static void check_keys(check *c, check_model *m)
{
    if (m->model->is_view && !(c->features & CHECK_FEATURE_VIEWS))
        check_error(c, m->ast->span, "add it to the generator: previewFeatures = [\"views\"]",
                    "views need the preview feature views");
    check_has_key(c, m);
    check_client_names(c, m);
    for (size_t i = 0; i < m->index_count; i++) {
        if (m->indexes[i].index->kind == SCHEMA_PRIMARY_KEY)
            check_primary_key(c, m, &m->indexes[i]);
    }
    check_shard_key(c, m, m->shard_key);
    check_database_schema(c, m->schema, m->ast, check_kind_of(m));
    check_autoincrement(c, m);
}

/* False when nothing after it can be relied on. */
static bool check_model_rules(check *c, check_model *m)
{
    size_t count = m->ast->field_count;

    check_keys(c, m);
    for (size_t i = 0; i < count; i++) {
        check_shard_key(c, m, m->fields[i].shard_key);
        if (!check_is_relation(&m->fields[i]))
            check_scalar_field(c, &m->fields[i]);
    }
    for (size_t i = 0; i < count; i++) {
        check_field *f = &m->fields[i];
        if (check_is_relation(f) && is_ambiguous(c, f))
            return false;
        if (check_is_relation(f))
            check_relation_field(c, f);
    }
    for (size_t i = 0; i < m->index_count; i++) {
        if (m->indexes[i].index->kind != SCHEMA_PRIMARY_KEY)
            check_one_index(c, m, &m->indexes[i]);
    }
    return true;
}

static bool check_models(check *c)
{
    for (int is_view = 0; is_view < 2; is_view++) {
        for (size_t i = 0; i < c->model_count; i++) {
            bool is_its_turn = c->models[i].model->is_view == (is_view == 1);
            if (is_its_turn && !check_model_rules(c, &c->models[i]))
                return false;
        }
    }
    return true;
}

/* A packed list is one value. */
static void check_list_support(check *c, const check_field *f)
{
    const schema_field *field = f->field;
    if (field->arity == SCHEMA_LIST && !schema_is_packed(field))
        check_error(c, f->ast->span, "use a relation, or Json", "%s has no lists in fields",
                    c->connector->name);
}

void check_lists(check *c)
{
    for (size_t m = 0; !c->connector->has_scalar_lists && m < c->model_count; m++) {
        check_model *model = &c->models[m];
        for (size_t i = 0; i < model->ast->field_count; i++)
            if (!check_is_relation(&model->fields[i]))
                check_list_support(c, &model->fields[i]);
    }
}

void check_database_rules(check *c)
{
    check_composites(c);
    for (size_t i = 0; i < c->model_count; i++)
        check_unknown_functions(c, &c->models[i]);
    check_extension_names(c);
    check_table_names(c);
    if (!check_models(c))
        return;
    check_enums(c);
    for (size_t i = 0; i < c->relation_count; i++)
        check_relation_rules(c, &c->relations[i]);
}
