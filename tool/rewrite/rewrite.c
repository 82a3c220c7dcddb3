/* The course of a rewrite, and giving one up. */
#include "rewrite/rewrite.h"

#include "db/db.h"
#include "rewrite/inside.h"

static bool is_at(const rewriter *r, const char *phase)
{
    return strcmp(r->phase, phase) == 0;
}

/* From wherever an earlier run has come to, up to the switch. */
static bool make_ready(rewriter *r)
{
    if (!rewrite_prepare(r))
        return false;
    return is_at(r, "validate") ||
           (rewrite_columns(r) && (!is_at(r, "copy") || rewrite_copy(r)) &&
            (!is_at(r, "index") || rewrite_index_key(r)) && rewrite_follow(r, false) &&
            rewrite_index_rest(r) && rewrite_follow(r, true) && rewrite_compare(r));
}

/* While the last one was made ready, the others have been written. */
static bool switch_all(rewriter *first)
{
    for (rewriter *r = first; r; r = r->next)
        if (!rewrite_follow(r, true))
            return false;
    return rewrite_switch(first);
}

/* All have, or none. */
static bool has_switched(rewriter *first, bool *out)
{
    *out = is_at(first, "validate");
    for (rewriter *r = first; r; r = r->next)
        if (is_at(r, "validate") != *out)
            return tenon__fail(tenon__session_error(r->s), TENON_CONFLICT,
                               "of the tables %s and %s one has been rewritten already",
                               first->name, r->name);
    return true;
}

static bool go_on(rewriter *first)
{
    bool is_over;
    for (rewriter *r = first; r; r = r->next)
        if (!make_ready(r))
            return false;
    if (!has_switched(first, &is_over) || (!is_over && !switch_all(first)))
        return false;
    for (rewriter *r = first; r; r = r->next)
        if (!rewrite_finish(r))
            return false;
    return true;
}

static bool check_options(const rewrite_options *options, tenon_error *err)
{
    if (!options->table || !options->table[0])
        return tenon__fail(err, TENON_MISUSE, "no table is named");
    if (options->change_count + options->value_count == 0)
        return tenon__fail(err, TENON_MISUSE, "no change of table %s is given", options->table);
    return true;
}

static bool run_chain(rewriter *first, tenon_db *db, tenon_error *err)
{
    bool is_done = rewrite_open(first, db, err);
    if (is_done && !go_on(first)) {
        *err = *tenon_session_error(first->s);
        is_done = false;
    }
    rewrite_close(first);
    return is_done;
}

bool rewrite_run_together(tenon_db *db, const rewrite_options *options, size_t count,
                          rewrite_result *results, tenon_error *err)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    rewriter *all = tenon__arena_array(&arena, count, sizeof *all);
    if (!all)
        return tenon__fail_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        results[i] = (rewrite_result){0};
        all[i] = (rewriter){.options = &options[i],
                            .result = &results[i],
                            .next = i + 1 < count ? &all[i + 1] : NULL};
        if (!check_options(&options[i], err))
            return false;
    }
    return run_chain(all, db, err);
}

bool rewrite_run(tenon_db *db, const rewrite_options *options, rewrite_result *result,
                 tenon_error *err)
{
    return rewrite_run_together(db, options, 1, result, err);
}

static bool remove_all(rewriter *r)
{
    static const char *const drops[] = {
        "DROP TRIGGER IF EXISTS {bare_capture} ON {table}",
        "DROP TRIGGER IF EXISTS {bare_lost} ON {table}",
        "DROP FUNCTION IF EXISTS {capture}()",
        "DROP FUNCTION IF EXISTS {lost}(text, text)",
        "DROP TABLE IF EXISTS {shadow}, {log}, {parts}",
    };
    for (size_t i = 0; i < TENON__COUNT(drops); i++)
        if (!rewrite_execute(r, drops[i]))
            return false;
    return rewrite_forget(r);
}

static bool find_unfinished(rewriter *r)
{
    tenon_error *err = tenon__session_error(r->s);
    const char *state, *phase = NULL;
    if (!rewrite_ask(r, "SELECT to_regclass('{state}')::text", NULL, 0, &state) ||
        (state && !rewrite_ask(r, "SELECT phase FROM {state} WHERE old = {oid}", NULL, 0, &phase)))
        return false;
    if (!phase)
        return tenon__fail(err, TENON_MISUSE, "no rewrite of table %s is under way", r->name);
    if (strcmp(phase, "validate") != 0)
        return true;
    tenon__fail(err, TENON_MISUSE, "table %s has been rewritten already", r->name);
    tenon__hint(err, "run it again to validate its foreign keys and to drop the old table");
    return false;
}

bool rewrite_cancel(tenon_db *db, const rewrite_options *options, tenon_error *err)
{
    rewrite_result unheeded = {0};
    rewriter r = {.options = options, .result = &unheeded};
    bool is_done = rewrite_open(&r, db, err);
    if (is_done && !(find_unfinished(&r) && rewrite_with_lock(&r, REWRITE_PREPARES, remove_all))) {
        *err = *tenon_session_error(r.s);
        is_done = false;
    }
    rewrite_close(&r);
    return is_done;
}
