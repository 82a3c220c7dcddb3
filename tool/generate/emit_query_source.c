/* What a source file has for the queries of files: a const descriptor each, with the texts of all
 * their variants, and functions that name the types and pass on. */
#include "generate/emit.h"

static const sqlfile_query *query_at(const emitter *e, size_t at)
{
    return &e->options->queries->queries[at];
}

static const char *const kind_words[] = {
    [SQLFILE_NO_KIND] = "EXEC",  [SQLFILE_ONE] = "ONE",     [SQLFILE_MAYBE] = "MAYBE",
    [SQLFILE_MANY] = "MANY",     [SQLFILE_EXEC] = "EXEC",   [SQLFILE_ROWS] = "ROWS",
    [SQLFILE_STREAM] = "STREAM", [SQLFILE_BATCH] = "BATCH", [SQLFILE_COPY] = "COPY",
};

static const char *kind_word(const sqlfile_query *query)
{
    return kind_words[query->is_by_insert ? SQLFILE_BATCH : query->kind];
}

static const char *const dialect_words[] = {"postgresql", "sqlite"};

/* ---- columns and parameters ------------------------------------------------------------------ */

/* How the model that has the field packs it. */
static void emit_packing_of(emitter *e, const tenon_packing *packing)
{
    for (size_t m = 0; packing && m < e->set->model_count; m++) {
        const tenon_model *model = &e->set->models[m].model;
        const model_names *names = &e->names->models[m];
        for (uint32_t i = 0; i < model->field_count; i++)
            if (model->fields[i].packing == packing)
                tenon__buf_format(e->out, " .packing = &%s_packing_%s,", names->descriptor,
                                  names->members[i]);
    }
}

/* A member of a row or of the parameters, without the brace at its end. */
static void emit_value(emitter *e, const tenon_field *field, const char *type, const char *member)
{
    emit_field_type(e, field);
    tenon__buf_format(
        e->out,
        "        .row_offset = offsetof(%s, %s), .where_offset = 0, .set_offset = 0,\n"
        "        .default_kind = TENON_DEFAULT_NONE, .default_length = 0, "
        ".default_value = NULL,\n"
        "        .enumeration = %s%s, .other_type = ",
        type, member, field->enumeration ? "&" : "",
        field->enumeration ? emit_names_of_enum(e, field->enumeration)->descriptor : "NULL");
    emit_string(e, field->other_type);
    tenon__buf_text(e->out, ", .validation = NULL,");
    emit_packing_of(e, field->packing);
    tenon__buf_text(e->out, "\n    ");
}

/* The values of a row, or of a struct within it. */
typedef struct row_values {
    const char *owner, *type; /* of its descriptors; the struct */
    const sqlfile_value *values;
    size_t count;
    const char *const *members;
    nested_names *const *nested;
    bool is_plain; /* a list of values, which stands in the member itself */
} row_values;

static void emit_row_descriptor(emitter *e, const row_values *row);

/* Descriptors of the structs within come first. */
static bool emit_nested(emitter *e, const row_values *row)
{
    bool is_there = false;
    for (size_t i = 0; i < row->count; i++) {
        const sqlfile_nested *nested = row->values[i].nested;
        const nested_names *names = row->nested[i];
        if (!names)
            continue;
        const row_values inner = {.owner = names->descriptor,
                                  .type = nested->is_plain ? row->type : names->type,
                                  .values = nested->members,
                                  .count = nested->count,
                                  .members = nested->is_plain ? &row->members[i] : names->members,
                                  .nested = names->nested,
                                  .is_plain = nested->is_plain};
        emit_row_descriptor(e, &inner);
        is_there = true;
    }
    return is_there;
}

static void emit_nested_list(emitter *e, const row_values *row)
{
    tenon__buf_format(e->out, "static const tenon_result *const %s_nested[] = {\n", row->owner);
    for (size_t i = 0; i < row->count; i++)
        if (row->nested[i])
            tenon__buf_format(e->out, "    &%s_result,\n", row->nested[i]->descriptor);
        else
            tenon__buf_text(e->out, "    NULL,\n");
    tenon__buf_text(e->out, "};\n");
}

