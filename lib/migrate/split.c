/* Where the statements of a file end.
 *
 * At a semicolon, unless it stands in parentheses (CREATE RULE), in the body of a routine in
 * standard SQL (BEGIN ATOMIC … END, where CASE … END nests), or in the body of a trigger of SQLite,
 * which ends with the three tokens `; END ;` as SQLite's own shell has it. What is quoted was
 * passed over by the scanner.
 *
 * Statements are sent one by one, not as the whole file, so that an error has a line and a
 * transaction can be ended behind any of them. */
#include "migrate/kind.h"

typedef struct splitter {
    tenon__scanner scanner;
    tenon__arena *arena;
    const char *counted; /* lines were counted up to here */
    unsigned line;
    tenon__pieces *out;
    size_t capacity;
} splitter;

/* What is known of the statement under way. */
typedef struct course {
    const char *begin, *end;
    unsigned parentheses, blocks; /* how deep */
    bool is_routine, is_trigger;
    tenon__token last, last_but_one;
} course;

static bool begins_like(const splitter *s, const char *begin, const char *pattern)
{
    tenon__scanner ahead = s->scanner;
    ahead.at = begin;
    return tenon__sql_fits(&ahead, pattern);
}

static void look_at_beginning(const splitter *s, course *c)
{
    static const char *const routines[] = {"CREATE FUNCTION", "CREATE PROCEDURE",
                                           "CREATE OR REPLACE FUNCTION",
                                           "CREATE OR REPLACE PROCEDURE"};
    static const char *const triggers[] = {"CREATE TRIGGER", "CREATE TEMP TRIGGER",
                                           "CREATE TEMPORARY TRIGGER"};
    bool is_sqlite = s->scanner.dialect == TENON_SQLITE;
    for (size_t i = 0; !is_sqlite && i < TENON__COUNT(routines); i++)
        c->is_routine |= begins_like(s, c->begin, routines[i]);
    for (size_t i = 0; is_sqlite && i < TENON__COUNT(triggers); i++)
        c->is_trigger |= begins_like(s, c->begin, triggers[i]);
}

/* BEGIN opens the body of a routine; inside, CASE has an END of its own. */
static void follow_blocks(course *c, const tenon__token *token)
{
    bool is_atomic = tenon__token_is(&c->last, "BEGIN") && tenon__token_is(token, "ATOMIC");
    if (is_atomic || (c->blocks > 0 && tenon__token_is(token, "CASE")))
        c->blocks++;
    else if (c->blocks > 0 && tenon__token_is(token, "END"))
        c->blocks--;
}

static bool ends_here(const course *c, const tenon__token *token)
{
    if (!tenon__token_is(token, ";"))
        return false;
    if (c->is_trigger)
        return tenon__token_is(&c->last, "END") && tenon__token_is(&c->last_but_one, ";");
    return c->parentheses == 0 && c->blocks == 0;
}

static void follow(course *c, const tenon__token *token)
{
    if (tenon__token_is(token, "("))
        c->parentheses++;
    else if (tenon__token_is(token, ")") && c->parentheses > 0)
        c->parentheses--;
    if (c->is_routine)
        follow_blocks(c, token);
    c->last_but_one = c->last;
    c->last = *token;
    c->end = token->text + token->length;
}

/* The next statement; without a beginning at the end of the file. */
static course next_statement(splitter *s)
{
    course c = {0};
    for (;;) {
        tenon__token token = tenon__scan(&s->scanner);
        if (token.kind == TENON__TOKEN_END || (c.begin && ends_here(&c, &token)))
            return c;
        if (!c.begin && tenon__token_is(&token, ";"))
            continue;
        if (!c.begin) {
            c.begin = token.text;
            look_at_beginning(s, &c);
        }
        follow(&c, &token);
    }
}

static unsigned line_of(splitter *s, const char *at)
{
    for (; s->counted < at; s->counted++)
        s->line += *s->counted == '\n';
    return s->line;
}

static bool add_piece(splitter *s, const course *c)
{
    tenon__pieces *out = s->out;
    if (out->count == s->capacity) {
        size_t capacity = s->capacity ? s->capacity * 2 : 8;
        void *items = tenon__arena_resize(s->arena, out->items, capacity * sizeof *out->items);
        if (!items)
            return false;
        out->items = items;
        s->capacity = capacity;
    }
    tenon__piece *piece = &out->items[out->count];
    *piece = (tenon__piece){
        .text = tenon__arena_copy(s->arena, c->begin, (size_t)(c->end - c->begin)),
        .line = line_of(s, c->begin),
    };
    if (!piece->text)
        return false;
    tenon__piece_classify(s->scanner.dialect, piece);
    out->count++;
    return true;
}

/* What stands inside of the file's own transaction runs in it, whatever it is: the file says so. */
static bool check_transactions(tenon__pieces *pieces, tenon_error *err)
{
    const tenon__piece *opened = NULL;
    for (size_t i = 0; i < pieces->count; i++) {
        tenon__piece *piece = &pieces->items[i];
        if (piece->kind == TENON__PIECE_BEGIN)
            opened = piece;
        else if (piece->kind == TENON__PIECE_COMMIT || piece->kind == TENON__PIECE_ROLLBACK)
            opened = NULL;
        else if (opened)
            piece->kind = TENON__PIECE_PLAIN;
    }
    if (!opened)
        return true;
    return tenon__fail(err, TENON_MISUSE,
                       "line %u begins a transaction that the file does not commit", opened->line);
}

/* A routine that is all of a file, or that says of itself that it may be run again: ours, which
 * fills in rows and commits by itself wherever it stands. */
static void set_routines_outside(tenon__pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        tenon__piece *piece = &pieces->items[i];
        if (tenon__piece_is_routine(piece) &&
            (pieces->count == 1 || strstr(piece->text, "tenon:repeatable")))
            piece->kind = TENON__PIECE_OUTSIDE;
    }
}

static void part_asides(tenon__pieces *out)
{
    out->asides = out->items;
    while (out->count > 0 &&
           (strstr(out->items->text, TENON__BEFORE) || strstr(out->items->text, TENON__AFTER))) {
        out->items++;
        out->count--;
        out->aside_count++;
    }
}

bool tenon__split(tenon_dialect dialect, const char *sql, tenon__arena *arena, tenon__pieces *out,
                  tenon_error *err)
{
    splitter s = {.scanner = {.dialect = dialect, .at = sql, .end = sql + strlen(sql)},
                  .arena = arena,
                  .counted = sql,
                  .line = 1,
                  .out = out};
    *out = (tenon__pieces){0};
    for (course c = next_statement(&s); c.begin; c = next_statement(&s)) {
        if (!add_piece(&s, &c))
            return tenon__fail_no_memory(err);
    }
    if (s.scanner.is_open)
        return tenon__fail(err, TENON_MISUSE,
                           "a quote or comment is opened and never closed, at or before line %u",
                           line_of(&s, s.scanner.end));
    part_asides(out);
    if (dialect == TENON_POSTGRESQL)
        set_routines_outside(out);
    return check_transactions(out, err);
}
