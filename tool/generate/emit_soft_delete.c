/* The calls of a @tenon.softDelete model that bring rows back, or really delete them. They have the
 * forms of the calls that delete. */
#include "generate/emit.h"

static const char *const verbs[] = {"restore", "purge"};

static bool has_key(const tenon_model *model)
{
    return model->unique_count > 0 && model->uniques[0].is_primary;
}

static const tenon_model *model_at(const emitter *e, size_t at)
{
    return &e->set->models[at].model;
}

/* What is done with each of user_restore and user_purge. */
static void for_key_calls(emitter *e, size_t at,
                          void (*emit)(emitter *e, size_t at, const char *name, const char *verb))
{
    for (size_t i = 0; has_key(model_at(e, at)) && i < TENON__COUNT(verbs); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
        tenon__buf_format(&name, "%s_%s", e->names->models[at].snake, verbs[i]);
        e->out->failed |= name.failed;
        emit(e, at, tenon__buf_string(&name), verbs[i]);
    }
}

static void declare(emitter *e, size_t at, const char *name, const char *verb)
{
    (void)verb;
    emit_key_declarations(e, at, 0, name);
}

static void define(emitter *e, size_t at, const char *name, const char *verb)
{
    emit_key_call(e, at, 0, name, verb);
}

static void define_macro(emitter *e, size_t at, const char *name, const char *verb)
{
    (void)verb;
    emit_key_macro(e, &model_at(e, at)->uniques[0], name, "tenon_key_options");
}

void emit_soft_delete_declarations(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    if (!model_at(e, at)->deleted_column)
        return;
    for_key_calls(e, at, declare);
    for (size_t i = 0; i < TENON__COUNT(verbs); i++)
        tenon__buf_format(e->out, "int64_t %s_%s_many_q(const %s *which);\n", names->snake,
                          verbs[i], names->delete_many);
}

void emit_soft_delete_macros(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    if (!model_at(e, at)->deleted_column)
        return;
    for_key_calls(e, at, define_macro);
    emit_call_macro(e, names->snake, "restore_many", names->delete_many);
    emit_call_macro(e, names->snake, "purge_many", names->delete_many);
}

void emit_soft_delete(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    if (!model_at(e, at)->deleted_column)
        return;
    for_key_calls(e, at, define);
    emit_plain_call(e, names, "int64_t", "restore_many", names->delete_many);
    emit_plain_call(e, names, "int64_t", "purge_many", names->delete_many);
}
