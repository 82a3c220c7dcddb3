/* What stands in a generated source file: descriptors as const tables, and functions that only
 * pass on. */
#include "generate/emit.h"

static const char *const kind_names[] = {
    [TENON_KIND_BOOL] = "BOOL",         [TENON_KIND_INT16] = "INT16",
    [TENON_KIND_INT32] = "INT32",       [TENON_KIND_INT64] = "INT64",
    [TENON_KIND_FLOAT] = "FLOAT",       [TENON_KIND_DOUBLE] = "DOUBLE",
    [TENON_KIND_DECIMAL] = "DECIMAL",   [TENON_KIND_TEXT] = "TEXT",
    [TENON_KIND_JSON] = "JSON",         [TENON_KIND_BYTES] = "BYTES",
    [TENON_KIND_UUID] = "UUID",         [TENON_KIND_TIME] = "TIME",
    [TENON_KIND_DATE] = "DATE",         [TENON_KIND_CLOCK] = "CLOCK",
    [TENON_KIND_CLOCK_TZ] = "CLOCK_TZ", [TENON_KIND_INTERVAL] = "INTERVAL",
    [TENON_KIND_VECTOR] = "VECTOR",     [TENON_KIND_ENUM] = "ENUM",
    [TENON_KIND_OTHER] = "OTHER",       [TENON_KIND_PACKED] = "PACKED",
};

static const char *const pg_names[] = {
    [TENON_PG_BOOL] = "BOOL",
    [TENON_PG_INT2] = "INT2",
    [TENON_PG_INT4] = "INT4",
    [TENON_PG_INT8] = "INT8",
    [TENON_PG_OID] = "OID",
    [TENON_PG_FLOAT4] = "FLOAT4",
    [TENON_PG_FLOAT8] = "FLOAT8",
    [TENON_PG_NUMERIC] = "NUMERIC",
    [TENON_PG_MONEY] = "MONEY",
    [TENON_PG_TEXT] = "TEXT",
    [TENON_PG_VARCHAR] = "VARCHAR",
    [TENON_PG_BPCHAR] = "BPCHAR",
    [TENON_PG_CITEXT] = "CITEXT",
    [TENON_PG_JSON] = "JSON",
    [TENON_PG_JSONB] = "JSONB",
    [TENON_PG_BYTEA] = "BYTEA",
    [TENON_PG_UUID] = "UUID",
    [TENON_PG_TIMESTAMP] = "TIMESTAMP",
    [TENON_PG_TIMESTAMPTZ] = "TIMESTAMPTZ",
    [TENON_PG_DATE] = "DATE",
    [TENON_PG_TIME] = "TIME",
    [TENON_PG_TIMETZ] = "TIMETZ",
    [TENON_PG_INTERVAL] = "INTERVAL",
    [TENON_PG_VECTOR] = "VECTOR",
    [TENON_PG_BIT] = "BIT",
    [TENON_PG_VARBIT] = "VARBIT",
    [TENON_PG_INET] = "INET",
    [TENON_PG_XML] = "XML",
    [TENON_PG_ENUM] = "ENUM",
    [TENON_PG_OTHER] = "OTHER",
};

static const struct {
    tenon_field_flag flag;
    const char *name;
} flag_names[] = {
    {TENON_FIELD_NULLABLE, "NULLABLE"},
    {TENON_FIELD_LIST, "LIST"},
    {TENON_FIELD_KEY, "KEY"},
    {TENON_FIELD_GENERATED, "GENERATED"},
    {TENON_FIELD_UPDATED_AT, "UPDATED_AT"},
    {TENON_FIELD_SENSITIVE, "SENSITIVE"},
    {TENON_FIELD_EXACT, "EXACT"},
    {TENON_FIELD_VERSION, "VERSION"},
    {TENON_FIELD_CREATED_BY, "CREATED_BY"},
    {TENON_FIELD_UPDATED_BY, "UPDATED_BY"},
};

static const char *const default_names[] = {
    [TENON_DEFAULT_NONE] = "NONE",     [TENON_DEFAULT_VALUE] = "VALUE",
    [TENON_DEFAULT_NOW] = "NOW",       [TENON_DEFAULT_UUID4] = "UUID4",
    [TENON_DEFAULT_UUID7] = "UUID7",   [TENON_DEFAULT_CUID] = "CUID",
    [TENON_DEFAULT_CUID2] = "CUID2",   [TENON_DEFAULT_ULID] = "ULID",
    [TENON_DEFAULT_NANOID] = "NANOID",
};

