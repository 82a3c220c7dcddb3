/* Datasource and generators: their properties, each of the right kind.
 *
 * A URL may be missing: since version 7 of the language it may be given elsewhere. */
#include "schema/check.h"

#include <stdlib.h>

/* ---- properties ------------------------------------------------------------------------------ */

/* The last one of that name, as duplicates are reported already; NULL when there is none. */
static const ast_property *find_property(const ast_block *block, const char *name)
{
    const ast_property *found = NULL;

    for (size_t i = 0; i < block->property_count; i++) {
        if (strcmp(block->properties[i].name.text, name) == 0)
            found = &block->properties[i];
    }
    return found;
}

static const ast_expression *find_value(const ast_block *block, const char *name)
{
    const ast_property *p = find_property(block, name);
    return p ? p->value : NULL;
}

static bool has_all_values(check *c, const ast_block *block)
{
    for (size_t i = 0; i < block->property_count; i++) {
        if (!block->properties[i].value) {
            check_error(c, block->span, NULL, "the property '%s' of '%s' has no value",
                        block->properties[i].name.text, block->name.text);
            return false;
        }
    }
    return true;
}

static bool is_env(const ast_expression *value)
{
    return value->kind == AST_FUNCTION && strcmp(value->text, "env") == 0;
}

/* The name inside env("NAME"); NULL after a report. */
static const char *env_name(check *c, const ast_expression *value)
{
    const ast_arguments *list = &value->arguments;

    for (size_t i = 0; i < list->count; i++) {
        if (*list->items[i].name.text)
            check_warning(c, list->items[i].span, "remove the name",
                          "env() takes no named argument");
    }
    if (list->count != 1 || list->empty_count || list->has_trailing_comma) {
        check_error(c, value->span, NULL,
                    "env() takes the name of a variable as its only argument");
        return NULL;
    }
    const ast_expression *name = list->items[0].value;
    return check_form_of(c, name, CHECK_STRING) ? name->text : NULL;
}

/* A string or env("…"); sets one of the two. False after a report. */
static bool read_text(check *c, const ast_expression *value, const char **literal,
                      const char **variable)
{
    if (is_env(value))
        return (*variable = env_name(c, value)) != NULL;
    if (value->kind == AST_STRING) {
        *literal = value->text;
        return true;
    }
    check_error(c, value->span, NULL, "expected a string or env(\"…\"), found %s",
                check_describe(c, value));
    return false;
}

/* The items of a list; a value alone counts as the only one. */
static size_t list_items(const ast_expression *value, const ast_expression *const **items,
                         const ast_expression **alone)
{
    if (value->kind == AST_ARRAY) {
        *items = (const ast_expression *const *)value->items;
        return value->item_count;
    }
    *alone = value;
    *items = alone;
    return 1;
}

/* A list of strings; false after a report. */
static bool read_texts(check *c, const ast_expression *value, const char ***out, size_t *count)
{
    const ast_expression *const *items, *alone;
    size_t item_count = list_items(value, &items, &alone);
    const char **texts = tenon__arena_array(&c->s->arena, item_count, sizeof *texts);
    bool is_fine = texts != NULL;

    for (size_t i = 0; texts && i < item_count; i++) {
        is_fine = check_form_of(c, items[i], CHECK_STRING) && is_fine;
        texts[i] = items[i]->text;
    }
    if (is_fine) {
        *out = texts;
        *count = item_count;
    }
    return is_fine;
}

/* ---- provider and URLs ----------------------------------------------------------------------- */

static const check_connector *refuse_provider(check *c, const ast_expression *value)
{
    static const char *const known[] = {"postgresql", "sqlite"};
    static const char *const others[] = {"mysql", "mongodb", "sqlserver", "cockroachdb"};

    for (size_t i = 0; i < TENON__COUNT(others); i++) {
        if (strcmp(others[i], value->text) == 0) {
            check_error(c, value->span, NULL, "tenon supports postgresql and sqlite, not %s",
                        others[i]);
            return NULL;
        }
    }
    check_error(c, value->span, check_hint_near(c, value->text, known, 2),
                "unknown provider '%s'; tenon supports postgresql and sqlite", value->text);
    return NULL;
}