static void emit_row_descriptor(emitter *e, const row_values *row)
{
    bool has_nested = emit_nested(e, row);
    if (has_nested)
        emit_nested_list(e, row);
    tenon__buf_format(e->out, "static const tenon_field %s_columns[] = {\n", row->owner);
    for (size_t i = 0; i < row->count; i++) {
        const sqlfile_nested *nested = row->values[i].nested;
        tenon_field field = row->values[i].field;
        field.flags |= nested && nested->is_list ? TENON_FIELD_LIST : 0;
        emit_value(e, &field, row->type, row->members[i]);
        tenon__buf_text(e->out, "},\n");
    }
    tenon__buf_text(e->out, "};\n");
    tenon__buf_format(e->out,
                      "static const tenon_result %s_result = {\n"
                      "    .model = NULL, .fields = NULL,\n"
                      "    .columns = %s_columns, .column_count = %zu, .row_size = %s%s%s,\n"
                      "    .nested = %s%s,\n"
                      "};\n",
                      row->owner, row->owner, row->count, row->is_plain ? "" : "sizeof(",
                      row->is_plain ? "0" : row->type, row->is_plain ? "" : ")",
                      has_nested ? row->owner : "NULL", has_nested ? "_nested" : "");
}

static void emit_columns(emitter *e, const sqlfile_query *query, const query_names *names)
{
    const row_values row = {.owner = names->descriptor,
                            .type = names->row,
                            .values = query->columns,
                            .count = query->column_count,
                            .members = names->columns,
                            .nested = names->nested};
    emit_row_descriptor(e, &row);
}

static uint32_t field_of_column(const describe_model *model, const sqlfile_value *column)
{
    uint32_t at = 0;
    while (at < model->model.field_count && model->sources[at] != column->origin)
        at++;
    return at;
}

static void emit_model_columns(emitter *e, const sqlfile_query *query, const query_names *names)
{
    const model_names *model = &e->names->models[query->model - e->set->models];
    tenon__buf_format(e->out, "static const uint16_t %s_fields[] = {", names->descriptor);
    for (size_t i = 0; i < query->column_count; i++)
        tenon__buf_format(e->out, "%s%u", i ? ", " : " ",
                          field_of_column(query->model, &query->columns[i]));
    tenon__buf_text(e->out, " };\n");
    tenon__buf_format(e->out,
                      "static const tenon_result %s_result = {\n"
                      "    .model = &%s, .fields = %s_fields,\n"
                      "    .columns = NULL, .column_count = %zu, .row_size = 0, .nested = NULL,\n"
                      "};\n",
                      names->descriptor, model->descriptor, names->descriptor, query->column_count);
}

static uint8_t part_of(const sqlfile_query *query, size_t parameter)
{
    for (size_t i = 0; i < query->condition_count; i++)
        if (query->conditions[i].parameter == parameter)
            return (uint8_t)(i + 1);
    return 0;
}

static const char *form_of(const sqlfile_value *value)
{
    if (value->is_flag)
        return "SWITCH";
    if (value->is_list)
        return "LIST";
    return value->field.flags & TENON_FIELD_LIST ? "ARRAY" : "VALUE";
}

/* A parameter is a field in braces of its own; emit_field_type has written the first of them. */
static void emit_parameter(emitter *e, const sqlfile_query *query, const query_names *names,
                           size_t at)
{
    const sqlfile_value *value = &query->parameters[at];
    tenon_field field = value->field;
    if (value->is_condition && !value->is_flag && !(field.flags & TENON_FIELD_LIST))
        field.flags |= TENON_FIELD_NULLABLE;
    if (value->is_list)
        field.flags &= (uint32_t) ~(TENON_FIELD_LIST | TENON_FIELD_NULLABLE);
    tenon__buf_text(e->out, "    { .field =\n");
    emit_value(e, &field, names->params, names->parameters[at]);
    tenon__buf_format(e->out, "}, .form = TENON_PARAMETER_%s, .part = %u },\n", form_of(value),
                      part_of(query, at));
}

/* An integer of no column. */
static void emit_order(emitter *e, const query_names *names)
{
    const tenon_field field = {.name = names->order_member,
                               .kind = TENON_KIND_INT32,
                               .pg_type = TENON_PG_INT4,
                               .precision = -1};
    tenon__buf_text(e->out, "    { .field =\n");
    emit_value(e, &field, names->params, names->order_member);
    tenon__buf_text(e->out, "}, .form = TENON_PARAMETER_ORDER, .part = 0 },\n");
}

static void emit_parameters(emitter *e, const sqlfile_query *query, const query_names *names)
{
    if (!query->parameter_count && !query->order_count)
        return;
    tenon__buf_format(e->out, "static const tenon_parameter %s_parameters[] = {\n",
                      names->descriptor);
    for (size_t i = 0; i < query->parameter_count; i++)
        emit_parameter(e, query, names, i);
    if (query->order_count)
        emit_order(e, names);
    tenon__buf_text(e->out, "};\n");
}

