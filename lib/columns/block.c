/* Memory for arrays.
 *
 * A large block of malloc is a mapping of its own, which realloc makes longer by moving pages and
 * not bytes; aligned_alloc has nothing like it. So the alignment is made here: 64 bytes more are
 * asked for, and the data begins where they let it. Should the block lie otherwise after it has
 * grown, the data is moved to where it is aligned again. */
#include "columns/columns.h"

#include <stdlib.h>

static char *align(char *memory)
{
    return memory + (-(uintptr_t)memory & (TENON__BLOCK_ALIGNMENT - 1));
}

bool tenon__block_resize(tenon__block *block, size_t size)
{
    size_t kept = size < block->size ? size : block->size;
    size_t offset = block->memory ? (size_t)(block->data - block->memory) : 0;
    if (size > SIZE_MAX - TENON__BLOCK_ALIGNMENT)
        return false;
    char *memory = realloc(block->memory, size + TENON__BLOCK_ALIGNMENT);
    if (!memory)
        return false;
    char *data = align(memory);
    if (block->memory && data != memory + offset)
        memmove(data, memory + offset, kept);
    *block = (tenon__block){memory, data, size};
    return true;
}

void tenon__block_release(tenon__block *block)
{
    free(block->memory);
    *block = (tenon__block){0};
}
