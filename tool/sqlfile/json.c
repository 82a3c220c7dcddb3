/* A checked set as JSON, for editors and other tools. */
#include "sqlfile/server.h"
#include "sqlfile/sqlfile.h"

static const char *const kind_words[] = {
    [SQLFILE_NO_KIND] = "exec",  [SQLFILE_ONE] = "one",     [SQLFILE_MAYBE] = "maybe",
    [SQLFILE_MANY] = "many",     [SQLFILE_EXEC] = "exec",   [SQLFILE_ROWS] = "rows",
    [SQLFILE_STREAM] = "stream", [SQLFILE_BATCH] = "batch", [SQLFILE_COPY] = "copy",
};

static void write_text(tenon__buf *out, const char *key, const char *value)
{
    tenon__buf_format(out, "\"%s\": ", key);
    if (value)
        tenon__buf_json_text(out, value, strlen(value));
    else
        tenon__buf_text(out, "null");
}

static void write_values(const sqlfile_value *values, size_t count, const char *key,
                         tenon__buf *out);

static void write_value(const sqlfile_value *value, tenon__buf *out)
{
    const sqlfile_nested *nested = value->nested;
    bool is_plain = nested && nested->is_plain;
    const tenon_field *field = is_plain ? &nested->members[0].field : &value->field;
    bool is_list =
        (field->flags & TENON_FIELD_LIST) || field->packing || (nested && nested->is_list);
    tenon__buf_text(out, "\n     {");
    write_text(out, "name", value->name);
    tenon__buf_text(out, ", ");
    write_text(out, "type", field->kind ? sql_word_of_type(field) : NULL);
    tenon__buf_format(out, ", \"list\": %s, \"nullable\": %s", is_list ? "true" : "false",
                      value->field.flags & TENON_FIELD_NULLABLE ? "true" : "false");
    if (value->because && (value->field.flags & TENON_FIELD_NULLABLE)) {
        tenon__buf_text(out, ", ");
        write_text(out, "because", value->because);
    }
    if (nested && !is_plain)
        write_values(nested->members, nested->count, "members", out);
    tenon__buf_char(out, '}');
}

static void write_values(const sqlfile_value *values, size_t count, const char *key,
                         tenon__buf *out)
{
    tenon__buf_format(out, ",\n   \"%s\": [", key);
    for (size_t i = 0; i < count; i++) {
        tenon__buf_text(out, i ? "," : "");
        write_value(&values[i], out);
    }
    tenon__buf_char(out, ']');
}

static void write_query(const sqlfile_query *query, tenon__buf *out)
{
    tenon__buf_text(out, "  {");
    write_text(out, "name", query->name);
    tenon__buf_text(out, ", ");
    write_text(out, "kind", kind_words[query->kind]);
    tenon__buf_text(out, ", ");
    write_text(out, "place", query->place);
    tenon__buf_format(out, ", \"broken\": %s, \"writes\": %s, \"variants\": %zu, ",
                      query->is_broken ? "true" : "false", query->is_writing ? "true" : "false",
                      query->variant_count);
    write_text(out, "model", query->model ? query->model->model.name : NULL);
    write_values(query->parameters, query->parameter_count, "parameters", out);
    write_values(query->columns, query->column_count, "columns", out);
    tenon__buf_char(out, '}');
}

void sqlfile_write_json(const sqlfile_set *set, tenon__buf *out)
{
    tenon__buf_text(out, "{\"queries\": [");
    for (size_t i = 0; i < set->query_count; i++) {
        tenon__buf_text(out, i ? ",\n" : "\n");
        write_query(&set->queries[i], out);
    }
    tenon__buf_text(out, "],\n\"diagnostics\": ");
    schema_write_diagnostics_json(&set->report, out);
    tenon__buf_text(out, "}\n");
}
