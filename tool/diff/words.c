/* The differences as a person says them, and what is in the database that the schema cannot say. */
#include "diff/pack.h"

/* ---- columns --------------------------------------------------------------------------------- */

static const char *default_words(const catalogue_column *column)
{
    if (diff_counts(column))
        return "autoincrement";
    return column->default_sql && *column->default_sql ? column->default_sql : "none";
}

static void begin_word(diff_maker *m)
{
    diff_write(m, m->text.length ? "; " : "");
}

static const char *column_words(diff_maker *m, const catalogue_column *a, const catalogue_column *b)
{
    if (!diff_has_same_elements(a, b)) {
        begin_word(m);
        diff_write(m, "elements are %s, wanted %s", a->elements, b->elements);
    } else if (!diff_same_type(m, a, b)) {
        begin_word(m);
        diff_write(m, "type is %s, wanted %s", a->type, b->type);
    }
    if (!diff_same_required(a, b)) {
        begin_word(m);
        diff_write(m, b->is_required ? "is optional, wanted required"
                                     : "is required, wanted optional");
    }
    if (!diff_same_default(m, a, b)) {
        begin_word(m);
        diff_write(m, "default is %s, wanted %s", default_words(a), default_words(b));
    }
    return diff_take(m);
}

static void tell_columns(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < from->column_count; i++) {
        const catalogue_column *a = &from->columns[i];
        const catalogue_column *b = catalogue_find_column(to, a->name);
        const char *name = diff_say(m, "column %T.%I", to, a->name);
        if (!b)
            diff_add_difference(m, DIFF_REMOVED, name, "");
        else if (!diff_same_column(m, a, b))
            diff_add_difference(m, DIFF_CHANGED, name, column_words(m, a, b));
    }
    for (size_t i = 0; i < to->column_count; i++)
        if (!catalogue_find_column(from, to->columns[i].name))
            diff_add_difference(m, DIFF_ADDED, diff_say(m, "column %T.%I", to, to->columns[i].name),
                                diff_say(m, "%s", to->columns[i].type));
}

/* ---- keys and indexes ------------------------------------------------------------------------ */

static const char *keys_words(diff_maker *m, const catalogue_index *index)
{
    if (!index)
        return "none";
    diff_write(m, "(");
    diff_write_keys(m, index);
    diff_write(m, ")");
    return diff_take(m);
}

static void tell_primary_key(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    const catalogue_index *a = catalogue_primary_key(from), *b = catalogue_primary_key(to);
    const char *name = diff_say(m, "primary key of %T", to);
    if (a && b ? !diff_same_keys(a, b) : a != b)
        diff_add_difference(m, DIFF_CHANGED, name,
                            diff_say(m, "is %s, wanted %s", keys_words(m, a), keys_words(m, b)));
    else if (a && m->plan->dialect == TENON_POSTGRESQL && !diff_same_text(a->name, b->name))
        diff_add_difference(m, DIFF_CHANGED, name,
                            diff_say(m, "is called %I, wanted %I", a->name, b->name));
}

static const char *index_name(diff_maker *m, const catalogue_table *table,
                              const catalogue_index *index)
{
    return diff_say(m, "%sindex %I on %T", index->is_unique ? "unique " : "", index->name, table);
}

static bool has_namesake(const catalogue_table *in, const catalogue_index *index)
{
    for (size_t i = 0; i < in->index_count; i++)
        if (!strcmp(in->indexes[i].name, index->name))
            return true;
    return false;
}

static void tell_old_indexes(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < from->index_count; i++) {
        const catalogue_index *index = &from->indexes[i];
        if (index->is_primary || diff_match_index(m, index, from, to))
            continue;
        if (!diff_is_kept_index(m, from, index) || diff_is_lost_index(m, from, to, index))
            diff_add_difference(m, DIFF_REMOVED, index_name(m, from, index), keys_words(m, index));
        else
            diff_keep(m, index_name(m, from, index));
    }
}

