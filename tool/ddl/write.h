/* Private to tool/ddl: a script under construction, and what both dialects write alike. */
#ifndef TENON_DDL_WRITE_H
#define TENON_DDL_WRITE_H

#include "ddl/ddl.h"

typedef struct ddl_writer {
    const schema *schema;
    tenon_dialect dialect;
    ddl_script *script;
    size_t capacity;
    tenon__buf text; /* the statement being written */
    tenon_error *err;
    bool failed;
} ddl_writer;

/* The two dialects. */
void ddl_write_postgresql(ddl_writer *w);
void ddl_write_sqlite(ddl_writer *w);

/* The expression of a column's default, or nothing. */
void ddl_postgresql_default(ddl_writer *w, const schema_field *field);
void ddl_sqlite_default(ddl_writer *w, const schema_field *field);
/* The same with DEFAULT in front. */
void ddl_default(ddl_writer *w, const schema_field *field);
/* The type without what makes it count up: what a foreign key's column has. */
void ddl_postgresql_type(ddl_writer *w, const schema_field *field);
const char *ddl_sqlite_type(const ddl_writer *w, const schema_field *field);

/* Ends the statement being written and adds it to the script. */
void ddl_finish(ddl_writer *w, const char *title);
void ddl_text(ddl_writer *w, const char *text);
void ddl_identifier(ddl_writer *w, const char *name);
void ddl_built_identifier(ddl_writer *w, const tenon__buf *name);
void ddl_join_identifier(ddl_writer *w, const schema_relation *relation, const char *ending);
void ddl_literal(ddl_writer *w, const char *text, size_t length);
void ddl_table_name(ddl_writer *w, const char *namespace, const char *table);
/* "a", "b" of fields; `separator` is ", " or ",". */
void ddl_field_list(ddl_writer *w, schema_field *const *fields, size_t count);
/* Columns of an index with their order; operator classes where the dialect has them. */
void ddl_index_columns(ddl_writer *w, const schema_index *index, bool has_operator_classes);
/* FOREIGN KEY (…) REFERENCES … ON DELETE … ON UPDATE … */
void ddl_foreign_key(ddl_writer *w, const schema_relation *relation, const char *space);
/* CONSTRAINT … CHECK (…) for each @tenon.check of the model and its fields; each after
 * `separator`. */
void ddl_checks(ddl_writer *w, const schema_model *model, const char *separator);
/* audit.c: the log of changes and its triggers, behind all else; nothing when no model has one. */
void ddl_audit(ddl_writer *w);
/* Base 64 as hexadecimal digits. */
void ddl_hexadecimal(ddl_writer *w, const schema_value *value, tenon__buf *out);
/* A DateTime in UTC. Adds the text of a date or a time of day, which both databases read alike;
 * false when the column holds the whole *time, which each writes in its own way. */
bool ddl_day_or_clock(ddl_writer *w, const schema_field *field, const schema_value *value,
                      tenon__buf *out, tenon_time *time);

#endif
