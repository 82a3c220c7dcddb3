/* Queries that ask the rows whether a change would lose or fail: one bigint, 0 is harmless. Both
 * databases understand them. What they are asked under (a lock) is the caller's. */
#include "diff/pack.h"

const char *diff_probe_rows(diff_maker *m, const catalogue_table *table)
{
    return diff_say(m, "SELECT count(*) FROM %T", table);
}

const char *diff_probe_values(diff_maker *m, const catalogue_table *table, const char *column,
                              bool is_null)
{
    return diff_say(m, "SELECT count(*) FROM %T WHERE %I IS %sNULL", table, column,
                    is_null ? "" : "NOT ");
}

/* NULLs are never equal. The primary key has none, and two rows with one are in its way too. */
const char *diff_probe_duplicates(diff_maker *m, const catalogue_table *table,
                                  const catalogue_index *index)
{
    const char *before = " WHERE ";
    diff_write(m, "SELECT count(*) FROM (SELECT 1 FROM %T", table);
    for (size_t i = 0; i < index->key_count && !index->is_primary; i++, before = " AND ")
        diff_write(m, "%s%I IS NOT NULL", before, index->keys[i].column);
    if (index->predicate)
        diff_write(m, "%s(%s)", before, index->predicate);
    diff_write(m, " GROUP BY ");
    diff_write_keys(m, index);
    diff_write(m, " HAVING count(*) > 1) AS repeated");
    return diff_take(m);
}

const char *diff_probe_orphans(diff_maker *m, const catalogue_table *table,
                               const catalogue_foreign_key *key)
{
    diff_write(m, "SELECT count(*) FROM %T AS child WHERE ", table);
    for (size_t i = 0; i < key->column_count; i++)
        diff_write(m, "child.%I IS NOT NULL AND ", key->columns[i]);
    diff_write(m, "NOT EXISTS (SELECT 1 FROM %N AS parent WHERE ", key->target_namespace,
               key->target);
    for (size_t i = 0; i < key->column_count; i++)
        diff_write(m, "%sparent.%I = child.%I", i ? " AND " : "", key->target_columns[i],
                   key->columns[i]);
    diff_write(m, ")");
    return diff_take(m);
}

const char *diff_probe_check(diff_maker *m, const catalogue_table *table,
                             const catalogue_check *check)
{
    return diff_say(m, "SELECT count(*) FROM %T WHERE NOT (%s)", table, check->expression);
}

/* ---- risks ----------------------------------------------------------------------------------- */

static void add_drop_risk(diff_maker *m, diff_step *step, const catalogue_table *from,
                          const catalogue_column *column)
{
    diff_add_loss(m, step,
                  diff_say(m, "column %T.%I would be dropped with its values", from, column->name),
                  diff_probe_values(m, from, column->name, false));
}

/* The new column of a row that is there already would be NULL. */
static bool has_no_value(const catalogue_column *column)
{
    return column->is_required && !column->default_sql && !column->generated &&
           !diff_counts(column);
}

static void add_new_risk(diff_maker *m, diff_step *step, const catalogue_table *from,
                         const catalogue_column *column)
{
    if (has_no_value(column))
        diff_add_failure(
            m, step,
            diff_say(m, "column %T.%I is required, and rows that are there have no value for it",
                     from, column->name),
            "give it a default, or make it optional, fill it in and make it required then",
            diff_probe_rows(m, from));
}

static void add_required_risk(diff_maker *m, diff_step *step, const catalogue_table *from,
                              const catalogue_column *column)
{
    diff_add_failure(m, step,
                     diff_say(m, "column %T.%I is to be required, and rows have no value in it",
                              from, column->name),
                     "fill them in first", diff_probe_values(m, from, column->name, true));
}

static void add_conversion_risk(diff_maker *m, diff_step *step, const catalogue_table *from,
                                const catalogue_column *a, const catalogue_column *b)
{
    if (diff_conversion_of(m, a, b) != DIFF_MAY_LOSE)
        return;
    diff_add_loss(m, step,
                  diff_say(m, "values of column %T.%I would change from %s to %s", from, a->name,
                           a->type, b->type),
                  diff_conversion_probe(m, from, a, b));
    if (step->risk_count && !m->failed)
        step->risks[step->risk_count - 1].is_conversion = true;
}

static bool is_blob(const catalogue_column *column)
{
    return strcasestr(column->type, "blob") != NULL;
}

/* Nothing makes other elements of packed ones in a database. */
static void add_element_risk(diff_maker *m, diff_step *step, const catalogue_table *from,
                             const catalogue_column *a, const catalogue_column *b)
{
    diff_add_failure(m, step,
                     diff_say(m, "packed values of column %T.%I are %s and cannot become %s", from,
                              a->name, a->elements, b->elements),
                     "take @tenon.compress away, change the type, and put it back, each by itself",
                     diff_probe_values(m, from, a->name, false));
}

/* Nothing turns bytes into text or back. */
static void add_blob_risk(diff_maker *m, diff_step *step, const catalogue_table *from,
                          const catalogue_column *a, const catalogue_column *b)
{
    const char *sign = is_blob(b) ? "<>" : "=";
    diff_add_failure(m, step,
                     diff_say(m, "values of column %T.%I cannot become %s", from, a->name, b->type),
                     "add a field beside it, copy the values in a program, drop the old one",
                     diff_say(m,
                              "SELECT count(*) FROM %T WHERE %I IS NOT NULL"
                              " AND typeof(%I) %s 'blob'",
                              from, a->name, a->name, sign));
}

/* SQLite keeps a value that does not fit, in the type that it has: what the client would read then
 * is an error. */
