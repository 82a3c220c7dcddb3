/* See pulled.h. */
#include "pulled.h"

static schema *read_text(const char *text)
{
    schema_source source = {"schema.prisma", text, strlen(text)};
    schema *s = schema_read_texts(&source, 1, NULL);
    assert_non_null(s);
    if (schema_error_count(s))
        schema_print_diagnostics(s, stderr, false);
    assert_int_equal(schema_error_count(s), 0);
    return s;
}

static catalogue *read_catalogue(const char *url, const schema *old)
{
    tenon_error err = {0};
    const schema_datasource *source = old ? old->datasource : NULL;
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *session = tenon_session_open(db, NULL);
    catalogue *c = session ? catalogue_read(session, source ? source->schemas : NULL,
                                            source ? source->schema_count : 0, &err)
                           : NULL;
    if (!c)
        fail_msg("%s", err.message);
    tenon_session_close(session);
    tenon_close(db);
    return c;
}

void pull_database(pulled *p, const char *url, const char *old)
{
    tenon_error err = {0};
    *p = (pulled){.url = url, .old = old ? read_text(old) : NULL};
    p->catalogue = read_catalogue(url, p->old);
    if (!pull_schema(p->catalogue, p->old, NULL, &p->result, &err))
        fail_msg("%s", err.message);
    assert_int_equal(p->result.file_count, 1);
    schema_free(read_text(p->result.files[0].text));
}

void pull_sql(pulled *p, tenon_dialect dialect, const char *sql, const char *old)
{
    const char *url = dialect == TENON_SQLITE ? testdb_sqlite_url() : testdb_create("pulled");
    testdb_run(url, sql);
    pull_database(p, url, old);
}

void pulled_close(pulled *p)
{
    pull_release(&p->result);
    schema_free(p->old);
    catalogue_free(p->catalogue);
}

const char *pulled_models(const pulled *p)
{
    const char *text = p->result.files[0].text;
    const char *source = strstr(text, "datasource"), *generator = strstr(text, "generator");
    const char *last = generator > source ? generator : source;
    const char *end = last ? strstr(last, "\n}\n") : NULL;
    return end ? end + strspn(end, "\n}") : text;
}

void assert_outside(const pulled *p, const char *kind, const char *name, const char *reason)
{
    for (size_t i = 0; i < p->result.notice_count; i++) {
        const pull_notice *n = &p->result.notices[i];
        if (!strcmp(n->kind, kind) && !strcmp(n->name, name) && strstr(n->reason, reason))
            return;
    }
    for (size_t i = 0; i < p->result.notice_count; i++)
        print_error("%s %s: %s\n", p->result.notices[i].kind, p->result.notices[i].name,
                    p->result.notices[i].reason);
    fail_msg("no notice about %s %s: %s", kind, name, reason);
}

void check_models(tenon_dialect dialect, const char *sql, const char *old, const char *expected)
{
    pulled p;
    pull_sql(&p, dialect, sql, old);
    assert_string_equal(pulled_models(&p), expected);
    pulled_close(&p);
}

static void push(const char *url, const char *text)
{
    tenon_error err = {0};
    ddl_script script;
    schema *s = read_text(text);
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *session = tenon_session_open(db, NULL);
    assert_non_null(session);
    assert_true(ddl_create(s, tenon_db_dialect(db), &script, &err));
    if (!ddl_apply(session, &script))
        fail_msg("%s", tenon_message(session));
    ddl_script_release(&script);
    tenon_session_close(session);
    tenon_close(db);
    schema_free(s);
}

void check_fixed_point(const pulled *p)
{
    bool is_sqlite = p->catalogue->dialect == TENON_SQLITE;
    const char *url = is_sqlite ? testdb_sqlite_url() : testdb_create("again");
    pulled again;
    push(url, p->result.files[0].text);
    pull_database(&again, url, NULL);
    assert_string_equal(again.result.files[0].text, p->result.files[0].text);
    pulled_close(&again);
}
