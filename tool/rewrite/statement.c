/* How the statements of a rewrite are written and run. */
#include "rewrite/inside.h"

#include "db/db.h"
#include "render/render.h"

#include <time.h>

enum { LOCK_TIMEOUT_US = 100000, TRIES = 50, PAUSE_FIRST_MS = 50, PAUSE_MOST_MS = 2000 };

static void set_word(rewriter *r, const char *name, const char *text)
{
    size_t i = 0;
    while (i < r->word_count && strcmp(r->words[i].name, name) != 0)
        i++;
    if (!text || i == REWRITE_WORDS_MOST) {
        r->arena.failed = true;
        return;
    }
    r->words[i] = (rewrite_word){name, text};
    r->word_count += i == r->word_count;
}

void rewrite_define(rewriter *r, const char *name, const char *text)
{
    set_word(r, name, tenon__arena_text(&r->arena, text));
}

static const char *find_word(const rewriter *r, const char *name, size_t length)
{
    for (size_t i = 0; i < r->word_count; i++)
        if (strlen(r->words[i].name) == length && !memcmp(r->words[i].name, name, length))
            return r->words[i].text;
    return NULL;
}

void rewrite_alias(rewriter *r, const char *name, const char *other)
{
    set_word(r, name, find_word(r, other, strlen(other)));
}

/* Inside of a literal of the template quotes are doubled. */
static void add_word(tenon__buf *sql, const char *text, bool is_quoted)
{
    for (; *text; text++)
        tenon__buf_text(sql, (char[]){*text, is_quoted && *text == '\'' ? '\'' : '\0', '\0'});
}

const char *rewrite_expand(rewriter *r, const char *template)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    bool is_quoted = false;
    for (const char *p = template; *p;) {
        size_t length = *p == '{' ? strcspn(p + 1, "}") : 0;
        const char *text = length ? find_word(r, p + 1, length) : NULL;
        is_quoted ^= *p == '\'';
        if (text)
            add_word(&sql, text, is_quoted);
        else
            tenon__buf_char(&sql, *p);
        p += text ? length + 2 : 1;
    }
    bool has_failed = sql.failed || r->arena.failed;
    const char *made = has_failed ? NULL : tenon__arena_text(&r->scratch, tenon__buf_string(&sql));
    if (!made)
        tenon__fail_no_memory(tenon__session_error(r->s));
    return made;
}

bool rewrite_execute(rewriter *r, const char *template)
{
    const char *sql = rewrite_expand(r, template);
    return sql && tenon_execute(r->s, sql);
}

bool rewrite_read(rewriter *r, const char *template, size_t columns, const char *const *values,
                  size_t value_count, rows *out)
{
    rows_query query = {rewrite_expand(r, template), columns, values, value_count};
    return query.sql && rows_read(r->s, &query, &r->scratch, out);
}

bool rewrite_ask(rewriter *r, const char *template, const char *const *values, size_t value_count,
                 const char **out)
{
    rows found;
    *out = NULL;
    if (!rewrite_read(r, template, 1, values, value_count, &found))
        return false;
    *out = rows_first(&found);
    return true;
}

bool rewrite_plan_by_key(rewriter *r, bool is_wanted)
{
    return rewrite_execute(r, is_wanted ? "SET LOCAL enable_seqscan = off;"
                                          " SET LOCAL enable_hashjoin = off;"
                                          " SET LOCAL enable_mergejoin = off"
                                        : "SET LOCAL enable_seqscan = on;"
                                          " SET LOCAL enable_hashjoin = on;"
                                          " SET LOCAL enable_mergejoin = on");
}

bool rewrite_execute_each(rewriter *r, const rows *statements)
{
    for (size_t i = 0; i < statements->count; i++)
        if (!tenon_execute(r->s, rows_cell(statements, i, 0)))
            return false;
    return true;
}