/* ---- enums ------------------------------------------------------------------------------------
 */

static void emit_text_table(emitter *e, const char *name, const char *suffix,
                            const char *const *texts, uint32_t count)
{
    tenon__buf_format(e->out, "static const char *const %s_%s[] = {\n", name, suffix);
    for (uint32_t i = 0; i < count; i++) {
        tenon__buf_text(e->out, "    ");
        emit_string(e, texts[i]);
        tenon__buf_text(e->out, ",\n");
    }
    tenon__buf_text(e->out, "};\n");
}

static void emit_enum_definition(emitter *e, size_t at)
{
    const tenon_enum *source = &e->set->enums[at];
    const enum_names *names = &e->names->enums[at];
    emit_text_table(e, names->descriptor, "names", source->names, source->count);
    emit_text_table(e, names->descriptor, "values", source->values, source->count);
    tenon__buf_format(e->out, "const tenon_enum %s = {\n    .name = ", names->descriptor);
    emit_string(e, source->name);
    tenon__buf_text(e->out, ",\n    .type = ");
    emit_string(e, source->type);
    tenon__buf_text(e->out, ",\n    .type_schema = ");
    emit_string(e, source->type_schema);
    tenon__buf_format(e->out,
                      ",\n    .names = %s_names,\n    .values = %s_values,\n    .count = %u,\n"
                      "};\n\n",
                      names->descriptor, names->descriptor, source->count);
    tenon__buf_format(e->out,
                      "const char *%s(%s value)\n{\n    return tenon_enum_name(&%s, value);\n}\n\n"
                      "bool %s(const char *name, %s *out)\n{\n"
                      "    unsigned value = tenon_enum_value(&%s, name);\n"
                      "    if (value)\n        *out = TENON_AS(%s, value);\n"
                      "    return value != 0;\n}\n\n",
                      names->to_name, names->type, names->descriptor, names->from_name, names->type,
                      names->descriptor, names->type);
}

void emit_enum_definitions(emitter *e)
{
    for (size_t i = 0; i < e->set->enum_count; i++)
        emit_enum_definition(e, i);
}

/* ---- descriptors ------------------------------------------------------------------------------
 */

/* The constants of one field: its default, its validation, how it is packed. */
static void emit_field_constants(emitter *e, size_t model, uint32_t at, const tenon_field *field)
{
    const model_names *names = &e->names->models[model];
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__buf_format(&name, "%s_default_%s", names->descriptor, names->members[at]);
    emit_default(e, field, tenon__buf_string(&name));
    e->out->failed |= name.failed;
    tenon__buf_clear(&name);
    tenon__buf_format(&name, "%s_validation_%s", names->descriptor, names->members[at]);
    if (field->validation)
        emit_validation(e, field, tenon__buf_string(&name),
                        emit_check(e, model, at, tenon__buf_string(&name)));
    e->out->failed |= name.failed;
    tenon__buf_clear(&name);
    tenon__buf_format(&name, "%s_packing_%s", names->descriptor, names->members[at]);
    if (field->packing)
        emit_packing(e, field->packing, tenon__buf_string(&name));
    e->out->failed |= name.failed;
}

static void emit_flags(emitter *e, uint32_t flags)
{
    const char *separator = "";
    for (size_t i = 0; i < TENON__COUNT(flag_names); i++) {
        if (!(flags & flag_names[i].flag))
            continue;
        tenon__buf_format(e->out, "%sTENON_FIELD_%s", separator, flag_names[i].name);
        separator = " | ";
    }
    if (!flags)
        tenon__buf_text(e->out, "0");
}

/* `offsetof(User, email)`, or 0 for a struct that views do not have. */
static void emit_offset(emitter *e, const char *name, const char *type, const char *member)
{
    if (type)
        tenon__buf_format(e->out, "        .%s = offsetof(%s, %s),\n", name, type, member);
    else
        tenon__buf_format(e->out, "        .%s = 0,\n", name);
}

void emit_field_type(emitter *e, const tenon_field *field)
{
    tenon__buf_text(e->out, "    {\n        .name = ");
    emit_string(e, field->name);
    tenon__buf_text(e->out, ", .column = ");
    emit_string(e, field->column);
    tenon__buf_format(
        e->out, ",\n        .kind = TENON_KIND_%s, .pg_type = TENON_PG_%s,\n        .flags = ",
        kind_names[field->kind], pg_names[field->pg_type]);
    emit_flags(e, field->flags);
    tenon__buf_format(e->out, ",\n        .precision = %d, .scale = %d,\n", field->precision,
                      field->scale);
}

