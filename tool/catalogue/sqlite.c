/* SQLite's catalogue: its pragmas, asked as tables for everything at once, and then the statements
 * themselves (sqlite_text.c). Names compare as SQLite compares them, without regard to case. */
#include "catalogue/read.h"

#include <stdlib.h>
#include <strings.h>

/* ---- tables ---------------------------------------------------------------------------------- */

/* Shadow tables belong to their virtual table. */
static const char tables_sql[] =
    "SELECT l.name, l.type, m.sql, l.wr || '', l.strict || '' FROM pragma_table_list AS l"
    " JOIN sqlite_schema AS m ON m.name = l.name AND m.type IN ('table', 'view')"
    " WHERE l.schema = 'main' AND l.type <> 'shadow' AND l.name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    " ORDER BY l.name COLLATE BINARY";

static catalogue_table_kind kind_of(const char *type)
{
    if (!strcmp(type, "view"))
        return CATALOGUE_VIEW;
    return strcmp(type, "virtual") ? CATALOGUE_TABLE : CATALOGUE_VIRTUAL_TABLE;
}

static bool read_tables(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, tables_sql, 5, &found))
        return false;
    catalogue *c = r->c;
    c->tables = catalogue_array(r, found.count, sizeof *c->tables);
    for (size_t i = 0; c->tables && i < found.count; i++) {
        const char *name = rows_cell(&found, i, 0);
        if (catalogue_is_history(name))
            continue;
        c->tables[c->table_count] = (catalogue_table){.name = name,
                                                      .kind = kind_of(rows_cell(&found, i, 1)),
                                                      .definition = rows_cell(&found, i, 2),
                                                      .is_without_rowid = rows_truth(&found, i, 3),
                                                      .is_strict = rows_truth(&found, i, 4),
                                                      .row_estimate = -1};
        r->has_failed_memory |=
            !tenon__map_put(&r->tables, name, strlen(name), &c->tables[c->table_count++]);
    }
    return !r->has_failed_memory;
}

static const catalogue_table *table_named(const catalogue *c, const char *name)
{
    for (size_t i = 0; i < c->table_count; i++)
        if (!strcasecmp(c->tables[i].name, name))
            return &c->tables[i];
    return NULL;
}

/* ---- columns --------------------------------------------------------------------------------- */

static const char columns_sql[] =
    "SELECT m.name, x.name, x.type, x.\"notnull\" || '', x.dflt_value, x.pk || '',"
    " x.hidden || ''"
    " FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS x"
    " WHERE m.type IN ('table', 'view') AND x.hidden <> 1 ORDER BY m.name, x.cid";

static const char *type_name_of(catalogue_reader *r, const char *type)
{
    size_t length = strcspn(type, "(");
    while (length && type[length - 1] == ' ')
        length--;
    const char *name = tenon__arena_copy(&r->c->arena, type, length);
    r->has_failed_memory |= !name;
    return name;
}

/* `DEFAULT NULL` is what a column without a default has anyway. */
static const char *default_of(const char *expression)
{
    return expression && strcasecmp(expression, "NULL") != 0 ? expression : NULL;
}

static void fill_column(catalogue_reader *r, catalogue_column *column, const rows *found,
                        size_t row)
{
    char hidden = rows_cell(found, row, 6)[0];
    *column = (catalogue_column){
        .name = rows_cell(found, row, 1),
        .type = rows_cell(found, row, 2),
        .type_name = type_name_of(r, rows_cell(found, row, 2)),
        .is_required = rows_truth(found, row, 3),
        .default_sql = default_of(rows_cell(found, row, 4)),
        .generated = hidden == '0' ? NULL : "",
        .is_stored = hidden == '3',
    };
    catalogue_read_arguments(column);
}

static bool is_in_key(const rows *found, size_t row)
{
    return strcmp(rows_cell(found, row, 5), "0") != 0;
}

/* A key of any other database is never NULL, and the schema's neither. */
static void read_null_in_key(catalogue_column *column, const rows *found, size_t row)
{
    column->is_null_in_key = is_in_key(found, row) && !column->is_required;
    column->is_required |= column->is_null_in_key;
}

/* INTEGER PRIMARY KEY is the rowid, which is never NULL; its index is the table. */
static void read_rowid_key(catalogue_table *t, const rows *found, size_t row)
{
    size_t keys = 0, at = 0;
    for (size_t i = 0; i < t->column_count; i++)
        if (is_in_key(found, row + i)) {
            keys++;
            at = i;
        }
    if (keys == 1 && !strcasecmp(t->columns[at].type, "INTEGER") && !t->is_without_rowid) {
        t->columns[at].identity = CATALOGUE_ROWID;
        t->columns[at].is_null_in_key = false;
    }
}

