/* From a descriptor to what the drivers run: text, slots, layout. Once a plan. */
#include "sql/statement.h"

#include "render/render.h"

#include <stdlib.h>

/* ---- plans ----------------------------------------------------------------------------------- */

tenon__sql_plan *tenon__sql_plan_new(tenon_error *err)
{
    tenon__sql_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        tenon__fail_no_memory(err);
    return plan;
}

void tenon__sql_plan_free(void *owner)
{
    tenon__sql_plan *plan = owner;
    tenon__arena_release(&plan->arena);
    free(plan);
}

bool tenon__sql_plan_give(tenon__sql_plan *plan, tenon__cached *out, tenon_error *err)
{
    if (plan->arena.failed) {
        tenon__sql_plan_free(plan);
        return tenon__fail_no_memory(err);
    }
    *out = (tenon__cached){.statement = &plan->statement,
                           .bytes = sizeof *plan + plan->arena.total_bytes,
                           .owner = plan,
                           .free_owner = tenon__sql_plan_free};
    return true;
}

/* ---- rows ------------------------------------------------------------------------------------ */

size_t tenon__result_row_size(const tenon_result *result)
{
    return result->model ? result->model->row_size : result->row_size;
}

/* All fields of a model, when none are named. */
static uint32_t column_count(const tenon_result *result)
{
    bool is_all = result->model && !result->fields;
    return is_all ? result->model->field_count : result->column_count;
}

static uint16_t index_of(const tenon_result *result, uint32_t column)
{
    return result->fields ? result->fields[column] : (uint16_t)column;
}

static const tenon_field *field_of(const tenon_result *result, uint32_t column)
{
    return result->model ? &result->model->fields[index_of(result, column)]
                         : &result->columns[column];
}

/* A model's row tells which of its fields are loaded. */
static const uint64_t *loaded_words(tenon__arena *arena, const tenon_result *result)
{
    uint64_t *words = tenon__arena_array(arena, tenon_loaded_words(result->model), sizeof *words);
    for (uint32_t i = 0; words && i < column_count(result); i++)
        words[index_of(result, i) / 64] |= UINT64_C(1) << index_of(result, i) % 64;
    return words;
}

const tenon__layout *tenon__result_layout(tenon__arena *arena, const tenon_result *result)
{
    tenon__layout *layout = tenon__arena_zalloc(arena, sizeof *layout);
    uint32_t count = column_count(result);
    tenon__out *outs = tenon__arena_array(arena, count, sizeof *outs);
    if (!layout || !outs)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        const tenon_field *field = field_of(result, i);
        outs[i] = (tenon__out){.kind = TENON__OUT_FIELD,
                               .field = field,
                               .offset = field->row_offset,
                               .nested = result->nested ? result->nested[i] : NULL};
    }
    layout->outs = outs;
    layout->out_count = count;
    layout->row_size = (uint32_t)tenon__result_row_size(result);
    layout->model = result->model;
    layout->compares_names = true;
    if (result->model) {
        layout->loaded = loaded_words(arena, result);
        layout->loaded_offset = result->model->loaded_offset;
        layout->loaded_words = tenon_loaded_words(result->model);
    }
    return layout;
}

/* ---- statements ------------------------------------------------------------------------------ */

const tenon_statement_text *tenon__statement_texts(const tenon_statement *statement,
                                                   tenon_dialect dialect)
{
    switch (dialect) {
    case TENON_POSTGRESQL:
        return statement->postgresql;
    case TENON_SQLITE:
        return statement->sqlite;
    }
    return NULL;
}

static tenon__slot slot_of(const tenon_parameter *parameter)
{
    static const tenon__form forms[] = {[TENON_PARAMETER_VALUE] = TENON__FORM_WIDE,
                                        [TENON_PARAMETER_ARRAY] = TENON__FORM_ARRAY,
                                        [TENON_PARAMETER_LIST] = TENON__FORM_WIDE_LIST};
    return (tenon__slot){.field = &parameter->field, .form = forms[parameter->form]};
}

static const tenon__slot *make_slots(tenon__arena *arena, const tenon_statement *statement,
                                     const tenon_statement_text *text)
{
    tenon__slot *slots = tenon__arena_array(arena, text->slot_count, sizeof *slots);
    for (uint16_t i = 0; slots && i < text->slot_count; i++)
        slots[i] = slot_of(&statement->parameters[text->slots[i]]);
    return slots;
}

/* Rows of a model are loaded, as far as hooks are concerned; what is written is not told apart. */
static tenon__about about_of(const tenon_statement *statement)
{
    const tenon_model *model = statement->result ? statement->result->model : NULL;
    bool is_load = model && !statement->writes;
    return (tenon__about){.model = model,
                          .operation = statement->name,
                          .deed = is_load ? TENON__DEED_LOAD : TENON__DEED_NONE};
}

static unsigned flags_of(const tenon_statement *statement, uint32_t use)
{
    unsigned flags = statement->writes ? TENON__WRITES : 0;
    if (statement->plan == TENON_PLAN_CUSTOM)
        flags |= TENON__CUSTOM_PLAN;
    if (use == TENON__USE_ROWS_GIVEN)
        flags |= TENON__ROWS_GIVEN;
    if (use == TENON__USE_EXPLAIN)
        flags = TENON__ONCE;
    return flags;
}

static const tenon__layout *layout_of(tenon__arena *arena, const tenon_statement *statement)
{
    return statement->result ? tenon__result_layout(arena, statement->result) : NULL;
}

/* The same statement behind the words that explain it. */
static void make_explaining(tenon__sql_plan *plan, tenon_dialect dialect)
{
    const char *words = tenon__explain_words(dialect);
    plan->statement.sql = tenon__arena_format(&plan->arena, "%s%s", words, plan->statement.sql);
    plan->statement.sql_length += strlen(words);
    plan->statement.layout = tenon__explain_layout(dialect, &plan->arena);
    plan->statement.about.deed = TENON__DEED_NONE;
}

bool tenon__statement_make(tenon_dialect dialect, const uint8_t *key, size_t length,
                           tenon__cached *out, tenon_error *err)
{
    tenon__statement_key of;
    if (length != sizeof of)
        return tenon__fail(err, TENON_MISUSE, "this is no key of a statement");
    memcpy(&of, key, sizeof of);
    const tenon_statement *statement = of.statement;
    const tenon_statement_text *text = &tenon__statement_texts(statement, dialect)[of.variant];
    tenon__sql_plan *plan = tenon__sql_plan_new(err);
    if (!plan)
        return false;
    plan->statement = (tenon__statement){
        .sql = text->sql,
        .sql_length = strlen(text->sql),
        .flags = flags_of(statement, of.use),
        .slots = make_slots(&plan->arena, statement, text),
        .slot_count = text->slot_count,
        .layout = layout_of(&plan->arena, statement),
        .about = about_of(statement),
    };
    if (of.use == TENON__USE_EXPLAIN)
        make_explaining(plan, dialect);
    return tenon__sql_plan_give(plan, out, err);
}
