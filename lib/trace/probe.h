/* Static tracepoints (USDT): for bpftrace, perf and SystemTap, on a program that runs.
 *
 *     tenon:statement   SQL, operation, nanoseconds, rows, status (0: done)
 *     tenon:slow        SQL, site or NULL, nanoseconds
 *
 * One that nobody looks at is a single instruction that does nothing. They are in libtenon-trace,
 * and so are passed by programs that have opened a trace. */
#ifndef TENON_TRACE_PROBE_H
#define TENON_TRACE_PROBE_H

#include <stdint.h>

#ifdef TENON_USDT
#include <sys/sdt.h>
#else
#define STAP_PROBE3(provider, name, a, b, c) ((void)(a), (void)(b), (void)(c))
#define STAP_PROBE5(provider, name, a, b, c, d, e)                                                 \
    (STAP_PROBE3(provider, name, a, b, c), (void)(d), (void)(e))
#endif

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments" /* within those macros */
#endif

static inline void tenon__probe_statement(const char *sql, const char *operation, int64_t time_ns,
                                          uint64_t row_count, int status)
{
    STAP_PROBE5(tenon, statement, sql, operation, time_ns, row_count, status);
}

static inline void tenon__probe_slow(const char *sql, const char *site, int64_t time_ns)
{
    STAP_PROBE3(tenon, slow, sql, site, time_ns);
}

#ifdef __clang__
#pragma clang diagnostic pop
#endif

#endif
