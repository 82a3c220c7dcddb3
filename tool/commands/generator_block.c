/* Nothing in the block is ignored in silence: what tenon does not know is an error with the
 * nearest name. The output is relative to the file in which the block stands, as the language has
 * it. */
#include "commands/generator_block.h"

#include <ctype.h>
#include <sys/stat.h>

static const char *const known_properties[] = {"provider", "output", "name",    "prefix",
                                               "split",    "calls",  "queries", "previewFeatures"};

static bool is_own(const schema_generator *generator)
{
    return generator->provider && !strcmp(generator->provider, "tenon");
}

static bool find_block(const schema *s, const schema_generator **out, tenon_error *err)
{
    *out = NULL;
    for (size_t i = 0; i < s->generator_count; i++) {
        if (!is_own(&s->generators[i]))
            continue;
        if (*out)
            return tenon__fail(err, TENON_VALIDATION,
                               "the generator blocks '%s' and '%s' are both tenon's; one is enough",
                               (*out)->name, s->generators[i].name);
        *out = &s->generators[i];
    }
    return true;
}

static bool fail_unknown(const schema_generator *block, const char *name, tenon_error *err)
{
    const char *nearest = schema_nearest(name, known_properties, TENON__COUNT(known_properties));
    tenon__fail(err, TENON_VALIDATION, "the generator block '%s' has an unknown property '%s'",
                block->name, name);
    if (nearest)
        tenon__hint(err, "did you mean '%s'?", nearest);
    else
        tenon__hint(err, "tenon knows output, name, prefix, queries, split and calls");
    return false;
}

static bool check_property(const schema_generator *block, const schema_property *property,
                           tenon_error *err)
{
    bool is_known = false;
    for (size_t i = 0; i < TENON__COUNT(known_properties); i++)
        is_known |= !strcmp(property->name, known_properties[i]);
    if (!is_known)
        return fail_unknown(block, property->name, err);
    bool is_list = !strcmp(property->name, "previewFeatures");
    if (!is_list && (property->is_list || property->is_env || !property->value))
        return tenon__fail(err, TENON_VALIDATION, "%s of the generator block '%s' must be a text",
                           property->name, block->name);
    return true;
}

/* The value of a property, or NULL; the block may be missing. */
static const char *value_of(const schema_generator *block, const char *name)
{
    for (size_t i = 0; block && i < block->property_count; i++)
        if (!strcmp(block->properties[i].name, name))
            return block->properties[i].value;
    return NULL;
}

static bool read_switch(const schema_generator *block, const char *name, bool *is_on,
                        tenon_error *err)
{
    const char *value = value_of(block, name);
    if (!value || *is_on)
        return true;
    *is_on = !strcmp(value, "true");
    return *is_on || !strcmp(value, "false") ||
           tenon__fail(err, TENON_VALIDATION,
                       "%s of the generator block '%s' is \"true\" or \"false\"", name,
                       block->name);
}

/* Letters, digits and underscores (`more` too), a letter first: it becomes part of names in C. */
static bool check_word(const char *what, const char *word, const char *more, tenon_error *err)
{
    bool is_word = isalpha((unsigned char)word[0]);
    for (const char *at = word; *at; at++)
        is_word &= isalnum((unsigned char)*at) || *at == '_' || strchr(more, *at);
    return is_word ||
           tenon__fail(err, TENON_VALIDATION,
                       "'%s' cannot be the %s: letters, digits and underscores, a letter "
                       "first",
                       word, what);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The folder of a file, without the slash; "" for the working folder. */
static void add_folder_of(const char *path, tenon__buf *out)
{
    const char *slash = strrchr(path, '/');
    if (slash)
        tenon__buf_add(out, path, slash == path ? 1 : (size_t)(slash - path));
}

static bool find_folder(const schema *s, const char *path, const schema_generator *block,
                        const char *output, tenon__buf *out)
{
    const char *property = value_of(block, "output");
    if (output) {
        tenon__buf_text(out, output);
    } else if (property && property[0] == '/') {
        tenon__buf_text(out, property);
    } else {
        if (!property && is_folder(path))
            tenon__buf_text(out, path);
        else
            add_folder_of(block ? s->files[block->span.file].path : path, out);
        if (property && strcmp(property, ".") != 0)
            tenon__buf_format(out, "%s%s", out->length ? "/" : "", property);
    }
    if (!out->length)
        tenon__buf_char(out, '.');
    return !out->failed;
}

bool generator_block_queries(const schema *s, const char *path, tenon__buf *out, tenon_error *err)
{
    const schema_generator *block;
    struct stat status;
    if (!find_block(s, &block, err))
        return false;
    const char *property = value_of(block, "queries");
    if (property && property[0] == '/') {
        tenon__buf_text(out, property);
    } else {
        if (!property && is_folder(path))
            tenon__buf_text(out, path);
        else
            add_folder_of(block ? s->files[block->span.file].path : path, out);
        tenon__buf_format(out, "%s%s", out->length ? "/" : "", property ? property : "queries");
    }
    if (!property && !out->failed && stat(out->data, &status) != 0)
        tenon__buf_clear(out);
    return !out->failed || tenon__fail_no_memory(err);
}

bool generator_block_read(const schema *s, const char *path, const generator_choice *given,
                          generate_options *options, tenon__buf *folder, tenon_error *err)
{
    const schema_generator *block;
    if (!find_block(s, &block, err))
        return false;
    for (size_t i = 0; block && i < block->property_count; i++)
        if (!check_property(block, &block->properties[i], err))
            return false;
    *options = (generate_options){
        .name = given->name, .prefix = given->prefix, .is_split = given->is_split};
    if (!options->name)
        options->name = value_of(block, "name");
    if (!options->name)
        options->name = "models";
    if (!options->prefix)
        options->prefix = value_of(block, "prefix");
    if (!read_switch(block, "split", &options->is_split, err) ||
        !read_switch(block, "calls", &options->has_calls, err) ||
        !check_word("name of files", options->name, "-.", err))
        return false;
    if (options->prefix && *options->prefix && !check_word("prefix", options->prefix, "", err))
        return false;
    return find_folder(s, path, block, given->output, folder) || tenon__fail_no_memory(err);
}
