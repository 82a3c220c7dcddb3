/* A text into statements.
 *
 * The text is scanned once: the tokens say where comments are and where a statement really begins
 * and ends, which the parser does not, and whether anything is nested so deep that the parser would
 * run out of stack. Then all of it is parsed at once. Only where that fails is it cut at its
 * semicolons and parsed by pieces, so that one wrong statement hides no other; then locations count
 * from the piece, which is what `origin` is for. */
#include "pgparse/pgparse_inside.h"

#include <stdlib.h>

typedef struct reader {
    pgparse_tree *tree;
    const PgQuery__ScanResult *tokens;
    size_t next_token; /* the first one not yet behind us */
    bool failed;       /* no memory */
} reader;

static const char byte_order_mark[] = "\xEF\xBB\xBF";

static bool is_comment(const PgQuery__ScanToken *token)
{
    return token->token == PG_QUERY__TOKEN__SQL_COMMENT ||
           token->token == PG_QUERY__TOKEN__C_COMMENT;
}

/* ---- statements ---- */

static pgparse_statement *add_statement(reader *r)
{
    pgparse_tree *tree = r->tree;
    size_t count = tree->statement_count;
    if ((count & (count - 1)) == 0) { /* a power of two: the room for `count` is used up */
        void *list = tenon__arena_resize(&tree->arena, tree->statements,
                                         (count ? count * 2 : 1) * sizeof *tree->statements);
        if (!list) {
            r->failed = true;
            return NULL;
        }
        tree->statements = list;
    }
    pgparse_statement *statement = &tree->statements[tree->statement_count++];
    *statement = (pgparse_statement){.before = count ? statement[-1].end : 0};
    return statement;
}

/* Narrows [start, end) to the tokens in it. */
static void find_bounds(reader *r, pgparse_statement *statement, size_t start, size_t end)
{
    bool is_found = false;
    statement->start = start;
    statement->end = end;
    for (; r->next_token < r->tokens->n_tokens; r->next_token++) {
        const PgQuery__ScanToken *token = r->tokens->tokens[r->next_token];
        if ((size_t)token->end > end)
            return;
        if (is_comment(token) || (size_t)token->start < start)
            continue;
        if (!is_found)
            statement->start = (size_t)token->start;
        statement->end = (size_t)token->end;
        is_found = true;
    }
}

static void add_parsed(reader *r, PgQuery__ParseResult *parsed, size_t origin, size_t end)
{
    for (size_t i = 0; i < parsed->n_stmts; i++) {
        const PgQuery__RawStmt *raw = parsed->stmts[i];
        size_t start = origin + (size_t)raw->stmt_location;
        pgparse_statement *statement = add_statement(r);
        if (!statement)
            return;
        statement->node = raw->stmt;
        statement->origin = origin;
        find_bounds(r, statement, start, raw->stmt_len ? start + (size_t)raw->stmt_len : end);
    }
}

static void add_wrong(reader *r, const PgQueryError *error, size_t start, size_t end)
{
    pgparse_statement *statement = add_statement(r);
    if (!statement)
        return;
    find_bounds(r, statement, start, end);
    statement->origin = start;
    statement->message = tenon__arena_text(&r->tree->arena, error->message);
    statement->error_at = start;
    if (error->cursorpos > 0)
        statement->error_at += pgparse_character(r->tree->text + start, error->cursorpos);
    if (statement->error_at > statement->end)
        statement->error_at = statement->end;
    r->tree->error_count++;
    r->failed |= !statement->message;
}

/* ---- parsing ---- */

static void free_parsed(PgQueryProtobufParseResult *result)
{
    pg_query_free_protobuf_parse_result(*result);
}