/* ---- texts ----------------------------------------------------------------------------------- */

static void emit_slots(emitter *e, const sqlfile_text *text, const char *owner, const char *dialect,
                       size_t variant)
{
    if (!text->parameter_count)
        return;
    tenon__buf_format(e->out, "static const uint16_t %s_%s_%zu[] = {", owner, dialect, variant);
    for (size_t i = 0; i < text->parameter_count; i++)
        tenon__buf_format(e->out, i ? ", %u" : " %u", text->parameters[i]);
    tenon__buf_text(e->out, " };\n");
}

static void emit_text(emitter *e, const sqlfile_text *text, const char *owner, const char *dialect,
                      size_t variant)
{
    tenon__buf_text(e->out, "    {\n        .sql = ");
    emit_lines(e, text->sql, "               ");
    if (text->parameter_count)
        tenon__buf_format(e->out, ",\n        .slots = %s_%s_%zu, .slot_count = %zu,\n    },\n",
                          owner, dialect, variant, text->parameter_count);
    else
        tenon__buf_text(e->out, ",\n        .slots = NULL, .slot_count = 0,\n    },\n");
}

static void emit_texts(emitter *e, const sqlfile_query *query, const char *owner, unsigned dialect)
{
    const sqlfile_text *texts = query->texts[dialect];
    const char *word = dialect_words[dialect];
    if (!texts)
        return;
    for (size_t v = 0; v < query->variant_count; v++)
        emit_slots(e, &texts[v], owner, word, v);
    tenon__buf_format(e->out, "static const tenon_statement_text %s_%s[] = {\n", owner, word);
    for (size_t v = 0; v < query->variant_count; v++)
        emit_text(e, &texts[v], owner, word, v);
    tenon__buf_text(e->out, "};\n");
}

/* ---- the descriptor -------------------------------------------------------------------------- */

static void emit_parameter_members(emitter *e, const sqlfile_query *query, const query_names *names)
{
    size_t count = query->parameter_count + (query->order_count != 0);
    tenon__buf_format(e->out, "    .parameters = %s%s, .parameter_count = %zu,\n",
                      count ? names->descriptor : "NULL", count ? "_parameters" : "", count);
    tenon__buf_format(e->out,
                      count ? "    .params_size = sizeof(%s),\n" : "    .params_size = 0,\n",
                      names->params);
}

static void emit_reference(emitter *e, const char *member, const char *owner, bool is_there,
                           const char *what)
{
    if (is_there)
        tenon__buf_format(e->out, "    .%s = %s%s_%s,\n", member,
                          strcmp(what, "result") == 0 ? "&" : "", owner, what);
    else
        tenon__buf_format(e->out, "    .%s = NULL,\n", member);
}

static void emit_descriptor(emitter *e, size_t at)
{
    const sqlfile_query *query = query_at(e, at);
    const query_names *names = &e->names->queries[at];
    const char *owner = names->descriptor;
    tenon__buf_format(e->out,
                      "static const tenon_statement %s = {\n"
                      "    .abi = TENON_ABI, .size = sizeof(tenon_statement),\n    .name = ",
                      owner);
    emit_string(e, query->name);
    tenon__buf_text(e->out, ", .origin = ");
    emit_string(e, query->place);
    tenon__buf_format(e->out,
                      ",\n    .kind = TENON_STATEMENT_%s, .writes = %s, .may_write = %s,\n"
                      "    .plan = TENON_PLAN_AUTO,\n",
                      kind_word(query), query->is_writing ? "true" : "false",
                      query->may_write ? "true" : "false");
    emit_parameter_members(e, query, names);
    emit_reference(e, "result", owner, query->column_count > 0, "result");
    tenon__buf_format(e->out, "    .part_count = %zu, .order_count = %zu,\n",
                      query->condition_count, query->order_count);
    for (unsigned d = 0; d < SQLFILE_DIALECTS; d++)
        emit_reference(e, dialect_words[d], owner, query->texts[d] != NULL, dialect_words[d]);
    tenon__buf_format(e->out, "    .is_single = %s,\n};\n\n",
                      query->is_repeated ? "false" : "true");
}

/* ---- functions ------------------------------------------------------------------------------- */

static void emit_body(emitter *e, size_t at, const char *call)
{
    const sqlfile_query *query = query_at(e, at);
    const char *params = query->parameter_count || query->order_count ? "params" : "NULL";
    bool is_list = query->kind == SQLFILE_BATCH || query->kind == SQLFILE_COPY;
    tenon__buf_format(e->out, "tenon_statement_%s(session, &%s, %s%s)", call,
                      e->names->queries[at].descriptor, params, is_list ? ", count" : "");
}

