/* The words of schema.prisma: where a terminal that begins at an offset ends.
 *
 * The grammar is scannerless – whether `1a` is a name or a number depends on the rule that asks –
 * so there is no stream of tokens. Each matcher looks at one offset and returns the offset behind
 * what it matched, or the same offset when it is not there. None reads beyond `length`, none
 * allocates. */
#ifndef TENON_SCHEMA_LEXER_H
#define TENON_SCHEMA_LEXER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lexer {
    const char *text;
    size_t length;
} lexer;

/* Blanks: tab and every Unicode space separator, but no line break. */
size_t lexer_spaces(const lexer *in, size_t at);
size_t lexer_newline(const lexer *in, size_t at); /* \n, \r\n or \r */
size_t lexer_rest_of_line(const lexer *in, size_t at);
/* The literal `word`, even when more letters follow. */
size_t lexer_literal(const lexer *in, size_t at, const char *word);

size_t lexer_identifier(const lexer *in, size_t at); /* letters, ASCII digits; later also _ and - */
size_t lexer_path(const lexer *in, size_t at);       /* identifiers between dots */
size_t lexer_number(const lexer *in, size_t at);     /* -1, 1.50 */
size_t lexer_string(const lexer *in, size_t at);     /* "…" with the escapes of JSON, undecoded */

size_t lexer_doc_comment(const lexer *in, size_t at);   /* three slashes to the end of the line */
size_t lexer_line_comment(const lexer *in, size_t at);  /* two slashes, not three */
size_t lexer_block_comment(const lexer *in, size_t at); /* slash star … star slash, not nested */

#endif
