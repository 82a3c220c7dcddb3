/* Private to tool/lint: the words of SQL as SQLite has it. */
#ifndef TENON_LINT_SQLITE_WORDS_H
#define TENON_LINT_SQLITE_WORDS_H

#include "lint/lint_inside.h"

typedef enum sqlite_kind {
    SQLITE_WORD,
    SQLITE_NAME, /* "x", `x`, [x] */
    SQLITE_TEXT, /* 'x' */
    SQLITE_SIGN, /* one character of anything else; numbers are words */
} sqlite_kind;

typedef struct sqlite_word {
    sqlite_kind kind;
    const char *text; /* without quotes */
    size_t start, end;
    unsigned depth; /* of parentheses around it */
} sqlite_word;

typedef struct sqlite_statement {
    const sqlite_word *words;
    size_t count;
} sqlite_statement;

/* The statements of a file, into its tree, and their words; *statements has one for each. */
void sqlite_split(lint *l, sqlite_statement **statements);

enum { SQLITE_NAMES = 3 };
/* Whether a statement begins like "ALTER TABLE % RENAME TO %": words in any case, "?IF" for one
 * that may be missing, % for a name, of which a schema before it is passed over. Gives the number
 * of words that it took; 0: it does not. */
size_t sqlite_match(const sqlite_statement *s, const char *pattern,
                    const char *names[SQLITE_NAMES]);
bool sqlite_is(const sqlite_word *word, const char *text);
/* The first word from `from` on that is this one; s->count when there is none. */
size_t sqlite_find(const sqlite_statement *s, size_t from, const char *text);

/* sqlite_proof.c: with a connection, rows prove the finding that was reported last, or take it
 * back. The condition is SQL over the table; the test is "IS NULL" or the like; `at` is the word
 * behind the table of CREATE UNIQUE INDEX … ON table. */
void sqlite_prove_rows(lint *l, lint_finding *finding, const char *table, const char *condition);
void sqlite_prove_column(lint *l, lint_finding *finding, const char *table, const char *column,
                         const char *test);
void sqlite_prove_unique(lint *l, lint_finding *finding, const sqlite_statement *s,
                         const char *table, size_t at);

#endif
