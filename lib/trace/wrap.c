/* Calls around calls. A key is: the inner key, the text, the trailer. */
#include "trace/wrap.h"

#include <assert.h>
#include <stdlib.h>

typedef struct trailer {
    tenon__make_function *make;
    size_t inner_length;
} trailer;

tenon__call *tenon__wrap(tenon__arena *arena, const tenon__call *inner, const void *text,
                         size_t length, tenon__make_function *make)
{
    trailer end = {.make = inner->make, .inner_length = inner->key_length};
    size_t key_length = inner->key_length + length + sizeof end;
    tenon__call *call = tenon__arena_alloc(arena, sizeof *call);
    uint8_t *key = tenon__arena_alloc(arena, key_length);
    if (!call || !key)
        return NULL;
    memcpy(key, inner->key, inner->key_length);
    if (length)
        memcpy(key + inner->key_length, text, length);
    memcpy(key + inner->key_length + length, &end, sizeof end);
    *call = *inner;
    call->key = key;
    call->key_length = key_length;
    call->make = make;
    return call;
}

static void free_wrapped(void *owner)
{
    tenon__wrapped *wrapped = owner;
    if (wrapped->inner.free_owner)
        wrapped->inner.free_owner(wrapped->inner.owner);
    tenon__arena_release(&wrapped->arena);
    free(wrapped);
}

tenon__wrapped *tenon__unwrap(tenon_dialect dialect, const uint8_t *key, size_t length,
                              tenon_error *err)
{
    trailer end;
    assert(length >= sizeof end);
    memcpy(&end, key + length - sizeof end, sizeof end);
    tenon__wrapped *wrapped = calloc(1, sizeof *wrapped);
    if (!wrapped) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    if (!end.make(dialect, key, end.inner_length, &wrapped->inner, err)) {
        free(wrapped);
        return NULL;
    }
    wrapped->statement = *wrapped->inner.statement;
    wrapped->text = (const char *)key + end.inner_length;
    wrapped->text_length = length - sizeof end - end.inner_length;
    return wrapped;
}

bool tenon__wrapped_finish(tenon__wrapped *wrapped, tenon__cached *out, tenon_error *err)
{
    if (wrapped->arena.failed) {
        free_wrapped(wrapped);
        return tenon__fail_no_memory(err);
    }
    wrapped->text = NULL; /* it was the key's */
    *out = (tenon__cached){.statement = &wrapped->statement,
                           .bytes =
                               wrapped->inner.bytes + sizeof *wrapped + wrapped->arena.total_bytes,
                           .owner = wrapped,
                           .free_owner = free_wrapped};
    return true;
}
