/* The files: those of the old schema with their blocks in the old order, new blocks behind the last
 * file's, or in a file of their own when the old schema is several. Datasources and generators stay
 * letter by letter, and so do comments that stand between blocks. */
#include "pull/draft.h"

#include <stdlib.h>

/* A block of the old schema, and what has become of it: NULL for both is gone from the database. */
typedef struct block {
    schema_span span;
    bool is_config;
    const pull_model *model;
    const pull_enum *enumeration;
} block;

static int compare_blocks(const void *left, const void *right)
{
    const block *a = left, *b = right;
    return a->span.start < b->span.start ? -1 : a->span.start > b->span.start;
}

static const pull_model *new_model(const pull_draft *d, const schema_model *old)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (d->models[i].old == old)
            return &d->models[i];
    return NULL;
}

static const pull_enum *new_enum(const pull_draft *d, const schema_enum *old)
{
    for (size_t i = 0; i < d->enum_count; i++)
        if (d->enums[i].old == old)
            return &d->enums[i];
    return NULL;
}

static void add_block(block *list, size_t *count, uint32_t file, block added)
{
    if (added.span.file == file)
        list[(*count)++] = added;
}

static size_t find_blocks(const pull_draft *d, uint32_t file, block *list)
{
    const schema *s = d->old;
    size_t count = 0;
    if (s->datasource)
        add_block(list, &count, file, (block){.span = s->datasource->span, .is_config = true});
    for (size_t i = 0; i < s->generator_count; i++)
        add_block(list, &count, file, (block){.span = s->generators[i].span, .is_config = true});
    for (size_t i = 0; i < s->model_count; i++)
        add_block(list, &count, file,
                  (block){.span = s->models[i]->span, .model = new_model(d, s->models[i])});
    for (size_t i = 0; i < s->enum_count; i++)
        add_block(list, &count, file,
                  (block){.span = s->enums[i]->span, .enumeration = new_enum(d, s->enums[i])});
    qsort(list, count, sizeof *list, compare_blocks);
    return count;
}

static bool is_comment(const char *line, size_t length, bool with_docs)
{
    return length >= 2 && !memcmp(line, "//", 2) && (with_docs || length == 2 || line[2] != '/');
}

/* Comments of two slashes between blocks, with the blank lines behind them; those of three belong
 * to the block behind them. */
static void put_between(const char *text, size_t length, bool with_docs, tenon__buf *out)
{
    bool is_kept = false;
    while (length) {
        const char *end = memchr(text, '\n', length);
        size_t line = end ? (size_t)(end - text) + 1 : length, blanks = 0;
        while (blanks < line && strchr(" \t\r\n", text[blanks]))
            blanks++;
        if (blanks < line)
            is_kept = is_comment(text + blanks, line - blanks, with_docs);
        if (is_kept)
            tenon__buf_add(out, text, line);
        text += line;
        length -= line;
    }
    if (out->length && out->data[out->length - 1] != '\n')
        tenon__buf_char(out, '\n');
}

static void put_block(pull_draft *d, const schema_source *file, const block *b, tenon__buf *out)
{
    if (b->model)
        pull_write_model(d, b->model, out);
    else if (b->enumeration)
        pull_write_enum(d, b->enumeration, out);
    else if (b->is_config)
        tenon__buf_add(out, file->text + b->span.start, b->span.end - b->span.start);
    tenon__buf_text(out, "\n\n");
}

static void write_old_file(pull_draft *d, uint32_t file, tenon__buf *out)
{
    const schema *s = d->old;
    const schema_source *source = &s->files[file];
    size_t most = 1 + s->generator_count + s->model_count + s->enum_count, at = 0;
    block *list = pull_array(d, most, sizeof *list);
    size_t count = list ? find_blocks(d, file, list) : 0;
    for (size_t i = 0; i < count; i++) {
        put_between(source->text + at, list[i].span.start - at, list[i].is_config, out);
        put_block(d, source, &list[i], out);
        at = list[i].span.end;
    }
    put_between(source->text + at, source->length - at, false, out);
}

/* ---- what is new ----------------------------------------------------------------------------- */

static void write_new_blocks(pull_draft *d, tenon__buf *out)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (!d->models[i].old && !d->models[i].is_view) {
            pull_write_model(d, &d->models[i], out);
            tenon__buf_char(out, '\n');
        }
    for (size_t i = 0; i < d->model_count; i++)
        if (!d->models[i].old && d->models[i].is_view) {
            pull_write_model(d, &d->models[i], out);
            tenon__buf_char(out, '\n');
        }
    for (size_t i = 0; i < d->enum_count; i++)
        if (!d->enums[i].old) {
            pull_write_enum(d, &d->enums[i], out);
            tenon__buf_char(out, '\n');
        }
}

static bool has_view(const pull_draft *d)
{
    for (size_t i = 0; i < d->model_count; i++)
        if (d->models[i].is_view)
            return true;
    return false;
}

/* The blocks that a schema begins with. */
static void write_config(const pull_draft *d, tenon__buf *out)
{
    tenon__buf_format(out, "generator tenon {\nprovider = \"tenon\"\n%s}\n\n",
                      has_view(d) ? "previewFeatures = [\"views\"]\n" : "");
    tenon__buf_format(out, "datasource db {\nprovider = \"%s\"\nurl = env(\"DATABASE_URL\")\n",
                      d->c->dialect == TENON_SQLITE ? "sqlite" : "postgresql");
    for (size_t i = 0; d->has_namespaces && i < d->c->namespace_count; i++) {
        tenon__buf_text(out, i ? ", " : "schemas = [");
        pull_quote(out, d->c->namespaces[i]);
    }
    tenon__buf_text(out, d->has_namespaces ? "]\n}\n\n" : "}\n\n");
}

static void add_file(pull_draft *d, const char *path, const tenon__buf *text)
{
    d->out->files[d->out->file_count++] = (pull_file){.path = path, .text = pull_text(d, text)};
}

void pull_write_files(pull_draft *d)
{
    size_t old_count = d->old ? d->old->file_count : 0;
    d->out->files = pull_array(d, old_count + 1, sizeof *d->out->files);
    if (!d->out->files)
        return;
    for (size_t i = 0; i < old_count; i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
        write_old_file(d, (uint32_t)i, &text);
        if (old_count == 1)
            write_new_blocks(d, &text);
        add_file(d, d->old->files[i].path, &text);
    }
    if (old_count == 1)
        return;
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (!old_count)
        write_config(d, &text);
    write_new_blocks(d, &text);
    if (text.length || text.failed)
        add_file(d, NULL, &text);
}
