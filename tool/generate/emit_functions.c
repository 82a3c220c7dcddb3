/* The functions of a generated source file: they name the types and pass on. */
#include "generate/emit.h"

void emit_key_array(emitter *e, size_t at, const tenon_unique *unique)
{
    tenon__buf_text(e->out, "    const void *const tenon_key[] = { ");
    for (uint16_t i = 0; i < unique->field_count; i++)
        tenon__buf_format(e->out, i ? ", &%s" : "&%s",
                          e->names->models[at].parameters[unique->fields[i]]);
    tenon__buf_text(e->out, " };\n");
}

/* A plain function, and one with options. The plain one's name is in parentheses: it is a macro's,
 * too. */
void emit_key_call(emitter *e, size_t at, uint32_t which, const char *name, const char *call)
{
    const tenon_unique *unique = &e->set->models[at].model.uniques[which];
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out, "%s *(%s)(tenon_session *session", names->type, name);
    emit_key_parameters(e, at, unique);
    tenon__buf_text(e->out, ")\n{\n");
    emit_key_array(e, at, unique);
    tenon__buf_format(e->out,
                      "    return TENON_AS(%s *, tenon_%s(session, &%s, %u, tenon_key));\n}\n\n",
                      names->type, call, names->descriptor, which);
    tenon__buf_format(e->out, "%s *%s_q(const tenon_key_options *options", names->type, name);
    emit_key_parameters(e, at, unique);
    tenon__buf_text(e->out, ")\n{\n");
    emit_key_array(e, at, unique);
    tenon__buf_format(
        e->out, "    return TENON_AS(%s *, tenon_%s_with(options, &%s, %u, tenon_key));\n}\n\n",
        names->type, call, names->descriptor, which);
}

/* A loader of rows by a unique: loader.h. `name` is that of finding by it. */
static void emit_loader(emitter *e, size_t at, uint32_t which, const char *name)
{
    const tenon_unique *unique = &e->set->models[at].model.uniques[which];
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out,
                      "tenon_loader *%s_loader(tenon_session *session)\n{\n"
                      "    return tenon_loader_open(session, &%s, %u);\n}\n\n"
                      "void %s_want(tenon_loader *loader",
                      name, names->descriptor, which, name);
    emit_key_parameters(e, at, unique);
    tenon__buf_text(e->out, ")\n{\n");
    emit_key_array(e, at, unique);
    tenon__buf_format(e->out,
                      "    tenon_loader_want(loader, &%s, %u, tenon_key);\n}\n\n"
                      "%s *%s_get(tenon_loader *loader",
                      names->descriptor, which, names->type, name);
    emit_key_parameters(e, at, unique);
    tenon__buf_text(e->out, ")\n{\n");
    emit_key_array(e, at, unique);
    tenon__buf_format(e->out,
                      "    return TENON_AS(%s *, tenon_loader_get(loader, &%s, %u, tenon_key));\n"
                      "}\n\n",
                      names->type, names->descriptor, which);
}

static void emit_finds(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    for (uint32_t u = 0; u < e->set->models[at].model.unique_count; u++) {
        if (!names->finds[u])
            continue;
        emit_key_call(e, at, u, names->finds[u], "find_by");
        if (!e->set->models[at].model.uniques[u].is_partial)
            emit_loader(e, at, u, names->finds[u]);
    }
}

/* `User *user_find_first_q(const UserQuery *query)`: a row out. */
static void emit_row_call(emitter *e, const model_names *names, const char *verb,
                          const char *argument_type)
{
    tenon__buf_format(e->out,
                      "%s *%s_%s_q(const %s *query)\n{\n"
                      "    return TENON_AS(%s *, tenon_%s(&%s, query));\n}\n\n",
                      names->type, names->snake, verb, argument_type, names->type, verb,
                      names->descriptor);
}

static void emit_list_call(emitter *e, const model_names *names, const char *verb,
                           const char *argument_type)
{
    tenon__buf_format(e->out,
                      "%s %s_%s_q(const %s *query)\n{\n"
                      "    tenon_list found = tenon_%s(&%s, query);\n"
                      "    %s list = { TENON_AS(%s *, found.items), found.count };\n"
                      "    return list;\n}\n\n",
                      names->list, names->snake, verb, argument_type, verb, names->descriptor,
                      names->list, names->type);
}

void emit_plain_call(emitter *e, const model_names *names, const char *type, const char *verb,
                     const char *argument_type)
{
    tenon__buf_format(e->out,
                      "%s %s_%s_q(const %s *query)\n{\n    return tenon_%s(&%s, query);\n}\n\n",
                      type, names->snake, verb, argument_type, verb, names->descriptor);
}

static void emit_update(emitter *e, size_t at)
{
    const tenon_unique *key = &e->set->models[at].model.uniques[0];
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out, "%s *%s_update_q(const %s *set", names->type, names->snake,
                      names->set);
    emit_key_parameters(e, at, key);
    tenon__buf_text(e->out, ")\n{\n");
    emit_key_array(e, at, key);
    tenon__buf_format(e->out,
                      "    return TENON_AS(%s *, tenon_update(&%s, 0, tenon_key, set));\n}\n\n",
                      names->type, names->descriptor);
}

static void emit_writes(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    emit_row_call(e, names, "create", names->set);
    emit_row_call(e, names, "create_or_ignore", names->set);
    emit_plain_call(e, names, "int64_t", "create_many", names->create_many);
    emit_list_call(e, names, "create_many_returning", names->create_many);
    if (model->unique_count && model->uniques[0].is_primary) {
        emit_update(e, at);
        emit_key_call(e, at, 0, names->erase, "delete");
    }
    emit_plain_call(e, names, "int64_t", "update_many", names->update_many);
    emit_list_call(e, names, "update_many_returning", names->update_many);
    emit_plain_call(e, names, "int64_t", "delete_many", names->delete_many);
    emit_list_call(e, names, "delete_many_returning", names->delete_many);
    if (model->unique_count) {
        emit_row_call(e, names, "get_or_create", names->get_or_create);
        emit_row_call(e, names, "upsert", names->upsert);
        emit_plain_call(e, names, "int64_t", "upsert_many", names->upsert_many);
        emit_list_call(e, names, "upsert_many_returning", names->upsert_many);
        emit_plain_call(e, names, "int64_t", "update_each", names->update_each);
    }
    emit_soft_delete(e, at);
    emit_audit(e, at);
}

void emit_model_functions(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    emit_finds(e, at);
    emit_row_call(e, names, "find_first", names->query);
    emit_list_call(e, names, "find_many", names->query);
    emit_plain_call(e, names, "int64_t", "count", names->query);
    emit_plain_call(e, names, "bool", "exists", names->query);
    emit_load(e, at);
    emit_stream_functions(e, names);
    emit_aggregate_functions(e, at);
    emit_page_functions(e, at);
    if (!model->is_view)
        emit_writes(e, at);
    emit_calls_table(e, at);
}
