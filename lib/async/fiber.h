/* A stack of its own for a function that stands still in the middle.
 *
 * Changing stacks is a dozen instructions on x86-64 and AArch64 (the registers that a called
 * function has to keep, as the psABI of each says), and swapcontext elsewhere, which asks the
 * kernel twice. The sanitizers are told, since they know a stack by its address. */
#ifndef TENON_ASYNC_FIBER_H
#define TENON_ASYNC_FIBER_H

#include "core/core.h"

/* All-zero: there is none. */
typedef struct tenon__stack {
    void *base; /* with a page below that must not be touched */
    size_t size;
} tenon__stack;

/* NULL base with *err. `size` is rounded up to pages. */
tenon__stack tenon__stack_make(size_t size, tenon_error *err);
void tenon__stack_free(tenon__stack stack);

typedef struct tenon__fiber tenon__fiber;
struct tenon__fiber {
    tenon__stack stack;
    void (*function)(void *arg);
    void *arg;
    bool is_over;      /* the function has returned */
    void *own, *other; /* where each side goes on */
    /* For sanitizers. */
    void *own_shadow, *other_shadow;
    const void *other_base;
    size_t other_size;
};

/* Will run function(arg) on the stack, from the first tenon__fiber_enter. False with *err. */
bool tenon__fiber_init(tenon__fiber *fiber, tenon__stack stack, void (*function)(void *), void *arg,
                       tenon_error *err);
void tenon__fiber_release(tenon__fiber *fiber); /* not its stack */
/* Goes on with it, until it leaves or is over. */
void tenon__fiber_enter(tenon__fiber *fiber);
/* From within it: back to who has entered. */
void tenon__fiber_leave(tenon__fiber *fiber);

#endif
