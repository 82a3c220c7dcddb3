/* An index of pgvector as a word: `/// @tenon.vectorIndex(hnsw, metric: cosine)` stands for one
 * column, under the name that tenon would give it, without a condition and without parameters. One
 * on a field; what is otherwise stays outside. */
#include "pull/draft.h"

static const struct {
    const char *operator_class, *metric;
} metrics[] = {
    {"vector_l2_ops", "l2"}, {"vector_ip_ops", "innerProduct"}, {"vector_cosine_ops", "cosine"}};

/* IVFFlat has the first where none is named. */
static const char *metric_of(const catalogue_index *index)
{
    const char *class = index->keys[0].operator_class;
    for (size_t i = 0; i < TENON__COUNT(metrics); i++)
        if (!class || !strcmp(class, metrics[i].operator_class))
            return metrics[i].metric;
    return NULL;
}

static bool has_parameters(const catalogue_index *index)
{
    return index->definition && strstr(index->definition, ") WITH (");
}

static bool is_sayable(pull_draft *d, const pull_model *m, const catalogue_index *index)
{
    if (!catalogue_is_for_vectors(index) || index->key_count != 1 || index->predicate ||
        !index->is_valid || has_parameters(index) ||
        catalogue_index_obstacle(d->c->dialect, m->table, index) || !metric_of(index))
        return false;
    const char *const columns[] = {index->keys[0].column};
    return !strcmp(index->name, pull_default_name(d, m->table->name, columns, 1, "_idx"));
}

const catalogue_index *pull_vector_index_of(pull_draft *d, const pull_model *m,
                                            const pull_column *column)
{
    for (size_t i = 0; i < m->table->index_count; i++) {
        const catalogue_index *index = &m->table->indexes[i];
        if (is_sayable(d, m, index) && !strcmp(index->keys[0].column, column->source->name))
            return index;
    }
    return NULL;
}

bool pull_is_said_by_vector(pull_draft *d, const pull_model *m, const catalogue_index *index)
{
    for (size_t i = 0; i < m->column_count; i++)
        if (pull_vector_index_of(d, m, &m->columns[i]) == index)
            return true;
    return false;
}

void pull_write_vector_index(pull_draft *d, const pull_model *m, const pull_column *column,
                             tenon__buf *out)
{
    const catalogue_index *index = pull_vector_index_of(d, m, column);
    if (index)
        tenon__buf_format(out, "/// @tenon.vectorIndex(%s, metric: %s)\n", index->method,
                          metric_of(index));
}

static bool says(const schema_word *word, const catalogue_index *index)
{
    bool is_same = true;
    for (size_t i = 0; i < word->argument_count; i++) {
        const schema_word_argument *argument = &word->arguments[i];
        bool is_metric = argument->name && !strcmp(argument->name, "metric");
        is_same &= !strcmp(argument->value, is_metric ? metric_of(index) : index->method);
    }
    return is_same;
}

bool pull_vector_index_is_same(pull_draft *d, const pull_model *m, const pull_column *column)
{
    if (d->c->dialect == TENON_SQLITE)
        return true; /* the word makes nothing there */
    const catalogue_index *index = pull_vector_index_of(d, m, column);
    const schema_word *word =
        column->old ? schema_find_word(&column->old->comment, "vectorIndex") : NULL;
    return word && index ? says(word, index) : !word && !index;
}
