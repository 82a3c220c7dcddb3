/* From a catalogue to files: the draft is made step by step, written as text, and the formatter
 * lays the text out. */
#include "pull/draft.h"

#include <stdlib.h>

static bool has_views(const schema *old)
{
    for (size_t i = 0; old && i < old->generator_count; i++)
        for (size_t n = 0; n < old->generators[i].preview_feature_count; n++)
            if (!strcmp(old->generators[i].preview_features[n], "views"))
                return true;
    return !old;
}

static bool has_right_database(const catalogue *c, const schema *old, tenon_error *err)
{
    static const char *const names[] = {"postgresql", "sqlite"};
    if (!old || !old->datasource)
        return true;
    tenon_dialect dialect =
        old->datasource->provider == SCHEMA_SQLITE ? TENON_SQLITE : TENON_POSTGRESQL;
    if (dialect == c->dialect)
        return true;
    tenon__fail(err, TENON_MISUSE, "the schema's datasource is for %s, and the database is %s",
                names[dialect == TENON_SQLITE], names[c->dialect == TENON_SQLITE]);
    tenon__hint(err, "change the provider of the datasource, or pull into another file");
    return false;
}

/* Only the blocks that are no models, from the old texts: what a fresh schema begins with. */
static schema *config_of(const schema *old, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    for (size_t i = 0; i < old->generator_count + 1; i++) {
        bool is_generator = i < old->generator_count;
        if (!is_generator && !old->datasource)
            break;
        const schema_span *span = is_generator ? &old->generators[i].span : &old->datasource->span;
        tenon__buf_add(&text, old->files[span->file].text + span->start, span->end - span->start);
        tenon__buf_text(&text, "\n\n");
    }
    schema_source source = {old->file_count ? old->files[0].path : "schema.prisma",
                            tenon__buf_string(&text), text.length};
    return text.failed ? NULL : schema_read_texts(&source, 1, err);
}

static bool format_files(pull_result *out, tenon_error *err)
{
    schema_source *sources = tenon__arena_array(&out->arena, out->file_count + 1, sizeof *sources);
    for (size_t i = 0; sources && i < out->file_count; i++)
        sources[i] = (schema_source){.path = out->files[i].path ? out->files[i].path : "new",
                                     .text = out->files[i].text,
                                     .length = strlen(out->files[i].text)};
    schema *s = sources ? schema_read_texts(sources, out->file_count, err) : NULL;
    char **texts = s ? schema_format(s, err) : NULL;
    bool is_done = texts != NULL;
    for (size_t i = 0; texts && i < out->file_count; i++) {
        if (out->files[i].is_changed)
            out->files[i].text = tenon__arena_text(&out->arena, texts[i]);
        is_done &= out->files[i].text != NULL;
        free(texts[i]);
    }
    free(texts);
    schema_free(s);
    return is_done || tenon__fail_no_memory(err);
}

static void count_parts(const pull_draft *d)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (d->models[i].is_view)
            d->out->view_count++;
        else
            d->out->model_count++;
    d->out->enum_count = d->enum_count;
}

static bool draft_all(pull_draft *d, tenon_error *err)
{
    if (d->old && d->old->model_count) {
        d->wanted = catalogue_of_schema(d->old, d->c->dialect, err);
        if (!d->wanted)
            return false;
    }
    pull_draft_names(d);
    if (!d->failed)
        pull_draft_columns(d);
    if (!d->failed)
        pull_draft_relations(d);
    if (!d->failed)
        pull_draft_notices(d);
    if (!d->failed)
        pull_write_files(d);
    catalogue_free(d->wanted);
    count_parts(d);
    return d->failed ? tenon__fail_no_memory(err) : format_files(d->out, err);
}

static bool pull_onto(const catalogue *c, const schema *old, const pull_options *options,
                      pull_result *out, tenon_error *err)
{
    const schema_datasource *source = old ? old->datasource : NULL;
    pull_draft d = {
        .c = c,
        .old = old,
        .options = options,
        .out = out,
        .has_views = has_views(old),
        .has_namespaces = source ? source->schema_count > 0 : options->has_namespaces,
        .has_relation_mode_prisma = source && source->is_relation_mode_prisma,
    };
    return draft_all(&d, err);
}

bool pull_schema(const catalogue *c, const schema *old, const pull_options *options,
                 pull_result *out, tenon_error *err)
{
    static const pull_options none = {0};
    schema *config = NULL;
    options = options ? options : &none;
    *out = (pull_result){0};
    if (!has_right_database(c, old, err))
        return false;
    if (old && options->is_fresh && !(config = config_of(old, err)))
        return tenon__fail_no_memory(err);
    bool is_done = pull_onto(c, config ? config : old, options, out, err);
    if (is_done && config)
        out->files[0].path = old->files[0].path;
    schema_free(config);
    if (!is_done)
        pull_release(out);
    return is_done;
}

void pull_release(pull_result *result)
{
    tenon__arena_release(&result->arena);
    *result = (pull_result){0};
}
