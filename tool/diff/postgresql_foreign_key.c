/* PostgreSQL: foreign keys.
 *
 * Those that the schema says; and those that it cannot, which stay, but where the unique that they
 * refer to by makes way for another one they have to make way with it, and come back on that. Where
 * there is no such unique any more they go, and diff_tell has said so. In safe forms a key is added
 * NOT VALID, and validated in a part of its own; behind the swap of a primary key where it refers
 * to that one. What no schema can say of a key that it does say, as that it can be deferred, goes
 * with it from the old one to the new. */
#include "diff/sql.h"

/* ---- writing --------------------------------------------------------------------------------- */

static const char *const actions[] = {
    [SCHEMA_CASCADE] = "CASCADE",         [SCHEMA_RESTRICT] = "RESTRICT",
    [SCHEMA_NO_ACTION] = "NO ACTION",     [SCHEMA_SET_NULL] = "SET NULL",
    [SCHEMA_SET_DEFAULT] = "SET DEFAULT",
};

void diff_write_foreign_key(diff_maker *m, const catalogue_foreign_key *key)
{
    if (key->name)
        diff_write(m, "CONSTRAINT %I ", key->name);
    diff_write(m, "FOREIGN KEY (");
    diff_write_names(m, key->columns, key->column_count);
    diff_write(m, ") REFERENCES %N(", key->target_namespace, key->target);
    diff_write_names(m, key->target_columns, key->column_count);
    diff_write(m, ")%s ON DELETE %s ON UPDATE %s", key->is_match_full ? " MATCH FULL" : "",
               actions[key->on_delete], actions[key->on_update]);
    if (key->is_deferrable)
        diff_write(m, " DEFERRABLE%s", key->is_deferred ? " INITIALLY DEFERRED" : "");
}

const catalogue_foreign_key *diff_merge_foreign_key(diff_maker *m, const catalogue_foreign_key *key,
                                                    const catalogue_foreign_key *old)
{
    catalogue_foreign_key *merged = old ? diff_array(m, 1, sizeof *merged) : NULL;
    if (!merged)
        return key;
    *merged = *key;
    merged->is_match_full |= old->is_match_full;
    merged->is_deferrable |= old->is_deferrable;
    merged->is_deferred |= old->is_deferred;
    return merged;
}

static void write_foreign_key(diff_maker *m, const diff_change *change)
{
    const catalogue_foreign_key *from = change->from, *to = change->to;
    if (!to) {
        diff_write(m, "ALTER TABLE %T DROP CONSTRAINT %I", change->from_table, from->name);
        return;
    }
    diff_write(m, "ALTER TABLE %T ADD ", change->to_table);
    diff_write_foreign_key(m, to);
    diff_write(m, diff_is_concurrent(m, change) || !to->is_valid ? " NOT VALID" : "");
    diff_write_comment(
        m, (diff_comment){DIFF_ON_CONSTRAINT, change->to_table, NULL, to->name, to->comment});
}

/* ---- what stays, and what is made anew ------------------------------------------------------- */

static bool has_columns_changed(const diff_maker *m, const catalogue_table *from,
                                const char *const *columns, size_t count)
{
    const catalogue_table *to = from ? diff_to_table(m, from) : NULL;
    for (size_t i = 0; to && i < count; i++) {
        const catalogue_column *a = catalogue_find_column(from, columns[i]);
        const catalogue_column *b = catalogue_find_column(to, columns[i]);
        if (!a || !b || !diff_same_type(m, a, b))
            return true;
    }
    return !to;
}

static const catalogue_table *target_of(const diff_maker *m, const catalogue_foreign_key *key)
{
    catalogue_table like = {.namespace = key->target_namespace, .name = key->target};
    return diff_from_table(m, &like);
}

static bool is_index_kept(const diff_maker *m, const catalogue_table *from,
                          const catalogue_table *to, const catalogue_index *index)
{
    if (index->is_primary)
        return diff_is_key_kept(m, from, to);
    return diff_index_kept_as(m, index, from, to) ||
           (diff_is_kept_index(m, from, index) && !diff_is_lost_index(m, from, to, index));
}

/* Which of several it refers by only the server knows. */
static bool is_base_dropped(const diff_maker *m, const catalogue_foreign_key *key)
{
    const catalogue_table *from = target_of(m, key);
    const catalogue_table *to = from ? diff_to_table(m, from) : NULL;
    for (size_t i = 0; to && i < from->index_count; i++)
        if (diff_is_index_for_key(&from->indexes[i], key) &&
            !is_index_kept(m, from, to, &from->indexes[i]))
            return true;
    return false;
}

static const catalogue_foreign_key *
key_kept_as(const diff_maker *m, const catalogue_foreign_key *key, const catalogue_table *from)
{
    const catalogue_table *to = diff_to_table(m, from);
    if (!to || has_columns_changed(m, from, key->columns, key->column_count) ||
        has_columns_changed(m, target_of(m, key), key->target_columns, key->column_count) ||
        is_base_dropped(m, key))
        return NULL;
    return diff_match_foreign_key(m, key, from, to);
}

/* One that the schema cannot say, and that stays: its target has another index for it. */
static bool is_moved(const diff_maker *m, const catalogue_foreign_key *key,
                     const catalogue_table *from)
{
    return is_base_dropped(m, key) &&
           !diff_match_foreign_key(m, key, from, diff_to_table(m, from)) &&
           diff_is_kept_foreign_key(m, from, key);
}

