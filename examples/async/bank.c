/* See bank.h. */
#include "bank.h"

#include "generated/bank.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <tenon/tenon.h>

enum { ACCOUNTS = 500, START_BALANCE = 1000, TRANSFERS = 5 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- one session ----------------------------------------------------------------------------- */

typedef struct customer {
    bank *bank;
    unsigned random;
} customer;

static int next_account(customer *c)
{
    c->random = c->random * 1103515245u + 12345u;
    return (int)(c->random / 65536u % ACCOUNTS) + 1;
}

typedef struct transfer {
    int from, to, amount;
} transfer;

/* The account with the lower number first, so that no two wait for each other. */
static bool move_money(tenon_session *s, void *arg)
{
    const transfer *t = arg;
    int first = t->from < t->to ? t->from : t->to, second = t->from + t->to - first;
    int change = first == t->from ? -t->amount : t->amount;
    account_update(s, first, .balance = INCREASE(change));
    account_update(s, second, .balance = INCREASE(-change));
    return !tenon_failed(s);
}

static void serve(tenon_session *s, void *arg)
{
    customer *c = arg;
    for (int i = 0; i < TRANSFERS; i++) {
        tenon_mark mark = tenon_session_mark(s);
        transfer t = {.from = next_account(c), .to = next_account(c), .amount = 1 + i};
        if (t.from != t.to && account_find(s, t.from))
            tenon_transaction(s, move_money, &t, NULL);
        tenon_session_rewind(s, mark);
    }
}

static void served(tenon_session *s, void *arg)
{
    customer *c = arg;
    c->bank->done++;
    if (tenon_failed(s) && c->bank->failed++ == 0)
        fprintf(stderr, "bank: %s\n", tenon_message(s));
    free(c);
}

bool bank_start(bank *b, tenon_async *async)
{
    tenon_error err = {0};
    b->began = now();
    for (int i = 0; i < b->sessions; i++) {
        customer *c = malloc(sizeof *c);
        if (!c)
            return false;
        *c = (customer){.bank = b, .random = (unsigned)i * 2654435761u};
        if (!tenon_async_start(async, serve, served, c, &err)) {
            fprintf(stderr, "bank: %s\n", err.message);
            free(c);
            return false;
        }
    }
    return true;
}

/* ---- before and after ------------------------------------------------------------------------ */

static bool open_accounts(tenon_session *s)
{
    AccountSet rows[ACCOUNTS];
    for (int i = 0; i < ACCOUNTS; i++)
        rows[i] = (AccountSet){.id = SET(i + 1), .balance = SET(START_BALANCE)};
    account_delete_many(s, .everything = true);
    account_create_many(s, .items = rows, .count = ACCOUNTS);
    if (tenon_failed(s))
        fprintf(stderr, "bank: %s\n", tenon_message(s));
    return !tenon_failed(s);
}

bank *bank_open(int argc, char **argv)
{
    const char *url = getenv("DATABASE_URL");
    const tenon_options patient = {.acquire_timeout_us = 120000000}; /* a thousand share ten */
    tenon_error err = {0};
    bank *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->sessions = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
    b->db = tenon_open(url ? url : "sqlite:bank.db", &patient, &err);
    if (!b->db) {
        bank_fail(b, &err);
        return NULL;
    }
    tenon_session *s = tenon_session_open(b->db, NULL);
    bool is_done = open_accounts(s);
    tenon_session_close(s);
    if (is_done)
        return b;
    tenon_close(b->db);
    free(b);
    return NULL;
}

static long long total_of(tenon_db *db)
{
    tenon_session *s = tenon_session_open(db, NULL);
    AccountList all = account_find_many(s, .limit = ACCOUNTS);
    long long total = 0;
    for (size_t i = 0; i < all.count; i++)
        total += all.items[i].balance;
    tenon_session_close(s);
    return total;
}

int bank_close(bank *b, const char *loop)
{
    double seconds = now() - b->began;
    long long total = total_of(b->db), wanted = (long long)ACCOUNTS * START_BALANCE;
    printf("%s: %d sessions at once, %d failed, %d transfers in %.2f s; %s\n", loop, b->done,
           b->failed, b->done * TRANSFERS, seconds,
           total == wanted ? "no money was lost" : "money was lost");
    int status = b->failed || b->done != b->sessions || total != wanted;
    tenon_close(b->db);
    free(b);
    return status;
}

int bank_fail(bank *b, const tenon_error *err)
{
    fprintf(stderr, "bank: %s\n", err->message);
    tenon_close(b->db);
    free(b);
    return 1;
}
