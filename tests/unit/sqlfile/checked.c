/* See checked.h. Texts that are returned stay until the 64th call after. */
#include "checked.h"

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

static sqlfile_set *check(const char *sql, const sqlfile_options *options)
{
    tenon_error err = {0};
    sqlfile_set *set = checked_read(sql);
    if (!sqlfile_check(set, options, &err))
        fail_msg("%s", err.message);
    return set;
}

sqlfile_set *checked(const char *sql)
{
    return check(sql, &(sqlfile_options){.server = getenv("TENON_TEST_PG")});
}

sqlfile_set *checked_in(const char *url, const char *sql)
{
    bool is_sqlite = !strncmp(url, "sqlite:", 7);
    sqlfile_options options = {.server = getenv("TENON_TEST_PG")};
    options.urls[is_sqlite ? TENON_SQLITE - 1 : TENON_POSTGRESQL - 1] = url;
    return check(sql, &options);
}

sqlfile_set *checked_strictly(const char *sql)
{
    return check(sql, &(sqlfile_options){.server = getenv("TENON_TEST_PG"), .lints = true});
}

/* ---- as text --------------------------------------------------------------------------------- */

enum { TEXT_COUNT = 64 };

static tenon__buf *next_text(void)
{
    static tenon__buf texts[TEXT_COUNT];
    static unsigned at;
    tenon__buf *text = &texts[at++ % TEXT_COUNT];
    tenon__buf_clear(text);
    return text;
}

const char *checked_complaints(const sqlfile_set *set)
{
    tenon__buf *text = next_text();
    for (size_t i = 0; i < set->report.diagnostic_count; i++) {
        const schema_diagnostic *d = &set->report.diagnostics[i];
        const schema_source *source = &set->report.files[d->span.file];
        schema_place place = schema_place_of(source, d->span.start);
        tenon__buf_format(text, "%s:%zu:%zu: %s%s%s\n", source->path, place.line, place.column,
                          d->message, d->hint ? "; " : "", d->hint ? d->hint : "");
    }
    return tenon__buf_string(text);
}

const sqlfile_query *checked_query(const sqlfile_set *set, const char *name)
{
    for (size_t i = 0; i < set->query_count; i++)
        if (!strcmp(set->queries[i].name, name))
            return &set->queries[i];
    fail_msg("there is no query %s: %s", name, checked_complaints(set));
    return NULL;
}

static const char *values_text(const sqlfile_value *values, size_t count);

const char *checked_type(const sqlfile_value *value)
{
    const sqlfile_nested *nested = value->nested;
    bool is_list = (value->field.flags & TENON_FIELD_LIST) || (nested && nested->is_list);
    const char *members = nested ? values_text(nested->members, nested->count) : NULL;
    tenon__buf *text = next_text();
    tenon__buf_format(text, "%s%s", value->field.kind ? sql_word_of_type(&value->field) : "unknown",
                      is_list ? "[]" : "");
    if (members)
        tenon__buf_format(text, "{%s}", members);
    tenon__buf_text(text, value->field.flags & TENON_FIELD_NULLABLE ? "?" : "");
    return tenon__buf_string(text);
}

static const char *values_text(const sqlfile_value *values, size_t count)
{
    tenon__buf *text = next_text();
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(text, "%s%s %s", i ? ", " : "", values[i].name, checked_type(&values[i]));
    return tenon__buf_string(text);
}

const char *checked_columns(const sqlfile_query *query)
{
    return values_text(query->columns, query->column_count);
}

const char *checked_parameters(const sqlfile_query *query)
{
    return values_text(query->parameters, query->parameter_count);
}
