/* What the schema language cannot say of a foreign key: one that goes to a table outside of the
 * schema, or whose two sides are of different types. A pull leaves it out, and a diff lets it
 * stand. */
#include "catalogue/catalogue.h"

static bool is_model(const catalogue_table *t)
{
    return t && (t->kind == CATALOGUE_TABLE || t->kind == CATALOGUE_PARTITIONED);
}

/* An Int does not refer to a BigInt, whatever the database thinks of it. */
static bool is_same_type(tenon_dialect dialect, const catalogue_column *a,
                         const catalogue_column *b)
{
    const catalogue_scalar *one = catalogue_scalar_of(dialect, a);
    const catalogue_scalar *other = catalogue_scalar_of(dialect, b);
    if (a->is_enum || b->is_enum)
        return a->is_enum && b->is_enum && !strcmp(a->type_name, b->type_name);
    return one && other ? one->type == other->type : !one && !other;
}

const char *catalogue_foreign_key_obstacle(const catalogue *c, const catalogue_table *of,
                                           const catalogue_foreign_key *key)
{
    const catalogue_table *target = catalogue_find_table(c, key->target_namespace, key->target);
    if (!is_model(target))
        return "its target is not in the schema";
    for (size_t i = 0; i < key->column_count; i++) {
        const catalogue_column *from = catalogue_find_column(of, key->columns[i]);
        const catalogue_column *to = catalogue_find_column(target, key->target_columns[i]);
        if (!from || !to)
            return "its target has no such columns";
        if (!is_same_type(c->dialect, from, to))
            return "its two sides are of different types";
    }
    return NULL;
}
