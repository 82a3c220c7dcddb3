/* Hours of mixed load on both databases while everything fails that can: `make soak`.
 *
 *     heavy-soak [SECONDS]
 *
 * Threads move money (tests/robust/bank.h), others read, stream, batch, roll back, cancel, run
 * tasks, and open and close databases. Meanwhile connections are cut, reset, silenced and delayed
 * at chance bytes, the PostgreSQL server is killed and frozen, and a second program that writes to
 * the same SQLite file is killed. A trace is open all the time.
 *
 * At the end the money is whole, nobody was told anything but what the fault was, and no descriptor
 * is left. What libtenon and libpq have asked for is what it was after the first quarter, give or
 * take 1 MB; and when all is closed and what is free has gone back to the system, the process has
 * not more memory than it had then. While it runs its pages tell less: what SQLite takes and gives
 * back grows with the file, and the allocator keeps the holes. */
#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>
#include <tenon/batch.h>
#include <tenon/epoll.h>
#include <tenon/pool.h>
#include <tenon/tenon.h>
#include <tenon/trace.h>

#include "core/core.h"
#include "db/wait.h"
#include "golden/bank/bank.h"
#include "proxy.h"
#include "robust/bank.h"
#include "robust/cluster.h"
#include "testdb.h"

enum {
    USUAL_SECONDS = 3600,
    MOVERS = 4,
    OTHERS = 4,
    REPORTS = 12,
    ACCOUNTS = 20,
    GROWTH_MOST_KB = 1024,
    TURN_US = 200000,  /* between two faults of the wire */
    KILL_EVERY = 100,  /* turns: 20 s */
    FREEZE_EVERY = 35, /* 7 s */
    WRITER_EVERY = 15, /* 3 s */
    FROZEN_US = 300000,
    BYTES = 8000
};

typedef struct side {
    const char *name;
    const char *url; /* the straight way, to audit */
    tenon_db *db;
    tenon_trace *trace;
    bank *bank;
    pthread_t others[OTHERS];
} side;

static atomic_bool is_over;
static atomic_ulong calls, failures, faults, wrong;

static void die(const char *what)
{
    fprintf(stderr, "soak: %s\n", what);
    exit(1);
}

static void pause_us(int64_t us)
{
    tenon__wait_pause(us, TENON__NEVER);
}

/* ---- what is said about failures ------------------------------------------------------------- */

static bool is_expected(tenon_status status)
{
    switch (status) {
    case TENON_OK:
    case TENON_BUSY:
    case TENON_SERIALIZATION:
    case TENON_DEADLOCK:
    case TENON_POOL_EXHAUSTED:
    case TENON_TIMEOUT:
    case TENON_UNAVAILABLE:
    case TENON_OUTCOME_UNKNOWN:
    case TENON_CANCELLED:
        return true;
    default:
        return false;
    }
}

static void note(const char *what, const tenon_error *err)
{
    atomic_fetch_add(&calls, 1);
    if (err->status == TENON_OK)
        return;
    atomic_fetch_add(&failures, 1);
    if (!is_expected(err->status) && atomic_fetch_add(&wrong, 1) < 20)
        fprintf(stderr, "soak: %s: %s: %s\n", what, tenon_status_name(err->status), err->message);
}

static void note_wrong(const char *what)
{
    if (atomic_fetch_add(&wrong, 1) < 20)
        fprintf(stderr, "soak: %s\n", what);
}

/* ---- the other work -------------------------------------------------------------------------- */

static void read_all(tenon_session *s)
{
    AccountList accounts = account_find_many(s);
    if (!tenon_failed(s) && accounts.count != ACCOUNTS)
        note_wrong("an account is missing and there is no error");
}

static void read_tree(tenon_session *s)
{
    account_find_many(s, .where = {.id = LE(5)},
                      .include = {.paid = &(TransferQuery){.limit = 10}});
}

static void read_stream(tenon_session *s)
{
    TransferStream rows = transfer_stream_open(s, .limit = 500);
    while (transfer_stream_next(rows))
        ;
    transfer_stream_close(rows);
}

static void roll_back(tenon_session *s)
{
    if (tenon_begin(s))
        account_update(s, 1, .balance = INCREASE(1000));
    if (!tenon_failed(s))
        tenon_rollback(s);
}

static void find_one(tenon_session *s, void *arg)
{
    const int *id = arg;
    if (!account_find(s, *id) && !tenon_failed(s))
        note_wrong("a row is missing and there is no error");
}

static void run_batch(tenon_session *s)
{
    static int ids[] = {1, 2, 3, 4, 5, 6};
    tenon_batch *batch = tenon_batch_open(s);
    for (size_t i = 0; i < TENON__COUNT(ids); i++)
        tenon_batch_add(batch, find_one, &ids[i]);
    tenon_batch_run(batch);
    for (size_t i = 0; i < tenon_batch_count(batch); i++)
        note("batch", tenon_batch_error(batch, i));
    tenon_batch_close(batch);
}

