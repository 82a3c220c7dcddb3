/* The short way of statements that have run before: the protocol itself, over libpq's socket.
 *
 * libpq asks with every execution what the columns of the result are, and takes the answer apart,
 * though it has been the same since the statement was prepared: a third of what a call of one row
 * costs on this side, and a microsecond of the server's. It has no way to leave that out. So what
 * libpq has prepared, and whose first result was compared with its layout, is executed here: Bind,
 * Execute and Sync in one message, the values from where they stand; the answer is kept as it came,
 * and rows are decoded out of it (rows.c). Of several statements (pipeline.c) only the last one is
 * followed by the Sync, and their answers stand one behind the other.
 *
 * Everything else is libpq's: connecting, TLS (whose connections never come here), preparing,
 * scripts, COPY. The two never talk at once. libpq is idle and has nothing to send when a statement
 * begins here, and the statement ends at a ReadyForQuery with nothing behind it that was not read
 * to its end. What libpq does not hear meanwhile is kept for it: the state of the transaction, and
 * whether strings have backslashes. Were the first byte of an answer ever in libpq's hands, the
 * rest would be no BindComplete, and the connection counts as lost. */
#include "driver/postgres/pg.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
    HEAD_BYTES = 5, /* of a message: what it is, and its length, which counts itself */
    SIZE_BYTES = 4,
    SYNC_BYTES = HEAD_BYTES,
    FORMAT_BYTES = 2,
    COUNT_BYTES = 2,      /* in front of the values of a row */
    MOST_BYTES = 64,      /* of what is sent but formats and values */
    LARGE_BYTES = 16384,  /* values that are not copied into one message with the rest */
    ANSWER_BYTES = 16000, /* what most have room in, … */
    ROOM_BYTES = 8000,    /* … and what is made for what comes next */
    BRIEF_BYTES = 30000   /* of a message that has nothing long to say; libpq's limit too */
};

static const char execute_and_sync[] = {'E', 0, 0, 0, 9, 0, 0, 0, 0, 0, 'S', 0, 0, 0, 4};

void tenon__pg_wire_open(tenon__connection *c)
{
    c->wire.is_open = !PQsslInUse(c->pg) && !PQgssEncInUse(c->pg);
    c->wire.socket = PQsocket(c->pg);
    c->wire.in.limit_bytes = SIZE_MAX / 2;
}

/* Whether it is known what comes: rows like those of the first result, or none, which of SQL text
 * nobody knows. */
static inline bool is_foreseen(const tenon__prepared *p)
{
    return p->column_count ? p->is_checked && p->result_format
                           : p->statement->about.deed != TENON__DEED_NONE;
}

TENON__HOT bool tenon__pg_wire_takes(const tenon__connection *c, const tenon__prepared *p)
{
    return c->wire.is_open && p->preparation == TENON__PG_PREPARED && is_foreseen(p);
}

void tenon__pg_wire_leave(tenon__connection *c)
{
    c->wire.is_used = false;
    c->wire.status = 0;
}

/* ---- sending --------------------------------------------------------------------------------- */

static size_t value_bytes(const tenon__connection *c, const tenon__prepared *p)
{
    size_t bytes = (size_t)p->param_count * SIZE_BYTES;
    for (int i = 0; i < p->param_count; i++)
        bytes += c->lengths[i] > 0 ? (size_t)c->lengths[i] : 0;
    return bytes;
}

/* Whether all values stand in the connection's buffer, one behind the other with room for their
 * lengths, as Bind has them, and are worth being sent from there. */
static inline bool is_apart(const tenon__connection *c, const tenon__prepared *p, size_t bytes)
{
    return bytes >= LARGE_BYTES && bytes == c->out.length && p->is_binary && !c->pieces.count;
}

static void store_lengths(tenon__connection *c, const tenon__prepared *p)
{
    char *at = c->out.data;
    for (int i = 0; i < p->param_count; i++) {
        tenon__pg_store32(at, (uint32_t)c->lengths[i]);
        at += SIZE_BYTES + c->lengths[i];
    }
}

static char *put16(char *at, int value)
{
    tenon__pg_store16(at, (uint16_t)value);
    return at + sizeof(uint16_t);
}

