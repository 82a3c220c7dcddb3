/* Read replicas for Prometheus: each by its place and its host, and the reads that none of them
 * could take. */
#include "trace/exposition.h"
#include "trace/replicas.h"

#include <inttypes.h>

static void begin(tenon__buf *out, const char *name, const tenon__replica_list *list, size_t i)
{
    const char *host = list->items[i].host;
    tenon__buf_format(out, "%s{replica=\"%zu\",", name, i + 1);
    tenon__exposition_label(out, "host", host, strlen(host));
}

/* What is not known is no number. */
static void add_lag(tenon__buf *out, const tenon__replica_list *list)
{
    const char *name = "tenon_replica_lag_seconds";
    tenon__exposition_head(out, name, "gauge", "How old what is read there may be.");
    for (size_t i = 0; i < list->count; i++) {
        int64_t us = list->items[i].lag_us;
        if (us < 0)
            continue;
        begin(out, name, list, i);
        tenon__buf_format(out, "} %" PRId64 ".%06d\n", us / 1000000, (int)(us % 1000000));
    }
}

static void add_each(tenon__buf *out, const char *name, const tenon__replica_list *list,
                     tenon__replica_figure *figure_of)
{
    for (size_t i = 0; i < list->count; i++) {
        begin(out, name, list, i);
        tenon__buf_format(out, "} %" PRIu64 "\n", figure_of(&list->items[i]));
    }
}

static void add_figures(tenon__buf *out, const tenon__replica_list *list)
{
    const char *following = "tenon_replica_following", *reads = "tenon_replica_reads_total",
               *failures = "tenon_replica_failed_total";
    tenon__exposition_head(out, following, "gauge", "1 while it answers, as a replica of ours.");
    add_each(out, following, list, tenon__replica_is_following);
    tenon__exposition_head(out, reads, "counter", "Connections leased to read there.");
    add_each(out, reads, list, tenon__replica_reads);
    tenon__exposition_head(out, failures, "counter", "Reads that the primary had to do after all.");
    add_each(out, failures, list, tenon__replica_failures);
}

static void add_misses(tenon__buf *out, const tenon_replica_misses *misses)
{
    const char *name = "tenon_replica_misses_total";
    const struct {
        const char *why;
        uint64_t count;
    } reasons[] = {{"own_writes", misses->own_writes_total},
                   {"lag", misses->lag_total},
                   {"unreachable", misses->unreachable_total}};
    tenon__exposition_head(out, name, "counter", "Reads for which no replica would do.");
    for (size_t i = 0; i < TENON__COUNT(reasons); i++)
        tenon__buf_format(out, "%s{reason=\"%s\"} %" PRIu64 "\n", name, reasons[i].why,
                          reasons[i].count);
}

void tenon__exposition_replicas(tenon__buf *out, const tenon_db *db)
{
    tenon__replica_list list;
    if (!tenon__replica_list_read(db, &list))
        return;
    add_lag(out, &list);
    add_figures(out, &list);
    add_misses(out, &list.misses);
}
