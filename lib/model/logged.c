/* Rows of the log of changes as rows of their model.
 *
 * The log has a row as a JSON object by column, in the forms that the triggers of either database
 * write (tool/ddl/audit.c). What cannot be read exactly is left out, as not loaded, rather than
 * guessed. */
#include "model/row.h"
#include "model/walk.h"

#include <tenon/audit.h>

static bool fill_row(tenon__json_reading *r, const tenon_model *model, tenon_json object, char *row)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    for (uint32_t i = 0; i < model->field_count; i++) {
        tenon__buf_clear(&name);
        tenon__buf_json_text(&name, model->fields[i].column, strlen(model->fields[i].column));
        if (name.failed)
            return false;
        tenon_json value = tenon__json_member(object, name.data, name.length);
        if (!value.text)
            continue;
        if (tenon__json_read(r, &model->fields[i], value, row))
            tenon__row_set_loaded(model, row, i);
        else
            memset(row + model->fields[i].row_offset, 0, tenon__row_field_size(&model->fields[i]));
    }
    return !r->text.failed && !r->arena->failed;
}

void *tenon_logged(tenon_session *s, const tenon_model *model, tenon_json row)
{
    if (tenon__session_is_failed(s) || !row.text ||
        !tenon__check_model(model, tenon__session_error(s)))
        return NULL;
    tenon__json_reading r = {.arena = tenon__session_arena(s)};
    tenon__arena_align(r.arena);
    char *out = tenon__arena_zalloc(r.arena, model->row_size);
    bool is_done = out && fill_row(&r, model, row, out);
    tenon__buf_release(&r.text);
    if (!is_done)
        tenon__fail_no_memory(tenon__session_error(s));
    return is_done ? out : NULL;
}
