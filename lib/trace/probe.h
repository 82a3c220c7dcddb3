/* Static tracepoints (USDT): for bpftrace, perf and SystemTap, on a program that runs.
 *
 *     tenon:statement   SQL, operation, nanoseconds, rows, status (0: done)
 *     tenon:slow        SQL, site or NULL, nanoseconds
 *
 * One that nobody looks at is a single instruction that does nothing. They are in libtenon-trace,
 * and so are passed by programs that have opened a trace. */
#ifndef TENON_TRACE_PROBE_H
#define TENON_TRACE_PROBE_H

#ifdef TENON_USDT
#include <sys/sdt.h>
#define TENON__PROBE_STATEMENT(sql, operation, ns, rows, status)                                   \
    STAP_PROBE5(tenon, statement, sql, operation, ns, rows, status)
#define TENON__PROBE_SLOW(sql, site, ns) STAP_PROBE3(tenon, slow, sql, site, ns)
#else
#define TENON__PROBE_STATEMENT(sql, operation, ns, rows, status)                                   \
    ((void)(sql), (void)(operation), (void)(ns), (void)(rows), (void)(status))
#define TENON__PROBE_SLOW(sql, site, ns) ((void)(sql), (void)(site), (void)(ns))
#endif

#endif