static void be_cancelled(tenon_session *s)
{
    tenon_cancel(s);
    account_count(s);
    if (tenon_session_error(s)->status != TENON_CANCELLED)
        note_wrong("a cancelled session goes on");
}

static const struct {
    const char *name;
    void (*run)(tenon_session *s);
} works[] = {{"read", read_all},       {"tree", read_tree},  {"stream", read_stream},
             {"roll back", roll_back}, {"batch", run_batch}, {"cancel", be_cancelled}};

static void run_tasks(tenon_db *db)
{
    static int ids[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    tenon_epoll loop;
    tenon_error err = {0};
    if (tenon_epoll_open(&loop, db, NULL, &err)) {
        for (size_t i = 0; i < TENON__COUNT(ids); i++)
            tenon_async_start(loop.async, find_one, NULL, &ids[i], &err);
        tenon_epoll_run(&loop);
        tenon_epoll_close(&loop);
    }
    note("tasks", &err);
}

/* As a program that starts, asks, and ends. */
static void open_and_close(const char *url)
{
    tenon_error err;
    tenon_db *db = tenon_open(url, &(tenon_options){.pool_max = 2}, &err);
    note("open", &err);
    if (!db)
        return;
    tenon_session *s = tenon_session_open(db, NULL);
    read_all(s);
    note("first read", tenon_session_error(s));
    tenon_session_close(s);
    tenon_close(db);
}

static void *work(void *context)
{
    const side *d = context;
    const tenon_session_options options = {.deadline_us = 2000000};
    for (unsigned i = 0; !atomic_load(&is_over); i++) {
        tenon_session *s = tenon_session_open(d->db, &options);
        for (size_t k = 0; k < TENON__COUNT(works); k++) {
            works[k].run(s);
            note(works[k].name, tenon_session_error(s));
            tenon_session_reset(s);
        }
        tenon_session_close(s);
        if (i % 16 == 0)
            run_tasks(d->db);
        if (i % 64 == 0)
            open_and_close(tenon__db_url(d->db));
        pause_us(5000);
    }
    return NULL;
}

/* ---- the second program on the file ---------------------------------------------------------- */

/* What it does within a transaction comes to nothing, if it is whole. */
static int write_for_ever(const char *url)
{
    tenon_error err;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    while (s) {
        if (tenon_begin(s)) {
            account_update(s, 1, .balance = INCREASE(777));
            account_update(s, 2, .balance = DECREASE(777));
            account_update(s, 1, .balance = DECREASE(777));
            account_update(s, 2, .balance = INCREASE(777));
        }
        tenon_commit(s);
        tenon_session_reset(s);
        pause_us(2000);
    }
    return 1;
}

static pid_t start_writer(const char *program, const char *url)
{
    char word[] = "--writer", path[512], name[512];
    char *const arguments[] = {name, word, path, NULL};
    pid_t writer = 0;
    snprintf(path, sizeof path, "%s", url);
    snprintf(name, sizeof name, "%s", program);
    if (posix_spawn(&writer, "/proc/self/exe", NULL, NULL, arguments, environ) != 0)
        die("the second program does not start");
    return writer;
}

static void kill_writer(pid_t writer)
{
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
}

/* ---- faults ---------------------------------------------------------------------------------- */

static void disturb_wire(proxy *way, unsigned *seed)
{
    unsigned chance = (unsigned)rand_r(seed);
    faults += proxy_has_failed(way);
    proxy_fail_at(way, chance % 2 ? PROXY_CLIENT : PROXY_SERVER, chance / 8 % BYTES,
                  (proxy_fault)(chance / 2 % 4));
}

static void disturb_server(unsigned turn)
{
    if (turn % KILL_EVERY == KILL_EVERY - 1) {
        cluster_kill();
        cluster_start();
        faults++;
    } else if (turn % FREEZE_EVERY == FREEZE_EVERY - 1) {
        cluster_freeze();
        pause_us(FROZEN_US);
        cluster_thaw();
        faults++;
    }
}

/* ---- what is held ---------------------------------------------------------------------------- */

/* Without what is shared with others, and the banks' journals, which grow on purpose. */
static long own_memory_kb(void)
{
    char line[128];
    long kb = -1;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && kb < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, "RssAnon:", 8) == 0)
            kb = strtol(line + 8, NULL, 10);
    if (file)
        fclose(file);
    return kb;
}

/* What libtenon and libpq have asked for, without SQLite's own. Sanitizers do not count. */
static long in_use_kb(void)
{
    struct mallinfo2 all = mallinfo2();
    return ((long)(all.uordblks + all.hblkhd) - (long)sqlite3_memory_used()) / 1024;
}

typedef struct held {
    long memory_kb, in_use_kb;
} held;

static held what_is_held(void)
{
    return (held){own_memory_kb(), in_use_kb()};
}

