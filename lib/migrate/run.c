/* One file, from where it stands to its end.
 *
 * The file is cut into *steps*: a run of statements that go into one transaction together, or one
 * statement that cannot be in any. A step in a transaction ends with the note of how far the file
 * has come, so both are there or neither. It begins with taking the note's row: if that has been
 * moved on, another migrator has done this step, and everything has to be looked at anew. A step
 * outside of transactions is noted before and after; if it was interrupted between the two, the
 * catalogue is asked what became of it (outside.c).
 *
 * When a lock is not to be had in time, the step is rolled back and tried again: so nothing that
 * was locked before stays locked while it waits. What a statement outside of transactions has left
 * then, an index that is not valid, is what the next try removes first. */
#include "migrate/kind.h"
#include "migrate/migrator.h"

#include <stdlib.h>

typedef struct runner {
    tenon__migrator *m;
    tenon__file *file;
    tenon_session *s;
    tenon__arena arena;
    tenon__pieces pieces;
    const tenon__piece *at; /* what runs; NULL: between statements */
    bool has_limits;        /* of a statement outside of transactions, on the connection */
    bool is_lost;
} runner;

/* ---- telling --------------------------------------------------------------------------------- */

static void report(const runner *r, tenon_migrate_moment moment, const char *text)
{
    tenon_migrate_event event = {.moment = moment,
                                 .migration = r->file->name,
                                 .statement_count = r->pieces.count,
                                 .text = text};
    if (r->at) {
        event.statement = (size_t)(r->at - r->pieces.items) + 1;
        event.line = r->at->line;
        event.sql = r->at->text;
    }
    tenon__migrator_report(r->m, event);
}

/* The driver speaks to programs: here it is the file that does not fit the database. And a value of
 * an enum that is used in the transaction that adds it stays so however often it is tried. */
static void correct_words(tenon_error *err)
{
    if (strstr(err->hint, "generate again"))
        err->hint[0] = '\0';
    if (!strcmp(err->sqlstate, "55P04"))
        err->status = TENON_MISUSE;
}

/* "20240131_add_users, line 12: …", and who is in the way. */
static bool fail(runner *r)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon_error *err = r->m->err;
    tenon__migrator_fail(r->m, r->s);
    correct_words(err);
    tenon__buf_format(&text, "%s", r->file->name);
    if (r->at)
        tenon__buf_format(&text, ", line %u", r->at->line);
    tenon__buf_format(&text, ": %s", err->message);
    if (err->status == TENON_LOCKED && r->m->blocker[0])
        tenon__buf_format(&text, "; in the way is %s", r->m->blocker);
    if (!text.failed)
        tenon__error_copy(err->message, sizeof err->message, tenon__buf_string(&text));
    return false;
}

static bool fail_with(runner *r, tenon_status status, const char *message, const char *hint)
{
    tenon_error *err = tenon__session_error(r->s);
    tenon__fail(err, status, "%s", message);
    tenon__hint(err, "%s", hint);
    return false;
}

/* ---- how far it has come --------------------------------------------------------------------- */

/* Of the text of the first `count` statements. */
static const char *checksum_of(runner *r, size_t count)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    char *sum = tenon__arena_alloc(&r->arena, TENON__CHECKSUM_SIZE);
    for (size_t i = 0; i < count; i++)
        tenon__buf_add(&text, r->pieces.items[i].text, strlen(r->pieces.items[i].text) + 1);
    if (!sum || text.failed)
        return NULL;
    tenon__checksum(tenon__buf_string(&text), text.length, sum);
    return sum;
}

static bool check_reached(runner *r)
{
    const tenon__reached *reached = &r->file->reached;
    if (reached->done == 0)
        return true;
    const char *sum = reached->done <= r->pieces.count ? checksum_of(r, reached->done) : "";
    if (!sum)
        return tenon__fail_no_memory(tenon__session_error(r->s));
    if (!strcmp(sum, reached->checksum))
        return true;
    return fail_with(r, TENON_CONFLICT,
                     "the part of the file that has run already was edited since",
                     "put it back, or say with resolve what became of the migration");
}

