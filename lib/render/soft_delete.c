/* Rows that are marked as deleted (@tenon.softDelete) are there for nobody who does not ask.
 *
 * The condition is written here and nowhere else, wherever rows of a model are chosen: behind the
 * where or the key of a statement, and behind what joins the rows of a relation. It is a literal,
 * so that a partial index fits it. */
#include "render/sql.h"

static const tenon_field *mark_of(const tenon_model *model)
{
    return model->deleted_column ? &model->fields[model->deleted_column - 1] : NULL;
}

static void write_state(tenon__sql *w, const tenon_field *mark, bool is_deleted)
{
    tenon__sql_column(w, mark);
    if (mark->kind != TENON_KIND_BOOL) {
        tenon__sql_add(w, is_deleted ? " IS NOT NULL" : " IS NULL");
        return;
    }
    tenon__sql_add(w, " = ");
    tenon__sql_add(w, is_deleted ? w->dialect->true_text : w->dialect->false_text);
}

void tenon__sql_alive(tenon__sql *w, const char *word)
{
    const tenon_field *mark = mark_of(w->model);
    if (!mark)
        return;
    tenon__sql_add(w, word);
    write_state(w, mark, false);
}

bool tenon__sql_asked_for(tenon__sql *w, const char *word)
{
    const tenon_field *mark = mark_of(w->model);
    if (!mark || w->head.flags & TENON__SHAPE_WITH_DELETED)
        return false;
    tenon__sql_add(w, word);
    write_state(w, mark, w->head.flags & TENON__SHAPE_ONLY_DELETED);
    return true;
}

/* changes: is the mark among them? */
static bool is_changed(const tenon__sql *w, const tenon_field *mark)
{
    tenon__shape_reader shape = w->shape;
    while (tenon__shape_next(&shape) != TENON__SHAPE_END) {
        if (&w->model->fields[tenon__shape_next_field(&shape)] == mark)
            return true;
    }
    return false;
}

bool tenon__sql_revive(tenon__sql *w)
{
    const tenon_field *mark = mark_of(w->model);
    if (!mark || w->failed || is_changed(w, mark))
        return false;
    tenon__sql_identifier(w, mark->column);
    tenon__sql_add(w, " = ");
    tenon__sql_add(w, mark->kind == TENON_KIND_BOOL ? w->dialect->false_text : "NULL");
    return true;
}
