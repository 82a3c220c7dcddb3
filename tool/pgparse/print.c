/* Expressions, printing, fingerprints.
 *
 * The parser knows statements only: an expression is read as the one column of a SELECT, and
 * printed as such. What comes out of printing was never text of a user's that we have cut. */
#include "pgparse/pgparse_inside.h"

#include <stdlib.h>

static const char select_word[] = "SELECT ";

/* A SELECT with no more than this target. */
static void init_select(PgQuery__SelectStmt *select, PgQuery__Node **target)
{
    pg_query__select_stmt__init(select);
    select->n_target_list = 1;
    select->target_list = target;
    select->limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
    select->op = PG_QUERY__SET_OPERATION__SETOP_NONE;
}

/* ---- reading an expression ---- */

/* SELECT with one column without a name, and nothing else. */
static PgQuery__Node *find_expression(const pgparse_tree *tree)
{
    if (tree->statement_count != 1 || !tree->statements[0].node)
        return NULL;
    const PgQuery__Node *statement = tree->statements[0].node;
    if (statement->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return NULL;
    PgQuery__SelectStmt *select = statement->select_stmt;
    if (select->n_target_list != 1)
        return NULL;
    PgQuery__ResTarget *column = select->target_list[0]->res_target;
    PgQuery__SelectStmt bare;
    init_select(&bare, select->target_list);
    return !column->name[0] && pgparse_same(&bare, select) ? column->val : NULL;
}

static void report_expression(const pgparse_tree *tree, tenon_error *err)
{
    const char *message = NULL;
    for (size_t i = 0; i < tree->statement_count && !message; i++)
        message = tree->statements[i].message;
    tenon__fail(err, TENON_VALIDATION, "not an expression%s%s", message ? ": " : "",
                message ? message : "");
}

pgparse_tree *pgparse_read_expression(const char *text, PgQuery__Node **expression,
                                      tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf statement = {0};
    tenon__buf_format(&statement, "%s%s", select_word, text);
    if (statement.failed) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    pgparse_tree *tree = pgparse_read(tenon__buf_string(&statement), err);
    PgQuery__Node *found = tree ? find_expression(tree) : NULL;
    if (found) {
        *expression = found;
        return tree;
    }
    if (tree)
        report_expression(tree, err);
    pgparse_free(tree);
    return NULL;
}

/* ---- printing ---- */

static bool add_deparsed(const PgQuery__ParseResult *tree, tenon__buf *out, tenon_error *err)
{
    size_t size = pg_query__parse_result__get_packed_size(tree);
    char *packed = malloc(size ? size : 1);
    if (!packed)
        return tenon__fail_no_memory(err);
    pg_query__parse_result__pack(tree, (uint8_t *)packed);
    PgQueryDeparseResult result = pg_query_deparse_protobuf((PgQueryProtobuf){size, packed});
    free(packed);
    bool is_printed = !result.error;
    if (is_printed)
        tenon__buf_text(out, result.query + strlen(select_word));
    else
        tenon__fail(err, TENON_UNSUPPORTED, "cannot print the SQL: %s", result.error->message);
    pg_query_free_deparse_result(result);
    return is_printed && (!out->failed || tenon__fail_no_memory(err));
}

/* A Node around what it says is in it: its members share one place. */
static PgQuery__Node wrap(PgQuery__Node__NodeCase kind, ProtobufCMessage *inner)
{
    PgQuery__Node node = PG_QUERY__NODE__INIT;
    node.node_case = kind;
    node.alias = (PgQuery__Alias *)inner;
    return node;
}

bool pgparse_print_expression(PgQuery__Node *expression, tenon__buf *out, tenon_error *err)
{
    PgQuery__ResTarget column;
    PgQuery__SelectStmt select;
    PgQuery__Node target = wrap(PG_QUERY__NODE__NODE_RES_TARGET, &column.base);
    PgQuery__Node statement = wrap(PG_QUERY__NODE__NODE_SELECT_STMT, &select.base);
    PgQuery__Node *targets[] = {&target};
    PgQuery__RawStmt raw = {
        .base = PROTOBUF_C_MESSAGE_INIT(&pg_query__raw_stmt__descriptor),
        .stmt = &statement,
    };
    PgQuery__RawStmt *statements[] = {&raw};
    PgQuery__ParseResult tree = PG_QUERY__PARSE_RESULT__INIT;
    pg_query__res_target__init(&column);
    column.val = expression;
    init_select(&select, targets);
    tree.n_stmts = 1;
    tree.stmts = statements;
    return add_deparsed(&tree, out, err);
}

/* ---- texts ---- */

/* The parser is only let at what it can parse without running out of stack. */
static bool check_flat(const char *text, tenon_error *err)
{
    if (!pgparse_check_text(text, err))
        return false;
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    pgparse_tree tree = {.text = tenon__arena_text(&arena, text)};
    PgQuery__ScanResult *tokens = NULL;
    bool is_scanned = tree.text && pgparse_scan(&tree, &tokens);
    bool is_flat = is_scanned && pgparse_is_flat(tokens);
    tenon__arena_release(&tree.arena);
    if (!is_scanned)
        return tenon__fail_no_memory(err);
    return is_flat || tenon__fail(err, TENON_LIMIT, "nested too deep to be parsed");
}

bool pgparse_fingerprint(const char *text, char out[PGPARSE_FINGERPRINT_SIZE], tenon_error *err)
{
    if (!check_flat(text, err))
        return false;
    PgQueryFingerprintResult result = pg_query_fingerprint(text);
    bool is_good = !result.error || pgparse_report(err, text, result.error);
    if (is_good) {
        strncpy(out, result.fingerprint_str, PGPARSE_FINGERPRINT_SIZE - 1);
        out[PGPARSE_FINGERPRINT_SIZE - 1] = '\0';
    }
    pg_query_free_fingerprint_result(result);
    return is_good;
}

bool pgparse_normalize(const char *text, tenon__buf *out, tenon_error *err)
{
    if (!check_flat(text, err))
        return false;
    PgQueryNormalizeResult result = pg_query_normalize(text);
    bool is_good = !result.error || pgparse_report(err, text, result.error);
    if (is_good)
        tenon__buf_text(out, result.normalized_query);
    pg_query_free_normalize_result(result);
    return is_good && (!out->failed || tenon__fail_no_memory(err));
}
