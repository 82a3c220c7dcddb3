/* Running a plan on a database.
 *
 * Each part is a transaction, and each step in it is preceded by its lock and its probes, so that
 * what a probe has seen is still so when the step runs. A loss that is not accepted, or rows in the
 * way, end the part; nothing of it stays. On SQLite foreign keys are off around it all, and what
 * they would refuse is looked for before the commit. */
#include "diff/diff.h"

#include <stdlib.h>

#include "db/db.h"
#include "rows/rows.h"

typedef struct applier {
    tenon_session *session;
    const diff_plan *plan;
    const diff_apply_options *options;
    diff_findings *findings;
    bool looks_for_orphans; /* SQLite: rows that break a foreign key, beyond those … */
    int64_t orphans;        /* … that did so before */
    bool has_committed;     /* a part before this one */
} applier;

/* ---- findings -------------------------------------------------------------------------------- */

static void add_finding(applier *a, diff_finding finding)
{
    size_t count = a->findings->count;
    diff_finding *items = tenon_session_alloc(a->session, (count + 1) * sizeof *items);
    if (!items)
        return;
    if (count)
        memcpy(items, a->findings->items, count * sizeof *items);
    items[count] = finding;
    *a->findings = (diff_findings){items, count + 1};
}

static bool is_tolerated(const applier *a, const diff_finding *finding)
{
    bool is_loss = finding->risk->kind == DIFF_LOSES && !finding->problem;
    return is_loss && (a->options->accepts_loss || a->options->is_rehearsal);
}

static bool refuse(applier *a, const diff_finding *finding)
{
    tenon_error *err = tenon__session_error(a->session);
    const diff_risk *risk = finding->risk;
    tenon_status status =
        risk->kind == DIFF_LOSES && !finding->problem ? TENON_CONFLICT : TENON_VALIDATION;
    if (finding->problem)
        tenon__fail(err, status, "%s: %s", risk->words, finding->problem);
    else if (finding->count >= 0)
        tenon__fail(err, status, "%s (rows: %lld)", risk->words, (long long)finding->count);
    else
        tenon__fail(err, status, "%s", risk->words);
    const char *state = a->has_committed ? "what comes before it is done" : "nothing was changed";
    tenon__hint(err, "%s%s%s", risk->hint ? risk->hint : "", risk->hint ? "; " : "", state);
    return false;
}

/* ---- probes ---------------------------------------------------------------------------------- */

static bool ask(applier *a, const char *sql, int64_t *count)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    rows found;
    tenon__buf_format(&text, "SELECT CAST((%s) AS text)", sql);
    rows_query query = {.sql = tenon__buf_string(&text), .columns = 1};
    if (text.failed || !rows_read(a->session, &query, &arena, &found))
        return false;
    *count = rows_first(&found) ? strtoll(rows_first(&found), NULL, 10) : 0;
    return true;
}

/* A probe that fails has ended the transaction too; its words are what is worth saying. */
static const char *take_problem(applier *a)
{
    tenon_error *err = tenon__session_error(a->session);
    size_t length = strlen(err->message);
    char *copy = NULL;
    tenon_error kept = *err;
    tenon_error_clear(a->session);
    copy = tenon_session_alloc(a->session, length + 1);
    if (copy)
        memcpy(copy, kept.message, length + 1);
    return copy;
}

