/* A statement becomes pieces: text, parameters, the order; each with the conditions it is under.
 *
 * A line that ends in `-- if: word` is there only under that condition; `-- if: word` on a line of
 * its own opens a part that goes on until `-- end`. Such comments are left out of the pieces, and
 * so are the lines that hold nothing else, because what is sent to the database is looked at in its
 * logs. Pieces end where lines end, so that a line can be dropped whole. */
#include "sqlfile/parse.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

enum { NUMBERS_MOST = 1000 };

typedef struct body_parser {
    sql_parser *p;
    sqlfile_body *body;
    size_t text_start;                    /* what is not yet a piece begins here */
    size_t line_first;                    /* the first piece of this line */
    bool is_line_empty;                   /* so far nothing but space stands in it */
    uint8_t line_needs, line_needs_not;   /* of this line */
    uint8_t block_needs, block_needs_not; /* until `-- end` */
    size_t block_start;                   /* of the comment that opened it */
    unsigned anonymous;                   /* how many ? there were */
} body_parser;

static sqlfile_piece *add_piece(body_parser *b, size_t start, size_t end)
{
    sqlfile_body *body = b->body;
    void *list = sql_grow(b->p->arena, body->pieces, body->piece_count, &body->piece_capacity,
                          sizeof *body->pieces);
    if (!list)
        return NULL;
    body->pieces = list;
    sqlfile_piece *piece = &body->pieces[body->piece_count++];
    *piece = (sqlfile_piece){.start = (uint32_t)start,
                             .end = (uint32_t)end,
                             .needs = b->block_needs,
                             .needs_not = b->block_needs_not};
    return piece;
}

/* What was passed over up to here becomes a piece. */
static void flush_text(body_parser *b, size_t end)
{
    if (end > b->text_start)
        add_piece(b, b->text_start, end);
    b->text_start = end;
}

static void end_line(body_parser *b)
{
    for (size_t i = b->line_first; i < b->body->piece_count; i++) {
        b->body->pieces[i].needs |= b->line_needs;
        b->body->pieces[i].needs_not |= b->line_needs_not;
    }
    b->line_first = b->body->piece_count;
    b->line_needs = b->line_needs_not = 0;
    b->is_line_empty = true;
}

/* Space may end a line, and skip empty ones. */
static void parse_space(body_parser *b)
{
    const char *text = b->p->source->text;
    sql_token token = b->p->token;
    size_t first = token.start, last = token.end;
    while (first < token.end && text[first] != '\n')
        first++;
    if (first == token.end)
        return;
    while (text[last - 1] != '\n')
        last--;
    if (b->is_line_empty)
        b->text_start = last;
    else
        flush_text(b, first + 1);
    end_line(b);
    b->text_start = last;
}

/* ---- conditions ------------------------------------------------------------------------------ */

/* The bit of a condition, a new one unless it has been used before. */
static uint8_t find_condition(body_parser *b, size_t start, size_t end)
{
    sqlfile_query *query = b->p->query;
    const char *name = sql_copy(b->p, start, end);
    if (!name)
        return 0;
    for (size_t i = 0; i < query->condition_count; i++)
        if (!strcmp(query->conditions[i].name, name))
            return (uint8_t)(1u << i);
    if (query->condition_count == SQLFILE_CONDITIONS_MOST) {
        sql_report(b->p, start, end, "make two queries of it", "a query can have %d optional parts",
                   SQLFILE_CONDITIONS_MOST);
        return 0;
    }
    query->conditions[query->condition_count].name = name;
    return (uint8_t)(1u << query->condition_count++);
}

static size_t end_of_word(const char *text, size_t at, size_t end)
{
    while (at < end && (isalnum((unsigned char)text[at]) || text[at] == '_'))
        at++;
    return at;
}

/* `-- if: min_views`, `-- if: not min_views` */
static void parse_if(body_parser *b, const sql_note *note)
{
    const char *text = b->p->source->text;
    size_t at = note->start, end = end_of_word(text, at, note->end);
    bool is_not = end - at == 3 && !memcmp(text + at, "not", 3) && end < note->end;
    if (is_not) {
        for (at = end; at < note->end && text[at] == ' ';)
            at++;
        end = end_of_word(text, at, note->end);
    }
    if (at == end || end != note->end) {
        sql_report(b->p, note->word_start, note->end, "-- if: min_views, or -- if: not min_views",
                   "a condition is one name");
        return;
    }
    uint8_t bit = find_condition(b, at, end);
    if (b->is_line_empty && b->block_start)
        sql_report(b->p, note->word_start, note->end, NULL,
                   "an optional part in another one; \"-- end\" ends a part");
    uint8_t *needs = b->is_line_empty ? &b->block_needs : &b->line_needs;
    uint8_t *needs_not = b->is_line_empty ? &b->block_needs_not : &b->line_needs_not;
    *(is_not ? needs_not : needs) |= bit;
    if (b->is_line_empty)
        b->block_start = note->word_start;
}