/* What earlier statements set on a connection that is gone. */
static bool say_settings_again(runner *r)
{
    for (size_t i = 0; i < r->file->reached.done; i++) {
        r->at = &r->pieces.items[i];
        if (r->at->is_setting && !tenon_execute(r->s, r->at->text))
            return false;
    }
    r->at = NULL;
    return true;
}

static bool save(runner *r, size_t done, size_t begun)
{
    tenon__reached reached = {.is_begun = true, .done = done, .begun = begun};
    reached.checksum = checksum_of(r, done);
    if (!reached.checksum)
        return tenon__fail_no_memory(tenon__session_error(r->s));
    return tenon__steps_save(r->s, &r->m->tables, r->file->id, r->file->is_down, &reached);
}

/* Whether the step that begins at statement `done` is still to be done. */
static bool claim(runner *r, size_t done)
{
    bool is_ours;
    if (!tenon__steps_claim(r->s, &r->m->tables, r->file->id, r->file->is_down, done, &is_ours))
        return false;
    r->is_lost = !is_ours;
    return is_ours;
}

/* In a transaction of its own. */
static bool note(runner *r, size_t at, size_t done, size_t begun)
{
    r->at = NULL;
    if (!tenon_begin(r->s))
        return false;
    if (claim(r, at) && save(r, done, begun))
        return tenon_commit(r->s);
    if (r->is_lost)
        tenon_rollback(r->s);
    return false;
}

/* ---- what is no part of the file ------------------------------------------------------------- */

/* What limited a statement outside of transactions is not for what follows. */
static bool drop_limits(runner *r)
{
    bool had_limits = r->has_limits;
    r->has_limits = false;
    return !had_limits || tenon_execute(r->s, "RESET lock_timeout; RESET statement_timeout");
}

static bool run_asides(runner *r, const char *word)
{
    bool is_done = drop_limits(r);
    for (size_t i = 0; is_done && i < r->pieces.aside_count; i++) {
        r->at = &r->pieces.asides[i];
        if (strstr(r->at->text, word))
            is_done = tenon_execute(r->s, r->at->text);
    }
    if (is_done)
        r->at = NULL;
    return is_done;
}

/* Whatever has become of the file. What cannot be done then, the next migrator does. */
static void run_after(runner *r)
{
    if (!r->s || r->is_lost || !r->pieces.aside_count)
        return;
    tenon_rollback(r->s);
    tenon_error_clear(r->s);
    run_asides(r, TENON__AFTER);
    tenon_error_clear(r->s);
}

/* ---- a step in a transaction ----------------------------------------------------------------- */

/* The end of the transaction that begins at `first`. */
static size_t find_end(const runner *r, size_t first)
{
    size_t i = first;
    while (i < r->pieces.count) {
        tenon__piece_kind kind = r->pieces.items[i].kind;
        if (kind == TENON__PIECE_OUTSIDE)
            return i;
        i++;
        if (kind == TENON__PIECE_COMMIT || kind == TENON__PIECE_ROLLBACK)
            return i;
    }
    return i;
}

/* BEGIN ISOLATION LEVEL … : the transaction is begun already, so only the mode is set. */
static bool set_mode(runner *r, const tenon__piece *piece)
{
    tenon__scanner s = {
        .dialect = TENON_POSTGRESQL, .at = piece->text, .end = piece->text + strlen(piece->text)};
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__scan(&s);
    tenon__scanner behind = s;
    tenon__token token = tenon__scan(&s);
    if (tenon__token_is(&token, "TRANSACTION") || tenon__token_is(&token, "WORK")) {
        behind = s;
        token = tenon__scan(&s);
    }
    if (token.kind == TENON__TOKEN_END || r->m->dialect == TENON_SQLITE)
        return true;
    tenon__buf_format(&sql, "SET TRANSACTION%s", behind.at);
    return tenon_execute(r->s, tenon__buf_string(&sql));
}

