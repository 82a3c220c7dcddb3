/* Finding parts of a checked schema by name. */
#include "schema/schema.h"

const schema_model *schema_find_model(const schema *s, const char *name)
{
    for (size_t i = 0; i < s->model_count; i++) {
        if (strcmp(s->models[i]->name, name) == 0)
            return s->models[i];
    }
    return NULL;
}

const schema_enum *schema_find_enum(const schema *s, const char *name)
{
    for (size_t i = 0; i < s->enum_count; i++) {
        if (strcmp(s->enums[i]->name, name) == 0)
            return s->enums[i];
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