static void parse_end(body_parser *b, const sql_note *note)
{
    if (!b->block_start)
        sql_report(b->p, note->start, note->end, NULL, "there is no optional part to end");
    b->block_needs = b->block_needs_not = 0;
    b->block_start = 0;
}

/* ---- comments -------------------------------------------------------------------------------- */

static void parse_order_piece(body_parser *b, const sql_note *note)
{
    sql_parse_order(b->p, note);
    sqlfile_piece *piece = add_piece(b, b->p->token.start, b->p->token.end);
    if (piece)
        piece->is_order = true;
    b->is_line_empty = false;
}

static bool is_end_note(const sql_parser *p, const sql_note *note)
{
    return note->word_end == note->word_start && note->end - note->start == 3 &&
           !memcmp(p->source->text + note->start, "end", 3);
}

static void parse_comment(body_parser *b)
{
    sql_parser *p = b->p;
    sql_note note = sql_read_note(p, p->token);
    if (b->is_line_empty)
        b->text_start = p->token.start;
    flush_text(b, p->token.start);
    b->text_start = p->token.end;
    if (sql_note_is(p, &note, "if"))
        parse_if(b, &note);
    else if (sql_note_is(p, &note, "order"))
        parse_order_piece(b, &note);
    else if (is_end_note(p, &note))
        parse_end(b, &note);
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const char *parameter_name(body_parser *b, sql_token token)
{
    const char *text = b->p->source->text;
    if (text[token.start] == '?' && token.end == token.start + 1)
        return tenon__arena_format(b->p->arena, "$%u", ++b->anonymous);
    if (text[token.start] == '?')
        return tenon__arena_format(b->p->arena, "$%.*s", (int)(token.end - token.start - 1),
                                   text + token.start + 1);
    bool is_number = text[token.start] == '$';
    return sql_copy(b->p, token.start + !is_number, token.end);
}

static uint16_t find_parameter(sql_parser *p, const char *name, schema_span span)
{
    sqlfile_query *query = p->query;
    for (size_t i = 0; i < query->parameter_count; i++)
        if (!strcmp(query->parameters[i].name, name))
            return (uint16_t)i;
    size_t capacity = query->parameter_capacity;
    void *list = sql_grow(p->arena, query->parameters, query->parameter_count, &capacity,
                          sizeof *query->parameters);
    if (!list)
        return 0;
    query->parameters = list;
    query->parameter_capacity = capacity;
    query->parameters[query->parameter_count] =
        (sqlfile_value){.name = name, .is_nameless = name[0] == '$', .span = span};
    return (uint16_t)query->parameter_count++;
}

/* $1, $2, … keep the order of their numbers, in which they may not be used. */
static void add_numbers_before(sql_parser *p, const char *name, schema_span span)
{
    unsigned long number = strtoul(name + 1, NULL, 10);
    if (number > NUMBERS_MOST)
        sql_report(p, span.start, span.end, "give them names", "there are too many parameters");
    for (unsigned long i = 1; i < number && number <= NUMBERS_MOST; i++) {
        const char *before = tenon__arena_format(p->arena, "$%lu", i);
        if (before)
            find_parameter(p, before, span);
    }
}

static size_t skip_back(const char *text, size_t at)
{
    while (at && (text[at - 1] == ' ' || text[at - 1] == '\t'))
        at--;
    return at;
}

/* The word that ends here, in any case; where it begins, or 0. */
static size_t word_before(const char *text, size_t at, const char *word)
{
    size_t length = strlen(word);
    bool is_there = at > length && !strncasecmp(text + at - length, word, length);
    return is_there ? at - length : 0;
}

/* The start of `= ANY (` or `<> ALL (` in front of a parameter with `)` behind it; else 0. */
static size_t find_list_operator(const sql_parser *p)
{
    const char *text = p->source->text;
    size_t at = skip_back(text, p->token.start), end = p->token.end;
    while (text[end] == ' ')
        end++;
    if (!at || text[at - 1] != '(' || text[end] != ')')
        return 0;
    at = skip_back(text, at - 1);
    size_t any = word_before(text, at, "any"), all = word_before(text, at, "all");
    size_t sign = skip_back(text, any ? any : all);
    if (any && sign && text[sign - 1] == '=' && !strchr("<>!=", text[sign - 2]))
        return sign - 1;
    bool is_not =
        all && sign > 1 && (!memcmp(text + sign - 2, "<>", 2) || !memcmp(text + sign - 2, "!=", 2));
    return is_not ? sign - 2 : 0;
}

static void parse_parameter(body_parser *b)
{
    sql_token token = b->p->token;
    const char *name = parameter_name(b, token);
    flush_text(b, token.start);
    b->text_start = token.end;
    b->is_line_empty = false;
    sqlfile_piece *piece = name ? add_piece(b, token.start, token.end) : NULL;
    if (!piece)
        return;
    piece->is_parameter = true;
    if (name[0] == '$')
        add_numbers_before(b->p, name, sql_span(b->p, token.start, token.end));
    piece->parameter = find_parameter(b->p, name, sql_span(b->p, token.start, token.end));
    piece->operator_start = (uint32_t)find_list_operator(b->p);
    if (piece->operator_start && piece->parameter < b->p->query->parameter_count)
        b->p->query->parameters[piece->parameter].is_list = true;
}

/* ---- the statement --------------------------------------------------------------------------- */

static bool is_at_end(const sql_parser *p)
{
    if (p->token.kind == SQL_END || p->token.kind == SQL_SEMICOLON)
        return true;
    sql_note note = sql_read_note(p, p->token);
    return p->token.kind == SQL_COMMENT && sql_note_is(p, &note, "name");
}

static void parse_token(body_parser *b)
{
    switch (b->p->token.kind) {
    case SQL_SPACE:
        parse_space(b);
        break;
    case SQL_COMMENT:
        parse_comment(b);
        break;
    case SQL_PARAMETER:
        parse_parameter(b);
        break;
    case SQL_END:
    case SQL_SEMICOLON:
    case SQL_BLOCK: /* may be a hint to a planner */
    case SQL_WORD:
    case SQL_OTHER:
        b->is_line_empty = false;
        break;
    }
}

const sqlfile_body *sql_parse_body(sql_parser *p)
{
    sqlfile_body *body = tenon__arena_zalloc(p->arena, sizeof *body);
    body_parser b = {.p = p, .body = body, .text_start = p->token.start, .is_line_empty = true};
    if (!body)
        return NULL;
    body->file = p->file;
    body->start = (uint32_t)p->token.start;
    for (; !is_at_end(p); sql_advance(p))
        parse_token(&b);
    flush_text(&b, p->token.start);
    end_line(&b);
    body->end = (uint32_t)p->token.start;
    if (b.block_start)
        sql_report(p, b.block_start, b.block_start + 2, "\"-- end\" ends it",
                   "this optional part has no end");
    if (p->token.kind == SQL_SEMICOLON)
        sql_advance(p);
    return body;
}

/* ---- once everything is read ----------------------------------------------------------------- */

/* A parameter that makes a part may be used in that part alone: elsewhere it has no value when it
 * is not given. */
static void check_uses(sqlfile_set *set, const sqlfile_query *query, const sqlfile_body *body)
{
    for (size_t i = 0; i < body->piece_count; i++) {
        const sqlfile_piece *piece = &body->pieces[i];
        if (!piece->is_parameter)
            continue;
        for (size_t c = 0; c < query->condition_count; c++)
            if (query->conditions[c].parameter == piece->parameter && !(piece->needs & 1u << c))
                schema_report(&set->report, SCHEMA_ERROR,
                              (schema_span){body->file, piece->start, piece->end},
                              "give the condition a name of its own",
                              "\"%s\" is used outside of the part that is there when it is given",
                              query->conditions[c].name);
    }
}

static void add_flag(sqlfile_set *set, sqlfile_query *query, const char *name)
{
    sql_parser p = {.set = set, .arena = &set->report.arena, .query = query};
    uint16_t at = find_parameter(&p, name, query->span);
    if (at < query->parameter_count)
        query->parameters[at].is_flag = true;
}

void sql_resolve_conditions(sqlfile_set *set, sqlfile_query *query)
{
    size_t written = query->parameter_count;
    for (size_t c = 0; c < query->condition_count; c++) {
        sqlfile_condition *condition = &query->conditions[c];
        size_t at = 0;
        while (at < written && strcmp(query->parameters[at].name, condition->name) != 0)
            at++;
        if (at == written)
            add_flag(set, query, condition->name);
        for (at = 0; at < query->parameter_count &&
                     strcmp(query->parameters[at].name, condition->name) != 0;)
            at++;
        if (at == query->parameter_count)
            return; /* memory is exhausted */
        condition->parameter = (uint16_t)at;
        query->parameters[at].is_condition = true;
    }
    for (unsigned d = 0; d < SQLFILE_DIALECTS; d++)
        if (query->bodies[d] && (d == 0 || query->bodies[d] != query->bodies[d - 1]))
            check_uses(set, query, query->bodies[d]);
}
