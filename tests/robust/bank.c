/* See bank.h. Who pays whom how much is drawn from the key, so that the journal needs to keep what
 * was told only. */
#include "bank.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "db/wait.h"
#include "golden/bank/bank.h"
#include "testdb.h"

enum {
    ACCOUNTS = 20,
    BEGINNING = 1000000, /* on each */
    MOST_TRANSFERS = 4 << 20,
    MOST_THREADS = 32,
    PAUSE_US = 2000,
    WAIT_US = 10000,
    LONGEST_US = 60000000
};

/* In memory of all processes. */
typedef struct journal {
    atomic_size_t next;
    atomic_size_t counts[TOLD_COUNT];
    atomic_uchar told[MOST_TRANSFERS];
} journal;

struct bank {
    journal *journal;
    tenon_db *db;
    atomic_bool is_closed;
    int64_t pause_us;
    pthread_t threads[MOST_THREADS];
    size_t thread_count;
};

typedef struct transfer {
    int64_t id, amount;
    int payer, payee;
} transfer;

static transfer transfer_of(size_t id)
{
    uint64_t random = (id + 1) * 0x9E3779B97F4A7C15u;
    int payer = (int)(random >> 40) % ACCOUNTS,
        step = 1 + (int)(random >> 16 & 0xFFFF) % (ACCOUNTS - 1);
    return (transfer){.id = (int64_t)id,
                      .amount = 1 + (int64_t)(random >> 56),
                      .payer = payer + 1,
                      .payee = (payer + step) % ACCOUNTS + 1};
}

/* ---- moving ---------------------------------------------------------------------------------- */

static bool move(tenon_session *s, void *context)
{
    const transfer *t = context;
    return transfer_create(s, .id = SET(t->id), .payerId = SET(t->payer), .payeeId = SET(t->payee),
                           .amount = SET(t->amount)) &&
           account_update(s, t->payer, .balance = DECREASE(t->amount)) &&
           account_update(s, t->payee, .balance = INCREASE(t->amount));
}

/* Every third is given up at its first failure, the others as the library does by itself. */
static told ask(tenon_session *s, transfer *t)
{
    tenon_transaction_options options = {.tries_most = t->id % 3 == 0 ? 1 : 0};
    if (tenon_transaction(s, move, t, &options))
        return TOLD_DONE;
    const tenon_error *err = tenon_session_error(s);
    told what = TOLD_REFUSED;
    if (err->status == TENON_UNIQUE)
        what = TOLD_DONE; /* it was asked for before */
    else if (err->applied == TENON_APPLIED_UNKNOWN)
        what = TOLD_UNKNOWN;
    tenon_session_reset(s);
    return what;
}

/* Once it is unknown a refusal says of the later try only that it was in vain. */
static told ask_until_known(bank *b, tenon_session *s, transfer *t)
{
    while (!atomic_load(&b->is_closed)) {
        tenon__wait_pause(PAUSE_US, TENON__NEVER);
        if (ask(s, t) == TOLD_DONE)
            return TOLD_DONE;
    }
    return TOLD_UNKNOWN;
}

static void *work(void *context)
{
    bank *b = context;
    journal *j = b->journal;
    tenon_session *s = tenon_session_open(b->db, NULL);
    while (!atomic_load(&b->is_closed)) {
        size_t id = atomic_fetch_add(&j->next, 1);
        if (id >= MOST_TRANSFERS)
            break;
        transfer t = transfer_of(id);
        told what = ask(s, &t);
        if (what == TOLD_UNKNOWN && id % 2 == 0)
            what = ask_until_known(b, s, &t);
        atomic_store(&j->told[id], (unsigned char)what);
        atomic_fetch_add(&j->counts[what], 1);
        tenon_session_reset(s);
        if (what != TOLD_DONE || b->pause_us)
            tenon__wait_pause(b->pause_us + (what != TOLD_DONE) * PAUSE_US, TENON__NEVER);
    }
    tenon_session_close(s);
    return NULL;
}

void bank_pause(bank *b, int64_t us)
{
    b->pause_us = us;
}

void bank_start(bank *b, tenon_db *db, size_t threads)
{
    b->db = db;
    b->thread_count = threads;
    atomic_store(&b->is_closed, false);
    for (size_t i = 0; i < threads; i++)
        if (pthread_create(&b->threads[i], NULL, work, b) != 0)
            abort();
}

void bank_stop(bank *b)
{
    atomic_store(&b->is_closed, true);
    for (size_t i = 0; i < b->thread_count; i++)
        pthread_join(b->threads[i], NULL);
    b->thread_count = 0;
}

size_t bank_count(const bank *b, told what)
{
    return atomic_load(&b->journal->counts[what]);
}

void bank_wait(const bank *b, size_t more)
{
    size_t wanted = bank_count(b, TOLD_DONE) + more;
    for (int us = 0; bank_count(b, TOLD_DONE) < wanted; us += WAIT_US) {
        if (us > LONGEST_US)
            fail_msg("only %zu of %zu transfers were acknowledged in a minute",
                     bank_count(b, TOLD_DONE), wanted);
        tenon__wait_pause(WAIT_US, TENON__NEVER);
    }
}