static char *put_formats(char *at, const tenon__prepared *p)
{
    if (TENON__LIKELY(p->is_binary))
        return put16(put16(at, 1), 1);
    at = put16(at, p->param_count);
    for (int i = 0; i < p->param_count; i++)
        at = put16(at, p->formats[i]);
    return at;
}

/* The length of a value in text format is libpq's to measure, elsewhere; here it counts too. */
static inline char *put_value(char *at, const char *value, int length)
{
    tenon__pg_store32(at, value ? (uint32_t)length : UINT32_MAX);
    at += SIZE_BYTES;
    if (!value)
        return at;
    memcpy(at, value, (size_t)length);
    return at + length;
}

static inline char *put_values(char *at, const tenon__connection *c, const tenon__prepared *p)
{
    for (int i = 0, count = p->param_count; i < count; i++)
        at = put_value(at, c->values[i], c->lengths[i]);
    return at;
}

/* Behind what is there already. Bind has no name for its portal: the NUL in front of the
 * statement's. One of several has no Sync. */
TENON__HOT bool tenon__pg_wire_add(tenon__connection *c, const tenon__prepared *p)
{
    size_t inside = value_bytes(c, p), apart = 0;
    if (TENON__UNLIKELY(is_apart(c, p, inside))) {
        store_lengths(c, p);
        apart = inside;
        inside = 0;
    }
    size_t formats = (size_t)p->param_count * FORMAT_BYTES;
    tenon__buf *out = &c->wire.out;
    char *start = tenon__pg_room(out, MOST_BYTES + formats + inside), *at = start;
    if (!start)
        return false;
    *at = 'B';
    at += HEAD_BYTES;
    *at++ = '\0';
    memcpy(at, p->name, p->name_length + 1);
    at = put16(put_formats(at + p->name_length + 1, p), p->param_count);
    c->wire.split = apart ? (size_t)(at - start) : 0;
    if (TENON__LIKELY(!apart))
        at = put_values(at, c, p);
    at = put16(put16(at, 1), 1); /* of the result: binary */
    tenon__pg_store32(start + 1, (uint32_t)((size_t)(at - start) + apart - 1));
    memcpy(at, execute_and_sync, sizeof execute_and_sync);
    out->length = (size_t)(at - out->data) + sizeof execute_and_sync;
    if (TENON__UNLIKELY(c->pieces.count))
        out->length -= SYNC_BYTES;
    return true;
}

/* What has not been sent: the message, or what is in front of the values, these, and the rest. */
static ssize_t send_parts(const tenon__connection *c)
{
    const tenon__pg_wire *wire = &c->wire;
    char *out = wire->out.data;
    struct iovec parts[] = {{out, wire->split},
                            {c->out.data, c->out.length},
                            {out + wire->split, wire->out.length - wire->split}};
    size_t sent = wire->sent;
    for (size_t i = 0; i < TENON__COUNT(parts); i++) {
        size_t skipped = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        parts[i].iov_base = (char *)parts[i].iov_base + skipped;
        parts[i].iov_len -= skipped;
        sent -= skipped;
    }
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = TENON__COUNT(parts)};
    return sendmsg(wire->socket, &message, MSG_NOSIGNAL);
}

static inline ssize_t send_some(const tenon__connection *c)
{
    const tenon__pg_wire *wire = &c->wire;
    if (TENON__UNLIKELY(wire->split))
        return send_parts(c);
    return send(wire->socket, wire->out.data + wire->sent, wire->out.length - wire->sent,
                MSG_NOSIGNAL);
}

/* A socket that takes nothing more may still hold the reason: it is read then. */
TENON__HOT static tenon__progress send_rest(tenon__connection *c)
{
    tenon__pg_wire *wire = &c->wire;
    size_t length = wire->out.length + (wire->split ? c->out.length : 0);
    while (wire->sent < length) {
        ssize_t count = send_some(c);
        if (TENON__LIKELY(count >= 0)) {
            wire->sent += (size_t)count;
        } else if (errno == EAGAIN) {
            c->is_flushing = true;
            return TENON__WANT_WRITE;
        } else if (errno != EINTR) {
            break;
        }
    }
    c->is_flushing = false;
    return TENON__WANT_READ;
}

/* The room for an answer is made before there can be one. */
TENON__HOT bool tenon__pg_wire_begin(tenon__connection *c, tenon_error *err)
{
    tenon__buf_clear(&c->wire.out);
    tenon__buf_clear(&c->wire.in);
    return tenon__buf_reserve(&c->wire.in, ANSWER_BYTES) || tenon__fail_no_memory(err);
}