static bool probe(applier *a, const diff_step *step, const diff_risk *risk)
{
    diff_finding finding = {.step = step, .risk = risk, .count = -1};
    if (risk->probe && !ask(a, risk->probe, &finding.count))
        finding.problem = take_problem(a);
    if (finding.count == 0)
        return true;
    add_finding(a, finding);
    return is_tolerated(a, &finding) || refuse(a, &finding);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static bool run_step(applier *a, size_t number)
{
    const diff_step *step = &a->plan->steps[number];
    if (a->options->on_step && !a->options->is_rehearsal)
        a->options->on_step(a->options->context, step, number);
    if (step->lock && !step->must_run_alone)
        tenon_execute(a->session, step->lock);
    int64_t converted;
    for (size_t i = 0; i < step->convert_count && !tenon_failed(a->session); i++)
        convert_all(a->session, &step->converts[i], &converted);
    for (size_t r = 0; r < step->risk_count && !tenon_failed(a->session); r++)
        if (!probe(a, step, &step->risks[r]))
            return false;
    return tenon_execute(a->session, step->sql);
}

static const char orphans_sql[] = "SELECT count(*) FROM pragma_foreign_key_check";

static bool has_new_orphans(applier *a)
{
    int64_t now = 0;
    if (!a->looks_for_orphans || !ask(a, orphans_sql, &now) || now <= a->orphans)
        return tenon_failed(a->session);
    tenon__fail(tenon__session_error(a->session), TENON_VALIDATION,
                "rows would refer to rows that are not there (rows: %lld)", (long long)now);
    return true;
}

static size_t end_of_part(const diff_plan *plan, size_t i)
{
    size_t part = plan->steps[i].part;
    while (i < plan->count && plan->steps[i].part == part)
        i++;
    return i;
}

/* Rolls back without losing the error. */
static bool give_up(applier *a)
{
    tenon_error kept = *tenon_session_error(a->session);
    tenon_rollback(a->session);
    *tenon__session_error(a->session) = kept;
    return kept.status == TENON_OK;
}

static bool run_part(applier *a, size_t from, size_t to)
{
    if (a->plan->steps[from].must_run_alone)
        return run_step(a, from);
    if (!tenon_begin(a->session))
        return false;
    for (size_t i = from; i < to && !tenon_failed(a->session); i++)
        run_step(a, i);
    if (tenon_failed(a->session) || has_new_orphans(a))
        return give_up(a);
    return tenon_commit(a->session);
}

/* What cannot be rehearsed is taken for a loss, if it may be one. */
static void take_for_losses(applier *a, size_t from)
{
    for (size_t i = from; i < a->plan->count; i++)
        for (size_t r = 0; r < a->plan->steps[i].risk_count; r++) {
            const diff_risk *risk = &a->plan->steps[i].risks[r];
            if (risk->kind == DIFF_LOSES)
                add_finding(a, (diff_finding){&a->plan->steps[i], risk, -1, NULL});
        }
}

/* All parts in one transaction, without what must not be in one. When a step misses what was left
 * out, nobody knows what it would find. */
static bool rehearse(applier *a)
{
    bool has_left_out = false;
    size_t i = 0;
    if (!tenon_begin(a->session))
        return false;
    for (; i < a->plan->count && !tenon_failed(a->session); i++) {
        has_left_out |= a->plan->steps[i].must_run_alone;
        if (!a->plan->steps[i].must_run_alone)
            run_step(a, i);
    }
    if (!tenon_failed(a->session) && has_new_orphans(a))
        return give_up(a);
    bool is_done = give_up(a);
    if (is_done || !has_left_out)
        return is_done;
    tenon_error_clear(a->session);
    take_for_losses(a, i);
    return true;
}

static bool run_parts(applier *a)
{
    bool is_done = true;
    if (a->options->is_rehearsal)
        return rehearse(a);
    for (size_t i = 0, end; i < a->plan->count && is_done; i = end) {
        end = end_of_part(a->plan, i);
        is_done = run_part(a, i, end);
        a->has_committed |= is_done;
    }
    return is_done;
}

/* ---- the plan -------------------------------------------------------------------------------- */

static bool refuse_questions(applier *a)
{
    const diff_question *question = &a->plan->questions[0];
    tenon_error *err = tenon__session_error(a->session);
    tenon__fail(err, TENON_CONFLICT, "%s", question->words);
    tenon__hint(err, "%s; nothing was changed", question->hint);
    return false;
}

static bool run_without_foreign_keys(applier *a)
{
    a->looks_for_orphans = true;
    if (!ask(a, orphans_sql, &a->orphans) || !tenon_execute(a->session, "PRAGMA foreign_keys=OFF"))
        return false;
    bool is_done = run_parts(a);
    tenon_error kept = *tenon_session_error(a->session);
    tenon_error_clear(a->session);
    tenon_execute(a->session, "PRAGMA foreign_keys=ON");
    if (kept.status != TENON_OK)
        *tenon__session_error(a->session) = kept;
    return is_done && !tenon_failed(a->session);
}

bool diff_apply(tenon_session *s, const diff_plan *plan, const diff_apply_options *options,
                diff_findings *findings)
{
    static const diff_apply_options no_options;
    diff_findings unseen = {0};
    applier a = {.session = s, .plan = plan};
    a.options = options ? options : &no_options;
    a.findings = findings ? findings : &unseen;
    *a.findings = (diff_findings){0};
    if (tenon_failed(s))
        return false;
    if (plan->question_count && !a.options->is_rehearsal)
        return refuse_questions(&a);
    return plan->needs_foreign_keys_off ? run_without_foreign_keys(&a) : run_parts(&a);
}
