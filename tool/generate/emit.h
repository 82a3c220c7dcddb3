/* Private to tool/generate: what the emit_… functions share. */
#ifndef TENON_GENERATE_EMIT_H
#define TENON_GENERATE_EMIT_H

#include "generate/names.h"

/* What is being printed, and where to. */
typedef struct emitter {
    tenon__buf *out;
    const schema *schema;
    const describe_set *set;
    const generate_names *names;
    const generate_options *options;
} emitter;

/* C types of a field's member: in a row, in a Where, in a Set, as the argument of a find. */
const char *emit_row_type(const emitter *e, const tenon_field *field);
const char *emit_filter_type(const emitter *e, const tenon_field *field);
const char *emit_set_type(const emitter *e, const tenon_field *field);
const char *emit_wide_type(const emitter *e, const tenon_field *field);
const enum_names *emit_names_of_enum(const emitter *e, const tenon_enum *enumeration);

/* A comment block with the documentation of the schema; nothing when there is none. */
void emit_documentation(emitter *e, const char *documentation, const char *indent);
/* A C string literal with its quotes; NULL is printed as NULL. */
void emit_string(emitter *e, const char *text);

/* The parts of a header and of a source; model parts take an index into set->models. */
void emit_enum_declarations(emitter *e);
void emit_forward_declarations(emitter *e);
void emit_model_types(emitter *e, size_t model);
void emit_model_calls(emitter *e, size_t model);
void emit_enum_definitions(emitter *e);
void emit_model_descriptor(emitter *e, size_t model);
void emit_model_functions(emitter *e, size_t model);

/* The constants behind a field's descriptor; emit_default is false when there is nothing to print.
 */
bool emit_default(emitter *e, const tenon_field *field, const char *name);
void emit_validation(emitter *e, const tenon_field *field, const char *name, bool has_check);
/* With the calls of libtenon-codec, which only such a program has to link. */
void emit_packing(emitter *e, const tenon_packing *packing, const char *name);
/* emit_check.c: functions of the program that check values. Declares them all; then, for one field,
 * calls its own in the form that a descriptor takes, and is false when it has none. */
void emit_check_declarations(emitter *e);
bool emit_check(emitter *e, size_t model, uint32_t field, const char *name);
/* False with *err when one of them is given for two types. */
bool emit_can_check(const emitter *e, tenon_error *err);

/* emit_migration.c: the last migration, or nothing where there is none. */
void emit_last_migration_declaration(emitter *e);
void emit_last_migration(emitter *e);

/* The parameters of the functions that take a key: "int64_t id", or "int64_t userId, int64_t
 * groupId". */
void emit_key_parameters(emitter *e, size_t model, const tenon_unique *unique);

/* Nested writes (emit_nested.c): what stands in front of all structs, the types of a model, the
 * members of its Set, its macros, the end of its descriptor. */
void emit_nested_forward(emitter *e, size_t model);
void emit_nested_types(emitter *e, size_t model);
void emit_nested_members(emitter *e, size_t model);
void emit_nested_macros(emitter *e, size_t model);
void emit_nested_sizes(emitter *e, size_t model);
/* `    const char *name;` */
void emit_member(emitter *e, const char *type, const char *name);
/* The list of a …Where, and its beginning: what every tenon_where_head has. */
void emit_where_head(emitter *e, const char *where, const char *list);
/* The members of a …Query. */
/* Whether its queries have `nearest`. */
bool emit_has_vectors(const tenon_model *model);
void emit_query_members(emitter *e, size_t model);
/* `#define user_find_many(...) user_find_many_q(&(UserQuery){ .session = __VA_ARGS__ })` */
void emit_call_macro(emitter *e, const char *snake, const char *verb, const char *type);

/* Aggregates (emit_aggregate.c) and pages (emit_page.c). */
void emit_aggregate_types(emitter *e, size_t model);
void emit_aggregate_declarations(emitter *e, size_t model);
void emit_aggregate_macros(emitter *e, size_t model);
void emit_aggregate_descriptor(emitter *e, size_t model);
void emit_aggregate_functions(emitter *e, size_t model);
void emit_page_types(emitter *e, size_t model);
void emit_page_declarations(emitter *e, size_t model);
void emit_page_macros(emitter *e, size_t model);
void emit_page_functions(emitter *e, size_t model);

