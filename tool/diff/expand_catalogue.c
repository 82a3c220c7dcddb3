/* The catalogues between the two versions: see expand.h.
 *
 * They are copies of what was read, so that everything that the schema language has no word for is
 * in all of them and stays. Names are the old ones, until the second half renames what is renamed;
 * a column that has two forms has the old name first and the new one from the swap on. */
#include "diff/expand.h"

static void *grow_array(diff_maker *m, const void *list, size_t count, size_t more, size_t size)
{
    char *grown = diff_array(m, count + more + 1, size);
    if (grown && count)
        memcpy(grown, list, count * size);
    return grown;
}

#define GROW(m, list, count, more) ((list) = grow_array(m, list, count, more, sizeof *(list)))

static catalogue_table *table_in(expand *e, catalogue *c, const expand_table *t)
{
    return &c->tables[t->old - e->from->tables];
}

/* ---- columns --------------------------------------------------------------------------------- */

/* Of the new version, as it stands beside the old one: nobody has to give it a value. */
static catalogue_column second_form(expand *e, const expand_column *c, const char *name)
{
    catalogue_column column = *c->new;
    column.name = name;
    if (c->up) {
        column.is_required = false;
        column.default_sql = NULL;
    }
    if (expand_enum_of(e, &column))
        column.type_namespace = e->given->version;
    return column;
}

static void add_second_columns(expand *e, catalogue *to, const expand_table *t)
{
    catalogue_table *table = table_in(e, to, t);
    if (!GROW(e->m, table->columns, table->column_count, t->count + 1))
        return;
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (c->new && (!c->old || c->is_twofold))
            table->columns[table->column_count++] = second_form(e, c, c->place);
    }
    if (t->is_in_step)
        table->columns[table->column_count++] =
            (catalogue_column){.name = EXPAND_MARK, .type = "boolean", .type_name = "bool"};
}

/* ---- tables and enums of the new version ----------------------------------------------------- */

static bool is_of_old(const expand *e, const catalogue_table *new)
{
    for (size_t i = 0; i < e->table_count; i++)
        if (e->tables[i].new == new)
            return true;
    return false;
}

static const char *old_column_name(const expand_table *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->columns[i].new && !strcmp(t->columns[i].new->name, name))
            return t->columns[i].place;
    return name;
}

/* The name that the target has until the second half. */
static void point_to_old(expand *e, catalogue_foreign_key *key)
{
    for (size_t i = 0; i < e->table_count; i++) {
        const expand_table *t = &e->tables[i];
        if (strcmp(key->target, t->new->name) != 0 ||
            !diff_same_namespace(e->m, key->target_namespace, t->new->namespace))
            continue;
        key->target = t->old->name;
        key->target_namespace = t->old->namespace;
        GROW(e->m, key->target_columns, key->column_count, 0);
        for (size_t c = 0; c < key->column_count && !e->m->failed; c++)
            key->target_columns[c] = old_column_name(t, key->target_columns[c]);
        return;
    }
}

static void add_new_table(expand *e, catalogue *to, const catalogue_table *new)
{
    catalogue_table *table = &to->tables[to->table_count++];
    *table = *new;
    GROW(e->m, table->columns, table->column_count, 0);
    GROW(e->m, table->foreign_keys, table->foreign_key_count, 0);
    for (size_t i = 0; i < table->column_count && !e->m->failed; i++)
        if (expand_enum_of(e, &table->columns[i]))
            table->columns[i].type_namespace = e->given->version;
    for (size_t i = 0; i < table->foreign_key_count && !e->m->failed; i++)
        point_to_old(e, &table->foreign_keys[i]);
}

static void add_new_tables(expand *e, catalogue *to)
{
    GROW(e->m, to->tables, to->table_count, e->to->table_count);
    for (size_t i = 0; i < e->to->table_count && !e->m->failed; i++)
        if (diff_is_table(&e->to->tables[i]) && !is_of_old(e, &e->to->tables[i]))
            add_new_table(e, to, &e->to->tables[i]);
}

static const expand_enum *anew_of(const expand *e, const catalogue_enum *new)
{
    for (size_t i = 0; i < e->enum_count; i++)
        if (e->enums[i].new == new)
            return &e->enums[i];
    return NULL;
}

/* Values are added to enums that only grow; what is made anew has a type of its own meanwhile. */
static void add_new_enums(expand *e, catalogue *to)
{
    GROW(e->m, to->enums, to->enum_count, e->to->enum_count);
    for (size_t i = 0; i < e->to->enum_count && !e->m->failed; i++) {
        const catalogue_enum *new = &e->to->enums[i], *old = diff_from_enum(e->m, new);
        if (anew_of(e, new))
            continue;
        size_t at = old ? (size_t)(old - e->m->from->enums) : to->enum_count++;
        to->enums[at] = *new;
    }
}

