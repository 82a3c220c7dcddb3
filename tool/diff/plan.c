/* Making a plan: the lists it consists of, and the order of its parts. */
#include <stdlib.h>

#include "diff/pack.h"

diff_change diff_turned(const diff_change *change)
{
    return (diff_change){change->to_table, change->from_table, change->to, change->from};
}

/* ---- lists ----------------------------------------------------------------------------------- */

static diff_step *new_step(diff_maker *m)
{
    diff_plan *plan = m->plan;
    diff_step *steps =
        diff_grow(m, plan->steps, plan->count, &m->step_capacity, sizeof *plan->steps);
    if (!steps)
        return &m->nobodys;
    plan->steps = steps;
    return &steps[plan->count++];
}

/* A step that turned out to do nothing. */
static diff_step *drop_step(diff_maker *m)
{
    if (m->plan->count && !m->plan->steps[m->plan->count - 1].sql)
        m->plan->count--;
    return &m->nobodys;
}

/* SQL that a writer has written, or NULL when there is nothing to do. */
static const char *written(diff_maker *m, diff_writer *write, const diff_change *change)
{
    write(m, change);
    const char *sql = diff_take(m);
    return *sql ? sql : NULL;
}

void diff_lock(diff_maker *m, diff_step *step, const catalogue_table *table)
{
    if (m->plan->dialect == TENON_POSTGRESQL)
        step->lock = diff_say(m, "LOCK TABLE %T IN ACCESS EXCLUSIVE MODE", table);
}

diff_step *diff_add_step(diff_maker *m, const char *title, diff_writer *write, diff_change change)
{
    diff_change back = diff_turned(&change);
    diff_step *step = new_step(m);
    *step = (diff_step){.title = title};
    step->sql = written(m, write, &change);
    m->is_reverse = true;
    step->reverse = written(m, write, &back);
    m->is_reverse = false;
    if (!step->sql)
        return drop_step(m);
    if (change.to_table && change.from_table)
        diff_lock(m, step, change.to_table);
    return step;
}

static void add_risk(diff_maker *m, diff_step *step, diff_risk risk)
{
    diff_risk *risks = diff_array(m, step->risk_count + 1, sizeof *risks);
    if (!risks)
        return;
    if (step->risk_count)
        memcpy(risks, step->risks, step->risk_count * sizeof *risks);
    risks[step->risk_count++] = risk;
    step->risks = risks;
    step->is_destructive |= risk.kind == DIFF_LOSES;
}

void diff_add_loss(diff_maker *m, diff_step *step, const char *words, const char *probe)
{
    add_risk(m, step, (diff_risk){.kind = DIFF_LOSES, .words = words, .probe = probe});
}

void diff_add_failure(diff_maker *m, diff_step *step, const char *words, const char *hint,
                      const char *probe)
{
    add_risk(m, step,
             (diff_risk){.kind = DIFF_FAILS, .words = words, .hint = hint, .probe = probe});
}

void diff_add_difference(diff_maker *m, diff_sign sign, const char *name, const char *words)
{
    diff_plan *plan = m->plan;
    diff_difference *list = diff_grow(m, plan->differences, plan->difference_count,
                                      &m->difference_capacity, sizeof *list);
    if (!list)
        return;
    plan->differences = list;
    list[plan->difference_count++] = (diff_difference){sign, name, words};
}

void diff_add_question(diff_maker *m, diff_question question)
{
    diff_plan *plan = m->plan;
    diff_question *list =
        diff_grow(m, plan->questions, plan->question_count, &m->question_capacity, sizeof *list);
    if (!list)
        return;
    plan->questions = list;
    list[plan->question_count++] = question;
}

void diff_keep(diff_maker *m, const char *words)
{
    diff_plan *plan = m->plan;
    const char **list = diff_grow(m, plan->kept, plan->kept_count, &m->kept_capacity, sizeof *list);
    if (!list)
        return;
    plan->kept = list;
    list[plan->kept_count++] = words;
}

/* ---- parts ----------------------------------------------------------------------------------- */

