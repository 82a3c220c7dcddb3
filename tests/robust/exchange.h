/* Everything that a program says to a PostgreSQL server, one after the other: it connects, finds a
 * row, commits a transaction of two rows, creates one, reads a stream and trees, is cancelled, runs
 * a batch; or it connects and creates a thousand rows by COPY. The way may fail at any byte of it;
 * so each step notes what it was told, and in the end the database must agree:
 *
 *     told that it is done        → all of it is there, once
 *     told that it did not happen → nothing of it is there
 *     told that it is unknown     → all or nothing
 *
 * Ids come from the number of the run, so that no two runs meet and all can be asked at the end. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/tenon.h>

#include "proxy.h"

/* What is written, each as a whole. */
typedef enum fact {
    FACT_TRANSACTION,
    FACT_CREATE,
    FACT_COPY,
    FACT_BATCH_FIRST,
    FACT_BATCH_SECOND,
    FACT_AFTER,
    FACT_COUNT
} fact;

typedef enum outcome { OUTCOME_NOT_DONE, OUTCOME_DONE, OUTCOME_UNKNOWN } outcome;

typedef struct exchange {
    int number;   /* of the run, from 0 on */
    bool is_bulk; /* the COPY */
    proxy *way;
    int64_t patience_us;      /* of a call; -1: endless */
    unsigned losses_most;     /* steps that may fail */
    tenon_status other;       /* … with this, beside UNAVAILABLE and OUTCOME_UNKNOWN */
    proxy_listener *listener; /* hears what is said, or NULL */
    void *context;
    /* What came of it. */
    outcome outcomes[FACT_COUNT];
    unsigned losses;
    bool was_cancelled;  /* the step to be cancelled was */
    char complaint[256]; /* "": all was as it should be */
    _Atomic(tenon_session *) sleeper;
} exchange;

/* The sample's tables and what is read. */
void exchange_prepare(const char *url);
/* All of it, while the proxy may fail once. */
void exchange_run(exchange *e);
/* Compares what was told with what is there; `s` leads to the server by the straight way. */
void exchange_verify(exchange *e, tenon_session *s);

#endif
