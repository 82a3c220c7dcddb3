/* What is written together with a row of another model: the types that a relation's member of a
 * …Set points at.
 *
 * They belong to the model at the relation's end and are there when any relation ends at it, for
 * lists and for single rows alike. The layouts are those of <tenon/nested.h>. */
#include "generate/emit.h"

static bool is_written(const emitter *e, size_t at)
{
    return e->set->models[at].is_written_nested;
}

void emit_nested_forward(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    if (is_written(e, at))
        tenon__buf_format(e->out, "typedef struct %s %s;\ntypedef struct %s %s;\n", names->write,
                          names->write, names->list_write, names->list_write);
}

/* `typedef struct { const UserSet *items; size_t count; } UserSetList;` and what lists hold. */
static void emit_items(emitter *e, const model_names *names)
{
    tenon__buf_format(e->out,
                      "typedef struct %s {\n    const %s *items;\n    size_t count;\n} %s;\n\n",
                      names->set_list, names->set, names->set_list);
    tenon__buf_format(e->out, "typedef struct %s {\n    %s where;\n    %s create;\n} %s;\n\n",
                      names->connect_or_create, names->where, names->set, names->connect_or_create);
    tenon__buf_format(e->out, "typedef struct %s {\n    %s where;\n    %s set;\n} %s;\n\n",
                      names->nested_update, names->where, names->set, names->nested_update);
    tenon__buf_format(e->out,
                      "typedef struct %s {\n    %s where;\n    %s create;\n    %s update;\n"
                      "} %s;\n\n",
                      names->nested_upsert, names->where, names->set, names->set,
                      names->nested_upsert);
}

static void emit_write(emitter *e, const model_names *names)
{
    tenon__buf_format(e->out,
                      "/* What happens to the row at the end of a relation: see tenon_write. */\n"
                      "struct %s {\n"
                      "    const %s *create;\n"
                      "    const %s *connect;\n"
                      "    const %s *connect_or_create;\n"
                      "    const %s *update;\n"
                      "    const %s *upsert;\n"
                      "    const %s *only_if;\n"
                      "    bool disconnect, delete_;\n"
                      "};\n\n",
                      names->write, names->set, names->where, names->connect_or_create, names->set,
                      names->nested_upsert, names->where);
}

static void emit_list(emitter *e, const char *type, const char *member)
{
    tenon__buf_format(e->out,
                      "    struct {\n        const %s *items;\n        size_t count;\n    } %s;\n",
                      type, member);
}

static void emit_list_write(emitter *e, const model_names *names)
{
    tenon__buf_format(
        e->out,
        "/* What happens to the rows at the end of a relation: see tenon_list_write. */\n"
        "struct %s {\n"
        "    %s set, disconnect, delete_, delete_many;\n",
        names->list_write, names->where_list);
    emit_list(e, names->nested_update, "update, update_many");
    emit_list(e, names->nested_upsert, "upsert");
    tenon__buf_format(e->out, "    %s connect;\n", names->where_list);
    emit_list(e, names->connect_or_create, "connect_or_create");
    tenon__buf_format(e->out, "    %s create;\n    bool clear, skip_duplicates;\n};\n\n",
                      names->set_list);
}

void emit_nested_types(emitter *e, size_t at)
{
    if (!is_written(e, at))
        return;
    emit_items(e, &e->names->models[at]);
    emit_write(e, &e->names->models[at]);
    emit_list_write(e, &e->names->models[at]);
}

void emit_nested_members(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        const model_names *target = emit_names_of_model(e, relation->target);
        if (!relation->target->is_view)
            tenon__buf_format(e->out, "    const struct %s *%s;\n",
                              relation->is_list ? target->list_write : target->write,
                              e->names->models[at].relation_members[i]);
    }
}

static void emit_list_macro(emitter *e, const char *macro, const char *type)
{
    tenon__buf_format(e->out, "#define %s(...) \\\n    TENON_LIST_OF(%s, __VA_ARGS__)\n", macro,
                      type);
}

void emit_nested_macros(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    if (!is_written(e, at))
        return;
    emit_list_macro(e, names->sets, names->set);
    emit_list_macro(e, names->connects, names->connect_or_create);
    emit_list_macro(e, names->updates, names->nested_update);
    emit_list_macro(e, names->upserts, names->nested_upsert);
}

void emit_nested_sizes(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    if (!is_written(e, at)) {
        tenon__buf_text(e->out, "    .nested_set = 0, .nested_size = 0,\n"
                                "    .nested_update = 0, .nested_upsert_size = 0,\n");
        return;
    }
    tenon__buf_format(e->out,
                      "    .nested_set = offsetof(%s, set),\n"
                      "    .nested_size = sizeof(%s),\n"
                      "    .nested_update = offsetof(%s, update),\n"
                      "    .nested_upsert_size = sizeof(%s),\n",
                      names->nested_update, names->nested_update, names->nested_upsert,
                      names->nested_upsert);
}
