/* The face of tool/pgparse: PostgreSQL's own parser (libpg_query), with which nothing that the
 * server would read differently is ever believed about SQL.
 *
 *     pgparse_tree *tree = pgparse_read(text, &err);
 *     for (size_t i = 0; i < tree->statement_count; i++)
 *         … tree->statements[i].node …
 *     pgparse_free(tree);
 *
 * A tree is made of the structs of <pg_query/pg_query.pb-c.h>, one a kind of node, with the names
 * that PostgreSQL's source has for them: node->create_stmt->relation->relname. A Node says which of
 * its members it holds in node_case; every other struct begins with a ProtobufCMessage, which says
 * what it is (PGPARSE_IS). Nodes are not const, so that a caller may simplify a tree before it is
 * compared or printed.
 *
 * A text that is wrong somewhere is still read: it is cut into statements by PostgreSQL's scanner,
 * and one that cannot be parsed has a message instead of a node. Trees may be made and read in any
 * thread, each tree in one at a time. */
#ifndef TENON_PGPARSE_PGPARSE_H
#define TENON_PGPARSE_PGPARSE_H

#include "core/core.h"

#include <pg_query/pg_query.pb-c.h>

enum {
    PGPARSE_LIMIT_BYTES = 64 << 20, /* of a text */
    /* Of operators, parentheses and set operations within each other: the parser recurses, and a
     * statement nested deeper would end the process for want of stack. */
    PGPARSE_LIMIT_NESTING = 1000,
};

typedef struct pgparse_statement {
    PgQuery__Node *node; /* NULL: it cannot be parsed */
    size_t start, end;   /* in bytes: its first token, and behind its last, without the ";" */
    size_t before;       /* behind the statement before it: its comments begin here */
    size_t origin;       /* a `location` within the node counts from this byte of the text */
    const char *message; /* what the parser says when there is no node */
    size_t error_at;     /* the byte where it says so */
} pgparse_statement;

typedef struct pgparse_comment {
    size_t start, end; /* in bytes; with its "--", or its slashes and stars */
} pgparse_comment;

typedef struct pgparse_tree {
    tenon__arena arena;
    char *text; /* a copy, in which spaces stand for a byte order mark */
    size_t length;
    pgparse_statement *statements;
    size_t statement_count;
    size_t error_count; /* statements without a node */
    pgparse_comment *comments;
    size_t comment_count;
    PgQuery__ScanToken **tokens; /* comments too; none when the text cannot be scanned */
    size_t token_count;
} pgparse_tree;

/* Line and column, both from 1; columns count characters. */
typedef struct pgparse_position {
    size_t line, column;
} pgparse_position;

/* NULL with *err for want of memory, and for a text that is no UTF-8 or over the limit; wrong SQL
 * is a statement with a message. */
pgparse_tree *pgparse_read(const char *text, tenon_error *err);
void pgparse_free(pgparse_tree *tree);
pgparse_position pgparse_locate(const char *text, size_t offset);
/* The byte of the text that a `location` in this statement means; its start for "unknown" (-1). */
size_t pgparse_offset(const pgparse_statement *statement, int location);

/* ---- blocks ---------------------------------------------------------------------------------- */

typedef struct pgparse_block_statement {
    /* As it stands in the block, or in the literal that it executes; spaces stand for INTO and what
     * it names, and " SELECT" for PERFORM, so that all places are those of the text. */
    const char *sql;
    bool is_in_loop;
} pgparse_block_statement;

typedef struct pgparse_block {
    pgparse_block_statement *items;
    size_t count;
    bool has_unknown; /* statements put together at run time; or the block cannot be parsed */
} pgparse_block;

/* The SQL inside of a DO block, in its order, whatever conditions are around it. */
bool pgparse_read_block(const char *sql, tenon__arena *arena, pgparse_block *out, tenon_error *err);

/* ---- walking a tree -------------------------------------------------------------------------- */

/* Whether a message is of a kind: PGPARSE_IS(m, range_var), after which it may be cast to
 * PgQuery__RangeVar. */
#define PGPARSE_IS(message, kind) ((message)->descriptor == &pg_query__##kind##__descriptor)

/* Called for every message, parents first, but not for the Node around one; says whether to go on
 * to what is in it. */
typedef bool pgparse_visit(ProtobufCMessage *message, void *context);
/* NULL as root: nothing is visited. Root is a Node, or what is in one. */
void pgparse_walk(void *root, pgparse_visit *visit, void *context);
/* Whether two trees, or NULL, are equal but for the places in the text that they came from. */
bool pgparse_same(const void *a, const void *b);

/* The message in a Node, whatever its kind; NULL in an empty one. */
ProtobufCMessage *pgparse_inner(const PgQuery__Node *node);
/* The text of a String node, else NULL: lists of names consist of these. */
const char *pgparse_string(const PgQuery__Node *node);
/* Of a list of names the last one ("int4" of pg_catalog.int4), or the one before it; else NULL. */
const char *pgparse_last_name(PgQuery__Node *const *names, size_t count);
const char *pgparse_first_name(PgQuery__Node *const *names, size_t count);

/* Whether PostgreSQL refuses to run the statement in a transaction. */
bool pgparse_is_outside(const PgQuery__Node *node);

/* ---- expressions and texts ------------------------------------------------------------------- */

/* A text that is one expression and nothing else: "price >= 0". NULL with *err (VALIDATION) for
 * anything else. The expression is owned by the tree, which the caller frees. */
pgparse_tree *pgparse_read_expression(const char *text, PgQuery__Node **expression,
                                      tenon_error *err);
/* Appends an expression in the parser's own layout. False with *err where it cannot be printed.
 * (Whole statements are not: libpg_query leaves the quotes of some names out.) */
bool pgparse_print_expression(PgQuery__Node *expression, tenon__buf *out, tenon_error *err);

enum { PGPARSE_FINGERPRINT_SIZE = 17 };
/* Sixteen hexadecimal digits, equal for texts that differ in constants and layout only. */
bool pgparse_fingerprint(const char *text, char out[PGPARSE_FINGERPRINT_SIZE], tenon_error *err);
/* Appends the text with $1, $2, … for its constants. */
bool pgparse_normalize(const char *text, tenon__buf *out, tenon_error *err);

#endif