static bool run_piece(runner *r, const tenon__piece *piece)
{
    r->at = piece;
    report(r, TENON_MIGRATE_RUNS, NULL);
    bool is_done = piece->kind == TENON__PIECE_PLAIN || piece->kind == TENON__PIECE_OUTSIDE
                       ? tenon_execute(r->s, piece->text)
                       : true;
    if (is_done)
        report(r, TENON_MIGRATE_HAS_RUN, NULL);
    return is_done;
}

/* SQLite, with foreign keys off: the rows that refer to nothing. -1: not asked. */
static bool count_strays(runner *r, long long *out)
{
    const char *is_on, *count;
    *out = -1;
    if (r->m->dialect != TENON_SQLITE)
        return true;
    if (!tenon__query_one(r->s, "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys", NULL,
                          0, &is_on))
        return false;
    if (!is_on || is_on[0] != '0')
        return true;
    if (!tenon__query_one(r->s, "SELECT CAST(count(*) AS TEXT) FROM pragma_foreign_key_check", NULL,
                          0, &count) ||
        !count) {
        tenon_error_clear(r->s); /* a key that points at no unique column cannot be checked */
        return true;
    }
    *out = strtoll(count, NULL, 10);
    return true;
}

static bool check_strays(runner *r, long long before)
{
    long long now;
    if (before < 0)
        return true;
    if (!count_strays(r, &now))
        return false;
    if (now <= before)
        return true;
    return fail_with(r, TENON_FOREIGN_KEY,
                     "rows would be left that refer to rows which are not there",
                     "PRAGMA foreign_key_check names them");
}

static bool run_pieces(runner *r, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        if (!run_piece(r, &r->pieces.items[i]))
            return false;
    }
    return true;
}

static bool is_mode(const runner *r, const tenon__piece *piece)
{
    tenon__scanner s = {
        .dialect = r->m->dialect, .at = piece->text, .end = piece->text + strlen(piece->text)};
    return piece->kind == TENON__PIECE_BEGIN || tenon__sql_fits(&s, "SET TRANSACTION");
}

/* What says how the transaction shall be, comes before its first query, which is the claim's. */
static bool run_modes(runner *r, size_t *at, size_t end)
{
    for (; *at < end && is_mode(r, &r->pieces.items[*at]); ++*at) {
        const tenon__piece *piece = &r->pieces.items[*at];
        if ((piece->kind == TENON__PIECE_BEGIN && !set_mode(r, piece)) || !run_piece(r, piece))
            return false;
    }
    return true;
}

static bool begin_step(runner *r)
{
    const tenon_migrate_options *limits = &r->m->options;
    const tenon_transaction_options options = {.lock_timeout_us = limits->lock_timeout_us,
                                               .statement_timeout_us =
                                                   limits->statement_timeout_us};
    return drop_limits(r) &&
           tenon_begin_with(r->s, r->m->dialect == TENON_SQLITE ? NULL : &options);
}

static bool end_step(runner *r, size_t first, size_t end)
{
    if (r->pieces.items[end - 1].kind != TENON__PIECE_ROLLBACK)
        return save(r, end, end) && tenon_commit(r->s);
    tenon_rollback(r->s);
    return note(r, first, end, end);
}

static bool run_in_transaction(runner *r, size_t first, size_t end)
{
    long long strays;
    r->at = NULL;
    size_t at = first;
    bool is_done = begin_step(r) && run_modes(r, &at, end) && claim(r, first) &&
                   count_strays(r, &strays) && run_pieces(r, at, end) && check_strays(r, strays) &&
                   end_step(r, first, end);
    if (r->is_lost)
        tenon_rollback(r->s);
    return is_done;
}

/* ---- a step outside of transactions ---------------------------------------------------------- */

static bool fail_unknown(runner *r)
{
    return fail_with(r, TENON_CONFLICT,
                     "an earlier run was interrupted here, and nobody can tell what became of the "
                     "statement",
                     "look at the database, then: resolve");
}

/* Whether the file itself has said how long to wait: then its word counts. */
static bool has_said(const runner *r, size_t at, const char *setting)
{
    for (size_t i = 0; i < at; i++)
        if (r->pieces.items[i].is_setting && strcasestr(r->pieces.items[i].text, setting))
            return true;
    return false;
}

