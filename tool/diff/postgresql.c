/* The order of a plan on PostgreSQL, and what stands beside tables and columns: namespaces,
 * extensions, indexes.
 *
 * Values that are added to enums may have to be committed before they are used, so they come before
 * all else: what fails later leaves nothing but them. What holds other things goes first: foreign
 * keys before the tables and keys that they need, indexes and checks before their columns, tables
 * before their enums; making goes the other way. Read backwards, with each step turned round, the
 * same order takes the database back. */
#include "diff/sql.h"

/* ---- namespaces and extensions --------------------------------------------------------------- */

static bool has_namespace(const diff_maker *m, const catalogue *in, const char *name)
{
    for (size_t i = 0; i < in->namespace_count; i++)
        if (diff_same_namespace(m, in->namespaces[i], name))
            return true;
    return false;
}

static void write_namespace(diff_maker *m, const diff_change *change)
{
    if (change->to)
        diff_write(m, "CREATE SCHEMA IF NOT EXISTS %I", (const char *)change->to);
    else
        diff_write(m, "DROP SCHEMA %I", (const char *)change->from);
}

/* A schema that is only named, in the datasource, is looked at and not made. */
static bool is_lived_in(const catalogue *c, const char *name)
{
    for (size_t i = 0; i < c->table_count; i++)
        if (c->tables[i].namespace && !strcmp(c->tables[i].namespace, name))
            return true;
    for (size_t i = 0; i < c->enum_count; i++)
        if (c->enums[i].namespace && !strcmp(c->enums[i].namespace, name))
            return true;
    return false;
}

/* The default one is there, or nothing could be. */
void diff_plan_namespaces(diff_maker *m)
{
    for (size_t i = 0; i < m->to->namespace_count; i++)
        if (!diff_same_namespace(m, m->to->namespaces[i], NULL) &&
            is_lived_in(m->to, m->to->namespaces[i]) &&
            !has_namespace(m, m->from, m->to->namespaces[i]))
            diff_add_step(m, "CreateSchema", write_namespace,
                          (diff_change){.to = m->to->namespaces[i]});
}

static const catalogue_extension *find_extension(const catalogue *in, const char *name)
{
    for (size_t i = 0; i < in->extension_count; i++)
        if (!strcmp(in->extensions[i].name, name))
            return &in->extensions[i];
    return NULL;
}

/* There is no way back: others may have begun to use it. */
static void write_extension(diff_maker *m, const diff_change *change)
{
    const catalogue_extension *extension = change->to;
    if (!extension)
        return;
    diff_write(m, "CREATE EXTENSION IF NOT EXISTS %I", extension->name);
    if (extension->namespace || extension->version)
        diff_write(m, " WITH");
    if (extension->namespace)
        diff_write(m, " SCHEMA %I", extension->namespace);
    if (extension->version)
        diff_write(m, " VERSION %I", extension->version);
}

static void plan_extensions(diff_maker *m)
{
    for (size_t i = 0; i < m->to->extension_count; i++) {
        const catalogue_extension *extension = &m->to->extensions[i];
        if (find_extension(m->from, extension->name))
            continue;
        diff_step *step =
            diff_add_step(m, "CreateExtension", write_extension, (diff_change){.to = extension});
        step->not_restored = diff_say(m, "extension %I stays", extension->name);
    }
}

/* ---- indexes --------------------------------------------------------------------------------- */

static void write_index_keys(diff_maker *m, const catalogue_index *index)
{
    for (size_t i = 0; i < index->key_count; i++) {
        const catalogue_key *key = &index->keys[i];
        if (key->column)
            diff_write(m, i ? ", %I" : "%I", key->column);
        else
            diff_write(m, i ? ", (%s)" : "(%s)", key->expression);
        if (key->operator_class)
            diff_write(m, " %s", key->operator_class);
        diff_write(m, key->is_descending ? " DESC" : "");
    }
}

static bool is_btree(const catalogue_index *index)
{
    return !index->method || !strcmp(index->method, "btree");
}

void diff_write_index(diff_maker *m, const catalogue_table *table, const catalogue_index *index,
                      const char *concurrently)
{
    bool is_postgresql = m->plan->dialect == TENON_POSTGRESQL;
    diff_write(m, "CREATE %sINDEX %s%I ON %T", index->is_unique ? "UNIQUE " : "", concurrently,
               index->name, table);
    if (is_postgresql && !is_btree(index))
        diff_write(m, " USING %s ", index->method);
    diff_write(m, "(");
    write_index_keys(m, index);
    diff_write(m, ")");
    if (index->predicate)
        diff_write(m, " WHERE %s", index->predicate);
}

