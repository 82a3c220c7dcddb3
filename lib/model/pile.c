/* See pile.h. */
#include "model/pile.h"

tenon__piled *tenon__pile_add(tenon__pile *pile, bool gives_row, void *owner)
{
    assert(pile->count < TENON__MOST_PILED);
    tenon__piled *piled = tenon__arena_alloc(&pile->memory, sizeof *piled);
    if (!piled) {
        tenon__fail_no_memory(tenon__session_error(pile->session));
        return NULL;
    }
    piled->gives_row = gives_row;
    piled->rows = (tenon__rows){.arena = tenon__session_arena(pile->session), .expected = 1};
    piled->affected = 0;
    piled->owner = owner;
    return pile->items[pile->count++] = piled;
}

bool tenon__pile_run(tenon__pile *pile)
{
    tenon_error *err = tenon__session_error(pile->session);
    tenon__call *calls = tenon__arena_array(&pile->memory, pile->count, sizeof *calls);
    size_t failed;
    if (!pile->count)
        return true;
    if (!calls)
        return tenon__fail_no_memory(err);
    for (size_t i = 0; i < pile->count; i++) {
        tenon__piled *piled = pile->items[i];
        if (!tenon__walk_call(&piled->walk, piled->gives_row ? &piled->rows : NULL, &calls[i]))
            return false;
        calls[i].affected = piled->gives_row ? NULL : &piled->affected;
    }
    if (tenon__run_writes(pile->session, calls, pile->count, &failed))
        return true;
    tenon__walk *walk = &pile->items[failed]->walk;
    tenon__name_error(walk->model, walk->table, tenon__shape_head_of(&walk->shape)->operation, err);
    return false;
}

void tenon__pile_clear(tenon__pile *pile)
{
    tenon__arena_clear(&pile->memory);
    pile->count = 0;
}

void tenon__pile_release(tenon__pile *pile)
{
    tenon__arena_release(&pile->memory);
    pile->count = 0;
}
