/* Values of one execution.
 *
 * libpq wants an array of pointers and one of lengths, and copies what they say at once; so does
 * wire.c. What most columns hold needs no copy before that: a text is sent from where the program
 * has it, a number stands in room that its statement keeps for it.
 *
 * All others are encoded one behind the other into the connection's buffer. It may move while it
 * grows, so the pointers are made at the end, from the lengths. Those in front of the values libpq
 * does not need, but so they are written like the fields of many rows. Values in text format carry
 * a NUL, because libpq measures those itself. */
#include "driver/postgres/pg.h"

#include <stdlib.h>

/* ---- values ---------------------------------------------------------------------------------- */

/* A pattern or path: any UTF-8, whatever the field's own limits are. */
static bool add_untyped(tenon__buf *out, const tenon__pg_param *param, const char *text,
                        tenon_error *err)
{
    size_t length = strlen(text);
    if (!tenon__utf8_is_valid(text, length))
        return param->field ? tenon__fail_field(err, TENON_TYPE, param->model, param->field,
                                                "the text is not valid UTF-8")
                            : tenon__fail(err, TENON_TYPE, "the text is not valid UTF-8");
    tenon__buf_add(out, text, length);
    return true;
}

static bool add_shaped(tenon__buf *out, const tenon__pg_param *param, const void *value,
                       tenon_error *err)
{
    if (TENON__LIKELY(param->shape == TENON__PG_VALUE))
        return tenon__pg_add_checked(out, param, value, err);
    if (param->shape == TENON__PG_UNTYPED)
        return add_untyped(out, param, *(const char *const *)value, err);
    return tenon__pg_add_list(out, param, value, err);
}

bool tenon__pg_encode(tenon__buf *out, const tenon__pg_param *param, const void *value,
                      tenon_error *err)
{
    if (!add_shaped(out, param, value, err))
        return false;
    return !out->failed || tenon__fail_no_memory(err);
}

/* ---- one execution --------------------------------------------------------------------------- */

bool tenon__pg_reserve_values(tenon__connection *c, int count, tenon_error *err)
{
    if (count <= c->value_capacity)
        return true;
    size_t room = (size_t)count;
    const char **values = realloc(c->values, room * sizeof *values);
    if (values)
        c->values = values;
    int *lengths = realloc(c->lengths, room * sizeof *lengths);
    if (lengths)
        c->lengths = lengths;
    if (!values || !lengths)
        return tenon__fail_no_memory(err);
    c->value_capacity = count;
    return true;
}

/* ---- JSON, which the server checks ----------------------------------------------------------- */

static bool is_one_json(const tenon__pg_param *param)
{
    return param->is_quick && param->shape == TENON__PG_VALUE &&
           (param->codec == TENON__PG_CODEC_JSONB || param->codec == TENON__PG_CODEC_JSON);
}

/* A column of UNNEST. */
static bool is_json_column(const tenon__pg_param *param)
{
    return param->is_quick && param->shape == TENON__PG_ROWS &&
           param->codec == TENON__PG_CODEC_JSONB;
}

static size_t version_bytes(const tenon__pg_param *param)
{
    return param->codec == TENON__PG_CODEC_JSONB;
}

/* With its length in front. False when nothing was written. */
TENON__HOT static bool add_unchecked_json(tenon__buf *out, const tenon__pg_param *param,
                                          tenon_json json)
{
    if (!json.text)
        return false;
    size_t length = json.len ? json.len : strlen(json.text), version = version_bytes(param);
    char *at = tenon__pg_room(out, TENON__PG_LENGTH_BYTES + version + length);
    if (!at)
        return false;
    tenon__pg_store32(at, (uint32_t)(version + length));
    at += TENON__PG_LENGTH_BYTES;
    if (version)
        *at++ = TENON__PG_JSONB_VERSION;
    memcpy(at, json.text, length);
    return true;
}

/* Of a value as it was sent. */
static bool refuse_one(const tenon__pg_param *param, const char *value, int size, tenon_error *err)
{
    size_t version = version_bytes(param), length = (size_t)size - version;
    tenon_json json = {length, length ? value + version : ""};
    return !tenon__pg_check(param, &json, err);
}

/* Of an array: each element has its length in front, -1 for NULL. */
static bool refuse_element(const tenon__pg_param *param, const char *array, int size,
                           tenon_error *err)
{
    enum { HEAD_BYTES = 20 };
    const char *end = array + size;
    for (const char *at = array + HEAD_BYTES; at < end;) {
        int length = (int)tenon__pg_load32(at);
        at += TENON__PG_LENGTH_BYTES;
        if (length < 0)
            continue;
        if (refuse_one(param, at, length, err))
            return true;
        at += length;
    }
    return false;
}