/* `&user_default_age`, or NULL when there is none. */
static void emit_reference(emitter *e, const char *name, bool is_there, const char *owner,
                           const char *what, const char *member)
{
    if (is_there)
        tenon__buf_format(e->out, ".%s = &%s_%s_%s", name, owner, what, member);
    else
        tenon__buf_format(e->out, ".%s = NULL", name);
}

static void emit_field(emitter *e, const tenon_model *model, const model_names *names, uint32_t at)
{
    const tenon_field *field = &model->fields[at];
    const char *member = names->members[at];
    emit_field_type(e, field);
    emit_offset(e, "row_offset", names->type, member);
    emit_offset(e, "where_offset", names->where, member);
    emit_offset(e, "set_offset", model->is_view ? NULL : names->set, member);
    tenon__buf_format(e->out, "        .default_kind = TENON_DEFAULT_%s, .default_length = %u, ",
                      default_names[field->default_kind], field->default_length);
    emit_reference(e, "default_value", field->default_kind == TENON_DEFAULT_VALUE,
                   names->descriptor, "default", member);
    tenon__buf_format(
        e->out, ",\n        .enumeration = %s%s, .other_type = ", field->enumeration ? "&" : "",
        field->enumeration ? emit_names_of_enum(e, field->enumeration)->descriptor : "NULL");
    emit_string(e, field->other_type);
    tenon__buf_text(e->out, ", ");
    emit_reference(e, "validation", field->validation != NULL, names->descriptor, "validation",
                   member);
    tenon__buf_text(e->out, ", ");
    emit_reference(e, "packing", field->packing != NULL, names->descriptor, "packing", member);
    tenon__buf_text(e->out, ",\n    },\n");
}

static void emit_fields(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    for (uint32_t i = 0; i < model->field_count; i++)
        emit_field_constants(e, at, i, &model->fields[i]);
    tenon__buf_format(e->out, "static const tenon_field %s_fields[] = {\n", names->descriptor);
    for (uint32_t i = 0; i < model->field_count; i++)
        emit_field(e, model, names, i);
    tenon__buf_text(e->out, "};\n\n");
}

void emit_field_list(emitter *e, const char *owner, const char *what, uint32_t at,
                     const uint16_t *fields, uint16_t count)
{
    tenon__buf_format(e->out, "static const uint16_t %s_%s_%u[] = { ", owner, what, at);
    for (uint16_t i = 0; i < count; i++)
        tenon__buf_format(e->out, i ? ", %u" : "%u", fields[i]);
    tenon__buf_text(e->out, " };\n");
}

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

static void emit_unique(emitter *e, const char *owner, uint32_t at, const tenon_unique *unique)
{
    tenon__buf_text(e->out, "    {\n        .name = ");
    emit_string(e, unique->name);
    tenon__buf_text(e->out, ", .constraint = ");
    emit_string(e, unique->constraint);
    tenon__buf_format(e->out,
                      ",\n        .fields = %s_key_%u, .field_count = %u,\n"
                      "        .is_primary = %s, .is_partial = %s,\n    },\n",
                      owner, at, unique->field_count, truth(unique->is_primary),
                      truth(unique->is_partial));
}

static void emit_uniques(emitter *e, const tenon_model *model, const model_names *names)
{
    if (!model->unique_count)
        return;
    for (uint32_t i = 0; i < model->unique_count; i++)
        emit_field_list(e, names->descriptor, "key", i, model->uniques[i].fields,
                        model->uniques[i].field_count);
    tenon__buf_format(e->out, "static const tenon_unique %s_uniques[] = {\n", names->descriptor);
    for (uint32_t i = 0; i < model->unique_count; i++)
        emit_unique(e, names->descriptor, i, &model->uniques[i]);
    tenon__buf_text(e->out, "};\n\n");
}

static void emit_constraints(emitter *e, const tenon_model *model, const model_names *names)
{
    if (!model->constraint_count)
        return;
    for (uint32_t i = 0; i < model->constraint_count; i++)
        emit_field_list(e, names->descriptor, "constraint", i, model->constraints[i].fields,
                        model->constraints[i].field_count);
    tenon__buf_format(e->out, "static const tenon_constraint %s_constraints[] = {\n",
                      names->descriptor);
    for (uint32_t i = 0; i < model->constraint_count; i++) {
        tenon__buf_text(e->out, "    { .constraint = ");
        emit_string(e, model->constraints[i].constraint);
        tenon__buf_format(e->out, ", .fields = %s_constraint_%u, .field_count = %u },\n",
                          names->descriptor, i, model->constraints[i].field_count);
    }
    tenon__buf_text(e->out, "};\n\n");
}

