/* Stacks and the change from one to another. See fiber.h. */
#include "async/fiber.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TELL_ADDRESSES
#endif
#if __has_feature(thread_sanitizer)
#define TELL_THREADS
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define TELL_ADDRESSES
#endif
#ifdef __SANITIZE_THREAD__
#define TELL_THREADS
#endif

#ifdef TELL_ADDRESSES
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef TELL_THREADS
#include <sanitizer/tsan_interface.h>
#endif

/* ---- stacks ---------------------------------------------------------------------------------- */

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

tenon__stack tenon__stack_make(size_t size, tenon_error *err)
{
    size_t page = page_size();
    size = (size + page - 1) / page * page;
    char *base = mmap(NULL, size + page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (base == MAP_FAILED) {
        tenon__fail_no_memory(err);
        return (tenon__stack){0};
    }
    if (mprotect(base, page, PROT_NONE) != 0) {
        munmap(base, size + page);
        tenon__fail_no_memory(err);
        return (tenon__stack){0};
    }
    return (tenon__stack){base + page, size};
}

void tenon__stack_free(tenon__stack stack)
{
    size_t page = page_size();
    if (stack.base)
        munmap((char *)stack.base - page, stack.size + page);
}

/* ---- sanitizers ------------------------------------------------------------------------------ */

#ifdef TELL_ADDRESSES
static void before_enter(tenon__fiber *f)
{
    __sanitizer_start_switch_fiber(&f->other_shadow, f->stack.base, f->stack.size);
}
static void after_enter(const tenon__fiber *f)
{
    __sanitizer_finish_switch_fiber(f->other_shadow, NULL, NULL);
}
static void in_fiber(tenon__fiber *f)
{
    __sanitizer_finish_switch_fiber(f->own_shadow, &f->other_base, &f->other_size);
}
static void before_leave(tenon__fiber *f)
{
    void **kept = f->is_over ? NULL : &f->own_shadow;
    __sanitizer_start_switch_fiber(kept, f->other_base, f->other_size);
}
#elif defined(TELL_THREADS)
/* The tool has a stack of calls for each fiber. What changes it must not be a call by itself, which
 * would be entered on the one and left on the other. */
#define INLINE static inline __attribute__((always_inline))
INLINE void before_enter(tenon__fiber *f)
{
    if (!f->own_shadow)
        f->own_shadow = __tsan_create_fiber(0);
    f->other_shadow = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(f->own_shadow, 0);
}
INLINE void after_enter(tenon__fiber *f)
{
    if (!f->is_over)
        return;
    __tsan_destroy_fiber(f->own_shadow);
    f->own_shadow = NULL;
}
INLINE void in_fiber(tenon__fiber *f)
{
    (void)f;
}
INLINE void before_leave(tenon__fiber *f)
{
    __tsan_switch_to_fiber(f->other_shadow, 0);
}
#else
static void before_enter(tenon__fiber *f)
{
    (void)f;
}
static void after_enter(tenon__fiber *f)
{
    (void)f;
}
static void in_fiber(tenon__fiber *f)
{
    (void)f;
}
static void before_leave(tenon__fiber *f)
{
    (void)f;
}
#endif

/* ---- the change ------------------------------------------------------------------------------ */

/* The first thing on the new stack, and the last. */
static void run(tenon__fiber *fiber)
{
    in_fiber(fiber);
    fiber->function(fiber->arg);
    fiber->is_over = true;
    tenon__fiber_leave(fiber);
}

#if defined(__x86_64__) || defined(__aarch64__)

/* Keeps what a called function must on the present stack, whose top goes to *from, and takes the
 * same from the other one. */
void tenon__fiber_change(void **from, void *to);
/* Where a new stack returns to: calls what lies in one kept register with another one. */
void tenon__fiber_begin(void);

#ifdef __x86_64__
enum { KEPT = 8, ARGUMENT_AT = 4, FUNCTION_AT = 3, RETURN_AT = 7, FLAGS_AT = 0 };

__asm__(".text\n"
        ".p2align 4\n"
        ".hidden tenon__fiber_change\n"
        ".globl tenon__fiber_change\n"
        ".type tenon__fiber_change, @function\n"
        "tenon__fiber_change:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    subq $8, %rsp\n"
        "    stmxcsr (%rsp)\n"
        "    fnstcw 4(%rsp)\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    ldmxcsr (%rsp)\n"
        "    fldcw 4(%rsp)\n"
        "    addq $8, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size tenon__fiber_change, . - tenon__fiber_change\n"
        ".hidden tenon__fiber_begin\n"
        ".globl tenon__fiber_begin\n"
        ".type tenon__fiber_begin, @function\n"
        "tenon__fiber_begin:\n"
        "    movq %r12, %rdi\n"
        "    callq *%r13\n"
        "    ud2\n"
        ".size tenon__fiber_begin, . - tenon__fiber_begin\n");

/* The control words of floating point are those of who makes the fiber. */
static void set_flags(uint64_t *kept)
{
    uint32_t mxcsr;
    uint16_t control;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(control));
    kept[FLAGS_AT] = mxcsr | (uint64_t)control << 32;
}
#else
enum { KEPT = 20, ARGUMENT_AT = 0, FUNCTION_AT = 1, RETURN_AT = 11 };