static void tell_new_indexes(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < to->index_count; i++) {
        const catalogue_index *index = &to->indexes[i];
        const catalogue_index *old = diff_match_index(m, index, to, from);
        if (index->is_primary || diff_has_kept_namesake(m, from, to, index))
            continue;
        if (!old)
            diff_add_difference(m, DIFF_ADDED, index_name(m, to, index), keys_words(m, index));
        else if (!diff_same_text(old->name, index->name) && !has_namesake(to, old) &&
                 !(m->plan->dialect == TENON_SQLITE && old->is_constraint))
            diff_add_difference(m, DIFF_CHANGED, index_name(m, to, old),
                                diff_say(m, "wanted is the name %I", index->name));
    }
}

/* ---- foreign keys and checks ----------------------------------------------------------------- */

static const char *foreign_key_name(diff_maker *m, const catalogue_table *table,
                                    const catalogue_foreign_key *key)
{
    diff_write(m, "foreign key of %T (", table);
    diff_write_names(m, key->columns, key->column_count);
    diff_write(m, ") to %N (", key->target_namespace, key->target);
    diff_write_names(m, key->target_columns, key->column_count);
    diff_write(m, ")");
    return diff_take(m);
}

/* What no schema says is not missed where it is not said: why it goes. */
static const char *loss_words(diff_maker *m, const catalogue_table *table,
                              const catalogue_foreign_key *key)
{
    bool is_said = !m->from->server_version || !catalogue_foreign_key_obstacle(m->from, table, key);
    return is_said ? "" : "no schema says it, and it goes with what it needs: columns, a unique";
}

static void tell_foreign_keys(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < from->foreign_key_count; i++) {
        const catalogue_foreign_key *key = &from->foreign_keys[i];
        if (diff_match_foreign_key(m, key, from, to))
            continue;
        if (diff_is_kept_foreign_key(m, from, key))
            diff_keep(m, foreign_key_name(m, from, key));
        else
            diff_add_difference(m, DIFF_REMOVED, foreign_key_name(m, from, key),
                                loss_words(m, from, key));
    }
    for (size_t i = 0; i < to->foreign_key_count; i++) {
        const catalogue_foreign_key *key = &to->foreign_keys[i];
        const catalogue_foreign_key *old = diff_match_foreign_key(m, key, to, from);
        if (!old)
            diff_add_difference(m, DIFF_ADDED, foreign_key_name(m, to, key), "");
        else if (m->plan->dialect == TENON_POSTGRESQL && !diff_same_text(old->name, key->name))
            diff_add_difference(m, DIFF_CHANGED, foreign_key_name(m, to, key),
                                diff_say(m, "is called %I, wanted %I", old->name, key->name));
    }
}

static const char *check_name(diff_maker *m, const catalogue_table *table,
                              const catalogue_check *check)
{
    return diff_say(m, "check %I of %T", check->name ? check->name : "without a name", table);
}

static void tell_checks(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < from->check_count; i++) {
        const catalogue_check *check = &from->checks[i];
        if (diff_match_check(m, check, to))
            continue;
        if (diff_is_kept_check(m, from, check) && !diff_is_lost_check(m, from, to, check))
            diff_keep(m, check_name(m, from, check));
        else
            diff_add_difference(m, DIFF_REMOVED, check_name(m, from, check), check->expression);
    }
    for (size_t i = 0; i < to->check_count; i++)
        if (!diff_match_check(m, &to->checks[i], from))
            diff_add_difference(m, DIFF_ADDED, check_name(m, to, &to->checks[i]),
                                to->checks[i].expression);
}

/* ---- tables, enums, extensions --------------------------------------------------------------- */

static void tell_tables(diff_maker *m)
{
    for (size_t i = 0; i < m->from->table_count; i++) {
        const catalogue_table *from = &m->from->tables[i];
        if (diff_is_table(from) && !diff_to_table(m, from))
            diff_add_difference(m, DIFF_REMOVED, diff_say(m, "table %T", from), "");
    }
    for (size_t i = 0; i < m->to->table_count; i++) {
        const catalogue_table *to = &m->to->tables[i];
        const catalogue_table *from = diff_is_table(to) ? diff_from_table(m, to) : NULL;
        if (!from && diff_is_table(to))
            diff_add_difference(m, DIFF_ADDED, diff_say(m, "table %T", to), "");
        if (!from)
            continue;
        tell_columns(m, from, to);
        tell_primary_key(m, from, to);
        tell_old_indexes(m, from, to);
        tell_new_indexes(m, from, to);
        tell_foreign_keys(m, from, to);
        tell_checks(m, from, to);
    }
}

