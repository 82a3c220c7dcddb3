/* What each migration was made on top of.
 *
 * Two people who both add a migration to the same last one have each tried theirs on a database
 * without the other's. Put side by side by a merge of branches, the two run in the order of their
 * names, which nobody has tried: that is told, until `migrate merge` has tried it. */
#include "migrate/migrate.h"

void migrate_checksum(const char *text, char out[MIGRATE_CHECKSUM_SIZE])
{
    uint8_t sum[TENON__SHA256_BYTES];
    tenon__sha256(text, strlen(text), sum);
    for (size_t i = 0; i < sizeof sum; i++)
        snprintf(out + 2 * i, 3, "%02x", sum[i]);
}

static const migrate_entry *find_entry(const migrate_folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->count; i++)
        if (!strcmp(folder->entries[i].name, name))
            return &folder->entries[i];
    return NULL;
}

const migrate_entry *migrate_find_fork(const migrate_folder *folder, const migrate_entry **other)
{
    for (size_t i = 1; i < folder->count; i++) {
        const migrate_entry *entry = &folder->entries[i];
        const migrate_entry *before = entry - 1;
        if (!entry->parent || !strcmp(entry->parent, before->name))
            continue;
        *other = before;
        return entry;
    }
    return NULL;
}

const migrate_entry *migrate_find_edited_parent(const migrate_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        const migrate_entry *entry = &folder->entries[i];
        const migrate_entry *parent = entry->parent ? find_entry(folder, entry->parent) : NULL;
        char checksum[MIGRATE_CHECKSUM_SIZE];
        if (!parent || !entry->parent_checksum)
            continue;
        migrate_checksum(folder->items[parent - folder->entries].sql, checksum);
        if (strcmp(checksum, entry->parent_checksum) != 0)
            return entry;
    }
    return NULL;
}
