/* Writing a migration into its folder. */
#include "migrate/migrate.h"

#include <ctype.h>
#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- names ----------------------------------------------------------------------------------- */

enum { TIME_DIGITS = 14, WORDS_MOST = 100 };

static void write_time(time_t now, char out[TIME_DIGITS + 1])
{
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(out, TIME_DIGITS + 1, "%Y%m%d%H%M%S", &tm);
}

void migrate_words(const char *words, tenon__buf *out)
{
    bool is_gap = true;
    size_t begin = out->length;
    for (; *words && out->length - begin < WORDS_MOST; words++) {
        bool is_plain = isalnum((unsigned char)*words) || (unsigned char)*words >= 0x80;
        if (is_plain)
            tenon__buf_char(out, (char)tolower((unsigned char)*words));
        else if (!is_gap)
            tenon__buf_char(out, '_');
        is_gap = !is_plain;
    }
}

/* A clock that is behind somebody else's must not make a name in the middle of the history. */
void migrate_make_name(const migrate_folder *folder, const char *words, tenon__buf *out)
{
    char digits[TIME_DIGITS + 1];
    const migrate_entry *last = migrate_last(folder);
    time_t now = time(NULL);
    write_time(now, digits);
    while (last && strncmp(digits, last->name, TIME_DIGITS) <= 0 && isdigit(last->name[0]) &&
           strspn(last->name, "0123456789") == TIME_DIGITS && now < time(NULL) + 366 * 86400)
        write_time(++now, digits);
    tenon__buf_format(out, "%s_", digits);
    migrate_words(words, out);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool write_in(const char *folder, const char *name, const char *text, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    if (!text)
        return true;
    tenon__buf_format(&path, "%s/%s", folder, name);
    return path.failed ? tenon__fail_no_memory(err)
                       : migrate_write_file(path.data, text, strlen(text), err);
}

static bool make_folder(const char *path, tenon_error *err)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    return tenon__fail(err, TENON_IO, "cannot make the folder %s: %s", path, strerror(errno));
}

static bool write_lock(const char *folder, tenon_dialect dialect, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    tenon__buf_format(&path, "%s/migration_lock.toml", folder);
    if (path.failed)
        return tenon__fail_no_memory(err);
    if (access(path.data, F_OK) == 0)
        return true;
    return write_in(folder, "migration_lock.toml",
                    dialect == TENON_SQLITE
                        ? "# What these migrations are for; keep it with them.\n"
                          "provider = \"sqlite\"\n"
                        : "# What these migrations are for; keep it with them.\n"
                          "provider = \"postgresql\"\n",
                    err);
}

static const char words_head[] = "# Written by tenon: what this migration was made on top of.\n";

static void write_parent(const migrate_folder *folder, const migrate_entry *parent, tenon__buf *out)
{
    char checksum[MIGRATE_CHECKSUM_SIZE];
    if (!parent)
        return;
    migrate_checksum(folder->items[parent - folder->entries].sql, checksum);
    tenon__buf_format(out, "parent = \"%s\"\nparent_checksum = \"%s\"\n", parent->name, checksum);
}

static void write_replaces(const char *const *replaces, tenon__buf *out)
{
    if (!replaces)
        return;
    tenon__buf_text(out, "replaces = [");
    for (size_t i = 0; replaces[i]; i++)
        tenon__buf_format(out, "%s\"%s\"", i ? ", " : "", replaces[i]);
    tenon__buf_text(out, "]\n");
}

bool migrate_set_parent(const migrate_folder *folder, const migrate_entry *entry,
                        const migrate_entry *parent, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf words = {0};
    tenon__buf_text(&words, words_head);
    write_parent(folder, parent, &words);
    write_replaces(folder->items[entry - folder->entries].replaces, &words);
    return words.failed ? tenon__fail_no_memory(err)
                        : write_in(entry->path, "tenon.toml", words.data, err);
}

void migrate_schema_text(const schema *s, tenon__buf *out)
{
    for (size_t i = 0; i < s->file_count; i++) {
        tenon__buf_add(out, s->files[i].text, s->files[i].length);
        if (out->length && out->data[out->length - 1] != '\n')
            tenon__buf_char(out, '\n');
    }
}

bool migrate_set_after(const migrate_folder *folder, const schema *after, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0}, text = {0};
    const migrate_entry *last = migrate_last(folder);
    if (!last)
        return true;
    tenon__buf_format(&path, "%s/after.schema", last->path);
    if (path.failed)
        return tenon__fail_no_memory(err);
    if (!after)
        return unlink(path.data) == 0 || errno == ENOENT ||
               tenon__fail(err, TENON_IO, "cannot take away %s: %s", path.data, strerror(errno));
    migrate_schema_text(after, &text);
    return text.failed ? tenon__fail_no_memory(err)
                       : migrate_write_file(path.data, tenon__buf_string(&text), text.length, err);
}

/* The folder gets its name when everything is in it. */
static bool write_files(const char *folder, const migrate_new *what, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf words = {0};
    tenon__buf_text(&words, words_head);
    write_parent(what->of_parent, what->parent, &words);
    write_replaces(what->replaces, &words);
    return words.failed ? tenon__fail_no_memory(err)
                        : write_in(folder, "down.sql", what->down, err) &&
                              write_in(folder, "after.schema", what->after, err) &&
                              write_in(folder, "tenon.toml", words.data, err) &&
                              write_in(folder, "migration.sql", what->sql, err);
}

bool migrate_write(const char *folder, tenon_dialect dialect, const migrate_new *what,
                   tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf hidden = {0}, path = {0};
    tenon__buf_format(&hidden, "%s/.%s.new", folder, what->name);
    tenon__buf_format(&path, "%s/%s", folder, what->name);
    if (hidden.failed || path.failed)
        return tenon__fail_no_memory(err);
    if (!make_folder(folder, err) || !write_lock(folder, dialect, err) ||
        !make_folder(hidden.data, err) || !write_files(hidden.data, what, err))
        return false;
    if (rename(hidden.data, path.data) == 0)
        return true;
    return tenon__fail(err, TENON_IO, "cannot make the folder %s: %s", path.data, strerror(errno));
}
