/* The rules. A call is a word and a parenthesis; its arguments stand between commas. */
#include "codelint/codelint_inside.h"

#include <ctype.h>
#include <strings.h>

/* Functions that put texts together, and whether by a format. */
typedef struct builder {
    const char *name;
    bool has_format;
} builder;

static const builder builders[] = {
    {"snprintf", true},        {"sprintf", true},         {"vsnprintf", true},
    {"vsprintf", true},        {"asprintf", true},        {"vasprintf", true},
    {"g_strdup_printf", true}, {"g_string_printf", true}, {"g_string_append_printf", true},
    {"strcat", false},         {"strncat", false},        {"strlcat", false},
    {"g_strconcat", false},    {"g_string_append", false}};

/* How SQL begins, as people write it; the first ones in small letters, too. */
static const char *const beginnings[] = {
    "SELECT",       "INSERT INTO", "DELETE FROM", "UPDATE", "WITH",      "WHERE",
    "AND",          "OR",          "FROM",        "JOIN",   "LEFT JOIN", "INNER JOIN",
    "VALUES",       "GROUP BY",    "ORDER BY",    "HAVING", "LIMIT",     "OFFSET",
    "CREATE TABLE", "ALTER TABLE", "DROP TABLE"};
enum { ALSO_SMALL = 3 };

typedef struct judged_file {
    schema *report;
    uint32_t file;
    code_tokens tokens;
} judged_file;

/* ---- telling --------------------------------------------------------------------------------- */

static const char *line_start(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n')
        at--;
    return at;
}

/* tenon:ignore RULE WHY, in the line or the one before it. */
static bool is_ignored(const char *text, const char *at, const char *rule)
{
    char words[64];
    int length = snprintf(words, sizeof words, "tenon:ignore %s ", rule);
    const char *from = line_start(text, at);
    from = from > text ? line_start(text, from - 1) : from;
    const char *end = strchrnul(at, '\n');
    const char *found = memmem(from, (size_t)(end - from), words, (size_t)length);
    return found && isalnum((unsigned char)found[length]);
}

static void tell(judged_file *f, size_t at, const char *rule, const char *remedy,
                 const char *message)
{
    const code_token *token = &f->tokens.items[at];
    schema *report = f->report;
    size_t count = report->diagnostic_count;
    if (is_ignored(f->tokens.text, f->tokens.text + token->start, rule))
        return;
    schema_report(
        report, SCHEMA_WARNING, (schema_span){f->file, token->start, token->end},
        tenon__arena_format(&report->arena, "%s, or say tenon:ignore %s WHY", remedy, rule), "%s",
        message);
    if (report->diagnostic_count > count)
        report->diagnostics[count].rule = rule;
}

/* ---- literals -------------------------------------------------------------------------------- */

static bool begins_with(const char *text, const char *end, const char *words, bool with_case)
{
    size_t length = strlen(words);
    if ((size_t)(end - text) < length)
        return false;
    bool is_same = with_case ? !memcmp(text, words, length) : !strncasecmp(text, words, length);
    return is_same && (text + length == end || strchr(" \\\"", text[length]));
}

static bool is_sql(const code_tokens *tokens, size_t at)
{
    const char *text = tokens->text + tokens->items[at].start + 1;
    const char *end = tokens->text + tokens->items[at].end - 1;
    while (text < end && strchr(" (", *text))
        text++;
    for (size_t i = 0; i < TENON__COUNT(beginnings); i++)
        if (begins_with(text, end, beginnings[i], i >= ALSO_SMALL))
            return true;
    return false;
}

