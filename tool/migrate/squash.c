/* Many migrations become one.
 *
 * Their texts are put behind each other as they are, so that what was written by hand (functions,
 * triggers, changes of rows) stays; nothing is derived anew. A database that has them all takes the
 * new one for applied, because it names those it replaces; one that has none runs it. */
#include "migrate/migrate.h"

#include <errno.h>
#include <unistd.h>

/* The digits of the last one, so that it stays before those that are not put together. */
static void write_name(const migrate_entry *last, const char *words, tenon__buf *out)
{
    size_t digits = strspn(last->name, "0123456789");
    tenon__buf_add(out, last->name, digits);
    tenon__buf_text(out, digits ? "_" : "");
    for (; *words; words++)
        tenon__buf_char(out, *words == ' ' ? '_' : *words);
}

static void add_text(tenon__buf *out, const char *name, const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    tenon__buf_format(out, "%s-- from %s\n", out->length ? "\n" : "", name);
    tenon__buf_add(out, text, length);
    tenon__buf_text(out, length && text[length - 1] != ';' ? "\n;\n" : "\n");
}

/* All of them, backwards; none when one of them has none. */
static bool write_down(const migrate_folder *folder, size_t last, tenon__buf *out)
{
    for (size_t i = last + 1; i-- > 0;) {
        if (!folder->items[i].down_sql)
            return false;
        add_text(out, folder->items[i].name, folder->items[i].down_sql);
    }
    return true;
}

/* Those that were replaced earlier count on: a database may have stopped there. */
static size_t list_replaced(const migrate_folder *folder, size_t last, const char **names)
{
    size_t count = 0;
    for (size_t i = 0; i <= last; i++)
        names[count++] = folder->items[i].name;
    names[count] = NULL;
    return count;
}

static const char *const files[] = {"down.sql", "after.schema", "tenon.toml", "migration.sql"};

/* Only what is known; a folder with something else in it stays and is told. */
static bool take_away(const migrate_entry *entry, tenon_error *err)
{
    for (size_t i = 0; i < TENON__COUNT(files); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
        tenon__buf_format(&path, "%s/%s", entry->path, files[i]);
        if (!path.failed)
            unlink(path.data);
    }
    return rmdir(entry->path) == 0 ||
           tenon__fail(err, TENON_IO, "cannot take away %s: %s", entry->path, strerror(errno));
}

bool migrate_squash(const migrate_folder *folder, size_t last, const char *words,
                    tenon_dialect dialect, tenon__buf *name, tenon_error *err)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0}, down = {0};
    const char **replaced = tenon__arena_array(&arena, last + 2, sizeof *replaced);
    write_name(&folder->entries[last], words, name);
    for (size_t i = 0; i <= last; i++)
        add_text(&sql, folder->items[i].name, folder->items[i].sql);
    bool has_down = write_down(folder, last, &down);
    if (!replaced || sql.failed || down.failed || name->failed)
        return tenon__fail_no_memory(err);
    list_replaced(folder, last, replaced);
    migrate_new whole = {.name = name->data,
                         .sql = sql.data,
                         .down = has_down ? down.data : NULL,
                         .after = folder->entries[last].after,
                         .replaces = replaced};
    if (!migrate_write(folder->path, dialect, &whole, err))
        return false;
    for (size_t i = 0; i <= last; i++)
        if (!take_away(&folder->entries[i], err))
            return false;
    return true;
}
