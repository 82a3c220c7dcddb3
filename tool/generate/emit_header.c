/* What stands in a generated header: enums, the structs of a model, its functions and macros. */
#include "generate/emit.h"

/* `const char *name` and `int32_t id`: no space behind a star. */
void emit_member(emitter *e, const char *type, const char *name)
{
    bool ends_in_star = type[strlen(type) - 1] == '*';
    tenon__buf_format(e->out, "    %s%s%s;\n", type, ends_in_star ? "" : " ", name);
}

static unsigned uses_in_values(const sqlfile_value *values, size_t count,
                               const tenon_enum *enumeration)
{
    unsigned uses = 0;
    for (size_t i = 0; i < count; i++) {
        const sqlfile_nested *nested = values[i].nested;
        uses |= nested ? uses_in_values(nested->members, nested->count, enumeration) : 0;
        if (values[i].field.enumeration != enumeration)
            continue;
        if (values[i].field.flags & TENON_FIELD_LIST)
            uses |= 4u;
        if ((values[i].field.flags & TENON_FIELD_NULLABLE) || values[i].is_condition)
            uses |= 2u;
    }
    return uses;
}

static unsigned uses_in_queries(const sqlfile_set *set, const tenon_enum *enumeration)
{
    unsigned uses = 0;
    for (size_t i = 0; set && i < set->query_count; i++) {
        const sqlfile_query *query = &set->queries[i];
        uses |= uses_in_values(query->parameters, query->parameter_count, enumeration);
        uses |= uses_in_values(query->columns, query->column_count, enumeration);
    }
    return uses;
}

/* Which of an enum's helper types are needed: 1 plain, 2 optional, 4 list. */
static unsigned uses_of_enum(const emitter *e, const tenon_enum *enumeration)
{
    unsigned uses = uses_in_queries(e->options->queries, enumeration);
    for (size_t m = 0; m < e->set->model_count; m++) {
        const tenon_model *model = &e->set->models[m].model;
        for (uint32_t i = 0; i < model->field_count; i++) {
            const tenon_field *field = &model->fields[i];
            if (field->enumeration != enumeration)
                continue;
            uses |= field->flags & TENON_FIELD_LIST ? 4u : 1u;
            if (field->flags & TENON_FIELD_NULLABLE)
                uses |= 2u;
        }
    }
    return uses;
}

static void emit_enum(emitter *e, size_t at)
{
    const tenon_enum *source = &e->set->enums[at];
    const schema_enum *written = e->schema->enums[at];
    const enum_names *names = &e->names->enums[at];
    emit_documentation(e, written->comment.documentation, "");
    tenon__buf_format(e->out, "typedef enum %s {\n", names->type);
    for (uint32_t i = 0; i < source->count; i++) {
        emit_documentation(e, written->values[i].comment.documentation, "    ");
        tenon__buf_format(e->out, "    %s%s%s\n", names->values[i], i ? "" : " = 1",
                          i + 1 < source->count ? "," : "");
    }
    tenon__buf_format(e->out, "} %s;\n", names->type);
    unsigned uses = uses_of_enum(e, source);
    if (uses & 2)
        tenon__buf_format(e->out, "TENON_DECLARE_OPTIONAL(%s, %s);\n", names->optional,
                          names->type);
    if (uses & 1)
        tenon__buf_format(e->out, "TENON_DECLARE_FILTER(%s, %s);\nTENON_DECLARE_SET(%s, %s);\n",
                          names->filter, names->type, names->set, names->type);
    if (uses & 4)
        tenon__buf_format(e->out,
                          "TENON_DECLARE_ARRAY(%s, %s);\n"
                          "TENON_DECLARE_ARRAY_FILTER(%s, %s, %s);\n"
                          "TENON_DECLARE_SET(%s, %s);\n",
                          names->array, names->type, names->array_filter, names->array, names->type,
                          names->array_set, names->array);
    tenon__buf_format(e->out,
                      "/* The value's name as in the schema; NULL for a number that is none. */\n"
                      "const char *%s(%s value);\n"
                      "/* False when no value has this name. */\n"
                      "bool %s(const char *name, %s *out);\n"
                      "extern const tenon_enum %s;\n\n",
                      names->to_name, names->type, names->from_name, names->type,
                      names->descriptor);
}

