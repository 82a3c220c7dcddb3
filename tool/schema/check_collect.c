/* The tables of a check: one entry for each declaration of the trees, made at once. */
#include "schema/check.h"

typedef struct totals {
    size_t tops, models, enums;
} totals;

static bool is_model(const ast_block *block)
{
    return block->kind == AST_MODEL || block->kind == AST_VIEW;
}

static totals count_blocks(const schema *s, ast_file *const *files)
{
    totals t = {0};

    for (size_t i = 0; i < s->file_count; i++) {
        t.tops += files[i]->block_count;
        for (size_t k = 0; k < files[i]->block_count; k++) {
            t.models += is_model(&files[i]->blocks[k]);
            t.enums += files[i]->blocks[k].kind == AST_ENUM;
        }
    }
    return t;
}

static bool make_tables(check *c, totals t)
{
    tenon__arena *arena = &c->s->arena;

    c->tops = tenon__arena_array(arena, t.tops, sizeof *c->tops);
    c->models = tenon__arena_array(arena, t.models, sizeof *c->models);
    c->enums = tenon__arena_array(arena, t.enums, sizeof *c->enums);
    c->s->models = tenon__arena_array(arena, t.models, sizeof *c->s->models);
    c->s->enums = tenon__arena_array(arena, t.enums, sizeof *c->s->enums);
    return !arena->failed;
}

/* ---- models ---------------------------------------------------------------------------------- */

static bool make_fields(check *c, check_model *m)
{
    size_t count = m->ast->field_count;
    schema_field *fields = tenon__arena_array(&c->s->arena, count, sizeof *fields);

    m->fields = tenon__arena_array(&c->s->arena, count, sizeof *m->fields);
    m->model->fields = tenon__arena_array(&c->s->arena, count, sizeof *m->model->fields);
    if (!fields || !m->fields || !m->model->fields)
        return false;
    for (size_t i = 0; i < count; i++) {
        const ast_field *ast = &m->ast->fields[i];
        m->fields[i] = (check_field){.ast = ast, .field = &fields[i], .model = m};
        m->model->fields[i] = &fields[i];
        fields[i] = (schema_field){.model = m->model,
                                   .index = i,
                                   .name = ast->name.text,
                                   .database_name = ast->name.text,
                                   .arity = ast->arity,
                                   .span = ast->span,
                                   .name_span = ast->name.span};
    }
    m->model->field_count = count;
    return true;
}

/* Room for every key and index that the model may have: two a field, one an attribute of the
 * block. */
static bool make_indexes(check *c, check_model *m)
{
    size_t most = 2 * m->ast->field_count + m->ast->attribute_count;

    m->indexes = tenon__arena_array(&c->s->arena, most, sizeof *m->indexes);
    m->model->uniques = tenon__arena_array(&c->s->arena, most, sizeof *m->model->uniques);
    m->model->indexes = tenon__arena_array(&c->s->arena, most, sizeof *m->model->indexes);
    return m->indexes && m->model->uniques && m->model->indexes;
}

static bool add_model(check *c, check_top *top)
{
    const ast_block *block = top->block;
    schema_model *model = tenon__arena_zalloc(&c->s->arena, sizeof *model);
    check_model *m = &c->models[c->model_count];

    if (!model)
        return false;
    *model = (schema_model){.name = block->name.text,
                            .database_name = block->name.text,
                            .is_view = block->kind == AST_VIEW,
                            .span = block->span,
                            .name_span = block->name.span};
    *m = (check_model){.ast = block, .model = model};
    top->model = m;
    c->s->models[c->model_count++] = model;
    c->s->model_count = c->model_count;
    return make_fields(c, m) && make_indexes(c, m);
}

/* ---- enums ----------------------------------------------------------------------------------- */

static bool add_enum(check *c, check_top *top)
{
    const ast_block *block = top->block;
    schema_enum *e = tenon__arena_zalloc(&c->s->arena, sizeof *e);
    schema_enum_value *values =
        tenon__arena_array(&c->s->arena, block->value_count, sizeof *values);

    if (!e || !values)
        return false;
    for (size_t i = 0; i < block->value_count; i++)
        values[i].name = values[i].database_name = block->values[i].name.text;
    *e = (schema_enum){.name = block->name.text,
                       .database_name = block->name.text,
                       .values = values,
                       .value_count = block->value_count,
                       .span = block->span};
    top->enumeration = &c->enums[c->enum_count];
    *top->enumeration = (check_enum){.ast = block, .enumeration = e};
    c->s->enums[c->enum_count++] = e;
    c->s->enum_count = c->enum_count;
    return true;
}

/* ---- all ------------------------------------------------------------------------------------- */

static bool add_block(check *c, const ast_block *block)
{
    check_top *top = &c->tops[c->top_count++];

    top->block = block;
    if (is_model(block))
        return add_model(c, top);
    return block->kind != AST_ENUM || add_enum(c, top);
}

bool check_collect(check *c, ast_file *const *files)
{
    if (!make_tables(c, count_blocks(c->s, files)))
        return false;
    for (size_t i = 0; i < c->s->file_count; i++) {
        for (size_t k = 0; k < files[i]->block_count; k++) {
            if (!add_block(c, &files[i]->blocks[k]))
                return false;
        }
    }
    return true;
}

void check_release(check *c)
{
    for (size_t i = 0; i < c->model_count; i++) {
        tenon__map_release(&c->models[i].by_name);
        tenon__map_release(&c->models[i].mapped);
    }
    tenon__map_release(&c->by_name);
    tenon__map_release(&c->name_counts);
}
