/* What relations add to the structs of a model and to its descriptor.
 *
 * Other models' types are written with their tag (`struct Post *post`): in C++ a member may not
 * take the name of a type that its struct uses otherwise. */
#include "generate/emit.h"

const model_names *emit_names_of_model(const emitter *e, const tenon_model *model)
{
    for (size_t i = 0; i < e->set->model_count; i++)
        if (&e->set->models[i].model == model)
            return &e->names->models[i];
    return NULL;
}

bool emit_has_relation(const tenon_model *model, bool is_list)
{
    for (uint32_t i = 0; i < model->relation_count; i++)
        if (model->relations[i].is_list == is_list)
            return true;
    return false;
}

static void emit_relation_enum(emitter *e, const tenon_model *model, const model_names *names)
{
    tenon__buf_format(e->out, "typedef enum %s {\n", names->relation);
    for (uint32_t i = 0; i < model->relation_count; i++)
        tenon__buf_format(e->out, i ? ",\n    %s" : "    %s = %u", names->relations[i],
                          model->field_count + 1);
    tenon__buf_format(e->out, "\n} %s;\n\n", names->relation);
}

static void emit_counts(emitter *e, const tenon_model *model, const model_names *names)
{
    tenon__buf_format(e->out, "typedef struct %s {\n", names->counts);
    for (uint32_t i = 0; i < model->relation_count; i++)
        if (model->relations[i].is_list)
            tenon__buf_format(e->out, "    int64_t %s;\n", names->relation_members[i]);
    tenon__buf_format(e->out, "} %s;\n\n", names->counts);
}

void emit_relation_types(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    if (model->relation_count)
        emit_relation_enum(e, model, &e->names->models[at]);
    if (emit_has_relation(model, true))
        emit_counts(e, model, &e->names->models[at]);
}

/* ---- rows ------------------------------------------------------------------------------------ */

void emit_relation_rows(emitter *e, size_t at)
{
    const describe_model *source = &e->set->models[at];
    const model_names *names = &e->names->models[at];
    for (uint32_t i = 0; i < source->model.relation_count; i++) {
        const tenon_relation *relation = &source->model.relations[i];
        const model_names *target = emit_names_of_model(e, relation->target);
        emit_documentation(e, source->relation_sources[i]->comment.documentation, "    ");
        tenon__buf_format(e->out, "    struct %s %s%s;\n",
                          relation->is_list ? target->list : target->type,
                          relation->is_list ? "" : "*", names->relation_members[i]);
    }
    if (emit_has_relation(&source->model, true))
        tenon__buf_format(e->out, "    const struct %s *%s; /* NULL: not asked for */\n",
                          names->counts, names->counts_member);
}

/* ---- queries --------------------------------------------------------------------------------- */

void emit_relation_filters(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const model_names *target = emit_names_of_model(e, model->relations[i].target);
        tenon__buf_format(e->out, "    struct %s %s;\n",
                          model->relations[i].is_list ? target->list_relation_filter
                                                      : target->relation_filter,
                          e->names->models[at].relation_members[i]);
    }
}

/* `const struct Post…  *posts;` for each relation that `is_list` or that is not; `type` chooses. */
static void emit_pointers(emitter *e, size_t at, bool with_lists, bool with_ones,
                          const char *(*type)(const model_names *))
{
    const tenon_model *model = &e->set->models[at].model;
    for (uint32_t i = 0; i < model->relation_count; i++)
        if (model->relations[i].is_list ? with_lists : with_ones)
            tenon__buf_format(e->out, "    const struct %s *%s;\n",
                              type(emit_names_of_model(e, model->relations[i].target)),
                              e->names->models[at].relation_members[i]);
}

static const char *order_type(const model_names *names)
{
    return names->order;
}

static const char *query_type(const model_names *names)
{
    return names->query;
}

static const char *where_type(const model_names *names)
{
    return names->where;
}

void emit_relation_orders(emitter *e, size_t at)
{
    if (emit_has_relation(&e->set->models[at].model, true))
        tenon__buf_format(e->out,
                          "    %s count; /* of the rows of a list, instead of a column */\n",
                          e->names->models[at].relation);
    emit_pointers(e, at, false, true, order_type);
}

void emit_include_types(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    if (!model->relation_count)
        return;
    tenon__buf_format(e->out, "typedef struct %s {\n", names->include);
    emit_pointers(e, at, true, true, query_type);
    tenon__buf_format(e->out, "} %s;\n\n", names->include);
    if (!emit_has_relation(model, true))
        return;
    tenon__buf_format(e->out, "typedef struct %s {\n", names->count_query);
    emit_pointers(e, at, true, false, where_type);
    tenon__buf_format(e->out, "} %s;\n\n", names->count_query);
}

