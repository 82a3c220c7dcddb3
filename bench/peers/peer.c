/* The main of a peer that is written in C: one or many clients that make the same call again and
 * again, each on a thread of its own.
 *
 *     peer URL WORK CLIENTS
 *
 * obeys its standard input, line by line, as the peers in other languages do:
 *
 *     check N    one client makes the calls 0 … N - 1; prints the checksum, modulo 2^31
 *     run MS     all clients make calls for so many milliseconds; prints a line of JSON: how many
 *                calls, how long it took, the processor time of this process, and how many calls
 *                took how long
 *
 * A latency is counted in a bucket that is at most 1/32 wider than it: `bucket_of`. What a client
 * does is in side.h. */
#include "../sample.h"
#include "../side.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { BUCKETS = 32 * 32 };

typedef struct client {
    pthread_t thread;
    size_t number, next_call, calls;
    uint64_t sum;
    uint32_t latencies[BUCKETS];
} client;

/* What all clients are told; they read it behind the barrier. */
static struct order {
    bool is_end;
    size_t checked_calls; /* 0: until the time is over */
    int64_t until_ns;
} order;

size_t bench_clients = 1;
static pthread_barrier_t beginning, ending;
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static const bench_work *work;
static const char *url;

void bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "peer: %s: %s\n", what, why);
    _Exit(1);
}

void *bench_alloc(size_t size)
{
    void *block = malloc(size);
    if (!block)
        bench_fail("malloc", "out of memory");
    return block;
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static size_t bucket_of(int64_t ns)
{
    uint64_t value = ns < 0 ? 0 : (uint64_t)ns;
    if (value < 32)
        return value;
    unsigned shift = 58u - (unsigned)__builtin_clzll(value);
    size_t bucket = shift * 32 + (value >> shift);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* ---- a client -------------------------------------------------------------------------------- */

static void check_calls(client *c)
{
    size_t width = work->width ? work->width : 1;
    c->sum = 0;
    for (size_t i = 0; c->number == 0 && i < order.checked_calls; i += width)
        c->sum += work->call(i);
}

static void make_calls(client *c)
{
    size_t width = work->width ? work->width : 1;
    int64_t before = now_ns();
    do {
        work->call((c->next_call * bench_clients + c->number) * width);
        int64_t now = now_ns();
        c->latencies[bucket_of(now - before)]++;
        c->next_call++;
        c->calls += width;
        before = now;
    } while (before < order.until_ns);
}

static void open_client(void)
{
    pthread_mutex_lock(&opening);
    bench_open(url);
    if (work->prepare)
        work->prepare();
    pthread_mutex_unlock(&opening);
}

static void close_client(void)
{
    pthread_mutex_lock(&opening);
    bench_close();
    pthread_mutex_unlock(&opening);
}

static void *live(void *arg)
{
    client *c = arg;
    open_client();
    pthread_barrier_wait(&ending);
    for (;;) {
        pthread_barrier_wait(&beginning);
        if (order.is_end)
            break;
        if (order.checked_calls)
            check_calls(c);
        else
            make_calls(c);
        pthread_barrier_wait(&ending);
    }
    close_client();
    return NULL;
}

/* ---- orders ---------------------------------------------------------------------------------- */

static int64_t processor_ns(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * INT64_C(1000000000) +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * INT64_C(1000);
}

static void print_latencies(const client *clients)
{
    const char *separator = "";
    printf("\"latencies\": {");
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        uint64_t count = 0;
        for (size_t i = 0; i < bench_clients; i++)
            count += clients[i].latencies[bucket];
        if (count == 0)
            continue;
        printf("%s\"%zu\": %" PRIu64, separator, bucket, count);
        separator = ", ";
    }
    puts("}}");
}

static void run(client *clients, int64_t ms)
{
    for (size_t i = 0; i < bench_clients; i++) {
        clients[i].calls = 0;
        memset(clients[i].latencies, 0, sizeof clients[i].latencies);
    }
    int64_t processor = processor_ns(), start = now_ns();
    order = (struct order){.until_ns = start + ms * 1000000};
    pthread_barrier_wait(&beginning);
    pthread_barrier_wait(&ending);
    int64_t spent = now_ns() - start, worked = processor_ns() - processor;
    size_t calls = 0;
    for (size_t i = 0; i < bench_clients; i++)
        calls += clients[i].calls;
    printf("{\"calls\": %zu, \"ns\": %" PRId64 ", \"processor_ns\": %" PRId64 ", ", calls, spent,
           worked);
    print_latencies(clients);
}

static void check(const client *clients, size_t calls)
{
    order = (struct order){.checked_calls = calls};
    pthread_barrier_wait(&beginning);
    pthread_barrier_wait(&ending);
    printf("%" PRIu64 "\n", clients[0].sum % (UINT64_C(1) << 31));
}

static void obey(client *clients, const char *line)
{
    static const char checking[] = "check ", running[] = "run ";
    if (strncmp(line, checking, sizeof checking - 1) == 0)
        check(clients, strtoul(line + sizeof checking - 1, NULL, 10));
    else if (strncmp(line, running, sizeof running - 1) == 0)
        run(clients, strtol(line + sizeof running - 1, NULL, 10));
    else
        bench_fail(line, "not understood");
    fflush(stdout);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static const bench_work *find_work(const char *name)
{
    for (const bench_work *w = bench_works; w->name; w++) {
        if (strcmp(w->name, name) == 0)
            return w;
    }
    bench_fail(name, "no such work");
}

static client *start_clients(void)
{
    client *clients = bench_alloc(bench_clients * sizeof *clients);
    memset(clients, 0, bench_clients * sizeof *clients);
    pthread_barrier_init(&beginning, NULL, (unsigned)bench_clients + 1);
    pthread_barrier_init(&ending, NULL, (unsigned)bench_clients + 1);
    for (size_t i = 0; i < bench_clients; i++) {
        clients[i].number = i;
        if (pthread_create(&clients[i].thread, NULL, live, &clients[i]) != 0)
            bench_fail("pthread_create", "no thread");
    }
    pthread_barrier_wait(&ending); /* all have opened */
    return clients;
}

int main(int argc, char **argv)
{
    char line[64];
    if (argc != 4)
        bench_fail("usage", "peer URL WORK CLIENTS");
    url = argv[1];
    work = find_work(argv[2]);
    bench_clients = strtoul(argv[3], NULL, 10);
    bench_samples(); /* made before there are threads */
    client *clients = start_clients();
    while (fgets(line, sizeof line, stdin))
        obey(clients, line);
    order = (struct order){.is_end = true};
    pthread_barrier_wait(&beginning);
    for (size_t i = 0; i < bench_clients; i++)
        pthread_join(clients[i].thread, NULL);
    free(clients);
}
