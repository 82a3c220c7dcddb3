/* Quoting: whatever a name or a text is, SQL that quotes it means exactly that name or text.
 *
 * SQLite is the judge: the quoted forms go through its parser, and what it understood is compared
 * with the input, as the value of a literal, as the name of a column, and as the name of a table
 * that is really made. PostgreSQL reads the same forms by the same rules; there the tests of db
 * push and of models with hostile names stand in. What is refused must be what the quoter's
 * contract refuses: an empty name, NUL, text that is no UTF-8, on PostgreSQL more than 63 bytes of
 * name. */
#include "core/core.h"
#include "render/render.h"

#include <sqlite3.h>

#include "check.h"

enum { POSTGRESQL_NAME_BYTES = 63, LONGEST_NAME = 1000 };

static sqlite3 *memory(void)
{
    static sqlite3 *db;
    if (!db)
        CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK);
    return db;
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *statement = NULL;
    const char *rest = NULL;
    CHECK(sqlite3_prepare_v2(memory(), sql, -1, &statement, &rest) == SQLITE_OK);
    CHECK(*rest == '\0'); /* one statement, and nothing behind it */
    return statement;
}

static void check_literal(const char *text, size_t length)
{
    tenon__buf sql = {0};
    tenon__buf_text(&sql, "SELECT ");
    tenon_error err = {0};
    bool is_quoted = tenon__quote_literal(&sql, TENON_SQLITE, text, length, &err);
    CHECK(is_quoted || (sql.failed && err.status == TENON_MISUSE));
    CHECK(is_quoted == tenon__utf8_is_valid(text, length));
    if (is_quoted) {
        sqlite3_stmt *statement = prepare(tenon__buf_string(&sql));
        CHECK(sqlite3_step(statement) == SQLITE_ROW);
        CHECK(sqlite3_column_bytes(statement, 0) == (int)length);
        CHECK(length == 0 || !memcmp(sqlite3_column_text(statement, 0), text, length));
        sqlite3_finalize(statement);
    }
    tenon__buf_release(&sql);
}

static char *quote_name(const char *name, const char *pattern)
{
    tenon__buf quoted = {0};
    CHECK(tenon__quote_identifier(&quoted, TENON_SQLITE, name, NULL));
    char *sql = sqlite3_mprintf(pattern, tenon__buf_string(&quoted), tenon__buf_string(&quoted));
    CHECK(sql);
    tenon__buf_release(&quoted);
    return sql;
}

static void check_column(const char *name)
{
    char *sql = quote_name(name, "SELECT 7 AS %s");
    sqlite3_stmt *statement = prepare(sql);
    CHECK(!strcmp(sqlite3_column_name(statement, 0), name));
    sqlite3_finalize(statement);
    sqlite3_free(sql);
}

/* SQLite keeps names that begin with sqlite_ for itself. */
static void check_table(const char *name)
{
    if (sqlite3_strnicmp(name, "sqlite_", 7) == 0)
        return;
    char *sql = quote_name(name, "CREATE TEMP TABLE %s (%s)");
    CHECK(sqlite3_exec(memory(), sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_free(sql);
    sqlite3_stmt *found = prepare("SELECT count(*) FROM sqlite_temp_schema WHERE name = ?1");
    sqlite3_bind_text(found, 1, name, -1, SQLITE_STATIC);
    CHECK(sqlite3_step(found) == SQLITE_ROW && sqlite3_column_int(found, 0) == 1);
    sqlite3_finalize(found);
    sql = quote_name(name, "DROP TABLE temp.%s");
    CHECK(sqlite3_exec(memory(), sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_free(sql);
}

static bool can_quote(tenon_dialect dialect, const char *name)
{
    tenon__buf quoted = {0};
    tenon_error err = {0};
    bool is_quoted = tenon__quote_identifier(&quoted, dialect, name, &err);
    CHECK(is_quoted || (quoted.failed && err.status == TENON_MISUSE));
    tenon__buf_release(&quoted);
    return is_quoted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *name = fuzz_text(data, size);
    size_t length = strlen(name);
    bool is_name = length > 0 && tenon__utf8_is_valid(name, length);
    check_literal((const char *)data, size);
    CHECK(can_quote(TENON_SQLITE, name) == is_name);
    CHECK(can_quote(TENON_POSTGRESQL, name) == (is_name && length <= POSTGRESQL_NAME_BYTES));
    if (is_name && length <= LONGEST_NAME) {
        check_column(name);
        check_table(name);
    }
    free(name);
    return 0;
}
