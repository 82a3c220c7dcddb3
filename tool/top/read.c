/* A program's JSON as numbers; their rates and their order. */
#include "top/top.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- members --------------------------------------------------------------------------------- */

/* Nothing of nothing. */
static tenon_json member(tenon_json object, const char *name)
{
    char quoted[64];
    if (!object.text)
        return object;
    int length = snprintf(quoted, sizeof quoted, "\"%s\"", name);
    return tenon__json_member(object, quoted, (size_t)length);
}

static int64_t number(tenon_json object, const char *name)
{
    tenon_json value = member(object, name);
    return value.text ? strtoll(value.text, NULL, 10) : 0;
}

static const char *text(top_snapshot *s, tenon_json object, const char *name)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    tenon_json value = member(object, name);
    if (value.text && *value.text == '"')
        tenon__json_unescape(value, &out);
    return tenon__arena_text(&s->arena, tenon__buf_string(&out));
}

static void read_row(top_snapshot *s, tenon_json from, top_row *out)
{
    const char *fingerprint = text(s, from, "fingerprint");
    *out = (top_row){.fingerprint = fingerprint ? strtoull(fingerprint, NULL, 16) : 0,
                     .sql = text(s, from, "sql"),
                     .model = text(s, from, "model"),
                     .operation = text(s, from, "operation"),
                     .calls = number(from, "calls"),
                     .errors = number(from, "errors"),
                     .rows = number(from, "rows"),
                     .bytes = number(from, "bytes"),
                     .total_ns = number(from, "total_ns"),
                     .mean_ns = number(from, "mean_ns"),
                     .p50_ns = number(from, "p50_ns"),
                     .p95_ns = number(from, "p95_ns"),
                     .p99_ns = number(from, "p99_ns"),
                     .max_ns = number(from, "max_ns")};
}

static void read_rows(top_snapshot *s, tenon_json list)
{
    tenon_json rest = list, item;
    size_t count = 0;
    while (tenon__json_next(&rest, &item))
        count++;
    s->rows = tenon__arena_array(&s->arena, count, sizeof *s->rows);
    rest = list;
    while (s->rows && tenon__json_next(&rest, &item))
        read_row(s, item, &s->rows[s->row_count++]);
}

bool top_read(top_snapshot *out, const char *json, size_t length, tenon_error *err)
{
    const tenon_json all = {.len = length, .text = json};
    *out = (top_snapshot){0};
    if (!tenon__json_is_valid(json, length) || !member(all, "shapes").text)
        return tenon__fail(err, TENON_UNAVAILABLE, "this is not what a program of tenon says");
    tenon_json pool = member(all, "pool");
    out->application = text(out, all, "application");
    out->dialect = text(out, all, "dialect");
    out->since_us = number(all, "since_us");
    out->until_us = number(all, "until_us");
    out->slow_count = number(all, "slow_count");
    out->pool_size = number(pool, "size");
    out->pool_leased = number(pool, "leased");
    out->pool_waiting = number(pool, "waiting");
    read_row(out, member(all, "total"), &out->total);
    read_row(out, member(all, "other"), &out->other);
    read_rows(out, member(all, "shapes"));
    return !out->arena.failed || tenon__fail_no_memory(err);
}

void top_snapshot_release(top_snapshot *snapshot)
{
    tenon__arena_release(&snapshot->arena);
    *snapshot = (top_snapshot){0};
}

/* ---- rates ----------------------------------------------------------------------------------- */

static const top_row *find_row(const top_snapshot *s, const top_row *row)
{
    for (size_t i = 0; s && i < s->row_count; i++) {
        const top_row *at = &s->rows[i];
        if (at->fingerprint == row->fingerprint && strcmp(at->operation, row->operation) == 0)
            return at;
    }
    return NULL;
}

/* A count that was reset begins from nothing. */
static void rate_row(top_row *row, const top_row *before, double seconds)
{
    int64_t base = before && before->calls <= row->calls ? before->calls : 0;
    row->calls_per_second = seconds > 0 ? (double)(row->calls - base) / seconds : 0;
}

void top_rate(top_snapshot *now, const top_snapshot *before)
{
    if (before && before->since_us != now->since_us)
        before = NULL;
    int64_t from_us = before ? before->until_us : now->since_us;
    double seconds = (double)(now->until_us - from_us) / 1e6;
    rate_row(&now->total, before ? &before->total : NULL, seconds);
    for (size_t i = 0; i < now->row_count; i++)
        rate_row(&now->rows[i], find_row(before, &now->rows[i]), seconds);
}

/* ---- order ----------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    size_t member;
} orders[TOP_ORDERS] = {
    [TOP_BY_TOTAL] = {"total", offsetof(top_row, total_ns)},
    [TOP_BY_CALLS] = {"calls", offsetof(top_row, calls)},
    [TOP_BY_MEAN] = {"mean", offsetof(top_row, mean_ns)},
    [TOP_BY_P95] = {"p95", offsetof(top_row, p95_ns)},
    [TOP_BY_ROWS] = {"rows", offsetof(top_row, rows)},
    [TOP_BY_ERRORS] = {"errors", offsetof(top_row, errors)},
};

const char *top_order_name(top_order order)
{
    return orders[order].name;
}

top_order top_order_of_name(const char *name)
{
    top_order order = TOP_BY_TOTAL;
    while (order < TOP_ORDERS && strcmp(orders[order].name, name) != 0)
        order++;
    return order;
}

top_order top_order_of_key(char key)
{
    top_order order = TOP_BY_TOTAL;
    while (order < TOP_ORDERS && orders[order].name[0] != key)
        order++;
    return order;
}

static int compare(const void *a, const void *b, void *ctx)
{
    size_t member_at = orders[*(const top_order *)ctx].member;
    int64_t left, right;
    memcpy(&left, (const char *)a + member_at, sizeof left);
    memcpy(&right, (const char *)b + member_at, sizeof right);
    return (left < right) - (left > right);
}

void top_sort(top_snapshot *snapshot, top_order order)
{
    if (snapshot->row_count)
        qsort_r(snapshot->rows, snapshot->row_count, sizeof *snapshot->rows, compare, &order);
}
