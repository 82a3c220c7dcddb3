/* The map from text to pointer.
 *
 * Linear probing in a table whose capacity is a power of two and which is never more than three
 * quarters full. Nothing is ever removed, so a probe ends at the first free entry. The stored hash
 * makes most mismatches one comparison and growing free of re-hashing. */
#include "core/core.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

static bool is_match(const tenon__map_entry *entry, const tenon__map_entry *wanted)
{
    return entry->hash == wanted->hash && entry->length == wanted->length &&
           memcmp(entry->key, wanted->key, wanted->length) == 0;
}

/* The entry that holds the key, or the free one where it belongs. */
static tenon__map_entry *find_place(const tenon__map *map, const tenon__map_entry *wanted)
{
    size_t mask = map->capacity - 1;
    size_t i = (size_t)wanted->hash & mask;
    while (map->entries[i].key && !is_match(&map->entries[i], wanted))
        i = (i + 1) & mask;
    return &map->entries[i];
}

static bool grow(tenon__map *map)
{
    tenon__map wider = {.capacity = map->capacity ? map->capacity * 2 : FIRST_CAPACITY,
                        .count = map->count};
    wider.entries = calloc(wider.capacity, sizeof *wider.entries);
    if (!wider.entries)
        return false;
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->entries[i].key)
            *find_place(&wider, &map->entries[i]) = map->entries[i];
    }
    free(map->entries);
    *map = wider;
    return true;
}

void *tenon__map_get(const tenon__map *map, const char *key, size_t length)
{
    if (map->count == 0)
        return NULL;
    tenon__map_entry wanted = {.key = key, .length = length, .hash = tenon__hash(key, length)};
    return find_place(map, &wanted)->value;
}

bool tenon__map_put(tenon__map *map, const char *key, size_t length, void *value)
{
    assert(key);
    if (map->count >= map->capacity / 4 * 3 && !grow(map))
        return false;
    tenon__map_entry wanted = {key, length, tenon__hash(key, length), value};
    tenon__map_entry *place = find_place(map, &wanted);
    map->count += !place->key;
    *place = wanted;
    return true;
}

void tenon__map_release(tenon__map *map)
{
    free(map->entries);
    *map = (tenon__map){0};
}