void emit_enum_declarations(emitter *e)
{
    for (size_t i = 0; i < e->set->enum_count; i++)
        emit_enum(e, i);
}

static void emit_name_list(emitter *e, const char *type, const char *const *names, size_t count)
{
    tenon__buf_format(e->out, "typedef enum %s {\n", type);
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(e->out, "    %s%s%s\n", names[i], i ? "" : " = 1",
                          i + 1 < count ? "," : "");
    tenon__buf_format(e->out, "} %s;\n\n", type);
}

/* In C++ a member may not take the name of a type that its struct uses, unless that is said to be
 * one. */
static void emit_row_member(emitter *e, const tenon_model *model, const model_names *names,
                            uint32_t at)
{
    const char *type = emit_row_type(e, &model->fields[at]);
    bool is_hidden = false;
    for (uint32_t i = 0; i < model->field_count; i++)
        is_hidden |= !strcmp(names->members[i], type);
    if (!is_hidden) {
        emit_member(e, type, names->members[at]);
        return;
    }
    bool is_enum = !(model->fields[at].flags & (TENON_FIELD_LIST | TENON_FIELD_NULLABLE));
    tenon__buf_format(e->out, "    %s %s %s;\n", is_enum ? "enum" : "struct", type,
                      names->members[at]);
}

static void emit_row(emitter *e, size_t at)
{
    const describe_model *source = &e->set->models[at];
    const tenon_model *model = &source->model;
    const model_names *names = &e->names->models[at];
    emit_documentation(e, source->source->comment.documentation, "");
    tenon__buf_format(e->out, "struct %s {\n", names->type);
    for (uint32_t i = 0; i < model->field_count; i++) {
        emit_documentation(e, source->sources[i]->comment.documentation, "    ");
        emit_row_member(e, model, names, i);
    }
    emit_relation_rows(e, at);
    tenon__buf_format(e->out, "    uint64_t tenon_loaded[%u]; /* ask %s */\n};\n\n",
                      tenon_loaded_words(model), names->loaded);
    tenon__buf_format(e->out,
                      "/* Whether a column was selected%s. */\n"
                      "#define %s(row, column) TENON_LOADED(row, column)\n\n",
                      model->relation_count ? " or a relation loaded" : "", names->loaded);
}

void emit_where_head(emitter *e, const char *where, const char *list)
{
    tenon__buf_format(e->out,
                      "typedef struct %s {\n    const %s *items;\n    size_t count;\n"
                      "} %s;\n\n"
                      "/* All that is set must hold; `except`, `all`, `any` and `none` nest. */\n"
                      "struct %s {\n    const %s *except;\n    %s all, any, none;\n"
                      "    tenon_raw raw;\n",
                      list, where, list, where, where, list);
}

static void emit_where(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    emit_where_head(e, names->where, names->where_list);
    for (uint32_t i = 0; i < model->field_count; i++)
        emit_member(e, emit_filter_type(e, &model->fields[i]), names->members[i]);
    emit_relation_filters(e, at);
    tenon__buf_text(e->out, "};\n\n");
}

static void emit_set(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out, "struct %s {\n    tenon_session *session;\n    tenon_table table;\n",
                      names->set);
    for (uint32_t i = 0; i < model->field_count; i++)
        emit_member(e, emit_set_type(e, &model->fields[i]), names->members[i]);
    emit_nested_members(e, at);
    tenon__buf_text(e->out, "};\n\n");
}

bool emit_has_vectors(const tenon_model *model)
{
    for (uint32_t i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == TENON_KIND_VECTOR)
            return true;
    return false;
}

