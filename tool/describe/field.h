/* Private to tool/describe: one field of the schema becomes one field descriptor. */
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

#endif
