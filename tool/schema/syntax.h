/* The concrete syntax of one schema.prisma: every construct with its span, comments and blank lines
 * too.
 *
 * The parser makes it without judging; ast.c turns it into the syntax tree that the checker reads,
 * format.c writes it out again. Nodes lie in one array in the order of the text, a parent before
 * its children, so that a rule that does not match is undone by forgetting the end of the array. */
#ifndef TENON_SCHEMA_SYNTAX_H
#define TENON_SCHEMA_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"

typedef enum syntax_rule {
    SYNTAX_SCHEMA,
    SYNTAX_MODEL, /* model, view or composite type: KEYWORD IDENTIFIER (members of its block)* */
    SYNTAX_ENUM,
    SYNTAX_CONFIG, /* datasource or generator */
    SYNTAX_TYPE_ALIAS,
    SYNTAX_ARBITRARY_BLOCK, /* `word {…}` */
    SYNTAX_COMMENT_BLOCK,   /* comments on consecutive lines */
    SYNTAX_EMPTY_LINES,
    SYNTAX_CATCH_ALL, /* a line that nothing else matches */
    SYNTAX_KEYWORD,
    SYNTAX_IDENTIFIER,
    SYNTAX_FIELD, /* IDENTIFIER LEGACY_COLON? one of the types? FIELD_ATTRIBUTE* comment? */
    SYNTAX_LEGACY_COLON,
    SYNTAX_BASE_TYPE,     /* a name, or `Unsupported("…")` with a STRING inside */
    SYNTAX_REQUIRED_TYPE, /* this and the next five have a BASE_TYPE inside */
    SYNTAX_LIST_TYPE,
    SYNTAX_OPTIONAL_TYPE,
    SYNTAX_OPTIONAL_LIST_TYPE,
    SYNTAX_LEGACY_REQUIRED_TYPE,
    SYNTAX_LEGACY_LIST_TYPE,
    SYNTAX_ENUM_VALUE,
    SYNTAX_KEY_VALUE,
    SYNTAX_BLOCK_ATTRIBUTE, /* PATH ARGUMENTS? comment? */
    SYNTAX_FIELD_ATTRIBUTE,
    SYNTAX_ARGUMENTS,
    SYNTAX_NAMED_ARGUMENT, /* IDENTIFIER, then an expression or OBJECT */
    SYNTAX_EMPTY_ARGUMENT, /* IDENTIFIER */
    SYNTAX_TRAILING_COMMA,
    SYNTAX_FUNCTION, /* PATH ARGUMENTS */
    SYNTAX_ARRAY,
    SYNTAX_OBJECT, /* NAMED_ARGUMENT* */
    SYNTAX_NUMBER,
    SYNTAX_STRING,
    SYNTAX_PATH,
    SYNTAX_DOC_COMMENT,
    SYNTAX_LINE_COMMENT,
    SYNTAX_BLOCK_COMMENT
} syntax_rule;

typedef struct syntax_node {
    syntax_rule rule;
    uint32_t start, end; /* bytes, without blanks around */
    uint32_t size;       /* nodes of this subtree, itself included */
} syntax_node;

typedef struct syntax_tree {
    const char *text;
    size_t length;
    syntax_node *nodes; /* nodes[0] is the SYNTAX_SCHEMA */
    size_t count, capacity;
} syntax_tree;

/* Visits the children of `parent`. */
#define SYNTAX_EACH(child, parent)                                                                 \
    for (const syntax_node *child = (parent) + 1; child < (parent) + (parent)->size;               \
         child += (child)->size)

/* Every text has a tree; false only when memory is exhausted. The tree lives in the arena and
 * refers to the text. `length` is below UINT32_MAX. */
bool syntax_parse(syntax_tree *tree, tenon__arena *arena, const char *text, size_t length);

/* The first child of that rule, or NULL. */
const syntax_node *syntax_child(const syntax_node *parent, syntax_rule rule);
size_t syntax_count(const syntax_node *parent, syntax_rule rule);
bool syntax_is_comment(syntax_rule rule);
bool syntax_is_type(syntax_rule rule);
bool syntax_is_expression(syntax_rule rule);

#endif
