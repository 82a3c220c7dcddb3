/* The course of a rewrite, and giving one up. */
#include "rewrite/rewrite.h"

#include "db/db.h"
#include "rewrite/inside.h"

static bool is_at(const rewriter *r, const char *phase)
{
    return strcmp(r->phase, phase) == 0;
}

/* From wherever an earlier run has come to. */
static bool go_on(rewriter *r)
{
    if (!rewrite_prepare(r))
        return false;
    if (is_at(r, "validate"))
        return rewrite_finish(r);
    return rewrite_columns(r) && (!is_at(r, "copy") || rewrite_copy(r)) &&
           (!is_at(r, "index") || rewrite_index_key(r)) && rewrite_follow(r, false) &&
           rewrite_index_rest(r) && rewrite_follow(r, true) && rewrite_compare(r) &&
           rewrite_follow(r, true) && rewrite_switch(r) && rewrite_finish(r);
}

static bool check_options(const rewrite_options *options, tenon_error *err)
{
    if (!options->table || !options->table[0])
        return tenon__fail(err, TENON_MISUSE, "no table is named");
    if (options->change_count + options->value_count == 0)
        return tenon__fail(err, TENON_MISUSE, "no change of table %s is given", options->table);
    return true;
}

bool rewrite_run(tenon_db *db, const rewrite_options *options, rewrite_result *result,
                 tenon_error *err)
{
    rewriter r = {.options = options, .result = result};
    *result = (rewrite_result){0};
    bool is_done = check_options(options, err) && rewrite_open(&r, db, err);
    if (is_done && !go_on(&r)) {
        *err = *tenon_session_error(r.s);
        is_done = false;
    }
    rewrite_close(&r);
    return is_done;
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