/* What stands in `out`, to which so many answers will come. */
TENON__HOT tenon__progress tenon__pg_wire_send_all(tenon__connection *c, tenon__pg_answer *answers,
                                                   size_t count)
{
    tenon__pg_wire *wire = &c->wire;
    wire->answer = answers;
    wire->awaited = count;
    wire->is_used = c->is_sent = true;
    wire->has_frame = c->pieces.has_frame;
    wire->takes_rows = wire->is_ready = false;
    wire->sent = wire->at = wire->refusal = 0;
    c->state = TENON__BUSY;
    return send_rest(c);
}

TENON__HOT tenon__progress tenon__pg_wire_send(tenon__connection *c, tenon_error *err)
{
    if (!tenon__pg_wire_begin(c, err))
        return TENON__FAILED;
    if (!tenon__pg_wire_add(c, c->running)) {
        tenon__fail_no_memory(err);
        return TENON__FAILED;
    }
    c->wire.own = (tenon__pg_answer){0};
    return tenon__pg_wire_send_all(c, &c->wire.own, 1);
}

/* ---- receiving ------------------------------------------------------------------------------- */

/* ParameterStatus: a name and a value. */
static void heed_parameter(tenon__pg_wire *wire, const char *name, size_t size)
{
    size_t length = strnlen(name, size) + 1;
    if (length < size && strcmp(name, "standard_conforming_strings") == 0)
        wire->has_backslashes = strncmp(name + length, "off", size - length) == 0;
}

/* What may come between and behind all others. */
static bool take_aside(tenon__pg_wire *wire, char type, const char *body, size_t size)
{
    if (type == 'S')
        heed_parameter(wire, body, size);
    return type == 'S' || type == 'N' || type == 'A' || (type == 'E' && wire->is_ready);
}

static bool is_text(const char *body, size_t size)
{
    return size && body[size - 1] == '\0';
}

static inline bool is_state(char status)
{
    return status == 'I' || status == 'T' || status == 'E';
}

/* Of the error, whose fields are texts, each behind its code, and a NUL behind the last. */
TENON__COLD static const char *find_field(const tenon__pg_wire *wire, int code)
{
    const char *at = wire->in.data + wire->refusal, *end = wire->in.data + wire->refusal_end;
    for (; wire->refusal && at < end && *at; at += strlen(at) + 1)
        if (*at == code)
            return at + 1;
    return NULL;
}

static inline bool is_complete(const tenon__pg_wire *wire)
{
    return !wire->awaited || wire->refusal;
}

/* Bound, or the SQL text of a frame parsed. */
static inline bool begin_answer(tenon__pg_wire *wire, char type, size_t at)
{
    if (wire->takes_rows || is_complete(wire))
        return false;
    if (type == '1')
        return wire->has_frame;
    wire->answer->start = at - HEAD_BYTES;
    return wire->takes_rows = true;
}

static inline bool end_answer(tenon__pg_wire *wire, size_t tag)
{
    wire->answer->tag = tag;
    wire->takes_rows = false;
    if (--wire->awaited)
        wire->answer++;
    return true;
}

/* False: it does not belong there. */
TENON__HOT static bool take_message(tenon__pg_wire *wire, char type, const char *body, size_t size)
{
    if (type == 'D' && wire->takes_rows && size >= COUNT_BYTES) {
        wire->answer->row_count++;
        return true;
    }
    if (take_aside(wire, type, body, size))
        return true;
    if (wire->is_ready)
        return false;
    size_t at = (size_t)(body - wire->in.data);
    if (type == 'E' && !wire->refusal && is_text(body, size)) {
        wire->refusal = at;
        wire->refusal_end = at + size;
        wire->takes_rows = false;
        return find_field(wire, PG_DIAG_SQLSTATE) != NULL;
    }
    if (type == '2' || type == '1')
        return begin_answer(wire, type, at);
    if (type == 'C' && wire->takes_rows && is_text(body, size))
        return end_answer(wire, at);
    if (type != 'Z' || size != 1 || !is_complete(wire) || !is_state(body[0]))
        return false;
    wire->status = body[0];
    return wire->is_ready = true;
}

