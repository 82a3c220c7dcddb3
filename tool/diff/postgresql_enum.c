/* PostgreSQL: enums.
 *
 * A value can be added where it belongs; its order is that of the schema as far as new values go.
 * An order that only differs makes no difference, since nothing but sorting sees it, unless the
 * schema says @tenon.ordered. No value can be taken away and none can change its place: then the
 * type is made anew and every column changed to it, with the defaults off meanwhile. So it goes on
 * the way back too, where a value that was just added could not be used. */
#include "diff/sql.h"

static bool has_all_values(const catalogue_enum *of, const catalogue_enum *in)
{
    for (size_t i = 0; i < of->value_count; i++)
        if (!diff_has_value(in, of->values[i]))
            return false;
    return true;
}

static bool is_of_enum(const diff_maker *m, const catalogue_column *column, const catalogue_enum *e)
{
    return column->is_enum && !strcmp(column->type_name, e->name) &&
           diff_same_namespace(m, column->type_namespace, e->namespace);
}

/* The n-th value of `e` that `other` has too. */
static const char *shared_value(const catalogue_enum *e, const catalogue_enum *other, size_t n)
{
    for (size_t i = 0; i < e->value_count; i++)
        if (diff_has_value(other, e->values[i]) && n-- == 0)
            return e->values[i];
    return NULL;
}

bool diff_has_same_order(const catalogue_enum *from, const catalogue_enum *to)
{
    for (size_t n = 0;; n++) {
        const char *a = shared_value(from, to, n), *b = shared_value(to, from, n);
        if (!a || !b || strcmp(a, b) != 0)
            return !a && !b;
    }
}

static bool is_rebuilt(const catalogue_enum *from, const catalogue_enum *to)
{
    return !has_all_values(from, to) || (to->is_ordered && !diff_has_same_order(from, to));
}

/* Of an enum that is there before and after. */
static bool is_only_added(const diff_maker *m, const catalogue_enum *e)
{
    const catalogue_enum *from = diff_from_enum(m, e), *to = diff_to_enum(m, e);
    return from && to && !is_rebuilt(from, to);
}

bool diff_is_rebuilt_enum(const diff_maker *m, const catalogue_column *column)
{
    for (size_t i = 0; i < m->from->enum_count; i++) {
        const catalogue_enum *from = &m->from->enums[i], *to = diff_to_enum(m, from);
        if (to && is_of_enum(m, column, from))
            return is_rebuilt(from, to);
    }
    return false;
}

/* ---- adding values --------------------------------------------------------------------------- */

/* The next value that is there already, behind which none of the new ones stands. */
static const char *value_behind(const catalogue_enum *from, const catalogue_enum *to, size_t at)
{
    for (size_t i = at + 1; i < to->value_count; i++)
        if (diff_has_value(from, to->values[i]))
            return to->values[i];
    return NULL;
}

static void write_new_values(diff_maker *m, const catalogue_enum *from, const catalogue_enum *to)
{
    const char *separator = "";
    for (size_t i = 0; i < to->value_count; i++) {
        const char *behind = value_behind(from, to, i);
        if (diff_has_value(from, to->values[i]))
            continue;
        diff_write(m, "%sALTER TYPE %N ADD VALUE %L", separator, to->namespace, to->name,
                   to->values[i]);
        if (behind)
            diff_write(m, " BEFORE %L", behind);
        separator = ";\n";
    }
}

/* ---- making it anew -------------------------------------------------------------------------- */

static void write_new_enum(diff_maker *m, const catalogue_enum *e, const char *ending)
{
    const char *name = diff_say(m, "%s%s", e->name, ending);
    diff_write(m, "CREATE TYPE %N AS ENUM (", e->namespace, name);
    for (size_t i = 0; i < e->value_count; i++)
        diff_write(m, i ? ", %L" : "%L", e->values[i]);
    diff_write(m, ")");
}

/* Of the column of that name on the side that is gone to; NULL when it has none, or another
 * type. */
static const char *next_default(diff_maker *m, const catalogue_table *table,
                                const catalogue_column *column, const catalogue_enum *e)
{
    const catalogue_table *next = m->is_reverse ? table : diff_to_table(m, table);
    const catalogue_column *b = next ? catalogue_find_column(next, column->name) : NULL;
    bool is_given = b && is_of_enum(m, b, e) && b->default_sql && *b->default_sql;
    return is_given ? b->default_sql : NULL;
}

