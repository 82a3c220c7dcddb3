/* `extensions = [citext, uuidOssp(map: "uuid-ossp", schema: "public", version: "1.1")]` of a
 * datasource. */
#include "schema/check.h"

#include <ctype.h>

static const char *const names[] = {"map", "schema", "version"};

/* The place in `names`; their count when there is none. */
static size_t place_of(const char *name)
{
    size_t i = 0;

    while (i < TENON__COUNT(names) && strcmp(names[i], name) != 0)
        i++;
    return i;
}

static void set_part(schema_extension *out, size_t place, const char *text)
{
    const char **parts[] = {&out->database_name, &out->schema, &out->version};
    *parts[place] = text;
}

static void read_argument(check *c, const ast_argument *argument, bool *seen, schema_extension *out)
{
    size_t place = place_of(argument->name.text);

    if (!*argument->name.text)
        check_error(c, argument->span, "there are map, schema and version",
                    "an argument of an extension needs a name");
    else if (place == TENON__COUNT(names))
        check_error(c, argument->span,
                    check_hint_near(c, argument->name.text, names, TENON__COUNT(names)),
                    "an extension has no argument '%s'", argument->name.text);
    else if (seen[place])
        check_error(c, argument->span, "remove one of them", "the argument '%s' is given twice",
                    argument->name.text);
    else if (check_form_of(c, argument->value, CHECK_STRING))
        set_part(out, place, argument->value->text);
    if (place < TENON__COUNT(names))
        seen[place] = true;
}

static bool is_extension(check *c, const ast_expression *value)
{
    if (value->kind == AST_CONSTANT || value->kind == AST_FUNCTION)
        return true;
    check_error(c, value->span, "write its name without quotes",
                "expected the name of an extension, found %s", check_describe(c, value));
    return false;
}

static void read_extension(check *c, const ast_expression *value, schema_extension *out)
{
    bool seen[TENON__COUNT(names)] = {false};

    out->name = value->text;
    for (size_t i = 0; i < value->arguments.count; i++)
        read_argument(c, &value->arguments.items[i], seen, out);
}

void check_extensions(check *c, const ast_property *property, schema_datasource *d, bool is_first)
{
    if (!property)
        return;
    const ast_expression *value = property->value;
    bool is_list = value->kind == AST_ARRAY, is_fine = true;
    size_t count = is_list ? value->item_count : 1;

    d->extensions = tenon__arena_array(&c->s->arena, count, sizeof *d->extensions);
    for (size_t i = 0; i < count; i++)
        is_fine = is_extension(c, is_list ? value->items[i] : value) && is_fine;
    for (size_t i = 0; d->extensions && is_fine && i < count; i++)
        read_extension(c, is_list ? value->items[i] : value, &d->extensions[d->extension_count++]);
    if (is_fine && is_first)
        c->extensions = property;
}

static void check_extension_name(check *c, const ast_expression *value)
{
    if (isdigit((unsigned char)*value->text))
        check_error(c, value->span, "give the database's name by map:",
                    "the name of an extension must not start with a digit");
    else if (strchr(value->text, '-'))
        check_error(c, value->span, "write '_' here and the database's name by map:",
                    "the name of an extension must not contain '-'");
}

void check_extension_names(check *c)
{
    if (!c->extensions)
        return;
    const ast_expression *value = c->extensions->value;
    if (!(c->features & CHECK_FEATURE_EXTENSIONS)) {
        check_error(c, c->extensions->span,
                    "add it to the generator: previewFeatures = [\"postgresqlExtensions\"]",
                    "extensions need the preview feature postgresqlExtensions");
        return;
    }
    if (value->kind != AST_ARRAY)
        check_extension_name(c, value);
    for (size_t i = 0; i < value->item_count; i++)
        check_extension_name(c, value->items[i]);
}
