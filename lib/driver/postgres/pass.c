/* Rows for a sink, out of a result, out of an answer as it came, and out of what COPY sends.
 *
 * The loop of rows.c is made for a few rows whose every instruction counts. Here rows come by the
 * thousand, and each goes to arrays before the next is read. */
#include "driver/postgres/pg.h"

/* A value behind the length that the server sent, -1 being NULL. Columns of joined rows, which are
 * passed over when their flag is NULL, have no sink. */
static bool read_value(tenon__pg_column *column, const char *data, int length,
                       tenon__passing *passing, tenon_error *err)
{
    if (length == -1)
        return column->is_nullable || tenon__pg_fail_null(column, err);
    if (column->is_optional)
        *(bool *)(passing->row + column->has_offset) = true;
    return tenon__pg_decode(column, data, length, passing->row + column->offset,
                            passing->rows->arena, err);
}

static bool read_row(tenon__prepared *p, const PGresult *result, int row, tenon__passing *passing,
                     tenon_error *err)
{
    for (int i = 0; i < p->column_count; i++) {
        int length = PQgetlength(result, row, i);
        bool is_null = length == 0 && PQgetisnull(result, row, i);
        if (!read_value(&p->columns[i], PQgetvalue(result, row, i), is_null ? -1 : length, passing,
                        err))
            return false;
    }
    return true;
}

bool tenon__pg_read_fields(tenon__prepared *p, const char **data, const char *end,
                           tenon__passing *passing, tenon_error *err)
{
    tenon__pg_column *column = p->columns;
    for (int i = 0; i < p->column_count; i++, column++) {
        if (end - *data < TENON__PG_LENGTH_BYTES)
            return tenon__pg_fail_bytes(column, (int)(end - *data), err);
        int length = (int32_t)tenon__pg_load32(*data);
        *data += TENON__PG_LENGTH_BYTES;
        if (length < -1 || length > end - *data)
            return tenon__pg_fail_bytes(column, length, err);
        if (!read_value(column, *data, length, passing, err))
            return false;
        *data += length > 0 ? length : 0;
    }
    return true;
}

/* ---- the sources ----------------------------------------------------------------------------- */

static bool pass_result(tenon__prepared *p, const PGresult *result, tenon__passing *passing,
                        tenon_error *err)
{
    for (int i = 0, count = PQntuples(result); i < count; i++)
        if (!read_row(p, result, i, passing, err) || !tenon__passing_take(passing, err))
            return false;
    return true;
}

/* The messages of rows stand among others: what each is, its length, the number of its values. */
static bool pass_wire(tenon__prepared *p, const tenon__pg_wire *wire, tenon__passing *passing,
                      tenon_error *err)
{
    enum { TYPE_BYTES = 1, HEAD_BYTES = 5, COUNT_BYTES = 2 };
    const tenon__pg_answer *answer = wire->answer;
    const char *at = wire->in.data + answer->start, *end = wire->in.data + answer->tag, *next;
    for (; at < end; at = next) {
        next = at + TYPE_BYTES + tenon__pg_load32(at + TYPE_BYTES);
        const char *data = at + HEAD_BYTES + COUNT_BYTES;
        if (*at == 'D' && (!tenon__pg_read_fields(p, &data, next, passing, err) ||
                           !tenon__passing_take(passing, err)))
            return false;
    }
    return true;
}

bool tenon__pg_pass_rows(tenon__connection *c, tenon__rows *rows, tenon_error *err)
{
    tenon__prepared *p = c->running;
    tenon__passing passing;
    bool is_checked = p->is_checked || tenon__pg_check_result(p, c->result, err);
    if (!is_checked || !tenon__passing_begin(&passing, rows, p->statement->layout, err))
        return false;
    return c->wire.is_used ? pass_wire(p, &c->wire, &passing, err)
                           : pass_result(p, c->result, &passing, err);
}