static void write_enum_column(diff_maker *m, const catalogue_table *table,
                              const catalogue_column *column, const catalogue_enum *e)
{
    const char *brackets = column->is_array ? "[]" : "";
    const char *type = diff_say(m, "%N%s", e->namespace, diff_say(m, "%s_new", e->name), brackets);
    const char *standard = next_default(m, table, column, e);
    diff_write(m, ";\nALTER TABLE %T ", table);
    if (column->default_sql || standard)
        diff_write(m, "ALTER COLUMN %I DROP DEFAULT,\n    ", column->name);
    diff_write(m, "ALTER COLUMN %I TYPE %s USING (%I::text%s::%s)", column->name, type,
               column->name, brackets, type);
}

static void write_enum_default(diff_maker *m, const catalogue_table *table,
                               const catalogue_column *column, const catalogue_enum *e)
{
    const char *standard = next_default(m, table, column, e);
    if (standard)
        diff_write(m, ";\nALTER TABLE %T ALTER COLUMN %I SET DEFAULT %s", table, column->name,
                   standard);
}

typedef void enum_user(diff_maker *m, const catalogue_table *table, const catalogue_column *column,
                       const catalogue_enum *e);

/* The columns that have the type while it is changed. Tables that go have gone before, but on the
 * way back values that were added go when all tables are there again. */
static void for_each_user(diff_maker *m, const catalogue_enum *e, enum_user *use)
{
    for (size_t t = 0; t < m->from->table_count; t++) {
        const catalogue_table *table = &m->from->tables[t];
        bool is_there = diff_is_table(table) && (is_only_added(m, e) || diff_to_table(m, table));
        for (size_t i = 0; is_there && i < table->column_count; i++)
            if (is_of_enum(m, &table->columns[i], e))
                use(m, table, &table->columns[i], e);
    }
}

/* Values were only added, so that nothing had to make way; on the way back it has to. */
static void write_check_of(diff_maker *m, const catalogue_table *table,
                           const catalogue_check *check, bool is_back)
{
    if (is_back)
        diff_write(m, ";\nALTER TABLE %T ADD CONSTRAINT %I CHECK (%s)%s", table, check->name,
                   check->expression, check->is_valid ? "" : " NOT VALID");
    else
        diff_write(m, "ALTER TABLE %T DROP CONSTRAINT %I;\n", table, check->name);
    if (is_back)
        diff_write_comment(
            m, (diff_comment){DIFF_ON_CONSTRAINT, table, NULL, check->name, check->comment});
}

static void write_index_of(diff_maker *m, const catalogue_table *table,
                           const catalogue_index *index, bool is_back)
{
    if (!is_back) {
        diff_write(m, "DROP INDEX %N;\n", table->namespace, index->name);
        return;
    }
    diff_write(m, ";\n");
    diff_write_whole_index(m, table, index);
}

static bool uses(const diff_maker *m, const catalogue_table *table, const catalogue_enum *e,
                 const char *condition)
{
    for (size_t i = 0; condition && i < table->column_count; i++)
        if (is_of_enum(m, &table->columns[i], e) && diff_names(condition, table->columns[i].name))
            return true;
    return false;
}

static void write_conditions(diff_maker *m, const catalogue_enum *e, bool is_back)
{
    for (size_t t = 0; t < m->from->table_count; t++) {
        const catalogue_table *table = &m->from->tables[t];
        for (size_t i = 0; diff_is_table(table) && i < table->check_count; i++)
            if (uses(m, table, e, table->checks[i].expression))
                write_check_of(m, table, &table->checks[i], is_back);
        for (size_t i = 0; diff_is_table(table) && i < table->index_count; i++)
            if (uses(m, table, e, table->indexes[i].predicate))
                write_index_of(m, table, &table->indexes[i], is_back);
    }
}

static void write_enum_anew(diff_maker *m, const catalogue_enum *to)
{
    const char *old_name = diff_say(m, "%s_old", to->name);
    const char *new_name = diff_say(m, "%s_new", to->name);
    if (is_only_added(m, to))
        write_conditions(m, to, false);
    write_new_enum(m, to, "_new");
    for_each_user(m, to, write_enum_column);
    diff_write(m, ";\nALTER TYPE %N RENAME TO %I", to->namespace, to->name, old_name);
    diff_write(m, ";\nALTER TYPE %N RENAME TO %I", to->namespace, new_name, to->name);
    diff_write(m, ";\nDROP TYPE %N", to->namespace, old_name);
    for_each_user(m, to, write_enum_default);
    if (is_only_added(m, to))
        write_conditions(m, to, true);
}

