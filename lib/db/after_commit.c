/* What waits for the commit.
 *
 * A list in the order of noting, each hook with the depth of its transaction. A rollback drops the
 * deeper ones from the list; a nested commit hands them to the transaction around it. The list is
 * not in the session's arena: programs rewind that. */
#include "db/transaction.h"

#include <stdlib.h>

enum { MOST_HOOKS = 10000 };

typedef struct tenon__hook tenon__hook;
struct tenon__hook {
    tenon_commit_hook *function;
    void *ctx;
    unsigned depth;
    tenon__hook *next;
};

static bool add_hook(tenon_session *s, tenon_commit_hook *function, void *ctx)
{
    tenon__hooks *hooks = &s->hooks;
    if (hooks->count >= MOST_HOOKS)
        return tenon__fail(&s->error, TENON_LIMIT, "a transaction has %d hooks already",
                           MOST_HOOKS);
    tenon__hook *hook = malloc(sizeof *hook);
    if (!hook)
        return tenon__fail_no_memory(&s->error);
    *hook = (tenon__hook){.function = function, .ctx = ctx, .depth = s->depth};
    *(hooks->last ? &hooks->last->next : &hooks->first) = hook;
    hooks->last = hook;
    hooks->count++;
    return true;
}

bool tenon_after_commit(tenon_session *s, tenon_commit_hook *hook, void *ctx)
{
    if (tenon__session_is_failed(s))
        return false;
    if (!hook)
        return tenon__fail(&s->error, TENON_MISUSE, "tenon_after_commit was given no function");
    if (tenon_in_transaction(s))
        return add_hook(s, hook, ctx);
    hook(s, ctx);
    return true;
}

void tenon__hooks_rise(tenon_session *s)
{
    for (tenon__hook *hook = s->hooks.first; hook; hook = hook->next) {
        if (hook->depth > s->depth)
            hook->depth = s->depth;
    }
}

void tenon__hooks_drop(tenon_session *s)
{
    tenon__hooks kept = {0};
    for (tenon__hook *hook = s->hooks.first, *next; hook; hook = next) {
        next = hook->next;
        if (hook->depth > s->depth) {
            free(hook);
            continue;
        }
        kept.last = hook; /* depths never fall along the list: what is kept comes first */
        kept.first = kept.first ? kept.first : hook;
        kept.count++;
    }
    if (kept.last)
        kept.last->next = NULL;
    s->hooks = kept;
}

/* The list is taken first: a hook may begin transactions with hooks of their own. */
void tenon__hooks_run(tenon_session *s)
{
    tenon__hook *hook = s->hooks.first;
    s->hooks = (tenon__hooks){0};
    while (hook) {
        tenon__hook *next = hook->next;
        hook->function(s, hook->ctx);
        free(hook);
        hook = next;
    }
}
