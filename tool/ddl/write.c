/* What both dialects write alike: statements, names, column lists, foreign keys, checks. */
#include "ddl/write.h"

#include <assert.h>

#include "render/render.h"

void ddl_text(ddl_writer *w, const char *text)
{
    tenon__buf_text(&w->text, text);
}

void ddl_identifier(ddl_writer *w, const char *name)
{
    if (!w->failed)
        w->failed = !tenon__quote_identifier(&w->text, w->dialect, name, w->err);
}

void ddl_built_identifier(ddl_writer *w, const tenon__buf *name)
{
    w->failed |= name->failed;
    ddl_identifier(w, tenon__buf_string(name));
}

void ddl_join_name(tenon_dialect dialect, const schema_relation *relation, const char *ending,
                   tenon__buf *out)
{
    size_t length = strlen(relation->join_table);
    if (dialect == TENON_POSTGRESQL)
        length = tenon__utf8_cut(relation->join_table, length, 63 - strlen(ending));
    tenon__buf_add(out, relation->join_table, length);
    tenon__buf_text(out, ending);
}

void ddl_join_identifier(ddl_writer *w, const schema_relation *relation, const char *ending)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    ddl_join_name(w->dialect, relation, ending, &name);
    ddl_built_identifier(w, &name);
}

void ddl_literal(ddl_writer *w, const char *text, size_t length)
{
    if (!w->failed)
        w->failed = !tenon__quote_literal(&w->text, w->dialect, text, length, w->err);
}

void ddl_table_name(ddl_writer *w, const char *namespace, const char *table)
{
    if (!w->failed)
        w->failed = !tenon__quote_table(&w->text, w->dialect, namespace, table, w->err);
}

static bool grow_script(ddl_writer *w)
{
    ddl_script *script = w->script;
    if (script->count < w->capacity)
        return true;
    size_t capacity = w->capacity ? 2 * w->capacity : 64;
    ddl_statement *items =
        tenon__arena_resize(&script->arena, script->items, capacity * sizeof *items);
    if (!items)
        return false;
    script->items = items;
    w->capacity = capacity;
    return true;
}

void ddl_finish(ddl_writer *w, const char *title)
{
    char *sql = tenon__arena_copy(&w->script->arena, tenon__buf_string(&w->text), w->text.length);
    if (w->text.failed || !sql || !grow_script(w)) {
        w->failed = true;
        tenon__fail_no_memory(w->err);
    } else {
        w->script->items[w->script->count++] = (ddl_statement){.title = title, .sql = sql};
    }
    tenon__buf_clear(&w->text);
}

void ddl_field_list(ddl_writer *w, schema_field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            ddl_text(w, ", ");
        ddl_identifier(w, fields[i]->database_name);
    }
}

void ddl_index_columns(ddl_writer *w, const schema_index *index, bool has_operator_classes)
{
    for (size_t i = 0; i < index->column_count; i++) {
        const schema_index_column *column = &index->columns[i];
        if (i)
            ddl_text(w, ", ");
        ddl_identifier(w, column->field->database_name);
        if (has_operator_classes && column->operator_class)
            tenon__buf_format(&w->text, " %s", column->operator_class);
        if (column->is_descending)
            ddl_text(w, " DESC");
    }
}

static const char *const action_names[] = {
    [SCHEMA_CASCADE] = "CASCADE",         [SCHEMA_RESTRICT] = "RESTRICT",
    [SCHEMA_NO_ACTION] = "NO ACTION",     [SCHEMA_SET_NULL] = "SET NULL",
    [SCHEMA_SET_DEFAULT] = "SET DEFAULT",
};

void ddl_foreign_key(ddl_writer *w, const schema_relation *relation, const char *space)
{
    ddl_text(w, "FOREIGN KEY (");
    ddl_field_list(w, relation->fields, relation->field_count);
    ddl_text(w, ") REFERENCES ");
    ddl_table_name(w, w->dialect == TENON_POSTGRESQL ? relation->to->database_schema : NULL,
                   relation->to->database_name);
    tenon__buf_format(&w->text, "%s(", space);
    ddl_field_list(w, relation->references, relation->field_count);
    tenon__buf_format(&w->text, ") ON DELETE %s ON UPDATE %s", action_names[relation->on_delete],
                      action_names[relation->on_update]);
}

static void write_checks(ddl_writer *w, const schema_model *model, const schema_field *field,
                         const char *separator)
{
    const schema_comment *comment = field ? &field->comment : &model->comment;
    size_t count = 0;
    for (size_t i = 0; i < comment->word_count; i++) {
        if (strcmp(comment->words[i].name, "check") != 0)
            continue;
        TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
        schema_check_name(model, field, ++count, &name);
        tenon__buf_format(&w->text, "%s    CONSTRAINT ", separator);
        ddl_built_identifier(w, &name);
        tenon__buf_format(&w->text, " CHECK (%s)", comment->words[i].arguments[0].value);
    }
}

void ddl_checks(ddl_writer *w, const schema_model *model, const char *separator)
{
    for (size_t i = 0; i < model->field_count; i++)
        write_checks(w, model, model->fields[i], separator);
    write_checks(w, model, NULL, separator);
}

void ddl_hexadecimal(ddl_writer *w, const schema_value *value, tenon__buf *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf bytes = {0};
    w->failed |= !tenon__base64_decode(value->text, value->length, &bytes) || bytes.failed;
    for (size_t i = 0; i < bytes.length; i++)
        tenon__buf_format(out, "%02x", (unsigned char)bytes.data[i]);
}

bool ddl_day_or_clock(ddl_writer *w, const schema_field *field, const schema_value *value,
                      tenon__buf *out, tenon_time *time)
{
    const int64_t day_us = INT64_C(86400) * 1000000;
    schema_native native = field->native.kind;
    char text[TENON_TIME_TEXT_SIZE] = "";
    if (!tenon_time_parse(value->text, time, w->err)) {
        w->failed = true;
        return true;
    }
    int64_t days = time->us / day_us - (time->us % day_us < 0);
    int64_t clock_us = time->us - days * day_us;
    if (native == SCHEMA_NATIVE_DATE)
        tenon_date_format((tenon_date){(int32_t)days}, text, sizeof text);
    else if (native == SCHEMA_NATIVE_TIME)
        tenon_clock_format((tenon_clock){clock_us}, text, sizeof text);
    else if (native == SCHEMA_NATIVE_TIMETZ)
        tenon_clock_tz_format((tenon_clock_tz){clock_us, 0}, text, sizeof text);
    tenon__buf_text(out, text);
    return *text != '\0';
}

const schema_field *ddl_identity(const schema_model *model)
{
    const schema_index *index = model->primary_key;
    for (size_t i = 0; !index && i < model->unique_count; i++)
        if (model->uniques[i]->column_count == 1)
            index = model->uniques[i];
    assert(index); /* the checker refuses an implicit relation to a model without one */
    return index->columns[0].field;
}