static void add_limit(runner *r, size_t at, const char *setting, int64_t us, tenon__buf *sql)
{
    if (us != 0 && !has_said(r, at, setting))
        tenon__buf_format(sql, "SET %s = %lld;", setting,
                          us < 0 ? 0LL : (long long)(us + 999) / 1000);
}

static bool set_limits(runner *r, size_t at)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    int64_t wait_us = tenon__outside_wait_us(&r->m->options, &r->pieces.items[at]);
    if (r->m->dialect != TENON_POSTGRESQL)
        return true;
    add_limit(r, at, "lock_timeout", wait_us, &sql);
    add_limit(r, at, "statement_timeout", r->m->options.outside_timeout_us, &sql);
    r->has_limits = sql.length > 0;
    return !r->has_limits || tenon_execute(r->s, tenon__buf_string(&sql));
}

static void tell_progress(void *ctx, const char *text)
{
    report(ctx, TENON_MIGRATE_PROGRESS, text);
}

/* The server calls it cancelled, whoever did it; before the limit it cannot have been that. */
static bool run_watched(runner *r, const char *sql)
{
    int64_t limit_us = r->m->options.outside_timeout_us;
    int64_t begun_us = tenon__monotonic_us();
    if (tenon__watch(r->m, sql, tell_progress, r))
        return true;
    tenon_error *err = tenon__session_error(r->s);
    if (err->status == TENON_CANCELLED && limit_us > 0 &&
        tenon__monotonic_us() - begun_us >= limit_us) {
        err->status = TENON_OK;
        tenon__fail(err, TENON_TIMEOUT, "the statement took longer than the %lld ms that it may",
                    (long long)limit_us / 1000);
    }
    return false;
}

/* Removes what an earlier try left, and finds out what there is still to do. */
static bool look_back(runner *r, size_t at, tenon__outcome *outcome)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    bool is_begun = r->file->reached.begun == at + 1;
    const tenon__piece *piece = &r->pieces.items[at];
    *outcome = TENON__OUTCOME_AGAIN;
    if (!tenon__outside_cleaning(r->s, piece, is_begun, &sql))
        return false;
    if (sql.length && !run_watched(r, tenon__buf_string(&sql)))
        return false;
    return !is_begun || tenon__outside_find(r->s, piece, outcome);
}

static bool run_outside(runner *r, size_t at)
{
    const tenon__piece *piece = &r->pieces.items[at];
    tenon__outcome outcome;
    r->at = piece;
    if (!set_limits(r, at) || !look_back(r, at, &outcome))
        return false;
    if (outcome == TENON__OUTCOME_UNKNOWN)
        return fail_unknown(r);
    if (outcome == TENON__OUTCOME_DONE)
        return note(r, at, at + 1, at + 1);
    if (!note(r, at, at, at + 1))
        return false;
    r->file->reached.begun = at + 1;
    r->at = piece;
    report(r, TENON_MIGRATE_RUNS, NULL);
    if (!run_watched(r, piece->text))
        return false;
    report(r, TENON_MIGRATE_HAS_RUN, NULL);
    return note(r, at, at + 1, at + 1);
}

/* ---- the file -------------------------------------------------------------------------------- */

static bool can_try_again(tenon_status status)
{
    return status == TENON_LOCKED || status == TENON_DEADLOCK || status == TENON_SERIALIZATION ||
           status == TENON_BUSY;
}

static bool is_outside(const runner *r, size_t at)
{
    return r->pieces.items[at].kind == TENON__PIECE_OUTSIDE;
}

static bool attempt(runner *r, size_t first, size_t end)
{
    if (!tenon__lock_check(r->m))
        return tenon__migrator_fail(r->m, r->m->home);
    if (is_outside(r, first))
        return run_outside(r, first) || r->is_lost || fail(r);
    tenon__blocker_begin(r->m);
    bool is_done = run_asides(r, TENON__BEFORE) && run_in_transaction(r, first, end);
    tenon__blocker_end(r->m);
    return is_done || r->is_lost || fail(r);
}

