/* Calls of functions: plain ones, aggregates and window functions. */
#include "nullability/postgres.h"

/* Of pg_frame_options of PostgreSQL's parsenodes.h. */
enum {
    FRAME_NONDEFAULT = 0x00001,
    FRAME_BETWEEN = 0x00010,
    FRAME_START_UNBOUNDED_PRECEDING = 0x00020,
    FRAME_END_UNBOUNDED_FOLLOWING = 0x00100,
    FRAME_START_CURRENT_ROW = 0x00200,
    FRAME_END_CURRENT_ROW = 0x00400,
    FRAME_START_OFFSET_PRECEDING = 0x00800,
    FRAME_END_OFFSET_FOLLOWING = 0x04000,
    FRAME_EXCLUDE = 0x08000 | 0x10000 | 0x20000,
};

/* Whether the frame always holds the row it is computed for. A frame by the name of a window may be
 * any. */
static bool has_current_row(const PgQuery__WindowDef *w)
{
    const int32_t starts =
        FRAME_START_UNBOUNDED_PRECEDING | FRAME_START_CURRENT_ROW | FRAME_START_OFFSET_PRECEDING;
    const int32_t ends =
        FRAME_END_UNBOUNDED_FOLLOWING | FRAME_END_CURRENT_ROW | FRAME_END_OFFSET_FOLLOWING;
    if (w->frame_options & FRAME_EXCLUDE)
        return false;
    if (!(w->frame_options & FRAME_NONDEFAULT))
        return true;
    return (w->frame_options & starts) && (w->frame_options & ends);
}

/* OVER name: what the WINDOW clause says of it. */
static const PgQuery__WindowDef *find_window(const form *f, const PgQuery__WindowDef *over)
{
    for (size_t i = 0; over->name && *over->name && i < f->window_count; i++) {
        const PgQuery__WindowDef *w = f->windows[i]->window_def;
        if (w->name && !strcmp(w->name, over->name))
            return w;
    }
    return over->name && *over->name ? NULL : over;
}

/* What is only looked at for parameters: the order of the rows and the parts of a window. */
static void add_others(form *f, const PgQuery__FuncCall *call, expr *e)
{
    const PgQuery__WindowDef *w = call->over;
    size_t parts = w ? w->n_partition_clause : 0, orders = w ? w->n_order_clause : 0;
    size_t own = call->agg_within_group ? 0 : call->n_agg_order;
    expr **all = tenon__arena_array(f->arena, own + parts + orders + 2, sizeof *all);
    expr **order = null_postgres_order(f, call->agg_order, own);
    expr **part = w ? null_postgres_list(f, w->partition_clause, parts) : NULL;
    expr **sort = w ? null_postgres_order(f, w->order_clause, orders) : NULL;
    if (!all || !order || (w && (!part || !sort)))
        return;
    size_t count = 0;
    for (size_t i = 0; i < own; i++)
        all[count++] = order[i];
    for (size_t i = 0; i < parts; i++)
        all[count++] = part[i];
    for (size_t i = 0; i < orders; i++)
        all[count++] = sort[i];
    if (w && w->start_offset)
        all[count++] = null_postgres_expr(f, w->start_offset);
    if (w && w->end_offset)
        all[count++] = null_postgres_expr(f, w->end_offset);
    e->others = all;
    e->other_count = count;
}

/* The arguments; of WITHIN GROUP the expressions that it orders by too. */
static void add_arguments(form *f, const PgQuery__FuncCall *call, expr *e)
{
    size_t ordered = call->agg_within_group ? call->n_agg_order : 0;
    expr **all = tenon__arena_array(f->arena, call->n_args + ordered, sizeof *all);
    expr **order = null_postgres_order(f, call->agg_order, ordered);
    if (!all || !order)
        return;
    for (size_t i = 0; i < call->n_args; i++) {
        all[i] = null_postgres_expr(f, call->args[i]);
        if (all[i] && all[i]->kind == EXPR_STAR && all[i]->table)
            *all[i] = (expr){
                .kind = EXPR_COLUMN, .text = all[i]->table, .at = all[i]->at}; /* the whole row */
    }
    for (size_t i = 0; i < ordered; i++)
        all[call->n_args + i] = order[i];
    e->args = all;
    e->count = call->n_args + ordered;
}

/* Functions that the parser makes of other spellings: EXTRACT, SUBSTRING, OVERLAY, ZONE. */
static unsigned traits_of(const form *f, const PgQuery__FuncCall *call, const char *name)
{
    const char *space = pgparse_first_name(call->funcname, call->n_funcname);
    if (!name || (space && strcmp(space, "pg_catalog") != 0 && strcmp(space, "public") != 0))
        return 0;
    unsigned traits = null_function_traits(f->database, name, call->n_args);
    return call->func_variadic && !(traits & CALL_ANY_AGGREGATE) ? 0 : traits;
}

expr *null_postgres_call(form *f, const PgQuery__FuncCall *call)
{
    const char *name = null_keep(f, pgparse_last_name(call->funcname, call->n_funcname));
    expr *e = null_expr(f, (expr){.kind = EXPR_CALL,
                                  .text = name,
                                  .at = f->origin + (size_t)call->location,
                                  .traits = traits_of(f, call, name)});
    if (!e)
        return NULL;
    add_arguments(f, call, e);
    add_others(f, call, e);
    e->filter = call->agg_filter ? null_postgres_expr(f, call->agg_filter) : NULL;
    if (call->over) {
        const PgQuery__WindowDef *w = find_window(f, call->over);
        e->is_window = true;
        e->has_current_row = w && has_current_row(w);
    }
    return e;
}
