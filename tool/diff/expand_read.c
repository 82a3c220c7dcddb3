/* What of a change is twofold while both versions are served: each column of the one version beside
 * the one of the other that it is, how the values come from side to side, and what is refused
 * because one of the versions would see something wrong. */
#include "diff/expand.h"

void expand_refuse(expand *e, const char *words, const char *hint)
{
    tenon__fail(e->m->err, TENON_UNSUPPORTED, "%s", words);
    tenon__hint(e->m->err, "%s", hint);
    e->m->failed = true;
}

const char *expand_name(diff_maker *m, const char *name)
{
    enum { MOST = 63 };
    const char *full = diff_say(m, "_tenon_new_%s", name);
    size_t length = tenon__utf8_cut(full, strlen(full), MOST);
    return diff_say(m, "%s", tenon__arena_copy(m->arena, full, length));
}

/* ---- enums ----------------------------------------------------------------------------------- */

static bool has_renamed_value(const catalogue_enum *old, const catalogue_enum *renamed)
{
    for (size_t i = 0; i < old->value_count; i++)
        if (strcmp(old->values[i], renamed->values[i]) != 0)
            return true;
    return false;
}

static bool is_made_anew(const expand_enum *x)
{
    if (strcmp(x->old->name, x->renamed->name) != 0 || has_renamed_value(x->old, x->renamed))
        return true;
    for (size_t i = 0; i < x->renamed->value_count; i++)
        if (!diff_has_value(x->new, x->renamed->values[i]))
            return true;
    return x->new->is_ordered && !diff_has_same_order(x->renamed, x->new);
}

static void read_enums(expand *e)
{
    e->enums = diff_array(e->m, e->from->enum_count + 1, sizeof *e->enums);
    for (size_t i = 0; i < e->from->enum_count && !e->m->failed; i++) {
        expand_enum x = {.old = &e->from->enums[i], .renamed = &e->m->from->enums[i]};
        x.new = diff_to_enum(e->m, x.renamed);
        if (x.new &&is_made_anew(&x))
            e->enums[e->enum_count++] = x;
    }
}

const expand_enum *expand_enum_of(const expand *e, const catalogue_column *column)
{
    for (size_t i = 0; i < e->enum_count && column->is_enum; i++)
        if (!strcmp(e->enums[i].new->name, column->type_name) &&
            diff_same_namespace(e->m, e->enums[i].new->namespace, column->type_namespace))
            return &e->enums[i];
    return NULL;
}

/* ---- columns --------------------------------------------------------------------------------- */

static const char *given_value(const diff_value *values, size_t count, const char *table,
                               const char *column)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(values[i].table, table) && !strcmp(values[i].column, column))
            return values[i].sql;
    return NULL;
}

static const char *given_up(const expand *e, const expand_table *t, const expand_column *c)
{
    return given_value(e->given->values, e->given->value_count, t->new->name, c->new->name);
}

static const char *given_down(const expand *e, const expand_table *t, const expand_column *c)
{
    return given_value(e->given->old_values, e->given->old_value_count, t->old->name, c->old->name);
}

static bool has_no_value(const catalogue_column *column)
{
    return column->is_required && !column->default_sql && !column->generated &&
           !diff_counts(column);
}

