/* SQLite: a value of an enum gets another name.
 *
 * A database of SQLite has no enums, only texts (and lists of them as JSON) in columns of which the
 * schema says what they hold. So a renamed value is an UPDATE of the rows; where the table is built
 * anew anyway, it is part of the copy, so that neither the old checks nor the new ones see rows
 * that are not theirs. Checks and conditions that somebody has written by hand get the new name.
 *
 * From the catalogue nobody can tell whether the rows have the old name still. A schema on both
 * sides tells it; of a database its rows are asked (diff_renames_look). */
#include "diff/sqlite.h"

#include "db/db.h"
#include "render/render.h"
#include "rows/rows.h"

#include <stdlib.h>

/* ---- asking the rows ------------------------------------------------------------------------- */

typedef struct looker {
    tenon_session *session;
    const catalogue *found;
    const diff_rename *renames;
    size_t count;
    tenon_error *err;
} looker;

/* The name that it has before the renames. */
static const char *old_name(const looker *l, diff_thing thing, const char *owner, const char *name)
{
    for (size_t i = 0; i < l->count; i++) {
        const diff_rename *r = &l->renames[i];
        if (r->thing == thing && !strcmp(r->to, name) && (!owner || !strcmp(r->owner, owner)))
            return r->from;
    }
    return name;
}

static const catalogue_table *old_table(const looker *l, const char *name)
{
    const catalogue_table *t = catalogue_find_table(l->found, NULL, name);
    return t ? t : catalogue_find_table(l->found, NULL, old_name(l, DIFF_TABLE, NULL, name));
}

static const catalogue_column *old_column(const looker *l, const catalogue_table *table,
                                          const char *owner, const char *name)
{
    const catalogue_column *c = catalogue_find_column(table, name);
    return c ? c : catalogue_find_column(table, old_name(l, DIFF_COLUMN, owner, name));
}

static bool write_question(const looker *l, const char *table, const char *column, bool is_list,
                           const char *value, tenon__buf *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__quote_identifier(&name, TENON_SQLITE, column, l->err);
    tenon__buf_text(out, "SELECT CAST(count(*) AS text) FROM ");
    tenon__quote_identifier(out, TENON_SQLITE, table, l->err);
    const char *c = tenon__buf_string(&name);
    if (is_list)
        tenon__buf_format(out,
                          " WHERE EXISTS (SELECT 1 FROM json_each(iif(json_valid(%s), %s, '[]')) "
                          "WHERE value = ",
                          c, c);
    else
        tenon__buf_format(out, " WHERE %s = ", c);
    tenon__quote_literal(out, TENON_SQLITE, value, strlen(value), l->err);
    tenon__buf_text(out, is_list ? ")" : "");
    return !name.failed && !out->failed;
}

static bool has_rows(const looker *l, const char *table, const catalogue_column *column,
                     bool is_list, const char *value, bool *has)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    rows found;
    if (!write_question(l, table, column->name, is_list, value, &sql))
        return tenon__fail_no_memory(l->err);
    rows_query query = {.sql = tenon__buf_string(&sql), .columns = 1};
    if (!rows_read(l->session, &query, &arena, &found)) {
        *l->err = *tenon_session_error(l->session);
        return false;
    }
    *has = rows_first(&found) && strcmp(rows_first(&found), "0") != 0;
    return true;
}

static bool look_in_table(const looker *l, const catalogue_table *wanted, const diff_rename *value,
                          bool *has)
{
    const catalogue_table *table = old_table(l, wanted->name);
    for (size_t i = 0; table && i < wanted->column_count && !*has; i++) {
        const catalogue_column *c = &wanted->columns[i];
        if (!diff_same_text(c->enumeration, value->owner))
            continue;
        const catalogue_column *old = old_column(l, table, wanted->name, c->name);
        if (old && !has_rows(l, table->name, old, c->is_enumeration_list, value->from, has))
            return false;
    }
    return true;
}

bool diff_renames_look(tenon_session *s, const catalogue *found, const catalogue *wanted,
                       diff_rename *renames, size_t count, tenon_error *err)
{
    looker l = {s, found, renames, count, err};
    for (size_t i = 0; i < count && wanted->dialect == TENON_SQLITE; i++) {
        renames[i].is_seen = false;
        for (size_t t = 0; t < wanted->table_count && renames[i].thing == DIFF_VALUE; t++)
            if (!look_in_table(&l, &wanted->tables[t], &renames[i], &renames[i].is_seen))
                return false;
    }
    return true;
}

/* ---- noting a rename ------------------------------------------------------------------------- */

/* A value that is new in the wanted enum, in place of one that is gone from it. */
static bool is_wanted(const diff_maker *m, const diff_rename *rename)
{
    const catalogue_enum *e = catalogue_find_enum(m->to, NULL, rename->owner);
    return e && diff_has_value(e, rename->to) && !diff_has_value(e, rename->from);
}

static bool is_there(const catalogue *from, const diff_rename *rename)
{
    if (from->server_version)
        return rename->is_seen;
    const catalogue_enum *e = catalogue_find_enum(from, NULL, rename->owner);
    return e && diff_has_value(e, rename->from) && !diff_has_value(e, rename->to);
}

