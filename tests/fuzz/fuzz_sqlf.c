/* Formats of dynamic SQL, held against the databases' own scanners: in a format that is accepted
 * every value is a parameter to PostgreSQL and to SQLite, nothing else is one, and both see one
 * statement.
 *
 * What the formats are given suits every conversion: an item for %p begins with a text. Unlike a
 * program that a compiler has checked, an integer may get a pointer, which is as good a number. */
#include "pgparse/pgparse.h"
#include "sql/text.h"

#include "check.h"

#include <sqlite3.h>

enum { MOST_VALUES = 16 };

static void check_postgresql(const tenon_sql *q, const char *sql)
{
    size_t parameters = 0;
    pgparse_tree *tree = pgparse_read(sql, NULL);
    CHECK(tree);
    for (size_t i = 0; i < tree->token_count; i++)
        parameters += tree->tokens[i]->token == PG_QUERY__TOKEN__PARAM;
    CHECK(!tree->token_count || parameters == q->bound_count);
    CHECK(tree->statement_count <= 1);
    pgparse_free(tree);
}

/* A text that SQLite does not know the names in is not compiled; its scanner has seen it all the
 * same when the complaint is not about a token. */
static void check_sqlite(const tenon_sql *q, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    const char *rest = NULL;
    CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, &rest) == SQLITE_OK && statement) {
        sqlite3_stmt *second = NULL;
        CHECK((size_t)sqlite3_bind_parameter_count(statement) == q->bound_count);
        sqlite3_prepare_v2(db, rest, -1, &second, NULL);
        CHECK(!second);
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

/* As the compiler would never let it through. */
static tenon_sql *give(tenon_sql *q, const char *format)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    const void *x = SQL_VALUE((tenon_uuid){0});
    return tenon_sqlf(q, format, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x);
#pragma GCC diagnostic pop
}

static void format_as(tenon_session *s, const tenon__own_dialect *dialect, const char *format)
{
    tenon_sql *q = tenon_sql_new(s);
    q->dialect = dialect;
    give(q, format);
    if (!tenon_failed(s)) {
        const char *sql = tenon_sql_text(q);
        if (dialect == &tenon__own_postgresql)
            check_postgresql(q, sql);
        else
            check_sqlite(q, sql);
    }
    tenon_session_reset(s);
}

static size_t count_percents(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '%';
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static tenon_db *db;
    static tenon_session *s;
    if (!db) {
        db = tenon_open("sqlite::memory:", NULL, NULL);
        s = tenon_session_open(db, NULL);
        CHECK(s);
    }
    char *format = fuzz_text(data, size);
    if (count_percents(format) <= MOST_VALUES) {
        format_as(s, &tenon__own_postgresql, format);
        format_as(s, &tenon__own_sqlite, format);
    }
    free(format);
    return 0;
}
