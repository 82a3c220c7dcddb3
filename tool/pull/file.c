/* The files: those of the old schema with their edits, new blocks behind, or in a file of their own
 * when the old schema is several. */
#include "pull/draft.h"

#include <stdlib.h>

/* ---- old files ------------------------------------------------------------------------------- */

static int compare_edits(const void *left, const void *right)
{
    const pull_edit *a = left, *b = right;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static void write_old_file(const schema_source *source, uint32_t file, const pull_edits *edits,
                           tenon__buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < edits->count; i++) {
        const pull_edit *edit = &edits->items[i];
        if (edit->file != file || edit->start < at)
            continue;
        tenon__buf_add(out, source->text + at, edit->start - at);
        tenon__buf_text(out, edit->text);
        at = edit->end;
    }
    tenon__buf_add(out, source->text + at, source->length - at);
}

/* ---- what is new ----------------------------------------------------------------------------- */

static void write_new_models(pull_draft *d, bool are_views, tenon__buf *out)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (!d->models[i].old && d->models[i].is_view == are_views) {
            tenon__buf_char(out, '\n');
            pull_write_model(d, &d->models[i], out);
        }
}

static void write_new_blocks(pull_draft *d, tenon__buf *out)
{
    write_new_models(d, false, out);
    write_new_models(d, true, out);
    for (size_t i = 0; i < d->enum_count; i++)
        if (!d->enums[i].old) {
            tenon__buf_char(out, '\n');
            pull_write_enum(d, &d->enums[i], out);
        }
}

static bool has_view(const pull_draft *d)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (d->models[i].is_view)
            return true;
    return false;
}

static void write_generator(const pull_draft *d, tenon__buf *out)
{
    bool has_views = has_view(d), has_extensions = d->c->extension_count > 0;
    tenon__buf_text(out, "generator tenon {\nprovider = \"tenon\"\n");
    if (has_views || has_extensions)
        tenon__buf_format(out, "previewFeatures = [%s%s%s]\n",
                          has_extensions ? "\"postgresqlExtensions\"" : "",
                          has_views && has_extensions ? ", " : "", has_views ? "\"views\"" : "");
    tenon__buf_text(out, "}\n\n");
}

/* uuidossp(map: "uuid-ossp", schema: "public") */
static void write_extension(pull_draft *d, const catalogue_extension *extension, tenon__buf *out)
{
    const char *name = pull_clean_name(d, extension->name), *standard = d->c->default_namespace;
    bool is_mapped = strcmp(name, extension->name) != 0;
    bool is_elsewhere = extension->namespace && standard &&
                        strcmp(extension->namespace, standard) != 0 &&
                        strcmp(extension->namespace, "pg_catalog") != 0;
    tenon__buf_text(out, name);
    if (!is_mapped && !is_elsewhere)
        return;
    tenon__buf_text(out, is_mapped ? "(map: " : "(schema: ");
    pull_quote(out, is_mapped ? extension->name : extension->namespace);
    if (is_mapped && is_elsewhere) {
        tenon__buf_text(out, ", schema: ");
        pull_quote(out, extension->namespace);
    }
    tenon__buf_char(out, ')');
}

/* The blocks that a schema begins with. */
static void write_config(pull_draft *d, tenon__buf *out)
{
    write_generator(d, out);
    tenon__buf_format(out, "datasource db {\nprovider = \"%s\"\nurl = env(\"DATABASE_URL\")\n",
                      d->c->dialect == TENON_SQLITE ? "sqlite" : "postgresql");
    for (size_t i = 0; i < d->c->extension_count; i++) {
        tenon__buf_text(out, i ? ", " : "extensions = [");
        write_extension(d, &d->c->extensions[i], out);
    }
    tenon__buf_text(out, d->c->extension_count ? "]\n" : "");
    for (size_t i = 0; d->has_namespaces && i < d->c->namespace_count; i++) {
        tenon__buf_text(out, i ? ", " : "schemas = [");
        pull_quote(out, d->c->namespaces[i]);
    }
    tenon__buf_text(out, d->has_namespaces ? "]\n}\n" : "}\n");
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void add_file(pull_draft *d, const schema_source *old, const tenon__buf *text)
{
    pull_file *file = &d->out->files[d->out->file_count++];
    *file = (pull_file){.path = old ? old->path : NULL, .text = pull_text(d, text)};
    file->is_changed = !old || strcmp(file->text, old->text) != 0;
}

static void write_new_file(pull_draft *d)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (!d->old)
        write_config(d, &text);
    write_new_blocks(d, &text);
    if (text.length || text.failed)
        add_file(d, NULL, &text);
}

void pull_write_files(pull_draft *d)
{
    pull_edits edits = {0};
    const schema *old = d->old;
    size_t old_count = old ? old->file_count : 0;
    d->out->files = pull_array(d, old_count + 1, sizeof *d->out->files);
    if (old)
        pull_merge(d, &edits);
    if (d->failed)
        return;
    if (edits.count)
        qsort(edits.items, edits.count, sizeof *edits.items, compare_edits);
    for (size_t i = 0; old && i < old_count; i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
        write_old_file(&old->files[i], (uint32_t)i, &edits, &text);
        if (old_count == 1)
            write_new_blocks(d, &text);
        add_file(d, &old->files[i], &text);
    }
    if (old_count != 1)
        write_new_file(d);
}
