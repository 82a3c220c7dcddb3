/* The two entrances: a text into its form, the form looked at, then judged, and the result copied
 * to what the caller owns. */
#include "nullability/analysis.h"

#include <stdlib.h>

void nullability_free(nullability *n)
{
    if (n)
        tenon__arena_release(&n->arena);
    free(n);
}

static const char *copy_text(nullability *n, const char *text)
{
    return text ? tenon__arena_text(&n->arena, text) : NULL;
}

static nullability_column *copy_slots(nullability *n, const slot *slots, size_t count);

static const nullability_nested *copy_nested(nullability *n, const nested *from)
{
    nullability_nested *to = from ? tenon__arena_alloc(&n->arena, sizeof *to) : NULL;
    if (to)
        *to = (nullability_nested){.is_list = from->is_list,
                                   .at = from->at,
                                   .row = copy_text(n, from->row),
                                   .members = copy_slots(n, from->members, from->count),
                                   .member_count = from->count};
    return to;
}

static nullability_column *copy_slots(nullability *n, const slot *slots, size_t count)
{
    nullability_column *columns = tenon__arena_array(&n->arena, count, sizeof *columns);
    for (size_t i = 0; columns && i < count; i++) {
        const slot *c = &slots[i];
        columns[i] = (nullability_column){
            .name = copy_text(n, c->name),
            .is_nullable = c->is_nullable,
            .because =
                c->is_nullable ? copy_text(n, c->because ? c->because : "it may be NULL") : NULL,
            .table_schema = copy_text(n, c->table_schema),
            .table = copy_text(n, c->table),
            .column = copy_text(n, c->column),
            .nested = copy_nested(n, c->nested),
        };
    }
    return columns;
}

static void copy_columns(nullability *n, const shape *found)
{
    if (found->is_open || !found->count)
        return;
    n->columns = copy_slots(n, found->columns, found->count);
    n->column_count = n->columns ? found->count : 0;
}

static nullability_use *copy_uses(nullability *n, const nullability_parameter *p)
{
    nullability_use *uses = tenon__arena_array(&n->arena, p->use_count, sizeof *uses);
    for (size_t i = 0; uses && i < p->use_count; i++) {
        uses[i] = p->uses[i];
        uses[i].table_schema = copy_text(n, uses[i].table_schema);
        uses[i].table = copy_text(n, uses[i].table);
        uses[i].column = copy_text(n, uses[i].column);
    }
    return uses;
}

static void copy_parameters(nullability *n, const analysis *a)
{
    n->parameters = tenon__arena_array(&n->arena, a->parameter_count, sizeof *n->parameters);
    for (size_t i = 0; n->parameters && i < a->parameter_count; i++) {
        const nullability_parameter *p = &a->parameters[i];
        n->parameters[i] = (nullability_parameter){
            .number = p->number,
            .name = copy_text(n, p->name),
            .is_nullable = null_parameter_is_nullable(a, p->number),
            .uses = copy_uses(n, p),
            .use_count = p->use_count,
        };
    }
    n->parameter_count = n->parameters ? a->parameter_count : 0;
}

static void judge(analysis *a, query *q, const nullability_stated *stated, size_t stated_count,
                  nullability *n)
{
    const scope nothing = {0};
    a->is_first_look = true;
    null_shape(a, &nothing, NULL, q);
    for (size_t i = 0; i < stated_count; i++)
        null_state_parameter(a, stated[i].number, stated[i].is_nullable);
    a->is_first_look = false;
    a->steps = 0;
    shape found = null_shape(a, &nothing, NULL, q);
    copy_columns(n, &found);
    copy_parameters(n, a);
    n->is_at_most_one_row = found.is_single;
}

static nullability *finish(analysis *a, query *q, const nullability_stated *stated,
                           size_t stated_count, tenon_error *err)
{
    bool is_wrong = a->form.is_failed && !a->arena->failed; /* and has said so */
    nullability *n = is_wrong || a->arena->failed ? NULL : calloc(1, sizeof *n);
    if (n && q)
        judge(a, q, stated, stated_count, n);
    bool is_whole = n && !a->arena->failed && !n->arena.failed;
    tenon__arena_release(a->arena);
    if (is_wrong || is_whole)
        return n;
    nullability_free(n);
    tenon__fail_no_memory(err);
    return NULL;
}

static analysis begin(tenon__arena *arena, const catalogue *database, bool is_sqlite,
                      tenon_error *err)
{
    return (analysis){.form = {.arena = arena, .database = database, .err = err},
                      .arena = arena,
                      .database = database,
                      .is_sqlite = is_sqlite};
}

nullability *nullability_of_postgres(const pgparse_tree *tree, const PgQuery__Node *statement,
                                     const catalogue *database, const nullability_stated *stated,
                                     size_t stated_count, tenon_error *err)
{
    tenon__arena arena = {0};
    analysis a = begin(&arena, database, false, err);
    for (size_t i = 0; i < tree->statement_count; i++)
        if (tree->statements[i].node == statement)
            a.form.origin = tree->statements[i].origin;
    query *q = null_form_of_postgres(&a.form, statement);
    return finish(&a, q, stated, stated_count, err);
}

nullability *nullability_of_sqlite(const char *sql, const catalogue *database,
                                   const nullability_stated *stated, size_t stated_count,
                                   tenon_error *err)
{
    tenon__arena arena = {0};
    analysis a = begin(&arena, database, true, err);
    query *q = null_form_of_sqlite(&a.form, sql);
    return finish(&a, q, stated, stated_count, err);
}
