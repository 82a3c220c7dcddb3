/* Work for many sessions at once: money goes from one account to another, in transactions. What
 * runs it is one of epoll.c, libuv.c and libevent.c: they differ in their event loop and in nothing
 * else.
 *
 * It is written as for a thread of its own. Nothing in bank.c knows that a thousand of them take
 * turns on one. */
#ifndef BANK_H
#define BANK_H

#include <tenon/async.h>

typedef struct bank {
    tenon_db *db;
    int sessions; /* at once */
    int done, failed;
    double began;
} bank;

/* DATABASE_URL, and how many sessions as argv[1] (1,000). Opens the accounts anew. NULL: it has
 * said why. */
bank *bank_open(int argc, char **argv);
/* Starts all sessions. */
bool bank_start(bank *b, tenon_async *async);
/* Says what has been done, and closes. The exit status of the program: 0 when no money was lost. */
int bank_close(bank *b, const char *loop);
/* For what has failed at its beginning; the exit status. */
int bank_fail(bank *b, const tenon_error *err);

#endif
