/* Query files: any text is read for both databases, and what is said of it lies within it; every
 * query has a name and a kind, or the file has an error. */
#include "sqlfile/sqlfile.h"

#include "check.h"

static const char schema_text[] =
    "datasource db {\n  provider = \"sqlite\"\n  url = \"file:x\"\n}\n"
    "model Post {\n  id Int @id\n  title String?\n}\n";

static void check_set(const sqlfile_set *set, size_t length)
{
    for (size_t i = 0; i < set->report.diagnostic_count; i++) {
        const schema_diagnostic *told = &set->report.diagnostics[i];
        CHECK(told->message[0]);
        CHECK(told->span.file < set->report.file_count);
        CHECK(told->span.start <= told->span.end && told->span.end <= length);
    }
    for (size_t i = 0; i < set->query_count; i++) {
        const sqlfile_query *query = &set->queries[i];
        bool is_whole = query->name[0] && query->kind != SQLFILE_NO_KIND;
        CHECK(is_whole || sqlfile_error_count(set));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static schema *read;
    const schema_source source = {"schema.prisma", schema_text, strlen(schema_text)};
    char *text = size < 16384 ? fuzz_text(data, size) : NULL;
    if (!read)
        read = schema_read_texts(&source, 1, NULL);
    CHECK(read && !schema_error_count(read));
    if (text) {
        const size_t length = strlen(text);
        const schema_source files[] = {{"a.sql", text, length}, {"b.postgresql.sql", text, length}};
        tenon_error err = {0};
        sqlfile_set *set = sqlfile_read_texts(files, 2, read, &err);
        CHECK(set || err.status == TENON_VALIDATION);
        if (set)
            check_set(set, length);
        sqlfile_free(set);
    }
    free(text);
    return 0;
}
