/* Names of a descriptor for SQL that the program writes itself. */
#include "render/sql.h"

static tenon__sql begin(const tenon__buf *out, tenon_dialect dialect, const char *alias,
                        tenon_error *err)
{
    return (tenon__sql){.text = *out,
                        .dialect = tenon__sql_dialect_of(dialect),
                        .is_qualified = alias != NULL,
                        .alias = alias,
                        .err = err};
}

/* The name of a column that is cast or called is not its own any more. */
static void write_selected(tenon__sql *w, const tenon_field *field)
{
    size_t start = w->text.length;
    w->dialect->selected(w, field);
    const char *written = tenon__buf_string(&w->text) + start;
    size_t length = w->failed ? 0 : strlen(written);
    bool is_plain = length && written[length - 1] == '"';
    if (is_plain)
        return;
    tenon__sql_add(w, " AS ");
    tenon__sql_identifier(w, field->column);
}

bool tenon__write_columns(tenon__buf *out, tenon_dialect dialect, const tenon_model *model,
                          const char *alias, tenon_error *err)
{
    tenon__sql w = begin(out, dialect, alias, err);
    for (uint32_t i = 0; i < model->field_count; i++) {
        tenon__sql_add(&w, i ? ", " : "");
        write_selected(&w, &model->fields[i]);
    }
    *out = w.text;
    return !w.failed;
}

bool tenon__write_column(tenon__buf *out, tenon_dialect dialect, const tenon_field *field,
                         const char *alias, tenon_error *err)
{
    tenon__sql w = begin(out, dialect, alias, err);
    tenon__sql_column(&w, field);
    *out = w.text;
    return !w.failed;
}
