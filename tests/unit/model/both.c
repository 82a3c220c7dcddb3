/* See both.h. */
#include "both.h"

#include <stdio.h>
#include <stdlib.h>

#include "sample_schema.h"
#include "testdb.h"

static const char *make_postgresql_url(void)
{
    return testdb_create("model");
}

static const char empty_all[] = "DELETE FROM \"posts\"; DELETE FROM \"Membership\";"
                                "DELETE FROM \"User\"; DELETE FROM \"Everything\";"
                                "DELETE FROM \"Arrays\";";

both both_postgresql = {
    .make_url = make_postgresql_url, .schema = sample_schema_postgresql, .empty = empty_all};
both both_sqlite = {.make_url = testdb_sqlite_url,
                    .schema = sample_schema_sqlite,
                    .empty = empty_all,
                    .is_sqlite = true};

void both_open_one(both *b)
{
    tenon_error err = {0};
    b->url = b->make_url();
    testdb_run(b->url, b->schema);
    b->db = tenon_open(b->url, NULL, &err);
    if (!b->db)
        fail_msg("%s", err.message);
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

void both_open_file(both *b, const char *path)
{
    char *schema = read_file(path);
    b->schema = schema;
    both_open_one(b);
    b->schema = NULL;
    free(schema);
}

int both_open(void **state)
{
    both_open_one(&both_postgresql);
    both_open_one(&both_sqlite);
    return 0;
}

int both_close(void **state)
{
    tenon_close(both_postgresql.db);
    tenon_close(both_sqlite.db);
    return 0;
}

int both_start_case(void **state)
{
    both *b = *state;
    b->session = tenon_session_open(b->db, NULL);
    assert_non_null(b->session);
    assert_true(tenon_execute(b->session, b->empty));
    return 0;
}

int both_end_case(void **state)
{
    both *b = *state;
    tenon_session_close(b->session);
    b->session = NULL;
    return 0;
}

void both_assert_sound(const tenon_session *s, const char *file, int line)
{
    if (!tenon_failed(s))
        return;
    const tenon_error *err = tenon_session_error(s);
    print_error("%s: %s [%s] %s\n", tenon_status_name(err->status), tenon_message(s), err->hint,
                err->sql);
    _fail(file, line);
}

void both_assert_failed(tenon_session *s, tenon_status status, const char *text, const char *file,
                        int line)
{
    const tenon_error *err = tenon_session_error(s);
    bool is_said = !text || strstr(tenon_message(s), text) || strstr(err->hint, text);
    if (err->status != status || !is_said) {
        print_error("expected %s with '%s', got %s: %s [%s]\n", tenon_status_name(status),
                    text ? text : "", tenon_status_name(err->status), tenon_message(s), err->hint);
        _fail(file, line);
    }
    tenon_error_clear(s);
}

void both_sql(both *b, const char *sql)
{
    testdb_run(b->url, sql);
}

const char *both_value(both *b, const char *sql)
{
    return testdb_value(b->url, sql);
}
