/* SQL of SQLite into words: as much as telling statements apart takes.
 *
 * A statement ends at a semicolon, but not within parentheses, nor within a trigger, which ends at
 * the semicolon behind its END. */
#include "lint/sqlite_words.h"

#include <ctype.h>
#include <stdio.h>

typedef struct cutter {
    lint *lint;
    const char *text;
    size_t at;
    sqlite_word *words;
    size_t count, capacity;
    unsigned depth;
} cutter;

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static void skip_comment(cutter *c)
{
    const char *end;
    if (c->text[c->at] == '-')
        end = strchr(c->text + c->at, '\n');
    else
        end = strstr(c->text + c->at + 2, "*/");
    c->at = end ? (size_t)(end - c->text) + (c->text[c->at] == '-' ? 1 : 2) : strlen(c->text);
}

static void skip_space(cutter *c)
{
    for (;;) {
        const char *t = c->text + c->at;
        if (isspace((unsigned char)*t))
            c->at++;
        else if ((t[0] == '-' && t[1] == '-') || (t[0] == '/' && t[1] == '*'))
            skip_comment(c);
        else
            return;
    }
}

static void add_word(cutter *c, sqlite_kind kind, size_t start, const char *text)
{
    if (c->count == c->capacity) {
        size_t capacity = c->capacity ? c->capacity * 2 : 256;
        void *words = tenon__arena_resize(&c->lint->arena, c->words, capacity * sizeof *c->words);
        if (!words) {
            c->lint->failed = true;
            return;
        }
        c->words = words;
        c->capacity = capacity;
    }
    c->words[c->count++] = (sqlite_word){kind, text, start, c->at, c->depth};
}

/* A quote within is written twice. */
static void cut_quoted(cutter *c, char end)
{
    size_t start = c->at++;
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    while (c->text[c->at] && (c->text[c->at] != end || (end != ']' && c->text[c->at + 1] == end))) {
        c->at += c->text[c->at] == end;
        tenon__buf_char(&text, c->text[c->at++]);
    }
    c->at += c->text[c->at] != '\0';
    add_word(c, end == '\'' ? SQLITE_TEXT : SQLITE_NAME, start,
             lint_format_text(c->lint, "%s", tenon__buf_string(&text)));
}

static void cut_plain(cutter *c)
{
    size_t start = c->at;
    while (is_letter(c->text[c->at]))
        c->at++;
    sqlite_kind kind = c->at > start ? SQLITE_WORD : SQLITE_SIGN;
    c->at += c->at == start;
    char first = c->text[start];
    if (first == ')' && c->depth)
        c->depth--;
    add_word(c, kind, start,
             lint_format_text(c->lint, "%.*s", (int)(c->at - start), c->text + start));
    if (first == '(')
        c->depth++;
}

static void cut_words(cutter *c)
{
    for (skip_space(c); c->text[c->at] && !c->lint->failed; skip_space(c)) {
        char first = c->text[c->at];
        if (first == '\'' || first == '"' || first == '`')
            cut_quoted(c, first);
        else if (first == '[')
            cut_quoted(c, ']');
        else
            cut_plain(c);
    }
}

/* ---- statements ---- */

bool sqlite_is(const sqlite_word *word, const char *text)
{
    return (word->kind == SQLITE_WORD || word->kind == SQLITE_SIGN) &&
           strcasecmp(word->text, text) == 0;
}

size_t sqlite_find(const sqlite_statement *s, size_t from, const char *text)
{
    while (from < s->count && !sqlite_is(&s->words[from], text))
        from++;
    return from;
}

static bool is_trigger(const sqlite_word *words, size_t count)
{
    for (size_t i = 0; i < count && i < 4; i++)
        if (sqlite_is(&words[i], "TRIGGER"))
            return sqlite_is(&words[0], "CREATE");
    return false;
}

/* The number of words up to the semicolon, or all. */
static size_t statement_length(const sqlite_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!sqlite_is(&words[i], ";") || words[i].depth)
            continue;
        if (!is_trigger(words, i) || (i && sqlite_is(&words[i - 1], "END")))
            return i;
    }
    return count;
}

static size_t count_statements(const cutter *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->count; count++)
        i += statement_length(c->words + i, c->count - i) + 1;
    return count;
}

void sqlite_split(lint *l, sqlite_statement **statements)
{
    pgparse_tree *tree = l->file->tree;
    cutter c = {.lint = l, .text = tree->text};
    cut_words(&c);
    size_t count = count_statements(&c), before = 0;
    tree->statement_count = tree->error_count = 0;
    tree->statements = tenon__arena_array(&tree->arena, count + 1, sizeof *tree->statements);
    *statements = tenon__arena_array(&l->arena, count + 1, sizeof **statements);
    l->failed |= !tree->statements || !*statements;
    for (size_t i = 0; i < c.count && !l->failed;) {
        const sqlite_word *first = c.words + i;
        size_t length = statement_length(first, c.count - i);
        i += length + 1;
        if (!length)
            continue;
        size_t index = tree->statement_count++;
        (*statements)[index] = (sqlite_statement){first, length};
        tree->statements[index] = (pgparse_statement){
            .start = first->start, .end = first[length - 1].end, .before = before};
        before = first[length - 1].end;
    }
}

/* ---- matching ---- */

static size_t match_name(const sqlite_statement *s, size_t at, const char **name)
{
    if (at + 2 < s->count && sqlite_is(&s->words[at + 1], "."))
        at += 2;
    if (at >= s->count || s->words[at].kind == SQLITE_SIGN)
        return 0;
    *name = s->words[at].text;
    return at + 1;
}

size_t sqlite_match(const sqlite_statement *s, const char *pattern, const char *names[SQLITE_NAMES])
{
    size_t at = 0, name = 0;
    char word[32];
    while (*pattern) {
        size_t length = strcspn(pattern, " ");
        bool is_optional = *pattern == '?';
        if (*pattern == '%') {
            at = match_name(s, at, &names[name++]);
            if (!at)
                return 0;
        } else {
            snprintf(word, sizeof word, "%.*s", (int)length - is_optional, pattern + is_optional);
            if (at < s->count && sqlite_is(&s->words[at], word))
                at++;
            else if (!is_optional)
                return 0;
        }
        pattern += length;
        pattern += *pattern == ' ';
    }
    return at;
}
