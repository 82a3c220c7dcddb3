/* Blocks of a file: `-- name: top_authors :many`, comments, a statement.
 *
 *     file  = { comment | block }
 *     block = name { comment } statement [ ";" ]
 *     name  = "-- name:" word ":" kind
 *
 * Comments between the name and the statement are documentation, but for those that begin with one
 * of our words and a colon. A word that is nearly one of ours is an error rather than a remark,
 * because nobody would miss what it fails to say. */
#include "sqlfile/parse.h"

#include <ctype.h>

static const char *const note_words[] = {"name", "param", "column", "on", "if", "order", "tenon"};

void *sql_grow(tenon__arena *arena, void *list, size_t count, size_t *capacity, size_t size)
{
    if (list && count < *capacity)
        return list;
    size_t more = *capacity ? *capacity * 2 : 8;
    void *grown = tenon__arena_resize(arena, list, more * size);
    if (grown)
        *capacity = more;
    return grown;
}

/* What is missing stands where the file ends. */
schema_span sql_span(const sql_parser *p, size_t start, size_t end)
{
    size_t length = p->source->length;
    return (schema_span){p->file, (uint32_t)(start < length ? start : length),
                         (uint32_t)(end < length ? end : length)};
}

void sql_report(sql_parser *p, size_t start, size_t end, const char *hint, const char *format, ...)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    va_list arguments;
    va_start(arguments, format);
    tenon__buf_formatv(&text, format, arguments);
    va_end(arguments);
    schema_report(&p->set->report, SCHEMA_ERROR, sql_span(p, start, end), hint, "%s",
                  tenon__buf_string(&text));
}

const char *sql_copy(sql_parser *p, size_t start, size_t end)
{
    return tenon__arena_copy(p->arena, p->source->text + start, end - start);
}

void sql_advance(sql_parser *p)
{
    unsigned on = p->query ? p->query_on : p->on;
    p->token =
        sql_next_token(p->source->text, p->source->length, p->token.end, on == SQL_ON_SQLITE);
}

/* ---- notes ----------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t skip_blanks(const char *text, size_t at, size_t end)
{
    while (at < end && is_blank(text[at]))
        at++;
    return at;
}

sql_note sql_read_note(const sql_parser *p, sql_token comment)
{
    const char *text = p->source->text;
    size_t end = comment.end;
    while (end > comment.start + 2 && is_blank(text[end - 1]))
        end--;
    size_t word = skip_blanks(text, comment.start + 2, end), at = word;
    while (at < end && (isalpha((unsigned char)text[at]) || text[at] == '_'))
        at++;
    if (at == word || at >= end || text[at] != ':')
        return (sql_note){word, word, word, end};
    return (sql_note){word, at, skip_blanks(text, at + 1, end), end};
}

bool sql_note_is(const sql_parser *p, const sql_note *note, const char *word)
{
    size_t length = note->word_end - note->word_start;
    return strlen(word) == length && !memcmp(p->source->text + note->word_start, word, length);
}

static bool is_name_comment(const sql_parser *p)
{
    sql_note note = sql_read_note(p, p->token);
    return p->token.kind == SQL_COMMENT && sql_note_is(p, &note, "name");
}

static void check_word(sql_parser *p, const sql_note *note)
{
    const char *word = sql_copy(p, note->word_start, note->word_end);
    const char *near =
        word && *word ? schema_nearest(word, note_words, TENON__COUNT(note_words)) : NULL;
    if (!near || !strcmp(near, "tenon"))
        return;
    const char *hint = tenon__arena_format(p->arena, "did you mean \"%s:\"?", near);
    sql_report(p, note->word_start, note->word_end, hint, "unknown word \"%s:\"", word);
}

/* ---- the name line --------------------------------------------------------------------------- */

typedef struct kind_word {
    const char *word;
    sqlfile_kind kind;
} kind_word;

static const kind_word kind_words[] = {
    {"one", SQLFILE_ONE},     {"maybe", SQLFILE_MAYBE}, {"many", SQLFILE_MANY},
    {"exec", SQLFILE_EXEC},   {"rows", SQLFILE_ROWS},   {"stream", SQLFILE_STREAM},
    {"batch", SQLFILE_BATCH}, {"copy", SQLFILE_COPY},
};

static sqlfile_kind parse_kind(sql_parser *p, size_t start, size_t end)
{
    const char *text = p->source->text;
    if (start < end && text[start] == ':')
        for (size_t i = 0; i < TENON__COUNT(kind_words); i++)
            if (strlen(kind_words[i].word) == end - start - 1 &&
                !memcmp(text + start + 1, kind_words[i].word, end - start - 1))
                return kind_words[i].kind;
    sql_report(p, start, end, "one of :one :maybe :many :exec :rows :stream :batch :copy",
               "the name of a query is followed by what it gives");
    return SQLFILE_NO_KIND;
}

