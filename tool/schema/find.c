/* Finding parts of a checked schema by name, and the names of its checks. */
#include "schema/schema.h"

const schema_model *schema_find_model(const schema *s, const char *name)
{
    for (size_t i = 0; i < s->model_count; i++) {
        if (strcmp(s->models[i]->name, name) == 0)
            return s->models[i];
    }
    return NULL;
}

const schema_field *schema_find_field(const schema_model *model, const char *name)
{
    for (size_t i = 0; i < model->field_count; i++) {
        if (strcmp(model->fields[i]->name, name) == 0)
            return model->fields[i];
    }
    return NULL;
}

const schema_word *schema_find_word(const schema_comment *comment, const char *name)
{
    for (size_t i = 0; i < comment->word_count; i++) {
        if (strcmp(comment->words[i].name, name) == 0)
            return &comment->words[i];
    }
    return NULL;
}

bool schema_is_packed(const schema_field *field)
{
    return field->arity == SCHEMA_LIST && schema_find_word(&field->comment, "compress");
}

void schema_check_name(const schema_model *model, const schema_field *field, size_t n,
                       tenon__buf *out)
{
    enum { MOST_BYTES = 63 };
    char ending[32] = "_check";
    if (n > 1)
        snprintf(ending, sizeof ending, "_check%zu", n);
    tenon__buf_text(out, model->database_name);
    if (field)
        tenon__buf_format(out, "_%s", field->database_name);
    if (!out->failed)
        out->length = tenon__utf8_cut(out->data, out->length, MOST_BYTES - strlen(ending));
    tenon__buf_text(out, ending);
}
