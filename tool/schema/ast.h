/* The syntax tree of schema.prisma, private to tool/schema.
 *
 * The parser makes it, the checker reads it; it says what was written and judges nothing.
 * Everything lives in the arena of the `schema` being read. Lists are arrays with a count. Spans
 * are byte offsets into one file. The formatter does not write this tree but the concrete syntax
 * (syntax.h), because it must keep every comment and blank line. */
#ifndef TENON_SCHEMA_AST_H
#define TENON_SCHEMA_AST_H

#include "schema/schema.h"

typedef struct ast_identifier {
    const char *text; /* "" when missing; attributes keep their dots: "db.VarChar" */
    schema_span span;
} ast_identifier;

typedef struct ast_expression ast_expression;
typedef struct ast_argument ast_argument;

typedef struct ast_arguments {
    ast_argument *items;
    size_t count;
    schema_span *empty; /* spans of `name:` without a value */
    ast_identifier *empty_names;
    size_t empty_count;
    bool has_trailing_comma;
    schema_span trailing_comma;
    bool has_parentheses; /* `@id()` and `@id` differ for some messages */
    schema_span span;
} ast_arguments;

typedef enum ast_expression_kind {
    AST_NUMBER,   /* text as written, with its sign */
    AST_STRING,   /* text decoded */
    AST_CONSTANT, /* true, false, an enum value, a field name; dots allowed */
    AST_FUNCTION, /* name(arguments) */
    AST_ARRAY,
    AST_OBJECT /* { name: value }: its members are arguments; only as the value of an argument */
} ast_expression_kind;

struct ast_expression {
    ast_expression_kind kind;
    const char *text; /* number, decoded string, constant; a function's name */
    size_t text_length;
    ast_arguments arguments; /* function, object */
    ast_expression **items;  /* array */
    size_t item_count;
    schema_span span;
};

struct ast_argument {
    ast_identifier name; /* text "" for a positional argument */
    ast_expression *value;
    schema_span span;
};

typedef struct ast_attribute {
    ast_identifier name; /* without the @ or @@ */
    ast_arguments arguments;
    schema_span span; /* from the @ */
} ast_attribute;

typedef struct ast_field {
    ast_identifier name;
    bool is_unsupported; /* Unsupported("…"): type_name holds the text inside */
    ast_identifier type; /* text is the type's name or the unsupported text */
    schema_arity arity;
    ast_attribute *attributes;
    size_t attribute_count;
    const char *documentation; /* lines of `///` joined by \n, without slashes; NULL: none */
    schema_span span;
} ast_field;

typedef struct ast_enum_value {
    ast_identifier name;
    ast_attribute *attributes;
    size_t attribute_count;
    const char *documentation;
    schema_span span;
} ast_enum_value;

typedef struct ast_property { /* `key = value` in datasource and generator */
    ast_identifier name;
    ast_expression *value; /* NULL: `key =` */
    schema_span span;
} ast_property;

typedef enum ast_block_kind {
    AST_MODEL,
    AST_VIEW,
    AST_TYPE, /* composite type: refused by both providers, but parsed */
    AST_ENUM,
    AST_DATASOURCE,
    AST_GENERATOR
} ast_block_kind;

typedef struct ast_block {
    ast_block_kind kind;
    ast_identifier name;
    ast_field *fields; /* model, view, type */
    size_t field_count;
    ast_enum_value *values; /* enum */
    size_t value_count;
    ast_property *properties; /* datasource, generator */
    size_t property_count;
    ast_attribute *attributes; /* @@… */
    size_t attribute_count;
    const char *documentation;
    schema_span span; /* from the keyword to the closing brace */
} ast_block;

typedef struct ast_file {
    ast_block *blocks; /* in order of appearance */
    size_t block_count;
} ast_file;

/* Parses source file `file` of the schema with recovery: reports every independent syntax error
 * through schema_report and returns what could be understood. NULL only when memory is
 * exhausted. */
ast_file *ast_parse(schema *s, size_t file);

/* Fills models, enums, … of `s` from the trees of all its files, reporting what is wrong. */
void schema_check_trees(schema *s, ast_file *const *files);

#endif
