/* Statements inside of DO blocks, as statements of the file.
 *
 * Each stands in the file's text, where the rules can point at it, behind the block that it is in
 * and in its transaction. One whose text is not found there as it is executed (put together at run
 * time, or with quotes doubled) leaves the block unknown. */
#include "lint/lint_inside.h"

typedef struct unfolding {
    lint *lint;
    pgparse_statement *statements;
    lint_place *places;
    size_t count, capacity;
} unfolding;

static void add(unfolding *u, pgparse_statement statement, lint_place place)
{
    if (u->count == u->capacity) {
        size_t capacity = u->capacity ? u->capacity * 2 : 16;
        void *statements =
            tenon__arena_resize(&u->lint->arena, u->statements, capacity * sizeof *u->statements);
        void *places =
            tenon__arena_resize(&u->lint->arena, u->places, capacity * sizeof *u->places);
        u->lint->failed |= !statements || !places;
        if (u->lint->failed)
            return;
        u->statements = statements;
        u->places = places;
        u->capacity = capacity;
    }
    u->statements[u->count] = statement;
    u->places[u->count++] = place;
}

/* Keeps the tree to the end: the model points into it. */
static pgparse_tree *read_inner(lint *l, const char *sql)
{
    tenon_error unheeded = {0};
    lint_inner *inner = tenon__arena_array(&l->arena, 1, sizeof *inner);
    l->failed |= !inner;
    if (!inner)
        return NULL;
    inner->tree = pgparse_read(sql, &unheeded);
    inner->next = l->inner;
    l->inner = inner;
    return inner->tree;
}

/* False when the text is not there. */
static bool add_inner(unfolding *u, const pgparse_statement *block, size_t *from,
                      const pgparse_block_statement *item)
{
    lint *l = u->lint;
    size_t length = strlen(item->sql);
    const char *text = l->file->text;
    const char *found = memmem(text + *from, block->end - *from, item->sql, length);
    pgparse_tree *tree = found && length ? read_inner(l, item->sql) : NULL;
    if (!tree)
        return false;
    size_t start = (size_t)(found - text);
    for (size_t i = 0; i < tree->statement_count; i++) {
        pgparse_statement inner = tree->statements[i];
        inner.start += start;
        inner.end += start;
        inner.origin += start;
        inner.error_at += start;
        inner.before = block->before;
        add(u, inner, item->is_in_loop ? LINT_IN_LOOP : LINT_IN_BLOCK);
    }
    *from = start + length;
    return true;
}

static void add_block(unfolding *u, const pgparse_statement *block)
{
    lint *l = u->lint;
    pgparse_block inside;
    tenon_error unheeded = {0};
    const char *sql =
        tenon__arena_copy(&l->arena, l->file->text + block->start, block->end - block->start);
    size_t from = block->start, own = u->count;
    add(u, *block, LINT_UNKNOWN_BLOCK);
    if (!sql || !pgparse_read_block(sql, &l->arena, &inside, &unheeded) || l->failed) {
        l->failed = true;
        return;
    }
    bool is_known = !inside.has_unknown;
    for (size_t i = 0; i < inside.count && !l->failed; i++)
        is_known &= add_inner(u, block, &from, &inside.items[i]);
    if (is_known && u->places)
        u->places[own] = LINT_OUTSIDE;
}

void lint_unfold_blocks(lint *l)
{
    pgparse_tree *tree = l->file->tree;
    unfolding u = {.lint = l};
    for (size_t i = 0; i < tree->statement_count && !l->failed; i++) {
        const PgQuery__Node *node = tree->statements[i].node;
        if (node && node->node_case == NODE(DO_STMT))
            add_block(&u, &tree->statements[i]);
        else
            add(&u, tree->statements[i], LINT_OUTSIDE);
    }
    if (l->failed)
        return;
    tree->statements = u.statements;
    tree->statement_count = u.count;
    l->file->places = u.places;
}
