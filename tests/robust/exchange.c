/* See exchange.h. It runs in threads that cmocka knows nothing of, so what is wrong is written down
 * instead of asserted. */
#include "exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <tenon/batch.h>

#include "core/core.h"
#include "sample.h"
#include "sample_schema.h"
#include "testdb.h"

enum {
    SEED_COUNT = 40,
    IDS_FROM = 1000,
    IDS_OF_A_RUN = 8,
    COPY_COUNT = 1000,
    TEXT_SIZE = 40,
    LONGEST_US = 60000000,
    AFTERWARDS_US = 10000000, /* for the fault is over */
    TRIES_AFTER = 60          /* new connections have little time, and a busy machine takes it */
};

static const char *const fact_names[FACT_COUNT] = {
    [FACT_TRANSACTION] = "the transaction", [FACT_CREATE] = "the new row",
    [FACT_COPY] = "the copied rows",        [FACT_BATCH_FIRST] = "the batch's first row",
    [FACT_BATCH_SECOND] = "its second row", [FACT_AFTER] = "the row created afterwards",
};

static __attribute__((format(printf, 2, 3))) void complain(exchange *e, const char *format, ...)
{
    va_list values;
    if (e->complaint[0])
        return;
    va_start(values, format);
    vsnprintf(e->complaint, sizeof e->complaint, format, values);
    va_end(values);
}

static int id_of(const exchange *e, fact f)
{
    return IDS_FROM + e->number * IDS_OF_A_RUN + (int)f;
}

static const char *email_of(int id, char text[TEXT_SIZE])
{
    snprintf(text, TEXT_SIZE, "u%d@example.com", id);
    return text;
}

static User *create_user(tenon_session *s, int id)
{
    char text[TEXT_SIZE];
    return user_create(s, .id = SET(id), .email = SET(email_of(id, text)));
}

/* ---- what was told --------------------------------------------------------------------------- */

static outcome outcome_of(const tenon_error *err)
{
    if (err->status == TENON_OK)
        return OUTCOME_DONE;
    return err->applied == TENON_APPLIED_UNKNOWN ? OUTCOME_UNKNOWN : OUTCOME_NOT_DONE;
}

/* A lost connection must be called one, and a commit whose end nobody has seen by its own name. */
static void judge(exchange *e, const char *step, const tenon_error *err, bool commits)
{
    bool is_lost = err->status == TENON_UNAVAILABLE || err->status == e->other ||
                   (err->status == TENON_OUTCOME_UNKNOWN && commits);
    bool is_told = err->message[0] &&
                   (err->status != TENON_OUTCOME_UNKNOWN || err->applied == TENON_APPLIED_UNKNOWN);
    if (!is_lost || !is_told)
        complain(e, "%s: %s, applied %d: %s", step, tenon_status_name(err->status),
                 (int)err->applied, err->message);
    if (++e->losses > e->losses_most)
        complain(e, "%s: one more loss: %s", step, err->message);
}

/* ---- the steps ------------------------------------------------------------------------------- */

/* Each is true when what it has read is right. */
static bool find(exchange *e, tenon_session *s)
{
    const User *found = user_find(s, 1);
    return found && strcmp(found->email, "u1@example.com") == 0;
}

static bool commit_two_rows(exchange *e, tenon_session *s)
{
    int id = id_of(e, FACT_TRANSACTION);
    return tenon_begin(s) && create_user(s, id) &&
           membership_create(s, .userId = SET(id), .groupName = SET("in"),
                             .role = SET(ROLE_USER)) &&
           tenon_commit(s);
}

static bool create(exchange *e, tenon_session *s)
{
    return create_user(s, id_of(e, FACT_CREATE)) != NULL;
}

static bool create_thousand(exchange *e, tenon_session *s)
{
    MembershipSet items[COPY_COUNT];
    char names[COPY_COUNT][TEXT_SIZE];
    for (int i = 0; i < COPY_COUNT; i++) {
        snprintf(names[i], sizeof names[i], "%d.%d", e->number, i);
        items[i] =
            (MembershipSet){.userId = SET(1), .groupName = SET(names[i]), .role = SET(ROLE_USER)};
    }
    return membership_create_many(s, .items = items, .count = COPY_COUNT) == COPY_COUNT;
}

static bool stream(exchange *e, tenon_session *s)
{
    int count = 0;
    UserStream users =
        user_stream_open(s, .where = {.id = LE(SEED_COUNT)}, .order_by = {ASC(USER_ID)});
    for (const User *user; (user = user_stream_next(users));)
        count += user->id == count + 1;
    return user_stream_close(users) && count == SEED_COUNT;
}

