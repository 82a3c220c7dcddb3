/* Checks 63 to 67: a folder of migrations against what a database says it has run, and against
 * itself. Beside a migration that tenon wrote stands tenon.toml, which says on top of which other
 * one it was made, and that one's checksum. */
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

/* ---- what stands beside a migration ---- */

static const char *beside(lint *l, const lint_file *file, const char *name)
{
    size_t length = strlen(file->path) - strlen("migration.sql");
    return lint_format_text(l, "%.*s%s", (int)length, file->path, name);
}

static bool has_beside(lint *l, const lint_file *file, const char *name)
{
    return access(beside(l, file, name), R_OK) == 0;
}

static void read_parent(lint *l, lint_file *file)
{
    char line[512], text[256];
    FILE *toml = file->is_migration ? fopen(beside(l, file, "tenon.toml"), "r") : NULL;
    while (toml && fgets(line, sizeof line, toml)) {
        if (sscanf(line, " parent = \"%255[^\"]\"", text) == 1)
            file->parent = lint_format_text(l, "%s", text);
        if (sscanf(line, " parent_checksum = \"%255[^\"]\"", text) == 1)
            file->parent_checksum = lint_format_text(l, "%s", text);
    }
    if (toml)
        fclose(toml);
    file->has_schema = file->is_migration && has_beside(l, file, "after.schema");
}

/* ---- 64 to 66: parents ---- */

static lint_file *find_parent(const lint *l, size_t first, const lint_file *file)
{
    for (size_t i = first; file->parent && i < l->file_count; i++)
        if (strcmp(l->files[i].name, file->parent) == 0)
            return &l->files[i];
    return NULL;
}

static void judge_parent_text(lint *l, lint_file *parent, const lint_file *file)
{
    if (file->parent_checksum && !fits(parent->original, file->parent_checksum))
        report_file(l, parent, 64, "is not the text that %s was made on top of", file->name);
}

/* The one before it that was made on top of the same. */
static const lint_file *find_sibling(const lint *l, size_t first, const lint_file *file)
{
    for (const lint_file *other = &l->files[first]; other < file; other++)
        if (other->parent && strcmp(other->parent, file->parent) == 0)
            return other;
    return NULL;
}

static void judge_parent(lint *l, size_t first, lint_file *file)
{
    lint_file *parent = find_parent(l, first, file);
    if (!parent)
        return;
    judge_parent_text(l, parent, file);
    const lint_file *sibling = find_sibling(l, first, file);
    if (sibling)
        report_file(l, file, 65, "was made on top of %s, and so was %s", file->parent,
                    sibling->name);
    if (file->has_schema && parent + 1 != file)
        report_file(l, file, 66, "its after.schema does not have what %s brings", file[-1].name);
}

/* ---- 67 ---- */

static size_t count_downs(lint *l, size_t first)
{
    size_t count = 0;
    for (size_t i = first; i < l->file_count; i++)
        count += l->files[i].is_migration && has_beside(l, &l->files[i], "down.sql");
    return count;
}

static void judge_file(lint *l, size_t first, lint_file *file, bool has_downs)
{
    judge_order(l, file);
    judge_text(l, file);
    if (file->parent)
        judge_parent(l, first, file);
    if (has_downs && file->is_migration && !has_beside(l, file, "down.sql"))
        report_file(l, file, 67, "has no down.sql, which others of the folder have");
}

void lint_judge_history(lint *l, size_t first)
{
    bool has_downs = count_downs(l, first) > 0;
    for (size_t i = first; i < l->file_count; i++)
        read_parent(l, &l->files[i]);
    for (size_t i = first; i < l->file_count; i++)
        judge_file(l, first, &l->files[i], has_downs);
}
