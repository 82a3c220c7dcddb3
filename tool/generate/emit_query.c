/* What a header has for the queries of files: structs of parameters and rows, enums of orders,
 * functions, and the macros that give parameters by name. */
#include "generate/emit.h"

static const sqlfile_query *query_at(const emitter *e, size_t at)
{
    return &e->options->queries->queries[at];
}

/* ---- types ----------------------------------------------------------------------------------- */

/* A list to look in, whose items are wide. */
static const char *list_type(const emitter *e, const tenon_field *field)
{
    switch (field->kind) {
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
        return "tenon_int64_array";
    case TENON_KIND_FLOAT:
        return "tenon_double_array";
    default:
        return emit_wide_type(e, field);
    }
}

/* The wide form of a value, which nothing is cut in before it is checked. */
static const char *parameter_type(const emitter *e, const sqlfile_value *value)
{
    const tenon_field *field = &value->field;
    bool is_optional = (field->flags & TENON_FIELD_NULLABLE) || value->is_condition;
    if (value->is_flag)
        return "bool";
    if (value->is_list)
        return list_type(e, field);
    if ((field->flags & TENON_FIELD_LIST) || !is_optional)
        return emit_wide_type(e, field);
    switch (field->kind) {
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
        return "tenon_opt_int64";
    case TENON_KIND_FLOAT:
        return "tenon_opt_double";
    default:
        break;
    }
    tenon_field optional = *field;
    optional.flags |= TENON_FIELD_NULLABLE;
    return emit_row_type(e, &optional);
}

const char *emit_query_row(const emitter *e, size_t at)
{
    const describe_model *model = query_at(e, at)->model;
    return model ? e->names->models[model - e->set->models].type : e->names->queries[at].row;
}

const char *emit_query_list(const emitter *e, size_t at)
{
    const describe_model *model = query_at(e, at)->model;
    return model ? e->names->models[model - e->set->models].list : e->names->queries[at].list;
}

static bool has_params(const sqlfile_query *query)
{
    return query->parameter_count || query->order_count;
}

/* Whether a call may leave all of them out. */
static bool may_be_empty(const sqlfile_query *query)
{
    for (size_t i = 0; i < query->parameter_count; i++)
        if (!query->parameters[i].is_condition)
            return false;
    return true;
}

static void emit_orders(emitter *e, const sqlfile_query *query, const query_names *names)
{
    if (!query->order_count)
        return;
    tenon__buf_format(e->out, "typedef enum %s {\n", names->order);
    for (size_t i = 0; i < query->order_count; i++)
        tenon__buf_format(e->out, "    %s%s%s\n", names->orders[i], i ? "" : " = 1",
                          i + 1 < query->order_count ? "," : "");
    tenon__buf_format(e->out, "} %s;\n\n", names->order);
}

static void emit_params(emitter *e, const sqlfile_query *query, const query_names *names)
{
    if (!has_params(query))
        return;
    tenon__buf_format(e->out, "typedef struct %s {\n", names->params);
    for (size_t i = 0; i < query->parameter_count; i++)
        emit_member(e, parameter_type(e, &query->parameters[i]), names->parameters[i]);
    if (query->order_count)
        tenon__buf_format(e->out, "    %s %s; /* 0: %s */\n", names->order, names->order_member,
                          names->orders[0]);
    if (may_be_empty(query))
        tenon__buf_text(e->out,
                        "    int end_of_options; /* ends the list that the macro makes */\n");
    tenon__buf_format(e->out, "} %s;\n\n", names->params);
}

static void emit_list(emitter *e, const char *list, const char *row)
{
    tenon__buf_format(e->out, "typedef struct %s {\n    %s *items;\n    size_t count;\n} %s;\n\n",
                      list, row, list);
}

static void emit_struct(emitter *e, const char *type, const sqlfile_value *values, size_t count,
                        const char *const *members, nested_names *const *nested);

/* Structs within a struct come before it. */
static void emit_nested(emitter *e, const sqlfile_nested *nested, const nested_names *names)
{
    emit_struct(e, names->type, nested->members, nested->count, names->members, names->nested);
    if (nested->is_list)
        emit_list(e, names->list, names->type);
}

static void emit_value_member(emitter *e, const sqlfile_value *value, const char *member,
                              const nested_names *names)
{
    tenon_field field =
        names && value->nested->is_plain ? value->nested->members[0].field : value->field;
    if (!names || value->nested->is_plain)
        emit_member(e, emit_row_type(e, &field), member);
    else if (value->nested->is_list)
        emit_member(e, names->list, member);
    else
        tenon__buf_format(e->out, "    %s *%s;%s\n", names->type, member,
                          value->field.flags & TENON_FIELD_NULLABLE ? "" : " /* never NULL */");
}

static void emit_struct(emitter *e, const char *type, const sqlfile_value *values, size_t count,
                        const char *const *members, nested_names *const *nested)
{
    for (size_t i = 0; i < count; i++)
        if (nested[i] && !values[i].nested->is_plain)
            emit_nested(e, values[i].nested, nested[i]);
    tenon__buf_format(e->out, "typedef struct %s {\n", type);
    for (size_t i = 0; i < count; i++)
        emit_value_member(e, &values[i], members[i], nested[i]);
    tenon__buf_format(e->out, "} %s;\n\n", type);
}