static const check_connector *read_provider(check *c, const ast_block *block)
{
    const ast_expression *value = find_value(block, "provider");

    if (!value) {
        check_error(c, block->span, "add provider = \"postgresql\" or \"sqlite\"",
                    "the datasource '%s' has no provider", block->name.text);
        return NULL;
    }
    if (is_env(value)) {
        check_error(c, block->span, NULL, "the provider of a datasource cannot be env(…)");
        return NULL;
    }
    if (value->kind != AST_STRING || !*value->text) {
        check_error(c, value->span, NULL,
                    "the provider of a datasource must be a string that is not empty");
        return NULL;
    }
    const check_connector *connector = check_find_connector(value->text);
    return connector ? connector : refuse_provider(c, value);
}

static bool is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static void check_shadow(check *c, const ast_block *block, const schema_datasource *d)
{
    const ast_expression *url = find_value(block, "url"), *direct = find_value(block, "directUrl");
    const char *hint = "a shadow database is emptied: give it a database of its own";

    if (direct &&
        (is_same(d->shadow_url, d->direct_url) || is_same(d->shadow_url_env, d->direct_url_env)))
        check_error(c, direct->span, hint, "'shadowDatabaseUrl' is the same as 'directUrl'");
    if (url && (is_same(d->shadow_url, d->url) || is_same(d->shadow_url_env, d->url_env)))
        check_error(c, url->span, hint, "'shadowDatabaseUrl' is the same as 'url'");
}

/* False when the url cannot be read. */
static bool read_urls(check *c, const ast_block *block, schema_datasource *d)
{
    const ast_expression *url = find_value(block, "url"), *direct = find_value(block, "directUrl"),
                         *shadow = find_value(block, "shadowDatabaseUrl");

    if (url && !read_text(c, url, &d->url, &d->url_env))
        return false;
    if (shadow)
        (void)read_text(c, shadow, &d->shadow_url, &d->shadow_url_env);
    if (d->shadow_url && !*d->shadow_url)
        d->shadow_url = NULL;
    if (direct)
        (void)read_text(c, direct, &d->direct_url, &d->direct_url_env);
    check_shadow(c, block, d);
    return true;
}

/* ---- relation mode --------------------------------------------------------------------------- */

static void read_relation_mode(check *c, const ast_block *block, schema_datasource *d)
{
    static const char *const modes[] = {"foreignKeys", "prisma"};
    const ast_property *now = find_property(block, "relationMode");
    const ast_property *before = find_property(block, "referentialIntegrity");
    const ast_property *p = now ? now : before;

    if (before)
        check_warning(c, before->span, "write relationMode",
                      "'referentialIntegrity' is an older word for 'relationMode'");
    if (now && before) {
        check_error(c, before->span, "remove 'referentialIntegrity'",
                    "'referentialIntegrity' and 'relationMode' exclude each other");
        return;
    }
    if (!p || !check_form_of(c, p->value, CHECK_STRING))
        return;
    d->is_relation_mode_prisma = strcmp(p->value->text, "prisma") == 0;
    if (!d->is_relation_mode_prisma && strcmp(p->value->text, "foreignKeys") != 0)
        check_error(c, block->span, check_hint_near(c, p->value->text, modes, 2),
                    "the relation mode is foreignKeys or prisma, not '%s'", p->value->text);
}

/* ---- schemas --------------------------------------------------------------------------------- */

static void check_repeated_schemas(check *c, const ast_expression *value)
{
    const ast_expression *const *items, *alone;
    size_t count = list_items(value, &items, &alone);

    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            if (strcmp(items[i]->text, items[k]->text) == 0) {
                check_error(c, items[i]->span, "remove one of them",
                            "the schema '%s' is listed twice", items[i]->text);
                break;
            }
        }
    }
}