/* Of several statements those of the last one stand in values. */
static bool bind_failed_piece(tenon__connection *c)
{
    const tenon__pg_pieces *pieces = &c->pieces;
    return !pieces->count ||
           tenon__pg_bind(c, c->running, pieces->given[*pieces->failed].values, NULL);
}

bool tenon__pg_refuse_json(tenon__connection *c, tenon_error *err)
{
    const tenon__prepared *p = c->running;
    if (!p || !bind_failed_piece(c))
        return false;
    for (int i = 0; i < p->param_count; i++) {
        const tenon__pg_param *param = &p->params[i];
        if (!c->values[i])
            continue;
        if (is_one_json(param) && refuse_one(param, c->values[i], c->lengths[i], err))
            return true;
        if (is_json_column(param) && refuse_element(param, c->values[i], c->lengths[i], err))
            return true;
    }
    return false;
}

/* ---- all of one execution -------------------------------------------------------------------- */

/* One parameter, with its length in front. A column of UNNEST is made of fields, all else is
 * one. */
TENON__HOT static bool add_param(tenon__buf *out, const tenon__pg_param *param, const void *value,
                                 tenon_error *err)
{
    if (TENON__LIKELY(param->shape != TENON__PG_ROWS && param->shape != TENON__PG_LITERALS))
        return tenon__pg_add_field(out, param, value, err);
    tenon__pg_add32(out, 0);
    return tenon__pg_encode(out, param, value, err);
}

/* The server checks a JSON as well, and more cheaply than the program can; only the name of the
 * field it does not know, which tenon__pg_refuse_json then finds out. In a transaction a refusal by
 * the server would be the end of it, so there the check comes first. Of several statements the
 * first may be on its way already: what held before it holds for all. */
static bool leaves_json(const tenon__connection *c)
{
    return c->pieces.count ? c->pieces.leaves_json
                           : tenon__pg_transaction_status(c) == PQTRANS_IDLE;
}

/* Into the buffer: it has no place yet, only a length. */
TENON__HOT static bool encode_value(tenon__connection *c, tenon__pg_param *param, const void *given,
                                    int *length, tenon_error *err)
{
    if (is_json_column(param))
        param->leaves_json = leaves_json(c);
    tenon__buf *out = &c->out;
    size_t start = out->length + TENON__PG_LENGTH_BYTES;
    bool is_written = is_one_json(param) && leaves_json(c) &&
                      add_unchecked_json(out, param, *(const tenon_json *)given);
    if (!is_written && !add_param(out, param, given, err))
        return false;
    *length = (int)(out->length - start);
    if (param->is_text)
        tenon__buf_char(out, '\0');
    return true;
}

static bool is_in_buffer(const char *value, int length)
{
    return !value && length >= 0;
}

static void place_values(const tenon__connection *c, const tenon__prepared *p, const char *at)
{
    for (int i = 0; i < p->param_count; i++) {
        if (!is_in_buffer(c->values[i], c->lengths[i]))
            continue;
        c->values[i] = at + TENON__PG_LENGTH_BYTES;
        at = c->values[i] + c->lengths[i] + p->params[i].is_text;
    }
}

/* ---- without the buffer ---------------------------------------------------------------------- */

static inline bool place_text(const tenon__pg_param *param, const char *text, const char **value,
                              int *length)
{
    size_t bytes = text ? strlen(text) : 0;
    *value = text;
    *length = (int)bytes;
    return text && bytes <= param->most_bytes && tenon__utf8_is_valid(text, bytes);
}

/* False: there is something unusual about it, which is for the buffer's way to look at. */
static inline bool place_usual(const tenon__pg_param *param, char *room, const void *given,
                               const char **value, int *length)
{
    if (param->codec == TENON__PG_CODEC_TEXT)
        return place_text(param, *(const char *const *)given, value, length);
    *value = room;
    *length = (int)tenon__pg_store_fixed(room, param, given);
    return *length > 0;
}

TENON__HOT bool tenon__pg_bind(tenon__connection *c, const tenon__prepared *p,
                               const void *const *given, tenon_error *err)
{
    tenon__pg_param *param = p->params;
    const char **values = c->values;
    int *lengths = c->lengths;
    tenon__buf_clear(&c->out);
    for (int i = 0, count = p->param_count; i < count; i++, param++) {
        bool is_placed = given[i] && param->is_placed &&
                         place_usual(param, p->rooms[i], given[i], &values[i], &lengths[i]);
        if (is_placed)
            continue;
        values[i] = NULL;
        lengths[i] = -1;
        if (given[i] && !encode_value(c, param, given[i], &lengths[i], err))
            return false;
    }
    if (c->out.length > 0)
        place_values(c, p, tenon__buf_string(&c->out));
    return !c->out.failed || tenon__fail_no_memory(err);
}