static void write_enum(diff_maker *m, const diff_change *change)
{
    const catalogue_enum *from = change->from, *to = change->to;
    if (!from)
        write_new_enum(m, to, "");
    else if (!to)
        diff_write(m, "DROP TYPE %N", from->namespace, from->name);
    else if (!m->is_reverse && !is_rebuilt(from, to))
        write_new_values(m, from, to);
    else
        write_enum_anew(m, to);
    if (to)
        diff_write_comment(
            m, (diff_comment){DIFF_ON_TYPE, NULL, to->namespace, to->name, to->comment});
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void write_probe_of_value(diff_maker *m, const catalogue_table *table,
                                 const catalogue_column *column, const char *value)
{
    diff_write(m, m->text.length ? " + " : "SELECT ");
    if (column->is_array)
        diff_write(m, "(SELECT count(*) FROM %T WHERE %L = ANY (%I))", table, value, column->name);
    else
        diff_write(m, "(SELECT count(*) FROM %T WHERE %I = %L)", table, column->name, value);
}

static const char *probe_of_value(diff_maker *m, const catalogue_enum *e, const char *value)
{
    for (size_t t = 0; t < m->from->table_count; t++) {
        const catalogue_table *table = &m->from->tables[t];
        bool is_there = diff_is_table(table) && diff_to_table(m, table);
        for (size_t i = 0; is_there && i < table->column_count; i++)
            if (is_of_enum(m, &table->columns[i], e))
                write_probe_of_value(m, table, &table->columns[i], value);
    }
    return m->text.length ? diff_take(m) : NULL;
}

static void add_value_risks(diff_maker *m, diff_step *step, const catalogue_enum *from,
                            const catalogue_enum *to)
{
    for (size_t i = 0; i < from->value_count; i++) {
        if (diff_has_value(to, from->values[i]))
            continue;
        const char *probe = probe_of_value(m, from, from->values[i]);
        if (probe)
            diff_add_failure(m, step,
                             diff_say(m, "rows have the value %L, which enum %N would lose",
                                      from->values[i], from->namespace, from->name),
                             "give them another value first", probe);
    }
}

void diff_plan_enum_makes(diff_maker *m)
{
    for (size_t i = 0; i < m->to->enum_count && !m->failed; i++)
        if (!diff_from_enum(m, &m->to->enums[i]))
            diff_add_step(m, "CreateEnum", write_enum, (diff_change){.to = &m->to->enums[i]});
}

void diff_plan_enum_additions(diff_maker *m)
{
    for (size_t i = 0; i < m->to->enum_count && !m->failed; i++) {
        const catalogue_enum *to = &m->to->enums[i], *from = diff_from_enum(m, to);
        if (from && !is_rebuilt(from, to) && !has_all_values(to, from))
            diff_add_step(m, "AlterEnum", write_enum, (diff_change){0, 0, from, to});
    }
}

void diff_plan_enum_rebuilds(diff_maker *m)
{
    for (size_t i = 0; i < m->to->enum_count && !m->failed; i++) {
        const catalogue_enum *to = &m->to->enums[i], *from = diff_from_enum(m, to);
        if (!from || !is_rebuilt(from, to))
            continue;
        bool is_order = has_all_values(from, to) && has_all_values(to, from);
        diff_step *step = diff_add_step(m, is_order ? "ReorderEnum" : "AlterEnum", write_enum,
                                        (diff_change){0, 0, from, to});
        add_value_risks(m, step, from, to);
        diff_plan_comment(
            m, (diff_comment){DIFF_ON_TYPE, NULL, to->namespace, to->name, from->comment});
    }
}

void diff_plan_enum_drops(diff_maker *m)
{
    for (size_t i = 0; i < m->from->enum_count && !m->failed; i++)
        if (!diff_to_enum(m, &m->from->enums[i]))
            diff_add_step(m, "DropEnum", write_enum, (diff_change){.from = &m->from->enums[i]});
}
