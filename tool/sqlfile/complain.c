/* What a database says against a statement, shown where it stands in the file, with the name that
 * was probably meant. */
#include "sqlfile/check.h"

#include <stdlib.h>

enum { NAME_SIZE = 128 };

/* The forms in which the databases tell of a name that they do not know. */
static const struct {
    const char *before, *behind;
    bool is_table;
} unknown_names[] = {
    {"column \"", "\" ", false},   {"column ", " does not exist", false},
    {"relation \"", "\" ", true},  {"no such column: ", "", false},
    {"no such table: ", "", true}, {"has no column named ", "", false},
};

/* "p.viewz" → "viewz" */
static void keep_last_part(char *name)
{
    const char *dot = strrchr(name, '.');
    size_t length = dot ? strlen(dot + 1) + 1 : 0;
    if (dot)
        memmove(name, dot + 1, length);
}

static bool find_unknown(const char *message, char name[NAME_SIZE], bool *is_table)
{
    for (size_t i = 0; i < TENON__COUNT(unknown_names); i++) {
        const char *at = strstr(message, unknown_names[i].before);
        if (!at)
            continue;
        at += strlen(unknown_names[i].before);
        const char *end =
            *unknown_names[i].behind ? strstr(at, unknown_names[i].behind) : at + strlen(at);
        if (!end || end == at || (size_t)(end - at) >= NAME_SIZE)
            continue;
        memcpy(name, at, (size_t)(end - at));
        name[end - at] = '\0';
        keep_last_part(name);
        *is_table = unknown_names[i].is_table;
        return true;
    }
    return false;
}

static size_t count_names(const catalogue *c, bool of_tables)
{
    size_t count = 0;
    for (size_t i = 0; i < c->table_count; i++)
        count += of_tables ? 1 : c->tables[i].column_count;
    return count;
}

static const char *nearest_name(const catalogue *c, const char *name, bool of_tables)
{
    const char **names = calloc(count_names(c, of_tables) + 1, sizeof *names);
    size_t count = 0;
    if (!names)
        return NULL;
    for (size_t i = 0; i < c->table_count; i++) {
        if (of_tables)
            names[count++] = c->tables[i].name;
        for (size_t k = 0; !of_tables && k < c->tables[i].column_count; k++)
            names[count++] = c->tables[i].columns[k].name;
    }
    const char *near = schema_nearest(name, names, count);
    free(names);
    return near && strcmp(near, name) != 0 ? near : NULL;
}

static const char *hint_for(sql_check *c, const sql_complaint *complaint)
{
    char name[NAME_SIZE];
    bool is_table;
    tenon__arena *arena = &c->set->report.arena;
    const char *near = find_unknown(complaint->message, name, &is_table)
                           ? nearest_name(c->database->catalogue, name, is_table)
                           : NULL;
    if (near)
        return tenon__arena_format(arena, "did you mean \"%s\"?", near);
    return *complaint->hint ? tenon__arena_text(arena, complaint->hint) : NULL;
}

/* The word, with its dots and quotes, that begins here. */
static size_t end_of_name(const schema_source *source, size_t at)
{
    size_t end = at;
    for (;;) {
        sql_token token = sql_next_token(source->text, source->length, end, false);
        bool is_name = token.kind == SQL_WORD || source->text[token.start] == '"' ||
                       source->text[token.start] == '.';
        if (token.kind == SQL_END || !is_name)
            return end > at ? end : token.end;
        end = token.end;
    }
}

void sql_complain(sql_check *c, const sql_complaint *complaint)
{
    const sqlfile_body *body = c->query->bodies[c->dialect];
    const schema_source *source = &c->set->report.files[body->file];
    const char *hint = hint_for(c, complaint);
    schema_span span = c->query->span;
    if (complaint->has_place) {
        size_t at = sql_map_back(&c->map, complaint->at);
        size_t end = at < source->length ? end_of_name(source, at) : source->length;
        span = (schema_span){body->file, (uint32_t)at, (uint32_t)end};
    }
    schema_report(&c->set->report, SCHEMA_ERROR, span, hint, "%s", complaint->message);
}

/* ---- order ----------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const schema_diagnostic *a = left, *b = right;
    if (a->span.file != b->span.file)
        return a->span.file < b->span.file ? -1 : 1;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    return strcmp(a->message, b->message);
}

/* By place; what both databases say stands there once. */
void sql_sort_diagnostics(sqlfile_set *set)
{
    schema_diagnostic *list = set->report.diagnostics;
    size_t kept = 0;
    if (set->report.diagnostic_count > 1)
        qsort(list, set->report.diagnostic_count, sizeof *list, compare);
    for (size_t i = 0; i < set->report.diagnostic_count; i++)
        if (!kept || compare(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    set->report.diagnostic_count = kept;
}
