/* See pushed.h. */
#include "pushed.h"

#define DATASOURCE "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n}\n"

static void check_schema(const schema *s)
{
    assert_non_null(s);
    schema_print_diagnostics(s, stderr, false);
    assert_int_equal(schema_error_count(s), 0);
}

static schema *read_text(const char *text)
{
    schema_source source = {"a.prisma", text, strlen(text)};
    schema *s = schema_read_texts(&source, 1, NULL);
    check_schema(s);
    return s;
}

static void push(pushed *p, push_target target, schema *s)
{
    tenon_error err = {0};
    ddl_script script;
    *p = (pushed){.target = target, .schema = s};
    p->url = target == PUSH_SQLITE ? testdb_sqlite_url() : testdb_create("pushed");
    p->db = tenon_open(p->url, NULL, &err);
    if (!p->db ||
        !ddl_create(s, target == PUSH_SQLITE ? TENON_SQLITE : TENON_POSTGRESQL, &script, &err))
        fail_msg("%s", err.message);
    p->session = tenon_session_open(p->db, NULL);
    ddl_apply(p->session, &script);
    assert_sound(p->session);
    ddl_script_release(&script);
}

void push_file(pushed *p, push_target target, const char *path)
{
    schema *s = schema_read_path(path, NULL);
    check_schema(s);
    push(p, target, s);
}

void push_text(pushed *p, push_target target, const char *text)
{
    push(p, target, read_text(text));
}

void push_models(pushed *p, push_target target, const char *models)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_format(&text, "%s%s", DATASOURCE, models);
    push_text(p, target, tenon__buf_string(&text));
}

void pushed_close(pushed *p)
{
    tenon_session_close(p->session);
    tenon_close(p->db);
    schema_free(p->schema);
}

const char *script_of(const char *text, push_target target, tenon_error *err)
{
    static tenon__buf sql;
    ddl_script script;
    schema *s = read_text(text);
    tenon__buf_release(&sql);
    bool is_made =
        ddl_create(s, target == PUSH_SQLITE ? TENON_SQLITE : TENON_POSTGRESQL, &script, err);
    if (is_made) {
        ddl_script_text(&script, &sql);
        ddl_script_release(&script);
    }
    schema_free(s);
    return is_made ? tenon__buf_string(&sql) : NULL;
}

void check_sound(const tenon_session *s, const char *file, int line)
{
    if (!tenon_failed(s))
        return;
    const tenon_error *err = tenon_session_error(s);
    print_error("%s: %s [%s] %s\n", tenon_status_name(err->status), tenon_message(s), err->hint,
                err->sql);
    _fail(file, line);
}

void check_failed(tenon_session *s, tenon_status status, const char *text, const char *file,
                  int line)
{
    const tenon_error *err = tenon_session_error(s);
    if (err->status != status || (!strstr(tenon_message(s), text) && !strstr(err->hint, text))) {
        print_error("expected %s with '%s', got %s: %s [%s]\n", tenon_status_name(status), text,
                    tenon_status_name(err->status), tenon_message(s), err->hint);
        _fail(file, line);
    }
    tenon_error_clear(s);
}
