/* COPY … TO STDOUT (FORMAT binary): all rows of a statement, each as the server sends it.
 *
 * A result of libpq keeps every row until the last one has come, with sixteen bytes a value beside
 * it; here a row is decoded when it arrives, and forgotten. COPY takes no parameters and tells no
 * types, so what is sent are two statements in one: the same one without rows, whose columns are
 * compared with the layout, and the COPY. They are one transaction, so nobody can change the table
 * in between. Neither is prepared.
 *
 * A message holds one row, behind a head of 19 bytes in the first one; the last one says that it is
 * the last. Where a row cannot be used the rest is passed over, and when that is much the server is
 * asked to stop. */
#include "driver/postgres/pg.h"

static const char head[] = "PGCOPY\n\377\r\n"; /* and its NUL */
enum { SIGNATURE_BYTES = 11, HEAD_BYTES = SIGNATURE_BYTES + 8, COUNT_BYTES = 2 };
_Static_assert(sizeof head == SIGNATURE_BYTES, "the signature ends in a NUL");

/* ---- sending --------------------------------------------------------------------------------- */

static void write_sql(const tenon__statement *statement, tenon__buf *sql)
{
    tenon__buf_text(sql, "SELECT * FROM (\n");
    tenon__buf_add(sql, statement->sql, statement->sql_length);
    tenon__buf_text(sql, "\n) AS rows LIMIT 0;\nCOPY (\n");
    tenon__buf_add(sql, statement->sql, statement->sql_length);
    tenon__buf_text(sql, "\n) TO STDOUT (FORMAT binary)");
}

tenon__progress tenon__pg_copy_out(tenon__connection *c, tenon__prepared *p, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    write_sql(p->statement, &sql);
    if (sql.failed) {
        tenon__fail_no_memory(err);
        return TENON__FAILED;
    }
    tenon__pg_wire_leave(c);
    c->task = TENON__PG_COPY_OUT;
    c->copied = (tenon__pg_copied){0};
    if (!PQsendQuery(c->pg, sql.data))
        return tenon__pg_fail_send(c, err);
    c->is_sent = true;
    c->state = TENON__BUSY;
    return tenon__pg_flush(c, err);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool fail_message(size_t length, tenon_error *err)
{
    return tenon__fail(err, TENON_TYPE, "the server sent %zu bytes that are no row of COPY",
                       length);
}

/* The length of what comes behind the flags is 0 in every version so far. */
static bool read_head(tenon__pg_copied *copied, const char **data, const char *end,
                      tenon_error *err)
{
    size_t length = (size_t)(end - *data);
    if (length < HEAD_BYTES || memcmp(*data, head, SIGNATURE_BYTES) != 0 ||
        tenon__pg_load32(*data + SIGNATURE_BYTES) || tenon__pg_load32(*data + HEAD_BYTES - 4))
        return fail_message(length, err);
    copied->has_begun = true;
    *data += HEAD_BYTES;
    return true;
}

static bool read_row(tenon__pg_copied *copied, tenon__prepared *p, const char **data,
                     const char *end, tenon_error *err)
{
    size_t length = (size_t)(end - *data);
    if (length < COUNT_BYTES || copied->has_ended)
        return fail_message(length, err);
    int count = (int16_t)tenon__pg_load16(*data);
    *data += COUNT_BYTES;
    copied->has_ended = count == -1;
    if (copied->has_ended)
        return true;
    if (count != p->column_count)
        return tenon__fail(err, TENON_SCHEMA, "the statement gives %d columns instead of %d", count,
                           p->column_count);
    tenon__pg_sent sent = {p, *data, end};
    bool is_taken = copied->rows->sink->take(copied->rows->sink, &sent, err);
    copied->rows->count += is_taken;
    *data = sent.data;
    return is_taken;
}

bool tenon__pg_read_copied(tenon__pg_copied *copied, tenon__prepared *p, const char *data,
                           size_t length, tenon_error *err)
{
    const char *end = data + length;
    if (!copied->has_begun && !read_head(copied, &data, end, err))
        return false;
    while (data < end)
        if (!read_row(copied, p, &data, end, err))
            return false;
    return true;
}

/* ---- receiving ------------------------------------------------------------------------------- */

/* What the first of the two statements has told. */
static bool begin_rows(tenon__connection *c, tenon__rows *rows, tenon_error *err)
{
    tenon__prepared *p = c->running;
    bool is_right = c->skips_check || tenon__pg_check_result(p, c->result, err);
    PQclear(c->result);
    c->result = NULL;
    c->copied.rows = rows;
    return is_right && tenon__sink_begin(rows, p->statement->layout, err);
}

/* Less than this comes before a request to stop would. */
enum { PATIENCE_BYTES = 1 << 20 };

static void pass_over(tenon__connection *c, size_t length)
{
    size_t before = c->copied.passed_over;
    c->copied.passed_over += length;
    if (before <= PATIENCE_BYTES && c->copied.passed_over > PATIENCE_BYTES)
        tenon__pg_cancel(c);
}

/* Rows that have come; whether that were all of them. */
static bool take_rows(tenon__connection *c, tenon_error *err)
{
    char *data;
    int length;
    while ((length = PQgetCopyData(c->pg, &data, true)) > 0) {
        tenon__pg_copied *copied = &c->copied;
        if (copied->is_given_up)
            pass_over(c, (size_t)length);
        else
            copied->is_given_up =
                !tenon__pg_read_copied(copied, c->running, data, (size_t)length, err);
        PQfreemem(data);
    }
    return length < 0;
}

static tenon__progress end_rows(tenon__connection *c, int64_t *affected, tenon_error *err)
{
    bool is_whole = !c->copied.is_given_up && c->copied.has_ended;
    if (!is_whole)
        tenon__fail(err, TENON_TYPE, "COPY ended before its last row");
    else if (affected)
        *affected = (int64_t)c->copied.rows->count;
    PQclear(c->result);
    c->result = NULL;
    c->state = TENON__IDLE;
    return is_whole ? TENON__DONE : TENON__FAILED;
}

/* It comes here with the result of the first statement, then without one as often as there is
 * something to read, and at last with that of the COPY. */
tenon__progress tenon__pg_fetch_copied(tenon__connection *c, tenon__rows *rows, int64_t *affected,
                                       tenon_error *err)
{
    if (c->result && PQresultStatus(c->result) == PGRES_COMMAND_OK)
        return end_rows(c, affected, err);
    if (c->result)
        c->copied.is_given_up = !begin_rows(c, rows, err);
    c->state = TENON__BUSY;
    return take_rows(c, err) ? tenon__pg_step(c, err) : TENON__WANT_READ;
}
