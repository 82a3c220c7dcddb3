/* Checks 63 to 67: a folder of migrations against what a database says it has run, and against
 * itself. */
#include "lint/lint_inside.h"

#include <stdio.h>
#include <unistd.h>

/* ---- what has run ---- */

void lint_read_history(lint *l)
{
    static const rows_query query = {
        "SELECT migration_name, checksum FROM _prisma_migrations "
        "WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name",
        2, NULL, 0};
    l->history = (rows){0};
    if (!l->options.session)
        return;
    if (!rows_read(l->options.session, &query, &l->arena, &l->history))
        l->history = (rows){0}; /* it has no history yet */
    tenon_error_clear(l->options.session);
}

static const char *applied_checksum(const lint *l, const char *name)
{
    for (size_t i = 0; i < l->history.count; i++)
        if (strcmp(rows_cell(&l->history, i, 0), name) == 0)
            return rows_cell(&l->history, i, 1);
    return NULL;
}

bool lint_is_applied(const lint *l, const char *name)
{
    return applied_checksum(l, name) != NULL;
}

/* ---- reports ---- */

static void report_file(lint *l, lint_file *file, unsigned number, const char *format, ...)
    TENON_PRINTF(4, 5);

static void report_file(lint *l, lint_file *file, unsigned number, const char *format, ...)
{
    va_list args;
    l->file = file;
    l->file_index = (size_t)(file - l->files);
    l->number = number;
    va_start(args, format);
    lint_report_at(l, 0, 0, format, args);
    va_end(args);
}

static void judge_order(lint *l, lint_file *file)
{
    if (file->is_applied || !l->history.count)
        return;
    const char *last = rows_cell(&l->history, l->history.count - 1, 0);
    if (strcmp(file->name, last) < 0)
        report_file(l, file, 63, "sorts before %s, which the database has run already", last);
}

/* ---- 64 ---- */

static void write_checksum(const char *text, size_t length, char out[2 * TENON__SHA256_BYTES + 1])
{
    uint8_t bytes[TENON__SHA256_BYTES];
    tenon__sha256(text, length, bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* The text with other ends of lines, as git may have changed them. */
static void turn_line_ends(const char *text, tenon__buf *out)
{
    bool has_returns = strstr(text, "\r\n") != NULL;
    for (const char *c = text; *c; c++) {
        if (has_returns && c[0] == '\r' && c[1] == '\n')
            continue;
        if (!has_returns && *c == '\n')
            tenon__buf_char(out, '\r');
        tenon__buf_char(out, *c);
    }
}

static bool fits(const char *text, const char *checksum)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf other = {0};
    char own[2 * TENON__SHA256_BYTES + 1];
    write_checksum(text, strlen(text), own);
    if (strcmp(own, checksum) == 0)
        return true;
    turn_line_ends(text, &other);
    write_checksum(tenon__buf_string(&other), other.length, own);
    return strcmp(own, checksum) == 0;
}

static void judge_text(lint *l, lint_file *file)
{
    const char *checksum = applied_checksum(l, file->name);
    if (checksum && !fits(file->original, checksum))
        report_file(l, file, 64, "is not the text that the database has run");
}

/* ---- 67 ---- */

static bool has_down(lint *l, const lint_file *file)
{
    size_t length = strlen(file->path) - strlen("migration.sql");
    return access(lint_format_text(l, "%.*sdown.sql", (int)length, file->path), R_OK) == 0;
}

static size_t count_downs(lint *l, size_t first)
{
    size_t count = 0;
    for (size_t i = first; i < l->file_count; i++)
        count += l->files[i].is_migration && has_down(l, &l->files[i]);
    return count;
}

void lint_judge_history(lint *l, size_t first)
{
    bool has_downs = count_downs(l, first) > 0;
    for (size_t i = first; i < l->file_count; i++) {
        lint_file *file = &l->files[i];
        judge_order(l, file);
        judge_text(l, file);
        if (has_downs && file->is_migration && !has_down(l, file))
            report_file(l, file, 67, "has no down.sql, which others of the folder have");
    }
}
