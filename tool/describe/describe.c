/* Walks a checked schema and builds one descriptor a model.
 *
 * Everything is allocated in the set's arena; names are borrowed from the schema. The order of
 * uniques is part of the contract with generated code: the primary key first when there is one,
 * then the uniques as the schema lists them; those with an ignored column are left out. */
#include "describe/describe.h"

#include <stdlib.h>

#include "describe/field.h"

static bool describe_enums(describe_set *set, const schema *s)
{
    set->enum_count = s->enum_count;
    set->enums = tenon__arena_array(&set->arena, s->enum_count, sizeof *set->enums);
    if (!set->enums)
        return false;
    for (size_t i = 0; i < s->enum_count; i++) {
        const schema_enum *source = s->enums[i];
        size_t bytes = source->value_count * sizeof(const char *);
        const char **names = tenon__arena_alloc(&set->arena, bytes);
        const char **values = tenon__arena_alloc(&set->arena, bytes);
        if (!names || !values)
            return false;
        for (size_t v = 0; v < source->value_count; v++) {
            names[v] = source->values[v].name;
            values[v] = source->values[v].database_name;
        }
        set->enums[i] = (tenon_enum){.name = source->name,
                                     .type = source->database_name,
                                     .type_schema = source->database_schema,
                                     .names = names,
                                     .values = values,
                                     .count = (uint32_t)source->value_count};
    }
    return true;
}

static bool has_column(const schema_field *field)
{
    return field->kind != SCHEMA_RELATION && !field->is_ignored;
}

static bool describe_fields(describe_set *set, const schema *s, describe_model *out,
                            tenon_error *err)
{
    size_t most = out->source->field_count;
    tenon_field *fields = tenon__arena_array(&set->arena, most, sizeof *fields);
    out->sources = tenon__arena_array(&set->arena, most, sizeof(const schema_field *));
    if (!fields || !out->sources)
        return tenon__fail_no_memory(err);
    uint32_t count = 0;
    for (size_t i = 0; i < most; i++) {
        const schema_field *source = out->source->fields[i];
        if (!has_column(source))
            continue;
        if (!describe_field(&set->arena, s, set->enums, &out->model, source, &fields[count], err))
            return false;
        out->sources[count++] = source;
    }
    out->model.fields = out->fields = fields;
    out->model.field_count = count;
    return true;
}

const uint16_t *describe_field_indexes(tenon__arena *arena, const describe_model *out,
                                       const schema_field *const *columns, size_t count)
{
    uint16_t *fields = tenon__arena_array(arena, count, sizeof *fields);
    for (size_t c = 0; fields && c < count; c++) {
        uint32_t i = 0;
        while (i < out->model.field_count && out->sources[i] != columns[c])
            i++;
        if (i == out->model.field_count)
            return NULL;
        fields[c] = (uint16_t)i;
    }
    return fields;
}

/* "email", or "userId_groupId" as the language names it, or the name given in the schema. */
static const char *unique_name(tenon__arena *arena, const schema_index *source)
{
    if (source->name)
        return source->name;
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    for (size_t c = 0; c < source->column_count; c++) {
        if (c)
            tenon__buf_char(&name, '_');
        tenon__buf_text(&name, source->columns[c].field->name);
    }
    return name.failed ? NULL : tenon__arena_text(arena, tenon__buf_string(&name));
}

static bool add_unique(describe_set *set, describe_model *out, tenon_unique *uniques,
                       const schema_index *source)
{
    if (!source)
        return true;
    const schema_field *columns[TENON_MAX_KEY];
    for (size_t c = 0; c < source->column_count; c++)
        columns[c] = source->columns[c].field;
    const uint16_t *fields =
        describe_field_indexes(&set->arena, out, columns, source->column_count);
    if (!fields)
        return !set->arena.failed;
    uint32_t at = out->model.unique_count++;
    out->unique_sources[at] = source;
    uniques[at] = (tenon_unique){.name = unique_name(&set->arena, source),
                                 .constraint = source->database_name,
                                 .fields = fields,
                                 .field_count = (uint16_t)source->column_count,
                                 .is_primary = source->kind == SCHEMA_PRIMARY_KEY,
                                 .is_partial = source->where != NULL};
    return uniques[at].name != NULL;
}

static bool describe_uniques(describe_set *set, describe_model *out)
{
    const schema_model *source = out->source;
    tenon_unique *uniques =
        tenon__arena_array(&set->arena, source->unique_count + 1, sizeof *uniques);
    out->unique_sources =
        tenon__arena_array(&set->arena, source->unique_count + 1, sizeof(const schema_index *));
    if (!uniques || !out->unique_sources || !add_unique(set, out, uniques, source->primary_key))
        return false;
    for (size_t i = 0; i < source->unique_count; i++)
        if (!add_unique(set, out, uniques, source->uniques[i]))
            return false;
    out->model.uniques = uniques;
    return true;
}

/* Adds a constraint on fields that all have descriptors; the others are left out. */
static bool add_constraint(describe_set *set, describe_model *out, tenon_constraint *constraints,
                           const char *name, const schema_field *const *columns, size_t count)
{
    const uint16_t *fields = describe_field_indexes(&set->arena, out, columns, count);
    if (fields)
        constraints[out->model.constraint_count++] = (tenon_constraint){
            .constraint = name, .fields = fields, .field_count = (uint16_t)count};
    return !set->arena.failed;
}

