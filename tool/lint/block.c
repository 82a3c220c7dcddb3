/* Statements inside of DO blocks, and of functions that the same file makes and then calls, as
 * statements of the file.
 *
 * Each stands in the file's text, where the rules can point at it, behind the block that it is in,
 * or behind the call, and in its transaction. Blocks and functions call functions in their turn
 * (PERFORM, SELECT, CALL): what those do stands behind these calls, once for each, and a function
 * that calls itself is not gone into again. A statement whose text is not found as it is executed
 * (put together at run time, or with quotes doubled) leaves the block or the call unknown. */
#include "lint/lint_inside.h"

enum { CALLS_MOST = 8, DEEPEST = 8 };

typedef struct unfolding {
    lint *lint;
    pgparse_statement *statements;
    lint_place *places;
    size_t count, capacity;
    size_t number;                          /* of the statement of the file that is unfolded */
    const pgparse_statement *open[DEEPEST]; /* the functions whose bodies we are in */
    size_t depth, loops;                    /* how many of them are called in loops */
} unfolding;

typedef struct call_names {
    const char *items[CALLS_MOST];
    size_t count;
} call_names;

static bool add_calls(unfolding *u, const pgparse_statement *statement, bool *is_any);

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

/* ---- blocks ---------------------------------------------------------------------------------- */

static bool stands_at(const char *text, const char *sql, size_t length)
{
    static const char perform[] = "PERFORM", select[] = " SELECT";
    size_t i = 0;
    if (!strncmp(sql, select, sizeof select - 1) && !strncasecmp(text, perform, sizeof perform - 1))
        i = sizeof perform - 1;
    while (i < length && (sql[i] == text[i] || sql[i] == ' '))
        i++;
    return i == length;
}

/* NULL when it is not there. */
static const char *find_text(const char *text, size_t size, const char *sql)
{
    size_t length = strlen(sql);
    for (size_t i = 0; length && i + length <= size; i++)
        if (stands_at(text + i, sql, length))
            return text + i;
    return NULL;
}

/* False when the text is not there, or calls what is not known. */
static bool add_inner(unfolding *u, const pgparse_statement *block, size_t *from,
                      const pgparse_block_statement *item)
{
    lint *l = u->lint;
    const char *text = l->file->text;
    const char *found = find_text(text + *from, block->end - *from, item->sql);
    pgparse_tree *tree = found ? read_inner(l, item->sql) : NULL;
    if (!tree)
        return false;
    bool is_known = true, is_any = false, is_looped = item->is_in_loop || u->loops;
    size_t start = (size_t)(found - text);
    u->loops += item->is_in_loop;
    for (size_t i = 0; i < tree->statement_count; i++) {
        pgparse_statement inner = tree->statements[i];
        inner.start = start + (*item->sql == ' ' ? 0 : inner.start);
        inner.end += start;
        inner.origin += start;
        inner.error_at += start;
        inner.before = block->before;
        add(u, inner, is_looped ? LINT_IN_LOOP : LINT_IN_BLOCK);
        is_known &= add_calls(u, &inner, &is_any);
    }
    u->loops -= item->is_in_loop;
    *from = start + strlen(item->sql);
    return is_known;
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

/* ---- calls ----------------------------------------------------------------------------------- */

static bool see_name(ProtobufCMessage *message, void *context)
{
    call_names *names = context;
    if (PGPARSE_IS(message, func_call)) {
        const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)(const void *)message;
        const char *name = pgparse_last_name(call->funcname, call->n_funcname);
        if (name)
            names->items[names->count++] = name;
    }
    return names->count < CALLS_MOST;
}

static bool is_made_by(const PgQuery__Node *node, const char *name)
{
    if (!node || node->node_case != NODE(CREATE_FUNCTION_STMT))
        return false;
    const PgQuery__CreateFunctionStmt *made = node->create_function_stmt;
    const char *last = pgparse_last_name(made->funcname, made->n_funcname);
    return last && !strcmp(last, name);
}

/* The statement before number `end` that has made the function last; NULL: another file, or the
 * server's own. */
static const pgparse_statement *find_made(const pgparse_tree *tree, size_t end, const char *name)
{
    while (end-- > 0)
        if (is_made_by(tree->statements[end].node, name))
            return &tree->statements[end];
    return NULL;
}

static const PgQuery__Node *option_of(const PgQuery__CreateFunctionStmt *made, const char *name)
{
    for (size_t i = 0; i < made->n_options; i++)
        if (!strcmp(made->options[i]->def_elem->defname, name))
            return made->options[i]->def_elem->arg;
    return NULL;
}

