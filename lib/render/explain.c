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

const char *tenon__explain_words(tenon_dialect dialect)
{
    return tenon__sql_dialect_of(dialect)->explain;
}

tenon__layout *tenon__explain_layout(tenon_dialect dialect, tenon__arena *arena)
{
    tenon__layout *layout = tenon__arena_zalloc(arena, sizeof *layout);
    size_t count = tenon__sql_dialect_of(dialect)->explained_count;
    size_t skipped = TENON__COUNT(tenon__sql_explained) - count;
    if (!layout)
        return NULL;
    *layout = (tenon__layout){.outs = tenon__sql_explained + skipped,
                              .out_count = count,
                              .row_size = sizeof(tenon__plan_step)};
    return layout;
}

void tenon__sql_end_explain(tenon__sql *w)
{
    if (!(w->head.flags & TENON__SHAPE_EXPLAIN))
        return;
    w->layout = tenon__explain_layout(w->dialect->id, w->arena);
    if (!w->layout)
        w->failed = !tenon__fail_no_memory(w->err);
}

/* ---- for a person ---------------------------------------------------------------------------- */

enum { INDENT = 2 };

/* How many steps this one is a part of: of those before it. */
static unsigned depth_of(const tenon__plan_step *steps, size_t at)
{
    unsigned depth = 0;
    for (size_t i = at; i-- > 0;) {
        if (steps[i].id != steps[at].parent || !steps[at].parent)
            continue;
        depth++;
        at = i;
    }
    return depth;
}

const char *tenon__plan_steps_text(tenon__arena *arena, const tenon__plan_step *steps, size_t count)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(&text, "%s%*s%s", i ? "\n" : "", (int)depth_of(steps, i) * INDENT, "",
                          steps[i].text);
    return text.failed ? NULL : tenon__arena_text(arena, tenon__buf_string(&text));
}