static void read_schemas(check *c, const ast_block *block, const check_connector *connector,
                         schema_datasource *d)
{
    const ast_expression *value = find_value(block, "schemas");

    if (!value || !read_texts(c, value, &d->schemas, &d->schema_count))
        return;
    if (!d->schema_count) {
        check_error(c, value->span, "remove 'schemas' or name one", "the list of schemas is empty");
        return;
    }
    check_repeated_schemas(c, value);
    c->schemas = value;
    if (!connector->has_schemas)
        check_error(c, value->span, "remove it", "%s has no schemas", connector->name);
}

/* ---- the datasource -------------------------------------------------------------------------- */

static void check_known(check *c, const ast_block *block, const check_connector *connector)
{
    static const char *const names[] = {
        "provider",     "url",     "directUrl",       "shadowDatabaseUrl",
        "relationMode", "schemas", "previewFeatures", "referentialIntegrity",
        "extensions"};
    size_t count = TENON__COUNT(names) - !connector->has_schemas;

    for (size_t i = 0; i < block->property_count; i++) {
        const ast_property *p = &block->properties[i];
        bool is_known = false;
        for (size_t k = 0; k < count; k++)
            is_known = is_known || strcmp(names[k], p->name.text) == 0;
        if (find_property(block, p->name.text) != p)
            continue;
        if (strcmp(p->name.text, "previewFeatures") == 0)
            check_error(c, p->span, "move it to the generator",
                        "preview features are a property of generators");
        else if (!is_known)
            check_error(c, p->span, check_hint_near(c, p->name.text, names, count),
                        "a datasource has no property '%s'", p->name.text);
    }
}

/* False when it cannot be understood as a datasource. */
static bool read_datasource(check *c, const ast_block *block)
{
    schema_datasource d = {.name = block->name.text, .span = block->span};
    const check_connector *connector = has_all_values(c, block) ? read_provider(c, block) : NULL;

    if (!connector)
        return false;
    bool is_first = !c->s->datasource;
    d.provider = connector->provider;
    read_relation_mode(c, block, &d);
    if (connector->has_schemas)
        check_extensions(c, find_property(block, "extensions"), &d, is_first);
    if (!read_urls(c, block, &d))
        return false;
    const ast_expression *schemas_before = c->schemas;
    read_schemas(c, block, connector, &d);
    check_known(c, block, connector);
    if (!is_first) {
        c->schemas = schemas_before;
        return true;
    }
    c->connector = connector;
    c->s->datasource = tenon__arena_zalloc(&c->s->arena, sizeof d);
    if (c->s->datasource)
        *c->s->datasource = d;
    return true;
}

static void report_more(check *c, uint32_t file)
{
    for (size_t i = 0; i < c->top_count; i++) {
        const ast_block *block = c->tops[i].block;
        if (block->kind == AST_DATASOURCE && block->span.file == file)
            check_error(c, block->span, "remove all but one", "a schema has one datasource only");
    }
}

/* The first one of all files counts; one file may not have two. */
static void read_datasources(check *c)
{
    uint32_t file = UINT32_MAX;
    size_t in_file = 0;

    for (size_t i = 0; i < c->top_count; i++) {
        const ast_block *block = c->tops[i].block;
        if (block->kind != AST_DATASOURCE)
            continue;
        in_file = block->span.file == file ? in_file : 0;
        file = block->span.file;
        in_file += read_datasource(c, block);
        if (in_file == 2)
            report_more(c, file);
    }
}

/* ---- generators ------------------------------------------------------------------------------ */

/* The variable of env("…") that is checked already or elsewhere. */
static const char *quiet_env_name(const ast_expression *value)
{
    return value->arguments.count ? value->arguments.items[0].value->text : NULL;
}

static const char *text_of(check *c, const ast_expression *value)
{
    if (is_env(value))
        return quiet_env_name(value);
    return value->kind == AST_ARRAY || value->kind == AST_FUNCTION ? check_spell(c, value)
                                                                   : value->text;
}

