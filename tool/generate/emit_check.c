/* `@tenon.validate(custom: is_isbn)`: functions that the program defines and generated code calls.
 *
 * The header declares each with the type that its field has in C, so that the compiler checks the
 * definition. A descriptor wants one form for all types; a static function in between gives it
 * that. */
#include "generate/emit.h"

/* The function that checks a field, or NULL. */
static const char *function_of(const describe_model *model, uint32_t field)
{
    const schema_word *word = schema_find_word(&model->sources[field]->comment, "validate");
    for (size_t i = 0; word && i < word->argument_count; i++) {
        const char *name = word->arguments[i].name;
        if (name && strcmp(name, "custom") == 0)
            return word->arguments[i].value;
    }
    return NULL;
}

/* A place where a function is named. */
typedef struct naming {
    const describe_model *model;
    uint32_t field;
    const char *function, *type;
} naming;

static naming naming_at(const emitter *e, size_t model, uint32_t field)
{
    const describe_model *described = &e->set->models[model];
    return (naming){described, field, function_of(described, field),
                    emit_wide_type(e, &described->model.fields[field])};
}

/* The first place that names the same function; `it` itself when there is none before. */
static naming first_of(const emitter *e, naming it)
{
    for (size_t m = 0; m < e->set->model_count; m++) {
        for (uint32_t f = 0; f < e->set->models[m].model.field_count; f++) {
            naming other = naming_at(e, m, f);
            if (other.function && strcmp(other.function, it.function) == 0)
                return other;
        }
    }
    return it;
}

static bool is_same_place(naming a, naming b)
{
    return a.model == b.model && a.field == b.field;
}

static const char *field_name(naming it)
{
    return it.model->model.fields[it.field].name;
}

static void emit_declaration(emitter *e, naming it)
{
    tenon__buf_format(e->out,
                      "/* The program defines it: whether this may be stored as %s.%s. It can say\n"
                      " * why not in *err, or leave that to tenon. */\n"
                      "bool %s(%s%svalue, tenon_error *err);\n\n",
                      it.model->model.name, field_name(it), it.function, it.type,
                      it.type[strlen(it.type) - 1] == '*' ? "" : " ");
}

void emit_check_declarations(emitter *e)
{
    for (size_t m = 0; m < e->set->model_count; m++) {
        for (uint32_t f = 0; f < e->set->models[m].model.field_count; f++) {
            naming it = naming_at(e, m, f);
            if (it.function && is_same_place(first_of(e, it), it))
                emit_declaration(e, it);
        }
    }
}

bool emit_check(emitter *e, size_t model, uint32_t field, const char *name)
{
    naming it = naming_at(e, model, field);
    const tenon_field *described = &it.model->model.fields[field];
    if (!it.function)
        return false;
    bool is_enum = described->kind == TENON_KIND_ENUM && !(described->flags & TENON_FIELD_LIST);
    const char *type = is_enum ? "int" : it.type;
    const char *blank = type[strlen(type) - 1] == '*' ? "" : " ";
    tenon__buf_format(e->out,
                      "static bool %s_check(const void *value, tenon_error *err)\n{\n"
                      "    %s%sconst *typed = TENON_AS(%s%sconst *, value);\n",
                      name, type, blank, type, blank);
    if (is_enum)
        tenon__buf_format(e->out, "    return %s((%s)*typed, err);\n}\n\n", it.function, it.type);
    else
        tenon__buf_format(e->out, "    return %s(*typed, err);\n}\n\n", it.function);
    return true;
}

bool emit_can_check(const emitter *e, tenon_error *err)
{
    for (size_t m = 0; m < e->set->model_count; m++) {
        for (uint32_t f = 0; f < e->set->models[m].model.field_count; f++) {
            naming it = naming_at(e, m, f);
            naming first = it.function ? first_of(e, it) : it;
            if (strcmp(first.type, it.type) != 0)
                return tenon__fail(err, TENON_SCHEMA,
                                   "%s checks %s.%s, of type '%s', and %s.%s, of type '%s'",
                                   it.function, first.model->model.name, field_name(first),
                                   first.type, it.model->model.name, field_name(it), it.type);
        }
    }
    return true;
}