/* Whether a literal, which others may follow at once, has a conversion. */
static bool has_conversion(const code_tokens *tokens, size_t at)
{
    for (; at < tokens->count && tokens->items[at].kind == CODE_STRING; at++)
        for (uint32_t i = tokens->items[at].start; i + 1 < tokens->items[at].end; i++) {
            if (tokens->text[i] != '%')
                continue;
            if (tokens->text[i + 1] != '%')
                return true;
            i++;
        }
    return false;
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* The parenthesis that closes the one at `open`; the end of the file at worst. */
static size_t closing(const code_tokens *tokens, size_t open)
{
    size_t depth = 0, at = open;
    for (; at < tokens->count; at++) {
        depth += code_is(tokens, at, "(");
        if (code_is(tokens, at, ")") && --depth == 0)
            break;
    }
    return at;
}

static void judge_builder(judged_file *f, size_t name, const builder *how)
{
    size_t end = closing(&f->tokens, name + 1);
    for (size_t i = name + 2; i < end; i++) {
        bool is_first =
            f->tokens.items[i].kind == CODE_STRING && f->tokens.items[i - 1].kind != CODE_STRING;
        if (!is_first || !is_sql(&f->tokens, i) ||
            (how->has_format && !has_conversion(&f->tokens, i)))
            continue;
        tell(f, i, "built_text", "use tenon_sqlf, which binds each value, or a SQL file",
             "SQL is put together as text, and a value in it is read as SQL");
        return;
    }
}

static bool is_constant_name(const code_tokens *tokens, const code_token *word)
{
    bool has_small = false;
    for (uint32_t i = word->start; i < word->end; i++)
        has_small |= islower((unsigned char)tokens->text[i]) != 0;
    return !has_small;
}

/* static const char name[] = "…": the compiler knows its text. */
static bool is_array(const code_tokens *tokens, size_t word)
{
    const code_token *name = &tokens->items[word];
    size_t length = name->end - name->start;
    for (size_t i = 0; i + 4 < tokens->count; i++) {
        const code_token *other = &tokens->items[i];
        if (other->end - other->start == length &&
            !memcmp(tokens->text + other->start, tokens->text + name->start, length) &&
            code_is(tokens, i + 1, "[") && code_is(tokens, i + 2, "]") &&
            code_is(tokens, i + 3, "=") && tokens->items[i + 4].kind == CODE_STRING)
            return true;
    }
    return false;
}

/* An argument that has a literal in it, or is a name of one. */
static bool is_literal(const code_tokens *tokens, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        if (tokens->items[i].kind == CODE_STRING)
            return true;
    bool is_name = end == from + 1 && tokens->items[from].kind == CODE_WORD;
    return is_name && (is_constant_name(tokens, &tokens->items[from]) || is_array(tokens, from));
}

/* Behind the comma that ends the argument. */
static size_t next_argument(const code_tokens *tokens, size_t at, size_t end)
{
    for (; at < end && !code_is(tokens, at, ","); at++)
        if (code_is(tokens, at, "("))
            at = closing(tokens, at);
    return at + 1;
}

static void judge_second(judged_file *f, size_t name, const char *rule, const char *remedy,
                         const char *message)
{
    const code_tokens *tokens = &f->tokens;
    size_t end = closing(tokens, name + 1);
    size_t from = next_argument(tokens, name + 2, end);
    size_t behind = from < end ? next_argument(tokens, from, end) - 1 : end;
    bool is_declaration =
        name && (code_is(tokens, name - 1, "*") || code_is(tokens, name - 1, "bool"));
    if (from < end && !is_declaration && !is_literal(tokens, from, behind))
        tell(f, from, rule, remedy, message);
}

static void judge_call(judged_file *f, size_t name)
{
    for (size_t i = 0; i < TENON__COUNT(builders); i++)
        if (code_is(&f->tokens, name, builders[i].name))
            judge_builder(f, name, &builders[i]);
    if (code_is(&f->tokens, name, "tenon_sqlf"))
        judge_second(f, name, "variable_format", "write it as a literal; names go by SQL_NAME",
                     "no compiler checks a format that is no literal");
    if (code_is(&f->tokens, name, "tenon_execute"))
        judge_second(f, name, "variable_sql", "use tenon_sqlf where a text has to vary",
                     "nobody knows what stands in a text that is no literal");
}

/* "SELECT … " + name, in C++ */
static void judge_sum(judged_file *f, size_t at)
{
    bool is_summed = code_is(&f->tokens, at + 1, "+") && !code_is(&f->tokens, at + 2, "+");
    if (is_summed && is_sql(&f->tokens, at))
        tell(f, at, "built_text", "use tenon_sqlf, which binds each value, or a SQL file",
             "SQL is put together as text, and a value in it is read as SQL");
}

void code_judge(schema *report, uint32_t file)
{
    judged_file f = {.report = report, .file = file};
    if (!code_read_tokens(&report->arena, &report->files[file], &f.tokens)) {
        report->has_failed_memory = true;
        return;
    }
    for (size_t i = 0; i + 1 < f.tokens.count; i++) {
        if (f.tokens.items[i].kind == CODE_STRING)
            judge_sum(&f, i);
        else if (f.tokens.items[i].kind == CODE_WORD && code_is(&f.tokens, i + 1, "("))
            judge_call(&f, i);
    }
}
