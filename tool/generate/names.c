/* Names are claimed one by one in a fixed order: first the types that the schema names, so that
 * these never change, then what is derived from them. A claim that finds its name taken or
 * reserved appends underscores. The functions of a model are claimed as a family, which shares the
 * underscores, so that they go on looking alike. Members have a scope of their own in each model;
 * parameters are named last, as they must not hide any of the others. */
#include "generate/names.h"

#include <ctype.h>

typedef struct claims {
    tenon__arena *arena;
    tenon__map global;   /* every identifier at file scope */
    tenon__map families; /* the snake names of models and enums */
    const char *type_prefix, *snake_prefix;
    bool failed;
} claims;

static const char *keep(claims *c, const char *text)
{
    if (!text)
        c->failed = true;
    return text ? text : "";
}

static bool is_taken(const tenon__map *map, const char *name)
{
    return tenon__map_get(map, name, strlen(name)) != NULL;
}

static void take(claims *c, tenon__map *map, const char *name)
{
    static char taken;
    if (!c->failed && !tenon__map_put(map, name, strlen(name), &taken))
        c->failed = true;
}

static const char *add_underscore(claims *c, const char *name)
{
    return keep(c, tenon__arena_format(c->arena, "%s_", name));
}

/* The first of name, name_, name__, … that is free in `map`. */
static const char *claim_in(claims *c, tenon__map *map, bool (*is_reserved)(const char *),
                            const char *name)
{
    while (!c->failed && (is_reserved(name) || is_taken(map, name)))
        name = add_underscore(c, name);
    take(c, map, name);
    return name;
}

static const char *claim_type(claims *c, const char *name)
{
    const char *full = keep(c, tenon__arena_format(c->arena, "%s%s", c->type_prefix, name));
    return claim_in(c, &c->global, generate_is_reserved_type, full);
}

static const char *claim(claims *c, const char *format, ...) TENON_PRINTF(2, 3);
static const char *claim(claims *c, const char *format, ...)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    va_list args;
    va_start(args, format);
    tenon__buf_formatv(&name, format, args);
    va_end(args);
    if (name.failed)
        c->failed = true;
    return claim_in(c, &c->global, generate_is_reserved,
                    keep(c, tenon__arena_text(c->arena, tenon__buf_string(&name))));
}

static bool starts_word(const char *name, size_t i)
{
    if (i == 0 || !isupper((unsigned char)name[i]))
        return false;
    bool after_lower = !isupper((unsigned char)name[i - 1]) && name[i - 1] != '_';
    bool before_lower = islower((unsigned char)name[i + 1]) && isupper((unsigned char)name[i - 1]);
    return after_lower || before_lower;
}

char *generate_snake(tenon__arena *arena, const char *name)
{
    char *out = tenon__arena_alloc(arena, 2 * strlen(name) + 1);
    size_t length = 0;
    if (!out)
        return NULL;
    for (size_t i = 0; name[i]; i++) {
        if (starts_word(name, i))
            out[length++] = '_';
        out[length++] = (char)tolower((unsigned char)name[i]);
    }
    out[length] = '\0';
    return out;
}

static const char *snake(claims *c, const char *name)
{
    return keep(c, generate_snake(c->arena, name));
}

