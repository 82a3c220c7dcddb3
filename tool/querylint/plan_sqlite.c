/* Reads EXPLAIN QUERY PLAN of SQLite, a line for each step:
 *
 *     SCAN p
 *     SEARCH u USING INDEX users_email_key (email=?)
 *     USE TEMP B-TREE FOR ORDER BY
 *
 * An AUTOMATIC index is one that it makes for the query alone, out of every row. */
#include "querylint/querylint_inside.h"

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

static const char *after(const char *at, const char *word)
{
    size_t length = strlen(word);
    return at && !strncmp(at, word, length) ? at + length : NULL;
}

static bool is_end_of_name(const char *at)
{
    return at && (*at == ' ' || *at == '\n' || !*at);
}

static bool scans(const char *plan, const query_table *table)
{
    for (const char *line = plan; *line; line = next_line(line)) {
        const char *scan = after(after(line, "SCAN "), table->alias);
        const char *search = after(after(line, "SEARCH "), table->alias);
        if (is_end_of_name(scan) || after(search, " USING AUTOMATIC "))
            return true;
    }
    return false;
}

static bool uses(const char *plan, const char *index)
{
    return strstr(plan, index) != NULL;
}

static bool searches(const char *plan, const char *index)
{
    for (const char *line = plan; *line; line = next_line(line)) {
        const char *at = strstr(line, index);
        if (after(line, "SEARCH ") && at && at < next_line(line))
            return true;
    }
    return false;
}

static bool sorts(const char *plan)
{
    return strstr(plan, "TEMP B-TREE FOR ORDER BY") || strstr(plan, "TERM OF ORDER BY");
}

/* Tables that are read from end to end, and sorts. */
static double cost(const char *plan)
{
    double count = sorts(plan) ? 1 : 0;
    for (const char *line = plan; *line; line = next_line(line)) {
        const char *automatic = strstr(line, " USING AUTOMATIC ");
        count += after(line, "SCAN ") || (automatic && automatic < next_line(line));
    }
    return count;
}

static double scan_cost(const char *plan, const query_table *table)
{
    return scans(plan, table) ? 1 : 0;
}

const plan_reader plan_sqlite_reader = {.scans = scans,
                                        .uses = uses,
                                        .searches = searches,
                                        .sorts = sorts,
                                        .cost = cost,
                                        .scan_cost = scan_cost};
