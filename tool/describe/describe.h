/* The face of tool/describe: a checked schema becomes the descriptors that the run time works
 * with.
 *
 * The same tables that `tenon generate` prints as C are built here in memory, offsets included:
 * the layout of the structs follows from the rules of the C ABI, and a test compares it with what
 * a compiler makes of the printed code. Ignored models and fields have no descriptor, nor have
 * relations with them. */
#ifndef TENON_DESCRIBE_DESCRIBE_H
#define TENON_DESCRIBE_DESCRIBE_H

#include <tenon/model.h>

#include "schema/schema.h"

typedef struct describe_model {
    const schema_model *source;
    tenon_model model;
    tenon_field *fields;          /* model.fields and */
    tenon_relation *relations;    /* model.relations, while they are written */
    const schema_field **sources; /* model.fields[i] comes from sources[i] */
    const schema_index **unique_sources;
    const schema_field **relation_sources; /* one a relation */
    bool is_written_nested; /* rows of it can be written with those of another model */
} describe_model;

typedef struct describe_set {
    tenon__arena arena;
    describe_model *models; /* in order of the schema */
    size_t model_count;
    tenon_enum *enums; /* one an enum of the schema, same order */
    size_t enum_count;
    bool is_emulated; /* relationMode = "prisma" */
} describe_set;

/* NULL with *err: no memory, a default that its column cannot hold without loss (RANGE, TYPE), a
 * key of too many fields (LIMIT). The schema must be without errors and outlive the set. */
describe_set *describe_schema(const schema *s, tenon_error *err);
void describe_free(describe_set *set);

/* Size and alignment of the members that a field becomes, shared with nothing else than layout.c.
 */
typedef struct describe_shape {
    size_t size, align;
} describe_shape;
describe_shape describe_row_shape(const tenon_field *field);
describe_shape describe_where_shape(const tenon_field *field);
describe_shape describe_set_shape(const tenon_field *field);
/* Fills in every offset and size. */
void describe_layout(describe_model *described);

#endif