/* In one round trip, by statements that are new to the server and then by the same. */
static bool load_trees(exchange *e, tenon_session *s)
{
    UserList found = {0};
    for (int i = 0; i < 2 && !tenon_failed(s); i++)
        found = user_find_many(
            s, .where = {.id = LE(2)}, .order_by = {ASC(USER_ID)},
            .include = {.memberships = &(MembershipQuery){.strategy = TENON_LOAD_SUBQUERY}});
    return found.count == 2 && found.items[1].id == 2;
}

static bool execute_until_cancelled(exchange *e, tenon_session *s)
{
    atomic_store(&e->sleeper, s);
    tenon_execute(s, e->listener /* nothing fails, so it must be cancelled, however late */
                         ? "DO 'BEGIN RAISE WARNING ''asleep''; PERFORM pg_sleep(60); END'"
                         : "DO 'BEGIN RAISE WARNING ''asleep''; PERFORM pg_sleep(0.3); END'");
    atomic_store(&e->sleeper, NULL);
    if (tenon_session_error(s)->status != TENON_CANCELLED)
        return true;
    e->was_cancelled = true;
    tenon_error_clear(s);
    return true;
}

/* When the server says that it is at work it is cancelled. */
static void listen_in(void *context, proxy_side side, const char *data, size_t length)
{
    exchange *e = context;
    tenon_session *s = atomic_load(&e->sleeper);
    if (e->listener)
        e->listener(e->context, side, data, length);
    if (s && side == PROXY_SERVER && memmem(data, length, "asleep", strlen("asleep")))
        tenon_cancel(s);
}

typedef struct in_batch {
    exchange *e;
    int id;
    bool is_right;
} in_batch;

static void find_one(tenon_session *s, void *arg)
{
    in_batch *one = arg;
    const User *found = user_find(s, one->id);
    one->is_right = found && found->id == one->id;
}

static void create_one(tenon_session *s, void *arg)
{
    in_batch *one = arg;
    one->is_right = create_user(s, one->id) != NULL;
}

static void run_batch(exchange *e, tenon_session *s)
{
    enum { COUNT = 4 };
    in_batch ones[COUNT] = {
        {e, 1, false},
        {e, 2, false},
        {e, id_of(e, FACT_BATCH_FIRST), false},
        {e, id_of(e, FACT_BATCH_SECOND), false},
    };
    tenon_batch *batch = tenon_batch_open(s);
    for (size_t i = 0; i < COUNT; i++)
        tenon_batch_add(batch, i < 2 ? find_one : create_one, &ones[i]);
    bool is_done = tenon_batch_run(batch);
    unsigned losses = e->losses;
    for (size_t i = 0; i < COUNT; i++) {
        const tenon_error *err = tenon_batch_error(batch, i);
        if (i >= 2)
            e->outcomes[FACT_BATCH_FIRST + i - 2] = outcome_of(err);
        if (err->status != TENON_OK) /* all of them are one loss */
            e->losses = losses, judge(e, "batch", err, true);
        else if (!ones[i].is_right)
            complain(e, "batch: function %zu has no answer and no error", i);
    }
    if (is_done != (e->losses == losses))
        complain(e, "the batch says that it is %s", is_done ? "done" : "not done");
    tenon_batch_close(batch);
}

typedef struct step {
    const char *name;
    bool (*run)(exchange *e, tenon_session *s);
    int fact; /* -1: it only reads */
    bool commits;
} step;

static const step steps[] = {
    {"find", find, -1, false},
    {"transaction", commit_two_rows, FACT_TRANSACTION, true},
    {"create", create, FACT_CREATE, false},
    {"stream", stream, -1, false},
    {"trees", load_trees, -1, false},
    {"cancel", execute_until_cancelled, -1, false},
};

static const step bulk_step = {"create_many", create_thousand, FACT_COPY, false};

/* The session is usable again after it, whatever happened. */
static void run_step(exchange *e, tenon_session *s, const step *one)
{
    int64_t before_us = tenon__monotonic_us();
    bool is_right = one->run(e, s);
    int64_t took_us = tenon__monotonic_us() - before_us;
    const tenon_error *err = tenon_session_error(s);
    if (one->fact >= 0)
        e->outcomes[one->fact] = outcome_of(err);
    if (err->status != TENON_OK)
        judge(e, one->name, err, one->commits);
    else if (!is_right)
        complain(e, "%s: a wrong answer without an error", one->name);
    if (took_us > LONGEST_US)
        complain(e, "%s: took %lld ms", one->name, (long long)(took_us / 1000));
    tenon_rollback(s);
    if (tenon_in_transaction(s) || tenon_failed(s))
        complain(e, "%s: the session does not go back", one->name);
}

