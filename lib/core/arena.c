/* The arena: blocks that are freed together.
 *
 * Small allocations share blocks that double from 4 KB to 16 KB: bigger ones save no measurable
 * time, and what is left unused of the last is memory that each result holds on to. An allocation
 * that would fill a quarter of the next block gets a "large" block of its own, so that at most a
 * quarter of a block is ever left unused when the next one is begun. Large blocks are also what
 * tenon__arena_resize hands out: they can move.
 *
 * Invariants: both lists are newest first. Large blocks carry a sequence number that falls along
 * the list and that a block keeps when it moves; a mark holds that number and not a pointer, so a
 * list made before the mark and grown after it survives the rewind. */
#include "core/core.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BLOCK_BYTES = 4096 - 32, LAST_BLOCK_BYTES = 16384 - 32, LARGE_PART = 4 };

_Static_assert(sizeof(tenon__arena_block) % 8 == 0, "what follows the header must be aligned");

static char *block_data(tenon__arena_block *block)
{
    return (char *)(block + 1);
}

static char *block_end(tenon__arena_block *block)
{
    return (char *)block + block->size;
}

static void *keep_failure(tenon__arena *arena)
{
    arena->failed = true;
    return NULL;
}

/* True when `more` bytes in place of `freed` keep within the limit. */
static bool is_allowed(const tenon__arena *arena, size_t freed, size_t more)
{
    size_t kept = arena->total_bytes - freed;
    return !arena->limit_bytes || (kept <= arena->limit_bytes && more <= arena->limit_bytes - kept);
}

static tenon__arena_block *make_block(tenon__arena *arena, size_t size)
{
    if (!is_allowed(arena, 0, size))
        return keep_failure(arena);
    tenon__arena_block *block = malloc(size);
    if (!block)
        return keep_failure(arena);
    *block = (tenon__arena_block){.size = size};
    arena->total_bytes += size;
    return block;
}

static void free_block(tenon__arena *arena, tenon__arena_block *block)
{
    arena->total_bytes -= block->size;
    free(block);
}

static size_t next_block_size(const tenon__arena *arena)
{
    if (!arena->block)
        return FIRST_BLOCK_BYTES;
    size_t doubled = arena->block->size * 2;
    return doubled < LAST_BLOCK_BYTES ? doubled : LAST_BLOCK_BYTES;
}

static void use_block(tenon__arena *arena, tenon__arena_block *block, char *at)
{
    arena->block = block;
    arena->at = at;
    arena->end = block ? block_end(block) : NULL;
}

static void *alloc_large(tenon__arena *arena, size_t size)
{
    tenon__arena_block *block = make_block(arena, sizeof *block + size);
    if (!block)
        return NULL;
    block->older = arena->large;
    block->sequence = arena->large ? arena->large->sequence + 1 : 1;
    if (arena->large)
        arena->large->newer = block;
    arena->large = block;
    return block_data(block);
}

void *tenon__arena_alloc_slow(tenon__arena *arena, size_t size)
{
    if (arena->failed)
        return NULL;
    if (size > PTRDIFF_MAX - sizeof(tenon__arena_block) - 8)
        return keep_failure(arena);
    size_t rounded = size ? (size + 7u) & ~(size_t)7u : 8;
    if (rounded <= (size_t)(arena->end - arena->at)) { /* size 0 comes here with room left */
        void *p = arena->at;
        arena->at += rounded;
        return p;
    }
    size_t block_size = next_block_size(arena);
    if (rounded > block_size / LARGE_PART)
        return alloc_large(arena, rounded);
    tenon__arena_block *block = make_block(arena, block_size);
    if (!block)
        return NULL;
    block->older = arena->block;
    use_block(arena, block, block_data(block) + rounded);
    return block_data(block);
}

void *tenon__arena_zalloc(tenon__arena *arena, size_t size)
{
    void *p = tenon__arena_alloc(arena, size);
    return p ? memset(p, 0, size) : NULL;
}

void *tenon__arena_array(tenon__arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return keep_failure(arena);
    return tenon__arena_zalloc(arena, bytes);
}

