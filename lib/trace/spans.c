/* Spans: statements as parts of the traces of requests, kept in a ring until they are exported.
 * When it is full the oldest makes room and is counted as dropped. A session whose trace the
 * program has named (tenon_trace_parent) belongs to it; any other statement begins a trace. */
#include "trace/tracer.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the ring -------------------------------------------------------------------------------- */

bool tenon__spans_init(tenon__spans *spans, unsigned every, size_t most)
{
    uint64_t seed = 0;
    pthread_mutex_init(&spans->lock, NULL);
    if (!every)
        return true;
    spans->every = every;
    spans->most = most;
    spans->items = calloc(most, sizeof *spans->items);
    if (!tenon__random(&seed, sizeof seed))
        seed = (uint64_t)tenon__monotonic_ns();
    atomic_init(&spans->last_id, seed);
    return spans->items != NULL;
}

void tenon__spans_release(tenon__spans *spans)
{
    free(spans->items);
    pthread_mutex_destroy(&spans->lock);
}

static void put(tenon__spans *spans, const tenon__span *span)
{
    pthread_mutex_lock(&spans->lock);
    spans->items[(spans->first + spans->count) % spans->most] = *span;
    if (spans->count < spans->most) {
        spans->count++;
    } else {
        spans->first = (spans->first + 1) % spans->most;
        atomic_fetch_add_explicit(&spans->dropped, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&spans->lock);
}

bool tenon__spans_take(tenon__spans *spans, tenon__span *out)
{
    if (!spans->items)
        return false;
    pthread_mutex_lock(&spans->lock);
    bool is_there = spans->count > 0;
    if (is_there) {
        *out = spans->items[spans->first];
        spans->first = (spans->first + 1) % spans->most;
        spans->count--;
    }
    pthread_mutex_unlock(&spans->lock);
    return is_there;
}

/* ---- making one ------------------------------------------------------------------------------ */

/* SplitMix64: unlike each other, and unlike those of other processes by the seed. Never 0, which
 * is no id. */
static void draw_id(tenon__spans *spans, uint8_t *id, size_t length)
{
    for (size_t i = 0; i < length; i += sizeof(uint64_t)) {
        uint64_t x =
            atomic_fetch_add_explicit(&spans->last_id, 0x9E3779B97F4A7C15u, memory_order_relaxed);
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
        x = (x ^ x >> 27) * 0x94D049BB133111EBu;
        x = (x ^ x >> 31) | 1;
        memcpy(id + i, &x, sizeof x);
    }
}

static void set_text(char *to, size_t size, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    if (length >= size)
        length = tenon__utf8_cut(text, length, size - 1);
    if (length)
        memcpy(to, text, length);
    to[length] = '\0';
}

static void describe(tenon__span *span, const tenon__measured *measured,
                     const tenon__statement *statement, const char *sql)
{
    const tenon__about *about = &statement->about;
    const char *operation = about->operation ? about->operation : "query";
    const char *model = about->model ? about->model->name : "";
    snprintf(span->name, sizeof span->name, "%s%s%s", operation, *model ? " " : "", model);
    set_text(span->model, sizeof span->model, model);
    set_text(span->operation, sizeof span->operation, operation);
    set_text(span->sql, sizeof span->sql, sql);
    set_text(span->site, sizeof span->site, measured->site);
    set_text(span->error, sizeof span->error, measured->error ? measured->error->message : NULL);
    span->row_count = measured->row_count;
    span->end_ns = tenon__now_us() * 1000;
    span->begin_ns = span->end_ns - measured->time_ns;
}

static void place(tenon__spans *spans, tenon__span *span, const tenon__trace_parent *parent,
                  bool has_parent)
{
    span->has_parent = has_parent;
    memcpy(span->trace_id, parent->trace_id, sizeof span->trace_id);
    memcpy(span->parent_id, parent->span_id, sizeof span->parent_id);
    if (!has_parent)
        draw_id(spans, span->trace_id, sizeof span->trace_id);
    draw_id(spans, span->span_id, sizeof span->span_id);
}

static bool is_zero(const uint8_t *id, size_t length)
{
    size_t i = 0;
    while (i < length && !id[i])
        i++;
    return i == length;
}

void tenon__spans_add(tenon_trace *trace, const tenon__measured *measured,
                      const tenon__identity *identity)
{
    tenon__spans *spans = &trace->spans;
    const tenon__trace_parent *parent = tenon__session_trace_parent(measured->session);
    bool has_parent = !is_zero(parent->trace_id, sizeof parent->trace_id);
    unsigned call = atomic_fetch_add_explicit(&spans->calls, 1, memory_order_relaxed);
    bool is_wanted = has_parent ? parent->is_sampled : call % spans->every == 0;
    tenon__rendered rendered;
    if (!is_wanted || !tenon__rendered_make(&rendered, trace->shapes.dialect, measured))
        return;
    tenon__span span = {0};
    bool is_text = identity->text.data != NULL;
    describe(&span, measured, rendered.statement,
             is_text ? identity->text.data : rendered.statement->sql);
    tenon__rendered_release(&rendered);
    place(spans, &span, parent, has_parent);
    put(spans, &span);
}

/* ---- whose work it is ------------------------------------------------------------------------ */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads `length` bytes and what stands behind them. */
static bool read_bytes(const char **at, uint8_t *out, size_t length, char behind)
{
    for (size_t i = 0; i < length; i++, *at += 2) {
        int high = hex_value((*at)[0]);
        int low = high < 0 ? -1 : hex_value((*at)[1]);
        if (low < 0)
            return false;
        out[i] = (uint8_t)(high * 16 + low);
    }
    if (**at != behind)
        return false;
    *at += behind != '\0';
    return true;
}

bool tenon_trace_parent(tenon_session *s, const char *traceparent)
{
    tenon__trace_parent parent = {0};
    uint8_t version, flags;
    if (!s)
        return false;
    if (!traceparent) {
        *tenon__session_trace_parent(s) = parent;
        return true;
    }
    bool is_read = read_bytes(&traceparent, &version, 1, '-') && version == 0 &&
                   read_bytes(&traceparent, parent.trace_id, sizeof parent.trace_id, '-') &&
                   read_bytes(&traceparent, parent.span_id, sizeof parent.span_id, '-') &&
                   read_bytes(&traceparent, &flags, 1, '\0');
    if (!is_read || is_zero(parent.trace_id, sizeof parent.trace_id) ||
        is_zero(parent.span_id, sizeof parent.span_id))
        return false;
    parent.is_sampled = flags & 1;
    *tenon__session_trace_parent(s) = parent;
    return true;
}