static bool is_key_of(const schema_relation *relation, const schema_model *model)
{
    return relation->from == model && relation->kind != SCHEMA_MANY_TO_MANY &&
           relation->constraint_name;
}

static bool add_checks(describe_set *set, describe_model *out, tenon_constraint *constraints,
                       const schema_field *field)
{
    size_t count = 0;
    for (size_t i = 0; i < field->comment.word_count; i++) {
        if (strcmp(field->comment.words[i].name, "check") != 0)
            continue;
        TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
        schema_check_name(out->source, field, ++count, &text);
        const char *name = tenon__arena_text(&set->arena, tenon__buf_string(&text));
        if (text.failed || !name || !add_constraint(set, out, constraints, name, &field, 1))
            return false;
    }
    return true;
}

static size_t most_constraints(const schema *s, const schema_model *model)
{
    size_t most = s->relation_count;
    for (size_t i = 0; i < model->field_count; i++)
        most += model->fields[i]->comment.word_count;
    return most;
}

/* Foreign keys and the checks of fields, so that errors can name fields. */
static bool describe_constraints(describe_set *set, const schema *s, describe_model *out)
{
    const schema_model *model = out->source;
    tenon_constraint *constraints =
        tenon__arena_array(&set->arena, most_constraints(s, model), sizeof *constraints);
    if (!constraints)
        return false;
    for (size_t i = 0; i < s->relation_count; i++) {
        const schema_relation *relation = s->relations[i];
        if (is_key_of(relation, model) &&
            !add_constraint(set, out, constraints, relation->constraint_name,
                            (const schema_field *const *)relation->fields, relation->field_count))
            return false;
    }
    for (size_t i = 0; i < model->field_count; i++)
        if (!add_checks(set, out, constraints, model->fields[i]))
            return false;
    out->model.constraints = constraints;
    return true;
}

/* The field that marks deleted rows: it has the word, or that of the model names it. */
static uint16_t find_deleted_column(const describe_model *out)
{
    const schema_word *word = schema_find_word(&out->source->comment, "softDelete");
    const char *name = word && word->argument_count ? word->arguments[0].value : NULL;
    for (uint32_t i = 0; i < out->model.field_count; i++) {
        const schema_field *source = out->sources[i];
        if (schema_find_word(&source->comment, "softDelete") ||
            (name && strcmp(source->name, name) == 0))
            return (uint16_t)(i + 1);
    }
    return 0;
}

static bool describe_one(describe_set *set, const schema *s, const schema_model *source,
                         tenon_error *err)
{
    describe_model *out = &set->models[set->model_count++];
    *out = (describe_model){.source = source,
                            .model = {.abi = TENON_ABI,
                                      .size = sizeof(tenon_model),
                                      .name = source->name,
                                      .table = source->database_name,
                                      .schema = source->database_schema,
                                      .is_view = source->is_view}};
    if (!describe_fields(set, s, out, err))
        return false;
    out->model.deleted_column = find_deleted_column(out);
    out->model.is_audited = schema_find_word(&source->comment, "audit") != NULL;
    if (!describe_uniques(set, out) || !describe_constraints(set, s, out))
        return tenon__fail_no_memory(err);
    return true;
}

/* False also for a view of which everything is ignored: no struct can be made of it. */
static bool has_descriptor(const schema_model *source)
{
    size_t count = 0;
    for (size_t i = 0; i < source->field_count; i++)
        count += has_column(source->fields[i]);
    return count > 0 && !source->is_ignored;
}

static bool check_key(const schema_model *source, const schema_index *key, tenon_error *err)
{
    return !key || key->column_count <= TENON_MAX_KEY ||
           tenon__fail(err, TENON_LIMIT, "%s: a key of %zu fields, at most %d can be used",
                       source->name, key->column_count, TENON_MAX_KEY);
}

static bool check_keys(const schema_model *source, tenon_error *err)
{
    for (size_t i = 0; i < source->unique_count; i++)
        if (!check_key(source, source->uniques[i], err))
            return false;
    return check_key(source, source->primary_key, err);
}

describe_set *describe_schema(const schema *s, tenon_error *err)
{
    describe_set *set = calloc(1, sizeof *set);
    if (!set || !describe_enums(set, s))
        goto no_memory;
    set->models = tenon__arena_array(&set->arena, s->model_count, sizeof *set->models);
    if (!set->models)
        goto no_memory;
    for (size_t i = 0; i < s->model_count; i++) {
        if (!has_descriptor(s->models[i]))
            continue;
        if (!check_keys(s->models[i], err) || !describe_one(set, s, s->models[i], err)) {
            describe_free(set);
            return NULL;
        }
    }
    set->is_emulated = s->datasource && s->datasource->is_relation_mode_prisma;
    if (!describe_relations(set))
        goto no_memory;
    return set;
no_memory:
    describe_free(set);
    tenon__fail_no_memory(err);
    return NULL;
}

void describe_free(describe_set *set)
{
    if (!set)
        return;
    tenon__arena_release(&set->arena);
    free(set);
}
