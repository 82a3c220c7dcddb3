/* What comments say in words of ours.
 *
 *     -- param: min_views Int?       its type, and that it may be NULL
 *     -- column: total BigInt        a type; without ? it is never NULL
 *     -- column: total!              never NULL, whatever the analysis says; total? may be NULL
 *     -- on: postgresql, sqlite      the databases that the query is for
 *     -- order: created_at, best = (rating DESC, id) */
#include "sqlfile/parse.h"

#include <ctype.h>

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '.' ||
           (unsigned char)c >= 0x80;
}

static size_t skip_word(const char *text, size_t at, size_t end)
{
    while (at < end && is_word_char(text[at]))
        at++;
    return at;
}

static size_t skip_space(const char *text, size_t at, size_t end)
{
    while (at < end && (text[at] == ' ' || text[at] == '\t'))
        at++;
    return at;
}

/* "[]", "?", "!" behind a type or a name; the end of them. */
static size_t read_marks(const char *text, size_t at, size_t end, sqlfile_stated *out)
{
    if (end - at >= 2 && text[at] == '[' && text[at + 1] == ']') {
        out->is_list = true;
        at += 2;
    }
    if (at < end && text[at] == '?')
        out->is_nullable = true;
    else if (at < end && text[at] == '!')
        out->is_required = true;
    else
        return at;
    return at + 1;
}

void sql_parse_stated(sql_parser *p, const sql_note *note, sqlfile_stated **list, size_t *count)
{
    const char *text = p->source->text;
    size_t end = skip_word(text, note->start, note->end), capacity = *count;
    sqlfile_stated stated = {.name = sql_copy(p, note->start, end),
                             .span = sql_span(p, note->start, note->end)};
    size_t at = read_marks(text, end, note->end, &stated);
    size_t type = skip_space(text, at, note->end);
    if (at == end && type > end) {
        at = skip_word(text, type, note->end);
        stated.type = at > type ? sql_copy(p, type, at) : NULL;
        at = read_marks(text, at, note->end, &stated);
        stated.is_required |= stated.type && !stated.is_nullable;
    }
    if (end == note->start || at != note->end || (!stated.type && at == end)) {
        sql_report(p, note->start, note->end, "such as: total BigInt, or total?, or total!",
                   "a name and what is known about it");
        return;
    }
    void *grown = sql_grow(p->arena, *list, *count, &capacity, sizeof **list);
    if (!grown)
        return;
    *list = grown;
    (*list)[(*count)++] = stated;
}

/* ---- databases ------------------------------------------------------------------------------- */

static unsigned dialect_bit(const char *text, size_t length)
{
    static const char *const words[] = {"postgresql", "sqlite"};
    for (unsigned i = 0; i < TENON__COUNT(words); i++)
        if (strlen(words[i]) == length && !memcmp(words[i], text, length))
            return 1u << i;
    return 0;
}

unsigned sql_parse_on(sql_parser *p, const sql_note *note)
{
    const char *text = p->source->text;
    unsigned on = 0;
    for (size_t at = note->start; at < note->end;) {
        size_t end = skip_word(text, at, note->end);
        unsigned bit = dialect_bit(text + at, end - at);
        if (!bit)
            sql_report(p, at, end > at ? end : at + 1, "postgresql, sqlite, or both of them",
                       "this is no database that a query can be for");
        on |= bit;
        at = skip_space(text, end > at ? end : at + 1, note->end);
        if (at < note->end && text[at] == ',')
            at = skip_space(text, at + 1, note->end);
    }
    if (p->is_on_by_name && on != p->on)
        sql_report(p, note->start, note->end, NULL,
                   "the name of the file says for which database its queries are");
    return on ? on : p->on;
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* "p.created_at" is called created_at; anything but a column needs a name. */
static size_t start_of_last_name(const char *text, size_t start, size_t end)
{
    while (end > start && text[end - 1] != '.')
        end--;
    return end;
}

static void add_order(sql_parser *p, const char *name, const char *sql)
{
    sqlfile_query *query = p->query;
    size_t capacity = query->order_count;
    sqlfile_order_term *list =
        sql_grow(p->arena, query->orders, query->order_count, &capacity, sizeof *list);
    if (!list || !name || !sql)
        return;
    for (size_t i = 0; i < query->order_count; i++)
        if (!strcmp(list[i].name, name))
            sql_report(p, p->token.start, p->token.end, "name = expression gives another name",
                       "two orders are called \"%s\"", name);
    query->orders = list;
    list[query->order_count++] = (sqlfile_order_term){name, sql};
}

/* A column gives two orders, up and down, with NULLs where the client has them; what is written
 * out, one, in parentheses when it has several terms. */
static void parse_order_item(sql_parser *p, size_t start, size_t end)
{
    const char *text = p->source->text;
    size_t word = skip_word(text, start, end), after = skip_space(text, word, end);
    if (word > start && word == end) {
        const char *sql = sql_copy(p, start, end);
        const char *name = sql_copy(p, start_of_last_name(text, start, end), end);
        if (!sql || !name)
            return;
        add_order(p, name, tenon__arena_format(p->arena, "%s ASC NULLS LAST", sql));
        add_order(p, tenon__arena_format(p->arena, "%s_desc", name),
                  tenon__arena_format(p->arena, "%s DESC NULLS FIRST", sql));
    } else if (word > start && after < end && text[after] == '=') {
        size_t sql = skip_space(text, after + 1, end);
        bool is_wrapped = sql < end && text[sql] == '(' && text[end - 1] == ')';
        sql += is_wrapped;
        end -= is_wrapped;
        add_order(p, sql_copy(p, start, word), sql_copy(p, sql, end));
    } else {
        sql_report(p, start, end > start ? end : start + 1, "such as: best = (rating DESC, id)",
                   "an order is a column, or a name with what stands behind ORDER BY");
    }
}

/* The next comma that is not in parentheses. */
static size_t end_of_item(const char *text, size_t at, size_t end)
{
    unsigned depth = 0;
    for (; at < end && (text[at] != ',' || depth); at++) {
        depth += text[at] == '(';
        depth -= text[at] == ')' && depth;
    }
    return at;
}

void sql_parse_order(sql_parser *p, const sql_note *note)
{
    const char *text = p->source->text;
    if (p->query->order_count) /* the same in the file for the other database */
        return;
    for (size_t at = note->start; at <= note->end;) {
        size_t next = end_of_item(text, at, note->end), end = next;
        while (end > at && text[end - 1] == ' ')
            end--;
        parse_order_item(p, at, end);
        at = skip_space(text, next + 1, note->end + 1);
    }
}
