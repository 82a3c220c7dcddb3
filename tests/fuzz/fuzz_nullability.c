/* SQLite's statements: any text is analysed or refused, never with a crash, and what is said of a
 * statement is whole: a reason for each column that may be NULL, parameters sorted by number. */
#include "nullability/nullability.h"

#include "check.h"

/* What the statements of the corpus are about. */
static catalogue_column columns[] = {
    {.name = "id", .type = "integer", .is_required = true, .identity = CATALOGUE_ROWID},
    {.name = "name", .type = "text", .is_required = true},
    {.name = "bio", .type = "text"},
    {.name = "twice", .type = "integer", .generated = "id * 2"},
};
static catalogue_check checks[] = {{.expression = "bio IS NOT NULL OR name <> ''"}};
static catalogue_table tables[] = {
    {.name = "users", .columns = columns, .column_count = 4, .checks = checks, .check_count = 1},
    {.name = "v",
     .kind = CATALOGUE_VIEW,
     .columns = columns,
     .column_count = 2,
     .definition = "CREATE VIEW v AS SELECT id, name FROM users WHERE bio > ''"},
};

static void check_result(const nullability *n)
{
    for (size_t i = 0; i < n->column_count; i++) {
        CHECK(n->columns[i].name);
        CHECK(n->columns[i].is_nullable == (n->columns[i].because != NULL));
    }
    for (size_t i = 1; i < n->parameter_count; i++)
        CHECK(n->parameters[i - 1].number < n->parameters[i].number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tenon_error err = {0};
    catalogue database = {.dialect = TENON_SQLITE, .tables = tables, .table_count = 2};
    char *text = size < 16384 ? fuzz_text(data, size) : NULL;
    nullability *n = text ? nullability_of_sqlite(text, &database, NULL, 0, &err) : NULL;
    CHECK(!text || n || err.message[0]);
    if (n)
        check_result(n);
    nullability_free(n);
    free(text);
    return 0;
}
