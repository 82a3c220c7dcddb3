/* The lines of EXPLAIN, as both databases write them for people.
 *
 * PostgreSQL: a step stands in a line with its costs, below another one behind an arrow, six
 * columns further right; lines without costs tell more of the step above them.
 *
 *     Nested Loop  (cost=0.29..16.34 rows=1 width=8) (actual time=0.02..0.03 rows=9 loops=1)
 *       ->  Seq Scan on "User"  (cost=…
 *             Filter: (age > 3)
 *             Rows Removed by Filter: 12
 *     Execution Time: 0.061 ms
 *
 * SQLite: a line is a step, and two columns are a level. */
#include "trace/plan.h"

enum { ARROW = 6, FIRST_INDENT = 2, SQLITE_INDENT = 2 };

typedef struct reader {
    tenon__arena *arena;
    tenon_plan_step *steps;
    size_t count;
    tenon_profile *profile;
} reader;

typedef struct line {
    const char *text;
    size_t length, indent;
} line;

/* Where `word` stands in the line, behind it; NULL: nowhere. */
static const char *find_behind(const line *l, const char *word)
{
    const char *found = memmem(l->text, l->length, word, strlen(word));
    return found ? found + strlen(word) : NULL;
}

static double number_at(const char *text)
{
    double value = 0;
    tenon__double_read(text, strspn(text, "0123456789."), &value);
    return value;
}

static double number_behind(const line *l, const char *word)
{
    const char *at = find_behind(l, word);
    return at ? number_at(at) : 0;
}

static bool begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

static double error_of(double estimated, double actual)
{
    double e = larger(estimated, 1), a = larger(actual, 1);
    return e > a ? e / a : a / e;
}

/* "(actual time=0.02..0.03 rows=9 loops=1)"; without times, or "(never executed)". */
static void read_actual(tenon_plan_step *step, const line *costs)
{
    const char *at = find_behind(costs, "(actual ");
    if (!at)
        return;
    line actual = {.text = at, .length = costs->length - (size_t)(at - costs->text)};
    const char *time = find_behind(&actual, "time=");
    const char *until = time ? find_behind(&actual, "..") : NULL;
    step->is_measured = true;
    step->actual_rows = number_behind(&actual, "rows=");
    step->loops = number_behind(&actual, "loops=");
    step->total_ms = until ? number_at(until) * step->loops : 0;
    step->error = error_of(step->estimated_rows, step->actual_rows);
}

static void add_postgres_step(reader *r, const line *l, const char *costs)
{
    bool is_below = l->length > 4 && memcmp(l->text, "->  ", 4) == 0;
    const char *name = l->text + (is_below ? 4 : 0);
    size_t length = (size_t)(costs - name) - strlen("  (cost=");
    const line rest = {.text = costs, .length = l->length - (size_t)(costs - l->text)};
    tenon_plan_step *step = &r->steps[r->count++];
    *step = (tenon_plan_step){.text = tenon__arena_copy(r->arena, name, length)};
    if (is_below)
        step->depth = (unsigned)((l->indent - FIRST_INDENT) / ARROW + 1);
    step->estimated_rows = number_behind(&rest, "rows=");
    step->reads_all = begins(name, "Seq Scan") || begins(name, "Parallel Seq Scan");
    step->sorts = begins(name, "Sort") || begins(name, "Incremental Sort");
    read_actual(step, &rest);
}

static void read_postgres(reader *r, const line *l)
{
    bool is_step = !r->count || begins(l->text, "->  ");
    const char *costs = is_step ? find_behind(l, "  (cost=") : NULL;
    if (costs)
        add_postgres_step(r, l, costs);
    else if (begins(l->text, "Rows Removed by ") && r->count)
        r->steps[r->count - 1].removed_rows += number_behind(l, ": ");
    else if (begins(l->text, "Planning Time: "))
        r->profile->planning_ms = number_behind(l, ": ");
    else if (begins(l->text, "Execution Time: "))
        r->profile->execution_ms = number_behind(l, ": ");
}

/* ---- SQLite ---------------------------------------------------------------------------------- */

static void read_sqlite(reader *r, const line *l)
{
    tenon_plan_step *step = &r->steps[r->count++];
    bool is_scan = begins(l->text, "SCAN ");
    *step = (tenon_plan_step){.depth = (unsigned)(l->indent / SQLITE_INDENT),
                              .text = tenon__arena_copy(r->arena, l->text, l->length)};
    step->reads_all = is_scan && !find_behind(l, "CONSTANT ROW");
    step->sorts = find_behind(l, "USE TEMP B-TREE FOR ORDER BY") != NULL ||
                  find_behind(l, "OF ORDER BY") != NULL;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static line next_line(const char **at)
{
    size_t indent = strspn(*at, " ");
    line l = {.text = *at + indent, .indent = indent};
    l.length = strcspn(l.text, "\n");
    *at = l.text + l.length + (l.text[l.length] == '\n');
    return l;
}

static size_t count_lines(const char *text)
{
    size_t count = 1;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

/* Of equal ones the last: an error is handed up from where it began. */
static void find_worst(tenon_profile *out)
{
    for (size_t i = 0; i < out->step_count; i++) {
        const tenon_plan_step *step = &out->steps[i];
        out->is_measured |= step->is_measured;
        bool is_worse = step->is_measured && (!out->worst || step->error >= out->worst->error);
        if (is_worse && step->loops > 0)
            out->worst = step;
    }
}

bool tenon__plan_read(tenon_dialect dialect, const char *plan, tenon__arena *arena,
                      tenon_profile *out)
{
    reader r = {.arena = arena, .profile = out};
    r.steps = tenon__arena_array(arena, count_lines(plan), sizeof *r.steps);
    if (!r.steps)
        return false;
    for (const char *at = plan; *at;) {
        line l = next_line(&at);
        if (dialect == TENON_POSTGRESQL)
            read_postgres(&r, &l);
        else
            read_sqlite(&r, &l);
    }
    out->plan = plan;
    out->steps = r.steps;
    out->step_count = r.count;
    find_worst(out);
    return !arena->failed;
}
