/* The schema language against schemas that nobody here wrote: corpus_schema CORPUS
 *
 * - psl/validation: the diagnostics that the language's own checker gives stand at the end of each
 *   file, as comments with colours. Errors and warnings must be on the same lines.
 * - psl/reformatter, psl/reformatter_multi_file: before and after, byte for byte.
 * - apps: real schemas. They are accepted but for those with known errors in apps/index.json.
 * - pairs: what those were during their history; some were wrong for a while.
 *   In both, what is accepted and formatted once stays as it is.
 *
 * Each difference is a line; the status is 1 when there was one. */
#include "schema/schema.h"

#include <fts.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_LINES = 4096 };

typedef struct line_set {
    bool has[2][MOST_LINES]; /* by severity */
} line_set;

typedef void visitor(const char *path);

static size_t differences, checked;

static void differ(const char *path, const char *what)
{
    printf("%s: %s\n", path, what);
    differences++;
}

static schema *read_schema(const char *path)
{
    tenon_error err = {0};
    schema *s = schema_read_path(path, &err);

    checked++;
    if (!s)
        differ(path, err.message);
    return s;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Calls `visit` for each file or folder below CORPUS/part whose path ends so. */
static void walk(const char *corpus, const char *part, const char *end, int kind, visitor *visit)
{
    char root[4096];
    snprintf(root, sizeof root, "%s/%s", corpus, part);
    char *const roots[] = {root, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

    for (FTSENT *entry; tree && (entry = fts_read(tree));) {
        if (entry->fts_info == kind && ends_with(entry->fts_path, end))
            visit(entry->fts_path);
    }
    if (tree)
        fts_close(tree);
}

/* ---- diagnostics ---- */

/* The line without its colours. */
static void strip_colours(const char *line, size_t length, char *out, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < length && used + 1 < size; i++) {
        if (line[i] == '\033') {
            while (i < length && line[i] != 'm')
                i++;
        } else {
            out[used++] = line[i];
        }
    }
    out[used] = '\0';
}

/* `// error: …` begins an expectation, `//   -->  schema.prisma:7` says its line. */
static void expect_line(const char *line, schema_severity *severity, line_set *out)
{
    const char *place = strstr(line, "--> "), *colon = strrchr(line, ':');

    if (strncmp(line, "// error", 8) == 0)
        *severity = SCHEMA_ERROR;
    else if (strncmp(line, "// warning", 10) == 0)
        *severity = SCHEMA_WARNING;
    else if (place && colon && strncmp(line, "//", 2) == 0)
        out->has[*severity][strtoul(colon + 1, NULL, 10) % MOST_LINES] = true;
}

static void expected_lines(const char *text, line_set *out)
{
    schema_severity severity = SCHEMA_ERROR;
    char line[512];

    while (*text) {
        size_t length = strcspn(text, "\n");
        strip_colours(text, length, line, sizeof line);
        expect_line(line, &severity, out);
        text += length + (text[length] == '\n');
    }
}

static void diagnosed_lines(const schema *s, line_set *out)
{
    for (size_t i = 0; i < s->diagnostic_count; i++) {
        const schema_diagnostic *d = &s->diagnostics[i];
        size_t line = schema_place_of(&s->files[d->span.file], d->span.start).line;
        out->has[d->severity][line % MOST_LINES] = true;
    }
}

static void check_diagnostics(const char *path)
{
    static line_set expected, got;
    schema *s = read_schema(path);

    if (!s)
        return;
    expected = got = (line_set){0};
    expected_lines(s->files[0].text, &expected);
    diagnosed_lines(s, &got);
    if (memcmp(&expected, &got, sizeof got) != 0) {
        differ(path, "the diagnostics are on other lines; they are:");
        schema_print_diagnostics(s, stdout, false);
    }
    schema_free(s);
}

/* ---- formatting ---- */

static void compare_formatted(schema *s, const schema *expected)
{
    char **texts = schema_format(s, NULL);

    for (size_t i = 0; texts && i < s->file_count; i++) {
        if (i >= expected->file_count || strcmp(texts[i], expected->files[i].text) != 0)
            differ(s->files[i].path, "is formatted differently");
        free(texts[i]);
    }
    free(texts);
}

/* `path` is a file x.reformatted.prisma or a folder x.reformatted. */
static void check_reformatted(const char *path)
{
    char before[4096];
    const char *mark = strstr(path, ".reformatted");

    snprintf(before, sizeof before, "%.*s%s", (int)(mark - path), path,
             mark + strlen(".reformatted"));
    schema *s = read_schema(before), *expected = read_schema(path);
    if (s && expected)
        compare_formatted(s, expected);
    schema_free(s);
    schema_free(expected);
}

/* ---- real schemas ---- */

static void check_twice(const char *path, schema *s)
{
    char **texts = schema_format(s, NULL);
    schema_source source = {path, texts[0], strlen(texts[0])};
    schema *again = schema_read_texts(&source, 1, NULL);

    if (schema_error_count(again))
        differ(path, "has errors after it was formatted");
    compare_formatted(again, again);
    schema_free(again);
    free(texts[0]);
    free(texts);
}

static size_t refused;

static void check_accepted(const char *path)
{
    schema *s = read_schema(path);

    if (s && !schema_error_count(s))
        check_twice(path, s);
    else
        refused++;
    schema_free(s);
}

/* The name of the folder in which the file is. */
static void folder_name(const char *path, char *out, size_t size)
{
    const char *end = strrchr(path, '/'), *start = end;

    while (start > path && start[-1] != '/')
        start--;
    snprintf(out, size, "\"%.*s\"", (int)(end - start), start);
}

static tenon__buf apps_index;

static void read_index(const char *corpus)
{
    char path[4096], part[4096];
    snprintf(path, sizeof path, "%s/apps/index.json", corpus);
    FILE *file = fopen(path, "r");

    for (size_t got; file && (got = fread(part, 1, sizeof part, file)) > 0;)
        tenon__buf_add(&apps_index, part, got);
    if (file)
        fclose(file);
}

static bool has_known_errors(const char *path)
{
    char name[256];
    folder_name(path, name, sizeof name);
    const char *entry = strstr(tenon__buf_string(&apps_index), name);
    const char *errors = entry ? strstr(entry, "\"errors\": [") : NULL;

    return errors && errors[strlen("\"errors\": [")] != ']';
}

static void check_app(const char *path)
{
    schema *s = read_schema(path);
    bool is_refused = s && schema_error_count(s);

    if (is_refused != has_known_errors(path)) {
        differ(path, is_refused ? "is not accepted:" : "is accepted in spite of its error");
        schema_print_diagnostics(s, stdout, false);
    }
    if (s && !is_refused)
        check_twice(path, s);
    schema_free(s);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: corpus_schema CORPUS\n", stderr);
        return 2;
    }
    walk(argv[1], "psl/validation", ".prisma", FTS_F, check_diagnostics);
    walk(argv[1], "psl/reformatter", ".reformatted.prisma", FTS_F, check_reformatted);
    walk(argv[1], "psl/reformatter_multi_file", ".reformatted", FTS_D, check_reformatted);
    read_index(argv[1]);
    walk(argv[1], "apps", "/schema.prisma", FTS_F, check_app);
    walk(argv[1], "pairs", "/before.prisma", FTS_F, check_accepted);
    walk(argv[1], "pairs", "/after.prisma", FTS_F, check_accepted);
    tenon__buf_release(&apps_index);
    printf("%zu schemas, %zu differences; %zu of the pairs were refused\n", checked, differences,
           refused);
    return differences ? 1 : 0;
}
