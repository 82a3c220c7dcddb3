/* Values of one execution: encoded one behind the other into the connection's buffer.
 *
 * libpq wants an array of pointers and one of lengths. The buffer may move while it grows, so the pointers
 * are made at the end, from the lengths; a negative length stands for NULL. Values in text format carry a
 * NUL, because libpq measures those itself. */
#include "driver/postgres/pg.h"

#include <stdlib.h>

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

static bool encode_values(tenon__connection *c, const tenon__prepared *p, const void *const *values,
                          tenon_error *err)
{
    for (int i = 0; i < p->param_count; i++) {
        const tenon__pg_param *param = &p->params[i];
        size_t start = c->out.length;
        c->lengths[i] = -1;
        if (!values[i])
            continue;
        if (!tenon__pg_encode(&c->out, param, values[i], err))
            return false;
        c->lengths[i] = (int)(c->out.length - start);
        if (param->is_text)
            tenon__buf_char(&c->out, '\0');
    }
    return !c->out.failed || tenon__fail_no_memory(err);
}

bool tenon__pg_bind(tenon__connection *c, const tenon__prepared *p, const void *const *values,
                    tenon_error *err)
{
    tenon__buf_clear(&c->out);
    if (!encode_values(c, p, values, err))
        return false;
    const char *at = tenon__buf_string(&c->out);
    for (int i = 0; i < p->param_count; i++) {
        c->values[i] = NULL;
        if (c->lengths[i] < 0)
            continue;
        c->values[i] = at;
        at += c->lengths[i] + p->params[i].is_text;
    }
    return true;
}