static bool is_in_language(const PgQuery__CreateFunctionStmt *made, const char *name)
{
    const PgQuery__Node *language = option_of(made, "language");
    return language && !strcasecmp(pgparse_string(language), name);
}

/* AS '…' as a block of one statement; BEGIN ATOMIC and whatever else has none is not known. */
static bool read_sql_body(lint *l, const PgQuery__CreateFunctionStmt *made, pgparse_block *out)
{
    const PgQuery__Node *as = option_of(made, "as");
    out->has_unknown = !as || as->node_case != NODE(LIST);
    if (out->has_unknown)
        return true;
    out->items = tenon__arena_array(&l->arena, 1, sizeof *out->items);
    l->failed |= !out->items;
    if (!l->failed)
        out->items[out->count++] =
            (pgparse_block_statement){.sql = pgparse_string(as->list->items[0])};
    return !l->failed;
}

static bool read_body(lint *l, const pgparse_statement *statement, pgparse_block *out)
{
    tenon_error unheeded = {0};
    const PgQuery__CreateFunctionStmt *made = statement->node->create_function_stmt;
    *out = (pgparse_block){.has_unknown = true};
    if (is_in_language(made, "sql"))
        return read_sql_body(l, made, out);
    if (!is_in_language(made, "plpgsql"))
        return true;
    const char *sql = tenon__arena_copy(&l->arena, l->file->text + statement->start,
                                        statement->end - statement->start);
    l->failed |= !sql || !pgparse_read_block(sql, &l->arena, out, &unheeded);
    return !l->failed;
}

static bool is_open(const unfolding *u, const pgparse_statement *made)
{
    for (size_t i = 0; i < u->depth; i++)
        if (u->open[i] == made)
            return true;
    return false;
}

/* False when not all of it is known. */
static bool add_body(unfolding *u, const pgparse_statement *made)
{
    pgparse_block inside = {0};
    size_t from = made->start;
    if (is_open(u, made))
        return true;
    if (u->depth == DEEPEST)
        return false;
    u->open[u->depth++] = made;
    bool is_known = read_body(u->lint, made, &inside) && !inside.has_unknown;
    for (size_t i = 0; i < inside.count && !u->lint->failed; i++)
        is_known &= add_inner(u, made, &from, &inside.items[i]);
    u->depth--;
    return is_known;
}

static bool can_call(const PgQuery__Node *node)
{
    return node && (node->node_case == NODE(SELECT_STMT) || node->node_case == NODE(CALL_STMT) ||
                    node->node_case == NODE(INSERT_STMT) || node->node_case == NODE(UPDATE_STMT) ||
                    node->node_case == NODE(DELETE_STMT));
}

/* Whether all is known of the functions of the file that a statement calls, if *is_any. */
static bool add_calls(unfolding *u, const pgparse_statement *statement, bool *is_any)
{
    call_names names = {0};
    bool is_known = true;
    if (can_call(statement->node))
        pgparse_walk(statement->node, see_name, &names);
    if (statement->node && statement->node->node_case == NODE(CALL_STMT) && !names.count)
        see_name(&statement->node->call_stmt->funccall->base, &names);
    for (size_t i = 0; i < names.count && !u->lint->failed; i++) {
        const pgparse_statement *made = find_made(u->lint->file->tree, u->number, names.items[i]);
        *is_any |= made != NULL;
        is_known &= !made || add_body(u, made);
    }
    return is_known && (!*is_any || names.count < CALLS_MOST);
}

static void add_call(unfolding *u, const pgparse_statement *statement)
{
    bool is_any = false;
    size_t own = u->count;
    add(u, *statement, LINT_OUTSIDE);
    if (add_calls(u, statement, &is_any) && is_any && u->places)
        u->places[own] = LINT_KNOWN_CALL;
}

void lint_unfold_blocks(lint *l)
{
    pgparse_tree *tree = l->file->tree;
    unfolding u = {.lint = l};
    for (u.number = 0; u.number < tree->statement_count && !l->failed; u.number++) {
        const pgparse_statement *statement = &tree->statements[u.number];
        if (statement->node && statement->node->node_case == NODE(DO_STMT))
            add_block(&u, statement);
        else
            add_call(&u, statement);
    }
    if (l->failed)
        return;
    tree->statements = u.statements;
    tree->statement_count = u.count;
    l->file->places = u.places;
}
