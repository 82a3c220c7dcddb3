/* Formatting a schema: its relations are completed where its names, types and attributes are right,
 * then every file is laid out. A schema that is wrong in those is laid out as it is. */
#include "schema/complete.h"
#include "schema/layout.h"

#include <stdlib.h>

/* The text of a file with the parts inserted. */
static void insert_parts(const schema_source *source, uint32_t file, const complete_list *parts,
                         tenon__buf *out)
{
    size_t at = 0;

    for (size_t i = 0; i < parts->count; i++) {
        const complete_part *part = &parts->items[i];
        if (part->file != file)
            continue;
        tenon__buf_add(out, source->text + at, part->position - at);
        tenon__buf_text(out, part->text);
        at = part->position;
    }
    tenon__buf_add(out, source->text + at, source->length - at);
}

static char *format_file(const schema *s, size_t file, const complete_list *parts)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf completed = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf formatted = {0};

    insert_parts(&s->files[file], (uint32_t)file, parts, &completed);
    if (completed.failed ||
        !layout_text(tenon__buf_string(&completed), completed.length, &formatted))
        return NULL;
    return tenon__buf_take(&formatted);
}

static bool format_files(schema *s, char **texts)
{
    tenon__arena arena = {0};
    complete_list parts = {0};
    bool is_done = !s->is_resolved || complete_relations(s, &arena, &parts);

    for (size_t i = 0; i < s->file_count && is_done; i++)
        is_done = (texts[i] = format_file(s, i, &parts)) != NULL;
    tenon__arena_release(&arena);
    return is_done;
}

char **schema_format(schema *s, tenon_error *err)
{
    char **texts = calloc(s->file_count + 1, sizeof *texts);

    if (texts && format_files(s, texts))
        return texts;
    for (size_t i = 0; texts && i < s->file_count; i++)
        free(texts[i]);
    free(texts);
    tenon__fail_no_memory(err);
    return NULL;
}