/* `.uniques = user_uniques, .unique_count = 2`, or NULL and 0. */
static void emit_table(emitter *e, const char *owner, const char *table, const char *count_name,
                       uint32_t count)
{
    if (count)
        tenon__buf_format(e->out, "    .%s = %s_%s, .%s = %u,\n", table, owner, table, count_name,
                          count);
    else
        tenon__buf_format(e->out, "    .%s = NULL, .%s = 0,\n", table, count_name);
}

static void emit_model_head(emitter *e, const tenon_model *model, const model_names *names)
{
    tenon__buf_format(e->out,
                      "const tenon_model %s = {\n    .abi = TENON_ABI,\n"
                      "    .size = sizeof(tenon_model),\n    .name = ",
                      names->descriptor);
    emit_string(e, model->name);
    tenon__buf_text(e->out, ", .table = ");
    emit_string(e, model->table);
    tenon__buf_text(e->out, ", .schema = ");
    emit_string(e, model->schema);
    tenon__buf_format(e->out, ",\n    .is_view = %s, .is_audited = %s, .deleted_column = %u,\n",
                      truth(model->is_view), truth(model->is_audited), model->deleted_column);
    tenon__buf_format(e->out, "    .has_emulated = %s,\n", truth(model->has_emulated));
    emit_table(e, names->descriptor, "fields", "field_count", model->field_count);
    emit_table(e, names->descriptor, "uniques", "unique_count", model->unique_count);
    emit_table(e, names->descriptor, "constraints", "constraint_count", model->constraint_count);
    emit_table(e, names->descriptor, "relations", "relation_count", model->relation_count);
}

/* `    .update_set = offsetof(UserUpdateMany, set),`, or 0 when the struct is not there. */
static void emit_call_offset(emitter *e, const char *name, bool is_there, const char *type,
                             const char *member)
{
    if (is_there)
        tenon__buf_format(e->out, "    .%s = offsetof(%s, %s),\n", name, type, member);
    else
        tenon__buf_format(e->out, "    .%s = 0,\n", name);
}

static void emit_counts_offset(emitter *e, const tenon_model *model, const model_names *names)
{
    if (emit_has_relation(model, true))
        tenon__buf_format(e->out,
                          "    .counts_offset = offsetof(%s, %s),\n"
                          "    .counts_size = sizeof(%s),\n",
                          names->type, names->counts_member, names->counts);
    else
        tenon__buf_text(e->out, "    .counts_offset = 0, .counts_size = 0,\n");
}

static void emit_model_sizes(emitter *e, const tenon_model *model, const model_names *names)
{
    bool is_writable = !model->is_view, has_upsert = is_writable && model->unique_count > 0;
    tenon__buf_format(e->out,
                      "    .row_size = sizeof(%s),\n"
                      "    .loaded_offset = offsetof(%s, tenon_loaded),\n",
                      names->type, names->type);
    emit_counts_offset(e, model, names);
    tenon__buf_format(e->out,
                      "    .order_size = sizeof(%s),\n"
                      "    .where_size = sizeof(%s),\n"
                      "    .set_size = %s%s%s,\n",
                      names->order, names->where, is_writable ? "sizeof(" : "",
                      is_writable ? names->set : "0", is_writable ? ")" : "");
    emit_call_offset(e, "query_where", true, names->query, "where");
    emit_call_offset(e, "query_order_by", true, names->query, "order_by");
    emit_call_offset(e, "query_select", true, names->query, "select");
    emit_call_offset(e, "query_distinct", true, names->query, "distinct");
    emit_call_offset(e, "query_nearest", emit_has_vectors(model), names->query, "nearest");
    emit_call_offset(e, "update_where", is_writable, names->update_many, "where");
    emit_call_offset(e, "update_set", is_writable, names->update_many, "set");
    emit_call_offset(e, "delete_where", is_writable, names->delete_many, "where");
    emit_call_offset(e, "upsert_create", has_upsert, names->upsert, "create");
    emit_call_offset(e, "upsert_update", has_upsert, names->upsert, "update");
}

void emit_model_descriptor(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    emit_fields(e, at);
    emit_uniques(e, model, names);
    emit_constraints(e, model, names);
    emit_relations(e, at);
    emit_model_head(e, model, names);
    emit_model_sizes(e, model, names);
    emit_nested_sizes(e, at);
    tenon__buf_text(e->out, "};\n\n");
    emit_aggregate_descriptor(e, at);
}
