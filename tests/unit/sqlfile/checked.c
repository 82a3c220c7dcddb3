/* See checked.h. Texts that are returned stay until the 32nd call after. */
#include "checked.h"

#include "../../support/testdb.h"
#include "sqlfile/server.h"

static const char schema_text[] = "datasource db {\n  provider = \"postgresql\"\n"
                                  "  url = env(\"X\")\n}\n"
                                  "enum Role {\n  USER\n  ADMIN @map(\"admin\")\n}\n"
                                  "model User {\n"
                                  "  id Int @id @default(autoincrement())\n"
                                  "  email String @unique\n"
                                  "  name String?\n"
                                  "  role Role @default(USER)\n"
                                  "  posts Post[]\n"
                                  "}\n"
                                  "model Post {\n"
                                  "  id Int @id @default(autoincrement())\n"
                                  "  authorId Int @map(\"author_id\")\n"
                                  "  title String\n"
                                  "  views BigInt @default(0)\n"
                                  "  rating Float?\n"
                                  "  price Decimal? @db.Decimal(10, 2)\n"
                                  "  meta Json?\n"
                                  "  isPublic Boolean @default(false) @map(\"is_public\")\n"
                                  "  createdAt DateTime @default(now()) @map(\"created_at\")\n"
                                  "  author User @relation(fields: [authorId], references: [id])\n"
                                  "  @@map(\"posts\")\n"
                                  "}\n";

const schema *checked_schema(void)
{
    static schema *made;
    const schema_source source = {"schema.prisma", schema_text, strlen(schema_text)};
    if (!made)
        made = schema_read_texts(&source, 1, NULL);
    assert_non_null(made);
    assert_int_equal(schema_error_count(made), 0);
    return made;
}

sqlfile_set *checked_read_as(const char *path, const char *sql)
{
    const schema_source source = {path, sql, strlen(sql)};
    tenon_error err = {0};
    sqlfile_set *set = sqlfile_read_texts(&source, 1, checked_schema(), &err);
    if (!set)
        fail_msg("%s", err.message);
    return set;
}

sqlfile_set *checked_read(const char *sql)
{
    return checked_read_as("queries/q.sql", sql);
}

sqlfile_set *checked(const char *sql)
{
    tenon_error err = {0};
    sqlfile_set *set = checked_read(sql);
    const sqlfile_options options = {.server = getenv("TENON_TEST_PG")};
    if (!sqlfile_check(set, &options, &err))
        fail_msg("%s", err.message);
    return set;
}

/* ---- as text --------------------------------------------------------------------------------- */

enum { TEXT_SIZE = 4096, TEXT_COUNT = 32 };

static char *next_text(void)
{
    static char texts[TEXT_COUNT][TEXT_SIZE];
    static unsigned at;
    char *text = texts[at++ % TEXT_COUNT];
    text[0] = '\0';
    return text;
}

static void add(char *text, const char *more)
{
    size_t length = strlen(text);
    snprintf(text + length, TEXT_SIZE - length, "%s", more);
}

const char *checked_complaints(const sqlfile_set *set)
{
    char *text = next_text();
    for (size_t i = 0; i < set->report.diagnostic_count; i++) {
        const schema_diagnostic *d = &set->report.diagnostics[i];
        const schema_source *source = &set->report.files[d->span.file];
        schema_place place = schema_place_of(source, d->span.start);
        char line[1200];
        snprintf(line, sizeof line, "%s:%zu:%zu: %s%s%s\n", source->path, place.line, place.column,
                 d->message, d->hint ? "; " : "", d->hint ? d->hint : "");
        add(text, line);
    }
    return text;
}

const sqlfile_query *checked_query(const sqlfile_set *set, const char *name)
{
    for (size_t i = 0; i < set->query_count; i++)
        if (!strcmp(set->queries[i].name, name))
            return &set->queries[i];
    fail_msg("there is no query %s: %s", name, checked_complaints(set));
    return NULL;
}

const char *checked_type(const sqlfile_value *value)
{
    char *text = next_text();
    add(text, value->field.kind ? sql_word_of_type(&value->field) : "unknown");
    add(text, value->field.flags & TENON_FIELD_LIST ? "[]" : "");
    add(text, value->field.flags & TENON_FIELD_NULLABLE ? "?" : "");
    return text;
}

static const char *values_text(const sqlfile_value *values, size_t count)
{
    char *text = next_text();
    for (size_t i = 0; i < count; i++) {
        add(text, i ? ", " : "");
        add(text, values[i].name);
        add(text, " ");
        add(text, checked_type(&values[i]));
    }
    return text;
}

const char *checked_columns(const sqlfile_query *query)
{
    return values_text(query->columns, query->column_count);
}

const char *checked_parameters(const sqlfile_query *query)
{
    return values_text(query->parameters, query->parameter_count);
}