static int count_files(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static void report(int64_t seconds, const side *sides)
{
    size_t counts[TOLD_COUNT] = {0};
    for (int i = 0; i < 2; i++)
        for (int what = 0; what < TOLD_COUNT; what++)
            counts[what] += bank_count(sides[i].bank, (told)what);
    printf("| %lld | %zu | %zu | %zu | %lu | %lu | %lu | %ld | %ld | %d |\n", (long long)seconds,
           counts[TOLD_DONE], counts[TOLD_REFUSED], counts[TOLD_UNKNOWN], atomic_load(&calls),
           atomic_load(&failures), atomic_load(&faults), own_memory_kb(), in_use_kb(),
           count_files());
    fflush(stdout);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void open_side(side *d, const char *name, const char *url, const char *way)
{
    tenon_error err;
    *d = (side){.name = name, .url = url, .bank = bank_open(url)};
    d->db = tenon_open(way,
                       &(tenon_options){.application_name = "soak",
                                        .pool_max = MOVERS + OTHERS - 2,
                                        .breaker_wait_us = 50000,
                                        .statement_timeout_us = 5000000,
                                        .lifetime_us = 3000000,
                                        .idle_timeout_us = 1000000},
                       &err);
    d->trace = d->db ? tenon_trace_open(d->db, NULL, &err) : NULL;
    if (!d->trace)
        die(err.message);
    bank_pause(d->bank, 5000);
    bank_start(d->bank, d->db, MOVERS);
    for (int i = 0; i < OTHERS; i++)
        if (pthread_create(&d->others[i], NULL, work, d) != 0)
            die("a thread does not start");
}

static void close_side(side *d)
{
    bank_stop(d->bank);
    for (int i = 0; i < OTHERS; i++)
        pthread_join(d->others[i], NULL);
    tenon_pool_metrics metrics = tenon_db_metrics(d->db);
    if (metrics.leased || metrics.waiting)
        note_wrong("connections are still held");
    tenon_trace_close(d->trace);
    tenon_close(d->db);
}

static void audit(const side *d)
{
    char text[600];
    pause_us(2000000); /* server processes of lost connections come to their end */
    if (!bank_agrees(d->bank, d->url, text, sizeof text))
        note_wrong(text);
    else
        printf("%s: the money is whole, %zu transfers\n", d->name, bank_count(d->bank, TOLD_DONE));
    bank_close(d->bank);
}

/* What is held after the first quarter. */
static held disturb(const char *program, int64_t seconds, proxy *way, const side *sides)
{
    int64_t began_us = tenon__monotonic_us(), took_us;
    pid_t writer = start_writer(program, sides[1].url);
    held early = {0, 0};
    unsigned seed = 1;
    int64_t reported = 0;
    for (unsigned turn = 0; (took_us = tenon__monotonic_us() - began_us) < seconds * 1000000;
         turn++) {
        pause_us(TURN_US);
        disturb_wire(way, &seed);
        disturb_server(turn);
        if (turn % WRITER_EVERY == 0) {
            kill_writer(writer);
            writer = start_writer(program, sides[1].url);
            faults++;
        }
        if (took_us >= reported * seconds * 1000000 / REPORTS) {
            report(took_us / 1000000, sides);
            if (reported++ == REPORTS / 4)
                early = what_is_held();
        }
    }
    kill_writer(writer);
    return early;
}

static void judge_memory(held early, held late, long after_kb)
{
    printf(
        "in use: %ld KB after a quarter of the time, %ld KB at the end; memory: %ld KB and %ld KB, "
        "%ld KB when all is closed\n",
        early.in_use_kb, late.in_use_kb, early.memory_kb, late.memory_kb, after_kb);
    if (late.in_use_kb - early.in_use_kb > GROWTH_MOST_KB)
        note_wrong("what is in use has grown");
    if (after_kb > early.memory_kb)
        note_wrong("memory is left");
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--writer") == 0)
        return write_for_ever(argv[2]);
    int64_t seconds = argc > 1 ? strtoll(argv[1], NULL, 10) : USUAL_SECONDS;
    mallopt(M_ARENA_MAX, 2);
    const char *why, *server = cluster_open();
    int files = count_files();
    proxy *way = proxy_open(server, 0, &why);
    if (!way)
        die(why);
    side sides[2];
    puts("| second | moved | refused | unknown | other calls | failed | faults | memory KB | in "
         "use KB | files "
         "|\n| --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
    open_side(&sides[0], "PostgreSQL", server, proxy_url(way));
    const char *file = testdb_sqlite_url();
    open_side(&sides[1], "SQLite", file, file);
    held early = disturb(argv[0], seconds, way, sides), late = what_is_held();
    atomic_store(&is_over, true);
    report(seconds, sides);
    for (int i = 0; i < 2; i++)
        close_side(&sides[i]);
    proxy_close(way);
    int left = count_files() - files;
    malloc_trim(0);
    judge_memory(early, late, own_memory_kb());
    for (int i = 0; i < 2; i++)
        audit(&sides[i]);
    printf("descriptors left: %d\n", left);
    if (left > 0)
        note_wrong("descriptors are left");
    printf("%d passed, %d failed\n", wrong == 0, wrong != 0);
    return wrong != 0;
}
