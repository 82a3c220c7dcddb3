/* The parts of relations that were not written; private to tool/schema. */
#ifndef TENON_SCHEMA_COMPLETE_H
#define TENON_SCHEMA_COMPLETE_H

#include "schema/ast.h"

typedef struct complete_part {
    uint32_t file, position; /* where to insert */
    const char *text;
} complete_part;

typedef struct complete_list {
    complete_part *items; /* sorted by file and position */
    size_t count, capacity;
} complete_list;

/* Finds what can be added: the other side of a relation, `@relation` and its arguments, the scalar
 * fields that hold the key. `s` must be resolved. Everything is in the arena. False without
 * memory. */
bool complete_relations(schema *s, tenon__arena *arena, complete_list *out);

#endif
