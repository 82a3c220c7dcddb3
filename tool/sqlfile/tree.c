/* A statement's text becomes a tree of PostgreSQL's parser, also one of SQLite's.
 *
 * Most of SQLite's SQL is PostgreSQL's. What is not is replaced by what means the same, or at least
 * has the same type, in as many bytes: places in the text stay what they are. What has no such
 * replacement is not understood, and then nothing is said about the statement. */
#include "sqlfile/check.h"
#include "sqlfile/lexer.h"

#include <strings.h>

pgparse_tree *sql_read_tree(sqlfile_set *set, const char *sql)
{
    tenon_error err = {0};
    pgparse_tree *tree = sql ? pgparse_read(sql, &err) : NULL;
    set->report.arena.failed |= err.status == TENON_NO_MEMORY;
    return tree;
}

/* ---- SQLite's words -------------------------------------------------------------------------- */

typedef struct rewriting {
    char *text;
    size_t length;
    sql_token before, word; /* the word at hand, and the one in front of it */
} rewriting;

static bool is_word(const rewriting *r, sql_token token, const char *word)
{
    size_t length = token.end - token.start;
    return token.kind == SQL_WORD && strlen(word) == length &&
           !strncasecmp(r->text + token.start, word, length);
}

static bool is_one_of(const rewriting *r, sql_token token, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_word(r, token, words[i]))
            return true;
    return false;
}

/* What stands behind a token, but for spaces and comments. */
static sql_token behind(const rewriting *r, sql_token token)
{
    do {
        token = sql_next_token(r->text, r->length, token.end, true);
    } while (token.kind == SQL_SPACE || token.kind == SQL_COMMENT || token.kind == SQL_BLOCK);
    return token;
}

static void replace(const rewriting *r, sql_token token, const char *by)
{
    size_t length = strlen(by);
    for (size_t i = token.start; i < token.end; i++)
        r->text[i] = i - token.start < length ? by[i - token.start] : ' ';
}

/* x IS y, x IS NOT y: of any two values. */
static void replace_is(const rewriting *r)
{
    static const char *const constants[] = {"NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT"};
    sql_token next = behind(r, r->word);
    bool is_not = is_word(r, next, "NOT");
    sql_token value = is_not ? behind(r, next) : next;
    if (is_one_of(r, value, constants, TENON__COUNT(constants)))
        return;
    replace(r, r->word, is_not ? "<>" : "=");
    if (is_not)
        replace(r, next, "");
}

/* INSERT OR IGNORE */
static void replace_or(const rewriting *r)
{
    static const char *const ways[] = {"ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"};
    sql_token way = behind(r, r->word);
    bool is_write = is_word(r, r->before, "INSERT") || is_word(r, r->before, "UPDATE");
    if (!is_write || !is_one_of(r, way, ways, TENON__COUNT(ways)))
        return;
    replace(r, r->word, "");
    replace(r, way, "");
}

/* Functions whose names are types there; those that stand for them give texts, too. */
static void replace_function(const rewriting *r)
{
    static const char *const no_calls[] = {"AS", "INTO", "FROM", "JOIN", "VIEW", "WITH"};
    if (is_one_of(r, r->before, no_calls, TENON__COUNT(no_calls)))
        return;
    if (is_word(r, r->word, "TIME"))
        replace(r, r->word, "date");
    else if (is_word(r, r->word, "CHAR"))
        replace(r, r->word, "hex");
}

static void replace_word(const rewriting *r)
{
    static const char *const matches[] = {"GLOB", "MATCH", "REGEXP"};
    bool is_call = r->text[r->word.end] == '(';
    if (is_call)
        replace_function(r);
    else if (is_one_of(r, r->word, matches, TENON__COUNT(matches)))
        replace(r, r->word, "LIKE");
    else if (is_word(r, r->word, "IS"))
        replace_is(r);
    else if (is_word(r, r->word, "OR"))
        replace_or(r);
    else if (is_word(r, r->word, "REPLACE") && is_word(r, behind(r, r->word), "INTO"))
        replace(r, r->word, "INSERT");
}

/* `a` and [a] */
static void replace_quotes(const rewriting *r, sql_token token)
{
    char open = r->text[token.start];
    size_t last = token.end - 1;
    bool is_plain = !memchr(r->text + token.start, '"', token.end - token.start);
    if ((open == '`' || open == '[') && last > token.start && is_plain)
        r->text[token.start] = r->text[last] = '"';
}

const char *sql_as_postgresql(sqlfile_set *set, const char *sql)
{
    char *copy = sql ? tenon__arena_text(&set->report.arena, sql) : NULL;
    rewriting r = {.text = copy, .length = copy ? strlen(copy) : 0};
    for (size_t at = 0; at < r.length;) {
        sql_token token = sql_next_token(copy, r.length, at, true);
        at = token.end;
        if (token.kind == SQL_PARAMETER && copy[token.start] == '?')
            copy[token.start] = '$';
        if (token.kind == SQL_OTHER)
            replace_quotes(&r, token);
        if (token.kind != SQL_WORD)
            continue;
        r.word = token;
        replace_word(&r);
        r.before = token;
    }
    return copy;
}