char *tenon__arena_copy(tenon__arena *arena, const char *text, size_t length)
{
    if (length == SIZE_MAX)
        return keep_failure(arena);
    char *copy = tenon__arena_alloc(arena, length + 1);
    if (!copy)
        return NULL;
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *tenon__arena_text(tenon__arena *arena, const char *text)
{
    return tenon__arena_copy(arena, text, strlen(text));
}

char *tenon__arena_format(tenon__arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? keep_failure(arena) : tenon__arena_alloc(arena, (size_t)length + 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

size_t tenon__arena_used_since(const tenon__arena *arena, tenon__arena_mark mark)
{
    size_t bytes = 0;
    const tenon__arena_block *block = arena->large;
    for (; block && block->sequence > mark.large_sequence; block = block->older)
        bytes += block->size - sizeof *block;
    if (!arena->block)
        return bytes;
    const char *from = arena->at;
    for (block = arena->block; block && block != mark.block; block = block->older) {
        bytes += (size_t)(from - (const char *)(block + 1));
        from = block->older ? (const char *)block->older + block->older->size : NULL;
    }
    return block ? bytes + (size_t)(from - mark.at) : bytes;
}

/* Puts a block that realloc may have moved back into its place in the list. */
static void relink(tenon__arena *arena, tenon__arena_block *block)
{
    if (block->newer)
        block->newer->older = block;
    else
        arena->large = block;
    if (block->older)
        block->older->newer = block;
}

void *tenon__arena_resize(tenon__arena *arena, void *old, size_t size)
{
    if (arena->failed)
        return NULL;
    if (size > PTRDIFF_MAX - sizeof(tenon__arena_block) - 8)
        return keep_failure(arena);
    if (!old)
        return alloc_large(arena, size);
    tenon__arena_block *block = (tenon__arena_block *)old - 1;
    size_t old_size = block->size, new_size = sizeof *block + size;
    if (!is_allowed(arena, old_size, new_size))
        return keep_failure(arena);
    block = realloc(block, new_size);
    if (!block)
        return keep_failure(arena);
    block->size = new_size;
    arena->total_bytes += new_size - old_size;
    relink(arena, block);
    return block_data(block);
}

static void free_large_since(tenon__arena *arena, size_t sequence)
{
    while (arena->large && arena->large->sequence > sequence) {
        tenon__arena_block *block = arena->large;
        arena->large = block->older;
        free_block(arena, block);
    }
    if (arena->large)
        arena->large->newer = NULL;
}

/* Frees the blocks from `newest` on that are newer than `last`. */
static void free_blocks_until(tenon__arena *arena, tenon__arena_block *newest,
                              const tenon__arena_block *last)
{
    while (newest != last) {
        tenon__arena_block *block = newest;
        newest = block->older;
        free_block(arena, block);
    }
}

/* The newest block is the biggest, so it is the one to keep. */
static void keep_one_block(tenon__arena *arena)
{
    tenon__arena_block *kept = arena->block;
    if (!kept)
        return;
    free_blocks_until(arena, kept->older, NULL);
    kept->older = NULL;
    use_block(arena, kept, block_data(kept));
}

TENON__HOT void tenon__arena_rewind(tenon__arena *arena, tenon__arena_mark mark)
{
    if (TENON__LIKELY(tenon__arena_rewind_in_place(arena, mark)))
        return;
    free_large_since(arena, mark.large_sequence);
    if (!mark.block) {
        keep_one_block(arena);
        return;
    }
    free_blocks_until(arena, arena->block, mark.block);
    use_block(arena, mark.block, mark.at);
}

void tenon__arena_clear(tenon__arena *arena)
{
    free_large_since(arena, 0);
    keep_one_block(arena);
    arena->failed = false;
}

void tenon__arena_release(tenon__arena *arena)
{
    free_large_since(arena, 0);
    free_blocks_until(arena, arena->block, NULL);
    *arena = (tenon__arena){.limit_bytes = arena->limit_bytes};
}
