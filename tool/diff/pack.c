/* Columns that become packed (@tenon.compress), or are no longer: their values are converted by
 * tool/convert before the step runs, and the step looks whether that has been done.
 *
 * On PostgreSQL it comes behind all other steps, which find the column as it was. On SQLite the
 * values have their new form already when the table is built anew. Whoever runs such a file with
 * another tool, where there are values, gets a refusal that says how, and nothing is changed. */
#include "diff/pack.h"

#include <stdlib.h>
#include <strings.h>

#include "rows/rows.h"

/* ---- which they are -------------------------------------------------------------------------- */

static bool is_bytes(const diff_maker *m, const catalogue_column *column)
{
    return m->plan->dialect == TENON_POSTGRESQL
               ? !column->is_array && !strcmp(column->type_name, "bytea")
               : strcasestr(column->type, "blob") != NULL;
}

static bool is_list(const diff_maker *m, const catalogue_column *column)
{
    return m->plan->dialect == TENON_POSTGRESQL ? column->is_array && !column->is_enum
                                                : !is_bytes(m, column);
}

/* Of the list, without a length; NULL where nobody says. */
static const char *list_elements(const diff_maker *m, const catalogue_column *list)
{
    bool is_named = !list->elements && m->plan->dialect == TENON_POSTGRESQL;
    return is_named ? list->type_name : list->elements;
}

/* As a type of PostgreSQL: the column beside becomes a list of them. */
static const char *whole_elements(diff_maker *m, const catalogue_column *list,
                                  const catalogue_column *packed)
{
    const char *elements = list_elements(m, list);
    if (!elements)
        return packed->elements;
    if (list->elements || !list->argument_count)
        return elements;
    return diff_say(m, "%s(%z)", elements, (size_t)list->arguments[0]);
}

/* What is not known may be the same. */
static bool are_alike(const char *a, const char *b)
{
    return !a || !b || convert_array_type(a) == convert_array_type(b);
}

bool diff_has_same_elements(const catalogue_column *a, const catalogue_column *b)
{
    return !a->is_packed || !b->is_packed || are_alike(a->elements, b->elements);
}

bool diff_is_packing(const diff_maker *m, const catalogue_column *a, const catalogue_column *b)
{
    const catalogue_column *packed = a->is_packed ? a : b, *list = a->is_packed ? b : a;
    const char *elements = list_elements(m, list);
    if (a->is_packed == b->is_packed || !is_list(m, list) || strpbrk(a->name, "\r\n"))
        return false;
    elements = elements ? elements : packed->elements;
    return elements && convert_array_type(elements) && are_alike(elements, packed->elements);
}

static convert_column conversion_of(diff_maker *m, const catalogue_table *table,
                                    const catalogue_column *a, const catalogue_column *b)
{
    const catalogue_column *packed = a->is_packed ? a : b, *list = a->is_packed ? b : a;
    bool is_default = diff_same_namespace(m, table->namespace, NULL);
    return (convert_column){.namespace = is_default ? NULL : table->namespace,
                            .table = table->name,
                            .column = b->name,
                            .elements = whole_elements(m, list, packed),
                            .is_unpacking = a->is_packed,
                            .options = {.max_error = packed->packed_error,
                                        .without_general = packed->is_packed_without_general}};
}

static void add_conversion(diff_maker *m, diff_step *step, convert_column column)
{
    convert_column *list = diff_array(m, step->convert_count + 1, sizeof *list);
    if (!list)
        return;
    if (step->convert_count)
        memcpy(list, step->converts, step->convert_count * sizeof *list);
    list[step->convert_count++] =
        (convert_column){.namespace = column.namespace ? diff_say(m, "%s", column.namespace) : NULL,
                         .table = diff_say(m, "%s", column.table),
                         .column = diff_say(m, "%s", column.column),
                         .elements = diff_say(m, "%s", column.elements),
                         .is_unpacking = column.is_unpacking,
                         .options = column.options};
    step->converts = list;
}

static void write_directive(diff_maker *m, const convert_column *column)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf line = {0};
    convert_write(column, &line);
    m->failed |= line.failed;
    diff_write(m, "%s", tenon__buf_string(&line));
}

