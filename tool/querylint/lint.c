/* A statement is read, its words are judged, and then its blocks by their plans. */
#include "querylint/querylint_inside.h"

#include <stdlib.h>

static bool is_found(const querylint *found, const char *rule, size_t at)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->findings[i].at == at && !strcmp(found->findings[i].rule, rule))
            return true;
    return false;
}

static querylint_finding *next_finding(querylint *found)
{
    if (found->count == found->capacity) {
        size_t capacity = found->capacity ? found->capacity * 2 : 8;
        void *list =
            tenon__arena_resize(&found->arena, found->findings, capacity * sizeof *found->findings);
        if (!list)
            return NULL;
        found->findings = list;
        found->capacity = capacity;
    }
    return &found->findings[found->count++];
}

void query_find(query_linter *l, const char *rule, int location, const char *remedy,
                const char *format, ...)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    size_t at = pgparse_offset(l->statement, location);
    querylint_finding *finding = is_found(l->found, rule, at) ? NULL : next_finding(l->found);
    if (!finding)
        return;
    va_list arguments;
    va_start(arguments, format);
    tenon__buf_formatv(&text, format, arguments);
    va_end(arguments);
    *finding = (querylint_finding){
        .rule = rule,
        .at = at,
        .message = tenon__arena_text(&l->found->arena, tenon__buf_string(&text)),
        .remedy = remedy,
    };
}

static void judge(querylint *found, const querylint_input *input,
                  const pgparse_statement *statement)
{
    bool is_sqlite = input->database->dialect == TENON_SQLITE;
    query_linter l = {.input = input,
                      .statement = statement,
                      .found = found,
                      .reader = is_sqlite ? &plan_sqlite_reader : &plan_postgresql_reader};
    query_collect_ctes(&l, statement->node);
    query_judge_words(&l, statement->node);
    if (input->explain)
        l.plan = input->explain(input->context, NULL, &found->arena);
    if (l.plan)
        query_judge_blocks(&l, statement->node);
}

querylint *querylint_run(const querylint_input *input, tenon_error *err)
{
    querylint *found = calloc(1, sizeof *found);
    pgparse_tree *tree = found ? pgparse_read(input->sql, NULL) : NULL;
    if (tree && tree->statement_count == 1 && tree->statements[0].node)
        judge(found, input, &tree->statements[0]);
    pgparse_free(tree);
    if (found && !found->arena.failed)
        return found;
    querylint_free(found);
    tenon__fail_no_memory(err);
    return NULL;
}

void querylint_free(querylint *found)
{
    if (!found)
        return;
    tenon__arena_release(&found->arena);
    free(found);
}
