/* What aggregates and groups add to a model: the structs, the table of measures, the calls.
 *
 * A member of a struct stands for a column, so each struct has only the columns that its function
 * is for: a sum of a text is a compile error where it is asked for and where it is read. Only the
 * lists of columns take any; what they name in vain is refused at run time. */
#include "generate/emit.h"

typedef enum family { COUNTS, DISTINCTS, SUMS, AVERAGES, EXTREMES } family;

static bool is_number(const tenon_field *field)
{
    return field->kind >= TENON_KIND_INT16 && field->kind <= TENON_KIND_DECIMAL;
}

/* What both databases have a least one of, and the same. */
static bool has_extremes(const tenon_field *field)
{
    switch ((int)field->kind) {
    case TENON_KIND_TEXT:
    case TENON_KIND_UUID:
    case TENON_KIND_TIME:
    case TENON_KIND_DATE:
    case TENON_KIND_CLOCK:
    case TENON_KIND_CLOCK_TZ:
    case TENON_KIND_INTERVAL:
        return true;
    default:
        return is_number(field);
    }
}

static bool is_in(family f, const tenon_field *field)
{
    if (f == COUNTS)
        return true;
    if (field->flags & TENON_FIELD_LIST)
        return false;
    if (f == DISTINCTS)
        return field->kind != TENON_KIND_JSON && field->kind != TENON_KIND_VECTOR &&
               field->kind != TENON_KIND_PACKED;
    return f == EXTREMES ? has_extremes(field) : is_number(field);
}

static uint32_t count_in(family f, const tenon_model *model)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->field_count; i++)
        count += is_in(f, &model->fields[i]);
    return count;
}

/* ---- types ----------------------------------------------------------------------------------- */

static const char *sum_type(const tenon_field *field)
{
    if (field->kind == TENON_KIND_DECIMAL)
        return "tenon_decimal";
    return field->kind >= TENON_KIND_FLOAT ? "tenon_opt_double" : "tenon_opt_int64";
}

static const char *value_type(const emitter *e, family f, const tenon_field *field)
{
    tenon_field nullable = *field;
    nullable.flags |= TENON_FIELD_NULLABLE;
    switch (f) {
    case COUNTS:
    case DISTINCTS:
        return "int64_t";
    case SUMS:
        return sum_type(field);
    case AVERAGES:
        return "tenon_opt_double";
    case EXTREMES:
        break;
    }
    return emit_row_type(e, &nullable);
}

static const char *filter_type(const emitter *e, family f, const tenon_field *field)
{
    if (f == COUNTS || f == DISTINCTS)
        return "tenon_int_filter";
    return f == AVERAGES ? "tenon_float_filter" : emit_filter_type(e, field);
}

/* `typedef struct UserSums { … } UserSums;`, of values or of their filters. */
static void emit_family(emitter *e, size_t at, family f, const char *name,
                        const char *(*type_of)(const emitter *, family, const tenon_field *))
{
    const tenon_model *model = &e->set->models[at].model;
    if (!count_in(f, model))
        return;
    tenon__buf_format(e->out, "typedef struct %s {\n", name);
    for (uint32_t i = 0; i < model->field_count; i++)
        if (is_in(f, &model->fields[i]))
            emit_member(e, type_of(e, f, &model->fields[i]), e->names->models[at].members[i]);
    tenon__buf_format(e->out, "} %s;\n\n", name);
}

static void emit_families(emitter *e, size_t at)
{
    const aggregate_names *names = &e->names->models[at].aggregate;
    emit_family(e, at, COUNTS, names->column_counts, value_type);
    emit_family(e, at, DISTINCTS, names->distinct_counts, value_type);
    emit_family(e, at, SUMS, names->sums, value_type);
    emit_family(e, at, AVERAGES, names->averages, value_type);
    emit_family(e, at, EXTREMES, names->extremes, value_type);
    emit_family(e, at, COUNTS, names->column_count_filters, filter_type);
    emit_family(e, at, DISTINCTS, names->distinct_count_filters, filter_type);
    emit_family(e, at, SUMS, names->sum_filters, filter_type);
    emit_family(e, at, AVERAGES, names->average_filters, filter_type);
    emit_family(e, at, EXTREMES, names->extreme_filters, filter_type);
}

