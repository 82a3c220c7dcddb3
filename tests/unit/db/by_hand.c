/* See by_hand.h. */
#include "by_hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "testdb.h"

const char make_note_table[] = "CREATE TABLE note (id bigint PRIMARY KEY, text text)";

static const tenon_field fields[] = {
    {.name = "id",
     .column = "id",
     .kind = TENON_KIND_INT64,
     .pg_type = TENON_PG_INT8,
     .flags = TENON_FIELD_KEY,
     .precision = -1,
     .row_offset = offsetof(note, id)},
    {.name = "text",
     .column = "text",
     .kind = TENON_KIND_TEXT,
     .pg_type = TENON_PG_TEXT,
     .flags = TENON_FIELD_NULLABLE,
     .row_offset = offsetof(note, text)},
};

static const tenon__slot slots[] = {{.field = &fields[0]}, {.field = &fields[1]}};

static const tenon__out note_outs[] = {
    {TENON__OUT_FIELD, &fields[0], offsetof(note, id)},
    {TENON__OUT_FIELD, &fields[1], offsetof(note, text)},
};
static const tenon__layout note_layout = {
    .outs = note_outs, .out_count = 2, .row_size = sizeof(note)};

static const tenon__out count_outs[] = {{TENON__OUT_INT64, NULL, 0}};
static const tenon__layout count_layout = {
    .outs = count_outs, .out_count = 1, .row_size = sizeof(int64_t)};

#define SQL(text) .sql = (text), .sql_length = sizeof(text) - 1

const tenon__statement insert_note = {SQL("INSERT INTO note (id, text) VALUES ($1, $2)"),
                                      .flags = TENON__WRITES, .slots = slots, .slot_count = 2};
const tenon__statement find_note = {SQL("SELECT id, text FROM note WHERE id = $1"), .slots = slots,
                                    .slot_count = 1, .layout = &note_layout};
const tenon__statement all_notes = {SQL("SELECT id, text FROM note ORDER BY id"),
                                    .layout = &note_layout};
const tenon__statement count_notes = {SQL("SELECT count(*) FROM note"), .layout = &count_layout};
const tenon__statement wrong_statement = {SQL("SELECT nothing FROM nowhere"),
                                          .layout = &count_layout};

atomic_int plans_made, plans_alive;

static void count_down(void *owner)
{
    (void)owner;
    atomic_fetch_sub(&plans_alive, 1);
}

static bool make_by_hand(tenon_dialect dialect, const uint8_t *key, size_t length,
                         tenon__cached *out, tenon_error *err)
{
    (void)dialect, (void)length, (void)err;
    *out = (tenon__cached){.bytes = 100, .free_owner = count_down};
    memcpy(&out->statement, key, sizeof out->statement);
    atomic_fetch_add(&plans_made, 1);
    atomic_fetch_add(&plans_alive, 1);
    return true;
}

tenon__call call_by_hand(const tenon__statement *const *statement)
{
    return (tenon__call){.key = (const uint8_t *)statement,
                         .key_length = sizeof *statement,
                         .make = make_by_hand,
                         .writes = (*statement)->flags & TENON__WRITES};
}

bool run_by_hand(tenon_session *s, const tenon__statement *statement, const void *const *values,
                 tenon__rows *rows, int64_t *affected)
{
    tenon__call call = call_by_hand(&statement);
    call.values = values;
    call.value_count = statement->slot_count;
    call.rows = rows;
    call.affected = affected;
    return tenon__run(s, &call);
}

bool note_insert(tenon_session *s, int64_t id, const char *text)
{
    const void *values[] = {&id, text ? (const void *)&text : NULL};
    int64_t affected = 0;
    return run_by_hand(s, &insert_note, values, NULL, &affected) && affected == 1;
}

note *note_find(tenon_session *s, int64_t id)
{
    if (!s)
        return NULL;
    const void *values[] = {&id};
    tenon__rows rows = {.arena = tenon__session_arena(s), .expected = 1};
    if (!run_by_hand(s, &find_note, values, &rows, NULL) || rows.count == 0)
        return NULL;
    return (note *)(void *)rows.items;
}

note_list note_all(tenon_session *s)
{
    tenon__rows rows = {.arena = tenon__session_arena(s)};
    run_by_hand(s, &all_notes, NULL, &rows, NULL);
    return (note_list){(note *)(void *)rows.items, rows.count};
}

int64_t note_count(tenon_session *s)
{
    tenon__rows rows = {.arena = tenon__session_arena(s), .expected = 1};
    int64_t count = -1;
    if (run_by_hand(s, &count_notes, NULL, &rows, NULL))
        memcpy(&count, rows.items, sizeof count);
    return count;
}

tenon_db *open_db(const char *url, const tenon_options *options)
{
    tenon_error err;
    tenon_db *db = tenon_open(url, options, &err);
    if (!db)
        fail_msg("tenon_open: %s: %s", tenon_status_name(err.status), err.message);
    return db;
}

const char *new_note_url(int which)
{
    const char *url = which == 0 ? testdb_create("note") : testdb_sqlite_url();
    testdb_run(url, make_note_table);
    return url;
}