/* Of a message that has not come whole. What can be none is not waited for: its length would keep
 * the connection reading what is no answer, up to 4 GB of it. */
static bool is_awaited(char type, size_t size)
{
    if (type == 'D' || type == 'E' || type == 'N' || type == 'A')
        return size <= INT32_MAX;
    return (type == '2' || type == 'C' || type == 'Z' || type == 'S') && size <= BRIEF_BYTES;
}

/* As far as whole messages have come. */
TENON__HOT static bool take_messages(tenon__pg_wire *wire)
{
    while (wire->in.length - wire->at >= HEAD_BYTES) {
        const char *message = wire->in.data + wire->at;
        size_t size = tenon__pg_load32(message + 1);
        if (size < SIZE_BYTES)
            return false;
        if (wire->in.length - wire->at <= size)
            return is_awaited(message[0], size);
        if (!take_message(wire, message[0], message + HEAD_BYTES, size - SIZE_BYTES))
            return false;
        wire->at += 1 + size;
    }
    return true;
}

/* libpq finds the end of the connection too, and words for it. */
TENON__COLD static tenon__progress fail_lost(tenon__connection *c, tenon_error *err)
{
    PQconsumeInput(c->pg);
    c->wire.status = 0;
    if (err && err->status)
        err->applied = tenon__pg_applied_when_lost(c);
    tenon__pg_fail_lost(err, c);
    return TENON__FAILED;
}

TENON__COLD static tenon__progress fail_protocol(tenon__connection *c, tenon_error *err)
{
    tenon__fail(err, TENON_IO, "the server's answer is none that belongs here");
    return fail_lost(c, err);
}

/* Reads once; the number of bytes, 0 when there are none now, -1 at the end. */
TENON__HOT static ssize_t receive(tenon__connection *c, tenon_error *err)
{
    tenon__buf *in = &c->wire.in;
    if (in->capacity - in->length <= ROOM_BYTES && !tenon__buf_reserve(in, ROOM_BYTES)) {
        tenon__fail_no_memory(err);
        return -1;
    }
    ssize_t count;
    do
        count = recv(c->wire.socket, in->data + in->length, in->capacity - in->length, 0);
    while (TENON__UNLIKELY(count < 0) && errno == EINTR);
    if (TENON__LIKELY(count > 0))
        in->length += (size_t)count;
    return count < 0 && errno == EAGAIN ? 0 : count ? count : -1;
}

TENON__HOT tenon__progress tenon__pg_wire_step(tenon__connection *c, tenon_error *err)
{
    tenon__pg_wire *wire = &c->wire;
    if (TENON__UNLIKELY(c->is_flushing))
        send_rest(c);
    for (;;) {
        ssize_t count = receive(c, err);
        if (TENON__UNLIKELY(count < 0))
            return fail_lost(c, err);
        if (TENON__UNLIKELY(!take_messages(wire)))
            return fail_protocol(c, err);
        if (wire->is_ready && wire->at == wire->in.length)
            return TENON__LIKELY(!c->is_flushing) ? tenon__pg_end_statement(c, err)
                                                  : fail_protocol(c, err);
        if (wire->in.length < wire->in.capacity)
            return c->is_flushing ? TENON__WANT_WRITE : TENON__WANT_READ;
    }
}

/* ---- what the answer says -------------------------------------------------------------------- */

int64_t tenon__pg_wire_affected(const tenon__connection *c)
{
    const tenon__pg_answer *answer = c->wire.answer;
    const char *last = strrchr(c->wire.in.data + answer->tag, ' ');
    return answer->row_count ? (int64_t)answer->row_count : last ? strtoll(last, NULL, 10) : 0;
}

const char *tenon__pg_error_field(const tenon__connection *c, int code)
{
    return c->wire.is_used ? find_field(&c->wire, code) : PQresultErrorField(c->result, code);
}

PGTransactionStatusType tenon__pg_transaction_status(const tenon__connection *c)
{
    if (c->wire.is_used && c->state == TENON__BUSY)
        return PQTRANS_ACTIVE;
    switch (c->wire.status) {
    case 'I':
        return PQTRANS_IDLE;
    case 'T':
        return PQTRANS_INTRANS;
    case 'E':
        return PQTRANS_INERROR;
    default:
        return PQtransactionStatus(c->pg);
    }
}