void emit_query_members(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out,
                      "    tenon_session *session;\n"
                      "    int64_t limit, offset;\n"
                      "    tenon_table table;\n"
                      "    tenon_plan_mode plan;\n"
                      "    tenon_strategy strategy;\n"
                      "    tenon_lock lock;\n"
                      "    tenon_lock_wait wait;\n"
                      "    const tenon_hints *hints;\n"
                      "    bool with_deleted, only_deleted;\n"
                      "    tenon_read read;\n"
                      "    %s where;\n"
                      "    %s order_by[TENON_MAX_ORDER];\n"
                      "    %s select[%u];\n"
                      "    %s distinct[TENON_MAX_DISTINCT];\n",
                      names->where, names->order, names->column,
                      e->set->models[at].model.field_count, names->column);
    if (emit_has_vectors(&e->set->models[at].model))
        tenon__buf_text(e->out, "    tenon_nearest nearest;\n");
    emit_include_members(e, at);
}

static void emit_query(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out,
                      "struct %s {\n    %s column;\n    tenon_direction direction;\n"
                      "    const char *collate;\n",
                      names->order, names->column);
    emit_relation_orders(e, at);
    tenon__buf_text(e->out, "};\n\n");
    emit_include_types(e, at);
    tenon__buf_format(e->out, "struct %s {\n", names->query);
    emit_query_members(e, at);
    tenon__buf_text(e->out, "};\n\n");
}

static void emit_many_structs(emitter *e, const model_names *names)
{
    tenon__buf_format(e->out,
                      "typedef struct %s {\n"
                      "    tenon_session *session;\n"
                      "    tenon_table table;\n"
                      "    const %s *items;\n"
                      "    size_t count;\n"
                      "    bool skip_duplicates;\n"
                      "} %s;\n\n"
                      "typedef struct %s {\n"
                      "    tenon_session *session;\n"
                      "    tenon_table table;\n"
                      "    bool everything;\n"
                      "    %s where;\n"
                      "    %s set;\n"
                      "} %s;\n\n",
                      names->create_many, names->set, names->create_many, names->update_many,
                      names->where, names->set, names->update_many);
    tenon__buf_format(e->out,
                      "typedef struct %s {\n"
                      "    tenon_session *session;\n"
                      "    tenon_table table;\n"
                      "    bool everything;\n"
                      "    %s where;\n"
                      "} %s;\n\n",
                      names->delete_many, names->where, names->delete_many);
}

static void emit_upsert_struct(emitter *e, const model_names *names)
{
    tenon__buf_format(e->out,
                      "/* on 0: the primary key. */\n"
                      "typedef struct %s {\n"
                      "    tenon_session *session;\n"
                      "    tenon_table table;\n"
                      "    %s on;\n"
                      "    %s create;\n"
                      "    %s update;\n"
                      "} %s;\n\n",
                      names->upsert, names->unique, names->set, names->set, names->upsert);
}

static void emit_get_or_create_struct(emitter *e, const model_names *names)
{
    tenon__buf_format(e->out,
                      "typedef struct %s {\n"
                      "    tenon_session *session;\n"
                      "    tenon_table table;\n"
                      "    %s on;\n"
                      "    bool *is_created; /* out, or NULL */\n"
                      "    %s create;\n"
                      "} %s;\n\n",
                      names->get_or_create, names->unique, names->set, names->get_or_create);
}

static void emit_keyed_structs(emitter *e, const tenon_model *model, const model_names *names)
{
    tenon__buf_format(
        e->out,
        "/* update: the columns that rows which stand there take over; none: all that\n"
        " * the items set. */\n"
        "typedef struct %s {\n"
        "    tenon_session *session;\n"
        "    tenon_table table;\n"
        "    %s on;\n"
        "    const %s *items;\n"
        "    size_t count;\n"
        "    %s update[%u];\n"
        "} %s;\n\n"
        "typedef struct %s {\n"
        "    tenon_session *session;\n"
        "    tenon_table table;\n"
        "    %s on;\n"
        "    const %s *items;\n"
        "    size_t count;\n"
        "} %s;\n\n",
        names->upsert_many, names->unique, names->set, names->column, model->field_count,
        names->upsert_many, names->update_each, names->unique, names->set, names->update_each);
}

