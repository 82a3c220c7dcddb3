/* The main of every side; see side.h. */
#include "side.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef void count_function(uint64_t *allocations, int64_t *bytes);

size_t bench_clients = 1;

void bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

void *bench_alloc(size_t size)
{
    void *block = malloc(size);
    if (!block)
        bench_fail("malloc", "out of memory");
    return block;
}

static const bench_work *find_work(const char *name)
{
    for (const bench_work *work = bench_works; work->name; work++) {
        if (strcmp(work->name, name) == 0)
            return work;
    }
    bench_fail(name, "no such work");
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A function of its own, because callgrind counts between its beginning and its end. */
__attribute__((noinline)) static uint64_t run_measured(const bench_work *work, size_t first,
                                                       size_t count)
{
    uint64_t sum = 0;
    for (size_t i = first; i < first + count; i++)
        sum += work->call(i);
    return sum;
}

static void run(const bench_work *work, size_t first, size_t count)
{
    uint64_t allocations[2] = {0};
    int64_t bytes[2] = {0};
    void *symbol = dlsym(RTLD_DEFAULT, "bench_counts");
    count_function *counts;
    memcpy(&counts, &symbol, sizeof counts); /* C has no conversion between the two */
    if (counts)
        counts(&allocations[0], &bytes[0]);
    int64_t start = now_ns();
    uint64_t sum = run_measured(work, first, count);
    int64_t end = now_ns();
    if (counts)
        counts(&allocations[1], &bytes[1]);
    printf("%" PRId64 " %" PRIu64 " %" PRIu64 " %" PRId64 "\n", end - start, sum,
           allocations[1] - allocations[0], bytes[1] - bytes[0]);
}

/* The number behind the word that the line begins with; 0 when it begins with another. */
static size_t count_behind(const char *line, const char *word)
{
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 ? strtoul(line + length, NULL, 10) : 0;
}

/* The number of calls. */
static size_t obey(const bench_work *work, const char *line, size_t first)
{
    size_t count = count_behind(line, "run ");
    if (count) {
        run(work, first, count);
        return count;
    }
    count = count_behind(line, "warm ");
    if (!count)
        bench_fail(line, "not understood");
    for (size_t i = first; i < first + count; i++)
        work->call(i);
    puts("warm");
    return count;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        bench_fail("usage", "bench-… URL WORK");
    /* When glibc gives memory back to the system, which costs more than many a call, depends on
     * what happens to lie at the top of the heap: not at all, on no side. */
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    const bench_work *work = find_work(argv[2]);
    bench_open(argv[1]);
    if (work->prepare)
        work->prepare();
    char line[64];
    size_t calls = 0;
    while (fgets(line, sizeof line, stdin)) {
        calls += obey(work, line, calls);
        fflush(stdout);
    }
    bench_close();
}
