/* The statement that explains another: the same text behind a word, with rows of its own. */
#include "render/sql.h"

/* A text of the database's own. */
static const tenon_field words = {
    .name = "plan", .column = "plan", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT};

const tenon__out tenon__sql_explained[] = {
    {.kind = TENON__OUT_INT64, .offset = offsetof(tenon__plan_step, id)},
    {.kind = TENON__OUT_INT64, .offset = offsetof(tenon__plan_step, parent)},
    {.kind = TENON__OUT_INT64, .offset = offsetof(tenon__plan_step, unused)},
    {.kind = TENON__OUT_FIELD, .field = &words, .offset = offsetof(tenon__plan_step, text)},
};

void tenon__sql_begin_explain(tenon__sql *w)
{
    if (w->head.flags & TENON__SHAPE_EXPLAIN)
        tenon__sql_add(w, w->dialect->explain);
}

void tenon__sql_end_explain(tenon__sql *w)
{
    if (!(w->head.flags & TENON__SHAPE_EXPLAIN))
        return;
    tenon__layout *layout = tenon__sql_alloc(w, 1, sizeof *layout);
    if (!layout)
        return;
    size_t skipped = TENON__COUNT(tenon__sql_explained) - w->dialect->explained_count;
    *layout = (tenon__layout){.outs = tenon__sql_explained + skipped,
                              .out_count = w->dialect->explained_count,
                              .row_size = sizeof(tenon__plan_step)};
    w->layout = layout;
}
