/* See catalogued.h. */
#include "catalogued.h"

catalogue *read_catalogue(const char *url, const char *const *namespaces)
{
    tenon_error err = {0};
    size_t count = 0;
    while (namespaces && namespaces[count])
        count++;
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *session = tenon_session_open(db, NULL);
    catalogue *c = session ? catalogue_read(session, namespaces, count, &err) : NULL;
    if (!c)
        fail_msg("%s: %s", err.message, err.hint);
    assert_false(tenon_failed(session));
    assert_false(tenon_in_transaction(session));
    tenon_session_close(session);
    tenon_close(db);
    return c;
}

catalogue *catalogue_after(tenon_dialect dialect, const char *sql)
{
    const char *url = dialect == TENON_SQLITE ? testdb_sqlite_url() : testdb_create("catalogue");
    testdb_run(url, sql);
    return read_catalogue(url, NULL);
}

void assert_prints(const catalogue *c, const char *expected)
{
    tenon__buf text = {0};
    catalogue_print(c, &text);
    assert_string_equal(tenon__buf_string(&text), expected);
    tenon__buf_release(&text);
}

void check_prints(tenon_dialect dialect, const char *sql, const char *expected)
{
    catalogue *c = catalogue_after(dialect, sql);
    assert_prints(c, expected);
    catalogue_free(c);
}
