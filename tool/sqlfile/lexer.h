/* Private to tool/sqlfile: just enough of SQL's words to know what is not to be looked into. */
#ifndef TENON_SQLFILE_LEXER_H
#define TENON_SQLFILE_LEXER_H

#include "core/core.h"

typedef enum sql_token_kind {
    SQL_END,
    SQL_SPACE,
    SQL_COMMENT,   /* of a line, without its end */
    SQL_BLOCK,     /* a comment of slashes and stars */
    SQL_PARAMETER, /* :name @name $1, and on SQLite ?1 and ? */
    SQL_SEMICOLON,
    SQL_WORD,
    SQL_OTHER
} sql_token_kind;

typedef struct sql_token {
    sql_token_kind kind;
    size_t start, end;
} sql_token;

/* The token that begins at `at`. `is_sqlite`: the text is for SQLite alone, where [a b] is a name
 * and ? a parameter. What is not closed goes on to the end of the text. */
sql_token sql_next_token(const char *text, size_t length, size_t at, bool is_sqlite);

#endif
