/* The face of tool/ddl: a checked schema becomes the SQL that creates its database.
 *
 * Statements come in an order that works on an empty database: schemas, extensions, enums, tables,
 * indexes, foreign keys. Names of constraints and indexes are those of the language's own engine,
 * so that a database made here and one made there have the same catalogue. Where that engine
 * writes SQL that does not mean what the schema says (an unquoted JSON default, a time zone that
 * the column drops), the meaning of the schema wins; docs/schema.md lists these. */
#ifndef TENON_DDL_DDL_H
#define TENON_DDL_DDL_H

#include "schema/schema.h"

#include <tenon/session.h>

typedef struct ddl_statement {
    const char *title; /* "CreateTable" */
    const char *sql;   /* without the semicolon */
    /* of a trigger that writes the log of changes: whose, and its name; else NULL */
    const schema_model *logged;
    const char *name;
} ddl_statement;

typedef struct ddl_script {
    tenon__arena arena;
    ddl_statement *items;
    size_t count;
} ddl_script;

/* False with *err: no memory, or a part of the schema that the dialect cannot hold (UNSUPPORTED).
 * The schema must be without errors. Any schema can be made on either database; what PostgreSQL
 * alone has (enums, arrays, native types) becomes text of a documented form on SQLite. */
bool ddl_create(const schema *s, tenon_dialect dialect, ddl_script *out, tenon_error *err);
void ddl_script_release(ddl_script *script);
/* The whole script as text: `-- CreateTable` above each statement, a semicolon behind it. */
void ddl_script_text(const ddl_script *script, tenon__buf *out);

/* The end of the same script: the log of changes of models with @tenon.audit. First what makes it
 * unless it is there, then its triggers; nothing when there is no such model. */
bool ddl_create_log(const schema *s, tenon_dialect dialect, ddl_script *out, tenon_error *err);

/* ---- parts, for those that compare with what the script makes ---- */

/* The type of a column as the script writes it, without what makes it count up; and the expression
 * of its default, nothing when it has none. False with *err. */
bool ddl_column_type(const schema *s, tenon_dialect dialect, const schema_field *field,
                     tenon__buf *out, tenon_error *err);
bool ddl_column_default(const schema *s, tenon_dialect dialect, const schema_field *field,
                        tenon__buf *out, tenon_error *err);
/* Whether a column that is the whole primary key of its table numbers itself on SQLite: the
 * language's engine lets every Int key count, also one that the client always gives. */
bool ddl_sqlite_counts(const schema_field *field);
/* The only column of a model's primary key, or else of its first unique: what join tables refer
 * to. */
const schema_field *ddl_identity(const schema_model *model);
/* "_PostToTag_AB_pkey": the table's name cut so that it fits with its ending. */
void ddl_join_name(tenon_dialect dialect, const schema_relation *relation, const char *ending,
                   tenon__buf *out);

/* Runs the script in one transaction, and makes the schema that the URL names when it is missing:
 * all of it, or nothing and false with the session's error. */
bool ddl_apply(tenon_session *s, const ddl_script *script);

#endif