/* Relations (emit_relations.c). */
bool emit_has_relation(const tenon_model *model, bool is_list);
/* The relation enum, which goes on where the column enum ends, and the struct of the counts. */
void emit_relation_types(emitter *e, size_t model);
void emit_relation_rows(emitter *e, size_t model);
void emit_relation_filters(emitter *e, size_t model);
void emit_relation_orders(emitter *e, size_t model);
/* The types of `include` and `counts`, and their members in a query. */
void emit_include_types(emitter *e, size_t model);
void emit_include_members(emitter *e, size_t model);
void emit_relations(emitter *e, size_t model);
const model_names *emit_names_of_model(const emitter *e, const tenon_model *model);
/* The function that loads relations of rows in hand: its declaration, macro and definition. */
void emit_load_declaration(emitter *e, size_t model);
void emit_load_macro(emitter *e, size_t model);
void emit_load(emitter *e, size_t model);
/* Streams (emit_stream.c). */
void emit_stream_types(emitter *e, const model_names *names);
void emit_stream_declarations(emitter *e, const model_names *names);
void emit_stream_macros(emitter *e, const model_names *names);
void emit_stream_functions(emitter *e, const model_names *names);

/* The fields of a unique, a constraint or a relation: `static const uint16_t user_key_0[] = …`. */
void emit_field_list(emitter *e, const char *owner, const char *what, uint32_t at,
                     const uint16_t *fields, uint16_t count);

/* Pieces that several of the above share: a call by a key, a call with a struct. */
void emit_key_declarations(emitter *e, size_t model, uint32_t unique, const char *name);
/* `options`: the struct that what stands behind the key goes to. */
void emit_key_macro(emitter *e, const tenon_unique *unique, const char *name, const char *options);
/* `    const void *const tenon_key[] = { &id };` */
void emit_key_array(emitter *e, size_t model, const tenon_unique *unique);
void emit_key_call(emitter *e, size_t model, uint32_t unique, const char *name, const char *call);
void emit_plain_call(emitter *e, const model_names *names, const char *type, const char *verb,
                     const char *argument_type);

/* emit_soft_delete.c; nothing for models without it. */
void emit_soft_delete_declarations(emitter *e, size_t model);
void emit_soft_delete_macros(emitter *e, size_t model);
void emit_soft_delete(emitter *e, size_t model);

/* Tables of calls (emit_calls.c); nothing unless they are asked for. What they are made of: the
 * declarations of a model's functions, of one query's. */
void emit_calls_type(emitter *e, size_t model);
void emit_calls_table(emitter *e, size_t model);
void emit_query_calls_type(emitter *e);
void emit_query_calls_table(emitter *e);
void emit_call_declarations(emitter *e, size_t model);
void emit_query_functions(emitter *e, size_t query);

/* Queries of files (emit_query.c, emit_query_source.c); nothing when there are none. */
void emit_query_declarations(emitter *e);
void emit_query_definitions(emitter *e);
/* Whether the rows of a query are counted, one after another, …; and their type. */
const char *emit_query_row(const emitter *e, size_t query);
const char *emit_query_list(const emitter *e, size_t query);
/* `TopAuthorsList top_authors_q(tenon_session *session, const TopAuthorsParams *params)` */
void emit_query_head(emitter *e, size_t query, const char *ending);
/* Kind, type, flags of a field, without what stands behind; and its enum and type by name. */
void emit_field_type(emitter *e, const tenon_field *field);
/* A text of several lines, as one literal a line. */
void emit_lines(emitter *e, const char *text, const char *indent);

/* emit_audit.c; nothing for models without it. */
void emit_audit_declarations(emitter *e, size_t model);
void emit_audit_macros(emitter *e, size_t model);
void emit_audit(emitter *e, size_t model);

#endif
