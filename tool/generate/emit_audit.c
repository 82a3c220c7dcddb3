/* The calls of a @tenon.audit model that read its log: the changes of one row, and of all. */
#include "generate/emit.h"

/* The unique that rows are told apart by in the log; NULL: the model has no log. */
static const tenon_unique *key_of(const emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    return model->is_audited && model->unique_count ? &model->uniques[0] : NULL;
}

void emit_audit_declarations(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const tenon_unique *key = key_of(e, at);
    if (!key)
        return;
    tenon__buf_format(e->out, "tenon_audit_list %s_history_q(const tenon_audit_query *query",
                      names->snake);
    emit_key_parameters(e, at, key);
    tenon__buf_format(e->out,
                      ");\n"
                      "tenon_audit_list %s_history_many_q(const tenon_audit_query *query);\n"
                      "%s *%s_logged(tenon_session *s, tenon_json row);\n",
                      names->snake, names->type, names->snake);
}

void emit_audit_macros(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const tenon_unique *key = key_of(e, at);
    if (!key)
        return;
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__buf_format(&name, "%s_history", names->snake);
    e->out->failed |= name.failed;
    emit_key_macro(e, key, tenon__buf_string(&name), "tenon_audit_query");
    emit_call_macro(e, names->snake, "history_many", "tenon_audit_query");
}

void emit_audit(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const tenon_unique *key = key_of(e, at);
    if (!key)
        return;
    tenon__buf_format(e->out, "tenon_audit_list %s_history_q(const tenon_audit_query *query",
                      names->snake);
    emit_key_parameters(e, at, key);
    tenon__buf_text(e->out, ")\n{\n");
    emit_key_array(e, at, key);
    tenon__buf_format(e->out,
                      "    return tenon_history(query, &%s, tenon_key);\n}\n\n"
                      "tenon_audit_list %s_history_many_q(const tenon_audit_query *query)\n{\n"
                      "    return tenon_history(query, &%s, NULL);\n}\n\n"
                      "%s *%s_logged(tenon_session *s, tenon_json row)\n{\n"
                      "    return TENON_AS(%s *, tenon_logged(s, &%s, row));\n}\n\n",
                      names->descriptor, names->snake, names->descriptor, names->type, names->snake,
                      names->type, names->descriptor);
}