static bool read_columns(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, columns_sql, 7, &found))
        return false;
    for (size_t i = 0, count; i < found.count; i += count) {
        count = rows_run(&found, i, 0);
        catalogue_table *t = catalogue_table_at(r, &found, i);
        if (!t)
            continue;
        t->columns = catalogue_array(r, count, sizeof *t->columns);
        t->column_count = t->columns ? count : 0;
        for (size_t n = 0; n < t->column_count; n++)
            fill_column(r, &t->columns[n], &found, i + n);
        for (size_t n = 0; n < t->column_count; n++)
            read_null_in_key(&t->columns[n], &found, i + n);
        if (t->columns)
            read_rowid_key(t, &found, i);
    }
    return !r->has_failed_memory;
}

/* ---- indexes --------------------------------------------------------------------------------- */

/* The columns of an index come before the rowid, which every index ends with (key = 0). */
static const char indexes_sql[] =
    "SELECT m.name, l.name, l.\"unique\" || '', l.origin, i.sql, x.name, x.\"desc\" || '', x.coll"
    " FROM sqlite_schema AS m JOIN pragma_index_list(m.name) AS l"
    " JOIN pragma_index_xinfo(l.name) AS x ON x.key = 1"
    " LEFT JOIN sqlite_schema AS i ON i.name = l.name AND i.type = 'index'"
    " WHERE m.type = 'table'"
    " ORDER BY m.name, l.origin <> 'pk', l.name COLLATE BINARY, x.seqno";

static catalogue_key key_at(const catalogue_table *t, const rows *found, size_t row)
{
    const catalogue_column *column =
        rows_cell(found, row, 5) ? catalogue_find_column(t, rows_cell(found, row, 5)) : NULL;
    const char *own = column && column->collation ? column->collation : "BINARY";
    const char *collation = rows_cell(found, row, 7);
    return (catalogue_key){.column = rows_cell(found, row, 5),
                           .is_descending = rows_truth(found, row, 6),
                           .collation =
                               collation && strcasecmp(collation, own) != 0 ? collation : NULL};
}

static void fill_index(catalogue_reader *r, const catalogue_table *t, catalogue_index *index,
                       const rows *found, size_t row, size_t count)
{
    *index = (catalogue_index){.name = rows_cell(found, row, 1),
                               .is_unique = rows_truth(found, row, 2),
                               .is_primary = !strcmp(rows_cell(found, row, 3), "pk"),
                               .is_constraint = strcmp(rows_cell(found, row, 3), "c") != 0,
                               .is_valid = true,
                               .method = "btree",
                               .definition = rows_cell(found, row, 4)};
    index->keys = catalogue_array(r, count, sizeof *index->keys);
    index->key_count = index->keys ? count : 0;
    for (size_t i = 0; i < index->key_count; i++)
        index->keys[i] = key_at(t, found, row + i);
    if (index->definition)
        catalogue_parse_sqlite_index(r, index);
}

static catalogue_index rowid_index(catalogue_reader *r, const catalogue_table *t)
{
    catalogue_index index = {.name = "",
                             .is_unique = true,
                             .is_primary = true,
                             .is_constraint = true,
                             .is_valid = true,
                             .method = "btree",
                             .keys = catalogue_array(r, 1, sizeof *index.keys)};
    for (size_t i = 0; index.keys && i < t->column_count; i++)
        if (t->columns[i].identity != CATALOGUE_NO_IDENTITY)
            index.keys[index.key_count++] = (catalogue_key){.column = t->columns[i].name};
    return index;
}

static bool has_rowid_key(const catalogue_table *t)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (t->columns[i].identity != CATALOGUE_NO_IDENTITY)
            return true;
    return false;
}

static void fill_indexes(catalogue_reader *r, catalogue_table *t, const rows *found, size_t row,
                         size_t count)
{
    t->indexes = catalogue_array(r, count + 1, sizeof *t->indexes);
    if (t->indexes && has_rowid_key(t))
        t->indexes[t->index_count++] = rowid_index(r, t);
    for (size_t end = row + count, keys; t->indexes && row < end; row += keys) {
        keys = rows_run(found, row, 1);
        fill_index(r, t, &t->indexes[t->index_count++], found, row, keys);
    }
}

static bool read_indexes(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, indexes_sql, 8, &found))
        return false;
    for (size_t i = 0, count; i < found.count; i += count) {
        catalogue_table *t = catalogue_table_at(r, &found, i);
        count = rows_run(&found, i, 0);
        if (t)
            fill_indexes(r, t, &found, i, count);
    }
    for (size_t i = 0; i < r->c->table_count && !r->has_failed_memory; i++)
        if (!r->c->tables[i].indexes)
            fill_indexes(r, &r->c->tables[i], &found, 0, 0);
    return !r->has_failed_memory;
}

/* ---- foreign keys ---------------------------------------------------------------------------- */

/* SQLite numbers them backwards, in each table anew. */
static const char foreign_keys_sql[] =
    "SELECT m.name, m.name || ' ' || f.id, f.\"table\", f.\"from\", f.\"to\", f.on_update,"
    " f.on_delete FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f"
    " WHERE m.type = 'table' ORDER BY m.name, f.id DESC, f.seq";