static size_t end_of_identifier(const char *text, size_t at, size_t end)
{
    if (at < end && isdigit((unsigned char)text[at]))
        return at;
    while (at < end && (isalnum((unsigned char)text[at]) || text[at] == '_'))
        at++;
    return at;
}

static sqlfile_query *find_query(const sqlfile_set *set, const char *name)
{
    for (size_t i = 0; i < set->query_count; i++)
        if (!strcmp(set->queries[i].name, name))
            return &set->queries[i];
    return NULL;
}

/* "queries/report.sql:12": the file with its folder, wherever the program is that reads it. */
static const char *place_of(const sql_parser *p, schema_span span)
{
    const char *path = p->source->path, *from = strrchr(path, '/');
    while (from && from > path && from[-1] != '/')
        from--;
    return tenon__arena_format(p->arena, "%s:%zu", from ? from : path,
                               schema_place_of(p->source, span.start).line);
}

static sqlfile_query *add_query(sql_parser *p, const char *name, sqlfile_kind kind,
                                schema_span span)
{
    sqlfile_set *set = p->set;
    void *list = sql_grow(p->arena, set->queries, set->query_count, &set->query_capacity,
                          sizeof *set->queries);
    if (!list || !name)
        return NULL;
    set->queries = list;
    sqlfile_query *query = &set->queries[set->query_count++];
    *query = (sqlfile_query){.name = name, .kind = kind, .span = span, .place = place_of(p, span)};
    return query;
}

/* The query of a name line, a new one unless another file has it for another database. */
static sqlfile_query *parse_name(sql_parser *p)
{
    const char *text = p->source->text;
    sql_note note = sql_read_note(p, p->token);
    size_t end = end_of_identifier(text, note.start, note.end);
    size_t kind_at = skip_blanks(text, end, note.end);
    bool is_whole = end > note.start && kind_at > end;
    if (!is_whole)
        sql_report(p, note.start, note.end, "such as: -- name: top_authors :many",
                   "a query needs a name of letters, digits and _, and what it gives");
    sqlfile_kind kind = is_whole ? parse_kind(p, kind_at, note.end) : SQLFILE_NO_KIND;
    const char *name = sql_copy(p, note.start, end);
    sqlfile_query *known = name ? find_query(p->set, name) : NULL;
    bool is_other = known && known->kind && kind && known->kind != kind;
    p->other_kind = is_other ? sql_span(p, kind_at, note.end) : (schema_span){0};
    return known ? known : add_query(p, name, kind, sql_span(p, note.start, end));
}

/* ---- comments in front of the statement ------------------------------------------------------ */

static void add_documentation(sql_parser *p, tenon__buf *documentation, size_t start, size_t end)
{
    if (documentation->length)
        tenon__buf_char(documentation, '\n');
    tenon__buf_add(documentation, p->source->text + start, end - start);
}

/* From behind the word: "RULE REASON" */
static void parse_ignore(sql_parser *p, const sql_note *note, size_t rule)
{
    sqlfile_query *query = p->query;
    size_t capacity = query->ignore_count, end = rule;
    const char *text = p->source->text;
    while (end < note->end && !is_blank(text[end]))
        end++;
    size_t reason = skip_blanks(text, end, note->end);
    sqlfile_ignore *list =
        sql_grow(p->arena, query->ignores, query->ignore_count, &capacity, sizeof *list);
    if (reason == note->end)
        sql_report(p, note->start, note->end, NULL, "say why the rule is ignored");
    if (!list)
        return;
    query->ignores = list;
    list[query->ignore_count++] =
        (sqlfile_ignore){sql_copy(p, rule, end), sql_copy(p, reason, note->end)};
}

/* "ignore RULE REASON", "reads REASON" */
static void parse_tenon(sql_parser *p, const sql_note *note)
{
    const char *text = p->source->text, *word = text + note->start;
    size_t length = 0;
    while (note->start + length < note->end && !is_blank(word[length]))
        length++;
    size_t rest = skip_blanks(text, note->start + length, note->end);
    if (length == strlen("ignore") && !memcmp(word, "ignore", length) && rest < note->end) {
        parse_ignore(p, note, rest);
    } else if (length == strlen("reads") && !memcmp(word, "reads", length)) {
        p->query->is_read_only = true;
        if (rest == note->end)
            sql_report(p, note->start, note->end, NULL, "say why it changes nothing");
    } else {
        sql_report(p, note->start, note->end,
                   "-- tenon:ignore RULE REASON, or -- tenon:reads REASON", "unknown word");
    }
}