/* A value of an enum can be used when the transaction that adds it is over. */
static bool is_used_later(const diff_plan *plan, size_t at)
{
    static const char add_value[] = "ADD VALUE ";
    const char *value = strstr(plan->steps[at].sql, add_value);
    for (; value; value = strstr(value, add_value)) {
        value += sizeof add_value - 1;
        size_t length = strcspn(value + 1, "'") + 2;
        for (size_t i = at + 1; i < plan->count; i++)
            if (memmem(plan->steps[i].sql, strlen(plan->steps[i].sql), value, length))
                return true;
    }
    return false;
}

static bool is_validation(const diff_step *step)
{
    return strstr(step->sql, " VALIDATE CONSTRAINT ") != NULL;
}

/* Whether the step must see what stands before it committed. */
static bool begins_part(const diff_plan *plan, size_t i)
{
    const diff_step *step = &plan->steps[i], *before = &plan->steps[i - 1];
    return step->must_run_alone || before->must_run_alone || is_used_later(plan, i - 1) ||
           is_validation(step) != is_validation(before) || step->is_contract != before->is_contract;
}

static void number_parts(diff_plan *plan)
{
    for (size_t i = 1; i < plan->count; i++)
        plan->steps[i].part = plan->steps[i - 1].part + begins_part(plan, i);
    plan->part_count = plan->count ? plan->steps[plan->count - 1].part + 1 : 0;
}

/* ---- the plan -------------------------------------------------------------------------------- */

static const char *default_namespace_of(const catalogue *from, const catalogue *to)
{
    if (from->default_namespace)
        return from->default_namespace;
    return to->default_namespace ? to->default_namespace : "public";
}

/* SQLite: a trigger names its table, and would be in the way of a rename. */
static void drop_logs_first(diff_maker *m)
{
    diff_plan *plan = m->plan;
    size_t renames = plan->count;
    diff_plan_log_drops(m);
    size_t drops = m->plan->count - renames;
    diff_step *steps = drops && renames ? diff_array(m, plan->count, sizeof *steps) : NULL;
    if (!steps)
        return;
    memcpy(steps, plan->steps + renames, drops * sizeof *steps);
    memcpy(steps + drops, plan->steps, renames * sizeof *steps);
    memcpy(plan->steps, steps, plan->count * sizeof *steps);
}

static void make_steps(diff_maker *m, const catalogue *from)
{
    if (m->options->expand) {
        diff_plan_expand(m, from);
        if (!m->failed)
            number_parts(m->plan);
        return;
    }
    if (m->plan->dialect == TENON_POSTGRESQL)
        diff_plan_namespaces(m);
    m->from = diff_make_renames(m, from);
    if (!m->failed)
        diff_guess_renames(m);
    if (!m->failed)
        diff_tell(m);
    if (m->failed)
        return;
    if (m->plan->dialect == TENON_POSTGRESQL) {
        const catalogue *wanted = m->to;
        diff_plan_log_drops(m);
        m->to = diff_before_packing(m);
        diff_plan_postgresql(m);
        m->to = wanted;
        diff_plan_packing(m);
    } else {
        drop_logs_first(m);
        diff_plan_sqlite(m);
    }
    diff_plan_log_makes(m);
    if (!m->failed)
        number_parts(m->plan);
}

diff_plan *diff_make(const catalogue *from, const catalogue *to, const diff_options *options,
                     tenon_error *err)
{
    static const diff_options no_options;
    catalogue nothing = {.dialect = from ? from->dialect : to ? to->dialect : TENON_POSTGRESQL};
    from = from ? from : &nothing;
    to = to ? to : &nothing;
    if (from->dialect != to->dialect) {
        tenon__fail(err, TENON_MISUSE, "a PostgreSQL database is not compared with one of SQLite");
        return NULL;
    }
    diff_plan *plan = calloc(1, sizeof *plan);
    diff_maker m = {.from = from, .to = to, .options = options ? options : &no_options};
    m.plan = plan;
    m.err = err;
    m.default_namespace = default_namespace_of(from, to);
    m.failed = !plan;
    if (plan) {
        plan->dialect = from->dialect;
        m.arena = &plan->arena;
        make_steps(&m, from);
    }
    tenon__buf_release(&m.text);
    if (!m.failed)
        return plan;
    tenon__fail_no_memory(err);
    diff_free(plan);
    return NULL;
}

void diff_free(diff_plan *plan)
{
    if (!plan)
        return;
    tenon__arena_release(&plan->arena);
    free(plan);
}
