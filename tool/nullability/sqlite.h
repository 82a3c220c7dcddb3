/* Private to the SQLite front end: tokens, and the parts of the parser, which call each other.
 *
 * A parser function takes what its rule describes and leaves the first token behind it. The first
 * token that fits no rule is an error, which is kept; from then on the parser stands at the end. */
#ifndef TENON_NULLABILITY_SQLITE_H
#define TENON_NULLABILITY_SQLITE_H

#include "nullability/form.h"

typedef enum token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* a keyword or a name */
    TOKEN_QUOTED, /* "name", `name` or [name] */
    TOKEN_STRING,
    TOKEN_BLOB,
    TOKEN_NUMBER,
    TOKEN_PARAMETER,
    TOKEN_OPERATOR, /* and punctuation */
    TOKEN_BAD,
} token_kind;

typedef struct token {
    token_kind kind;
    const char *start;
    size_t length;
    int number;       /* of a parameter, as sqlite3_bind counts */
    const char *name; /* of a parameter, without its first character; or NULL */
} token;

/* A window of the WINDOW clause, or a function that refers to one. */
typedef struct window {
    const char *name;
    bool has_current_row;
    expr *call;
    struct window *next;
} window;

typedef struct parser {
    form *form;
    const char *text;
    const token *tokens; /* up to TOKEN_END */
    size_t at;
    size_t depth;
    window *windows; /* of the SELECT at hand */
    window *waiting; /* functions whose window is defined behind them */
} parser;

enum { SQLITE_LIMIT_NESTING = 200, SQLITE_LIMIT_TOKENS = 1000000 };

/* NULL with the form's error for a text that is too large, and for want of memory. */
const token *null_sqlite_tokens(form *f, const char *sql);

/* ---- of the parser ---- */

const token *null_sqlite_peek(const parser *p);
/* Whether the token here, or the one that many behind it, is this word or operator. */
bool null_sqlite_is(const parser *p, const char *text);
bool null_sqlite_is_at(const parser *p, size_t ahead, const char *text);
/* Takes it when it is there. */
bool null_sqlite_accept(parser *p, const char *text);
void null_sqlite_expect(parser *p, const char *text);
void null_sqlite_refuse(parser *p, const char *wanted);
bool null_sqlite_is_name(const parser *p);
const char *null_sqlite_name(parser *p);
/* "(" name "," … ")" */
const char **null_sqlite_names(parser *p, size_t *count);

typedef struct expr_list {
    expr **items;
    size_t count;
} expr_list;

void null_sqlite_add(parser *p, expr_list *list, expr *e);
expr *null_sqlite_expr(parser *p);
expr *null_sqlite_postfix_call(parser *p, const char *name);
expr_list null_sqlite_expr_list(parser *p);
expr_list null_sqlite_order(parser *p);
/* What stands between the brackets of a window; whether its frame holds the current row. */
bool null_sqlite_window(parser *p, expr_list *others);
void null_sqlite_window_clause(parser *p, expr_list *others);
/* A query with its WITH, ORDER BY and LIMIT. */
query *null_sqlite_select(parser *p);
bool null_sqlite_is_select(const parser *p);
source *null_sqlite_from(parser *p);
void null_sqlite_targets(parser *p, query *q);
void null_sqlite_with(parser *p, query *q);
source *null_sqlite_table(parser *p);
query *null_sqlite_insert(parser *p, query start);
query *null_sqlite_update(parser *p, query start);
query *null_sqlite_delete(parser *p, query start);

#endif
