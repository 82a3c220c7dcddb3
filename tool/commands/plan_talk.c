/* See plan_talk.h. Questions go to stderr and answers come from stdin, so that what a command
 * prints stays what it is. */
#include "commands/plan_talk.h"

#include <unistd.h>

bool plan_talk_is_interactive(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool plan_talk_ask(const char *words)
{
    char answer[16] = "";
    fprintf(stderr, "%s [y/N] ", words);
    fflush(stderr);
    return fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y');
}

/* ---- answers --------------------------------------------------------------------------------- */

void plan_answers_release(plan_answers *answers)
{
    tenon__arena_release(&answers->arena);
    *answers = (plan_answers){0};
}

static bool add_answer(plan_answers *answers, diff_rename **list, size_t *count, diff_rename rename)
{
    diff_rename *grown = tenon__arena_array(&answers->arena, *count + 1, sizeof *grown);
    if (!grown)
        return false;
    if (*count)
        memcpy(grown, *list, *count * sizeof *grown);
    const char **names[] = {&rename.namespace, &rename.owner, &rename.from, &rename.to,
                            &rename.from_namespace};
    for (size_t i = 0; i < TENON__COUNT(names); i++)
        if (*names[i] && !(*names[i] = tenon__arena_text(&answers->arena, *names[i])))
            return false;
    grown[(*count)++] = rename;
    *list = grown;
    return true;
}

bool plan_answers_of_schema(const schema *s, plan_answers *out, tenon_error *err)
{
    diff_renames said;
    *out = (plan_answers){0};
    if (!diff_renames_of_schema(s, &said, err))
        return false;
    bool is_done = true;
    for (size_t i = 0; i < said.count && is_done; i++)
        is_done = add_answer(out, &out->renames, &out->rename_count, said.items[i]);
    diff_renames_release(&said);
    return is_done || tenon__fail_no_memory(err);
}

bool plan_answers_add(plan_answers *answers, const diff_plan *plan, bool is_interactive,
                      tenon_error *err)
{
    for (size_t i = 0; i < plan->question_count; i++) {
        const diff_question *question = &plan->questions[i];
        bool is_rename = is_interactive && plan_talk_ask(question->words);
        if (!add_answer(answers, is_rename ? &answers->renames : &answers->strangers,
                        is_rename ? &answers->rename_count : &answers->stranger_count,
                        question->rename))
            return tenon__fail_no_memory(err);
    }
    return true;
}

void plan_answers_into(const plan_answers *answers, diff_options *options)
{
    options->renames = answers->renames;
    options->rename_count = answers->rename_count;
    options->strangers = answers->strangers;
    options->stranger_count = answers->stranger_count;
}

/* ---- what is said ---------------------------------------------------------------------------- */

void plan_talk_questions(const diff_plan *plan)
{
    for (size_t i = 0; i < plan->question_count; i++)
        fprintf(stderr, "tenon: %s %s\n", plan->questions[i].words, plan->questions[i].hint);
}

static void say_finding(const diff_finding *finding)
{
    fprintf(stderr, "tenon: %s", finding->risk->words);
    if (finding->problem)
        fprintf(stderr, ": %s", finding->problem);
    else if (finding->count >= 0)
        fprintf(stderr, " (rows: %lld)", (long long)finding->count);
    fputc('\n', stderr);
}

void plan_talk_findings(const diff_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        say_finding(&findings->items[i]);
}

void plan_talk_kept(const diff_plan *plan)
{
    for (size_t i = 0; i < plan->kept_count; i++)
        fprintf(stderr, "tenon: not in the schema, and kept: %s\n", plan->kept[i]);
}

/* ---- losses ---------------------------------------------------------------------------------- */

static bool could_lose(const diff_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].is_destructive)
            return true;
    return false;
}

static size_t count_losses(const diff_findings *findings)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].risk->kind == DIFF_LOSES;
    return count;
}

bool plan_talk_accept_losses(tenon_session *s, const diff_plan *plan, tenon_error *err)
{
    const diff_apply_options rehearsal = {.is_rehearsal = true};
    diff_findings findings;
    if (!could_lose(plan))
        return true;
    if (!diff_apply(s, plan, &rehearsal, &findings)) {
        if (err != tenon_session_error(s))
            *err = *tenon_session_error(s);
        return false;
    }
    if (!count_losses(&findings))
        return true;
    plan_talk_findings(&findings);
    if (plan_talk_is_interactive() && plan_talk_ask("lose this?"))
        return true;
    return tenon__fail(err, TENON_CONFLICT,
                       "give --accept-data-loss to lose this; nothing was changed");
}
