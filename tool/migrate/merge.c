/* Two branches of a folder, and what both have touched.
 *
 * A fork is a migration that was not made on top of the one before it in the order of names. What
 * it was made on top of is the base; its branch is it and all that were made on top of it; the
 * other branch is what else has come since the base. What each branch has changed is the difference
 * between the base and its last migration, which the schemas beside them tell without a
 * database. */
#include "diff/diff.h"
#include "migrate/migrate.h"

typedef struct branches {
    const migrate_folder *folder;
    size_t base; /* index of the last one that both have */
    bool *is_second;
} branches;

/* ---- which are whose ------------------------------------------------------------------------- */

static bool find_index(const migrate_folder *folder, const char *name, size_t *out)
{
    for (*out = 0; *out < folder->count; ++*out)
        if (name && !strcmp(folder->entries[*out].name, name))
            return true;
    return false;
}

/* False when nobody knows the base. */
static bool part_branches(branches *b, const migrate_entry *fork)
{
    if (!find_index(b->folder, fork->parent, &b->base))
        return false;
    for (size_t i = b->base + 1; i < b->folder->count; i++) {
        const migrate_entry *entry = &b->folder->entries[i];
        size_t parent;
        bool is_child = find_index(b->folder, entry->parent, &parent) && b->is_second[parent];
        b->is_second[i] = entry == fork || is_child;
    }
    return true;
}

typedef enum side { BASE, FIRST, SECOND } side;

static bool is_on(const branches *b, side which, size_t i)
{
    return i <= b->base || (which != BASE && b->is_second[i] == (which == SECOND));
}

/* What the base, or it with one of the branches, leads to. */
static catalogue *expect_side(const branches *b, side which, const catalogue *wanted,
                              tenon_error *err)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    migrate_folder part = {.path = b->folder->path, .provider = b->folder->provider};
    size_t count = b->folder->count;
    part.entries = tenon__arena_array(&arena, count, sizeof *part.entries);
    part.items = tenon__arena_array(&arena, count, sizeof *part.items);
    if (!part.entries || !part.items)
        return tenon__fail_no_memory(err), NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_on(b, which, i))
            continue;
        part.entries[part.count] = b->folder->entries[i];
        part.items[part.count++] = b->folder->items[i];
    }
    return migrate_expect(&part, wanted->dialect, wanted->namespaces, wanted->namespace_count, err);
}

/* ---- what both touch ------------------------------------------------------------------------- */

/* `table "users"`, made or dropped, is touched by `column "users"."age"`. */
static bool is_of_table(const diff_difference *table, const diff_difference *other)
{
    static const char kind[] = "table ";
    return table->sign != DIFF_CHANGED && !strncmp(table->name, kind, sizeof kind - 1) &&
           strstr(other->name, table->name + sizeof kind - 1);
}

static bool touch_same(const diff_difference *a, const diff_difference *b)
{
    return !strcmp(a->name, b->name) || is_of_table(a, b) || is_of_table(b, a);
}

static void write_change(const diff_difference *change, tenon__buf *out)
{
    static const char *const words[] = {
        [DIFF_ADDED] = "adds", [DIFF_REMOVED] = "removes", [DIFF_CHANGED] = "changes"};
    tenon__buf_format(out, "%s %s", words[change->sign], change->name);
    if (change->words[0])
        tenon__buf_format(out, " (%s)", change->words);
}

static void write_conflicts(const diff_plan *first, const diff_plan *second, tenon__buf *out)
{
    for (size_t i = 0; i < first->difference_count; i++) {
        for (size_t k = 0; k < second->difference_count; k++) {
            if (!touch_same(&first->differences[i], &second->differences[k]))
                continue;
            tenon__buf_text(out, "  one branch ");
            write_change(&first->differences[i], out);
            tenon__buf_text(out, ", the other ");
            write_change(&second->differences[k], out);
            tenon__buf_char(out, '\n');
        }
    }
}

static bool compare_sides(const branches *b, const catalogue *wanted, tenon__buf *out,
                          tenon_error *err)
{
    catalogue *base = expect_side(b, BASE, wanted, err);
    catalogue *first = base ? expect_side(b, FIRST, wanted, err) : NULL;
    catalogue *second = first ? expect_side(b, SECOND, wanted, err) : NULL;
    diff_plan *ours = second ? diff_make(base, first, NULL, err) : NULL;
    diff_plan *theirs = ours ? diff_make(base, second, NULL, err) : NULL;
    if (theirs)
        write_conflicts(ours, theirs, out);
    bool is_done = theirs && (!out->failed || tenon__fail_no_memory(err));
    diff_free(theirs);
    diff_free(ours);
    catalogue_free(second);
    catalogue_free(first);
    catalogue_free(base);
    return is_done;
}

bool migrate_find_conflicts(const migrate_folder *folder, const migrate_entry *fork,
                            const catalogue *wanted, tenon__buf *out, tenon_error *err)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    branches b = {.folder = folder};
    b.is_second = tenon__arena_array(&arena, folder->count, sizeof *b.is_second);
    if (!b.is_second)
        return tenon__fail_no_memory(err);
    return !part_branches(&b, fork) || compare_sides(&b, wanted, out, err);
}