static void emit_row(emitter *e, const sqlfile_query *query, const query_names *names)
{
    if (!query->column_count || query->model)
        return;
    emit_struct(e, names->row, query->columns, query->column_count, names->columns, names->nested);
    if (query->kind == SQLFILE_MANY || query->kind == SQLFILE_BATCH)
        emit_list(e, names->list, names->row);
}

static void emit_stream(emitter *e, size_t at)
{
    const query_names *names = &e->names->queries[at];
    if (query_at(e, at)->kind == SQLFILE_STREAM)
        tenon__buf_format(e->out, "typedef struct %s {\n    tenon_stream *stream;\n} %s;\n\n",
                          names->stream, names->stream);
}

/* ---- functions ------------------------------------------------------------------------------- */

static void emit_result_type(emitter *e, size_t at)
{
    switch (query_at(e, at)->kind) {
    case SQLFILE_ONE:
    case SQLFILE_MAYBE:
        tenon__buf_format(e->out, "%s *", emit_query_row(e, at));
        break;
    case SQLFILE_MANY:
        tenon__buf_format(e->out, "%s ", emit_query_list(e, at));
        break;
    case SQLFILE_STREAM:
        tenon__buf_format(e->out, "%s ", e->names->queries[at].stream);
        break;
    case SQLFILE_BATCH:
        if (query_at(e, at)->column_count)
            tenon__buf_format(e->out, "%s *", emit_query_list(e, at));
        else
            tenon__buf_text(e->out, "int64_t ");
        break;
    case SQLFILE_ROWS:
    case SQLFILE_COPY:
        tenon__buf_text(e->out, "int64_t ");
        break;
    case SQLFILE_EXEC:
    case SQLFILE_NO_KIND:
        tenon__buf_text(e->out, "bool ");
        break;
    }
}

static bool takes_list(const sqlfile_query *query)
{
    return query->kind == SQLFILE_BATCH || query->kind == SQLFILE_COPY;
}

void emit_query_head(emitter *e, size_t at, const char *ending)
{
    const sqlfile_query *query = query_at(e, at);
    const query_names *names = &e->names->queries[at];
    emit_result_type(e, at);
    tenon__buf_format(e->out, "%s%s(tenon_session *session", names->snake, ending);
    if (takes_list(query))
        tenon__buf_format(e->out, ", const %s *params, size_t count", names->params);
    else if (has_params(query))
        tenon__buf_format(e->out, ", const %s *params", names->params);
    tenon__buf_char(e->out, ')');
}

static void emit_rows_declarations(emitter *e, size_t at)
{
    const query_names *names = &e->names->queries[at];
    if (query_at(e, at)->kind == SQLFILE_STREAM)
        tenon__buf_format(e->out, "%s *%s_next(%s stream);\nbool %s_close(%s stream);\n",
                          emit_query_row(e, at), names->snake, names->stream, names->snake,
                          names->stream);
}

/* `top_authors(s, .least = 10)` */
static void emit_macro(emitter *e, size_t at)
{
    const sqlfile_query *query = query_at(e, at);
    const query_names *names = &e->names->queries[at];
    const char *snake = names->snake;
    if (takes_list(query))
        tenon__buf_format(e->out,
                          "#define %s(session_, params_, count_) \\\n"
                          "    %s_q(tenon_at((session_), TENON_SITE), (params_), (count_))\n\n",
                          snake, snake);
    else if (!has_params(query))
        tenon__buf_format(e->out, "#define %s(session_) %s_q(tenon_at((session_), TENON_SITE))\n\n",
                          snake, snake);
    else
        tenon__buf_format(e->out,
                          "#define %s(...) \\\n"
                          "    %s_q(tenon_at(TENON_FIRST(__VA_ARGS__), TENON_SITE), \\\n"
                          "        (&(%s){ TENON_REST(__VA_ARGS__)%s }))\n\n",
                          snake, snake, names->params,
                          may_be_empty(query) ? " .end_of_options = 0" : "");
}

void emit_query_functions(emitter *e, size_t at)
{
    emit_query_head(e, at, "_q");
    tenon__buf_text(e->out, ";\n");
    emit_rows_declarations(e, at);
}

static void emit_query(emitter *e, size_t at)
{
    const sqlfile_query *query = query_at(e, at);
    const query_names *names = &e->names->queries[at];
    emit_orders(e, query, names);
    emit_params(e, query, names);
    emit_row(e, query, names);
    emit_stream(e, at);
    emit_documentation(e, query->documentation, "");
    emit_query_functions(e, at);
    emit_macro(e, at);
}

void emit_query_declarations(emitter *e)
{
    for (size_t i = 0; e->options->queries && i < e->options->queries->query_count; i++)
        emit_query(e, i);
    emit_query_calls_type(e);
}
