/* Private to tool/sqlfile: from the text of a file to queries made of pieces. */
#ifndef TENON_SQLFILE_PARSE_H
#define TENON_SQLFILE_PARSE_H

#include "sqlfile/lexer.h"
#include "sqlfile/sqlfile.h"

enum { SQL_ON_POSTGRESQL = 1 << 0, SQL_ON_SQLITE = 1 << 1, SQL_ON_BOTH = 3 };

typedef struct sql_parser {
    sqlfile_set *set;
    tenon__arena *arena;
    const schema_source *source;
    uint32_t file;
    unsigned on;          /* databases of the file */
    bool is_on_by_name;   /* the file's name says so */
    bool has_block;       /* the first name has been seen */
    sql_token token;      /* the current one */
    sqlfile_query *query; /* the current one */
    unsigned query_on;
    /* Where it says to give something else than the other query of its name; empty: it does not. */
    schema_span other_kind;
} sql_parser;

/* A comment `-- word: rest`; the rest without spaces around it. */
typedef struct sql_note {
    size_t word_start, word_end; /* empty: the comment is plain words */
    size_t start, end;           /* of the rest */
} sql_note;
sql_note sql_read_note(const sql_parser *p, sql_token comment);
bool sql_note_is(const sql_parser *p, const sql_note *note, const char *word);

void sql_advance(sql_parser *p);
/* An error at these bytes of the file. */
void sql_report(sql_parser *p, size_t start, size_t end, const char *hint, const char *format, ...)
    TENON_PRINTF(5, 6);
schema_span sql_span(const sql_parser *p, size_t start, size_t end);
/* The text between two bytes of the file, in the arena. */
const char *sql_copy(sql_parser *p, size_t start, size_t end);

/* parse.c: all blocks of one file. */
void sql_parse_file(sqlfile_set *set, uint32_t file, unsigned on, bool is_on_by_name);
/* pieces.c: the statement that begins at the current token; ends behind it. */
const sqlfile_body *sql_parse_body(sql_parser *p);
/* pieces.c: once all files are read. */
void sql_resolve_conditions(sqlfile_set *set, sqlfile_query *query);
/* stated.c: what stands behind `-- param:` and `-- column:`, `-- order:` and `-- on:`. */
void sql_parse_stated(sql_parser *p, const sql_note *note, sqlfile_stated **list, size_t *count);
void sql_parse_order(sql_parser *p, const sql_note *note);
unsigned sql_parse_on(sql_parser *p, const sql_note *note);

/* Makes room for one more item in a list of the arena; NULL when memory is exhausted. */
void *sql_grow(tenon__arena *arena, void *list, size_t count, size_t *capacity, size_t size);

#endif