void diff_write_whole_index(diff_maker *m, const catalogue_table *table,
                            const catalogue_index *index)
{
    if (!index->definition)
        diff_write_index(m, table, index, "");
    else if (index->is_constraint)
        diff_write(m, "ALTER TABLE %T ADD CONSTRAINT %I %s", table, index->name, index->definition);
    else
        diff_write(m, "%s", index->definition);
    diff_write_comment(m, (diff_comment){DIFF_ON_INDEX, table, NULL, index->name, index->comment});
}

bool diff_is_concurrent(const diff_maker *m, const diff_change *change)
{
    return m->options->has_safe_forms && change->from_table && change->to_table;
}

static void write_index(diff_maker *m, const diff_change *change)
{
    const catalogue_index *from = change->from, *to = change->to;
    const char *concurrently = diff_is_concurrent(m, change) ? "CONCURRENTLY " : "";
    if (to && to->is_constraint)
        diff_write_unique(m, change->to_table, to, concurrently);
    else if (to)
        diff_write_index(m, change->to_table, to, concurrently);
    else if (from->is_constraint)
        diff_write(m, "ALTER TABLE %T DROP CONSTRAINT %I", change->from_table, from->name);
    else
        diff_write(m, "DROP INDEX %s%N", concurrently, change->from_table->namespace, from->name);
    if (to)
        diff_write_comment(
            m, (diff_comment){DIFF_ON_INDEX, change->to_table, NULL, to->name, to->comment});
}

/* Its condition names values of a type that is made anew. */
static bool is_in_the_way(const diff_maker *m, const catalogue_index *index,
                          const catalogue_table *table)
{
    for (size_t i = 0; index->predicate && i < table->column_count; i++)
        if (diff_is_rebuilt_enum(m, &table->columns[i]))
            return true;
    return false;
}

const catalogue_index *diff_index_kept_as(const diff_maker *m, const catalogue_index *index,
                                          const catalogue_table *from, const catalogue_table *to)
{
    const catalogue_index *found = diff_match_index(m, index, from, to);
    bool is_lost =
        found && (diff_is_lost_index(m, from, to, index) || is_in_the_way(m, index, from));
    return is_lost ? NULL : found;
}

/* One that the schema cannot say makes way for a type that is made anew, and comes back; or it goes
 * with a column. */
static void write_kept_index(diff_maker *m, const diff_change *change)
{
    const catalogue_index *from = change->from, *to = change->to;
    if (to)
        diff_write_whole_index(m, change->to_table, to);
    else if (from->is_constraint)
        diff_write(m, "ALTER TABLE %T DROP CONSTRAINT %I", change->from_table, from->name);
    else
        diff_write(m, "DROP INDEX %N", change->from_table->namespace, from->name);
}

static void plan_index_drop(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                            const catalogue_index *index)
{
    if (index->is_primary || diff_index_kept_as(m, index, from, to))
        return;
    if (diff_is_kept_index(m, from, index) && !diff_match_index(m, index, from, to)) {
        if (is_in_the_way(m, index, from) || diff_is_lost_index(m, from, to, index))
            diff_add_step(m, "DropIndex", write_kept_index, (diff_change){from, to, index, NULL});
        return;
    }
    bool is_lost = diff_is_lost_index(m, from, to, index);
    diff_step *step = diff_add_step(m, "DropIndex", write_index,
                                    (diff_change){from, is_lost ? NULL : to, index, NULL});
    step->must_run_alone = m->options->has_safe_forms && !is_lost;
}

/* The one of the same name that it takes the place of had a comment. */
static void plan_index_comment(diff_maker *m, const catalogue_table *from,
                               const catalogue_table *to, const catalogue_index *index)
{
    for (size_t i = 0; i < from->index_count; i++)
        if (!strcmp(from->indexes[i].name, index->name))
            diff_plan_comment(
                m, (diff_comment){DIFF_ON_INDEX, to, NULL, index->name, from->indexes[i].comment});
}

static void plan_index_make(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                            const catalogue_index *index)
{
    const catalogue_index *old = from ? diff_match_index(m, index, to, from) : NULL;
    if (index->is_primary || (old && diff_index_kept_as(m, old, from, to)) ||
        (from && !old && diff_has_kept_namesake(m, from, to, index)))
        return;
    if (m->options->has_safe_forms && from && index->is_constraint) {
        diff_plan_unique_constraint(m, from, to, index);
        return;
    }
    diff_step *step =
        diff_add_step(m, "CreateIndex", write_index, (diff_change){from, to, NULL, index});
    step->must_run_alone = m->options->has_safe_forms && from;
    if (!from)
        return;
    diff_add_index_risk(m, step, to, index);
    plan_index_comment(m, from, to, index);
}

static void plan_kept_indexes(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < from->index_count; i++) {
        const catalogue_index *index = &from->indexes[i];
        if (diff_is_kept_index(m, from, index) && !diff_match_index(m, index, from, to) &&
            is_in_the_way(m, index, from) && !diff_is_lost_index(m, from, to, index)) {
            diff_add_step(m, "CreateIndex", write_kept_index, (diff_change){from, to, NULL, index});
            plan_index_comment(m, from, to, index);
        }
    }
}