/* The way is good again: at most what was under way is lost. */
static bool try_afterwards(exchange *e, tenon_session *s)
{
    for (int i = 0; i < TRIES_AFTER; i++) {
        bool is_done = create_user(s, id_of(e, FACT_AFTER)) != NULL;
        const tenon_error *err = tenon_session_error(s);
        if (is_done || err->status == TENON_UNIQUE) /* of the try before, whose end was unknown */
            return true;
        judge(e, "afterwards", err, false);
        tenon_error_clear(s);
    }
    complain(e, "the session is not usable afterwards");
    return false;
}

/* By the same pool, and by the same session where it need not be so patient. */
static void create_afterwards(exchange *e, tenon_db *db, tenon_session *s)
{
    tenon_session *patient =
        tenon_session_open(db, &(tenon_session_options){.deadline_us = AFTERWARDS_US});
    proxy_has_failed(e->way);
    if (try_afterwards(e, e->patience_us < AFTERWARDS_US ? patient : s))
        e->outcomes[FACT_AFTER] = OUTCOME_DONE;
    tenon_session_close(patient);
}

static void run_steps(exchange *e, tenon_db *db)
{
    tenon_session *s =
        tenon_session_open(db, &(tenon_session_options){.deadline_us = e->patience_us});
    if (e->is_bulk)
        run_step(e, s, &bulk_step);
    for (size_t i = 0; !e->is_bulk && i < TENON__COUNT(steps); i++)
        run_step(e, s, &steps[i]);
    if (!e->is_bulk)
        run_batch(e, s);
    tenon_rollback(s);
    create_afterwards(e, db, s);
    tenon_session_close(s);
    tenon_pool_metrics metrics = tenon_db_metrics(db);
    if (metrics.leased || metrics.waiting)
        complain(e, "%u connections are still held", metrics.leased);
}

static tenon_db *open_by(exchange *e)
{
    tenon_error err;
    tenon_options options = {.application_name = "exchange",
                             .breaker_failures = -1,
                             .pool_max = 2,
                             .connect_timeout_us = e->patience_us};
    tenon_db *db = tenon_open(proxy_url(e->way), &options, &err);
    for (int i = 0; !db && i < TRIES_AFTER; i++) {
        judge(e, "open", &err, false);
        options.connect_timeout_us = AFTERWARDS_US;
        db = tenon_open(proxy_url(e->way), &options, &err);
    }
    if (!db)
        complain(e, "open: %s", err.message);
    return db;
}

void exchange_run(exchange *e)
{
    proxy_listen(e->way, listen_in, e);
    tenon_db *db = open_by(e);
    if (db)
        run_steps(e, db);
    tenon_close(db);
    proxy_listen(e->way, NULL, NULL);
}

/* ---- what is there --------------------------------------------------------------------------- */

static int64_t count_of(const exchange *e, tenon_session *s, fact f, int64_t *whole)
{
    char first[TEXT_SIZE], last[TEXT_SIZE];
    int id = id_of(e, f);
    switch (f) {
    case FACT_TRANSACTION:
        *whole = 2;
        return user_count(s, .where = {.id = EQ(id)}) +
               membership_count(s, .where = {.userId = EQ(id)});
    case FACT_COPY:
        *whole = COPY_COUNT;
        snprintf(first, sizeof first, "%d.", e->number);
        snprintf(last, sizeof last, "%d.~", e->number);
        return membership_count(s, .where = {.userId = EQ(1), .groupName = BETWEEN(first, last)});
    default:
        *whole = 1;
        return user_count(s, .where = {.id = EQ(id)});
    }
}

void exchange_verify(exchange *e, tenon_session *s)
{
    for (fact f = 0; f < FACT_COUNT; f++) {
        int64_t whole, count = count_of(e, s, f, &whole);
        outcome told = e->outcomes[f];
        if (tenon_failed(s))
            complain(e, "%s", tenon_message(s));
        else if (count != 0 && count != whole)
            complain(e, "%s: %lld of %lld rows", fact_names[f], (long long)count, (long long)whole);
        else if (told == OUTCOME_DONE && count == 0)
            complain(e, "%s: was acknowledged and is lost", fact_names[f]);
        else if (told == OUTCOME_NOT_DONE && count != 0)
            complain(e, "%s: was said not to be applied, and is there", fact_names[f]);
    }
}

void exchange_prepare(const char *url)
{
    testdb_run(url, sample_schema_postgresql);
    testdb_run(url, "INSERT INTO \"User\" SELECT i, 'u' || i || '@example.com', NULL, NULL, "
                    "'USER', true, 0, 0, '{}', now(), now() FROM generate_series(1, 40) i");
}
