/* The page that the kernel wipes in a child. See fork_mark.h. */
#include "db/fork_mark.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* mmap takes whole pages in any case. */
enum { MARK_BYTES = 1 };

void tenon__fork_mark_set(tenon__fork_mark *mark)
{
    *mark = (tenon__fork_mark){.pid = getpid()};
#ifdef MADV_WIPEONFORK
    unsigned char *page =
        mmap(NULL, MARK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return;
    if (madvise(page, MARK_BYTES, MADV_WIPEONFORK) == 0) {
        *page = 1;
        mark->page = page;
    } else {
        munmap(page, MARK_BYTES);
    }
#endif
}

void tenon__fork_mark_release(tenon__fork_mark *mark)
{
    if (mark->page)
        munmap((void *)(uintptr_t)mark->page, MARK_BYTES);
    mark->page = NULL;
}

bool tenon__fork_mark_differs(const tenon__fork_mark *mark)
{
    return getpid() != mark->pid;
}
