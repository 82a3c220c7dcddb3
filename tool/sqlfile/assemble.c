/* Puts the pieces of a query together: a variant's text, with $1 or ?1 for parameters.
 *
 * Parameters are numbered in the order in which the variant uses them, because PostgreSQL cannot
 * find out the type of one that is not used. The layout is the file's, without empty lines and
 * spaces at ends of lines. */
#include "sqlfile/assemble.h"

#include "sqlfile/parse.h"

typedef struct assembly {
    sqlfile_set *set;
    const sqlfile_query *query;
    const char *text; /* of the file */
    char mark;        /* '$' or '?' */
    bool is_analysed; /* for tool/nullability, which does not know tenon_keys */
    size_t order;
    unsigned parts;
    tenon__buf out;
    sqlfile_text *made;
    size_t capacity;
    sql_map *map;
} assembly;

size_t sql_variant_count(const sqlfile_query *query)
{
    return (query->order_count ? query->order_count : 1) << query->condition_count;
}

size_t sql_map_back(const sql_map *map, size_t out)
{
    size_t at = 0;
    while (at + 1 < map->count && map->marks[at + 1].out <= out)
        at++;
    return map->count ? map->marks[at].in + (out - map->marks[at].out) : 0;
}

static void mark_place(assembly *a, size_t in)
{
    sql_mark *marks = sql_grow(&a->set->report.arena, a->map->marks, a->map->count,
                               &a->map->capacity, sizeof *marks);
    if (!marks)
        return;
    a->map->marks = marks;
    marks[a->map->count++] = (sql_mark){a->out.length, in};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void trim_line(assembly *a)
{
    while (a->out.length && is_blank(a->out.data[a->out.length - 1]))
        a->out.data[--a->out.length] = '\0';
}

/* Line ends outside of strings are what pieces end in: those of strings stay as they are. */
static void add_text(assembly *a, const sqlfile_piece *piece)
{
    size_t length = piece->end - piece->start;
    bool ends_line = length && a->text[piece->end - 1] == '\n';
    tenon__buf_add(&a->out, a->text + piece->start, length - ends_line);
    if (!ends_line)
        return;
    trim_line(a);
    if (a->out.length && a->out.data[a->out.length - 1] != '\n')
        tenon__buf_char(&a->out, '\n');
}

/* The number of a parameter in this text, from 1; a new one at its first use. */
static size_t number_parameter(assembly *a, uint16_t parameter)
{
    sqlfile_text *made = a->made;
    for (size_t i = 0; i < made->parameter_count; i++)
        if (made->parameters[i] == parameter)
            return i + 1;
    uint16_t *list = sql_grow(&a->set->report.arena, made->parameters, made->parameter_count,
                              &a->capacity, sizeof *list);
    if (!list)
        return 1;
    made->parameters = list;
    list[made->parameter_count++] = parameter;
    return made->parameter_count;
}

/* SQLite: `id = ANY (` becomes `id IN (SELECT value FROM tenon_keys(`. */
static void add_list(assembly *a, const sqlfile_piece *piece)
{
    size_t number = number_parameter(a, piece->parameter);
    size_t length = piece->start - piece->operator_start;
    bool is_any = a->text[piece->operator_start] == '=';
    if (!a->out.data || length > a->out.length)
        return;
    a->out.length -= length;
    a->out.data[a->out.length] = '\0';
    if (a->out.length && !is_blank(a->out.data[a->out.length - 1]))
        tenon__buf_char(&a->out, ' ');
    tenon__buf_format(&a->out,
                      a->is_analysed ? "%s (?%zu" : "%s (SELECT value FROM tenon_keys(?%zu)",
                      is_any ? "IN" : "NOT IN", number);
}

static void add_piece(assembly *a, const sqlfile_piece *piece)
{
    bool has_place = !piece->needs || (piece->needs & ~a->parts) == 0;
    if (!has_place || (piece->needs_not & a->parts))
        return;
    mark_place(a, piece->start);
    if (piece->operator_start && a->mark == '?')
        add_list(a, piece);
    else if (piece->is_parameter)
        tenon__buf_format(&a->out, "%c%zu", a->mark, number_parameter(a, piece->parameter));
    else if (piece->is_order && a->query->order_count)
        tenon__buf_format(&a->out, "ORDER BY %s", a->query->orders[a->order].sql);
    else if (!piece->is_order)
        add_text(a, piece);
}

static void trim_end(tenon__buf *out)
{
    while (out->length &&
           (is_blank(out->data[out->length - 1]) || out->data[out->length - 1] == '\n'))
        out->data[--out->length] = '\0';
}

static bool assemble(sqlfile_set *set, const sqlfile_query *query, unsigned dialect, size_t variant,
                     bool is_analysed, sqlfile_text *out, sql_map *map)
{
    const sqlfile_body *body = query->bodies[dialect];
    *out = (sqlfile_text){0};
    *map = (sql_map){0};
    assembly a = {.set = set,
                  .query = query,
                  .text = set->report.files[body->file].text,
                  .mark = dialect + 1 == TENON_SQLITE ? '?' : '$',
                  .is_analysed = is_analysed,
                  .order = variant >> query->condition_count,
                  .parts = (unsigned)variant & ((1u << query->condition_count) - 1),
                  .made = out,
                  .map = map};
    for (size_t i = 0; i < body->piece_count; i++)
        add_piece(&a, &body->pieces[i]);
    trim_end(&a.out);
    set->report.arena.failed |= a.out.failed;
    out->sql =
        a.out.failed ? NULL : tenon__arena_text(&set->report.arena, tenon__buf_string(&a.out));
    tenon__buf_release(&a.out);
    return out->sql && !set->report.arena.failed;
}

bool sql_assemble(sqlfile_set *set, const sqlfile_query *query, unsigned dialect, size_t variant,
                  sqlfile_text *out, sql_map *map)
{
    return assemble(set, query, dialect, variant, false, out, map);
}

const char *sql_assemble_analysed(sqlfile_set *set, const sqlfile_query *query, unsigned dialect,
                                  size_t variant, sql_map *map)
{
    sqlfile_text text;
    sql_map unused;
    return assemble(set, query, dialect, variant, true, &text, map ? map : &unused) ? text.sql
                                                                                    : NULL;
}
