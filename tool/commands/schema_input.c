/* Finding and reading the schema of a command. */
#include "commands/schema_input.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is read from standard input is called this in messages. */
static const char stdin_name[] = "<stdin>";

static bool is_there(const char *path, mode_t type)
{
    struct stat status;
    return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == type;
}

const char *schema_input_find(const char *given)
{
    if (given)
        return is_there(given, S_IFREG) || is_there(given, S_IFDIR) || schema_input_is_stdin(given)
                   ? given
                   : NULL;
    if (is_there("schema.prisma", S_IFREG))
        return "schema.prisma";
    if (is_there("prisma/schema.prisma", S_IFREG))
        return "prisma/schema.prisma";
    return is_there("prisma/schema", S_IFDIR) ? "prisma/schema" : NULL;
}

const char *schema_input_path(const char *given)
{
    const char *found = given ? given : schema_input_find(NULL);
    if (found)
        return found;
    fputs("tenon: there is no schema.prisma, prisma/schema.prisma or prisma/schema/ here; "
          "give its path\n",
          stderr);
    return NULL;
}

bool schema_input_is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

static schema *read_stdin(tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    char part[8192];
    size_t got;

    while ((got = fread(part, 1, sizeof part, stdin)) > 0)
        tenon__buf_add(&text, part, got);
    if (ferror(stdin)) {
        tenon__fail(err, TENON_IO, "cannot read standard input");
        return NULL;
    }
    if (text.failed) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    schema_source source = {stdin_name, tenon__buf_string(&text), text.length};
    return schema_read_texts(&source, 1, err);
}

schema *schema_input_read(const char *path)
{
    tenon_error err = {0};
    schema *s = schema_input_is_stdin(path) ? read_stdin(&err) : schema_read_path(path, &err);

    if (!s)
        schema_input_show_error(&err);
    return s;
}

void schema_input_show_diagnostics(const schema *s)
{
    schema_print_diagnostics(s, stderr, isatty(STDERR_FILENO) && !getenv("NO_COLOR"));
}

void schema_input_show_error(const tenon_error *err)
{
    fprintf(stderr, "tenon: %s%s%s\n", err->message, *err->hint ? "; " : "", err->hint);
}