/* Whether the note said something to us, rather than to the reader. */
static bool parse_note(sql_parser *p, const sql_note *note)
{
    sqlfile_query *query = p->query;
    if (sql_note_is(p, note, "param"))
        sql_parse_stated(p, note, &query->params, &query->param_count);
    else if (sql_note_is(p, note, "column"))
        sql_parse_stated(p, note, &query->columns_stated, &query->column_stated_count);
    else if (sql_note_is(p, note, "on"))
        p->query_on = sql_parse_on(p, note);
    else if (sql_note_is(p, note, "tenon"))
        parse_tenon(p, note);
    else if (sql_note_is(p, note, "if") || sql_note_is(p, note, "order"))
        sql_report(p, note->word_start, note->end, NULL,
                   "this belongs into the statement, which has not begun");
    else
        return false;
    return true;
}

static void parse_line_comment(sql_parser *p, tenon__buf *documentation)
{
    sql_note note = sql_read_note(p, p->token);
    if (note.word_end > note.word_start && parse_note(p, &note))
        return;
    check_word(p, &note);
    add_documentation(p, documentation, note.word_start, note.end);
}

static void parse_block_comment(sql_parser *p, tenon__buf *documentation)
{
    size_t start = p->token.start + 2, end = p->token.end - 2;
    const char *text = p->source->text;
    while (start < end && isspace((unsigned char)text[start]))
        start++;
    while (end > start && isspace((unsigned char)text[end - 1]))
        end--;
    add_documentation(p, documentation, start, end);
}

static void parse_comments(sql_parser *p)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf documentation = {0};
    for (;; sql_advance(p)) {
        if (p->token.kind == SQL_COMMENT && !is_name_comment(p))
            parse_line_comment(p, &documentation);
        else if (p->token.kind == SQL_BLOCK)
            parse_block_comment(p, &documentation);
        else if (p->token.kind != SQL_SPACE)
            break;
    }
    if (documentation.length && !p->query->documentation)
        p->query->documentation = tenon__arena_text(p->arena, tenon__buf_string(&documentation));
}

/* ---- blocks ---------------------------------------------------------------------------------- */

/* Of a second query of a name one thing is told: that there can be none, or that it gives something
 * else than the one for the other database. */
static void check_second(sql_parser *p, size_t name_start, size_t name_end)
{
    const sqlfile_query *query = p->query;
    bool is_double = false;
    for (unsigned d = 0; d < SQLFILE_DIALECTS; d++)
        is_double |= (p->query_on & 1u << d) && query->bodies[d];
    if (is_double)
        sql_report(p, name_start, name_end, "give it another name",
                   "there is a query \"%s\" for this database already", query->name);
    else if (p->other_kind.end)
        sql_report(p, p->other_kind.start, p->other_kind.end, NULL,
                   "query \"%s\" gives something else elsewhere", query->name);
}

static void place_body(sql_parser *p, const sqlfile_body *body)
{
    for (unsigned d = 0; d < SQLFILE_DIALECTS; d++)
        if (p->query_on & 1u << d)
            p->query->bodies[d] = body;
}

static void parse_block(sql_parser *p)
{
    size_t start = p->token.start, end = p->token.end;
    p->query_on = p->on;
    p->query = parse_name(p);
    if (!p->query)
        return;
    sql_advance(p);
    parse_comments(p);
    bool is_empty =
        p->token.kind == SQL_END || p->token.kind == SQL_SEMICOLON || is_name_comment(p);
    p->query->is_broken |= is_empty;
    check_second(p, start, end);
    if (is_empty)
        sql_report(p, start, end, NULL, "query \"%s\" has no statement", p->query->name);
    else
        place_body(p, sql_parse_body(p));
    p->query = NULL;
}

/* What stands in front of the first name, or behind a statement: comments at most. */
static void parse_between(sql_parser *p, bool *is_reported)
{
    sql_note note = sql_read_note(p, p->token);
    if (p->token.kind == SQL_COMMENT && sql_note_is(p, &note, "on") && !p->has_block)
        p->on = sql_parse_on(p, &note);
    bool is_silent = p->token.kind == SQL_SPACE || p->token.kind == SQL_COMMENT ||
                     p->token.kind == SQL_BLOCK || p->token.kind == SQL_SEMICOLON;
    if (!is_silent && !*is_reported) {
        sql_report(p, p->token.start, p->token.end,
                   "write a line such as: -- name: top_authors :many",
                   "this statement belongs to no query");
        *is_reported = true;
    }
    sql_advance(p);
}

void sql_parse_file(sqlfile_set *set, uint32_t file, unsigned on, bool is_on_by_name)
{
    sql_parser p = {.set = set,
                    .arena = &set->report.arena,
                    .source = &set->report.files[file],
                    .file = file,
                    .on = on,
                    .is_on_by_name = is_on_by_name};
    bool is_reported = false;
    sql_advance(&p);
    while (p.token.kind != SQL_END && !set->report.arena.failed) {
        if (is_name_comment(&p)) {
            p.has_block = true;
            parse_block(&p);
            is_reported = false;
        } else {
            parse_between(&p, &is_reported);
        }
    }
}
