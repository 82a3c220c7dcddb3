/* Private to tool/catalogue: what builds the catalogue of a schema. */
#ifndef TENON_CATALOGUE_OF_SCHEMA_H
#define TENON_CATALOGUE_OF_SCHEMA_H

#include "catalogue/catalogue.h"

typedef struct of_schema {
    const schema *schema;
    tenon_dialect dialect;
    catalogue *catalogue; /* in whose arena everything is made */
    tenon_error *err;
    bool failed;
} of_schema;

/* Memory of the catalogue; when there is none, one byte that says so in .failed. */
void *of_schema_array(of_schema *o, size_t count, size_t size);
const char *of_schema_text(of_schema *o, const char *text);

/* Type, default and identity of a field's column. */
void of_schema_column(of_schema *o, const schema_field *field, catalogue_column *out);
/* The same type under another name, required, and without what else belongs to a column: a column
 * of a join table. */
void of_schema_join_column(of_schema *o, const schema_field *field, const char *name,
                           catalogue_column *out);
/* Checks of the words @tenon.check of a model and its fields. */
void of_schema_checks(of_schema *o, const schema_model *model, catalogue_table *out);

#endif