static void read_property(check *c, const ast_property *p, schema_property *out)
{
    const ast_expression *value = p->value;

    *out = (schema_property){
        .name = p->name.text, .is_env = is_env(value), .is_list = value->kind == AST_ARRAY};
    if (!out->is_list) {
        out->value = text_of(c, value);
        return;
    }
    out->items = tenon__arena_array(&c->s->arena, value->item_count, sizeof *out->items);
    for (size_t i = 0; out->items && i < value->item_count; i++)
        out->items[out->item_count++] = text_of(c, value->items[i]);
}

/* Every env(…) of a property that may be anything. */
static void check_free_property(check *c, const ast_expression *value)
{
    if (is_env(value))
        (void)env_name(c, value);
    for (size_t i = 0; i < value->item_count; i++)
        check_free_property(c, value->items[i]);
}

static bool is_free(const char *name)
{
    static const char *const others[] = {"provider", "output", "binaryTargets", "previewFeatures"};

    for (size_t i = 0; i < TENON__COUNT(others); i++) {
        if (strcmp(others[i], name) == 0)
            return false;
    }
    return true;
}

static bool is_postgresql(const check *c)
{
    return c->connector->has_native_types;
}

static void read_features(check *c, const ast_block *block, schema_generator *g)
{
    const ast_expression *value = find_value(block, "previewFeatures");

    if (!value || !read_texts(c, value, &g->preview_features, &g->preview_feature_count))
        return;
    for (size_t i = 0; i < g->preview_feature_count; i++)
        check_feature_name(c, g->preview_features[i], value->span, is_postgresql(c));
}

/* Properties that are more than texts for the generator itself. */
static void check_texts(check *c, const ast_block *block)
{
    const ast_expression *engine = find_value(block, "engineType"),
                         *output = find_value(block, "output"),
                         *targets = find_value(block, "binaryTargets");
    const ast_expression *const *items, *alone;
    const char *literal = NULL, *variable = NULL;

    if (engine)
        (void)check_form_of(c, engine, CHECK_STRING);
    if (output)
        (void)read_text(c, output, &literal, &variable);
    size_t count = targets ? list_items(targets, &items, &alone) : 0;
    for (size_t i = 0; i < count; i++)
        (void)read_text(c, items[i], &literal, &variable);
}

static void read_generator(check *c, const ast_block *block, schema_generator *g)
{
    const ast_expression *provider = find_value(block, "provider");
    const char *variable = NULL;

    *g = (schema_generator){.name = block->name.text, .span = block->span};
    g->properties = tenon__arena_array(&c->s->arena, block->property_count, sizeof *g->properties);
    if (!g->properties || !has_all_values(c, block))
        return;
    if (!provider)
        check_error(c, block->span, "add provider = \"…\"", "the generator '%s' has no provider",
                    block->name.text);
    if (!provider || !read_text(c, provider, &g->provider, &variable))
        return;
    g->provider = g->provider ? g->provider : variable;
    check_texts(c, block);
    read_features(c, block, g);
    for (size_t i = 0; i < block->property_count; i++) {
        const ast_property *p = &block->properties[i];
        if (find_property(block, p->name.text) != p)
            continue;
        if (is_free(p->name.text))
            check_free_property(c, p->value);
        read_property(c, p, &g->properties[g->property_count++]);
    }
}

static void read_generators(check *c)
{
    size_t count = 0;

    for (size_t i = 0; i < c->top_count; i++)
        count += c->tops[i].block->kind == AST_GENERATOR;
    c->s->generators = tenon__arena_array(&c->s->arena, count, sizeof *c->s->generators);
    for (size_t i = 0; c->s->generators && i < c->top_count; i++) {
        if (c->tops[i].block->kind == AST_GENERATOR)
            read_generator(c, c->tops[i].block, &c->s->generators[c->s->generator_count++]);
    }
}

void check_config(check *c)
{
    read_datasources(c);
    read_generators(c);
}
