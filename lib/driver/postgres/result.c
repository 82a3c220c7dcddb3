/* Prepared statements: what is worked out once, and how results become rows.
 *
 * The first result of a prepared statement is compared with the layout, column by column, before a byte
 * of it is decoded: a database that differs from the schema is found by name and not as garbage. From
 * then on the server guarantees the types, since a statement whose result type changes has to be
 * prepared again. */
#include "driver/postgres/pg.h"

#include <stdlib.h>

/* ---- prepared statements ----------------------------------------------------------------------- */

static bool init_params(tenon__prepared *p, tenon_error *err)
{
    for (int i = 0; i < p->param_count; i++) {
        if (!tenon__pg_param_init(&p->params[i], &p->statement->slots[i], err))
            return false;
        p->oids[i] = p->params[i].oid;
        p->formats[i] = !p->params[i].is_text;
    }
    return true;
}

static bool init_columns(tenon__prepared *p, tenon_error *err)
{
    const tenon__layout *layout = p->statement->layout;
    for (int i = 0; i < p->column_count; i++) {
        if (!tenon__pg_column_init(&p->columns[i], &layout->outs[i], layout->model, err))
            return false;
    }
    return true;
}

tenon__prepared *tenon__pg_prepared_new(const tenon__statement *statement, tenon_error *err)
{
    size_t params = statement->slot_count;
    size_t columns = statement->layout ? statement->layout->out_count : 0;
    tenon__prepared *p =
        calloc(1, sizeof *p + params * sizeof *p->params + columns * sizeof *p->columns +
                      params * (sizeof *p->oids + sizeof *p->formats));
    if (!p) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    p->statement = statement;
    p->param_count = (int)params;
    p->column_count = (int)columns;
    p->params = (tenon__pg_param *)(p + 1);
    p->columns = (tenon__pg_column *)(p->params + params);
    p->oids = (Oid *)(p->columns + columns);
    p->formats = (int *)(p->oids + params);
    if (!init_params(p, err) || !init_columns(p, err)) {
        free(p);
        return NULL;
    }
    return p;
}

/* ---- the first result -------------------------------------------------------------------------- */

/* Puts the schema's names into an error just made. */
static bool name_column(const tenon__pg_column *column, tenon_error *err)
{
    if (err && column->model)
        tenon__error_copy(err->model, sizeof err->model, column->model->name);
    if (err)
        tenon__error_copy(err->field, sizeof err->field, column->field->name);
    return false;
}

static bool fail_type(const tenon__pg_column *column, Oid found, tenon_error *err)
{
    const tenon_field *field = column->field;
    const tenon_model *model = column->model;
    char text[64];
    const char *expected =
        field->enumeration ? field->enumeration->type : tenon__pg_type_of(field->pg_type)->name;
    tenon__fail(
        err, TENON_SCHEMA, "%s.%s is %s%s in the schema but %s in the database (\"%s\".\"%s\")",
        model ? model->name : "?", field->name, expected,
        field->flags & TENON_FIELD_LIST ? "[]" : "", tenon__pg_type_name(found, text, sizeof text),
        model ? model->table : "?", field->column);
    tenon__hint(err, "migrate the database, or change the schema and generate again");
    return name_column(column, err);
}

static bool check_column(const tenon__pg_column *column, Oid found, tenon_error *err)
{
    if (column->field)
        return tenon__pg_type_matches(column->field, found) || fail_type(column, found, err);
    Oid expected = column->codec == TENON__PG_CODEC_BOOL ? TENON__PG_OID_BOOL : TENON__PG_OID_INT8;
    char text[64];
    return found == expected ||
           tenon__fail(err, TENON_SCHEMA, "a computed column is %s instead of %s",
                       tenon__pg_type_name(found, text, sizeof text),
                       expected == TENON__PG_OID_BOOL ? "boolean" : "bigint");
}

static bool check_count(const tenon__prepared *p, const PGresult *result, tenon_error *err)
{
    int found = PQnfields(result);
    return found == p->column_count ||
           tenon__fail(err, TENON_SCHEMA, "the statement gives %d columns instead of %d", found,
                       p->column_count);
}

bool tenon__pg_check_result(tenon__prepared *p, const PGresult *result, tenon_error *err)
{
    if (!check_count(p, result, err))
        return false;
    for (int i = 0; i < p->column_count; i++) {
        if (!check_column(&p->columns[i], PQftype(result, i), err))
            return false;
    }
    p->is_checked = true;
    return true;
}

/* ---- rows -------------------------------------------------------------------------------------- */

static bool fail_null(const tenon__pg_column *column, tenon_error *err)
{
    if (!column->field)
        return tenon__fail(err, TENON_TYPE, "a computed column is NULL");
    tenon__fail(err, TENON_SCHEMA, "%s.%s is required in the schema but NULL in the database",
                column->model ? column->model->name : "?", column->field->name);
    tenon__hint(err, "make the field optional, or the column NOT NULL");
    return name_column(column, err);
}

static bool read_row(tenon__prepared *p, const PGresult *result, int index, char *row,
                     tenon__arena *arena, tenon_error *err)
{
    for (int i = 0; i < p->column_count; i++) {
        tenon__pg_column *column = &p->columns[i];
        int length = PQgetlength(result, index, i);
        if (length == 0 && PQgetisnull(result, index, i)) {
            if (!column->is_nullable)
                return fail_null(column, err);
            continue;
        }
        if (column->is_optional)
            *(bool *)(row + column->has_offset) = true;
        if (!tenon__pg_decode(column, PQgetvalue(result, index, i), length, row + column->offset,
                              arena, err))
            return false;
    }
    return true;
}

/* Clears the row and tells in it which columns are loaded. */
static void begin_row(const tenon__layout *layout, char *row)
{
    memset(row, 0, layout->row_size);
    if (layout->loaded)
        memcpy(row + layout->loaded_offset, layout->loaded,
               layout->loaded_words * sizeof *layout->loaded);
}

static bool read_rows(tenon__prepared *p, const PGresult *result, tenon__rows *rows,
                      tenon_error *err)
{
    const tenon__layout *layout = p->statement->layout;
    int count = PQntuples(result);
    if (count == 0)
        return true;
    char *row = tenon__rows_reserve(rows, (size_t)count, layout->row_size);
    if (!row)
        return tenon__fail_no_memory(err);
    for (int i = 0; i < count; i++, row += layout->row_size, rows->count++) {
        begin_row(layout, row);
        if (!read_row(p, result, i, row, rows->arena, err))
            return false;
    }
    return true;
}

bool tenon__pg_read_rows(tenon__prepared *p, const PGresult *result, tenon__rows *rows,
                         tenon_error *err)
{
    bool is_read = read_rows(p, result, rows, err);
    tenon__arena_align(rows->arena);
    return is_read;
}