/* What the others may point at before it is declared. */
static void emit_forward(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const char *const structs[] = {names->type, names->where, names->order, names->query,
                                   names->set};
    size_t count = TENON__COUNT(structs) - e->set->models[at].model.is_view;
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(e->out, "typedef struct %s %s;\n", structs[i], structs[i]);
    emit_nested_forward(e, at);
    tenon__buf_format(e->out,
                      "typedef struct %s {\n    %s *items;\n    size_t count;\n} %s;\n"
                      "typedef struct %s {\n    const %s *is, *is_not;\n"
                      "    tenon_presence presence;\n} %s;\n"
                      "typedef struct %s {\n    const %s *some, *every, *none;\n"
                      "    tenon_int_filter count;\n} %s;\n"
                      "extern const tenon_model %s;\n\n",
                      names->list, names->type, names->list, names->relation_filter, names->where,
                      names->relation_filter, names->list_relation_filter, names->where,
                      names->list_relation_filter, names->descriptor);
}

void emit_forward_declarations(emitter *e)
{
    for (size_t i = 0; i < e->set->model_count; i++)
        emit_forward(e, i);
}

void emit_model_types(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    emit_name_list(e, names->column, names->columns, model->field_count);
    if (model->unique_count)
        emit_name_list(e, names->unique, names->uniques, model->unique_count);
    emit_relation_types(e, at);
    emit_row(e, at);
    emit_where(e, at);
    emit_query(e, at);
    emit_stream_types(e, names);
    emit_aggregate_types(e, at);
    emit_page_types(e, at);
    if (model->is_view)
        return;
    emit_set(e, at);
    emit_nested_types(e, at);
    emit_many_structs(e, names);
    if (!model->unique_count)
        return;
    emit_upsert_struct(e, names);
    emit_get_or_create_struct(e, names);
    emit_keyed_structs(e, model, names);
}

void emit_key_parameters(emitter *e, size_t at, const tenon_unique *unique)
{
    const tenon_model *model = &e->set->models[at].model;
    for (uint16_t i = 0; i < unique->field_count; i++) {
        uint16_t field = unique->fields[i];
        const char *type = emit_wide_type(e, &model->fields[field]);
        tenon__buf_format(e->out, ", %s%s%s", type, type[strlen(type) - 1] == '*' ? "" : " ",
                          e->names->models[at].parameters[field]);
    }
}

void emit_key_declarations(emitter *e, size_t at, uint32_t which, const char *name)
{
    const tenon_unique *unique = &e->set->models[at].model.uniques[which];
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out, "%s *%s(tenon_session *session", names->type, name);
    emit_key_parameters(e, at, unique);
    tenon__buf_format(e->out, ");\n%s *%s_q(const tenon_key_options *options", names->type, name);
    emit_key_parameters(e, at, unique);
    tenon__buf_text(e->out, ");\n");
}

static void emit_loader_declarations(emitter *e, size_t at, uint32_t which, const char *name)
{
    const tenon_unique *unique = &e->set->models[at].model.uniques[which];
    tenon__buf_format(e->out,
                      "tenon_loader *%s_loader(tenon_session *session);\n"
                      "void %s_want(tenon_loader *loader",
                      name, name);
    emit_key_parameters(e, at, unique);
    tenon__buf_format(e->out, ");\n%s *%s_get(tenon_loader *loader", e->names->models[at].type,
                      name);
    emit_key_parameters(e, at, unique);
    tenon__buf_text(e->out, ");\n");
}