static const char *refusal(diff_maker *m, const catalogue_table *table,
                           const convert_column *column)
{
    return diff_say(m, "values of %T.%I are not %s yet; `tenon migrate` does it", table,
                    column->column, column->is_unpacking ? "unpacked" : "packed");
}

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

/* A column that has its new form already is left alone; one that holds nothing needs no tool. */
static void write_packing(diff_maker *m, const diff_change *change)
{
    const catalogue_column *a = change->from, *b = change->to;
    const catalogue_table *table = change->to_table;
    convert_column column = conversion_of(m, table, a, b);
    const char *name = diff_say(m, "%T", table), *type = diff_type_name(m, b);
    const char *words = refusal(m, table, &column);
    write_directive(m, &column);
    diff_write(m, "DO $tenon$ BEGIN\n    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid =");
    diff_write(m, " %L::regclass AND attname = %L", name, b->name);
    diff_write(m, " AND atttypid %s 'bytea'::regtype) THEN\n", a->is_packed ? "=" : "<>");
    diff_write(m, "        IF EXISTS (SELECT FROM %T WHERE %I IS NOT NULL) THEN\n", table, a->name);
    diff_write(m, "            RAISE EXCEPTION USING MESSAGE = %L;\n        END IF;\n", words);
    diff_write(m, "        ALTER TABLE %T DROP COLUMN %I, ADD COLUMN %I %s;\n", table, a->name,
               b->name, type);
    diff_write(m, "    END IF;\nEND $tenon$");
    if (b->default_sql && *b->default_sql)
        diff_write(m, ";\nALTER TABLE %T ALTER COLUMN %I SET DEFAULT %s", table, b->name,
                   b->default_sql);
}

/* Each pair of columns, until `see` says that it has seen enough. */
typedef bool pair_seer(diff_maker *m, const catalogue_table *from, catalogue_table *to,
                       size_t column);

static bool see_pairs(diff_maker *m, const catalogue *wanted, pair_seer *see)
{
    for (size_t t = 0; t < wanted->table_count && !m->failed; t++) {
        catalogue_table *to = &wanted->tables[t];
        const catalogue_table *from = diff_is_table(to) ? diff_from_table(m, to) : NULL;
        for (size_t i = 0; from && i < to->column_count; i++) {
            const catalogue_column *a = catalogue_find_column(from, to->columns[i].name);
            if (a && diff_is_packing(m, a, &to->columns[i]) && see(m, from, to, i))
                return true;
        }
    }
    return false;
}

static bool stop_here(diff_maker *m, const catalogue_table *from, catalogue_table *to,
                      size_t column)
{
    (void)m, (void)from, (void)to, (void)column;
    return true;
}

static bool leave_as_it_is(diff_maker *m, const catalogue_table *from, catalogue_table *to,
                           size_t column)
{
    (void)m;
    to->columns[column] = *catalogue_find_column(from, to->columns[column].name);
    return false;
}

const catalogue *diff_before_packing(diff_maker *m)
{
    if (!see_pairs(m, m->to, stop_here))
        return m->to;
    catalogue *copy = diff_copy_catalogue(m, m->to);
    if (!copy)
        return m->to;
    see_pairs(m, copy, leave_as_it_is);
    return copy;
}

static bool plan_pair(diff_maker *m, const catalogue_table *from, catalogue_table *to,
                      size_t column)
{
    const catalogue_column *b = &to->columns[column];
    const catalogue_column *a = catalogue_find_column(from, b->name);
    diff_step *step = diff_add_step(m, "AlterTable", write_packing, (diff_change){from, to, a, b});
    if (step != &m->nobodys)
        add_conversion(m, step, conversion_of(m, to, a, b));
    return false;
}

void diff_plan_packing(diff_maker *m)
{
    see_pairs(m, m->to, plan_pair);
}

/* ---- SQLite ---------------------------------------------------------------------------------- */

static void write_guard(diff_maker *m, const catalogue_table *table, const convert_column *column)
{
    const char *words = refusal(m, table, column);
    write_directive(m, column);
    diff_write(m, "CREATE TABLE \"_tenon_guard\" (n INTEGER CONSTRAINT %I CHECK (n = 0));\n",
               words);
    diff_write(m, "INSERT INTO \"_tenon_guard\" SELECT count(*) FROM %T WHERE typeof(%I) = %L;\n",
               table, column->column, column->is_unpacking ? "blob" : "text");
    diff_write(m, "DROP TABLE \"_tenon_guard\";\n");
}