static void add_storage_risk(diff_maker *m, diff_step *step, const catalogue_table *from,
                             const catalogue_column *a, const catalogue_column *b)
{
    if (!diff_has_same_elements(a, b))
        add_element_risk(m, step, from, a, b);
    if (diff_is_packing(m, a, b))
        return;
    if (is_blob(a) != is_blob(b))
        add_blob_risk(m, step, from, a, b);
    if (!strcasestr(b->type, "int") && !strcasestr(b->type, "real"))
        return;
    diff_add_failure(m, step,
                     diff_say(m, "values of column %T.%I are none of %s", from, a->name, b->type),
                     "convert them first",
                     diff_say(m, "SELECT count(*) FROM %T WHERE CAST(%I AS %s) <> %I", from,
                              a->name, b->type, a->name));
}

static void add_change_risks(diff_maker *m, diff_step *step, const catalogue_table *from,
                             const catalogue_column *a, const catalogue_column *b)
{
    if (!a->is_required && b->is_required && !diff_same_required(a, b))
        add_required_risk(m, step, from, a);
    if (diff_same_type(m, a, b))
        return;
    if (m->plan->dialect == TENON_SQLITE)
        add_storage_risk(m, step, from, a, b);
    else
        add_conversion_risk(m, step, from, a, b);
}

static void add_key_risk(diff_maker *m, diff_step *step, const catalogue_table *from,
                         const catalogue_table *to)
{
    const catalogue_index *a = catalogue_primary_key(from), *b = catalogue_primary_key(to);
    if (!b || (a && diff_same_keys(a, b)) || diff_swaps_key(m, from, to))
        return;
    for (size_t i = 0; i < b->key_count; i++)
        if (!catalogue_find_column(from, b->keys[i].column))
            return; /* which the risk of the new column tells */
    diff_add_index_risk(m, step, from, b);
}

/* PostgreSQL: values that differ may be the same one in a narrower type. */
static bool may_collide(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                        const catalogue_index *index)
{
    bool is_lossy = false;
    if (!index->is_unique || index->predicate || m->plan->dialect != TENON_POSTGRESQL)
        return false;
    for (size_t i = 0; i < index->key_count; i++) {
        const char *name = index->keys[i].column;
        const catalogue_column *a = name ? catalogue_find_column(from, name) : NULL;
        const catalogue_column *b = a ? catalogue_find_column(to, name) : NULL;
        diff_conversion way =
            b && !diff_same_type(m, a, b) ? diff_conversion_of(m, a, b) : DIFF_CONVERTS;
        if (!b || way == DIFF_NO_CAST)
            return false;
        is_lossy |= way == DIFF_MAY_LOSE;
    }
    return is_lossy;
}

static void write_converted(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                            const char *column)
{
    const catalogue_column *a = catalogue_find_column(from, column);
    const catalogue_column *b = catalogue_find_column(to, column);
    if (diff_same_type(m, a, b))
        diff_write(m, "%I", column);
    else
        diff_write(m, "(%s)", diff_conversion_sql(m, a, b));
}

static void add_collision_risk(diff_maker *m, diff_step *step, const catalogue_table *from,
                               const catalogue_table *to, const catalogue_index *index)
{
    diff_write(m, "values of %T (", to);
    diff_write_keys(m, index);
    const char *words = diff_say(m, "%s), which are unique, would be the same", diff_take(m));
    diff_write(m, "SELECT count(*) FROM (SELECT 1 FROM %T WHERE ", to);
    for (size_t i = 0; i < index->key_count; i++)
        diff_write(m, i ? " AND %I IS NOT NULL" : "%I IS NOT NULL", index->keys[i].column);
    diff_write(m, " GROUP BY ");
    for (size_t i = 0; i < index->key_count; i++) {
        diff_write(m, i ? ", " : "");
        write_converted(m, from, to, index->keys[i].column);
    }
    diff_write(m, " HAVING count(*) > 1) AS repeated");
    diff_add_failure(m, step, words, "make them different in the new type first", diff_take(m));
}

void diff_add_column_risks(diff_maker *m, diff_step *step, const catalogue_table *from,
                           const catalogue_table *to)
{
    for (size_t i = 0; i < from->column_count; i++) {
        const catalogue_column *a = &from->columns[i];
        const catalogue_column *b = catalogue_find_column(to, a->name);
        bool is_replaced = b && diff_is_replaced(m, from, to, a->name);
        if (!b || is_replaced)
            add_drop_risk(m, step, from, a);
        else
            add_change_risks(m, step, from, a, b);
    }
    for (size_t i = 0; i < to->column_count; i++)
        if (!catalogue_find_column(from, to->columns[i].name) ||
            diff_is_replaced(m, from, to, to->columns[i].name))
            add_new_risk(m, step, from, &to->columns[i]);
    add_key_risk(m, step, from, to);
    for (size_t i = 0; i < from->index_count; i++)
        if (may_collide(m, from, to, &from->indexes[i]) &&
            diff_match_index(m, &from->indexes[i], from, to))
            add_collision_risk(m, step, from, to, &from->indexes[i]);
}

void diff_add_index_risk(diff_maker *m, diff_step *step, const catalogue_table *table,
                         const catalogue_index *index)
{
    if (!index->is_unique)
        return;
    diff_write(m, "rows of %T share values of (", table);
    diff_write_keys(m, index);
    diff_write(m, "), which are to be unique");
    const char *words = diff_take(m);
    diff_add_failure(m, step, words, "make them differ first",
                     diff_probe_duplicates(m, table, index));
}
