/* SQLite: building a table anew, which is how everything changes that ALTER TABLE cannot.
 *
 * A new table is made beside the old one, the rows are copied, the old one is dropped and the new
 * one takes its name: so foreign keys, views and triggers of others, which name the table, find it
 * again. What the schema cannot say is carried over: checks and indexes that it does not know,
 * collations, generated columns, STRICT, WITHOUT ROWID, triggers, and the counter of AUTOINCREMENT,
 * which may be above the largest key. Values are copied as they are: the column's affinity turns
 * those that can be turned without loss, and a probe has counted the others before. */
#include "diff/pack.h"
#include "diff/sqlite.h"

#include <ctype.h>
#include <strings.h>

/* ---- definitions ----------------------------------------------------------------------------- */

/* DEFAULT takes anything in parentheses, and only constants without. */
static bool is_bare(const char *expression)
{
    static const char *const words[] = {"true",         "false",       "null", "current_timestamp",
                                        "current_date", "current_time"};
    if (*expression == '(' || *expression == '\'' || !strncasecmp(expression, "x'", 2))
        return true;
    for (size_t i = 0; i < TENON__COUNT(words); i++)
        if (!strcasecmp(expression, words[i]))
            return true;
    return expression[strspn(expression, "+-.0123456789eE")] == '\0';
}

void diff_write_sqlite_column(diff_maker *m, const catalogue_column *column, bool is_key)
{
    const char *standard = column->default_sql;
    diff_write(m, "%I %s", column->name, column->type);
    if (column->is_required)
        diff_write(m, " NOT NULL");
    if (is_key)
        diff_write(m, " PRIMARY KEY");
    if (is_key && column->identity == CATALOGUE_ROWID_FOR_EVER)
        diff_write(m, " AUTOINCREMENT");
    if (standard && *standard)
        diff_write(m, is_bare(standard) ? " DEFAULT %s" : " DEFAULT (%s)", standard);
    if (column->collation)
        diff_write(m, " COLLATE %I", column->collation);
    if (column->generated)
        diff_write(m, " GENERATED ALWAYS AS (%s) %s", column->generated,
                   column->is_stored ? "STORED" : "VIRTUAL");
}

static bool is_whole_key(const catalogue_table *table, const catalogue_column *column)
{
    const catalogue_index *key = catalogue_primary_key(table);
    return key && key->key_count == 1 && !strcmp(key->keys[0].column, column->name);
}

static void write_constraints(diff_maker *m, const catalogue_table *table)
{
    const catalogue_index *key = catalogue_primary_key(table);
    if (key && key->key_count > 1) {
        diff_write(m, ",\n\n    PRIMARY KEY (");
        diff_write_keys(m, key);
        diff_write(m, ")");
    }
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].is_primary || !table->indexes[i].is_constraint)
            continue;
        diff_write(m, ",\n    UNIQUE (");
        diff_write_keys(m, &table->indexes[i]);
        diff_write(m, ")");
    }
    for (size_t i = 0; i < table->foreign_key_count; i++) {
        diff_write(m, ",\n    ");
        diff_write_foreign_key(m, &table->foreign_keys[i]);
    }
    for (size_t i = 0; i < table->check_count; i++) {
        diff_write(m, ",\n    ");
        if (table->checks[i].name)
            diff_write(m, "CONSTRAINT %I ", table->checks[i].name);
        diff_write(m, "CHECK (%s)", table->checks[i].expression);
    }
}

void diff_write_sqlite_table(diff_maker *m, const catalogue_table *table, const char *name)
{
    diff_write(m, "CREATE TABLE %I (\n", name);
    for (size_t i = 0; i < table->column_count; i++) {
        diff_write(m, i ? ",\n    " : "    ");
        diff_write_sqlite_column(m, &table->columns[i], is_whole_key(table, &table->columns[i]));
    }
    write_constraints(m, table);
    diff_write(m, "\n)%s%s%s", table->is_without_rowid ? " WITHOUT ROWID" : "",
               table->is_without_rowid && table->is_strict ? "," : "",
               table->is_strict ? " STRICT" : "");
}