static bool is_in_list(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

static bool is_referred_to(const catalogue *in, const catalogue_table *table, const char *column)
{
    for (size_t t = 0; t < in->table_count; t++)
        for (size_t i = 0; i < in->tables[t].foreign_key_count; i++) {
            const catalogue_foreign_key *key = &in->tables[t].foreign_keys[i];
            if (!strcmp(key->target, table->name) &&
                is_in_list(key->target_columns, key->column_count, column))
                return true;
        }
    return false;
}

static bool is_in_foreign_key(const catalogue *in, const catalogue_table *table, const char *column)
{
    for (size_t i = 0; i < table->foreign_key_count; i++)
        if (is_in_list(table->foreign_keys[i].columns, table->foreign_keys[i].column_count, column))
            return true;
    return is_referred_to(in, table, column);
}

static bool is_in_key(const catalogue_table *table, const char *column)
{
    const catalogue_index *key = catalogue_primary_key(table);
    for (size_t i = 0; key && i < key->key_count; i++)
        if (!strcmp(key->keys[i].column, column))
            return true;
    return false;
}

static void refuse_column(expand *e, const expand_table *t, const catalogue_column *column,
                          const char *why, const char *hint)
{
    expand_refuse(e, diff_say(e->m, "column %T.%I %s", t->old, column->name, why), hint);
}

static void refuse_missing(expand *e, const catalogue_table *table, const catalogue_column *column,
                           const char *why, const char *option)
{
    expand_refuse(e, diff_say(e->m, "column %T.%I %s", table, column->name, why),
                  diff_say(e->m, "%s %s.%s=EXPRESSION says what it gets, from the other columns",
                           option, table->name, column->name));
}

/* A column with two forms cannot be part of what others hang on. */
static void check_twofold(expand *e, const expand_table *t, const expand_column *c)
{
    if (diff_counts(c->old) || diff_counts(c->new) || c->old->generated || c->new->generated)
        refuse_column(e, t, c->old, "numbers itself or is generated, and cannot have two forms",
                      "change it in one go, or by an online rewrite");
    else if (is_in_key(t->old, c->old->name) || is_in_foreign_key(e->from, t->old, c->old->name))
        refuse_column(e, t, c->old, "is part of a key, and cannot have two forms",
                      "change it without --expand: a type that needs it is rewritten online");
}

static bool is_changed(const expand *e, const expand_column *c)
{
    return !diff_same_type(e->m, c->renamed, c->new) || !diff_same_required(c->renamed, c->new) ||
           expand_enum_of(e, c->renamed);
}

static void read_changed(expand *e, const expand_table *t, expand_column *c)
{
    check_twofold(e, t, c);
    c->is_twofold = true;
    c->place = expand_name(e->m, c->new->name);
    c->up = given_up(e, t, c);
    c->down = given_down(e, t, c);
    bool is_harder = c->new->is_required && !c->old->is_required && !c->new->is_array;
    bool is_softer = c->old->is_required && !c->new->is_required && !c->new->is_array;
    if (!c->up && !is_harder)
        c->up = expand_up(e, c);
    if (!c->down && !is_softer)
        c->down = expand_down(e, c);
    if (!c->up)
        refuse_missing(e, t->new, c->new, "has no value for what the old version writes",
                       "--value");
    else if (!c->down)
        refuse_missing(e, t->old, c->old, "has no value for what the new version writes",
                       "--old-value");
}

static void read_both(expand *e, const expand_table *t, expand_column *c)
{
    c->place = c->old->name;
    if (is_changed(e, c))
        read_changed(e, t, c);
    else if (diff_counts(c->renamed) != diff_counts(c->new) ||
             !c->old->generated != !c->new->generated)
        refuse_column(e, t, c->old, "begins or ends to number itself or to be generated",
                      "change that without --expand");
}

static void read_new(expand *e, const expand_table *t, expand_column *c)
{
    c->place = c->new->name;
    c->up = given_up(e, t, c);
    if (!c->up && has_no_value(c->new))
        refuse_missing(e, t->new, c->new, "is required, and the old version writes none",
                       "--value");
    else if (catalogue_find_column(t->old, c->place))
        refuse_column(e, t, c->new, "is new, and another one has its name until the second half",
                      "make two changes of it");
}

static void read_gone(expand *e, const expand_table *t, expand_column *c)
{
    c->down = given_down(e, t, c);
    if (!c->down && has_no_value(c->old))
        refuse_missing(e, t->old, c->old, "is required, and the new version writes none",
                       "--old-value");
    else if (is_in_key(t->old, c->old->name) || is_referred_to(e->from, t->old, c->old->name))
        refuse_column(e, t, c->old, "is part of a key that others may refer to",
                      "change that without --expand");
}

static void read_columns(expand *e, expand_table *t)
{
    const catalogue_table *old = t->old, *new = t->new;
    t->columns = diff_array(e->m, old->column_count + new->column_count, sizeof *t->columns);
    for (size_t i = 0; i < new->column_count && !e->m->failed; i++) {
        expand_column *c = &t->columns[t->count++];
        c->new = &new->columns[i];
        c->renamed = catalogue_find_column(t->renamed, c->new->name);
        c->old = c->renamed ? &old->columns[c->renamed - t->renamed->columns] : NULL;
        (c->old ? read_both : read_new)(e, t, c);
    }
    for (size_t i = 0; i < old->column_count && !e->m->failed; i++) {
        if (catalogue_find_column(new, t->renamed->columns[i].name))
            continue;
        expand_column *c = &t->columns[t->count++];
        c->old = &old->columns[i];
        read_gone(e, t, c);
    }
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* What the new version must see otherwise than it stands in the table. */
static bool needs_view(const expand *e, const expand_column *c)
{
    if (!c->new || !c->old)
        return c->up != NULL;
    return c->is_twofold || strcmp(c->old->name, c->new->name) != 0 ||
           !diff_same_default(e->m, c->renamed, c->new);
}

static void check_view(expand *e, const expand_table *t)
{
    const char *table = diff_say(e->m, "table %T", t->old);
    if (!diff_same_namespace(e->m, t->old->namespace, NULL))
        expand_refuse(e, diff_say(e->m, "%s is not in the default schema", table),
                      "programs name its schema, so that no view can take its place");
    else if (t->is_in_step && t->old->kind == CATALOGUE_PARTITIONED)
        expand_refuse(e, diff_say(e->m, "%s is partitioned", table),
                      "change it without --expand, or change its columns one by one by hand");
    else if (!diff_is_key_kept(e->m, t->renamed, t->new))
        expand_refuse(e, diff_say(e->m, "the primary key of %s changes", table),
                      "change that without --expand");
}

/* Views of the database: they would be in the way when the column is dropped. */
static void check_dependents(expand *e, const expand_table *t, const expand_column *c)
{
    for (size_t i = 0; i < e->from->table_count && !e->m->failed; i++) {
        const catalogue_table *view = &e->from->tables[i];
        bool is_view = view->kind == CATALOGUE_VIEW || view->kind == CATALOGUE_MATERIALIZED_VIEW;
        if (is_view && diff_names(view->definition, t->old->name) &&
            diff_names(view->definition, c->old->name))
            refuse_column(e, t, c->old,
                          diff_say(e->m, "goes in the end, and view %T uses it", view),
                          "drop the view before, and make it again behind");
    }
}

static void read_table(expand *e, expand_table *t)
{
    read_columns(e, t);
    t->has_view = strcmp(t->old->name, t->new->name) != 0;
    for (size_t i = 0; i < t->count && !e->m->failed; i++) {
        const expand_column *c = &t->columns[i];
        t->is_in_step |= c->up || c->down;
        t->has_view |= needs_view(e, c);
        if (c->old && (c->is_twofold || !c->new))
            check_dependents(e, t, c);
    }
    t->has_view |= t->is_in_step;
    if (t->has_view)
        check_view(e, t);
}

/* What somebody has given a value for is there. */
static void check_values(expand *e, const diff_value *values, size_t count, bool is_new)
{
    for (size_t i = 0; i < count && !e->m->failed; i++) {
        bool is_used = false;
        for (size_t t = 0; t < e->table_count; t++)
            for (size_t c = 0; c < e->tables[t].count; c++) {
                const expand_column *column = &e->tables[t].columns[c];
                const char *used = is_new ? column->up : column->down;
                is_used |= used == values[i].sql;
            }
        if (!is_used)
            expand_refuse(e,
                          diff_say(e->m, "a value is given for %s.%s, which is not changed",
                                   values[i].table, values[i].column),
                          is_new ? "--value names tables and columns of the new version"
                                 : "--old-value names tables and columns of the old version");
    }
}

void expand_read(expand *e)
{
    const catalogue *renamed = e->m->from;
    read_enums(e);
    e->tables = diff_array(e->m, e->from->table_count + 1, sizeof *e->tables);
    for (size_t i = 0; i < e->from->table_count && !e->m->failed; i++) {
        const catalogue_table *old = &e->from->tables[i];
        const catalogue_table *new =
            diff_is_table(old) ? diff_to_table(e->m, &renamed->tables[i]) : NULL;
        if (!new)
            continue;
        expand_table *t = &e->tables[e->table_count++];
        *t = (expand_table){.old = old, .renamed = &renamed->tables[i], .new = new};
        read_table(e, t);
    }
    check_values(e, e->given->values, e->given->value_count, true);
    check_values(e, e->given->old_values, e->given->old_value_count, false);
}