static bool is_only_of_new(const expand_table *t, const catalogue_foreign_key *key)
{
    for (size_t i = 0; i < key->column_count; i++)
        if (catalogue_find_column(t->renamed, key->columns[i]))
            return false;
    return true;
}

/* Foreign keys over columns that the old version does not know are no burden to it. */
static void add_new_keys(expand *e, catalogue *to, const expand_table *t)
{
    catalogue_table *table = table_in(e, to, t);
    GROW(e->m, table->foreign_keys, table->foreign_key_count, t->new->foreign_key_count);
    for (size_t i = 0; i < t->new->foreign_key_count && !e->m->failed; i++) {
        catalogue_foreign_key key = t->new->foreign_keys[i];
        if (!is_only_of_new(t, &key))
            continue;
        point_to_old(e, &key);
        table->foreign_keys[table->foreign_key_count++] = key;
    }
}

const catalogue *expand_grown(expand *e)
{
    catalogue *to = diff_copy_catalogue(e->m, e->from);
    if (!to)
        return e->from;
    to->extensions = e->to->extensions;
    to->extension_count = e->to->extension_count;
    for (size_t i = 0; i < e->table_count && !e->m->failed; i++) {
        add_second_columns(e, to, &e->tables[i]);
        add_new_keys(e, to, &e->tables[i]);
    }
    add_new_enums(e, to);
    add_new_tables(e, to);
    return to;
}

/* ---- indexes --------------------------------------------------------------------------------- */

static const expand_column *column_of(const expand_table *t, const char *new_name)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->columns[i].new && !strcmp(t->columns[i].new->name, new_name))
            return &t->columns[i];
    return NULL;
}

/* A condition would have to name other columns meanwhile. */
static bool names_other_columns(const expand_table *t, const char *condition)
{
    for (size_t i = 0; condition && i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (c->new &&strcmp(c->place, c->new->name) != 0 && diff_names(condition, c->new->name))
            return true;
    }
    return false;
}

static bool is_name_taken(const expand *e, const char *name)
{
    for (size_t t = 0; t < e->from->table_count; t++)
        for (size_t i = 0; i < e->from->tables[t].index_count; i++)
            if (!strcmp(e->from->tables[t].indexes[i].name, name))
                return true;
    return false;
}

static bool is_there(expand *e, const expand_table *t, const catalogue_index *index)
{
    bool is_twofold = false;
    for (size_t i = 0; i < index->key_count; i++) {
        const expand_column *c = column_of(t, index->keys[i].column);
        is_twofold |= c && c->is_twofold;
    }
    return !is_twofold && diff_match_index(e->m, index, t->new, t->renamed);
}

bool expand_index(expand *e, const expand_table *t, const catalogue_index *index,
                  catalogue_index *out)
{
    *out = *index;
    if (index->is_primary || names_other_columns(t, index->predicate) || is_there(e, t, index) ||
        !GROW(e->m, out->keys, out->key_count, 0))
        return false;
    for (size_t i = 0; i < index->key_count; i++) {
        const expand_column *c = index->keys[i].column ? column_of(t, index->keys[i].column) : NULL;
        if (!c)
            return false;
        out->keys[i].column = c->place;
    }
    if (is_name_taken(e, index->name))
        out->name = expand_name(e->m, index->name);
    return !e->m->failed;
}

const catalogue *expand_indexed(expand *e, const catalogue *grown)
{
    catalogue *to = diff_copy_catalogue(e->m, grown);
    for (size_t i = 0; to && i < e->table_count && !e->m->failed; i++) {
        const expand_table *t = &e->tables[i];
        catalogue_table *table = table_in(e, to, t);
        GROW(e->m, table->indexes, table->index_count, t->new->index_count);
        for (size_t n = 0; n < t->new->index_count && !e->m->failed; n++)
            if (expand_index(e, t, &t->new->indexes[n], &table->indexes[table->index_count]))
                table->index_count++;
    }
    return to ? to : grown;
}

/* ---- behind the swap ------------------------------------------------------------------------- */

static bool goes(const expand_table *t, const char *old_name)
{
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (c->old && !strcmp(c->old->name, old_name))
            return c->is_twofold || !c->new;
    }
    return false;
}

static bool names_going(const expand_table *t, const char *expression)
{
    for (size_t i = 0; expression && i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (c->old && (c->is_twofold || !c->new) && diff_names(expression, c->old->name))
            return true;
    }
    return false;
}