static schema_action action_of(const char *words)
{
    static const char *const actions[] = {
        [SCHEMA_CASCADE] = "CASCADE",         [SCHEMA_RESTRICT] = "RESTRICT",
        [SCHEMA_NO_ACTION] = "NO ACTION",     [SCHEMA_SET_NULL] = "SET NULL",
        [SCHEMA_SET_DEFAULT] = "SET DEFAULT",
    };
    for (schema_action i = 0; i < TENON__COUNT(actions); i++)
        if (!strcmp(words, actions[i]))
            return i;
    return SCHEMA_NO_ACTION;
}

/* As the target spells it. */
static const char *target_column(const catalogue_table *target, const char *name)
{
    for (size_t i = 0; target && name && i < target->column_count; i++)
        if (!strcasecmp(target->columns[i].name, name))
            return target->columns[i].name;
    return name;
}

static void fill_foreign_key(catalogue_reader *r, catalogue_foreign_key *key, const rows *found,
                             size_t row, size_t count)
{
    const catalogue_table *target = table_named(r->c, rows_cell(found, row, 2));
    *key = (catalogue_foreign_key){
        .target = target ? target->name : rows_cell(found, row, 2),
        .columns = catalogue_array(r, count, sizeof *key->columns),
        .target_columns = catalogue_array(r, count, sizeof *key->target_columns),
        .on_update = action_of(rows_cell(found, row, 5)),
        .on_delete = action_of(rows_cell(found, row, 6)),
        .is_valid = true,
    };
    key->column_count = r->has_failed_memory ? 0 : count;
    for (size_t i = 0; i < key->column_count; i++) {
        key->columns[i] = rows_cell(found, row + i, 3);
        key->target_columns[i] = target_column(target, rows_cell(found, row + i, 4));
    }
}

static bool read_foreign_keys(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, foreign_keys_sql, 7, &found))
        return false;
    for (size_t i = 0, count; i < found.count; i += count) {
        catalogue_table *t = catalogue_table_at(r, &found, i);
        count = rows_run(&found, i, 0);
        if (!t)
            continue;
        t->foreign_keys = catalogue_array(r, count, sizeof *t->foreign_keys);
        for (size_t n = 0, columns; t->foreign_keys && n < count; n += columns) {
            columns = rows_run(&found, i + n, 1);
            columns = columns < count - n ? columns : count - n; /* of this table */
            fill_foreign_key(r, &t->foreign_keys[t->foreign_key_count++], &found, i + n, columns);
        }
    }
    return !r->has_failed_memory;
}

/* REFERENCES without columns means those of the primary key. */
static void complete_targets(catalogue *c)
{
    for (size_t i = 0; i < c->table_count; i++)
        for (size_t f = 0; f < c->tables[i].foreign_key_count; f++) {
            catalogue_foreign_key *key = &c->tables[i].foreign_keys[f];
            const catalogue_table *target = table_named(c, key->target);
            const catalogue_index *primary = target ? catalogue_primary_key(target) : NULL;
            for (size_t n = 0; n < key->column_count; n++)
                if (!key->target_columns[n])
                    key->target_columns[n] =
                        primary && n < primary->key_count ? primary->keys[n].column : "";
        }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static const char triggers_sql[] = "SELECT name, tbl_name, sql FROM sqlite_schema"
                                   " WHERE type = 'trigger' ORDER BY name COLLATE BINARY";

static bool read_triggers(catalogue_reader *r)
{
    rows found;
    if (!catalogue_ask(r, triggers_sql, 3, &found))
        return false;
    catalogue *c = r->c;
    c->others = catalogue_array(r, found.count, sizeof *c->others);
    c->other_count = c->others ? found.count : 0;
    for (size_t i = 0; i < c->other_count; i++)
        c->others[i] = (catalogue_object){.kind = "trigger",
                                          .name = rows_cell(&found, i, 0),
                                          .table = rows_cell(&found, i, 1),
                                          .definition = rows_cell(&found, i, 2)};
    return c->others != NULL;
}

static bool read_version(catalogue_reader *r)
{
    rows found;
    int parts[3] = {0};
    if (!catalogue_ask(r, "SELECT sqlite_version()", 1, &found))
        return false;
    const char *at = rows_first(&found);
    for (size_t i = 0; at && *at && i < 3; i++) {
        char *end;
        parts[i] = (int)strtol(at, &end, 10);
        at = *end ? end + 1 : end;
    }
    r->c->server_version = parts[0] * 1000000 + parts[1] * 1000 + parts[2];
    return true;
}

/* Collations of columns stand in the statements and are wanted for the indexes. */
static bool read_statements(catalogue_reader *r)
{
    for (size_t i = 0; i < r->c->table_count; i++) {
        catalogue_table *t = &r->c->tables[i];
        if (t->kind == CATALOGUE_TABLE && !catalogue_parse_sqlite_table(r, t))
            return false;
        catalogue_sort_foreign_keys(t);
        catalogue_sort_checks(t);
    }
    return true;
}

bool catalogue_read_sqlite(catalogue_reader *r)
{
    if (!read_version(r) || !read_tables(r) || !read_columns(r) || !read_foreign_keys(r) ||
        !read_statements(r) || !read_indexes(r) || !read_triggers(r))
        return false;
    complete_targets(r->c);
    return true;
}