/* False: nothing was parsed; only the last word says why, as a statement without a node. */
static bool parse_text(reader *r, const char *text, size_t origin, size_t end, bool is_last_word)
{
    TENON__CLEANUP(free_parsed)
    PgQueryProtobufParseResult result = pg_query_parse_protobuf(text);
    if (result.error) {
        if (is_last_word)
            add_wrong(r, result.error, origin, end);
        return false;
    }
    ProtobufCAllocator allocator = pgparse_allocator(&r->tree->arena);
    PgQuery__ParseResult *parsed = pg_query__parse_result__unpack(
        &allocator, result.parse_tree.len, (const uint8_t *)result.parse_tree.data);
    if (parsed)
        add_parsed(r, parsed, origin, end);
    r->failed |= !parsed;
    return true;
}

static void parse_piece(reader *r, size_t start, size_t length)
{
    tenon__arena *arena = &r->tree->arena;
    const char *piece = tenon__arena_copy(arena, r->tree->text + start, length);
    if (piece)
        parse_text(r, piece, start, start + length, true);
    r->failed |= !piece;
}

static int change_of_depth(PgQuery__Token token)
{
    return (token == PG_QUERY__TOKEN__ASCII_40) - (token == PG_QUERY__TOKEN__ASCII_41);
}

/* At the semicolons outside of parentheses. (libpg_query has a function for it, which passes over
 * a statement that has no word it knows.) */
static void parse_pieces(reader *r)
{
    size_t start = 0, words = 0;
    int depth = 0;
    for (size_t i = 0; i < r->tokens->n_tokens && !r->failed; i++) {
        const PgQuery__ScanToken *token = r->tokens->tokens[i];
        depth += change_of_depth(token->token);
        if (token->token != PG_QUERY__TOKEN__ASCII_59 || depth > 0) {
            words += !is_comment(token);
            continue;
        }
        if (words)
            parse_piece(r, start, (size_t)token->start - start);
        start = (size_t)token->end;
        words = 0;
    }
    if (words || !r->tokens->n_tokens)
        parse_piece(r, start, r->tree->length - start);
}

static void parse_all(reader *r)
{
    char message[] = "nested too deep to be parsed";
    const PgQueryError deep = {.message = message};
    if (!pgparse_is_flat(r->tokens))
        add_wrong(r, &deep, 0, r->tree->length);
    else if (!parse_text(r, r->tree->text, 0, r->tree->length, false))
        parse_pieces(r);
}

/* ---- the whole ---- */

static bool keep_comments(pgparse_tree *tree, const PgQuery__ScanResult *tokens)
{
    size_t count = 0;
    tree->tokens = tokens->tokens;
    tree->token_count = tokens->n_tokens;
    for (size_t i = 0; i < tokens->n_tokens; i++)
        count += is_comment(tokens->tokens[i]);
    tree->comments = tenon__arena_array(&tree->arena, count, sizeof *tree->comments);
    for (size_t i = 0; tree->comments && i < tokens->n_tokens; i++) {
        const PgQuery__ScanToken *token = tokens->tokens[i];
        if (is_comment(token))
            tree->comments[tree->comment_count++] =
                (pgparse_comment){(size_t)token->start, (size_t)token->end};
    }
    return tree->comments;
}

static bool fill_tree(pgparse_tree *tree, const char *text)
{
    PgQuery__ScanResult *tokens = NULL;
    tree->length = strlen(text);
    tree->text = tenon__arena_copy(&tree->arena, text, tree->length);
    if (!tree->text)
        return false;
    if (strncmp(text, byte_order_mark, 3) == 0)
        memset(tree->text, ' ', 3);
    if (!pgparse_scan(tree, &tokens))
        return false;
    if (!keep_comments(tree, tokens))
        return false;
    reader r = {.tree = tree, .tokens = tokens};
    parse_all(&r);
    return !r.failed;
}

pgparse_tree *pgparse_read(const char *text, tenon_error *err)
{
    if (!pgparse_check_text(text, err))
        return NULL;
    pgparse_tree *tree = calloc(1, sizeof *tree);
    if (tree && fill_tree(tree, text))
        return tree;
    pgparse_free(tree);
    tenon__fail_no_memory(err);
    return NULL;
}

void pgparse_free(pgparse_tree *tree)
{
    if (tree)
        tenon__arena_release(&tree->arena);
    free(tree);
}
