/* Private to tool/catalogue: SQL text as tokens, for what no catalogue tells.
 *
 * A token is where it stands in the text; nothing is copied. White space and comments are passed
 * over. Text that ends too early ends the tokens; a character that begins nothing is an operator of
 * its own. */
#ifndef TENON_CATALOGUE_TOKEN_H
#define TENON_CATALOGUE_TOKEN_H

#include "core/core.h"

typedef enum catalogue_token_kind {
    CATALOGUE_END,
    CATALOGUE_WORD,   /* a key word, a plain name */
    CATALOGUE_QUOTED, /* "a name", [a name], `a name` */
    CATALOGUE_STRING, /* 'text', with a letter before it too: X'00', E'\n' */
    CATALOGUE_NUMBER,
    CATALOGUE_OPERATOR, /* one or two characters; also parentheses and commas */
} catalogue_token_kind;

typedef struct catalogue_token {
    catalogue_token_kind kind;
    const char *start;
    size_t length;
} catalogue_token;

/* The token that begins at *at or behind it; *at then stands behind it. */
catalogue_token catalogue_next_token(const char **at);
/* A key word in whatever case, or an operator. */
bool catalogue_token_is(const catalogue_token *t, const char *word);
/* A name without its quotes; NULL without memory. */
const char *catalogue_token_name(tenon__arena *arena, const catalogue_token *t);

#endif
