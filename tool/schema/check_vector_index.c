/* @tenon.vectorIndex(hnsw, metric: cosine): an index for the nearest vectors.
 *
 * The language has no such index, so it is a word; from here on it is an index of its model like
 * any other, with one column and the operator class of pgvector that serves the metric. */
#include "schema/check.h"

static const struct {
    const char *name;
    schema_algorithm algorithm;
} methods[] = {{"hnsw", SCHEMA_HNSW}, {"ivfflat", SCHEMA_IVFFLAT}};

static const struct {
    const char *name, *operator_class;
} metrics[] = {
    {"l2", "vector_l2_ops"}, {"innerProduct", "vector_ip_ops"}, {"cosine", "vector_cosine_ops"}};

static bool set_method(schema_index *index, const char *name)
{
    for (size_t i = 0; i < TENON__COUNT(methods); i++) {
        if (strcmp(methods[i].name, name) == 0) {
            index->algorithm = methods[i].algorithm;
            return true;
        }
    }
    return false;
}

static bool set_metric(schema_index *index, const char *name)
{
    for (size_t i = 0; i < TENON__COUNT(metrics); i++) {
        if (strcmp(metrics[i].name, name) == 0) {
            index->columns[0].operator_class = metrics[i].operator_class;
            return true;
        }
    }
    return false;
}

/* Both arguments are there, which the rules of words have seen to. */
static void read_word(check *c, const schema_word *word, schema_index *index)
{
    for (size_t i = 0; i < word->argument_count; i++) {
        const schema_word_argument *argument = &word->arguments[i];
        bool is_metric = argument->name && strcmp(argument->name, "metric") == 0;
        if (is_metric ? !set_metric(index, argument->value) : !set_method(index, argument->value))
            check_error(c, word->span, NULL, "@tenon.vectorIndex: '%s' must be %s",
                        is_metric ? "metric" : "method",
                        is_metric ? "l2, innerProduct or cosine" : "hnsw or ivfflat");
    }
}

static void append(check *c, schema_model *model, schema_index *index)
{
    size_t count = model->index_count;
    schema_index **indexes = tenon__arena_array(&c->s->arena, count + 1, sizeof *indexes);
    if (!indexes)
        return;
    if (count)
        memcpy(indexes, model->indexes, count * sizeof *indexes);
    indexes[count] = index;
    model->indexes = indexes;
    model->index_count++;
}

static void check_dimensions(check *c, const schema_word *word, const schema_field *field)
{
    int32_t dimensions;
    if (schema_typed_of(field, &dimensions) != SCHEMA_TYPED_VECTOR || dimensions < 1)
        check_error(c, word->span, "say how many dimensions it has: Unsupported(\"vector(3)\")",
                    "@tenon.vectorIndex is for a field of type Unsupported(\"vector(n)\")");
}

static void make_index(check *c, check_model *m, schema_field *field, const schema_word *word)
{
    schema_index *index = tenon__arena_zalloc(&c->s->arena, sizeof *index);
    schema_index_column *column = tenon__arena_zalloc(&c->s->arena, sizeof *column);
    if (!index || !column)
        return;
    column->field = field;
    *index = (schema_index){
        .kind = SCHEMA_INDEX, .columns = column, .column_count = 1, .span = word->span};
    check_dimensions(c, word, field);
    read_word(c, word, index);
    index->database_name = check_index_name(c, m, &(check_index){.index = index});
    append(c, m->model, index);
}

void check_make_vector_indexes(check *c)
{
    for (size_t i = 0; i < c->top_count; i++) {
        check_model *m = c->tops[i].model;
        for (size_t k = 0; m && k < m->ast->field_count; k++) {
            schema_field *field = m->fields[k].field;
            const schema_word *word = schema_find_word(&field->comment, "vectorIndex");
            if (word)
                make_index(c, m, field, word);
        }
    }
}
