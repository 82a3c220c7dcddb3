/* PostgreSQL: primary keys and unique constraints.
 *
 * The plain form is one with the columns (ALTER TABLE … ADD PRIMARY KEY), and builds its index
 * under a lock that lets nobody in. In safe forms the index is built CONCURRENTLY first, as a
 * unique one; when its columns are NOT NULL, the constraint takes it over, in the same short ALTER
 * TABLE that takes the old key away. The way back does the same with the old key, in the down.sql
 * of that one step, which is therefore alone in its part.
 *
 * A key of which a column is dropped, or made anew, goes with the column: then there is nothing to
 * swap it for, and on the way back it comes with the column. */
#include "diff/sql.h"

/* ---- comparing ------------------------------------------------------------------------------- */

/* Of columns of `of` that `other` does not have, or not in this form. */
static bool is_key_lost(const diff_maker *m, const catalogue_index *key, const catalogue_table *of,
                        const catalogue_table *other)
{
    for (size_t i = 0; i < key->key_count; i++) {
        const char *column = key->keys[i].column;
        if (!catalogue_find_column(other, column) || diff_is_replaced(m, of, other, column))
            return true;
    }
    return false;
}

bool diff_is_key_kept(const diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    const catalogue_index *a = catalogue_primary_key(from), *b = catalogue_primary_key(to);
    if (!a || !b)
        return a == b;
    return diff_same_keys(a, b) && !is_key_lost(m, b, to, from);
}

bool diff_swaps_key(const diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    return m->options->has_safe_forms && m->plan->dialect == TENON_POSTGRESQL && from && to &&
           !diff_is_key_kept(m, from, to);
}

bool diff_key_goes_with_columns(const diff_maker *m, const catalogue_table *of,
                                const catalogue_table *other, bool is_old)
{
    const catalogue_index *key = catalogue_primary_key(of);
    if (!key || diff_is_key_kept(m, of, other))
        return false;
    return !m->options->has_safe_forms || (is_old && is_key_lost(m, key, of, other));
}

/* ---- the index of a key ---------------------------------------------------------------------- */

void diff_write_key(diff_maker *m, const catalogue_index *key)
{
    diff_write(m, "CONSTRAINT %I PRIMARY KEY (", key->name);
    diff_write_keys(m, key);
    diff_write(m, ")");
}

/* That of the key, unless the old one has it: the constraint gives its name to the index. */
static const char *index_name(diff_maker *m, const catalogue_table *from,
                              const catalogue_index *key)
{
    static const char ending[] = "_new";
    const catalogue_index *old = catalogue_primary_key(from);
    if (!old || strcmp(old->name, key->name) != 0)
        return key->name;
    size_t length = tenon__utf8_cut(key->name, strlen(key->name), 63 - (sizeof ending - 1));
    const char *name = tenon__arena_format(m->arena, "%.*s%s", (int)length, key->name, ending);
    m->failed |= !name;
    return name ? name : "";
}

static void write_key_index(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    catalogue_index index = *catalogue_primary_key(to);
    index.name = index_name(m, from, &index);
    diff_write_index(m, to, &index, "CONCURRENTLY ");
}

/* The swap back has taken the index with the constraint; without a swap it is there. */
static void write_key_index_step(diff_maker *m, const diff_change *change)
{
    const catalogue_table *from = change->from_table, *to = change->to_table;
    if (m->is_reverse)
        diff_write(m, "DROP INDEX CONCURRENTLY IF EXISTS %N", to->namespace,
                   index_name(m, to, catalogue_primary_key(from)));
    else
        write_key_index(m, from, to);
}

void diff_plan_key_index(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    if (!diff_swaps_key(m, from, to) || !catalogue_primary_key(to))
        return;
    diff_step *step =
        diff_add_step(m, "CreateIndex", write_key_index_step, (diff_change){from, to, 0, 0});
    step->must_run_alone = true;
    diff_add_index_risk(m, step, to, catalogue_primary_key(to));
}