void diff_write_sqlite_indexes(diff_maker *m, const catalogue_table *table)
{
    for (size_t i = 0; i < table->index_count; i++) {
        const catalogue_index *index = &table->indexes[i];
        if (index->is_primary || index->is_constraint)
            continue;
        diff_write(m, ";\n");
        if (index->definition)
            diff_write(m, "%s", index->definition);
        else
            diff_write_index(m, table, index, "");
    }
}

/* ---- what is carried over -------------------------------------------------------------------- */

/* The wanted column, with what the schema cannot say of it. */
static void merge_column(catalogue_column *column, const catalogue_column *old)
{
    if (!old)
        return;
    column->collation = column->collation ? column->collation : old->collation;
    if (old->generated) {
        column->generated = old->generated;
        column->is_stored = old->is_stored;
        column->default_sql = NULL;
    }
    if (column->default_sql && !*column->default_sql)
        column->default_sql = old->default_sql;
}

static void merge_columns(diff_maker *m, catalogue_table *table, const catalogue_table *from)
{
    catalogue_column *columns = diff_array(m, table->column_count + 1, sizeof *columns);
    if (!columns)
        return;
    for (size_t i = 0; i < table->column_count; i++) {
        columns[i] = table->columns[i];
        merge_column(&columns[i], catalogue_find_column(from, columns[i].name));
    }
    table->columns = columns;
}

static void merge_checks(diff_maker *m, catalogue_table *table, const catalogue_table *from)
{
    size_t most = table->check_count + from->check_count;
    catalogue_check *checks = diff_array(m, most + 1, sizeof *checks);
    if (!checks || m->is_reverse)
        return;
    size_t count = table->check_count;
    if (count)
        memcpy(checks, table->checks, count * sizeof *checks);
    for (size_t i = 0; i < from->check_count; i++)
        if (!diff_match_check(m, &from->checks[i], table) &&
            diff_is_kept_check(m, from, &from->checks[i]) &&
            !diff_is_lost_check(m, from, table, &from->checks[i])) {
            checks[count] = from->checks[i];
            checks[count++].expression = diff_renamed_text(m, from, from->checks[i].expression);
        }
    table->checks = checks;
    table->check_count = count;
}

static void merge_foreign_keys(diff_maker *m, catalogue_table *table, const catalogue_table *from)
{
    size_t count = table->foreign_key_count, most = count + from->foreign_key_count;
    catalogue_foreign_key *keys = diff_array(m, most + 1, sizeof *keys);
    if (!keys || m->is_reverse)
        return;
    for (size_t i = 0; i < count; i++) {
        const catalogue_foreign_key *key = &table->foreign_keys[i];
        keys[i] = *diff_merge_foreign_key(m, key, diff_match_foreign_key(m, key, table, from));
    }
    for (size_t i = 0; i < from->foreign_key_count; i++)
        if (!diff_match_foreign_key(m, &from->foreign_keys[i], from, table) &&
            diff_is_kept_foreign_key(m, from, &from->foreign_keys[i]))
            keys[count++] = from->foreign_keys[i];
    table->foreign_keys = keys;
    table->foreign_key_count = count;
}

static bool has_columns_of(const catalogue_table *table, const catalogue_index *index)
{
    for (size_t i = 0; i < index->key_count; i++)
        if (index->keys[i].column && !catalogue_find_column(table, index->keys[i].column))
            return false;
    return true;
}