bool diff_rename_stored_value(diff_maker *m, const catalogue *from, const diff_rename *rename)
{
    if (!is_wanted(m, rename) || !is_there(from, rename))
        return false;
    const diff_rename **values =
        diff_grow(m, m->values, m->value_count, &m->value_capacity, sizeof *values);
    if (!values)
        return false;
    m->values = values;
    values[m->value_count++] = rename;
    return true;
}

/* ---- what holds it --------------------------------------------------------------------------- */

/* The wanted column, when values of its enum are renamed; else NULL. */
static const catalogue_column *renamed_column(const diff_maker *m, const catalogue_table *table,
                                              const char *name)
{
    const catalogue_table *to = diff_to_table(m, table);
    const catalogue_column *column = to ? catalogue_find_column(to, name) : NULL;
    for (size_t i = 0; column && i < m->value_count; i++)
        if (diff_same_text(column->enumeration, m->values[i]->owner))
            return column;
    return NULL;
}

const char *diff_renamed_text(diff_maker *m, const catalogue_table *table, const char *text)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const catalogue_column *column = renamed_column(m, table, table->columns[i].name);
        for (size_t v = 0; column && v < m->value_count; v++)
            if (!strcmp(column->enumeration, m->values[v]->owner))
                text = diff_replace(m, text, "'", m->values[v]);
    }
    return text;
}

static bool names_value(const diff_maker *m, const catalogue_table *table, const char *text)
{
    for (size_t i = 0; text && i < table->column_count; i++)
        for (size_t v = 0; v < m->value_count; v++)
            if (renamed_column(m, table, table->columns[i].name) &&
                strstr(text, m->values[v]->from))
                return true;
    return false;
}

bool diff_keeps_old_value(const diff_maker *m, const catalogue_table *from)
{
    for (size_t i = 0; i < from->check_count; i++)
        if (diff_is_kept_check(m, from, &from->checks[i]) &&
            names_value(m, from, from->checks[i].expression))
            return true;
    for (size_t i = 0; i < from->index_count; i++)
        if (diff_is_kept_index(m, from, &from->indexes[i]) &&
            names_value(m, from, from->indexes[i].predicate))
            return true;
    return false;
}

/* ---- SQL ------------------------------------------------------------------------------------- */

static const char *name_before(const diff_maker *m, const diff_rename *value)
{
    return m->is_reverse ? value->to : value->from;
}

static const char *name_behind(const diff_maker *m, const diff_rename *value)
{
    return m->is_reverse ? value->from : value->to;
}

static void write_case(diff_maker *m, const char *enumeration, const char *subject)
{
    diff_write(m, "CASE %s", subject);
    for (size_t i = 0; i < m->value_count; i++)
        if (!strcmp(m->values[i]->owner, enumeration))
            diff_write(m, " WHEN %L THEN %L", name_before(m, m->values[i]),
                       name_behind(m, m->values[i]));
    diff_write(m, " ELSE %s END", subject);
}

void diff_write_stored_value(diff_maker *m, const catalogue_table *table, const char *name)
{
    const catalogue_column *column = renamed_column(m, table, name);
    if (!column) {
        diff_write(m, "%I", name);
    } else if (!column->is_enumeration_list) {
        write_case(m, column->enumeration, diff_say(m, "%I", name));
    } else {
        diff_write(m, "iif(json_valid(%I), (SELECT json_group_array(", name);
        write_case(m, column->enumeration, "value");
        diff_write(m, ") FROM json_each(%I)), %I)", name, name);
    }
}

static void write_condition(diff_maker *m, const catalogue_column *column)
{
    const char *separator = "";
    if (column->is_enumeration_list)
        diff_write(m, "EXISTS (SELECT 1 FROM json_each(iif(json_valid(%I), %I, '[]')) WHERE value",
                   column->name, column->name);
    else
        diff_write(m, "%I", column->name);
    diff_write(m, " IN (");
    for (size_t i = 0; i < m->value_count; i++) {
        if (strcmp(m->values[i]->owner, column->enumeration) != 0)
            continue;
        diff_write(m, "%s%L", separator, name_before(m, m->values[i]));
        separator = ", ";
    }
    diff_write(m, column->is_enumeration_list ? "))" : ")");
}

static void write_update(diff_maker *m, const diff_change *change)
{
    const catalogue_table *table = change->to_table;
    const catalogue_column *column = m->is_reverse ? change->from : change->to; /* the wanted one */
    diff_write(m, "UPDATE %T SET %I = ", table, column->name);
    diff_write_stored_value(m, table, column->name);
    diff_write(m, " WHERE ");
    write_condition(m, column);
}

static bool is_in_foreign_key(const catalogue *c, const char *column)
{
    for (size_t t = 0; t < c->table_count; t++)
        for (size_t i = 0; i < c->tables[t].foreign_key_count; i++) {
            const catalogue_foreign_key *key = &c->tables[t].foreign_keys[i];
            for (size_t k = 0; k < key->column_count; k++)
                if (!strcmp(key->columns[k], column) || !strcmp(key->target_columns[k], column))
                    return true;
        }
    return false;
}

void diff_plan_stored_values(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < to->column_count; i++) {
        const catalogue_column *a = catalogue_find_column(from, to->columns[i].name);
        const catalogue_column *b = renamed_column(m, to, to->columns[i].name);
        if (!a || !b)
            continue;
        diff_add_step(m, "RenameEnumValue", write_update, (diff_change){from, to, a, b});
        m->plan->needs_foreign_keys_off |= is_in_foreign_key(m->to, b->name);
    }
}
