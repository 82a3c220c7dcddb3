/* Row locks, and hints to the planner: what a query says beside what it looks for.
 *
 * What decides the SQL text (a lock, an index) is part of the shape; the dialect refuses what its
 * database does not have. Settings are no part of it: they hold for the transaction around the
 * call, which is made for the purpose. Inside of a transaction of the program there is no such
 * place: a setting would last until its end, and undoing it by a savepoint would undo the locks
 * taken meanwhile. */
#include "model/walk.h"

static bool check_lock(tenon__walk *walk, const tenon_query_head *head)
{
    if ((unsigned)head->lock > TENON_FOR_KEY_SHARE)
        return tenon__walk_misuse(walk, "there is no lock %d", (int)head->lock);
    if ((unsigned)head->wait > TENON_SKIP_LOCKED)
        return tenon__walk_misuse(walk, "there is no way %d to wait for a lock", (int)head->wait);
    return head->lock || !head->wait ||
           tenon__walk_misuse(walk, "wait has a meaning with lock only");
}

void tenon__walk_lock(tenon__walk *walk, const tenon_query_head *head, bool has_distinct)
{
    if (!check_lock(walk, head) || !head->lock)
        return;
    if (has_distinct)
        tenon__walk_misuse(walk, "lock has no meaning with distinct, whose rows stand for others");
    if (!tenon_in_transaction(walk->session)) {
        tenon__walk_misuse(walk, "a lock ends with its transaction, and there is none");
        tenon__hint(walk->err, "call tenon_begin first");
    }
    tenon__shape_head_of(&walk->shape)->number = tenon__lock_number(head->lock, head->wait);
}

void tenon__refuse_lock(tenon__walk *walk, const tenon_query_head *head, const char *call)
{
    if (head->lock || head->wait)
        tenon__walk_misuse(walk, "lock has no meaning for %s", call);
}

void tenon__refuse_hints(tenon__walk *walk, const tenon_query_head *head, const char *call)
{
    tenon__refuse_lock(walk, head, call);
    if (head->hints)
        tenon__walk_misuse(walk, "hints have no meaning for %s", call);
}

void tenon__walk_index(tenon__walk *walk, const tenon_hints *hints)
{
    if (!hints || !hints->index)
        return;
    tenon__walk_flag(walk, TENON__SHAPE_HAS_INDEX);
    tenon__shape_text(&walk->shape, hints->index, strlen(hints->index));
}

/* The transaction that settings make of a call; false when they cannot. */
static bool make_options(tenon__walk *walk, const tenon_hints *hints,
                         tenon_transaction_options *out)
{
    *out = (tenon_transaction_options){0};
    if (!hints || !hints->setting_count)
        return true;
    out->settings = hints->settings;
    out->setting_count = hints->setting_count;
    if (walk->failed || !tenon_in_transaction(walk->session))
        return true;
    tenon__walk_misuse(walk, "settings of a call make it a transaction, and there is one");
    tenon__hint(walk->err, "give them to tenon_begin_with");
    return false;
}

bool tenon__run_hinted(tenon__walk *walk, const tenon_hints *hints, tenon__rows *rows)
{
    tenon_transaction_options options;
    bool can_run = make_options(walk, hints, &options) && !walk->failed;
    if (!can_run || !options.setting_count)
        return tenon__walk_run(walk, rows, NULL);
    bool is_begun = tenon_begin_with(walk->session, &options);
    walk->failed = !is_begun;
    bool is_done = tenon__walk_run(walk, rows, NULL);
    return is_begun && tenon_commit(walk->session) && is_done;
}

/* What belongs to the rows of a stream must be of the same moment as they are. */
tenon_stream *tenon__stream_hinted(tenon__walk *walk, const tenon_hints *hints,
                                   tenon__arrival arrival)
{
    tenon_transaction_options options;
    make_options(walk, hints, &options);
    if (arrival.function)
        options.isolation = TENON_REPEATABLE_READ;
    return tenon__walk_stream(walk, &options, arrival);
}
