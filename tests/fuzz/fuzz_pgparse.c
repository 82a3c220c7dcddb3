/* SQL: any text is read into statements that lie within it in their order, walked, and its
 * expressions, fingerprint and constants are told or refused, never with a crash. */
#include "pgparse/pgparse.h"

#include "check.h"

static bool count_messages(ProtobufCMessage *message, void *context)
{
    (void)message;
    ++*(size_t *)context;
    return true;
}

static void check_statements(const pgparse_tree *tree)
{
    size_t behind = 0, messages = 0;
    for (size_t i = 0; i < tree->statement_count; i++) {
        const pgparse_statement *s = &tree->statements[i];
        CHECK(!s->node == !!s->message);
        CHECK(s->start >= behind && s->end >= s->start && s->end <= tree->length);
        CHECK(s->error_at <= tree->length);
        CHECK(pgparse_locate(tree->text, s->start).line > 0);
        pgparse_walk(s->node, count_messages, &messages);
        CHECK(pgparse_same(s->node, s->node));
        behind = s->end;
    }
}

static void print_expression(const char *text)
{
    PgQuery__Node *expression;
    tenon__buf out = {0};
    pgparse_tree *tree = pgparse_read_expression(text, &expression, NULL);
    if (tree)
        pgparse_print_expression(expression, &out, NULL);
    pgparse_free(tree);
    tenon__buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = size < 65536 ? fuzz_text(data, size) : NULL;
    pgparse_tree *tree = text ? pgparse_read(text, NULL) : NULL;
    if (tree) {
        char fingerprint[PGPARSE_FINGERPRINT_SIZE];
        tenon__buf normalized = {0};
        check_statements(tree);
        pgparse_fingerprint(text, fingerprint, NULL);
        pgparse_normalize(text, &normalized, NULL);
        tenon__buf_release(&normalized);
        print_expression(text);
    }
    pgparse_free(tree);
    free(text);
    return 0;
}
