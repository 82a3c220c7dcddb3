/* Prepared statements: what is worked out once; and the rows that libpq gives.
 *
 * The first result of a prepared statement is compared with the layout, column by column, before a
 * byte of it is decoded: a database that differs from the schema is found by name and not as
 * garbage. From then on the server guarantees the types, since a statement whose result type
 * changes has to be prepared again. */
#include "driver/postgres/pg.h"

#include <stdlib.h>

/* ---- prepared statements --------------------------------------------------------------------- */

static bool init_params(tenon__prepared *p, tenon_error *err)
{
    p->is_binary = true;
    for (int i = 0; i < p->param_count; i++) {
        if (!tenon__pg_param_init(&p->params[i], &p->statement->slots[i], err))
            return false;
        p->oids[i] = p->params[i].oid;
        p->formats[i] = !p->params[i].is_text;
        p->is_binary &= !p->params[i].is_text;
    }
    return true;
}

static bool init_columns(tenon__prepared *p, tenon_error *err)
{
    const tenon__layout *layout = p->statement->layout;
    for (int i = 0; i < p->column_count; i++) {
        const tenon__out *out = &layout->outs[i];
        const tenon_model *model = out->model ? out->model : layout->model;
        if (!tenon__pg_column_init(&p->columns[i], out, model, err))
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
                      params * (sizeof *p->oids + sizeof *p->formats + sizeof *p->rooms));
    if (!p) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    p->statement = statement;
    p->result_format = !(statement->layout && statement->layout->is_open);
    p->param_count = (int)params;
    p->column_count = (int)columns;
    p->params = (tenon__pg_param *)(p + 1);
    p->columns = (tenon__pg_column *)(p->params + params);
    p->oids = (Oid *)(p->columns + columns);
    p->formats = (int *)(p->oids + params);
    p->rooms = (char(*)[TENON__PG_FIXED_BYTES])(p->formats + params);
    if (!init_params(p, err) || !init_columns(p, err)) {
        free(p);
        return NULL;
    }
    return p;
}

static void free_list(tenon__prepared *p)
{
    while (p) {
        tenon__prepared *next = p->next;
        free(p);
        p = next;
    }
}

void tenon__pg_free_statements(tenon__connection *c)
{
    free_list(c->prepared);
    free_list(c->forgotten);
}

/* ---- the first result ------------------------------------------------------------------------ */

/* Puts the schema's names into an error just made. */
bool tenon__pg_name_column(const tenon__pg_column *column, tenon_error *err)
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
    const char *own = tenon__pg_field_type(field);
    const char *suffix = field->flags & TENON_FIELD_LIST ? "[]" : "";
    char text[64];
    const char *theirs = tenon__pg_type_name(found, text, sizeof text);
    if (model)
        tenon__fail(err, TENON_SCHEMA,
                    "%s.%s is %s%s in the schema but %s in the database (\"%s\".\"%s\")",
                    model->name, field->name, own, suffix, theirs, model->table, field->column);
    else
        tenon__fail(err, TENON_SCHEMA, "%s is %s%s in the program but %s in the database",
                    field->name, own, suffix, theirs);
    tenon__hint(err, "migrate the database, or change the schema and generate again");
    return tenon__pg_name_column(column, err);
}

static bool check_column(const tenon__pg_column *column, Oid found, tenon_error *err)
{
    if (column->nested)
        return tenon__pg_nested_matches(column, found) || fail_type(column, found, err);
    if (column->field)
        return tenon__pg_type_matches(column->field, found) || fail_type(column, found, err);
    Oid expected = column->codec == TENON__PG_CODEC_BOOL ? TENON__PG_OID_BOOL : TENON__PG_OID_INT8;
    char text[64];
    return found == expected ||
           tenon__fail(err, TENON_SCHEMA, "a computed column is %s instead of %s",
                       tenon__pg_type_name(found, text, sizeof text),
                       expected == TENON__PG_OID_BOOL ? "boolean" : "bigint");
}

static bool check_name(const tenon__pg_column *column, const char *found, tenon_error *err)
{
    const char *own = column->field ? column->field->column : NULL;
    if (!own || strcmp(own, found) == 0)
        return true;
    tenon__fail(err, TENON_SCHEMA, "a column is \"%s\" in the program but \"%s\" in the database",
                own, found);
    return tenon__pg_name_column(column, err);
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
        if (p->statement->layout->compares_names &&
            !check_name(&p->columns[i], PQfname(result, i), err))
            return false;
        if (!check_column(&p->columns[i], PQftype(result, i), err))
            return false;
    }
    p->is_checked = true;
    return true;
}

/* ---- its rows -------------------------------------------------------------------------------- */

static bool read_row(tenon__prepared *p, const PGresult *result, int index, char *row,
                     tenon__arena *arena, tenon_error *err)
{
    tenon__pg_column *column = p->columns;
    for (int i = 0, count = p->column_count; i < count; i++, column++) {
        int length = PQgetlength(result, index, i);
        if (length == 0 && PQgetisnull(result, index, i)) {
            if (!column->is_nullable && !column->skip)
                return tenon__pg_fail_null(column, err);
            i += (int)column->skip;
            column += column->skip;
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
        memset(row, 0, layout->row_size);
        tenon__pg_mark_loaded(layout, row);
        if (!read_row(p, result, i, row, rows->arena, err))
            return false;
    }
    return true;
}

bool tenon__pg_read_result(tenon__prepared *p, const PGresult *result, tenon__rows *rows,
                           tenon_error *err)
{
    if (!p || PQresultStatus(result) != PGRES_TUPLES_OK)
        return true;
    if (p->result_format == 0)
        return tenon__pg_read_texts(result, rows, err);
    if (!p->is_checked && !tenon__pg_check_result(p, result, err))
        return false;
    bool is_read = read_rows(p, result, rows, err);
    tenon__arena_align(rows->arena);
    return is_read;
}

int64_t tenon__pg_affected(PGresult *result)
{
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
        return PQntuples(result);
    return strtoll(PQcmdTuples(result), NULL, 10);
}