/* The members that a result and its filter have alike. */
static void emit_family_members(emitter *e, const tenon_model *model, const char *counts,
                                const char *distincts, const char *sums, const char *averages,
                                const char *extremes)
{
    tenon__buf_format(e->out, "    %s count_of;\n", counts);
    if (count_in(DISTINCTS, model))
        tenon__buf_format(e->out, "    %s distinct_of;\n", distincts);
    if (count_in(SUMS, model))
        tenon__buf_format(e->out, "    %s sum;\n    %s avg;\n", sums, averages);
    if (count_in(EXTREMES, model))
        tenon__buf_format(e->out, "    %s min, max;\n", extremes);
}

static void emit_value_members(emitter *e, size_t at)
{
    const aggregate_names *names = &e->names->models[at].aggregate;
    tenon__buf_text(e->out, "    int64_t count;\n");
    emit_family_members(e, &e->set->models[at].model, names->column_counts, names->distinct_counts,
                        names->sums, names->averages, names->extremes);
    tenon__buf_format(e->out, "    const struct %s *parts;\n", names->aggregate);
}

static void emit_results(emitter *e, size_t at)
{
    const aggregate_names *names = &e->names->models[at].aggregate;
    tenon__buf_format(e->out, "typedef struct %s {\n", names->aggregate);
    emit_value_members(e, at);
    tenon__buf_format(e->out,
                      "} %s;\n\n/* `key` has the columns of `by` loaded. */\n"
                      "typedef struct %s {\n    struct %s key;\n",
                      names->aggregate, names->group, e->names->models[at].type);
    emit_value_members(e, at);
    tenon__buf_format(e->out,
                      "} %s;\n\ntypedef struct %s {\n    %s *items;\n    size_t count;\n} %s;\n\n",
                      names->group, names->group_list, names->group, names->group_list);
}

static void emit_having(emitter *e, size_t at)
{
    const aggregate_names *names = &e->names->models[at].aggregate;
    tenon__buf_format(e->out, "typedef struct %s %s;\n", names->having, names->having);
    emit_where_head(e, names->having, names->having_list);
    tenon__buf_text(e->out, "    tenon_int_filter count;\n");
    emit_family_members(e, &e->set->models[at].model, names->column_count_filters,
                        names->distinct_count_filters, names->sum_filters, names->average_filters,
                        names->extreme_filters);
    tenon__buf_text(e->out, "};\n\n");
}

/* ---- queries --------------------------------------------------------------------------------- */

/* What is asked for, by function. */
static void emit_chosen_members(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const char *column = e->names->models[at].column;
    tenon__buf_format(e->out, "    bool count;\n    %s count_of[%u];\n", column,
                      model->field_count);
    if (count_in(DISTINCTS, model))
        tenon__buf_format(e->out, "    %s distinct_of[%u];\n", column, count_in(DISTINCTS, model));
    if (count_in(SUMS, model))
        tenon__buf_format(e->out, "    %s sum[%u], avg[%u];\n", column, count_in(SUMS, model),
                          count_in(SUMS, model));
    if (count_in(EXTREMES, model))
        tenon__buf_format(e->out, "    %s min[%u], max[%u];\n", column, count_in(EXTREMES, model),
                          count_in(EXTREMES, model));
}

static void emit_part(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out,
                      "/* Over those of the rows for which its own where holds. */\n"
                      "typedef struct %s {\n    const struct %s *where;\n",
                      names->aggregate.part, names->where);
    emit_chosen_members(e, at);
    tenon__buf_format(e->out,
                      "} %s;\n\ntypedef struct %s {\n    const %s *items;\n    size_t count;\n"
                      "} %s;\n\n",
                      names->aggregate.part, names->aggregate.part_list, names->aggregate.part,
                      names->aggregate.part_list);
}

static void open_query(emitter *e, const char *name, const char *where)
{
    tenon__buf_format(e->out,
                      "typedef struct %s {\n"
                      "    tenon_session *session;\n"
                      "    int64_t limit, offset;\n"
                      "    tenon_table table;\n"
                      "    tenon_plan_mode plan;\n"
                      "    tenon_read read;\n"
                      "    %s where;\n",
                      name, where);
}

