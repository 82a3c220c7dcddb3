/* Looking things up in a catalogue, and freeing one. Lists are short enough to be walked. */
#include <stdlib.h>

#include "catalogue/catalogue.h"

void catalogue_free(catalogue *c)
{
    if (!c)
        return;
    tenon__arena_release(&c->arena);
    free(c);
}

bool catalogue_is_history(const char *table)
{
    return !strcmp(table, "_prisma_migrations") || !strncmp(table, "_tenon_", strlen("_tenon_"));
}

/* NULL is the default namespace, whatever it is called. */
static bool is_in_namespace(const catalogue *c, const char *found, const char *wanted)
{
    const char *standard = c->default_namespace ? c->default_namespace : "";
    return !strcmp(found ? found : standard, wanted ? wanted : standard);
}

const catalogue_table *catalogue_find_table(const catalogue *c, const char *namespace,
                                            const char *name)
{
    for (size_t i = 0; i < c->table_count; i++)
        if (!strcmp(c->tables[i].name, name) &&
            is_in_namespace(c, c->tables[i].namespace, namespace))
            return &c->tables[i];
    return NULL;
}

const catalogue_enum *catalogue_find_enum(const catalogue *c, const char *namespace,
                                          const char *name)
{
    for (size_t i = 0; i < c->enum_count; i++)
        if (!strcmp(c->enums[i].name, name) && is_in_namespace(c, c->enums[i].namespace, namespace))
            return &c->enums[i];
    return NULL;
}

const catalogue_column *catalogue_find_column(const catalogue_table *t, const char *name)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (!strcmp(t->columns[i].name, name))
            return &t->columns[i];
    return NULL;
}

const catalogue_index *catalogue_primary_key(const catalogue_table *t)
{
    for (size_t i = 0; i < t->index_count; i++)
        if (t->indexes[i].is_primary)
            return &t->indexes[i];
    return NULL;
}

/* "Product_price_check2" */
static bool has_name(const catalogue_table *t, const catalogue_column *column, size_t number,
                     const char *name)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf usual = {0};
    schema_model model = {.database_name = t->name};
    schema_field field = {.database_name = column ? column->name : NULL};
    schema_check_name(&model, column ? &field : NULL, number, &usual);
    return !usual.failed && !strcmp(tenon__buf_string(&usual), name);
}

bool catalogue_is_named_check(const catalogue_table *t, const catalogue_check *check)
{
    for (size_t n = 1; check->name && n <= t->check_count; n++) {
        if (has_name(t, NULL, n, check->name))
            return true;
        for (size_t i = 0; i < t->column_count; i++)
            if (has_name(t, &t->columns[i], n, check->name))
                return true;
    }
    return false;
}
