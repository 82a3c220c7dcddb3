/* What commands say about a plan, and what they ask: for all that change a database by a diff. */
#ifndef TENON_COMMANDS_PLAN_TALK_H
#define TENON_COMMANDS_PLAN_TALK_H

#include "diff/diff.h"

/* Whether there is somebody at a terminal to answer. */
bool plan_talk_is_interactive(void);
/* Asks on the terminal; false for anything but yes. */
bool plan_talk_ask(const char *words);

/* The options of a diff with answers added to its questions; what they name is in `arena`. */
typedef struct plan_answers {
    tenon__arena arena;
    diff_rename *renames, *strangers;
    size_t rename_count, stranger_count;
} plan_answers;
void plan_answers_release(plan_answers *answers);
/* Begins with what the schema says. */
bool plan_answers_of_schema(const schema *s, plan_answers *out, tenon_error *err);
/* Each question of the plan is asked, or, where nobody is there, answered by "no". */
bool plan_answers_add(plan_answers *answers, const diff_plan *plan, bool is_interactive,
                      tenon_error *err);
void plan_answers_into(const plan_answers *answers, diff_options *options);

/* Learns by a rehearsal what the plan would lose, and lets somebody decide. True when it loses
 * nothing; CONFLICT where nobody says yes, or what went wrong. */
bool plan_talk_accept_losses(tenon_session *s, const diff_plan *plan, tenon_error *err);

/* On stderr, a line each. */
void plan_talk_questions(const diff_plan *plan);
void plan_talk_findings(const diff_findings *findings);
void plan_talk_kept(const diff_plan *plan);

#endif