void emit_include_members(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    if (model->relation_count)
        tenon__buf_format(e->out, "    %s include;\n", names->include);
    if (emit_has_relation(model, true))
        tenon__buf_format(e->out, "    %s counts;\n", names->count_query);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static const char *const action_names[] = {
    [TENON_ACTION_NONE] = "NONE",         [TENON_ACTION_CASCADE] = "CASCADE",
    [TENON_ACTION_RESTRICT] = "RESTRICT", [TENON_ACTION_NO_ACTION] = "NO_ACTION",
    [TENON_ACTION_SET_NULL] = "SET_NULL", [TENON_ACTION_SET_DEFAULT] = "SET_DEFAULT",
};

static void emit_link(emitter *e, const char *owner, uint32_t at, const tenon_link *link)
{
    if (!link)
        return;
    tenon__buf_format(e->out, "static const tenon_link %s_link_%u = {\n    .schema = ", owner, at);
    emit_string(e, link->schema);
    tenon__buf_text(e->out, ", .table = ");
    emit_string(e, link->table);
    tenon__buf_format(e->out, ", .column = \"%s\", .target_column = \"%s\",\n};\n", link->column,
                      link->target_column);
}

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

static void emit_set_offset(emitter *e, const tenon_model *model, const model_names *names,
                            const tenon_relation *relation, const char *member)
{
    if (model->is_view || relation->target->is_view)
        tenon__buf_text(e->out, "        .set_offset = 0,\n");
    else
        tenon__buf_format(e->out, "        .set_offset = offsetof(%s, %s),\n", names->set, member);
}

static void emit_relation_offsets(emitter *e, const model_names *names,
                                  const tenon_relation *relation, const char *member)
{
    tenon__buf_format(e->out,
                      "        .row_offset = offsetof(%s, %s),\n"
                      "        .where_offset = offsetof(%s, %s),\n"
                      "        .include_offset = offsetof(%s, include.%s),\n",
                      names->type, member, names->where, member, names->query, member);
    if (relation->is_list)
        tenon__buf_format(e->out,
                          "        .order_offset = 0,\n"
                          "        .count_where_offset = offsetof(%s, counts.%s),\n"
                          "        .count_offset = offsetof(%s, %s),\n",
                          names->query, member, names->counts, member);
    else
        tenon__buf_format(e->out,
                          "        .order_offset = offsetof(%s, %s),\n"
                          "        .count_where_offset = 0, .count_offset = 0,\n",
                          names->order, member);
}

static void emit_relation(emitter *e, size_t at, uint32_t index)
{
    const tenon_relation *relation = &e->set->models[at].model.relations[index];
    const model_names *names = &e->names->models[at];
    tenon__buf_text(e->out, "    {\n        .name = ");
    emit_string(e, relation->name);
    tenon__buf_format(e->out,
                      ", .target = &%s,\n"
                      "        .is_list = %s, .is_required = %s, .holds_key = %s,\n",
                      emit_names_of_model(e, relation->target)->descriptor,
                      truth(relation->is_list), truth(relation->is_required),
                      truth(relation->holds_key));
    if (relation->inverse == TENON_NO_INVERSE)
        tenon__buf_text(e->out, "        .inverse = TENON_NO_INVERSE,");
    else
        tenon__buf_format(e->out, "        .inverse = %u,", relation->inverse);
    tenon__buf_format(
        e->out, " .field_count = %u,\n        .fields = %s_from_%u, .target_fields = %s_to_%u,\n",
        relation->field_count, names->descriptor, index, names->descriptor, index);
    if (relation->link)
        tenon__buf_format(e->out, "        .link = &%s_link_%u, ", names->descriptor, index);
    else
        tenon__buf_text(e->out, "        .link = NULL, ");
    tenon__buf_format(e->out, ".on_delete = TENON_ACTION_%s,\n", action_names[relation->on_delete]);
    emit_relation_offsets(e, names, relation, names->relation_members[index]);
    emit_set_offset(e, &e->set->models[at].model, names, relation, names->relation_members[index]);
    tenon__buf_format(e->out, "        .is_emulated = %s, .on_update = TENON_ACTION_%s,\n    },\n",
                      truth(relation->is_emulated), action_names[relation->on_update]);
}

void emit_relations(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const char *owner = e->names->models[at].descriptor;
    if (!model->relation_count)
        return;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        emit_field_list(e, owner, "from", i, relation->fields, relation->field_count);
        emit_field_list(e, owner, "to", i, relation->target_fields, relation->field_count);
        emit_link(e, owner, i, relation->link);
    }
    tenon__buf_format(e->out, "static const tenon_relation %s_relations[] = {\n", owner);
    for (uint32_t i = 0; i < model->relation_count; i++)
        emit_relation(e, at, i);
    tenon__buf_text(e->out, "};\n\n");
}

/* ---- tenon_load ------------------------------------------------------------------------------ */

void emit_load_declaration(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    if (e->set->models[at].model.relation_count)
        tenon__buf_format(e->out, "void %s_load_q(const %s *query, %s *rows, size_t count);\n",
                          names->snake, names->query, names->type);
}

void emit_load_macro(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    if (e->set->models[at].model.relation_count)
        tenon__buf_format(e->out,
                          "#define %s_load(session_, rows_, count_, ...) \\\n"
                          "    %s_load_q(&(%s){ .session = (session_), __VA_ARGS__ }, (rows_), "
                          "(count_))\n",
                          names->snake, names->snake, names->query);
}

void emit_load(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    if (e->set->models[at].model.relation_count)
        tenon__buf_format(e->out,
                          "void %s_load_q(const %s *query, %s *rows, size_t count)\n{\n"
                          "    tenon_load(&%s, rows, count, query);\n}\n\n",
                          names->snake, names->query, names->type, names->descriptor);
}
