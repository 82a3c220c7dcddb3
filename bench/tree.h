/* The tree that bench-…-tree read and write: 50 writers with 10 posts each, of which every one has
 * two comments, whose authors are writers. */
#ifndef BENCH_TREE_H
#define BENCH_TREE_H

#include <stdint.h>

enum { TREE_WRITERS = 50, TREE_POSTS = 10, TREE_COMMENTS = 2, TREE_CHILDREN = 1000 };

/* What goes into the checksum: of a writer or author, of a post, of a comment. */
static inline uint64_t tree_check(int32_t id, const char *first, const char *second)
{
    return (uint64_t)id * 31 + (unsigned char)first[0] + (unsigned char)second[1];
}

#endif