static void emit_queries(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const aggregate_names *own = &names->aggregate;
    open_query(e, own->aggregate_query, names->where);
    tenon__buf_format(e->out, "    %s order_by[TENON_MAX_ORDER];\n", names->order);
    emit_chosen_members(e, at);
    tenon__buf_format(e->out, "    %s parts;\n} %s;\n\n", own->part_list, own->aggregate_query);
    tenon__buf_format(e->out,
                      "/* of: an aggregate of the column; 0: the column, which `by` must name. */\n"
                      "typedef struct %s {\n    %s column;\n    tenon_direction direction;\n"
                      "    tenon_function of;\n} %s;\n\n",
                      own->group_order, names->column, own->group_order);
    open_query(e, own->group_query, names->where);
    tenon__buf_format(e->out,
                      "    %s by[TENON_MAX_BY];\n    %s having;\n"
                      "    %s order_by[TENON_MAX_ORDER];\n",
                      names->column, own->having, own->group_order);
    emit_chosen_members(e, at);
    tenon__buf_format(e->out, "    %s parts;\n} %s;\n\n", own->part_list, own->group_query);
    open_query(e, own->facets_query, names->where);
    tenon__buf_format(e->out, "    %s column;\n} %s;\n\n", names->column, own->facets_query);
}

void emit_aggregate_types(emitter *e, size_t at)
{
    emit_families(e, at);
    emit_results(e, at);
    emit_having(e, at);
    emit_part(e, at);
    emit_queries(e, at);
}

/* ---- calls ----------------------------------------------------------------------------------- */

void emit_aggregate_declarations(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const aggregate_names *own = &names->aggregate;
    tenon__buf_format(e->out,
                      "%s %s_aggregate_q(const %s *query);\n"
                      "%s %s_group_q(const %s *query);\n"
                      "%s %s_facets_q(const %s *query);\n",
                      own->aggregate, names->snake, own->aggregate_query, own->group_list,
                      names->snake, own->group_query, own->group_list, names->snake,
                      own->facets_query);
}

void emit_aggregate_macros(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const aggregate_names *own = &names->aggregate;
    tenon__buf_format(e->out,
                      "#define %s(...) \\\n    TENON_LIST_OF(%s, __VA_ARGS__)\n"
                      "#define %s(...) \\\n    TENON_LIST_OF(%s, __VA_ARGS__)\n",
                      own->parts, own->part, own->havings, own->having);
    emit_call_macro(e, names->snake, "aggregate", own->aggregate_query);
    emit_call_macro(e, names->snake, "group", own->group_query);
    emit_call_macro(e, names->snake, "facets", own->facets_query);
}

static void emit_list_function(emitter *e, const model_names *names, const char *verb,
                               const char *query)
{
    const aggregate_names *own = &names->aggregate;
    tenon__buf_format(e->out,
                      "%s %s_%s_q(const %s *query)\n{\n"
                      "    tenon_list found = tenon_%s(&%s, &%s_aggregates, query);\n"
                      "    %s list = { TENON_AS(%s *, found.items), found.count };\n"
                      "    return list;\n}\n\n",
                      own->group_list, names->snake, verb, query, verb, names->descriptor,
                      names->descriptor, own->group_list, own->group);
}

void emit_aggregate_functions(emitter *e, size_t at)
{
    const model_names *names = &e->names->models[at];
    const aggregate_names *own = &names->aggregate;
    tenon__buf_format(e->out,
                      "%s %s_aggregate_q(const %s *query)\n{\n    %s result;\n"
                      "    tenon_aggregate(&%s, &%s_aggregates, query, &result);\n"
                      "    return result;\n}\n\n",
                      own->aggregate, names->snake, own->aggregate_query, own->aggregate,
                      names->descriptor, names->descriptor);
    emit_list_function(e, names, "group", own->group_query);
    emit_list_function(e, names, "facets", own->facets_query);
}

/* ---- the descriptor -------------------------------------------------------------------------- */

static const struct {
    const char *function, *member;
    family f;
} functions[] = {
    {"COUNT_OF", "count_of", COUNTS},
    {"DISTINCT_OF", "distinct_of", DISTINCTS},
    {"SUM", "sum", SUMS},
    {"AVG", "avg", AVERAGES},
    {"MIN", "min", EXTREMES},
    {"MAX", "max", EXTREMES},
};

