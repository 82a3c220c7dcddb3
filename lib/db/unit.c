/* A function in a transaction: run, committed or rolled back, and run again when that helps.
 *
 * Whether it helps, the error says (tenon_error_is_retryable). Those who collide once will collide
 * again if they all come back at the same time: so pauses double, and half of each is random. Only
 * the outermost transaction can run again, because what makes it fail concerns all of it. */
#include "db/transaction.h"

enum {
    DEFAULT_TRIES = 5,
    DEFAULT_FIRST_US = 10000,
    DEFAULT_LONGEST_US = 1000000,
};

typedef struct patience {
    unsigned tries;
    int64_t pause_us, longest_us, deadline_us;
} patience;

/* ---- one run --------------------------------------------------------------------------------- */

/* The function has reset the session, so that its transaction is gone. What it has begun since is
 * nobody's. */
static bool fail_reset(tenon_session *s)
{
    tenon__transaction_abandon(s);
    tenon__fail(&s->error, TENON_MISUSE, "the function reset the session of its transaction");
    return false;
}

/* True is a promise to have ended what was begun. */
static bool may_commit(tenon_session *s, unsigned depth)
{
    if (s->depth > depth)
        tenon__fail(&s->error, TENON_MISUSE,
                    "the function began a transaction and returned true without ending it");
    return !tenon__session_is_failed(s);
}

static bool run_once(tenon_session *s, tenon_transaction_function *function, void *ctx,
                     const tenon_transaction_options *options)
{
    if (!tenon__transaction_begin(s, options))
        return false;
    unsigned depth = s->depth, floor_before = s->floor;
    s->floor = depth;
    bool is_wanted = function(s, ctx);
    if (s->floor != depth || s->depth < depth)
        return fail_reset(s);
    s->floor = floor_before;
    if (is_wanted && may_commit(s, depth))
        return tenon__transaction_commit(s);
    tenon__transaction_undo(s, depth);
    return false;
}

/* ---- again ----------------------------------------------------------------------------------- */

static int64_t or_default(int64_t value, int64_t instead)
{
    return value ? value : instead;
}

static bool read_patience(tenon_session *s, const tenon_transaction_options *options, patience *out)
{
    static const tenon_transaction_options none = {0};
    if (!options)
        options = &none;
    if (options->pause_first_us < 0 || options->pause_longest_us < 0)
        return tenon__fail(&s->error, TENON_MISUSE, "a pause between two runs is negative");
    *out = (patience){.tries = options->tries_most ? options->tries_most : DEFAULT_TRIES,
                      .pause_us = or_default(options->pause_first_us, DEFAULT_FIRST_US),
                      .longest_us = or_default(options->pause_longest_us, DEFAULT_LONGEST_US),
                      .deadline_us = TENON__NEVER};
    if (s->budget_us != TENON__NEVER)
        out->deadline_us = tenon__deadline_after(s->budget_us);
    return true;
}

/* Half of the pause at least. Without randomness the clock has to do. */
static int64_t shake(int64_t pause_us)
{
    uint64_t random;
    if (!tenon__random(&random, sizeof random))
        random = (uint64_t)tenon__monotonic_us();
    int64_t half = pause_us / 2;
    return half + (int64_t)(random % (uint64_t)(half + 1));
}

/* False when there is no time left for the pause. */
static bool pause_before_again(const tenon_session *s, patience *p)
{
    int64_t pause_us = shake(p->pause_us < p->longest_us ? p->pause_us : p->longest_us);
    p->pause_us = p->pause_us < p->longest_us / 2 ? p->pause_us * 2 : p->longest_us;
    if (p->deadline_us != TENON__NEVER && p->deadline_us - tenon__monotonic_us() <= pause_us)
        return false;
    return tenon__stand_for(s, pause_us, p->deadline_us);
}

/* What the last run has left behind. One that a replica could not do is the primary's: it shall
 * see what has been committed up to now. */
static void start_anew(tenon_session *s, tenon_mark mark)
{
    tenon__error_forget(s);
    tenon_session_rewind(s, mark);
    s->reading.wrote_us = tenon__monotonic_us();
}

static bool run_patiently(tenon_session *s, tenon_transaction_function *function, void *ctx,
                          const tenon_transaction_options *options, patience p)
{
    tenon_mark mark = tenon_session_mark(s);
    unsigned run = 1;
    bool is_done;
    for (;; run++) {
        s->tries = run;
        is_done = run_once(s, function, ctx, options);
        bool is_hopeful = !is_done && tenon_error_is_retryable(&s->error) && run < p.tries;
        if (!is_hopeful || !pause_before_again(s, &p))
            break;
        start_anew(s, mark);
    }
    s->tries = run; /* hooks may have run others */
    return is_done;
}

bool tenon_transaction(tenon_session *s, tenon_transaction_function *function, void *ctx,
                       const tenon_transaction_options *options)
{
    patience p;
    if (tenon__session_is_failed(s))
        return false;
    if (!function)
        return tenon__fail(&s->error, TENON_MISUSE, "tenon_transaction was given no function");
    if (!read_patience(s, options, &p))
        return false;
    if (tenon_in_transaction(s))
        return run_once(s, function, ctx, options);
    if (s->base)
        p.tries = 1;
    return run_patiently(s, function, ctx, options, p);
}

unsigned tenon_transaction_tries(const tenon_session *s)
{
    return s ? s->tries : 0;
}