static void merge_indexes(diff_maker *m, catalogue_table *table, const catalogue_table *from)
{
    size_t count = 0, most = table->index_count + from->index_count;
    catalogue_index *indexes = diff_array(m, most + 1, sizeof *indexes);
    if (!indexes)
        return;
    for (size_t i = 0; i < table->index_count; i++)
        if (m->is_reverse || !diff_has_kept_namesake(m, from, table, &table->indexes[i]))
            indexes[count++] = table->indexes[i];
    for (size_t i = 0; i < from->index_count && !m->is_reverse; i++)
        if (diff_is_kept_index(m, from, &from->indexes[i]) &&
            !diff_is_lost_index(m, from, table, &from->indexes[i])) {
            indexes[count] = from->indexes[i];
            indexes[count++].definition = diff_renamed_text(m, from, from->indexes[i].definition);
        }
    table->indexes = indexes;
    table->index_count = count;
}

static catalogue_table merge(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    catalogue_table table = *to;
    table.is_strict |= from->is_strict;
    table.is_without_rowid |= from->is_without_rowid;
    merge_columns(m, &table, from);
    merge_checks(m, &table, from);
    merge_foreign_keys(m, &table, from);
    merge_indexes(m, &table, from);
    return table;
}

/* ---- the rebuild ----------------------------------------------------------------------------- */

static bool is_copied(const catalogue_table *from, const catalogue_column *column)
{
    const catalogue_column *old = catalogue_find_column(from, column->name);
    return old && !old->generated && !column->generated;
}

typedef void column_writer(diff_maker *m, const catalogue_table *table, const char *name);

static void write_name(diff_maker *m, const catalogue_table *table, const char *name)
{
    (void)table;
    diff_write(m, "%I", name);
}

static void write_copied_columns(diff_maker *m, const catalogue_table *from,
                                 const catalogue_table *to, column_writer *write)
{
    const char *separator = "";
    for (size_t i = 0; i < to->column_count; i++) {
        if (!is_copied(from, &to->columns[i]))
            continue;
        diff_write(m, separator);
        write(m, from, to->columns[i].name);
        separator = ", ";
    }
}

static bool has_copied_column(const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < to->column_count; i++)
        if (is_copied(from, &to->columns[i]))
            return true;
    return false;
}

static void write_copy(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                       const char *name)
{
    if (!has_copied_column(from, to))
        return;
    diff_write(m, ";\nINSERT INTO %I (", name);
    write_copied_columns(m, from, to, write_name);
    diff_write(m, ") SELECT ");
    write_copied_columns(m, from, to, diff_write_stored_value);
    diff_write(m, " FROM %T", from);
}

static bool counts_for_ever(const catalogue_table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].identity == CATALOGUE_ROWID_FOR_EVER)
            return true;
    return false;
}

/* Keys that were given once are not given again, also when their rows are gone. */
static void write_counter(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                          const char *name)
{
    if (!counts_for_ever(from) || !counts_for_ever(to))
        return;
    diff_write(m, ";\nDELETE FROM \"sqlite_sequence\" WHERE \"name\" = %L", name);
    diff_write(m,
               ";\nINSERT INTO \"sqlite_sequence\" (\"name\", \"seq\") SELECT %L, \"seq\""
               " FROM \"sqlite_sequence\" WHERE \"name\" = %L",
               name, from->name);
}

static bool has_dependents(const catalogue *c)
{
    for (size_t i = 0; i < c->table_count; i++)
        if (c->tables[i].kind == CATALOGUE_VIEW)
            return true;
    return c->other_count > 0;
}

/* Triggers went with the old table. */
static void write_triggers(diff_maker *m, const catalogue_table *table)
{
    for (size_t i = 0; i < m->from->other_count; i++) {
        const catalogue_object *object = &m->from->others[i];
        if (!strcmp(object->kind, "trigger") && object->table &&
            !strcasecmp(object->table, table->name))
            diff_write(m, ";\n%s", object->definition);
    }
}

/* Views and triggers that name the table must not be looked at while there is none. */
static void write_rename(diff_maker *m, const catalogue_table *to, const char *name)
{
    bool is_guarded = has_dependents(m->from);
    diff_write(m, is_guarded ? ";\nPRAGMA legacy_alter_table = ON" : "");
    diff_write(m, ";\nALTER TABLE %I RENAME TO %I", name, to->name);
    diff_write(m, is_guarded ? ";\nPRAGMA legacy_alter_table = OFF" : "");
}