const char *rewrite_list(rewriter *r, const char *prefix, const char *const *items, size_t count,
                         const char *suffix, const char *const *suffixes)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf list = {0};
    for (size_t i = 0; i < count; i++) {
        tenon__buf_text(&list, i ? ", " : "");
        tenon__buf_text(&list, prefix);
        tenon__quote_identifier(&list, TENON_POSTGRESQL, items[i], tenon__session_error(r->s));
        tenon__buf_text(&list, suffix);
        tenon__buf_text(&list, suffixes ? suffixes[i] : "");
    }
    return tenon__arena_text(&r->arena, tenon__buf_string(&list));
}

bool rewrite_forget(rewriter *r)
{
    return rewrite_execute(r, "DELETE FROM {state} WHERE old = {oid}") &&
           rewrite_execute(r, "DO $tenon$ BEGIN IF NOT EXISTS (SELECT FROM {state}) THEN"
                              " DROP TABLE {state}; END IF; END $tenon$");
}

void rewrite_tell(rewriter *r, rewrite_phase phase, int64_t count, const char *text)
{
    rewrite_progress progress = {phase, count, r->expected, text};
    if (r->options->on_progress)
        r->options->on_progress(r->options->context, &progress);
}

bool rewrite_is_stopped(rewriter *r)
{
    if (!r->options->stop || !*r->options->stop)
        return false;
    tenon_error *err = tenon__session_error(r->s);
    tenon__fail(err, TENON_CANCELLED, "the rewrite was stopped");
    tenon__hint(err, "the table is as it was; run the same again to go on, or cancel the rewrite");
    return true;
}

static void pause_before(unsigned tries)
{
    unsigned shift = tries < 6 ? tries : 6;
    uint32_t part = 0;
    int64_t ms = (int64_t)PAUSE_FIRST_MS << shift;
    ms = ms < PAUSE_MOST_MS ? ms : PAUSE_MOST_MS;
    tenon__random(&part, sizeof part);
    ms = ms / 2 + ms / 2 * (part % 1000) / 1000;
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Of those who hold a lock on one of the tables now: they may be others than those who were in the
 * way. */
static const char *name_holders(rewriter *first)
{
    const char *found = NULL;
    for (rewriter *r = first; r && !found; r = r->next)
        rewrite_ask(
            r,
            "SELECT string_agg(format('process %s (%s): %s', l.pid, a.state, left(a.query, 120)),"
            " '; ') FROM (SELECT DISTINCT pid FROM pg_locks WHERE relation = {oid}"
            " AND granted AND pid <> pg_backend_pid()) l JOIN pg_stat_activity a USING (pid)",
            NULL, 0, &found);
    tenon_error_clear(first->s);
    return found ? found : "they are gone by now";
}

/* While one table's lock is waited for those of the others may be held already. */
static int64_t lock_timeout_of(const rewriter *first)
{
    int64_t timeout_us = first->options->lock_timeout_us, count = 0;
    for (const rewriter *r = first; r; r = r->next)
        count++;
    return (timeout_us ? timeout_us : LOCK_TIMEOUT_US) / count;
}

bool rewrite_with_lock(rewriter *r, rewrite_phase phase, bool (*step)(rewriter *r))
{
    unsigned most = r->options->tries_most ? r->options->tries_most : TRIES;
    tenon_transaction_options options = {.lock_timeout_us = lock_timeout_of(r)};
    for (unsigned tries = 1;; tries++) {
        r->result->tries = tries;
        if (tenon_begin_with(r->s, &options) && step(r) && tenon_commit(r->s))
            return true;
        tenon_error failure = *tenon_session_error(r->s);
        tenon_rollback(r->s);
        bool is_lock = failure.status == TENON_LOCKED || failure.status == TENON_DEADLOCK;
        const char *holders = is_lock ? name_holders(r) : NULL;
        if (is_lock && tries < most && !rewrite_is_stopped(r)) {
            rewrite_tell(r, phase, 0, holders);
            pause_before(tries);
            continue;
        }
        tenon_error *err = tenon__session_error(r->s);
        if (err->status == TENON_OK)
            *err = failure;
        if (is_lock && tries == most)
            tenon__hint(err, "%u tries; the table is in use by: %s", tries, holders);
        return false;
    }
}