static const char *upper(claims *c, const char *name)
{
    char *out = tenon__arena_text(c->arena, name);
    for (char *at = out; at && *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return keep(c, out);
}

/* What is behind the snake name in the names of functions and descriptors. */
static const char *const model_endings[] = {
    "_model",
    "_find",
    "_find_first",
    "_find_many",
    "_count",
    "_exists",
    "_create",
    "_create_many",
    "_create_many_returning",
    "_update",
    "_update_many",
    "_upsert",
    "_delete",
    "_delete_many",
    "_find_first_q",
    "_find_many_q",
    "_count_q",
    "_exists_q",
    "_create_q",
    "_create_many_q",
    "_create_many_returning_q",
    "_update_q",
    "_update_many_q",
    "_upsert_q",
    "_delete_many_q",
    "_find_q",
    "_find_with",
    "_delete_q",
    "_delete_with",
    "_load",
    "_load_q",
    "_stream_open",
    "_stream_open_q",
    "_stream_next",
    "_stream_close",
    "_each",
    "_each_q",
    "_aggregate",
    "_aggregate_q",
    "_group",
    "_group_q",
    "_facets",
    "_facets_q",
    "_page",
    "_page_q",
    "_page_of",
    "_page_of_q",
    "_explain",
    "_explain_q",
    "_restore",
    "_restore_q",
    "_restore_with",
    "_restore_many",
    "_restore_many_q",
    "_purge",
    "_purge_q",
    "_purge_with",
    "_purge_many",
    "_purge_many_q",
    "_history",
    "_logged",
    "_history_q",
    "_history_with",
    "_history_many",
    "_history_many_q",
    "_upsert_many",
    "_upsert_many_q",
    "_upsert_many_returning",
    "_update_each",
    "_update_each_q",
    "_upsert_many_returning_q",
    "_create_or_ignore",
    "_create_or_ignore_q",
    "_get_or_create",
    "_get_or_create_q",
    "_update_many_returning",
    "_update_many_returning_q",
    "_delete_many_returning",
    "_delete_many_returning_q",
    "_find_loader",
    "_find_want",
    "_find_get",
};
static const char *const key_endings[] = {"", "_q", "_with", "_loader", "_want", "_get"};
static const char *const enum_endings[] = {"_enum", "_name", "_from_name"};

/* Takes all of the names, or none when one of them is taken. */
static bool take_family(claims *c, const char *stem, const char *const *endings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *name = keep(c, tenon__arena_format(c->arena, "%s%s", stem, endings[i]));
        if (generate_is_reserved(name) || is_taken(&c->global, name))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        take(c, &c->global, keep(c, tenon__arena_format(c->arena, "%s%s", stem, endings[i])));
    return true;
}

/* The snake name of a model or enum with the prefix, such that all its functions are free. */
static const char *claim_family(claims *c, const char *name, const char *const *endings,
                                size_t count)
{
    const char *stem =
        keep(c, tenon__arena_format(c->arena, "%s%s", c->snake_prefix, snake(c, name)));
    while (!c->failed && (is_taken(&c->families, stem) || !take_family(c, stem, endings, count)))
        stem = add_underscore(c, stem);
    take(c, &c->families, stem);
    return stem;
}

static const char **text_array(claims *c, size_t count)
{
    const char **out = tenon__arena_array(c->arena, count + 1, sizeof *out);
    if (!out)
        c->failed = true;
    return out;
}

static void name_enum(claims *c, const tenon_enum *source, enum_names *out)
{
    const char *lower = claim_family(c, source->name, enum_endings, TENON__COUNT(enum_endings));
    const char *shout = upper(c, lower);
    out->optional = claim(c, "%sOpt", out->type);
    out->array = claim(c, "%sArray", out->type);
    out->filter = claim(c, "%sFilter", out->type);
    out->set = claim(c, "%sSet", out->type);
    out->array_filter = claim(c, "%sArrayFilter", out->type);
    out->array_set = claim(c, "%sArraySet", out->type);
    out->to_name = keep(c, tenon__arena_format(c->arena, "%s_name", lower));
    out->from_name = keep(c, tenon__arena_format(c->arena, "%s_from_name", lower));
    out->descriptor = keep(c, tenon__arena_format(c->arena, "%s_enum", lower));
    out->values = text_array(c, source->count);
    for (uint32_t i = 0; !c->failed && i < source->count; i++)
        out->values[i] = claim(c, "%s_%s", shout, upper(c, source->names[i]));
}

/* A …Order has members of its own beside the relations. */
static bool is_reserved_relation(const char *name)
{
    return generate_is_reserved_member(name) || !strcmp(name, "column") ||
           !strcmp(name, "direction") || !strcmp(name, "collate") || !strcmp(name, "count");
}

/* The members of a row have one scope: fields, then relations, then what is ours. */
static void name_fields(claims *c, const tenon_model *source, model_names *out)
{
    TENON__CLEANUP(tenon__map_release) tenon__map members = {0};
    out->members = text_array(c, source->field_count);
    out->columns = text_array(c, source->field_count);
    for (uint32_t i = 0; !c->failed && i < source->field_count; i++) {
        const char *name = source->fields[i].name;
        out->members[i] = claim_in(c, &members, generate_is_reserved_member, name);
        out->columns[i] = claim(c, "%s_%s", out->upper, upper(c, snake(c, name)));
    }
    out->relation_members = text_array(c, source->relation_count);
    out->relations = text_array(c, source->relation_count);
    for (uint32_t i = 0; !c->failed && i < source->relation_count; i++) {
        const char *name = source->relations[i].name;
        out->relation_members[i] = claim_in(c, &members, is_reserved_relation, name);
        out->relations[i] = claim(c, "%s_%s", out->upper, upper(c, snake(c, name)));
    }
    out->counts_member = claim_in(c, &members, generate_is_reserved_member, "counts");
}

static bool is_parameter_taken(const claims *c, const tenon__map *parameters, const char *name)
{
    return generate_is_reserved_parameter(name) || is_taken(&c->global, name) ||
           is_taken(parameters, name);
}

/* The keys of functions: as the members, but hiding nothing that stands at file scope. */
static void name_parameters(claims *c, const tenon_model *source, model_names *out)
{
    TENON__CLEANUP(tenon__map_release) tenon__map parameters = {0};
    out->parameters = text_array(c, source->field_count);
    for (uint32_t i = 0; !c->failed && i < source->field_count; i++) {
        const char *name = source->fields[i].name;
        while (!c->failed && is_parameter_taken(c, &parameters, name))
            name = add_underscore(c, name);
        take(c, &parameters, name);
        out->parameters[i] = name;
    }
}

/* A find with the two others that it needs. */
static const char *claim_key_call(claims *c, const char *snake_model, const char *unique)
{
    const char *name = keep(c, tenon__arena_format(c->arena, "%s_find_by_%s", snake_model, unique));
    while (!c->failed && !take_family(c, name, key_endings, TENON__COUNT(key_endings)))
        name = add_underscore(c, name);
    return name;
}

static void name_uniques(claims *c, const tenon_model *source, model_names *out)
{
    out->uniques = text_array(c, source->unique_count);
    out->finds = text_array(c, source->unique_count);
    for (uint32_t i = 0; !c->failed && i < source->unique_count; i++) {
        const tenon_unique *unique = &source->uniques[i];
        const char *name = snake(c, unique->name);
        out->uniques[i] = claim(c, "%s_BY_%s", out->upper, upper(c, name));
        if (unique->is_primary)
            out->finds[i] = keep(c, tenon__arena_format(c->arena, "%s_find", out->snake));
        else if (!unique->is_partial)
            out->finds[i] = claim_key_call(c, out->snake, name);
    }
}

/* After the columns, which keep their names. */
static void name_nested(claims *c, model_names *out)
{
    out->write = claim(c, "%sWrite", out->type);
    out->list_write = claim(c, "%sListWrite", out->type);
    out->set_list = claim(c, "%sSetList", out->type);
    out->connect_or_create = claim(c, "%sConnectOrCreate", out->type);
    out->nested_update = claim(c, "%sNestedUpdate", out->type);
    out->nested_upsert = claim(c, "%sNestedUpsert", out->type);
    out->sets = claim(c, "%s_SETS", out->upper);
    out->connects = claim(c, "%s_CONNECT_OR_CREATES", out->upper);
    out->updates = claim(c, "%s_UPDATES", out->upper);
    out->upserts = claim(c, "%s_UPSERTS", out->upper);
}

static void name_aggregate(claims *c, const model_names *model, aggregate_names *out)
{
    out->column_counts = claim(c, "%sColumnCounts", model->type);
    out->distinct_counts = claim(c, "%sDistinctCounts", model->type);
    out->sums = claim(c, "%sSums", model->type);
    out->averages = claim(c, "%sAverages", model->type);
    out->extremes = claim(c, "%sExtremes", model->type);
    out->column_count_filters = claim(c, "%sColumnCountFilters", model->type);
    out->distinct_count_filters = claim(c, "%sDistinctCountFilters", model->type);
    out->sum_filters = claim(c, "%sSumFilters", model->type);
    out->average_filters = claim(c, "%sAverageFilters", model->type);
    out->extreme_filters = claim(c, "%sExtremeFilters", model->type);
    out->aggregate = claim(c, "%sAggregate", model->type);
    out->group = claim(c, "%sGroup", model->type);
    out->group_list = claim(c, "%sGroupList", model->type);
    out->group_order = claim(c, "%sGroupOrder", model->type);
    out->having = claim(c, "%sHaving", model->type);
    out->having_list = claim(c, "%sHavingList", model->type);
    out->part = claim(c, "%sPart", model->type);
    out->part_list = claim(c, "%sPartList", model->type);
    out->aggregate_query = claim(c, "%sAggregateQuery", model->type);
    out->group_query = claim(c, "%sGroupQuery", model->type);
    out->facets_query = claim(c, "%sFacetsQuery", model->type);
    out->parts = claim(c, "%s_PARTS", model->upper);
    out->havings = claim(c, "%s_HAVINGS", model->upper);
}

static void name_page(claims *c, const model_names *model, page_names *out)
{
    out->page = claim(c, "%sPage", model->type);
    out->page_query = claim(c, "%sPageQuery", model->type);
    out->offset_page = claim(c, "%sOffsetPage", model->type);
    out->offset_page_query = claim(c, "%sOffsetPageQuery", model->type);
}

static void name_model(claims *c, const tenon_model *source, model_names *out)
{
    out->snake = claim_family(c, source->name, model_endings, TENON__COUNT(model_endings));
    out->upper = upper(c, out->snake);
    out->list = claim(c, "%sList", out->type);
    out->column = claim(c, "%sColumn", out->type);
    out->unique = claim(c, "%sUnique", out->type);
    out->where = claim(c, "%sWhere", out->type);
    out->where_list = claim(c, "%sWhereList", out->type);
    out->order = claim(c, "%sOrder", out->type);
    out->query = claim(c, "%sQuery", out->type);
    out->set = claim(c, "%sSet", out->type);
    out->create_many = claim(c, "%sCreateMany", out->type);
    out->update_many = claim(c, "%sUpdateMany", out->type);
    out->delete_many = claim(c, "%sDeleteMany", out->type);
    out->upsert = claim(c, "%sUpsert", out->type);
    out->stream = claim(c, "%sStream", out->type);
    out->each = claim(c, "%sEach", out->type);
    out->upsert_many = claim(c, "%sUpsertMany", out->type);
    out->update_each = claim(c, "%sUpdateEach", out->type);
    out->get_or_create = claim(c, "%sGetOrCreate", out->type);
    out->relation = claim(c, "%sRelation", out->type);
    out->include = claim(c, "%sInclude", out->type);
    out->count_query = claim(c, "%sCountQuery", out->type);
    out->counts = claim(c, "%sCounts", out->type);
    out->relation_filter = claim(c, "%sRelationFilter", out->type);
    out->list_relation_filter = claim(c, "%sListRelationFilter", out->type);
    out->descriptor = keep(c, tenon__arena_format(c->arena, "%s_model", out->snake));
    out->erase = keep(c, tenon__arena_format(c->arena, "%s_delete", out->snake));
    out->loaded = claim(c, "%s_LOADED", out->upper);
    out->wheres = claim(c, "%s_WHERES", out->upper);
    name_fields(c, source, out);
    name_uniques(c, source, out);
    name_nested(c, out);
    name_aggregate(c, out, &out->aggregate);
    name_page(c, out, &out->page);
}

static void name_schema_types(claims *c, const describe_set *set, generate_names *out)
{
    for (size_t i = 0; i < set->enum_count; i++)
        out->enums[i].type = claim_type(c, set->enums[i].name);
    for (size_t i = 0; i < set->model_count; i++)
        out->models[i].type = claim_type(c, set->models[i].model.name);
}

/* "shop" gives Shop, shop_ and SHOP_. */
static void make_prefixes(claims *c, const char *prefix)
{
    c->type_prefix = c->snake_prefix = "";
    if (!prefix || !*prefix)
        return;
    char *type = tenon__arena_text(c->arena, prefix);
    if (type)
        type[0] = (char)toupper((unsigned char)type[0]);
    c->type_prefix = keep(c, type);
    c->snake_prefix = keep(c, tenon__arena_format(c->arena, "%s_", snake(c, prefix)));
}

/* ---- queries --------------------------------------------------------------------------------- */

static const char *const query_endings[] = {"", "_q", "_next", "_close", "_statement"};

/* "top_authors" → "TopAuthors"; "TopAuthors" stays. */
static const char *pascal(claims *c, const char *name)
{
    char *out = tenon__arena_alloc(c->arena, strlen(name) + 1);
    size_t length = 0;
    bool is_start = true;
    for (const char *at = name; out && *at; at++) {
        if (*at != '_')
            out[length++] = is_start ? (char)toupper((unsigned char)*at) : *at;
        is_start = *at == '_';
    }
    if (out)
        out[length] = '\0';
    return keep(c, out);
}

static const char **name_values(claims *c, tenon__map *scope, const sqlfile_value *values,
                                size_t count)
{
    const char **out = text_array(c, count);
    for (size_t i = 0; !c->failed && i < count; i++)
        out[i] = claim_in(c, scope, generate_is_reserved_member, values[i].name);
    return out;
}

/* One a value, each of which may be nested; what they are called begins with what they are in. */
static nested_names **name_structs(claims *c, const sqlfile_value *values, size_t count,
                                   const char *type, const char *descriptor)
{
    nested_names **out = tenon__arena_array(c->arena, count, sizeof *out);
    c->failed |= !out;
    for (size_t i = 0; !c->failed && i < count; i++) {
        const sqlfile_nested *nested = values[i].nested;
        nested_names *names = nested ? tenon__arena_zalloc(c->arena, sizeof *names) : NULL;
        c->failed |= nested && !names;
        if (!names)
            continue;
        TENON__CLEANUP(tenon__map_release) tenon__map members = {0};
        const char *name = pascal(c, values[i].name);
        out[i] = names;
        if (!nested->is_plain) {
            names->type = claim(c, "%s%s", type, name);
            names->list = claim(c, "%s%sList", type, name);
        }
        names->descriptor =
            keep(c, tenon__arena_format(c->arena, "%s_%s", descriptor, values[i].name));
        names->members = name_values(c, &members, nested->members, nested->count);
        names->nested =
            name_structs(c, nested->members, nested->count, names->type, names->descriptor);
    }
    return out;
}

static void name_query(claims *c, const sqlfile_query *query, query_names *out)
{
    TENON__CLEANUP(tenon__map_release) tenon__map columns = {0}, parameters = {0};
    const char *type = pascal(c, query->name);
    out->snake = claim_family(c, query->name, query_endings, TENON__COUNT(query_endings));
    out->upper = upper(c, out->snake);
    out->params = claim(c, "%s%sParams", c->type_prefix, type);
    out->row = claim(c, "%s%sRow", c->type_prefix, type);
    out->list = claim(c, "%s%sList", c->type_prefix, type);
    out->stream = claim(c, "%s%sStream", c->type_prefix, type);
    out->order = claim(c, "%s%sOrder", c->type_prefix, type);
    out->descriptor = keep(c, tenon__arena_format(c->arena, "%s_statement", out->snake));
    out->parameters = name_values(c, &parameters, query->parameters, query->parameter_count);
    out->columns = name_values(c, &columns, query->columns, query->column_count);
    out->order_member = claim_in(c, &parameters, generate_is_reserved_member, "order_by");
    out->nested = name_structs(c, query->columns, query->column_count,
                               keep(c, tenon__arena_format(c->arena, "%s%s", c->type_prefix, type)),
                               out->descriptor);
    out->orders = text_array(c, query->order_count);
    for (size_t i = 0; !c->failed && i < query->order_count; i++)
        out->orders[i] = claim(c, "%s_%s", out->upper, upper(c, snake(c, query->orders[i].name)));
}

static void name_queries(claims *c, const sqlfile_set *set, generate_names *out)
{
    out->queries =
        tenon__arena_array(c->arena, set ? set->query_count + 1 : 1, sizeof *out->queries);
    c->failed |= !out->queries;
    for (size_t i = 0; !c->failed && set && i < set->query_count; i++)
        name_query(c, &set->queries[i], &out->queries[i]);
}

/* After everything else, which keeps its name whether there are such tables or not. */
static void name_calls(claims *c, size_t model_count, generate_names *out)
{
    for (size_t i = 0; !c->failed && i < model_count; i++) {
        model_names *model = &out->models[i];
        model->calls.type = claim(c, "%sCalls", model->type);
        model->calls.variable = claim(c, "%s_calls", model->snake);
        model->calls.beginning = keep(c, tenon__arena_format(c->arena, "%s_", model->snake));
    }
    out->query_calls.type = claim(c, "%sQueryCalls", c->type_prefix);
    out->query_calls.variable = claim(c, "%squery_calls", c->snake_prefix);
    out->query_calls.beginning = c->snake_prefix;
    out->query_calls.keeps_end = true;
}

bool generate_name_all(tenon__arena *arena, const describe_set *set,
                       const generate_options *options, generate_names *out, tenon_error *err)
{
    claims c = {.arena = arena};
    make_prefixes(&c, options->prefix);
    out->enums = tenon__arena_array(arena, set->enum_count + 1, sizeof *out->enums);
    out->models = tenon__arena_array(arena, set->model_count + 1, sizeof *out->models);
    c.failed |= !out->enums || !out->models;
    if (!c.failed)
        name_schema_types(&c, set, out);
    for (size_t i = 0; !c.failed && i < set->enum_count; i++)
        name_enum(&c, &set->enums[i], &out->enums[i]);
    for (size_t i = 0; !c.failed && i < set->model_count; i++)
        name_model(&c, &set->models[i].model, &out->models[i]);
    if (!c.failed)
        name_queries(&c, options->queries, out);
    if (!c.failed && options->has_calls)
        name_calls(&c, set->model_count, out);
    for (size_t i = 0; !c.failed && i < set->model_count; i++)
        name_parameters(&c, &set->models[i].model, &out->models[i]);
    out->last_migration = claim(&c, "%slast_migration", c.snake_prefix);
    tenon__map_release(&c.global);
    tenon__map_release(&c.families);
    return !c.failed || tenon__fail_no_memory(err);
}
