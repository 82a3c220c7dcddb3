/* A snapshot as lines for a person. */
#include "top/top.h"

#include <inttypes.h>
#include <stdio.h>

static const char headings[] = "   CALLS  CALLS/S    TOTAL     MEAN      P50      P95      P99     "
                               " MAX     ROWS  ERR  STATEMENT";

/* Three digits that count, and the unit: 1.25ms. */
static void add_time(tenon__buf *out, int64_t ns)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    char number[32];
    double value = (double)ns;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < TENON__COUNT(units)) {
        value /= 1000;
        unit++;
    }
    int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    snprintf(number, sizeof number, "%.*f%s", digits, value, units[unit]);
    tenon__buf_format(out, " %8s", number);
}

static void add_count(tenon__buf *out, int width, int64_t count)
{
    char number[32];
    if (count < 1000000)
        snprintf(number, sizeof number, "%" PRId64, count);
    else if (count < 1000000000)
        snprintf(number, sizeof number, "%.2fM", (double)count / 1e6);
    else
        snprintf(number, sizeof number, "%.2fG", (double)count / 1e9);
    tenon__buf_format(out, "%*s", width, number);
}

/* The line from `begin` on, cut to the width; colours end with it. */
static void end_line(tenon__buf *out, size_t begin, const top_view *view, bool is_coloured)
{
    size_t length = out->length - begin;
    if (view->width && length > view->width && !out->failed) {
        out->length = begin + tenon__utf8_cut(out->data + begin, length, view->width);
        out->data[out->length] = '\0';
    }
    tenon__buf_text(out, is_coloured ? "\033[0m\n" : "\n");
}

/* One line of it, so that it cannot break the table. */
static void add_statement(tenon__buf *out, const top_row *row)
{
    if (*row->model)
        tenon__buf_format(out, "  %s %s", row->operation, row->model);
    else
        tenon__buf_text(out, " ");
    tenon__buf_text(out, "  ");
    for (const char *at = row->sql; *at; at++)
        tenon__buf_char(out, (unsigned char)*at < ' ' || *at == 0x7F ? ' ' : *at);
}

static void add_numbers(tenon__buf *out, const top_row *row)
{
    add_count(out, 8, row->calls);
    tenon__buf_format(out, " %8.1f", row->calls_per_second);
    add_time(out, row->total_ns);
    add_time(out, row->mean_ns);
    add_time(out, row->p50_ns);
    add_time(out, row->p95_ns);
    add_time(out, row->p99_ns);
    add_time(out, row->max_ns);
    add_count(out, 9, row->rows);
    add_count(out, 5, row->errors);
}

static void show_row(tenon__buf *out, const top_row *row, const top_view *view)
{
    bool is_red = view->has_colours && row->errors > 0;
    tenon__buf_text(out, is_red ? "\033[31m" : "");
    size_t begin = out->length;
    add_numbers(out, row);
    add_statement(out, row);
    end_line(out, begin, view, is_red);
}

static void show_head(tenon__buf *out, const top_snapshot *s, const top_view *view)
{
    size_t begin = out->length;
    int64_t seconds = (s->until_us - s->since_us) / 1000000;
    tenon__buf_format(out,
                      "%s, %s, since %" PRId64 ":%02" PRId64 ":%02" PRId64 "; pool %" PRId64
                      ", %" PRId64 " leased, %" PRId64 " waiting; %" PRId64 " slow; by %s",
                      s->application, s->dialect, seconds / 3600, seconds / 60 % 60, seconds % 60,
                      s->pool_size, s->pool_leased, s->pool_waiting, s->slow_count,
                      top_order_name(view->order));
    end_line(out, begin, view, false);
    if (view->has_keys) {
        begin = out->length;
        tenon__buf_text(out, "order: t)otal c)alls m)ean p)95 r)ows e)rrors; q)uit");
        end_line(out, begin, view, false);
    }
    tenon__buf_text(out, view->has_colours ? "\033[7m" : "");
    begin = out->length;
    tenon__buf_text(out, headings);
    end_line(out, begin, view, view->has_colours);
}

void top_show(tenon__buf *out, const top_snapshot *s, const top_view *view)
{
    top_row total = s->total, other = s->other;
    total.sql = "everything";
    other.sql = "shapes for which there was no room";
    show_head(out, s, view);
    show_row(out, &total, view);
    for (size_t i = 0; i < s->row_count && i < view->most_rows; i++)
        show_row(out, &s->rows[i], view);
    if (other.calls)
        show_row(out, &other, view);
}