/* What the last try has left goes, if that can be: else the next run begins with it. */
static void clean_up(runner *r, size_t first)
{
    tenon__outcome outcome;
    if (!is_outside(r, first) || r->file->reached.begun != first + 1)
        return;
    r->at = &r->pieces.items[first];
    if (look_back(r, first, &outcome) && outcome == TENON__OUTCOME_AGAIN)
        r->file->reached.begun = first;
    tenon_error_clear(r->s);
}

static bool run_step(runner *r, size_t first, size_t end)
{
    for (unsigned tries = 1;; tries++) {
        tenon_error_reset(r->m->err);
        bool is_done = attempt(r, first, end);
        if (is_done && !tenon_failed(r->s))
            return true;
        tenon_rollback(r->s);
        if (!can_try_again(r->m->err->status) || tries >= r->m->options.tries_most)
            break;
        report(r, TENON_MIGRATE_RETRIES, r->m->err->message);
        tenon__migrator_pause(r->m, tries);
    }
    clean_up(r, first);
    return false;
}

static bool run_steps(runner *r)
{
    size_t *done = &r->file->reached.done;
    while (*done < r->pieces.count && !r->is_lost) {
        size_t end = is_outside(r, *done) ? *done + 1 : find_end(r, *done);
        if (!run_step(r, *done, end))
            return false;
        if (r->is_lost)
            break;
        *done = r->file->reached.begun = end;
        report(r, TENON_MIGRATE_SAVED, NULL);
    }
    return true;
}

/* The history's last word about the file. */
static bool finish(runner *r)
{
    tenon__migrator *m = r->m;
    bool is_ours = false;
    r->at = NULL;
    if (!tenon_begin(m->home))
        return tenon__migrator_fail(m, m->home);
    if (tenon__steps_claim(m->home, &m->tables, r->file->id, r->file->is_down, r->pieces.count,
                           &is_ours) &&
        is_ours) {
        if (r->file->is_down)
            tenon__history_roll_back(m->home, &m->tables, r->file->id, NULL);
        else
            tenon__history_finish(m->home, &m->tables, r->file->id, r->file->checksum);
    }
    r->is_lost = !is_ours && !tenon_failed(m->home);
    if (!tenon_commit(m->home))
        return tenon__migrator_fail(m, m->home);
    if (!r->is_lost)
        report(r, TENON_MIGRATE_ENDS, r->file->is_down ? "is undone" : "is applied");
    return true;
}

/* A statement whose migrator is dead shall not go on for hours: servers from 14 on can look. */
static const char notice_death[] =
    "DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '1s', false);"
    " EXCEPTION WHEN OTHERS THEN NULL; END $$";

static bool prepare(runner *r)
{
    tenon__migrator *m = r->m;
    if (!tenon__split(m->dialect, r->file->sql, &r->arena, &r->pieces, tenon__session_error(r->s)))
        return false;
    if (m->dialect == TENON_POSTGRESQL && !tenon_execute(r->s, notice_death))
        return false;
    report(r, TENON_MIGRATE_BEGINS, r->file->reached.done ? "goes on where it stopped" : NULL);
    return check_reached(r) && say_settings_again(r);
}

bool tenon__file_run(tenon__migrator *m, tenon__file *file, bool *is_lost)
{
    runner r = {.m = m, .file = file};
    m->work_db = tenon__db_beside(m->db, m->err);
    r.s = m->work = tenon_session_open(m->work_db, NULL);
    bool is_done = false;
    if (r.s)
        is_done = prepare(&r) ? run_steps(&r) && (r.is_lost || finish(&r)) : fail(&r);
    else
        tenon__fail_no_memory(m->err);
    *is_lost = r.is_lost;
    run_after(&r);
    tenon_session_close(m->work);
    tenon_close(m->work_db);
    m->work = NULL;
    m->work_db = NULL;
    tenon__arena_release(&r.arena);
    return is_done;
}
