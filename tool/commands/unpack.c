/* `tenon unpack`: what columns with @tenon.compress hold, for people and for other programs.
 *
 * Arrays come from a database, from a file as it is, or as text, a line each: so that what psql or
 * sqlite3 print can be read where there is neither a schema nor a database. */
#include "commands/commands.h"
#include "commands/database_url.h"
#include "commands/unpack_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tenon/sql.h>

typedef struct unpack_arguments {
    const char *url, *table, *column, *path;
    bool is_csv, is_base64;
} unpack_arguments;

static bool fail(const tenon_error *err)
{
    fprintf(stderr, "tenon: %s\n", err->message);
    if (err->hint[0])
        fprintf(stderr, "hint: %s\n", err->hint);
    return false;
}

static bool print_array(const unpack_arguments *arguments, const void *data, size_t length)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon_error err = {.status = TENON_OK};
    tenon_unpacked unpacked;
    if (!tenon_unpack(data, length, NULL, &unpacked, &err))
        return fail(&err);
    if (arguments->is_csv)
        unpack_add_csv(&text, &unpacked.array);
    else
        unpack_add_json(&text, &unpacked.array);
    tenon_unpacked_free(&unpacked);
    if (text.failed) {
        tenon__fail_no_memory(&err);
        return fail(&err);
    }
    puts(tenon__buf_string(&text));
    return true;
}

/* A line that is empty, as of NULL, stays one. */
static bool print_line(const unpack_arguments *arguments, const char *text, size_t length)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf data = {0};
    if (length == 0)
        return puts(arguments->is_csv ? "" : "null") >= 0;
    bool is_read = arguments->is_base64 ? tenon__base64_decode(text, length, &data)
                                        : unpack_read_hexadecimal(text, length, &data);
    if (!is_read || data.failed) {
        fprintf(stderr, "tenon: a line is not %s\n",
                arguments->is_base64 ? "base64" : "a packed array in hexadecimal digits");
        return false;
    }
    return print_array(arguments, data.data, data.length);
}

/* ---- where they come from -------------------------------------------------------------------- */

static bool read_all(const char *path, tenon__buf *out)
{
    char piece[65536];
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file)
        return false;
    for (size_t count; (count = fread(piece, 1, sizeof piece, file)) > 0;)
        tenon__buf_add(out, piece, count);
    bool is_read = !ferror(file) && !out->failed;
    if (file != stdin)
        fclose(file);
    return is_read;
}

static bool print_lines(const unpack_arguments *arguments, const tenon__buf *text)
{
    const char *at = text->data, *end = at + text->length;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        size_t length = (size_t)(stop - at);
        if (!print_line(arguments, at, length - (length > 0 && at[length - 1] == '\r')))
            return false;
        at = stop + 1;
    }
    return true;
}

/* A packed array begins with letters that are no hexadecimal digits. */
static bool is_as_it_is(const tenon__buf *given)
{
    return given->length > 4 && memcmp(given->data, "TNA\1", 4) == 0;
}

static bool print_file(const unpack_arguments *arguments)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf given = {0};
    if (!read_all(arguments->path, &given)) {
        fprintf(stderr, "tenon: cannot read %s: %s\n", arguments->path, strerror(errno));
        return false;
    }
    return is_as_it_is(&given) ? print_array(arguments, given.data, given.length)
                               : print_lines(arguments, &given);
}

static bool print_column(const unpack_arguments *arguments, tenon_session *s, bool is_sqlite)
{
    tenon_sql *q = tenon_sql_new(s);
    tenon_sqlf(q, is_sqlite ? "SELECT hex(%p)" : "SELECT encode(%p, 'hex')",
               SQL_NAME(arguments->column));
    tenon_sqlf(q, " FROM %p", SQL_NAME(arguments->table));
    const tenon_cells *cells = tenon_sql_cells(q);
    if (tenon_failed(s))
        return fail(tenon_session_error(s));
    for (size_t i = 0; i < cells->row_count; i++) {
        const char *text = tenon_cell(cells, i, 0);
        if (!print_line(arguments, text ? text : "", text ? strlen(text) : 0))
            return false;
    }
    return true;
}

static bool print_database(const unpack_arguments *arguments)
{
    tenon_error err = {.status = TENON_OK};
    tenon_db *db = database_open(arguments->url, &err);
    if (!db)
        return fail(&err);
    tenon_session *s = tenon_session_open(db, NULL);
    bool is_done = print_column(arguments, s, tenon_db_dialect(db) == TENON_SQLITE);
    tenon_session_close(s);
    tenon_close(db);
    return is_done;
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool take_value(int argc, char **argv, int *at, const char *name, const char **out)
{
    if (strcmp(argv[*at], name) != 0 || *at + 1 >= argc)
        return false;
    *out = argv[++*at];
    return true;
}

static int run_unpack(int argc, char **argv)
{
    unpack_arguments arguments = {0};
    for (int i = 1; i < argc; i++) {
        if (take_value(argc, argv, &i, "--url", &arguments.url) ||
            take_value(argc, argv, &i, "--table", &arguments.table) ||
            take_value(argc, argv, &i, "--column", &arguments.column))
            continue;
        if (!strcmp(argv[i], "--csv"))
            arguments.is_csv = true;
        else if (!strcmp(argv[i], "--base64"))
            arguments.is_base64 = true;
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(&command_unpack, "unknown option or missing value: '%s'",
                                   argv[i]);
        else if (arguments.path)
            return command_misused(&command_unpack, "only one file can be given");
        else
            arguments.path = argv[i];
    }
    bool has_column = arguments.table && arguments.column;
    if (arguments.url ? !has_column || arguments.path : arguments.table || arguments.column)
        return command_misused(&command_unpack, "--url, --table and --column belong together");
    arguments.path = arguments.path ? arguments.path : "-";
    bool is_done = arguments.url ? print_database(&arguments) : print_file(&arguments);
    return is_done ? COMMAND_DONE : COMMAND_FAILED;
}

const command command_unpack = {
    .name = "unpack",
    .summary = "print compressed arrays as JSON or CSV",
    .usage = "usage: tenon unpack [--csv] [--base64] [PATH]\n"
             "       tenon unpack [--csv] --url URL --table TABLE --column COLUMN\n"
             "\n"
             "Prints what a column with @tenon.compress holds, a line for each array. No schema\n"
             "is needed, and without --url no database.\n"
             "\n"
             "PATH is a file, or - for standard input, which is the default: one packed array as\n"
             "it is, or lines of hexadecimal digits, as psql and sqlite3 print them. An empty\n"
             "line is NULL.\n"
             "\n"
             "  --csv            values with commas between them, instead of JSON\n"
             "  --base64         the lines are base64\n"
             "  --url URL        postgresql://… or sqlite:PATH: read the column of a table\n"
             "  --table TABLE    as the database has it\n"
             "  --column COLUMN  the same\n",
    .run = run_unpack,
};
