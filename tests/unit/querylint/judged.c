/* See judged.h. All statements stand in one file, so that one throwaway database serves them. */
#include "judged.h"

void judged_begin(judged *j, const char *schema_text)
{
    const schema_source source = {"schema.prisma", schema_text, strlen(schema_text)};
    *j = (judged){.schema = schema_read_texts(&source, 1, NULL)};
    assert_non_null(j->schema);
    assert_int_equal(schema_error_count(j->schema), 0);
}

static size_t count_lines(const tenon__buf *text)
{
    size_t count = 1;
    for (size_t i = 0; i < text->length; i++)
        count += text->data[i] == '\n';
    return count;
}

static bool gives_rows(const char *sql)
{
    return strstr(sql, "SELECT") || strstr(sql, "RETURNING");
}

void judged_add(judged *j, const char *sql)
{
    bool is_read = gives_rows(sql) && !strstr(sql, "INSERT") && !strstr(sql, "DELETE");
    assert_true(j->count < JUDGED_MOST);
    j->lines[j->count] = count_lines(&j->text);
    tenon__buf_format(&j->text, "-- name: q%zu :%s\n%s\n", j->count, is_read ? "many" : "exec",
                      sql);
    j->lines[++j->count] = SIZE_MAX;
}

void judged_run(judged *j, tenon_dialect dialect)
{
    const char *path = dialect == TENON_SQLITE ? "q.sqlite.sql" : "q.postgresql.sql";
    const schema_source source = {path, tenon__buf_string(&j->text), j->text.length};
    const sqlfile_options options = {.server = getenv("TENON_TEST_PG"), .lints = true};
    tenon_error err = {0};
    j->set = sqlfile_read_texts(&source, 1, j->schema, &err);
    if (!j->set || !sqlfile_check(j->set, &options, &err))
        fail_msg("%s", err.message);
}

static bool is_about(const judged *j, size_t number, const schema_diagnostic *d)
{
    size_t line = schema_place_of(&j->set->report.files[0], d->span.start).line;
    return line >= j->lines[number] && line < j->lines[number + 1];
}

const char *judged_rules(const judged *j, size_t number)
{
    static char text[256];
    size_t length = 0;
    *text = '\0';
    for (size_t i = 0; i < j->set->report.diagnostic_count; i++) {
        const schema_diagnostic *d = &j->set->report.diagnostics[i];
        if (is_about(j, number, d))
            length += (size_t)snprintf(text + length, sizeof text - length, "%s%s",
                                       length ? " " : "", d->rule ? d->rule : d->message);
    }
    return text;
}

const char *judged_message(const judged *j, size_t number)
{
    static char text[512];
    *text = '\0';
    for (size_t i = 0; !*text && i < j->set->report.diagnostic_count; i++) {
        const schema_diagnostic *d = &j->set->report.diagnostics[i];
        if (is_about(j, number, d))
            snprintf(text, sizeof text, "%s; %s", d->message, d->hint ? d->hint : "");
    }
    return text;
}

void judged_end(judged *j)
{
    sqlfile_free(j->set);
    schema_free(j->schema);
    tenon__buf_release(&j->text);
}
