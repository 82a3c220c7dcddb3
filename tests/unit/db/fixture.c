/* See fixture.h. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "testdb.h"

fixture set_up(int which)
{
    fixture f = {.url = new_note_url(which)};
    f.db = open_db(f.url, NULL);
    f.s = tenon_session_open(f.db, NULL);
    return f;
}

fixture set_up_with(int which, const tenon_options *options)
{
    fixture f = {.url = new_note_url(which)};
    f.db = open_db(f.url, options);
    f.s = tenon_session_open(f.db, NULL);
    return f;
}

unsigned pool_size(fixture f)
{
    return tenon_db_metrics(f.db).size - (tenon_db_dialect(f.db) == TENON_SQLITE);
}

void begin_reading(tenon_session *s)
{
    if (!tenon_begin_with(s, &(tenon_transaction_options){.read_only = true}))
        fail_msg("%s", tenon_message(s));
}

void tear_down(fixture f)
{
    tenon_session_close(f.s);
    assert_int_equal(tenon_db_metrics(f.db).leased, 0);
    tenon_close(f.db);
}

void assert_notes(fixture f, const char *count)
{
    assert_string_equal(testdb_value(f.url, "SELECT count(*) FROM note"), count);
}

void assert_status_of(tenon_session *s, tenon_status status)
{
    const tenon_error *err = tenon_session_error(s);
    if (err->status != status)
        fail_msg("%s: %s", tenon_status_name(err->status), err->message);
}

void assert_status(fixture f, tenon_status status)
{
    assert_status_of(f.s, status);
}

void assert_failed_with(tenon_session *s, tenon_status status)
{
    assert_status_of(s, status);
    tenon_error_clear(s);
}

const char *text_of(tenon_session *s, const tenon__statement *statement)
{
    tenon__rows rows = {.arena = tenon__session_arena(s)};
    if (!run_by_hand(s, statement, NULL, &rows, NULL))
        fail_msg("%s", tenon_message(s));
    assert_int_equal(rows.count, 1);
    return ((note *)(void *)rows.items)->text;
}

void kill_backend(fixture f)
{
    char sql[120];
    const char *pid = TEXT_OF(f.s, "SELECT 1::int8, pg_backend_pid()::text");
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%s, 60000)", pid);
    assert_string_equal(testdb_value(f.url, sql), "t");
}
