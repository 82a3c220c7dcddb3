/* What the schema language cannot say of an index. A pull leaves such an index out, and a diff lets
 * it stand: both ask here, so that nothing that is not pulled is dropped. */
#include "catalogue/catalogue.h"

static bool is_method_of_language(const char *method)
{
    static const char *const methods[] = {"btree",  "hash", "gin",  "gist",
                                          "spgist", "brin", "hnsw", "ivfflat"};
    for (size_t i = 0; i < TENON__COUNT(methods); i++)
        if (!method || !strcmp(method, methods[i]))
            return true;
    return false;
}

/* The language names operator classes of the other methods only. */
static bool has_plain_classes(const catalogue_index *index)
{
    return !index->method || !strcmp(index->method, "btree") || !strcmp(index->method, "hash");
}

bool catalogue_is_for_vectors(const catalogue_index *index)
{
    return index->method && (!strcmp(index->method, "hnsw") || !strcmp(index->method, "ivfflat"));
}

/* Of @tenon.vectorIndex; an IVFFlat index without one has the first. */
static bool is_class_of_vectors(const char *class)
{
    static const char *const classes[] = {"vector_l2_ops", "vector_ip_ops", "vector_cosine_ops"};
    for (size_t i = 0; i < TENON__COUNT(classes); i++)
        if (!class || !strcmp(class, classes[i]))
            return true;
    return false;
}

/* Types that an inverted or a search tree index takes without being told an operator class. */
static bool has_usual_class(const catalogue_index *index, const catalogue_column *column)
{
    const catalogue_scalar *scalar = catalogue_scalar_of(TENON_POSTGRESQL, column);
    if (!strcmp(index->method, "gin"))
        return column->is_array || (scalar && scalar->type == SCHEMA_JSON && !scalar->native);
    if (!strcmp(index->method, "spgist"))
        return scalar && scalar->type == SCHEMA_STRING && scalar->native != SCHEMA_NATIVE_INET;
    if (!strcmp(index->method, "brin"))
        return scalar && !column->is_array;
    return strcmp(index->method, "gist") != 0;
}

/* What only the type of a column decides. */
static const char *type_obstacle(tenon_dialect dialect, const catalogue_table *of,
                                 const catalogue_index *index, const catalogue_key *key)
{
    const catalogue_column *column = catalogue_find_column(of, key->column);
    if (!column)
        return NULL;
    bool is_unsupported = catalogue_is_unsupported(dialect, column);
    if (dialect == TENON_POSTGRESQL && index->method && !key->operator_class && !is_unsupported &&
        !has_usual_class(index, column))
        return "it has an operator class that the language does not know";
    if (index->is_unique && is_unsupported)
        return "it has a column of a type that the language does not know";
    return NULL;
}

static const char *key_obstacle(tenon_dialect dialect, const catalogue_table *of,
                                const catalogue_index *index, const catalogue_key *key)
{
    if (!key->column)
        return "it has an expression";
    if (index->is_primary)
        return NULL;
    if (dialect == TENON_POSTGRESQL && key->is_nulls_first != key->is_descending)
        return "it sorts NULL in its own way";
    if (key->collation)
        return "it has a collation of its own";
    if (key->operator_class && has_plain_classes(index))
        return "it has an operator class of its own";
    if (catalogue_is_for_vectors(index) && !is_class_of_vectors(key->operator_class))
        return "it has an operator class that the language does not know";
    return type_obstacle(dialect, of, index, key);
}

const char *catalogue_index_obstacle(tenon_dialect dialect, const catalogue_table *of,
                                     const catalogue_index *index)
{
    const char *obstacle = NULL;
    if (index->is_exclusion)
        return "it is an exclusion constraint";
    if (!is_method_of_language(index->method))
        return "it is of a method that the language does not know";
    if (index->included_count && !index->is_primary)
        return "it includes columns";
    if (index->is_nulls_not_distinct)
        return "it takes NULLs for equal";
    if (index->is_deferrable && !index->is_primary)
        return "it can be deferred";
    for (size_t i = 0; i < index->key_count && !obstacle; i++)
        obstacle = key_obstacle(dialect, of, index, &index->keys[i]);
    return obstacle;
}