static void emit_find_declarations(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    for (uint32_t u = 0; u < model->unique_count; u++) {
        if (!names->finds[u])
            continue;
        emit_key_declarations(e, at, u, names->finds[u]);
        if (!model->uniques[u].is_partial)
            emit_loader_declarations(e, at, u, names->finds[u]);
    }
    tenon__buf_format(e->out,
                      "%s *%s_find_first_q(const %s *query);\n"
                      "%s %s_find_many_q(const %s *query);\n"
                      "int64_t %s_count_q(const %s *query);\n"
                      "bool %s_exists_q(const %s *query);\n",
                      names->type, names->snake, names->query, names->list, names->snake,
                      names->query, names->snake, names->query, names->snake, names->query);
    emit_load_declaration(e, at);
    emit_stream_declarations(e, names);
}

static void emit_keyed_write_declarations(emitter *e, size_t at)
{
    const tenon_unique *key = &e->set->models[at].model.uniques[0];
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out, "%s *%s_update_q(const %s *set", names->type, names->snake,
                      names->set);
    emit_key_parameters(e, at, key);
    tenon__buf_text(e->out, ");\n");
    emit_key_declarations(e, at, 0, names->erase);
}

static bool has_primary_key(const tenon_model *model)
{
    return model->unique_count > 0 && model->uniques[0].is_primary;
}

static void emit_many_write_declarations(emitter *e, const model_names *names)
{
    tenon__buf_format(e->out,
                      "int64_t %s_update_many_q(const %s *change);\n"
                      "%s %s_update_many_returning_q(const %s *change);\n"
                      "int64_t %s_delete_many_q(const %s *which);\n"
                      "%s %s_delete_many_returning_q(const %s *which);\n",
                      names->snake, names->update_many, names->list, names->snake,
                      names->update_many, names->snake, names->delete_many, names->list,
                      names->snake, names->delete_many);
}

/* Calls that go by a unique of their choice. */
static void emit_unique_write_declarations(emitter *e, const model_names *names)
{
    tenon__buf_format(e->out,
                      "%s *%s_get_or_create_q(const %s *row);\n"
                      "%s *%s_upsert_q(const %s *row);\n"
                      "int64_t %s_upsert_many_q(const %s *rows);\n"
                      "%s %s_upsert_many_returning_q(const %s *rows);\n"
                      "int64_t %s_update_each_q(const %s *rows);\n",
                      names->type, names->snake, names->get_or_create, names->type, names->snake,
                      names->upsert, names->snake, names->upsert_many, names->list, names->snake,
                      names->upsert_many, names->snake, names->update_each);
}

static void emit_write_declarations(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out,
                      "%s *%s_create_q(const %s *set);\n"
                      "%s *%s_create_or_ignore_q(const %s *set);\n"
                      "int64_t %s_create_many_q(const %s *rows);\n"
                      "%s %s_create_many_returning_q(const %s *rows);\n",
                      names->type, names->snake, names->set, names->type, names->snake, names->set,
                      names->snake, names->create_many, names->list, names->snake,
                      names->create_many);
    if (has_primary_key(model))
        emit_keyed_write_declarations(e, at);
    emit_many_write_declarations(e, names);
    if (model->unique_count)
        emit_unique_write_declarations(e, names);
    emit_soft_delete_declarations(e, at);
    emit_audit_declarations(e, at);
}

void emit_call_macro(emitter *e, const char *snake, const char *verb, const char *type)
{
    tenon__buf_format(e->out,
                      "#define %s_%s(...) \\\n"
                      "    %s_%s_q(TENON_HERE((&(%s){ .session = __VA_ARGS__ })))\n",
                      snake, verb, snake, verb, type);
}

static void emit_keyed_macros(emitter *e, const model_names *names)
{
    emit_call_macro(e, names->snake, "get_or_create", names->get_or_create);
    emit_call_macro(e, names->snake, "upsert", names->upsert);
    emit_call_macro(e, names->snake, "upsert_many", names->upsert_many);
    emit_call_macro(e, names->snake, "upsert_many_returning", names->upsert_many);
    emit_call_macro(e, names->snake, "update_each", names->update_each);
}

