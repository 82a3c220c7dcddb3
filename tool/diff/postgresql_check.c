/* PostgreSQL: checks.
 *
 * Those that the schema says, and those that somebody has made by hand: the latter stay, but where
 * they name a column whose enum is made anew they have to make way for it, and come back. */
#include "diff/sql.h"

static void write_check(diff_maker *m, const diff_change *change)
{
    const catalogue_check *from = change->from, *to = change->to;
    if (to)
        diff_write(m, "ALTER TABLE %T ADD CONSTRAINT %I CHECK (%s)%s", change->to_table, to->name,
                   to->expression,
                   diff_is_concurrent(m, change) || !to->is_valid ? " NOT VALID" : "");
    else
        diff_write(m, "ALTER TABLE %T DROP CONSTRAINT %I", change->from_table, from->name);
    if (to)
        diff_write_comment(
            m, (diff_comment){DIFF_ON_CONSTRAINT, change->to_table, NULL, to->name, to->comment});
}

/* The server compares values of a type with constants of that very type. */
static bool is_in_the_way(const diff_maker *m, const catalogue_table *from,
                          const catalogue_check *check)
{
    for (size_t i = 0; i < from->column_count; i++)
        if (strstr(check->expression, from->columns[i].name) &&
            diff_is_rebuilt_enum(m, &from->columns[i]))
            return true;
    return false;
}

static bool stays(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                  const catalogue_check *check)
{
    return !is_in_the_way(m, from, check) && !diff_is_lost_check(m, from, to, check) &&
           (diff_match_check(m, check, to) || diff_is_kept_check(m, from, check));
}

void diff_plan_check_drops(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < from->check_count; i++)
        if (!stays(m, from, to, &from->checks[i]))
            diff_note_validation(m,
                                 diff_add_step(m, "DropCheck", write_check,
                                               (diff_change){from, to, &from->checks[i], NULL}),
                                 "check", from->checks[i].name);
}

bool diff_is_made_check(const diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                        const catalogue_check *check)
{
    const catalogue_check *old = diff_match_check(m, check, from);
    return !old || !stays(m, from, to, old);
}

/* `from` is NULL where the table is locked anyway. */
static void plan_check(diff_maker *m, const catalogue_table *from, const catalogue_table *to,
                       const catalogue_check *check)
{
    diff_step *step =
        diff_add_step(m, "AddCheck", write_check, (diff_change){from, to, NULL, check});
    if (from && !m->options->has_safe_forms)
        diff_add_failure(m, step, diff_say(m, "rows of %T do not fulfil %s", to, check->expression),
                         "change them first", diff_probe_check(m, to, check));
}

static void plan_comment(diff_maker *m, const catalogue_table *to, const catalogue_check *old)
{
    if (old)
        diff_plan_comment(m, (diff_comment){DIFF_ON_CONSTRAINT, to, NULL, old->name, old->comment});
}

void diff_plan_check_makes(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < to->check_count; i++)
        if (diff_is_made_check(m, from, to, &to->checks[i])) {
            plan_check(m, from, to, &to->checks[i]);
            plan_comment(m, to, diff_match_check(m, &to->checks[i], from));
        }
    for (size_t i = 0; i < from->check_count; i++) {
        const catalogue_check *check = &from->checks[i];
        if (!diff_match_check(m, check, to) && diff_is_kept_check(m, from, check) &&
            is_in_the_way(m, from, check) && !diff_is_lost_check(m, from, to, check)) {
            plan_check(m, NULL, to, check);
            plan_comment(m, to, check);
        }
    }
}
