/* Private to tool/describe: fields and relations of the schema become their descriptors. */
#ifndef TENON_DESCRIBE_FIELD_H
#define TENON_DESCRIBE_FIELD_H

#include "describe/describe.h"

/* Fills *out but for its offsets. `enums` are the descriptors of the schema's enums; of `model`
 * only the name is read, for messages. */
bool describe_field(tenon__arena *arena, const schema *s, const tenon_enum *enums,
                    const tenon_model *model, const schema_field *source, tenon_field *out,
                    tenon_error *err);
/* The default of the schema as a wide value (or an array struct for a list). */
bool describe_default(tenon__arena *arena, const tenon_model *model, const schema_field *source,
                      tenon_field *out, tenon_error *err);
/* Indexes of the columns in the descriptor; NULL when one of them has no descriptor, or when memory
 * is exhausted. */
const uint16_t *describe_field_indexes(tenon__arena *arena, const describe_model *out,
                                       const schema_field *const *columns, size_t count);
/* relations.c: the relations of all models, whose fields are described already. Offsets are left to
 * describe_layout. False when memory is exhausted. */
bool describe_relations(describe_set *set);

#endif