bool expand_index_goes(const expand_table *t, const catalogue_index *index)
{
    bool is_gone = names_going(t, index->predicate);
    for (size_t i = 0; i < index->key_count; i++)
        is_gone |= index->keys[i].column ? goes(t, index->keys[i].column)
                                         : names_going(t, index->keys[i].expression);
    for (size_t i = 0; i < index->included_count; i++)
        is_gone |= goes(t, index->included[i]);
    return is_gone;
}

bool expand_key_goes(const expand_table *t, const catalogue_foreign_key *key)
{
    bool is_gone = false;
    for (size_t i = 0; i < key->column_count; i++)
        is_gone |= goes(t, key->columns[i]);
    return is_gone;
}

bool expand_check_goes(const expand_table *t, const catalogue_check *check)
{
    return names_going(t, check->expression);
}

static void swap_columns(expand *e, catalogue_table *table, const expand_table *t)
{
    table->column_count = 0;
    GROW(e->m, table->columns, 0, t->count);
    for (size_t i = 0; i < t->count && !e->m->failed; i++) {
        const expand_column *c = &t->columns[i];
        catalogue_column *column = &table->columns[table->column_count];
        if (!c->new)
            continue;
        *column = c->old && !c->is_twofold ? *c->old : *c->new;
        column->default_sql = diff_counts(column) ? column->default_sql : c->new->default_sql;
        column->is_required &= !c->up;
        table->column_count++;
    }
}

static const char *swapped_name(const expand_table *t, const char *place)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->columns[i].is_twofold && !strcmp(t->columns[i].place, place))
            return t->columns[i].new->name;
    return place;
}

const char *expand_index_name(expand *e, const expand_table *t, const char *name)
{
    for (size_t i = 0; i < t->new->index_count; i++) {
        const char *wanted = t->new->indexes[i].name;
        if (strcmp(expand_name(e->m, wanted), name) != 0)
            continue;
        for (size_t n = 0; n < t->old->index_count; n++)
            if (!strcmp(t->old->indexes[n].name, wanted) &&
                expand_index_goes(t, &t->old->indexes[n]))
                return wanted;
    }
    return name;
}

/* The old ones that stay; and those that were made meanwhile, under their names. */
static void swap_indexes(expand *e, catalogue_table *table, const expand_table *t)
{
    size_t count = 0;
    for (size_t i = 0; i < t->old->index_count; i++)
        if (!expand_index_goes(t, &t->old->indexes[i]))
            table->indexes[count++] = t->old->indexes[i];
    for (size_t i = t->old->index_count; i < table->index_count; i++) {
        catalogue_index index = table->indexes[i];
        index.name = expand_index_name(e, t, index.name);
        GROW(e->m, index.keys, index.key_count, 0);
        for (size_t k = 0; k < index.key_count && !e->m->failed; k++)
            index.keys[k].column = swapped_name(t, index.keys[k].column);
        table->indexes[count++] = index;
    }
    table->index_count = count;
}

static void drop_what_goes(catalogue_table *table, const expand_table *t)
{
    size_t keys = 0, checks = 0;
    for (size_t i = 0; i < table->foreign_key_count; i++)
        if (!expand_key_goes(t, &table->foreign_keys[i]))
            table->foreign_keys[keys++] = table->foreign_keys[i];
    table->foreign_key_count = keys;
    for (size_t i = 0; i < table->check_count; i++)
        if (!expand_check_goes(t, &table->checks[i]))
            table->checks[checks++] = table->checks[i];
    table->check_count = checks;
}

/* The types of the new version are in the default schema then. */
static void bring_types_home(const expand *e, catalogue_table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (diff_same_text(table->columns[i].type_namespace, e->given->version))
            table->columns[i].type_namespace = NULL;
}

const catalogue *expand_swapped(expand *e, const catalogue *indexed)
{
    catalogue *to = diff_copy_catalogue(e->m, indexed);
    for (size_t i = 0; to && i < e->table_count && !e->m->failed; i++) {
        catalogue_table *table = table_in(e, to, &e->tables[i]);
        swap_columns(e, table, &e->tables[i]);
        swap_indexes(e, table, &e->tables[i]);
        drop_what_goes(table, &e->tables[i]);
    }
    for (size_t t = e->from->table_count; to && t < to->table_count; t++)
        bring_types_home(e, &to->tables[t]);
    for (size_t i = 0; to && i < e->enum_count; i++)
        to->enums[e->enums[i].old - e->from->enums] = *e->enums[i].new;
    return to ? to : indexed;
}
