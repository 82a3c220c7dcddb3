/* Reads EXPLAIN of PostgreSQL:
 *
 *     Nested Loop  (cost=0.12..7.52 rows=1 width=4)
 *       ->  Seq Scan on posts p  (cost=0.00..530.00 rows=530 width=8)
 *             Filter: ((views)::numeric > 1.5)
 *       ->  Index Scan using users_email_key on users u  (cost=0.06..1.16 rows=1 width=4)
 *             Index Cond: (email = $1)
 *
 * A step is a line with a cost; what is said of it stands below, until the next step. */
#include "querylint/querylint_inside.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

static bool line_has(const char *line, const char *words)
{
    const char *found = strstr(line, words);
    return found && found < next_line(line);
}

static bool is_step(const char *line)
{
    return line_has(line, "(cost=");
}

/* What is said about the keys that an index is searched for; or NULL. */
static const char *condition_of(const char *step)
{
    for (const char *line = next_line(step); *line && !is_step(line); line = next_line(line))
        if (line_has(line, "Index Cond:"))
            return line;
    return NULL;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Behind a name as PostgreSQL prints it; NULL when it is another. */
static const char *after_name(const char *at, const char *name)
{
    bool is_quoted = *at == '"';
    at += is_quoted;
    for (; *name; name++, at++) {
        if (is_quoted && *name == '"' && at[0] == '"' && at[1] == '"')
            at++;
        if (*at != *name)
            return NULL;
    }
    return is_quoted ? (*at == '"' ? at + 1 : NULL) : at;
}

/* PostgreSQL tells apart what has one alias in several blocks: p, p_1. */
static const char *after_number(const char *at)
{
    if (at[0] != '_' || !isdigit((unsigned char)at[1]))
        return at;
    for (at++; isdigit((unsigned char)*at);)
        at++;
    return at;
}

/* " on posts p  (cost": a name, and the alias when it is another. */
static bool is_on(const char *step, const query_table *table)
{
    const char *on = strstr(step, " on ");
    const char *at = on && on < next_line(step) ? after_name(on + 4, table->table->name) : NULL;
    bool is_same = !strcmp(table->alias, table->table->name);
    if (at && at[0] == ' ' && at[1] != ' ')
        at = after_name(at + 1, table->alias);
    else if (!is_same)
        return false;
    return at && *after_number(at) == ' ';
}

/* " using posts_pkey on", "Bitmap Index Scan on posts_pkey" */
static bool names_index(const char *step, const char *index)
{
    const char *using = strstr(step, " using "), *bitmap = strstr(step, "Bitmap Index Scan on ");
    const char *end = next_line(step);
    const char *at = using && using < end ? after_name(using + 7, index) : NULL;
    if (!at && bitmap && bitmap < end)
        at = after_name(bitmap + strlen("Bitmap Index Scan on "), index);
    return at && *at == ' ';
}

/* ---- the questions --------------------------------------------------------------------------- */

/* An index can be asked for its second column alone; then all of it is read. */
static bool skips_first(const char *step, const catalogue_index *index)
{
    const char *name = index->key_count ? index->keys[0].column : NULL;
    const char *condition = condition_of(step);
    return name && condition && !line_has(condition, name);
}

/* Of a bitmap the index stands below; above two of them, BitmapAnd or BitmapOr. */
static const char *index_step(const char *step)
{
    const char *below = next_line(step);
    while (*below && !is_step(below))
        below = next_line(below);
    return line_has(step, "Bitmap Heap Scan") && *below ? below : step;
}

static bool reads_all(const char *step, const query_table *table)
{
    const char *searched = index_step(step);
    if (line_has(searched, "BitmapAnd") || line_has(searched, "BitmapOr"))
        return false;
    for (size_t i = 0; i < table->table->index_count; i++)
        if (names_index(searched, table->table->indexes[i].name))
            return !condition_of(searched) || skips_first(searched, &table->table->indexes[i]);
    return line_has(step, "Seq Scan on ");
}

static const char *find_scan(const char *plan, const query_table *table)
{
    for (const char *line = plan; *line; line = next_line(line))
        if (is_step(line) && line_has(line, "Scan") && is_on(line, table) && reads_all(line, table))
            return line;
    return NULL;
}

static bool scans(const char *plan, const query_table *table)
{
    return find_scan(plan, table) != NULL;
}

static bool uses(const char *plan, const char *index)
{
    return strstr(plan, index) != NULL;
}

static bool searches(const char *plan, const char *index)
{
    for (const char *line = plan; *line; line = next_line(line))
        if (is_step(line) && names_index(line, index) && condition_of(line))
            return true;
    return false;
}

static bool sorts(const char *plan)
{
    return strstr(plan, "Sort Key:") != NULL;
}

static double cost(const char *step)
{
    const char *total = strstr(step, "..");
    return total ? strtod(total + 2, NULL) : 0;
}

static double scan_cost(const char *plan, const query_table *table)
{
    const char *scan = find_scan(plan, table);
    return scan ? cost(scan) : 0;
}

/* ---- conversions ----------------------------------------------------------------------------- */

/* "(views)::numeric" and "(p.views)::numeric", of which `at` is behind "(". */
static const char *converted_to(const char *at, const query_column *column)
{
    const char *behind = after_name(at, column->from->alias);
    if (behind && *behind == '.')
        at = behind + 1;
    at = after_name(at, column->column->name);
    return at && !strncmp(at, ")::", 3) ? at + 3 : NULL;
}

/* varchar is shown as text, but an index of it serves all the same. */
static bool is_no_change(const char *type, const query_column *column)
{
    return !strncmp(type, "text", 4) && column->column->type_name &&
           !strcmp(column->column->type_name, "varchar");
}

static bool converts(const char *plan, const query_column *column, char *type, size_t size)
{
    for (const char *line = plan; *line; line = next_line(line)) {
        if (is_step(line) || line_has(line, "Index Cond:"))
            continue;
        for (const char *at = strchr(line, '('); at && at < next_line(line);
             at = strchr(at + 1, '(')) {
            const char *to = converted_to(at + 1, column);
            if (!to || is_no_change(to, column))
                continue;
            snprintf(type, size, "%.*s", (int)strcspn(to, " )\n,"), to);
            return true;
        }
    }
    return false;
}

const plan_reader plan_postgresql_reader = {.scans = scans,
                                            .uses = uses,
                                            .searches = searches,
                                            .sorts = sorts,
                                            .cost = cost,
                                            .scan_cost = scan_cost,
                                            .converts = converts};