static bool is_key_dropped(const diff_maker *m, const catalogue_foreign_key *key,
                           const catalogue_table *from)
{
    const catalogue_table *to = diff_to_table(m, from);
    if (to && diff_match_foreign_key(m, key, from, to))
        return !key_kept_as(m, key, from);
    return !diff_is_kept_foreign_key(m, from, key) || is_moved(m, key, from);
}

/* ---- drops ----------------------------------------------------------------------------------- */

static void plan_foreign_key_drop(diff_maker *m, const catalogue_table *from,
                                  const catalogue_foreign_key *key)
{
    diff_step *step = diff_add_step(m, "DropForeignKey", write_foreign_key,
                                    (diff_change){from, diff_to_table(m, from), key, NULL});
    diff_lock(m, step, from);
    if (key->is_valid)
        diff_note_validation(m, step, "foreign key", key->name);
}

void diff_plan_foreign_key_drops(diff_maker *m)
{
    for (size_t t = 0; t < m->from->table_count && !m->failed; t++) {
        const catalogue_table *from = &m->from->tables[t];
        for (size_t i = 0; i < from->foreign_key_count && diff_is_table(from); i++)
            if (is_key_dropped(m, &from->foreign_keys[i], from))
                plan_foreign_key_drop(m, from, &from->foreign_keys[i]);
    }
}

static const catalogue_foreign_key *old_key(const diff_maker *m, const catalogue_foreign_key *key,
                                            const catalogue_table *from, const catalogue_table *to)
{
    const catalogue_foreign_key *old = from ? diff_match_foreign_key(m, key, to, from) : NULL;
    return old && key_kept_as(m, old, from) ? old : NULL;
}

static void add_orphan_risk(diff_maker *m, diff_step *step, const catalogue_table *to,
                            const catalogue_foreign_key *key)
{
    diff_write(m, "rows of %T refer by (", to);
    diff_write_names(m, key->columns, key->column_count);
    diff_write(m, ") to rows that are not in %N", key->target_namespace, key->target);
    const char *words = diff_take(m);
    diff_add_failure(m, step, words, "delete them, or let them refer to rows that are there",
                     diff_probe_orphans(m, to, key));
}

static void plan_foreign_key(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                             const catalogue_foreign_key *key)
{
    const catalogue_foreign_key *old = from ? diff_match_foreign_key(m, key, to, from) : NULL;
    diff_step *step =
        diff_add_step(m, "AddForeignKey", write_foreign_key,
                      (diff_change){from, to, NULL, diff_merge_foreign_key(m, key, old)});
    if (from && !m->options->has_safe_forms)
        add_orphan_risk(m, step, to, key);
    if (old)
        diff_plan_comment(m, (diff_comment){DIFF_ON_CONSTRAINT, to, NULL, key->name, old->comment});
}

static void plan_moved_key(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                           const catalogue_foreign_key *key)
{
    diff_add_step(m, "AddForeignKey", write_foreign_key, (diff_change){from, to, NULL, key});
    diff_plan_comment(m, (diff_comment){DIFF_ON_CONSTRAINT, to, NULL, key->name, key->comment});
}

static void write_foreign_key_name(diff_maker *m, const diff_change *change)
{
    const catalogue_foreign_key *from = change->from, *to = change->to;
    diff_write(m, "ALTER TABLE %T RENAME CONSTRAINT %I TO %I", change->to_table, from->name,
               to->name);
}

/* Whether it refers to a key that is swapped: it comes behind that then. */
static bool is_late(const diff_maker *m, const catalogue_foreign_key *key)
{
    const catalogue_table *from = target_of(m, key);
    return from && diff_swaps_key(m, from, diff_to_table(m, from));
}

static void plan_makes_of(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                          bool is_behind_keys)
{
    for (size_t i = 0; i < to->foreign_key_count; i++) {
        const catalogue_foreign_key *key = &to->foreign_keys[i];
        const catalogue_foreign_key *old = old_key(m, key, from, to);
        if (is_late(m, key) != is_behind_keys)
            continue;
        if (!old)
            plan_foreign_key(m, from, to, key);
        else if (!diff_same_text(old->name, key->name))
            diff_add_step(m, "RenameForeignKey", write_foreign_key_name,
                          (diff_change){from, to, old, key});
    }
    for (size_t i = 0; from && i < from->foreign_key_count; i++) {
        const catalogue_foreign_key *key = &from->foreign_keys[i];
        if (is_late(m, key) == is_behind_keys && is_moved(m, key, from))
            plan_moved_key(m, from, to, key);
    }
}

void diff_plan_foreign_key_makes(diff_maker *m, bool is_behind_keys)
{
    for (size_t t = 0; t < m->to->table_count && !m->failed; t++) {
        const catalogue_table *to = &m->to->tables[t];
        if (diff_is_table(to))
            plan_makes_of(m, diff_from_table(m, to), to, is_behind_keys);
    }
}

/* ---- validations ----------------------------------------------------------------------------- */

void diff_plan_key_validations(diff_maker *m, const catalogue_table *from,
                               const catalogue_table *to, bool is_behind_keys)
{
    for (size_t i = 0; i < to->foreign_key_count; i++) {
        const catalogue_foreign_key *key = &to->foreign_keys[i];
        if (is_late(m, key) == is_behind_keys && !old_key(m, key, from, to))
            add_orphan_risk(m, diff_plan_validation(m, from, to, key), to, key);
    }
    for (size_t i = 0; i < from->foreign_key_count; i++) {
        const catalogue_foreign_key *key = &from->foreign_keys[i];
        if (is_late(m, key) == is_behind_keys && key->is_valid && is_moved(m, key, from))
            add_orphan_risk(m, diff_plan_validation(m, from, to, key), to, key);
    }
}