void diff_write_packing_guards(diff_maker *m, const catalogue_table *from,
                               const catalogue_table *to)
{
    for (size_t i = 0; i < to->column_count; i++) {
        const catalogue_column *b = &to->columns[i], *a = catalogue_find_column(from, b->name);
        if (!a || !diff_is_packing(m, a, b))
            continue;
        convert_column column = conversion_of(m, from, a, b);
        write_guard(m, from, &column);
    }
}

void diff_add_conversions(diff_maker *m, diff_step *step, const catalogue_table *from,
                          const catalogue_table *to)
{
    for (size_t i = 0; i < to->column_count; i++) {
        const catalogue_column *b = &to->columns[i], *a = catalogue_find_column(from, b->name);
        if (a && diff_is_packing(m, a, b))
            add_conversion(m, step, conversion_of(m, from, a, b));
    }
}

/* ---- what rows say --------------------------------------------------------------------------- */

enum { MAGIC_DIGITS = 8, START_DIGITS = 10 };

/* The first five bytes of one of its values, in hexadecimal digits; NULL when there is none. */
static bool look_at(tenon_session *s, tenon_dialect dialect, const catalogue_table *table,
                    const catalogue_column *column, tenon__arena *arena, const char **start)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon_error *err = tenon__session_error(s);
    rows found;
    tenon__buf_text(&sql, dialect == TENON_SQLITE ? "SELECT hex(substr(" : "SELECT encode(substr(");
    tenon__quote_identifier(&sql, dialect, column->name, err);
    tenon__buf_text(&sql, dialect == TENON_SQLITE ? ", 1, 5)) FROM " : ", 1, 5), 'hex') FROM ");
    tenon__quote_table(&sql, dialect, table->namespace, table->name, err);
    tenon__buf_text(&sql, " WHERE ");
    tenon__quote_identifier(&sql, dialect, column->name, err);
    tenon__buf_text(&sql, " IS NOT NULL LIMIT 1");
    const rows_query query = {.sql = tenon__buf_string(&sql), .columns = 1};
    if (tenon_failed(s) || !rows_read(s, &query, arena, &found))
        return false;
    *start = rows_first(&found);
    return true;
}

/* Where there is no row yet, bytes that are to be a list are taken for a packed one: nothing else
 * could become one. */
static void note(catalogue_column *column, const catalogue_column *wanted, const char *start)
{
    static const char magic[] = "544e4101";
    if (!start) {
        column->is_packed = !wanted->is_packed;
    } else if (strlen(start) == START_DIGITS && !strncasecmp(start, magic, MAGIC_DIGITS)) {
        column->is_packed = true;
        column->elements = convert_elements_of((int)strtol(start + MAGIC_DIGITS, NULL, 16));
    }
}

static bool look_at_table(tenon_session *s, tenon_dialect dialect, catalogue_table *found,
                          const catalogue_table *wanted)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    for (size_t i = 0; i < wanted->column_count; i++) {
        const catalogue_column *b = &wanted->columns[i];
        const char *start;
        size_t k = 0;
        while (k < found->column_count && strcmp(found->columns[k].name, b->name) != 0)
            k++;
        catalogue_column *a = k < found->column_count ? &found->columns[k] : NULL;
        if (!a || !b->elements || a->is_array || !strcasestr("bytea blob", a->type))
            continue;
        if (!look_at(s, dialect, found, a, &arena, &start))
            return false;
        note(a, b, start);
    }
    return true;
}

bool diff_look_at_packed(tenon_session *s, catalogue *found, const catalogue *wanted,
                         tenon_error *err)
{
    for (size_t t = 0; t < wanted->table_count; t++) {
        const catalogue_table *b = &wanted->tables[t];
        for (size_t k = 0; k < found->table_count; k++) {
            catalogue_table *a = &found->tables[k];
            bool is_it = !strcmp(a->name, b->name) && a->kind == CATALOGUE_TABLE &&
                         (!a->namespace || !b->namespace || !strcmp(a->namespace, b->namespace));
            if (is_it && !look_at_table(s, found->dialect, a, b)) {
                *err = *tenon_session_error(s);
                return false;
            }
        }
    }
    return true;
}