/* ---- comparing ------------------------------------------------------------------------------- */

typedef struct audit {
    const journal *journal;
    int64_t expected[ACCOUNTS + 1];
    unsigned char *is_there; /* of each transfer */
    char *text;
    size_t size;
} audit;

static bool disagree(audit *a, const char *what, long long number)
{
    snprintf(a->text, a->size, "%s (%lld)", what, number);
    return false;
}

static bool read_transfers(audit *a, tenon_session *s)
{
    TransferStream rows = transfer_stream_open(s);
    for (const Transfer *row; (row = transfer_stream_next(rows));) {
        transfer t = transfer_of((size_t)row->id);
        if (row->id < 0 || row->id >= MOST_TRANSFERS || t.amount != row->amount ||
            t.payer != row->payerId || t.payee != row->payeeId)
            return disagree(a, "a transfer that nobody asked for", row->id);
        a->is_there[row->id] = 1;
        a->expected[t.payer] -= t.amount;
        a->expected[t.payee] += t.amount;
    }
    return transfer_stream_close(rows);
}

static bool compare_journal(audit *a)
{
    for (size_t id = 0; id < MOST_TRANSFERS; id++) {
        unsigned char what = atomic_load(&a->journal->told[id]);
        if (what == TOLD_DONE && !a->is_there[id])
            return disagree(a, "an acknowledged transfer is lost", (long long)id);
        if (what == TOLD_REFUSED && a->is_there[id])
            return disagree(a, "a refused transfer took place", (long long)id);
    }
    return true;
}

static bool compare_balances(audit *a, tenon_session *s)
{
    AccountList accounts = account_find_many(s);
    if (!tenon_failed(s) && accounts.count != ACCOUNTS)
        return disagree(a, "accounts are missing", (long long)accounts.count);
    int64_t sum = 0;
    for (size_t i = 0; i < accounts.count; i++) {
        sum += accounts.items[i].balance;
        if (accounts.items[i].balance != a->expected[accounts.items[i].id])
            return disagree(a, "a balance is not what the transfers say", accounts.items[i].id);
    }
    if (!tenon_failed(s) && sum != (int64_t)ACCOUNTS * BEGINNING)
        return disagree(a, "money was lost or made", sum);
    return true;
}

static bool compare(audit *a, tenon_session *s)
{
    return read_transfers(a, s) && compare_journal(a) && compare_balances(a, s);
}

bool bank_agrees(const bank *b, const char *url, char *text, size_t size)
{
    tenon_error err;
    audit a = {.journal = b->journal, .text = text, .size = size};
    tenon_db *db = tenon_open(url, NULL, &err);
    if (!db)
        return disagree(&a, err.message, 0);
    for (int i = 0; i <= ACCOUNTS; i++)
        a.expected[i] = BEGINNING;
    a.is_there = calloc(MOST_TRANSFERS, 1);
    tenon_session *s = tenon_session_open(db, NULL);
    bool is_right = a.is_there && tenon_begin(s) && compare(&a, s);
    if (tenon_failed(s))
        is_right = disagree(&a, tenon_message(s), 0);
    tenon_session_close(s);
    tenon_close(db);
    free(a.is_there);
    return is_right;
}

void bank_verify(const bank *b, const char *url)
{
    char text[600];
    print_message("%zu acknowledged, %zu refused, %zu unknown\n", bank_count(b, TOLD_DONE),
                  bank_count(b, TOLD_REFUSED), bank_count(b, TOLD_UNKNOWN));
    if (!bank_agrees(b, url, text, sizeof text))
        fail_msg("%s", text);
}

/* ---- opening --------------------------------------------------------------------------------- */

static void make_tables(const char *url, bool is_sqlite)
{
    char sql[8192];
    const char *path =
        is_sqlite ? "tests/golden/bank/sqlite.sql" : "tests/golden/bank/postgresql.sql";
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(sql, 1, sizeof sql - 1, file) : 0;
    if (file)
        fclose(file);
    sql[length] = '\0';
    testdb_run(url, sql);
}

bank *bank_open(const char *url)
{
    char sql[160];
    bank *b = calloc(1, sizeof *b);
    int kind = MAP_SHARED | MAP_ANONYMOUS;
    /* cppcheck-suppress invalidFunctionArg ; -1: there is no file */
    void *shared = mmap(NULL, sizeof *b->journal, PROT_READ | PROT_WRITE, kind, -1, 0);
    if (!b || shared == MAP_FAILED)
        abort();
    b->journal = shared;
    make_tables(url, strncmp(url, "sqlite:", 7) == 0);
    for (int i = 1; i <= ACCOUNTS; i++) {
        snprintf(sql, sizeof sql, "INSERT INTO \"Account\" (id, balance) VALUES (%d, %d)", i,
                 BEGINNING);
        testdb_run(url, sql);
    }
    return b;
}

void bank_close(bank *b)
{
    if (!b)
        return;
    munmap(b->journal, sizeof *b->journal);
    free(b);
}