__asm__(".text\n"
        ".p2align 4\n"
        ".hidden tenon__fiber_change\n"
        ".globl tenon__fiber_change\n"
        ".type tenon__fiber_change, %function\n"
        "tenon__fiber_change:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size tenon__fiber_change, . - tenon__fiber_change\n"
        ".hidden tenon__fiber_begin\n"
        ".globl tenon__fiber_begin\n"
        ".type tenon__fiber_begin, %function\n"
        "tenon__fiber_begin:\n"
        "    mov x0, x19\n"
        "    blr x20\n"
        "    brk #0\n"
        ".size tenon__fiber_begin, . - tenon__fiber_begin\n");

static void set_flags(uint64_t *kept)
{
    (void)kept;
}
#endif

bool tenon__fiber_init(tenon__fiber *fiber, tenon__stack stack, void (*function)(void *), void *arg,
                       tenon_error *err)
{
    (void)err;
    *fiber = (tenon__fiber){.stack = stack, .function = function, .arg = arg};
    uint64_t *kept = (uint64_t *)(void *)((char *)stack.base + stack.size) - KEPT - 2;
    memset(kept, 0, (KEPT + 2) * sizeof *kept);
    set_flags(kept);
    kept[ARGUMENT_AT] = (uint64_t)(uintptr_t)fiber;
    kept[FUNCTION_AT] = (uint64_t)(uintptr_t)run;
    kept[RETURN_AT] = (uint64_t)(uintptr_t)tenon__fiber_begin;
    fiber->own = kept;
    return true;
}

void tenon__fiber_release(tenon__fiber *fiber)
{
    (void)fiber;
}

static void enter(tenon__fiber *fiber)
{
    tenon__fiber_change(&fiber->other, fiber->own);
}

static void leave(tenon__fiber *fiber)
{
    tenon__fiber_change(&fiber->own, fiber->other);
}

#else

#include <ucontext.h>

typedef struct contexts {
    ucontext_t own, other;
} contexts;

/* makecontext gives ints only: a pointer goes in halves. */
static void begin(unsigned high, unsigned low)
{
    run((tenon__fiber *)(uintptr_t)((uint64_t)high << 32 | low));
}

bool tenon__fiber_init(tenon__fiber *fiber, tenon__stack stack, void (*function)(void *), void *arg,
                       tenon_error *err)
{
    *fiber = (tenon__fiber){.stack = stack, .function = function, .arg = arg};
    contexts *both = calloc(1, sizeof *both);
    if (!both || getcontext(&both->own) != 0) {
        free(both);
        return tenon__fail_no_memory(err);
    }
    both->own.uc_stack.ss_sp = stack.base;
    both->own.uc_stack.ss_size = stack.size;
    uint64_t address = (uintptr_t)fiber;
    makecontext(&both->own, (void (*)(void))begin, 2, (unsigned)(address >> 32), (unsigned)address);
    fiber->own = both;
    return true;
}

void tenon__fiber_release(tenon__fiber *fiber)
{
    free(fiber->own);
}

static void enter(tenon__fiber *fiber)
{
    contexts *both = fiber->own;
    swapcontext(&both->other, &both->own);
}

static void leave(tenon__fiber *fiber)
{
    contexts *both = fiber->own;
    swapcontext(&both->own, &both->other);
}

#endif

void tenon__fiber_enter(tenon__fiber *fiber)
{
    before_enter(fiber);
    enter(fiber);
    after_enter(fiber);
}

void tenon__fiber_leave(tenon__fiber *fiber)
{
    before_leave(fiber);
    leave(fiber);
    in_fiber(fiber);
}