static void write_index_name(diff_maker *m, const diff_change *change)
{
    const catalogue_index *from = change->from, *to = change->to;
    diff_write(m, "ALTER INDEX %N RENAME TO %I", change->to_table->namespace, from->name, to->name);
}

static void plan_index_name(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                            const catalogue_index *index)
{
    const catalogue_index *old = index->is_primary ? NULL : diff_match_index(m, index, to, from);
    if (old && diff_index_kept_as(m, old, from, to) && !diff_same_text(old->name, index->name))
        diff_add_step(m, "RenameIndex", write_index_name, (diff_change){from, to, old, index});
}

/* ---- validations ----------------------------------------------------------------------------- */

void diff_note_validation(diff_maker *m, diff_step *step, const char *kind, const char *name)
{
    if (step->reverse && strstr(step->reverse, " NOT VALID"))
        step->not_restored = diff_say(
            m, "that %s %I is validated: ALTER TABLE … VALIDATE CONSTRAINT does it", kind, name);
}

static void write_validation(diff_maker *m, const diff_change *change)
{
    if (!m->is_reverse)
        diff_write(m, "ALTER TABLE %T VALIDATE CONSTRAINT %I", change->to_table,
                   *(const char *const *)change->to);
}

diff_step *diff_plan_validation(diff_maker *m, const catalogue_table *from,
                                const catalogue_table *to, const void *constraint)
{
    diff_step *step = diff_add_step(m, "ValidateConstraint", write_validation,
                                    (diff_change){from, to, NULL, constraint});
    step->lock = NULL;
    return step;
}

static void plan_late_validations(diff_maker *m, const catalogue_table *from,
                                  const catalogue_table *to)
{
    diff_plan_key_validations(m, from, to, true);
}

static void plan_validations(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    diff_plan_key_validations(m, from, to, false);
    for (size_t i = 0; i < to->check_count; i++)
        if (diff_is_made_check(m, from, to, &to->checks[i]))
            diff_add_failure(
                m, diff_plan_validation(m, from, to, &to->checks[i]),
                diff_say(m, "rows of %T do not fulfil %s", to, to->checks[i].expression),
                "change them first", diff_probe_check(m, to, &to->checks[i]));
}

/* ---- the order ------------------------------------------------------------------------------- */

typedef void table_planner(diff_maker *m, const catalogue_table *from, const catalogue_table *to);

/* Tables that are there before and after. */
static void for_each_pair(diff_maker *m, table_planner *plan)
{
    for (size_t i = 0; i < m->to->table_count && !m->failed; i++) {
        const catalogue_table *to = &m->to->tables[i];
        const catalogue_table *from = diff_is_table(to) ? diff_from_table(m, to) : NULL;
        if (from)
            plan(m, from, to);
    }
}

static void plan_index_drops(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < from->index_count; i++)
        plan_index_drop(m, from, to, &from->indexes[i]);
}

static void plan_index_names(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < to->index_count; i++)
        plan_index_name(m, from, to, &to->indexes[i]);
}

static void plan_index_makes(diff_maker *m)
{
    for (size_t t = 0; t < m->to->table_count && !m->failed; t++) {
        const catalogue_table *to = &m->to->tables[t];
        const catalogue_table *from = diff_is_table(to) ? diff_from_table(m, to) : NULL;
        for (size_t i = 0; i < to->index_count && diff_is_table(to); i++)
            plan_index_make(m, from, to, &to->indexes[i]);
    }
}

void diff_plan_postgresql(diff_maker *m)
{
    plan_extensions(m);
    diff_plan_enum_additions(m);
    diff_plan_foreign_key_drops(m);
    for_each_pair(m, diff_plan_check_drops);
    for_each_pair(m, plan_index_drops);
    for_each_pair(m, plan_index_names);
    diff_plan_table_drops(m);
    diff_plan_enum_makes(m);
    diff_plan_enum_rebuilds(m);
    diff_plan_table_changes(m);
    diff_plan_enum_drops(m);
    diff_plan_table_makes(m);
    plan_index_makes(m);
    for_each_pair(m, plan_kept_indexes);
    for_each_pair(m, diff_plan_key_index);
    for_each_pair(m, diff_plan_check_makes);
    diff_plan_foreign_key_makes(m, false);
    diff_plan_required_checks(m);
    if (m->options->has_safe_forms)
        for_each_pair(m, plan_validations);
    diff_plan_required_validations(m);
    diff_plan_required(m);
    for_each_pair(m, diff_plan_key_swap);
    diff_plan_foreign_key_makes(m, true);
    if (m->options->has_safe_forms)
        for_each_pair(m, plan_late_validations);
}
