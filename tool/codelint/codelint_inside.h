/* Private to tool/codelint: a file of C as words and literals. */
#ifndef TENON_CODELINT_CODELINT_INSIDE_H
#define TENON_CODELINT_CODELINT_INSIDE_H

#include "codelint/codelint.h"

typedef enum code_kind { CODE_WORD, CODE_STRING, CODE_OTHER } code_kind;

typedef struct code_token {
    code_kind kind;
    uint32_t start, end; /* bytes; of a string with its quotes */
} code_token;

typedef struct code_tokens {
    const char *text;
    code_token *items;
    size_t count, capacity;
} code_tokens;

/* tokens.c: all tokens but comments and white space. False when memory is exhausted. */
bool code_read_tokens(tenon__arena *arena, const schema_source *source, code_tokens *out);
bool code_is(const code_tokens *tokens, size_t at, const char *word);

/* rules.c: adds what is wrong with a file of the report. */
void code_judge(schema *report, uint32_t file);

#endif