/* `    { "sum.age", TENON_SUM, 3, offsetof(UserAggregate, sum.age), … },` */
static void emit_measure(emitter *e, size_t at, size_t function, uint32_t field)
{
    const model_names *names = &e->names->models[at];
    const char *member = functions[function].member, *column = names->members[field];
    tenon__buf_format(e->out, "    { \"%s.%s\", TENON_%s, %u,\n", member,
                      e->set->models[at].model.fields[field].name, functions[function].function,
                      field);
    tenon__buf_format(e->out, "      offsetof(%s, %s.%s), offsetof(%s, %s.%s) },\n",
                      names->aggregate.aggregate, member, column, names->aggregate.having, member,
                      column);
}

static void emit_measures(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const model_names *names = &e->names->models[at];
    tenon__buf_format(e->out,
                      "static const tenon_measure %s_measures[] = {\n"
                      "    { \"count\", TENON_COUNT_ALL, 0,\n"
                      "      offsetof(%s, count), offsetof(%s, count) },\n",
                      names->descriptor, names->aggregate.aggregate, names->aggregate.having);
    for (size_t f = 0; f < TENON__COUNT(functions); f++)
        for (uint32_t i = 0; i < model->field_count; i++)
            if (is_in(functions[f].f, &model->fields[i]))
                emit_measure(e, at, f, i);
    tenon__buf_text(e->out, "};\n\n");
}

/* `    .query_chosen = { offsetof(UserAggregateQuery, count), … },` */
static void emit_chosen(emitter *e, const tenon_model *model, const char *member, const char *type)
{
    tenon__buf_format(e->out, "    .%s = {\n        offsetof(%s, count)", member, type);
    for (size_t f = 0; f < TENON__COUNT(functions); f++) {
        if (count_in(functions[f].f, model))
            tenon__buf_format(e->out, ",\n        offsetof(%s, %s)", type, functions[f].member);
        else
            tenon__buf_text(e->out, ",\n        0");
    }
    tenon__buf_text(e->out, ",\n    },\n");
}

static void emit_offset(emitter *e, const char *name, const char *type, const char *member)
{
    tenon__buf_format(e->out, "    .%s = offsetof(%s, %s),\n", name, type, member);
}

static void emit_result_offsets(emitter *e, const aggregate_names *names)
{
    tenon__buf_format(e->out, "    .aggregate_size = sizeof(%s),\n", names->aggregate);
    emit_offset(e, "aggregate_parts", names->aggregate, "parts");
    tenon__buf_format(e->out, "    .group_size = sizeof(%s),\n", names->group);
    emit_offset(e, "group_values", names->group, "count");
    emit_offset(e, "group_parts", names->group, "parts");
    tenon__buf_format(e->out, "    .having_size = sizeof(%s),\n    .part_size = sizeof(%s),\n",
                      names->having, names->part);
}

void emit_aggregate_descriptor(emitter *e, size_t at)
{
    const tenon_model *model = &e->set->models[at].model;
    const char *descriptor = e->names->models[at].descriptor;
    const aggregate_names *names = &e->names->models[at].aggregate;
    emit_measures(e, at);
    tenon__buf_format(e->out,
                      "static const tenon_aggregates %s_aggregates = {\n"
                      "    .abi = TENON_ABI,\n    .size = sizeof(tenon_aggregates),\n"
                      "    .measures = %s_measures,\n    .measure_count = sizeof(%s_measures) / "
                      "sizeof(%s_measures[0]),\n",
                      descriptor, descriptor, descriptor, descriptor);
    emit_result_offsets(e, names);
    emit_offset(e, "query_where", names->aggregate_query, "where");
    emit_offset(e, "query_order_by", names->aggregate_query, "order_by");
    emit_offset(e, "query_parts", names->aggregate_query, "parts");
    emit_offset(e, "grouped_where", names->group_query, "where");
    emit_offset(e, "grouped_by", names->group_query, "by");
    emit_offset(e, "grouped_having", names->group_query, "having");
    emit_offset(e, "grouped_order_by", names->group_query, "order_by");
    emit_offset(e, "grouped_parts", names->group_query, "parts");
    emit_offset(e, "facets_where", names->facets_query, "where");
    emit_offset(e, "facets_column", names->facets_query, "column");
    emit_chosen(e, model, "query_chosen", names->aggregate_query);
    emit_chosen(e, model, "grouped_chosen", names->group_query);
    emit_chosen(e, model, "part_chosen", names->part);
    tenon__buf_text(e->out, "};\n\n");
}
