/* From shape to plan: opens the shape, lets the operation's function write, and packs the result.
 *
 * Slots and layout are made in the plan's arena while the text grows in a buffer; at the end the
 * text moves in beside them, so that one release frees a plan. */
#include "render/sql.h"

#include <stdlib.h>

const tenon__sql_dialect *tenon__sql_dialect_of(tenon_dialect dialect)
{
    switch (dialect) {
    case TENON_POSTGRESQL:
        return &tenon__sql_postgresql;
    case TENON_SQLITE:
        return &tenon__sql_sqlite;
    }
    return NULL;
}

const tenon__dialect_traits *tenon__dialect_traits_of(tenon_dialect dialect)
{
    return &tenon__sql_dialect_of(dialect)->traits;
}

tenon__bulk tenon__bulk_of(tenon_dialect dialect, const tenon_model *model)
{
    tenon__bulk best = TENON__BULK_COPY;
    for (uint32_t i = 0; i < model->field_count; i++) {
        tenon__bulk of_field = tenon__sql_dialect_of(dialect)->bulk(&model->fields[i]);
        best = of_field < best ? of_field : best;
    }
    return best;
}

static bool does_write(tenon__operation operation)
{
    return operation >= TENON__CREATE;
}

static void (*const writers[])(tenon__sql *w) = {
    [TENON__FIND_BY] = tenon__sql_find_by,
    [TENON__FIND] = tenon__sql_find,
    [TENON__COUNT_ROWS] = tenon__sql_count_rows,
    [TENON__EXISTS] = tenon__sql_exists,
    [TENON__FIND_RELATED] = tenon__sql_find_related,
    [TENON__FIND_WITHIN] = tenon__sql_find_within,
    [TENON__COUNT_RELATED] = tenon__sql_count_related,
    [TENON__COUNT_WITHIN] = tenon__sql_count_within,
    [TENON__AGGREGATE] = tenon__sql_aggregate,
    [TENON__GROUP] = tenon__sql_group,
    [TENON__PAGE] = tenon__sql_page,
    [TENON__PAGE_OF] = tenon__sql_page_of,
    [TENON__CREATE] = tenon__sql_create,
    [TENON__CREATE_MANY] = tenon__sql_create_many,
    [TENON__UPDATE] = tenon__sql_update,
    [TENON__UPDATE_MANY] = tenon__sql_update_many,
    [TENON__UPSERT] = tenon__sql_upsert,
    [TENON__DELETE] = tenon__sql_delete,
    [TENON__DELETE_MANY] = tenon__sql_delete_many,
    [TENON__LINKED] = tenon__sql_linked,
    [TENON__LINK] = tenon__sql_link,
    [TENON__UNLINK] = tenon__sql_unlink,
    [TENON__UPSERT_MANY] = tenon__sql_upsert_many,
    [TENON__UPDATE_EACH] = tenon__sql_update_each,
    [TENON__AUDITED] = tenon__sql_audited,
    [TENON__NOTE] = tenon__sql_note,
    [TENON__FORGET_NOTE] = tenon__sql_forget_note,
};

static void write_operation(tenon__sql *w)
{
    assert(w->head.operation < TENON__COUNT(writers) && writers[w->head.operation]);
    writers[w->head.operation](w);
}

static void choose_table(tenon__sql *w)
{
    w->schema = w->model->schema;
    w->table = w->model->table;
    if (w->head.flags & TENON__SHAPE_HAS_TABLE) {
        w->schema = tenon__sql_own_next_text(w);
        w->table = tenon__sql_own_next_text(w);
    }
    if (w->head.flags & TENON__SHAPE_HAS_INDEX)
        w->index = tenon__sql_own_next_text(w);
}

static unsigned statement_flags(const tenon__shape_head *head)
{
    unsigned flags = does_write((tenon__operation)head->operation) ? TENON__WRITES : 0;
    if (head->flags & TENON__SHAPE_CUSTOM_PLAN)
        flags |= TENON__CUSTOM_PLAN;
    if (head->flags & (TENON__SHAPE_COPY | TENON__SHAPE_EXPLAIN))
        flags |= TENON__ONCE;
    return flags;
}

static bool pack(tenon__sql *w, tenon__plan *plan)
{
    if (w->failed)
        return false;
    tenon__sql_tell_operation(w);
    const char *sql = tenon__arena_copy(&plan->arena, w->text.data, w->text.length);
    if (!sql)
        return tenon__fail_no_memory(w->err);
    if (w->layout)
        plan->layout = *w->layout;
    plan->statement = (tenon__statement){
        .sql = sql,
        .sql_length = w->text.length,
        .flags = statement_flags(&w->head) | w->statement_flags,
        .slots = w->slots,
        .slot_count = w->slot_count,
        .layout = w->layout ? &plan->layout : NULL,
        .about = w->about,
    };
    plan->bytes = sizeof *plan + plan->arena.total_bytes;
    return true;
}

static bool render_into(tenon__plan *plan, tenon_dialect dialect, const uint8_t *shape,
                        size_t length, tenon_error *err)
{
    tenon__sql w = {.dialect = tenon__sql_dialect_of(dialect), .arena = &plan->arena, .err = err};
    w.head = tenon__shape_open(&w.shape, shape, length);
    w.model = w.head.model;
    choose_table(&w);
    tenon__sql_begin_explain(&w);
    write_operation(&w);
    tenon__sql_end_explain(&w);
    assert(w.failed || w.shape.at == w.shape.end);
    bool is_packed = pack(&w, plan);
    tenon__buf_release(&w.text);
    return is_packed;
}

tenon__plan *tenon__render(tenon_dialect dialect, const uint8_t *shape, size_t length,
                           tenon_error *err)
{
    tenon__plan *plan = calloc(1, sizeof *plan);
    if (!plan) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    if (!render_into(plan, dialect, shape, length, err)) {
        tenon__plan_free(plan);
        return NULL;
    }
    return plan;
}

void tenon__plan_free(tenon__plan *plan)
{
    if (!plan)
        return;
    tenon__arena_release(&plan->arena);
    free(plan);
}