/* ---- the swap -------------------------------------------------------------------------------- */

static void write_swap(diff_maker *m, const diff_change *change)
{
    const catalogue_table *from = change->from_table, *to = change->to_table;
    const catalogue_index *a = catalogue_primary_key(from), *b = catalogue_primary_key(to);
    bool is_dropped = a && !diff_key_goes_with_columns(m, from, to, !m->is_reverse);
    bool is_made = b && !diff_key_goes_with_columns(m, to, from, m->is_reverse);
    if (!is_dropped && !is_made)
        return;
    if (is_made && m->is_reverse) {
        write_key_index(m, from, to);
        diff_write(m, ";\n");
    }
    diff_write(m, "ALTER TABLE %T", to);
    if (is_dropped)
        diff_write(m, " DROP CONSTRAINT %I", a->name);
    if (is_made)
        diff_write(m, "%s ADD CONSTRAINT %I PRIMARY KEY USING INDEX %I", is_dropped ? ",\n   " : "",
                   b->name, index_name(m, from, b));
}

void diff_plan_key_swap(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    if (!diff_swaps_key(m, from, to))
        return;
    diff_step *step = diff_add_step(m, "AlterTable", write_swap, (diff_change){from, to, 0, 0});
    step->must_run_alone = step->reverse && strstr(step->reverse, "CONCURRENTLY ");
}

static void write_key_name(diff_maker *m, const diff_change *change)
{
    const catalogue_index *from = change->from, *to = change->to;
    diff_write(m, "ALTER TABLE %T RENAME CONSTRAINT %I TO %I", change->to_table, from->name,
               to->name);
}

void diff_plan_key_name(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    const catalogue_index *a = catalogue_primary_key(from), *b = catalogue_primary_key(to);
    if (a && b && diff_is_key_kept(m, from, to) && !diff_same_text(a->name, b->name))
        diff_add_step(m, "RenameIndex", write_key_name, (diff_change){from, to, a, b});
}

/* ---- unique constraints ---------------------------------------------------------------------- */

static void write_takeover(diff_maker *m, const catalogue_table *table,
                           const catalogue_index *index)
{
    diff_write(m, "ALTER TABLE %T ADD CONSTRAINT %I UNIQUE USING INDEX %I", table, index->name,
               index->name);
}

void diff_write_unique(diff_maker *m, const catalogue_table *table, const catalogue_index *index,
                       const char *concurrently)
{
    if (*concurrently) {
        diff_write_index(m, table, index, concurrently);
        diff_write(m, ";\n");
        write_takeover(m, table, index);
        return;
    }
    diff_write(m, "ALTER TABLE %T ADD CONSTRAINT %I UNIQUE (", table, index->name);
    diff_write_keys(m, index);
    diff_write(m, ")");
}

static void write_unique_index(diff_maker *m, const diff_change *change)
{
    const catalogue_index *from = change->from, *to = change->to;
    if (to)
        diff_write_index(m, change->to_table, to, "CONCURRENTLY ");
    else
        diff_write(m, "DROP INDEX CONCURRENTLY IF EXISTS %N", change->from_table->namespace,
                   from->name);
}

static void write_unique_constraint(diff_maker *m, const diff_change *change)
{
    const catalogue_index *from = change->from, *to = change->to;
    if (to)
        write_takeover(m, change->to_table, to);
    else
        diff_write(m, "ALTER TABLE %T DROP CONSTRAINT %I", change->from_table, from->name);
}

void diff_plan_unique_constraint(diff_maker *m, const catalogue_table *from,
                                 const catalogue_table *to, const catalogue_index *index)
{
    diff_change change = {from, to, NULL, index};
    diff_step *step = diff_add_step(m, "CreateIndex", write_unique_index, change);
    step->must_run_alone = true;
    diff_add_index_risk(m, step, to, index);
    diff_add_step(m, "AlterTable", write_unique_constraint, change);
}