static void write_rebuild(diff_maker *m, const diff_change *change)
{
    const catalogue_table *from = change->from_table;
    catalogue_table to = merge(m, from, change->to_table);
    const char *name = diff_say(m, "new_%s", to.name);
    if (m->failed)
        return;
    diff_write_packing_guards(m, from, &to);
    diff_write_sqlite_table(m, &to, name);
    write_copy(m, from, &to, name);
    write_counter(m, from, &to, name);
    diff_write(m, ";\nDROP TABLE %T", from);
    write_rename(m, &to, name);
    diff_write_sqlite_indexes(m, &to);
    write_triggers(m, &to);
}

static void add_unique_risks(diff_maker *m, diff_step *step, const catalogue_table *from,
                             const catalogue_table *to)
{
    for (size_t i = 0; i < to->index_count; i++) {
        const catalogue_index *index = &to->indexes[i];
        if (!index->is_primary && has_columns_of(from, index) &&
            !diff_match_index(m, index, to, from))
            diff_add_index_risk(m, step, from, index);
    }
}

/* A check of a new column cannot be asked before. */
static bool names_new_column(const catalogue_table *from, const catalogue_table *to,
                             const catalogue_check *check)
{
    for (size_t i = 0; i < to->column_count; i++)
        if (!catalogue_find_column(from, to->columns[i].name) &&
            strstr(check->expression, to->columns[i].name))
            return true;
    return false;
}

static void add_check_risks(diff_maker *m, diff_step *step, const catalogue_table *from,
                            const catalogue_table *to)
{
    for (size_t i = 0; i < to->check_count; i++)
        if (!diff_match_check(m, &to->checks[i], from) &&
            !names_new_column(from, to, &to->checks[i]))
            diff_add_failure(
                m, step, diff_say(m, "rows of %T do not fulfil %s", to, to->checks[i].expression),
                "change them first", diff_probe_check(m, from, &to->checks[i]));
}

static void add_orphan_risks(diff_maker *m, diff_step *step, const catalogue_table *from,
                             const catalogue_table *to)
{
    for (size_t i = 0; i < to->foreign_key_count; i++) {
        const catalogue_foreign_key *key = &to->foreign_keys[i];
        bool is_new = !diff_match_foreign_key(m, key, to, from);
        for (size_t k = 0; k < key->column_count && is_new; k++)
            is_new = catalogue_find_column(from, key->columns[k]) != NULL;
        if (is_new)
            diff_add_failure(
                m, step,
                diff_say(m, "rows of %T refer to rows that are not in %I", to, key->target),
                "delete them, or let them refer to rows that are there",
                diff_probe_orphans(m, from, key));
    }
}

static void note_what_is_not_restored(diff_maker *m, diff_step *step, const catalogue_table *from,
                                      const catalogue_table *to)
{
    const char *separator = "the values of ";
    for (size_t i = 0; i < from->column_count; i++) {
        if (catalogue_find_column(to, from->columns[i].name))
            continue;
        diff_write(m, "%s%T.%I", separator, from, from->columns[i].name);
        separator = ", ";
    }
    if (m->text.length)
        step->not_restored = diff_take(m);
}

void diff_plan_rebuild(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    diff_step *step =
        diff_add_step(m, "RedefineTables", write_rebuild, (diff_change){from, to, NULL, NULL});
    m->plan->needs_foreign_keys_off = true;
    diff_add_conversions(m, step, from, to);
    diff_add_column_risks(m, step, from, to);
    add_unique_risks(m, step, from, to);
    add_check_risks(m, step, from, to);
    add_orphan_risks(m, step, from, to);
    note_what_is_not_restored(m, step, from, to);
}