/* `#define user_update(session_, id_, ...) user_update_q(&(UserSet){ .session = … }, id_)` */
static void emit_update_macro(emitter *e, size_t at)
{
    const tenon_unique *key = &e->set->models[at].model.uniques[0];
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out, "#define %s_update(session_", names->snake);
    for (uint16_t i = 0; i < key->field_count; i++)
        tenon__buf_format(e->out, ", key%u_", i);
    tenon__buf_format(e->out,
                      ", ...) \\\n"
                      "    %s_update_q(TENON_HERE((&(%s){ .session = (session_), __VA_ARGS__ }))",
                      names->snake, names->set);
    for (uint16_t i = 0; i < key->field_count; i++)
        tenon__buf_format(e->out, ", (key%u_)", i);
    tenon__buf_text(e->out, ")\n");
}

/* `user_find(s, id)` and `user_find(s, id, .table = { … })`: the member at the end is there for
 * what has none before it. */
void emit_key_macro(emitter *e, const tenon_unique *unique, const char *name, const char *options)
{
    tenon__buf_format(e->out,
                      "#define %s(...) %s_with(__VA_ARGS__, .end_of_options = 0)\n"
                      "#define %s_with(session_",
                      name, name, name);
    for (uint16_t i = 0; i < unique->field_count; i++)
        tenon__buf_format(e->out, ", key%u_", i);
    tenon__buf_format(e->out,
                      ", ...) \\\n"
                      "    %s_q(TENON_HERE((&(%s){ .session = (session_), __VA_ARGS__ }))",
                      name, options);
    for (uint16_t i = 0; i < unique->field_count; i++)
        tenon__buf_format(e->out, ", (key%u_)", i);
    tenon__buf_text(e->out, ")\n");
}

static void emit_write_macros(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    emit_call_macro(e, names->snake, "create", names->set);
    emit_call_macro(e, names->snake, "create_or_ignore", names->set);
    emit_call_macro(e, names->snake, "create_many", names->create_many);
    emit_call_macro(e, names->snake, "create_many_returning", names->create_many);
    if (has_primary_key(model)) {
        emit_update_macro(e, at);
        emit_key_macro(e, &model->uniques[0], names->erase, "tenon_key_options");
    }
    emit_call_macro(e, names->snake, "update_many", names->update_many);
    emit_call_macro(e, names->snake, "update_many_returning", names->update_many);
    emit_call_macro(e, names->snake, "delete_many", names->delete_many);
    emit_call_macro(e, names->snake, "delete_many_returning", names->delete_many);
    if (model->unique_count)
        emit_keyed_macros(e, names);
    emit_soft_delete_macros(e, at);
    emit_audit_macros(e, at);
}

static void emit_macros(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out,
                      "\n#ifndef __cplusplus\n"
                      "/* `.any = %s({ .a = … }, { .b = … })` */\n"
                      "#define %s(...) \\\n    TENON_LIST_OF(%s, __VA_ARGS__)\n",
                      names->wheres, names->wheres, names->where);
    for (uint32_t u = 0; u < model->unique_count; u++) {
        if (names->finds[u])
            emit_key_macro(e, &model->uniques[u], names->finds[u], "tenon_key_options");
    }
    emit_nested_macros(e, at);
    static const char *const reads[] = {"find_first", "find_many", "count", "exists"};
    for (size_t i = 0; i < TENON__COUNT(reads); i++)
        emit_call_macro(e, names->snake, reads[i], names->query);
    emit_load_macro(e, at);
    emit_stream_macros(e, names);
    emit_aggregate_macros(e, at);
    emit_page_macros(e, at);
    if (!model->is_view)
        emit_write_macros(e, at);
    tenon__buf_text(e->out, "#endif\n\n");
}

void emit_call_declarations(emitter *e, size_t at)
{
    emit_find_declarations(e, at);
    emit_aggregate_declarations(e, at);
    emit_page_declarations(e, at);
    if (!e->set->models[at].model.is_view)
        emit_write_declarations(e, at);
}

void emit_model_calls(emitter *e, size_t at)
{
    emit_call_declarations(e, at);
    emit_calls_type(e, at);
    emit_macros(e, at);
}