static void tell_values(diff_maker *m, const catalogue_enum *of, const catalogue_enum *in,
                        diff_sign sign)
{
    for (size_t i = 0; i < of->value_count; i++)
        if (!diff_has_value(in, of->values[i]))
            diff_add_difference(
                m, sign, diff_say(m, "value %L of enum %N", of->values[i], of->namespace, of->name),
                "");
}

static const char *list_of_values(diff_maker *m, const catalogue_enum *e)
{
    for (size_t i = 0; i < e->value_count; i++)
        diff_write(m, i ? ", %L" : "%L", e->values[i]);
    return diff_take(m);
}

/* An order that the schema does not mean stays as it is. */
static void tell_order(diff_maker *m, const catalogue_enum *from, const catalogue_enum *to)
{
    if (diff_has_same_order(from, to))
        return;
    const char *name = diff_say(m, "enum %N", from->namespace, from->name);
    const char *order = list_of_values(m, from);
    if (to->is_ordered)
        diff_add_difference(m, DIFF_CHANGED, name,
                            diff_say(m, "order of values is %s, wanted %s; the type is made anew",
                                     order, list_of_values(m, to)));
    else
        diff_keep(m, diff_say(m, "order of values of %s: %s", name, order));
}

static void tell_enums(diff_maker *m)
{
    for (size_t i = 0; i < m->from->enum_count; i++) {
        const catalogue_enum *from = &m->from->enums[i], *to = diff_to_enum(m, from);
        if (!to) {
            diff_add_difference(m, DIFF_REMOVED,
                                diff_say(m, "enum %N", from->namespace, from->name), "");
        } else {
            tell_values(m, from, to, DIFF_REMOVED);
            tell_values(m, to, from, DIFF_ADDED);
            tell_order(m, from, to);
        }
    }
    for (size_t i = 0; i < m->to->enum_count; i++)
        if (!diff_from_enum(m, &m->to->enums[i]))
            diff_add_difference(
                m, DIFF_ADDED,
                diff_say(m, "enum %N", m->to->enums[i].namespace, m->to->enums[i].name), "");
}

static bool has_extension(const catalogue *c, const char *name)
{
    for (size_t i = 0; i < c->extension_count; i++)
        if (!strcmp(c->extensions[i].name, name))
            return true;
    return false;
}

static void tell_extensions(diff_maker *m)
{
    for (size_t i = 0; i < m->to->extension_count; i++)
        if (!has_extension(m->from, m->to->extensions[i].name))
            diff_add_difference(m, DIFF_ADDED,
                                diff_say(m, "extension %I", m->to->extensions[i].name), "");
}

static void tell_kept(diff_maker *m)
{
    static const char *const kinds[] = {
        [CATALOGUE_TABLE] = NULL,
        [CATALOGUE_PARTITIONED] = NULL,
        [CATALOGUE_PARTITION] = "partition",
        [CATALOGUE_VIEW] = "view",
        [CATALOGUE_MATERIALIZED_VIEW] = "materialized view",
        [CATALOGUE_FOREIGN_TABLE] = "foreign table",
        [CATALOGUE_VIRTUAL_TABLE] = "virtual table",
    };
    for (size_t i = 0; i < m->from->table_count; i++)
        if (kinds[m->from->tables[i].kind])
            diff_keep(m, diff_say(m, "%s %T", kinds[m->from->tables[i].kind], &m->from->tables[i]));
    for (size_t i = 0; i < m->from->other_count; i++) {
        const catalogue_object *object = &m->from->others[i];
        const char *owner = object->table ? diff_say(m, " of %I", object->table) : "";
        diff_keep(m, diff_say(m, "%s %s%s", object->kind, object->name, owner));
    }
}

void diff_tell(diff_maker *m)
{
    tell_extensions(m);
    if (m->plan->dialect == TENON_POSTGRESQL)
        tell_enums(m);
    tell_tables(m);
    diff_tell_logs(m);
    tell_kept(m);
}
