/* Bad schemas and what is said about them.
 *
 * Every file of tests/diagnostics ends in the diagnostics that it gives, all of them, in order:
 *
 *     // error: 7:12 unknown type 'Strng'; did you mean 'String'?
 *     // warning: 3:1 …
 *
 * line, column, message and, where there is one, the hint. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema/schema.h"

/* The expectations at the end of the text: from the first line of the last run of them. */
static const char *expectations(const char *text)
{
    const char *error = strstr(text, "\n// error: "), *warning = strstr(text, "\n// warning: ");
    const char *first = !error || (warning && warning < error) ? warning : error;
    return first ? first + 1 : text + strlen(text);
}

static void add_diagnostic(const schema *s, const schema_diagnostic *d, tenon__buf *out)
{
    schema_place place = schema_place_of(&s->files[d->span.file], d->span.start);
    tenon__buf_format(out, "// %s: %zu:%zu %s%s%s\n",
                      d->severity == SCHEMA_ERROR ? "error" : "warning", place.line, place.column,
                      d->message, d->hint ? "; " : "", d->hint ? d->hint : "");
}

static void check_file(const char *path)
{
    tenon_error err = {0};
    tenon__buf got = {0};
    schema *s = schema_read_path(path, &err);
    if (!s)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < s->diagnostic_count; i++)
        add_diagnostic(s, &s->diagnostics[i], &got);
    const char *expected = expectations(s->files[0].text);
    if (strcmp(tenon__buf_string(&got), expected) != 0)
        fail_msg("%s\n--- expected\n%s--- got\n%s", path, expected, tenon__buf_string(&got));
    tenon__buf_release(&got);
    schema_free(s);
}

static void every_bad_schema_gets_its_diagnostics(void **state)
{
    glob_t files;
    assert_int_equal(glob("tests/diagnostics/*.prisma", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check_file(files.gl_pathv[i]);
    globfree(&files);
}

static schema *bad_schema(void)
{
    static const char text[] = "model A {\n\tid Int @id\n\té what is this\n}\n";
    schema_source source = {"bad.prisma", text, strlen(text)};
    schema *s = schema_read_texts(&source, 1, NULL);
    assert_non_null(s);
    return s;
}

static void a_caret_stands_under_what_is_wrong(void **state)
{
    schema *s = bad_schema();
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    schema_print_diagnostics(s, out, false);
    fclose(out);
    assert_non_null(strstr(text, "tenon: bad.prisma:3:2: this line is not a valid field or "
                                 "attribute definition; a field is written: "
                                 "name Type @attributes\n"
                                 "    3 | \té what is this\n"
                                 "      | \t^~~~~~~~~~~~~~\n"));
    free(text);
    schema_free(s);
}

static void diagnostics_are_valid_json(void **state)
{
    schema *s = bad_schema();
    tenon__buf out = {0};
    schema_write_diagnostics_json(s, &out);
    assert_true(tenon__json_is_valid(out.data, out.length));
    assert_non_null(strstr(out.data, "\"line\": 3, \"column\": 2, \"end_line\": 3, "
                                     "\"end_column\": 16"));
    tenon__buf_release(&out);
    schema_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_schema_gets_its_diagnostics),
        cmocka_unit_test(a_caret_stands_under_what_is_wrong),
        cmocka_unit_test(diagnostics_are_valid_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
