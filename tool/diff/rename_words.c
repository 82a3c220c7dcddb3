/* Renames that a schema says: what its words @tenon.renamedFrom mean. */
#include "diff/plan.h"

static size_t count_places(const schema *s)
{
    size_t count = s->model_count + s->enum_count;
    for (size_t i = 0; i < s->model_count; i++)
        count += s->models[i]->field_count;
    for (size_t i = 0; i < s->enum_count; i++)
        count += s->enums[i]->value_count;
    return count + s->relation_count;
}

static void add_word(diff_renames *out, const schema_comment *comment, diff_rename rename)
{
    const schema_word *word = schema_find_word(comment, "renamedFrom");
    if (!word)
        return;
    rename.from = word->arguments[0].value;
    out->items[out->count++] = rename;
}

/* "billing.invoices", where the datasource has a schema "billing". */
static void split_schema(const schema *s, diff_rename *rename)
{
    const char *dot = strchr(rename->from, '.');
    size_t count = s->datasource && dot ? s->datasource->schema_count : 0;
    size_t length = dot ? (size_t)(dot - rename->from) : 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = s->datasource->schemas[i];
        if (strlen(name) != length || strncmp(name, rename->from, length) != 0)
            continue;
        rename->from_namespace = name;
        rename->from = dot + 1;
    }
}

/* A model or an enum, which may have been in another schema. */
static void add_owner_word(const schema *s, diff_renames *out, const schema_comment *comment,
                           diff_rename rename)
{
    size_t count = out->count;
    add_word(out, comment, rename);
    if (out->count > count)
        split_schema(s, &out->items[count]);
}

static void add_model_words(const schema *s, diff_renames *out, const schema_model *model)
{
    const char *namespace = model->database_schema;
    add_owner_word(s, out, &model->comment,
                   (diff_rename){DIFF_TABLE, namespace, NULL, NULL, model->database_name});
    for (size_t i = 0; i < model->field_count; i++)
        if (model->fields[i]->kind != SCHEMA_RELATION)
            add_word(out, &model->fields[i]->comment,
                     (diff_rename){DIFF_COLUMN, namespace, model->database_name, NULL,
                                   model->fields[i]->database_name});
}

static void add_enum_words(const schema *s, diff_renames *out, const schema_enum *e)
{
    const char *namespace = e->database_schema;
    add_owner_word(s, out, &e->comment,
                   (diff_rename){DIFF_ENUM, namespace, NULL, NULL, e->database_name});
    for (size_t i = 0; i < e->value_count; i++)
        add_word(out, &e->values[i].comment,
                 (diff_rename){DIFF_VALUE, namespace, e->database_name, NULL,
                               e->values[i].database_name});
}

/* The table between two models has no place for a word: it goes where its model goes. */
static void add_join_moves(const schema *s, diff_renames *out)
{
    size_t count = out->count;
    for (size_t r = 0; r < s->relation_count; r++) {
        const schema_relation *relation = s->relations[r];
        for (size_t i = 0; i < count && relation->kind == SCHEMA_MANY_TO_MANY; i++)
            if (out->items[i].thing == DIFF_TABLE && out->items[i].from_namespace &&
                diff_same_text(out->items[i].namespace, relation->join_schema) &&
                !strcmp(out->items[i].to, relation->from->database_name))
                out->items[out->count++] = (diff_rename){
                    .thing = DIFF_TABLE,
                    .namespace = relation->join_schema,
                    .from = relation->join_table,
                    .to = relation->join_table,
                    .from_namespace = out->items[i].from_namespace,
                };
    }
}

/* Own copies: the schema may go. */
static bool copy_names(diff_renames *renames)
{
    for (size_t i = 0; i < renames->count; i++) {
        diff_rename *item = &renames->items[i];
        const char **names[] = {&item->namespace, &item->owner, &item->from, &item->to,
                                &item->from_namespace};
        for (size_t n = 0; n < TENON__COUNT(names); n++)
            if (*names[n] && !(*names[n] = tenon__arena_text(&renames->arena, *names[n])))
                return false;
    }
    return true;
}

bool diff_renames_of_schema(const schema *s, diff_renames *out, tenon_error *err)
{
    *out = (diff_renames){0};
    out->items = tenon__arena_array(&out->arena, count_places(s), sizeof *out->items);
    for (size_t i = 0; out->items && i < s->model_count; i++)
        add_model_words(s, out, s->models[i]);
    for (size_t i = 0; out->items && i < s->enum_count; i++)
        add_enum_words(s, out, s->enums[i]);
    if (out->items)
        add_join_moves(s, out);
    if (out->items && copy_names(out))
        return true;
    diff_renames_release(out);
    return tenon__fail_no_memory(err);
}

void diff_renames_release(diff_renames *renames)
{
    tenon__arena_release(&renames->arena);
    *renames = (diff_renames){0};
}
