/* Threads that move money between accounts, and a journal of what each was told.
 *
 * Every transfer is a transaction of three statements: its own row, one balance down, one up. Its
 * key is chosen before, so that it can be asked for again: UNIQUE then says that it took place. In
 * the end, whatever happened meanwhile, the database must agree with the journal:
 *
 *     acknowledged                → the row is there
 *     refused                     → it is not
 *     unknown, or nothing told    → either
 *     in every case               → each balance is what the rows say, and the sum is as before
 *
 * Of the unknown ones every other is asked for again until it is known. The journal is in memory
 * that children share, and so outlives a child that is killed. */
#ifndef BANK_H
#define BANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/tenon.h>

typedef enum told { TOLD_NOTHING, TOLD_DONE, TOLD_REFUSED, TOLD_UNKNOWN, TOLD_COUNT } told;

typedef struct bank bank;

/* Makes the tables and the accounts at this URL. */
bank *bank_open(const char *url);
void bank_close(bank *b);

/* Of each thread, behind each transfer; none at first. Before bank_start. */
void bank_pause(bank *b, int64_t us);
/* Moves money in so many threads, until bank_stop. */
void bank_start(bank *b, tenon_db *db, size_t threads);
void bank_stop(bank *b);

/* How many transfers have ended like this so far, also as told to children. */
size_t bank_count(const bank *b, told what);
/* Until so many more are acknowledged; fails the test when that takes a minute. */
void bank_wait(const bank *b, size_t more);

/* Compares; fails the test, saying what does not agree. Nobody may be at work. */
void bank_verify(const bank *b, const char *url);
/* The same as text, for who runs without cmocka; true when all is well. */
bool bank_agrees(const bank *b, const char *url, char *text, size_t size);

#endif
