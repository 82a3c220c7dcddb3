/* Safe forms made of the statement's own text, so that names keep their quotes and people recognise
 * what they wrote. (libpg_query can print a tree, but leaves the quotes of names of indexes and
 * constraints out.) */
#include "lint/lint_inside.h"

static bool is_comment(const PgQuery__ScanToken *token)
{
    return token->token == PG_QUERY__TOKEN__SQL_COMMENT ||
           token->token == PG_QUERY__TOKEN__C_COMMENT;
}

/* The first token of the statement that begins at `offset` or behind it; NULL behind its end. */
static const PgQuery__ScanToken *token_from(const lint *l, const lint_step *step, size_t offset)
{
    const pgparse_tree *tree = l->file->tree;
    for (size_t i = 0; i < tree->token_count; i++) {
        const PgQuery__ScanToken *token = tree->tokens[i];
        if ((size_t)token->start >= offset && !is_comment(token))
            return (size_t)token->end <= step->statement->end ? token : NULL;
    }
    return NULL;
}

static const PgQuery__ScanToken *find_token(const lint *l, const lint_step *step,
                                            PgQuery__Token kind)
{
    const PgQuery__ScanToken *token = token_from(l, step, step->statement->start);
    while (token && token->token != kind)
        token = token_from(l, step, (size_t)token->end);
    return token;
}

const char *lint_text_of(lint *l, const lint_step *step)
{
    const pgparse_statement *s = step->statement;
    return lint_format_text(l, "%.*s;", (int)(s->end - s->start), l->file->text + s->start);
}

const char *lint_text_with(lint *l, PgQuery__Token behind, const char *words)
{
    const pgparse_statement *s = l->step->statement;
    const char *text = l->file->text;
    const PgQuery__ScanToken *token = find_token(l, l->step, behind);
    if (!token)
        return lint_text_of(l, l->step);
    size_t at = (size_t)token->end;
    return lint_format_text(l, "%.*s %s%.*s;", (int)(at - s->start), text + s->start, words,
                            (int)(s->end - at), text + at);
}

const char *lint_text_and(lint *l, const char *words)
{
    const pgparse_statement *s = l->step->statement;
    return lint_format_text(l, "%.*s %s;", (int)(s->end - s->start), l->file->text + s->start,
                            words);
}

/* Behind the name of the table: ALTER TABLE ONLY "sales"."orders" | ADD … */
size_t lint_commands_start(const lint *l, const lint_step *step)
{
    const PgQuery__RangeVar *table = step->node->alter_table_stmt->relation;
    size_t at = pgparse_offset(step->statement, table->location);
    const PgQuery__ScanToken *token = token_from(l, step, at);
    while (token) {
        const PgQuery__ScanToken *next = token_from(l, step, (size_t)token->end);
        if (!next ||
            (next->token != PG_QUERY__TOKEN__ASCII_46 && next->token != PG_QUERY__TOKEN__ASCII_42 &&
             token->token != PG_QUERY__TOKEN__ASCII_46))
            return next ? (size_t)next->start : step->statement->end;
        token = next;
    }
    return step->statement->end;
}

/* Commands are what stands between the commas outside of parentheses. */
const char *lint_command_text(lint *l, const lint_step *step, size_t index)
{
    size_t start = lint_commands_start(l, step), end = step->statement->end;
    int depth = 0;
    const PgQuery__ScanToken *token = token_from(l, step, start);
    for (; token; token = token_from(l, step, (size_t)token->end)) {
        depth += (token->token == PG_QUERY__TOKEN__ASCII_40) -
                 (token->token == PG_QUERY__TOKEN__ASCII_41);
        if (token->token != PG_QUERY__TOKEN__ASCII_44 || depth)
            continue;
        if (index-- == 0) {
            end = (size_t)token->start;
            break;
        }
        const PgQuery__ScanToken *next = token_from(l, step, (size_t)token->end);
        start = next ? (size_t)next->start : end;
    }
    return lint_format_text(l, "%.*s", (int)(end - start), l->file->text + start);
}