static void emit_many(emitter *e, size_t at)
{
    const char *list = emit_query_list(e, at);
    tenon__buf_text(e->out, "    tenon_list found = ");
    emit_body(e, at, "many");
    tenon__buf_format(e->out,
                      ";\n    %s list = { TENON_AS(%s *, found.items), found.count };\n"
                      "    return list;\n",
                      list, emit_query_row(e, at));
}

/* The lists are made anew where they are, as what they are. */
static void emit_batch_lists(emitter *e, size_t at)
{
    const char *list = emit_query_list(e, at);
    tenon__buf_text(e->out, "    void *memory = ");
    emit_body(e, at, "batch_lists");
    tenon__buf_format(e->out,
                      ";\n    tenon_list *found = TENON_AS(tenon_list *, memory);\n"
                      "    %s *lists = TENON_AS(%s *, memory);\n"
                      "    for (size_t i = 0; found && i < count; i++) {\n"
                      "        %s list = { TENON_AS(%s *, found[i].items), found[i].count };\n"
                      "        lists[i] = list;\n    }\n"
                      "    return lists;\n",
                      list, list, list, emit_query_row(e, at));
}

static void emit_plain(emitter *e, size_t at, const char *call)
{
    tenon__buf_text(e->out, "    return ");
    emit_body(e, at, call);
    tenon__buf_text(e->out, ";\n");
}

static void emit_row_call(emitter *e, size_t at)
{
    tenon__buf_format(e->out, "    return TENON_AS(%s *, ", emit_query_row(e, at));
    emit_body(e, at, "one");
    tenon__buf_text(e->out, ");\n");
}

static void emit_stream_call(emitter *e, size_t at)
{
    tenon__buf_format(e->out, "    %s made = { ", e->names->queries[at].stream);
    emit_body(e, at, "stream");
    tenon__buf_text(e->out, " };\n    return made;\n");
}

static void emit_call(emitter *e, size_t at)
{
    switch (query_at(e, at)->kind) {
    case SQLFILE_ONE:
    case SQLFILE_MAYBE:
        emit_row_call(e, at);
        break;
    case SQLFILE_MANY:
        emit_many(e, at);
        break;
    case SQLFILE_STREAM:
        emit_stream_call(e, at);
        break;
    case SQLFILE_BATCH:
        if (query_at(e, at)->column_count)
            emit_batch_lists(e, at);
        else
            emit_plain(e, at, "batch");
        break;
    case SQLFILE_ROWS:
        emit_plain(e, at, "rows");
        break;
    case SQLFILE_COPY:
        emit_plain(e, at, query_at(e, at)->is_by_insert ? "batch" : "copy");
        break;
    case SQLFILE_EXEC:
    case SQLFILE_NO_KIND:
        emit_plain(e, at, "exec");
        break;
    }
}

static void emit_rows_functions(emitter *e, size_t at)
{
    const query_names *names = &e->names->queries[at];
    const char *row = emit_query_row(e, at);
    if (query_at(e, at)->kind == SQLFILE_STREAM)
        tenon__buf_format(e->out,
                          "%s *%s_next(%s stream)\n{\n"
                          "    return TENON_AS(%s *, tenon_stream_next(stream.stream));\n}\n\n"
                          "bool %s_close(%s stream)\n{\n"
                          "    return tenon_stream_close(stream.stream);\n}\n\n",
                          row, names->snake, names->stream, row, names->snake, names->stream);
}

static void emit_definition(emitter *e, size_t at)
{
    const sqlfile_query *query = query_at(e, at);
    const query_names *names = &e->names->queries[at];
    if (query->model)
        emit_model_columns(e, query, names);
    else if (query->column_count)
        emit_columns(e, query, names);
    emit_parameters(e, query, names);
    for (unsigned d = 0; d < SQLFILE_DIALECTS; d++)
        emit_texts(e, query, names->descriptor, d);
    emit_descriptor(e, at);
    emit_query_head(e, at, "_q");
    tenon__buf_text(e->out, "\n{\n");
    emit_call(e, at);
    tenon__buf_text(e->out, "}\n\n");
    emit_rows_functions(e, at);
}

void emit_query_definitions(emitter *e)
{
    for (size_t i = 0; e->options->queries && i < e->options->queries->query_count; i++)
        emit_definition(e, i);
    emit_query_calls_table(e);
}
