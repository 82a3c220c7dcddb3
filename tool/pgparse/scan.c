/* Tokens, places in a text, and the bound on nesting. */
#include "pgparse/pgparse_inside.h"

#include <stdlib.h>

/* ---- memory of protobuf-c ---- */

static void *allocate(void *arena, size_t size)
{
    return tenon__arena_alloc(arena, size);
}

static void release_nothing(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

ProtobufCAllocator pgparse_allocator(tenon__arena *arena)
{
    return (ProtobufCAllocator){allocate, release_nothing, arena};
}

/* ---- texts ---- */

bool pgparse_check_text(const char *text, tenon_error *err)
{
    size_t length = strlen(text);
    if (length > PGPARSE_LIMIT_BYTES)
        return tenon__fail(err, TENON_LIMIT, "the SQL text is larger than %d MB",
                           PGPARSE_LIMIT_BYTES >> 20);
    if (!tenon__utf8_is_valid(text, length))
        return tenon__fail(err, TENON_VALIDATION, "the SQL text is not UTF-8");
    return true;
}

size_t pgparse_character(const char *text, int number)
{
    size_t offset = 0;
    for (int i = 1; i < number && text[offset]; i++) {
        offset++;
        while ((text[offset] & 0xC0) == 0x80)
            offset++;
    }
    return offset;
}

pgparse_position pgparse_locate(const char *text, size_t offset)
{
    pgparse_position found = {1, 1};
    size_t line_start = 0;
    for (size_t i = 0; i < offset && text[i]; i++) {
        if (text[i] == '\n') {
            found.line++;
            line_start = i + 1;
        }
    }
    found.column = tenon__utf8_length(text + line_start, offset - line_start) + 1;
    return found;
}

size_t pgparse_offset(const pgparse_statement *statement, int location)
{
    size_t offset = statement->origin + (size_t)(location < 0 ? 0 : location);
    return location < 0 || offset < statement->start ? statement->start : offset;
}

bool pgparse_report(tenon_error *err, const char *text, const PgQueryError *error)
{
    size_t offset = error->cursorpos > 0 ? pgparse_character(text, error->cursorpos) : 0;
    pgparse_position at = pgparse_locate(text, offset);
    return tenon__fail(err, TENON_VALIDATION, "%zu:%zu: %s", at.line, at.column, error->message);
}

/* ---- tokens ---- */

static void free_scanned(PgQueryScanResult *result)
{
    pg_query_free_scan_result(*result);
}

/* A text that ends within a quote or a comment has no tokens: the parser will say the same. */
bool pgparse_scan(pgparse_tree *tree, PgQuery__ScanResult **tokens)
{
    static PgQuery__ScanResult none = PG_QUERY__SCAN_RESULT__INIT;
    TENON__CLEANUP(free_scanned) PgQueryScanResult result = pg_query_scan(tree->text);
    ProtobufCAllocator allocator = pgparse_allocator(&tree->arena);
    *tokens = &none;
    if (!result.error)
        *tokens = pg_query__scan_result__unpack(&allocator, result.pbuf.len,
                                                (const uint8_t *)result.pbuf.data);
    return *tokens;
}

/* ---- nesting ----
 * What can be nested at a token is bounded by the words and operators since the last comma (or AND,
 * OR, …, between which the parser makes lists) of each parenthesis that is open, as every level of
 * a tree takes at least one; set operations and joins also nest across commas. */

typedef struct depth {
    unsigned words, joins;
} depth;

typedef struct nesting {
    depth open[PGPARSE_LIMIT_NESTING + 1];
    size_t level;
    unsigned total; /* of all levels */
} nesting;

static void forget_words(nesting *n)
{
    n->total -= n->open[n->level].words;
    n->open[n->level].words = 0;
}

static void enter(nesting *n)
{
    if (n->level < PGPARSE_LIMIT_NESTING)
        n->open[++n->level] = (depth){.words = 0};
    n->open[n->level].words++;
    n->total++;
}

static void leave(nesting *n)
{
    forget_words(n);
    n->total -= n->open[n->level].joins;
    n->open[n->level].joins = 0;
    if (n->level)
        n->level--;
}

static void leave_all(nesting *n)
{
    while (n->level)
        leave(n);
    leave(n);
}

static void count_word(nesting *n)
{
    n->open[n->level].words++;
    n->total++;
}

static void count_join(nesting *n)
{
    n->open[n->level].joins++;
    n->total++;
}

static void count_token(nesting *n, PgQuery__Token token)
{
    switch ((int)token) {
    case PG_QUERY__TOKEN__ASCII_40: /* ( */
    case PG_QUERY__TOKEN__ASCII_91: /* [ */
    case PG_QUERY__TOKEN__CASE:
        enter(n);
        return;
    case PG_QUERY__TOKEN__ASCII_41: /* ) */
    case PG_QUERY__TOKEN__ASCII_93: /* ] */
    case PG_QUERY__TOKEN__END_P:
        leave(n);
        return;
    case PG_QUERY__TOKEN__ASCII_59: /* ; */
        leave_all(n);
        return;
    case PG_QUERY__TOKEN__ASCII_44: /* , */
    case PG_QUERY__TOKEN__AND:
    case PG_QUERY__TOKEN__OR:
    case PG_QUERY__TOKEN__WHEN:
    case PG_QUERY__TOKEN__THEN:
    case PG_QUERY__TOKEN__ELSE:
        forget_words(n);
        return;
    case PG_QUERY__TOKEN__UNION:
    case PG_QUERY__TOKEN__INTERSECT:
    case PG_QUERY__TOKEN__EXCEPT:
    case PG_QUERY__TOKEN__JOIN:
    case PG_QUERY__TOKEN__SELECT:
        count_join(n);
        return;
    case PG_QUERY__TOKEN__IDENT:
    case PG_QUERY__TOKEN__ICONST:
    case PG_QUERY__TOKEN__FCONST:
    case PG_QUERY__TOKEN__SCONST:
    case PG_QUERY__TOKEN__PARAM:
    case PG_QUERY__TOKEN__SQL_COMMENT:
    case PG_QUERY__TOKEN__C_COMMENT:
        return;
    default:
        count_word(n);
    }
}

bool pgparse_is_flat(const PgQuery__ScanResult *tokens)
{
    nesting n = {.level = 0};
    for (size_t i = 0; i < tokens->n_tokens; i++) {
        count_token(&n, tokens->tokens[i]->token);
        if (n.total > PGPARSE_LIMIT_NESTING)
            return false;
    }
    return true;
}
