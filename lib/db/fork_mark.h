/* Knowing that this process is a forked child.
 *
 * A connection must not be used on both sides of a fork: two processes would talk on one socket,
 * and SQLite forbids it outright. Asking getpid on every lease costs 140 ns, a pthread_atfork
 * handler is global and can never be taken back. The kernel can tell for free: a page marked
 * MADV_WIPEONFORK holds zeros in the child, so that the question is one load from memory. Where the
 * kernel has no such thing, getpid it is. */
#ifndef TENON_DB_FORK_MARK_H
#define TENON_DB_FORK_MARK_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct tenon__fork_mark {
    const volatile unsigned char *page; /* 1 in the process that made it; NULL: pid tells */
    pid_t pid;
} tenon__fork_mark;

void tenon__fork_mark_set(tenon__fork_mark *mark);
void tenon__fork_mark_release(tenon__fork_mark *mark);
bool tenon__fork_mark_differs(const tenon__fork_mark *mark);

static inline bool tenon__is_forked(const tenon__fork_mark *mark)
{
    return mark->page ? *mark->page == 0 : tenon__fork_mark_differs(mark);
}

#endif
