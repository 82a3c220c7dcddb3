/* What a hostile PostgreSQL server may answer to statements that are executed without libpq. Of the
 * first four bytes each says how many bytes of the answer come at once, 0 being all the rest; the
 * fifth whether its rows go to a sink, whether the statements have columns at all, whether there
 * are three of them, and whether these are to see one moment. The answer comes by a socket, as it
 * would in a program, whose other end is closed behind it: by then there are rows, or an error.
 * What counts as an answer with rows must have its messages in order. */
#include "check.h"
#include "columns/columns.h"
#include "driver/postgres/pg.h"

#include <sys/socket.h>
#include <unistd.h>

enum { STEPS = 4, HEAD_BYTES = STEPS + 1, SEVERAL = 3, LIMIT_BYTES = 1 << 24 };
enum { TO_SINK = 1, NO_COLUMNS = 2, TOGETHER = 4, AT_ONE_MOMENT = 8 };

typedef struct row {
    int32_t id;
    const char *name;
    tenon_opt_int32 age;
} row;

static const tenon_field fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT32, .pg_type = TENON_PG_INT4},
    {.name = "name", .column = "name", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT},
    {.name = "age",
     .column = "age",
     .kind = TENON_KIND_INT32,
     .pg_type = TENON_PG_INT4,
     .flags = TENON_FIELD_NULLABLE},
};
static const tenon_model model = {
    .name = "User", .table = "user", .fields = fields, .field_count = TENON__COUNT(fields)};
static const tenon__out outs[] = {
    {.field = &fields[0], .offset = offsetof(row, id)},
    {.field = &fields[1], .offset = offsetof(row, name)},
    {.field = &fields[2], .offset = offsetof(row, age)},
};
static const tenon__layout layout = {
    .outs = outs, .out_count = TENON__COUNT(outs), .row_size = sizeof(row), .model = &model};
static const tenon__statement with_columns = {.sql = "SELECT", .layout = &layout};
static const tenon__statement without_columns = {
    .sql = "UPDATE", .flags = TENON__WRITES, .about.deed = TENON__DEED_UPDATE_MANY};

/* ---- rows that were accepted ----------------------------------------------------------------- */

static void check_row(const row *found)
{
    CHECK(found->name && strlen(found->name) < LIMIT_BYTES);
    CHECK(found->age.has || !found->age.value);
}

/* The messages one by one, but for those that may stand anywhere: parsed, if that is asked for,
 * bound, rows, complete, for each statement, and ready in the end. */
static void check_order(const char *at, const char *end, size_t statements, bool has_frame)
{
    char last = 'C';
    for (; at < end; at += 1 + tenon__pg_load32(at + 1)) {
        if (*at == 'N' || *at == 'A' || *at == 'S' || (*at == 'E' && last == 'Z'))
            continue;
        bool is_between = last == 'C' || last == '1', is_within = last == '2' || last == 'D';
        CHECK(strchr("12DCZ", *at));
        CHECK(*at == 'D' || *at == 'C' ? is_within : *at == 'Z' ? last == 'C' : is_between);
        CHECK(*at != '1' || has_frame);
        statements -= *at == 'C';
        last = *at;
    }
    CHECK(at == end && last == 'Z' && statements == 0);
}

static tenon__progress check_rows(tenon__connection *c, bool has_sink)
{
    tenon__arena arena = {.limit_bytes = LIMIT_BYTES};
    tenon__table table = {.limit_bytes = LIMIT_BYTES};
    tenon__table_open(&table, TENON_POSTGRESQL);
    tenon__rows rows = {.arena = &arena, .sink = has_sink ? &table.sink : NULL};
    tenon_error err = {0};
    int64_t affected = 0;
    size_t count = c->wire.answer->row_count;
    tenon__progress progress = tenon__pg_fetch(c, &rows, &affected, &err);
    CHECK((progress == TENON__FAILED) == (err.status != TENON_OK));
    CHECK(err.status || rows.count == count);
    CHECK(err.status || !has_sink || !count || table.sink.count == count);
    tenon__table_release(&table);
    for (size_t i = 0; !err.status && !has_sink && i < count; i++)
        check_row((const row *)(const void *)rows.items + i);
    tenon__arena_release(&arena);
    return progress;
}

static void check_answers(tenon__connection *c, unsigned how)
{
    size_t fetches = 0, most = c->pieces.count ? SEVERAL : 1;
    bool has_frame = c->pieces.has_frame;
    check_order(c->wire.in.data, c->wire.in.data + c->wire.at, most + (has_frame ? 2 : 0),
                has_frame);
    tenon__progress progress = TENON__ROWS;
    for (; progress == TENON__ROWS; fetches++)
        progress = check_rows(c, how & TO_SINK);
    CHECK(progress == TENON__FAILED ? fetches <= most : fetches == most);
}

/* ---- the server ------------------------------------------------------------------------------ */

static tenon__progress ask(tenon__connection *c, unsigned how, tenon_error *err)
{
    static tenon__execution pieces[SEVERAL];
    static size_t failed;
    if (!(how & TOGETHER))
        return tenon__pg_wire_send(c, err);
    for (size_t i = 0; i < SEVERAL; i++)
        pieces[i].prepared = c->running;
    return tenon__pg_execute_together(c, pieces, SEVERAL, how & AT_ONE_MOMENT, &failed, err);
}

static tenon__progress answer(tenon__connection *c, int server, const uint8_t *data, size_t size,
                              tenon_error *err)
{
    const uint8_t *steps = data;
    tenon__progress progress = ask(c, data[STEPS], err);
    data += HEAD_BYTES;
    size -= HEAD_BYTES;
    for (size_t i = 0; size && progress == TENON__WANT_READ; i = (i + 1) % STEPS) {
        size_t count = steps[i] && steps[i] < size ? steps[i] : size;
        CHECK(write(server, data, count) == (ssize_t)count);
        data += count;
        size -= count;
        progress = tenon__pg_wire_step(c, err);
    }
    close(server);
    return progress == TENON__WANT_READ ? tenon__pg_wire_step(c, err) : progress;
}

static void converse(tenon__prepared *prepared, const uint8_t *data, size_t size)
{
    int ends[2];
    tenon_error err = {0};
    tenon__connection c = {.running = prepared, .state = TENON__IDLE};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
        return;
    tenon__pg_wire_open(&c);
    c.wire.socket = ends[0];
    tenon__progress progress = answer(&c, ends[1], data, size, &err);
    CHECK(progress == TENON__ROWS || progress == TENON__FAILED);
    CHECK((progress == TENON__ROWS) == (err.status == TENON_OK));
    CHECK((progress == TENON__ROWS) == (c.state == TENON__ROWS_READY));
    if (progress == TENON__ROWS)
        check_answers(&c, data[STEPS]);
    free(c.pieces.items);
    tenon__buf_release(&c.wire.in);
    tenon__buf_release(&c.wire.out);
    close(ends[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tenon_error err = {0};
    if (size < HEAD_BYTES || size > 65536 || !tenon__libpq_load(&err))
        return 0;
    bool has_columns = !(data[STEPS] & NO_COLUMNS);
    tenon__prepared *prepared =
        tenon__pg_prepared_new(has_columns ? &with_columns : &without_columns, &err);
    if (!prepared)
        return 0;
    prepared->preparation = TENON__PG_PREPARED;
    prepared->is_checked = true;
    converse(prepared, data, size);
    free(prepared);
    return 0;
}
