/* Rows for a sink, out of a result, or out of an answer as it came; what COPY sends is read by
 * copy_out.c.
 *
 * The loop of rows.c is made for a few rows whose every instruction counts. Here rows come by the
 * thousand, and each goes to arrays by tracks.c, which knows one form, the one of the wire. A
 * PGresult, which only the first execution of a statement has, is put back into it row by row. */
#include "driver/postgres/pg.h"

static void write_value(const PGresult *result, int row, int i, tenon__buf *out)
{
    int length = PQgetlength(result, row, i);
    char *at = tenon__pg_room(out, TENON__PG_LENGTH_BYTES + (size_t)length);
    bool is_null = length == 0 && PQgetisnull(result, row, i);
    if (!at)
        return;
    tenon__pg_store32(at, is_null ? UINT32_MAX : (uint32_t)length);
    memcpy(at + TENON__PG_LENGTH_BYTES, PQgetvalue(result, row, i), (size_t)length);
}

static bool pass_result(tenon__prepared *p, const PGresult *result, tenon__rows *rows,
                        tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    rows->sink->expected = (size_t)PQntuples(result);
    for (int i = 0, count = PQntuples(result); i < count; i++, rows->count++) {
        tenon__buf_clear(&out);
        for (int k = 0; k < p->column_count; k++)
            write_value(result, i, k, &out);
        if (out.failed)
            return tenon__fail_no_memory(err);
        tenon__pg_sent sent = {p, out.data, out.data + out.length};
        if (!rows->sink->take(rows->sink, &sent, err))
            return false;
    }
    return true;
}

static bool pass_wire(tenon__prepared *p, const tenon__pg_wire *wire, tenon__rows *rows,
                      tenon_error *err)
{
    const tenon__pg_answer *answer = wire->answer;
    const char *data = wire->in.data;
    tenon__pg_sent sent = {p, data + answer->start, data + answer->tag, .are_messages = true};
    rows->sink->expected = answer->row_count;
    rows->count += answer->row_count;
    return rows->sink->take(rows->sink, &sent, err);
}

bool tenon__pg_pass_rows(tenon__connection *c, tenon__rows *rows, tenon_error *err)
{
    tenon__prepared *p = c->running;
    bool is_checked = p->is_checked || tenon__pg_check_result(p, c->result, err);
    if (!is_checked || !tenon__sink_begin(rows, p->statement->layout, err))
        return false;
    return c->wire.is_used ? pass_wire(p, &c->wire, rows, err)
                           : pass_result(p, c->result, rows, err);
}
